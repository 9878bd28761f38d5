/* SPDX-License-Identifier: MIT
 *
 * Control of servers: what they are seeded as, what other people do in them,
 * and who sees what.
 */
#include <stdio.h>
#include <stdlib.h>

#include "sandbox/control_int.h"

void zx__ctl_act(struct ctl *k)
{
	struct zx__res res = { .status = 200 };
	cJSON *body;
	int err;

	if (!*zx__str(k->body, "method") || *zx__str(k->body, "path") != '/') {
		zx__ctl_fail(k, 400,
			     "an act has a \"method\" and a \"path\" below "
			     "the API's root");
		return;
	}
	zx_buf_init(&res.headers, NULL, 0);
	zx_buf_init(&res.body, NULL, 0);
	err = zx__act(k->w, k->body, NULL, &res);
	body = res.body.len ? cJSON_Parse(zx_buf_cstr(&res.body)) : NULL;
	if (err) {
		cJSON_Delete(body);
		zx__ctl_refuse(k, err, "a name in braces is not known");
	} else {
		zx__reply(&k->call, 200,
			  zx__dom("status:i body:o", res.status, body));
	}
	zx_buf_release(&res.headers);
	zx_buf_release(&res.body);
}

void zx__ctl_seed(struct ctl *k)
{
	int err = zx__world_seed(k->w, k->id, zx__str(k->body, "kind"));

	if (err == ZX_OK)
		zx__no_content(&k->call);
	else
		zx__ctl_refuse(k, err,
			       err == ZX_E_NOTFOUND ? "there is no such server"
						    : "there is no such kind");
}

static int set_quota(const struct ctl *k, const char *key, struct zx__quota *q,
		     int max, uint64_t window_ms)
{
	const cJSON *left = zx__some(k->body, key);

	if (!left)
		return ZX_OK;
	if (!cJSON_IsNumber(left) || left->valueint < 0 || left->valueint > max)
		return ZX_E_INVALID;
	*q = (struct zx__quota){ .resets = k->w->now + window_ms,
				 .used = (unsigned)(max - left->valueint) };
	return ZX_OK;
}

/* How many roles and emojis may still be made. */
void zx__ctl_quota(struct ctl *k)
{
	struct zx__guild *g = zx__guild_by_id(k->w, k->id);

	if (!g)
		zx__ctl_fail(k, 404, "there is no such server");
	else if (set_quota(k, "roles_left", &g->role_quota, 250,
			   UINT64_C(48) * 3600 * 1000) ||
		 set_quota(k, "emojis_left", &g->emoji_quota, 50, 3600 * 1000))
		zx__ctl_fail(k, 400,
			     "\"roles_left\" is 0 to 250, "
			     "\"emojis_left\" 0 to 50");
	else
		zx__no_content(&k->call);
}

void zx__ctl_viewers(struct ctl *k)
{
	size_t n = zx__world_viewers(k->w, k->id, NULL, 0);
	uint64_t *users = calloc(n + 1, sizeof(*users));
	cJSON *list = cJSON_CreateArray();

	if (users)
		zx__world_viewers(k->w, k->id, users, n);
	for (size_t i = 0; users && i < n; i++)
		cJSON_AddItemToArray(list, zx__id_string(users[i]));
	free(users);
	zx__reply(&k->call, 200, list);
}

void zx__ctl_permissions(struct ctl *k)
{
	uint64_t bits = zx__world_permissions(
		k->w, zx__query_id(&k->call, "guild"),
		zx__query_id(&k->call, "channel"), zx__ctl_user(k));

	zx__reply(&k->call, 200, zx__dom("permissions:U", bits));
}

void zx__ctl_watch(struct ctl *k)
{
	const cJSON *list = zx__get(k->body, "users");
	size_t n = (size_t)cJSON_GetArraySize(list), i = 0;
	uint64_t *users = calloc(n + 1, sizeof(*users));
	int err = users ? ZX_OK : ZX_E_NOMEM;

	ZX__EACH(id, users ? list : NULL)
	users[i++] = zx__dom_u64(id);
	if (!err && !*zx__str(k->body, "channel"))
		err = ZX_E_INVALID;
	if (!err)
		err = zx__world_watch(k->w, zx__dom_id(k->body, "guild_id"),
				      zx__str(k->body, "channel"), users, n);
	free(users);
	if (err == ZX_OK)
		zx__no_content(&k->call);
	else
		zx__ctl_refuse(k, err, NULL);
}

void zx__ctl_watches(struct ctl *k)
{
	zx__reply(&k->call, 200,
		  zx__dom("watches:i leak:c", (int)k->w->watch_count,
			  k->w->leak));
}

void zx__ctl_unwatch(struct ctl *k)
{
	zx__world_unwatch(k->w);
	zx__no_content(&k->call);
}
