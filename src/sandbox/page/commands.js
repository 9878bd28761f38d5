// SPDX-License-Identifier: MIT
// Slash commands as data: what may be typed and what its options take. Pure.

import { match } from './util.js';

export const SUB = 1, GROUP = 2;
export const STRING = 3, INTEGER = 4, BOOLEAN = 5, USER = 6, CHANNEL = 7, ROLE = 8,
  MENTIONABLE = 9, NUMBER = 10, ATTACHMENT = 11;

export const TYPE_NAMES = {
  [STRING]: 'text', [INTEGER]: 'whole number', [BOOLEAN]: 'true or false', [USER]: 'user',
  [CHANNEL]: 'channel', [ROLE]: 'role', [MENTIONABLE]: 'user or role', [NUMBER]: 'number',
  [ATTACHMENT]: 'file',
};

const MAX_SAFE = Number.MAX_SAFE_INTEGER;

/** One entry per thing that can be sent: subcommands count, their parent not. */
export function entries(commands, guildId = null) {
  const out = [];
  for (const c of commands ?? []) {
    if ((c.type ?? 1) !== 1 || c.visible === false) continue;
    if (!inGuild(c, guildId)) continue;
    if (!guildId && (c.dm_permission === false || (c.contexts && !c.contexts.includes(1)))) continue;
    walk(c, c, [c.name], out);
  }
  return out.sort((a, b) => (a.name < b.name ? -1 : 1));
}

const inGuild = (c, guildId) => !c.guild_id || c.guild_id === guildId;

/** Commands of a user's (2) or a message's (3) menu. */
export function menuCommands(commands, guildId, type) {
  return (commands ?? []).filter((c) => c.type === type && c.visible !== false && inGuild(c, guildId));
}

function walk(command, node, path, out) {
  const subs = (node.options ?? []).filter((o) => o.type === SUB || o.type === GROUP);
  for (const s of subs) walk(command, s, [...path, s.name], out);
  if (subs.length) return;
  const options = (node.options ?? []).map((o, i) => ({ o, i }))
    .sort((a, b) => Boolean(b.o.required) - Boolean(a.o.required) || a.i - b.i).map((x) => x.o);
  out.push({ name: path.join(' '), command, description: node.description ?? '', options });
}

export function findEntries(all, text, limit = 50) {
  const q = text.trimStart().toLowerCase();
  return all
    .map((e) => ({ e, rank: q ? Math.max(match(q, e.name), e.name.startsWith(q) ? 4 : 0) : 1 }))
    .filter((x) => x.rank > 0)
    .sort((a, b) => b.rank - a.rank)
    .slice(0, limit)
    .map((x) => x.e);
}

/** The choices that a text may mean: of the option itself, or true and false. */
export function choicesOf(option) {
  if (option.type === BOOLEAN) return [{ name: 'True', value: true }, { name: 'False', value: false }];
  return option.choices ?? [];
}

function checkNumber(option, text) {
  const whole = option.type === INTEGER;
  const pattern = whole ? /^[+-]?\d{1,16}$/ : /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i;
  const n = Number(text);
  if (!pattern.test(text) || !Number.isFinite(n) || (whole && Math.abs(n) > MAX_SAFE)) {
    return { error: whole ? 'Enter a whole number.' : 'Enter a number.' };
  }
  const { min_value: min, max_value: max } = option;
  if (min !== undefined && n < min) return { error: `Enter ${min} or more.` };
  if (max !== undefined && n > max) return { error: `Enter ${max} or less.` };
  return { value: n };
}

function checkText(option, text) {
  const length = [...text].length;
  const { min_length: min = 0, max_length: max = 6000 } = option;
  if (length < min) return { error: `Enter at least ${min} character${min === 1 ? '' : 's'}.` };
  if (length > max) return { error: `Enter at most ${max} characters (now ${length}).` };
  return { value: text };
}

/**
 * What was typed, and perhaps picked ({ value }), as the option's value:
 * { value }, { error } or { empty: true }.
 */
export function check(option, typed, picked) {
  const text = String(typed ?? '').trim();
  if (picked !== undefined && picked !== null) {
    const number = option.type === INTEGER || option.type === NUMBER;
    return number && typeof picked.value !== 'object' ? checkNumber(option, String(picked.value)) : { value: picked.value };
  }
  if (!text) return option.required ? { error: 'This option is required. Specify a value.' } : { empty: true };
  const choices = choicesOf(option);
  if (choices.length) {
    const hit = choices.find((c) => c.name.toLowerCase() === text.toLowerCase() || String(c.value) === text);
    return hit ? { value: hit.value } : { error: 'Pick one of the choices.' };
  }
  switch (option.type) {
    case INTEGER: case NUMBER: return checkNumber(option, text);
    case STRING: return checkText(option, text);
    case USER: case CHANNEL: case ROLE: case MENTIONABLE: {
      const id = /^(?:<(?:@[!&]?|#))?(\d{15,20})>?$/.exec(text);
      return id ? { value: id[1] } : { error: `Pick a ${TYPE_NAMES[option.type]} from the list.` };
    }
    case ATTACHMENT: return { error: 'Choose a file.' };
    default: return { value: text };
  }
}

/** "1–25", "at least 3", or "" for an option's range. */
export function rangeText(option) {
  const length = option.type === STRING;
  const min = length ? option.min_length : option.min_value;
  const max = length ? option.max_length : option.max_value;
  const unit = length ? ' characters' : '';
  if (min !== undefined && max !== undefined) return `${min}–${max}${unit}`;
  if (min !== undefined) return `at least ${min}${unit}`;
  if (max !== undefined) return `at most ${max}${unit}`;
  return '';
}

/** "@Name" and "#name" in a text to send, as the mentions that they stand for. */
export function resolveMentions(text, names) {
  const parts = String(text).split(/(```[\s\S]*?```|`[^`\n]*`)/);
  const known = [...names].sort((a, b) => b.text.length - a.text.length);
  return parts.map((part, i) => {
    if (i % 2) return part;
    let out = '';
    for (let at = 0; at < part.length; ) {
      const c = part[at];
      const hit = (c === '@' || c === '#') && !/[\w<]/.test(part[at - 1] ?? ' ')
        ? known.find((k) => part.startsWith(k.text, at) &&
            !/[\p{L}\p{N}_]/u.test(part[at + k.text.length] ?? ' ')) : null;
      out += hit ? hit.raw : c;
      at += hit ? hit.text.length : 1;
    }
    return out;
  }).join('');
}
