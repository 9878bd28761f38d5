/* SPDX-License-Identifier: MIT
 *
 * The faults of the gateway that are armed, and when they happen.
 *
 * Two kinds: those asked for at their place with zx__fault_take() (a Hello with
 * another interval, a READY that is withheld), and acts, which happen to live
 * sessions: to all that match when armed, else to the next that becomes live;
 * and `times` - 1 times more, whenever another becomes live.
 */
#include <stdlib.h>
#include <string.h>

#include "wire_int.h"

struct zx__armed {
	struct zx__armed *next;
	cJSON *args;
	const char *name;
	zx__fault_act *act; /* NULL: asked for at its place */
	int64_t shard;	    /* -1: all */
	uint64_t at;	    /* not before */
	uint32_t times;	    /* left; 0 is without end */
	int started;	    /* the act has had its first time */
	int spent;
};

static const struct {
	const char *name;
	zx__fault_act *act;
} known[] = {
	{ "ack_flood", zx__act_ack_flood },
	{ "big_guild", zx__act_big_guild },
	{ "bomb", zx__act_bomb },
	{ "burst", zx__act_burst },
	{ "close", zx__act_close },
	{ "corrupt_stream", zx__act_corrupt_stream },
	{ "drop", zx__act_drop },
	{ "duplicate_replay", NULL },
	{ "fragment", zx__act_fragment },
	{ "garbage", zx__act_garbage },
	{ "half_frame", zx__act_half_frame },
	{ "heartbeat_interval", NULL },
	{ "masked", zx__act_masked },
	{ "no_acks", zx__act_no_acks },
	{ "no_hello", NULL },
	{ "op7", zx__act_op7 },
	{ "op7_before_hello", NULL },
	{ "op9", zx__act_op9 },
	{ "op9_after_identify", NULL },
	{ "outage", zx__act_outage },
	{ "ready_missing", NULL },
	{ "resume_host_dead", NULL },
	{ "rsv", zx__act_rsv },
	{ "server_op1", zx__act_server_op1 },
	{ "slow_acks", zx__act_slow_acks },
	{ "slow_reader", zx__act_slow_reader },
	{ "truncate_stream", zx__act_truncate_stream },
	{ "upgrade_503", NULL },
	{ "withhold_ready", NULL },
};

double zx__fault_number(const cJSON *args, const char *key, double otherwise)
{
	const cJSON *n = cJSON_GetObjectItemCaseSensitive(args, key);

	if (!cJSON_IsNumber(n) || n->valuedouble < 0 || n->valuedouble > 1e12)
		return otherwise;
	return n->valuedouble;
}

const char *zx__fault_text(const cJSON *args, const char *key,
			   const char *otherwise)
{
	const char *s = cJSON_GetStringValue(
		cJSON_GetObjectItemCaseSensitive(args, key));

	return s ? s : otherwise;
}

static int is_armed(const struct zx__armed *f, uint64_t now)
{
	return !f->spent && now >= f->at;
}

static void use_up(struct zx__armed *f)
{
	if (f->times && !--f->times)
		f->spent = 1;
}

const cJSON *zx__fault_take(struct zx__wire *wire, const char *name,
			    int64_t shard)
{
	uint64_t now = zx__wire_now(wire);

	for (struct zx__armed *f = wire->faults; f; f = f->next) {
		if (f->act || !is_armed(f, now) || strcmp(f->name, name) ||
		    (f->shard >= 0 && shard >= 0 && f->shard != shard))
			continue;
		use_up(f);
		return f->args;
	}
	return NULL;
}

/* Whether the session is still the connection's after what went before. */
static int concerns(const struct zx__armed *f, const struct zx__conn *c)
{
	const struct zx__session *s = c->gw ? c->gw->session : NULL;

	if (c->dead || c->closing || c->close_sent || !s || !s->ready)
		return 0;
	return f->shard < 0 || f->shard == s->shard;
}

void zx__fault_ready(struct zx__conn *c)
{
	uint64_t now = zx__wire_now(c->wire);

	for (struct zx__armed *f = c->wire->faults; f; f = f->next) {
		if (!f->act || !f->started || !is_armed(f, now) ||
		    !concerns(f, c))
			continue;
		use_up(f);
		f->act(c, f->args);
	}
}

static void start(struct zx__wire *wire, struct zx__armed *f)
{
	int any = 0;

	f->started = 1;
	for (struct zx__conn *c = wire->conns; c; c = c->next) {
		if (!concerns(f, c))
			continue;
		any = 1;
		f->act(c, f->args);
	}
	if (any)
		use_up(f);
}

/* Frees what is used up; how many. */
static size_t sweep(struct zx__wire *wire)
{
	struct zx__armed **at = &wire->faults, *f;
	size_t before = wire->n_faults;

	while ((f = *at)) {
		if (!f->spent) {
			at = &f->next;
			continue;
		}
		*at = f->next;
		wire->n_faults--;
		cJSON_Delete(f->args);
		free(f);
	}
	return before - wire->n_faults;
}

/* To the pages: what is armed now, the world's faults too. */
static void tell(struct zx__wire *wire)
{
	struct zx_buf state;
	struct zx_str list;
	cJSON *faults;

	if (!wire->n_live)
		return;
	zx_buf_init(&state, NULL, 0);
	zx__world_state(wire->world, 0, &state);
	list = zx_json_get(zx_buf_str(&state), "faults");
	faults = cJSON_ParseWithLength(list.ptr, list.len);
	if (faults)
		zx__wire_live(wire, "FAULTS", faults, 0);
	cJSON_Delete(faults);
	zx_buf_release(&state);
}

void zx__fault_tick(struct zx__wire *wire, uint64_t now)
{
	for (struct zx__armed *f = wire->faults; f; f = f->next)
		if (f->act && !f->started && is_armed(f, now))
			start(wire, f);
	if (sweep(wire))
		tell(wire);
}

uint64_t zx__fault_due(const struct zx__wire *wire)
{
	uint64_t due = ZX_TIME_NEVER;

	for (const struct zx__armed *f = wire->faults; f; f = f->next)
		if (f->spent || (f->act && !f->started))
			due = zx_time_min(due, f->spent ? 0 : f->at);
	return due;
}

static size_t find(const char *name)
{
	size_t i = 0;

	while (i < sizeof(known) / sizeof(*known) &&
	       strcmp(known[i].name, name))
		i++;
	return i;
}

int zx__wire_fault(struct zx__wire *wire, const cJSON *args)
{
	size_t i = find(zx__fault_text(args, "fault", ""));
	const cJSON *shard = cJSON_GetObjectItemCaseSensitive(args, "shard");
	struct zx__armed *f, **end = &wire->faults;

	if (i == sizeof(known) / sizeof(*known))
		return ZX_E_INVALID;
	if (wire->n_faults >= ZX__FAULTS_MAX)
		return ZX_E_LIMIT;
	f = calloc(1, sizeof(*f));
	if (!f)
		return ZX_E_NOMEM;
	f->args = cJSON_Duplicate(args, 1);
	if (!f->args) {
		free(f);
		return ZX_E_NOMEM;
	}
	f->name = known[i].name;
	f->act = known[i].act;
	f->shard = cJSON_IsNumber(shard) ? (int64_t)shard->valuedouble : -1;
	f->at = zx__wire_now(wire) +
		(uint64_t)zx__fault_number(args, "after_ms", 0);
	f->times = (uint32_t)zx__fault_number(args, "times", 1);
	while (*end)
		end = &(*end)->next;
	*end = f;
	wire->n_faults++;
	/* At once, so that what the caller does next comes after it. */
	if (f->act && is_armed(f, zx__wire_now(wire)))
		start(wire, f);
	zx__wire_wake(wire);
	return ZX_OK;
}

/* They are freed at the end of the turn: one may be in use. */
void zx__wire_faults_clear(struct zx__wire *wire)
{
	for (struct zx__armed *f = wire->faults; f; f = f->next)
		f->spent = 1;
	for (struct zx__conn *c = wire->conns; c; c = c->next) {
		c->fragment = 0;
		c->next_bits = 0;
		c->paused_until = 0;
		if (c->gw) {
			c->gw->no_acks = 0;
			c->gw->slow_acks = 0;
			c->gw->flood = 0;
		}
	}
	zx__wire_wake(wire);
}

void zx__faults_list(const struct zx__wire *wire, cJSON *list)
{
	for (const struct zx__armed *f = wire->faults; f; f = f->next)
		if (!f->spent)
			cJSON_AddItemToArray(list, cJSON_Duplicate(f->args, 1));
}

void zx__faults_free(struct zx__wire *wire)
{
	zx__wire_faults_clear(wire);
	sweep(wire);
}
