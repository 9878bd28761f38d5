/* SPDX-License-Identifier: MIT
 *
 * bench_restore: what it costs to plan the restore of a large server into one
 * that has lost everything: 250 roles, 500 channels, 50,000 members of whom
 * each gets a role back. Against reading both sides; and the requests against
 * the fewest there can be.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "zoryx/restore.h"

enum {
	ROLES = 249, /* and the bot's */
	CHANNELS = 500,
	GROUPS = 10, /* of them categories */
	MEMBERS = 50000,
	PARTS = 4096
};

static void check(int err, const char *what)
{
	if (!err)
		return;
	fprintf(stderr, "bench_restore: %s: %s\n", what, zx_strerror(err));
	exit(1);
}

/* Parts, in memory --------------------------------------------------------- */

struct part {
	unsigned char hash[ZX_HASH];
	char *data;
	size_t len;
};

struct parts {
	struct part v[PARTS];
	size_t n;
};

static int put(const unsigned char hash[ZX_HASH], struct zx_str d, void *ud)
{
	struct parts *p = ud;
	struct part *at = &p->v[p->n];

	if (p->n == PARTS)
		return ZX_E_FULL;
	memcpy(at->hash, hash, ZX_HASH);
	at->data = malloc(d.len + 1);
	if (!at->data)
		return ZX_E_NOMEM;
	memcpy(at->data, d.ptr, d.len);
	at->len = d.len;
	p->n++;
	return ZX_OK;
}

static int get(const unsigned char hash[ZX_HASH], struct zx_buf *out, void *ud)
{
	const struct parts *p = ud;

	for (size_t i = 0; i < p->n; i++)
		if (!memcmp(p->v[i].hash, hash, ZX_HASH)) {
			zx_buf_add(out, p->v[i].data, p->v[i].len);
			return out->err;
		}
	return ZX_E_NOTFOUND;
}

/* Memory that is counted --------------------------------------------------- */

struct meter {
	struct zx_alloc alloc;
	size_t now, peak;
};

static void *metered(void *ud, void *p, size_t n)
{
	struct meter *m = ud;
	size_t *h = p ? (size_t *)p - 2 : NULL;

	if (h)
		m->now -= *h;
	if (!n) {
		free(h);
		return NULL;
	}
	h = realloc(h, n + 2 * sizeof(size_t));
	if (!h)
		return NULL;
	*h = n;
	m->now += n;
	if (m->now > m->peak)
		m->peak = m->now;
	return h + 2;
}

/* The server --------------------------------------------------------------- */

static unsigned long long role_id(unsigned i)
{
	return 1100000000000000000ull + (i + 1) * 4194304ull;
}

static unsigned long long channel_id(unsigned i)
{
	return 1200000000000000000ull + (i + 1) * 4194304ull;
}

static void add(struct zx_guild_writer *w, enum zx_section s, const char *json)
{
	check(zx_guild_add(w, s, zx_str(json)), json);
}

static void basics(struct zx_guild_writer *w)
{
	add(w, ZX_SECTION_GUILD,
	    "{\"id\":\"1\",\"name\":\"Large\",\"owner_id\":\"2\"}");
	add(w, ZX_SECTION_ROLES,
	    "{\"id\":\"1\",\"name\":\"@everyone\",\"permissions\":\"1024\","
	    "\"position\":0}");
	add(w, ZX_SECTION_ROLES,
	    "{\"id\":\"3\",\"name\":\"bot\",\"permissions\":\"8\","
	    "\"position\":300,\"managed\":true,\"tags\":{\"bot_id\":\"4\"}}");
}

static void objects(struct zx_guild_writer *w)
{
	char text[700];

	for (unsigned i = 0; i < ROLES; i++) {
		snprintf(text, sizeof(text),
			 "{\"id\":\"%llu\",\"name\":\"role %u\",\"color\":%u,"
			 "\"hoist\":false,\"mentionable\":false,\"permissions\""
			 ":\"1071698660929\",\"position\":%u}",
			 role_id(i), i, i, i + 1);
		add(w, ZX_SECTION_ROLES, text);
	}
	for (unsigned i = 0; i < CHANNELS; i++) {
		char parent[64] = "null";

		if (i >= GROUPS)
			snprintf(parent, sizeof(parent), "\"%llu\"",
				 channel_id(i % GROUPS));
		snprintf(text, sizeof(text),
			 "{\"id\":\"%llu\",\"name\":\"channel-%u\",\"type\":%d,"
			 "\"parent_id\":%s,\"topic\":\"What it is about\","
			 "\"position\":%u,\"permission_overwrites\":[{\"id\":"
			 "\"%llu\",\"type\":0,\"allow\":\"1024\",\"deny\":"
			 "\"0\"},{\"id\":\"1\",\"type\":0,\"allow\":\"0\","
			 "\"deny\":\"1024\"}]}",
			 channel_id(i), i, i < GROUPS ? 4 : 0, parent, i,
			 role_id(i % ROLES));
		add(w, ZX_SECTION_CHANNELS, text);
	}
}

static void members(struct zx_guild_writer *w, int with_roles)
{
	for (unsigned i = 0; i < MEMBERS; i++) {
		uint64_t role = role_id(i % ROLES);
		struct zx_guild_member m = { .id = 200000000000000000 +
						   i * 4194304ull,
					     .roles = &role,
					     .role_count = (size_t)with_roles };
		char name[32];

		m.name.ptr = name;
		m.name.len = (size_t)sprintf(name, "member%u", i);
		check(zx_guild_add_member(w, &m), "member");
	}
}

static void capture(struct parts *p, struct zx_guild_reader *r, int whole)
{
	struct zx_guild_writer_options o = ZX_GUILD_WRITER_OPTIONS_INIT;
	struct zx_guild_written out;
	struct zx_guild_writer *w;

	o.store = (struct zx_guild_store){ .put = put, .get = get, .ud = p };
	o.guild = 1;
	check(zx_guild_writer_new(&w, &o), "new");
	basics(w);
	if (whole)
		objects(w);
	members(w, whole);
	check(zx_guild_finish(w, &out), "finish");
	check(zx_guild_open(r, out.manifest, &o.store, NULL), "open");
	zx_guild_writer_free(w);
}

/* Figures ------------------------------------------------------------------ */

/* Every item of both, and nothing done with it. */
static double read_both(const struct zx_guild_reader *a,
			const struct zx_guild_reader *b)
{
	const struct zx_guild_reader *const side[] = { a, b };
	double from = report_cpu_ns();

	for (int i = 0; i < 2; i++)
		for (int s = 0; s < ZX_SECTION_COUNT; s++) {
			struct zx_guild_cursor c;
			struct zx_str item;

			check(zx_guild_cursor_init(&c, side[i],
						   (enum zx_section)s),
			      "cursor");
			while (zx_guild_next(&c, &item) > 0)
				report_use(item.len);
			zx_guild_cursor_release(&c);
		}
	return report_cpu_ns() - from;
}

static struct zx_restore_options options(const struct zx_alloc *a)
{
	struct zx_restore_options o = ZX_RESTORE_OPTIONS_INIT;

	memcpy(o.id, "0123456789ab", 13);
	o.what = ZX_RESTORE_ALL;
	o.bot_user = 4;
	o.bot_role = 3;
	o.bot_permissions = 8;
	o.alloc = a;
	return o;
}

static double plan(const struct zx_guild_reader *a,
		   const struct zx_guild_reader *b, const struct zx_alloc *al,
		   struct zx_plan **p)
{
	struct zx_restore_options o = options(al);
	double from = report_cpu_ns();

	check(zx_plan_new(p, a, b, &o), "plan");
	return report_cpu_ns() - from;
}

/* Each role made, and raised when all channels are there; each channel made;
 * each role given; both orders set once. */
static double fewest(void)
{
	return 2 * ROLES + CHANNELS + MEMBERS + 2;
}

int main(void)
{
	static struct parts was, is;
	struct meter m = { .alloc = { metered, &m } };
	struct zx_guild_reader a, b;
	double v[15], f[15];
	struct zx_plan *p;
	size_t n = report_quick() ? 3 : 15;

	capture(&was, &a, 1);
	capture(&is, &b, 0);
	for (size_t i = 0; i < n; i++) {
		f[i] = read_both(&a, &b) / 1e6;
		v[i] = plan(&a, &b, NULL, &p) / 1e6;
		if (i + 1 < n)
			zx_plan_free(p);
	}
	report_add("restore.plan", report_median(v, n), "ms",
		   report_median(f, n));
	report_add("restore.requests", zx_plan_totals(p)->requests, "requests",
		   fewest());
	zx_plan_free(p);
	a.alloc = b.alloc = &m.alloc;
	plan(&a, &b, &m.alloc, &p);
	report_add("restore.plan_memory", (double)m.peak / 1e6, "MB", 0);
	zx_plan_free(p);
	return 0;
}
