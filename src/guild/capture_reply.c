/* SPDX-License-Identifier: MIT
 *
 * What is taken from the replies.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "guild/capture_int.h"

static int add(struct zx_capture *c, enum zx_section s, struct zx_str item)
{
	int err = zx_guild_add(c->w, s, item);

	if (err)
		return zx__capture_fail(c, err, "%s",
					zx_guild_writer_error(c->w));
	return zx__images_of(c, s, item);
}

int zx__reply_items(struct zx_capture *c, enum zx_section s, struct zx_str body)
{
	struct zx_json_iter it = zx_json_each(body);
	int err = ZX_OK;

	if (zx_json_kind(body) == ZX_JSON_OBJECT)
		return add(c, s, body);
	while (!err && zx_json_next(&it))
		err = add(c, s, it.value);
	return err;
}

int zx__reply_guild(struct zx_capture *c, struct zx_str body)
{
	int err;

	if (zx_json_get_u64(body, "id") != c->opt.guild)
		return zx__capture_fail(c, ZX_E_PROTOCOL,
					"the answer is of another server");
	err = zx__reply_items(c, ZX_SECTION_GUILD, body);
	if (!err)
		err = zx__images_of_guild(c, body);
	if (!err)
		err = zx__reply_items(c, ZX_SECTION_ROLES,
				      zx_json_get(body, "roles"));
	if (!err)
		err = zx__self_roles(c, zx_json_get(body, "roles"));
	if (!err)
		err = zx__reply_items(c, ZX_SECTION_EMOJIS,
				      zx_json_get(body, "emojis"));
	if (!err)
		err = zx__reply_items(c, ZX_SECTION_STICKERS,
				      zx_json_get(body, "stickers"));
	return err;
}

static int has_id(struct zx_str list, uint64_t id)
{
	struct zx_json_iter it = zx_json_each(list);

	while (zx_json_next(&it))
		if (zx_json_get_u64(it.value, "id") == id)
			return 1;
	return 0;
}

/* A channel may stand in a category that the bot is not shown. */
static int hidden(struct zx_capture *c, struct zx_str body)
{
	struct zx_json_iter it = zx_json_each(body);
	uint64_t seen = 0;
	char what[64];
	int err = ZX_OK;

	while (!err && zx_json_next(&it)) {
		uint64_t parent = zx_json_get_u64(it.value, "parent_id");

		if (!parent || parent == seen)
			continue;
		seen = parent;
		if (has_id(body, parent))
			continue;
		snprintf(what, sizeof(what), "channels/%" PRIu64, parent);
		err = zx__capture_missing(c, what, "hidden from the bot");
	}
	return err;
}

int zx__reply_channels(struct zx_capture *c, struct zx_str body)
{
	int err = zx__reply_items(c, ZX_SECTION_CHANNELS, body);

	return err ? err : hidden(c, body);
}

/* {"user":{…},"reason":…} becomes {"id":…,"name":…,"reason":…}. */
static int ban(struct zx_capture *c, struct zx_str from, struct zx_buf *b)
{
	struct zx_str user = zx_json_get(from, "user");
	uint64_t id = zx_json_get_u64(user, "id");
	struct zx_json_writer j;
	int err;

	if (id <= c->after_ban)
		return ZX_OK; /* Discord's order is by id */
	zx_buf_clear(b);
	zx_jw_init(&j, b);
	zx_jw_obj(&j, NULL);
	zx_jw_id(&j, "id", id);
	zx_jw_raw(&j, "name", zx_json_get(user, "username"));
	zx_jw_raw(&j, "reason", zx_json_get(from, "reason"));
	zx_jw_obj_end(&j);
	err = b->err;
	if (!err)
		err = zx_guild_add(c->w, ZX_SECTION_BANS, zx_buf_str(b));
	if (err)
		return zx__capture_fail(c, err, "%s",
					zx_guild_writer_error(c->w));
	c->after_ban = id;
	return ZX_OK;
}

int zx__reply_bans(struct zx_capture *c, struct zx_str body)
{
	struct zx_json_iter it = zx_json_each(body);
	uint64_t before = c->after_ban;
	struct zx_buf b;
	int err = ZX_OK, n = 0;

	zx_buf_init(&b, c->alloc, 0);
	for (; !err && zx_json_next(&it); n++)
		err = ban(c, it.value, &b);
	zx_buf_release(&b);
	if (!err && n >= CAPTURE_PAGE && c->after_ban > before) {
		c->state[JOB_BANS] = JOB_READY;
		c->progress.requests_known++;
	}
	return err;
}
