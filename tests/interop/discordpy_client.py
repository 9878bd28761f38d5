"""discord.py against the sandbox: an independent client that must find
everything where Discord has it. Prints TAP."""
import asyncio
import json
import os
import sys
import urllib.request

import discord
from discord import app_commands

BASE = os.environ["BOX_URL"].rstrip("/")
TOKEN = os.environ["BOX_TOKEN"]

discord.http.Route.BASE = BASE + "/api/v10"
discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = discord.gateway.yarl.URL(
    BASE.replace("http", "ws") + "/gateway"
)

results = []


def ok(name, good, why=""):
    results.append(good)
    print(f"{'ok' if good else 'not ok'} {len(results)} - discord.py {name}")
    if not good:
        print(f"# {why}")
    sys.stdout.flush()


def control(method, path, body=None):
    data = json.dumps(body).encode() if body is not None else None
    req = urllib.request.Request(
        BASE + path, data=data, method=method,
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(req, timeout=10) as res:
        text = res.read()
    return json.loads(text) if text else None


class Client(discord.Client):
    def __init__(self):
        super().__init__(intents=discord.Intents.all())
        self.tree = app_commands.CommandTree(self)
        self.resumed = asyncio.Event()
        self.got = asyncio.Queue()

    async def on_resumed(self):
        self.resumed.set()

    async def on_message(self, message):
        if message.author != self.user:
            await self.got.put(message)


async def until(check, seconds=10):
    for _ in range(int(seconds * 20)):
        value = check()
        if value:
            return value
        await asyncio.sleep(0.05)
    return None


async def people():
    state = await asyncio.to_thread(control, "GET", "/sandbox/state")
    return {u["persona"]: u["id"] for u in state["users"] if "persona" in u}


async def try_guilds(client):
    ok("gets its guilds", len(client.guilds) == 3, client.guilds)
    guild = client.guilds[0]
    ok("sees channels, roles and members of a guild",
       len(guild.text_channels) > 0 and len(guild.roles) > 1
       and guild.member_count >= len(guild.members) > 1
       and guild.me is not None and guild.owner is not None,
       (guild.channels, guild.roles, guild.members))
    # It asks for all members by itself when it starts; a second request
    # within 30 s would be answered with RATE_LIMITED, as by Discord.
    ok("requests all members",
       guild.chunked and len(guild.members) == guild.member_count,
       (len(guild.members), guild.member_count))
    general = discord.utils.get(guild.text_channels, name="general")
    ok("computes its permissions",
       general.permissions_for(guild.me).send_messages
       and not general.permissions_for(guild.me).administrator,
       general.permissions_for(guild.me))
    member = await guild.fetch_member(client.user.id)
    ok("fetches a member over REST", member.id == client.user.id)
    roles = await guild.fetch_roles()
    ok("fetches roles over REST", len(roles) == len(guild.roles))
    return guild


async def try_messages(client, guild, who):
    channel = discord.utils.get(guild.text_channels, name="general")
    await asyncio.to_thread(control, "POST", "/sandbox/messages", {
        "user": who["member"], "channel_id": str(channel.id),
        "content": "hello over there \u00e9\U0001f600"})
    message = await asyncio.wait_for(client.got.get(), 10)
    ok("receives a message with its content",
       message.content == "hello over there \u00e9\U0001f600"
       and str(message.author.id) == who["member"], message)
    embed = discord.Embed(title="T", description="D", colour=0x5865F2)
    embed.add_field(name="a", value="b")
    reply = await message.reply("hi", embed=embed)
    ok("replies with an embed",
       reply.embeds[0].fields[0].value == "b"
       and reply.reference.message_id == message.id, reply)
    await reply.edit(content="edited")
    again = await channel.fetch_message(reply.id)
    ok("edits and fetches", again.content == "edited" and again.edited_at)
    await reply.add_reaction("\N{THUMBS UP SIGN}")
    history = [m async for m in channel.history(limit=5)]
    ok("reads the history", history[0].id == reply.id, history)
    await reply.delete()
    try:
        await channel.fetch_message(reply.id)
        ok("a deleted message is gone", False)
    except discord.NotFound as e:
        ok("a deleted message is gone", e.code == 10008, e)
    try:
        await channel.send("x" * 2001)
        ok("2001 characters are refused", False)
    except discord.HTTPException as e:
        ok("2001 characters are refused", e.code == 50035, e)
    file = discord.File(__file__, filename="a.py")
    sent = await channel.send("file", file=file)
    data = await sent.attachments[0].read()
    with open(__file__, "rb") as f:
        ok("uploads and downloads a file", data == f.read())


async def try_commands(client, guild, who):
    seen = {}

    @client.tree.command(description="Adds two numbers")
    async def add(interaction: discord.Interaction, a: int, b: int = 2):
        seen["add"] = (a, b, interaction.user.id)
        await interaction.response.send_message(f"{a + b}")
        await interaction.followup.send("more", ephemeral=True)

    synced = await client.tree.sync()
    ok("registers a command", [c.name for c in synced] == ["add"], synced)
    channel = discord.utils.get(guild.text_channels, name="general")
    await asyncio.to_thread(control, "POST", "/sandbox/interactions", {
        "user": who["member"], "channel_id": str(channel.id), "type": 2,
        "name": "add", "options": {"a": 40}})
    await until(lambda: "add" in seen)
    ok("gets an interaction with its options",
       seen.get("add") == (40, 2, int(who["member"])), seen)

    def answer():
        found = control("GET", f"/sandbox/messages?user={who['member']}"
                               f"&channel={channel.id}")
        texts = [m["content"] for m in found]
        return "42" in texts and "more" in texts

    good = False
    for _ in range(100):
        if await asyncio.to_thread(answer):
            good = True
            break
        await asyncio.sleep(0.05)
    ok("its answer and follow-up arrive", good)
    client.tree.clear_commands(guild=None)
    await client.tree.sync()


async def try_resume(client, guild, who):
    channel = discord.utils.get(guild.text_channels, name="general")
    while not client.got.empty():
        client.got.get_nowait()
    await asyncio.to_thread(control, "POST", "/sandbox/faults",
                            {"fault": "op7"})
    await asyncio.to_thread(control, "POST", "/sandbox/messages", {
        "user": who["member"], "channel_id": str(channel.id),
        "content": "while you were away"})
    await asyncio.wait_for(client.resumed.wait(), 30)
    message = await asyncio.wait_for(client.got.get(), 10)
    ok("resumes after op 7 and gets what it missed",
       message.content == "while you were away", message)


async def main():
    client = Client()
    task = asyncio.create_task(client.start(TOKEN))
    try:
        await asyncio.wait_for(client.wait_until_ready(), 30)
        ok("logs in", client.user is not None and client.user.bot)
        who = await people()
        guild = await try_guilds(client)
        await try_messages(client, guild, who)
        await try_commands(client, guild, who)
        await try_resume(client, guild, who)
    except Exception as e:  # a test that cannot go on has failed
        import traceback
        traceback.print_exc(file=sys.stdout)
        ok("runs to its end", False, repr(e))
    await client.close()
    task.cancel()
    print(f"1..{len(results)}")
    sys.exit(0 if all(results) else 1)


asyncio.run(main())
