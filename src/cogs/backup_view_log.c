/* SPDX-License-Identifier: MIT
 *
 * backup_view_log: the dashboard's Audit Log and Analytics.
 */
#include "cogs/backup_view.h"

/* Audit log -------------------------------------------------------------------
 */

static const char *icon_of(const char *action)
{
	static const struct {
		const char *action, *icon;
	} icons[] = {
		{ "create", "💾" },	   { "delete", "🗑️" },
		{ "restore", "🔄" },	   { "pin", "📌" },
		{ "unpin", "📍" },	   { "export", "📤" },
		{ "verify", "🔍" },	   { "note", "📝" },
		{ "schedule", "⏰" },	   { "cleanup", "🧹" },
		{ "settings", "⚙️" },  { "auto_create", "🔁" },
		{ "import", "📥" },	   { "auto_failed", "⚠️" },
		{ "auto_late", "⚠️" },
	};
	size_t i;

	for (i = 0; i < sizeof(icons) / sizeof(icons[0]); i++)
		if (!strcmp(icons[i].action, action))
			return icons[i].icon;
	return "❓";
}

static void add_entry(const struct zx__bkv_audit *e, struct zx_buf *out)
{
	const char *c;

	zx_buf_addf(out, "%s **", icon_of(e->action));
	for (c = e->action; *c; c++)
		zx_buf_addch(out, *c >= 'a' && *c <= 'z' ? (char)(*c - 32)
				  : *c == '_'		 ? ' '
							 : *c);
	zx_buf_addc(out, "** ");
	if (*e->backup)
		zx_buf_addf(out, "`%s`", e->backup);
	else
		zx_buf_addc(out, "—");
	zx_buf_addc(out, " • ");
	zx__backup_person(out, e->user);
	zx_buf_addch(out, ' ');
	zx_timestamp(out, e->at, 'R');
	zx_buf_addch(out, '\n');
	if (e->details.len) {
		zx_buf_addc(out, "-# ");
		zx__bkv_text(out, e->details, 70);
		zx_buf_addch(out, '\n');
	}
}

void zx__bkv_log(const struct zx__bkv_view *v, struct zx_message *out)
{
	const struct zx__bkv_data *d = v->data;
	struct zx_buf text;
	size_t i, to;

	zx_embed(out, ZX_COLOR_BLURPLE, "📜 Audit Log");
	zx__bkv_head(v, d->audit_total, "operation", ZX__BKV_AUDIT_LOG, out);
	zx_buf_init(&text, out->alloc, 0);
	to = zx__bkv_span(d->audit_count, ZX__BKV_AUDIT_PAGE, v->page, &i);
	zx_buf_addc(&text, "\n\n");
	for (; i < to; i++)
		add_entry(&d->audit[i], &text);
	if (!d->audit_count)
		zx_buf_addc(&text, "No activity yet.");
	zx_embed_text(out, "%s", zx_buf_cstr(&text));
	if (text.err)
		out->err = text.err;
	zx_buf_release(&text);
	zx__bkv_footer(v,
		       d->audit_total > d->audit_count
			       ? "The last 200 are shown, more are kept"
			       : "Every operation is recorded",
		       out);
}

/* Analytics -------------------------------------------------------------------
 */

struct creator {
	uint64_t user;
	size_t count;
};

static void count_creator(struct creator *c, size_t *n, uint64_t user)
{
	size_t i;

	for (i = 0; i < *n && c[i].user != user; i++)
		continue;
	if (i == *n)
		c[(*n)++] = (struct creator){ user, 0 };
	c[i].count++;
	for (; i && c[i].count > c[i - 1].count; i--) {
		struct creator t = c[i];

		c[i] = c[i - 1];
		c[i - 1] = t;
	}
}

static void creators(const struct zx__backup_list *l, struct zx_message *out)
{
	struct creator *c = zx_new(out->alloc, l->count * sizeof(*c));
	size_t i, n = 0;
	struct zx_buf text;

	if (!c) {
		out->err = ZX_E_NOMEM;
		return;
	}
	for (i = 0; i < l->count; i++)
		count_creator(c, &n,
			      l->items[i].automatic ? 0 : l->items[i].author);
	zx_buf_init(&text, out->alloc, 0);
	for (i = 0; i < n && i < ZX__BKV_CREATORS; i++) {
		zx__backup_person(&text, c[i].user);
		zx_buf_addf(&text, ": **%zu**\n", c[i].count);
	}
	if (n > ZX__BKV_CREATORS)
		zx_buf_addf(&text, "and %zu more", n - ZX__BKV_CREATORS);
	zx__bkv_field(out, 1, "👥 Top Creators", &text);
	zx_buf_release(&text);
	zx_delete(out->alloc, c);
}

static void totals(const struct zx__bkv_data *d, struct zx_message *out)
{
	const struct zx__backup_list *l = &d->list;
	size_t i, automatic = 0, pinned = 0, incomplete = 0;
	uint64_t members = 0;
	struct zx_buf text;

	for (i = 0; i < l->count; i++) {
		automatic += l->items[i].automatic != 0;
		pinned += l->items[i].pinned != 0;
		incomplete += l->items[i].counts.incomplete != 0;
		members += l->items[i].counts.member_roles;
	}
	zx_buf_init(&text, out->alloc, 0);
	zx_buf_addf(
		&text,
		"Snapshots: **%zu**\nManual: **%zu**\nAutomatic: **%zu** 🔁\n"
		"Pinned: **%zu** 📌\n",
		l->count, l->count - automatic, automatic, pinned);
	if (incomplete)
		zx_buf_addf(&text, "Incomplete: **%zu** ⚠️\n", incomplete);
	zx_buf_addc(&text, "Member snapshots: **");
	zx_commas(&text, members);
	zx_buf_addc(&text, "**");
	zx__bkv_field(out, 1, "📊 Overview", &text);
	zx_buf_release(&text);
}

static void sizes(const struct zx__bkv_data *d, struct zx_message *out)
{
	const struct zx__backup_list *l = &d->list;
	struct zx_buf text;

	zx_buf_init(&text, out->alloc, 0);
	zx_buf_addc(&text, "Contents: **");
	zx__backup_size(&text, l->bytes);
	zx_buf_addc(&text, "**\nMean: **");
	zx__backup_size(&text, l->bytes / l->count);
	zx_buf_addc(&text, "**\nKept in: **");
	zx__backup_size(&text, d->stored);
	zx_buf_addc(&text, "**");
	if (d->stored)
		zx_buf_addf(&text, "\nSharing saves: **%.1f×**",
			    (double)l->bytes / (double)d->stored);
	zx__bkv_field(out, 1, "💽 Size", &text);
	zx_buf_release(&text);
}

enum what { ROLES, CHANNELS, EMOJIS, MEMBERS, BYTES, WHAT_COUNT };

static uint64_t figure(const struct zx__backup_item *r, enum what w)
{
	switch (w) {
	case ROLES:
		return r->counts.roles;
	case CHANNELS:
		return zx__backup_channels(&r->counts);
	case EMOJIS:
		return r->counts.emojis;
	case MEMBERS:
		return r->counts.member_roles;
	default:
		return r->bytes;
	}
}

/* A block per snapshot, the oldest first; of many, evenly chosen ones. */
static void curve(const struct zx__backup_list *l, enum what w,
		  struct zx_buf *out)
{
	static const char *const blocks[] = { "▁", "▂", "▃", "▄",
					      "▅", "▆", "▇", "█" };
	size_t n = l->count < ZX__BKV_POINTS ? l->count : ZX__BKV_POINTS, i;
	uint64_t low = UINT64_MAX, high = 0, f;

	for (i = 0; i < l->count; i++) {
		f = figure(&l->items[i], w);
		low = f < low ? f : low;
		high = f > high ? f : high;
	}
	for (i = 0; i < n; i++) {
		f = figure(
			&l->items[l->count - 1 -
				  (n < 2 ? 0 : i * (l->count - 1) / (n - 1))],
			w);
		zx_buf_addc(
			out,
			blocks[high == low ? 3
					   : (size_t)((double)(f - low) * 7.0 /
						      (double)(high - low))]);
	}
}

static void trend(const struct zx__backup_list *l, enum what w,
		  const char *name, struct zx_buf *out)
{
	uint64_t first = figure(&l->items[l->count - 1], w);
	uint64_t last = figure(&l->items[0], w);
	uint64_t change = last > first ? last - first : first - last;

	zx_buf_addf(out, "%-9s", name);
	curve(l, w, out);
	zx_buf_addch(out, ' ');
	if (w == BYTES)
		zx__backup_size(out, last);
	else
		zx_commas(out, last);
	zx_buf_addf(out, " (%s", last > first ? "+" : last < first ? "-" : "±");
	if (w == BYTES)
		zx__backup_size(out, change);
	else
		zx_commas(out, change);
	zx_buf_addc(out, ")\n");
}

static void trends(const struct zx__backup_list *l, struct zx_message *out)
{
	static const char *const names[] = { "Roles", "Channels", "Emojis",
					     "Members", "Size" };
	struct zx_buf text;
	int w;

	zx_buf_init(&text, out->alloc, 0);
	zx_buf_addc(&text, "```\n");
	for (w = 0; w < WHAT_COUNT; w++)
		trend(l, (enum what)w, names[w], &text);
	zx_buf_addc(&text, "```");
	zx__bkv_field(out, 0, "📉 Trends (oldest → latest)", &text);
	zx_buf_release(&text);
}

static void frequency(const struct zx__backup_list *l, struct zx_message *out)
{
	zx_wall first = l->items[l->count - 1].created;
	zx_wall last = l->items[0].created;
	int64_t days = last > first ? (last - first) / 86400000 : 0;
	uint64_t a = l->items[l->count - 1].bytes, b = l->items[0].bytes;
	struct zx_buf text;

	days = days < 1 ? 1 : days;
	zx_buf_init(&text, out->alloc, 0);
	zx_buf_addf(&text, "**%.1f** a day over **%lld** day%s",
		    (double)l->count / (double)days, (long long)days,
		    days == 1 ? "" : "s");
	if (a && l->count > 1)
		zx_buf_addf(&text, "\nGrowth: **%+.1f %%**",
			    ((double)b - (double)a) * 100.0 / (double)a);
	zx__bkv_field(out, 1, "⏱️ Frequency", &text);
	zx_buf_addc(&text, "First: ");
	zx_timestamp(&text, first, 'R');
	zx_buf_addc(&text, "\nLast: ");
	zx_timestamp(&text, last, 'R');
	zx__bkv_field(out, 1, "🗓️ Span", &text);
	zx_buf_release(&text);
}

void zx__bkv_analytics(const struct zx__bkv_view *v, struct zx_message *out)
{
	const struct zx__backup_list *l = &v->data->list;

	zx_embed(out, ZX_COLOR_BLURPLE, "📈 Analytics");
	zx__bkv_head(v, l->count, "snapshot", ZX__BKV_ANALYTICS, out);
	if (l->count) {
		totals(v->data, out);
		sizes(v->data, out);
		creators(l, out);
	} else {
		zx_embed_field(out, 0, "No data yet",
			       "Figures come with the first snapshot: "
			       "`/backupcreate`.");
	}
	if (l->count > 1) {
		trends(l, out);
		frequency(l, out);
	}
	zx__bkv_footer(v, "Sizes are of the contents, not compressed", out);
}
