/* SPDX-License-Identifier: MIT
 *
 * restore_sim: what must hold during and after a restore, found out without the
 * help of what is tested: by reading the guild.
 */
#include "guild/restore_sim.h"

static void get(struct sim *s, struct zx_buf *out, const char *fmt, ...)
	ZX_PRINTF(3, 4);
static void get(struct sim *s, struct zx_buf *out, const char *fmt, ...)
{
	struct zx_sandbox_request q = { .method = "GET" };
	struct zx_sandbox_reply r;
	char path[200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(path, sizeof(path), fmt, ap);
	va_end(ap);
	q.path = path;
	q.user = zx_sandbox_user(s->box, ZX_SANDBOX_ADMIN);
	zx_buf_init(&r.headers, NULL, 0);
	zx_buf_init(&r.body, NULL, 0);
	assert_err(zx_sandbox_call(s->box, &q, &r), ZX_OK);
	if (r.status != 200)
		fail_msg("GET %s: %d", path, r.status);
	zx_buf_adds(out, zx_buf_str(&r.body));
	zx_buf_release(&r.headers);
	zx_buf_release(&r.body);
}

uint64_t sim_top_role(struct sim *s, uint64_t guild)
{
	uint64_t bot = zx_sandbox_user(s->box, ZX_SANDBOX_BOT), best = 0, id;
	struct zx_buf member, roles;
	struct zx_json_iter it, r;
	int64_t top = -1;

	zx_buf_init(&member, NULL, 0);
	zx_buf_init(&roles, NULL, 0);
	get(s, &member, "/guilds/%" PRIu64 "/members/%" PRIu64, guild, bot);
	get(s, &roles, "/guilds/%" PRIu64 "/roles", guild);
	it = zx_json_each(zx_json_get(zx_buf_str(&member), "roles"));
	while (zx_json_next(&it)) {
		assert_err(zx_json_u64(it.value, &id), ZX_OK);
		r = zx_json_each(zx_buf_str(&roles));
		while (zx_json_next(&r))
			if (zx_json_get_u64(r.value, "id") == id &&
			    zx_json_get_i64(r.value, "position") > top) {
				top = zx_json_get_i64(r.value, "position");
				best = id;
			}
	}
	zx_buf_release(&member);
	zx_buf_release(&roles);
	return best;
}

/* Who sees what ------------------------------------------------------------ */

enum { MOST = 512 };

static int among(const uint64_t *v, size_t n, uint64_t id)
{
	for (size_t i = 0; i < n; i++)
		if (v[i] == id)
			return 1;
	return 0;
}

/* Members of the target who do not see the channel, and could not see all of
 * them anyhow. */
static size_t hidden_from(struct sim *s, uint64_t target, struct zx_str members,
			  const uint64_t *seen, size_t seen_n, uint64_t *out)
{
	struct zx_json_iter it = zx_json_each(members);
	size_t n = 0;

	while (zx_json_next(&it)) {
		uint64_t id =
			zx_json_get_u64(zx_json_get(it.value, "user"), "id");
		uint64_t bits = zx_sandbox_permissions(s->box, target, 0, id);

		if (!(bits & 8) && !among(seen, seen_n, id) && n < MOST)
			out[n++] = id;
	}
	return n;
}

static int another_of(struct zx_str channels, struct zx_str one)
{
	struct zx_json_iter it = zx_json_each(channels);

	while (zx_json_next(&it))
		if (it.value.ptr != one.ptr &&
		    zx_str_eq(zx_json_get(it.value, "name"),
			      zx_json_get(one, "name")))
			return 1;
	return 0;
}

void sim_watch(struct sim *s, uint64_t source, uint64_t target)
{
	static uint64_t seen[MOST], hidden[MOST];
	struct zx_buf channels, members, name;
	struct zx_json_iter it;
	unsigned watches = 0;

	zx_buf_init(&channels, NULL, 0);
	zx_buf_init(&members, NULL, 0);
	zx_buf_init(&name, NULL, 0);
	get(s, &channels, "/guilds/%" PRIu64 "/channels", source);
	get(s, &members, "/guilds/%" PRIu64 "/members?limit=1000", target);
	it = zx_json_each(zx_buf_str(&channels));
	while (zx_json_next(&it)) {
		size_t n;

		/* of two with one name nobody can tell which is meant */
		if (another_of(zx_buf_str(&channels), it.value))
			continue;
		n = zx_sandbox_viewers(s->box, zx_json_get_u64(it.value, "id"),
				       seen, MOST);
		n = hidden_from(s, target, zx_buf_str(&members), seen, n,
				hidden);
		zx_buf_clear(&name);
		zx_json_text(zx_json_get(it.value, "name"), &name);
		if (n)
			assert_err(zx_sandbox_watch(s->box, target,
						    zx_buf_cstr(&name), hidden,
						    n),
				   ZX_OK);
		watches += n > 0;
	}
	assert_true(watches > 0);
	zx_buf_release(&channels);
	zx_buf_release(&members);
	zx_buf_release(&name);
}

void sim_no_leak(struct sim *s)
{
	struct zx_buf what;

	zx_buf_init(&what, NULL, 0);
	if (zx_sandbox_leaked(s->box, &what))
		fail_msg("seed %" PRIu64 ": %s", s->seed, zx_buf_cstr(&what));
	zx_buf_release(&what);
}

/* Members ------------------------------------------------------------------ */

struct sim_members {
	struct {
		uint64_t member, role;
	} v[4096];
	size_t n;
};

struct sim_members *sim_members(struct sim *s, uint64_t guild)
{
	struct sim_members *m = calloc(1, sizeof(*m));
	struct zx_json_iter it, r;
	struct zx_buf b;

	assert_non_null(m);
	zx_buf_init(&b, NULL, 0);
	get(s, &b, "/guilds/%" PRIu64 "/members?limit=1000", guild);
	it = zx_json_each(zx_buf_str(&b));
	while (zx_json_next(&it)) {
		r = zx_json_each(zx_json_get(it.value, "roles"));
		while (zx_json_next(&r) && m->n < 4096) {
			m->v[m->n].member = zx_json_get_u64(
				zx_json_get(it.value, "user"), "id");
			assert_err(zx_json_u64(r.value, &m->v[m->n++].role),
				   ZX_OK);
		}
	}
	zx_buf_release(&b);
	return m;
}

static int has(const struct sim_members *m, uint64_t member, uint64_t role)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->v[i].member == member && m->v[i].role == role)
			return 1;
	return 0;
}

static int role_there(struct zx_str roles, uint64_t id)
{
	struct zx_json_iter it = zx_json_each(roles);

	while (zx_json_next(&it))
		if (zx_json_get_u64(it.value, "id") == id)
			return 1;
	return 0;
}

void sim_members_kept(struct sim *s, uint64_t guild, struct sim_members *m)
{
	struct sim_members *now = sim_members(s, guild);
	struct zx_buf roles;

	zx_buf_init(&roles, NULL, 0);
	get(s, &roles, "/guilds/%" PRIu64 "/roles", guild);
	for (size_t i = 0; i < m->n; i++)
		if (role_there(zx_buf_str(&roles), m->v[i].role) &&
		    !has(now, m->v[i].member, m->v[i].role))
			fail_msg("seed %" PRIu64 ": member %" PRIu64
				 " lost role %" PRIu64,
				 s->seed, m->v[i].member, m->v[i].role);
	zx_buf_release(&roles);
	free(now);
	free(m);
}

/* Equal -------------------------------------------------------------------- */

struct same {
	const char *const *but;
	unsigned n;
	uint64_t seed;
};

static int excused(const struct same *t, const char *line)
{
	for (size_t i = 0; t->but && t->but[i]; i++)
		if (strstr(line, t->but[i]))
			return 1;
	return 0;
}

static int change(const struct zx_change *c, void *ud)
{
	static const char *const kinds[] = { "added", "removed", "changed" };
	struct same *t = ud;
	char line[1500];

	snprintf(line, sizeof(line), "%s %s %.*s %.*s: %.400s -> %.400s",
		 zx_section_name(c->section), kinds[c->kind], ZX_ARG(c->name),
		 ZX_ARG(c->path), "", "");
	snprintf(line + strlen(line), sizeof(line) - strlen(line),
		 " %.*s => %.*s", (int)(c->from.len < 400 ? c->from.len : 400),
		 c->from.len ? c->from.ptr : "",
		 (int)(c->to.len < 400 ? c->to.len : 400),
		 c->to.len ? c->to.ptr : "");
	if (excused(t, line))
		return 0;
	print_message("# %s\n", line);
	t->n++;
	return 0;
}

void sim_same(struct sim *s, const struct zx_guild_reader *snapshot,
	      uint64_t guild, const char *const *but)
{
	struct same t = { .but = but };
	struct sim_snapshot now;
	struct zx_diff d;

	sim_snapshot(s, guild, &now);
	assert_err(zx_guild_diff(snapshot, &now.r, &d, change, &t), ZX_OK);
	sim_snapshot_release(&now);
	if (t.n)
		fail_msg("seed %" PRIu64 ": %u differences", s->seed, t.n);
}

static int tell_op(const struct zx_plan_op *op, void *ud)
{
	struct zx_buf b;

	(void)ud;
	zx_buf_init(&b, NULL, 0);
	(void)!zx_plan_line(op, &b);
	print_message("# would still: %s\n", zx_buf_cstr(&b));
	zx_buf_release(&b);
	return 0;
}

uint32_t sim_differs(struct sim *s, const struct zx_guild_reader *snapshot,
		     uint64_t guild, const struct zx_restore_options *o,
		     const struct zx_idmap *ids, int tell)
{
	struct sim_snapshot now;
	uint32_t n = 0;

	sim_snapshot(s, guild, &now);
	assert_err(zx_restore_verify(snapshot, &now.r, o, ids, &n,
				     tell ? tell_op : NULL, NULL),
		   ZX_OK);
	sim_snapshot_release(&now);
	return n;
}

/* Twice -------------------------------------------------------------------- */

/* Items of the section with that name. */
static unsigned count(const struct zx_guild_reader *r, enum zx_section sec,
		      struct zx_str like)
{
	struct zx_guild_cursor c;
	struct zx_str item;
	unsigned n = 0;

	assert_err(zx_guild_cursor_init(&c, r, sec), ZX_OK);
	while (zx_guild_next(&c, &item) == 1)
		n += zx_str_eq(zx_json_get(item, "name"),
			       zx_json_get(like, "name"));
	zx_guild_cursor_release(&c);
	return n;
}

void sim_not_twice(struct sim *s, const struct zx_guild_reader *snapshot,
		   const struct zx_guild_reader *before, uint64_t guild)
{
	static const enum zx_section sections[] = {
		ZX_SECTION_ROLES,    ZX_SECTION_CHANNELS,  ZX_SECTION_EMOJIS,
		ZX_SECTION_AUTOMOD,  ZX_SECTION_WEBHOOKS,  ZX_SECTION_EVENTS,
		ZX_SECTION_STICKERS, ZX_SECTION_SOUNDBOARD
	};
	struct sim_snapshot now;

	sim_snapshot(s, guild, &now);
	for (size_t i = 0; i < sizeof(sections) / sizeof(*sections); i++) {
		struct zx_guild_cursor c;
		struct zx_str item;

		assert_err(zx_guild_cursor_init(&c, &now.r, sections[i]),
			   ZX_OK);
		while (zx_guild_next(&c, &item) == 1) {
			unsigned n = count(&now.r, sections[i], item);
			unsigned a = count(snapshot, sections[i], item);
			unsigned b = count(before, sections[i], item);

			/* what neither had is somebody else's */
			if (n > 1 && n > (a > b ? a : b))
				fail_msg("seed %" PRIu64
					 ": %s %.*s is there %u times",
					 s->seed, zx_section_name(sections[i]),
					 ZX_ARG(zx_json_get(item, "name")), n);
		}
		zx_guild_cursor_release(&c);
	}
	sim_snapshot_release(&now);
}
