/* SPDX-License-Identifier: MIT
 *
 * complete: choices while somebody types (IN-09).
 */
#include "command/command_int.h"

struct zx_choices {
	struct zx_json_writer w;
	struct zx_buf *out;
	const struct zx_option *option;
	size_t count;
};

/* The value as JSON in the option's own type, empty when it has none. */
static struct zx_str value_of(const struct zx_option *o, const char *value,
			      int64_t *i)
{
	struct zx_str s = zx_str(value);
	double f;

	if (o->type == ZX_OPTION_INTEGER)
		return zx_str_i64(s, i) ? ZX_STR("") : s;
	if (o->type == ZX_OPTION_NUMBER)
		return zx_json_f64(s, &f) ? ZX_STR("") : s;
	return zx__units_head(s, ZX__CHOICE_TEXT);
}

void zx_choice_add(struct zx_choices *to, const char *name, const char *value)
{
	struct zx_str v;
	struct zx_buf cut;
	int64_t i = 0;

	if (to->count == ZX__CHOICES || zx__blank(zx_str(name)))
		return;
	v = value_of(to->option, value, &i);
	if (!v.len)
		return;
	to->count++;
	zx_buf_init(&cut, to->out->alloc, 0);
	zx__cut(&cut, zx_str(name), ZX__CHOICE_TEXT);
	zx_jw_obj(&to->w, NULL);
	zx_jw_str(&to->w, "name", zx_buf_str(&cut));
	if (to->option->type == ZX_OPTION_INTEGER)
		zx_jw_i64(&to->w, "value", i);
	else if (to->option->type == ZX_OPTION_NUMBER)
		zx_jw_raw(&to->w, "value", v);
	else
		zx_jw_str(&to->w, "value", v);
	zx_jw_obj_end(&to->w);
	if (cut.err)
		to->out->err = cut.err;
	zx_buf_release(&cut);
}

void zx__complete_run(struct zx_call *call)
{
	const struct zx_command *command = call->info.command;
	int i = command ? zx__call_option(call, call->action) : -1;
	struct zx_choices choices = { .count = 0 };
	struct zx__send *s;

	s = zx__send_new(call->c, SEND_CHOICES, NULL);
	if (!s)
		return;
	choices.out = &s->body;
	zx_jw_init(&choices.w, &s->body);
	zx_jw_arr(&choices.w, NULL);
	if (i >= 0 && command->complete &&
	    !zx__permitted(&call->info, command)) {
		choices.option = &command->options[i];
		command->complete(call, call->action, zx_str(call->value),
				  &choices, command->ud);
	}
	zx_jw_arr_end(&choices.w);
	if (s->body.err)
		zx__send_free(call->c, s);
	else
		zx__send_queue(call, s);
}

/* The option that has the focus, with what was typed so far. */
int zx__recv_complete(struct zx_call *call, struct zx_str data)
{
	struct zx_commands *c = call->c;
	struct zx_json_iter it = zx_json_each(zx_json_get(data, "options"));
	struct zx_str name, value, option = ZX_STR("");

	while (!option.len && zx_json_next(&it))
		if (zx_json_get_bool(it.value, "focused"))
			option = it.value;
	name = zx_json_plain(zx_json_get(option, "name"));
	value = zx_json_get(option, "value");
	zx_buf_clear(&c->text);
	if (zx_json_kind(value) == ZX_JSON_STRING)
		zx_json_text(value, &c->text);
	else
		zx_buf_adds(&c->text, value);
	call->action = zx_str_dup(c->opt.alloc, name);
	call->value = zx_str_dup(c->opt.alloc, zx_buf_str(&c->text));
	if (!call->action || !call->value)
		return ZX_E_NOMEM;
	zx__call_queue(call);
	return ZX_OK;
}
