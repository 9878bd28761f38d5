/* SPDX-License-Identifier: MIT
 *
 * fleet_sim: a fleet of shards, their identify queue and REST together, against
 * models of Discord in virtual time, with a fault every few minutes. A seed
 * repeats a run exactly:
 *
 *	test_fleet_sim                    a short run
 *	test_fleet_sim FIRST COUNT HOURS  `make sim`
 */
#include "gateway/sim.h"
#include "rest/model.h"

#define SHARDS 8
#define CONCURRENCY 2
#define TOTAL 1000
#define RESERVE 50
#define DAY 86400000u

struct fleet {
	uint64_t seed;
	zx_time now;
	struct zx_identify_queue *q;
	struct sim shards[SHARDS];
	zx_time last_turn[CONCURRENCY];
	unsigned today; /* turns given since the budget was last renewed */
	zx_time renewed;

	struct model model;
	struct zx_rest *rest;
	struct zx_prng prng;
	zx_time next_job, job_gap;
	size_t jobs, results;
};

/* Turns ------------------------------------------------------------------ */

static void give_turns(struct fleet *f)
{
	uint32_t id;

	while (zx_identify_poll(f->q, f->now, &id)) {
		zx_time *last = &f->last_turn[id % CONCURRENCY];

		if (f->today && *last && f->now - *last < 5000)
			broken(&f->shards[id], "two identifies within 5 s");
		*last = f->now;
		if (f->now - f->renewed >= DAY) {
			f->renewed += DAY;
			f->today = 0;
		}
		if (++f->today > TOTAL - RESERVE)
			broken(&f->shards[id], "over the day's budget");
		grant(&f->shards[id]);
	}
}

/* REST ------------------------------------------------------------------- */

static void submit(struct fleet *f)
{
	struct zx_rest_request req = ZX_REST_REQUEST_INIT;
	struct job *j = &f->model.jobs[f->jobs++];
	char path[80];

	j->kind = (unsigned)zx_rand_below(&f->model.rand, KINDS);
	j->channel =
		1 + (unsigned)zx_rand_below(&f->model.rand, MODEL_CHANNELS);
	snprintf(path, sizeof(path), "/%s/%u%s",
		 kinds[j->kind].webhook ? "webhooks" : "channels", j->channel,
		 kinds[j->kind].after);
	req.method = kinds[j->kind].method;
	req.path = zx_str(path);
	req.ud = j;
	assert_err(zx_rest_submit(f->rest, &req, f->now, &j->id), ZX_OK);
}

static struct job *job_of(struct fleet *f, uint64_t id)
{
	size_t i = f->jobs;

	while (i-- > 0)
		if (f->model.jobs[i].id == id)
			return &f->model.jobs[i];
	fail_msg("a request that was never made");
	return NULL;
}

static void drain_rest(struct fleet *f)
{
	struct zx_rest_out o;

	while (zx_rest_poll(f->rest, &o)) {
		if (o.kind == ZX_REST_OUT_SEND) {
			model_send(&f->model, o.wire.id, job_of(f, o.wire.id),
				   f->now);
			continue;
		}
		struct job *j = o.result.ud;

		j->results++;
		j->err = o.result.err;
		f->results++;
	}
}

static void turn_rest(struct fleet *f)
{
	struct flight *x;

	while (f->jobs < MODEL_JOBS && f->next_job <= f->now) {
		submit(f);
		f->next_job += zx_rand_below(&f->model.rand, 2 * f->job_gap);
	}
	while ((x = model_run(&f->model, f->now))) {
		assert_err(zx_rest_feed(f->rest, x->id, &x->reply, f->now),
			   ZX_OK);
		x->id = 0;
		drain_rest(f);
	}
	assert_err(zx_rest_tick(f->rest, f->now), ZX_OK);
	drain_rest(f);
}

static zx_time next_rest(const struct fleet *f)
{
	zx_time at =
		zx_time_min(model_next(&f->model), zx_rest_deadline(f->rest));

	return f->jobs < MODEL_JOBS ? zx_time_min(at, f->next_job) : at;
}

/* All together ----------------------------------------------------------- */

static void run_fleet(struct fleet *f, zx_time end)
{
	zx_time at[SHARDS], next;
	unsigned idle = 0;
	size_t i;

	while (f->now < end) {
		next = zx_time_min(next_rest(f), zx_identify_deadline(f->q));
		for (i = 0; i < SHARDS; i++) {
			at[i] = soonest(&f->shards[i]);
			next = zx_time_min(next, at[i]);
		}
		idle = next <= f->now ? idle + 1 : 0;
		if (idle > 1000)
			fail_msg("seed %llu: time stands still",
				 (unsigned long long)f->seed);
		if (next > f->now)
			f->now = next;
		if (f->now > end)
			f->now = end;
		for (i = 0; i < SHARDS; i++) {
			f->shards[i].now = f->now;
			if (at[i] <= f->now)
				turn(&f->shards[i]);
		}
		give_turns(f);
		turn_rest(f);
	}
}

static void open_rest(struct fleet *f, unsigned hours)
{
	struct zx_rest_options o = ZX_REST_OPTIONS_INIT;

	zx_prng_init(&f->prng, f->seed);
	zx_prng_init(&f->model.prng, f->seed + 1000);
	f->model.rand = zx_prng_rand(&f->model.prng);
	f->model.faults = 1;
	f->model.least_ms = 20;
	f->model.jitter_ms = 150;
	f->model.next_storm = 60000;
	f->job_gap = (zx_time)hours * 3600000 / MODEL_JOBS;
	o.token = "zx-test-secret";
	o.rand = zx_prng_rand(&f->prng);
	assert_err(zx_rest_new(&f->rest, &o, 0), ZX_OK);
}

static void open_fleet(struct fleet *f, uint64_t seed, unsigned hours)
{
	struct zx_identify_options o = ZX_IDENTIFY_OPTIONS_INIT;
	uint32_t i;

	memset(f, 0, sizeof(*f));
	f->seed = seed;
	o.max_concurrency = CONCURRENCY;
	o.total = o.remaining = TOTAL;
	o.reset_after_ms = DAY;
	o.reserve = RESERVE;
	o.need = SHARDS;
	assert_err(zx_identify_new(&f->q, &o, 0), ZX_OK);
	for (i = 0; i < SHARDS; i++)
		sim_init(&f->shards[i], seed, i, SHARDS, f->q);
	open_rest(f, hours);
}

/* No request lost, none told twice, what is not idempotent done once. */
static void check_rest(const struct fleet *f)
{
	size_t i;

	assert_true(f->jobs > MODEL_JOBS / 2);
	assert_int_equal(f->results, f->jobs);
	for (i = 0; i < f->jobs; i++) {
		const struct job *j = &f->model.jobs[i];

		assert_int_equal(j->results, 1);
		if (j->err == ZX_OK)
			assert_true(j->carried_out >= 1);
		if (kinds[j->kind].method == ZX_POST)
			assert_true(j->carried_out <= 1);
	}
}

static void close_fleet(struct fleet *f)
{
	size_t i;

	for (i = 0; i < SHARDS; i++)
		sim_release(&f->shards[i]);
	zx_identify_free(f->q);
	zx_rest_free(f->rest);
}

static void play_fleet(uint64_t seed, unsigned hours, int say)
{
	struct fleet *f = malloc(sizeof(*f));
	unsigned events = 0, identifies = 0, resumes = 0;
	size_t i;

	assert_non_null(f);
	open_fleet(f, seed, hours);
	for (i = 0; i < SHARDS; i++) {
		f->shards[i].faults = 1;
		assert_err(zx_shard_start(f->shards[i].s, 0), ZX_OK);
	}
	run_fleet(f, (zx_time)hours * 3600000);
	for (i = 0; i < SHARDS; i++)
		make_peace(&f->shards[i]);
	run_fleet(f, f->now + 1800000);
	for (i = 0; i < SHARDS; i++)
		f->shards[i].next_event = ZX_TIME_NEVER;
	run_fleet(f, f->now + 10000);
	for (i = 0; i < SHARDS; i++) {
		check_end(&f->shards[i]);
		events += f->shards[i].events;
		identifies += f->shards[i].identifies;
		resumes += f->shards[i].resumes;
	}
	check_rest(f);
	assert_true(events > 500 * hours && resumes > hours);
	if (say)
		printf("seed %llu: %u events, %u identifies, %u resumes, %zu "
		       "requests\n",
		       (unsigned long long)seed, events, identifies, resumes,
		       f->results);
	close_fleet(f);
	free(f);
}

static void fleet_sim__faults_lose_no_event_no_shard_no_request(void **state)
{
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= 8; seed++)
		play_fleet(seed, 24, 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			fleet_sim__faults_lose_no_event_no_shard_no_request),
	};

	if (argc == 4)
		return sim_seeds(play_fleet, argv);
	return cmocka_run_group_tests_name("bot/fleet_sim", tests, NULL, NULL);
}
