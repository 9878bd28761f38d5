/* SPDX-License-Identifier: MIT
 *
 * From a request to its handler: route, faults, token, limits, the entities of
 * the path, permissions, body.
 */
#include <stdio.h>
#include <stdlib.h>

#include "sandbox/world_int.h"

static int is_text(struct zx_str name)
{
	return zx_str_is(name, "{token}") || zx_str_is(name, "{emoji}") ||
	       zx_str_is(name, "{code}") || zx_str_is(name, "{target}");
}

/* 1 when the path fits the template; its parameters are then in c. */
static int fits(struct zx__call *c, const char *template, struct zx_str path)
{
	struct zx_str want = zx_str(template);

	c->segs = 0;
	while (want.ptr && path.ptr) {
		struct zx_str w = zx_str_split(&want, '/');
		struct zx_str p = zx_str_split(&path, '/');

		if (!w.len || w.ptr[0] != '{') {
			if (!zx_str_eq(w, p))
				return 0;
			continue;
		}
		if (!p.len || c->segs == 4)
			return 0;
		c->id[c->segs] = 0;
		if (!is_text(w) && zx_str_u64(p, &c->id[c->segs]) != ZX_OK)
			c->id[c->segs] = 0;
		c->seg[c->segs++] = p;
	}
	return !want.ptr && !path.ptr;
}

/* *other is set when the path is known by another method. */
static const struct zx__route *find(struct zx__call *c, struct zx_str path,
				    int *other)
{
	*other = 0;
	for (const struct zx__route *r = zx__routes; r->method; r++) {
		if (!fits(c, r->path, path))
			continue;
		if (!strcmp(r->method, c->req->method))
			return r;
		*other = 1;
	}
	return NULL;
}

static int authorized(struct zx__call *c)
{
	struct zx_str a = c->req->authorization;

	if (c->w->actor)
		return 1;
	if (zx_str_starts(a, "Bot ") &&
	    zx__world_token_ok(c->w, zx_str_from(a, 4)))
		return 1;
	zx__fail(c, 401, 0, "401: Unauthorized");
	return 0;
}

/* Entities ---------------------------------------------------------------- */

/* Ids that are none; the name of the parameter says where. */
static int bad_ids(struct zx__call *c)
{
	struct zx_str t = zx_str(c->route->path);
	size_t i = 0;

	while (t.ptr) {
		struct zx_str w = zx_str_split(&t, '/');
		char name[40];

		if (!w.len || w.ptr[0] != '{')
			continue;
		if (!is_text(w) && !c->id[i]) {
			snprintf(name, sizeof(name), "%.*s_id", (int)w.len - 2,
				 w.ptr + 1);
			zx__bad(c, name, "NUMBER_TYPE_COERCE",
				"Value \"%.*s\" is not snowflake.",
				(int)(c->seg[i].len > 60 ? 60 : c->seg[i].len),
				c->seg[i].ptr);
		}
		i++;
	}
	return zx__form_failed(c);
}

/* The position of the parameter in the template, or -1. */
static int param_at(const struct zx__route *r, const char *name)
{
	struct zx_str t = zx_str(r->path);
	int i = 0;

	while (t.ptr) {
		struct zx_str w = zx_str_split(&t, '/');

		if (w.len && w.ptr[0] == '{') {
			if (zx_str_is(w, name))
				return i;
			i++;
		}
	}
	return -1;
}

/* Finds guild and channel of the path, and checks what the route needs. */
static int entities_refused(struct zx__call *c)
{
	int guild = param_at(c->route, "{guild}");
	int channel = param_at(c->route, "{channel}");
	uint64_t bot = zx__actor(c->w), bits = 0;

	if (guild >= 0) {
		c->guild = zx__guild_by_id(c->w, c->id[guild]);
		if (!c->guild || !zx__member(c->guild, bot)) {
			zx__unknown(c, ZX__UNKNOWN_GUILD);
			return 1;
		}
		bits = zx__perm_base(c->w, c->guild, bot);
	}
	if (channel >= 0) {
		c->channel = zx__channel_find(c->w, c->id[channel], &c->guild);
		if (!c->channel) {
			zx__unknown(c, ZX__UNKNOWN_CHANNEL);
			return 1;
		}
		bits = zx__perm_in(c->w, c->guild, c->channel, bot);
		if (!(bits & ZX__P_VIEW)) {
			zx__no_access(c);
			return 1;
		}
	}
	if ((bits & c->route->needs) == c->route->needs)
		return 0;
	if (channel >= 0 && !c->guild)
		zx__fail(c, 403, 50003,
			 "Cannot execute action on a DM channel");
	else
		zx__no_permission(c);
	return 1;
}

/* Body -------------------------------------------------------------------- */

/* A form without payload_json: its text parts are the fields. */
static cJSON *fields(struct zx__call *c)
{
	cJSON *o = cJSON_CreateObject();

	for (size_t i = c->nfiles; i < c->nparts; i++) {
		char *key = zx_str_dup(NULL, c->files[i].field);
		char *text = zx_str_dup(NULL, c->files[i].data);

		if (key && text && zx_utf8_valid(c->files[i].data))
			cJSON_AddStringToObject(o, key, text);
		zx_delete(NULL, key);
		zx_delete(NULL, text);
	}
	return o;
}

static int multipart_refused(struct zx__call *c, struct zx_str *payload)
{
	int err = zx__multipart(c, payload);

	if (err == ZX_E_TOOBIG)
		zx__fail(c, 413, 40005, "Request entity too large");
	else if (err != ZX_OK)
		zx__fail(c, 400, 50035, "Invalid Form Body");
	return err != ZX_OK;
}

static int body_refused(struct zx__call *c)
{
	struct zx_str text = c->req->body, type = c->req->content_type;
	int multipart = zx_str_starts(type, "multipart/form-data");

	if (text.len > ZX__MAX_REQUEST_BYTES) {
		zx__fail(c, 413, 40005, "Request entity too large");
		return 1;
	}
	if (multipart) {
		text = (struct zx_str){ NULL, 0 };
		if (multipart_refused(c, &text))
			return 1;
		if (!text.ptr)
			c->body = fields(c);
	} else if (text.len && !zx_str_starts(type, "application/json")) {
		zx__bad(c, "_misc", "CONTENT_TYPE_INVALID",
			"Expected \"Content-Type\" header to be one of "
			"{'application/json'}.");
		return zx__form_failed(c);
	}
	if (!c->body)
		c->body = text.len	   ? zx__parse(text)
			  : c->route->list ? cJSON_CreateArray()
					   : cJSON_CreateObject();
	if (!c->body) {
		zx__fail(c, 400, 50109,
			 "The request body contains invalid JSON.");
		return 1;
	}
	if (c->route->list ? !cJSON_IsArray(c->body)
			   : !cJSON_IsObject(c->body)) {
		zx__bad(c, "_misc",
			c->route->list ? "LIST_TYPE_CONVERT"
				       : "DICT_TYPE_CONVERT",
			"Only %s may be used here",
			c->route->list ? "arrays" : "dictionaries");
		return zx__form_failed(c);
	}
	return 0;
}

static void reason(struct zx__call *c)
{
	struct zx_buf b;
	struct zx_str s;

	zx_buf_init(&b, NULL, 8192);
	zx__url_decode(c->req->reason, &b);
	s = zx_utf8_head(zx_buf_str(&b), 512);
	if (b.err == ZX_OK && zx_utf8_valid(s))
		snprintf(c->reason, sizeof(c->reason), "%.*s", ZX_ARG(s));
	zx_buf_release(&b);
}

/* The whole --------------------------------------------------------------- */

static void agent(struct zx__call *c)
{
	if (c->w->agent_told || !c->route || c->route->auth != ZX__AUTH_BOT ||
	    zx_str_starts(zx_str(c->route->path), "/webhooks/") ||
	    zx_str_starts(c->req->user_agent, "DiscordBot"))
		return;
	c->w->agent_told = 1;
	zx__wire_violation(c->w->wire,
			   "%s %s: User-Agent does not begin with DiscordBot",
			   c->req->method, c->route->path);
}

static void run(struct zx__call *c)
{
	if (c->route->auth == ZX__AUTH_BOT && !authorized(c))
		return;
	if ((!c->w->actor && zx__ratelimit(c)) || bad_ids(c) ||
	    entities_refused(c) || body_refused(c))
		return;
	reason(c);
	c->route->fn(c);
	/* A check may have noted what no handler answered. */
	if (!c->res->status)
		zx__form_failed(c);
	if (!c->res->status)
		zx__fail(c, 500, 0, "500: Internal Server Error");
}

static uint64_t major(const struct zx__call *c)
{
	uint64_t h = c->segs ? c->id[0] : 0;

	if (!zx_str_starts(zx_str(c->route->path), "/channels/") &&
	    !zx_str_starts(zx_str(c->route->path), "/guilds/") &&
	    !zx_str_starts(zx_str(c->route->path), "/webhooks/") &&
	    !zx_str_starts(zx_str(c->route->path), "/interactions/"))
		return 0;
	for (size_t i = 0; c->segs > 1 && strstr(c->route->path, "{token}") &&
			   i < c->seg[1].len;
	     i++)
		h = (h ^ (unsigned char)c->seg[1].ptr[i]) *
		    UINT64_C(0x100000001b3);
	return h;
}

/* Another person's call: nothing of it is counted or goes wrong on purpose. */
static void run_plain(struct zx__call *c, int other)
{
	if (c->route)
		run(c);
	else if (other)
		zx__fail(c, 405, 0, "405: Method Not Allowed");
	else
		zx__fail(c, 404, 0, "404: Not Found");
	if (strcmp(c->req->method, "GET"))
		zx__watch_check(c->w, c->req->method, c->req->path);
}

void zx__route_call(struct zx__world *w, const struct zx__req *req,
		    struct zx__res *res, struct zx_str path)
{
	struct zx__call c = { .w = w, .req = req, .res = res };
	int other;

	res->status = 0;
	c.route = find(&c, path, &other);
	if (c.route)
		c.major = major(&c);
	if (w->actor) {
		run_plain(&c, other);
		goto out;
	}
	w->stats.requests++;
	agent(&c);
	if (!zx__banned(&c) && !zx__fault_before(&c, path)) {
		run_plain(&c, other);
		zx__fault_after(&c, path);
	}
	zx__count_invalid(&c);
out:
	cJSON_Delete(c.body);
	cJSON_Delete(c.errors);
}
