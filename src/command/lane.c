/* SPDX-License-Identifier: MIT
 *
 * lane: what several calls do to one message, in the order in which they asked
 * for it. Discord takes the requests of each token as they come, so that what
 * is to be seen last must be sent last: one edit is on its way at a time, and
 * of those that wait only the newest is sent. The response to a press cannot
 * wait (IN-01): it goes out at once, and where it may have crossed another, it
 * is sent once more as an edit, which waits.
 */
#include "command/command_int.h"

static struct zx__lane *lane_new(struct zx_commands *c)
{
	struct zx__lane *lane = zx_new(c->opt.alloc, sizeof(*lane));

	if (lane)
		lane->refs = 1;
	return lane;
}

void zx__lane_leave(struct zx_commands *c, struct zx__lane **at)
{
	struct zx__lane *lane = *at;

	*at = NULL;
	if (lane && !--lane->refs)
		zx_delete(c->opt.alloc, lane);
}

static void enter(struct zx_commands *c, struct zx__lane **at,
		  struct zx__lane *lane)
{
	lane->refs++;
	zx__lane_leave(c, at);
	*at = lane;
}

int zx__lane_share(struct zx_call *call, struct zx__panel *p)
{
	if (!call->lane)
		call->lane = lane_new(call->c);
	if (!call->lane)
		return ZX_E_NOMEM;
	enter(call->c, &p->lane, call->lane);
	return ZX_OK;
}

/* Of a panel that is in two messages, which is rare: the one that is pressed
 * may be known to another call. */
static int change(struct zx_commands *c, struct zx__panel *p, uint64_t message)
{
	const struct zx_call *call = c->calls;
	struct zx__lane *lane;

	while (call && !(call->lane && call->lane->message_id == message))
		call = call->next;
	if (call) {
		enter(c, &p->lane, call->lane);
		return ZX_OK;
	}
	lane = lane_new(c);
	if (!lane)
		return ZX_E_NOMEM;
	zx__lane_leave(c, &p->lane);
	p->lane = lane;
	return ZX_OK;
}

int zx__lane_join(struct zx_call *call, struct zx__panel *p)
{
	uint64_t message = call->info.message_id;

	if (p->lane->message_id && p->lane->message_id != message &&
	    change(call->c, p, message))
		return ZX_E_NOMEM;
	p->lane->message_id = message;
	enter(call->c, &call->lane, p->lane);
	return ZX_OK;
}

/* Asking ------------------------------------------------------------------- */

/* It is the one that waits, unless a newer one does. What is overtaken goes
 * when its call comes to it. */
static void wait_in(struct zx__lane *lane, struct zx__send *s)
{
	struct zx__send *old = lane->waiting;

	if (old && old->turn > s->turn)
		return;
	lane->waiting = s;
	if (old && old != s)
		zx__call_ready(old->call);
}

void zx__lane_ask(struct zx_call *call, struct zx__send *s)
{
	struct zx__lane *lane = call->lane;

	/* Who cannot reach the message stands in nobody's way. */
	if (!lane || (s->kind == SEND_EDIT && !zx__call_edits(call)))
		return;
	s->turn = ++lane->asked;
	if (s->kind == SEND_EDIT)
		wait_in(lane, s);
}

enum zx__turn zx__lane_turn(const struct zx__send *s)
{
	const struct zx__lane *lane = s->call ? s->call->lane : NULL;

	if (!lane || !s->turn || s->kind != SEND_EDIT)
		return TURN_GO;
	if (lane->waiting != s || s->turn < lane->shown)
		return TURN_OVER;
	return lane->flying ? TURN_WAIT : TURN_GO;
}

/* Sending ------------------------------------------------------------------ */

/* Changes a message that is there. */
static int changes(const struct zx__send *s)
{
	return s->turn &&
	       (s->kind == SEND_EDIT || (s->kind == SEND_ANSWER && !s->notice &&
					 zx__call_updates(s->call)));
}

int zx__lane_split(struct zx__send *s)
{
	struct zx_call *call = s->call;
	struct zx_commands *c = call->c;
	struct zx__lane *lane;
	struct zx__panel *p;

	if (s->route != ROUTE_POST || !changes(s))
		return ZX_OK;
	lane = lane_new(c);
	if (!lane)
		return ZX_E_NOMEM;
	if (call->lane->waiting == s)
		call->lane->waiting = NULL;
	p = call->panel ? zx__panel_find(c, call->panel) : NULL;
	if (p && p->lane == call->lane)
		enter(c, &p->lane, lane);
	zx__lane_leave(c, &call->lane);
	call->lane = lane;
	s->turn = ++lane->asked;
	return ZX_OK;
}

void zx__lane_taken(struct zx__send *s, int flies)
{
	struct zx__lane *lane = s->call->lane;

	if (!lane)
		return;
	if (lane->waiting == s)
		lane->waiting = NULL;
	if (!flies || !changes(s))
		return;
	s->in_lane = 1;
	s->crossed = lane->flying > 0;
	lane->flying++;
}

void zx__lane_back(struct zx__send *s, const struct zx_rest_result *r)
{
	struct zx__lane *lane = s->call->lane;

	if (!s->in_lane)
		return;
	s->in_lane = 0;
	lane->flying--;
	if (!r->err && s->turn > lane->shown)
		lane->shown = s->turn;
	if (s->route == ROUTE_POST && !r->err)
		lane->message_id = zx_json_get_u64(r->body, "id");
}

int zx__lane_again(struct zx__send *s, const struct zx_rest_result *r)
{
	struct zx__lane *lane = s->call->lane;

	if (!s->crossed || (r->err && !r->maybe_done))
		return 0;
	s->crossed = 0;
	if (s->turn < lane->shown ||
	    (lane->waiting && lane->waiting->turn > s->turn))
		return 0;
	s->kind = SEND_EDIT;
	zx__send_requeue(s);
	return 1;
}

void zx__lane_requeued(struct zx__send *s)
{
	if (s->call->lane && s->turn && s->kind == SEND_EDIT)
		wait_in(s->call->lane, s);
}

void zx__lane_next(const struct zx__lane *lane)
{
	if (lane && lane->waiting)
		zx__call_ready(lane->waiting->call);
}
