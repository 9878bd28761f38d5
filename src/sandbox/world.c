/* SPDX-License-Identifier: MIT
 *
 * The world as the wire sees it: made, freed, asked and ticked.
 */
#include <stdlib.h>

#include "sandbox/seed_int.h"

enum { GLOBAL_PER_SECOND = 50 };

int64_t zx__wall(struct zx__world *w)
{
	return zx__wire_wall(w->wire);
}

uint64_t zx__rand(struct zx__world *w, uint64_t below)
{
	struct zx_rand r = zx_prng_rand(&w->prng);

	return zx_rand_below(&r, below);
}

void zx__emit(struct zx__world *w, uint64_t guild, const char *event, cJSON *d)
{
	if (!w->maker)
		zx__wire_dispatch(w->wire, guild, event, d);
	cJSON_Delete(d);
}

void zx__live(struct zx__world *w, const char *t, cJSON *d, uint64_t user)
{
	zx__wire_live(w->wire, t, d, user);
	cJSON_Delete(d);
}

uint64_t zx__world_new_id(struct zx__world *w)
{
	uint64_t id = (uint64_t)(zx__wall(w) - INT64_C(1420070400000)) << 22;

	if (w->maker)
		return zx__mk_id(w->maker);
	/* Never twice, and never back when the clock is. */
	if (id <= w->last_id)
		id = w->last_id + 1;
	w->last_id = id;
	return id;
}

/* Life -------------------------------------------------------------------- */

static void defaults(struct zx_sandbox_options *o)
{
	if (!o->guilds)
		o->guilds = 3;
	if (o->guilds > ZX__MAX_GUILDS)
		o->guilds = ZX__MAX_GUILDS;
	if (!o->members)
		o->members = 12;
	if (o->members > ZX__MAX_MEMBERS)
		o->members = ZX__MAX_MEMBERS;
	if (!o->shards)
		o->shards = 1;
	if (!o->max_concurrency)
		o->max_concurrency = 1;
	if (!o->seed)
		o->seed = 1;
	if (!o->identify_limit)
		o->identify_limit = 1000;
}

/* "BASE64(id).SANDBX.rest", in the shape that clients take for a token. */
static char *token_of(struct zx__world *w)
{
	struct zx_buf b;
	char id[24], *out;

	if (w->opt.token)
		return zx_str_dup(NULL, zx_str(w->opt.token));
	zx_buf_init(&b, NULL, 200);
	zx_buf_addf(&b, "%llu", (unsigned long long)zx__bot(w));
	memcpy(id, zx_buf_cstr(&b), b.len < 23 ? b.len + 1 : 23);
	id[23] = '\0';
	zx_buf_clear(&b);
	zx_buf_add_base64(&b, id, strlen(id));
	while (b.len && b.ptr[b.len - 1] == '=')
		b.len--;
	zx_buf_addc(&b, ".SANDBX.opens-nothing-but-the-sandbox-0001");
	out = zx_buf_detach(&b, NULL);
	zx_buf_release(&b);
	return out;
}

struct zx__world *zx__world_new(const struct zx_sandbox_options *opt,
				struct zx__wire *wire)
{
	struct zx__world *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->wire = wire;
	if (opt)
		w->opt = *opt;
	defaults(&w->opt);
	w->began = zx__wall(w);
	if (zx__kinds_read(w, w->opt.kinds) != ZX_OK) {
		free(w);
		return NULL;
	}
	zx_prng_init(&w->prng, w->opt.seed);
	zx_bucket_init(&w->global, GLOBAL_PER_SECOND, 1000, 0);
	w->bot_status = zx__dom("status:s activities:a", "online");
	w->app_changes = cJSON_CreateObject();
	w->guild_count = w->opt.guilds;
	w->guilds = calloc(w->guild_count, sizeof(*w->guilds));
	if (!w->guilds || zx__seed_users(w) != ZX_OK ||
	    !(w->token = token_of(w)) || !zx__guild_at(w, 0)) {
		zx__world_free(w);
		return NULL;
	}
	w->opt.token = w->token;
	return w;
}

void zx__world_free(struct zx__world *w)
{
	if (!w)
		return;
	for (size_t i = 0; w->guilds && i < w->guild_count; i++)
		if (w->guilds[i])
			zx__guild_free(w->guilds[i]);
	for (size_t i = 0; i < ZX__MAX_INTERACTIONS; i++)
		zx__itx_free(w->itx[i]);
	zx__histories_free(w);
	zx__log_free(w);
	zx__cdn_free(w);
	zx__fault_clear(w);
	zx__world_unwatch(w);
	zx__set_free(&w->users);
	zx__set_free(&w->dms);
	zx__set_free(&w->made);
	zx__set_free(&w->commands);
	cJSON_Delete(w->bot_status);
	cJSON_Delete(w->app_changes);
	free(w->buckets);
	free(w->guilds);
	if (w->token)
		zx_wipe(w->token, strlen(w->token));
	zx_delete(NULL, w->token);
	free(w);
}

void zx__world_set_port(struct zx__world *w, uint16_t port)
{
	w->port = port;
}

const char *zx__world_token(struct zx__world *w)
{
	return w->token;
}

int zx__world_token_ok(struct zx__world *w, struct zx_str token)
{
	return zx_str_is(token, w->token);
}

uint64_t zx__world_tick(struct zx__world *w, uint64_t now_ms)
{
	w->now = now_ms;
	return zx__itx_tick(w);
}

void zx__world_stats(struct zx__world *w, struct zx_sandbox_stats *out)
{
	*out = w->stats;
}

/* Asked ------------------------------------------------------------------- */

/* "/api/v10/x" and "/api/x" give "/x"; other versions are gone. */
static struct zx_str api_path(struct zx_str path, int *version)
{
	struct zx_str rest = zx_str_from(path, 4), seg, v;
	uint64_t n;

	*version = 10;
	v = zx_str_from(rest, 1);
	seg = zx_str_split(&v, '/');
	if (seg.len < 2 || seg.ptr[0] != 'v' ||
	    zx_str_u64(zx_str_from(seg, 1), &n) != ZX_OK)
		return rest;
	*version = n < 100 ? (int)n : 0;
	return zx_str_from(rest, seg.len + 1);
}

/* Some clients write "@me" and "@original" with an escape. */
static void plain_at(struct zx_str path, struct zx_buf *out)
{
	for (size_t i = 0; i < path.len; i++) {
		int at = path.len - i >= 3 && !memcmp(path.ptr + i, "%40", 3);

		zx_buf_addch(out, at ? '@' : path.ptr[i]);
		i += at ? 2 : 0;
	}
}

static void api(struct zx__world *w, const struct zx__req *req,
		struct zx__res *res)
{
	int version;
	struct zx_str path = api_path(req->path, &version);
	struct zx__call c = { .w = w, .req = req, .res = res };
	struct zx_buf b;

	zx_buf_init(&b, NULL, 0);
	plain_at(path, &b);
	path = zx_buf_str(&b);
	if (path.len > 1 && path.ptr[path.len - 1] == '/')
		path.len--;
	if (version < 9 || version > 10)
		zx__fail(&c, 400, 50041, "Invalid API version provided");
	else
		zx__route_call(w, req, res, path);
	zx__log(w, req, res, path);
	zx_buf_release(&b);
}

void zx__world_http(struct zx__world *w, const struct zx__req *req,
		    struct zx__res *res)
{
	w->now = req->now_ms;
	res->status = 0;
	res->hold = 0;
	zx__itx_tick(w);
	if (zx_str_starts(req->path, "/api/"))
		api(w, req, res);
	else
		zx__control(w, req, res);
	zx__guilds_flush(w);
}

void zx__world_call(struct zx__world *w, uint64_t user,
		    const struct zx__req *req, struct zx__res *res)
{
	w->actor = user == zx__bot(w) ? 0 : user;
	zx__world_http(w, req, res);
	w->actor = 0;
}

/* For C ------------------------------------------------------------------- */

uint64_t zx__world_user(struct zx__world *w, enum zx_sandbox_who who)
{
	return (unsigned)who < 4 ? w->who[who] : 0;
}

uint64_t zx__world_guild(struct zx__world *w, size_t i)
{
	return i < w->guild_count ? zx__seed_guild_id(w, i) : 0;
}

uint64_t zx__world_channel(struct zx__world *w, uint64_t guild,
			   const char *name)
{
	struct zx__guild *g = zx__guild_by_id(w, guild);

	for (size_t i = 0; g && i < g->channels.n; i++)
		if (!strcmp(zx__str(g->channels.v[i].dom, "name"), name))
			return g->channels.v[i].id;
	return 0;
}

int zx__world_fault(struct zx__world *w, const char *json)
{
	cJSON *f = zx__parse(zx_str(json));
	int err = cJSON_IsObject(f) ? zx__fault_arm(w, f) : ZX_E_INVALID;

	cJSON_Delete(f);
	return err;
}
