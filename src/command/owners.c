/* SPDX-License-Identifier: MIT
 *
 * owners: who they are may become known only after the bot has asked.
 */
#include "command/command_int.h"

int zx_commands_set_owners(struct zx_commands *c, const uint64_t *owners,
			   size_t count)
{
	uint64_t *copy = NULL;

	if (count) {
		copy = zx_new(c->opt.alloc, count * sizeof(*copy));
		if (!copy)
			return ZX_E_NOMEM;
		memcpy(copy, owners, count * sizeof(*copy));
	}
	zx_delete(c->opt.alloc, (void *)(uintptr_t)c->opt.owners);
	c->opt.owners = copy;
	c->opt.owner_count = count;
	return ZX_OK;
}
