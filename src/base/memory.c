/* SPDX-License-Identifier: MIT
 *
 * memory: every allocation of the library goes through these.
 */
#include <stdlib.h>
#include <string.h>

#include "base/base_int.h"

void *zx_resize(const struct zx_alloc *a, void *p, size_t n)
{
	if (!n)
		n = 1;
	return a ? a->realloc(a->ud, p, n) : realloc(p, n);
}

void *zx_new(const struct zx_alloc *a, size_t n)
{
	void *p = zx_resize(a, NULL, n);

	if (p)
		memset(p, 0, n ? n : 1);
	return p;
}

void zx_delete(const struct zx_alloc *a, void *p)
{
	if (!p)
		return;
	if (a)
		a->realloc(a->ud, p, 0);
	else
		free(p);
}

void zx_wipe(void *p, size_t n)
{
	volatile unsigned char *v = p;

	while (n--)
		*v++ = 0;
}
