/* SPDX-License-Identifier: MIT
 *
 * What the files of the core cog share. What is shown is made by functions from
 * plain data, so that it can be tested without a bot.
 */
#ifndef ZX__CORE_INT_H
#define ZX__CORE_INT_H

#include <stdio.h>
#include <string.h>

#include "zoryx/bot.h"

#define ZX__CORE_COG "Main"
#define ZX__HELP_PAGE 5 /* commands on a page of /help */
#define ZX__PREFIX_MAX 5

void zx__core_help(struct zx_call *call, void *ud);
void zx__core_help_complete(struct zx_call *call, const char *option,
			    struct zx_str typed, struct zx_choices *out,
			    void *ud);
void zx__core_ping(struct zx_call *call, void *ud);
void zx__core_stats(struct zx_call *call, void *ud);
void zx__core_setprefix(struct zx_call *call, void *ud);
void zx__core_mentionprefix(struct zx_call *call, void *ud);
void zx__core_serversettings(struct zx_call *call, void *ud);

/* /help ------------------------------------------------------------------ */

struct zx__help_state {
	char category[64];
	uint32_t page; /* from 0 */
};

/* What of the commands this invoker sees. */
struct zx__help_view {
	const struct zx_commands *commands;
	const struct zx_call *call;
};

/* The invoker's commands of a category (NULL: of all); fills up to max and
 * returns how many there are. */
size_t zx__help_list(const struct zx__help_view *v, const char *category,
		     const struct zx_command **out, size_t max);
/* The i-th category, "Main" first, or NULL. */
const char *zx__help_category(const struct zx__help_view *v, size_t i);
/* Clamps the page and renders embed, select and buttons. */
void zx__help_render(const struct zx__help_view *v,
		     const struct zx__help_state *state, int over,
		     struct zx_message *out);
void zx__help_one(const struct zx__help_view *v,
		  const struct zx_command *command, struct zx_message *out);

/* /ping ------------------------------------------------------------------ */

struct zx__ping_view {
	double gateway_ms; /* negative: not known yet */
	double rest_ms;
	uint32_t shard, shard_count;
	zx_wall wall;
};
void zx__ping_render(const struct zx__ping_view *v, struct zx_message *out);

/* /stats ----------------------------------------------------------------- */

struct zx__stats_view {
	struct zx_bot_info bot;
	struct zx_commands_stats commands;
	const struct zx_commands *list; /* for the most used; may be NULL */
	size_t slash;
	zx_time now;
	zx_wall wall;
};
void zx__stats_render(const struct zx__stats_view *v, struct zx_message *out);

/* Settings --------------------------------------------------------------- */

/* NULL, or why this is no prefix. */
const char *zx__prefix_fault(struct zx_str prefix);

struct zx__settings_view {
	struct zx_prefix prefix;
	const struct zx_guild *guild; /* may be NULL */
	uint32_t shard_count;
	zx_wall wall;
};
void zx__settings_render(const struct zx__settings_view *v,
			 struct zx_message *out);

#endif
