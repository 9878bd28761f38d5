/* SPDX-License-Identifier: MIT
 *
 * The tests' WebSocket client.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "ws_client.h"

unsigned url_port(const char *url)
{
	const char *colon = strchr(url + 6, ':');

	return colon ? (unsigned)strtoul(colon + 1, NULL, 10) : 0;
}

int tcp_connect(unsigned port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_port = htons((uint16_t)port),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct timeval wait = { .tv_sec = 20 };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
	if (!connect(fd, (struct sockaddr *)&a, sizeof(a)))
		return fd;
	close(fd);
	return -1;
}

static void write_all(int fd, const void *p, size_t n)
{
	const char *at = p;
	ssize_t k;

	while (n && (k = send(fd, at, n, MSG_NOSIGNAL)) > 0) {
		at += k;
		n -= (size_t)k;
	}
}

void http_exchange(unsigned port, const char *request, struct zx_buf *answer)
{
	int fd = tcp_connect(port);
	char bytes[65536];
	ssize_t n;

	if (fd < 0)
		return;
	write_all(fd, request, strlen(request));
	while ((n = recv(fd, bytes, sizeof(bytes), 0)) > 0)
		zx_buf_add(answer, bytes, (size_t)n);
	close(fd);
}

/* WebSocket ---------------------------------------------------------------- */

/* At least one more byte of input. */
static int more(struct ws_client *c)
{
	char *at = zx_buf_room(&c->in, 65536);
	ssize_t n = at ? recv(c->fd, at, 65536, 0) : -1;

	if (n > 0) {
		c->in.len += (size_t)n;
		at[n] = '\0';
		return 1;
	}
	c->eof = n < 0 && errno == ECONNRESET ? 2 : 1;
	return 0;
}

int ws_open(struct ws_client *c, unsigned port, const char *target)
{
	char text[1024];
	const char *end;
	int n;

	memset(c, 0, sizeof(*c));
	zx_buf_init(&c->in, NULL, (size_t)1 << 30);
	zx_buf_init(&c->frame, NULL, (size_t)1 << 30);
	zx_buf_init(&c->joined, NULL, (size_t)1 << 30);
	zx_buf_init(&c->text, NULL, (size_t)1 << 30);
	inflateInit(&c->z);
	c->zstd = ZSTD_createDCtx();
	c->fd = tcp_connect(port);
	if (c->fd < 0)
		return -1;
	n = snprintf(text, sizeof(text),
		     "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n"
		     "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
		     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
		     "Sec-WebSocket-Version: 13\r\n\r\n",
		     target, port);
	write_all(c->fd, text, (size_t)n);
	while (!c->in.len || !(end = strstr(c->in.ptr, "\r\n\r\n")))
		if (!more(c))
			return -1;
	c->status = atoi(c->in.ptr + 9);
	if (c->status == 101 &&
	    !strstr(c->in.ptr, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="))
		return -1;
	zx_buf_skip(&c->in, (size_t)(end - c->in.ptr) + 4);
	return c->status == 101 ? 0 : -1;
}

void ws_free(struct ws_client *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
	inflateEnd(&c->z);
	ZSTD_freeDCtx(c->zstd);
	zx_buf_release(&c->in);
	zx_buf_release(&c->frame);
	zx_buf_release(&c->joined);
	zx_buf_release(&c->text);
}

void ws_send_frame(struct ws_client *c, unsigned first, const void *p, size_t n)
{
	static const unsigned char mask[4] = { 0x12, 0x34, 0x56, 0x78 };
	unsigned char head[14] = { (unsigned char)first };
	size_t len = 2;
	char *copy = malloc(n + 1);

	if (n < 126) {
		head[1] = (unsigned char)n;
	} else if (n < 65536) {
		head[1] = 126;
		head[2] = (unsigned char)(n >> 8);
		head[3] = (unsigned char)n;
		len = 4;
	} else {
		head[1] = 127;
		for (unsigned i = 0; i < 8; i++)
			head[2 + i] =
				(unsigned char)((uint64_t)n >> (56 - 8 * i));
		len = 10;
	}
	head[1] |= 0x80;
	memcpy(head + len, mask, 4);
	for (size_t i = 0; i < n; i++)
		copy[i] = (char)(((const char *)p)[i] ^ mask[i & 3]);
	write_all(c->fd, head, len + 4);
	write_all(c->fd, copy, n);
	free(copy);
}

void ws_send(struct ws_client *c, const char *text)
{
	ws_send_frame(c, 0x81, text, strlen(text));
}

void ws_sendf(struct ws_client *c, const char *fmt, ...)
{
	char text[8192];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ws_send(c, text);
}

void ws_send_close(struct ws_client *c, int code)
{
	unsigned char body[2] = { (unsigned char)(code >> 8),
				  (unsigned char)code };

	ws_send_frame(c, 0x88, body, sizeof(body));
}

static int need(struct ws_client *c, size_t n)
{
	while (c->in.len < n)
		if (!more(c))
			return 0;
	return 1;
}

int ws_frame(struct ws_client *c)
{
	size_t head = 2, ext;
	uint64_t n = 0;
	const unsigned char *p;

	if (!need(c, 2))
		return -1;
	memcpy(c->head, c->in.ptr, 2);
	ext = (c->head[1] & 127) == 126 ? 2 : (c->head[1] & 127) == 127 ? 8 : 0;
	if (!need(c, head + ext))
		return -1;
	p = (const unsigned char *)c->in.ptr;
	for (size_t i = 0; i < ext; i++)
		n = n << 8 | p[2 + i];
	if (!ext)
		n = c->head[1] & 127;
	head += ext + (c->head[1] & 128 ? 4 : 0);
	if (n > (1u << 30) || !need(c, head + (size_t)n))
		return -1;
	zx_buf_clear(&c->frame);
	zx_buf_add(&c->frame, c->in.ptr + head, (size_t)n);
	zx_buf_skip(&c->in, head + (size_t)n);
	return 0;
}

static int unpack_zlib(struct ws_client *c)
{
	int ret = Z_OK;

	c->z.next_in = (Bytef *)c->joined.ptr;
	c->z.avail_in = (uInt)c->joined.len;
	do {
		c->z.next_out = (Bytef *)zx_buf_room(&c->text, 65536);
		c->z.avail_out = 65536;
		ret = inflate(&c->z, Z_SYNC_FLUSH);
		c->text.len += 65536 - c->z.avail_out;
	} while (ret == Z_OK && !c->z.avail_out);
	return ret == Z_OK || ret == Z_BUF_ERROR || ret == Z_STREAM_END ? 0
									: -1;
}

static int unpack_zstd(struct ws_client *c)
{
	ZSTD_inBuffer in = { c->joined.ptr, c->joined.len, 0 };
	size_t ret;
	int full;

	do {
		ZSTD_outBuffer out = { zx_buf_room(&c->text, 65536), 65536, 0 };

		ret = ZSTD_decompressStream(c->zstd, &out, &in);
		if (ZSTD_isError(ret))
			return -1;
		c->text.len += out.pos;
		full = out.pos == out.size;
	} while (in.pos < in.size || full);
	return 0;
}

/* A binary message without transport compression is a zlib stream of its own
 * (payload compression). */
static int unpack(struct ws_client *c, unsigned op)
{
	zx_buf_clear(&c->text);
	if (op == 1) {
		zx_buf_adds(&c->text, zx_buf_str(&c->joined));
		return 0;
	}
	if (c->compress == WS_ZSTD)
		return unpack_zstd(c);
	if (c->compress == WS_PLAIN)
		inflateReset(&c->z);
	return unpack_zlib(c);
}

int ws_message(struct ws_client *c)
{
	unsigned op = 0;

	zx_buf_clear(&c->joined);
	for (;;) {
		if (ws_frame(c))
			return -1;
		switch (c->head[0] & 15) {
		case 8:
			if (c->frame.len >= 2)
				c->close_code = (unsigned char)c->frame.ptr[0]
							<< 8 |
						(unsigned char)c->frame.ptr[1];
			return -1;
		case 9:
			ws_send_frame(c, 0x8a, c->frame.ptr, c->frame.len);
			continue;
		case 10:
			continue;
		default:
			break;
		}
		if (c->head[0] & 15)
			op = c->head[0] & 15;
		zx_buf_adds(&c->joined, zx_buf_str(&c->frame));
		if (!(c->head[0] & 0x80))
			continue;
		if (unpack(c, op))
			return -1;
		*zx_buf_room(&c->text, 1) = '\0';
		return 0;
	}
}

int ws_until_closed(struct ws_client *c)
{
	while (!ws_message(c))
		;
	return c->close_code;
}

/* Gateway ------------------------------------------------------------------ */

static void note(struct ws_client *c)
{
	struct zx_str msg = zx_buf_str(&c->text), s = zx_json_get(msg, "s");
	struct zx_str d = zx_json_get(msg, "d"), id, url;

	if (zx_json_get_i64(msg, "op") == 0)
		zx_json_u64(s, &c->seq);
	if (!zx_json_is(zx_json_get(msg, "t"), "READY"))
		return;
	id = zx_json_plain(zx_json_get(d, "session_id"));
	url = zx_json_plain(zx_json_get(d, "resume_gateway_url"));
	snprintf(c->session_id, sizeof(c->session_id), "%.*s", ZX_ARG(id));
	snprintf(c->resume_url, sizeof(c->resume_url), "%.*s", ZX_ARG(url));
}

int gw_until(struct ws_client *c, const char *event)
{
	do {
		if (ws_message(c))
			return -1;
		note(c);
	} while (!zx_json_is(zx_json_get(zx_buf_str(&c->text), "t"), event));
	return 0;
}

int gw_until_op(struct ws_client *c, int op)
{
	do {
		if (ws_message(c))
			return -1;
		note(c);
	} while (zx_json_get_i64(zx_buf_str(&c->text), "op") != op);
	return 0;
}

int gw_hello(struct ws_client *c, unsigned port, enum ws_compress how)
{
	static const char *const targets[] = {
		[WS_PLAIN] = "/gateway?v=10&encoding=json",
		[WS_ZLIB] = "/gateway?v=10&encoding=json&compress=zlib-stream",
		[WS_ZSTD] = "/gateway?v=10&encoding=json&compress=zstd-stream",
	};

	if (ws_open(c, port, targets[how]))
		return -1;
	c->compress = how;
	return gw_until_op(c, 10);
}

void gw_identify(struct ws_client *c, const char *token, uint64_t intents,
		 unsigned shard, unsigned shards)
{
	ws_sendf(c,
		 "{\"op\":2,\"d\":{\"token\":\"%s\",\"intents\":%llu,"
		 "\"properties\":{\"os\":\"linux\",\"browser\":\"test\","
		 "\"device\":\"test\"},\"shard\":[%u,%u]}}",
		 token, (unsigned long long)intents, shard, shards);
}

void gw_resume(struct ws_client *c, const char *token, const char *session,
	       uint64_t seq)
{
	ws_sendf(c,
		 "{\"op\":6,\"d\":{\"token\":\"%s\",\"session_id\":\"%s\","
		 "\"seq\":%llu}}",
		 token, session, (unsigned long long)seq);
}

int gw_ready(struct ws_client *c, unsigned port, const char *token,
	     uint64_t intents, enum ws_compress how)
{
	if (gw_hello(c, port, how))
		return -1;
	gw_identify(c, token, intents, 0, 1);
	return gw_until(c, "READY");
}
