/* SPDX-License-Identifier: MIT
 *
 * wire: URLs, headers and what may not get into them (catalogue B15).
 */
#include "drive.h"

static void refused(struct drive *d, const struct zx_rest_request *req)
{
	uint64_t id = 77;

	assert_err(zx_rest_submit(d->r, req, d->now, &id), ZX_E_INVALID);
	assert_int_equal(id, 77);
	drain(d);
	assert_int_equal(d->sents + d->dones, 0);
}

static void RE_01__the_base_is_v10_unless_told_otherwise(void **state)
{
	struct drive *d = drive_new();
	struct zx_rest_options o;

	(void)state;
	ask(d, ZX_GET, "/users/@me");
	assert_string_equal(d->url, "https://discord.com/api/v10/users/@me");
	drive_free(d);
	d = drive_alloc();
	o = drive_options(d);
	o.base_url = "http://127.0.0.1:8080/api/v10/";
	drive_with(&o, d);
	ask(d, ZX_GET, "/users/@me");
	assert_string_equal(d->url, "http://127.0.0.1:8080/api/v10/users/@me");
	drive_free(d);
}

static void RE_01__a_base_that_is_no_url_is_refused(void **state)
{
	static const char *const bad[] = { "", "discord.com", "ftp://x",
					   "https://x y", "https://x\r\n" };
	struct drive *d = drive_alloc();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct zx_rest_options o = drive_options(d);

		o.base_url = bad[i];
		assert_err(zx_rest_new(&d->r, &o, 0), ZX_E_INVALID);
		assert_null(d->r);
	}
	drive_free(d);
}

static void RE_02__headers_say_who_asks_and_what_is_sent(void **state)
{
	struct drive *d = drive_new();

	(void)state;
	ask(d, ZX_GET, "/users/@me");
	assert_string_equal(d->headers,
			    "User-Agent: DiscordBot (https://zoryx.example, "
			    "" ZX_VERSION ")\r\n"
			    "Accept: application/json\r\n"
			    "Authorization: Bot " TOKEN "\r\n");
	assert_string_equal(d->body, "");
	ask_body(d, ZX_POST, "/channels/1/messages", "{\"content\":\"x\"}");
	assert_non_null(
		strstr(d->headers, "\r\nContent-Type: application/json\r\n"));
	assert_string_equal(d->body, "{\"content\":\"x\"}");
	drive_free(d);
}

static void RE_02__a_token_may_name_its_kind(void **state)
{
	struct drive *d = drive_new();

	(void)state;
	assert_err(zx_rest_set_token(d->r, "Bearer zx-test-secret"), ZX_OK);
	ask(d, ZX_GET, "/users/@me");
	assert_non_null(strstr(d->headers,
			       "\r\nAuthorization: Bearer zx-test-secret\r\n"));
	assert_err(zx_rest_set_token(d->r, " Bot zx-test-secret\n"), ZX_OK);
	ask(d, ZX_GET, "/users/1");
	assert_non_null(strstr(d->headers,
			       "\r\nAuthorization: Bot zx-test-secret\r\n"));
	assert_err(zx_rest_set_token(d->r, NULL), ZX_OK);
	ask(d, ZX_GET, "/users/1/x");
	assert_null(strstr(d->headers, "Authorization"));
	drive_free(d);
}

static void RE_02__odd_tokens_and_agents_are_refused(void **state)
{
	struct drive *d = drive_alloc();
	struct zx_rest_options o = drive_options(d);

	(void)state;
	o.token = "a\nb";
	assert_err(zx_rest_new(&d->r, &o, 0), ZX_E_INVALID);
	o = drive_options(d);
	o.user_agent = "x\r\nEvil: 1";
	assert_err(zx_rest_new(&d->r, &o, 0), ZX_E_INVALID);
	o = drive_options(d);
	o.rand.fill = NULL;
	assert_err(zx_rest_new(&d->r, &o, 0), ZX_E_INVALID);
	o.size = 0;
	assert_err(zx_rest_new(&d->r, &o, 0), ZX_E_INVALID);
	drive_free(d);
}

static void IN_10__answers_to_interactions_carry_no_token(void **state)
{
	static const char *const paths[] = {
		"/interactions/1/" HOOK_TOKEN "/callback",
		"/webhooks/1/" HOOK_TOKEN,
		"/webhooks/1/" HOOK_TOKEN "/messages/@original",
	};
	struct drive *d = drive_new();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		ask(d, ZX_POST, paths[i]);
		assert_null(strstr(d->headers, "Authorization"));
	}
	ask(d, ZX_GET, "/webhooks/1");
	assert_non_null(strstr(d->headers, "Authorization"));
	drive_free(d);
}

static uint64_t ask_reason(struct drive *d, const char *reason)
{
	struct zx_rest_request req = request(ZX_DELETE, "/guilds/1/bans/2");

	req.reason = zx_str(reason);
	return ask_with(d, &req);
}

static void RE_03__a_reason_is_percent_encoded(void **state)
{
	struct drive *d = drive_new();
	uint64_t a;

	(void)state;
	a = ask_reason(d, "spam: 100 % gr\xc3\xbc\xc3\x9f \xf0\x9f\x8d\x8e");
	assert_non_null(strstr(d->headers,
			       "\r\nX-Audit-Log-Reason: spam%3A%20100%20%25%20"
			       "gr%C3%BC%C3%9F%20%F0%9F%8D%8E\r\n"));
	answer(d, a, 204, "", "");
	ask(d, ZX_DELETE, "/guilds/1/bans/2");
	assert_null(strstr(d->headers, "X-Audit-Log-Reason"));
	drive_free(d);
}

static void RE_03__512_characters_fit_and_513_do_not(void **state)
{
	struct drive *d = drive_new();
	struct zx_rest_request req = request(ZX_DELETE, "/guilds/1/bans/2");
	char apples[513 * 4 + 1] = "";
	int i;

	(void)state;
	for (i = 0; i < 513; i++)
		memcpy(apples + 4 * (size_t)i, "\xf0\x9f\x8d\x8e", 5);
	req.reason = zx_str(apples);
	refused(d, &req);
	/* Characters count, not bytes. */
	req.reason.len -= 4;
	assert_int_equal(req.reason.len, 2048);
	ask_with(d, &req);
	assert_int_equal(count_of(d->headers, "%F0%9F%8D%8E"), 512);
	drive_free(d);
}

static void RE_03__what_could_split_a_header_is_refused(void **state)
{
	static const struct zx_str bad[] = {
		{ "a\r\nX-Evil: 1", 12 },
		{ "a\nb", 3 },
		{ "a\tb", 3 },
		{ "nul\0x", 5 },
		{ "\x7f", 1 },
		{ "c1 \xc2\x85", 5 },
		{ "broken \xf0\x9f", 9 },
		{ "\xed\xa0\x80", 3 },
		{ "\xff", 1 },
	};
	struct drive *d = drive_new();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct zx_rest_request req = request(ZX_PUT, "/guilds/1");

		req.reason = zx_test_exact(bad[i]);
		refused(d, &req);
		free((void *)req.reason.ptr);
	}
	drive_free(d);
}

static void RE_06__a_query_goes_out_as_it_was_given(void **state)
{
	struct drive *d = drive_new();

	(void)state;
	ask(d, ZX_GET, "/guilds/1/x?id=1&id=2&a=true&b=0&q=%C3%A4%26");
	assert_string_equal(d->url,
			    "https://discord.com/api/v10"
			    "/guilds/1/x?id=1&id=2&a=true&b=0&q=%C3%A4%26");
	drive_free(d);
}

static void RE_08__bodies_go_out_byte_for_byte(void **state)
{
	struct drive *d = drive_new();

	(void)state;
	ask_body(d, ZX_PATCH, "/channels/1",
		 "{ \"topic\":null,\"id\":18446744073709551615 }");
	assert_string_equal(d->body,
			    "{ \"topic\":null,\"id\":18446744073709551615 }");
	drive_free(d);
}

static uint64_t ask_cdn(struct drive *d, const char *url)
{
	struct zx_rest_request req = request(ZX_GET, url);

	req.flags = ZX_REST_ABSOLUTE;
	return ask_with(d, &req);
}

static void RE_09__a_download_from_the_cdn_gets_no_token(void **state)
{
	struct drive *d = drive_new();
	const char *url = "https://cdn.discordapp.com/attachments/1/2/a.png"
			  "?ex=1&is=2&hm=3";
	uint64_t a, b;

	(void)state;
	a = ask_cdn(d, url);
	b = ask_cdn(d, url);
	assert_string_equal(d->url, url);
	assert_null(strstr(d->headers, "Authorization"));
	assert_non_null(strstr(d->headers, "User-Agent"));
	assert_int_equal(times_sent(d, b), 1);
	/* Its faults are not the bot's. */
	answer(d, a, 403, "", "<xml>expired</xml>");
	answer(d, b, 401, "", "");
	assert_err(result_of(d, a)->err, ZX_E_REMOTE);
	assert_int_equal(result_of(d, a)->status, 403);
	assert_int_equal(stats(d)->invalid, 0);
	assert_int_equal(stats(d)->unauthorized, 0);
	a = ask(d, ZX_GET, "/users/@me");
	assert_int_equal(times_sent(d, a), 1);
	a = ask_cdn(d, url);
	answer(d, a, 429, "Retry-After: 2\r\n", "");
	b = ask_cdn(d, url);
	assert_int_equal(times_sent(d, b), 1);
	pass(d, 2000);
	assert_int_equal(times_sent(d, a), 2);
	drive_free(d);
}

static void RE_10__only_https_leaves_the_api(void **state)
{
	struct drive *d = drive_new();
	struct zx_rest_request req = request(ZX_GET, "http://cdn.example/a");
	struct zx_rest_options o;

	(void)state;
	req.flags = ZX_REST_ABSOLUTE;
	refused(d, &req);
	req.path = ZX_STR("/channels/1");
	refused(d, &req);
	/* An absolute URL without the flag is no path. */
	req = request(ZX_GET, "https://cdn.example/a");
	refused(d, &req);
	drive_free(d);
	/* A fake on loopback has a CDN without TLS. */
	d = drive_alloc();
	o = drive_options(d);
	o.base_url = "http://127.0.0.1:1/api";
	drive_with(&o, d);
	ask_cdn(d, "http://127.0.0.1:1/cdn/a.png");
	assert_int_equal(d->sents, 1);
	drive_free(d);
}

static void RE_10__an_answer_has_a_size_limit(void **state)
{
	struct drive *d = drive_new();
	struct zx_rest_request req = request(ZX_GET, "/users/@me");
	uint64_t a;

	(void)state;
	ask(d, ZX_GET, "/users/1");
	assert_int_equal(d->wire.max_body, 8 << 20);
	assert_int_equal(d->wire.timeout_ms, 15000);
	req.max_body = 10;
	req.timeout_ms = 777;
	a = ask_with(d, &req);
	assert_int_equal(d->wire.max_body, 10);
	assert_int_equal(d->wire.timeout_ms, 777);
	answer(d, a, 200, "", "{\"12345678\":0}");
	assert_err(result_of(d, a)->err, ZX_E_TOOBIG);
	assert_string_equal(result_of(d, a)->body, "");
	a = ask_with(d, &req);
	answer(d, a, 200, "", "0123456789");
	assert_err(result_of(d, a)->err, ZX_OK);
	assert_string_equal(result_of(d, a)->body, "0123456789");
	drive_free(d);
}

static void RE_10__a_redirect_is_a_result(void **state)
{
	struct drive *d = drive_new();
	uint64_t a = ask(d, ZX_GET, "/users/@me");

	(void)state;
	answer(d, a, 302, "Location: https://evil.example/\r\n", "");
	assert_err(result_of(d, a)->err, ZX_E_REMOTE);
	assert_non_null(strstr(result_of(d, a)->message, "not followed"));
	assert_int_equal(d->sents, 1);
	drive_free(d);
}

static void wire__paths_that_are_not_ours_are_refused(void **state)
{
	static const char *const bad[] = {
		"",	   "users",	"/a b",	       "/a\r\nX: y",
		"/a\tb",   "/\xc3\xa4", "/a#b",	       "/a\\b",
		"/a/../b", "/./a",	"/a/%2e%2E/b", "/a/.%2e",
		"/..",	   "/a/..?x=1", "/\x7f",
	};
	struct drive *d = drive_new();
	struct zx_rest_request req;
	char *lengthy = malloc(4098);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		req = request(ZX_GET, bad[i]);
		refused(d, &req);
	}
	assert_non_null(lengthy);
	memset(lengthy, 'x', 4097);
	lengthy[0] = '/';
	lengthy[4097] = '\0';
	req = request(ZX_GET, lengthy);
	refused(d, &req);
	req = request((enum zx_method)9, "/x");
	refused(d, &req);
	req = request(ZX_GET, "/x");
	req.size = 0;
	refused(d, &req);
	/* These are fine. */
	ask(d, ZX_GET, "/a/...?x=/../");
	lengthy[4096] = '\0';
	ask(d, ZX_GET, lengthy);
	assert_int_equal(d->sents, 2);
	free(lengthy);
	drive_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(RE_01__the_base_is_v10_unless_told_otherwise),
		cmocka_unit_test(RE_01__a_base_that_is_no_url_is_refused),
		cmocka_unit_test(RE_02__headers_say_who_asks_and_what_is_sent),
		cmocka_unit_test(RE_02__a_token_may_name_its_kind),
		cmocka_unit_test(RE_02__odd_tokens_and_agents_are_refused),
		cmocka_unit_test(IN_10__answers_to_interactions_carry_no_token),
		cmocka_unit_test(RE_03__a_reason_is_percent_encoded),
		cmocka_unit_test(RE_03__512_characters_fit_and_513_do_not),
		cmocka_unit_test(RE_03__what_could_split_a_header_is_refused),
		cmocka_unit_test(RE_06__a_query_goes_out_as_it_was_given),
		cmocka_unit_test(RE_08__bodies_go_out_byte_for_byte),
		cmocka_unit_test(RE_09__a_download_from_the_cdn_gets_no_token),
		cmocka_unit_test(RE_10__only_https_leaves_the_api),
		cmocka_unit_test(RE_10__an_answer_has_a_size_limit),
		cmocka_unit_test(RE_10__a_redirect_is_a_result),
		cmocka_unit_test(wire__paths_that_are_not_ours_are_refused),
	};

	return cmocka_run_group_tests_name("rest/wire", tests, NULL, NULL);
}
