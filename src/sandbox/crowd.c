/* SPDX-License-Identifier: MIT
 *
 * The crowd of a huge server: members who are made from the seed whenever
 * somebody looks, and kept only once something about them has changed.
 */
#include <stdio.h>
#include <stdlib.h>

#include "sandbox/world_int.h"

/* Index of the first of the crowd with an id of at least `id`. */
static size_t from(struct zx__guild *g, uint64_t id)
{
	size_t lo = 0, hi = g->crowd;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (zx__seed_user_id(g->w, zx__seed_pool(g->w) + mid) < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static uint64_t id_at(struct zx__guild *g, size_t i)
{
	return zx__seed_user_id(g->w, zx__seed_pool(g->w) + i);
}

static int is_taken(const struct zx__guild *g, size_t i)
{
	return g->crowd_taken[i / 8] >> i % 8 & 1;
}

/* Its place in the crowd, or SIZE_MAX: never in it, kept or gone. */
static size_t place(struct zx__guild *g, uint64_t user)
{
	size_t i = g->crowd ? from(g, user) : 0;

	if (i >= g->crowd || id_at(g, i) != user || is_taken(g, i))
		return SIZE_MAX;
	return i;
}

int zx__crowd_make(struct zx__guild *g, size_t n)
{
	g->crowd_taken = calloc(n / 8 + 1, 1);
	if (!g->crowd_taken)
		return ZX_E_NOMEM;
	g->crowd = n;
	if (g->w->crowd < n)
		g->w->crowd = n;
	return ZX_OK;
}

size_t zx__members(const struct zx__guild *g)
{
	return g->members.n + g->crowd - g->crowd_gone;
}

uint64_t zx__member_next(struct zx__guild *g, uint64_t after)
{
	size_t at = zx__set_from(&g->members, after + 1);
	size_t i = g->crowd ? from(g, after + 1) : 0;
	uint64_t kept = at < g->members.n ? g->members.v[at].id : 0;

	while (i < g->crowd && is_taken(g, i))
		i++;
	if (i >= g->crowd)
		return kept;
	return kept && kept < id_at(g, i) ? kept : id_at(g, i);
}

/* One to three of the roles that the seed gave the crowd. */
static void add_roles(const struct zx__guild *g, cJSON *m, size_t i)
{
	cJSON *list = zx__get_mut(m, "roles");

	for (size_t k = 0; k < 1 + i % 3 && g->crowd_roles.n; k++) {
		uint64_t id =
			g->crowd_roles.v[(i * 7 + k * 13) % g->crowd_roles.n]
				.id;

		if (zx__set_get(&g->roles, id) && !zx__ids_have(list, id))
			cJSON_AddItemToArray(list, zx__id_string(id));
	}
}

static cJSON *make(struct zx__guild *g, size_t i)
{
	char nick[40];
	cJSON *m;

	snprintf(nick, sizeof(nick), "guest %zu", i);
	m = zx__member_make(zx_snowflake_time(g->id) + (int64_t)i * 1000,
			    i % 10 == 3 ? nick : NULL);
	add_roles(g, m, i);
	return m;
}

cJSON *zx__member(struct zx__guild *g, uint64_t user)
{
	size_t i;
	cJSON *m = zx__set_get(&g->members, user);

	if (m || (i = place(g, user)) == SIZE_MAX)
		return m;
	m = zx__set_put(&g->members, user, make(g, i));
	if (m) {
		g->crowd_taken[i / 8] |= (uint8_t)(1u << i % 8);
		g->crowd_gone++;
	}
	return m;
}

const cJSON *zx__member_look(struct zx__guild *g, uint64_t user, cJSON **made)
{
	const cJSON *m = zx__set_get(&g->members, user);
	size_t i;

	*made = NULL;
	if (!m && (i = place(g, user)) != SIZE_MAX)
		m = *made = make(g, i);
	return m;
}

int zx__member_is(struct zx__guild *g, uint64_t user)
{
	return zx__set_get(&g->members, user) || place(g, user) != SIZE_MAX;
}

void zx__crowd_free(struct zx__guild *g)
{
	free(g->crowd_taken);
	zx__set_free(&g->crowd_roles);
	g->crowd_taken = NULL;
	g->crowd = g->crowd_gone = 0;
}

/* Users ------------------------------------------------------------------- */

/* Which of all seeded people it is, or SIZE_MAX. */
static size_t seeded(struct zx__world *w, uint64_t id)
{
	size_t lo = 0, hi = zx__seed_pool(w) + w->crowd;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (zx__seed_user_id(w, mid) < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < zx__seed_pool(w) + w->crowd && zx__seed_user_id(w, lo) == id
		       ? lo
		       : SIZE_MAX;
}

cJSON *zx__user_out(struct zx__world *w, uint64_t id)
{
	const cJSON *u = zx__set_get(&w->users, id);
	size_t k = u ? 0 : seeded(w, id);

	if (u)
		return zx__dup(u);
	return k == SIZE_MAX ? NULL : zx__seed_other(w, k);
}

cJSON *zx__user(struct zx__world *w, uint64_t id)
{
	cJSON *u = zx__set_get(&w->users, id);

	if (u || !w->crowd)
		return u;
	u = zx__user_out(w, id);
	return u ? zx__set_put(&w->users, id, u) : NULL;
}
