/* SPDX-License-Identifier: MIT
 *
 * The same for C: zx_sandbox_say() and its kin.
 */
#include "sandbox/control_int.h"

/* It is now; 0 is the owner, and the first guild's #general. */
static void begin(struct zx__world *w, uint64_t *user, uint64_t *channel)
{
	w->now = zx__wire_now(w->wire);
	if (!*user)
		*user = w->who[ZX_SANDBOX_OWNER];
	if (!*channel)
		*channel =
			zx__world_channel(w, zx__world_guild(w, 0), "general");
}

int zx__world_say(struct zx__world *w, uint64_t user, uint64_t channel,
		  const char *text, uint64_t *id)
{
	struct zx__msg *m = NULL;
	const char *why;
	int err;

	begin(w, &user, &channel);
	err = zx__say(w, user, channel, text ? text : "", 0, &m, &why);
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

	begin(w, &user, &channel);
	zx__dom_set(ask, "user:I channel_id:I", user, channel);
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
