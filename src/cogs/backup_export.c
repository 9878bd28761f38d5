/* SPDX-License-Identifier: MIT
 *
 * backup_export: /backupexport. The whole snapshot as one JSON document: posted
 * so that only the owner sees it, in parts that fit, or written to a file on
 * the bot's machine. It is read piece by piece; what is in memory is what is
 * about to be posted.
 */
#include "cogs/backup_int.h"
#include "cogs/rules.h"

enum {
	PARTS = 4,		/* posted at most */
	REQUEST_MAX = 24 << 20, /* bytes of a request, less its head */
	ENVELOPE = 64 << 10	/* of the rest of the message */
};

struct export
{
	struct zx__backup *b;
	struct zx_call *call;
	const struct zx__backup_open *o;
	char name[64];
	uint64_t bytes; /* of the document */
	uint64_t part;	/* bytes of one */
	unsigned parts, next;
	struct zx_buf piece;
	const struct zx_backup_files *files;
	void *file;
};

static int count(struct zx_str piece, void *ud)
{
	*(uint64_t *)ud += piece.len;
	return 0;
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
		e->o->snap.id, zx_buf_cstr(&size));
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
	zx_message_init(&out, zx_call_alloc(e->call));
	zx_message_flags(&out, ZX_MESSAGE_EPHEMERAL);
	if (!e->next)
		describe(e, &out);
	zx_attach(&out, name, "application/json", zx_buf_str(&e->piece));
	err = e->next ? zx_follow_up(e->call, &out) : zx_reply(e->call, &out);
	zx_message_release(&out);
	zx_buf_clear(&e->piece);
	e->next++;
	return err;
}

static int to_post(struct zx_str piece, void *ud)
{
	struct export *e = ud;
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

static int post_all(struct export *e)
{
	int err;

	zx_buf_init(&e->piece, e->b->alloc, REQUEST_MAX);
	err = zx_guild_document(&e->o->reader, to_post, e);
	if (!err && e->piece.len)
		err = post(e);
	zx_buf_release(&e->piece);
	return err;
}

/* To a file ---------------------------------------------------------------- */

static int to_file(struct zx_str piece, void *ud)
{
	struct export *e = ud;

	return e->files->write(e->file, piece, e->files->ud);
}

static void say_where(struct export *e, const char *where)
{
	const struct zx_call_info *i = zx_call_info(e->call);
	struct zx_message out;

	zx_message_init(&out, zx_call_alloc(e->call));
	zx_message_flags(&out, ZX_MESSAGE_EPHEMERAL);
	describe(e, &out);
	/* A message in the channel is read by others. */
	zx_embed_field(&out, 0, "📁 On the bot's machine", "%s",
		       i->interaction_id ? where : "The log says where.");
	(void)zx_reply(e->call, &out);
	zx_message_release(&out);
}

static int write_file(struct export *e)
{
	char where[256] = "";
	int err = e->files->open(e->name, &e->file, e->files->ud), closed;

	if (err)
		return err;
	err = zx_guild_document(&e->o->reader, to_file, e);
	closed = e->files->close(e->file, !err, where, e->files->ud);
	err = err ? err : closed;
	if (err)
		return err;
	zx__backup_log(e->b, ZX_LOG_INFO, "backup %s was exported to %s",
		       e->o->snap.id, where);
	say_where(e, where);
	return ZX_OK;
}

/* Which of the two --------------------------------------------------------- */

static void measure(struct export *e)
{
	const struct zx_call_info *i = zx_call_info(e->call);
	uint64_t max =
		e->b->opt.upload_max ? e->b->opt.upload_max : i->upload_max;

	e->part = max < REQUEST_MAX ? max : REQUEST_MAX;
	if (e->part > 2 * ENVELOPE)
		e->part -= ENVELOPE;
	e->parts = (unsigned)((e->bytes + e->part - 1) / e->part);
}

static int carry_out(struct export *e)
{
	int private = zx_call_info(e->call)->interaction_id != 0;

	measure(e);
	if (private && e->parts <= PARTS)
		return post_all(e);
	e->parts = 1;
	if (e->files)
		return write_file(e);
	if (private)
		zx_fail(e->call, "❌ Too Large To Be Posted",
			"%.1f MB. On the bot's machine, `zoryx-bot export DIR` "
			"writes it to a folder.",
			(double)e->bytes / (1 << 20));
	else
		zx_fail(e->call, "❌ Not In Public",
			"Everybody here would see it. Use /backupexport, whose "
			"answer only you see.");
	return ZX_E_TOOBIG;
}

static void export(struct zx__backup *b, struct zx_call *call,
		   const struct zx__backup_open *o)
{
	const struct zx_call_info *i = zx_call_info(call);
	struct export e = {
		.b = b, .call = call, .o = o, .files = b->opt.files
	};
	int err;

	snprintf(e.name, sizeof(e.name), "backup_%llu_%s.json",
		 (unsigned long long)i->guild_id, o->snap.id);
	err = zx_guild_document(&o->reader, count, &e.bytes);
	if (err) {
		zx_fail(call, "❌ Snapshot Corrupt",
			"%s. /backupverify %s says more.", zx_strerror(err),
			o->snap.id);
		return;
	}
	err = carry_out(&e);
	if (!err)
		zx__backup_audit(b, i->guild_id, i->user_id, "export",
				 o->snap.id, "%llu bytes",
				 (unsigned long long)e.bytes);
	else if (err != ZX_E_TOOBIG)
		zx_fail(call, "❌ Not Exported", "%s", zx_strerror(err));
}

static void run(struct zx_call *call, void *ud)
{
	struct zx__backup *b = zx__backup_of(call);
	char typed[ZX__BACKUP_TYPED];
	const char *id;
	struct zx__backup_open o;
	int err;

	(void)ud;
	if (!b)
		return;
	id = zx__backup_id(b, call, "backup_id", typed);
	if (!id)
		return;
	err = zx__backup_open(b, zx_call_info(call)->guild_id, id, &o);
	if (err == ZX_E_NOTFOUND)
		zx__backup_not_found(call, id);
	else if (err)
		zx_fail(call, "❌ Snapshot Corrupt",
			"%s. /backupverify %s says more.", zx_strerror(err),
			id);
	else
		export(b, call, &o);
	zx__backup_open_release(&o);
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
