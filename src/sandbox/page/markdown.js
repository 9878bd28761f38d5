// SPDX-License-Identifier: MIT
// Discord's markdown to a tree of plain objects. Pure: no DOM, no state.
//
//   { type: 'text', text }            { type: 'br' }
//   { type: 'bold' | 'italic' | 'underline' | 'strike' | 'spoiler' |
//           'quote' | 'subtext' | 'paragraph', kids }
//   { type: 'code', text }            { type: 'codeblock', lang, text }
//   { type: 'heading', level, kids }  { type: 'link', url, kids }
//   { type: 'list', ordered, start, items: [kids] }
//   { type: 'user' | 'role' | 'channel' | 'everyone' | 'guide', id }
//   { type: 'command', name, id }     { type: 'time', unix, style }
//   { type: 'emoji', name, id, animated }

const MAX_DEPTH = 16; // deeper nesting stays text
const MAX_INPUT = 20000;

const SPANS = [
  ['**', 'bold'], ['__', 'underline'], ['~~', 'strike'], ['||', 'spoiler'],
  ['*', 'italic'], ['_', 'italic'],
];
const ESCAPABLE = /[\\`*_~|<>#\-[\](){}.!+:@&/]/;

const TAGS = [
  [/<@!?(\d{1,20})>/y, (m) => ({ type: 'user', id: m[1] })],
  [/<@&(\d{1,20})>/y, (m) => ({ type: 'role', id: m[1] })],
  [/<#(\d{1,20})>/y, (m) => ({ type: 'channel', id: m[1] })],
  [/<\/([-_'\p{L}\p{N}]{1,32}(?: [-_'\p{L}\p{N}]{1,32}){0,2}):(\d{1,20})>/yu,
    (m) => ({ type: 'command', name: m[1], id: m[2] })],
  [/<t:(-?\d{1,17})(?::([tTdDfFsSR]))?>/y,
    (m) => ({ type: 'time', unix: Number(m[1]), style: m[2] ?? 'f' })],
  [/<(a?):(\w{2,32}):(\d{1,20})>/y,
    (m) => ({ type: 'emoji', name: m[2], id: m[3], animated: m[1] === 'a' })],
  [/<id:(customize|browse|guide|linked-roles)(?::\d{1,20})?>/y,
    (m) => ({ type: 'guide', id: m[1] })],
  [/<(https?:\/\/[^\s<>]+)>/y, (m) => linkNode(m[1])],
];

function linkNode(url, kids) {
  return { type: 'link', url, kids: kids ?? [{ type: 'text', text: url }] };
}

function tagAt(text, pos) {
  for (const [re, make] of TAGS) {
    re.lastIndex = pos;
    const m = re.exec(text);
    if (m) return { node: make(m), end: pos + m[0].length };
  }
  return null;
}

/** Where inline code that opens at pos ends: { body, end }, or null. */
function codeAt(text, pos) {
  let ticks = 0;
  while (text[pos + ticks] === '`') ticks++;
  const fence = '`'.repeat(ticks);
  for (let i = pos + ticks; ; ) {
    i = text.indexOf(fence, i);
    if (i < 0) return null;
    if (text[i + ticks] !== '`') return { body: text.slice(pos + ticks, i), end: i + ticks };
    while (text[i] === '`') i++;
  }
}

/** The position of the delimiter that closes what starts at pos, or -1. */
function closing(text, pos, delim) {
  for (let i = pos; i < text.length; i++) {
    const c = text[i];
    if (c === '\\') {
      i++;
    } else if (c === '`') {
      const code = codeAt(text, i);
      if (code) i = code.end - 1;
    } else if (text.startsWith(delim, i)) {
      if (delim.length === 1 && text[i + 1] === delim) {
        i++; // a double one belongs to bold or underline inside
        continue;
      }
      // in "***" the last two close bold
      while (delim.length === 2 && delim !== '||' && text[i + 2] === delim[0]) i++;
      return i;
    }
  }
  return -1;
}

function isWord(c) {
  return c !== undefined && /[\p{L}\p{N}]/u.test(c);
}

function spanAt(text, pos, depth, dead) {
  for (const [delim, type] of SPANS) {
    if (!text.startsWith(delim, pos) || dead.has(delim)) continue;
    const from = pos + delim.length;
    if (delim === '*' && /[\s*]/.test(text[from] ?? ' ')) continue;
    const to = closing(text, from, delim);
    if (to < 0) dead.add(delim); // nothing closes it from here on either
    if (to <= from) continue;
    const end = to + delim.length;
    if (delim === '_' && isWord(text[end])) continue;
    return { node: { type, kids: inline(text.slice(from, to), depth + 1) }, end };
  }
  return null;
}

/** [label](url "title") with the label's own markup, without links inside. */
function maskedAt(text, pos, depth) {
  let level = 0, i = pos;
  for (; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '[') level++;
    else if (text[i] === ']' && --level === 0) break;
    else if (text[i] === '\n' && text[i + 1] === '\n') return null;
  }
  if (text[i] !== ']' || text[i + 1] !== '(') return null;
  const re = /\(\s*<?(https?:\/\/[^\s<>"]+?)>?(?:\s+"[^"\n]{0,500}")?\s*\)/y;
  re.lastIndex = i + 1;
  let m = re.exec(text);
  if (!m) return null;
  // "(https://x/a_(b))": the bracket of the address belongs to it
  let url = m[1], end = i + 1 + m[0].length;
  if (url.split('(').length > url.split(')').length && text[end] === ')') {
    url += ')';
    end++;
  }
  const label = text.slice(pos + 1, i);
  if (!label.trim()) return null;
  return { node: linkNode(url, inline(label, depth + 1, true)), end };
}

function urlAt(text, pos) {
  const re = /https?:\/\/[^\s<>"`|]+/y;
  re.lastIndex = pos;
  const m = re.exec(text);
  if (!m) return null;
  let url = m[0];
  for (;;) {
    const last = url.at(-1);
    const unpaired = last === ')' && url.split(')').length > url.split('(').length;
    if (!unpaired && !/[.,:;!?'*_~\]]/.test(last)) break;
    url = url.slice(0, -1);
  }
  if (url.length <= 8) return null;
  return { node: linkNode(url), end: pos + url.length };
}

function specialAt(text, pos, state) {
  const c = text[pos];
  const { depth, inLink, dead } = state;
  if (c === '`') {
    if (dead.has('`' + text.slice(pos).match(/^`+/)[0].length)) return null;
    const code = codeAt(text, pos);
    if (!code) {
      dead.add('`' + text.slice(pos).match(/^`+/)[0].length);
      return null;
    }
    let body = code.body;
    if (/^ .*[^ ].* $/s.test(body)) body = body.slice(1, -1);
    return { node: { type: 'code', text: body }, end: code.end };
  }
  if (c === '<') return tagAt(text, pos);
  if (c === '[' && !inLink && depth < MAX_DEPTH && !dead.has('[')) {
    if (text.indexOf('](', pos) < 0) dead.add('[');
    else return maskedAt(text, pos, depth);
  }
  if (c === 'h' && !inLink && !isWord(text[pos - 1])) return urlAt(text, pos);
  if (c === '@') {
    for (const word of ['@everyone', '@here']) {
      if (text.startsWith(word, pos)) {
        return { node: { type: 'everyone', id: word }, end: pos + word.length };
      }
    }
  }
  if ('*_~|'.includes(c) && depth < MAX_DEPTH) {
    if (c === '_' && text[pos + 1] !== '_' && isWord(text[pos - 1])) return null;
    return spanAt(text, pos, depth, dead);
  }
  return null;
}

/** One or more lines without block markup. */
export function inline(text, depth = 0, inLink = false) {
  const out = [];
  const state = { depth, inLink, dead: new Set() };
  let plain = '';
  const flush = () => {
    if (plain) out.push({ type: 'text', text: plain });
    plain = '';
  };
  for (let i = 0; i < text.length; ) {
    const c = text[i];
    if (c === '\\' && ESCAPABLE.test(text[i + 1] ?? '')) {
      plain += text[i + 1];
      i += 2;
      continue;
    }
    if (c === '\n') {
      flush();
      out.push({ type: 'br' });
      i++;
      continue;
    }
    const hit = specialAt(text, i, state);
    if (hit) {
      flush();
      out.push(hit.node);
      i = hit.end;
      continue;
    }
    // a run of ticks without an end is text as a whole
    const run = c === '`' ? text.slice(i).match(/^`+/)[0].length : 1;
    plain += text.slice(i, i + run);
    i += run;
  }
  flush();
  return out;
}

const LIST = /^( *)([-*]|\d{1,9}\.) +(?=\S)/;

function listOf(lines, at, depth) {
  const first = LIST.exec(lines[at]);
  const indent = first[1].length;
  const ordered = /\d/.test(first[2]);
  const list = { type: 'list', ordered, start: ordered ? parseInt(first[2], 10) : 1, items: [] };
  let i = at;
  while (i < lines.length) {
    const m = LIST.exec(lines[i]);
    if (m && m[1].length > indent + 1 && list.items.length && depth < MAX_DEPTH) {
      const [sub, next] = listOf(lines, i, depth + 1);
      list.items.at(-1).push(sub);
      i = next;
      continue;
    }
    if (m && m[1].length >= indent - 1 && m[1].length <= indent + 1 &&
        /\d/.test(m[2]) === ordered) {
      list.items.push(inline(lines[i].slice(m[0].length), depth + 1));
      i++;
      continue;
    }
    if (m || !/^ {2,}\S/.test(lines[i]) || !list.items.length) break;
    list.items.at(-1).push({ type: 'br' }, ...inline(lines[i].trim(), depth + 1));
    i++;
  }
  return i > at ? [list, i] : [{ type: 'paragraph', kids: inline(lines[at], depth) }, at + 1];
}

function blockAt(lines, i, depth, quoted) {
  const line = lines[i];
  let m;
  if ((m = /^(#{1,3}) +(\S.*)$/.exec(line))) {
    return [{ type: 'heading', level: m[1].length, kids: inline(m[2].trim(), depth) }, i + 1];
  }
  if ((m = /^-# +(\S.*)$/.exec(line))) {
    return [{ type: 'subtext', kids: inline(m[1], depth) }, i + 1];
  }
  if (!quoted && /^>>> /.test(line)) {
    const rest = [line.slice(4), ...lines.slice(i + 1)];
    return [{ type: 'quote', kids: blocks(rest, depth, true) }, lines.length];
  }
  if (!quoted && /^> /.test(line)) {
    let end = i;
    while (end < lines.length && /^>( |$)/.test(lines[end])) end++;
    const inner = lines.slice(i, end).map((l) => l.slice(2));
    return [{ type: 'quote', kids: blocks(inner, depth, true) }, end];
  }
  if (LIST.test(line)) return listOf(lines, i, depth);
  return null;
}

// Quotes do not nest in Discord.
function blocks(lines, depth = 0, quoted = false) {
  const out = [];
  let para = [];
  const flush = () => {
    if (para.length) out.push({ type: 'paragraph', kids: inline(para.join('\n'), depth) });
    para = [];
  };
  for (let i = 0; i < lines.length; ) {
    const hit = blockAt(lines, i, depth, quoted);
    if (hit) {
      flush();
      out.push(hit[0]);
      i = hit[1];
    } else {
      para.push(lines[i++]);
    }
  }
  flush();
  return out;
}

/** Everything that a message's content or an embed's description may have. */
export function parse(source) {
  const text = String(source ?? '').slice(0, MAX_INPUT).replace(/\r\n?/g, '\n');
  const out = [];
  const fence = /```(?:([\w+#.-]{1,30})\n)?\n?([\s\S]+?)\n*```/g;
  let at = 0;
  for (let m; (m = fence.exec(text)); ) {
    if (!m[2].trim()) continue; // stays text
    const before = text.slice(at, m.index).replace(/\n$/, '');
    if (before) out.push(...blocks(before.split('\n')));
    out.push({ type: 'codeblock', lang: m[1] ?? '', text: m[2] });
    at = fence.lastIndex + (text[fence.lastIndex] === '\n' ? 1 : 0);
  }
  const rest = text.slice(at);
  if (rest) out.push(...blocks(rest.split('\n')));
  return out;
}

/** The text that is left without markup, for previews and labels. */
export function plainText(nodes, names = {}) {
  return nodes.map((n) => {
    switch (n.type) {
      case 'text': case 'code': case 'codeblock': return n.text;
      case 'br': return ' ';
      case 'list': return n.items.map((i) => plainText(i, names)).join(' ');
      case 'user': return '@' + (names.user?.(n.id) ?? 'user');
      case 'role': return '@' + (names.role?.(n.id) ?? 'role');
      case 'channel': return '#' + (names.channel?.(n.id) ?? 'channel');
      case 'command': return '/' + n.name;
      case 'everyone': case 'guide': return n.id;
      case 'emoji': return `:${n.name}:`;
      case 'time': return new Date(n.unix * 1000).toLocaleString();
      case 'spoiler': return '▮▮▮';
      default: return plainText(n.kids ?? [], names) + (n.type === 'paragraph' ? ' ' : '');
    }
  }).join('');
}
