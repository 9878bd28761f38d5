/* SPDX-License-Identifier: MIT
 *
 * component_write: rows as JSON. Empty rows and selects without options, which
 * Discord refuses, are left out or filled with something harmless.
 */
#include <stdio.h>

#include "command/message_int.h"

#define BUTTON 2
#define DASH "\xe2\x80\x94"

/* "<:name:id>", "<a:name:id>" and "name:id" are emoji of a guild. */
static void emoji(struct zx_json_writer *w, const char *text)
{
	struct zx_str s = zx_str(text), name;
	uint64_t id;

	if (!s.len)
		return;
	if (s.ptr[0] == '<' && s.ptr[s.len - 1] == '>') {
		s = (struct zx_str){ s.ptr + 1, s.len - 2 };
		if (zx_str_starts(s, "a:"))
			s = zx_str_from(s, 2);
		else if (zx_str_starts(s, ":"))
			s = zx_str_from(s, 1);
	}
	name = zx_str_split(&s, ':');
	zx_jw_obj(w, "emoji");
	zx_jw_str(w, "name", name);
	if (!zx_str_u64(s, &id))
		zx_jw_id(w, "id", id);
	zx_jw_obj_end(w);
}

static void button(const struct zx__part *p, struct zx_json_writer *w,
		   int all_disabled)
{
	int link = p->style == ZX_BUTTON_LINK;

	zx_jw_u64(w, "style", p->style);
	zx_jw_cstr(w, link ? "url" : "custom_id", p->id);
	if (p->label && !zx__blank(zx_str(p->label)))
		zx_jw_cstr(w, "label", p->label);
	else if (!p->emoji)
		zx_jw_cstr(w, "label", DASH);
	if (p->emoji)
		emoji(w, p->emoji);
	if (p->disabled || (all_disabled && !link))
		zx_jw_bool(w, "disabled", 1);
}

static void option(const struct zx__option *o, struct zx_json_writer *w,
		   int selected)
{
	zx_jw_obj(w, NULL);
	zx_jw_cstr(w, "label",
		   o->label && !zx__blank(zx_str(o->label)) ? o->label : DASH);
	zx_jw_cstr(w, "value", o->value);
	if (o->description)
		zx_jw_cstr(w, "description", o->description);
	if (o->emoji)
		emoji(w, o->emoji);
	if (selected)
		zx_jw_bool(w, "default", 1);
	zx_jw_obj_end(w);
}

static void options(const struct zx__part *p, struct zx_json_writer *w,
		    unsigned max)
{
	static const struct zx__option none = { .value = (char *)"-",
						.label = (char *)DASH };
	const struct zx__option *o;
	unsigned selected = 0;

	zx_jw_arr(w, "options");
	for (o = p->options; o; o = o->next)
		option(o, w, o->selected && selected++ < max);
	if (!p->options)
		option(&none, w, 0);
	zx_jw_arr_end(w);
}

/* "Choose… (25 of 40)" when some did not fit. */
static void placeholder(const struct zx__part *p, struct zx_json_writer *w,
			struct zx_buf *scratch)
{
	char note[48] = "";
	size_t len;

	if (p->options_added > p->option_count && p->option_count)
		snprintf(note, sizeof(note), "(%zu of %zu)", p->option_count,
			 p->options_added);
	len = strlen(note);
	zx_buf_clear(scratch);
	if (p->label)
		zx__cut(scratch, zx_str(p->label),
			ZX__PLACEHOLDER - (len ? len + 1 : 0));
	if (len)
		zx_buf_addf(scratch, "%s%s", scratch->len ? " " : "", note);
	if (scratch->len || scratch->err)
		zx__scratch_write(w, "placeholder", scratch);
}

static void select(const struct zx__part *p, struct zx_json_writer *w,
		   struct zx_buf *scratch, int all_disabled)
{
	int listed = p->type == ZX_SELECT_STRING;
	unsigned most = listed ? (unsigned)p->option_count : ZX__OPTIONS;
	unsigned max, min;

	if (!most)
		most = 1;
	max = p->max < most ? p->max : most;
	min = p->min < max ? p->min : max;
	zx_jw_cstr(w, "custom_id", p->id);
	placeholder(p, w, scratch);
	zx_jw_u64(w, "min_values", min);
	zx_jw_u64(w, "max_values", max);
	if (listed)
		options(p, w, max);
	if (p->disabled || all_disabled || (listed && !p->options))
		zx_jw_bool(w, "disabled", 1);
}

static void row(const struct zx__message *m, const struct zx__row *r,
		struct zx_json_writer *w, struct zx_buf *scratch)
{
	const struct zx__part *p;

	zx_jw_obj(w, NULL);
	zx_jw_u64(w, "type", 1);
	zx_jw_arr(w, "components");
	for (p = r->parts; p; p = p->next) {
		zx_jw_obj(w, NULL);
		zx_jw_u64(w, "type", (uint64_t)p->type);
		if (p->type == BUTTON)
			button(p, w, m->all_disabled);
		else
			select(p, w, scratch, m->all_disabled);
		zx_jw_obj_end(w);
	}
	zx_jw_arr_end(w);
	zx_jw_obj_end(w);
}

void zx__rows_write(struct zx__message *m, struct zx_json_writer *w,
		    struct zx_buf *scratch)
{
	size_t i;

	zx_jw_arr(w, "components");
	for (i = 0; i < m->row_count; i++)
		if (m->rows[i].parts)
			row(m, &m->rows[i], w, scratch);
	zx_jw_arr_end(w);
}
