/* SPDX-License-Identifier: MIT
 *
 * backup_list: what pages show, out of the state file.
 */
#include "cogs/backup_view.h"

/* Lengths first, addresses when the buffer grows no more. */
static int one(const struct zx_state_audit *e, void *ud)
{
	struct zx__bkv_data *d = ud;
	struct zx__bkv_audit *to = &d->audit[d->audit_count];

	if (!d->audit_count++)
		d->audit_total = e->seq;
	to->seq = e->seq;
	to->at = e->at;
	to->user = e->user;
	snprintf(to->action, sizeof(to->action), "%s", e->action);
	snprintf(to->backup, sizeof(to->backup), "%s", e->backup);
	to->details.len = e->details.len;
	zx_buf_adds(&d->text, e->details);
	return d->text.err;
}

static int load_audit(struct zx__bkv_data *d, struct zx__backup *b,
		      uint64_t guild)
{
	size_t i, at = 0;
	int err;

	d->audit = zx_new(b->alloc, ZX__BKV_AUDIT * sizeof(*d->audit));
	if (!d->audit)
		return ZX_E_NOMEM;
	err = zx_state_audit_each(b->state, guild, ZX__BKV_AUDIT, one, d);
	for (i = 0; i < d->audit_count; i++) {
		d->audit[i].details.ptr = d->text.ptr + at;
		at += d->audit[i].details.len;
	}
	return err;
}

int zx__bkv_load(struct zx__bkv_data *d, struct zx__backup *b, uint64_t guild,
		 int audit)
{
	struct zx_state_usage u = { .stored = 0 };
	int err;

	*d = (struct zx__bkv_data){ .audit_count = 0 };
	zx_buf_init(&d->text, b->alloc, 0);
	zx_buf_init(&d->loud, b->alloc, 0);
	err = zx__backup_list(b, guild, &d->list);
	if (!err)
		err = zx_state_usage(b->state, guild, &u);
	d->stored = u.stored;
	if (!err && audit)
		err = load_audit(d, b, guild);
	return err;
}

void zx__bkv_release(struct zx__bkv_data *d)
{
	zx_delete(d->list.alloc, d->audit);
	zx_buf_release(&d->text);
	zx_buf_release(&d->loud);
	zx__backup_list_release(&d->list);
}
