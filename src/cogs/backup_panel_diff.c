/* SPDX-License-Identifier: MIT
 *
 * backup_panel_diff: two snapshots, or one and the server, compared for a
 * panel. What comes of it is kept for its pages.
 */
#include "cogs/backup_panel.h"
#include "cogs/backup_work.h"

struct zx__bkp_comparing {
	struct zx__backup_work work;
	struct zx__bkp_wait *w;
	struct zx__backup_open a, b;
	struct zx_guild_reader live; /* for the side that is no backup */
	uint64_t draft;		     /* what `live` reads; 0: none */
	struct zx__bkv_diff diff;
	struct zx__bkv_differ *differ;
};

const struct zx__bkv_diff *zx__bkp_kept(struct zx__backup *b, uint64_t guild,
					uint64_t serial)
{
	struct zx__bkp *p = b->show;
	size_t i;

	for (i = 0; p && serial && i < ZX__BKP_KEPT; i++)
		if (p->kept[i].serial == serial && p->kept[i].guild == guild)
			return &p->kept[i].diff;
	return NULL;
}

/* The oldest goes for one more. */
static int keep(struct zx__backup *b, uint64_t guild, struct zx__bkv_diff *d,
		uint64_t *serial)
{
	struct zx__bkp *p = zx__bkp_of(b);
	size_t i, oldest = 0;

	if (!p)
		return ZX_E_NOMEM;
	for (i = 1; i < ZX__BKP_KEPT; i++)
		if (p->kept[i].serial < p->kept[oldest].serial)
			oldest = i;
	if (p->kept[oldest].serial)
		zx__bkv_diff_release(&p->kept[oldest].diff);
	*serial = p->kept[oldest].serial = ++p->serial;
	p->kept[oldest].guild = guild;
	p->kept[oldest].diff = *d;
	return ZX_OK;
}

static void name_side(struct zx__backup *b, const struct zx_state_snapshot *s,
		      char text[480], char plain[480])
{
	struct zx__backup_item r = { .author = 0 };
	struct zx_buf out;

	zx_buf_init(&out, b->alloc, 0);
	if (s) {
		memcpy(r.id, s->id, sizeof(r.id));
		r.created = s->created;
		r.label = s->label;
	}
	zx__bkv_side(s ? &r : NULL, &out);
	snprintf(text, 480, "%s", zx_buf_cstr(&out));
	zx_buf_clear(&out);
	if (s)
		zx__bkv_name(&r, &out);
	else
		zx_buf_addc(&out, "the server as it is");
	snprintf(plain, 480, "%s", zx_buf_cstr(&out));
	zx_buf_release(&out);
}

/* Ending ----------------------------------------------------------------------
 */

static void forget(struct zx__bkp_comparing *c)
{
	struct zx__backup *b = c->w->b;

	zx__bkv_differ_free(c->differ);
	zx__bkv_diff_release(&c->diff);
	zx__backup_open_release(&c->a);
	zx__backup_open_release(&c->b);
	if (c->draft && zx_state_snap_abort(b->state, c->draft))
		zx__backup_log(b, ZX_LOG_WARN,
			       "a draft stays until the next start: %s",
			       zx_state_error(b->state));
	c->w->comparing = NULL;
	zx_delete(b->alloc, c);
}

/* A comparison that nobody waits for any more ends without a word; but a press
 * that was not answered yet has to be. */
static void finish(struct zx__bkp_wait *w, int err, const char *why)
{
	if (err) {
		w->diff = 0;
		snprintf(w->why, sizeof(w->why), "%s", why);
	}
	if (w->cancelled)
		zx_defer(w->call);
	else
		w->done(w, w->b);
	zx__bkp_wait_end(w);
}

static int gone(const struct zx__bkp_comparing *c)
{
	struct zx__backup *b = c->w->b;

	return (*c->a.snap.id && zx__backup_is_gone(b, &c->a.snap)) ||
	       (*c->b.snap.id && zx__backup_is_gone(b, &c->b.snap));
}

static const char *why_not(struct zx__bkp_comparing *c, int err)
{
	switch (err) {
	case ZX_E_NOTFOUND:
	case ZX_E_CORRUPT:
		return gone(c) ? "One of the backups has been deleted meanwhile"
			       : "One of the backups is damaged: "
				 "/backupverify tells more";
	default:
		return zx__backup_why(c->w->b, err);
	}
}

static void on_end(struct zx__backup_work *work, int err, const char *why)
{
	struct zx__bkp_comparing *c = (struct zx__bkp_comparing *)work;
	struct zx__bkp_wait *w = c->w;
	char text[256];

	if (!err)
		err = keep(w->b, w->guild, &c->diff, &w->diff);
	if (!err)
		memset(&c->diff, 0, sizeof(c->diff)); /* it is kept */
	/* What says why is about to go. */
	snprintf(text, sizeof(text), "%s",
		 !err || *why ? why : why_not(c, err));
	w->shown = work->shown && !work->show;
	forget(c);
	finish(w, err, text);
}

/* Comparing -------------------------------------------------------------------
 */

static int on_step(struct zx__backup_work *work, int *more)
{
	struct zx__bkp_comparing *c = (struct zx__bkp_comparing *)work;

	return zx__bkv_differ_step(c->differ, ZX__WORK_ITEMS, more);
}

static void on_show(struct zx__backup_work *work)
{
	struct zx__bkp_comparing *c = (struct zx__bkp_comparing *)work;

	c->w->show(c->w);
}

static int open_sides(struct zx__bkp_comparing *c)
{
	struct zx__bkp_wait *w = c->w;
	const struct zx_guild_reader *ra = *w->a ? &c->a.reader : &c->live;
	const struct zx_guild_reader *rb = *w->b_id ? &c->b.reader : &c->live;
	int err = ZX_OK;

	if (*w->a)
		err = zx__backup_open(w->b, w->guild, w->a, &c->a);
	if (!err && *w->b_id)
		err = zx__backup_open(w->b, w->guild, w->b_id, &c->b);
	if (err)
		return err;
	name_side(w->b, *w->a ? &c->a.snap : NULL, c->diff.a, c->diff.plain_a);
	name_side(w->b, *w->b_id ? &c->b.snap : NULL, c->diff.b,
		  c->diff.plain_b);
	return zx__bkv_differ_new(&c->differ, &c->diff, ra, rb, w->b->alloc);
}

/* `live` stands for the side that has no snapshot. */
static void compare(struct zx__bkp_wait *w, const struct zx_guild_reader *live)
{
	struct zx__bkp_comparing *c = zx_new(w->b->alloc, sizeof(*c));
	char text[256];
	const char *why;
	int err;

	if (!c) {
		finish(w, ZX_E_NOMEM, zx_strerror(ZX_E_NOMEM));
		return;
	}
	c->w = w;
	w->comparing = c;
	c->work = (struct zx__backup_work){
		.call = w->call,
		.title = "🔀 Comparing Backups…",
		.text = "Both sides are read in full.",
		.step = on_step,
		.end = on_end,
		.show = w->show ? on_show : NULL,
	};
	if (live) {
		c->live = *live;
		c->draft = zx__backup_glance_keep(w->b, w->guild);
	}
	err = open_sides(c);
	why = err == ZX_E_NOTFOUND ? "One of the backups has been deleted "
				     "meanwhile"
	      : err		   ? why_not(c, err)
				   : "";
	if (!err) {
		err = zx__backup_work_begin(w->b, &c->work);
		why = err ? zx__backup_work_why(err) : "";
	}
	if (!err)
		return;
	/* What says why is about to go. */
	snprintf(text, sizeof(text), "%s", why);
	forget(c);
	finish(w, err, text);
}

static void on_read(int err, const char *why, const struct zx_guild_reader *r,
		    void *ud)
{
	struct zx__bkp_wait *w = ud;

	if (err || w->cancelled)
		finish(w, err, why);
	else
		compare(w, r);
}

void zx__bkp_compare(struct zx__bkp_wait *w)
{
	int err;

	if (*w->a && *w->b_id) {
		compare(w, NULL);
		return;
	}
	if (!*w->a && !*w->b_id) {
		finish(w, ZX_E_INVALID, "That is the server on both sides");
		return;
	}
	err = zx__backup_glance(w->b, w->guild, on_read, w);
	w->glancing = !err;
	if (err == ZX_E_BUSY)
		finish(w, err,
		       "A backup of this server is being made: try "
		       "again when it is done");
	else if (err)
		finish(w, err, zx_strerror(err));
}

int zx__bkp_drop(struct zx__backup *b, const struct zx_call *call)
{
	const struct zx__bkp *p = b->show;
	struct zx__bkp_wait *w = p ? p->waits : NULL;
	uint64_t message = zx_call_info(call)->message_id;

	while (w && (zx_call_info(w->call)->message_id != message ||
		     (!w->comparing && !w->glancing)))
		w = w->next;
	if (!w)
		return 0;
	w->cancelled = 1;
	if (w->comparing)
		zx__backup_work_cancel(&w->comparing->work, "cancelled");
	else
		zx__backup_glance_cancel(b, w->guild, w);
	return 1;
}
