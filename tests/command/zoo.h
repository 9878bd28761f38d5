/* SPDX-License-Identifier: MIT
 *
 * zoo: commands of every kind, for tests that care for what survives and not
 * for what is said.
 */
#ifndef ZOO_H
#define ZOO_H

#include "desk.h"
#include "zoryx/modal.h"

static inline void zoo_render(struct zx_call *call, const void *state, int over,
			      struct zx_message *out, void *ud)
{
	(void)ud;
	zx_embed(out, 1, "%d %d", *(const int *)state, over);
	zx_embed_text(out, "%s", zx_call_info(call)->user_name);
	zx_panel_button(out, ZX_BUTTON_PRIMARY, "up", "◀", "+", 0);
	zx_panel_button(out, ZX_BUTTON_DANGER, "close", NULL, "x", 0);
	zx_panel_select(out, ZX_SELECT_STRING, "pick", "…", 1, 1);
	zx_select_option(out, "v", "one", NULL, NULL, 0);
}

static inline enum zx_press_result zoo_press(struct zx_call *call, void *state,
					     const struct zx_press *p, void *ud)
{
	(void)call;
	(void)ud;
	++*(int *)state;
	return !strcmp(p->action, "close") ? ZX_PRESS_CLOSE : ZX_PRESS_UPDATE;
}

static const struct zx_panel zoo_panel = {
	.name = "zoo",
	.state_size = sizeof(int),
	.render = zoo_render,
	.press = zoo_press,
};

static inline void zoo_open(struct zx_call *call, void *ud)
{
	int state = 1;

	(void)ud;
	zx_reply_panel(call, &zoo_panel, &state);
}

static inline void zoo_submitted(struct zx_call *call, const void *state,
				 void *ud)
{
	struct zx_message m;

	(void)state;
	(void)ud;
	zx_message_init(&m, zx_call_alloc(call));
	zx_say(&m, "%s %.*s", zx_call_text(call, "name"),
	       ZX_ARG(zx_call_values(call, "file")));
	zx_embed(&m, 1, "%llu", (unsigned long long)zx_call_id(call, "who"));
	zx_reply(call, &m);
	zx_message_release(&m);
}

static const struct zx_input zoo_inputs[] = {
	{ .name = "name", .label = "Name", .kind = ZX_INPUT_TEXT },
	{ .name = "who", .label = "Who", .kind = ZX_INPUT_USER },
	{ .name = "file", .label = "File", .kind = ZX_INPUT_FILE, .max = 2 },
};

static const struct zx_modal zoo_modal = {
	.title = "Zoo",
	.inputs = zoo_inputs,
	.input_count = 3,
	.submitted = zoo_submitted,
};

static inline void zoo_form(struct zx_call *call, void *ud)
{
	static const char *const values[] = { "long ago", "5", NULL };

	if (zx_modal(call, &zoo_modal, NULL, values) == ZX_E_STATE)
		zoo_open(call, ud);
}

static inline void zoo_echo(struct zx_call *call, void *ud)
{
	struct zx_message m;

	(void)ud;
	zx_message_init(&m, zx_call_alloc(call));
	zx_say(&m, "%s %lld %d %llu %g", zx_call_text(call, "text"),
	       (long long)zx_call_int(call, "count", -1),
	       zx_call_bool(call, "on", -1),
	       (unsigned long long)zx_call_id(call, "who"),
	       zx_call_number(call, "x", 0.5));
	zx_embed(&m, 1, "%s", zx_call_text(call, "text"));
	zx_reply(call, &m);
	zx_follow_up(call, &m);
	zx_message_release(&m);
}

static inline void zoo_complete(struct zx_call *call, const char *option,
				struct zx_str typed, struct zx_choices *out,
				void *ud)
{
	char text[64];

	(void)call;
	(void)ud;
	snprintf(text, sizeof(text), "%.*s", ZX_ARG(typed));
	zx_choice_add(out, text, text);
	zx_choice_add(out, option, "5");
}

static const struct zx_choice zoo_choices[] = { { "One", "1" },
						{ "Two", "2" } };

static const struct zx_option zoo_options[] = {
	{ .name = "count",
	  .description = "d",
	  .type = ZX_OPTION_INTEGER,
	  .required = 1,
	  .has_min = 1,
	  .min = 1,
	  .has_max = 1,
	  .max = 50 },
	{ .name = "who", .description = "d", .type = ZX_OPTION_USER },
	{ .name = "where", .description = "d", .type = ZX_OPTION_CHANNEL },
	{ .name = "role", .description = "d", .type = ZX_OPTION_ROLE },
	{ .name = "on", .description = "d", .type = ZX_OPTION_BOOLEAN },
	{ .name = "x", .description = "d", .type = ZX_OPTION_NUMBER },
	{ .name = "which",
	  .description = "d",
	  .type = ZX_OPTION_STRING,
	  .choices = zoo_choices,
	  .choice_count = 2 },
	{ .name = "file", .description = "d", .type = ZX_OPTION_ATTACHMENT },
	{ .name = "text",
	  .description = "d",
	  .type = ZX_OPTION_STRING,
	  .rest = 1,
	  .autocomplete = 1 },
};

static const struct zx_command zoo[] = {
	{ .name = "echo",
	  .description = "d",
	  .options = zoo_options,
	  .option_count = sizeof(zoo_options) / sizeof(zoo_options[0]),
	  .run = zoo_echo,
	  .complete = zoo_complete },
	{ .name = "open",
	  .description = "d",
	  .run = zoo_open,
	  .cooldown_ms = 1 },
	{ .name = "owner",
	  .description = "d",
	  .run = zoo_echo,
	  .rule = ZX_RULE_OWNER },
	{ .name = "quiet",
	  .description = "d",
	  .run = zoo_open,
	  .flags = ZX_COMMAND_EPHEMERAL },
	{ .name = "form", .description = "d", .run = zoo_form },
};
#define ZOO_COUNT (sizeof(zoo) / sizeof(zoo[0]))

/* Payloads as Discord sends them; "%s" is the id of an open panel or form. */
static const struct {
	const char *event, *json;
} zoo_payloads[] = {
	{ "MESSAGE_CREATE",
	  "{\"id\":\"1\",\"type\":0,\"channel_id\":\"60\",\"guild_id\":\"50\","
	  "\"content\":\"!echo 5 <@123> <#5> <@&7> yes 1.5 One \\\"a b\\\" "
	  "“c d”\",\"attachments\":[{\"id\":\"9\",\"url\":\"https://u/\"}],"
	  "\"member\":{\"nick\":\"N\\u00e9\",\"roles\":[]},\"author\":{\"id\":"
	  "\"3\",\"username\":\"u\"}}" },
	{ "MESSAGE_CREATE",
	  "{\"id\":\"2\",\"type\":19,\"channel_id\":\"60\",\"content\":"
	  "\"<@901> open\",\"author\":{\"id\":\"3\",\"global_name\":\"G\"}}" },
	{ "MESSAGE_CREATE",
	  "{\"id\":\"3\",\"channel_id\":\"60\",\"guild_id\":\"50\",\"content\":"
	  "\"<@!901>\",\"author\":{\"id\":\"3\"}}" },
	{ "MESSAGE_CREATE",
	  "{\"id\":\"4\",\"channel_id\":\"60\",\"guild_id\":\"50\",\"content\":"
	  "\"!owner\",\"author\":{\"id\":\"3\"}}" },
	{ "INTERACTION_CREATE",
	  "{\"id\":\"900000000000000001\",\"application_id\":\"900\",\"type\":2,"
	  "\"token\":\"tokA\",\"guild_id\":\"50\",\"channel\":{\"id\":\"60\"},"
	  "\"channel_id\":\"60\",\"member\":{\"permissions\":\"8\",\"nick\":"
	  "null,\"user\":{\"id\":\"3\",\"username\":\"u\"}},\"data\":{\"id\":"
	  "\"1\",\"name\":\"echo\",\"type\":1,\"resolved\":{\"attachments\":{"
	  "\"9\":{\"id\":\"9\",\"url\":\"https://u/\"}}},\"options\":[{"
	  "\"name\":\"count\",\"type\":4,\"value\":5},{\"name\":\"who\","
	  "\"type\":6,\"value\":\"3\"},{\"name\":\"on\",\"type\":5,\"value\":"
	  "true},{\"name\":\"x\",\"type\":10,\"value\":1.5},{\"name\":"
	  "\"which\",\"type\":3,\"value\":\"1\"},{\"name\":\"file\",\"type\":"
	  "11,\"value\":\"9\"},{\"name\":\"text\",\"type\":3,\"value\":"
	  "\"\\ud83d\\ude00\"}]}}" },
	{ "INTERACTION_CREATE",
	  "{\"id\":\"900000000000000002\",\"application_id\":\"900\",\"type\":2,"
	  "\"token\":\"tokB\",\"channel_id\":\"60\",\"user\":{\"id\":\"3\","
	  "\"username\":\"u\"},\"data\":{\"name\":\"quiet\",\"type\":1}}" },
	{ "INTERACTION_CREATE",
	  "{\"id\":\"900000000000000003\",\"application_id\":\"900\",\"type\":4,"
	  "\"token\":\"tokC\",\"channel_id\":\"60\",\"user\":{\"id\":\"3\"},"
	  "\"data\":{\"name\":\"echo\",\"options\":[{\"name\":\"text\","
	  "\"type\":3,\"focused\":true,\"value\":\"ab\"}]}}" },
	{ "INTERACTION_CREATE",
	  "{\"id\":\"900000000000000004\",\"application_id\":\"900\",\"type\":3,"
	  "\"token\":\"tokD\",\"channel_id\":\"60\",\"message\":{\"id\":"
	  "\"4242\"},\"user\":{\"id\":\"3\",\"username\":\"u\"},\"data\":{"
	  "\"component_type\":3,\"custom_id\":\"%s\",\"values\":[\"v\"]}}" },
	{ "INTERACTION_CREATE",
	  "{\"id\":\"900000000000000005\",\"application_id\":\"900\",\"type\":2,"
	  "\"token\":\"tokE\",\"channel_id\":\"60\",\"user\":{\"id\":\"3\","
	  "\"username\":\"u\"},\"data\":{\"name\":\"form\",\"type\":1}}" },
	{ "INTERACTION_CREATE",
	  "{\"id\":\"900000000000000006\",\"application_id\":\"900\",\"type\":5,"
	  "\"token\":\"tokF\",\"channel_id\":\"60\",\"user\":{\"id\":\"3\","
	  "\"username\":\"u\"},\"data\":{\"custom_id\":\"%s\",\"components\":[{"
	  "\"type\":18,\"id\":1,\"component\":{\"type\":4,\"id\":2,"
	  "\"custom_id\":\"name\",\"value\":\"caf\\u00e9\"}},{\"type\":1,"
	  "\"components\":[{\"type\":5,\"custom_id\":\"who\",\"values\":["
	  "\"8\"]}]},{\"type\":18,\"component\":{\"type\":19,\"custom_id\":"
	  "\"file\",\"values\":[\"9\",\"10\"]}}],\"resolved\":{\"attachments\":{"
	  "\"9\":{\"id\":\"9\",\"url\":\"https://u/\"}}}}}" },
};
#define ZOO_PAYLOADS (sizeof(zoo_payloads) / sizeof(zoo_payloads[0]))

/* Payload i, with the id of a panel or form that was opened on the desk, or of
 * one that never was. */
static inline void zoo_json(const struct desk *d, size_t i, char *out, size_t n)
{
	const char *json = zoo_payloads[i].json;
	int form = strstr(json, "\"type\":5,") != NULL;
	const char *action = form ? "modal" : "up";
	const char *end = form ? ":modal\"" : ":up\"";
	char id[128] = "zx:0000000000000001:up";
	size_t k;

	for (k = 0; k < d->count && k < DESK_SENT; k++)
		if (strstr(d->sent[k].body, end))
			desk_custom_id(d->sent[k].body, action, id);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(out, n, json, id);
#pragma GCC diagnostic pop
}

#endif
