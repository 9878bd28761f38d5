/* SPDX-License-Identifier: MIT
 *
 * restore_begin: a restore from its plan to the first request: written down,
 * the snapshot before it made, the server compared with the plan.
 */
#include "cogs/restore_job.h"

/* Nothing was changed: it is over. */
static void not_begun(struct zx__restore_job *j, int err, const char *why)
{
	j->err = err;
	snprintf(j->why, sizeof(j->why), "%s", why);
	zx__backup_log(j->b, ZX_LOG_WARN,
		       "restore %llu of guild %llu did not begin: %s",
		       (unsigned long long)j->row.n,
		       (unsigned long long)j->row.guild, why);
	zx__restore_finish(j);
}

void zx__restore_set_going(struct zx__restore_job *j)
{
	int err = zx__restore_machine(j);

	j->unavailable = 0; /* so far as the new machine knows */
	if (err) {
		zx__restore_halt(j, err, zx_strerror(err));
		return;
	}
	j->phase = ZX__RESTORE_RUNNING;
	j->err = ZX_OK;
	j->why[0] = '\0';
	if (zx__restore_save(j)) {
		zx__restore_halt(j, ZX_E_IO,
				 "the state file cannot be written");
		return;
	}
	zx__restore_tell(j);
	zx__restore_pump(j);
}

/* The server may have changed between the plan that was shown and its
 * beginning: it is planned again on the snapshot that was just made. */
static int still_right(struct zx__restore_job *j, struct zx_str member,
		       char why[256])
{
	struct zx__backup_open live;
	struct zx_plan *again = NULL;
	int err;

	if (!j->asked)
		return ZX_OK;
	err = zx__backup_open(j->b, j->row.guild, j->row.safety, &live);
	if (err)
		snprintf(why, 256, "%s", zx__backup_why(j->b, err));
	else
		err = zx__restore_draw_up(j->b, &j->ask, &live.reader, member,
					  zx_plan_id(j->plan), &again, why);
	zx__backup_open_release(&live);
	if (!err && !zx__restore_same(j->plan, again)) {
		err = ZX_E_STATE;
		snprintf(why, 256,
			 "The server has changed since the plan was made: "
			 "nothing was done, plan again");
	}
	zx_plan_free(again);
	return err;
}

static void on_self(const struct zx_rest_result *r, void *ud)
{
	struct zx__restore_sent *s = ud;
	struct zx__restore_job *j = s->job;
	char why[256] = "";
	int err = r->err;

	s->id = 0;
	j->flying--;
	if (j->gone || j->phase != ZX__RESTORE_SAFETY) {
		zx__restore_let_go(j);
		return;
	}
	if (err)
		snprintf(why, sizeof(why),
			 "the bot's own roles could not be read: %.*s",
			 ZX_ARG(zx_utf8_head(r->message, 100)));
	else
		err = still_right(j, r->body, why);
	if (!err) {
		zx__restore_set_going(j);
		return;
	}
	not_begun(j, err, why[0] ? why : zx_strerror(err));
}

static void on_safety(const struct zx_backup_result *r, void *ud)
{
	struct zx__restore_job *j = ud;
	struct zx__restore_sent *s = &j->sent[0];
	int err = r->err;

	j->flying--;
	if (j->gone || j->phase != ZX__RESTORE_SAFETY) {
		zx__restore_let_go(j);
		return;
	}
	if (err) {
		not_begun(j, err, r->error);
		return;
	}
	memcpy(j->row.safety, r->id, sizeof(j->row.safety));
	err = zx__restore_save(j);
	*s = (struct zx__restore_sent){ .job = j, .id = UINT32_MAX };
	if (!err)
		err = zx__restore_self(j->b, j->row.guild, on_self, s);
	if (err) {
		s->id = 0;
		zx__restore_halt(j, err, zx__backup_why(j->b, err));
		return;
	}
	j->flying++;
}

static int ask_safety(struct zx__restore_job *j)
{
	struct zx_backup_request q = ZX_BACKUP_REQUEST_INIT;
	char label[ZX__BACKUP_LABEL];
	int err;

	if (j->takes_back)
		snprintf(label, sizeof(label),
			 "Before taking back restore %llu",
			 (unsigned long long)j->takes_back);
	else
		snprintf(label, sizeof(label), "Before the restore of %s",
			 j->row.snapshot);
	q.guild = j->row.guild;
	q.author = j->row.user;
	q.label = zx_str(label);
	q.pinned = 1;
	q.beyond_limit = 1;
	j->phase = ZX__RESTORE_SAFETY;
	err = zx_backup_create(j->b->bot, &q, on_safety, j);
	j->flying += !err;
	return err;
}

static const char *refusal(struct zx__backup *b, int err)
{
	switch (err) {
	case ZX_E_BUSY:
		return "a backup of this server is being made: wait for it";
	case ZX_E_NOTFOUND:
		return "the bot is not in that server, or another process "
		       "has it";
	default:
		return zx__backup_why(b, err);
	}
}

/* Beginning ---------------------------------------------------------------- */

/* The one that is taken back is over with that. */
static int close_first(struct zx__restore_job *j,
		       struct zx__restore_job **first)
{
	int err = zx__restore_load(j->b, j->takes_back, first);

	if (err)
		return err;
	(*first)->phase = ZX__RESTORE_OVER;
	return zx__restore_save(*first);
}

/* One transaction: never two open, never none of the two. */
static int insert(struct zx__restore_job *j, const struct zx_state_restore *row)
{
	struct zx__restore_job *first = NULL;
	struct zx_state *s = j->b->state;
	int err = zx_state_begin(s);

	if (err)
		return err;
	if (j->takes_back)
		err = close_first(j, &first);
	if (!err)
		err = zx_state_restore_begin(s, row, &j->row.n);
	if (!err && first) {
		first->taken_back_by = j->row.n;
		err = zx__restore_save(first);
	}
	if (!err)
		err = zx_state_commit(s);
	else
		zx_state_rollback(s);
	if (first)
		zx__restore_let_go(first);
	return err;
}

static int write_down(struct zx__restore_job *j)
{
	struct zx_state_restore row = j->row;
	struct zx_buf plan, meta;
	int err;

	zx_buf_init(&plan, j->b->alloc, ZX_STATE_PLAN_MAX);
	zx_buf_init(&meta, j->b->alloc, 0);
	err = zx_plan_write(j->plan, zx__restore_append, &plan, row.hash);
	zx__restore_meta_write(j, &meta);
	row.meta = zx_buf_str(&meta);
	row.plan = zx_buf_str(&plan);
	row.status = ZX__RESTORE_SAFETY;
	row.open = 1;
	if (!err)
		err = plan.err ? plan.err : meta.err;
	if (!err)
		err = insert(j, &row);
	memcpy(j->row.hash, row.hash, sizeof(row.hash));
	j->row.open = !err;
	zx_buf_release(&plan);
	zx_buf_release(&meta);
	return err;
}

static int fill(struct zx__restore_job *j, struct zx_plan *plan,
		const struct zx__restore_ask *ask, struct zx_str meta)
{
	j->plan = plan;
	j->ask = *ask;
	j->row.guild = zx_plan_guild(plan);
	j->row.user = ask->user;
	j->row.created = zx_wall_clock();
	j->takes_back = zx_plan_is_undo(plan) ? ask->takes_back : 0;
	j->asked = !zx_plan_is_undo(plan);
	if (j->asked)
		memcpy(j->row.snapshot, ask->snapshot, sizeof(j->row.snapshot));
	zx_buf_adds(&j->meta, meta);
	if (zx_plan_is_undo(plan) != (ask->takes_back != 0))
		return ZX_E_INVALID;
	return j->meta.err;
}

/* Those that live in memory as well. */
static void forget_first(struct zx__backup *b, uint64_t n)
{
	struct zx__restore_job *j = zx__restores(b)->jobs;

	while (j && (j->row.n != n || !n))
		j = j->next;
	if (j)
		zx__restore_drop(j);
}

static int attempt(struct zx__restore_job *j, char why[256])
{
	struct zx_backup_progress making;
	int err = ZX_OK;

	if (j->b->stopped)
		return ZX_E_STATE;
	if (zx_plan_blocked(j->plan)) {
		snprintf(why, 256,
			 "the plan has problems that must be mended first");
		return ZX_E_PERM;
	}
	if (!zx_backup_progress(j->b->bot, j->row.guild, &making))
		err = ZX_E_BUSY;
	else if (!zx_bot_guild(j->b->bot, j->row.guild))
		err = ZX_E_NOTFOUND;
	if (err) {
		snprintf(why, 256, "%s", refusal(j->b, err));
		return err;
	}
	err = write_down(j);
	if (err) {
		snprintf(why, 256, "%s", zx__backup_why(j->b, err));
		return err;
	}
	err = ask_safety(j);
	if (err) {
		snprintf(why, 256, "%s", refusal(j->b, err));
		(void)zx_state_restore_delete(j->b->state, j->row.n);
	}
	return err;
}

int zx__restore_begin(struct zx__backup *b, struct zx_plan *plan,
		      const struct zx__restore_ask *ask, struct zx_str meta,
		      uint64_t *n, char why[256])
{
	struct zx__restore_job *j =
		zx__restores(b) ? zx__restore_make(b) : NULL;
	int err;

	why[0] = '\0';
	if (!j) {
		zx_plan_free(plan);
		return ZX_E_NOMEM;
	}
	err = fill(j, plan, ask, meta);
	if (!err)
		err = attempt(j, why);
	if (err) {
		zx__restore_let_go(j);
		return err;
	}
	*n = j->row.n;
	forget_first(b, j->takes_back);
	zx__restore_keep(j);
	zx__restore_tell(j);
	return ZX_OK;
}

/* Going on ----------------------------------------------------------------- */

int zx__restore_go_on(struct zx__backup *b, uint64_t guild, char why[256])
{
	struct zx__restore_job *j = zx__restore_find(b, guild);
	int err;

	why[0] = '\0';
	if (!j)
		return ZX_E_NOTFOUND;
	if (j->phase != ZX__RESTORE_STOPPED || j->settling || b->stopped)
		return ZX_E_STATE;
	/* Without memory there was no machine; by now there may be one. */
	if (!j->plan || (!j->run && j->err != ZX_E_NOMEM)) {
		snprintf(why, 256, "%s", j->why);
		return ZX_E_CORRUPT;
	}
	if (!zx_bot_guild(b->bot, guild)) {
		snprintf(why, 256, "%s", refusal(b, ZX_E_NOTFOUND));
		return ZX_E_NOTFOUND;
	}
	if (j->row.safety[0]) {
		zx__restore_set_going(j);
		return ZX_OK;
	}
	err = ask_safety(j);
	if (err) {
		j->phase = ZX__RESTORE_STOPPED;
		snprintf(why, 256, "%s", refusal(b, err));
	}
	return err;
}
