/* SPDX-License-Identifier: MIT
 *
 * cooldown: who must wait before using a command again. A table of sets of
 * four, so that no flood of users can make it grow past its ceiling: a full
 * set forgets the cooldown that would have ended first.
 */
#include "command/command_int.h"

#define FIRST_SETS 16

static uint64_t mix(uint64_t x)
{
	x ^= x >> 33;
	x *= UINT64_C(0xff51afd7ed558ccd);
	x ^= x >> 33;
	x *= UINT64_C(0xc4ceb9fe1a85ec53);
	return x ^ x >> 33;
}

static struct zx__cooldown *set_of(const struct zx__cooldowns *t,
				   const struct zx_command *command,
				   uint64_t id)
{
	uint64_t h = mix(id ^ mix((uint64_t)(uintptr_t)command));

	return t->slots + (h & (t->sets - 1)) * ZX__COOLDOWN_WAYS;
}

/* The entry, a free one, or the one that ends first. */
static struct zx__cooldown *slot_of(const struct zx__cooldowns *t,
				    const struct zx_command *command,
				    uint64_t id)
{
	struct zx__cooldown *set = set_of(t, command, id), *first = set;
	size_t i;

	for (i = 0; i < ZX__COOLDOWN_WAYS; i++) {
		if (set[i].command == command && set[i].id == id)
			return &set[i];
		if (set[i].until < first->until)
			first = &set[i];
	}
	return first;
}

static int is_full(const struct zx__cooldown *slot,
		   const struct zx_command *command, uint64_t id, zx_time now)
{
	return slot->until > now &&
	       !(slot->command == command && slot->id == id);
}

static int grow(struct zx_commands *c)
{
	struct zx__cooldowns *t = &c->cooldowns, bigger;
	size_t i, n = t->sets * ZX__COOLDOWN_WAYS;
	struct zx__cooldown *s;

	bigger.sets = t->sets ? t->sets * 2 : FIRST_SETS;
	if (bigger.sets > ZX__COOLDOWN_SETS)
		return ZX_E_LIMIT;
	bigger.slots = zx_new(c->opt.alloc, bigger.sets * ZX__COOLDOWN_WAYS *
						    sizeof(*bigger.slots));
	if (!bigger.slots)
		return ZX_E_NOMEM;
	for (i = 0; i < n; i++) {
		s = &t->slots[i];
		if (s->until > c->now)
			*slot_of(&bigger, s->command, s->id) = *s;
	}
	zx_delete(c->opt.alloc, t->slots);
	*t = bigger;
	return ZX_OK;
}

uint64_t zx__cooldown(struct zx_commands *c, const struct zx_command *command,
		      uint64_t id, uint32_t ms)
{
	struct zx__cooldowns *t = &c->cooldowns;
	struct zx__cooldown *slot;

	if (!ms)
		return 0;
	/* Without memory for the table there are no cooldowns: better than
	 * commands that do not work. */
	if (!t->slots && grow(c))
		return 0;
	slot = slot_of(t, command, id);
	while (is_full(slot, command, id, c->now) && !grow(c))
		slot = slot_of(t, command, id);
	if (slot->command == command && slot->id == id && slot->until > c->now)
		return slot->until - c->now;
	*slot = (struct zx__cooldown){ command, id, zx_time_add(c->now, ms) };
	return 0;
}
