/* SPDX-License-Identifier: MIT
 *
 * Log lines on stderr.
 */
#ifndef LOG_H
#define LOG_H

#include "zoryx/base.h"

/* Lines up to that level. */
struct zx_log log_sink(enum zx_log_level max);

#endif
