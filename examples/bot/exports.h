/* SPDX-License-Identifier: MIT
 *
 * Exports of backups that are too large to be posted: files in the folder
 * "exports" beside the state file.
 */
#ifndef EXPORTS_H
#define EXPORTS_H

#include "zoryx/backup_restore.h"

/* Behind zx_cog_backup_restore(). */
extern const struct zx_cog exports_cog;

#endif
