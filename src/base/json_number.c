/* SPDX-License-Identifier: MIT
 *
 * json_number: doubles to text and back, exactly and in any locale.
 *
 * strtod() and printf() take the decimal point from the locale, so neither ever
 * sees one here: a number is read as a whole number and an exponent, and of
 * what is written only the digits are used.
 */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base_int.h"

static int is_digit(const char *p, const char *end)
{
	return p < end && *p >= '0' && *p <= '9';
}

static int skip_digits(const char **p, const char *end)
{
	if (!is_digit(*p, end))
		return 0;
	while (is_digit(*p, end))
		++*p;
	return 1;
}

int zx__json_number(const char **p, const char *end)
{
	if (*p < end && **p == '-')
		++*p;
	if (*p < end && **p == '0')
		++*p;
	else if (!skip_digits(p, end))
		return 0;
	if (*p < end && **p == '.') {
		++*p;
		if (!skip_digits(p, end))
			return 0;
	}
	if (*p < end && (**p == 'e' || **p == 'E')) {
		++*p;
		if (*p < end && (**p == '+' || **p == '-'))
			++*p;
		return skip_digits(p, end);
	}
	return 1;
}

/* 0.DIGITS x 10^exp without leading zeros; n is 0 for zero. */
struct decimal {
	char digits[ZX__F64_DIGITS + 1];
	int n;
	int64_t exp;
};

/* Digits behind the last that fits can only say "a little more". */
static void decimal_add(struct decimal *d, char c)
{
	if (d->n < ZX__F64_DIGITS)
		d->digits[d->n++] = c;
	else if (c != '0')
		d->digits[d->n - 1] = '1';
}

/* Saturating far outside what a double or a text's length can reach. */
static int64_t read_exponent(const char *p, const char *end)
{
	int negative = *p == '-';
	int64_t v = 0;

	for (p += *p == '-' || *p == '+'; p < end; p++)
		if (v < INT64_MAX / 16)
			v = v * 10 + (*p - '0');
	return negative ? -v : v;
}

/* [p, end) fits the grammar and has no sign. */
static void decimal_read(struct decimal *d, const char *p, const char *end)
{
	int point = 0;

	d->n = 0;
	d->exp = 0;
	for (; p < end && *p != 'e' && *p != 'E'; p++) {
		if (*p == '.') {
			point = 1;
			continue;
		}
		if (*p == '0' && !d->n) {
			d->exp -= point;
			continue;
		}
		decimal_add(d, *p);
		d->exp += !point;
	}
	if (p < end)
		d->exp += read_exponent(p + 1, end);
}

/* Powers of ten that are exact. */
static const double exact[] = { 1e0,  1e1,  1e2,  1e3,	1e4,  1e5,  1e6,  1e7,
				1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
				1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };

/* Two exact numbers, multiplied or divided, are rounded once, hence right. */
static int decimal_small(const struct decimal *d, double *out)
{
#if defined(FLT_EVAL_METHOD) && FLT_EVAL_METHOD == 0
	int64_t shift = d->exp - d->n;
	double v = 0;
	int i;

	if (d->n > 15 || shift < -22 || shift > 22)
		return 0;
	for (i = 0; i < d->n; i++)
		v = v * 10 + (d->digits[i] - '0');
	*out = shift < 0 ? v / exact[-shift] : v * exact[shift];
	return 1;
#else
	(void)d;
	(void)exact;
	(void)out;
	return 0;
#endif
}

static int decimal_value(const struct decimal *d, double *out)
{
	char text[ZX__F64_DIGITS + 16];

	if (!d->n || d->exp < -400) {
		*out = 0;
		return ZX_OK;
	}
	if (d->exp > 400)
		return ZX_E_RANGE;
	if (decimal_small(d, out))
		return ZX_OK;
	snprintf(text, sizeof(text), "%.*se%d", d->n, d->digits,
		 (int)d->exp - d->n);
	*out = strtod(text, NULL);
	return isinf(*out) ? ZX_E_RANGE : ZX_OK;
}

int zx__f64_read(const char *p, const char *end, double *out)
{
	const char *stop = p;
	struct decimal d;
	int negative, err;
	double v;

	if (!zx__json_number(&stop, end) || stop != end)
		return ZX_E_TYPE;
	negative = *p == '-';
	decimal_read(&d, p + negative, end);
	err = decimal_value(&d, &v);
	if (err)
		return err;
	*out = negative ? -v : v;
	return ZX_OK;
}

/* v > 0 rounded to n digits. */
static void decimal_of(struct decimal *d, double v, int n)
{
	char text[64], *p;

	snprintf(text, sizeof(text), "%.*e", n - 1, v);
	d->n = 0;
	for (p = text; *p != 'e'; p++)
		if (*p >= '0' && *p <= '9')
			decimal_add(d, *p);
	d->exp = strtol(p + 1, NULL, 10) + 1;
}

/* One more in the last digit. */
static void decimal_up(struct decimal *d)
{
	int i = d->n - 1;

	while (i >= 0 && d->digits[i] == '9')
		d->digits[i--] = '0';
	if (i >= 0) {
		d->digits[i]++;
	} else {
		d->digits[0] = '1';
		d->exp++;
	}
}

static int reads_as(const struct decimal *d, double v)
{
	double again;

	return !decimal_value(d, &again) && again == v;
}

/*
 * The fewest digits that read back as v > 0. All numbers of up to 15 digits
 * survive a double, so fewer than 15 show as trailing zeros, except near 0
 * where doubles have less precision. At a power of two the gap below is half
 * the gap above: there the nearest number may fail where the next one up reads
 * back.
 */
static void decimal_shortest(struct decimal *d, double v)
{
	int n;

	for (n = v < DBL_MIN ? 1 : 15; n <= 17; n++) {
		decimal_of(d, v, n);
		if (reads_as(d, v))
			break;
		decimal_up(d);
		if (reads_as(d, v))
			break;
	}
	while (d->n > 1 && d->digits[d->n - 1] == '0')
		d->n--;
}

/* Puts `n` bytes of `from` to *out, or as many of `fill` when from is NULL. */
static void put(char **out, const char *from, int n, char fill)
{
	if (n <= 0)
		return;
	if (from)
		memcpy(*out, from, (size_t)n);
	else
		memset(*out, fill, (size_t)n);
	*out += n;
}

/* Plain from 1e-6 to 1e21 as in JavaScript, with an exponent outside. */
static void put_decimal(char **out, const struct decimal *d)
{
	int exp = (int)d->exp;

	if (exp > 21 || exp < -5) {
		put(out, d->digits, 1, 0);
		put(out, ".", d->n > 1, 0);
		put(out, d->digits + 1, d->n - 1, 0);
		*out += snprintf(*out, 8, "e%d", exp - 1);
	} else if (exp <= 0) {
		put(out, "0.", 2, 0);
		put(out, NULL, -exp, '0');
		put(out, d->digits, d->n, 0);
	} else if (d->n <= exp) {
		put(out, d->digits, d->n, 0);
		put(out, NULL, exp - d->n, '0');
	} else {
		put(out, d->digits, exp, 0);
		put(out, ".", 1, 0);
		put(out, d->digits + exp, d->n - exp, 0);
	}
}

size_t zx__f64_write(double v, char out[ZX__F64_TEXT])
{
	struct decimal d = { .n = 1, .exp = 1, .digits = "0" };
	char *p = out;

	if (signbit(v)) {
		put(&p, "-", 1, 0);
		v = -v;
	}
	if (v > 0)
		decimal_shortest(&d, v);
	put_decimal(&p, &d);
	return (size_t)(p - out);
}
