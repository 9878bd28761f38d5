/* SPDX-License-Identifier: MIT
 *
 * Comparing, for the files that do it.
 */
#ifndef ZX_GUILD_DIFF_INT_H
#define ZX_GUILD_DIFF_INT_H

#include "guild/guild_int.h"

/* The items of a section of one side, in memory. */
struct zx__list {
	const struct zx_alloc *alloc;
	struct zx_buf text;
	struct zx__listed {
		uint64_t id;
		size_t at, len;
		size_t mate; /* 1 + the place of the same on the other side */
	} * v;
	size_t n, cap;
};

void zx__list_init(struct zx__list *l, const struct zx_alloc *a);
void zx__list_release(struct zx__list *l);
int zx__list_load(struct zx__list *l, const struct zx_guild_reader *r,
		  enum zx_section s);
struct zx_str zx__list_text(const struct zx__list *l, size_t i);
int zx__list_add(struct zx__list *l, enum zx_section s, struct zx_str item);
/* By id. 0: there is but one of it, and no other way to match. */
int zx__list_match_ids(struct zx__list *a, struct zx__list *b,
		       enum zx_section s);
/* Then the i-th of a by a type and name that is unique on both sides; how many
 * items were looked at. */
size_t zx__list_match_name(struct zx__list *a, struct zx__list *b, size_t i);

/* Ids that mean the same although they differ. */
struct zx__alias {
	uint64_t a, b;
};

struct zx__diff {
	const struct zx_guild_reader *a, *b;
	struct zx_diff *out;
	int (*change)(const struct zx_change *c, void *ud);
	void *ud;
	struct zx__list la[ZX_SECTION_COUNT], lb[ZX_SECTION_COUNT];
	struct zx__alias *map;
	size_t map_n;
	struct zx_buf path;
	uint64_t fields; /* differences told so far */
};

/* What an item is found by. */
uint64_t zx__diff_id(enum zx_section s, struct zx_str item);
/* Remembers the pairs whose ids differ. */
int zx__diff_map(struct zx__diff *d, const struct zx__list *a,
		 const struct zx__list *b);
/* When all pairs are there: puts them in order, so that they are found fast. */
void zx__diff_map_sort(struct zx__diff *d);
int zx__diff_aliased(const struct zx__diff *d, uint64_t a, uint64_t b);
/* Tells every field that differs. */
int zx__diff_fields(struct zx__diff *d, enum zx_section s, struct zx_str a,
		    struct zx_str b);

#endif
