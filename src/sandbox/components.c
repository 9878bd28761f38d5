/* SPDX-License-Identifier: MIT
 *
 * The rules of message components and modals.
 */
#include "sandbox/world_int.h"

enum kind {
	ROW = 1,
	BUTTON = 2,
	STRING_SELECT = 3,
	TEXT_INPUT = 4,
	CHANNEL_SELECT = 8,
	SECTION = 9,
	TEXT = 10,
	THUMBNAIL = 11,
	GALLERY = 12,
	FILE_ = 13,
	SEPARATOR = 14,
	CONTAINER = 17,
	LABEL = 18,
	UPLOAD = 19,
	RADIO = 21,
	CHECKS = 22,
	CHECK = 23
};

enum { MAX_COMPONENTS = 40, MAX_TEXT = 4000, MAX_SEEN = 256 };

struct walk {
	struct zx__call *c;
	int modal;
	int count;
	size_t text;
	const char *custom_ids[MAX_SEEN];
	int custom_id_count;
	int ids[MAX_SEEN];
	int id_count;
};

#define BITS(...) bits((const int[]){ __VA_ARGS__, 0 })

static unsigned bits(const int *types)
{
	unsigned set = 0;

	for (; *types; types++)
		set |= 1u << *types;
	return set;
}

static int is_select(int type)
{
	return type == STRING_SELECT || (type >= 5 && type <= CHANNEL_SELECT);
}

static void seen_custom_id(struct walk *w, const cJSON *o, const char *at)
{
	const char *id = zx__str(o, "custom_id");
	char path[ZX__AT_SIZE];

	for (int i = 0; i < w->custom_id_count; i++)
		if (!strcmp(w->custom_ids[i], id))
			zx__bad(w->c, zx__at(path, at, "custom_id"),
				"COMPONENT_CUSTOM_ID_DUPLICATED",
				"Component custom id cannot be duplicated");
	if (w->custom_id_count < MAX_SEEN)
		w->custom_ids[w->custom_id_count++] = id;
}

static void custom_id(struct walk *w, const cJSON *o, const char *at)
{
	zx__form_required(w->c, o, at, "custom_id");
	if (zx__form_str(w->c, o, at, "custom_id", 1, 100))
		seen_custom_id(w, o, at);
}

static void seen_id(struct walk *w, const cJSON *o, const char *at)
{
	int id = zx__int(o, "id");
	char path[ZX__AT_SIZE];

	w->count++;
	if (!zx__form_int(w->c, o, at, "id", 0, 2147483647.0) || !id)
		return;
	for (int i = 0; i < w->id_count; i++)
		if (w->ids[i] == id)
			zx__bad(w->c, zx__at(path, at, "id"),
				"COMPONENT_ID_DUPLICATED",
				"Component id cannot be duplicated");
	if (w->id_count < MAX_SEEN)
		w->ids[w->id_count++] = id;
}

static void check_emoji(struct walk *w, const cJSON *o, const char *at)
{
	const cJSON *e = zx__some(o, "emoji");
	char path[ZX__AT_SIZE];

	if (!e)
		return;
	zx__at(path, at, "emoji");
	zx__form_id(w->c, e, path, "id");
	if (!zx__some(e, "id") && !*zx__str(e, "name"))
		zx__bad(w->c, path, "BUTTON_COMPONENT_INVALID_EMOJI",
			"Invalid emoji");
}

static void check_button(struct walk *w, const cJSON *o, const char *at)
{
	int style = zx__int(o, "style");
	struct zx__call *c = w->c;

	zx__form_required(c, o, at, "style");
	zx__form_int(c, o, at, "style", 1, 6);
	zx__form_str(c, o, at, "label", 0, 80);
	zx__form_bool(c, o, at, "disabled");
	check_emoji(w, o, at);
	if (style == 5) {
		zx__form_required(c, o, at, "url");
		zx__form_str(c, o, at, "url", 1, 512);
	} else if (style == 6) {
		zx__form_required(c, o, at, "sku_id");
	} else {
		custom_id(w, o, at);
	}
	if (style >= 5 && zx__some(o, "custom_id"))
		zx__bad(c, at,
			"BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_"
			"EXCLUSIVE",
			"A custom id and url cannot both be specified");
	if (style < 6 && !*zx__str(o, "label") && !zx__some(o, "emoji"))
		zx__bad(c, at, "BUTTON_COMPONENT_LABEL_REQUIRED",
			"A label or an emoji must be given");
}

static void check_options(struct walk *w, const cJSON *o, const char *at,
			  size_t min, size_t max)
{
	char list[ZX__AT_SIZE], item[ZX__AT_SIZE], path[ZX__AT_SIZE];
	int i = 0;

	zx__form_required(w->c, o, at, "options");
	if (!zx__form_array(w->c, o, at, "options", min, max))
		return;
	zx__at(list, at, "options");
	ZX__EACH(opt, zx__get(o, "options"))
	{
		zx__at_i(item, list, i++);
		zx__form_required(w->c, opt, item, "label");
		zx__form_required(w->c, opt, item, "value");
		zx__form_str(w->c, opt, item, "label", 1, 100);
		zx__form_str(w->c, opt, item, "value", 1, 100);
		zx__form_str(w->c, opt, item, "description", 0, 100);
		check_emoji(w, opt, item);
		for (const cJSON *p = opt->prev; p && p->next; p = p->prev)
			if (!strcmp(zx__str(p, "value"), zx__str(opt, "value")))
				zx__bad(w->c, zx__at(path, item, "value"),
					"SELECT_COMPONENT_OPTION_VALUE_"
					"DUPLICATED",
					"The specified option value is "
					"already used");
	}
}

static void check_range(struct walk *w, const cJSON *o, const char *at,
			double min_max, double max_max)
{
	char path[ZX__AT_SIZE];

	zx__form_int(w->c, o, at, "min_values", 0, min_max);
	zx__form_int(w->c, o, at, "max_values", 1, max_max);
	if (zx__some(o, "min_values") && zx__some(o, "max_values") &&
	    zx__int(o, "min_values") > zx__int(o, "max_values"))
		zx__bad(w->c, zx__at(path, at, "min_values"),
			"SELECT_COMPONENT_MIN_VALUES_TOO_LARGE",
			"min_values must not be above max_values");
}

static void check_select(struct walk *w, const cJSON *o, const char *at)
{
	char path[ZX__AT_SIZE];

	custom_id(w, o, at);
	zx__form_str(w->c, o, at, "placeholder", 0, 150);
	check_range(w, o, at, 25, 25);
	if (zx__int(o, "type") == STRING_SELECT)
		check_options(w, o, at, 1, 25);
	if (w->modal && zx__true(o, "disabled"))
		zx__bad(w->c, zx__at(path, at, "disabled"),
			"COMPONENT_DISABLED_IN_MODAL",
			"Components cannot be disabled in a modal");
	else
		zx__form_bool(w->c, o, at, "disabled");
}

static void check_text_input(struct walk *w, const cJSON *o, const char *at,
			     int in_row)
{
	struct zx__call *c = w->c;

	custom_id(w, o, at);
	zx__form_required(c, o, at, "style");
	zx__form_int(c, o, at, "style", 1, 2);
	if (in_row)
		zx__form_required(c, o, at, "label");
	zx__form_str(c, o, at, "label", 1, 45);
	zx__form_int(c, o, at, "min_length", 0, 4000);
	zx__form_int(c, o, at, "max_length", 1, 4000);
	zx__form_str(c, o, at, "value", 0, 4000);
	zx__form_str(c, o, at, "placeholder", 0, 100);
	zx__form_bool(c, o, at, "required");
}

static void check_row(struct walk *w, const cJSON *o, const char *at)
{
	char list[ZX__AT_SIZE], item[ZX__AT_SIZE];
	int buttons = 0, wide = 0, i = 0;

	zx__form_required(w->c, o, at, "components");
	if (!zx__form_array(w->c, o, at, "components", 1, 5))
		return;
	zx__at(list, at, "components");
	ZX__EACH(child, zx__get(o, "components"))
	{
		int type = zx__int(child, "type");

		zx__at_i(item, list, i++);
		seen_id(w, child, item);
		if (type == BUTTON && !w->modal) {
			check_button(w, child, item);
			buttons++;
		} else if (is_select(type) && !w->modal) {
			check_select(w, child, item);
			wide++;
		} else if (type == TEXT_INPUT && w->modal) {
			check_text_input(w, child, item, 1);
			wide++;
		} else {
			zx__bad(w->c, item, "COMPONENT_TYPE_INVALID",
				"The specified component type is invalid in "
				"this context");
		}
	}
	if (wide > 1 || (wide && buttons))
		zx__bad(w->c, at, "COMPONENT_LAYOUT_WIDTH_EXCEEDED",
			"The specified component exceeds the maximum width");
}

static void check_media(struct walk *w, const cJSON *o, const char *at,
			const char *key)
{
	const cJSON *media = zx__some(o, key);
	char path[ZX__AT_SIZE];

	zx__form_required(w->c, o, at, key);
	if (!media)
		return;
	zx__at(path, at, key);
	zx__form_required(w->c, media, path, "url");
	zx__form_str(w->c, media, path, "url", 1, 2048);
}

static void check_text(struct walk *w, const cJSON *o, const char *at)
{
	zx__form_required(w->c, o, at, "content");
	zx__form_str(w->c, o, at, "content", 1, 4000);
	w->text += zx_utf8_count(zx_str(zx__str(o, "content")));
}

static void check_section(struct walk *w, const cJSON *o, const char *at)
{
	char list[ZX__AT_SIZE], item[ZX__AT_SIZE];
	const cJSON *acc = zx__some(o, "accessory");
	int i = 0;

	zx__form_required(w->c, o, at, "components");
	zx__form_required(w->c, o, at, "accessory");
	zx__form_array(w->c, o, at, "components", 1, 3);
	zx__at(list, at, "components");
	ZX__EACH(child, zx__get(o, "components"))
	{
		zx__at_i(item, list, i++);
		seen_id(w, child, item);
		if (zx__int(child, "type") != TEXT)
			zx__bad(w->c, item, "COMPONENT_TYPE_INVALID",
				"Only text displays are allowed in a section");
		check_text(w, child, item);
	}
	if (!acc)
		return;
	zx__at(item, at, "accessory");
	seen_id(w, acc, item);
	if (zx__int(acc, "type") == BUTTON)
		check_button(w, acc, item);
	else if (zx__int(acc, "type") == THUMBNAIL)
		check_media(w, acc, item, "media");
	else
		zx__bad(w->c, item, "COMPONENT_TYPE_INVALID",
			"The specified component type is invalid in this "
			"context");
}

static void check_gallery(struct walk *w, const cJSON *o, const char *at)
{
	char list[ZX__AT_SIZE], item[ZX__AT_SIZE];
	int i = 0;

	zx__form_required(w->c, o, at, "items");
	zx__form_array(w->c, o, at, "items", 1, 10);
	zx__at(list, at, "items");
	ZX__EACH(child, zx__get(o, "items"))
	{
		zx__at_i(item, list, i++);
		check_media(w, child, item, "media");
		zx__form_str(w->c, child, item, "description", 0, 1024);
	}
}

static void check_list(struct walk *w, const cJSON *list, const char *at,
		       unsigned allowed);

static void check_container(struct walk *w, const cJSON *o, const char *at)
{
	char list[ZX__AT_SIZE];

	zx__form_int(w->c, o, at, "accent_color", 0, 0xffffff);
	zx__form_bool(w->c, o, at, "spoiler");
	zx__form_required(w->c, o, at, "components");
	if (zx__form_array(w->c, o, at, "components", 1, MAX_COMPONENTS))
		check_list(w, zx__get(o, "components"),
			   zx__at(list, at, "components"),
			   BITS(ROW, SECTION, TEXT, GALLERY, FILE_, SEPARATOR));
}

static void check_label(struct walk *w, const cJSON *o, const char *at)
{
	const cJSON *inner = zx__some(o, "component");
	int type = zx__int(inner, "type");
	char path[ZX__AT_SIZE];

	zx__form_required(w->c, o, at, "label");
	zx__form_str(w->c, o, at, "label", 1, 45);
	zx__form_str(w->c, o, at, "description", 0, 100);
	zx__form_required(w->c, o, at, "component");
	if (!inner)
		return;
	zx__at(path, at, "component");
	seen_id(w, inner, path);
	if (type == TEXT_INPUT) {
		check_text_input(w, inner, path, 0);
	} else if (is_select(type)) {
		check_select(w, inner, path);
	} else if (type == UPLOAD) {
		custom_id(w, inner, path);
		check_range(w, inner, path, 10, 10);
	} else if (type == RADIO) {
		custom_id(w, inner, path);
		check_options(w, inner, path, 2, 10);
	} else if (type == CHECKS) {
		custom_id(w, inner, path);
		check_range(w, inner, path, 10, 10);
		check_options(w, inner, path, 1, 10);
	} else if (type == CHECK) {
		custom_id(w, inner, path);
	} else {
		zx__bad(w->c, path, "COMPONENT_TYPE_INVALID",
			"The specified component type is invalid in this "
			"context");
	}
}

static void check_one(struct walk *w, const cJSON *o, const char *at)
{
	switch (zx__int(o, "type")) {
	case ROW:
		check_row(w, o, at);
		break;
	case SECTION:
		check_section(w, o, at);
		break;
	case TEXT:
		check_text(w, o, at);
		break;
	case GALLERY:
		check_gallery(w, o, at);
		break;
	case FILE_:
		check_media(w, o, at, "file");
		break;
	case SEPARATOR:
		zx__form_int(w->c, o, at, "spacing", 1, 2);
		zx__form_bool(w->c, o, at, "divider");
		break;
	case CONTAINER:
		check_container(w, o, at);
		break;
	default:
		check_label(w, o, at);
	}
}

static void check_list(struct walk *w, const cJSON *list, const char *at,
		       unsigned allowed)
{
	char path[ZX__AT_SIZE], key[ZX__AT_SIZE];
	int i = 0;

	ZX__EACH(o, list)
	{
		int type = zx__int(o, "type");

		zx__at_i(path, at, i++);
		seen_id(w, o, path);
		if (type < 1 || type > 31 || !(allowed & 1u << type))
			zx__bad(w->c, zx__at(key, path, "type"),
				"UNION_TYPE_CHOICES",
				"Value of field \"type\" is not allowed here");
		else
			check_one(w, o, path);
	}
}

void zx__check_components(struct zx__call *c, const cJSON *list, const char *at,
			  int v2)
{
	struct walk w = { .c = c };

	check_list(&w, list, at,
		   v2 ? BITS(ROW, SECTION, TEXT, GALLERY, FILE_, SEPARATOR,
			     CONTAINER)
		      : BITS(ROW));
	if (v2 && w.count > MAX_COMPONENTS)
		zx__bad(c, at, "COMPONENT_MAX_TOTAL_COMPONENTS",
			"The total number of components exceeds the maximum "
			"of 40");
	if (w.text > MAX_TEXT)
		zx__bad(c, at, "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED",
			"The total text size exceeds the maximum of 4000");
}

void zx__check_modal(struct zx__call *c, const cJSON *data, const char *at)
{
	struct walk w = { .c = c, .modal = 1 };
	char path[ZX__AT_SIZE];

	zx__form_required(c, data, at, "custom_id");
	zx__form_str(c, data, at, "custom_id", 1, 100);
	zx__form_required(c, data, at, "title");
	zx__form_str(c, data, at, "title", 1, 45);
	zx__form_required(c, data, at, "components");
	if (zx__form_array(c, data, at, "components", 1, 5))
		check_list(&w, zx__get(data, "components"),
			   zx__at(path, at, "components"),
			   BITS(ROW, TEXT, LABEL));
}
