/* SPDX-License-Identifier: MIT
 *
 * 10_lws: a program that has a libwebsockets context of its own, with a bot as
 * a guest in it. The host serves the context as it always did. It calls
 * libwebsockets itself, so it links it: pkg-config zoryx libwebsockets.
 */
#include <libwebsockets.h>
#include <stdio.h>
#include <stdlib.h>

#include "zoryx.h"

static lws_sorted_usec_list_t host_timer;
static unsigned host_work;

static void work(lws_sorted_usec_list_t *t)
{
	(void)t;
	host_work++; /* what the program is there for */
}

static void count(struct zx_call *call, void *ud)
{
	(void)ud;
	zx_answer(call, "The host has worked %u times.", host_work);
}

static const struct zx_command command = {
	.name = "work",
	.description = "What the host has done",
	.run = count,
};

static int serve(struct lws_context *lws, struct zx_bot *bot)
{
	int err = zx_bot_start(bot);

	while (!err && lws_service(lws, 0) >= 0) {
		if (!host_timer.list.owner)
			lws_sul_schedule(lws, 0, &host_timer, work,
					 LWS_US_PER_SEC / 10);
		err = zx_bot_step(bot, 0); /* has it ended? */
	}
	return err == ZX_E_CLOSED ? ZX_OK : err;
}

int main(void)
{
	struct lws_context_creation_info info = {
		.port = CONTEXT_PORT_NO_LISTEN
	};
	struct zx_loop_options lo = ZX_LOOP_OPTIONS_INIT;
	struct zx_bot_options bo = ZX_BOT_OPTIONS_INIT;
	struct zx_bot *bot = NULL;
	int err;

	lws_set_log_level(LLL_ERR, NULL);
	lo.lws = lws_create_context(&info);
	err = !lo.lws || zx_loop_new(&bo.loop, &lo);
	bo.token = getenv("DISCORD_TOKEN");
	bo.api_url = getenv("ZX_API_URL"); /* NULL: Discord itself */
	if (!err)
		err = zx_bot_new(&bot, &bo);
	if (!err)
		err = zx_bot_add_command(bot, &command);
	if (!err)
		err = serve(lo.lws, bot);
	if (err)
		fprintf(stderr, "%s\n", zx_bot_error(bot));
	zx_bot_free(bot);
	zx_loop_free(bo.loop);
	lws_context_destroy(lo.lws);
	return err != 0;
}
