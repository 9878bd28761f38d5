/* SPDX-License-Identifier: MIT
 *
 * explain: error bodies for people.
 */
#include "drive.h"

static void explains(int status, const char *body, int code, const char *want)
{
	struct zx_str exact = zx_test_exact(zx_str(body));
	struct zx_buf b;
	int got = -1;

	zx_buf_init(&b, NULL, 0);
	zx_rest_explain(exact, status, &got, &b);
	assert_str(zx_buf_str(&b), want);
	assert_int_equal(got, code);
	zx_buf_release(&b);
	free((void *)exact.ptr);
}

static void explain__the_first_leaf_of_a_form_error_is_named(void **state)
{
	(void)state;
	explains(400,
		 "{\"code\":50035,\"errors\":{\"embeds\":{\"0\":{\"title\":{"
		 "\"_errors\":[{\"code\":\"BASE_TYPE_MAX_LENGTH\",\"message\":"
		 "\"Must be 256 or fewer in length.\"}]}}}},"
		 "\"message\":\"Invalid Form Body\"}",
		 50035,
		 "embeds.0.title: Must be 256 or fewer in length. "
		 "(HTTP 400, code 50035)");
	explains(400,
		 "{\"code\":50035,\"message\":\"Invalid Form Body\",\"errors\":"
		 "{\"_errors\":[{\"code\":\"X\",\"message\":"
		 "\"Command exceeds maximum size (8000)\"}]}}",
		 50035,
		 "Command exceeds maximum size (8000) (HTTP 400, code 50035)");
	explains(400, "{\"embed\":[\"Not a dictionary\"]}", 0,
		 "embed: Not a dictionary (HTTP 400)");
}

static void explain__discord_s_own_words_and_what_they_leave_open(void **state)
{
	(void)state;
	explains(404, "{\"message\":\"Unknown Channel\",\"code\":10003}", 10003,
		 "Unknown Channel (HTTP 404, code 10003)");
	explains(403, "{\"message\":\"Missing Access\",\"code\":50001}", 50001,
		 "Missing Access: the bot cannot see it (HTTP 403, code "
		 "50001)");
	explains(401, "{\"message\":\"401: Unauthorized\",\"code\":0}", 0,
		 "401: Unauthorized (HTTP 401)");
}

static void explain__without_json_the_status_speaks(void **state)
{
	(void)state;
	explains(502, "<html>x</html>", 0, "Bad Gateway (HTTP 502)");
	explains(500, "", 0, "Internal Server Error (HTTP 500)");
	explains(599, "", 0, "Server Error (HTTP 599)");
	explains(418, "{}", 0, "Error (HTTP 418)");
	explains(307, "", 0, "Redirect, not followed (HTTP 307)");
}

static void explain__odd_bodies_do_no_harm(void **state)
{
	static const char *const odd[] = {
		"{\"errors\":{}}",
		"{\"errors\":{\"a\":{\"_errors\":[]}},\"message\":\"m\"}",
		"{\"errors\":{\"a\":{\"b\":5}},\"message\":\"m\"}",
		"{\"errors\":[1,2],\"message\":\"m\"}",
		"{\"message\":\"m\",\"code\":-5}",
		"{\"message\":\"m\",\"code\":99999999999999999999}",
		"{\"message\":\"m\",\"code\":\"x\"}",
		"{\"errors\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{"
		"\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":"
		"{\"a\":{\"a\":{}}}}}}}}}}}}}}}}}}},\"message\":\"m\"}",
	};
	size_t i;

	(void)state;
	explains(400, odd[0], 0, "Bad Request (HTTP 400)");
	for (i = 1; i < sizeof(odd) / sizeof(*odd); i++)
		explains(400, odd[i], 0, "m (HTTP 400)");
	explains(400, "{\"mess", 0, "Bad Request (HTTP 400)");
	explains(400, "{", 0, "Bad Request (HTTP 400)");
	explains(400, "{\"message\":5}", 0, "Bad Request (HTTP 400)");
	/* One line only. */
	explains(400, "{\"message\":\"a\\r\\nb\\u0000c\"}", 0,
		 "a  b c (HTTP 400)");
}

static void explain__any_prefix_of_a_body_is_safe(void **state)
{
	static const char body[] =
		"{\"code\":50035,\"errors\":{\"a\":{\"0\":{\"b\":{\"_errors\":[{"
		"\"code\":\"X\",\"message\":\"\\u00e4 \\ud83c\\udf4e\"}]}}}},"
		"\"message\":\"Invalid Form Body\"}";
	struct zx_buf b;
	size_t n;

	(void)state;
	zx_buf_init(&b, NULL, 0);
	for (n = 0; n < sizeof(body); n++) {
		struct zx_str part = { body, n }, exact = zx_test_exact(part);

		zx_buf_clear(&b);
		zx_rest_explain(exact, 400, NULL, &b);
		assert_true(b.len > 0 && zx_utf8_valid(zx_buf_str(&b)));
		free((void *)exact.ptr);
	}
	zx_buf_release(&b);
}

static void explain__endless_messages_are_cut(void **state)
{
	struct zx_buf body, b;
	int i;

	(void)state;
	zx_buf_init(&body, NULL, 0);
	zx_buf_init(&b, NULL, 0);
	zx_buf_addc(&body, "{\"message\":\"");
	for (i = 0; i < 5000; i++)
		zx_buf_addc(&body, "\xc3\xa4");
	zx_buf_addc(&body, "\"}");
	zx_rest_explain(zx_buf_str(&body), 400, NULL, &b);
	assert_int_equal(b.len, 600 + strlen("... (HTTP 400)"));
	assert_true(zx_utf8_valid(zx_buf_str(&b)));
	zx_buf_release(&b);
	zx_buf_release(&body);
}

static void explain__a_result_names_the_route(void **state)
{
	struct drive *d = drive_new();
	uint64_t a = ask(d, ZX_DELETE, "/channels/1/messages/2");

	(void)state;
	answer(d, a, 404, "",
	       "{\"message\":\"Unknown Message\",\"code\":10008}");
	assert_string_equal(result_of(d, a)->message,
			    "DELETE /channels/1/messages/{id}: Unknown Message "
			    "(HTTP 404, code 10008)");
	drive_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			explain__the_first_leaf_of_a_form_error_is_named),
		cmocka_unit_test(
			explain__discord_s_own_words_and_what_they_leave_open),
		cmocka_unit_test(explain__without_json_the_status_speaks),
		cmocka_unit_test(explain__odd_bodies_do_no_harm),
		cmocka_unit_test(explain__any_prefix_of_a_body_is_safe),
		cmocka_unit_test(explain__endless_messages_are_cut),
		cmocka_unit_test(explain__a_result_names_the_route),
	};

	return cmocka_run_group_tests_name("rest/explain", tests, NULL, NULL);
}
