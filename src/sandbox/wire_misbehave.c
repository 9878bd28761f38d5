/* SPDX-License-Identifier: MIT
 *
 * What the faults do to a live session's connection.
 */
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wire_int.h"

/* Of the connection itself ---------------------------------------------------
 */

void zx__act_close(struct zx__conn *c, const cJSON *args)
{
	int code = (int)zx__fault_number(args, "code", 4000);

	zx__gw_close(c, code & 0xffff,
		     zx__fault_text(args, "reason", "A fault of the sandbox."));
}

void zx__act_drop(struct zx__conn *c, const cJSON *args)
{
	(void)args;
	zx__conn_kill(c, 1);
}

void zx__act_op7(struct zx__conn *c, const cJSON *args)
{
	(void)args;
	zx__gw_writef(c, "{\"t\":null,\"s\":null,\"op\":7,\"d\":null}");
	/* Discord closes by itself when the client does not. */
	c->due = zx_time_min(c->due, zx__wire_now(c->wire) + 5000);
}

void zx__act_op9(struct zx__conn *c, const cJSON *args)
{
	int resumable = cJSON_IsTrue(
		cJSON_GetObjectItemCaseSensitive(args, "resumable"));

	zx__gw_invalid_session(c, resumable);
	if (!resumable && c->gw->session) {
		zx__session_free(c->gw->session);
	}
}

void zx__act_no_acks(struct zx__conn *c, const cJSON *args)
{
	(void)args;
	c->gw->no_acks = 1;
}

void zx__act_slow_acks(struct zx__conn *c, const cJSON *args)
{
	c->gw->slow_acks = (uint64_t)zx__fault_number(args, "ms", 1500);
}

void zx__act_ack_flood(struct zx__conn *c, const cJSON *args)
{
	c->gw->flood = (size_t)zx__fault_number(args, "bytes", 50e6);
}

void zx__act_server_op1(struct zx__conn *c, const cJSON *args)
{
	(void)args;
	zx__gw_writef(c, "{\"t\":null,\"s\":null,\"op\":1,\"d\":null}");
}

void zx__act_slow_reader(struct zx__conn *c, const cJSON *args)
{
	c->paused_until = zx__wire_now(c->wire) +
			  (uint64_t)zx__fault_number(args, "ms", 5000);
}

/* Frames --------------------------------------------------------------------
 */

void zx__act_fragment(struct zx__conn *c, const cJSON *args)
{
	c->fragment = (size_t)zx__fault_number(args, "size", 1);
}

static void odd(struct zx__conn *c, unsigned bits)
{
	c->next_bits |= bits;
	zx__gw_ack(c);
}

void zx__act_masked(struct zx__conn *c, const cJSON *args)
{
	(void)args;
	odd(c, ZX__ODD_MASKED);
}

void zx__act_rsv(struct zx__conn *c, const cJSON *args)
{
	(void)args;
	odd(c, ZX__ODD_RSV);
}

void zx__act_half_frame(struct zx__conn *c, const cJSON *args)
{
	static const char part[] = "{\"t\":\"MESSAGE_CREATE\",\"s\":";
	unsigned char head[10];
	size_t n = zx__ws_header(head, 0x80 | ZX__WS_TEXT, 2000);

	(void)args;
	zx__conn_write(c, head, n);
	zx__conn_write(c, part, sizeof(part) - 1);
	zx__conn_flush(c);
	c->muted = 1;
}

/* Payloads --------------------------------------------------------------------
 */

struct garbage {
	const char *kind, *text;
};

/* %llu is the session's next s. */
static const struct garbage garbages[] = {
	{ "utf8", "{\"t\":\"MESSAGE_CREATE\",\"s\":null,\"op\":0,\"d\":{"
		  "\"content\":\"\xc3\x28\xff\"}}" },
	{ "truncated",
	  "{\"t\":\"MESSAGE_CREATE\",\"s\":null,\"op\":0,\"d\":{" },
	{ "types", "{\"t\":5,\"s\":\"x\",\"op\":\"zero\",\"d\":[]}" },
	{ "op99", "{\"t\":null,\"s\":null,\"op\":99,\"d\":{\"a\":1}}" },
	{ "future",
	  "{\"t\":\"FUTURE\",\"s\":null,\"op\":0,\"d\":{\"a\":[{}]}}" },
	{ "missing_d", "{\"t\":\"MESSAGE_CREATE\",\"s\":null,\"op\":0}" },
	{ "huge_s", "{\"t\":\"FUTURE\",\"s\":9223372036854775806,\"op\":0,"
		    "\"d\":{}}" },
};

/* Without a kind: all of them, but for those only a new connection cures. */
static int is_harmless(const struct garbage *g)
{
	return !strcmp(g->kind, "op99") || !strcmp(g->kind, "future") ||
	       !strcmp(g->kind, "missing_d");
}

void zx__act_garbage(struct zx__conn *c, const cJSON *args)
{
	const char *kind = zx__fault_text(args, "kind", "");

	for (size_t i = 0; i < sizeof(garbages) / sizeof(*garbages); i++) {
		const struct garbage *g = &garbages[i];

		if (*kind ? !strcmp(kind, g->kind) : is_harmless(g))
			zx__gw_write(c, g->text, strlen(g->text));
	}
}

void zx__act_corrupt_stream(struct zx__conn *c, const cJSON *args)
{
	static const char noise[] = "\xde\xad\xbe\xef\x13\x37 no stream at all"
				    "\x00\x00\xff\xff";

	(void)args;
	zx__ws_send(c, ZX__WS_BINARY, noise, sizeof(noise) - 1);
}

/* A message of which the second half never comes, and then the next ones. */
void zx__act_truncate_stream(struct zx__conn *c, const cJSON *args)
{
	static const char text[] =
		"{\"t\":\"FUTURE\",\"s\":null,\"op\":0,\"d\":{\"text\":\"this "
		"message ends in the middle of its compressed bytes\"}}";
	struct zx_buf *out = &c->wire->packed;

	(void)args;
	zx_buf_clear(out);
	if (zx__stream_add(&c->gw->stream, text, sizeof(text) - 1, out))
		return;
	zx__ws_send(c,
		    c->gw->stream.open && c->gw->compress ? ZX__WS_BINARY
							  : ZX__WS_TEXT,
		    out->ptr, out->len / 2);
}

/* A frame that claims 2^40 bytes: the bomb of a connection that does not
 * compress. */
static void frame_bomb(struct zx__conn *c)
{
	static const unsigned char head[10] = { 0x81, 127, 0, 0, 1 };
	char part[4096];

	memset(part, ' ', sizeof(part));
	zx__conn_write(c, head, sizeof(head));
	zx__conn_write(c, part, sizeof(part));
	zx__conn_flush(c);
	c->muted = 1;
}

void zx__act_bomb(struct zx__conn *c, const cJSON *args)
{
	size_t left = (size_t)zx__fault_number(args, "bytes", 128e6);
	struct zx_buf *out = &c->wire->packed;
	static const char begin[] = "{\"t\":\"FUTURE\",\"s\":null,\"op\":0,"
				    "\"d\":\"";
	char step[16384];
	int err;

	if (!c->gw->stream.open || c->gw->compress == ZX__COMPRESS_NONE ||
	    c->gw->compress == ZX__COMPRESS_PAYLOAD) {
		frame_bomb(c);
		return;
	}
	memset(step, 'a', sizeof(step));
	zx_buf_clear(out);
	err = zx__stream_piece(&c->gw->stream, begin, sizeof(begin) - 1, 0,
			       out);
	while (!err && left) {
		size_t n = left < sizeof(step) ? left : sizeof(step);

		err = zx__stream_piece(&c->gw->stream, step, n, 0, out);
		left -= n;
	}
	if (!err)
		err = zx__stream_piece(&c->gw->stream, "\"}", 2, 1, out);
	if (!err)
		zx__ws_send(c, ZX__WS_BINARY, out->ptr, out->len);
}

/* Guilds --------------------------------------------------------------------
 */

/* The members a guild of `bytes` has: invented, but of the right shape. */
static void many_members(struct zx_buf *b, size_t bytes)
{
	for (unsigned long long i = 0; b->len < bytes && !b->err; i++)
		zx_buf_addf(b,
			    "%s{\"user\":{\"id\":\"%llu\",\"username\":"
			    "\"member%llu\",\"discriminator\":\"0\",\"avatar\":"
			    "null,\"global_name\":\"Member %llu\",\"bot\":false"
			    "},\"nick\":null,\"avatar\":null,\"roles\":[],"
			    "\"joined_at\":\"2024-01-01T00:00:00.000000+00:00"
			    "\",\"premium_since\":null,\"deaf\":false,\"mute\":"
			    "false,\"flags\":0,\"pending\":false}",
			    i ? "," : "", 700000000000000000ull + i, i, i);
}

/* The shard's first guild as its session sees it; the caller frees. */
static cJSON *guild_of(const struct zx__session *s, uint64_t id)
{
	cJSON *d;

	for (size_t i = 0;; i++) {
		d = zx__world_guild_create(s->wire->world, s->shard, s->shards,
					   s->intents, s->large_threshold, i);
		if (!d || !id || zx__dom_id(d, "id") == id)
			return d;
		cJSON_Delete(d);
	}
}

void zx__act_big_guild(struct zx__conn *c, const cJSON *args)
{
	double bytes = zx__fault_number(args, "bytes", 16.0 * 1024 * 1024);
	size_t pieces = c->fragment;
	struct zx__packet *blob = NULL;
	cJSON *guild = guild_of(c->gw->session, 0);
	char *text;
	struct zx_buf b;

	if (!guild)
		return;
	if (bytes > ZX__FAULT_BYTES_MAX)
		bytes = ZX__FAULT_BYTES_MAX;
	cJSON_DeleteItemFromObjectCaseSensitive(guild, "members");
	text = cJSON_PrintUnformatted(guild);
	cJSON_Delete(guild);
	zx_buf_init(&b, NULL, ZX__OUT_MAX);
	if (text)
		zx_buf_add(&b, text, strlen(text) - 1);
	zx_buf_addc(&b, ",\"members\":[");
	many_members(&b, (size_t)bytes);
	zx_buf_addc(&b, "]}");
	if (text && !b.err)
		blob = zx__packet_new("GUILD_CREATE", b.ptr, b.len);
	if (!c->fragment)
		c->fragment = (size_t)zx__fault_number(args, "fragment", 65536);
	if (blob)
		zx__session_send(c->gw->session, blob);
	c->fragment = pieces;
	zx__packet_unref(blob);
	cJSON_free(text);
	zx_buf_release(&b);
}

static void outage_ends(struct zx__conn *c, const cJSON *args)
{
	struct zx__session *s = c->gw ? c->gw->session : NULL;
	cJSON *d = s ? guild_of(s, zx__dom_id(args, "guild")) : NULL;

	if (d)
		zx__session_event(s, "GUILD_CREATE", d);
	cJSON_Delete(d);
}

void zx__act_outage(struct zx__conn *c, const cJSON *args)
{
	struct zx__session *s = c->gw->session;
	cJSON *guild = guild_of(s, zx__dom_id(args, "guild"));
	uint64_t now = zx__wire_now(c->wire);
	cJSON *gone;

	if (!guild)
		return; /* another shard's */
	gone = cJSON_CreateObject();
	zx__dom_set_id(gone, "id", zx__dom_id(guild, "id"));
	cJSON_AddTrueToObject(gone, "unavailable");
	zx__session_event(s, "GUILD_DELETE", gone);
	cJSON_Delete(gone);
	gone = cJSON_CreateObject();
	zx__dom_set_id(gone, "guild", zx__dom_id(guild, "id"));
	cJSON_Delete(guild);
	zx__wire_later(c->wire,
		       now + (uint64_t)zx__fault_number(args, "ms", 5000),
		       c->id, outage_ends, gone);
}

/* Dead hosts ------------------------------------------------------------------
 */

/* A socket on a free loopback port; with `queue` it takes connections into its
 * queue, where nobody ever fetches them. */
static uint16_t dead_port(int *fd, int queue)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(a);

	if (*fd < 0) {
		*fd = socket(AF_INET, SOCK_STREAM, 0);
		if (*fd < 0)
			return 0;
		fcntl(*fd, F_SETFD, FD_CLOEXEC);
		if (bind(*fd, (struct sockaddr *)&a, sizeof(a)) ||
		    (queue && listen(*fd, 64))) {
			close(*fd);
			*fd = -1;
			return 0;
		}
	}
	return getsockname(*fd, (struct sockaddr *)&a, &n) ? 0
							   : ntohs(a.sin_port);
}

void zx__dead_url(struct zx__wire *wire, const char *how, struct zx_buf *out)
{
	unsigned port = wire->port;

	if (!strcmp(how, "dns")) {
		zx_buf_addc(out, "ws://resume.invalid/gateway");
	} else if (!strcmp(how, "tls")) {
		zx_buf_addf(out, "wss://127.0.0.1:%u/gateway", port);
	} else if (!strcmp(how, "503")) {
		zx_buf_addf(out, "ws://127.0.0.1:%u/gateway/unavailable", port);
	} else {
		int queue = !strcmp(how, "silence");

		port = dead_port(&wire->dead_fd[queue], queue);
		zx_buf_addf(out, "ws://127.0.0.1:%u/gateway", port);
	}
}
