/* SPDX-License-Identifier: MIT
 *
 * guild links with base and SHA-256 alone.
 */
#include "zoryx/guild.h"

static int put(const unsigned char hash[ZX_HASH], struct zx_str data, void *ud)
{
	(void)hash;
	(void)data;
	(void)ud;
	return ZX_OK;
}

int main(void)
{
	struct zx_guild_writer_options o = ZX_GUILD_WRITER_OPTIONS_INIT;
	struct zx_guild_writer *w;
	struct zx_guild_written out;
	int bad;

	o.store.put = put;
	o.guild = 1;
	if (zx_guild_writer_new(&w, &o))
		return 1;
	bad = zx_guild_add(w, ZX_SECTION_ROLES, ZX_STR("{\"id\":\"1\"}")) ||
	      zx_guild_finish(w, &out) || out.counts.roles != 1;
	zx_guild_writer_free(w);
	return bad;
}
