/* SPDX-License-Identifier: MIT
 *
 * Small files that are real ones: a picture of one colour, an animated one, a
 * moment of silence. As data URIs, which is how Discord takes them.
 */
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "sandbox/world_int.h"

enum { SIDE = 64, ROW = 1 + SIDE * 3 };

static void be32(unsigned char *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (unsigned char)(v >> (24 - 8 * i));
}

static void chunk(struct zx_buf *out, const char *type, const void *p, size_t n)
{
	unsigned char head[8], tail[4];
	uLong crc = crc32(0, (const Bytef *)type, 4);

	be32(head, (uint32_t)n);
	memcpy(head + 4, type, 4);
	if (n)
		crc = crc32(crc, p, (uInt)n);
	be32(tail, (uint32_t)crc);
	zx_buf_add(out, head, 8);
	zx_buf_add(out, p, n);
	zx_buf_add(out, tail, 4);
}

void zx__png(uint32_t rgb, struct zx_buf *out)
{
	unsigned char ihdr[13] = { [8] = 8, [9] = 2 }, packed[1024];
	unsigned char *rows = malloc(SIDE * ROW);
	uLongf n = sizeof(packed);

	if (!rows)
		return;
	for (size_t y = 0; y < SIDE; y++) {
		rows[y * ROW] = 0;
		for (size_t x = 0; x < SIDE; x++) {
			unsigned char *p = rows + y * ROW + 1 + x * 3;

			p[0] = (unsigned char)(rgb >> 16);
			p[1] = (unsigned char)(rgb >> 8);
			p[2] = (unsigned char)rgb;
		}
	}
	be32(ihdr, SIDE);
	be32(ihdr + 4, SIDE);
	zx_buf_add(out, "\x89PNG\r\n\x1a\n", 8);
	chunk(out, "IHDR", ihdr, sizeof(ihdr));
	if (compress2(packed, &n, rows, SIDE * ROW, 6) == Z_OK)
		chunk(out, "IDAT", packed, n);
	chunk(out, "IEND", "", 0);
	free(rows);
}

static uint32_t colour(struct zx_str hex)
{
	uint32_t v = 0;

	for (size_t i = 0; i < hex.len && i < 6; i++) {
		char c = hex.ptr[i];

		v = v << 4 |
		    (uint32_t)(c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
	}
	return v;
}

static void uri(const char *type, const struct zx_buf *data, struct zx_buf *out)
{
	zx_buf_addf(out, "data:%s;base64,", type);
	zx_buf_add_base64(out, data->ptr, data->len);
}

void zx__sample_png(struct zx_str hex, struct zx_buf *out)
{
	struct zx_buf data;

	zx_buf_init(&data, NULL, 0);
	zx__png(colour(hex), &data);
	uri("image/png", &data, out);
	zx_buf_release(&data);
}

/* Two frames of one pixel, over and over. */
static const unsigned char gif[] = {
	'G', 'I', 'F',	'8',  '9',  'a',  1,	0,    1,    0,	  0x80,
	0,   0,	  0xff, 0,    0,    0,	  0,	0xff, 0x21, 0xff, 0x0b,
	'N', 'E', 'T',	'S',  'C',  'A',  'P',	'E',  '2',  '.',  '0',
	3,   1,	  0,	0,    0,    0x21, 0xf9, 4,    0,    10,	  0,
	0,   0,	  0x2c, 0,    0,    0,	  0,	1,    0,    1,	  0,
	0,   2,	  2,	0x44, 1,    0,	  0x21, 0xf9, 4,    0,	  10,
	0,   0,	  0,	0x2c, 0,    0,	  0,	0,    1,    0,	  1,
	0,   0,	  2,	2,    0x4c, 1,	  0,	0x3b,
};

void zx__sample_gif(struct zx_buf *out)
{
	struct zx_buf data = { .ptr = NULL };

	zx_buf_init(&data, NULL, 0);
	zx_buf_add(&data, gif, sizeof(gif));
	uri("image/gif", &data, out);
	zx_buf_release(&data);
}

/* One frame of MPEG 1 layer 3, 128 kbit/s, 44.1 kHz: 417 bytes. */
void zx__sample_mp3(struct zx_buf *out)
{
	static const unsigned char head[4] = { 0xff, 0xfb, 0x90, 0x00 };
	static const unsigned char rest[413];
	struct zx_buf data;

	zx_buf_init(&data, NULL, 0);
	for (int i = 0; i < 4; i++) {
		zx_buf_add(&data, head, sizeof(head));
		zx_buf_add(&data, rest, sizeof(rest));
	}
	uri("audio/mpeg", &data, out);
	zx_buf_release(&data);
}
