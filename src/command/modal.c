/* SPDX-License-Identifier: MIT
 *
 * modal: a form opens, is filled in, and its values are read by name. What it
 * belongs to waits among the panels.
 */
#include "command/command_int.h"

#define EXPIRED "⌛ This form has expired. Please run the command again."
#define STRANGER "❌ Only the command user can interact with this."

static int choices_ok(const struct zx_input *in)
{
	size_t least = in->kind == ZX_INPUT_RADIO ? 2 : 1;
	size_t most =
		in->kind == ZX_INPUT_SELECT ? ZX__OPTIONS : ZX__MODAL_CHECKS;
	size_t i, k;

	if (in->kind != ZX_INPUT_SELECT && in->kind != ZX_INPUT_RADIO &&
	    in->kind != ZX_INPUT_CHECKS)
		return 1;
	if (in->choice_count < least || in->choice_count > most)
		return 0;
	for (i = 0; i < in->choice_count; i++) {
		struct zx_str value = zx_str(in->choices[i].value);

		if (zx__blank(value) ||
		    zx__blank(zx_str(in->choices[i].name)) ||
		    zx__units(value) > ZX__OPTION_TEXT)
			return 0;
		for (k = 0; k < i; k++)
			if (zx_str_is(value, in->choices[k].value))
				return 0;
	}
	return 1;
}

static const char *input_fault(const struct zx_modal *m, size_t i)
{
	const struct zx_input *in = &m->inputs[i];
	size_t k;

	if (!in->name || !*in->name || strlen(in->name) > ZX__ACTION)
		return "an input's name has 1 to 60 bytes";
	for (k = 0; k < i; k++)
		if (!strcmp(in->name, m->inputs[k].name))
			return "two inputs have one name";
	if (!in->label || zx__blank(zx_str(in->label)))
		return "an input needs a label";
	if (in->kind < ZX_INPUT_SELECT ||
	    (in->kind > ZX_INPUT_CHANNEL && in->kind != ZX_INPUT_FILE &&
	     in->kind < ZX_INPUT_RADIO) ||
	    in->kind > ZX_INPUT_CHECK)
		return "an input's kind is none of ours";
	if (!choices_ok(in))
		return "the choices of an input are too few, too many, too "
		       "long or not different";
	return NULL;
}

/* CO-09: what cannot be cut to fit is told. */
static int check(struct zx_commands *c, const struct zx_modal *m)
{
	const char *fault = NULL;
	size_t i;

	if (!m->title || zx__blank(zx_str(m->title)))
		fault = "a form needs a title";
	else if (!m->inputs || !m->input_count ||
		 m->input_count > ZX__MODAL_INPUTS)
		fault = "a form has 1 to 5 inputs";
	else if (!m->submitted)
		fault = "nothing is done with the form";
	for (i = 0; !fault && i < m->input_count; i++)
		fault = input_fault(m, i);
	if (!fault)
		return ZX_OK;
	return zx__error(c, ZX_E_INVALID, "%s: %s",
			 m->title ? m->title : "form", fault);
}

/* Never shown: it names what waits among the panels. */
static const struct zx_panel place = { .name = "modal" };

static struct zx__panel *
remember(struct zx_call *call, const struct zx_modal *modal, const void *state)
{
	struct zx_commands *c = call->c;
	struct zx__panel *p, *parent, *old;

	p = zx__panel_new(call, &place, state, modal->state_size);
	if (!p)
		return NULL;
	p->modal = modal;
	p->parent = call->panel;
	zx__panel_last(c, p,
		       modal->timeout_ms ? modal->timeout_ms : ZX__MODAL_MS);
	parent = call->panel ? zx__panel_find(c, call->panel) : NULL;
	if (!parent)
		return p;
	/* Opened again: the one before was closed without a word to us. */
	p->ephemeral = parent->ephemeral;
	old = parent->form_id ? zx__panel_find(c, parent->form_id) : NULL;
	if (old)
		zx__panel_free(c, old);
	parent->form_id = p->id;
	return p;
}

static int can_open(const struct zx_call *call)
{
	return call->token && !call->answered && !call->dead &&
	       (call->kind == CALL_COMMAND || call->kind == CALL_PRESS);
}

int zx_modal(struct zx_call *call, const struct zx_modal *modal,
	     const void *state, const char *const *values)
{
	struct zx_json_writer w;
	struct zx__panel *p;
	struct zx__send *s;
	int err = check(call->c, modal);

	if (err)
		return err;
	if (modal->state_size > ZX__PANEL_STATE ||
	    (modal->state_size && !state))
		return zx__error(call->c, ZX_E_INVALID, "%s: its state",
				 modal->title);
	if (!can_open(call))
		return ZX_E_STATE;
	s = zx__send_new(call->c, SEND_MODAL, NULL);
	if (!s)
		return ZX_E_NOMEM;
	p = remember(call, modal, state);
	zx_jw_init(&w, &s->body);
	if (p)
		zx__modal_write(&w, modal, p->id, values);
	if (!p || s->body.err) {
		if (p)
			zx__panel_free(call->c, p);
		zx__send_free(call->c, s);
		return ZX_E_NOMEM;
	}
	call->answered = call->shown = call->form_open = 1;
	zx__timer_disarm(call->c, &call->defer);
	zx__send_queue(call, s);
	return ZX_OK;
}

/* Submitting ------------------------------------------------------------- */

static int keep_value(struct zx_call *call, struct zx__arg *arg,
		      struct zx_str raw)
{
	struct zx_commands *c = call->c;
	int yes;

	if (!zx_json_bool(raw, &yes)) {
		arg->boolean = yes;
		arg->integer = yes;
		raw = yes ? ZX_STR("\"true\"") : ZX_STR("\"false\"");
	}
	if (zx_json_kind(raw) != ZX_JSON_STRING)
		return ZX_OK;
	zx_buf_clear(&c->text);
	if (zx_json_text(raw, &c->text) == ZX_E_NOMEM)
		return ZX_E_NOMEM;
	arg->text = zx_str_dup(c->opt.alloc, zx_buf_str(&c->text));
	if (!arg->text)
		return ZX_E_NOMEM;
	arg->has = *arg->text != '\0';
	if (!zx_str_u64(zx_str(arg->text), &arg->id))
		zx_str_i64(zx_str(arg->text), &arg->integer);
	return ZX_OK;
}

/* Of a file the text is where it lies. */
static int keep_url(struct zx_call *call, struct zx__arg *arg)
{
	struct zx_str url = zx_json_get(
		zx_call_resolved(call, "attachments", arg->id), "url");
	uint64_t id = arg->id;
	int err;

	if (!url.len)
		return ZX_OK;
	zx_delete(call->c->opt.alloc, arg->text);
	arg->text = NULL;
	err = keep_value(call, arg, url);
	arg->id = id;
	return err;
}

static int keep(struct zx_call *call, struct zx_str component)
{
	struct zx_commands *c = call->c;
	struct zx_str values = zx_json_get(component, "values");
	struct zx__arg *arg;
	int i, err;

	zx_buf_clear(&c->text);
	if (zx_json_text(zx_json_get(component, "custom_id"), &c->text))
		return c->text.err ? ZX_E_NOMEM : ZX_OK;
	i = zx__call_option(call, zx_buf_cstr(&c->text));
	if (i < 0 || call->args[i].text || call->args[i].values)
		return ZX_OK;
	arg = &call->args[i];
	if (zx_json_kind(values) != ZX_JSON_ARRAY)
		return keep_value(call, arg, zx_json_get(component, "value"));
	arg->values = zx_str_dup(c->opt.alloc, values);
	if (!arg->values)
		return ZX_E_NOMEM;
	err = keep_value(call, arg, zx_json_index(values, 0));
	if (!err && call->form->inputs[i].kind == ZX_INPUT_FILE)
		err = keep_url(call, arg);
	return err;
}

/* CO-10: a Label holds one component, a row of the older layout several; what
 * is neither, or not known, is no input. */
static int read_values(struct zx_call *call, struct zx_str data)
{
	struct zx_json_iter top = zx_json_each(zx_json_get(data, "components"));
	struct zx_json_iter in;
	struct zx_str label;
	int err = zx__args_new(call, call->form->input_count);

	while (!err && zx_json_next(&top)) {
		label = zx_json_get(top.value, "component");
		if (label.len)
			err = keep(call, label);
		in = zx_json_each(zx_json_get(top.value, "components"));
		while (!err && zx_json_next(&in))
			err = keep(call, in.value);
	}
	return err;
}

int zx__recv_submit(struct zx_call *call, struct zx_str data)
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
	/* Forms that a host opened by itself are its own to answer. */
	if (zx__panel_read_id(zx_buf_str(&c->text), &id, &action))
		return ZX_OK;
	p = zx__panel_find(c, id);
	if (!p || !p->modal)
		return zx__plain_notice(call, EXPIRED);
	if (p->user_id != call->info.user_id) {
		c->stats.refused++;
		return zx__plain_notice(call, STRANGER);
	}
	call->form = p->modal;
	call->form_id = id;
	call->panel = call->info.message_id ? p->parent : 0;
	call->info.command = p->command;
	call->answer_id = call->info.message_id;
	call->ephemeral = p->ephemeral;
	err = call->info.message_id ? zx__lane_join(call, p) : ZX_OK;
	if (!err)
		err = read_values(call, data);
	if (!err)
		zx__call_queue(call);
	return err;
}

/* The message that was pressed is edited through the newest token. */
static void renew_parent(struct zx_call *call)
{
	struct zx__panel *parent = NULL;

	if (call->panel)
		parent = zx__panel_find(call->c, call->panel);
	if (!parent)
		return;
	zx__panel_renew(parent, call);
	zx__panel_touch(call->c, parent);
}

void zx__submit_run(struct zx_call *call)
{
	struct zx_commands *c = call->c;
	struct zx__panel *p = zx__panel_find(c, call->form_id);
	const struct zx_modal *modal = call->form;
	char *state;

	if (!p) {
		zx__plain_notice(call, EXPIRED);
		return;
	}
	if (p->command && zx__permitted(&call->info, p->command)) {
		c->stats.refused++;
		zx__denied(call);
		return;
	}
	/* Taken before it is used: the second of two finds nothing. */
	state = p->state;
	p->state = NULL;
	zx__panel_free(c, p);
	renew_parent(call);
	modal->submitted(call, state, modal->ud);
	zx_delete(c->opt.alloc, state);
	if (call->answered || call->kept)
		return;
	if (zx__call_updates(call))
		zx_defer(call);
	else
		zx__fault(call, FAULT_OTHER, "%s gave no answer", modal->title);
}
