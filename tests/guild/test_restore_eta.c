/* SPDX-License-Identifier: MIT
 *
 * The time a restore still takes, against a server whose limits are windows of
 * requests: as the plan assumed them, tighter, wider, and with a pause.
 */
#include "guild/plan_desk.h"
#include "zoryx/restore_run.h"

enum { ROLES = 120, SLOTS = 16, LATENCY = 80 };

/* `most` requests in each `window` of milliseconds, as Discord's buckets. */
struct limits {
	unsigned most;
	zx_time window;
};

struct wire {
	uint32_t id;
	zx_time answers;
	int get;
};

struct story {
	struct desk d;
	struct zx_restore_run *run;
	struct limits limits;
	zx_time now, window_ends, pause_at, pause_ends;
	unsigned left; /* in the window */
	struct wire wire[SLOTS];
	unsigned made;
	/* of what was shown: when, and how long it was to take */
	struct {
		uint32_t done;
		uint64_t eta;
		zx_time at;
	} shown[4 * ROLES];
	size_t n;
};

static void begin(struct story *t, unsigned most, zx_time window)
{
	char json[100];

	memset(t, 0, sizeof(*t));
	t->limits = (struct limits){ most, window };
	desk_open(&t->d);
	for (int i = 0; i < ROLES; i++) {
		snprintf(json, sizeof(json),
			 "{'id':'%d','name':'r%d','permissions':'0',"
			 "'position':%d}",
			 200 + i, i, i + 1);
		desk_snap(&t->d, ZX_SECTION_ROLES, json);
	}
	desk_plan(&t->d);
	assert_err(zx_restore_run_new(&t->run, t->d.plan, NULL, 0), ZX_OK);
}

static void end(struct story *t)
{
	zx_restore_run_free(t->run);
	desk_close(&t->d);
}

/* When a request that is sent now is let through. */
static zx_time let_through(struct story *t)
{
	if (t->now >= t->window_ends) {
		t->window_ends = t->now + t->limits.window;
		t->left = t->limits.most;
	}
	if (t->left) {
		t->left--;
		return t->now;
	}
	/* It waits in the client for the next window. */
	t->window_ends += t->limits.window;
	t->left = t->limits.most - 1;
	return t->window_ends - t->limits.window;
}

static void take_out(struct story *t, const struct zx_restore_out *o)
{
	struct wire *w = t->wire;

	while (w->id)
		w++;
	*w = (struct wire){ .id = o->id, .get = o->method == ZX_PLAN_GET };
	w->answers = let_through(t) + LATENCY;
}

static void note(struct story *t)
{
	struct zx_restore_progress p;

	zx_restore_run_progress(t->run, t->now, &p);
	if (p.paused || t->n == 4 * ROLES ||
	    (t->n && t->shown[t->n - 1].done == p.done))
		return;
	t->shown[t->n].done = p.done;
	t->shown[t->n].eta = p.eta_ms;
	t->shown[t->n++].at = t->now;
}

static int poll(struct story *t)
{
	struct zx_restore_out o;

	while (zx_restore_run_poll(t->run, &o)) {
		if (o.kind == ZX_RESTORE_OUT_DONE)
			return 0;
		if (o.kind == ZX_RESTORE_OUT_REQUEST)
			take_out(t, &o);
	}
	note(t);
	return 1;
}

static struct wire *first(struct story *t)
{
	struct wire *best = NULL;

	for (struct wire *w = t->wire; w < t->wire + SLOTS; w++)
		if (w->id && (!best || w->answers < best->answers))
			best = w;
	return best;
}

static void answer(struct story *t, struct wire *w)
{
	struct zx_restore_reply r = { .status = 200 };
	char body[40];

	t->now = w->answers;
	snprintf(body, sizeof(body), "{\"id\":\"%u\"}", 5000 + ++t->made);
	r.body = w->get ? ZX_STR("[]") : zx_str(body);
	assert_err(zx_restore_run_feed(t->run, w->id, &r, t->now), ZX_OK);
	w->id = 0;
}

static void pause_for(struct story *t, zx_time ms)
{
	zx_restore_run_pause(t->run, 1, t->now);
	for (struct wire *w; (w = first(t));) {
		answer(t, w);
		poll(t);
	}
	t->now += ms;
	zx_restore_run_pause(t->run, 0, t->now);
	t->pause_at = 0;
	t->pause_ends = t->now;
}

static void carry_out(struct story *t)
{
	struct wire *w;

	while (poll(t)) {
		w = first(t);
		assert_non_null(w);
		answer(t, w);
		if (t->pause_at && t->now >= t->pause_at)
			pause_for(t, 3600000);
	}
}

/* From a share of the steps on it is right to a share of what is left and a
 * window. `from` and `off` in percent. */
static void must_be_near(const struct story *t, unsigned from, unsigned off)
{
	uint32_t all = zx_plan_totals(t->d.plan)->changes;

	assert_true(t->n > ROLES / 2);
	for (size_t i = 0; i < t->n; i++) {
		zx_time was = t->now - t->shown[i].at;
		uint64_t eta = t->shown[i].eta;
		uint64_t by = eta > was ? eta - was : was - eta;

		if (t->shown[i].done * 100 < all * from ||
		    t->shown[i].at < t->pause_ends)
			continue;
		if (by > was * off / 100 + t->limits.window)
			fail_msg("%u of %u done: %llu ms was to be %llu",
				 t->shown[i].done, all, (unsigned long long)was,
				 (unsigned long long)eta);
	}
}

static void
eta__is_right_from_the_beginning_when_limits_are_as_assumed(void **s)
{
	struct story t;

	(void)s;
	begin(&t, 5, 5000);
	carry_out(&t);
	must_be_near(&t, 0, 25);
	end(&t);
}

static void eta__learns_that_limits_are_tighter(void **state)
{
	struct story t;

	(void)state;
	begin(&t, 5, 20000);
	carry_out(&t);
	must_be_near(&t, 33, 30);
	must_be_near(&t, 66, 20);
	end(&t);
}

static void eta__learns_that_limits_are_wider(void **state)
{
	struct story t;

	(void)state;
	begin(&t, 10, 2500);
	carry_out(&t);
	must_be_near(&t, 50, 60);
	must_be_near(&t, 75, 40);
	end(&t);
}

static void eta__a_pause_is_not_taken_for_slowness(void **state)
{
	struct story t;

	(void)state;
	begin(&t, 5, 5000);
	t.pause_at = 40000;
	carry_out(&t);
	assert_true(t.now > 3600000);
	must_be_near(&t, 0, 25);
	end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			eta__is_right_from_the_beginning_when_limits_are_as_assumed),
		cmocka_unit_test(eta__learns_that_limits_are_tighter),
		cmocka_unit_test(eta__learns_that_limits_are_wider),
		cmocka_unit_test(eta__a_pause_is_not_taken_for_slowness),
	};

	return cmocka_run_group_tests_name("restore_eta", tests, NULL, NULL);
}
