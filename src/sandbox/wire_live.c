/* SPDX-License-Identifier: MIT
 *
 * The feed of the page: what happens in the world, and the gateway's frames.
 */
#include <stdio.h>
#include <string.h>

#include "wire_int.h"

/* A frame's text is shown up to here. */
#define FRAME_SHOWN 4096
/* A page that falls behind loses traffic lines first. */
#define TRAFFIC_UNSENT_MAX (1024 * 1024)

void zx__live_open(struct zx__conn *c, struct zx_str query)
{
	uint64_t user = 0;

	c->kind = ZX__CONN_LIVE;
	c->wire->n_live++;
	if (zx_str_u64(zx__query_get(query, "user"), &user))
		user = zx__world_user(c->wire->world, ZX_SANDBOX_OWNER);
	c->live_user = user;
}

int zx__wire_watched(const struct zx__wire *wire, uint64_t user)
{
	if (!wire->n_live || !user)
		return wire->n_live > 0;
	for (const struct zx__conn *c = wire->conns; c; c = c->next)
		if (c->kind == ZX__CONN_LIVE && !c->dead &&
		    c->live_user == user)
			return 1;
	return 0;
}

static void send_all(struct zx__wire *wire, const char *text, size_t n,
		     uint64_t only_user, size_t unsent_max)
{
	struct zx__conn *next;

	for (struct zx__conn *c = wire->conns; c; c = next) {
		next = c->next;
		if (c->kind != ZX__CONN_LIVE || c->dead ||
		    zx__conn_unsent(c) > unsent_max)
			continue;
		if (!only_user || only_user == c->live_user)
			zx__ws_send(c, ZX__WS_TEXT, text, n);
	}
	zx__wire_wake(wire);
}

void zx__wire_live(struct zx__wire *wire, const char *t, const cJSON *d,
		   uint64_t only_user)
{
	struct zx_buf b;
	char *text;

	if (!wire->n_live)
		return;
	text = cJSON_PrintUnformatted(d);
	zx_buf_init(&b, NULL, 0);
	zx_buf_addf(&b, "{\"t\":\"%s\",\"d\":%s}", t, text ? text : "null");
	if (!b.err)
		send_all(wire, b.ptr, b.len, only_user, ZX__UNSENT_MAX);
	zx_buf_release(&b);
	cJSON_free(text);
}

/* "MESSAGE_CREATE", or what the opcode is called. */
static void frame_name(struct zx_str json, struct zx_buf *out)
{
	static const struct {
		int64_t op;
		const char *name;
	} names[] = {
		{ 1, "Heartbeat" },
		{ 2, "Identify" },
		{ 3, "Presence Update" },
		{ 4, "Voice State Update" },
		{ 6, "Resume" },
		{ 7, "Reconnect" },
		{ 8, "Request Guild Members" },
		{ 9, "Invalid Session" },
		{ 10, "Hello" },
		{ 11, "Heartbeat ACK" },
		{ 31, "Request Soundboard Sounds" },
		{ 43, "Request Channel Info" },
	};
	struct zx_str t = zx_json_plain(zx_json_get(json, "t"));
	int64_t op = zx_json_get_i64(json, "op");

	if (t.len) {
		zx_buf_adds(out, t);
		return;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (names[i].op == op)
			zx_buf_addc(out, names[i].name);
	if (!out->len)
		zx_buf_addf(out, "op %lld", (long long)op);
}

/* Appends text with each `secret` in it replaced. */
static void add_without(struct zx_buf *out, struct zx_str text,
			struct zx_str secret)
{
	const char *end = text.ptr + text.len, *p = text.ptr;

	while (secret.len && (size_t)(end - p) >= secret.len) {
		if (memcmp(p, secret.ptr, secret.len)) {
			zx_buf_addch(out, *p++);
			continue;
		}
		zx_buf_addc(out, "***");
		p += secret.len;
	}
	zx_buf_add(out, p, (size_t)(end - p));
}

/*
 * What is shown of a client's message: the value of "token" is never in it,
 * whether it is the right one or another bot's, nor is the right one anywhere.
 */
static void client_text(struct zx__wire *wire, struct zx_str json,
			struct zx_buf *out)
{
	struct zx_str token = zx_json_at(json, "d.token");
	size_t at = token.len ? (size_t)(token.ptr - json.ptr) : 0;
	struct zx_buf b;

	zx_buf_init(&b, NULL, 0);
	if (token.len) {
		zx_buf_add(&b, json.ptr, at);
		zx_buf_addc(&b, "\"***\"");
		json = zx_str_from(json, at + token.len);
	}
	zx_buf_adds(&b, json);
	add_without(out, zx_buf_str(&b), zx_str(zx__world_token(wire->world)));
	zx_buf_release(&b);
}

/* Cut to what is shown. */
static void shown_text(struct zx__wire *wire, const char *dir,
		       struct zx_str json, struct zx_buf *out)
{
	if (!strcmp(dir, "in"))
		client_text(wire, json, out);
	else
		zx_buf_add(out, json.ptr,
			   json.len < FRAME_SHOWN ? json.len : FRAME_SHOWN);
	if (out->len > FRAME_SHOWN)
		out->len = FRAME_SHOWN;
}

static const char *session_name(const struct zx__conn *c, char out[32])
{
	const struct zx__session *s = c->gw ? c->gw->session : NULL;

	out[0] = '\0';
	if (s)
		snprintf(out, 32, "%u/%u", (unsigned)s->shard,
			 (unsigned)s->shards);
	return out;
}

void zx__live_frame(struct zx__conn *c, const char *dir, struct zx_str json)
{
	struct zx__wire *wire = c->wire;
	struct zx_buf name, text, out;
	struct zx_json_writer w;
	char shard[32];

	zx_buf_init(&name, NULL, 0);
	zx_buf_init(&text, NULL, 0);
	zx_buf_init(&out, NULL, 0);
	frame_name(json, &name);
	shown_text(wire, dir, json, &text);
	zx_jw_init(&w, &out);
	zx_jw_obj(&w, NULL);
	zx_jw_cstr(&w, "t", "TRAFFIC");
	zx_jw_obj(&w, "d");
	zx_jw_u64(&w, "n", zx__wire_traffic_n(wire));
	zx_jw_i64(&w, "at", zx__wire_wall(wire));
	zx_jw_cstr(&w, "kind", "gateway");
	zx_jw_cstr(&w, "dir", dir);
	zx_jw_str(&w, "what", zx_buf_str(&name));
	zx_jw_cstr(&w, "shard", session_name(c, shard));
	zx_jw_u64(&w, "bytes", json.len);
	zx_jw_str(&w, "body", zx_buf_str(&text));
	zx_jw_obj_end(&w);
	zx_jw_obj_end(&w);
	if (!out.err)
		send_all(wire, out.ptr, out.len, 0, TRAFFIC_UNSENT_MAX);
	zx_buf_release(&name);
	zx_buf_release(&text);
	zx_buf_release(&out);
}
