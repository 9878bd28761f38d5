/* SPDX-License-Identifier: MIT
 *
 * permission: who may use a command.
 */
#include "command/command_int.h"

int zx__is_owner(const struct zx_commands *c, uint64_t user)
{
	size_t i;

	for (i = 0; i < c->opt.owner_count; i++)
		if (c->opt.owners[i] == user)
			return 1;
	return 0;
}

int zx__permitted(const struct zx_call_info *info,
		  const struct zx_command *command)
{
	uint64_t bits = info->guild_id ? info->permissions : 0;

	if (command->flags & ZX_COMMAND_GUILD_ONLY && !info->guild_id)
		return ZX_E_PERM;
	if (info->is_owner)
		return ZX_OK;
	if (command->rule == ZX_RULE_OWNER)
		return ZX_E_PERM;
	if (bits & ZX_PERM_ADMINISTRATOR)
		return ZX_OK;
	if (command->rule != ZX_RULE_EVERYONE)
		return ZX_E_PERM;
	return (bits & command->permissions) == command->permissions
		       ? ZX_OK
		       : ZX_E_PERM;
}

int zx_commands_allowed(const struct zx_commands *c, const struct zx_call *call,
			const struct zx_command *command)
{
	(void)c;
	return !zx__permitted(&call->info, command);
}
