/* SPDX-License-Identifier: MIT
 *
 * The public calls into the world: people, places, requests, servers.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "box_int.h"

uint64_t zx_sandbox_user(struct zx_sandbox *box, enum zx_sandbox_who w)
{
	uint64_t id;

	zx__box_lock(box);
	id = zx__world_user(box->world, w);
	zx__box_unlock(box);
	return id;
}

uint64_t zx_sandbox_guild(struct zx_sandbox *box, size_t i)
{
	uint64_t id;

	zx__box_lock(box);
	id = zx__world_guild(box->world, i);
	zx__box_unlock(box);
	return id;
}

uint64_t zx_sandbox_channel(struct zx_sandbox *box, uint64_t guild,
			    const char *name)
{
	uint64_t id;

	zx__box_lock(box);
	id = zx__world_channel(box->world, guild, name);
	zx__box_unlock(box);
	return id;
}

int zx_sandbox_say(struct zx_sandbox *box, uint64_t user, uint64_t channel,
		   const char *text, uint64_t *message_id)
{
	int err;

	zx__box_lock(box);
	err = zx__world_say(box->world, user, channel, text, message_id);
	zx__box_wake(box);
	return err;
}

int zx_sandbox_slash(struct zx_sandbox *box, uint64_t user, uint64_t channel,
		     const char *command, const char *options,
		     uint64_t *interaction_id)
{
	int err;

	zx__box_lock(box);
	err = zx__world_slash(box->world, user, channel, command, options,
			      interaction_id);
	zx__box_wake(box);
	return err;
}

int zx_sandbox_press(struct zx_sandbox *box, uint64_t user, uint64_t message,
		     const char *custom_id, const char *values,
		     uint64_t *interaction_id)
{
	int err;

	zx__box_lock(box);
	err = zx__world_press(box->world, user, message, custom_id, values,
			      interaction_id);
	zx__box_wake(box);
	return err;
}

int zx_sandbox_inject(struct zx_sandbox *box, int shard, const char *event,
		      const char *d)
{
	cJSON *dom;

	if (!event || !d)
		return ZX_E_INVALID;
	dom = cJSON_Parse(d);
	if (!dom)
		return ZX_E_SYNTAX;
	zx__box_lock(box);
	zx__wire_inject(box->wire, shard, event, dom);
	zx__box_wake(box);
	cJSON_Delete(dom);
	return ZX_OK;
}

int zx_sandbox_fault(struct zx_sandbox *box, const char *json)
{
	int err;

	if (!json)
		return ZX_E_INVALID;
	zx__box_lock(box);
	err = zx__world_fault(box->world, json);
	zx__box_wake(box);
	return err;
}

int zx_sandbox_state(struct zx_sandbox *box, struct zx_buf *out)
{
	zx__box_lock(box);
	zx__world_state(box->world,
			zx__world_user(box->world, ZX_SANDBOX_OWNER), out);
	zx__box_unlock(box);
	return out->err;
}

void zx_sandbox_stats(struct zx_sandbox *box, struct zx_sandbox_stats *out)
{
	struct zx_sandbox_stats world = { 0 };

	zx__box_lock(box);
	*out = box->wire->stats;
	out->sessions_live = zx__sessions_live(box->wire);
	zx__world_stats(box->world, &world);
	zx__box_unlock(box);
	out->requests = world.requests;
	out->rate_limited = world.rate_limited;
	out->invalid_requests = world.invalid_requests;
	out->interactions = world.interactions;
	out->messages = world.messages;
}

/* Without a network ------------------------------------------------------- */

static void answer(struct zx_sandbox *box, uint64_t user,
		   const struct zx__req *req, struct zx_sandbox_reply *reply)
{
	struct zx__res res = { .status = 200,
			       .headers = reply->headers,
			       .body = reply->body };

	zx__world_call(box->world, user, req, &res);
	if (!res.content_type)
		res.content_type = "application/json";
	zx_buf_addf(&res.headers, "Content-Type: %s\r\n", res.content_type);
	reply->headers = res.headers;
	reply->body = res.body;
	reply->status = res.drop ? 0 : res.status;
	reply->delay_ms = res.delay_ms;
	if (res.drop) {
		zx_buf_clear(&reply->headers);
		zx_buf_clear(&reply->body);
	}
}

int zx_sandbox_call(struct zx_sandbox *box, const struct zx_sandbox_request *q,
		    struct zx_sandbox_reply *reply)
{
	struct zx_str rest = zx_str(q ? q->path : NULL);
	struct zx__req req = { .user_agent = ZX_STR("DiscordBot (call, 1)") };
	struct zx_buf auth, path;
	struct zx_str line;
	int err;

	if (!box || !q || !reply || !q->method || !zx_str_starts(rest, "/"))
		return ZX_E_INVALID;
	zx_buf_clear(&reply->headers);
	zx_buf_clear(&reply->body);
	line = zx_str_split(&rest, '?');
	zx_buf_init(&auth, NULL, 0);
	zx_buf_init(&path, NULL, 0);
	zx_buf_addf(&auth, "Bot %s", box->token);
	zx_buf_addf(&path, "%s%.*s",
		    zx_str_starts(line, "/sandbox/") ? "" : "/api/v10",
		    ZX_ARG(line));
	req.method = q->method;
	req.path = zx_buf_str(&path);
	req.query = rest;
	req.authorization = zx_buf_str(&auth);
	req.reason = zx_str(q->reason);
	req.body = q->body;
	if (q->body.len)
		req.content_type = q->content_type ? zx_str(q->content_type)
						   : ZX_STR("application/json");
	err = auth.err ? auth.err : path.err;
	zx__box_lock(box);
	req.now_ms = zx__wire_now(box->wire);
	if (!err)
		answer(box, q->user, &req, reply);
	zx__box_wake(box);
	zx_buf_release(&auth);
	zx_buf_release(&path);
	return err ? err : reply->body.err;
}

void zx_sandbox_advance(struct zx_sandbox *box, uint64_t ms)
{
	zx__box_lock(box);
	box->wire->virtual_ms += ms;
	if (box->wire->opt.offline)
		zx__world_tick(box->world, box->wire->virtual_ms);
	zx__box_unlock(box);
}

uint64_t zx_sandbox_now(struct zx_sandbox *box)
{
	uint64_t now;

	zx__box_lock(box);
	now = zx__wire_now(box->wire);
	zx__box_unlock(box);
	return now;
}

int64_t zx_sandbox_wall(struct zx_sandbox *box)
{
	int64_t wall;

	zx__box_lock(box);
	wall = zx__wire_wall(box->wire);
	zx__box_unlock(box);
	return wall;
}

/* Servers ----------------------------------------------------------------- */

int zx_sandbox_seed(struct zx_sandbox *box, uint64_t guild, const char *kind)
{
	int err;

	if (!kind)
		return ZX_E_INVALID;
	zx__box_lock(box);
	err = zx__world_seed(box->world, guild, kind);
	zx__box_wake(box);
	return err;
}

uint64_t zx_sandbox_permissions(struct zx_sandbox *box, uint64_t guild,
				uint64_t channel, uint64_t user)
{
	uint64_t bits;

	zx__box_lock(box);
	bits = zx__world_permissions(box->world, guild, channel, user);
	zx__box_unlock(box);
	return bits;
}

size_t zx_sandbox_viewers(struct zx_sandbox *box, uint64_t channel,
			  uint64_t *users, size_t cap)
{
	size_t n;

	zx__box_lock(box);
	n = zx__world_viewers(box->world, channel, users, users ? cap : 0);
	zx__box_unlock(box);
	return n;
}

int zx_sandbox_watch(struct zx_sandbox *box, uint64_t guild,
		     const char *channel, const uint64_t *users, size_t n)
{
	int err;

	if (!channel || (n && !users))
		return ZX_E_INVALID;
	zx__box_lock(box);
	err = zx__world_watch(box->world, guild, channel, users, n);
	zx__box_unlock(box);
	return err;
}

int zx_sandbox_leaked(struct zx_sandbox *box, struct zx_buf *what)
{
	int leaked;

	zx__box_lock(box);
	leaked = zx__world_leak(box->world, what);
	zx__box_unlock(box);
	return leaked;
}

void zx_sandbox_unwatch(struct zx_sandbox *box)
{
	zx__box_lock(box);
	zx__world_unwatch(box->world);
	zx__box_unlock(box);
}
