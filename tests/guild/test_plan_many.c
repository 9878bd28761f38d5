/* SPDX-License-Identifier: MIT
 *
 * The plan's channels with more overwrites than a request takes.
 */
#include "guild/plan_desk.h"
#include "helper/fail_alloc.h"

enum { SEE = 1024, SAY = 2048, MARK = 1040, INVITE = 1 };

/* What is put together ----------------------------------------------------- */

static void begin(struct zx_buf *b, unsigned id, int type, const char *name)
{
	zx_buf_init(b, NULL, 0);
	zx_buf_addf(b,
		    "{'id':'%u','type':%d,'name':'%s','position':0,"
		    "'permission_overwrites':[",
		    id, type, name);
}

static void one(struct zx_buf *b, unsigned id, int member, unsigned allow,
		unsigned deny)
{
	zx_buf_addf(b, "%s{'id':'%u','type':%d,'allow':'%u','deny':'%u'}",
		    b->ptr[b->len - 1] == '[' ? "" : ",", id, member, allow,
		    deny);
}

static void some(struct zx_buf *b, unsigned from, unsigned n, unsigned allow,
		 unsigned deny)
{
	for (unsigned i = 0; i < n; i++)
		one(b, from + i, 1, allow, deny);
}

static void into(struct desk *d, struct zx_buf *b,
		 void (*add)(struct desk *d, enum zx_section s,
			     const char *json))
{
	zx_buf_addc(b, "]}");
	add(d, ZX_SECTION_CHANNELS, zx_buf_cstr(b));
	zx_buf_release(b);
}

/* What is looked at -------------------------------------------------------- */

static size_t length(struct zx_str list)
{
	struct zx_json_iter it = zx_json_each(list);
	size_t n = 0;

	while (zx_json_next(&it))
		n++;
	return n;
}

static struct zx_str list_of(const struct zx_plan_op *op)
{
	return zx_json_get(op->body, "permission_overwrites");
}

/* "allow/deny" of one in a list, "" when there is none. */
static void assert_in(struct zx_str list, unsigned id, const char *want)
{
	struct zx_json_iter it = zx_json_each(list);
	char text[60] = "";

	while (zx_json_next(&it))
		if (zx_json_get_u64(it.value, "id") == id)
			snprintf(text, sizeof(text), "%u/%u",
				 (unsigned)zx_json_get_u64(it.value, "allow"),
				 (unsigned)zx_json_get_u64(it.value, "deny"));
	assert_string_equal(text, want);
}

static unsigned count(struct desk *d, enum zx_act act)
{
	struct zx_plan_op op;
	unsigned n = 0;

	for (size_t i = 0; zx_plan_op(d->plan, i, &op); i++)
		n += op.act == act;
	return n;
}

/* -------------------------------------------------------------------------- */

/* 101 are denied something, 1 of them by the channel that everybody sees. */
static void crowd(struct desk *d)
{
	struct zx_buf b;

	desk_open(d);
	begin(&b, 21, 0, "chat");
	some(&b, 101, 101, 0, SEE);
	one(&b, 301, 1, SEE, SAY);
	one(&b, 302, 1, SEE, 0);
	into(d, &b, desk_snap);
	desk_plan(d);
}

static void plan__it_is_closed_until_all_that_denies_is_there(void **state)
{
	struct zx_plan_op op;
	struct desk d;

	(void)state;
	crowd(&d);
	op = desk_op(&d, ZX_ACT_CHANNEL_CREATE, 0);
	assert_int_equal(op.verb, ZX_VERB_CREATE);
	assert_str(op.detail,
		   "Of its 103 overwrites 100 come with it. Nobody sees it "
		   "until all that deny something are there.");
	assert_int_equal(length(list_of(&op)), 100);
	assert_in(list_of(&op), DESK_GUILD, "0/1024");
	assert_in(list_of(&op), DESK_BOT, "1040/0");
	assert_in(list_of(&op), 101, "0/1024");
	assert_in(list_of(&op), 302, "");
	/* What does not fit and denies, without what would show it. */
	assert_int_equal(count(&d, ZX_ACT_OVERWRITE), 4);
	op = desk_op(&d, ZX_ACT_OVERWRITE, 3);
	assert_int_equal(op.role, 301);
	assert_int_equal(op.phase, ZX_PHASE_OVERWRITES);
	assert_str(op.body, "{\"allow\":\"0\",\"deny\":\"2048\",\"type\":1}");
	assert_str(op.detail, "Overwrite 4 of 7 that go one by one.");
	assert_true(zx_plan_phase_in_order(op.phase));
	/* Those that show it, everyone's, and the bot's. */
	assert_int_equal(count(&d, ZX_ACT_OVERWRITE_OPEN), 4);
	op = desk_op(&d, ZX_ACT_OVERWRITE_OPEN, 2);
	assert_int_equal(op.role, DESK_GUILD);
	assert_str(op.body, "{\"type\":0}");
	assert_str(op.detail,
		   "Overwrite 7 of 7 that go one by one: @everyone's, "
		   "when all others are there.");
	op = desk_op(&d, ZX_ACT_OVERWRITE_OPEN, 3);
	assert_int_equal(op.role, DESK_BOT);
	assert_int_equal(length(list_of(&op)), 103);
	assert_int_equal(zx_plan_totals(d.plan)->requests, 1 + 4 + 4 * 3 + 2);
	desk_close(&d);
}

/* A role of those who are denied later: they would see it until then. */
static void plan__what_comes_with_it_does_not_show_it_either(void **state)
{
	struct zx_plan_op op;
	struct zx_buf b;
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_both(&d, ZX_SECTION_ROLES,
		  "{'id':'10','name':'In','permissions':'0','position':1}");
	begin(&b, 21, 0, "chat");
	one(&b, 10, 0, SEE | 64, SAY);
	some(&b, 101, 101, 0, SEE);
	one(&b, DESK_GUILD, 0, SEE, SAY);
	into(&d, &b, desk_snap);
	desk_plan(&d);
	op = desk_op(&d, ZX_ACT_CHANNEL_CREATE, 0);
	assert_in(list_of(&op), 10, "64/2048");
	assert_in(list_of(&op), DESK_GUILD, "0/3072");
	op = desk_op(&d, ZX_ACT_OVERWRITE_OPEN, 0);
	assert_int_equal(op.role, 10);
	assert_str(op.body,
		   "{\"allow\":\"1088\",\"deny\":\"2048\",\"type\":0}");
	op = desk_op(&d, ZX_ACT_OVERWRITE_OPEN, 1);
	assert_str(op.body,
		   "{\"allow\":\"1024\",\"deny\":\"2048\",\"type\":0}");
	desk_close(&d);
}

/* The channel as it would be answered, but for one. */
static void channel(struct zx_buf *b, unsigned but)
{
	begin(b, 210, 0, "chat");
	for (unsigned i = 101; i < 202; i++)
		if (i != but)
			one(b, i, 1, 0, SEE);
	one(b, 301, 1, but == 301 ? SEE : 0, SAY);
	one(b, DESK_GUILD, 0, 0, SEE);
	one(b, DESK_BOT, 1, MARK, 0);
	zx_buf_addc(b, "]}");
}

static void plan__it_is_opened_by_what_is_seen_in_the_channel(void **state)
{
	struct zx_idmap ids;
	struct zx_buf b;
	struct desk d;
	uint32_t first, everyone, own;

	(void)state;
	crowd(&d);
	desk_ids(&d, &ids);
	zx_idmap_put(&ids, ZX_ID_CHANNEL, 21, 210);
	first = desk_op(&d, ZX_ACT_OVERWRITE_OPEN, 0).id;
	everyone = desk_op(&d, ZX_ACT_OVERWRITE_OPEN, 2).id;
	own = desk_op(&d, ZX_ACT_OVERWRITE_OPEN, 3).id;
	desk_request(&d, desk_op(&d, ZX_ACT_OVERWRITE, 0).id, &ids, "",
		     "PUT /channels/210/permissions/199 {'allow':'0','deny':"
		     "'1024','type':1}");
	desk_request(&d, first, &ids, "", "GET /channels/210 ");
	desk_request(&d, first, &ids, "null", "GET /channels/210 ");
	channel(&b, 150);
	desk_request(&d, first, &ids, zx_buf_cstr(&b), "ZX_E_STATE 150");
	zx_buf_release(&b);
	channel(&b, 0);
	desk_request(&d, first, &ids, zx_buf_cstr(&b),
		     "PUT /channels/210/permissions/301 {'allow':'1024','deny':"
		     "'2048','type':1}");
	/* Everyone's waits for those that show it, too. */
	desk_request(&d, everyone, &ids, zx_buf_cstr(&b), "ZX_E_STATE 301");
	zx_buf_release(&b);
	channel(&b, 301);
	b.len -= 2;
	one(&b, 302, 1, SEE, 0);
	zx_buf_addc(&b, "]}");
	desk_request(&d, first, &ids, zx_buf_cstr(&b), "ZX_OK 0");
	desk_request(&d, everyone, &ids, zx_buf_cstr(&b),
		     "DELETE /channels/210/permissions/1000 ");
	desk_request(&d, own, &ids, zx_buf_cstr(&b), "ZX_E_STATE 1000");
	zx_buf_release(&b);
	zx_idmap_release(&ids);
	desk_close(&d);
}

static void plan__what_denies_fits_and_the_rest_only_allows(void **state)
{
	struct zx_plan_op op;
	struct zx_buf b;
	struct desk d;

	(void)state;
	desk_open(&d);
	begin(&b, 21, 0, "chat");
	some(&b, 101, 120, SEE, 0);
	some(&b, 301, 9, 0, SAY);
	one(&b, DESK_GUILD, 0, 0, SEE);
	into(&d, &b, desk_snap);
	desk_plan(&d);
	op = desk_op(&d, ZX_ACT_CHANNEL_CREATE, 0);
	assert_str(op.detail, "Of its 130 overwrites 100 come with it, among "
			      "them all that deny something.");
	assert_int_equal(length(list_of(&op)), 100);
	assert_in(list_of(&op), 309, "0/2048");
	assert_in(list_of(&op), 189, "1024/0");
	assert_in(list_of(&op), 190, "");
	/* Nothing has to be looked for but in the end. */
	assert_int_equal(count(&d, ZX_ACT_OVERWRITE), 31);
	assert_int_equal(count(&d, ZX_ACT_OVERWRITE_OPEN), 1);
	assert_int_equal(desk_op(&d, ZX_ACT_OVERWRITE_OPEN, 0).role, DESK_BOT);
	desk_close(&d);
}

static void plan__at_most_1000_and_the_bots_only_where_there_is_room(void **st)
{
	static const unsigned n[] = { 999, 1000, 1001 };

	(void)st;
	for (int i = 0; i < 3; i++) {
		struct zx_buf b;
		struct desk d;

		desk_open(&d);
		begin(&b, 21, 0, "chat");
		some(&b, 5001, n[i], SEE, 0);
		into(&d, &b, desk_snap);
		desk_plan(&d);
		assert_int_equal(desk_has(&d, ZX_ACT_CHANNEL_CREATE), i < 2);
		assert_int_equal(desk_has(&d, ZX_ACT_OVERWRITE_OPEN), i < 1);
		if (i == 2)
			assert_str(desk_op(&d, ZX_ACT_NONE, 0).detail,
				   "A channel has at most 1,000 overwrites.");
		else
			assert_int_equal(count(&d, ZX_ACT_OVERWRITE), 900);
		desk_close(&d);
	}
}

/* Without them it would stay as it is made. */
static void PM_05__a_bot_that_could_not_finish_it_does_not_begin(void **state)
{
	static const uint64_t lacks[] = { SEE, UINT64_C(1) << 28 };

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct zx_buf b;
		struct desk d;

		desk_open(&d);
		d.opt.bot_permissions =
			(1 << 4 | 1 << 28 | SEE | SAY) & ~lacks[i];
		begin(&b, 21, 0, "chat");
		some(&b, 101, 101, 0, SAY);
		into(&d, &b, desk_snap);
		desk_verbs(&d, "impossible channels chat\n");
		assert_int_equal(desk_op(&d, ZX_ACT_NONE, 0).reason,
				 ZX_WHY_PERMISSION);
		desk_close(&d);
	}
}

/* The bot's own in the create of a channel in which it had `allow`. */
static void assert_mark(int type, unsigned allow, uint64_t bits,
			const char *want)
{
	struct zx_plan_op op;
	struct zx_buf b;
	struct desk d;

	desk_open(&d);
	d.opt.bot_permissions = bits;
	begin(&b, 21, type, "chat");
	some(&b, 101, 101, SEE, 0);
	if (allow)
		one(&b, DESK_BOT, 1, allow, 0);
	into(&d, &b, desk_snap);
	desk_plan(&d);
	op = desk_op(&d,
		     type == 4 ? ZX_ACT_CATEGORY_CREATE : ZX_ACT_CHANNEL_CREATE,
		     0);
	assert_in(list_of(&op), DESK_BOT, want);
	desk_close(&d);
}

/* What a category gets, a channel gets that is like it: they must not be. */
static void plan__the_bots_own_is_unlike_the_categorys_and_the_old(void **state)
{
	uint64_t few = MARK | UINT64_C(1) << 28;

	(void)state;
	assert_mark(0, 0, 8, "1040/0");
	assert_mark(4, 0, 8, "1041/0");
	assert_mark(0, MARK, 8, "1041/0");
	assert_mark(4, MARK | INVITE, 8, "1040/0");
	assert_mark(0, SEE, 8, "1040/0");
	assert_mark(4, 0, few, "1040/0");
	/* There is none that would be another: it is as it was. */
	assert_mark(0, MARK, few, "1040/0");
}

/* Channels that are there -------------------------------------------------- */

/* As an interrupted restore leaves it: 101 is missing, as is 302. */
static void unfinished(struct desk *d, unsigned own, unsigned deny)
{
	struct zx_buf b;

	desk_open(d);
	begin(&b, 21, 0, "chat");
	some(&b, 101, 101, 0, SEE);
	one(&b, 301, 1, SEE, SAY);
	one(&b, 302, 1, SEE, 0);
	into(d, &b, desk_snap);
	begin(&b, 210, 0, "chat");
	some(&b, 102, 100, 0, SEE);
	one(&b, 301, 1, 0, SAY);
	one(&b, DESK_GUILD, 0, 0, SEE);
	if (own)
		one(&b, DESK_BOT, 1, own, deny);
	into(d, &b, desk_live);
	desk_plan(d);
}

static void plan__one_that_was_not_finished_is_finished(void **state)
{
	struct zx_plan_op op;
	struct desk d;

	(void)state;
	unfinished(&d, MARK, 0);
	assert_int_equal(zx_plan_totals(d.plan)->changes, 5);
	op = desk_op(&d, ZX_ACT_OVERWRITE, 0);
	assert_int_equal(op.role, 101);
	assert_int_equal(op.live_id, 210);
	assert_int_equal(op.phase, ZX_PHASE_UPDATES);
	/* On the way back it goes. */
	assert_str(op.before, "{\"type\":1}");
	op = desk_op(&d, ZX_ACT_OVERWRITE_OPEN, 0);
	assert_int_equal(op.role, 301);
	assert_str(op.body,
		   "{\"allow\":\"1024\",\"deny\":\"2048\",\"type\":1}");
	assert_str(op.before, "{\"allow\":\"0\",\"deny\":\"2048\",\"type\":1}");
	assert_int_equal(desk_op(&d, ZX_ACT_OVERWRITE_OPEN, 1).role, 302);
	assert_int_equal(desk_op(&d, ZX_ACT_OVERWRITE_OPEN, 2).role,
			 DESK_GUILD);
	op = desk_op(&d, ZX_ACT_OVERWRITE_OPEN, 3);
	assert_int_equal(op.role, DESK_BOT);
	assert_str(op.before, "{\"allow\":\"1040\",\"deny\":\"0\",\"type\":1}");
	desk_close(&d);
}

/* By nothing but the bot's own overwrite it is known. */
static void plan__one_that_somebody_changed_is_left_alone(void **state)
{
	static const unsigned own[][2] = {
		{ 0, 0 }, { SEE, 0 }, { MARK, SAY }, { MARK | SAY, 0 }
	};

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct desk d;

		unfinished(&d, own[i][0], own[i][1]);
		assert_true(zx_plan_empty(d.plan));
		assert_int_equal(
			zx_plan_totals(d.plan)->same[ZX_SECTION_CHANNELS], 1);
		d.opt.update = 1;
		desk_plan(&d);
		assert_false(zx_plan_empty(d.plan));
		assert_false(desk_has(&d, ZX_ACT_CHANNEL_UPDATE));
		desk_close(&d);
	}
}

/* First what closes it, then what opens it; of each the less in between. */
static void plan__of_changed_ones_each_is_the_less_in_between(void **state)
{
	struct zx_plan_op op;
	struct zx_buf b;
	struct desk d;

	(void)state;
	desk_open(&d);
	d.opt.update = 1;
	begin(&b, 21, 0, "chat");
	some(&b, 101, 101, SAY, 0);
	one(&b, 301, 1, SEE | SAY, 4);
	into(&d, &b, desk_snap);
	begin(&b, 21, 0, "chat");
	some(&b, 101, 101, SAY, 0);
	one(&b, 301, 1, SEE | 4, SAY);
	one(&b, 400, 1, SEE, 0);
	one(&b, 401, 1, 0, SEE);
	one(&b, 402, 1, SEE, SAY);
	into(&d, &b, desk_live);
	desk_plan(&d);
	assert_int_equal(count(&d, ZX_ACT_OVERWRITE), 3);
	op = desk_op(&d, ZX_ACT_OVERWRITE, 0);
	assert_int_equal(op.role, 301);
	assert_str(op.body,
		   "{\"allow\":\"1024\",\"deny\":\"2052\",\"type\":1}");
	op = desk_op(&d, ZX_ACT_OVERWRITE, 1);
	assert_int_equal(op.role, 400);
	assert_str(op.body, "{\"type\":1}");
	op = desk_op(&d, ZX_ACT_OVERWRITE, 2);
	assert_int_equal(op.role, 402);
	assert_str(op.body, "{\"allow\":\"0\",\"deny\":\"2048\",\"type\":1}");
	assert_int_equal(count(&d, ZX_ACT_OVERWRITE_OPEN), 3);
	assert_int_equal(desk_op(&d, ZX_ACT_OVERWRITE_OPEN, 0).role, 301);
	op = desk_op(&d, ZX_ACT_OVERWRITE_OPEN, 2);
	assert_int_equal(op.role, 402);
	assert_int_equal(length(list_of(&op)), 102);
	desk_close(&d);
}

/* A channel's before its category's. */
static void plan__categories_come_last(void **state)
{
	struct zx_plan_op op;
	struct zx_buf b;
	struct desk d;
	unsigned changes = 0;
	uint64_t channel = 0;

	(void)state;
	desk_open(&d);
	begin(&b, 20, 4, "Talk");
	some(&b, 101, 110, SEE, 0);
	into(&d, &b, desk_snap);
	begin(&b, 21, 0, "chat");
	some(&b, 101, 110, SEE, 0);
	into(&d, &b, desk_snap);
	desk_plan(&d);
	for (size_t i = 0; zx_plan_op(d.plan, i, &op); i++) {
		if (op.phase != ZX_PHASE_OVERWRITES)
			continue;
		changes += op.snapshot_id != channel;
		channel = op.snapshot_id;
	}
	assert_int_equal(changes, 2);
	assert_int_equal(channel, 20);
	desk_close(&d);
}

static void plan__with_many_it_is_the_same_text_again(void **state)
{
	struct zx_buf a, b;
	struct zx_plan *p;
	struct desk d;

	(void)state;
	crowd(&d);
	zx_buf_init(&a, NULL, 0);
	zx_buf_init(&b, NULL, 0);
	assert_err(zx_plan_write(d.plan, mem_append, &a, NULL), ZX_OK);
	assert_err(zx_plan_read(&p, zx_buf_str(&a), NULL), ZX_OK);
	assert_err(zx_plan_write(p, mem_append, &b, NULL), ZX_OK);
	assert_str(zx_buf_str(&b), zx_buf_cstr(&a));
	zx_plan_free(p);
	zx_buf_release(&a);
	zx_buf_release(&b);
	desk_close(&d);
}

/* Who gets a role back must not see more than the channel will show. */
static void plan__roles_of_members_wait_for_channels_that_are_there(void **st)
{
	(void)st;
	assert_true(zx_plan_phase_after(ZX_PHASE_MEMBERS) >> ZX_PHASE_UPDATES &
		    1);
	/* And new members' channels must be open. */
	assert_true(zx_plan_phase_after(ZX_PHASE_WELCOME) >>
			    ZX_PHASE_OVERWRITES &
		    1);
}

static int scenario(const struct zx_alloc *a, void *ud)
{
	struct desk *d = ud;
	struct zx_plan *p;
	int err;

	d->opt.alloc = a;
	err = zx_plan_new(&p, &d->snap.r, &d->live.r, &d->opt);
	zx_plan_free(p);
	return err;
}

static void plan__with_many_memory_may_run_out_anywhere(void **state)
{
	struct desk d;

	(void)state;
	crowd(&d);
	fail_alloc_each(scenario, &d);
	d.opt.alloc = NULL;
	desk_close(&d);
	unfinished(&d, MARK, 0);
	d.opt.update = 1;
	fail_alloc_each(scenario, &d);
	d.opt.alloc = NULL;
	desk_close(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			plan__it_is_closed_until_all_that_denies_is_there),
		cmocka_unit_test(
			plan__what_comes_with_it_does_not_show_it_either),
		cmocka_unit_test(
			plan__it_is_opened_by_what_is_seen_in_the_channel),
		cmocka_unit_test(
			plan__what_denies_fits_and_the_rest_only_allows),
		cmocka_unit_test(
			plan__at_most_1000_and_the_bots_only_where_there_is_room),
		cmocka_unit_test(
			PM_05__a_bot_that_could_not_finish_it_does_not_begin),
		cmocka_unit_test(
			plan__the_bots_own_is_unlike_the_categorys_and_the_old),
		cmocka_unit_test(plan__one_that_was_not_finished_is_finished),
		cmocka_unit_test(plan__one_that_somebody_changed_is_left_alone),
		cmocka_unit_test(
			plan__of_changed_ones_each_is_the_less_in_between),
		cmocka_unit_test(plan__categories_come_last),
		cmocka_unit_test(plan__with_many_it_is_the_same_text_again),
		cmocka_unit_test(
			plan__roles_of_members_wait_for_channels_that_are_there),
		cmocka_unit_test(plan__with_many_memory_may_run_out_anywhere),
	};

	return cmocka_run_group_tests_name("plan_many", tests, NULL, NULL);
}
