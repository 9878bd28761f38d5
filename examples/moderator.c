/* SPDX-License-Identifier: MIT
 *
 * A bot of its own on libzoryx.a: warnings that are remembered, an hour of
 * silence at the third, and the library's backups of the server in one call.
 *
 *   /warn user:@sam reason:spam    /warnings user:@sam    /pardon user:@sam
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "zoryx.h"

#define SPACE "warnings" /* in the state file; per guild; key: the member */
enum { WARNINGS = 3, SILENCE_MS = 3600000 };

static struct zx_bot *bot;
static volatile sig_atomic_t asked_to_stop;

static const char *key_of(const struct zx_call *call, char out[24])
{
	snprintf(out, 24, "%" PRIu64, zx_call_id(call, "user"));
	return out;
}

/* The member's warnings, a line each. */
static unsigned recall(const struct zx_call *call, struct zx_buf *lines)
{
	char key[24];
	unsigned n = 0;

	zx_state_get(zx_bot_state(bot), SPACE, zx_call_info(call)->guild_id,
		     key_of(call, key), lines);
	for (size_t i = 0; i < lines->len; i++)
		n += lines->ptr[i] == '\n';
	return n;
}

static void silenced(const struct zx_rest_result *r, void *ud)
{
	struct zx_call *call = ud;

	if (r->err)
		zx_fail(call, "❌ Not Silenced", "%.*s", ZX_ARG(r->message));
	else
		zx_answer(call, "🔇 The third warning: an hour of silence.");
	zx_call_release(call);
}

static int silence(struct zx_call *call)
{
	struct zx_rest_request q = ZX_REST_REQUEST_INIT;
	char path[96], body[96];
	struct zx_buf until;
	int err;

	zx_buf_init(&until, NULL, 0);
	zx_stamp_write(&until, zx_wall_clock() + SILENCE_MS);
	snprintf(path, sizeof(path), "/guilds/%" PRIu64 "/members/%" PRIu64,
		 zx_call_info(call)->guild_id, zx_call_id(call, "user"));
	snprintf(body, sizeof(body),
		 "{\"communication_disabled_until\":\"%s\"}",
		 zx_buf_cstr(&until));
	zx_buf_release(&until);
	q.method = ZX_PATCH;
	q.path = zx_str(path);
	q.body = zx_str(body);
	q.reason = ZX_STR("third warning");
	q.ud = call;
	zx_call_keep(call); /* until `silenced` */
	err = zx_bot_rest(bot, &q, silenced, NULL);
	if (err)
		zx_call_release(call);
	return err;
}

static void warn(struct zx_call *call, void *ud)
{
	struct zx_state *s = zx_bot_state(bot);
	struct zx_buf lines;
	char key[24];
	unsigned n;
	int err;

	(void)ud;
	zx_buf_init(&lines, NULL, 65536);
	n = recall(call, &lines) + 1;
	zx_buf_addf(&lines, "<t:%" PRId64 ":d> %s\n", zx_wall_clock() / 1000,
		    zx_call_text(call, "reason"));
	err = lines.err ? lines.err
			: zx_state_put(s, SPACE, zx_call_info(call)->guild_id,
				       key_of(call, key), zx_buf_str(&lines));
	zx_buf_release(&lines);
	if (err)
		zx_fail(call, "❌ Not Remembered", "%s", zx_state_error(s));
	else if (n % WARNINGS || silence(call))
		zx_answer(call, "⚠️ Warning %u for <@%s>.", n, key);
}

static void list(struct zx_call *call, void *ud)
{
	struct zx_buf lines;

	(void)ud;
	zx_buf_init(&lines, NULL, 0);
	if (recall(call, &lines))
		zx_answer(call, "%s", zx_buf_cstr(&lines));
	else
		zx_answer(call, "No warnings.");
	zx_buf_release(&lines);
}

static void pardon(struct zx_call *call, void *ud)
{
	char key[24];

	(void)ud;
	if (zx_state_del(zx_bot_state(bot), SPACE, zx_call_info(call)->guild_id,
			 key_of(call, key)))
		zx_fail(call, "❌ Not Forgotten", "Is the disk full?");
	else
		zx_answer(call, "Forgotten.");
}

static const struct zx_option options[] = {
	{ "user", "Whom", ZX_OPTION_USER, .required = 1 },
	{ "reason", "What for", ZX_OPTION_STRING, .required = 1, .rest = 1,
	  .has_max = 1, .max = 200 },
};
#define COMMAND(text, what, count, function)                                   \
	{                                                                      \
		.name = text, .description = what, .options = options,         \
		.option_count = count, .permissions = ZX_PERM_MANAGE_GUILD,    \
		.flags = ZX_COMMAND_GUILD_ONLY, .run = function                \
	}
static const struct zx_command commands[] = {
	COMMAND("warn", "Warns a member; the third is silence", 2, warn),
	COMMAND("warnings", "What a member was warned of", 1, list),
	COMMAND("pardon", "Forgets a member's warnings", 1, pardon),
};
static const struct zx_cog moderation = { .name = "Moderation",
					  .commands = commands,
					  .command_count = 3 };

static void on_signal(int number)
{
	(void)number;
	asked_to_stop = 1;
	zx_bot_wake(bot);
}

int main(void)
{
	struct zx_bot_options o = ZX_BOT_OPTIONS_INIT;
	int err;

	o.token = getenv("DISCORD_TOKEN");
	o.api_url = getenv("ZX_API_URL"); /* NULL: Discord itself */
	o.state_path = "moderator.db";
	err = zx_bot_new(&bot, &o);
	if (!err)
		err = zx_bot_add_cog(bot, &moderation);
	if (!err)
		err = zx_bot_add_cog(bot, zx_cog_backup_restore());
	if (!err)
		err = zx_bot_start(bot);
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	while (!err) {
		if (asked_to_stop)
			zx_bot_stop(bot, 1);
		err = zx_bot_step(bot, -1);
	}
	if (err != ZX_E_CLOSED)
		fprintf(stderr, "%s\n", zx_bot_error(bot));
	zx_bot_free(bot);
	return err != ZX_E_CLOSED;
}
