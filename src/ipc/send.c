/* SPDX-License-Identifier: MIT
 *
 * send: what the application says.
 */
#include <inttypes.h>
#include <string.h>

#include "ipc/ipc_int.h"

#define BROADCAST_CHARS 500

/* What is about a connection or about trust comes from the hub only. */
int zx__op_passes(enum zx_ipc_op op, struct zx_str name)
{
	switch (op) {
	case ZX_IPC_STATS_BROADCAST:
	case ZX_IPC_STATS_REQUEST:
	case ZX_IPC_GUILD_COUNT_REQUEST:
	case ZX_IPC_GUILD_COUNT_RESPONSE:
	case ZX_IPC_EVAL_REQUEST:
	case ZX_IPC_EVAL_RESPONSE:
	case ZX_IPC_BROADCAST_MESSAGE:
		return 1;
	case ZX_IPC_OTHER:
		return name.len > 2 && name.len < ZX__IPC_OP_NAME &&
		       name.ptr[0] == 'x' && name.ptr[1] == '_';
	default:
		return 0;
	}
}

int zx__send(struct zx_ipc *x, struct zx_str op, const char *target,
	     struct zx_str data, size_t *n)
{
	int stats = zx_str_is(op, "stats_broadcast"), err;

	if (data.ptr && data.ptr == x->data.ptr && x->data.err)
		return x->data.err;
	zx_buf_clear(&x->scratch);
	zx__keys_message(x->k, &x->scratch, op, data,
			 zx_str(target ? target : "all"), x->now);
	err = x->scratch.err;
	if (!err)
		err = x->opt->role == ZX_IPC_HUB
			      ? zx__hub_send(x, target, stats, n)
			      : zx__client_send(x, target, stats, n);
	if (x->scratch.cap > ZX__IPC_CHUNK)
		zx_buf_release(&x->scratch);
	return err;
}

static int is_plain_op(struct zx_str op)
{
	size_t i;

	for (i = 0; i < op.len; i++)
		if (!(op.ptr[i] >= 'a' && op.ptr[i] <= 'z') &&
		    !(op.ptr[i] >= '0' && op.ptr[i] <= '9') && op.ptr[i] != '_')
			return 0;
	return zx__op_passes(zx_ipc_op_find(op), op);
}

static int check_args(struct zx_ipc *x, struct zx_str op, struct zx_str data,
		      zx_time now)
{
	int err;

	if (now > x->now)
		x->now = now;
	if (!is_plain_op(op))
		return ZX_E_INVALID;
	if (x->stopping)
		return ZX_E_STATE;
	if (!data.len)
		return ZX_OK;
	err = zx_json_check(data, 0, NULL);
	if (err)
		return err;
	return zx_json_kind(data) == ZX_JSON_OBJECT ? ZX_OK : ZX_E_TYPE;
}

int zx_ipc_send(struct zx_ipc *x, const char *op, const char *target,
		struct zx_str data, zx_time now, size_t *n)
{
	int err = check_args(x, zx_str(op), data, now);

	if (n)
		*n = 0;
	return err ? err : zx__send(x, zx_str(op), target, data, n);
}

int zx_ipc_send_stats(struct zx_ipc *x, const char *target, zx_time now)
{
	int err = check_args(x, ZX_STR("stats_broadcast"),
			     (struct zx_str){ NULL, 0 }, now);

	if (err)
		return err;
	zx_buf_clear(&x->data);
	zx__stats_data(x, &x->data, (struct zx_str){ NULL, 0 });
	return zx__send(x, ZX_STR("stats_broadcast"), target,
			zx_buf_str(&x->data), NULL);
}

int zx_ipc_broadcast(struct zx_ipc *x, struct zx_str text, struct zx_str author,
		     uint64_t author_id, zx_time now, size_t *n)
{
	int err = check_args(x, ZX_STR("broadcast_message"),
			     (struct zx_str){ NULL, 0 }, now);

	if (n)
		*n = 0;
	if (err)
		return err;
	if (zx_utf8_count(text) > BROADCAST_CHARS)
		return ZX_E_TOOBIG;
	zx_buf_clear(&x->data);
	zx_buf_addc(&x->data, "{\"message\": ");
	zx__ipc_text(&x->data, text);
	zx_buf_addc(&x->data, ", \"author\": ");
	zx__ipc_text(&x->data, author);
	zx_buf_addf(&x->data, ", \"author_id\": %" PRIu64 "}", author_id);
	return zx__send(x, ZX_STR("broadcast_message"), NULL,
			zx_buf_str(&x->data), n);
}
