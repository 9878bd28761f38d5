/* SPDX-License-Identifier: MIT
 *
 * The start-up panel on stderr.
 */
#include <stdio.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "console.h"

static const char rule[] = "========================================"
			   "=======================================";

static void on_ready(struct zx_bot *bot, void *data)
{
	struct zx_str rest, line;
	struct zx_buf text;

	(void)data;
	zx_buf_init(&text, NULL, 0);
	zx_bot_panel(bot, &text);
	rest = zx_buf_str(&text);
	fprintf(stderr, "%s\n  zoryx %s\n%s\n", rule, zx_version(), rule);
	while ((line = zx_str_split(&rest, '\n')).len)
		fprintf(stderr, "  %.*s\n", ZX_ARG(line));
	fprintf(stderr, "%s\n", rule);
	zx_buf_release(&text);
#ifdef __GLIBC__
	/* What connecting took is free by now, but malloc keeps it: some 40 KB
	 * for each shard that connected at the same time. */
	malloc_trim(0);
#endif
}

const struct zx_cog console_cog = {
	.name = "Console",
	.ready = on_ready,
};
