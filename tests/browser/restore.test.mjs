// SPDX-License-Identifier: MIT
// A restore in the page, from the backup to the way back: an administrator
// wrecks the server, its owner brings it back, and everybody can watch.

import assert from 'node:assert/strict';
import { run, test } from './tap.mjs';
import { B, control, openPage, shot, SHOTS, startBox, startBrowser } from './box.mjs';

const box = await startBox(['--port', '0', '--heartbeat', '3000', '--run', `${B}/zoryx-bot`]);
const browser = await startBrowser();
const page = await openPage(browser, box, { width: 1280, height: 1000 });
const T = (id) => page.getByTestId(id);

const messageWith = (text) => T('message').filter({ hasText: text }).last();
const state = () => control(box, 'GET', 'state');
const guild = async () => (await state()).guilds[0];
const channel = (name) => page.locator(`[data-channel-name="${name}"]`);

/** Somebody does that: the owner's panel is not touched. */
async function act(persona, method, path, body) {
  const { users, guilds } = await state();
  const user = users.find((u) => u.persona === persona).id;
  const r = await control(box, 'POST', 'act', { user, guild_id: guilds[0].id, method, path, body });
  assert.ok(r.status < 300, `${method} ${path}: ${JSON.stringify(r)}`);
}
/** value: of the first option, which may be left out. */
const command = async (name, value) => {
  await T('composer').click();
  await page.keyboard.type('/' + name);
  await page.locator(`[data-testid=slash-option][data-command="${name}"]`).waitFor();
  await page.keyboard.press('Enter');
  if (value) {
    await T('slash-more').click();
    await T('slash-more-option').first().click();
    await page.keyboard.type(value);
    await T('slash-choice').first().waitFor();
    await page.keyboard.press('Enter');
  }
  await page.keyboard.press('Enter');
};
/** Stays the same message, whatever it becomes. */
const pin = async (m) => {
  await m.waitFor();
  return page.locator(`[data-message-id="${await m.getAttribute('data-message-id')}"]`);
};
const press = (m, label) => m.getByTestId('button').filter({ hasText: label }).click();
const picture = async (m, name) => {
  await m.scrollIntoViewIfNeeded();
  await page.mouse.move(2, 2);
  await T('composer').blur();
  await m.getByTestId('embed').first().screenshot({ path: `${SHOTS}/${name}.png` });
  await shot(page, `${name}-page`);
};

const lost = ['staff-chat', 'off-topic', 'bot-commands', 'slow-lane'];
let m;
let before;
let id;

test('a backup is made', async () => {
  await page.locator('[data-testid=bot-status][data-online=true]').waitFor({ timeout: 25000 });
  await T('composer').click();
  await page.keyboard.type('/backupcreate');
  await page.locator('[data-testid=slash-option][data-command=backupcreate]').waitFor();
  await T('composer').fill('');
  before = await guild();
  await command('backupcreate');
  const made = messageWith('Backup Created Successfully');
  await made.waitFor();
  id = /ID:\s+([0-9a-f]{12})/.exec(await made.innerText())[1];
});

test('an administrator deletes channels and a role, and the page shows it', async () => {
  for (const name of lost) await act('admin', 'DELETE', `/channels/{channel:${name}}`);
  await act('admin', 'DELETE', '/guilds/{guild}/roles/{role:Helper}');
  for (const name of lost) await channel(name).waitFor({ state: 'detached' });
});

test('what is brought back is chosen', async () => {
  await command('backuprestore', id);
  m = await pin(messageWith('Selective Restore'));
  await m.getByText('Nothing has happened yet').waitFor();
  const text = await m.innerText();
  assert.match(text, /Disabled \(safe mode\)/);
  await press(m, 'Role Sync');
  await m.getByText('an exact rewind', { exact: false }).waitFor();
  await press(m, 'Role Sync');
  await m.getByText('Disabled (safe mode)', { exact: false }).waitFor();
  await picture(m, 'restore-choose');
});

test('the plan says every step before anything happens', async () => {
  await press(m, 'Show Plan');
  await m.getByText('What Would Be Done').waitFor();
  await m.getByText('create 4', { exact: false }).first().waitFor();
  await picture(m, 'restore-plan');
  await press(m, '▶');
  await m.getByText('create role Helper', { exact: false }).waitFor();
  await m.getByText('create channel staff-chat', { exact: false }).waitFor();
  await picture(m, 'restore-steps');
  assert.equal(await channel('staff-chat').count(), 0);
});

test('the restore is seen moving, is paused and goes on', async () => {
  await control(box, 'POST', 'faults', { fault: 'rest_slow', route: 'POST /guilds/{id}/channels', ms: 3000, times: 4 });
  await press(m, 'Confirm Restore');
  await m.getByText('Restoring Your Server').waitFor();
  await m.getByText('Now', { exact: true }).waitFor();
  await m.getByText('▰', { exact: false }).first().waitFor();
  await picture(m, 'restore-progress');
  await press(m, 'Pause');
  await m.getByText('Nothing new begins').waitFor();
  // What was brought back already, somebody deletes again.
  await act('admin', 'DELETE', '/guilds/{guild}/roles/{role:Helper}');
  await press(m, 'Resume');
});

test('it is verified and reported', async () => {
  await m.getByText('Restore Complete').waitFor({ timeout: 60000 });
  await m.getByText('it is as the plan wanted it', { exact: false }).waitFor();
  await m.getByText('2 rounds: others deleted', { exact: false }).waitFor();
  for (const name of lost) await channel(name).waitFor();
  await picture(m, 'restore-report');
  const file = T('message').filter({ hasText: /restore-\d+\.txt/ });
  await file.first().waitFor();
});

test('roles, members and overwrites are as they were', async () => {
  const now = await guild();
  const role = (g, name) => g.roles.find((r) => r.name === name);
  const holders = (g) => g.members.filter((x) => x.roles.includes(role(g, 'Helper').id)).map((x) => x.user.id).sort();
  assert.notEqual(role(now, 'Helper').id, role(before, 'Helper').id);
  assert.equal(role(now, 'Helper').permissions, role(before, 'Helper').permissions);
  assert.deepEqual(holders(now), holders(before));
  const shape = (g, name) => {
    const c = g.channels.find((x) => x.name === name);
    return {
      parent: g.channels.find((x) => x.id === c.parent_id)?.name,
      overwrites: c.permission_overwrites
        .map((o) => [g.roles.find((r) => r.id === o.id)?.name ?? o.id, o.allow, o.deny]).sort(),
    };
  };
  for (const name of lost) assert.deepEqual(shape(now, name), shape(before, name));
});

test('it is taken back', async () => {
  await press(m, 'Undo');
  await m.getByText('Plan of the Way Back').waitFor({ timeout: 20000 });
  await picture(m, 'restore-undo');
  await press(m, 'Confirm Undo');
  await m.getByText('Undo Complete').waitFor({ timeout: 60000 });
  for (const name of lost) await channel(name).waitFor({ state: 'detached' });
  assert.ok(!(await guild()).roles.some((r) => r.name === 'Helper'));
  await picture(m, 'restore-undone');
});

test('a phone is wide enough for it', async () => {
  const small = await openPage(browser, box, { width: 390, height: 844, hash: new URL(page.url()).hash });
  const over = await small.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(over <= 0, `${over} px too wide`);
  await shot(small, 'restore-phone');
  await small.close();
});

test('no rule of Discord was broken, and nothing failed in the page', async () => {
  assert.deepEqual((await state()).gateway.violations, []);
  assert.deepEqual(page.problems, []);
});

await run({
  prefix: 'restore',
  after: async () => {
    await browser.close();
    await box.stop();
  },
});
