/* SPDX-License-Identifier: MIT
 *
 * frame: a length of four bytes, big-endian, and the payload.
 */
#include <string.h>

#include "ipc/ipc_int.h"

void zx_ipc_decoder_init(struct zx_ipc_decoder *d, const struct zx_alloc *a,
			 uint32_t max)
{
	*d = (struct zx_ipc_decoder){ .max = max ? max : ZX_IPC_FRAME_MAX };
	zx_buf_init(&d->held, a, ZX_IPC_FRAME_MAX);
}

void zx_ipc_decoder_release(struct zx_ipc_decoder *d)
{
	zx_buf_release(&d->held);
	d->need = 0;
	d->out = 0;
}

void zx_ipc_header(unsigned char out[ZX_IPC_HEADER], uint32_t n)
{
	out[0] = (unsigned char)(n >> 24);
	out[1] = (unsigned char)(n >> 16);
	out[2] = (unsigned char)(n >> 8);
	out[3] = (unsigned char)n;
}

static uint32_t read_header(const char *p)
{
	const unsigned char *u = (const unsigned char *)p;

	return (uint32_t)u[0] << 24 | (uint32_t)u[1] << 16 |
	       (uint32_t)u[2] << 8 | u[3];
}

static int check_length(struct zx_ipc_decoder *d, uint32_t n)
{
	if (!n)
		d->err = ZX_E_PROTOCOL;
	else if (n > d->max || n > ZX_IPC_FRAME_MAX)
		d->err = ZX_E_TOOBIG;
	return d->err;
}

#define RESERVE ((size_t)32 * 1024)

/* Moves bytes from *in until `held` has `want`; nonzero when it has. */
static int hold(struct zx_ipc_decoder *d, struct zx_str *in, size_t want)
{
	size_t n = want - d->held.len;

	if (n > in->len)
		n = in->len;
	/* Where much comes, more does: not by doubling from a few bytes. */
	if (!d->held.len && n >= 512)
		(void)zx_buf_room(&d->held,
				  want < 2 * RESERVE ? want : RESERVE);
	if (n)
		zx_buf_add(&d->held, in->ptr, n);
	d->err = d->held.err;
	*in = zx_str_from(*in, n);
	return !d->err && d->held.len == want;
}

static int decode_held(struct zx_ipc_decoder *d, struct zx_str *in,
		       struct zx_str *frame)
{
	uint32_t n;

	if (!d->need) {
		if (!hold(d, in, ZX_IPC_HEADER))
			return d->err;
		n = read_header(d->held.ptr);
		if (check_length(d, n))
			return d->err;
		d->need = n;
		zx_buf_clear(&d->held);
	}
	if (!hold(d, in, d->need))
		return d->err;
	*frame = zx_buf_str(&d->held);
	d->out = 1;
	return ZX_OK;
}

/* A peer that is silent keeps no buffer. */
static void reset(struct zx_ipc_decoder *d, int more)
{
	d->out = 0;
	d->need = 0;
	if (more)
		zx_buf_clear(&d->held);
	else
		zx_buf_release(&d->held);
}

int zx_ipc_decode(struct zx_ipc_decoder *d, struct zx_str *in,
		  struct zx_str *frame)
{
	uint32_t n;

	*frame = (struct zx_str){ NULL, 0 };
	if (d->err)
		return d->err;
	if (d->out)
		reset(d, in->len > 0);
	if (!in->len)
		return ZX_OK;
	if (d->need || d->held.len || in->len < ZX_IPC_HEADER)
		return decode_held(d, in, frame);
	n = read_header(in->ptr);
	if (check_length(d, n))
		return d->err;
	if (in->len - ZX_IPC_HEADER < n)
		return decode_held(d, in, frame);
	*frame = (struct zx_str){ in->ptr + ZX_IPC_HEADER, n };
	in->ptr += ZX_IPC_HEADER + n;
	in->len -= ZX_IPC_HEADER + n;
	return ZX_OK;
}

int zx_ipc_decoder_inside(const struct zx_ipc_decoder *d)
{
	return !d->out && (d->need || d->held.len);
}

int zx_ipc_encode(struct zx_buf *out, struct zx_str payload)
{
	unsigned char head[ZX_IPC_HEADER];

	if (!payload.len)
		return ZX_E_PROTOCOL;
	if (payload.len > ZX_IPC_FRAME_MAX)
		return ZX_E_TOOBIG;
	zx_ipc_header(head, (uint32_t)payload.len);
	zx_buf_add(out, head, sizeof(head));
	zx_buf_adds(out, payload);
	return out->err;
}
