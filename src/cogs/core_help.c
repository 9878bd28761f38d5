/* SPDX-License-Identifier: MIT
 *
 * core_help: /help. A select of categories and pages of five commands, with
 * what the invoker may use and nothing else; or the usage of one command.
 */
#include "cogs/core_int.h"

static const char *category_of(const struct zx_command *command)
{
	return command->cog && *command->cog ? command->cog : ZX__CORE_COG;
}

static int is_shown(const struct zx__help_view *v,
		    const struct zx_command *command)
{
	return !(command->flags & ZX_COMMAND_HIDDEN) &&
	       zx_commands_allowed(v->commands, v->call, command);
}

size_t zx__help_list(const struct zx__help_view *v, const char *category,
		     const struct zx_command **out, size_t max)
{
	const struct zx_command *command;
	size_t i, n = 0;

	for (i = 0; (command = zx_commands_get(v->commands, i)) != NULL; i++) {
		if (!is_shown(v, command) ||
		    (category && strcmp(category, category_of(command)) != 0))
			continue;
		if (n < max)
			out[n] = command;
		n++;
	}
	return n;
}

/* Whether the command at `i` is the first shown one of its category. */
static int begins_category(const struct zx__help_view *v, size_t i)
{
	const struct zx_command *command = zx_commands_get(v->commands, i);
	const struct zx_command *other;
	size_t k;

	if (!is_shown(v, command))
		return 0;
	for (k = 0; k < i; k++) {
		other = zx_commands_get(v->commands, k);
		if (is_shown(v, other) &&
		    !strcmp(category_of(other), category_of(command)))
			return 0;
	}
	return 1;
}

const char *zx__help_category(const struct zx__help_view *v, size_t i)
{
	const struct zx_command *command;
	const char *name;
	size_t k;

	if (zx__help_list(v, ZX__CORE_COG, NULL, 0)) {
		if (!i)
			return ZX__CORE_COG;
		i--;
	}
	for (k = 0; (command = zx_commands_get(v->commands, k)) != NULL; k++) {
		if (!begins_category(v, k))
			continue;
		name = category_of(command);
		if (strcmp(name, ZX__CORE_COG) != 0 && !i--)
			return name;
	}
	return NULL;
}

static const char *badge(const struct zx_command *command)
{
	if (command->flags & ZX_COMMAND_NO_SLASH)
		return "🔸";
	return command->flags & ZX_COMMAND_NO_PREFIX ? "🔹" : "⚡";
}

/* "</ping:1> · `!ping`", as far as both exist. */
static void forms(const struct zx__help_view *v,
		  const struct zx_command *command, const char *prefix,
		  struct zx_buf *out)
{
	uint64_t id = zx_commands_slash_id(v->commands, command);
	int slash = !(command->flags & ZX_COMMAND_NO_SLASH);

	if (slash && id)
		zx_buf_addf(out, "</%s:%llu>", command->name,
			    (unsigned long long)id);
	else if (slash)
		zx_buf_addf(out, "`/%s`", command->name);
	if (command->flags & ZX_COMMAND_NO_PREFIX)
		return;
	zx_buf_addf(out, "%s`%s%s`", slash ? " · " : "", prefix, command->name);
}

static void show_command(const struct zx__help_view *v,
			 const struct zx_command *command, const char *prefix,
			 struct zx_message *out)
{
	struct zx_buf text;
	char name[64];

	zx_buf_init(&text, zx_call_alloc(v->call), 0);
	forms(v, command, prefix, &text);
	snprintf(name, sizeof(name), "%s %s", badge(command), command->name);
	zx_embed_field(out, 0, name, "%s\n%s", zx_buf_cstr(&text),
		       command->description);
	zx_buf_release(&text);
}

static void select_category(const struct zx__help_view *v, const char *current,
			    struct zx_message *out)
{
	const char *name;
	char count[32];
	size_t i, n;

	zx_panel_select(out, ZX_SELECT_STRING, "category", "Choose a category…",
			1, 1);
	for (i = 0; (name = zx__help_category(v, i)) != NULL; i++) {
		n = zx__help_list(v, name, NULL, 0);
		snprintf(count, sizeof(count), "%zu command%s", n,
			 n == 1 ? "" : "s");
		zx_select_option(out, name, name, count, NULL,
				 !strcmp(name, current));
	}
}

static void buttons(size_t page, size_t pages, struct zx_message *out)
{
	char label[32];

	snprintf(label, sizeof(label), "%zu / %zu", page + 1, pages);
	zx_panel_button(out, ZX_BUTTON_SECONDARY, "back", "◀", NULL, !page);
	zx_panel_button(out, ZX_BUTTON_SECONDARY, "page", NULL, label, 1);
	zx_panel_button(out, ZX_BUTTON_SECONDARY, "next", "▶", NULL,
			page + 1 >= pages);
	zx_panel_button(out, ZX_BUTTON_DANGER, "close", "✖", "Close", 0);
}

/* A category that is not there (any more) gives the first one. */
static const char *current_category(const struct zx__help_view *v,
				    const char *wanted)
{
	const char *first = zx__help_category(v, 0);

	if (*wanted && zx__help_list(v, wanted, NULL, 0))
		return wanted;
	return first ? first : ZX__CORE_COG;
}

void zx__help_render(const struct zx__help_view *v,
		     const struct zx__help_state *state, int over,
		     struct zx_message *out)
{
	const struct zx_command *list[256];
	const size_t max = sizeof(list) / sizeof(list[0]);
	const char *category = current_category(v, state->category);
	struct zx_prefix prefix;
	size_t i, n, pages, page = state->page;

	n = zx__help_list(v, category, list, max);
	n = n < max ? n : max;
	pages = n ? (n + ZX__HELP_PAGE - 1) / ZX__HELP_PAGE : 1;
	page = page < pages ? page : pages - 1;
	zx_commands_prefix(v->commands, zx_call_info(v->call)->guild_id,
			   &prefix);
	zx_embed(out, ZX_COLOR_BLURPLE, "📚 Help · %s", category);
	zx_embed_text(out,
		      "Prefix here: `%s`%s\n`%shelp <command>` shows how to "
		      "use one.",
		      prefix.text, prefix.mention ? " or a mention of me" : "",
		      prefix.text);
	for (i = page * ZX__HELP_PAGE; i < n && i < (page + 1) * ZX__HELP_PAGE;
	     i++)
		show_command(v, list[i], prefix.text, out);
	zx_embed_footer(out,
			"⚡ slash and prefix · 🔸 prefix only · 🔹 slash only"
			"%s",
			over ? " · closed" : "");
	if (zx_call_info(v->call)->wall)
		zx_embed_time(out, zx_call_info(v->call)->wall);
	select_category(v, category, out);
	buttons(page, pages, out);
}

static void show_option(const struct zx_option *o, struct zx_buf *out)
{
	static const char *const types[] = {
		[ZX_OPTION_STRING] = "text",
		[ZX_OPTION_INTEGER] = "whole number",
		[ZX_OPTION_BOOLEAN] = "yes or no",
		[ZX_OPTION_USER] = "member",
		[ZX_OPTION_CHANNEL] = "channel",
		[ZX_OPTION_ROLE] = "role",
		[ZX_OPTION_NUMBER] = "number",
		[ZX_OPTION_ATTACHMENT] = "file",
	};
	size_t i;

	zx_buf_addf(out, "`%s` (%s%s): %s", o->name, types[o->type],
		    o->required ? "" : ", optional", o->description);
	for (i = 0; i < o->choice_count; i++)
		zx_buf_addf(out, "%s`%s`", i ? ", " : " — ",
			    o->choices[i].name);
	zx_buf_addch(out, '\n');
}

static const char *who(const struct zx_command *command)
{
	if (command->rule == ZX_RULE_OWNER)
		return "The bot's owner";
	if (command->rule == ZX_RULE_ADMIN)
		return "Administrators";
	if (command->check) /* only the command knows */
		return "See above";
	return command->permissions ? "Members with the permission"
				    : "Everyone";
}

static void usage(const struct zx_command *command, const char *prefix,
		  struct zx_buf *out)
{
	size_t i;

	zx_buf_addf(out, "`%s%s", prefix, command->name);
	for (i = 0; i < command->option_count; i++)
		zx_buf_addf(out,
			    command->options[i].required ? " <%s>" : " [%s]",
			    command->options[i].name);
	zx_buf_addch(out, '`');
}

void zx__help_one(const struct zx__help_view *v,
		  const struct zx_command *command, struct zx_message *out)
{
	struct zx_prefix prefix;
	struct zx_buf text;
	size_t i;

	zx_commands_prefix(v->commands, zx_call_info(v->call)->guild_id,
			   &prefix);
	zx_buf_init(&text, zx_call_alloc(v->call), 0);
	zx_embed(out, ZX_COLOR_BLURPLE, "%s %s", badge(command), command->name);
	zx_embed_text(out, "%s", command->description);
	usage(command,
	      command->flags & ZX_COMMAND_NO_PREFIX ? "/" : prefix.text, &text);
	zx_embed_field(out, 0, "Usage", "%s", zx_buf_cstr(&text));
	zx_buf_clear(&text);
	for (i = 0; i < command->option_count; i++)
		show_option(&command->options[i], &text);
	if (text.len)
		zx_embed_field(out, 0, "Options", "%s", zx_buf_cstr(&text));
	zx_embed_field(out, 1, "For", "%s%s", who(command),
		       command->flags & ZX_COMMAND_GUILD_ONLY ? ", in servers"
							      : "");
	if (command->cooldown_ms)
		zx_embed_field(out, 1, "Cooldown", "%u s",
			       (command->cooldown_ms + 999) / 1000);
	zx_embed_footer(out, "Category: %s", category_of(command));
	zx_buf_release(&text);
}

static void panel_render(struct zx_call *call, const void *state, int over,
			 struct zx_message *out, void *ud)
{
	struct zx__help_view v = { zx_bot_commands(zx_call_bot(call)), call };

	(void)ud;
	zx__help_render(&v, state, over, out);
}

static enum zx_press_result panel_press(struct zx_call *call, void *state,
					const struct zx_press *press, void *ud)
{
	struct zx__help_state *s = state;

	(void)call;
	(void)ud;
	if (!strcmp(press->action, "close"))
		return ZX_PRESS_CLOSE;
	if (!strcmp(press->action, "category")) {
		snprintf(s->category, sizeof(s->category), "%s", press->value);
		s->page = 0;
	} else if (!strcmp(press->action, "next")) {
		s->page++;
	} else if (!strcmp(press->action, "back") && s->page) {
		s->page--;
	}
	return ZX_PRESS_UPDATE;
}

static const struct zx_panel panel = {
	.name = "help",
	.state_size = sizeof(struct zx__help_state),
	.timeout_ms = 180000,
	.render = panel_render,
	.press = panel_press,
};

void zx__core_help(struct zx_call *call, void *ud)
{
	struct zx__help_view v = { zx_bot_commands(zx_call_bot(call)), call };
	struct zx__help_state state = { .page = 0 };
	const char *name = zx_call_text(call, "command");
	const struct zx_command *command;
	struct zx_message m;

	(void)ud;
	if (!*name) {
		zx_reply_panel(call, &panel, &state);
		return;
	}
	name += *name == '/';
	command = zx_commands_find(v.commands, name);
	if (!command || !is_shown(&v, command)) {
		zx_fail(call, "❌ Unknown Command",
			"There is no command \"%s\" that you could use", name);
		return;
	}
	zx_message_init(&m, zx_call_alloc(call));
	zx__help_one(&v, command, &m);
	if (zx_call_info(call)->wall)
		zx_embed_time(&m, zx_call_info(call)->wall);
	zx_reply(call, &m);
	zx_message_release(&m);
}

static int begins(const char *name, struct zx_str typed)
{
	size_t n = strlen(name);

	if (typed.len && typed.ptr[0] == '/')
		typed = zx_str_from(typed, 1);
	return typed.len <= n &&
	       (!typed.len || !strncmp(name, typed.ptr, typed.len));
}

void zx__core_help_complete(struct zx_call *call, const char *option,
			    struct zx_str typed, struct zx_choices *out,
			    void *ud)
{
	struct zx__help_view v = { zx_bot_commands(zx_call_bot(call)), call };
	const struct zx_command *command;
	size_t i;

	(void)option;
	(void)ud;
	for (i = 0; (command = zx_commands_get(v.commands, i)) != NULL; i++)
		if (is_shown(&v, command) && begins(command->name, typed))
			zx_choice_add(out, command->name, command->name);
}
