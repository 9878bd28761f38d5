/* SPDX-License-Identifier: MIT
 *
 * Several bots of one token: what Discord counts for all of them together, a
 * primary in Python, and the pages of /clusters.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "bot/clusters.h"
#include "zoryx/net.h"

/* Requests */

static void on_answer(const struct zx_rest_result *r, void *ud)
{
	struct unit *u = ud;

	u->refused += r->err != ZX_OK;
	u->answered++;
}

static void get(struct unit *u, uint64_t guild, const char *what)
{
	struct zx_rest_request q = ZX_REST_REQUEST_INIT;
	char path[96];

	snprintf(path, sizeof(path), "/guilds/%llu%s",
		 (unsigned long long)guild, what);
	q.method = ZX_GET;
	q.path = zx_str(path);
	q.ud = u;
	assert_err(zx_bot_rest(u->bot, &q, on_answer, NULL), ZX_OK);
	u->asked++;
}

/* 72 that no limit but the global one holds back. */
static void get_many(struct unit *u)
{
	size_t i;

	for (i = 0; i < 24; i++) {
		uint64_t guild = zx_sandbox_guild(box, i);

		get(u, guild, "");
		get(u, guild, "/roles");
		get(u, guild, "/channels");
	}
}

/* As if there were no others. */
static void get_many_alone(struct unit *u)
{
	zx_bot_set_rest_share(u->bot, 0);
	get_many(u);
}

static uint64_t limited(void)
{
	struct zx_sandbox_stats s;

	zx_sandbox_stats(box, &s);
	return s.rate_limited;
}

static void run_both(struct unit *a, struct unit *b,
		     void (*todo)(struct unit *))
{
	unsigned before = a->asked + b->asked;

	a->todo = todo;
	b->todo = todo;
	WAIT_FOR(a->asked + b->asked == before + 144 &&
		 a->answered + b->answered == before + 144);
	assert_int_equal(a->refused + b->refused, 0);
}

static void RL_09__two_clusters_share_the_global_limit(void **state)
{
	struct unit *a, *b;

	(void)state;
	box_up(16);
	a = unit_new(1, 0, 1, 2);
	b = unit_new(0, 1, 1, 2);
	b->mo.turn_wait_ms = 60000;
	unit_start(a);
	unit_start(b);
	WAIT_FOR(a->ready && b->ready && a->clusters == 2 && b->clusters == 2);
	run_both(a, b, get_many);
	assert_int_equal(limited(), 0);
	/* And this is what their shares have spared them. */
	run_both(a, b, get_many_alone);
	assert_true(limited() > 0);
	unit_free(b);
	unit_free(a);
	box_down();
}

static void get_refused(struct unit *u)
{
	size_t i;

	for (i = 0; i < 20; i++)
		get(u, zx_sandbox_guild(box, i), "/emojis");
}

static void RL_11__invalid_requests_of_one_are_counted_by_all(void **state)
{
	struct unit *a, *b, *c;
	unsigned n;

	(void)state;
	box_up(16);
	a = unit_new(1, 0, 1, 3);
	b = unit_new(0, 1, 1, 3);
	c = unit_new(0, 2, 1, 3);
	b->mo.turn_wait_ms = c->mo.turn_wait_ms = 60000;
	unit_start(a);
	unit_start(b);
	unit_start(c);
	WAIT_FOR(a->ready && b->ready && c->ready && a->clusters == 3 &&
		 b->clusters == 3 && c->clusters == 3);
	assert_err(zx_sandbox_fault(box, "{\"fault\":\"rest_error\",\"status\":"
					 "403,\"code\":20012,\"route\":\"GET "
					 "/guilds/{id}/emojis\",\"times\":0}"),
		   ZX_OK);
	/* Three that start at once meet a limit, and tell each other already.
	 */
	WAIT_FOR(a->invalid == b->invalid && b->invalid == c->invalid);
	n = b->invalid;
	b->todo = get_refused;
	WAIT_FOR(b->answered == 20);
	assert_int_equal(b->refused, 20);
	WAIT_FOR(a->invalid == n + 20 && b->invalid == n + 20 &&
		 c->invalid == n + 20);
	c->todo = get_refused;
	WAIT_FOR(a->invalid == n + 40 && b->invalid == n + 40 &&
		 c->invalid == n + 40);
	unit_free(c);
	unit_free(b);
	unit_free(a);
	box_down();
}

/* The original as primary */

struct python {
	pid_t pid;
	int to, from;
	struct zx_buf text;
};

static int said(struct python *p, const char *what)
{
	char bytes[4096];
	ssize_t n;

	while ((n = read(p->from, bytes, sizeof(bytes))) > 0)
		zx_buf_add(&p->text, bytes, (size_t)n);
	return strstr(zx_buf_cstr(&p->text), what) != NULL;
}

static void tell(struct python *p, const char *line)
{
	assert_int_equal(write(p->to, line, strlen(line)),
			 (ssize_t)strlen(line));
}

/* Its port goes to hub_port. */
static void primary_start(struct python *p)
{
	int in[2], out[2];

	memset(p, 0, sizeof(*p));
	zx_buf_init(&p->text, NULL, 0);
	assert_int_equal(pipe(in) || pipe(out), 0);
	p->pid = fork();
	assert_true(p->pid >= 0);
	if (!p->pid) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		close(in[1]);
		close(out[0]);
		execlp("python3", "python3", "tests/interop/ipc_peer.py",
		       "server", "0", "python-0", SECRET, (char *)NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	p->to = in[1];
	p->from = out[0];
	fcntl(p->from, F_SETFL, O_NONBLOCK);
	WAIT_FOR(said(p, "port ") && strchr(zx_buf_cstr(&p->text), '\n'));
	assert_int_equal(sscanf(zx_buf_cstr(&p->text), "port %u", &hub_port),
			 1);
}

static void primary_end(struct python *p)
{
	kill(p->pid, SIGKILL);
	waitpid(p->pid, NULL, 0);
	close(p->to);
	close(p->from);
	zx_buf_release(&p->text);
}

static void manager__a_python_primary_takes_our_bot_in(void **state)
{
	struct python hub;
	struct unit *b;

	(void)state;
	if (system("python3 -c 'import asyncio' 2>/dev/null"))
		zx_test_skip("no python3");
	box_up(16);
	primary_start(&hub);
	b = unit_new(0, 1, 1, 2);
	b->config.ipc_allow_legacy = 1;
	b->mo.turn_wait_ms = 60000;
	unit_start(b);
	/* It gives no turns, and is not waited for. */
	WAIT_FOR(b->ready && b->clusters == 2);
	assert_true(said(&hub, "join cluster-1"));
	WAIT_FOR(said(&hub, "\"op\": \"heartbeat\""));
	WAIT_FOR(said(&hub, "\"op\": \"stats_broadcast\"") &&
		 said(&hub, "\"shard_ids\": [1]"));
	assert_true(logged(b, "the primary does not encrypt"));
	assert_false(logged(b, SECRET));
	ask(b, "!ipcstatus", "Connected: True");
	/* Its numbers are asked for: it sends none of its own accord. */
	ask(b, "!clusters", "python-0");
	ask(b, "!broadcastmsg good morning", "📢 Broadcast Sent");
	WAIT_FOR(said(&hub, "\"message\": \"good morning\""));
	tell(&hub, "send {\"op\":\"broadcast_message\",\"data\":{\"message\":"
		   "\"and you\",\"author\":\"owner\",\"author_id\":"
		   "123456789012345678},\"source\":\"python-0\",\"target\":"
		   "\"all\",\"timestamp\":1.5,\"nonce\":\"p1\"}\n");
	WAIT_FOR(logged(b, "broadcast from python-0"));
	primary_end(&hub);
	WAIT_FOR(b->clusters == 1);
	unit_free(b);
	box_down();
}

/* Pages */

#define OTHERS 12

/* Clusters without a bot, in a thread of their own. */
struct others {
	struct zx_loop *loop;
	struct zx_ipc *x[OTHERS];
	struct zx_ipc_conn *conn[OTHERS];
	pthread_t thread;
	atomic_int end;
};

static void *others_run(void *ud)
{
	struct others *o = ud;

	while (!o->end)
		(void)zx_loop_step(o->loop, 20);
	return NULL;
}

static void others_start(struct others *o)
{
	struct zx_ipc_options opt = ZX_IPC_OPTIONS_INIT;
	char name[16];
	size_t i;

	memset(o, 0, sizeof(*o));
	assert_err(zx_loop_new(&o->loop, NULL), ZX_OK);
	opt.role = ZX_IPC_CLIENT;
	opt.name = name;
	opt.secret = SECRET;
	opt.host = "127.0.0.1";
	opt.port = hub_port;
	opt.rand = zx_system_rand();
	for (i = 0; i < OTHERS; i++) {
		snprintf(name, sizeof(name), "other-%02zu", i);
		assert_err(zx_ipc_new(&o->x[i], &opt), ZX_OK);
		assert_err(zx_ipc_attach(&o->conn[i], o->loop, o->x[i], NULL,
					 NULL),
			   ZX_OK);
		assert_err(zx_ipc_start(o->x[i], zx_loop_now(o->loop)), ZX_OK);
		zx_ipc_kick(o->conn[i]);
	}
	assert_int_equal(pthread_create(&o->thread, NULL, others_run, o), 0);
}

static void others_end(struct others *o)
{
	size_t i;

	o->end = 1;
	pthread_join(o->thread, NULL);
	for (i = 0; i < OTHERS; i++) {
		zx_ipc_detach(o->conn[i]);
		zx_ipc_free(o->x[i]);
	}
	zx_loop_free(o->loop);
}

/* The message that an answer is, in *text. */
static void slash(const char *command, const char *want, struct zx_buf *text)
{
	uint64_t id;

	zx_buf_clear(text);
	assert_err(zx_sandbox_slash(box, 0, 0, command, NULL, &id), ZX_OK);
	assert_err(zx_sandbox_answer(box, id, WAIT_MS, text), ZX_OK);
	if (!strstr(zx_buf_cstr(text), want))
		print_error("wanted %s in %s\n", want, zx_buf_cstr(text));
	assert_non_null(strstr(zx_buf_cstr(text), want));
}

static void press(enum zx_sandbox_who who, const char *action, const char *want,
		  struct zx_buf *text)
{
	uint64_t message = zx_json_get_u64(zx_buf_str(text), "id"), id;
	char custom[128], tail[32];
	const char *end, *begin;
	struct zx_buf answer;

	snprintf(tail, sizeof(tail), ":%s\"", action);
	end = strstr(zx_buf_cstr(text), tail);
	assert_non_null(end);
	for (begin = end; begin[-1] != '"'; begin--)
		continue;
	snprintf(custom, sizeof(custom), "%.*s",
		 (int)(end - begin + (long)strlen(tail) - 1), begin);
	zx_buf_init(&answer, NULL, 0);
	assert_err(zx_sandbox_press(box, zx_sandbox_user(box, who), message,
				    custom, NULL, &id),
		   ZX_OK);
	assert_err(zx_sandbox_answer(box, id, WAIT_MS, &answer), ZX_OK);
	if (!strstr(zx_buf_cstr(&answer), want))
		print_error("wanted %s in %s\n", want, zx_buf_cstr(&answer));
	assert_non_null(strstr(zx_buf_cstr(&answer), want));
	if (who == ZX_SANDBOX_OWNER) {
		zx_buf_clear(text);
		zx_buf_adds(text, zx_buf_str(&answer));
	}
	zx_buf_release(&answer);
}

/* Which of the others are on the page, a bit for each. */
static unsigned shown(const struct zx_buf *text)
{
	unsigned i, bits = 0;
	char name[16];

	for (i = 0; i < OTHERS; i++) {
		snprintf(name, sizeof(name), "other-%02u", i);
		if (strstr(zx_buf_cstr(text), name))
			bits |= 1u << i;
	}
	return bits;
}

static void C17__the_pages_of_clusters_are_turned_by_their_owner(void **state)
{
	struct others others;
	struct zx_buf text;
	struct unit *a;
	unsigned first;

	(void)state;
	box_up(16);
	a = unit_new(1, 0, 1, 1);
	unit_start(a);
	WAIT_FOR(a->ready);
	others_start(&others);
	WAIT_FOR(a->clusters == OTHERS + 1);
	zx_buf_init(&text, NULL, 0);
	slash("clusters", "1 / 2", &text);
	assert_non_null(strstr(zx_buf_cstr(&text), "cluster-0 (This)"));
	first = shown(&text);
	press(ZX_SANDBOX_OWNER, "next", "2 / 2", &text);
	assert_null(strstr(zx_buf_cstr(&text), "cluster-0 (This)"));
	/* Each on one of the two. */
	assert_true(first && shown(&text));
	assert_int_equal(first & shown(&text), 0);
	assert_int_equal(first | shown(&text), (1 << OTHERS) - 1);
	press(ZX_SANDBOX_ADMIN, "back", "Only the command user", &text);
	press(ZX_SANDBOX_OWNER, "back", "1 / 2", &text);
	press(ZX_SANDBOX_OWNER, "next", "2 / 2", &text);
	/* Those of the last page go, and with them the page. */
	others_end(&others);
	WAIT_FOR(a->clusters == 1);
	do
		press(ZX_SANDBOX_OWNER, "refresh", "Global Totals", &text);
	while (shown(&text));
	assert_non_null(strstr(zx_buf_cstr(&text), "cluster-0 (This)"));
	assert_null(strstr(zx_buf_cstr(&text), ":next\""));
	slash("ipcstatus", "No clients connected", &text);
	press(ZX_SANDBOX_OWNER, "refresh", "IPC System Status", &text);
	zx_buf_release(&text);
	unit_free(a);
	box_down();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(RL_09__two_clusters_share_the_global_limit),
		cmocka_unit_test(
			RL_11__invalid_requests_of_one_are_counted_by_all),
		cmocka_unit_test(manager__a_python_primary_takes_our_bot_in),
		cmocka_unit_test(
			C17__the_pages_of_clusters_are_turned_by_their_owner),
	};

	return cmocka_run_group_tests_name("bot/manager more", tests, NULL,
					   NULL);
}
