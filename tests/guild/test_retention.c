/* SPDX-License-Identifier: MIT
 *
 * Retention against an oracle that is too slow to be wrong, and the schedule.
 */
#include "helper/zx_test.h"
#include "zoryx/retention.h"

#define DAY INT64_C(86400000)
#define HOUR INT64_C(3600000)
#define NOW (INT64_C(20000) * DAY)

static struct zx_retained at(int64_t days_ago, uint64_t extent)
{
	return (struct zx_retained){ .created = NOW - days_ago * DAY,
				     .extent = extent,
				     .automatic = 1 };
}

static void retention__by_age_pins_and_the_last_good_one_stay(void **state)
{
	struct zx_retained v[] = { at(40, 100), at(50, 100), at(60, 100) };
	struct zx_retention r = { .days = 30, .now = NOW };

	(void)state;
	v[2].pinned = 1;
	assert_err(zx_retention(v, 3, &r), ZX_OK);
	assert_int_equal(v[0].keep, ZX_KEEP_LAST);
	assert_int_equal(v[1].keep, ZX_DROP_AGE);
	assert_int_equal(v[2].keep, ZX_KEEP_PINNED);
}

static void C18__a_shrunk_one_never_evicts_an_older_one(void **state)
{
	struct zx_retained v[] = { at(1, 100), at(2, 100), at(3, 100) };
	struct zx_retention r = {
		.max_count = 3, .room = 1, .extent = 10, .now = NOW
	};

	(void)state;
	assert_err(zx_retention(v, 3, &r), ZX_E_FULL);
	assert_int_equal(v[2].keep, ZX_KEEP_SHRUNK);
	r.extent = 70;
	assert_err(zx_retention(v, 3, &r), ZX_OK);
	assert_int_equal(v[2].keep, ZX_DROP_COUNT);
	r.extent = 69;
	assert_err(zx_retention(v, 3, &r), ZX_E_FULL);
}

static void C18__nights_after_a_nuke_keep_the_good_one(void **state)
{
	struct zx_retained v[40];
	struct zx_retention r = { .max_count = 40, .days = 7, .now = NOW };

	(void)state;
	for (int i = 0; i < 40; i++)
		v[i] = at(i, i < 30 ? 5 : 100);
	assert_err(zx_retention(v, 40, &r), ZX_OK);
	assert_int_equal(v[30].keep, ZX_KEEP_LAST);
	assert_int_equal(v[30].shrunk, 0);
	assert_int_equal(v[29].shrunk, 1);
	assert_int_equal(v[29].keep, ZX_DROP_AGE);
	/* a person says that it is meant to be so small */
	v[29].accepted = 1;
	assert_err(zx_retention(v, 40, &r), ZX_OK);
	assert_int_equal(v[0].keep, ZX_KEEP);
	assert_int_equal(v[0].shrunk, 0);
	assert_int_equal(v[30].keep, ZX_DROP_AGE);
}

static void retention__manual_ones_make_no_room(void **state)
{
	struct zx_retained v[] = { at(1, 9), at(2, 9) };
	struct zx_retention r = { .max_count = 2, .room = 1, .now = NOW };

	(void)state;
	v[0].automatic = v[1].automatic = 0;
	assert_err(zx_retention(v, 2, &r), ZX_E_FULL);
	assert_int_equal(v[0].keep, ZX_KEEP);
	assert_int_equal(v[1].keep, ZX_KEEP);
}

/* The oracle: the same words, by another way. */
static int cmp(const void *pa, const void *pb)
{
	const struct zx_retained *a = *(struct zx_retained *const *)pa;
	const struct zx_retained *b = *(struct zx_retained *const *)pb;

	if (a->created != b->created)
		return a->created < b->created ? -1 : 1;
	return a > b ? -1 : 1;
}

struct verdict {
	int gone[100], full;
};

static void oracle(struct zx_retained *v, size_t n,
		   const struct zx_retention *r, struct verdict *o)
{
	struct zx_retained *sorted[100], *good = NULL;
	size_t left = n, limit = r->max_count - (r->room ? 1 : 0);
	int blocked;

	memset(o, 0, sizeof(*o));
	for (size_t i = 0; i < n; i++)
		sorted[i] = &v[i];
	qsort(sorted, n, sizeof(*sorted), cmp);
	for (size_t i = 0; i < n; i++) {
		int small = good && !sorted[i]->accepted &&
			    (double)sorted[i]->extent <
				    (double)good->extent * 0.7 - 1e-9;

		sorted[i]->shrunk = small;
		if (!small && !sorted[i]->damaged)
			good = sorted[i];
	}
	if (r->room)
		blocked = good && r->extent &&
			  (double)r->extent < (double)good->extent * 0.7 - 1e-9;
	else
		blocked = n && sorted[n - 1]->shrunk;
	for (size_t i = 0; i < n; i++) {
		struct zx_retained *e = sorted[i];
		int safe = e->pinned || e->used || e == good || !good;

		if (r->days && !safe && e->created <= r->now &&
		    r->now - e->created > (int64_t)r->days * DAY) {
			o->gone[e - v] = 1;
			left--;
		}
	}
	for (size_t i = 0; i < n && left > limit && !blocked; i++) {
		struct zx_retained *e = sorted[i];

		if (o->gone[e - v] || !e->automatic || e->pinned || e->used ||
		    e == good || !good)
			continue;
		o->gone[e - v] = 1;
		left--;
	}
	o->full = r->room && left > limit;
}

static void random_case(const struct zx_rand *r, struct zx_retained *v,
			size_t *n, struct zx_retention *rule)
{
	*n = (size_t)zx_rand_below(r, 30);
	for (size_t i = 0; i < *n; i++)
		v[i] = (struct zx_retained){
			/* sometimes the future, often the same time */
			.created = NOW - (int64_t)zx_rand_below(r, 60) * DAY +
				   5 * DAY,
			.extent = zx_rand_below(r, 20),
			.pinned = !zx_rand_below(r, 6),
			.automatic = zx_rand_below(r, 3) > 0,
			.used = !zx_rand_below(r, 15),
			.damaged = !zx_rand_below(r, 8),
			.accepted = !zx_rand_below(r, 8)
		};
	*rule = (struct zx_retention){
		.max_count = 1 + (uint32_t)zx_rand_below(r, 30),
		.days = (uint32_t)zx_rand_below(r, 40),
		.room = zx_rand_below(r, 2) != 0,
		.extent = zx_rand_below(r, 20),
		.now = NOW - (int64_t)zx_rand_below(r, 400) * DAY *
				     !zx_rand_below(r, 10)
	};
}

static void C19__100000_random_schedules_agree_with_the_oracle(void **state)
{
	struct zx_retained v[30], w[30];
	struct zx_retention rule;
	struct zx_prng p;
	struct zx_rand r;
	struct verdict o;
	size_t n;

	(void)state;
	zx_prng_init(&p, 19);
	r = zx_prng_rand(&p);
	for (int i = 0; i < 100000; i++) {
		int err;

		random_case(&r, v, &n, &rule);
		memcpy(w, v, sizeof(w));
		oracle(w, n, &rule, &o);
		err = zx_retention(v, n, &rule);
		if (err != (o.full ? ZX_E_FULL : ZX_OK))
			fail_msg("case %d: %s", i, zx_errname(err));
		for (size_t k = 0; k < n; k++)
			if ((v[k].keep >= ZX_DROP_AGE) != o.gone[k])
				fail_msg("case %d, snapshot %zu: %d", i, k,
					 (int)v[k].keep);
	}
}

/* Schedule ----------------------------------------------------------------- */

static struct zx_schedule *schedule(void)
{
	struct zx_schedule *s;

	assert_err(zx_schedule_new(&s, NULL), ZX_OK);
	return s;
}

static void schedule__an_interval_of_n_hours_means_n(void **state)
{
	struct zx_schedule *s = schedule();
	struct zx_schedule_out o;
	zx_wall runs[50];
	int n = 0;

	(void)state;
	assert_err(zx_schedule_set(s, 7, 3, NOW, NOW), ZX_OK);
	/* looked at every minute; each capture takes four */
	for (zx_wall t = NOW; n < 50; t += 60000) {
		zx_schedule_tick(s, t);
		while (zx_schedule_poll(s, &o)) {
			assert_int_equal(o.kind, ZX_SCHEDULE_DUE);
			runs[n++] = t;
			zx_schedule_done(s, 7, 1, t + 240000);
		}
	}
	for (int i = 0; i < 50; i++)
		assert_int_equal(runs[i], NOW + (i + 1) * 3 * HOUR);
	zx_schedule_free(s);
}

static void schedule__missed_runs_are_caught_up_once(void **state)
{
	struct zx_schedule *s = schedule();
	struct zx_schedule_out o;
	int due = 0, late = 0;

	(void)state;
	assert_err(zx_schedule_set(s, 7, 6, NOW - 33 * HOUR, NOW), ZX_OK);
	zx_schedule_tick(s, NOW);
	while (zx_schedule_poll(s, &o)) {
		due += o.kind == ZX_SCHEDULE_DUE;
		late += o.kind == ZX_SCHEDULE_LATE;
	}
	assert_int_equal(due, 1);
	assert_int_equal(late, 1);
	zx_schedule_done(s, 7, 1, NOW);
	assert_false(zx_schedule_poll(s, &o));
	/* the rhythm stays: 33 hours ago plus a multiple of six */
	assert_int_equal(zx_schedule_deadline(s), NOW + 3 * HOUR);
	zx_schedule_free(s);
}

static void schedule__two_intervals_without_success_are_told_once(void **state)
{
	struct zx_schedule *s = schedule();
	struct zx_schedule_out o;
	int late = 0, tries = 0;

	(void)state;
	assert_err(zx_schedule_set(s, 7, 4, NOW, NOW), ZX_OK);
	for (zx_wall t = NOW; t < NOW + 40 * HOUR; t += 60000) {
		zx_schedule_tick(s, t);
		while (zx_schedule_poll(s, &o)) {
			if (o.kind == ZX_SCHEDULE_LATE) {
				assert_int_equal(t, NOW + 8 * HOUR);
				late++;
			} else {
				tries++;
				zx_schedule_done(s, 7, 0, t);
			}
		}
	}
	assert_int_equal(late, 1);
	assert_int_equal(tries, 36);
	zx_schedule_free(s);
}

static void
schedule__a_clock_that_goes_back_delays_by_one_interval(void **state)
{
	struct zx_schedule *s = schedule();
	struct zx_schedule_out o;
	zx_wall past = NOW - 365 * DAY;

	(void)state;
	assert_err(zx_schedule_set(s, 7, 2, NOW, NOW), ZX_OK);
	zx_schedule_tick(s, past);
	assert_false(zx_schedule_poll(s, &o));
	assert_true(zx_schedule_deadline(s) <= past + 2 * HOUR);
	zx_schedule_tick(s, past + 2 * HOUR);
	assert_true(zx_schedule_poll(s, &o));
	zx_schedule_done(s, 7, 1, past + 2 * HOUR);
	assert_true(zx_schedule_last(s, 7) <= past + 2 * HOUR);
	zx_schedule_free(s);
}

static void schedule__limits_and_removal(void **state)
{
	struct zx_schedule *s = schedule();
	struct zx_schedule_out o;

	(void)state;
	assert_err(zx_schedule_set(s, 1, 0, 0, NOW), ZX_E_RANGE);
	assert_err(zx_schedule_set(s, 1, 169, 0, NOW), ZX_E_RANGE);
	assert_int_equal(zx_schedule_deadline(s), INT64_MAX);
	for (uint64_t g = 100; g > 0; g--)
		assert_err(zx_schedule_set(s, g, 1, 0, NOW), ZX_OK);
	for (uint64_t g = 1; g < 100; g++)
		zx_schedule_remove(s, g);
	zx_schedule_tick(s, NOW);
	assert_true(zx_schedule_poll(s, &o));
	assert_int_equal(o.guild, 100);
	assert_false(zx_schedule_poll(s, &o));
	zx_schedule_free(s);
}

static int scenario(const struct zx_alloc *a, void *ud)
{
	struct zx_schedule *s;
	int err = zx_schedule_new(&s, a);

	(void)ud;
	for (uint64_t g = 1; !err && g < 40; g++)
		err = zx_schedule_set(s, g, 1, 0, NOW);
	zx_schedule_free(s);
	return err;
}

static void schedule__survives_every_failed_allocation(void **state)
{
	(void)state;
	fail_alloc_each(scenario, NULL);
}

static void cooldown__ends_and_never_grows(void **state)
{
	(void)state;
	assert_int_equal(zx_cooldown_left(0, 300, NOW), 0);
	assert_int_equal(zx_cooldown_left(NOW, 300, NOW + 1000), 299000);
	assert_int_equal(zx_cooldown_left(NOW, 300, NOW + 300000), 0);
	assert_int_equal(zx_cooldown_left(NOW, 300, NOW - 365 * DAY), 300000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			retention__by_age_pins_and_the_last_good_one_stay),
		cmocka_unit_test(C18__a_shrunk_one_never_evicts_an_older_one),
		cmocka_unit_test(C18__nights_after_a_nuke_keep_the_good_one),
		cmocka_unit_test(retention__manual_ones_make_no_room),
		cmocka_unit_test(
			C19__100000_random_schedules_agree_with_the_oracle),
		cmocka_unit_test(schedule__an_interval_of_n_hours_means_n),
		cmocka_unit_test(schedule__missed_runs_are_caught_up_once),
		cmocka_unit_test(
			schedule__two_intervals_without_success_are_told_once),
		cmocka_unit_test(
			schedule__a_clock_that_goes_back_delays_by_one_interval),
		cmocka_unit_test(schedule__limits_and_removal),
		cmocka_unit_test(schedule__survives_every_failed_allocation),
		cmocka_unit_test(cooldown__ends_and_never_grows),
	};

	return cmocka_run_group_tests_name("retention", tests, NULL, NULL);
}
