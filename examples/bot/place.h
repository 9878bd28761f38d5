/* SPDX-License-Identifier: MIT
 *
 * The place of the state file, tried without the file.
 */
#ifndef PLACE_H
#define PLACE_H

#include <stddef.h>

/* Whether the state file can be made there, or be written when it is there
 * already, its missing folders included. 0, or `why` gets a sentence. Leaves
 * nothing behind. */
int place_try(const char *path, char *why, size_t size);

#endif
