// SPDX-License-Identifier: MIT
// What the page's files may not contain, looked for in their text.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { run, test } from './tap.mjs';

const dir = process.env.PAGE;
const files = readdirSync(dir).filter((f) => f !== 'package.json')
  .map((name) => ({ name, text: readFileSync(`${dir}/${name}`, 'utf8') }));
const scripts = files.filter((f) => f.name.endsWith('.js'));
const none = (list, re) => {
  const hits = list.filter((f) => re.test(f.text)).map((f) => `${f.name}: ${f.text.match(re)[0]}`);
  assert.deepEqual(hits, []);
};

test('no HTML is made from strings', () => {
  none(scripts, /\.(inner|outer)HTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment|\beval\(|new Function/);
});

test('nothing is loaded from outside', () => {
  none(files.filter((f) => /\.(html|css)$/.test(f.name)), /(?:src|href)="(?:https?:)?\/\/|url\(\s*['"]?(?:https?:)?\/\/|@import/);
  none(scripts, /from '(?!\.\/)|import\('?(?!\.\/)/);
});

test('no inline handlers, scripts or styles', () => {
  none(files.filter((f) => f.name.endsWith('.html')), /<[^>]+\son\w+=|<script(?![^>]*\bsrc=)|<style|\sstyle=/);
});

test('the policy allows the page itself only', () => {
  const html = files.find((f) => f.name === 'index.html').text;
  const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(html)[1];
  assert.match(policy, /^default-src 'none'/);
  assert.doesNotMatch(policy, /unsafe|\*(?!;|"| |$)|https?:\/\//);
});

test('every file says its licence and stays short', () => {
  for (const f of files.filter((x) => /\.(js|css)$/.test(x.name))) {
    assert.match(f.text.split('\n').slice(0, 2).join('\n'), /SPDX-License-Identifier: MIT/, f.name);
    assert.ok(f.text.split('\n').length <= 420, `${f.name} is long`);
    assert.doesNotMatch(f.text, /\b(TODO|FIXME|XXX)\b/, f.name);
  }
});

test('the whole page is small', () => {
  assert.ok(files.reduce((n, f) => n + f.text.length, 0) < 300000);
});

test('the lock names no registry', () => {
  const lock = readFileSync(new URL('package-lock.json', import.meta.url), 'utf8');
  assert.doesNotMatch(lock, /https?:|resolved/);
});

run({ prefix: 'files' });
