/* SPDX-License-Identifier: MIT
 *
 * Op 8: members by id, by the beginning of a name, or all of them.
 */
#include "sandbox/world_int.h"

#define MEMBERS (UINT64_C(1) << 1)
#define PRESENCES (UINT64_C(1) << 8)

enum {
	CHUNK = 1000,
	AT_ONCE = 4 * CHUNK, /* longer lists go as the reader takes them */
	MAX_ASKED = 100,
	NONCE_BYTES = 32,
	FULL_LIST_MS = 30000
};

static cJSON *by_ids(struct zx__world *w, struct zx__guild *g, const cJSON *ids,
		     cJSON *missing)
{
	cJSON *list = cJSON_CreateArray();
	int n = 0;

	if (!cJSON_IsArray(ids)) {
		uint64_t id = zx__dom_u64(ids);

		cJSON_AddItemToArray(zx__member_is(g, id) ? list : missing,
				     zx__member_is(g, id)
					     ? zx__member_out(w, g, id, 1)
					     : zx__id_string(id));
		return list;
	}
	ZX__EACH(v, ids)
	{
		uint64_t id = zx__dom_u64(v);

		if (n++ == MAX_ASKED)
			break;
		if (zx__member_is(g, id))
			cJSON_AddItemToArray(list, zx__member_out(w, g, id, 1));
		else
			cJSON_AddItemToArray(missing, zx__id_string(id));
	}
	return list;
}

static cJSON *by_query(struct zx__world *w, struct zx__guild *g,
		       const char *query, int limit)
{
	cJSON *list = cJSON_CreateArray();
	uint64_t user = 0;
	int n = 0;

	if (*query && (limit <= 0 || limit > MAX_ASKED))
		limit = MAX_ASKED;
	while ((!limit || n < limit) && (user = zx__member_next(g, user))) {
		cJSON *m = zx__member_out(w, g, user, 1);

		if (*query && !zx__member_named(m, zx_str(query))) {
			cJSON_Delete(m);
			continue;
		}
		cJSON_AddItemToArray(list, m);
		n++;
	}
	return list;
}

static cJSON *one_chunk(struct zx__world *w, struct zx__guild *g, cJSON *rest,
			int index, int count, int with_presences)
{
	cJSON *members = cJSON_CreateArray(), *d;
	cJSON *presences = cJSON_CreateArray();

	for (int i = 0; i < CHUNK && rest->child; i++) {
		cJSON *m = cJSON_DetachItemViaPointer(rest, rest->child);
		uint64_t user = zx__dom_id(zx__get(m, "user"), "id");

		cJSON_AddItemToArray(members, m);
		if (with_presences && zx__shown_online(w, user))
			cJSON_AddItemToArray(presences, zx__presence(w, user));
	}
	d = zx__dom("guild_id:I members:o chunk_index:i chunk_count:i", g->id,
		    members, index, count);
	if (with_presences)
		zx__dom_set(d, "presences:o", presences);
	else
		cJSON_Delete(presences);
	return d;
}

static cJSON *chunks(struct zx__world *w, struct zx__guild *g, cJSON *members,
		     cJSON *missing, const cJSON *request, uint64_t intents)
{
	const char *nonce = zx__str(request, "nonce");
	int n = cJSON_GetArraySize(members);
	int count = n ? (n + CHUNK - 1) / CHUNK : 1;
	int with = zx__true(request, "presences") && (intents & PRESENCES);
	cJSON *list = cJSON_CreateArray();

	for (int i = 0; i < count; i++) {
		cJSON *d = one_chunk(w, g, members, i, count, with);

		if (missing->child && i == 0)
			zx__dom_set(d, "not_found:c", missing);
		if (*nonce && strlen(nonce) <= NONCE_BYTES)
			zx__dom_set(d, "nonce:s", nonce);
		cJSON_AddItemToArray(list, d);
	}
	return list;
}

/* The whole list: with the intent, and once in thirty seconds. */
static int full_list_refused(struct zx__world *w, struct zx__guild *g,
			     uint64_t intents, double *rate_limited_s)
{
	uint64_t until = g->members_asked_at + FULL_LIST_MS;

	if (!(intents & MEMBERS))
		return 1;
	w->now = zx__wire_now(w->wire);
	if (g->members_asked_at && w->now < until) {
		*rate_limited_s = (double)(until - w->now) / 1000.0;
		return 1;
	}
	g->members_asked_at = w->now ? w->now : 1;
	return 0;
}

static cJSON *answer(struct zx__world *w, struct zx__guild *g,
		     const cJSON *request, uint64_t intents)
{
	const cJSON *ids = zx__some(request, "user_ids");
	cJSON *missing = cJSON_CreateArray(), *list;
	cJSON *members = ids ? by_ids(w, g, ids, missing)
			     : by_query(w, g, zx__str(request, "query"),
					zx__int(request, "limit"));

	list = chunks(w, g, members, missing, request, intents);
	cJSON_Delete(members);
	cJSON_Delete(missing);
	return list;
}

static struct zx__guild *guild_of(struct zx__world *w, const cJSON *request)
{
	const cJSON *id = zx__get(request, "guild_id");

	return zx__guild_by_id(w,
			       zx__dom_u64(cJSON_IsArray(id) ? id->child : id));
}

cJSON *zx__world_members(struct zx__world *w, const cJSON *request,
			 uint64_t intents, double *rate_limited_s,
			 struct zx__list *later)
{
	struct zx__guild *g = guild_of(w, request);
	int all = !zx__some(request, "user_ids") &&
		  !*zx__str(request, "query") && !zx__int(request, "limit");

	*rate_limited_s = 0;
	if (!g || (all && full_list_refused(w, g, intents, rate_limited_s)))
		return cJSON_CreateArray();
	if (!all || !later || zx__members(g) <= AT_ONCE)
		return answer(w, g, request, intents);
	*later = (struct zx__list){
		.request = zx__dup(request),
		.count = (int)((zx__members(g) + CHUNK - 1) / CHUNK),
	};
	return cJSON_CreateArray();
}

cJSON *zx__world_members_next(struct zx__world *w, struct zx__list *l,
			      uint64_t intents)
{
	struct zx__guild *g = guild_of(w, l->request);
	const char *nonce = zx__str(l->request, "nonce");
	cJSON *page, *d;

	if (!g || l->index >= l->count)
		return NULL;
	page = cJSON_CreateArray();
	for (int i = 0; i < CHUNK; i++) {
		uint64_t user = zx__member_next(g, l->after);

		if (!user)
			break;
		cJSON_AddItemToArray(page, zx__member_out(w, g, user, 1));
		l->after = user;
	}
	d = one_chunk(w, g, page, l->index++, l->count,
		      zx__true(l->request, "presences") &&
			      (intents & PRESENCES));
	if (*nonce && strlen(nonce) <= NONCE_BYTES)
		zx__dom_set(d, "nonce:s", nonce);
	cJSON_Delete(page);
	return d;
}
