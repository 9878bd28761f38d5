/* SPDX-License-Identifier: MIT
 *
 * drive: a zx_rest in virtual time with short verbs: ask, answer, pass. After
 * each of them all outputs are collected in `sent` and `done`, and nothing that
 * people may read (log lines, messages) has the token in it.
 */
#ifndef REST_DRIVE_H
#define REST_DRIVE_H

#include "helper/zx_test.h"
#include "zoryx/rest.h"

#define TOKEN "zx-test-secret.of-the-bot"
#define HOOK_TOKEN "zx-test-secret-of-a-webhook"
#define MAX_OUT 4096

struct sent {
	uint64_t id;
	zx_time at;
};

struct done {
	uint64_t id, would_wait_ms, took_ms;
	int err, status, code, maybe_done;
	uint32_t attempts;
	void *ud;
	char body[256], message[512];
};

struct drive {
	struct zx_rest *r;
	struct zx_prng prng;
	struct zx_log sink;
	zx_time now;
	struct sent sent[MAX_OUT];
	struct done done[MAX_OUT];
	size_t sents, dones;
	char url[1024], headers[8192], body[8192]; /* of the last SEND */
	struct zx_rest_wire wire;		   /* without its slices */
	char log[16384];
	unsigned errors; /* log lines of level ERROR */
};

static inline void no_secret(const char *text)
{
	assert_null(strstr(text, "zx-test-secret"));
}

static inline void drive_line(enum zx_log_level level, const char *module,
			      const char *text, void *ud)
{
	struct drive *d = ud;
	size_t n = strlen(d->log);

	assert_string_equal(module, "rest");
	no_secret(text);
	assert_null(strchr(text, '\n'));
	d->errors += level == ZX_LOG_ERROR;
	snprintf(d->log + n, sizeof(d->log) - n, "%s\n", text);
}

static inline void put(char *to, size_t size, struct zx_str s)
{
	size_t n = s.len < size - 1 ? s.len : size - 1;

	if (n)
		memcpy(to, s.ptr, n);
	to[n] = '\0';
}

static inline void drive_send(struct drive *d, const struct zx_rest_wire *w)
{
	assert_true(d->sents < MAX_OUT);
	d->sent[d->sents++] = (struct sent){ w->id, d->now };
	d->wire = *w;
	put(d->url, sizeof(d->url), w->url);
	put(d->headers, sizeof(d->headers), w->headers);
	put(d->body, sizeof(d->body), w->body);
}

static inline void drive_done(struct drive *d, const struct zx_rest_result *r)
{
	struct done *to = &d->done[d->dones++];

	assert_true(d->dones <= MAX_OUT);
	*to = (struct done){ .id = r->id,
			     .would_wait_ms = r->would_wait_ms,
			     .took_ms = r->took_ms,
			     .err = r->err,
			     .status = r->status,
			     .code = r->code,
			     .maybe_done = r->maybe_done,
			     .attempts = r->attempts,
			     .ud = r->ud };
	put(to->body, sizeof(to->body), r->body);
	put(to->message, sizeof(to->message), r->message);
	no_secret(to->message);
	assert_int_equal(to->err != ZX_OK, to->message[0] != '\0');
}

static inline void drain(struct drive *d)
{
	struct zx_rest_out out;
	int n;

	while ((n = zx_rest_poll(d->r, &out))) {
		assert_int_equal(n, 1);
		if (out.kind == ZX_REST_OUT_SEND)
			drive_send(d, &out.wire);
		else
			drive_done(d, &out.result);
	}
	assert_true(zx_rest_deadline(d->r) > d->now);
}

static inline struct zx_rest_options drive_options(struct drive *d)
{
	struct zx_rest_options o = ZX_REST_OPTIONS_INIT;

	zx_prng_init(&d->prng, 7);
	o.token = TOKEN;
	o.rand = zx_prng_rand(&d->prng);
	d->sink = (struct zx_log){ drive_line, d, ZX_LOG_DEBUG };
	o.log = &d->sink;
	return o;
}

static inline struct drive *drive_with(const struct zx_rest_options *o,
				       struct drive *d)
{
	d->now = 1000;
	assert_err(zx_rest_new(&d->r, o, d->now), ZX_OK);
	return d;
}

static inline struct drive *drive_alloc(void)
{
	struct drive *d = calloc(1, sizeof(*d));

	assert_non_null(d);
	return d;
}

static inline struct drive *drive_new(void)
{
	struct drive *d = drive_alloc();
	struct zx_rest_options o = drive_options(d);

	return drive_with(&o, d);
}

static inline void drive_free(struct drive *d)
{
	zx_rest_free(d->r);
	free(d);
}

static inline uint64_t ask_with(struct drive *d,
				const struct zx_rest_request *req)
{
	uint64_t id = 0;

	assert_err(zx_rest_submit(d->r, req, d->now, &id), ZX_OK);
	assert_true(id != 0);
	drain(d);
	return id;
}

static inline struct zx_rest_request request(enum zx_method m, const char *path)
{
	struct zx_rest_request req = ZX_REST_REQUEST_INIT;

	req.method = m;
	req.path = zx_str(path);
	return req;
}

static inline uint64_t ask(struct drive *d, enum zx_method m, const char *path)
{
	struct zx_rest_request req = request(m, path);

	return ask_with(d, &req);
}

static inline uint64_t ask_body(struct drive *d, enum zx_method m,
				const char *path, const char *body)
{
	struct zx_rest_request req = request(m, path);

	req.body = zx_str(body);
	return ask_with(d, &req);
}

static inline uint64_t ask_patient(struct drive *d, enum zx_method m,
				   const char *path, uint32_t max_wait_ms)
{
	struct zx_rest_request req = request(m, path);

	req.max_wait_ms = max_wait_ms;
	return ask_with(d, &req);
}

static inline void answer(struct drive *d, uint64_t id, int status,
			  const char *headers, const char *body)
{
	struct zx_rest_reply reply = { .status = status };

	/* Exact copies: reading one byte too much shall be seen. */
	reply.headers = zx_test_exact(zx_str(headers));
	reply.body = zx_test_exact(zx_str(body));
	assert_err(zx_rest_feed(d->r, id, &reply, d->now), ZX_OK);
	free((void *)reply.headers.ptr);
	free((void *)reply.body.ptr);
	drain(d);
}

static inline void fault(struct drive *d, uint64_t id, int err)
{
	struct zx_rest_reply reply = { .err = err };

	assert_err(zx_rest_feed(d->r, id, &reply, d->now), ZX_OK);
	drain(d);
}

/* Time passes as a host lets it pass: from deadline to deadline. */
static inline void pass(struct drive *d, uint64_t ms)
{
	zx_time end = d->now + ms, at;

	while ((at = zx_rest_deadline(d->r)) <= end) {
		assert_true(at > d->now);
		d->now = at;
		assert_err(zx_rest_tick(d->r, d->now), ZX_OK);
		drain(d);
	}
	d->now = end;
	assert_err(zx_rest_tick(d->r, d->now), ZX_OK);
	drain(d);
}

/* When the request was sent for the n-th time (from 1), 0 when it was not. */
static inline zx_time sent_at(const struct drive *d, uint64_t id, unsigned n)
{
	size_t i;

	for (i = 0; i < d->sents; i++)
		if (d->sent[i].id == id && !--n)
			return d->sent[i].at;
	return 0;
}

static inline unsigned times_sent(const struct drive *d, uint64_t id)
{
	unsigned n = 0;
	size_t i;

	for (i = 0; i < d->sents; i++)
		n += d->sent[i].id == id;
	return n;
}

/* Its result; the test fails when there is none or more than one. */
static inline const struct done *result_of(const struct drive *d, uint64_t id)
{
	const struct done *found = NULL;
	size_t i;

	for (i = 0; i < d->dones; i++) {
		if (d->done[i].id != id)
			continue;
		assert_null(found);
		found = &d->done[i];
	}
	assert_non_null(found);
	return found;
}

static inline int is_done(const struct drive *d, uint64_t id)
{
	size_t i;

	for (i = 0; i < d->dones; i++)
		if (d->done[i].id == id)
			return 1;
	return 0;
}

static inline const struct zx_rest_stats *stats(struct drive *d)
{
	return zx_rest_stats(d->r, d->now);
}

static inline size_t count_of(const char *text, const char *what)
{
	size_t n = 0;

	for (; (text = strstr(text, what)); text += strlen(what))
		n++;
	return n;
}

#define HEAD(bucket, limit, remaining, after)                                  \
	"X-RateLimit-Bucket: " bucket "\r\n"                                   \
	"X-RateLimit-Limit: " limit "\r\n"                                     \
	"X-RateLimit-Remaining: " remaining "\r\n"                             \
	"X-RateLimit-Reset-After: " after "\r\n"

#endif
