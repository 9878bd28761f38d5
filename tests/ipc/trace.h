/* SPDX-License-Identifier: MIT
 *
 * trace: plays a written session through a hub or client in virtual time and
 * compares all that comes out. A line is "[ms] > input" or "[ms] < output";
 * output lines are what --record writes, input lines are:
 *
 *	start | stop | wait
 *	A connect ADDRESS	a peer comes (hub)
 *	A open			the connection is there (client)
 *	A frame JSON		a whole message of the peer
 *	A bytes HEX		or any bytes of it
 *	A cut			the connection ends
 *	send OP TARGET JSON	the application speaks; TARGET may be "all"
 *	ask OP TARGET JSON
 *
 * The first line is "role hub" or "role client"; both speak clear text, for
 * what is encrypted differs each time. Nonces drawn here are "*".
 */
#ifndef TEST_IPC_TRACE_H
#define TEST_IPC_TRACE_H

#include <ctype.h>

#include "helper/zx_test.h"
#include "zoryx/ipc.h"

#define TRACE_LINKS 26

struct trace {
	struct zx_ipc *x;
	struct zx_prng prng;
	zx_time now;
	int hub;
	uint32_t link[TRACE_LINKS];
	struct zx_ipc_decoder in[TRACE_LINKS];
	struct zx_buf out; /* the trace as it is now */
};

static inline void trace_status(struct zx_ipc_status *out, void *ud)
{
	static const uint32_t shards[] = { 3, 4, 5 };

	(void)ud;
	*out = (struct zx_ipc_status){ 512, 90210, 6, shards, 3, 0.04213, 1 };
}

static inline void trace_open(struct trace *t, int hub)
{
	struct zx_ipc_options o = ZX_IPC_OPTIONS_INIT;

	memset(t, 0, sizeof(*t));
	zx_buf_init(&t->out, NULL, 0);
	zx_prng_init(&t->prng, 8);
	t->hub = hub;
	o.role = hub ? ZX_IPC_HUB : ZX_IPC_CLIENT;
	o.name = hub ? "cluster-0" : "cluster-1";
	o.secret = "trace";
	o.host = "127.0.0.1";
	o.port = 20000;
	o.allow_legacy = 1;
	o.only_legacy = !hub;
	o.rand = zx_prng_rand(&t->prng);
	o.status = trace_status;
	assert_err(zx_ipc_new(&t->x, &o), ZX_OK);
	zx_ipc_set_clock(t->x, 1771430400125, 0);
}

static inline void trace_close(struct trace *t)
{
	size_t i;

	for (i = 0; i < TRACE_LINKS; i++)
		if (t->link[i])
			zx_ipc_decoder_release(&t->in[i]);
	zx_ipc_free(t->x);
	zx_buf_release(&t->out);
}

/* Output ---- */

static inline void trace_say(struct trace *t, const char *format, ...)
	ZX_PRINTF(2, 3);
static inline void trace_say(struct trace *t, const char *format, ...)
{
	char text[4096], *p, *end;
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	for (p = text; (p = strstr(p, "\"nonce\": \""));) {
		p += strlen("\"nonce\": \"");
		end = strchr(p, '"');
		if (!end || end - p < 24)
			continue;
		*p++ = '*';
		memmove(p, end, strlen(end) + 1);
	}
	zx_buf_addf(&t->out, "[%6llu] < %s\n", (unsigned long long)t->now,
		    text);
}

static inline size_t trace_find(const struct trace *t, uint32_t link)
{
	size_t i;

	for (i = 0; i < TRACE_LINKS; i++)
		if (t->link[i] == link)
			return i;
	fail_msg("no link %u", link);
	return 0;
}

static inline void trace_new(struct trace *t, size_t i, uint32_t link)
{
	assert_true(i < TRACE_LINKS && !t->link[i]);
	t->link[i] = link;
	zx_ipc_decoder_init(&t->in[i], NULL, 0);
}

static inline void trace_end(struct trace *t, size_t i)
{
	t->link[i] = 0;
	zx_ipc_decoder_release(&t->in[i]);
}

static inline void trace_flush(struct trace *t, uint32_t link)
{
	size_t i = trace_find(t, link);
	struct zx_str bytes, frame;

	while ((bytes = zx_ipc_pull(t->x, link)).len) {
		size_t n = bytes.len;

		while (!zx_ipc_decode(&t->in[i], &bytes, &frame) && frame.len)
			trace_say(t, "%c send %.*s", (int)('A' + i),
				  ZX_ARG(frame));
		zx_ipc_wrote(t->x, link, n, t->now);
	}
}

static inline void trace_out(struct trace *t, const struct zx_ipc_out *o)
{
	size_t i = 0;

	switch (o->kind) {
	case ZX_IPC_OUT_DIAL:
		while (t->link[i])
			i++;
		trace_new(t, i, o->link);
		trace_say(t, "%c dial %.*s:%u", (int)('A' + i), ZX_ARG(o->host),
			  o->port);
		break;
	case ZX_IPC_OUT_FLUSH:
		trace_flush(t, o->link);
		break;
	case ZX_IPC_OUT_CLOSE:
		i = trace_find(t, o->link);
		trace_say(t, "%c close", (int)('A' + i));
		trace_end(t, i);
		break;
	case ZX_IPC_OUT_UP:
		trace_say(t, "up %.*s", ZX_ARG(o->name));
		break;
	case ZX_IPC_OUT_DOWN:
		trace_say(t, "down %.*s", ZX_ARG(o->text));
		break;
	case ZX_IPC_OUT_JOIN:
		trace_say(t, "join %.*s %.*s", ZX_ARG(o->name),
			  ZX_ARG(o->text));
		break;
	case ZX_IPC_OUT_LEAVE:
		trace_say(t, "leave %.*s", ZX_ARG(o->name));
		break;
	case ZX_IPC_OUT_MESSAGE:
		trace_say(t, "message %.*s %.*s %.*s", ZX_ARG(o->name),
			  ZX_ARG(o->op_name), ZX_ARG(o->text));
		break;
	case ZX_IPC_OUT_ANSWER:
		trace_say(t, "answer %llu %.*s %.*s", (unsigned long long)o->id,
			  ZX_ARG(o->name), ZX_ARG(o->text));
		break;
	case ZX_IPC_OUT_DONE:
		trace_say(t, "done %llu with %zu: %s",
			  (unsigned long long)o->id, o->count,
			  zx_errname(o->error));
		break;
	case ZX_IPC_OUT_STOPPED:
		trace_say(t, "stopped");
		break;
	}
}

static inline void trace_poll(struct trace *t)
{
	struct zx_ipc_out o;

	while (zx_ipc_poll(t->x, &o))
		trace_out(t, &o);
}

static inline void trace_until(struct trace *t, zx_time now)
{
	assert_true(now >= t->now);
	while (zx_ipc_deadline(t->x) <= now) {
		if (zx_ipc_deadline(t->x) > t->now)
			t->now = zx_ipc_deadline(t->x);
		zx_ipc_tick(t->x, t->now);
		trace_poll(t);
	}
	t->now = now;
}

/* Input ---- */

static inline void trace_bytes(struct trace *t, size_t i, struct zx_str bytes)
{
	struct zx_str copy = zx_test_exact(bytes);

	assert_true(t->link[i] != 0);
	assert_err(zx_ipc_feed(t->x, t->link[i], copy, t->now), ZX_OK);
	trace_poll(t);
	free((char *)copy.ptr);
}

static inline void trace_frame(struct trace *t, size_t i, const char *json)
{
	struct zx_buf b;

	zx_buf_init(&b, NULL, 0);
	assert_err(zx_ipc_encode(&b, zx_str(json)), ZX_OK);
	trace_bytes(t, i, zx_buf_str(&b));
	zx_buf_release(&b);
}

static inline void trace_hex(struct trace *t, size_t i, const char *hex)
{
	char bytes[512];
	size_t n = 0;
	unsigned v;

	for (; sscanf(hex, "%2x", &v) == 1 && n < sizeof(bytes); hex += 2)
		bytes[n++] = (char)v;
	trace_bytes(t, i, (struct zx_str){ bytes, n });
}

static inline void trace_peer(struct trace *t, size_t i, const char *verb,
			      const char *rest)
{
	uint32_t link;

	if (!strcmp(verb, "connect")) {
		assert_err(zx_ipc_accepted(t->x, rest, 4000, t->now, &link),
			   ZX_OK);
		trace_new(t, i, link);
	} else if (!strcmp(verb, "open")) {
		zx_ipc_opened(t->x, t->link[i], t->now);
	} else if (!strcmp(verb, "frame")) {
		trace_frame(t, i, rest);
	} else if (!strcmp(verb, "bytes")) {
		trace_hex(t, i, rest);
	} else if (!strcmp(verb, "cut")) {
		link = t->link[i];
		trace_end(t, i);
		zx_ipc_closed(t->x, link, NULL, t->now);
	} else {
		fail_msg("unknown input %s", verb);
	}
}

static inline void trace_talk(struct trace *t, int asks, const char *text)
{
	char op[64], target[64];
	const char *to = target;
	uint64_t id;
	int at = 0, err;

	assert_int_equal(sscanf(text, "%63s %63s %n", op, target, &at), 2);
	if (!strcmp(to, "all"))
		to = NULL;
	if (asks)
		err = zx_ipc_request(t->x, op, to, zx_str(text + at), 0, t->now,
				     &id);
	else
		err = zx_ipc_send(t->x, op, to, zx_str(text + at), t->now,
				  NULL);
	if (err)
		trace_say(t, "%s", zx_errname(err));
}

static inline void trace_input(struct trace *t, const char *line)
{
	char verb[32];
	int at = 0;

	if (!strcmp(line, "start"))
		assert_err(zx_ipc_start(t->x, t->now), ZX_OK);
	else if (!strcmp(line, "stop"))
		zx_ipc_stop(t->x, t->now);
	else if (!strncmp(line, "send ", 5))
		trace_talk(t, 0, line + 5);
	else if (!strncmp(line, "ask ", 4))
		trace_talk(t, 1, line + 4);
	else if (isupper((unsigned char)line[0]) && line[1] == ' ' &&
		 sscanf(line + 2, "%31s %n", verb, &at) == 1)
		trace_peer(t, (size_t)(line[0] - 'A'), verb, line + 2 + at);
	else
		assert_string_equal(line, "wait");
	trace_poll(t);
}

/* Files ---- */

static inline void trace_line(struct trace *t, const char *line)
{
	unsigned long long at;
	int begin = 0;

	if (*line != '[') {
		if (!t->x) {
			struct zx_buf kept = t->out;

			if (!strncmp(line, "role ", 5)) {
				trace_open(t, !strcmp(line, "role hub"));
				t->out = kept;
			}
		}
		zx_buf_addf(&t->out, "%s\n", line);
		return;
	}
	assert_int_equal(sscanf(line, "[%llu] %n", &at, &begin), 1);
	if (line[begin] != '>')
		return;
	trace_until(t, at);
	zx_buf_addf(&t->out, "%s\n", line);
	trace_input(t, line + begin + 2);
}

static inline char *trace_read(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = calloc(1, 1 << 20);

	assert_true(f && text);
	assert_true(fread(text, 1, (1 << 20) - 1, f) > 0);
	fclose(f);
	return text;
}

static inline void trace_play(const char *path, int record)
{
	char *text = trace_read(path), *copy = strdup(text), *line, *save;
	struct trace t = { .x = NULL };
	FILE *f;

	zx_buf_init(&t.out, NULL, 0);
	for (line = strtok_r(copy, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		trace_line(&t, line);
	assert_non_null(t.x);
	if (record) {
		f = fopen(path, "w");
		assert_non_null(f);
		assert_int_equal(fwrite(t.out.ptr, 1, t.out.len, f), t.out.len);
		fclose(f);
	} else if (strcmp(zx_buf_cstr(&t.out), text)) {
		print_error("%s now is\n%s", path, zx_buf_cstr(&t.out));
		fail();
	}
	trace_close(&t);
	free(copy);
	free(text);
}

#endif
