// SPDX-License-Identifier: MIT
// What the browser tests stand on: a sandbox, a browser, and a scripted bot.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium } from 'playwright-core';

export const B = resolve(process.env.B ?? 'build');
export const SHOTS = `${B}/screenshots`;

/** Starts zoryx-sandbox: { url, token, stop() → exit code }. args as on its command line. */
export async function startBox(args = ['--port', '0']) {
  const cwd = mkdtempSync(join(tmpdir(), 'zoryx-page-')); // a bot keeps its data here
  const child = spawn(`${B}/zoryx-sandbox`, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  const ended = new Promise((ok) => child.on('exit', ok));
  const text = await new Promise((ok, no) => {
    const look = (chunk) => {
      out += chunk;
      if (/http:\/\/127\.0\.0\.1:\d+/.test(out) && /DISCORD_TOKEN=\S+ /.test(out)) ok(out);
    };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
    child.on('error', no);
    ended.then((code) => no(new Error(`the sandbox ended with ${code}: ${out}`)));
  });
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(text)[0];
  return {
    url,
    port: new URL(url).port,
    token: /DISCORD_TOKEN=(\S+)/.exec(text)[1],
    output: () => out,
    async stop() {
      if (child.exitCode === null) child.kill('SIGINT');
      const killer = setTimeout(() => child.kill('SIGKILL'), 8000);
      const code = await ended;
      clearTimeout(killer);
      rmSync(cwd, { recursive: true, force: true });
      return code;
    },
  };
}

export function startBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  });
}

/** A page of the sandbox that fails on script errors and notes foreign requests. */
export async function openPage(browser, box, { width = 1280, height = 800, hash = '', scale = 1 } = {}) {
  const page = await browser.newPage({ viewport: { width, height }, deviceScaleFactor: scale, locale: 'en-GB', reducedMotion: 'reduce' });
  page.setDefaultTimeout(10000);
  page.problems = [];
  page.on('pageerror', (e) => page.problems.push(e.stack ?? String(e)));
  page.on('console', (m) => m.type() === 'error' && /Content Security|Refused|Uncaught/.test(m.text()) && page.problems.push(m.text()));
  page.on('request', (r) => {
    if (!r.url().startsWith(box.url) && !/^(data|blob|about):/.test(r.url())) page.problems.push(`asked for ${r.url()}`);
  });
  await page.goto(box.url + '/' + hash);
  await page.getByTestId('composer').waitFor();
  return page;
}

export function shot(page, name) {
  return page.screenshot({ path: `${SHOTS}/${name}.png` });
}

/** Sends JSON to the control API. */
export async function control(box, method, path, body) {
  const res = await fetch(`${box.url}/sandbox/${path}`, {
    method, body: body && JSON.stringify(body), headers: body ? { 'Content-Type': 'application/json' } : {},
  });
  const text = await res.text();
  if (!res.ok) throw new Error(`${method} ${path}: ${res.status} ${text}`);
  return text ? JSON.parse(text) : null;
}

/**
 * A bot whose gateway connection lives in a browser tab (every browser has a
 * WebSocket, not every node has one) and whose answers are given here.
 * on: { EVENT_NAME: async (d, bot) => … }
 */
export async function startBot(browser, box, on) {
  const tab = await browser.newPage();
  let isReady;
  const ready = new Promise((ok) => (isReady = ok));
  const bot = {
    tab,
    handlers: on,
    rest: async (method, path, body) => {
      const form = body instanceof FormData;
      const res = await fetch(`${box.url}/api/v10${path}`, {
        method,
        body: form ? body : body && JSON.stringify(body),
        headers: {
          Authorization: `Bot ${box.token}`, 'User-Agent': 'DiscordBot (https://example.org, 1.0)',
          ...(body && !form ? { 'Content-Type': 'application/json' } : {}),
        },
      });
      const text = await res.text();
      if (!res.ok) throw new Error(`${method} ${path}: ${res.status} ${text}`);
      return text ? JSON.parse(text) : null;
    },
    answer: (i, type, data) => bot.rest('POST', `/interactions/${i.id}/${i.token}/callback`, { type, data }),
    stop: () => tab.close(),
  };
  await tab.exposeFunction('onDispatch', async (t, d) => {
    if (t === 'READY') {
      bot.me = d.user;
      bot.app = d.application;
      isReady();
    }
    try {
      await bot.handlers[t]?.(d, bot);
    } catch (e) {
      console.log(`# bot: ${t}: ${e.message}`);
    }
  });
  await tab.goto(`${box.url}/favicon.svg`);
  await tab.evaluate(({ url, token }) => {
    const socket = new WebSocket(url);
    let seq = null;
    const send = (op, d) => socket.send(JSON.stringify({ op, d }));
    socket.onmessage = (ev) => {
      const { op, t, s, d } = JSON.parse(ev.data);
      if (s) seq = s;
      if (op === 0) window.onDispatch(t, d);
      if (op === 1) send(1, seq);
      if (op !== 10) return;
      setInterval(() => send(1, seq), d.heartbeat_interval);
      send(2, {
        token, intents: 0b1111111111111111, properties: { os: 'linux', browser: 'test', device: 'test' },
        presence: { since: null, afk: false, status: 'online', activities: [{ name: 'the tests', type: 3 }] },
      });
    };
  }, { url: `${box.url.replace('http', 'ws')}/gateway?v=10&encoding=json`, token: box.token });
  await ready;
  return bot;
}
