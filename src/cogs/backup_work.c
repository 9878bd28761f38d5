/* SPDX-License-Identifier: MIT
 *
 * backup_work: see the header. They take turns: however many there are, a turn
 * of the loop is held up by one of them.
 */
#include "cogs/backup_work.h"

/* Under way ---------------------------------------------------------------- */

struct state {
	uint64_t serial;
	const char *title; /* of a constant */
	char text[200];
};

static void render(struct zx_call *call, const void *state, int over,
		   struct zx_message *out, void *ud)
{
	const struct state *s = state;

	(void)call, (void)over, (void)ud;
	zx_embed(out, ZX__BACKUP_AMBER, "%s", s->title);
	zx_embed_text(out, "⏳ %s", s->text);
	zx_panel_button(out, ZX_BUTTON_SECONDARY, "cancel", NULL, "Cancel", 0);
}

static enum zx_press_result press(struct zx_call *call, void *state,
				  const struct zx_press *p, void *ud)
{
	struct zx__backup *b = zx__backup_in(zx_call_bot(call));
	const struct state *s = state;
	struct zx__backup_work *w = b ? b->works : NULL;

	(void)p, (void)ud;
	while (w && w->serial != s->serial)
		w = w->next;
	if (w)
		zx__backup_work_cancel(w, "It was cancelled");
	return ZX_PRESS_DONE;
}

static const struct zx_panel panel = {
	.name = "backupwork",
	.state_size = sizeof(struct state),
	.timeout_ms = 15 * 60 * 1000,
	.render = render,
	.press = press,
};

static void show(struct zx__backup_work *w)
{
	struct state s = { .serial = w->serial, .title = w->title };

	w->shown = 1;
	if (w->show) {
		w->show(w);
		return;
	}
	memcpy(s.text, w->text, sizeof(s.text));
	(void)zx_reply_panel(w->call, &panel, &s);
}

void zx__backup_work_fail(struct zx__backup_work *w, const char *title,
			  const char *fmt, ...)
{
	struct zx_message out;
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!w->shown) {
		zx_fail(w->call, title, "%s", text);
		return;
	}
	zx_message_init(&out, zx_call_alloc(w->call));
	zx_embed(&out, ZX_COLOR_RED, "%s", title);
	zx_embed_text(&out, "```\n%s\n```", text);
	(void)zx_reply(w->call, &out);
	zx_message_release(&out);
}

/* Turns -------------------------------------------------------------------- */

static void set_timer(struct zx__backup *b)
{
	struct zx_loop *l = zx_bot_loop(b->bot);

	zx_timer_set(l, &b->work_timer,
		     b->works ? zx_loop_now(l) : ZX_TIME_NEVER);
}

static void finish(struct zx__backup_work *w, int err, const char *why)
{
	struct zx__backup_work **at = &w->b->works;
	struct zx_call *call = w->call;

	while (*at != w)
		at = &(*at)->next;
	*at = w->next;
	w->end(w, err, why);
	zx_call_release(call);
}

/* The next turn is another one's. */
static void to_the_end(struct zx__backup_work *w)
{
	struct zx__backup_work **at = &w->b->works;

	*at = w->next;
	while (*at)
		at = &(*at)->next;
	*at = w;
	w->next = NULL;
}

static void turn(struct zx__backup_work *w)
{
	zx_time now = zx_clock(), until = zx_time_add(now, w->b->work_ms);
	int more = 1, err = ZX_OK;

	if (w->known && !zx_bot_guild(w->b->bot, w->guild)) {
		finish(w, ZX_E_CANCELLED,
		       "The bot is no longer in this server");
		return;
	}
	w->known = zx_bot_guild(w->b->bot, w->guild) != NULL;
	do
		err = w->step(w, &more);
	while (!err && more && (now = zx_clock()) < until);
	if (err || !more) {
		finish(w, err, "");
		return;
	}
	if (!w->shown && !w->told &&
	    now >= zx_time_add(w->begun, ZX__WORK_SHOW_MS))
		show(w);
	to_the_end(w);
}

static void on_timer(struct zx_timer *t, void *ud)
{
	struct zx__backup *b = ud;

	(void)t;
	if (b->works)
		turn(b->works);
	set_timer(b);
}

/* Beginning and end -------------------------------------------------------- */

int zx__backup_work_begin(struct zx__backup *b, struct zx__backup_work *w)
{
	struct zx__backup_work **at = &b->works;
	unsigned n = 0;
	int err;

	if (b->stopped)
		return ZX_E_STATE;
	w->b = b;
	w->guild = zx_call_info(w->call)->guild_id;
	for (; *at; at = &(*at)->next)
		n += (*at)->guild == w->guild;
	if (n >= ZX__WORK_GUILD)
		return ZX_E_BUSY;
	b->work_timer.fn = on_timer;
	b->work_timer.ud = b;
	err = zx_timer_set(zx_bot_loop(b->bot), &b->work_timer,
			   zx_loop_now(zx_bot_loop(b->bot)));
	if (err)
		return err;
	w->serial = ++b->work_serial;
	w->begun = zx_clock();
	w->next = NULL;
	*at = w;
	zx_call_keep(w->call);
	return ZX_OK;
}

const char *zx__backup_work_why(int err)
{
	switch (err) {
	case ZX_E_BUSY:
		return "Backups of this server are being read already: try "
		       "again when that is done";
	case ZX_E_STATE:
		return "The bot stops";
	default:
		return zx_strerror(err);
	}
}

void zx__backup_work_cancel(struct zx__backup_work *w, const char *why)
{
	struct zx__backup *b = w->b;

	finish(w, ZX_E_CANCELLED, why);
	if (!b->works)
		set_timer(b);
}

void zx__backup_works_stop(struct zx__backup *b)
{
	while (b->works)
		zx__backup_work_cancel(
			b->works, "The bot stops: try again when it is back");
}
