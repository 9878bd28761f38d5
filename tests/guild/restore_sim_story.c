/* SPDX-License-Identifier: MIT
 *
 * A restore of several rounds, as a bot carries it out.
 */
#include "guild/restore_sim_story.h"

struct zx_plan *story_plan(struct story *t)
{
	struct sim_snapshot live;
	struct zx_plan *p;

	t->o.now = zx_sandbox_wall(t->s.box);
	t->o.earlier = &t->ids;
	zx_guild_id_new(&t->s.rand, t->o.id);
	sim_snapshot(&t->s, t->target, &live);
	assert_err(zx_plan_new(&p, &t->snap.r, &live.r, &t->o), ZX_OK);
	sim_snapshot_release(&live);
	return p;
}

void story_begin_into(struct story *t, const char *kinds, unsigned what,
		      int rewind, void (*before)(struct story *t))
{
	memset(t, 0, sizeof(*t));
	zx_idmap_init(&t->ids, NULL);
	sim_open(&t->s, kinds, 5);
	t->source = zx_sandbox_guild(t->s.box, 0);
	t->target = zx_sandbox_guild(t->s.box, rewind ? 0 : 1);
	sim_snapshot(&t->s, t->source, &t->snap);
	sim_watch(&t->s, t->source, t->target);
	if (before)
		before(t);
	sim_snapshot(&t->s, t->target, &t->before);
	t->o = sim_options(&t->s, t->target);
	t->o.what = what;
	t->o.role_sync = t->o.update = rewind;
	t->plan = story_plan(t);
	assert_false(zx_plan_blocked(t->plan));
	assert_false(zx_plan_empty(t->plan));
}

void story_begin(struct story *t)
{
	story_begin_into(t, "everything,empty", ZX_RESTORE_ALL, 0, NULL);
}

void story_end(struct story *t)
{
	sim_no_leak(&t->s);
	zx_plan_free(t->plan);
	zx_idmap_release(&t->ids);
	sim_close(&t->s);
	sim_snapshot_release(&t->snap);
	sim_snapshot_release(&t->before);
}

/* One life, in which others do what they do; nonzero when it came to the end.
 */
int story_live(struct story *t)
{
	sim_begin(&t->s, t->plan);
	while (sim_step(&t->s))
		if (t->at && t->s.writes >= t->at) {
			t->at = 0;
			t->others(t);
		}
	if (!t->s.done) {
		sim_end(&t->s);
		return 0;
	}
	assert_err(t->s.err, ZX_OK);
	return 1;
}

void story_remember(struct story *t)
{
	const struct zx_idmap *m = zx_restore_run_ids(t->s.run);
	const struct zx_idmap_pair *p;
	size_t at = 0;

	while ((p = zx_idmap_next(m, &at)))
		assert_err(zx_idmap_put(&t->ids, p->kind, p->from, p->to),
			   ZX_OK);
}

/* The plan is written down and read again, as by a bot. */
static void grow(struct story *t, const struct zx_plan *more)
{
	struct zx_plan *grown;
	struct zx_buf text;

	assert_err(zx_plan_add_round(&grown, t->plan, more), ZX_OK);
	sim_end(&t->s);
	zx_plan_free(t->plan);
	zx_buf_init(&text, NULL, 0);
	assert_err(zx_plan_write(grown, mem_append, &text, NULL), ZX_OK);
	zx_plan_free(grown);
	assert_err(zx_plan_read(&t->plan, zx_buf_str(&text), NULL), ZX_OK);
	zx_buf_release(&text);
}

/* The machine is done. Nonzero when there is something for another round. */
int story_another(struct story *t)
{
	struct zx_plan *more;
	int rc;

	story_remember(t);
	more = story_plan(t);
	rc = zx_restore_run_another(t->s.run, more);
	if (rc == 1)
		grow(t, more);
	zx_plan_free(more);
	return rc;
}

void story_carry_out(struct story *t)
{
	do {
		while (!story_live(t))
			t->s.kill_at = 0;
	} while (story_another(t));
}

uint32_t story_differs(struct story *t, int tell)
{
	return sim_differs(&t->s, &t->snap.r, t->target, &t->o, &t->ids, tell);
}

struct zx_restore_report story_report(struct story *t)
{
	struct zx_restore_report r;

	zx_restore_run_report(t->s.run, zx_sandbox_now(t->s.box), &r);
	return r;
}

void story_delete_some(struct story *t)
{
	static const char *const paths[] = {
		"/guilds/{guild}/roles/{role:Moderator}",
		"/channels/{channel:Staff}",
		"/channels/{channel:general}",
	};

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		sim_quietly_as(&t->s, 0, t->target, "DELETE", paths[i], NULL);
}

void story_refuse(struct story *t, const char *route)
{
	char text[200];

	snprintf(text, sizeof(text),
		 "{\"fault\":\"rest_error\",\"status\":403,\"code\":50013,"
		 "\"times\":0,\"route\":\"%s\"}",
		 route);
	assert_err(zx_sandbox_fault(t->s.box, text), ZX_OK);
}

uint32_t story_acts(const struct zx_plan *p, enum zx_act act)
{
	struct zx_plan_op op;
	uint32_t n = 0;

	for (size_t i = 0; zx_plan_op(p, i, &op); i++)
		n += op.act == act;
	return n;
}
