/* SPDX-License-Identifier: MIT
 *
 * restore_flow: what happens between the presses: plans that come, restores
 * that move, and what was interrupted when the bot starts.
 */
#include "cogs/restore_show.h"

static void show(struct zx__rsp_watch *w)
{
	(void)zx_reply_panel(w->call, &zx__rsp_panel, &w->state);
}

/* Planning ----------------------------------------------------------------- */

/* What somebody called a channel is in it: no markup. */
static void note(struct zx__rsp_watch *w, const char *sign, const char *why)
{
	struct zx_buf text;

	zx_buf_init(&text, w->b->alloc, sizeof(w->state.notice) - 8);
	zx__bkv_text(&text, zx_str(why), 250);
	snprintf(w->state.notice, sizeof(w->state.notice), "%s %s", sign,
		 zx_buf_cstr(&text));
	zx_buf_release(&text);
}

static void planned(int err, const char *why, struct zx_plan *plan, void *ud)
{
	struct zx__rsp_watch *w = ud;
	struct zx__backup *b = w->b;

	if (b->stopped || err) {
		zx_plan_free(plan);
		w->state.mode = w->state.ask.takes_back ? ZX__RSP_WATCH
							: ZX__RSP_CHOOSE;
		note(w, "❌", why && *why ? why : zx_strerror(err));
	} else {
		w->state.plan = zx__rsp_keep(b, plan, &w->state.ask);
		w->state.mode = ZX__RSP_PLAN;
		w->state.page = 0;
		if (why && *why)
			note(w, "⚠️", why);
	}
	if (!b->stopped)
		show(w);
	zx__rsp_watch_end(w);
}

static void refused(struct zx__rsp_state *s, enum zx__rsp_mode back, int err)
{
	s->mode = back;
	snprintf(s->notice, sizeof(s->notice), "❌ %s",
		 err == ZX_E_BUSY
			 ? "The server is being read already: a backup or "
			   "another plan is under way. Try again in a moment."
		 : err == ZX_E_NOTFOUND
			 ? "The bot does not see this server at the moment."
			 : zx_strerror(err));
}

void zx__rsp_plan(struct zx__backup *b, struct zx_call *call,
		  struct zx__rsp_state *s)
{
	struct zx__rsp_watch *w;
	int err;

	s->ask.takes_back = 0;
	s->ask.user = zx_call_info(call)->user_id;
	s->mode = ZX__RSP_READING;
	w = zx__rsp_watch(b, call, s);
	if (!w)
		return;
	err = zx__restore_plan(b, &s->ask, planned, w);
	if (!err)
		return;
	zx__rsp_watch_end(w);
	refused(s, ZX__RSP_CHOOSE, err);
}

void zx__rsp_undo(struct zx__backup *b, struct zx_call *call,
		  struct zx__rsp_state *s, uint64_t n)
{
	struct zx__rsp_watch *w;
	int err;

	s->ask.takes_back = n;
	s->ask.user = zx_call_info(call)->user_id;
	w = zx__rsp_watch(b, call, s);
	if (!w)
		return;
	snprintf(s->notice, sizeof(s->notice), "⏳ Planning the way back…");
	err = zx__restore_undo(b, n, planned, w);
	if (!err)
		return;
	zx__rsp_watch_end(w);
	s->ask.takes_back = 0;
	refused(s, ZX__RSP_WATCH, err);
	if (err == ZX_E_EXISTS)
		snprintf(s->notice, sizeof(s->notice),
			 "❌ It was taken back already.");
	if (err == ZX_E_STATE)
		snprintf(s->notice, sizeof(s->notice),
			 "❌ This was a way back itself: restore a backup, or "
			 "the safety snapshot.");
}

/* Beginning and following -------------------------------------------------- */

int zx__rsp_view(struct zx__backup *b, uint64_t guild, uint64_t n,
		 struct zx__restore_view *out)
{
	int err = zx__restore_open(b, guild, out);

	if (!err && (!n || out->n == n))
		return ZX_OK;
	if (err && err != ZX_E_NOTFOUND)
		return err;
	err = zx__restore_last(b, guild, out);
	return err || !n || out->n == n ? err : ZX_E_NOTFOUND;
}

void zx__rsp_follow(struct zx__backup *b, struct zx_call *call,
		    const struct zx__rsp_state *s)
{
	struct zx__rsp *p = zx__rsp_of(b);
	struct zx__restore_view v;
	struct zx__rsp_watch *w;

	if (!p || zx__rsp_view(b, s->ask.guild, s->n, &v) ||
	    v.phase == ZX__RESTORE_OVER || v.phase == ZX__RESTORE_STOPPED)
		return;
	/* One message follows: the one that was pressed last. */
	for (w = p->watches; w; w = w->next)
		if (w->n == v.n) {
			zx__rsp_watch_end(w);
			break;
		}
	w = zx__rsp_watch(b, call, s);
	if (w)
		w->n = v.n;
}

static void write_meta(const struct zx_call *call, struct zx_buf *out)
{
	struct zx_json_writer w;

	zx_jw_init(&w, out);
	zx_jw_obj(&w, NULL);
	zx_jw_id(&w, "channel", zx_call_info(call)->channel_id);
	zx_jw_id(&w, "user", zx_call_info(call)->user_id);
	zx_jw_obj_end(&w);
}

static void busy(struct zx__backup *b, struct zx__rsp_state *s, const char *why)
{
	struct zx__restore_view v;

	if (zx__restore_open(b, s->ask.guild, &v)) {
		snprintf(s->notice, sizeof(s->notice), "❌ %s", why);
		return;
	}
	s->mode = ZX__RSP_WATCH;
	s->n = v.n;
	snprintf(s->notice, sizeof(s->notice),
		 "🔒 Another restore is open here, begun by <@%llu>: this is "
		 "it.",
		 (unsigned long long)v.user);
}

void zx__rsp_begin(struct zx__backup *b, struct zx_call *call,
		   struct zx__rsp_state *s)
{
	struct zx__restore_ask ask;
	struct zx_plan *plan = zx__rsp_take(b, s->ask.guild, s->plan, &ask);
	char why[256] = "";
	struct zx_buf meta;
	int err;

	if (!plan)
		return; /* rendered as gone */
	ask.user = zx_call_info(call)->user_id;
	zx_buf_init(&meta, b->alloc, 0);
	write_meta(call, &meta);
	err = zx__restore_begin(b, plan, &ask, zx_buf_str(&meta), &s->n, why);
	zx_buf_release(&meta);
	s->plan = 0;
	if (err) {
		s->mode = ask.takes_back ? ZX__RSP_WATCH : ZX__RSP_CHOOSE;
		busy(b, s, why);
		return;
	}
	s->mode = ZX__RSP_WATCH;
	s->notice[0] = '\0';
	zx__rsp_follow(b, call, s);
}

/* The hook ----------------------------------------------------------------- */

/* Nobody has a message that follows it: the bot was started again. */
static void tell_channel(struct zx__backup *b, const struct zx__restore_view *v)
{
	struct zx_rest_request q = ZX_REST_REQUEST_INIT;
	struct zx_buf meta, body, path;
	struct zx_message m;
	uint64_t channel, user;

	zx_buf_init(&meta, b->alloc, 0);
	zx_buf_init(&body, b->alloc, 0);
	zx_buf_init(&path, b->alloc, 0);
	(void)zx__restore_meta(b, v->n, &meta);
	channel = zx_json_get_u64(zx_buf_str(&meta), "channel");
	user = zx_json_get_u64(zx_buf_str(&meta), "user");
	zx_message_init(&m, b->alloc);
	zx_embed(&m, ZX_COLOR_ORANGE, "⏹️ A Restore Was Interrupted");
	zx_embed_text(&m,
		      "%u of %u steps are done. Nothing goes on by itself: "
		      "`/backuprestore status` shows it, goes on with it, "
		      "takes it back, or leaves it as it is.",
		      v->progress.done, v->progress.ops);
	zx_say(&m, "<@%llu>", (unsigned long long)user);
	zx_message_ping_user(&m, user);
	if (channel && !zx_message_write(&m, 0, &body)) {
		zx_buf_addf(&path, "/channels/%llu/messages",
			    (unsigned long long)channel);
		q.method = ZX_POST;
		q.path = zx_buf_str(&path);
		q.body = zx_buf_str(&body);
		(void)zx_bot_rest(b->bot, &q, NULL, NULL);
	}
	zx_message_release(&m);
	zx_buf_release(&meta);
	zx_buf_release(&body);
	zx_buf_release(&path);
}

static void changed(const struct zx__restore_view *v, void *ud)
{
	struct zx__backup *b = ud;
	struct zx__rsp *p = zx__rsp_of(b);
	int ended =
		v->phase == ZX__RESTORE_STOPPED || v->phase == ZX__RESTORE_OVER;
	struct zx__rsp_watch *w = p ? p->watches : NULL;

	while (w && w->n != v->n)
		w = w->next;
	if (!w) {
		if (v->phase == ZX__RESTORE_STOPPED && !b->stopped)
			tell_channel(b, v);
		return;
	}
	show(w);
	if (!ended)
		return;
	if (!b->stopped && v->run && v->phase == ZX__RESTORE_OVER)
		zx__rsp_report(b, w->call, v->n);
	zx__rsp_watch_end(w);
}

void zx__restore_show_start(struct zx__backup *b)
{
	zx__restore_hook(b, changed, b);
}

/* The report --------------------------------------------------------------- */

static int report(struct zx__backup *b, const struct zx__rsf *what,
		  int (*write)(struct zx_str piece, void *ud), void *ud)
{
	return zx__restore_text(b, what->n, write, ud);
}

void zx__rsp_report(struct zx__backup *b, struct zx_call *call, uint64_t n)
{
	struct zx__rsf what = {
		.make = report,
		.n = n,
		.title = "The report",
		.again = "*Report* below `/backuprestore status` sends all of "
			 "it again.",
	};

	snprintf(what.name, sizeof(what.name), "restore-%llu",
		 (unsigned long long)n);
	zx__rsf_send(b, call, &what);
}
