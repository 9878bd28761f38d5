/* SPDX-License-Identifier: MIT
 *
 * The client: when it comes back, what it falls back to, and that 64 of them do
 * not come back together.
 */
#include "helper/zx_test.h"
#include "zoryx/ipc.h"

struct desk {
	struct zx_ipc *x;
	struct zx_prng prng;
	zx_time now, dialled;
	uint32_t link;
	unsigned dials, ups, downs;
	char why[256];
};

static void poll_all(struct desk *d)
{
	struct zx_ipc_out o;

	while (zx_ipc_poll(d->x, &o)) {
		d->ups += o.kind == ZX_IPC_OUT_UP;
		d->downs += o.kind == ZX_IPC_OUT_DOWN;
		if (o.kind == ZX_IPC_OUT_DOWN)
			snprintf(d->why, sizeof(d->why), "%.*s",
				 ZX_ARG(o.text));
		if (o.kind != ZX_IPC_OUT_DIAL)
			continue;
		d->dials++;
		d->link = o.link;
		d->dialled = d->now;
	}
}

static void open_desk(struct desk *d, int allow, int only)
{
	struct zx_ipc_options o = ZX_IPC_OPTIONS_INIT;

	memset(d, 0, sizeof(*d));
	zx_prng_init(&d->prng, 4);
	o.role = ZX_IPC_CLIENT;
	o.name = "c";
	o.secret = "secret";
	o.host = "127.0.0.1";
	o.port = 20000;
	o.allow_legacy = allow;
	o.only_legacy = only;
	o.rand = zx_prng_rand(&d->prng);
	assert_err(zx_ipc_new(&d->x, &o), ZX_OK);
	assert_err(zx_ipc_start(d->x, 0), ZX_OK);
	poll_all(d);
	assert_int_equal(d->dials, 1);
}

static void until_dial(struct desk *d)
{
	unsigned before = d->dials;

	while (d->dials == before) {
		assert_true(zx_ipc_deadline(d->x) != ZX_TIME_NEVER);
		if (zx_ipc_deadline(d->x) > d->now)
			d->now = zx_ipc_deadline(d->x);
		zx_ipc_tick(d->x, d->now);
		poll_all(d);
	}
}

static void feed(struct desk *d, const char *payload)
{
	struct zx_buf b;

	zx_buf_init(&b, NULL, 0);
	assert_err(zx_ipc_encode(&b, zx_str(payload)), ZX_OK);
	assert_err(zx_ipc_feed(d->x, d->link, zx_buf_str(&b), d->now), ZX_OK);
	poll_all(d);
	zx_buf_release(&b);
}

#define WELCOME                                                                \
	"{\"op\": \"auth_response\", \"data\": {\"success\": true, "           \
	"\"server_cluster\": \"h\", \"connected_clients\": [\"c\", \"d\"]}}"
#define REFUSAL                                                                \
	"{\"op\": \"auth_response\", \"data\": {\"success\": false, "          \
	"\"error\": \"Invalid secret\"}}"

static void A16__retries_come_later_each_time(void **state)
{
	static const unsigned most[] = {
		5, 10, 20, 40, 80, 120, 120, 120, 120
	};
	struct desk d;
	size_t i;

	(void)state;
	open_desk(&d, 0, 1);
	for (i = 0; i < 9; i++) {
		zx_time from = d.now;

		zx_ipc_closed(d.x, d.link, "refused", d.now);
		poll_all(&d);
		assert_int_equal(d.downs, i + 1);
		until_dial(&d);
		assert_in_range(d.now - from, most[i] * 500, most[i] * 1000);
	}
	/* Being taken in starts the row anew. */
	zx_ipc_opened(d.x, d.link, d.now);
	feed(&d, WELCOME);
	assert_int_equal(d.ups, 1);
	assert_str(zx_ipc_known(d.x, 1), "d");
	zx_ipc_closed(d.x, d.link, NULL, d.now);
	poll_all(&d);
	d.dialled = d.now;
	until_dial(&d);
	assert_true(d.now - d.dialled <= 5000);
	zx_ipc_free(d.x);
}

static void ipc_client__a_refused_secret_waits_longer_too(void **state)
{
	struct desk d;
	zx_time from;
	int i;

	(void)state;
	open_desk(&d, 0, 1);
	for (i = 0; i < 6; i++) {
		from = d.now;
		zx_ipc_opened(d.x, d.link, d.now);
		feed(&d, REFUSAL);
		assert_non_null(strstr(d.why, "SHARD_IPC_SECRET"));
		until_dial(&d);
	}
	assert_true(d.now - from >= 60000);
	zx_ipc_free(d.x);
}

static void A17__a_hub_that_does_not_answer_is_left(void **state)
{
	struct desk d;

	(void)state;
	open_desk(&d, 0, 0);
	zx_ipc_opened(d.x, d.link, 100);
	until_dial(&d);
	assert_non_null(strstr(d.why, "10 s"));
	assert_in_range(d.now, 12500, 15000);
	/* Nor is one that does not even accept waited for. */
	until_dial(&d);
	assert_int_equal(d.downs, 2);
	zx_ipc_free(d.x);
}

static struct zx_str wants_to_say(struct desk *d)
{
	zx_ipc_opened(d->x, d->link, d->now);
	poll_all(d);
	return zx_ipc_pull(d->x, d->link);
}

static void A11__clear_text_only_where_it_is_allowed(void **state)
{
	struct desk d;
	struct zx_str out;

	(void)state;
	open_desk(&d, 0, 0);
	out = wants_to_say(&d);
	assert_int_equal(*out.ptr, 0x16);
	zx_ipc_closed(d.x, d.link, NULL, d.now);
	poll_all(&d);
	until_dial(&d);
	assert_int_equal(*wants_to_say(&d).ptr, 0x16);
	zx_ipc_free(d.x);

	open_desk(&d, 1, 0);
	assert_int_equal(*wants_to_say(&d).ptr, 0x16);
	zx_ipc_closed(d.x, d.link, NULL, d.now);
	poll_all(&d);
	assert_int_equal(d.dials, 2); /* at once */
	out = wants_to_say(&d);
	assert_int_equal(*out.ptr, 0x00);
	zx_ipc_closed(d.x, d.link, NULL, d.now);
	poll_all(&d);
	until_dial(&d);
	assert_int_equal(*wants_to_say(&d).ptr, 0x16);
	/* An answer of any kind, or a broken network, is no invitation. */
	assert_err(zx_ipc_feed(d.x, d.link, ZX_STR("\x16"), d.now), ZX_OK);
	poll_all(&d);
	zx_ipc_closed(d.x, d.link, NULL, d.now);
	poll_all(&d);
	until_dial(&d);
	assert_int_equal(*wants_to_say(&d).ptr, 0x16);
	zx_ipc_closed(d.x, d.link, "reset", d.now);
	poll_all(&d);
	until_dial(&d);
	assert_int_equal(*wants_to_say(&d).ptr, 0x16);
	zx_ipc_free(d.x);
}

static void ipc_client__a_beat_every_30_s(void **state)
{
	struct zx_str out;
	struct desk d;
	unsigned i;

	(void)state;
	open_desk(&d, 0, 1);
	zx_ipc_opened(d.x, d.link, 0);
	zx_ipc_wrote(d.x, d.link, zx_ipc_pull(d.x, d.link).len, 0);
	feed(&d, WELCOME);
	for (i = 0; i < 5; i++) {
		out = zx_ipc_pull(d.x, d.link);
		assert_true(zx_str_starts(zx_str_from(out, 4),
					  "{\"op\": \"heartbeat\""));
		zx_ipc_wrote(d.x, d.link, out.len, d.now);
		assert_int_equal(zx_ipc_pull(d.x, d.link).len, 0);
		feed(&d, "{\"op\": \"heartbeat_ack\", \"data\": {}}");
		while (d.now < (i + 1) * 30000u) {
			d.now = zx_ipc_deadline(d.x);
			zx_ipc_tick(d.x, d.now);
			poll_all(&d);
		}
		assert_int_equal(d.now, (i + 1) * 30000);
	}
	/* A hub that says nothing for two minutes is gone. */
	while (d.downs == 0) {
		zx_ipc_wrote(d.x, d.link, zx_ipc_pull(d.x, d.link).len, d.now);
		d.now = zx_ipc_deadline(d.x);
		zx_ipc_tick(d.x, d.now);
		poll_all(&d);
	}
	assert_int_equal(d.now, 120000 + 120000);
	zx_ipc_free(d.x);
}

/* The hub of 64 goes, and comes back after a while. */
#define HERD 64

static unsigned accepted_in[10000]; /* per 100 ms */

static void run_herd(struct zx_ipc_memory *m, struct zx_ipc *hub, zx_time *now,
		     zx_time until)
{
	struct zx_ipc_stats s;
	uint64_t before;

	while (*now < until) {
		zx_ipc_stats(hub, &s);
		before = s.accepted;
		while (zx_ipc_memory_step(m, 0, *now))
			continue;
		zx_ipc_stats(hub, &s);
		accepted_in[*now / 100] += (unsigned)(s.accepted - before);
		*now = zx_time_min(zx_ipc_memory_deadline(m), until);
	}
}

static struct zx_ipc *herd_hub(struct zx_ipc_memory *m, struct zx_prng *prng)
{
	struct zx_ipc_options o = ZX_IPC_OPTIONS_INIT;
	struct zx_ipc *hub;

	o.role = ZX_IPC_HUB;
	o.name = "hub";
	o.secret = "secret";
	o.allow_legacy = 1;
	o.max_strangers_each = HERD;
	o.rand = zx_prng_rand(prng);
	assert_err(zx_ipc_new(&hub, &o), ZX_OK);
	assert_err(zx_ipc_memory_attach(m, hub, 1, NULL, NULL), ZX_OK);
	return hub;
}

static void A16__64_clients_do_not_come_back_together(void **state)
{
	struct zx_ipc_options o = ZX_IPC_OPTIONS_INIT;
	struct zx_ipc *hub, *client[HERD];
	struct zx_ipc_memory *m;
	struct zx_prng prng;
	zx_time now = 0, back;
	unsigned i, peak = 0;
	char name[16];

	(void)state;
	memset(accepted_in, 0, sizeof(accepted_in));
	zx_prng_init(&prng, 64);
	assert_err(zx_ipc_memory_new(&m, NULL), ZX_OK);
	hub = herd_hub(m, &prng);
	for (i = 0; i < HERD; i++) {
		snprintf(name, sizeof(name), "c%u", i);
		o.role = ZX_IPC_CLIENT;
		o.name = name;
		o.secret = "secret";
		o.only_legacy = 1;
		o.host = "memory";
		o.port = 1;
		o.rand = zx_prng_rand(&prng);
		assert_err(zx_ipc_new(&client[i], &o), ZX_OK);
		assert_err(zx_ipc_memory_attach(m, client[i], 0, NULL, NULL),
			   ZX_OK);
		assert_err(zx_ipc_start(client[i], 0), ZX_OK);
		zx_ipc_memory_kick(m, client[i]);
	}
	run_herd(m, hub, &now, 60000);
	for (i = 0; i < HERD; i++)
		assert_true(zx_ipc_is_up(client[i]));
	zx_ipc_memory_detach(m, hub);
	zx_ipc_free(hub);
	hub = herd_hub(m, &prng);
	back = now;
	run_herd(m, hub, &now, back + 5001);
	for (i = 0; i < HERD; i++)
		assert_true(zx_ipc_is_up(client[i]));
	for (i = (unsigned)(back / 100); i < 10000; i++)
		peak = accepted_in[i] > peak ? accepted_in[i] : peak;
	assert_in_range(peak, 1, 12);
	zx_ipc_memory_free(m);
	for (i = 0; i < HERD; i++)
		zx_ipc_free(client[i]);
	zx_ipc_free(hub);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(A16__retries_come_later_each_time),
		cmocka_unit_test(ipc_client__a_refused_secret_waits_longer_too),
		cmocka_unit_test(A17__a_hub_that_does_not_answer_is_left),
		cmocka_unit_test(A11__clear_text_only_where_it_is_allowed),
		cmocka_unit_test(ipc_client__a_beat_every_30_s),
		cmocka_unit_test(A16__64_clients_do_not_come_back_together),
	};

	return cmocka_run_group_tests_name("ipc client", tests, NULL, NULL);
}
