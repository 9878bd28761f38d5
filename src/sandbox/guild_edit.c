/* SPDX-License-Identifier: MIT
 *
 * Changing a server's settings.
 */
#include <stdlib.h>

#include "sandbox/rest.h"

static const char *const plain_fields =
	"name description region verification_level "
	"default_message_notifications explicit_content_filter afk_channel_id "
	"afk_timeout system_channel_id system_channel_flags preferred_locale "
	"rules_channel_id public_updates_channel_id safety_alerts_channel_id "
	"premium_progress_bar_enabled features";
static const char *const audited =
	"name description verification_level default_message_notifications "
	"explicit_content_filter afk_channel_id afk_timeout system_channel_id "
	"system_channel_flags preferred_locale rules_channel_id "
	"public_updates_channel_id safety_alerts_channel_id "
	"premium_progress_bar_enabled features icon splash banner "
	"discovery_splash";
static const char *const pictures[] = { "icon", "splash", "banner",
					"discovery_splash", "home_header" };

static void check_channel(struct zx__call *c, const char *key, int type)
{
	const cJSON *ch =
		zx__set_get(&c->guild->channels, zx__dom_id(c->body, key));

	if (!zx__form_id(c, c->body, "", key))
		return;
	if (!ch || zx__int(ch, "type") != type)
		zx__bad(c, key, "CHANNEL_INVALID", "Invalid channel");
}

static void check_features(struct zx__call *c)
{
	char at[ZX__AT_SIZE];
	int i = 0;

	ZX__EACH(f, zx__get(c->body, "features"))
	{
		zx__at_i(at, "features", i++);
		if (!cJSON_IsString(f))
			zx__bad(c, at, "STRING_TYPE_CONVERT",
				"Could not interpret as string.");
	}
}

static void check_guild(struct zx__call *c)
{
	static const int afk[] = { 60, 300, 900, 1800, 3600 };

	if (cJSON_IsNull(zx__get(c->body, "name")))
		zx__bad(c, "name", "BASE_TYPE_REQUIRED",
			"This field is required");
	zx__form_str(c, c->body, "", "name", 2, 100);
	zx__form_str(c, c->body, "", "description", 0, 300);
	zx__form_int(c, c->body, "", "verification_level", 0, 4);
	zx__form_int(c, c->body, "", "default_message_notifications", 0, 1);
	zx__form_int(c, c->body, "", "explicit_content_filter", 0, 2);
	zx__form_one_of(c, c->body, "", "afk_timeout", afk, 5);
	zx__form_int(c, c->body, "", "system_channel_flags", 0, 63);
	zx__form_bool(c, c->body, "", "premium_progress_bar_enabled");
	if (zx__form_array(c, c->body, "", "features", 0, 100))
		check_features(c);
	check_channel(c, "afk_channel_id", 2);
	check_channel(c, "system_channel_id", 0);
	check_channel(c, "rules_channel_id", 0);
	check_channel(c, "public_updates_channel_id", 0);
	check_channel(c, "safety_alerts_channel_id", 0);
	zx__form_str(c, c->body, "", "preferred_locale", 2, 10);
	for (size_t i = 0; i < sizeof(pictures) / sizeof(*pictures); i++)
		if (zx__some(c->body, pictures[i]) &&
		    !zx__image_ok(zx__str(c->body, pictures[i])))
			zx__bad(c, pictures[i], "IMAGE_INVALID",
				"Invalid image data");
}

static int has_word(const cJSON *list, const char *word)
{
	ZX__EACH(item, list)
	if (cJSON_IsString(item) && !strcmp(item->valuestring, word))
		return 1;
	return 0;
}

static uint64_t channel_after(struct zx__call *c, const char *key)
{
	return zx__dom_id(zx__get(c->body, key) ? c->body : c->guild->dom, key);
}

static int is_community_after(struct zx__call *c)
{
	const cJSON *wanted = zx__some(c->body, "features");

	return has_word(wanted ? wanted : zx__get(c->guild->dom, "features"),
			"COMMUNITY");
}

/* The request that makes a community names both channels, whatever is set, and
 * asks for nothing that takes a community already. */
static int unprepared(struct zx__call *c)
{
	const cJSON *wanted = zx__get(c->body, "features");

	return !zx__some(c->body, "rules_channel_id") ||
	       !zx__some(c->body, "public_updates_channel_id") ||
	       has_word(wanted, "INVITES_DISABLED");
}

/* Changing COMMUNITY takes an administrator; having it takes two channels. */
static int community_refused(struct zx__call *c)
{
	static const char *const needed[] = { "rules_channel_id",
					      "public_updates_channel_id" };
	int was = zx__guild_has(c->guild, "COMMUNITY");
	int is = is_community_after(c);

	if (was != is && !(zx__perm_base(c->w, c->guild, zx__actor(c->w)) &
			   ZX__P_ADMINISTRATOR)) {
		zx__no_permission(c);
		return 1;
	}
	if (!was && is && unprepared(c)) {
		zx__fail(c, 403, 40006,
			 "This feature has been temporarily disabled");
		return 1;
	}
	for (size_t i = 0; is && i < 2; i++)
		if (!channel_after(c, needed[i]))
			zx__bad(c, needed[i], "BASE_TYPE_REQUIRED",
				"This field is required");
	return zx__form_failed(c);
}

/* Pictures and the features they take; moving ones may take another. */
static const struct {
	const char *key, *feature, *moving;
} needs[] = {
	{ "icon", NULL, "ANIMATED_ICON" },
	{ "banner", "BANNER", "ANIMATED_BANNER" },
	{ "splash", "INVITE_SPLASH", NULL },
	{ "discovery_splash", "DISCOVERABLE", NULL },
};

static int pictures_refused(struct zx__call *c)
{
	for (size_t i = 0; i < sizeof(needs) / sizeof(*needs); i++) {
		const char *uri = zx__str(c->body, needs[i].key);
		int moving = !strncmp(uri, "data:image/gif", 14);

		if (!*uri || ((!needs[i].feature ||
			       zx__guild_has(c->guild, needs[i].feature)) &&
			      (!moving || !needs[i].moving ||
			       zx__guild_has(c->guild, needs[i].moving))))
			continue;
		zx__fail(c, 400, 50101,
			 "This server needs more boosts to perform this "
			 "action");
		return 1;
	}
	return 0;
}

static int in_words(const char *word, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(word, words[i]))
			return 1;
	return 0;
}

/* Only what the app may change of the features; NEWS and the welcome screen
 * come and go with COMMUNITY. */
static cJSON *new_features(struct zx__call *c)
{
	static const char *const ours[] = { "COMMUNITY", "DISCOVERABLE",
					    "INVITES_DISABLED",
					    "RAID_ALERTS_DISABLED" };
	static const char *const with[] = { "NEWS", "WELCOME_SCREEN_ENABLED" };
	const cJSON *wanted = zx__get(c->body, "features");
	const cJSON *now = zx__get(c->guild->dom, "features");
	int community = has_word(wanted, "COMMUNITY");
	cJSON *list = cJSON_CreateArray();

	for (size_t i = 0; i < 4; i++)
		if (has_word(wanted, ours[i]))
			cJSON_AddItemToArray(list, cJSON_CreateString(ours[i]));
	if (community)
		cJSON_AddItemToArray(list, cJSON_CreateString("NEWS"));
	ZX__EACH(f, now)
	if (!in_words(f->valuestring, ours, 4) &&
	    strcmp(f->valuestring, "NEWS") &&
	    (community || !in_words(f->valuestring, with, 2)))
		cJSON_AddItemToArray(list, zx__dup(f));
	return list;
}

static void apply_guild(struct zx__call *c)
{
	cJSON *fields = zx__pick(c->body, plain_fields);

	if (zx__some(fields, "features"))
		zx__dom_set(fields, "features:o", new_features(c));
	ZX__EACH(f, fields)
	{
		cJSON *v = zx__dup(f);

		if (cJSON_IsNull(f) && zx__some(c->guild->dom, f->string) &&
		    !strstr(f->string, "_id") &&
		    strcmp(f->string, "description")) {
			/* null means the default: numbers go to 0 */
			cJSON_Delete(v);
			v = cJSON_IsNumber(zx__get(c->guild->dom, f->string))
				    ? cJSON_CreateNumber(0)
				    : zx__dup(zx__get(c->guild->dom,
						      f->string));
		}
		cJSON_DeleteItemFromObjectCaseSensitive(c->guild->dom,
							f->string);
		cJSON_AddItemToObject(c->guild->dom, f->string, v);
	}
	cJSON_Delete(fields);
	for (size_t i = 0; i < sizeof(pictures) / sizeof(*pictures); i++)
		if (zx__get(c->body, pictures[i]))
			zx__dom_set(c->guild->dom,
				    i == 0   ? "icon:o"
				    : i == 1 ? "splash:o"
				    : i == 2 ? "banner:o"
				    : i == 3 ? "discovery_splash:o"
					     : "home_header:o",
				    zx__image_hash(c->w, zx__get(c->body,
								 pictures[i])));
}

void zx__patch_guild(struct zx__call *c)
{
	cJSON *before;
	int was;

	check_guild(c);
	if (zx__form_failed(c) || community_refused(c) || pictures_refused(c))
		return;
	before = zx__dup(c->guild->dom);
	was = zx__guild_has(c->guild, "COMMUNITY");
	apply_guild(c);
	if (!was && zx__guild_has(c->guild, "COMMUNITY"))
		zx__rule_of_community(c);
	zx__audit(c, c->guild, 1, c->guild->id,
		  zx__audit_diff(before, c->guild->dom, audited), NULL);
	cJSON_Delete(before);
	zx__guild_changed(c->w, c->guild);
	zx__reply(c, 200, zx__guild_out(c->guild));
}
