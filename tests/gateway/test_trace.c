/* SPDX-License-Identifier: MIT
 *
 * trace: plays every traces/NAME.trace as a test of that name.
 */
#include "gateway/trace.h"
#include "helper/trace_run.h"

static const struct trace_run traces = {
	.group = "gateway/trace",
	.folder = "tests/gateway/traces/",
	.play = trace_play,
};

int main(int argc, char **argv)
{
	return trace_run(&traces, argc, argv);
}
