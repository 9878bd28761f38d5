# SPDX-License-Identifier: MIT
"""examples/03_confirm.c in the sandbox: who may, in which form, and what is asked."""
import json
import sys

from ask import Box, done, result, until

box = Box(sys.argv[1])
general = box.channel("general")


def definition():
    return [c for c in box.get("/sandbox/state")["commands"] if c["name"] == "callme"]


def shows(message, words):
    return until(lambda: any(m["id"] == message["id"] and words in json.dumps(m, ensure_ascii=False)
                             for m in box.seen("admin", general)))


def visible(who):
    commands = box.get(f"/sandbox/state?user={box.who[who]}")["commands"]
    return [c["name"] for c in commands if c["visible"]]


result("registers its command", bool(until(definition)))
command = definition()[0]
result("with two options and the permission that it needs",
       [o["name"] for o in command["options"]] == ["prefix", "mention"]
       and command["default_member_permissions"] == "32")
result("which members do not see and administrators do",
       "callme" not in visible("member") and "callme" in visible("admin"))
answer = box.slash("member", general, "callme", {"prefix": "?"})
result("and cannot use as a slash command", "refused" in answer)
box.say("member", general, "!callme ?")
result("nor in prefix form", bool(box.await_message("member", general, "Permission Denied")))
box.say("admin", general, "!callme")
result("a mistake is explained with an example",
       bool(box.await_message("admin", general, "Example: !callme")))
box.say("admin", general, "!callme ? perhaps")
result("also one in the second option",
       bool(box.await_message("admin", general, "mention must be yes or no")))

FORMS = (
    ("prefix", "?", lambda p: box.say("admin", general, f'!CALLME "{p}" no')),
    ("slash", "$", lambda p: box.slash("admin", general, "callme", {"prefix": p})),
    ("mention", "+", lambda p: box.say("admin", general, f"<@{box.bot}> callme {p} yes")))
for name, prefix, say in FORMS:
    say(prefix)
    asked = box.await_message("admin", general, f"will type {prefix}")
    result(f"{name}: asks first", bool(asked))
    if name == "prefix":
        box.press("member", asked, "Confirm")
        result("a stranger's press does nothing",
               bool(box.await_message("member", general, "Only the command user")))
    box.press("admin", asked, "Confirm")
    result(f"{name}: says in place that it is done",
           bool(shows(asked, f"Call me with {prefix}")))
    if name == "prefix":
        box.say("admin", general, "!callme x")
        box.say("admin", general, f"<@{box.bot}> callme x")
        box.say("admin", general, "?callme y")
        result("it holds at once, also for mentions",
               bool(box.await_message("admin", general, "will type y")) and
               not [m for m in box.seen("admin", general)
                    if "will type x" in json.dumps(m)])
box.say("admin", general, "+callme abcdefg")
asked = box.await_message("admin", general, "will type abcdefg")
box.press("admin", asked, "Confirm")
result("a failure is told", bool(box.await_message("admin", general, "Is it short enough?")))
box.press("admin", asked, "Cancel")
result("and Cancel ends it", bool(shows(asked, "nothing was done")))
done()
