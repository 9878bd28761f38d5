/* SPDX-License-Identifier: MIT
 *
 * manager_view: the pages of /clusters and /ipcstatus. What other clusters say
 * is shown in code blocks that it cannot end.
 */
#include "cogs/manager_int.h"

#define DAY 86400
/* Ages of a connection's last frame, and of numbers. */
#define FRESH_MS 60000
#define STALE_MS 180000
#define NUMBERS_MS 120000
#define NAME_SHOWN 32

void zx__mgr_plain(struct zx_buf *out, struct zx_str text)
{
	size_t i;

	for (i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if (c == '`')
			c = '\'';
		else if (((unsigned char)c < 0x20 && c != '\n') || c == 0x7f)
			c = ' ';
		zx_buf_addch(out, c);
	}
}

static void add_name(struct zx_buf *out, const char *name)
{
	struct zx_str all = zx_str(name), head = zx_utf8_head(all, NAME_SHOWN);

	zx__mgr_plain(out, head);
	if (head.len < all.len)
		zx_buf_addc(out, "…");
}

void zx__mgr_ranges(struct zx_buf *out, const uint32_t *ids, size_t n,
		    size_t most)
{
	size_t i, last, parts = 0;

	for (i = 0; i < n; i = last + 1) {
		for (last = i; last + 1 < n && ids[last + 1] == ids[last] + 1;)
			last++;
		if (parts++ == most) {
			zx_buf_addc(out, ", …");
			return;
		}
		zx_buf_addf(out, "%s%u", i ? ", " : "", ids[i]);
		if (last > i)
			zx_buf_addf(out, "-%u", ids[last]);
	}
}

static void add_count(struct zx_buf *out, const char *label, uint64_t n)
{
	zx_buf_addf(out, "%s: ", label);
	zx_commas(out, n);
	zx_buf_addch(out, '\n');
}

static void add_shards(struct zx_buf *out, const struct zx__mgr_cluster *c)
{
	zx_buf_addf(out, "Shards: %zu of %u (", c->ids_n, c->shard_count);
	zx__mgr_ranges(out, c->ids, c->ids_n, 6);
	zx_buf_addc(out, c->ids_n ? ")\n" : "none yet)\n");
}

static void add_uptime(struct zx_buf *out, double seconds)
{
	uint64_t s = (uint64_t)seconds;

	zx_buf_addc(out, "Uptime: ");
	if (s >= DAY)
		zx_buf_addf(out, "%llu day%s, ", (unsigned long long)(s / DAY),
			    s >= 2 * DAY ? "s" : "");
	zx_buf_addf(out, "%u:%02u:%02u\n", (unsigned)(s % DAY / 3600),
		    (unsigned)(s / 60 % 60), (unsigned)(s % 60));
}

static void add_numbers(struct zx_buf *out, const struct zx__mgr_cluster *c)
{
	add_count(out, "Guilds", c->guilds);
	add_count(out, "Users", c->users);
	add_shards(out, c);
	if (c->latency >= 0)
		zx_buf_addf(out, "Latency: %.1fms\n", c->latency * 1000);
	else
		zx_buf_addc(out, "Latency: not measured yet\n");
	add_uptime(out, c->uptime);
}

static void add_age(struct zx_buf *out, const char *label, zx_time at,
		    zx_time now)
{
	zx_buf_addf(out, "%s: %llus ago\n", label,
		    (unsigned long long)((now > at ? now - at : 0) / 1000));
}

/* Of one that has connected: the time of day. */
static void add_connected(struct zx_buf *out, const struct zx__mgr_view *v,
			  zx_time since)
{
	uint64_t s;

	if (v->wall <= 0 || since > v->now)
		return;
	s = ((uint64_t)v->wall - (v->now - since)) / 1000 % DAY;
	zx_buf_addf(out, "Connected: %02u:%02u:%02u UTC\n",
		    (unsigned)(s / 3600), (unsigned)(s / 60 % 60),
		    (unsigned)(s % 60));
}

static const struct zx__mgr_peer *peer_of(const struct zx__mgr_view *v,
					  const char *name)
{
	size_t i;

	for (i = 0; i < v->peers_n; i++)
		if (!strcmp(v->peers[i].name, name))
			return &v->peers[i];
	return NULL;
}

static uint64_t age(zx_time at, zx_time now)
{
	return now > at ? now - at : 0;
}

static const char *dot(const struct zx__mgr_view *v,
		       const struct zx__mgr_cluster *c,
		       const struct zx__mgr_peer *p)
{
	if (!c->there)
		return "🔴";
	if (p && age(p->heard, v->now) >= STALE_MS)
		return "🔴";
	if (p)
		return age(p->heard, v->now) < FRESH_MS ? "🟢" : "🟡";
	return c->has_stats && age(c->updated, v->now) < NUMBERS_MS ? "🟢"
								    : "🟡";
}

static void put_field(struct zx_message *out, const struct zx_alloc *a,
		      const char *mark, const char *name, const char *tail,
		      struct zx_buf *text)
{
	struct zx_buf title;

	zx_buf_init(&title, a, 0);
	zx_buf_addf(&title, "%s ", mark);
	add_name(&title, name);
	zx_buf_addc(&title, tail);
	while (text->len && text->ptr[text->len - 1] == '\n')
		text->len--;
	zx_embed_field(out, 1, zx_buf_cstr(&title), "```\n%.*s\n```",
		       ZX_ARG(zx_buf_str(text)));
	zx_buf_release(&title);
	zx_buf_clear(text);
}

static void cluster_field(const struct zx__mgr_view *v,
			  const struct zx__mgr_cluster *c,
			  struct zx_message *out, struct zx_buf *text)
{
	const struct zx__mgr_peer *p = peer_of(v, c->name);

	if (c->has_stats)
		add_numbers(text, c);
	else
		zx_buf_addc(text, "No numbers yet\n");
	if (!c->there)
		add_age(text, "Left", c->since, v->now);
	else if (p)
		add_age(text, "Heartbeat", p->heard, v->now);
	else if (c->has_stats)
		add_age(text, "Updated", c->updated, v->now);
	if (c->there && p)
		add_connected(text, v, p->since);
	put_field(out, v->table->alloc, dot(v, c, p), c->name,
		  c->there ? "" : " (offline)", text);
}

static size_t pages_of(size_t n, size_t each)
{
	return n ? (n + each - 1) / each : 1;
}

size_t zx__mgr_clusters_pages(const struct zx__mgr_view *v)
{
	return pages_of(v->table->n + 1, ZX__MGR_PAGE);
}

static void totals_field(const struct zx__mgr_view *v, struct zx_message *out,
			 struct zx_buf *text)
{
	const struct zx_manager_totals *t = &v->totals;

	add_count(text, "Clusters", t->clusters);
	add_count(text, "Guilds", t->guilds);
	add_count(text, "Users", t->users);
	zx_buf_addf(text, "Shards: %u of %u", t->shards, t->shard_count);
	zx_embed_field(out, 0, "📊 Global Totals", "```\n%s\n```",
		       zx_buf_cstr(text));
	zx_buf_clear(text);
	if (t->twice)
		zx_embed_field(out, 0, "⚠️ Shards Run Twice",
			       "%u shard(s) run in more than one cluster: "
			       "check `SHARD_IDS`.",
			       t->twice);
}

static void link_field(const struct zx__mgr_view *v, struct zx_message *out)
{
	if (!strcmp(v->mode, "server"))
		zx_embed_field(out, 0, "🔌 IPC Server Status",
			       "```\nListening: %.100s:%u\nClients: %zu\n```",
			       v->host, v->port, v->peers_n);
	else
		zx_embed_field(out, 0, "🔌 IPC Client Status",
			       "```\nServer: %.100s:%u\nStatus: %s\n```",
			       v->host, v->port,
			       v->up ? "Connected" : "Disconnected");
}

static void finish(const struct zx__mgr_view *v, size_t page, size_t pages,
		   struct zx_message *out)
{
	if (pages > 1)
		zx_embed_footer(out, "Bot Owner Only • %s • Page %zu of %zu",
				v->user, page + 1, pages);
	else
		zx_embed_footer(out, "Bot Owner Only • %s", v->user);
	if (v->wall)
		zx_embed_time(out, v->wall);
}

void zx__mgr_clusters_render(const struct zx__mgr_view *v,
			     struct zx_message *out)
{
	size_t pages = zx__mgr_clusters_pages(v);
	size_t page = v->page < pages ? v->page : pages - 1;
	size_t i, from = page * ZX__MGR_PAGE;
	struct zx_buf text;

	zx_buf_init(&text, v->table->alloc, 0);
	add_name(&text, v->us->name);
	zx_embed(out, ZX_COLOR_BLURPLE, "🌐 Shard Cluster Overview");
	zx_embed_text(out, "**Mode:** `%s` | **This Cluster:** `%s`", v->mode,
		      zx_buf_cstr(&text));
	zx_buf_clear(&text);
	for (i = from; i < from + ZX__MGR_PAGE && i <= v->table->n; i++) {
		if (i) {
			cluster_field(v, &v->table->v[i - 1], out, &text);
			continue;
		}
		add_numbers(&text, v->us);
		put_field(out, v->table->alloc, "🟢", v->us->name, " (This)",
			  &text);
	}
	totals_field(v, out, &text);
	link_field(v, out);
	finish(v, page, pages, out);
	zx_buf_release(&text);
}

/* /ipcstatus -----------------------------------------------------------------
 */

size_t zx__mgr_status_pages(const struct zx__mgr_view *v)
{
	return pages_of(v->peers_n, ZX__MGR_LINES);
}

static void config_field(const struct zx__mgr_view *v, struct zx_message *out,
			 struct zx_buf *text)
{
	zx_buf_addf(text, "Mode: %s\nCluster: ", v->mode);
	add_name(text, v->us->name);
	zx_buf_addf(text, "\nHost: %.100s\nPort: %u\nSecret: %.*s%s", v->host,
		    v->port, v->secret_len < 4 ? (int)v->secret_len : 4, "****",
		    v->secret_len > 4 ? "..." : "");
	zx_embed_field(out, 0, "⚙️ Configuration", "```\n%s\n```",
		       zx_buf_cstr(text));
	zx_buf_clear(text);
}

static const char *kind(const struct zx__mgr_peer *p)
{
	return p->secured ? "encrypted" : "clear text";
}

static void server_field(const struct zx__mgr_view *v, size_t page,
			 struct zx_message *out, struct zx_buf *text)
{
	size_t i, from = page * ZX__MGR_LINES;
	char name[64];

	for (i = from; i < from + ZX__MGR_LINES && i < v->peers_n; i++) {
		const struct zx__mgr_peer *p = &v->peers[i];

		zx_buf_addc(text, "  ");
		add_name(text, p->name);
		zx_buf_addf(text, ": %llus ago from %s, %s\n",
			    (unsigned long long)(age(p->heard, v->now) / 1000),
			    p->address, kind(p));
	}
	if (!v->peers_n)
		zx_buf_addc(text, "No clients connected\n");
	snprintf(name, sizeof(name), "📡 Server — %zu client(s)", v->peers_n);
	zx_embed_field(out, 0, name, "```\n%s```", zx_buf_cstr(text));
	zx_buf_clear(text);
}

static void client_field(const struct zx__mgr_view *v, struct zx_message *out,
			 struct zx_buf *text)
{
	zx_buf_addf(text, "Connected: %s\nTarget: %.100s:%u",
		    v->up ? "True" : "False", v->host, v->port);
	if (v->up && v->peers_n) {
		zx_buf_addc(text, "\nPrimary: ");
		add_name(text, v->peers[0].name);
		zx_buf_addf(
			text, ", %s, heard %llus ago", kind(v->peers),
			(unsigned long long)(age(v->peers[0].heard, v->now) /
					     1000));
	}
	zx_embed_field(out, 0, "📡 Client Connection", "```\n%s\n```",
		       zx_buf_cstr(text));
	zx_buf_clear(text);
}

static void traffic_field(const struct zx__mgr_view *v, struct zx_message *out)
{
	const struct zx_ipc_stats *s = &v->stats;

	zx_embed_field(
		out, 0, "📈 Traffic",
		"```\nMessages: %llu in, %llu out, %llu passed on\n"
		"Dropped: %llu repeated, %llu malformed, %llu not allowed\n"
		"Refused: %llu connections, %llu logins\n```",
		(unsigned long long)s->frames_in,
		(unsigned long long)s->frames_out,
		(unsigned long long)s->relayed,
		(unsigned long long)s->duplicates, (unsigned long long)s->bad,
		(unsigned long long)s->denied, (unsigned long long)s->refused,
		(unsigned long long)s->auth_failed);
}

static void notes_field(const struct zx__mgr_view *v, struct zx_message *out,
			struct zx_buf *text)
{
	size_t i;

	for (i = 0; i < v->notes_n; i++) {
		zx__mgr_plain(text, zx_str(v->notes[i]));
		zx_buf_addch(text, '\n');
	}
	if (text->len)
		zx_embed_field(out, 0, "🕑 Latest", "```\n%s```",
			       zx_buf_cstr(text));
	zx_buf_clear(text);
	if (!*v->trouble)
		return;
	zx__mgr_plain(text, zx_str(v->trouble));
	zx_embed_field(out, 0, "⚠️ Last Trouble", "```\n%.*s\n```",
		       ZX_ARG(zx_utf8_head(zx_buf_str(text), 400)));
	zx_buf_clear(text);
}

void zx__mgr_status_render(const struct zx__mgr_view *v, struct zx_message *out)
{
	size_t pages = zx__mgr_status_pages(v);
	size_t page = v->page < pages ? v->page : pages - 1;
	struct zx_buf text;

	zx_buf_init(&text, v->table->alloc, 0);
	zx_embed(out, ZX_COLOR_BLURPLE, "🔌 IPC System Status");
	config_field(v, out, &text);
	if (!strcmp(v->mode, "server"))
		server_field(v, page, out, &text);
	else
		client_field(v, out, &text);
	traffic_field(v, out);
	notes_field(v, out, &text);
	finish(v, page, pages, out);
	zx_buf_release(&text);
}
