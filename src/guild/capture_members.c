/* SPDX-License-Identifier: MIT
 *
 * Members: pages in constant memory, or the gateway's chunks, which come in no
 * order and are held until all are there.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "guild/capture_int.h"

static int by_value(const void *pa, const void *pb)
{
	uint64_t a = *(const uint64_t *)pa, b = *(const uint64_t *)pb;

	return a < b ? -1 : a > b;
}

static size_t read_roles(struct zx_capture *c, struct zx_str list)
{
	struct zx_json_iter it = zx_json_each(list);
	size_t n = 0;

	while (n < CAPTURE_PAGE && zx_json_next(&it))
		if (!zx_json_u64(it.value, &c->roles[n]) &&
		    c->roles[n] != c->opt.guild)
			n++;
	if (n > 1)
		qsort(c->roles, n, sizeof(*c->roles), by_value);
	return n;
}

/* Takes one in; *id is its id, also when it is a bot. */
static int hold(struct zx_capture *c, struct zx_str from, uint64_t *id)
{
	struct zx_str user = zx_json_get(from, "user");
	struct zx_guild_member m = { .roles = c->roles };
	size_t at = c->held.text.len, nick_at;
	struct zx_buf names;
	int err;

	*id = m.id = zx_json_get_u64(user, "id");
	if (m.id && m.id == c->opt.self)
		zx__self_is(c, from);
	if (!m.id || zx_json_get_bool(user, "bot"))
		return ZX_OK;
	zx_buf_init(&names, c->alloc, 4096);
	(void)zx_json_text(zx_json_get(user, "username"), &names);
	nick_at = names.len;
	(void)zx_json_text(zx_json_get(from, "nick"), &names);
	m.name = (struct zx_str){ names.ptr, nick_at };
	m.nick = zx_str_from(zx_buf_str(&names), nick_at);
	m.role_count = read_roles(c, zx_json_get(from, "roles"));
	zx__member_put(&c->held.text, &m, 0);
	err = names.err;
	zx_buf_release(&names);
	return err ? err : zx__bag_hold(c->alloc, &c->held, m.id, at);
}

/* All that is held goes to the writer. */
static int pour(struct zx_capture *c)
{
	uint64_t last = c->after_member;
	int err = ZX_OK;

	zx__bag_sort(&c->held);
	for (size_t i = 0; !err && i < c->held.n; i++) {
		uint64_t id = c->held.v[i].id;

		if (id <= last)
			continue; /* told twice */
		last = id;
		err = zx__lane_add(c->w, ZX_SECTION_MEMBERS, id,
				   zx__bag_text(&c->held, i));
		c->progress.members++;
	}
	c->held.n = 0;
	zx_buf_clear(&c->held.text);
	return err;
}

void zx__members_by_pages(struct zx_capture *c)
{
	c->by = BY_PAGES;
	c->held.n = 0;
	zx_buf_clear(&c->held.text);
	c->after_member = 0;
	c->chunks = 0;
	c->state[JOB_MEMBERS] = JOB_READY;
	c->progress.requests_known +=
		1 + (uint32_t)(c->progress.members_expected / CAPTURE_PAGE);
}

int zx__reply_members(struct zx_capture *c, struct zx_str body)
{
	struct zx_json_iter it = zx_json_each(body);
	uint64_t highest = c->after_member, id;
	int err = ZX_OK, n = 0;

	for (; !err && zx_json_next(&it); n++) {
		err = hold(c, it.value, &id);
		if (id > highest)
			highest = id;
	}
	if (!err && c->by == BY_CHUNKS) {
		/* Far more than the server said: then not in memory. */
		if (c->held.n > 2 * (size_t)c->opt.members_max + CAPTURE_PAGE)
			zx__members_by_pages(c);
		return ZX_OK;
	}
	if (!err)
		err = pour(c);
	if (err)
		return zx__capture_fail(c, err, "members: %s",
					zx_strerror(err));
	if (n >= CAPTURE_PAGE && highest > c->after_member && !c->chunks)
		c->state[JOB_MEMBERS] = JOB_READY;
	c->after_member = highest;
	return ZX_OK;
}

int zx_capture_chunk(struct zx_capture *c, struct zx_str members,
		     uint32_t count, zx_time now)
{
	if (c->over || c->by != BY_CHUNKS)
		return ZX_OK;
	c->now = now;
	c->chunk_due = zx_time_add(now, CAPTURE_CHUNKS_WAIT);
	if (zx_json_check(members, ZX__GUILD_DEPTH, NULL)) {
		zx__members_by_pages(c);
		return ZX_OK;
	}
	c->chunks++;
	if (c->chunks >= count) {
		c->by = BY_PAGES; /* as the last page does it */
		c->state[JOB_MEMBERS] = JOB_DONE;
	}
	zx__reply_members(c, members);
	zx__capture_finish(c);
	return ZX_OK;
}

int zx_capture_members(struct zx_capture *c, struct zx_str d, zx_time now)
{
	if (c->over || c->by != BY_CHUNKS ||
	    zx_json_get_u64(d, "guild_id") != c->opt.guild)
		return ZX_OK;
	if (zx_json_check(d, ZX__GUILD_DEPTH, NULL)) {
		zx__members_by_pages(c);
		return ZX_OK;
	}
	return zx_capture_chunk(c, zx_json_get(d, "members"),
				(uint32_t)zx_json_get_u64(d, "chunk_count"),
				now);
}

void zx_capture_chunks_again(struct zx_capture *c, zx_time now)
{
	if (c->over || c->by != BY_CHUNKS)
		return;
	c->held.n = 0;
	zx_buf_clear(&c->held.text);
	c->chunks = 0;
	c->chunk_due = zx_time_add(now, CAPTURE_CHUNKS_WAIT);
}

void zx_capture_chunks_failed(struct zx_capture *c, zx_time now)
{
	c->now = now;
	if (!c->over && c->by == BY_CHUNKS)
		zx__members_by_pages(c);
}
