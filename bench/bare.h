/* SPDX-License-Identifier: MIT
 *
 * bare: the least a gateway client can do: epoll, read, take the frames apart,
 * decompress if they are compressed, count. It looks into no event, beats no
 * heart and trusts the server.
 */
#ifndef BENCH_BARE_H
#define BENCH_BARE_H

#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "box.h"
#include "report.h"
#include "zoryx/gateway.h"

#define BARE_READ (256 * 1024)
#define BARE_TEXT (4 << 20)

struct bare {
	int fd, epoll;
	enum zx_compression how;
	z_stream z;
	ZSTD_DCtx *zstd;
	unsigned char *in;
	char *text;
	size_t have, at;
	struct zx_str *keep; /* copies of the first messages, or NULL */
	size_t keep_max, kept;
};

static inline void bare_write(struct bare *b, const void *p, size_t n)
{
	if (write(b->fd, p, n) != (ssize_t)n)
		box_fail("bare: cannot write");
}

static inline void bare_read(struct bare *b)
{
	struct epoll_event e;
	ssize_t n;

	memmove(b->in, b->in + b->at, b->have - b->at);
	b->have -= b->at;
	b->at = 0;
	if (epoll_wait(b->epoll, &e, 1, 60000) < 1)
		box_fail("bare: silence");
	n = read(b->fd, b->in + b->have, BARE_READ - b->have);
	if (n <= 0)
		box_fail("bare: the connection ended");
	b->have += (size_t)n;
}

/* The next whole frame in the buffer, or 0. */
static inline int bare_frame(struct bare *b, struct zx_str *payload)
{
	const unsigned char *p = b->in + b->at;
	size_t left = b->have - b->at, head = 2, n, i;

	if (left < 2)
		return 0;
	n = p[1];
	if (n == 126)
		head = 4;
	else if (n == 127)
		head = 10;
	if (left < head)
		return 0;
	if (head > 2)
		for (n = 0, i = 2; i < head; i++)
			n = n << 8 | p[i];
	if (left - head < n)
		return 0;
	*payload = (struct zx_str){ (const char *)p + head, n };
	b->at += head + n;
	return 1;
}

static inline struct zx_str bare_text(struct bare *b, struct zx_str in)
{
	ZSTD_inBuffer from = { in.ptr, in.len, 0 };
	ZSTD_outBuffer to = { b->text, BARE_TEXT, 0 };

	if (b->how == ZX_COMPRESS_NONE)
		return in;
	if (b->how == ZX_COMPRESS_ZSTD_STREAM) {
		if (ZSTD_isError(ZSTD_decompressStream(b->zstd, &to, &from)))
			box_fail("bare: zstd");
		return (struct zx_str){ b->text, to.pos };
	}
	b->z.next_in = (Bytef *)in.ptr;
	b->z.avail_in = (uInt)in.len;
	b->z.next_out = (Bytef *)b->text;
	b->z.avail_out = BARE_TEXT;
	if (inflate(&b->z, Z_SYNC_FLUSH) != Z_OK)
		box_fail("bare: zlib");
	return (struct zx_str){ b->text, BARE_TEXT - b->z.avail_out };
}

static inline struct zx_str bare_next(struct bare *b)
{
	struct zx_str payload;

	while (!bare_frame(b, &payload))
		bare_read(b);
	return bare_text(b, payload);
}

static inline void bare_until(struct bare *b, const char *what)
{
	struct zx_str text;
	char head[65];
	size_t n;

	do {
		text = bare_next(b);
		n = text.len < 64 ? text.len : 64;
		memcpy(head, text.ptr, n);
		head[n] = '\0';
	} while (!strstr(head, what));
}

static inline void bare_send(struct bare *b, const char *text)
{
	unsigned char frame[512] = { 0x81, 0x80 | 126 };
	size_t n = strlen(text);

	frame[2] = (unsigned char)(n >> 8);
	frame[3] = (unsigned char)n;
	memcpy(frame + 8, text, n); /* masked with zeros */
	bare_write(b, frame, n + 8);
}

static inline void bare_open(struct bare *b, const struct box *box,
			     enum zx_compression how, unsigned shard,
			     unsigned shards)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	struct epoll_event e = { .events = EPOLLIN };
	char text[512], *end = NULL;

	memset(b, 0, sizeof(*b));
	b->how = how;
	b->in = malloc(BARE_READ);
	b->text = malloc(BARE_TEXT);
	b->zstd = ZSTD_createDCtx();
	b->fd = socket(AF_INET, SOCK_STREAM, 0);
	b->epoll = epoll_create1(0);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	to.sin_port = htons((uint16_t)atoi(strrchr(box->gateway_url, ':') + 1));
	if (!b->in || !b->text || !b->zstd || inflateInit(&b->z) != Z_OK ||
	    connect(b->fd, (struct sockaddr *)&to, sizeof(to)) ||
	    epoll_ctl(b->epoll, EPOLL_CTL_ADD, b->fd, &e))
		box_fail("bare: cannot connect");
	snprintf(text, sizeof(text),
		 "GET /gateway?v=10&encoding=json%s%s HTTP/1.1\r\n"
		 "Host: 127.0.0.1\r\nUpgrade: websocket\r\n"
		 "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
		 "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
		 how ? "&compress=" : "", how ? zx_compression_name(how) : "");
	bare_write(b, text, strlen(text));
	while (!end) {
		bare_read(b);
		b->in[b->have] = '\0';
		end = strstr((char *)b->in, "\r\n\r\n");
	}
	b->at = (size_t)(end + 4 - (char *)b->in);
	bare_until(b, "\"op\":10");
	snprintf(text, sizeof(text),
		 "{\"op\":2,\"d\":{\"token\":\"%s\",\"intents\":33281,"
		 "\"shard\":[%u,%u],\"properties\":{\"os\":\"linux\","
		 "\"browser\":\"b\",\"device\":\"b\"}}}",
		 box->token, shard, shards);
	bare_send(b, text);
	bare_until(b, "\"READY\"");
}

/* Counts n messages from the first with `what` near its beginning; CPU time in
 * nanoseconds. */
static inline double bare_count(struct bare *b, const char *what, size_t n)
{
	unsigned long sum = 0;
	double from;

	bare_until(b, what);
	from = report_cpu_ns();
	while (--n) {
		struct zx_str text = bare_next(b);
		char *copy;

		sum += text.len;
		if (!b->keep || b->kept == b->keep_max)
			continue;
		copy = malloc(text.len + 1);
		if (!copy)
			box_fail("out of memory");
		memcpy(copy, text.ptr, text.len);
		copy[text.len] = '\0';
		b->keep[b->kept++] = (struct zx_str){ copy, text.len };
	}
	report_use(sum);
	return report_cpu_ns() - from;
}

static inline void bare_close(struct bare *b)
{
	close(b->fd);
	close(b->epoll);
	inflateEnd(&b->z);
	ZSTD_freeDCtx(b->zstd);
	free(b->in);
	free(b->text);
}

#endif
