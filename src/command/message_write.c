/* SPDX-License-Identifier: MIT
 *
 * message_write: a message as JSON. The last guard before Discord's limits:
 * the sum over all embeds, empty parts, and which members fit which edge.
 */
#include <stdio.h>
#include <time.h>

#include "command/message_int.h"

#define EMPTY "\xe2\x80\x8b" /* shows nothing, counts as something */
#define EMBED_TOTAL_MIN 8    /* units left for which an embed still begins */
#define MORE_FIELDS 32	     /* "…" and "and 1234 more" */

enum {
	FLAG_NO_EMBEDS = 1 << 2,
	FLAG_EPHEMERAL = 1 << 6,
	FLAG_SILENT = 1 << 12
};

/* What is being written, and what of the 6000 units is left. */
struct writing {
	struct zx__message *m;
	struct zx_json_writer *w;
	struct zx_buf *scratch;
	size_t left;
};

int zx__url_ok(const char *url, size_t max)
{
	static const char *const schemes[] = { "https://", "http://",
					       "discord://", "attachment://" };
	struct zx_str s = zx_str(url);
	size_t i;

	for (i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] <= ' ' || s.ptr[i] == 0x7f)
			return 0;
	for (i = 0; i < ZX__LEN(schemes); i++)
		if (zx_str_starts(s, schemes[i]))
			return s.len > strlen(schemes[i]) &&
			       zx__units(s) <= max;
	return 0;
}

void zx__scratch_write(struct zx_json_writer *w, const char *key,
		       const struct zx_buf *scratch)
{
	if (scratch->err)
		w->out->err = scratch->err;
	zx_jw_str(w, key, zx_buf_str(scratch));
}

/* A text of an embed: cut at its own limit and at what is left of all. */
static void limited(struct writing *x, const char *key, struct zx_str s,
		    size_t limit)
{
	size_t max = limit < x->left ? limit : x->left;

	zx_buf_clear(x->scratch);
	if (zx__cut(x->scratch, s, max))
		x->m->written_cut[CUT_TEXT]++;
	x->left -= zx__units(zx_buf_str(x->scratch));
	zx__scratch_write(x->w, key, x->scratch);
}

static struct zx_str or_empty(const char *s)
{
	return zx__blank(zx_str(s)) ? ZX_STR(EMPTY) : zx_str(s);
}

static void url_object(struct writing *x, const char *key, const char *url)
{
	if (!url || !zx__url_ok(url, ZX__URL))
		return;
	zx_jw_obj(x->w, key);
	zx_jw_cstr(x->w, "url", url);
	zx_jw_obj_end(x->w);
}

static void author(struct writing *x, const struct zx__embed *e)
{
	if (!e->author || zx__blank(zx_str(e->author)))
		return;
	zx_jw_obj(x->w, "author");
	limited(x, "name", zx_str(e->author), ZX__EMBED_AUTHOR);
	if (e->icon && zx__url_ok(e->icon, ZX__URL))
		zx_jw_cstr(x->w, "icon_url", e->icon);
	zx_jw_obj_end(x->w);
}

static void one_field(struct writing *x, struct zx_str name,
		      struct zx_str value, int is_inline)
{
	zx_jw_obj(x->w, NULL);
	limited(x, "name", name, ZX__FIELD_NAME);
	limited(x, "value", value, ZX__FIELD_VALUE);
	if (is_inline)
		zx_jw_bool(x->w, "inline", 1);
	zx_jw_obj_end(x->w);
}

/* The last place, or the last units, tell how many are missing. */
static void more_fields(struct writing *x, size_t missing)
{
	char text[MORE_FIELDS];

	x->m->written_cut[CUT_FIELD] += missing;
	snprintf(text, sizeof(text), "and %zu more", missing);
	one_field(x, ZX_STR("\xe2\x80\xa6"), zx_str(text), 0);
}

static void fields(struct writing *x, const struct zx__embed *e)
{
	const struct zx__field *f;
	size_t done = 0, units, places, reserve;

	if (!e->fields)
		return;
	places = e->fields_added > ZX__FIELDS ? ZX__FIELDS - 1 : ZX__FIELDS;
	zx_jw_arr(x->w, "fields");
	for (f = e->fields; f && done < places; f = f->next) {
		units = zx__units(or_empty(f->name)) +
			zx__units(or_empty(f->value));
		reserve = done + 1 == e->fields_added ? 0 : MORE_FIELDS;
		if (units + reserve > x->left)
			break;
		one_field(x, or_empty(f->name), or_empty(f->value),
			  f->is_inline);
		done++;
	}
	if (done < e->fields_added && x->left >= MORE_FIELDS)
		more_fields(x, e->fields_added - done);
	else
		x->m->written_cut[CUT_FIELD] += e->fields_added - done;
	zx_jw_arr_end(x->w);
}

static void timestamp(struct writing *x, zx_wall at)
{
	time_t seconds = (time_t)(at / 1000);
	struct tm tm;

	if (!gmtime_r(&seconds, &tm) || tm.tm_year < 0 || tm.tm_year > 8099)
		return;
	zx_jw_strf(x->w, "timestamp", "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
		   tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
		   tm.tm_min, tm.tm_sec, (int)((at % 1000 + 1000) % 1000));
}

static int embed_is_blank(const struct zx__embed *e)
{
	return zx__blank(zx_str(e->title)) && zx__blank(zx_buf_str(&e->text)) &&
	       !e->fields && !e->footer && !e->author && !e->image &&
	       !e->thumbnail;
}

static void embed(struct writing *x, const struct zx__embed *e)
{
	zx_jw_obj(x->w, NULL);
	if (!zx__blank(zx_str(e->title)))
		limited(x, "title", zx_str(e->title), ZX__EMBED_TITLE);
	if (e->url && zx__url_ok(e->url, ZX__URL))
		zx_jw_cstr(x->w, "url", e->url);
	zx_jw_u64(x->w, "color", e->color);
	author(x, e);
	if (e->footer && !zx__blank(zx_str(e->footer))) {
		zx_jw_obj(x->w, "footer");
		limited(x, "text", zx_str(e->footer), ZX__EMBED_FOOTER);
		zx_jw_obj_end(x->w);
	}
	if (embed_is_blank(e))
		limited(x, "description", ZX_STR(EMPTY), ZX__EMBED_TEXT);
	else if (!zx__blank(zx_buf_str(&e->text)))
		limited(x, "description", zx_buf_str(&e->text), ZX__EMBED_TEXT);
	fields(x, e);
	url_object(x, "thumbnail", e->thumbnail);
	url_object(x, "image", e->image);
	if (e->has_at)
		timestamp(x, e->at);
	zx_jw_obj_end(x->w);
}

void zx__embeds_write(struct zx__message *m, struct zx_json_writer *w,
		      struct zx_buf *scratch)
{
	struct writing x = { m, w, scratch, ZX__EMBED_TOTAL };
	const struct zx__embed *e;

	zx_jw_arr(w, "embeds");
	for (e = m->embeds; e; e = e->next) {
		if (x.left < EMBED_TOTAL_MIN)
			m->written_cut[CUT_EMBED]++;
		else
			embed(&x, e);
	}
	zx_jw_arr_end(w);
}

static void mentions(const struct zx__message *m, struct zx_json_writer *w)
{
	size_t i;

	zx_jw_obj(w, "allowed_mentions");
	zx_jw_arr(w, "parse");
	zx_jw_arr_end(w);
	if (m->user_count) {
		zx_jw_arr(w, "users");
		for (i = 0; i < m->user_count; i++)
			zx_jw_id(w, NULL, m->users[i]);
		zx_jw_arr_end(w);
	}
	if (m->role_count) {
		zx_jw_arr(w, "roles");
		for (i = 0; i < m->role_count; i++)
			zx_jw_id(w, NULL, m->roles[i]);
		zx_jw_arr_end(w);
	}
	zx_jw_obj_end(w);
}

static unsigned flags(const struct zx__message *m, const struct zx__write *how)
{
	unsigned bits = m->flags & ZX_MESSAGE_NO_EMBEDS ? FLAG_NO_EMBEDS : 0;

	if (how->edit)
		return bits;
	if (m->flags & ZX_MESSAGE_SILENT)
		bits |= FLAG_SILENT;
	if (how->interaction &&
	    (how->ephemeral || m->flags & ZX_MESSAGE_EPHEMERAL))
		bits |= FLAG_EPHEMERAL;
	return bits;
}

static void attachments(const struct zx__message *m, struct zx_json_writer *w,
			int edit)
{
	size_t i;

	if (!m->file_count && !edit)
		return;
	zx_jw_arr(w, "attachments");
	for (i = 0; i < m->file_count; i++) {
		zx_jw_obj(w, NULL);
		zx_jw_id(w, "id", i);
		zx_jw_cstr(w, "filename", m->files[i].name);
		zx_jw_obj_end(w);
	}
	zx_jw_arr_end(w);
}

static void content(struct zx__message *m, struct zx_json_writer *w,
		    struct zx_buf *scratch, int edit)
{
	struct zx_str text = zx_buf_str(&m->content);
	int alone = !m->embed_count && !m->row_count && !m->file_count;

	if (zx__blank(text)) {
		if (alone)
			zx_jw_cstr(w, "content", EMPTY);
		else if (edit)
			zx_jw_cstr(w, "content", "");
		return;
	}
	zx_buf_clear(scratch);
	if (zx__cut(scratch, text, ZX__CONTENT))
		m->written_cut[CUT_TEXT]++;
	zx__scratch_write(w, "content", scratch);
}

static void edge(const struct zx__message *m, const struct zx__write *how,
		 struct zx_json_writer *w)
{
	unsigned bits = flags(m, how);

	if (bits)
		zx_jw_u64(w, "flags", bits);
	if (how->edit || how->interaction)
		return;
	if (m->reply_to && !how->no_reference) {
		zx_jw_obj(w, "message_reference");
		zx_jw_id(w, "message_id", m->reply_to);
		zx_jw_bool(w, "fail_if_not_exists", 0);
		zx_jw_obj_end(w);
	}
	if (how->nonce && *how->nonce) {
		zx_jw_cstr(w, "nonce", how->nonce);
		zx_jw_bool(w, "enforce_nonce", 1);
	}
}

void zx__message_members(struct zx_message *m, const struct zx__write *how,
			 struct zx_json_writer *w)
{
	struct zx__message *in = zx__message_get(m);
	struct zx_buf scratch;

	if (!in) {
		w->out->err = ZX_E_NOMEM;
		return;
	}
	memset(in->written_cut, 0, sizeof(in->written_cut));
	zx_buf_init(&scratch, m->alloc, 0);
	content(in, w, &scratch, how->edit);
	if (in->embeds || how->edit)
		zx__embeds_write(in, w, &scratch);
	if (in->row_count || how->edit)
		zx__rows_write(in, w, &scratch);
	attachments(in, w, how->edit);
	mentions(in, w);
	edge(in, how, w);
	zx_buf_release(&scratch);
}

int zx_message_write(struct zx_message *m, int edit, struct zx_buf *out)
{
	struct zx__write how = { .edit = edit };
	struct zx_json_writer w;

	if (m->err)
		return m->err;
	zx_jw_init(&w, out);
	zx_jw_obj(&w, NULL);
	zx__message_members(m, &how, &w);
	zx_jw_obj_end(&w);
	return m->err ? m->err : out->err;
}
