/* SPDX-License-Identifier: MIT
 *
 * Writing, reading, verifying and transporting snapshots.
 */
#include <stdio.h>

#include "helper/mem_store.h"
#include "helper/zx_test.h"

#define GUILD UINT64_C(1000000000000000000)

static struct zx_guild_writer *writer(struct mem_store *m, int strict)
{
	struct zx_guild_writer_options o = ZX_GUILD_WRITER_OPTIONS_INIT;
	struct zx_guild_writer *w;

	o.store = mem_store(m);
	o.guild = GUILD;
	o.captured_at = 1771418096123;
	o.strict = strict;
	assert_err(zx_guild_writer_new(&w, &o), ZX_OK);
	return w;
}

static void add(struct zx_guild_writer *w, enum zx_section s, const char *json)
{
	int err = zx_guild_add(w, s, zx_str(json));

	if (err)
		fail_msg("%s: %s", zx_errname(err), zx_guild_writer_error(w));
}

static void members(struct zx_guild_writer *w, uint64_t n, uint64_t changed)
{
	uint64_t roles[2];

	for (uint64_t i = 1; i <= n; i++) {
		struct zx_guild_member m = { .id = i * 7919,
					     .name = ZX_STR("mem\"ber"),
					     .roles = roles,
					     .role_count = i % 3 };

		roles[0] = 10 + (i % 7) + (i == changed ? 100 : 0);
		roles[1] = 200 + i % 5;
		if (i % 11 == 0)
			m.nick = ZX_STR("n\xc3\xaf k");
		assert_err(zx_guild_add_member(w, &m), ZX_OK);
	}
}

static void fill(struct zx_guild_writer *w)
{
	add(w, ZX_SECTION_GUILD,
	    "{\"id\":\"1000000000000000000\",\"name\":\"G\",\"features\":"
	    "[\"B\",\"A\"],\"approximate_member_count\":5,\"new_field\":1}");
	add(w, ZX_SECTION_ROLES,
	    "{\"id\":\"12\",\"name\":\"Mod\",\"permissions\":"
	    "\"9223372036854775809\",\"position\":2,\"future\":{\"x\":[1]}}");
	add(w, ZX_SECTION_ROLES,
	    "{\"position\":0,\"id\":\"1000000000000000000\",\"name\":"
	    "\"@everyone\",\"permissions\":\"1024\"}");
	add(w, ZX_SECTION_CHANNELS,
	    "{\"id\":\"31\",\"type\":4,\"name\":\"cat\",\"position\":1}");
	add(w, ZX_SECTION_CHANNELS,
	    "{\"id\":\"32\",\"type\":0,\"name\":\"chat\",\"parent_id\":\"31\","
	    "\"last_message_id\":\"99\",\"permission_overwrites\":["
	    "{\"id\":\"12\",\"type\":0,\"allow\":\"1024\",\"deny\":\"0\"},"
	    "{\"id\":\"5\",\"type\":1,\"allow\":\"0\",\"deny\":\"2048\"}]}");
	add(w, ZX_SECTION_WEBHOOKS,
	    "{\"id\":\"41\",\"name\":\"hook\",\"token\":\"secret-token\","
	    "\"url\":\"https://x/41/secret-token\"}");
	add(w, ZX_SECTION_BANS,
	    "{\"id\":\"5\",\"name\":\"b\",\"reason\":null}");
	assert_err(zx_guild_add_image(w, 21, ZX_STR("emojis/21"), "image/png",
				      ZX_STR("\x89PNG bytes")),
		   ZX_OK);
	assert_err(zx_guild_add_missing(w, "automod", "HTTP 403"), ZX_OK);
}

static void finish(struct zx_guild_writer *w, struct zx_guild_written *out)
{
	int err = zx_guild_finish(w, out);

	if (err)
		fail_msg("%s: %s", zx_errname(err), zx_guild_writer_error(w));
}

static void document(struct mem_store *m, struct zx_str manifest,
		     struct zx_buf *out)
{
	struct zx_guild_store st = mem_store(m);
	struct zx_guild_reader r;

	zx_buf_init(out, NULL, 0);
	assert_err(zx_guild_open(&r, manifest, &st, NULL), ZX_OK);
	assert_err(zx_guild_document(&r, mem_append, out), ZX_OK);
}

static const char golden[] =
	"{\"automod\":[],\"bans\":[{\"id\":\"5\",\"name\":\"b\",\"reason\":"
	"null}],\"bot\":[],\"captured_at\":\"2026-02-18T12:34:56.123000+00:00\""
	",\"channels\":[{\"id\":\"31\",\"name\":\"cat\",\"position\":1,\"type\""
	":4},{\"id\":\"32\",\"name\":\"chat\",\"parent_id\":\"31\","
	"\"permission_overwrites\":[{\"allow\":\"0\",\"deny\":\"2048\",\"id\":"
	"\"5\",\"type\":1},{\"allow\":\"1024\",\"deny\":\"0\",\"id\":\"12\","
	"\"type\":0}],\"type\":0}],\"emojis\":[],\"events\":[],\"format\":"
	"\"zoryx-guild\",\"guild\":[{\"features\":[\"A\",\"B\"],\"id\":"
	"\"1000000000000000000\",\"name\":\"G\",\"new_field\":1}],\"guild_id\":"
	"\"1000000000000000000\",\"images\":[{\"data\":\"iVBORyBieXRlcw==\","
	"\"id\":\"21\",\"key\":\"emojis/21\",\"sha256\":\"%s\",\"size\":10,"
	"\"type\":\"image/png\"}],\"incomplete\":[{\"what\":\"automod\","
	"\"why\":\"HTTP 403\"}],\"members\":[],\"onboarding\":[],\"roles\":["
	"{\"future\":{\"x\":[1]},\"id\":\"12\",\"name\":\"Mod\",\"permissions\""
	":\"9223372036854775809\",\"position\":2},{\"id\":"
	"\"1000000000000000000\",\"name\":\"@everyone\",\"permissions\":"
	"\"1024\",\"position\":0}],\"soundboard\":[],\"stickers\":[],"
	"\"version\":1,\"webhooks\":[{\"id\":\"41\",\"name\":\"hook\"}],"
	"\"welcome\":[]}";

static void snapshot__document_is_canonical_and_has_no_secrets(void **state)
{
	struct mem_store m = { 0 };
	struct zx_guild_writer *w = writer(&m, 1);
	struct zx_guild_written out;
	struct zx_buf doc, again;
	unsigned char hash[ZX_HASH];
	char text[ZX_HASH_TEXT], want[4096];

	(void)state;
	fill(w);
	finish(w, &out);
	document(&m, out.manifest, &doc);
	zx_sha256(ZX_STR("\x89PNG bytes"), hash);
	zx_hash_text(hash, text);
	snprintf(want, sizeof(want), golden, text);
	assert_str(zx_buf_str(&doc), want);
	zx_buf_init(&again, NULL, 0);
	assert_err(zx_canon_buf(zx_buf_str(&doc), ZX_CANON_PLAIN, NULL, &again),
		   ZX_OK);
	assert_str(zx_buf_str(&again), zx_buf_cstr(&doc));
	assert_int_equal(out.counts.text, 1);
	assert_int_equal(out.counts.categories, 1);
	assert_int_equal(out.counts.roles, 2);
	assert_int_equal(out.counts.incomplete, 1);
	zx_buf_release(&doc);
	zx_buf_release(&again);
	zx_guild_writer_free(w);
	mem_store_free(&m);
}

/* The order in which Discord tells things is no property of the server. */
static void snapshot__order_does_not_matter(void **state)
{
	struct mem_store m = { 0 };
	struct zx_guild_writer *a = writer(&m, 0), *b = writer(&m, 0);
	struct zx_guild_written oa, ob;

	(void)state;
	for (int i = 0; i < 100; i++) {
		char text[64];

		snprintf(text, sizeof(text), "{\"id\":\"%d\",\"name\":\"r\"}",
			 i + 1);
		add(a, ZX_SECTION_ROLES, text);
		snprintf(text, sizeof(text), "{\"name\":\"r\", \"id\":\"%d\"}",
			 100 - i);
		add(b, ZX_SECTION_ROLES, text);
	}
	finish(a, &oa);
	finish(b, &ob);
	assert_memory_equal(oa.hash, ob.hash, ZX_HASH);
	zx_guild_writer_free(a);
	zx_guild_writer_free(b);
	mem_store_free(&m);
}

static void snapshot__a_small_change_shares_nearly_everything(void **state)
{
	struct mem_store m = { 0 };
	struct zx_guild_writer *w = writer(&m, 0);
	struct zx_guild_written out;
	size_t first;

	(void)state;
	members(w, 3000, 0);
	finish(w, &out);
	zx_guild_writer_free(w);
	first = m.n;
	assert_true(first > 50);
	w = writer(&m, 0);
	members(w, 3000, 1501);
	finish(w, &out);
	zx_guild_writer_free(w);
	assert_int_equal(m.n, first + 2); /* one chunk, the index */
	mem_store_free(&m);
}

static void snapshot__members_and_objects_have_one_form(void **state)
{
	struct mem_store m = { 0 };
	struct zx_guild_writer *a = writer(&m, 0), *b = writer(&m, 0);
	uint64_t roles[] = { 3, 12 };
	struct zx_guild_member v = { .id = 18446744073709551615u,
				     .name = ZX_STR("\x01 \xc3\xa9 \" \x7f"),
				     .nick = ZX_STR("n"),
				     .roles = roles,
				     .role_count = 2 };
	struct zx_guild_written oa, ob;

	(void)state;
	assert_err(zx_guild_add_member(a, &v), ZX_OK);
	add(b, ZX_SECTION_MEMBERS,
	    "{\"roles\":[\"12\",\"3\"],\"nick\":\"n\",\"id\":"
	    "\"18446744073709551615\",\"name\":\"\\u0001 \\u00e9 \\u0022 "
	    "\\u007F\"}");
	finish(a, &oa);
	finish(b, &ob);
	assert_memory_equal(oa.hash, ob.hash, ZX_HASH);
	zx_guild_writer_free(a);
	zx_guild_writer_free(b);
	mem_store_free(&m);
}

static void snapshot__misuse_is_refused(void **state)
{
	struct mem_store m = { 0 };
	struct zx_guild_writer *w = writer(&m, 1);
	struct zx_guild_member v = { .id = 5 };
	struct zx_guild_written out;

	(void)state;
	assert_err(zx_guild_add(w, ZX_SECTION_ROLES, ZX_STR("{\"id\":")),
		   ZX_E_SYNTAX);
	assert_err(zx_guild_add(w, ZX_SECTION_ROLES, ZX_STR("[]")),
		   ZX_E_INVALID);
	assert_err(zx_guild_add(w, ZX_SECTION_ROLES, ZX_STR("{\"x\":1}")),
		   ZX_E_INVALID);
	assert_err(zx_guild_add(w, ZX_SECTION_RAW, ZX_STR("{}")), ZX_E_INVALID);
	assert_err(zx_guild_add_member(w, &v), ZX_OK);
	assert_err(zx_guild_add_member(w, &v), ZX_E_EXISTS);
	v.id = 4;
	assert_err(zx_guild_add_member(w, &v), ZX_E_STATE);
	m.fail = ZX_E_FULL;
	assert_err(zx_guild_finish(w, &out), ZX_E_FULL);
	assert_err(zx_guild_add(w, ZX_SECTION_ROLES, ZX_STR("{\"id\":\"1\"}")),
		   ZX_E_STATE);
	zx_guild_writer_free(w);
	mem_store_free(&m);
}

static int finish_with(const char *a, const char *b)
{
	struct mem_store m = { 0 };
	struct zx_guild_writer *w = writer(&m, 1);
	struct zx_guild_written out;
	int err;

	add(w, ZX_SECTION_CHANNELS, a);
	add(w, ZX_SECTION_CHANNELS, b);
	err = zx_guild_finish(w, &out);
	zx_guild_writer_free(w);
	mem_store_free(&m);
	return err;
}

static void C15__doubles_and_cycles_are_refused(void **state)
{
	(void)state;
	assert_err(finish_with("{\"id\":\"1\",\"type\":0}",
			       "{\"id\":\"1\",\"type\":2}"),
		   ZX_E_EXISTS);
	assert_err(finish_with("{\"id\":\"1\",\"type\":4,\"parent_id\":\"2\"}",
			       "{\"id\":\"2\",\"type\":4,\"parent_id\":\"1\"}"),
		   ZX_E_CORRUPT);
	assert_err(finish_with("{\"id\":\"1\",\"type\":0,\"parent_id\":\"2\"}",
			       "{\"id\":\"2\",\"type\":0}"),
		   ZX_E_CORRUPT);
	assert_err(finish_with("{\"id\":\"1\",\"type\":0,\"parent_id\":\"2\"}",
			       "{\"id\":\"2\",\"type\":4}"),
		   ZX_OK);
}

static void C15__more_items_than_a_server_can_have_are_refused(void **state)
{
	struct mem_store m = { 0 };
	struct zx_guild_writer *w = writer(&m, 1);
	char text[64];
	int err = 0, i;

	(void)state;
	for (i = 1; !err && i < 2000; i++) {
		snprintf(text, sizeof(text), "{\"id\":\"%d\"}", i);
		err = zx_guild_add(w, ZX_SECTION_ROLES, zx_str(text));
	}
	assert_err(err, ZX_E_LIMIT);
	assert_true(i < 1003);
	zx_guild_writer_free(w);
	mem_store_free(&m);
}

static void snapshot__every_flipped_bit_is_found(void **state)
{
	struct mem_store m = { 0 };
	struct zx_guild_writer *w = writer(&m, 0);
	struct zx_guild_store st = mem_store(&m);
	struct zx_guild_verified v;
	struct zx_guild_written out;
	struct zx_prng p;
	struct zx_rand r;

	(void)state;
	zx_prng_init(&p, 3);
	r = zx_prng_rand(&p);
	fill(w);
	members(w, 500, 0);
	finish(w, &out);
	assert_err(zx_guild_verify(out.manifest, out.hash, &st, NULL, &v, NULL,
				   NULL),
		   ZX_OK);
	assert_int_equal(v.parts, m.n + 1);
	for (int i = 0; i < 2000; i++) {
		struct mem_part *part = &m.v[zx_rand_below(&r, m.n)];
		size_t at = (size_t)zx_rand_below(&r, part->len);
		char bit = (char)(1 << zx_rand_below(&r, 8));

		part->data[at] ^= bit;
		assert_err(zx_guild_verify(out.manifest, out.hash, &st, NULL,
					   &v, NULL, NULL),
			   ZX_E_CORRUPT);
		assert_int_equal(v.damaged, 1);
		assert_memory_equal(v.first_hash, part->hash, ZX_HASH);
		part->data[at] ^= bit;
	}
	for (size_t i = 0; i < out.manifest.len * 8; i++) {
		char *p8 = (char *)(uintptr_t)out.manifest.ptr + i / 8;

		*p8 ^= (char)(1 << i % 8);
		assert_err(zx_guild_verify(out.manifest, out.hash, &st, NULL,
					   &v, NULL, NULL),
			   ZX_E_CORRUPT);
		*p8 ^= (char)(1 << i % 8);
	}
	zx_guild_writer_free(w);
	mem_store_free(&m);
}

static int feed(struct zx_str piece, void *ud)
{
	return zx_guild_parser_feed(ud, piece);
}

static void parse(struct zx_str doc, size_t split, const struct zx_rand *r,
		  unsigned char hash[ZX_HASH])
{
	struct mem_store m = { 0 };
	struct zx_guild_writer *w = writer(&m, 1);
	struct zx_guild_written out;
	struct zx_guild_parser *p;

	assert_err(zx_guild_parser_new(&p, w, NULL), ZX_OK);
	if (zx_test_split(doc, split, r, feed, p) || zx_guild_parser_end(p))
		fail_msg("%s", zx_guild_parser_error(p));
	finish(w, &out);
	memcpy(hash, out.hash, ZX_HASH);
	zx_guild_parser_free(p);
	zx_guild_writer_free(w);
	mem_store_free(&m);
}

static void parser__any_split_gives_the_same_snapshot(void **state)
{
	struct mem_store m = { 0 };
	struct zx_guild_writer *w = writer(&m, 0);
	struct zx_guild_written out;
	unsigned char hash[ZX_HASH];
	struct zx_buf doc, loose;
	struct zx_prng p;
	struct zx_rand r;

	(void)state;
	zx_prng_init(&p, 5);
	r = zx_prng_rand(&p);
	fill(w);
	members(w, 200, 0);
	finish(w, &out);
	document(&m, out.manifest, &doc);
	zx_buf_init(&loose, NULL, 0);
	assert_err(
		zx_canon_buf(zx_buf_str(&doc), ZX_CANON_INDENT, NULL, &loose),
		ZX_OK);
	for (size_t size = 1; size < 40; size++) {
		parse(zx_buf_str(&doc), size, NULL, hash);
		assert_memory_equal(hash, out.hash, ZX_HASH);
	}
	for (int i = 0; i < 40; i++) {
		parse(zx_buf_str(&loose), 0, &r, hash);
		assert_memory_equal(hash, out.hash, ZX_HASH);
	}
	zx_buf_release(&doc);
	zx_buf_release(&loose);
	zx_guild_writer_free(w);
	mem_store_free(&m);
}

static int parse_text(struct zx_str text)
{
	struct mem_store m = { 0 };
	struct zx_guild_writer *w = writer(&m, 1);
	struct zx_guild_parser *p;
	int err;

	assert_err(zx_guild_parser_new(&p, w, NULL), ZX_OK);
	err = zx_guild_parser_feed(p, text);
	if (!err)
		err = zx_guild_parser_end(p);
	if (err)
		assert_true(*zx_guild_parser_error(p));
	zx_guild_parser_free(p);
	zx_guild_writer_free(w);
	mem_store_free(&m);
	return err;
}

static void C15__hostile_documents_are_refused(void **state)
{
	(void)state;
	assert_err(parse_text(ZX_STR("{}")), ZX_OK);
	assert_err(parse_text(ZX_STR("")), ZX_E_SYNTAX);
	assert_err(parse_text(ZX_STR("[]")), ZX_E_SYNTAX);
	assert_err(parse_text(ZX_STR("{\"roles\":[{\"id\":\"1\"}")),
		   ZX_E_SYNTAX);
	assert_err(parse_text(ZX_STR("{\"roles\":{}}")), ZX_E_SYNTAX);
	assert_err(parse_text(ZX_STR("{\"roles\":[1]}")), ZX_E_SYNTAX);
	assert_err(parse_text(ZX_STR("{\"roles\":[{\"id\":1,}]}")),
		   ZX_E_SYNTAX);
	assert_err(parse_text(ZX_STR("{\"version\":999}")), ZX_E_VERSION);
	assert_err(parse_text(ZX_STR("{\"format\":\"zip\"}")), ZX_E_VERSION);
	assert_err(parse_text(ZX_STR("{\"images\":[{\"id\":\"1\",\"key\":\"k\","
				     "\"type\":\"t\",\"data\":\"%%%%\"}]}")),
		   ZX_E_SYNTAX);
	assert_err(parse_text(ZX_STR("{\"version\":1}x")), ZX_E_SYNTAX);
}

/* Every truncation of a document is told from the whole. */
static void parser__a_cut_document_is_refused(void **state)
{
	struct mem_store m = { 0 };
	struct zx_guild_writer *w = writer(&m, 0);
	struct zx_guild_written out;
	struct zx_buf doc;

	(void)state;
	fill(w);
	finish(w, &out);
	document(&m, out.manifest, &doc);
	for (size_t n = 0; n < doc.len; n++)
		assert_int_not_equal(parse_text((struct zx_str){ doc.ptr, n }),
				     ZX_OK);
	zx_buf_release(&doc);
	zx_guild_writer_free(w);
	mem_store_free(&m);
}

static int sink_put(const unsigned char hash[ZX_HASH], struct zx_str data,
		    void *ud)
{
	(void)hash;
	(void)data;
	(void)ud;
	return ZX_OK;
}

static int scenario(const struct zx_alloc *a, void *ud)
{
	static const char text[] =
		"{\"roles\":[{\"id\":\"2\",\"n\":1},{\"id\":\"1\"}],"
		"\"images\":[{\"id\":\"1\",\"key\":\"k\",\"type\":\"t\","
		"\"data\":\"QUJD\"}],\"members\":[{\"id\":\"9\",\"roles\":["
		"\"2\",\"1\"]}]}";
	struct zx_guild_writer_options o = ZX_GUILD_WRITER_OPTIONS_INIT;
	struct zx_guild_writer *w = NULL;
	struct zx_guild_parser *p = NULL;
	struct zx_guild_written out;
	int err;

	(void)ud;
	o.store.put = sink_put;
	o.guild = 1;
	o.strict = 1;
	o.alloc = a;
	err = zx_guild_writer_new(&w, &o);
	if (!err)
		err = zx_guild_parser_new(&p, w, a);
	if (!err)
		err = zx_guild_parser_feed(p, zx_str(text));
	if (!err)
		err = zx_guild_parser_end(p);
	if (!err)
		err = zx_guild_finish(w, &out);
	zx_guild_parser_free(p);
	zx_guild_writer_free(w);
	return err;
}

static void snapshot__survives_every_failed_allocation(void **state)
{
	(void)state;
	fail_alloc_each(scenario, NULL);
}

static void counts__every_kind_of_channel_is_one_of_its_own(void **state)
{
	static const struct {
		enum zx_section section;
		const char *item;
	} items[] = {
		{ ZX_SECTION_CHANNELS, "{\"type\":0}" },
		{ ZX_SECTION_CHANNELS, "{\"type\":2}" },
		{ ZX_SECTION_CHANNELS, "{\"type\":4}" },
		{ ZX_SECTION_CHANNELS, "{\"type\":5}" },
		{ ZX_SECTION_CHANNELS, "{\"type\":13}" },
		{ ZX_SECTION_CHANNELS, "{\"type\":15}" },
		{ ZX_SECTION_CHANNELS, "{\"type\":16}" },
		{ ZX_SECTION_ROLES, "{}" },
		{ ZX_SECTION_EMOJIS, "{}" },
		{ ZX_SECTION_STICKERS, "{}" },
		{ ZX_SECTION_WEBHOOKS, "{}" },
	};
	const struct zx_guild_counts want = {
		.text = 1,
		.voice = 1,
		.categories = 1,
		.announcement = 1,
		.stage = 1,
		.forum = 1,
		.media = 1,
		.roles = 1,
		.emojis = 1,
		.stickers = 1,
	};
	struct zx_guild_counts n = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(items) / sizeof(*items); i++)
		zx_guild_counts_add(&n, items[i].section,
				    zx_str(items[i].item));
	assert_memory_equal(&n, &want, sizeof(n));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			snapshot__document_is_canonical_and_has_no_secrets),
		cmocka_unit_test(snapshot__order_does_not_matter),
		cmocka_unit_test(
			snapshot__a_small_change_shares_nearly_everything),
		cmocka_unit_test(snapshot__members_and_objects_have_one_form),
		cmocka_unit_test(snapshot__misuse_is_refused),
		cmocka_unit_test(C15__doubles_and_cycles_are_refused),
		cmocka_unit_test(
			C15__more_items_than_a_server_can_have_are_refused),
		cmocka_unit_test(snapshot__every_flipped_bit_is_found),
		cmocka_unit_test(parser__any_split_gives_the_same_snapshot),
		cmocka_unit_test(C15__hostile_documents_are_refused),
		cmocka_unit_test(parser__a_cut_document_is_refused),
		cmocka_unit_test(snapshot__survives_every_failed_allocation),
		cmocka_unit_test(
			counts__every_kind_of_channel_is_one_of_its_own),
	};

	return cmocka_run_group_tests_name("snapshot", tests, NULL, NULL);
}
