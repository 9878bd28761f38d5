/* SPDX-License-Identifier: MIT
 *
 * convert: a word becomes the value of an option, or a sentence that says what
 * was expected.
 */
#include <stdio.h>

#include "command/command_int.h"

#define SNOWFLAKE_MIN 15 /* digits: shorter numbers are no ids */

/* "from 1 to 10", "of at least 1", "of at most 10" */
static void range(struct zx_buf *why, const struct zx_option *o)
{
	if (o->has_min && o->has_max)
		zx_buf_addf(why, " from %.15g to %.15g", o->min, o->max);
	else if (o->has_min)
		zx_buf_addf(why, " of at least %.15g", o->min);
	else if (o->has_max)
		zx_buf_addf(why, " of at most %.15g", o->max);
}

static int in_range(const struct zx_option *o, double v)
{
	return !(o->has_min && v < o->min) && !(o->has_max && v > o->max);
}

/* "1,000" and "#3" are numbers to people. */
static int read_integer(struct zx_str s, int64_t *out)
{
	char digits[24];
	size_t i, n = 0;

	if (s.len && (s.ptr[0] == '#' || s.ptr[0] == '+'))
		s = zx_str_from(s, 1);
	for (i = 0; i < s.len; i++) {
		if (i && i + 3 < s.len && s.ptr[i] == ',')
			continue;
		if (n == sizeof(digits))
			return ZX_E_RANGE;
		digits[n++] = s.ptr[i];
	}
	return zx_str_i64((struct zx_str){ digits, n }, out);
}

static int to_integer(const struct zx_option *o, struct zx_str s,
		      struct zx__arg *out, struct zx_buf *why)
{
	int64_t v;

	if (!read_integer(s, &v) && in_range(o, (double)v)) {
		out->integer = v;
		out->number = (double)v;
		return ZX_OK;
	}
	zx_buf_addc(why, "a whole number");
	range(why, o);
	return ZX_E_SYNTAX;
}

static int to_number(const struct zx_option *o, struct zx_str s,
		     struct zx__arg *out, struct zx_buf *why)
{
	double v;

	if (zx_json_kind(s) == ZX_JSON_NUMBER && !zx_json_check(s, 1, NULL) &&
	    !zx_json_f64(s, &v) && in_range(o, v)) {
		out->number = v;
		out->integer = v > -9e15 && v < 9e15 ? (int64_t)v : 0;
		return ZX_OK;
	}
	zx_buf_addc(why, "a number");
	range(why, o);
	return ZX_E_SYNTAX;
}

static int to_boolean(const struct zx_option *o, struct zx_str s,
		      struct zx__arg *out, struct zx_buf *why)
{
	static const struct {
		const char *word;
		int value;
	} words[] = {
		{ "yes", 1 },	   { "no", 0 },	     { "true", 1 },
		{ "false", 0 },	   { "on", 1 },	     { "off", 0 },
		{ "1", 1 },	   { "0", 0 },	     { "y", 1 },
		{ "n", 0 },	   { "t", 1 },	     { "f", 0 },
		{ "enable", 1 },   { "disable", 0 }, { "enabled", 1 },
		{ "disabled", 0 },
	};
	size_t i;

	(void)o;
	for (i = 0; i < ZX__LEN(words); i++)
		if (zx_str_is_nocase(s, words[i].word)) {
			out->boolean = words[i].value;
			out->integer = words[i].value;
			return ZX_OK;
		}
	zx_buf_addc(why, "yes or no");
	return ZX_E_SYNTAX;
}

/* "<@!1>", "<@1>", "<#1>", "<@&1>" or a bare id. */
static int to_id(const struct zx_option *o, struct zx_str s,
		 struct zx__arg *out, struct zx_buf *why)
{
	static const struct {
		enum zx_option_type type;
		const char *open;
	} forms[] = { { ZX_OPTION_ROLE, "<@&" },
		      { ZX_OPTION_USER, "<@!" },
		      { ZX_OPTION_USER, "<@" },
		      { ZX_OPTION_CHANNEL, "<#" } };
	struct zx_str digits = s;
	uint64_t id;
	size_t i;

	for (i = 0; i < ZX__LEN(forms); i++)
		if (forms[i].type == o->type && s.len > 3 &&
		    zx_str_starts(s, forms[i].open) &&
		    s.ptr[s.len - 1] == '>') {
			digits = zx_str_from(s, strlen(forms[i].open));
			digits.len--;
			break;
		}
	if ((digits.len != s.len || s.len >= SNOWFLAKE_MIN) &&
	    !zx_str_u64(digits, &id) && id) {
		out->id = id;
		return ZX_OK;
	}
	zx_buf_addc(why, o->type == ZX_OPTION_USER
				 ? "a member (a mention or an id)"
			 : o->type == ZX_OPTION_ROLE
				 ? "a role (a mention or an id)"
				 : "a channel (a mention or an id)");
	return ZX_E_SYNTAX;
}

static int to_string(const struct zx_option *o, struct zx_str s,
		     struct zx__arg *out, struct zx_buf *why)
{
	size_t n = zx_utf8_count(s);

	(void)out;
	if (in_range(o, (double)n))
		return ZX_OK;
	if (o->has_min && o->has_max)
		zx_buf_addf(why, "%.15g to %.15g characters", o->min, o->max);
	else
		zx_buf_addf(why, "%s %.15g characters",
			    o->has_max ? "at most" : "at least",
			    o->has_max ? o->max : o->min);
	return ZX_E_SYNTAX;
}

static int to_attachment(const struct zx_option *o, struct zx_str s,
			 struct zx__arg *out, struct zx_buf *why)
{
	(void)o;
	(void)s;
	(void)out;
	zx_buf_addc(why, "an attached file");
	return ZX_E_SYNTAX;
}

static const struct zx_choice *find_choice(const struct zx_option *o,
					   struct zx_str s)
{
	size_t i;

	for (i = 0; i < o->choice_count; i++)
		if (zx_str_is_nocase(s, o->choices[i].name) ||
		    zx_str_is_nocase(s, o->choices[i].value))
			return &o->choices[i];
	return NULL;
}

static void list_choices(struct zx_buf *why, const struct zx_option *o)
{
	size_t i;

	for (i = 0; i < o->choice_count; i++)
		zx_buf_addf(why, "%s%s",
			    !i			       ? ""
			    : i + 1 == o->choice_count ? " or "
						       : ", ",
			    o->choices[i].name);
}

int zx__convert(const struct zx_alloc *a, const struct zx_option *o,
		struct zx_str text, struct zx__arg *out, struct zx_buf *why)
{
	static int (*const convert[])(const struct zx_option *o,
				      struct zx_str s, struct zx__arg *out,
				      struct zx_buf *why) = {
		[ZX_OPTION_STRING] = to_string,
		[ZX_OPTION_INTEGER] = to_integer,
		[ZX_OPTION_BOOLEAN] = to_boolean,
		[ZX_OPTION_USER] = to_id,
		[ZX_OPTION_CHANNEL] = to_id,
		[ZX_OPTION_ROLE] = to_id,
		[ZX_OPTION_NUMBER] = to_number,
		[ZX_OPTION_ATTACHMENT] = to_attachment,
	};
	const struct zx_choice *choice = NULL;
	int err;

	if (o->all && zx_str_is_nocase(text, "all"))
		text = zx_str(o->all);
	if (o->choice_count) {
		choice = find_choice(o, text);
		if (!choice) {
			list_choices(why, o);
			return ZX_E_SYNTAX;
		}
		text = zx_str(choice->value);
	}
	err = convert[o->type](o, text, out, why);
	if (err)
		return err;
	out->text = out->id ? NULL : zx_str_dup(a, text);
	if (out->id) {
		char digits[24];
		int n = snprintf(digits, sizeof(digits), "%llu",
				 (unsigned long long)out->id);

		out->text = zx_str_dup(a, (struct zx_str){ digits, (size_t)n });
	}
	if (!out->text)
		return ZX_E_NOMEM;
	out->has = 1;
	return ZX_OK;
}
