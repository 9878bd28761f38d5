/* SPDX-License-Identifier: MIT
 *
 * Interactions: started by people, kept until the ring goes round, failed when
 * nobody answers in time.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "sandbox/world_int.h"

#define FIRST_ANSWER_MS 3000
#define TOKEN_MS (15 * 60000)
#define UPLOAD_LIMIT 10485760

struct zx__itx *zx__itx_find(struct zx__world *w, uint64_t id)
{
	for (size_t i = 0; i < ZX__MAX_INTERACTIONS; i++)
		if (w->itx[i] && w->itx[i]->id == id)
			return w->itx[i];
	return NULL;
}

struct zx__itx *zx__itx_by_token(struct zx__world *w, struct zx_str token)
{
	for (size_t i = 0; i < ZX__MAX_INTERACTIONS; i++)
		if (w->itx[i] && zx_str_is(token, w->itx[i]->token))
			return w->itx[i];
	return NULL;
}

void zx__itx_free(struct zx__itx *it)
{
	if (!it)
		return;
	cJSON_Delete(it->data);
	cJSON_Delete(it->result);
	free(it);
}

void zx__itx_live(struct zx__world *w, struct zx__itx *it, const char *error)
{
	static const char *const states[] = { "sent", "deferred", "answered",
					      "failed" };
	cJSON *d = zx__dom("id:I type:i state:s channel_id:I user_id:I "
			   "command:s error:s",
			   it->id, it->type, states[it->state], it->channel,
			   it->user, it->command, error);

	if (it->original)
		zx__dom_set(d, "message_id:I", it->original);
	if (it->type == 4 && it->result)
		zx__dom_set(d, "choices:c", zx__get(it->result, "choices"));
	zx__live(w, "INTERACTION", d, it->user);
}

/* Time -------------------------------------------------------------------- */

static uint64_t deadline(const struct zx__itx *it)
{
	if (it->state == ZX__SENT)
		return it->created + FIRST_ANSWER_MS;
	return it->state == ZX__DEFERRED ? it->expires : ZX_TIME_NEVER;
}

uint64_t zx__itx_tick(struct zx__world *w)
{
	uint64_t next = ZX_TIME_NEVER;

	/* The ring fills from its beginning. */
	for (size_t i = 0; i < ZX__MAX_INTERACTIONS && w->itx[i]; i++) {
		struct zx__itx *it = w->itx[i];

		if (deadline(it) <= w->now) {
			it->state = ZX__FAILED;
			zx__itx_live(w, it, "The application did not respond");
		}
		next = zx_time_min(next, deadline(it));
	}
	return next;
}

/* Starting ---------------------------------------------------------------- */

static void make_token(struct zx__world *w, char out[128])
{
	static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqr"
				  "stuvwxyz0123456789";
	size_t n = (size_t)snprintf(out, 128, "aW50ZXJhY3Rpb246");

	while (n < 100)
		out[n++] = set[zx__rand(w, sizeof(set) - 1)];
	out[n] = '\0';
}

static struct zx__itx *make(struct zx__world *w, int type, uint64_t user,
			    uint64_t channel, struct zx__guild *g, cJSON *data)
{
	struct zx__itx *it = calloc(1, sizeof(*it));

	if (!it) {
		cJSON_Delete(data);
		return NULL;
	}
	it->id = zx__world_new_id(w);
	it->type = type;
	it->user = user;
	it->channel = channel;
	it->guild = g ? g->id : 0;
	it->data = data;
	it->created = w->now;
	it->expires = w->now + TOKEN_MS;
	make_token(w, it->token);
	zx__itx_free(w->itx[w->itx_next]);
	w->itx[w->itx_next] = it;
	w->itx_next = (w->itx_next + 1) % ZX__MAX_INTERACTIONS;
	w->stats.interactions++;
	return it;
}

static cJSON *channel_of(struct zx__world *w, struct zx__guild *g,
			 const cJSON *ch, uint64_t user)
{
	cJSON *o = zx__pick(ch, "id type name parent_id topic nsfw position "
				"guild_id last_message_id flags recipients "
				"rate_limit_per_user thread_metadata owner_id "
				"member_count message_count "
				"total_message_sent");

	zx__dom_set(o, "permissions:U", zx__perm_in(w, g, ch, user));
	return o;
}

static void add_guild(struct zx__world *w, struct zx__guild *g, cJSON *d,
		      const cJSON *ch, uint64_t user)
{
	cJSON *m = zx__member_out(w, g, user, 1);

	zx__dom_set(m, "permissions:U", zx__perm_in(w, g, ch, user));
	zx__dom_set(d, "guild_id:I guild:o guild_locale:c member:o", g->id,
		    zx__dom("id:I locale:c features:c", g->id,
			    zx__get(g->dom, "preferred_locale"),
			    zx__get(g->dom, "features")),
		    zx__get(g->dom, "preferred_locale"), m);
}

static void send(struct zx__world *w, struct zx__itx *it)
{
	struct zx__guild *g;
	const cJSON *ch = zx__channel_find(w, it->channel, &g);
	struct zx__msg *source = zx__msg_find(w, it->channel, it->source);
	cJSON *d = zx__dom(
		"id:I application_id:I type:i data:c channel_id:I channel:o "
		"token:s version:i app_permissions:U locale:s entitlements:a "
		"authorizing_integration_owners:o context:i "
		"attachment_size_limit:i",
		it->id, zx__bot(w), it->type, it->data, it->channel,
		channel_of(w, g, ch, it->user), it->token, 1,
		zx__perm_in(w, g, ch, zx__bot(w)), "en-US",
		zx__dom("0:I", g ? g->id : UINT64_C(0)), g ? 0 : 1,
		UPLOAD_LIMIT);

	if (g)
		add_guild(w, g, d, ch, it->user);
	else
		zx__dom_set(d, "user:c", zx__user(w, it->user));
	if (source)
		zx__dom_set(d, "message:c", source->dom);
	zx__itx_live(w, it, NULL);
	zx__emit(w, g ? g->id : 0, "INTERACTION_CREATE", d);
}

/* Components -------------------------------------------------------------- */

static int in_options(const cJSON *component, const cJSON *value)
{
	ZX__EACH(o, zx__get(component, "options"))
	if (cJSON_IsString(value) &&
	    !strcmp(zx__str(o, "value"), value->valuestring))
		return 1;
	return 0;
}

static int entity_of(int select)
{
	static const int kinds[] = { [5] = 6, [6] = 8, [7] = 9, [8] = 7 };

	return kinds[select];
}

/* Fills data.values; NULL or what is wrong. */
static const char *add_values(struct zx__world *w, struct zx__guild *g,
			      const cJSON *ch, const cJSON *comp,
			      const cJSON *values, cJSON *data, uint64_t user)
{
	int type = zx__int(comp, "type"), n = cJSON_GetArraySize(values);

	if (type == 2)
		return NULL;
	if (n < zx__int(comp, "min_values") || n > zx__int(comp, "max_values"))
		return "too few or too many values";
	ZX__EACH(v, values)
	{
		if (type == 3 && !in_options(comp, v))
			return "a value is none of the options";
		if (type >= 5 && type <= 8 &&
		    !zx__itx_resolve(w, g, ch, data, entity_of(type),
				     zx__dom_u64(v), user))
			return "a value names nobody";
	}
	zx__dom_set(data, "values:o",
		    values ? zx__dup(values) : cJSON_CreateArray());
	return NULL;
}

static int press(struct zx__world *w, const cJSON *ask, struct zx__guild *g,
		 const cJSON *ch, uint64_t user, struct zx__itx **out,
		 const char **why)
{
	uint64_t channel = zx__dom_id(ch, "id");
	struct zx__msg *m =
		zx__msg_find(w, channel, zx__dom_id(ask, "message_id"));
	const cJSON *comp;
	cJSON *data;
	uint64_t message, root;

	if (!m || (m->ephemeral_for && m->ephemeral_for != user)) {
		*why = "there is no such message";
		return ZX_E_NOTFOUND;
	}
	comp = zx__component_find(zx__get(m->dom, "components"),
				  zx__str(ask, "custom_id"));
	if (!comp || !*zx__str(ask, "custom_id")) {
		*why = "the message has no such component";
		return ZX_E_NOTFOUND;
	}
	if (zx__true(comp, "disabled")) {
		*why = "the component is disabled";
		return ZX_E_PERM;
	}
	data = zx__dom("custom_id:s component_type:i id:c",
		       zx__str(ask, "custom_id"), zx__int(comp, "type"),
		       zx__get(comp, "id"));
	*why = add_values(w, g, ch, comp, zx__some(ask, "values"), data, user);
	if (*why) {
		cJSON_Delete(data);
		return ZX_E_INVALID;
	}
	message = m->id;
	root = m->interaction;
	*out = make(w, 3, user, channel, g, data);
	if (!*out)
		return ZX_E_NOMEM;
	(*out)->source = message;
	(*out)->root = root;
	snprintf((*out)->command, sizeof((*out)->command), "%s",
		 zx__str(ask, "custom_id"));
	return ZX_OK;
}

/* Commands and modals ----------------------------------------------------- */

static int command(struct zx__world *w, const cJSON *ask, struct zx__guild *g,
		   const cJSON *ch, uint64_t user, int type,
		   struct zx__itx **out, const char **why)
{
	int err = ZX_OK;
	cJSON *data = zx__itx_command_data(w, g, ch, user, ask, why, &err);

	if (!data)
		return err;
	*out = make(w, type, user, zx__dom_id(ch, "id"), g, data);
	if (!*out)
		return ZX_E_NOMEM;
	snprintf((*out)->command, sizeof((*out)->command), "%s",
		 zx__str(ask, "name"));
	return ZX_OK;
}

static int submit(struct zx__world *w, const cJSON *ask, struct zx__guild *g,
		  const cJSON *ch, uint64_t user, struct zx__itx **out,
		  const char **why)
{
	struct zx__itx *from =
		zx__itx_find(w, zx__dom_id(ask, "interaction_id"));
	uint64_t source, root;
	cJSON *data;

	if (!from || from->answered_by != 9 || from->user != user ||
	    strcmp(zx__str(from->result, "custom_id"),
		   zx__str(ask, "custom_id"))) {
		*why = "no such modal is open for this user";
		return ZX_E_NOTFOUND;
	}
	source = from->source;
	root = from->root;
	data = zx__itx_modal_data(w, g, ch, from, zx__some(ask, "values"),
				  user);
	if (!data) {
		*why = "a value is no file or names nobody";
		return ZX_E_INVALID;
	}
	*out = make(w, 5, user, zx__dom_id(ch, "id"), g, data);
	if (!*out)
		return ZX_E_NOMEM;
	(*out)->source = source;
	(*out)->root = root;
	snprintf((*out)->command, sizeof((*out)->command), "%s",
		 zx__str(ask, "custom_id"));
	return ZX_OK;
}

int zx__itx_start(struct zx__world *w, const cJSON *ask, struct zx__itx **out,
		  const char **why)
{
	uint64_t user = zx__dom_id(ask, "user");
	uint64_t channel = zx__dom_id(ask, "channel_id");
	int type = zx__int(ask, "type"), err;
	struct zx__guild *g;
	const cJSON *ch = zx__channel_find(w, channel, &g);

	*why = "there is no such user or channel";
	if (!zx__user(w, user) || !ch || user == zx__bot(w))
		return ZX_E_NOTFOUND;
	*why = "this user does not see the channel";
	if (!(zx__perm_in(w, g, ch, user) & ZX__P_VIEW))
		return ZX_E_PERM;
	*why = "type must be 2, 3, 4 or 5";
	if (type == 2 || type == 4)
		err = command(w, ask, g, ch, user, type, out, why);
	else if (type == 3)
		err = press(w, ask, g, ch, user, out, why);
	else if (type == 5)
		err = submit(w, ask, g, ch, user, out, why);
	else
		err = ZX_E_INVALID;
	if (err == ZX_OK)
		send(w, *out);
	return err;
}
