/* SPDX-License-Identifier: MIT
 *
 * bench_ipc: the hub at its full work (authenticated peers, lengths, envelope,
 * nonces, routing, source) against a loop that moves the same frames unread,
 * and, where they are installed, ZeroMQ, NATS and Redis, which do less for each
 * message. Sender, hub and receivers are processes of their own on loopback.
 *
 *	bench_ipc [--size BYTES] [--peers N] [--seconds S] [--rounds N]
 *
 * With a size or a number of peers only that is measured, clear and encrypted.
 * Alone it prints a table; $B/bench_ipc.json has the figures.
 */
#define _GNU_SOURCE /* for processors to run on */
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "ipc_floor.h"
#include "ipc_text.h"
#include "ipc_zeromq.h"

#define ROUNDS_MAX 21
#define IDLE 256 /* peers, of which memory is the mean */

static double seconds;
static int rounds;

/* The hub of the library
 * ----------------------------------------------------------- */

static void zoryx_hub(const struct run *r)
{
	struct zx_ipc_stats stats;
	struct zx_ipc_options o = ZX_IPC_OPTIONS_INIT;
	struct zx_ipc_conn *conn;
	struct zx_loop *loop;
	struct zx_ipc *x;

	o.role = ZX_IPC_HUB;
	o.name = "hub";
	o.secret = BENCH_SECRET;
	o.allow_legacy = 1;
	o.max_strangers_each = 128;
	o.rand = zx_system_rand();
	if (zx_loop_new(&loop, NULL) || zx_ipc_new(&x, &o) ||
	    zx_ipc_attach(&conn, loop, x, NULL, NULL))
		die("hub");
	atomic_store(&r->m->port, zx_ipc_port(conn));
	for (;;) {
		zx_loop_step(loop, -1);
		zx_ipc_stats(x, &stats);
		atomic_store(&r->m->copied, stats.copied);
		atomic_store(&r->m->bytes_in, stats.bytes_in);
	}
}

enum { FLOOR, ZORYX, ZEROMQ, NATS, REDIS, WAYS };

static struct way ways[WAYS] = {
	[FLOOR] = { "floor", NULL, floor_hub, receiver, sender, 1 },
	[ZORYX] = { "zoryx", NULL, zoryx_hub, receiver, sender, 0 },
	[ZEROMQ] = { "zeromq", NULL, zmq_hub, zmq_receiver, zmq_sender, 0 },
	[NATS] = { "nats", NULL, nats_hub, nats_receiver, nats_sender, 0 },
	[REDIS] = { "redis", NULL, redis_hub, redis_receiver, redis_sender, 0 },
};

static void look_around(void)
{
	int i;

	if (!zmq_load())
		ways[ZEROMQ].lacks = "libzmq";
	if (!find_program("nats-server"))
		ways[NATS].lacks = "nats-server";
	if (!find_redis())
		ways[REDIS].lacks = "redis-server";
	for (i = 0; i < WAYS; i++)
		if (ways[i].lacks)
			printf("  skipped: %s, %s is not installed "
			       "(make deps-bench)\n",
			       ways[i].name, ways[i].lacks);
}

/* Runs
 * ------------------------------------------------------------------------- */

/* A round trip is mostly the system's choice where to wake whom: three times as
 * long on two processors as on one. So the hub has one, and the ends another.
 */
static void place(int hub)
{
	cpu_set_t allowed, one;
	int i, last = -1;

	if (sched_getaffinity(0, sizeof(allowed), &allowed))
		return;
	CPU_ZERO(&one);
	for (i = 0; i < CPU_SETSIZE; i++)
		if (CPU_ISSET(i, &allowed)) {
			last = i;
			if (!hub)
				break;
		}
	CPU_SET(last, &one);
	(void)sched_setaffinity(0, sizeof(one), &one);
}

static pid_t start(void (*fn)(const struct run *r), const struct run *r)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_IGN);
	if (r->rtt)
		place(fn == r->way->hub);
	fn(r);
	_exit(0);
}

static void wait_until(atomic_uint *v, unsigned want)
{
	int i;

	for (i = 0; i < 20000 && atomic_load(v) < want; i++)
		usleep(500);
	if (atomic_load(v) < want) {
		fprintf(stderr, "bench_ipc: a part did not start\n");
		exit(1);
	}
}

/* Ends a part; its CPU time in nanoseconds. */
static double end(pid_t pid)
{
	struct rusage u;

	kill(pid, SIGKILL);
	if (wait4(pid, NULL, 0, &u) < 0)
		die("wait");
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e9 +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1e3;
}

/* Deliveries per second, or the median round trip in microseconds. *cpu: what
 * the hub needs for one, in nanoseconds. */
static double measure(const struct run *r, double *cpu)
{
	unsigned long long before;
	pid_t pid[3];
	double from, result;
	unsigned trips;
	int i;

	memset(r->m, 0, sizeof(*r->m));
	pid[0] = start(r->way->hub, r);
	wait_until(&r->m->port, 1);
	pid[1] = start(r->way->receiver, r);
	wait_until(&r->m->receivers, r->peers);
	pid[2] = start(r->way->sender, r);
	wait_until(&r->m->sending, 1);
	usleep((useconds_t)(seconds * 200000));
	before = atomic_load(&r->m->got);
	from = report_wall_ns();
	usleep((useconds_t)(seconds * 1000000));
	result = (double)(atomic_load(&r->m->got) - before) /
		 (report_wall_ns() - from) * 1e9;
	trips = atomic_load(&r->m->trips);
	for (i = 2; i > 0; i--)
		(void)end(pid[i]);
	*cpu = end(pid[0]) / ((double)atomic_load(&r->m->got) + 1);
	if (r->rtt)
		return trips ? report_median(r->m->trip_ns, trips) / 1000 : 0;
	return result;
}

/* Of another process, in bytes. */
static double memory_of(pid_t pid)
{
	unsigned long total = 0, resident = 0;
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/statm", (int)pid);
	f = fopen(path, "r");
	if (!f || fscanf(f, "%lu %lu", &total, &resident) != 2)
		die(path);
	fclose(f);
	return (double)resident * (double)sysconf(_SC_PAGESIZE);
}

/* What a peer that says nothing takes of the hub's memory, in bytes. */
static double measure_idle(const struct run *r)
{
	double before, after;
	pid_t hub, peers;

	memset(r->m, 0, sizeof(*r->m));
	hub = start(zoryx_hub, r);
	wait_until(&r->m->port, 1);
	peers = start(idler, r);
	wait_until(&r->m->receivers, IDLE_FIRST);
	usleep(20000);
	before = memory_of(hub);
	atomic_store(&r->m->go, 1);
	wait_until(&r->m->receivers, r->peers);
	usleep(20000);
	after = memory_of(hub);
	(void)end(peers);
	(void)end(hub);
	return (after - before) / (r->peers - IDLE_FIRST);
}

/* Figures
 * ---------------------------------------------------------------------- */

static FILE *json;

static void record(const char *name, double value, const char *unit,
		   double floor)
{
	if (getenv("BENCH_OUT"))
		report_add(name, value, unit, floor);
	if (!json)
		return;
	fprintf(json,
		"%s{\"name\":\"%s\",\"value\":%.6g,\"unit\":\"%s\",\"floor\":"
		"%.6g,\"ratio\":%.4g}",
		ftell(json) > 2 ? ",\n" : "", name, value, unit, floor,
		floor > 0 ? value / floor : 0);
	fflush(json);
}

static void head(void)
{
	int i;

	printf("%-22s %-6s", "", "");
	for (i = 0; i < WAYS; i++)
		printf(" %11s", ways[i].name);
	printf("\n");
}

static void row(const char *name, const struct run *r, const double *value)
{
	int i;

	printf("%-22s %-6s", name + 4, r->rtt ? "us" : "msgs/s");
	for (i = 0; i < WAYS; i++)
		if (value[i] > 0)
			printf(" %11.*f", r->rtt ? 1 : 0, value[i]);
		else
			printf(" %11s", "-");
	printf("\n");
	fflush(stdout);
}

/* The others' figures, and how many times better ours is. */
static void record_others(const char *name, const struct run *r,
			  const double *value)
{
	char more[96];
	int i;

	for (i = ZEROMQ; i < WAYS; i++) {
		if (value[i] <= 0)
			continue;
		snprintf(more, sizeof(more), "%s.%s", name, ways[i].name);
		record(more, value[i], r->rtt ? "us" : "msgs/s", value[FLOOR]);
		snprintf(more, sizeof(more), "%s.over_%s", name, ways[i].name);
		record(more,
		       r->rtt ? value[i] / value[ZORYX]
			      : value[ZORYX] / value[i],
		       "x", 0);
	}
}

/* All by turns, so that what else happens on the machine meets each. */
static void compare(const char *name, struct run r)
{
	double value[WAYS][ROUNDS_MAX], cpu[WAYS][ROUNDS_MAX], mid[WAYS];
	size_t n = (size_t)rounds;
	char more[96];
	int i, w;

	for (i = 0; i < rounds; i++)
		for (w = 0; w < WAYS; w++) {
			struct run one = r;

			one.way = &ways[w];
			one.tls = r.tls && w == ZORYX;
			if (!ways[w].lacks && (!r.tls || w <= ZORYX))
				value[w][i] = measure(&one, &cpu[w][i]);
		}
	for (w = 0; w < WAYS; w++)
		mid[w] = ways[w].lacks || (r.tls && w > ZORYX)
				 ? 0
				 : report_median(value[w], n);
	row(name, &r, mid);
	record(name, mid[ZORYX], r.rtt ? "us" : "msgs/s", mid[FLOOR]);
	record_others(name, &r, mid);
	if (r.rtt)
		return;
	/* Of the hub alone; what else runs on the machine counts less here. */
	snprintf(more, sizeof(more), "%s.hub", name);
	record(more, report_median(cpu[ZORYX], n), "ns",
	       report_median(cpu[FLOOR], n));
}

static void compare_named(const char *what, struct run r)
{
	char name[64];

	snprintf(name, sizeof(name), "ipc.%s.%zu%s", what, r.size,
		 r.tls ? ".tls" : "");
	compare(name, r);
}

static void compare_tls(const char *what, struct run r)
{
	r.tls = 1;
	compare_named(what, r);
}

static void compare_trips(struct run r)
{
	r.rtt = 1;
	compare_named("rtt", r);
}

/* How often the hub copies what it passes on to all. */
static void copies(struct run r)
{
	char name[64];
	double cpu, times;

	r.way = &ways[ZORYX];
	(void)measure(&r, &cpu);
	times = (double)atomic_load(&r.m->copied) /
		((double)atomic_load(&r.m->bytes_in) + 1);
	snprintf(name, sizeof(name), "ipc.fanout%u.%zu.copies", r.peers,
		 r.size);
	printf("%-22s %-6s %11s %11.2f\n", name + 4, "times", "", times);
	record(name, times, "copies", 0);
}

static void idle(struct run r, int tls)
{
	const char *name = tls ? "ipc.idle.tls" : "ipc.idle";
	double bytes;

	r.way = &ways[ZORYX];
	r.tls = tls;
	r.peers = IDLE + IDLE_FIRST;
	bytes = measure_idle(&r);
	printf("%-22s %-6s %11s %11.0f\n", name + 4, "bytes", "", bytes);
	record(name, bytes, "bytes", 0);
}

static void all_of(struct run r)
{
	char what[32];

	snprintf(what, sizeof(what), r.peers > 1 ? "fanout%u" : "oneway",
		 r.peers);
	compare_named(what, r);
	compare_tls(what, r);
	if (r.peers == 1)
		compare_trips(r);
}

static void usual(struct run r)
{
	static const size_t sizes[] = { 300, 4096, 65536 };
	size_t i;

	for (i = 0; i < 3; i++) {
		r.size = sizes[i];
		compare_named("oneway", r);
	}
	r.size = 300;
	compare_tls("oneway", r);
	compare_trips(r);
	r.peers = 64;
	compare_named("fanout64", r);
	compare_tls("fanout64", r);
	copies(r);
	idle(r, 0);
	idle(r, 1);
}

static void the_rest(struct run r)
{
	static const size_t sizes[] = { 64, 300, 4096, 65536 };
	size_t i;

	r.size = 64;
	compare_named("oneway", r);
	compare_trips(r);
	for (i = 2; i < 4; i++) {
		r.size = sizes[i];
		compare_tls("oneway", r);
		compare_trips(r);
	}
	for (r.peers = 16; r.peers <= 64; r.peers *= 4)
		for (i = 0; i < 4; i++) {
			r.size = sizes[i];
			if (r.peers == 16 || r.size != 300)
				compare_named(r.peers == 16 ? "fanout16"
							    : "fanout64",
					      r);
		}
	r.peers = 16;
	r.size = 300;
	compare_tls("fanout16", r);
}

static void read_options(int argc, char **argv, struct run *r)
{
	int i;

	for (i = 1; i + 1 < argc; i += 2) {
		if (!strcmp(argv[i], "--size"))
			r->size = (size_t)atol(argv[i + 1]);
		else if (!strcmp(argv[i], "--peers"))
			r->peers = (unsigned)atoi(argv[i + 1]);
		else if (!strcmp(argv[i], "--seconds"))
			seconds = atof(argv[i + 1]);
		else if (!strcmp(argv[i], "--rounds"))
			rounds = atoi(argv[i + 1]);
		else
			break;
	}
	if (i == argc && r->peers < FLOOR_PEERS - 1 &&
	    (!r->size || (r->size >= 64 && r->size <= 65536)) && seconds > 0 &&
	    rounds > 0 && rounds <= ROUNDS_MAX)
		return;
	fprintf(stderr,
		"bench_ipc [--size 64..65536] [--peers 1..126] [--seconds S] "
		"[--rounds 1..%d]\n",
		ROUNDS_MAX);
	exit(2);
}

int main(int argc, char **argv)
{
	struct run r = { .size = 0 };
	const char *b = getenv("B");
	char path[256];

	seconds = report_quick() ? 0.25 : 1;
	rounds = report_quick() ? 1 : 5;
	read_options(argc, argv, &r);
	r.m = mmap(NULL, sizeof(*r.m), PROT_READ | PROT_WRITE,
		   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (r.m == MAP_FAILED)
		die("mmap");
	snprintf(path, sizeof(path), "%s/bench_ipc.json", b ? b : "build");
	json = fopen(path, "w");
	if (json)
		fprintf(json, "[\n");
	look_around();
	head();
	if (r.size || r.peers) {
		r.size = r.size ? r.size : 300;
		r.peers = r.peers ? r.peers : 1;
		all_of(r);
	} else {
		r.peers = 1;
		usual(r);
		r.peers = 1;
		if (!report_quick())
			the_rest(r);
	}
	if (json) {
		fprintf(json, "\n]\n");
		fclose(json);
	}
	return 0;
}
