/* SPDX-License-Identifier: MIT
 *
 * component: rows, buttons and selects inside the limits of
 * components/reference.mdx.
 */
#include "command/command_int.h"
#include "helper/zx_test.h"

static struct zx_str written(struct zx_message *m, struct zx_buf *out)
{
	zx_buf_init(out, NULL, 0);
	assert_err(zx_message_write(m, 0, out), ZX_OK);
	assert_err(zx_json_check(zx_buf_str(out), 0, NULL), ZX_OK);
	return zx_json_get(zx_buf_str(out), "components");
}

static void golden(struct zx_message *m, const char *want)
{
	struct zx_buf out;

	assert_str(written(m, &out), want);
	zx_buf_release(&out);
}

static size_t count(struct zx_str arr)
{
	struct zx_json_iter it = zx_json_each(arr);
	size_t n = 0;

	while (zx_json_next(&it))
		n++;
	return n;
}

static struct zx_str part(struct zx_str rows, size_t row, size_t i)
{
	return zx_json_index(
		zx_json_get(zx_json_index(rows, row), "components"), i);
}

static void component__buttons_and_selects_are_written(void **state)
{
	struct zx_message m;

	(void)state;
	zx_message_init(&m, NULL);
	zx_button(&m, ZX_BUTTON_DANGER, "del", "🗑", "Delete", 0);
	zx_button(&m, ZX_BUTTON_SECONDARY, "no", "<a:wave:123>", NULL, 1);
	zx_link_button(&m, "https://example.org/", NULL, "Docs");
	zx_select(&m, ZX_SELECT_STRING, "sel", "Choose", 1, 1, 0);
	zx_select_option(&m, "a", "A", "first", "name:456", 1);
	zx_select_option(&m, "b", "B", NULL, NULL, 0);
	zx_select(&m, ZX_SELECT_ROLE, "roles", NULL, 0, 5, 1);
	golden(&m,
	       "[{\"type\":1,\"components\":[{\"type\":2,\"style\":4,"
	       "\"custom_id\":\"del\",\"label\":\"Delete\",\"emoji\":{\"name\":"
	       "\"🗑\"}},{\"type\":2,\"style\":2,\"custom_id\":\"no\","
	       "\"emoji\":{\"name\":\"wave\",\"id\":\"123\"},\"disabled\":true}"
	       ",{\"type\":2,\"style\":5,\"url\":\"https://example.org/\","
	       "\"label\":\"Docs\"}]},{\"type\":1,\"components\":[{\"type\":3,"
	       "\"custom_id\":\"sel\",\"placeholder\":\"Choose\","
	       "\"min_values\":1,\"max_values\":1,\"options\":[{\"label\":"
	       "\"A\",\"value\":\"a\",\"description\":\"first\",\"emoji\":{"
	       "\"name\":\"name\",\"id\":\"456\"},\"default\":true},{\"label\":"
	       "\"B\",\"value\":\"b\"}]}]},{\"type\":1,\"components\":[{"
	       "\"type\":6,\"custom_id\":\"roles\",\"min_values\":0,"
	       "\"max_values\":5,\"disabled\":true}]}]");
	assert_string_equal(zx_message_cut(&m), "");
	zx_message_release(&m);
}

static void CO_02__five_rows_of_five_buttons_or_one_select(void **state)
{
	struct zx_message m;
	struct zx_buf out;
	struct zx_str rows;
	char id[16];
	size_t i;

	(void)state;
	zx_message_init(&m, NULL);
	for (i = 0; i < 25; i++) {
		snprintf(id, sizeof(id), "b%zu", i);
		zx_button(&m, ZX_BUTTON_PRIMARY, id, NULL, "x", 0);
	}
	assert_string_equal(zx_message_cut(&m), "");
	zx_button(&m, ZX_BUTTON_PRIMARY, "b25", NULL, "x", 0);
	zx_select(&m, ZX_SELECT_STRING, "s", NULL, 1, 1, 0);
	zx_select_option(&m, "dropped", "with it", NULL, NULL, 0);
	rows = written(&m, &out);
	assert_int_equal(count(rows), 5);
	for (i = 0; i < 5; i++) {
		assert_true(part(rows, i, 4).len > 0);
		assert_int_equal(part(rows, i, 5).len, 0);
	}
	assert_string_equal(zx_message_cut(&m), "2 components");
	assert_err(m.err, ZX_OK);
	zx_buf_release(&out);
	zx_message_release(&m);
}

static void CO_02__a_select_has_its_row_alone(void **state)
{
	struct zx_message m;
	struct zx_buf out;
	struct zx_str rows;

	(void)state;
	zx_message_init(&m, NULL);
	zx_button(&m, ZX_BUTTON_PRIMARY, "a", NULL, "x", 0);
	zx_select(&m, ZX_SELECT_USER, "s", NULL, 1, 1, 0);
	zx_button(&m, ZX_BUTTON_PRIMARY, "b", NULL, "x", 0);
	zx_row(&m);
	zx_row(&m);
	zx_button(&m, ZX_BUTTON_PRIMARY, "c", NULL, "x", 0);
	rows = written(&m, &out);
	assert_int_equal(count(rows), 4);
	assert_int_equal(part(rows, 1, 1).len, 0);
	zx_buf_release(&out);
	zx_message_release(&m);
}

static void CO_03__custom_ids_are_unique_and_at_most_100(void **state)
{
	struct zx_message m;
	struct zx_buf out;
	char id[120];
	struct zx_str rows;

	(void)state;
	memset(id, 'i', sizeof(id));
	id[101] = '\0';
	zx_message_init(&m, NULL);
	zx_button(&m, ZX_BUTTON_PRIMARY, "same", NULL, "x", 0);
	zx_button(&m, ZX_BUTTON_PRIMARY, "same", NULL, "y", 0);
	zx_button(&m, ZX_BUTTON_PRIMARY, "", NULL, "no id", 0);
	assert_string_equal(zx_message_cut(&m), "2 components");
	zx_button(&m, ZX_BUTTON_PRIMARY, id, NULL, "long", 0);
	rows = written(&m, &out);
	assert_int_equal(zx__units(zx_json_plain(
				 zx_json_get(part(rows, 0, 1), "custom_id"))),
			 100);
	zx_buf_release(&out);
	zx_message_release(&m);
}

/* label, placeholder, option label and description at n and n + 1 */
static void check_label(size_t n, size_t want)
{
	struct zx_message m;
	struct zx_buf out;
	char text[200];

	memset(text, 'l', n);
	text[n] = '\0';
	zx_message_init(&m, NULL);
	zx_button(&m, ZX_BUTTON_PRIMARY, "a", NULL, text, 0);
	assert_int_equal(zx__units(zx_json_plain(zx_json_get(
				 part(written(&m, &out), 0, 0), "label"))),
			 want);
	assert_string_equal(zx_message_cut(&m), n > want ? "1 text" : "");
	zx_buf_release(&out);
	zx_message_release(&m);
}

static void check_select(size_t n, size_t placeholder, size_t option)
{
	struct zx_message m;
	struct zx_buf out;
	struct zx_str p, o;
	char text[200];

	memset(text, 'p', n);
	text[n] = '\0';
	zx_message_init(&m, NULL);
	zx_select(&m, ZX_SELECT_STRING, "s", text, 1, 1, 0);
	zx_select_option(&m, text, text, text, NULL, 0);
	p = part(written(&m, &out), 0, 0);
	o = zx_json_index(zx_json_get(p, "options"), 0);
	assert_int_equal(
		zx__units(zx_json_plain(zx_json_get(p, "placeholder"))),
		placeholder);
	assert_int_equal(zx__units(zx_json_plain(zx_json_get(o, "label"))),
			 option);
	assert_int_equal(zx__units(zx_json_plain(zx_json_get(o, "value"))),
			 option);
	assert_int_equal(
		zx__units(zx_json_plain(zx_json_get(o, "description"))),
		option);
	zx_buf_release(&out);
	zx_message_release(&m);
}

static void CO_03__a_label_has_80_characters(void **state)
{
	(void)state;
	check_label(80, 80);
	check_label(81, 80);
}

static void CO_04__select_texts_have_their_limits(void **state)
{
	(void)state;
	check_select(100, 100, 100);
	check_select(101, 101, 100);
	check_select(150, 150, 100);
	check_select(151, 150, 100);
}

static void CO_04__options_over_25_are_counted_in_the_placeholder(void **state)
{
	struct zx_message m;
	struct zx_buf out;
	struct zx_str p;
	char id[16];
	int i;

	(void)state;
	zx_message_init(&m, NULL);
	zx_select(&m, ZX_SELECT_STRING, "s", "Choose", 1, 40, 0);
	for (i = 0; i < 40; i++) {
		snprintf(id, sizeof(id), "o%d", i);
		zx_select_option(&m, id, id, NULL, NULL, 1);
	}
	p = part(written(&m, &out), 0, 0);
	assert_int_equal(count(zx_json_get(p, "options")), 25);
	assert_true(
		zx_json_is(zx_json_get(p, "placeholder"), "Choose (25 of 40)"));
	assert_int_equal(zx_json_get_u64(p, "max_values"), 25);
	assert_string_equal(zx_message_cut(&m), "15 options");
	zx_buf_release(&out);
	zx_message_release(&m);
}

static void CO_04__a_select_without_options_is_shown_disabled(void **state)
{
	struct zx_message m;

	(void)state;
	zx_message_init(&m, NULL);
	zx_select(&m, ZX_SELECT_STRING, "s", NULL, 3, 9, 0);
	golden(&m, "[{\"type\":1,\"components\":[{\"type\":3,\"custom_id\":"
		   "\"s\",\"min_values\":1,\"max_values\":1,\"options\":[{"
		   "\"label\":\"—\",\"value\":\"-\"}],\"disabled\":true}]}]");
	zx_message_release(&m);
}

static void CO_04__no_more_defaults_than_may_be_chosen(void **state)
{
	struct zx_message m;
	struct zx_buf out;
	struct zx_str p;
	const char *first;

	(void)state;
	zx_message_init(&m, NULL);
	zx_select(&m, ZX_SELECT_STRING, "s", NULL, 1, 1, 0);
	zx_select_option(&m, "a", "a", NULL, NULL, 1);
	zx_select_option(&m, "b", "b", NULL, NULL, 1);
	zx_select_option(&m, "b", "twice", NULL, NULL, 1);
	p = part(written(&m, &out), 0, 0);
	assert_int_equal(count(zx_json_get(p, "options")), 2);
	first = strstr(out.ptr, "\"default\"");
	assert_non_null(first);
	assert_null(strstr(first + 1, "\"default\""));
	zx_buf_release(&out);
	zx_message_release(&m);
}

static void component__an_option_needs_a_string_select(void **state)
{
	struct zx_message m;

	(void)state;
	zx_message_init(&m, NULL);
	zx_select_option(&m, "v", "l", NULL, NULL, 0);
	assert_err(m.err, ZX_E_STATE);
	zx_message_clear(&m);
	zx_select(&m, ZX_SELECT_USER, "s", NULL, 1, 1, 0);
	zx_select_option(&m, "v", "l", NULL, NULL, 0);
	assert_err(m.err, ZX_E_STATE);
	zx_message_release(&m);
}

static void component__links_are_https_and_short_enough(void **state)
{
	struct zx_message m;
	struct zx_buf out;
	char url[600] = "https://e/";

	(void)state;
	memset(url + 10, 'u', 502);
	url[512] = '\0';
	zx_message_init(&m, NULL);
	zx_link_button(&m, url, NULL, "fits");
	url[512] = 'u';
	zx_link_button(&m, url, NULL, "too long");
	zx_link_button(&m, "ftp://e/", NULL, "other scheme");
	zx_link_button(&m, "https://other/", NULL, NULL);
	assert_int_equal(count(zx_json_get(zx_json_index(written(&m, &out), 0),
					   "components")),
			 2);
	assert_string_equal(zx_message_cut(&m), "2 components");
	zx_buf_release(&out);
	zx_message_release(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(component__buttons_and_selects_are_written),
		cmocka_unit_test(
			CO_02__five_rows_of_five_buttons_or_one_select),
		cmocka_unit_test(CO_02__a_select_has_its_row_alone),
		cmocka_unit_test(CO_03__custom_ids_are_unique_and_at_most_100),
		cmocka_unit_test(CO_03__a_label_has_80_characters),
		cmocka_unit_test(CO_04__select_texts_have_their_limits),
		cmocka_unit_test(
			CO_04__options_over_25_are_counted_in_the_placeholder),
		cmocka_unit_test(
			CO_04__a_select_without_options_is_shown_disabled),
		cmocka_unit_test(CO_04__no_more_defaults_than_may_be_chosen),
		cmocka_unit_test(component__an_option_needs_a_string_select),
		cmocka_unit_test(component__links_are_https_and_short_enough),
	};

	return cmocka_run_group_tests_name("component", tests, NULL, NULL);
}
