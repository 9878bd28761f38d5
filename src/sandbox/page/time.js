// SPDX-License-Identifier: MIT
// Times as Discord writes them: <t:unix:style>, and those beside messages.

const STYLES = {
  t: { timeStyle: 'short' },
  T: { timeStyle: 'medium' },
  d: { dateStyle: 'short' },
  D: { dateStyle: 'long' },
  f: { dateStyle: 'long', timeStyle: 'short' },
  F: { dateStyle: 'full', timeStyle: 'short' },
  s: { dateStyle: 'short', timeStyle: 'short' },
  S: { dateStyle: 'short', timeStyle: 'medium' },
};

const UNITS = [
  ['year', 365.25 * 86400], ['month', 30.4375 * 86400], ['day', 86400],
  ['hour', 3600], ['minute', 60], ['second', 1],
];

/** Dates of JavaScript end at ±8.64e15 ms; beyond it the source text stays. */
export function validUnix(unix) {
  return Number.isFinite(unix) && Math.abs(unix) <= 8.64e12;
}

export function relative(unix, nowMs, locale) {
  const diff = unix - nowMs / 1000;
  const abs = Math.abs(diff);
  const [unit, secs] = UNITS.find(([, s]) => abs >= s * 0.9999) ?? ['second', 1];
  const n = Math.round(diff / secs);
  return new Intl.RelativeTimeFormat(locale, { numeric: 'always' }).format(n, unit);
}

/** options: { now, locale, timeZone }, for tests. */
export function formatTimestamp(unix, style = 'f', options = {}) {
  const { now = Date.now(), locale, timeZone } = options;
  if (!validUnix(unix)) return null;
  if (style === 'R') return relative(unix, now, locale);
  const format = STYLES[style] ?? STYLES.f;
  return new Intl.DateTimeFormat(locale, { ...format, timeZone }).format(unix * 1000);
}

export function absolute(ms, options = {}) {
  return formatTimestamp(ms / 1000, 'F', options) ?? '';
}

function dayOf(ms) {
  const d = new Date(ms);
  return new Date(d.getFullYear(), d.getMonth(), d.getDate()).getTime();
}

export function sameDay(a, b) {
  return dayOf(a) === dayOf(b);
}

/** "Today at 14:02", "Yesterday at 14:02", "20/04/2021, 14:02" */
export function messageStamp(ms, now = Date.now(), locale) {
  const clock = new Intl.DateTimeFormat(locale, { timeStyle: 'short' }).format(ms);
  const days = Math.round((dayOf(now) - dayOf(ms)) / 86400000);
  if (days === 0) return `Today at ${clock}`;
  if (days === 1) return `Yesterday at ${clock}`;
  return new Intl.DateTimeFormat(locale, STYLES.s).format(ms);
}

export function clockOnly(ms, locale) {
  return new Intl.DateTimeFormat(locale, { timeStyle: 'short' }).format(ms);
}

export function longDate(ms, locale) {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'long' }).format(ms);
}
