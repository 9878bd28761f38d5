/* SPDX-License-Identifier: MIT
 *
 * define: Discord's rules for commands (CM-01 to CM-03), checked when a command
 * is added, where the author sees it, and not by a refused synchronisation.
 */
#include "command/command_int.h"

#define MAX_53 9007199254740992.0 /* 2^53 (option types 4 and 10) */

/*
 * Code points above ASCII that are no letters or digits, or are capitals, by
 * block. Coarse on purpose: what slips through here Discord refuses by name.
 */
static const struct {
	uint32_t first, last;
} not_in_names[] = {
	{ 0x80, 0xa9 },	      { 0xab, 0xb1 },	     { 0xb4, 0xb4 },
	{ 0xb6, 0xb8 },	      { 0xbb, 0xbb },	     { 0xbf, 0xde },
	{ 0xf7, 0xf7 },	      { 0x391, 0x3a9 },	     { 0x400, 0x42f },
	{ 0x2000, 0x206f },   { 0x20a0, 0x20cf },    { 0x2190, 0x245f },
	{ 0x2500, 0x2bff },   { 0x2e00, 0x2e7f },    { 0x3000, 0x3004 },
	{ 0x3008, 0x3020 },   { 0xd800, 0xf8ff },    { 0xfe00, 0xfe6f },
	{ 0xff01, 0xff0f },   { 0xff1a, 0xff40 },    { 0xfff0, 0xffff },
	{ 0x1f000, 0x1faff }, { 0xe0000, 0x10ffff },
};

static uint32_t decode(struct zx_str s)
{
	const unsigned char *p = (const unsigned char *)s.ptr;

	if (s.len == 1)
		return p[0];
	if (s.len == 2)
		return (p[0] & 0x1fu) << 6 | (p[1] & 0x3fu);
	if (s.len == 3)
		return (p[0] & 0x0fu) << 12 | (p[1] & 0x3fu) << 6 |
		       (p[2] & 0x3fu);
	return (p[0] & 0x07u) << 18 | (p[1] & 0x3fu) << 12 |
	       (p[2] & 0x3fu) << 6 | (p[3] & 0x3fu);
}

static int point_ok(uint32_t point)
{
	size_t i;

	if (point < 0x80)
		return (point >= 'a' && point <= 'z') ||
		       (point >= '0' && point <= '9') || point == '-' ||
		       point == '_' || point == '\'';
	for (i = 0; i < ZX__LEN(not_in_names); i++)
		if (point >= not_in_names[i].first &&
		    point <= not_in_names[i].last)
			return 0;
	return 1;
}

int zx__name_ok(const char *name)
{
	struct zx_str s = zx_str(name), head;
	size_t n = zx_utf8_count(s);

	if (!n || n > ZX__COMMAND_NAME || !zx_utf8_valid(s))
		return 0;
	for (; s.len; s = zx_str_from(s, head.len)) {
		head = zx_utf8_head(s, 1);
		if (!point_ok(decode(head)))
			return 0;
	}
	return 1;
}

static int description_ok(const char *text)
{
	size_t n = zx__units(zx_str(text));

	return n && n <= ZX__COMMAND_TEXT && !zx__blank(zx_str(text)) &&
	       zx_utf8_valid(zx_str(text));
}

static int choice_value_ok(const struct zx_option *o, const char *value)
{
	struct zx_str s = zx_str(value);
	int64_t i;
	double f;

	switch (o->type) {
	case ZX_OPTION_INTEGER:
		return !zx_str_i64(s, &i) && (double)i < MAX_53 &&
		       (double)i > -MAX_53;
	case ZX_OPTION_NUMBER:
		return !zx_json_check(s, 1, NULL) && !zx_json_f64(s, &f);
	case ZX_OPTION_STRING:
		return s.len && zx__units(s) <= ZX__CHOICE_TEXT;
	default:
		return 0;
	}
}

/* NULL, or what is wrong. */
static const char *choices_fault(const struct zx_option *o, size_t *total)
{
	size_t i, k, n;

	if (o->choice_count > ZX__CHOICES)
		return "more than 25 choices";
	if (o->choice_count && o->autocomplete)
		return "choices and autocomplete exclude each other";
	for (i = 0; i < o->choice_count; i++) {
		n = zx__units(zx_str(o->choices[i].name));
		if (!n || n > ZX__CHOICE_TEXT)
			return "a choice's name has 1 to 100 characters";
		if (!choice_value_ok(o, o->choices[i].value))
			return "a choice's value does not fit the type";
		for (k = 0; k < i; k++)
			if (!strcmp(o->choices[i].name, o->choices[k].name))
				return "two choices with the same name";
		*total += n + zx__units(zx_str(o->choices[i].value));
	}
	return NULL;
}

static const char *range_fault(const struct zx_option *o)
{
	double low = -MAX_53, high = MAX_53;

	if (!o->has_min && !o->has_max)
		return NULL;
	if (o->type == ZX_OPTION_STRING) {
		low = 0;
		high = ZX__STRING_LENGTH;
	} else if (o->type != ZX_OPTION_INTEGER &&
		   o->type != ZX_OPTION_NUMBER) {
		return "a range is for strings and numbers";
	}
	if ((o->has_min && !(o->min >= low && o->min <= high)) ||
	    (o->has_max && !(o->max >= low && o->max <= high)))
		return "the range is outside what Discord takes";
	if (o->type == ZX_OPTION_STRING && o->has_max && o->max < 1)
		return "the longest string has at least 1 character";
	if (o->has_min && o->has_max && o->min > o->max)
		return "the minimum is above the maximum";
	return NULL;
}

static const char *option_fault(const struct zx_command *command, size_t i,
				size_t *total)
{
	const struct zx_option *o = &command->options[i];
	const char *fault;
	size_t k;

	if (!o->name || !zx__name_ok(o->name))
		return "the name breaks CM-01 (1 to 32, lower case)";
	if (!o->description || !description_ok(o->description))
		return "the description has 1 to 100 characters";
	if (o->type < ZX_OPTION_STRING || o->type > ZX_OPTION_ATTACHMENT ||
	    o->type == 9)
		return "the type is unknown";
	if (i && o->required && !command->options[i - 1].required)
		return "required options come first";
	for (k = 0; k < i; k++)
		if (!strcmp(command->options[k].name, o->name))
			return "the name is used twice";
	if (o->rest &&
	    (o->type != ZX_OPTION_STRING || i + 1 != command->option_count))
		return "rest is for a string at the end";
	if (o->autocomplete &&
	    (!command->complete ||
	     (o->type != ZX_OPTION_STRING && o->type != ZX_OPTION_INTEGER &&
	      o->type != ZX_OPTION_NUMBER)))
		return "autocomplete needs `complete` and a string or number";
	*total +=
		zx__units(zx_str(o->name)) + zx__units(zx_str(o->description));
	fault = range_fault(o);
	return fault ? fault : choices_fault(o, total);
}

int zx__definition_check(struct zx_commands *c,
			 const struct zx_command *command)
{
	const char *name = command->name ? command->name : "(no name)";
	const char *fault;
	size_t i, total;

	if (!command->name || !zx__name_ok(command->name))
		return zx__error(c, ZX_E_INVALID,
				 "%s: the name breaks CM-01 (1 to 32, lower "
				 "case)",
				 name);
	if (!command->description || !description_ok(command->description))
		return zx__error(c, ZX_E_INVALID,
				 "%s: the description has 1 to 100 characters",
				 name);
	if (!command->run)
		return zx__error(c, ZX_E_INVALID, "%s: no handler", name);
	if (command->option_count > ZX__COMMAND_OPTIONS)
		return zx__error(c, ZX_E_INVALID, "%s: more than 25 options",
				 name);
	total = zx__units(zx_str(command->name)) +
		zx__units(zx_str(command->description));
	for (i = 0; i < command->option_count; i++) {
		fault = option_fault(command, i, &total);
		if (fault)
			return zx__error(c, ZX_E_INVALID, "%s, option %zu: %s",
					 name, i + 1, fault);
	}
	if (total > ZX__COMMAND_TOTAL)
		return zx__error(c, ZX_E_INVALID,
				 "%s: more than 8000 characters in all", name);
	return ZX_OK;
}
