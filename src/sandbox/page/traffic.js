// SPDX-License-Identifier: MIT
// The drawer's log of REST and gateway traffic, and the rate limits' state.

import { h, replace, button } from './dom.js';
import { api } from './api.js';
import { icon } from './icons.js';
import { trafficKey } from './store.js';

const ROWS = 300;

export function statusKind(entry) {
  if (entry.kind === 'gateway') return entry.dir === 'in' ? 'gw-in' : 'gw-out';
  if (entry.status === 429) return 'limited';
  if (entry.status >= 500 || !entry.status) return 'failed';
  return entry.status >= 400 ? 'refused' : 'ok';
}

export function matches(entry, filter, kind) {
  if (kind !== 'all' && entry.kind !== kind) return false;
  const f = filter.trim().toLowerCase();
  return !f || `${entry.what} ${entry.status ?? ''}`.toLowerCase().includes(f);
}

function latency(ms) {
  return ms < 1 ? '< 1 ms' : `${Math.round(ms)} ms`;
}

function clock(ms) {
  const d = new Date(ms);
  const two = (n) => String(n).padStart(2, '0');
  return `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}.${String(d.getMilliseconds()).padStart(3, '0')}`;
}

function timeOf(entry) {
  const at = typeof entry.at === 'string' ? Date.parse(entry.at) : entry.at;
  return Number.isFinite(at) ? clock(at) : '';
}

/** Ids by their last digits: the end of a path says more than its middle. */
export function shortWhat(what) {
  return String(what ?? '').replace(/\d{15,21}/g, (id) => '…' + id.slice(-4)).replace(/\/api\/v\d+/, '');
}

/** JSON in lines, whether it came as text or not. */
function pretty(value) {
  if (typeof value !== 'string') return JSON.stringify(value, null, 2);
  if (!/^[[{]/.test(value)) return value;
  try {
    return JSON.stringify(JSON.parse(value), null, 2);
  } catch {
    return value; // cut, or no JSON
  }
}

function details(entry) {
  const known = new Set(['n', 'at', 'kind', 'dir', 'what', 'status', 'ms', 'bucket']);
  const rest = Object.entries(entry).filter(([k, v]) => !known.has(k) && v !== null && v !== '');
  const lines = rest.map(([k, v]) => `${k}: ${pretty(v)}`);
  if (entry.bucket) {
    const b = entry.bucket;
    lines.push(`bucket: ${b.remaining} of ${b.limit} left, resets in ${b.reset_after} s`);
  }
  return lines.join('\n');
}

function row(entry) {
  const kind = statusKind(entry);
  const gateway = entry.kind === 'gateway';
  const extra = details(entry);
  const head = [
    h('span', { class: 'traffic-dir', title: gateway ? (entry.dir === 'in' ? 'from the bot' : 'to the bot') : 'REST' },
      icon(entry.dir === 'out' ? 'arrowOut' : 'arrowIn', { size: 14 })),
    h('span', { class: 'traffic-time' }, timeOf(entry)),
    h('span', { class: 'traffic-what', title: entry.what }, shortWhat(entry.what)),
    gateway ? h('span', { class: 'traffic-status' }, 'GW')
      : h('span', { class: 'traffic-status' }, entry.status || 'none'),
    h('span', { class: 'traffic-ms' }, Number.isFinite(entry.ms) ? `${Math.round(entry.ms)} ms` : ''),
  ];
  const attrs = { class: `traffic-row is-${kind}`, testid: 'traffic-row', 'data-kind': entry.kind, 'data-n': entry.n };
  if (gateway && !extra) return h('div', attrs, h('div', { class: 'summary' }, head));
  const text = h('pre', { tabindex: 0 }, extra);
  const el = h('details', attrs, h('summary', null, head), text);
  if (!gateway) el.addEventListener('toggle', () => el.open && loadBodies(entry, text), { once: true });
  return el;
}

/** Bodies of REST requests are fetched when they are looked at. */
async function loadBodies(entry, text) {
  try {
    const [full] = await api.log(entry.n - 1, 1);
    if (full?.n === entry.n) text.textContent = details({ ...entry, ...full, method: '', path: '' });
  } catch (e) {
    text.textContent = e.message;
  }
}

export function trafficPanel({ store }) {
  let paused = false, kind = 'all', filter = '', queued = false;
  const rows = new Map();
  const list = h('div', { class: 'traffic-list', role: 'log', 'aria-label': 'Traffic', 'aria-live': 'off', testid: 'traffic-list' });
  const summary = h('p', { class: 'muted small', testid: 'session-state' });
  const violations = h('details', { class: 'violations', testid: 'violations' });
  const pause = button({ class: 'icon-button', testid: 'traffic-pause', on: { click: toggle } });
  const kinds = h('select', {
    class: 'field small', 'aria-label': 'Kind of traffic',
    on: { change: (ev) => { kind = ev.target.value; paint(); } },
  }, h('option', { value: 'all' }, 'All'), h('option', { value: 'rest' }, 'REST'), h('option', { value: 'gateway' }, 'Gateway'));
  const search = h('input', {
    class: 'field small', type: 'search', placeholder: 'Filter', 'aria-label': 'Filter the traffic', testid: 'traffic-filter',
    on: { input: () => { filter = search.value; paint(); } },
  });
  const clear = button({
    class: 'icon-button', 'aria-label': 'Clear the log', title: 'Clear the log',
    on: { click: () => { store.traffic = []; rows.clear(); paint(); } },
  }, icon('trash', { size: 18 }));

  function toggle() {
    paused = !paused;
    paintPause();
    if (!paused) paint();
  }
  function paintPause() {
    const text = paused ? 'Go on' : 'Pause';
    pause.setAttribute('aria-label', text);
    pause.title = text;
    pause.setAttribute('aria-pressed', String(paused));
    replace(pause, icon(paused ? 'play' : 'pause', { size: 18 }));
  }

  function paint() {
    const shown = store.traffic.filter((e) => matches(e, filter, kind)).slice(-ROWS);
    const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 60;
    const keep = new Set(shown.map(trafficKey));
    for (const key of rows.keys()) if (!keep.has(key)) rows.delete(key);
    const nodes = shown.map((e) => {
      const key = trafficKey(e);
      if (!rows.has(key)) rows.set(key, row(e));
      return rows.get(key);
    });
    const wanted = new Set(nodes);
    for (const el of [...list.children]) if (!wanted.has(el)) el.remove();
    nodes.forEach((el, i) => list.children[i] !== el && list.insertBefore(el, list.children[i] ?? null));
    if (!nodes.length) replace(list, h('p', { class: 'muted pad' }, 'No traffic yet.'));
    if (atEnd) list.scrollTop = list.scrollHeight;
  }

  function paintSessions() {
    const { sessions = [], violations: broken = [] } = store.gateway;
    replace(summary, sessions.length ? sessions.map((s) =>
      h('span', { class: `session is-${s.state}` }, `Shard ${s.shard}/${s.shards} ${s.state}, seq ${s.seq ?? '–'}`,
        s.compress && s.compress !== 'none' ? `, ${s.compress}` : '', Number.isFinite(s.latency_ms) ? `, ${latency(s.latency_ms)}` : ''))
      : 'No gateway session.');
    violations.hidden = !broken.length;
    replace(violations, h('summary', null, `${broken.length} rule${broken.length === 1 ? '' : 's'} broken by the bot`),
      h('ul', null, broken.slice(-50).map((v) => h('li', null, String(v)))));
  }

  store.on('traffic', () => {
    if (paused || queued || !list.offsetParent) return;
    queued = true;
    requestAnimationFrame(() => { queued = false; paint(); });
  });
  store.on('state sessions', paintSessions);
  paintPause();
  const el = h('section', { class: 'panel', 'aria-label': 'Traffic', testid: 'traffic-panel' },
    h('div', { class: 'panel-bar' }, kinds, search, pause, clear), summary, violations, list);
  return { el, shown: () => { paintSessions(); paint(); list.scrollTop = list.scrollHeight; } };
}

// Rate limits ------------------------------------------------------------------------

/** What is left of a bucket now: full again once it has been reset. */
export function bucketNow(bucket, now) {
  const left = bucket.seen + bucket.reset_after * 1000 - now;
  return left <= 0 ? { remaining: bucket.limit, limit: bucket.limit, resets: 0 }
    : { remaining: bucket.remaining, limit: bucket.limit, resets: left / 1000 };
}

export function limitsPanel({ store }) {
  const list = h('div', { class: 'limit-list', testid: 'limit-list' });
  const note = h('p', { class: 'muted small' },
    'The last state of each route’s bucket, as the bot was told in the answer’s headers.');
  function paint() {
    const buckets = [...store.buckets].sort(([a], [b]) => (a < b ? -1 : 1));
    if (!buckets.length) {
      return replace(list, h('p', { class: 'muted pad' }, 'No request with a rate limit yet.'));
    }
    return replace(list, buckets.map(([route, bucket]) => {
      const b = bucketNow(bucket, Date.now());
      return h('div', { class: 'limit', testid: 'limit' },
        h('div', { class: 'limit-route', title: route }, route),
        h('div', { class: 'limit-state' },
          h('meter', { min: 0, max: b.limit, low: b.limit / 4, optimum: b.limit, value: b.remaining, 'aria-label': `${route}: requests left` }),
          h('span', null, `${b.remaining} / ${b.limit}`),
          h('span', { class: 'muted' }, b.resets ? `${b.resets.toFixed(1)} s` : '')));
    }));
  }
  const el = h('section', { class: 'panel', 'aria-label': 'Rate limits', testid: 'limits-panel' }, note, list);
  let timer = null;
  return {
    el,
    shown() {
      paint();
      timer ??= setInterval(() => {
        if (el.isConnected && !el.hidden) return paint();
        clearInterval(timer);
        timer = null;
        return null;
      }, 500);
    },
  };
}
