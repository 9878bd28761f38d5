/* SPDX-License-Identifier: MIT
 *
 * The limits of messages and embeds.
 */
#include "sandbox/world_int.h"

enum {
	CONTENT = 2000,
	EMBEDS = 10,
	EMBED_TOTAL = 6000,
	V2_FLAG = 1 << 15,
	POLL_HOURS = 768
};

static size_t length(const cJSON *o, const char *key)
{
	return zx_utf8_count(zx_str(zx__str(o, key)));
}

static int starts(const char *s, const char *prefix)
{
	return !strncmp(s, prefix, strlen(prefix));
}

static void check_url(struct zx__call *c, const cJSON *o, const char *at,
		      const char *key, int attachment)
{
	const char *url = zx__str(o, key);
	char path[ZX__AT_SIZE];

	if (!zx__form_str(c, o, at, key, 0, 2048))
		return;
	if (starts(url, "http://") || starts(url, "https://") ||
	    (attachment && starts(url, "attachment://")))
		return;
	zx__bad(c, zx__at(path, at, key), "URL_TYPE_INVALID_SCHEME",
		"Scheme \"%.40s\" is not supported. Scheme must be one of "
		"('http', 'https').",
		url);
}

static void check_field(struct zx__call *c, const cJSON *f, const char *at)
{
	zx__form_required(c, f, at, "name");
	zx__form_required(c, f, at, "value");
	zx__form_str(c, f, at, "name", 0, 256);
	zx__form_str(c, f, at, "value", 0, 1024);
	zx__form_bool(c, f, at, "inline");
}

static void check_author(struct zx__call *c, const cJSON *embed, const char *at)
{
	const cJSON *a = zx__some(embed, "author");
	const cJSON *f = zx__some(embed, "footer");
	char path[ZX__AT_SIZE];

	if (a) {
		zx__at(path, at, "author");
		zx__form_required(c, a, path, "name");
		zx__form_str(c, a, path, "name", 0, 256);
		check_url(c, a, path, "url", 0);
		check_url(c, a, path, "icon_url", 1);
	}
	if (f) {
		zx__at(path, at, "footer");
		zx__form_required(c, f, path, "text");
		zx__form_str(c, f, path, "text", 0, 2048);
		check_url(c, f, path, "icon_url", 1);
	}
}

static void check_pictures(struct zx__call *c, const cJSON *embed,
			   const char *at)
{
	static const char *const keys[] = { "image", "thumbnail" };
	char path[ZX__AT_SIZE];

	for (size_t i = 0; i < 2; i++)
		if (zx__some(embed, keys[i]))
			check_url(c, zx__get(embed, keys[i]),
				  zx__at(path, at, keys[i]), "url", 1);
	check_url(c, embed, at, "url", 0);
}

static size_t check_fields(struct zx__call *c, const cJSON *embed,
			   const char *at)
{
	char list[ZX__AT_SIZE], path[ZX__AT_SIZE];
	size_t total = 0;
	int i = 0;

	if (!zx__form_array(c, embed, at, "fields", 0, 25))
		return 0;
	zx__at(list, at, "fields");
	ZX__EACH(f, zx__get(embed, "fields"))
	{
		check_field(c, f, zx__at_i(path, list, i++));
		total += length(f, "name") + length(f, "value");
	}
	return total;
}

/* Returns the characters that count against the total. */
static size_t check_embed(struct zx__call *c, const cJSON *e, const char *at)
{
	char path[ZX__AT_SIZE];

	zx__form_str(c, e, at, "title", 0, 256);
	zx__form_str(c, e, at, "description", 0, 4096);
	zx__form_int(c, e, at, "color", 0, 0xffffff);
	if (zx__form_str(c, e, at, "timestamp", 0, 100) &&
	    zx__iso_parse(zx__str(e, "timestamp")) < 0)
		zx__bad(c, zx__at(path, at, "timestamp"),
			"DATE_TIME_TYPE_PARSE",
			"Could not parse %s. Should be ISO8601.",
			zx__str(e, "timestamp"));
	check_author(c, e, at);
	check_pictures(c, e, at);
	return check_fields(c, e, at) + length(e, "title") +
	       length(e, "description") + length(zx__get(e, "footer"), "text") +
	       length(zx__get(e, "author"), "name");
}

void zx__check_embeds(struct zx__call *c, const cJSON *embeds, const char *at)
{
	char path[ZX__AT_SIZE];
	size_t total = 0;
	int i = 0;

	ZX__EACH(e, embeds)
	total += check_embed(c, e, zx__at_i(path, at, i++));
	if (total > EMBED_TOTAL)
		zx__bad(c, at, "MAX_EMBED_SIZE_EXCEEDED",
			"Embed size exceeds maximum size of 6000");
}

/* Mentions, polls, attachments -------------------------------------------- */

static int parses(const cJSON *allowed, const char *word)
{
	ZX__EACH(w, zx__get(allowed, "parse"))
	if (cJSON_IsString(w) && !strcmp(w->valuestring, word))
		return 1;
	return 0;
}

static void check_mentions(struct zx__call *c, const cJSON *body,
			   const char *at)
{
	const cJSON *a = zx__some(body, "allowed_mentions");
	static const char *const lists[] = { "users", "roles" };
	char path[ZX__AT_SIZE], inner[ZX__AT_SIZE];

	if (!a)
		return;
	zx__at(path, at, "allowed_mentions");
	for (size_t i = 0; i < 2; i++) {
		zx__form_array(c, a, path, lists[i], 0, 100);
		if (parses(a, lists[i]) && zx__get(a, lists[i]) &&
		    zx__get(a, lists[i])->child)
			zx__bad(c, path,
				"MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
				"parse:[\"%s\"] and %s: [ids...] are mutually "
				"exclusive.",
				lists[i], lists[i]);
	}
	zx__at(inner, path, "parse");
	ZX__EACH(w, zx__get(a, "parse"))
	if (!cJSON_IsString(w) || (strcmp(w->valuestring, "users") &&
				   strcmp(w->valuestring, "roles") &&
				   strcmp(w->valuestring, "everyone")))
		zx__bad(c, inner, "BASE_TYPE_CHOICES",
			"Value must be one of {'roles', 'everyone', "
			"'users'}.");
}

static void check_answers(struct zx__call *c, const cJSON *poll, const char *at)
{
	char list[ZX__AT_SIZE], item[ZX__AT_SIZE], media[ZX__AT_SIZE];
	int i = 0;

	zx__form_required(c, poll, at, "answers");
	if (!zx__form_array(c, poll, at, "answers", 1, 10))
		return;
	zx__at(list, at, "answers");
	ZX__EACH(a, zx__get(poll, "answers"))
	{
		zx__at_i(item, list, i++);
		zx__form_str(c, zx__get(a, "poll_media"),
			     zx__at(media, item, "poll_media"), "text", 1, 55);
	}
}

static void check_poll(struct zx__call *c, const cJSON *body, const char *at)
{
	const cJSON *poll = zx__some(body, "poll");
	char path[ZX__AT_SIZE], inner[ZX__AT_SIZE];

	if (!poll)
		return;
	zx__at(path, at, "poll");
	zx__form_required(c, poll, path, "question");
	zx__form_str(c, zx__get(poll, "question"),
		     zx__at(inner, path, "question"), "text", 1, 300);
	zx__form_int(c, poll, path, "duration", 1, POLL_HOURS);
	check_answers(c, poll, path);
}

static void check_attachments(struct zx__call *c, const cJSON *body,
			      const char *at)
{
	char list[ZX__AT_SIZE], item[ZX__AT_SIZE];
	int i = 0;

	if (!zx__form_array(c, body, at, "attachments", 0, ZX__MAX_FILES))
		return;
	zx__at(list, at, "attachments");
	ZX__EACH(a, zx__get(body, "attachments"))
	{
		zx__at_i(item, list, i++);
		zx__form_required(c, a, item, "id");
		zx__form_str(c, a, item, "filename", 1, 1024);
		zx__form_str(c, a, item, "description", 0, 1024);
	}
}

/* The message ------------------------------------------------------------- */

static int has_items(const cJSON *body, const char *key)
{
	const cJSON *v = zx__some(body, key);

	return cJSON_IsArray(v) && v->child;
}

static int has_text(const cJSON *body)
{
	return zx_str_trim(zx_str(zx__str(body, "content"))).len > 0;
}

/* With the flag of components version 2, the old fields are out. */
static void check_v2(struct zx__call *c, const cJSON *body, const char *at)
{
	static const char *const old[] = { "content", "embeds", "poll",
					   "sticker_ids" };
	char path[ZX__AT_SIZE];

	for (size_t i = 0; i < sizeof(old) / sizeof(*old); i++) {
		const cJSON *v = zx__some(body, old[i]);

		if (!v || (cJSON_IsArray(v) && !v->child) ||
		    (cJSON_IsString(v) && !*v->valuestring))
			continue;
		zx__bad(c, zx__at(path, at, old[i]),
			"MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
			"The '%s' field cannot be used when using "
			"MessageFlags.IS_COMPONENTS_V2",
			old[i]);
	}
}

static void check_nonce(struct zx__call *c, const cJSON *body, const char *at)
{
	const cJSON *n = zx__some(body, "nonce");

	if (cJSON_IsString(n))
		zx__form_str(c, body, at, "nonce", 0, 25);
	else if (n)
		zx__form_int(c, body, at, "nonce", -9007199254740992.0,
			     9007199254740992.0);
}

static void check_webhook(struct zx__call *c, const cJSON *body, const char *at)
{
	const char *name = zx__str(body, "username");
	char path[ZX__AT_SIZE];

	zx__form_str(c, body, at, "thread_name", 0, 100);
	if (!zx__form_str(c, body, at, "username", 1, 80))
		return;
	if (strstr(name, "clyde") || strstr(name, "discord") ||
	    strstr(name, "Clyde") || strstr(name, "Discord"))
		zx__bad(c, zx__at(path, at, "username"),
			"USERNAME_INVALID_CONTAINS",
			"Username cannot contain \"%s\"",
			strstr(name, "lyde") ? "clyde" : "discord");
}

static int nothing_in_it(struct zx__call *c, const cJSON *body,
			 const cJSON *old)
{
	static const char *const keys[] = { "embeds", "components",
					    "attachments", "sticker_ids" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		int kept = old && !zx__get(body, keys[i]) &&
			   has_items(old, keys[i]);

		if (has_items(body, keys[i]) || kept)
			return 0;
	}
	if (old && !zx__get(body, "content") && has_text(old))
		return 0;
	return !has_text(body) && !zx__some(body, "poll") && !c->nfiles &&
	       !zx__some(old, "poll") &&
	       zx__int(zx__get(body, "message_reference"), "type") != 1;
}

void zx__check_message(struct zx__call *c, const cJSON *body, const char *at,
		       int flags, const cJSON *old)
{
	int bits = zx__get(body, "flags") ? zx__int(body, "flags") : 0;
	char path[ZX__AT_SIZE];
	int v2;

	bits |= old ? zx__int(old, "flags") & V2_FLAG : 0;
	v2 = (bits & V2_FLAG) != 0;
	zx__form_str(c, body, at, "content", 0, CONTENT);
	zx__form_bool(c, body, at, "tts");
	zx__form_int(c, body, at, "flags", 0, 2147483647.0);
	check_nonce(c, body, at);
	if (zx__form_array(c, body, at, "embeds", 0, EMBEDS))
		zx__check_embeds(c, zx__get(body, "embeds"),
				 zx__at(path, at, "embeds"));
	zx__form_array(c, body, at, "sticker_ids", 0, 3);
	check_mentions(c, body, at);
	check_attachments(c, body, at);
	check_poll(c, body, at);
	if (flags & ZX__MSG_WEBHOOK)
		check_webhook(c, body, at);
	if (v2)
		check_v2(c, body, at);
	if (zx__form_array(c, body, at, "components", 0, v2 ? 40 : 5))
		zx__check_components(c, zx__get(body, "components"),
				     zx__at(path, at, "components"), v2);
	if (!c->errors && !(flags & ZX__MSG_MAY_BE_EMPTY) &&
	    nothing_in_it(c, body, old))
		zx__fail(c, 400, 50006, "Cannot send an empty message");
}
