# SPDX-License-Identifier: MIT
"""say.py URL MESSAGE PATTERN: a member writes it in #general of the sandbox;
fails unless the bot answers with what the pattern finds."""
import json
import re
import sys
import time
import urllib.request

url, text, pattern = sys.argv[1:]


def call(method, path, body=None):
    req = urllib.request.Request(
        url + path, method=method,
        data=json.dumps(body).encode() if body else None,
        headers={"Content-Type": "application/json"})
    return json.load(urllib.request.urlopen(req, timeout=5))


def state():
    return call("GET", "/sandbox/state")


def until(check):
    for _ in range(150):
        found = check()
        if found:
            return found
        time.sleep(0.1)
    sys.exit("nothing came of " + text)


until(lambda: state()["commands"])
now = state()
user = [u for u in now["users"] if u.get("persona") == "member"][0]["id"]
channel = [c for c in now["guilds"][0]["channels"]
           if c["name"] == "general"][0]["id"]
sent = call("POST", "/sandbox/messages",
            {"user": user, "channel_id": channel, "content": text})


def answer():
    for m in call("GET",
                  f"/sandbox/messages?user={user}&channel={channel}"):
        if int(m["id"]) > int(sent["id"]) and m["author"].get("bot"):
            if (re.search(pattern, m["content"]) or
                    re.search(pattern, json.dumps(m["embeds"]))):
                return True
    return False


until(answer)
