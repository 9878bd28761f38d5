/* SPDX-License-Identifier: MIT
 *
 * Sessions in the state file, so that a restart resumes instead of identifying
 * (ID-05, ID-06). Saved while events come, but at most every few seconds, and
 * together with the registry: what is stored never misses what the stored
 * sequence number says was seen.
 */
#include "bot/bot_int.h"

#include <mbedtls/md.h>
#include <stdio.h>
#include <string.h>

#define SPACE "session"

/* Of the token and of where it is valid: what one Discord gave is of no use at
 * another, such as a sandbox on its next port. */
int zx__bot_token_hash(struct zx_bot *b)
{
	const mbedtls_md_info_t *sha256 =
		mbedtls_md_info_from_type(MBEDTLS_MD_SHA256);
	unsigned char hash[32];
	struct zx_buf text;
	int err;
	size_t i;

	zx_buf_init(&text, b->alloc, 0);
	zx_buf_addc(&text, b->token);
	if (b->api_url)
		zx_buf_addf(&text, "\n%s", b->api_url);
	err = text.err;
	if (!err &&
	    (!sha256 || mbedtls_md(sha256, (const unsigned char *)text.ptr,
				   text.len, hash)))
		err = ZX_E_NOMEM;
	if (text.ptr)
		zx_wipe(text.ptr, text.cap);
	zx_buf_release(&text);
	for (i = 0; !err && i < sizeof(hash); i++)
		snprintf(b->token_hash + 2 * i, 3, "%02x", hash[i]);
	return err;
}

static void key_of(const struct zx__bot_member *m, char key[16])
{
	snprintf(key, 16, "%u", m->id);
}

/* Ourselves -------------------------------------------------------------- */

/* A resumed bot gets no READY, so who it is must be remembered as well. */
void zx__bot_save_self(struct zx_bot *b)
{
	struct zx_json_writer w;
	struct zx_buf text;

	if (!b->state || !b->user_id)
		return;
	zx_buf_init(&text, b->alloc, 0);
	zx_jw_init(&w, &text);
	zx_jw_obj(&w, NULL);
	zx_jw_cstr(&w, "token_sha256", b->token_hash);
	zx_jw_id(&w, "user_id", b->user_id);
	zx_jw_cstr(&w, "user_name", b->user_name);
	zx_jw_id(&w, "application_id", b->application_id);
	zx_jw_obj_end(&w);
	if (text.err ||
	    zx_state_put(b->state, SPACE, 0, "self", zx_buf_str(&text)))
		zx__bot_log(b, ZX_LOG_WARN, "cannot save who we are: %s",
			    zx_state_error(b->state));
	zx_buf_release(&text);
}

static void take_self(struct zx_bot *b, struct zx_str d)
{
	struct zx_buf name;

	zx_buf_init(&name, b->alloc, sizeof(b->user_name) - 1);
	zx_json_text(zx_json_get(d, "user_name"), &name);
	snprintf(b->user_name, sizeof(b->user_name), "%s", zx_buf_cstr(&name));
	zx_buf_release(&name);
	b->user_id = zx_json_get_u64(d, "user_id");
	b->application_id = zx_json_get_u64(d, "application_id");
}

#define LAST_IDENTIFY "identify"

void zx__bot_save_identify(struct zx_bot *b)
{
	struct zx_json_writer w;
	struct zx_buf text;

	b->budget.remaining = zx_identify_remaining(b->queue);
	if (!b->state)
		return;
	zx_buf_init(&text, b->alloc, 0);
	zx_jw_init(&w, &text);
	zx_jw_obj(&w, NULL);
	zx_jw_cstr(&w, "token_sha256", b->token_hash);
	zx_jw_i64(&w, "at", zx_wall_clock());
	zx_jw_u64(&w, "total", b->budget.total);
	zx_jw_u64(&w, "remaining", b->budget.remaining);
	zx_jw_i64(&w, "reset_at", b->budget.reset_at);
	zx_jw_obj_end(&w);
	if (text.err ||
	    zx_state_put(b->state, SPACE, 0, LAST_IDENTIFY, zx_buf_str(&text)))
		zx__bot_log(b, ZX_LOG_WARN,
			    "cannot save how many session starts are left: %s",
			    zx_state_error(b->state));
	zx_buf_release(&text);
}

/* One turn per key and 5 s holds across restarts as well; not to know the keys
 * of the last ones costs at most these seconds. */
static void load_identify(struct zx_bot *b)
{
	struct zx_buf text;
	struct zx_str d;
	int64_t age;

	zx_buf_init(&text, b->alloc, 0);
	zx_state_get(b->state, SPACE, 0, LAST_IDENTIFY, &text);
	d = zx_buf_str(&text);
	if (!zx_json_check(d, 0, NULL) &&
	    zx_json_is(zx_json_get(d, "token_sha256"), b->token_hash)) {
		b->budget.total = (uint32_t)zx_json_get_u64(d, "total");
		b->budget.remaining = (uint32_t)zx_json_get_u64(d, "remaining");
		b->budget.reset_at = zx_json_get_i64(d, "reset_at");
		age = zx_wall_clock() - zx_json_get_i64(d, "at");
		if (age >= 0 && age < ZX__BOT_IDENTIFY_MS)
			b->hold_until = zx_time_add(
				zx_clock(),
				(uint64_t)(ZX__BOT_IDENTIFY_MS - age));
	}
	zx_buf_release(&text);
}

/* Collected first, because nothing may be written while walking. */
struct doomed {
	const struct zx_alloc *alloc;
	uint64_t *guilds;
	size_t count, cap;
};

static int collect(uint64_t guild, const char *key, struct zx_str value,
		   void *ud)
{
	struct doomed *d = ud;
	size_t cap = d->cap ? d->cap * 2 : 64;
	uint64_t *more;

	(void)key, (void)value;
	if (d->count == d->cap) {
		more = zx_resize(d->alloc, d->guilds, cap * sizeof(*more));
		if (!more)
			return ZX_E_NOMEM;
		d->guilds = more;
		d->cap = cap;
	}
	d->guilds[d->count++] = guild;
	return ZX_OK;
}

/* The file was another bot's: its guilds and sessions are none of ours. */
static int forget_other(struct zx_bot *b)
{
	struct doomed d = { .alloc = b->alloc };
	int err = zx_state_each(b->state, "guild", collect, &d);
	size_t i;

	if (!err)
		err = zx_state_begin(b->state);
	if (err) {
		zx_delete(b->alloc, d.guilds);
		return err;
	}
	for (i = 0; i < d.count; i++)
		zx__bot_guild_forget(b, d.guilds[i]);
	zx_delete(b->alloc, d.guilds);
	zx_state_del(b->state, SPACE, 0, "self");
	return zx_state_commit(b->state);
}

int zx__bot_sessions_open(struct zx_bot *b)
{
	struct zx_buf text;
	struct zx_str d;
	int err;

	load_identify(b);
	zx_buf_init(&text, b->alloc, 0);
	err = zx_state_get(b->state, SPACE, 0, "self", &text);
	d = zx_buf_str(&text);
	if (!err && !zx_json_check(d, 0, NULL) &&
	    zx_json_is(zx_json_get(d, "token_sha256"), b->token_hash)) {
		take_self(b, d);
		err = zx__bot_guilds_load(b);
	} else if (!err || err == ZX_E_NOTFOUND) {
		err = forget_other(b);
	}
	zx_buf_release(&text);
	return err;
}

/* Loading ---------------------------------------------------------------- */

static int copy_text(const struct zx_bot *b, struct zx_str raw, char *to,
		     size_t size)
{
	struct zx_buf text;
	int ok;

	zx_buf_init(&text, b->alloc, size - 1);
	zx_json_text(raw, &text);
	ok = !text.err && text.len;
	snprintf(to, size, "%s", zx_buf_cstr(&text));
	zx_buf_release(&text);
	return ok;
}

/* Nonzero when it is of this token and young enough. The shard itself judges
 * its id, count and intents. */
static int read_session(const struct zx__bot_member *m, struct zx_str d,
			struct zx_session *s)
{
	const struct zx_bot *b = m->bot;
	zx_wall age;

	memset(s, 0, sizeof(*s));
	if (zx_json_check(d, 0, NULL) ||
	    !zx_json_is(zx_json_get(d, "token_sha256"), b->token_hash))
		return 0;
	s->seq = zx_json_get_i64(d, "seq");
	s->shard_id = (uint32_t)zx_json_get_u64(d, "shard");
	s->shard_count = (uint32_t)zx_json_get_u64(d, "shards");
	s->intents = zx_json_get_u64(d, "intents");
	s->at = zx_json_get_i64(d, "at");
	age = zx_wall_clock() - s->at;
	if (age < -60 * 1000 || age > ZX__BOT_SESSION_MS)
		return 0;
	return copy_text(b, zx_json_get(d, "id"), s->id, sizeof(s->id)) &&
	       copy_text(b, zx_json_get(d, "resume_url"), s->resume_url,
			 sizeof(s->resume_url));
}

void zx__bot_session_load(struct zx__bot_member *m)
{
	struct zx_bot *b = m->bot;
	struct zx_session s;
	struct zx_buf text;
	char key[16];

	/* Without knowing who we are there is nothing to resume into. */
	if (!b->state || !b->user_id || !b->application_id)
		return;
	key_of(m, key);
	zx_buf_init(&text, b->alloc, 0);
	if (!zx_state_get(b->state, SPACE, 0, key, &text)) {
		m->session_stored = 1;
		if (read_session(m, zx_buf_str(&text), &s) &&
		    !zx_shard_set_session(m->shard, &s)) {
			m->resumes = 1;
			m->saved_seq = s.seq;
		} else {
			zx__bot_session_drop(m);
		}
	}
	zx_buf_release(&text);
}

/* Saving ----------------------------------------------------------------- */

void zx__bot_session_drop(struct zx__bot_member *m)
{
	char key[16];

	m->session_dirty = 0;
	if (!m->bot->state || !m->session_stored)
		return;
	key_of(m, key);
	zx_state_del(m->bot->state, SPACE, 0, key);
	m->session_stored = 0;
}

static int write_session(struct zx__bot_member *m, const struct zx_session *s)
{
	struct zx_json_writer w;
	struct zx_buf text;
	char key[16];
	int err;

	zx_buf_init(&text, m->bot->alloc, 0);
	zx_jw_init(&w, &text);
	zx_jw_obj(&w, NULL);
	zx_jw_cstr(&w, "token_sha256", m->bot->token_hash);
	zx_jw_cstr(&w, "id", s->id);
	zx_jw_cstr(&w, "resume_url", s->resume_url);
	zx_jw_i64(&w, "seq", s->seq);
	zx_jw_u64(&w, "shard", s->shard_id);
	zx_jw_u64(&w, "shards", s->shard_count);
	zx_jw_u64(&w, "intents", s->intents);
	zx_jw_i64(&w, "at", zx_wall_clock());
	zx_jw_obj_end(&w);
	key_of(m, key);
	err = text.err;
	if (!err)
		err = zx_state_put(m->bot->state, SPACE, 0, key,
				   zx_buf_str(&text));
	zx_buf_release(&text);
	if (!err) {
		m->saved_seq = s->seq;
		m->session_stored = 1;
		m->session_dirty = 0;
	}
	return err;
}

static int save_sessions(struct zx_bot *b)
{
	struct zx__bot_member *m;
	struct zx_session s;
	size_t i;
	int err;

	for (i = 0; i < b->member_count; i++) {
		m = &b->members[i];
		if (!m->shard)
			continue;
		if (zx_shard_session(m->shard, &s)) {
			zx__bot_session_drop(m);
			continue;
		}
		if (!m->session_dirty && s.seq == m->saved_seq)
			continue;
		err = write_session(m, &s);
		if (err)
			return err;
	}
	return ZX_OK;
}

/* At most one batch; the sessions wait for the last one. */
static int save_guilds(struct zx_bot *b)
{
	struct zx__bot_guild *g;
	size_t i, left = ZX__BOT_SAVE_BATCH;
	int err;

	for (i = 0; i < b->guilds.map.cap && b->guilds.dirty; i++) {
		g = b->guilds.map.slots[i].value;
		if (!g || !g->dirty)
			continue;
		if (!left--)
			return ZX_OK;
		err = zx__bot_guild_save(b, g);
		if (err)
			return err;
	}
	return ZX_OK;
}

static int is_unsaved(const struct zx_bot *b)
{
	const struct zx__bot_member *m;
	struct zx_session s;
	size_t i;

	if (b->guilds.dirty)
		return 1;
	for (i = 0; i < b->member_count; i++) {
		m = &b->members[i];
		if (!m->shard)
			continue;
		if (zx_shard_session(m->shard, &s)
			    ? m->session_stored
			    : m->session_dirty || s.seq != m->saved_seq)
			return 1;
	}
	return 0;
}

static int save_batch(struct zx_bot *b)
{
	int err = zx_state_begin(b->state);

	if (err)
		return err;
	err = save_guilds(b);
	if (!err && !b->guilds.dirty)
		err = save_sessions(b);
	if (!err)
		return zx_state_commit(b->state);
	zx_state_rollback(b->state);
	return err;
}

void zx__bot_save(struct zx_bot *b)
{
	if (!b->state || !is_unsaved(b))
		return;
	if (save_batch(b))
		zx__bot_log(b, ZX_LOG_WARN,
			    "cannot save sessions, a restart will identify "
			    "anew: %s",
			    zx_state_error(b->state));
}

void zx__bot_save_within(struct zx_bot *b, uint64_t ms)
{
	zx_time at = zx_time_add(zx_loop_now(b->loop), ms);

	if (!b->state || b->phase > ZX__BOT_RUNNING)
		return;
	if (b->save_timer.slot && b->save_timer.at <= at)
		return;
	zx_timer_set(b->loop, &b->save_timer, at);
}

void zx__bot_on_save(struct zx_timer *t, void *ud)
{
	struct zx_bot *b = ud;

	(void)t;
	zx__bot_save(b);
	/* The rest of a big batch; otherwise the next event sets the timer. */
	if (b->guilds.dirty)
		zx__bot_save_within(b, ZX__BOT_SAVE_SOON_MS);
}
