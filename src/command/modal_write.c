/* SPDX-License-Identifier: MIT
 *
 * modal_write: a form as Discord wants it: each input in a Label (CO-05,
 * CO-09). Texts over their limit are cut visibly.
 */
#include "command/command_int.h"

enum { TYPE_LABEL = 18, STYLE_SHORT = 1, STYLE_PARAGRAPH = 2 };

static void text(struct zx_json_writer *w, const char *key, const char *s,
		 size_t max)
{
	struct zx_buf cut;

	if (!s || zx__blank(zx_str(s)))
		return;
	zx_buf_init(&cut, w->out->alloc, 0);
	zx__cut(&cut, zx_str(s), max);
	zx_jw_str(w, key, zx_buf_str(&cut));
	if (cut.err)
		w->out->err = cut.err;
	zx_buf_release(&cut);
}

static unsigned at_most(unsigned n, unsigned most)
{
	return n < most ? n : most;
}

static void text_input(struct zx_json_writer *w, const struct zx_input *in,
		       const char *value)
{
	unsigned max =
		in->max ? at_most(in->max, ZX__MODAL_VALUE) : ZX__MODAL_VALUE;

	zx_jw_u64(w, "style", in->paragraph ? STYLE_PARAGRAPH : STYLE_SHORT);
	if (in->min)
		zx_jw_u64(w, "min_length", at_most(in->min, max));
	zx_jw_u64(w, "max_length", max);
	text(w, "placeholder", in->placeholder, ZX__MODAL_TEXT);
	text(w, "value", value, max);
}

static void range(struct zx_json_writer *w, const struct zx_input *in,
		  unsigned most, unsigned usual)
{
	unsigned max = in->max ? at_most(in->max, most) : usual;
	unsigned min = in->required && !in->min ? 1 : in->min;

	zx_jw_u64(w, "min_values", at_most(min, max));
	zx_jw_u64(w, "max_values", max);
}

static void options(struct zx_json_writer *w, const struct zx_input *in,
		    const char *value)
{
	size_t i;

	zx_jw_arr(w, "options");
	for (i = 0; i < in->choice_count; i++) {
		zx_jw_obj(w, NULL);
		text(w, "label", in->choices[i].name, ZX__OPTION_TEXT);
		zx_jw_cstr(w, "value", in->choices[i].value);
		if (value && !strcmp(value, in->choices[i].value))
			zx_jw_bool(w, "default", 1);
		zx_jw_obj_end(w);
	}
	zx_jw_arr_end(w);
}

/* What is chosen at first in a select of people, roles or channels. */
static void default_value(struct zx_json_writer *w, const struct zx_input *in,
			  const char *value)
{
	static const char *const types[] = {
		[ZX_INPUT_USER] = "user",
		[ZX_INPUT_ROLE] = "role",
		[ZX_INPUT_CHANNEL] = "channel",
	};
	uint64_t id;

	if (in->kind == ZX_INPUT_MENTIONABLE || !value ||
	    zx_str_u64(zx_str(value), &id) || !id)
		return;
	zx_jw_arr(w, "default_values");
	zx_jw_obj(w, NULL);
	zx_jw_id(w, "id", id);
	zx_jw_cstr(w, "type", types[in->kind]);
	zx_jw_obj_end(w);
	zx_jw_arr_end(w);
}

static void members(struct zx_json_writer *w, const struct zx_input *in,
		    const char *value)
{
	unsigned listed = (unsigned)in->choice_count;

	switch (in->kind) {
	case ZX_INPUT_TEXT:
		text_input(w, in, value);
		break;
	case ZX_INPUT_SELECT:
		range(w, in, listed, 1);
		text(w, "placeholder", in->placeholder, ZX__PLACEHOLDER);
		options(w, in, value);
		break;
	case ZX_INPUT_USER:
	case ZX_INPUT_ROLE:
	case ZX_INPUT_MENTIONABLE:
	case ZX_INPUT_CHANNEL:
		range(w, in, ZX__OPTIONS, 1);
		text(w, "placeholder", in->placeholder, ZX__PLACEHOLDER);
		default_value(w, in, value);
		break;
	case ZX_INPUT_FILE:
		range(w, in, ZX__MODAL_FILES, 1);
		break;
	case ZX_INPUT_CHECKS:
		range(w, in, listed, listed);
		options(w, in, value);
		break;
	case ZX_INPUT_RADIO:
		options(w, in, value);
		break;
	case ZX_INPUT_CHECK:
		if (value && !strcmp(value, "true"))
			zx_jw_bool(w, "default", 1);
		break;
	}
	if (in->kind != ZX_INPUT_CHECK)
		zx_jw_bool(w, "required", in->required);
}

void zx__modal_write(struct zx_json_writer *w, const struct zx_modal *modal,
		     uint64_t id, const char *const *values)
{
	const struct zx_input *in;
	size_t i;

	zx_jw_obj(w, NULL);
	zx_jw_strf(w, "custom_id", "zx:%016llx:modal", (unsigned long long)id);
	text(w, "title", modal->title, ZX__MODAL_TITLE);
	zx_jw_arr(w, "components");
	for (i = 0; i < modal->input_count; i++) {
		in = &modal->inputs[i];
		zx_jw_obj(w, NULL);
		zx_jw_u64(w, "type", TYPE_LABEL);
		text(w, "label", in->label, ZX__MODAL_LABEL);
		text(w, "description", in->description, ZX__MODAL_TEXT);
		zx_jw_obj(w, "component");
		zx_jw_u64(w, "type", in->kind);
		zx_jw_cstr(w, "custom_id", in->name);
		members(w, in, values ? values[i] : NULL);
		zx_jw_obj_end(w);
		zx_jw_obj_end(w);
	}
	zx_jw_arr_end(w);
	zx_jw_obj_end(w);
}
