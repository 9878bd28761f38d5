/* SPDX-License-Identifier: MIT
 *
 * multipart: bodies with files (RE-07).
 */
#include "drive.h"

static struct zx_file file(const char *name, const char *type, const char *data)
{
	return (struct zx_file){ name, type, zx_str(data) };
}

static uint64_t ask_files(struct drive *d, const char *body,
			  const struct zx_file *files, size_t n)
{
	struct zx_rest_request req = request(ZX_POST, "/channels/1/messages");

	req.body = zx_str(body);
	req.files = files;
	req.file_count = n;
	return ask_with(d, &req);
}

/* The boundary of the last SEND, from its headers. */
static const char *boundary_of(const struct drive *d, char out[80])
{
	const char *at = strstr(d->headers, "boundary=");

	assert_non_null(at);
	assert_int_equal(sscanf(at, "boundary=%70[^\r]\r\n", out), 1);
	return out;
}

static void RE_07__payload_json_and_files_in_order(void **state)
{
	struct drive *d = drive_new();
	struct zx_file files[2];
	char want[1024], b[80];

	(void)state;
	files[0] = file("a.png", "image/png", "PNG");
	files[1] = file(NULL, NULL, "");
	ask_files(d, "{\"content\":\"x\"}", files, 2);
	boundary_of(d, b);
	assert_non_null(
		strstr(d->headers,
		       "\r\nContent-Type: multipart/form-data; boundary="));
	snprintf(want, sizeof(want),
		 "--%s\r\n"
		 "Content-Disposition: form-data; name=\"payload_json\"\r\n"
		 "Content-Type: application/json\r\n\r\n{\"content\":\"x\"}"
		 "\r\n--%s\r\nContent-Disposition: form-data; name=\"files[0]\""
		 "; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\nPNG"
		 "\r\n--%s\r\nContent-Disposition: form-data; name=\"files[1]\""
		 "; filename=\"file\"\r\n"
		 "Content-Type: application/octet-stream\r\n\r\n"
		 "\r\n--%s--\r\n",
		 b, b, b, b);
	assert_string_equal(d->body, want);
	drive_free(d);
}

static void RE_07__without_a_body_there_is_no_payload_json(void **state)
{
	struct drive *d = drive_new();
	struct zx_file f = file("a", NULL, "x");

	(void)state;
	ask_files(d, "", &f, 1);
	assert_null(strstr(d->body, "payload_json"));
	assert_int_equal(count_of(d->body, "Content-Disposition"), 1);
	drive_free(d);
}

static struct zx_rest_request form(const char *body, const struct zx_file *f,
				   size_t n)
{
	struct zx_rest_request req = request(ZX_POST, "/guilds/1/stickers");

	req.body = zx_str(body);
	req.files = f;
	req.file_count = n;
	req.flags = ZX_REST_FORM;
	return req;
}

static void RE_07__a_form_has_fields_and_one_file(void **state)
{
	struct drive *d = drive_new();
	struct zx_file f = file("s.png", "image/png", "PNG");
	struct zx_rest_request req =
		form("{\"name\":\"a\\u00e4\\\"\",\"tags\":\"\"}", &f, 1);
	char want[1024], b[80];

	(void)state;
	ask_with(d, &req);
	boundary_of(d, b);
	snprintf(want, sizeof(want),
		 "--%s\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\n"
		 "a\xc3\xa4\"\r\n"
		 "--%s\r\nContent-Disposition: form-data; name=\"tags\"\r\n\r\n"
		 "\r\n--%s\r\nContent-Disposition: form-data; name=\"file\""
		 "; filename=\"s.png\"\r\nContent-Type: image/png\r\n\r\nPNG"
		 "\r\n--%s--\r\n",
		 b, b, b, b);
	assert_string_equal(d->body, want);
	drive_free(d);
}

static void RE_07__a_form_of_anything_else_is_refused(void **state)
{
	static const char *const bad[] = { "", "[]", "{\"a\":1}",
					   "{\"a\\u0022\":\"\"}",
					   "{\"a\":\"x\"" };
	struct drive *d = drive_new();
	struct zx_file f[2] = { file("a", NULL, "x"), file("b", NULL, "y") };
	struct zx_rest_request req;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		req = form(bad[i], f, 1);
		assert_err(zx_rest_submit(d->r, &req, d->now, NULL),
			   ZX_E_INVALID);
	}
	for (size_t n = 0; n < 3; n += 2) {
		req = form("{\"a\":\"x\"}", f, n);
		assert_err(zx_rest_submit(d->r, &req, d->now, NULL),
			   ZX_E_INVALID);
	}
	drive_free(d);
}

static void RE_07__file_names_cannot_break_out(void **state)
{
	struct drive *d = drive_new();
	struct zx_file f = file("a\"\r\nX: y\r\n\r\n\x01.png", NULL, "x");

	(void)state;
	ask_files(d, "", &f, 1);
	assert_non_null(strstr(d->body, "filename=\"a%22%0D%0AX: y%0D%0A%0D%0A_"
					".png\"\r\n"));
	assert_int_equal(count_of(d->body, "\"\r\n"), 1);
	drive_free(d);
}

static void RE_07__content_types_cannot_either(void **state)
{
	struct drive *d = drive_new();
	struct zx_file f = file("a", "text/plain\r\nX: y", "x");
	struct zx_rest_request req = request(ZX_POST, "/channels/1/messages");

	(void)state;
	req.files = &f;
	req.file_count = 1;
	assert_err(zx_rest_submit(d->r, &req, d->now, NULL), ZX_E_INVALID);
	drive_free(d);
}

static void RE_07__ten_files_fit_and_eleven_do_not(void **state)
{
	struct drive *d = drive_new();
	struct zx_rest_request req = request(ZX_POST, "/channels/1/messages");
	struct zx_file files[11];
	int i;

	(void)state;
	for (i = 0; i < 11; i++)
		files[i] = file("a", NULL, "x");
	req.files = files;
	req.file_count = 11;
	assert_err(zx_rest_submit(d->r, &req, d->now, NULL), ZX_E_INVALID);
	req.file_count = 10;
	ask_with(d, &req);
	assert_non_null(strstr(d->body, "name=\"files[9]\""));
	drive_free(d);
}

static void RE_07__25_mib_fit_and_more_is_a_result(void **state)
{
	struct drive *d = drive_new();
	struct zx_rest_request req = request(ZX_POST, "/channels/1/messages");
	size_t mib = (size_t)1 << 20;
	char *data = calloc(26, mib);
	struct zx_file files[3];
	uint64_t a;

	(void)state;
	assert_non_null(data);
	files[0] = (struct zx_file){ "a", NULL, { data, 10 * mib } };
	files[1] = (struct zx_file){ "b", NULL, { data, 10 * mib } };
	files[2] = (struct zx_file){ "c", NULL, { data, 5 * mib } };
	req.files = files;
	req.file_count = 3;
	a = ask_with(d, &req);
	assert_err(result_of(d, a)->err, ZX_E_TOOBIG);
	assert_non_null(strstr(result_of(d, a)->message, "25 MiB"));
	files[2].data.len -= 4096;
	a = ask_with(d, &req);
	assert_int_equal(times_sent(d, a), 1);
	assert_true(d->wire.body.len > 25 * mib - 4096);
	files[0].data.len = SIZE_MAX - 5;
	a = ask_with(d, &req);
	assert_err(result_of(d, a)->err, ZX_E_TOOBIG);
	/* Without files too. */
	req.file_count = 0;
	req.body = (struct zx_str){ data, 25 * mib + 1 };
	a = ask_with(d, &req);
	assert_err(result_of(d, a)->err, ZX_E_TOOBIG);
	assert_int_equal(d->sents, 1);
	free(data);
	drive_free(d);
}

static void same_bytes(void *ud, void *p, size_t n)
{
	memset(p, *(int *)ud, n);
}

static void RE_07__the_boundary_is_in_no_part(void **state)
{
	struct drive *d = drive_alloc();
	struct zx_rest_options o = drive_options(d);
	int byte = 0xab;
	char first[80], second[80], data[400];
	struct zx_file f = file("a", NULL, "x");

	(void)state;
	/* A source of randomness that is stuck draws the same again. */
	o.rand = (struct zx_rand){ same_bytes, &byte };
	drive_with(&o, d);
	answer(d, ask_files(d, "", &f, 1), 200, "", "{}");
	boundary_of(d, first);
	snprintf(data, sizeof(data), "zoryx-zoryx-\r\n--%s--\r\n%s", first,
		 "zoryx-");
	f = file("a", NULL, data);
	answer(d, ask_files(d, "", &f, 1), 200, "", "{}");
	boundary_of(d, second);
	assert_string_not_equal(first, second);
	f = file(first, NULL, "");
	answer(d, ask_files(d, "", &f, 1), 200, "", "{}");
	boundary_of(d, second);
	assert_string_not_equal(first, second);
	f = file("a", NULL, "");
	answer(d, ask_files(d, first, &f, 1), 200, "", "{}");
	boundary_of(d, second);
	assert_string_not_equal(first, second);
	drive_free(d);
}

static void RE_07__files_are_sent_again_as_they_were(void **state)
{
	struct drive *d = drive_new();
	struct zx_rest_request req = request(ZX_PATCH, "/channels/1/x/2");
	char data[] = "bytes", body[8192];
	struct zx_file f = file("a", NULL, data);
	uint64_t a;

	(void)state;
	req.files = &f;
	req.file_count = 1;
	a = ask_with(d, &req);
	memcpy(body, d->body, sizeof(body));
	memset(data, '!', sizeof(data) - 1);
	answer(d, a, 429, "Retry-After: 1\r\n", "{}");
	pass(d, 1000);
	assert_int_equal(times_sent(d, a), 2);
	assert_string_equal(d->body, body);
	drive_free(d);
}

static void RE_07__all_bodies_together_have_a_ceiling(void **state)
{
	struct drive *d = drive_new();
	struct zx_rest_request req = request(ZX_POST, "/channels/1/messages");
	size_t n = (size_t)24 << 20;
	char *data = calloc(1, n);
	int i;

	(void)state;
	assert_non_null(data);
	req.body = (struct zx_str){ data, n };
	for (i = 0; i < 10; i++)
		assert_err(zx_rest_submit(d->r, &req, d->now, NULL), ZX_OK);
	assert_err(zx_rest_submit(d->r, &req, d->now, NULL), ZX_E_LIMIT);
	free(data);
	drive_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(RE_07__payload_json_and_files_in_order),
		cmocka_unit_test(
			RE_07__without_a_body_there_is_no_payload_json),
		cmocka_unit_test(RE_07__a_form_has_fields_and_one_file),
		cmocka_unit_test(RE_07__a_form_of_anything_else_is_refused),
		cmocka_unit_test(RE_07__file_names_cannot_break_out),
		cmocka_unit_test(RE_07__content_types_cannot_either),
		cmocka_unit_test(RE_07__ten_files_fit_and_eleven_do_not),
		cmocka_unit_test(RE_07__25_mib_fit_and_more_is_a_result),
		cmocka_unit_test(RE_07__the_boundary_is_in_no_part),
		cmocka_unit_test(RE_07__files_are_sent_again_as_they_were),
		cmocka_unit_test(RE_07__all_bodies_together_have_a_ceiling),
	};

	return cmocka_run_group_tests_name("rest/multipart", tests, NULL, NULL);
}
