/* SPDX-License-Identifier: MIT
 *
 * SIGINT and SIGTERM. The library leaves signals alone; this is the program's.
 */
#ifndef SIGNALS_H
#define SIGNALS_H

#include "zoryx/bot.h"

/* The first signal wakes the bot's loop, a second ends the program at once. */
void signals_open(struct zx_bot *bot);
void signals_close(void);
int signals_asked_to_stop(void);

#endif
