/* SPDX-License-Identifier: MIT
 *
 * restore_from: a backup of one server into another one. Whoever wants that
 * must administer both; Discord is asked about the other one.
 */
#include "cogs/restore_show.h"

struct asking {
	struct zx__backup *b;
	struct zx_call *call;
	uint64_t guild;
	zx__rsp_may *done;
	void *ud;
	struct zx_buf roles; /* of the member, raw */
	char name[128];
};

static void end(struct asking *a, int may, const char *why)
{
	a->done(a->call, may, why, a->name, a->ud);
	zx_call_release(a->call);
	zx_buf_release(&a->roles);
	zx_delete(a->b->alloc, a);
}

static int has(struct zx_str list, uint64_t id)
{
	struct zx_json_iter it = zx_json_each(list);
	uint64_t one;

	while (zx_json_next(&it))
		if (!zx_json_u64(it.value, &one) && one == id)
			return 1;
	return 0;
}

static void roles_came(const struct zx_rest_result *r, void *ud)
{
	struct asking *a = ud;
	struct zx_json_iter it;
	uint64_t bits = 0;

	if (r->err) {
		end(a, 0, "its roles could not be read");
		return;
	}
	it = zx_json_each(r->body);
	while (zx_json_next(&it)) {
		uint64_t id = zx_json_get_u64(it.value, "id");

		if (id == a->guild || has(zx_buf_str(&a->roles), id))
			bits |= zx_json_get_u64(it.value, "permissions");
	}
	if (bits & ZX_PERM_ADMINISTRATOR)
		end(a, 1, NULL);
	else
		end(a, 0, "you need Administrator there, too");
}

static int get(struct asking *a, const char *what, uint64_t id,
	       zx_rest_done *done)
{
	struct zx_rest_request q = ZX_REST_REQUEST_INIT;
	char path[96];

	if (id)
		snprintf(path, sizeof(path), "/guilds/%llu/%s/%llu",
			 (unsigned long long)a->guild, what,
			 (unsigned long long)id);
	else
		snprintf(path, sizeof(path), "/guilds/%llu/%s",
			 (unsigned long long)a->guild, what);
	q.path = zx_str(path);
	q.ud = a;
	return zx_bot_rest(a->b->bot, &q, done, NULL);
}

static void member_came(const struct zx_rest_result *r, void *ud)
{
	struct asking *a = ud;

	if (r->err) {
		end(a, 0,
		    r->status == 404 ? "you are no member there"
				     : "it could not be asked about you");
		return;
	}
	zx_buf_adds(&a->roles, zx_json_get(r->body, "roles"));
	if (a->roles.err || get(a, "roles", 0, roles_came))
		end(a, 0, "out of memory");
}

void zx__rsp_ask_may(struct zx__backup *b, struct zx_call *call, uint64_t guild,
		     zx__rsp_may *done, void *ud)
{
	const struct zx_call_info *i = zx_call_info(call);
	const struct zx_guild *g = zx_bot_guild(b->bot, guild);
	struct asking *a;

	/* A bot's owner may use the backups of a server that is gone. */
	if (!g && !i->is_owner) {
		done(call, 0, "the bot is not there, or not in this process",
		     "", ud);
		return;
	}
	if (i->is_owner || g->owner_id == i->user_id) {
		done(call, 1, NULL, g ? g->name : "a server the bot has left",
		     ud);
		return;
	}
	a = zx_new(b->alloc, sizeof(*a));
	if (!a) {
		done(call, 0, "out of memory", "", ud);
		return;
	}
	*a = (struct asking){ b, call, guild, done, ud, { 0 }, "" };
	snprintf(a->name, sizeof(a->name), "%s", g->name);
	zx_buf_init(&a->roles, b->alloc, 65536);
	zx_call_keep(call);
	if (get(a, "members", i->user_id, member_came))
		end(a, 0, "it could not be asked about you");
}
