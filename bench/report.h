/* SPDX-License-Identifier: MIT
 *
 * report: what the benchmark programs share: a clock, medians, and one record
 * per figure. bench/run.sh collects the records.
 */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include <stddef.h>

/* Nonzero when QUICK is set: a program then takes a few seconds at most. */
int report_quick(void);

/* CPU time of this process in nanoseconds: what others do on the machine counts
 * less than with a clock on the wall. */
double report_cpu_ns(void);
/* Time that passes, in nanoseconds. */
double report_wall_ns(void);
/* Resident memory of this process in bytes. */
double report_rss(void);

/* The middle one; sorts v. */
double report_median(double *v, size_t n);

/* Keeps a result alive that nothing else uses. */
void report_use(unsigned long v);

/*
 * One figure. `floor` is the same work done as cheaply as it can be, or by
 * somebody else, in the same run; the ratio is value / floor, null with a floor
 * of 0. Appends a line of JSON to $BENCH_OUT, or prints it. Ends the program
 * when that fails.
 */
void report_add(const char *name, double value, const char *unit, double floor);

#endif
