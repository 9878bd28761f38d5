/* SPDX-License-Identifier: MIT
 *
 * What the tests of the backup pages share: made-up snapshots.
 */
#ifndef TEST_BACKUP_SHOW_H
#define TEST_BACKUP_SHOW_H

#include "cogs/backup_view.h"
#include "cogs/shown.h"
#include "helper/golden.h"
#include "helper/mem_store.h"

#define WALL 1771418096000 /* 2026-02-18 12:34:56 UTC */
#define HOUR 3600000
#define GUILD UINT64_C(1000000000000000000)
#define ANN UINT64_C(200000000000000001)

/* Data ----------------------------------------------------------------------
 */

/* A guild with n backups, one a day, the newest first. */
struct made {
	struct zx__bkv_data data;
	struct zx__bkv_live live;
	struct zx__bkv_view v;
	char (*label)[40];
};

static inline struct zx__backup_item item(size_t i, size_t n, char label[40])
{
	struct zx__backup_item it = {
		.guild = GUILD,
		.created = WALL - (zx_wall)i * 24 * HOUR,
		.captured = WALL - (zx_wall)i * 24 * HOUR - 500,
		.author = i % 3 == 2 ? ANN + 1 : ANN,
		.bytes = 1500000 - i * 1000,
		.pinned = i == 1,
		.automatic = i % 4 == 3,
		.counts = { .roles = 20 - i % 7,
			    .categories = 4,
			    .text = 12,
			    .announcement = 1,
			    .voice = 5,
			    .forum = 1,
			    .stage = 1,
			    .emojis = 30 - i % 5,
			    .stickers = 3,
			    .members = 1200 - i,
			    .member_roles = 900 - i,
			    .bans = 2,
			    .images = 40,
			    .incomplete = i == 2 ? 2 : 0 },
	};

	snprintf(it.id, sizeof(it.id), "%012llx", 0xabcdef000000ull + n - i);
	snprintf(label, 40, it.automatic ? "Auto-backup %zu" : "Nightly %zu",
		 n - i);
	it.label = zx_str(label);
	it.hash[0] = (unsigned char)i;
	return it;
}

static inline void make(struct made *m, size_t n)
{
	size_t i;

	memset(m, 0, sizeof(*m));
	m->label = calloc(n + 1, sizeof(*m->label));
	m->data.list.items = calloc(n + 1, sizeof(*m->data.list.items));
	m->data.list.count = n;
	for (i = 0; i < n; i++) {
		m->data.list.items[i] = item(i, n, m->label[i]);
		m->data.list.bytes += m->data.list.items[i].bytes;
	}
	m->data.stored = n ? 420000 : 0;
	m->live = (struct zx__bkv_live){
		.known = 1,
		.counts = { .roles = 22,
			    .categories = 4,
			    .text = 12,
			    .announcement = 1,
			    .voice = 4,
			    .forum = 1,
			    .stage = 1,
			    .emojis = 31,
			    .stickers = 3 },
		.members = 1234,
		.tier = 2,
		.boosts = 9,
	};
	m->v = (struct zx__bkv_view){
		.guild = GUILD,
		.guild_name = "The *Aviary*",
		.data = &m->data,
		.max = 25,
		.live = &m->live,
		.loud = "",
		.wall = WALL,
	};
}

static inline void unmake(struct made *m)
{
	free(m->label);
	free(m->data.list.items);
	free(m->data.audit);
}

static inline void make_audit(struct made *m, size_t n)
{
	static const char *const actions[] = { "create",   "pin",    "verify",
					       "delete",   "export", "note",
					       "schedule", "cleanup" };
	size_t i;

	m->data.audit = calloc(n + 1, sizeof(*m->data.audit));
	m->data.audit_count = n;
	m->data.audit_total = n + 100;
	for (i = 0; i < n; i++) {
		struct zx__bkv_audit *e = &m->data.audit[i];

		e->seq = n + 100 - i;
		e->at = WALL - (zx_wall)i * HOUR;
		e->user = i % 5 ? ANN : 0;
		snprintf(e->action, sizeof(e->action), "%s", actions[i % 8]);
		if (i % 8 < 6)
			snprintf(e->backup, sizeof(e->backup), "%012llx",
				 0xabcdef000000ull + i);
		e->details = ZX_STR("Label: Nightly");
	}
}

/* A tab in `out`, inside the limits. */
static inline void render(const struct zx__bkv_view *v, enum zx__bkv_tab tab)
{
	struct zx_message m;

	zx_message_init(&m, NULL);
	zx__bkv_render(v, tab, &m);
	written(&m);
	embed_limits(0);
	zx_message_release(&m);
}

/* Snapshots -----------------------------------------------------------------
 */

struct snap {
	struct mem_store store;
	struct zx_guild_reader reader;
	unsigned char hash[ZX_HASH];
};

struct thing {
	enum zx_section section;
	const char *json;
};

static inline void snap(struct snap *s, const struct thing *t, size_t n)
{
	struct zx_guild_writer_options o = ZX_GUILD_WRITER_OPTIONS_INIT;
	struct zx_guild_writer *w;
	struct zx_guild_written r;
	size_t i;

	memset(s, 0, sizeof(*s));
	o.store = mem_store(&s->store);
	o.guild = GUILD;
	o.captured_at = WALL;
	assert_err(zx_guild_writer_new(&w, &o), ZX_OK);
	for (i = 0; i < n; i++)
		assert_err(zx_guild_add(w, t[i].section, zx_str(t[i].json)),
			   ZX_OK);
	assert_err(zx_guild_finish(w, &r), ZX_OK);
	memcpy(s->hash, r.hash, ZX_HASH);
	assert_err(zx_guild_open(&s->reader, r.manifest, &o.store, NULL),
		   ZX_OK);
	zx_guild_writer_free(w);
}

static inline void unsnap(struct snap *s)
{
	mem_store_free(&s->store);
}

#endif
