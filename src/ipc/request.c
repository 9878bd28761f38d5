/* SPDX-License-Identifier: MIT
 *
 * request: questions to other clusters. Each has a number, which travels in its
 * data and comes back in the answers, and a time after which nobody waits.
 */
#include <inttypes.h>
#include <string.h>

#include "ipc/ipc_int.h"

#define TAIL "_request"
#define TAIL_LEN (sizeof(TAIL) - 1)

/* The op of the answer to `op`; 0 when op is no request. */
static int answer_op(struct zx_str op, char out[ZX__IPC_OP_NAME])
{
	if (zx_str_is(op, "stats_request")) {
		memcpy(out, "stats_broadcast", sizeof("stats_broadcast"));
		return 1;
	}
	if (op.len <= TAIL_LEN || op.len + 2 > ZX__IPC_OP_NAME ||
	    memcmp(op.ptr + op.len - TAIL_LEN, TAIL, TAIL_LEN) != 0)
		return 0;
	memcpy(out, op.ptr, op.len - TAIL_LEN);
	memcpy(out + op.len - TAIL_LEN, "_response", sizeof("_response"));
	return 1;
}

static size_t known_count(const struct zx_ipc *x)
{
	return x->opt->role == ZX_IPC_HUB ? x->peers_n : x->known_n;
}

static int wait_for(struct zx_ipc *x, struct zx__request *r, const char *target)
{
	size_t n = target ? 1 : known_count(x), i;

	r->waiting = zx_resize(x->opt->alloc, NULL,
			       (n ? n : 1) * sizeof(*r->waiting));
	if (!r->waiting)
		return ZX_E_NOMEM;
	for (i = 0; i < n; i++)
		r->waiting[i] = zx__name_hash(target ? zx_str(target)
						     : zx_ipc_known(x, i));
	r->waiting_len = n;
	r->done = !n;
	return ZX_OK;
}

static int room(struct zx_ipc *x)
{
	size_t cap = x->requests_cap ? x->requests_cap * 2 : 4;
	struct zx__request *v;

	if (x->requests_n < x->requests_cap)
		return ZX_OK;
	if (cap > ZX__IPC_REQUESTS)
		return ZX_E_LIMIT;
	v = zx_resize(x->opt->alloc, x->requests, cap * sizeof(*v));
	if (!v)
		return ZX_E_NOMEM;
	x->requests = v;
	x->requests_cap = cap;
	return ZX_OK;
}

/* data with `"req_id": id` before its other members. */
static void put_data(struct zx_buf *b, struct zx_str data, uint64_t id)
{
	struct zx_str rest;

	zx_buf_clear(b);
	zx_buf_addf(b, "{\"req_id\": %" PRIu64, id);
	data = zx_str_trim(data);
	rest = data.len ? zx_str_trim(zx_str_from(data, 1)) : data;
	if (rest.len > 1)
		zx_buf_addc(b, ", ");
	zx_buf_adds(b, rest.len ? rest : ZX_STR("}"));
}

int zx_ipc_request(struct zx_ipc *x, const char *op, const char *target,
		   struct zx_str data, uint32_t timeout_ms, zx_time now,
		   uint64_t *id)
{
	struct zx__request r = { .id = x->request_id + 1 };
	int err;

	if (id)
		*id = 0;
	if (data.len && (zx_json_check(data, 0, NULL) ||
			 zx_json_kind(data) != ZX_JSON_OBJECT))
		return ZX_E_SYNTAX;
	if (!answer_op(zx_str(op), r.op_name) || x->stopping)
		return x->stopping ? ZX_E_STATE : ZX_E_INVALID;
	r.op = zx_ipc_op_find(zx_str(r.op_name));
	if (!zx__op_passes(zx_ipc_op_find(zx_str(op)), zx_str(op)))
		return ZX_E_INVALID;
	err = room(x);
	if (!err)
		err = wait_for(x, &r, target);
	if (err)
		return err;
	if (now > x->now)
		x->now = now;
	put_data(&x->data, data, r.id);
	err = zx__send(x, zx_str(op), target, zx_buf_str(&x->data), NULL);
	if (err) {
		zx_delete(x->opt->alloc, r.waiting);
		return err;
	}
	r.until = zx_time_add(x->now,
			      timeout_ms ? timeout_ms : ZX__IPC_REQUEST_MS);
	zx__ipc_due(x, r.until);
	x->requests[x->requests_n++] = r;
	x->request_id = r.id;
	if (id)
		*id = r.id;
	return ZX_OK;
}

/* Answers
 * ---------------------------------------------------------------------- */

/* Nonzero when it was waited for; then it is no more. */
static int strike(struct zx__request *r, uint32_t hash)
{
	size_t i;

	for (i = 0; i < r->waiting_len; i++)
		if (r->waiting[i] == hash)
			break;
	if (i == r->waiting_len)
		return 0;
	r->waiting[i] = r->waiting[--r->waiting_len];
	if (!r->waiting_len)
		r->done = 1;
	return 1;
}

static int matches(const struct zx_ipc *x, const struct zx__request *r,
		   const struct zx_ipc_message *m, struct zx_str req_id)
{
	uint64_t id;

	if (r->done || r->op != m->op || !zx_str_is(m->name, r->op_name))
		return 0;
	if (req_id.len)
		return !zx_json_u64(req_id, &id) && id == r->id;
	/* The original gives no number back, but it answers to a name; what
	 * goes to all is its minutely report. */
	return zx_json_is(m->target, x->opt->name);
}

int zx__request_answer(struct zx_ipc *x, struct zx_str from,
		       const struct zx_ipc_message *m, struct zx_str data,
		       struct zx_ipc_out *out)
{
	struct zx_str req_id = zx_json_get(data, "req_id");
	uint32_t hash = zx__name_hash(from);
	struct zx__request *r;
	size_t i;

	for (i = 0; i < x->requests_n; i++) {
		r = &x->requests[i];
		if (!matches(x, r, m, req_id) || !strike(r, hash))
			continue;
		r->count++;
		out->kind = ZX_IPC_OUT_ANSWER;
		out->id = r->id;
		out->name = from;
		out->text = data;
		out->op = m->op;
		out->op_name = m->name;
		return 1;
	}
	return 0;
}

void zx__request_gone(struct zx_ipc *x, struct zx_str name)
{
	uint32_t hash = zx__name_hash(name);
	size_t i;

	for (i = 0; i < x->requests_n; i++)
		if (!x->requests[i].done && strike(&x->requests[i], hash))
			x->requests[i].error = ZX_E_CLOSED;
}

void zx__request_fail_all(struct zx_ipc *x, int err)
{
	size_t i;

	for (i = 0; i < x->requests_n; i++) {
		if (x->requests[i].done)
			continue;
		x->requests[i].done = 1;
		x->requests[i].error = err;
	}
}

void zx__request_tick(struct zx_ipc *x)
{
	struct zx__request *r;
	size_t i;

	for (i = 0; i < x->requests_n; i++) {
		r = &x->requests[i];
		if (!r->done && x->now >= r->until) {
			r->done = 1;
			r->error = ZX_E_TIMEOUT;
		}
		if (!r->done)
			zx__ipc_due(x, r->until);
	}
}

int zx__request_done(struct zx_ipc *x, struct zx_ipc_out *out)
{
	struct zx__request *r;
	size_t i;

	for (i = 0; i < x->requests_n; i++)
		if (x->requests[i].done)
			break;
	if (i == x->requests_n)
		return 0;
	r = &x->requests[i];
	out->kind = ZX_IPC_OUT_DONE;
	out->id = r->id;
	out->error = r->error;
	out->count = r->count;
	zx_delete(x->opt->alloc, r->waiting);
	memmove(r, r + 1, (--x->requests_n - i) * sizeof(*r));
	return 1;
}

void zx__request_release(struct zx_ipc *x)
{
	size_t i;

	for (i = 0; i < x->requests_n; i++)
		zx_delete(x->opt->alloc, x->requests[i].waiting);
	zx_delete(x->opt->alloc, x->requests);
}

int zx_ipc_reply(struct zx_ipc *x, const struct zx_ipc_out *out,
		 struct zx_str data, zx_time now)
{
	char op[ZX__IPC_OP_NAME], to[ZX__IPC_NAME + 1];
	struct zx_str id;
	struct zx_buf b;
	int err;

	if (!out->message || !answer_op(out->op_name, op) ||
	    out->name.len > ZX__IPC_NAME)
		return ZX_E_INVALID;
	if (data.len && (zx_json_check(data, 0, NULL) ||
			 zx_json_kind(data) != ZX_JSON_OBJECT))
		return ZX_E_SYNTAX;
	memcpy(to, out->name.ptr, out->name.len);
	to[out->name.len] = '\0';
	id = zx_json_get(out->text, "req_id");
	zx_buf_init(&b, x->opt->alloc, ZX_IPC_FRAME_MAX);
	data = zx_str_trim(data);
	zx_buf_adds(&b, data.len ? data : ZX_STR("{}"));
	if (id.len && b.len) {
		/* Before the closing brace. */
		int empty =
			!zx_str_trim((struct zx_str){ b.ptr + 1, b.len - 2 })
				 .len;

		b.len--;
		zx_buf_addc(&b, empty ? "\"req_id\": " : ", \"req_id\": ");
		zx_buf_adds(&b, id);
		zx_buf_addch(&b, '}');
	}
	if (now > x->now)
		x->now = now;
	err = b.err ? b.err : zx__send(x, zx_str(op), to, zx_buf_str(&b), NULL);
	zx_buf_release(&b);
	return err;
}
