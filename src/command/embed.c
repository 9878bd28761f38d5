/* SPDX-License-Identifier: MIT
 *
 * embed: the calls that fill the latest embed.
 */
#include "command/message_int.h"

static void embed_free(const struct zx_alloc *a, struct zx__embed *e)
{
	struct zx__field *f, *next;

	for (f = e->fields; f; f = next) {
		next = f->next;
		zx_delete(a, f->name);
		zx_delete(a, f->value);
		zx_delete(a, f);
	}
	zx_delete(a, e->title);
	zx_delete(a, e->url);
	zx_delete(a, e->footer);
	zx_delete(a, e->author);
	zx_delete(a, e->icon);
	zx_delete(a, e->thumbnail);
	zx_delete(a, e->image);
	zx_buf_release(&e->text);
	zx_delete(a, e);
}

void zx__embeds_free(const struct zx_alloc *a, struct zx__message *m)
{
	struct zx__embed *e, *next;

	for (e = m->embeds; e; e = next) {
		next = e->next;
		embed_free(a, e);
	}
}

/*
 * The embed that calls fill, or NULL: memory is out, there is none (an error),
 * or the latest is one too many and what would go into it is dropped.
 */
static struct zx__embed *latest(struct zx_message *m)
{
	if (!zx__message_get(m))
		return NULL;
	if (!m->m->last_embed) {
		if (!m->err)
			m->err = ZX_E_STATE;
		return NULL;
	}
	return m->m->added_cut[CUT_EMBED] ? NULL : m->m->last_embed;
}

void zx_embed(struct zx_message *m, uint32_t color, const char *fmt, ...)
{
	struct zx__message *in = zx__message_get(m);
	struct zx__embed *e;
	va_list ap;

	if (!in)
		return;
	if (in->embed_count == ZX__EMBEDS) {
		zx__message_cut_added(in, CUT_EMBED);
		return;
	}
	e = zx_new(m->alloc, sizeof(*e));
	if (!e) {
		m->err = ZX_E_NOMEM;
		return;
	}
	zx_buf_init(&e->text, m->alloc, 0);
	e->color = color & 0xFFFFFF;
	va_start(ap, fmt);
	e->title = zx__message_text(m, ZX__EMBED_TITLE, fmt, ap);
	va_end(ap);
	if (in->last_embed)
		in->last_embed->next = e;
	else
		in->embeds = e;
	in->last_embed = e;
	in->embed_count++;
}

static void replace(struct zx_message *m, char **slot, char *with)
{
	zx_delete(m->alloc, *slot);
	*slot = with;
}

void zx_embed_url(struct zx_message *m, const char *url)
{
	struct zx__embed *e = latest(m);

	if (e)
		replace(m, &e->url, zx__message_copy(m, ZX__URL + 1, url));
}

void zx_embed_text(struct zx_message *m, const char *fmt, ...)
{
	struct zx__embed *e = latest(m);
	va_list ap;

	if (!e)
		return;
	va_start(ap, fmt);
	zx__message_append(m, &e->text, ZX__EMBED_TEXT, fmt, ap);
	va_end(ap);
}

ZX_PRINTF(5, 0)
static void field_add(struct zx_message *m, struct zx__embed *e, int is_inline,
		      const char *name, const char *fmt, va_list ap)
{
	struct zx__field *f = zx_new(m->alloc, sizeof(*f));

	if (!f) {
		m->err = ZX_E_NOMEM;
		return;
	}
	f->is_inline = is_inline;
	f->name = zx__message_copy(m, ZX__FIELD_NAME, name);
	f->value = zx__message_text(m, ZX__FIELD_VALUE, fmt, ap);
	if (e->last_field)
		e->last_field->next = f;
	else
		e->fields = f;
	e->last_field = f;
	e->field_count++;
}

void zx_embed_field(struct zx_message *m, int is_inline, const char *name,
		    const char *fmt, ...)
{
	struct zx__embed *e = latest(m);
	va_list ap;

	if (!e)
		return;
	e->fields_added++;
	if (e->field_count == ZX__FIELDS)
		return;
	va_start(ap, fmt);
	field_add(m, e, is_inline, name, fmt, ap);
	va_end(ap);
}

void zx_embed_footer(struct zx_message *m, const char *fmt, ...)
{
	struct zx__embed *e = latest(m);
	va_list ap;

	if (!e)
		return;
	va_start(ap, fmt);
	replace(m, &e->footer, zx__message_text(m, ZX__EMBED_FOOTER, fmt, ap));
	va_end(ap);
}

void zx_embed_author(struct zx_message *m, const char *icon_url,
		     const char *fmt, ...)
{
	struct zx__embed *e = latest(m);
	va_list ap;

	if (!e)
		return;
	va_start(ap, fmt);
	replace(m, &e->author, zx__message_text(m, ZX__EMBED_AUTHOR, fmt, ap));
	va_end(ap);
	if (icon_url)
		replace(m, &e->icon,
			zx__message_copy(m, ZX__URL + 1, icon_url));
}

void zx_embed_thumbnail(struct zx_message *m, const char *url)
{
	struct zx__embed *e = latest(m);

	if (e)
		replace(m, &e->thumbnail,
			zx__message_copy(m, ZX__URL + 1, url));
}

void zx_embed_image(struct zx_message *m, const char *url)
{
	struct zx__embed *e = latest(m);

	if (e)
		replace(m, &e->image, zx__message_copy(m, ZX__URL + 1, url));
}

void zx_embed_time(struct zx_message *m, zx_wall at)
{
	struct zx__embed *e = latest(m);

	if (!e)
		return;
	e->at = at;
	e->has_at = 1;
}
