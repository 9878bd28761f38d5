// SPDX-License-Identifier: MIT
// The sandbox's control API over HTTP and its live feed over a WebSocket.

export class ApiError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function call(method, path, body) {
  let res;
  try {
    res = await fetch(path, {
      method,
      headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new ApiError(0, 'The sandbox does not answer.');
  }
  const text = await res.text();
  let data = null;
  try {
    data = text ? JSON.parse(text) : null;
  } catch {
    if (res.ok) throw new ApiError(res.status, 'The sandbox answered with something that is not JSON.');
  }
  if (!res.ok) throw new ApiError(res.status, data?.message ?? `The sandbox answered ${res.status}.`);
  return data;
}

function query(params) {
  const given = Object.entries(params).filter(([, v]) => v !== undefined && v !== null);
  return given.length ? '?' + new URLSearchParams(given) : '';
}

const messagePath = (id, rest = '') => `/sandbox/messages/${encodeURIComponent(id)}${rest}`;

export const api = {
  state: (user) => call('GET', '/sandbox/state' + query({ user })),
  messages: (user, channel, { before, limit = 50 } = {}) =>
    call('GET', '/sandbox/messages' + query({ user, channel, before, limit })),
  send: (user, channel_id, content, reference) =>
    call('POST', '/sandbox/messages', { user, channel_id, content, reference }),
  edit: (user, id, content) => call('PATCH', messagePath(id), { user, content }),
  remove: (user, id) => call('DELETE', messagePath(id), { user }),
  react: (user, id, emoji, remove) => call('POST', messagePath(id, '/react'), { user, emoji, remove }),
  interact: (body) => call('POST', '/sandbox/interactions', body),
  dismiss: (user, id) => call('POST', messagePath(id, '/dismiss'), { user }),
  arm: (fault) => call('POST', '/sandbox/faults', fault),
  disarm: () => call('DELETE', '/sandbox/faults'),
  log: (after = 0, full) => call('GET', '/sandbox/log' + query({ after, full })),
};

const FIRST_RETRY_MS = 300;
const LAST_RETRY_MS = 5000;

/** Calls handlers.message(t, d), .open(again) and .lost(); comes back by itself. */
export class LiveFeed {
  constructor(handlers) {
    this.handlers = handlers;
    this.retry = FIRST_RETRY_MS;
    this.opened = 0;
    this.generation = 0;
  }

  /** (Re)connects as this user; an older socket is forgotten. */
  connect(user) {
    this.close();
    this.user = user;
    const generation = ++this.generation;
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    const socket = new WebSocket(`${scheme}://${location.host}/sandbox/live${query({ user })}`);
    this.socket = socket;
    const mine = () => generation === this.generation;
    socket.addEventListener('open', () => {
      if (!mine()) return;
      this.retry = FIRST_RETRY_MS;
      this.handlers.open(this.opened++ > 0);
    });
    socket.addEventListener('message', (ev) => {
      if (mine()) this.#receive(ev.data);
    });
    socket.addEventListener('close', () => {
      if (!mine()) return;
      this.handlers.lost();
      this.timer = setTimeout(() => this.connect(this.user), this.retry);
      this.retry = Math.min(LAST_RETRY_MS, this.retry * 2);
    });
  }

  retryNow() {
    this.retry = FIRST_RETRY_MS;
    this.connect(this.user);
  }

  close() {
    clearTimeout(this.timer);
    this.generation++;
    this.socket?.close();
    this.socket = null;
  }

  #receive(data) {
    let frame;
    try {
      frame = JSON.parse(data);
    } catch {
      return; // not ours
    }
    if (typeof frame?.t === 'string') this.handlers.message(frame.t, frame.d);
  }
}
