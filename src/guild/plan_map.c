/* SPDX-License-Identifier: MIT
 *
 * Ids in JSON: each that stands under a key known to hold one becomes what
 * stands for it in the server. What cannot be left out ends it.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "guild/plan_int.h"

/* What becomes of a place whose id stands for nothing. */
enum missing {
	LEAVE_OUT, /* the member goes */
	MAKE_NULL, /* it is null */
	TAKE_AWAY, /* the element of a list that it is in goes */
	MUST_BE	   /* the whole cannot be */
};

static const struct {
	const char *key;
	uint8_t kind, missing;
} single[] = {
	{ "parent_id", ZX_ID_CHANNEL, MAKE_NULL },
	{ "channel_id", ZX_ID_CHANNEL, TAKE_AWAY },
	{ "emoji_id", ZX_ID_EMOJI, MAKE_NULL },
	{ "afk_channel_id", ZX_ID_CHANNEL, LEAVE_OUT },
	{ "system_channel_id", ZX_ID_CHANNEL, LEAVE_OUT },
	{ "rules_channel_id", ZX_ID_CHANNEL, LEAVE_OUT },
	{ "public_updates_channel_id", ZX_ID_CHANNEL, LEAVE_OUT },
	{ "safety_alerts_channel_id", ZX_ID_CHANNEL, LEAVE_OUT },
	{ "widget_channel_id", ZX_ID_CHANNEL, LEAVE_OUT },
};

static const struct {
	const char *key;
	uint8_t kind;
} lists[] = {
	{ "roles", ZX_ID_ROLE },
	{ "role_ids", ZX_ID_ROLE },
	{ "exempt_roles", ZX_ID_ROLE },
	{ "channel_ids", ZX_ID_CHANNEL },
	{ "default_channel_ids", ZX_ID_CHANNEL },
	{ "exempt_channels", ZX_ID_CHANNEL },
};

/* Returned up to the element of a list that has to go. */
enum { GONE = 1, DEPTH = 32, LIST = 512 };

static int value(struct zx__mapping *m, struct zx_str key, struct zx_str raw,
		 struct zx_buf *out, unsigned depth);

static uint64_t lookup(struct zx__mapping *m, enum zx_id_kind kind, uint64_t id)
{
	uint64_t to = m->ids ? zx_idmap_get(m->ids, kind, id) : id;

	if (!to) {
		m->missed = id;
		m->missed_kind = kind;
	}
	return to;
}

static int id(struct zx__mapping *m, size_t row, struct zx_str raw,
	      struct zx_buf *out)
{
	uint64_t from, to;

	if (zx_json_u64(raw, &from)) {
		zx_buf_adds(out, raw);
		return out->err;
	}
	to = lookup(m, (enum zx_id_kind)single[row].kind, from);
	if (to) {
		zx_buf_addf(out, "\"%" PRIu64 "\"", to);
		return out->err;
	}
	if (single[row].missing == TAKE_AWAY)
		return GONE;
	m->lost++;
	if (single[row].missing == LEAVE_OUT)
		return GONE + 1;
	zx_buf_addc(out, "null");
	return out->err;
}

static int ascending(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int write_ids(uint64_t *v, size_t n, struct zx_buf *out)
{
	zx_buf_addch(out, '[');
	for (size_t i = 0; i < n; i++)
		zx_buf_addf(out, "%s\"%" PRIu64 "\"", i ? "," : "", v[i]);
	zx_buf_addch(out, ']');
	return out->err;
}

/* A list of ids. One that allows somebody something must not become the empty
 * one, which would allow it to all. */
static int ids(struct zx__mapping *m, size_t row, struct zx_str raw,
	       struct zx_buf *out)
{
	struct zx_json_iter it = zx_json_each(raw);
	uint64_t v[LIST], from;
	size_t n = 0, kept = 0;

	for (; zx_json_next(&it); n++) {
		if (zx_json_u64(it.value, &from))
			continue;
		if (kept == LIST)
			return ZX_E_TOOBIG;
		v[kept] = lookup(m, (enum zx_id_kind)lists[row].kind, from);
		m->lost += !v[kept];
		kept += v[kept] != 0;
	}
	if (n && !kept && row == 0)
		return ZX_E_NOTFOUND;
	if (m->sorted)
		qsort(v, kept, sizeof(*v), ascending);
	return write_ids(v, kept, out);
}

static int overwrite(struct zx__mapping *m, struct zx_str o, struct zx_buf *out)
{
	uint64_t who = zx_json_get_u64(o, "id"), to = who;

	if (!zx_json_get_u64(o, "type"))
		to = lookup(m, ZX_ID_ROLE, who);
	if (!to)
		return ZX_E_NOTFOUND;
	zx_buf_addf(out,
		    "{\"allow\":\"%" PRIu64 "\",\"deny\":\"%" PRIu64
		    "\",\"id\":\"%" PRIu64 "\",\"type\":%d}",
		    zx_json_get_u64(o, "allow"), zx_json_get_u64(o, "deny"), to,
		    zx_json_get_u64(o, "type") == 1);
	return out->err;
}

static int overwrites(struct zx__mapping *m, struct zx_str raw,
		      struct zx_buf *out)
{
	struct zx_json_iter it = zx_json_each(raw);
	int n = 0, err = ZX_OK;

	zx_buf_addch(out, '[');
	while (!err && zx_json_next(&it)) {
		if (n++)
			zx_buf_addch(out, ',');
		err = overwrite(m, it.value, out);
	}
	zx_buf_addch(out, ']');
	return err ? err : out->err;
}

/* The id of a forum's tag: left out, it is a new one. */
static int tag_id(struct zx__mapping *m, struct zx_str raw, struct zx_buf *out)
{
	uint64_t from = 0, to;

	if (zx_json_u64(raw, &from))
		return GONE + 1;
	to = m->ids ? zx_idmap_get(m->ids, ZX_ID_TAG, from) : from;
	if (!to)
		return GONE + 1;
	zx_buf_addf(out, "\"%" PRIu64 "\"", to);
	return out->err;
}

/* "<#1>" and "<@&1>" follow their channel or role when it has moved. */
static int topic(struct zx__mapping *m, struct zx_str raw, struct zx_buf *out)
{
	size_t i = 0;

	while (i < raw.len) {
		enum zx_id_kind kind = ZX_ID_CHANNEL;
		struct zx_str rest = zx_str_from(raw, i), digits;
		size_t skip = zx_str_starts(rest, "<#")	   ? 2
			      : zx_str_starts(rest, "<@&") ? 3
							   : 0;
		uint64_t from, to = 0;

		if (skip == 3)
			kind = ZX_ID_ROLE;
		digits = zx_str_from(rest, skip);
		digits = zx_str_split(&digits, '>');
		if (skip && digits.len < 20 && !zx_str_u64(digits, &from))
			to = zx_idmap_get(m->ids, kind, from);
		if (to) {
			zx_buf_addf(out, "%.*s%" PRIu64 ">", (int)skip,
				    rest.ptr, to);
			i += skip + digits.len + 1;
		} else {
			zx_buf_addch(out, raw.ptr[i++]);
		}
	}
	return out->err;
}

static int elements(struct zx__mapping *m, struct zx_str key, struct zx_str raw,
		    struct zx_buf *out, unsigned depth)
{
	struct zx_json_iter it = zx_json_each(raw);
	int err = ZX_OK, kept = 0, n = 0;

	zx_buf_addch(out, '[');
	for (; err >= 0 && zx_json_next(&it); n++) {
		size_t at = out->len;

		if (kept)
			zx_buf_addch(out, ',');
		err = value(m, key, it.value, out, depth + 1);
		if (err == GONE && !out->err) {
			out->len = at;
			m->lost++;
		} else {
			kept++;
		}
	}
	zx_buf_addch(out, ']');
	if (err < 0)
		return err;
	/* A rule without an action is none. */
	if (n && !kept && zx_str_is(key, "actions"))
		return ZX_E_NOTFOUND;
	return out->err;
}

static int members(struct zx__mapping *m, struct zx_str parent,
		   struct zx_str raw, struct zx_buf *out, unsigned depth)
{
	struct zx_json_iter it = zx_json_each(raw);
	int kept = 0, err;

	zx_buf_addch(out, '{');
	while (zx_json_next(&it)) {
		size_t at = out->len;

		if (kept)
			zx_buf_addch(out, ',');
		zx_buf_addf(out, "\"%.*s\":", ZX_ARG(it.key));
		if (zx_str_is(parent, "available_tags") &&
		    zx_str_is(it.key, "id"))
			err = tag_id(m, it.value, out);
		else
			err = value(m, it.key, it.value, out, depth + 1);
		if (err < 0 || err == GONE)
			return err;
		if (err && !out->err)
			out->len = at;
		else
			kept++;
	}
	zx_buf_addch(out, '}');
	return out->err;
}

/* An emoji of the server's is there, or it is one of everybody's. */
static int has_emoji(const struct zx__mapping *m, struct zx_str raw)
{
	uint64_t id = zx_json_get_u64(raw, "emoji_id");

	return !id || !m->ids || zx_idmap_get(m->ids, ZX_ID_EMOJI, id);
}

static int value(struct zx__mapping *m, struct zx_str key, struct zx_str raw,
		 struct zx_buf *out, unsigned depth)
{
	enum zx_json_kind kind = zx_json_kind(raw);

	if (depth > DEPTH)
		return ZX_E_TOOBIG;
	if (kind == ZX_JSON_OBJECT) {
		if (zx_str_is(key, "default_reaction_emoji") &&
		    !has_emoji(m, raw)) {
			m->lost++;
			zx_buf_addc(out, "null");
			return out->err;
		}
		return members(m, key, raw, out, depth);
	}
	if (kind == ZX_JSON_ARRAY) {
		if (zx_str_is(key, "permission_overwrites"))
			return overwrites(m, raw, out);
		for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
			if (zx_str_is(key, lists[i].key))
				return ids(m, i, raw, out);
		return elements(m, key, raw, out, depth);
	}
	if (kind == ZX_JSON_STRING) {
		for (size_t i = 0; i < sizeof(single) / sizeof(*single); i++)
			if (zx_str_is(key, single[i].key))
				return id(m, i, raw, out);
		if (m->mentions && zx_str_is(key, "topic"))
			return topic(m, raw, out);
	}
	zx_buf_adds(out, raw);
	return out->err;
}

int zx__map_json(struct zx__mapping *m, struct zx_str json, struct zx_buf *out)
{
	struct zx_str none = { NULL, 0 };
	int err = value(m, none, json, out, 0);

	return err > 0 ? ZX_E_NOTFOUND : err;
}
