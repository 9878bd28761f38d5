// SPDX-License-Identifier: MIT
// TAP for these tests: test(name, fn) in order, and run() at the end.

const tests = [];

export function test(name, fn) {
  tests.push({ name, fn });
}

function note(text) {
  console.log(String(text).replace(/^/gm, '# '));
}

/** Runs all; limit: ms for each. `after` runs whatever happened. */
export async function run({ prefix, limit = 30000, after } = {}) {
  let failed = 0;
  for (const [i, t] of tests.entries()) {
    const name = prefix ? `${prefix}: ${t.name}` : t.name;
    let timer;
    const late = new Promise((_, no) => {
      timer = setTimeout(() => no(new Error(`not done after ${limit} ms`)), limit);
    });
    try {
      await Promise.race([t.fn(), late]);
      console.log(`ok ${i + 1} - ${name}`);
    } catch (e) {
      failed++;
      console.log(`not ok ${i + 1} - ${name}`);
      note(e.stack ?? e);
    } finally {
      clearTimeout(timer);
    }
  }
  console.log(`1..${tests.length}`);
  await after?.();
  process.exitCode = failed ? 1 : 0;
}

/** A module of the page; PAGE is a copy of its folder that node loads. */
export function pageModule(name) {
  return import(new URL(`file://${process.env.PAGE}/${name}`));
}
