/* SPDX-License-Identifier: MIT
 *
 * SHA-1 and the answer of the WebSocket handshake (RFC 6455, 4.2.2). Nothing
 * secret depends on it.
 */
#include <string.h>

#include "wire_int.h"

static uint32_t rol(uint32_t v, unsigned n)
{
	return v << n | v >> (32 - n);
}

static uint32_t mix(unsigned i, uint32_t b, uint32_t c, uint32_t d)
{
	if (i < 20)
		return (b & c) | (~b & d);
	if (i >= 40 && i < 60)
		return (b & c) | (b & d) | (c & d);
	return b ^ c ^ d;
}

static void block(uint32_t h[5], const unsigned char *p)
{
	static const uint32_t k[4] = { 0x5a827999, 0x6ed9eba1, 0x8f1bbcdc,
				       0xca62c1d6 };
	uint32_t w[80], v[5], t;

	for (unsigned i = 0; i < 16; i++)
		w[i] = (uint32_t)p[4 * i] << 24 | (uint32_t)p[4 * i + 1] << 16 |
		       (uint32_t)p[4 * i + 2] << 8 | p[4 * i + 3];
	for (unsigned i = 16; i < 80; i++)
		w[i] = rol(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
	memcpy(v, h, sizeof(v));
	for (unsigned i = 0; i < 80; i++) {
		t = rol(v[0], 5) + mix(i, v[1], v[2], v[3]) + v[4] + k[i / 20] +
		    w[i];
		v[4] = v[3];
		v[3] = v[2];
		v[2] = rol(v[1], 30);
		v[1] = v[0];
		v[0] = t;
	}
	for (unsigned i = 0; i < 5; i++)
		h[i] += v[i];
}

void zx__sha1(const void *p, size_t n, unsigned char out[20])
{
	uint32_t h[5] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476,
			  0xc3d2e1f0 };
	const unsigned char *s = p;
	unsigned char tail[128] = { 0 };
	size_t left = n % 64, len = left < 56 ? 64 : 128;
	uint64_t bits = (uint64_t)n * 8;

	for (size_t i = 0; i + 64 <= n; i += 64)
		block(h, s + i);
	if (left)
		memcpy(tail, s + n - left, left);
	tail[left] = 0x80;
	for (unsigned i = 0; i < 8; i++)
		tail[len - 1 - i] = (unsigned char)(bits >> (8 * i));
	for (size_t i = 0; i < len; i += 64)
		block(h, tail + i);
	for (unsigned i = 0; i < 20; i++)
		out[i] = (unsigned char)(h[i / 4] >> (24 - 8 * (i % 4)));
}

void zx__ws_accept(struct zx_str key, struct zx_buf *out)
{
	static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
	char text[256];
	unsigned char sum[20];

	if (key.len > sizeof(text) - sizeof(guid))
		key.len = sizeof(text) - sizeof(guid);
	memcpy(text, key.ptr, key.len);
	memcpy(text + key.len, guid, sizeof(guid) - 1);
	zx__sha1(text, key.len + sizeof(guid) - 1, sum);
	zx_buf_add_base64(out, sum, sizeof(sum));
}
