/* SPDX-License-Identifier: MIT
 *
 * A snapshot in a file, into memory.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "restore.h"
#include "zoryx/python.h"

#define FILE_MAX ((size_t)2 << 30)

/* Parts -------------------------------------------------------------------- */

static struct restore_part *find(const struct restore_parts *p,
				 const unsigned char hash[ZX_HASH])
{
	for (size_t i = 0; i < p->n; i++)
		if (!memcmp(p->v[i].hash, hash, ZX_HASH))
			return &p->v[i];
	return NULL;
}

static int put(const unsigned char hash[ZX_HASH], struct zx_str data, void *ud)
{
	struct restore_parts *p = ud;
	struct restore_part *v = p->v;

	if (find(p, hash))
		return ZX_OK;
	if (p->n == p->cap) {
		p->cap = p->cap ? 2 * p->cap : 64;
		v = zx_resize(NULL, v, p->cap * sizeof(*v));
		if (!v)
			return ZX_E_NOMEM;
		p->v = v;
	}
	v = &p->v[p->n];
	memcpy(v->hash, hash, ZX_HASH);
	zx_buf_init(&v->data, NULL, 0);
	zx_buf_adds(&v->data, data);
	if (v->data.err)
		return v->data.err;
	p->n++;
	return ZX_OK;
}

static int get(const unsigned char hash[ZX_HASH], struct zx_buf *out, void *ud)
{
	const struct restore_part *part = find(ud, hash);

	if (!part)
		return ZX_E_NOTFOUND;
	zx_buf_adds(out, zx_buf_str(&part->data));
	return out->err;
}

static int share(const unsigned char hash[ZX_HASH], void *ud)
{
	return find(ud, hash) ? ZX_OK : ZX_E_NOTFOUND;
}

struct zx_guild_store restore_store(struct restore_parts *p)
{
	return (struct zx_guild_store){
		.put = put, .get = get, .share = share, .ud = p
	};
}

void restore_parts_free(struct restore_parts *p)
{
	for (size_t i = 0; i < p->n; i++)
		zx_buf_release(&p->v[i].data);
	zx_delete(NULL, p->v);
}

/* The file ----------------------------------------------------------------- */

static int complain(const char *path, const char *what)
{
	fprintf(stderr, "zoryx-bot: %s: %s\n", path, what);
	return -1;
}

static int slurp(const char *path, struct zx_buf *out)
{
	FILE *f = fopen(path, "rb");
	char *p;
	size_t n = 1;

	if (!f)
		return complain(path, strerror(errno));
	while (n && (p = zx_buf_room(out, 1 << 16))) {
		n = fread(p, 1, 1 << 16, f);
		out->len += n;
	}
	n = ferror(f) || out->err;
	fclose(f);
	return n ? complain(path, "cannot be read, or is too large") : 0;
}

static int document(const char *path, struct zx_str text,
		    struct zx_guild_writer *w)
{
	struct zx_guild_parser *p;
	int err = zx_guild_parser_new(&p, w, NULL);

	if (err)
		return complain(path, zx_strerror(err));
	err = zx_guild_parser_feed(p, text);
	if (!err)
		err = zx_guild_parser_end(p);
	if (err)
		complain(path, zx_guild_parser_error(p));
	zx_guild_parser_free(p);
	return err ? -1 : 0;
}

static int finish(const char *path, struct zx_guild_writer *w,
		  struct restore_parts *p, struct zx_guild_reader *out)
{
	struct zx_guild_store store = restore_store(p);
	struct zx_guild_written written;
	int err = zx_guild_finish(w, &written);

	if (err)
		return complain(path, zx_guild_writer_error(w));
	err = zx_guild_open(out, written.manifest, &store, NULL);
	return err ? complain(path, zx_strerror(err)) : 0;
}

/* Which of both it is, and of which server. */
static int look(const char *path, struct zx_str text, int *python,
		struct zx_guild_writer_options *o)
{
	struct zx_python_snapshot snap;
	size_t where;
	char why[128];

	if (zx_json_check(text, 0, &where)) {
		snprintf(why, sizeof(why), "is no JSON: look at byte %zu",
			 where);
		return complain(path, why);
	}
	*python = !zx_json_is(zx_json_get(text, "format"), "zoryx-guild");
	if (*python && zx_python_inspect(text, NULL, &snap, why))
		return complain(path, why);
	o->guild = *python ? snap.guild : zx_json_get_u64(text, "guild_id");
	if (!o->guild)
		return complain(path, "does not say of which server it is");
	return 0;
}

int restore_file(const char *path, struct restore_parts *p,
		 struct zx_guild_reader *out)
{
	struct zx_guild_writer_options o = ZX_GUILD_WRITER_OPTIONS_INIT;
	struct zx_guild_writer *w = NULL;
	struct zx_buf text;
	char why[128];
	int python, bad;

	zx_buf_init(&text, NULL, FILE_MAX);
	o.store = restore_store(p);
	o.strict = 1;
	bad = slurp(path, &text);
	if (!bad)
		bad = look(path, zx_buf_str(&text), &python, &o);
	if (!bad && zx_guild_writer_new(&w, &o))
		bad = complain(path, "out of memory");
	if (!bad && !python)
		bad = document(path, zx_buf_str(&text), w);
	else if (!bad && zx_python_read(zx_buf_str(&text), w, NULL, why))
		bad = complain(path, why);
	if (!bad)
		bad = finish(path, w, p, out);
	zx_guild_writer_free(w);
	zx_buf_release(&text);
	return bad;
}
