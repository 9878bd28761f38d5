// SPDX-License-Identifier: MIT
// The page's markdown, as trees. No browser.

import assert from 'node:assert/strict';
import { pageModule, run, test } from './tap.mjs';

const { inline, parse, plainText } = await pageModule('markdown.js');

const text = (t) => ({ type: 'text', text: t });
const of = (type, ...kids) => ({ type, kids: kids.map((k) => (typeof k === 'string' ? text(k) : k)) });
const same = (source, ...nodes) =>
  assert.deepEqual(inline(source), nodes.map((n) => (typeof n === 'string' ? text(n) : n)), source);
const link = (url, ...kids) => ({ type: 'link', url, kids: kids.length ? kids : [text(url)] });

test('emphasis of each kind', () => {
  same('**b**', of('bold', 'b'));
  same('*i* _i_', of('italic', 'i'), ' ', of('italic', 'i'));
  same('__u__', of('underline', 'u'));
  same('~~s~~', of('strike', 's'));
  same('||x||', of('spoiler', 'x'));
});

test('emphasis nests', () => {
  same('**a *b* c**', of('bold', 'a ', of('italic', 'b'), ' c'));
  same('*a **b** c*', of('italic', 'a ', of('bold', 'b'), ' c'));
  same('***x***', of('bold', of('italic', 'x')));
  same('__*x*__', of('underline', of('italic', 'x')));
  same('||**x**||', of('spoiler', of('bold', 'x')));
});

test('what is not closed stays text', () => {
  for (const s of ['**a', '*a', '__a', '~~a', '||a', '`a', '``a`', '[a](', '<@', '2 * 3 * 4', '****']) same(s, s);
});

test('underscores inside of words are text', () => {
  same('a_b_c', 'a_b_c');
  same('snake_case_name and _it_', 'snake_case_name and ', of('italic', 'it'));
});

test('a backslash takes the meaning away', () => {
  same('\\*a\\*', '*a*');
  same('\\`a`', '`a`');
  same('\\<@1>', '<@1>');
  same('a\\b', 'a\\b');
});

test('inline code keeps all as it is', () => {
  same('`**a** <@1>`', { type: 'code', text: '**a** <@1>' });
  same('``a`b``', { type: 'code', text: 'a`b' });
  same('**`**`**', of('bold', { type: 'code', text: '**' }));
});

test('mentions and other tags', () => {
  same('<@1>', { type: 'user', id: '1' });
  same('<@!1>', { type: 'user', id: '1' });
  same('<@&2>', { type: 'role', id: '2' });
  same('<#3>', { type: 'channel', id: '3' });
  same('</ping:4>', { type: 'command', name: 'ping', id: '4' });
  same('</backup schedule set:4>', { type: 'command', name: 'backup schedule set', id: '4' });
  same('<:ok:5><a:ok:6>', { type: 'emoji', name: 'ok', id: '5', animated: false },
    { type: 'emoji', name: 'ok', id: '6', animated: true });
  same('@everyone @here', { type: 'everyone', id: '@everyone' }, ' ', { type: 'everyone', id: '@here' });
  same('<id:customize>', { type: 'guide', id: 'customize' });
});

test('timestamps of every style', () => {
  for (const style of 'tTdDfFsSR') same(`<t:1700000000:${style}>`, { type: 'time', unix: 1700000000, style });
  same('<t:-5>', { type: 'time', unix: -5, style: 'f' });
  same('<t:1:x>', '<t:1:x>');
});

test('links are http or https only', () => {
  same('https://a.b/c_d?e=1', link('https://a.b/c_d?e=1'));
  same('(see https://a.b/c).', '(see ', link('https://a.b/c'), ').');
  same('https://a.b/x_(y)', link('https://a.b/x_(y)'));
  same('<https://a.b>', link('https://a.b'));
  same('[t](https://a.b)', link('https://a.b', text('t')));
  same('[**t**](<https://a.b> "title")', link('https://a.b', of('bold', 't')));
  for (const s of ['[x](javascript:alert(1))', '[x](data:text/html,1)', 'javascript:alert(1)', '<javascript:1>', 'file:///etc/passwd']) same(s, s);
});

test('a link inside of a link is text', () => {
  assert.deepEqual(inline('[https://a.b](https://c.d)'), [link('https://c.d', text('https://a.b'))]);
});

test('HTML is text', () => {
  const s = '<img src=x onerror=alert(1)><script>1</script>&lt;b&gt;';
  same(s, s);
});

test('headings, subtext, quotes', () => {
  assert.deepEqual(parse('# A\n## *B*\n### C\n-# d\n#no'), [
    { type: 'heading', level: 1, kids: [text('A')] },
    { type: 'heading', level: 2, kids: [of('italic', 'B')] },
    { type: 'heading', level: 3, kids: [text('C')] },
    of('subtext', 'd'), of('paragraph', '#no')]);
  assert.deepEqual(parse('> a\n> **b**\nc'), [
    of('quote', of('paragraph', 'a', { type: 'br' }, of('bold', 'b'))), of('paragraph', 'c')]);
  assert.deepEqual(parse('>>> a\n> b'), [of('quote', of('paragraph', 'a', { type: 'br' }, '> b'))]);
});

test('markup works inside of quotes and lists', () => {
  assert.deepEqual(parse('> # A\n> - **b**'), [of('quote', { type: 'heading', level: 1, kids: [text('A')] },
    { type: 'list', ordered: false, start: 1, items: [[of('bold', 'b')]] })]);
});

test('lists, nested and numbered', () => {
  assert.deepEqual(parse('- a\n  - b\n- c'), [{ type: 'list', ordered: false, start: 1,
    items: [[text('a'), { type: 'list', ordered: false, start: 1, items: [[text('b')]] }], [text('c')]] }]);
  assert.deepEqual(parse('3. a\n4. b'), [{ type: 'list', ordered: true, start: 3, items: [[text('a')], [text('b')]] }]);
  assert.deepEqual(parse('-no'), [of('paragraph', '-no')]);
});

test('code blocks with and without a language', () => {
  assert.deepEqual(parse('```c\nint x;\n```'), [{ type: 'codeblock', lang: 'c', text: 'int x;' }]);
  assert.deepEqual(parse('```x```'), [{ type: 'codeblock', lang: '', text: 'x' }]);
  assert.deepEqual(parse('a\n```\n**b**\n```\nc'), [of('paragraph', 'a'), { type: 'codeblock', lang: '', text: '**b**' }, of('paragraph', 'c')]);
});

test('plain text for previews', () => {
  const names = { user: () => 'Ada', channel: () => 'general', role: () => 'Admin' };
  assert.equal(plainText(inline('**a** <@1> <#2> <@&3> </ping:4> ||no||'), names), 'a @Ada #general @Admin /ping ▮▮▮');
});

test('everything typed comes out again, or is markup', () => {
  const parts = ['*', '**', '_', '__', '`', '``', '```', '||', '~~', '[a](', ')', '<@', '>', '> ', '# ', '- ', '\n', 'x', '\\', ' '];
  let seed = 7;
  const next = (n) => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) % n;
  for (let i = 0; i < 3000; i++) {
    const s = Array.from({ length: 1 + next(14) }, () => parts[next(parts.length)]).join('');
    const letters = (t) => t.replace(/[^x]/g, '').length;
    const out = JSON.stringify(parse(s).map(function strip(n) {
      return { text: n.text, more: n.lang, kids: n.kids?.map(strip), items: n.items?.map((k) => k.map(strip)) };
    }));
    assert.equal(letters(out.replaceAll('"text":', '')), letters(s), JSON.stringify(s));
  }
});

test('hostile repetition is parsed, with bounded depth', () => {
  const depth = (nodes) => 1 + Math.max(0, ...nodes.map((n) =>
    Math.max(depth(n.kids ?? []), ...(n.items ?? []).map((i) => depth(i)))));
  for (const s of ['*', '**', '_', '__', '`', '``a', '[', '||', '> ', '>>> ', '- a\n', '[a](', '*a', '**a*', '<@', 'http://', '~~a', '```', '`a``b', '*a **b ']) {
    const nodes = parse(s.repeat(Math.ceil(6000 / s.length)));
    assert.ok(depth(nodes) < 60, s);
  }
  let nested = 'x';
  for (let i = 0; i < 200; i++) nested = i % 2 ? `*${nested}*` : `__${nested}__`;
  assert.ok(depth(parse(nested)) < 60);
});

run({ prefix: 'markdown' });
