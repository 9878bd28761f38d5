/* SPDX-License-Identifier: MIT
 *
 * fuzz_restore: any bytes as the journal of a restore: as records, and, with
 * the sums put right, as what a machine is told before it goes on. Whatever
 * comes, it is refused or the machine ends.
 *
 * `make fuzz`; without ZX_LIBFUZZER a program that runs over the files it is
 * given.
 */
#include "guild/restore_int.h"
#include "fuzz/fuzz.h"

static void as_records(struct zx_str all)
{
	struct zx__journal j;
	struct zx__record r;
	struct zx_buf why;

	zx_buf_init(&why, NULL, 0);
	zx__journal_init(&j);
	while (all.len) {
		struct zx_str line = zx_str_split(&all, '\n');

		/* Nobody finds 128 bits of a hash by trying. */
		check(zx__journal_read(&j, line, &r, &why) == ZX_E_CORRUPT);
	}
	zx_buf_release(&why);
}

/* The line behind the sum it should have. */
static void with_sum(struct zx__journal *j, struct zx_str json,
		     struct zx_buf *out)
{
	mbedtls_sha256_context c;
	unsigned char sum[ZX_HASH];
	char text[ZX_HASH_TEXT];

	zx__sha_begin(&c);
	zx__sha_add(&c, j->chain, sizeof(j->chain));
	zx__sha_add(&c, json.ptr, json.len);
	zx__sha_end(&c, sum);
	zx_hash_text(sum, text);
	zx_buf_clear(out);
	zx_buf_add(out, text, ZX__RECORD_SUM);
	zx_buf_addch(out, ' ');
	zx_buf_adds(out, json);
}

/* What can be read can be written and is read again. */
static void as_content(struct zx_str all)
{
	struct zx__journal from, to;
	struct zx__record r, again;
	struct zx_buf why, line, text, why2;

	zx_buf_init(&why, NULL, 0);
	zx_buf_init(&why2, NULL, 0);
	zx_buf_init(&line, NULL, 0);
	zx_buf_init(&text, NULL, 0);
	zx__journal_init(&from);
	while (all.len) {
		with_sum(&from, zx_str_split(&all, '\n'), &line);
		zx_buf_clear(&why);
		if (zx__journal_read(&from, zx_buf_str(&line), &r, &why))
			break;
		zx_buf_clear(&text);
		zx_buf_clear(&why2);
		zx__journal_init(&to);
		check(!zx__journal_write(&to, &r, NULL, &text));
		zx__journal_init(&to);
		check(!zx__journal_read(&to, zx_buf_str(&text), &again, &why2));
		check(r.kind == again.kind && r.id == again.id &&
		      r.code == again.code && zx_str_eq(r.why, again.why));
	}
	zx_buf_release(&why);
	zx_buf_release(&why2);
	zx_buf_release(&line);
	zx_buf_release(&text);
}

/* A machine ---------------------------------------------------------------- */

/* A store of a few parts. */
static struct part {
	unsigned char hash[ZX_HASH];
	char data[4096];
	size_t len;
} parts[32];
static size_t part_count;

static int put(const unsigned char hash[ZX_HASH], struct zx_str data, void *ud)
{
	struct part *p = &parts[part_count++];

	(void)ud;
	check(part_count <= 32 && data.len <= sizeof(p->data));
	memcpy(p->hash, hash, ZX_HASH);
	memcpy(p->data, data.ptr, data.len);
	p->len = data.len;
	return ZX_OK;
}

static int get(const unsigned char hash[ZX_HASH], struct zx_buf *out, void *ud)
{
	(void)ud;
	for (size_t i = 0; i < part_count; i++)
		if (!memcmp(parts[i].hash, hash, ZX_HASH)) {
			zx_buf_add(out, parts[i].data, parts[i].len);
			return out->err;
		}
	return ZX_E_NOTFOUND;
}

static const struct zx_guild_store store = { put, get, NULL, NULL };

static struct zx_guild_writer *snapshot(struct zx_guild_reader *r,
					const char *const *roles)
{
	struct zx_guild_writer_options o = ZX_GUILD_WRITER_OPTIONS_INIT;
	struct zx_guild_writer *w;
	struct zx_guild_written out;

	o.store = store;
	o.guild = 1;
	check(!zx_guild_writer_new(&w, &o));
	check(!zx_guild_add(w, ZX_SECTION_GUILD,
			    ZX_STR("{\"id\":\"1\",\"name\":\"g\"}")));
	for (; *roles; roles++)
		check(!zx_guild_add(w, ZX_SECTION_ROLES, zx_str(*roles)));
	check(!zx_guild_finish(w, &out));
	check(!zx_guild_open(r, out.manifest, &store, NULL));
	return w;
}

#define EVERYONE                                                               \
	"{\"id\":\"1\",\"name\":\"@everyone\",\"position\":0,"                 \
	"\"permissions\":\"0\"}"
#define BOT                                                                    \
	"{\"id\":\"9\",\"name\":\"bot\",\"position\":7,\"permissions\":\"8\"}"

/* Three roles are to be made, put in order and raised. */
static struct zx_plan *small_plan(void)
{
	static const char *const want[] = {
		EVERYONE,
		BOT,
		"{\"id\":\"2\",\"name\":\"a\",\"position\":3,"
		"\"permissions\":\"1024\"}",
		"{\"id\":\"3\",\"name\":\"b\",\"position\":2,"
		"\"permissions\":\"0\"}",
		"{\"id\":\"4\",\"name\":\"b\",\"position\":1,"
		"\"permissions\":\"2\"}",
		NULL
	};
	static const char *const have[] = { EVERYONE, BOT, NULL };
	struct zx_restore_options o = ZX_RESTORE_OPTIONS_INIT;
	struct zx_guild_writer *a, *b;
	struct zx_guild_reader snap, live;
	struct zx_plan *p;

	part_count = 0;
	a = snapshot(&snap, want);
	b = snapshot(&live, have);
	memcpy(o.id, "0123456789ab", sizeof(o.id));
	o.bot_user = 5;
	o.bot_role = 9;
	o.bot_permissions = 8;
	o.owner = 6;
	check(!zx_plan_new(&p, &snap, &live, &o));
	check(!zx_plan_empty(p) && !zx_plan_blocked(p));
	zx_guild_writer_free(a);
	zx_guild_writer_free(b);
	return p;
}

static void first_record(const struct zx_plan *p, struct zx_buf *out)
{
	struct zx_restore_run *r;
	struct zx_restore_out o;

	check(!zx_restore_run_new(&r, p, NULL, 0));
	check(zx_restore_run_poll(r, &o) == 1);
	check(o.kind == ZX_RESTORE_OUT_JOURNAL);
	zx_buf_adds(out, o.record);
	zx_restore_run_free(r);
}

/* Whatever it was told, it ends. Answers are drawn from the input. */
static void run_out(struct zx_restore_run *r, const uint8_t *p, size_t n)
{
	static const struct zx_restore_reply answers[] = {
		{ .status = 200, .body = { "{\"id\":\"77\"}", 11 } },
		{ .status = 200, .body = { "[]", 2 } },
		{ .err = ZX_E_REMOTE, .status = 403, .code = 50013 },
		{ .err = ZX_E_REMOTE, .status = 500, .maybe_done = 1 },
		{ .err = ZX_E_TIMEOUT, .maybe_done = 1 },
		{ .err = ZX_E_CONNECT },
		{ .err = ZX_E_WOULDWAIT, .would_wait_ms = 5000 },
		{ .err = ZX_E_REMOTE, .status = 400, .code = 30005 },
		{ .status = 200, .body = { "nothing", 7 } },
		{ .err = ZX_E_CANCELLED },
	};
	struct zx_restore_out o;
	zx_time now = 0, at;
	size_t k = 0;

	for (unsigned steps = 0;; steps++) {
		/* Nobody waits for ever, but a server that always says "later"
		 * is waited for. */
		if (steps == 300)
			zx_restore_run_cancel(r, now);
		check(steps < 310);
		while (zx_restore_run_poll(r, &o) == 1) {
			if (o.kind == ZX_RESTORE_OUT_DONE)
				return;
			if (o.kind != ZX_RESTORE_OUT_REQUEST)
				continue;
			check(!zx_restore_run_feed(
				r, o.id, &answers[(n ? p[k++ % n] : 2) % 10],
				now));
		}
		at = zx_restore_run_deadline(r);
		check(at != ZX_TIME_NEVER);
		now = at > now ? at : now;
		zx_restore_run_tick(r, now);
	}
}

/* The longest beginning of it that can be a journal, and then on. */
static void as_past(struct zx_str all, int replay)
{
	struct zx_restore_run_options o = ZX_RESTORE_RUN_OPTIONS_INIT;
	const uint8_t *p = (const uint8_t *)all.ptr;
	struct zx_plan *plan = small_plan();
	struct zx_restore_run *r;
	struct zx_buf line;
	size_t n = all.len;
	int err;

	zx_buf_init(&line, NULL, 0);
	first_record(plan, &line);
	o.tries = 2;
	check(!zx_restore_run_new(&r, plan, &o, 0));
	err = zx_restore_run_replay(r, zx_buf_str(&line));
	check(!err);
	while (replay && !err && all.len) {
		with_sum(&r->journal, zx_str_split(&all, '\n'), &line);
		err = zx_restore_run_replay(r, zx_buf_str(&line));
		check(!err || err == ZX_E_CORRUPT);
	}
	run_out(r, p, n);
	zx_restore_run_free(r);
	zx_plan_free(plan);
	zx_buf_release(&line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct zx_str all = { (const char *)data, size };

	as_records(all);
	as_content(all);
	as_past(all, 1);
	as_past(all, 0);
	return 0;
}
