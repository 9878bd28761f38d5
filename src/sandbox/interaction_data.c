/* SPDX-License-Identifier: MIT
 *
 * What a person gave a command, as the bot receives it: options checked against
 * the definition.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "sandbox/interaction_int.h"

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

int zx__as_bool(const cJSON *v)
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

static cJSON *typed(struct ask *a, const cJSON *o, const cJSON *v, int type)
{
	switch (type) {
	case STRING:
		return string_value(a, o, v);
	case INTEGER:
	case NUMBER:
		return number_value(a, o, v, type);
	case BOOLEAN:
		return cJSON_CreateBool(zx__as_bool(v));
	case ATTACHMENT:
		return zx__option_file(a, v);
	default:
		return zx__option_entity(a, o, v, type);
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
		if (!zx__itx_resolve(a->w, a->g, a->channel, a->data, USER, id,
				     a->user))
			a->why = "there is no such user";
		return;
	}
	m = zx__msg_find(a->w, zx__dom_id(a->channel, "id"), id);
	if (m)
		zx__resolved_put(a->data, "messages", id, zx__dup(m->dom));
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
