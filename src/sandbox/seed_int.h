/* SPDX-License-Identifier: MIT
 *
 * Inside the seeds of servers.
 */
#ifndef ZX_SANDBOX_SEED_INT_H
#define ZX_SANDBOX_SEED_INT_H

#include "sandbox/world_int.h"

/* A server in the making. */
struct maker {
	struct zx__world *w;
	struct zx__guild *g;
	uint64_t ms; /* of the next id */
	uint64_t admin, bot, moderator, helper, regular, artist;
	uint64_t category; /* of the channels that follow */
	int position;
};

/* What @everyone may in a new server. */
#define ZX__EVERYONE                                                           \
	(ZX__P_CREATE_INVITE | ZX__P_ADD_REACTIONS | ZX__P(9) | ZX__P_VIEW |   \
	 ZX__P_SEND | ZX__P_EMBED_LINKS | ZX__P_ATTACH_FILES | ZX__P_HISTORY | \
	 ZX__P_MENTION_EVERYONE | ZX__P_EXTERNAL_EMOJIS | ZX__P_CONNECT |      \
	 ZX__P_SPEAK | ZX__P(25) | ZX__P_CHANGE_NICKNAME |                     \
	 ZX__P_USE_COMMANDS | ZX__P(32) | ZX__P_CREATE_PUBLIC_THREADS |        \
	 ZX__P_CREATE_PRIVATE_THREADS | ZX__P(37) | ZX__P_SEND_IN_THREADS |    \
	 ZX__P(39) | ZX__P(42) | ZX__P(45) | ZX__P(46) | ZX__P_SEND_POLLS |    \
	 ZX__P(50))

/* seed_guild.c */
uint64_t zx__mk_id(struct maker *m);
/* position 0 is @everyone. */
uint64_t zx__mk_role(struct maker *m, const char *name, uint64_t bits,
		     int color, int position);
/* A category becomes the parent of those that follow. */
uint64_t zx__mk_channel(struct maker *m, int type, const char *name);
void zx__mk_overwrite(struct maker *m, uint64_t ch, uint64_t who, int type,
		      uint64_t allow, uint64_t deny);
cJSON *zx__mk_member(struct maker *m, uint64_t user, const char *nick,
		     uint64_t role_a, uint64_t role_b);
void zx__seed_plain(struct maker *m);

/* seed_all.c: the server with everything, by the routes themselves. */
void zx__seed_everything(struct maker *m);

#endif
