/* SPDX-License-Identifier: MIT
 *
 * What the wire knows: sessions, broken rules, counts.
 */
#include <string.h>

#include "wire_int.h"

/* At the end of the turn: sessions also end in the middle of what the world is
 * doing. */
void zx__wire_online(struct zx__wire *wire)
{
	uint32_t live = zx__sessions_live(wire);

	if (live == wire->stats.sessions_live)
		return;
	wire->stats.sessions_live = live;
	zx__world_online(wire->world, live);
}

void zx__wire_violation(struct zx__wire *wire, const char *fmt, ...)
{
	struct zx_buf b;
	va_list ap;
	char *text;

	wire->stats.violations++;
	zx_buf_init(&b, NULL, 1024);
	va_start(ap, fmt);
	zx_buf_addv(&b, fmt, ap);
	va_end(ap);
	text = zx_buf_detach(&b, NULL);
	zx_buf_release(&b);
	if (!text)
		return;
	if (wire->n_violations == ZX__VIOLATIONS_MAX) {
		zx_delete(NULL, wire->violations[0]);
		memmove(wire->violations, wire->violations + 1,
			(ZX__VIOLATIONS_MAX - 1) * sizeof(char *));
		wire->n_violations--;
	}
	wire->violations[wire->n_violations++] = text;
}

uint64_t zx__wire_traffic_n(struct zx__wire *wire)
{
	return ++wire->traffic_n;
}

uint64_t zx__wire_identifies(struct zx__wire *wire)
{
	return wire->stats.identifies;
}

static void add_session(const struct zx__session *s, cJSON *list)
{
	cJSON *o = cJSON_CreateObject();
	const char *state = !s->conn ? "dropped" : s->ready ? "ready" : "new";

	cJSON_AddNumberToObject(o, "shard", s->shard);
	cJSON_AddNumberToObject(o, "shards", s->shards);
	cJSON_AddStringToObject(o, "state", state);
	cJSON_AddNumberToObject(o, "seq", (double)s->seq);
	cJSON_AddStringToObject(o, "compress", zx__compress_name(s->compress));
	cJSON_AddNumberToObject(o, "intents", (double)s->intents);
	if (s->conn)
		cJSON_AddNumberToObject(o, "latency_ms",
					zx__conn_latency(s->conn));
	cJSON_AddItemToArray(list, o);
}

void zx__wire_state(struct zx__wire *wire, cJSON *state)
{
	cJSON *gateway = cJSON_AddObjectToObject(state, "gateway");
	cJSON *sessions = cJSON_AddArrayToObject(gateway, "sessions");
	cJSON *texts = cJSON_AddArrayToObject(gateway, "violations");
	cJSON *faults = cJSON_GetObjectItemCaseSensitive(state, "faults");
	const struct zx__session *s = wire->sessions;

	/* The newest is the list's head. */
	while (s && s->next)
		s = s->next;
	for (; s; s = s->prev)
		add_session(s, sessions);
	for (size_t i = 0; i < wire->n_violations; i++)
		cJSON_AddItemToArray(texts,
				     cJSON_CreateString(wire->violations[i]));
	if (!faults)
		faults = cJSON_AddArrayToObject(state, "faults");
	zx__faults_list(wire, faults);
}
