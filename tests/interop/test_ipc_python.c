/* SPDX-License-Identifier: MIT
 *
 * Our side of the original's protocol against a peer in Python that was written
 * from the protocol's description alone, in both roles.
 */
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "helper/zx_test.h"
#include "zoryx/net.h"

#define SECRET "s3cret-s3cret"

/* A child that runs the peer. */
struct python {
	pid_t pid;
	int in, out; /* its stdin and stdout */
	struct zx_buf text;
	size_t read; /* of text, in whole lines */
};

struct world {
	struct zx_loop *loop;
	struct zx_ipc *x;
	struct zx_ipc_conn *conn;
	struct zx_prng prng;
	zx_time begin;
	unsigned ups, downs, joins, leaves, messages, answers, dones;
	struct zx_buf seen; /* "name op data\n" of messages and answers */
	char why[300];
};

static void python_start(struct python *p, const char *role, unsigned port,
			 const char *name, const char *secret)
{
	char text[16];
	int in[2], out[2];

	memset(p, 0, sizeof(*p));
	zx_buf_init(&p->text, NULL, 0);
	snprintf(text, sizeof(text), "%u", port);
	assert_int_equal(pipe(in) || pipe(out), 0);
	p->pid = fork();
	assert_true(p->pid >= 0);
	if (!p->pid) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		close(in[0]);
		close(in[1]);
		close(out[0]);
		close(out[1]);
		execlp("python3", "python3", "tests/interop/ipc_peer.py", role,
		       text, name, secret, (char *)NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	p->in = in[1];
	p->out = out[0];
}

static void python_tell(struct python *p, const char *line)
{
	size_t n = strlen(line);

	assert_int_equal(write(p->in, line, n), (ssize_t)n);
	assert_int_equal(write(p->in, "\n", 1), 1);
}

static void python_read(struct python *p)
{
	struct pollfd f = { .fd = p->out, .events = POLLIN };
	char bytes[4096];
	ssize_t n;

	while (poll(&f, 1, 0) > 0) {
		n = read(p->out, bytes, sizeof(bytes));
		if (n <= 0)
			return;
		zx_buf_add(&p->text, bytes, (size_t)n);
	}
}

static void python_end(struct python *p)
{
	int status;

	close(p->in);
	close(p->out);
	kill(p->pid, SIGKILL);
	waitpid(p->pid, &status, 0);
	zx_buf_release(&p->text);
}

static int said(struct python *p, const char *what)
{
	python_read(p);
	return strstr(zx_buf_cstr(&p->text), what) != NULL;
}

static void on_status(struct zx_ipc_status *out, void *ud)
{
	static const uint32_t shards[] = { 3, 4, 5 };

	(void)ud;
	*out = (struct zx_ipc_status){ 512, 90210, 6, shards, 3, 0.04213, 1 };
}

static void on_out(struct zx_ipc *x, const struct zx_ipc_out *o, void *ud)
{
	struct world *w = ud;

	(void)x;
	w->ups += o->kind == ZX_IPC_OUT_UP;
	w->downs += o->kind == ZX_IPC_OUT_DOWN;
	w->joins += o->kind == ZX_IPC_OUT_JOIN;
	w->leaves += o->kind == ZX_IPC_OUT_LEAVE;
	w->dones += o->kind == ZX_IPC_OUT_DONE;
	w->messages += o->kind == ZX_IPC_OUT_MESSAGE;
	w->answers += o->kind == ZX_IPC_OUT_ANSWER;
	if (o->kind == ZX_IPC_OUT_DOWN)
		snprintf(w->why, sizeof(w->why), "%.*s", ZX_ARG(o->text));
	if (o->kind == ZX_IPC_OUT_MESSAGE || o->kind == ZX_IPC_OUT_ANSWER)
		zx_buf_addf(&w->seen, "%.*s %.*s %.*s\n", ZX_ARG(o->name),
			    ZX_ARG(o->op_name), ZX_ARG(o->text));
}

static void open_world(struct world *w, enum zx_ipc_role role,
		       const char *secret, unsigned port, int legacy)
{
	struct zx_ipc_options o = ZX_IPC_OPTIONS_INIT;

	memset(w, 0, sizeof(*w));
	zx_buf_init(&w->seen, NULL, 0);
	zx_prng_init(&w->prng, 9);
	w->begin = zx_clock();
	o.role = role;
	o.name = role == ZX_IPC_HUB ? "cluster-0" : "cluster-1";
	o.secret = secret;
	o.host = "127.0.0.1";
	o.port = port;
	o.allow_legacy = legacy;
	o.rand = zx_prng_rand(&w->prng);
	o.status = on_status;
	assert_err(zx_loop_new(&w->loop, NULL), ZX_OK);
	assert_err(zx_ipc_new(&w->x, &o), ZX_OK);
	assert_err(zx_ipc_attach(&w->conn, w->loop, w->x, on_out, w), ZX_OK);
	assert_err(zx_ipc_start(w->x, zx_loop_now(w->loop)), ZX_OK);
	zx_ipc_kick(w->conn);
}

static void close_world(struct world *w)
{
	zx_ipc_detach(w->conn);
	zx_ipc_free(w->x);
	zx_loop_free(w->loop);
	zx_buf_release(&w->seen);
}

static int saw(struct world *w, const char *what)
{
	return strstr(zx_buf_cstr(&w->seen), what) != NULL;
}

#define RUN_UNTIL(w, condition)                                                \
	do {                                                                   \
		while (!(condition)) {                                         \
			assert_true(zx_clock() < (w)->begin + 30000);          \
			assert_err(zx_loop_step((w)->loop, 10), ZX_OK);        \
		}                                                              \
	} while (0)

static void need_python(void)
{
	if (system("python3 -c 'import asyncio' >/dev/null 2>&1"))
		zx_test_skip("no python3");
}

static unsigned server_port(struct world *w, struct python *p)
{
	unsigned port = 0;
	zx_time until = zx_clock() + 20000;

	(void)w;
	while (!said(p, "port ") || !strchr(p->text.ptr, '\n'))
		assert_true(zx_clock() < until);
	assert_int_equal(sscanf(p->text.ptr, "port %u", &port), 1);
	return port;
}

/* Tests
 * -------------------------------------------------------------------------- */

static void python__our_secondary_joins_its_primary(void **state)
{
	struct python hub, other;
	struct world w = { .loop = NULL };
	struct zx_ipc_peer peer;
	unsigned port;
	uint64_t id;

	(void)state;
	need_python();
	python_start(&hub, "server", 0, "cluster-0", SECRET);
	port = server_port(&w, &hub);
	open_world(&w, ZX_IPC_CLIENT, SECRET, port, 1);
	/* TLS first, then what it understands, without a pause. */
	RUN_UNTIL(&w, w.ups == 1);
	assert_int_equal(w.downs, 0);
	RUN_UNTIL(&w, said(&hub, "join cluster-1") &&
			      said(&hub, "\"op\": \"heartbeat\"") &&
			      said(&hub, "\"guild_count\": 512"));
	python_start(&other, "client", port, "cluster-2", SECRET);
	RUN_UNTIL(&w, said(&other, "up") && w.joins == 1);
	assert_str(zx_ipc_known(w.x, 1), "cluster-2");
	assert_err(zx_ipc_peer(w.x, 0, &peer), ZX_OK);
	assert_false(peer.ours || peer.secured);
	assert_err(zx_ipc_send_stats(w.x, NULL, zx_loop_now(w.loop)), ZX_OK);
	assert_err(zx_ipc_request(w.x, "eval_request", "cluster-0",
				  ZX_STR("{\"query\": \"user_count\"}"), 0,
				  zx_loop_now(w.loop), &id),
		   ZX_OK);
	assert_err(zx_ipc_request(w.x, "stats_request", "cluster-2",
				  ZX_STR("{}"), 0, zx_loop_now(w.loop), &id),
		   ZX_OK);
	zx_ipc_kick(w.conn);
	RUN_UNTIL(&w, w.dones == 2 && said(&other, "\"user_count\": 90210"));
	assert_true(saw(&w, "cluster-0 eval_response {\"query\": "
			    "\"user_count\", \"result\": 81000}"));
	/* Its latency is not a number; nobody behind us has to know. */
	assert_true(saw(&w, "\"latency\": null"));
	python_tell(&other, "quit");
	RUN_UNTIL(&w, w.leaves == 1);
	close_world(&w);
	python_end(&other);
	python_end(&hub);
}

static void python__a_wrong_secret_at_its_primary(void **state)
{
	struct world w = { .loop = NULL };
	struct python hub;

	(void)state;
	need_python();
	python_start(&hub, "server", 0, "cluster-0", SECRET);
	open_world(&w, ZX_IPC_CLIENT, "wrong", server_port(&w, &hub), 1);
	RUN_UNTIL(&w, w.downs == 1);
	assert_non_null(strstr(w.why, "SHARD_IPC_SECRET"));
	close_world(&w);
	python_end(&hub);
}

static void python__its_primary_gets_no_secret_unasked(void **state)
{
	struct world w = { .loop = NULL };
	struct python hub;

	(void)state;
	need_python();
	python_start(&hub, "server", 0, "cluster-0", SECRET);
	open_world(&w, ZX_IPC_CLIENT, SECRET, server_port(&w, &hub), 0);
	RUN_UNTIL(&w, w.downs == 1);
	assert_int_equal(w.ups, 0);
	assert_false(said(&hub, "join"));
	close_world(&w);
	python_end(&hub);
}

static void python__its_secondaries_join_our_primary(void **state)
{
	struct world w = { .loop = NULL };
	struct python a, b;
	uint64_t id;

	(void)state;
	need_python();
	open_world(&w, ZX_IPC_HUB, SECRET, 0, 1);
	python_start(&a, "client", zx_ipc_port(w.conn), "A", SECRET);
	RUN_UNTIL(&w, said(&a, "up") && w.joins == 1);
	python_start(&b, "client", zx_ipc_port(w.conn), "B", SECRET);
	RUN_UNTIL(&w, said(&b, "up") && w.joins == 2 &&
			      said(&a, "\"op\": \"cluster_join\""));
	assert_true(said(&b, "\"connected_clients\": [\"A\", \"B\"]"));
	assert_true(said(&a, "\"cluster_name\": \"B\", \"shard_ids\": [0]"));
	/* The captured example: raw UTF-8, odd numbers, a false source. */
	python_tell(&a, "send {\"op\":\"stats_broadcast\",\"data\":{"
			"\"latency\":Infinity,\"x\":NaN,\"u\":\"\xc3\xa9\xf0"
			"\x9f\x91\x91\",\"big\":18446744073709551616,\"f\":0.1}"
			",\"source\":\"EVIL\",\"target\":\"all\",\"timestamp\":"
			"1700000000.25,\"nonce\":\"n2\",\"extra\":1}");
	RUN_UNTIL(&w, said(&b, "in {\"op\": \"stats_broadcast\", \"data\": "
			       "{\"latency\": Infinity, \"x\": NaN, \"u\": "
			       "\"\\u00e9\\ud83d\\udc51\", \"big\": "
			       "18446744073709551616, \"f\": 0.1}, \"source\": "
			       "\"A\", \"target\": \"all\", \"timestamp\": "
			       "1700000000.25, \"nonce\": \"n2\"}"));
	assert_true(saw(&w, "A stats_broadcast {\"latency\":null,\"x\":null,"
			    "\"u\":\"\xc3\xa9\xf0\x9f\x91\x91\",\"big\":"
			    "18446744073709551616,\"f\":0.1}"));
	/* Heartbeats are acknowledged, the same one twice is not. */
	python_tell(&b, "send {\"op\":\"heartbeat\",\"data\":{\"guild_count\":"
			"7},\"nonce\":\"h\"}");
	python_tell(&b, "send {\"op\":\"heartbeat\",\"data\":{\"guild_count\":"
			"8},\"nonce\":\"h\"}");
	RUN_UNTIL(&w, said(&b, "\"op\": \"heartbeat_ack\""));
	assert_err(zx_ipc_request(w.x, "guild_count_request", NULL,
				  ZX_STR("{}"), 0, zx_loop_now(w.loop), &id),
		   ZX_OK);
	zx_ipc_kick(w.conn);
	RUN_UNTIL(&w, w.dones == 1);
	assert_int_equal(w.answers, 2);
	assert_true(saw(&w, "B guild_count_response {\"guild_count\": 500"));
	/* What is no JSON ends a connection, and that connection only. */
	python_tell(&b, "send {\"op\":\"x_a\",\"data\":{,}}");
	RUN_UNTIL(&w, said(&b, "down") && w.leaves == 1 &&
			      said(&a, "\"op\": \"cluster_leave\""));
	assert_false(said(&a, "down"));
	close_world(&w);
	python_end(&a);
	python_end(&b);
}

static void python__clear_text_needs_to_be_allowed(void **state)
{
	struct world w = { .loop = NULL };
	struct python a;

	(void)state;
	need_python();
	open_world(&w, ZX_IPC_HUB, SECRET, 0, 0);
	python_start(&a, "client", zx_ipc_port(w.conn), "A", SECRET);
	RUN_UNTIL(&w, said(&a, "failed "));
	assert_true(said(&a, "SHARD_IPC_ALLOW_LEGACY=true"));
	assert_int_equal(w.joins, 0);
	close_world(&w);
	python_end(&a);
}

static void python__a_wrong_secret_at_our_primary(void **state)
{
	struct world w = { .loop = NULL };
	struct python a;

	(void)state;
	need_python();
	open_world(&w, ZX_IPC_HUB, SECRET, 0, 1);
	python_start(&a, "client", zx_ipc_port(w.conn), "A", "wrong");
	RUN_UNTIL(&w, said(&a, "failed Invalid secret"));
	assert_int_equal(w.joins, 0);
	close_world(&w);
	python_end(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(python__our_secondary_joins_its_primary),
		cmocka_unit_test(python__a_wrong_secret_at_its_primary),
		cmocka_unit_test(python__its_primary_gets_no_secret_unasked),
		cmocka_unit_test(python__its_secondaries_join_our_primary),
		cmocka_unit_test(python__clear_text_needs_to_be_allowed),
		cmocka_unit_test(python__a_wrong_secret_at_our_primary),
	};

	return cmocka_run_group_tests_name("ipc with Python", tests, NULL,
					   NULL);
}
