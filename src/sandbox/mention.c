/* SPDX-License-Identifier: MIT
 *
 * Who a message mentions: what its text says, what allowed_mentions lets
 * through, and what the author may.
 */
#include "sandbox/world_int.h"

struct mentions {
	struct zx__world *w;
	struct zx__guild *g;
	const cJSON *allowed;
	int users_only;
	uint64_t bits; /* of the author */
	cJSON *users, *roles;
	int everyone;
};

static int has_word(const cJSON *list, const char *word)
{
	ZX__EACH(v, list)
	if (cJSON_IsString(v) && !strcmp(v->valuestring, word))
		return 1;
	return 0;
}

static int lets(const struct mentions *m, const char *kind, uint64_t id)
{
	if (!m->allowed)
		return !m->users_only || !strcmp(kind, "users");
	return has_word(zx__get(m->allowed, "parse"), kind) ||
	       (id && zx__ids_have(zx__get(m->allowed, kind), id));
}

static void add_user(struct mentions *m, uint64_t id)
{
	const cJSON *u = zx__user(m->w, id);

	ZX__EACH(v, m->users)
	if (zx__dom_id(v, "id") == id)
		return;
	if (u)
		cJSON_AddItemToArray(m->users, zx__dup(u));
}

static void add_role(struct mentions *m, uint64_t id)
{
	const cJSON *role = m->g ? zx__set_get(&m->g->roles, id) : NULL;

	if (role && !zx__ids_have(m->roles, id) &&
	    (zx__true(role, "mentionable") ||
	     (m->bits & ZX__P_MENTION_EVERYONE)))
		cJSON_AddItemToArray(m->roles, zx__id_string(id));
}

/* "<@123>", "<@!123>" or "<@&123>" at p; the bytes read, or 0. */
static size_t one(struct mentions *m, const char *p)
{
	const char *d = p + 2;
	int role = *d == '&';
	uint64_t id;
	size_t n;

	if (*d == '&' || *d == '!')
		d++;
	n = strspn(d, "0123456789");
	if (!n || d[n] != '>' ||
	    zx_str_u64((struct zx_str){ d, n }, &id) != ZX_OK)
		return 0;
	if (role && lets(m, "roles", id))
		add_role(m, id);
	else if (!role && lets(m, "users", id))
		add_user(m, id);
	return (size_t)(d + n + 1 - p);
}

static void scan(struct mentions *m, const char *p)
{
	while (*p) {
		size_t n = 0;

		if (p[0] == '<' && p[1] == '@')
			n = one(m, p);
		else if (*p == '@' && (!strncmp(p, "@everyone", 9) ||
				       !strncmp(p, "@here", 5)))
			m->everyone |= lets(m, "everyone", 0) &&
				       (m->bits & ZX__P_MENTION_EVERYONE);
		p += n ? n : 1;
	}
}

/* Text displays mention as the content does. */
static void scan_components(struct mentions *m, const cJSON *list)
{
	ZX__EACH(o, list)
	{
		if (zx__int(o, "type") == 10)
			scan(m, zx__str(o, "content"));
		scan_components(m, zx__get(o, "components"));
	}
}

static void replied(struct mentions *m, const cJSON *msg)
{
	const cJSON *to = zx__some(msg, "referenced_message");

	if (to && (!m->allowed || zx__true(m->allowed, "replied_user")))
		add_user(m, zx__dom_id(zx__get(to, "author"), "id"));
}

void zx__msg_mentions(struct zx__world *w, struct zx__guild *g,
		      const cJSON *channel, cJSON *msg, const cJSON *allowed,
		      int users_only, uint64_t author)
{
	struct mentions m = {
		.w = w,
		.g = g,
		.allowed = allowed,
		.users_only = users_only,
		.bits = zx__perm_in(w, g, channel, author),
		.users = cJSON_CreateArray(),
		.roles = cJSON_CreateArray(),
	};

	scan(&m, zx__str(msg, "content"));
	scan_components(&m, zx__get(msg, "components"));
	replied(&m, msg);
	zx__dom_set(msg, "mentions:o mention_roles:o mention_everyone:b",
		    m.users, m.roles, g && m.everyone);
}
