/* SPDX-License-Identifier: MIT
 *
 * hub: the primary. Takes clusters in, knows them by name, passes messages on.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ipc/ipc_int.h"

int zx_ipc_accepted(struct zx_ipc *x, const char *address, unsigned port,
		    zx_time now, uint32_t *link)
{
	struct zx__link *l;

	*link = 0;
	if (x->opt->role != ZX_IPC_HUB)
		return ZX_E_STATE;
	if (now > x->now)
		x->now = now;
	if (zx__guard_admit(x, address))
		return ZX_E_LIMIT;
	l = zx__link_new(x, 1, 0);
	if (!l)
		return ZX_E_LIMIT;
	x->strangers++;
	x->stats.accepted++;
	strncpy(l->address, address, sizeof(l->address) - 1);
	l->port = port;
	*link = l->id;
	return ZX_OK;
}

/* Passing on
 * ---------------------------------------------------------------------- */

/* The peer that keeps most memory from the others goes. */
static int drop_slowest(struct zx_ipc *x)
{
	struct zx__link *worst = NULL;
	size_t i, most = 0;

	for (i = 0; i < x->peers_n; i++)
		if (x->peers[i]->s->out.bytes > most) {
			worst = x->peers[i];
			most = worst->s->out.bytes;
		}
	if (!worst)
		return 0;
	worst->s->slow = 1;
	zx__session_fail(worst->s, ZX_E_LIMIT,
			 "does not read: %zu bytes wait for it", most);
	zx__queue_release(&worst->s->out, &x->k->pool);
	zx__link_touch(x, worst);
	return 1;
}

static char *room(struct zx_ipc *x, size_t n, struct zx__slice *at)
{
	char *to = zx__pool_room(&x->k->pool, n, at);

	while (!to && drop_slowest(x))
		to = zx__pool_room(&x->k->pool, n, at);
	return to;
}

static void deliver(struct zx_ipc *x, struct zx__link *to,
		    const struct zx__slice *at, int stats)
{
	(void)zx__session_queue(to->s, at, stats, x->now);
	zx__link_touch(x, to);
}

static void deliver_all(struct zx_ipc *x, const struct zx__link *but,
			const struct zx__slice *at, int stats)
{
	size_t i;

	for (i = 0; i < x->peers_n; i++)
		if (x->peers[i] != but)
			deliver(x, x->peers[i], at, stats);
}

/* Writes the message once, for however many. ZX_E_NOMEM, ZX_E_TOOBIG. */
static int write_relay(struct zx_ipc *x, const struct zx__link *from,
		       const struct zx_ipc_message *m, struct zx__slice *at)
{
	struct zx_str name = { from->name, strlen(from->name) };
	char *to = room(x, ZX_IPC_HEADER + zx__ipc_relay_room(m, name), at);
	size_t n;

	if (!to)
		return ZX_E_NOMEM;
	n = zx__ipc_relay(to + ZX_IPC_HEADER, m, name);
	if (n > ZX_IPC_FRAME_MAX)
		return ZX_E_TOOBIG;
	zx_ipc_header((unsigned char *)to, (uint32_t)n);
	zx__pool_used(&x->k->pool, ZX_IPC_HEADER + n, at);
	x->stats.relayed++;
	x->stats.copied += n;
	return ZX_OK;
}

static void pass_on(struct zx_ipc *x, struct zx__link *from,
		    struct zx__link *to, const struct zx_ipc_message *m)
{
	int stats = m->op == ZX_IPC_STATS_BROADCAST;
	struct zx__slice at;

	if (!to && x->peers_n < 2)
		return;
	if (write_relay(x, from, m, &at)) {
		x->stats.bad++;
		return;
	}
	if (to)
		deliver(x, to, &at, stats);
	else
		deliver_all(x, from, &at, stats);
}

int zx__hub_send(struct zx_ipc *x, const char *target, int stats, size_t *n)
{
	struct zx_str text = zx_buf_str(&x->scratch);
	struct zx__link *to = NULL;
	struct zx__slice at;
	char *p;

	if (n)
		*n = target ? 1 : x->peers_n;
	if (target) {
		to = zx__link_named(x, zx_str(target));
		if (!to)
			return ZX_E_NOTFOUND;
	}
	if (text.len > ZX_IPC_FRAME_MAX)
		return ZX_E_TOOBIG;
	if (!to && !x->peers_n)
		return ZX_OK;
	p = room(x, ZX_IPC_HEADER + text.len, &at);
	if (!p)
		return ZX_E_NOMEM;
	zx_ipc_header((unsigned char *)p, (uint32_t)text.len);
	memcpy(p + ZX_IPC_HEADER, text.ptr, text.len);
	zx__pool_used(&x->k->pool, ZX_IPC_HEADER + text.len, &at);
	if (to)
		deliver(x, to, &at, stats);
	else
		deliver_all(x, NULL, &at, stats);
	return ZX_OK;
}

/* Messages
 * ------------------------------------------------------------------------ */

enum where { TO_ALL, TO_US, TO_ONE, TO_NOBODY };

static enum where find_target(struct zx_ipc *x, struct zx__link *from,
			      const struct zx_ipc_message *m,
			      struct zx__link **to)
{
	struct zx_str name = zx_json_plain(m->target);
	char text[ZX__IPC_NAME + 1];

	if (!m->target.len || zx_str_is(name, "all"))
		return TO_ALL;
	*to = zx__link_get(x, from->last_to);
	if (*to && (*to)->up && name.len && zx_str_is(name, (*to)->name))
		return TO_ONE;
	if (!name.len) {
		/* With escapes, or no string at all. */
		if (zx__ipc_name_read(m->target, text, sizeof(text)))
			return TO_NOBODY;
		name = zx_str(text);
		if (zx_str_is(name, "all"))
			return TO_ALL;
	}
	if (zx_str_is(name, x->opt->name))
		return TO_US;
	*to = zx__link_named(x, name);
	if (!*to)
		return TO_NOBODY;
	from->last_to = (*to)->id;
	return TO_ONE;
}

static void acknowledge(struct zx_ipc *x, struct zx__link *l,
			const struct zx_ipc_message *m)
{
	l->guilds = zx_json_get_u64(m->data, "guild_count");
	zx_buf_clear(&x->data);
	zx_buf_addc(&x->data, "{\"timestamp\": ");
	zx__ipc_float(&x->data, (double)zx__keys_wall(x->k, x->now) / 1000);
	zx_buf_addch(&x->data, '}');
	if (x->data.err)
		return;
	(void)zx__session_say(l->s, ZX_STR("heartbeat_ack"),
			      zx_buf_str(&x->data), zx_str(l->name));
	zx__link_touch(x, l);
}

static int seen(struct zx_ipc *x, struct zx__link *l, struct zx_str nonce)
{
	/* What has no nonce cannot be told apart. */
	if (!nonce.len || (nonce.len == 2 && *nonce.ptr == '"'))
		return 0;
	return zx__window_seen(&l->window, x->opt->alloc, x->k->seed, nonce,
			       x->now);
}

/*
 * Between our own a message is checked where it is read. What a foreign program
 * sends or gets is checked here: it might choke on it, and be cut off for what
 * another one did.
 */
static int malformed(struct zx_ipc *x, struct zx__link *l,
		     const struct zx_ipc_message *m)
{
	struct zx_str text = m->text;

	if (l->ours && !x->foreign)
		return 0;
	return zx_ipc_check(&text, NULL) != ZX_OK;
}

static int reject(struct zx_ipc *x, struct zx__link *l)
{
	x->stats.bad++;
	zx__session_fail(l->s, ZX_E_PROTOCOL, "a malformed message");
	return 0;
}

int zx__hub_message(struct zx_ipc *x, struct zx__link *l,
		    const struct zx_ipc_message *m, struct zx_ipc_out *out)
{
	struct zx__link *to = NULL;
	enum where where;
	int got = 0;

	if (malformed(x, l, m))
		return reject(x, l);
	if (seen(x, l, m->nonce)) {
		x->stats.duplicates++;
		return 0;
	}
	if (m->op == ZX_IPC_HEARTBEAT) {
		acknowledge(x, l, m);
		return 0;
	}
	if (!zx__op_passes(m->op, m->name)) {
		x->stats.denied++;
		return 0;
	}
	where = find_target(x, l, m, &to);
	if (where == TO_NOBODY) {
		x->stats.no_peer++;
		return 0;
	}
	/* Ours first: what does not parse shall not be passed on. */
	if (where == TO_ALL || where == TO_US)
		got = zx__local(x, zx_str(l->name), m, out);
	if (got < 0)
		return reject(x, l);
	if (where == TO_ALL || where == TO_ONE)
		pass_on(x, l, to, m);
	return got;
}
