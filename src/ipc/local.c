/* SPDX-License-Identifier: MIT
 *
 * local: messages that are for this cluster. Questions about numbers are
 * answered here, answers go to who asked, the rest goes to the application.
 */
#include <inttypes.h>
#include <string.h>

#include "ipc/ipc_int.h"

/* Bytes of a req_id that is given back. */
#define REQ_ID 64

/* `, "req_id": ...` of a request, or nothing. */
static void put_req_id(struct zx_buf *out, struct zx_str data)
{
	struct zx_str id = zx_json_get(data, "req_id");
	enum zx_json_kind kind = zx_json_kind(id);

	if ((kind != ZX_JSON_NUMBER && kind != ZX_JSON_STRING) ||
	    id.len > REQ_ID)
		return;
	zx_buf_addc(out, ", \"req_id\": ");
	zx_buf_adds(out, id);
}

void zx__stats_data(struct zx_ipc *x, struct zx_buf *b, struct zx_str tail)
{
	struct zx_ipc_status st;
	size_t i;

	zx__keys_status(x->k, &st);
	zx_buf_addc(b, "{\"cluster_name\": ");
	zx__ipc_text(b, zx_str(x->opt->name));
	zx_buf_addf(b,
		    ", \"guild_count\": %" PRIu64 ", \"user_count\": %" PRIu64
		    ", \"shard_count\": %" PRIu32 ", \"shard_ids\": [",
		    st.guilds, st.users, st.shard_count);
	for (i = 0; i < st.shards_len; i++)
		zx_buf_addf(b, i ? ", %" PRIu32 : "%" PRIu32, st.shards[i]);
	zx_buf_addc(b, "], \"latency\": ");
	zx__ipc_float(b, st.latency);
	zx_buf_addc(b, ", \"uptime\": ");
	zx__ipc_float(b, st.uptime);
	zx_buf_addc(b, ", \"mode\": ");
	zx__ipc_text(b, zx_str(x->opt->mode));
	zx_buf_addc(b, ", \"timestamp\": ");
	zx__ipc_float(b, (double)zx__keys_wall(x->k, x->now) / 1000);
	zx_buf_adds(b, tail);
	zx_buf_addch(b, '}');
}

static void counts_data(struct zx_ipc *x, struct zx_buf *b, struct zx_str data)
{
	struct zx_ipc_status st;

	zx__keys_status(x->k, &st);
	zx_buf_addf(b,
		    "{\"guild_count\": %" PRIu64 ", \"user_count\": %" PRIu64
		    ", \"shard_count\": %" PRIu32,
		    st.guilds, st.users, st.shard_count);
	put_req_id(b, data);
	zx_buf_addch(b, '}');
}

/* The five questions there are; no text of a peer is ever run. */
static void put_preset(struct zx_ipc *x, struct zx_buf *b, struct zx_str query)
{
	struct zx_ipc_status st;

	zx__keys_status(x->k, &st);
	if (zx_json_is(query, "guild_count"))
		zx_buf_addf(b, "%" PRIu64, st.guilds);
	else if (zx_json_is(query, "user_count"))
		zx_buf_addf(b, "%" PRIu64, st.users);
	else if (zx_json_is(query, "shard_count"))
		zx_buf_addf(b, "%" PRIu32, st.shard_count);
	else if (zx_json_is(query, "latency"))
		zx__ipc_float(b, st.latency);
	else if (zx_json_is(query, "uptime"))
		zx__ipc_float(b, st.uptime);
	else
		zx_buf_addc(b, "\"unknown_query\"");
}

static void eval_data(struct zx_ipc *x, struct zx_buf *b, struct zx_str data)
{
	struct zx_str query = zx_json_get(data, "query");

	if (zx_json_kind(query) != ZX_JSON_STRING || query.len > 1024)
		query = ZX_STR("\"\"");
	zx_buf_addc(b, "{\"query\": ");
	zx_buf_adds(b, query);
	zx_buf_addc(b, ", \"result\": ");
	put_preset(x, b, query);
	put_req_id(b, data);
	zx_buf_addch(b, '}');
}

static void answer(struct zx_ipc *x, enum zx_ipc_op op, struct zx_str from,
		   struct zx_str data)
{
	struct zx_buf tail;
	char to[ZX__IPC_NAME + 1];
	enum zx_ipc_op reply = ZX_IPC_STATS_BROADCAST;

	if (from.len > ZX__IPC_NAME)
		return;
	memcpy(to, from.ptr, from.len);
	to[from.len] = '\0';
	zx_buf_clear(&x->data);
	if (op == ZX_IPC_GUILD_COUNT_REQUEST) {
		reply = ZX_IPC_GUILD_COUNT_RESPONSE;
		counts_data(x, &x->data, data);
	} else if (op == ZX_IPC_EVAL_REQUEST) {
		reply = ZX_IPC_EVAL_RESPONSE;
		eval_data(x, &x->data, data);
	} else {
		zx_buf_init(&tail, x->opt->alloc, 256);
		put_req_id(&tail, data);
		zx__stats_data(x, &x->data, zx_buf_str(&tail));
		zx_buf_release(&tail);
	}
	(void)zx__send(x, zx_str(zx_ipc_op_name(reply)), to,
		       zx_buf_str(&x->data), NULL);
}

static int ends_with(struct zx_str s, const char *tail)
{
	size_t n = strlen(tail);

	return s.len > n && !memcmp(s.ptr + s.len - n, tail, n);
}

int zx__local(struct zx_ipc *x, struct zx_str from,
	      const struct zx_ipc_message *m, struct zx_ipc_out *out)
{
	struct zx_str data = m->data;
	int response = m->op == ZX_IPC_STATS_BROADCAST ||
		       ends_with(m->name, "_response");

	if (zx_ipc_check(&data, &x->clean))
		return -1;
	if (m->op == ZX_IPC_STATS_REQUEST ||
	    m->op == ZX_IPC_GUILD_COUNT_REQUEST ||
	    m->op == ZX_IPC_EVAL_REQUEST) {
		answer(x, m->op, from, data);
		return 0;
	}
	if (response && zx__request_answer(x, from, m, data, out))
		return 1;
	if (response && m->op != ZX_IPC_STATS_BROADCAST) {
		x->stats.late++;
		return 0;
	}
	out->kind = ZX_IPC_OUT_MESSAGE;
	out->name = from;
	out->text = data;
	out->op = m->op;
	out->op_name = m->name;
	out->message = m;
	return 1;
}
