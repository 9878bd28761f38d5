/* SPDX-License-Identifier: MIT
 *
 * The loop: timers, waking, watched descriptors, a host's own context.
 */
#include <fcntl.h>
#include <libwebsockets.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "helper/fail_alloc.h"
#include "helper/zx_test.h"
#include "net/net_int.h"

struct marks {
	char text[64];
};

struct timer {
	struct zx_timer t;
	struct marks *marks;
	char name;
};

static void on_timer(struct zx_timer *t, void *ud)
{
	struct timer *me = ud;
	size_t n = strlen(me->marks->text);

	(void)t;
	assert_true(n + 1 < sizeof(me->marks->text));
	me->marks->text[n] = me->name;
}

static struct timer make(struct marks *m, char name)
{
	return (struct timer){ .t = { .fn = on_timer },
			       .marks = m,
			       .name = name };
}

static int set(struct zx_loop *l, struct timer *t, zx_time at)
{
	t->t.ud = t;
	return zx_timer_set(l, &t->t, at);
}

static struct zx_loop *open_loop(void)
{
	struct zx_loop *l;

	assert_int_equal(zx_loop_new(&l, NULL), ZX_OK);
	return l;
}

static void net_loop__timers_run_by_time_then_by_setting(void **state)
{
	struct marks m = { "" };
	struct timer a = make(&m, 'a'), b = make(&m, 'b'), c = make(&m, 'c'),
		     d = make(&m, 'd'), e = make(&m, 'e');
	struct zx_loop *l = open_loop();
	zx_time now = zx_loop_now(l);

	(void)state;
	assert_int_equal(set(l, &a, now + 3), ZX_OK);
	assert_int_equal(set(l, &b, now + 1), ZX_OK);
	assert_int_equal(set(l, &c, now + 3), ZX_OK);
	assert_int_equal(set(l, &d, now), ZX_OK);
	assert_int_equal(set(l, &e, now + 2), ZX_OK);
	assert_int_equal(set(l, &e, ZX_TIME_NEVER), ZX_OK);
	assert_int_equal(set(l, &b, now + 2), ZX_OK);
	while (strlen(m.text) < 4)
		assert_int_equal(zx_loop_step(l, -1), ZX_OK);
	assert_string_equal(m.text, "dbac");
	assert_true(zx_loop_now(l) >= now + 3);
	assert_false(a.t.slot || b.t.slot || c.t.slot || d.t.slot || e.t.slot);
	zx_loop_free(l);
}

static void net_loop__a_hundred_shuffled_timers_run_in_order(void **state)
{
	struct zx_prng p;
	struct zx_rand r;
	struct timer t[100];
	struct marks m[100];
	struct zx_loop *l = open_loop();
	zx_time now = zx_loop_now(l), last = 0;
	size_t i;

	(void)state;
	zx_prng_init(&p, 7);
	r = zx_prng_rand(&p);
	for (i = 0; i < 100; i++) {
		m[i].text[0] = 0;
		t[i] = make(&m[i], 'x');
		set(l, &t[i], now - zx_rand_below(&r, 50));
	}
	for (i = 0; i < 100; i += 3)
		set(l, &t[i], ZX_TIME_NEVER);
	l->now = now;
	while (l->timers) {
		assert_true(zx__timers_next(l) >= last);
		last = zx__timers_next(l);
		l->order = l->heap[1]->order; /* one at a time */
		zx__timers_run(l);
	}
	for (i = 0; i < 100; i++)
		assert_int_equal(m[i].text[0] == 'x', i % 3 != 0);
	zx_loop_free(l);
}

static void again(struct zx_timer *t, void *ud)
{
	struct zx_loop *l = ud;

	zx_timer_set(l, t, zx_loop_now(l));
}

static void net_loop__a_timer_set_for_now_waits_for_the_next_turn(void **state)
{
	struct zx_loop *l = open_loop();
	struct zx_timer t = { .fn = again, .ud = l };
	int i;

	(void)state;
	zx_timer_set(l, &t, 0);
	for (i = 0; i < 5; i++)
		assert_int_equal(zx_loop_step(l, -1), ZX_OK);
	zx_timer_set(l, &t, ZX_TIME_NEVER);
	zx_loop_free(l);
}

/* It may have given its caller something to do: there is nothing else that
 * would end the wait. */
static void net_loop__a_due_timer_ends_the_step_that_runs_it(void **state)
{
	struct marks m = { "" };
	struct timer a = make(&m, 'a');
	struct zx_loop *l = open_loop();

	(void)state;
	assert_int_equal(set(l, &a, zx_loop_now(l)), ZX_OK);
	assert_int_equal(zx_loop_step(l, -1), ZX_OK);
	assert_string_equal(m.text, "a");
	zx_loop_free(l);
}

static void net_loop__waiting_does_not_spin(void **state)
{
	struct marks m = { "" };
	struct timer t = make(&m, 'x');
	struct zx_loop *l = open_loop();
	int turns = 0;

	(void)state;
	set(l, &t, zx_loop_now(l) + 30);
	while (!m.text[0]) {
		assert_int_equal(zx_loop_step(l, -1), ZX_OK);
		turns++;
	}
	assert_true(turns <= 6);
	zx_loop_free(l);
}

static void *waker(void *ud)
{
	zx_loop_wake(ud);
	return NULL;
}

static void net_loop__another_thread_ends_the_wait(void **state)
{
	struct zx_loop *l = open_loop();
	pthread_t thread;

	(void)state;
	assert_int_equal(zx_loop_step(l, 0), ZX_OK);
	assert_int_equal(pthread_create(&thread, NULL, waker, l), 0);
	/* would last for ever if nobody woke it */
	assert_int_equal(zx_loop_step(l, -1), ZX_OK);
	pthread_join(thread, NULL);
	zx_loop_free(l);
}

static void net_loop__thousands_of_wakes_do_not_block(void **state)
{
	struct zx_loop *l = open_loop();
	int i;

	(void)state;
	for (i = 0; i < 100000; i++)
		zx_loop_wake(l);
	assert_int_equal(zx_loop_step(l, -1), ZX_OK);
	assert_int_equal(zx_loop_step(l, 0), ZX_OK);
	zx_loop_free(l);
}

/* Watched descriptors ---------------------------------------------------- */

struct pipe_end {
	struct zx__watch *watch;
	int fd;
	int reads, writes, gone;
	size_t bytes;
};

static void on_pipe(struct zx__watch *w, int events, void *ud)
{
	struct pipe_end *e = ud;
	char chunk[4096];
	ssize_t n;

	if (events & ZX__READ) {
		e->reads++;
		while ((n = read(e->fd, chunk, sizeof(chunk))) > 0)
			e->bytes += (size_t)n;
		if (n == 0) {
			e->watch = NULL;
			zx__watch_close(w);
		}
	}
	if (events & ZX__WRITE)
		e->writes++;
	if (events & ZX__GONE) {
		e->gone++;
		e->watch = NULL;
		zx__watch_close(w);
	}
}

static void net_watch__writing_is_offered_as_long_as_it_is_wanted(void **state)
{
	struct zx_loop *l = open_loop();
	struct pipe_end e = { .fd = -1 };
	int fd[2], turns = 0, before;

	(void)state;
	assert_int_equal(pipe(fd), 0);
	e.fd = fd[1];
	assert_int_equal(zx__watch_open(&e.watch, l, fd[1], on_pipe, &e),
			 ZX_OK);
	zx__watch_want(e.watch, ZX__WRITE);
	while (e.writes < 5 && turns++ < 50)
		zx_loop_step(l, 100);
	assert_true(e.writes >= 5);
	zx__watch_want(e.watch, 0);
	zx_loop_step(l, 0);
	before = e.writes;
	for (turns = 0; turns < 5; turns++)
		zx_loop_step(l, 0);
	assert_int_equal(e.writes, before);
	zx__watch_close(e.watch);
	close(fd[0]);
	zx_loop_step(l, 0);
	zx_loop_step(l, 0);
	assert_int_equal(fcntl(fd[1], F_GETFD), -1); /* closed by the loop */
	zx_loop_free(l);
}

static void net_watch__reading_can_be_paused(void **state)
{
	struct zx_loop *l = open_loop();
	struct pipe_end e = { .fd = -1 };
	int fd[2], i;

	(void)state;
	assert_int_equal(pipe(fd), 0);
	e.fd = fd[0];
	assert_int_equal(zx__watch_open(&e.watch, l, fd[0], on_pipe, &e),
			 ZX_OK);
	zx__watch_want(e.watch, 0);
	assert_int_equal(write(fd[1], "abc", 3), 3);
	for (i = 0; i < 3; i++)
		zx_loop_step(l, 1);
	assert_int_equal(e.reads, 0);
	zx__watch_want(e.watch, ZX__READ);
	for (i = 0; i < 5 && !e.reads; i++)
		zx_loop_step(l, 100);
	assert_int_equal(e.bytes, 3);
	close(fd[1]);
	for (i = 0; i < 5 && e.watch; i++)
		zx_loop_step(l, 100);
	assert_null(e.watch); /* end of file or hang-up was told */
	zx_loop_free(l);
}

/* Closes the other one and itself counts. */
struct rival {
	struct zx__watch *watch;
	struct rival *other;
	int calls;
};

static void on_rival(struct zx__watch *w, int events, void *ud)
{
	struct rival *r = ud;

	(void)w, (void)events;
	r->calls++;
	zx__watch_close(r->other->watch);
	r->other->watch = NULL;
}

static void net_watch__one_closed_in_the_same_turn_is_not_told(void **state)
{
	struct zx_loop *l = open_loop();
	struct rival r[2] = { { .other = &r[1] }, { .other = &r[0] } };
	int fd[2][2], i;

	(void)state;
	for (i = 0; i < 2; i++) {
		assert_int_equal(pipe(fd[i]), 0);
		assert_int_equal(zx__watch_open(&r[i].watch, l, fd[i][0],
						on_rival, &r[i]),
				 ZX_OK);
		assert_int_equal(write(fd[i][1], "x", 1), 1);
	}
	for (i = 0; i < 10 && !(r[0].calls + r[1].calls); i++)
		zx_loop_step(l, 100);
	assert_int_equal(!r[0].calls + !r[1].calls, 1);
	assert_int_equal(!r[0].watch + !r[1].watch, 1);
	zx__watch_close(r[0].watch);
	zx__watch_close(r[1].watch);
	close(fd[0][1]);
	close(fd[1][1]);
	zx_loop_free(l);
}

/* As curl has one of each socket. */
static void net_watch__another_descriptor_of_the_same_file_is_harmless(void **s)
{
	struct zx_loop *l = open_loop();
	struct pipe_end e = { .fd = -1 };
	int fd[2], copy, i;

	(void)s;
	assert_int_equal(pipe(fd), 0);
	copy = dup(fd[0]);
	e.fd = fd[0];
	assert_int_equal(zx__watch_open(&e.watch, l, fd[0], on_pipe, &e),
			 ZX_OK);
	zx__watch_close(e.watch);
	assert_int_equal(write(fd[1], "x", 1), 1);
	for (i = 0; i < 5; i++)
		zx_loop_step(l, 1);
	assert_int_equal(e.reads, 0);
	close(copy);
	close(fd[1]);
	zx_loop_free(l);
}

/* Nobody wants to read it, so nobody would see its end. */
static void net_watch__the_end_of_an_unwanted_one_is_told_once(void **state)
{
	struct zx_loop *l = open_loop();
	struct pipe_end e = { .fd = -1 };
	int fd[2], i;

	(void)state;
	assert_int_equal(pipe(fd), 0);
	e.fd = fd[0];
	assert_int_equal(zx__watch_open(&e.watch, l, fd[0], on_pipe, &e),
			 ZX_OK);
	zx__watch_want(e.watch, 0);
	zx_loop_step(l, 0);
	close(fd[1]);
	for (i = 0; i < 20 && e.watch; i++)
		zx_loop_step(l, 10);
	assert_null(e.watch);
	assert_int_equal(e.gone, 1);
	assert_int_equal(e.reads, 0);
	zx_loop_free(l);
}

/* More than one turn of the poller holds. */
static void net_watch__hundreds_ready_at_once_are_all_told(void **state)
{
	static struct pipe_end e[300];
	static int fd[300][2];
	struct zx_loop *l = open_loop();
	int i, n, turns;

	(void)state;
	for (i = 0; i < 300; i++) {
		assert_int_equal(pipe(fd[i]), 0);
		e[i] = (struct pipe_end){ .fd = fd[i][0] };
		assert_int_equal(zx__watch_open(&e[i].watch, l, fd[i][0],
						on_pipe, &e[i]),
				 ZX_OK);
		assert_int_equal(write(fd[i][1], "x", 1), 1);
	}
	for (turns = n = 0; n < 300 && turns < 50; turns++) {
		zx_loop_step(l, 100);
		for (i = n = 0; i < 300; i++)
			n += e[i].bytes == 1;
	}
	assert_int_equal(n, 300);
	for (i = 0; i < 300; i++) {
		assert_int_equal(e[i].reads, 1);
		zx__watch_close(e[i].watch);
		close(fd[i][1]);
	}
	zx_loop_free(l);
}

/* The host's context ----------------------------------------------------- */

static int host_callback(struct lws *wsi, enum lws_callback_reasons why,
			 void *user, void *in, size_t len)
{
	(void)wsi, (void)why, (void)user, (void)in, (void)len;
	return 0;
}

static const struct lws_protocols host_protocols[] = {
	{ .name = "host", .callback = host_callback }, { .name = NULL }
};

static struct lws_context *host_context(void)
{
	struct lws_context_creation_info info;
	struct lws_context *c;

	memset(&info, 0, sizeof(info));
	info.port = CONTEXT_PORT_NO_LISTEN;
	info.protocols = host_protocols;
	info.gid = (gid_t)-1;
	info.uid = (uid_t)-1;
	lws_set_log_level(0, NULL);
	c = lws_create_context(&info);
	assert_non_null(c);
	return c;
}

static void net_loop__lives_in_a_context_of_the_host(void **state)
{
	struct zx_loop_options opt = ZX_LOOP_OPTIONS_INIT;
	struct marks m = { "" };
	struct timer a = make(&m, 'a'), b = make(&m, 'b');
	struct pipe_end e = { .fd = -1 };
	struct zx_loop *l;
	int fd[2], i;

	(void)state;
	opt.lws = host_context();
	assert_int_equal(zx_loop_new(&l, &opt), ZX_OK);
	set(l, &b, zx_clock() + 10);
	set(l, &a, zx_clock() + 2);
	while (strlen(m.text) < 2)
		assert_int_equal(lws_service(opt.lws, 0), 0);
	assert_string_equal(m.text, "ab");
	assert_int_equal(pipe(fd), 0);
	e.fd = fd[1];
	assert_int_equal(zx__watch_open(&e.watch, l, fd[1], on_pipe, &e),
			 ZX_OK);
	zx__watch_want(e.watch, ZX__WRITE);
	for (i = 0; i < 50 && e.writes < 3; i++)
		lws_service(opt.lws, 0);
	assert_int_equal(e.writes, 3);
	zx__watch_close(e.watch);
	close(fd[0]);
	zx_loop_free(l);
	/* the host's context goes on without us */
	assert_true(lws_service(opt.lws, -1) >= 0);
	assert_true(lws_service(opt.lws, -1) >= 0);
	lws_context_destroy(opt.lws);
}

/* Small things ----------------------------------------------------------- */

static void net_clock__both_clocks_move_forward(void **state)
{
	zx_time a = zx_clock(), b = zx_clock();

	(void)state;
	assert_true(b >= a);
	assert_true(zx_wall_clock() > 1600000000000LL);
}

static void net_rand__fills_all_bytes_and_never_the_same(void **state)
{
	struct zx_rand r = zx_system_rand();
	unsigned char a[4096], b[4096];
	size_t i, zeros = 0;

	(void)state;
	memset(a, 0, sizeof(a));
	r.fill(r.ud, a, sizeof(a));
	r.fill(r.ud, b, sizeof(b));
	assert_memory_not_equal(a, b, sizeof(a));
	for (i = 0; i < sizeof(a); i++)
		zeros += !a[i];
	assert_true(zeros < 100); /* 16 expected */
}

static void url_is(const char *text, const char *address, int port, int tls,
		   const char *host, const char *path)
{
	struct zx__url u;

	assert_int_equal(zx__url_parse(&u, zx_str(text)), ZX_OK);
	assert_string_equal(u.address, address);
	assert_int_equal(u.port, port);
	assert_int_equal(u.tls, tls);
	assert_string_equal(u.host, host);
	assert_string_equal(u.path, path);
}

static void net_url__is_taken_apart(void **state)
{
	struct zx__url u;
	char big[2048];

	(void)state;
	url_is("wss://gateway.discord.gg/?v=10", "gateway.discord.gg", 443, 1,
	       "gateway.discord.gg", "/?v=10");
	url_is("wss://gateway.discord.gg?v=10", "gateway.discord.gg", 443, 1,
	       "gateway.discord.gg", "/?v=10");
	url_is("ws://127.0.0.1:8080/gateway?v=10&encoding=json", "127.0.0.1",
	       8080, 0, "127.0.0.1:8080", "/gateway?v=10&encoding=json");
	url_is("ws://[::1]:81", "::1", 81, 0, "[::1]:81", "/");
	url_is("ws://h", "h", 80, 0, "h", "/");
	assert_int_equal(zx__url_parse(&u, zx_str("http://h/")), ZX_E_INVALID);
	assert_int_equal(zx__url_parse(&u, zx_str("ws://")), ZX_E_INVALID);
	assert_int_equal(zx__url_parse(&u, zx_str("")), ZX_E_INVALID);
	assert_int_equal(zx__url_parse(&u, zx_str("ws://h:0/")), ZX_E_INVALID);
	assert_int_equal(zx__url_parse(&u, zx_str("ws://h:65536/")),
			 ZX_E_INVALID);
	assert_int_equal(zx__url_parse(&u, zx_str("ws://h /")), ZX_E_INVALID);
	assert_int_equal(zx__url_parse(&u, zx_str("ws://h/\r\nX: y")),
			 ZX_E_INVALID);
	assert_int_equal(zx__url_parse(&u, zx_str("ws://[::1/")), ZX_E_INVALID);
	assert_int_not_equal(zx__url_parse(&u, zx_str("ws://a@b/")), ZX_OK);
	memset(big, 'a', sizeof(big));
	memcpy(big, "ws://h/", 7);
	big[sizeof(big) - 1] = 0;
	assert_int_equal(zx__url_parse(&u, zx_str(big)), ZX_E_TOOBIG);
}

static int make_and_free(const struct zx_alloc *a, void *ud)
{
	struct zx_loop_options opt = ZX_LOOP_OPTIONS_INIT;
	struct zx_timer t = { .fn = again };
	struct zx_loop *l;
	int err;

	(void)ud;
	opt.alloc = a;
	opt.ca_file = "/nonexistent.pem";
	err = zx_loop_new(&l, &opt);
	if (err)
		return err;
	err = zx_timer_set(l, &t, 1);
	if (!err)
		zx_timer_set(l, &t, ZX_TIME_NEVER);
	zx_loop_free(l);
	return err;
}

static void net_loop__any_allocation_may_fail(void **state)
{
	(void)state;
	fail_alloc_each(make_and_free, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(net_loop__timers_run_by_time_then_by_setting),
		cmocka_unit_test(
			net_loop__a_hundred_shuffled_timers_run_in_order),
		cmocka_unit_test(
			net_loop__a_timer_set_for_now_waits_for_the_next_turn),
		cmocka_unit_test(
			net_loop__a_due_timer_ends_the_step_that_runs_it),
		cmocka_unit_test(net_loop__waiting_does_not_spin),
		cmocka_unit_test(net_loop__another_thread_ends_the_wait),
		cmocka_unit_test(net_loop__thousands_of_wakes_do_not_block),
		cmocka_unit_test(
			net_watch__writing_is_offered_as_long_as_it_is_wanted),
		cmocka_unit_test(net_watch__reading_can_be_paused),
		cmocka_unit_test(
			net_watch__one_closed_in_the_same_turn_is_not_told),
		cmocka_unit_test(
			net_watch__another_descriptor_of_the_same_file_is_harmless),
		cmocka_unit_test(
			net_watch__the_end_of_an_unwanted_one_is_told_once),
		cmocka_unit_test(
			net_watch__hundreds_ready_at_once_are_all_told),
		cmocka_unit_test(net_loop__lives_in_a_context_of_the_host),
		cmocka_unit_test(net_clock__both_clocks_move_forward),
		cmocka_unit_test(net_rand__fills_all_bytes_and_never_the_same),
		cmocka_unit_test(net_url__is_taken_apart),
		cmocka_unit_test(net_loop__any_allocation_may_fail),
	};

	return cmocka_run_group_tests_name("net/loop", tests, NULL, NULL);
}
