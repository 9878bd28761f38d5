/* SPDX-License-Identifier: MIT
 *
 * session: one connection from its first byte to its last.
 */
#include <stdio.h>
#include <string.h>

#include "ipc/ipc_int.h"

void zx__session_fail(struct zx_ipc_session *s, int err, const char *fmt, ...)
{
	va_list ap;

	if (s->state == ZX__S_DEAD)
		return;
	va_start(ap, fmt);
	vsnprintf(s->text, sizeof(s->text), fmt, ap);
	va_end(ap);
	s->error = err;
	s->state = ZX__S_DEAD;
}

int zx_ipc_session_new(struct zx_ipc_session **out, struct zx_ipc_keys *keys,
		       int accepting, int legacy, zx_time now)
{
	struct zx_ipc_session *s = zx_new(keys->opt.alloc, sizeof(*s));

	*out = NULL;
	if (!s)
		return ZX_E_NOMEM;
	s->k = keys;
	s->accepting = accepting;
	s->legacy = legacy;
	s->state = accepting ? ZX__S_FIRST : ZX__S_DIAL;
	s->now = now;
	s->heard = now;
	s->auth_until = zx_time_add(now, ZX__IPC_AUTH_MS);
	s->body_at = s->moved_at = s->next_beat = ZX_TIME_NEVER;
	zx_ipc_decoder_init(&s->in, keys->opt.alloc, ZX__IPC_AUTH_BYTES);
	*out = s;
	return ZX_OK;
}

void zx_ipc_session_free(struct zx_ipc_session *s)
{
	if (!s)
		return;
	if (s->tls)
		s->tls->ops->free(s->tls);
	zx_ipc_decoder_release(&s->in);
	zx__queue_release(&s->out, &s->k->pool);
	zx_delete(s->k->opt.alloc, s);
}

int zx_ipc_session_secured(const struct zx_ipc_session *s)
{
	return s->tls && s->tls->ready;
}

static int start_tls(struct zx_ipc_session *s)
{
	const struct zx__tls_ops *tls = s->k->tls;
	int err = tls ? tls->open(&s->tls, s->k, s->accepting) : ZX_E_TLS;

	if (!tls)
		zx__session_fail(s, err, "this side speaks clear text only");
	else if (err)
		zx__session_fail(s, err, "encryption cannot start: %s",
				 zx_strerror(err));
	else
		s->state = ZX__S_HANDSHAKE;
	return err;
}

void zx_ipc_session_open(struct zx_ipc_session *s, zx_time now)
{
	size_t n;

	if (s->state != ZX__S_DIAL)
		return;
	s->now = s->heard = now;
	if (s->legacy) {
		/* The primary may greet with more than a stranger may say:
		 * the list of all clusters. */
		s->in.max = ZX_IPC_FRAME_MAX;
		s->state = ZX__S_AUTH;
		zx__auth_send(s);
		return;
	}
	if (start_tls(s))
		return;
	if (s->tls->ops->read(s->tls, &s->input, NULL, 0, &n))
		zx__session_fail(s, ZX_E_TLS, "encryption cannot start");
	s->moved_at = now;
}

int zx_ipc_session_feed(struct zx_ipc_session *s, struct zx_str bytes,
			zx_time now)
{
	if (s->input.len)
		return ZX_E_STATE;
	s->now = now;
	s->bytes_in += bytes.len;
	s->fed = 0;
	if (bytes.len)
		s->heard_any = 1;
	if (s->state >= ZX__S_CLOSING || s->state == ZX__S_DIAL)
		return ZX_OK;
	s->input = bytes;
	return ZX_OK;
}

/* Ending ----------------------------------------------------------------------
 */

void zx_ipc_session_end(struct zx_ipc_session *s, const char *why)
{
	s->input = s->stream = (struct zx_str){ NULL, 0 };
	if (s->state == ZX__S_CLOSING && s->error)
		s->state = ZX__S_DEAD;
	else if (why)
		zx__session_fail(s, ZX_E_CONNECT, "%s", why);
	else if (s->state == ZX__S_HANDSHAKE || s->state == ZX__S_AUTH)
		zx__session_fail(s, ZX_E_CLOSED,
				 "the other side closed the connection before "
				 "it was authenticated");
	else
		zx__session_fail(s, ZX_E_CLOSED,
				 "the other side closed the connection");
}

void zx_ipc_session_close(struct zx_ipc_session *s)
{
	if (s->state >= ZX__S_CLOSING)
		return;
	s->input = s->stream = (struct zx_str){ NULL, 0 };
	if (!s->error)
		s->error = ZX_E_CLOSED;
	if (!s->text[0])
		snprintf(s->text, sizeof(s->text), "closed by this side");
	s->state = ZX__S_CLOSING;
	s->auth_until = zx_time_add(s->now, ZX__IPC_STOP_MS);
	if (!zx__session_pending(s))
		s->state = ZX__S_DEAD;
}

/* Reading
 * --------------------------------------------------------------------- */

/* The first byte of a TLS record, or of the length of a frame of less than
 * 16 MiB. */
#define BYTE_TLS 0x16
#define BYTE_FRAME 0x00

static void look_first(struct zx_ipc_session *s)
{
	int first = (unsigned char)*s->input.ptr;

	if (first == BYTE_TLS) {
		(void)start_tls(s);
		return;
	}
	if (first != BYTE_FRAME) {
		zx__session_fail(s, ZX_E_PROTOCOL,
				 "neither TLS nor a frame came first");
		return;
	}
	s->legacy = 1;
	s->state = ZX__S_AUTH;
	if (s->k->opt.allow_legacy)
		return;
	zx_ipc_session_refuse(
		s, "this primary wants encrypted connections; "
		   "SHARD_IPC_ALLOW_LEGACY=true on it admits clear text");
}

static void tls_failed(struct zx_ipc_session *s, int err)
{
	if (err == ZX_E_AUTH)
		zx__session_fail(s, err,
				 "the secret differs: SHARD_IPC_SECRET must be "
				 "the same on all clusters");
	else if (err == ZX_E_CLOSED)
		zx_ipc_session_end(s, NULL);
	else
		zx__session_fail(s, err, "TLS failed or was tampered with");
	if (s->tls && s->tls->out.len && err != ZX_E_CLOSED) {
		/* Tell the other side why. */
		s->state = ZX__S_CLOSING;
		s->auth_until = zx_time_add(s->now, ZX__IPC_STOP_MS);
	}
}

/* Decrypts some more. Nonzero when there is something. */
static int more_stream(struct zx_ipc_session *s)
{
	struct zx__pool *p = &s->k->pool;
	size_t n = 0;
	int err;

	if (!s->tls) {
		s->stream = s->input;
		s->input = (struct zx_str){ NULL, 0 };
		return s->stream.len > 0;
	}
	if (!p->plain)
		p->plain = zx_resize(p->alloc, NULL, ZX__IPC_RECORD);
	if (!p->plain) {
		zx__session_fail(s, ZX_E_NOMEM, "out of memory");
		return 0;
	}
	err = s->tls->ops->read(s->tls, &s->input, p->plain, ZX__IPC_RECORD,
				&n);
	if (s->tls->out.len && s->moved_at == ZX_TIME_NEVER)
		s->moved_at = s->now;
	if (s->state == ZX__S_HANDSHAKE && s->tls->ready) {
		s->state = ZX__S_AUTH;
		if (!s->accepting) {
			s->in.max = ZX_IPC_FRAME_MAX;
			zx__auth_send(s);
		}
	}
	s->stream = (struct zx_str){ p->plain, n };
	if (err)
		tls_failed(s, err);
	return n > 0;
}

static int next_frame(struct zx_ipc_session *s, struct zx_str *frame)
{
	int err;

	for (;;) {
		err = zx_ipc_decode(&s->in, &s->stream, frame);
		if (err == ZX_E_PROTOCOL)
			zx__session_fail(s, err, "an empty frame");
		else if (err == ZX_E_TOOBIG)
			zx__session_fail(s, err, "a frame over %u bytes",
					 (unsigned)s->in.max);
		else if (err)
			zx__session_fail(s, err, "%s", zx_strerror(err));
		if (err)
			return 0;
		if (frame->len)
			return 1;
		if (s->state == ZX__S_DEAD || !more_stream(s))
			return 0;
	}
}

/* All input is used: how long may the rest of a frame take? */
static void input_done(struct zx_ipc_session *s)
{
	if (!s->in.need || !zx_ipc_decoder_inside(&s->in))
		s->body_at = ZX_TIME_NEVER;
	else if (s->fed || s->body_at == ZX_TIME_NEVER)
		s->body_at = s->now;
}

static int dead(struct zx_ipc_session *s, struct zx_ipc_session_out *out)
{
	s->input = s->stream = (struct zx_str){ NULL, 0 };
	if (s->told)
		return 0;
	s->told = 1;
	out->kind = ZX_IPC_SESSION_DEAD;
	out->error = s->error;
	out->text = s->text;
	return 1;
}

static void count_frame(struct zx_ipc_session *s)
{
	s->fed++;
	s->frames_in++;
	s->heard = s->now;
	s->body_at = ZX_TIME_NEVER;
}

int zx_ipc_session_poll(struct zx_ipc_session *s,
			struct zx_ipc_session_out *out)
{
	struct zx_str frame;

	out->error = ZX_OK;
	out->text = "";
	for (;;) {
		if (s->state == ZX__S_FIRST && s->input.len)
			look_first(s);
		if (s->state == ZX__S_DEAD)
			return dead(s, out);
		if (s->state == ZX__S_CLOSING)
			s->input = s->stream = (struct zx_str){ NULL, 0 };
		if (s->state == ZX__S_FIRST || s->state == ZX__S_DIAL ||
		    s->state == ZX__S_VERDICT || s->state == ZX__S_CLOSING)
			return 0;
		if (!next_frame(s, &frame)) {
			if (s->state == ZX__S_DEAD)
				continue;
			input_done(s);
			return 0;
		}
		count_frame(s);
		if (s->state != ZX__S_READY) {
			if (!zx__auth_frame(s, frame, out))
				return 1;
			continue;
		}
		out->kind = ZX_IPC_SESSION_MESSAGE;
		if (zx_ipc_message_scan(frame, &out->message))
			out->kind = ZX_IPC_SESSION_BAD;
		return 1;
	}
}

/* Time
 * -------------------------------------------------------------------------
 */

static zx_time due_in(zx_time from, uint64_t ms)
{
	return from == ZX_TIME_NEVER ? from : zx_time_add(from, ms);
}

static int authenticated(const struct zx_ipc_session *s)
{
	return s->state == ZX__S_READY;
}

zx_time zx_ipc_session_deadline(const struct zx_ipc_session *s)
{
	zx_time t = due_in(s->moved_at, ZX__IPC_BLOCKED_MS);

	if (s->state == ZX__S_DEAD)
		return s->told ? ZX_TIME_NEVER : 0;
	if (s->state == ZX__S_CLOSING)
		return s->auth_until;
	t = zx_time_min(t, due_in(s->body_at, ZX__IPC_BODY_MS));
	if (!authenticated(s))
		return zx_time_min(t, s->auth_until);
	t = zx_time_min(t, due_in(s->heard, ZX__IPC_SILENCE_MS));
	return zx_time_min(t, s->next_beat);
}

static void check_silence(struct zx_ipc_session *s, zx_time now)
{
	if (!authenticated(s)) {
		if (s->state == ZX__S_CLOSING && now >= s->auth_until)
			s->state = ZX__S_DEAD;
		if (now >= s->auth_until)
			zx__session_fail(s, ZX_E_TIMEOUT,
					 "not authenticated within %u s",
					 ZX__IPC_AUTH_MS / 1000);
		return;
	}
	if (now >= due_in(s->body_at, ZX__IPC_BODY_MS))
		zx__session_fail(s, ZX_E_TIMEOUT,
				 "half a message, and no more for %u s",
				 ZX__IPC_BODY_MS / 1000);
	else if (now >= due_in(s->heard, ZX__IPC_SILENCE_MS))
		zx__session_fail(s, ZX_E_TIMEOUT, "silent for %u s",
				 ZX__IPC_SILENCE_MS / 1000);
}

void zx_ipc_session_tick(struct zx_ipc_session *s, zx_time now)
{
	if (s->state == ZX__S_DEAD)
		return;
	s->now = now;
	if (s->state != ZX__S_CLOSING &&
	    now >= due_in(s->moved_at, ZX__IPC_BLOCKED_MS)) {
		s->slow = authenticated(s);
		zx__session_fail(s, ZX_E_TIMEOUT,
				 "does not read: nothing went out for %u s",
				 ZX__IPC_BLOCKED_MS / 1000);
		return;
	}
	check_silence(s, now);
	if (authenticated(s) && now >= s->next_beat)
		zx__beat(s);
}
