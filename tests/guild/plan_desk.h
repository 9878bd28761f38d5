/* SPDX-License-Identifier: MIT
 *
 * plan_desk: a snapshot and a server put together from single items, and the
 * plan between them as text. In JSON ' stands for ".
 */
#ifndef PLAN_DESK_H
#define PLAN_DESK_H

#include "helper/mem_store.h"
#include "helper/zx_test.h"
#include "zoryx/restore.h"

/* The guild, its bot, the bot's role and the owner. */
enum { DESK_GUILD = 1000, DESK_BOT = 77, DESK_BOT_ROLE = 900, DESK_OWNER = 70 };

struct desk_side {
	struct mem_store parts;
	struct zx_guild_store store;
	struct zx_guild_writer *w;
	struct zx_guild_reader r;
};

struct desk {
	struct desk_side snap, live;
	struct zx_restore_options opt;
	struct zx_plan *plan;
	struct zx_buf text;
	int ended;
};

/* Administrator, with a role at position 50; everything is selected. The server
 * has @everyone, who see channels, and nothing else. */
void desk_open(struct desk *d);
/* Of a server with this id; `guild` are further fields of its item. */
void desk_open_as(struct desk *d, uint64_t live, const char *guild);
/* With other settings in the snapshot than now. */
void desk_open_settings(struct desk *d, uint64_t live, const char *was,
			const char *is);
/* With these permissions of @everyone in the snapshot, and now. */
void desk_open_bare(struct desk *d, const char *saw, const char *sees);
void desk_close(struct desk *d);

void desk_snap(struct desk *d, enum zx_section s, const char *json);
void desk_live(struct desk *d, enum zx_section s, const char *json);
void desk_both(struct desk *d, enum zx_section s, const char *json);
void desk_image(struct desk_side *side, uint64_t id, const char *key,
		const char *type, const char *data);

/* Makes the plan. */
void desk_plan(struct desk *d);
/* The same, and compares: a line per operation that changes something or says
 * something, "verb section name [reason] body". */
void desk_expect(struct desk *d, const char *want);
/* Only the first words of each: "create roles Mod". */
void desk_verbs(struct desk *d, const char *want);
/* The k-th operation (from 0) of an act; fails when there is none. */
struct zx_plan_op desk_op(struct desk *d, enum zx_act act, size_t k);
int desk_has(struct desk *d, enum zx_act act);
/* "METHOD path body" of an operation. */
void desk_request(struct desk *d, uint32_t op, const struct zx_idmap *ids,
		  const char *answer, const char *want);
/* With the plan's ids and more of one kind: from, to, ..., 0. */
void desk_ids(struct desk *d, struct zx_idmap *ids);

#endif
