// SPDX-License-Identifier: MIT
// Everything that a bot can show and a person can do on the page, with a bot
// that is scripted here. End to end: page, sandbox, gateway, REST.

import assert from 'node:assert/strict';
import { run, test } from './tap.mjs';
import { control, openPage, shot, startBot, startBox, startBrowser } from './box.mjs';
import { answers, commands, everyKind, hostile, v2 } from './panels_bot.mjs';

const box = await startBox();
const browser = await startBrowser();
const bot = await startBot(browser, box, answers);
await bot.rest('PUT', `/applications/${bot.app.id}/commands`, commands);
let page = await openPage(browser, box);
let T = (id) => page.getByTestId(id);

const last = () => T('message').last();
const messageWith = (text) => T('message').filter({ hasText: text }).last();
const state = (user) => control(box, 'GET', 'state' + (user ? `?user=${user}` : ''));

/** A test that failed may have left a dialog or a command open. */
async function reset() {
  for (let i = 0; i < 3 && await page.locator('dialog[open], [data-testid=slash-form]').count(); i++) {
    if (!await page.locator('dialog[open]').count()) await T('slash-name').focus();
    await page.keyboard.press('Escape');
  }
}
async function type(text) {
  await reset();
  await T('composer').click();
  await page.keyboard.type(text);
}
async function command(name) {
  await type('/' + name);
  await T('slash-option').first().waitFor();
  await page.keyboard.press('Enter');
}
async function switchTo(persona) {
  const user = (await state()).users.find((u) => u.persona === persona);
  await T('user-switch').click();
  await page.locator(`[data-testid=select-option][data-value="${user.id}"]`).click();
  await page.locator(`[data-testid=user-switch][data-user-id="${user.id}"]`).waitFor();
  return user;
}
const general = async () => (await state()).guilds[0].channels.find((c) => c.name === 'general').id;

test('shows guilds, channels, members and the bot online', async () => {
  const s = await state();
  assert.equal(await T('guild').count(), s.guilds.length);
  assert.ok(await T('channel').count() >= 3);
  await page.locator('[data-testid=bot-status][data-online=true]').waitFor();
  assert.match(await T('member-list').innerText(), /Watching the tests/);
  assert.equal(await T('channel-title').innerText(), 'general');
  await shot(page, 'panels-start');
});

test('the picker lists commands with options and descriptions', async () => {
  await type('/');
  await T('slash-picker').waitFor();
  const text = await T('slash-picker').innerText();
  for (const c of ['/echo', '/panel', '/backup schedule set']) assert.ok(text.includes(c), c);
  assert.match(text, /Says it again/);
  await shot(page, 'panels-picker');
  await page.keyboard.press('Escape');
  await T('composer').fill('');
});

test('options: required first, ranges, choices, users; errors in place', async () => {
  await command('echo');
  await page.keyboard.press('Enter');
  assert.match(await T('slash-error').innerText(), /text:\s.*required/);
  await page.keyboard.type('hello');
  await page.keyboard.press('Tab');
  await page.locator('[data-testid=slash-more-option][data-option=times]').click();
  await page.keyboard.type('9');
  await page.keyboard.press('Enter');
  assert.match(await T('slash-error').innerText(), /times:\s+Enter 5 or less/);
  await shot(page, 'panels-option-error');
  await page.keyboard.press('Backspace');
  await page.keyboard.type('2');
  await page.keyboard.press('Tab');
  await page.locator('[data-testid=slash-more-option][data-option=style]').click();
  await page.keyboard.type('lou');
  await page.keyboard.press('Enter');
  await T('slash-more').click();
  await page.locator('[data-testid=slash-more-option][data-option=who]').click();
  await T('slash-choice').first().click();
  await page.keyboard.press('Enter');
  const said = messageWith('echo:');
  await said.waitFor();
  const got = JSON.parse((await said.getByTestId('message-content').innerText()).slice(5));
  assert.equal(got.text, 'hello');
  assert.equal(got.times, 2);
  assert.equal(got.style, 'LOUD');
  assert.match(got.who, /^\d+$/);
  assert.equal(await said.getByTestId('used-name').innerText(), '/echo');
});

test('Escape gives a command up, Backspace goes back to its name', async () => {
  await command('echo');
  await page.keyboard.press('Escape');
  assert.equal(await T('composer').inputValue(), '');
  await command('echo');
  await page.keyboard.press('Backspace');
  assert.equal(await T('composer').inputValue(), '/echo');
  await T('composer').fill('');
});

test('autocomplete asks the bot', async () => {
  await command('find');
  await page.keyboard.type('ma');
  await T('slash-choice').filter({ hasText: 'mango' }).waitFor();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await messageWith('found: mango').waitFor();
});

test('a command of a subcommand group', async () => {
  await command('backup sch');
  await page.keyboard.type('every w');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await messageWith('schedule: 1w').waitFor();
});

test('a deferred answer is thinking until it is there', async () => {
  await command('slow');
  await page.keyboard.press('Enter');
  await T('thinking').last().waitFor();
  await shot(page, 'panels-thinking');
  bot.finishSlow();
  await messageWith('done at last').waitFor();
  assert.equal(await T('thinking').count(), 0);
});

test('ephemeral answers are for one, and can be dismissed', async () => {
  await command('secret');
  await page.keyboard.press('Enter');
  const m = messageWith('only for you');
  await m.waitFor();
  assert.match(await m.innerText(), /Only you can see this/);
  await shot(page, 'panels-ephemeral');
  await switchTo('member');
  await messageWith('done at last').waitFor();
  assert.equal(await T('message').filter({ hasText: 'only for you' }).count(), 0);
  await switchTo('owner');
  await m.waitFor();
  await m.getByTestId('dismiss').click();
  await m.waitFor({ state: 'detached' });
});

test('no answer: the application did not respond', async () => {
  await command('silent');
  await page.keyboard.press('Enter');
  await T('failed-command').waitFor({ timeout: 8000 });
  assert.match(await T('failed-command').innerText(), /The application did not respond/);
  await T('failed-command').getByTestId('dismiss').click();
  await T('failed-command').waitFor({ state: 'detached' });
});

test('buttons edit their message in place and keep the focus', async () => {
  await command('panel');
  await page.keyboard.press('Enter');
  const m = messageWith('Page 1 of 3');
  await m.waitFor();
  const id = await m.getAttribute('data-message-id');
  const it = page.locator(`[data-message-id="${id}"]`);
  await it.locator('[data-custom-id=next]').click();
  await it.getByText('Page 2 of 3').waitFor();
  await page.keyboard.press('Enter');
  await it.getByText('Page 3 of 3').waitFor();
  assert.ok(await it.locator('[data-custom-id=next]').isDisabled());
  await shot(page, 'panels-pages');
});

test('a press without an answer fails visibly', async () => {
  await last().locator('[data-custom-id=nothing]').click();
  await T('interaction-failed').waitFor({ timeout: 8000 });
  assert.match(await T('interaction-failed').innerText(), /interaction failed|did not respond/i);
});

test('selects: one, several, people', async () => {
  const { id } = await bot.rest('POST', `/channels/${await general()}/messages`, everyKind());
  const m = page.locator(`[data-message-id="${id}"]`);
  await m.waitFor();
  assert.equal(await m.getByTestId('button').count(), 5);
  await m.locator('[data-custom-id=one]').click();
  await page.locator('[data-testid=select-option][data-value=b]').click();
  await messageWith('one: b').waitFor();
  await m.locator('[data-custom-id=many]').click();
  await page.locator('[data-testid=select-option][data-value=x]').click();
  await page.locator('[data-testid=select-option][data-value=z]').click();
  await shot(page, 'panels-select');
  await T('select-done').click();
  await messageWith('many: x z').waitFor();
  await m.locator('[data-custom-id=people]').click();
  await T('select-search').fill('zor');
  await page.keyboard.press('Enter');
  await T('select-done').click();
  await messageWith(`people: ${bot.me.id}`).waitFor();
});

test('a modal is checked, sent, and answered', async () => {
  await command('form');
  await page.keyboard.press('Enter');
  await T('modal').waitFor();
  await T('modal-submit').click();
  assert.match(await T('modal').innerText(), /This field is required/);
  await page.keyboard.type('ab');
  await T('modal').locator('[data-custom-id=kind]').click();
  await page.keyboard.press('Enter');
  await shot(page, 'panels-modal');
  await T('modal-submit').click();
  await T('modal').waitFor({ state: 'detached' });
  const m = messageWith('form:');
  await m.waitFor();
  const got = JSON.parse((await m.getByTestId('message-content').innerText()).slice(5));
  assert.equal(got.name, 'ab');
  assert.deepEqual(got.kind, ['k1']);
});

test('embeds and attachments', async () => {
  await command('report');
  await page.keyboard.press('Enter');
  const m = messageWith('Nightly report');
  await m.waitFor();
  assert.equal(await m.getByTestId('embed').count(), 2);
  assert.equal(await m.getByTestId('embed-field').count(), 5);
  assert.match(await m.getByTestId('embed-footer').first().innerText(), /the footer/);
  assert.match(await m.getByTestId('attachment').first().innerText(), /report\.txt/);
  const href = await m.getByTestId('download').first().getAttribute('href');
  const text = await page.evaluate(async (u) => (await fetch(u)).text(), href);
  assert.equal(text, 'line one\nline two\n');
  await shot(page, 'panels-embeds');
});

test('Components V2', async () => {
  await bot.rest('POST', `/channels/${await general()}/messages`, v2());
  const box2 = T('v2-container').last();
  await box2.waitFor();
  assert.match(await box2.innerText(), /A container/);
  assert.equal(await box2.getByTestId('v2-section').count(), 1);
  await box2.locator('[data-custom-id=hello]').click();
  await messageWith('hello from the section').waitFor();
  await box2.scrollIntoViewIfNeeded();
  await shot(page, 'panels-v2');
});

test('hostile text stays text, everywhere', async () => {
  await bot.rest('POST', `/channels/${await general()}/messages`, hostile());
  const m = messageWith('onerror');
  await m.waitFor();
  assert.equal(await m.locator('script, iframe, img[src="x"]').count(), 0);
  for (const a of await m.locator('a[href]').all()) assert.match(await a.getAttribute('href'), /^(https?:\/\/|\/)/);
  assert.equal(await page.evaluate(() => window.hacked), undefined);
});

test('mentions, spoilers and times', async () => {
  const s = await state();
  const now = Math.floor(Date.now() / 1000);
  await control(box, 'POST', 'messages', { user: s.me.id, channel_id: await general(),
    content: `for <@${bot.me.id}> in <#${await general()}> ||hidden|| </echo:1> <t:${now - 3}:R>` });
  const m = messageWith('seconds ago');
  await m.waitFor();
  assert.equal(await m.getByTestId('mention').first().innerText(), '@' + bot.me.username);
  const time = m.getByTestId('timestamp');
  const first = await time.innerText();
  assert.match(await time.getAttribute('title'), /\d{4}/);
  await page.waitForFunction(([el, was]) => el.textContent !== was, [await time.elementHandle(), first]);
  await m.getByTestId('spoiler').click();
  assert.match(await m.getByTestId('spoiler').getAttribute('class'), /revealed/);
  await m.getByTestId('command-mention').click();
  assert.equal(await T('slash-name').innerText(), '/echo');
  await page.keyboard.press('Escape');
});

test('plain text: completion of names, replies, too long ones', async () => {
  await type('hi @zor');
  await T('mention-option').first().waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  const m = messageWith('hi @');
  await m.waitFor();
  assert.equal(await m.getByTestId('mention').innerText(), '@' + bot.me.username);
  await m.hover();
  await m.getByTestId('reply-to').click();
  await page.keyboard.type('an answer');
  await page.keyboard.press('Enter');
  await messageWith('an answer').getByTestId('reply').waitFor();
  await T('composer').fill('x'.repeat(2001));
  await page.keyboard.press('Enter');
  assert.match(await T('composer-error').innerText(), /too long/);
  await T('composer').fill('');
});

test('own messages can be edited and deleted, others reacted to', async () => {
  await type('first draft');
  await page.keyboard.press('Enter');
  await messageWith('first draft').waitFor();
  await page.keyboard.press('ArrowUp');
  assert.equal(await T('composer').inputValue(), 'first draft');
  await T('composer').fill('second draft');
  await page.keyboard.press('Enter');
  const m = messageWith('second draft');
  await m.getByTestId('edited').waitFor();
  await m.hover();
  await m.getByTestId('react').click();
  await page.locator('[data-testid=select-option]').filter({ hasText: 'tada' }).click();
  await m.getByTestId('reaction').waitFor();
  await m.getByTestId('reaction').click();
  await m.getByTestId('reaction').waitFor({ state: 'detached' });
  await m.hover();
  await m.getByTestId('delete').click();
  await m.waitFor({ state: 'detached' });
});

test('commands in the menus of a message and of a user', async () => {
  const m = T('message').first();
  const id = await m.getAttribute('data-message-id');
  await m.hover();
  await m.getByTestId('message-apps').click();
  await page.locator('[data-testid=select-option][data-value="Inspect"]').click();
  await messageWith(`inspected ${id}`).waitFor();
  await page.locator(`[data-testid=member][data-user-id="${bot.me.id}"]`).click();
  await T('user-card').getByTestId('user-app').click();
  await messageWith(`this is ${bot.me.id}`).waitFor();
});

test('what the bot changes in a guild is seen at once', async () => {
  const guild = (await state()).guilds[0];
  const role = await bot.rest('POST', `/guilds/${guild.id}/roles`, { name: 'Night watch', color: 0x3498db, hoist: true });
  const channel = await bot.rest('POST', `/guilds/${guild.id}/channels`, {
    name: 'brand-new', type: 0, permission_overwrites: [
      { id: guild.id, type: 0, deny: '1024', allow: '0' }, { id: bot.me.id, type: 1, deny: '0', allow: '1024' }] });
  const entry = page.locator('[data-channel-name=brand-new]');
  await entry.waitFor();
  assert.match(await entry.getAttribute('aria-label'), /private/);
  await bot.rest('PUT', `/guilds/${guild.id}/members/${bot.me.id}/roles/${role.id}`);
  await page.getByTestId('member-list').getByText('Night watch').waitFor();
  await bot.rest('PATCH', `/channels/${channel.id}`, { name: 'renamed' });
  await page.locator('[data-channel-name=renamed]').waitFor();
  await bot.rest('DELETE', `/channels/${channel.id}`);
  await page.locator('[data-channel-name=renamed]').waitFor({ state: 'detached' });
});

test('other guilds and channels say that something is new', async () => {
  const second = (await state()).guilds[1];
  const there = second.channels.find((c) => c.name === 'general');
  await bot.rest('POST', `/channels/${there.id}/messages`, { content: 'over here' });
  await page.locator('.rail-item.unread').waitFor();
  await T('guild').nth(1).click();
  await messageWith('over here').waitFor();
  assert.equal(await T('guild-name').innerText(), second.name);
  assert.equal(await page.locator('.rail-item.unread').count(), 0);
  await T('guild').first().click();
  await messageWith('done at last').waitFor();
});

test('older messages are loaded when one scrolls up', async () => {
  const channel = (await state()).guilds[0].channels.find((c) => c.name === 'off-topic').id;
  const { me } = await state();
  for (let i = 1; i <= 70; i++) await control(box, 'POST', 'messages', { user: me.id, channel_id: channel, content: `line ${i} of many` });
  await page.reload();
  await page.locator('[data-channel-name=off-topic]').click();
  await messageWith('line 70 of many').waitFor();
  assert.equal(await T('message').filter({ hasText: 'line 1 of many' }).count(), 0);
  await T('message-scroller').evaluate((el) => { el.scrollTop = 0; });
  await T('message').filter({ hasText: 'line 1 of many' }).first().waitFor();
  await page.locator('[data-channel-name=general]').click();
});

test('an ordinary member sees fewer channels and commands', async () => {
  const before = await T('channel').count();
  await type('/ban');
  await T('slash-option').first().waitFor();
  await T('composer').fill('');
  await switchTo('member');
  assert.ok(await T('channel').count() < before, 'a private channel is not shown');
  await type('/ban');
  assert.equal(await T('slash-option').count(), 0);
  await T('composer').fill('');
  await switchTo('owner');
});

test('direct messages with the bot', async () => {
  await T('dm-home').click();
  await type('!hello');
  await page.keyboard.press('Enter');
  await messageWith('hello yourself').waitFor();
  await shot(page, 'panels-dm');
  await T('guild').first().click();
  await page.locator('[data-channel-name=general]').click();
});

test('roles and permission overwrites can be looked at', async () => {
  await T('open-viewer').click();
  await T('viewer').waitFor();
  assert.match(await T('viewer-detail').innerText(), /Permissions/i);
  await T('viewer-channels').click();
  const guild = (await state()).guilds[0];
  const locked = guild.channels.find((c) => c.permission_overwrites?.some((o) => o.id === guild.id));
  await page.locator(`[data-testid=viewer-entry][data-id="${locked.id}"]`).click();
  assert.match(await T('viewer-detail').innerText(), /Deny|Allow/);
  await shot(page, 'panels-viewer');
  await page.keyboard.press('Escape');
  await T('viewer').waitFor({ state: 'detached' });
});

test('the traffic drawer shows REST, gateway and buckets', async () => {
  await T('open-traffic').click();
  await page.locator('[data-testid=traffic-row][data-kind=rest]').first().waitFor();
  await page.locator('[data-testid=traffic-row][data-kind=gateway]').first().waitFor();
  await T('traffic-filter').fill('callback');
  const row = page.locator('[data-testid=traffic-row][data-kind=rest]').last();
  await row.locator('summary').click();
  await row.getByText('body:').waitFor();
  assert.doesNotMatch(await T('traffic-list').innerText(), new RegExp(box.token.replace(/\./g, '\\.')));
  await T('traffic-filter').fill('');
  await shot(page, 'panels-traffic');
  await T('tab-limits').click();
  await T('limit').first().waitFor();
  await T('tab-faults').click();
});

test('faults are armed from the page, and refused with a reason', async () => {
  await T('fault-json').fill('{"fault":"no such thing"}');
  await page.keyboard.press('Enter');
  await T('fault-error').waitFor();
  await T('fault').filter({ hasText: 'Ask for a heartbeat' }).click();
  await T('fault-error').waitFor({ state: 'hidden' });
  await shot(page, 'panels-faults');
  await T('drawer-close').click();
});

test('the keyboard alone is enough', async () => {
  await T('composer').focus();
  await page.keyboard.type('/panel');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await messageWith('Page 1 of 3').waitFor();
  for (let i = 0; i < 40; i++) {
    await page.keyboard.press('Shift+Tab');
    if (await page.evaluate(() => document.activeElement.dataset.customId === 'next')) break;
  }
  const ring = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  assert.equal(ring, 'solid');
  await page.keyboard.press('Enter');
  await messageWith('Page 2 of 3').waitFor();
});

test('every control has a name', async () => {
  const nameless = await page.evaluate(() => [...document.querySelectorAll('button, a[href], input, textarea, select, [role=button]')]
    .filter((el) => el.offsetParent && !el.closest('[aria-hidden=true]') && el.getAttribute('aria-hidden') !== 'true')
    .filter((el) => !(el.getAttribute('aria-label') || el.textContent.trim() || el.title || el.labels?.length))
    .map((el) => el.outerHTML.slice(0, 120)));
  assert.deepEqual(nameless, []);
});

test('a phone is wide enough', async () => {
  const small = await openPage(browser, box, { width: 390, height: 780 });
  await small.getByTestId('message').first().waitFor();
  const over = await small.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(over <= 0, `${over} px too wide`);
  await small.getByTestId('nav-toggle').click();
  await small.locator('[data-channel-name=general]').click();
  await shot(small, 'panels-phone');
  assert.deepEqual(small.problems, []);
  await small.close();
});

test('the bot goes: a hint says how to start one', async () => {
  await bot.stop();
  await T('offline-hint').waitFor();
  assert.match(await T('offline-hint').innerText(), /is offline.*Start your bot/s);
  await shot(page, 'panels-offline');
});

test('nothing failed in the page and nothing was asked from outside', () => {
  assert.deepEqual(page.problems, []);
});

test('a lost sandbox is said, and found again', async () => {
  assert.equal(await box.stop(), 0, box.output());
  await T('connection-banner').waitFor();
  await shot(page, 'panels-banner');
  box.again = await startBox(['--port', box.port]);
  await T('connection-banner').waitFor({ state: 'hidden', timeout: 15000 });
  await T('composer').waitFor();
});

await run({
  prefix: 'panels',
  after: async () => {
    await browser.close();
    await box.stop();
    await box.again?.stop();
  },
});
