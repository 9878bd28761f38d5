/* SPDX-License-Identifier: MIT
 *
 * trace: plays every traces/NAME.trace as a test of that name.
 */
#include "ipc/trace.h"
#include "helper/trace_run.h"

static const struct trace_run traces = {
	.group = "ipc/trace",
	.folder = "tests/ipc/traces/",
	.play = trace_play,
};

int main(int argc, char **argv)
{
	return trace_run(&traces, argc, argv);
}
