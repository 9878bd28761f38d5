/* SPDX-License-Identifier: MIT
 *
 * route: see the header.
 */
#include <inttypes.h>

#include "rest/map.h"
#include "rest/route.h"

/* Interactions' tokens are base64 of "interaction:..."; they are used on
 * webhook paths too, and expire by themselves after 15 minutes. */
#define COMMAND_TOKEN "aW50ZXJhY3Rpb24"

const char *zx_method_name(enum zx_method m)
{
	static const char *const names[] = {
		[ZX_GET] = "GET",     [ZX_POST] = "POST",     [ZX_PUT] = "PUT",
		[ZX_PATCH] = "PATCH", [ZX_DELETE] = "DELETE",
	};

	if ((unsigned)m >= sizeof(names) / sizeof(*names))
		return "?";
	return names[m];
}

static int is_id(struct zx_str s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return 0;
	return s.len > 0;
}

/* What follows these is a name somebody chose. */
static const char *name_after(struct zx_str prev)
{
	static const struct {
		const char *prev, *name;
	} table[] = {
		{ "reactions", "{emoji}" },
		{ "invites", "{code}" },
		{ "templates", "{code}" },
		{ "activity-instances", "{code}" },
	};
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (zx_str_is(prev, table[i].prev))
			return table[i].name;
	return NULL;
}

struct walk {
	struct zx_str first, second, prev;
	struct zx_buf *key;
	struct zx__route *out;
};

/* The id of a top-level resource stays as it is. */
static void add_major(struct walk *w, struct zx_str id)
{
	int webhook = zx_str_is(w->first, "webhooks");

	/* From the resource's name on: "channels/1". */
	w->out->major_at = w->key->len - w->first.len - 1;
	zx_buf_adds(w->key, id);
	w->out->major_len = w->key->len - w->out->major_at;
	if (webhook && zx_str_u64(id, &w->out->webhook))
		w->out->webhook = 0;
}

/* The third part of /webhooks/{id}/{token} and /interactions/{id}/{token}. */
static void add_token(struct walk *w, struct zx_str token)
{
	w->out->exempt = 1;
	if (zx_str_is(w->first, "interactions")) {
		w->out->urgent = 1;
		zx_buf_addc(w->key, "{token}");
		return;
	}
	w->out->token_of_command = zx_str_starts(token, COMMAND_TOKEN);
	w->out->token = zx__rest_hash(0, token) | 1;
	zx_buf_addf(w->key, "{token:%016" PRIx64 "}", w->out->token);
	w->out->major_len = w->key->len - w->out->major_at;
}

static int is_major(struct zx_str first)
{
	return zx_str_is(first, "channels") || zx_str_is(first, "guilds") ||
	       zx_str_is(first, "webhooks") || zx_str_is(first, "interactions");
}

static int has_token(const struct walk *w)
{
	return is_id(w->second) && (zx_str_is(w->first, "webhooks") ||
				    zx_str_is(w->first, "interactions"));
}

static void add_part(struct walk *w, size_t i, struct zx_str part)
{
	const char *name = i ? name_after(w->prev) : NULL;

	zx_buf_addch(w->key, '/');
	if (i == 1 && is_id(part) && is_major(w->first))
		add_major(w, part);
	else if (i == 2 && has_token(w))
		add_token(w, part);
	else if (name)
		zx_buf_addc(w->key, name);
	else if (is_id(part))
		zx_buf_addc(w->key, "{id}");
	else
		zx_buf_adds(w->key, part);
	if (zx_str_is(part, "emojis") && zx_str_is(w->first, "guilds"))
		w->out->emoji = 1;
	if (zx_str_is(part, "@original"))
		w->out->original = 1;
}

void zx__rest_route_read(enum zx_method m, struct zx_str path,
			 struct zx_buf *key, struct zx__route *out)
{
	struct walk w = { .key = key, .out = out };
	struct zx_str rest = zx_str_split(&path, '?'), part;
	size_t i;

	*out = (struct zx__route){ 0 };
	zx_buf_addf(key, "%s ", zx_method_name(m));
	zx_str_split(&rest, '/');
	for (i = 0; rest.ptr; i++) {
		part = zx_str_split(&rest, '/');
		if (i == 0)
			w.first = part;
		else if (i == 1)
			w.second = part;
		add_part(&w, i, part);
		w.prev = part;
	}
}

int zx_rest_route(enum zx_method m, struct zx_str path, struct zx_buf *out)
{
	struct zx__route route;

	if (!path.len || path.ptr[0] != '/')
		return ZX_E_INVALID;
	zx__rest_route_read(m, path, out, &route);
	return out->err;
}
