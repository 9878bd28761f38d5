/* SPDX-License-Identifier: MIT
 *
 * log: levels, the cut at 512 bytes, and lines that stay one line.
 */
#include <wchar.h>

#include "helper/zx_test.h"

struct seen {
	int lines;
	enum zx_log_level level;
	char module[32];
	char text[600];
};

static void note(enum zx_log_level level, const char *module, const char *text,
		 void *ud)
{
	struct seen *s = ud;

	s->lines++;
	s->level = level;
	snprintf(s->module, sizeof(s->module), "%s", module);
	snprintf(s->text, sizeof(s->text), "%s", text);
}

static void log__without_a_sink_nothing_happens(void **state)
{
	struct zx_log none = { .max = ZX_LOG_DEBUG };

	(void)state;
	zx_logf(NULL, ZX_LOG_ERROR, "test", "%d", 1);
	zx_logf(&none, ZX_LOG_ERROR, "test", "%d", 1);
}

static void log__a_line_reaches_the_sink_with_level_and_module(void **state)
{
	struct seen s = { 0 };
	struct zx_log log = { note, &s, ZX_LOG_INFO };

	(void)state;
	zx_logf(&log, ZX_LOG_WARN, "gateway", "shard %d of %s", 3, "ten");
	assert_int_equal(s.lines, 1);
	assert_int_equal(s.level, ZX_LOG_WARN);
	assert_string_equal(s.module, "gateway");
	assert_string_equal(s.text, "shard 3 of ten");
	zx_logf(&log, ZX_LOG_INFO, "gateway", "%s", "");
	assert_int_equal(s.lines, 2);
	assert_string_equal(s.text, "");
}

static void log__levels_above_the_maximum_are_dropped(void **state)
{
	struct seen s = { 0 };
	struct zx_log log = { .line = note, .ud = &s };

	(void)state;
	zx_logf(&log, ZX_LOG_WARN, "test", "x");
	assert_int_equal(s.lines, 0);
	zx_logf(&log, ZX_LOG_ERROR, "test", "x");
	assert_int_equal(s.lines, 1);
	log.max = ZX_LOG_DEBUG;
	zx_logf(&log, ZX_LOG_DEBUG, "test", "x");
	assert_int_equal(s.lines, 2);
}

static void log__a_stranger_s_text_cannot_begin_a_line(void **state)
{
	struct seen s = { 0 };
	struct zx_log log = { note, &s, ZX_LOG_INFO };

	(void)state;
	zx_logf(&log, ZX_LOG_INFO, "test", "%s",
		"a\nb\r\x1b[31mc\x7f\td\xc3\xa4");
	assert_string_equal(s.text, "a b  [31mc  d\xc3\xa4");
}

static void log__long_lines_are_cut_at_512_bytes(void **state)
{
	struct seen s = { 0 };
	struct zx_log log = { note, &s, ZX_LOG_INFO };
	char text[600];
	size_t n;

	(void)state;
	for (n = 505; n < 520; n++) {
		memset(text, 'x', n);
		text[n] = '\0';
		zx_logf(&log, ZX_LOG_INFO, "test", "%s", text);
		assert_int_equal(strlen(s.text), n < 512 ? n : 512);
	}
}

static void log__one_byte_too_much_is_cut_as_well(void **state)
{
	struct seen s = { 0 };
	struct zx_log log = { note, &s, ZX_LOG_INFO };
	char text[514];

	(void)state;
	memset(text, 'x', sizeof(text));
	memcpy(text + 511, "\xc3\xa4", 3);
	zx_logf(&log, ZX_LOG_INFO, "test", "%s", text);
	assert_int_equal(strlen(s.text), 511);
	memcpy(text + 510, "\xc3\xa4", 3);
	zx_logf(&log, ZX_LOG_INFO, "test", "%s", text);
	assert_int_equal(strlen(s.text), 512);
}

static void log__a_line_that_cannot_be_formatted_is_dropped(void **state)
{
	struct seen s = { 0 };
	struct zx_log log = { note, &s, ZX_LOG_INFO };

	(void)state;
	zx_logf(&log, ZX_LOG_INFO, "test", "%lc", (wint_t)0x20ac);
	assert_int_equal(s.lines, 0);
}

static void log__a_cut_leaves_whole_characters(void **state)
{
	static const char *const letters[] = { "\xc3\xa4", "\xe2\x82\xac",
					       "\xf0\x9f\x98\x80" };
	struct seen s = { 0 };
	struct zx_log log = { note, &s, ZX_LOG_INFO };
	size_t l, shift;

	(void)state;
	for (l = 0; l < 3; l++) {
		for (shift = 0; shift < 4; shift++) {
			char text[1000] = "xxxx";
			size_t size = strlen(letters[l]), n = shift;

			while (n + size < sizeof(text)) {
				memcpy(text + n, letters[l], size + 1);
				n += size;
			}
			zx_logf(&log, ZX_LOG_INFO, "test", "%s", text);
			assert_true(zx_utf8_valid(zx_str(s.text)));
			assert_int_equal(strlen(s.text),
					 shift + (512 - shift) / size * size);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(log__without_a_sink_nothing_happens),
		cmocka_unit_test(
			log__a_line_reaches_the_sink_with_level_and_module),
		cmocka_unit_test(log__levels_above_the_maximum_are_dropped),
		cmocka_unit_test(log__a_stranger_s_text_cannot_begin_a_line),
		cmocka_unit_test(log__long_lines_are_cut_at_512_bytes),
		cmocka_unit_test(
			log__a_line_that_cannot_be_formatted_is_dropped),
		cmocka_unit_test(log__one_byte_too_much_is_cut_as_well),
		cmocka_unit_test(log__a_cut_leaves_whole_characters),
	};

	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
