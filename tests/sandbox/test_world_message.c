/* SPDX-License-Identifier: MIT
 *
 * sandbox: messages: every limit at n and n + 1, and what writing, editing,
 * reacting and removing do.
 */
#include "sandbox/world.h"

static int post(struct test *t, const char *body)
{
	return rest(t, body, "POST /channels/%" PRIu64 "/messages", t->general);
}

/* PATTERN with %s once, filled with n characters. */
static int post_n(struct test *t, const char *head, size_t n, const char *tail)
{
	char *text = run_of('x', n);
	struct zx_buf b;
	int status;

	zx_buf_init(&b, NULL, 0);
	zx_buf_addc(&b, head);
	zx_buf_addc(&b, text);
	zx_buf_addc(&b, tail);
	status = post(t, zx_buf_cstr(&b));
	zx_buf_release(&b);
	zx_delete(NULL, text);
	return status;
}

/* A text of n characters is taken, one of n + 1 is not. */
struct text {
	const char *head, *tail;
	size_t max;
};

enum { CONTENT, TITLE, DESCRIPTION, FOOTER, AUTHOR, FIELD_NAME, FIELD_VALUE };
enum { NONCE = FIELD_VALUE + 1, QUESTION, ANSWER };

static const struct text texts[] = {
	[CONTENT] = { "{'content':'", "'}", 2000 },
	[TITLE] = { "{'embeds':[{'title':'", "'}]}", 256 },
	[DESCRIPTION] = { "{'embeds':[{'description':'", "'}]}", 4096 },
	[FOOTER] = { "{'embeds':[{'footer':{'text':'", "'}}]}", 2048 },
	[AUTHOR] = { "{'embeds':[{'author':{'name':'", "'}}]}", 256 },
	[FIELD_NAME] = { "{'embeds':[{'fields':[{'name':'",
			 "','value':'v'}]}]}", 256 },
	[FIELD_VALUE] = { "{'embeds':[{'fields':[{'name':'n','value':'",
			  "'}]}]}", 1024 },
	[NONCE] = { "{'content':'c','nonce':'", "'}", 25 },
	[QUESTION] = { "{'poll':{'answers':[{'poll_media':{'text':'a'}}],"
		       "'question':{'text':'",
		       "'}}}", 300 },
	[ANSWER] = { "{'poll':{'question':{'text':'q'},'answers':[{'poll_media'"
		     ":{'text':'",
		     "'}}]}}", 55 },
};

static void text_limit(void **state)
{
	const struct text *x = *state;
	struct test t;

	test_start(&t);
	assert_int_equal(post_n(&t, x->head, x->max, x->tail), 200);
	post_n(&t, x->head, x->max + 1, x->tail);
	assert_code(&t, 400, 50035);
	test_end(&t);
}

/* The same with the items of a list. */
struct list {
	const char *head, *item, *tail;
	int max;
};

enum { EMBEDS, FIELDS, STICKERS, USERS, ROLES, ANSWERS };

static const struct list lists[] = {
	[EMBEDS] = { "{'embeds':[", "{'title':'t'}", "]}", 10 },
	[FIELDS] = { "{'embeds':[{'fields':[", "{'name':'n','value':'v'}",
		     "]}]}", 25 },
	[STICKERS] = { "{'content':'c','sticker_ids':[", "'1'", "]}", 3 },
	[USERS] = { "{'content':'c','allowed_mentions':{'users':[", "'1'",
		    "]}}", 100 },
	[ROLES] = { "{'content':'c','allowed_mentions':{'roles':[", "'1'",
		    "]}}", 100 },
	[ANSWERS] = { "{'poll':{'question':{'text':'q'},'answers':[",
		      "{'poll_media':{'text':'a'}}", "]}}", 10 },
};

static int post_items(struct test *t, const struct list *l, int n)
{
	struct zx_buf b;
	int i, status;

	zx_buf_init(&b, NULL, 0);
	zx_buf_addc(&b, l->head);
	for (i = 0; i < n; i++)
		zx_buf_addf(&b, "%s%s", i ? "," : "", l->item);
	zx_buf_addc(&b, l->tail);
	status = post(t, zx_buf_cstr(&b));
	zx_buf_release(&b);
	return status;
}

static void list_limit(void **state)
{
	const struct list *l = *state;
	struct test t;

	test_start(&t);
	assert_int_equal(post_items(&t, l, l->max), 200);
	assert_int_equal(post_items(&t, l, l->max + 1), 400);
	test_end(&t);
}

static void MS_embeds__have_6000_characters_together(void **state)
{
	char *text = run_of('x', 3000), body[7000];
	struct test t;

	(void)state;
	test_start(&t);
	snprintf(body, sizeof(body),
		 "{'embeds':[{'description':'%s'},{'description':'%s'}]}", text,
		 text);
	assert_int_equal(post(&t, body), 200);
	snprintf(body, sizeof(body),
		 "{'embeds':[{'description':'%s'},{'description':'%s',"
		 "'title':'x'}]}",
		 text, text);
	post(&t, body);
	assert_form(&t, "embeds", "MAX_EMBED_SIZE_EXCEEDED");
	zx_delete(NULL, text);
	test_end(&t);
}

static void world_message__the_error_tree_names_the_field(void **state)
{
	struct test t;

	(void)state;
	test_start(&t);
	post(&t, "{'content':7,'embeds':[{'title':'t'},"
		 "{'fields':[{'name':'n'}],'url':'ftp://x','color':16777216,"
		 "'timestamp':'soon'}]}");
	assert_form(&t, "content", "STRING_TYPE_CONVERT");
	assert_form(&t, "embeds.1.fields.0.value", "BASE_TYPE_REQUIRED");
	assert_form(&t, "embeds.1.url", "URL_TYPE_INVALID_SCHEME");
	assert_form(&t, "embeds.1.color", "NUMBER_TYPE_MAX");
	assert_form(&t, "embeds.1.timestamp", "DATE_TIME_TYPE_PARSE");
	assert_null(at(t.reply, "errors.embeds.0"));
	test_end(&t);
}

static void world_message__nothing_in_it_is_50006(void **state)
{
	struct test t;

	(void)state;
	test_start(&t);
	post(&t, "{}");
	assert_code(&t, 400, 50006);
	post(&t, "{'content':'  \\n '}");
	assert_code(&t, 400, 50006);
	post(&t, NULL);
	assert_code(&t, 400, 50006);
	test_end(&t);
}

static void MS_allowed_mentions__say_who_is_pinged(void **state)
{
	struct test t;
	char body[300];

	(void)state;
	test_start(&t);
	snprintf(body, sizeof(body),
		 "{'content':'<@%" PRIu64 "> <@!%" PRIu64 "> @everyone'}",
		 t.admin, t.member);
	post(&t, body);
	assert_int_equal(cJSON_GetArraySize(at(t.reply, "mentions")), 2);
	assert_true(cJSON_IsTrue(at(t.reply, "mention_everyone")));
	snprintf(body, sizeof(body),
		 "{'content':'<@%" PRIu64 "> <@%" PRIu64 "> @here',"
		 "'allowed_mentions':{'parse':[],'users':['%" PRIu64 "']}}",
		 t.admin, t.member, t.member);
	post(&t, body);
	assert_true(id_at(t.reply, "mentions.0.id") == t.member);
	assert_int_equal(cJSON_GetArraySize(at(t.reply, "mentions")), 1);
	assert_true(cJSON_IsFalse(at(t.reply, "mention_everyone")));
	snprintf(body, sizeof(body),
		 "{'content':'c','allowed_mentions':{'parse':['users'],"
		 "'users':['%" PRIu64 "']}}",
		 t.admin);
	post(&t, body);
	assert_form(&t, "allowed_mentions",
		    "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE");
	test_end(&t);
}

static void world_message__a_reply_quotes_and_mentions(void **state)
{
	struct test t;
	uint64_t to;
	char body[200];

	(void)state;
	test_start(&t);
	to = say(&t, t.member, "hello?");
	snprintf(body, sizeof(body),
		 "{'content':'hi','message_reference':{'message_id':'%" PRIu64
		 "'}}",
		 to);
	assert_int_equal(post(&t, body), 200);
	assert_int_equal(number_at(t.reply, "type"), 19);
	assert_text(t.reply, "referenced_message.content", "hello?");
	assert_true(id_at(t.reply, "mentions.0.id") == t.member);
	post(&t, "{'content':'hi','message_reference':{'message_id':'12'}}");
	assert_form(&t, "message_reference", "REPLIES_UNKNOWN_MESSAGE");
	assert_int_equal(post(&t, "{'content':'hi','message_reference':"
				  "{'message_id':'12',"
				  "'fail_if_not_exists':false}}"),
			 200);
	test_end(&t);
}

static void world_message__a_forward_carries_a_snapshot(void **state)
{
	struct test t;
	uint64_t from, hidden;
	char body[300];

	(void)state;
	test_start(&t);
	from = say(&t, t.member, "look");
	snprintf(body, sizeof(body),
		 "{'message_reference':{'type':1,'message_id':'%" PRIu64
		 "','channel_id':'%" PRIu64 "'}}",
		 from, t.general);
	assert_int_equal(post(&t, body), 200);
	assert_text(t.reply, "message_snapshots.0.message.content", "look");
	hidden = zx__world_channel(t.w, t.guild, "owners-only");
	assert_err(zx__world_say(t.w, t.admin, hidden, "psst", &from), ZX_OK);
	snprintf(body, sizeof(body),
		 "{'message_reference':{'type':1,'message_id':'%" PRIu64
		 "','channel_id':'%" PRIu64 "'}}",
		 from, hidden);
	post(&t, body);
	assert_code(&t, 400, 160014);
	test_end(&t);
}

static void MS_nonce__an_enforced_one_posts_once(void **state)
{
	struct test t;
	uint64_t id;

	(void)state;
	test_start(&t);
	post(&t, "{'content':'a','nonce':'n1','enforce_nonce':true}");
	id = id_at(t.reply, "id");
	post(&t, "{'content':'a','nonce':'n1','enforce_nonce':true}");
	assert_true(id_at(t.reply, "id") == id);
	post(&t, "{'content':'a','nonce':'n1'}");
	assert_true(id_at(t.reply, "id") != id);
	test_end(&t);
}

static void MS_patch__keeps_what_it_does_not_name(void **state)
{
	struct test t;
	uint64_t id, other;

	(void)state;
	test_start(&t);
	post(&t, "{'content':'a','embeds':[{'title':'t'}]}");
	id = id_at(t.reply, "id");
	rest(&t, "{'content':'b'}",
	     "PATCH /channels/%" PRIu64 "/messages/%" PRIu64, t.general, id);
	assert_int_equal(t.status, 200);
	assert_text(t.reply, "content", "b");
	assert_text(t.reply, "embeds.0.title", "t");
	assert_true(cJSON_IsString(at(t.reply, "edited_timestamp")));
	rest(&t, "{'embeds':null}",
	     "PATCH /channels/%" PRIu64 "/messages/%" PRIu64, t.general, id);
	assert_int_equal(cJSON_GetArraySize(at(t.reply, "embeds")), 0);
	rest(&t, "{'content':null}",
	     "PATCH /channels/%" PRIu64 "/messages/%" PRIu64, t.general, id);
	assert_code(&t, 400, 50006);
	other = say(&t, t.member, "mine");
	rest(&t, "{'content':'x'}",
	     "PATCH /channels/%" PRIu64 "/messages/%" PRIu64, t.general, other);
	assert_code(&t, 403, 50005);
	test_end(&t);
}

static void MS_get_messages__go_by_before_after_and_around(void **state)
{
	struct test t;
	uint64_t ids[7];
	char text[2] = "0";

	(void)state;
	test_start(&t);
	for (int i = 0; i < 7; i++) {
		text[0] = (char)('0' + i);
		ids[i] = say(&t, t.member, text);
	}
	rest(&t, NULL, "GET /channels/%" PRIu64 "/messages?limit=2", t.general);
	assert_text(t.reply, "0.content", "6");
	assert_text(t.reply, "1.content", "5");
	rest(&t, NULL,
	     "GET /channels/%" PRIu64 "/messages?limit=2&before=%" PRIu64,
	     t.general, ids[3]);
	assert_text(t.reply, "0.content", "2");
	rest(&t, NULL,
	     "GET /channels/%" PRIu64 "/messages?limit=2&after=%" PRIu64,
	     t.general, ids[3]);
	assert_text(t.reply, "0.content", "5");
	assert_text(t.reply, "1.content", "4");
	rest(&t, NULL,
	     "GET /channels/%" PRIu64 "/messages?limit=3&around=%" PRIu64,
	     t.general, ids[3]);
	assert_text(t.reply, "1.content", "3");
	rest(&t, NULL, "GET /channels/%" PRIu64 "/messages?limit=101",
	     t.general);
	assert_form(&t, "limit", "NUMBER_TYPE_MAX");
	rest(&t, NULL, "GET /channels/%" PRIu64 "/messages?limit=0", t.general);
	assert_form(&t, "limit", "NUMBER_TYPE_MIN");
	test_end(&t);
}

static void MS_bulk_delete__takes_2_to_100_young_ones(void **state)
{
	struct test t;
	char body[200];
	uint64_t a, b;

	(void)state;
	test_start(&t);
	a = say(&t, t.member, "a");
	b = say(&t, t.member, "b");
	snprintf(body, sizeof(body), "{'messages':['%" PRIu64 "']}", a);
	rest(&t, body, "POST /channels/%" PRIu64 "/messages/bulk-delete",
	     t.general);
	assert_form(&t, "messages", "BASE_TYPE_BAD_LENGTH");
	snprintf(body, sizeof(body),
		 "{'messages':['%" PRIu64 "','%" PRIu64 "']}", a, b);
	rest(&t, body, "POST /channels/%" PRIu64 "/messages/bulk-delete",
	     t.general);
	assert_int_equal(t.status, 204);
	assert_int_equal(
		cJSON_GetArraySize(at(event(&t, "MESSAGE_DELETE_BULK"), "ids")),
		2);
	assert_null(event(&t, "MESSAGE_DELETE"));
	t.wire.wall += INT64_C(15) * 86400000;
	rest(&t, body, "POST /channels/%" PRIu64 "/messages/bulk-delete",
	     t.general);
	assert_code(&t, 400, 50034);
	test_end(&t);
}

static void world_message__reactions_are_counted(void **state)
{
	struct test t;
	uint64_t id;
	char path[200];

	(void)state;
	test_start(&t);
	id = say(&t, t.member, "nice");
	snprintf(path, sizeof(path),
		 "/channels/%" PRIu64 "/messages/%" PRIu64 "/reactions/",
		 t.general, id);
	rest(&t, NULL, "PUT %s%%F0%%9F%%91%%8D/@me", path);
	assert_int_equal(t.status, 204);
	assert_true(id_at(event(&t, "MESSAGE_REACTION_ADD"),
			  "message_author_id") == t.member);
	rest(&t, "{'emoji':'\xf0\x9f\x91\x8d'}",
	     "POST /sandbox/messages/%" PRIu64 "/react", id);
	assert_int_equal(t.status, 204);
	rest(&t, NULL, "GET /channels/%" PRIu64 "/messages/%" PRIu64, t.general,
	     id);
	assert_int_equal(number_at(t.reply, "reactions.0.count"), 2);
	assert_true(cJSON_IsTrue(at(t.reply, "reactions.0.me")));
	rest(&t, NULL, "GET %s%%F0%%9F%%91%%8D", path);
	assert_int_equal(cJSON_GetArraySize(t.reply), 2);
	rest(&t, NULL, "DELETE %s%%F0%%9F%%91%%8D/%" PRIu64, path, t.owner);
	assert_int_equal(t.status, 204);
	rest(&t, NULL, "DELETE %s%%F0%%9F%%91%%8D/@me", path);
	rest(&t, NULL, "GET /channels/%" PRIu64 "/messages/%" PRIu64, t.general,
	     id);
	assert_null(at(t.reply, "reactions"));
	rest(&t, NULL, "PUT %sno:12/@me", path);
	assert_code(&t, 400, 10014);
	test_end(&t);
}

static void MS_reactions__are_of_20_kinds(void **state)
{
	struct test t;
	uint64_t id;

	(void)state;
	test_start(&t);
	id = say(&t, t.member, "nice");
	for (int i = 0; i <= 20; i++)
		rest(&t, NULL,
		     "PUT /channels/%" PRIu64 "/messages/%" PRIu64
		     "/reactions/%%F0%%9F%%90%%%02X/@me",
		     t.general, id, 0x80 + i);
	assert_code(&t, 400, 30010);
	test_end(&t);
}

static void MS_pins__page_by_the_time_of_pinning(void **state)
{
	struct test t;
	uint64_t a, b;

	(void)state;
	test_start(&t);
	a = say(&t, t.member, "a");
	b = say(&t, t.member, "b");
	rest(&t, NULL, "PUT /channels/%" PRIu64 "/messages/pins/%" PRIu64,
	     t.general, b);
	assert_int_equal(t.status, 204);
	assert_non_null(event(&t, "CHANNEL_PINS_UPDATE"));
	rest(&t, NULL, "PUT /channels/%" PRIu64 "/pins/%" PRIu64, t.general, a);
	rest(&t, NULL, "GET /channels/%" PRIu64 "/messages/pins?limit=1",
	     t.general);
	assert_true(id_at(t.reply, "items.0.message.id") == a);
	assert_true(cJSON_IsTrue(at(t.reply, "has_more")));
	rest(&t, NULL, "GET /channels/%" PRIu64 "/messages/pins?before=%s",
	     t.general, text_at(t.reply, "items.0.pinned_at"));
	assert_true(id_at(t.reply, "items.0.message.id") == b);
	rest(&t, NULL, "DELETE /channels/%" PRIu64 "/messages/pins/%" PRIu64,
	     t.general, b);
	rest(&t, NULL, "GET /channels/%" PRIu64 "/pins", t.general);
	assert_int_equal(cJSON_GetArraySize(t.reply), 1);
	test_end(&t);
}

static void world_message__without_the_content_intent_it_is_empty(void **state)
{
	struct zx_sandbox_options o = ZX_SANDBOX_OPTIONS_INIT;
	struct test t;
	uint64_t id;
	char text[64];

	(void)state;
	o.intents_refused = 1u << 15;
	o.no_rate_limits = 1;
	test_open(&t, &o);
	id = say(&t, t.member, "secret");
	rest(&t, NULL, "GET /channels/%" PRIu64 "/messages/%" PRIu64, t.general,
	     id);
	assert_text(t.reply, "content", "");
	snprintf(text, sizeof(text), "<@%" PRIu64 "> you", t.bot);
	id = say(&t, t.member, text);
	rest(&t, NULL, "GET /channels/%" PRIu64 "/messages/%" PRIu64, t.general,
	     id);
	assert_text(t.reply, "content", text);
	post(&t, "{'content':'own'}");
	assert_text(t.reply, "content", "own");
	test_end(&t);
}

static void world_message__people_may_not_write_everywhere(void **state)
{
	struct test t;
	uint64_t rules;

	(void)state;
	test_start(&t);
	rules = zx__world_channel(t.w, t.guild, "rules");
	assert_err(zx__world_say(t.w, t.member, rules, "x", NULL), ZX_E_PERM);
	assert_err(zx__world_say(t.w, t.admin, rules, "x", NULL), ZX_OK);
	assert_err(zx__world_say(t.w, 12, rules, "x", NULL), ZX_E_NOTFOUND);
	assert_err(zx__world_say(t.w, 0, 12, "x", NULL), ZX_E_NOTFOUND);
	assert_err(zx__world_say(t.w, 0, 0, "", NULL), ZX_E_INVALID);
	assert_err(zx__world_say(t.w, 0, 0, "default", NULL), ZX_OK);
	assert_true(id_at(event(&t, "MESSAGE_CREATE"), "author.id") == t.owner);
	assert_true(id_at(event(&t, "MESSAGE_CREATE"), "guild_id") == t.guild);
	assert_non_null(at(event(&t, "MESSAGE_CREATE"), "member.roles"));
	test_end(&t);
}

#define text_limit_rows texts
#define list_limit_rows lists
#define ROW(name, test, row)                                                   \
	{                                                                      \
		name, test, NULL, NULL, (void *)(uintptr_t)&test##_rows[row]   \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROW("MS_content__has_2000_characters", text_limit, CONTENT),
		ROW("MS_embed_title__has_256_characters", text_limit, TITLE),
		ROW("MS_embed_description__has_4096_characters", text_limit,
		    DESCRIPTION),
		ROW("MS_embed_footer__has_2048_characters", text_limit, FOOTER),
		ROW("MS_embed_author__has_256_characters", text_limit, AUTHOR),
		ROW("MS_fields__a_name_has_256_characters", text_limit,
		    FIELD_NAME),
		ROW("MS_fields__a_value_has_1024_characters", text_limit,
		    FIELD_VALUE),
		ROW("MS_nonce__has_25_characters", text_limit, NONCE),
		ROW("MS_poll__a_question_has_300_characters", text_limit,
		    QUESTION),
		ROW("MS_poll__an_answer_has_55_characters", text_limit, ANSWER),
		ROW("MS_embeds__are_10", list_limit, EMBEDS),
		ROW("MS_fields__are_25", list_limit, FIELDS),
		ROW("MS_stickers__are_3", list_limit, STICKERS),
		ROW("MS_allowed_mentions__name_100_users", list_limit, USERS),
		ROW("MS_allowed_mentions__name_100_roles", list_limit, ROLES),
		ROW("MS_poll__has_10_answers", list_limit, ANSWERS),
		cmocka_unit_test(MS_embeds__have_6000_characters_together),
		cmocka_unit_test(world_message__the_error_tree_names_the_field),
		cmocka_unit_test(world_message__nothing_in_it_is_50006),
		cmocka_unit_test(MS_allowed_mentions__say_who_is_pinged),
		cmocka_unit_test(world_message__a_reply_quotes_and_mentions),
		cmocka_unit_test(world_message__a_forward_carries_a_snapshot),
		cmocka_unit_test(MS_nonce__an_enforced_one_posts_once),
		cmocka_unit_test(MS_patch__keeps_what_it_does_not_name),
		cmocka_unit_test(
			MS_get_messages__go_by_before_after_and_around),
		cmocka_unit_test(MS_bulk_delete__takes_2_to_100_young_ones),
		cmocka_unit_test(world_message__reactions_are_counted),
		cmocka_unit_test(MS_reactions__are_of_20_kinds),
		cmocka_unit_test(MS_pins__page_by_the_time_of_pinning),
		cmocka_unit_test(
			world_message__without_the_content_intent_it_is_empty),
		cmocka_unit_test(
			world_message__people_may_not_write_everywhere),
	};

	return cmocka_run_group_tests_name("world_message", tests, NULL, NULL);
}
