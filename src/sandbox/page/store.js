// SPDX-License-Identifier: MIT
// What the page knows: one state, changed here only, and who listens to it.
//
// Topics: 'state' (all anew), 'guilds', 'place' (another channel is shown),
// 'messages' (channel id), 'commands', 'bot', 'traffic', 'faults',
// 'interactions', 'link' (live feed), 'typing', 'modal'.

import { compareIds, readable } from './util.js';

const MAX_MESSAGES = 400; // per channel; the oldest leave first
const MAX_TRAFFIC = 600;
const MAX_INTERACTIONS = 200;
const TYPING_MS = 10000;
const FRESH_MS = 2500; // what has just been made stands out

export const EPHEMERAL = 1 << 6;
export const LOADING = 1 << 7;
export const COMPONENTS_V2 = 1 << 15;

export class Store {
  #listeners = new Map();
  #queued = new Set();
  #seen = new Set();
  #fresh = new Map(); // id of a role or channel -> until ms

  constructor() {
    this.me = null;
    this.users = new Map();
    this.bot = { user: null, online: false, status: 'offline', activities: [] };
    this.guilds = [];
    this.dm = null;
    this.commands = [];
    this.gateway = { sessions: [], violations: [] };
    this.faults = [];
    this.traffic = [];
    this.buckets = new Map();
    this.messages = new Map(); // channel id -> { list, complete }
    this.interactions = new Map(); // id -> { state, ... }
    this.unread = new Map(); // channel id -> mentions of me
    this.typing = new Map(); // channel id -> Map(user id -> until ms)
    this.linked = null; // null until first connected
    this.guildId = null; // null: direct messages
    this.channelId = null;
  }

  on(topics, fn) {
    for (const topic of topics.split(' ')) {
      if (!this.#listeners.has(topic)) this.#listeners.set(topic, new Set());
      this.#listeners.get(topic).add(fn);
    }
  }

  emit(topic, arg) {
    for (const fn of this.#listeners.get(topic) ?? []) fn(arg, topic);
  }

  /** Once for many changes that come together, as in a restore. */
  emitSoon(topic) {
    if (this.#queued.has(topic)) return;
    this.#queued.add(topic);
    const later = globalThis.requestAnimationFrame ?? queueMicrotask;
    later(() => {
      this.#queued.delete(topic);
      this.emit(topic);
    });
  }

  // Reading -----------------------------------------------------------------

  get guild() {
    return this.guilds.find((g) => g.id === this.guildId) ?? null;
  }

  get channel() {
    return this.findChannel(this.channelId);
  }

  findChannel(id) {
    if (!id) return null;
    if (this.dm?.id === id) return this.dm;
    for (const g of this.guilds) {
      const c = g.channels.find((x) => x.id === id);
      if (c) return c;
    }
    return null;
  }

  guildOf(channelId) {
    return this.guilds.find((g) => g.channels.some((c) => c.id === channelId)) ?? null;
  }

  member(userId, guild = this.guild) {
    return guild?.members?.find((m) => m.user?.id === userId) ?? null;
  }

  user(id) {
    return this.users.get(id) ?? this.guilds.flatMap((g) => g.members ?? [])
      .find((m) => m.user?.id === id)?.user ?? null;
  }

  displayName(user, guild = this.guild) {
    const u = typeof user === 'string' ? this.user(user) : user;
    if (!u) return null;
    return this.member(u.id, guild)?.nick ?? u.global_name ?? u.username ?? null;
  }

  rolesOf(member, guild = this.guild) {
    const ids = new Set(member?.roles ?? []);
    return (guild?.roles ?? []).filter((r) => ids.has(r.id))
      .sort((a, b) => b.position - a.position || compareIds(a.id, b.id));
  }

  roleColor(userId, guild = this.guild) {
    const member = this.member(userId, guild);
    const role = member && this.rolesOf(member, guild).find((r) => roleRgb(r));
    return role ? readable(roleRgb(role)) : null;
  }

  isFresh(id) {
    return (this.#fresh.get(id) ?? 0) > Date.now();
  }

  /** Notes the roles and channels that the guild did not have before. */
  noteFresh(old, guild) {
    const until = Date.now() + FRESH_MS;
    const known = new Set([...old.roles, ...old.channels].map((x) => x.id));
    for (const [id, t] of this.#fresh) if (t < Date.now()) this.#fresh.delete(id);
    for (const x of [...guild.roles, ...guild.channels]) if (!known.has(x.id)) this.#fresh.set(x.id, until);
  }

  list(channelId = this.channelId) {
    return this.messages.get(channelId)?.list ?? [];
  }

  // Changing ----------------------------------------------------------------

  setState(s) {
    this.users = new Map((s.users ?? []).map((u) => [u.id, u]));
    this.me = { ...s.me, ...this.users.get(s.me?.id) };
    this.bot = s.bot ?? this.bot;
    if (this.bot.user) this.users.set(this.bot.user.id, { ...this.users.get(this.bot.user.id), ...this.bot.user });
    this.guilds = (s.guilds ?? []).map(normalGuild);
    this.dm = s.dm ?? null;
    this.commands = s.commands ?? [];
    this.gateway = s.gateway ?? this.gateway;
    this.faults = s.faults ?? [];
    this.emit('state');
  }

  show(guildId, channelId) {
    this.guildId = guildId;
    this.channelId = channelId;
    this.unread.delete(channelId);
    this.emit('place');
  }

  setMessages(channelId, list, { older = false, complete = false } = {}) {
    const old = older ? this.list(channelId) : [];
    const merged = new Map([...list, ...old].map((m) => [m.id, m]));
    this.messages.set(channelId, {
      list: [...merged.values()].sort((a, b) => compareIds(a.id, b.id)),
      complete,
    });
    this.emit('messages', channelId);
  }

  forgetMessages() {
    this.messages.clear();
    this.interactions.clear();
  }

  receive(t, d) {
    if (Object.hasOwn(RECEIVE, t) && d) RECEIVE[t](this, d);
  }

  setLinked(linked) {
    if (this.linked === linked) return;
    this.linked = linked;
    this.emit('link');
  }

  addTraffic(entries) {
    for (const e of entries) {
      const key = e && trafficKey(e);
      if (!e || this.#seen.has(key)) continue;
      this.#seen.add(key);
      this.traffic.push(e);
      if (e.bucket) this.buckets.set(routeOf(e.what), { ...e.bucket, seen: Date.now() });
    }
    if (entries.length > 1) this.traffic.sort((a, b) => a.at - b.at);
    for (const e of this.traffic.splice(0, Math.max(0, this.traffic.length - MAX_TRAFFIC))) {
      this.#seen.delete(trafficKey(e));
    }
    this.emit('traffic');
  }

  setInteraction(id, change) {
    this.interactions.set(id, { ...this.interactions.get(id), id, ...change });
    if (this.interactions.size > MAX_INTERACTIONS) {
      this.interactions.delete(this.interactions.keys().next().value);
    }
    this.emit('interactions', id);
  }

  removeMessage(channelId, id) {
    const box = this.messages.get(channelId);
    if (!box) return;
    box.list = box.list.filter((m) => m.id !== id);
    this.emit('messages', channelId);
  }
}

/** The role's own colour as #rrggbb, or null for none. */
export function roleRgb(role) {
  const n = role?.colors?.primary_color || role?.color;
  return n ? '#' + n.toString(16).padStart(6, '0') : null;
}

/** REST and gateway count for themselves. */
export function trafficKey(entry) {
  return `${entry.kind}:${entry.n}`;
}

/** "GET /channels/123/messages" -> "GET /channels/{id}/messages" */
export function routeOf(what) {
  return String(what ?? '').replace(/\?.*$/, '').replace(/\/api\/v\d+/, '')
    .replace(/\/\d{15,21}/g, '/{id}')
    .replace(/(\/(?:interactions|webhooks)\/\{id\}\/)[^/]+/, '$1{token}');
}

/** Threads are channels here too. */
function normalGuild(g) {
  const channels = [...g.channels ?? [], ...g.threads ?? []];
  return { roles: [], members: [], ...g, threads: [], channels };
}

function mentions(store, m) {
  if (m.author?.id === store.me?.id) return false;
  return Boolean(m.mention_everyone) || (m.mentions ?? []).some((u) => u.id === store.me?.id);
}

function upsert(store, d, isNew) {
  const box = store.messages.get(d.channel_id);
  const at = box ? box.list.findIndex((m) => m.id === d.id) : -1;
  // a whole message replaces: what it no longer has is gone
  if (at >= 0) box.list[at] = d.author ? d : { ...box.list[at], ...d };
  else if (box && isNew) {
    box.list.push(d);
    if (box.list.length > 1 && compareIds(box.list.at(-2).id, d.id) > 0) {
      box.list.sort((a, b) => compareIds(a.id, b.id));
    }
    if (box.list.length > MAX_MESSAGES) {
      box.list.splice(0, box.list.length - MAX_MESSAGES);
      box.complete = false;
    }
  }
  if (isNew && at < 0 && d.channel_id !== store.channelId && d.author?.id !== store.me?.id) {
    store.unread.set(d.channel_id,
      (store.unread.get(d.channel_id) ?? 0) + (mentions(store, d) ? 1 : 0));
    store.emit('place');
  }
}

const RECEIVE = {
  MESSAGE_CREATE(store, d) {
    store.typing.get(d.channel_id)?.delete(d.author?.id);
    upsert(store, d, true);
    store.emit('messages', d.channel_id);
    store.emit('typing');
  },
  MESSAGE_UPDATE(store, d) {
    upsert(store, d, false);
    store.emit('messages', d.channel_id);
  },
  MESSAGE_DELETE(store, d) {
    store.removeMessage(d.channel_id, d.id);
  },
  MESSAGE_DELETE_BULK(store, d) {
    for (const id of d.ids ?? []) store.removeMessage(d.channel_id, id);
  },
  GUILD_UPDATE(store, d) {
    const at = store.guilds.findIndex((g) => g.id === d.id);
    if (at >= 0) {
      const old = store.guilds[at];
      store.guilds[at] = normalGuild({ ...old, ...d });
      store.noteFresh(old, store.guilds[at]);
    } else store.guilds.push(normalGuild(d));
    store.emitSoon('guilds');
  },
  GUILD_DELETE(store, d) {
    store.guilds = store.guilds.filter((g) => g.id !== d.id);
    store.emitSoon('guilds');
  },
  COMMANDS_UPDATE(store, d) {
    store.commands = d;
    store.emit('commands');
  },
  BOT_UPDATE(store, d) {
    store.bot = { ...store.bot, ...d };
    store.emit('bot');
  },
  TYPING(store, d) {
    if (!store.typing.has(d.channel_id)) store.typing.set(d.channel_id, new Map());
    store.typing.get(d.channel_id).set(d.user_id, Date.now() + TYPING_MS);
    store.emit('typing');
  },
  INTERACTION(store, d) {
    store.setInteraction(d.id, d);
  },
  MODAL(store, d) {
    store.emit('modal', d);
  },
  TRAFFIC(store, d) {
    store.addTraffic(Array.isArray(d) ? d : [d]);
  },
  FAULTS(store, d) {
    store.faults = d;
    store.emit('faults');
  },
};
