#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A primary or secondary as the written protocol describes them, for tests.

    ipc_peer.py server PORT NAME SECRET      port 0: any
    ipc_peer.py client PORT NAME SECRET

Lines out:  "port N", "up", "down", "in JSON" (a message that came), "join NAME",
            "leave NAME", "failed TEXT"
Lines in:   "send JSON" (a payload as it stands), "raw HEX", "quit"
"""
import asyncio
import hashlib
import json
import struct
import sys
import time
from collections import deque

LIMIT = 1_000_000
HEAD_S, BODY_S, AUTH_S = 120, 30, 10


def say(*words):
    print(*words, flush=True)


def message(op, data, source, target="all"):
    now = time.time()
    nonce = hashlib.md5(f"{time.time()}{op}".encode()).hexdigest()[:12]
    return {"op": op, "data": data, "source": source, "target": target,
            "timestamp": now, "nonce": nonce}


def pack(msg):
    body = json.dumps(msg).encode()
    return struct.pack(">I", len(body)) + body


async def read(reader):
    """The next message, None at the end of the stream in any manner."""
    try:
        head = await asyncio.wait_for(reader.readexactly(4), HEAD_S)
        (n,) = struct.unpack(">I", head)
        if n == 0 or n > LIMIT:
            return None
        body = await asyncio.wait_for(reader.readexactly(n), BODY_S)
    except (asyncio.IncompleteReadError, asyncio.TimeoutError, OSError):
        return None
    return body


def decode(body):
    raw = json.loads(body.decode())
    return {"op": raw["op"], "data": raw["data"],
            "source": raw.get("source", "unknown"),
            "target": raw.get("target", "all"),
            "timestamp": raw.get("timestamp", time.time()),
            "nonce": raw.get("nonce", "")}


class Cluster:
    """The numbers of this cluster, and the answers to questions about them."""

    def __init__(self, name, mode):
        self.name, self.mode = name, mode

    def stats(self):
        return {"cluster_name": self.name, "guild_count": 500,
                "user_count": 81000, "shard_count": 6, "shard_ids": [0, 1, 2],
                "latency": float("nan"), "uptime": 12.5, "mode": self.mode,
                "timestamp": time.time()}

    def answer(self, msg):
        op, to = msg["op"], msg["source"]
        if op == "stats_request":
            return message("stats_broadcast", self.stats(), self.name, to)
        if op == "guild_count_request":
            data = {"guild_count": 500, "user_count": 81000, "shard_count": 6}
            return message("guild_count_response", data, self.name, to)
        if op == "eval_request" and self.mode == "server":
            query = msg["data"].get("query")
            known = {"guild_count": 500, "user_count": 81000, "shard_count": 6,
                     "latency": 0.0391, "uptime": 12.5}
            data = {"query": query, "result": known.get(query, "unknown_query")}
            return message("eval_response", data, self.name, to)
        return None


class Server(Cluster):
    def __init__(self, name, secret):
        super().__init__(name, "server")
        self.secret = secret
        self.clients = {}
        self.seen = deque(maxlen=10_000)

    async def send(self, name, msg):
        writer = self.clients.get(name)
        if writer:
            writer.write(pack(msg))
            await writer.drain()

    async def relay(self, msg, but=None):
        for name in list(self.clients):
            if name != but:
                await self.send(name, msg)

    async def admit(self, reader, writer):
        try:
            body = await asyncio.wait_for(read(reader), AUTH_S)
        except asyncio.TimeoutError:
            return None
        if body is None:
            return None
        msg = decode(body)
        if msg["op"] != "auth" or msg["data"].get("secret") != self.secret:
            reply = {"success": False, "error": "Invalid secret"}
            writer.write(pack(message("auth_response", reply, self.name)))
            await writer.drain()
            return None
        name = msg["data"].get("cluster_name",
                               f"unknown-{writer.get_extra_info('peername')}")
        self.clients[name] = writer
        writer.write(pack(message("auth_response", {
            "success": True, "server_cluster": self.name,
            "connected_clients": list(self.clients)}, self.name)))
        await writer.drain()
        await self.relay(message("cluster_join", {
            "cluster_name": name,
            "shard_ids": msg["data"].get("shard_ids", [])}, self.name), name)
        say("join", name)
        return name

    async def handle(self, name, msg):
        msg["source"] = name
        if msg["nonce"] in self.seen:
            return
        self.seen.append(msg["nonce"])
        say("in", json.dumps(msg))
        if msg["op"] == "heartbeat":
            await self.send(name, message(
                "heartbeat_ack", {"timestamp": time.time()}, self.name, name))
            return
        if msg["target"] == "all":
            await self.relay(msg, name)
        elif msg["target"] != self.name:
            await self.send(msg["target"], msg)
        reply = self.answer(msg)
        if reply:
            await self.send(name, reply)

    async def serve(self, reader, writer):
        name = None
        try:
            name = await self.admit(reader, writer)
            while name and (body := await read(reader)) is not None:
                await self.handle(name, decode(body))
        except (ValueError, KeyError, AttributeError, OSError) as err:
            say("failed", repr(err))
        writer.close()
        if name:
            self.clients.pop(name, None)
            say("leave", name)
            await self.relay(message("cluster_leave", {"cluster_name": name},
                                     self.name))


class Client(Cluster):
    def __init__(self, name, secret):
        super().__init__(name, "client")
        self.secret = secret
        self.writer = None

    async def run(self, port):
        reader, self.writer = await asyncio.open_connection("127.0.0.1", port)
        self.writer.write(pack(message("auth", {
            "secret": self.secret, "cluster_name": self.name,
            "shard_ids": [0], "shard_count": 6, "guild_count": 0}, self.name)))
        await self.writer.drain()
        body = await read(reader)
        reply = decode(body) if body else None
        if not reply or reply["op"] != "auth_response" or \
                not reply["data"].get("success"):
            say("failed", (reply or {}).get("data", {}).get("error", "no reply"))
            return
        say("up")
        say("in", json.dumps(reply))
        while (body := await read(reader)) is not None:
            msg = decode(body)
            say("in", json.dumps(msg))
            answer = self.answer(msg)
            if answer:
                self.writer.write(pack(answer))
        say("down")


async def orders(write):
    loop = asyncio.get_running_loop()
    stdin = asyncio.StreamReader()
    await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(stdin), sys.stdin)
    while line := (await stdin.readline()).decode().strip():
        verb, _, rest = line.partition(" ")
        if verb == "quit":
            return
        body = bytes.fromhex(rest) if verb == "raw" else rest.encode()
        await write(body if verb == "raw"
                    else struct.pack(">I", len(body)) + body)


async def main():
    role, port, name, secret = sys.argv[1:5]
    if role == "server":
        hub = Server(name, secret)
        server = await asyncio.start_server(hub.serve, "127.0.0.1", int(port))
        say("port", server.sockets[0].getsockname()[1])

        async def to_all(data):
            for writer in list(hub.clients.values()):
                writer.write(data)

        await orders(to_all)
        return
    client = Client(name, secret)
    task = asyncio.ensure_future(client.run(int(port)))

    async def up(data):
        client.writer.write(data)
        await client.writer.drain()

    await orders(up)
    task.cancel()


asyncio.run(main())
