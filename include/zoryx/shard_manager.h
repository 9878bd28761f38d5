/* SPDX-License-Identifier: MIT
 *
 * shard_manager: the cog that joins the processes of one bot. A primary
 * (SHARD_IPC_MODE=server) and its secondaries tell each other their numbers,
 * pass messages of the owner on, and share what Discord counts together:
 * identify turns, the global rate limit, invalid requests. /clusters,
 * /ipcstatus, /broadcastmsg. See docs/CLUSTERS.md.
 *
 *   if (config->shard_manager)
 *           zx_bot_add_cog(bot, zx_cog_shard_manager());
 *
 * Needs zx_bot_options.config. Add it behind the shard monitor, whose dashboard
 * then shows the other clusters too. When IPC cannot start (port in use, secret
 * refused) the log says what to do and the bot goes on without it.
 */
#ifndef ZORYX_SHARD_MANAGER_H
#define ZORYX_SHARD_MANAGER_H

#include "zoryx/bot.h"
#include "zoryx/ipc.h"

#ifdef __cplusplus
extern "C" {
#endif

ZX_API const struct zx_cog *zx_cog_shard_manager(void);

struct zx_manager_options {
	size_t size;
	uint32_t stats_ms; /* our numbers to the others; 0 means 60 s */
	uint32_t drop_ms;  /* a cluster that left is forgotten; 0: 5 min */
	uint32_t seen_ms;  /* for a broadcast to be confirmed; 0: 3 s */
	/* A secondary waits so long for a primary that is gone, then starts
	 * shards by turns of its own, one per slot; 0: 30 s and 6 s. */
	uint32_t turn_wait_ms, turn_slot_ms;
};
#define ZX_MANAGER_OPTIONS_INIT ZX__INIT(struct zx_manager_options)

/* After zx_bot_start, or in the `start` of a cog that was added later.
 * ZX_E_STATE when the cog is not there. */
ZX_API int zx_manager_configure(struct zx_bot *b,
				const struct zx_manager_options *opt);

/* The machine of this process, for messages of your own; NULL when it is not
 * there. After sending call zx_manager_kick. */
ZX_API struct zx_ipc *zx_manager_ipc(struct zx_bot *b);
ZX_API void zx_manager_kick(struct zx_bot *b);

/* All clusters together, this one included; each shard once. */
struct zx_manager_totals {
	uint32_t clusters; /* that are there */
	uint64_t guilds, users;
	uint32_t shards;      /* different ones that run */
	uint32_t twice;	      /* that run in more than one cluster */
	uint32_t shard_count; /* of the bot */
};
/* ZX_E_STATE when the cog is not there, ZX_E_NOMEM. */
ZX_API int zx_manager_totals(struct zx_bot *b, struct zx_manager_totals *out);

#ifdef __cplusplus
}
#endif
#endif
