/* SPDX-License-Identifier: MIT
 *
 * Randomness of the operating system.
 */
#include "zoryx/net.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/random.h>
#endif

/* One call's worth at p, 0 when the system has none to give. */
static size_t ask_kernel(void *p, size_t n)
{
#if defined(__linux__)
	ssize_t got;

	do
		got = getrandom(p, n, 0);
	while (got < 0 && errno == EINTR);
	return got > 0 ? (size_t)got : 0;
#else
	size_t some = n < 256 ? n : 256; /* getentropy's limit */

	return getentropy(p, some) ? 0 : some;
#endif
}

static size_t ask_device(void *p, size_t n)
{
	int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
	size_t done = 0;
	ssize_t got;

	if (fd < 0)
		return 0;
	while (done < n) {
		got = read(fd, (char *)p + done, n - done);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		done += (size_t)got;
	}
	close(fd);
	return done;
}

static void fill(void *ud, void *p, size_t n)
{
	struct zx_prng last_resort;
	struct zx_rand r;
	size_t done = 0, got;

	(void)ud;
	while (done < n) {
		got = ask_kernel((char *)p + done, n - done);
		if (!got)
			break;
		done += got;
	}
	if (done < n)
		done += ask_device((char *)p + done, n - done);
	if (done == n)
		return;
	/* A kernel without getrandom in a root without /dev: TLS cannot work
	 * there either. What is left still has to differ between runs. */
	zx_prng_init(&last_resort, (uint64_t)zx_wall_clock() * 1000003u ^
					   (uint64_t)zx_clock() << 32 ^
					   (uint64_t)getpid());
	r = zx_prng_rand(&last_resort);
	r.fill(r.ud, (char *)p + done, n - done);
}

struct zx_rand zx_system_rand(void)
{
	return (struct zx_rand){ .fill = fill };
}
