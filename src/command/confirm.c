/* SPDX-License-Identifier: MIT
 *
 * confirm: a question with two buttons, as a panel whose state is what will be
 * done.
 */
#include <stdio.h>

#include "command/command_int.h"

enum outcome { OPEN, CONFIRMED, CANCELLED };

struct question {
	const struct zx_confirm *confirm;
	enum outcome outcome;
	_Alignas(16) unsigned char state[ZX__QUESTION_STATE];
	char text[ZX__QUESTION + 1]; /* last: only what is used is kept */
};

static const char *how_it_ended(enum outcome outcome)
{
	switch (outcome) {
	case CONFIRMED:
		return "✅ Confirmed";
	case CANCELLED:
		return "Cancelled, nothing was done";
	default:
		return "⌛ Not answered in time, nothing was done";
	}
}

static void render(struct zx_call *call, const void *state, int over,
		   struct zx_message *out, void *ud)
{
	const struct question *q = state;
	const struct zx_confirm *c = q->confirm;

	(void)ud;
	zx_embed(out, over ? ZX_COLOR_BLURPLE : ZX_COLOR_ORANGE, "%s",
		 c->title ? c->title : "Are you sure?");
	zx_embed_text(out, "%s", q->text);
	if (over)
		zx_embed_footer(out, "%s", how_it_ended(q->outcome));
	if (zx__call_wall(call->c))
		zx_embed_time(out, zx__call_wall(call->c));
	zx_panel_button(out, ZX_BUTTON_DANGER, "yes", NULL,
			c->yes ? c->yes : "Confirm", 0);
	zx_panel_button(out, ZX_BUTTON_SECONDARY, "no", NULL, "Cancel", 0);
}

static enum zx_press_result press(struct zx_call *call, void *state,
				  const struct zx_press *p, void *ud)
{
	struct question *q = state;

	(void)ud;
	if (strcmp(p->action, "yes") != 0) {
		q->outcome = CANCELLED;
		return ZX_PRESS_CLOSE;
	}
	q->confirm->confirmed(call, q->state, q->confirm->ud);
	if (call->failed)
		return ZX_PRESS_DONE;
	/* Answered later, or not at all: a second press must find it closed. */
	q->outcome = CONFIRMED;
	return call->answered ? ZX_PRESS_DONE : ZX_PRESS_CLOSE;
}

static const struct zx_panel panel = {
	.name = "confirm",
	.state_size = sizeof(struct question),
	.timeout_ms = ZX__QUESTION_MS,
	.render = render,
	.press = press,
};

int zx_ask(struct zx_call *call, const struct zx_confirm *confirm,
	   const void *state, const char *fmt, ...)
{
	struct question *q;
	struct zx__panel *p;
	va_list ap;
	int err;

	if (confirm->state_size > ZX__QUESTION_STATE ||
	    (confirm->state_size && !state) || !confirm->confirmed)
		return ZX_E_INVALID;
	q = zx_new(call->c->opt.alloc, sizeof(*q));
	if (!q)
		return ZX_E_NOMEM;
	q->confirm = confirm;
	va_start(ap, fmt);
	vsnprintf(q->text, sizeof(q->text), fmt, ap);
	va_end(ap);
	if (confirm->state_size)
		memcpy(q->state, state, confirm->state_size);
	err = zx__reply_panel(call, &panel, q,
			      offsetof(struct question, text) +
				      strlen(q->text) + 1);
	zx_delete(call->c->opt.alloc, q);
	p = err ? NULL : zx__panel_find(call->c, call->panel);
	if (p && confirm->timeout_ms)
		zx__panel_last(call->c, p, confirm->timeout_ms);
	return err;
}
