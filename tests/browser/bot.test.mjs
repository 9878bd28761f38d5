// SPDX-License-Identifier: MIT
// The example bot in the sandbox, used as a person would: typed commands and
// the replies that are seen.

import assert from 'node:assert/strict';
import { run, test } from './tap.mjs';
import { B, control, openPage, shot, startBox, startBrowser } from './box.mjs';

const box = await startBox(['--port', '0', '--heartbeat', '3000', '--run', `${B}/zoryx-bot`]);
const browser = await startBrowser();
const page = await openPage(browser, box);
const T = (id) => page.getByTestId(id);

const last = () => T('message').last();
const messageWith = (text) => T('message').filter({ hasText: text }).last();
const say = async (text) => {
  await T('composer').click();
  await page.keyboard.type(text);
  await page.keyboard.press('Enter');
};
const command = async (name) => {
  await T('composer').click();
  await page.keyboard.type('/' + name);
  await page.locator(`[data-testid=slash-option][data-command="${name}"]`).waitFor();
  await page.keyboard.press('Enter');
};
async function switchTo(persona) {
  const { users } = await control(box, 'GET', 'state');
  const user = users.find((u) => u.persona === persona);
  await T('user-switch').click();
  await page.locator(`[data-testid=select-option][data-value="${user.id}"]`).click();
  await page.locator(`[data-testid=user-switch][data-user-id="${user.id}"]`).waitFor();
}

test('the bot comes online and has commands', async () => {
  await page.locator('[data-testid=bot-status][data-online=true]').waitFor({ timeout: 25000 });
  await T('composer').click();
  await page.keyboard.type('/');
  await page.locator('[data-testid=slash-option][data-command=ping]').waitFor();
  await shot(page, 'bot-picker');
  await T('composer').fill('');
});

test('a picture for the documentation: /help, /stats and /ping', async () => {
  // the bot knows its latency once it has beaten
  await T('open-traffic').click();
  await T('traffic-filter').fill('Heartbeat ACK');
  await T('traffic-row').first().waitFor();
  await T('drawer-close').click();
  await T('guild').nth(1).click();
  await page.locator('[data-testid=channel-title]', { hasText: 'general' }).waitFor();
  for (const [name, title] of [['help', 'Help'], ['stats', 'Statistics'], ['ping', 'Pong']]) {
    await command(name);
    await page.keyboard.press('Enter');
    await messageWith(title).waitFor();
  }
  // more of it on 1280x800 pixels
  const picture = await openPage(browser, box, { width: 1600, height: 1000, scale: 0.8, hash: new URL(page.url()).hash });
  await picture.getByTestId('message').filter({ hasText: 'Pong' }).waitFor();
  await picture.getByTestId('composer').blur();
  await shot(picture, 'page');
  await picture.close();
  await T('guild').first().click();
});

test('/ping is answered with the latencies', async () => {
  await switchTo('admin'); // the owner's commands are cooling down
  await command('ping');
  await page.keyboard.press('Enter');
  const m = messageWith('Pong');
  await m.waitFor();
  assert.equal(await m.getByTestId('used-name').innerText(), '/ping');
  assert.equal(await m.getByTestId('bot-badge').count(), 1);
  const fields = await m.getByTestId('embed-field').allInnerTexts();
  assert.match(fields.join('\n'), /Gateway\s+\d+ ms/);
  assert.match(fields.join('\n'), /API\s+\d+ ms/);
});

test('/help turns its pages in place', async () => {
  await command('help');
  await page.keyboard.press('Enter');
  const id = await messageWith('Help').getAttribute('data-message-id');
  const m = page.locator(`[data-message-id="${id}"]`);
  const first = await m.getByTestId('embed').innerText();
  assert.match(first, /\/ping/);
  await m.getByTestId('button').filter({ hasText: '▶' }).click();
  await page.waitForFunction(([el, was]) => el.querySelector('[data-testid=embed]').innerText !== was, [await m.elementHandle(), first]);
  assert.match(await m.innerText(), /2 \/ 2/);
  await shot(page, 'bot-help-page-2');
  await m.getByTestId('button').filter({ hasText: '◀' }).click();
  await m.getByText('1 / 2').waitFor();
  assert.match(await m.getByTestId('embed').innerText(), /\/ping/);
});

test('/help has categories in a select', async () => {
  const m = messageWith('Help');
  await m.getByTestId('select').click();
  await T('select-option').first().waitFor();
  assert.ok(await T('select-option').count() >= 1);
  await shot(page, 'bot-help-select');
  await page.keyboard.press('Escape');
});

test('/help completes and explains one command', async () => {
  await command('help');
  await T('slash-more').click();
  await T('slash-more-option').first().click();
  await page.keyboard.type('setp');
  await T('slash-choice').filter({ hasText: 'setprefix' }).waitFor();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await messageWith('Usage').waitFor();
  assert.match(await messageWith('Usage').innerText(), /prefix/);
});

test('!ping works as text, for another person', async () => {
  await switchTo('member');
  await say('!ping');
  await messageWith('!ping').waitFor();
  await last().filter({ hasText: 'Pong' }).waitFor();
  await shot(page, 'bot-prefix-ping');
});

test('/stats shows numbers', async () => {
  await switchTo('admin');
  await command('stats');
  await page.keyboard.press('Enter');
  const m = messageWith('Statistics');
  await m.waitFor();
  assert.match(await m.innerText(), /Servers\s+3/);
  await shot(page, 'bot-stats');
});

test('an ordinary member does not see what administrators may use', async () => {
  await switchTo('member');
  await T('composer').click();
  await page.keyboard.type('/');
  await page.locator('[data-testid=slash-option][data-command=ping]').waitFor();
  assert.equal(await page.locator('[data-testid=slash-option][data-command=setprefix]').count(), 0);
  await T('composer').fill('');
  await say('!setprefix ?');
  await messageWith('!setprefix').waitFor();
  await last().filter({ has: T('bot-badge') }).waitFor();
  assert.doesNotMatch(await last().innerText(), /Prefix Set/);
});

test('an administrator sets the prefix, and it works at once', async () => {
  await switchTo('admin');
  await command('setprefix');
  await page.keyboard.type('?');
  await page.keyboard.press('Enter');
  await messageWith('Prefix Set').waitFor();
  await say('?serversettings');
  await messageWith('Server Settings').waitFor();
  assert.match(await messageWith('Server Settings').innerText(), /Prefix\s+\?/);
  await shot(page, 'bot-settings');
});

test('faults from the page: the bot comes through them', async () => {
  const fault = (name) => T('fault').filter({ hasText: name }).click();
  await switchTo('admin');
  await T('open-faults').click();
  await fault('Op 7 Reconnect');
  await T('tab-traffic').click();
  await T('traffic-filter').fill('RESUMED');
  await T('traffic-row').first().waitFor();
  await T('tab-faults').click();
  await fault('429 on the next request');
  await T('armed-fault').filter({ hasText: 'rest_429' }).waitFor();
  await say('?serversettings');
  await T('armed-fault').filter({ hasText: 'rest_429' }).waitFor({ state: 'detached' });
  await last().filter({ hasText: 'Server Settings' }).waitFor();
  await T('tab-traffic').click();
  await T('traffic-filter').fill('429');
  await T('traffic-row').first().waitFor();
  await shot(page, 'bot-faults');
  await T('drawer-close').click();
});

test('nothing failed in the page and nothing was asked from outside', () => {
  assert.deepEqual(page.problems, []);
});

test('sandbox and bot end as they should', async () => {
  assert.equal(await box.stop(), 0, box.output());
});

await run({
  prefix: 'bot',
  after: async () => {
    await browser.close();
    await box.stop();
  },
});
