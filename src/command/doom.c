/* SPDX-License-Identifier: MIT
 *
 * doom: error replies in a channel delete themselves after a while (spec W5).
 */
#include "command/command_int.h"

static void doomed_free(struct zx_commands *c, struct zx__doomed *d)
{
	zx__timer_leave(c, &d->timer);
	if (d->prev)
		d->prev->next = d->next;
	else
		c->doomed = d->next;
	if (d->next)
		d->next->prev = d->prev;
	c->doomed_count--;
	zx_delete(c->opt.alloc, d);
}

/* Best effort: a message that cannot be remembered stays. */
void zx__doom(struct zx_commands *c, uint64_t channel, uint64_t message,
	      zx_time at)
{
	struct zx__doomed *d;

	if (c->doomed_count == ZX__DOOMED)
		return;
	d = zx_new(c->opt.alloc, sizeof(*d));
	if (!d)
		return;
	if (zx__timer_join(c, &d->timer, TIMER_DELETE)) {
		zx_delete(c->opt.alloc, d);
		return;
	}
	d->channel_id = channel;
	d->message_id = message;
	d->next = c->doomed;
	if (c->doomed)
		c->doomed->prev = d;
	c->doomed = d;
	c->doomed_count++;
	zx__timer_arm(c, &d->timer, at);
}

void zx__doom_due(struct zx_commands *c, struct zx__doomed *d)
{
	struct zx__send *s = zx__send_new(c, SEND_DELETE, NULL);

	if (s) {
		s->channel_id = d->channel_id;
		s->message_id = d->message_id;
		zx__list_push(&c->loose, s);
	}
	doomed_free(c, d);
}

void zx__doomed_free(struct zx_commands *c)
{
	while (c->doomed)
		doomed_free(c, c->doomed);
}
