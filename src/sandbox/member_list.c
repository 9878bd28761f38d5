/* SPDX-License-Identifier: MIT
 *
 * Lists of members: pages of all, and those whose name begins so.
 */
#include <strings.h>

#include "sandbox/rest.h"

/* Without the privileged intent the list stays closed. */
static int closed(struct zx__call *c)
{
	if (!(c->w->opt.intents_refused & 2))
		return 0;
	zx__no_access(c);
	return 1;
}

void zx__list_members(struct zx__call *c)
{
	int limit = zx__query_int(c, "limit", 1, 1, 1000);
	uint64_t after = zx__query_id(c, "after");
	cJSON *list;

	if (zx__form_failed(c) || closed(c))
		return;
	list = cJSON_CreateArray();
	while (limit-- > 0 && (after = zx__member_next(c->guild, after)))
		cJSON_AddItemToArray(list,
				     zx__member_out(c->w, c->guild, after, 1));
	zx__reply(c, 200, list);
}

static int begins(const char *name, struct zx_str prefix)
{
	return *name &&
	       !strncasecmp(name, prefix.ptr ? prefix.ptr : "", prefix.len);
}

int zx__member_named(const cJSON *m, struct zx_str prefix)
{
	const cJSON *u = zx__get(m, "user");

	return begins(zx__str(m, "nick"), prefix) ||
	       begins(zx__str(u, "username"), prefix) ||
	       begins(zx__str(u, "global_name"), prefix);
}

void zx__search_members(struct zx__call *c)
{
	int limit = zx__query_int(c, "limit", 1, 1, 1000);
	uint64_t user = 0;
	struct zx_buf q;
	cJSON *list;

	if (!zx__query(c, "query").len)
		zx__bad(c, "query", "BASE_TYPE_REQUIRED",
			"This field is required");
	if (zx__form_failed(c))
		return;
	zx_buf_init(&q, NULL, 0);
	zx__url_decode(zx__query(c, "query"), &q);
	list = cJSON_CreateArray();
	while (limit > 0 && (user = zx__member_next(c->guild, user))) {
		cJSON *m = zx__member_out(c->w, c->guild, user, 1);

		if (zx__member_named(m, zx_buf_str(&q))) {
			cJSON_AddItemToArray(list, m);
			limit--;
		} else {
			cJSON_Delete(m);
		}
	}
	zx_buf_release(&q);
	zx__reply(c, 200, list);
}
