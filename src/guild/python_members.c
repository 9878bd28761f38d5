/* SPDX-License-Identifier: MIT
 *
 * The members of a Python snapshot: in any order, so they are sorted by places
 * in the file.
 */
#include <stdlib.h>

#include "guild/guild_int.h"

enum { ROLES_MAX = 1000 };

struct place {
	uint64_t id;
	struct zx_str item;
};

static int by_id(const void *pa, const void *pb)
{
	const struct place *a = pa, *b = pb;

	return a->id < b->id ? -1 : a->id > b->id;
}

static int by_value(const void *pa, const void *pb)
{
	uint64_t a = *(const uint64_t *)pa, b = *(const uint64_t *)pb;

	return a < b ? -1 : a > b;
}

static int add(struct zx_guild_writer *w, const struct place *p,
	       uint64_t roles[ROLES_MAX], struct zx_buf *name)
{
	struct zx_json_iter it = zx_json_each(zx_json_get(p->item, "role_ids"));
	struct zx_guild_member m = { .id = p->id, .roles = roles };
	struct zx_str raw = zx_json_get(p->item, "username");

	zx_buf_clear(name);
	if (raw.len && zx_json_text(raw, name))
		return name->err ? name->err : ZX_E_TYPE;
	while (zx_json_next(&it)) {
		if (m.role_count == ROLES_MAX)
			return ZX_E_LIMIT;
		if (zx_json_u64(it.value, &roles[m.role_count++]))
			return ZX_E_RANGE;
	}
	if (m.role_count > 1)
		qsort(roles, m.role_count, sizeof(*roles), by_value);
	m.name = zx_buf_str(name);
	return zx_guild_add_member(w, &m);
}

static int collect(struct zx_str list, struct place *v, size_t n)
{
	struct zx_json_iter it = zx_json_each(list);

	for (size_t i = 0; i < n && zx_json_next(&it); i++) {
		v[i].item = it.value;
		if (zx_json_u64(zx_json_get(it.value, "user_id"), &v[i].id))
			return ZX_E_INVALID;
	}
	return ZX_OK;
}

int zx__python_members(struct zx_str list, struct zx_guild_writer *w,
		       const struct zx_alloc *a)
{
	struct zx_json_iter it = zx_json_each(list);
	struct place *v;
	uint64_t *roles;
	struct zx_buf name;
	size_t n = 0;
	int err = ZX_OK;

	while (zx_json_next(&it))
		n++;
	if (!n)
		return ZX_OK;
	v = zx_new(a, n * sizeof(*v));
	roles = zx_new(a, ROLES_MAX * sizeof(*roles));
	zx_buf_init(&name, a, 4096);
	if (!v || !roles)
		err = ZX_E_NOMEM;
	if (!err)
		err = collect(list, v, n);
	if (!err)
		qsort(v, n, sizeof(*v), by_id);
	for (size_t i = 0; !err && i < n; i++)
		err = add(w, &v[i], roles, &name);
	zx_buf_release(&name);
	zx_delete(a, roles);
	zx_delete(a, v);
	return err;
}
