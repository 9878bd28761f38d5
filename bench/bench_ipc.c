/* SPDX-License-Identifier: MIT
 *
 * bench_ipc: the hub at its full work (authenticated peers, lengths, envelope,
 * nonces, routing, source) against a loop that moves the same frames unread.
 * Sender, hub and receivers are processes of their own on loopback.
 *
 *	bench_ipc [--size BYTES] [--peers N] [--seconds S]
 *
 * With a size or a number of peers only that is measured, clear and encrypted.
 */
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "ipc_floor.h"

#define ROUNDS_MAX 5

static double seconds;
static int rounds;

/* The hub of the library
 * ----------------------------------------------------------- */

static void zoryx_hub(const struct run *r)
{
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
	for (;;)
		zx_loop_step(loop, -1);
}

/* Runs
 * ------------------------------------------------------------------------- */

static pid_t start(void (*fn)(const struct run *r), const struct run *r)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_IGN);
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
	pid[0] = start(r->floor ? floor_hub : zoryx_hub, r);
	wait_until(&r->m->port, 1);
	pid[1] = start(receiver, r);
	wait_until(&r->m->receivers, r->peers);
	pid[2] = start(sender, r);
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

static FILE *json;

static void record(const char *name, double value, const char *unit,
		   double floor)
{
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

/* Floor and hub by turns, so that what else happens meets both. */
static void compare(const char *name, struct run r)
{
	double floor[ROUNDS_MAX], ours[ROUNDS_MAX];
	double floor_cpu[ROUNDS_MAX], our_cpu[ROUNDS_MAX];
	size_t n = (size_t)rounds;
	struct run f = r;
	char cpu[80];
	int i;

	f.floor = 1;
	f.tls = 0;
	for (i = 0; i < rounds; i++) {
		floor[i] = measure(&f, &floor_cpu[i]);
		ours[i] = measure(&r, &our_cpu[i]);
	}
	record(name, report_median(ours, n), r.rtt ? "us" : "msgs/s",
	       report_median(floor, n));
	if (r.rtt)
		return;
	/* Of the hub alone; what else runs on the machine counts less here. */
	snprintf(cpu, sizeof(cpu), "%s.hub", name);
	record(cpu, report_median(our_cpu, n), "ns",
	       report_median(floor_cpu, n));
}

static void compare_named(const char *what, struct run r)
{
	char name[64];

	snprintf(name, sizeof(name), "ipc.%s.%zu%s", what, r.size,
		 r.tls ? ".tls" : "");
	compare(name, r);
}

static void all_of(struct shared *m, size_t size, unsigned peers)
{
	struct run r = { .size = size, .peers = peers, .m = m };
	char what[32];

	snprintf(what, sizeof(what), peers > 1 ? "fanout%u" : "oneway", peers);
	compare_named(what, r);
	if (peers > 1)
		return;
	r.tls = 1;
	compare_named(what, r);
	r.tls = 0;
	r.rtt = 1;
	compare_named("rtt", r);
}

static void usual(struct shared *m)
{
	static const size_t sizes[] = { 64, 300, 4096, 65536 };
	struct run r = { .size = 300, .peers = 1, .m = m };
	size_t i;

	for (i = 1; i < 4; i++) {
		r.size = sizes[i];
		compare_named("oneway", r);
	}
	r.size = 300;
	r.tls = 1;
	compare_named("oneway", r);
	r.tls = 0;
	r.rtt = 1;
	compare_named("rtt", r);
	r.rtt = 0;
	r.peers = 64;
	compare_named("fanout64", r);
	if (report_quick())
		return;
	r.peers = 16;
	for (i = 0; i < 4; i++) {
		r.size = sizes[i];
		compare_named("fanout16", r);
	}
	r.peers = 64;
	r.size = 4096;
	compare_named("fanout64", r);
	r.peers = 1;
	r.size = 64;
	compare_named("oneway", r);
	r.tls = 1;
	r.size = 4096;
	compare_named("oneway", r);
}

int main(int argc, char **argv)
{
	const char *b = getenv("B");
	size_t size = 0;
	unsigned peers = 0;
	struct shared *m;
	char path[256];
	int i;

	seconds = report_quick() ? 0.25 : 1;
	rounds = report_quick() ? 1 : ROUNDS_MAX;
	for (i = 1; i + 1 < argc; i += 2) {
		if (!strcmp(argv[i], "--size"))
			size = (size_t)atol(argv[i + 1]);
		else if (!strcmp(argv[i], "--peers"))
			peers = (unsigned)atoi(argv[i + 1]);
		else if (!strcmp(argv[i], "--seconds"))
			seconds = atof(argv[i + 1]);
	}
	if (peers >= FLOOR_PEERS - 1 || (size && (size < 150 || size > 65536)))
		die("size is 150 to 65536, peers are 1 to 126");
	m = mmap(NULL, sizeof(*m), PROT_READ | PROT_WRITE,
		 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (m == MAP_FAILED)
		die("mmap");
	snprintf(path, sizeof(path), "%s/bench_ipc.json", b ? b : "build");
	json = fopen(path, "w");
	if (json)
		fprintf(json, "[\n");
	if (size || peers)
		all_of(m, size ? size : 300, peers ? peers : 1);
	else
		usual(m);
	if (json) {
		fprintf(json, "\n]\n");
		fclose(json);
	}
	return 0;
}
