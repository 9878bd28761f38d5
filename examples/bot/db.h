/* SPDX-License-Identifier: MIT
 *
 * Looking after the state file.
 */
#ifndef DB_H
#define DB_H

/* verb: "check" or "vacuum" (`file`, or `path` when that is NULL), or "backup"
 * (of `path`, into `file`). Gives the exit code. */
int db_run(const char *path, const char *verb, const char *file);

#endif
