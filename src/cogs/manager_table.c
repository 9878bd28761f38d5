/* SPDX-License-Identifier: MIT
 *
 * manager_table: the clusters there are, as they say of themselves.
 */
#include <stdlib.h>

#include "cogs/manager_int.h"

static void give_back(struct zx__mgr_table *t, struct zx__mgr_cluster *c)
{
	zx_delete(t->alloc, c->ids);
	zx_delete(t->alloc, c->rows);
}

void zx__mgr_table_release(struct zx__mgr_table *t)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		give_back(t, &t->v[i]);
	zx_delete(t->alloc, t->v);
	*t = (struct zx__mgr_table){ .alloc = t->alloc };
}

struct zx__mgr_cluster *zx__mgr_find(const struct zx__mgr_table *t,
				     struct zx_str name)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		if (zx_str_is(name, t->v[i].name))
			return &t->v[i];
	return NULL;
}

static struct zx__mgr_cluster *add(struct zx__mgr_table *t, struct zx_str name)
{
	size_t cap = t->cap ? t->cap * 2 : 8;
	struct zx__mgr_cluster *c;

	if (!name.len || name.len >= ZX__MGR_NAME || t->n >= ZX__MGR_CLUSTERS)
		return NULL;
	if (t->n == t->cap) {
		c = zx_resize(t->alloc, t->v, cap * sizeof(*c));
		if (!c)
			return NULL;
		t->v = c;
		t->cap = cap;
	}
	c = &t->v[t->n++];
	memset(c, 0, sizeof(*c));
	memcpy(c->name, name.ptr, name.len);
	c->latency = -1;
	return c;
}

struct zx__mgr_cluster *zx__mgr_join(struct zx__mgr_table *t,
				     struct zx_str name, zx_time now)
{
	struct zx__mgr_cluster *c = zx__mgr_find(t, name);

	if (!c)
		c = add(t, name);
	if (c && !c->there) {
		c->there = 1;
		c->since = now;
	}
	return c;
}

void zx__mgr_leave(struct zx__mgr_table *t, struct zx_str name, zx_time now)
{
	struct zx__mgr_cluster *c = zx__mgr_find(t, name);

	if (!c || !c->there)
		return;
	c->there = 0;
	c->since = now;
}

void zx__mgr_sweep(struct zx__mgr_table *t, uint32_t drop_ms, zx_time now)
{
	size_t i, kept = 0;

	for (i = 0; i < t->n; i++) {
		if (!t->v[i].there && now - t->v[i].since >= drop_ms) {
			give_back(t, &t->v[i]);
			continue;
		}
		if (kept != i)
			t->v[kept] = t->v[i];
		kept++;
	}
	t->n = kept;
}

/* What others say -----------------------------------------------------------
 */

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* Sorts; returns how many different ones there are. */
static size_t unique(uint32_t *v, size_t n)
{
	size_t i, kept = 0;

	qsort(v, n, sizeof(*v), by_value);
	for (i = 0; i < n; i++)
		if (!kept || v[kept - 1] != v[i])
			v[kept++] = v[i];
	return kept;
}

static void take_ids(struct zx__mgr_table *t, struct zx__mgr_cluster *c,
		     struct zx_str list)
{
	struct zx_json_iter it;
	size_t n = 0;
	uint64_t id;
	uint32_t *v;

	if (zx_json_kind(list) != ZX_JSON_ARRAY)
		return;
	for (it = zx_json_each(list); n < ZX__MGR_IDS && zx_json_next(&it);)
		n++;
	v = zx_new(t->alloc, (n ? n : 1) * sizeof(*v));
	if (!v)
		return;
	n = 0;
	for (it = zx_json_each(list); n < ZX__MGR_IDS && zx_json_next(&it);)
		if (!zx_json_u64(it.value, &id) && id < UINT32_MAX)
			v[n++] = (uint32_t)id;
	zx_delete(t->alloc, c->ids);
	c->ids = v;
	c->ids_n = n ? unique(v, n) : 0;
}

static double number(struct zx_str obj, const char *key, double absent)
{
	double v;

	if (zx_json_f64(zx_json_get(obj, key), &v) || !(v >= 0 && v < 1e12))
		return absent;
	return v;
}

void zx__mgr_take_stats(struct zx__mgr_table *t, struct zx__mgr_cluster *c,
			struct zx_str data, zx_time now)
{
	c->guilds = zx_json_get_u64(data, "guild_count");
	c->users = zx_json_get_u64(data, "user_count");
	c->shard_count = (uint32_t)zx_json_get_u64(data, "shard_count");
	c->latency = number(data, "latency", -1);
	c->uptime = number(data, "uptime", 0);
	take_ids(t, c, zx_json_get(data, "shard_ids"));
	c->has_stats = 1;
	c->updated = now;
}

/* Shards of another cluster, with the health it sees ------------------------
 */

void zx__mgr_put_rows(struct zx_buf *out, const struct zx_monitor_shard *rows,
		      size_t n)
{
	struct zx_json_writer w;
	size_t i;

	zx_jw_init(&w, out);
	zx_jw_obj(&w, NULL);
	zx_jw_arr(&w, "shards");
	for (i = 0; i < n; i++) {
		const struct zx_monitor_shard *s = &rows[i];

		zx_jw_arr(&w, NULL);
		zx_jw_u64(&w, NULL, s->shard);
		zx_jw_u64(&w, NULL, (uint64_t)s->tier);
		zx_jw_cstr(&w, NULL, s->reason);
		zx_jw_f64(&w, NULL, s->current);
		zx_jw_f64(&w, NULL, s->min);
		zx_jw_f64(&w, NULL, s->average);
		zx_jw_f64(&w, NULL, s->max);
		zx_jw_f64(&w, NULL, s->uptime);
		zx_jw_u64(&w, NULL, s->guilds);
		zx_jw_u64(&w, NULL, s->members);
		zx_jw_u64(&w, NULL, s->messages);
		zx_jw_u64(&w, NULL, s->commands);
		zx_jw_u64(&w, NULL, s->joined);
		zx_jw_u64(&w, NULL, s->left);
		zx_jw_u64(&w, NULL, s->connects);
		zx_jw_u64(&w, NULL, s->disconnects);
		zx_jw_u64(&w, NULL, s->resumes);
		zx_jw_u64(&w, NULL, s->errors);
		zx_jw_u64(&w, NULL, s->quiet_ms);
		zx_jw_u64(&w, NULL, s->quiet_known ? 1 : 0);
		zx_jw_arr_end(&w);
	}
	zx_jw_arr_end(&w);
	zx_jw_obj_end(&w);
}

static uint64_t take_u64(struct zx_json_iter *it)
{
	uint64_t v;

	return zx_json_next(it) && !zx_json_u64(it->value, &v) ? v : 0;
}

static double take_f64(struct zx_json_iter *it)
{
	double v;

	return zx_json_next(it) && !zx_json_f64(it->value, &v) && v < 1e15 ? v
									   : -1;
}

static void take_reason(struct zx_json_iter *it, const struct zx_alloc *a,
			char *out, size_t n)
{
	struct zx_buf text;

	zx_buf_init(&text, a, 4096);
	if (zx_json_next(it) && !zx_json_text(it->value, &text))
		snprintf(out, n, "%.*s",
			 ZX_ARG(zx_utf8_head(zx_buf_str(&text), n / 4)));
	zx_buf_release(&text);
}

static void take_row(struct zx_str raw, const struct zx_alloc *a,
		     struct zx_monitor_shard *s)
{
	struct zx_json_iter it = zx_json_each(raw);
	uint64_t tier;

	s->shard = (uint32_t)take_u64(&it);
	tier = take_u64(&it);
	s->tier = tier <= ZX_CRITICAL ? (enum zx_tier)tier : ZX_CRITICAL;
	take_reason(&it, a, s->reason, sizeof(s->reason));
	s->current = take_f64(&it);
	s->min = take_f64(&it);
	s->average = take_f64(&it);
	s->max = take_f64(&it);
	s->uptime = take_f64(&it);
	s->guilds = take_u64(&it);
	s->members = take_u64(&it);
	s->messages = take_u64(&it);
	s->commands = take_u64(&it);
	s->joined = take_u64(&it);
	s->left = take_u64(&it);
	s->connects = take_u64(&it);
	s->disconnects = take_u64(&it);
	s->resumes = take_u64(&it);
	s->errors = take_u64(&it);
	s->quiet_ms = take_u64(&it);
	s->quiet_known = take_u64(&it) != 0;
}

void zx__mgr_take_rows(struct zx__mgr_table *t, struct zx__mgr_cluster *c,
		       struct zx_str data)
{
	struct zx_str list = zx_json_get(data, "shards");
	struct zx_monitor_shard *rows;
	struct zx_json_iter it;
	size_t n = 0;

	if (zx_json_kind(list) != ZX_JSON_ARRAY)
		return;
	for (it = zx_json_each(list); n < ZX__MGR_ROWS && zx_json_next(&it);)
		n += zx_json_kind(it.value) == ZX_JSON_ARRAY;
	rows = zx_new(t->alloc, (n ? n : 1) * sizeof(*rows));
	if (!rows)
		return;
	zx_delete(t->alloc, c->rows);
	c->rows = rows;
	c->rows_n = 0;
	for (it = zx_json_each(list); c->rows_n < n && zx_json_next(&it);)
		if (zx_json_kind(it.value) == ZX_JSON_ARRAY)
			take_row(it.value, t->alloc, &rows[c->rows_n++]);
}

/* All together ---------------------------------------------------------------
 */

static void count(const struct zx__mgr_cluster *c,
		  struct zx_manager_totals *out)
{
	out->clusters++;
	out->guilds += c->guilds;
	out->users += c->users;
	if (c->shard_count > out->shard_count)
		out->shard_count = c->shard_count;
}

/* How many different ones, and how many of them more than once. */
static void count_ids(uint32_t *v, size_t n, struct zx_manager_totals *out)
{
	size_t i, run;

	qsort(v, n, sizeof(*v), by_value);
	for (i = 0; i < n; i += run) {
		for (run = 1; i + run < n && v[i + run] == v[i]; run++)
			continue;
		out->shards++;
		out->twice += run > 1;
	}
}

int zx__mgr_sum(const struct zx__mgr_table *t, const struct zx__mgr_cluster *us,
		struct zx_manager_totals *out)
{
	size_t i, n = us->ids_n;
	uint32_t *all;

	memset(out, 0, sizeof(*out));
	for (i = 0; i < t->n; i++)
		if (t->v[i].there)
			n += t->v[i].ids_n;
	all = zx_new(t->alloc, (n ? n : 1) * sizeof(*all));
	if (!all)
		return ZX_E_NOMEM;
	count(us, out);
	n = us->ids_n;
	if (n)
		memcpy(all, us->ids, n * sizeof(*all));
	for (i = 0; i < t->n; i++) {
		if (!t->v[i].there)
			continue;
		count(&t->v[i], out);
		if (t->v[i].ids_n)
			memcpy(all + n, t->v[i].ids,
			       t->v[i].ids_n * sizeof(*all));
		n += t->v[i].ids_n;
	}
	count_ids(all, n, out);
	zx_delete(t->alloc, all);
	return ZX_OK;
}

uint64_t zx__mgr_slot_wait(zx_wall wall, uint32_t slot_ms, size_t at, size_t of)
{
	uint64_t round = (uint64_t)slot_ms * of;
	uint64_t in = wall > 0 ? (uint64_t)wall % round : 0;
	uint64_t begin = (uint64_t)slot_ms * at;

	return begin > in ? begin - in : begin + round - in;
}
