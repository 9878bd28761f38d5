/* SPDX-License-Identifier: MIT
 *
 * What the tests of the shard monitor share: shards made up, and Discord's
 * limits on what was rendered.
 */
#ifndef TEST_MONITOR_H
#define TEST_MONITOR_H

#include "cogs/monitor_int.h"
#include "helper/zx_test.h"

static struct zx_buf out;

static inline const char *written(struct zx_message *m)
{
	zx_buf_release(&out);
	zx_buf_init(&out, NULL, 0);
	assert_err(zx_message_write(m, 0, &out), ZX_OK);
	assert_err(zx_json_check(zx_buf_str(&out), 0, NULL), ZX_OK);
	assert_string_equal(zx_message_cut(m), "");
	return zx_buf_cstr(&out);
}

#define HAS(text)                                                              \
	do {                                                                   \
		if (!strstr(zx_buf_cstr(&out), text))                          \
			print_error("wanted %s in %s\n", text,                 \
				    zx_buf_cstr(&out));                        \
		assert_non_null(strstr(zx_buf_cstr(&out), text));              \
	} while (0)
#define HASNT(text) assert_null(strstr(zx_buf_cstr(&out), text))

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
static inline void inside_limits(void)
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
	assert_in_range(fields, 1, 25);
	assert_in_range(total, 1, 6000);
}

static inline struct zx_monitor_shard *shards(size_t n, uint32_t first)
{
	struct zx_monitor_shard *s = calloc(n, sizeof(*s));
	size_t i;

	assert_non_null(s);
	for (i = 0; i < n; i++) {
		s[i].shard = first + (uint32_t)i;
		s[i].tier = i % 7 == 3	  ? ZX_WARNING
			    : i % 11 == 5 ? ZX_CRITICAL
					  : ZX_HEALTHY;
		snprintf(s[i].reason, sizeof(s[i].reason), "%s",
			 s[i].tier == ZX_CRITICAL  ? "Currently disconnected"
			 : s[i].tier == ZX_WARNING ? "High latency: 1500ms"
						   : "Healthy");
		s[i].current = (double)(i * 37 % 900) + 12;
		s[i].min = s[i].current / 2;
		s[i].average = s[i].current;
		s[i].max = s[i].current * 2;
		s[i].uptime = 99.5;
		s[i].guilds = 1000 + i;
		s[i].members = 100000;
		s[i].messages = 1234567 + i;
		s[i].commands = 89;
		s[i].joined = 5;
		s[i].left = 2;
		s[i].connects = 3;
		s[i].disconnects = 4;
		s[i].resumes = 1;
		s[i].errors = 6;
		s[i].quiet_ms = 7000;
		s[i].quiet_known = 1;
	}
	return s;
}

static inline struct zx__mon_view view(const struct zx_monitor_shard *s,
				       size_t n)
{
	return (struct zx__mon_view){
		.shards = s,
		.count = n,
		.shard_count = (uint32_t)n,
		.threshold = 3,
		.alert_error = "",
	};
}

/* Renders into `out`. */
static inline const char *render(const struct zx__mon_view *v,
				 enum zx__mon_tab tab)
{
	struct zx_message m;

	zx_message_init(&m, NULL);
	zx__mon_render(v, tab, &m);
	written(&m);
	zx_message_release(&m);
	return zx_buf_cstr(&out);
}

#endif
