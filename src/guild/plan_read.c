/* SPDX-License-Identifier: MIT
 *
 * A plan from its text. Written again it must be that text to the byte, so
 * nothing that was not understood is lost in silence.
 */
#include <string.h>

#include "guild/plan_int.h"

/* Words ------------------------------------------------------------------- */

static int word(struct zx_str raw, const char *(*name)(int i), int n,
		uint8_t *out)
{
	struct zx_str s = zx_json_plain(raw);

	for (int i = 0; i < n; i++)
		if (zx_str_is(s, name(i))) {
			*out = (uint8_t)i;
			return ZX_OK;
		}
	return ZX_E_CORRUPT;
}

static const char *act_name(int i)
{
	return zx__acts[i].name;
}

static const char *phase_name(int i)
{
	return zx_plan_phase_name((enum zx_phase)i);
}

static const char *why_name(int i)
{
	return zx_why_name((enum zx_why)i);
}

static const char *section_name(int i)
{
	return zx_section_name((enum zx_section)i);
}

static const char *verb_name(int i)
{
	return zx_verb_name((enum zx_verb)i);
}

/* Pieces ------------------------------------------------------------------- */

static int text(struct zx_plan *p, struct zx_str raw, struct zx__piece *out)
{
	int err;

	if (!raw.len)
		return ZX_OK;
	out->at = (uint32_t)p->text.len;
	err = zx_json_text(raw, &p->text);
	out->len = (uint32_t)(p->text.len - out->at);
	return err == ZX_E_NOMEM || err == ZX_E_TOOBIG ? err
	       : err				       ? ZX_E_CORRUPT
						       : ZX_OK;
}

static int raw_piece(struct zx_plan *p, struct zx_str raw,
		     struct zx__piece *out)
{
	if (!raw.len)
		return ZX_OK;
	if (zx_json_kind(raw) != ZX_JSON_OBJECT &&
	    zx_json_kind(raw) != ZX_JSON_ARRAY)
		return ZX_E_CORRUPT;
	return zx__plan_keep(p, raw, out);
}

static int words(struct zx_str o, struct zx__op *op)
{
	int err = word(zx_json_get(o, "act"), act_name, ZX_ACT_COUNT, &op->act);

	if (!err)
		err = word(zx_json_get(o, "phase"), phase_name, ZX_PHASE_COUNT,
			   &op->phase);
	if (!err)
		err = word(zx_json_get(o, "reason"), why_name, ZX_WHY_COUNT,
			   &op->reason);
	if (!err)
		err = word(zx_json_get(o, "section"), section_name,
			   ZX_SECTION_COUNT, &op->section);
	if (!err)
		err = word(zx_json_get(o, "verb"), verb_name, ZX_VERB_COUNT,
			   &op->verb);
	return err;
}

static int refers(const struct zx_plan *p, struct zx_str o, const char *key,
		  uint32_t *out)
{
	uint64_t i = zx_json_get_u64(o, key);

	*out = (uint32_t)i;
	return i > p->image_n ? ZX_E_CORRUPT : ZX_OK;
}

static int op(struct zx_plan *p, struct zx_str o)
{
	struct zx__op *op = zx__plan_push(p);
	uint64_t kind = zx_json_get_u64(o, "kind");
	int err;

	if (!op)
		return ZX_E_NOMEM;
	err = kind < ZX_ID_KIND_COUNT ? words(o, op) : ZX_E_CORRUPT;
	op->kind = (uint8_t)kind;
	op->live_id = zx_json_get_u64(o, "live");
	op->role = zx_json_get_u64(o, "role");
	op->snapshot_id = zx_json_get_u64(o, "snapshot");
	if (!err)
		err = refers(p, o, "image", &op->image);
	if (!err)
		err = refers(p, o, "before_image", &op->before_image);
	if (!err)
		err = text(p, zx_json_get(o, "name"), &op->name);
	if (!err)
		err = text(p, zx_json_get(o, "detail"), &op->detail);
	if (!err)
		err = raw_piece(p, zx_json_get(o, "body"), &op->body);
	if (!err)
		err = raw_piece(p, zx_json_get(o, "before"), &op->before);
	return err;
}

static int image(struct zx_plan *p, struct zx_str o)
{
	struct zx_str type = zx_json_plain(zx_json_index(o, 1));
	unsigned char hash[ZX_HASH];
	char copy[24];
	uint32_t at;

	if (zx_hash_read(zx_json_plain(zx_json_index(o, 0)), hash) ||
	    type.len >= sizeof(copy))
		return ZX_E_CORRUPT;
	if (type.len)
		memcpy(copy, type.ptr, type.len);
	copy[type.len] = '\0';
	return zx__plan_image(p, hash, copy, &at);
}

static int pair(struct zx_idmap *ids, struct zx_str o)
{
	uint64_t kind, from, to;

	if (zx_json_u64(zx_json_index(o, 0), &kind) ||
	    zx_json_u64(zx_json_index(o, 1), &from) ||
	    zx_json_u64(zx_json_index(o, 2), &to) || kind >= ZX_ID_KIND_COUNT ||
	    !from)
		return ZX_E_CORRUPT;
	return zx_idmap_put(ids, (enum zx_id_kind)kind, from, to);
}

static int pairs(struct zx_idmap *ids, struct zx_str o)
{
	struct zx_json_iter it = zx_json_each(zx_json_get(o, "pairs"));
	int err = ZX_OK;

	while (!err && zx_json_next(&it))
		err = pair(ids, it.value);
	return err;
}

/* A round after the first: each begins behind the one before it. */
static int round_of(struct zx_plan *p, struct zx_str o)
{
	uint64_t first = zx_json_get_u64(o, "first");
	struct zx__round *at = &p->more[p->more_n];

	if (p->more_n == ZX_PLAN_ROUNDS - 1 || first >= p->n ||
	    first <= (p->more_n ? at[-1].first : 0))
		return ZX_E_CORRUPT;
	at->first = (size_t)first;
	p->more_n++;
	return pairs(&at->ids, o);
}

static int problem(struct zx_plan *p, struct zx_str o)
{
	struct zx__problem *at = &p->problems[p->problem_n];
	int err;

	if (p->problem_n == ZX__PROBLEMS)
		return ZX_E_CORRUPT;
	at->blocks = (uint8_t)zx_json_get_bool(o, "blocks");
	at->ops = (uint32_t)zx_json_get_u64(o, "ops");
	at->permission = zx_json_get_u64(o, "permission");
	err = word(zx_json_get(o, "reason"), why_name, ZX_WHY_COUNT,
		   &at->reason);
	if (!err)
		err = word(zx_json_get(o, "section"), section_name,
			   ZX_SECTION_COUNT, &at->section);
	if (!err)
		err = text(p, zx_json_get(o, "text"), &at->text);
	p->problem_n++;
	return err;
}

static int each(struct zx_plan *p, struct zx_str list,
		int (*fn)(struct zx_plan *p, struct zx_str o))
{
	struct zx_json_iter it = zx_json_each(list);
	int err = ZX_OK;

	while (!err && zx_json_next(&it))
		err = fn(p, it.value);
	return err;
}

/* The whole ---------------------------------------------------------------- */

static void numbers(uint32_t *out, size_t n, struct zx_str list)
{
	struct zx_json_iter it = zx_json_each(list);
	uint64_t v;

	for (size_t i = 0; i < n && zx_json_next(&it); i++)
		out[i] = zx_json_u64(it.value, &v) ? 0 : (uint32_t)v;
}

static void limits(struct zx_plan *p, struct zx_str list)
{
	uint32_t v[3 * ZX_LIMIT_COUNT] = { 0 };

	numbers(v, 3 * ZX_LIMIT_COUNT, list);
	for (size_t i = 0; i < ZX_LIMIT_COUNT; i++) {
		p->limits[i].used = v[3 * i];
		p->limits[i].adds = v[3 * i + 1];
		p->limits[i].max = v[3 * i + 2];
	}
}

static int scalars(struct zx_plan *p, struct zx_str o)
{
	struct zx_str id = zx_json_plain(zx_json_get(o, "id"));

	if (id.len >= sizeof(p->id))
		return ZX_E_CORRUPT;
	if (id.len)
		memcpy(p->id, id.ptr, id.len);
	p->totals.absent = (uint32_t)zx_json_get_u64(o, "absent");
	p->bot_role = zx_json_get_u64(o, "bot_role");
	p->bot_user = zx_json_get_u64(o, "bot_user");
	p->guild = zx_json_get_u64(o, "guild");
	p->invoker = zx_json_get_u64(o, "invoker");
	p->mentions = zx_json_get_bool(o, "mentions");
	p->owner_is_bot = zx_json_get_bool(o, "owner_is_bot");
	p->role_sync = zx_json_get_bool(o, "role_sync");
	p->source = zx_json_get_u64(o, "source");
	p->undo = zx_json_get_bool(o, "undo");
	p->update = zx_json_get_bool(o, "update");
	p->wait_ms = zx_json_get_u64(o, "wait_ms");
	p->what = (unsigned)zx_json_get_u64(o, "what");
	numbers(p->rate_ms, ZX_RATE_COUNT, zx_json_get(o, "rates"));
	numbers(p->totals.same, ZX_SECTION_COUNT, zx_json_get(o, "same"));
	limits(p, zx_json_get(o, "limits"));
	return ZX_OK;
}

/* An operation stands where its phase is. */
static int in_order(const struct zx_plan *p)
{
	size_t at, end;

	for (unsigned k = 0; zx_plan_round(p, k, &at, &end); k++)
		for (at++; at < end; at++)
			if (p->ops[at].phase &&
			    p->ops[at].phase < p->ops[at - 1].phase)
				return ZX_E_CORRUPT;
	return ZX_OK;
}

static int fill(struct zx_plan *p, struct zx_str o)
{
	int err = scalars(p, o);

	if (!err)
		err = each(p, zx_json_get(o, "images"), image);
	if (!err)
		err = each(p, zx_json_get(o, "ops"), op);
	if (!err)
		err = pairs(&p->ids, o);
	if (!err)
		err = each(p, zx_json_get(o, "problems"), problem);
	if (!err)
		err = each(p, zx_json_get(o, "rounds"), round_of);
	return err ? err : in_order(p);
}

static int same(struct zx_str piece, void *ud)
{
	struct zx_str *rest = ud;

	if (piece.len > rest->len || memcmp(piece.ptr, rest->ptr, piece.len))
		return ZX_E_CORRUPT;
	*rest = zx_str_from(*rest, piece.len);
	return ZX_OK;
}

int zx_plan_read(struct zx_plan **out, struct zx_str json,
		 const struct zx_alloc *a)
{
	struct zx_plan *p;
	struct zx_str rest = json;
	int err = zx_json_check(json, ZX__GUILD_DEPTH, NULL);

	*out = NULL;
	if (err)
		return err;
	if (json.len > ZX__PLAN_TEXT)
		return ZX_E_TOOBIG;
	if (zx_json_kind(json) != ZX_JSON_OBJECT)
		return ZX_E_CORRUPT;
	if (zx_json_get_u64(json, "version") != ZX__PLAN_VERSION)
		return ZX_E_VERSION;
	p = zx__plan_alloc(a);
	if (!p)
		return ZX_E_NOMEM;
	err = fill(p, json);
	if (!err)
		err = zx_plan_write(p, same, &rest, NULL);
	if (!err && rest.len)
		err = ZX_E_CORRUPT;
	if (err) {
		zx_plan_free(p);
		return err;
	}
	zx__plan_count(p);
	*out = p;
	return ZX_OK;
}
