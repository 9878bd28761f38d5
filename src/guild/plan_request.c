/* SPDX-License-Identifier: MIT
 *
 * An operation as a request.
 */
#include <inttypes.h>
#include <string.h>

#include "guild/plan_int.h"

void zx_plan_request_init(struct zx_plan_request *r, const struct zx_alloc *a)
{
	memset(r, 0, sizeof(*r));
	zx_buf_init(&r->text, a, ZX__PLAN_TEXT);
	zx_buf_init(&r->image, a, ZX__GUILD_ITEM + 1024);
}

void zx_plan_request_release(struct zx_plan_request *r)
{
	if (!r)
		return;
	zx_buf_release(&r->text);
	zx_buf_release(&r->image);
}

/* Paths -------------------------------------------------------------------- */

static int missed(struct zx_plan_request *r, enum zx_id_kind kind, uint64_t id)
{
	r->missed = id;
	r->missed_kind = kind;
	return ZX_E_NOTFOUND;
}

/* What it is done to: known from the start, or made meanwhile. */
static int subject(const struct zx__op *op, const struct zx_idmap *ids,
		   struct zx_plan_request *r, uint64_t *out)
{
	enum zx_id_kind kind = (enum zx_id_kind)zx__acts[op->act].kind;

	*out = op->live_id ? op->live_id
			   : zx_idmap_get(ids, kind, op->snapshot_id);
	return *out ? ZX_OK : missed(r, kind, op->snapshot_id);
}

static int is_of_member(const struct zx_plan *p, const struct zx__op *op)
{
	return op->act == ZX_ACT_OVERWRITE &&
	       zx_json_get_u64(zx__plan_text(p, op->body), "type") == 1;
}

static int besides(const struct zx_plan *p, const struct zx__op *op,
		   const struct zx_idmap *ids, struct zx_plan_request *r,
		   uint64_t *out)
{
	enum zx_id_kind kind =
		op->act == ZX_ACT_WEBHOOK_CREATE ? ZX_ID_CHANNEL : ZX_ID_ROLE;

	*out = is_of_member(p, op) ? op->role
				   : zx_idmap_get(ids, kind, op->role);
	return *out ? ZX_OK : missed(r, kind, op->role);
}

static const char *path_of_kind(enum zx_id_kind kind)
{
	static const char *const paths[ZX_ID_KIND_COUNT] = {
		[ZX_ID_ROLE] = "/guilds/$g/roles/$l",
		[ZX_ID_CHANNEL] = "/channels/$l",
		[ZX_ID_EMOJI] = "/guilds/$g/emojis/$l",
		[ZX_ID_STICKER] = "/guilds/$g/stickers/$l",
		[ZX_ID_SOUND] = "/guilds/$g/soundboard-sounds/$l",
		[ZX_ID_TAG] = "",
		[ZX_ID_AUTOMOD] = "/guilds/$g/auto-moderation/rules/$l",
		[ZX_ID_WEBHOOK] = "/webhooks/$l",
		[ZX_ID_EVENT] = "/guilds/$g/scheduled-events/$l",
	};

	return paths[kind];
}

static int path(const struct zx_plan *p, const struct zx__op *op,
		const struct zx_idmap *ids, struct zx_plan_request *r)
{
	const char *t = op->act == ZX_ACT_DELETE
				? path_of_kind((enum zx_id_kind)op->kind)
				: zx__acts[op->act].path;
	uint64_t id = 0;
	int err = ZX_OK;

	for (; *t && !err; t++) {
		if (*t != '$') {
			zx_buf_addch(&r->text, *t);
			continue;
		}
		t++;
		if (*t == 'g')
			id = p->guild;
		else if (*t == 'u')
			id = op->snapshot_id;
		else if (*t == 'r')
			err = besides(p, op, ids, r, &id);
		else
			err = subject(op, ids, r, &id);
		zx_buf_addf(&r->text, "%" PRIu64, id);
	}
	return err ? err : r->text.err;
}

/* Bodies ------------------------------------------------------------------- */

static const char *image_key(const struct zx__op *op)
{
	switch (op->act) {
	case ZX_ACT_SOUND_CREATE:
		return "sound";
	case ZX_ACT_ROLE_CREATE:
	case ZX_ACT_ROLE_NARROW:
	case ZX_ACT_ROLE_RAISE:
	case ZX_ACT_ROLE_UPDATE:
		return "icon";
	case ZX_ACT_WEBHOOK_CREATE:
		return "avatar";
	default:
		return "image";
	}
}

static int fetch(const struct zx_plan *p, const struct zx__op *op,
		 const struct zx_guild_store *store, struct zx_plan_request *r)
{
	const struct zx__image_ref *i = &p->images[op->image - 1];
	unsigned char hash[ZX_HASH];
	int err;

	if (!store || !store->get)
		return ZX_E_INVALID;
	zx_buf_clear(&r->image);
	err = store->get(i->hash, &r->image, store->ud);
	if (err)
		return err;
	if (r->image.err)
		return r->image.err;
	zx_sha256(zx_buf_str(&r->image), hash);
	return memcmp(hash, i->hash, ZX_HASH) ? ZX_E_CORRUPT : ZX_OK;
}

/* Into the object that the text ends with. */
static void embed(const struct zx_plan *p, const struct zx__op *op,
		  struct zx_plan_request *r)
{
	struct zx_str name = zx__plan_text(p, op->name);
	struct zx_buf *b = &r->text;

	if (b->err || !b->len)
		return;
	b->len--;
	if (b->ptr[b->len - 1] != '{')
		zx_buf_addch(b, ',');
	if (op->act == ZX_ACT_IMAGE_UPDATE)
		zx_buf_addf(b, "\"%.*s\":\"data:", ZX_ARG(name));
	else
		zx_buf_addf(b, "\"%s\":\"data:", image_key(op));
	zx_buf_addc(b, p->images[op->image - 1].type);
	zx_buf_addc(b, ";base64,");
	zx_buf_add_base64(b, r->image.ptr, r->image.len);
	zx_buf_addc(b, "\"}");
}

static void attach(const struct zx_plan *p, const struct zx__op *op,
		   struct zx_plan_request *r)
{
	const char *type = p->images[op->image - 1].type;

	r->file = zx_buf_str(&r->image);
	r->file_type = zx_str(type);
	r->file_name = !strcmp(type, "application/json")
			       ? ZX_STR("sticker.json")
		       : !strcmp(type, "image/gif") ? ZX_STR("sticker.gif")
						    : ZX_STR("sticker.png");
}

/* An overwrite, without the list of all of the channel's. */
static void overwrite(const struct zx_plan *p, const struct zx__op *op,
		      struct zx_plan_request *r)
{
	struct zx_str o = zx__plan_text(p, op->body);

	if (r->method == ZX_PLAN_PUT)
		zx_buf_addf(&r->text,
			    "{\"allow\":\"%" PRIu64 "\",\"deny\":\"%" PRIu64
			    "\",\"type\":%d}",
			    zx_json_get_u64(o, "allow"),
			    zx_json_get_u64(o, "deny"),
			    zx_json_get_u64(o, "type") == 1);
}

static int body(const struct zx_plan *p, const struct zx__op *op,
		const struct zx_idmap *ids, const struct zx_guild_store *store,
		struct zx_plan_request *r)
{
	struct zx__mapping m = { .ids = ids, .mentions = p->mentions };
	struct zx_str template = zx__plan_text(p, op->body);
	int err = ZX_OK;

	if (op->act == ZX_ACT_BAN)
		template = ZX_STR("{\"delete_message_seconds\":0}");
	if (template.len)
		err = zx__map_json(&m, template, &r->text);
	r->lost = m.lost;
	if (err == ZX_E_NOTFOUND)
		return missed(r, m.missed_kind, m.missed);
	if (!err && op->image)
		err = fetch(p, op, store, r);
	if (!err && op->image && op->act == ZX_ACT_STICKER_CREATE)
		attach(p, op, r);
	else if (!err && op->image)
		embed(p, op, r);
	return err ? err : r->text.err;
}

static int order(const struct zx_plan *p, const struct zx__op *op,
		 const struct zx_idmap *ids, struct zx_str answer,
		 struct zx_plan_request *r)
{
	if (zx_json_kind(answer) != ZX_JSON_ARRAY) {
		r->method = ZX_PLAN_GET;
		return 1;
	}
	r->method = ZX_PLAN_PATCH;
	if (op->act == ZX_ACT_ROLE_ORDER)
		return zx__order_roles(p, op, ids, answer, &r->image);
	return zx__order_channels(p, op, ids, answer, &r->image);
}

/* Path, body and reason stand behind one another in the text, which is only
 * then at rest. */
static int finish(const struct zx_plan *p, const struct zx__op *op, uint32_t n,
		  size_t path_len, struct zx_plan_request *r)
{
	size_t to = r->text.len;

	if (op->act == ZX_ACT_BAN || op->act == ZX_ACT_BAN_BULK)
		zx_buf_adds(&r->text, zx__plan_text(p, op->detail));
	else if (r->method != ZX_PLAN_GET && r->method != ZX_PLAN_HOST)
		zx_buf_addf(&r->text,
			    "Restore %s, operation %" PRIu32 " [zx:%s:%" PRIu32
			    "]",
			    p->id, n, p->id, n);
	if (r->text.err)
		return r->text.err;
	r->path = (struct zx_str){ r->text.ptr, path_len };
	r->body = (struct zx_str){ r->text.ptr + path_len, to - path_len };
	r->reason = (struct zx_str){ r->text.ptr + to, r->text.len - to };
	return 1;
}

static int is_order(const struct zx__op *op)
{
	return op->act == ZX_ACT_ROLE_ORDER || op->act == ZX_ACT_CHANNEL_ORDER;
}

static int is_overwrite(const struct zx__op *op)
{
	return op->act == ZX_ACT_OVERWRITE || op->act == ZX_ACT_OVERWRITE_OPEN;
}

/* The rule against masses of mentions among those of the answer: its id goes
 * behind the path. Before there are any they are asked for. */
static int adopt(const struct zx__op *op, struct zx_str answer,
		 struct zx_plan_request *r)
{
	struct zx_json_iter it = zx_json_each(answer);

	if (zx_json_kind(answer) != ZX_JSON_ARRAY) {
		r->method = ZX_PLAN_GET;
		return ZX_OK;
	}
	while (zx_json_next(&it))
		if (zx_json_get_u64(it.value, "trigger_type") ==
		    ZX__RULE_MENTIONS) {
			zx_buf_addf(&r->text, "/%" PRIu64,
				    zx_json_get_u64(it.value, "id"));
			return r->text.err;
		}
	return missed(r, ZX_ID_AUTOMOD, op->snapshot_id);
}

/* Nothing more is to be asked: of a rule its new self is the answer. */
static int is_over(const struct zx__op *op, struct zx_str answer)
{
	if (op->act == ZX_ACT_AUTOMOD_ADOPT)
		return zx_json_get_u64(answer, "id") != 0;
	return answer.len && !is_order(op) && op->act != ZX_ACT_OVERWRITE_OPEN;
}

static void begin(struct zx_plan_request *r, const struct zx__op *op)
{
	struct zx_buf text = r->text, image = r->image;

	memset(r, 0, sizeof(*r));
	r->text = text;
	r->image = image;
	zx_buf_clear(&r->text);
	zx_buf_clear(&r->image);
	r->method = (enum zx_plan_method)zx__acts[op->act].method;
}

int zx_plan_request(const struct zx_plan *p, uint32_t op,
		    const struct zx_idmap *ids,
		    const struct zx_guild_store *store, struct zx_str answer,
		    struct zx_plan_request *out)
{
	const struct zx__op *o = op && op <= p->n ? &p->ops[op - 1] : NULL;
	size_t path_len;
	int err;

	if (!o || o->act == ZX_ACT_NONE)
		return ZX_E_INVALID;
	begin(out, o);
	if (is_over(o, answer))
		return 0;
	err = path(p, o, ids, out);
	if (!err && o->act == ZX_ACT_AUTOMOD_ADOPT)
		err = adopt(o, answer, out);
	if (!err && o->act == ZX_ACT_OVERWRITE && zx__overwrite_goes(p, o))
		out->method = ZX_PLAN_DELETE;
	if (!err && o->act == ZX_ACT_OVERWRITE_OPEN) {
		err = zx__overwrite_open(p, o, ids, answer, out);
		if (err <= 0)
			return err;
		err = ZX_OK;
	}
	path_len = out->text.len;
	if (!err && is_overwrite(o)) {
		overwrite(p, o, out);
		err = out->text.err;
	} else if (!err && is_order(o)) {
		err = order(p, o, ids, answer, out);
		if (err <= 0)
			return err;
		zx_buf_adds(&out->text, zx_buf_str(&out->image));
		err = out->text.err;
	} else if (!err && out->method != ZX_PLAN_GET) {
		err = body(p, o, ids, store, out);
	}
	return err ? err : finish(p, o, op, path_len, out);
}
