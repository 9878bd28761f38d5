/* SPDX-License-Identifier: MIT
 *
 * ipc: what hub and client have in common: inputs, time, outputs.
 */
#include <string.h>

#include "ipc/ipc_int.h"

void zx__ipc_due(struct zx_ipc *x, zx_time at)
{
	if (at < x->due)
		x->due = at;
}

static void input(struct zx_ipc *x, zx_time now)
{
	if (now > x->now)
		x->now = now;
}

int zx__ipc_new(struct zx_ipc **out, const struct zx_ipc_options *opt,
		const struct zx__tls_ops *tls)
{
	struct zx_ipc_keys *k;
	struct zx_ipc *x;
	int err;

	*out = NULL;
	err = zx__keys_new(&k, opt, tls);
	if (err)
		return err;
	if (k->opt.role == ZX_IPC_CLIENT && (!k->opt.host || !k->opt.port)) {
		zx_ipc_keys_free(k);
		return ZX_E_INVALID;
	}
	x = zx_new(k->opt.alloc, sizeof(*x));
	if (!x) {
		zx_ipc_keys_free(k);
		return ZX_E_NOMEM;
	}
	x->k = k;
	x->opt = &k->opt;
	x->due = x->dial_at = x->stop_at = ZX_TIME_NEVER;
	zx_buf_init(&x->scratch, k->opt.alloc, 2 * ZX_IPC_FRAME_MAX);
	zx_buf_init(&x->data, k->opt.alloc, 2 * ZX_IPC_FRAME_MAX);
	zx_buf_init(&x->clean, k->opt.alloc, 2 * ZX_IPC_FRAME_MAX);
	*out = x;
	return ZX_OK;
}

int zx_ipc_new_clear(struct zx_ipc **out, const struct zx_ipc_options *opt)
{
	return zx__ipc_new(out, opt, NULL);
}

void zx_ipc_free(struct zx_ipc *x)
{
	const struct zx_alloc *a;
	size_t i;

	if (!x)
		return;
	a = x->opt->alloc;
	for (i = 0; i < x->slot_cap; i++)
		if (x->slots[i])
			zx__link_drop(x, x->slots[i], 0);
	for (i = 0; i < x->event_n; i++)
		zx_delete(a,
			  x->events[(x->event_head + i) % x->event_cap].text);
	zx_delete(a, x->events);
	zx_delete(a, x->lent.text);
	zx_delete(a, x->slots);
	zx_delete(a, x->peers);
	zx_delete(a, x->dirty.v);
	zx_delete(a, x->closes.v);
	zx_delete(a, x->blames);
	zx_delete(a, x->known);
	zx__request_release(x);
	zx_buf_release(&x->scratch);
	zx_buf_release(&x->data);
	zx_buf_release(&x->clean);
	zx_ipc_keys_free(x->k);
	zx_delete(a, x);
}

void zx_ipc_set_clock(struct zx_ipc *x, zx_wall wall, zx_time now)
{
	x->k->wall = wall;
	x->k->wall_at = now;
}

int zx_ipc_start(struct zx_ipc *x, zx_time now)
{
	if (x->opt->role != ZX_IPC_CLIENT)
		return ZX_OK;
	if (x->hub || x->want_dial || x->dial_at != ZX_TIME_NEVER ||
	    x->stopping)
		return ZX_E_STATE;
	input(x, now);
	x->want_dial = 1;
	return ZX_OK;
}

/* Inputs
 * ----------------------------------------------------------------------- */

void zx_ipc_opened(struct zx_ipc *x, uint32_t link, zx_time now)
{
	struct zx__link *l = zx__link_get(x, link);

	if (!l)
		return;
	input(x, now);
	zx_ipc_session_open(l->s, x->now);
	zx__link_touch(x, l);
}

int zx_ipc_feed(struct zx_ipc *x, uint32_t link, struct zx_str bytes,
		zx_time now)
{
	struct zx__link *l = zx__link_get(x, link);
	int err;

	if (x->reading)
		return ZX_E_STATE;
	if (!l)
		return ZX_OK;
	input(x, now);
	err = zx_ipc_session_feed(l->s, bytes, x->now);
	if (!err)
		x->reading = link;
	return err;
}

/* The end of a link, however it came. */
static void lost(struct zx_ipc *x, struct zx__link *l, int tell)
{
	struct zx_ipc_session *s = l->s;
	char text[sizeof(s->text)];
	int err = s->error, heard = s->heard_any;

	memcpy(text, s->text, sizeof(text));
	if (s->slow)
		x->stats.slow++;
	if (x->opt->role == ZX_IPC_HUB) {
		zx__hub_left(x, l);
		zx__link_drop(x, l, tell);
		return;
	}
	zx__link_drop(x, l, tell);
	zx__client_lost(x, err, text, !heard);
}

void zx_ipc_closed(struct zx_ipc *x, uint32_t link, const char *why,
		   zx_time now)
{
	struct zx__link *l = zx__link_get(x, link);

	if (!l)
		return;
	input(x, now);
	zx_ipc_session_end(l->s, why);
	lost(x, l, 0);
}

static void tick_links(struct zx_ipc *x)
{
	struct zx__link *l;
	size_t i;

	for (i = 0; i < x->slot_cap; i++) {
		l = x->slots[i];
		if (!l)
			continue;
		if (zx_ipc_session_deadline(l->s) <= x->now) {
			zx_ipc_session_tick(l->s, x->now);
			zx__link_touch(x, l);
		}
		zx__ipc_due(x, zx_ipc_session_deadline(l->s));
	}
}

/* Nobody waits longer for those who do not take what is left for them. */
static void end_stop(struct zx_ipc *x)
{
	size_t i;

	x->stop_at = ZX_TIME_NEVER;
	for (i = 0; i < x->slot_cap; i++)
		if (x->slots[i])
			zx__link_drop(x, x->slots[i], 1);
	x->hub = 0;
}

void zx_ipc_tick(struct zx_ipc *x, zx_time now)
{
	input(x, now);
	x->due = ZX_TIME_NEVER;
	tick_links(x);
	zx__request_tick(x);
	if (x->opt->role == ZX_IPC_CLIENT)
		zx__client_tick(x);
	if (x->now >= x->stop_at)
		end_stop(x);
	zx__ipc_due(x, x->stop_at);
}

zx_time zx_ipc_deadline(const struct zx_ipc *x)
{
	return x->due;
}

void zx_ipc_stop(struct zx_ipc *x, zx_time now)
{
	struct zx__link *l;
	size_t i;

	if (x->stopping)
		return;
	input(x, now);
	x->stopping = 1;
	x->want_dial = 0;
	x->dial_at = ZX_TIME_NEVER;
	x->stop_at = zx_time_add(x->now, ZX__IPC_STOP_MS);
	zx__ipc_due(x, x->stop_at);
	zx__request_fail_all(x, ZX_E_CANCELLED);
	if (x->opt->role == ZX_IPC_HUB && x->peers_n) {
		zx_buf_clear(&x->data);
		zx_buf_addc(&x->data, "{\"cluster_name\": ");
		zx__ipc_text(&x->data, zx_str(x->opt->name));
		zx_buf_addch(&x->data, '}');
		(void)zx__send(x, ZX_STR("cluster_leave"), NULL,
			       zx_buf_str(&x->data), NULL);
	}
	for (i = 0; i < x->slot_cap; i++) {
		l = x->slots[i];
		if (!l)
			continue;
		zx_ipc_session_close(l->s);
		zx__link_touch(x, l);
	}
}

struct zx_str zx_ipc_pull(struct zx_ipc *x, uint32_t link)
{
	struct zx__link *l = zx__link_get(x, link);

	return l ? zx_ipc_session_pull(l->s) : (struct zx_str){ NULL, 0 };
}

size_t zx_ipc_pull_pieces(struct zx_ipc *x, uint32_t link, struct zx_str *v,
			  size_t n)
{
	struct zx__link *l = zx__link_get(x, link);

	return l ? zx__session_pieces(l->s, v, n) : 0;
}

void zx_ipc_wrote(struct zx_ipc *x, uint32_t link, size_t n, zx_time now)
{
	struct zx__link *l = zx__link_get(x, link);

	if (!l)
		return;
	input(x, now);
	zx_ipc_session_wrote(l->s, n, x->now);
	zx__ipc_due(x, zx_ipc_session_deadline(l->s));
	if (l->s->state == ZX__S_DEAD)
		zx__link_touch(x, l);
}

/* Outputs
 * ---------------------------------------------------------------------- */

/* Another frame of the link that is being read. Nonzero when out is set. */
static int read_on(struct zx_ipc *x, struct zx_ipc_out *out)
{
	struct zx__link *l = zx__link_get(x, x->reading);
	struct zx_ipc_session_out *f = &x->frame;
	int hub = x->opt->role == ZX_IPC_HUB;

	if (!zx_ipc_session_poll(l->s, f)) {
		x->reading = 0;
		zx__ipc_due(x, zx_ipc_session_deadline(l->s));
		zx__link_touch(x, l);
		return 0;
	}
	switch (f->kind) {
	case ZX_IPC_SESSION_MESSAGE:
		return hub ? zx__hub_message(x, l, &f->message, out)
			   : zx__client_message(x, l, &f->message, out);
	case ZX_IPC_SESSION_AUTH:
		zx__hub_auth(x, l, &f->message);
		return 0;
	case ZX_IPC_SESSION_READY:
		zx__client_ready(x, l, &f->message);
		return 0;
	case ZX_IPC_SESSION_BAD:
		x->stats.bad++;
		zx__session_fail(l->s, ZX_E_PROTOCOL, "a malformed message");
		return 0;
	case ZX_IPC_SESSION_DEAD:
		lost(x, l, 1);
		return 0;
	}
	return 0;
}

static void take_event(struct zx_ipc *x, struct zx_ipc_out *out)
{
	x->lent = x->events[x->event_head];
	x->event_head = (x->event_head + 1) % x->event_cap;
	x->event_n--;
	out->kind = x->lent.kind;
	out->name = zx_str(x->lent.name);
	out->text = zx_str(x->lent.text);
}

/* A link with something to send, or an end to tell of. */
static int look_dirty(struct zx_ipc *x, uint32_t id, struct zx_ipc_out *out)
{
	struct zx__link *l = zx__link_get(x, id);
	struct zx_ipc_session_out end;

	if (!l)
		return 0;
	l->dirty = 0;
	zx__ipc_due(x, zx_ipc_session_deadline(l->s));
	if (l->s->state == ZX__S_DEAD) {
		if (zx_ipc_session_poll(l->s, &end))
			lost(x, l, 1);
		return 0;
	}
	if (!zx__session_pending(l->s))
		return 0;
	out->kind = ZX_IPC_OUT_FLUSH;
	out->link = id;
	return 1;
}

static int for_transport(struct zx_ipc *x, struct zx_ipc_out *out)
{
	uint32_t id;

	while (zx__ids_pop(&x->dirty, &id))
		if (look_dirty(x, id, out))
			return 1;
	if (!zx__ids_pop(&x->closes, &id))
		return 0;
	out->kind = ZX_IPC_OUT_CLOSE;
	out->link = id;
	return 1;
}

int zx_ipc_poll(struct zx_ipc *x, struct zx_ipc_out *out)
{
	zx_delete(x->opt->alloc, x->lent.text);
	x->lent.text = NULL;
	memset(out, 0, sizeof(*out));
	for (;;) {
		if (x->event_n) {
			take_event(x, out);
			return 1;
		}
		if (x->requests_n && zx__request_done(x, out))
			return 1;
		if (x->reading) {
			if (read_on(x, out))
				return 1;
			continue;
		}
		if (x->want_dial && zx__client_dial(x, out))
			return 1;
		if (for_transport(x, out))
			return 1;
		if (x->event_n)
			continue;
		if (x->stopping && !x->stopped && !x->links) {
			x->stopped = 1;
			x->stop_at = ZX_TIME_NEVER;
			out->kind = ZX_IPC_OUT_STOPPED;
			return 1;
		}
		return 0;
	}
}
