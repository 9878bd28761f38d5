/* SPDX-License-Identifier: MIT
 *
 * press: a button was pressed or a choice made. The invoker's only, and the
 * rule holds at each press, not just when the panel was opened.
 */
#include "command/command_int.h"

#define EXPIRED "⌛ This panel has expired. Please run the command again."
#define STRANGER "❌ Only the command user can interact with this."

/* "zx:ID:ACTION" */
int zx__panel_read_id(struct zx_str s, uint64_t *id, struct zx_str *action)
{
	size_t i;
	int digit;

	if (s.len < 20 || !zx_str_starts(s, "zx:") || s.ptr[19] != ':')
		return ZX_E_NOTFOUND;
	*id = 0;
	for (i = 3; i < 19; i++) {
		char ch = s.ptr[i];

		digit = ch >= '0' && ch <= '9'	 ? ch - '0'
			: ch >= 'a' && ch <= 'f' ? ch - 'a' + 10
						 : -1;
		if (digit < 0)
			return ZX_E_NOTFOUND;
		*id = *id << 4 | (uint64_t)digit;
	}
	*action = zx_str_from(s, 20);
	return ZX_OK;
}

static char *decode(struct zx_commands *c, struct zx_str raw)
{
	zx_buf_clear(&c->text);
	if (raw.len && zx_json_text(raw, &c->text) == ZX_E_NOMEM)
		return NULL;
	return zx_str_dup(c->opt.alloc, zx_buf_str(&c->text));
}

static int take_values(struct zx_call *call, struct zx_str data,
		       struct zx_str action)
{
	struct zx_commands *c = call->c;
	struct zx_str values = zx_json_get(data, "values");

	call->action = zx_str_dup(c->opt.alloc, action);
	call->values = zx_str_dup(c->opt.alloc, values);
	call->value = decode(c, zx_json_index(values, 0));
	return call->action && call->values && call->value ? ZX_OK : ZX_E_NOMEM;
}

int zx__recv_press(struct zx_call *call, struct zx_str data)
{
	struct zx_commands *c = call->c;
	struct zx__panel *p;
	struct zx_str action;
	uint64_t id;
	int err;

	zx_buf_clear(&c->text);
	err = zx_json_text(zx_json_get(data, "custom_id"), &c->text);
	if (err)
		return err == ZX_E_NOMEM ? err : ZX_OK;
	/* Components that a host made by itself are its own to answer. */
	if (zx__panel_read_id(zx_buf_str(&c->text), &id, &action))
		return ZX_OK;
	c->stats.presses++;
	p = zx__panel_find(c, id);
	if (!p || p->modal)
		return zx__plain_notice(call, EXPIRED);
	if (p->user_id != call->info.user_id) {
		c->stats.refused++;
		return zx__plain_notice(call, STRANGER);
	}
	call->panel = id;
	call->info.command = p->command;
	call->answer_id = call->info.message_id;
	call->ephemeral = p->ephemeral;
	err = zx__lane_join(call, p);
	if (!err)
		err = take_values(call, data, action);
	if (err)
		return err;
	zx__call_queue(call);
	return ZX_OK;
}

/* Carries the result of the press into the panel and the message. */
static int apply(struct zx_call *call, struct zx__panel *p,
		 enum zx_press_result result, const void *state,
		 unsigned version)
{
	int err = ZX_OK;

	if (p && p->version == version && p->state_size)
		memcpy(p->state, state, p->state_size);
	/* Through the answer's token a form is opened, no message edited. */
	if (p && !call->form_open)
		zx__panel_renew(p, call);
	if (p && result != ZX_PRESS_DONE && !call->form_open)
		err = zx__panel_show(call, p, result == ZX_PRESS_CLOSE);
	if (p && result == ZX_PRESS_CLOSE)
		zx__panel_free(call->c, p);
	else if (p)
		zx__panel_touch(call->c, p);
	if (!call->answered && !call->kept)
		return zx_defer(call);
	return err;
}

void zx__press_run(struct zx_call *call)
{
	struct zx_commands *c = call->c;
	struct zx__panel *p = zx__panel_find(c, call->panel);
	struct zx_press press = { call->action, zx_str(call->values),
				  call->value };
	const struct zx_panel *panel;
	enum zx_press_result result;
	uint64_t id = call->panel;
	unsigned version;
	void *state;

	if (!p) { /* closed by the press before this one */
		zx__plain_notice(call, EXPIRED);
		return;
	}
	if (p->command && zx__permitted(&call->info, p->command)) {
		c->stats.refused++;
		zx__denied(call);
		return;
	}
	/* The handler works on a copy: what it calls may end the panel. */
	panel = p->panel;
	version = p->version;
	state = zx_new(c->opt.alloc, p->state_size);
	if (!state) {
		zx__fault(call, FAULT_OTHER, "Out of memory");
		return;
	}
	if (p->state_size)
		memcpy(state, p->state, p->state_size);
	result = panel->press(call, state, &press, panel->ud);
	p = zx__panel_find(c, call->panel);
	if (p && p->panel != panel)
		p = NULL;
	/* A new panel of the same kind has its own state. */
	if (p && p->id != id)
		version = p->version + 1;
	apply(call, p, result, state, version);
	zx_delete(c->opt.alloc, state);
}
