/* SPDX-License-Identifier: MIT
 *
 * 11_offline: a bot and its test in one file, without Discord. The sandbox
 * plays Discord; a user writes "!echo hello", and the answer is looked at.
 */
#include <stdio.h>
#include <string.h>

#include "zoryx.h"
#include "zoryx/sandbox.h"

static void echo(struct zx_call *call, void *ud)
{
	(void)ud;
	zx_answer(call, "You said: %s", zx_call_text(call, "text"));
}

static const struct zx_option options[] = {
	{ "text", "What to say", ZX_OPTION_STRING, .required = 1, .rest = 1 },
};

static const struct zx_command command = {
	.name = "echo",
	.description = "Says it again",
	.options = options,
	.option_count = 1,
	.run = echo,
};

static int ready;

static void on_ready(struct zx_bot *bot, void *data)
{
	(void)bot;
	(void)data;
	ready = 1;
}

static const struct zx_cog test = { .name = "Test", .ready = on_ready };

static int answers(struct zx_sandbox *box, struct zx_bot *bot)
{
	struct zx_buf body;
	int good = 0;

	zx_buf_init(&body, NULL, 0);
	while (!ready && zx_bot_step(bot, 100) == ZX_OK)
		;
	zx_sandbox_say(box, 0, 0, "!echo hello", NULL);
	for (int i = 0; i < 50 && !good; i++) {
		zx_bot_step(bot, 100);
		good = !zx_sandbox_expect(box, "POST /channels/{id}/messages",
					  0, &body) &&
		       strstr(zx_buf_cstr(&body), "You said: hello") != NULL;
	}
	printf("%s - echo answers\n1..1\n", good ? "ok 1" : "not ok 1");
	zx_buf_release(&body);
	return good;
}

int main(void)
{
	struct zx_bot_options o = ZX_BOT_OPTIONS_INIT;
	struct zx_sandbox *box;
	struct zx_bot *bot;
	int good;

	if (zx_sandbox_start(&box, NULL))
		return 1;
	o.token = zx_sandbox_token(box);
	o.api_url = zx_sandbox_api_url(box);
	good = !zx_bot_new(&bot, &o) && !zx_bot_add_command(bot, &command) &&
	       !zx_bot_add_cog(bot, &test) && !zx_bot_start(bot) &&
	       answers(box, bot);
	zx_bot_free(bot);
	zx_sandbox_stop(box);
	return good ? 0 : 1;
}
