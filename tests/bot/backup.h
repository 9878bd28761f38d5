/* SPDX-License-Identifier: MIT
 *
 * What the tests of backups in a bot share: a bot in a thread with the backup
 * cog, on a sandbox of its own.
 */
#ifndef BOT_BACKUP_H
#define BOT_BACKUP_H

#include <sqlite3.h>

#include "bot/cog.h"
#include "zoryx/backup_restore.h"

static struct zx_backup_options quick = {
	.size = sizeof(quick),
	.progress_ms = 20,
	.look_ms = 50,
};

static inline int tune(struct zx_bot *bot, void **data)
{
	int err = zx_backup_configure(bot, &quick);

	(void)data;
	return err == ZX_E_STATE ? ZX_OK : err; /* a test of that */
}

static const struct zx_cog tuner = { .name = "Tuner",
				     .start = tune,
				     .ready = on_ready };

static inline struct run *fresh(void)
{
	return run_new("backup");
}

static inline int make_bot(struct run *r, uint64_t owner)
{
	int err;

	r->config.api_url = r->url;
	r->bo.api_url = r->url;
	r->bo.state_path = *r->state ? r->state : NULL;
	r->bo.config = &r->config;
	r->bo.owners = &owner;
	r->bo.owner_count = 1;
	r->bo.log = &r->sink;
	err = zx_bot_new(&r->bot, &r->bo);
	if (!err)
		err = zx_bot_add_cog(r->bot, zx_cog_core());
	if (!err)
		err = zx_bot_add_cog(r->bot, zx_cog_backup_restore());
	return err ? err : zx_bot_add_cog(r->bot, &tuner);
}

static inline void bot_up(struct run *r)
{
	snprintf(r->url, sizeof(r->url), "%s", zx_sandbox_api_url(r->box));
	r->bo.token = zx_sandbox_token(r->box);
	assert_err(make_bot(r, zx_sandbox_user(r->box, ZX_SANDBOX_OWNER)),
		   ZX_OK);
	run_start(r);
}

static inline struct run *up(void)
{
	struct run *r = fresh();

	box_up(r);
	bot_up(r);
	return r;
}

static inline void bot_down(struct run *r)
{
	run_stop(r);
	pthread_mutex_lock(&r->lock);
	zx_buf_clear(&r->log);
	pthread_mutex_unlock(&r->lock);
}

static inline void away(struct run *r)
{
	r->config.api_url = NULL;
	run_free(r);
}

static inline void down(struct run *r)
{
	bot_down(r);
	away(r);
}

/* The state file of a bot that is down. */
static inline struct zx_state *state_of(struct run *r)
{
	struct zx_state_options o = ZX_STATE_OPTIONS_INIT;
	struct zx_state *s;
	int err;

	o.path = r->state;
	err = zx_state_open(&s, &o);
	if (err)
		print_error("%s\n", zx_state_error(s));
	assert_err(err, ZX_OK);
	return s;
}

static inline void sql_of(struct run *r, const char *text)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(r->state, &db), SQLITE_OK);
	if (sqlite3_exec(db, text, NULL, NULL, NULL))
		fail_msg("%s", sqlite3_errmsg(db));
	sqlite3_close(db);
}

static inline int audit_line(const struct zx_state_audit *e, void *ud)
{
	zx_buf_addf(ud, "%s %s %.*s\n", e->action, e->backup,
		    ZX_ARG(e->details));
	return 0;
}

/* The audit log of the first guild, the newest first, in r->text. */
static inline void audit_of(struct run *r)
{
	struct zx_state *s = state_of(r);

	zx_buf_clear(&r->text);
	assert_err(zx_state_audit_each(s, zx_sandbox_guild(r->box, 0), 0,
				       audit_line, &r->text),
		   ZX_OK);
	zx_state_close(s);
}

static inline int get_part(const unsigned char hash[32], struct zx_buf *out,
			   void *ud)
{
	return zx_state_part_get(ud, hash, out);
}

/* A snapshot is whole; counts them. */
struct checked {
	struct zx_state *s;
	unsigned count, automatic, bad;
	char ids[4096];
};

static inline int check_one(const struct zx_state_snapshot *snap, void *ud)
{
	struct checked *c = ud;
	struct zx_guild_store store = { .get = get_part, .ud = c->s };
	struct zx_guild_verified v;

	c->count++;
	c->automatic += snap->automatic != 0;
	if (strlen(c->ids) < sizeof(c->ids) - 16)
		sprintf(c->ids + strlen(c->ids), "%s ", snap->id);
	c->bad += zx_guild_verify(snap->manifest, snap->hash, &store, NULL, &v,
				  NULL, NULL) != ZX_OK;
	return 0;
}

static inline struct checked check_all(struct run *r)
{
	struct checked c = { .s = state_of(r) };

	assert_err(zx_state_snap_each(c.s, 0, check_one, &c), ZX_OK);
	assert_err(zx_state_check(c.s), ZX_OK);
	zx_state_close(c.s);
	return c;
}

/* Saying and hearing ------------------------------------------------------- */

static inline uint64_t slash(struct run *r, const char *command,
			     const char *args, const char *what)
{
	return slash_as(r, ZX_SANDBOX_OWNER, 0, command, args, what);
}

/* The answer to that interaction says so, or comes to say so. */
static inline void becomes(struct run *r, uint64_t id, const char *what)
{
	zx_time until = zx_clock() + WAIT_MS;

	do {
		usleep(5000);
		zx_buf_clear(&r->text);
		assert_err(zx_sandbox_answer(r->box, id, WAIT_MS, &r->text),
			   ZX_OK);
	} while (!has(r, what) && zx_clock() < until);
	want(r, what);
}

static inline void press(struct run *r, const char *action, const char *what)
{
	press_as(r, ZX_SANDBOX_OWNER, action, NULL, what);
}

/* The sandbox's control interface; its answer is in r->text. */
static inline void control(struct run *r, const char *method, const char *path,
			   const char *body)
{
	struct zx_buf request, answer;
	const char *json;

	zx_buf_init(&request, NULL, 0);
	zx_buf_init(&answer, NULL, 64 << 20);
	zx_buf_addf(&request,
		    "%s /sandbox/%s HTTP/1.1\r\nHost: localhost\r\n"
		    "Content-Type: application/json\r\nContent-Length: %zu\r\n"
		    "Connection: close\r\n\r\n%s",
		    method, path, strlen(body), body);
	http_exchange(url_port(zx_sandbox_page_url(r->box)),
		      zx_buf_cstr(&request), &answer);
	json = strstr(zx_buf_cstr(&answer), "\r\n\r\n");
	assert_non_null(json);
	zx_buf_clear(&r->text);
	zx_buf_addc(&r->text, json + 4);
	zx_buf_release(&request);
	zx_buf_release(&answer);
}

/* Something done by the owner of the first guild. */
static inline void act(struct run *r, const char *method, const char *path,
		       const char *body)
{
	struct zx_buf b;

	zx_buf_init(&b, NULL, 0);
	zx_buf_addf(&b,
		    "{\"guild_id\":\"%llu\",\"method\":\"%s\","
		    "\"path\":\"%s\",\"body\":%s}",
		    (unsigned long long)zx_sandbox_guild(r->box, 0), method,
		    path, body);
	control(r, "POST", "act", zx_buf_cstr(&b));
	if (!has(r, "\"status\":20"))
		print_error("%s %s: %s\n", method, path, zx_buf_cstr(&r->text));
	assert_true(has(r, "\"status\":20"));
	zx_buf_release(&b);
}

/* ["value"] */
static inline const char *one_of(const char *value)
{
	static char json[64];

	snprintf(json, sizeof(json), "[\"%s\"]", value);
	return json;
}

static inline void choose(struct run *r, const char *action, const char *value,
			  const char *what)
{
	press_as(r, ZX_SANDBOX_OWNER, action, one_of(value), what);
}

/* What is in r->text is shown anew until it says so: the panel goes on by
 * itself. */
static inline void comes(struct run *r, const char *what)
{
	uint64_t id = zx_json_get_u64(zx_buf_str(&r->text), "id");
	uint64_t owner = zx_sandbox_user(r->box, ZX_SANDBOX_OWNER);
	uint64_t channel = zx_sandbox_channel(
		r->box, zx_sandbox_guild(r->box, 0), "general");
	zx_time until = zx_clock() + WAIT_MS;
	char path[160];
	struct zx_buf message;
	struct zx_json_iter it;

	snprintf(path, sizeof(path), "messages?user=%llu&channel=%llu",
		 (unsigned long long)owner, (unsigned long long)channel);
	zx_buf_init(&message, NULL, 0);
	do {
		usleep(5000);
		control(r, "GET", path, "");
		for (it = zx_json_each(zx_buf_str(&r->text));
		     zx_json_next(&it);)
			if (zx_json_get_u64(it.value, "id") == id) {
				zx_buf_clear(&message);
				zx_buf_adds(&message, it.value);
			}
		zx_buf_clear(&r->text);
		zx_buf_adds(&r->text, zx_buf_str(&message));
	} while (!has(r, what) && zx_clock() < until);
	zx_buf_release(&message);
	want(r, what);
}

static inline void hasnt(struct run *r, const char *what)
{
	if (has(r, what))
		print_error("unwanted %s in %s\n", what, zx_buf_cstr(&r->text));
	assert_false(has(r, what));
}

/* Backups ------------------------------------------------------------------ */

/* /backupcreate and its end; the id of what was made. */
static inline void create_as(struct run *r, enum zx_sandbox_who who,
			     const char *args, char id[13])
{
	/* It may be done before anybody has looked. */
	uint64_t i = slash_as(r, who, 0, "backupcreate", args, "Creat");
	const char *at;

	becomes(r, i, "Backup Created Successfully");
	at = strstr(zx_buf_cstr(&r->text), "ID:       ");
	assert_non_null(at);
	snprintf(id, 13, "%.12s", at + 10);
}

static inline void create(struct run *r, const char *args, char id[13])
{
	create_as(r, ZX_SANDBOX_OWNER, args, id);
}

/* {"backup_id":"..."} and more. */
static inline const char *by_id(const char *id, const char *more)
{
	static char args[256];

	snprintf(args, sizeof(args), "{\"backup_id\":\"%s\"%s}", id, more);
	return args;
}

#endif
