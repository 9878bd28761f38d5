/* SPDX-License-Identifier: MIT
 *
 * golden: JSON that was looked at once and stays as it is. The files are in
 * tests/golden, indented for people; ZX_GOLDEN=write makes them anew, and the
 * difference is then there to be read.
 */
#ifndef ZX_GOLDEN_H
#define ZX_GOLDEN_H

#include "zoryx/base.h"

/* Compares with tests/golden/NAME.json; fails the test with what to do. */
void golden(const char *name, struct zx_str json);

#endif
