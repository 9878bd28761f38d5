/* SPDX-License-Identifier: MIT
 *
 * recv_interaction: INTERACTION_CREATE, by type.
 */
#include <stdio.h>

#include "command/command_int.h"

static int recv_command(struct zx_call *call, struct zx_str data)
{
	struct zx_commands *c = call->c;
	int err;

	if (!call->info.command) {
		c->stats.unknown++;
		return zx__plain_notice(
			call, "❌ This command is no longer available.");
	}
	snprintf(call->prefix, sizeof(call->prefix), "/");
	if (zx__permitted(&call->info, call->info.command)) {
		c->stats.refused++;
		return zx__denied(call);
	}
	err = zx__args_slash(call, data);
	if (err)
		return err == ZX_E_SYNTAX ? ZX_OK : err;
	zx__call_queue(call);
	return ZX_OK;
}

static const struct {
	enum zx__call_kind kind;
	enum zx_form form;
	int (*recv)(struct zx_call *call, struct zx_str data);
} types[] = {
	[2] = { CALL_COMMAND, ZX_FORM_SLASH, recv_command },
	[3] = { CALL_PRESS, ZX_FORM_PRESS, zx__recv_press },
	[4] = { CALL_COMPLETE, ZX_FORM_SLASH, zx__recv_complete },
	[5] = { CALL_SUBMIT, ZX_FORM_MODAL, zx__recv_submit },
};

/* Key "0" stands for an installation in the guild (IN-08). */
static int is_guest(struct zx_str owners)
{
	return zx_json_kind(owners) == ZX_JSON_OBJECT &&
	       !zx_json_get(owners, "0").len;
}

static int take_resolved(struct zx_call *call, struct zx_str raw)
{
	if (!raw.len)
		return ZX_OK;
	call->resolved = zx_str_dup(call->c->opt.alloc, raw);
	return call->resolved ? ZX_OK : ZX_E_NOMEM;
}

/* Members of the interaction that all types have. */
static int fill(struct zx_call *call, struct zx_str d)
{
	struct zx_str member = zx_json_get(d, "member");
	struct zx_str user = zx_json_get(member, "user");
	struct zx_call_info *info = &call->info;

	info->interaction_id = zx_json_get_u64(d, "id");
	info->guild_id = zx_json_get_u64(d, "guild_id");
	info->channel_id = zx_json_get_u64(d, "channel_id");
	if (!info->channel_id)
		info->channel_id =
			zx_json_get_u64(zx_json_get(d, "channel"), "id");
	info->message_id = zx_json_get_u64(zx_json_get(d, "message"), "id");
	info->permissions = zx_json_get_u64(member, "permissions");
	info->app_permissions = zx_json_get_u64(d, "app_permissions");
	if (zx_json_get_u64(d, "attachment_size_limit"))
		info->upload_max = zx_json_get_u64(d, "attachment_size_limit");
	snprintf(call->locale, sizeof(call->locale), "%.*s",
		 ZX_ARG(zx_json_plain(zx_json_get(d, "locale"))));
	call->guest =
		is_guest(zx_json_get(d, "authorizing_integration_owners"));
	call->app_id = zx_json_get_u64(d, "application_id");
	if (!call->app_id)
		call->app_id = call->c->app_id;
	call->token = zx_str_dup(call->c->opt.alloc,
				 zx_json_plain(zx_json_get(d, "token")));
	if (!call->token || take_resolved(call, zx_json_at(d, "data.resolved")))
		return ZX_E_NOMEM;
	return zx__call_who(call, member,
			    user.len ? user : zx_json_get(d, "user"));
}

static const struct zx_command *find(const struct zx_commands *c,
				     struct zx_str data)
{
	const struct zx_command *command;
	int64_t type = 1;

	zx_json_i64(zx_json_get(data, "type"), &type);
	if (type != 1)
		return NULL;
	command = zx__find(c, zx_json_plain(zx_json_get(data, "name")));
	return command && command->flags & ZX_COMMAND_NO_SLASH ? NULL : command;
}

int zx__recv_interaction(struct zx_commands *c, struct zx_str d)
{
	uint64_t type = zx_json_get_u64(d, "type");
	struct zx_str data = zx_json_get(d, "data");
	size_t open = c->stats.open_calls;
	struct zx_call *call;
	int err;

	if (type >= ZX__LEN(types) || !types[type].recv ||
	    !zx_json_get_u64(d, "id") ||
	    !zx_json_plain(zx_json_get(d, "token")).len)
		return ZX_OK;
	call = zx__call_new(c, types[type].kind, types[type].form);
	if (!call)
		return open < c->opt.max_calls ? ZX_E_NOMEM : ZX_OK;
	err = fill(call, d);
	if (!err) {
		if (call->kind == CALL_COMMAND || call->kind == CALL_COMPLETE)
			call->info.command = find(c, data);
		zx__call_windows(call, c->now, zx__call_wall(c));
		err = types[type].recv(call, data);
	}
	zx__call_unref(call);
	return err;
}
