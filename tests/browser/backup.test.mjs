// SPDX-License-Identifier: MIT
// The dashboard of backups in the page, pressed as a person would.

import assert from 'node:assert/strict';
import { run, test } from './tap.mjs';
import { B, control, openPage, shot, startBox, startBrowser } from './box.mjs';

const box = await startBox(['--port', '0', '--heartbeat', '3000', '--run', `${B}/zoryx-bot`]);
const browser = await startBrowser();
const page = await openPage(browser, box, { width: 1280, height: 1000 });
const T = (id) => page.getByTestId(id);

const messageWith = (text) => T('message').filter({ hasText: text }).last();
const state = () => control(box, 'GET', 'state');
const command = async (name, ...options) => {
  await T('composer').click();
  await page.keyboard.type('/' + name);
  await page.locator(`[data-testid=slash-option][data-command="${name}"]`).waitFor();
  await page.keyboard.press('Enter');
  for (const o of options) {
    await page.keyboard.type(o);
    await T('slash-choice').first().waitFor();
    await page.keyboard.press('Enter');
  }
  await page.keyboard.press('Enter');
};
const press = async (m, label) => {
  await m.getByTestId('button').filter({ hasText: label }).click();
};
const choose = async (m, placeholder, value) => {
  await m.locator(`[data-custom-id$=":${placeholder}"]`).click();
  await page.locator(`[data-testid=select-option][data-value="${value}"]`).click();
};
async function act(method, path, body) {
  const guild_id = (await state()).guilds[0].id;
  const r = await control(box, 'POST', 'act', { guild_id, method, path, body });
  assert.ok(r.status < 300, JSON.stringify(r));
}
/** Another channel: the one that is looked at stays clean. */
const create = async (label) => {
  const { users, guilds } = await state();
  const user = users.find((u) => u.persona === 'owner').id;
  const channel_id = guilds[0].channels.find((c) => c.name === 'bot-commands').id;
  await control(box, 'POST', 'interactions', { user, channel_id, type: 2, name: 'backupcreate', options: { label } });
  for (let i = 0; i < 400; i++) {
    const all = await control(box, 'GET', `messages?user=${user}&channel=${channel_id}`);
    const e = all.at(-1)?.embeds?.[0];
    const text = JSON.stringify(e ?? '');
    if (/Backup Created/.test(text) && e.description.includes(label.replaceAll('*', '\\*'))) return /ID:\s+([0-9a-f]{12})/.exec(text)[1];
    await new Promise((ok) => setTimeout(ok, 50));
  }
  throw new Error(`${label}: not created`);
};

let m;
let cooled; // /backup rests for 10 s
const ids = [];

test('backups are made', async () => {
  await page.locator('[data-testid=bot-status][data-online=true]').waitFor({ timeout: 25000 });
  await page.locator('[data-testid=composer]').click();
  await page.keyboard.type('/backup');
  await page.locator('[data-testid=slash-option][data-command=backupcreate]').waitFor();
  await T('composer').fill('');
  ids.push(await create('Before the move'));
  await act('POST', '/guilds/{guild}/roles', { name: 'Night watch', permissions: '2', color: 0x3498db });
  await act('PATCH', '/channels/{channel:general}', { topic: 'Say hello' });
  ids.push(await create('After the *move*'));
  await act('POST', '/guilds/{guild}/channels', { name: 'birdwatching', type: 0 });
  for (let i = 0; i < 4; i++) ids.push(await create(`Weekly ${i + 1}`));
});

test('the overview says how full the store is', async () => {
  await command('backup');
  cooled = Date.now() + 10500;
  m = messageWith('Dashboard');
  await m.waitFor();
  const id = await m.getAttribute('data-message-id');
  m = page.locator(`[data-message-id="${id}"]`);
  const text = await m.innerText();
  assert.match(text, /6\/25/);
  assert.match(text, /Server Now/);
  assert.match(text, /Only you can see this/);
  await m.scrollIntoViewIfNeeded();
  await shot(page, 'backup-overview');
});

test('the backups, and one of them in full', async () => {
  await press(m, 'Backups');
  await m.getByText('Page 1/2').waitFor();
  await shot(page, 'backup-backups');
  await choose(m, 'open', ids[5]);
  await m.getByText('SHA-256').waitFor();
  await shot(page, 'backup-view');
  await choose(m, 'section', '3');
  await m.getByText('#birdwatching').waitFor();
  await shot(page, 'backup-view-channels');
  await press(m, 'All backups');
  await m.getByText('Page 1/2').waitFor();
  await press(m, '▶');
  await m.getByText('Before the move').waitFor();
});

test('two backups compared', async () => {
  await press(m, 'Compare');
  await m.getByText('Drift', { exact: false }).first().waitFor();
  await shot(page, 'backup-compare');
  await choose(m, 'side-a', ids[0]);
  await choose(m, 'side-b', ids[2]);
  await m.locator('[data-custom-id$=":run"]').click();
  await m.getByText('Night watch').first().waitFor();
  await m.getByText('#birdwatching').first().waitFor();
  await shot(page, 'backup-diff');
});

test('a backup compared with the server', async () => {
  await choose(m, 'side-b', 'current');
  await m.locator('[data-custom-id$=":run"]').click();
  await m.getByText('the server as it is').first().waitFor();
  await m.getByText('Total:').waitFor();
});

test('the audit log and the analytics', async () => {
  await press(m, 'Audit Log');
  await m.getByText('CREATE').first().waitFor();
  await shot(page, 'backup-audit');
  await press(m, 'Analytics');
  await m.getByText('Trends').waitFor();
  await shot(page, 'backup-analytics');
});

test('deleting asks twice', async () => {
  await press(m, 'Delete Backup');
  await m.getByText('Choose one of 6').waitFor();
  await shot(page, 'backup-delete');
  await choose(m, 'choose', ids[1]);
  await m.getByText('gone for good').waitFor();
  await shot(page, 'backup-delete-asked');
  await press(m, 'Confirm Delete');
  await m.getByText('is deleted').waitFor();
  assert.equal(await m.locator('em', { hasText: 'move' }).count(), 0);
});

test('ids are offered while one types', async () => {
  await T('composer').click();
  await page.keyboard.type('/backupview');
  await page.locator('[data-testid=slash-option][data-command=backupview]').waitFor();
  await page.keyboard.press('Enter');
  await page.keyboard.type('weekly');
  await T('slash-choice').filter({ hasText: 'Weekly 2' }).waitFor();
  await shot(page, 'backup-choices');
  await page.keyboard.type(' 2');
  await page.waitForFunction(() => document.querySelectorAll('[data-testid=slash-choice]').length === 1);
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await messageWith('Metadata').waitFor();
});

test('a picture for the documentation: the dashboard and a comparison', async () => {
  await page.locator('[data-channel-name=off-topic]').click();
  await page.locator('[data-testid=channel-title]', { hasText: 'off-topic' }).waitFor();
  await command('backupdiff', ids[0], 'current');
  await messageWith('Backup Diff').waitFor();
  await page.waitForTimeout(Math.max(0, cooled - Date.now()));
  await command('backup');
  await messageWith('Dashboard').waitFor();
  const picture = await openPage(browser, box, { width: 1500, height: 1150, scale: 0.8, hash: new URL(page.url()).hash });
  await picture.getByTestId('message').filter({ hasText: 'Dashboard' }).waitFor();
  await picture.getByTestId('composer').blur();
  await shot(picture, 'backups');
  await picture.close();
});

test('the icon of the server is beside it, and nothing is cut off', async () => {
  await act('PATCH', '/guilds/{guild}', { icon: '{png:7c3aed}' });
  await press(messageWith('Dashboard'), 'Refresh');
  const embed = messageWith('Dashboard').getByTestId('embed');
  await embed.locator('.embed-thumbnail img').waitFor();
  await embed.locator('.embed-thumbnail img').evaluate((i) => i.decode());
  const [shown, all] = await embed.evaluate((e) => [e.clientHeight, e.scrollHeight]);
  assert.ok(all <= shown, `${all} px in ${shown}`);
});

test('a phone is wide enough for the dashboard', async () => {
  const small = await openPage(browser, box, { width: 390, height: 844 });
  const over = await small.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(over <= 0, `${over} px too wide`);
  await shot(small, 'backup-phone');
  await small.close();
});

test('nothing failed in the page and nothing was asked from outside', () => {
  assert.deepEqual(page.problems, []);
});

await run({
  prefix: 'backup',
  after: async () => {
    await browser.close();
    await box.stop();
  },
});
