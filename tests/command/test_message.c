/* SPDX-License-Identifier: MIT
 *
 * message and embed: what is written, and that it stays inside the limits of
 * resources/message.mdx whatever is put in.
 */
#include "command/command_int.h"
#include "helper/zx_test.h"

static char *repeat(const char *unit, size_t n)
{
	size_t len = strlen(unit), i;
	char *s = malloc(len * n + 1);

	assert_non_null(s);
	for (i = 0; i < n; i++)
		memcpy(s + i * len, unit, len);
	s[len * n] = '\0';
	return s;
}

/* The written message, in `out`, which the caller releases. */
static struct zx_str written(struct zx_message *m, int edit, struct zx_buf *out)
{
	zx_buf_init(out, NULL, 0);
	assert_err(zx_message_write(m, edit, out), ZX_OK);
	assert_err(zx_json_check(zx_buf_str(out), 0, NULL), ZX_OK);
	return zx_buf_str(out);
}

static void golden(struct zx_message *m, int edit, const char *want)
{
	struct zx_buf out;

	assert_str(written(m, edit, &out), want);
	zx_buf_release(&out);
}

#define NOBODY "\"allowed_mentions\":{\"parse\":[]}"
#define NOTHING "\xe2\x80\x8b"

static void IN_11__nobody_is_pinged_unless_named(void **state)
{
	struct zx_message m;
	uint64_t i;
	struct zx_buf out;
	struct zx_str users;

	(void)state;
	zx_message_init(&m, NULL);
	zx_say(&m, "hi @everyone");
	golden(&m, 0, "{\"content\":\"hi @everyone\"," NOBODY "}");
	zx_message_ping_user(&m, 5);
	zx_message_ping_user(&m, 5);
	zx_message_ping_role(&m, 6);
	golden(&m, 0,
	       "{\"content\":\"hi @everyone\",\"allowed_mentions\":{\"parse\":"
	       "[],\"users\":[\"5\"],\"roles\":[\"6\"]}}");
	for (i = 0; i < 120; i++)
		zx_message_ping_user(&m, 1000 + i);
	users = zx_json_at(written(&m, 0, &out), "allowed_mentions.users");
	assert_true(zx_json_index(users, 99).len > 0);
	assert_int_equal(zx_json_index(users, 100).len, 0);
	assert_string_equal(zx_message_cut(&m), "21 mentions");
	zx_buf_release(&out);
	zx_message_release(&m);
}

static void message__an_embed_is_written_in_full(void **state)
{
	struct zx_message m;

	(void)state;
	zx_message_init(&m, NULL);
	zx_embed(&m, ZX_COLOR_BLURPLE, "Title %d", 1);
	zx_embed_url(&m, "https://example.org/");
	zx_embed_text(&m, "one");
	zx_embed_text(&m, " two");
	zx_embed_field(&m, 1, "Name", "%s", "va\"lue");
	zx_embed_field(&m, 0, "Other", "x");
	zx_embed_author(&m, "https://example.org/i.png", "me");
	zx_embed_footer(&m, "foot");
	zx_embed_thumbnail(&m, "https://example.org/t.png");
	zx_embed_image(&m, "attachment://a.png");
	zx_embed_time(&m, 1700000000123);
	golden(&m, 0,
	       "{\"embeds\":[{\"title\":\"Title 1\",\"url\":"
	       "\"https://example.org/\",\"color\":5793266,\"author\":{"
	       "\"name\":\"me\",\"icon_url\":\"https://example.org/i.png\"},"
	       "\"footer\":{\"text\":\"foot\"},\"description\":\"one two\","
	       "\"fields\":[{\"name\":\"Name\",\"value\":\"va\\\"lue\","
	       "\"inline\":true},{\"name\":\"Other\",\"value\":\"x\"}],"
	       "\"thumbnail\":{\"url\":\"https://example.org/t.png\"},"
	       "\"image\":{\"url\":\"attachment://a.png\"},"
	       "\"timestamp\":\"2023-11-14T22:13:20.123Z\"}]," NOBODY "}");
	assert_string_equal(zx_message_cut(&m), "");
	zx_message_release(&m);
}

static void MS_patch__an_edit_names_every_part(void **state)
{
	struct zx_message m;

	(void)state;
	zx_message_init(&m, NULL);
	zx_embed(&m, 1, "t");
	zx_message_reply_to(&m, 9);
	golden(&m, 1,
	       "{\"content\":\"\",\"embeds\":[{\"title\":\"t\",\"color\":1}],"
	       "\"components\":[],\"attachments\":[]," NOBODY "}");
	golden(&m, 0,
	       "{\"embeds\":[{\"title\":\"t\",\"color\":1}]," NOBODY
	       ",\"message_reference\":{\"message_id\":\"9\","
	       "\"fail_if_not_exists\":false}}");
	zx_message_release(&m);
}

static void message__nothing_is_still_a_message(void **state)
{
	struct zx_message m;

	(void)state;
	zx_message_init(&m, NULL);
	golden(&m, 0, "{\"content\":\"" NOTHING "\"," NOBODY "}");
	zx_say(&m, " \n ");
	golden(&m, 0, "{\"content\":\"" NOTHING "\"," NOBODY "}");
	zx_message_clear(&m);
	zx_embed(&m, 0x1234567, "%s", "");
	zx_embed_field(&m, 0, "", "%s", "");
	golden(&m, 0,
	       "{\"embeds\":[{\"color\":2311527,\"fields\":[{\"name\":"
	       "\"" NOTHING "\",\"value\":\"" NOTHING "\"}]}]," NOBODY "}");
	zx_message_clear(&m);
	zx_embed(&m, 0, "%s", "");
	golden(&m, 0,
	       "{\"embeds\":[{\"color\":0,\"description\":\"" NOTHING
	       "\"}]," NOBODY "}");
	zx_message_release(&m);
}

static void message__flags_of_a_channel_message(void **state)
{
	struct zx_message m;

	(void)state;
	zx_message_init(&m, NULL);
	zx_say(&m, "x");
	zx_message_flags(&m, ZX_MESSAGE_EPHEMERAL | ZX_MESSAGE_SILENT);
	zx_message_flags(&m, ZX_MESSAGE_NO_EMBEDS);
	golden(&m, 0, "{\"content\":\"x\"," NOBODY ",\"flags\":4100}");
	golden(&m, 1,
	       "{\"content\":\"x\",\"embeds\":[],\"components\":[],"
	       "\"attachments\":[]," NOBODY ",\"flags\":4}");
	zx_message_release(&m);
}

static void MS_attachments__are_copied_and_at_most_ten(void **state)
{
	struct zx_message m;
	const struct zx_file *files;
	char data[] = "abc";
	struct zx_buf out;
	int i;

	(void)state;
	zx_message_init(&m, NULL);
	assert_int_equal(zx_message_files(&m, &files), 0);
	for (i = 0; i < 11; i++)
		zx_attach(&m, "a.txt", i ? NULL : "text/plain",
			  (struct zx_str){ data, 3 });
	memset(data, 'x', 3);
	assert_int_equal(zx_message_files(&m, &files), 10);
	assert_string_equal(files[0].name, "a.txt");
	assert_string_equal(files[0].content_type, "text/plain");
	assert_null(files[1].content_type);
	assert_str(files[9].data, "abc");
	assert_string_equal(zx_message_cut(&m), "1 file");
	assert_true(zx_json_index(
			    zx_json_get(written(&m, 0, &out), "attachments"), 9)
			    .len > 0);
	zx_buf_release(&out);
	zx_message_release(&m);
}

/* One row: a part, its limit, how to set it, where it is found again. */
static void set_content(struct zx_message *m, const char *s)
{
	zx_say(m, "%s", s);
}
static void set_title(struct zx_message *m, const char *s)
{
	zx_embed(m, 1, "%s", s);
}
static void set_text(struct zx_message *m, const char *s)
{
	zx_embed(m, 1, "t");
	zx_embed_text(m, "%s", s);
}
static void set_field_name(struct zx_message *m, const char *s)
{
	zx_embed(m, 1, "t");
	zx_embed_field(m, 0, s, "v");
}
static void set_field_value(struct zx_message *m, const char *s)
{
	zx_embed(m, 1, "t");
	zx_embed_field(m, 0, "n", "%s", s);
}
static void set_footer(struct zx_message *m, const char *s)
{
	zx_embed(m, 1, "t");
	zx_embed_footer(m, "%s", s);
}
static void set_author(struct zx_message *m, const char *s)
{
	zx_embed(m, 1, "t");
	zx_embed_author(m, NULL, "%s", s);
}

static struct zx_str embed0(struct zx_str body)
{
	return zx_json_index(zx_json_get(body, "embeds"), 0);
}
static struct zx_str get_content(struct zx_str b)
{
	return zx_json_get(b, "content");
}
static struct zx_str get_title(struct zx_str b)
{
	return zx_json_get(embed0(b), "title");
}
static struct zx_str get_text(struct zx_str b)
{
	return zx_json_get(embed0(b), "description");
}
static struct zx_str get_field_name(struct zx_str b)
{
	return zx_json_get(zx_json_index(zx_json_get(embed0(b), "fields"), 0),
			   "name");
}
static struct zx_str get_field_value(struct zx_str b)
{
	return zx_json_get(zx_json_index(zx_json_get(embed0(b), "fields"), 0),
			   "value");
}
static struct zx_str get_footer(struct zx_str b)
{
	return zx_json_at(embed0(b), "footer.text");
}
static struct zx_str get_author(struct zx_str b)
{
	return zx_json_at(embed0(b), "author.name");
}

struct limit {
	size_t limit;
	void (*set)(struct zx_message *m, const char *s);
	struct zx_str (*get)(struct zx_str body);
};

enum { CONTENT, TITLE, TEXT, FIELD_NAME, FIELD_VALUE, FOOTER, AUTHOR };

static const struct limit limits[] = {
	[CONTENT] = { 2000, set_content, get_content },
	[TITLE] = { 256, set_title, get_title },
	[TEXT] = { 4096, set_text, get_text },
	[FIELD_NAME] = { 256, set_field_name, get_field_name },
	[FIELD_VALUE] = { 1024, set_field_value, get_field_value },
	[FOOTER] = { 2048, set_footer, get_footer },
	[AUTHOR] = { 256, set_author, get_author },
};

/* Sets `n` units of `unit` and returns the units that were written. */
static size_t units_written(const struct limit *l, const char *unit, size_t n,
			    int *whole)
{
	struct zx_message m;
	struct zx_buf out, text;
	char *s = repeat(unit, n);
	size_t units;

	zx_message_init(&m, NULL);
	l->set(&m, s);
	zx_buf_init(&text, NULL, 0);
	assert_err(zx_json_text(l->get(written(&m, 0, &out)), &text), ZX_OK);
	*whole = zx_str_is(zx_buf_str(&text), s);
	units = zx__units(zx_buf_str(&text));
	assert_int_equal(!*whole, strcmp(zx_message_cut(&m), "") != 0);
	zx_buf_release(&out);
	zx_buf_release(&text);
	zx_message_release(&m);
	free(s);
	return units;
}

/* Whole at the limit, visibly cut one above, in whatever characters. */
static void one_limit(void **state)
{
	const struct limit *l = *state;
	int whole;

	assert_int_equal(units_written(l, "x", l->limit, &whole), l->limit);
	assert_true(whole);
	assert_int_equal(units_written(l, "x", l->limit + 1, &whole), l->limit);
	assert_false(whole);
	units_written(l, "😀", l->limit / 2, &whole);
	assert_true(whole);
	assert_true(units_written(l, "😀", l->limit / 2 + 1, &whole) <=
		    l->limit);
	assert_false(whole);
	units_written(l, "x", 100000, &whole);
	assert_false(whole);
}

static size_t count(struct zx_str arr)
{
	struct zx_json_iter it = zx_json_each(arr);
	size_t n = 0;

	while (zx_json_next(&it))
		n++;
	return n;
}

static void MS_fields__the_26th_becomes_a_number(void **state)
{
	struct zx_message m;
	struct zx_buf out;
	struct zx_str fields;
	int i;

	(void)state;
	zx_message_init(&m, NULL);
	zx_embed(&m, 1, "t");
	for (i = 0; i < 25; i++)
		zx_embed_field(&m, 1, "n", "%d", i);
	fields = zx_json_get(embed0(written(&m, 0, &out)), "fields");
	assert_int_equal(count(fields), 25);
	assert_string_equal(zx_message_cut(&m), "");
	zx_buf_release(&out);
	for (; i < 36; i++)
		zx_embed_field(&m, 1, "n", "%d", i);
	fields = zx_json_get(embed0(written(&m, 0, &out)), "fields");
	assert_int_equal(count(fields), 25);
	assert_true(zx_json_is(zx_json_get(zx_json_index(fields, 24), "value"),
			       "and 12 more"));
	assert_string_equal(zx_message_cut(&m), "12 fields");
	zx_buf_release(&out);
	zx_message_release(&m);
}

/* Sum over everything that Discord counts in embeds. */
static size_t total(struct zx_str body)
{
	static const char *const paths[] = { "title", "description",
					     "footer.text", "author.name" };
	struct zx_json_iter e = zx_json_each(zx_json_get(body, "embeds")), f;
	struct zx_buf text;
	size_t i, n;

	zx_buf_init(&text, NULL, 0);
	while (zx_json_next(&e)) {
		for (i = 0; i < ZX__LEN(paths); i++)
			zx_json_text(zx_json_at(e.value, paths[i]), &text);
		f = zx_json_each(zx_json_get(e.value, "fields"));
		while (zx_json_next(&f)) {
			zx_json_text(zx_json_get(f.value, "name"), &text);
			zx_json_text(zx_json_get(f.value, "value"), &text);
		}
	}
	n = zx__units(zx_buf_str(&text));
	zx_buf_release(&text);
	return n;
}

static void MS_embeds__all_together_stay_below_6000(void **state)
{
	struct zx_message m;
	struct zx_buf out;
	char *value = repeat("x", 1024);
	size_t i;

	(void)state;
	zx_message_init(&m, NULL);
	zx_embed(&m, 1, "t");
	zx_embed_text(&m, "%s", value);
	for (i = 0; i < 10; i++)
		zx_embed_field(&m, 0, "name", "%s", value);
	assert_true(total(written(&m, 0, &out)) <= 6000);
	/* 1 + 1024 + 4 x 1028 fit, and the rest is told */
	assert_non_null(strstr(out.ptr, "and 6 more"));
	assert_string_equal(zx_message_cut(&m), "6 fields");
	zx_buf_release(&out);
	for (i = 0; i < 12; i++) {
		zx_embed(&m, 1, "another %zu", i);
		zx_embed_text(&m, "%s%s%s%s", value, value, value, value);
	}
	assert_true(total(written(&m, 0, &out)) <= 6000);
	assert_true(count(zx_json_get(zx_buf_str(&out), "embeds")) <= 10);
	assert_non_null(strstr(zx_message_cut(&m), "embeds"));
	zx_buf_release(&out);
	zx_message_release(&m);
	free(value);
}

static void MS_embeds__exactly_6000_is_not_cut(void **state)
{
	struct zx_message m;
	struct zx_buf out;
	char *a = repeat("x", 4096), *b = repeat("y", 1903);

	(void)state;
	zx_message_init(&m, NULL);
	zx_embed(&m, 1, "t");
	zx_embed_text(&m, "%s", a);
	zx_embed_footer(&m, "%s", b);
	assert_int_equal(total(written(&m, 0, &out)), 6000);
	assert_string_equal(zx_message_cut(&m), "");
	zx_buf_release(&out);
	zx_message_clear(&m);
	zx_embed(&m, 1, "tt");
	zx_embed_text(&m, "%s", a);
	zx_embed_footer(&m, "%s", b);
	assert_int_equal(total(written(&m, 0, &out)), 6000);
	assert_string_equal(zx_message_cut(&m), "1 text");
	zx_buf_release(&out);
	zx_message_release(&m);
	free(a);
	free(b);
}

static void MS_embeds__the_eleventh_is_left_out(void **state)
{
	struct zx_message m;
	struct zx_buf out;
	int i;

	(void)state;
	zx_message_init(&m, NULL);
	for (i = 0; i < 11; i++) {
		zx_embed(&m, 1, "%d", i);
		zx_embed_text(&m, "text%d", i);
	}
	assert_int_equal(count(zx_json_get(written(&m, 0, &out), "embeds")),
			 10);
	assert_null(strstr(out.ptr, "text10"));
	assert_non_null(strstr(out.ptr, "\"text9\""));
	assert_string_equal(zx_message_cut(&m), "1 embed");
	zx_buf_release(&out);
	zx_message_release(&m);
}

static void message__parts_of_an_embed_need_an_embed(void **state)
{
	struct zx_message m;
	struct zx_buf out;

	(void)state;
	zx_message_init(&m, NULL);
	zx_embed_field(&m, 0, "n", "v");
	assert_err(m.err, ZX_E_STATE);
	zx_buf_init(&out, NULL, 0);
	assert_err(zx_message_write(&m, 0, &out), ZX_E_STATE);
	zx_message_clear(&m);
	assert_err(m.err, ZX_OK);
	zx_message_release(&m);
	zx_buf_release(&out);
}

static void message__a_url_that_is_none_is_left_out(void **state)
{
	struct zx_message m;

	(void)state;
	zx_message_init(&m, NULL);
	zx_embed(&m, 1, "t");
	zx_embed_url(&m, "javascript:alert(1)");
	zx_embed_image(&m, "https://a b/");
	zx_embed_thumbnail(&m, "https://");
	golden(&m, 0,
	       "{\"embeds\":[{\"title\":\"t\",\"color\":1}]," NOBODY "}");
	zx_message_release(&m);
}

static int build(const struct zx_alloc *a, void *ud)
{
	struct zx_message m;
	struct zx_buf out;
	int err;

	(void)ud;
	zx_message_init(&m, a);
	zx_buf_init(&out, a, 0);
	zx_say(&m, "content");
	zx_embed(&m, 1, "t");
	zx_embed_text(&m, "text");
	zx_embed_field(&m, 1, "n", "v");
	zx_embed_footer(&m, "f");
	zx_embed_author(&m, "https://a/", "a");
	zx_embed_image(&m, "https://a/");
	zx_button(&m, ZX_BUTTON_PRIMARY, "id", "x", "label", 0);
	zx_select(&m, ZX_SELECT_STRING, "sel", "choose", 1, 1, 0);
	zx_select_option(&m, "v", "l", "d", "e", 0);
	zx_attach(&m, "f", "t", ZX_STR("data"));
	err = zx_message_write(&m, 0, &out);
	zx_message_release(&m);
	zx_buf_release(&out);
	return err;
}

static void message__survives_every_failed_allocation(void **state)
{
	(void)state;
	fail_alloc_each(build, NULL);
}

#define LIMIT(name, row)                                                       \
	{                                                                      \
		name, one_limit, NULL, NULL, (void *)(uintptr_t)&limits[row]   \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(IN_11__nobody_is_pinged_unless_named),
		cmocka_unit_test(message__an_embed_is_written_in_full),
		cmocka_unit_test(MS_patch__an_edit_names_every_part),
		cmocka_unit_test(message__nothing_is_still_a_message),
		cmocka_unit_test(message__flags_of_a_channel_message),
		cmocka_unit_test(MS_attachments__are_copied_and_at_most_ten),
		LIMIT("MS_content__2000_characters_or_cut", CONTENT),
		LIMIT("MS_embed_title__256_characters_or_cut", TITLE),
		LIMIT("MS_embed_description__4096_characters_or_cut", TEXT),
		LIMIT("MS_fields__a_name_of_256_characters_or_cut", FIELD_NAME),
		LIMIT("MS_fields__a_value_of_1024_or_cut", FIELD_VALUE),
		LIMIT("MS_embed_footer__2048_characters_or_cut", FOOTER),
		LIMIT("MS_embed_author__256_characters_or_cut", AUTHOR),
		cmocka_unit_test(MS_fields__the_26th_becomes_a_number),
		cmocka_unit_test(MS_embeds__all_together_stay_below_6000),
		cmocka_unit_test(MS_embeds__exactly_6000_is_not_cut),
		cmocka_unit_test(MS_embeds__the_eleventh_is_left_out),
		cmocka_unit_test(message__parts_of_an_embed_need_an_embed),
		cmocka_unit_test(message__a_url_that_is_none_is_left_out),
		cmocka_unit_test(message__survives_every_failed_allocation),
	};

	return cmocka_run_group_tests_name("message", tests, NULL, NULL);
}
