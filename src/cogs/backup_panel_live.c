/* SPDX-License-Identifier: MIT
 *
 * backup_panel_live: what the server has at the moment, in two requests; and
 * whatever waits for Discord on behalf of a panel.
 */
#include "cogs/backup_panel.h"

/* Waiting ---------------------------------------------------------------------
 */

struct zx__bkp *zx__bkp_of(struct zx__backup *b)
{
	if (!b->show)
		b->show = zx_new(b->alloc, sizeof(struct zx__bkp));
	return b->show;
}

void zx__backup_show_free(struct zx__backup *b)
{
	struct zx__bkp *p = b->show;
	struct zx__bkp_wait *w;
	size_t i;

	if (!p)
		return;
	/* The calls have gone with the bot's commands. */
	while ((w = p->waits) != NULL) {
		p->waits = w->next;
		zx_delete(b->alloc, w);
	}
	for (i = 0; i < ZX__BKP_KEPT; i++)
		if (p->kept[i].serial)
			zx__bkv_diff_release(&p->kept[i].diff);
	zx_delete(b->alloc, p);
	b->show = NULL;
}

struct zx__bkp_wait *zx__bkp_wait(struct zx__backup *b, struct zx_call *call,
				  const struct zx__bkp_state *s)
{
	struct zx__bkp *p = zx__bkp_of(b);
	struct zx__bkp_wait *w = p ? zx_new(b->alloc, sizeof(*w)) : NULL;

	if (!w) {
		zx_fail(call, "❌ Command Error", "Out of memory");
		return NULL;
	}
	w->b = b;
	w->call = call;
	w->guild = zx_call_info(call)->guild_id;
	if (s)
		w->state = *s;
	w->next = p->waits;
	p->waits = w;
	zx_call_keep(call);
	return w;
}

void zx__bkp_wait_end(struct zx__bkp_wait *w)
{
	struct zx__bkp *p = w->b->show;
	struct zx__bkp_wait **at = &p->waits;

	while (*at != w)
		at = &(*at)->next;
	*at = w->next;
	zx_call_release(w->call);
	zx_delete(w->b->alloc, w);
}

/* Looking ---------------------------------------------------------------------
 */

static void count_all(struct zx__bkv_live *l, enum zx_section s,
		      struct zx_str list)
{
	struct zx_json_iter it = zx_json_each(list);

	while (zx_json_next(&it))
		zx_guild_counts_add(&l->counts, s, it.value);
}

static void count_guild(struct zx__bkv_live *l, struct zx_str g)
{
	count_all(l, ZX_SECTION_ROLES, zx_json_get(g, "roles"));
	count_all(l, ZX_SECTION_EMOJIS, zx_json_get(g, "emojis"));
	count_all(l, ZX_SECTION_STICKERS, zx_json_get(g, "stickers"));
	l->members = zx_json_get_u64(g, "approximate_member_count");
	l->tier = (unsigned)zx_json_get_u64(g, "premium_tier");
	l->boosts = (unsigned)zx_json_get_u64(g, "premium_subscription_count");
	snprintf(l->icon, sizeof(l->icon), "%.*s",
		 ZX_ARG(zx_json_plain(zx_json_get(g, "icon"))));
}

static void on_looked(const struct zx_rest_result *r, void *ud)
{
	struct zx__bkp_wait *w = ud;
	struct zx__bkv_live *l = &w->state.live;
	struct zx__backup *b = w->b;

	w->flying--;
	if (r->err && !*l->trouble)
		snprintf(l->trouble, sizeof(l->trouble), "%.*s",
			 ZX_ARG(r->message.len ? zx_utf8_head(r->message, 60)
					       : zx_str(zx_strerror(r->err))));
	else if (!r->err && zx_json_kind(r->body) == ZX_JSON_ARRAY)
		count_all(l, ZX_SECTION_CHANNELS, r->body);
	else if (!r->err)
		count_guild(l, r->body);
	if (w->flying)
		return;
	l->known = !*l->trouble;
	if (!b->stopped)
		w->done(w, b);
	zx__bkp_wait_end(w);
}

static int ask(struct zx__bkp_wait *w, const char *path)
{
	struct zx_rest_request r = ZX_REST_REQUEST_INIT;
	int err;

	r.path = zx_str(path);
	r.max_wait_ms = 10 * 1000;
	r.retries = 2;
	r.ud = w;
	w->flying++;
	err = zx_bot_rest(w->b->bot, &r, on_looked, NULL);
	if (err)
		w->flying--;
	return err;
}

void zx__bkp_look(struct zx__bkp_wait *w)
{
	struct zx__bkv_live *l = &w->state.live;
	char path[64];
	int err;

	memset(l, 0, sizeof(*l));
	snprintf(path, sizeof(path), "/guilds/%llu?with_counts=true",
		 (unsigned long long)w->guild);
	err = ask(w, path);
	snprintf(path, sizeof(path), "/guilds/%llu/channels",
		 (unsigned long long)w->guild);
	if (!err)
		err = ask(w, path);
	if (!err)
		return;
	snprintf(l->trouble, sizeof(l->trouble), "%s", zx_strerror(err));
	/* The first may be under way: it ends it then. */
	if (w->flying)
		return;
	w->done(w, w->b);
	zx__bkp_wait_end(w);
}
