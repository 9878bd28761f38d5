/* SPDX-License-Identifier: MIT
 *
 * events: names of events to numbers and back. One list (ZX_EVENTS) gives the
 * enum and the names; a perfect hash finds a name with one comparison.
 */
#include <string.h>

#include "gateway/gateway_int.h"

static const struct zx_str names[ZX_EVENT_COUNT] = {
	[ZX_EVENT_UNKNOWN] = { "UNKNOWN", 7 },
#define ZX__X(name) [ZX_EVENT_##name] = { #name, sizeof(#name) - 1 },
	ZX_EVENTS(ZX__X)
#undef ZX__X
};

/* Made by `test_events --table` after ZX_EVENTS has changed; a test tells when
 * it is out of date. */
static const unsigned char weights[3] = { 1, 13, 216 };
static const unsigned char slots[ZX__EVENT_SLOTS] = {
	0,  0,	0,  0,	0,  0,	7,  0,	0,  61, 0,  0,	0,  0,	0,  0,	0,  35,
	0,  0,	0,  0,	14, 0,	0,  0,	0,  0,	0,  0,	0,  63, 0,  0,	0,  6,
	0,  0,	0,  0,	0,  0,	0,  0,	0,  0,	0,  0,	0,  0,	0,  0,	0,  0,
	0,  0,	0,  0,	0,  0,	0,  0,	0,  0,	0,  0,	0,  0,	0,  0,	0,  4,
	0,  0,	0,  0,	0,  0,	0,  0,	0,  0,	0,  44, 34, 0,	56, 0,	70, 0,
	0,  27, 60, 0,	0,  0,	0,  0,	3,  0,	0,  0,	0,  0,	2,  0,	0,  0,
	0,  0,	0,  0,	0,  0,	0,  0,	0,  0,	0,  0,	0,  0,	0,  0,	0,  0,
	0,  0,	0,  0,	0,  0,	0,  0,	0,  0,	0,  0,	0,  0,	0,  0,	0,  0,
	0,  0,	0,  0,	0,  0,	43, 0,	0,  0,	0,  0,	21, 0,	0,  0,	0,  41,
	0,  0,	71, 54, 0,  0,	0,  0,	0,  0,	0,  0,	0,  0,	0,  0,	0,  0,
	53, 0,	0,  0,	0,  0,	0,  0,	0,  0,	0,  0,	0,  0,	0,  0,	0,  0,
	0,  72, 0,  0,	0,  0,	0,  0,	0,  0,	0,  0,	0,  0,	0,  0,	23, 0,
	0,  0,	0,  0,	0,  0,	0,  0,	0,  0,	0,  30, 0,  0,	0,  0,	0,  0,
	19, 0,	33, 13, 0,  0,	0,  0,	0,  1,	0,  0,	0,  0,	0,  0,	0,  0,
	0,  0,	38, 0,	0,  0,	49, 25, 0,  0,	59, 0,	0,  0,	0,  0,	0,  0,
	0,  0,	0,  0,	0,  0,	0,  0,	0,  0,	0,  0,	0,  0,	0,  0,	0,  0,
	0,  22, 0,  0,	0,  0,	26, 0,	0,  0,	0,  0,	0,  0,	0,  0,	0,  0,
	0,  0,	0,  0,	65, 0,	0,  0,	48, 0,	0,  0,	0,  0,	69, 0,	24, 0,
	0,  0,	0,  0,	32, 0,	74, 0,	0,  0,	0,  0,	0,  9,	0,  0,	0,  0,
	0,  0,	0,  47, 46, 67, 0,  0,	40, 0,	0,  0,	0,  0,	0,  0,	0,  0,
	0,  0,	0,  75, 79, 36, 0,  76, 0,  0,	0,  0,	0,  62, 0,  0,	0,  0,
	10, 55, 0,  0,	0,  0,	15, 18, 0,  0,	0,  0,	0,  0,	0,  39, 0,  73,
	66, 45, 0,  0,	0,  0,	12, 31, 50, 0,	0,  0,	0,  0,	0,  0,	29, 0,
	0,  0,	57, 0,	0,  20, 0,  0,	17, 37, 68, 0,	0,  0,	0,  0,	0,  42,
	0,  0,	0,  0,	77, 0,	0,  78, 0,  0,	8,  5,	0,  0,	0,  0,	51, 0,
	0,  0,	0,  0,	0,  0,	0,  64, 0,  28, 0,  0,	0,  0,	0,  0,	0,  58,
	0,  11, 0,  0,	0,  0,	0,  0,	0,  0,	0,  0,	0,  0,	0,  0,	0,  0,
	0,  0,	0,  0,	0,  0,	0,  52, 0,  0,	0,  0,	0,  0,	0,  0,	0,  0,
	0,  16, 0,  0,	0,  0,	0,  0,
};

const char *zx_event_name(enum zx_event e)
{
	if ((unsigned)e >= ZX_EVENT_COUNT)
		e = ZX_EVENT_UNKNOWN;
	return names[e].ptr;
}

enum zx_event zx_event_find(struct zx_str name)
{
	unsigned e;

	if (name.len < ZX__EVENT_SHORTEST)
		return ZX_EVENT_UNKNOWN;
	e = slots[zx__event_slot(name, weights)];
	if (name.len != names[e].len ||
	    memcmp(name.ptr, names[e].ptr, name.len))
		return ZX_EVENT_UNKNOWN;
	return (enum zx_event)e;
}
