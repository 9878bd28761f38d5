/* SPDX-License-Identifier: MIT
 *
 * errors: the texts and names of enum zx_error, and the library's version.
 */
#include "base/base_int.h"

const char *zx_strerror(int err)
{
	switch (err) {
#define X(name, value, text)                                                   \
	case value:                                                            \
		return text;
		ZX_ERRORS(X)
#undef X
	default:
		return "unknown error";
	}
}

const char *zx_errname(int err)
{
	switch (err) {
#define X(name, value, text)                                                   \
	case value:                                                            \
		return #name;
		ZX_ERRORS(X)
#undef X
	default:
		return "unknown";
	}
}

const char *zx_version(void)
{
	return ZX_VERSION;
}
