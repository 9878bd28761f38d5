/* SPDX-License-Identifier: MIT
 *
 * result: what became of a send, and the second way when the first was shut.
 */
#include "command/command_int.h"

/* JSON error codes (topics/opcodes-and-status-codes.mdx). */
enum {
	UNKNOWN_MESSAGE = 10008,
	UNKNOWN_WEBHOOK = 10015,
	UNKNOWN_INTERACTION = 10062,
	ALREADY_ACKNOWLEDGED = 40060,
	INVALID_WEBHOOK_TOKEN = 50027,
	CANNOT_REPLY = 160002
};

static int is_message(const struct zx__send *s)
{
	return s->kind == SEND_ANSWER || s->kind == SEND_EDIT ||
	       s->kind == SEND_FOLLOW;
}

static void learn(struct zx_commands *c, struct zx__send *s,
		  const struct zx_rest_result *r)
{
	struct zx_call *call = s->call;
	uint64_t id = zx_json_get_u64(r->body, "id");
	struct zx__panel *p;

	call->acked = 1;
	if (!is_message(s) || !id)
		return;
	if (s->delete_after_ms && s->route == ROUTE_POST)
		zx__doom(c, call->info.channel_id, id,
			 zx_time_add(c->now, s->delete_after_ms));
	if (s->kind == SEND_FOLLOW || s->notice)
		return;
	call->landed = 1;
	if (s->route == ROUTE_POST)
		call->answer_id = id;
	p = call->panel ? zx__panel_find(c, call->panel) : NULL;
	if (p)
		p->message_id = id;
}

/* The send goes out once more, by the way that is left. */
static int again(struct zx__send *s)
{
	if (s->again)
		return 0;
	s->again = 1;
	zx__send_requeue(s);
	return 1;
}

/* Nonzero when the send is used again. */
static int retry(struct zx_commands *c, struct zx__send *s,
		 const struct zx_rest_result *r)
{
	struct zx_call *call = s->call;

	if (!is_message(s))
		return 0;
	if (r->code == CANNOT_REPLY) {
		s->no_reference = 1;
		return again(s);
	}
	if (r->code == ALREADY_ACKNOWLEDGED && !s->notice) {
		s->kind = SEND_EDIT;
		return again(s);
	}
	if ((s->route == ROUTE_ORIGINAL || s->route == ROUTE_WEBHOOK) &&
	    (r->code == INVALID_WEBHOOK_TOKEN || r->code == UNKNOWN_WEBHOOK)) {
		call->token_until = c->now;
		return again(s);
	}
	return 0;
}

static void explain(struct zx_commands *c, const struct zx__send *s,
		    const struct zx_rest_result *r)
{
	const struct zx_command *command = s->call->info.command;

	zx_logf(c->opt.log, ZX_LOG_WARN, "command",
		"%s: an answer was not taken (%s, HTTP %d, code %d): %.*s",
		command ? command->name : "notice", zx_errname(r->err),
		r->status, r->code, ZX_ARG(r->message));
}

static void failed(struct zx_commands *c, struct zx__send *s,
		   const struct zx_rest_result *r)
{
	struct zx_call *call = s->call;

	if (r->code == UNKNOWN_INTERACTION) {
		call->dead = 1;
		c->stats.late++;
		zx_logf(c->opt.log, ZX_LOG_WARN, "command",
			"%s: the answer came too late (10062), %llu ms after "
			"the event",
			call->info.command ? call->info.command->name
					   : "notice",
			(unsigned long long)(c->now - call->info.at));
		return;
	}
	if (r->code == ALREADY_ACKNOWLEDGED || r->maybe_done)
		call->acked = 1;
	if (r->code == ALREADY_ACKNOWLEDGED || r->code == UNKNOWN_MESSAGE ||
	    r->err == ZX_E_CANCELLED)
		return;
	c->stats.failed++;
	explain(c, s, r);
	/* Who asked what became of it has words of its own. */
	if (r->status != 400 || call->failed || s->then ||
	    (!is_message(s) && s->kind != SEND_MODAL))
		return;
	/* Discord did not like the message: it will like this one. */
	if (s->route == ROUTE_CALLBACK)
		call->answered = call->shown = call->form_open = 0;
	else if (s->kind == SEND_EDIT && !call->landed)
		call->shown = 0; /* the error takes the place of "thinking…" */
	zx__fault(call, FAULT_OTHER, "The answer could not be shown");
}

static void call_result(struct zx_commands *c, struct zx__send *s,
			const struct zx_rest_result *r)
{
	struct zx_call *call = s->call;
	int used_again = 0;

	call->flying = NULL;
	zx__lane_back(s, r);
	if (s->kind == SEND_CHOICES || s->kind == SEND_TYPING)
		; /* nobody waits for these */
	else if (!r->err)
		learn(c, s, r);
	else if (!(used_again = retry(c, s, r)))
		failed(c, s, r);
	if (!used_again)
		used_again = zx__lane_again(s, r);
	zx__call_ready(call);
	zx__lane_next(call->lane);
	if (!used_again)
		zx__send_end(c, s, r);
	zx__call_unref(call);
}

int zx_commands_result(struct zx_commands *c,
		       const struct zx_rest_result *result, zx_time now)
{
	struct zx__send *s = result->ud;

	c->now = now;
	if (!s)
		return ZX_E_INVALID;
	zx__list_remove(&c->flying, s);
	if (s->call) {
		call_result(c, s, result);
		return ZX_OK;
	}
	if (s->kind == SEND_GET || s->kind == SEND_PUT)
		zx__sync_result(c, s, result);
	zx__send_free(c, s);
	return ZX_OK;
}
