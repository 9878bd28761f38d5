/* SPDX-License-Identifier: MIT
 *
 * Permissions: the calculator, and who stands above whom. All in uint64.
 */
#include <stdlib.h>

#include "sandbox/world_int.h"

#define WITHOUT_SEND                                                           \
	(ZX__P_SEND_TTS | ZX__P_EMBED_LINKS | ZX__P_ATTACH_FILES |             \
	 ZX__P_MENTION_EVERYONE)
#define TIMED_OUT (ZX__P_VIEW | ZX__P_HISTORY)
/* What voice channels add; of no use to whom may not connect. */
#define VOICE                                                                  \
	(ZX__P(8) | ZX__P(9) | ZX__P(21) | ZX__P(22) | ZX__P(23) | ZX__P(24) | \
	 ZX__P(25) | ZX__P(32) | ZX__P(39) | ZX__P(42) | ZX__P(45))

static uint64_t base_bits(const struct zx__perm_case *p)
{
	uint64_t bits = p->everyone;

	if (p->user == p->owner)
		return ZX__P_ALL;
	for (size_t i = 0; i < p->role_count; i++)
		bits |= p->role_bits[i];
	return bits & ZX__P_ADMINISTRATOR ? ZX__P_ALL : bits;
}

static int has_role(const struct zx__perm_case *p, uint64_t id)
{
	for (size_t i = 0; i < p->role_count; i++)
		if (p->roles[i] == id)
			return 1;
	return 0;
}

/* @everyone first, then all roles together, then the member. */
static uint64_t overwritten(const struct zx__perm_case *p, uint64_t bits)
{
	uint64_t allow = 0, deny = 0;
	const struct zx__overwrite *own = NULL;

	for (size_t i = 0; i < p->overwrite_count; i++) {
		const struct zx__overwrite *o = &p->overwrites[i];

		if (!o->member && o->id == p->guild)
			bits = (bits & ~o->deny) | o->allow;
		else if (!o->member && has_role(p, o->id)) {
			allow |= o->allow;
			deny |= o->deny;
		} else if (o->member && o->id == p->user) {
			own = o;
		}
	}
	bits = (bits & ~deny) | allow;
	return own ? (bits & ~own->deny) | own->allow : bits;
}

static uint64_t implied(const struct zx__perm_case *p, uint64_t bits)
{
	if (!(bits & ZX__P_VIEW))
		return 0;
	if (p->thread) {
		bits &= ~ZX__P_SEND;
		if (bits & ZX__P_SEND_IN_THREADS)
			bits |= ZX__P_SEND;
	}
	if (!(bits & ZX__P_SEND))
		bits &= ~WITHOUT_SEND;
	if (p->voice && !(bits & ZX__P_CONNECT))
		bits &= ~VOICE;
	return bits;
}

uint64_t zx__perm_compute(const struct zx__perm_case *p)
{
	uint64_t bits = base_bits(p);

	if (bits == ZX__P_ALL &&
	    (p->user == p->owner || (bits & ZX__P_ADMINISTRATOR)))
		return bits;
	if (p->in_channel)
		bits = overwritten(p, bits);
	if (p->timed_out)
		bits &= TIMED_OUT;
	return p->in_channel ? implied(p, bits) : bits;
}

/* From DOM ---------------------------------------------------------------- */

enum { MAX_ROLES = 256, MAX_OVERWRITES = 1000 };

struct scratch {
	uint64_t roles[MAX_ROLES], bits[MAX_ROLES];
	struct zx__overwrite over[MAX_OVERWRITES];
};

int zx__timed_out(struct zx__world *w, const cJSON *member)
{
	const char *until = zx__str(member, "communication_disabled_until");

	return *until && zx__iso_parse(until) > zx__wall(w);
}

static void collect_roles(struct zx__guild *g, const cJSON *member,
			  struct scratch *s, struct zx__perm_case *p)
{
	ZX__EACH(id, zx__get(member, "roles"))
	{
		const cJSON *role = zx__set_get(&g->roles, zx__dom_u64(id));

		if (!role || p->role_count == MAX_ROLES)
			continue;
		s->roles[p->role_count] = zx__dom_u64(id);
		s->bits[p->role_count++] = zx__dom_id(role, "permissions");
	}
}

static void collect_overwrites(const cJSON *channel, struct scratch *s,
			       struct zx__perm_case *p)
{
	ZX__EACH(o, zx__get(channel, "permission_overwrites"))
	{
		if (p->overwrite_count == MAX_OVERWRITES)
			break;
		s->over[p->overwrite_count++] = (struct zx__overwrite){
			.id = zx__dom_id(o, "id"),
			.member = zx__int(o, "type") == 1,
			.allow = zx__dom_id(o, "allow"),
			.deny = zx__dom_id(o, "deny"),
		};
	}
}

/* Threads have the overwrites of their parent. */
static const cJSON *ruled_by(struct zx__guild *g, const cJSON *channel)
{
	if (channel && zx__is_thread(channel))
		return zx__set_get(&g->channels,
				   zx__dom_id(channel, "parent_id"));
	return channel;
}

static uint64_t compute(struct zx__world *w, struct zx__guild *g,
			const cJSON *channel, uint64_t user)
{
	cJSON *made;
	const cJSON *member = zx__member_look(g, user, &made);
	const cJSON *everyone = zx__set_get(&g->roles, g->id);
	const cJSON *rules = ruled_by(g, channel);
	struct scratch *s;
	struct zx__perm_case p = {
		.guild = g->id,
		.user = user,
		.owner = zx__dom_id(g->dom, "owner_id"),
		.everyone = zx__dom_id(everyone, "permissions"),
		.in_channel = channel != NULL,
		.thread = channel && zx__is_thread(channel),
	};
	uint64_t bits;

	if (!member)
		return 0;
	s = malloc(sizeof(*s));
	if (!s) {
		cJSON_Delete(made);
		return 0;
	}
	p.roles = s->roles;
	p.role_bits = s->bits;
	p.overwrites = s->over;
	p.timed_out = zx__timed_out(w, member);
	p.voice = rules &&
		  (zx__int(rules, "type") == 2 || zx__int(rules, "type") == 13);
	collect_roles(g, member, s, &p);
	collect_overwrites(rules, s, &p);
	bits = zx__perm_compute(&p);
	free(s);
	cJSON_Delete(made);
	return bits;
}

uint64_t zx__perm_base(struct zx__world *w, struct zx__guild *g, uint64_t user)
{
	return compute(w, g, NULL, user);
}

/* Private threads are for their members and for who manages threads. */
static int outside_private_thread(const cJSON *channel, uint64_t user,
				  uint64_t bits)
{
	if (zx__int(channel, "type") != 12 || (bits & ZX__P_MANAGE_THREADS))
		return 0;
	return !zx__ids_have(zx__get(channel, "_members"), user);
}

#define IN_A_DM                                                                \
	(ZX__P_VIEW | ZX__P_SEND | ZX__P_EMBED_LINKS | ZX__P_ATTACH_FILES |    \
	 ZX__P_HISTORY | ZX__P_MENTION_EVERYONE | ZX__P_EXTERNAL_EMOJIS |      \
	 ZX__P_ADD_REACTIONS | ZX__P_USE_COMMANDS | ZX__P_PIN_MESSAGES |       \
	 ZX__P_SEND_POLLS)

uint64_t zx__perm_in(struct zx__world *w, struct zx__guild *g,
		     const cJSON *channel, uint64_t user)
{
	uint64_t bits;

	if (!g) {
		const cJSON *who = zx__get(channel, "recipients");

		if (user == zx__bot(w) ||
		    zx__dom_id(cJSON_GetArrayItem(who, 0), "id") == user)
			return IN_A_DM;
		return 0;
	}
	bits = compute(w, g, channel, user);
	return outside_private_thread(channel, user, bits) ? 0 : bits;
}

int zx__everyone_sees(struct zx__guild *g, const cJSON *channel)
{
	const cJSON *everyone = zx__set_get(&g->roles, g->id);
	const cJSON *rules = ruled_by(g, channel);
	uint64_t bits = zx__dom_id(everyone, "permissions");

	if (zx__int(channel, "type") == 12)
		return 0;
	ZX__EACH(o, zx__get(rules, "permission_overwrites"))
	{
		/* One denied role or member is enough to look closer. */
		if (zx__dom_id(o, "id") != g->id &&
		    (zx__dom_id(o, "deny") & ZX__P_VIEW))
			return 0;
		if (zx__dom_id(o, "id") == g->id)
			bits = (bits & ~zx__dom_id(o, "deny")) |
			       zx__dom_id(o, "allow");
	}
	return (bits & ZX__P_VIEW) != 0;
}

/* Heights ----------------------------------------------------------------- */

int zx__role_above(const cJSON *a, const cJSON *b)
{
	if (!a || !b)
		return a != NULL;
	if (zx__int(a, "position") != zx__int(b, "position"))
		return zx__int(a, "position") > zx__int(b, "position");
	return zx__dom_id(a, "id") < zx__dom_id(b, "id");
}

const cJSON *zx__top_role(struct zx__guild *g, uint64_t user)
{
	const cJSON *top = NULL;

	ZX__EACH(id, zx__get(zx__member(g, user), "roles"))
	{
		const cJSON *role = zx__set_get(&g->roles, zx__dom_u64(id));

		if (role && zx__role_above(role, top))
			top = role;
	}
	return top;
}

int zx__above_role(struct zx__world *w, struct zx__guild *g, const cJSON *role)
{
	if (zx__dom_id(g->dom, "owner_id") == zx__actor(w))
		return 1;
	if (zx__dom_id(role, "id") == g->id)
		return 1;
	return zx__role_above(zx__top_role(g, zx__actor(w)), role);
}

int zx__above_member(struct zx__world *w, struct zx__guild *g, uint64_t user)
{
	uint64_t owner = zx__dom_id(g->dom, "owner_id");

	if (owner == zx__actor(w))
		return 1;
	if (owner == user)
		return 0;
	return zx__role_above(zx__top_role(g, zx__actor(w)),
			      zx__top_role(g, user));
}
