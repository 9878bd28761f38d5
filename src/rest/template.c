/* SPDX-License-Identifier: MIT
 *
 * template: the bucket hash a route had last, whatever the resource. It lets a
 * new lane join the right bucket before its first answer.
 */
#include <string.h>

#include "rest/rest_int.h"

struct template
{
	struct zx__mnode node;
	struct zx__link age;
	size_t hash_len, text_len;
	char hash[ZX__REST_HASH];
	char text[]; /* the lane's key without the top-level resource */
};

static struct zx_str before_major(const struct zx__lane *l)
{
	return (struct zx_str){ l->key, l->route.major_len ? l->route.major_at
							   : l->key_len };
}

static struct zx_str after_major(const struct zx__lane *l)
{
	struct zx_str all = { l->key, l->key_len };

	return zx_str_from(all, l->route.major_len
					? l->route.major_at + l->route.major_len
					: l->key_len);
}

static uint64_t hash_of(const struct zx_rest *r, const struct zx__lane *l)
{
	return zx__rest_hash(zx__rest_hash(r->seed, before_major(l)),
			     after_major(l));
}

static struct template *find(struct zx_rest *r, const struct zx__lane *l)
{
	struct zx_str a = before_major(l), b = after_major(l);
	struct zx__mnode *n = zx__rest_map_first(&r->templates, hash_of(r, l));

	for (; n; n = zx__rest_map_next(n)) {
		struct template *t = zx__of(n, struct template, node);

		if (t->text_len == a.len + b.len &&
		    !memcmp(t->text, a.ptr, a.len) &&
		    !memcmp(t->text + a.len, b.ptr, b.len))
			return t;
	}
	return NULL;
}

struct zx_str zx__rest_template_hash(struct zx_rest *r,
				     const struct zx__lane *l)
{
	struct template *t = find(r, l);

	if (!t)
		return (struct zx_str){ NULL, 0 };
	return (struct zx_str){ t->hash, t->hash_len };
}

static void drop(struct zx_rest *r, struct template *t)
{
	zx__rest_map_cut(&r->templates, &t->node);
	zx__list_cut(&t->age);
	zx_delete(r->alloc, t);
}

static struct template *make(struct zx_rest *r, const struct zx__lane *l)
{
	struct zx_str a = before_major(l), b = after_major(l);
	struct template *t = zx_new(r->alloc, sizeof(*t) + a.len + b.len);

	if (!t)
		return NULL;
	memcpy(t->text, a.ptr, a.len);
	memcpy(t->text + a.len, b.ptr, b.len);
	t->text_len = a.len + b.len;
	if (r->templates.count >= ZX__REST_TEMPLATES)
		drop(r, zx__of(r->template_age.next, struct template, age));
	zx__rest_map_put(&r->templates, &t->node, hash_of(r, l));
	return t;
}

void zx__rest_template_learn(struct zx_rest *r, const struct zx__lane *l,
			     struct zx_str hash)
{
	struct template *t = find(r, l);

	/* Without memory for it the next lane has to ask again. */
	if (!t && !(t = make(r, l)))
		return;
	zx__list_cut(&t->age);
	zx__list_put(&r->template_age, &t->age);
	memcpy(t->hash, hash.ptr, hash.len);
	t->hash_len = hash.len;
}

void zx__rest_template_release(struct zx_rest *r)
{
	while (!zx__list_empty(&r->template_age))
		drop(r, zx__of(r->template_age.next, struct template, age));
}
