/* SPDX-License-Identifier: MIT
 *
 * restore_check: the server read again when all is done; and the way back.
 */
#include "cogs/restore_job.h"

/* Checking ----------------------------------------------------------------- */

static int differs(const struct zx_plan_op *op, void *ud)
{
	struct zx__restore_job *j = ud;

	if (j->lines.len > (size_t)ZX__RESTORE_DIFFERENCES * 400)
		return ZX_OK;
	if (j->lines.len)
		zx_buf_addch(&j->lines, '\n');
	(void)!zx_plan_line(op, &j->lines);
	return ZX_OK;
}

/* A way back is compared with how it was before the restore. */
static int target_of(struct zx__restore_job *j, struct zx__restore_ask *ask)
{
	struct zx__restore_job *first;
	int err;

	*ask = j->ask;
	if (!j->takes_back)
		return j->asked ? ZX_OK : ZX_E_NOTFOUND;
	err = zx__restore_load(j->b, j->takes_back, &first);
	if (err)
		return err;
	*ask = first->ask;
	ask->source = 0;
	ask->role_sync = ask->update = 1;
	memcpy(ask->snapshot, first->row.safety, sizeof(ask->snapshot));
	zx__restore_let_go(first);
	return *ask->snapshot ? ZX_OK : ZX_E_NOTFOUND;
}

static int compare(struct zx__restore_job *j, const struct zx_guild_reader *r)
{
	struct zx_restore_options o = ZX_RESTORE_OPTIONS_INIT;
	struct zx__backup *b = j->b;
	struct zx__restore_ask ask;
	struct zx__backup_open snap;
	struct zx_idmap ids;
	uint32_t n = 0;
	int err = target_of(j, &ask);

	if (err)
		return err;
	zx_idmap_init(&ids, b->alloc);
	zx_buf_clear(&j->lines);
	err = zx__backup_open(b, ask.source ? ask.source : ask.guild,
			      ask.snapshot, &snap);
	if (!err)
		err = zx__restore_options(b, &ask, &o, &ids);
	if (!err)
		err = zx__restore_find_self(r, zx_buf_str(&j->member), &o);
	/* What the bot may not do was said before; here is counted what is not
	 * as it should be. */
	o.bot_permissions = UINT64_MAX;
	if (!err)
		err = zx_restore_verify(
			&snap.reader, r, &o,
			j->takes_back ? &ids : zx_restore_run_ids(j->run), &n,
			differs, j);
	if (!err)
		j->differences = n;
	zx__backup_open_release(&snap);
	zx_idmap_release(&ids);
	return err;
}

static void unchecked(struct zx__restore_job *j, int err, const char *why)
{
	/* It is checked when it is carried on with. */
	if (j->b->stopped) {
		zx__restore_halt(j, ZX_E_CLOSED,
				 "the bot ended while it read the server back");
		return;
	}
	snprintf(j->why, sizeof(j->why), "done, but not checked: %s",
		 why && *why ? why : zx_strerror(err));
	zx__restore_finish(j);
}

static void on_glance(int err, const char *why, const struct zx_guild_reader *r,
		      void *ud)
{
	struct zx__restore_job *j = ud;

	j->flying--;
	if (j->gone) {
		zx__restore_let_go(j);
		return;
	}
	if (!err)
		err = compare(j, r);
	if (err)
		unchecked(j, err, why);
	else if (!j->differences || !zx__restore_again(j, r))
		zx__restore_finish(j);
}

static void glance(struct zx__restore_job *j)
{
	int err = zx__backup_glance(j->b, j->row.guild, on_glance, j);

	if (!err)
		j->flying++;
	else if (err == ZX_E_BUSY)
		/* A backup of it is being made: afterwards. */
		(void)zx_timer_set(
			zx_bot_loop(j->b->bot), &j->timer,
			zx_time_add(zx__restore_now(j->b), ZX__RESTORE_AGAIN));
	else
		unchecked(j, err, NULL);
}

static void on_self(const struct zx_rest_result *r, void *ud)
{
	struct zx__restore_job *j = ud;
	char why[256];

	j->flying--;
	if (j->gone) {
		zx__restore_let_go(j);
		return;
	}
	zx_buf_clear(&j->member);
	zx_buf_adds(&j->member, r->body);
	if (r->err) {
		snprintf(why, sizeof(why),
			 "the bot's own roles could not be read: %.*s",
			 ZX_ARG(zx_utf8_head(r->message, 100)));
		unchecked(j, r->err, why);
	} else if (j->member.err || zx_json_check(r->body, 0, NULL)) {
		unchecked(j, ZX_E_SYNTAX, NULL);
	} else {
		glance(j);
	}
}

void zx__restore_check(struct zx__restore_job *j)
{
	int err;

	(void)zx_timer_set(zx_bot_loop(j->b->bot), &j->timer, ZX_TIME_NEVER);
	err = zx__restore_self(j->b, j->row.guild, on_self, j);
	if (err)
		unchecked(j, err, NULL);
	else
		j->flying++;
}

/* The way back ------------------------------------------------------------- */

static const char *no_way(int err)
{
	switch (err) {
	case ZX_OK:
		return "";
	case ZX_E_REMOTE:
		return "what was under way when it stopped could not be looked "
		       "for: try again later";
	case ZX_E_STATE:
		return "what took a restore back cannot be taken back itself";
	default:
		return zx_strerror(err);
	}
}

static void give(struct zx__restore_job *j, int err, const char *why)
{
	zx__restore_planned *planned = j->planned;
	struct zx_plan *plan = j->back;
	void *ud = j->planned_ud;

	j->settling = 0;
	j->planned = NULL;
	j->back = NULL;
	j->phase = j->row.open ? ZX__RESTORE_STOPPED : ZX__RESTORE_OVER;
	(void)zx_timer_set(zx_bot_loop(j->b->bot), &j->timer, ZX_TIME_NEVER);
	planned(err, why, plan, ud);
	if (!j->row.open)
		zx__restore_drop(j);
}

/* The channel that operation deletes, when it is not as it was made: somebody
 * has written in it or given it another name. */
static int touched(const struct zx_plan_op *op, struct zx_str channels)
{
	struct zx_json_iter it = zx_json_each(channels);
	struct zx_buf name;
	int other = 0;

	if (op->act != ZX_ACT_DELETE || op->section != ZX_SECTION_CHANNELS)
		return 0;
	while (zx_json_next(&it))
		if (zx_json_get_u64(it.value, "id") == op->live_id)
			break;
	if (!it.value.len || zx_json_get_u64(it.value, "id") != op->live_id)
		return 0;
	if (zx_json_get_u64(it.value, "last_message_id"))
		return 1;
	zx_buf_init(&name, NULL, 4096);
	if (!zx_json_text(zx_json_get(it.value, "name"), &name))
		other = !zx_str_eq(zx_buf_str(&name), op->name);
	zx_buf_release(&name);
	return other;
}

static void warn_of(const struct zx_plan *plan, struct zx_str channels,
		    char why[256])
{
	struct zx_plan_op op;
	char names[90] = "";
	unsigned n = 0;

	for (size_t i = 0; zx_plan_op(plan, i, &op); i++) {
		struct zx_str name = zx_utf8_head(op.name, 30);
		size_t at = strlen(names);

		if (!touched(&op, channels))
			continue;
		n++;
		if (at + name.len + 4 < sizeof(names))
			snprintf(names + at, sizeof(names) - at, "%s%.*s",
				 at ? ", " : "", ZX_ARG(name));
	}
	if (n)
		snprintf(why, 256,
			 "%u of its channels %s used or renamed since, and "
			 "%s with %s messages: %s",
			 n, n == 1 ? "was" : "were", n == 1 ? "goes" : "go",
			 n == 1 ? "its" : "their", names);
}

static int ask(struct zx__restore_job *j, const char *what, zx_rest_done *done)
{
	struct zx_rest_request q = ZX_REST_REQUEST_INIT;
	char path[64];
	int err;

	snprintf(path, sizeof(path), "/guilds/%llu/%s",
		 (unsigned long long)j->row.guild, what);
	q.method = ZX_GET;
	q.path = zx_str(path);
	q.ud = j;
	err = zx_bot_rest(j->b->bot, &q, done, NULL);
	j->flying += !err;
	return err;
}

static void on_roles(const struct zx_rest_result *r, void *ud)
{
	struct zx__restore_job *j = ud;

	j->flying--;
	if (j->gone) {
		zx__restore_let_go(j);
		return;
	}
	if (!r->err)
		zx__restore_since_roles(j, r->body, j->since, sizeof(j->since));
	else if (!*j->since)
		snprintf(j->since, sizeof(j->since),
			 "whether its roles were changed since could not be "
			 "read");
	give(j, ZX_OK, j->since);
}

static void on_channels(const struct zx_rest_result *r, void *ud)
{
	struct zx__restore_job *j = ud;

	j->flying--;
	if (j->gone) {
		zx__restore_let_go(j);
		return;
	}
	*j->since = '\0';
	if (!r->err)
		warn_of(j->back, r->body, j->since);
	else
		snprintf(j->since, sizeof(j->since),
			 "whether its channels were used since could not be "
			 "read; they go with their messages");
	if (!zx__restore_deletes_roles(j->back) || ask(j, "roles", on_roles))
		give(j, ZX_OK, j->since);
}

void zx__restore_settled(struct zx__restore_job *j, int err)
{
	struct zx_rand r = zx_system_rand();
	struct zx_restore_progress p;
	char id[ZX_GUILD_ID_TEXT];

	if (j->back)
		return; /* is being looked at */
	zx_restore_run_progress(j->run, zx__restore_now(j->b), &p);
	zx_guild_id_new(&r, id);
	if (!err)
		err = p.reconciling ? ZX_E_REMOTE
				    : zx_restore_run_undo(&j->back, j->run, id);
	/* Nothing more of the old machine. */
	j->phase = ZX__RESTORE_STOPPED;
	(void)zx_timer_set(zx_bot_loop(j->b->bot), &j->timer, ZX_TIME_NEVER);
	if (!err)
		err = ask(j, "channels", on_channels);
	if (err) {
		zx_plan_free(j->back);
		j->back = NULL;
		give(j, err, no_way(err));
	}
}

int zx__restore_undo(struct zx__backup *b, uint64_t n,
		     zx__restore_planned *done, void *ud)
{
	struct zx__restores *all = zx__restores(b);
	struct zx__restore_job *j;
	int err;

	if (!all)
		return ZX_E_NOMEM;
	if (b->stopped)
		return ZX_E_STATE;
	for (j = all->jobs; j && j->row.n != n;)
		j = j->next;
	if (j && (j->phase != ZX__RESTORE_STOPPED || j->settling))
		return ZX_E_BUSY;
	if (!j) {
		err = zx__restore_load(b, n, &j);
		if (err)
			return err;
		zx__restore_keep(j);
	} else if (j->plan) {
		err = zx__restore_machine(j);
		if (err)
			return err;
	}
	if (j->taken_back_by) {
		if (!j->row.open)
			zx__restore_drop(j);
		return ZX_E_EXISTS;
	}
	if (!j->run) {
		if (!j->row.open)
			zx__restore_drop(j);
		return ZX_E_CORRUPT;
	}
	j->planned = done;
	j->planned_ud = ud;
	j->settling = 1;
	j->phase = ZX__RESTORE_RUNNING;
	zx_restore_run_pause(j->run, 1, zx__restore_now(b));
	return zx_timer_set(zx_bot_loop(b->bot), &j->timer, zx__restore_now(b));
}
