/* SPDX-License-Identifier: MIT
 *
 * Small things of the world: times, paths, queries.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "sandbox/world_int.h"

void zx__iso(int64_t ms, char out[ZX__ISO_SIZE])
{
	time_t s = (time_t)(ms / 1000);
	struct tm tm;

	if (!gmtime_r(&s, &tm))
		memset(&tm, 0, sizeof(tm));
	snprintf(out, ZX__ISO_SIZE,
		 "%04d-%02d-%02dT%02d:%02d:%02d.%03d000+00:00",
		 (tm.tm_year + 1900) % 10000, tm.tm_mon + 1, tm.tm_mday,
		 tm.tm_hour, tm.tm_min, tm.tm_sec, (int)(ms % 1000));
}

/* ".123456" as milliseconds; *p moves behind it. */
static int fraction(const char **p)
{
	int ms = 0, scale = 100;

	if (**p != '.')
		return 0;
	for ((*p)++; **p >= '0' && **p <= '9'; (*p)++) {
		ms += (**p - '0') * scale;
		scale /= 10;
	}
	return ms;
}

/* "Z", "+02:00" or nothing, in minutes; 10000 when it is none of them. */
static int offset_minutes(const char *p)
{
	int h, m, n = 0;

	if (!*p || !strcmp(p, "Z"))
		return 0;
	if ((*p != '+' && *p != '-') ||
	    sscanf(p + 1, "%2d:%2d%n", &h, &m, &n) != 2 || p[1 + n])
		return 10000;
	return (*p == '-' ? -1 : 1) * (h * 60 + m);
}

int64_t zx__iso_parse(const char *s)
{
	struct tm tm = { .tm_isdst = 0 };
	int n = 0, ms, zone;
	char sep;
	const char *p;

	if (sscanf(s, "%4d-%2d-%2d%c%2d:%2d:%2d%n", &tm.tm_year, &tm.tm_mon,
		   &tm.tm_mday, &sep, &tm.tm_hour, &tm.tm_min, &tm.tm_sec,
		   &n) != 7 ||
	    !n || (sep != 'T' && sep != ' '))
		return -1;
	if (tm.tm_mon < 1 || tm.tm_mon > 12 || tm.tm_mday < 1 ||
	    tm.tm_mday > 31 || tm.tm_year < 1970 || tm.tm_hour > 23)
		return -1;
	p = s + n;
	ms = fraction(&p);
	zone = offset_minutes(p);
	if (zone == 10000)
		return -1;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	return ((int64_t)timegm(&tm) - zone * 60) * 1000 + ms;
}

/* Paths ------------------------------------------------------------------- */

static int segment_match(struct zx_str pattern, struct zx_str s)
{
	if (pattern.len && pattern.ptr[0] == '{')
		return s.len > 0;
	return zx_str_eq(pattern, s);
}

int zx__path_match(const char *pattern, const char *method, struct zx_str path)
{
	struct zx_str p = zx_str(pattern);
	struct zx_str verb = zx_str_split(&p, ' ');

	if (!zx_str_is(verb, "*") && !zx_str_is(verb, method))
		return 0;
	while (p.ptr) {
		struct zx_str want = zx_str_split(&p, '/');
		struct zx_str got;

		if (zx_str_is(want, "*"))
			return 1;
		if (!path.ptr)
			return 0;
		got = zx_str_split(&path, '/');
		if (!segment_match(want, got))
			return 0;
	}
	return !path.ptr;
}

/* Queries ----------------------------------------------------------------- */

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

void zx__url_decode(struct zx_str s, struct zx_buf *out)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '%' && i + 2 < s.len &&
		    hex(s.ptr[i + 1]) >= 0 && hex(s.ptr[i + 2]) >= 0) {
			zx_buf_addch(out, (char)(hex(s.ptr[i + 1]) * 16 +
						 hex(s.ptr[i + 2])));
			i += 2;
		} else {
			zx_buf_addch(out, s.ptr[i]);
		}
	}
}

struct zx_str zx__query(const struct zx__call *c, const char *key)
{
	struct zx_str rest = c->req->query;

	while (rest.len) {
		struct zx_str pair = zx_str_split(&rest, '&');
		struct zx_str name = zx_str_split(&pair, '=');

		if (zx_str_is(name, key))
			return pair;
	}
	return (struct zx_str){ NULL, 0 };
}

uint64_t zx__query_id(const struct zx__call *c, const char *key)
{
	uint64_t id = 0;

	return zx_str_u64(zx__query(c, key), &id) == ZX_OK ? id : 0;
}

int zx__query_int(struct zx__call *c, const char *key, int none, int min,
		  int max)
{
	struct zx_str s = zx__query(c, key);
	int64_t v;

	if (!s.ptr)
		return none;
	if (zx_str_i64(s, &v) != ZX_OK)
		zx__bad(c, key, "NUMBER_TYPE_COERCE",
			"Value \"%.*s\" is not int.", ZX_ARG(s));
	else if (v < min)
		zx__bad(c, key, "NUMBER_TYPE_MIN",
			"int value should be greater than or equal to %d.",
			min);
	else if (v > max)
		zx__bad(c, key, "NUMBER_TYPE_MAX",
			"int value should be less than or equal to %d.", max);
	else
		return (int)v;
	return none;
}

int zx__query_true(const struct zx__call *c, const char *key)
{
	struct zx_str s = zx__query(c, key);

	return zx_str_is_nocase(s, "true") || zx_str_is(s, "1");
}

const char *zx__at(char buf[ZX__AT_SIZE], const char *at, const char *key)
{
	snprintf(buf, ZX__AT_SIZE, "%s%s%s", at, *at ? "." : "", key);
	return buf;
}

const char *zx__at_i(char buf[ZX__AT_SIZE], const char *at, int i)
{
	snprintf(buf, ZX__AT_SIZE, "%s%s%d", at, *at ? "." : "", i);
	return buf;
}
