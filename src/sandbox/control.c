/* SPDX-License-Identifier: MIT
 *
 * Everything below /sandbox/: what people at the page and tests do. The calls
 * are in docs/SANDBOX.md.
 */
#include <stdio.h>
#include <stdlib.h>

#include "sandbox/control_int.h"

void zx__ctl_fail(struct ctl *k, int status, const char *message)
{
	zx__reply(&k->call, status, zx__dom("message:s", message));
}

void zx__ctl_refuse(struct ctl *k, int err, const char *why)
{
	int status = err == ZX_E_NOTFOUND ? 404 : err == ZX_E_PERM ? 403 : 400;

	zx__ctl_fail(k, status, why ? why : zx_strerror(err));
}

uint64_t zx__ctl_user(struct ctl *k)
{
	uint64_t user = zx__dom_id(k->body, "user");

	if (!user)
		user = zx__query_id(&k->call, "user");
	return user ? user : k->w->who[ZX_SANDBOX_OWNER];
}

static void get_state(struct ctl *k)
{
	uint64_t user = zx__ctl_user(k);

	if (zx__user(k->w, user))
		zx__reply(&k->call, 200, zx__state(k->w, user));
	else
		zx__ctl_fail(k, 404, "there is no such user");
}

/* Interactions ------------------------------------------------------------ */

static void start(struct ctl *k)
{
	const char *why = NULL;
	struct zx__itx *it = NULL;
	cJSON *ask = zx__dup(k->body);
	int err;

	zx__dom_set(ask, "user:I", zx__ctl_user(k));
	err = zx__itx_start(k->w, ask, &it, &why);
	cJSON_Delete(ask);
	if (err != ZX_OK) {
		zx__ctl_refuse(k, err, why);
		return;
	}
	zx__reply(&k->call, 200, zx__dom("id:I", it->id));
	if (it->type == 4)
		k->call.res->hold = it->id;
}

/* A person joins or leaves a server. */
static void members(struct ctl *k)
{
	struct zx__guild *g =
		zx__guild_by_id(k->w, zx__dom_id(k->body, "guild_id"));
	uint64_t user = zx__ctl_user(k);
	int err = ZX_E_NOTFOUND;

	if (g && zx__user(k->w, user))
		err = strcmp(k->call.req->method, "POST")
			      ? zx__member_leave(k->w, g, user)
			      : zx__member_join(k->w, g, user);
	if (err == ZX_OK)
		zx__no_content(&k->call);
	else
		zx__ctl_refuse(k, err, NULL);
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
		zx__ctl_fail(k, 404, "there is no such interaction");
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
		zx__ctl_fail(k, 400,
			     "an event has a name \"event\" and a \"d\"");
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
		zx__ctl_fail(k, 400,
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
	{ "GET /sandbox/messages", zx__ctl_list },
	{ "POST /sandbox/messages", zx__ctl_post },
	{ "PATCH /sandbox/messages/{id}", zx__ctl_edit },
	{ "DELETE /sandbox/messages/{id}", zx__ctl_remove },
	{ "POST /sandbox/messages/{id}/dismiss", zx__ctl_dismiss },
	{ "POST /sandbox/messages/{id}/react", zx__ctl_react },
	{ "POST /sandbox/interactions", start },
	{ "GET /sandbox/interactions/{id}", get_interaction },
	{ "POST /sandbox/members", members },
	{ "DELETE /sandbox/members", members },
	{ "POST /sandbox/events", inject },
	{ "POST /sandbox/faults", arm },
	{ "DELETE /sandbox/faults", disarm },
	{ "GET /sandbox/log", get_log },
	{ "POST /sandbox/act", zx__ctl_act },
	{ "POST /sandbox/guilds/{id}/seed", zx__ctl_seed },
	{ "POST /sandbox/guilds/{id}/quota", zx__ctl_quota },
	{ "GET /sandbox/channels/{id}/viewers", zx__ctl_viewers },
	{ "GET /sandbox/permissions", zx__ctl_permissions },
	{ "POST /sandbox/watches", zx__ctl_watch },
	{ "GET /sandbox/watches", zx__ctl_watches },
	{ "DELETE /sandbox/watches", zx__ctl_unwatch },
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
			if (strcmp(req->method, "GET"))
				zx__watch_check(k->w, req->method, req->path);
			return;
		}
	zx__ctl_fail(k, 404, "no such call");
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
		zx__ctl_fail(&k, 400, "the body is not a JSON object");
	cJSON_Delete(k.call.errors);
	cJSON_Delete(body);
}
