/* SPDX-License-Identifier: MIT
 *
 * What the tests of the shard monitor share: shards made up.
 */
#ifndef TEST_MONITOR_H
#define TEST_MONITOR_H

#include "cogs/monitor_int.h"
#include "cogs/shown.h"

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
