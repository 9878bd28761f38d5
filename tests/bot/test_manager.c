/* SPDX-License-Identifier: MIT
 *
 * Several bots of one token with the shard manager: who they know, what they
 * tell each other, and how they start without breaking Discord's rules.
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "bot/clusters.h"
#include "helper/fail_alloc.h"

/* What they know of each other */

static void manager__two_clusters_count_together(void **state)
{
	struct unit *a, *b;

	(void)state;
	box_up(16);
	a = unit_new(1, 0, 2, 4);
	b = unit_new(0, 2, 2, 4);
	b->mo.turn_wait_ms = 60000;
	unit_start(a);
	unit_start(b);
	WAIT_FOR(a->ready && b->ready);
	assert_false(logged(b, "without the primary"));
	WAIT_FOR(a->clusters == 2 && a->shards == 4 && a->guilds == 24);
	WAIT_FOR(b->clusters == 2 && b->shards == 4 && b->guilds == 24);
	assert_int_equal(a->twice, 0);
	ask(a, "!clusters", "🟢 cluster-2");
	ask(b, "!clusters", "Shards: 4 of 4");
	ask(a, "!ipcstatus", "📡 Server — 1 client(s)");
	ask(b, "!ipcstatus", "Connected: True");
	ask(a, "!shardmonitor", "\"label\":\"cluster-2\"");
	unit_free(b);
	/* it said goodbye: no timeout is waited for */
	WAIT_FOR(a->clusters == 1 && a->shards == 2);
	assert_true(logged(a, "cluster-2 has left"));
	unit_free(a);
	box_down();
}

static void manager__a_shard_that_runs_twice_is_told(void **state)
{
	struct unit *a, *b;

	(void)state;
	box_up(16);
	a = unit_new(1, 0, 2, 2);
	b = unit_new(0, 1, 1, 2);
	unit_start(a);
	WAIT_FOR(a->ready);
	b->mo.turn_wait_ms = 60000;
	unit_start(b);
	WAIT_FOR(a->clusters == 2 && a->shards == 2 && a->twice == 1);
	ask(a, "!clusters", "Shards Run Twice");
	unit_free(b);
	unit_free(a);
	box_down();
}

/* Broadcasts */

static void C02__a_broadcast_is_logged_posted_and_confirmed(void **state)
{
	struct unit *a, *b, *c;
	struct zx_buf body;
	char id[32], text[640];

	(void)state;
	box_up(16);
	a = unit_new(1, 0, 1, 3);
	b = unit_new(0, 1, 1, 3);
	c = unit_new(0, 2, 1, 3);
	snprintf(id, sizeof(id), "%llu", (unsigned long long)channel_of(b));
	set(&b->config.broadcast_channel, id);
	unit_start(a);
	unit_start(b);
	unit_start(c);
	WAIT_FOR(a->ready && b->ready && c->ready);
	WAIT_FOR(c->clusters == 3 && a->clusters == 3);
	zx_buf_init(&body, NULL, 0);
	assert_err(zx_sandbox_say(box, 0, channel_of(c),
				  "!broadcastmsg back at ``` five <@1>", NULL),
		   ZX_OK);
	assert_err(zx_sandbox_expect(box, SEND, WAIT_MS, &body), ZX_OK);
	assert_err(zx_sandbox_expect(box, SEND, WAIT_MS, &body), ZX_OK);
	assert_non_null(strstr(zx_buf_cstr(&body), "📢 Broadcast Sent"));
	assert_non_null(strstr(zx_buf_cstr(&body), "2 cluster(s)"));
	assert_non_null(strstr(zx_buf_cstr(&body), "cluster-0"));
	assert_non_null(strstr(zx_buf_cstr(&body), "cluster-1"));
	assert_non_null(strstr(zx_buf_cstr(&body), "\"📢 Broadcast\""));
	assert_non_null(strstr(zx_buf_cstr(&body), "back at ''' five <@1>"));
	assert_non_null(strstr(zx_buf_cstr(&body),
			       "\"allowed_mentions\":{\"parse\":[]"));
	zx_buf_release(&body);
	WAIT_FOR(logged(a, "broadcast from cluster-2"));
	assert_true(logged(b, "broadcast from cluster-2"));
	assert_false(logged(c, "broadcast from cluster-2"));
	log_clear(a);
	snprintf(text, sizeof(text), "!broadcastmsg %0501d", 7);
	ask(c, text, "The message has 501 characters, 500 are possible");
	assert_false(logged(a, "broadcast from cluster-2"));
	unit_free(c);
	unit_free(b);
	unit_free(a);
	box_down();
}

/* Identify turns */

static void manager__three_clusters_keep_to_one_window(void **state)
{
	struct unit *a, *b, *c;

	(void)state;
	box_up(1);
	a = unit_new(1, 0, 1, 3);
	b = unit_new(0, 1, 1, 3);
	c = unit_new(0, 2, 1, 3);
	/* long enough that no secondary goes on its own */
	b->mo.turn_wait_ms = c->mo.turn_wait_ms = 60000;
	/* those who depend on it come first */
	unit_start(c);
	unit_start(b);
	unit_start(a);
	WAIT_FOR(a->ready && b->ready && c->ready);
	assert_false(logged(b, "without the primary"));
	assert_false(logged(c, "without the primary"));
	unit_free(c);
	unit_free(b);
	unit_free(a);
	box_down();
}

static void manager__without_a_primary_shards_start_all_the_same(void **state)
{
	struct unit *b;

	(void)state;
	box_up(16);
	b = unit_new(0, 2, 2, 4);
	unit_start(b);
	WAIT_FOR(logged(b, "cannot join 127.0.0.1"));
	WAIT_FOR(b->ready);
	assert_true(logged(b, "shard 2 starts without the primary"));
	assert_true(logged(b, "shard 3 starts without the primary"));
	ask(b, "!broadcastmsg hello", "There is no connection to the primary");
	unit_free(b);
	box_down();
}

static void manager__a_primary_comes_back(void **state)
{
	struct unit *a, *b;

	(void)state;
	box_up(16);
	a = unit_new(1, 0, 1, 2);
	b = unit_new(0, 1, 1, 2);
	unit_start(a);
	unit_start(b);
	WAIT_FOR(a->ready && b->ready && b->clusters == 2);
	unit_stop(a);
	WAIT_FOR(b->clusters == 1);
	log_clear(b);
	unit_start(a);
	WAIT_FOR(logged(b, "joined cluster-0"));
	WAIT_FOR(a->ready && a->clusters == 2 && b->clusters == 2 &&
		 b->shards == 2);
	unit_free(b);
	unit_free(a);
	box_down();
}

/* The original */

/* A secondary that was written from the protocol's description; what it
 * receives goes to *from. */
static pid_t python(int *to, int *from)
{
	int in[2], out[2];
	char port[16];
	pid_t pid;

	snprintf(port, sizeof(port), "%u", hub_port);
	assert_int_equal(pipe(in) || pipe(out), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		close(in[1]);
		close(out[0]);
		execlp("python3", "python3", "tests/interop/ipc_peer.py",
		       "client", port, "python-1", SECRET, (char *)NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	*to = in[1];
	*from = out[0];
	return pid;
}

static void manager__a_python_secondary_is_one_of_us(void **state)
{
	struct unit *a;
	int to, from;
	pid_t pid;

	(void)state;
	if (system("python3 -c 'import asyncio' 2>/dev/null"))
		skip(); /* there is no Python */
	box_up(16);
	a = unit_new(1, 0, 1, 1);
	a->config.ipc_allow_legacy = 1;
	unit_start(a);
	WAIT_FOR(a->ready);
	pid = python(&to, &from);
	WAIT_FOR(a->clusters == 2);
	assert_true(logged(a, "python-1 has joined"));
	assert_true(logged(a, "clear text"));
	/* it answers behind the broadcast, as ours do */
	ask(a, "!broadcastmsg hello", "1 cluster(s)");
	ask(a, "!ipcstatus", "python-1: ");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(to);
	close(from);
	WAIT_FOR(a->clusters == 1);
	unit_free(a);
	box_down();
}

/* What can be wrong */

static void manager__a_wrong_secret_is_told_on_both_sides(void **state)
{
	struct unit *a, *b;

	(void)state;
	box_up(16);
	a = unit_new(1, 0, 1, 2);
	b = unit_new(0, 1, 1, 2);
	set(&b->config.ipc_secret, "four-blue-foxes-0000");
	unit_start(a);
	unit_start(b);
	WAIT_FOR(logged(a, "was not let in"));
	WAIT_FOR(logged(b, "SHARD_IPC_SECRET"));
	WAIT_FOR(a->ready && b->ready);
	assert_int_equal(a->clusters, 1);
	assert_false(logged(a, SECRET) || logged(b, "four-blue"));
	unit_free(b);
	unit_free(a);
	box_down();
}

static void manager__a_port_in_use_leaves_the_bot_running(void **state)
{
	struct unit *a, *b;

	(void)state;
	box_up(16);
	a = unit_new(1, 0, 1, 2);
	b = unit_new(1, 1, 1, 2);
	unit_start(a);
	WAIT_FOR(a->ready);
	unit_start(b);
	WAIT_FOR(logged(b, "SHARD_IPC_PORT"));
	assert_true(logged(b, "goes on without the other clusters"));
	WAIT_FOR(b->ready);
	ask(b, "!ipcstatus", "SHARD_IPC_PORT");
	unit_free(b);
	unit_free(a);
	box_down();
}

static void S06__the_default_secret_is_refused_outside_loopback(void **state)
{
	struct unit *a;

	(void)state;
	box_up(16);
	a = unit_new(1, 0, 1, 1);
	set(&a->config.ipc_host, "0.0.0.0");
	set(&a->config.ipc_secret, ZX_IPC_SECRET_DEFAULT);
	unit_start(a);
	WAIT_FOR(a->ready);
	assert_true(logged(a, "SHARD_IPC_SECRET"));
	assert_true(logged(a, "goes on without the other clusters"));
	unit_stop(a);
	set(&a->config.ipc_host, "127.0.0.1");
	log_clear(a);
	unit_start(a);
	WAIT_FOR(a->ready);
	assert_true(logged(a, "SHARD_IPC_SECRET"));
	assert_false(logged(a, "goes on without"));
	unit_free(a);
	box_down();
}

static int begin(const struct zx_alloc *a, void *ud)
{
	struct unit *u = ud;
	struct zx_bot *b;
	int err;

	u->bo.token = "abc";
	u->bo.api_url = "http://127.0.0.1:1";
	u->bo.config = &u->config;
	u->bo.alloc = a;
	err = zx_bot_new(&b, &u->bo);
	if (!err)
		err = zx_bot_add_cog(b, zx_cog_shard_manager());
	if (!err)
		err = zx_bot_start(b);
	zx_bot_free(b);
	return err;
}

static void manager__any_allocation_of_the_start_may_fail(void **state)
{
	struct unit *u;
	int primary;

	(void)state;
	hub_port = peer_dead_port();
	for (primary = 0; primary < 2; primary++) {
		u = unit_new(primary, 0, 1, 2);
		fail_alloc_each_lenient(begin, u);
		unit_free(u);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(manager__two_clusters_count_together),
		cmocka_unit_test(manager__a_shard_that_runs_twice_is_told),
		cmocka_unit_test(
			C02__a_broadcast_is_logged_posted_and_confirmed),
		cmocka_unit_test(manager__three_clusters_keep_to_one_window),
		cmocka_unit_test(
			manager__without_a_primary_shards_start_all_the_same),
		cmocka_unit_test(manager__a_primary_comes_back),
		cmocka_unit_test(manager__a_python_secondary_is_one_of_us),
		cmocka_unit_test(manager__a_wrong_secret_is_told_on_both_sides),
		cmocka_unit_test(manager__a_port_in_use_leaves_the_bot_running),
		cmocka_unit_test(
			S06__the_default_secret_is_refused_outside_loopback),
		cmocka_unit_test(manager__any_allocation_of_the_start_may_fail),
	};

	return cmocka_run_group_tests_name("bot/manager", tests, NULL, NULL);
}
