/* SPDX-License-Identifier: MIT
 *
 * What a person gave a command or modal, as the bot receives it: options
 * checked against the definition, entities resolved.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "sandbox/world_int.h"

enum {
	SUB = 1,
	GROUP,
	STRING,
	INTEGER,
	BOOLEAN,
	USER,
	CHANNEL,
	ROLE,
	MENTIONABLE,
	NUMBER,
	ATTACHMENT
};

struct ask {
	struct zx__world *w;
	struct zx__guild *g;
	const cJSON *channel;
	uint64_t user;
	const cJSON *values; /* {"name": value} */
	const char *focused; /* the option being typed, or NULL */
	cJSON *data;
	const char *why;
};

/* Resolved entities ------------------------------------------------------- */

static cJSON *section(cJSON *data, const char *key)
{
	cJSON *resolved = zx__get_mut(data, "resolved"), *s;

	if (!resolved)
		resolved = cJSON_AddObjectToObject(data, "resolved");
	s = zx__get_mut(resolved, key);
	return s ? s : cJSON_AddObjectToObject(resolved, key);
}

static void put(cJSON *data, const char *where, uint64_t id, cJSON *v)
{
	cJSON *s = section(data, where);
	char key[24];

	snprintf(key, sizeof(key), "%llu", (unsigned long long)id);
	cJSON_DeleteItemFromObjectCaseSensitive(s, key);
	cJSON_AddItemToObject(s, key, v);
}

static int resolve_user(struct zx__world *w, struct zx__guild *g, cJSON *data,
			const cJSON *channel, uint64_t id)
{
	const cJSON *u = zx__set_get(&w->users, id);
	cJSON *m;

	if (!u)
		return 0;
	put(data, "users", id, zx__dup(u));
	if (!g || !zx__member(g, id))
		return 1;
	m = zx__member_out(w, g, id, 0);
	zx__drop(m, "deaf mute");
	zx__dom_set(m, "permissions:U",
		    channel ? zx__perm_in(w, g, channel, id)
			    : zx__perm_base(w, g, id));
	put(data, "members", id, m);
	return 1;
}

static int resolve_role(struct zx__guild *g, cJSON *data, uint64_t id)
{
	const cJSON *role = g ? zx__set_get(&g->roles, id) : NULL;

	if (role)
		put(data, "roles", id, zx__dup(role));
	return role != NULL;
}

static int resolve_channel(struct zx__world *w, struct zx__guild *g,
			   cJSON *data, uint64_t id, uint64_t user)
{
	struct zx__guild *in;
	const cJSON *ch = zx__channel_find(w, id, &in);
	cJSON *o;

	if (!ch || !g || in != g)
		return 0;
	o = zx__pick(ch, "id name type parent_id thread_metadata guild_id "
			 "position flags nsfw topic last_message_id");
	zx__dom_set(o, "permissions:U app_permissions:U",
		    zx__perm_in(w, g, ch, user),
		    zx__perm_in(w, g, ch, zx__bot(w)));
	put(data, "channels", id, o);
	return 1;
}

int zx__itx_resolve(struct zx__world *w, struct zx__guild *g, cJSON *data,
		    int type, uint64_t id, uint64_t user)
{
	if (type == USER)
		return resolve_user(w, g, data, NULL, id);
	if (type == ROLE)
		return resolve_role(g, data, id);
	if (type == CHANNEL)
		return resolve_channel(w, g, data, id, user);
	return resolve_user(w, g, data, NULL, id) || resolve_role(g, data, id);
}

/* Values ------------------------------------------------------------------ */

static int as_number(const cJSON *v, double *out)
{
	char *end;

	if (cJSON_IsNumber(v)) {
		*out = v->valuedouble;
		return 1;
	}
	if (!cJSON_IsString(v) || !*v->valuestring)
		return 0;
	*out = strtod(v->valuestring, &end);
	return !*end;
}

static int as_bool(const cJSON *v)
{
	return cJSON_IsTrue(v) ||
	       (cJSON_IsString(v) && !strcmp(v->valuestring, "true"));
}

static int is_choice(const cJSON *option, const cJSON *v)
{
	const cJSON *choices = zx__some(option, "choices");

	if (!choices)
		return 1;
	ZX__EACH(c, choices)
	if (cJSON_Compare(zx__get(c, "value"), v, 1))
		return 1;
	return 0;
}

static cJSON *string_value(struct ask *a, const cJSON *o, const cJSON *v)
{
	size_t n;
	cJSON *s;

	if (!cJSON_IsString(v) && !cJSON_IsNumber(v))
		return NULL;
	if (cJSON_IsString(v)) {
		s = zx__dup(v);
	} else {
		char text[40];

		snprintf(text, sizeof(text), "%.15g", v->valuedouble);
		s = cJSON_CreateString(text);
	}
	n = zx_utf8_count(zx_str(s->valuestring));
	if ((zx__some(o, "min_length") &&
	     n < (size_t)zx__int(o, "min_length")) ||
	    n > (zx__some(o, "max_length") ? (size_t)zx__int(o, "max_length")
					   : 6000)) {
		a->why = "the text is too short or too long";
		cJSON_Delete(s);
		return NULL;
	}
	return s;
}

static cJSON *number_value(struct ask *a, const cJSON *o, const cJSON *v,
			   int type)
{
	const cJSON *min = zx__some(o, "min_value");
	const cJSON *max = zx__some(o, "max_value");
	double n;

	if (!as_number(v, &n) || (type == INTEGER && floor(n) != n) ||
	    fabs(n) > 9007199254740992.0)
		return NULL;
	if ((min && n < min->valuedouble) || (max && n > max->valuedouble)) {
		a->why = "the number is out of range";
		return NULL;
	}
	return cJSON_CreateNumber(n);
}

static int channel_type_ok(struct ask *a, const cJSON *o, uint64_t id)
{
	const cJSON *types = zx__some(o, "channel_types");
	struct zx__guild *g;
	const cJSON *ch = zx__channel_find(a->w, id, &g);

	if (!types || !types->child)
		return 1;
	ZX__EACH(t, types)
	if (t->valueint == zx__int(ch, "type"))
		return 1;
	return 0;
}

static cJSON *entity_value(struct ask *a, const cJSON *o, const cJSON *v,
			   int type)
{
	uint64_t id = zx__dom_u64(v);
	int ok = type == USER
			 ? resolve_user(a->w, a->g, a->data, a->channel, id)
			 : zx__itx_resolve(a->w, a->g, a->data, type, id,
					   a->user);

	if (!ok || (type == CHANNEL && !channel_type_ok(a, o, id)))
		return NULL;
	return zx__id_string(id);
}

/* The id of a file that is given as an object. */
static cJSON *file_value(struct ask *a, const cJSON *v)
{
	cJSON *file =
		zx__attachment_given(a->w, zx__dom_id(a->channel, "id"), v);
	uint64_t id = zx__dom_id(file, "id");

	if (!file) {
		a->why = "this is no file";
		return NULL;
	}
	zx__dom_set(file, "ephemeral:t");
	put(a->data, "attachments", id, file);
	return zx__id_string(id);
}

static cJSON *typed(struct ask *a, const cJSON *o, const cJSON *v, int type)
{
	switch (type) {
	case STRING:
		return string_value(a, o, v);
	case INTEGER:
	case NUMBER:
		return number_value(a, o, v, type);
	case BOOLEAN:
		return cJSON_CreateBool(as_bool(v));
	case ATTACHMENT:
		return file_value(a, v);
	default:
		return entity_value(a, o, v, type);
	}
}

/* While it is typed, a value is what stands there, whatever the type. */
static cJSON *half_typed(const cJSON *v)
{
	char text[40];

	if (cJSON_IsNumber(v)) {
		snprintf(text, sizeof(text), "%.15g", v->valuedouble);
		return cJSON_CreateString(text);
	}
	return cJSON_CreateString(cJSON_IsString(v) ? v->valuestring : "");
}

/* The option as it is sent; NULL when it is not given or wrong (why is set). */
static cJSON *one(struct ask *a, const cJSON *o)
{
	const char *name = zx__str(o, "name");
	const cJSON *v = zx__some(a->values, name);
	int type = zx__int(o, "type");
	int focused = a->focused && !strcmp(a->focused, name);
	cJSON *value;

	if (!v && !focused) {
		if (zx__true(o, "required") && !a->focused)
			a->why = "a required option is missing";
		return NULL;
	}
	value = focused ? half_typed(v) : typed(a, o, v, type);
	if (!value && a->focused)
		return NULL;
	if (!value || (!focused && !is_choice(o, value))) {
		if (!a->why)
			a->why = "an option has a wrong value";
		cJSON_Delete(value);
		return NULL;
	}
	v = value;
	value = zx__dom("name:s type:i value:o", name, type, value);
	if (focused)
		zx__dom_set(value, "focused:t");
	return value;
}

static int known(const cJSON *defs, const char *name)
{
	ZX__EACH(o, defs)
	if (!strcmp(zx__str(o, "name"), name))
		return 1;
	return 0;
}

static cJSON *options(struct ask *a, const cJSON *defs)
{
	cJSON *list = cJSON_CreateArray();

	ZX__EACH(v, a->values)
	if (!known(defs, v->string))
		a->why = "the command has no such option";
	ZX__EACH(o, defs)
	{
		cJSON *v = one(a, o);

		if (v)
			cJSON_AddItemToArray(list, v);
	}
	return list;
}

/* Subcommands ------------------------------------------------------------- */

static const cJSON *sub_of(const cJSON *defs, struct zx_str word)
{
	ZX__EACH(o, defs)
	if (zx__int(o, "type") <= GROUP && zx_str_is(word, zx__str(o, "name")))
		return o;
	return NULL;
}

/* Options below the words that are left of the command's path. */
static cJSON *descend(struct ask *a, const cJSON *def, struct zx_str path)
{
	const cJSON *defs = zx__get(def, "options");
	struct zx_str word = zx_str_split(&path, ' ');
	const cJSON *sub;
	cJSON *list;

	if (!word.len) {
		if (defs && defs->child &&
		    zx__int(defs->child, "type") <= GROUP)
			a->why = "a subcommand must be named";
		return options(a, defs);
	}
	sub = sub_of(defs, word);
	if (!sub) {
		a->why = "there is no such subcommand";
		return cJSON_CreateArray();
	}
	list = cJSON_CreateArray();
	cJSON_AddItemToArray(
		list, zx__dom("name:s type:i options:o", zx__str(sub, "name"),
			      zx__int(sub, "type"), descend(a, sub, path)));
	return list;
}

/* Context menus ----------------------------------------------------------- */

static void target(struct ask *a, const cJSON *cmd, uint64_t id)
{
	struct zx__msg *m;

	zx__dom_set(a->data, "target_id:I", id);
	if (zx__int(cmd, "type") == 2) {
		if (!resolve_user(a->w, a->g, a->data, a->channel, id))
			a->why = "there is no such user";
		return;
	}
	m = zx__msg_find(a->w, zx__dom_id(a->channel, "id"), id);
	if (m)
		put(a->data, "messages", id, zx__dup(m->dom));
	else
		a->why = "there is no such message";
}

static const cJSON *find_command(struct zx__world *w, struct zx__guild *g,
				 const cJSON *ask, struct zx_str *rest)
{
	const char *full = zx__str(ask, "name");
	uint64_t guild = g ? g->id : 0;
	const cJSON *cmd = NULL;
	char *first;

	if (zx__some(ask, "target_id")) {
		*rest = (struct zx_str){ NULL, 0 };
		cmd = zx__command_by_name(w, guild, full, 2);
		return cmd ? cmd : zx__command_by_name(w, guild, full, 3);
	}
	*rest = zx_str(*full == '/' ? full + 1 : full);
	first = zx_str_dup(NULL, zx_str_split(rest, ' '));
	if (first)
		cmd = zx__command_by_name(w, guild, first, 1);
	zx_delete(NULL, first);
	return cmd;
}

static int refused(struct zx__world *w, struct zx__guild *g,
		   const cJSON *channel, uint64_t user, const cJSON *cmd,
		   const char **why)
{
	if (!cmd) {
		*why = "the bot has no such command";
		return ZX_E_NOTFOUND;
	}
	if (!zx__command_visible(w, cmd, g, channel, user)) {
		*why = "this user does not see the command here";
		return ZX_E_PERM;
	}
	return ZX_OK;
}

cJSON *zx__itx_command_data(struct zx__world *w, struct zx__guild *g,
			    const cJSON *channel, uint64_t user,
			    const cJSON *ask, const char **why, int *err)
{
	struct ask a = { .w = w, .g = g, .channel = channel, .user = user };
	struct zx_str rest;
	const cJSON *cmd = find_command(w, g, ask, &rest);
	cJSON *list;

	*err = refused(w, g, channel, user, cmd, why);
	if (*err != ZX_OK)
		return NULL;
	a.values = zx__some(ask, "options");
	if (zx__some(ask, "focused"))
		a.focused = zx__str(ask, "focused");
	a.data = zx__pick(cmd, "id name type guild_id");
	if (zx__int(cmd, "type") == 1) {
		list = descend(&a, cmd, rest);
		zx__dom_set(a.data, "options:o", list);
		if (!list->child)
			zx__drop(a.data, "options");
	} else {
		target(&a, cmd, zx__dom_id(ask, "target_id"));
	}
	if (!a.why)
		return a.data;
	*why = a.why;
	*err = ZX_E_INVALID;
	cJSON_Delete(a.data);
	return NULL;
}

/* Modals ------------------------------------------------------------------ */

static const cJSON *first_of(const cJSON *v)
{
	return cJSON_IsArray(v) ? v->child : v;
}

static cJSON *list_of(const cJSON *v)
{
	cJSON *list;

	if (cJSON_IsArray(v))
		return zx__dup(v);
	list = cJSON_CreateArray();
	if (v && !cJSON_IsNull(v))
		cJSON_AddItemToArray(list, zx__dup(v));
	return list;
}

static cJSON *files_of(struct ask *a, const cJSON *v)
{
	cJSON *given = list_of(v), *list = cJSON_CreateArray();

	ZX__EACH(file, given)
	{
		cJSON *id = file_value(a, file);

		if (id)
			cJSON_AddItemToArray(list, id);
	}
	cJSON_Delete(given);
	return list;
}

/* Select types 5 to 8 as option types. */
static void resolve_values(struct ask *a, int type, const cJSON *values)
{
	static const int kinds[] = {
		[5] = USER, [6] = ROLE, [7] = MENTIONABLE, [8] = CHANNEL
	};

	if (type < 5 || type > 8)
		return;
	ZX__EACH(v, values)
	if (!zx__itx_resolve(a->w, a->g, a->data, kinds[type], zx__dom_u64(v),
			     a->user))
		a->why = "a value names nobody";
}

static cJSON *field_out(struct ask *a, const cJSON *field)
{
	const cJSON *v = zx__some(a->values, zx__str(field, "custom_id"));
	int type = zx__int(field, "type");
	cJSON *o = zx__pick(field, "type id custom_id");

	if (type == 4 || type == 21) {
		const cJSON *text = first_of(v);

		zx__dom_set(o, "value:s",
			    cJSON_IsString(text) ? text->valuestring
			    : type == 4		 ? ""
						 : NULL);
	} else if (type == 23) {
		zx__dom_set(o, "value:b", as_bool(first_of(v)));
	} else if (type == 19) {
		zx__dom_set(o, "values:o", files_of(a, v));
	} else {
		zx__dom_set(o, "values:o", list_of(v));
		resolve_values(a, type, zx__get(o, "values"));
	}
	return o;
}

static cJSON *row_out(struct ask *a, const cJSON *row)
{
	cJSON *list = cJSON_CreateArray();

	ZX__EACH(field, zx__get(row, "components"))
	cJSON_AddItemToArray(list, field_out(a, field));
	return zx__dom("type:i id:c components:o", zx__int(row, "type"),
		       zx__get(row, "id"), list);
}

cJSON *zx__itx_modal_data(struct zx__world *w, struct zx__guild *g,
			  const cJSON *channel, const struct zx__itx *from,
			  const cJSON *values, uint64_t user)
{
	struct ask a = { .w = w,
			 .g = g,
			 .channel = channel,
			 .user = user,
			 .values = values };
	cJSON *list = cJSON_CreateArray();

	a.data = zx__pick(from->result, "custom_id");
	ZX__EACH(top, zx__get(from->result, "components"))
	{
		if (zx__int(top, "type") == 18)
			cJSON_AddItemToArray(
				list,
				zx__dom("type:i id:c component:o", 18,
					zx__get(top, "id"),
					field_out(&a,
						  zx__get(top, "component"))));
		else if (zx__int(top, "type") == 1)
			cJSON_AddItemToArray(list, row_out(&a, top));
		else
			cJSON_AddItemToArray(list, zx__pick(top, "type id"));
	}
	zx__dom_set(a.data, "components:o", list);
	if (!a.why)
		return a.data;
	cJSON_Delete(a.data);
	return NULL;
}
