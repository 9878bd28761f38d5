# SPDX-License-Identifier: MIT
"""say.py URL PERSONA MESSAGE PATTERN ...: somebody writes it in #general of the
sandbox; fails unless the bot answers with what the pattern finds. Then the next
message and pattern. {member} stands for the member's mention."""
import json
import re
import sys
import time
import urllib.request

url, persona = sys.argv[1:3]


def call(method, path, body=None):
    req = urllib.request.Request(
        url + path, method=method,
        data=json.dumps(body).encode() if body else None,
        headers={"Content-Type": "application/json"})
    return json.load(urllib.request.urlopen(req, timeout=5))


def state():
    return call("GET", "/sandbox/state")


def until(check, what="it"):
    for _ in range(150):
        try:
            if check():
                return
        except OSError:
            pass  # not yet
        time.sleep(0.1)
    sys.exit("nothing came of " + what)


until(lambda: state()["commands"])
now = state()
people = {u.get("persona"): u["id"] for u in now["users"]}
user = people[persona]
channel = [c for c in now["guilds"][0]["channels"]
           if c["name"] == "general"][0]["id"]


def answered(sent, pattern):
    for m in call("GET",
                  f"/sandbox/messages?user={user}&channel={channel}"):
        if int(m["id"]) > int(sent["id"]) and m["author"].get("bot"):
            if (re.search(pattern, m["content"]) or
                    re.search(pattern, json.dumps(m["embeds"]))):
                return True
    return False


for i in range(3, len(sys.argv), 2):
    text = sys.argv[i].replace("{member}", f"<@{people['member']}>")
    sent = call("POST", "/sandbox/messages",
                {"user": user, "channel_id": channel, "content": text})
    until(lambda: answered(sent, sys.argv[i + 1]), text)
