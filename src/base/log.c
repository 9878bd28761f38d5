/* SPDX-License-Identifier: MIT
 *
 * log: formats one line and hands it to the host's sink.
 */
#include <stdio.h>

#include "base/base_int.h"

/* Takes off the half of a character that a cut at `len` left behind. */
static void cut_whole(char *line, size_t len)
{
	size_t at = len;

	while (at && len - at < 3 &&
	       ((unsigned char)line[at - 1] & 0xc0) == 0x80)
		at--;
	if (at && (unsigned char)line[at - 1] >= 0xc0 &&
	    !zx__utf8_len(line + at - 1, len - at + 1))
		line[at - 1] = '\0';
}

/* A stranger's text must not begin a line of its own. */
static void one_line(char *line)
{
	for (; *line; line++)
		if ((unsigned char)*line < 0x20 || *line == 0x7f)
			*line = ' ';
}

void zx_logf(const struct zx_log *log, enum zx_log_level level,
	     const char *module, const char *fmt, ...)
{
	char line[ZX__LOG_LINE + 1];
	va_list ap;
	int n;

	if (!log || !log->line || level > log->max)
		return;
	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	if ((size_t)n >= sizeof(line))
		cut_whole(line, sizeof(line) - 1);
	one_line(line);
	log->line(level, module, line, log->ud);
}
