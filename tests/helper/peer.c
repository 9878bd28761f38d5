/* SPDX-License-Identifier: MIT
 *
 * peer: a scripted server on loopback.
 */
#include "helper/peer.h"

#include <arpa/inet.h>
#include <mbedtls/md.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "helper/zx_test.h"

struct peer {
	void (*serve)(int fd, unsigned nth, void *ud);
	void *ud;
	int listener;
	uint16_t port;
	pthread_t thread;
	pthread_mutex_t lock;
	unsigned connections;
	int client; /* being served, or -1 */
	int stopping;
};

static int listen_any(uint16_t *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t n = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &n), 0);
	*port = ntohs(a.sin_port);
	return fd;
}

uint16_t peer_dead_port(void)
{
	uint16_t port;
	int fd = listen_any(&port); /* bound, but it does not listen */

	close(fd);
	return port;
}

static int take(struct peer *p, int fd, unsigned *nth)
{
	int one = 1, go;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	pthread_mutex_lock(&p->lock);
	go = !p->stopping;
	p->client = fd;
	*nth = p->connections++;
	pthread_mutex_unlock(&p->lock);
	return go;
}

static void *run(void *ud)
{
	struct peer *p = ud;
	unsigned nth;
	int fd;

	while ((fd = accept(p->listener, NULL, NULL)) >= 0) {
		if (take(p, fd, &nth))
			p->serve(fd, nth, p->ud);
		pthread_mutex_lock(&p->lock);
		p->client = -1;
		close(fd);
		pthread_mutex_unlock(&p->lock);
	}
	return NULL;
}

struct peer *peer_start(void (*serve)(int fd, unsigned nth, void *ud), void *ud)
{
	struct peer *p = calloc(1, sizeof(*p));

	assert_non_null(p);
	p->serve = serve;
	p->ud = ud;
	p->client = -1;
	p->listener = listen_any(&p->port);
	assert_int_equal(listen(p->listener, 64), 0);
	pthread_mutex_init(&p->lock, NULL);
	assert_int_equal(pthread_create(&p->thread, NULL, run, p), 0);
	return p;
}

uint16_t peer_port(const struct peer *p)
{
	return p->port;
}

unsigned peer_connections(struct peer *p)
{
	unsigned n;

	pthread_mutex_lock(&p->lock);
	n = p->connections;
	pthread_mutex_unlock(&p->lock);
	return n;
}

void peer_stop(struct peer *p)
{
	pthread_mutex_lock(&p->lock);
	p->stopping = 1;
	if (p->client >= 0)
		shutdown(p->client, SHUT_RDWR);
	pthread_mutex_unlock(&p->lock);
	shutdown(p->listener, SHUT_RDWR);
	pthread_join(p->thread, NULL);
	close(p->listener);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

void peer_write(int fd, const void *p, size_t n)
{
	ssize_t done;

	while (n) {
		done = send(fd, p, n, MSG_NOSIGNAL);
		if (done <= 0)
			return;
		p = (const char *)p + done;
		n -= (size_t)done;
	}
}

int peer_read(int fd, void *p, size_t n)
{
	ssize_t got;

	while (n) {
		got = recv(fd, p, n, 0);
		if (got <= 0)
			return 0;
		p = (char *)p + got;
		n -= (size_t)got;
	}
	return 1;
}

/* HTTP ------------------------------------------------------------------- */

static int read_head(int fd, char *head, size_t size)
{
	size_t n = 0;

	while (n + 1 < size) {
		if (!peer_read(fd, head + n, 1))
			return 0;
		head[++n] = 0;
		if (n >= 4 && !strcmp(head + n - 4, "\r\n\r\n"))
			return 1;
	}
	return 0;
}

/* The value of a header, or NULL. */
static const char *header(const char *head, const char *name)
{
	size_t n = strlen(name);
	const char *p = head;

	while ((p = strstr(p, "\r\n")) != NULL) {
		p += 2;
		if (!strncasecmp(p, name, n) && p[n] == ':')
			return p + n + 1 + (p[n + 1] == ' ');
	}
	return NULL;
}

int peer_http(int fd, char *head, size_t head_size, char *body,
	      size_t body_size, size_t *body_len)
{
	const char *length;

	*body_len = 0;
	if (!read_head(fd, head, head_size))
		return 0;
	length = header(head, "content-length");
	if (length)
		*body_len = (size_t)strtoul(length, NULL, 10);
	assert_true(*body_len < body_size);
	if (!peer_read(fd, body, *body_len))
		return 0;
	body[*body_len] = 0;
	return 1;
}

void peer_answer(int fd, int status, const char *headers, const char *body)
{
	char head[1024];
	int n = snprintf(head, sizeof(head),
			 "HTTP/1.1 %d X\r\nContent-Length: %zu\r\n"
			 "Content-Type: application/json\r\n%s\r\n",
			 status, strlen(body), headers);

	peer_write(fd, head, (size_t)n);
	peer_write(fd, body, strlen(body));
}

/* WebSocket -------------------------------------------------------------- */

static void accept_key(const char *key, size_t n, struct zx_buf *out)
{
	static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
	unsigned char text[128], sum[20];

	assert_true(n + sizeof(guid) < sizeof(text));
	memcpy(text, key, n);
	memcpy(text + n, guid, sizeof(guid) - 1);
	assert_int_equal(mbedtls_md(mbedtls_md_info_from_type(MBEDTLS_MD_SHA1),
				    text, n + sizeof(guid) - 1, sum),
			 0);
	zx_buf_add_base64(out, sum, sizeof(sum));
}

int peer_upgrade(int fd, char *head, size_t head_size)
{
	const char *key;
	struct zx_buf out;

	if (!read_head(fd, head, head_size))
		return 0;
	key = header(head, "sec-websocket-key");
	if (!key)
		return 0;
	zx_buf_init(&out, NULL, 0);
	zx_buf_addc(&out, "HTTP/1.1 101 Switching Protocols\r\n"
			  "Upgrade: websocket\r\nConnection: Upgrade\r\n"
			  "Sec-WebSocket-Accept: ");
	accept_key(key, strcspn(key, "\r"), &out);
	zx_buf_addc(&out, "\r\n\r\n");
	peer_write(fd, out.ptr, out.len);
	zx_buf_release(&out);
	return 1;
}

void peer_frame(int fd, int fin, int opcode, const void *p, size_t n)
{
	unsigned char head[10] = { (unsigned char)((fin ? 0x80 : 0) | opcode) };
	size_t len = 2, i;

	if (n < 126) {
		head[1] = (unsigned char)n;
	} else if (n < 65536) {
		head[1] = 126;
		head[2] = (unsigned char)(n >> 8);
		head[3] = (unsigned char)n;
		len = 4;
	} else {
		head[1] = 127;
		for (i = 0; i < 8; i++)
			head[2 + i] =
				(unsigned char)((uint64_t)n >> 8 * (7 - i));
		len = 10;
	}
	peer_write(fd, head, len);
	peer_write(fd, p, n);
}

int peer_read_frame(int fd, char *p, size_t size, size_t *n)
{
	unsigned char head[2], more[8], mask[4];
	uint64_t len;
	size_t i, extra;

	if (!peer_read(fd, head, 2))
		return -1;
	len = head[1] & 0x7f;
	extra = len == 126 ? 2 : len == 127 ? 8 : 0;
	if (extra) {
		if (!peer_read(fd, more, extra))
			return -1;
		for (len = 0, i = 0; i < extra; i++)
			len = len << 8 | more[i];
	}
	assert_true(head[1] & 0x80); /* clients mask */
	assert_true(len < size);
	if (!peer_read(fd, mask, 4) || !peer_read(fd, p, (size_t)len))
		return -1;
	for (i = 0; i < len; i++)
		p[i] = (char)(p[i] ^ mask[i % 4]);
	p[len] = 0;
	*n = (size_t)len;
	return head[0] & 0x0f;
}
