/* SPDX-License-Identifier: MIT
 *
 * route: which requests share a limit before Discord says so.
 */
#include "drive.h"

static void route_is(enum zx_method m, const char *path, const char *want)
{
	struct zx_buf b;
	struct zx_str exact = zx_test_exact(zx_str(path));

	zx_buf_init(&b, NULL, 0);
	assert_err(zx_rest_route(m, exact, &b), ZX_OK);
	assert_str(zx_buf_str(&b), want);
	zx_buf_release(&b);
	free((void *)exact.ptr);
}

static void RL_01__the_key_has_method_template_and_top_level_id(void **state)
{
	static const struct {
		enum zx_method m;
		const char *path, *key;
	} table[] = {
		{ ZX_POST, "/channels/1/messages",
		  "POST /channels/1/messages" },
		{ ZX_DELETE, "/channels/1/messages/2",
		  "DELETE /channels/1/messages/{id}" },
		{ ZX_GET, "/channels/1/messages?limit=5&before=9",
		  "GET /channels/1/messages" },
		{ ZX_GET, "/guilds/81384788765712384/members/53905483156684800",
		  "GET /guilds/81384788765712384/members/{id}" },
		{ ZX_PUT, "/guilds/1/members/2/roles/3",
		  "PUT /guilds/1/members/{id}/roles/{id}" },
		{ ZX_PUT, "/channels/1/messages/2/reactions/%F0%9F%8D%8E/@me",
		  "PUT /channels/1/messages/{id}/reactions/{emoji}/@me" },
		{ ZX_DELETE, "/channels/1/messages/2/reactions/name:3/4",
		  "DELETE /channels/1/messages/{id}/reactions/{emoji}/{id}" },
		{ ZX_GET, "/users/@me", "GET /users/@me" },
		{ ZX_GET, "/users/5", "GET /users/{id}" },
		{ ZX_DELETE, "/users/@me/guilds/5",
		  "DELETE /users/@me/guilds/{id}" },
		{ ZX_GET, "/invites/discord-developers",
		  "GET /invites/{code}" },
		{ ZX_GET, "/guilds/templates/hgM48av5Q69A",
		  "GET /guilds/templates/{code}" },
		{ ZX_PATCH, "/guilds/1/templates/hgM48av5Q69A",
		  "PATCH /guilds/1/templates/{code}" },
		{ ZX_GET, "/webhooks/1", "GET /webhooks/1" },
		{ ZX_PUT, "/applications/1/guilds/2/commands",
		  "PUT /applications/{id}/guilds/{id}/commands" },
		{ ZX_GET, "/gateway/bot", "GET /gateway/bot" },
		{ ZX_GET, "/", "GET /" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(*table); i++)
		route_is(table[i].m, table[i].path, table[i].key);
}

static void RL_01__a_webhook_token_separates_but_is_not_shown(void **state)
{
	struct zx_buf a, b;

	(void)state;
	zx_buf_init(&a, NULL, 0);
	zx_buf_init(&b, NULL, 0);
	assert_err(
		zx_rest_route(ZX_POST, ZX_STR("/webhooks/1/" HOOK_TOKEN), &a),
		ZX_OK);
	assert_err(zx_rest_route(ZX_POST, ZX_STR("/webhooks/1/other"), &b),
		   ZX_OK);
	no_secret(zx_buf_cstr(&a));
	assert_string_not_equal(zx_buf_cstr(&a), zx_buf_cstr(&b));
	zx_buf_clear(&b);
	assert_err(
		zx_rest_route(ZX_POST, ZX_STR("/webhooks/1/" HOOK_TOKEN), &b),
		ZX_OK);
	assert_string_equal(zx_buf_cstr(&a), zx_buf_cstr(&b));
	zx_buf_release(&a);
	zx_buf_release(&b);
}

static void RL_01__each_interaction_has_a_bucket_of_its_own(void **state)
{
	(void)state;
	route_is(ZX_POST, "/interactions/7/" HOOK_TOKEN "/callback",
		 "POST /interactions/7/{token}/callback");
}

static void RL_02__the_method_is_part_of_the_key(void **state)
{
	(void)state;
	route_is(ZX_GET, "/channels/1", "GET /channels/1");
	route_is(ZX_PATCH, "/channels/1", "PATCH /channels/1");
	route_is(ZX_GET, "/channels/2", "GET /channels/2");
}

static void route__without_a_slash_there_is_none(void **state)
{
	struct zx_buf b;

	(void)state;
	zx_buf_init(&b, NULL, 0);
	assert_err(zx_rest_route(ZX_GET, ZX_STR(""), &b), ZX_E_INVALID);
	assert_err(zx_rest_route(ZX_GET, ZX_STR("users"), &b), ZX_E_INVALID);
	zx_buf_release(&b);
}

static void route__methods_have_names(void **state)
{
	(void)state;
	assert_string_equal(zx_method_name(ZX_GET), "GET");
	assert_string_equal(zx_method_name(ZX_DELETE), "DELETE");
	assert_string_equal(zx_method_name((enum zx_method)77), "?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			RL_01__the_key_has_method_template_and_top_level_id),
		cmocka_unit_test(
			RL_01__a_webhook_token_separates_but_is_not_shown),
		cmocka_unit_test(
			RL_01__each_interaction_has_a_bucket_of_its_own),
		cmocka_unit_test(RL_02__the_method_is_part_of_the_key),
		cmocka_unit_test(route__without_a_slash_there_is_none),
		cmocka_unit_test(route__methods_have_names),
	};

	return cmocka_run_group_tests_name("rest/route", tests, NULL, NULL);
}
