/* SPDX-License-Identifier: MIT
 *
 * Names for people and servers.
 */
#include <stdio.h>

#include "sandbox/world_int.h"

static const char *const people[] = {
	"mira",	  "jonas", "aiko",   "tobi",	"lena",	 "oskar", "priya",
	"mateo",  "sanne", "yusuf",  "freya",	"dario", "noemi", "kwame",
	"ingrid", "pavel", "zoe",    "rafael",	"hanna", "elif",  "viktor",
	"amara",  "bruno", "chloe",  "dimitri", "esme",	 "farid", "greta",
	"hugo",	  "isla",  "jasper", "kiara",	"leon",	 "maya",  "nils",
	"olivia", "quinn", "rosa",   "samir",	"tilda",
};

static const char *const servers[] = {
	"Zoryx Lounge",	      "Night Owls",	  "Pixel Forge",
	"Rust & Coffee",      "The Reading Room", "Speedrun Club",
	"Analog Photography", "Bike Kitchen",	  "Board Game Tuesdays",
	"Synth Corner",
};

static const char *const adjectives[] = {
	"Quiet", "Golden", "Electric", "Wandering", "Northern",
	"Paper", "Silver", "Curious",  "Velvet",    "Open",
};
static const char *const nouns[] = {
	"Harbour", "Garden",  "Workshop", "Library", "Station",
	"Orchard", "Theatre", "Arcade",	  "Bakery",  "Observatory",
};

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

const char *zx__name_user(size_t i)
{
	return people[i % COUNT(people)];
}

const char *zx__name_guild(size_t i, char buf[64])
{
	if (i < COUNT(servers))
		return servers[i];
	i -= COUNT(servers);
	snprintf(buf, 64, "%s %s", adjectives[i % COUNT(adjectives)],
		 nouns[i / COUNT(adjectives) % COUNT(nouns)]);
	if (i >= COUNT(adjectives) * COUNT(nouns))
		snprintf(buf + strlen(buf), 64 - strlen(buf), " %zu",
			 i / (COUNT(adjectives) * COUNT(nouns)) + 1);
	return buf;
}
