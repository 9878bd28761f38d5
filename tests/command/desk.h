/* SPDX-License-Identifier: MIT
 *
 * desk: a bot's command machine on a desk, with Discord played by the test:
 * messages and interactions go in, requests come out and are kept.
 */
#ifndef DESK_H
#define DESK_H

#include "helper/zx_test.h"
#include "zoryx/command.h"

#define DESK_SENT 64
#define DESK_WALL 1700000000000LL
#define DESK_APP 900
#define DESK_SELF 901
#define DESK_OWNER 1
#define DESK_ADMIN 2
#define DESK_USER 3
#define DESK_GUILD 50
#define DESK_CHANNEL 60

struct desk_sent {
	enum zx_method method;
	char path[256];
	char *body;
	size_t files;
	unsigned flags;
	void *ud;
};

struct desk {
	struct zx_commands *c;
	struct zx_prng prng;
	struct zx_log log;
	char logged[2048];
	zx_time now;
	struct desk_sent sent[DESK_SENT];
	size_t count; /* may pass DESK_SENT: then the last ones are lost */
	size_t synced;
	struct zx_commands_out last_sync;
	struct zx_prefix prefix; /* of every guild, when text is set */
	int err;		 /* of the last call that failed */
	uint64_t serial;
};

static inline void desk_line(enum zx_log_level level, const char *module,
			     const char *text, void *ud)
{
	struct desk *d = ud;
	size_t n = strlen(d->logged);

	(void)level;
	(void)module;
	snprintf(d->logged + n, sizeof(d->logged) - n, "%s\n", text);
}

static inline int desk_prefix(uint64_t guild, struct zx_prefix *out, void *ud)
{
	struct desk *d = ud;

	(void)guild;
	if (!d->prefix.text[0])
		return ZX_E_NOTFOUND;
	*out = d->prefix;
	return ZX_OK;
}

static inline int desk_permissions(uint64_t guild, uint64_t channel,
				   uint64_t user, struct zx_str member,
				   uint64_t *bits, void *ud)
{
	(void)guild;
	(void)channel;
	(void)member;
	(void)ud;
	*bits = user == DESK_ADMIN ? ZX_PERM_ADMINISTRATOR
				   : ZX_PERM_SEND_MESSAGES;
	return ZX_OK;
}

static inline int desk_begin(struct desk *d, const struct zx_alloc *a,
			     const struct zx_command *commands, size_t n)
{
	static const uint64_t owners[] = { DESK_OWNER };
	struct zx_commands_options opt = ZX_COMMANDS_OPTIONS_INIT;
	size_t i;
	int err;

	memset(d, 0, sizeof(*d));
	zx_prng_init(&d->prng, 7);
	d->now = 1000;
	d->log = (struct zx_log){ desk_line, d, ZX_LOG_DEBUG };
	opt.owners = owners;
	opt.owner_count = 1;
	opt.prefix_of = desk_prefix;
	opt.permissions = desk_permissions;
	opt.ud = d;
	opt.alloc = a;
	opt.rand = zx_prng_rand(&d->prng);
	opt.log = &d->log;
	err = zx_commands_new(&d->c, &opt);
	for (i = 0; !err && i < n; i++)
		err = zx_commands_add(d->c, &commands[i]);
	if (!err)
		zx_commands_set_self(d->c, DESK_APP, DESK_SELF);
	return err;
}

static inline void desk_forget(struct desk *d)
{
	size_t i;

	for (i = 0; i < d->count && i < DESK_SENT; i++)
		free(d->sent[i].body);
	memset(d->sent, 0, sizeof(d->sent));
	d->count = 0;
}

static inline void desk_end(struct desk *d)
{
	desk_forget(d);
	zx_commands_free(d->c);
	d->c = NULL;
}

static inline void desk_keep(struct desk *d, const struct zx_rest_request *r)
{
	struct desk_sent *s;

	if (d->count++ >= DESK_SENT)
		return;
	s = &d->sent[d->count - 1];
	s->method = r->method;
	snprintf(s->path, sizeof(s->path), "%.*s", ZX_ARG(r->path));
	s->body = malloc(r->body.len + 1);
	assert_non_null(s->body);
	if (r->body.len)
		memcpy(s->body, r->body.ptr, r->body.len);
	s->body[r->body.len] = '\0';
	s->files = r->file_count;
	s->flags = r->flags;
	s->ud = r->ud;
}

/* Runs handlers and keeps requests until there is nothing left. */
static inline int desk_pump(struct desk *d)
{
	struct zx_commands_out out;
	int n;

	while ((n = zx_commands_poll(d->c, &out)) == 1) {
		if (out.kind == ZX_COMMANDS_OUT_RUN)
			zx_call_run(out.call);
		else if (out.kind == ZX_COMMANDS_OUT_REST)
			desk_keep(d, &out.request);
		else if (out.kind == ZX_COMMANDS_OUT_SYNCED) {
			d->synced++;
			d->last_sync = out;
		}
	}
	return n;
}

static inline int desk_feed(struct desk *d, const char *event, const char *json)
{
	struct zx_str exact = zx_test_exact(zx_str(json));
	int err = zx_commands_feed(d->c, event, exact, d->now,
				   DESK_WALL + (zx_wall)d->now);

	free((void *)(uintptr_t)exact.ptr);
	return err ? err : desk_pump(d);
}

/* "content" must need no escapes but those it has. */
static inline int desk_say(struct desk *d, uint64_t user, uint64_t guild,
			   const char *content)
{
	char json[8192];

	snprintf(json, sizeof(json),
		 "{\"id\":\"%llu\",\"type\":0,\"channel_id\":\"%d\",%s"
		 "\"content\":\"%s\",\"author\":{\"id\":\"%llu\","
		 "\"username\":\"user%llu\"}}",
		 (unsigned long long)(1000 + ++d->serial), DESK_CHANNEL,
		 guild ? "\"guild_id\":\"50\",\"member\":{\"roles\":[\"30\"]},"
		       : "",
		 content, (unsigned long long)user, (unsigned long long)user);
	return desk_feed(d, "MESSAGE_CREATE", json);
}

/* An id whose time is `age` ms before now. */
static inline uint64_t desk_id(struct desk *d, int64_t age)
{
	zx_wall at = DESK_WALL + (zx_wall)d->now - age;

	return (uint64_t)(at - 1420070400000LL) << 22 |
	       (++d->serial & 0x3fffff);
}

static inline int desk_interaction(struct desk *d, int type, uint64_t user,
				   uint64_t guild, const char *data,
				   const char *more, int64_t age)
{
	char json[8192];
	const char *perms = user == DESK_ADMIN ? "8" : "2048";
	uint64_t id = desk_id(d, age);

	snprintf(json, sizeof(json),
		 "{\"id\":\"%llu\",\"application_id\":\"%d\",\"type\":%d,"
		 "\"token\":\"tok%llu\",\"version\":1,%s%s%s"
		 "\"user\":{\"id\":\"%llu\",\"username\":\"user\"}%s"
		 ",\"channel_id\":\"%d\",\"app_permissions\":\"2048\"%s%s,"
		 "\"data\":%s}",
		 (unsigned long long)id, DESK_APP, type,
		 (unsigned long long)d->serial,
		 guild ? "\"guild_id\":\"50\",\"member\":{\"roles\":["
			 "\"30\",\"9007199254740993\"],"
			 "\"permissions\":\""
		       : "",
		 guild ? perms : "", guild ? "\"," : "",
		 (unsigned long long)user, guild ? "}" : "", DESK_CHANNEL,
		 more && *more ? "," : "", more ? more : "", data);
	return desk_feed(d, "INTERACTION_CREATE", json);
}

static inline int desk_slash(struct desk *d, uint64_t user, const char *name,
			     const char *options)
{
	char data[4096];

	snprintf(data, sizeof(data),
		 "{\"id\":\"77\",\"name\":\"%s\",\"type\":1%s%s}", name,
		 options ? ",\"options\":" : "", options ? options : "");
	return desk_interaction(d, 2, user, DESK_GUILD, data, NULL, 0);
}

static inline int desk_press(struct desk *d, uint64_t user,
			     const char *custom_id, const char *values)
{
	char data[1024];

	snprintf(data, sizeof(data),
		 "{\"custom_id\":\"%s\",\"component_type\":%d%s%s}", custom_id,
		 values ? 3 : 2, values ? ",\"values\":" : "",
		 values ? values : "");
	return desk_interaction(d, 3, user, DESK_GUILD, data,
				"\"message\":{\"id\":\"4242\"}", 0);
}

static inline int desk_result(struct desk *d, size_t i, int status, int code,
			      const char *body)
{
	struct zx_rest_result r = { .ud = d->sent[i].ud };
	int err;

	r.status = status;
	r.code = code;
	r.err = status >= 200 && status < 300 ? ZX_OK
		: status		      ? ZX_E_REMOTE
					      : ZX_E_TIMEOUT;
	r.body = zx_str(body);
	r.message = zx_str("refused");
	assert_non_null(r.ud); /* a request has one result */
	d->sent[i].ud = NULL;
	err = zx_commands_result(d->c, &r, d->now);
	return err ? err : desk_pump(d);
}

/* Answers all requests that are on their way with success. */
static inline void desk_ok_all(struct desk *d)
{
	size_t i;

	for (i = 0; i < d->count && i < DESK_SENT; i++)
		if (d->sent[i].ud)
			desk_result(d, i, 200, 0, "{\"id\":\"5000\"}");
}

static inline int desk_wait(struct desk *d, uint64_t ms)
{
	int err;

	d->now += ms;
	err = zx_commands_tick(d->c, d->now);
	return err ? err : desk_pump(d);
}

/* The first custom_id of that action in a body, into out. */
static inline void desk_custom_id(const char *body, const char *action,
				  char out[128])
{
	char tail[80];
	const char *end;

	snprintf(tail, sizeof(tail), ":%s\"", action);
	end = strstr(body, tail);
	assert_non_null(end);
	assert_true(end - body > 19);
	snprintf(out, 128, "%.*s", (int)(19 + strlen(tail) - 1), end - 19);
}

#define desk_has(d, i, text) assert_non_null(strstr((d)->sent[i].body, text))
#define desk_hasnt(d, i, text) assert_null(strstr((d)->sent[i].body, text))

#endif
