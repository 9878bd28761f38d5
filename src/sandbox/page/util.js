// SPDX-License-Identifier: MIT
// Small pure functions: ids, names, colours, sizes, searching.

const EPOCH = 1420070400000n;

/** Snowflakes compare as numbers, and are too long to be JavaScript numbers. */
export function compareIds(a, b) {
  const x = String(a ?? '0'), y = String(b ?? '0');
  if (x.length !== y.length) return x.length - y.length;
  return x < y ? -1 : x > y ? 1 : 0;
}

export function snowflakeTime(id) {
  try {
    return Number((BigInt(id) >> 22n) + EPOCH);
  } catch {
    return 0;
  }
}

export function messageTime(message) {
  const t = Date.parse(message.timestamp ?? '');
  return Number.isNaN(t) ? snowflakeTime(message.id) : t;
}

/** Up to two or three letters that stand for a name. */
export function initials(name, max = 2) {
  const words = String(name ?? '').split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  if (!words.length) return '?';
  return words.slice(0, max).map((w) => [...w][0]).join('').toUpperCase();
}

/** A stable hue for an id; ids made in the same second still differ. */
export function hueOf(id) {
  let x = 2166136261;
  for (const c of String(id)) x = Math.imul(x ^ c.charCodeAt(0), 16777619);
  x ^= x >>> 15;
  return Math.abs(Math.imul(x, 2246822519) >>> 8) % 360;
}

export function hexColor(n) {
  if (!Number.isInteger(n) || n < 0) return null;
  return '#' + (n & 0xffffff).toString(16).padStart(6, '0');
}

function luminance(hex) {
  const [r, g, b] = [1, 3, 5].map((i) => {
    const c = parseInt(hex.slice(i, i + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

const BACKGROUND = luminance('#313338'); // of the chat

/** The colour, or as much lighter as reading it on the page's grounds takes. */
export function readable(hex) {
  if (!/^#[0-9a-f]{6}$/i.test(hex ?? '')) return null;
  const mix = (t) => '#' + [1, 3, 5].map((i) => {
    const c = parseInt(hex.slice(i, i + 2), 16);
    return Math.round(c + (255 - c) * t).toString(16).padStart(2, '0');
  }).join('');
  let t = 0;
  while (t < 1 && (luminance(mix(t)) + 0.05) / (BACKGROUND + 0.05) < 4.5) t += 0.05;
  return mix(Math.min(t, 1));
}

export function formatBytes(n) {
  if (!Number.isFinite(n)) return '';
  const units = ['bytes', 'KB', 'MB', 'GB'];
  let i = 0;
  while (n >= 1024 && i < units.length - 1) {
    n /= 1024;
    i++;
  }
  return `${i ? n.toFixed(2).replace(/\.?0+$/, '') : n} ${units[i]}`;
}

/** A rank above 0 when the query's letters are in the name, better for starts. */
export function match(query, name) {
  const q = query.toLowerCase(), n = String(name ?? '').toLowerCase();
  if (!q) return 1;
  if (n === q) return 5;
  if (n.startsWith(q)) return 4;
  if (n.split(/[\s_-]+/).some((w) => w.startsWith(q))) return 3;
  if (n.includes(q)) return 2;
  return 0;
}

/** The entries whose names match best, in their own order among equals. */
export function search(query, list, names, limit = 25) {
  return list
    .map((item, i) => ({
      item, i, rank: Math.max(...[names(item)].flat().map((n) => match(query, n))),
    }))
    .filter((x) => x.rank > 0)
    .sort((a, b) => b.rank - a.rank || a.i - b.i)
    .slice(0, limit)
    .map((x) => x.item);
}

export function plural(n, word) {
  return `${n} ${word}${n === 1 ? '' : 's'}`;
}

/** Only emoji and blanks, and few of them: Discord shows these large. */
export function isJumbo(text) {
  const rest = String(text).replace(/<a?:\w{2,32}:\d{15,21}>/g, '\u{1F600}').replace(/\s+/g, '');
  if (!rest || /[0-9#*]/.test(rest)) return false;
  if (!/^(?:\p{Extended_Pictographic}|\p{Emoji_Component}|\p{RI})+$/u.test(rest)) return false;
  return [...rest].length <= 60;
}
