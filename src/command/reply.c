/* SPDX-License-Identifier: MIT
 *
 * reply: what a handler says. The same calls for both forms; which endpoint
 * carries the words is decided in send_write.c.
 */
#include <limits.h>

#include "command/command_int.h"

static int wants_ephemeral(const struct zx_call *call,
			   const struct zx_message *m)
{
	const struct zx_command *command = call->info.command;

	if (m && m->m && m->m->flags & ZX_MESSAGE_EPHEMERAL)
		return 1;
	return command && command->flags & ZX_COMMAND_EPHEMERAL;
}

/* The waiting send that a new answer takes the place of. */
static struct zx__send *waiting(struct zx_call *call)
{
	struct zx__send *s, *last = NULL;

	for (s = call->queue.first; s; s = s->next)
		if (!s->notice &&
		    (s->kind == SEND_ANSWER || s->kind == SEND_EDIT ||
		     s->kind == SEND_DEFER))
			last = s;
	return last;
}

static void begin(struct zx_call *call, struct zx__send *s, int ephemeral)
{
	s->ephemeral = ephemeral;
	call->ephemeral = ephemeral && call->token;
	call->answered = 1;
	zx__timer_disarm(call->c, &call->defer);
}

/* An error in the message is the caller's; the message is emptied anyway. */
static int check(struct zx_call *call, struct zx_message *m)
{
	int err = m->err;

	if (!err && (call->dead || call->form_open))
		err = ZX_E_STATE;
	if (err)
		zx_message_clear(m);
	return err;
}

static int defer(struct zx_call *call, int ephemeral)
{
	struct zx__send *s = zx__send_new(
		call->c, call->token ? SEND_DEFER : SEND_TYPING, NULL);

	if (!s)
		return ZX_E_NOMEM;
	if (call->token)
		begin(call, s, ephemeral);
	zx__send_queue(call, s);
	return ZX_OK;
}

/* Files may take longer than the 3 s of the first answer: they come as an edit
 * of a defer, which stands in for what waits in `s`. */
static int defer_files(struct zx_call *call, struct zx__send *s, int ephemeral)
{
	if (!s)
		return call->answered ? ZX_OK : defer(call, ephemeral);
	s->kind = SEND_DEFER;
	s->turn = 0;
	zx_message_clear(&s->message);
	begin(call, s, ephemeral);
	return ZX_OK;
}

int zx__answer(struct zx_call *call, struct zx_message *m)
{
	struct zx__send *s = waiting(call);
	int ephemeral = wants_ephemeral(call, m);
	const struct zx_file *files;

	if (call->token && zx_message_files(m, &files) &&
	    (!s || s->kind != SEND_EDIT)) {
		if (defer_files(call, s, ephemeral))
			return ZX_E_NOMEM;
		s = NULL;
	}
	call->shown = 1;
	if (s) {
		zx_message_release(&s->message);
		zx__message_move(&s->message, m);
		if (s->kind == SEND_DEFER)
			s->kind = SEND_ANSWER;
		if (s->kind == SEND_ANSWER)
			begin(call, s, ephemeral);
		zx__lane_ask(call, s);
		return ZX_OK;
	}
	s = zx__send_new(call->c, call->answered ? SEND_EDIT : SEND_ANSWER, m);
	if (!s)
		return ZX_E_NOMEM;
	if (s->kind == SEND_ANSWER)
		begin(call, s, ephemeral);
	zx__send_queue(call, s);
	zx__lane_ask(call, s);
	return ZX_OK;
}

static int is_over(const struct zx_call *call)
{
	/* An error in answer to a press is a message of its own: edits would
	 * change that one instead of the panel. */
	return call->dead || (call->failed && zx__call_updates(call));
}

int zx_reply(struct zx_call *call, struct zx_message *m)
{
	int err = check(call, m);

	if (err)
		return err;
	if (is_over(call)) {
		zx_message_clear(m);
		return ZX_E_STATE;
	}
	err = zx__answer(call, m);
	if (!err && call->panel) {
		struct zx__panel *p = zx__panel_find(call->c, call->panel);

		if (p)
			zx__panel_free(call->c, p);
		call->panel = 0;
	}
	zx_message_clear(m);
	return err;
}

int zx_answer(struct zx_call *call, const char *fmt, ...)
{
	struct zx_message m;
	va_list ap;
	int err;

	zx_message_init(&m, call->c->opt.alloc);
	if (zx__message_get(&m)) {
		va_start(ap, fmt);
		zx__message_append(&m, &m.m->content, ZX__CONTENT, fmt, ap);
		va_end(ap);
	}
	err = zx_reply(call, &m);
	zx_message_release(&m);
	return err;
}

unsigned zx_follow_ups_left(const struct zx_call *call)
{
	if (!call->guest)
		return UINT_MAX;
	return call->follow_ups < ZX__GUEST_FOLLOW_UPS
		       ? ZX__GUEST_FOLLOW_UPS - call->follow_ups
		       : 0;
}

static int follow(struct zx_call *call, struct zx_message *m, int notice,
		  uint32_t delete_ms)
{
	struct zx__send *s;

	if (call->queue.count >= ZX__QUEUE || !zx_follow_ups_left(call))
		return ZX_E_LIMIT;
	s = zx__send_new(call->c, SEND_FOLLOW, m);
	if (!s)
		return ZX_E_NOMEM;
	s->notice = notice;
	s->ephemeral = notice || wants_ephemeral(call, &s->message);
	s->delete_after_ms = delete_ms;
	call->follow_ups++;
	zx__send_queue(call, s);
	return ZX_OK;
}

int zx_follow_up(struct zx_call *call, struct zx_message *m)
{
	int err = check(call, m);

	if (err)
		return err;
	if (call->token && !zx__call_updates(call) && !call->shown) {
		/* The first message after a defer is the answer anyway (IN-04).
		 */
		err = zx__answer(call, m);
	} else {
		if (call->token && !call->answered)
			err = zx_defer(call);
		if (!err)
			err = follow(call, m, 0, 0);
	}
	zx_message_clear(m);
	return err;
}

int zx_follow_up_then(struct zx_call *call, struct zx_message *m,
		      zx_follow_then *then, void *ud)
{
	int err = check(call, m);

	/* It would be the answer (IN-04), and that may still be changed. */
	if (!err && call->token && !zx__call_updates(call) && !call->shown)
		err = ZX_E_STATE;
	if (!err && call->token && !call->answered)
		err = zx_defer(call);
	if (!err)
		err = follow(call, m, 0, 0);
	if (!err) {
		call->queue.last->then = then;
		call->queue.last->then_ud = ud;
	}
	zx_message_clear(m);
	return err;
}

/* Answers an interaction, or turns a defer that waits into the answer. */
static int notice_first(struct zx_call *call, struct zx_message *m,
			uint32_t delete_ms)
{
	struct zx__send *s = waiting(call);

	if (s) {
		zx__message_move(&s->message, m);
		s->kind = SEND_ANSWER;
	} else {
		s = zx__send_new(call->c, SEND_ANSWER, m);
		if (!s)
			return ZX_E_NOMEM;
		zx__send_queue(call, s);
	}
	s->notice = 1;
	s->delete_after_ms = delete_ms;
	begin(call, s, call->token != NULL);
	call->shown = 1;
	return ZX_OK;
}

int zx__notice(struct zx_call *call, struct zx_message *m, uint32_t delete_ms)
{
	struct zx__send *s = waiting(call);
	int unsent_defer = s && s->kind == SEND_DEFER;
	int err = check(call, m);

	if (err)
		return err;
	if (!call->answered || unsent_defer)
		err = notice_first(call, m, delete_ms);
	else if (call->token && !call->shown && !zx__call_updates(call))
		err = zx__answer(call, m);
	else
		err = follow(call, m, 1, delete_ms);
	zx_message_clear(m);
	return err;
}

int zx_defer(struct zx_call *call)
{
	if (call->dead)
		return ZX_E_STATE;
	if (call->answered)
		return ZX_OK;
	if (call->kind == CALL_COMPLETE)
		return ZX_E_STATE; /* IN-09 */
	return defer(call, wants_ephemeral(call, NULL));
}
