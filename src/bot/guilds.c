/* SPDX-License-Identifier: MIT
 *
 * The registry of guilds: what commands and panels need of each, and no more.
 * An outage is not a leave (GS-02).
 */
#include "bot/bot_int.h"

#include <string.h>

/* Kick, ban, administrator, manage guild, audit log, insights, nicknames,
 * expressions, timeouts: rights that no channel can take away. */
#define GUILD_WIDE                                                             \
	(UINT64_C(1) << 1 | UINT64_C(1) << 2 | UINT64_C(1) << 3 |              \
	 UINT64_C(1) << 5 | UINT64_C(1) << 7 | UINT64_C(1) << 19 |             \
	 UINT64_C(1) << 27 | UINT64_C(1) << 30 | UINT64_C(1) << 40)

struct zx__bot_guild *zx__bot_guild_get(const struct zx_bot *b, uint64_t id)
{
	return zx__bot_map_get(&b->guilds.map, id);
}

const struct zx_guild *zx_bot_guild(const struct zx_bot *b, uint64_t id)
{
	struct zx__bot_guild *g = zx__bot_guild_get(b, id);

	return g ? &g->info : NULL;
}

void zx_bot_guild_each(const struct zx_bot *b,
		       void (*fn)(const struct zx_guild *g, void *ud), void *ud)
{
	const struct zx__bot_guild *g;
	size_t i;

	for (i = 0; i < b->guilds.map.cap; i++) {
		g = b->guilds.map.slots[i].value;
		if (g)
			fn(&g->info, ud);
	}
}

static void mark(struct zx_bot *b, struct zx__bot_guild *g)
{
	if (!g->dirty)
		b->guilds.dirty++;
	g->dirty = 1;
}

void zx__bot_guild_members(struct zx_bot *b, struct zx__bot_guild *g,
			   uint32_t count)
{
	b->guilds.users += count;
	b->guilds.users -= g->info.member_count;
	g->info.member_count = count;
	mark(b, g);
}

void zx__bot_guild_out(struct zx_bot *b, struct zx__bot_guild *g, int out)
{
	if (g->info.unavailable == !!out)
		return;
	g->info.unavailable = !!out;
	if (out)
		b->guilds.unavailable++;
	else
		b->guilds.unavailable--;
	mark(b, g);
}

/* Room for roles and a name; what fits of the old is kept. */
static struct zx__bot_guild *reshape(struct zx_bot *b,
				     struct zx__bot_guild *old, uint64_t id,
				     size_t roles, struct zx_str name)
{
	size_t head = sizeof(*old) + roles * sizeof(old->roles[0]);
	struct zx__bot_guild *g = zx_new(b->alloc, head + name.len + 1);
	char *text;

	if (!g)
		return NULL;
	if (old) {
		*g = *old;
		if (old->role_count < roles)
			roles = old->role_count;
		memcpy(g->roles, old->roles, roles * sizeof(g->roles[0]));
		g->role_count = (uint16_t)roles;
	}
	text = (char *)g + head;
	if (name.len)
		memcpy(text, name.ptr, name.len);
	g->info.name = text;
	g->info.id = id;
	if (zx__bot_map_put(&b->guilds.map, id, g)) {
		zx_delete(b->alloc, g);
		return NULL;
	}
	zx_delete(b->alloc, old);
	return g;
}

static struct zx__bot_guild *add(struct zx_bot *b, uint64_t id, uint32_t shard)
{
	struct zx__bot_guild *g;

	if (!id || b->guilds.map.count >= ZX__BOT_GUILDS)
		return NULL;
	g = reshape(b, NULL, id, 0, ZX_STR(""));
	if (!g)
		return NULL;
	g->info.shard = shard;
	return g;
}

int zx__bot_guild_listed(struct zx_bot *b, uint64_t id, uint32_t shard)
{
	struct zx__bot_guild *g = zx__bot_guild_get(b, id);

	if (!g)
		g = add(b, id, shard);
	if (!g)
		return ZX_E_NOMEM;
	g->info.shard = shard;
	g->ready = b->guilds.ready;
	zx__bot_guild_out(b, g, 1);
	return ZX_OK;
}

/* Out of the registry; the state file keeps it. */
static void let_go(struct zx_bot *b, struct zx__bot_guild *g)
{
	zx__bot_guild_out(b, g, 0);
	zx__bot_guild_members(b, g, 0);
	b->guilds.dirty -= g->dirty;
	zx__bot_map_take(&b->guilds.map, g->info.id);
	zx_delete(b->alloc, g);
}

void zx__bot_guild_remove(struct zx_bot *b, struct zx__bot_guild *g)
{
	zx__bot_guild_forget(b, g->info.id);
	let_go(b, g);
}

void zx__bot_guilds_place(struct zx_bot *b)
{
	struct zx__bot_guild *g;
	size_t i, taken;

	do {
		taken = 0;
		for (i = 0; i < b->guilds.map.cap; i++) {
			g = b->guilds.map.slots[i].value;
			if (!g)
				continue;
			g->info.shard =
				zx_shard_of_guild(g->info.id, b->shard_count);
			if (zx__bot_member(b, g->info.shard))
				continue;
			let_go(b, g);
			taken++;
		}
	} while (taken);
}

/* Taking one out moves others, perhaps to before the place we are at: look at
 * a place again after taking from it, and go round until a round takes none. */
void zx__bot_guilds_sweep(struct zx_bot *b, uint32_t shard)
{
	struct zx__bot_guild *g;
	size_t i, taken;

	do {
		taken = 0;
		for (i = 0; i < b->guilds.map.cap; i++) {
			g = b->guilds.map.slots[i].value;
			if (!g || g->info.shard != shard ||
			    g->ready == b->guilds.ready)
				continue;
			zx__bot_log(b, ZX_LOG_INFO,
				    "left while away: %s (%llu)", g->info.name,
				    (unsigned long long)g->info.id);
			zx__bot_guild_remove(b, g);
			taken++;
		}
	} while (taken);
}

/* Roles ------------------------------------------------------------------ */

static size_t count_roles(struct zx_str array)
{
	struct zx_json_iter it = zx_json_each(array);
	size_t n = 0;

	while (n < ZX__BOT_ROLES && zx_json_next(&it))
		n += !!(zx_json_get_u64(it.value, "permissions") & GUILD_WIDE);
	return n;
}

static void take_roles(struct zx__bot_guild *g, struct zx_str array, size_t max)
{
	struct zx_json_iter it = zx_json_each(array);
	uint64_t bits;

	g->role_count = 0;
	while (g->role_count < max && zx_json_next(&it)) {
		bits = zx_json_get_u64(it.value, "permissions") & GUILD_WIDE;
		if (bits)
			g->roles[g->role_count++] = (struct zx__bot_role){
				zx_json_get_u64(it.value, "id"), bits
			};
	}
}

void zx__bot_guild_role(struct zx_bot *b, struct zx__bot_guild *g, uint64_t id,
			uint64_t bits)
{
	uint16_t i;

	bits &= GUILD_WIDE;
	for (i = 0; i < g->role_count && g->roles[i].id != id; i++)
		continue;
	if (i == g->role_count) {
		if (!bits || i >= ZX__BOT_ROLES)
			return;
		g = reshape(b, g, g->info.id, (size_t)i + 1,
			    zx_str(g->info.name));
		if (!g)
			return;
		g->roles[g->role_count++].id = id;
	}
	if (bits)
		g->roles[i].bits = bits;
	else
		g->roles[i] = g->roles[--g->role_count];
	mark(b, g);
}

int zx__bot_permissions(uint64_t guild, uint64_t channel, uint64_t user,
			struct zx_str member, uint64_t *bits, void *ud)
{
	struct zx__bot_guild *g = zx__bot_guild_get(ud, guild);
	struct zx_json_iter it;
	uint64_t role;
	uint16_t i;

	(void)channel;
	*bits = 0;
	if (!g)
		return ZX_E_NOTFOUND;
	if (g->info.owner_id == user) {
		*bits = UINT64_MAX;
		return ZX_OK;
	}
	for (i = 0; i < g->role_count; i++)
		if (g->roles[i].id == guild) /* @everyone */
			*bits |= g->roles[i].bits;
	it = zx_json_each(zx_json_get(member, "roles"));
	while (zx_json_next(&it)) {
		if (zx_json_u64(it.value, &role))
			continue;
		for (i = 0; i < g->role_count; i++)
			if (g->roles[i].id == role)
				*bits |= g->roles[i].bits;
	}
	if (*bits & ZX_PERM_ADMINISTRATOR)
		*bits = UINT64_MAX;
	return ZX_OK;
}

/* GUILD_CREATE and GUILD_UPDATE ------------------------------------------ */

struct parts {
	struct zx_str name, owner, members, roles;
};

/* One pass, because the object may be megabytes long. */
static struct parts parts_of(struct zx_str d)
{
	struct zx_json_iter it = zx_json_each(d);
	struct parts p = { .name = { NULL, 0 } };

	while (zx_json_next(&it)) {
		if (zx_str_is(it.key, "name"))
			p.name = it.value;
		else if (zx_str_is(it.key, "owner_id"))
			p.owner = it.value;
		else if (zx_str_is(it.key, "member_count"))
			p.members = it.value;
		else if (zx_str_is(it.key, "roles"))
			p.roles = it.value;
	}
	return p;
}

static struct zx__bot_guild *apply(struct zx_bot *b, struct zx__bot_guild *g,
				   const struct parts *p, struct zx_str name)
{
	size_t roles = g->role_count;
	uint64_t n;

	if (zx_json_kind(p->roles) == ZX_JSON_ARRAY)
		roles = count_roles(p->roles);
	if (!name.len)
		name = zx_str(g->info.name);
	g = reshape(b, g, g->info.id, roles, zx_utf8_head(name, 100));
	if (!g)
		return NULL;
	if (zx_json_kind(p->roles) == ZX_JSON_ARRAY)
		take_roles(g, p->roles, roles);
	if (!zx_json_u64(p->owner, &n))
		g->info.owner_id = n;
	if (!zx_json_u64(p->members, &n) && n <= UINT32_MAX)
		zx__bot_guild_members(b, g, (uint32_t)n);
	mark(b, g);
	return g;
}

int zx__bot_guild_update(struct zx_bot *b, uint64_t id, uint32_t shard,
			 struct zx_str d)
{
	struct zx__bot_guild *g = zx__bot_guild_get(b, id);
	struct parts p = parts_of(d);
	struct zx_buf name;

	if (!g)
		g = add(b, id, shard);
	if (!g)
		return ZX_E_NOMEM;
	g->info.shard = shard;
	zx_buf_init(&name, b->alloc, ZX__BOT_GUILD_NAME);
	zx_json_text(p.name, &name);
	g = name.err == ZX_E_NOMEM ? NULL : apply(b, g, &p, zx_buf_str(&name));
	zx_buf_release(&name);
	return g ? ZX_OK : ZX_E_NOMEM;
}

void zx__bot_guilds_release(struct zx_bot *b)
{
	size_t i;

	for (i = 0; i < b->guilds.map.cap; i++)
		zx_delete(b->alloc, b->guilds.map.slots[i].value);
	zx__bot_map_release(&b->guilds.map);
}
