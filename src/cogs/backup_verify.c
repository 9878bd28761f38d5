/* SPDX-License-Identifier: MIT
 *
 * backup_verify: /backupverify. Every hash is computed again. What is damaged
 * is marked, so that the next backup writes those parts anew: as long as the
 * server still has them, that heals the older ones too.
 */
#include "cogs/backup_int.h"
#include "cogs/rules.h"

static void bad(const unsigned char hash[ZX_HASH], void *ud)
{
	struct zx__backup *b = ud;

	if (zx_state_part_bad(b->state, hash))
		zx__backup_log(b, ZX_LOG_ERROR, "a damaged part: %s",
			       zx_state_error(b->state));
}

static void remember(struct zx__backup *b, uint64_t guild, uint64_t user,
		     const char *id, const struct zx_guild_verified *v)
{
	char hash[ZX_HASH_TEXT];

	if (zx__backup_flag_set(b, guild, id, ZX__BACKUP_DAMAGED,
				v->damaged != 0))
		zx__backup_log(b, ZX_LOG_ERROR, "not marked as damaged: %s",
			       zx_state_error(b->state));
	zx_hash_text(v->first_hash, hash);
	if (v->damaged)
		zx__backup_audit(
			b, guild, user, "verify", id,
			"%llu of %llu parts damaged, first: %s (%.16s)",
			(unsigned long long)v->damaged,
			(unsigned long long)v->parts, v->first, hash);
	else
		zx__backup_audit(b, guild, user, "verify", id,
				 "Verified: %llu parts, %llu bytes",
				 (unsigned long long)v->parts,
				 (unsigned long long)v->bytes);
}

static void show_good(const struct zx__backup_open *o,
		      const struct zx_guild_verified *v, struct zx_message *out)
{
	char hash[ZX_HASH_TEXT];
	struct zx_buf size;

	zx_hash_text(o->snap.hash, hash);
	zx_buf_init(&size, out->alloc, 0);
	zx__backup_size(&size, v->bytes);
	zx_embed(out, ZX_COLOR_GREEN, "✅ Integrity Verified");
	zx_embed_text(out,
		      "Backup `%s`: %llu parts (%s), every hash computed "
		      "again.\n**SHA-256:** `%s`",
		      o->snap.id, (unsigned long long)v->parts,
		      zx_buf_cstr(&size), hash);
	zx_buf_release(&size);
}

static void show_bad(const struct zx__backup_open *o,
		     const struct zx_guild_verified *v, struct zx_message *out)
{
	zx_embed(out, ZX_COLOR_RED, "❌ Integrity Check Failed");
	zx_embed_text(out,
		      "Backup `%s`: **%llu of %llu parts are damaged**, the "
		      "first in *%s*.",
		      o->snap.id, (unsigned long long)v->damaged,
		      (unsigned long long)v->parts, v->first);
	zx_embed_field(
		out, 0, "🔧 What to do",
		"• `/backupcreate` now: parts that the server still has "
		"are written anew, which heals this backup as far as it "
		"is the same. Then verify again.\n"
		"• Verify the other backups: they may share the damaged "
		"parts.\n"
		"• The disk may be failing: run `zoryx-bot db check` and "
		"keep a copy of the state file elsewhere.");
}

/* Whoever made the schedule wants to know, too. */
static void warn(struct zx__backup *b, uint64_t guild,
		 const struct zx__backup_open *o,
		 const struct zx_guild_verified *v)
{
	struct zx_message m;

	zx_message_init(&m, b->alloc);
	show_bad(o, v, &m);
	zx__backup_notify(b, guild, &m);
	zx_message_release(&m);
}

static void check(struct zx__backup *b, struct zx_call *call,
		  const struct zx__backup_open *o)
{
	const struct zx_call_info *i = zx_call_info(call);
	struct zx_guild_store store = zx__backup_store(b);
	struct zx_guild_verified v;
	struct zx_message out;
	int err = zx_guild_verify(o->snap.manifest, o->snap.hash, &store,
				  b->alloc, &v, bad, b);

	if (err && err != ZX_E_CORRUPT) {
		zx_fail(call, "❌ Not Verified", "%s", zx_strerror(err));
		return;
	}
	remember(b, i->guild_id, i->user_id, o->snap.id, &v);
	zx_message_init(&out, zx_call_alloc(call));
	if (err)
		show_bad(o, &v, &out);
	else
		show_good(o, &v, &out);
	zx_embed_footer(&out, "Verified by %s", i->user_name);
	(void)zx_reply(call, &out);
	zx_message_release(&out);
	if (err)
		warn(b, i->guild_id, o, &v);
}

static void run(struct zx_call *call, void *ud)
{
	struct zx__backup *b = zx__backup_of(call);
	char typed[ZX__BACKUP_TYPED];
	const char *id;
	const struct zx_call_info *i = zx_call_info(call);
	struct zx__backup_open o;
	int err;

	(void)ud;
	if (!b)
		return;
	id = zx__backup_id(b, call, "backup_id", typed);
	if (!id)
		return;
	err = zx__backup_open(b, i->guild_id, id, &o);
	if (err && !o.snap.id[0]) {
		zx__backup_audit(b, i->guild_id, i->user_id, "verify",
				 zx_guild_id_valid(zx_str(id)) ? id : "", "%s",
				 err == ZX_E_NOTFOUND ? "Entry not found"
						      : zx_strerror(err));
		if (err == ZX_E_NOTFOUND)
			zx__backup_not_found(call, id);
		else
			zx_fail(call, "❌ Read Error", "%s",
				zx__backup_why(b, err));
	} else {
		check(b, call, &o);
	}
	zx__backup_open_release(&o);
}

static const struct zx_option options[] = {
	ZX__BACKUP_ID_OPTION("backup_id", "Backup ID"),
};

const struct zx_command zx__backup_verify_command = {
	.name = "backupverify",
	.description = "Verify backup integrity (Admin/Owner)",
	.cog = ZX__BACKUP_COG,
	.options = options,
	.option_count = 1,
	.rule = ZX__RULE(backupverify),
	.flags = ZX_COMMAND_GUILD_ONLY,
	.complete = zx__backup_complete,
	.run = run,
};
