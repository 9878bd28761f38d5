/* SPDX-License-Identifier: MIT
 *
 * Answers: objects, nothing, and errors in the forms of Discord.
 */
#include <stdio.h>

#include "sandbox/world_int.h"

void zx__reply(struct zx__call *c, int status, cJSON *taken)
{
	c->res->status = status;
	zx_buf_clear(&c->res->body);
	zx__print(taken, &c->res->body);
	cJSON_Delete(taken);
}

void zx__no_content(struct zx__call *c)
{
	c->res->status = 204;
	zx_buf_clear(&c->res->body);
}

void zx__fail(struct zx__call *c, int status, int code, const char *message)
{
	zx__reply(c, status, zx__dom("message:s code:i", message, code));
}

/* The object at the dotted path below `node`, made on the way. */
static cJSON *descend(cJSON *node, const char *path)
{
	struct zx_str rest = zx_str(path);

	while (rest.len) {
		struct zx_str word = zx_str_split(&rest, '.');
		char key[128];
		cJSON *next;

		snprintf(key, sizeof(key), "%.*s", ZX_ARG(word));
		next = zx__get_mut(node, key);
		if (!next)
			next = cJSON_AddObjectToObject(node, key);
		if (!next)
			return node;
		node = next;
	}
	return node;
}

void zx__bad(struct zx__call *c, const char *path, const char *code,
	     const char *fmt, ...)
{
	char text[300];
	cJSON *at, *list;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!c->errors)
		c->errors = cJSON_CreateObject();
	at = descend(c->errors, path);
	list = zx__get_mut(at, "_errors");
	if (!list)
		list = cJSON_AddArrayToObject(at, "_errors");
	cJSON_AddItemToArray(list, zx__dom("code:s message:s", code, text));
}

int zx__form_failed(struct zx__call *c)
{
	if (!c->errors)
		return 0;
	zx__reply(c, 400,
		  zx__dom("message:s code:i errors:o", "Invalid Form Body",
			  50035, c->errors));
	c->errors = NULL;
	return 1;
}

static const struct {
	enum zx__unknown code;
	const char *text;
} unknowns[] = {
	{ ZX__UNKNOWN_APPLICATION, "Unknown Application" },
	{ ZX__UNKNOWN_CHANNEL, "Unknown Channel" },
	{ ZX__UNKNOWN_GUILD, "Unknown Guild" },
	{ ZX__UNKNOWN_INVITE, "Unknown Invite" },
	{ ZX__UNKNOWN_MEMBER, "Unknown Member" },
	{ ZX__UNKNOWN_MESSAGE, "Unknown Message" },
	{ ZX__UNKNOWN_OVERWRITE, "Unknown Overwrite" },
	{ ZX__UNKNOWN_ROLE, "Unknown Role" },
	{ ZX__UNKNOWN_USER, "Unknown User" },
	{ ZX__UNKNOWN_EMOJI, "Unknown Emoji" },
	{ ZX__UNKNOWN_WEBHOOK, "Unknown Webhook" },
	{ ZX__UNKNOWN_BAN, "Unknown Ban" },
	{ ZX__UNKNOWN_STICKER, "Unknown Sticker" },
	{ ZX__UNKNOWN_INTERACTION, "Unknown interaction" },
	{ ZX__UNKNOWN_COMMAND, "Unknown application command" },
	{ ZX__UNKNOWN_COMMAND_PERMISSIONS,
	  "Unknown application command permissions" },
	{ ZX__UNKNOWN_WELCOME, "Unknown Guild Welcome Screen" },
	{ ZX__UNKNOWN_EVENT, "Unknown Guild Scheduled Event" },
	{ ZX__UNKNOWN_SOUND, "Unknown sound" },
};

void zx__unknown(struct zx__call *c, enum zx__unknown what)
{
	const char *text = "Unknown";

	for (size_t i = 0; i < sizeof(unknowns) / sizeof(*unknowns); i++)
		if (unknowns[i].code == what)
			text = unknowns[i].text;
	zx__fail(c, 404, (int)what, text);
}

void zx__no_access(struct zx__call *c)
{
	zx__fail(c, 403, 50001, "Missing Access");
}

void zx__no_permission(struct zx__call *c)
{
	zx__fail(c, 403, 50013, "Missing Permissions");
}
