// SPDX-License-Identifier: MIT
// A server that is filled while one looks on, as a restore does it: channels by
// category with their locks, roles with their colours, pictures.

import assert from 'node:assert/strict';
import { run, test } from './tap.mjs';
import { control, openPage, shot, startBox, startBrowser } from './box.mjs';

const box = await startBox(['--port', '0', '--guilds', '3', '--kinds', 'plain,empty,everything']);
const browser = await startBrowser();
const state = await control(box, 'GET', 'state');
const admin = state.users.find((u) => u.persona === 'admin').id;
const [, empty, full] = state.guilds;
const page = await openPage(browser, box, {
  hash: `#/${admin}/${full.id}/${full.channels.find((c) => c.name === 'general').id}`,
});
const T = (id) => page.getByTestId(id);
const act = (method, path, body) => control(box, 'POST', 'act', { method, path, body, guild_id: empty.id });
const channel = (name) => page.locator(`[data-channel-name="${name}"]`);

test('channels stand below their categories, private ones with a lock', async () => {
  assert.match(await channel('moderator-only').getAttribute('aria-label'), /private/);
  assert.doesNotMatch(await channel('announcements').getAttribute('aria-label'), /private/);
  assert.equal(await page.locator('[data-testid=category] .category-lock').count(), 1);
  assert.match(await page.locator('[data-testid=category][aria-label]').first().getAttribute('aria-label'), /Staff, private/);
});

test('roles from the top, with colours, icons and counts', async () => {
  await T('side-roles').click();
  const names = await T('role').evaluateAll((all) => all.map((x) => x.dataset.roleName));
  assert.deepEqual(names.slice(0, 6), ['Zoryx', 'Admin', 'Moderator', 'Holo', 'Star', 'Patron']);
  assert.equal(names.at(-1), '@everyone');
  const fill = await page.locator('[data-role-name=Holo] .role-dot').getAttribute('style');
  assert.match(fill, /linear-gradient/);
  assert.ok(await page.locator('[data-role-name=Patron] .role-icon').evaluate((x) => x.complete && x.naturalWidth > 0));
  await shot(page, 'guild-roles');
});

test('icon and banner of a server are shown', async () => {
  for (const at of ['img.guild-icon', '.guild-banner img']) {
    await page.locator(at).first().evaluate((x) => x.decode());
    assert.ok(await page.locator(at).first().evaluate((x) => x.naturalWidth > 0));
  }
});

test('a server without channels says so', async () => {
  await page.locator(`[data-testid=guild][data-guild-id="${empty.id}"]`).click();
  await T('no-channels').waitFor();
  assert.equal(await page.getByText('Loading messages').count(), 0);
});

test('what a restore makes appears at once and stands out', async () => {
  await act('POST', '/guilds/{guild}/roles', { name: 'Restored', permissions: '0', color: 0xe67e22 });
  await page.locator('[data-role-name=Restored].fresh').waitFor();
  await act('POST', '/guilds/{guild}/channels', {
    name: 'Secret', type: 4, permission_overwrites: [{ id: empty.id, type: 0, deny: '1024' }],
  });
  await act('POST', '/guilds/{guild}/channels', { name: 'inside', parent_id: '{channel:Secret}' });
  await channel('inside').waitFor();
  assert.match(await channel('inside').getAttribute('aria-label'), /private/);
  await shot(page, 'guild-restored');
  await act('DELETE', '/channels/{channel:inside}');
  await channel('inside').waitFor({ state: 'detached' });
});

test('a new seed shows at once', async () => {
  await control(box, 'POST', `guilds/${empty.id}/seed`, { kind: 'everything' });
  await channel('announcements').waitFor();
  await control(box, 'POST', `guilds/${empty.id}/seed`, { kind: 'empty' });
  await T('no-channels').waitFor();
});

test('nothing went wrong on the page, and the sandbox ends cleanly', async () => {
  assert.deepEqual(page.problems, []);
  await browser.close();
  assert.equal(await box.stop(), 0);
});

await run();
