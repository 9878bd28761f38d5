/* SPDX-License-Identifier: MIT
 *
 * restore_store: restores as they lie in the state file.
 */
#include "cogs/restore_job.h"

#define NUMBER(key, to) (to) = zx_json_get_u64(meta, key)

uint32_t zx__restore_roles(const struct zx__restore_job *j)
{
	struct zx_restore_result res;
	struct zx_plan_op op;
	uint32_t n = 0;

	for (size_t i = 0; j->run && zx_plan_op(j->plan, i, &op); i++)
		n += op.act == ZX_ACT_ROLE_CREATE &&
		     !zx_restore_run_result(j->run, op.id, &res) &&
		     res.outcome == ZX_OUTCOME_DONE;
	return n;
}

void zx__restore_meta_write(const struct zx__restore_job *j, struct zx_buf *out)
{
	struct zx_json_writer w;

	zx_jw_init(&w, out);
	zx_jw_obj(&w, NULL);
	zx_jw_bool(&w, "asked", j->asked);
	zx_jw_id(&w, "source", j->ask.source);
	zx_jw_u64(&w, "what", j->ask.what);
	zx_jw_bool(&w, "role_sync", j->ask.role_sync);
	zx_jw_bool(&w, "update", j->ask.update);
	zx_jw_bool(&w, "mentions", j->ask.mentions);
	zx_jw_u64(&w, "takes_back", j->takes_back);
	zx_jw_u64(&w, "taken_back_by", j->taken_back_by);
	zx_jw_u64(&w, "roles", zx__restore_roles(j));
	zx_jw_i64(&w, "err", j->err);
	zx_jw_cstr(&w, "why", j->why);
	zx_jw_u64(&w, "differences", j->differences);
	zx_jw_str(&w, "lines", zx_buf_str(&j->lines));
	zx_jw_str(&w, "own", zx_buf_str(&j->meta));
	zx_jw_obj_end(&w);
}

static void meta_read(struct zx__restore_job *j, struct zx_str meta)
{
	struct zx_buf why;
	uint64_t what;

	j->asked = zx_json_get_bool(meta, "asked");
	j->ask.guild = j->row.guild;
	j->ask.user = j->row.user;
	memcpy(j->ask.snapshot, j->row.snapshot, sizeof(j->ask.snapshot));
	NUMBER("source", j->ask.source);
	NUMBER("what", what);
	j->ask.what = (unsigned)what;
	j->ask.role_sync = zx_json_get_bool(meta, "role_sync");
	j->ask.update = zx_json_get_bool(meta, "update");
	j->ask.mentions = zx_json_get_bool(meta, "mentions");
	NUMBER("takes_back", j->takes_back);
	NUMBER("taken_back_by", j->taken_back_by);
	j->err = (int)zx_json_get_i64(meta, "err");
	j->differences = (uint32_t)zx_json_get_u64(meta, "differences");
	zx_buf_init(&why, j->b->alloc, 4096);
	(void)zx_json_text(zx_json_get(meta, "why"), &why);
	snprintf(j->why, sizeof(j->why), "%s", zx_buf_cstr(&why));
	zx_buf_release(&why);
	(void)zx_json_text(zx_json_get(meta, "lines"), &j->lines);
	(void)zx_json_text(zx_json_get(meta, "own"), &j->meta);
}

int zx__restore_save(struct zx__restore_job *j)
{
	struct zx_state_restore row = j->row;
	struct zx_buf meta;
	int err;

	zx_buf_init(&meta, j->b->alloc, 0);
	zx__restore_meta_write(j, &meta);
	row.meta = zx_buf_str(&meta);
	row.status = (int)j->phase;
	row.open = j->phase != ZX__RESTORE_OVER;
	row.changed = zx_wall_clock();
	err = meta.err ? meta.err : zx_state_restore_set(j->b->state, &row);
	zx_buf_release(&meta);
	if (!err) {
		j->row.open = row.open;
		j->row.changed = row.changed;
		return ZX_OK;
	}
	zx__backup_log(j->b, ZX_LOG_ERROR,
		       "restore %llu of guild %llu could not be written down: "
		       "%s",
		       (unsigned long long)j->row.n,
		       (unsigned long long)j->row.guild,
		       zx__backup_why(j->b, err));
	return err;
}

/* Reading ------------------------------------------------------------------ */

static int replay(struct zx_str record, void *ud)
{
	return zx_restore_run_replay(ud, record);
}

int zx__restore_machine(struct zx__restore_job *j)
{
	struct zx_restore_run_options o = ZX_RESTORE_RUN_OPTIONS_INIT;
	int err;

	zx_restore_run_free(j->run);
	j->run = NULL;
	o.store = zx__backup_store(j->b);
	o.alloc = j->b->alloc;
	o.rand = zx_system_rand();
	err = zx_restore_run_new(&j->run, j->plan, &o, zx__restore_now(j->b));
	if (!err)
		err = zx_state_record_each(j->b->state, j->row.n, replay,
					   j->run);
	if (err) {
		zx_restore_run_free(j->run);
		j->run = NULL;
	}
	return err;
}

static int take_row(struct zx__restore_job *j, const struct zx_state_restore *r)
{
	unsigned char hash[ZX_HASH];
	int err;

	j->row = *r;
	j->row.plan = j->row.meta = (struct zx_str){ NULL, 0 };
	meta_read(j, r->meta);
	j->phase = r->open ? ZX__RESTORE_STOPPED : ZX__RESTORE_OVER;
	zx_sha256(r->plan, hash);
	err = memcmp(hash, r->hash, ZX_HASH) != 0
		      ? ZX_E_CORRUPT
		      : zx_plan_read(&j->plan, r->plan, j->b->alloc);
	return err ? err : zx__restore_machine(j);
}

static const char *interrupted(const struct zx_state_restore *r)
{
	return r->status == ZX__RESTORE_SAFETY
		       ? "the bot ended before the first change"
		       : "the bot ended in the middle of it";
}

int zx__restore_load(struct zx__backup *b, uint64_t n,
		     struct zx__restore_job **out)
{
	struct zx__restore_job *j = zx__restore_make(b);
	struct zx_state_restore row;
	struct zx_buf text;
	int err;

	*out = NULL;
	if (!j)
		return ZX_E_NOMEM;
	zx_buf_init(&text, b->alloc, 2 * ZX_STATE_PLAN_MAX);
	err = zx_state_restore_get(b->state, n, &row, &text);
	if (err) {
		zx_buf_release(&text);
		zx__restore_let_go(j);
		return err;
	}
	err = take_row(j, &row);
	zx_buf_release(&text);
	if (err == ZX_E_NOMEM) {
		zx__restore_let_go(j);
		return err;
	}
	if (err) {
		j->err = err;
		snprintf(j->why, sizeof(j->why),
			 "its journal is damaged: it can be given up, and the "
			 "server compared with the snapshot before it");
	} else if (row.open && !j->why[0]) {
		j->err = ZX_E_CLOSED;
		snprintf(j->why, sizeof(j->why), "%s", interrupted(&row));
	}
	*out = j;
	return ZX_OK;
}
