/* SPDX-License-Identifier: MIT
 *
 * options: makes a shard out of what the host asks for.
 */
#include <string.h>

#include "gateway/gateway_int.h"

static void default_u32(uint32_t *v, uint32_t otherwise)
{
	if (!*v)
		*v = otherwise;
}

static void defaults(struct zx_shard_options *o)
{
	default_u32(&o->shard_count, 1);
	default_u32(&o->large_threshold, 50);
	default_u32(&o->hello_timeout_ms, 15000);
	default_u32(&o->ready_timeout_ms, 60000);
	default_u32(&o->connect_timeout_ms, 20000);
	default_u32(&o->backoff_min_ms, 1000);
	default_u32(&o->backoff_max_ms, 60000);
	default_u32(&o->session_max_age_ms, 300000);
	if (!o->max_message)
		o->max_message = (size_t)64 << 20;
	if (!o->os)
		o->os = "linux";
}

static int check(const struct zx_shard_options *o)
{
	if (!o->token || !*o->token || !o->rand.fill)
		return ZX_E_INVALID;
	if (!zx__gateway_url(zx_str(o->gateway_url), 0))
		return ZX_E_INVALID;
	if (o->shard_id >= o->shard_count || o->large_threshold < 50 ||
	    o->large_threshold > 250 || o->compress > ZX_COMPRESS_ZSTD_STREAM)
		return ZX_E_INVALID;
	if (o->presence.len && (zx_json_kind(o->presence) != ZX_JSON_OBJECT ||
				zx_json_check(o->presence, 0, NULL)))
		return ZX_E_INVALID;
	return ZX_OK;
}

/* On failure what was copied is in *s, and nothing that is not. */
static int copy_strings(struct zx_shard *s, const struct zx_shard_options *o)
{
	/* Only the REST API wants the prefix; here it would be 4004. */
	struct zx_str token = zx_str(o->token);

	if (zx_str_starts(token, "Bot "))
		token = zx_str_from(token, 4);
	s->opt.token = NULL;
	s->opt.gateway_url = NULL;
	s->opt.os = NULL;
	s->opt.presence.ptr = NULL;
	s->token = zx_str_dup(o->alloc, token);
	s->opt.gateway_url = zx_str_dup(o->alloc, zx_str(o->gateway_url));
	s->opt.os = zx_str_dup(o->alloc, zx_str(o->os));
	s->opt.presence.ptr = zx_str_dup(o->alloc, o->presence);
	return s->token && s->opt.gateway_url && s->opt.os &&
			       s->opt.presence.ptr
		       ? ZX_OK
		       : ZX_E_NOMEM;
}

static void init(struct zx_shard *s)
{
	const struct zx_shard_options *o = &s->opt;

	s->until = ZX_TIME_NEVER;
	s->link.live_at = ZX_TIME_NEVER;
	s->link.next_beat = ZX_TIME_NEVER;
	s->link.beat_at = ZX_TIME_NEVER;
	s->link.again_at = ZX_TIME_NEVER;
	s->link.interval_ms = ZX__INTERVAL_MOST_MS;
	s->session.shard_id = o->shard_id;
	s->session.shard_count = o->shard_count;
	s->session.intents = o->intents;
	s->send_limit = ZX__SEND_LIMIT;
	zx_backoff_init(&s->backoff, o->backoff_min_ms, o->backoff_max_ms);
	zx_buf_init(&s->text, o->alloc, 0);
	s->stats.latency_ms = -1;
	s->stats.last_event_at = ZX_TIME_NEVER;
	s->stats.ready_at = ZX_TIME_NEVER;
}

int zx_shard_new(struct zx_shard **out, const struct zx_shard_options *opt)
{
	struct zx_shard_options o = ZX_SHARD_OPTIONS_INIT;
	struct zx_shard *s;
	size_t size;
	int err;

	*out = NULL;
	if (!opt || !opt->size)
		return ZX_E_INVALID;
	memcpy(&o, opt, opt->size < sizeof(o) ? opt->size : sizeof(o));
	defaults(&o);
	err = check(&o);
	if (err)
		return err;
	s = zx_new(o.alloc, sizeof(*s));
	if (!s)
		return ZX_E_NOMEM;
	s->opt = o;
	err = copy_strings(s, &o);
	init(s);
	if (!err)
		err = zx__identify_size(s, &size);
	if (!err && size > ZX__SEND_BYTES)
		err = ZX_E_TOOBIG;
	if (err) {
		zx_shard_free(s);
		return err;
	}
	*out = s;
	return ZX_OK;
}
