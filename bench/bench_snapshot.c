/* SPDX-License-Identifier: MIT
 *
 * bench_snapshot: what it costs to write a snapshot, against hashing the same
 * bytes; and how much of thirty daily ones is kept, against thirty files of
 * JSON as the original writes them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report.h"
#include "zoryx/python.h"
#include "zoryx/state.h"

static void check(int err, const char *what)
{
	if (!err)
		return;
	fprintf(stderr, "bench_snapshot: %s: %s\n", what, zx_strerror(err));
	exit(1);
}

/* Members ------------------------------------------------------------------ */

#define ROLES 8

/* Which of 250 roles a member has follows from its number and the day it last
 * changed. */
static void member(struct zx_guild_member *m, uint64_t *roles, char *name,
		   uint64_t i, unsigned day)
{
	uint64_t x = (i + 1) * UINT64_C(0x9e3779b97f4a7c15) + day;

	for (unsigned k = 0; k < ROLES; k++)
		roles[k] = UINT64_C(1100000000000000000) +
			   (k * 31 + (x >> 8 * k) % 31) * 4194304;
	m->id = UINT64_C(200000000000000000) + i * 4194304 + i % 97;
	m->name =
		(struct zx_str){ name, (size_t)sprintf(name, "member%llu",
						       (unsigned long long)i) };
	m->nick = (struct zx_str){ NULL, 0 };
	m->roles = roles;
	m->role_count = ROLES;
}

/* Serialising -------------------------------------------------------------- */

struct sink {
	char *copy; /* of all bytes, when wanted */
	size_t len, cap;
	size_t size[8192]; /* of each part */
	size_t parts;
};

static int keep(const unsigned char hash[ZX_HASH], struct zx_str d, void *ud)
{
	struct sink *s = ud;

	report_use(hash[0]);
	if (s->copy && s->len + d.len <= s->cap && s->parts < 8192) {
		memcpy(s->copy + s->len, d.ptr, d.len);
		s->size[s->parts++] = d.len;
	}
	s->len += d.len;
	return ZX_OK;
}

struct table {
	struct zx_guild_member *m;
	uint64_t *roles;
	char *names;
	uint64_t n;
};

static double serialise(const struct table *t, struct sink *s)
{
	struct zx_guild_writer_options o = ZX_GUILD_WRITER_OPTIONS_INIT;
	double from = report_cpu_ns();
	struct zx_guild_written out;
	struct zx_guild_writer *w;

	s->len = s->parts = 0;
	o.store.put = keep;
	o.store.ud = s;
	o.guild = 1;
	check(zx_guild_writer_new(&w, &o), "new");
	for (uint64_t i = 0; i < t->n; i++)
		check(zx_guild_add_member(w, &t->m[i]), "member");
	check(zx_guild_finish(w, &out), "finish");
	zx_guild_writer_free(w);
	return report_cpu_ns() - from;
}

/* The same parts once more, hashing only. */
static double hash_only(const struct sink *s)
{
	double from = report_cpu_ns();
	unsigned char h[ZX_HASH];
	const char *p = s->copy;

	for (size_t i = 0; i < s->parts; i++) {
		zx_sha256((struct zx_str){ p, s->size[i] }, h);
		p += s->size[i];
		report_use(h[0]);
	}
	return report_cpu_ns() - from;
}

static void make_table(struct table *t, uint64_t n)
{
	t->n = n;
	t->m = calloc(n, sizeof(*t->m));
	t->roles = calloc(n * ROLES, sizeof(*t->roles));
	t->names = calloc(n, 32);
	if (!t->m || !t->roles || !t->names)
		check(ZX_E_NOMEM, "table");
	for (uint64_t i = 0; i < n; i++)
		member(&t->m[i], &t->roles[i * ROLES], t->names + 32 * i, i, 0);
}

static void bench_serialise(void)
{
	static struct sink plain, copy;
	double made[31], hashed[31], before, after;
	size_t rounds = report_quick() ? 5 : 31;
	struct table t;

	make_table(&t, 50000);
	before = report_rss();
	serialise(&t, &plain);
	after = report_rss();
	copy.cap = plain.len + 1;
	copy.copy = malloc(copy.cap);
	if (!copy.copy)
		check(ZX_E_NOMEM, "copy");
	serialise(&t, &copy);
	for (size_t i = 0; i < rounds; i++) {
		made[i] = serialise(&t, &plain);
		hashed[i] = hash_only(&copy);
	}
	report_add("snapshot.serialise", report_median(made, rounds) / 1e6,
		   "ms", report_median(hashed, rounds) / 1e6);
	report_add("snapshot.serialise_memory", (after - before) / 1e6, "MB",
		   0);
	free(copy.copy);
	free(t.m);
	free(t.roles);
	free(t.names);
}

/* Thirty days -------------------------------------------------------------- */

struct db {
	struct zx_state *s;
	uint64_t draft;
};

static int put(const unsigned char hash[ZX_HASH], struct zx_str d, void *ud)
{
	struct db *db = ud;

	return zx_state_snap_part(db->s, db->draft, hash, d);
}

static int get(const unsigned char hash[ZX_HASH], struct zx_buf *out, void *ud)
{
	return zx_state_part_get(((struct db *)ud)->s, hash, out);
}

static int count(struct zx_str piece, void *ud)
{
	*(double *)ud += (double)piece.len;
	return 0;
}

/* An object of the server as it is on a day: one in a hundred is another one
 * every day. */
static unsigned changed(uint64_t i, unsigned day)
{
	unsigned last = 0;

	for (unsigned d = 1; d <= day; d++)
		if ((i * 2654435761u + d * 40503u) % 100 == 0)
			last = d;
	return last;
}

static void objects(struct zx_guild_writer *w, unsigned day)
{
	char text[2048];

	check(zx_guild_add(w, ZX_SECTION_GUILD,
			   ZX_STR("{\"id\":\"1\",\"name\":\"Guild\"}")),
	      "guild");
	for (uint64_t i = 0; i < 248; i++) {
		unsigned long long id = 1100000000000000000 + i * 4194304;

		snprintf(text, sizeof(text),
			 "{\"id\":\"%llu\",\"name\":\"role %llu\",\"color\":%u,"
			 "\"hoist\":false,\"mentionable\":false,\"permissions\""
			 ":\"1071698660929\",\"position\":%llu}",
			 id, (unsigned long long)i, changed(i, day),
			 (unsigned long long)i);
		check(zx_guild_add(w, ZX_SECTION_ROLES, zx_str(text)), "role");
	}
	for (uint64_t i = 0; i < 100; i++) {
		unsigned long long id = 1200000000000000000 + i * 4194304;

		snprintf(text, sizeof(text),
			 "{\"id\":\"%llu\",\"name\":\"channel-%llu\",\"type\":0"
			 ",\"topic\":\"changed on day %u\",\"position\":%llu,"
			 "\"permission_overwrites\":[{\"id\":\"%llu\",\"type\":"
			 "0,\"allow\":\"1024\",\"deny\":\"0\"},{\"id\":\"1\","
			 "\"type\":0,\"allow\":\"0\",\"deny\":\"1024\"}]}",
			 id, (unsigned long long)i, changed(i + 7, day),
			 (unsigned long long)i,
			 1100000000000000000ull + (i % 248) * 4194304);
		check(zx_guild_add(w, ZX_SECTION_CHANNELS, zx_str(text)),
		      "channel");
	}
}

static double one_day(struct db *db, unsigned day, uint64_t members)
{
	struct zx_guild_writer_options o = ZX_GUILD_WRITER_OPTIONS_INIT;
	struct zx_state_snapshot snap = { .guild = 1, .created = day };
	struct zx_guild_written out;
	struct zx_guild_writer *w;
	struct zx_guild_reader r;
	double plain = 0;

	o.store = (struct zx_guild_store){ .put = put, .get = get, .ud = db };
	o.guild = 1;
	o.captured_at = day * 86400000;
	check(zx_state_snap_begin(db->s, 1, &db->draft), "draft");
	check(zx_state_begin(db->s), "begin");
	check(zx_guild_writer_new(&w, &o), "new");
	objects(w, day);
	for (uint64_t i = 0; i < members; i++) {
		struct zx_guild_member m;
		uint64_t roles[ROLES];
		char name[32];

		member(&m, roles, name, i, changed(i, day));
		check(zx_guild_add_member(w, &m), "member");
	}
	check(zx_guild_finish(w, &out), "finish");
	snprintf(snap.id, sizeof(snap.id), "%012x", day);
	memcpy(snap.hash, out.hash, sizeof(snap.hash));
	snap.manifest = out.manifest;
	check(zx_state_snap_commit(db->s, db->draft, &snap, 0), "commit");
	check(zx_state_commit(db->s), "commit");
	check(zx_guild_open(&r, out.manifest, &o.store, NULL), "open");
	check(zx_python_write(&r, count, &plain), "file");
	zx_guild_writer_free(w);
	return plain;
}

static void bench_dedup(void)
{
	uint64_t members = report_quick() ? 1000 : 5000;
	struct zx_state_options o = ZX_STATE_OPTIONS_INIT;
	char dir[] = "/tmp/zx-bench-XXXXXX", path[64];
	struct stat st = { 0 };
	double plain = 0;
	struct db db;

	if (!mkdtemp(dir))
		check(ZX_E_IO, "folder");
	snprintf(path, sizeof(path), "%s/z.db", dir);
	o.path = path;
	check(zx_state_open(&db.s, &o), "state");
	for (unsigned day = 1; day <= 30; day++)
		plain += one_day(&db, day, members);
	zx_state_close(db.s);
	stat(path, &st);
	report_add("snapshot.dedup30", (double)st.st_size / 1e6, "MB",
		   plain / 1e6);
	unlink(path);
	rmdir(dir);
}

int main(void)
{
	bench_serialise();
	bench_dedup();
	return 0;
}
