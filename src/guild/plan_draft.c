/* SPDX-License-Identifier: MIT
 *
 * The body of a channel, and what is lost or forbids it on the way.
 */
#include <stdio.h>
#include <string.h>

#include "guild/plan_int.h"

static int is_voice(int type)
{
	return type == ZX__CHANNEL_VOICE || type == ZX__CHANNEL_STAGE;
}

static int is_forum(int type)
{
	return type == ZX__CHANNEL_FORUM || type == ZX__CHANNEL_MEDIA;
}

void zx__draft_say(struct zx__draft *d, enum zx_verb verb, enum zx_why why,
		   const char *text)
{
	/* The worst decides. */
	if (verb > d->verb) {
		d->verb = verb;
		d->why = why;
	}
	if (d->len < sizeof(d->text))
		d->len += (size_t)snprintf(d->text + d->len,
					   sizeof(d->text) - d->len, "%s%s",
					   d->len ? " " : "", text);
}

void zx__draft_bits(struct zx__draft *d, enum zx_verb verb, enum zx_why why,
		    const char *before, uint64_t bits, const char *behind)
{
	char names[128], text[250];

	snprintf(text, sizeof(text), "%s %s, %s.", before,
		 zx__bit_names(bits, names, sizeof(names)), behind);
	zx__draft_say(d, verb, why, text);
}

/* Fields ------------------------------------------------------------------- */

static const char *const plain[] = { "name", "nsfw", "position",
				     "rate_limit_per_user", NULL };
static const char *const texts[] = { "default_auto_archive_duration",
				     "default_thread_rate_limit_per_user",
				     NULL };
static const char *const voices[] = { "rtc_region", "video_quality_mode",
				      NULL };
static const char *const forums[] = { "default_forum_layout",
				      "default_sort_order", NULL };

static void topic(struct zx__draft *d, size_t most)
{
	struct zx_str raw = zx_json_get(d->ch->text, "topic");
	struct zx_buf text;

	zx_buf_init(&text, d->j.out->alloc, 0);
	zx_json_text(raw, &text);
	if (text.err)
		d->j.out->err = text.err;
	if (zx_utf8_count(zx_buf_str(&text)) > most) {
		zx_jw_str(&d->j, "topic",
			  zx_utf8_head(zx_buf_str(&text), most));
		zx__draft_say(d, ZX_VERB_DOWNGRADE, ZX_WHY_COMMUNITY,
			      "Its topic is cut to what fits.");
	} else if (raw.len) {
		zx_jw_raw(&d->j, "topic", raw);
	}
	zx_buf_release(&text);
}

static void bitrate(struct zx__planner *pl, struct zx__draft *d)
{
	static const int64_t most[] = { 96000, 128000, 256000, 384000 };
	struct zx_str raw = zx_json_get(d->ch->text, "bitrate");
	int64_t max = d->ch->made_type == ZX__CHANNEL_STAGE ? 64000
							    : most[pl->tier],
		v;

	if (zx_json_i64(raw, &v))
		return;
	if (v > max)
		zx__draft_say(
			d, ZX_VERB_DOWNGRADE, ZX_WHY_FEATURE,
			"With the bitrate that the server's boosts allow.");
	zx_jw_i64(&d->j, "bitrate", v > max ? max : v < 8000 ? 8000 : v);
}

static void voice(struct zx__planner *pl, struct zx__draft *d)
{
	uint64_t most = d->ch->made_type == ZX__CHANNEL_STAGE ? 10000 : 99;
	uint64_t limit = zx_json_get_u64(d->ch->text, "user_limit");

	bitrate(pl, d);
	zx__plan_pick(&d->j, d->ch->text, voices);
	if (limit > most)
		zx__draft_say(d, ZX_VERB_DOWNGRADE, ZX_WHY_COMMUNITY,
			      "For at most 99 people.");
	zx_jw_u64(&d->j, "user_limit", limit > most ? most : limit);
}

static void forum(struct zx__draft *d)
{
	static const char *const more[] = { "available_tags",
					    "default_reaction_emoji", NULL };

	zx__plan_pick(&d->j, d->ch->text, forums);
	zx__plan_pick(&d->j, d->ch->text, more);
}

static void parent(struct zx__planner *pl, struct zx__draft *d)
{
	struct zx__item *cat =
		zx__side_find(&pl->s[ZX_SECTION_CHANNELS], d->ch->parent);

	if (!d->ch->parent)
		return;
	if (cat && (cat->mate || cat->fate == ZX__FATE_MADE ||
		    cat->fate == ZX__FATE_HIDDEN)) {
		zx_jw_id(&d->j, "parent_id", d->ch->parent);
		return;
	}
	zx__draft_say(d, ZX_VERB_DOWNGRADE, ZX_WHY_MISSING,
		      "Outside of its category, which is not there.");
}

void zx__draft_fields(struct zx__planner *pl, struct zx__draft *d)
{
	int type = d->ch->made_type;

	zx_jw_u64(&d->j, "type", (uint64_t)type);
	zx__plan_pick(&d->j, d->ch->text, plain);
	if (type == ZX__CHANNEL_CATEGORY)
		return;
	parent(pl, d);
	if (is_voice(type)) {
		voice(pl, d);
		return;
	}
	zx__plan_pick(&d->j, d->ch->text, texts);
	topic(d, is_forum(type) ? 4096 : 1024);
	if (is_forum(type))
		forum(d);
}
