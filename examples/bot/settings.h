/* SPDX-License-Identifier: MIT
 *
 * The configuration: from the environment, .env and config.json.
 */
#ifndef SETTINGS_H
#define SETTINGS_H

#include "zoryx/bot.h"

/* All of them initialise *config, which is to be released in any case. */

/* For running: problems are logged. 0 when it can be used. */
int settings_load(struct zx_config *config);
/* For export and import, which need no token: problems are logged. */
int settings_for_files(struct zx_config *config);
/* For --check: prints what is wrong, or that nothing is. Gives the exit code.
 */
int settings_check(struct zx_config *config);
/* For --token-set: silent. Gives the exit code. */
int settings_have_token(struct zx_config *config);

/* Fills the bot's options; `config` must outlive the bot. */
void settings_apply(const struct zx_config *config, struct zx_bot_options *opt);

#endif
