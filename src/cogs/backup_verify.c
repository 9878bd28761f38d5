/* SPDX-License-Identifier: MIT
 *
 * backup_verify: /backupverify. Every hash is computed again. What is damaged
 * is marked, so that the next backup writes those parts anew: as long as the
 * server still has them, that heals the older ones too.
 */
#include "cogs/backup_work.h"
#include "cogs/rules.h"

struct verifying {
	struct zx__backup_work w;
	struct zx__backup *b;
	struct zx__backup_open o;
	struct zx_guild_verifier *v;
	int gone; /* deleted meanwhile, and its parts with it */
};

static void bad(const unsigned char hash[ZX_HASH], void *ud)
{
	struct verifying *v = ud;
	struct zx__backup *b = v->b;

	v->gone |= zx__backup_is_gone(b, &v->o.snap);
	if (!v->gone && zx_state_part_bad(b->state, hash))
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

static void tell(struct verifying *v)
{
	const struct zx_guild_verified *f = zx_guild_verifier_found(v->v);
	const struct zx_call_info *i = zx_call_info(v->w.call);
	struct zx_message out;

	remember(v->b, i->guild_id, i->user_id, v->o.snap.id, f);
	zx_message_init(&out, zx_call_alloc(v->w.call));
	if (f->damaged)
		show_bad(&v->o, f, &out);
	else
		show_good(&v->o, f, &out);
	zx_embed_footer(&out, "Verified by %s", i->user_name);
	(void)zx_reply(v->w.call, &out);
	zx_message_release(&out);
	if (f->damaged)
		warn(v->b, i->guild_id, &v->o, f);
}

static void forget(struct verifying *v)
{
	zx_guild_verifier_free(v->v);
	zx__backup_open_release(&v->o);
	zx_delete(v->b->alloc, v);
}

static int step(struct zx__backup_work *w, int *more)
{
	struct verifying *v = (struct verifying *)w;
	int err = zx_guild_verifier_step(v->v, 1, more);

	if (!err && !*more)
		v->gone |= zx__backup_is_gone(v->b, &v->o.snap);
	return v->gone ? ZX_E_NOTFOUND : err;
}

static void end(struct zx__backup_work *w, int err, const char *why)
{
	struct verifying *v = (struct verifying *)w;

	if (v->gone)
		zx__backup_work_fail(w, "❌ Not Verified",
				     "Backup %s was deleted while it was read",
				     v->o.snap.id);
	else if (err)
		zx__backup_work_fail(w, "❌ Not Verified", "%s",
				     *why ? why : zx_strerror(err));
	else
		tell(v);
	forget(v);
}

static void begin(struct verifying *v)
{
	struct zx_guild_store store = zx__backup_store(v->b);
	int err;

	v->w.title = "🔍 Verifying Backup…";
	snprintf(v->w.text, sizeof(v->w.text),
		 "Every hash of `%s` is computed again.", v->o.snap.id);
	v->w.step = step;
	v->w.end = end;
	err = zx_guild_verifier_new(&v->v, v->o.snap.manifest, v->o.snap.hash,
				    &store, v->b->alloc, bad, v);
	if (!err)
		err = zx__backup_work_begin(v->b, &v->w);
	if (!err)
		return;
	zx_fail(v->w.call, "❌ Not Verified", "%s", zx__backup_work_why(err));
	forget(v);
}

static void not_opened(struct zx__backup *b, struct zx_call *call,
		       const char *id, int err)
{
	const struct zx_call_info *i = zx_call_info(call);

	zx__backup_audit(b, i->guild_id, i->user_id, "verify",
			 zx_guild_id_valid(zx_str(id)) ? id : "", "%s",
			 err == ZX_E_NOTFOUND ? "Entry not found"
					      : zx_strerror(err));
	if (err == ZX_E_NOTFOUND)
		zx__backup_not_found(call, id);
	else
		zx_fail(call, "❌ Read Error", "%s", zx__backup_why(b, err));
}

static void run(struct zx_call *call, void *ud)
{
	struct zx__backup *b = zx__backup_of(call);
	char typed[ZX__BACKUP_TYPED];
	struct verifying *v;
	const char *id;
	int err;

	(void)ud;
	if (!b)
		return;
	id = zx__backup_id(b, call, "backup_id", typed);
	if (!id)
		return;
	v = zx_new(b->alloc, sizeof(*v));
	if (!v) {
		zx_fail(call, "❌ Not Verified", "%s", zx_strerror(ZX_E_NOMEM));
		return;
	}
	v->b = b;
	v->w.call = call;
	err = zx__backup_open(b, zx_call_info(call)->guild_id, id, &v->o);
	if (v->o.snap.id[0]) { /* also when its manifest is damaged */
		begin(v);
		return;
	}
	not_opened(b, call, id, err);
	forget(v);
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
