/* SPDX-License-Identifier: MIT
 *
 * command links and works with base alone: a prefix command and its answer.
 */
#include <string.h>

#include "zoryx/command.h"

static void run(struct zx_call *call, void *ud)
{
	struct zx_message m;

	(void)ud;
	zx_message_init(&m, NULL);
	zx_say(&m, "pong");
	zx_reply(call, &m);
	zx_message_release(&m);
}

static const struct zx_command ping = {
	.name = "ping",
	.description = "Answers",
	.run = run,
};

int main(void)
{
	struct zx_commands_options opt = ZX_COMMANDS_OPTIONS_INIT;
	struct zx_commands_out out;
	struct zx_commands *c;
	struct zx_prng prng;
	int ok = 0;

	zx_prng_init(&prng, 1);
	opt.rand = zx_prng_rand(&prng);
	if (zx_commands_new(&c, &opt) || zx_commands_add(c, &ping))
		return 1;
	if (zx_commands_feed(c, "MESSAGE_CREATE",
			     ZX_STR("{\"id\":\"1\",\"channel_id\":\"2\","
				    "\"content\":\"!ping\","
				    "\"author\":{\"id\":\"3\"}}"),
			     0, 0))
		return 2;
	while (zx_commands_poll(c, &out) == 1) {
		if (out.kind == ZX_COMMANDS_OUT_RUN)
			zx_call_run(out.call);
		else if (out.kind == ZX_COMMANDS_OUT_REST)
			ok = zx_str_is(out.request.path,
				       "/channels/2/messages") &&
			     strstr(out.request.body.ptr, "pong") != NULL;
	}
	zx_commands_free(c);
	return ok ? 0 : 3;
}
