/* SPDX-License-Identifier: MIT
 *
 * The capture against a server that is a table of answers.
 */
#include <stdio.h>

#include "helper/mem_store.h"
#include "helper/zx_test.h"
#include "zoryx/capture.h"

#define GUILD "1000000000000000000"
#define PNG "\x89PNG\r\n\x1a\n"

struct answer {
	const char *path, *body;
	int status, code;
};

static const struct answer server[] = {
	{ "/guilds/" GUILD "?with_counts=true",
	  "{\"id\":\"" GUILD "\",\"name\":\"G\",\"icon\":\"a_1f\",\"features\":"
	  "[\"COMMUNITY\"],\"approximate_member_count\":3,\"roles\":[{\"id\":"
	  "\"" GUILD "\",\"name\":\"@everyone\",\"permissions\":\"1024\"},"
	  "{\"id\":\"12\",\"name\":\"Mod\",\"permissions\":"
	  "\"18446744073709551615\"}],\"emojis\":[{\"id\":\"21\",\"name\":"
	  "\"pog\",\"user\":{\"id\":\"5\"}}],\"stickers\":[{\"id\":\"31\","
	  "\"name\":\"s\",\"format_type\":4}]}",
	  200, 0 },
	{ "/guilds/" GUILD "/channels",
	  "[{\"id\":\"41\",\"type\":0,\"name\":\"c\",\"parent_id\":\"40\","
	  "\"last_message_id\":\"1\"}]",
	  200, 0 },
	{ "/guilds/" GUILD "/auto-moderation/rules", "{}", 403, 50013 },
	{ "/guilds/" GUILD "/webhooks",
	  "[{\"id\":\"51\",\"type\":1,\"token\":\"secret\",\"name\":\"h\","
	  "\"avatar\":\"b2\"},{\"id\":\"52\",\"type\":2,\"name\":\"f\","
	  "\"avatar\":\"b3\"}]",
	  200, 0 },
	{ "/guilds/" GUILD "/scheduled-events", "[]", 200, 0 },
	{ "/guilds/" GUILD "/soundboard-sounds",
	  "{\"items\":[{\"sound_id\":\"61\",\"name\":\"s\"}]}", 200, 0 },
	{ "/guilds/" GUILD "/onboarding",
	  "{\"guild_id\":\"" GUILD "\",\"enabled\":false}", 200, 0 },
	{ "/guilds/" GUILD "/bans?limit=1000&after=0",
	  "[{\"user\":{\"id\":\"9\",\"username\":\"bad\"},\"reason\":\"r\"}]",
	  200, 0 },
	{ "/guilds/" GUILD "/members?limit=1000&after=0",
	  "[{\"user\":{\"id\":\"8\",\"username\":\"b\"},\"nick\":\"n\","
	  "\"roles\":[\"12\"]},{\"user\":{\"id\":\"7\",\"username\":\"bot\","
	  "\"bot\":true},\"roles\":[]},{\"user\":{\"id\":\"77\",\"username\":"
	  "\"bot\",\"bot\":true},\"roles\":[\"12\"]},{\"user\":{\"id\":"
	  "\"5\",\"username\":\"a\"},\"roles\":[]}]",
	  200, 0 },
	{ "/guilds/" GUILD "/members/7", "{\"user\":{},\"roles\":[]}", 200, 0 },
	{ "/guilds/" GUILD "/members/77", "{\"user\":{},\"roles\":[\"12\"]}",
	  200, 0 },
	{ "https://cdn.discordapp.com/icons/" GUILD "/a_1f.gif?size=4096",
	  "GIF89a", 200, 0 },
	{ "https://cdn.discordapp.com/emojis/21.png", PNG "emoji", 200, 0 },
	{ "https://cdn.discordapp.com/avatars/51/b2.png?size=4096",
	  PNG "avatar", 200, 0 },
	{ "https://media.discordapp.net/stickers/31.gif", "nothing", 200, 0 },
	{ "https://cdn.discordapp.com/soundboard-sounds/61", "", 404, 0 },
};

struct run {
	struct mem_store m;
	struct zx_guild_store st;
	struct zx_capture *c;
	unsigned requests, most, now_open;
	int chunks; /* asked for */
	int err, done;
	struct zx_guild_written out;
};

static const struct answer *find(struct zx_str path)
{
	for (size_t i = 0; i < sizeof(server) / sizeof(*server); i++)
		if (zx_str_is(path, server[i].path))
			return &server[i];
	fail_msg("nobody expected %.*s", ZX_ARG(path));
	return NULL;
}

static struct zx_capture_options options(struct run *r)
{
	struct zx_capture_options o = ZX_CAPTURE_OPTIONS_INIT;

	o.store = r->st = mem_store(&r->m);
	o.guild = UINT64_C(1000000000000000000);
	o.captured_at = 1771418096000;
	o.bot_settings = ZX_STR("{\"prefix\":\"?\",\"mention_prefix\":true}");
	return o;
}

/* Answers everything in the order asked, or the last first. */
static void drive(struct run *r, int backwards)
{
	struct {
		uint32_t id;
		const struct answer *a;
	} open[16];
	unsigned n = 0;
	struct zx_capture_out o;

	while (!r->done) {
		while (zx_capture_poll(r->c, &o)) {
			if (o.kind == ZX_CAPTURE_OUT_DONE) {
				r->done = 1;
				r->err = o.err;
				r->out = o.written;
			} else if (o.kind == ZX_CAPTURE_OUT_MEMBERS) {
				r->chunks++;
			} else {
				open[n].id = o.id;
				open[n++].a = find(o.path);
				r->requests++;
			}
			if (n > r->most)
				r->most = n;
		}
		if (r->done || !n)
			break;
		unsigned i = backwards ? n - 1 : 0;
		struct zx_capture_reply rep = {
			.err = open[i].a->status == 200 ? ZX_OK : ZX_E_REMOTE,
			.status = open[i].a->status,
			.code = open[i].a->code,
			.body = zx_str(open[i].a->body)
		};
		assert_err(zx_capture_feed(r->c, open[i].id, &rep, 1), ZX_OK);
		assert_err(zx_capture_feed(r->c, open[i].id, &rep, 1),
			   ZX_E_NOTFOUND);
		n--;
		memmove(&open[i], &open[i + 1], (n - i) * sizeof(*open));
	}
}

static void start(struct run *r, const struct zx_capture_options *o)
{
	assert_err(zx_capture_new(&r->c, o, 0), ZX_OK);
}

static void stop(struct run *r)
{
	zx_capture_free(r->c);
	mem_store_free(&r->m);
}

static void document(struct run *r, struct zx_buf *b)
{
	struct zx_guild_reader g;

	zx_buf_init(b, NULL, 0);
	assert_err(zx_guild_open(&g, r->out.manifest, &r->st, NULL), ZX_OK);
	assert_err(zx_guild_document(&g, mem_append, b), ZX_OK);
}

static void capture__asks_for_everything_once(void **state)
{
	struct run r = { 0 };
	struct zx_capture_options o = options(&r);
	struct zx_capture_progress p;
	struct zx_buf b;

	(void)state;
	start(&r, &o);
	drive(&r, 0);
	assert_err(r.err, ZX_OK);
	assert_int_equal(r.requests, 14);
	assert_true(r.most <= 4);
	zx_capture_progress(r.c, &p);
	assert_int_equal(p.requests, p.requests_known);
	assert_int_equal(p.images, p.images_known);
	assert_int_equal(p.members, 2);
	document(&r, &b);
	assert_null(strstr(zx_buf_cstr(&b), "secret"));
	assert_non_null(strstr(zx_buf_cstr(&b),
			       "\"permissions\":\"18446744073709551615\""));
	assert_non_null(strstr(
		zx_buf_cstr(&b),
		"\"members\":[{\"id\":\"5\",\"name\":\"a\",\"roles\":[]},"
		"{\"id\":\"8\",\"name\":\"b\",\"nick\":\"n\",\"roles\":"
		"[\"12\"]}]"));
	assert_non_null(strstr(zx_buf_cstr(&b),
			       "\"bans\":[{\"id\":\"9\",\"name\":"
			       "\"bad\",\"reason\":\"r\"}]"));
	zx_buf_release(&b);
	stop(&r);
}

/* Of those that bots can make; of followers there would be no use. */
static void capture__has_the_avatars_of_webhooks(void **state)
{
	struct run r = { 0 };
	struct zx_capture_options o = options(&r);
	struct zx_buf b;

	(void)state;
	start(&r, &o);
	drive(&r, 0);
	document(&r, &b);
	assert_non_null(strstr(zx_buf_cstr(&b), "\"key\":\"avatars/51/b2\""));
	assert_null(strstr(zx_buf_cstr(&b), "avatars/52"));
	zx_buf_release(&b);
	stop(&r);
}

static void capture__what_cannot_be_read_is_recorded(void **state)
{
	static const char *const want[] = {
		"{\"what\":\"automod\",\"why\":\"HTTP 403, code 50013: needs "
		"the permission Manage Server\"}",
		"{\"what\":\"channels/40\",\"why\":\"hidden from the bot\"}",
		"{\"what\":\"images/soundboard-sounds/61\",\"why\":\"HTTP 404, "
		"code 0\"}",
		"{\"what\":\"images/stickers/31\",\"why\":\"no image that is "
		"known\"}"
	};
	struct run r = { 0 };
	struct zx_capture_options o = options(&r);
	struct zx_buf b;

	(void)state;
	start(&r, &o);
	drive(&r, 0);
	document(&r, &b);
	assert_int_equal(r.out.counts.incomplete, 4);
	for (size_t i = 0; i < 4; i++)
		if (!strstr(zx_buf_cstr(&b), want[i]))
			fail_msg("no %s", want[i]);
	zx_buf_release(&b);
	stop(&r);
}

static void capture__order_of_answers_does_not_matter(void **state)
{
	struct run a = { 0 }, b = { 0 };
	struct zx_capture_options oa = options(&a), ob = options(&b);

	(void)state;
	ob.in_flight = 8;
	start(&a, &oa);
	start(&b, &ob);
	drive(&a, 0);
	drive(&b, 1);
	assert_memory_equal(a.out.hash, b.out.hash, ZX_HASH);
	stop(&a);
	stop(&b);
}

static int known(struct zx_str key, struct zx_buf *item, void *ud)
{
	struct run *r = ud;
	struct zx_guild_reader g;
	struct zx_guild_cursor c;
	struct zx_str i;
	int found = 0;

	assert_err(zx_guild_open(&g, r->out.manifest, &r->st, NULL), ZX_OK);
	assert_err(zx_guild_cursor_init(&c, &g, ZX_SECTION_IMAGES), ZX_OK);
	while (!found && zx_guild_next(&c, &i) > 0)
		if (zx_str_eq(zx_json_plain(zx_json_get(i, "key")), key)) {
			zx_buf_adds(item, i);
			found = 1;
		}
	zx_guild_cursor_release(&c);
	return found;
}

static void capture__known_images_are_not_downloaded_again(void **state)
{
	struct run a = { 0 }, b = { 0 };
	struct zx_capture_options o = options(&a);

	(void)state;
	start(&a, &o);
	drive(&a, 0);
	o.known = known;
	o.known_ud = &a;
	start(&b, &o); /* into the same store */
	drive(&b, 0);
	assert_err(b.err, ZX_OK);
	assert_int_equal(b.requests, a.requests - 3);
	assert_memory_equal(a.out.hash, b.out.hash, ZX_HASH);
	zx_capture_free(b.c);
	stop(&a);
}

static void capture__chunks_and_pages_give_the_same(void **state)
{
	struct run a = { 0 }, b = { 0 };
	struct zx_capture_options oa = options(&a), ob = options(&b);

	(void)state;
	start(&a, &oa);
	drive(&a, 0);
	ob.members_max = 1000;
	start(&b, &ob);
	drive(&b, 0);
	assert_int_equal(b.chunks, 1);
	assert_false(b.done);
	zx_capture_members(b.c,
			   ZX_STR("{\"guild_id\":\"3\",\"members\":[],"
				  "\"chunk_count\":1}"),
			   2);
	zx_capture_members(
		b.c,
		ZX_STR("{\"guild_id\":\"" GUILD "\",\"chunk_index\":1,"
		       "\"chunk_count\":2,\"members\":[{\"user\":{\"id\":\"8\","
		       "\"username\":\"b\"},\"nick\":\"n\",\"roles\":[\"12\"]}]"
		       "}"),
		2);
	zx_capture_members(
		b.c,
		ZX_STR("{\"guild_id\":\"" GUILD "\",\"chunk_index\":0,"
		       "\"chunk_count\":2,\"members\":[{\"user\":{\"id\":\"5\","
		       "\"username\":\"a\"},\"roles\":[]},{\"user\":{\"id\":"
		       "\"8\",\"username\":\"b\"},\"nick\":\"n\",\"roles\":"
		       "[\"12\"]}]}"),
		3);
	drive(&b, 0);
	assert_true(b.done);
	assert_memory_equal(a.out.hash, b.out.hash, ZX_HASH);
	stop(&a);
	stop(&b);
}

static void capture__a_silent_gateway_means_pages(void **state)
{
	struct run a = { 0 }, b = { 0 };
	struct zx_capture_options oa = options(&a), ob = options(&b);

	(void)state;
	start(&a, &oa);
	drive(&a, 0);
	ob.members_max = 1000;
	start(&b, &ob);
	drive(&b, 0);
	assert_int_equal(zx_capture_deadline(b.c), 5001);
	zx_capture_tick(b.c, 5000);
	assert_err(zx_capture_chunk(b.c, ZX_STR("[]"), 2, 5000), ZX_OK);
	assert_int_equal(zx_capture_deadline(b.c), 35000);
	zx_capture_tick(b.c, 34999);
	drive(&b, 0);
	assert_false(b.done);
	zx_capture_tick(b.c, 35000);
	assert_int_equal(zx_capture_deadline(b.c), ZX_TIME_NEVER);
	drive(&b, 0);
	assert_true(b.done);
	assert_memory_equal(a.out.hash, b.out.hash, ZX_HASH);
	stop(&a);
	stop(&b);
}

static void capture__chunks_that_come_again_or_fail_lose_nobody(void **state)
{
	static const char one[] = "[{\"user\":{\"id\":\"8\",\"username\":"
				  "\"b\"},\"nick\":\"n\",\"roles\":[\"12\"]}]";
	static const char two[] = "[{\"user\":{\"id\":\"5\",\"username\":"
				  "\"a\"},\"roles\":[]}]";

	(void)state;
	for (int fails = 0; fails < 2; fails++) {
		struct run a = { 0 }, b = { 0 };
		struct zx_capture_options oa = options(&a), ob = options(&b);

		start(&a, &oa);
		drive(&a, 0);
		ob.members_max = 1000;
		start(&b, &ob);
		drive(&b, 0);
		zx_capture_chunk(b.c, zx_str(one), 2, 2);
		zx_capture_chunks_again(b.c, 3);
		zx_capture_chunk(b.c, zx_str(two), 2, 3);
		if (fails)
			zx_capture_chunks_failed(b.c, 4);
		else
			zx_capture_chunk(b.c, zx_str(one), 2, 4);
		drive(&b, 0);
		assert_true(b.done);
		assert_memory_equal(a.out.hash, b.out.hash, ZX_HASH);
		stop(&a);
		stop(&b);
	}
}

/* What a bot sees is decided by its own roles, which are among the members; the
 * 7 has none, the 77 one with all permissions. */
static void capture__says_when_channels_may_be_hidden(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		struct run r = { 0 };
		struct zx_capture_options o = options(&r);
		struct zx_buf b;

		o.self = i % 2 ? 77 : 7;
		o.no_members = i > 1; /* then it is asked for itself */
		start(&r, &o);
		drive(&r, 0);
		assert_err(r.err, ZX_OK);
		assert_int_equal(r.requests, 14);
		document(&r, &b);
		assert_int_equal(strstr(zx_buf_cstr(&b),
					"some may be missing: those hidden") !=
					 NULL,
				 i == 0 || i == 2);
		zx_buf_release(&b);
		stop(&r);
	}
}

static void capture__without_the_intent_it_says_so(void **state)
{
	struct run r = { 0 };
	struct zx_capture_options o = options(&r);
	struct zx_buf b;

	(void)state;
	o.no_members = 1;
	start(&r, &o);
	drive(&r, 0);
	assert_err(r.err, ZX_OK);
	document(&r, &b);
	assert_non_null(strstr(zx_buf_cstr(&b),
			       "{\"what\":\"members\",\"why\":\"needs the "
			       "Server Members intent\"}"));
	zx_buf_release(&b);
	stop(&r);
}

static void
capture__ends_when_it_is_cancelled_or_the_guild_is_gone(void **state)
{
	struct zx_capture_reply gone = { .err = ZX_E_REMOTE,
					 .status = 404,
					 .code = 10004 };
	struct zx_capture_out o;
	struct run r = { 0 };
	struct zx_capture_options opt = options(&r);

	(void)state;
	start(&r, &opt);
	assert_true(zx_capture_poll(r.c, &o));
	assert_err(zx_capture_feed(r.c, o.id, &gone, 0), ZX_OK);
	assert_true(zx_capture_poll(r.c, &o));
	assert_int_equal(o.kind, ZX_CAPTURE_OUT_DONE);
	assert_err(o.err, ZX_E_REMOTE);
	assert_non_null(strstr(zx_capture_error(r.c), "10004"));
	assert_false(zx_capture_poll(r.c, &o));
	zx_capture_free(r.c);
	start(&r, &opt);
	zx_capture_cancel(r.c);
	assert_true(zx_capture_poll(r.c, &o));
	assert_err(o.err, ZX_E_CANCELLED);
	stop(&r);
}

/* 250,000 members by pages in constant memory. */
static int put_nothing(const unsigned char h[ZX_HASH], struct zx_str d,
		       void *ud)
{
	(void)h;
	(void)d;
	(void)ud;
	return ZX_OK;
}

static void page(struct zx_buf *b, uint64_t after, uint64_t total)
{
	zx_buf_clear(b);
	zx_buf_addch(b, '[');
	for (uint64_t i = after + 1; i <= total && i <= after + 1000; i++)
		zx_buf_addf(b,
			    "%s{\"user\":{\"id\":\"%llu\",\"username\":"
			    "\"member\"},\"roles\":[\"11\",\"12\",\"13\"]}",
			    i > after + 1 ? "," : "", (unsigned long long)i);
	zx_buf_addch(b, ']');
}

static void capture__250000_members_take_constant_memory(void **state)
{
	struct zx_capture_options o = ZX_CAPTURE_OPTIONS_INIT;
	struct zx_capture_out out;
	struct fail_alloc f;
	struct zx_capture *c;
	struct zx_buf b;
	int done = 0;

	(void)state;
	fail_alloc_init(&f);
	f.most_bytes = 4 << 20;
	zx_buf_init(&b, NULL, 0);
	o.store.put = put_nothing;
	o.guild = UINT64_C(1000000000000000000);
	o.alloc = &f.alloc;
	assert_err(zx_capture_new(&c, &o, 0), ZX_OK);
	while (!done) {
		struct zx_capture_reply rep = { .body = ZX_STR("[]") };
		const char *after;

		assert_true(zx_capture_poll(c, &out));
		if (out.kind == ZX_CAPTURE_OUT_DONE) {
			assert_err(out.err, ZX_OK);
			assert_int_equal(out.written.counts.members, 250000);
			break;
		}
		after = strstr(out.path.ptr, "/members?limit=1000&after=");
		if (after) {
			page(&b, strtoull(strrchr(after, '=') + 1, NULL, 10),
			     250000);
			rep.body = zx_buf_str(&b);
		} else if (strstr(out.path.ptr, "with_counts")) {
			rep.body = ZX_STR("{\"id\":\"" GUILD "\"}");
		}
		assert_err(zx_capture_feed(c, out.id, &rep, 0), ZX_OK);
	}
	zx_capture_free(c);
	zx_buf_release(&b);
	fail_alloc_check(&f);
}

static int scenario(const struct zx_alloc *a, void *ud)
{
	struct zx_capture_options o = ZX_CAPTURE_OPTIONS_INIT;
	struct zx_capture_out out;
	struct zx_capture *c;
	int err;

	(void)ud;
	o.store.put = put_nothing;
	o.guild = UINT64_C(1000000000000000000);
	o.alloc = a;
	err = zx_capture_new(&c, &o, 0);
	while (!err && zx_capture_poll(c, &out)) {
		const struct answer *s;
		struct zx_capture_reply rep = { 0 };

		if (out.kind == ZX_CAPTURE_OUT_DONE) {
			err = out.err;
			break;
		}
		s = find(out.path);
		rep.err = s->status == 200 ? ZX_OK : ZX_E_REMOTE;
		rep.status = s->status;
		rep.body = zx_str(s->body);
		err = zx_capture_feed(c, out.id, &rep, 0);
	}
	zx_capture_free(c);
	return err;
}

static void capture__survives_every_failed_allocation(void **state)
{
	(void)state;
	fail_alloc_each(scenario, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(capture__asks_for_everything_once),
		cmocka_unit_test(capture__has_the_avatars_of_webhooks),
		cmocka_unit_test(capture__what_cannot_be_read_is_recorded),
		cmocka_unit_test(capture__order_of_answers_does_not_matter),
		cmocka_unit_test(
			capture__known_images_are_not_downloaded_again),
		cmocka_unit_test(capture__chunks_and_pages_give_the_same),
		cmocka_unit_test(capture__a_silent_gateway_means_pages),
		cmocka_unit_test(
			capture__chunks_that_come_again_or_fail_lose_nobody),
		cmocka_unit_test(capture__says_when_channels_may_be_hidden),
		cmocka_unit_test(capture__without_the_intent_it_says_so),
		cmocka_unit_test(
			capture__ends_when_it_is_cancelled_or_the_guild_is_gone),
		cmocka_unit_test(capture__250000_members_take_constant_memory),
		cmocka_unit_test(capture__survives_every_failed_allocation),
	};

	return cmocka_run_group_tests_name("capture", tests, NULL, NULL);
}
