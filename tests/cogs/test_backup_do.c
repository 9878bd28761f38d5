/* SPDX-License-Identifier: MIT
 *
 * What the backup cog does, without a bot: texts, flags, the cooldown, and who
 * has to go so that one more fits.
 */
#include <unistd.h>

#include "cogs/backup_job.h"
#include "helper/zx_test.h"

#define GUILD 77

static char path[64];

struct desk {
	struct zx__backup b;
	uint64_t draft;
};

static struct desk begin(uint32_t max)
{
	struct zx_state_options o = ZX_STATE_OPTIONS_INIT;
	struct desk d = { .b = { .config = { .max = max,
					     .cooldown_s = 300 } } };

	snprintf(path, sizeof(path), "/tmp/zx-do-%ld.db", (long)getpid());
	unlink(path);
	o.path = path;
	assert_err(zx_state_open(&d.b.state, &o), ZX_OK);
	return d;
}

static void end(struct desk *d)
{
	zx_state_close(d->b.state);
	unlink(path);
}

static int put(const unsigned char hash[ZX_HASH], struct zx_str data, void *ud)
{
	struct desk *d = ud;

	return zx_state_snap_part(d->b.state, d->draft, hash, data);
}

/* One with so many roles, made `hours` ago. */
static void keep(struct desk *d, const char *id, unsigned roles, int automatic,
		 int pinned, int hours)
{
	struct zx_guild_writer_options o = ZX_GUILD_WRITER_OPTIONS_INIT;
	struct zx_state_snapshot s = { .guild = GUILD,
				       .automatic = automatic,
				       .pinned = pinned,
				       .label = ZX_STR("a *label*") };
	struct zx_guild_written w;
	struct zx_guild_writer *writer;
	char role[64];

	assert_err(zx_state_snap_begin(d->b.state, GUILD, &d->draft), ZX_OK);
	o.store.put = put;
	o.store.ud = d;
	o.guild = GUILD;
	assert_err(zx_guild_writer_new(&writer, &o), ZX_OK);
	for (unsigned i = 1; i <= roles; i++) {
		snprintf(role, sizeof(role), "{\"id\":\"%u\",\"name\":\"r\"}",
			 i);
		assert_err(zx_guild_add(writer, ZX_SECTION_ROLES, zx_str(role)),
			   ZX_OK);
	}
	assert_err(zx_guild_finish(writer, &w), ZX_OK);
	snprintf(s.id, sizeof(s.id), "%s", id);
	s.created = zx_wall_clock() - (zx_wall)hours * 3600000;
	memcpy(s.hash, w.hash, sizeof(s.hash));
	s.manifest = w.manifest;
	assert_err(zx_state_snap_commit(d->b.state, d->draft, &s, 0), ZX_OK);
	zx_guild_writer_free(writer);
}

static void room(struct desk *d, uint64_t extent, int err, const char *drop,
		 const char *why)
{
	struct zx__backup_room r;
	char text[256] = "";

	zx__backup_room(&d->b, GUILD, extent, &r);
	assert_err(r.err, err);
	if (err)
		zx__backup_room_why(&d->b, &r, text);
	if (!strstr(text, why))
		fail_msg("wanted %s in %s", why, text);
	assert_int_equal(r.drop_count, *drop ? strlen(drop) / 12 : 0);
	for (size_t i = 0; i < r.drop_count; i++)
		assert_memory_equal(r.drop[i], drop + 12 * i, 12);
	zx_delete(d->b.alloc, r.drop);
}

static void room__there_is_some_until_the_limit(void **state)
{
	struct desk d = begin(3);

	(void)state;
	room(&d, 0, ZX_OK, "", "");
	keep(&d, "00000000000a", 10, 0, 0, 3);
	keep(&d, "00000000000b", 10, 0, 1, 2);
	room(&d, 10, ZX_OK, "", "");
	keep(&d, "00000000000c", 10, 0, 0, 1);
	room(&d, 10, ZX_E_LIMIT, "",
	     "3 of 3 backups are kept (1 pinned, 2 made by hand)");
	end(&d);
}

static void room__the_oldest_automatic_one_goes(void **state)
{
	struct desk d = begin(3);

	(void)state;
	keep(&d, "00000000000a", 10, 1, 1, 5);
	keep(&d, "00000000000b", 10, 1, 0, 4);
	keep(&d, "00000000000c", 10, 1, 0, 3);
	room(&d, 10, ZX_OK, "00000000000b", "");
	/* a limit that was lowered */
	d.b.config.max = 2;
	room(&d, 10, ZX_E_LIMIT, "", "2 backups are kept");
	end(&d);
}

static void C18__one_that_has_shrunk_pushes_nothing_out(void **state)
{
	struct desk d = begin(2);

	(void)state;
	keep(&d, "00000000000a", 10, 1, 0, 5);
	keep(&d, "00000000000b", 10, 1, 0, 4);
	room(&d, 10, ZX_OK, "00000000000a", "");
	room(&d, 7, ZX_OK, "00000000000a", "");
	room(&d, 6, ZX_E_LIMIT, "", "more than 30 % fewer");
	/* nor does one that is kept already, before somebody accepts it */
	keep(&d, "00000000000c", 2, 1, 0, 1);
	{
		struct zx__backup_list l;

		assert_err(zx__backup_list(&d.b, GUILD, &l), ZX_OK);
		assert_int_equal(l.count, 3);
		assert_string_equal(l.items[0].id, "00000000000c");
		assert_true(l.items[0].shrunk);
		assert_false(l.items[1].shrunk);
		zx__backup_list_release(&l);
	}
	assert_err(zx__backup_flag_set(&d.b, GUILD, "00000000000c",
				       ZX__BACKUP_ACCEPTED, 1),
		   ZX_OK);
	d.b.config.max = 3;
	room(&d, 2, ZX_OK, "00000000000a", "");
	end(&d);
}

static void flags__are_kept_apart_and_go_with_it(void **state)
{
	struct desk d = begin(25);
	struct zx__backup_list l;

	(void)state;
	keep(&d, "00000000000a", 1, 0, 0, 1);
	assert_err(zx__backup_flag_set(&d.b, GUILD, "00000000000a",
				       ZX__BACKUP_DAMAGED, 1),
		   ZX_OK);
	assert_err(zx__backup_flag_set(&d.b, GUILD, "00000000000a",
				       ZX__BACKUP_ACCEPTED, 1),
		   ZX_OK);
	assert_err(zx__backup_flag_set(&d.b, GUILD + 1, "00000000000a",
				       ZX__BACKUP_USED, 1),
		   ZX_OK);
	assert_true(zx__backup_flag(&d.b, GUILD, "00000000000a",
				    ZX__BACKUP_DAMAGED));
	assert_err(zx__backup_flag_set(&d.b, GUILD, "00000000000a",
				       ZX__BACKUP_DAMAGED, 0),
		   ZX_OK);
	assert_err(zx__backup_list(&d.b, GUILD, &l), ZX_OK);
	assert_int_equal(l.count, 1);
	assert_false(l.items[0].damaged);
	assert_true(l.items[0].accepted);
	assert_false(l.items[0].used);
	assert_int_equal(l.items[0].counts.roles, 1);
	assert_true(zx_str_is(l.items[0].label, "a *label*"));
	assert_non_null(zx__backup_find(&l, "00000000000a"));
	assert_null(zx__backup_find(&l, "00000000000A"));
	zx__backup_list_release(&l);
	assert_err(zx__backup_flags_drop(&d.b, GUILD, "00000000000a"), ZX_OK);
	assert_false(zx__backup_flag(&d.b, GUILD, "00000000000a",
				     ZX__BACKUP_ACCEPTED));
	end(&d);
}

static void flags__a_restore_that_is_open_uses_its_snapshots(void **state)
{
	struct zx_state_restore r = { .guild = GUILD, .open = 1 };
	struct desk d = begin(25);
	struct zx__backup_list l;
	uint64_t n;

	(void)state;
	keep(&d, "00000000000a", 1, 0, 0, 2);
	keep(&d, "00000000000b", 1, 0, 0, 1);
	snprintf(r.snapshot, sizeof(r.snapshot), "00000000000b");
	assert_err(zx_state_restore_begin(d.b.state, &r, &n), ZX_OK);
	assert_err(zx__backup_list(&d.b, GUILD, &l), ZX_OK);
	assert_true(l.items[0].used);
	assert_false(l.items[1].used);
	zx__backup_list_release(&l);
	end(&d);
}

static void cooldown__a_clock_that_went_back_makes_it_no_longer(void **state)
{
	struct desk d = begin(25);
	zx_wall now = zx_wall_clock();

	(void)state;
	assert_int_equal(zx__backup_cooldown(&d.b, GUILD), 0);
	assert_err(zx_state_lease(d.b.state, "backup_cooldown", GUILD, "create",
				  now, now + 86400000),
		   ZX_OK);
	assert_int_equal(zx__backup_cooldown(&d.b, GUILD), 300000);
	assert_int_equal(zx__backup_cooldown(&d.b, GUILD + 1), 0);
	d.b.config.cooldown_s = 0;
	assert_int_equal(zx__backup_cooldown(&d.b, GUILD), 0);
	end(&d);
}

/* Texts -------------------------------------------------------------------- */

static void texts__sizes_dates_and_what_people_typed(void **state)
{
	struct zx_buf b;

	(void)state;
	zx_buf_init(&b, NULL, 0);
	zx__backup_size(&b, 1023);
	zx_buf_addch(&b, '|');
	zx__backup_size(&b, 1536);
	zx_buf_addch(&b, '|');
	zx__backup_size(&b, 5u << 20);
	zx_buf_addch(&b, '|');
	zx__backup_date(&b, 1771418096123);
	zx_buf_addch(&b, '|');
	zx__backup_person(&b, 5);
	zx__backup_person(&b, 0);
	zx_buf_addch(&b, '|');
	zx__backup_safe(&b, ZX_STR("@everyone **x**"), 11);
	assert_string_equal(zx_buf_cstr(&b),
			    "1023 B|1.5 KB|5.00 MB|2026-02-18 12:34 UTC|"
			    "<@5>the bot|@\xe2\x80\x8b"
			    "everyone \\*…");
	zx_buf_release(&b);
}

static void progress(const struct zx_backup_progress *p, const char *want,
		     int is)
{
	struct zx_message m;
	struct zx_buf out;

	zx_message_init(&m, NULL);
	zx_buf_init(&out, NULL, 0);
	zx__backup_progress_render(p, &m);
	assert_err(zx_message_write(&m, 0, &out), ZX_OK);
	if (!!strstr(zx_buf_cstr(&out), want) != is)
		fail_msg("%s %s in %s", is ? "no" : "a", want,
			 zx_buf_cstr(&out));
	zx_message_release(&m);
	zx_buf_release(&out);
}

static void texts__progress_says_what_is_under_way(void **state)
{
	struct zx_backup_progress p = { .phase = ZX_BACKUP_QUEUED,
					.doing = "guild" };

	(void)state;
	progress(&p, "Waits for other backups", 1);
	p.phase = ZX_BACKUP_READING;
	p.requests = 4;
	p.requests_known = 8;
	progress(&p, "██████████░░░░░░░░░░", 1);
	progress(&p, "⏳ Server data: 4 of 8 requests", 1);
	progress(&p, "Images", 0);
	p.images_known = 3;
	p.requests = 8;
	p.held = 1;
	progress(&p, "✅ Server data: 8 of 8", 1);
	progress(&p, "⏳ Images: 0 of 3", 1);
	progress(&p, "rate limits", 1);
	p.requests = 99; /* more than was known */
	progress(&p, "████████████████████`", 1);
	p.phase = ZX_BACKUP_STORING;
	p.incomplete = 2;
	progress(&p, "Saving the snapshot", 1);
	progress(&p, "2 could not be read", 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(room__there_is_some_until_the_limit),
		cmocka_unit_test(room__the_oldest_automatic_one_goes),
		cmocka_unit_test(C18__one_that_has_shrunk_pushes_nothing_out),
		cmocka_unit_test(flags__are_kept_apart_and_go_with_it),
		cmocka_unit_test(
			flags__a_restore_that_is_open_uses_its_snapshots),
		cmocka_unit_test(
			cooldown__a_clock_that_went_back_makes_it_no_longer),
		cmocka_unit_test(texts__sizes_dates_and_what_people_typed),
		cmocka_unit_test(texts__progress_says_what_is_under_way),
	};

	return cmocka_run_group_tests_name("backup do", tests, NULL, NULL);
}
