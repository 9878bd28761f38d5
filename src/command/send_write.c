/* SPDX-License-Identifier: MIT
 *
 * send_write: a send becomes a REST request at the moment it is handed out,
 * when it is known which way is still open (IN-01 to IN-04).
 */
#include "command/command_int.h"

enum {
	CALLBACK_MESSAGE = 4,
	CALLBACK_DEFER = 5,
	CALLBACK_DEFER_UPDATE = 6,
	CALLBACK_UPDATE = 7,
	CALLBACK_CHOICES = 8,
	CALLBACK_MODAL = 9,
	FLAG_EPHEMERAL = 1 << 6
};

static int token_lives(const struct zx_call *call)
{
	return call->token && !call->dead && call->c->now < call->token_until;
}

static int channel_is_open(const struct zx_call *call)
{
	return !call->dead && !call->guest && call->info.channel_id;
}

/* The answer, as a message of the channel: a press of it tells which it is. */
static uint64_t answer_of(const struct zx_call *call)
{
	if (call->answer_id || !call->lane)
		return call->answer_id;
	return call->lane->message_id;
}

static enum zx__route route_edit(const struct zx_call *call)
{
	if (token_lives(call))
		return ROUTE_ORIGINAL;
	if (call->ephemeral || !channel_is_open(call))
		return ROUTE_NONE;
	return answer_of(call) ? ROUTE_PATCH : ROUTE_POST;
}

int zx__call_edits(const struct zx_call *call)
{
	return route_edit(call) != ROUTE_NONE;
}

static enum zx__route route_new(const struct zx_call *call,
				const struct zx__send *s)
{
	if (token_lives(call))
		return s->kind == SEND_FOLLOW ? ROUTE_WEBHOOK : ROUTE_CALLBACK;
	/* What only one person was to see does not go into the channel. */
	if (call->token && (call->ephemeral || s->ephemeral))
		return ROUTE_NONE;
	return channel_is_open(call) ? ROUTE_POST : ROUTE_NONE;
}

static enum zx__route route(const struct zx_call *call,
			    const struct zx__send *s)
{
	switch (s->kind) {
	case SEND_EDIT:
		return route_edit(call);
	case SEND_ANSWER:
	case SEND_FOLLOW:
		return route_new(call, s);
	default:
		return token_lives(call) ? ROUTE_CALLBACK : ROUTE_NONE;
	}
}

static void path_message(struct zx_buf *path, uint64_t channel,
			 uint64_t message)
{
	zx_buf_addf(path, "/channels/%llu/messages",
		    (unsigned long long)channel);
	if (message)
		zx_buf_addf(path, "/%llu", (unsigned long long)message);
}

static void path_token(struct zx_buf *path, const struct zx_call *call,
		       const char *what, uint64_t id, const char *tail)
{
	zx_buf_addf(path, "/%s/%llu/", what, (unsigned long long)id);
	zx_buf_add_urlencoded(path, zx_str(call->token));
	zx_buf_addc(path, tail);
}

static void path(struct zx_commands *c, const struct zx__send *s,
		 struct zx_rest_request *req)
{
	const struct zx_call *call = s->call;

	req->method = ZX_POST;
	switch (s->route) {
	case ROUTE_CALLBACK:
		path_token(&c->path, call, "interactions",
			   call->info.interaction_id, "/callback");
		req->flags =
			ZX_REST_NO_AUTH | ZX_REST_URGENT | ZX_REST_IDEMPOTENT;
		req->max_wait_ms = ZX__CALLBACK_WAIT_MS;
		break;
	case ROUTE_ORIGINAL:
		path_token(&c->path, call, "webhooks", call->app_id,
			   "/messages/@original");
		req->method = ZX_PATCH;
		req->flags = ZX_REST_NO_AUTH;
		break;
	case ROUTE_WEBHOOK:
		path_token(&c->path, call, "webhooks", call->app_id, "");
		req->flags = ZX_REST_NO_AUTH;
		break;
	case ROUTE_POST:
		path_message(&c->path, call->info.channel_id, 0);
		req->flags = ZX_REST_IDEMPOTENT;
		break;
	case ROUTE_PATCH:
		path_message(&c->path, call->info.channel_id, answer_of(call));
		req->method = ZX_PATCH;
		break;
	case ROUTE_NONE:
		break;
	}
}

/* Type 7 changes the message that was pressed, type 4 makes a new one. */
static int updates(const struct zx__send *s)
{
	return zx__call_updates(s->call) && !s->notice;
}

static void message_body(struct zx_commands *c, struct zx__send *s)
{
	int callback = s->route == ROUTE_CALLBACK;
	struct zx__write how = {
		.edit = s->route == ROUTE_ORIGINAL || s->route == ROUTE_PATCH ||
			(callback && updates(s)),
		.interaction =
			s->route != ROUTE_POST && s->route != ROUTE_PATCH,
		.ephemeral = s->ephemeral,
		.no_reference = s->no_reference,
		.nonce = s->nonce,
	};
	struct zx__message *in = zx__message_get(&s->message);
	struct zx_json_writer w;

	if (in && s->route == ROUTE_POST && s->kind == SEND_ANSWER &&
	    !in->reply_to && !s->call->token)
		in->reply_to = s->call->info.message_id;
	zx_jw_init(&w, &c->body);
	zx_jw_obj(&w, NULL);
	if (callback) {
		zx_jw_u64(&w, "type",
			  updates(s) ? CALLBACK_UPDATE : CALLBACK_MESSAGE);
		zx_jw_obj(&w, "data");
	}
	zx__message_members(&s->message, &how, &w);
	if (callback)
		zx_jw_obj_end(&w);
	zx_jw_obj_end(&w);
}

static int write_message(struct zx_commands *c, struct zx__send *s,
			 struct zx_rest_request *req)
{
	s->route = route(s->call, s);
	if (s->route == ROUTE_NONE)
		return 0;
	path(c, s, req);
	message_body(c, s);
	req->file_count = zx_message_files(&s->message, &req->files);
	if (req->file_count)
		req->timeout_ms = ZX__FILES_TIMEOUT_MS;
	return 1;
}

/* The path and the beginning of the body; 0 when nothing can be answered. */
static int callback(struct zx_commands *c, struct zx__send *s,
		    struct zx_rest_request *req, struct zx_json_writer *w,
		    uint64_t type)
{
	s->route = route(s->call, s);
	if (s->route == ROUTE_NONE)
		return 0;
	path(c, s, req);
	zx_jw_init(w, &c->body);
	zx_jw_obj(w, NULL);
	zx_jw_u64(w, "type", type);
	return 1;
}

static int write_defer(struct zx_commands *c, struct zx__send *s,
		       struct zx_rest_request *req)
{
	struct zx_json_writer w;

	if (!callback(c, s, req, &w,
		      updates(s) ? CALLBACK_DEFER_UPDATE : CALLBACK_DEFER))
		return 0;
	if (s->ephemeral && !updates(s)) {
		zx_jw_obj(&w, "data");
		zx_jw_u64(&w, "flags", FLAG_EPHEMERAL);
		zx_jw_obj_end(&w);
	}
	zx_jw_obj_end(&w);
	return 1;
}

static int write_choices(struct zx_commands *c, struct zx__send *s,
			 struct zx_rest_request *req)
{
	struct zx_json_writer w;

	if (!callback(c, s, req, &w, CALLBACK_CHOICES))
		return 0;
	zx_jw_obj(&w, "data");
	zx_jw_raw(&w, "choices", zx_buf_str(&s->body));
	zx_jw_obj_end(&w);
	zx_jw_obj_end(&w);
	return 1;
}

static int write_modal(struct zx_commands *c, struct zx__send *s,
		       struct zx_rest_request *req)
{
	struct zx_json_writer w;

	if (!callback(c, s, req, &w, CALLBACK_MODAL))
		return 0;
	zx_jw_raw(&w, "data", zx_buf_str(&s->body));
	zx_jw_obj_end(&w);
	return 1;
}

static int write_typing(struct zx_commands *c, struct zx__send *s,
			struct zx_rest_request *req)
{
	req->method = ZX_POST;
	zx_buf_addf(&c->path, "/channels/%llu/typing",
		    (unsigned long long)s->call->info.channel_id);
	return 1;
}

static int write_delete(struct zx_commands *c, struct zx__send *s,
			struct zx_rest_request *req)
{
	req->method = ZX_DELETE;
	path_message(&c->path, s->channel_id, s->message_id);
	return 1;
}

static int write_sync(struct zx_commands *c, struct zx__send *s,
		      struct zx_rest_request *req)
{
	req->method = s->kind == SEND_GET ? ZX_GET : ZX_PUT;
	zx_buf_addf(&c->path, "/applications/%llu/commands",
		    (unsigned long long)c->app_id);
	zx_buf_adds(&c->body, zx_buf_str(&s->body));
	return 1;
}

int zx__send_write(struct zx_commands *c, struct zx__send *s,
		   struct zx_rest_request *req)
{
	static int (*const write[SEND_KINDS])(struct zx_commands * c,
					      struct zx__send * s,
					      struct zx_rest_request * req) = {
		[SEND_ANSWER] = write_message,	[SEND_DEFER] = write_defer,
		[SEND_EDIT] = write_message,	[SEND_FOLLOW] = write_message,
		[SEND_CHOICES] = write_choices, [SEND_MODAL] = write_modal,
		[SEND_TYPING] = write_typing,	[SEND_DELETE] = write_delete,
		[SEND_GET] = write_sync,	[SEND_PUT] = write_sync,
	};
	int n;

	memset(req, 0, sizeof(*req));
	req->size = sizeof(*req);
	zx_buf_clear(&c->path);
	zx_buf_clear(&c->body);
	n = write[s->kind](c, s, req);
	if (n && (c->path.err || c->body.err))
		return ZX_E_NOMEM;
	req->path = zx_buf_str(&c->path);
	req->body = zx_buf_str(&c->body);
	return n;
}
