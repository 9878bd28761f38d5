/* SPDX-License-Identifier: MIT
 *
 * modal: forms open in answer to a command or a press, and their values come
 * back by name, in whatever layout.
 */
#include "desk.h"
#include "zoryx/modal.h"

static const struct zx_choice two[] = { { "One", "1" }, { "Two", "2" } };

static const struct zx_input inputs[] = {
	{ .name = "name",
	  .label = "Name",
	  .description = "At least two letters",
	  .placeholder = "…",
	  .kind = ZX_INPUT_TEXT,
	  .required = 1,
	  .min = 2,
	  .max = 20 },
	{ .name = "kind",
	  .label = "Kind",
	  .kind = ZX_INPUT_SELECT,
	  .choices = two,
	  .choice_count = 2 },
	{ .name = "where",
	  .label = "Where",
	  .kind = ZX_INPUT_CHANNEL,
	  .required = 1,
	  .max = 3 },
	{ .name = "file", .label = "File", .kind = ZX_INPUT_FILE },
	{ .name = "sure", .label = "Sure?", .kind = ZX_INPUT_CHECK },
};

static char seen[512];
static int submits, opened;
static unsigned of;
static const struct zx_modal *to_open;
static const char *const *shown_values;

static void submitted(struct zx_call *call, const void *state, void *ud)
{
	struct zx_message m;

	(void)ud;
	submits++;
	memcpy(&of, state, sizeof(of));
	assert_int_equal(zx_call_info(call)->form, ZX_FORM_MODAL);
	snprintf(seen, sizeof(seen), "%s|%s|%llu|%.*s|%s|%d",
		 zx_call_text(call, "name"), zx_call_text(call, "kind"),
		 (unsigned long long)zx_call_id(call, "where"),
		 ZX_ARG(zx_call_values(call, "where")),
		 zx_call_text(call, "file"), zx_call_bool(call, "sure", -1));
	zx_message_init(&m, zx_call_alloc(call));
	zx_say(&m, "got %s", zx_call_text(call, "name"));
	if (!strcmp(zx_call_text(call, "name"), "fail"))
		zx_fail(call, "❌ No", "not that");
	else if (strcmp(zx_call_text(call, "name"), "silent") != 0)
		assert_err(zx_reply(call, &m), ZX_OK);
	zx_message_release(&m);
}

static const struct zx_modal form = {
	.title = "A form",
	.inputs = inputs,
	.input_count = 5,
	.state_size = sizeof(unsigned),
	.submitted = submitted,
};

static void open_form(struct zx_call *call, void *ud)
{
	unsigned about = 77;

	(void)ud;
	opened = zx_modal(call, to_open, &about, shown_values);
	if (opened)
		zx_fail(call, "❌ No Form", "%s", zx_errname(opened));
}

static void render(struct zx_call *call, const void *state, int over,
		   struct zx_message *out, void *ud)
{
	(void)call;
	(void)ud;
	(void)over;
	zx_embed(out, 1, "%d", *(const int *)state);
	zx_panel_button(out, ZX_BUTTON_PRIMARY, "edit", NULL, "Edit", 0);
}

static enum zx_press_result press(struct zx_call *call, void *state,
				  const struct zx_press *p, void *ud)
{
	(void)p;
	++*(int *)state;
	open_form(call, ud);
	return ZX_PRESS_UPDATE; /* even so: the form is the answer */
}

static const struct zx_panel panel = {
	.name = "edit",
	.state_size = sizeof(int),
	.render = render,
	.press = press,
};

static void open_panel(struct zx_call *call, void *ud)
{
	int n = 0;

	(void)ud;
	assert_err(zx_reply_panel(call, &panel, &n), ZX_OK);
}

static const struct zx_command commands[] = {
	{ .name = "form", .description = "d", .run = open_form },
	{ .name = "panel", .description = "d", .run = open_panel },
	{ .name = "mine",
	  .description = "d",
	  .run = open_form,
	  .rule = ZX_RULE_OWNER,
	  .flags = ZX_COMMAND_EPHEMERAL },
};

static void begin(struct desk *d)
{
	submits = 0;
	opened = -1;
	of = 0;
	seen[0] = '\0';
	to_open = &form;
	shown_values = NULL;
	assert_err(desk_begin(d, NULL, commands, 3), ZX_OK);
}

#define LABELS                                                                 \
	"[{\"type\":18,\"id\":1,\"component\":{\"type\":4,\"id\":2,"           \
	"\"custom_id\":\"name\",\"value\":\"caf\\u00e9\"}},"                   \
	"{\"type\":18,\"component\":{\"type\":3,\"custom_id\":\"kind\","       \
	"\"values\":[\"2\"]}},"                                                \
	"{\"type\":18,\"component\":{\"type\":8,\"custom_id\":\"where\","      \
	"\"values\":[\"5\",\"6\"]}},"                                          \
	"{\"type\":18,\"component\":{\"type\":19,\"custom_id\":\"file\","      \
	"\"values\":[\"9\"]}},"                                                \
	"{\"type\":18,\"component\":{\"type\":23,\"custom_id\":\"sure\","      \
	"\"value\":true}}]"

#define RESOLVED                                                               \
	"{\"channels\":{\"5\":{\"id\":\"5\",\"app_permissions\":\"3072\"}},"   \
	"\"attachments\":{\"9\":{\"id\":\"9\",\"url\":\"https://u/f\"}}}"

static int submit(struct desk *d, uint64_t user, const char *id,
		  const char *components, const char *message)
{
	char data[2048];

	snprintf(data, sizeof(data),
		 "{\"custom_id\":\"%s\",\"components\":%s,\"resolved\":%s}", id,
		 components, RESOLVED);
	return desk_interaction(d, 5, user, DESK_GUILD, data, message, 0);
}

static void CO_09__a_form_is_written_within_its_limits(void **state)
{
	static const char *const values[] = { "before", "2", "5", NULL,
					      "true" };
	struct desk d;

	(void)state;
	begin(&d);
	shown_values = values;
	desk_slash(&d, DESK_USER, "form", NULL);
	assert_int_equal(opened, ZX_OK);
	assert_int_equal(d.count, 1);
	assert_non_null(strstr(d.sent[0].path, "/callback"));
	desk_has(&d, 0, "{\"type\":9,\"data\":{\"custom_id\":\"zx:");
	desk_has(&d, 0, ":modal\",\"title\":\"A form\",\"components\":[");
	desk_has(&d, 0,
		 "{\"type\":18,\"label\":\"Name\",\"description\":\"At least "
		 "two letters\",\"component\":{\"type\":4,\"custom_id\":"
		 "\"name\",\"style\":1,\"min_length\":2,\"max_length\":20,"
		 "\"placeholder\":\"…\",\"value\":\"before\","
		 "\"required\":true}}");
	desk_has(&d, 0,
		 "{\"type\":3,\"custom_id\":\"kind\",\"min_values\":0,"
		 "\"max_values\":1,\"options\":[{\"label\":\"One\",\"value\":"
		 "\"1\"},{\"label\":\"Two\",\"value\":\"2\",\"default\":true}],"
		 "\"required\":false}");
	desk_has(&d, 0,
		 "{\"type\":8,\"custom_id\":\"where\",\"min_values\":1,"
		 "\"max_values\":3,\"default_values\":[{\"id\":\"5\",\"type\":"
		 "\"channel\"}],\"required\":true}");
	desk_has(&d, 0,
		 "{\"type\":19,\"custom_id\":\"file\",\"min_values\":0,"
		 "\"max_values\":1,\"required\":false}");
	desk_has(&d, 0,
		 "{\"type\":23,\"custom_id\":\"sure\",\"default\":true}");
	desk_hasnt(&d, 0, "disabled");
	desk_end(&d);
}

static void CO_05__texts_over_their_limit_are_cut_visibly(void **state)
{
	static char longest[5001];
	static const char *const values[] = { longest };
	struct zx_input in = { .name = "t",
			       .label = longest,
			       .description = longest,
			       .placeholder = longest,
			       .kind = ZX_INPUT_TEXT,
			       .paragraph = 1,
			       .min = 5000,
			       .max = 5000 };
	struct zx_modal m = form;
	struct zx_str data, label;
	struct desk d;

	(void)state;
	memset(longest, 'x', 5000);
	begin(&d);
	m.title = longest;
	m.inputs = &in;
	m.input_count = 1;
	to_open = &m;
	shown_values = values;
	desk_slash(&d, DESK_USER, "form", NULL);
	assert_int_equal(opened, ZX_OK);
	data = zx_json_get(zx_str(d.sent[0].body), "data");
	label = zx_json_index(zx_json_get(data, "components"), 0);
	/* quotes, and an ellipsis of three bytes for its one character */
	assert_int_equal(zx_json_get(data, "title").len, 45 + 2 + 2);
	assert_int_equal(zx_json_get(label, "label").len, 45 + 2 + 2);
	assert_int_equal(zx_json_get(label, "description").len, 100 + 2 + 2);
	label = zx_json_get(label, "component");
	assert_int_equal(zx_json_get(label, "placeholder").len, 100 + 2 + 2);
	assert_int_equal(zx_json_get(label, "value").len, 4000 + 2 + 2);
	assert_int_equal(zx_json_get_u64(label, "style"), 2);
	assert_int_equal(zx_json_get_u64(label, "min_length"), 4000);
	assert_int_equal(zx_json_get_u64(label, "max_length"), 4000);
	desk_end(&d);
}

static int breaks(struct zx_modal *m, const struct zx_input *in, size_t n)
{
	struct desk d;

	begin(&d);
	m->inputs = in;
	m->input_count = n;
	to_open = m;
	desk_slash(&d, DESK_USER, "form", NULL);
	if (opened == ZX_E_INVALID) {
		assert_string_not_equal(zx_commands_error(d.c), "");
		desk_has(&d, 0, "INVALID");
	}
	desk_end(&d);
	return opened == ZX_E_INVALID;
}

static void CO_09__what_cannot_be_cut_is_refused(void **state)
{
	struct zx_input in[6];
	struct zx_modal m = form;
	size_t i;

	(void)state;
	memcpy(in, inputs, sizeof(inputs));
	in[5] = inputs[0];
	in[5].name = "sixth";
	assert_false(breaks(&m, in, 5));
	assert_true(breaks(&m, in, 6));
	assert_true(breaks(&m, in, 0));
	for (i = 0; i < 4; i++) {
		in[0] = inputs[0];
		if (i == 0)
			in[0].name = "kind"; /* twice */
		else if (i == 1)
			in[0].label = " ";
		else if (i == 2)
			in[0].kind = (enum zx_input_kind)9;
		else
			in[0].name = "";
		assert_true(breaks(&m, in, 5));
	}
	in[0] = inputs[1];
	in[0].kind = ZX_INPUT_RADIO;
	assert_false(breaks(&m, in, 1));
	in[0].choice_count = 1; /* a radio group has two at least */
	assert_true(breaks(&m, in, 1));
	in[0].kind = ZX_INPUT_CHECKS;
	assert_false(breaks(&m, in, 1));
	in[0].choice_count = 0;
	assert_true(breaks(&m, in, 1));
	m.title = "";
	assert_true(breaks(&m, inputs, 5));
}

static void CO_10__values_in_labels_come_back_by_name(void **state)
{
	struct desk d;
	char id[128];

	(void)state;
	begin(&d);
	desk_slash(&d, DESK_USER, "form", NULL);
	desk_custom_id(d.sent[0].body, "modal", id);
	desk_ok_all(&d);
	submit(&d, DESK_USER, id, LABELS, NULL);
	assert_string_equal(seen, "café|2|5|[\"5\",\"6\"]|https://u/f|1");
	assert_int_equal(of, 77);
	assert_int_equal(d.count, 2);
	desk_has(&d, 1, "{\"type\":4,");
	desk_has(&d, 1, "got café");
	/* a form is submitted once */
	submit(&d, DESK_USER, id, LABELS, NULL);
	assert_int_equal(submits, 1);
	desk_has(&d, 2, "This form has expired");
	desk_has(&d, 2, "\"flags\":64");
	desk_end(&d);
}

static void CO_10__values_in_rows_come_back_too(void **state)
{
	struct desk d;
	char id[128];

	(void)state;
	begin(&d);
	desk_slash(&d, DESK_USER, "form", NULL);
	desk_custom_id(d.sent[0].body, "modal", id);
	submit(&d, DESK_USER, id,
	       "[{\"type\":1,\"components\":[{\"type\":4,\"custom_id\":"
	       "\"name\",\"value\":\"old\"}]},{\"type\":10,\"id\":4},"
	       "{\"type\":99,\"thing\":{}},{\"type\":1,\"components\":[{"
	       "\"type\":99,\"custom_id\":\"kind\",\"value\":null},{\"type\":4,"
	       "\"custom_id\":\"stranger\",\"value\":\"x\"}]},7]",
	       NULL);
	assert_string_equal(seen, "old||0|||-1");
	desk_end(&d);
}

static void CO_01__unknown_components_are_skipped(void **state)
{
	struct desk d;
	char id[128];

	(void)state;
	begin(&d);
	desk_slash(&d, DESK_USER, "form", NULL);
	desk_custom_id(d.sent[0].body, "modal", id);
	submit(&d, DESK_USER, id,
	       "[{\"type\":77,\"component\":{\"type\":78,\"custom_id\":{}}},"
	       "{\"type\":18,\"component\":{\"type\":79}},"
	       "{\"type\":18,\"component\":{\"type\":4,\"custom_id\":\"name\","
	       "\"value\":\"new\"}}]",
	       NULL);
	assert_string_equal(seen, "new||0|||-1");
	desk_end(&d);
}

static void IN_03__a_form_of_a_press_changes_the_message(void **state)
{
	struct desk d;
	char button[128], id[128];

	(void)state;
	begin(&d);
	desk_slash(&d, DESK_USER, "panel", NULL);
	desk_custom_id(d.sent[0].body, "edit", button);
	desk_ok_all(&d);
	desk_press(&d, DESK_USER, button, NULL);
	assert_int_equal(d.count, 2); /* the form and nothing else */
	desk_has(&d, 1, "{\"type\":9,");
	desk_custom_id(d.sent[1].body, "modal", id);
	desk_ok_all(&d);
	submit(&d, DESK_USER, id, LABELS, "\"message\":{\"id\":\"4242\"}");
	assert_int_equal(submits, 1);
	desk_has(&d, 2, "{\"type\":7,");
	desk_has(&d, 2, "got café");
	/* the plain answer has ended the panel */
	assert_int_equal(zx_commands_stats(d.c)->open_panels, 0);
	desk_end(&d);
}

static void modal__opened_again_it_takes_the_place_of_the_first(void **state)
{
	struct desk d;
	char button[128], first[128], id[128];

	(void)state;
	begin(&d);
	desk_slash(&d, DESK_USER, "panel", NULL);
	desk_custom_id(d.sent[0].body, "edit", button);
	desk_ok_all(&d);
	desk_press(&d, DESK_USER, button, NULL);
	desk_custom_id(d.sent[1].body, "modal", first);
	desk_ok_all(&d);
	desk_press(&d, DESK_USER, button, NULL);
	desk_custom_id(d.sent[2].body, "modal", id);
	desk_ok_all(&d);
	assert_int_equal(zx_commands_stats(d.c)->open_panels, 2);
	submit(&d, DESK_USER, first, LABELS, "\"message\":{\"id\":\"4242\"}");
	assert_int_equal(submits, 0);
	desk_has(&d, 3, "expired");
	desk_ok_all(&d);
	/* an error leaves the panel as it was */
	submit(&d, DESK_USER, id,
	       "[{\"component\":{\"custom_id\":\"name\",\"value\":\"fail\"}}]",
	       "\"message\":{\"id\":\"4242\"}");
	assert_int_equal(submits, 1);
	desk_has(&d, 4, "{\"type\":4,");
	desk_has(&d, 4, "not that");
	assert_int_equal(zx_commands_stats(d.c)->open_panels, 1);
	desk_end(&d);
}

static void modal__without_an_answer_it_is_acknowledged(void **state)
{
	static const char silent[] =
		"[{\"component\":{\"custom_id\":\"name\",\"value\":"
		"\"silent\"}}]";
	struct desk d;
	char button[128], id[128];

	(void)state;
	begin(&d);
	desk_slash(&d, DESK_USER, "form", NULL);
	desk_custom_id(d.sent[0].body, "modal", id);
	desk_ok_all(&d);
	submit(&d, DESK_USER, id, silent, NULL);
	desk_has(&d, 1, "gave no answer");
	desk_ok_all(&d);
	desk_slash(&d, DESK_USER, "panel", NULL);
	desk_custom_id(d.sent[2].body, "edit", button);
	desk_ok_all(&d);
	desk_press(&d, DESK_USER, button, NULL);
	desk_custom_id(d.sent[3].body, "modal", id);
	desk_ok_all(&d);
	submit(&d, DESK_USER, id, silent, "\"message\":{\"id\":\"4242\"}");
	assert_string_equal(d.sent[4].body, "{\"type\":6}");
	desk_end(&d);
}

static void modal__a_message_cannot_open_one(void **state)
{
	struct desk d;

	(void)state;
	begin(&d);
	desk_say(&d, DESK_USER, DESK_GUILD, "!form");
	assert_int_equal(opened, ZX_E_STATE);
	desk_has(&d, 0, "No Form");
	desk_end(&d);
}

static void modal__the_rule_holds_when_it_comes_back(void **state)
{
	struct desk d;
	char id[128];

	(void)state;
	begin(&d);
	desk_slash(&d, DESK_OWNER, "mine", NULL);
	desk_custom_id(d.sent[0].body, "modal", id);
	desk_ok_all(&d);
	submit(&d, DESK_USER, id, LABELS, NULL);
	desk_has(&d, 1, "Only the command user");
	desk_ok_all(&d);
	assert_err(zx_commands_set_owners(d.c, NULL, 0), ZX_OK);
	submit(&d, DESK_OWNER, id, LABELS, NULL);
	desk_has(&d, 2, "Permission Denied");
	assert_int_equal(submits, 0);
	desk_end(&d);
}

static void modal__expires_and_says_so(void **state)
{
	struct desk d;
	char id[128];

	(void)state;
	begin(&d);
	desk_slash(&d, DESK_USER, "form", NULL);
	desk_custom_id(d.sent[0].body, "modal", id);
	desk_ok_all(&d);
	assert_int_equal(zx_commands_stats(d.c)->open_panels, 1);
	desk_wait(&d, 15 * 60 * 1000);
	assert_int_equal(zx_commands_stats(d.c)->open_panels, 0);
	assert_int_equal(d.count, 1); /* there is no message to edit */
	submit(&d, DESK_USER, id, LABELS, NULL);
	desk_has(&d, 1, "expired");
	/* and a press with its id is none */
	desk_press(&d, DESK_USER, id, NULL);
	desk_has(&d, 2, "expired");
	desk_end(&d);
}

static void modal__a_form_that_is_refused_is_explained(void **state)
{
	struct desk d;

	(void)state;
	begin(&d);
	desk_slash(&d, DESK_USER, "form", NULL);
	desk_result(&d, 0, 400, 50035, "{}");
	assert_int_equal(d.count, 2);
	desk_has(&d, 1, "could not be shown");
	desk_end(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(CO_09__a_form_is_written_within_its_limits),
		cmocka_unit_test(CO_05__texts_over_their_limit_are_cut_visibly),
		cmocka_unit_test(CO_09__what_cannot_be_cut_is_refused),
		cmocka_unit_test(CO_10__values_in_labels_come_back_by_name),
		cmocka_unit_test(CO_10__values_in_rows_come_back_too),
		cmocka_unit_test(CO_01__unknown_components_are_skipped),
		cmocka_unit_test(IN_03__a_form_of_a_press_changes_the_message),
		cmocka_unit_test(
			modal__opened_again_it_takes_the_place_of_the_first),
		cmocka_unit_test(modal__without_an_answer_it_is_acknowledged),
		cmocka_unit_test(modal__a_message_cannot_open_one),
		cmocka_unit_test(modal__the_rule_holds_when_it_comes_back),
		cmocka_unit_test(modal__expires_and_says_so),
		cmocka_unit_test(modal__a_form_that_is_refused_is_explained),
	};

	return cmocka_run_group_tests_name("modal", tests, NULL, NULL);
}
