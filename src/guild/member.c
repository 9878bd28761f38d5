/* SPDX-License-Identifier: MIT
 *
 * Members: by far the most items, so they are written straight into the chunk.
 */
#include <inttypes.h>
#include <string.h>

#include "base/base_int.h"
#include "guild/writer_int.h"

static const char pairs[] = "00010203040506070809"
			    "10111213141516171819"
			    "20212223242526272829"
			    "30313233343536373839"
			    "40414243444546474849"
			    "50515253545556575859"
			    "60616263646566676869"
			    "70717273747576777879"
			    "80818283848586878889"
			    "90919293949596979899";

/* Eight digits with leading zeros. */
static void put8(char *p, uint32_t v)
{
	uint32_t hi = v / 10000, lo = v % 10000;

	memcpy(p, pairs + 2 * (hi / 100), 2);
	memcpy(p + 2, pairs + 2 * (hi % 100), 2);
	memcpy(p + 4, pairs + 2 * (lo / 100), 2);
	memcpy(p + 6, pairs + 2 * (lo % 100), 2);
}

char *zx__put_u64(char *p, uint64_t v)
{
	char text[24];
	size_t i = 0;

	put8(text, (uint32_t)(v / UINT64_C(10000000000000000)));
	v %= UINT64_C(10000000000000000);
	put8(text + 8, (uint32_t)(v / 100000000));
	put8(text + 16, (uint32_t)(v % 100000000));
	while (i < 23 && text[i] == '0')
		i++;
	memcpy(p, text + i, 24 - i);
	return p + (24 - i);
}

/* Text that needs no escapes is copied; the rest goes through the writer. */
static void put_text(struct zx_buf *b, struct zx_str s)
{
	const char *end = s.ptr + s.len;
	struct zx_json_writer jw;

	if (s.len && zx__scan_plain(s.ptr, end) != end) {
		struct zx_buf text;

		zx_buf_init(&text, b->alloc, 0);
		zx_jw_init(&jw, &text);
		zx_jw_str(&jw, NULL, s);
		if (text.err && !b->err)
			b->err = text.err;
		/* The writer escapes as canonical text does. */
		zx_buf_adds(b, zx_buf_str(&text));
		zx_buf_release(&text);
		return;
	}
	zx_buf_addch(b, '"');
	zx_buf_adds(b, s);
	zx_buf_addch(b, '"');
}

static void put_roles(struct zx_buf *b, const uint64_t *roles, size_t n)
{
	char *p = zx_buf_room(b, 24 * n + 16), *from = p;

	if (!p)
		return;
	for (size_t i = 0; i < n; i++) {
		*p++ = i ? ',' : '[';
		*p++ = '"';
		p = zx__put_u64(p, roles[i]);
		*p++ = '"';
	}
	if (!n)
		*p++ = '[';
	*p++ = ']';
	*p++ = '}';
	*p = '\0';
	b->len += (size_t)(p - from);
}

static void put_head(struct zx_buf *b, uint64_t id, int comma)
{
	static const char head[] = ",{\"id\":\"";
	char *p = zx_buf_room(b, 48), *from = p;
	size_t skip = comma ? 0 : 1;

	if (!p)
		return;
	memcpy(p, head + skip, sizeof(head) - 1 - skip);
	p = zx__put_u64(p + sizeof(head) - 1 - skip, id);
	memcpy(p, "\",\"name\":", 9);
	p[9] = '\0';
	b->len += (size_t)(p + 9 - from);
}

void zx__member_put(struct zx_buf *b, const struct zx_guild_member *m,
		    int comma)
{
	put_head(b, m->id, comma);
	put_text(b, m->name);
	if (m->nick.len) {
		zx_buf_addc(b, ",\"nick\":");
		put_text(b, m->nick);
	}
	zx_buf_addc(b, ",\"roles\":");
	put_roles(b, m->roles, m->role_count);
}

int zx_guild_add_member(struct zx_guild_writer *w,
			const struct zx_guild_member *m)
{
	struct zx__lane *l = &w->lane[ZX_SECTION_MEMBERS];

	if (w->finished)
		return ZX_E_STATE;
	if (l->count && m->id <= l->last_id)
		return zx__writer_fail(
			w, m->id == l->last_id ? ZX_E_EXISTS : ZX_E_STATE,
			"members: %" PRIu64 " comes after %" PRIu64, m->id,
			l->last_id);
	zx__member_put(&l->chunk, m, l->chunk.len > 0);
	w->counts.members++;
	w->counts.member_roles += m->role_count > 0;
	return zx__lane_added(w, ZX_SECTION_MEMBERS, m->id);
}
