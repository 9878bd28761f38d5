// discord.js against the sandbox: an independent client that must find
// everything where Discord has it. Prints TAP.
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import {
  Client, EmbedBuilder, Events, GatewayIntentBits, Partials, REST, Routes,
  SlashCommandBuilder, ActionRowBuilder, ButtonBuilder, ButtonStyle,
} from "discord.js";

const base = process.env.BOX_URL.replace(/\/$/, "");
const results = [];
function ok(name, good, why) {
  results.push(Boolean(good));
  console.log(`${good ? "ok" : "not ok"} ${results.length} - discord.js ${name}`);
  if (!good) console.log("# " + String(why ?? "").replaceAll("\n", "\n# "));
}
async function control(method, path, body) {
  const res = await fetch(base + path, {
    method,
    headers: { "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
  const text = await res.text();
  if (!res.ok) throw new Error(`${method} ${path}: ${res.status} ${text}`);
  return text ? JSON.parse(text) : null;
}
async function until(check, seconds = 10) {
  for (let i = 0; i < seconds * 20; i++) {
    const value = await check();
    if (value) return value;
    await sleep(50);
  }
  return null;
}
const within = (promise, seconds, what) => Promise.race([
  promise,
  sleep(seconds * 1000).then(() => { throw new Error("no " + what); }),
]);

const client = new Client({
  intents: Object.values(GatewayIntentBits).filter((x) => typeof x === "number"),
  partials: [Partials.Channel],
  rest: { api: base + "/api" },
});

async function main() {
  const ready = once(client, Events.ClientReady);
  await client.login(process.env.BOX_TOKEN);
  await within(ready, 30, "ready");
  ok("logs in", client.user?.bot);
  const state = await control("GET", "/sandbox/state");
  const who = Object.fromEntries(state.users.map((u) => [u.persona, u.id]));

  ok("gets its guilds", client.guilds.cache.size === 3, client.guilds.cache.size);
  const guild = client.guilds.cache.first();
  const members = await guild.members.fetch();
  ok("requests all members", members.size === guild.memberCount, `${members.size} of ${guild.memberCount}`);
  const channel = guild.channels.cache.find((c) => c.name === "general");
  ok("sees channels and computes permissions", channel.permissionsFor(guild.members.me).has("SendMessages"));
  const fetched = await guild.channels.fetch();
  ok("fetches channels over REST", fetched.size === guild.channels.cache.size);

  const heard = once(client, Events.MessageCreate);
  await control("POST", "/sandbox/messages", { user: who.member, channel_id: channel.id, content: "hello" });
  const [message] = await within(heard, 10, "message");
  ok("receives a message with its content", message.content === "hello" && message.author.id === who.member, message.content);
  const reply = await message.reply({
    content: "hi",
    embeds: [new EmbedBuilder().setTitle("T").setDescription("D").addFields({ name: "a", value: "b" })],
    components: [new ActionRowBuilder().addComponents(new ButtonBuilder().setCustomId("go").setLabel("Go").setStyle(ButtonStyle.Primary))],
  });
  ok("replies with an embed and a button", reply.embeds[0].fields[0].value === "b" && reply.components[0].components[0].customId === "go");
  ok("edits", (await reply.edit("edited")).content === "edited");

  const pressed = once(client, Events.InteractionCreate);
  await control("POST", "/sandbox/interactions", { user: who.member, channel_id: channel.id, type: 3, message_id: reply.id, custom_id: "go" });
  const [press] = await within(pressed, 10, "press");
  ok("gets a button press", press.isButton() && press.customId === "go");
  await press.update({ content: "pressed", components: [] });
  ok("updates the message of a press", (await channel.messages.fetch({ message: reply.id, force: true })).content === "pressed");

  const rest = new REST({ version: "10", api: base + "/api" }).setToken(process.env.BOX_TOKEN);
  const command = new SlashCommandBuilder().setName("echo").setDescription("Says it again")
    .addStringOption((o) => o.setName("text").setDescription("What").setRequired(true));
  const put = await rest.put(Routes.applicationCommands(client.application.id), { body: [command.toJSON()] });
  ok("registers a command", put.length === 1 && put[0].name === "echo", JSON.stringify(put));
  const called = once(client, Events.InteractionCreate);
  await control("POST", "/sandbox/interactions", { user: who.member, channel_id: channel.id, type: 2, name: "echo", options: { text: "again" } });
  const [call] = await within(called, 10, "interaction");
  ok("gets an interaction with its options", call.isChatInputCommand() && call.options.getString("text") === "again");
  await call.deferReply();
  await call.editReply(call.options.getString("text"));
  ok("its deferred answer arrives", await until(async () =>
    (await control("GET", `/sandbox/messages?user=${who.member}&channel=${channel.id}`)).some((m) => m.content === "again")));
  const late = await call.reply("twice").then(() => null, (e) => e);
  ok("a second answer is refused", late !== null, late);
  await rest.put(Routes.applicationCommands(client.application.id), { body: [] });

  const resumed = once(client, Events.ShardResume);
  const missed = once(client, Events.MessageCreate);
  await control("POST", "/sandbox/faults", { fault: "op7" });
  await control("POST", "/sandbox/messages", { user: who.member, channel_id: channel.id, content: "while you were away" });
  await within(resumed, 30, "resume");
  const [away] = await within(missed, 10, "missed message");
  ok("resumes after op 7 and gets what it missed", away.content === "while you were away", away.content);
}

try {
  await main();
} catch (e) {
  ok("runs to its end", false, e.stack);
}
await client.destroy();
console.log(`1..${results.length}`);
process.exit(results.every(Boolean) ? 0 : 1);
