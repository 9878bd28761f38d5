/* SPDX-License-Identifier: MIT
 *
 * order: several calls change one message. What was asked for last is what
 * stays, in whatever order requests arrive and are answered.
 */
#include "desk.h"
#include "helper/fail_alloc.h"

#define CALLS 6

static struct zx_call *kept[CALLS]; /* the command's, then each press's */
static size_t kept_count;
static int newest; /* asked for last */

static void render(struct zx_call *call, const void *state, int over,
		   struct zx_message *out, void *ud)
{
	(void)call;
	(void)ud;
	zx_embed(out, 1, "n%d%s", *(const int *)state, over ? " over" : "");
	zx_panel_button(out, ZX_BUTTON_PRIMARY, "up", NULL, "+", 0);
}

static enum zx_press_result press(struct zx_call *call, void *state,
				  const struct zx_press *p, void *ud)
{
	(void)p;
	(void)ud;
	assert_true(kept_count < CALLS);
	zx_call_keep(call);
	kept[kept_count++] = call;
	*(int *)state = ++newest;
	return ZX_PRESS_UPDATE;
}

static const struct zx_panel panel = {
	.name = "n",
	.state_size = sizeof(int),
	.timeout_ms = 3600000,
	.render = render,
	.press = press,
};

static void run(struct zx_call *call, void *ud)
{
	(void)ud;
	zx_call_keep(call);
	kept[kept_count++] = call;
	newest = 1;
	assert_err(zx_reply_panel(call, &panel, &newest), ZX_OK);
}

static void hold(struct zx_call *call, void *ud)
{
	(void)ud;
	zx_call_keep(call);
	kept[kept_count++] = call;
}

static const struct zx_command commands[] = {
	{ .name = "open", .description = "d", .run = run },
	{ .name = "quiet",
	  .description = "d",
	  .run = run,
	  .flags = ZX_COMMAND_EPHEMERAL },
	{ .name = "hold", .description = "d", .run = hold },
};

static char button[128];

/* A panel is open, which is request 0. */
static void begin_as(struct desk *d, const char *name)
{
	kept_count = 0;
	assert_err(desk_begin(d, NULL, commands, 3), ZX_OK);
	desk_slash(d, DESK_USER, name, NULL);
	desk_custom_id(d->sent[0].body, "up", button);
	desk_result(d, 0, 204, 0, "");
}

static void begin(struct desk *d)
{
	begin_as(d, "open");
}

/* It is pressed, which is request 1, and Discord has the response. */
static void begin_pressed(struct desk *d)
{
	begin(d);
	desk_press(d, DESK_USER, button, NULL);
	desk_result(d, 1, 204, 0, "");
	assert_int_equal(d->count, 2);
}

static void finish(struct desk *d)
{
	size_t i;

	for (i = 0; i < kept_count; i++)
		zx_call_release(kept[i]);
	assert_int_equal(zx_commands_stats(d->c)->open_calls, 0);
	desk_end(d);
}

/* That call shows the next number. */
static void show(struct desk *d, size_t call)
{
	newest++;
	assert_err(zx_reply_panel(kept[call], &panel, &newest), ZX_OK);
	desk_pump(d);
}

static int number(const struct desk *d, size_t i)
{
	const char *at = strstr(d->sent[i].body, "\"title\":\"n");

	return at ? (int)strtol(at + 10, NULL, 10) : 0;
}

static void ok(struct desk *d, size_t i)
{
	desk_result(d, i, 200, 0, "{\"id\":\"4242\"}");
}

#define EDIT_1 "/webhooks/900/tok1/messages/@original"
#define EDIT_2 "/webhooks/900/tok2/messages/@original"
#define EDIT_BOT "/channels/60/messages/4242"

static void is(const struct desk *d, size_t i, const char *path, int n)
{
	assert_true(i < d->count);
	assert_string_equal(d->sent[i].path, path);
	assert_int_equal(number(d, i), n);
}

/* By hand ------------------------------------------------------------------ */

static void order__one_edit_of_a_message_is_on_its_way(void **state)
{
	struct desk d;

	(void)state;
	begin_pressed(&d);
	show(&d, 0);
	is(&d, 2, EDIT_1, 3);
	show(&d, 1);
	assert_int_equal(d.count, 3); /* waits for the other call's */
	ok(&d, 2);
	is(&d, 3, EDIT_2, 4);
	ok(&d, 3);
	assert_int_equal(d.count, 4);
	finish(&d);
}

static void order__of_those_that_wait_the_newest_is_sent(void **state)
{
	struct desk d;

	(void)state;
	begin_pressed(&d);
	show(&d, 0);
	show(&d, 1);
	show(&d, 0);
	show(&d, 1);
	show(&d, 0);
	assert_int_equal(d.count, 3);
	ok(&d, 2);
	is(&d, 3, EDIT_1, 7);
	assert_int_equal(d.count, 4);
	ok(&d, 3);
	assert_int_equal(d.count, 4);
	finish(&d);
}

static void order__what_waits_outlives_the_host_s_hold(void **state)
{
	struct desk d;

	(void)state;
	begin_pressed(&d);
	show(&d, 1);
	show(&d, 0); /* waits */
	zx_call_release(kept[0]);
	zx_call_release(kept[1]);
	assert_int_equal(zx_commands_stats(d.c)->open_calls, 2);
	ok(&d, 2);
	is(&d, 3, EDIT_1, 4);
	ok(&d, 3);
	kept_count = 0;
	finish(&d);
}

static void order__what_is_overtaken_goes_with_its_call(void **state)
{
	struct desk d;

	(void)state;
	begin_pressed(&d);
	show(&d, 1);
	show(&d, 0); /* waits */
	zx_call_release(kept[0]);
	kept[0] = kept[1];
	kept_count = 1;
	show(&d, 0);
	assert_int_equal(zx_commands_stats(d.c)->open_calls, 1);
	ok(&d, 2);
	is(&d, 3, EDIT_2, 5);
	ok(&d, 3);
	finish(&d);
}

/* A press is answered within 3 s: it cannot wait for a slow edit. */
static void press_crosses(int edit_first)
{
	struct desk d;

	begin(&d);
	show(&d, 0);
	is(&d, 1, EDIT_1, 2);
	desk_press(&d, DESK_USER, button, NULL);
	assert_int_equal(d.count, 3);
	desk_has(&d, 2, "\"type\":7");
	assert_int_equal(number(&d, 2), 3);
	if (edit_first)
		ok(&d, 1);
	desk_result(&d, 2, 204, 0, "");
	if (!edit_first) {
		assert_int_equal(d.count, 3);
		ok(&d, 1);
	}
	/* which of the two came first is not known */
	is(&d, 3, EDIT_2, 3);
	ok(&d, 3);
	assert_int_equal(d.count, 4);
	finish(&d);
}

static void IN_01__a_press_does_not_wait_and_stays_in_force(void **state)
{
	(void)state;
	press_crosses(0);
	press_crosses(1);
}

static void order__a_press_alone_is_sent_once(void **state)
{
	struct desk d;

	(void)state;
	begin_pressed(&d);
	show(&d, 0);
	ok(&d, 2);
	desk_press(&d, DESK_USER, button, NULL);
	desk_result(&d, 3, 204, 0, "");
	assert_int_equal(d.count, 4);
	finish(&d);
}

static void order__what_comes_after_a_press_is_not_sent_twice(void **state)
{
	struct desk d;

	(void)state;
	begin(&d);
	show(&d, 0);
	desk_press(&d, DESK_USER, button, NULL); /* crosses it */
	show(&d, 1);				 /* and is overtaken itself */
	desk_result(&d, 2, 204, 0, "");
	assert_int_equal(d.count, 3);
	ok(&d, 1);
	is(&d, 3, EDIT_2, 4);
	ok(&d, 3);
	assert_int_equal(d.count, 4);
	finish(&d);
}

static void order__of_two_presses_the_second_stays_in_force(void **state)
{
	struct desk d;

	(void)state;
	begin(&d);
	desk_press(&d, DESK_USER, button, NULL);
	desk_press(&d, DESK_USER, button, NULL);
	assert_int_equal(d.count, 3); /* neither waits */
	desk_result(&d, 2, 204, 0, "");
	assert_int_equal(d.count, 3);
	desk_result(&d, 1, 204, 0, "");
	is(&d, 3, "/webhooks/900/tok3/messages/@original", 3);
	ok(&d, 3);
	assert_int_equal(d.count, 4);
	finish(&d);
}

static void order__an_edit_waits_for_the_response_to_a_press(void **state)
{
	struct desk d;

	(void)state;
	begin(&d);
	desk_press(&d, DESK_USER, button, NULL);
	show(&d, 0);
	assert_int_equal(d.count, 2);
	desk_result(&d, 1, 204, 0, "");
	is(&d, 2, EDIT_1, 3);
	ok(&d, 2);
	assert_int_equal(d.count, 3);
	finish(&d);
}

static void order__a_press_that_came_too_late_displaces_nothing(void **state)
{
	struct desk d;

	(void)state;
	begin_pressed(&d);
	show(&d, 0);
	show(&d, 1); /* waits */
	desk_press(&d, DESK_USER, button, NULL);
	desk_result(&d, 3, 404, 10062, "{}");
	ok(&d, 2);
	is(&d, 4, EDIT_2, 4);
	ok(&d, 4);
	finish(&d);
}

static void order__an_older_edit_is_not_sent_after_a_press(void **state)
{
	struct desk d;

	(void)state;
	begin_pressed(&d);
	show(&d, 0);
	show(&d, 1); /* waits */
	desk_press(&d, DESK_USER, button, NULL);
	desk_result(&d, 3, 204, 0, "");
	ok(&d, 2);
	is(&d, 4, "/webhooks/900/tok3/messages/@original", 5);
	ok(&d, 4);
	assert_int_equal(d.count, 5);
	finish(&d);
}

static void IN_01__after_15_minutes_it_is_the_same_order(void **state)
{
	struct desk d;

	(void)state;
	begin_pressed(&d);
	desk_wait(&d, 10 * 60 * 1000);
	desk_press(&d, DESK_USER, button, NULL);
	desk_result(&d, 2, 204, 0, "");
	desk_wait(&d, 6 * 60 * 1000); /* one token lives, two are over */
	show(&d, 2);
	is(&d, 3, "/webhooks/900/tok3/messages/@original", 4);
	show(&d, 1);
	show(&d, 0); /* the command's, which has learnt the message */
	assert_int_equal(d.count, 4);
	ok(&d, 3);
	is(&d, 4, EDIT_BOT, 6);
	assert_int_equal(d.sent[4].method, ZX_PATCH);
	show(&d, 2);
	show(&d, 1);
	assert_int_equal(d.count, 5);
	ok(&d, 4);
	is(&d, 5, EDIT_BOT, 8);
	ok(&d, 5);
	assert_int_equal(d.count, 6);
	finish(&d);
}

static void IN_01__a_token_that_is_over_brings_nothing_old_back(void **state)
{
	struct desk d;

	(void)state;
	begin_pressed(&d);
	show(&d, 0);
	show(&d, 1);
	desk_result(&d, 2, 401, 50027, "{}");
	is(&d, 3, EDIT_2, 4); /* and the refused one not once more */
	ok(&d, 3);
	assert_int_equal(d.count, 4);
	show(&d, 1);
	desk_result(&d, 4, 401, 50027, "{}");
	is(&d, 5, EDIT_BOT, 5); /* this one is the newest */
	ok(&d, 5);
	finish(&d);
}

static void order__who_cannot_edit_displaces_nothing(void **state)
{
	struct desk d;

	(void)state;
	begin_as(&d, "quiet");
	desk_wait(&d, 14 * 60 * 1000);
	desk_press(&d, DESK_USER, button, NULL);
	desk_result(&d, 1, 204, 0, "");
	desk_press(&d, DESK_USER, button, NULL);
	desk_result(&d, 2, 204, 0, "");
	desk_wait(&d, 60 * 1000); /* the command's token is over */
	show(&d, 1);
	show(&d, 2); /* waits */
	newest++;
	assert_err(zx_reply_panel(kept[0], &panel, &newest), ZX_OK);
	desk_pump(&d);
	ok(&d, 3);
	is(&d, 4, "/webhooks/900/tok3/messages/@original", 5);
	ok(&d, 4);
	assert_int_equal(d.count, 5);
	finish(&d);
}

static void order__further_messages_wait_for_no_edit(void **state)
{
	struct zx_message m;
	struct desk d;

	(void)state;
	begin_pressed(&d);
	show(&d, 0);
	zx_message_init(&m, NULL);
	zx_say(&m, "more");
	assert_err(zx_follow_up(kept[1], &m), ZX_OK);
	desk_pump(&d);
	assert_int_equal(d.count, 4);
	assert_string_equal(d.sent[3].path, "/webhooks/900/tok2");
	show(&d, 1);
	ok(&d, 2); /* the edit's call sends something else still */
	assert_int_equal(d.count, 4);
	ok(&d, 3);
	is(&d, 4, EDIT_2, 4);
	ok(&d, 4);
	finish(&d);
}

static void order__an_edit_that_was_held_up_may_be_too_old(void **state)
{
	struct zx_message m;
	struct desk d;

	(void)state;
	begin(&d);
	zx_message_init(&m, NULL);
	zx_say(&m, "more");
	assert_err(zx_follow_up(kept[0], &m), ZX_OK);
	show(&d, 0); /* behind it */
	desk_press(&d, DESK_USER, button, NULL);
	desk_result(&d, 2, 204, 0, "");
	assert_int_equal(number(&d, 2), 3);
	desk_result(&d, 1, 200, 0, "{\"id\":\"4243\"}");
	assert_int_equal(d.count, 3);
	finish(&d);
}

static void order__a_panel_that_ends_waits_for_its_turn(void **state)
{
	struct desk d;

	(void)state;
	begin_pressed(&d);
	desk_wait(&d, 3600000 - 1);
	show(&d, 1); /* which is a use */
	desk_wait(&d, 3600000);
	assert_int_equal(d.count, 3);
	ok(&d, 2);
	is(&d, 3, EDIT_BOT, 3);
	desk_has(&d, 3, "n3 over");
	ok(&d, 3);
	finish(&d);
}

static void order__a_message_that_became_two_is_two(void **state)
{
	char data[256];
	struct desk d;

	(void)state;
	begin(&d);
	desk_wait(&d, 15 * 60 * 1000);
	show(&d, 0); /* nobody knows which message it is: a new one */
	assert_string_equal(d.sent[1].path, "/channels/60/messages");
	desk_result(&d, 1, 200, 0, "{\"id\":\"5000\"}");
	/* the first one is pressed */
	desk_press(&d, DESK_USER, button, NULL);
	desk_result(&d, 2, 204, 0, "");
	show(&d, 1);
	is(&d, 3, EDIT_2, 4);
	show(&d, 0); /* and this is the second */
	is(&d, 4, "/channels/60/messages/5000", 5);
	ok(&d, 3);
	desk_result(&d, 4, 200, 0, "{\"id\":\"5000\"}");
	/* now the second is pressed: its edits are in order with the first
	 * call's */
	snprintf(data, sizeof(data),
		 "{\"custom_id\":\"%s\",\"component_type\":2}", button);
	desk_interaction(&d, 3, DESK_USER, DESK_GUILD, data,
			 "\"message\":{\"id\":\"5000\"}", 0);
	show(&d, 0);
	assert_int_equal(d.count, 6);
	desk_result(&d, 5, 204, 0, "");
	is(&d, 6, "/channels/60/messages/5000", 7);
	desk_result(&d, 6, 200, 0, "{\"id\":\"5000\"}");
	finish(&d);
}

/* Memory ------------------------------------------------------------------- */

static void again(struct desk *d, size_t call, int *err)
{
	newest++;
	if (!*err && call < kept_count)
		*err = zx_reply_panel(kept[call], &panel, &newest);
	if (!*err)
		*err = desk_pump(d);
}

static int scenario(const struct zx_alloc *a, void *ud)
{
	struct desk d;
	int err;

	(void)ud;
	kept_count = 0;
	err = desk_begin(&d, a, commands, 3);
	if (!err)
		err = desk_slash(&d, DESK_USER, "hold", NULL);
	again(&d, 0, &err);
	if (!err && d.count) {
		desk_custom_id(d.sent[0].body, "up", button);
		desk_ok_all(&d);
		err = desk_wait(&d, 16 * 60 * 1000);
	}
	again(&d, 0, &err); /* a new message */
	desk_ok_all(&d);
	if (!err) /* and the old one */
		err = desk_press(&d, DESK_USER, button, NULL);
	again(&d, 1, &err);
	again(&d, 0, &err);
	desk_ok_all(&d);
	while (kept_count)
		zx_call_release(kept[--kept_count]);
	desk_end(&d);
	return err;
}

static void order__every_allocation_may_fail(void **state)
{
	(void)state;
	assert_true(fail_alloc_each_lenient(scenario, NULL) > 20);
}

/* Nonzero when that allocation was asked for. */
static int late(size_t refused)
{
	struct fail_alloc a;
	struct desk d;
	int err;

	fail_alloc_init(&a);
	kept_count = 0;
	assert_err(desk_begin(&d, &a.alloc, commands, 3), ZX_OK);
	desk_slash(&d, DESK_USER, "open", NULL);
	desk_result(&d, 0, 204, 0, "");
	desk_wait(&d, 16 * 60 * 1000);
	newest++;
	assert_err(zx_reply_panel(kept[0], &panel, &newest), ZX_OK);
	fail_alloc_once(&a, refused);
	err = desk_pump(&d);
	assert_err(err, a.failed ? ZX_E_NOMEM : ZX_OK);
	assert_int_equal(d.count, err ? 1 : 2);
	assert_int_equal(desk_pump(&d), 0); /* nothing is lost */
	is(&d, 1, "/channels/60/messages", 2);
	desk_ok_all(&d);
	assert_int_equal(d.count, 2);
	finish(&d);
	fail_alloc_check(&a);
	return err != ZX_OK;
}

static void order__a_new_message_waits_until_there_is_memory(void **state)
{
	size_t i = 1;

	(void)state;
	while (late(i))
		i++;
	assert_true(i > 1);
}

/* By chance ---------------------------------------------------------------- */

struct world {
	struct desk d;
	struct zx_prng prng;
	int applied[DESK_SENT];
	int seen; /* what people see in the message */
};

static uint64_t dice(struct world *w, uint64_t n)
{
	struct zx_rand r = zx_prng_rand(&w->prng);

	return zx_rand_below(&r, n);
}

/* What changes the message: its first form, a press's response, an edit. */
static int is_edit(const struct desk_sent *s)
{
	return s->method == ZX_PATCH;
}

static void arrive(struct world *w, size_t i)
{
	const struct desk_sent *s = &w->d.sent[i];

	if (w->applied[i])
		return;
	w->applied[i] = 1;
	if (is_edit(s) || strstr(s->path, "/callback"))
		w->seen = number(&w->d, i);
}

/* One that has no result yet, by chance; DESK_SENT: there is none. */
static size_t some(struct world *w)
{
	size_t n = 0, i, nth;

	for (i = 0; i < w->d.count; i++)
		n += w->d.sent[i].ud != NULL;
	if (!n)
		return DESK_SENT;
	nth = (size_t)dice(w, n);
	for (i = 0; i < w->d.count; i++)
		if (w->d.sent[i].ud && !nth--)
			break;
	return i;
}

static void answer(struct world *w, size_t i)
{
	const struct desk_sent *s = &w->d.sent[i];

	/* A token may be over before we know. */
	if (!w->applied[i] && strstr(s->path, "@original") && !dice(w, 6)) {
		w->applied[i] = 1;
		desk_result(&w->d, i, 401, 50027, "{}");
		return;
	}
	arrive(w, i);
	if (strstr(s->path, "/callback"))
		desk_result(&w->d, i, 204, 0, "");
	else
		ok(&w->d, i);
}

static void check(struct world *w)
{
	unsigned edits = 0;

	assert_in_range(w->d.count, 1, DESK_SENT);
	for (size_t i = 0; i < w->d.count; i++)
		edits += w->d.sent[i].ud && is_edit(&w->d.sent[i]);
	assert_in_range(edits, 0, 1);
}

static void step(struct world *w)
{
	size_t i = some(w);

	switch (dice(w, 7)) {
	case 0:
		if (kept_count < CALLS)
			desk_press(&w->d, DESK_USER, button, NULL);
		break;
	case 1:
	case 2:
		show(&w->d, (size_t)dice(w, kept_count));
		break;
	case 3:
		if (!dice(w, 8))
			desk_wait(&w->d, 16 * 60 * 1000);
		break;
	case 4:
		if (i < DESK_SENT)
			arrive(w, i);
		break;
	default:
		if (i < DESK_SENT)
			answer(w, i);
	}
	check(w);
}

static void live(uint64_t seed)
{
	struct world w = { .seen = 2 };
	size_t i;

	zx_prng_init(&w.prng, seed);
	begin_pressed(&w.d);
	w.applied[0] = w.applied[1] = 1;
	for (i = 0; i < 40 && w.d.count < DESK_SENT - 12; i++)
		step(&w);
	while ((i = some(&w)) < DESK_SENT) {
		answer(&w, i);
		check(&w);
	}
	if (w.seen != newest)
		fail_msg("seed %llu: %d stays, %d was asked for last",
			 (unsigned long long)seed, w.seen, newest);
	finish(&w.d);
}

static void order__what_was_asked_for_last_stays(void **state)
{
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= 3000; seed++)
		live(seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order__one_edit_of_a_message_is_on_its_way),
		cmocka_unit_test(order__of_those_that_wait_the_newest_is_sent),
		cmocka_unit_test(order__what_waits_outlives_the_host_s_hold),
		cmocka_unit_test(order__what_is_overtaken_goes_with_its_call),
		cmocka_unit_test(
			IN_01__a_press_does_not_wait_and_stays_in_force),
		cmocka_unit_test(order__a_press_alone_is_sent_once),
		cmocka_unit_test(
			order__what_comes_after_a_press_is_not_sent_twice),
		cmocka_unit_test(
			order__of_two_presses_the_second_stays_in_force),
		cmocka_unit_test(
			order__an_edit_waits_for_the_response_to_a_press),
		cmocka_unit_test(
			order__a_press_that_came_too_late_displaces_nothing),
		cmocka_unit_test(
			order__an_older_edit_is_not_sent_after_a_press),
		cmocka_unit_test(IN_01__after_15_minutes_it_is_the_same_order),
		cmocka_unit_test(
			IN_01__a_token_that_is_over_brings_nothing_old_back),
		cmocka_unit_test(order__who_cannot_edit_displaces_nothing),
		cmocka_unit_test(order__further_messages_wait_for_no_edit),
		cmocka_unit_test(
			order__an_edit_that_was_held_up_may_be_too_old),
		cmocka_unit_test(order__a_panel_that_ends_waits_for_its_turn),
		cmocka_unit_test(order__a_message_that_became_two_is_two),
		cmocka_unit_test(order__every_allocation_may_fail),
		cmocka_unit_test(
			order__a_new_message_waits_until_there_is_memory),
		cmocka_unit_test(order__what_was_asked_for_last_stays),
	};

	return cmocka_run_group_tests_name("order", tests, NULL, NULL);
}
