/* SPDX-License-Identifier: MIT
 *
 * The opening handshake of RFC 6455, section 4. No extension is offered: what
 * Discord compresses, it compresses below (GW-18).
 */
#include <libwebsockets.h>
#include <stdio.h>
#include <string.h>

#include "net/ws.h"

#define MAGIC "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

void zx__wsc_key(struct zx__wsc_key *key, const struct zx_rand *r)
{
	unsigned char bytes[16];

	r->fill(r->ud, bytes, sizeof(bytes));
	lws_b64_encode_string((const char *)bytes, sizeof(bytes), key->text,
			      sizeof(key->text));
}

void zx__wsc_request(struct zx_buf *out, const char *host, const char *path,
		     const struct zx__wsc_key *key)
{
	zx_buf_addf(out,
		    "GET %s HTTP/1.1\r\n"
		    "Host: %s\r\n"
		    "Upgrade: websocket\r\n"
		    "Connection: Upgrade\r\n"
		    "Sec-WebSocket-Key: %s\r\n"
		    "Sec-WebSocket-Version: 13\r\n\r\n",
		    path, host, key->text);
}

static struct zx_str header(struct zx_str head, const char *name)
{
	struct zx_str line, rest;

	zx_str_split(&head, '\n');
	while ((line = zx_str_trim(zx_str_split(&head, '\n'))).len) {
		rest = line;
		line = zx_str_split(&rest, ':');
		if (zx_str_is_nocase(line, name))
			return zx_str_trim(rest);
	}
	return (struct zx_str){ NULL, 0 };
}

static int lists(struct zx_str value, const char *word)
{
	while (value.len)
		if (zx_str_is_nocase(zx_str_trim(zx_str_split(&value, ',')),
				     word))
			return 1;
	return 0;
}

static int accepts(struct zx_str value, const struct zx__wsc_key *key)
{
	unsigned char hash[20];
	char text[96];
	int n = snprintf(text, sizeof(text), "%s" MAGIC, key->text);

	lws_SHA1((const unsigned char *)text, (size_t)n, hash);
	lws_b64_encode_string((const char *)hash, sizeof(hash), text,
			      sizeof(text));
	return zx_str_is(value, text);
}

static int refuse(char *why, size_t size, const char *text)
{
	snprintf(why, size, "%s", text);
	return ZX_E_PROTOCOL;
}

int zx__wsc_answer(struct zx_str head, const struct zx__wsc_key *key, char *why,
		   size_t size)
{
	struct zx_str status = head;

	if (!zx_str_starts(head, "HTTP/1.1 ") || head.len < 13)
		return refuse(why, size, "the answer is no HTTP");
	status = (struct zx_str){ head.ptr + 9, 3 };
	if (!zx_str_is(status, "101")) {
		snprintf(why, size, "HTTP status %.3s", status.ptr);
		return ZX_E_PROTOCOL;
	}
	if (!lists(header(head, "Upgrade"), "websocket") ||
	    !lists(header(head, "Connection"), "upgrade"))
		return refuse(why, size, "the upgrade was not confirmed");
	if (!accepts(header(head, "Sec-WebSocket-Accept"), key))
		return refuse(why, size, "the answer belongs to another key");
	if (header(head, "Sec-WebSocket-Extensions").len ||
	    header(head, "Sec-WebSocket-Protocol").len)
		return refuse(why, size, "the answer has what was not offered");
	return ZX_OK;
}
