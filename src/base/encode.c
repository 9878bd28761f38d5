/* SPDX-License-Identifier: MIT
 *
 * encode: percent-encoding and base64, appended to a buffer.
 */
#include "base/base_int.h"

static int unreserved(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
	       c == '~';
}

void zx_buf_add_urlencoded(struct zx_buf *b, struct zx_str s)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t i;

	for (i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		if (unreserved(c))
			zx_buf_addch(b, (char)c);
		else
			zx_buf_add(b, (char[]){ '%', hex[c >> 4], hex[c & 15] },
				   3);
	}
}

static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvw"
			     "xyz0123456789+/";

/* n is 1 to 3. */
static void base64_group(char out[4], const unsigned char *in, size_t n)
{
	unsigned v = (unsigned)in[0] << 16;

	if (n > 1)
		v |= (unsigned)in[1] << 8;
	if (n > 2)
		v |= in[2];
	out[0] = base64[v >> 18];
	out[1] = base64[v >> 12 & 63];
	out[2] = n > 1 ? base64[v >> 6 & 63] : '=';
	out[3] = n > 2 ? base64[v & 63] : '=';
}

void zx_buf_add_base64(struct zx_buf *b, const void *p, size_t n)
{
	const unsigned char *in = p;
	size_t groups = n / 3 + (n % 3 != 0), i;
	char *out;

	if (groups > SIZE_MAX / 4)
		groups = SIZE_MAX / 4; /* over any ceiling just the same */
	out = zx_buf_room(b, groups * 4);
	if (!out)
		return;
	for (i = 0; i < n; i += 3, out += 4)
		base64_group(out, in + i, n - i < 3 ? n - i : 3);
	*out = '\0';
	b->len += groups * 4;
}
