/* SPDX-License-Identifier: MIT
 *
 * Whether channels may be missing without a trace. A bot cannot list what is
 * hidden from it, but it knows its own roles: only an administrator can be sure
 * to see everything.
 */
#include "guild/capture_int.h"

#define ADMINISTRATOR (UINT64_C(1) << 3)
#define VIEW_CHANNEL (UINT64_C(1) << 10)

int zx__self_roles(struct zx_capture *c, struct zx_str roles)
{
	struct zx_json_iter it = zx_json_each(roles);
	size_t n = 0;

	if (!c->opt.self || c->rights)
		return ZX_OK;
	while (zx_json_next(&it))
		n++;
	if (!n)
		return ZX_OK;
	c->rights = zx_new(c->alloc, n * sizeof(*c->rights));
	if (!c->rights)
		return zx__capture_fail(c, ZX_E_NOMEM, "roles: out of memory");
	for (it = zx_json_each(roles); zx_json_next(&it); c->right_n++)
		c->rights[c->right_n] =
			(struct zx__right){ zx_json_get_u64(it.value, "id"),
					    zx_json_get_u64(it.value,
							    "permissions") };
	return ZX_OK;
}

static uint64_t bits_of(const struct zx_capture *c, uint64_t role)
{
	for (size_t i = 0; i < c->right_n; i++)
		if (c->rights[i].role == role)
			return c->rights[i].bits;
	return 0;
}

void zx__self_is(struct zx_capture *c, struct zx_str member)
{
	struct zx_json_iter it = zx_json_each(zx_json_get(member, "roles"));
	uint64_t bits = bits_of(c, c->opt.guild), role;

	while (zx_json_next(&it))
		if (!zx_json_u64(it.value, &role))
			bits |= bits_of(c, role);
	c->self_bits = bits;
	c->self_known = 1;
}

int zx__self_judge(struct zx_capture *c)
{
	int known = c->self_known;

	c->self_known = 0; /* said once */
	if (!known || c->self_bits & ADMINISTRATOR)
		return ZX_OK;
	return zx__capture_missing(
		c, "channels",
		c->self_bits & VIEW_CHANNEL
			? "some may be missing: those hidden from the bot, "
			  "which is no administrator"
			: "some may be missing: the bot has no permission View "
			  "Channels");
}
