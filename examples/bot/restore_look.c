/* SPDX-License-Identifier: MIT
 *
 * The server as it is, read over REST: no gateway, so that a bot that runs is
 * not disturbed.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "options.h"
#include "restore.h"
#include "zoryx/capture.h"
#include "zoryx/net.h"

struct look {
	struct zx_loop *loop;
	struct zx_rest *rest;
	struct zx_rest_conn *conn;
	struct zx_capture *capture;
	const struct zx_guild_reader *snapshot;
	struct zx_restore_options *opt;
	struct zx_buf self; /* the bot as a member, then its roles */
	int waiting, err;
	char why[256];
};

static int told(const struct look *l, const char *what)
{
	fprintf(stderr, "zoryx-bot: %s: %s\n", what,
		*l->why ? l->why : zx_strerror(l->err));
	switch (l->err) {
	case ZX_E_AUTH:
	case ZX_E_PERM:
	case ZX_E_REMOTE:
		return EXIT_BAD;
	default:
		return EXIT_LATER;
	}
}

/* One answer ----------------------------------------------------------------
 */

static void answered(const struct zx_rest_result *r, void *ud)
{
	struct look *l = ud;

	l->waiting = 0;
	l->err = r->err;
	if (r->err)
		snprintf(l->why, sizeof(l->why), "%.*s", ZX_ARG(r->message));
	zx_buf_clear(&l->self);
	zx_buf_adds(&l->self, r->body);
	if (!l->err)
		l->err = l->self.err;
}

static int ask(struct look *l, const char *path)
{
	struct zx_rest_request q = ZX_REST_REQUEST_INIT;

	q.path = zx_str(path);
	q.ud = l;
	l->waiting = 1;
	l->err = zx_rest_call(l->conn, &q, answered, NULL);
	while (!l->err && l->waiting) {
		int err = zx_loop_step(l->loop, -1);

		if (err)
			l->err = err;
	}
	return l->err;
}

static int who_am_i(struct look *l)
{
	char path[128];

	if (ask(l, "/users/@me"))
		return l->err;
	l->opt->bot_user = zx_json_get_u64(zx_buf_str(&l->self), "id");
	snprintf(path, sizeof(path), "/guilds/%" PRIu64 "/members/%" PRIu64,
		 l->opt->guild, l->opt->bot_user);
	if (ask(l, path) == ZX_E_REMOTE)
		snprintf(l->why, sizeof(l->why),
			 "the bot is not in the server %" PRIu64,
			 l->opt->guild);
	return l->err;
}

/* The capture ---------------------------------------------------------------
 */

struct sent {
	struct look *l;
	uint32_t id;
};

static void captured(const struct zx_rest_result *r, void *ud)
{
	struct sent *s = ud;
	struct zx_capture_reply reply = { r->err, r->status, r->code, r->body };

	zx_capture_feed(s->l->capture, s->id, &reply, zx_loop_now(s->l->loop));
	free(s);
}

static int send(struct look *l, const struct zx_capture_out *o)
{
	struct zx_rest_request q = ZX_REST_REQUEST_INIT;
	struct sent *s = malloc(sizeof(*s));
	int err;

	if (!s)
		return ZX_E_NOMEM;
	*s = (struct sent){ l, o->id };
	q.path = o->path;
	q.flags = o->absolute ? ZX_REST_ABSOLUTE : 0;
	q.max_body = o->max_body;
	q.ud = s;
	err = zx_rest_call(l->conn, &q, captured, NULL);
	if (err)
		free(s);
	return err;
}

/* 1 when it is over. */
static int drain(struct look *l, struct zx_guild_reader *out,
		 const struct zx_guild_store *store)
{
	struct zx_capture_out o;

	while (!l->err && zx_capture_poll(l->capture, &o) > 0) {
		if (o.kind == ZX_CAPTURE_OUT_REQUEST) {
			l->err = send(l, &o);
		} else if (o.kind == ZX_CAPTURE_OUT_DONE) {
			l->err = o.err;
			if (!o.err)
				l->err = zx_guild_open(out, o.written.manifest,
						       store, NULL);
			return 1;
		}
	}
	return l->err != ZX_OK;
}

/* Images the snapshot has need not be downloaded to be compared. */
static int known(struct zx_str key, struct zx_buf *item, void *ud)
{
	const struct zx_guild_reader *r = ud;
	struct zx_guild_cursor c;
	struct zx_str it;
	int found = 0;

	if (zx_guild_cursor_init(&c, r, ZX_SECTION_IMAGES)) {
		zx_guild_cursor_release(&c);
		return 0;
	}
	while (!found && zx_guild_next(&c, &it) > 0)
		if (zx_str_eq(zx_json_plain(zx_json_get(it, "key")), key)) {
			zx_buf_adds(item, it);
			found = 1;
		}
	zx_guild_cursor_release(&c);
	return found;
}

static int capture(struct look *l, const struct zx_config *config,
		   struct restore_parts *p, struct zx_guild_reader *out)
{
	struct zx_capture_options o = ZX_CAPTURE_OPTIONS_INIT;

	o.store = restore_store(p);
	o.guild = l->opt->guild;
	o.captured_at = zx_wall_clock();
	o.known = known;
	o.known_ud = (void *)l->snapshot;
	o.no_members = !(config->intents & ZX_INTENT_GUILD_MEMBERS);
	l->err = zx_capture_new(&l->capture, &o, zx_loop_now(l->loop));
	while (!l->err && !drain(l, out, &o.store)) {
		zx_time at = zx_capture_deadline(l->capture);
		zx_time now = zx_loop_now(l->loop);
		int ms = at == ZX_TIME_NEVER ? 1000
			 : at <= now	     ? 0
			 : at - now > 1000   ? 1000
					     : (int)(at - now);

		l->err = zx_loop_step(l->loop, ms);
		if (!l->err)
			zx_capture_tick(l->capture, zx_loop_now(l->loop));
	}
	if (l->err && l->capture)
		snprintf(l->why, sizeof(l->why), "%s",
			 zx_capture_error(l->capture));
	return l->err;
}

/* The bot's place among the roles -------------------------------------------
 */

static int has_role(struct zx_str member, uint64_t id)
{
	struct zx_json_iter it = zx_json_each(zx_json_get(member, "roles"));
	uint64_t one;

	while (zx_json_next(&it))
		if (!zx_json_u64(it.value, &one) && one == id)
			return 1;
	return 0;
}

static int place(struct look *l, const struct zx_guild_reader *live)
{
	struct zx_restore_options *o = l->opt;
	int64_t highest = -1;
	struct zx_guild_cursor c;
	struct zx_str role;
	int err = zx_guild_cursor_init(&c, live, ZX_SECTION_ROLES), got = 0;

	while (!err && (got = zx_guild_next(&c, &role)) > 0) {
		uint64_t id = zx_json_get_u64(role, "id");
		int64_t at = zx_json_get_i64(role, "position");

		if (id != o->guild && !has_role(zx_buf_str(&l->self), id))
			continue;
		o->bot_permissions |= zx_json_get_u64(role, "permissions");
		/* Items ascend by id: of equal positions the first stays. */
		if (id != o->guild && at > highest) {
			o->bot_role = id;
			highest = at;
		}
	}
	zx_guild_cursor_release(&c);
	o->bot_roles = zx_json_get(zx_buf_str(&l->self), "roles");
	return err ? err : got;
}

/* The whole ---------------------------------------------------------------- */

static int open(struct look *l, const struct zx_config *config,
		const struct zx_log *log)
{
	struct zx_loop_options lo = ZX_LOOP_OPTIONS_INIT;
	struct zx_rest_options ro = ZX_REST_OPTIONS_INIT;

	lo.log = log;
	l->err = zx_loop_new(&l->loop, &lo);
	if (l->err)
		return l->err;
	ro.token = config->token;
	ro.base_url = config->api_url;
	ro.rand = zx_system_rand();
	ro.log = log;
	l->err = zx_rest_new(&l->rest, &ro, zx_loop_now(l->loop));
	if (!l->err)
		l->err = zx_rest_attach(&l->conn, l->loop, l->rest,
					config->proxy);
	return l->err;
}

static void end(struct look *l)
{
	zx_rest_detach(l->conn);
	zx_rest_free(l->rest);
	zx_capture_free(l->capture);
	zx_loop_free(l->loop);
}

int restore_look(const struct zx_config *config,
		 const struct zx_guild_reader *snapshot,
		 struct restore_parts *p, struct zx_restore_options *opt,
		 struct zx_buf *self, struct zx_guild_reader *out)
{
	struct zx_log log = log_sink(ZX_LOG_WARN);
	struct look l = { .snapshot = snapshot, .opt = opt };
	int code = EXIT_GOOD;

	zx_buf_init(&l.self, NULL, 0);
	if (open(&l, config, &log))
		code = told(&l, "the network");
	else if (who_am_i(&l))
		code = told(&l, "Discord");
	else if (capture(&l, config, p, out) || (l.err = place(&l, out)))
		code = told(&l, "the server could not be read");
	end(&l);
	*self = l.self;
	return code;
}
