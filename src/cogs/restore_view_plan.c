/* SPDX-License-Identifier: MIT
 *
 * restore_view_plan: a plan for people: what would be done, what stands in the
 * way, what Discord makes impossible; all of it, before anything happens.
 */
#include "cogs/restore_show.h"

/* Nothing but counts: SKIP and IMPOSSIBLE are told by their reasons. */
static int is_change(enum zx_verb v)
{
	return v != ZX_VERB_SKIP && v != ZX_VERB_IMPOSSIBLE;
}

size_t zx__rsv_plan_pages(const struct zx_plan *p)
{
	return 1 + (zx_plan_count(p) + ZX__RSP_LINES - 1) / ZX__RSP_LINES;
}

static const char *sign(enum zx_verb v)
{
	switch (v) {
	case ZX_VERB_CREATE:
	case ZX_VERB_ADD_ROLE:
		return "+";
	case ZX_VERB_REMOVE_ROLE:
	case ZX_VERB_DELETE:
		return "-";
	case ZX_VERB_UPDATE:
	case ZX_VERB_ORDER:
		return "~";
	case ZX_VERB_DOWNGRADE:
		return "!";
	default:
		return " ";
	}
}

/* Summary ------------------------------------------------------------------
 */

static void sections(const struct zx_plan_totals *t, struct zx_message *out)
{
	struct zx_buf b;

	zx_buf_init(&b, out->alloc, 0);
	for (int s = 0; s < ZX_SECTION_COUNT; s++) {
		int first = 1;

		for (int v = 0; v < ZX_VERB_COUNT; v++) {
			uint32_t n = t->section[s][v];

			if (!n)
				continue;
			if (first)
				zx_buf_addf(
					&b, "**%s**: ",
					zx__bkv_section((enum zx_section)s));
			zx_buf_addf(&b, "%s%s %u", first ? "" : ", ",
				    zx_verb_name((enum zx_verb)v), n);
			first = 0;
		}
		if (!first)
			zx_buf_addch(&b, '\n');
	}
	zx__bkv_field(out, 0, "📋 What Would Be Done", &b);
	zx_buf_release(&b);
}

static void problems(const struct zx_plan *p, struct zx_message *out)
{
	struct zx_plan_problem q;
	struct zx_buf b, line;
	size_t i, shown = 0;

	zx_buf_init(&b, out->alloc, 0);
	zx_buf_init(&line, out->alloc, 0);
	for (i = 0; zx_plan_problem(p, i, &q); i++) {
		if (shown != i || shown == ZX__RSP_PROBLEMS)
			continue;
		zx_buf_addc(&line, q.blocks ? "⛔ " : "⚠️ ");
		zx__bkv_text(&line, q.text, 200);
		shown += (size_t)zx__rsv_line(&b, &line);
	}
	if (i > shown)
		zx_buf_addf(&b, "… and %zu more, see the file\n", i - shown);
	zx__bkv_field(out, 0,
		      zx_plan_blocked(p) ? "⛔ Cannot Begin" : "⚠️ Problems",
		      &b);
	zx__rsv_end(&line, out);
	zx_buf_release(&b);
}

/* Why things are left out: a line for each reason. */
static void left_out(const struct zx_plan *p, struct zx_message *out)
{
	uint32_t n[ZX_WHY_COUNT] = { 0 };
	struct zx_plan_op op;
	struct zx_buf b;

	for (size_t i = 0; zx_plan_op(p, i, &op); i++)
		if (!is_change(op.verb))
			n[op.reason]++;
	zx_buf_init(&b, out->alloc, 0);
	for (int w = 0; w < ZX_WHY_COUNT; w++)
		if (n[w] && b.len < 850)
			zx_buf_addf(&b, "%u × %s\n", n[w],
				    zx_why_text((enum zx_why)w));
	zx__bkv_field(out, 0, "🚫 Left Out", &b);
	zx_buf_release(&b);
}

static void limits(const struct zx_plan *p, struct zx_message *out)
{
	struct zx_plan_limit l;
	struct zx_buf b;

	zx_buf_init(&b, out->alloc, 0);
	for (int i = 0; i < ZX_LIMIT_COUNT; i++) {
		zx_plan_limit(p, (enum zx_limit)i, &l);
		if (l.adds)
			zx_buf_addf(&b, "%s: %u + %u of %u\n", l.name, l.used,
				    l.adds, l.max);
	}
	zx__bkv_field(out, 1, "📏 Limits", &b);
	zx_buf_release(&b);
}

static void effort(const struct zx_plan_totals *t, struct zx_message *out)
{
	struct zx_buf b;

	zx_buf_init(&b, out->alloc, 0);
	zx__bkv_plural(&b, t->changes, "change");
	zx_buf_addch(&b, '\n');
	zx__bkv_plural(&b, t->requests, "request");
	zx_buf_addch(&b, '\n');
	zx__rsv_time(&b, t->eta_ms);
	zx_buf_addch(&b, '\n');
	if (t->members) {
		zx__bkv_plural(&b, t->members, "member");
		zx_buf_addch(&b, '\n');
	}
	if (t->absent) {
		zx__bkv_plural(&b, t->absent, "member");
		zx_buf_addc(&b, " not here any more\n");
	}
	zx__bkv_field(out, 1, "⏱️ Effort", &b);
	zx_buf_release(&b);
}

static void summary(const struct zx__rsv_plan *v, struct zx_message *out)
{
	const struct zx_plan_totals *t = zx_plan_totals(v->plan);

	if (zx_plan_empty(v->plan))
		zx_embed_text(out, "\n**Nothing has to be done**: the server "
				   "is as the backup says, as far as it was "
				   "selected and can be changed.\n");
	if (v->role_sync)
		zx_embed_text(out,
			      "\n🔴 **Role Sync**: **%u** times a role would be "
			      "**taken from a member**.\n",
			      t->verb[ZX_VERB_REMOVE_ROLE]);
	if (v->notice[0])
		zx_embed_field(out, 0, "ℹ️", "%s", v->notice);
	problems(v->plan, out);
	sections(t, out);
	if (t->changes) {
		effort(t, out);
		limits(v->plan, out);
	}
	left_out(v->plan, out);
}

/* Operations ---------------------------------------------------------------
 */

static void operations(const struct zx__rsv_plan *v, size_t page,
		       struct zx_message *out)
{
	struct zx_plan_op op;
	struct zx_buf b, line;
	size_t i = (page - 1) * ZX__RSP_LINES, to = i + ZX__RSP_LINES;

	zx_buf_init(&b, out->alloc, 0);
	zx_buf_init(&line, out->alloc, 0);
	for (; i < to && zx_plan_op(v->plan, i, &op); i++) {
		zx_plan_line(&op, &line);
		zx_buf_addf(&b, "%s %3u ", sign(op.verb), op.id);
		zx__bkv_code(&b, zx_buf_str(&line), 100);
		zx_buf_addch(&b, '\n');
		zx__rsv_next(&line, out);
	}
	zx_embed_text(out, "\n```diff\n%s```", zx_buf_cstr(&b));
	zx__rsv_end(&b, out);
	zx__rsv_end(&line, out);
}

void zx__rsv_plan(const struct zx__rsv_plan *v, struct zx_message *out)
{
	size_t pages = zx__rsv_plan_pages(v->plan);
	size_t page = v->page < pages ? v->page : pages - 1;
	int blocked = zx_plan_blocked(v->plan);
	struct zx_buf name;

	zx_buf_init(&name, out->alloc, 0);
	zx__bkv_text(&name, zx_str(v->guild_name), 100);
	zx_embed(out,
		 blocked		  ? ZX_COLOR_RED
		 : zx_plan_empty(v->plan) ? ZX_COLOR_GREEN
					  : ZX_COLOR_BLURPLE,
		 zx_plan_is_undo(v->plan) ? "↩️ Plan of the Way Back"
					  : "📋 Restore Plan");
	if (v->snapshot[0])
		zx_embed_text(out, "`%s` → **%s**\n", v->snapshot,
			      zx_buf_cstr(&name));
	else
		zx_embed_text(out, "**%s**\n", zx_buf_cstr(&name));
	if (page)
		operations(v, page, out);
	else
		summary(v, out);
	zx_embed_footer(out,
			"Nothing has happened yet • plan %s • page %zu of "
			"%zu",
			zx_plan_id(v->plan), page + 1, pages);
	zx_embed_time(out, v->wall);
	zx__rsv_end(&name, out);
}

/* As a file -----------------------------------------------------------------
 */

struct file {
	struct zx_buf b;
	int (*write)(struct zx_str piece, void *ud);
	void *ud;
	int err;
};

static void flush(struct file *f)
{
	if (!f->err)
		f->err = f->b.err;
	if (!f->err)
		f->err = f->write(zx_buf_str(&f->b), f->ud);
	zx_buf_clear(&f->b);
}

static void head(const struct zx_plan *p, struct file *f)
{
	const struct zx_plan_totals *t = zx_plan_totals(p);

	zx_buf_addf(&f->b, "Plan %s: %u changes in %u requests, about ",
		    zx_plan_id(p), t->changes, t->requests);
	zx__rsv_time(&f->b, t->eta_ms);
	zx_buf_addch(&f->b, '\n');
	flush(f);
}

int zx__rsv_plan_text(const struct zx_plan *p, const struct zx_alloc *a,
		      int (*write)(struct zx_str piece, void *ud), void *ud)
{
	struct file f = { .write = write, .ud = ud };
	struct zx_plan_problem q;
	struct zx_plan_op op;

	zx_buf_init(&f.b, a, 0);
	head(p, &f);
	for (size_t i = 0; !f.err && zx_plan_problem(p, i, &q); i++) {
		zx_buf_addf(&f.b, "%s: %.*s\n",
			    q.blocks ? "CANNOT BEGIN" : "PROBLEM",
			    ZX_ARG(q.text));
		flush(&f);
	}
	zx_buf_addch(&f.b, '\n');
	for (size_t i = 0; !f.err && zx_plan_op(p, i, &op); i++) {
		zx_buf_addf(&f.b, "%s %4u ", sign(op.verb), op.id);
		(void)!zx_plan_line(&op, &f.b);
		zx_buf_addch(&f.b, '\n');
		flush(&f);
	}
	if (!f.err && f.b.len)
		flush(&f);
	zx_buf_release(&f.b);
	return f.err;
}
