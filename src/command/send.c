/* SPDX-License-Identifier: MIT
 *
 * send: what a call sends goes out one after the other, because Discord's
 * endpoints for the first answer and for edits do not wait for each other.
 */
#include <stdio.h>

#include "command/command_int.h"

void zx__list_push(struct zx__list *l, struct zx__send *s)
{
	s->next = NULL;
	s->prev = l->last;
	if (l->last)
		l->last->next = s;
	else
		l->first = s;
	l->last = s;
	l->count++;
}

void zx__list_push_front(struct zx__list *l, struct zx__send *s)
{
	s->prev = NULL;
	s->next = l->first;
	if (l->first)
		l->first->prev = s;
	else
		l->last = s;
	l->first = s;
	l->count++;
}

void zx__list_remove(struct zx__list *l, struct zx__send *s)
{
	if (s->prev)
		s->prev->next = s->next;
	else
		l->first = s->next;
	if (s->next)
		s->next->prev = s->prev;
	else
		l->last = s->prev;
	s->next = s->prev = NULL;
	l->count--;
}

struct zx__send *zx__send_new(struct zx_commands *c, enum zx__send_kind kind,
			      struct zx_message *m)
{
	struct zx__send *s = zx_new(c->opt.alloc, sizeof(*s));

	if (!s)
		return NULL;
	s->kind = kind;
	zx_message_init(&s->message, c->opt.alloc);
	if (m)
		zx__message_move(&s->message, m);
	zx_buf_init(&s->body, c->opt.alloc, 0);
	snprintf(s->nonce, sizeof(s->nonce), "zx%016llx",
		 (unsigned long long)zx_rand_u64(&c->opt.rand));
	return s;
}

void zx__send_free(struct zx_commands *c, struct zx__send *s)
{
	zx_message_release(&s->message);
	zx_buf_release(&s->body);
	zx_delete(c->opt.alloc, s);
}

void zx__send_end(struct zx_commands *c, struct zx__send *s,
		  const struct zx_rest_result *r)
{
	struct zx_rest_result result = *r;
	zx_follow_then *then = s->then;
	struct zx_call *call = s->call;

	result.ud = s->then_ud;
	/* Its files go before the next ones are made. */
	zx__send_free(c, s);
	if (then)
		then(call, &result, result.ud);
}

void zx__list_free(struct zx_commands *c, struct zx__list *l)
{
	struct zx__send *s;

	while ((s = l->first) != NULL) {
		zx__list_remove(l, s);
		zx__send_free(c, s);
	}
}

void zx__call_ready(struct zx_call *call)
{
	struct zx_commands *c = call->c;

	if (call->in_ready || call->flying || !call->queue.first ||
	    zx__lane_turn(call->queue.first) == TURN_WAIT)
		return;
	call->in_ready = 1;
	call->next_ready = NULL;
	if (c->ready_last)
		c->ready_last->next_ready = call;
	else
		c->ready_first = call;
	c->ready_last = call;
}

void zx__send_queue(struct zx_call *call, struct zx__send *s)
{
	s->call = call;
	call->refs++;
	zx__list_push(&call->queue, s);
	zx__call_ready(call);
}

void zx__send_requeue(struct zx__send *s)
{
	s->call->refs++;
	zx__list_push_front(&s->call->queue, s);
	zx__lane_requeued(s);
}

static void leave_ready(struct zx_commands *c, struct zx_call *call)
{
	c->ready_first = call->next_ready;
	if (!c->ready_first)
		c->ready_last = NULL;
	call->in_ready = 0;
}

/* The ready call's next send is `s`: it leaves the call's queue. */
static void take_ready(struct zx_commands *c, struct zx_call *call,
		       struct zx__send *s, int flies)
{
	leave_ready(c, call);
	zx__list_remove(&call->queue, s);
	zx__lane_taken(s, flies);
}

/* As zx__send_write, of what has a turn. */
static int write_turn(struct zx_commands *c, struct zx__send *s,
		      enum zx__turn turn, struct zx_rest_request *req)
{
	int n = turn == TURN_OVER ? 0 : zx__send_write(c, s, req);

	return n > 0 && zx__lane_split(s) ? ZX_E_NOMEM : n;
}

static int poll_call(struct zx_commands *c, struct zx_rest_request *req,
		     uint64_t *guild)
{
	static const struct zx_rest_result over = { .err = ZX_E_STATE };
	struct zx_call *call;
	struct zx__send *s;
	enum zx__turn turn;
	int n;

	while ((call = c->ready_first) != NULL) {
		s = call->queue.first;
		turn = zx__lane_turn(s);
		if (turn == TURN_WAIT) {
			leave_ready(c, call);
			continue;
		}
		n = write_turn(c, s, turn, req);
		if (n < 0)
			return n;
		take_ready(c, call, s, n);
		if (n) {
			call->flying = s;
			zx__list_push(&c->flying, s);
			req->ud = s;
			*guild = call->info.guild_id;
			return 1;
		}
		zx__call_ready(call);
		zx__send_end(c, s, &over);
		zx__call_unref(call);
	}
	return 0;
}

int zx__send_poll(struct zx_commands *c, struct zx_rest_request *req,
		  uint64_t *guild)
{
	struct zx__send *s;
	int n = poll_call(c, req, guild);

	if (n || !c->loose.first)
		return n;
	s = c->loose.first;
	n = zx__send_write(c, s, req);
	if (n < 0)
		return n;
	zx__list_remove(&c->loose, s);
	zx__list_push(&c->flying, s);
	req->ud = s;
	return 1;
}
