/* SPDX-License-Identifier: MIT
 *
 * sim: the scheduler against the model server, many seeds, with and without
 * faults. What must hold in every run is asserted at its end.
 */
#include "model.h"

#define SEEDS 40

struct sim {
	struct model m;
	struct zx_rest *r;
	struct zx_prng prng;
	zx_time now, next_job;
	size_t jobs, count;
	zx_time sends[16 * MODEL_JOBS]; /* of those below the global limit */
	size_t gated, results;
};

static void begin(struct sim *s, uint64_t seed, int faults)
{
	struct zx_rest_options o = ZX_REST_OPTIONS_INIT;

	memset(s, 0, sizeof(*s));
	zx_prng_init(&s->prng, seed);
	zx_prng_init(&s->m.prng, seed + 1000);
	s->m.rand = zx_prng_rand(&s->m.prng);
	s->m.faults = faults;
	s->m.least_ms = 20;
	s->m.jitter_ms = faults ? 150 : 45;
	s->m.next_storm = 10000;
	s->now = 1000 + zx_rand_below(&s->m.rand, 100000);
	s->jobs = faults ? 500 : 900;
	o.token = "zx-test-secret";
	o.rand = zx_prng_rand(&s->prng);
	o.max_in_flight = 40;
	assert_err(zx_rest_new(&s->r, &o, s->now), ZX_OK);
	s->next_job = s->now;
}

static void submit(struct sim *s)
{
	struct zx_rest_request req = ZX_REST_REQUEST_INIT;
	struct job *j = &s->m.jobs[s->count++];
	char path[80];

	j->kind = (unsigned)zx_rand_below(&s->m.rand, KINDS);
	j->channel = 1 + (unsigned)zx_rand_below(&s->m.rand, MODEL_CHANNELS);
	snprintf(path, sizeof(path), "/%s/%u%s",
		 kinds[j->kind].webhook ? "webhooks" : "channels", j->channel,
		 kinds[j->kind].after);
	req.method = kinds[j->kind].method;
	req.path = zx_str(path);
	j->idempotent = req.method == ZX_POST && chance(&s->m, 20);
	if (j->idempotent)
		req.flags = ZX_REST_IDEMPOTENT;
	req.ud = j;
	assert_err(zx_rest_submit(s->r, &req, s->now, &j->id), ZX_OK);
}

static struct job *job_of(struct sim *s, uint64_t id)
{
	size_t i;

	for (i = 0; i < s->count; i++)
		if (s->m.jobs[i].id == id)
			return &s->m.jobs[i];
	fail_msg("a request that was never made: %" PRIu64, id);
	return NULL;
}

static void drain(struct sim *s)
{
	struct zx_rest_out out;

	while (zx_rest_poll(s->r, &out)) {
		struct job *j;

		if (out.kind == ZX_REST_OUT_SEND) {
			j = job_of(s, out.wire.id);
			assert_int_equal(j->results, 0);
			if (!kinds[j->kind].webhook)
				s->sends[s->gated++] = s->now;
			model_send(&s->m, out.wire.id, j, s->now);
			continue;
		}
		j = out.result.ud;
		j->results++;
		j->err = out.result.err;
		j->maybe_done = out.result.maybe_done;
		s->results++;
	}
}

static void run(struct sim *s)
{
	while (s->results < s->jobs) {
		struct flight *f;
		zx_time at =
			zx_time_min(model_next(&s->m), zx_rest_deadline(s->r));

		if (s->count < s->jobs)
			at = zx_time_min(at, s->next_job);
		assert_true(at != ZX_TIME_NEVER && at >= s->now);
		s->now = at;
		while (s->count < s->jobs && s->next_job <= s->now) {
			submit(s);
			s->next_job += zx_rand_below(&s->m.rand, 40);
		}
		while ((f = model_run(&s->m, s->now))) {
			assert_err(zx_rest_feed(s->r, f->id, &f->reply, s->now),
				   ZX_OK);
			f->id = 0;
			drain(s);
		}
		assert_err(zx_rest_tick(s->r, s->now), ZX_OK);
		drain(s);
	}
}

static void check_jobs(const struct sim *s)
{
	size_t i;

	for (i = 0; i < s->jobs; i++) {
		const struct job *j = &s->m.jobs[i];
		int once = kinds[j->kind].method == ZX_POST && !j->idempotent;

		assert_int_equal(j->results, 1);
		if (j->err == ZX_OK)
			assert_true(j->carried_out >= 1);
		if (once)
			assert_true(j->carried_out <= 1);
		/* What is said not to be done is not. */
		if (j->err && !j->maybe_done && kinds[j->kind].method != ZX_GET)
			assert_int_equal(j->carried_out, 0);
	}
}

static void check_global(const struct sim *s)
{
	size_t i;

	for (i = 50; i < s->gated; i++)
		assert_true(s->sends[i] - s->sends[i - 50] >= 1000);
}

static void finish(struct sim *s)
{
	const struct zx_rest_stats *st = zx_rest_stats(s->r, s->now);

	assert_int_equal(st->submitted, s->jobs);
	assert_int_equal(st->done, s->jobs);
	assert_int_equal(st->waiting, 0);
	assert_int_equal(st->in_flight, 0);
	check_jobs(s);
	check_global(s);
	zx_rest_free(s->r);
}

static void sim__a_good_server_never_has_to_say_429(void **state)
{
	struct sim *s = malloc(sizeof(*s));
	uint64_t seed;
	size_t i;

	(void)state;
	assert_non_null(s);
	for (seed = 1; seed <= SEEDS; seed++) {
		begin(s, seed, 0);
		run(s);
		assert_int_equal(s->m.user_429 + s->m.global_429, 0);
		for (i = 0; i < s->jobs; i++)
			assert_err(s->m.jobs[i].err, ZX_OK);
		finish(s);
	}
	free(s);
}

static void RL_15__storms_and_lost_answers_lose_and_repeat_nothing(void **state)
{
	struct sim *s = malloc(sizeof(*s));
	unsigned sent = 0, limited = 0, failed = 0;
	uint64_t seed;
	size_t i;

	(void)state;
	assert_non_null(s);
	for (seed = 1; seed <= SEEDS; seed++) {
		begin(s, seed, 1);
		run(s);
		sent += (unsigned)zx_rest_stats(s->r, s->now)->sent;
		limited += s->m.user_429 + s->m.global_429;
		/* Nothing is known of a window whose answers were lost. */
		assert_true(s->m.user_429 + s->m.global_429 <= s->jobs / 20);
		for (i = 0; i < s->jobs; i++)
			failed += s->m.jobs[i].err != ZX_OK;
		finish(s);
	}
	assert_true(limited * 100 <= sent);
	/* The faults were really there. */
	assert_true(failed > SEEDS);
	free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sim__a_good_server_never_has_to_say_429),
		cmocka_unit_test(
			RL_15__storms_and_lost_answers_lose_and_repeat_nothing),
	};

	return cmocka_run_group_tests_name("rest/sim", tests, NULL, NULL);
}
