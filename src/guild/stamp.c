/* SPDX-License-Identifier: MIT
 *
 * Time stamps as Python's isoformat() writes and fromisoformat() reads them.
 */
#include <inttypes.h>
#include <string.h>

#include "guild/guild_int.h"

/* Days from 1970-01-01 in the Gregorian calendar; y may be any year. */
static int64_t days_of(int64_t y, int64_t m, int64_t d)
{
	int64_t era, year, day;

	y -= m <= 2;
	era = (y >= 0 ? y : y - 399) / 400;
	year = y - era * 400;
	day = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	return era * 146097 + year * 365 + year / 4 - year / 100 + day - 719468;
}

static void date_of(int64_t days, int *y, int *m, int *d)
{
	int64_t era, day, year, month;

	days += 719468;
	era = (days >= 0 ? days : days - 146096) / 146097;
	day = days - era * 146097;
	year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	day -= 365 * year + year / 4 - year / 100;
	month = (5 * day + 2) / 153;
	*d = (int)(day - (153 * month + 2) / 5 + 1);
	*m = (int)(month < 10 ? month + 3 : month - 9);
	*y = (int)(year + era * 400 + (*m <= 2));
}

/* Exactly n digits at the front of *s. */
static int number(struct zx_str *s, size_t n, int *out)
{
	int v = 0;

	if (s->len < n)
		return 0;
	for (size_t i = 0; i < n; i++) {
		if (s->ptr[i] < '0' || s->ptr[i] > '9')
			return 0;
		v = v * 10 + (s->ptr[i] - '0');
	}
	*s = zx_str_from(*s, n);
	*out = v;
	return 1;
}

static int skip(struct zx_str *s, const char *any)
{
	if (!s->len || !*s->ptr || !strchr(any, *s->ptr))
		return 0;
	*s = zx_str_from(*s, 1);
	return 1;
}

static int days_in(int y, int m)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30,
				    31, 31, 30, 31, 30, 31 };

	return days[m - 1] +
	       (m == 2 && y % 4 == 0 && (y % 100 || y % 400 == 0));
}

static int date(struct zx_str *s, int64_t *days)
{
	int y, m, d;

	if (!number(s, 4, &y) || !skip(s, "-") || !number(s, 2, &m) ||
	    !skip(s, "-") || !number(s, 2, &d))
		return 0;
	if (y < 1 || m < 1 || m > 12 || d < 1 || d > days_in(y, m))
		return 0;
	*days = days_of(y, m, d);
	return 1;
}

/* Milliseconds; what is finer is cut. */
static int fraction(struct zx_str *s, int *ms)
{
	int scale = 100, n = 0;

	for (*ms = 0; s->len && *s->ptr >= '0' && *s->ptr <= '9'; n++) {
		*ms += (*s->ptr - '0') * scale;
		scale /= 10;
		*s = zx_str_from(*s, 1);
	}
	return n > 0 && n <= 9;
}

static int clock_time(struct zx_str *s, int64_t *ms)
{
	int h, m, sec = 0, frac = 0;

	if (!number(s, 2, &h) || !skip(s, ":") || !number(s, 2, &m))
		return 0;
	if (skip(s, ":") && !number(s, 2, &sec))
		return 0;
	if (skip(s, ".,") && !fraction(s, &frac))
		return 0;
	if (h > 23 || m > 59 || sec > 59)
		return 0;
	*ms = ((h * 60 + m) * 60 + sec) * INT64_C(1000) + frac;
	return 1;
}

/* Nothing is UTC. */
static int zone(struct zx_str *s, int64_t *ms)
{
	int negative = s->len && *s->ptr == '-';

	*ms = 0;
	if (!s->len || skip(s, "Zz"))
		return 1;
	if (!skip(s, "+-") || !clock_time(s, ms))
		return 0;
	if (negative)
		*ms = -*ms;
	return 1;
}

int zx_stamp_read(struct zx_str text, zx_wall *out)
{
	int64_t days, ms = 0, off = 0;

	if (!date(&text, &days))
		return ZX_E_SYNTAX;
	if (text.len && (!skip(&text, "T ") || !clock_time(&text, &ms) ||
			 !zone(&text, &off)))
		return ZX_E_SYNTAX;
	if (text.len)
		return ZX_E_SYNTAX;
	*out = days * 86400000 + ms - off;
	return ZX_OK;
}

void zx_stamp_write(struct zx_buf *out, zx_wall t)
{
	int64_t days = t / 86400000, rest = t % 86400000;
	int y, m, d, s;

	if (rest < 0) {
		rest += 86400000;
		days--;
	}
	date_of(days, &y, &m, &d);
	s = (int)(rest / 1000);
	zx_buf_addf(out, "%04d-%02d-%02dT%02d:%02d:%02d", y, m, d, s / 3600,
		    s / 60 % 60, s % 60);
	if (rest % 1000)
		zx_buf_addf(out, ".%06d", (int)(rest % 1000) * 1000);
	zx_buf_addc(out, "+00:00");
}
