/* SPDX-License-Identifier: MIT
 *
 * AutoMod rules: kept and checked, never applied to messages.
 */
#include "sandbox/rest.h"

enum {
	KEYWORD = 1,
	SPAM = 3,
	PRESET = 4,
	MENTIONS = 5,
	PROFILE = 6,
	TIMEOUT_MAX = 2419200
};

static const char *const audited =
	"name event_type trigger_type trigger_metadata actions enabled "
	"exempt_roles exempt_channels";

static cJSON *asked(struct zx__call *c)
{
	cJSON *rule = zx__set_get(&c->guild->rules, c->id[1]);

	if (!rule)
		zx__fail(c, 404, 0, "404: Not Found");
	return rule;
}

void zx__list_rules(struct zx__call *c)
{
	zx__reply(c, 200, zx__set_array(&c->guild->rules));
}

void zx__get_rule(struct zx__call *c)
{
	const cJSON *rule = asked(c);

	if (rule)
		zx__reply(c, 200, zx__dup(rule));
}

/* What a rule looks for --------------------------------------------------- */

static void check_words(struct zx__call *c, const cJSON *meta, const char *key,
			size_t words, size_t length)
{
	char list[ZX__AT_SIZE], at[ZX__AT_SIZE];
	int i = 0;

	if (!zx__form_array(c, meta, "trigger_metadata", key, 0, words))
		return;
	zx__at(list, "trigger_metadata", key);
	ZX__EACH(word, zx__get(meta, key))
	{
		size_t n = cJSON_IsString(word)
				   ? zx_utf8_count(zx_str(word->valuestring))
				   : 0;

		zx__at_i(at, list, i++);
		if (n < 1 || n > length)
			zx__bad(c, at, "BASE_TYPE_BAD_LENGTH",
				"Must be between 1 and %zu in length.", length);
	}
}

static void check_presets(struct zx__call *c, const cJSON *meta)
{
	char at[ZX__AT_SIZE];
	int i = 0;

	zx__form_array(c, meta, "trigger_metadata", "presets", 0, 3);
	ZX__EACH(p, zx__get(meta, "presets"))
	{
		zx__at_i(at, "trigger_metadata.presets", i++);
		if (!cJSON_IsNumber(p) || p->valueint < 1 || p->valueint > 3)
			zx__bad(c, at, "BASE_TYPE_CHOICES",
				"Value must be one of {1, 2, 3}.");
	}
}

static void check_meta(struct zx__call *c, int type)
{
	const cJSON *meta = zx__some(c->body, "trigger_metadata");

	if (!meta)
		return;
	if (type == KEYWORD || type == PROFILE) {
		check_words(c, meta, "keyword_filter", 1000, 60);
		check_words(c, meta, "regex_patterns", 10, 260);
		check_words(c, meta, "allow_list", 100, 60);
	} else if (type == PRESET) {
		check_presets(c, meta);
		check_words(c, meta, "allow_list", 1000, 60);
	} else if (type == MENTIONS) {
		zx__form_int(c, meta, "trigger_metadata", "mention_total_limit",
			     0, 50);
		zx__form_bool(c, meta, "trigger_metadata",
			      "mention_raid_protection_enabled");
	}
}

static cJSON *list_of(const cJSON *meta, const char *key)
{
	const cJSON *v = zx__some(meta, key);

	return v ? zx__dup(v) : cJSON_CreateArray();
}

static cJSON *meta_of(const cJSON *meta, int type)
{
	if (type == KEYWORD || type == PROFILE)
		return zx__dom("keyword_filter:o regex_patterns:o allow_list:o",
			       list_of(meta, "keyword_filter"),
			       list_of(meta, "regex_patterns"),
			       list_of(meta, "allow_list"));
	if (type == PRESET)
		return zx__dom("presets:o allow_list:o",
			       list_of(meta, "presets"),
			       list_of(meta, "allow_list"));
	if (type == MENTIONS)
		return zx__dom(
			"mention_total_limit:i "
			"mention_raid_protection_enabled:b",
			zx__int(meta, "mention_total_limit"),
			zx__true(meta, "mention_raid_protection_enabled"));
	return cJSON_CreateObject();
}

/* What it does ------------------------------------------------------------ */

static void check_alert(struct zx__call *c, const cJSON *meta, const char *at)
{
	char path[ZX__AT_SIZE];

	zx__form_required(c, meta, at, "channel_id");
	if (zx__some(meta, "channel_id") &&
	    !zx__set_get(&c->guild->channels, zx__dom_id(meta, "channel_id")))
		zx__bad(c, zx__at(path, at, "channel_id"), "CHANNEL_INVALID",
			"Invalid channel");
}

static void check_action(struct zx__call *c, const cJSON *a, const char *at,
			 int trigger)
{
	static const int types[] = { 1, 2, 3, 4 };
	const cJSON *meta = zx__some(a, "metadata");
	int type = zx__int(a, "type");
	char path[ZX__AT_SIZE];

	zx__form_required(c, a, at, "type");
	zx__form_one_of(c, a, at, "type", types, 4);
	zx__at(path, at, "metadata");
	if (type == 1)
		zx__form_str(c, meta, path, "custom_message", 0, 150);
	if (type == 2)
		check_alert(c, meta, path);
	if (type == 3) {
		zx__form_required(c, meta, path, "duration_seconds");
		zx__form_int(c, meta, path, "duration_seconds", 0, TIMEOUT_MAX);
		if (trigger != KEYWORD && trigger != MENTIONS)
			zx__bad(c, at, "AUTO_MODERATION_INVALID_ACTION_TYPE",
				"A timeout is for keyword and mention rules");
	}
	if (type == 4 && trigger != PROFILE)
		zx__bad(c, at, "AUTO_MODERATION_INVALID_ACTION_TYPE",
			"This action is for member profile rules");
}

static void check_actions(struct zx__call *c, int trigger)
{
	char at[ZX__AT_SIZE];
	int i = 0;

	if (!zx__form_array(c, c->body, "", "actions", 1, 5))
		return;
	ZX__EACH(a, zx__get(c->body, "actions"))
	check_action(c, a, zx__at_i(at, "actions", i++), trigger);
}

static cJSON *actions_of(const cJSON *list)
{
	static const char *const keys[] = { "", "custom_message", "channel_id",
					    "duration_seconds", "" };
	cJSON *out = cJSON_CreateArray();

	ZX__EACH(a, list)
	{
		int type = zx__int(a, "type");

		cJSON_AddItemToArray(out,
				     zx__dom("type:i metadata:o", type,
					     zx__pick(zx__get(a, "metadata"),
						      keys[type & 3])));
	}
	return out;
}

/* The rule ---------------------------------------------------------------- */

static void check(struct zx__call *c, int trigger)
{
	static const int events[] = { 1, 2 };

	zx__form_str(c, c->body, "", "name", 1, 100);
	zx__form_one_of(c, c->body, "", "event_type", events, 2);
	if (!c->errors && zx__some(c->body, "event_type") &&
	    (zx__int(c->body, "event_type") == 2) != (trigger == PROFILE))
		zx__bad(c, "event_type", "AUTO_MODERATION_INVALID_EVENT_TYPE",
			"This event type does not go with the trigger type");
	zx__form_bool(c, c->body, "", "enabled");
	zx__form_ids(c, c->body, "", "exempt_roles", 20, &c->guild->roles);
	zx__form_ids(c, c->body, "", "exempt_channels", 50,
		     &c->guild->channels);
	check_meta(c, trigger);
	check_actions(c, trigger);
}

/* A rule that times people out takes the permission to do so. */
static int may_not_time_out(struct zx__call *c)
{
	uint64_t own = zx__perm_base(c->w, c->guild, zx__actor(c->w));

	ZX__EACH(a, zx__get(c->body, "actions"))
	if (zx__int(a, "type") == 3 && !(own & ZX__P_MODERATE)) {
		zx__no_permission(c);
		return 1;
	}
	return 0;
}

static void apply(struct zx__call *c, cJSON *rule)
{
	static const char *const keys[] = { "name", "event_type", "enabled",
					    "exempt_roles", "exempt_channels" };
	int trigger = zx__int(rule, "trigger_type");

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		const cJSON *v = zx__some(c->body, keys[i]);

		if (v)
			cJSON_ReplaceItemInObjectCaseSensitive(rule, keys[i],
							       zx__dup(v));
	}
	if (zx__some(c->body, "trigger_metadata"))
		zx__dom_set(
			rule, "trigger_metadata:o",
			meta_of(zx__get(c->body, "trigger_metadata"), trigger));
	if (zx__some(c->body, "actions"))
		zx__dom_set(rule, "actions:o",
			    actions_of(zx__get(c->body, "actions")));
}

static void changed(struct zx__call *c, const char *event, const cJSON *rule)
{
	zx__emit(c->w, c->guild->id, event, zx__dup(rule));
	zx__guild_touched(c->w, c->guild);
}

static int full(struct zx__call *c, int trigger)
{
	int max = trigger == KEYWORD ? 6 : 1, n = 0;

	for (size_t i = 0; i < c->guild->rules.n; i++)
		n += zx__int(c->guild->rules.v[i].dom, "trigger_type") ==
		     trigger;
	if (n < max)
		return 0;
	zx__bad(c, "", "AUTO_MODERATION_MAX_RULES_OF_TYPE_EXCEEDED",
		"Maximum number of rules with trigger type %d is %d", trigger,
		max);
	return zx__form_failed(c);
}

void zx__create_rule(struct zx__call *c)
{
	static const int triggers[] = { KEYWORD, SPAM, PRESET, MENTIONS,
					PROFILE };
	static const char *const required[] = { "name", "event_type",
						"trigger_type", "actions" };
	int trigger = zx__int(c->body, "trigger_type");
	uint64_t id;
	cJSON *rule;

	for (size_t i = 0; i < sizeof(required) / sizeof(*required); i++)
		zx__form_required(c, c->body, "", required[i]);
	zx__form_one_of(c, c->body, "", "trigger_type", triggers, 5);
	check(c, trigger);
	if (zx__form_failed(c) || may_not_time_out(c) || full(c, trigger))
		return;
	id = zx__world_new_id(c->w);
	rule = zx__dom("id:I guild_id:I name:x creator_id:I event_type:i "
		       "trigger_type:i trigger_metadata:o actions:a enabled:f "
		       "exempt_roles:a exempt_channels:a",
		       id, c->guild->id, zx__actor(c->w), 1, trigger,
		       meta_of(NULL, trigger));
	zx__set_put(&c->guild->rules, id, rule);
	apply(c, rule);
	zx__audit(c, c->guild, 140, id, zx__audit_diff(NULL, rule, audited),
		  NULL);
	changed(c, "AUTO_MODERATION_RULE_CREATE", rule);
	zx__reply(c, 200, zx__dup(rule));
}

void zx__patch_rule(struct zx__call *c)
{
	cJSON *rule = asked(c), *before;

	if (!rule)
		return;
	check(c, zx__int(rule, "trigger_type"));
	if (zx__form_failed(c) || may_not_time_out(c))
		return;
	before = zx__dup(rule);
	apply(c, rule);
	zx__audit(c, c->guild, 141, c->id[1],
		  zx__audit_diff(before, rule, audited), NULL);
	cJSON_Delete(before);
	changed(c, "AUTO_MODERATION_RULE_UPDATE", rule);
	zx__reply(c, 200, zx__dup(rule));
}

/* A community always has one against masses of mentions: it comes by itself,
 * and can be switched off but not deleted. */
void zx__rule_of_community(struct zx__call *c)
{
	uint64_t id = zx__world_new_id(c->w);

	for (size_t i = 0; i < c->guild->rules.n; i++)
		if (zx__int(c->guild->rules.v[i].dom, "trigger_type") ==
		    MENTIONS)
			return;
	zx__set_put(&c->guild->rules, id,
		    zx__dom("id:I guild_id:I name:s creator_id:I event_type:i "
			    "trigger_type:i trigger_metadata:o actions:o "
			    "enabled:t exempt_roles:a exempt_channels:a",
			    id, c->guild->id, "Block Mention Spam",
			    zx__dom_id(c->guild->dom, "owner_id"), 1, MENTIONS,
			    zx__dom("mention_total_limit:i "
				    "mention_raid_protection_enabled:f",
				    20),
			    cJSON_Parse("[{\"type\":1,\"metadata\":{}}]")));
	changed(c, "AUTO_MODERATION_RULE_CREATE",
		zx__set_get(&c->guild->rules, id));
}

void zx__delete_rule(struct zx__call *c)
{
	const cJSON *rule = asked(c);

	if (!rule)
		return;
	if (zx__int(rule, "trigger_type") == MENTIONS &&
	    zx__guild_has(c->guild, "COMMUNITY")) {
		zx__fail(c, 404, 0, "404: Not Found");
		return;
	}
	zx__audit(c, c->guild, 142, c->id[1],
		  zx__audit_diff(rule, NULL, audited), NULL);
	changed(c, "AUTO_MODERATION_RULE_DELETE", rule);
	zx__set_del(&c->guild->rules, c->id[1]);
	zx__no_content(c);
}
