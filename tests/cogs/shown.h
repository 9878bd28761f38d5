/* SPDX-License-Identifier: MIT
 *
 * What the tests of pages share: the message that was rendered last, and what
 * Discord takes.
 */
#ifndef TEST_SHOWN_H
#define TEST_SHOWN_H

#include "helper/zx_test.h"
#include "zoryx/message.h"

static struct zx_buf out;

/* Writes it to `out`. Nothing had to be cut: pages keep inside by themselves.
 */
static inline const char *written(struct zx_message *m)
{
	zx_buf_release(&out);
	zx_buf_init(&out, NULL, 0);
	assert_err(zx_message_write(m, 0, &out), ZX_OK);
	assert_err(zx_json_check(zx_buf_str(&out), 0, NULL), ZX_OK);
	assert_string_equal(zx_message_cut(m), "");
	return zx_buf_cstr(&out);
}

static inline int shown_teardown(void **state)
{
	(void)state;
	zx_buf_release(&out);
	return 0;
}

#define HAS(text)                                                              \
	do {                                                                   \
		if (!strstr(zx_buf_cstr(&out), text))                          \
			print_error("wanted %s in %s\n", text,                 \
				    zx_buf_cstr(&out));                        \
		assert_non_null(strstr(zx_buf_cstr(&out), text));              \
	} while (0)
#define HASNT(text)                                                            \
	do {                                                                   \
		if (strstr(zx_buf_cstr(&out), text))                           \
			print_error("unwanted %s in %s\n", text,               \
				    zx_buf_cstr(&out));                        \
		assert_null(strstr(zx_buf_cstr(&out), text));                  \
	} while (0)

/* Code units of UTF-16 in a JSON string, as Discord counts. */
static inline size_t units(struct zx_str raw)
{
	struct zx_buf text;
	size_t i, n = 0;

	zx_buf_init(&text, NULL, 0);
	if (raw.len)
		assert_err(zx_json_text(raw, &text), ZX_OK);
	for (i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];

		n += (c & 0xc0) != 0x80;
		n += c >= 0xf0;
	}
	zx_buf_release(&text);
	return n;
}

/* The embed in `out` is one that Discord takes as it is. */
static inline void embed_limits(size_t fewest_fields)
{
	struct zx_str embed =
		zx_json_index(zx_json_get(zx_buf_str(&out), "embeds"), 0);
	struct zx_json_iter it = zx_json_each(zx_json_get(embed, "fields"));
	size_t total, fields = 0, n;

	total = units(zx_json_get(embed, "title")) +
		units(zx_json_get(embed, "description")) +
		units(zx_json_at(embed, "footer.text"));
	assert_true(units(zx_json_get(embed, "title")) <= 256);
	assert_true(units(zx_json_get(embed, "description")) <= 4096);
	while (zx_json_next(&it)) {
		fields++;
		n = units(zx_json_get(it.value, "name"));
		assert_in_range(n, 1, 256);
		total += n;
		n = units(zx_json_get(it.value, "value"));
		assert_in_range(n, 1, 1024);
		total += n;
	}
	assert_in_range(fields, fewest_fields, 25);
	assert_in_range(total, 1, 6000);
}

#endif
