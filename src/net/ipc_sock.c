/* SPDX-License-Identifier: MIT
 *
 * ipc_sock: listening and accepting.
 */
#include "net/ipc_sock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

void zx__sock_close(int fd)
{
	close(fd);
}

void zx__sock_tune(int fd)
{
	int one = 1, size = ZX__SOCK_BUFFER;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
}

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

long zx__sock_send(int fd, const struct zx_str *v, size_t n)
{
	struct iovec at[ZX__SOCK_PIECES];
	struct msghdr m = { .msg_iov = at };
	ssize_t sent;
	size_t i;

	for (i = 0; i < n && i < ZX__SOCK_PIECES; i++) {
		at[i].iov_base = (void *)(uintptr_t)v[i].ptr;
		at[i].iov_len = v[i].len;
	}
	m.msg_iovlen = i;
	do
		sent = sendmsg(fd, &m, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	if (sent >= 0)
		return (long)sent;
	return errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS ? 0
									   : -1;
}

size_t zx__sock_read(int fd, char *to, size_t n)
{
	ssize_t got = recv(fd, to, n, MSG_DONTWAIT);

	return got > 0 ? (size_t)got : 0;
}

static int set_flags(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 ||
	    fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
		return -1;
	return 0;
}

static unsigned read_address(const struct sockaddr_storage *a,
			     char out[ZX__SOCK_ADDRESS])
{
	const struct sockaddr_in *v4 = (const void *)a;
	const struct sockaddr_in6 *v6 = (const void *)a;

	out[0] = '\0';
	if (a->ss_family == AF_INET) {
		inet_ntop(AF_INET, &v4->sin_addr, out, ZX__SOCK_ADDRESS);
		return ntohs(v4->sin_port);
	}
	if (a->ss_family != AF_INET6)
		return 0;
	/* One address shall not count as two. */
	if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr))
		inet_ntop(AF_INET, &v6->sin6_addr.s6_addr[12], out,
			  ZX__SOCK_ADDRESS);
	else
		inet_ntop(AF_INET6, &v6->sin6_addr, out, ZX__SOCK_ADDRESS);
	return ntohs(v6->sin6_port);
}

static int open_at(const struct addrinfo *a)
{
	int one = 1, err;
	int fd = socket(a->ai_family, a->ai_socktype, a->ai_protocol);

	if (fd < 0)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	/* Before listen: what is accepted has them too. */
	zx__sock_tune(fd);
	if (!set_flags(fd) && !bind(fd, a->ai_addr, a->ai_addrlen) &&
	    !listen(fd, SOMAXCONN))
		return fd;
	err = errno;
	close(fd);
	errno = err;
	return -1;
}

static int explain(const char *host, unsigned port, char *why, size_t n)
{
	switch (errno) {
	case EADDRINUSE:
		snprintf(why, n,
			 "port %u at %s is in use: is another primary running? "
			 "End it, or set SHARD_IPC_PORT to another one on all "
			 "clusters",
			 port, host);
		return ZX_E_BUSY;
	case EACCES:
	case EPERM:
		snprintf(why, n,
			 "port %u needs rights this process has not: set "
			 "SHARD_IPC_PORT to one above 1023",
			 port);
		return ZX_E_PERM;
	case EADDRNOTAVAIL:
		snprintf(why, n,
			 "%s is no address of this machine: set SHARD_IPC_HOST "
			 "to 127.0.0.1, or 0.0.0.0 for all its addresses",
			 host);
		return ZX_E_NOTFOUND;
	default:
		snprintf(why, n, "cannot listen at %s:%u", host, port);
		return ZX_E_IO;
	}
}

int zx__sock_listen(int *fd, const char *host, unsigned port, unsigned *bound,
		    char *why, size_t n)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
				  .ai_flags = AI_PASSIVE };
	struct sockaddr_storage a = { .ss_family = AF_UNSPEC };
	socklen_t len = sizeof(a);
	char text[ZX__SOCK_ADDRESS], service[16];
	struct addrinfo *list = NULL;

	snprintf(service, sizeof(service), "%u", port);
	if (getaddrinfo(host, service, &hints, &list)) {
		snprintf(why, n,
			 "the address %s is not known: set SHARD_IPC_HOST to "
			 "127.0.0.1, or 0.0.0.0 for all addresses",
			 host);
		return ZX_E_NOTFOUND;
	}
	*fd = open_at(list);
	freeaddrinfo(list);
	if (*fd < 0)
		return explain(host, port, why, n);
	*bound = port;
	if (!getsockname(*fd, (struct sockaddr *)&a, &len))
		*bound = read_address(&a, text);
	return ZX_OK;
}

int zx__sock_accept(int listener, char address[ZX__SOCK_ADDRESS],
		    unsigned *port)
{
	struct sockaddr_storage a = { .ss_family = AF_UNSPEC };
	socklen_t len;
	int fd;

	do {
		len = sizeof(a);
		fd = accept(listener, (struct sockaddr *)&a, &len);
	} while (fd < 0 && (errno == EINTR || errno == ECONNABORTED));
	if (fd < 0)
		return errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
				       errno == ENOMEM
			       ? ZX__SOCK_FULL
			       : ZX__SOCK_NONE;
	if (set_flags(fd)) {
		close(fd);
		return ZX__SOCK_NONE;
	}
	zx__sock_tune(fd);
	*port = read_address(&a, address);
	return fd;
}
