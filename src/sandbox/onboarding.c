/* SPDX-License-Identifier: MIT
 *
 * What new members meet: onboarding.
 */
#include "sandbox/rest.h"

enum { DEFAULTS = 7, WRITABLE = 5 };

static const cJSON *document(struct zx__guild *g)
{
	if (!g->onboarding)
		g->onboarding = zx__dom("guild_id:I prompts:a "
					"default_channel_ids:a enabled:f "
					"mode:0 below_requirements:f",
					g->id);
	return g->onboarding;
}

void zx__get_onboarding(struct zx__call *c)
{
	zx__reply(c, 200, zx__dup(document(c->guild)));
}

/* The form ---------------------------------------------------------------- */

static void check_option(struct zx__call *c, const cJSON *o, const char *at)
{
	char path[ZX__AT_SIZE];

	zx__form_required(c, o, at, "title");
	zx__form_str(c, o, at, "title", 1, 50);
	zx__form_str(c, o, at, "description", 0, 100);
	zx__form_id(c, o, at, "emoji_id");
	zx__form_str(c, o, at, "emoji_name", 0, 100);
	zx__form_bool(c, o, at, "emoji_animated");
	zx__form_ids(c, o, at, "role_ids", 50, &c->guild->roles);
	zx__form_ids(c, o, at, "channel_ids", 50, &c->guild->channels);
	if (!cJSON_GetArraySize(zx__some(o, "role_ids")) &&
	    !cJSON_GetArraySize(zx__some(o, "channel_ids")))
		zx__bad(c, zx__at(path, at, "channel_ids"),
			"BASE_TYPE_REQUIRED",
			"An option gives at least one role or channel");
}

static void check_prompt(struct zx__call *c, const cJSON *p, const char *at)
{
	char list[ZX__AT_SIZE], item[ZX__AT_SIZE];
	int i = 0;

	zx__form_required(c, p, at, "id");
	zx__form_required(c, p, at, "title");
	zx__form_required(c, p, at, "options");
	zx__form_id(c, p, at, "id");
	zx__form_str(c, p, at, "title", 1, 100);
	zx__form_int(c, p, at, "type", 0, 1);
	zx__form_bool(c, p, at, "single_select");
	zx__form_bool(c, p, at, "required");
	zx__form_bool(c, p, at, "in_onboarding");
	if (!zx__form_array(c, p, at, "options", 1, 50))
		return;
	zx__at(list, at, "options");
	ZX__EACH(o, zx__get(p, "options"))
	check_option(c, o, zx__at_i(item, list, i++));
}

static void check(struct zx__call *c)
{
	char at[ZX__AT_SIZE];
	int i = 0;

	zx__form_bool(c, c->body, "", "enabled");
	zx__form_int(c, c->body, "", "mode", 0, 1);
	zx__form_ids(c, c->body, "", "default_channel_ids", 500,
		     &c->guild->channels);
	if (zx__form_array(c, c->body, "", "prompts", 0, 15))
		ZX__EACH(p, zx__get(c->body, "prompts"))
	check_prompt(c, p, zx__at_i(at, "prompts", i++));
}

/* Managed roles and those not below who asks cannot be given away. */
static int roles_refused(struct zx__call *c)
{
	ZX__EACH(p, zx__get(c->body, "prompts"))
	ZX__EACH(o, zx__get(p, "options"))
	ZX__EACH(id, zx__get(o, "role_ids"))
	{
		const cJSON *role =
			zx__set_get(&c->guild->roles, zx__dom_u64(id));

		if (zx__dom_u64(id) != c->guild->id &&
		    !zx__true(role, "managed") &&
		    zx__above_role(c->w, c->guild, role))
			continue;
		zx__no_permission(c);
		return 1;
	}
	return 0;
}

/* What is needed ---------------------------------------------------------- */

static uint64_t everyone_in(struct zx__call *c, uint64_t channel)
{
	const cJSON *ch = zx__set_get(&c->guild->channels, channel);
	uint64_t bits = zx__dom_id(zx__set_get(&c->guild->roles, c->guild->id),
				   "permissions");

	ZX__EACH(o, zx__get(ch, "permission_overwrites"))
	if (zx__dom_id(o, "id") == c->guild->id)
		bits = (bits & ~zx__dom_id(o, "deny")) | zx__dom_id(o, "allow");
	return bits;
}

struct tally {
	int seen, writable;
	cJSON *ids;
};

static void tally(struct zx__call *c, const cJSON *list, struct tally *t)
{
	ZX__EACH(id, list)
	{
		uint64_t ch = zx__dom_u64(id), bits = everyone_in(c, ch);

		if (zx__ids_have(t->ids, ch) || !(bits & ZX__P_VIEW))
			continue;
		cJSON_AddItemToArray(t->ids, zx__id_string(ch));
		t->seen++;
		t->writable += (bits & ZX__P_SEND) != 0;
	}
}

/* Seven channels that everyone sees, five in which everyone writes; in mode 1
 * those of the questions count too. */
static int enough(struct zx__call *c, const cJSON *doc)
{
	struct tally t = { .ids = cJSON_CreateArray() };

	tally(c, zx__get(doc, "default_channel_ids"), &t);
	if (zx__int(doc, "mode") == 1)
		ZX__EACH(p, zx__get(doc, "prompts"))
	ZX__EACH(o, zx__get(p, "options"))
	tally(c, zx__get(o, "channel_ids"), &t);
	cJSON_Delete(t.ids);
	return t.seen >= DEFAULTS && t.writable >= WRITABLE;
}

static int hidden_default(struct zx__call *c)
{
	ZX__EACH(id, zx__get(c->body, "default_channel_ids"))
	if (!(everyone_in(c, zx__dom_u64(id)) & ZX__P_VIEW)) {
		zx__fail(c, 400, 350003,
			 "Onboarding channels must be readable by everyone");
		return 1;
	}
	return 0;
}

int zx__onboarding_channel(const struct zx__guild *g, uint64_t channel)
{
	return zx__true(g->onboarding, "enabled") &&
	       zx__ids_have(zx__get(g->onboarding, "default_channel_ids"),
			    channel);
}

/* Writing ----------------------------------------------------------------- */

static cJSON *ids_of(const cJSON *o, const char *key)
{
	const cJSON *v = zx__some(o, key);

	return v ? zx__dup(v) : cJSON_CreateArray();
}

static cJSON *option_of(struct zx__call *c, const cJSON *o, const cJSON *known)
{
	uint64_t id = zx__dom_id(o, "id");

	return zx__dom("id:I title:c description:s emoji:o role_ids:o "
		       "channel_ids:o",
		       id && zx__ids_have(known, id) ? id
						     : zx__world_new_id(c->w),
		       zx__get(o, "title"), zx__str(o, "description"),
		       zx__dom("id:c name:c animated:b", zx__get(o, "emoji_id"),
			       zx__get(o, "emoji_name"),
			       zx__true(o, "emoji_animated")),
		       ids_of(o, "role_ids"), ids_of(o, "channel_ids"));
}

/* The ids that are in use: others are placeholders, and replaced. */
static cJSON *known_ids(const cJSON *doc)
{
	cJSON *ids = cJSON_CreateArray();

	ZX__EACH(p, zx__get(doc, "prompts"))
	{
		cJSON_AddItemToArray(ids, zx__dup(zx__get(p, "id")));
		ZX__EACH(o, zx__get(p, "options"))
		cJSON_AddItemToArray(ids, zx__dup(zx__get(o, "id")));
	}
	return ids;
}

static cJSON *prompts_of(struct zx__call *c, const cJSON *list)
{
	cJSON *out = cJSON_CreateArray(),
	      *known = known_ids(c->guild->onboarding);

	ZX__EACH(p, list)
	{
		cJSON *options = cJSON_CreateArray();
		uint64_t id = zx__dom_id(p, "id");

		ZX__EACH(o, zx__get(p, "options"))
		cJSON_AddItemToArray(options, option_of(c, o, known));
		if (!zx__ids_have(known, id))
			id = zx__world_new_id(c->w);
		cJSON_AddItemToArray(
			out, zx__dom("id:I title:c options:o single_select:b "
				     "required:b in_onboarding:b type:i",
				     id, zx__get(p, "title"), options,
				     zx__true(p, "single_select"),
				     zx__true(p, "required"),
				     zx__true(p, "in_onboarding"),
				     zx__int(p, "type")));
	}
	cJSON_Delete(known);
	return out;
}

static cJSON *wanted(struct zx__call *c)
{
	cJSON *doc = zx__dup(document(c->guild));

	if (zx__some(c->body, "prompts"))
		zx__dom_set(doc, "prompts:o",
			    prompts_of(c, zx__get(c->body, "prompts")));
	if (zx__some(c->body, "default_channel_ids"))
		zx__dom_set(doc, "default_channel_ids:c",
			    zx__get(c->body, "default_channel_ids"));
	if (zx__some(c->body, "enabled"))
		zx__dom_set(doc, "enabled:c", zx__get(c->body, "enabled"));
	if (zx__some(c->body, "mode"))
		zx__dom_set(doc, "mode:i", zx__int(c->body, "mode"));
	return doc;
}

void zx__put_onboarding(struct zx__call *c)
{
	uint64_t own = zx__perm_base(c->w, c->guild, zx__actor(c->w));
	cJSON *doc;

	if (!(own & ZX__P_MANAGE_ROLES)) {
		zx__no_permission(c);
		return;
	}
	check(c);
	if (zx__form_failed(c) || roles_refused(c))
		return;
	doc = wanted(c);
	if (zx__true(doc, "enabled") && hidden_default(c)) {
		cJSON_Delete(doc);
		return;
	}
	if (zx__true(doc, "enabled") &&
	    (!zx__guild_has(c->guild, "COMMUNITY") || !enough(c, doc))) {
		int was = zx__true(document(c->guild), "enabled");

		cJSON_Delete(doc);
		zx__fail(c, 400, was ? 350001 : 350000,
			 was ? "Cannot update onboarding while below "
			       "requirements"
			     : "Cannot enable onboarding, requirements are "
			       "not met");
		return;
	}
	zx__audit(c, c->guild, 167, c->guild->id,
		  zx__audit_diff(c->guild->onboarding, doc,
				 "prompts default_channel_ids enabled mode"),
		  NULL);
	cJSON_Delete(c->guild->onboarding);
	c->guild->onboarding = doc;
	zx__guild_touched(c->w, c->guild);
	zx__reply(c, 200, zx__dup(doc));
}
