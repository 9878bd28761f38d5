/* SPDX-License-Identifier: MIT
 *
 * members: the rules of op 8, Request Guild Members. Discord answers a request
 * against them with silence or with a closed connection, so it is refused here
 * (GS-05, GS-06).
 */
#include "gateway/gateway_int.h"

#define USER_IDS 100 /* that one request may name */

static int ids_ok(struct zx_str ids)
{
	struct zx_json_iter it = zx_json_each(ids);
	unsigned n = 0;
	uint64_t id;

	if (zx_json_kind(ids) == ZX_JSON_STRING)
		return !zx_json_u64(ids, &id);
	if (zx_json_kind(ids) != ZX_JSON_ARRAY)
		return 0;
	while (zx_json_next(&it))
		if (++n > USER_IDS || zx_json_u64(it.value, &id))
			return 0;
	return n > 0;
}

/* Decoded, for an escape is longer than what it stands for. */
static int nonce_check(struct zx_str nonce, const struct zx_alloc *a)
{
	struct zx_buf text;
	int err;

	if (!nonce.len)
		return ZX_OK;
	zx_buf_init(&text, a, ZX__NONCE_BYTES);
	err = zx_json_text(nonce, &text);
	zx_buf_release(&text);
	return err && err != ZX_E_NOMEM ? ZX_E_INVALID : err;
}

static int query_check(struct zx_str query, struct zx_str limit,
		       uint64_t intents)
{
	int64_t n;

	if (zx_json_kind(query) != ZX_JSON_STRING || zx_json_i64(limit, &n))
		return ZX_E_INVALID;
	/* Only the whole list has no limit; a prefix gives 100 at most. */
	if (!zx_json_is(query, ""))
		return n >= 1 && n <= 100 ? ZX_OK : ZX_E_INVALID;
	if (n < 0)
		return ZX_E_INVALID;
	return intents & ZX_INTENT_GUILD_MEMBERS ? ZX_OK : ZX_E_PERM;
}

int zx__members_check(struct zx_str d, uint64_t intents,
		      const struct zx_alloc *a)
{
	struct zx_str query = zx_json_get(d, "query");
	struct zx_str ids = zx_json_get(d, "user_ids");
	uint64_t guild;
	int err;

	if (zx_json_u64(zx_json_get(d, "guild_id"), &guild) || !guild)
		return ZX_E_INVALID;
	if (!query.len == !ids.len)
		return ZX_E_INVALID;
	err = nonce_check(zx_json_get(d, "nonce"), a);
	if (err)
		return err;
	if (zx_json_get_bool(d, "presences") &&
	    !(intents & ZX_INTENT_GUILD_PRESENCES))
		return ZX_E_PERM;
	if (ids.len)
		return ids_ok(ids) ? ZX_OK : ZX_E_INVALID;
	return query_check(query, zx_json_get(d, "limit"), intents);
}
