// SPDX-License-Identifier: MIT
// The scripted bot of panels.test.mjs: its commands and what it answers.

const row = (...components) => ({ type: 1, components });
const btn = (style, label, custom_id, more) => ({ type: 2, style, label, custom_id, ...more });
const option = (type, name, description, more) => ({ type, name, description, ...more });

export const commands = [
  { name: 'echo', description: 'Says it again', options: [
    option(3, 'text', 'What to say', { required: true, max_length: 100 }),
    option(4, 'times', 'How often', { min_value: 1, max_value: 5 }),
    option(3, 'style', 'How', { choices: [{ name: 'Loud', value: 'LOUD' }, { name: 'Quiet', value: 'quiet' }] }),
    option(6, 'who', 'To whom'), option(5, 'really', 'Is it so?')] },
  { name: 'find', description: 'Finds a fruit', options: [option(3, 'fruit', 'Which', { required: true, autocomplete: true })] },
  { name: 'backup', description: 'Backups', options: [option(2, 'schedule', 'Schedules', { options: [
    option(1, 'set', 'Sets it', { options: [option(3, 'every', 'How often', { required: true,
      choices: [{ name: 'Every day', value: '1d' }, { name: 'Every week', value: '1w' }] })] })] })] },
  { name: 'slow', description: 'Takes its time' },
  { name: 'secret', description: 'Whispers' },
  { name: 'silent', description: 'Never answers' },
  { name: 'panel', description: 'Pages with buttons' },
  { name: 'form', description: 'Opens a form' },
  { name: 'report', description: 'Embeds and files' },
  { name: 'ban', description: 'Bans somebody', default_member_permissions: '4', options: [option(6, 'user', 'Who', { required: true })] },
  { name: 'Inspect', type: 3 },
  { name: 'Who is', type: 2 },
].map((c) => ({ type: 1, ...c }));

const pages = (n) => ({
  embeds: [{ title: 'Pages', description: `Page ${n} of 3`, color: 0x5865f2 }],
  components: [row(btn(2, 'Back', 'back', { disabled: n === 1 }), btn(1, 'Next', 'next', { disabled: n === 3 }), btn(4, 'Nothing', 'nothing'))],
});

export const everyKind = () => ({
  content: 'Every kind of component',
  components: [
    row(btn(1, 'One', 'b1'), btn(2, 'Two', 'b2'), btn(3, 'Three', 'b3', { emoji: { name: '✅' } }), btn(4, 'Four', 'b4'),
      { type: 2, style: 5, label: 'Link', url: 'https://example.com/' }),
    row({ type: 3, custom_id: 'one', placeholder: 'Pick one', options: ['a', 'b'].map((x) => ({ label: `Letter ${x}`, value: x, description: 'a letter' })) }),
    row({ type: 3, custom_id: 'many', placeholder: 'Pick some', min_values: 1, max_values: 2, options: ['x', 'y', 'z'].map((x) => ({ label: x, value: x })) }),
    row({ type: 5, custom_id: 'people', placeholder: 'Pick people', min_values: 1, max_values: 3 }),
    row({ type: 8, custom_id: 'where', placeholder: 'Pick a channel' }),
  ],
});

export const v2 = () => ({
  flags: 1 << 15,
  components: [{ type: 17, accent_color: 0xeb459e, components: [
    { type: 10, content: '## A container\nwith **text**' }, { type: 14, divider: true, spacing: 1 },
    { type: 9, components: [{ type: 10, content: 'A section\n-# and its subtext' }], accessory: btn(1, 'Say hello', 'hello') },
    { type: 14, divider: true, spacing: 2 },
    row(btn(3, 'Yes', 'yes'), btn(4, 'No', 'no'))] }],
});

export const hostile = () => {
  const bad = '<img src=x onerror="window.hacked=1"><script>window.hacked=2</script> [a](javascript:window.hacked=3)';
  return {
    content: bad,
    embeds: [{
      title: bad, description: bad, fields: [{ name: bad, value: bad }], footer: { text: bad }, author: { name: bad },
      image: { url: 'https://evil.example/pixel.png' }, thumbnail: { url: 'https://evil.example/t.png' },
    }],
    components: [row(btn(1, '<b>x</b>', '"><img src=x onerror=alert(1)>'))],
  };
};

const modal = {
  custom_id: 'form', title: 'A form', components: [
    { type: 18, label: 'Name', description: 'At least two letters', component: { type: 4, custom_id: 'name', style: 1, min_length: 2, max_length: 20 } },
    { type: 18, label: 'Notes', component: { type: 4, custom_id: 'notes', style: 2, required: false } },
    { type: 18, label: 'Kind', component: { type: 3, custom_id: 'kind', options: [{ label: 'First', value: 'k1' }, { label: 'Second', value: 'k2' }] } }],
};

const value = (data, name) => data.options?.find((o) => o.name === name)?.value;

async function report(i, bot) {
  const data = {
    content: 'Nightly report',
    embeds: [{
      title: 'Statistics', url: 'https://example.com/', color: 0x23a55a, description: 'All is **well**.', author: { name: 'the author' },
      fields: [['Guilds', '3'], ['Users', '36'], ['Shards', '1']].map(([name, v]) => ({ name, value: v, inline: true }))
        .concat([{ name: 'Notes', value: '`none`' }]),
      footer: { text: 'the footer' }, timestamp: new Date().toISOString(),
    }, { description: 'a second one', color: 0xf0b232, fields: [{ name: 'n', value: 'v' }] }],
    attachments: [{ id: 0, filename: 'report.txt' }],
  };
  const form = new FormData();
  form.set('payload_json', JSON.stringify({ type: 4, data }));
  form.set('files[0]', new Blob(['line one\nline two\n'], { type: 'text/plain' }), 'report.txt');
  await bot.rest('POST', `/interactions/${i.id}/${i.token}/callback`, form);
}

const COMMANDS = {
  echo: (i, bot) => bot.answer(i, 4, { content: 'echo: ' + JSON.stringify(Object.fromEntries(i.data.options.map((o) => [o.name, o.value]))) }),
  find: (i, bot) => bot.answer(i, 4, { content: `found: ${value(i.data, 'fruit')}` }),
  backup: (i, bot) => bot.answer(i, 4, { content: `schedule: ${value(i.data.options[0].options[0], 'every')}` }),
  async slow(i, bot) {
    const finish = new Promise((ok) => (bot.finishSlow = ok));
    await bot.answer(i, 5);
    await finish;
    await bot.rest('PATCH', `/webhooks/${bot.app.id}/${i.token}/messages/@original`, { content: 'done at last' });
  },
  secret: (i, bot) => bot.answer(i, 4, { content: 'only for you', flags: 64 }),
  silent: () => {},
  panel: (i, bot) => bot.answer(i, 4, pages(1)),
  form: (i, bot) => bot.answer(i, 9, modal),
  report,
  Inspect: (i, bot) => bot.answer(i, 4, { content: `inspected ${i.data.target_id}` }),
  'Who is': (i, bot) => bot.answer(i, 4, { content: `this is ${i.data.target_id}` }),
};

const COMPONENTS = {
  next: (i, bot) => bot.answer(i, 7, pages(pageOf(i) + 1)),
  back: (i, bot) => bot.answer(i, 7, pages(pageOf(i) - 1)),
  nothing: () => {},
  hello: (i, bot) => bot.answer(i, 4, { content: 'hello from the section' }),
};
const pageOf = (i) => Number(/Page (\d)/.exec(i.message.embeds[0].description)[1]);

function fieldValues(list) {
  return list.flatMap((c) => c.component ? [c.component] : c.components ?? [])
    .map((c) => [c.custom_id, c.values ?? c.value]);
}

export const answers = {
  INTERACTION_CREATE(i, bot) {
    if (i.type === 2) return COMMANDS[i.data.name](i, bot);
    if (i.type === 3) {
      return COMPONENTS[i.data.custom_id]?.(i, bot) ??
        (i.data.values && bot.answer(i, 4, { content: `${i.data.custom_id}: ${i.data.values.join(' ')}` }));
    }
    if (i.type === 4) {
      const fruit = ['apple', 'mango', 'melon', 'plum'].filter((f) => f.includes(value(i.data, 'fruit') ?? ''));
      return bot.answer(i, 8, { choices: fruit.map((f) => ({ name: f, value: f })) });
    }
    return bot.answer(i, 4, { content: 'form: ' + JSON.stringify(Object.fromEntries(fieldValues(i.data.components))) });
  },
  MESSAGE_CREATE(m, bot) {
    if (m.content === '!hello') return bot.rest('POST', `/channels/${m.channel_id}/messages`, { content: 'hello yourself' });
    return null;
  },
};
