/* SPDX-License-Identifier: MIT
 *
 * Requests under way, of the command machine and of cogs. They are in a list
 * because REST drops what has no result when the bot is freed.
 */
#include "bot/bot_int.h"

#include <string.h>

struct zx__bot_sent {
	struct zx__bot_sent *next, *prev;
	struct zx_bot *bot;
	zx__bot_done *machine; /* or the cog's: */
	zx_rest_done *done;
	void *ud; /* the asker's */
	uint64_t guild;
};

static void drop(struct zx__bot_sent *s)
{
	if (s->next)
		s->next->prev = s->prev;
	if (s->prev)
		s->prev->next = s->next;
	else
		s->bot->sent = s->next;
	zx_delete(s->bot->alloc, s);
}

static void on_result(const struct zx_rest_result *r, void *ud)
{
	struct zx_rest_result result = *r;
	struct zx__bot_sent s = *(struct zx__bot_sent *)ud;

	drop(ud);
	zx__bot_tell_rest(s.bot, s.guild, r);
	result.ud = s.ud;
	if (s.machine)
		s.machine(s.bot, &result);
	else if (s.done)
		s.done(&result, s.ud);
}

static int submit(struct zx_bot *b, const struct zx_rest_request *req,
		  const struct zx__bot_sent *how, uint64_t *id)
{
	struct zx_rest_request copy = ZX_REST_REQUEST_INIT;
	struct zx__bot_sent *s = zx_new(b->alloc, sizeof(*s));
	int err;

	if (!s)
		return ZX_E_NOMEM;
	memcpy(&copy, req, req->size < sizeof(copy) ? req->size : sizeof(copy));
	*s = *how;
	s->bot = b;
	s->ud = req->ud;
	s->next = b->sent;
	if (s->next)
		s->next->prev = s;
	b->sent = s;
	copy.ud = s;
	err = zx_rest_call(b->rest_conn, &copy, on_result, id);
	if (err)
		drop(s);
	return err;
}

int zx__bot_send(struct zx_bot *b, const struct zx_rest_request *req,
		 uint64_t guild, zx__bot_done *done)
{
	struct zx__bot_sent how = { .machine = done, .guild = guild };

	return submit(b, req, &how, NULL);
}

/* "/guilds/ID..." */
static uint64_t guild_of(struct zx_str path)
{
	struct zx_str rest;
	uint64_t id;

	if (!zx_str_starts(path, "/guilds/"))
		return 0;
	rest = zx_str_from(path, 8);
	path = zx_str_split(&rest, '/');
	rest = path;
	path = zx_str_split(&rest, '?');
	return zx_str_u64(path, &id) ? 0 : id;
}

int zx_bot_rest(struct zx_bot *b, const struct zx_rest_request *req,
		zx_rest_done *done, uint64_t *id)
{
	struct zx__bot_sent how = { .done = done,
				    .guild = guild_of(req->path) };

	return submit(b, req, &how, id);
}

int zx_bot_rest_cancel(struct zx_bot *b, uint64_t id)
{
	int err = zx_rest_cancel(b->rest, id, zx_loop_now(b->loop));

	if (!err)
		zx_rest_kick(b->rest_conn);
	return err;
}

void zx__bot_sent_free(struct zx_bot *b)
{
	while (b->sent)
		drop(b->sent);
}
