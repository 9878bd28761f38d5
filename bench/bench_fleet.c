/* SPDX-License-Identifier: MIT
 *
 * bench_fleet: what a fleet of shards costs: memory, idle CPU, CPU per event,
 * time to start. A whole bot, against a sandbox in another process; each
 * configuration in a process of its own, so that memory is its own. What its
 * libraries alone take is the floor: a program that starts curl and
 * libwebsockets and does nothing.
 */
#include <curl/curl.h>
#include <libwebsockets.h>
#include <malloc.h>
#include <sys/socket.h>

#include "box.h"
#include "report.h"
#include "zoryx/bot.h"

#define INTENTS (ZX_INTENT_GUILDS | ZX_INTENT_GUILD_MESSAGES)
#define BURST (report_quick() ? 20000u : 100000u)

struct fleet {
	struct box box;
	struct zx_bot *bot;
	uint32_t shards;
	size_t guilds;
};

/* What one process finds out for another. */
struct figures {
	double rss, own, live, idle, event, start_s;
};

/* What is measured, handed to a process of its own. */
struct job {
	struct box box;
	uint32_t shards;
	size_t guilds;
	int burst, answer, floor;
	double seconds;
};

/* Memory as malloc hands it out, its own share included. */
static size_t live;

static void *counting(void *ud, void *p, size_t n)
{
	(void)ud;
	if (p)
		live -= malloc_usable_size(p) + sizeof(size_t);
	if (!n) {
		free(p);
		return NULL;
	}
	p = realloc(p, n);
	if (p)
		live += malloc_usable_size(p) + sizeof(size_t);
	return p;
}

static const struct zx_alloc counted = { .realloc = counting };

static void on_log(enum zx_log_level level, const char *module,
		   const char *text, void *ud)
{
	(void)ud;
	if (level <= ZX_LOG_ERROR)
		fprintf(stderr, "bench_fleet: %s: %s\n", module, text);
}

static const struct zx_log log_errors = { .line = on_log, .max = ZX_LOG_ERROR };

static void step(struct fleet *f, int ms)
{
	if (zx_bot_step(f->bot, ms)) {
		fprintf(stderr, "bench_fleet: %s\n", zx_bot_error(f->bot));
		exit(1);
	}
}

static int is_up(const struct fleet *f)
{
	struct zx_bot_info i;

	zx_bot_info(f->bot, &i);
	return i.shards_ready == f->shards && i.guilds == f->guilds &&
	       !i.guilds_unavailable;
}

static void start(struct fleet *f)
{
	struct zx_bot_options o = ZX_BOT_OPTIONS_INIT;

	o.token = f->box.token;
	o.api_url = f->box.api_url;
	o.intents = INTENTS;
	o.shard_count = f->shards;
	o.compression = ZX_COMPRESS_ZSTD_STREAM;
	o.alloc = &counted;
	o.log = &log_errors;
	if (zx_bot_new(&f->bot, &o) || zx_bot_start(f->bot))
		box_fail("the bot does not start");
	while (!is_up(f))
		step(f, 50);
	/* As zoryx-bot does when it is ready: what connecting took is free by
	 * now, but malloc keeps it. */
	malloc_trim(0);
}

/* CPU milliseconds per second of doing nothing. */
static double idle(struct fleet *f, double seconds)
{
	double until, from, began;

	for (until = report_wall_ns() + 0.3e9; report_wall_ns() < until;)
		step(f, 10);
	began = report_wall_ns();
	from = report_cpu_ns();
	for (until = began + seconds * 1e9; report_wall_ns() < until;)
		step(f, (int)((until - report_wall_ns()) / 1e6) + 1);
	return (report_cpu_ns() - from) / (report_wall_ns() - began) * 1e3;
}

static uint64_t seen(const struct fleet *f)
{
	struct zx_bot_info i;

	zx_bot_info(f->bot, &i);
	return i.messages_seen;
}

/* CPU per message when all shards get some at once. */
static double event(struct fleet *f)
{
	uint64_t first = seen(f), each = BURST / f->shards;
	uint64_t all = each * f->shards;
	double from = 0;

	box_fault(&f->box,
		  "{\"fault\":\"burst\",\"count\":%llu,\"kind\":"
		  "\"message_create\",\"times\":%u}",
		  (unsigned long long)each, 1u);
	while (seen(f) == first)
		step(f, -1);
	from = report_cpu_ns();
	first = seen(f) - first;
	all -= first;
	first = seen(f);
	while (seen(f) - first < all)
		step(f, 1000);
	return (report_cpu_ns() - from) / (double)all;
}

/* Without the pages of files, which are there once for all programs that use
 * them and can be dropped at any time: what is anonymous or was written to. */
static double own_memory(void)
{
	FILE *f = fopen("/proc/self/smaps_rollup", "r");
	unsigned long kb = 0;
	char line[128];

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "Private_Dirty: %lu kB", &kb) == 1)
			break;
	if (f)
		fclose(f);
	return (double)kb * 1024;
}

static void measure(struct fleet *f, struct figures *r, int burst,
		    double seconds)
{
	double began = report_wall_ns();

	start(f);
	r->start_s = (report_wall_ns() - began) / 1e9;
	r->idle = idle(f, seconds);
	r->live = (double)live;
	r->rss = report_rss();
	r->own = own_memory();
	if (!burst)
		return;
	/* The first burst of a shard touches its window and buffers for the
	 * first time: a cost per shard, not per event. */
	(void)event(f);
	r->event = event(f);
}

/* The libraries that a bot cannot do without, started as it starts them. */
static void measure_floor(struct figures *r)
{
	struct lws_context_creation_info info = {
		.port = CONTEXT_PORT_NO_LISTEN,
		.gid = (gid_t)-1,
		.uid = (uid_t)-1,
		.fd_limit_per_thread = 64,
		.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS,
	};
	struct lws_context *lws;
	CURLM *multi;
	CURL *easy;

	lws_set_log_level(0, NULL);
	lws = lws_create_context(&info);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	multi = curl_multi_init();
	easy = curl_easy_init();
	if (!lws || !multi || !easy)
		box_fail("the libraries do not start");
	r->rss = report_rss();
	r->own = own_memory();
}

/* A fork alone would seem to have no libraries: their pages become resident
 * only when they are touched again. */
static void become(struct job *job)
{
	char text[32];

	snprintf(text, sizeof(text), "%d", job->answer);
	execl("/proc/self/exe", "bench_fleet", "--job", text, (char *)NULL);
	_exit(1);
}

static int work(int fd)
{
	struct figures r = { 0 };
	struct fleet f;
	struct job job;

	if (read(fd, &job, sizeof(job)) != (ssize_t)sizeof(job))
		return 1;
	f = (struct fleet){ .box = job.box,
			    .shards = job.shards,
			    .guilds = job.guilds };
	if (job.floor)
		measure_floor(&r);
	else
		measure(&f, &r, job.burst, job.seconds);
	return write(fd, &r, sizeof(r)) != (ssize_t)sizeof(r);
}

static struct figures hand_over(struct job job)
{
	struct figures r = { 0 };
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		box_fail("no socket");
	job.answer = pair[1];
	pid = fork();
	if (!pid)
		become(&job);
	close(pair[1]);
	if (pid < 0 ||
	    write(pair[0], &job, sizeof(job)) != (ssize_t)sizeof(job) ||
	    read(pair[0], &r, sizeof(r)) != (ssize_t)sizeof(r))
		box_fail("a fleet could not be measured");
	close(pair[0]);
	waitpid(pid, NULL, 0);
	return r;
}

static struct figures run(uint32_t shards, size_t guilds, int burst,
			  double seconds)
{
	struct zx_sandbox_options o = ZX_SANDBOX_OPTIONS_INIT;
	struct job job = { .shards = shards,
			   .guilds = guilds,
			   .burst = burst,
			   .seconds = seconds };
	struct figures r;

	o.guilds = (uint32_t)guilds;
	o.members = 4;
	o.shards = shards;
	o.max_concurrency = shards;
	o.identify_limit = 100000;
	o.no_rate_limits = 1;
	job.box = box_start(&o);
	r = hand_over(job);
	box_stop(&job.box);
	return r;
}

static void add(const char *what, uint32_t shards, size_t guilds, double value,
		const char *unit, double floor)
{
	char name[64];

	snprintf(name, sizeof(name), "fleet.%s.%ux%zu", what, shards, guilds);
	report_add(name, value, unit, floor);
}

int main(int argc, char **argv)
{
	int quick = report_quick();
	double seconds = quick ? 0.5 : 10;
	struct figures libs, one, small, r;

	if (argc == 3)
		return work(atoi(argv[2]));
	libs = hand_over((struct job){ .floor = 1 });
	one = run(1, 1, 1, seconds);
	add("rss", 1, 1, one.rss / 1e6, "MB", libs.rss / 1e6);
	add("own", 1, 1, one.own / 1e6, "MB", libs.own / 1e6);
	add("idle", 1, 1, one.idle, "ms/s", 0);
	add("event", 1, 1, one.event, "ns", 0);

	small = run(16, 16, 0, quick ? 0.5 : seconds);
	r = run(16, 10000, 0, seconds);
	add("rss", 16, 10000, r.rss / 1e6, "MB", 0);
	add("own", 16, 10000, r.own / 1e6, "MB", 0);
	add("idle", 16, 10000, r.idle, "ms/s", 0);
	report_add("fleet.bytes_per_guild",
		   (r.live - small.live) / (10000 - 16), "B", 0);

	r = run(100, 100, 1, seconds);
	add("rss", 100, 100, r.rss / 1e6, "MB", 0);
	add("own", 100, 100, r.own / 1e6, "MB", 0);
	add("idle", 100, 100, r.idle, "ms/s", 0);
	report_add("fleet.flat", r.event, "ns", one.event);

	r = run(1000, 1000, 0, seconds);
	add("rss", 1000, 1000, r.rss / 1e6, "MB", 0);
	add("own", 1000, 1000, r.own / 1e6, "MB", 0);
	add("idle", 1000, 1000, r.idle, "ms/s", 0);
	add("start", 1000, 1000, r.start_s, "s", 0);
	if (quick)
		return 0;
	r = run(100, 100000, 0, seconds);
	add("rss", 100, 100000, r.rss / 1e6, "MB", 0);
	add("own", 100, 100000, r.own / 1e6, "MB", 0);
	add("idle", 100, 100000, r.idle, "ms/s", 0);
	add("start", 100, 100000, r.start_s, "s", 0);
	return 0;
}
