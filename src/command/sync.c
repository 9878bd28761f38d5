/* SPDX-License-Identifier: MIT
 *
 * sync: the registered commands become the defined ones. Compared first: a day
 * has 200 creates (CM-04), and a start that changes nothing sends nothing.
 */
#include "command/command_int.h"

enum { CHAT_INPUT = 1, DAILY_CREATES_USED_UP = 30034 };

static void write_all(const struct zx_commands *c, struct zx_json_writer *w)
{
	size_t i;

	for (i = 0; i < c->def_count; i++)
		if (!(c->defs[i].command->flags & ZX_COMMAND_NO_SLASH))
			zx__definition_write(w, c->defs[i].command);
}

int zx_commands_json(const struct zx_commands *c, struct zx_buf *out)
{
	struct zx_json_writer w;

	zx_jw_init(&w, out);
	zx_jw_arr(&w, NULL);
	write_all(c, &w);
	zx_jw_arr_end(&w);
	return out->err;
}

int zx_commands_sync(struct zx_commands *c, zx_time now)
{
	struct zx__send *s;

	c->now = now;
	if (!c->app_id)
		return ZX_E_STATE;
	if (c->sync != SYNC_IDLE)
		return ZX_OK;
	s = zx__send_new(c, SEND_GET, NULL);
	if (!s)
		return ZX_E_NOMEM;
	zx__list_push(&c->loose, s);
	c->sync = SYNC_GET;
	return ZX_OK;
}

static void finish(struct zx_commands *c, int err, int changed)
{
	c->sync = SYNC_IDLE;
	c->synced = 1;
	c->sync_err = err;
	c->sync_changed = changed;
}

static int is_chat(struct zx_str raw)
{
	int64_t type = CHAT_INPUT;

	zx_json_i64(zx_json_get(raw, "type"), &type);
	return type == CHAT_INPUT;
}

/* The registered chat command of that name, or empty. */
static struct zx_str registered(struct zx_str list, const char *name)
{
	struct zx_json_iter it = zx_json_each(list);

	while (zx_json_next(&it))
		if (is_chat(it.value) &&
		    zx_json_is(zx_json_get(it.value, "name"), name))
			return it.value;
	return ZX_STR("");
}

static void learn_ids(struct zx_commands *c, struct zx_str list)
{
	size_t i;

	for (i = 0; i < c->def_count; i++)
		c->defs[i].slash_id = zx_json_get_u64(
			registered(list, c->defs[i].command->name), "id");
}

static int differs(struct zx_commands *c, const struct zx_command *command,
		   struct zx_str theirs, int *err)
{
	struct zx_buf json, a, b;
	struct zx_json_writer w;
	int different;

	zx_buf_init(&json, c->opt.alloc, 0);
	zx_buf_init(&a, c->opt.alloc, 0);
	zx_buf_init(&b, c->opt.alloc, 0);
	zx_jw_init(&w, &json);
	zx__definition_write(&w, command);
	zx__definition_canonical(&a, zx_buf_str(&json));
	zx__definition_canonical(&b, theirs);
	if (json.err || a.err || b.err)
		*err = ZX_E_NOMEM;
	different = !zx_str_eq(zx_buf_str(&a), zx_buf_str(&b));
	zx_buf_release(&json);
	zx_buf_release(&a);
	zx_buf_release(&b);
	return different;
}

/* Nonzero when a PUT is needed: one differs, is missing, or is one too many. */
static int compare(struct zx_commands *c, struct zx_str list, int *err)
{
	struct zx_json_iter it = zx_json_each(list);
	const struct zx_command *command;
	struct zx_str theirs;
	size_t i, chats = 0;

	while (zx_json_next(&it))
		chats += (size_t)is_chat(it.value);
	if (chats != zx__slash_count(c))
		return 1;
	for (i = 0; i < c->def_count; i++) {
		command = c->defs[i].command;
		if (command->flags & ZX_COMMAND_NO_SLASH)
			continue;
		theirs = registered(list, command->name);
		if (!theirs.len || differs(c, command, theirs, err))
			return 1;
	}
	return 0;
}

/* What Discord takes back of a command that is not ours to define. */
static void carry_over(struct zx_json_writer *w, struct zx_str raw)
{
	static const char *const members[] = {
		"id",
		"type",
		"name",
		"name_localizations",
		"description",
		"description_localizations",
		"default_member_permissions",
		"integration_types",
		"contexts",
		"handler",
	};
	struct zx_str value;
	size_t i;

	zx_jw_obj(w, NULL);
	for (i = 0; i < ZX__LEN(members); i++) {
		value = zx_json_get(raw, members[i]);
		if (value.len)
			zx_jw_raw(w, members[i], value);
	}
	if (zx_json_get_bool(raw, "nsfw"))
		zx_jw_bool(w, "nsfw", 1);
	zx_jw_obj_end(w);
}

/* A bulk PUT replaces all types: the entry point and the entries of context
 * menus, which we do not define, must be in it to stay. */
static int put(struct zx_commands *c, struct zx_str list)
{
	struct zx__send *s = zx__send_new(c, SEND_PUT, NULL);
	struct zx_json_iter it = zx_json_each(list);
	struct zx_json_writer w;

	if (!s)
		return ZX_E_NOMEM;
	zx_jw_init(&w, &s->body);
	zx_jw_arr(&w, NULL);
	write_all(c, &w);
	while (zx_json_next(&it))
		if (!is_chat(it.value))
			carry_over(&w, it.value);
	zx_jw_arr_end(&w);
	if (s->body.err) {
		zx__send_free(c, s);
		return ZX_E_NOMEM;
	}
	zx__list_push(&c->loose, s);
	c->sync = SYNC_PUT;
	return ZX_OK;
}

static void got(struct zx_commands *c, struct zx_str list)
{
	int err = ZX_OK, changed;

	if (zx_json_kind(list) != ZX_JSON_ARRAY) {
		finish(c,
		       zx__error(c, ZX_E_PROTOCOL,
				 "the list of commands is no array"),
		       0);
		return;
	}
	changed = compare(c, list, &err);
	if (!err && changed)
		err = put(c, list);
	if (!err && changed)
		return;
	learn_ids(c, list);
	finish(c, err, 0);
}

static int refusal(struct zx_commands *c, const struct zx_rest_result *r)
{
	if (r->code == DAILY_CREATES_USED_UP)
		return zx__error(c, ZX_E_LIMIT,
				 "Discord takes no more new commands today "
				 "(30034): 200 creates a day");
	return zx__error(c, r->err,
			 "slash commands were not synchronised (%s, HTTP %d, "
			 "code %d): %.*s",
			 zx_errname(r->err), r->status, r->code,
			 ZX_ARG(r->message));
}

void zx__sync_result(struct zx_commands *c, struct zx__send *s,
		     const struct zx_rest_result *r)
{
	if (r->err) {
		finish(c, refusal(c, r), 0);
	} else if (s->kind == SEND_GET) {
		got(c, r->body);
	} else {
		learn_ids(c, r->body);
		finish(c, ZX_OK, 1);
	}
}
