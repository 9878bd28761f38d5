/* SPDX-License-Identifier: MIT
 *
 * events: every name is found, nothing else is. `test_events --table` prints
 * the weights and slots for src/gateway/events.c.
 */
#include <stdio.h>

#include "helper/zx_test.h"
#include "gateway/gateway_int.h"

static void events__every_name_is_found(void **state)
{
	int e;

	(void)state;
	for (e = 1; e < ZX_EVENT_COUNT; e++) {
		const char *name = zx_event_name((enum zx_event)e);

		if ((int)zx_event_find(zx_str(name)) != e)
			fail_msg("%s is not found: run test_events --table",
				 name);
	}
}

static void events__names_are_those_of_the_wire(void **state)
{
	(void)state;
	assert_string_equal(zx_event_name(ZX_EVENT_READY), "READY");
	assert_string_equal(zx_event_name(ZX_EVENT_MESSAGE_CREATE),
			    "MESSAGE_CREATE");
	assert_string_equal(zx_event_name(ZX_EVENT_UNKNOWN), "UNKNOWN");
	assert_string_equal(zx_event_name(ZX_EVENT_COUNT), "UNKNOWN");
	assert_string_equal(zx_event_name((enum zx_event) - 1), "UNKNOWN");
}

/* Every name with one byte changed, removed or added. */
static void GW_19__names_that_are_not_listed_are_unknown(void **state)
{
	char text[80];
	size_t i, len;
	int e;

	(void)state;
	for (e = 1; e < ZX_EVENT_COUNT; e++) {
		const char *name = zx_event_name((enum zx_event)e);

		len = strlen(name);
		for (i = 0; i < len; i++) {
			memcpy(text, name, len);
			text[i] ^= 0x20;
			assert_int_equal(
				zx_event_find((struct zx_str){ text, len }),
				ZX_EVENT_UNKNOWN);
		}
		assert_true(zx_event_find((struct zx_str){ name, len - 1 }) ==
			    ZX_EVENT_UNKNOWN);
		memcpy(text, name, len);
		text[len] = 'S';
		assert_int_not_equal(
			zx_event_find((struct zx_str){ text, len + 1 }), e);
	}
	assert_int_equal(zx_event_find(ZX_STR("FUTURE")), ZX_EVENT_UNKNOWN);
	assert_int_equal(zx_event_find(ZX_STR("UNKNOWN")), ZX_EVENT_UNKNOWN);
	assert_int_equal(zx_event_find(ZX_STR("")), ZX_EVENT_UNKNOWN);
	assert_int_equal(zx_event_find((struct zx_str){ NULL, 0 }),
			 ZX_EVENT_UNKNOWN);
}

static void SH_01__a_guild_belongs_to_its_shard(void **state)
{
	static const struct {
		uint64_t guild;
		uint32_t count, shard;
	} rows[] = {
		{ 197038439483310086u, 1, 0 },	{ 197038439483310086u, 10, 0 },
		{ 613425648685547541u, 16, 8 }, { 81384788765712384u, 7, 3 },
		{ 0x8000000000000000u, 3, 2 }, /* 2^41 mod 3 */
		{ UINT64_MAX, 1000, 103 },     /* 2^42 - 1 mod 1000 */
		{ UINT64_MAX, 16, 15 },		{ 0, 5, 0 },
		{ (1u << 22) - 1, 5, 0 },	{ 1u << 22, 5, 1 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_int_equal(
			zx_shard_of_guild(rows[i].guild, rows[i].count),
			rows[i].shard);
}

/* Fills `slots` with these weights; 0 when two names meet. */
static int try_weights(const unsigned char w[3],
		       unsigned char slots[ZX__EVENT_SLOTS])
{
	int e;

	memset(slots, 0, ZX__EVENT_SLOTS);
	for (e = 1; e < ZX_EVENT_COUNT; e++) {
		unsigned at = zx__event_slot(
			zx_str(zx_event_name((enum zx_event)e)), w);

		if (slots[at])
			return 0;
		slots[at] = (unsigned char)e;
	}
	return 1;
}

static int print_table(void)
{
	unsigned char slots[ZX__EVENT_SLOTS], w[3];
	unsigned try, i;

	for (try = 0; try < 1u << 24; try++) {
		w[0] = (unsigned char)(try >> 16 | 1);
		w[1] = (unsigned char)(try >> 8);
		w[2] = (unsigned char)try;
		if (!try_weights(w, slots))
			continue;
		printf("weights { %u, %u, %u }\n", w[0], w[1], w[2]);
		for (i = 0; i < ZX__EVENT_SLOTS; i++)
			printf("%u,%s", slots[i], i % 16 == 15 ? "\n" : " ");
		return 0;
	}
	printf("no weights: choose other letters in zx__event_slot\n");
	return 1;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events__every_name_is_found),
		cmocka_unit_test(events__names_are_those_of_the_wire),
		cmocka_unit_test(GW_19__names_that_are_not_listed_are_unknown),
		cmocka_unit_test(SH_01__a_guild_belongs_to_its_shard),
	};

	if (argc > 1 && !strcmp(argv[1], "--table"))
		return print_table();
	return cmocka_run_group_tests_name("gateway/events", tests, NULL, NULL);
}
