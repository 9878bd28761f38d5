/* SPDX-License-Identifier: MIT
 *
 * session: what is kept for resuming, from READY to the day it is dropped.
 */
#include <string.h>

#include "gateway/gateway_int.h"

void zx__shard_forget(struct zx_shard *s)
{
	if (s->session.id[0])
		s->pending |= ZX__PEND_SESSION;
	s->session.id[0] = '\0';
	s->session.resume_url[0] = '\0';
	s->session.seq = 0;
	s->has_seq = 0;
	s->resume_failures = 0;
	s->broken = 0;
}

int zx__session_usable(struct zx_shard *s)
{
	return s->session.id[0] && s->has_seq &&
	       s->now - s->session_alive <= s->opt.session_max_age_ms;
}

/* Copies a string without escapes into a field with room for its NUL. */
static int take_text(struct zx_str raw, char *out, size_t size)
{
	struct zx_str text = zx_json_plain(raw);

	if (!text.len || text.len >= size)
		return ZX_E_PROTOCOL;
	memcpy(out, text.ptr, text.len);
	out[text.len] = '\0';
	return ZX_OK;
}

/* The members of READY that are looked at, found in one pass: it may list
 * thousands of guilds. */
struct ready {
	struct zx_str v, user, guilds, session_id, url, shard, application;
};

static struct ready read_ready(struct zx_str d)
{
	struct zx_json_iter it = zx_json_each(d);
	struct ready r = { 0 };

	while (zx_json_next(&it)) {
		struct zx_str *at =
			zx_str_is(it.key, "v")		  ? &r.v
			: zx_str_is(it.key, "user")	  ? &r.user
			: zx_str_is(it.key, "guilds")	  ? &r.guilds
			: zx_str_is(it.key, "session_id") ? &r.session_id
			: zx_str_is(it.key, "resume_gateway_url") ? &r.url
			: zx_str_is(it.key, "shard")		  ? &r.shard
			: zx_str_is(it.key, "application") ? &r.application
							   : NULL;

		if (at && !at->len)
			*at = it.value;
	}
	return r;
}

static const char *missing_in(const struct ready *r)
{
	if (zx_json_kind(r->v) != ZX_JSON_NUMBER)
		return "v";
	if (zx_json_kind(r->user) != ZX_JSON_OBJECT)
		return "user";
	if (zx_json_kind(r->guilds) != ZX_JSON_ARRAY)
		return "guilds";
	if (zx_json_kind(r->application) != ZX_JSON_OBJECT)
		return "application";
	return NULL;
}

static int right_shard(const struct zx_shard *s, struct zx_str shard)
{
	uint64_t id = 0, count = 0;

	if (!shard.len)
		return 1;
	return !zx_json_u64(zx_json_index(shard, 0), &id) &&
	       !zx_json_u64(zx_json_index(shard, 1), &count) &&
	       id == s->opt.shard_id && count == s->opt.shard_count;
}

int zx__session_take(struct zx_shard *s, struct zx_str d)
{
	struct ready r = read_ready(d);
	struct zx_session *to = &s->session;
	const char *wrong = missing_in(&r);

	/* The token goes to this URL, so never less protected than now. */
	if (!wrong &&
	    !zx__gateway_url(zx_json_plain(r.url),
			     zx_str_starts(zx_str(s->opt.gateway_url), "wss:")))
		wrong = "resume_gateway_url";
	if (!wrong && take_text(r.url, to->resume_url, sizeof(to->resume_url)))
		wrong = "resume_gateway_url";
	if (!wrong && take_text(r.session_id, to->id, sizeof(to->id)))
		wrong = "session_id";
	if (!wrong && !right_shard(s, r.shard))
		wrong = "shard";
	s->pending |= ZX__PEND_SESSION;
	if (wrong) {
		zx__shard_forget(s);
		zx__shard_trouble(s, ZX_LOG_ERROR, "READY: %s is not usable",
				  wrong);
		return ZX_E_PROTOCOL;
	}
	return ZX_OK;
}

int zx_shard_session(const struct zx_shard *s, struct zx_session *out)
{
	if (!s->session.id[0])
		return ZX_E_NOTFOUND;
	*out = s->session;
	return ZX_OK;
}

int zx_shard_set_session(struct zx_shard *s, const struct zx_session *from)
{
	struct zx_session *to = &s->session;

	if (s->state != ZX_SHARD_IDLE)
		return ZX_E_STATE;
	if (!from->id[0] || !memchr(from->id, '\0', sizeof(from->id)) ||
	    !memchr(from->resume_url, '\0', sizeof(from->resume_url)) ||
	    from->seq < 0)
		return ZX_E_INVALID;
	if (from->shard_id != s->opt.shard_id ||
	    from->shard_count != s->opt.shard_count ||
	    from->intents != s->opt.intents)
		return ZX_E_INVALID;
	*to = *from;
	to->at = 0;
	/* Without a host of its own the main URL serves as well. */
	if (!zx__gateway_url(zx_str(to->resume_url),
			     zx_str_starts(zx_str(s->opt.gateway_url), "wss:")))
		to->resume_url[0] = '\0';
	s->has_seq = 1;
	return ZX_OK;
}
