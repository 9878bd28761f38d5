/* SPDX-License-Identifier: MIT
 *
 * restore_since: which of the roles that a way back deletes are not as the
 * restore left them. Whoever changed them would lose that with the role.
 */
#include "cogs/restore_job.h"

static int goes(const struct zx_plan_op *op)
{
	return op->act == ZX_ACT_DELETE && op->section == ZX_SECTION_ROLES;
}

int zx__restore_deletes_roles(const struct zx_plan *back)
{
	struct zx_plan_op op;

	for (size_t i = 0; zx_plan_op(back, i, &op); i++)
		if (goes(&op))
			return 1;
	return 0;
}

static int was_done(const struct zx__restore_job *j, uint32_t op,
		    struct zx_restore_result *r)
{
	return !zx_restore_run_result(j->run, op, r) &&
	       (r->outcome == ZX_OUTCOME_DONE ||
		r->outcome == ZX_OUTCOME_FOUND);
}

/* What the restore gave: role in the server -> of the snapshot -> permissions.
 * Looked through once, for a plan has many operations and a server many roles.
 */
struct given {
	struct zx_idmap made, bits;
};

static int look_through(const struct zx__restore_job *j, struct given *g)
{
	struct zx_restore_result r;
	struct zx_plan_op op;
	int err = ZX_OK;

	for (size_t i = 0; !err && zx_plan_op(j->plan, i, &op); i++) {
		if (op.act != ZX_ACT_ROLE_CREATE && op.act != ZX_ACT_ROLE_RAISE)
			continue;
		if (!was_done(j, op.id, &r))
			continue;
		if (op.act == ZX_ACT_ROLE_CREATE)
			err = zx_idmap_put(&g->made, ZX_ID_ROLE, r.made,
					   op.snapshot_id);
		else
			err = zx_idmap_put(
				&g->bits, ZX_ID_ROLE, op.snapshot_id,
				zx_json_get_u64(op.body, "permissions"));
	}
	return err;
}

static uint64_t given(const struct given *g, uint64_t made)
{
	return zx_idmap_get(&g->bits, ZX_ID_ROLE,
			    zx_idmap_get(&g->made, ZX_ID_ROLE, made));
}

static int is_another(const struct given *g, const struct zx_plan_op *op,
		      struct zx_str role)
{
	struct zx_buf name;
	int other = 0;

	zx_buf_init(&name, NULL, 4096);
	if (!zx_json_text(zx_json_get(role, "name"), &name))
		other = !zx_str_eq(zx_buf_str(&name), op->name);
	zx_buf_release(&name);
	return other ||
	       zx_json_get_u64(role, "permissions") != given(g, op->live_id);
}

static int touched(const struct given *g, const struct zx_plan_op *op,
		   struct zx_str roles)
{
	struct zx_json_iter it = zx_json_each(roles);

	while (zx_json_next(&it))
		if (zx_json_get_u64(it.value, "id") == op->live_id)
			return is_another(g, op, it.value);
	return 0;
}

static void add(char *to, size_t size, const char *text)
{
	size_t at = strlen(to);

	if (at < size)
		snprintf(to + at, size - at, "%s", text);
}

/* How many, and the names of some. */
static unsigned changed(const struct zx__restore_job *j, const struct given *g,
			struct zx_str roles, char *names, size_t size)
{
	struct zx_plan_op op;
	unsigned n = 0;

	for (size_t i = 0; zx_plan_op(j->back, i, &op); i++) {
		struct zx_str name = zx_utf8_head(op.name, 30);
		size_t at = strlen(names);

		if (!goes(&op) || !touched(g, &op, roles))
			continue;
		n++;
		if (at + name.len + 3 < size)
			snprintf(names + at, size - at, "%s%.*s",
				 at ? ", " : "", ZX_ARG(name));
	}
	return n;
}

void zx__restore_since_roles(const struct zx__restore_job *j,
			     struct zx_str roles, char *why, size_t size)
{
	char names[60] = "", text[160];
	struct given g;
	unsigned n = 0;

	zx_idmap_init(&g.made, j->b->alloc);
	zx_idmap_init(&g.bits, j->b->alloc);
	/* A warning: without memory there is none. */
	if (!look_through(j, &g))
		n = changed(j, &g, roles, names, sizeof(names));
	zx_idmap_release(&g.made);
	zx_idmap_release(&g.bits);
	if (!n)
		return;
	snprintf(text, sizeof(text), "%s%u of its roles %s changed since%s%s",
		 *why ? "; " : "", n, n == 1 ? "was" : "were",
		 *names ? ": " : "", names);
	add(why, size, text);
}
