/* SPDX-License-Identifier: MIT
 *
 * restore_sim: see the header.
 */
#include "guild/restore_sim.h"

#define BASE "http://box/api/v10"
#define CDN "http://box/sandbox/cdn"

enum { FAULT_NONE, DROP_BEFORE, DROP_AFTER, E500_BEFORE, E500_AFTER, LIMITED };

uint64_t sim_chance(struct sim *s, uint64_t below)
{
	return zx_rand_below(&s->rand, below);
}

static zx_time now(struct sim *s)
{
	return zx_sandbox_now(s->box);
}

void sim_open(struct sim *s, const char *kinds, uint64_t seed)
{
	struct zx_sandbox_options o = ZX_SANDBOX_OPTIONS_INIT;

	memset(s, 0, sizeof(*s));
	s->seed = seed;
	zx_prng_init(&s->prng, seed);
	s->rand = zx_prng_rand(&s->prng);
	s->store = mem_store(&s->parts);
	o.offline = 1;
	o.kinds = kinds;
	o.seed = seed + 1;
	assert_err(zx_sandbox_start(&s->box, &o), ZX_OK);
	zx_buf_init(&s->settings, NULL, 0);
	for (int i = 0; i < SIM_FLIGHTS; i++) {
		zx_buf_init(&s->flights[i].reply.headers, NULL, 0);
		zx_buf_init(&s->flights[i].reply.body, NULL, 0);
	}
}

void sim_forget(struct sim *s)
{
	for (size_t i = 0; i < s->records; i++)
		zx_buf_release(&s->journal[i]);
	s->records = 0;
}

void sim_close(struct sim *s)
{
	sim_end(s);
	sim_forget(s);
	for (int i = 0; i < SIM_FLIGHTS; i++) {
		zx_buf_release(&s->flights[i].reply.headers);
		zx_buf_release(&s->flights[i].reply.body);
	}
	zx_buf_release(&s->settings);
	mem_store_free(&s->parts);
	zx_sandbox_stop(s->box);
}

/* Counts an instant; nonzero when the process dies in it. */
static int dies(struct sim *s)
{
	if (!s->dead && ++s->instants == s->kill_at)
		s->dead = 1;
	return s->dead;
}

/* The network -------------------------------------------------------------- */

static void header(struct zx_str headers, const char *name, char *out,
		   size_t size)
{
	*out = '\0';
	while (headers.len) {
		struct zx_str line = zx_str_trim(zx_str_split(&headers, '\n'));
		struct zx_str key = zx_str_split(&line, ':');

		if (zx_str_is_nocase(key, name)) {
			line = zx_str_trim(line);
			assert_true(line.len < size);
			snprintf(out, size, "%.*s", ZX_ARG(line));
		}
	}
}

static int draw_fault(struct sim *s)
{
	const unsigned rate[] = { 0,
				  s->faults.drop_before,
				  s->faults.drop_after,
				  s->faults.e500_before,
				  s->faults.e500_after,
				  s->faults.limited };
	uint64_t n;

	if (s->quiet)
		return FAULT_NONE;
	n = sim_chance(s, 1000);
	for (int i = 1; i <= LIMITED; i++) {
		if (n < rate[i])
			return i;
		n -= rate[i];
	}
	return FAULT_NONE;
}

static struct sim_flight *take_off(struct sim *s)
{
	for (int i = 0; i < SIM_FLIGHTS; i++)
		if (!s->flights[i].wire)
			return &s->flights[i];
	fail_msg("more requests on the wire than anybody sends");
	return NULL;
}

static void send(struct sim *s, const struct zx_rest_wire *w)
{
	struct sim_flight *f = take_off(s);
	struct zx_str path = w->url;

	if (zx_str_starts(path, BASE))
		path = zx_str_from(path, strlen(BASE));
	else if (zx_str_starts(path, "http://box"))
		path = zx_str_from(path, strlen("http://box"));
	assert_true(path.len < sizeof(f->path));
	f->wire = w->id;
	snprintf(f->method, sizeof(f->method), "%s", zx_method_name(w->method));
	snprintf(f->path, sizeof(f->path), "%.*s", ZX_ARG(path));
	header(w->headers, "X-Audit-Log-Reason", f->reason, sizeof(f->reason));
	header(w->headers, "Content-Type", f->type, sizeof(f->type));
	f->body = malloc(w->body.len + 1);
	assert_non_null(f->body);
	memcpy(f->body, w->body.len ? w->body.ptr : "", w->body.len);
	f->body[w->body.len] = '\0';
	f->body_len = w->body.len;
	f->acts = now(s) + 10 + sim_chance(s, 60);
	f->answers = f->acts + 10 + sim_chance(s, 60);
	f->acted = 0;
	f->fault = draw_fault(s);
	if (s->lose && w->method != ZX_GET && --s->lose == 0)
		f->fault = DROP_AFTER;
}

static void land(struct sim_flight *f)
{
	free(f->body);
	f->body = NULL;
	f->wire = 0;
}

/* Somebody deletes what the restore has made, or what was there. */
static void meddle(struct sim *s, const char *path)
{
	uint64_t guild, id = 0;
	struct zx_str rest = zx_str(path);
	struct zx_sandbox_request q = { .method = "GET" };
	struct zx_sandbox_reply r;
	int roles = sim_chance(s, 2) == 0;
	char line[128];

	(void)zx_str_split(&rest, '/');
	if (!zx_str_is(zx_str_split(&rest, '/'), "guilds") ||
	    zx_str_u64(zx_str_split(&rest, '/'), &guild))
		return;
	zx_buf_init(&r.headers, NULL, 0);
	zx_buf_init(&r.body, NULL, 0);
	q.user = zx_sandbox_user(s->box, ZX_SANDBOX_OWNER);
	q.path = line;
	snprintf(line, sizeof(line), "/guilds/%" PRIu64 "/%s", guild,
		 roles ? "roles" : "channels");
	if (!zx_sandbox_call(s->box, &q, &r)) {
		struct zx_str list = zx_buf_str(&r.body), o;
		struct zx_json_iter it = zx_json_each(list);
		size_t n = 0, pick;

		while (zx_json_next(&it))
			n++;
		pick = n ? (size_t)sim_chance(s, n) : 0;
		o = zx_json_index(list, pick);
		if (n && !zx_json_get_bool(o, "managed"))
			id = zx_json_get_u64(o, "id");
	}
	if (id && id != guild) {
		q.method = "DELETE";
		if (roles)
			snprintf(line, sizeof(line),
				 "/guilds/%" PRIu64 "/roles/%" PRIu64, guild,
				 id);
		else
			snprintf(line, sizeof(line), "/channels/%" PRIu64, id);
		zx_sandbox_call(s->box, &q, &r);
		s->meddled += r.status / 100 == 2;
	}
	zx_buf_release(&r.headers);
	zx_buf_release(&r.body);
}

static void act(struct sim *s, struct sim_flight *f)
{
	struct zx_sandbox_request q = { .method = f->method,
					.path = f->path,
					.content_type =
						*f->type ? f->type : NULL,
					.reason = *f->reason ? f->reason : NULL,
					.body = { f->body, f->body_len } };
	int write = strcmp(f->method, "GET") != 0;

	f->acted = 1;
	if (f->fault == DROP_BEFORE || f->fault == E500_BEFORE)
		return;
	if (!s->quiet && write && sim_chance(s, 1000) < s->faults.meddle)
		meddle(s, f->path);
	if (f->fault == LIMITED)
		assert_err(zx_sandbox_fault(s->box, "{\"fault\":\"rest_429\","
						    "\"retry_after\":0.3}"),
			   ZX_OK);
	assert_err(zx_sandbox_call(s->box, &q, &f->reply), ZX_OK);
	s->writes += write && f->reply.status < 300;
	s->denied += f->reply.status == 403;
	if (s->trace && write)
		print_message("# %s %s %.300s\n#   %d %.200s\n", f->method,
			      f->path, f->body_len ? f->body : "",
			      f->reply.status, zx_buf_cstr(&f->reply.body));
	if (write)
		snprintf(s->last, sizeof(s->last), "%s %s -> %d", f->method,
			 f->path, f->reply.status);
}

static void answer(struct sim *s, struct sim_flight *f)
{
	struct zx_rest_reply r = { .status = f->reply.status,
				   .headers = zx_buf_str(&f->reply.headers),
				   .body = zx_buf_str(&f->reply.body) };

	if (f->fault == DROP_BEFORE || f->fault == DROP_AFTER || !r.status)
		r = (struct zx_rest_reply){ .err = f->fault == DROP_BEFORE
							   ? ZX_E_IO
							   : ZX_E_TIMEOUT };
	if (f->fault == E500_BEFORE || f->fault == E500_AFTER)
		r = (struct zx_rest_reply){ .status = 500,
					    .body = ZX_STR("{}") };
	if (!dies(s))
		assert_err(zx_rest_feed(s->rest, f->wire, &r, now(s)), ZX_OK);
	land(f);
}

static zx_time next_flight(const struct sim *s)
{
	zx_time at = ZX_TIME_NEVER;

	for (int i = 0; i < SIM_FLIGHTS; i++)
		if (s->flights[i].wire)
			at = zx_time_min(at, s->flights[i].acted
						     ? s->flights[i].answers
						     : s->flights[i].acts);
	return at;
}

static void fly(struct sim *s)
{
	zx_time t = now(s);

	for (int i = 0; !s->dead && i < SIM_FLIGHTS; i++) {
		struct sim_flight *f = &s->flights[i];

		if (f->wire && !f->acted && f->acts <= t && !dies(s)) {
			act(s, f);
			(void)dies(s);
		}
		if (!s->dead && f->wire && f->acted && f->answers <= t)
			answer(s, f);
	}
}

/* The process -------------------------------------------------------------- */

static void boot(struct sim *s)
{
	struct zx_rest_options o = ZX_REST_OPTIONS_INIT;

	o.token = zx_sandbox_token(s->box);
	o.base_url = BASE;
	o.rand = s->rand;
	assert_err(zx_rest_new(&s->rest, &o, now(s)), ZX_OK);
	s->dead = s->done = 0;
	s->lives++;
}

/* What was on its way arrives, or not; nobody hears the answer. */
void sim_end(struct sim *s)
{
	for (int i = 0; i < SIM_FLIGHTS; i++) {
		struct sim_flight *f = &s->flights[i];

		if (f->wire && !f->acted && sim_chance(s, 2))
			act(s, f);
		if (f->wire)
			land(f);
	}
	zx_restore_run_free(s->run);
	zx_capture_free(s->capture);
	zx_rest_free(s->rest);
	s->run = NULL;
	s->capture = NULL;
	s->rest = NULL;
}

static void submit(struct sim *s, uint32_t id, enum zx_plan_method method,
		   struct zx_str path, struct zx_str body, struct zx_str reason,
		   const struct zx_restore_out *o)
{
	struct zx_rest_request q = ZX_REST_REQUEST_INIT;
	char name[128], type[64];
	struct zx_file file;

	q.method = (enum zx_method)method;
	q.path = path;
	q.body = body;
	q.reason = reason;
	q.ud = (void *)(uintptr_t)id;
	if (o && o->once)
		q.retries = 1;
	if (s->capture && zx_str_starts(path, "http"))
		q.flags = ZX_REST_ABSOLUTE;
	if (o && o->file.len) {
		snprintf(name, sizeof(name), "%.*s", ZX_ARG(o->file_name));
		snprintf(type, sizeof(type), "%.*s", ZX_ARG(o->file_type));
		file = (struct zx_file){ name, type, o->file };
		q.files = &file;
		q.file_count = 1;
		q.flags = ZX_REST_FORM;
	}
	assert_err(zx_rest_submit(s->rest, &q, now(s), NULL), ZX_OK);
}

static void store(struct sim *s, struct zx_str record)
{
	struct zx_buf *b = &s->journal[s->records];

	if (dies(s))
		return;
	assert_true(s->records < SIM_RECORDS);
	zx_buf_init(b, NULL, 0);
	zx_buf_adds(b, record);
	s->records++;
	(void)dies(s);
}

static void take_run(struct sim *s, const struct zx_restore_out *o)
{
	struct zx_restore_reply fine = { .status = 200 };

	switch (o->kind) {
	case ZX_RESTORE_OUT_JOURNAL:
		store(s, o->record);
		break;
	case ZX_RESTORE_OUT_REQUEST:
		submit(s, o->id, o->method, o->path, o->body, o->reason, o);
		break;
	case ZX_RESTORE_OUT_HOST:
		zx_buf_clear(&s->settings);
		zx_buf_adds(&s->settings, o->body);
		assert_err(zx_restore_run_feed(s->run, o->id, &fine, now(s)),
			   ZX_OK);
		break;
	case ZX_RESTORE_OUT_DONE:
		s->done = 1;
		s->err = o->err;
		break;
	default:
		break;
	}
}

static void poll_jobs(struct sim *s)
{
	struct zx_restore_out r;
	struct zx_capture_out c;

	while (s->run && !s->dead && !s->done &&
	       zx_restore_run_poll(s->run, &r))
		take_run(s, &r);
	while (s->capture && !s->done && zx_capture_poll(s->capture, &c)) {
		if (c.kind == ZX_CAPTURE_OUT_REQUEST)
			submit(s, c.id, ZX_PLAN_GET, c.path, ZX_STR(""),
			       ZX_STR(""), NULL);
		assert_true(c.kind != ZX_CAPTURE_OUT_MEMBERS);
		if (c.kind != ZX_CAPTURE_OUT_DONE)
			continue;
		s->done = 1;
		s->err = c.err;
		s->written = c.written;
	}
}

static void result(struct sim *s, const struct zx_rest_result *r)
{
	uint32_t id = (uint32_t)(uintptr_t)r->ud;
	struct zx_restore_reply a = { .err = r->err,
				      .status = r->status,
				      .code = r->code,
				      .maybe_done = r->maybe_done,
				      .body = r->body,
				      .message = r->message,
				      .would_wait_ms = r->would_wait_ms };
	struct zx_capture_reply c = { .err = r->err,
				      .status = r->status,
				      .code = r->code,
				      .body = r->body };

	if (s->run)
		assert_err(zx_restore_run_feed(s->run, id, &a, now(s)), ZX_OK);
	if (s->capture)
		assert_err(zx_capture_feed(s->capture, id, &c, now(s)), ZX_OK);
}

static void poll_rest(struct sim *s)
{
	struct zx_rest_out o;

	assert_err(zx_rest_tick(s->rest, now(s)), ZX_OK);
	while (!s->dead && zx_rest_poll(s->rest, &o)) {
		if (o.kind == ZX_REST_OUT_SEND)
			send(s, &o.wire);
		else
			result(s, &o.result);
	}
}

int sim_step(struct sim *s)
{
	zx_time at, t = now(s);

	poll_jobs(s);
	poll_rest(s);
	poll_jobs(s);
	if (s->done || s->dead)
		return 0;
	at = zx_time_min(next_flight(s), zx_rest_deadline(s->rest));
	if (s->run)
		at = zx_time_min(at, zx_restore_run_deadline(s->run));
	if (at == ZX_TIME_NEVER)
		fail_msg("seed %" PRIu64 ": waits for ever, after %s", s->seed,
			 s->last);
	if (at > t)
		zx_sandbox_advance(s->box, at - t);
	if (s->run)
		zx_restore_run_tick(s->run, now(s));
	fly(s);
	if (!s->dead)
		poll_rest(s);
	return !s->dead;
}

void sim_settle(struct sim *s)
{
	poll_jobs(s);
	poll_rest(s);
	while (!s->done && next_flight(s) != ZX_TIME_NEVER) {
		if (next_flight(s) > now(s))
			zx_sandbox_advance(s->box, next_flight(s) - now(s));
		fly(s);
		poll_rest(s);
		poll_jobs(s);
	}
}

void sim_reconcile(struct sim *s, const struct zx_plan *plan)
{
	struct zx_restore_progress p;

	sim_begin(s, plan);
	zx_restore_run_pause(s->run, 1, now(s));
	for (;;) {
		zx_restore_run_progress(s->run, now(s), &p);
		if (!p.reconciling || !sim_step(s))
			break;
	}
}

void sim_begin(struct sim *s, const struct zx_plan *plan)
{
	struct zx_restore_run_options o = ZX_RESTORE_RUN_OPTIONS_INIT;

	boot(s);
	o.store = s->store;
	o.rand = s->rand;
	assert_err(zx_restore_run_new(&s->run, plan, &o, now(s)), ZX_OK);
	for (size_t i = 0; i < s->records; i++)
		assert_err(zx_restore_run_replay(s->run,
						 zx_buf_str(&s->journal[i])),
			   ZX_OK);
}

int sim_live(struct sim *s, const struct zx_plan *plan)
{
	uint64_t steps = 0;

	sim_begin(s, plan);
	while (sim_step(s))
		if (++steps > 2000000)
			fail_msg("seed %" PRIu64 ": does not end, after %s",
				 s->seed, s->last);
	if (s->dead)
		sim_end(s);
	return s->done;
}

/* Captures ----------------------------------------------------------------- */

void sim_capture(struct sim *s, uint64_t guild, struct zx_buf *manifest)
{
	struct zx_capture_options o = ZX_CAPTURE_OPTIONS_INIT;
	int quiet = s->quiet, done = s->done, err = s->err;
	struct zx_restore_run *run = s->run;
	struct zx_rest *rest = s->rest;
	uint64_t kill = s->kill_at;

	/* A machine that waits, or is done, is left as it is. */
	assert_true(next_flight(s) == ZX_TIME_NEVER);
	s->run = NULL;

	o.store = s->store;
	o.guild = guild;
	o.captured_at = zx_sandbox_wall(s->box);
	o.bot_settings = ZX_STR("{\"prefix\":\"?\"}");
	o.cdn = CDN;
	o.media = CDN;
	s->quiet = 1;
	s->kill_at = 0;
	boot(s);
	s->lives--;
	assert_err(zx_capture_new(&s->capture, &o, now(s)), ZX_OK);
	while (sim_step(s))
		;
	if (s->err)
		fail_msg("capture: %s", zx_capture_error(s->capture));
	zx_buf_adds(manifest, s->written.manifest);
	sim_end(s);
	s->run = run;
	s->rest = rest;
	s->quiet = quiet;
	s->kill_at = kill;
	s->done = done;
	s->err = err;
}

void sim_snapshot(struct sim *s, uint64_t guild, struct sim_snapshot *out)
{
	zx_buf_init(&out->manifest, NULL, 0);
	sim_capture(s, guild, &out->manifest);
	assert_err(zx_guild_open(&out->r, zx_buf_str(&out->manifest), &s->store,
				 NULL),
		   ZX_OK);
}

void sim_snapshot_release(struct sim_snapshot *p)
{
	zx_buf_release(&p->manifest);
}

/* Others ------------------------------------------------------------------- */

int sim_quietly_as(struct sim *s, uint64_t user, uint64_t guild,
		   const char *method, const char *path, const char *body)
{
	struct zx_sandbox_request q = { .method = "POST",
					.path = "/sandbox/act" };
	struct zx_sandbox_reply r;
	struct zx_json_writer w;
	struct zx_buf b, text;
	int status;

	zx_buf_init(&b, NULL, 0);
	zx_buf_init(&text, NULL, 0);
	zx_buf_init(&r.headers, NULL, 0);
	zx_buf_init(&r.body, NULL, 0);
	for (const char *p = body; p && *p; p++)
		zx_buf_addch(&text, *p == '\'' ? '"' : *p);
	zx_jw_init(&w, &b);
	zx_jw_obj(&w, NULL);
	if (user)
		zx_jw_id(&w, "user", user);
	zx_jw_id(&w, "guild_id", guild);
	zx_jw_cstr(&w, "method", method);
	zx_jw_cstr(&w, "path", path);
	if (body)
		zx_jw_raw(&w, "body", zx_buf_str(&text));
	zx_jw_obj_end(&w);
	q.body = zx_buf_str(&b);
	assert_err(zx_sandbox_call(s->box, &q, &r), ZX_OK);
	/* 404: what is named in braces is not there */
	assert_true(r.status == 200 || r.status == 404);
	status = r.status == 404
			 ? 404
			 : (int)zx_json_get_u64(zx_buf_str(&r.body), "status");
	if (status >= 300 && s->trace)
		print_message("# %s %s: %.300s\n", method, path,
			      zx_buf_cstr(&r.body));
	zx_buf_release(&b);
	zx_buf_release(&text);
	zx_buf_release(&r.headers);
	zx_buf_release(&r.body);
	return status;
}

int sim_as(struct sim *s, uint64_t user, uint64_t guild, const char *method,
	   const char *path, const char *body)
{
	int status = sim_quietly_as(s, user, guild, method, path, body);

	if (status >= 300)
		fail_msg("%s %s: %d", method, path, status);
	return status;
}

void sim_control(struct sim *s, const char *method, const char *path,
		 const char *body)
{
	struct zx_sandbox_request q = { .method = method,
					.path = path,
					.body = zx_str(body) };
	struct zx_sandbox_reply r;

	zx_buf_init(&r.headers, NULL, 0);
	zx_buf_init(&r.body, NULL, 0);
	assert_err(zx_sandbox_call(s->box, &q, &r), ZX_OK);
	if (r.status >= 300)
		fail_msg("%s %s: %d %s", method, path, r.status,
			 zx_buf_cstr(&r.body));
	zx_buf_release(&r.headers);
	zx_buf_release(&r.body);
}

struct zx_restore_options sim_options(struct sim *s, uint64_t guild)
{
	struct zx_restore_options o = ZX_RESTORE_OPTIONS_INIT;

	zx_guild_id_new(&s->rand, o.id);
	o.guild = guild;
	o.bot_user = zx_sandbox_user(s->box, ZX_SANDBOX_BOT);
	o.bot_permissions =
		zx_sandbox_permissions(s->box, guild, 0, o.bot_user);
	o.bot_role = sim_top_role(s, guild);
	o.invoker = zx_sandbox_user(s->box, ZX_SANDBOX_OWNER);
	o.now = zx_sandbox_wall(s->box);
	return o;
}
