/* SPDX-License-Identifier: MIT
 *
 * sandbox: components of messages and modals: what is allowed where, and in
 * which form it comes back.
 */
#include "sandbox/world_each.h"

static int message(const char *list)
{
	return rest(&t, list, "POST /channels/%" PRIu64 "/messages", t.general);
}

static int many(const char *head, const char *item, int n, const char *tail)
{
	struct zx_buf b;
	int status;

	zx_buf_init(&b, NULL, 0);
	zx_buf_addc(&b, head);
	for (int i = 0; i < n; i++) {
		zx_buf_addc(&b, i ? "," : "");
		zx_buf_addf(&b, "{'custom_id':'c%d',%s}", i, item);
	}
	zx_buf_addc(&b, tail);
	status = rest(&t, zx_buf_cstr(&b),
		      "POST /channels/%" PRIu64 "/messages", t.general);
	zx_buf_release(&b);
	return status;
}

#define ROW "{'content':'c','components':[{'type':1,'components':["
#define V2 "{'flags':32768,'components':["

static void CO_01__types_of_no_message_are_refused(void **state)
{
	static const int no[] = { 0, 2, 3, 4, 10, 15, 18, 19, 21, 99 };
	char body[200];

	(void)state;
	for (size_t i = 0; i < sizeof(no) / sizeof(*no); i++) {
		snprintf(body, sizeof(body),
			 "{'content':'c','components':[{'type':%d,"
			 "'custom_id':'x','content':'y'}]}",
			 no[i]);
		message(body);
		assert_form(&t, "components.0.type", "UNION_TYPE_CHOICES");
	}
}

static void CO_02__a_row_has_5_buttons_or_1_select(void **state)
{
	const char *button = "'type':2,'style':1,'label':'l'";
	const char *select = "'type':5";

	(void)state;
	assert_int_equal(many(ROW, button, 5, "]}]}"), 200);
	many(ROW, button, 6, "]}]}");
	assert_form(&t, "components.0.components", "BASE_TYPE_BAD_LENGTH");
	assert_int_equal(many(ROW, select, 1, "]}]}"), 200);
	many(ROW, select, 2, "]}]}");
	assert_form(&t, "components.0", "COMPONENT_LAYOUT_WIDTH_EXCEEDED");
	many(ROW, button, 0, "]}]}");
	assert_form(&t, "components.0.components", "BASE_TYPE_BAD_LENGTH");
}

static void CO_02__at_most_5_rows(void **state)
{
	const char *row = "'type':1,'components':[{'type':2,'style':5,"
			  "'label':'l','url':'http://x'}]";

	(void)state;
	assert_int_equal(many("{'content':'c','components':[", row, 5, "]}"),
			 200);
	many("{'content':'c','components':[", row, 6, "]}");
	assert_form(&t, "components", "BASE_TYPE_MAX_LENGTH");
}

static void CO_03__custom_ids_are_unique_and_have_100_characters(void **state)
{
	char *id = run_of('i', 101), body[400];

	(void)state;
	message(ROW "{'type':2,'style':1,'label':'a','custom_id':'x'},"
		    "{'type':2,'style':1,'label':'b','custom_id':'x'}]}]}");
	assert_form(&t, "components.0.components.1.custom_id",
		    "COMPONENT_CUSTOM_ID_DUPLICATED");
	snprintf(body, sizeof(body),
		 ROW "{'type':2,'style':1,'label':'a','custom_id':'%s'}]}]}",
		 id);
	message(body);
	assert_form(&t, "components.0.components.0.custom_id",
		    "BASE_TYPE_BAD_LENGTH");
	snprintf(body, sizeof(body),
		 ROW "{'type':2,'style':1,'label':'a','custom_id':'%s'}]}]}",
		 id + 1);
	assert_int_equal(message(body), 200);
	zx_delete(NULL, id);
}

static void CO_03__links_have_a_url_and_no_custom_id(void **state)
{
	(void)state;
	message(ROW "{'type':2,'style':5,'label':'a'}]}]}");
	assert_form(&t, "components.0.components.0.url", "BASE_TYPE_REQUIRED");
	message(ROW "{'type':2,'style':5,'label':'a','url':'http://x',"
		    "'custom_id':'y'}]}]}");
	assert_code(&t, 400, 50035);
	message(ROW "{'type':2,'style':1,'label':'a'}]}]}");
	assert_form(&t, "components.0.components.0.custom_id",
		    "BASE_TYPE_REQUIRED");
	message(ROW "{'type':2,'style':1,'custom_id':'a'}]}]}");
	assert_form(&t, "components.0.components.0",
		    "BUTTON_COMPONENT_LABEL_REQUIRED");
}

static void CO_04__a_select_has_25_different_options(void **state)
{
	struct zx_buf b;

	(void)state;
	for (int n = 25; n <= 26; n++) {
		zx_buf_init(&b, NULL, 0);
		zx_buf_addc(&b, ROW "{'type':3,'custom_id':'s','options':[");
		for (int i = 0; i < n; i++)
			zx_buf_addf(&b, "%s{'label':'l','value':'%d'}",
				    i ? "," : "", i);
		zx_buf_addc(&b, "]}]}]}");
		assert_int_equal(message(zx_buf_cstr(&b)), n == 25 ? 200 : 400);
		zx_buf_release(&b);
	}
	message(ROW "{'type':3,'custom_id':'s','options':[{'label':'a',"
		    "'value':'v'},{'label':'b','value':'v'}]}]}]}");
	assert_form(&t, "components.0.components.0.options.1.value",
		    "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED");
	message(ROW "{'type':5,'custom_id':'s','min_values':2,"
		    "'max_values':1}]}]}");
	assert_code(&t, 400, 50035);
	message(ROW "{'type':5,'custom_id':'s','max_values':26}]}]}");
	assert_form(&t, "components.0.components.0.max_values",
		    "NUMBER_TYPE_MAX");
}

static void CO_06__version_2_excludes_the_old_fields(void **state)
{
	static const char *const old[] = { "'content':'c'",
					   "'embeds':[{'title':'t'}]",
					   "'sticker_ids':['1']" };
	char body[300];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		snprintf(body, sizeof(body),
			 "{'flags':32768,%s,'components':[{'type':10,"
			 "'content':'x'}]}",
			 old[i]);
		message(body);
		assert_code(&t, 400, 50035);
	}
	assert_int_equal(message("{'flags':32768,'content':'','embeds':[],"
				 "'components':[{'type':10,'content':'x'}]}"),
			 200);
}

static void CO_06__version_2_cannot_be_taken_back(void **state)
{
	uint64_t id;

	(void)state;
	message(V2 "{'type':10,'content':'x'}]}");
	id = id_at(t.reply, "id");
	rest(&t, "{'content':'old'}",
	     "PATCH /channels/%" PRIu64 "/messages/%" PRIu64, t.general, id);
	assert_form(&t, "content",
		    "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2");
	message("{'content':'legacy'}");
	id = id_at(t.reply, "id");
	rest(&t,
	     "{'flags':32768,'content':null,'components':[{'type':10,"
	     "'content':'x'}]}",
	     "PATCH /channels/%" PRIu64 "/messages/%" PRIu64, t.general, id);
	assert_int_equal(t.status, 200);
	assert_int_equal(number_at(t.reply, "flags"), 32768);
}

static void CO_06__40_components_with_the_nested_ones(void **state)
{
	struct zx_buf b;

	(void)state;
	for (int n = 39; n <= 40; n++) {
		zx_buf_init(&b, NULL, 0);
		zx_buf_addc(&b, V2 "{'type':17,'components':[");
		for (int i = 0; i < n; i++)
			zx_buf_addf(&b, "%s{'type':10,'content':'x'}",
				    i ? "," : "");
		zx_buf_addc(&b, "]}]}");
		assert_int_equal(message(zx_buf_cstr(&b)), n == 39 ? 200 : 400);
		zx_buf_release(&b);
	}
	assert_form(&t, "components", "COMPONENT_MAX_TOTAL_COMPONENTS");
}

static void CO_07__sections_galleries_and_texts_have_limits(void **state)
{
	char *text = run_of('x', 4001), *body = run_of(' ', 5000);

	(void)state;
	assert_int_equal(
		message(V2 "{'type':9,'components':[{'type':10,'content':'x'}],"
			   "'accessory':{'type':2,'style':1,'label':'l',"
			   "'custom_id':'c'}}]}"),
		200);
	message(V2 "{'type':9,'components':[{'type':10,'content':'x'}]}]}");
	assert_form(&t, "components.0.accessory", "BASE_TYPE_REQUIRED");
	message(V2 "{'type':12,'items':[]}]}");
	assert_form(&t, "components.0.items", "BASE_TYPE_BAD_LENGTH");
	message(V2 "{'type':14,'spacing':3}]}");
	assert_form(&t, "components.0.spacing", "NUMBER_TYPE_MAX");
	message(V2 "{'type':17,'accent_color':16777216,'components':["
		   "{'type':10,'content':'x'}]}]}");
	assert_form(&t, "components.0.accent_color", "NUMBER_TYPE_MAX");
	snprintf(body, 5000, V2 "{'type':10,'content':'%s'}]}", text);
	message(body);
	assert_code(&t, 400, 50035);
	snprintf(body, 5000, V2 "{'type':10,'content':'%s'}]}", text + 1);
	assert_int_equal(message(body), 200);
	zx_delete(NULL, text);
	zx_delete(NULL, body);
}

static void CO_08__ids_are_unique_and_made_when_absent(void **state)
{
	(void)state;
	assert_int_equal(message(V2
				 "{'type':10,'content':'x','id':7},{'type':17,"
				 "'components':[{'type':10,'content':'y'},"
				 "{'type':14}]}]}"),
			 200);
	assert_int_equal(number_at(t.reply, "components.0.id"), 7);
	assert_int_equal(number_at(t.reply, "components.1.id"), 8);
	assert_int_equal(number_at(t.reply, "components.1.components.0.id"), 9);
	assert_true(cJSON_IsNull(at(t.reply, "components.1.accent_color")));
	assert_true(
		cJSON_IsTrue(at(t.reply, "components.1.components.1.divider")));
	message(V2 "{'type':10,'content':'x','id':7},"
		   "{'type':10,'content':'y','id':7}]}");
	assert_form(&t, "components.1.id", "COMPONENT_ID_DUPLICATED");
}

/* Modals ------------------------------------------------------------------ */

static int modal(const char *data)
{
	const cJSON *d;
	uint64_t id;
	char body[4096], path[400];

	rest(&t, "{'name':'ping','description':'d'}",
	     "POST /applications/%" PRIu64 "/commands", t.bot);
	assert_err(zx__world_slash(t.w, 0, 0, "ping", NULL, &id), ZX_OK);
	d = event(&t, "INTERACTION_CREATE");
	snprintf(path, sizeof(path),
		 "POST /interactions/%" PRIu64 "/%s/callback", id,
		 text_at(d, "token"));
	snprintf(body, sizeof(body), "{'type':9,'data':%s}", data);
	return rest(&t, body, "%s", path);
}

static void CO_05__text_inputs_have_limits(void **state)
{
	(void)state;
	assert_int_equal(
		modal("{'custom_id':'m','title':'t','components':[{'type':18,"
		      "'label':'l','component':{'type':4,'custom_id':'x',"
		      "'style':1,'min_length':4000,'max_length':4000}}]}"),
		204);
	modal("{'custom_id':'m','title':'t','components':[{'type':18,"
	      "'label':'l','component':{'type':4,'custom_id':'x','style':3,"
	      "'max_length':4001}}]}");
	assert_form(&t, "data.components.0.component.style", "NUMBER_TYPE_MAX");
	assert_form(&t, "data.components.0.component.max_length",
		    "NUMBER_TYPE_MAX");
	modal("{'custom_id':'m','title':'t','components':[{'type':1,"
	      "'components':[{'type':4,'custom_id':'x','style':1}]}]}");
	assert_form(&t, "data.components.0.components.0.label",
		    "BASE_TYPE_REQUIRED");
}

static void CO_09__a_modal_has_a_title_and_1_to_5_components(void **state)
{
	(void)state;
	modal("{'custom_id':'m','title':"
	      "'0123456789012345678901234567890123456789012345',"
	      "'components':[{'type':10,'content':'x'}]}");
	assert_form(&t, "data.title", "BASE_TYPE_BAD_LENGTH");
	modal("{'custom_id':'m','title':'t','components':[]}");
	assert_form(&t, "data.components", "BASE_TYPE_BAD_LENGTH");
	modal("{'custom_id':'m','title':'t','components':["
	      "{'type':10,'content':'x'},{'type':10,'content':'x'},"
	      "{'type':10,'content':'x'},{'type':10,'content':'x'},"
	      "{'type':10,'content':'x'},{'type':10,'content':'x'}]}");
	assert_form(&t, "data.components", "BASE_TYPE_BAD_LENGTH");
}

static void CO_09__what_a_modal_cannot_hold(void **state)
{
	(void)state;
	modal("{'custom_id':'m','title':'t','components':[{'type':1,"
	      "'components':[{'type':2,'style':1,'label':'l',"
	      "'custom_id':'x'}]}]}");
	assert_form(&t, "data.components.0.components.0",
		    "COMPONENT_TYPE_INVALID");
	modal("{'custom_id':'m','title':'t','components':[{'type':18,"
	      "'label':'l','component':{'type':5,'custom_id':'x',"
	      "'disabled':true}}]}");
	assert_form(&t, "data.components.0.component.disabled",
		    "COMPONENT_DISABLED_IN_MODAL");
	modal("{'custom_id':'m','title':'t','components':[{'type':18,"
	      "'label':'l','component':{'type':21,'custom_id':'x','options':["
	      "{'label':'a','value':'a'}]}}]}");
	assert_form(&t, "data.components.0.component.options",
		    "BASE_TYPE_BAD_LENGTH");
	modal("{'custom_id':'m','title':'t','components':[{'type':18,"
	      "'label':'l','component':{'type':19,'custom_id':'x',"
	      "'max_values':11}}]}");
	assert_form(&t, "data.components.0.component.max_values",
		    "NUMBER_TYPE_MAX");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(CO_01__types_of_no_message_are_refused),
		TEST(CO_02__a_row_has_5_buttons_or_1_select),
		TEST(CO_02__at_most_5_rows),
		TEST(CO_03__custom_ids_are_unique_and_have_100_characters),
		TEST(CO_03__links_have_a_url_and_no_custom_id),
		TEST(CO_04__a_select_has_25_different_options),
		TEST(CO_05__text_inputs_have_limits),
		TEST(CO_06__version_2_excludes_the_old_fields),
		TEST(CO_06__version_2_cannot_be_taken_back),
		TEST(CO_06__40_components_with_the_nested_ones),
		TEST(CO_07__sections_galleries_and_texts_have_limits),
		TEST(CO_08__ids_are_unique_and_made_when_absent),
		TEST(CO_09__a_modal_has_a_title_and_1_to_5_components),
		TEST(CO_09__what_a_modal_cannot_hold),
	};

	return cmocka_run_group_tests_name("world_components", tests, NULL,
					   NULL);
}
