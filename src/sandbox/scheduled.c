/* SPDX-License-Identifier: MIT
 *
 * Scheduled events.
 */
#include "sandbox/rest.h"

enum { STAGE = 1, VOICE = 2, EXTERNAL = 3, MAX_OPEN = 100 };

static const char *const audited =
	"name description channel_id entity_type status location "
	"scheduled_start_time scheduled_end_time privacy_level image_hash";

static cJSON *asked(struct zx__call *c)
{
	cJSON *e = zx__set_get(&c->guild->events, c->id[1]);

	if (!e)
		zx__unknown(c, ZX__UNKNOWN_EVENT);
	return e;
}

static cJSON *shown(struct zx__call *c, const cJSON *e)
{
	cJSON *o = zx__dup(e);

	if (zx__query_true(c, "with_user_count"))
		zx__dom_set(o, "user_count:0");
	return o;
}

void zx__list_events(struct zx__call *c)
{
	cJSON *list = cJSON_CreateArray();

	for (size_t i = 0; i < c->guild->events.n; i++)
		cJSON_AddItemToArray(list, shown(c, c->guild->events.v[i].dom));
	zx__reply(c, 200, list);
}

void zx__get_event(struct zx__call *c)
{
	const cJSON *e = asked(c);

	if (e)
		zx__reply(c, 200, shown(c, e));
}

void zx__event_users(struct zx__call *c)
{
	if (asked(c))
		zx__reply(c, 200, cJSON_CreateArray());
}

/* The form ---------------------------------------------------------------- */

static int64_t time_of(struct zx__call *c, const cJSON *o, const char *at,
		       const char *key)
{
	char path[ZX__AT_SIZE];
	int64_t t;

	if (!zx__form_str(c, o, at, key, 0, 100))
		return -1;
	t = zx__iso_parse(zx__str(o, key));
	if (t < 0)
		zx__bad(c, zx__at(path, at, key), "DATE_TIME_TYPE_PARSE",
			"Could not parse %s. Should be ISO8601.",
			zx__str(o, key));
	return t;
}

static int size_of(const cJSON *rule, const char *key)
{
	return cJSON_GetArraySize(zx__some(rule, key));
}

/* How often: what fits together. Frequencies: 0 yearly ... 3 daily. */
static int rule_fits(const cJSON *r)
{
	int often = zx__int(r, "frequency");
	int days = size_of(r, "by_weekday"), nth = size_of(r, "by_n_weekday");
	int months = size_of(r, "by_month");
	int dates = size_of(r, "by_month_day");

	if ((days > 0) + (nth > 0) + (months > 0 || dates > 0) > 1)
		return 0;
	if (zx__some(r, "interval") && zx__int(r, "interval") != 1 &&
	    !(often == 2 && zx__int(r, "interval") == 2))
		return 0;
	if ((days && often < 2) || (often == 2 && days > 1) ||
	    (nth && (often != 1 || nth > 1)))
		return 0;
	return !(months || dates) || (!often && months == 1 && dates == 1);
}

static void check_rule(struct zx__call *c)
{
	static const char *const ours[] = { "count", "end", "by_year_day" };
	const cJSON *r = zx__some(c->body, "recurrence_rule");
	char at[ZX__AT_SIZE];

	if (!r)
		return;
	zx__form_required(c, r, "recurrence_rule", "start");
	zx__form_required(c, r, "recurrence_rule", "frequency");
	time_of(c, r, "recurrence_rule", "start");
	zx__form_int(c, r, "recurrence_rule", "frequency", 0, 3);
	zx__form_int(c, r, "recurrence_rule", "interval", 1, 2);
	for (size_t i = 0; i < 3; i++)
		if (zx__some(r, ours[i]))
			zx__bad(c, zx__at(at, "recurrence_rule", ours[i]),
				"GUILD_SCHEDULED_EVENT_RECURRENCE_INVALID",
				"This field cannot be set");
	if (!c->errors && !rule_fits(r))
		zx__bad(c, "recurrence_rule",
			"GUILD_SCHEDULED_EVENT_RECURRENCE_INVALID",
			"This combination is not supported");
}

/* Where: a stage, a voice channel, or elsewhere until a certain time. */
static void check_place(struct zx__call *c, const cJSON *e, int type)
{
	const cJSON *ch =
		zx__set_get(&c->guild->channels, zx__dom_id(e, "channel_id"));
	int want = type == STAGE ? 13 : 2;

	if (type == EXTERNAL) {
		if (zx__some(e, "channel_id"))
			zx__bad(c, "channel_id", "BASE_TYPE_MUST_BE_NULL",
				"Must be null for an external event");
		zx__form_required(c, e, "", "scheduled_end_time");
		zx__form_required(c, zx__some(e, "entity_metadata"),
				  "entity_metadata", "location");
		zx__form_str(c, zx__get(e, "entity_metadata"),
			     "entity_metadata", "location", 1, 100);
	} else if (!zx__some(e, "channel_id")) {
		zx__form_required(c, e, "", "channel_id");
	} else if (!ch || zx__int(ch, "type") != want) {
		zx__bad(c, "channel_id", "CHANNEL_INVALID", "Invalid channel");
	}
}

static void check_times(struct zx__call *c, const cJSON *e, int fresh)
{
	int64_t from = time_of(c, e, "", "scheduled_start_time");
	int64_t to = time_of(c, e, "", "scheduled_end_time");

	if (c->errors)
		return;
	if (fresh && from >= 0 && from < zx__wall(c->w))
		zx__bad(c, "scheduled_start_time",
			"GUILD_SCHEDULED_EVENT_SCHEDULE_PAST",
			"Cannot schedule event in the past.");
	if (to >= 0 && to <= from)
		zx__bad(c, "scheduled_end_time",
			"GUILD_SCHEDULED_EVENT_END_BEFORE_START",
			"Event end time cannot be before the start time.");
}

static void check(struct zx__call *c)
{
	static const int levels[] = { 2 }, types[] = { 1, 2, 3 };
	static const int states[] = { 1, 2, 3, 4 };

	zx__form_str(c, c->body, "", "name", 1, 100);
	zx__form_str(c, c->body, "", "description", 0, 1000);
	zx__form_one_of(c, c->body, "", "privacy_level", levels, 1);
	zx__form_one_of(c, c->body, "", "entity_type", types, 3);
	zx__form_one_of(c, c->body, "", "status", states, 4);
	if (zx__some(c->body, "image") &&
	    !zx__image_ok(zx__str(c->body, "image")))
		zx__bad(c, "image", "IMAGE_INVALID", "Invalid image data");
	check_rule(c);
}

static cJSON *rule_of(const cJSON *given)
{
	static const char *const keys[] = { "by_weekday",  "by_n_weekday",
					    "by_month",	   "by_month_day",
					    "by_year_day", "count",
					    "end",	   NULL };
	cJSON *r;

	if (!given || cJSON_IsNull(given))
		return cJSON_CreateNull();
	r = zx__dom("start:c frequency:c interval:i", zx__get(given, "start"),
		    zx__get(given, "frequency"),
		    zx__some(given, "interval") ? zx__int(given, "interval")
						: 1);
	for (size_t i = 0; keys[i]; i++)
		cJSON_AddItemToObject(r, keys[i],
				      zx__some(given, keys[i])
					      ? zx__dup(zx__get(given, keys[i]))
					      : cJSON_CreateNull());
	return r;
}

static cJSON *iso_of(const cJSON *v)
{
	char text[ZX__ISO_SIZE];
	int64_t ms = cJSON_IsString(v) ? zx__iso_parse(v->valuestring) : -1;

	if (ms < 0)
		return cJSON_CreateNull();
	zx__iso(ms, text);
	return cJSON_CreateString(text);
}

/* The body over the event; dates in Discord's form. */
static void apply(struct zx__call *c, cJSON *e)
{
	static const char *const plain[] = { "name",	       "description",
					     "privacy_level",  "entity_type",
					     "channel_id",     "status",
					     "entity_metadata" };
	static const char *const dates[] = { "scheduled_start_time",
					     "scheduled_end_time" };

	for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++)
		if (zx__get(c->body, plain[i]))
			cJSON_ReplaceItemInObjectCaseSensitive(
				e, plain[i],
				zx__dup(zx__get(c->body, plain[i])));
	for (size_t i = 0; i < 2; i++)
		if (zx__get(c->body, dates[i]))
			cJSON_ReplaceItemInObjectCaseSensitive(
				e, dates[i],
				iso_of(zx__get(c->body, dates[i])));
	if (zx__get(c->body, "image"))
		zx__dom_set(e, "image:o",
			    zx__image_hash(c->w, zx__get(c->body, "image")));
	if (zx__get(c->body, "recurrence_rule"))
		zx__dom_set(e, "recurrence_rule:o",
			    rule_of(zx__get(c->body, "recurrence_rule")));
	if (zx__int(e, "entity_type") != EXTERNAL)
		zx__dom_set(e, "entity_metadata:n");
}

/* Creating ---------------------------------------------------------------- */

static int open_events(const struct zx__guild *g)
{
	int n = 0;

	for (size_t i = 0; i < g->events.n; i++)
		n += zx__int(g->events.v[i].dom, "status") <= 2;
	return n;
}

static void changed(struct zx__call *c, const char *event, const cJSON *e)
{
	zx__emit(c->w, c->guild->id, event, zx__dup(e));
	zx__guild_touched(c->w, c->guild);
}

static cJSON *blank(struct zx__call *c, uint64_t id)
{
	return zx__dom("id:I guild_id:I name:x description:n channel_id:n "
		       "creator_id:I creator:c image:n scheduled_start_time:n "
		       "scheduled_end_time:n status:i entity_type:0 "
		       "entity_id:n recurrence_rule:n privacy_level:i "
		       "entity_metadata:n sku_ids:a "
		       "guild_scheduled_event_exceptions:a",
		       id, c->guild->id, zx__actor(c->w),
		       zx__user(c->w, zx__actor(c->w)), 1, 2);
}

void zx__create_event(struct zx__call *c)
{
	static const char *const required[] = { "name", "privacy_level",
						"scheduled_start_time",
						"entity_type" };
	uint64_t id;
	cJSON *e;

	for (size_t i = 0; i < sizeof(required) / sizeof(*required); i++)
		zx__form_required(c, c->body, "", required[i]);
	check(c);
	check_place(c, c->body, zx__int(c->body, "entity_type"));
	check_times(c, c->body, 1);
	if (zx__form_failed(c))
		return;
	if (open_events(c->guild) >= MAX_OPEN) {
		zx__fail(c, 400, 30038,
			 "Maximum number of uncompleted guild scheduled "
			 "events reached (100)");
		return;
	}
	id = zx__world_new_id(c->w);
	e = blank(c, id);
	zx__set_put(&c->guild->events, id, e);
	zx__drop(c->body, "status");
	apply(c, e);
	zx__audit(c, c->guild, 100, id, zx__audit_diff(NULL, e, audited), NULL);
	changed(c, "GUILD_SCHEDULED_EVENT_CREATE", e);
	zx__reply(c, 200, zx__dup(e));
}

/* Changing ---------------------------------------------------------------- */

static int not_mine(struct zx__call *c, const cJSON *e)
{
	uint64_t own = zx__perm_base(c->w, c->guild, zx__actor(c->w));

	if ((own & ZX__P_MANAGE_EVENTS) ||
	    ((own & ZX__P_CREATE_EVENTS) &&
	     zx__dom_id(e, "creator_id") == zx__actor(c->w)))
		return 0;
	zx__no_permission(c);
	return 1;
}

/* Scheduled, active, completed; or scheduled, canceled. */
static int bad_state(struct zx__call *c, const cJSON *e)
{
	int from = zx__int(e, "status"), to = zx__int(c->body, "status");

	if (from > 2) {
		zx__fail(c, 400, 180000, "Cannot update a finished event");
		return 1;
	}
	if (!zx__some(c->body, "status") || from == to ||
	    (from == 1 && (to == 2 || to == 4)) || (from == 2 && to == 3))
		return 0;
	zx__bad(c, "status", "GUILD_SCHEDULED_EVENT_INVALID_STATUS",
		"Invalid status transition");
	return zx__form_failed(c);
}

void zx__patch_event(struct zx__call *c)
{
	cJSON *e = asked(c), *after;

	if (!e || not_mine(c, e) || bad_state(c, e))
		return;
	check(c);
	if (zx__form_failed(c))
		return;
	after = zx__dup(e);
	apply(c, after);
	check_place(c, after, zx__int(after, "entity_type"));
	check_times(c, after,
		    zx__some(c->body, "scheduled_start_time") != NULL);
	if (zx__form_failed(c)) {
		cJSON_Delete(after);
		return;
	}
	zx__audit(c, c->guild, 101, c->id[1], zx__audit_diff(e, after, audited),
		  NULL);
	zx__set_put(&c->guild->events, c->id[1], after);
	changed(c, "GUILD_SCHEDULED_EVENT_UPDATE", after);
	zx__reply(c, 200, zx__dup(after));
}

void zx__delete_event(struct zx__call *c)
{
	const cJSON *e = asked(c);

	if (!e || not_mine(c, e))
		return;
	zx__audit(c, c->guild, 102, c->id[1], zx__audit_diff(e, NULL, audited),
		  NULL);
	changed(c, "GUILD_SCHEDULED_EVENT_DELETE", e);
	zx__set_del(&c->guild->events, c->id[1]);
	zx__no_content(c);
}
