/* SPDX-License-Identifier: MIT
 *
 * Differences of snapshots.
 */
#include <stdio.h>

#include "helper/mem_store.h"
#include "helper/zx_test.h"

struct side {
	struct mem_store m;
	struct zx_guild_writer *w;
	struct zx_guild_reader r;
	struct zx_guild_store st;
};

static void begin(struct side *s)
{
	struct zx_guild_writer_options o = ZX_GUILD_WRITER_OPTIONS_INIT;

	memset(s, 0, sizeof(*s));
	s->st = o.store = mem_store(&s->m);
	o.guild = 1;
	assert_err(zx_guild_writer_new(&s->w, &o), ZX_OK);
}

static void add(struct side *s, enum zx_section sec, const char *json)
{
	assert_err(zx_guild_add(s->w, sec, zx_str(json)), ZX_OK);
}

static void end(struct side *s)
{
	struct zx_guild_written out;

	assert_err(zx_guild_finish(s->w, &out), ZX_OK);
	assert_err(zx_guild_open(&s->r, out.manifest, &s->st, NULL), ZX_OK);
}

static void release(struct side *s)
{
	zx_guild_writer_free(s->w);
	mem_store_free(&s->m);
}

static int tell(const struct zx_change *c, void *ud)
{
	struct zx_buf *b = ud;

	if (c->kind == ZX_CHANGE_FIELD)
		zx_buf_addf(b, "%s %llu.%.*s: %.*s -> %.*s\n",
			    zx_section_name(c->section),
			    (unsigned long long)c->id, ZX_ARG(c->path),
			    ZX_ARG(c->from), ZX_ARG(c->to));
	else
		zx_buf_addf(b, "%c %s %llu %.*s\n",
			    c->kind == ZX_CHANGE_ADDED ? '+' : '-',
			    zx_section_name(c->section),
			    (unsigned long long)c->id, ZX_ARG(c->name));
	return b->err;
}

static void expect(struct side *a, struct side *b, const char *want)
{
	struct zx_buf text;
	struct zx_diff d;

	end(a);
	end(b);
	zx_buf_init(&text, NULL, 0);
	assert_err(zx_guild_diff(&a->r, &b->r, &d, tell, &text), ZX_OK);
	assert_str(zx_buf_str(&text), want);
	zx_buf_release(&text);
	release(a);
	release(b);
}

static void diff__is_told_field_by_field(void **state)
{
	struct side a, b;

	(void)state;
	begin(&a);
	begin(&b);
	add(&a, ZX_SECTION_ROLES,
	    "{\"id\":\"5\",\"name\":\"Mod\",\"permissions\":\"8\"}");
	add(&b, ZX_SECTION_ROLES,
	    "{\"id\":\"5\",\"name\":\"Mods\",\"permissions\":"
	    "\"9223372036854775816\",\"hoist\":true}");
	add(&a, ZX_SECTION_CHANNELS,
	    "{\"id\":\"9\",\"name\":\"c\",\"type\":0,"
	    "\"permission_overwrites\":[{\"id\":\"5\",\"type\":0,\"allow\":"
	    "\"0\",\"deny\":\"1024\"}]}");
	add(&b, ZX_SECTION_CHANNELS,
	    "{\"id\":\"9\",\"name\":\"c\",\"type\":0,"
	    "\"permission_overwrites\":[{\"id\":\"5\",\"type\":0,\"allow\":"
	    "\"1024\",\"deny\":\"0\"},{\"id\":\"6\",\"type\":1,\"allow\":"
	    "\"0\",\"deny\":\"0\"}]}");
	add(&a, ZX_SECTION_EMOJIS, "{\"id\":\"3\",\"name\":\"old\"}");
	add(&b, ZX_SECTION_EMOJIS, "{\"id\":\"4\",\"name\":\"new\"}");
	expect(&a, &b,
	       "channels 9.permission_overwrites.5.allow: \"0\" -> \"1024\"\n"
	       "channels 9.permission_overwrites.5.deny: \"1024\" -> \"0\"\n"
	       "channels 9.permission_overwrites.6:  -> {\"allow\":\"0\","
	       "\"deny\":\"0\",\"id\":\"6\",\"type\":1}\n"
	       "- emojis 3 \"old\"\n+ emojis 4 \"new\"\n"
	       "roles 5.hoist:  -> true\n"
	       "roles 5.name: \"Mod\" -> \"Mods\"\n"
	       "roles 5.permissions: \"8\" -> \"9223372036854775816\"\n");
}

static void diff__what_was_made_anew_is_found_by_its_name(void **state)
{
	struct side a, b;

	(void)state;
	begin(&a);
	begin(&b);
	add(&a, ZX_SECTION_ROLES, "{\"id\":\"5\",\"name\":\"Mod\"}");
	add(&b, ZX_SECTION_ROLES, "{\"id\":\"50\",\"name\":\"Mod\"}");
	add(&a, ZX_SECTION_CHANNELS,
	    "{\"id\":\"9\",\"name\":\"c\",\"type\":0,"
	    "\"permission_overwrites\":[{\"id\":\"5\",\"deny\":\"1\"}]}");
	add(&b, ZX_SECTION_CHANNELS,
	    "{\"id\":\"90\",\"name\":\"c\",\"type\":0,"
	    "\"permission_overwrites\":[{\"id\":\"50\",\"deny\":\"1\"}]}");
	add(&a, ZX_SECTION_MEMBERS, "{\"id\":\"7\",\"roles\":[\"5\"]}");
	add(&b, ZX_SECTION_MEMBERS, "{\"id\":\"7\",\"roles\":[\"50\"]}");
	expect(&a, &b, "");
}

static void diff__ambiguous_names_are_not_guessed(void **state)
{
	struct side a, b;

	(void)state;
	begin(&a);
	begin(&b);
	add(&a, ZX_SECTION_ROLES, "{\"id\":\"5\",\"name\":\"Mod\"}");
	add(&b, ZX_SECTION_ROLES, "{\"id\":\"50\",\"name\":\"Mod\"}");
	add(&b, ZX_SECTION_ROLES, "{\"id\":\"51\",\"name\":\"Mod\"}");
	add(&a, ZX_SECTION_CHANNELS,
	    "{\"id\":\"9\",\"name\":\"c\",\"type\":0}");
	add(&b, ZX_SECTION_CHANNELS,
	    "{\"id\":\"90\",\"name\":\"c\",\"type\":2}");
	expect(&a, &b,
	       "- channels 9 \"c\"\n+ channels 90 \"c\"\n"
	       "- roles 5 \"Mod\"\n+ roles 50 \"Mod\"\n+ roles 51 \"Mod\"\n");
}

/* A random guild; the same seed is the same guild. */
static void random_guild(struct side *s, uint64_t seed, unsigned *items)
{
	struct zx_prng p;
	struct zx_rand r;
	char text[160];

	zx_prng_init(&p, seed);
	r = zx_prng_rand(&p);
	for (int id = 1; id <= 12; id++) {
		if (zx_rand_below(&r, 4) == 0)
			continue;
		snprintf(text, sizeof(text),
			 "{\"id\":\"%d\",\"name\":\"r%d\",\"color\":%d}", id,
			 id, (int)zx_rand_below(&r, 3));
		add(s, ZX_SECTION_ROLES, text);
		++*items;
	}
	for (int id = 1; id <= 60; id++) {
		if (zx_rand_below(&r, 4) == 0)
			continue;
		snprintf(text, sizeof(text),
			 "{\"id\":\"%d\",\"name\":\"m\",\"roles\":[\"%d\"]}",
			 id, 1 + (int)zx_rand_below(&r, 2));
		add(s, ZX_SECTION_MEMBERS, text);
		++*items;
	}
}

/* Nothing differs from itself; a to b is b to a the other way round; every item
 * of b is added, changed or the same. */
static void diff__holds_for_random_guilds(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 500; seed++) {
		unsigned na = 0, nb = 0;
		uint64_t sum = 0;
		struct zx_diff ab, ba, aa;
		struct side a, b;

		begin(&a);
		begin(&b);
		random_guild(&a, seed, &na);
		random_guild(&b, seed + 1000, &nb);
		end(&a);
		end(&b);
		assert_err(zx_guild_diff(&a.r, &a.r, &aa, NULL, NULL), ZX_OK);
		assert_err(zx_guild_diff(&a.r, &b.r, &ab, NULL, NULL), ZX_OK);
		assert_err(zx_guild_diff(&b.r, &a.r, &ba, NULL, NULL), ZX_OK);
		assert_int_equal(aa.total, 0);
		assert_int_equal(ab.total, ba.total);
		for (int i = 0; i < ZX_SECTION_COUNT; i++) {
			assert_int_equal(ab.section[i].added,
					 ba.section[i].removed);
			assert_int_equal(ab.section[i].changed,
					 ba.section[i].changed);
			sum += ab.section[i].added + ab.section[i].changed +
			       ab.section[i].same;
		}
		assert_int_equal(sum, nb);
		release(&a);
		release(&b);
	}
}

static int stop(const struct zx_change *c, void *ud)
{
	(void)c;
	(void)ud;
	return 77;
}

static void diff__the_caller_can_end_it(void **state)
{
	struct zx_diff d;
	struct side a, b;

	(void)state;
	begin(&a);
	begin(&b);
	add(&b, ZX_SECTION_ROLES, "{\"id\":\"5\"}");
	end(&a);
	end(&b);
	assert_int_equal(zx_guild_diff(&a.r, &b.r, &d, stop, NULL), 77);
	/* a part that is lost is told, not skipped */
	b.m.n = 0;
	assert_err(zx_guild_diff(&a.r, &b.r, &d, NULL, NULL), ZX_E_NOTFOUND);
	b.m.n = 2;
	release(&a);
	release(&b);
}

static int scenario(const struct zx_alloc *alloc, void *ud)
{
	struct side *s = ud;
	struct zx_guild_reader a = s[0].r, b = s[1].r;
	struct zx_diff d;

	a.alloc = b.alloc = alloc;
	return zx_guild_diff(&a, &b, &d, NULL, NULL);
}

static void diff__survives_every_failed_allocation(void **state)
{
	unsigned n = 0;
	struct side s[2];

	(void)state;
	begin(&s[0]);
	begin(&s[1]);
	random_guild(&s[0], 1, &n);
	random_guild(&s[1], 2, &n);
	add(&s[0], ZX_SECTION_EMOJIS, "{\"id\":\"1\",\"name\":\"e\"}");
	add(&s[1], ZX_SECTION_EMOJIS, "{\"id\":\"2\",\"name\":\"e\"}");
	end(&s[0]);
	end(&s[1]);
	fail_alloc_each(scenario, s);
	release(&s[0]);
	release(&s[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(diff__is_told_field_by_field),
		cmocka_unit_test(diff__what_was_made_anew_is_found_by_its_name),
		cmocka_unit_test(diff__ambiguous_names_are_not_guessed),
		cmocka_unit_test(diff__holds_for_random_guilds),
		cmocka_unit_test(diff__the_caller_can_end_it),
		cmocka_unit_test(diff__survives_every_failed_allocation),
	};

	return cmocka_run_group_tests_name("diff", tests, NULL, NULL);
}
