/* SPDX-License-Identifier: MIT
 *
 * The world as the wire sees it: made, freed, asked and ticked.
 */
#include <stdlib.h>

#include "sandbox_int.h"

struct zx__world {
	struct zx__wire *wire;
	uint16_t port;
};

struct zx__world *zx__world_new(const struct zx_sandbox_options *opt,
				struct zx__wire *wire)
{
	struct zx__world *w = calloc(1, sizeof(*w));

	(void)opt;
	if (w)
		w->wire = wire;
	return w;
}

void zx__world_free(struct zx__world *w)
{
	free(w);
}

void zx__world_set_port(struct zx__world *w, uint16_t port)
{
	w->port = port;
}

void zx__world_http(struct zx__world *w, const struct zx__req *req,
		    struct zx__res *res)
{
	(void)w;
	(void)req;
	res->status = 404;
	zx_buf_addc(&res->body, "{\"message\":\"404: Not Found\",\"code\":0}");
}

uint64_t zx__world_tick(struct zx__world *w, uint64_t now_ms)
{
	(void)w;
	(void)now_ms;
	return ZX_TIME_NEVER;
}

int zx__world_token_ok(struct zx__world *w, struct zx_str token)
{
	(void)w;
	return token.len > 0;
}

cJSON *zx__world_ready(struct zx__world *w, uint32_t shard, uint32_t shards)
{
	(void)w;
	(void)shard;
	(void)shards;
	return cJSON_CreateObject();
}

cJSON *zx__world_guild_create(struct zx__world *w, uint32_t shard,
			      uint32_t shards, uint64_t intents,
			      uint32_t large_threshold, size_t i)
{
	(void)w;
	(void)shard;
	(void)shards;
	(void)intents;
	(void)large_threshold;
	(void)i;
	return NULL;
}

cJSON *zx__world_members(struct zx__world *w, const cJSON *request,
			 uint64_t intents, double *rate_limited_s)
{
	(void)w;
	(void)request;
	(void)intents;
	*rate_limited_s = 0;
	return cJSON_CreateArray();
}

void zx__world_presence(struct zx__world *w, const cJSON *d)
{
	(void)w;
	(void)d;
}

void zx__world_online(struct zx__world *w, uint32_t sessions_live)
{
	(void)w;
	(void)sessions_live;
}

cJSON *zx__world_filter(struct zx__world *w, const char *event, const cJSON *d,
			uint64_t intents)
{
	(void)w;
	(void)event;
	(void)intents;
	return cJSON_Duplicate(d, 1);
}

int zx__world_say(struct zx__world *w, uint64_t user, uint64_t channel,
		  const char *text, uint64_t *id)
{
	(void)w;
	(void)user;
	(void)channel;
	(void)text;
	(void)id;
	return ZX_E_NOTFOUND;
}

int zx__world_slash(struct zx__world *w, uint64_t user, uint64_t channel,
		    const char *command, const char *options, uint64_t *id)
{
	(void)w;
	(void)user;
	(void)channel;
	(void)command;
	(void)options;
	(void)id;
	return ZX_E_NOTFOUND;
}

int zx__world_press(struct zx__world *w, uint64_t user, uint64_t message,
		    const char *custom_id, const char *values, uint64_t *id)
{
	(void)w;
	(void)user;
	(void)message;
	(void)custom_id;
	(void)values;
	(void)id;
	return ZX_E_NOTFOUND;
}

uint64_t zx__world_user(struct zx__world *w, enum zx_sandbox_who who)
{
	(void)w;
	(void)who;
	return 0;
}

uint64_t zx__world_guild(struct zx__world *w, size_t i)
{
	(void)w;
	(void)i;
	return 0;
}

uint64_t zx__world_channel(struct zx__world *w, uint64_t guild,
			   const char *name)
{
	(void)w;
	(void)guild;
	(void)name;
	return 0;
}

int zx__world_fault(struct zx__world *w, const char *json)
{
	(void)w;
	(void)json;
	return ZX_E_INVALID;
}

void zx__world_state(struct zx__world *w, uint64_t as_user, struct zx_buf *out)
{
	(void)w;
	(void)as_user;
	zx_buf_addc(out, "{}");
}

int zx__world_answer(struct zx__world *w, uint64_t interaction,
		     struct zx_buf *message)
{
	(void)w;
	(void)interaction;
	(void)message;
	return 0;
}

int zx__world_take_request(struct zx__world *w, const char *pattern,
			   struct zx_buf *body)
{
	(void)w;
	(void)pattern;
	(void)body;
	return 0;
}

void zx__world_stats(struct zx__world *w, struct zx_sandbox_stats *out)
{
	(void)w;
	(void)out;
}

uint64_t zx__dom_id(const cJSON *obj, const char *key)
{
	(void)obj;
	(void)key;
	return 0;
}

void zx__dom_set_id(cJSON *obj, const char *key, uint64_t id)
{
	(void)obj;
	(void)key;
	(void)id;
}

uint64_t zx__world_new_id(struct zx__world *w)
{
	(void)w;
	return 1;
}
