/* SPDX-License-Identifier: MIT
 *
 * Requests in tables: what is sent as the bot, and what the answer is. Names in
 * braces stand for ids, as for POST /sandbox/act.
 */
#ifndef TEST_ROWS_H
#define TEST_ROWS_H

#include "sandbox/offline.h"

struct row {
	const char *request; /* "POST /guilds/{guild}/roles" */
	const char *body;    /* ' stands for "; NULL: none */
	int status;
	int code;	  /* 0: not looked at */
	const char *form; /* "name": an error of the form there, or NULL */
	const char *word; /* its code */
};

/* The answer of the last row is t->reply's "body". */
static inline int row_send(struct off *t, uint64_t guild, const char *request,
			   const char *body)
{
	char method[8];
	const char *path = strchr(request, ' ');
	struct zx_buf b;
	uint64_t was = t->user;

	assert_non_null(path);
	snprintf(method, sizeof(method), "%.*s", (int)(path - request),
		 request);
	zx_buf_init(&b, NULL, 0);
	zx_buf_addf(&b,
		    "{'method':'%s','path':'%s','guild_id':'%" PRIu64
		    "','user':'%" PRIu64 "','reason':'rows'%s%s}",
		    method, path + 1, guild,
		    was ? was : zx_sandbox_user(t->box, ZX_SANDBOX_BOT),
		    body ? ",'body':" : "", body ? body : "");
	t->user = 0;
	assert_int_equal(off(t, zx_buf_cstr(&b), "POST /sandbox/act"), 200);
	t->user = was;
	zx_buf_release(&b);
	return number_at(t->reply, "status");
}

static inline void row_check(struct off *t, uint64_t guild, const struct row *r)
{
	int status = row_send(t, guild, r->request, r->body), good;
	char path[160];

	good = status == r->status &&
	       (!r->code || number_at(t->reply, "body.code") == r->code);
	if (r->form && good) {
		snprintf(path, sizeof(path), "body.errors.%s%s_errors.0.code",
			 r->form, *r->form ? "." : "");
		good = !strcmp(text_at(t->reply, path), r->word);
	}
	if (!good)
		fail_msg("%s %s: %.900s", r->request, r->body ? r->body : "",
			 zx_buf_cstr(&t->r.body));
}

static inline void rows_check(struct off *t, uint64_t guild,
			      const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		row_check(t, guild, &rows[i]);
}
#define ROWS(t, guild, rows)                                                   \
	rows_check(t, guild, rows, sizeof(rows) / sizeof(*(rows)))

#endif
