/* SPDX-License-Identifier: MIT
 *
 * monitor_panel: /shardmonitor, four tabs with a button to look again, and
 * /shardhealth, its health tab alone.
 */
#include "cogs/monitor_int.h"

struct state {
	enum zx__mon_tab tab;
	size_t page, cluster;
	int report; /* /shardhealth: no other tabs */
};

static void tab_buttons(struct zx_message *out)
{
	zx_panel_button(out, ZX_BUTTON_PRIMARY, "overview", "📊", "Overview", 0);
	zx_panel_button(out, ZX_BUTTON_SUCCESS, "health", "🏥", "Health", 0);
	zx_panel_button(out, ZX_BUTTON_SECONDARY, "latency", "📡", "Latency", 0);
	zx_panel_button(out, ZX_BUTTON_SECONDARY, "events", "📈", "Events", 0);
	zx_row(out);
}

static void page_buttons(size_t page, size_t pages, struct zx_message *out)
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

static void render(struct zx_call *call, const void *data, int over,
		   struct zx_message *out, void *ud)
{
	const struct state *s = data;
	struct zx__mon *m =
		zx_bot_cog_data(zx_call_bot(call), zx_cog_shard_monitor());
	struct zx__mon_view v;

	(void)over;
	(void)ud;
	if (!m) { /* the bot is stopping */
		zx_say(out, "The shard monitor has ended.");
		return;
	}
	if (zx__mon_view_open(m, s->cluster, &v)) {
		zx_say(out, "❌ Out of memory");
		return;
	}
	v.page = s->page;
	v.user = s->report ? zx_call_info(call)->user_name : NULL;
	v.wall = zx_call_info(call)->wall;
	zx__mon_render(&v, s->tab, out);
	if (!s->report)
		tab_buttons(out);
	page_buttons(s->page, zx__mon_pages(&v, s->tab), out);
	zx__mon_view_select(m, s->cluster, out);
	zx__mon_view_close(m, &v);
}

/* Past the last page there is none: the list may have become shorter. */
static void turn_page(struct zx_call *call, struct state *s, int forth)
{
	struct zx__mon *m =
		zx_bot_cog_data(zx_call_bot(call), zx_cog_shard_monitor());
	struct zx__mon_view v;
	size_t pages;

	if (!m || zx__mon_view_open(m, s->cluster, &v))
		return;
	pages = zx__mon_pages(&v, s->tab);
	zx__mon_view_close(m, &v);
	if (s->page >= pages)
		s->page = pages - 1;
	if (forth && s->page + 1 < pages)
		s->page++;
	else if (!forth && s->page)
		s->page--;
}

static enum zx_press_result press(struct zx_call *call, void *data,
				  const struct zx_press *p, void *ud)
{
	static const char *const tabs[] = {
		[ZX__MON_OVERVIEW] = "overview",
		[ZX__MON_HEALTH] = "health",
		[ZX__MON_LATENCY] = "latency",
		[ZX__MON_EVENTS] = "events",
	};
	struct state *s = data;
	uint64_t n;
	size_t i;

	(void)ud;
	for (i = 0; i < sizeof(tabs) / sizeof(tabs[0]); i++)
		if (!strcmp(p->action, tabs[i])) {
			s->tab = (enum zx__mon_tab)i;
			s->page = 0;
		}
	if (!strcmp(p->action, "cluster") &&
	    !zx_str_u64(zx_str(p->value), &n)) {
		s->cluster = (size_t)n;
		s->page = 0;
	}
	if (!strcmp(p->action, "next") || !strcmp(p->action, "back"))
		turn_page(call, s, *p->action == 'n');
	return ZX_PRESS_UPDATE;
}

static const struct zx_panel panel = {
	.name = "shardmonitor",
	.state_size = sizeof(struct state),
	.render = render,
	.press = press,
};

void zx__mon_shardmonitor(struct zx_call *call, void *ud)
{
	struct state s = { .tab = ZX__MON_OVERVIEW };

	(void)ud;
	if (zx__mon_of(call))
		zx_reply_panel(call, &panel, &s);
}

void zx__mon_shardhealth(struct zx_call *call, void *ud)
{
	struct state s = { .tab = ZX__MON_HEALTH, .report = 1 };

	(void)ud;
	if (zx__mon_of(call))
		zx_reply_panel(call, &panel, &s);
}
