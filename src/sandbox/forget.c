/* SPDX-License-Identifier: MIT
 *
 * What pointed at a role or channel that is gone.
 */
#include "sandbox/world_int.h"

static void from_lists(cJSON *obj, uint64_t id, const char *const *keys)
{
	for (; *keys; keys++)
		zx__ids_remove(zx__get_mut(obj, *keys), id);
}

static void from_onboarding(cJSON *doc, uint64_t id)
{
	static const char *const lists[] = { "default_channel_ids", NULL };
	static const char *const option[] = { "role_ids", "channel_ids", NULL };
	cJSON *prompts = zx__get_mut(doc, "prompts");

	from_lists(doc, id, lists);
	for (cJSON *p = prompts ? prompts->child : NULL; p; p = p->next) {
		cJSON *o = zx__get_mut(p, "options");

		for (o = o ? o->child : NULL; o; o = o->next)
			from_lists(o, id, option);
	}
}

static void from_welcome(cJSON *doc, uint64_t id)
{
	cJSON *list = zx__get_mut(doc, "welcome_channels");

	for (int i = cJSON_GetArraySize(list); i > 0; i--)
		if (zx__dom_id(cJSON_GetArrayItem(list, i - 1), "channel_id") ==
		    id)
			cJSON_DeleteItemFromArray(list, i - 1);
}

void zx__forget(struct zx__guild *g, uint64_t id)
{
	static const char *const rule[] = { "exempt_roles", "exempt_channels",
					    NULL };
	static const char *const emoji[] = { "roles", NULL };

	for (size_t i = 0; i < g->rules.n; i++)
		from_lists(g->rules.v[i].dom, id, rule);
	for (size_t i = 0; i < g->emojis.n; i++)
		from_lists(g->emojis.v[i].dom, id, emoji);
	from_onboarding(g->onboarding, id);
	from_welcome(g->welcome, id);
}
