/* SPDX-License-Identifier: MIT
 *
 * Rows of the catalogue of faults that only real sockets can show: strangers
 * without number, no more descriptors, and what a side said given back to it.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "helper/peer.h"
#include "helper/zx_test.h"
#include "zoryx/net.h"

#define SECRET "abuse-secret-1f3a"
#define PATIENCE_MS 20000
#define STRANGERS 900

struct side {
	struct zx_ipc *x;
	struct zx_ipc_conn *conn;
	struct zx_prng prng;
	unsigned ups, downs, joins;
	int leave_at, left; /* an output to detach at, plus 1; it was done */
	char why[300];
};

static struct zx_loop *loop;
static struct side hub, client;
static int legacy; /* the next hub admits clear text */

static void on_out(struct zx_ipc *x, const struct zx_ipc_out *o, void *ud)
{
	struct side *s = ud;

	(void)x;
	s->ups += o->kind == ZX_IPC_OUT_UP;
	s->downs += o->kind == ZX_IPC_OUT_DOWN;
	s->joins += o->kind == ZX_IPC_OUT_JOIN;
	if (s->leave_at == (int)o->kind + 1 && !s->left++) {
		zx_ipc_stop(x, zx_loop_now(loop));
		zx_ipc_detach(s->conn);
		s->conn = NULL;
	}
	if (o->kind == ZX_IPC_OUT_DOWN)
		snprintf(s->why, sizeof(s->why), "%.*s", ZX_ARG(o->text));
}

static void side_open(struct side *s, enum zx_ipc_role role, unsigned port)
{
	struct zx_ipc_options o = ZX_IPC_OPTIONS_INIT;

	memset(s, 0, sizeof(*s));
	zx_prng_init(&s->prng, 3 + (uint64_t)role);
	o.role = role;
	o.name = role == ZX_IPC_HUB ? "cluster-0" : "cluster-1";
	o.secret = SECRET;
	o.host = "127.0.0.1";
	o.port = port;
	o.allow_legacy = legacy;
	o.rand = zx_prng_rand(&s->prng);
	assert_err(zx_ipc_new(&s->x, &o), ZX_OK);
	assert_err(zx_ipc_attach(&s->conn, loop, s->x, on_out, s), ZX_OK);
	if (role == ZX_IPC_HUB)
		return;
	assert_err(zx_ipc_start(s->x, zx_loop_now(loop)), ZX_OK);
	zx_ipc_kick(s->conn);
}

static void side_close(struct side *s)
{
	if (!s->x)
		return;
	if (s->conn)
		zx_ipc_detach(s->conn);
	zx_ipc_free(s->x);
	s->x = NULL;
}

static int up(void **state)
{
	(void)state;
	assert_err(zx_loop_new(&loop, NULL), ZX_OK);
	side_open(&hub, ZX_IPC_HUB, 0);
	return 0;
}

static int down(void **state)
{
	(void)state;
	side_close(&client);
	side_close(&hub);
	zx_loop_free(loop);
	return 0;
}

static struct zx_ipc_stats stats(void)
{
	struct zx_ipc_stats s;

	zx_ipc_stats(hub.x, &s);
	return s;
}

#define UNTIL(condition)                                                       \
	do {                                                                   \
		zx_time until_ = zx_clock() + PATIENCE_MS;                     \
		while (!(condition)) {                                         \
			assert_true(zx_clock() < until_);                      \
			assert_err(zx_loop_step(loop, 10), ZX_OK);             \
		}                                                              \
	} while (0)

/* Loopback has 16 million addresses to come from. */
static int dial(unsigned from)
{
	struct sockaddr_in a = { .sin_family = AF_INET }, to = a;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 256 + from);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	to.sin_port = htons((uint16_t)zx_ipc_port(hub.conn));
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) ||
	    connect(fd, (struct sockaddr *)&to, sizeof(to)))
		return -1;
	return fd;
}

/* Strangers
 * ---------------------------------------------------------------------- */

/* In a process of its own: they say nothing, half of a frame, or half of a
 * handshake, and stay. */
static void crowd(int told)
{
	static const char *const words[] = { "", "\0\0\0\x40{",
					     "\x16\x03\x01" };
	static const size_t lengths[] = { 0, 5, 3 };
	int i, fd;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (i = 0; i < STRANGERS; i++) {
		fd = dial((unsigned)i / 20);
		if (fd < 0)
			_exit(1);
		(void)!write(fd, words[i % 3], lengths[i % 3]);
	}
	(void)!write(told, "x", 1);
	pause();
	_exit(0);
}

static pid_t crowd_start(int *told)
{
	int ends[2];
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	signal(SIGPIPE, SIG_IGN);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		close(ends[0]);
		crowd(ends[1]);
	}
	close(ends[1]);
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	*told = ends[0];
	return pid;
}

static size_t descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	size_t n = 0;

	assert_non_null(d);
	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

static void A12__900_strangers_on_sockets_keep_nobody_out(void **state)
{
	size_t before = descriptors();
	int told, n = 0;
	pid_t pid;
	char c;

	(void)state;
	pid = crowd_start(&told);
	UNTIL(stats().accepted > 300);
	/* In the middle of it, and when all are there. */
	side_open(&client, ZX_IPC_CLIENT, zx_ipc_port(hub.conn));
	UNTIL(client.ups == 1 && hub.joins == 1);
	UNTIL((n = (int)read(told, &c, 1)) >= 0);
	assert_int_equal(n, 1);
	UNTIL(stats().accepted + stats().refused >= STRANGERS + 1);
	/* Of those not authenticated the oldest made room. */
	UNTIL(descriptors() <= before + 256 + 4);
	side_close(&client);
	side_open(&client, ZX_IPC_CLIENT, zx_ipc_port(hub.conn));
	UNTIL(client.ups == 1);
	assert_int_equal(client.downs, 0);
	assert_int_equal(stats().auth_ok, 2);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(told);
}

static void A12__no_more_descriptors_is_no_reason_to_spin(void **state)
{
	struct rlimit before, few;
	int fd[48], i, turns = 0, lowest = dup(0);
	zx_time until;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	for (i = 0; i < 48; i++)
		fd[i] = dial((unsigned)i);
	close(lowest);
	few = before;
	few.rlim_cur = (rlim_t)fd[47] + 9;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	UNTIL(stats().accepted >= 4);
	until = zx_clock() + 400;
	while (zx_clock() < until) {
		assert_err(zx_loop_step(loop, 400), ZX_OK);
		turns++;
	}
	/* It looks again every 100 ms, not all the time. */
	assert_true(turns < 100);
	assert_true(stats().accepted < 48);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	UNTIL(stats().accepted == 48);
	side_open(&client, ZX_IPC_CLIENT, zx_ipc_port(hub.conn));
	UNTIL(client.ups == 1);
	for (i = 0; i < 48; i++)
		close(fd[i]);
}

/* Given back
 * --------------------------------------------------------------------- */

static atomic_uint echoed;

static void echo(int fd, unsigned nth, void *ud)
{
	char bytes[4096];
	ssize_t n;

	(void)nth;
	(void)ud;
	while ((n = read(fd, bytes, sizeof(bytes))) > 0) {
		atomic_fetch_add(&echoed, (unsigned)n);
		peer_write(fd, bytes, (size_t)n);
	}
}

static void A09__a_secondary_is_not_let_in_by_its_own_words(void **state)
{
	struct peer *mirror = peer_start(echo, NULL);

	(void)state;
	side_open(&client, ZX_IPC_CLIENT, peer_port(mirror));
	UNTIL(client.downs == 1);
	assert_true(atomic_load(&echoed) > 0);
	assert_int_equal(client.ups, 0);
	side_close(&client);
	peer_stop(mirror);
}

/* What the hub says to a connection, up to a pause; 0 at its end. */
static size_t hear(int fd, char *to, size_t size)
{
	size_t have = 0;
	int quiet = 0;
	ssize_t n;

	while (quiet < 10 && have < size) {
		assert_err(zx_loop_step(loop, 5), ZX_OK);
		n = recv(fd, to + have, size - have, MSG_DONTWAIT);
		if (!n)
			break;
		if (n < 0) {
			quiet += have > 0;
			continue;
		}
		have += (size_t)n;
		quiet = 0;
	}
	return have;
}

static void A09__a_primary_is_not_told_its_own_words(void **state)
{
	struct zx_ipc_session *s;
	struct zx_ipc_options o = ZX_IPC_OPTIONS_INIT;
	struct zx_ipc_keys *keys;
	char said[16384], more[64];
	struct zx_str hello;
	struct zx_prng prng;
	int first, second;
	size_t n;

	(void)state;
	/* Somebody who does not know the secret begins as a cluster would. */
	zx_prng_init(&prng, 77);
	o.role = ZX_IPC_CLIENT;
	o.name = "mallory";
	o.secret = "not the secret";
	o.rand = zx_prng_rand(&prng);
	assert_err(zx_ipc_keys_new(&keys, &o), ZX_OK);
	assert_err(zx_ipc_session_new(&s, keys, 0, 0, 1), ZX_OK);
	zx_ipc_session_open(s, 1);
	hello = zx_ipc_session_pull(s);
	first = dial(1);
	second = dial(2);
	assert_true(first >= 0 && second >= 0);
	assert_int_equal(write(first, hello.ptr, hello.len),
			 (ssize_t)hello.len);
	n = hear(first, said, sizeof(said));
	assert_true(n > 100);
	/* The hub's answer as a question to the hub, and as an answer. */
	assert_int_equal(write(second, said, n), (ssize_t)n);
	assert_int_equal(write(first, said, n), (ssize_t)n);
	while (hear(second, more, sizeof(more)))
		;
	while (hear(first, more, sizeof(more)))
		;
	assert_int_equal(stats().auth_ok, 0);
	assert_int_equal(hub.joins, 0);
	close(first);
	close(second);
	zx_ipc_session_free(s);
	zx_ipc_keys_free(keys);
}

/* Floods
 * ------------------------------------------------------------------------- */

#define FLOOD 8000

/* In clear text, so that the test itself says what is on the wire when. */
static int join_clear(const char *name)
{
	struct zx_buf b, frame;
	int fd = dial(0);

	assert_true(fd >= 0);
	zx_buf_init(&b, NULL, 0);
	zx_buf_init(&frame, NULL, 0);
	zx_buf_addf(&b,
		    "{\"op\":\"auth\",\"data\":{\"secret\":\"" SECRET
		    "\",\"cluster_name\":\"%s\"}}",
		    name);
	assert_err(zx_ipc_encode(&frame, zx_buf_str(&b)), ZX_OK);
	assert_int_equal(write(fd, frame.ptr, frame.len), (ssize_t)frame.len);
	zx_buf_release(&frame);
	zx_buf_release(&b);
	return fd;
}

static void put_flood(struct zx_buf *out)
{
	struct zx_buf b;
	unsigned i;

	zx_buf_init(&b, NULL, 0);
	for (i = 0; i < FLOOD; i++) {
		zx_buf_clear(&b);
		zx_buf_addf(
			&b,
			"{\"op\":\"x_n\",\"data\":{\"n\":%u,\"x\":\"%0180d\"}"
			",\"target\":\"b\",\"nonce\":\"n%u\"}",
			i, 0, i);
		assert_err(zx_ipc_encode(out, zx_buf_str(&b)), ZX_OK);
	}
	zx_buf_release(&b);
}

/* What has come, which is the next ones in their order. */
static unsigned take_flood(int fd, struct zx_ipc_decoder *in, unsigned next)
{
	char bytes[65536];
	struct zx_str at, frame;
	struct zx_ipc_message m;
	ssize_t n;

	while ((n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT)) > 0) {
		at = (struct zx_str){ bytes, (size_t)n };
		while (!zx_ipc_decode(in, &at, &frame) && frame.len) {
			assert_err(zx_ipc_message_scan(frame, &m), ZX_OK);
			if (zx_str_is(m.name, "x_n"))
				assert_int_equal(zx_json_get_u64(m.data, "n"),
						 next++);
		}
	}
	assert_true(n < 0); /* not cut off */
	return next;
}

static void A23__what_waits_in_the_system_is_all_passed_on(void **state)
{
	struct zx_ipc_decoder in;
	zx_time until = zx_clock() + PATIENCE_MS;
	size_t sent = 0, pause;
	unsigned next = 0;
	struct zx_buf out;
	int a, b;

	(void)state;
	a = join_clear("a");
	b = join_clear("b");
	UNTIL(hub.joins == 2);
	zx_ipc_decoder_init(&in, NULL, 0);
	zx_buf_init(&out, NULL, 0);
	put_flood(&out);
	/* First all that goes in while the hub does not look, more than it
	 * reads in one turn; then in pieces that fit no buffer. */
	for (pause = SIZE_MAX; next < FLOOD; pause = 50021) {
		ssize_t n = 1;
		size_t left = pause;

		while (n > 0 && sent < out.len && left) {
			size_t some = out.len - sent;

			n = send(a, out.ptr + sent, some < left ? some : left,
				 MSG_DONTWAIT);
			sent += n > 0 ? (size_t)n : 0;
			left -= n > 0 ? (size_t)n : 0;
		}
		assert_true(sent > 300000 && zx_clock() < until);
		assert_err(zx_loop_step(loop, 10), ZX_OK);
		next = take_flood(b, &in, next);
	}
	assert_int_equal(sent, out.len);
	zx_buf_release(&out);
	zx_ipc_decoder_release(&in);
	close(a);
	close(b);
}

static int up_legacy(void **state)
{
	int err;

	legacy = 1;
	err = up(state);
	legacy = 0;
	return err;
}

/* The program around it
 * -------------------------------------------------------- */

/* Sockets of the process that a child would get. */
static unsigned inherited(void)
{
	DIR *d = opendir("/proc/self/fd");
	struct dirent *e;
	unsigned n = 0;
	struct stat st;

	assert_non_null(d);
	while ((e = readdir(d))) {
		int fd = atoi(e->d_name);

		if (!fstat(fd, &st) && S_ISSOCK(st.st_mode))
			n += !(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	}
	closedir(d);
	return n;
}

static void A26__a_child_gets_no_socket(void **state)
{
	unsigned before = inherited();

	(void)state;
	side_open(&client, ZX_IPC_CLIENT, zx_ipc_port(hub.conn));
	UNTIL(client.ups == 1 && hub.joins == 1);
	assert_int_equal(inherited(), before);
}

static void A27__a_host_may_leave_from_inside_of_any_output(void **state)
{
	static const enum zx_ipc_out_kind client_at[] = { ZX_IPC_OUT_UP,
							  ZX_IPC_OUT_DOWN };
	unsigned port = zx_ipc_port(hub.conn), joins = 0;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		side_open(&client, ZX_IPC_CLIENT,
			  i ? peer_dead_port() : zx_ipc_port(hub.conn));
		client.leave_at = (int)client_at[i] + 1;
		UNTIL(client.left);
		side_close(&client);
		joins += !i;
		UNTIL(hub.joins == joins);
	}
	hub.leave_at = ZX_IPC_OUT_JOIN + 1;
	side_open(&client, ZX_IPC_CLIENT, port);
	UNTIL(hub.left && client.downs);
	assert_null(hub.conn);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			A12__900_strangers_on_sockets_keep_nobody_out, up,
			down),
		cmocka_unit_test_setup_teardown(
			A12__no_more_descriptors_is_no_reason_to_spin, up,
			down),
		cmocka_unit_test_setup_teardown(
			A09__a_secondary_is_not_let_in_by_its_own_words, up,
			down),
		cmocka_unit_test_setup_teardown(
			A09__a_primary_is_not_told_its_own_words, up, down),
		cmocka_unit_test_setup_teardown(
			A23__what_waits_in_the_system_is_all_passed_on,
			up_legacy, down),
		cmocka_unit_test_setup_teardown(A26__a_child_gets_no_socket, up,
						down),
		cmocka_unit_test_setup_teardown(
			A27__a_host_may_leave_from_inside_of_any_output, up,
			down),
	};

	return cmocka_run_group_tests_name("ipc abuse: TCP", tests, NULL, NULL);
}
