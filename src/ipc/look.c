/* SPDX-License-Identifier: MIT
 *
 * look: what there is to see of a hub or client.
 */
#include <string.h>

#include "ipc/ipc_int.h"

static void fill(const struct zx__link *l, struct zx_ipc_peer *out)
{
	const struct zx_ipc_session *s = l->s;

	*out = (struct zx_ipc_peer){
		.name = zx_str(l->name),
		.address = zx_str(l->address),
		.port = l->port,
		.secured = zx_ipc_session_secured(s),
		.ours = l->ours,
		.since = l->since,
		.heard = s->heard,
		.guilds = l->guilds,
		.shard_count = l->shard_count,
		.shards = zx_str(l->shards ? l->shards : "[]"),
		.frames_in = s->frames_in,
		.frames_out = s->frames_out,
		.bytes_in = s->bytes_in,
		.bytes_out = s->bytes_out,
		.queued = s->out.bytes,
	};
}

int zx_ipc_peer(const struct zx_ipc *x, size_t i, struct zx_ipc_peer *out)
{
	const struct zx__link *l;

	if (x->opt->role == ZX_IPC_HUB) {
		if (i >= x->peers_n)
			return ZX_E_NOTFOUND;
		fill(x->peers[i], out);
		return ZX_OK;
	}
	l = zx__link_get(x, x->hub);
	if (i || !l || !l->up)
		return ZX_E_NOTFOUND;
	fill(l, out);
	out->address = zx_str(x->opt->host);
	out->port = x->opt->port;
	return ZX_OK;
}

struct zx_str zx_ipc_known(const struct zx_ipc *x, size_t i)
{
	if (x->opt->role == ZX_IPC_HUB)
		return i < x->peers_n ? zx_str(x->peers[i]->name)
				      : (struct zx_str){ NULL, 0 };
	return i < x->known_n ? zx_str(x->known[i])
			      : (struct zx_str){ NULL, 0 };
}

int zx_ipc_is_up(const struct zx_ipc *x)
{
	const struct zx__link *l;

	if (x->opt->role == ZX_IPC_HUB)
		return !x->stopping;
	l = zx__link_get(x, x->hub);
	return l && l->up;
}

const struct zx_ipc_options *zx_ipc_options(const struct zx_ipc *x)
{
	return x->opt;
}

void zx_ipc_report(struct zx_ipc *x, const char *text)
{
	zx__trouble(x, ZX_LOG_ERROR, "%s", text);
}

const char *zx_ipc_error(const struct zx_ipc *x)
{
	return x->error;
}

void zx_ipc_stats(const struct zx_ipc *x, struct zx_ipc_stats *out)
{
	size_t i;

	*out = x->stats;
	for (i = 0; i < x->slot_cap; i++) {
		const struct zx_ipc_session *s;

		if (!x->slots[i])
			continue;
		s = x->slots[i]->s;
		out->frames_in += s->frames_in;
		out->frames_out += s->frames_out;
		out->bytes_in += s->bytes_in;
		out->bytes_out += s->bytes_out;
		out->stats_left_out += s->stats_left_out;
	}
}
