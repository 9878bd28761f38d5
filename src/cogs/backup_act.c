/* SPDX-License-Identifier: MIT
 *
 * backup_act: what changes a backup, whoever asks and wherever it was pressed:
 * the rights are looked at again, the audit entry is part of the same
 * transaction, and who wants to be told is told.
 */
#include "cogs/backup_int.h"

#define WHY 256

static int fail(struct zx__backup *b, int err, char why[WHY])
{
	snprintf(why, WHY, "%s", zx__backup_why(b, err));
	return err;
}

static int get(struct zx__backup *b, uint64_t guild, const char *id,
	       struct zx__backup_open *o, char why[WHY])
{
	int err = zx__backup_open(b, guild, id, o);

	/* What is damaged inside can still be deleted, pinned and noted. */
	if (!err || o->snap.id[0])
		return ZX_OK;
	if (err == ZX_E_NOTFOUND)
		snprintf(why, WHY, "there is no backup %.20s", id);
	else
		fail(b, err, why);
	return err;
}

/* Ends what zx_state_begin began. */
static int settle(struct zx__backup *b, int err, char why[WHY])
{
	if (!err)
		err = zx_state_commit(b->state);
	if (err)
		fail(b, err, why);
	zx_state_rollback(b->state);
	return err;
}

static void tell(struct zx__backup *b, uint64_t guild, uint32_t color,
		 const char *title, uint64_t user, const char *id,
		 struct zx_str label)
{
	struct zx_message m;
	struct zx_buf text;

	zx_buf_init(&text, b->alloc, 0);
	zx__backup_safe(&text, label, ZX__BACKUP_LABEL);
	zx_message_init(&m, b->alloc);
	zx_embed(&m, color, "%s", title);
	zx_embed_text(&m, "`%s` — %s\nby <@%llu>", id, zx_buf_cstr(&text),
		      (unsigned long long)user);
	zx_embed_time(&m, zx_wall_clock());
	zx__backup_notify(b, guild, &m);
	zx_message_release(&m);
	zx_buf_release(&text);
}

/* Deleting ----------------------------------------------------------------- */

static int may_delete(struct zx__backup *b, struct zx__backup_actor who,
		      const struct zx_state_snapshot *s, char why[WHY])
{
	(void)b;
	if (who.rights == ZX__BACKUP_NOTHING ||
	    (who.rights == ZX__BACKUP_OWN && s->author != who.user)) {
		snprintf(why, WHY,
			 "You can only delete your own backups unless you have "
			 "Administrator.");
		return ZX_E_PERM;
	}
	if (s->pinned) {
		snprintf(why, WHY,
			 "it is pinned: an administrator can unpin it with "
			 "/backuppin %s",
			 s->id);
		return ZX_E_PERM;
	}
	return ZX_OK;
}

int zx__backup_delete(struct zx__backup *b, struct zx__backup_actor who,
		      uint64_t guild, const char *id, char why[WHY])
{
	struct zx__backup_open o;
	int err = get(b, guild, id, &o, why);

	if (!err)
		err = may_delete(b, who, &o.snap, why);
	if (!err) {
		err = zx_state_begin(b->state);
		if (!err)
			err = zx_state_snap_delete(b->state, guild, id);
		if (!err)
			err = zx__backup_flags_drop(b, guild, id);
		if (!err)
			zx__backup_audit(b, guild, who.user, "delete", id,
					 "Label: %.*s", ZX_ARG(o.snap.label));
		err = settle(b, err, why);
	}
	if (err == ZX_E_BUSY)
		snprintf(why, WHY,
			 "a restore that is not over needs it: finish or "
			 "abandon that one first");
	if (!err)
		tell(b, guild, ZX_COLOR_RED, "🗑️ Backup Deleted", who.user,
		     id, o.snap.label);
	zx__backup_open_release(&o);
	return err;
}

/* Pins and notes ----------------------------------------------------------- */

static int all_rights(struct zx__backup_actor who, char why[WHY])
{
	if (who.rights == ZX__BACKUP_ALL)
		return ZX_OK;
	snprintf(why, WHY, "You need Administrator for this.");
	return ZX_E_PERM;
}

int zx__backup_pin(struct zx__backup *b, struct zx__backup_actor who,
		   uint64_t guild, const char *id, int *pinned, char why[WHY])
{
	struct zx__backup_open o = { .snap = { .id = "" } };
	int err = all_rights(who, why);

	if (err)
		return err;
	err = get(b, guild, id, &o, why);
	if (!err) {
		o.snap.pinned = *pinned = !o.snap.pinned;
		err = zx_state_begin(b->state);
		if (!err)
			err = zx_state_snap_update(b->state, &o.snap);
		/* Whoever pins a small one says that it is a good one. */
		if (!err && *pinned)
			err = zx__backup_flag_set(b, guild, id,
						  ZX__BACKUP_ACCEPTED, 1);
		if (!err)
			zx__backup_audit(b, guild, who.user,
					 *pinned ? "pin" : "unpin", id, "%s",
					 "");
		err = settle(b, err, why);
	}
	if (!err && !*pinned)
		tell(b, guild, ZX_COLOR_ORANGE, "📌 Backup Unpinned", who.user,
		     id, o.snap.label);
	zx__backup_open_release(&o);
	return err;
}

/* Of one transaction: the note and what is said of it. */
static int put_note(struct zx__backup *b, struct zx__backup_actor who,
		    struct zx_state_snapshot *snap, struct zx_str note,
		    char why[WHY])
{
	struct zx_str head = zx_utf8_head(note, 80);
	int err = zx_state_begin(b->state);

	snap->notes = note;
	if (!err)
		err = zx_state_snap_update(b->state, snap);
	if (!err && note.len)
		zx__backup_audit(b, snap->guild, who.user, "note", snap->id,
				 "Note: %.*s", ZX_ARG(head));
	else if (!err)
		zx__backup_audit(b, snap->guild, who.user, "note", snap->id,
				 "Note removed");
	return settle(b, err, why);
}

int zx__backup_note(struct zx__backup *b, struct zx__backup_actor who,
		    uint64_t guild, const char *id, struct zx_str note,
		    struct zx_buf *was, char why[WHY])
{
	struct zx__backup_open o = { .snap = { .id = "" } };
	int err = all_rights(who, why);

	if (err)
		return err;
	if (zx_utf8_count(note) > ZX__BACKUP_NOTE) {
		snprintf(why, WHY, "Notes are limited to %d characters.",
			 ZX__BACKUP_NOTE);
		return ZX_E_TOOBIG;
	}
	err = get(b, guild, id, &o, why);
	if (!err) {
		zx_buf_adds(was, o.snap.notes);
		err = was->err;
		if (!err && (note.len || was->len))
			err = put_note(b, who, &o.snap, note, why);
	}
	zx__backup_open_release(&o);
	return err;
}
