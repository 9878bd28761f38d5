/* SPDX-License-Identifier: MIT
 *
 * The public calls: the thread, its lock, and waiting for what happens.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "wire_int.h"

struct zx_sandbox {
	pthread_t thread;
	/*
	 * Everything below `lock` is guarded by it. Who wants it takes `gate`
	 * first and holds that while waiting, so that the thread, which lets go
	 * of the lock for an instant only when it is busy, cannot starve them.
	 */
	pthread_mutex_t gate, lock;
	pthread_cond_t happened; /* something a caller may wait for */
	int stopping;
	struct zx__wire *wire;
	struct zx__world *world;
	char api_url[64], gateway_url[64], page_url[64];
	const char *token;
};

static void lock(struct zx_sandbox *box)
{
	pthread_mutex_lock(&box->gate);
	pthread_mutex_lock(&box->lock);
	pthread_mutex_unlock(&box->gate);
}

static void unlock(struct zx_sandbox *box)
{
	pthread_mutex_unlock(&box->lock);
}

/* After a call that changed something: the thread sends it. */
static void unlock_and_wake(struct zx_sandbox *box)
{
	zx__wire_wake(box->wire);
	pthread_cond_broadcast(&box->happened);
	pthread_mutex_unlock(&box->lock);
}

/* The thread ----------------------------------------------------------------
 */

static void *run(void *arg)
{
	struct zx_sandbox *box = arg;
	int timeout;

	lock(box);
	while (!box->stopping) {
		timeout = zx__wire_prepare(box->wire);
		unlock(box);
		/* Only the thread changes the list of what is polled. */
		poll(box->wire->polls, box->wire->n_polls, timeout);
		lock(box);
		zx__wire_serve(box->wire);
		pthread_cond_broadcast(&box->happened);
	}
	zx__wire_goodbye(box->wire);
	unlock(box);
	return NULL;
}

/* Starting and stopping -------------------------------------------------------
 */

/* Defaults in place of zeros; fields the caller's version does not know are
 * zeros. */
static int read_options(struct zx_sandbox_options *o,
			const struct zx_sandbox_options *opt)
{
	static const struct zx_sandbox_options init = ZX_SANDBOX_OPTIONS_INIT;

	*o = init;
	if (opt && opt->size < sizeof(o->size))
		return ZX_E_INVALID;
	if (opt)
		memcpy(o, opt, opt->size < sizeof(*o) ? opt->size : sizeof(*o));
	o->size = sizeof(*o);
	o->guilds = o->guilds ? o->guilds : 3;
	o->members = o->members ? o->members : 12;
	o->shards = o->shards ? o->shards : 1;
	o->max_concurrency = o->max_concurrency ? o->max_concurrency : 1;
	o->heartbeat_ms = o->heartbeat_ms ? o->heartbeat_ms : 41250;
	o->seed = o->seed ? o->seed : 1;
	o->identify_limit = o->identify_limit ? o->identify_limit : 1000;
	return o->max_concurrency > 65536 ? ZX_E_INVALID : ZX_OK;
}

static int init_locks(struct zx_sandbox *box)
{
	pthread_condattr_t attr;
	int err;

	if (pthread_condattr_init(&attr))
		return ZX_E_NOMEM;
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	err = pthread_cond_init(&box->happened, &attr);
	pthread_condattr_destroy(&attr);
	if (err)
		return ZX_E_NOMEM;
	pthread_mutex_init(&box->gate, NULL);
	pthread_mutex_init(&box->lock, NULL);
	return ZX_OK;
}

static void destroy(struct zx_sandbox *box)
{
	zx__wire_free(box->wire);
	zx__world_free(box->world);
	pthread_cond_destroy(&box->happened);
	pthread_mutex_destroy(&box->gate);
	pthread_mutex_destroy(&box->lock);
	free(box);
}

static int start(struct zx_sandbox *box, const struct zx_sandbox_options *opt)
{
	unsigned port;
	int err = zx__wire_new(&box->wire, opt);

	if (err)
		return err;
	box->world = zx__world_new(opt, box->wire);
	if (!box->world)
		return ZX_E_NOMEM;
	box->wire->world = box->world;
	port = box->wire->port;
	zx__world_set_port(box->world, (uint16_t)port);
	box->token = zx__world_token(box->world);
	snprintf(box->api_url, sizeof(box->api_url),
		 "http://127.0.0.1:%u/api/v10", port);
	snprintf(box->gateway_url, sizeof(box->gateway_url),
		 "ws://127.0.0.1:%u/gateway", port);
	snprintf(box->page_url, sizeof(box->page_url), "http://127.0.0.1:%u/",
		 port);
	return pthread_create(&box->thread, NULL, run, box) ? ZX_E_NOMEM
							    : ZX_OK;
}

int zx_sandbox_start(struct zx_sandbox **out,
		     const struct zx_sandbox_options *opt)
{
	struct zx_sandbox_options o;
	struct zx_sandbox *box;
	int err;

	if (!out)
		return ZX_E_INVALID;
	*out = NULL;
	err = read_options(&o, opt);
	if (err)
		return err;
	box = calloc(1, sizeof(*box));
	if (!box)
		return ZX_E_NOMEM;
	err = init_locks(box);
	if (err) {
		free(box);
		return err;
	}
	err = start(box, &o);
	if (err)
		destroy(box);
	else
		*out = box;
	return err;
}

void zx_sandbox_stop(struct zx_sandbox *box)
{
	if (!box)
		return;
	lock(box);
	box->stopping = 1;
	unlock_and_wake(box);
	pthread_join(box->thread, NULL);
	destroy(box);
}

const char *zx_sandbox_api_url(const struct zx_sandbox *box)
{
	return box->api_url;
}

const char *zx_sandbox_gateway_url(const struct zx_sandbox *box)
{
	return box->gateway_url;
}

const char *zx_sandbox_page_url(const struct zx_sandbox *box)
{
	return box->page_url;
}

const char *zx_sandbox_token(const struct zx_sandbox *box)
{
	return box->token;
}

/* The world ------------------------------------------------------------------
 */

uint64_t zx_sandbox_user(struct zx_sandbox *box, enum zx_sandbox_who w)
{
	uint64_t id;

	lock(box);
	id = zx__world_user(box->world, w);
	unlock(box);
	return id;
}

uint64_t zx_sandbox_guild(struct zx_sandbox *box, size_t i)
{
	uint64_t id;

	lock(box);
	id = zx__world_guild(box->world, i);
	unlock(box);
	return id;
}

uint64_t zx_sandbox_channel(struct zx_sandbox *box, uint64_t guild,
			    const char *name)
{
	uint64_t id;

	lock(box);
	id = zx__world_channel(box->world, guild, name);
	unlock(box);
	return id;
}

int zx_sandbox_say(struct zx_sandbox *box, uint64_t user, uint64_t channel,
		   const char *text, uint64_t *message_id)
{
	int err;

	lock(box);
	err = zx__world_say(box->world, user, channel, text, message_id);
	unlock_and_wake(box);
	return err;
}

int zx_sandbox_slash(struct zx_sandbox *box, uint64_t user, uint64_t channel,
		     const char *command, const char *options,
		     uint64_t *interaction_id)
{
	int err;

	lock(box);
	err = zx__world_slash(box->world, user, channel, command, options,
			      interaction_id);
	unlock_and_wake(box);
	return err;
}

int zx_sandbox_press(struct zx_sandbox *box, uint64_t user, uint64_t message,
		     const char *custom_id, const char *values,
		     uint64_t *interaction_id)
{
	int err;

	lock(box);
	err = zx__world_press(box->world, user, message, custom_id, values,
			      interaction_id);
	unlock_and_wake(box);
	return err;
}

int zx_sandbox_inject(struct zx_sandbox *box, int shard, const char *event,
		      const char *d)
{
	cJSON *dom;

	if (!event || !d)
		return ZX_E_INVALID;
	dom = cJSON_Parse(d);
	if (!dom)
		return ZX_E_SYNTAX;
	lock(box);
	zx__wire_inject(box->wire, shard, event, dom);
	unlock_and_wake(box);
	cJSON_Delete(dom);
	return ZX_OK;
}

int zx_sandbox_fault(struct zx_sandbox *box, const char *json)
{
	int err;

	if (!json)
		return ZX_E_INVALID;
	lock(box);
	err = zx__world_fault(box->world, json);
	unlock_and_wake(box);
	return err;
}

int zx_sandbox_state(struct zx_sandbox *box, struct zx_buf *out)
{
	lock(box);
	zx__world_state(box->world,
			zx__world_user(box->world, ZX_SANDBOX_OWNER), out);
	unlock(box);
	return out->err;
}

void zx_sandbox_stats(struct zx_sandbox *box, struct zx_sandbox_stats *out)
{
	struct zx_sandbox_stats world = { 0 };

	lock(box);
	*out = box->wire->stats;
	out->sessions_live = zx__sessions_live(box->wire);
	zx__world_stats(box->world, &world);
	unlock(box);
	out->requests = world.requests;
	out->rate_limited = world.rate_limited;
	out->invalid_requests = world.invalid_requests;
	out->interactions = world.interactions;
	out->messages = world.messages;
}

/* Waiting -------------------------------------------------------------------
 */

struct wait {
	const char *request;
	uint64_t number; /* an interaction, or of sessions */
	struct zx_buf *out;
	int (*done)(struct zx_sandbox *box, const struct wait *w);
};

static struct timespec in_ms(uint32_t ms)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += ms / 1000;
	t.tv_nsec += (long)(ms % 1000) * 1000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_nsec -= 1000000000;
		t.tv_sec++;
	}
	return t;
}

static int wait_for(struct zx_sandbox *box, const struct wait *w, uint32_t ms)
{
	struct timespec until = in_ms(ms);
	int done, late = 0;

	lock(box);
	while (!(done = w->done(box, w)) && !late)
		late = pthread_cond_timedwait(&box->happened, &box->lock,
					      &until) != 0;
	unlock(box);
	if (!done)
		return ZX_E_TIMEOUT;
	return w->out ? w->out->err : ZX_OK;
}

static int has_request(struct zx_sandbox *box, const struct wait *w)
{
	return zx__world_take_request(box->world, w->request, w->out);
}

static int has_answer(struct zx_sandbox *box, const struct wait *w)
{
	return zx__world_answer(box->world, w->number, w->out);
}

static int has_sessions(struct zx_sandbox *box, const struct wait *w)
{
	return zx__sessions_live(box->wire) >= w->number;
}

int zx_sandbox_expect(struct zx_sandbox *box, const char *request,
		      uint32_t timeout_ms, struct zx_buf *body)
{
	struct zx_buf own;
	struct wait w = { .request = request,
			  .out = body ? body : &own,
			  .done = has_request };
	int err;

	if (!request)
		return ZX_E_INVALID;
	zx_buf_init(&own, NULL, 0);
	err = wait_for(box, &w, timeout_ms);
	zx_buf_release(&own);
	return err;
}

int zx_sandbox_answer(struct zx_sandbox *box, uint64_t interaction,
		      uint32_t timeout_ms, struct zx_buf *message)
{
	struct zx_buf own;
	struct wait w = { .number = interaction,
			  .out = message ? message : &own,
			  .done = has_answer };
	int err;

	zx_buf_init(&own, NULL, 0);
	err = wait_for(box, &w, timeout_ms);
	zx_buf_release(&own);
	return err;
}

int zx_sandbox_wait_ready(struct zx_sandbox *box, uint32_t n,
			  uint32_t timeout_ms)
{
	struct wait w = { .number = n, .done = has_sessions };

	return wait_for(box, &w, timeout_ms);
}
