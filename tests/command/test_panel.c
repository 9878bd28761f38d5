/* SPDX-License-Identifier: MIT
 *
 * panel: state on our side, the invoker only, expiry, and a ceiling.
 */
#include "desk.h"

struct counter {
	int value;
	char note[16];
};

static struct zx_call *kept;
static int presses;
static char last_values[64], last_value[32];
static enum zx_form last_form;

static void render(struct zx_call *call, const void *state, int over,
		   struct zx_message *out, void *ud)
{
	const struct counter *s = state;

	(void)ud;
	assert_non_null(zx_call_info(call)->command);
	zx_embed(out, 1, "%d%s%s", s->value, over ? " over" : "", s->note);
	zx_panel_button(out, ZX_BUTTON_PRIMARY, "up", NULL, "+", 0);
	zx_panel_button(out, ZX_BUTTON_DANGER, "close", NULL, "x", 0);
	zx_panel_button(out, ZX_BUTTON_DANGER, "done", NULL, "d", 0);
	zx_panel_button(out, ZX_BUTTON_DANGER, "reply", NULL, "r", 0);
	zx_panel_button(out, ZX_BUTTON_DANGER, "fail", NULL, "f", 0);
	zx_panel_button(out, ZX_BUTTON_DANGER, "keep", NULL, "k", 0);
	zx_panel_button(out, ZX_BUTTON_DANGER, "other", NULL, "o", 0);
	zx_panel_button(out, ZX_BUTTON_DANGER, "jump", NULL, "j", 0);
	zx_link_button(out, "https://example.org/", NULL, "link");
	zx_panel_select(out, ZX_SELECT_STRING, "pick", "…", 1, 1);
	zx_select_option(out, "v1", "one", NULL, NULL, 0);
}

static enum zx_press_result press(struct zx_call *call, void *state,
				  const struct zx_press *p, void *ud);

static const struct zx_panel panel = {
	.name = "counter",
	.state_size = sizeof(struct counter),
	.render = render,
	.press = press,
};

static void render_other(struct zx_call *call, const void *state, int over,
			 struct zx_message *out, void *ud)
{
	(void)call;
	(void)state;
	(void)over;
	(void)ud;
	zx_embed(out, 1, "other");
	zx_panel_button(out, ZX_BUTTON_PRIMARY, "up", NULL, "+", 0);
}

static const struct zx_panel other = {
	.name = "other",
	.timeout_ms = 1000,
	.render = render_other,
	.press = press,
};

static enum zx_press_result press(struct zx_call *call, void *state,
				  const struct zx_press *p, void *ud)
{
	struct counter *s = state;
	struct zx_message m;

	(void)ud;
	presses++;
	snprintf(last_values, sizeof(last_values), "%.*s", ZX_ARG(p->values));
	snprintf(last_value, sizeof(last_value), "%s", p->value);
	last_form = zx_call_info(call)->form;
	if (!strcmp(p->action, "close"))
		return ZX_PRESS_CLOSE;
	if (!strcmp(p->action, "done"))
		return ZX_PRESS_DONE;
	if (!strcmp(p->action, "fail")) {
		zx_fail(call, "❌ No", "not now");
		return ZX_PRESS_DONE;
	}
	if (!strcmp(p->action, "reply")) {
		zx_message_init(&m, zx_call_alloc(call));
		zx_say(&m, "plain");
		assert_err(zx_reply(call, &m), ZX_OK);
		zx_message_release(&m);
		s->value = -1; /* still ours to write */
		return ZX_PRESS_DONE;
	}
	if (!strcmp(p->action, "other")) {
		assert_err(zx_reply_panel(call, &other, NULL), ZX_OK);
		return ZX_PRESS_DONE;
	}
	if (!strcmp(p->action, "jump")) {
		struct counter to = { 100, "" };

		assert_err(zx_reply_panel(call, &panel, &to), ZX_OK);
		return ZX_PRESS_DONE;
	}
	if (!strcmp(p->action, "keep")) {
		zx_call_keep(call);
		kept = call;
		return ZX_PRESS_DONE;
	}
	s->value++;
	return ZX_PRESS_UPDATE;
}

static void run(struct zx_call *call, void *ud)
{
	struct counter s = { 7, "" };

	(void)ud;
	assert_err(zx_reply_panel(call, &panel, &s), ZX_OK);
}

static const struct zx_command commands[] = {
	{ .name = "open", .description = "d", .run = run },
	{ .name = "admin",
	  .description = "d",
	  .run = run,
	  .rule = ZX_RULE_ADMIN },
	{ .name = "quiet",
	  .description = "d",
	  .run = run,
	  .flags = ZX_COMMAND_EPHEMERAL },
};

static void begin(struct desk *d)
{
	kept = NULL;
	presses = 0;
	assert_err(desk_begin(d, NULL, commands, 3), ZX_OK);
}

/* Opens a panel by slash and returns the id of one of its buttons. */
static void open_panel(struct desk *d, const char *action, char id[128])
{
	desk_slash(d, DESK_USER, "open", NULL);
	assert_int_equal(d->count, 1);
	desk_has(d, 0, "\"title\":\"7\"");
	desk_custom_id(d->sent[0].body, action, id);
	desk_ok_all(d);
}

static void panel__a_press_renders_again_in_place(void **state)
{
	struct desk d;
	char id[128];

	(void)state;
	begin(&d);
	open_panel(&d, "up", id);
	assert_int_equal(strlen(id), 3 + 16 + 1 + 2);
	desk_press(&d, DESK_USER, id, NULL);
	assert_int_equal(presses, 1);
	assert_int_equal(last_form, ZX_FORM_PRESS);
	assert_int_equal(d.count, 2);
	desk_has(&d, 1, "{\"type\":7,\"data\":{\"content\":\"\",");
	desk_has(&d, 1, "\"title\":\"8\"");
	desk_has(&d, 1, "\"attachments\":[]");
	assert_non_null(strstr(d.sent[1].path, "/callback"));
	desk_ok_all(&d);
	desk_press(&d, DESK_USER, id, NULL);
	desk_has(&d, 2, "\"title\":\"9\"");
	assert_int_equal(zx_commands_stats(d.c)->presses, 2);
	desk_end(&d);
}

static void panel__a_choice_brings_its_values(void **state)
{
	struct desk d;
	char id[128];

	(void)state;
	begin(&d);
	open_panel(&d, "pick", id);
	desk_press(&d, DESK_USER, id, "[\"v\\u0031\",\"v2\"]");
	assert_string_equal(last_value, "v1");
	assert_string_equal(last_values, "[\"v\\u0031\",\"v2\"]");
	desk_end(&d);
}

static void panel__a_stranger_is_told_so_privately(void **state)
{
	struct desk d;
	char id[128];

	(void)state;
	begin(&d);
	open_panel(&d, "up", id);
	desk_press(&d, DESK_ADMIN, id, NULL);
	assert_int_equal(presses, 0);
	assert_int_equal(d.count, 2);
	desk_has(&d, 1, "{\"type\":4,");
	desk_has(&d, 1, "❌ Only the command user can interact with this.");
	desk_has(&d, 1, "\"flags\":64");
	desk_press(&d, DESK_USER, id, NULL);
	desk_has(&d, 2, "\"title\":\"8\"");
	desk_end(&d);
}

static void panel__after_a_restart_a_press_is_told_to_run_it_again(void **state)
{
	struct desk d;

	(void)state;
	begin(&d);
	desk_press(&d, DESK_USER, "zx:0123456789abcdef:up", NULL);
	assert_int_equal(d.count, 1);
	desk_has(&d, 0,
		 "This panel has expired. Please run the command again.");
	desk_has(&d, 0, "\"flags\":64");
	/* not in our form: nobody's business */
	desk_press(&d, DESK_USER, "zx:0123456789abcdeX:up", NULL);
	desk_press(&d, DESK_USER, "zx:0123456789abcdef", NULL);
	assert_int_equal(d.count, 1);
	desk_end(&d);
}

static void panel__a_timeout_disables_the_buttons(void **state)
{
	struct desk d;
	char id[128];

	(void)state;
	begin(&d);
	open_panel(&d, "up", id);
	desk_wait(&d, 60000);
	desk_press(&d, DESK_USER, id, NULL); /* begins the time again */
	desk_ok_all(&d);
	desk_wait(&d, 119999);
	assert_int_equal(d.count, 2);
	assert_int_equal(zx_commands_stats(d.c)->open_panels, 1);
	desk_wait(&d, 1);
	assert_int_equal(d.count, 3);
	assert_int_equal(d.sent[2].method, ZX_PATCH);
	/* through the token of the last press */
	assert_string_equal(d.sent[2].path,
			    "/webhooks/900/tok2/messages/@original");
	desk_has(&d, 2, "\"title\":\"8 over\"");
	desk_has(&d, 2,
		 "\"label\":\"+\",\"disabled\":true},{\"type\":2,\"style\":4");
	desk_has(&d, 2, "\"value\":\"v1\"}],\"disabled\":true}");
	/* a link still works */
	desk_has(&d, 2, "\"label\":\"link\"}");
	desk_ok_all(&d);
	assert_int_equal(zx_commands_stats(d.c)->open_panels, 0);
	assert_int_equal(zx_commands_stats(d.c)->open_calls, 0);
	desk_press(&d, DESK_USER, id, NULL);
	desk_has(&d, 3, "expired");
	desk_end(&d);
}

static void panel__in_a_channel_the_message_itself_is_edited(void **state)
{
	struct desk d;
	char id[128];

	(void)state;
	begin(&d);
	desk_say(&d, DESK_USER, DESK_GUILD, "!open");
	desk_custom_id(d.sent[0].body, "up", id);
	desk_result(&d, 0, 200, 0, "{\"id\":\"4242\"}");
	desk_wait(&d, 120000);
	assert_int_equal(d.count, 2);
	assert_string_equal(d.sent[1].path, "/channels/60/messages/4242");
	desk_has(&d, 1, "7 over");
	desk_end(&d);
}

static void panel__close_disables_and_a_second_press_has_expired(void **state)
{
	struct desk d;
	char id[128];

	(void)state;
	begin(&d);
	open_panel(&d, "close", id);
	desk_press(&d, DESK_USER, id, NULL);
	desk_has(&d, 1, "{\"type\":7,");
	desk_has(&d, 1, "7 over");
	desk_has(&d, 1, "\"disabled\":true");
	assert_int_equal(zx_commands_stats(d.c)->open_panels, 0);
	desk_press(&d, DESK_USER, id, NULL);
	assert_int_equal(presses, 1);
	desk_has(&d, 2, "expired");
	desk_end(&d);
}

static void B16__of_two_presses_at_once_exactly_one_wins(void **state)
{
	struct zx_commands_out out;
	struct zx_call *calls[2];
	struct desk d;
	char id[128], json[1024];
	int i;

	(void)state;
	begin(&d);
	open_panel(&d, "close", id);
	for (i = 0; i < 2; i++) {
		snprintf(
			json, sizeof(json),
			"{\"id\":\"%d\",\"type\":3,\"token\":\"t%d\",\"user\":{"
			"\"id\":\"3\"},\"channel_id\":\"60\",\"data\":{"
			"\"custom_id\":\"%s\"}}",
			500 + i, i, id);
		assert_err(zx_commands_feed(d.c, "INTERACTION_CREATE",
					    zx_str(json), d.now, DESK_WALL),
			   ZX_OK);
	}
	for (i = 0; i < 2; i++) {
		assert_int_equal(zx_commands_poll(d.c, &out), 1);
		assert_int_equal(out.kind, ZX_COMMANDS_OUT_RUN);
		calls[i] = out.call;
	}
	zx_call_run(calls[0]);
	zx_call_run(calls[1]);
	desk_pump(&d);
	assert_int_equal(presses, 1);
	assert_int_equal(d.count, 3);
	desk_has(&d, 1, "{\"type\":7,");
	desk_has(&d, 2, "expired");
	desk_end(&d);
}

static void panel__the_rule_holds_at_each_press(void **state)
{
	struct desk d;
	char id[128], json[512];

	(void)state;
	begin(&d);
	desk_slash(&d, DESK_ADMIN, "admin", NULL);
	desk_custom_id(d.sent[0].body, "up", id);
	desk_press(&d, DESK_ADMIN, id, NULL);
	assert_int_equal(presses, 1);
	/* the role was taken away in between */
	snprintf(json, sizeof(json),
		 "{\"id\":\"5\",\"type\":3,\"token\":\"t\","
		 "\"guild_id\":\"50\",\"channel_id\":\"60\",\"member\":"
		 "{\"permissions\":\"0\",\"user\":{\"id\":\"2\"}},"
		 "\"data\":{\"custom_id\":\"%s\"}}",
		 id);
	desk_feed(&d, "INTERACTION_CREATE", json);
	assert_int_equal(presses, 1);
	desk_has(&d, 2, "❌ Permission Denied");
	desk_has(&d, 2, "\"flags\":64");
	desk_end(&d);
}

static void panel__done_without_an_answer_is_acknowledged(void **state)
{
	struct desk d;
	char id[128];

	(void)state;
	begin(&d);
	open_panel(&d, "done", id);
	desk_press(&d, DESK_USER, id, NULL);
	assert_string_equal(d.sent[1].body, "{\"type\":6}");
	assert_int_equal(zx_commands_stats(d.c)->open_panels, 1);
	desk_end(&d);
}

static void panel__a_plain_reply_ends_it(void **state)
{
	struct desk d;
	char id[128];

	(void)state;
	begin(&d);
	open_panel(&d, "reply", id);
	desk_press(&d, DESK_USER, id, NULL);
	desk_has(&d, 1, "{\"type\":7,\"data\":{\"content\":\"plain\"");
	assert_int_equal(zx_commands_stats(d.c)->open_panels, 0);
	desk_end(&d);
}

static void panel__an_error_is_a_message_of_its_own(void **state)
{
	struct desk d;
	char id[128];

	(void)state;
	begin(&d);
	open_panel(&d, "fail", id);
	desk_press(&d, DESK_USER, id, NULL);
	assert_int_equal(d.count, 2);
	desk_has(&d, 1, "{\"type\":4,");
	desk_has(&d, 1, "❌ No");
	desk_has(&d, 1, "\"flags\":64");
	assert_int_equal(zx_commands_stats(d.c)->open_panels, 1);
	desk_end(&d);
}

static void panel__another_panel_takes_its_place(void **state)
{
	struct desk d;
	char id[128], id2[128];

	(void)state;
	begin(&d);
	open_panel(&d, "other", id);
	desk_press(&d, DESK_USER, id, NULL);
	desk_has(&d, 1, "{\"type\":7,");
	desk_has(&d, 1, "\"title\":\"other\"");
	desk_custom_id(d.sent[1].body, "up", id2);
	assert_memory_not_equal(id, id2, 19);
	assert_int_equal(zx_commands_stats(d.c)->open_panels, 1);
	desk_wait(&d, 1000);
	assert_int_equal(zx_commands_stats(d.c)->open_panels, 0);
	desk_end(&d);
}

static void
panel__the_same_panel_in_another_state_keeps_its_buttons(void **state)
{
	struct desk d;
	char id[128], id2[128];

	(void)state;
	begin(&d);
	open_panel(&d, "jump", id);
	desk_press(&d, DESK_USER, id, NULL);
	desk_has(&d, 1, "\"title\":\"100\"");
	desk_custom_id(d.sent[1].body, "jump", id2);
	assert_string_equal(id, id2);
	desk_custom_id(d.sent[1].body, "up", id2);
	desk_press(&d, DESK_USER, id2, NULL);
	desk_has(&d, 2, "\"title\":\"101\"");
	desk_end(&d);
}

static void panel__a_kept_press_can_show_progress_later(void **state)
{
	struct counter s = { 50, "" };
	struct desk d;
	char id[128];
	int i;

	(void)state;
	begin(&d);
	open_panel(&d, "keep", id);
	desk_press(&d, DESK_USER, id, NULL);
	assert_int_equal(d.count, 1);
	desk_wait(&d, 2000);
	assert_string_equal(d.sent[1].body, "{\"type\":6}");
	desk_ok_all(&d);
	assert_err(zx_reply_panel(kept, &panel, &s), ZX_OK);
	desk_pump(&d);
	assert_string_equal(d.sent[2].path,
			    "/webhooks/900/tok2/messages/@original");
	desk_has(&d, 2, "\"title\":\"50\"");
	desk_ok_all(&d);
	/* when the token has died, the message is edited as the bot's own */
	for (i = 0; i < 10; i++) {
		desk_wait(&d, 100 * 1000);
		s.value++;
		zx_reply_panel(kept, &panel, &s);
		desk_pump(&d);
		desk_ok_all(&d);
	}
	assert_string_equal(d.sent[d.count - 1].path,
			    "/channels/60/messages/4242");
	desk_has(&d, d.count - 1, "\"title\":\"60\"");
	zx_call_release(kept);
	desk_end(&d);
}

static void panel__components_need_a_panel_and_a_short_action(void **state)
{
	char action[64];
	struct zx_message m;

	(void)state;
	zx_message_init(&m, NULL);
	zx_panel_button(&m, ZX_BUTTON_PRIMARY, "x", NULL, "x", 0);
	assert_err(m.err, ZX_E_STATE);
	zx_message_clear(&m);
	memset(action, 'a', sizeof(action));
	action[61] = '\0';
	zx_panel_select(&m, ZX_SELECT_USER, action, NULL, 1, 1);
	assert_err(m.err, ZX_E_STATE);
	zx_message_release(&m);
}

static void panel__10000_open_panels_cost_less_than_10_MB(void **state)
{
	struct fail_alloc a;
	struct desk d;
	char id[128], first[128];
	char token[220];
	size_t i;

	(void)state;
	fail_alloc_init(&a);
	presses = 0;
	assert_err(desk_begin(&d, &a.alloc, commands, 1), ZX_OK);
	memset(token, 't', sizeof(token) - 1);
	token[sizeof(token) - 1] = '\0';
	for (i = 0; i < 10001; i++) {
		char json[1024];

		snprintf(json, sizeof(json),
			 "{\"id\":\"%zu\",\"type\":2,\"token\":\"%s%zu\","
			 "\"application_id\":\"900\",\"user\":{\"id\":\"3\","
			 "\"username\":\"somebody with a long name\"},"
			 "\"channel_id\":\"60\",\"data\":{\"name\":\"open\"}}",
			 i + 1, token, i);
		desk_feed(&d, "INTERACTION_CREATE", json);
		desk_custom_id(d.sent[0].body, "up", i ? id : first);
		desk_ok_all(&d);
		desk_forget(&d);
	}
	assert_int_equal(zx_commands_stats(d.c)->open_panels, 10000);
	print_message("# %zu bytes in %zu blocks\n", a.live_bytes,
		      a.live_blocks);
	assert_true(a.live_bytes + a.live_blocks * 16 < 10 << 20);
	/* the oldest went first */
	desk_press(&d, DESK_USER, first, NULL);
	desk_has(&d, 0, "expired");
	desk_press(&d, DESK_USER, id, NULL);
	assert_int_equal(presses, 1);
	desk_ok_all(&d);
	desk_forget(&d);
	d.now += 120000;
	zx_commands_tick(d.c, d.now);
	assert_int_equal(zx_commands_stats(d.c)->open_panels, 0);
	desk_end(&d);
	fail_alloc_check(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(panel__a_press_renders_again_in_place),
		cmocka_unit_test(panel__a_choice_brings_its_values),
		cmocka_unit_test(panel__a_stranger_is_told_so_privately),
		cmocka_unit_test(
			panel__after_a_restart_a_press_is_told_to_run_it_again),
		cmocka_unit_test(panel__a_timeout_disables_the_buttons),
		cmocka_unit_test(
			panel__in_a_channel_the_message_itself_is_edited),
		cmocka_unit_test(
			panel__close_disables_and_a_second_press_has_expired),
		cmocka_unit_test(B16__of_two_presses_at_once_exactly_one_wins),
		cmocka_unit_test(panel__the_rule_holds_at_each_press),
		cmocka_unit_test(panel__done_without_an_answer_is_acknowledged),
		cmocka_unit_test(panel__a_plain_reply_ends_it),
		cmocka_unit_test(panel__an_error_is_a_message_of_its_own),
		cmocka_unit_test(panel__another_panel_takes_its_place),
		cmocka_unit_test(
			panel__the_same_panel_in_another_state_keeps_its_buttons),
		cmocka_unit_test(panel__a_kept_press_can_show_progress_later),
		cmocka_unit_test(
			panel__components_need_a_panel_and_a_short_action),
		cmocka_unit_test(panel__10000_open_panels_cost_less_than_10_MB),
	};

	return cmocka_run_group_tests_name("panel", tests, NULL, NULL);
}
