/* SPDX-License-Identifier: MIT
 *
 * The public calls: the thread, its lock, and waiting for what happens.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "box_int.h"

void zx__box_lock(struct zx_sandbox *box)
{
	pthread_mutex_lock(&box->gate);
	pthread_mutex_lock(&box->lock);
	pthread_mutex_unlock(&box->gate);
}

void zx__box_unlock(struct zx_sandbox *box)
{
	pthread_mutex_unlock(&box->lock);
}

/* After a call that changed something: the thread sends it. */
void zx__box_wake(struct zx_sandbox *box)
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

	zx__box_lock(box);
	while (!box->stopping) {
		timeout = zx__wire_prepare(box->wire);
		zx__box_unlock(box);
		/* Only the thread changes the list of what is polled. */
		poll(box->wire->polls, box->wire->n_polls, timeout);
		zx__box_lock(box);
		zx__wire_serve(box->wire);
		pthread_cond_broadcast(&box->happened);
	}
	zx__wire_goodbye(box->wire);
	zx__box_unlock(box);
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
	if (o->kinds && !zx__kinds_ok(o->kinds))
		return ZX_E_INVALID;
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
	if (opt->offline)
		return ZX_OK;
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
	if (box->wire->opt.offline) {
		destroy(box);
		return;
	}
	zx__box_lock(box);
	box->stopping = 1;
	zx__box_wake(box);
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
