/* SPDX-License-Identifier: MIT
 *
 * Log lines on stderr: "[2026-01-31 12:00:00] [INFO    ] bot: text", coloured
 * when a person is looking.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "log.h"

static const struct {
	const char *name, *colour;
} levels[] = {
	[ZX_LOG_ERROR] = { "ERROR", "\033[31m" },
	[ZX_LOG_WARN] = { "WARNING", "\033[33m" },
	[ZX_LOG_INFO] = { "INFO", "\033[36m" },
	[ZX_LOG_DEBUG] = { "DEBUG", "\033[90m" },
};

static void line(enum zx_log_level level, const char *module, const char *text,
		 void *ud)
{
	int colour = isatty(STDERR_FILENO) && !getenv("NO_COLOR");
	time_t now = time(NULL);
	char stamp[32] = "";
	struct tm tm;

	(void)ud;
	if (localtime_r(&now, &tm))
		strftime(stamp, sizeof(stamp), "%Y-%m-%d %H:%M:%S", &tm);
	fprintf(stderr, "[%s] %s[%-8s]%s %s: %s\n", stamp,
		colour ? levels[level].colour : "", levels[level].name,
		colour ? "\033[0m" : "", module, text);
}

struct zx_log log_sink(enum zx_log_level max)
{
	return (struct zx_log){ .line = line, .max = max };
}
