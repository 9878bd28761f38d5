/* SPDX-License-Identifier: MIT
 *
 * backup_stats: /backupstats, all backups of this bot in figures.
 */
#include "cogs/backup_view.h"
#include "cogs/rules.h"
#include "zoryx/python.h"

/* Rendering -------------------------------------------------------------------
 */

static void storage(const struct zx__bkv_totals *t, struct zx_message *out)
{
	struct zx_buf text;

	zx_buf_init(&text, out->alloc, 0);
	zx_buf_addc(&text, "Backups: **");
	zx_commas(&text, t->snapshots);
	zx_buf_addc(&text, "**\nServers: **");
	zx_commas(&text, t->guilds);
	zx_buf_addc(&text, "**\nPinned: **");
	zx_commas(&text, t->pinned);
	zx_buf_addc(&text, "** 📌\nAutomatic: **");
	zx_commas(&text, t->automatic);
	zx_buf_addc(&text, "** 🔁");
	if (t->broken)
		zx_buf_addf(&text, "\nNot readable: **%llu** ❌",
			    (unsigned long long)t->broken);
	zx__bkv_field(out, 1, "📦 Storage", &text);
	zx_buf_addc(&text, "Contents: **");
	zx__backup_size(&text, t->bytes);
	zx_buf_addc(&text, "**\nKept in: **");
	zx__backup_size(&text, t->stored);
	zx_buf_addc(&text, "**");
	if (t->stored && t->snapshots)
		zx_buf_addf(&text, "\nSharing saves: **%.1f×**",
			    (double)t->bytes / (double)t->stored);
	zx__bkv_field(out, 1, "💽 Size", &text);
	zx_buf_release(&text);
}

static void config(const struct zx__bkv_totals *t, struct zx_message *out)
{
	struct zx_buf text;

	zx_buf_init(&text, out->alloc, 0);
	zx_buf_addf(&text, "Per server: **%u**\nCooldown: **%u s**\n", t->max,
		    t->cooldown_s);
	if (t->auto_h)
		zx_buf_addf(&text,
			    "Automatic: **on**, every %u h unless told "
			    "otherwise\n",
			    t->auto_h);
	else
		zx_buf_addc(&text, "Automatic: **off**\n");
	zx_buf_addf(&text, "Servers with a schedule: **%llu**\n",
		    (unsigned long long)t->scheduled);
	if (t->keep_days)
		zx_buf_addf(&text, "Retention: **%u d**", t->keep_days);
	else
		zx_buf_addc(&text, "Retention: **off**");
	zx__bkv_field(out, 1, "⚙️ Config", &text);
	zx_buf_release(&text);
}

static void largest(const struct zx__bkv_totals *t, struct zx_message *out)
{
	struct zx_buf text;
	size_t i;

	zx_buf_init(&text, out->alloc, 0);
	for (i = 0; i < ZX__BKV_CREATORS && t->top[i].snapshots; i++) {
		zx_buf_addf(&text, "`%llu` — ",
			    (unsigned long long)t->top[i].guild);
		zx__bkv_plural(&text, t->top[i].snapshots, "backup");
		zx_buf_addc(&text, ", ");
		zx__backup_size(&text, t->top[i].bytes);
		zx_buf_addch(&text, '\n');
	}
	zx__bkv_field(out, 0, "🏆 Largest Servers", &text);
	if (t->snapshots) {
		zx_buf_addc(&text, "Oldest: ");
		zx_timestamp(&text, t->oldest, 'R');
		zx_buf_addc(&text, " • Newest: ");
		zx_timestamp(&text, t->newest, 'R');
	}
	zx__bkv_field(out, 0, "🗓️ Span", &text);
	zx_buf_release(&text);
}

void zx__bkv_totals_render(const struct zx__bkv_totals *t,
			   struct zx_message *out)
{
	zx_embed(out, ZX_COLOR_BLURPLE, "📊 Global Backup Statistics");
	zx_embed_text(out, "All servers of this bot.");
	storage(t, out);
	config(t, out);
	largest(t, out);
	zx_embed_footer(out, "Bot Owner Only");
	if (t->wall)
		zx_embed_time(out, t->wall);
}

/* Collecting ------------------------------------------------------------------
 */

/* Snapshots per guild: one walk, a table that grows. */
struct counting {
	struct zx__backup *b;
	struct zx__bkv_totals *t;
	struct guild {
		uint64_t guild, snapshots, bytes;
	} * v;
	size_t count, slots; /* a power of two */
};

static struct guild *slot_of(const struct counting *c, uint64_t id)
{
	size_t i = (size_t)((id >> 22) * UINT64_C(0x9e3779b97f4a7c15));

	while (c->v[i & (c->slots - 1)].guild &&
	       c->v[i & (c->slots - 1)].guild != id)
		i++;
	return &c->v[i & (c->slots - 1)];
}

static int room(struct counting *c)
{
	struct counting big = *c;
	size_t i;

	if (c->count * 2 < c->slots)
		return ZX_OK;
	big.slots = c->slots ? c->slots * 2 : 64;
	big.v = zx_new(c->b->alloc, big.slots * sizeof(*big.v));
	if (!big.v)
		return ZX_E_NOMEM;
	for (i = 0; i < c->slots; i++)
		if (c->v[i].guild)
			*slot_of(&big, c->v[i].guild) = c->v[i];
	zx_delete(c->b->alloc, c->v);
	*c = big;
	return ZX_OK;
}

static int one(const struct zx_state_snapshot *s, void *ud)
{
	struct counting *c = ud;
	struct zx__bkv_totals *t = c->t;
	struct zx_guild_store store = zx__backup_store(c->b);
	struct zx_guild_reader r;
	struct guild *g;

	if (room(c))
		return ZX_E_NOMEM;
	g = slot_of(c, s->guild);
	c->count += !g->guild;
	g->guild = s->guild;
	g->snapshots++;
	g->bytes += s->bytes;
	if (!t->snapshots++ || s->created < t->oldest)
		t->oldest = s->created;
	if (s->created > t->newest)
		t->newest = s->created;
	t->bytes += s->bytes;
	t->pinned += s->pinned != 0;
	t->automatic += s->automatic != 0;
	t->broken += zx_guild_open(&r, s->manifest, &store, c->b->alloc) != 0;
	return ZX_OK;
}

static int plan(uint64_t guild, const char *key, struct zx_str value, void *ud)
{
	struct zx__bkv_totals *t = ud;
	struct zx_backup_plan p;

	(void)guild;
	if (!strcmp(key, "schedule") && !zx_python_schedule(value, &p))
		t->scheduled += p.enabled != 0;
	return 0;
}

static void rank(const struct counting *c)
{
	struct zx__bkv_totals *t = c->t;
	size_t i, k;

	for (i = 0; i < c->slots; i++) {
		if (!c->v[i].guild)
			continue;
		for (k = ZX__BKV_CREATORS; k; k--) {
			if (t->top[k - 1].snapshots &&
			    t->top[k - 1].bytes >= c->v[i].bytes)
				break;
			if (k < ZX__BKV_CREATORS)
				t->top[k] = t->top[k - 1];
		}
		if (k < ZX__BKV_CREATORS) {
			t->top[k].guild = c->v[i].guild;
			t->top[k].snapshots = c->v[i].snapshots;
			t->top[k].bytes = c->v[i].bytes;
		}
	}
}

int zx__bkv_totals_load(struct zx__bkv_totals *t, struct zx__backup *b)
{
	struct counting c = { .b = b, .t = t };
	struct zx_state_usage u;
	int err;

	*t = (struct zx__bkv_totals){
		.max = b->config.max,
		.cooldown_s = b->config.cooldown_s,
		.auto_h = b->config.auto_h,
		.keep_days = b->config.keep_days,
	};
	err = zx_state_snap_each(b->state, 0, one, &c);
	if (!err) {
		t->guilds = c.count;
		rank(&c);
		err = zx_state_usage(b->state, 0, &u);
	}
	if (!err) {
		t->stored = u.stored;
		err = zx_state_each(b->state, "backup", plan, t);
	}
	zx_delete(b->alloc, c.v);
	return err;
}

static void run(struct zx_call *call, void *ud)
{
	struct zx__backup *b = zx__backup_of(call);
	struct zx__bkv_totals t;
	struct zx_message m;
	int err;

	(void)ud;
	if (!b)
		return;
	err = zx__bkv_totals_load(&t, b);
	if (err) {
		zx_fail(call, "❌ Command Error", "%s", zx__backup_why(b, err));
		return;
	}
	t.wall = zx_call_info(call)->wall;
	zx_message_init(&m, zx_call_alloc(call));
	zx__bkv_totals_render(&t, &m);
	zx_reply(call, &m);
	zx_message_release(&m);
}

const struct zx_command zx__backup_stats_command = {
	.name = "backupstats",
	.description = "Global backup stats (Bot Owner only)",
	.cog = ZX__BACKUP_COG,
	.rule = ZX__RULE(backupstats),
	.flags = ZX_COMMAND_EPHEMERAL,
	.run = run,
};
