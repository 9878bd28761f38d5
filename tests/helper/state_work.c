/* SPDX-License-Identifier: MIT
 *
 * state_work: see the header.
 */
#include <stdio.h>
#include <string.h>

#include "helper/state_work.h"
#include "zoryx/guild.h"

enum { KEEP = 6, GUILD = 42 };

struct model {
	unsigned live[KEEP + 1], n; /* numbers of snapshots, oldest first */
	int pinned[KEEP + 1];
	unsigned audits, setting;
};

static uint64_t draw(uint64_t seed, unsigned i, unsigned k)
{
	uint64_t x = seed + i * UINT64_C(0x9e3779b97f4a7c15) +
		     k * UINT64_C(0xbf58476d1ce4e5b9);

	x ^= x >> 31;
	x *= UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 29;
}

enum op { CREATE, DELETE, PIN, AUDIT, SETTING };

static enum op op_of(uint64_t seed, unsigned i)
{
	static const enum op table[] = { CREATE, CREATE, CREATE, DELETE,
					 PIN,	 AUDIT,	 SETTING };

	return i ? table[draw(seed, i, 0) % 7] : CREATE;
}

/* Some parts are shared by all snapshots, some are large, some their own. */
static unsigned parts_of(uint64_t seed, unsigned i)
{
	return 2 + (unsigned)(draw(seed, i, 1) % 5);
}

static void part_of(uint64_t seed, unsigned i, unsigned k, struct zx_buf *b,
		    unsigned char hash[32])
{
	uint64_t what = k % 2 ? draw(seed, 0, k) : draw(seed, i, k);
	size_t len = what % 3 ? 200 + what % 3000 : 9000 + what % 9000;

	zx_buf_clear(b);
	while (b->len < len) {
		what = what * UINT64_C(6364136223846793005) + 1;
		if (len % 2)
			zx_buf_add(b, &what, 8);
		else
			zx_buf_addf(b, "{\"id\":\"%u\"},",
				    (unsigned)(what >> 60));
	}
	zx_sha256(zx_buf_str(b), hash);
}

static void remove_at(struct model *m, unsigned at)
{
	m->n--;
	for (; at < m->n; at++) {
		m->live[at] = m->live[at + 1];
		m->pinned[at] = m->pinned[at + 1];
	}
}

/* The one that must make room, or n. */
static unsigned victim(const struct model *m)
{
	for (unsigned i = 0; i < m->n; i++)
		if (!m->pinned[i])
			return i;
	return m->n;
}

static void apply(struct model *m, uint64_t seed, unsigned i)
{
	unsigned at = m->n ? (unsigned)(draw(seed, i, 9) % m->n) : 0;

	switch (op_of(seed, i)) {
	case CREATE:
		if (m->n == KEEP)
			remove_at(m, victim(m) < m->n ? victim(m) : 0);
		m->live[m->n] = i;
		m->pinned[m->n++] = 0;
		break;
	case DELETE:
		if (m->n)
			remove_at(m, at);
		break;
	case PIN:
		if (m->n)
			m->pinned[at] = !m->pinned[at];
		break;
	case AUDIT:
		m->audits++;
		break;
	case SETTING:
		m->setting = i;
		break;
	}
}

static void replay(struct model *m, uint64_t seed, unsigned n)
{
	memset(m, 0, sizeof(*m));
	for (unsigned i = 0; i < n; i++)
		apply(m, seed, i);
}

static void name(char id[13], unsigned i)
{
	snprintf(id, 13, "%012x", i);
}

static int create(struct zx_state *s, uint64_t seed, unsigned i,
		  const struct model *m)
{
	struct zx_state_snapshot snap = { .guild = GUILD,
					  .created = i,
					  .label = ZX_STR("label"),
					  .manifest = ZX_STR("{}") };
	unsigned out = victim(m) < m->n ? victim(m) : 0;
	unsigned char hash[32];
	struct zx_buf b;
	uint64_t draft;
	char id[13];
	int err;

	zx_buf_init(&b, NULL, 0);
	err = zx_state_snap_begin(s, GUILD, &draft);
	for (unsigned k = 0; !err && k < parts_of(seed, i); k++) {
		part_of(seed, i, k, &b, hash);
		err = zx_state_snap_part(s, draft, hash, zx_buf_str(&b));
	}
	zx_buf_release(&b);
	if (err)
		return err;
	err = zx_state_begin(s);
	name(id, m->live[out]);
	if (!err && m->n == KEEP)
		err = zx_state_snap_delete(s, GUILD, id);
	name(snap.id, i);
	if (!err)
		err = zx_state_snap_commit(s, draft, &snap, KEEP);
	if (!err)
		return zx_state_commit(s);
	zx_state_rollback(s);
	return err;
}

static int pin(struct zx_state *s, const char *id)
{
	struct zx_state_snapshot snap;
	struct zx_buf b;
	int err;

	zx_buf_init(&b, NULL, 0);
	err = zx_state_snap_get(s, GUILD, id, &snap, &b);
	snap.pinned = !snap.pinned;
	if (!err)
		err = zx_state_snap_update(s, &snap);
	zx_buf_release(&b);
	return err;
}

int state_work_do(struct zx_state *s, uint64_t seed, unsigned i)
{
	struct zx_state_audit a = { .action = "create", .backup = "" };
	struct model m;
	char id[13];

	replay(&m, seed, i);
	name(id, m.n ? m.live[draw(seed, i, 9) % m.n] : 0);
	switch (op_of(seed, i)) {
	case CREATE:
		return create(s, seed, i, &m);
	case DELETE:
		return m.n ? zx_state_snap_delete(s, GUILD, id) : ZX_OK;
	case PIN:
		return m.n ? pin(s, id) : ZX_OK;
	case AUDIT:
		return zx_state_audit_add(s, GUILD, &a);
	case SETTING:
		return zx_state_put(s, "work", GUILD, "last",
				    (struct zx_str){ (char *)&i, sizeof(i) });
	}
	return ZX_OK;
}

/* Comparing ---------------------------------------------------------------- */

struct seen {
	struct model m; /* newest first */
	char wrong[128];
	unsigned ids[64];
};

static int see(const struct zx_state_snapshot *s, void *ud)
{
	struct seen *v = ud;

	if (v->m.n > KEEP)
		return 1;
	v->m.live[v->m.n] = (unsigned)s->created;
	v->m.pinned[v->m.n++] = s->pinned;
	return 0;
}

static int count(const struct zx_state_audit *a, void *ud)
{
	(void)a;
	++*(unsigned *)ud;
	return 0;
}

static int same(const struct model *want, const struct model *got)
{
	if (want->n != got->n || want->audits != got->audits ||
	    want->setting != got->setting)
		return 0;
	for (unsigned i = 0; i < want->n; i++)
		if (want->live[i] != got->live[got->n - 1 - i] ||
		    want->pinned[i] != got->pinned[got->n - 1 - i])
			return 0;
	return 1;
}

static int parts_there(struct zx_state *s, uint64_t seed, unsigned i)
{
	unsigned char hash[32];
	struct zx_buf want, got;
	int good = 1;

	zx_buf_init(&want, NULL, 0);
	zx_buf_init(&got, NULL, 0);
	for (unsigned k = 0; good && k < parts_of(seed, i); k++) {
		part_of(seed, i, k, &want, hash);
		zx_buf_clear(&got);
		good = !zx_state_part_get(s, hash, &got) &&
		       zx_str_eq(zx_buf_str(&want), zx_buf_str(&got));
	}
	zx_buf_release(&want);
	zx_buf_release(&got);
	return good;
}

const char *state_work_wrong(struct zx_state *s, uint64_t seed, unsigned n)
{
	struct seen v = { .m = { .n = 0 } };
	struct model done, more;
	struct zx_buf b;

	if (zx_state_check(s))
		return zx_state_error(s);
	if (zx_state_snap_each(s, GUILD, see, &v))
		return "too many snapshots";
	if (zx_state_audit_each(s, GUILD, 0, count, &v.m.audits))
		return zx_state_error(s);
	zx_buf_init(&b, NULL, 0);
	if (!zx_state_get(s, "work", GUILD, "last", &b))
		memcpy(&v.m.setting, b.ptr, sizeof(v.m.setting));
	zx_buf_release(&b);
	replay(&done, seed, n);
	replay(&more, seed, n + 1);
	if (!same(&done, &v.m) && !same(&more, &v.m))
		return "what was acknowledged is not there, or more is";
	for (unsigned i = 0; i < v.m.n; i++)
		if (!parts_there(s, seed, v.m.live[i]))
			return "a part is missing or damaged";
	return NULL;
}
