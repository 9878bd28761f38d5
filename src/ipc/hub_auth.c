/* SPDX-License-Identifier: MIT
 *
 * hub_auth: a cluster comes, and a cluster goes.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ipc/ipc_int.h"

/* The name it wants, or the reason why it does not get it. */
static const char *read_name(struct zx_ipc *x, struct zx__link *l,
			     struct zx_str data)
{
	struct zx_str raw = zx_json_get(data, "cluster_name");

	if (!raw.len)
		/* What the original calls those who name no name. */
		snprintf(l->name, sizeof(l->name), "unknown-('%.39s', %u)",
			 l->address, l->port % 65536);
	else if (zx__ipc_name_read(raw, l->name, sizeof(l->name)))
		return "cluster_name must be a text of 1 to 64 bytes";
	if (!zx__ipc_name_ok(zx_str(l->name)))
		return "cluster_name must be 1 to 64 bytes without quotes and "
		       "control characters, and not \"all\"";
	if (zx_str_is(zx_str(l->name), x->opt->name))
		return "cluster_name is that of the primary: give each cluster "
		       "its own SHARD_CLUSTER_NAME";
	return NULL;
}

static void read_numbers(struct zx_ipc *x, struct zx__link *l,
			 struct zx_str data)
{
	struct zx_str shards = zx_json_get(data, "shard_ids");
	uint64_t count = zx_json_get_u64(data, "shard_count");

	l->ours = zx_json_get_u64(data, "proto") > 0;
	l->guilds = zx_json_get_u64(data, "guild_count");
	l->shard_count = count > UINT32_MAX ? UINT32_MAX : (uint32_t)count;
	if (zx_json_kind(shards) == ZX_JSON_ARRAY &&
	    shards.len <= ZX__IPC_SHARDS)
		l->shards = zx_str_dup(x->opt->alloc, shards);
}

static int add_peer(struct zx_ipc *x, struct zx__link *l)
{
	size_t cap = x->peers_cap ? x->peers_cap * 2 : 4;
	struct zx__link **v;

	if (x->peers_n == x->peers_cap) {
		v = zx_resize(x->opt->alloc, x->peers,
			      cap * sizeof(struct zx__link *));
		if (!v)
			return ZX_E_NOMEM;
		x->peers = v;
		x->peers_cap = cap;
	}
	x->peers[x->peers_n++] = l;
	x->strangers--;
	x->foreign += !l->ours;
	l->up = 1;
	l->since = x->now;
	l->hash = zx__name_hash(zx_str(l->name));
	return ZX_OK;
}

/* The newer one counts: most often the older is a connection whose other end
 * has gone without a word. Nobody hears of a leave. */
static void replace(struct zx_ipc *x, struct zx__link *old)
{
	if (x->now - old->s->heard < ZX__IPC_RETRY_MS)
		zx__trouble(x, ZX_LOG_WARN,
			    "%s has come again from another connection while "
			    "the first was alive: is SHARD_CLUSTER_NAME the "
			    "same in two processes?",
			    old->name);
	x->stats.replaced++;
	zx__link_drop(x, old, 1);
}

static void accept_it(struct zx_ipc *x, struct zx__link *l)
{
	struct zx_buf *b = &x->data;
	size_t i;

	zx_buf_clear(b);
	zx_buf_addc(b, "{\"success\": true, \"server_cluster\": ");
	zx__ipc_text(b, zx_str(x->opt->name));
	zx_buf_addc(b, ", \"connected_clients\": [");
	for (i = 0; i < x->peers_n; i++) {
		if (i)
			zx_buf_addc(b, ", ");
		zx__ipc_text(b, zx_str(x->peers[i]->name));
	}
	zx_buf_addch(b, ']');
	/* To the original word for word what it is used to. */
	if (l->ours)
		zx_buf_addf(b, ", \"proto\": %d", ZX__IPC_PROTO);
	zx_buf_addch(b, '}');
	if (b->err)
		zx__session_fail(l->s, b->err, "%s", zx_strerror(b->err));
	else
		(void)zx_ipc_session_accept(l->s, zx_buf_str(b));
}

/* To all others, and to the application. */
static void announce(struct zx_ipc *x, struct zx__link *l, int join)
{
	struct zx_buf *b = &x->data;
	size_t i;

	zx_buf_clear(b);
	zx_buf_addc(b, "{\"cluster_name\": ");
	zx__ipc_text(b, zx_str(l->name));
	if (join) {
		zx_buf_addc(b, ", \"shard_ids\": ");
		zx_buf_addc(b, l->shards ? l->shards : "[]");
	}
	zx_buf_addch(b, '}');
	if (b->err)
		return;
	for (i = 0; i < x->peers_n; i++) {
		struct zx__link *to = x->peers[i];

		if (to == l)
			continue;
		to->s->now = x->now;
		(void)zx__session_say(to->s,
				      join ? ZX_STR("cluster_join")
					   : ZX_STR("cluster_leave"),
				      zx_buf_str(b), ZX_STR("all"));
		zx__link_touch(x, to);
	}
	zx__event_push(x, join ? ZX_IPC_OUT_JOIN : ZX_IPC_OUT_LEAVE,
		       zx_str(l->name), zx_buf_str(b));
}

void zx__hub_auth(struct zx_ipc *x, struct zx__link *l,
		  const struct zx_ipc_message *m)
{
	const char *why = read_name(x, l, m->data);
	struct zx__link *old;

	old = why ? NULL : zx__link_named(x, zx_str(l->name));
	if (!why && !old && x->peers_n >= x->opt->max_peers)
		why = "too many clusters";
	if (why) {
		zx__trouble(x, ZX_LOG_WARN, "%s was refused: %s", l->address,
			    why);
		(void)zx_ipc_session_refuse(l->s, why);
		return;
	}
	if (old)
		replace(x, old);
	read_numbers(x, l, m->data);
	if (add_peer(x, l)) {
		zx__session_fail(l->s, ZX_E_NOMEM, "out of memory");
		return;
	}
	x->stats.auth_ok++;
	accept_it(x, l);
	announce(x, l, 1);
	zx_logf(x->opt->log, ZX_LOG_INFO, "ipc", "%s has joined from %s (%s)",
		l->name, l->address,
		zx_ipc_session_secured(l->s) ? "encrypted" : "clear text");
}

void zx__hub_left(struct zx_ipc *x, struct zx__link *l)
{
	int err = l->s->error;

	if (l->up) {
		if (err == ZX_E_TIMEOUT && !l->s->slow)
			x->stats.silent++;
		if (err == ZX_E_CLOSED || x->stopping)
			zx_logf(x->opt->log, ZX_LOG_INFO, "ipc", "%s has left",
				l->name);
		else
			zx__trouble(x, ZX_LOG_WARN, "%s is gone: %s", l->name,
				    l->s->text);
		zx__request_gone(x, zx_str(l->name));
		if (!x->stopping)
			announce(x, l, 0);
		return;
	}
	if (err == ZX_E_TIMEOUT)
		x->stats.auth_timeout++;
	if (err != ZX_E_AUTH)
		return;
	x->stats.auth_failed++;
	zx__trouble(x, ZX_LOG_WARN, "%s was not let in: %s", l->address,
		    l->s->text);
	if (!l->name[0] && (l->s->tls || x->opt->allow_legacy))
		zx__guard_failed(x, l->address);
}
