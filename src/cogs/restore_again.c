/* SPDX-License-Identifier: MIT
 *
 * restore_again: another round of a restore, when the server that was read back
 * is not as it should be: others have deleted or changed something meanwhile.
 */
#include "cogs/restore_job.h"

static int store(struct zx__restore_job *j, const struct zx_plan *grown)
{
	unsigned char hash[ZX_HASH];
	struct zx_buf text;
	int err;

	zx_buf_init(&text, j->b->alloc, ZX_STATE_PLAN_MAX);
	err = zx_plan_write(grown, zx__restore_append, &text, hash);
	if (!err)
		err = zx_state_restore_replan(j->b->state, j->row.n,
					      zx_buf_str(&text), hash);
	zx_buf_release(&text);
	if (!err)
		memcpy(j->row.hash, hash, sizeof(hash));
	return err;
}

static int is_new(const struct zx_plan *p, const struct zx_plan_problem *q)
{
	struct zx_plan_problem at;

	for (size_t i = 0; zx_plan_problem(p, i, &at); i++)
		if (at.reason == q->reason && at.section == q->section &&
		    at.permission == q->permission && at.blocks == q->blocks)
			return 0;
	return 1;
}

/* The bot may have lost what it needs since, if only by what it restored. */
static void say_why_not(struct zx__restore_job *j, const struct zx_plan *more)
{
	struct zx_plan_problem q;

	for (size_t i = 0; zx_plan_problem(more, i, &q); i++)
		if ((q.blocks || q.reason == ZX_WHY_PERMISSION) &&
		    is_new(j->plan, &q)) {
			snprintf(j->why, sizeof(j->why),
				 "done, but what differs now is left: %.*s",
				 ZX_ARG(zx_utf8_head(q.text, 200)));
			return;
		}
}

/* The plan that has grown, written down; NULL without an error when there is
 * nothing another round could do. */
static int grow(struct zx__restore_job *j, const struct zx_guild_reader *live,
		struct zx_plan **out, char why[256])
{
	struct zx_plan *more = NULL;
	int rc =
		zx__restore_draw_up(j->b, &j->ask, live, zx_buf_str(&j->member),
				    zx_plan_id(j->plan), &more, why);

	*out = NULL;
	if (!rc)
		rc = zx_restore_run_another(j->run, more);
	if (!rc && more)
		say_why_not(j, more);
	if (rc == 1) {
		rc = zx_plan_add_round(out, j->plan, more);
		if (!rc)
			rc = store(j, *out);
	}
	if (rc) {
		zx_plan_free(*out);
		*out = NULL;
	}
	zx_plan_free(more);
	return rc;
}

int zx__restore_again(struct zx__restore_job *j,
		      const struct zx_guild_reader *live)
{
	struct zx_plan *grown;
	char why[256] = "";
	int err;

	/* A way back makes nothing that could be missing. */
	if (!j->asked || j->takes_back)
		return 0;
	err = grow(j, live, &grown, why);
	if (err)
		snprintf(j->why, sizeof(j->why),
			 "done, but not planned for again: %.200s",
			 why[0] ? why : zx__backup_why(j->b, err));
	if (!grown)
		return 0;
	zx__backup_log(j->b, ZX_LOG_INFO,
		       "restore %llu of guild %llu: %u things are not as they "
		       "should be, round %u begins",
		       (unsigned long long)j->row.n,
		       (unsigned long long)j->row.guild, j->differences,
		       zx_plan_rounds(grown));
	/* The machine has the old plan. */
	zx_restore_run_free(j->run);
	j->run = NULL;
	zx_plan_free(j->plan);
	j->plan = grown;
	zx_buf_clear(&j->lines);
	j->differences = UINT32_MAX;
	zx__restore_set_going(j);
	return 1;
}
