/* SPDX-License-Identifier: MIT
 *
 * A submitted modal: its fields with what was typed, chosen and uploaded.
 */
#include "sandbox/interaction_int.h"

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
		cJSON *id = zx__option_file(a, file);

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
	if (!zx__itx_resolve(a->w, a->g, a->channel, a->data, kinds[type],
			     zx__dom_u64(v), a->user))
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
		zx__dom_set(o, "value:b", zx__as_bool(first_of(v)));
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
