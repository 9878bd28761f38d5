/* SPDX-License-Identifier: MIT
 *
 * sim: a shard for hours of virtual time. A seed repeats a run exactly:
 *
 *	test_sim                a few seeds
 *	test_sim FIRST COUNT HOURS
 */
#include "gateway/sim.h"

static void run_until(struct sim *m, zx_time end)
{
	unsigned idle = 0;
	uint32_t id;

	while (m->now < end) {
		zx_time next = soonest(m);

		idle = next <= m->now ? idle + 1 : 0;
		if (idle > 1000)
			broken(m, "time stands still");
		m->now = next > m->now ? next : m->now;
		if (m->now > end)
			m->now = end;
		turn(m);
		if (zx_identify_poll(m->q, m->now, &id))
			grant(m);
	}
}

/* Faults for a while, then peace: everything must be well again. */
static void play(struct sim *m, unsigned hours)
{
	m->faults = 1;
	assert_err(zx_shard_start(m->s, 0), ZX_OK);
	run_until(m, (zx_time)hours * 3600000);
	make_peace(m);
	run_until(m, m->now + 1200000);
	m->next_event = ZX_TIME_NEVER;
	run_until(m, m->now + 10000);
	check_end(m);
	if (m->identifies > 1000u * (hours / 24 + 1))
		broken(m, "more identifies than the day has");
}

static struct zx_identify_queue *new_queue(void)
{
	struct zx_identify_options o = ZX_IDENTIFY_OPTIONS_INIT;
	struct zx_identify_queue *q;

	assert_err(zx_identify_new(&q, &o, 0), ZX_OK);
	return q;
}

static void play_seed(uint64_t seed, unsigned hours, int say)
{
	struct sim m;

	sim_init(&m, seed, 0, 1, new_queue());
	play(&m, hours);
	if (say)
		printf("seed %llu: %u events, %u identifies, %u resumes, %u "
		       "commands\n",
		       (unsigned long long)seed, m.events, m.identifies,
		       m.resumes, m.commands);
	assert_true(m.events > 100 && m.resumes > hours);
	zx_identify_free(m.q);
	sim_release(&m);
}

static void sim__no_fault_loses_an_event_or_the_shard(void **state)
{
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= 20; seed++)
		play_seed(seed, 24, 0);
}

/* A fatal code at some moment: silence from then on, whatever is still done. */
static void sim__nothing_comes_after_dead(void **state)
{
	static const int fatal[] = { 4004, 4010, 4011, 4012, 4013, 4014 };
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= 40; seed++) {
		struct sim m;

		sim_init(&m, seed, 0, 1, new_queue());
		m.faults = 1;
		assert_err(zx_shard_start(m.s, 0), ZX_OK);
		run_until(&m, 60000 + seed * 30000);
		while (m.link != OPEN)
			run_until(&m, m.now + 100);
		zx_shard_on_closed(m.s, m.generation, fatal[seed % 6], m.now);
		poll(&m);
		unlink_all(&m);
		if (!m.dead)
			broken(&m, "a fatal code did not end it");
		assert_true(zx_shard_deadline(m.s) == ZX_TIME_NEVER);
		zx_shard_grant(m.s, m.now);
		run_until(&m, m.now + 600000);
		zx_shard_stop(m.s, 0, m.now);
		poll(&m);
		assert_int_equal(zx_shard_state(m.s), ZX_SHARD_DEAD);
		zx_identify_free(m.q);
		sim_release(&m);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sim__no_fault_loses_an_event_or_the_shard),
		cmocka_unit_test(sim__nothing_comes_after_dead),
	};

	if (argc == 4)
		return sim_seeds(play_seed, argv);
	return cmocka_run_group_tests_name("gateway/sim", tests, NULL, NULL);
}
