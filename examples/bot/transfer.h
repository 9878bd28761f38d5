/* SPDX-License-Identifier: MIT
 *
 * export and import: the files of the Python framework.
 */
#ifndef TRANSFER_H
#define TRANSFER_H

#include "zoryx/bot.h"

/* Write into, and read from, a folder with the layout of the framework's
 * ./data. Each file is reported on stdout; both give the exit code. */
int transfer_export(const struct zx_config *config, const char *dir);
int transfer_import(const struct zx_config *config, const char *dir);

#endif
