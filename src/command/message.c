/* SPDX-License-Identifier: MIT
 *
 * message: filling a message. Texts are cut when they come in, so that a
 * message under construction is as bounded as the finished one.
 */
#include <stdio.h>

#include "command/message_int.h"

void zx_message_init(struct zx_message *m, const struct zx_alloc *a)
{
	m->alloc = a;
	m->m = NULL;
	m->err = ZX_OK;
}

void zx_message_release(struct zx_message *m)
{
	struct zx__message *in;
	size_t i;

	if (!m || !m->m)
		return;
	in = m->m;
	zx__embeds_free(m->alloc, in);
	zx__rows_free(m->alloc, in);
	for (i = 0; i < in->file_count; i++) {
		zx_delete(m->alloc, (void *)(uintptr_t)in->files[i].name);
		zx_delete(m->alloc, (void *)(uintptr_t)in->files[i].data.ptr);
		zx_delete(m->alloc,
			  (void *)(uintptr_t)in->files[i].content_type);
	}
	zx_buf_release(&in->content);
	zx_buf_release(&in->scratch);
	zx_delete(m->alloc, in);
	m->m = NULL;
}

void zx_message_clear(struct zx_message *m)
{
	zx_message_release(m);
	m->err = ZX_OK;
}

void zx__message_move(struct zx_message *to, struct zx_message *from)
{
	*to = *from;
	from->m = NULL;
	from->err = ZX_OK;
}

struct zx__message *zx__message_get(struct zx_message *m)
{
	if (m->m || m->err == ZX_E_NOMEM)
		return m->m;
	m->m = zx_new(m->alloc, sizeof(*m->m));
	if (!m->m) {
		m->err = ZX_E_NOMEM;
		return NULL;
	}
	zx_buf_init(&m->m->content, m->alloc, 0);
	zx_buf_init(&m->m->scratch, m->alloc, 0);
	return m->m;
}

/*
 * Formats into the scratch, no further than `limit` units can need; the end of
 * a longer text is never made.
 */
ZX_PRINTF(3, 0)
static int format(struct zx_message *m, size_t limit, const char *fmt,
		  va_list ap)
{
	struct zx__message *in = zx__message_get(m);
	size_t room = limit * 3 + 16;
	char *p;
	int n;

	if (!in)
		return m->err;
	zx_buf_clear(&in->scratch);
	p = zx_buf_room(&in->scratch, room);
	if (!p)
		return m->err = ZX_E_NOMEM;
	n = vsnprintf(p, room, fmt, ap);
	if (n < 0)
		n = 0;
	in->scratch.len = (size_t)n < room ? (size_t)n : room - 1;
	return ZX_OK;
}

/* `s` may lie in the scratch. */
static char *keep(struct zx_message *m, size_t limit, struct zx_str s)
{
	struct zx_buf clean, cut;
	char *out;

	zx_buf_init(&clean, m->alloc, 0);
	zx_buf_init(&cut, m->alloc, 0);
	zx__add_clean(&clean, s);
	if (zx__cut(&cut, zx_buf_str(&clean), limit))
		zx__message_cut_added(m->m, CUT_TEXT);
	zx_buf_addch(&cut, '\0');
	if (clean.err && !cut.err)
		cut.err = clean.err;
	out = zx_buf_detach(&cut, NULL);
	zx_buf_release(&clean);
	zx_buf_release(&cut);
	if (!out)
		m->err = ZX_E_NOMEM;
	return out;
}

char *zx__message_text(struct zx_message *m, size_t limit, const char *fmt,
		       va_list ap)
{
	if (format(m, limit, fmt, ap))
		return NULL;
	return keep(m, limit, zx_buf_str(&m->m->scratch));
}

char *zx__message_copy(struct zx_message *m, size_t limit, const char *text)
{
	if (!zx__message_get(m))
		return NULL;
	return keep(m, limit, zx_str(text));
}

void zx__message_append(struct zx_message *m, struct zx_buf *to, size_t limit,
			const char *fmt, va_list ap)
{
	/* Two units more than may stay tell the writer that it was longer. */
	size_t most = limit + 2, have = zx__units(zx_buf_str(to));
	struct zx_buf clean;

	if (have >= most || format(m, most, fmt, ap))
		return;
	zx_buf_init(&clean, m->alloc, 0);
	zx__add_clean(&clean, zx_buf_str(&m->m->scratch));
	zx_buf_adds(to, zx__units_head(zx_buf_str(&clean), most - have));
	if (clean.err || to->err)
		m->err = ZX_E_NOMEM;
	zx_buf_release(&clean);
}

void zx_say(struct zx_message *m, const char *fmt, ...)
{
	va_list ap;

	if (!zx__message_get(m))
		return;
	va_start(ap, fmt);
	zx__message_append(m, &m->m->content, ZX__CONTENT, fmt, ap);
	va_end(ap);
}

static int file_fill(struct zx_message *m, struct zx_file *f, const char *name,
		     const char *content_type, struct zx_str data)
{
	f->name = zx__message_copy(m, ZX__FILE_NAME,
				   name && *name ? name : "file");
	f->data = (struct zx_str){ zx_str_dup(m->alloc, data), data.len };
	f->content_type = content_type
				  ? zx_str_dup(m->alloc, zx_str(content_type))
				  : NULL;
	if (f->name && f->data.ptr && (!content_type || f->content_type))
		return ZX_OK;
	zx_delete(m->alloc, (void *)(uintptr_t)f->name);
	zx_delete(m->alloc, (void *)(uintptr_t)f->data.ptr);
	zx_delete(m->alloc, (void *)(uintptr_t)f->content_type);
	return ZX_E_NOMEM;
}

void zx_attach(struct zx_message *m, const char *name, const char *content_type,
	       struct zx_str data)
{
	struct zx__message *in = zx__message_get(m);
	struct zx_file file;

	if (!in)
		return;
	if (in->file_count == ZX__FILES) {
		zx__message_cut_added(in, CUT_FILE);
		return;
	}
	if (file_fill(m, &file, name, content_type, data)) {
		m->err = ZX_E_NOMEM;
		return;
	}
	in->files[in->file_count++] = file;
}

void zx_message_flags(struct zx_message *m, unsigned flags)
{
	if (zx__message_get(m))
		m->m->flags |= flags;
}

static void ping(struct zx__message *in, uint64_t *list, size_t *count,
		 uint64_t id)
{
	size_t i;

	for (i = 0; i < *count; i++)
		if (list[i] == id)
			return;
	if (*count == ZX__PINGS)
		zx__message_cut_added(in, CUT_PING);
	else
		list[(*count)++] = id;
}

void zx_message_ping_user(struct zx_message *m, uint64_t user)
{
	if (zx__message_get(m))
		ping(m->m, m->m->users, &m->m->user_count, user);
}

void zx_message_ping_role(struct zx_message *m, uint64_t role)
{
	if (zx__message_get(m))
		ping(m->m, m->m->roles, &m->m->role_count, role);
}

void zx_message_reply_to(struct zx_message *m, uint64_t message)
{
	if (zx__message_get(m))
		m->m->reply_to = message;
}

size_t zx_message_files(const struct zx_message *m,
			const struct zx_file **files)
{
	*files = m->m ? m->m->files : NULL;
	return m->m ? m->m->file_count : 0;
}

void zx__message_cut_added(struct zx__message *m, enum zx__cut_kind kind)
{
	m->added_cut[kind]++;
}

const char *zx_message_cut(const struct zx_message *m)
{
	static const char *const cut_names[CUT_KINDS] = {
		[CUT_TEXT] = "text",	 [CUT_FIELD] = "field",
		[CUT_EMBED] = "embed",	 [CUT_COMPONENT] = "component",
		[CUT_OPTION] = "option", [CUT_FILE] = "file",
		[CUT_PING] = "mention",
	};
	struct zx__message *in = m->m;
	size_t used = 0, kind, n;
	int len;

	if (!in)
		return "";
	in->note[0] = '\0';
	for (kind = 0; kind < CUT_KINDS && used < sizeof(in->note); kind++) {
		n = in->added_cut[kind] + in->written_cut[kind];
		if (!n)
			continue;
		len = snprintf(in->note + used, sizeof(in->note) - used,
			       "%s%zu %s%s", used ? ", " : "", n,
			       cut_names[kind], n == 1 ? "" : "s");
		used += len > 0 ? (size_t)len : 0;
	}
	return in->note;
}
