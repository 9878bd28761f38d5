/* SPDX-License-Identifier: MIT
 *
 * Recording: a handful of stores per event.
 */
#include <string.h>

#include "metrics/metrics_int.h"

#define DAY_MS 86400000.0

void zx_metrics_count(struct zx_metrics *m, uint32_t shard, enum zx_counter c,
		      uint64_t n)
{
	struct zx__shard *s = zx__metrics_find(m, shard);

	if (s && (unsigned)c < ZX_COUNTER_COUNT)
		s->counters[c] += n;
}

void zx_metrics_event(struct zx_metrics *m, uint32_t shard, unsigned kind,
		      zx_time now)
{
	struct zx__shard *s = zx__metrics_find(m, shard);

	if (!s)
		return;
	s->counters[ZX_COUNT_EVENTS]++;
	if (kind < m->kind_count)
		s->kinds[kind]++;
	s->last_sign = now;
}

void zx_metrics_ack(struct zx_metrics *m, uint32_t shard, zx_time now)
{
	struct zx__shard *s = zx__metrics_find(m, shard);

	if (s)
		s->last_sign = now;
}

void zx_metrics_latency(struct zx_metrics *m, uint32_t shard, double ms,
			zx_time now)
{
	struct zx__shard *s = zx__metrics_find(m, shard);

	(void)now;
	if (!s)
		return;
	/* a day is no latency; also refuses NaN and infinity */
	if (!(ms >= 0 && ms <= DAY_MS)) {
		s->counters[ZX_COUNT_MISSED_ACKS]++;
		return;
	}
	memmove(s->trips + 1, s->trips, sizeof(s->trips) - sizeof(*s->trips));
	s->trips[0] = (float)ms;
	if (s->trip_count < ZX__TRIPS)
		s->trip_count++;
	s->waiting = 0;
}

void zx_metrics_waiting(struct zx_metrics *m, uint32_t shard, double ms)
{
	struct zx__shard *s = zx__metrics_find(m, shard);

	if (s)
		s->waiting = ms > 0 && ms <= DAY_MS ? (float)ms : 0;
}

/* What a beat has waited is no measurement yet, and with nothing to compare it
 * to it says nothing. */
static int is_known(const struct zx__shard *s)
{
	uint32_t newest = s->next ? s->next - 1 : ZX_METRICS_WINDOW - 1;

	return s->connected && (s->trip_count ||
				(s->samples && s->waiting > s->window[newest]));
}

void zx_metrics_sample(struct zx_metrics *m, uint32_t shard)
{
	struct zx__shard *s = zx__metrics_find(m, shard);

	if (!s || !is_known(s))
		return;
	s->window[s->next] = (float)zx__metrics_current(s);
	s->next = (s->next + 1) % ZX_METRICS_WINDOW;
	if (s->samples < ZX_METRICS_WINDOW)
		s->samples++;
}

static void forget_trips(struct zx__shard *s)
{
	s->trip_count = 0;
	s->waiting = 0;
}

void zx_metrics_connected(struct zx_metrics *m, uint32_t shard, int resumed,
			  zx_time now, zx_wall wall)
{
	struct zx__shard *s = zx__metrics_find(m, shard);

	if (!s)
		return;
	s->counters[resumed ? ZX_COUNT_RESUMES : ZX_COUNT_CONNECTS]++;
	if (s->down_since != ZX_TIME_NEVER && now > s->down_since)
		s->down_ms += now - s->down_since;
	/* not at the start: an outage of the last process is over */
	if (s->down_since != ZX_TIME_NEVER)
		s->back_since = now;
	s->down_since = ZX_TIME_NEVER;
	s->connected = 1;
	s->ever_connected = 1;
	s->failures = 0;
	s->last_sign = now;
	s->last_connect = wall;
	forget_trips(s);
}

static void count_close(struct zx__shard *s, int code)
{
	uint32_t i;

	for (i = 0; i < s->close_count; i++)
		if (s->closes[i].code == code)
			break;
	/* the last place is for all codes that have none of their own */
	if (i == s->close_count) {
		if (i == ZX_METRICS_CLOSES - 1)
			code = -1;
		if (i == ZX_METRICS_CLOSES)
			i--;
		else
			s->closes[s->close_count++].code = code;
	}
	s->closes[i].count++;
}

void zx_metrics_disconnected(struct zx_metrics *m, uint32_t shard, int code,
			     zx_time now, zx_wall wall)
{
	struct zx__shard *s = zx__metrics_find(m, shard);

	if (!s || !s->connected)
		return;
	s->counters[ZX_COUNT_DISCONNECTS]++;
	s->connected = 0;
	s->down_since = now;
	s->last_disconnect = wall;
	forget_trips(s);
	count_close(s, code);
}

void zx_metrics_worked(struct zx_metrics *m, uint32_t shard)
{
	struct zx__shard *s = zx__metrics_find(m, shard);

	if (s)
		s->failures = 0;
}

void zx_metrics_failed(struct zx_metrics *m, uint32_t shard, const char *text,
		       zx_time now, zx_wall wall)
{
	struct zx__shard *s = zx__metrics_find(m, shard);
	size_t n;

	(void)now;
	if (!s)
		return;
	s->counters[ZX_COUNT_ERRORS]++;
	s->failures++;
	s->last_error_at = wall;
	n = strnlen(text, sizeof(s->last_error) - 1);
	/* not inside a character */
	while (n && ((unsigned char)text[n] & 0xc0) == 0x80)
		n--;
	memcpy(s->last_error, text, n);
	s->last_error[n] = 0;
}
