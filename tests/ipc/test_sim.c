/* SPDX-License-Identifier: MIT
 *
 * 16 clusters in one thread and virtual time, with faults from a seed: cut
 * connections, frozen clusters, a hub that restarts, bytes in any pieces. While
 * a link is up nothing is lost, doubled or out of order.
 */
#include "helper/zx_test.h"
#include "zoryx/ipc.h"

#define CLUSTERS 16
#define MINUTES 20

struct sim;

struct cluster {
	struct sim *sim;
	struct zx_ipc *x;
	char name[16];
	unsigned port;
	int frozen;
	zx_time thaw;
	uint64_t sent[CLUSTERS]; /* to each, counted */
	/* From each: the last number, and whether a gap may be: one of the two
	 * was cut off since. */
	uint64_t last[CLUSTERS];
	int gap[CLUSTERS];
	uint64_t got, asked, answered, done;
};

struct sim {
	struct zx_ipc_memory *m;
	struct zx_prng prng;
	struct zx_rand rand;
	struct cluster c[CLUSTERS]; /* c[0] is the hub */
	zx_time now;
	uint64_t cuts;
};

static size_t index_of(struct zx_str name)
{
	uint64_t i = CLUSTERS;

	if (name.len > 1)
		(void)zx_str_u64(zx_str_from(name, 1), &i);
	assert_true(i < CLUSTERS);
	return (size_t)i;
}

/* Whatever goes to or from i may have a gap now. */
static void may_gap(struct sim *s, size_t i)
{
	size_t k;

	for (k = 0; k < CLUSTERS; k++)
		s->c[k].gap[i] = s->c[i].gap[k] = 1;
}

static void on_out(struct zx_ipc *x, const struct zx_ipc_out *o, void *ud)
{
	struct cluster *c = ud;
	size_t me = (size_t)(c - c->sim->c), from;
	uint64_t n;

	if (o->kind == ZX_IPC_OUT_DOWN)
		may_gap(c->sim, me);
	if (o->kind == ZX_IPC_OUT_LEAVE)
		may_gap(c->sim, index_of(o->name));
	c->answered += o->kind == ZX_IPC_OUT_ANSWER;
	c->done += o->kind == ZX_IPC_OUT_DONE;
	if (o->kind != ZX_IPC_OUT_MESSAGE)
		return;
	if (zx_str_is(o->op_name, "x_echo_request")) {
		(void)zx_ipc_reply(x, o, ZX_STR("{}"), c->sim->now);
		return;
	}
	if (!zx_str_is(o->op_name, "x_n"))
		return;
	from = index_of(o->name);
	n = zx_json_get_u64(o->text, "n");
	assert_true(n > c->last[from]); /* neither doubled nor out of order */
	if (!c->gap[from])
		assert_int_equal(n, c->last[from] + 1);
	c->last[from] = n;
	c->gap[from] = 0;
	c->got++;
}

static void make(struct sim *s, size_t i, int legacy)
{
	struct zx_ipc_options o = ZX_IPC_OPTIONS_INIT;
	struct cluster *c = &s->c[i];

	o.role = i ? ZX_IPC_CLIENT : ZX_IPC_HUB;
	o.name = c->name;
	o.secret = "sim";
	o.allow_legacy = !i;
	o.only_legacy = i && legacy;
	o.host = "127.0.0.1";
	o.port = 1;
	o.max_strangers_each = CLUSTERS;
	o.rand = s->rand;
	assert_err(zx_ipc_new(&c->x, &o), ZX_OK);
	assert_err(zx_ipc_memory_attach(s->m, c->x, i ? 0 : 1, on_out, c),
		   ZX_OK);
	assert_err(zx_ipc_start(c->x, s->now), ZX_OK);
	zx_ipc_memory_kick(s->m, c->x);
}

static void open_sim(struct sim *s, uint64_t seed)
{
	size_t i;

	memset(s, 0, sizeof(*s));
	zx_prng_init(&s->prng, seed);
	s->rand = zx_prng_rand(&s->prng);
	assert_err(zx_ipc_memory_new(&s->m, NULL), ZX_OK);
	for (i = 0; i < CLUSTERS; i++) {
		s->c[i].sim = s;
		snprintf(s->c[i].name, sizeof(s->c[i].name), "c%zu", i);
		make(s, i, i % 2 != 0);
	}
	for (i = 0; i < CLUSTERS; i++)
		may_gap(s, i);
}

static void close_sim(struct sim *s)
{
	size_t i;

	zx_ipc_memory_free(s->m);
	for (i = 0; i < CLUSTERS; i++)
		zx_ipc_free(s->c[i].x);
}

static int draw(struct sim *s, uint64_t one_in)
{
	return zx_rand_below(&s->rand, one_in) == 0;
}

static void speak(struct sim *s, size_t i)
{
	struct cluster *c = &s->c[i];
	size_t to = zx_rand_below(&s->rand, CLUSTERS);
	char text[64];
	uint64_t id;
	int err;

	if (to == i || c->frozen)
		return;
	if (draw(s, 10)) {
		err = zx_ipc_request(c->x, "x_echo_request", s->c[to].name,
				     ZX_STR("{}"), 3000, s->now, &id);
		c->asked += !err;
		zx_ipc_memory_kick(s->m, c->x);
		return;
	}
	snprintf(text, sizeof(text), "{\"n\": %u}",
		 (unsigned)(c->sent[to] + 1));
	err = zx_ipc_send(c->x, "x_n", s->c[to].name, zx_str(text), s->now,
			  NULL);
	c->sent[to] += !err;
	zx_ipc_memory_kick(s->m, c->x);
}

static void fault(struct sim *s)
{
	size_t i = zx_rand_below(&s->rand, CLUSTERS);
	struct cluster *c = &s->c[i];

	if (draw(s, 40)) {
		may_gap(s, i);
		zx_ipc_memory_cut(s->m, c->x, s->now);
		s->cuts++;
	}
	if (i && !c->frozen && draw(s, 60)) {
		c->frozen = 1;
		c->thaw = s->now + zx_rand_below(&s->rand, 150000);
		zx_ipc_memory_freeze(s->m, c->x, 1);
	}
	if (!i && draw(s, 30)) { /* the hub restarts */
		for (i = 0; i < CLUSTERS; i++)
			may_gap(s, i);
		zx_ipc_memory_detach(s->m, c->x);
		zx_ipc_free(c->x);
		make(s, 0, 0);
		s->cuts++;
	}
}

static void turn(struct sim *s, int faults)
{
	size_t i;

	for (i = 0; i < CLUSTERS; i++) {
		struct cluster *c = &s->c[i];

		if (c->frozen && s->now >= c->thaw) {
			c->frozen = 0;
			zx_ipc_memory_freeze(s->m, c->x, 0);
		}
		speak(s, i);
	}
	if (faults)
		fault(s);
	for (i = 0; i < 4; i++)
		if (!zx_ipc_memory_step(s->m, 1 + zx_rand_below(&s->rand, 200),
					s->now))
			break;
	s->now += zx_rand_below(&s->rand, 200);
}

/* Without faults until all is delivered. */
static void settle(struct sim *s)
{
	zx_time until = s->now + 400000;
	size_t i;

	for (i = 0; i < CLUSTERS; i++) {
		s->c[i].frozen = 0;
		zx_ipc_memory_freeze(s->m, s->c[i].x, 0);
	}
	while (s->now < until) {
		while (zx_ipc_memory_step(s->m, 0, s->now))
			continue;
		s->now = zx_time_min(zx_ipc_memory_deadline(s->m), until);
	}
}

static void run(uint64_t seed)
{
	uint64_t asked = 0, answered = 0, done = 0, got = 0;
	struct sim s;
	size_t i;

	print_message("# seed %u\n", (unsigned)seed);
	open_sim(&s, seed);
	while (s.now < MINUTES * 60000)
		turn(&s, 1);
	settle(&s);
	for (i = 0; i < CLUSTERS; i++) {
		assert_true(zx_ipc_is_up(s.c[i].x));
		asked += s.c[i].asked;
		answered += s.c[i].answered;
		got += s.c[i].got;
		/* A hub that was restarted never ends what it had asked. */
		if (i) {
			assert_int_equal(s.c[i].asked, s.c[i].done);
			done += s.c[i].done;
		}
	}
	assert_true(s.cuts > 20 && got > 1000 && done > 50);
	assert_true(answered <= asked && answered * 2 > asked);
	/* And now that all links are up, all of it arrives. */
	for (i = 0; i < CLUSTERS; i++)
		memset(s.c[i].gap, 0, sizeof(s.c[i].gap));
	for (i = 0; i < CLUSTERS; i++) {
		size_t k;

		for (k = 0; k < CLUSTERS; k++)
			s.c[i].last[k] = s.c[k].sent[i];
	}
	for (i = 0; i < 2000; i++)
		turn(&s, 0);
	settle(&s);
	for (i = 0; i < CLUSTERS; i++) {
		size_t k;

		for (k = 0; k < CLUSTERS; k++)
			assert_int_equal(s.c[i].last[k], s.c[k].sent[i]);
	}
	close_sim(&s);
}

static void ipc_sim__nothing_is_lost_or_doubled(void **state)
{
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= 3; seed++)
		run(seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ipc_sim__nothing_is_lost_or_doubled),
	};

	return cmocka_run_group_tests_name("ipc simulation", tests, NULL, NULL);
}
