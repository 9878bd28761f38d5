/* SPDX-License-Identifier: MIT
 *
 * 12_offline: 11_offline from C++17, with owners that clean up by themselves
 * and a lambda as the command.
 */
#include <cstdio>
#include <memory>
#include <string>

#include "zoryx.h"
#include "zoryx/sandbox.h"

using Box = std::unique_ptr<zx_sandbox, decltype(&zx_sandbox_stop)>;
using Bot = std::unique_ptr<zx_bot, decltype(&zx_bot_free)>;

static zx_command echo(const zx_option *options)
{
	zx_command c{};

	c.name = "echo";
	c.description = "Says it again";
	c.options = options;
	c.option_count = 1;
	c.run = [](zx_call *call, void *) {
		std::string text = zx_call_text(call, "text");

		zx_answer(call, "You said: %s", text.c_str());
	};
	return c;
}

static bool answers(zx_sandbox *box, zx_bot *bot)
{
	zx_buf body;
	bool good = false;

	zx_buf_init(&body, nullptr, 0);
	while (zx_sandbox_wait_ready(box, 1, 0) && !zx_bot_step(bot, 100))
		;
	zx_sandbox_say(box, 0, 0, "!echo hello", nullptr);
	for (int i = 0; i < 50 && !good; i++) {
		zx_bot_step(bot, 100);
		if (!zx_sandbox_expect(box, "POST /channels/{id}/messages", 0,
				       &body))
			good = std::string(zx_buf_cstr(&body))
				       .find("You said: hello") !=
			       std::string::npos;
	}
	zx_buf_release(&body);
	return good;
}

int main()
{
	zx_option text{};
	text.name = "text";
	text.description = "What to say";
	text.type = ZX_OPTION_STRING;
	text.required = text.rest = 1;
	const zx_command command = echo(&text);
	zx_sandbox *started = nullptr;
	zx_bot *made = nullptr;

	if (zx_sandbox_start(&started, nullptr))
		return 1;
	Box box(started, zx_sandbox_stop);
	zx_bot_options o = ZX_BOT_OPTIONS_INIT;
	o.token = zx_sandbox_token(box.get());
	o.api_url = zx_sandbox_api_url(box.get());
	int err = zx_bot_new(&made, &o);
	Bot bot(made, zx_bot_free);
	bool good = !err && !zx_bot_add_command(bot.get(), &command) &&
		    !zx_bot_start(bot.get()) && answers(box.get(), bot.get());
	std::printf("%s - echo answers from C++\n1..1\n",
		    good ? "ok 1" : "not ok 1");
	return good ? 0 : 1;
}
