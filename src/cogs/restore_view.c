/* SPDX-License-Identifier: MIT
 *
 * restore_view: choosing what is restored, and how far a restore is.
 */
#include "cogs/restore_show.h"

/* Choosing -----------------------------------------------------------------
 */

static uint64_t count_of(const struct zx_guild_counts *c, unsigned bit)
{
	switch (bit) {
	case ZX_RESTORE_ROLES:
		return c->roles;
	case ZX_RESTORE_CATEGORIES:
		return c->categories;
	case ZX_RESTORE_CHANNELS:
		return zx__backup_channels(c);
	case ZX_RESTORE_MEMBERS:
		return c->member_roles;
	case ZX_RESTORE_EMOJIS:
		return c->emojis;
	case ZX_RESTORE_STICKERS:
		return c->stickers;
	case ZX_RESTORE_BANS:
		return c->bans;
	default:
		return 0;
	}
}

static void components(const struct zx__rsv_choose *v, struct zx_message *out)
{
	static const struct {
		unsigned bit;
		const char *title;
	} parts[] = {
#define ZX__X(bit, name, title) { ZX_RESTORE_##bit, title },
		ZX_RESTORE_PARTS(ZX__X)
#undef ZX__X
	};
	struct zx_buf main, rest;

	zx_buf_init(&main, out->alloc, 0);
	zx_buf_init(&rest, out->alloc, 0);
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		uint64_t n = count_of(&v->item->counts, parts[i].bit);
		struct zx_buf *to = i < 8 ? &main : &rest;

		zx_buf_addf(to, "%s %s", v->what & parts[i].bit ? "✅" : "❌",
			    parts[i].title);
		if (n)
			zx_buf_addf(to, " (%llu)", (unsigned long long)n);
		zx_buf_addch(to, '\n');
	}
	zx__bkv_field(out, 1, "🎯 Restore Components", &main);
	zx__bkv_field(out, 1, "➕ And Besides", &rest);
	zx_buf_release(&main);
	zx_buf_release(&rest);
}

static void modes(const struct zx__rsv_choose *v, struct zx_message *out)
{
	if (v->role_sync)
		zx_embed_field(
			out, 0, "🔀 Role Sync Mode",
			"🔴 **ENABLED**: an exact rewind. Members of the backup "
			"**lose roles they did not have then**, and changed "
			"roles get their old permissions, colours and places "
			"back.");
	else
		zx_embed_field(out, 0, "🔀 Role Sync Mode",
			       "⚫ Disabled (safe mode): members only gain "
			       "roles, existing roles stay as they are.");
	if (v->update)
		zx_embed_field(
			out, 0, "✏️ Changed Channels",
			"🟠 Channels and AutoMod rules that still exist "
			"are brought back to what they were.");
}

void zx__rsv_choose(const struct zx__rsv_choose *v, struct zx_message *out)
{
	struct zx_buf t;

	if (!v->item) {
		zx_embed(out, ZX_COLOR_RED, "❌ Not Found");
		zx_embed_text(out, "The backup has been deleted meanwhile.");
		return;
	}
	zx_embed(out, ZX_COLOR_ORANGE, "⚠️ Selective Restore");
	zx_buf_init(&t, out->alloc, 0);
	zx_buf_addf(&t, "**Backup:** `%s` — ", v->item->id);
	zx__bkv_text(&t, v->item->label, ZX__BACKUP_LABEL);
	zx_buf_addc(&t, "\n**Taken:** ");
	zx_timestamp(&t, v->item->created, 'R');
	if (v->from) {
		zx_buf_addc(&t, "\n**Of:** ");
		zx__bkv_text(&t, zx_str(v->from), 100);
		zx_buf_addc(&t, ", another server: everything that is not here "
				"is made anew");
	}
	zx_embed_text(
		out,
		"%s\n\nWhat is missing is made, nothing is deleted; "
		"settings, icon, welcome screen and onboarding are "
		"brought back when chosen. **Show Plan** reads the server and shows "
		"every step before anything happens.",
		zx_buf_cstr(&t));
	if (v->notice[0])
		zx_embed_field(out, 0, "ℹ️", "%s", v->notice);
	components(v, out);
	modes(v, out);
	zx_embed_footer(out, "Nothing has happened yet");
	zx__rsv_end(&t, out);
}

/* Under way -----------------------------------------------------------------
 */

static void bar(struct zx_buf *out, uint32_t done, uint32_t all)
{
	unsigned cells = all ? (unsigned)((uint64_t)done * 20 / all) : 20;

	for (unsigned i = 0; i < 20; i++)
		zx_buf_addc(out, i < cells ? "▰" : "▱");
	zx_buf_addf(out, " %u%%",
		    all ? (unsigned)((uint64_t)done * 100 / all) : 100);
}

static void current(const struct zx__restore_view *v, struct zx_buf *out)
{
	const struct zx_restore_progress *p = &v->progress;
	struct zx_plan_op op;

	if (p->reconciling) {
		zx_buf_addc(out, "Looking for what was under way when it was "
				 "interrupted");
		return;
	}
	if (!p->op || !v->plan || !zx_plan_op(v->plan, p->op - 1, &op))
		return;
	zx_buf_addf(out, "%s: %s ", zx_plan_phase_name(op.phase),
		    zx_verb_name(op.verb));
	zx__bkv_text(out, op.name, 60);
}

static void progress(const struct zx__restore_view *v, zx_wall wall,
		     struct zx_message *out)
{
	const struct zx_restore_progress *p = &v->progress;
	struct zx_buf t;

	zx_buf_init(&t, out->alloc, 0);
	bar(&t, p->done, p->ops);
	zx_embed_text(out, "%s\n%u of %u done", zx_buf_cstr(&t), p->done,
		      p->ops);
	if (p->failed)
		zx_embed_text(out, ", %u failed", p->failed);
	if (p->stopped)
		zx_embed_text(out, ", %u given up", p->stopped);
	zx_embed_text(out, "\n");
	zx__rsv_next(&t, out);
	if (v->phase == ZX__RESTORE_RUNNING)
		current(v, &t);
	if (t.len)
		zx_embed_field(out, 0, "Now", "%s", zx_buf_cstr(&t));
	zx__rsv_next(&t, out);
	if (p->paused) {
		zx_embed_field(out, 0, "⏸️ Paused", "Nothing new begins.");
	} else if (p->eta_ms) {
		zx__rsv_time(&t, p->eta_ms);
		zx_buf_addc(&t, " (");
		zx_timestamp(&t, wall + (zx_wall)p->eta_ms, 't');
		zx_embed_field(out, 0, "Left", "%s)", zx_buf_cstr(&t));
	}
	zx__rsv_end(&t, out);
}

/* Over ----------------------------------------------------------------------
 */

static void issue(const struct zx_plan_op *op,
		  const struct zx_restore_result *r, struct zx_buf *out)
{
	struct zx_buf line;

	zx_buf_init(&line, out->alloc, 0);
	zx_buf_addf(&line, "%s %.*s: ", zx_verb_name(op->verb),
		    ZX_ARG(op->name));
	if (r->message.len)
		zx_buf_adds(&line, r->message);
	else
		zx_buf_addc(&line, r->outcome == ZX_OUTCOME_STOPPED
					   ? "not tried, what it needs failed"
					   : "failed");
	zx_buf_addc(out, "• ");
	zx__bkv_text(out, zx_buf_str(&line), 140);
	if (r->code)
		zx_buf_addf(out, " (%d)", r->code);
	if (line.err)
		out->err = line.err;
	zx_buf_release(&line);
}

static void issues(const struct zx__restore_view *v, struct zx_message *out)
{
	struct zx_restore_result r;
	struct zx_buf t, line;
	struct zx_plan_op op;
	unsigned n = 0, shown = 0;

	zx_buf_init(&t, out->alloc, 0);
	zx_buf_init(&line, out->alloc, 0);
	for (size_t i = 0; zx_plan_op(v->plan, i, &op); i++) {
		if (zx_restore_run_result(v->run, op.id, &r) ||
		    (r.outcome != ZX_OUTCOME_FAILED &&
		     r.outcome != ZX_OUTCOME_STOPPED))
			continue;
		if (n++ != shown || shown == ZX__RSP_ISSUES)
			continue;
		issue(&op, &r, &line);
		shown += (unsigned)zx__rsv_line(&t, &line);
	}
	if (n > shown)
		zx_buf_addf(&t, "… and %u more, all are in the report",
			    n - shown);
	zx__bkv_field(out, 0, "⚠️ Issues", &t);
	zx__rsv_end(&line, out);
	zx_buf_release(&t);
}

static void results(const struct zx__restore_view *v, struct zx_message *out)
{
	struct zx_restore_report r;
	struct zx_buf t;

	zx_restore_run_report(v->run, 0, &r);
	zx_buf_init(&t, out->alloc, 0);
	zx_buf_addf(&t, "Created: %u\nUpdated: %u\n", r.created,
		    r.updated + r.ordered);
	if (r.deleted)
		zx_buf_addf(&t, "Deleted: %u\n", r.deleted);
	if (r.found)
		zx_buf_addf(&t, "There already: %u\n", r.found);
	zx_buf_addf(&t, "Skipped: %u\nImpossible: %u\n", r.skipped,
		    r.impossible);
	if (r.downgraded)
		zx_buf_addf(&t, "Less than it was: %u\n", r.downgraded);
	zx_buf_addf(&t, "Failed: %u\n", r.failed + r.stopped);
	zx__bkv_field(out, 1, "📊 Results", &t);
	zx_buf_clear(&t);
	if (r.members)
		zx_buf_addf(&t,
			    "Members: %u\nRoles added: %u\nRoles removed: %u\n",
			    r.members, r.roles_added, r.roles_removed);
	zx__bkv_field(out, 1, "👥 Members", &t);
	zx_buf_release(&t);
	if (r.failed + r.stopped)
		issues(v, out);
}

static void checked(const struct zx__restore_view *v, struct zx_message *out)
{
	struct zx_str rest = zx_str(v->lines);
	struct zx_buf t, line;

	if (v->differences == UINT32_MAX || v->phase != ZX__RESTORE_OVER)
		return;
	if (!v->differences) {
		zx_embed_field(out, 0, "🔎 Verified",
			       "The server was read again: it is as the plan "
			       "wanted it.");
		return;
	}
	zx_buf_init(&t, out->alloc, 0);
	zx_buf_init(&line, out->alloc, 0);
	for (unsigned i = 0; rest.len && i < ZX__RSP_DIFFERENCES; i++) {
		zx_buf_addc(&line, "• ");
		zx__bkv_text(&line, zx_str_split(&rest, '\n'), 120);
		if (!zx__rsv_line(&t, &line))
			break;
	}
	zx_embed_text(out,
		      "\n🔎 The server was read again: **%u** thing%s not as "
		      "the plan wanted.\n",
		      v->differences, v->differences == 1 ? " is" : "s are");
	zx__bkv_field(out, 0, "🔎 Different", &t);
	zx__rsv_end(&line, out);
	zx_buf_release(&t);
}

static int went_well(const struct zx__restore_view *v)
{
	return !v->err && !v->progress.failed && !v->progress.stopped &&
	       (v->differences == UINT32_MAX || !v->differences);
}

/* Others did not leave it alone. */
static void round_of(const struct zx__restore_view *v, struct zx_message *out)
{
	unsigned n = v->plan ? zx_plan_rounds(v->plan) : 1;

	if (n == 1)
		return;
	if (v->phase == ZX__RESTORE_OVER)
		zx_embed_text(out,
			      "🔁 %u rounds: others deleted or changed things "
			      "meanwhile.\n",
			      n);
	else
		zx_embed_text(out,
			      "🔁 Round %u of at most %d: others deleted or "
			      "changed things meanwhile.\n",
			      n, ZX_PLAN_ROUNDS);
}

static void title(const struct zx__restore_view *v, struct zx_message *out)
{
	switch (v->phase) {
	case ZX__RESTORE_SAFETY:
		zx_embed(out, ZX__BACKUP_AMBER,
			 "🛟 Safety Snapshot First…");
		zx_embed_text(out, "The server is kept as it is now, so that "
				   "everything can be taken back.\n");
		break;
	case ZX__RESTORE_RUNNING:
		zx_embed(out, ZX__BACKUP_AMBER, "🔄 %s Your Server…",
			 v->undo ? "Taking Back on" : "Restoring");
		break;
	case ZX__RESTORE_CHECKING:
		zx_embed(out, ZX__BACKUP_AMBER, "🔎 Reading It Back…");
		zx_embed_text(out, "Everything is done; now it is compared "
				   "with the plan.\n");
		break;
	case ZX__RESTORE_STOPPED:
		zx_embed(out, ZX_COLOR_ORANGE, "⏹️ Restore Interrupted");
		break;
	default:
		if (v->err && !v->run)
			zx_embed(out, ZX_COLOR_ORANGE,
				 "⏹️ Nothing Was Done");
		else if (went_well(v))
			zx_embed(out, ZX_COLOR_GREEN, "✅ %s Complete",
				 v->undo ? "Undo" : "Restore");
		else
			zx_embed(out, ZX_COLOR_ORANGE,
				 "⚠️ %s Completed with Errors",
				 v->undo ? "Undo" : "Restore");
	}
}

void zx__rsv_run(const struct zx__restore_view *v, const char *guild_name,
		 zx_wall wall, struct zx_message *out)
{
	struct zx_buf t;

	zx_buf_init(&t, out->alloc, 0);
	title(v, out);
	zx__rsv_name(v, &t);
	zx_buf_addc(&t, " → **");
	zx__bkv_text(&t, zx_str(guild_name), 100);
	zx_embed_text(out, "%s**\n", zx_buf_cstr(&t));
	round_of(v, out);
	if (v->why[0])
		zx_embed_text(out, "%s\n", v->why);
	if (v->phase == ZX__RESTORE_RUNNING || v->phase == ZX__RESTORE_STOPPED)
		progress(v, wall, out);
	if (v->run && v->plan && v->phase == ZX__RESTORE_OVER)
		results(v, out);
	checked(v, out);
	if (v->phase == ZX__RESTORE_STOPPED)
		zx_embed_field(
			out, 0, "What now?",
			"**Go on** where it stopped: nothing is made "
			"twice. **Undo** takes back what it did. **Leave "
			"as is** ends it here.");
	if (v->undone)
		zx_embed_field(out, 0, "↩️", "It was taken back.");
	if (v->safety[0])
		zx_embed_footer(out, "Safety snapshot %s • restore %llu",
				v->safety, (unsigned long long)v->n);
	zx_embed_time(out, wall);
	zx__rsv_end(&t, out);
}
