# SPDX-License-Identifier: MIT
"""People of the sandbox, for tests of bots: they write, press and look."""
import json
import sys
import time
import urllib.error
import urllib.request


class Box:
    def __init__(self, url):
        self.url = url
        state = self.get("/sandbox/state")
        self.who = {u["persona"]: u["id"] for u in state["users"] if u.get("persona")}
        self.guild = state["guilds"][0]
        self.bot = state["bot"]["user"]["id"]

    def call(self, method, path, body=None):
        req = urllib.request.Request(
            self.url + path, method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"})
        try:
            text = urllib.request.urlopen(req, timeout=10).read()
        except urllib.error.HTTPError as e:
            return {"refused": e.code, "why": e.read().decode()}
        return json.loads(text) if text else {}

    def get(self, path):
        return self.call("GET", path)

    def channel(self, name):
        for c in self.get("/sandbox/state")["guilds"][0]["channels"]:
            if c["name"] == name:
                return c["id"]
        return None

    def say(self, who, channel, text):
        return self.call("POST", "/sandbox/messages",
                         {"user": self.who[who], "channel_id": channel, "content": text})

    def slash(self, who, channel, name, options):
        return self.call("POST", "/sandbox/interactions",
                         {"user": self.who[who], "channel_id": channel, "type": 2,
                          "name": name, "options": options})

    def press(self, who, message, label):
        for row in message["components"]:
            for c in row["components"]:
                if c.get("label") == label:
                    return self.call("POST", "/sandbox/interactions", {
                        "user": self.who[who], "channel_id": message["channel_id"],
                        "type": 3, "message_id": message["id"],
                        "custom_id": c["custom_id"]})
        return None

    def seen(self, who, channel):
        return self.get(f"/sandbox/messages?user={self.who[who]}&channel={channel}&limit=50")

    def await_message(self, who, channel, words):
        """The newest message with these words in whatever part of it."""
        def look():
            for m in reversed(self.seen(who, channel)):
                if words in json.dumps(m, ensure_ascii=False):
                    return m
            return None
        return until(look)


def until(look):
    for _ in range(150):
        found = look()
        if found:
            return found
        time.sleep(0.1)
    return None


def result(name, ok):
    result.n += 1
    print(("ok" if ok else "not ok"), result.n, "-", name)
    result.bad |= not ok


result.n = 0
result.bad = False


def done():
    print(f"1..{result.n}")
    sys.exit(result.bad)
