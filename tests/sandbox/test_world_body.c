/* SPDX-License-Identifier: MIT
 *
 * sandbox: bodies: forms with files, exact integers, and everything that is
 * none: refused, never a crash.
 */
#include "sandbox/world_each.h"

static void post_raw(const char *type, struct zx_str body)
{
	char path[100];

	t.type = type;
	snprintf(path, sizeof(path), "/api/v10/channels/%" PRIu64 "/messages",
		 t.general);
	ask(&t, "POST", path, body);
	t.type = "application/json";
}

#define FORM "multipart/form-data; boundary=XX"
#define PART(headers) "--XX\r\nContent-Disposition: form-data; " headers "\r\n"

static void RE_07__a_form_carries_json_and_files(void **state)
{
	static const char body[] = PART(
		"name=\"payload_json\"") "Content-Type: application/json\r\n\r\n"
					 "{\"content\":\"c\",\"embeds\":[{\"image\":{\"url\":"
					 "\"attachment://b.png\"}}],\"attachments\":[{\"id\":0,"
					 "\"filename\":\"a b.txt\",\"description\":\"alt\"}]}\r\n" PART("name=\"files[0]\"; filename=\"x.txt\"") "Content-Type: text/plain\r\n\r\nhello\r\n--X\r\nX\r\n" PART(
						 "name=\"files[1]\"; filename=\"b.png\"") "Content-Type: image/png\r\n\r\n\x89PNG\r\n--XX--\r\n";
	const char *url;

	(void)state;
	post_raw(FORM, zx_str(body));
	assert_int_equal(t.status, 200);
	assert_text(t.reply, "attachments.0.filename", "a_b.txt");
	assert_text(t.reply, "attachments.0.description", "alt");
	assert_text(t.reply, "attachments.0.content_type", "text/plain");
	assert_int_equal(number_at(t.reply, "attachments.0.size"), 13);
	assert_int_equal(cJSON_GetArraySize(at(t.reply, "attachments")), 1);
	url = strstr(text_at(t.reply, "attachments.0.url"), "/sandbox/");
	assert_non_null(
		strstr(text_at(t.reply, "embeds.0.image.url"), "/b.png"));
	rest(&t, NULL, "GET %s", url);
	assert_int_equal(t.status, 200);
	assert_str(zx_buf_str(&t.raw), "hello\r\n--X\r\nX");
}

static void RE_07__plain_form_fields_are_a_body_too(void **state)
{
	(void)state;
	post_raw(FORM, zx_str(PART("name=\"content\"") "\r\nhi\r\n--XX--"));
	assert_int_equal(t.status, 200);
	assert_text(t.reply, "content", "hi");
	assert_int_equal(cJSON_GetArraySize(at(t.reply, "attachments")), 0);
}

static void RE_07__an_11th_file_and_one_over_10_mib_are_too_much(void **state)
{
	struct zx_buf b;

	(void)state;
	zx_buf_init(&b, NULL, 0);
	for (int i = 0; i < 11; i++)
		zx_buf_addf(
			&b,
			PART("name=\"files[%d]\"; filename=\"f\"") "\r\nx\r\n",
			i);
	zx_buf_addc(&b, "--XX--");
	post_raw(FORM, zx_buf_str(&b));
	assert_code(&t, 413, 40005);
	zx_buf_clear(&b);
	zx_buf_addc(&b, PART("name=\"files[0]\"; filename=\"f\"") "\r\n");
	for (int i = 0; i < 10 << 10; i++)
		zx_buf_addf(&b, "%01024d", 0);
	zx_buf_addc(&b, "x\r\n--XX--");
	post_raw(FORM, zx_buf_str(&b));
	assert_code(&t, 413, 40005);
	zx_buf_release(&b);
}

static void RE_07__attachments_that_are_not_listed_go(void **state)
{
	uint64_t id, kept;
	char body[200];

	(void)state;
	post_raw(
		FORM,
		zx_str(PART("name=\"files[0]\"; filename=\"a\"") "\r\nx\r\n" PART(
			"name=\"files[1]\"; filename=\"b\"") "\r\ny\r\n--XX--"));
	assert_int_equal(cJSON_GetArraySize(at(t.reply, "attachments")), 2);
	id = id_at(t.reply, "id");
	kept = id_at(t.reply, "attachments.1.id");
	snprintf(body, sizeof(body), "{'attachments':[{'id':'%" PRIu64 "'}]}",
		 kept);
	rest(&t, body, "PATCH /channels/%" PRIu64 "/messages/%" PRIu64,
	     t.general, id);
	assert_int_equal(cJSON_GetArraySize(at(t.reply, "attachments")), 1);
	assert_text(t.reply, "attachments.0.filename", "b");
}

static void world_body__a_sticker_is_made_of_form_fields(void **state)
{
	char path[100];

	(void)state;
	t.type = FORM;
	snprintf(path, sizeof(path), "/api/v10/guilds/%" PRIu64 "/stickers",
		 t.guild);
	ask(&t, "POST", path,
	    zx_str(PART("name=\"name\"") "\r\nwave\r\n" PART("name=\"tags\"") "\r\nwave\r\n" PART(
		    "name=\"description\"") "\r\n\r\n" PART("name=\"file\"; filename=\"a.png\"") "Content-Type: image/png\r\n\r\n\x89PNG\r\n\x1a\nx\r\n--XX--"));
	assert_int_equal(t.status, 201);
	assert_text(t.reply, "name", "wave");
	assert_int_equal(number_at(t.reply, "format_type"), 1);
}

static void RE_04__integers_of_64_bits_stay_exact(void **state)
{
	char body[200];
	uint64_t m = say(&t, t.member, "x");

	(void)state;
	snprintf(body, sizeof(body),
		 "{'content':'r','message_reference':{'message_id':%" PRIu64
		 "}}",
		 m);
	assert_int_equal(rest(&t, body, "POST /channels/%" PRIu64 "/messages",
			      t.general),
			 200);
	assert_true(id_at(t.reply, "message_reference.message_id") == m);
	rest(&t, "{'name':'r','permissions':4503599627370497}",
	     "POST /guilds/%" PRIu64 "/roles", t.guild);
	assert_text(t.reply, "permissions", "4503599627370497");
	rest(&t, "{'content':'1234567890123456789 [1234567890123456789]'}",
	     "POST /channels/%" PRIu64 "/messages", t.general);
	assert_text(t.reply, "content",
		    "1234567890123456789 [1234567890123456789]");
}

static void world_body__what_is_no_json_is_50109(void **state)
{
	static const char *const bad[] = {
		"{",	    "{\"content\":}", "{\"content\":\"\xff\"}",
		"nope",	    "{\"a\":1}}",     "{\"a\":01}",
		"\"\\ud800"
	};
	struct zx_buf deep;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		post_raw("application/json", zx_str(bad[i]));
		assert_code(&t, 400, 50109);
	}
	zx_buf_init(&deep, NULL, 0);
	for (int i = 0; i < 100000; i++)
		zx_buf_addch(&deep, '[');
	post_raw("application/json", zx_buf_str(&deep));
	assert_code(&t, 400, 50109);
	zx_buf_release(&deep);
	post_raw("application/json", ZX_STR("[]"));
	assert_code(&t, 400, 50035);
	post_raw("application/json", ZX_STR("7"));
	assert_code(&t, 400, 50035);
	post_raw("text/plain", ZX_STR("{}"));
	assert_form(&t, "_misc", "CONTENT_TYPE_INVALID");
}

static void world_body__malformed_forms_are_refused(void **state)
{
	static const char whole[] =
		PART("name=\"payload_json\"") "\r\n{\"content\":\"c\"}\r\n" PART(
			"name=\"files[0]\"; filename=\"a\"") "\r\nx\r\n--XX--";

	(void)state;
	post_raw(FORM, zx_str(whole));
	assert_int_equal(t.status, 200);
	for (size_t n = 1; n < sizeof(whole) - 2; n++) {
		post_raw(FORM, (struct zx_str){ whole, n });
		assert_int_equal(t.status, 400);
	}
	post_raw("multipart/form-data", zx_str(whole));
	assert_int_equal(t.status, 400);
	post_raw("multipart/form-data; boundary=\"\"", zx_str(whole));
	assert_int_equal(t.status, 400);
	post_raw("multipart/form-data; boundary=YY", zx_str(whole));
	assert_int_equal(t.status, 400);
}

/* Garbage ----------------------------------------------------------------- */

static const char *const bodies[] = {
	"{\"content\":{},\"embeds\":{},\"components\":7,\"flags\":\"x\","
	"\"allowed_mentions\":[],\"attachments\":{},\"message_reference\":[],"
	"\"nonce\":[],\"poll\":[],\"sticker_ids\":{}}",
	"{\"embeds\":[1,null,\"x\",[],{\"fields\":[1,null],\"author\":1,"
	"\"footer\":[],\"image\":7,\"thumbnail\":null}],\"content\":\"c\"}",
	"{\"flags\":32768,\"components\":[null,1,\"x\",{},{\"type\":1},"
	"{\"type\":1,\"components\":{}},{\"type\":9,\"components\":[1],"
	"\"accessory\":7},{\"type\":12,\"items\":[null]},{\"type\":17,"
	"\"components\":[{\"type\":17}]},{\"type\":-1},{\"type\":1e300}]}",
	"{\"name\":[],\"description\":{},\"options\":[null,{\"type\":\"x\"},"
	"{\"type\":3,\"choices\":[null,1]},{\"type\":2,\"options\":7}],"
	"\"contexts\":{},\"default_member_permissions\":[],"
	"\"name_localizations\":[],\"type\":99}",
	"{\"type\":9,\"data\":{\"components\":[{\"type\":18,\"component\":"
	"[]},{\"type\":1,\"components\":[null]}],\"custom_id\":7,"
	"\"title\":null}}",
	"{\"type\":4,\"data\":7}",
	"{\"type\":{},\"data\":[]}",
	"{\"permission_overwrites\":[null,1,{}],\"available_tags\":[null,7],"
	"\"name\":7,\"parent_id\":\"x\",\"type\":\"x\",\"position\":1e300,"
	"\"default_reaction_emoji\":[]}",
	"{\"roles\":[null,{},\"x\"],\"nick\":{},\"mute\":7,"
	"\"communication_disabled_until\":7}",
	"{\"user_ids\":[null,{},7],\"messages\":[null,{}],"
	"\"delete_message_seconds\":-1}",
	"{\"features\":[null,7],\"icon\":7,\"banner\":\"data:image/png\","
	"\"afk_timeout\":{},\"rules_channel_id\":[]}",
	"{\"image\":\"data:image/png;base64,====\",\"name\":\"\\u0000\"}",
	"{\"colors\":7,\"permissions\":-1,\"color\":1.5,\"hoist\":\"x\"}",
	"[null,1,\"x\",[],{},{\"id\":{},\"position\":\"x\"}]",
	"[{\"name\":\"a\",\"description\":\"d\"},null]",
	"{\"user\":{},\"channel_id\":[],\"type\":2,\"name\":7,"
	"\"options\":[1]}",
	"{\"event\":7,\"d\":null}",
	"{\"fault\":{}}",
	"{\"fault\":\"rest_429\",\"route\":7,\"retry_after\":\"x\","
	"\"times\":-1,\"scope\":[]}",
	"{\"recipient_id\":{},\"username\":\"@\",\"avatar\":\"x\"}",
	"{}",
	"",
};

static const char *const paths[] = {
	"/api/v10/channels/%CH/messages",
	"/api/v10/channels/%CH/messages/%M",
	"/api/v10/channels/%CH/messages/bulk-delete",
	"/api/v10/channels/%CH",
	"/api/v10/channels/%CH/permissions/%G",
	"/api/v10/channels/%CH/threads",
	"/api/v10/channels/%CH/webhooks",
	"/api/v10/channels/%CH/invites",
	"/api/v10/guilds/%G",
	"/api/v10/guilds/%G/channels",
	"/api/v10/guilds/%G/roles",
	"/api/v10/guilds/%G/members/%U",
	"/api/v10/guilds/%G/bans/%U",
	"/api/v10/guilds/%G/bulk-ban",
	"/api/v10/guilds/%G/emojis",
	"/api/v10/guilds/%G/stickers",
	"/api/v10/applications/%B/commands",
	"/api/v10/applications/%B/guilds/%G/commands",
	"/api/v10/interactions/%I/%T/callback",
	"/api/v10/webhooks/%B/%T",
	"/api/v10/webhooks/%B/%T/messages/@original",
	"/api/v10/users/@me",
	"/api/v10/users/@me/channels",
	"/api/v10/applications/@me",
	"/sandbox/messages",
	"/sandbox/interactions",
	"/sandbox/events",
	"/sandbox/faults",
	"/sandbox/messages/%M/react",
	"/sandbox/messages/%M/dismiss",
	"/sandbox/messages/%M",
	"/api",
	"/api/",
	"/api/v10",
	"/api/v10//",
	"/api/v99999999999999999999/x",
	"/sandbox/",
	"/sandbox/cdn/../x",
};

static void expand(const char *path, char out[600], uint64_t message,
		   uint64_t interaction, const char *token)
{
	size_t n = 0;

	for (; *path && n < 400; path++) {
		uint64_t id = 0;

		if (*path != '%') {
			out[n++] = *path;
			continue;
		}
		path++;
		if (*path == 'T') {
			n += (size_t)snprintf(out + n, 200, "%s", token);
			continue;
		}
		id = *path == 'C'   ? t.general
		     : *path == 'G' ? t.guild
		     : *path == 'U' ? t.member
		     : *path == 'B' ? t.bot
		     : *path == 'M' ? message
				    : interaction;
		path += *path == 'C'; /* "CH" */
		n += (size_t)snprintf(out + n, 24, "%" PRIu64, id);
	}
	out[n] = '\0';
}

static void world_body__garbage_is_answered_and_never_crashes(void **state)
{
	static const char *const methods[] = { "GET", "POST", "PATCH", "PUT",
					       "DELETE" };
	uint64_t interaction;
	size_t n = 0;

	(void)state;
	rest(&t, "{'name':'ping','description':'d'}",
	     "POST /applications/%" PRIu64 "/commands", t.bot);
	for (size_t p = 0; p < sizeof(paths) / sizeof(*paths); p++)
		for (size_t b = 0; b < sizeof(bodies) / sizeof(*bodies); b++) {
			uint64_t m = 0;
			char path[600], token[128];

			forget(&t);
			zx__world_say(t.w, t.owner, t.general, "x", &m);
			zx__world_slash(t.w, t.owner, t.general, "ping", NULL,
					&interaction);
			snprintf(token, sizeof(token), "%s",
				 text_at(event(&t, "INTERACTION_CREATE"),
					 "token"));
			expand(paths[p], path, m, interaction, token);
			ask(&t, methods[(p + b) % 5], path, zx_str(bodies[b]));
			ask(&t, "POST", path, zx_str(bodies[b]));
			n++;
			assert_in_range(t.status, 200, 503);
			rest(&t, NULL, "DELETE /sandbox/faults");
		}
	assert_int_equal(n, sizeof(paths) / sizeof(*paths) *
				    (sizeof(bodies) / sizeof(*bodies)));
	/* It still works. */
	assert_int_equal(rest(&t, NULL, "GET /users/@me"), 200);
}

static void world_body__queries_of_any_kind_are_survived(void **state)
{
	static const char *const queries[] = {
		"?",
		"?=",
		"?&&",
		"?limit=",
		"?limit=-1",
		"?limit=x",
		"?before=%",
		"?before=99999999999999999999999",
		"?after=-1",
		"?around=0&limit=100",
		"?user=x&channel=y",
		"?query=%F0%9F",
	};
	char path[300];

	(void)state;
	for (size_t i = 0; i < sizeof(queries) / sizeof(*queries); i++) {
		snprintf(path, sizeof(path),
			 "/api/v10/channels/%" PRIu64 "/messages%s", t.general,
			 queries[i]);
		ask(&t, "GET", path, ZX_STR(""));
		assert_in_range(t.status, 200, 400);
		snprintf(path, sizeof(path),
			 "/api/v10/guilds/%" PRIu64 "/members/search%s",
			 t.guild, queries[i]);
		ask(&t, "GET", path, ZX_STR(""));
		assert_in_range(t.status, 200, 400);
		snprintf(path, sizeof(path), "/sandbox/messages%s", queries[i]);
		ask(&t, "GET", path, ZX_STR(""));
		assert_in_range(t.status, 200, 404);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(RE_04__integers_of_64_bits_stay_exact),
		TEST(RE_07__a_form_carries_json_and_files),
		TEST(RE_07__plain_form_fields_are_a_body_too),
		TEST(RE_07__an_11th_file_and_one_over_10_mib_are_too_much),
		TEST(RE_07__attachments_that_are_not_listed_go),
		TEST(world_body__a_sticker_is_made_of_form_fields),
		TEST(world_body__what_is_no_json_is_50109),
		TEST(world_body__malformed_forms_are_refused),
		TEST(world_body__garbage_is_answered_and_never_crashes),
		TEST(world_body__queries_of_any_kind_are_survived),
	};

	return cmocka_run_group_tests_name("world_body", tests, NULL, NULL);
}
