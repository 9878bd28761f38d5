/* SPDX-License-Identifier: MIT
 *
 * What Discord demands of an application command.
 */
#include "sandbox/option_type.h"
#include "sandbox/world_int.h"

enum { MAX_SIZE = 8000 };

/* One code point of valid UTF-8; *p moves behind it. */
static uint32_t code_point(const unsigned char **p)
{
	uint32_t c = *(*p)++;
	int more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : c >= 0xc0 ? 1 : 0;

	c &= more == 3 ? 7u : more == 2 ? 15u : more == 1 ? 31u : 127u;
	for (; more && (**p & 0xc0) == 0x80; more--)
		c = c << 6 | (*(*p)++ & 63u);
	return c;
}

/* Letters that have a lower case of their own. */
static int upper(uint32_t c)
{
	return (c >= 'A' && c <= 'Z') ||
	       (c >= 0xc0 && c <= 0xde && c != 0xd7) ||
	       (c >= 0x391 && c <= 0x3a9) || (c >= 0x410 && c <= 0x42f);
}

/* A letter or number as far as that can be said without tables: everything
 * beyond ASCII but punctuation, symbols and pictures. */
static int word_char(uint32_t c)
{
	if (c < 0x80)
		return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		       c == '-' || c == '_' || c == '\'';
	return c >= 0xaa && c != 0xab && c != 0xac && c != 0xad && c != 0xae &&
	       c != 0xaf && c != 0xb0 && c != 0xb1 && c != 0xb4 && c != 0xb6 &&
	       c != 0xb7 && c != 0xb8 && c != 0xbb && c != 0xbf && c != 0xd7 &&
	       c != 0xf7 && !(c >= 0x2000 && c <= 0x2bff) &&
	       !(c >= 0x3000 && c <= 0x3004) && !(c >= 0x3008 && c <= 0x3020) &&
	       !(c >= 0xfe00 && c <= 0xfe0f) && !(c >= 0xff01 && c <= 0xff0f) &&
	       !(c >= 0x1f000 && c <= 0x1ffff);
}

static int valid_name(const char *name)
{
	const unsigned char *p = (const unsigned char *)name;

	while (*p) {
		uint32_t c = code_point(&p);

		if (upper(c) || !word_char(c))
			return 0;
	}
	return 1;
}

static void check_name(struct zx__call *c, const cJSON *o, const char *at)
{
	char path[ZX__AT_SIZE];

	zx__form_required(c, o, at, "name");
	if (zx__form_str(c, o, at, "name", 1, 32) &&
	    !valid_name(zx__str(o, "name")))
		zx__bad(c, zx__at(path, at, "name"),
			"APPLICATION_COMMAND_INVALID_NAME",
			"Command name is invalid");
}

static void check_localized(struct zx__call *c, const cJSON *o, const char *at,
			    const char *key, size_t max)
{
	const cJSON *map = zx__some(o, key);
	char path[ZX__AT_SIZE];

	zx__at(path, at, key);
	if (map && !cJSON_IsObject(map))
		zx__bad(c, path, "DICT_TYPE_CONVERT",
			"Only dictionaries may be used in a DictType");
	ZX__EACH(v, cJSON_IsObject(map) ? map : NULL)
	zx__form_str(c, map, path, v->string, 1, max);
}

/* Choices ----------------------------------------------------------------- */

static void check_choice(struct zx__call *c, const cJSON *choice, int type,
			 const char *at)
{
	const cJSON *v = zx__some(choice, "value");
	char path[ZX__AT_SIZE];

	zx__form_required(c, choice, at, "name");
	zx__form_str(c, choice, at, "name", 1, 100);
	zx__form_required(c, choice, at, "value");
	check_localized(c, choice, at, "name_localizations", 100);
	if (type == STRING)
		zx__form_str(c, choice, at, "value", 1, 100);
	else if (v && !cJSON_IsNumber(v))
		zx__bad(c, zx__at(path, at, "value"), "NUMBER_TYPE_COERCE",
			"Value is not a number.");
	else if (type == INTEGER)
		zx__form_int(c, choice, at, "value", -9007199254740992.0,
			     9007199254740992.0);
}

static void check_choices(struct zx__call *c, const cJSON *o, int type,
			  const char *at)
{
	char list[ZX__AT_SIZE], item[ZX__AT_SIZE];
	int i = 0;

	if (!zx__form_array(c, o, at, "choices", 0, 25))
		return;
	zx__at(list, at, "choices");
	if (type != STRING && type != INTEGER && type != NUMBER &&
	    zx__get(o, "choices")->child)
		zx__bad(c, list, "APPLICATION_COMMAND_OPTION_CHOICES_INVALID",
			"Choices are not allowed for this option type");
	if (zx__true(o, "autocomplete") && zx__get(o, "choices")->child)
		zx__bad(c, list,
			"APPLICATION_COMMAND_AUTOCOMPLETE_CHOICES_"
			"MUTUALLY_EXCLUSIVE",
			"Autocomplete and choices cannot both be set");
	ZX__EACH(choice, zx__get(o, "choices"))
	check_choice(c, choice, type, zx__at_i(item, list, i++));
}

/* Options ----------------------------------------------------------------- */

static void check_options(struct zx__call *c, const cJSON *o, const char *at,
			  int level);

static void check_typed(struct zx__call *c, const cJSON *o, int type,
			const char *at)
{
	char path[ZX__AT_SIZE];

	zx__form_bool(c, o, at, "required");
	zx__form_bool(c, o, at, "autocomplete");
	check_choices(c, o, type, at);
	zx__form_int(c, o, at, "min_length", 0, 6000);
	zx__form_int(c, o, at, "max_length", 1, 6000);
	zx__form_array(c, o, at, "channel_types", 0, 20);
	if (zx__true(o, "autocomplete") && type != STRING && type != INTEGER &&
	    type != NUMBER)
		zx__bad(c, zx__at(path, at, "autocomplete"),
			"APPLICATION_COMMAND_OPTION_AUTOCOMPLETE_INVALID",
			"Autocomplete is not allowed for this option type");
}

/* level: 0 in the command, 1 in a group, 2 in a subcommand. */
static void check_option(struct zx__call *c, const cJSON *o, const char *at,
			 int level)
{
	int type = zx__int(o, "type");
	char path[ZX__AT_SIZE];

	zx__form_required(c, o, at, "type");
	zx__form_int(c, o, at, "type", 1, 11);
	check_name(c, o, at);
	zx__form_required(c, o, at, "description");
	zx__form_str(c, o, at, "description", 1, 100);
	check_localized(c, o, at, "name_localizations", 32);
	check_localized(c, o, at, "description_localizations", 100);
	if ((type == GROUP && level > 0) || (type == SUB && level > 1) ||
	    (type > GROUP && level == 1))
		zx__bad(c, zx__at(path, at, "type"),
			"APPLICATION_COMMAND_OPTIONS_TYPE_INVALID",
			"Sub-command option types are invalid here");
	else if (type == SUB || type == GROUP)
		check_options(c, o, at, type == SUB ? 2 : 1);
	else
		check_typed(c, o, type, at);
}

static void check_order(struct zx__call *c, const cJSON *list, const char *at)
{
	int optional = 0, subs = 0, others = 0, i = 0;
	char item[ZX__AT_SIZE], path[ZX__AT_SIZE];

	ZX__EACH(o, list)
	{
		int sub = zx__int(o, "type") <= GROUP;

		zx__at_i(item, at, i++);
		subs += sub;
		others += !sub;
		if (zx__true(o, "required") && optional)
			zx__bad(c, item,
				"APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
				"Required options must be placed before "
				"non-required options");
		optional |= !sub && !zx__true(o, "required");
		for (const cJSON *p = list->child; p != o; p = p->next)
			if (!strcmp(zx__str(p, "name"), zx__str(o, "name")))
				zx__bad(c, zx__at(path, item, "name"),
					"APPLICATION_COMMAND_OPTIONS_NAME_"
					"ALREADY_EXISTS",
					"Option name already exists in "
					"options");
	}
	if (subs && others)
		zx__bad(c, at, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID",
			"Sub-command and sub-command group option types are "
			"mutually exclusive to all other types");
}

static void check_options(struct zx__call *c, const cJSON *o, const char *at,
			  int level)
{
	char list[ZX__AT_SIZE], item[ZX__AT_SIZE];
	int i = 0;

	if (!zx__form_array(c, o, at, "options", 0, 25))
		return;
	zx__at(list, at, "options");
	ZX__EACH(opt, zx__get(o, "options"))
	check_option(c, opt, zx__at_i(item, list, i++), level);
	check_order(c, zx__get(o, "options"), list);
}

static size_t text_size(const cJSON *o, const char *key)
{
	size_t n = zx_utf8_count(zx_str(zx__str(o, key)));
	size_t longest = n;
	char map[64] = "";

	strncat(map, key, 30);
	strcat(map, "_localizations");
	ZX__EACH(v, zx__get(o, map))
	{
		size_t len = cJSON_IsString(v)
				     ? zx_utf8_count(zx_str(v->valuestring))
				     : 0;

		longest = len > longest ? len : longest;
	}
	return longest;
}

/* Names, descriptions and values of the command, its options and choices; of
 * the localisations the longest counts. */
static size_t size_of(const cJSON *o)
{
	size_t n = text_size(o, "name") + text_size(o, "description");

	n += zx_utf8_count(zx_str(zx__str(o, "value")));
	ZX__EACH(child, zx__get(o, "options"))
	n += size_of(child);
	ZX__EACH(child, zx__get(o, "choices"))
	n += size_of(child);
	return n;
}

/* The command ------------------------------------------------------------- */

static void check_list(struct zx__call *c, const cJSON *cmd, const char *at,
		       const char *key, int max)
{
	char list[ZX__AT_SIZE], item[ZX__AT_SIZE];
	int i = 0;

	if (!zx__form_array(c, cmd, at, key, 1, 10))
		return;
	zx__at(list, at, key);
	ZX__EACH(v, zx__get(cmd, key))
	{
		zx__at_i(item, list, i++);
		if (!cJSON_IsNumber(v) || v->valueint < 0 || v->valueint > max)
			zx__bad(c, item, "BASE_TYPE_CHOICES",
				"Value must be between 0 and %d.", max);
	}
}

static void check_chat(struct zx__call *c, const cJSON *cmd, const char *at,
		       int patch)
{
	if (!patch || zx__get(cmd, "name"))
		check_name(c, cmd, at);
	if (!patch)
		zx__form_required(c, cmd, at, "description");
	zx__form_str(c, cmd, at, "description", 1, 100);
	check_options(c, cmd, at, 0);
	if (size_of(cmd) > MAX_SIZE)
		zx__bad(c, at, "APPLICATION_COMMAND_TOO_LARGE",
			"Command exceeds maximum size (8000)");
}

static void check_context_menu(struct zx__call *c, const cJSON *cmd,
			       const char *at, int patch)
{
	char path[ZX__AT_SIZE];

	if (!patch)
		zx__form_required(c, cmd, at, "name");
	zx__form_str(c, cmd, at, "name", 1, 32);
	if (*zx__str(cmd, "description"))
		zx__bad(c, zx__at(path, at, "description"),
			"APPLICATION_COMMAND_DESCRIPTION_NOT_ALLOWED",
			"Context menu commands cannot have description");
	if (zx__get(cmd, "options") && zx__get(cmd, "options")->child)
		zx__bad(c, zx__at(path, at, "options"),
			"APPLICATION_COMMAND_OPTIONS_NOT_ALLOWED",
			"Context menu commands cannot have options");
}

void zx__command_check(struct zx__call *c, const cJSON *cmd, const char *at,
		       int patch)
{
	int type = zx__some(cmd, "type") ? zx__int(cmd, "type") : 1;

	zx__form_int(c, cmd, at, "type", 1, 4);
	if (type == 2 || type == 3)
		check_context_menu(c, cmd, at, patch);
	else
		check_chat(c, cmd, at, patch);
	check_localized(c, cmd, at, "name_localizations", 32);
	check_localized(c, cmd, at, "description_localizations", 100);
	zx__form_bits(c, cmd, at, "default_member_permissions");
	zx__form_bool(c, cmd, at, "dm_permission");
	zx__form_bool(c, cmd, at, "nsfw");
	check_list(c, cmd, at, "contexts", 2);
	check_list(c, cmd, at, "integration_types", 1);
}
