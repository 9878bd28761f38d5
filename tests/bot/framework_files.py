# SPDX-License-Identifier: MIT
"""Files of the Python framework for test_backups.sh.

  framework_files.py db FILE PREFIX     a guild.db with that prefix
  framework_files.py prefix FILE        the prefix and mention flag in one
  framework_files.py big FOLDER MODEL   a snapshot with 100 MB of images
"""
import base64
import hashlib
import json
import os
import random
import sqlite3
import sys


def db(path, prefix):
    con = sqlite3.connect(path)
    con.execute("CREATE TABLE IF NOT EXISTS guild_settings "
                "(key TEXT PRIMARY KEY, value TEXT)")
    con.executemany("INSERT OR REPLACE INTO guild_settings VALUES (?, ?)",
                    [("prefix", prefix), ("mention_prefix_enabled", "0"),
                     ("welcome", "hello")])
    con.commit()
    con.close()


def prefix(path):
    rows = dict(sqlite3.connect(path).execute(
        "SELECT key, value FROM guild_settings"))
    print(rows.get("prefix"), rows.get("mention_prefix_enabled"))


def big(folder, model):
    random.seed(1)
    with open(os.path.join(model, "0123456789ab.json")) as f:
        doc = json.load(f)
    with open(os.path.join(model, "index.json")) as f:
        index = json.load(f)[:1]
    one = doc["emojis"][0]
    doc["emojis"] = []
    for i in range(300):
        image = base64.b64encode(random.randbytes(256 << 10)).decode()
        doc["emojis"].append(dict(one, id=10 ** 17 + i, name="e%d" % i,
                                  image_b64=image))
    text = json.dumps(doc, sort_keys=True).encode()
    index[0]["id"] = "0123456789ab"
    index[0]["checksum"] = hashlib.sha256(text).hexdigest()[:16]
    with open(os.path.join(folder, "0123456789ab.json"), "w") as f:
        json.dump(doc, f, indent=4)
    with open(os.path.join(folder, "index.json"), "w") as f:
        json.dump(index, f, indent=4)


globals()[sys.argv[1]](*sys.argv[2:])
