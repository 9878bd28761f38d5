/* SPDX-License-Identifier: MIT
 *
 * client: a secondary. Connects, comes back when it was cut off, and knows who
 * else is there.
 */
#include <string.h>

#include "ipc/ipc_int.h"

/* Who is there
 * ----------------------------------------------------------------- */

void zx__client_forget(struct zx_ipc *x)
{
	x->known_n = 0;
}

static size_t find_known(const struct zx_ipc *x, struct zx_str name)
{
	size_t i;

	for (i = 0; i < x->known_n; i++)
		if (zx_str_is(name, x->known[i]))
			break;
	return i;
}

static void add_known(struct zx_ipc *x, struct zx_str name)
{
	size_t cap = x->known_cap ? x->known_cap * 2 : 8;
	void *v;

	if (!name.len || zx_str_is(name, x->opt->name) ||
	    find_known(x, name) < x->known_n || x->known_n >= x->opt->max_peers)
		return;
	if (x->known_n == x->known_cap) {
		v = zx_resize(x->opt->alloc, x->known, cap * sizeof(*x->known));
		if (!v)
			return;
		x->known = v;
		x->known_cap = cap;
	}
	memcpy(x->known[x->known_n], name.ptr, name.len);
	x->known[x->known_n++][name.len] = '\0';
}

static void remove_known(struct zx_ipc *x, struct zx_str name)
{
	size_t i = find_known(x, name);

	if (i == x->known_n)
		return;
	memmove(x->known + i, x->known + i + 1,
		(--x->known_n - i) * sizeof(*x->known));
}

/* Connecting
 * ---------------------------------------------------------------- */

int zx__client_dial(struct zx_ipc *x, struct zx_ipc_out *out)
{
	int legacy = x->opt->only_legacy || x->fell_back;
	struct zx__link *l;

	x->want_dial = 0;
	l = zx__link_new(x, 0, legacy);
	if (!l) {
		zx__client_lost(x, ZX_E_NOMEM, "out of memory", 0);
		return 0;
	}
	x->hub = l->id;
	x->stats.dials++;
	out->kind = ZX_IPC_OUT_DIAL;
	out->link = l->id;
	out->host = zx_str(x->opt->host);
	out->port = x->opt->port;
	return 1;
}

/* 5, 10, 20 ... 120 s, of which half is left to chance: clusters that lost the
 * primary together do not come back together. */
static uint64_t pause_ms(struct zx_ipc *x)
{
	uint64_t ms = ZX__IPC_RETRY_MS;

	ms <<= x->tries < 5 ? x->tries : 5;
	if (ms > ZX__IPC_RETRY_MOST_MS)
		ms = ZX__IPC_RETRY_MOST_MS;
	x->tries++;
	return ms / 2 + zx_rand_below(&x->opt->rand, ms / 2 + 1);
}

/* A hub of the original takes our hello for a length, and hangs up. */
static int falls_back(struct zx_ipc *x, int err, int silent, int was_up)
{
	if (x->fell_back || was_up || !silent || err != ZX_E_CLOSED)
		return 0;
	return x->opt->allow_legacy && !x->opt->only_legacy;
}

void zx__client_lost(struct zx_ipc *x, int err, const char *why, int silent)
{
	int was_up = x->ever_up;
	uint64_t ms;

	x->hub = 0;
	x->ever_up = 0;
	zx__request_fail_all(x, ZX_E_CLOSED);
	zx__client_forget(x);
	if (x->stopping)
		return;
	if (falls_back(x, err, silent, was_up)) {
		x->fell_back = 1;
		x->want_dial = 1;
		return;
	}
	x->fell_back = 0;
	if (err == ZX_E_AUTH)
		x->stats.auth_failed++;
	ms = pause_ms(x);
	x->dial_at = zx_time_add(x->now, ms);
	zx__ipc_due(x, x->dial_at);
	zx__trouble(x, ZX_LOG_WARN, "%s %s:%u: %s; next try in %.1f s",
		    was_up ? "cut off from" : "cannot join", x->opt->host,
		    x->opt->port, why, (double)ms / 1000);
	zx__event_push(x, ZX_IPC_OUT_DOWN, (struct zx_str){ NULL, 0 },
		       zx_str(why));
}

void zx__client_tick(struct zx_ipc *x)
{
	if (x->now >= x->dial_at) {
		x->dial_at = ZX_TIME_NEVER;
		x->want_dial = 1;
	}
	zx__ipc_due(x, x->dial_at);
}

/* Messages
 * ------------------------------------------------------------------------ */

void zx__client_ready(struct zx_ipc *x, struct zx__link *l,
		      const struct zx_ipc_message *m)
{
	struct zx_str list = zx_json_get(m->data, "connected_clients");
	struct zx_json_iter it = zx_json_each(list);
	char name[ZX__IPC_NAME + 1];

	zx__client_forget(x);
	if (zx__ipc_name_read(zx_json_get(m->data, "server_cluster"), l->name,
			      sizeof(l->name)))
		l->name[0] = '\0';
	add_known(x, zx_str(l->name));
	while (zx_json_kind(list) == ZX_JSON_ARRAY && zx_json_next(&it))
		if (!zx__ipc_name_read(it.value, name, sizeof(name)))
			add_known(x, zx_str(name));
	l->ours = zx_json_get_u64(m->data, "proto") > 0;
	l->up = 1;
	l->since = x->now;
	x->tries = 0;
	x->ever_up = 1;
	x->stats.auth_ok++;
	zx_logf(x->opt->log, ZX_LOG_INFO, "ipc", "joined %s at %s:%u (%s)",
		l->name, x->opt->host, x->opt->port,
		zx_ipc_session_secured(l->s) ? "encrypted" : "clear text");
	if (!zx_ipc_session_secured(l->s) && !x->opt->only_legacy)
		zx_logf(x->opt->log, ZX_LOG_WARN, "ipc",
			"the primary does not encrypt: the secret went to it "
			"in clear text");
	zx__event_push(x, ZX_IPC_OUT_UP, zx_str(l->name), ZX_STR(""));
}

static void came_or_went(struct zx_ipc *x, const struct zx_ipc_message *m)
{
	int join = m->op == ZX_IPC_CLUSTER_JOIN;
	struct zx_str data = m->data;
	char name[ZX__IPC_NAME + 1];

	if (zx_ipc_check(&data, &x->clean) ||
	    zx__ipc_name_read(zx_json_get(data, "cluster_name"), name,
			      sizeof(name)) ||
	    !name[0]) {
		x->stats.bad++;
		return;
	}
	if (join) {
		add_known(x, zx_str(name));
	} else {
		remove_known(x, zx_str(name));
		zx__request_gone(x, zx_str(name));
	}
	zx__event_push(x, join ? ZX_IPC_OUT_JOIN : ZX_IPC_OUT_LEAVE,
		       zx_str(name), data);
}

static int for_us(const struct zx_ipc *x, struct zx_str target)
{
	return !target.len || zx_json_is(target, "all") ||
	       zx_json_is(target, x->opt->name);
}

int zx__client_message(struct zx_ipc *x, struct zx__link *l,
		       const struct zx_ipc_message *m, struct zx_ipc_out *out)
{
	int got;

	(void)l;
	switch (m->op) {
	case ZX_IPC_CLUSTER_JOIN:
	case ZX_IPC_CLUSTER_LEAVE:
		came_or_went(x, m);
		return 0;
	case ZX_IPC_HEARTBEAT_ACK:
	case ZX_IPC_HEARTBEAT:
	case ZX_IPC_AUTH:
	case ZX_IPC_AUTH_RESPONSE:
		return 0;
	default:
		break;
	}
	if (!for_us(x, m->target)) {
		x->stats.no_peer++;
		return 0;
	}
	if (!m->source.len ||
	    zx__ipc_name_read(m->source, x->name, sizeof(x->name)))
		memcpy(x->name, "unknown", sizeof("unknown"));
	got = zx__local(x, zx_str(x->name), m, out);
	if (got >= 0)
		return got;
	/* Not the hub's fault: it only passes on. */
	x->stats.bad++;
	return 0;
}

int zx__client_send(struct zx_ipc *x, const char *target, int stats, size_t *n)
{
	struct zx__link *l = zx__link_get(x, x->hub);
	int err;

	(void)stats;
	if (!l || !l->up)
		return ZX_E_STATE;
	if (target && find_known(x, zx_str(target)) == x->known_n)
		return ZX_E_NOTFOUND;
	if (n)
		*n = target ? 1 : x->known_n;
	err = zx_ipc_session_send(l->s, zx_buf_str(&x->scratch), x->now);
	zx__link_touch(x, l);
	return err;
}
