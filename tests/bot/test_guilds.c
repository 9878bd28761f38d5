/* SPDX-License-Identifier: MIT
 *
 * The registry of guilds and the map under it.
 */
#include "bot/bot_int.h"
#include "helper/zx_test.h"

static struct zx_bot *bot_with(const struct zx_alloc *a)
{
	struct zx_bot *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->alloc = a;
	b->guilds.map.alloc = a;
	b->settings.alloc = a;
	return b;
}

static void drop(struct zx_bot *b)
{
	zx__bot_guilds_release(b);
	zx__bot_settings_release(b);
	zx_state_close(b->state);
	free(b);
}

/* The map ---------------------------------------------------------------- */

static void bot_map__keeps_what_a_plain_array_keeps(void **state)
{
	static char here;
	struct zx__bot_map m = { .alloc = NULL };
	char in[1000] = { 0 };
	struct zx_prng p;
	struct zx_rand r;
	size_t i, k, count = 0;

	(void)state;
	zx_prng_init(&p, 3);
	r = zx_prng_rand(&p);
	for (i = 0; i < 20000; i++) {
		k = (size_t)zx_rand_below(&r, 1000);
		if (zx_rand_below(&r, 2)) {
			assert_err(zx__bot_map_put(&m, k + 1, &here), ZX_OK);
			count += !in[k];
			in[k] = 1;
		} else {
			assert_int_equal(!!zx__bot_map_take(&m, k + 1), in[k]);
			count -= (size_t)in[k];
			in[k] = 0;
		}
		assert_int_equal(m.count, count);
		if (i % 1000)
			continue;
		for (k = 0; k < 1000; k++)
			assert_int_equal(!!zx__bot_map_get(&m, k + 1), in[k]);
	}
	zx__bot_map_release(&m);
	assert_null(zx__bot_map_get(&m, 1));
}

/* Guilds ----------------------------------------------------------------- */

#define GUILD                                                                  \
	"{\"id\":\"10\",\"name\":\"Caf\\u00e9\",\"owner_id\":\"7\","           \
	"\"member_count\":12,\"channels\":[{\"id\":\"11\",\"name\":\"x\"}],"   \
	"\"roles\":[{\"id\":\"10\",\"permissions\":\"1024\"},"                 \
	"{\"id\":\"20\",\"permissions\":\"8\"},"                               \
	"{\"id\":\"21\",\"permissions\":\"2147483680\"},"                      \
	"{\"id\":\"22\",\"permissions\":\"2048\"}]}"

static void bot_guilds__hold_what_guild_create_says(void **state)
{
	struct zx_bot *b = bot_with(NULL);
	const struct zx_guild *g;

	(void)state;
	assert_err(zx__bot_guild_update(b, 10, 3, ZX_STR(GUILD)), ZX_OK);
	g = zx_bot_guild(b, 10);
	assert_non_null(g);
	assert_string_equal(g->name, "Caf\xc3\xa9");
	assert_int_equal(g->owner_id, 7);
	assert_int_equal(g->member_count, 12);
	assert_int_equal(g->shard, 3);
	assert_int_equal(b->guilds.users, 12);
	assert_null(zx_bot_guild(b, 11));
	/* an update keeps what it does not name */
	assert_err(zx__bot_guild_update(b, 10, 3, ZX_STR("{\"name\":\"B\"}")),
		   ZX_OK);
	g = zx_bot_guild(b, 10);
	assert_string_equal(g->name, "B");
	assert_int_equal(g->owner_id, 7);
	assert_int_equal(b->guilds.users, 12);
	drop(b);
}

static uint64_t rights(struct zx_bot *b, uint64_t user, const char *member)
{
	uint64_t bits = 0;

	assert_err(zx__bot_permissions(10, 1, user, zx_str(member), &bits, b),
		   ZX_OK);
	return bits;
}

static void bot_guilds__rights_follow_roles_and_ownership(void **state)
{
	struct zx_bot *b = bot_with(NULL);
	uint64_t bits;

	(void)state;
	zx__bot_guild_update(b, 10, 0, ZX_STR(GUILD));
	assert_true(rights(b, 7, "{\"roles\":[]}") == UINT64_MAX);
	assert_int_equal(rights(b, 8, "{\"roles\":[]}"), 0);
	assert_true(rights(b, 8, "{\"roles\":[\"20\"]}") == UINT64_MAX);
	/* manage guild counts; what a channel could take away does not */
	assert_int_equal(rights(b, 8, "{\"roles\":[\"21\",\"22\"]}"),
			 ZX_PERM_MANAGE_GUILD);
	assert_int_equal(rights(b, 8, "{}"), 0);
	assert_int_equal(rights(b, 8, ""), 0);
	assert_err(zx__bot_permissions(99, 1, 8, ZX_STR("{}"), &bits, b),
		   ZX_E_NOTFOUND);
	drop(b);
}

static void bot_guilds__roles_come_change_and_go(void **state)
{
	struct zx_bot *b = bot_with(NULL);

	(void)state;
	zx__bot_guild_update(b, 10, 0, ZX_STR(GUILD));
	zx__bot_guild_role(b, zx__bot_guild_get(b, 10), 30, 8);
	assert_true(rights(b, 8, "{\"roles\":[\"30\"]}") == UINT64_MAX);
	zx__bot_guild_role(b, zx__bot_guild_get(b, 10), 30, 32);
	assert_int_equal(rights(b, 8, "{\"roles\":[\"30\"]}"), 32);
	zx__bot_guild_role(b, zx__bot_guild_get(b, 10), 30, 0);
	assert_int_equal(rights(b, 8, "{\"roles\":[\"30\"]}"), 0);
	assert_true(rights(b, 8, "{\"roles\":[\"20\"]}") == UINT64_MAX);
	/* @everyone as administrator */
	zx__bot_guild_role(b, zx__bot_guild_get(b, 10), 10, 8);
	assert_true(rights(b, 8, "{}") == UINT64_MAX);
	assert_string_equal(zx_bot_guild(b, 10)->name, "Caf\xc3\xa9");
	drop(b);
}

static void GS_02__an_outage_is_not_a_leave(void **state)
{
	struct zx_bot *b = bot_with(NULL);

	(void)state;
	zx__bot_guild_update(b, 10, 0, ZX_STR(GUILD));
	zx__bot_guild_out(b, zx__bot_guild_get(b, 10), 1);
	assert_int_equal(b->guilds.unavailable, 1);
	assert_string_equal(zx_bot_guild(b, 10)->name, "Caf\xc3\xa9");
	assert_int_equal(b->guilds.users, 12);
	zx__bot_guild_out(b, zx__bot_guild_get(b, 10), 1);
	assert_int_equal(b->guilds.unavailable, 1);
	zx__bot_guild_out(b, zx__bot_guild_get(b, 10), 0);
	assert_int_equal(b->guilds.unavailable, 0);
	zx__bot_guild_remove(b, zx__bot_guild_get(b, 10));
	assert_null(zx_bot_guild(b, 10));
	assert_int_equal(b->guilds.users, 0);
	assert_int_equal(b->guilds.dirty, 0);
	drop(b);
}

static void bot_guilds__ready_drops_only_what_its_shard_lost(void **state)
{
	struct zx_bot *b = bot_with(NULL);
	uint64_t id;

	(void)state;
	for (id = 1; id <= 500; id++)
		assert_err(zx__bot_guild_listed(b, id, (uint32_t)(id % 2)),
			   ZX_OK);
	b->guilds.ready++;
	for (id = 1; id <= 500; id += 10) /* odd ones, of shard 1 */
		zx__bot_guild_listed(b, id, 1);
	zx__bot_guilds_sweep(b, 1);
	for (id = 1; id <= 500; id++)
		assert_int_equal(!!zx_bot_guild(b, id),
				 id % 2 == 0 || id % 10 == 1);
	assert_int_equal(b->guilds.unavailable, b->guilds.map.count);
	drop(b);
}

static void bot_guilds__cost_less_than_200_bytes_each(void **state)
{
	struct fail_alloc f;
	struct zx_bot *b;
	uint64_t id;

	(void)state;
	fail_alloc_init(&f);
	b = bot_with(&f.alloc);
	for (id = 1; id <= 10000; id++)
		assert_err(zx__bot_guild_update(b, id << 22, 0, ZX_STR(GUILD)),
			   ZX_OK);
	/* what malloc itself adds is at most 16 bytes each */
	assert_true(f.live_bytes / 10000 + 16 < 200);
	drop(b);
	fail_alloc_check(&f);
}

static void bot_guilds__nonsense_does_no_harm(void **state)
{
	static const char *const odd[] = {
		"",
		"null",
		"[]",
		"{\"name\":5,\"owner_id\":{},\"member_count\":-1,\"roles\":7}",
		"{\"member_count\":99999999999999,\"roles\":[1,\"x\",{}]}",
		"{\"name\":null,\"owner_id\":null,\"roles\":null}",
	};
	struct zx_bot *b = bot_with(NULL);
	size_t i;

	(void)state;
	assert_err(zx__bot_guild_update(b, 0, 0, ZX_STR("{}")), ZX_E_NOMEM);
	for (i = 0; i < sizeof(odd) / sizeof(*odd); i++)
		assert_err(zx__bot_guild_update(b, 10, 0, zx_str(odd[i])),
			   ZX_OK);
	assert_string_equal(zx_bot_guild(b, 10)->name, "");
	assert_int_equal(b->guilds.users, 0);
	drop(b);
}

static void bot_guilds__names_and_roles_have_ceilings(void **state)
{
	struct zx_bot *b = bot_with(NULL);
	struct zx_buf d;
	int i;

	(void)state;
	zx_buf_init(&d, NULL, 0);
	zx_buf_addc(&d, "{\"name\":\"");
	for (i = 0; i < 5000; i++)
		zx_buf_addc(&d, "\xc3\xa9");
	zx_buf_addc(&d, "\",\"roles\":[");
	for (i = 0; i < 1000; i++)
		zx_buf_addf(&d, "%s{\"id\":\"%d\",\"permissions\":\"8\"}",
			    i ? "," : "", i + 1);
	zx_buf_addc(&d, "]}");
	assert_err(zx__bot_guild_update(b, 10, 0, zx_buf_str(&d)), ZX_OK);
	assert_true(zx_utf8_count(zx_str(zx_bot_guild(b, 10)->name)) <= 100);
	assert_int_equal(zx__bot_guild_get(b, 10)->role_count, ZX__BOT_ROLES);
	zx__bot_guild_role(b, zx__bot_guild_get(b, 10), 5000, 8);
	assert_int_equal(zx__bot_guild_get(b, 10)->role_count, ZX__BOT_ROLES);
	zx_buf_release(&d);
	drop(b);
}

static int registry(const struct zx_alloc *a, void *ud)
{
	struct zx_bot *b = bot_with(a);
	int err = ZX_OK;
	uint64_t id;

	(void)ud;
	for (id = 1; id < 20 && !err; id++)
		err = zx__bot_guild_update(b, id, 0, ZX_STR(GUILD));
	drop(b);
	return err;
}

static void bot_guilds__any_allocation_may_fail(void **state)
{
	(void)state;
	fail_alloc_each(registry, NULL);
}

/* Settings --------------------------------------------------------------- */

static void bot_settings__a_prefix_is_at_most_five_characters(void **state)
{
	struct zx_bot *b = bot_with(NULL);
	struct zx_prefix p = { .text = "!", .mention = 1 };

	(void)state;
	assert_err(zx__bot_prefix_of(10, &p, b), ZX_E_NOTFOUND);
	assert_err(zx_bot_set_prefix(b, 10, "abcdef"), ZX_E_TOOBIG);
	assert_err(zx_bot_set_prefix(b, 10, ""), ZX_E_INVALID);
	assert_err(zx_bot_set_prefix(b, 10, "\xff"), ZX_E_INVALID);
	assert_err(zx_bot_set_prefix(b, 0, "?"), ZX_E_INVALID);
	assert_err(zx_bot_set_prefix(b, 10,
				     "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
				     "\xc3\xa9"),
		   ZX_OK);
	assert_err(zx__bot_prefix_of(10, &p, b), ZX_OK);
	assert_string_equal(p.text, "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9");
	assert_int_equal(p.mention, 1);
	assert_err(zx_bot_set_mention_prefix(b, 10, 0), ZX_OK);
	assert_err(zx_bot_set_prefix(b, 10, NULL), ZX_OK);
	p = (struct zx_prefix){ .text = "!", .mention = 1 };
	assert_err(zx__bot_prefix_of(10, &p, b), ZX_OK);
	assert_string_equal(p.text, "!");
	assert_int_equal(p.mention, 0);
	drop(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bot_map__keeps_what_a_plain_array_keeps),
		cmocka_unit_test(bot_guilds__hold_what_guild_create_says),
		cmocka_unit_test(bot_guilds__rights_follow_roles_and_ownership),
		cmocka_unit_test(bot_guilds__roles_come_change_and_go),
		cmocka_unit_test(GS_02__an_outage_is_not_a_leave),
		cmocka_unit_test(
			bot_guilds__ready_drops_only_what_its_shard_lost),
		cmocka_unit_test(bot_guilds__cost_less_than_200_bytes_each),
		cmocka_unit_test(bot_guilds__nonsense_does_no_harm),
		cmocka_unit_test(bot_guilds__names_and_roles_have_ceilings),
		cmocka_unit_test(bot_guilds__any_allocation_may_fail),
		cmocka_unit_test(
			bot_settings__a_prefix_is_at_most_five_characters),
	};

	return cmocka_run_group_tests_name("bot/guilds", tests, NULL, NULL);
}
