/* SPDX-License-Identifier: MIT
 *
 * close: what each close code means and what it asks of us.
 */
#include <stdio.h>
#include <string.h>

#include "gateway/gateway_int.h"

struct reaction {
	int code;
	enum zx_close_action action;
	const char *text;
};

/* developers/topics/opcodes-and-status-codes.mdx; 4006 was taken out of it but
 * is still sent. */
static const struct reaction reactions[] = {
	{ 1000, ZX_CLOSE_RESUME, "the server closed the connection" },
	{ 1001, ZX_CLOSE_RESUME, "the server is going away" },
	{ 1006, ZX_CLOSE_RESUME, "the connection broke off" },
	{ 4000, ZX_CLOSE_RESUME, "the server has an unknown error" },
	{ 4001, ZX_CLOSE_RESUME,
	  "we sent an unknown opcode or a wrong payload for one" },
	{ 4002, ZX_CLOSE_RESUME,
	  "we sent a payload that cannot be decoded or is over 4096 bytes" },
	{ 4003, ZX_CLOSE_IDENTIFY,
	  "we sent something before identifying, or the session ended" },
	{ 4004, ZX_CLOSE_STOP,
	  "the token is wrong: set the one of the developer portal" },
	{ 4005, ZX_CLOSE_RESUME, "we identified twice on one connection" },
	{ 4006, ZX_CLOSE_IDENTIFY, "the session is not valid any more" },
	{ 4007, ZX_CLOSE_IDENTIFY, "we resumed from a wrong sequence number" },
	{ 4008, ZX_CLOSE_RESUME, "we sent too much in a minute" },
	{ 4009, ZX_CLOSE_IDENTIFY, "the session timed out" },
	{ 4010, ZX_CLOSE_STOP,
	  "the shard id or count is wrong: ask /gateway/bot for the count" },
	{ 4011, ZX_CLOSE_STOP,
	  "the bot is in too many guilds for so few shards: raise the count" },
	{ 4012, ZX_CLOSE_STOP, "this API version is no longer supported" },
	{ 4013, ZX_CLOSE_STOP,
	  "the intents have a bit that Discord does not know" },
	{ 4014, ZX_CLOSE_STOP,
	  "a privileged intent is not allowed: switch it on in the developer "
	  "portal or do not ask for it" },
};

static const struct reaction *find(int code)
{
	/* Any other code says nothing about the session: try it. */
	static const struct reaction other = { 0, ZX_CLOSE_RESUME,
					       "the connection was closed" };
	size_t i;

	for (i = 0; i < sizeof(reactions) / sizeof(*reactions); i++)
		if (reactions[i].code == code)
			return &reactions[i];
	return &other;
}

enum zx_close_action zx_close_action(int code)
{
	return find(code)->action;
}

const char *zx_close_text(int code)
{
	return find(code)->text;
}

/* Names the privileged intents that were asked for, so that nobody has to
 * decode the mask. */
static const char *privileged(uint64_t intents, char out[64])
{
	static const struct {
		uint64_t bit;
		const char *name;
	} names[] = {
		{ ZX_INTENT_GUILD_MEMBERS, " GUILD_MEMBERS" },
		{ ZX_INTENT_GUILD_PRESENCES, " GUILD_PRESENCES" },
		{ ZX_INTENT_MESSAGE_CONTENT, " MESSAGE_CONTENT" },
	};
	size_t i, len = 0;

	out[0] = '\0';
	for (i = 0; i < 3; i++) {
		if (!(intents & names[i].bit))
			continue;
		memcpy(out + len, names[i].name, strlen(names[i].name) + 1);
		len += strlen(names[i].name);
	}
	return len ? out : " none";
}

static void die(struct zx_shard *s, int code)
{
	char names[64];

	if (code == 4014)
		zx__shard_trouble(s, ZX_LOG_DEBUG,
				  "closed with %d: %s (asked for:%s)", code,
				  zx_close_text(code),
				  privileged(s->opt.intents, names));
	s->close_code = code;
	zx__lost(s);
	zx__shard_enter(s, ZX_SHARD_DEAD, ZX_TIME_NEVER);
	s->pending |= ZX__PEND_DEAD;
}

/* Discord counts differently from us: be more careful from here on. */
static void shrink_budget(struct zx_shard *s)
{
	s->send_limit -= s->send_limit / 4;
	if (s->send_limit < ZX__SEND_LIMIT_LEAST)
		s->send_limit = ZX__SEND_LIMIT_LEAST;
}

/* What ends the shard is told to the host as DEAD; it says so to people once,
 * in its own words. */
static enum zx_log_level gravity(int code)
{
	if (zx_close_action(code) == ZX_CLOSE_STOP)
		return ZX_LOG_DEBUG;
	return code < 4000 ? ZX_LOG_INFO : ZX_LOG_WARN;
}

int zx__close_react(struct zx_shard *s, int code)
{
	enum zx_close_action action = zx_close_action(code);
	int ours = s->state == ZX_SHARD_CLOSING && code == s->close_code;

	if (ours)
		return 0;
	zx__shard_trouble(s, gravity(code), "closed with %d: %s", code,
			  zx_close_text(code));
	if (code == 4008)
		shrink_budget(s);
	/* A second goodbye to the same session is an answer to it. */
	if ((code == 1000 || code == 1001) && s->state == ZX_SHARD_RESUMING)
		action = ZX_CLOSE_IDENTIFY;
	if (action != ZX_CLOSE_RESUME)
		zx__shard_forget(s);
	if (action != ZX_CLOSE_STOP || s->stopping)
		return 0;
	die(s, code);
	return 1;
}
