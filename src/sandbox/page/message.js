// SPDX-License-Identifier: MIT
// One message, with what is above and below its text.

import { h, button } from './dom.js';
import { avatar, icon } from './icons.js';
import { emojiNode, richContent } from './richtext.js';
import { attachment, embed } from './embeds.js';
import { components } from './components.js';
import { menuCommands } from './commands.js';
import { inline, plainText } from './markdown.js';
import { absolute, clockOnly, messageStamp } from './time.js';
import { messageTime, plural } from './util.js';
import { COMPONENTS_V2, EPHEMERAL, LOADING } from './store.js';

const SUPPRESS_EMBEDS = 1 << 2;
const SUPPRESS_NOTIFICATIONS = 1 << 12;

export function names(store) {
  return {
    user: (id) => store.displayName(id),
    role: (id) => store.guild?.roles.find((r) => r.id === id)?.name,
    channel: (id) => store.findChannel(id)?.name,
  };
}

export function badge(user) {
  if (!user?.bot) return null;
  return h('span', { class: 'bot-badge', testid: 'bot-badge' }, 'BOT');
}

function authorName(ctx, user, { cls = 'author', testid = 'author' } = {}) {
  const name = ctx.message?.webhook_id ? user?.username
    : ctx.store.displayName(user) ?? 'Unknown user';
  const color = ctx.store.roleColor(user?.id);
  return button({
    class: cls, style: color ? { color } : {}, testid,
    on: { click: (ev) => user && ctx.actions.openUser(ev.currentTarget, user.id) },
  }, name);
}

function refLine(cls, testid, ...kids) {
  return h('div', { class: `ref-line ${cls}`, testid }, h('span', { class: 'ref-hook', 'aria-hidden': 'true' }), kids);
}

function commandLine(ctx, meta, command) {
  const user = meta.user ?? ctx.store.user(meta.user_id);
  return refLine('used', 'used-command', avatar(user, { size: 16 }),
    authorName({ ...ctx, message: null }, user, { cls: 'ref-author', testid: 'used-by' }),
    h('span', null, 'used'),
    h('button', {
      type: 'button', class: 'mention pressable', testid: 'used-name',
      on: { click: () => ctx.actions.startCommand(command) },
    }, '/' + command));
}

function replyLine(ctx, m) {
  const ref = m.referenced_message ??
    ctx.store.list(m.channel_id).find((x) => x.id === m.message_reference?.message_id);
  if (!ref) {
    return refLine('reply', 'reply', icon('reply', { size: 14 }),
      h('em', null, 'Original message was deleted'));
  }
  const text = plainText(inline((ref.content ?? '').slice(0, 300)), names(ctx.store)).trim();
  return refLine('reply', 'reply', avatar(ref.author, { size: 16 }), badge(ref.author),
    authorName({ ...ctx, message: null }, ref.author, { cls: 'ref-author', testid: 'reply-author' }),
    button({ class: 'ref-text', on: { click: () => ctx.actions.jumpTo(ref.id) } },
      text || (ref.embeds?.length || ref.components?.length ? 'Click to see the message' : 'Click to see attachment')));
}

function above(ctx, m) {
  const meta = m.interaction_metadata ?? m.interaction;
  if (meta?.type === 2) {
    const known = ctx.store.interactions.get(meta.id);
    const command = m.interaction?.name ?? meta.name ?? known?.command;
    if (command) return commandLine(ctx, meta, command);
  }
  const isReply = m.type === 19 || (m.message_reference && [0, 20, 23, undefined].includes(m.type) &&
    m.message_reference.type !== 1);
  return isReply ? replyLine(ctx, m) : null;
}

function header(ctx, m, at) {
  return h('div', { class: 'message-header' },
    authorName(ctx, m.author), badge(m.author),
    h('time', { class: 'stamp', datetime: new Date(at).toISOString(), title: absolute(at) }, messageStamp(at)),
    m.flags & SUPPRESS_NOTIFICATIONS ? h('span', { class: 'stamp', title: 'Sent without a notification' }, '🔕') : null);
}

function thinking(ctx, m) {
  const name = ctx.store.displayName(m?.author ?? ctx.store.bot.user) ?? 'The bot';
  return h('div', { class: 'thinking', role: 'status', testid: 'thinking' },
    h('span', { class: 'dots', 'aria-hidden': 'true' }, h('i'), h('i'), h('i')),
    h('span', null, `${name} is thinking…`));
}

function poll(m) {
  if (!m.poll) return null;
  return h('div', { class: 'poll', testid: 'poll' },
    h('div', { class: 'poll-question' }, icon('poll', { size: 18 }), m.poll.question?.text ?? ''),
    (m.poll.answers ?? []).map((a) => h('div', { class: 'poll-answer' },
      a.poll_media?.emoji?.name ?? '', ' ', a.poll_media?.text ?? '')));
}

/** Pressing one adds one's own; whether it was there is for the sandbox to know. */
function reactions(ctx, m) {
  if (!m.reactions?.length) return null;
  return h('div', { class: 'reactions', testid: 'reactions' }, m.reactions.map((r) => button({
    class: 'reaction', testid: 'reaction', title: r.emoji?.name,
    'aria-label': `${r.emoji?.name}, ${plural(r.count, 'reaction')}`,
    on: { click: () => ctx.actions.react(m, r.emoji) },
  }, emojiNode(r.emoji), ' ', r.count)));
}

function stickers(m) {
  return (m.sticker_items ?? []).map((s) =>
    h('div', { class: 'sticker' }, icon('image', { size: 18 }), s.name));
}

function ephemeralNote(dismiss) {
  return h('div', { class: 'ephemeral-note', testid: 'ephemeral' }, icon('eye', { size: 16 }),
    h('span', null, 'Only you can see this'), h('span', { 'aria-hidden': 'true' }, '·'),
    button({ class: 'text-link', testid: 'dismiss', on: { click: dismiss } }, 'Dismiss message'));
}

function failure(ctx) {
  if (ctx.pending?.state !== 'failed') return null;
  return h('div', { class: 'error-line', role: 'alert', testid: 'interaction-failed' },
    icon('info', { size: 16 }), ctx.pending.error ?? 'This interaction failed');
}

function body(ctx, m) {
  if (m.flags & LOADING) return thinking(ctx, m);
  const edited = m.edited_timestamp && h('span', {
    class: 'edited', title: absolute(Date.parse(m.edited_timestamp)), testid: 'edited',
  }, '(edited)');
  const v2 = m.flags & COMPONENTS_V2;
  const embeds = v2 || m.flags & SUPPRESS_EMBEDS ? [] : m.embeds ?? [];
  const attachments = v2 ? [] : m.attachments ?? [];
  return [
    m.content && !v2 ? richContent(ctx, m.content, edited) : null,
    attachments.length ? h('div', { class: 'attachments' }, attachments.map((a) => attachment(ctx, a))) : null,
    embeds.length ? h('div', { class: 'embeds' }, embeds.map((e) => embed(ctx, e, m.attachments))) : null,
    stickers(m), poll(m),
    components(ctx, m.components),
    m.content && !v2 ? null : edited,
  ];
}

function tools(ctx, m) {
  if (m.flags & EPHEMERAL) return null;
  const mine = m.author?.id === ctx.store.me?.id && !m.webhook_id;
  const tool = (name, label, testid, fn) => button({
    class: 'tool', title: label, 'aria-label': label, testid, on: { click: fn },
  }, icon(name, { size: 18 }));
  return h('div', { class: 'message-tools', role: 'group', 'aria-label': 'Message actions' },
    tool('smile', 'Add a reaction', 'react', (ev) => ctx.actions.openReactions(ev.currentTarget, m)),
    mine && tool('pen', 'Edit', 'edit', () => ctx.actions.editMessage(m)),
    ctx.store.channel?.can_send !== false && tool('reply', 'Reply', 'reply-to', () => ctx.actions.replyTo(m)),
    menuCommands(ctx.store.commands, ctx.store.guildId, 3).length > 0 &&
      tool('apps', 'Apps', 'message-apps', (ev) => ctx.actions.openMenu(ev.currentTarget, 3, m.id)),
    tool('copy', 'Copy message ID', 'copy-id', () => ctx.actions.copy(m.id, 'Message ID copied')),
    mine && tool('trash', 'Delete', 'delete', () => ctx.actions.removeMessage(m)));
}

const SYSTEM = {
  1: (n) => `${n} added someone to the group.`,
  6: (n) => `${n} pinned a message to this channel.`,
  7: (n) => `${n} joined the server.`,
  8: (n) => `${n} boosted the server!`,
  12: (n, m) => `${n} has added ${m.content} to this channel.`,
  18: (n, m) => `${n} started a thread: ${m.content}`,
};

function systemMessage(ctx, m, at) {
  const say = SYSTEM[m.type] ?? ((n) => `${n}: ${m.content || `a message of type ${m.type}`}`);
  const name = ctx.store.displayName(m.author) ?? 'Someone';
  return h('div', {
    role: 'article', class: 'message system', testid: 'message', 'data-message-id': m.id, id: `m-${m.id}`,
  },
  h('span', { class: 'gutter' }, icon('right', { size: 18 })),
  h('div', { class: 'message-body' },
    h('span', { class: 'content', testid: 'message-content' }, say(name, m)),
    ' ', h('time', { class: 'stamp', datetime: new Date(at).toISOString() }, messageStamp(at))));
}

const NORMAL = new Set([undefined, 0, 19, 20, 23]);

/** ctx: { store, actions, message, pending }; group: 'starts' or 'follows'. */
export function message(ctx, group) {
  const m = ctx.message, { store, actions } = ctx;
  const at = messageTime(m);
  if (!NORMAL.has(m.type)) return systemMessage(ctx, m, at);
  const starts = group === 'starts';
  const ephemeral = Boolean(m.flags & EPHEMERAL || m.ephemeral_for);
  const forMe = !ephemeral && m.author?.id !== store.me?.id && (m.mention_everyone ||
    (m.mentions ?? []).some((u) => u.id === store.me?.id) ||
    (m.mention_roles ?? []).some((r) => store.member(store.me?.id)?.roles?.includes(r)));
  return h('div', {
    role: 'article', class: `message ${group}${ephemeral ? ' is-ephemeral' : ''}${forMe ? ' for-me' : ''}`,
    testid: 'message', 'data-message-id': m.id, 'data-author-id': m.author?.id, id: `m-${m.id}`,
    'data-ephemeral': ephemeral ? 'true' : undefined,
    'data-loading': m.flags & LOADING ? 'true' : undefined,
  },
  starts ? above(ctx, m) : null,
  h('div', { class: 'gutter' }, starts
    ? button({
      class: 'avatar-button', tabindex: -1, 'aria-hidden': 'true',
      on: { click: (ev) => m.author && actions.openUser(ev.currentTarget, m.author.id) },
    }, avatar(m.author, { size: 40 }))
    : h('time', { class: 'hover-time', title: absolute(at) }, clockOnly(at))),
  h('div', { class: 'message-body' },
    starts ? header(ctx, m, at) : null,
    body(ctx, m), reactions(ctx, m), failure(ctx),
    ephemeral ? ephemeralNote(() => actions.dismiss(m)) : null),
  tools(ctx, m));
}

/** A slash command that was sent and has no message yet, or never got one. */
export function pendingEntry(ctx, interaction) {
  const { store, actions } = ctx;
  const failed = interaction.state === 'failed';
  const meta = { user: store.user(interaction.user_id) ?? store.me, type: 2 };
  return h('div', {
    role: 'article', class: `message starts is-ephemeral pending ${interaction.state}`,
    testid: failed ? 'failed-command' : 'pending-command', 'data-interaction-id': interaction.id,
  },
  commandLine({ ...ctx, message: null }, meta, interaction.command),
  h('div', { class: 'gutter' }, avatar(store.bot.user, { size: 40, bot: true })),
  h('div', { class: 'message-body' },
    h('div', { class: 'message-header' },
      authorName({ ...ctx, message: null }, store.bot.user), badge({ bot: true })),
    failed ? h('div', { class: 'error-line', role: 'alert', testid: 'interaction-failed' },
      icon('info', { size: 16 }), interaction.error ?? 'The application did not respond')
      : interaction.state === 'deferred' ? thinking(ctx)
        : h('div', { class: 'muted sending' }, 'Sending command…'),
    failed ? ephemeralNote(() => actions.dismissInteraction(interaction.id)) : null));
}
