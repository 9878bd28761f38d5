// SPDX-License-Identifier: MIT
// Puts the page together, and everything that a press on it does.

import { h, replace, announce } from './dom.js';
import { api, LiveFeed } from './api.js';
import { Store } from './store.js';
import { Composer } from './composer.js';
import { Drawer } from './drawer.js';
import { MessageList } from './messages.js';
import { openUserCard, memberList } from './members.js';
import { openImage, openModal, toast } from './dialogs.js';
import { chatHeader, connectionBanner } from './shell.js';
import { openViewer } from './viewer.js';
import { menuCommands } from './commands.js';
import { openPicker } from './picker.js';
import { channelPanel, firstChannel, guildRail } from './rail.js';
import { tickTimestamps } from './richtext.js';

const PAGE_SIZE = 50;
const REACTIONS = [['👍', 'thumbs up'], ['👎', 'thumbs down'], ['❤️', 'heart'], ['😂', 'joy'], ['🎉', 'tada'],
  ['👀', 'eyes'], ['✅', 'check'], ['❌', 'cross'], ['🔥', 'fire'], ['🚀', 'rocket']];
const MODAL_ANSWER_MS = 3500;

const store = new Store();
const pressed = new Map(); // message id -> { customId, interactionId, state, error }
const reacted = new Set(); // what was given on this page, to take it back
const actions = {};
const ctx = { store, api, actions };

// Where we are: "#/user/guild/channel" ----------------------------------------------

function readPlace() {
  const [, user, guild, channel] = decodeURIComponent(location.hash).split('/');
  return { user: user || undefined, guild, channel };
}

function writePlace() {
  const place = `#/${store.me?.id ?? ''}/${store.guildId ?? '@me'}/${store.channelId ?? ''}`;
  if (location.hash !== place) history.replaceState(null, '', place);
}

const lastChannel = new Map(); // guild id -> channel id

/** Shows a channel that exists and may be seen, as near as possible to this. */
function settle(guildId, channelId) {
  const channel = store.findChannel(channelId);
  const home = channel && store.guildOf(channel.id);
  if (channel && channel.can_view !== false) return show(home?.id ?? null, channel.id);
  if (guildId === null && store.dm) return show(null, store.dm.id);
  const guild = store.guilds.find((g) => g.id === guildId) ?? store.guilds[0];
  if (!guild) return show(null, store.dm?.id ?? null);
  const last = store.findChannel(lastChannel.get(guild.id));
  const to = last && last.can_view !== false ? last : firstChannel(guild);
  return show(guild.id, to?.id ?? null);
}

async function show(guildId, channelId) {
  if (guildId) lastChannel.set(guildId, channelId);
  store.show(guildId, channelId);
  writePlace();
  if (channelId && !store.messages.has(channelId)) await loadMessages(channelId);
}

async function loadMessages(channelId) {
  const user = store.me.id;
  let list;
  try {
    list = await api.messages(user, channelId, { limit: PAGE_SIZE });
  } catch (e) {
    toast(e.message);
    return;
  }
  if (store.me.id === user) store.setMessages(channelId, list, { complete: list.length < PAGE_SIZE });
}

/** The state anew, as the wanted user, or the owner when there is no such user
 *  (any more): another sandbox may answer than before. */
async function refresh() {
  let state;
  try {
    state = await api.state(store.wanted);
  } catch (e) {
    if (!store.wanted || e.status < 400) throw e;
    state = await api.state();
  }
  store.setState(state);
  store.wanted = store.me.id;
  store.forgetMessages();
}

// Actions ----------------------------------------------------------------------------

Object.assign(actions, {
  goGuild(id) {
    settle(id, id === null ? store.dm?.id : null);
    document.body.classList.add('nav-open');
  },
  goChannel(id) {
    document.body.classList.remove('nav-open');
    return settle(store.guildId, id);
  },
  async switchUser(id) {
    if (id === store.me?.id) return;
    const place = { guild: store.guildId, channel: store.channelId };
    store.wanted = id;
    pressed.clear();
    try {
      await refresh();
    } catch (e) {
      store.wanted = store.me.id;
      toast(e.message);
      return;
    }
    store.unread.clear();
    feed.connect(id);
    await settle(place.guild, place.guild === null ? store.dm?.id : place.channel);
    announce(`You are now ${store.me.global_name ?? store.me.username}`);
  },
  send: (content, reference) => api.send(store.me.id, store.channelId, content, reference),
  async runCommand(name, options) {
    const body = { user: store.me.id, channel_id: store.channelId, type: 2, name, options };
    const { id } = await api.interact(body);
    store.setInteraction(id, {
      type: 2, state: 'sent', channel_id: body.channel_id, user_id: body.user, command: name, ...store.interactions.get(id),
    });
  },
  /** A command of the menu of a user or message. */
  async runMenu(command, target_id) {
    try {
      await api.interact({ user: store.me.id, channel_id: store.channelId, type: 2, name: command.name, target_id });
    } catch (e) {
      toast(e.message);
    }
  },
  openMenu(anchor, type, target) {
    const commands = menuCommands(store.commands, store.guildId, type);
    const items = commands.map((c) => ({ value: c.name, label: c.name, description: c.description }));
    openPicker(anchor, items, {
      label: 'apps', searchable: items.length > 6, selected: [], done: ([name]) => actions.runMenu({ name }, target),
    });
  },
  autocomplete: (name, options, focused) => api.interact({
    user: store.me.id, channel_id: store.channelId, type: 4, name, options, focused,
  }),
  async press(message, component, values) {
    const mark = { customId: component.custom_id, state: 'sent' };
    pressed.set(message.id, mark);
    store.emit('messages', message.channel_id);
    try {
      const { id } = await api.interact({
        user: store.me.id, channel_id: message.channel_id, type: 3, message_id: message.id,
        custom_id: component.custom_id, component_type: component.type, values,
      });
      setPressed(message, { ...mark, interactionId: id });
      followPressed(id);
    } catch (e) {
      setPressed(message, { ...mark, state: 'failed', error: e.message });
    }
  },
  pendingOn: (messageId) => pressed.get(messageId),
  async dismiss(message) {
    try {
      await api.dismiss(store.me.id, message.id);
      store.removeMessage(message.channel_id, message.id);
      composer.focus();
    } catch (e) {
      toast(e.message);
    }
  },
  dismissInteraction: (id) => store.setInteraction(id, { dismissed: true }),
  async loadOlder(channelId) {
    const first = store.list(channelId)[0];
    const list = await api.messages(store.me.id, channelId, { before: first?.id, limit: PAGE_SIZE });
    store.setMessages(channelId, list, { older: true, complete: list.length < PAGE_SIZE });
  },
  scrollPage: (direction) => list.scrollPage(direction),
  async removeMessage(message) {
    try {
      await api.remove(store.me.id, message.id);
      composer.focus();
    } catch (e) {
      toast(e.message);
    }
  },
  edit: (message, content) => api.edit(store.me.id, message.id, content),
  editMessage: (message) => composer.edit(message),
  openReactions(anchor, message) {
    const items = REACTIONS.map(([emoji, label]) => ({
      value: emoji, label, icon: () => h('span', { class: 'emoji' }, emoji),
    }));
    openPicker(anchor, items, {
      label: 'reactions', selected: [], done: ([name]) => actions.react(message, { name }),
    });
  },
  async react(message, emoji) {
    const key = emoji.id ? `${emoji.name}:${emoji.id}` : emoji.name;
    const own = `${store.me.id}:${message.id}:${key}`;
    try {
      await api.react(store.me.id, message.id, key, reacted.has(own));
      if (!reacted.delete(own)) reacted.add(own);
    } catch (e) {
      toast(e.message);
    }
  },
  replyTo: (message) => composer.replyTo(message),
  startCommand: (name) => composer.startCommand(name),
  openUser: (anchor, id) => openUserCard(ctx, anchor, id),
  openImage,
  openViewer: () => openViewer(ctx),
  jumpTo(id) {
    const el = document.getElementById(`m-${id}`);
    if (!el) return toast('That message is not loaded.');
    el.scrollIntoView({ block: 'center' });
    el.classList.remove('flash');
    requestAnimationFrame(() => el.classList.add('flash'));
    return null;
  },
  copy(text, said) {
    navigator.clipboard?.writeText(text).then(() => toast(said), () => toast(text));
  },
  async refreshFaults() {
    store.faults = (await api.state(store.me.id)).faults ?? [];
    store.emit('faults');
  },
});

function setPressed(message, mark) {
  pressed.set(message.id, mark);
  store.emit('messages', message.channel_id);
}

/** What became of a press, once the feed has said so. */
function followPressed(interactionId) {
  const seen = store.interactions.get(interactionId);
  if (!seen || seen.state === 'sent') return;
  for (const [id, mark] of pressed) {
    if (mark.interactionId !== interactionId) continue;
    if (seen.state === 'failed') pressed.set(id, { ...mark, state: 'failed', error: seen.error });
    else pressed.delete(id);
    store.emit('messages', store.channelId);
  }
}
store.on('interactions', followPressed);

/** Resolves when the bot took the modal's values, rejects when it did not. */
function modalAnswered(id) {
  return new Promise((resolve, reject) => {
    const look = () => {
      const state = store.interactions.get(id)?.state;
      if (state === 'failed') reject(new Error('Something went wrong. Try again.'));
      else if (state && state !== 'sent') resolve();
    };
    store.on('interactions', (which) => which === id && look());
    setTimeout(resolve, MODAL_ANSWER_MS);
    look();
  });
}

store.on('modal', (modal) => {
  const channel_id = store.interactions.get(modal.interaction_id)?.channel_id ?? store.channelId;
  openModal(ctx, modal, async (values) => {
    const { id } = await api.interact({
      user: store.me.id, channel_id, type: 5, custom_id: modal.custom_id, values, interaction_id: modal.interaction_id,
    });
    await modalAnswered(id);
  });
});

// The live feed ------------------------------------------------------------------------

const SLOW_REFRESH_MS = 400;
let sessionsTimer = null;

/** Sessions and violations come with the state only; asked for when they change. */
function refreshSessionsSoon() {
  clearTimeout(sessionsTimer);
  sessionsTimer = setTimeout(async () => {
    try {
      const state = await api.state(store.me.id);
      store.gateway = state.gateway ?? store.gateway;
      store.faults = state.faults ?? store.faults;
      store.emit('sessions');
      store.emit('faults');
    } catch {
      // the banner says so
    }
  }, SLOW_REFRESH_MS);
}

const feed = new LiveFeed({
  message(t, d) {
    store.receive(t, d);
    if (t === 'BOT_UPDATE' || t === 'FAULTS') refreshSessionsSoon();
  },
  async open(again) {
    store.setLinked(true);
    if (!again) return;
    try {
      await refresh();
      await settle(store.guildId, store.channelId);
      const log = await api.log(0);
      store.addTraffic(log ?? []);
    } catch (e) {
      toast(e.message);
    }
  },
  lost: () => store.setLinked(false),
});

// All together --------------------------------------------------------------------------

let composer = null;
let list = null;

function build() {
  const drawer = new Drawer(ctx);
  list = new MessageList(ctx);
  composer = new Composer(ctx);
  const main = h('main', { class: 'chat', 'aria-label': 'Channel' },
    h('div', { class: 'chat-column' }, list.el, composer.el), memberList(ctx));
  const body = h('div', { class: 'body' }, guildRail(ctx), channelPanel(ctx),
    h('div', { class: 'stage' }, chatHeader(ctx, drawer), h('div', { class: 'stage-body' }, main, drawer.el)));
  const shade = h('div', { class: 'shade', on: { click: () => document.body.classList.remove('nav-open', 'members-open') } });
  const app = document.getElementById('app');
  replace(app, connectionBanner(ctx, () => feed.retryNow()), body, shade);
  app.setAttribute('aria-busy', 'false');
  document.addEventListener('keydown', (ev) => {
    if (ev.key === 'Escape') document.body.classList.remove('nav-open', 'members-open');
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName ?? '');
    if (ev.key === '/' && !typing && !document.querySelector('dialog[open]') && !ev.ctrlKey && !ev.metaKey) {
      ev.preventDefault();
      composer.focus();
      if (!composer.form && !composer.text.value) composer.startTyping('/');
    }
  });
}

async function start() {
  const place = readPlace();
  store.wanted = place.user;
  for (;;) {
    try {
      await refresh();
      break;
    } catch (e) {
      document.querySelector('.loading').textContent = `${e.message} Trying again…`;
      await new Promise((ok) => setTimeout(ok, 1000));
    }
  }
  build();
  store.emit('state');
  feed.connect(store.me.id);
  const guild = place.guild === '@me' ? null : place.guild;
  await settle(guild, place.channel);
  store.addTraffic(await api.log(0).catch(() => []) ?? []);
  document.querySelector('.composer-text:not(:disabled)')?.focus();
  setInterval(() => !document.hidden && tickTimestamps(), 1000);
}

window.addEventListener('hashchange', () => {
  const place = readPlace();
  if (place.user && place.user !== store.me?.id) actions.switchUser(place.user);
  else if (place.channel && place.channel !== store.channelId) settle(place.guild, place.channel);
});

start();
