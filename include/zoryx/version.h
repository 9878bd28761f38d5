/* SPDX-License-Identifier: MIT
 *
 * The one place the version is written; the build reads it from here.
 */
#ifndef ZORYX_VERSION_H
#define ZORYX_VERSION_H

#define ZX_VERSION_MAJOR 0
#define ZX_VERSION_MINOR 1
#define ZX_VERSION_PATCH 0
#define ZX_VERSION "0.1.0"

/* Binary interface: grows when an incompatible change is released. */
#define ZX_SOVERSION 0

#endif
