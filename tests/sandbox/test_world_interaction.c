/* SPDX-License-Identifier: MIT
 *
 * sandbox: interactions: what the bot gets, what it may answer, and when.
 */
#include "sandbox/world.h"

struct itx {
	struct test t;
	uint64_t id;
	char token[128];
};

static void take(struct itx *x, uint64_t id)
{
	x->id = id;
	snprintf(x->token, sizeof(x->token), "%s",
		 text_at(event(&x->t, "INTERACTION_CREATE"), "token"));
}

static void slash(struct itx *x, const char *name, const char *options)
{
	uint64_t id;

	assert_err(zx__world_slash(x->t.w, x->t.member, x->t.general, name,
				   options, &id),
		   ZX_OK);
	take(x, id);
}

static void open_box(struct itx *x)
{
	test_start(&x->t);
	rest(&x->t,
	     "[{'name':'ping','description':'d'},"
	     "{'name':'say','description':'d','options':["
	     "{'type':3,'name':'text','description':'d','required':true,"
	     "'autocomplete':true},"
	     "{'type':4,'name':'n','description':'d','min_value':1,"
	     "'max_value':5},"
	     "{'type':6,'name':'who','description':'d'},"
	     "{'type':7,'name':'where','description':'d',"
	     "'channel_types':[0]},"
	     "{'type':8,'name':'role','description':'d'},"
	     "{'type':5,'name':'yes','description':'d'}]},"
	     "{'name':'set','description':'d','options':["
	     "{'type':2,'name':'log','description':'d','options':["
	     "{'type':1,'name':'on','description':'d'}]}]},"
	     "{'name':'Report','type':3}]",
	     "PUT /applications/%" PRIu64 "/commands", x->t.bot);
	assert_int_equal(x->t.status, 200);
}

static int callback(struct itx *x, const char *body)
{
	return rest(&x->t, body, "POST /interactions/%" PRIu64 "/%s/callback",
		    x->id, x->token);
}

static int original(struct itx *x, const char *method, const char *body)
{
	return rest(&x->t, body,
		    "%s /webhooks/%" PRIu64 "/%s/messages/@original", method,
		    x->t.bot, x->token);
}

static int followup(struct itx *x, const char *body)
{
	return rest(&x->t, body, "POST /webhooks/%" PRIu64 "/%s", x->t.bot,
		    x->token);
}

/* What is sent ------------------------------------------------------------ */

static void world_interaction__a_command_arrives_complete(void **state)
{
	const cJSON *d;
	struct itx x;

	(void)state;
	open_box(&x);
	slash(&x, "ping", NULL);
	d = event(&x.t, "INTERACTION_CREATE");
	assert_true(id_at(d, "application_id") == x.t.bot);
	assert_int_equal(number_at(d, "type"), 2);
	assert_text(d, "data.name", "ping");
	assert_true(id_at(d, "guild_id") == x.t.guild);
	assert_true(id_at(d, "channel.id") == x.t.general);
	assert_true(id_at(d, "member.user.id") == x.t.member);
	assert_true(id_at(d, "member.permissions") > 0);
	assert_true(id_at(d, "app_permissions") > 0);
	assert_null(at(d, "user"));
	assert_int_equal(number_at(d, "version"), 1);
	assert_int_equal(number_at(d, "context"), 0);
	assert_text(d, "guild_locale", "en-US");
	assert_true(id_at(d, "authorizing_integration_owners.0") == x.t.guild);
	assert_int_equal(number_at(d, "attachment_size_limit"), 10485760);
	assert_true(cJSON_IsArray(at(d, "entitlements")));
	test_end(&x.t);
}

static void world_interaction__options_are_typed_and_resolved(void **state)
{
	const cJSON *d;
	struct itx x;
	char options[300], key[80];

	(void)state;
	open_box(&x);
	snprintf(options, sizeof(options),
		 "{\"text\":\"hi\",\"n\":3,\"who\":\"%" PRIu64
		 "\",\"where\":\"%" PRIu64 "\",\"role\":\"%" PRIu64
		 "\",\"yes\":true}",
		 x.t.admin, x.t.general, x.t.guild);
	slash(&x, "say", options);
	d = event(&x.t, "INTERACTION_CREATE");
	assert_text(d, "data.options.0.value", "hi");
	assert_int_equal(number_at(d, "data.options.1.value"), 3);
	assert_true(id_at(d, "data.options.2.value") == x.t.admin);
	assert_true(cJSON_IsTrue(at(d, "data.options.5.value")));
	snprintf(key, sizeof(key), "data.resolved.users.%" PRIu64 ".username",
		 x.t.admin);
	assert_text(d, key, "alex.admin");
	snprintf(key, sizeof(key), "data.resolved.members.%" PRIu64, x.t.admin);
	assert_true(id_at(at(d, key), "permissions") > 0);
	snprintf(key, sizeof(key), "data.resolved.channels.%" PRIu64,
		 x.t.general);
	assert_true(id_at(at(d, key), "app_permissions") > 0);
	snprintf(key, sizeof(key), "data.resolved.roles.%" PRIu64 ".name",
		 x.t.guild);
	assert_text(d, key, "@everyone");
	test_end(&x.t);
}

static void world_interaction__a_file_is_an_attachment(void **state)
{
	const cJSON *d, *file;
	struct itx x;
	char key[80];

	(void)state;
	open_box(&x);
	rest(&x.t,
	     "{'name':'up','description':'d','options':[{'type':11,"
	     "'name':'f','description':'d'}]}",
	     "POST /applications/%" PRIu64 "/commands", x.t.bot);
	slash(&x, "up",
	      "{\"f\":{\"filename\":\"a.txt\",\"content_type\":\"text/plain\","
	      "\"data\":\"aGVsbG8=\"}}");
	d = event(&x.t, "INTERACTION_CREATE");
	snprintf(key, sizeof(key), "data.resolved.attachments.%s",
		 text_at(d, "data.options.0.value"));
	file = at(d, key);
	assert_text(file, "filename", "a.txt");
	assert_int_equal(number_at(file, "size"), 5);
	rest(&x.t, NULL, "GET %s",
	     strstr(text_at(file, "url"), "/sandbox/cdn/"));
	assert_str(zx_buf_str(&x.t.raw), "hello");
	assert_err(zx__world_slash(x.t.w, 0, 0, "up", "{\"f\":\"12\"}", NULL),
		   ZX_E_INVALID);
	test_end(&x.t);
}

static void world_interaction__wrong_options_are_refused(void **state)
{
	static const char *const bad[] = {
		"{}",
		"{\"text\":\"a\",\"n\":9}",
		"{\"text\":\"a\",\"n\":1.5}",
		"{\"text\":\"a\",\"who\":\"12\"}",
		"{\"text\":\"a\",\"nope\":1}",
		"[]",
	};
	struct itx x;

	(void)state;
	open_box(&x);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_err(zx__world_slash(x.t.w, x.t.member, x.t.general,
					   "say", bad[i], NULL),
			   ZX_E_INVALID);
	assert_null(event(&x.t, "INTERACTION_CREATE"));
	test_end(&x.t);
}

static void world_interaction__subcommands_are_nested(void **state)
{
	const cJSON *d;
	struct itx x;

	(void)state;
	open_box(&x);
	slash(&x, "set log on", NULL);
	d = event(&x.t, "INTERACTION_CREATE");
	assert_text(d, "data.options.0.name", "log");
	assert_int_equal(number_at(d, "data.options.0.type"), 2);
	assert_text(d, "data.options.0.options.0.name", "on");
	assert_err(zx__world_slash(x.t.w, 0, 0, "set", NULL, NULL),
		   ZX_E_INVALID);
	assert_err(zx__world_slash(x.t.w, 0, 0, "set log off", NULL, NULL),
		   ZX_E_INVALID);
	test_end(&x.t);
}

static void world_interaction__context_menus_have_a_target(void **state)
{
	struct itx x;
	uint64_t message;
	char body[300], key[80];

	(void)state;
	open_box(&x);
	message = say(&x.t, x.t.admin, "look at this");
	snprintf(body, sizeof(body),
		 "{'type':2,'name':'Report','channel_id':'%" PRIu64
		 "','target_id':'%" PRIu64 "'}",
		 x.t.general, message);
	assert_int_equal(rest(&x.t, body, "POST /sandbox/interactions"), 200);
	snprintf(key, sizeof(key), "data.resolved.messages.%" PRIu64 ".content",
		 message);
	assert_text(event(&x.t, "INTERACTION_CREATE"), key, "look at this");
	test_end(&x.t);
}

static void world_interaction__in_a_dm_there_is_a_user(void **state)
{
	const cJSON *d;
	struct itx x;
	uint64_t dm;

	(void)state;
	open_box(&x);
	rest(&x.t, NULL, "GET /sandbox/state?user=%" PRIu64, x.t.member);
	dm = id_at(x.t.reply, "dm.id");
	assert_err(zx__world_slash(x.t.w, x.t.member, dm, "ping", NULL, &x.id),
		   ZX_OK);
	d = event(&x.t, "INTERACTION_CREATE");
	assert_true(id_at(d, "user.id") == x.t.member);
	assert_null(at(d, "member"));
	assert_null(at(d, "guild_id"));
	assert_int_equal(number_at(d, "context"), 1);
	assert_text(d, "authorizing_integration_owners.0", "0");
	test_end(&x.t);
}

/* Answers ----------------------------------------------------------------- */

static void IN_01__after_3_seconds_the_token_is_gone(void **state)
{
	struct itx x;

	(void)state;
	open_box(&x);
	slash(&x, "ping", NULL);
	assert_true(zx__world_tick(x.t.w, x.t.wire.now) == x.t.wire.now + 3000);
	x.t.wire.now += 2999;
	zx__world_tick(x.t.w, x.t.wire.now);
	assert_text(live(&x.t, "INTERACTION"), "d.state", "sent");
	x.t.wire.now += 1;
	assert_true(zx__world_tick(x.t.w, x.t.wire.now) == ZX_TIME_NEVER);
	assert_text(live(&x.t, "INTERACTION"), "d.state", "failed");
	callback(&x, "{'type':4,'data':{'content':'late'}}");
	assert_code(&x.t, 404, 10062);
	test_end(&x.t);
}

static void IN_01__the_token_lives_15_minutes(void **state)
{
	struct itx x;

	(void)state;
	open_box(&x);
	slash(&x, "ping", NULL);
	callback(&x, "{'type':4,'data':{'content':'a'}}");
	x.t.wire.now += 15 * 60000 - 1;
	assert_int_equal(followup(&x, "{'content':'b'}"), 200);
	x.t.wire.now += 1;
	followup(&x, "{'content':'c'}");
	assert_code(&x.t, 401, 50027);
	original(&x, "GET", NULL);
	assert_code(&x.t, 401, 50027);
	test_end(&x.t);
}

static void IN_02__second_initial_response_is_40060(void **state)
{
	struct itx x;

	(void)state;
	open_box(&x);
	slash(&x, "ping", NULL);
	assert_int_equal(callback(&x, "{'type':4,'data':{'content':'a'}}"),
			 204);
	callback(&x, "{'type':4,'data':{'content':'b'}}");
	assert_code(&x.t, 400, 40060);
	test_end(&x.t);
}

static void IN_02__a_wrong_token_is_10062(void **state)
{
	struct itx x;

	(void)state;
	open_box(&x);
	slash(&x, "ping", NULL);
	x.token[20]++;
	callback(&x, "{'type':4,'data':{'content':'a'}}");
	assert_code(&x.t, 404, 10062);
	test_end(&x.t);
}

static void IN_03__the_callback_type_must_fit(void **state)
{
	static const int wrong[] = { 0, 1, 2, 3, 6, 7, 8, 10, 12 };
	struct itx x;
	char body[100];

	(void)state;
	open_box(&x);
	slash(&x, "ping", NULL);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		snprintf(body, sizeof(body),
			 "{'type':%d,'data':{'content':'a'}}", wrong[i]);
		callback(&x, body);
		assert_form(&x.t, "type", "INTERACTION_RESPONSE_TYPE_INVALID");
	}
	assert_int_equal(callback(&x, "{'type':4,'data':{'content':'a'}}"),
			 204);
	test_end(&x.t);
}

static void IN_04__a_deferral_takes_only_the_ephemeral_flag(void **state)
{
	struct itx x;

	(void)state;
	open_box(&x);
	slash(&x, "ping", NULL);
	callback(&x, "{'type':5,'data':{'flags':4}}");
	assert_form(&x.t, "data.flags", "BITFIELD_TYPE_INVALID");
	assert_int_equal(callback(&x, "{'type':5,'data':{'flags':64}}"), 204);
	test_end(&x.t);
}

static void IN_04__ephemeral_is_fixed_at_the_deferral(void **state)
{
	struct itx x;

	(void)state;
	open_box(&x);
	slash(&x, "ping", NULL);
	callback(&x, "{'type':5,'data':{'flags':64}}");
	assert_null(event(&x.t, "MESSAGE_CREATE"));
	assert_true(id_at(live(&x.t, "MESSAGE_CREATE"), "user") == x.t.member);
	original(&x, "GET", NULL);
	assert_int_equal(number_at(x.t.reply, "flags"), 64 | 128);
	original(&x, "PATCH", "{'content':'done','flags':0}");
	assert_int_equal(x.t.status, 200);
	assert_int_equal(number_at(x.t.reply, "flags"), 64);
	assert_text(x.t.reply, "content", "done");
	test_end(&x.t);
}

static void IN_04__the_first_follow_up_of_a_deferral_is_its_edit(void **state)
{
	struct itx x;
	uint64_t id;

	(void)state;
	open_box(&x);
	slash(&x, "ping", NULL);
	callback(&x, "{'type':5}");
	original(&x, "GET", NULL);
	id = id_at(x.t.reply, "id");
	assert_int_equal(followup(&x, "{'content':'one'}"), 200);
	assert_true(id_at(x.t.reply, "id") == id);
	assert_int_equal(followup(&x, "{'content':'two'}"), 200);
	assert_true(id_at(x.t.reply, "id") != id);
	assert_int_equal(number_at(x.t.reply, "type"), 19);
	assert_true(id_at(x.t.reply, "message_reference.message_id") == id);
	test_end(&x.t);
}

static void IN_05__components_v2_come_with_the_edit(void **state)
{
	struct itx x;

	(void)state;
	open_box(&x);
	slash(&x, "ping", NULL);
	callback(&x, "{'type':5}");
	original(&x, "PATCH",
		 "{'flags':32768,'components':[{'type':10,'content':'x'}]}");
	assert_int_equal(x.t.status, 200);
	assert_int_equal(number_at(x.t.reply, "flags"), 32768);
	assert_int_equal(number_at(x.t.reply, "components.0.id"), 1);
	test_end(&x.t);
}

static void IN_06__the_response_is_given_when_asked_for(void **state)
{
	struct itx x;

	(void)state;
	open_box(&x);
	slash(&x, "ping", NULL);
	rest(&x.t, "{'type':4,'data':{'content':'a','flags':64}}",
	     "POST /interactions/%" PRIu64 "/%s/callback?with_response=true",
	     x.id, x.token);
	assert_int_equal(x.t.status, 200);
	assert_true(id_at(x.t.reply, "interaction.id") == x.id);
	assert_true(cJSON_IsTrue(
		at(x.t.reply, "interaction.response_message_ephemeral")));
	assert_int_equal(number_at(x.t.reply, "resource.type"), 4);
	assert_text(x.t.reply, "resource.message.content", "a");
	test_end(&x.t);
}

static void IN_07__flags_others_than_the_five_are_refused(void **state)
{
	struct itx x;

	(void)state;
	open_box(&x);
	slash(&x, "ping", NULL);
	callback(&x, "{'type':4,'data':{'content':'a','flags':1}}");
	assert_form(&x.t, "data.flags", "BITFIELD_TYPE_INVALID");
	assert_int_equal(
		callback(&x, "{'type':4,'data':{'content':'a','flags':4164}}"),
		204);
	test_end(&x.t);
}

static void IN_09__autocomplete_takes_25_choices(void **state)
{
	struct itx x;
	struct zx_buf b;
	char ask_body[300];

	(void)state;
	open_box(&x);
	snprintf(ask_body, sizeof(ask_body),
		 "{'type':4,'name':'say','focused':'text',"
		 "'options':{'text':'ab'},'channel_id':'%" PRIu64 "'}",
		 x.t.general);
	rest(&x.t, ask_body, "POST /sandbox/interactions");
	take(&x, id_at(x.t.reply, "id"));
	assert_true(x.t.hold == x.id);
	assert_true(cJSON_IsTrue(at(event(&x.t, "INTERACTION_CREATE"),
				    "data.options.0.focused")));
	callback(&x, "{'type':5}");
	assert_form(&x.t, "type", "INTERACTION_RESPONSE_TYPE_INVALID");
	for (int n = 26; n >= 25; n--) {
		zx_buf_init(&b, NULL, 0);
		zx_buf_addc(&b, "{'type':8,'data':{'choices':[");
		for (int i = 0; i < n; i++)
			zx_buf_addf(&b, "%s{'name':'c%d','value':'%d'}",
				    i ? "," : "", i, i);
		zx_buf_addc(&b, "]}}");
		callback(&x, zx_buf_cstr(&b));
		zx_buf_release(&b);
		if (n == 26)
			assert_form(&x.t, "data.choices",
				    "BASE_TYPE_MAX_LENGTH");
	}
	assert_int_equal(x.t.status, 204);
	rest(&x.t, NULL, "GET /sandbox/interactions/%" PRIu64, x.id);
	assert_int_equal(cJSON_GetArraySize(at(x.t.reply, "choices")), 25);
	test_end(&x.t);
}

static void IN_09__a_held_answer_comes_with_the_choices(void **state)
{
	struct itx x;
	struct zx__res res = { .status = 200 };
	char ask_body[300];
	cJSON *o;

	(void)state;
	open_box(&x);
	snprintf(ask_body, sizeof(ask_body),
		 "{'type':4,'name':'say','focused':'text',"
		 "'options':{'text':'a'},'channel_id':'%" PRIu64 "'}",
		 x.t.general);
	rest(&x.t, ask_body, "POST /sandbox/interactions");
	take(&x, id_at(x.t.reply, "id"));
	zx_buf_init(&res.body, NULL, 0);
	assert_int_equal(zx__world_late(x.t.w, x.id, &res), 0);
	callback(&x,
		 "{'type':8,'data':{'choices':[{'name':'A','value':'a'}]}}");
	assert_int_equal(zx__world_late(x.t.w, x.id, &res), 1);
	o = cJSON_Parse(zx_buf_cstr(&res.body));
	assert_text(o, "choices.0.name", "A");
	cJSON_Delete(o);
	zx_buf_release(&res.body);
	test_end(&x.t);
}

static void IN_10__the_bot_token_is_not_needed(void **state)
{
	struct itx x;

	(void)state;
	open_box(&x);
	slash(&x, "ping", NULL);
	x.t.auth = "Bot wrong";
	assert_int_equal(callback(&x, "{'type':4,'data':{'content':'a'}}"),
			 204);
	assert_int_equal(followup(&x, "{'content':'b'}"), 200);
	rest(&x.t, NULL, "GET /users/@me");
	assert_code(&x.t, 401, 0);
	test_end(&x.t);
}

static void IN_11__mentions_default_to_users(void **state)
{
	struct itx x;
	char body[300];

	(void)state;
	open_box(&x);
	slash(&x, "ping", NULL);
	snprintf(body, sizeof(body),
		 "{'type':4,'data':{'content':'@everyone <@%" PRIu64
		 "> <@&%" PRIu64 ">'}}",
		 x.t.admin, x.t.guild);
	callback(&x, body);
	original(&x, "GET", NULL);
	assert_true(id_at(x.t.reply, "mentions.0.id") == x.t.admin);
	assert_true(cJSON_IsFalse(at(x.t.reply, "mention_everyone")));
	assert_int_equal(cJSON_GetArraySize(at(x.t.reply, "mention_roles")), 0);
	test_end(&x.t);
}

/* Messages ---------------------------------------------------------------- */

static void world_interaction__a_response_says_whose_it_is(void **state)
{
	const cJSON *m;
	struct itx x;
	struct zx_buf answer;

	(void)state;
	open_box(&x);
	slash(&x, "ping", NULL);
	zx_buf_init(&answer, NULL, 0);
	assert_int_equal(zx__world_answer(x.t.w, x.id, &answer), 0);
	callback(&x, "{'type':4,'data':{'content':'pong'}}");
	m = event(&x.t, "MESSAGE_CREATE");
	assert_int_equal(number_at(m, "type"), 20);
	assert_true(id_at(m, "webhook_id") == x.t.bot);
	assert_true(id_at(m, "application_id") == x.t.bot);
	assert_true(id_at(m, "interaction_metadata.id") == x.id);
	assert_true(id_at(m, "interaction_metadata.user.id") == x.t.member);
	assert_text(m, "interaction.name", "ping");
	assert_int_equal(zx__world_answer(x.t.w, x.id, &answer), 1);
	assert_non_null(strstr(zx_buf_cstr(&answer), "\"pong\""));
	zx_buf_release(&answer);
	test_end(&x.t);
}

static void world_interaction__ephemeral_ones_are_for_their_user(void **state)
{
	struct itx x;
	uint64_t id;

	(void)state;
	open_box(&x);
	slash(&x, "ping", NULL);
	callback(&x, "{'type':4,'data':{'content':'psst','flags':64}}");
	assert_null(event(&x.t, "MESSAGE_CREATE"));
	original(&x, "GET", NULL);
	id = id_at(x.t.reply, "id");
	rest(&x.t, NULL, "GET /channels/%" PRIu64 "/messages/%" PRIu64,
	     x.t.general, id);
	assert_code(&x.t, 404, 10008);
	rest(&x.t, NULL,
	     "GET /sandbox/messages?user=%" PRIu64 "&channel=%" PRIu64
	     "&limit=1",
	     x.t.member, x.t.general);
	assert_true(id_at(x.t.reply, "0.ephemeral_for") == x.t.member);
	rest(&x.t, NULL,
	     "GET /sandbox/messages?user=%" PRIu64 "&channel=%" PRIu64
	     "&limit=1",
	     x.t.admin, x.t.general);
	assert_null(at(x.t.reply, "0.ephemeral_for"));
	rest(&x.t, "{}", "POST /sandbox/messages/%" PRIu64 "/dismiss", id);
	assert_int_equal(x.t.status, 404); /* the owner's it is not */
	rest(&x.t, NULL,
	     "POST /sandbox/messages/%" PRIu64 "/dismiss?user=%" PRIu64, id,
	     x.t.member);
	assert_int_equal(x.t.status, 204);
	original(&x, "GET", NULL);
	assert_code(&x.t, 404, 10008);
	test_end(&x.t);
}

static uint64_t with_button(struct itx *x)
{
	rest(&x->t,
	     "{'content':'b','components':[{'type':1,'components':["
	     "{'type':2,'style':1,'label':'Go','custom_id':'go'},"
	     "{'type':2,'style':2,'label':'No','custom_id':'no',"
	     "'disabled':true}]},{'type':1,'components':[{'type':3,"
	     "'custom_id':'pick','options':[{'label':'A','value':'a'},"
	     "{'label':'B','value':'b'}]}]}]}",
	     "POST /channels/%" PRIu64 "/messages", x->t.general);
	assert_int_equal(x->t.status, 200);
	return id_at(x->t.reply, "id");
}

static void world_interaction__a_press_carries_its_message(void **state)
{
	const cJSON *d;
	struct itx x;
	uint64_t message, id;

	(void)state;
	open_box(&x);
	message = with_button(&x);
	assert_err(zx__world_press(x.t.w, x.t.member, message, "go", NULL, &id),
		   ZX_OK);
	take(&x, id);
	d = event(&x.t, "INTERACTION_CREATE");
	assert_text(d, "data.custom_id", "go");
	assert_int_equal(number_at(d, "data.component_type"), 2);
	assert_true(id_at(d, "message.id") == message);
	assert_int_equal(callback(&x, "{'type':7,'data':{'content':'done',"
				      "'components':[]}}"),
			 204);
	assert_text(event(&x.t, "MESSAGE_UPDATE"), "content", "done");
	rest(&x.t, NULL, "GET /channels/%" PRIu64 "/messages/%" PRIu64,
	     x.t.general, message);
	assert_int_equal(cJSON_GetArraySize(at(x.t.reply, "components")), 0);
	test_end(&x.t);
}

static void world_interaction__presses_are_checked(void **state)
{
	struct itx x;
	uint64_t m, id;

	(void)state;
	open_box(&x);
	m = with_button(&x);
	assert_err(zx__world_press(x.t.w, 0, m, "no", NULL, NULL), ZX_E_PERM);
	assert_err(zx__world_press(x.t.w, 0, m, "nil", NULL, NULL),
		   ZX_E_NOTFOUND);
	assert_err(zx__world_press(x.t.w, 0, 12, "go", NULL, NULL),
		   ZX_E_NOTFOUND);
	assert_err(zx__world_press(x.t.w, 0, m, "pick", "[\"c\"]", NULL),
		   ZX_E_INVALID);
	assert_err(zx__world_press(x.t.w, 0, m, "pick", "[\"a\",\"b\"]", NULL),
		   ZX_E_INVALID);
	assert_err(zx__world_press(x.t.w, 0, m, "pick", "{}", NULL),
		   ZX_E_INVALID);
	assert_err(zx__world_press(x.t.w, 0, m, "pick", "[\"b\"]", &id), ZX_OK);
	assert_text(event(&x.t, "INTERACTION_CREATE"), "data.values.0", "b");
	test_end(&x.t);
}

static void world_interaction__type_6_lets_edit_the_message(void **state)
{
	struct itx x;
	uint64_t m, id;

	(void)state;
	open_box(&x);
	m = with_button(&x);
	assert_err(zx__world_press(x.t.w, 0, m, "go", NULL, &id), ZX_OK);
	take(&x, id);
	assert_int_equal(callback(&x, "{'type':6}"), 204);
	assert_int_equal(original(&x, "PATCH", "{'content':'later'}"), 200);
	assert_true(id_at(x.t.reply, "id") == m);
	assert_text(x.t.reply, "content", "later");
	test_end(&x.t);
}

static void CO_10__a_modal_gives_back_what_was_typed(void **state)
{
	const cJSON *d;
	struct itx x;
	char body[400];
	uint64_t from;

	(void)state;
	open_box(&x);
	slash(&x, "ping", NULL);
	from = x.id;
	assert_int_equal(
		callback(&x,
			 "{'type':9,'data':{'custom_id':'m','title':'T',"
			 "'components':[{'type':18,'label':'L','component':"
			 "{'type':4,'custom_id':'t','style':1}},"
			 "{'type':1,'components':[{'type':4,'custom_id':'o',"
			 "'style':2,'label':'Old'}]},{'type':18,'label':'C',"
			 "'component':{'type':5,'custom_id':'u'}}]}}"),
		204);
	assert_true(id_at(live(&x.t, "MODAL"), "d.interaction_id") == from);
	snprintf(body, sizeof(body),
		 "{'type':5,'custom_id':'m','interaction_id':'%" PRIu64
		 "','channel_id':'%" PRIu64 "','user':'%" PRIu64
		 "','values':{'t':'one','o':'two','u':['%" PRIu64 "']}}",
		 from, x.t.general, x.t.member, x.t.admin);
	assert_int_equal(rest(&x.t, body, "POST /sandbox/interactions"), 200);
	take(&x, id_at(x.t.reply, "id"));
	d = event(&x.t, "INTERACTION_CREATE");
	assert_int_equal(number_at(d, "type"), 5);
	assert_text(d, "data.components.0.component.value", "one");
	assert_text(d, "data.components.1.components.0.value", "two");
	assert_true(id_at(d, "data.components.2.component.values.0") ==
		    x.t.admin);
	assert_non_null(at(d, "data.resolved.users"));
	callback(&x, "{'type':9,'data':{'custom_id':'m2','title':'T',"
		     "'components':[{'type':10,'content':'x'}]}}");
	assert_form(&x.t, "type", "INTERACTION_RESPONSE_TYPE_INVALID");
	assert_int_equal(callback(&x, "{'type':4,'data':{'content':'ok'}}"),
			 204);
	test_end(&x.t);
}

static void world_interaction__follow_ups_need_an_answer_first(void **state)
{
	struct itx x;

	(void)state;
	open_box(&x);
	slash(&x, "ping", NULL);
	followup(&x, "{'content':'early'}");
	assert_code(&x.t, 404, 10015);
	callback(&x, "{'type':4,'data':{'content':'a'}}");
	assert_int_equal(original(&x, "DELETE", NULL), 204);
	assert_non_null(event(&x.t, "MESSAGE_DELETE"));
	original(&x, "PATCH", "{'content':'gone'}");
	assert_code(&x.t, 404, 10008);
	test_end(&x.t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(world_interaction__a_command_arrives_complete),
		cmocka_unit_test(
			world_interaction__options_are_typed_and_resolved),
		cmocka_unit_test(world_interaction__a_file_is_an_attachment),
		cmocka_unit_test(world_interaction__wrong_options_are_refused),
		cmocka_unit_test(world_interaction__subcommands_are_nested),
		cmocka_unit_test(
			world_interaction__context_menus_have_a_target),
		cmocka_unit_test(world_interaction__in_a_dm_there_is_a_user),
		cmocka_unit_test(IN_01__after_3_seconds_the_token_is_gone),
		cmocka_unit_test(IN_01__the_token_lives_15_minutes),
		cmocka_unit_test(IN_02__second_initial_response_is_40060),
		cmocka_unit_test(IN_02__a_wrong_token_is_10062),
		cmocka_unit_test(IN_03__the_callback_type_must_fit),
		cmocka_unit_test(
			IN_04__a_deferral_takes_only_the_ephemeral_flag),
		cmocka_unit_test(IN_04__ephemeral_is_fixed_at_the_deferral),
		cmocka_unit_test(
			IN_04__the_first_follow_up_of_a_deferral_is_its_edit),
		cmocka_unit_test(IN_05__components_v2_come_with_the_edit),
		cmocka_unit_test(IN_06__the_response_is_given_when_asked_for),
		cmocka_unit_test(IN_07__flags_others_than_the_five_are_refused),
		cmocka_unit_test(IN_09__autocomplete_takes_25_choices),
		cmocka_unit_test(IN_09__a_held_answer_comes_with_the_choices),
		cmocka_unit_test(IN_10__the_bot_token_is_not_needed),
		cmocka_unit_test(IN_11__mentions_default_to_users),
		cmocka_unit_test(
			world_interaction__a_response_says_whose_it_is),
		cmocka_unit_test(
			world_interaction__ephemeral_ones_are_for_their_user),
		cmocka_unit_test(
			world_interaction__a_press_carries_its_message),
		cmocka_unit_test(world_interaction__presses_are_checked),
		cmocka_unit_test(
			world_interaction__type_6_lets_edit_the_message),
		cmocka_unit_test(CO_10__a_modal_gives_back_what_was_typed),
		cmocka_unit_test(
			world_interaction__follow_ups_need_an_answer_first),
	};

	return cmocka_run_group_tests_name("world_interaction", tests, NULL,
					   NULL);
}
