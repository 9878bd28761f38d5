/* SPDX-License-Identifier: MIT
 *
 * restore_upload: a snapshot that somebody hands in as a file (of
 * /backupexport, or of the Python framework) becomes a backup of this server.
 * The file is a stranger's: it is read strictly, and nothing of it is kept when
 * it is wrong.
 */
#include "cogs/restore_show.h"
#include "zoryx/python.h"

enum { FILE_MAX = 64 << 20 };

struct upload {
	struct zx__backup *b;
	struct zx_call *call;
	struct zx__rsp_state state;
	uint64_t draft;
	char name[128], why[256];
	zx__rsp_uploaded *done;
};

static void end(struct upload *u, int err)
{
	u->done(u->call, &u->state, err ? u->why : NULL);
	zx_call_release(u->call);
	zx_delete(u->b->alloc, u);
}

static int fail(struct upload *u, int err, const char *what)
{
	snprintf(u->why, sizeof(u->why), "%s: %s", u->name, what);
	return err;
}

/* Reading ------------------------------------------------------------------ */

static int put(const unsigned char hash[ZX_HASH], struct zx_str data, void *ud)
{
	struct upload *u = ud;

	return zx_state_snap_part(u->b->state, u->draft, hash, data);
}

static int document(struct upload *u, struct zx_str text,
		    struct zx_guild_writer *w)
{
	struct zx_guild_parser *p;
	int err = zx_guild_parser_new(&p, w, u->b->alloc);

	if (err)
		return fail(u, err, "out of memory");
	err = zx_guild_parser_feed(p, text);
	if (!err)
		err = zx_guild_parser_end(p);
	if (err)
		(void)fail(u, err, zx_guild_parser_error(p));
	zx_guild_parser_free(p);
	return err;
}

/* Which of both it is, and of which server. */
static int look(struct upload *u, struct zx_str text, int *python,
		struct zx_guild_writer_options *o)
{
	struct zx_python_snapshot snap;
	char why[128] = "";
	size_t where;

	if (zx_json_check(text, 0, &where)) {
		snprintf(why, sizeof(why),
			 "is no JSON (look at byte %zu). Parts of an export "
			 "have to be put together first",
			 where);
		return fail(u, ZX_E_SYNTAX, why);
	}
	*python = !zx_json_is(zx_json_get(text, "format"), "zoryx-guild");
	if (*python && zx_python_inspect(text, u->b->alloc, &snap, why))
		return fail(u, ZX_E_SYNTAX, why);
	o->guild = *python ? snap.guild : zx_json_get_u64(text, "guild_id");
	return o->guild ? ZX_OK
			: fail(u, ZX_E_SYNTAX,
			       "does not say of which server it is");
}

static int read_all(struct upload *u, struct zx_str text,
		    struct zx_guild_writer **w)
{
	struct zx_guild_writer_options o = ZX_GUILD_WRITER_OPTIONS_INIT;
	char why[128] = "";
	int python = 0, err = look(u, text, &python, &o);

	if (err)
		return err;
	o.store = (struct zx_guild_store){ .put = put, .ud = u };
	o.strict = 1;
	o.alloc = u->b->alloc;
	err = zx_state_snap_begin(u->b->state, zx_call_info(u->call)->guild_id,
				  &u->draft);
	if (err)
		return fail(u, err, zx__backup_why(u->b, err));
	err = zx_guild_writer_new(w, &o);
	if (err)
		return fail(u, err, "out of memory");
	if (!python)
		return document(u, text, *w);
	err = zx_python_read(text, *w, u->b->alloc, why);
	return err ? fail(u, err, why) : ZX_OK;
}

/* Keeping ------------------------------------------------------------------ */

static int keep(struct upload *u, struct zx_guild_writer *w)
{
	const struct zx_call_info *i = zx_call_info(u->call);
	struct zx_rand rand = zx_system_rand();
	struct zx_state_snapshot s = { .guild = i->guild_id,
				       .created = zx_wall_clock(),
				       .author = i->user_id,
				       .meta = ZX_STR("{}") };
	struct zx_guild_written written;
	char label[160];
	int err = zx_guild_finish(w, &written);

	if (err)
		return fail(u, err, zx_guild_writer_error(w));
	snprintf(label, sizeof(label), "From %s", u->name);
	s.label = zx_utf8_head(zx_str(label), ZX__BACKUP_LABEL);
	s.bytes = written.bytes;
	s.manifest = written.manifest;
	memcpy(s.hash, written.hash, sizeof(s.hash));
	do {
		zx_guild_id_new(&rand, s.id);
		err = zx_state_snap_commit(u->b->state, u->draft, &s,
					   u->b->config.max);
	} while (err == ZX_E_EXISTS);
	if (err == ZX_E_LIMIT)
		return fail(u, err,
			    "there is no room for another backup: delete one "
			    "with /backupdelete");
	if (err)
		return fail(u, err, zx__backup_why(u->b, err));
	memcpy(u->state.ask.snapshot, s.id, sizeof(s.id));
	zx__backup_audit(u->b, i->guild_id, i->user_id, "import", s.id,
			 "Uploaded: %s", u->name);
	return ZX_OK;
}

/* As one transaction: some hundred parts, each on the disk by itself, would
 * hold the bot up for seconds. */
static int take(struct upload *u, struct zx_str text)
{
	struct zx_guild_writer *w = NULL;
	int err = zx_state_begin(u->b->state);

	if (err)
		return fail(u, err, zx__backup_why(u->b, err));
	err = read_all(u, text, &w);
	if (!err)
		err = keep(u, w);
	if (!err) {
		err = zx_state_commit(u->b->state);
		if (err)
			(void)fail(u, err, zx__backup_why(u->b, err));
	}
	zx_state_rollback(u->b->state);
	u->draft = 0; /* kept, or never there */
	zx_guild_writer_free(w);
	return err;
}

static void came(const struct zx_rest_result *r, void *ud)
{
	struct upload *u = ud;
	int err = r->err;

	if (u->b->stopped)
		err = fail(u, ZX_E_CLOSED, "the bot stops");
	else if (err)
		(void)fail(u, err,
			   err == ZX_E_TOOBIG ? "is over 64 MiB"
					      : "could not be downloaded");
	else
		err = take(u, r->body);
	end(u, err);
}

void zx__rsp_upload(struct zx__backup *b, struct zx_call *call,
		    const struct zx__rsp_state *s, zx__rsp_uploaded *done)
{
	struct zx_str file =
		zx_call_resolved(call, "attachments", zx_call_id(call, "file"));
	struct zx_rest_request q = ZX_REST_REQUEST_INIT;
	struct upload *u = zx_new(b->alloc, sizeof(*u));
	struct zx_buf url;
	int err;

	if (!u) {
		done(call, s, "out of memory");
		return;
	}
	u->b = b;
	u->call = call;
	u->state = *s;
	u->done = done;
	zx_call_keep(call);
	(void)zx_defer(call); /* reading it may take a moment */
	zx_buf_init(&url, b->alloc, 0);
	(void)zx_json_text(zx_json_get(file, "filename"), &url);
	snprintf(u->name, sizeof(u->name), "%s", zx_buf_cstr(&url));
	zx_buf_clear(&url);
	(void)zx_json_text(zx_json_get(file, "url"), &url);
	q.path = zx_buf_str(&url);
	q.flags = ZX_REST_ABSOLUTE;
	q.max_body = FILE_MAX;
	q.ud = u;
	err = zx_bot_rest(b->bot, &q, came, NULL);
	zx_buf_release(&url);
	if (err)
		end(u, fail(u, err, "could not be downloaded"));
}
