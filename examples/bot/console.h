/* SPDX-License-Identifier: MIT
 *
 * A cog without commands: shows the start-up panel when the bot is ready.
 */
#ifndef CONSOLE_H
#define CONSOLE_H

#include "zoryx/bot.h"

extern const struct zx_cog console_cog;

#endif
