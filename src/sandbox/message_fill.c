/* SPDX-License-Identifier: MIT
 *
 * A message from a checked body.
 */
#include <stdlib.h>

#include "sandbox/world_int.h"

enum {
	SUPPRESS_EMBEDS = 1 << 2,
	EPHEMERAL = 1 << 6,
	SUPPRESS_NOTIFICATIONS = 1 << 12,
	VOICE = 1 << 13,
	V2 = 1 << 15,
	SETTABLE = SUPPRESS_EMBEDS | EPHEMERAL | SUPPRESS_NOTIFICATIONS |
		   VOICE | V2,
	EDITABLE = SUPPRESS_EMBEDS | V2
};

static cJSON *trimmed(const cJSON *body)
{
	struct zx_str s = zx_str_trim(zx_str(zx__str(body, "content")));
	char *copy = zx_str_dup(NULL, s);
	cJSON *v = cJSON_CreateString(copy ? copy : "");

	zx_delete(NULL, copy);
	return v;
}

static cJSON *poll_answers(const cJSON *list)
{
	cJSON *out = cJSON_CreateArray();
	int n = 0;

	ZX__EACH(a, list)
	cJSON_AddItemToArray(out, zx__dom("answer_id:i poll_media:c", ++n,
					  zx__get(a, "poll_media")));
	return out;
}

static cJSON *poll_of(struct zx__world *w, const cJSON *p)
{
	int hours = zx__some(p, "duration") ? zx__int(p, "duration") : 24;

	return zx__dom("question:o answers:o expiry:T allow_multiselect:b "
		       "layout_type:i results:o",
		       zx__pick(zx__get(p, "question"), "text"),
		       poll_answers(zx__get(p, "answers")),
		       zx__wall(w) + (int64_t)hours * 3600000,
		       zx__true(p, "allow_multiselect"), 1,
		       zx__dom("is_finalized:f answer_counts:a"));
}

static cJSON *stickers_of(struct zx__call *c, const cJSON *ids)
{
	cJSON *out = cJSON_CreateArray();

	ZX__EACH(id, ids)
	{
		const cJSON *s = c->guild ? zx__set_get(&c->guild->stickers,
							zx__dom_u64(id))
					  : NULL;

		if (s)
			cJSON_AddItemToArray(out, zx__pick(s, "id name "
							      "format_type"));
	}
	return out;
}

/* A file that an embed shows is not listed once more. */
static int shown_by(const cJSON *v, const char *url)
{
	if (cJSON_IsString(v))
		return !strcmp(v->valuestring, url);
	ZX__EACH(child, v)
	if (shown_by(child, url))
		return 1;
	return 0;
}

static void attach(struct zx__call *c, cJSON *msg, const cJSON *body)
{
	uint64_t channel = zx__dom_id(msg, "channel_id");
	cJSON *list =
		zx__attachments(c, body, zx__get(msg, "attachments"), channel);

	zx__attachment_urls(zx__get_mut(msg, "embeds"), list);
	zx__attachment_urls(zx__get_mut(msg, "components"), list);
	for (int i = cJSON_GetArraySize(list); i > 0; i--)
		if (shown_by(zx__get(msg, "embeds"),
			     zx__str(cJSON_GetArrayItem(list, i - 1), "url")))
			cJSON_DeleteItemFromArray(list, i - 1);
	zx__dom_set(msg, "attachments:o", list);
}

void zx__msg_fill(struct zx__call *c, cJSON *msg, const cJSON *body)
{
	zx__dom_set(msg, "content:o tts:b flags:i embeds:o components:o",
		    trimmed(body), zx__true(body, "tts"),
		    zx__int(body, "flags") & SETTABLE,
		    zx__embeds_out(zx__get(body, "embeds")),
		    zx__components_out(c->w, zx__get(body, "components")));
	if (zx__some(body, "nonce"))
		zx__dom_set(msg, "nonce:c", zx__get(body, "nonce"));
	if (zx__some(body, "poll"))
		zx__dom_set(msg, "poll:o",
			    poll_of(c->w, zx__get(body, "poll")));
	if (zx__some(body, "sticker_ids") &&
	    zx__get(body, "sticker_ids")->child)
		zx__dom_set(msg, "sticker_items:o",
			    stickers_of(c, zx__get(body, "sticker_ids")));
	attach(c, msg, body);
}

void zx__msg_edit(struct zx__call *c, cJSON *msg, const cJSON *body)
{
	if (zx__get(body, "content"))
		zx__dom_set(msg, "content:o", trimmed(body));
	if (zx__get(body, "embeds"))
		zx__dom_set(msg, "embeds:o",
			    zx__embeds_out(zx__get(body, "embeds")));
	if (zx__get(body, "components"))
		zx__dom_set(
			msg, "components:o",
			zx__components_out(c->w, zx__get(body, "components")));
	if (zx__some(body, "flags")) {
		int keep = zx__int(msg, "flags") & ~SUPPRESS_EMBEDS;

		zx__dom_set(msg, "flags:i",
			    keep | (zx__int(body, "flags") & EDITABLE));
	}
	if (zx__some(body, "poll") && !zx__get(msg, "poll"))
		zx__dom_set(msg, "poll:o",
			    poll_of(c->w, zx__get(body, "poll")));
	attach(c, msg, body);
	zx__dom_set(msg, "edited_timestamp:T", zx__wall(c->w));
}
