/* SPDX-License-Identifier: MIT
 *
 * restore_kept: plans that wait for a decision, and calls that wait for a plan
 * or follow a restore.
 */
#include "cogs/restore_show.h"

struct zx__rsp *zx__rsp_of(struct zx__backup *b)
{
	if (!b->restore_show)
		b->restore_show = zx_new(b->alloc, sizeof(struct zx__rsp));
	return b->restore_show;
}

void zx__restore_show_free(struct zx__backup *b)
{
	struct zx__rsp *p = b->restore_show;
	struct zx__rsp_watch *w;

	if (!p)
		return;
	/* The calls have gone with the bot's commands. */
	while ((w = p->watches) != NULL) {
		p->watches = w->next;
		zx_delete(b->alloc, w);
	}
	zx__rsf_free(p, b->alloc);
	for (size_t i = 0; i < ZX__RSP_KEPT; i++)
		zx_plan_free(p->kept[i].plan);
	zx_delete(b->alloc, p);
	b->restore_show = NULL;
}

/* Plans ---------------------------------------------------------------------
 */

uint64_t zx__rsp_keep(struct zx__backup *b, struct zx_plan *plan,
		      const struct zx__restore_ask *ask)
{
	struct zx__rsp *p = zx__rsp_of(b);
	size_t i, oldest = 0;

	if (!p) {
		zx_plan_free(plan);
		return 0;
	}
	for (i = 1; i < ZX__RSP_KEPT; i++)
		if (p->kept[i].serial < p->kept[oldest].serial)
			oldest = i;
	zx_plan_free(p->kept[oldest].plan);
	p->kept[oldest].serial = ++p->serial;
	p->kept[oldest].guild = ask->guild;
	p->kept[oldest].plan = plan;
	p->kept[oldest].ask = *ask;
	return p->serial;
}

static size_t find(const struct zx__rsp *p, uint64_t guild, uint64_t serial)
{
	size_t i;

	for (i = 0; i < ZX__RSP_KEPT; i++)
		if (serial && p->kept[i].serial == serial &&
		    p->kept[i].guild == guild)
			break;
	return i;
}

const struct zx_plan *zx__rsp_kept(struct zx__backup *b, uint64_t guild,
				   uint64_t serial)
{
	struct zx__rsp *p = zx__rsp_of(b);
	size_t i = p ? find(p, guild, serial) : ZX__RSP_KEPT;

	return i < ZX__RSP_KEPT ? p->kept[i].plan : NULL;
}

struct zx_plan *zx__rsp_take(struct zx__backup *b, uint64_t guild,
			     uint64_t serial, struct zx__restore_ask *ask)
{
	struct zx__rsp *p = zx__rsp_of(b);
	size_t i = p ? find(p, guild, serial) : ZX__RSP_KEPT;
	struct zx_plan *plan;

	if (i == ZX__RSP_KEPT)
		return NULL;
	plan = p->kept[i].plan;
	*ask = p->kept[i].ask;
	memset(&p->kept[i], 0, sizeof(p->kept[i]));
	return plan;
}

/* Calls ---------------------------------------------------------------------
 */

struct zx__rsp_watch *zx__rsp_watch(struct zx__backup *b, struct zx_call *call,
				    const struct zx__rsp_state *s)
{
	struct zx__rsp *p = zx__rsp_of(b);
	struct zx__rsp_watch *w = p ? zx_new(b->alloc, sizeof(*w)) : NULL;

	if (!w) {
		zx_fail(call, "❌ Command Error", "Out of memory");
		return NULL;
	}
	w->b = b;
	w->call = call;
	w->state = *s;
	w->next = p->watches;
	p->watches = w;
	zx_call_keep(call);
	return w;
}

void zx__rsp_watch_end(struct zx__rsp_watch *w)
{
	struct zx__rsp *p = w->b->restore_show;
	struct zx__rsp_watch **at = &p->watches;

	while (*at != w)
		at = &(*at)->next;
	*at = w->next;
	zx_call_release(w->call);
	zx_delete(w->b->alloc, w);
}
