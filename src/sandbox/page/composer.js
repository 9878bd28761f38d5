// SPDX-License-Identifier: MIT
// The box in which a person writes: text, "/" commands, "@" and "#" completion.

import { h, replace, button } from './dom.js';
import { avatar, icon } from './icons.js';
import { entries, findEntries, resolveMentions } from './commands.js';
import { channelItems, roleItems, userItems } from './picker.js';
import { SlashForm } from './slash.js';
import { Suggest } from './suggest.js';
import { search } from './util.js';

const MAX_CONTENT = 2000;
const TYPING_SHOWN = 3;

/** The "@…" or "#…" that the caret is in: { sign, query, from } or null. */
export function tokenAt(text, caret) {
  const m = /(?:^|[\s(])([@#])([\p{L}\p{N}_.'-]{0,32})$/u.exec(text.slice(0, caret));
  return m ? { sign: m[1], query: m[2], from: caret - m[2].length - 1 } : null;
}

export class Composer {
  constructor(ctx) {
    this.ctx = ctx;
    this.drafts = new Map();
    this.picked = []; // completions of this draft: { text, raw }
    this.reply = null;
    this.text = h('textarea', {
      class: 'composer-text', testid: 'composer', rows: 1,
      'aria-autocomplete': 'list', 'aria-haspopup': 'listbox', spellcheck: 'false',
      on: {
        input: () => this.#changed(),
        keydown: (ev) => this.#key(ev),
        click: () => this.#complete(),
        blur: () => setTimeout(() => !this.el.contains(document.activeElement) && this.suggest.hide(), 0),
        focus: () => !this.form && this.#complete(),
      },
    });
    this.suggest = new Suggest(this.text);
    this.counter = h('span', { class: 'counter', 'aria-live': 'polite' });
    this.sendButton = button({
      class: 'icon-button send', 'aria-label': 'Send', title: 'Send', testid: 'send',
      on: { click: () => (this.form ? this.form.send() : this.send()) },
    }, icon('arrowOut', { size: 20 }));
    this.box = h('div', { class: 'composer-box' });
    this.replyBar = h('div', { class: 'reply-bar', testid: 'reply-bar' });
    this.error = h('div', { class: 'composer-error', role: 'alert', testid: 'composer-error' });
    this.typing = h('div', { class: 'typing', 'aria-live': 'polite' });
    this.hint = h('div', { class: 'offline-hint', role: 'status', testid: 'offline-hint' });
    this.el = h('div', { class: 'composer', id: 'composer', tabindex: -1, role: 'form', 'aria-label': 'Message box' },
      this.suggest.el, this.hint, this.error, this.replyBar, this.box, this.typing);
    this.error.hidden = true;
    this.#setReply(null);
    const { store } = ctx;
    store.on('state place guilds bot', () => this.#place());
    store.on('commands', () => !this.form && document.activeElement === this.text && this.#complete());
    store.on('typing', () => this.#paintTyping());
    setInterval(() => this.#paintTyping(), 2000);
  }

  focus() {
    if (this.form) this.form.focus();
    else this.text.focus();
  }

  startTyping(text) {
    this.text.value = text;
    this.#changed();
  }

  replyTo(message) {
    this.editing = null;
    this.#setReply(message);
    this.focus();
  }

  /** One's own message, to be written anew. */
  edit(message) {
    this.#close(message.content ?? '');
    this.editing = message;
    this.#setReply(message);
    this.focus();
    this.#grow();
  }

  #editLast() {
    const { store } = this.ctx;
    const own = store.list().filter((m) => m.author?.id === store.me?.id && !m.flags && (m.type === 0 || m.type === 19));
    if (own.length) this.edit(own.at(-1));
  }

  /** Starts a command as if it had been picked, e.g. from a mention. */
  startCommand(name) {
    const all = this.#entries();
    const entry = all.find((e) => e.name === name) ?? all.find((e) => e.name.startsWith(name + ' '));
    if (entry) return this.#open(entry);
    this.#close('/' + name);
    this.text.focus();
    return this.#complete();
  }

  // What is shown ---------------------------------------------------------------

  #place() {
    const { store } = this.ctx;
    const key = `${store.me?.id}:${store.channelId}`;
    if (key !== this.key) {
      if (this.key) this.drafts.set(this.key, this.text.value);
      this.key = key;
      this.#setReply(null);
      this.#close(this.drafts.get(key) ?? '');
      this.error.hidden = true;
    }
    const c = store.channel;
    const isDm = c && c.id === store.dm?.id;
    const place = isDm ? '@' + (store.bot.user?.username ?? 'bot') : '#' + (c?.name ?? '');
    const forum = c?.type === 15 || c?.type === 16;
    const may = Boolean(c) && c.can_send !== false && !forum;
    this.text.disabled = !may;
    this.text.placeholder = !c ? 'No channel' : may ? `Message ${place}`
      : forum ? 'Choose a post to write in it.'
      : 'You do not have permission to send messages in this channel.';
    this.text.setAttribute('aria-label', this.text.placeholder);
    this.box.classList.toggle('is-disabled', !may);
    this.#paintHint();
    this.#paintBox();
    this.#grow();
  }

  #paintHint() {
    const { bot, me } = this.ctx.store;
    this.hint.hidden = !me || bot.online;
    if (this.hint.hidden) return;
    const name = bot.user?.username ?? 'The bot';
    const code = (text) => h('code', { class: 'inline-code' }, text);
    replace(this.hint, icon('info', { size: 18 }), h('span', null, h('b', null, `${name} is offline.`),
      ' Start your bot with ', code('DISCORD_TOKEN=…'), ' and ', code(`ZX_API_URL=${location.origin}/api/v10`),
      ' (the sandbox printed both), or start both with ', code('zoryx-sandbox --run ./your-bot'), '.'));
  }

  #paintBox() {
    const inner = this.form?.el ?? this.text;
    if (inner.parentNode === this.box) return;
    replace(this.box, inner, this.counter, this.sendButton);
  }

  #paintTyping() {
    const { store } = this.ctx;
    const now = Date.now();
    const who = [...store.typing.get(store.channelId) ?? []]
      .filter(([id, until]) => until > now && id !== store.me?.id)
      .map(([id]) => store.displayName(id) ?? 'Someone');
    const text = !who.length ? '' : who.length > TYPING_SHOWN ? 'Several people are typing…'
      : `${new Intl.ListFormat('en').format(who)} ${who.length > 1 ? 'are' : 'is'} typing…`;
    if (this.typing.dataset.text === text) return;
    this.typing.dataset.text = text;
    replace(this.typing, text && h('span', { class: 'dots', 'aria-hidden': 'true' }, h('i'), h('i'), h('i')), text);
  }

  #setReply(message) {
    this.reply = message;
    this.replyBar.hidden = !message;
    if (!message) {
      this.editing = null;
      return;
    }
    replace(this.replyBar, this.editing ? h('span', null, 'Editing your message')
      : h('span', null, 'Replying to ', h('b', null, this.ctx.store.displayName(message.author) ?? 'someone')),
    button({
      class: 'icon-button small', 'aria-label': 'Cancel', on: { click: () => this.#cancelReply() },
    }, icon('close', { size: 16 })));
  }

  #cancelReply() {
    if (this.editing) this.#close('');
    this.#setReply(null);
    this.focus();
  }

  #fail(text) {
    replace(this.error, icon('info', { size: 16 }), text);
    this.error.hidden = false;
  }

  #grow() {
    this.text.style.height = 'auto';
    this.text.style.height = `${Math.min(this.text.scrollHeight, innerHeight / 2)}px`;
    const left = MAX_CONTENT - this.text.value.length;
    this.counter.textContent = !this.form && left < 200 ? String(left) : '';
    this.counter.classList.toggle('over', left < 0);
  }

  // Completion --------------------------------------------------------------------

  #entries() {
    return entries(this.ctx.store.commands, this.ctx.store.guildId);
  }

  #changed() {
    this.error.hidden = true;
    this.#grow();
    // "/name " with a blank is that command, as picking it would be
    const m = /^\/([^\n]+) $/.exec(this.text.value);
    const entry = m && this.#entries().find((e) => e.name === m[1]);
    if (entry) this.#open(entry);
    else this.#complete();
  }

  #complete() {
    const { value, selectionStart: caret } = this.text;
    this.suggest.attach(this.text);
    if (/^\/[^\n]*$/.test(value)) return this.#completeCommand(value.slice(1));
    const token = tokenAt(value, caret);
    if (!token) return this.suggest.hide();
    const items = token.sign === '@' ? this.#people(token) : this.#channels(token);
    if (!items.length) return this.suggest.hide();
    return this.suggest.show({
      title: token.sign === '@' ? 'Members and roles' : 'Channels', items,
      label: token.sign === '@' ? 'Members and roles' : 'Channels', testid: 'mention-picker',
    });
  }

  #completeCommand(text) {
    const found = findEntries(this.#entries(), text);
    const { bot } = this.ctx.store;
    if (!found.length) {
      return this.suggest.show({
        title: 'Commands', testid: 'slash-picker',
        note: this.#entries().length ? `No command matches “/${text}”.`
          : bot.online ? 'You can use no command here.' : 'The bot is offline and has no commands yet.',
      });
    }
    return this.suggest.show({
      title: [avatar(bot.user, { size: 16, bot: true }), ' ', bot.user?.username ?? 'Commands'],
      label: 'Commands', testid: 'slash-picker',
      items: found.map((e) => ({
        testid: 'slash-option', attrs: { 'data-command': e.name },
        row: () => [h('span', { class: 'suggest-main' },
          h('span', { class: 'command-line' }, h('b', null, '/' + e.name),
            e.options.slice(0, 6).map((o) => h('span', { class: `command-option${o.required ? ' required' : ''}` }, o.name))),
          h('span', { class: 'suggest-sub' }, e.description)),
        h('span', { class: 'suggest-side' }, bot.user?.username)],
        pick: () => this.#open(e),
      })),
    });
  }

  #insert(token, text, raw) {
    const { value } = this.text;
    const caret = this.text.selectionStart;
    if (raw) this.picked.push({ text, raw });
    this.text.value = value.slice(0, token.from) + text + ' ' + value.slice(caret).replace(/^ /, '');
    const at = token.from + text.length + 1;
    this.text.setSelectionRange(at, at);
    this.#grow();
    this.suggest.hide();
    this.text.focus();
  }

  #people(token) {
    const { store } = this.ctx;
    const guild = store.guild;
    const roles = guild ? roleItems(store).filter((r) => r.value !== guild.id) : [];
    const special = guild ? [{ value: null, label: 'everyone', description: 'Notify everyone here' },
      { value: null, label: 'here', description: 'Notify those who are online' }] : [];
    const all = [...userItems(store), ...roles.map((r) => ({ ...r, role: true })), ...special];
    return search(token.query, all, (x) => [x.label, x.role ? '' : x.description ?? ''], 12).map((x) => ({
      testid: 'mention-option', attrs: { 'data-value': x.value ?? x.label },
      row: () => [h('span', { class: 'pick-icon' }, x.icon?.() ?? icon('at', { size: 18 })),
        h('span', { class: 'suggest-main inline' },
          h('span', { style: x.color ? { color: x.color } : {} }, x.role || !x.value ? '@' + x.label : x.label)),
        h('span', { class: 'suggest-side' }, x.role ? 'Role' : x.description)],
      pick: () => this.#insert(token, '@' + x.label, x.value && (x.role ? `<@&${x.value}>` : `<@${x.value}>`)),
    }));
  }

  #channels(token) {
    const items = channelItems(this.ctx.store).filter((c) => this.ctx.store.findChannel(c.value)?.type !== 4);
    return search(token.query, items, (x) => x.label, 12).map((x) => ({
      testid: 'mention-option', attrs: { 'data-value': x.value },
      row: () => [h('span', { class: 'pick-icon' }, x.icon()),
        h('span', { class: 'suggest-main inline' }, x.label), h('span', { class: 'suggest-side' }, x.description)],
      pick: () => this.#insert(token, '#' + x.label, `<#${x.value}>`),
    }));
  }

  /** All that "@…" and "#…" may stand for when it was typed in full. */
  #names() {
    const { store } = this.ctx;
    return [...this.picked,
      ...userItems(store).map((x) => ({ text: '@' + x.description, raw: `<@${x.value}>` })),
      ...channelItems(store).map((x) => ({ text: '#' + x.label, raw: `<#${x.value}>` }))];
  }

  // Commands and sending -------------------------------------------------------------

  #open(entry) {
    this.error.hidden = true;
    this.text.value = '';
    const form = new SlashForm({ ...this.ctx, suggest: this.suggest }, entry, {
      done: () => this.form === form && this.#leave(''),
      cancel: (text) => this.#leave(text),
    });
    this.form = form;
    this.#grow();
    this.#paintBox();
    this.form.focus();
  }

  #leave(text) {
    this.#close(text);
    this.text.focus();
    if (text) this.#complete();
  }

  #close(text) {
    this.form = null;
    this.suggest.hide();
    this.suggest.attach(this.text);
    this.text.value = text;
    this.picked = [];
    this.#paintBox();
    this.#grow();
  }

  #key(ev) {
    if (ev.isComposing) return;
    const { suggest } = this;
    if (suggest.open && (ev.key === 'ArrowDown' || ev.key === 'ArrowUp')) {
      suggest.move(ev.key === 'ArrowDown' ? 1 : -1);
    } else if (suggest.open && (ev.key === 'Tab' || ev.key === 'Enter') && !ev.shiftKey) {
      suggest.pick();
    } else if (ev.key === 'Escape') {
      if (!suggest.el.hidden) suggest.hide();
      else if (this.reply) this.#cancelReply();
      else return;
    } else if (ev.key === 'ArrowUp' && !this.text.value && !this.reply) {
      this.#editLast();
    } else if (ev.key === 'PageUp' || ev.key === 'PageDown') {
      this.ctx.actions.scrollPage(ev.key === 'PageUp' ? -1 : 1);
    } else if (ev.key === 'Enter' && !ev.shiftKey) {
      this.send();
    } else {
      return;
    }
    ev.preventDefault();
  }

  /** The box is empty at once: what is typed meanwhile is the next message. */
  async send() {
    const typed = this.text.value.trim();
    if (!typed) return;
    const content = resolveMentions(typed, this.#names());
    if (content.length > MAX_CONTENT) {
      this.#fail(`Your message is too long (${content.length} of ${MAX_CONTENT}).`);
      return;
    }
    const { reply, editing, key } = this;
    this.#setReply(null);
    this.#close('');
    this.text.focus();
    try {
      if (editing) await this.ctx.actions.edit(editing, content);
      else await this.ctx.actions.send(content, reply?.id);
    } catch (e) {
      if (this.key !== key) return;
      this.#fail(e.message);
      if (this.text.value || this.form) return;
      this.#close(typed);
      this.editing = editing;
      this.#setReply(reply);
    }
  }
}
