/* SPDX-License-Identifier: MIT
 *
 * One backup in full, and what is different in another, from snapshots in
 * memory.
 */
#include "cogs/backup_show.h"
#include "helper/fail_alloc.h"

#define G "1000000000000000000"
#define MOD "1000000000000000001"
#define HELPER "1000000000000000002"
#define LOUNGE "1000000000000000010"
#define CHAT "1000000000000000011"
#define VOICE "1000000000000000012"
#define RULES "1000000000000000013"

static const struct thing before[] = {
	{ ZX_SECTION_GUILD,
	  "{\"id\":\"" G
	  "\",\"name\":\"The *Aviary*\",\"verification_level\":1,"
	  "\"default_message_notifications\":1,\"explicit_content_filter\":2,"
	  "\"afk_timeout\":300,\"preferred_locale\":\"en-US\","
	  "\"premium_progress_bar_enabled\":false,"
	  "\"system_channel_id\":\"" CHAT "\"}" },
	{ ZX_SECTION_ROLES,
	  "{\"id\":\"" G "\",\"name\":\"@everyone\",\"position\":0,"
	  "\"permissions\":\"1024\",\"color\":0}" },
	{ ZX_SECTION_ROLES,
	  "{\"id\":\"" MOD "\",\"name\":\"Mods\",\"position\":2,\"hoist\":true,"
	  "\"permissions\":\"6\",\"color\":5793266,\"mentionable\":true}" },
	{ ZX_SECTION_ROLES,
	  "{\"id\":\"" HELPER "\",\"name\":\"Helper\",\"position\":1,"
	  "\"permissions\":\"8\",\"color\":0,\"managed\":true}" },
	{ ZX_SECTION_CHANNELS,
	  "{\"id\":\"" LOUNGE "\",\"name\":\"Lounge\",\"type\":4,"
	  "\"position\":0}" },
	{ ZX_SECTION_CHANNELS,
	  "{\"id\":\"" CHAT "\",\"name\":\"chat\",\"type\":0,\"position\":1,"
	  "\"parent_id\":\"" LOUNGE "\",\"topic\":\"old\","
	  "\"rate_limit_per_user\":0,\"permission_overwrites\":["
	  "{\"id\":\"" G "\",\"type\":0,\"allow\":\"0\",\"deny\":\"1024\"},"
	  "{\"id\":\"" MOD
	  "\",\"type\":0,\"allow\":\"3072\",\"deny\":\"0\"}]}" },
	{ ZX_SECTION_CHANNELS,
	  "{\"id\":\"" VOICE "\",\"name\":\"Voice\",\"type\":2,\"position\":0,"
	  "\"parent_id\":\"" LOUNGE "\"}" },
	{ ZX_SECTION_CHANNELS,
	  "{\"id\":\"" RULES "\",\"name\":\"rules\",\"type\":5,\"position\":9,"
	  "\"nsfw\":true,\"rate_limit_per_user\":5}" },
	{ ZX_SECTION_EMOJIS, "{\"id\":\"1000000000000000021\",\"name\":\"pog\","
			     "\"animated\":true}" },
	{ ZX_SECTION_STICKERS,
	  "{\"id\":\"1000000000000000031\",\"name\":\"wave\","
	  "\"description\":\"A ``` wave\"}" },
	{ ZX_SECTION_BANS, "{\"id\":\"300000000000000001\",\"name\":\"troll\","
			   "\"reason\":\"said `x`\"}" },
	{ ZX_SECTION_MEMBERS,
	  "{\"id\":\"200000000000000001\",\"name\":\"ann\",\"nick\":\"Annie\","
	  "\"roles\":[\"" MOD "\",\"" HELPER "\"]}" },
	{ ZX_SECTION_MEMBERS,
	  "{\"id\":\"200000000000000002\",\"name\":\"bob\",\"roles\":[]}" },
	{ ZX_SECTION_BOT,
	  "{\"custom_prefix\":\"?\",\"mention_prefix_enabled\":true}" },
	{ ZX_SECTION_WEBHOOKS,
	  "{\"id\":\"1000000000000000041\",\"name\":\"feed\","
	  "\"channel_id\":\"" CHAT "\"}" },
	{ ZX_SECTION_AUTOMOD,
	  "{\"id\":\"1000000000000000051\",\"name\":\"No spam\","
	  "\"enabled\":true}" },
	{ ZX_SECTION_EVENTS,
	  "{\"id\":\"1000000000000000061\",\"name\":\"Picnic\","
	  "\"scheduled_start_time\":\"2026-05-01T18:00:00+00:00\","
	  "\"channel_id\":null,\"entity_metadata\":{\"location\":\"The "
	  "`park`\"}}" },
	{ ZX_SECTION_ONBOARDING,
	  "{\"default_channel_ids\":[\"" CHAT "\",\"" RULES "\"],"
	  "\"enabled\":true,\"prompts\":[{\"id\":\"5\"}]}" },
	{ ZX_SECTION_INCOMPLETE,
	  "{\"what\":\"bans\",\"why\":\"Missing Permissions\"}" },
};

static const struct thing after[] = {
	{ ZX_SECTION_GUILD,
	  "{\"id\":\"" G "\",\"name\":\"The Aviary\",\"verification_level\":1,"
	  "\"default_message_notifications\":1,\"explicit_content_filter\":2,"
	  "\"afk_timeout\":300,\"preferred_locale\":\"en-US\","
	  "\"premium_progress_bar_enabled\":true,"
	  "\"system_channel_id\":null}" },
	{ ZX_SECTION_ROLES,
	  "{\"id\":\"" G "\",\"name\":\"@everyone\",\"position\":0,"
	  "\"permissions\":\"1024\",\"color\":0}" },
	{ ZX_SECTION_ROLES,
	  "{\"id\":\"" MOD "\",\"name\":\"Moderators\",\"position\":2,"
	  "\"hoist\":true,\"permissions\":\"9007199254740998\","
	  "\"color\":255,\"mentionable\":true}" },
	{ ZX_SECTION_CHANNELS,
	  "{\"id\":\"" LOUNGE "\",\"name\":\"Lounge\",\"type\":4,"
	  "\"position\":0}" },
	{ ZX_SECTION_CHANNELS,
	  "{\"id\":\"" CHAT "\",\"name\":\"chat\",\"type\":5,\"position\":1,"
	  "\"parent_id\":null,\"topic\":\"new ``` one\","
	  "\"rate_limit_per_user\":5,\"permission_overwrites\":["
	  "{\"id\":\"" G "\",\"type\":0,\"allow\":\"2048\",\"deny\":\"0\"},"
	  "{\"id\":\"400000000000000001\",\"type\":1,\"allow\":\"0\","
	  "\"deny\":\"2048\"}]}" },
	{ ZX_SECTION_CHANNELS,
	  "{\"id\":\"" VOICE "\",\"name\":\"Voice\",\"type\":2,\"position\":0,"
	  "\"parent_id\":\"" LOUNGE "\"}" },
	{ ZX_SECTION_CHANNELS,
	  "{\"id\":\"1000000000000000019\",\"name\":\"new\",\"type\":15,"
	  "\"position\":3,\"parent_id\":\"" LOUNGE
	  "\",\"available_tags\":[{\"id\":\"7\",\"name\":\"x\"}]}" },
	{ ZX_SECTION_EMOJIS,
	  "{\"id\":\"1000000000000000021\",\"name\":\"poggers\","
	  "\"animated\":true,\"roles\":[\"" MOD "\"]}" },
	{ ZX_SECTION_BANS, "{\"id\":\"300000000000000002\",\"name\":\"other\","
			   "\"reason\":null}" },
	{ ZX_SECTION_MEMBERS, "{\"id\":\"200000000000000001\",\"name\":\"ann\","
			      "\"roles\":[\"" MOD "\"]}" },
	{ ZX_SECTION_MEMBERS, "{\"id\":\"200000000000000002\",\"name\":\"bob\","
			      "\"roles\":[\"" MOD "\"]}" },
	{ ZX_SECTION_BOT,
	  "{\"custom_prefix\":null,\"mention_prefix_enabled\":true}" },
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* One backup -----------------------------------------------------------------
 */

struct one {
	struct made m;
	struct snap s;
	struct zx__bkv_item_view v;
};

static void one(struct one *o)
{
	make(&o->m, 3);
	snap(&o->s, before, COUNT(before));
	o->m.data.list.items[1].counts = o->s.reader.counts;
	o->m.data.list.items[1].notes = ZX_STR("before *the* move");
	memcpy(o->m.data.list.items[1].hash, o->s.hash, ZX_HASH);
	o->v = (struct zx__bkv_item_view){ .row = &o->m.data.list.items[1],
					   .reader = &o->s.reader,
					   .section = -1,
					   .wall = WALL };
}

static void done(struct one *o)
{
	unsnap(&o->s);
	unmake(&o->m);
}

static void show(const struct zx__bkv_item_view *v)
{
	struct zx_message m;

	zx_message_init(&m, NULL);
	assert_err(zx__bkv_item_render(v, &m), ZX_OK);
	written(&m);
	embed_limits(0);
	zx_message_release(&m);
}

static void golden__one_backup_in_full(void **state)
{
	static const struct {
		const char *name;
		int section;
	} rows[] = {
		{ "backup-view", -1 },
		{ "backup-view-roles", ZX_SECTION_ROLES },
		{ "backup-view-channels", ZX_SECTION_CHANNELS },
		{ "backup-view-members", ZX_SECTION_MEMBERS },
		{ "backup-view-settings", ZX_SECTION_GUILD },
		{ "backup-view-incomplete", ZX_SECTION_INCOMPLETE },
	};
	struct one o;
	size_t i;

	(void)state;
	one(&o);
	for (i = 0; i < COUNT(rows); i++) {
		o.v.section = rows[i].section;
		show(&o.v);
		golden(rows[i].name, zx_buf_str(&out));
	}
	done(&o);
}

static void backup_view__every_section_is_shown(void **state)
{
	static const struct {
		enum zx_section section;
		const char *what;
	} rows[] = {
		{ ZX_SECTION_EMOJIS, ":pog:  animated" },
		{ ZX_SECTION_STICKERS, "wave  A ˋˋˋ wave" },
		{ ZX_SECTION_BANS, "troll  said ˋxˋ" },
		{ ZX_SECTION_WEBHOOKS, "feed  in #chat" },
		{ ZX_SECTION_AUTOMOD, "No spam  on" },
		{ ZX_SECTION_BOT, "custom prefix: \\\"?\\\"" },
		{ ZX_SECTION_EVENTS,
		  "Picnic  2026-05-01 18:00 UTC · at The ˋparkˋ" },
		{ ZX_SECTION_ONBOARDING,
		  "default channel ids: #chat, #rules\\nenabled: yes" },
		{ ZX_SECTION_SOUNDBOARD, "Soundboard — nothing" },
		{ ZX_SECTION_GUILD, "id: " G },
	};
	struct one o;
	size_t i;

	(void)state;
	one(&o);
	for (i = 0; i < COUNT(rows); i++) {
		o.v.section = (int)rows[i].section;
		show(&o.v);
		HAS(rows[i].what);
	}
	done(&o);
}

static void backup_view__damage_is_said_and_the_rest_is_shown(void **state)
{
	struct one o;

	(void)state;
	one(&o);
	o.v.reader = NULL;
	o.m.data.list.items[1].damaged = 1;
	o.m.data.list.items[1].used = 1;
	o.m.data.list.items[1].shrunk = 1;
	show(&o.v);
	HAS("Its manifest is damaged");
	HAS("❌ Damaged");
	HAS("🔒 A restore refers to it");
	HAS("over 30 % less");
	HAS("before \\\\*the\\\\* move");
	o.v.reader = &o.s.reader;
	memset(o.s.store.v[0].data, 'x', o.s.store.v[0].len);
	while (o.s.store.n > 1) /* the parts are gone */
		free(o.s.store.v[--o.s.store.n].data);
	o.v.section = ZX_SECTION_ROLES;
	show(&o.v);
	HAS("❌ Not Readable");
	HAS("/backupverify");
	done(&o);
}

/* Many items with the longest names: no page over the limits, none left out. */
static void backup_view__all_items_are_on_some_page(void **state)
{
	static char json[250][400];
	struct thing things[250];
	size_t i, at, found = 0;
	struct one o;
	char id[8];

	(void)state;
	make(&o.m, 1);
	for (i = 0; i < 250; i++) {
		snprintf(json[i], sizeof(json[i]),
			 "{\"id\":\"%zu\",\"position\":%zu,\"permissions\":"
			 "\"0\",\"name\":\"r%03zu👑👑👑👑👑👑👑👑👑👑👑👑👑👑👑👑👑👑"
			 "👑👑👑👑👑👑👑👑👑👑👑👑👑👑👑👑👑👑👑👑👑👑👑👑👑👑\"}",
			 (size_t)1000000000000000000 + i, i, i);
		things[i] = (struct thing){ ZX_SECTION_ROLES, json[i] };
	}
	snap(&o.s, things, 250);
	o.v = (struct zx__bkv_item_view){ .row = o.m.data.list.items,
					  .reader = &o.s.reader,
					  .section = ZX_SECTION_ROLES };
	assert_int_equal(zx__bkv_item_pages(&o.v), 14);
	for (at = 0; at < 14; at++) {
		o.v.page = at;
		show(&o.v);
		for (i = 0; i < 250; i++) {
			snprintf(id, sizeof(id), "@r%03zu", i);
			found += strstr(zx_buf_cstr(&out), id) != NULL;
		}
	}
	assert_int_equal(found, 250);
	HAS("@r000"); /* the lowest is last */
	done(&o);
}

/* Discord lets two categories have one position. */
static void backup_view__channels_stay_with_their_category(void **state)
{
	static const struct thing things[] = {
		{ ZX_SECTION_CHANNELS, "{\"id\":\"1\",\"name\":\"one\","
				       "\"type\":4,\"position\":0}" },
		{ ZX_SECTION_CHANNELS, "{\"id\":\"2\",\"name\":\"two\","
				       "\"type\":4,\"position\":0}" },
		{ ZX_SECTION_CHANNELS,
		  "{\"id\":\"3\",\"name\":\"b\",\"type\":0,\"position\":0,"
		  "\"parent_id\":\"2\"}" },
		{ ZX_SECTION_CHANNELS,
		  "{\"id\":\"4\",\"name\":\"talk\",\"type\":2,\"position\":0,"
		  "\"parent_id\":\"1\"}" },
		{ ZX_SECTION_CHANNELS,
		  "{\"id\":\"5\",\"name\":\"a\",\"type\":0,\"position\":1,"
		  "\"parent_id\":\"1\"}" },
	};
	struct one o;

	(void)state;
	make(&o.m, 1);
	snap(&o.s, things, COUNT(things));
	o.v = (struct zx__bkv_item_view){ .row = o.m.data.list.items,
					  .reader = &o.s.reader,
					  .section = ZX_SECTION_CHANNELS };
	show(&o.v);
	HAS("one  category\\n  #a  text · in one\\n  #talk  voice · in one\\n"
	    "two  category\\n  #b  text · in two\\n");
	done(&o);
}

/* Differences ----------------------------------------------------------------
 */

static void differ(struct zx__bkv_diff *d, const struct snap *a,
		   const struct snap *b)
{
	memset(d, 0, sizeof(*d));
	snprintf(d->a, sizeof(d->a), "`abcdef000001` — Nightly");
	snprintf(d->b, sizeof(d->b), "🌐 the server as it is");
	snprintf(d->plain_a, sizeof(d->plain_a), "Nightly · abcdef000001");
	snprintf(d->plain_b, sizeof(d->plain_b), "the server as it is");
	assert_err(zx__bkv_diff(d, &a->reader, &b->reader, NULL), ZX_OK);
}

static void show_diff(const struct zx__bkv_diff *d, size_t page)
{
	struct zx_message m;

	zx_message_init(&m, NULL);
	zx_embed(&m, 0, "🔀 Backup Diff");
	zx__bkv_diff_render(d, page, &m);
	written(&m);
	embed_limits(0);
	zx_message_release(&m);
}

static void golden__what_is_different_field_by_field(void **state)
{
	struct zx__bkv_diff d;
	struct snap a, b;

	(void)state;
	snap(&a, before, COUNT(before));
	snap(&b, after, COUNT(after));
	differ(&d, &a, &b);
	show_diff(&d, 0);
	golden("backup-diff", zx_buf_str(&out));
	show_diff(&d, 1);
	golden("backup-diff-page-2", zx_buf_str(&out));
	zx_buf_clear(&out);
	zx__bkv_diff_file(&d, &out);
	HAS("--- Nightly · abcdef000001\n+++ the server as it is\n=== ");
	HAS("\n~ #chat\n");
	HAS("    overwrite of @everyone: deny: -View Channels\n");
	HAS("    overwrite of @Moderators: removed, allows View Channels, Send "
	    "Messages; denies nothing\n");
	HAS("\n~ poggers\n    name: \"pog\" → \"poggers\"\n"
	    "    roles: +@Moderators\n");
	HAS("\n~ @Moderators\n");
	HAS("    color: #5865F2 → #0000FF\n");
	HAS("    permissions: +bit 53\n");
	HAS("\n- @Helper · managed · Administrator\n");
	HAS("\n~ ann\n    nickname: \"Annie\" → none\n    roles: -@Helper\n");
	zx__bkv_diff_release(&d);
	unsnap(&a);
	unsnap(&b);
}

static void backup_diff__the_same_is_no_difference(void **state)
{
	struct zx__bkv_diff d;
	struct snap a;

	(void)state;
	snap(&a, before, COUNT(before));
	differ(&d, &a, &a);
	assert_int_equal(d.sum.total, 0);
	show_diff(&d, 0);
	HAS("✅ **No differences**");
	HASNT("```");
	assert_int_equal(zx__bkv_diff_pages(&d), 1);
	zx__bkv_diff_release(&d);
	unsnap(&a);
}

static void backup_diff__no_text_leaves_its_code_block(void **state)
{
	struct zx__bkv_diff d;
	struct snap a, b;
	const char *at;
	size_t fences = 0;

	(void)state;
	snap(&a, before, COUNT(before));
	snap(&b, after, COUNT(after));
	differ(&d, &b, &a);
	show_diff(&d, 0);
	for (at = zx_buf_cstr(&out); (at = strstr(at, "```")) != NULL; at += 3)
		fences++;
	assert_int_equal(fences, 2);
	assert_null(strchr(zx_buf_cstr(&d.text), '`'));
	zx__bkv_diff_release(&d);
	unsnap(&a);
	unsnap(&b);
}

static struct thing *many(size_t n, size_t from, char (*json)[512])
{
	struct thing *t = calloc(n, sizeof(*t));
	size_t i;

	assert_non_null(t);
	for (i = 0; i < n; i++) {
		snprintf(json[i], sizeof(json[i]),
			 "{\"id\":\"%zu\",\"name\":\"%0100zu\",\"nick\":"
			 "\"👑👑👑👑👑👑👑👑👑👑👑👑👑👑👑👑👑👑👑👑👑👑👑👑👑👑👑👑👑👑👑👑%zu\","
			 "\"roles\":[]}",
			 (size_t)200000000000000000 + from + i, i, from);
		t[i] = (struct thing){ ZX_SECTION_MEMBERS, json[i] };
	}
	return t;
}

static void backup_diff__thousands_of_differences_have_pages(void **state)
{
	static char json[2][3000][512];
	struct thing *t = many(3000, 0, json[0]);
	struct thing *u = many(3000, 1500, json[1]);
	struct zx__bkv_diff d;
	struct snap a, b;
	size_t i, pages;

	(void)state;
	snap(&a, t, 3000);
	snap(&b, u, 3000);
	differ(&d, &a, &b);
	assert_int_equal(d.sum.section[ZX_SECTION_MEMBERS].added, 1500);
	assert_int_equal(d.sum.section[ZX_SECTION_MEMBERS].removed, 1500);
	assert_int_equal(d.sum.section[ZX_SECTION_MEMBERS].changed, 1500);
	/* a heading, a line for each, and name and nick of what changed */
	assert_int_equal(d.lines, 1 + 3000 + 1500 * 3);
	pages = zx__bkv_diff_pages(&d);
	assert_int_equal(pages, (d.lines + 17) / 18);
	for (i = 0; i <= pages; i += 13) {
		show_diff(&d, i);
		HAS("=== Members ===");
	}
	show_diff(&d, 99999); /* the last one */
	HAS("=== Members ===");
	zx__bkv_diff_release(&d);
	unsnap(&a);
	unsnap(&b);
	free(t);
	free(u);
}

static void backup_diff__what_is_too_much_is_counted(void **state)
{
	static char json[2][9000][512];
	struct thing *t = many(9000, 0, json[0]);
	struct thing *u = many(9000, 1, json[1]);
	struct zx__bkv_diff d;
	struct snap a, b;
	size_t i;

	(void)state;
	snap(&a, t, 9000);
	snap(&b, u, 9000);
	differ(&d, &a, &b);
	assert_int_equal(d.sum.total, 9001);
	assert_in_range(d.text.len, ZX__BKV_DIFF_BYTES - 1000,
			ZX__BKV_DIFF_BYTES);
	assert_true(d.left_out > 0);
	show_diff(&d, 0);
	HAS("further lines are not shown");
	HAS("Members: **+1** **−1** **~8999**");
	for (i = 0; i + 1 < d.text.len; i++)
		assert_false(d.text.ptr[i] == '\n' &&
			     d.text.ptr[i + 1] == '\n');
	zx_buf_clear(&out);
	zx__bkv_diff_file(&d, &out);
	HAS(" lines more\n");
	zx__bkv_diff_release(&d);
	unsnap(&a);
	unsnap(&b);
	free(t);
	free(u);
}

/* Memory ---------------------------------------------------------------------
 */

struct pair {
	struct one o;
	struct snap b;
};

static int all(const struct zx_alloc *a, void *ud)
{
	struct pair *p = ud;
	struct zx_guild_reader ra = p->o.s.reader, rb = p->b.reader;
	struct zx__bkv_item_view v = p->o.v;
	struct zx__bkv_diff d;
	struct zx_message m;
	int err, s;

	ra.alloc = rb.alloc = a;
	v.reader = &ra;
	memset(&d, 0, sizeof(d));
	err = zx__bkv_diff(&d, &ra, &rb, a);
	zx_message_init(&m, a);
	if (!err)
		zx_embed(&m, 0, "x");
	if (!err)
		zx__bkv_diff_render(&d, 0, &m);
	err = err ? err : m.err;
	zx_message_release(&m);
	zx__bkv_diff_release(&d);
	for (s = -1; !err && s < ZX_SECTION_COUNT; s++) {
		v.section = s;
		zx_message_init(&m, a);
		err = zx__bkv_item_render(&v, &m);
		zx_message_release(&m);
	}
	return err;
}

static void backup_view__any_allocation_may_fail(void **state)
{
	struct pair p;

	(void)state;
	one(&p.o);
	snap(&p.b, after, COUNT(after));
	fail_alloc_each_lenient(all, &p);
	unsnap(&p.b);
	done(&p.o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden__one_backup_in_full),
		cmocka_unit_test(backup_view__every_section_is_shown),
		cmocka_unit_test(
			backup_view__damage_is_said_and_the_rest_is_shown),
		cmocka_unit_test(backup_view__all_items_are_on_some_page),
		cmocka_unit_test(
			backup_view__channels_stay_with_their_category),
		cmocka_unit_test(golden__what_is_different_field_by_field),
		cmocka_unit_test(backup_diff__the_same_is_no_difference),
		cmocka_unit_test(backup_diff__no_text_leaves_its_code_block),
		cmocka_unit_test(
			backup_diff__thousands_of_differences_have_pages),
		cmocka_unit_test(backup_diff__what_is_too_much_is_counted),
		cmocka_unit_test(backup_view__any_allocation_may_fail),
	};

	return cmocka_run_group_tests_name("backup_item", tests, NULL,
					   shown_teardown);
}
