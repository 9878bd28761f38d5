/* SPDX-License-Identifier: MIT
 *
 * 04_health: metrics, health and alerts without Discord. Plays ten minutes of
 * two shards of which the second is slow for a while, prints who is told what,
 * and at the end the text that Prometheus reads.
 */
#include <stdio.h>

#include "zoryx/metrics.h"

enum { MINUTE = 60000 };

static void judge(struct zx_metrics *m, struct zx_alerts *a, zx_time now)
{
	static const char *const kind[] = { "ALERT", "STILL", "RECOVERED" };
	struct zx_alert alert;
	struct zx_health h;

	for (uint32_t shard = 0; shard < 2; shard++)
		if (!zx_metrics_health(m, shard, now, &h))
			zx_alerts_feed(a, shard, &h, now);
	zx_alerts_tick(a, now);
	while (zx_alerts_poll(a, &alert) > 0)
		printf("minute %u: %s, shard %u, %s\n",
		       (unsigned)(now / MINUTE), kind[alert.kind],
		       (unsigned)alert.shards[0].shard,
		       alert.shards[0].health.text);
}

static void play(struct zx_metrics *m, struct zx_alerts *a)
{
	for (zx_time now = 0; now <= 10 * MINUTE; now += 10000) {
		int slow = now >= 2 * MINUTE && now < 5 * MINUTE;

		zx_metrics_latency(m, 0, 40, now);
		zx_metrics_latency(m, 1, slow ? 2500 : 60, now);
		zx_metrics_ack(m, 0, now);
		zx_metrics_ack(m, 1, now);
		zx_metrics_sample(m, 0);
		zx_metrics_sample(m, 1);
		zx_metrics_count(m, 0, ZX_COUNT_MESSAGES, 3);
		judge(m, a, now);
	}
}

int main(void)
{
	struct zx_metrics_options mo = ZX_METRICS_OPTIONS_INIT;
	struct zx_alerts_options ao = ZX_ALERTS_OPTIONS_INIT;
	struct zx_metrics *m = NULL;
	struct zx_alerts *a = NULL;
	struct zx_buf text;
	int err = zx_metrics_new(&m, &mo) || zx_alerts_new(&a, &ao);

	for (uint32_t shard = 0; !err && shard < 2; shard++) {
		err = zx_metrics_add(m, shard, 0);
		zx_metrics_connected(m, shard, 0, 0, 0);
	}
	zx_buf_init(&text, NULL, 0);
	if (!err)
		play(m, a);
	err = err || zx_metrics_prometheus(m, 10 * MINUTE, &text);
	printf("%s", zx_buf_cstr(&text));
	zx_buf_release(&text);
	zx_alerts_free(a);
	zx_metrics_free(m);
	return err != 0;
}
