/* SPDX-License-Identifier: MIT
 *
 * report: see the header.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "report.h"

int report_quick(void)
{
	const char *quick = getenv("QUICK");

	return quick && *quick && strcmp(quick, "0");
}

static double clock_ns(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

double report_cpu_ns(void)
{
	return clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

double report_wall_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

double report_rss(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	unsigned long total = 0, resident = 0;

	if (f) {
		if (fscanf(f, "%lu %lu", &total, &resident) != 2)
			resident = 0;
		fclose(f);
	}
	return (double)resident * (double)sysconf(_SC_PAGESIZE);
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double report_median(double *v, size_t n)
{
	qsort(v, n, sizeof(*v), ascending);
	return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

static volatile unsigned long sink;

void report_use(unsigned long v)
{
	sink += v;
}

void report_add(const char *name, double value, const char *unit, double floor)
{
	const char *path = getenv("BENCH_OUT");
	FILE *f = path && *path ? fopen(path, "a") : stdout;

	if (!f) {
		perror(path);
		exit(1);
	}
	fprintf(f, "{\"name\":\"%s\",\"value\":%.6g,\"unit\":\"%s\",", name,
		value, unit);
	if (floor > 0)
		fprintf(f, "\"floor\":%.6g,\"ratio\":%.4g}\n", floor,
			value / floor);
	else
		fprintf(f, "\"floor\":null,\"ratio\":null}\n");
	if (f != stdout && fclose(f)) {
		perror(path);
		exit(1);
	}
}
