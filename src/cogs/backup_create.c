/* SPDX-License-Identifier: MIT
 *
 * backup_create: /backupcreate. The answer shows how far it is, and in the end
 * what was kept. It outlives the interaction's token: the command machine then
 * goes on in the channel.
 */
#include "cogs/backup_int.h"
#include "cogs/rules.h"

#define COOLDOWN "backup_cooldown"

/* One creation that somebody waits for. */
struct wait {
	struct zx__backup *b;
	struct zx_call *call;
	uint64_t guild, user;
	char by[128];
	uint64_t bypassed; /* ms of cooldown that the owner did not wait */
	struct zx_timer timer;
	struct zx_backup_progress shown;
};

uint64_t zx__backup_cooldown(struct zx__backup *b, uint64_t guild)
{
	uint64_t all = (uint64_t)b->config.cooldown_s * 1000, left;
	zx_wall now = zx_wall_clock(), until;

	if (!all ||
	    zx_state_lease_get(b->state, COOLDOWN, guild, now, &until, NULL))
		return 0;
	/* A clock that went back never makes it longer than it is. */
	left = (uint64_t)(until - now);
	return left < all ? left : all;
}

static void start_cooldown(struct zx__backup *b, uint64_t guild)
{
	zx_wall now = zx_wall_clock();

	if (b->config.cooldown_s &&
	    zx_state_lease(b->state, COOLDOWN, guild, "create", now,
			   now + (zx_wall)b->config.cooldown_s * 1000))
		zx__backup_log(b, ZX_LOG_WARN, "the cooldown was not saved: %s",
			       zx_state_error(b->state));
}

/* Progress ----------------------------------------------------------------- */

static void bypass_note(const struct wait *w, struct zx_message *out)
{
	if (w->bypassed)
		zx_embed_field(out, 0, "⚠️ Cooldown Bypassed (Bot Owner)",
			       "%llu s were left for everybody else.",
			       (unsigned long long)(w->bypassed + 999) / 1000);
}

static void show_progress(struct wait *w)
{
	struct zx_message out;

	zx_message_init(&out, zx_call_alloc(w->call));
	zx__backup_progress_render(&w->shown, &out);
	bypass_note(w, &out);
	(void)zx_reply(w->call, &out);
	zx_message_release(&out);
}

static void set_timer(struct wait *w)
{
	struct zx_loop *l = zx_bot_loop(w->b->bot);

	zx_timer_set(l, &w->timer,
		     zx_time_add(zx_loop_now(l), w->b->opt.progress_ms));
}

static void on_timer(struct zx_timer *t, void *ud)
{
	struct wait *w = ud;
	struct zx_backup_progress p;

	(void)t;
	if (zx_backup_progress(w->b->bot, w->guild, &p))
		return; /* its end is about to be told */
	p.ms = 0;
	/* An edit that shows nothing new is a request for nothing. */
	if (memcmp(&p, &w->shown, sizeof(p))) {
		w->shown = p;
		show_progress(w);
	}
	set_timer(w);
}

/* The end ------------------------------------------------------------------ */

static void show_failure(const struct zx_backup_result *r,
			 struct zx_message *out)
{
	zx_embed(out, ZX_COLOR_RED, "❌ Backup Failed");
	zx_embed_text(out,
		      "%s.\n\nNothing was kept of this attempt; the other "
		      "backups are as they were.",
		      r->error);
}

static void on_done(const struct zx_backup_result *r, void *ud)
{
	struct wait *w = ud;
	struct zx_message out;

	zx_timer_set(zx_bot_loop(w->b->bot), &w->timer, ZX_TIME_NEVER);
	zx_message_init(&out, zx_call_alloc(w->call));
	if (r->err)
		show_failure(r, &out);
	else
		zx__backup_created_render(w->b, r, &out);
	bypass_note(w, &out);
	zx_embed_footer(&out, "Created by %s", w->by);
	zx_embed_time(&out, zx_wall_clock());
	(void)zx_reply(w->call, &out);
	if (!r->err)
		start_cooldown(w->b, w->guild);
	zx_message_release(&out);
	zx_call_release(w->call);
	zx_delete(w->b->alloc, w);
}

static int begin(struct wait *w, struct zx_str label)
{
	struct zx_backup_request q = ZX_BACKUP_REQUEST_INIT;
	int err;

	q.guild = w->guild;
	q.author = w->user;
	q.label = label;
	err = zx_backup_create(w->b->bot, &q, on_done, w);
	if (err)
		return err;
	zx_call_keep(w->call);
	w->timer = (struct zx_timer){ .fn = on_timer, .ud = w };
	w->shown.phase = ZX_BACKUP_READING;
	w->shown.doing = "guild";
	show_progress(w);
	set_timer(w);
	return ZX_OK;
}

static void run(struct zx_call *call, void *ud)
{
	const struct zx_call_info *i = zx_call_info(call);
	struct zx__backup *b = zx__backup_of(call);
	struct wait *w;
	uint64_t left;
	int err;

	(void)ud;
	if (!b)
		return;
	left = zx__backup_cooldown(b, i->guild_id);
	if (left && !i->is_owner) {
		zx__backup_refuse_cooldown(call, left);
		return;
	}
	w = zx_new(b->alloc, sizeof(*w));
	if (!w) {
		zx__backup_refuse_create(b, call, i->guild_id, ZX_E_NOMEM);
		return;
	}
	w->b = b;
	w->call = call;
	w->guild = i->guild_id;
	w->user = i->user_id;
	w->bypassed = left;
	snprintf(w->by, sizeof(w->by), "%s", i->user_name);
	err = begin(w, zx_str(zx_call_text(call, "label")));
	if (err) {
		zx_delete(b->alloc, w);
		zx__backup_refuse_create(b, call, i->guild_id, err);
	}
}

static const struct zx_option options[] = {
	{
		.name = "label",
		.description = "Short label for this backup",
		.type = ZX_OPTION_STRING,
		.rest = 1,
	},
};

const struct zx_command zx__backup_create_command = {
	.name = "backupcreate",
	.description = "Create a full guild backup snapshot (Admin/Owner)",
	.cog = ZX__BACKUP_COG,
	.options = options,
	.option_count = 1,
	.rule = ZX__RULE(backupcreate),
	.flags = ZX_COMMAND_GUILD_ONLY,
	.check = zx__backup_check,
	.run = run,
};
