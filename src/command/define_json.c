/* SPDX-License-Identifier: MIT
 *
 * define_json: a definition as Discord wants it, and definitions of both sides
 * in one form that compares by bytes.
 */
#include "command/command_int.h"

enum { CONTEXT_GUILD = 0, CONTEXT_BOT_DM = 1, CONTEXT_PRIVATE = 2 };

static void choices(struct zx_json_writer *w, const struct zx_option *o)
{
	size_t i;

	if (!o->choice_count)
		return;
	zx_jw_arr(w, "choices");
	for (i = 0; i < o->choice_count; i++) {
		zx_jw_obj(w, NULL);
		zx_jw_cstr(w, "name", o->choices[i].name);
		if (o->type == ZX_OPTION_STRING)
			zx_jw_cstr(w, "value", o->choices[i].value);
		else
			zx_jw_raw(w, "value", zx_str(o->choices[i].value));
		zx_jw_obj_end(w);
	}
	zx_jw_arr_end(w);
}

static void range(struct zx_json_writer *w, const struct zx_option *o)
{
	int text = o->type == ZX_OPTION_STRING;

	if (o->has_min)
		zx_jw_f64(w, text ? "min_length" : "min_value", o->min);
	if (o->has_max)
		zx_jw_f64(w, text ? "max_length" : "max_value", o->max);
}

static void option(struct zx_json_writer *w, const struct zx_option *o)
{
	zx_jw_obj(w, NULL);
	zx_jw_u64(w, "type", o->type);
	zx_jw_cstr(w, "name", o->name);
	zx_jw_cstr(w, "description", o->description);
	if (o->required)
		zx_jw_bool(w, "required", 1);
	if (o->autocomplete)
		zx_jw_bool(w, "autocomplete", 1);
	range(w, o);
	choices(w, o);
	zx_jw_obj_end(w);
}

/* Who sees the command before a guild's administrators change that. "0" is
 * administrators only; null is everybody. */
static void visibility(struct zx_json_writer *w, const struct zx_command *c)
{
	uint64_t bits = c->permissions;

	if (c->rule == ZX_RULE_ADMIN)
		bits |= ZX_PERM_ADMINISTRATOR;
	if (c->rule == ZX_RULE_OWNER)
		zx_jw_id(w, "default_member_permissions", 0);
	else if (bits)
		zx_jw_id(w, "default_member_permissions", bits);
	else
		zx_jw_null(w, "default_member_permissions");
}

void zx__definition_write(struct zx_json_writer *w,
			  const struct zx_command *command)
{
	size_t i;

	zx_jw_obj(w, NULL);
	zx_jw_u64(w, "type", 1);
	zx_jw_cstr(w, "name", command->name);
	zx_jw_cstr(w, "description", command->description);
	visibility(w, command);
	zx_jw_arr(w, "contexts");
	zx_jw_u64(w, NULL, CONTEXT_GUILD);
	if (!(command->flags & ZX_COMMAND_GUILD_ONLY))
		zx_jw_u64(w, NULL, CONTEXT_BOT_DM);
	zx_jw_arr_end(w);
	if (command->option_count) {
		zx_jw_arr(w, "options");
		for (i = 0; i < command->option_count; i++)
			option(w, &command->options[i]);
		zx_jw_arr_end(w);
	}
	zx_jw_obj_end(w);
}

static void same_text(struct zx_json_writer *w, struct zx_str obj,
		      const char *key)
{
	struct zx_buf text;

	zx_buf_init(&text, w->out->alloc, 0);
	zx_json_text(zx_json_get(obj, key), &text);
	zx_jw_str(w, key, zx_buf_str(&text));
	if (text.err)
		w->out->err = text.err;
	zx_buf_release(&text);
}

/* "5", 5 and 5.0 are one; absent and null are none. */
static void same_number(struct zx_json_writer *w, struct zx_str obj,
			const char *key)
{
	double v;

	if (!zx_json_f64(zx_json_get(obj, key), &v))
		zx_jw_f64(w, key, v);
}

static void same_choices(struct zx_json_writer *w, struct zx_str list)
{
	struct zx_json_iter it = zx_json_each(list);
	struct zx_str value;

	zx_jw_arr(w, "choices");
	while (zx_json_next(&it)) {
		zx_jw_obj(w, NULL);
		same_text(w, it.value, "name");
		value = zx_json_get(it.value, "value");
		if (zx_json_kind(value) == ZX_JSON_STRING)
			same_text(w, it.value, "value");
		else
			same_number(w, it.value, "value");
		zx_jw_obj_end(w);
	}
	zx_jw_arr_end(w);
}

static void same_options(struct zx_json_writer *w, struct zx_str list,
			 unsigned depth)
{
	struct zx_json_iter it = zx_json_each(list);

	zx_jw_arr(w, "options");
	while (zx_json_next(&it)) {
		zx_jw_obj(w, NULL);
		zx_jw_i64(w, "type", zx_json_get_i64(it.value, "type"));
		same_text(w, it.value, "name");
		same_text(w, it.value, "description");
		zx_jw_bool(w, "required",
			   zx_json_get_bool(it.value, "required"));
		zx_jw_bool(w, "autocomplete",
			   zx_json_get_bool(it.value, "autocomplete"));
		same_number(w, it.value, "min_value");
		same_number(w, it.value, "max_value");
		same_number(w, it.value, "min_length");
		same_number(w, it.value, "max_length");
		same_choices(w, zx_json_get(it.value, "choices"));
		/* We make none of these: whatever is there is a difference. */
		if (zx_json_index(zx_json_get(it.value, "channel_types"), 0)
			    .len)
			zx_jw_bool(w, "channel_types", 1);
		if (depth)
			same_options(w, zx_json_get(it.value, "options"),
				     depth - 1);
		zx_jw_obj_end(w);
	}
	zx_jw_arr_end(w);
}

/* As a set; older data tell the same with dm_permission. */
static void same_contexts(struct zx_json_writer *w, struct zx_str raw)
{
	struct zx_str list = zx_json_get(raw, "contexts");
	struct zx_json_iter it = zx_json_each(list);
	unsigned set = 0;
	uint64_t context;
	int dm = 1;

	if (zx_json_kind(list) != ZX_JSON_ARRAY) {
		zx_json_bool(zx_json_get(raw, "dm_permission"), &dm);
		set = dm ? 1u << CONTEXT_GUILD | 1u << CONTEXT_BOT_DM |
				      1u << CONTEXT_PRIVATE
			 : 1u << CONTEXT_GUILD;
	}
	while (zx_json_next(&it))
		if (!zx_json_u64(it.value, &context) && context < 32)
			set |= 1u << context;
	zx_jw_u64(w, "contexts", set);
}

void zx__definition_canonical(struct zx_buf *out, struct zx_str raw)
{
	struct zx_json_writer w;
	uint64_t bits;

	zx_jw_init(&w, out);
	zx_jw_obj(&w, NULL);
	same_text(&w, raw, "name");
	same_text(&w, raw, "description");
	if (!zx_json_u64(zx_json_get(raw, "default_member_permissions"), &bits))
		zx_jw_id(&w, "default_member_permissions", bits);
	zx_jw_bool(&w, "nsfw", zx_json_get_bool(raw, "nsfw"));
	same_contexts(&w, raw);
	same_options(&w, zx_json_get(raw, "options"), 2);
	zx_jw_obj_end(&w);
}
