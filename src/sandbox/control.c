/* SPDX-License-Identifier: MIT
 *
 * Everything below /sandbox/: what people at the page and tests do. The calls
 * are in docs/SANDBOX.md.
 */
#include <stdio.h>
#include <stdlib.h>

#include "sandbox/world_int.h"

struct ctl {
	struct zx__world *w;
	struct zx__call call; /* for the helpers of answers and queries */
	const cJSON *body;
	uint64_t id; /* {id} of the path */
};

static void fail(struct ctl *k, int status, const char *message)
{
	zx__reply(&k->call, status, zx__dom("message:s", message));
}

/* An error of the world as an answer. */
static void refuse(struct ctl *k, int err, const char *why)
{
	int status = err == ZX_E_NOTFOUND ? 404 : err == ZX_E_PERM ? 403 : 400;

	fail(k, status, why ? why : zx_strerror(err));
}

static uint64_t user_of(struct ctl *k)
{
	uint64_t user = zx__dom_id(k->body, "user");

	if (!user)
		user = zx__query_id(&k->call, "user");
	return user ? user : k->w->who[ZX_SANDBOX_OWNER];
}

static void get_state(struct ctl *k)
{
	uint64_t user = user_of(k);

	if (zx__set_get(&k->w->users, user))
		zx__reply(&k->call, 200, zx__state(k->w, user));
	else
		fail(k, 404, "there is no such user");
}

/* Messages ---------------------------------------------------------------- */

static int sees(struct zx__world *w, uint64_t channel, uint64_t user,
		uint64_t bits)
{
	struct zx__guild *g;
	const cJSON *ch = zx__channel_find(w, channel, &g);

	return ch && (zx__perm_in(w, g, ch, user) & bits) == bits;
}

static void list_messages(struct ctl *k)
{
	uint64_t channel = zx__query_id(&k->call, "channel");
	uint64_t before = zx__query_id(&k->call, "before"), user = user_of(k);
	int limit = zx__query_int(&k->call, "limit", 50, 1, 200);
	struct zx__history *h;
	size_t to, from;
	cJSON *list;

	if (!sees(k->w, channel, user, ZX__P_VIEW)) {
		fail(k, 403, "this user does not see the channel");
		return;
	}
	h = zx__history(k->w, channel, 0);
	to = before ? zx__history_from(h, before) : h ? h->n : 0;
	list = cJSON_CreateArray();
	for (from = to; from > 0 && limit > 0; from--) {
		const struct zx__msg *m = &h->v[from - 1];

		if (m->ephemeral_for && m->ephemeral_for != user)
			continue;
		cJSON_InsertItemInArray(list, 0, zx__msg_page(m));
		limit--;
	}
	zx__reply(&k->call, 200, list);
}

/* What people may write: as Discord checks it. */
static const char *text_refused(const char *text)
{
	size_t n = zx_utf8_count(zx_str_trim(zx_str(text)));

	if (!n)
		return "the message is empty";
	return n > 2000 ? "the message is longer than 2000 characters" : NULL;
}

static void reply_to(struct zx__world *w, cJSON *msg, uint64_t id)
{
	uint64_t channel = zx__dom_id(msg, "channel_id");
	struct zx__msg *to = zx__msg_find(w, channel, id);

	if (!to)
		return;
	zx__dom_set(msg, "type:i message_reference:o referenced_message:c", 19,
		    zx__dom("type:0 channel_id:I message_id:I", channel, id),
		    to->dom);
	zx__drop(zx__get_mut(msg, "referenced_message"), "referenced_message");
}

static int say(struct zx__world *w, uint64_t user, uint64_t channel,
	       const char *text, uint64_t reference, struct zx__msg **out,
	       const char **why)
{
	struct zx__guild *g;
	const cJSON *ch = zx__channel_find(w, channel, &g);
	cJSON *msg;

	*why = "there is no such user or channel";
	if (!ch || !zx__set_get(&w->users, user) || user == zx__bot(w))
		return ZX_E_NOTFOUND;
	*why = "this user may not write there";
	if (!sees(w, channel, user, ZX__P_VIEW | ZX__P_SEND) ||
	    !zx__is_text(ch))
		return ZX_E_PERM;
	*why = text_refused(text);
	if (*why)
		return ZX_E_INVALID;
	msg = zx__msg_make(w, zx__world_new_id(w), channel, user, text);
	if (reference)
		reply_to(w, msg, reference);
	zx__msg_mentions(w, g, ch, msg, NULL, 0, user);
	*out = zx__msg_post(w, msg, 0);
	return *out ? ZX_OK : ZX_E_NOMEM;
}

static void post_message(struct ctl *k)
{
	struct zx__msg *m = NULL;
	const char *why = NULL;
	int err = say(k->w, user_of(k), zx__dom_id(k->body, "channel_id"),
		      zx__str(k->body, "content"),
		      zx__dom_id(k->body, "reference"), &m, &why);

	if (err != ZX_OK)
		refuse(k, err, why);
	else
		zx__reply(&k->call, 200, zx__msg_page(m));
}

static void dismiss(struct ctl *k)
{
	struct zx__msg *m = zx__msg_anywhere(k->w, k->id);

	if (!m || !m->ephemeral_for || m->ephemeral_for != user_of(k)) {
		fail(k, 404, "there is no such message");
		return;
	}
	zx__msg_remove(k->w, zx__dom_id(m->dom, "channel_id"), k->id, 0);
	zx__no_content(&k->call);
}

static void react(struct ctl *k)
{
	struct zx__msg *m = zx__msg_anywhere(k->w, k->id);
	cJSON *emoji = zx__emoji_parse(k->w, zx_str(zx__str(k->body, "emoji")));
	uint64_t user = user_of(k);

	if (!m || m->ephemeral_for || !emoji)
		fail(k, 404, "there is no such message or emoji");
	else if (!sees(k->w, zx__dom_id(m->dom, "channel_id"), user,
		       ZX__P_VIEW | ZX__P_ADD_REACTIONS))
		fail(k, 403, "this user may not react there");
	else {
		zx__react(k->w, m, emoji, user, !zx__true(k->body, "remove"));
		zx__no_content(&k->call);
	}
	cJSON_Delete(emoji);
}

static void edit(struct ctl *k)
{
	struct zx__msg *m = zx__msg_anywhere(k->w, k->id);
	const char *why = text_refused(zx__str(k->body, "content"));
	struct zx__guild *g;
	const cJSON *ch;

	if (!m || zx__dom_id(zx__get(m->dom, "author"), "id") != user_of(k)) {
		fail(k, 404, "this user has no such message");
		return;
	}
	if (why) {
		fail(k, 400, why);
		return;
	}
	zx__dom_set(m->dom, "content:c edited_timestamp:T",
		    zx__get(k->body, "content"), zx__wall(k->w));
	ch = zx__channel_find(k->w, zx__dom_id(m->dom, "channel_id"), &g);
	if (ch)
		zx__msg_mentions(k->w, g, ch, m->dom, NULL, 0, user_of(k));
	zx__msg_announce(k->w, m, "MESSAGE_UPDATE");
	zx__reply(&k->call, 200, zx__msg_page(m));
}

static void remove_message(struct ctl *k)
{
	struct zx__msg *m = zx__msg_anywhere(k->w, k->id);
	uint64_t user = user_of(k), channel;

	if (!m) {
		fail(k, 404, "there is no such message");
		return;
	}
	channel = zx__dom_id(m->dom, "channel_id");
	if (zx__dom_id(zx__get(m->dom, "author"), "id") != user &&
	    !sees(k->w, channel, user, ZX__P_VIEW | ZX__P_MANAGE_MESSAGES)) {
		fail(k, 403, "this user may not remove it");
		return;
	}
	zx__msg_remove(k->w, channel, k->id, 0);
	zx__no_content(&k->call);
}

/* Interactions ------------------------------------------------------------ */

static void start(struct ctl *k)
{
	const char *why = NULL;
	struct zx__itx *it = NULL;
	cJSON *ask = zx__dup(k->body);
	int err;

	zx__dom_set(ask, "user:I", user_of(k));
	err = zx__itx_start(k->w, ask, &it, &why);
	cJSON_Delete(ask);
	if (err != ZX_OK) {
		refuse(k, err, why);
		return;
	}
	zx__reply(&k->call, 200, zx__dom("id:I", it->id));
	if (it->type == 4)
		k->call.res->hold = it->id;
}

static cJSON *interaction_out(struct zx__world *w, const struct zx__itx *it)
{
	static const char *const states[] = { "sent", "deferred", "answered",
					      "failed" };
	struct zx__msg *m = zx__msg_find(w, it->channel, it->original);
	cJSON *o = zx__dom("id:I type:i state:s callback_type:i", it->id,
			   it->type, states[it->state], it->answered_by);

	if (it->type == 4 && it->result)
		zx__dom_set(o, "choices:c", zx__get(it->result, "choices"));
	if (it->answered_by == 9)
		zx__dom_set(o, "modal:c", it->result);
	if (m)
		zx__dom_set(o, "message:o", zx__msg_page(m));
	return o;
}

static void get_interaction(struct ctl *k)
{
	const struct zx__itx *it = zx__itx_find(k->w, k->id);

	if (it)
		zx__reply(&k->call, 200, interaction_out(k->w, it));
	else
		fail(k, 404, "there is no such interaction");
}

int zx__world_late(struct zx__world *w, uint64_t hold, struct zx__res *res)
{
	const struct zx__itx *it = zx__itx_find(w, hold);
	cJSON *o;

	if (it && it->state == ZX__SENT)
		return 0;
	o = it ? interaction_out(w, it) : zx__dom("id:I", hold);
	zx_buf_clear(&res->body);
	zx__print(o, &res->body);
	cJSON_Delete(o);
	res->hold = 0;
	return 1;
}

int zx__world_answer(struct zx__world *w, uint64_t interaction,
		     struct zx_buf *message)
{
	const struct zx__itx *it = zx__itx_find(w, interaction);
	struct zx__msg *m;
	cJSON *o = NULL;

	if (!it || it->state != ZX__ANSWERED)
		return 0;
	m = zx__msg_find(w, it->channel, it->original);
	if (it->result)
		o = zx__dup(it->result);
	else if (m)
		o = zx__msg_page(m);
	if (o && message)
		zx__print(o, message);
	cJSON_Delete(o);
	return 1;
}

/* Faults, events, log ----------------------------------------------------- */

static void inject(struct ctl *k)
{
	const cJSON *shard = zx__some(k->body, "shard");
	const char *event = zx__str(k->body, "event");
	size_t n;

	if (!*event || !zx__get(k->body, "d")) {
		fail(k, 400, "an event has a name \"event\" and a \"d\"");
		return;
	}
	n = zx__wire_inject(k->w->wire, shard ? zx__int(k->body, "shard") : -1,
			    event, zx__get(k->body, "d"));
	zx__reply(&k->call, 200, zx__dom("sessions:i", (int)n));
}

static void arm(struct ctl *k)
{
	int err = zx__fault_arm(k->w, k->body);

	if (err == ZX_OK)
		zx__no_content(&k->call);
	else
		fail(k, 400,
		     err == ZX_E_INVALID ? "no such fault"
					 : "too many faults are armed");
}

static void disarm(struct ctl *k)
{
	zx__fault_clear(k->w);
	zx__wire_faults_clear(k->w->wire);
	zx__live(k->w, "FAULTS", cJSON_CreateArray(), 0);
	zx__no_content(&k->call);
}

static void get_log(struct ctl *k)
{
	zx__reply(&k->call, 200,
		  zx__log_out(k->w, zx__query_id(&k->call, "after"),
			      zx__query_true(&k->call, "full")));
}

/* The table --------------------------------------------------------------- */

static const struct {
	const char *request;
	void (*fn)(struct ctl *k);
} calls[] = {
	{ "GET /sandbox/state", get_state },
	{ "GET /sandbox/messages", list_messages },
	{ "POST /sandbox/messages", post_message },
	{ "PATCH /sandbox/messages/{id}", edit },
	{ "DELETE /sandbox/messages/{id}", remove_message },
	{ "POST /sandbox/messages/{id}/dismiss", dismiss },
	{ "POST /sandbox/messages/{id}/react", react },
	{ "POST /sandbox/interactions", start },
	{ "GET /sandbox/interactions/{id}", get_interaction },
	{ "POST /sandbox/events", inject },
	{ "POST /sandbox/faults", arm },
	{ "DELETE /sandbox/faults", disarm },
	{ "GET /sandbox/log", get_log },
};

static uint64_t id_in(struct zx_str path)
{
	uint64_t id = 0;

	for (int i = 0; i < 3; i++)
		zx_str_split(&path, '/');
	return zx_str_u64(zx_str_split(&path, '/'), &id) == ZX_OK ? id : 0;
}

static void dispatch(struct ctl *k, const struct zx__req *req)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		if (zx__path_match(calls[i].request, req->method, req->path)) {
			calls[i].fn(k);
			return;
		}
	fail(k, 404, "no such call");
}

void zx__control(struct zx__world *w, const struct zx__req *req,
		 struct zx__res *res)
{
	struct ctl k = { .w = w,
			 .call = { .w = w, .req = req, .res = res },
			 .id = id_in(req->path) };
	cJSON *body;

	if (zx_str_starts(req->path, "/sandbox/cdn/") &&
	    zx__cdn(w, zx_str_from(req->path, 13), res))
		return;
	body = req->body.len ? zx__parse(req->body) : cJSON_CreateObject();
	k.body = body;
	if (cJSON_IsObject(body))
		dispatch(&k, req);
	else
		fail(&k, 400, "the body is not a JSON object");
	cJSON_Delete(k.call.errors);
	cJSON_Delete(body);
}

/* For C ------------------------------------------------------------------- */

int zx__world_say(struct zx__world *w, uint64_t user, uint64_t channel,
		  const char *text, uint64_t *id)
{
	struct zx__msg *m = NULL;
	const char *why;
	int err;

	w->now = zx__wire_now(w->wire);
	if (!channel)
		channel =
			zx__world_channel(w, zx__world_guild(w, 0), "general");
	err = say(w, user ? user : w->who[ZX_SANDBOX_OWNER], channel,
		  text ? text : "", 0, &m, &why);
	if (err == ZX_OK && id)
		*id = m->id;
	return err;
}

/* Takes ask, completes user and channel. */
static int ask_and_start(struct zx__world *w, cJSON *ask, uint64_t user,
			 uint64_t channel, uint64_t *id)
{
	struct zx__itx *it = NULL;
	const char *why;
	int err;

	w->now = zx__wire_now(w->wire);
	if (!channel)
		channel =
			zx__world_channel(w, zx__world_guild(w, 0), "general");
	zx__dom_set(ask, "user:I channel_id:I",
		    user ? user : w->who[ZX_SANDBOX_OWNER], channel);
	err = zx__itx_start(w, ask, &it, &why);
	cJSON_Delete(ask);
	if (err == ZX_OK && id)
		*id = it->id;
	return err;
}

int zx__world_slash(struct zx__world *w, uint64_t user, uint64_t channel,
		    const char *command, const char *options, uint64_t *id)
{
	cJSON *values = options ? zx__parse(zx_str(options)) : NULL;
	cJSON *ask = zx__dom("type:i name:s", 2, command ? command : "");

	if (options && !cJSON_IsObject(values)) {
		cJSON_Delete(values);
		cJSON_Delete(ask);
		return ZX_E_INVALID;
	}
	if (values)
		zx__dom_set(ask, "options:o", values);
	return ask_and_start(w, ask, user, channel, id);
}

int zx__world_press(struct zx__world *w, uint64_t user, uint64_t message,
		    const char *custom_id, const char *values, uint64_t *id)
{
	const struct zx__msg *m = zx__msg_anywhere(w, message);
	cJSON *list = values ? zx__parse(zx_str(values)) : NULL, *ask;

	if (!m || (values && !cJSON_IsArray(list))) {
		cJSON_Delete(list);
		return m ? ZX_E_INVALID : ZX_E_NOTFOUND;
	}
	ask = zx__dom("type:i message_id:I custom_id:s", 3, message,
		      custom_id ? custom_id : "");
	if (list)
		zx__dom_set(ask, "values:o", list);
	return ask_and_start(w, ask, user, zx__dom_id(m->dom, "channel_id"),
			     id);
}
