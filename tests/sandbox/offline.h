/* SPDX-License-Identifier: MIT
 *
 * A sandbox without a network, for tests: requests in one line.
 */
#ifndef TEST_OFFLINE_H
#define TEST_OFFLINE_H

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "helper/zx_test.h"
#include "sandbox/walk.h"
#include "zoryx/sandbox.h"

struct off {
	struct zx_sandbox *box;
	struct zx_sandbox_reply r;
	cJSON *reply;		 /* of the last request, or NULL */
	uint64_t guild[8], user; /* who asks; 0: the bot */
	const char *reason, *type;
};

static inline void off_open(struct off *t, const char *kinds,
			    const struct zx_sandbox_options *with)
{
	struct zx_sandbox_options o = ZX_SANDBOX_OPTIONS_INIT;

	memset(t, 0, sizeof(*t));
	if (with)
		o = *with;
	o.offline = 1;
	o.kinds = kinds;
	o.guilds = o.guilds ? o.guilds : 8;
	assert_err(zx_sandbox_start(&t->box, &o), ZX_OK);
	for (size_t i = 0; i < 8; i++)
		t->guild[i] = zx_sandbox_guild(t->box, i);
	zx_buf_init(&t->r.headers, NULL, 0);
	zx_buf_init(&t->r.body, NULL, 0);
}

static inline void off_close(struct off *t)
{
	zx_sandbox_stop(t->box);
	zx_buf_release(&t->r.headers);
	zx_buf_release(&t->r.body);
	cJSON_Delete(t->reply);
}

/* "POST /guilds/1/roles", with format; ' in the body stands for ". */
static inline int off(struct off *t, const char *body, const char *fmt, ...)
	ZX_PRINTF(3, 4);
static inline int off(struct off *t, const char *body, const char *fmt, ...)
{
	char line[2048], *path;
	char *json = zx_str_dup(NULL, zx_str(body));
	struct zx_sandbox_request q = { .user = t->user,
					.reason = t->reason,
					.content_type = t->type };
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	path = strchr(line, ' ');
	assert_non_null(path);
	*path++ = '\0';
	for (char *p = json; p && *p && !t->type; p++)
		if (*p == '\'')
			*p = '"';
	q.method = line;
	q.path = path;
	q.body = zx_str(body ? json : NULL);
	assert_err(zx_sandbox_call(t->box, &q, &t->r), ZX_OK);
	cJSON_Delete(t->reply);
	t->reply = cJSON_Parse(zx_buf_cstr(&t->r.body));
	zx_delete(NULL, json);
	return t->r.status;
}

/* The id of the one of that name in the list at the path; 0 when absent. */
static inline uint64_t off_named(struct off *t, uint64_t guild,
				 const char *list, const char *name)
{
	uint64_t was = t->user;
	const cJSON *o;

	t->user = 0;
	off(t, NULL, "GET /guilds/%" PRIu64 "/%s", guild, list);
	t->user = was;
	cJSON_ArrayForEach(o, t->reply) if (!strcmp(text_at(o, "name"),
						    name)) return id_at(o,
									"id");
	return 0;
}

#define assert_code(t, http, json_code)                                        \
	do {                                                                   \
		assert_int_equal((t)->r.status, http);                         \
		assert_int_equal(number_at((t)->reply, "code"), json_code);    \
	} while (0)
#define assert_form(t, path, want)                                             \
	do {                                                                   \
		assert_code(t, 400, 50035);                                    \
		assert_string_equal(                                           \
			text_at((t)->reply, "errors." path "._errors.0.code"), \
			want);                                                 \
	} while (0)

#endif
