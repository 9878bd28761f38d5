/* SPDX-License-Identifier: MIT
 *
 * The files of a restore in a bot against the sandbox: its plan and its report,
 * whole, in as many messages as they need.
 */
#include "bot/backup.h"

/* A report of a few lines has several parts then. */
#define SMALL 230
#define FOLLOW "POST /webhooks/{id}/{token}"

static const char *const lost[] = { "late-night", "off-topic", "sam-and-staff",
				    "questions", NULL };

/* A bot whose files have at most so many bytes; 0: Discord's. */
static struct run *with_limit(uint64_t max, char id[13])
{
	struct run *r = fresh();
	char path[64];

	quick.upload_max = max;
	r->config.backup_cooldown_s = 0;
	r->so.heartbeat_ms = 5000;
	box_up(r);
	assert_err(zx_sandbox_seed(r->box, zx_sandbox_guild(r->box, 0),
				   "everything"),
		   ZX_OK);
	bot_up(r);
	create(r, NULL, id);
	for (const char *const *n = lost; *n; n++) {
		snprintf(path, sizeof(path), "/channels/%llu",
			 (unsigned long long)zx_sandbox_channel(
				 r->box, zx_sandbox_guild(r->box, 0), *n));
		act(r, "DELETE", path, "null");
	}
	slash(r, "backuprestore", by_id(id, ""), "⚠️ Selective Restore");
	press(r, "plan", "");
	comes(r, "📋 Restore Plan");
	return r;
}

static void over(struct run *r)
{
	quick.upload_max = 0;
	down(r);
}

/* Of the other messages there are only those that say this. */
static unsigned busy;

static void next_file(struct run *r, const char *way, struct zx_buf *body)
{
	for (;;) {
		zx_buf_clear(body);
		assert_err(zx_sandbox_expect(r->box, way, WAIT_MS, body),
			   ZX_OK);
		if (strstr(zx_buf_cstr(body), "filename=\""))
			return;
		if (!strstr(zx_buf_cstr(body), "is being sent already"))
			fail_msg("no file in %s", zx_buf_cstr(body));
		busy++;
	}
}

/* The next message by that way, as it was sent: its file's name and text. */
static void file_of(struct run *r, const char *way, char name[96],
		    struct zx_buf *text)
{
	static const char mark[] = "filename=\"";
	const char *at, *end;
	struct zx_buf body;

	zx_buf_init(&body, NULL, 64 << 20);
	next_file(r, way, &body);
	at = strstr(zx_buf_cstr(&body), mark) + strlen(mark);
	snprintf(name, 96, "%.*s", (int)strcspn(at, "\""), at);
	at = strstr(at, "\r\n\r\n");
	assert_non_null(at);
	end = strstr(at + 4, "\r\n--zoryx-");
	assert_non_null(end);
	zx_buf_clear(text);
	zx_buf_add(text, at + 4, (size_t)(end - at - 4));
	zx_buf_release(&body);
}

/* Parts from the i-th on, which tells how many there are; appended to `all`.
 * Files of another text may come between them. */
static unsigned parts_of(struct run *r, const char *way, const char *what,
			 size_t max, unsigned i, struct zx_buf *all)
{
	char name[96], want_[96];
	const char *of;
	struct zx_buf text;
	unsigned n = 0;

	zx_buf_init(&text, NULL, 0);
	while (!n || i <= n) {
		file_of(r, way, name, &text);
		if (strncmp(name, what, strlen(what)) != 0)
			continue;
		of = strstr(name, "-of-");
		if (!of)
			fail_msg("%s is no part", name);
		if (!n)
			n = (unsigned)strtoul(of + 4, NULL, 10);
		snprintf(want_, sizeof(want_), "%s-%u-of-%u.txt", what, i, n);
		assert_string_equal(name, want_);
		assert_in_range(text.len, 1, max);
		assert_int_equal(text.ptr[text.len - 1], '\n');
		zx_buf_adds(all, zx_buf_str(&text));
		i++;
	}
	zx_buf_release(&text);
	return n;
}

static void finish(struct run *r)
{
	press(r, "confirm", "");
	comes(r, "✅ Restore Complete");
}

static void has_all(const struct zx_buf *text)
{
	const char *t = zx_buf_cstr((struct zx_buf *)(uintptr_t)text);

	assert_int_equal(strncmp(t, "Restore ", 8), 0);
	assert_non_null(strstr(t, "\ncreated                   4\n"));
	for (const char *const *n = lost; *n; n++)
		assert_non_null(strstr(t, *n));
}

/* Without a line that counts what this process has seen of it. */
static void without(struct zx_buf *text, const char *row)
{
	char *at = strstr((char *)(uintptr_t)zx_buf_cstr(text), row), *to;

	if (!at)
		return;
	to = strchr(at + 1, '\n');
	memmove(at, to, strlen(to) + 1);
	text->len = strlen(text->ptr);
}

static void timeless(struct zx_buf *text)
{
	without(text, "\ntook ");
	without(text, "\nrequests ");
}

static void nothing_more(struct run *r, const char *way)
{
	assert_err(zx_sandbox_expect(r->box, way, 300, NULL), ZX_E_TIMEOUT);
}

static void restore_report__a_short_one_is_one_file(void **state)
{
	struct zx_buf text;
	char name[96], id[13];
	struct run *r = with_limit(0, id);

	(void)state;
	zx_buf_init(&text, NULL, 0);
	press(r, "file", "Restore Plan");
	file_of(r, FOLLOW, name, &text);
	assert_int_equal(strncmp(name, "plan-", 5), 0);
	assert_null(strstr(name, "-of-"));
	finish(r);
	file_of(r, FOLLOW, name, &text);
	assert_string_equal(name, "restore-1.txt");
	has_all(&text);
	nothing_more(r, FOLLOW);
	zx_buf_release(&text);
	over(r);
}

static void restore_report__a_long_one_comes_in_numbered_files(void **state)
{
	struct zx_buf all, whole;
	char name[96], id[13];
	struct run *r = with_limit(SMALL, id);

	(void)state;
	zx_buf_init(&all, NULL, 0);
	zx_buf_init(&whole, NULL, 0);
	finish(r);
	assert_true(parts_of(r, FOLLOW, "restore-1", SMALL, 1, &all) > 2);
	nothing_more(r, FOLLOW);
	bot_down(r);
	/* put together it is what it is in one */
	quick.upload_max = 0;
	bot_up(r);
	slash(r, "backuprestore", by_id("status", ""), "Restore Complete");
	press(r, "report", "Restore Complete");
	file_of(r, FOLLOW, name, &whole);
	assert_string_equal(name, "restore-1.txt");
	has_all(&whole);
	timeless(&all);
	timeless(&whole);
	assert_string_equal(zx_buf_cstr(&all), zx_buf_cstr(&whole));
	zx_buf_release(&all);
	zx_buf_release(&whole);
	over(r);
}

static void
restore_report__what_is_missing_is_said_and_comes_again(void **state)
{
	struct zx_buf all, note;
	char text[64], name[96], id[13];
	struct run *r = with_limit(SMALL, id);
	unsigned n = 0;

	(void)state;
	zx_buf_init(&all, NULL, 0);
	zx_buf_init(&note, NULL, 0);
	fault(r, "{\"fault\":\"rest_error\",\"status\":413,\"code\":40005,"
		 "\"message\":\"Request *entity* too large\",\"nth\":2,"
		 "\"route\":\"" FOLLOW "\"}");
	finish(r);
	for (unsigned i = 1; i <= 2; i++) /* the second is refused */
		file_of(r, FOLLOW, name, &all);
	assert_int_equal(sscanf(name, "restore-1-2-of-%u.txt", &n), 1);
	assert_err(zx_sandbox_expect(r->box, FOLLOW, WAIT_MS, &note), ZX_OK);
	snprintf(text, sizeof(text), "parts 2 to %u of %u are missing", n, n);
	assert_non_null(strstr(zx_buf_cstr(&note), text));
	assert_non_null(strstr(zx_buf_cstr(&note),
			       "(HTTP 413, code 40005): "
			       "Request \\\\*entity\\\\* too large"));
	assert_non_null(strstr(zx_buf_cstr(&note), "*Report* below"));
	nothing_more(r, FOLLOW); /* nor another red message */
	zx_buf_clear(&all);
	press(r, "report", "Restore Complete");
	assert_int_equal(parts_of(r, FOLLOW, "restore-1", SMALL, 1, &all), n);
	has_all(&all);
	zx_buf_release(&all);
	zx_buf_release(&note);
	over(r);
}

static void IN_01__a_report_after_15_minutes_is_in_the_channel(void **state)
{
	struct zx_buf all;
	char id[13];
	struct run *r = with_limit(SMALL, id);

	(void)state;
	zx_buf_init(&all, NULL, 0);
	/* as Discord says it of a token that is over */
	fault(r, "{\"fault\":\"rest_error\",\"status\":401,\"code\":50027,"
		 "\"route\":\"" FOLLOW "\"}");
	finish(r);
	assert_true(parts_of(r, SEND, "restore-1", SMALL, 1, &all) > 2);
	has_all(&all);
	nothing_more(r, SEND);
	zx_buf_release(&all);
	over(r);
}

/* Each operation of the plan once, in order. */
static void is_plan(struct zx_buf *all)
{
	struct zx_str rest = zx_buf_str(all), line;
	unsigned i = 0, n;

	assert_int_equal(strncmp(zx_buf_cstr(all), "Plan ", 5), 0);
	while (zx_str_split(&rest, '\n').len)
		continue; /* to the empty line */
	while (rest.len) {
		line = zx_str_split(&rest, '\n');
		assert_true(line.len > 7);
		assert_int_equal(sscanf(line.ptr + 1, "%u", &n), 1);
		assert_int_equal(n, ++i);
	}
	assert_true(i >= 5);
}

static void restore_report__a_plan_comes_whole_though_it_is_begun(void **state)
{
	struct zx_buf all;
	char what[96], id[13];
	struct run *r = with_limit(SMALL, id);
	const char *at;

	(void)state;
	zx_buf_init(&all, NULL, 0);
	at = strstr(zx_buf_cstr(&r->text), "plan ");
	while (at &&
	       strncmp(at + 5 + strcspn(at + 5, " \""), " • page", 9) != 0)
		at = strstr(at + 5, "plan ");
	assert_non_null(at);
	snprintf(what, sizeof(what), "plan-%.*s", (int)strcspn(at + 5, " \""),
		 at + 5);
	fault(r,
	      "{\"fault\":\"rest_slow\",\"ms\":400,\"route\":\"" FOLLOW "\"}");
	press(r, "file", "Restore Plan");
	press(r, "file", "Restore Plan"); /* once is enough */
	press(r, "confirm", "");
	assert_true(parts_of(r, FOLLOW, what, SMALL, 1, &all) > 1);
	is_plan(&all);
	assert_int_equal(busy, 1);
	comes(r, "✅ Restore Complete");
	zx_buf_release(&all);
	over(r);
}

static void
restore_report__one_that_changes_under_way_is_not_mixed(void **state)
{
	struct zx_buf note;
	char id[13];
	struct run *r = with_limit(SMALL, id);

	(void)state;
	zx_buf_init(&note, NULL, 0);
	fault(r, "{\"fault\":\"rest_slow\",\"route\":"
		 "\"POST /guilds/{id}/channels\",\"ms\":700,\"times\":4}");
	press(r, "confirm", "");
	comes(r, "Restoring Your Server");
	press(r, "stop", "");
	comes(r, "⏹️ Restore Interrupted");
	fault(r,
	      "{\"fault\":\"rest_slow\",\"ms\":1500,\"route\":\"" FOLLOW "\"}");
	press(r, "report", "Restore Interrupted");
	press(r, "go-on", "");
	assert_err(zx_sandbox_expect(r->box, FOLLOW, WAIT_MS, NULL), ZX_OK);
	do {
		zx_buf_clear(&note);
		assert_err(zx_sandbox_expect(r->box, FOLLOW, WAIT_MS, &note),
			   ZX_OK);
	} while (strstr(zx_buf_cstr(&note), "is being sent already"));
	if (!strstr(zx_buf_cstr(&note), "it has changed meanwhile"))
		print_error("%s\n", zx_buf_cstr(&note));
	assert_non_null(strstr(zx_buf_cstr(&note), "it has changed meanwhile"));
	comes(r, "✅ Restore Complete");
	zx_buf_release(&note);
	over(r);
}

static void restore_report__a_bot_that_stops_lets_the_rest_be(void **state)
{
	char id[13];
	struct run *r = with_limit(SMALL, id);

	(void)state;
	fault(r,
	      "{\"fault\":\"rest_slow\",\"ms\":3000,\"route\":\"" FOLLOW "\"}");
	press(r, "file", "Restore Plan");
	assert_err(zx_sandbox_expect(r->box, FOLLOW, WAIT_MS, NULL), ZX_OK);
	over(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(restore_report__a_short_one_is_one_file),
		cmocka_unit_test(
			restore_report__a_long_one_comes_in_numbered_files),
		cmocka_unit_test(
			restore_report__what_is_missing_is_said_and_comes_again),
		cmocka_unit_test(
			IN_01__a_report_after_15_minutes_is_in_the_channel),
		cmocka_unit_test(
			restore_report__a_plan_comes_whole_though_it_is_begun),
		cmocka_unit_test(
			restore_report__one_that_changes_under_way_is_not_mixed),
		cmocka_unit_test(
			restore_report__a_bot_that_stops_lets_the_rest_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
