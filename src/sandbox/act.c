/* SPDX-License-Identifier: MIT
 *
 * What another person does: any REST call as any user, with names in place of
 * ids that are not known when the call is written down.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "sandbox/world_int.h"

static uint64_t named(const struct zx__set *set, struct zx_str name)
{
	for (size_t i = 0; i < set->n; i++)
		if (zx_str_is(name, zx__str(set->v[i].dom, "name")))
			return set->v[i].id;
	return 0;
}

/* "owner", "admin", "member", "bot", or the number of another. */
static uint64_t person(struct zx__world *w, struct zx_str name)
{
	uint64_t k;

	for (size_t i = 0; i < 4; i++)
		if (zx_str_is(name, zx__persona(w, w->who[i])))
			return w->who[i];
	if (zx_str_u64(name, &k) != ZX_OK || k >= zx__seed_pool(w))
		return 0;
	return zx__seed_user_id(w, (size_t)k);
}

static uint64_t tag(struct zx__guild *g, struct zx_str name)
{
	for (size_t i = 0; i < g->channels.n; i++)
		ZX__EACH(t, zx__get(g->channels.v[i].dom, "available_tags"))
	if (zx_str_is(name, zx__str(t, "name")))
		return zx__dom_id(t, "id");
	return 0;
}

static uint64_t id_of(struct zx__world *w, struct zx__guild *g,
		      struct zx_str kind, struct zx_str name)
{
	const struct {
		const char *kind;
		const struct zx__set *set;
	} sets[] = {
		{ "role", &g->roles },	     { "channel", &g->channels },
		{ "thread", &g->threads },   { "emoji", &g->emojis },
		{ "sticker", &g->stickers }, { "webhook", &g->webhooks },
		{ "event", &g->events },     { "rule", &g->rules },
		{ "sound", &g->sounds },
	};

	if (zx_str_is(kind, "guild"))
		return g->id;
	if (zx_str_is(kind, "user"))
		return person(w, name);
	if (zx_str_is(kind, "tag"))
		return tag(g, name);
	for (size_t i = 0; i < sizeof(sets) / sizeof(*sets); i++)
		if (zx_str_is(kind, sets[i].kind))
			return named(sets[i].set, name);
	return 0;
}

/* What is made up: pictures, a sound, a time so many hours from now. */
static int made_up(struct zx__world *w, struct zx_str kind, struct zx_str name,
		   struct zx_buf *out)
{
	char when[ZX__ISO_SIZE];
	int64_t hours;

	if (zx_str_is(kind, "png"))
		zx__sample_png(name, out);
	else if (zx_str_is(kind, "gif"))
		zx__sample_gif(out);
	else if (zx_str_is(kind, "mp3"))
		zx__sample_mp3(out);
	else if (zx_str_is(kind, "time") && zx_str_i64(name, &hours) == ZX_OK) {
		zx__iso(zx__wall(w) / 60000 * 60000 + hours * 3600000, when);
		zx_buf_addc(out, when);
	} else
		return 0;
	return 1;
}

/* The word in braces at the start of s; 0 when it is none of ours. */
static size_t word_at(struct zx_str s, struct zx_str *kind, struct zx_str *name)
{
	size_t n = 1;

	while (n < s.len && s.ptr[n] != '}' && s.ptr[n] != '"' &&
	       s.ptr[n] != '{')
		n++;
	if (n == s.len || s.ptr[n] != '}' || n < 2)
		return 0;
	*name = (struct zx_str){ s.ptr + 1, n - 1 };
	*kind = zx_str_split(name, ':');
	return n + 1;
}

int zx__fill_names(struct zx__world *w, struct zx__guild *g, struct zx_str in,
		   struct zx_buf *out)
{
	while (in.len) {
		struct zx_str kind, name;
		size_t n = *in.ptr == '{' ? word_at(in, &kind, &name) : 0;
		uint64_t id;

		if (!n) {
			const char *next = memchr(in.ptr + 1, '{', in.len - 1);

			n = next ? (size_t)(next - in.ptr) : in.len;
			zx_buf_add(out, in.ptr, n);
			in = zx_str_from(in, n);
			continue;
		}
		if (!made_up(w, kind, name, out)) {
			id = g ? id_of(w, g, kind, name) : 0;
			if (!id)
				return ZX_E_NOTFOUND;
			zx_buf_addf(out, "%" PRIu64, id);
		}
		in = zx_str_from(in, n);
	}
	return out->err;
}

/* The guild whose names are meant: of "guild_id", of the path, or the first. */
static struct zx__guild *context(struct zx__world *w, const cJSON *act)
{
	struct zx_str path = zx_str(zx__str(act, "path"));
	uint64_t id = zx__dom_id(act, "guild_id");

	if (!id && zx_str_starts(path, "/guilds/")) {
		path = zx_str_from(path, 8);
		if (zx_str_u64(zx_str_split(&path, '/'), &id) != ZX_OK)
			id = 0;
	}
	return id ? zx__guild_by_id(w, id) : zx__guild_at(w, 0);
}

void zx__act_as(struct zx__world *w, uint64_t user, const struct zx__req *req,
		struct zx__res *res)
{
	uint64_t was = w->actor;
	struct zx_str path = req->path;

	w->actor = user;
	zx__route_call(w, req, res, path);
	w->actor = was;
}

#define MARK "sandbox-act-boundary"

static void part(struct zx_buf *out, const char *name, const char *more)
{
	zx_buf_addf(out,
		    "--" MARK "\r\nContent-Disposition: form-data; "
		    "name=\"%s\"%s\r\n\r\n",
		    name, more);
}

/* The fields of a JSON object as a form; one that is a data URI is a file. */
static void add_form(const cJSON *fields, struct zx_buf *out)
{
	ZX__EACH(f, fields)
	{
		const char *text = cJSON_IsString(f) ? f->valuestring : "";
		const char *data = strncmp(text, "data:", 5)
					   ? NULL
					   : strstr(text, ";base64,");

		part(out, f->string, data ? "; filename=\"file\"" : "");
		if (data)
			zx__base64(zx_str(data + 8), out);
		else
			zx_buf_addc(out, text);
		zx_buf_addc(out, "\r\n");
	}
	zx_buf_addc(out, "--" MARK "--\r\n");
}

static void as_form(struct zx_buf *text)
{
	cJSON *fields = cJSON_Parse(zx_buf_cstr(text));

	zx_buf_clear(text);
	add_form(fields, text);
	cJSON_Delete(fields);
}

int zx__act(struct zx__world *w, const cJSON *act, struct zx__guild *in,
	    struct zx__res *res)
{
	struct zx__guild *g =
		zx__some(act, "guild_id") || !in ? context(w, act) : in;
	uint64_t user = zx__dom_id(act, "user");
	const cJSON *body = zx__some(act, "body");
	struct zx_buf path, raw, text;
	struct zx_str query;
	struct zx__req req;
	int err;

	zx_buf_init(&path, NULL, 4096);
	zx_buf_init(&raw, NULL, 0);
	zx_buf_init(&text, NULL, 0);
	if (body)
		zx__print(body, &raw);
	err = zx__fill_names(w, g, zx_str(zx__str(act, "path")), &path);
	if (!err)
		err = zx__fill_names(w, g, zx_buf_str(&raw), &text);
	if (!err && zx__true(act, "form"))
		as_form(&text);
	query = zx_buf_str(&path);
	req = (struct zx__req){
		.method = zx__str(act, "method"),
		.path = zx_str_split(&query, '?'),
		.query = query,
		.content_type = !body ? ZX_STR("")
				: zx__true(act, "form")
					? ZX_STR("multipart/form-data; "
						 "boundary=" MARK)
					: ZX_STR("application/json"),
		.reason = zx_str(zx__str(act, "reason")),
		.body = zx_buf_str(&text),
		.now_ms = w->now,
	};
	if (!user && g)
		user = zx__dom_id(g->dom, "owner_id");
	if (!err)
		zx__act_as(w, user, &req, res);
	zx_buf_release(&path);
	zx_buf_release(&raw);
	zx_buf_release(&text);
	return err;
}
