/* SPDX-License-Identifier: MIT
 *
 * auth: the first frame of each side. In clear text the secret itself is in it,
 * as the original wants it; inside TLS the handshake has proved it already.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ipc/ipc_int.h"

static void put_shards(struct zx_buf *b, const struct zx_ipc_status *st)
{
	size_t i;

	zx_buf_addch(b, '[');
	for (i = 0; i < st->shards_len; i++)
		zx_buf_addf(b, i ? ", %" PRIu32 : "%" PRIu32, st->shards[i]);
	zx_buf_addch(b, ']');
}

void zx__auth_send(struct zx_ipc_session *s)
{
	struct zx_ipc_keys *k = s->k;
	struct zx_ipc_status st;
	struct zx_buf b;

	zx__keys_status(k, &st);
	zx_buf_init(&b, k->opt.alloc, ZX_IPC_FRAME_MAX);
	zx_buf_addch(&b, '{');
	if (s->legacy) {
		zx_buf_addc(&b, "\"secret\": ");
		zx__ipc_text(&b, zx_str(k->secret));
		zx_buf_addc(&b, ", ");
	}
	zx_buf_addc(&b, "\"cluster_name\": ");
	zx__ipc_text(&b, zx_str(k->opt.name));
	zx_buf_addc(&b, ", \"shard_ids\": ");
	put_shards(&b, &st);
	zx_buf_addf(&b,
		    ", \"shard_count\": %" PRIu32 ", \"guild_count\": %" PRIu64
		    ", \"proto\": %d}",
		    st.shard_count, st.guilds, ZX__IPC_PROTO);
	if (b.err)
		zx__session_fail(s, b.err, "%s", zx_strerror(b.err));
	else
		(void)zx__session_say(s, ZX_STR("auth"), zx_buf_str(&b),
				      ZX_STR("all"));
	if (b.len)
		zx_wipe(b.ptr, b.len);
	zx_buf_release(&b);
}

void zx__beat(struct zx_ipc_session *s)
{
	struct zx_ipc_keys *k = s->k;
	struct zx_ipc_status st;
	struct zx_buf b;

	zx__keys_status(k, &st);
	zx_buf_init(&b, k->opt.alloc, 0);
	zx_buf_addc(&b, "{\"timestamp\": ");
	zx__ipc_float(&b, (double)zx__keys_wall(k, s->now) / 1000);
	zx_buf_addf(&b, ", \"guild_count\": %" PRIu64 "}", st.guilds);
	if (!b.err)
		(void)zx__session_say(s, ZX_STR("heartbeat"), zx_buf_str(&b),
				      ZX_STR("all"));
	zx_buf_release(&b);
	s->next_beat = zx_time_add(s->now, ZX__IPC_BEAT_MS);
}

/* Accepting
 * ------------------------------------------------------------------- */

/* Both are hashed first, so that not even their lengths show in the time. */
static int secret_fits(const struct zx_ipc_session *s, struct zx_str raw)
{
	unsigned char digest[32];
	struct zx_buf b;
	int fits;

	zx_buf_init(&b, s->k->opt.alloc, ZX__IPC_AUTH_BYTES);
	fits = zx_json_kind(raw) == ZX_JSON_STRING && !zx_json_text(raw, &b) &&
	       !zx__keys_digest(digest, zx_buf_str(&b)) &&
	       zx__keys_equal(digest, s->k->digest, sizeof(digest));
	if (b.len)
		zx_wipe(b.ptr, b.len);
	zx_buf_release(&b);
	return fits;
}

static int take_auth(struct zx_ipc_session *s, struct zx_str frame,
		     struct zx_ipc_session_out *out)
{
	struct zx_ipc_message *m = &out->message;
	struct zx_str text = frame;

	if (zx_ipc_check(&text, NULL) || zx_ipc_message_scan(frame, m)) {
		zx__session_fail(s, ZX_E_PROTOCOL,
				 "the first message is malformed");
		return ZX_E_PROTOCOL;
	}
	if (m->op != ZX_IPC_AUTH ||
	    (!s->tls && !secret_fits(s, zx_json_get(m->data, "secret")))) {
		zx_ipc_session_refuse(s, "Invalid secret");
		return ZX_E_AUTH;
	}
	s->state = ZX__S_VERDICT;
	out->kind = ZX_IPC_SESSION_AUTH;
	return ZX_OK;
}

int zx_ipc_session_accept(struct zx_ipc_session *s, struct zx_str data)
{
	if (s->state != ZX__S_VERDICT)
		return ZX_E_STATE;
	s->state = ZX__S_READY;
	s->in.max = ZX_IPC_FRAME_MAX;
	s->heard = s->now;
	return zx__session_say(s, ZX_STR("auth_response"), data, ZX_STR("all"));
}

int zx_ipc_session_refuse(struct zx_ipc_session *s, const char *why)
{
	struct zx_buf b;
	int err;

	if (s->state != ZX__S_VERDICT && s->state != ZX__S_AUTH)
		return ZX_E_STATE;
	zx_buf_init(&b, s->k->opt.alloc, ZX__IPC_AUTH_BYTES);
	zx_buf_addc(&b, "{\"success\": false, \"error\": ");
	zx__ipc_text(&b, zx_str(why));
	zx_buf_addch(&b, '}');
	err = b.err;
	if (!err)
		err = zx__session_say(s, ZX_STR("auth_response"),
				      zx_buf_str(&b), ZX_STR("all"));
	zx_buf_release(&b);
	if (err) {
		zx__session_fail(s, err, "%s", zx_strerror(err));
		return err;
	}
	s->error = ZX_E_AUTH;
	snprintf(s->text, sizeof(s->text), "refused: %s", why);
	zx_ipc_session_close(s);
	return ZX_OK;
}

/* Dialling
 * -------------------------------------------------------------------- */

static void refused(struct zx_ipc_session *s, struct zx_str data)
{
	char why[120];

	if (zx__ipc_name_read(zx_json_get(data, "error"), why, sizeof(why)))
		why[0] = '\0';
	if (!strcmp(why, "Invalid secret"))
		zx__session_fail(s, ZX_E_AUTH,
				 "the secret differs: SHARD_IPC_SECRET must be "
				 "the same on all clusters");
	else
		zx__session_fail(s, ZX_E_AUTH, "refused: %s",
				 why[0] ? why : "no reason given");
}

static int take_response(struct zx_ipc_session *s, struct zx_str frame,
			 struct zx_ipc_session_out *out)
{
	struct zx_ipc_message *m = &out->message;
	struct zx_str text = frame;

	if (zx_ipc_check(&text, NULL) || zx_ipc_message_scan(frame, m) ||
	    m->op != ZX_IPC_AUTH_RESPONSE) {
		zx__session_fail(s, ZX_E_PROTOCOL,
				 "the other side is no shard manager");
		return ZX_E_PROTOCOL;
	}
	if (!zx_json_get_bool(m->data, "success")) {
		refused(s, m->data);
		return ZX_E_AUTH;
	}
	s->state = ZX__S_READY;
	s->heard = s->now;
	zx__beat(s);
	out->kind = ZX_IPC_SESSION_READY;
	return ZX_OK;
}

int zx__auth_frame(struct zx_ipc_session *s, struct zx_str frame,
		   struct zx_ipc_session_out *out)
{
	return s->accepting ? take_auth(s, frame, out)
			    : take_response(s, frame, out);
}
