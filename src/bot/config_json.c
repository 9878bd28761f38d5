/* SPDX-License-Identifier: MIT
 *
 * config.json: the settings it may hold, its presence lists, and the keys of
 * the Python framework that have no meaning here but may stand in the file.
 */
#include <stdio.h>
#include <string.h>

#include "bot/config_int.h"
#include "zoryx/json.h"

enum {
	ZX__CONFIG_DEPTH = 16 /* of nesting in config.json */
};

/* Known to the framework whose files must work as they are. */
static const char *const accepted[] = {
	"auto_reload", "command_permissions", "cooldowns",
	"database",    "extensions",	      "framework.enable_",
	"logging",     "owner_ids",	      "slash_limiter",
};

static int is_accepted(const char *path)
{
	for (size_t i = 0; i < sizeof(accepted) / sizeof(*accepted); i++)
		if (!strncmp(path, accepted[i], strlen(accepted[i])))
			return 1;
	return 0;
}

static int activity_type(struct zx_str raw, enum zx_activity_type *out)
{
	static const char *const names[] = { "playing",	  "streaming",
					     "listening", "watching",
					     "custom",	  "competing" };

	for (int i = 0; i < 6; i++) {
		if (zx_json_is(raw, names[i])) {
			*out = (enum zx_activity_type)i;
			return 1;
		}
	}
	return 0;
}

static int presence_ok(const char *p)
{
	return !strcmp(p, "online") || !strcmp(p, "idle") ||
	       !strcmp(p, "dnd") || !strcmp(p, "invisible");
}

static void copy_text(char *to, size_t size, struct zx_str raw,
		      const struct zx_alloc *a)
{
	struct zx_buf b;
	struct zx_str cut;

	zx_buf_init(&b, a, 1 << 16);
	zx_json_text(raw, &b);
	cut = zx_utf8_head(zx_buf_str(&b), size - 1);
	while (cut.len >= size)
		cut = zx_utf8_head(cut, zx_utf8_count(cut) - 1);
	if (cut.len)
		memcpy(to, cut.ptr, cut.len);
	to[cut.len] = 0;
	zx_buf_release(&b);
}

/* {"type": "watching", "text": "...", "presence": "online"} */
static void read_status(struct zx__reading *r, struct zx_str obj)
{
	struct zx_config *c = r->c;
	struct zx_config_status st = { ZX_WATCHING, "", "online" };
	struct zx_str presence = zx_json_get(obj, "presence");

	if (c->status_count == sizeof(c->statuses) / sizeof(*c->statuses)) {
		zx__config_warn(r,
				"has more than %zu entries; the rest is "
				"not shown",
				c->status_count);
		return;
	}
	if (!activity_type(zx_json_get(obj, "type"), &st.type)) {
		zx__config_error(r,
				 "needs a \"type\" of playing, watching, "
				 "listening, competing, streaming or custom");
		return;
	}
	copy_text(st.text, sizeof(st.text), zx_json_get(obj, "text"), c->alloc);
	if (!st.text[0]) {
		zx__config_error(r, "needs a \"text\", e.g. \"{guilds} "
				    "servers\"");
		return;
	}
	if (presence.len)
		copy_text(st.presence, sizeof(st.presence), presence, c->alloc);
	if (!presence_ok(st.presence)) {
		zx__config_error(r,
				 "has a \"presence\" that is none of online, "
				 "idle, dnd, invisible");
		return;
	}
	c->statuses[c->status_count++] = st;
}

/* Either one status, or a list of them to rotate. */
static void read_statuses(struct zx__reading *r, struct zx_str status)
{
	struct zx_str list = zx_json_get(status, "statuses");
	struct zx_config before = *r->c;

	r->c->status_count = 0;
	r->where = "status in config.json";
	if (zx_json_kind(list) == ZX_JSON_ARRAY) {
		struct zx_json_iter it = zx_json_each(list);

		r->where = "status.statuses in config.json";
		while (zx_json_next(&it))
			read_status(r, it.value);
	} else if (zx_json_get(status, "type").len) {
		read_status(r, status);
	}
	if (!r->c->status_count) {
		memcpy(r->c->statuses, before.statuses,
		       sizeof(before.statuses));
		r->c->status_count = before.status_count;
	}
}

static void read_value(struct zx__reading *r, const struct zx__setting *s,
		       struct zx_str raw)
{
	enum zx_json_kind kind = zx_json_kind(raw);
	struct zx_buf text;

	if (kind == ZX_JSON_OBJECT || kind == ZX_JSON_ARRAY) {
		zx__config_error(r, "must be a single value, e.g. %s",
				 s->example);
		return;
	}
	zx_buf_init(&text, r->c->alloc, 1 << 16);
	if (kind == ZX_JSON_STRING)
		zx_json_text(raw, &text);
	else
		zx_buf_adds(&text, raw);
	if (text.err == ZX_E_NOMEM)
		r->nomem = 1;
	else if (kind != ZX_JSON_NULL)
		s->read(r, s, zx_buf_str(&text));
	zx_buf_release(&text);
}

static int is_section(const char *path)
{
	return !strcmp(path, "status") || !strcmp(path, "framework") ||
	       !strcmp(path, "logging");
}

static void walk(struct zx__reading *r, struct zx_str obj, const char *above,
		 int depth)
{
	struct zx_json_iter it = zx_json_each(obj);

	while (depth < ZX__CONFIG_DEPTH && zx_json_next(&it)) {
		char path[160], where[192];
		const struct zx__setting *s;

		snprintf(path, sizeof(path), "%.100s%s%.50s", above,
			 *above ? "." : "", "");
		snprintf(path + strlen(path), sizeof(path) - strlen(path),
			 "%.*s", (int)(it.key.len > 50 ? 50 : it.key.len),
			 it.key.len ? it.key.ptr : "");
		snprintf(where, sizeof(where), "%s in config.json", path);
		r->where = where;
		s = zx__setting_json(path);
		if (s)
			read_value(r, s, it.value);
		else if (is_section(path) &&
			 zx_json_kind(it.value) == ZX_JSON_NULL)
			continue;
		else if (is_section(path) &&
			 zx_json_kind(it.value) != ZX_JSON_OBJECT)
			zx__config_error(r, "must be an object: { ... }");
		else if (!strcmp(path, "status"))
			continue; /* read_statuses */
		else if (is_section(path))
			walk(r, it.value, path, depth + 1);
		else if (!is_accepted(path) &&
			 strcmp(path, "framework.load_cogs"))
			zx__config_warn(r, "is not known and ignored");
	}
}

void zx__config_json(struct zx__reading *r, struct zx_str text)
{
	size_t at = 0;
	unsigned line = 1;
	const struct zx__setting *interval =
		zx__setting_json("status.interval");
	struct zx_str load;

	if (zx_str_starts(text, "\xef\xbb\xbf"))
		text = zx_str_from(text, 3);
	r->where = "config.json";
	if (zx_json_check(text, ZX__CONFIG_DEPTH, &at)) {
		for (size_t i = 0; i < at && i < text.len; i++)
			line += text.ptr[i] == '\n';
		zx__config_error(r, "is no valid JSON: look at line %u", line);
		return;
	}
	if (zx_json_kind(text) != ZX_JSON_OBJECT) {
		zx__config_error(r, "must be an object: { ... }");
		return;
	}
	walk(r, text, "", 0);
	/* as in the framework: false means none of them, but .env still wins */
	load = zx_json_at(text, "framework.load_cogs");
	if (zx_json_kind(load) == ZX_JSON_BOOL && zx_str_is(load, "false"))
		r->c->shard_monitor = r->c->shard_manager =
			r->c->backup_restore = 0;
	read_statuses(r, zx_json_get(text, "status"));
	r->where = "status.interval in config.json";
	load = zx_json_at(text, "status.interval");
	if (load.len)
		read_value(r, interval, load);
}
