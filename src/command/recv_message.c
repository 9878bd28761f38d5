/* SPDX-License-Identifier: MIT
 *
 * recv_message: MESSAGE_CREATE. Most messages are no commands and are left as
 * soon as that is known.
 */
#include <stdio.h>

#include "command/command_int.h"

enum { MESSAGE_DEFAULT = 0, MESSAGE_REPLY = 19 };

/* "<@1>" or "<@!1>" in front of s: its length, else 0. */
static size_t mention_len(struct zx_str s, uint64_t user)
{
	char plain[32], nick[32];

	snprintf(plain, sizeof(plain), "<@%llu>", (unsigned long long)user);
	snprintf(nick, sizeof(nick), "<@!%llu>", (unsigned long long)user);
	return zx_str_starts(s, plain)	? strlen(plain)
	       : zx_str_starts(s, nick) ? strlen(nick)
					: 0;
}

static int starts_nocase(struct zx_str s, const char *prefix)
{
	size_t n = strlen(prefix);

	return s.len >= n &&
	       zx_str_is_nocase((struct zx_str){ s.ptr, n }, prefix);
}

struct line {
	enum zx_form form;
	struct zx_str name, rest;
	const char *prefix; /* as typed, for examples in answers */
	int only_mention;
};

/* Nonzero when the text calls a command, or nothing but the bot. */
static int read_line(const struct zx_commands *c, uint64_t guild,
		     struct zx_str text, struct zx_prefix *p, struct line *out)
{
	size_t n = c->user_id ? mention_len(text, c->user_id) : 0;
	size_t i;

	memset(out, 0, sizeof(*out));
	if (n && !zx_str_trim(zx_str_from(text, n)).len) {
		out->only_mention = 1;
		out->form = ZX_FORM_MENTION;
		return 1;
	}
	zx_commands_prefix(c, guild, p);
	out->prefix = p->text;
	if (n && p->mention) {
		out->form = ZX_FORM_MENTION;
	} else if (starts_nocase(text, p->text)) {
		out->form = ZX_FORM_PREFIX;
		n = strlen(p->text);
	} else {
		return 0;
	}
	text = zx_str_trim(zx_str_from(text, n));
	for (i = 0; i < text.len && (unsigned char)text.ptr[i] > ' '; i++)
		;
	out->name = (struct zx_str){ text.ptr, i };
	out->rest = zx_str_trim(zx_str_from(text, i));
	return i > 0;
}

static int from_a_person(struct zx_str d, struct zx_str author)
{
	int64_t type = zx_json_get_i64(d, "type");

	return (type == MESSAGE_DEFAULT || type == MESSAGE_REPLY) &&
	       !zx_json_get_bool(author, "bot") &&
	       !zx_json_get_bool(author, "system") &&
	       zx_json_kind(zx_json_get(d, "webhook_id")) != ZX_JSON_STRING;
}

static char *display_name(const struct zx_commands *c, struct zx_str member,
			  struct zx_str user)
{
	struct zx_str raw = zx_json_get(member, "nick");
	struct zx_buf name;
	char *out;

	if (zx_json_kind(raw) != ZX_JSON_STRING)
		raw = zx_json_get(user, "global_name");
	if (zx_json_kind(raw) != ZX_JSON_STRING)
		raw = zx_json_get(user, "username");
	zx_buf_init(&name, c->opt.alloc, 0);
	if (raw.len)
		zx_json_text(raw, &name);
	out = name.err ? NULL : zx_str_dup(c->opt.alloc, zx_buf_str(&name));
	zx_buf_release(&name);
	return out;
}

int zx__call_who(struct zx_call *call, struct zx_str member, struct zx_str user)
{
	struct zx_str roles = zx_json_get(member, "roles");

	call->info.user_id = zx_json_get_u64(user, "id");
	call->info.is_owner = zx__is_owner(call->c, call->info.user_id);
	call->name = display_name(call->c, member, user);
	call->info.user_name = call->name ? call->name : "";
	if (roles.len)
		call->roles = zx_str_dup(call->c->opt.alloc, roles);
	return call->name && (call->roles || !roles.len) ? ZX_OK : ZX_E_NOMEM;
}

static void permissions(struct zx_call *call, struct zx_str member)
{
	struct zx_commands *c = call->c;
	uint64_t bits = 0;

	if (!call->info.guild_id || !c->opt.permissions)
		return;
	if (!c->opt.permissions(call->info.guild_id, call->info.channel_id,
				call->info.user_id, member, &bits, c->opt.ud))
		call->info.permissions = bits;
}

static int run(struct zx_call *call, const struct line *line, struct zx_str d)
{
	const struct zx_command *command = call->info.command;
	int err;

	if (line->only_mention)
		return zx__mention_info(call);
	snprintf(call->prefix, sizeof(call->prefix), "%s", line->prefix);
	permissions(call, zx_json_get(d, "member"));
	if (zx__permitted(&call->info, command)) {
		call->c->stats.refused++;
		return zx__denied(call);
	}
	err = zx__args_text(call, line->rest, d);
	if (err)
		return err == ZX_E_SYNTAX ? ZX_OK : err;
	zx__call_queue(call);
	return ZX_OK;
}

static int begin(struct zx_commands *c, const struct line *line,
		 const struct zx_command *command, struct zx_str d)
{
	enum zx__call_kind kind = command ? CALL_COMMAND : CALL_NOTICE;
	size_t open = c->stats.open_calls;
	struct zx_call *call = zx__call_new(c, kind, line->form);
	int err;

	if (!call) /* too many are open, or memory is out */
		return open < c->opt.max_calls ? ZX_E_NOMEM : ZX_OK;
	call->info.command = command;
	call->info.guild_id = zx_json_get_u64(d, "guild_id");
	call->info.channel_id = zx_json_get_u64(d, "channel_id");
	call->info.message_id = zx_json_get_u64(d, "id");
	err = zx__call_who(call, zx_json_get(d, "member"),
			   zx_json_get(d, "author"));
	if (!err)
		err = run(call, line, d);
	zx__call_unref(call);
	return err;
}

int zx__recv_message(struct zx_commands *c, struct zx_str d)
{
	const struct zx_command *command = NULL;
	struct zx_prefix prefix;
	struct line line;
	int err;

	zx_buf_clear(&c->text);
	err = zx_json_text(zx_json_get(d, "content"), &c->text);
	if (err)
		return err == ZX_E_NOMEM ? err : ZX_OK;
	if (!c->text.len ||
	    !read_line(c, zx_json_get_u64(d, "guild_id"),
		       zx_str_trim(zx_buf_str(&c->text)), &prefix, &line) ||
	    !from_a_person(d, zx_json_get(d, "author")))
		return ZX_OK;
	if (!line.only_mention) {
		command = zx__find(c, line.name);
		if (!command || command->flags & ZX_COMMAND_NO_PREFIX) {
			c->stats.unknown++;
			return ZX_OK;
		}
	}
	return begin(c, &line, command, d);
}
