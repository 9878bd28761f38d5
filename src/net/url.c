/* SPDX-License-Identifier: MIT
 *
 * Taking a gateway URL apart.
 */
#include "net/net_int.h"

#include <string.h>

static int scheme(struct zx_str *rest, int *tls)
{
	*tls = zx_str_starts(*rest, "wss://");
	if (!*tls && !zx_str_starts(*rest, "ws://"))
		return ZX_E_INVALID;
	*rest = zx_str_from(*rest, *tls ? 6 : 5);
	return ZX_OK;
}

static int is_clean(struct zx_str s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] <= ' ' || s.ptr[i] == 127)
			return 0;
	return s.len > 0;
}

/* "host", "host:port", "[v6]", "[v6]:port" */
static int authority(struct zx_str s, struct zx_str *address, int *port)
{
	const char *end;
	uint64_t n;

	if (s.len && s.ptr[0] == '[') {
		end = memchr(s.ptr, ']', s.len);
		if (!end)
			return ZX_E_INVALID;
		*address =
			(struct zx_str){ s.ptr + 1, (size_t)(end - s.ptr) - 1 };
		s = zx_str_from(s, (size_t)(end - s.ptr) + 1);
	} else {
		end = memchr(s.ptr, ':', s.len);
		address->ptr = s.ptr;
		address->len = end ? (size_t)(end - s.ptr) : s.len;
		s = zx_str_from(s, address->len);
	}
	if (!address->len)
		return ZX_E_INVALID;
	if (!s.len)
		return ZX_OK;
	if (s.ptr[0] != ':' || zx_str_u64(zx_str_from(s, 1), &n) || n < 1 ||
	    n > 65535)
		return ZX_E_INVALID;
	*port = (int)n;
	return ZX_OK;
}

static size_t span(struct zx_str s, const char *stops)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if (strchr(stops, s.ptr[i]))
			break;
	return i;
}

int zx__url_parse(struct zx__url *u, struct zx_str text)
{
	struct zx_str rest = text, host, address = { NULL, 0 };
	int err;

	*u = (struct zx__url){ .tls = 0 };
	if (!is_clean(text) || memchr(text.ptr, '#', text.len))
		return ZX_E_INVALID;
	err = scheme(&rest, &u->tls);
	if (err)
		return err;
	host = (struct zx_str){ rest.ptr, span(rest, "/?") };
	rest = zx_str_from(rest, host.len);
	if (rest.len + host.len + 4 > sizeof(u->text) ||
	    host.len >= sizeof(u->host) || memchr(host.ptr, '@', host.len))
		return ZX_E_TOOBIG;
	u->port = u->tls ? 443 : 80;
	err = authority(host, &address, &u->port);
	if (err)
		return err;
	memcpy(u->host, host.ptr, host.len);
	memcpy(u->text, address.ptr, address.len);
	u->address = u->text;
	u->path = u->text + address.len + 1;
	u->text[address.len + 1] = '/';
	if (rest.len && rest.ptr[0] == '/')
		rest = zx_str_from(rest, 1);
	memcpy(u->text + address.len + 2, rest.ptr, rest.len);
	return ZX_OK;
}
