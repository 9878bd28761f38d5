/* SPDX-License-Identifier: MIT
 *
 * Permissions: the bits, the calculator, and who stands above whom.
 */
#ifndef ZX_SANDBOX_PERMISSION_H
#define ZX_SANDBOX_PERMISSION_H

#include "sandbox/world_int.h"

#define ZX__P(bit) (UINT64_C(1) << (bit))
#define ZX__P_CREATE_INVITE ZX__P(0)
#define ZX__P_KICK ZX__P(1)
#define ZX__P_BAN ZX__P(2)
#define ZX__P_ADMINISTRATOR ZX__P(3)
#define ZX__P_MANAGE_CHANNELS ZX__P(4)
#define ZX__P_MANAGE_GUILD ZX__P(5)
#define ZX__P_ADD_REACTIONS ZX__P(6)
#define ZX__P_VIEW_AUDIT_LOG ZX__P(7)
#define ZX__P_VIEW ZX__P(10)
#define ZX__P_SEND ZX__P(11)
#define ZX__P_SEND_TTS ZX__P(12)
#define ZX__P_MANAGE_MESSAGES ZX__P(13)
#define ZX__P_EMBED_LINKS ZX__P(14)
#define ZX__P_ATTACH_FILES ZX__P(15)
#define ZX__P_HISTORY ZX__P(16)
#define ZX__P_MENTION_EVERYONE ZX__P(17)
#define ZX__P_EXTERNAL_EMOJIS ZX__P(18)
#define ZX__P_CONNECT ZX__P(20)
#define ZX__P_SPEAK ZX__P(21)
#define ZX__P_CHANGE_NICKNAME ZX__P(26)
#define ZX__P_MANAGE_NICKNAMES ZX__P(27)
#define ZX__P_MANAGE_ROLES ZX__P(28)
#define ZX__P_MANAGE_WEBHOOKS ZX__P(29)
#define ZX__P_MANAGE_EXPRESSIONS ZX__P(30)
#define ZX__P_USE_COMMANDS ZX__P(31)
#define ZX__P_MANAGE_EVENTS ZX__P(33)
#define ZX__P_MANAGE_THREADS ZX__P(34)
#define ZX__P_CREATE_PUBLIC_THREADS ZX__P(35)
#define ZX__P_CREATE_PRIVATE_THREADS ZX__P(36)
#define ZX__P_SEND_IN_THREADS ZX__P(38)
#define ZX__P_MODERATE ZX__P(40)
#define ZX__P_CREATE_EXPRESSIONS ZX__P(43)
#define ZX__P_CREATE_EVENTS ZX__P(44)
#define ZX__P_SEND_POLLS ZX__P(49)
#define ZX__P_PIN_MESSAGES ZX__P(51)
#define ZX__P_BYPASS_SLOWMODE ZX__P(52)
/* Every bit that is assigned: 0 to 52 without 47. */
#define ZX__P_ALL ((ZX__P(53) - 1) & ~ZX__P(47))

struct zx__overwrite {
	uint64_t id;
	int member; /* 0: a role */
	uint64_t allow, deny;
};
struct zx__perm_case {
	uint64_t guild, user, owner;
	uint64_t everyone;	   /* permissions of @everyone */
	const uint64_t *roles;	   /* ids of the member's roles */
	const uint64_t *role_bits; /* their permissions */
	size_t role_count;
	const struct zx__overwrite *overwrites; /* of the channel */
	size_t overwrite_count;
	int in_channel; /* apply overwrites and what they imply */
	int thread, voice, timed_out;
};
/* The calculator, of plain numbers. */
uint64_t zx__perm_compute(const struct zx__perm_case *p);
uint64_t zx__perm_base(struct zx__world *w, struct zx__guild *g, uint64_t user);
/* In a channel or thread of the guild (DMs: all that is possible in one). */
uint64_t zx__perm_in(struct zx__world *w, struct zx__guild *g,
		     const cJSON *channel, uint64_t user);
/* Of nobody in particular: @everyone alone. */
int zx__everyone_sees(struct zx__guild *g, const cJSON *channel);
/* Height of the user's highest role: compare with zx__role_above. */
const cJSON *zx__top_role(struct zx__guild *g, uint64_t user);
/* Nonzero when a is above b (NULL: @everyone). Equal positions: lower id. */
int zx__role_above(const cJSON *a, const cJSON *b);
/* May who asks act on the role, on the member? Owners may everything. */
int zx__above_role(struct zx__world *w, struct zx__guild *g, const cJSON *role);
int zx__above_member(struct zx__world *w, struct zx__guild *g, uint64_t user);
int zx__timed_out(struct zx__world *w, const cJSON *member);

#endif
