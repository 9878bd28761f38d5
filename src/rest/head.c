/* SPDX-License-Identifier: MIT
 *
 * head: what an answer's headers and body say about waiting.
 */
#include "rest/rest_int.h"

static int is_digit(char c)
{
	return c >= '0' && c <= '9';
}

int zx__rest_seconds(struct zx_str s, uint64_t *ms)
{
	uint64_t us = 0, unit = 1000000;
	size_t i = 0, digits = 0;

	for (; i < s.len && is_digit(s.ptr[i]); i++, digits++)
		if (us <= ZX__REST_WAIT_MAX)
			us = us * 10 + (uint64_t)(s.ptr[i] - '0');
	us = us > ZX__REST_WAIT_MAX ? ZX__REST_WAIT_MAX : us;
	us *= 1000000;
	if (i < s.len && s.ptr[i] == '.')
		for (i++; i < s.len && is_digit(s.ptr[i]); i++, digits++) {
			unit /= 10;
			us += unit * (uint64_t)(s.ptr[i] - '0');
		}
	if (!digits || i != s.len)
		return ZX_E_SYNTAX;
	*ms = us / 1000 + (us % 1000 != 0);
	if (*ms > ZX__REST_WAIT_MAX)
		*ms = ZX__REST_WAIT_MAX;
	return ZX_OK;
}

int zx__rest_is_json(struct zx_str body)
{
	body = zx_str_trim(body);
	return body.len && body.ptr[0] == '{';
}

int zx__rest_retry_after(struct zx_str body, uint64_t *ms)
{
	struct zx_str raw;
	double s;

	if (!zx__rest_is_json(body))
		return 0;
	raw = zx_json_get(body, "retry_after");
	if (!zx__rest_seconds(raw, ms))
		return 1;
	/* With an exponent, or in quotes. */
	if (!zx__rest_seconds(zx_json_plain(raw), ms))
		return 1;
	if (zx_json_f64(raw, &s) || !(s >= 0))
		return 0;
	*ms = s * 1000 < (double)ZX__REST_WAIT_MAX ? (uint64_t)(s * 1000) + 1
						   : ZX__REST_WAIT_MAX;
	return 1;
}

/* Limits and counts: nothing above a million is one. */
static int count(struct zx_str s, uint32_t *out)
{
	uint64_t n;

	if (zx_str_u64(s, &n))
		return 0;
	*out = n < 1000000 ? (uint32_t)n : 1000000;
	return 1;
}

static void rate_header(struct zx_str name, struct zx_str value,
			struct zx__head *h)
{
	if (zx_str_is_nocase(name, "limit"))
		h->has_limit = count(value, &h->limit);
	else if (zx_str_is_nocase(name, "remaining"))
		h->has_remaining = count(value, &h->remaining);
	else if (zx_str_is_nocase(name, "reset-after"))
		h->has_reset = !zx__rest_seconds(value, &h->reset_ms);
	else if (zx_str_is_nocase(name, "bucket"))
		h->bucket = value;
	else if (zx_str_is_nocase(name, "scope"))
		h->scope = value;
	else if (zx_str_is_nocase(name, "global"))
		h->global = zx_str_is_nocase(value, "true");
}

void zx__rest_head_read(struct zx_str headers, struct zx__head *out)
{
	static const char prefix[] = "x-ratelimit-";
	const size_t n = sizeof(prefix) - 1;

	*out = (struct zx__head){ 0 };
	while (headers.len) {
		struct zx_str value = zx_str_split(&headers, '\n');
		struct zx_str name = zx_str_split(&value, ':');
		struct zx_str start = { name.ptr, n };

		value = zx_str_trim(value);
		if (name.len > n && zx_str_is_nocase(start, prefix))
			rate_header(zx_str_from(name, n), value, out);
		else if (zx_str_is_nocase(name, "retry-after"))
			out->has_retry =
				!zx__rest_seconds(value, &out->retry_ms);
	}
}
