/* SPDX-License-Identifier: MIT
 *
 * links: the connections of a hub or client by number and by name, and what
 * waits to be told about them.
 */
#include <stdio.h>
#include <string.h>

#include "ipc/ipc_int.h"

/* Lists of numbers
 * ---------------------------------------------------------------- */

int zx__ids_reserve(struct zx__ids *l, const struct zx_alloc *a, size_t n)
{
	size_t cap = l->cap ? l->cap : 8;
	uint32_t *v;

	if (l->from) {
		memmove(l->v, l->v + l->from, (l->n - l->from) * sizeof(*v));
		l->n -= l->from;
		l->from = 0;
	}
	while (cap < l->n + n)
		cap *= 2;
	if (cap == l->cap)
		return ZX_OK;
	v = zx_resize(a, l->v, cap * sizeof(*v));
	if (!v)
		return ZX_E_NOMEM;
	l->v = v;
	l->cap = cap;
	return ZX_OK;
}

/* There is room: zx__link_new has seen to it. */
void zx__ids_push(struct zx__ids *l, uint32_t id)
{
	if (l->n < l->cap)
		l->v[l->n++] = id;
}

int zx__ids_pop(struct zx__ids *l, uint32_t *id)
{
	if (l->from == l->n) {
		l->from = l->n = 0;
		return 0;
	}
	*id = l->v[l->from++];
	return 1;
}

/* Links
 * ------------------------------------------------------------------------- */

uint32_t zx__name_hash(struct zx_str name)
{
	uint32_t h = 2166136261u;
	size_t i;

	for (i = 0; i < name.len; i++)
		h = (h ^ (unsigned char)name.ptr[i]) * 16777619u;
	return h;
}

struct zx__link *zx__link_get(const struct zx_ipc *x, uint32_t id)
{
	size_t slot = (id & 0xffff) - 1u;
	struct zx__link *l = slot < x->slot_cap ? x->slots[slot] : NULL;

	return l && l->id == id ? l : NULL;
}

static int free_slot(struct zx_ipc *x, size_t *slot)
{
	size_t i, cap = x->slot_cap ? x->slot_cap * 2 : 4;
	struct zx__link **v;

	/* Begin behind the last one given, so that numbers rest for a while. */
	for (i = 0; i < x->slot_cap; i++) {
		*slot = (x->generation + i) % x->slot_cap;
		if (!x->slots[*slot])
			return ZX_OK;
	}
	if (cap > 0x8000)
		return ZX_E_LIMIT;
	v = zx_resize(x->opt->alloc, x->slots, cap * sizeof(struct zx__link *));
	if (!v)
		return ZX_E_NOMEM;
	memset(v + x->slot_cap, 0,
	       (cap - x->slot_cap) * sizeof(struct zx__link *));
	*slot = x->slot_cap;
	x->slots = v;
	x->slot_cap = cap;
	return ZX_OK;
}

struct zx__link *zx__link_new(struct zx_ipc *x, int accepting, int legacy)
{
	const struct zx_alloc *a = x->opt->alloc;
	struct zx__link *l;
	size_t slot;

	if (free_slot(x, &slot) ||
	    zx__ids_reserve(&x->dirty, a, x->links + 1) ||
	    zx__ids_reserve(&x->closes, a, x->links + 1))
		return NULL;
	l = zx_new(a, sizeof(*l));
	if (!l)
		return NULL;
	if (zx_ipc_session_new(&l->s, x->k, accepting, legacy, x->now)) {
		zx_delete(a, l);
		return NULL;
	}
	x->generation++;
	l->id = (x->generation & 0xffff) << 16 | (uint32_t)(slot + 1);
	l->order = ++x->order;
	l->window.since = x->now;
	x->slots[slot] = l;
	x->links++;
	zx__ipc_due(x, zx_ipc_session_deadline(l->s));
	return l;
}

static void keep_counts(struct zx_ipc *x, const struct zx_ipc_session *s)
{
	x->stats.frames_in += s->frames_in;
	x->stats.frames_out += s->frames_out;
	x->stats.bytes_in += s->bytes_in;
	x->stats.bytes_out += s->bytes_out;
	x->stats.stats_left_out += s->stats_left_out;
}

void zx__link_drop(struct zx_ipc *x, struct zx__link *l, int tell)
{
	const struct zx_alloc *a = x->opt->alloc;
	size_t i;

	for (i = 0; i < x->peers_n; i++)
		if (x->peers[i] == l)
			break;
	if (i < x->peers_n) {
		memmove(x->peers + i, x->peers + i + 1,
			(--x->peers_n - i) * sizeof(struct zx__link *));
		x->foreign -= !l->ours;
	} else if (x->strangers) {
		x->strangers--;
	}
	keep_counts(x, l->s);
	x->slots[(l->id & 0xffff) - 1] = NULL;
	x->links--;
	if (x->reading == l->id)
		x->reading = 0;
	if (tell)
		zx__ids_push(&x->closes, l->id);
	zx_ipc_session_free(l->s);
	zx__window_release(&l->window, a);
	zx_delete(a, l->shards);
	zx_delete(a, l);
}

void zx__link_touch(struct zx_ipc *x, struct zx__link *l)
{
	if (l->dirty)
		return;
	l->dirty = 1;
	zx__ids_push(&x->dirty, l->id);
}

struct zx__link *zx__link_named(const struct zx_ipc *x, struct zx_str name)
{
	uint32_t h = zx__name_hash(name);
	size_t i;

	for (i = 0; i < x->peers_n; i++)
		if (x->peers[i]->hash == h &&
		    zx_str_is(name, x->peers[i]->name))
			return x->peers[i];
	return NULL;
}

/* Telling
 * ----------------------------------------------------------------------- */

static int event_room(struct zx_ipc *x)
{
	size_t cap = x->event_cap ? x->event_cap * 2 : 4, i;
	struct zx__event *v;

	if (x->event_n < x->event_cap)
		return ZX_OK;
	if (cap > ZX__IPC_EVENTS)
		return ZX_E_LIMIT;
	v = zx_new(x->opt->alloc, cap * sizeof(*v));
	if (!v)
		return ZX_E_NOMEM;
	for (i = 0; i < x->event_n; i++)
		v[i] = x->events[(x->event_head + i) % x->event_cap];
	zx_delete(x->opt->alloc, x->events);
	x->events = v;
	x->event_cap = cap;
	x->event_head = 0;
	return ZX_OK;
}

void zx__event_push(struct zx_ipc *x, enum zx_ipc_out_kind kind,
		    struct zx_str name, struct zx_str text)
{
	struct zx__event *e;

	if (name.len > ZX__IPC_NAME)
		name.len = ZX__IPC_NAME;
	if (event_room(x)) {
		zx__trouble(x, ZX_LOG_ERROR, "an event about %.*s is lost: %s",
			    ZX_ARG(name), zx_strerror(ZX_E_NOMEM));
		return;
	}
	e = &x->events[(x->event_head + x->event_n++) % x->event_cap];
	memset(e, 0, sizeof(*e));
	e->kind = kind;
	if (name.len)
		memcpy(e->name, name.ptr, name.len);
	if (text.len)
		e->text = zx_str_dup(x->opt->alloc, text);
}

void zx__trouble(struct zx_ipc *x, enum zx_log_level level, const char *fmt,
		 ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(x->error, sizeof(x->error), fmt, ap);
	va_end(ap);
	zx_logf(x->opt->log, level, "ipc", "%s", x->error);
}
