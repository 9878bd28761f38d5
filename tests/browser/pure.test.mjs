// SPDX-License-Identifier: MIT
// The page's other parts that need no browser: times, names, commands, lists.

import assert from 'node:assert/strict';
import { pageModule, run, test } from './tap.mjs';

const time = await pageModule('time.js');
const util = await pageModule('util.js');
const C = await pageModule('commands.js');
const { Store, routeOf } = await pageModule('store.js');
const { safeUrl, ownUrl } = await pageModule('dom.js');
const { fieldRows, resolveUrl } = await pageModule('embeds.js');
const { grouped } = await pageModule('messages.js');
const { channelTree, firstChannel } = await pageModule('rail.js');
const { activityText, memberGroups } = await pageModule('members.js');
const { rankedRoles, roleCounts, roleFill } = await pageModule('roles.js');
const { permissionNames, isPrivate } = await pageModule('permissions.js');
const { checkField } = await pageModule('dialogs.js');
const { bucketNow, matches, shortWhat, statusKind } = await pageModule('traffic.js');
const { tokenAt } = await pageModule('composer.js');

// Times -------------------------------------------------------------------------

test('time: each style of a timestamp', () => {
  const f = (style, locale = 'en-GB') => time.formatTimestamp(1618953630, style, { locale, timeZone: 'UTC', now: 1618953630000 });
  assert.equal(f('t'), '21:20');
  assert.equal(f('T'), '21:20:30');
  assert.equal(f('d'), '20/04/2021');
  assert.match(f('D'), /^20 April 2021$/);
  assert.match(f('f'), /^20 April 2021(,| at) 21:20$/);
  assert.match(f('F'), /^Tuesday,? 20 April 2021(,| at) 21:20$/);
  assert.match(f('s'), /^20\/04\/2021, 21:20$/);
  assert.match(f('S'), /^20\/04\/2021, 21:20:30$/);
  assert.equal(f('R', 'en'), 'in 0 seconds');
});

test('time: relative in the right unit', () => {
  const r = (diff) => time.relative(1e9 + diff, 1e12, 'en');
  assert.equal(r(-1), '1 second ago');
  assert.equal(r(59), 'in 59 seconds');
  assert.equal(r(-60), '1 minute ago');
  assert.equal(r(-3600), '1 hour ago');
  assert.equal(r(86400 * 3), 'in 3 days');
  assert.equal(r(-86400 * 366), '1 year ago');
});

test('time: what no date can be is no time', () => {
  assert.equal(time.formatTimestamp(99999999999999999, 'f'), null);
  assert.equal(time.formatTimestamp(NaN, 'R'), null);
});

test('time: stamps of today, yesterday and before', () => {
  const now = new Date(2026, 10, 20, 12, 0).getTime();
  assert.match(time.messageStamp(new Date(2026, 10, 20, 9, 5).getTime(), now, 'en-GB'), /^Today at 09:05$/);
  assert.match(time.messageStamp(new Date(2026, 10, 19, 23, 5).getTime(), now, 'en-GB'), /^Yesterday at 23:05$/);
  assert.match(time.messageStamp(new Date(2026, 9, 1, 9, 5).getTime(), now, 'en-GB'), /^01\/10\/2026/);
});

// Ids, names, links -------------------------------------------------------------

test('util: ids compare as numbers beyond 2^53', () => {
  assert.ok(util.compareIds('9', '10') < 0);
  assert.ok(util.compareIds('18446744073709551615', '18446744073709551614') > 0);
  assert.equal(util.compareIds('5', '5'), 0);
  assert.equal(util.snowflakeTime('175928847299117063'), 1462015105796);
  assert.equal(util.snowflakeTime('no id'), 0);
});

test('util: initials, sizes, colours', () => {
  assert.equal(util.initials('Ada Lovelace'), 'AL');
  assert.equal(util.initials('the very long name', 3), 'TVL');
  assert.equal(util.initials('💡 !'), '?');
  assert.equal(util.formatBytes(999), '999 bytes');
  assert.equal(util.formatBytes(12345), '12.06 KB');
  assert.equal(util.hexColor(0), '#000000');
  assert.equal(util.hexColor(0x5865f2), '#5865f2');
  assert.equal(util.hexColor(null), null);
  assert.equal(util.hueOf('1'), util.hueOf('1'));
});

test('util: a search puts the better match first', () => {
  const found = util.search('pi', ['spin', 'ping', 'pi', 'no'], (x) => x);
  assert.deepEqual(found, ['pi', 'ping', 'spin']);
});

test('util: large emoji only when there is nothing else', () => {
  assert.ok(util.isJumbo('👋 🎉'));
  assert.ok(util.isJumbo('<:ok:123456789012345678>'));
  assert.ok(!util.isJumbo('hi 👋'));
  assert.ok(!util.isJumbo('123'));
});

test('links: only http and https leave the page', () => {
  assert.equal(safeUrl('https://a.b/c'), 'https://a.b/c');
  for (const u of ['javascript:alert(1)', ' JaVaScRiPt:alert(1)', 'data:text/html,x', 'vbscript:x', 'file:///x', '//x', '', null, 5]) assert.equal(safeUrl(u), null, String(u));
});

test('links: pictures come from the sandbox only', () => {
  const at = 'http://127.0.0.1:8080';
  assert.equal(ownUrl('http://127.0.0.1:8080/a.png?x=1', at), '/a.png?x=1');
  assert.equal(ownUrl('http://localhost:8080/a.png', at), '/a.png');
  assert.equal(ownUrl('/a.png', at), '/a.png');
  for (const u of ['http://127.0.0.1:9/a.png', 'https://example.com/a.png', '//example.com/a.png', 'javascript:1', 'data:text/html,x']) assert.equal(ownUrl(u, at), null, u);
});

// Commands ----------------------------------------------------------------------

const commands = [
  { name: 'ping', description: 'p', visible: true },
  { name: 'secret', description: 's', visible: false },
  { name: 'menu', type: 2, visible: true },
  { name: 'here', guild_id: '1', visible: true },
  { name: 'backup', visible: true, options: [
    { type: 1, name: 'list', description: 'l', options: [{ type: 3, name: 'b' }, { type: 3, name: 'a', required: true }] },
    { type: 2, name: 'schedule', options: [{ type: 1, name: 'set', description: 'x' }] }] },
];

test('commands: each subcommand is an entry, hidden ones are not', () => {
  assert.deepEqual(C.entries(commands, '1').map((e) => e.name), ['backup list', 'backup schedule set', 'here', 'ping']);
  assert.deepEqual(C.entries(commands, '2').map((e) => e.name), ['backup list', 'backup schedule set', 'ping']);
});

test('commands: required options come first', () => {
  const e = C.entries(commands, '1').find((x) => x.name === 'backup list');
  assert.deepEqual(e.options.map((o) => o.name), ['a', 'b']);
});

test('commands: found by start, word and part', () => {
  const all = C.entries(commands, '1');
  assert.equal(C.findEntries(all, 'pi')[0].name, 'ping');
  assert.equal(C.findEntries(all, 'set')[0].name, 'backup schedule set');
  assert.equal(C.findEntries(all, 'backup sch')[0].name, 'backup schedule set');
  assert.deepEqual(C.findEntries(all, 'zzz'), []);
});

test('commands: values of options are checked', () => {
  const int = { type: C.INTEGER, min_value: 1, max_value: 7 };
  assert.deepEqual(C.check(int, '3'), { value: 3 });
  assert.match(C.check(int, '0').error, /1 or more/);
  assert.match(C.check(int, '8').error, /7 or less/);
  assert.match(C.check(int, '1.5').error, /whole/);
  assert.match(C.check(int, '99999999999999999999').error, /whole/);
  assert.deepEqual(C.check({ type: C.NUMBER }, '1.5'), { value: 1.5 });
  assert.match(C.check({ type: C.NUMBER }, '1e999').error, /number/);
  assert.deepEqual(C.check({ type: C.BOOLEAN }, 'true'), { value: true });
  assert.match(C.check({ type: C.BOOLEAN }, 'maybe').error, /choices/);
  assert.deepEqual(C.check({ type: C.STRING, max_length: 5 }, ' ?! '), { value: '?!' });
  assert.match(C.check({ type: C.STRING, max_length: 2 }, 'abc').error, /at most 2/);
  assert.match(C.check({ type: C.STRING, min_length: 2 }, 'a').error, /at least 2/);
  assert.deepEqual(C.check({ type: C.STRING }, ''), { empty: true });
  assert.match(C.check({ type: C.STRING, required: true }, '  ').error, /required/);
  assert.deepEqual(C.check({ type: C.USER }, '<@175928847299117063>'), { value: '175928847299117063' });
  assert.match(C.check({ type: C.USER }, 'Ada').error, /list/);
  assert.deepEqual(C.check({ type: C.USER }, '@Ada', { value: '5' }), { value: '5' });
});

test('commands: choices go by name or value', () => {
  const o = { type: C.STRING, choices: [{ name: 'Every day', value: '1d' }] };
  assert.deepEqual(C.check(o, 'every day'), { value: '1d' });
  assert.deepEqual(C.check(o, '1d'), { value: '1d' });
  assert.match(C.check(o, 'never').error, /choices/);
});

test('composer: typed names become mentions, but not in code', () => {
  const names = [{ text: '@ada', raw: '<@1>' }, { text: '@ada.b', raw: '<@2>' }, { text: '#general', raw: '<#3>' }];
  assert.equal(C.resolveMentions('hi @ada, @ada.b in #general!', names), 'hi <@1>, <@2> in <#3>!');
  assert.equal(C.resolveMentions('`@ada` x@ada @adam #generals', names), '`@ada` x@ada @adam #generals');
  assert.equal(C.resolveMentions('```\n#general\n```', names), '```\n#general\n```');
  assert.equal(C.resolveMentions('<#general>', names), '<#general>');
});

test('composer: completes the word at the caret', () => {
  assert.deepEqual(tokenAt('hi @ma', 6), { sign: '@', query: 'ma', from: 3 });
  assert.deepEqual(tokenAt('#', 1), { sign: '#', query: '', from: 0 });
  assert.equal(tokenAt('mail@ma', 7), null);
  assert.equal(tokenAt('@ma x', 5), null);
});

// Lists -------------------------------------------------------------------------

test('channels: categories in order, voice last, hidden ones left out', () => {
  const channels = [
    { id: '1', type: 4, name: 'B', position: 2 }, { id: '2', type: 4, name: 'A', position: 1 },
    { id: '3', type: 0, name: 'x', position: 9, parent_id: '2' }, { id: '4', type: 2, name: 'v', position: 0, parent_id: '2' },
    { id: '5', type: 0, name: 'top', position: 5 }, { id: '6', type: 0, name: 'hid', position: 0, parent_id: '1', can_view: false },
    { id: '7', type: 11, name: 'thread', parent_id: '3' }];
  const tree = channelTree(channels);
  assert.deepEqual(tree.map((t) => [t.category?.name ?? null, ...t.channels.map((c) => c.channel.name)]), [[null, 'top'], ['A', 'x', 'v'], ['B']]);
  assert.deepEqual(tree[1].channels[0].threads.map((t) => t.name), ['thread']);
  assert.equal(firstChannel({ channels }).name, 'top');
  assert.equal(firstChannel({ channels: [{ id: '9', type: 4 }] }), null);
});

test('members: hoisted roles first, those offline last', () => {
  const roles = [{ id: '1', name: 'low', position: 1, hoist: true }, { id: '2', name: 'high', position: 2, hoist: true }, { id: '3', name: 'x', position: 3 }];
  const m = (n, ids, status) => ({ n, roles: ids, status });
  const groups = memberGroups([m('c', ['1', '2'], 'online'), m('b', ['3'], 'idle'), m('a', ['1'], 'offline'), m('a2', ['1'], 'dnd')], roles, (x) => x.status, (x) => x.n);
  assert.deepEqual(groups.map((g) => [g.title, ...g.members.map((x) => x.n)]), [['high', 'c'], ['low', 'a2'], ['Online', 'b'], ['Offline', 'a']]);
});

test('members: activities read as Discord says them', () => {
  assert.equal(activityText({ type: 3, name: '3 servers' }), 'Watching 3 servers');
  assert.equal(activityText({ type: 4, state: 'hm' }), 'hm');
  assert.equal(activityText(null), null);
});

test('roles: from the top, the lower id before its equal, everyone last', () => {
  const guild = {
    id: '1', members: [{ roles: ['30', '20'] }, { roles: ['20', '99'] }], member_count: 9,
    roles: [{ id: '1', position: 0 }, { id: '30', position: 1 }, { id: '20', position: 1 }, { id: '40', position: 5 }],
  };
  assert.deepEqual(rankedRoles(guild).map((r) => r.id), ['40', '20', '30', '1']);
  assert.deepEqual([...roleCounts(guild)].sort(), [['1', 9], ['20', 2], ['30', 1], ['40', 0]]);
});

test('roles: a gradient, a colour, none', () => {
  assert.equal(roleFill({ colors: { primary_color: 255, secondary_color: 0xff0000, tertiary_color: null } }),
    'linear-gradient(90deg, #0000ff, #ff0000)');
  assert.equal(roleFill({ color: 255 }), '#0000ff');
  assert.equal(roleFill({ color: 0, colors: { primary_color: 0 } }), '#99aab5');
});

test('store: what a server did not have before is fresh for a while', () => {
  const store = new Store();
  store.setState({ guilds: [{ id: '1', roles: [{ id: '1' }], channels: [{ id: '5' }] }] });
  store.receive('GUILD_UPDATE', { id: '1', roles: [{ id: '1' }, { id: '2' }], channels: [{ id: '5' }, { id: '6' }] });
  assert.deepEqual(['1', '2', '5', '6'].map((id) => store.isFresh(id)), [false, true, false, true]);
});

test('permissions: by name, with bits that have none', () => {
  assert.deepEqual(permissionNames('8'), ['Administrator']);
  assert.deepEqual(permissionNames('4503599627370496'), ['Bypass Slowmode']);
  assert.deepEqual(permissionNames((1n << 60n).toString()), ['Bit 60']);
  assert.deepEqual(permissionNames('rubbish'), []);
  assert.ok(isPrivate({ id: '1' }, { permission_overwrites: [{ id: '1', deny: '1024' }] }));
  assert.ok(!isPrivate({ id: '1' }, { permission_overwrites: [{ id: '2', deny: '1024' }] }));
});

test('messages: grouped by author and time', () => {
  const at = (min) => new Date(2026, 1, 1, 12, min).toISOString();
  const m = (id, author, min, more) => ({ id, author: { id: author }, timestamp: at(min), type: 0, ...more });
  assert.ok(grouped(m('1', 'a', 0), m('2', 'a', 6)));
  assert.ok(!grouped(m('1', 'a', 0), m('2', 'a', 8)));
  assert.ok(!grouped(m('1', 'a', 0), m('2', 'b', 1)));
  assert.ok(!grouped(m('1', 'a', 0), m('2', 'a', 1, { message_reference: {} })));
  assert.ok(!grouped(m('1', 'a', 0), m('2', 'a', 1, { ephemeral_for: 'x' })));
  assert.ok(!grouped(undefined, m('2', 'a', 1)));
});

test('embeds: three inline fields to a row', () => {
  const rows = fieldRows([1, 1, 1, 1, 0, 1, 1].map((inline, i) => ({ inline: Boolean(inline), name: i })));
  assert.deepEqual(rows.map((r) => r.fields.map((f) => f.name)), [[0, 1, 2], [3], [4], [5, 6]]);
  assert.equal(resolveUrl('attachment://a.png', [{ filename: 'a.png', url: '/a' }]), '/a');
  assert.equal(resolveUrl('attachment://b.png', []), null);
});

test('modals: fields are checked before they are sent', () => {
  const input = { type: 4, min_length: 2, max_length: 4 };
  assert.match(checkField(input, ''), /required/);
  assert.match(checkField(input, 'a'), /at least 2/);
  assert.match(checkField(input, 'abcde'), /4 characters or fewer/);
  assert.equal(checkField(input, 'abc'), null);
  assert.equal(checkField({ type: 4, required: false, min_length: 2 }, ''), null);
  assert.match(checkField({ type: 3, min_values: 2, max_values: 3 }, ['a']), /at least 2/);
  assert.equal(checkField({ type: 22, required: false, options: [] }, []), null);
  assert.match(checkField({ type: 21 }, null), /Choose one/);
  assert.equal(checkField({ type: 23 }, false), null);
});

test('traffic: kinds, filters and routes', () => {
  assert.equal(statusKind({ kind: 'rest', status: 429 }), 'limited');
  assert.equal(statusKind({ kind: 'rest', status: 0 }), 'failed');
  assert.equal(statusKind({ kind: 'gateway', dir: 'in' }), 'gw-in');
  assert.ok(matches({ kind: 'rest', what: 'GET /users/@me', status: 200 }, 'USERS', 'all'));
  assert.ok(!matches({ kind: 'rest', what: 'GET /x' }, '', 'gateway'));
  assert.equal(routeOf('POST /api/v10/channels/175928847299117063/messages?x=1'), 'POST /channels/{id}/messages');
  assert.equal(routeOf('POST /webhooks/175928847299117063/aW50ZXI'), 'POST /webhooks/{id}/{token}');
  assert.equal(shortWhat('GET /channels/175928847299117063/messages'), 'GET /channels/…7063/messages');
});

test('traffic: a bucket is full again after its reset', () => {
  const b = { remaining: 1, limit: 5, reset_after: 2, seen: 1000 };
  assert.deepEqual(bucketNow(b, 2000), { remaining: 1, limit: 5, resets: 1 });
  assert.deepEqual(bucketNow(b, 3000), { remaining: 5, limit: 5, resets: 0 });
});

// The store ---------------------------------------------------------------------

function store() {
  const s = new Store();
  s.setState({ me: { id: '1' }, users: [{ id: '1' }], guilds: [{ id: '7', channels: [{ id: '70' }, { id: '71' }] }], dm: { id: '9' } });
  s.show('7', '70');
  s.setMessages('70', [{ id: '100', channel_id: '70', content: 'a' }], { complete: true });
  return s;
}

test('store: messages come, change and go', () => {
  const s = store();
  s.receive('MESSAGE_CREATE', { id: '102', channel_id: '70', content: 'c' });
  s.receive('MESSAGE_CREATE', { id: '101', channel_id: '70', content: 'b' });
  s.receive('MESSAGE_CREATE', { id: '101', channel_id: '70', content: 'b' });
  assert.deepEqual(s.list('70').map((m) => m.content), ['a', 'b', 'c']);
  s.receive('MESSAGE_UPDATE', { id: '101', channel_id: '70', content: 'B' });
  s.receive('MESSAGE_UPDATE', { id: '999', channel_id: '70', content: 'unknown' });
  s.receive('MESSAGE_DELETE', { id: '100', channel_id: '70' });
  s.receive('MESSAGE_DELETE_BULK', { ids: ['102'], channel_id: '70' });
  assert.deepEqual(s.list('70').map((m) => m.content), ['B']);
});

test('store: only so many messages are kept', () => {
  const s = store();
  for (let i = 0; i < 1000; i++) s.receive('MESSAGE_CREATE', { id: String(1000 + i), channel_id: '70' });
  assert.equal(s.list('70').length, 400);
  assert.equal(s.list('70').at(-1).id, '1999');
  assert.equal(s.messages.get('70').complete, false);
});

test('store: other channels are marked as unread, with mentions', () => {
  const s = store();
  s.receive('MESSAGE_CREATE', { id: '1', channel_id: '71', author: { id: '2' } });
  assert.equal(s.unread.get('71'), 0);
  s.receive('MESSAGE_CREATE', { id: '2', channel_id: '71', author: { id: '2' }, mentions: [{ id: '1' }] });
  assert.equal(s.unread.get('71'), 1);
  s.show('7', '71');
  assert.equal(s.unread.has('71'), false);
});

test('store: unknown and broken frames change nothing', () => {
  const s = store();
  s.receive('FUTURE', { x: 1 });
  s.receive('MESSAGE_CREATE', undefined);
  s.receive('constructor', {});
  assert.equal(s.list('70').length, 1);
});

test('store: traffic is bounded and not doubled', () => {
  const s = store();
  for (let i = 0; i < 900; i++) s.receive('TRAFFIC', { n: i, what: 'GET /x' });
  s.addTraffic([{ n: 899, what: 'again' }]);
  assert.equal(s.traffic.length, 600);
  assert.equal(s.traffic.at(-1).what, 'GET /x');
  s.addTraffic([{ n: 899, kind: 'gateway', what: 'Hello' }]);
  assert.equal(s.traffic.at(-1).what, 'Hello');
});

run({ prefix: 'page' });
