/* SPDX-License-Identifier: MIT
 *
 * backup_export: /backupexport. The whole snapshot as one JSON document: posted
 * so that only the owner sees it, in parts that fit, or written to a file on
 * the bot's machine. It is read piece by piece, twice: first to know how large
 * it is. What is in memory is what is about to be posted.
 */
#include "cogs/backup_work.h"
#include "cogs/rules.h"

enum {
	PARTS = 4,		/* posted at most */
	REQUEST_MAX = 24 << 20, /* bytes of a request, less its head */
	ENVELOPE = 64 << 10	/* of the rest of the message */
};

struct export
{
	struct zx__backup_work w;
	struct zx__backup *b;
	struct zx__backup_open o;
	struct zx_guild_printer *printer;
	/* Of each piece: counts, posts or writes it. */
	int (*take)(struct zx_str piece, struct export * e);
	char name[64];
	uint64_t bytes; /* of the document */
	uint64_t part;	/* bytes of one */
	unsigned parts, next;
	struct zx_buf piece;
	const struct zx_backup_files *files;
	void *file; /* open */
	int refused;
};

static int count(struct zx_str piece, struct export *e)
{
	e->bytes += piece.len;
	return ZX_OK;
}

/* Posted ------------------------------------------------------------------- */

static void describe(const struct export *e, struct zx_message *out)
{
	struct zx_buf size;

	zx_buf_init(&size, out->alloc, 0);
	zx__backup_size(&size, e->bytes);
	zx_embed(out, ZX_COLOR_GREEN, "📤 Backup Exported");
	zx_embed_text(
		out,
		"`%s`, %s\n⚠️ It names members, their roles and bans: "
		"keep it where only you can read it.",
		e->o.snap.id, zx_buf_cstr(&size));
	if (e->parts > 1)
		zx_embed_field(out, 0, "🧩 Parts",
			       "%u files. Put them together again with `cat "
			       "%s.* > %s`.",
			       e->parts, e->name, e->name);
	zx_buf_release(&size);
}

static int post(struct export *e)
{
	struct zx_message out;
	char name[80];
	int err;

	snprintf(name, sizeof(name), e->parts > 1 ? "%s.%03u" : "%s", e->name,
		 e->next + 1);
	zx_message_init(&out, zx_call_alloc(e->w.call));
	zx_message_flags(&out, ZX_MESSAGE_EPHEMERAL);
	if (!e->next)
		describe(e, &out);
	zx_attach(&out, name, "application/json", zx_buf_str(&e->piece));
	err = e->next ? zx_follow_up(e->w.call, &out)
		      : zx_reply(e->w.call, &out);
	zx_message_release(&out);
	e->w.shown = 0;
	e->w.told = 1;
	zx_buf_clear(&e->piece);
	e->next++;
	return err;
}

static int to_post(struct zx_str piece, struct export *e)
{
	int err = ZX_OK;

	while (!err && piece.len) {
		size_t n = (size_t)(e->part - e->piece.len);

		if (n > piece.len)
			n = piece.len;
		zx_buf_add(&e->piece, piece.ptr, n);
		piece = zx_str_from(piece, n);
		err = e->piece.err;
		if (!err && e->piece.len == e->part)
			err = post(e);
	}
	return err;
}

/* To a file ---------------------------------------------------------------- */

static int to_file(struct zx_str piece, struct export *e)
{
	return e->files->write(e->file, piece, e->files->ud);
}

static void say_where(struct export *e, const char *where)
{
	const struct zx_call_info *i = zx_call_info(e->w.call);
	struct zx_message out;

	zx_message_init(&out, zx_call_alloc(e->w.call));
	zx_message_flags(&out, ZX_MESSAGE_EPHEMERAL);
	describe(e, &out);
	/* A message in the channel is read by others. */
	zx_embed_field(&out, 0, "📁 On the bot's machine", "%s",
		       i->interaction_id ? where : "The log says where.");
	(void)zx_reply(e->w.call, &out);
	zx_message_release(&out);
}

static int close_file(struct export *e, int keep)
{
	char where[256] = "";
	void *file = e->file;
	int err;

	e->file = NULL;
	err = e->files->close(file, keep, where, e->files->ud);
	if (err || !keep)
		return err;
	zx__backup_log(e->b, ZX_LOG_INFO, "backup %s was exported to %s",
		       e->o.snap.id, where);
	say_where(e, where);
	return ZX_OK;
}

/* Which of the two --------------------------------------------------------- */

static void measure(struct export *e)
{
	const struct zx_call_info *i = zx_call_info(e->w.call);
	uint64_t max =
		e->b->opt.upload_max ? e->b->opt.upload_max : i->upload_max;

	e->part = max < REQUEST_MAX ? max : REQUEST_MAX;
	if (e->part > 2 * ENVELOPE)
		e->part -= ENVELOPE;
	e->parts = (unsigned)((e->bytes + e->part - 1) / e->part);
}

static void refuse(struct export *e, int private)
{
	e->refused = 1;
	if (private)
		zx__backup_work_fail(
			&e->w, "❌ Too Large To Be Posted",
			"%.1f MB. On the bot's machine, `zoryx-bot export DIR` "
			"writes it to a folder.",
			(double)e->bytes / (1 << 20));
	else
		zx__backup_work_fail(
			&e->w, "❌ Not In Public",
			"Everybody here would see it. Use /backupexport, whose "
			"answer only you see.");
}

/* How large it is is known: now where to. */
static int decide(struct export *e)
{
	int private = zx_call_info(e->w.call)->interaction_id != 0;

	measure(e);
	if (private && e->parts <= PARTS) {
		e->take = to_post;
		return ZX_OK;
	}
	e->parts = 1;
	if (e->files) {
		int err = e->files->open(e->name, &e->file, e->files->ud);

		e->take = to_file;
		if (err)
			e->file = NULL;
		return err;
	}
	refuse(e, private);
	return ZX_E_TOOBIG;
}

/* The end of the first reading, or of the second. */
static int read_all(struct export *e, int *more)
{
	zx_guild_printer_free(e->printer);
	e->printer = NULL;
	*more = e->take == count;
	if (*more) {
		int err = decide(e);

		return err ? err
			   : zx_guild_printer_new(&e->printer, &e->o.reader);
	}
	if (e->file)
		return close_file(e, 1);
	return e->piece.len ? post(e) : ZX_OK;
}

static int step(struct zx__backup_work *w, int *more)
{
	struct export *e = (struct export *)w;
	struct zx_str piece;
	int got = zx_guild_printer_next(e->printer, ZX__WORK_BYTES, &piece);

	*more = 1;
	if (got < 0)
		return got;
	return got ? e->take(piece, e) : read_all(e, more);
}

static void forget(struct export *e)
{
	if (e->file)
		(void)close_file(e, 0);
	zx_guild_printer_free(e->printer);
	zx_buf_release(&e->piece);
	zx__backup_open_release(&e->o);
	zx_delete(e->b->alloc, e);
}

static void say_why(struct export *e, int err, const char *why)
{
	if (*why)
		zx__backup_work_fail(&e->w, "❌ Not Exported", "%s", why);
	else if (zx__backup_is_gone(e->b, &e->o.snap))
		zx__backup_work_fail(&e->w, "❌ Not Exported",
				     "Backup %s was deleted while it was read",
				     e->o.snap.id);
	else if (e->take == count)
		zx__backup_work_fail(&e->w, "❌ Snapshot Corrupt",
				     "%s. /backupverify %s says more.",
				     zx_strerror(err), e->o.snap.id);
	else
		zx__backup_work_fail(&e->w, "❌ Not Exported", "%s",
				     zx_strerror(err));
}

static void end(struct zx__backup_work *w, int err, const char *why)
{
	struct export *e = (struct export *)w;
	const struct zx_call_info *i = zx_call_info(w->call);

	if (!err)
		zx__backup_audit(e->b, i->guild_id, i->user_id, "export",
				 e->o.snap.id, "%llu bytes",
				 (unsigned long long)e->bytes);
	else if (!e->refused)
		say_why(e, err, why);
	forget(e);
}

static void begin(struct export *e)
{
	int err;

	e->w.title = "📤 Exporting Backup…";
	snprintf(e->w.text, sizeof(e->w.text), "All of `%s` is read.",
		 e->o.snap.id);
	e->w.step = step;
	e->w.end = end;
	e->take = count;
	e->files = e->b->opt.files;
	zx_buf_init(&e->piece, e->b->alloc, REQUEST_MAX);
	snprintf(e->name, sizeof(e->name), "backup_%llu_%s.json",
		 (unsigned long long)zx_call_info(e->w.call)->guild_id,
		 e->o.snap.id);
	err = zx_guild_printer_new(&e->printer, &e->o.reader);
	if (!err)
		err = zx__backup_work_begin(e->b, &e->w);
	if (!err)
		return;
	zx_fail(e->w.call, "❌ Not Exported", "%s", zx__backup_work_why(err));
	forget(e);
}

static void run(struct zx_call *call, void *ud)
{
	struct zx__backup *b = zx__backup_of(call);
	char typed[ZX__BACKUP_TYPED];
	struct export *e;
	const char *id;
	int err;

	(void)ud;
	if (!b)
		return;
	id = zx__backup_id(b, call, "backup_id", typed);
	if (!id)
		return;
	e = zx_new(b->alloc, sizeof(*e));
	if (!e) {
		zx_fail(call, "❌ Not Exported", "%s", zx_strerror(ZX_E_NOMEM));
		return;
	}
	e->b = b;
	e->w.call = call;
	err = zx__backup_open(b, zx_call_info(call)->guild_id, id, &e->o);
	if (!err) {
		begin(e);
		return;
	}
	if (err == ZX_E_NOTFOUND)
		zx__backup_not_found(call, id);
	else
		zx_fail(call, "❌ Snapshot Corrupt",
			"%s. /backupverify %s says more.", zx_strerror(err),
			id);
	forget(e);
}

static const struct zx_option options[] = {
	ZX__BACKUP_ID_OPTION("backup_id", "Backup ID"),
};

const struct zx_command zx__backup_export_command = {
	.name = "backupexport",
	.description = "Export backup as JSON (Bot Owner only)",
	.cog = ZX__BACKUP_COG,
	.options = options,
	.option_count = 1,
	.rule = ZX__RULE(backupexport),
	.flags = ZX_COMMAND_GUILD_ONLY | ZX_COMMAND_EPHEMERAL,
	.complete = zx__backup_complete,
	.run = run,
};
