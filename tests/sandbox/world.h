/* SPDX-License-Identifier: MIT
 *
 * What the tests of the world share: a wire that only remembers, in virtual
 * time, and requests in one line. The functions of the wire are defined here,
 * so that a program which asks nothing but the world links none of the other.
 */
#ifndef TEST_WORLD_H
#define TEST_WORLD_H

#include <inttypes.h>

#include "helper/zx_test.h"
#include "sandbox/sandbox_int.h"
#include "sandbox/walk.h"

struct zx__wire {
	cJSON *events; /* [{"t","guild","d"}] */
	cJSON *live;   /* [{"t","user","d"}] */
	char violation[256];
	unsigned violations;
	int unwatched; /* no page is open */
	uint64_t now, traffic;
	int64_t wall;
};

void zx__wire_dispatch(struct zx__wire *w, uint64_t guild, const char *event,
		       const cJSON *d)
{
	cJSON *e = cJSON_CreateObject();

	cJSON_AddStringToObject(e, "t", event);
	zx__dom_set_id(e, "guild", guild);
	cJSON_AddItemToObject(e, "d", cJSON_Duplicate(d, 1));
	cJSON_AddItemToArray(w->events, e);
}

void zx__wire_live(struct zx__wire *w, const char *t, const cJSON *d,
		   uint64_t user)
{
	cJSON *e;

	if (!strcmp(t, "TRAFFIC"))
		return;
	e = cJSON_CreateObject();
	cJSON_AddStringToObject(e, "t", t);
	zx__dom_set_id(e, "user", user);
	cJSON_AddItemToObject(e, "d", cJSON_Duplicate(d, 1));
	cJSON_AddItemToArray(w->live, e);
}

int zx__wire_watched(const struct zx__wire *w, uint64_t user)
{
	(void)user;
	return !w->unwatched;
}

void zx__wire_violation(struct zx__wire *w, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(w->violation, sizeof(w->violation), fmt, ap);
	va_end(ap);
	w->violations++;
}

uint64_t zx__wire_traffic_n(struct zx__wire *w)
{
	return ++w->traffic;
}

int zx__wire_fault(struct zx__wire *w, const cJSON *fault)
{
	const cJSON *name = cJSON_GetObjectItem(fault, "fault");

	(void)w;
	return cJSON_IsString(name) && !strcmp(name->valuestring, "op7")
		       ? ZX_OK
		       : ZX_E_INVALID;
}

void zx__wire_faults_clear(struct zx__wire *w)
{
	(void)w;
}

size_t zx__wire_inject(struct zx__wire *w, int shard, const char *event,
		       const cJSON *d)
{
	(void)shard;
	zx__wire_dispatch(w, 0, event, d);
	return 1;
}

uint64_t zx__wire_identifies(struct zx__wire *w)
{
	(void)w;
	return 3;
}

void zx__wire_state(struct zx__wire *w, cJSON *state)
{
	(void)w;
	cJSON_AddObjectToObject(state, "gateway");
}

uint64_t zx__wire_now(struct zx__wire *w)
{
	return w->now;
}

int64_t zx__wire_wall(struct zx__wire *w)
{
	return w->wall + (int64_t)w->now;
}

/* A test's world ---------------------------------------------------------- */

struct test {
	struct zx__wire wire;
	struct zx__world *w;
	struct zx_buf headers, raw;
	int status;
	int drop;
	uint32_t delay;
	uint64_t hold;
	cJSON *reply; /* of the last request, or NULL */
	uint64_t guild, general, owner, admin, member, bot;
	const char *auth; /* NULL: the bot's */
	const char *type, *reason, *agent;
	char auth_buf[200];
};

static inline void test_open(struct test *t,
			     const struct zx_sandbox_options *opt)
{
	memset(t, 0, sizeof(*t));
	t->wire.events = cJSON_CreateArray();
	t->wire.live = cJSON_CreateArray();
	t->wire.now = 1000000;
	t->wire.wall = INT64_C(1790000000000);
	t->w = zx__world_new(opt, &t->wire);
	assert_non_null(t->w);
	zx__world_set_port(t->w, 4711);
	t->guild = zx__world_guild(t->w, 0);
	t->general = zx__world_channel(t->w, t->guild, "general");
	t->owner = zx__world_user(t->w, ZX_SANDBOX_OWNER);
	t->admin = zx__world_user(t->w, ZX_SANDBOX_ADMIN);
	t->member = zx__world_user(t->w, ZX_SANDBOX_MEMBER);
	t->bot = zx__world_user(t->w, ZX_SANDBOX_BOT);
	zx_buf_init(&t->headers, NULL, 0);
	zx_buf_init(&t->raw, NULL, 0);
	snprintf(t->auth_buf, sizeof(t->auth_buf), "Bot %s",
		 zx__world_token(t->w));
	t->auth = t->auth_buf;
	t->type = "application/json";
	t->agent = "DiscordBot (test, 1)";
}

static inline void test_start(struct test *t)
{
	struct zx_sandbox_options o = ZX_SANDBOX_OPTIONS_INIT;

	o.no_rate_limits = 1;
	test_open(t, &o);
}

static inline void test_end(struct test *t)
{
	zx__world_free(t->w);
	cJSON_Delete(t->wire.events);
	cJSON_Delete(t->wire.live);
	cJSON_Delete(t->reply);
	zx_buf_release(&t->headers);
	zx_buf_release(&t->raw);
}

/* Sends body (may be NULL) as it is; t->status and t->reply are the answer. */
static inline void ask(struct test *t, const char *method, const char *path,
		       struct zx_str body)
{
	const char *mark = strchr(path, '?');
	struct zx__req req = {
		.method = method,
		.path = { path, mark ? (size_t)(mark - path) : strlen(path) },
		.query = zx_str(mark ? mark + 1 : NULL),
		.authorization = zx_str(t->auth),
		.content_type = zx_str(body.len ? t->type : NULL),
		.reason = zx_str(t->reason),
		.user_agent = zx_str(t->agent),
		.body = body,
		.now_ms = t->wire.now,
	};
	struct zx__res res = { .status = 200 };

	zx_buf_init(&res.headers, NULL, 0);
	zx_buf_init(&res.body, NULL, 0);
	zx__world_http(t->w, &req, &res);
	zx_buf_clear(&t->headers);
	zx_buf_adds(&t->headers, zx_buf_str(&res.headers));
	zx_buf_clear(&t->raw);
	zx_buf_adds(&t->raw, zx_buf_str(&res.body));
	t->status = res.status;
	t->drop = res.drop;
	t->delay = res.delay_ms;
	t->hold = res.hold;
	cJSON_Delete(t->reply);
	t->reply = cJSON_Parse(zx_buf_cstr(&t->raw));
	zx_buf_release(&res.headers);
	zx_buf_release(&res.body);
}

/* "POST /channels/1/messages", with format; 'a' in the body stands for "a". */
static inline int rest(struct test *t, const char *body, const char *fmt, ...)
	ZX_PRINTF(3, 4);
static inline int rest(struct test *t, const char *body, const char *fmt, ...)
{
	char line[2048], path[2100], *space;
	char *json = zx_str_dup(NULL, zx_str(body));
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	space = strchr(line, ' ');
	assert_non_null(space);
	*space++ = '\0';
	snprintf(path, sizeof(path), "%s%s",
		 strncmp(space, "/sandbox", 8) ? "/api/v10" : "", space);
	for (char *p = json; *p; p++)
		if (*p == '\'')
			*p = '"';
	ask(t, line, path, zx_str(body ? json : NULL));
	zx_delete(NULL, json);
	return t->status;
}

#define assert_text(v, path, want) assert_string_equal(text_at(v, path), want)
/* The answer is an error with that status and code. */
#define assert_code(t, http, json_code)                                        \
	do {                                                                   \
		assert_int_equal((t)->status, http);                           \
		assert_int_equal(number_at((t)->reply, "code"), json_code);    \
	} while (0)
/* 50035 with that code at the path of the form. */
#define assert_form(t, path, want)                                             \
	do {                                                                   \
		assert_code(t, 400, 50035);                                    \
		assert_text((t)->reply, "errors." path "._errors.0.code",      \
			    want);                                             \
	} while (0)

/* d of the last event of that name, or NULL; forget() empties the lists. */
static inline const cJSON *event(const struct test *t, const char *name)
{
	const cJSON *found = NULL, *e;

	cJSON_ArrayForEach(e,
			   t->wire.events) if (!strcmp(text_at(e, "t"), name))
		found = at(e, "d");
	return found;
}

static inline const cJSON *live(const struct test *t, const char *name)
{
	const cJSON *found = NULL, *e;

	cJSON_ArrayForEach(e, t->wire.live) if (!strcmp(text_at(e, "t"), name))
		found = e;
	return found;
}

static inline void forget(struct test *t)
{
	cJSON_Delete(t->wire.events);
	cJSON_Delete(t->wire.live);
	t->wire.events = cJSON_CreateArray();
	t->wire.live = cJSON_CreateArray();
}

static inline struct zx_str header(const struct test *t, const char *name)
{
	struct zx_str rest_of = zx_buf_str(&t->headers);

	while (rest_of.len) {
		struct zx_str line = zx_str_trim(zx_str_split(&rest_of, '\n'));
		struct zx_str key = zx_str_split(&line, ':');

		if (zx_str_is_nocase(key, name))
			return zx_str_trim(line);
	}
	return (struct zx_str){ NULL, 0 };
}

/* n times c in quotes, for limits. Free with zx_delete. */
static inline char *run_of(char c, size_t n)
{
	char *s = zx_new(NULL, n + 1);

	assert_non_null(s);
	memset(s, c, n);
	return s;
}

static inline uint64_t say(struct test *t, uint64_t user, const char *text)
{
	uint64_t id = 0;

	assert_err(zx__world_say(t->w, user, t->general, text, &id), ZX_OK);
	return id;
}

#endif
