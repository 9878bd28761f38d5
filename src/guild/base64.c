/* SPDX-License-Identifier: MIT
 *
 * Reading base64.
 */
#include "guild/guild_int.h"

static int digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

int zx__base64_read(struct zx_str text, struct zx_buf *out)
{
	size_t pad = 0;
	char *p;

	if (text.len % 4)
		return ZX_E_SYNTAX;
	while (pad < 2 && text.len && text.ptr[text.len - 1] == '=') {
		text.len--;
		pad++;
	}
	p = zx_buf_room(out, (text.len + pad) / 4 * 3 + 3);
	if (!p)
		return out->err;
	for (size_t i = 0; i < text.len; i += 4) {
		uint32_t v = 0;
		size_t n = text.len - i < 4 ? text.len - i : 4;

		for (size_t k = 0; k < 4; k++) {
			int d = k < n ? digit(text.ptr[i + k]) : 0;

			if (d < 0)
				return ZX_E_SYNTAX;
			v = v << 6 | (uint32_t)d;
		}
		for (size_t k = 0; k + 1 < n; k++)
			*p++ = (char)(v >> (16 - 8 * k) & 0xff);
	}
	out->len += text.len / 4 * 3 + (text.len % 4 ? text.len % 4 - 1 : 0);
	out->ptr[out->len] = '\0';
	return ZX_OK;
}
