/* SPDX-License-Identifier: MIT
 *
 * manager_panel: /clusters and /ipcstatus, with pages when there are many.
 */
#include "cogs/manager_int.h"

struct state {
	size_t page;
	int status; /* /ipcstatus */
};

static struct zx__mgr *find(struct zx_call *call)
{
	struct zx__mgr *m =
		zx_bot_cog_data(zx_call_bot(call), zx_cog_shard_manager());

	return m && m->x && !m->leaving ? m : NULL;
}

static void copy_peer(const struct zx_ipc_peer *from, struct zx__mgr_peer *to)
{
	snprintf(to->name, sizeof(to->name), "%.*s", ZX_ARG(from->name));
	snprintf(to->address, sizeof(to->address), "%.*s",
		 ZX_ARG(from->address));
	to->port = from->port;
	to->secured = from->secured;
	to->ours = from->ours;
	to->since = from->since;
	to->heard = from->heard;
}

static struct zx__mgr_peer *copy_peers(struct zx__mgr *m, size_t *count)
{
	struct zx__mgr_peer *v;
	struct zx_ipc_peer p;
	size_t n = 0, i;

	while (!zx_ipc_peer(m->x, n, &p))
		n++;
	v = zx_new(m->alloc, (n ? n : 1) * sizeof(*v));
	if (!v)
		return NULL;
	for (i = 0; i < n && !zx_ipc_peer(m->x, i, &p); i++)
		copy_peer(&p, &v[i]);
	*count = i;
	return v;
}

/* The peers are to be given back. */
static struct zx__mgr_peer *look(struct zx__mgr *m, struct zx_call *call,
				 struct zx__mgr_view *v)
{
	const struct zx_call_info *info = zx_call_info(call);
	struct zx__mgr_peer *peers;
	size_t n = 0;

	zx__mgr_look(m);
	peers = copy_peers(m, &n);
	*v = (struct zx__mgr_view){
		.mode = zx__mgr_is_primary(m) ? "server" : "client",
		.host = m->config->ipc_host,
		.port = zx__mgr_is_primary(m) ? zx_ipc_port(m->conn)
					      : m->config->ipc_port,
		.secret_len = strlen(m->config->ipc_secret),
		.us = &m->us,
		.table = &m->table,
		.peers = peers,
		.peers_n = n,
		.up = zx_ipc_is_up(m->x),
		.trouble = zx_ipc_error(m->x),
		.notes = (const char(*)[160])m->notes,
		.notes_n = m->notes_n,
		.user = info->user_name,
		.now = zx__mgr_now(m),
		.wall = info->wall,
	};
	zx_ipc_stats(m->x, &v->stats);
	if (peers && zx__mgr_sum(&m->table, &m->us, &v->totals)) {
		zx_delete(m->alloc, peers);
		return NULL;
	}
	return peers;
}

static void buttons(size_t page, size_t pages, struct zx_message *out)
{
	char label[48];

	zx_panel_button(out, ZX_BUTTON_SUCCESS, "refresh", "🔄", "Refresh", 0);
	if (pages < 2)
		return;
	page = page < pages ? page : pages - 1;
	snprintf(label, sizeof(label), "%zu / %zu", page + 1, pages);
	zx_panel_button(out, ZX_BUTTON_SECONDARY, "back", "◀", NULL, !page);
	zx_panel_button(out, ZX_BUTTON_SECONDARY, "page", NULL, label, 1);
	zx_panel_button(out, ZX_BUTTON_SECONDARY, "next", "▶", NULL,
			page + 1 >= pages);
}

static size_t pages_of(const struct state *s, const struct zx__mgr_view *v)
{
	return s->status ? zx__mgr_status_pages(v) : zx__mgr_clusters_pages(v);
}

static void render(struct zx_call *call, const void *data, int over,
		   struct zx_message *out, void *ud)
{
	const struct state *s = data;
	struct zx__mgr *m = find(call);
	struct zx__mgr_peer *peers;
	struct zx__mgr_view v;

	(void)over;
	(void)ud;
	peers = m ? look(m, call, &v) : NULL;
	if (!peers) {
		zx_say(out,
		       m ? "❌ Out of memory" : "The shard manager has ended.");
		return;
	}
	v.page = s->page;
	if (s->status)
		zx__mgr_status_render(&v, out);
	else
		zx__mgr_clusters_render(&v, out);
	buttons(s->page, pages_of(s, &v), out);
	zx_delete(m->alloc, peers);
}

static enum zx_press_result press(struct zx_call *call, void *data,
				  const struct zx_press *p, void *ud)
{
	struct state *s = data;
	struct zx__mgr *m = find(call);
	struct zx__mgr_peer *peers;
	struct zx__mgr_view v;
	size_t pages;

	(void)ud;
	peers = m ? look(m, call, &v) : NULL;
	if (!peers)
		return ZX_PRESS_UPDATE;
	/* Past the last page there is none: the list may be shorter now. */
	pages = pages_of(s, &v);
	zx_delete(m->alloc, peers);
	if (s->page >= pages)
		s->page = pages - 1;
	if (!strcmp(p->action, "next") && s->page + 1 < pages)
		s->page++;
	else if (!strcmp(p->action, "back") && s->page)
		s->page--;
	return ZX_PRESS_UPDATE;
}

static const struct zx_panel panel = {
	.name = "clusters",
	.state_size = sizeof(struct state),
	.render = render,
	.press = press,
};

void zx__mgr_clusters(struct zx_call *call, void *ud)
{
	struct state s = { .page = 0 };

	(void)ud;
	if (zx__mgr_of(call))
		zx_reply_panel(call, &panel, &s);
}

void zx__mgr_ipcstatus(struct zx_call *call, void *ud)
{
	struct state s = { .status = 1 };

	(void)ud;
	if (zx__mgr_of(call))
		zx_reply_panel(call, &panel, &s);
}
