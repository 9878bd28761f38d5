/* SPDX-License-Identifier: MIT
 *
 * model: a server as the documentation describes it, in virtual time: buckets
 * by hash and resource, a global limit, sub-limits, shared limits; and a
 * network that delays, loses and breaks. It knows what it has carried out.
 */
#ifndef REST_MODEL_H
#define REST_MODEL_H

#include <inttypes.h>

#include "helper/zx_test.h"
#include "zoryx/rest.h"

#define MODEL_JOBS 2000
#define MODEL_CHANNELS 6
#define MODEL_FLIGHTS 64

/* What a client may ask of it, with the bucket it belongs to. */
static const struct kind {
	enum zx_method method;
	const char *after; /* "/channels/N" */
	const char *hash;
	unsigned limit;
	uint64_t window_ms;
	int webhook, shared;
} kinds[] = {
	{ ZX_POST, "/messages", "m", 5, 5000, 0, 0 },
	{ ZX_GET, "/messages", "g", 50, 1000, 0, 0 },
	{ ZX_DELETE, "/messages/9", "d", 3, 1000, 0, 0 },
	{ ZX_PATCH, "", "c", 5, 15000, 0, 0 },
	{ ZX_PUT, "/pins/9", "c", 5, 15000, 0, 0 },
	{ ZX_PUT, "/messages/9/reactions/x/@me", "r", 1, 250, 0, 1 },
	{ ZX_GET, "/invites", NULL, 0, 0, 0, 0 },
	{ ZX_POST, "/t", "w", 5, 2000, 1, 0 },
};
#define KINDS (sizeof(kinds) / sizeof(*kinds))

struct window {
	zx_time ends;
	unsigned used;
};

/* A request of the client, from submit to result. */
struct job {
	uint64_t id;
	unsigned kind, channel, carried_out, results;
	int idempotent;
	int err, maybe_done;
};

struct flight {
	uint64_t id;
	struct job *job;
	zx_time arrives, returns; /* returns 0: not there yet */
	struct zx_rest_reply reply;
	char headers[512], body[160];
	int breaks; /* the answer, or the way there, is lost */
};

struct model {
	struct zx_prng prng;
	struct zx_rand rand;
	int faults;
	uint64_t least_ms, jitter_ms;
	struct window bucket[8][MODEL_CHANNELS + 1], global;
	zx_time storm_until, next_storm;
	struct job jobs[MODEL_JOBS];
	struct flight flights[MODEL_FLIGHTS];
	unsigned user_429, shared_429, global_429;
};

static inline int chance(struct model *m, unsigned percent)
{
	return zx_rand_below(&m->rand, 100) < percent;
}

static inline struct window *model_window(struct model *m, const struct job *j)
{
	/* Routes with one hash share what its first letter names. */
	static const char letters[] = "mgdcrw";
	const char *hash = kinds[j->kind].hash;

	return &m->bucket[strchr(letters, *hash) - letters][j->channel];
}

static inline void model_429(struct flight *f, const char *scope, uint64_t ms)
{
	size_t n = strlen(f->headers);

	f->reply.status = 429;
	snprintf(f->headers + n, sizeof(f->headers) - n,
		 "X-RateLimit-Scope: %s\r\nRetry-After: %" PRIu64 "\r\n", scope,
		 (ms + 999) / 1000);
	snprintf(f->body, sizeof(f->body),
		 "{\"message\":\"You are being rate limited.\",\"retry_after\":"
		 "%" PRIu64 ".%03u,\"global\":%s}",
		 ms / 1000, (unsigned)(ms % 1000),
		 strcmp(scope, "global") ? "false" : "true");
}

/* Nonzero when the request fits into the window. */
static inline int window_take(struct window *w, unsigned limit, uint64_t ms,
			      zx_time now)
{
	if (now >= w->ends)
		*w = (struct window){ now + ms, 0 };
	if (w->used >= limit)
		return 0;
	w->used++;
	return 1;
}

static inline int model_bucket(struct model *m, struct flight *f, zx_time now)
{
	const struct kind *k = &kinds[f->job->kind];
	struct window *w;
	int fits;

	if (!k->hash)
		return 1;
	w = model_window(m, f->job);
	fits = window_take(w, k->limit, k->window_ms, now);
	snprintf(f->headers, sizeof(f->headers),
		 "X-RateLimit-Limit: %u\r\nX-RateLimit-Remaining: %u\r\n"
		 "X-RateLimit-Reset-After: %" PRIu64 ".%03u\r\n"
		 "X-RateLimit-Bucket: hash-%s\r\n",
		 k->limit, k->limit - w->used, (w->ends - now) / 1000,
		 (unsigned)((w->ends - now) % 1000), k->hash);
	if (fits)
		return 1;
	m->user_429++;
	model_429(f, "user", w->ends - now);
	return 0;
}

static inline void model_serve(struct model *m, struct flight *f, zx_time now)
{
	const struct kind *k = &kinds[f->job->kind];

	if (now < m->storm_until) {
		f->reply.status = 502;
		snprintf(f->body, sizeof(f->body), "<html>502</html>");
		/* Half of what fails was done all the same. */
		f->job->carried_out += chance(m, 50);
		return;
	}
	if (!k->webhook && !window_take(&m->global, 50, 1000, now)) {
		m->global_429++;
		model_429(f, "global", m->global.ends - now);
		return;
	}
	if (!model_bucket(m, f, now))
		return;
	if (m->faults && k->shared && chance(m, 5)) {
		m->shared_429++;
		model_429(f, "shared", 3000);
		return;
	}
	f->job->carried_out++;
	f->reply.status = 200;
	snprintf(f->body, sizeof(f->body), "{\"id\":\"%" PRIu64 "\"}", f->id);
}

static inline uint64_t model_delay(struct model *m)
{
	return m->least_ms + zx_rand_below(&m->rand, m->jitter_ms + 1);
}

/* The client has sent something. */
static inline void model_send(struct model *m, uint64_t id, struct job *j,
			      zx_time now)
{
	struct flight *f = m->flights;

	while (f->id)
		f++;
	assert_true(f < m->flights + MODEL_FLIGHTS);
	*f = (struct flight){ .id = id,
			      .job = j,
			      .arrives = now + model_delay(m) };
	f->breaks = m->faults && chance(m, 6);
	if (!f->breaks || chance(m, 60))
		return;
	/* No connection: it never arrives. */
	f->returns = f->arrives;
	f->reply.err = ZX_E_CONNECT;
}

static inline zx_time model_next(const struct model *m)
{
	zx_time at = ZX_TIME_NEVER;
	size_t i;

	for (i = 0; i < MODEL_FLIGHTS; i++) {
		const struct flight *f = &m->flights[i];

		if (f->id)
			at = zx_time_min(at,
					 f->returns ? f->returns : f->arrives);
	}
	return at;
}

/* Serves what has arrived; returns an answer that is back, or NULL. */
static inline struct flight *model_run(struct model *m, zx_time now)
{
	size_t i;

	if (m->faults && now >= m->next_storm) {
		m->storm_until = now + 8000;
		m->next_storm = now + 60000;
	}
	for (i = 0; i < MODEL_FLIGHTS; i++) {
		struct flight *f = &m->flights[i];

		if (!f->id)
			continue;
		if (!f->returns && f->arrives <= now) {
			model_serve(m, f, f->arrives);
			f->returns = f->arrives + model_delay(m);
			if (f->breaks) {
				f->returns += 3000;
				f->reply.err =
					chance(m, 50) ? ZX_E_TIMEOUT : ZX_E_IO;
				f->reply.status = 0;
				f->headers[0] = f->body[0] = '\0';
			}
			f->reply.headers = zx_str(f->headers);
			f->reply.body = zx_str(f->body);
		}
		if (f->returns && f->returns <= now)
			return f;
	}
	return NULL;
}

#endif
