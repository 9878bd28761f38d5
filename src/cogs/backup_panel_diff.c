/* SPDX-License-Identifier: MIT
 *
 * backup_panel_diff: two snapshots, or one and the server, compared for a
 * panel. What comes of it is kept for its pages.
 */
#include "cogs/backup_panel.h"

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

/* A place for one more: the oldest goes. */
static struct zx__bkv_diff *place(struct zx__backup *b, uint64_t guild,
				  uint64_t *serial)
{
	struct zx__bkp *p = zx__bkp_of(b);
	size_t i, oldest = 0;

	if (!p)
		return NULL;
	for (i = 1; i < ZX__BKP_KEPT; i++)
		if (p->kept[i].serial < p->kept[oldest].serial)
			oldest = i;
	if (p->kept[oldest].serial)
		zx__bkv_diff_release(&p->kept[oldest].diff);
	memset(&p->kept[oldest], 0, sizeof(p->kept[oldest]));
	*serial = p->kept[oldest].serial = ++p->serial;
	p->kept[oldest].guild = guild;
	return &p->kept[oldest].diff;
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

/* live stands for the side that has no snapshot. */
static int compare(struct zx__bkp_wait *w, const struct zx_guild_reader *live)
{
	struct zx__backup *b = w->b;
	struct zx__backup_open oa, ob;
	struct zx__bkv_diff *d = place(b, w->guild, &w->diff);
	const struct zx_guild_reader *ra = live, *rb = live;
	int err = d ? ZX_OK : ZX_E_NOMEM;

	memset(&oa, 0, sizeof(oa));
	memset(&ob, 0, sizeof(ob));
	if (!err && *w->a) {
		err = zx__backup_open(b, w->guild, w->a, &oa);
		ra = &oa.reader;
	}
	if (!err && *w->b_id) {
		err = zx__backup_open(b, w->guild, w->b_id, &ob);
		rb = &ob.reader;
	}
	if (!err) {
		name_side(b, *w->a ? &oa.snap : NULL, d->a, d->plain_a);
		name_side(b, *w->b_id ? &ob.snap : NULL, d->b, d->plain_b);
		err = zx__bkv_diff(d, ra, rb, b->alloc);
	}
	zx__backup_open_release(&oa);
	zx__backup_open_release(&ob);
	return err;
}

static void finish(struct zx__bkp_wait *w, int err, const char *why)
{
	struct zx__backup *b = w->b;

	if (err) {
		w->diff = 0;
		snprintf(w->why, sizeof(w->why), "%s", why);
	}
	if (!b->stopped)
		w->done(w, b);
	zx__bkp_wait_end(w);
}

static const char *why_not(struct zx__backup *b, int err)
{
	switch (err) {
	case ZX_E_NOTFOUND:
		return "One of the backups has been deleted meanwhile";
	case ZX_E_CORRUPT:
		return "One of the backups is damaged: /backupverify tells "
		       "more";
	default:
		return zx__backup_why(b, err);
	}
}

static void on_read(int err, const char *why, const struct zx_guild_reader *r,
		    void *ud)
{
	struct zx__bkp_wait *w = ud;

	if (!err) {
		err = compare(w, r);
		why = why_not(w->b, err);
	}
	finish(w, err, why);
}

void zx__bkp_compare(struct zx__bkp_wait *w)
{
	int err;

	if (*w->a && *w->b_id) {
		err = compare(w, NULL);
		finish(w, err, err ? why_not(w->b, err) : "");
		return;
	}
	if (!*w->a && !*w->b_id) {
		finish(w, ZX_E_INVALID, "That is the server on both sides");
		return;
	}
	err = zx__backup_glance(w->b, w->guild, on_read, w);
	if (err == ZX_E_BUSY)
		finish(w, err,
		       "A backup of this server is being made: try "
		       "again when it is done");
	else if (err)
		finish(w, err, zx_strerror(err));
}
