/* SPDX-License-Identifier: MIT
 *
 * Components and embeds as Discord gives them back: ids assigned, defaults
 * filled in, nulls left out.
 */
#include "sandbox/world_int.h"

static void largest_id(const cJSON *v, int *largest)
{
	if (cJSON_IsObject(v) && zx__get(v, "type") &&
	    cJSON_IsNumber(zx__get(v, "id")) && zx__int(v, "id") > *largest)
		*largest = zx__int(v, "id");
	if (cJSON_IsObject(v) || cJSON_IsArray(v))
		ZX__EACH(child, v)
	largest_id(child, largest);
}

static void drop_nulls(cJSON *o)
{
	for (cJSON *v = o->child, *next; v; v = next) {
		next = v->next;
		if (cJSON_IsNull(v))
			cJSON_Delete(cJSON_DetachItemViaPointer(o, v));
	}
}

static void fix_emoji(cJSON *o)
{
	cJSON *e = zx__get_mut(o, "emoji");

	if (!e)
		return;
	drop_nulls(e);
	if (!zx__get(e, "name"))
		zx__dom_set(e, "name:s", "_");
	if (zx__get(e, "id"))
		zx__dom_set(e, "id:I", zx__dom_id(e, "id"));
}

static cJSON *media_of(struct zx__world *w, const cJSON *media)
{
	return zx__dom("id:I url:c proxy_url:c width:n height:n "
		       "content_type:n",
		       zx__world_new_id(w), zx__get(media, "url"),
		       zx__get(media, "url"));
}

static void or_default(cJSON *o, const char *key, cJSON *v)
{
	if (zx__get(o, key))
		cJSON_Delete(v);
	else
		cJSON_AddItemToObject(o, key, v);
}

static void described(struct zx__world *w, cJSON *o)
{
	zx__dom_set(o, "media:o", media_of(w, zx__get(o, "media")));
	or_default(o, "description", cJSON_CreateNull());
	or_default(o, "spoiler", cJSON_CreateFalse());
}

static void defaults(struct zx__world *w, cJSON *o)
{
	int type = zx__int(o, "type");

	if ((type >= 5 && type <= 8) || type == 3) {
		or_default(o, "min_values", cJSON_CreateNumber(1));
		or_default(o, "max_values", cJSON_CreateNumber(1));
	} else if (type == 11) {
		described(w, o);
	} else if (type == 12) {
		for (cJSON *i = zx__get_mut(o, "items")->child; i; i = i->next)
			described(w, i);
	} else if (type == 13) {
		zx__dom_set(o, "file:o name:n size:n",
			    media_of(w, zx__get(o, "file")));
		or_default(o, "spoiler", cJSON_CreateFalse());
	} else if (type == 14) {
		or_default(o, "spacing", cJSON_CreateNumber(1));
		or_default(o, "divider", cJSON_CreateTrue());
	} else if (type == 17) {
		or_default(o, "accent_color", cJSON_CreateNull());
		or_default(o, "spoiler", cJSON_CreateFalse());
	}
}

static void finish(struct zx__world *w, cJSON *o, int *next)
{
	drop_nulls(o);
	if (!zx__int(o, "id"))
		zx__dom_set(o, "id:i", ++*next);
	fix_emoji(o);
	for (cJSON *opt = zx__get_mut(o, "options")
				  ? zx__get_mut(o, "options")->child
				  : NULL;
	     opt; opt = opt->next) {
		drop_nulls(opt);
		fix_emoji(opt);
	}
	defaults(w, o);
	for (cJSON *c = zx__get_mut(o, "components")
				? zx__get_mut(o, "components")->child
				: NULL;
	     c; c = c->next)
		finish(w, c, next);
	if (zx__get(o, "accessory"))
		finish(w, zx__get_mut(o, "accessory"), next);
	if (zx__get(o, "component"))
		finish(w, zx__get_mut(o, "component"), next);
}

cJSON *zx__components_out(struct zx__world *w, const cJSON *list)
{
	cJSON *out = cJSON_IsArray(list) ? zx__dup(list) : cJSON_CreateArray();
	int next = 0;

	largest_id(out, &next);
	for (cJSON *o = out ? out->child : NULL; o; o = o->next)
		finish(w, o, &next);
	return out;
}

const cJSON *zx__component_find(const cJSON *list, const char *custom_id)
{
	ZX__EACH(o, list)
	{
		const cJSON *hit;

		if (!strcmp(zx__str(o, "custom_id"), custom_id))
			return o;
		hit = zx__component_find(zx__get(o, "components"), custom_id);
		if (!hit &&
		    !strcmp(zx__str(zx__get(o, "accessory"), "custom_id"),
			    custom_id))
			hit = zx__get(o, "accessory");
		if (!hit &&
		    !strcmp(zx__str(zx__get(o, "component"), "custom_id"),
			    custom_id))
			hit = zx__get(o, "component");
		if (hit)
			return hit;
	}
	return NULL;
}

/* Embeds ------------------------------------------------------------------ */

static void proxied(cJSON *o, const char *url_key, const char *proxy_key)
{
	if (!zx__get(o, url_key))
		return;
	cJSON_DeleteItemFromObjectCaseSensitive(o, proxy_key);
	cJSON_AddItemToObject(o, proxy_key, zx__dup(zx__get(o, url_key)));
}

static cJSON *picture(const cJSON *given)
{
	cJSON *o = zx__pick(given, "url");

	proxied(o, "url", "proxy_url");
	zx__dom_set(o, "width:0 height:0");
	return o;
}

static cJSON *fields_out(const cJSON *list)
{
	cJSON *out = cJSON_CreateArray();

	ZX__EACH(f, list)
	cJSON_AddItemToArray(
		out, zx__dom("name:c value:c inline:b", zx__get(f, "name"),
			     zx__get(f, "value"), zx__true(f, "inline")));
	return out;
}

static void add_picture(cJSON *o, const cJSON *e, const char *key)
{
	if (zx__some(zx__get(e, key), "url"))
		cJSON_AddItemToObject(o, key, picture(zx__get(e, key)));
}

static cJSON *embed_out(const cJSON *e)
{
	cJSON *o = zx__pick(e, "url title description color");
	int64_t at = zx__iso_parse(zx__str(e, "timestamp"));
	cJSON *part;

	zx__dom_set(o, "type:s", "rich");
	drop_nulls(o);
	if (at >= 0)
		zx__dom_set(o, "timestamp:T", at);
	add_picture(o, e, "image");
	add_picture(o, e, "thumbnail");
	if (zx__some(e, "footer")) {
		part = zx__pick(zx__get(e, "footer"), "text icon_url");
		drop_nulls(part);
		proxied(part, "icon_url", "proxy_icon_url");
		zx__dom_set(o, "footer:o", part);
	}
	if (zx__some(e, "author")) {
		part = zx__pick(zx__get(e, "author"), "name url icon_url");
		drop_nulls(part);
		proxied(part, "icon_url", "proxy_icon_url");
		zx__dom_set(o, "author:o", part);
	}
	if (zx__some(e, "fields") && zx__get(e, "fields")->child)
		zx__dom_set(o, "fields:o", fields_out(zx__get(e, "fields")));
	return o;
}

cJSON *zx__embeds_out(const cJSON *list)
{
	cJSON *out = cJSON_CreateArray();

	ZX__EACH(e, list)
	cJSON_AddItemToArray(out, embed_out(e));
	return out;
}
