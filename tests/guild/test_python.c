/* SPDX-License-Identifier: MIT
 *
 * Files of the Python framework: read, kept byte for byte, and made anew.
 */
#include <stdio.h>

#include "helper/mem_store.h"
#include "helper/zx_test.h"
#include "zoryx/python.h"

struct import {
	struct mem_store m;
	struct zx_guild_writer *w;
	struct zx_guild_store st;
	struct zx_guild_written out;
	struct zx_guild_reader r;
	char why[128];
};

static int import(struct import *im, struct zx_str file)
{
	struct zx_guild_writer_options o = ZX_GUILD_WRITER_OPTIONS_INIT;
	struct zx_python_snapshot s;
	int err;

	memset(im, 0, sizeof(*im));
	im->st = o.store = mem_store(&im->m);
	o.strict = 1;
	err = zx_python_inspect(file, NULL, &s, im->why);
	if (err)
		return err;
	o.guild = s.guild;
	o.captured_at = s.captured_at;
	assert_err(zx_guild_writer_new(&im->w, &o), ZX_OK);
	err = zx_python_read(file, im->w, NULL, im->why);
	if (!err)
		err = zx_guild_finish(im->w, &im->out);
	if (!err)
		err = zx_guild_open(&im->r, im->out.manifest, &im->st, NULL);
	return err;
}

static void release(struct import *im)
{
	zx_guild_writer_free(im->w);
	mem_store_free(&im->m);
}

static struct zx_str golden(void)
{
	return mem_file("tests/guild/data/0123456789ab.json");
}

static void python__an_imported_file_is_exported_byte_for_byte(void **state)
{
	struct zx_str file = golden();
	struct import im;
	struct zx_buf b;

	(void)state;
	assert_err(import(&im, file), ZX_OK);
	zx_buf_init(&b, NULL, 0);
	assert_err(zx_python_write(&im.r, mem_append, &b), ZX_OK);
	assert_int_equal(b.len, file.len);
	assert_memory_equal(b.ptr, file.ptr, file.len);
	zx_buf_release(&b);
	free((void *)(uintptr_t)file.ptr);
	release(&im);
}

static void python__its_words_become_discords(void **state)
{
	static const char *const want[] = {
		"{\"color\":5793266,\"hoist\":true,\"id\":"
		"\"1000000000000000001\",\"mentionable\":true,\"name\":"
		"\"M\xc3\xb6"
		"d \\\"A\\\"\\\\/\",\"permissions\":\"1099511635968\","
		"\"position\":2}",
		"\"permission_overwrites\":[{\"allow\":\"0\",\"deny\":\"1024\","
		"\"id\":\"1000000000000000000\",\"type\":0},{\"allow\":"
		"\"3072\",\"deny\":\"0\",\"id\":\"1000000000000000001\","
		"\"type\":0}]",
		"\"members\":[{\"id\":\"200000000000000001\",\"name\":"
		"\"alice\",\"roles\":[\"1000000000000000001\","
		"\"1000000000000000002\"]}]",
		"\"bot\":[{\"mention_prefix\":true,\"prefix\":null}]",
		"\"icon\":\"a\"",
		"\"key\":\"emojis/21\""
	};
	struct zx_str file = golden();
	struct import im;
	struct zx_buf b;

	(void)state;
	assert_err(import(&im, file), ZX_OK);
	assert_int_equal(im.out.counts.roles, 2);
	assert_int_equal(im.out.counts.stage, 1);
	assert_int_equal(im.out.counts.images, 3);
	zx_buf_init(&b, NULL, 0);
	assert_err(zx_guild_document(&im.r, mem_append, &b), ZX_OK);
	for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++)
		if (!strstr(zx_buf_cstr(&b), want[i]))
			fail_msg("no %s in\n%s", want[i], zx_buf_cstr(&b));
	zx_buf_release(&b);
	free((void *)(uintptr_t)file.ptr);
	release(&im);
}

/* The same file made from the converted parts, without the original's bytes:
 * only what never was in our form may differ. */
static void python__a_file_made_anew_says_the_same(void **state)
{
	struct zx_str file = golden();
	struct import im;
	struct zx_buf b;
	struct zx_str made, was;
	static const char *const same[] = { "version",	      "categories",
					    "text_channels",  "voice_channels",
					    "forum_channels", "stage_channels",
					    "roles",	      "emojis",
					    "member_roles",   "server_settings",
					    "bot_settings" };

	(void)state;
	assert_err(import(&im, file), ZX_OK);
	im.r.section[ZX_SECTION_RAW].count = 0;
	zx_buf_init(&b, NULL, 0);
	assert_err(zx_python_write(&im.r, mem_append, &b), ZX_OK);
	for (size_t i = 0; i < sizeof(same) / sizeof(*same); i++) {
		made = zx_json_get(zx_buf_str(&b), same[i]);
		was = zx_json_get(file, same[i]);
		if (!zx_str_eq(made, was))
			fail_msg("%s: %.*s, not %.*s", same[i], ZX_ARG(made),
				 ZX_ARG(was));
	}
	zx_buf_release(&b);
	free((void *)(uintptr_t)file.ptr);
	release(&im);
}

static void python__snapshots_without_images_are_read(void **state)
{
	static const char v210[] =
		"{\"version\":\"2.1.0\",\"captured_at\":\"2025-01-02T03:04:05\""
		",\"guild\":{\"id\":7,\"name\":\"g\"},\"roles\":[],\"emojis\":"
		"[{\"id\":9223372036854775809,\"name\":\"e\"}],\"stickers\":"
		"[{\"id\":3,\"name\":\"s\",\"description\":null,\"emoji\":"
		"\"x\"}]}";
	struct import im;

	(void)state;
	assert_err(import(&im, zx_str(v210)), ZX_OK);
	assert_int_equal(im.r.captured_at, 1735787045000);
	assert_int_equal(im.r.guild, 7);
	assert_int_equal(im.out.counts.emojis, 1);
	assert_int_equal(im.out.counts.images, 0);
	release(&im);
}

static void refused(const char *file, int err, const char *why)
{
	struct import im;

	assert_err(import(&im, zx_str(file)), err);
	if (!strstr(im.why, why))
		fail_msg("\"%s\" does not say \"%s\"", im.why, why);
	release(&im);
}

#define HEAD                                                                   \
	"{\"version\":\"2.2.0\",\"captured_at\":\"2025-01-02T03:04:05\","      \
	"\"guild\":{\"id\":7},"

static void C15__hostile_files_are_refused_with_a_reason(void **state)
{
	(void)state;
	refused("", ZX_E_SYNTAX, "no JSON");
	refused("[]", ZX_E_SYNTAX, "no JSON object");
	refused("{\"version\":\"999\"}", ZX_E_VERSION, "999");
	refused("{\"version\":\"2.2.0\"}", ZX_E_INVALID, "which server");
	refused(HEAD "\"roles\":{}}", ZX_E_INVALID, "roles is no list");
	refused(HEAD "\"roles\":[3]}", ZX_E_INVALID, "no object");
	refused(HEAD "\"roles\":[{\"id\":-1}]}", ZX_E_RANGE, "roles");
	refused(HEAD "\"roles\":[{\"id\":1,\"permissions_value\":1e3}]}",
		ZX_E_RANGE, "roles");
	refused(HEAD "\"emojis\":[{\"id\":1,\"image_b64\":\"!!!!\"}]}",
		ZX_E_SYNTAX, "emojis");
	refused(HEAD "\"member_roles\":[{\"user_id\":1,\"role_ids\":[]},"
		     "{\"user_id\":1,\"role_ids\":[]}]}",
		ZX_E_EXISTS, "member");
	refused(HEAD "\"roles\":[{\"id\":1},{\"id\":1}]}", ZX_E_EXISTS, "");
	refused(HEAD "\"categories\":[{\"id\":1,\"category_id\":1}]}",
		ZX_E_CORRUPT, "");
}

static void C15__a_million_roles_are_refused(void **state)
{
	struct import im;
	struct zx_buf b;

	(void)state;
	zx_buf_init(&b, NULL, 0);
	zx_buf_addc(&b, HEAD "\"roles\":[{\"id\":0}");
	for (int i = 1; i < 1000000; i++)
		zx_buf_addf(&b, ",{\"id\":%d}", i);
	zx_buf_addc(&b, "]}");
	assert_err(import(&im, zx_buf_str(&b)), ZX_E_LIMIT);
	assert_int_equal(im.m.puts, 0);
	zx_buf_release(&b);
	release(&im);
}

static int entry(const struct zx_python_entry *e, const char *why, void *ud)
{
	struct zx_buf *b = ud;

	if (!e)
		zx_buf_addf(b, "(%s)", why);
	else if (zx_python_entry_write(b, e, NULL, ZX_STR("")))
		return b->err;
	zx_buf_addch(b, '\n');
	return b->err;
}

static void python__the_index_is_kept_with_keys_nobody_knows(void **state)
{
	static const char text[] =
		"[{\"id\":\"0123456789ab\",\"label\":\"L\",\"timestamp\":"
		"\"2026-02-18T12:34:56.123456+00:00\",\"author_id\":"
		"200000000000000001,\"checksum\":\"92e8ccf1c09cc6fd\","
		"\"pinned\":true,\"mine\":1.50},{\"id\":\"../../etc/x\"},7]";
	struct zx_buf b;

	(void)state;
	zx_buf_init(&b, NULL, 0);
	assert_err(zx_python_index(zx_str(text), entry, &b), ZX_OK);
	assert_str(zx_buf_str(&b),
		   "{\"id\":\"0123456789ab\",\"label\":\"L\",\"timestamp\":"
		   "\"2026-02-18T12:34:56.123456+00:00\",\"author_id\":"
		   "200000000000000001,\"checksum\":\"92e8ccf1c09cc6fd\","
		   "\"pinned\":true,\"mine\":1.50}\n"
		   "(an id that is not 12 hexadecimal digits)\n"
		   "(an entry that is no object)\n");
	zx_buf_clear(&b);
	assert_err(zx_python_index(ZX_STR("{}"), entry, &b), ZX_E_SYNTAX);
	assert_err(zx_python_index(ZX_STR("[{"), entry, &b), ZX_E_SYNTAX);
	zx_buf_release(&b);
}

static void python__a_new_entry_has_the_originals_keys(void **state)
{
	struct zx_python_entry e = { .id = "0123456789ab",
				     .label = ZX_STR("\"L\""),
				     .timestamp = 1771418096000,
				     .author = 5,
				     .checksum = "92e8ccf1c09cc6fd",
				     .size_bytes = 2486,
				     .automatic = 1 };
	struct zx_guild_counts n = {
		.roles = 1, .text = 2, .announcement = 1, .members = 9
	};
	struct zx_buf b;

	(void)state;
	zx_buf_init(&b, NULL, 0);
	assert_err(zx_python_entry_write(&b, &e, &n, ZX_STR("\"G\"")), ZX_OK);
	assert_str(zx_buf_str(&b),
		   "{\"id\":\"0123456789ab\",\"label\":\"L\",\"timestamp\":"
		   "\"2026-02-18T12:34:56+00:00\",\"author_id\":5,\"checksum\":"
		   "\"92e8ccf1c09cc6fd\",\"size_bytes\":2486,\"pinned\":false,"
		   "\"notes\":\"\",\"version\":\"2.2.0\",\"auto_backup\":true,"
		   "\"roles_count\":1,\"categories_count\":0,"
		   "\"text_channels_count\":3,\"voice_channels_count\":0,"
		   "\"forum_channels_count\":0,\"stage_channels_count\":0,"
		   "\"emojis_count\":0,\"stickers_count\":0,"
		   "\"member_roles_count\":0,\"guild_name\":\"G\","
		   "\"member_count\":9}");
	zx_buf_release(&b);
}

static int audit(const struct zx_python_audit *e, const char *why, void *ud)
{
	struct zx_buf *b = ud;

	if (e)
		zx_python_audit_write(b, e);
	else
		zx_buf_addf(b, "(%s)", why);
	zx_buf_addch(b, '\n');
	return b->err;
}

static void python__audit_log_and_schedule_round_trip(void **state)
{
	static const char log[] =
		"[{\"timestamp\":\"2026-02-18T12:34:56\",\"action\":\"create\","
		"\"user_id\":5,\"backup_id\":\"0123456789ab\",\"details\":"
		"\"Label: \\u2014\"},{\"timestamp\":"
		"\"2026-02-18T12:34:56+00:00\",\"action\":\"schedule\","
		"\"user_id\":0,\"backup_id\":null,\"details\":\"Disabled\"},"
		"{\"action\":\"x\"}]";
	struct zx_backup_plan p;
	struct zx_buf b;

	(void)state;
	zx_buf_init(&b, NULL, 0);
	assert_err(zx_python_audit(zx_str(log), audit, &b), ZX_OK);
	assert_str(zx_buf_str(&b),
		   "{\"timestamp\":\"2026-02-18T12:34:56+00:00\",\"action\":"
		   "\"create\",\"user_id\":5,\"backup_id\":\"0123456789ab\","
		   "\"details\":\"Label: \\u2014\"}\n"
		   "{\"timestamp\":\"2026-02-18T12:34:56+00:00\",\"action\":"
		   "\"schedule\",\"user_id\":0,\"backup_id\":null,\"details\":"
		   "\"Disabled\"}\n(a time that cannot be read)\n");
	zx_buf_clear(&b);
	assert_err(zx_python_schedule(
			   ZX_STR("{\"enabled\":true,\"interval_hours\":24,"
				  "\"last_auto_backup\":"
				  "\"2026-02-18T12:34:56+00:00\"}"),
			   &p),
		   ZX_OK);
	assert_int_equal(p.hours, 24);
	zx_python_schedule_write(&b, &p);
	assert_str(zx_buf_str(&b),
		   "{\"enabled\":true,\"interval_hours\":24,"
		   "\"last_auto_backup\":\"2026-02-18T12:34:56+00:00\"}");
	assert_err(zx_python_schedule(ZX_STR("[]"), &p), ZX_E_SYNTAX);
	zx_buf_release(&b);
}

static int nothing(const unsigned char h[ZX_HASH], struct zx_str d, void *ud)
{
	(void)h;
	(void)d;
	(void)ud;
	return ZX_OK;
}

static int scenario(const struct zx_alloc *a, void *ud)
{
	struct zx_str *file = ud;
	struct zx_guild_writer_options o = ZX_GUILD_WRITER_OPTIONS_INIT;
	struct zx_guild_writer *w = NULL;
	struct zx_python_snapshot s;
	struct zx_guild_written out;
	char why[128];
	int err = zx_python_inspect(*file, a, &s, why);

	o.store.put = nothing;
	o.alloc = a;
	if (!err)
		err = zx_guild_writer_new(&w, &o);
	if (!err)
		err = zx_python_read(*file, w, a, why);
	if (!err)
		err = zx_guild_finish(w, &out);
	zx_guild_writer_free(w);
	return err;
}

static void python__survives_every_failed_allocation(void **state)
{
	struct zx_str file = golden();

	(void)state;
	fail_alloc_each(scenario, &file);
	free((void *)(uintptr_t)file.ptr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			python__an_imported_file_is_exported_byte_for_byte),
		cmocka_unit_test(python__its_words_become_discords),
		cmocka_unit_test(python__a_file_made_anew_says_the_same),
		cmocka_unit_test(python__snapshots_without_images_are_read),
		cmocka_unit_test(C15__hostile_files_are_refused_with_a_reason),
		cmocka_unit_test(C15__a_million_roles_are_refused),
		cmocka_unit_test(
			python__the_index_is_kept_with_keys_nobody_knows),
		cmocka_unit_test(python__a_new_entry_has_the_originals_keys),
		cmocka_unit_test(python__audit_log_and_schedule_round_trip),
		cmocka_unit_test(python__survives_every_failed_allocation),
	};

	return cmocka_run_group_tests_name("python", tests, NULL, NULL);
}
