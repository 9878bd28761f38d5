/* SPDX-License-Identifier: MIT
 *
 * component: rows of buttons and selects.
 */
#include "command/message_int.h"

#define BUTTON 2

static void part_free(const struct zx_alloc *a, struct zx__part *p)
{
	struct zx__option *o, *next;

	for (o = p->options; o; o = next) {
		next = o->next;
		zx_delete(a, o->value);
		zx_delete(a, o->label);
		zx_delete(a, o->description);
		zx_delete(a, o->emoji);
		zx_delete(a, o);
	}
	zx_delete(a, p->id);
	zx_delete(a, p->label);
	zx_delete(a, p->emoji);
	zx_delete(a, p);
}

void zx__rows_free(const struct zx_alloc *a, struct zx__message *m)
{
	struct zx__part *p, *next;
	size_t i;

	for (i = 0; i < m->row_count; i++)
		for (p = m->rows[i].parts; p; p = next) {
			next = p->next;
			part_free(a, p);
		}
}

void zx_row(struct zx_message *m)
{
	struct zx__message *in = zx__message_get(m);

	if (in && in->row_count)
		in->rows[in->row_count - 1].closed = 1;
}

/* The row that takes one more button, or a select; NULL when there is none. */
static struct zx__row *row_for(struct zx__message *in, int select)
{
	struct zx__row *row =
		in->row_count ? &in->rows[in->row_count - 1] : NULL;

	if (row && !select && !row->closed && row->count < ZX__BUTTONS)
		return row;
	if (in->row_count == ZX__ROWS)
		return NULL;
	return &in->rows[in->row_count++];
}

/* Discord refuses a message in which a custom_id stands twice. */
static int id_is_taken(const struct zx__message *in, const char *id)
{
	const struct zx__part *p;
	size_t i;

	for (i = 0; i < in->row_count; i++)
		for (p = in->rows[i].parts; p; p = p->next)
			if (p->id && !strcmp(p->id, id))
				return 1;
	return 0;
}

/* Takes ownership of `p`, which may be half made. */
static int part_add(struct zx_message *m, struct zx__part *p, int unique)
{
	struct zx__message *in = m->m;
	struct zx__row *row = NULL;

	if (p->id && *p->id && !(unique && id_is_taken(in, p->id)))
		row = row_for(in, p->type != BUTTON);
	if (!row) {
		zx__message_cut_added(in, CUT_COMPONENT);
		part_free(m->alloc, p);
		return 0;
	}
	if (row->last)
		row->last->next = p;
	else
		row->parts = p;
	row->last = p;
	row->count++;
	row->closed = p->type != BUTTON;
	return 1;
}

static struct zx__part *part_new(struct zx_message *m, int type)
{
	struct zx__part *p;

	if (!zx__message_get(m))
		return NULL;
	p = zx_new(m->alloc, sizeof(*p));
	if (!p)
		m->err = ZX_E_NOMEM;
	else
		p->type = type;
	return p;
}

static char *copy_if(struct zx_message *m, size_t limit, const char *text)
{
	return text && *text ? zx__message_copy(m, limit, text) : NULL;
}

void zx_button(struct zx_message *m, enum zx_button_style style,
	       const char *custom_id, const char *emoji, const char *label,
	       int disabled)
{
	struct zx__part *p = part_new(m, BUTTON);

	if (!p)
		return;
	p->style = style >= ZX_BUTTON_PRIMARY && style < ZX_BUTTON_LINK
			   ? style
			   : ZX_BUTTON_SECONDARY;
	p->id = copy_if(m, ZX__CUSTOM_ID, custom_id);
	p->label = copy_if(m, ZX__LABEL, label);
	p->emoji = copy_if(m, ZX__EMOJI, emoji);
	p->disabled = disabled;
	part_add(m, p, 1);
}

void zx_link_button(struct zx_message *m, const char *url, const char *emoji,
		    const char *label)
{
	struct zx__part *p = part_new(m, BUTTON);

	if (!p)
		return;
	p->style = ZX_BUTTON_LINK;
	p->id = zx__url_ok(url, ZX__LINK) ? copy_if(m, ZX__LINK, url) : NULL;
	p->label = copy_if(m, ZX__LABEL, label);
	p->emoji = copy_if(m, ZX__EMOJI, emoji);
	part_add(m, p, 0);
}

void zx_select(struct zx_message *m, enum zx_select_kind kind,
	       const char *custom_id, const char *placeholder, unsigned min,
	       unsigned max, int disabled)
{
	struct zx__part *p = part_new(m, (int)kind);

	if (!p)
		return;
	p->id = copy_if(m, ZX__CUSTOM_ID, custom_id);
	p->label = copy_if(m, ZX__PLACEHOLDER, placeholder);
	p->max = !max ? 1 : max > ZX__OPTIONS ? ZX__OPTIONS : max;
	p->min = min > p->max ? p->max : min;
	p->disabled = disabled;
	m->m->last_select = part_add(m, p, 1) ? p : NULL;
	m->m->select_begun = 1;
}

static int value_is_taken(const struct zx__part *p, const char *value)
{
	const struct zx__option *o;

	for (o = p->options; o; o = o->next)
		if (o->value && !strcmp(o->value, value))
			return 1;
	return 0;
}

/* The select that options go to, NULL when they are to be dropped. */
static struct zx__part *select_for_option(struct zx_message *m)
{
	if (!zx__message_get(m))
		return NULL;
	if (!m->m->select_begun ||
	    (m->m->last_select &&
	     m->m->last_select->type != ZX_SELECT_STRING)) {
		if (!m->err)
			m->err = ZX_E_STATE;
		return NULL;
	}
	return m->m->last_select;
}

void zx_select_option(struct zx_message *m, const char *value,
		      const char *label, const char *description,
		      const char *emoji, int selected)
{
	struct zx__part *p = select_for_option(m);
	struct zx__option *o;
	char *copy;

	if (!p)
		return;
	p->options_added++;
	copy = copy_if(m, ZX__OPTION_TEXT, value);
	if (!copy || p->option_count == ZX__OPTIONS ||
	    value_is_taken(p, copy)) {
		zx__message_cut_added(m->m, CUT_OPTION);
		zx_delete(m->alloc, copy);
		return;
	}
	o = zx_new(m->alloc, sizeof(*o));
	if (!o) {
		m->err = ZX_E_NOMEM;
		zx_delete(m->alloc, copy);
		return;
	}
	o->value = copy;
	o->label = copy_if(m, ZX__OPTION_TEXT, label && *label ? label : value);
	o->description = copy_if(m, ZX__OPTION_TEXT, description);
	o->emoji = copy_if(m, ZX__EMOJI, emoji);
	o->selected = selected;
	if (p->last_option)
		p->last_option->next = o;
	else
		p->options = o;
	p->last_option = o;
	p->option_count++;
}
