/* SPDX-License-Identifier: MIT
 *
 * Capturing a server: which requests are made, and what an answer or its
 * absence means. Nothing is asked twice, and nothing that is known already.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "guild/capture_int.h"

/* What is asked for, what it is called, and what the bot needs for it. */
static const struct {
	const char *path; /* behind /guilds/{id} */
	const char *name;
	const char *needs;
	enum zx_section section;
} jobs[JOBS] = {
	[JOB_GUILD] = { "?with_counts=true", "guild", "", ZX_SECTION_GUILD },
	[JOB_CHANNELS] = { "/channels", "channels", "", ZX_SECTION_CHANNELS },
	[JOB_AUTOMOD] = { "/auto-moderation/rules", "automod",
			  "the permission Manage Server", ZX_SECTION_AUTOMOD },
	[JOB_WEBHOOKS] = { "/webhooks", "webhooks",
			   "the permission Manage Webhooks",
			   ZX_SECTION_WEBHOOKS },
	[JOB_EVENTS] = { "/scheduled-events", "events", "", ZX_SECTION_EVENTS },
	[JOB_SOUNDS] = { "/soundboard-sounds", "soundboard", "",
			 ZX_SECTION_SOUNDBOARD },
	[JOB_ONBOARDING] = { "/onboarding", "onboarding", "",
			     ZX_SECTION_ONBOARDING },
	[JOB_WELCOME] = { "/welcome-screen", "welcome",
			  "the permission Manage Server", ZX_SECTION_WELCOME },
	[JOB_BANS] = { "/bans", "bans", "the permission Ban Members",
		       ZX_SECTION_BANS },
	[JOB_MEMBERS] = { "/members", "members", "the Server Members intent",
			  ZX_SECTION_MEMBERS },
	[JOB_SELF] = { "/members/", "the bot's own roles", "",
		       ZX_SECTION_MEMBERS },
	[JOB_IMAGE] = { "", "images", "", ZX_SECTION_IMAGES },
};

int zx__capture_fail(struct zx_capture *c, int err, const char *fmt, ...)
{
	va_list ap;

	if (c->err)
		return c->err;
	va_start(ap, fmt);
	vsnprintf(c->error, sizeof(c->error), fmt, ap);
	va_end(ap);
	c->err = err;
	c->over = 1;
	return err;
}

int zx__capture_missing(struct zx_capture *c, const char *what, const char *why)
{
	int err = zx_guild_add_missing(c->w, what, why);

	/* So many faults that they do not fit are no reason to lose the rest.
	 */
	if (err && err != ZX_E_LIMIT)
		return zx__capture_fail(c, err, "%s",
					zx_guild_writer_error(c->w));
	c->progress.incomplete++;
	return ZX_OK;
}

static void ask(struct zx_capture *c, enum zx__job job)
{
	c->state[job] = JOB_READY;
	c->progress.requests_known++;
}

static int prepare(struct zx_capture *c)
{
	struct zx_guild_writer_options w = ZX_GUILD_WRITER_OPTIONS_INIT;
	int err;

	w.store = c->opt.store;
	w.guild = c->opt.guild;
	w.captured_at = c->opt.captured_at;
	w.alloc = c->alloc;
	err = zx_guild_writer_new(&c->w, &w);
	if (err)
		return err;
	zx_buf_addc(&c->cdn,
		    c->opt.cdn ? c->opt.cdn : "https://cdn.discordapp.com");
	zx_buf_addc(&c->media, c->opt.media ? c->opt.media
					    : "https://media.discordapp.net");
	if (c->opt.bot_settings.len)
		err = zx_guild_add(c->w, ZX_SECTION_BOT, c->opt.bot_settings);
	if (!err)
		err = c->cdn.err ? c->cdn.err : c->media.err;
	c->roles = zx_new(c->alloc, CAPTURE_PAGE * sizeof(*c->roles));
	return !err && !c->roles ? ZX_E_NOMEM : err;
}

int zx_capture_new(struct zx_capture **out,
		   const struct zx_capture_options *opt, zx_time now)
{
	struct zx_capture_options o = ZX_CAPTURE_OPTIONS_INIT;
	struct zx_capture *c;
	int err;

	*out = NULL;
	if (!opt)
		return ZX_E_INVALID;
	memcpy(&o, opt, opt->size < sizeof(o) ? opt->size : sizeof(o));
	if (!o.guild || !o.store.put)
		return ZX_E_INVALID;
	c = zx_new(o.alloc, sizeof(*c));
	if (!c)
		return ZX_E_NOMEM;
	c->alloc = o.alloc;
	c->opt = o;
	if (!c->opt.in_flight || c->opt.in_flight > CAPTURE_SLOTS)
		c->opt.in_flight = c->opt.in_flight ? CAPTURE_SLOTS : 4;
	if (!c->opt.image_max)
		c->opt.image_max = CAPTURE_IMAGE;
	c->now = now;
	zx_buf_init(&c->text, o.alloc, 16 << 20);
	zx_buf_init(&c->path, o.alloc, 4096);
	zx_buf_init(&c->cdn, o.alloc, 1024);
	zx_buf_init(&c->media, o.alloc, 1024);
	zx_buf_init(&c->held.text, o.alloc, ZX__GUILD_BAG);
	err = prepare(c);
	if (err) {
		zx_capture_free(c);
		return err;
	}
	ask(c, JOB_GUILD);
	ask(c, JOB_CHANNELS);
	ask(c, JOB_AUTOMOD);
	ask(c, JOB_WEBHOOKS);
	ask(c, JOB_EVENTS);
	ask(c, JOB_SOUNDS);
	ask(c, JOB_BANS);
	*out = c;
	return ZX_OK;
}

void zx_capture_free(struct zx_capture *c)
{
	if (!c)
		return;
	zx_guild_writer_free(c->w);
	zx_buf_release(&c->text);
	zx_buf_release(&c->path);
	zx_buf_release(&c->cdn);
	zx_buf_release(&c->media);
	zx_buf_release(&c->held.text);
	zx_delete(c->alloc, c->held.v);
	zx_delete(c->alloc, c->images);
	zx_delete(c->alloc, c->roles);
	zx_delete(c->alloc, c->rights);
	zx_delete(c->alloc, c);
}

static int plan_members(struct zx_capture *c, struct zx_str guild)
{
	c->progress.members_expected =
		zx_json_get_u64(guild, "approximate_member_count");
	if (c->opt.no_members) {
		c->state[JOB_MEMBERS] = JOB_DONE;
		if (c->opt.self)
			ask(c, JOB_SELF);
		return zx__capture_missing(c, "members",
					   "needs the Server Members intent");
	}
	if (c->progress.members_expected &&
	    c->progress.members_expected <= c->opt.members_max) {
		c->by = BY_CHUNKS_ASK;
		return ZX_OK;
	}
	ask(c, JOB_MEMBERS);
	c->progress.requests_known +=
		(uint32_t)(c->progress.members_expected / CAPTURE_PAGE);
	return ZX_OK;
}

/* What the guild says about itself decides what else is asked. */
static int plan(struct zx_capture *c, struct zx_str guild)
{
	if (zx__guild_feature(guild, "COMMUNITY"))
		ask(c, JOB_ONBOARDING);
	else
		c->state[JOB_ONBOARDING] = JOB_DONE;
	if (zx__guild_feature(guild, "WELCOME_SCREEN_ENABLED"))
		ask(c, JOB_WELCOME);
	else
		c->state[JOB_WELCOME] = JOB_DONE;
	return plan_members(c, guild);
}

static int take(struct zx_capture *c, const struct zx__slot *s,
		struct zx_str body)
{
	int err;

	switch (s->job) {
	case JOB_GUILD:
		err = zx__reply_guild(c, body);
		return err ? err : plan(c, body);
	case JOB_CHANNELS:
		return zx__reply_channels(c, body);
	case JOB_BANS:
		return zx__reply_bans(c, body);
	case JOB_MEMBERS:
		return zx__reply_members(c, body);
	case JOB_SELF:
		zx__self_is(c, body);
		return ZX_OK;
	case JOB_IMAGE:
		return zx__reply_image(c, s->image, body);
	case JOB_SOUNDS:
		return zx__reply_items(c, ZX_SECTION_SOUNDBOARD,
				       zx_json_get(body, "items"));
	default:
		return zx__reply_items(c, jobs[s->job].section, body);
	}
}

/* Without these two there is no snapshot; without the others there is one that
 * says what is not in it. */
static int refused(struct zx_capture *c, const struct zx__slot *s,
		   const struct zx_capture_reply *r)
{
	const char *needs = r->status == 403 ? jobs[s->job].needs : "";
	char what[160], why[160];
	struct zx_str key;

	if (r->status)
		snprintf(why, sizeof(why), "HTTP %d, code %d%s%s", r->status,
			 r->code, *needs ? ": needs " : "", needs);
	else
		snprintf(why, sizeof(why), "%s", zx_strerror(r->err));
	if (s->job == JOB_GUILD || s->job == JOB_CHANNELS)
		return zx__capture_fail(c, r->err ? r->err : ZX_E_REMOTE,
					"%s could not be read: %s",
					jobs[s->job].name, why);
	snprintf(what, sizeof(what), "%s", jobs[s->job].name);
	if (s->job == JOB_IMAGE) {
		key = zx__image_key(c, s->image);
		snprintf(what, sizeof(what), "images/%.*s", ZX_ARG(key));
	}
	return zx__capture_missing(c, what, why);
}

static int done(const struct zx_capture *c)
{
	for (int i = 0; i < JOB_IMAGE; i++)
		if (c->state[i] != JOB_DONE &&
		    (i != JOB_SELF || c->state[i] != JOB_UNKNOWN))
			return 0;
	for (int i = 0; i < CAPTURE_SLOTS; i++)
		if (c->slot[i].id)
			return 0;
	return c->image_next == c->image_n;
}

void zx__capture_finish(struct zx_capture *c)
{
	int err;

	if (c->over || !done(c) || zx__self_judge(c))
		return;
	err = zx_guild_finish(c->w, &c->written);
	if (err)
		zx__capture_fail(c, err, "%s", zx_guild_writer_error(c->w));
	c->over = 1;
}

int zx_capture_feed(struct zx_capture *c, uint32_t id,
		    const struct zx_capture_reply *r, zx_time now)
{
	struct zx__slot s = { 0 };

	c->now = now;
	for (int i = 0; id && i < CAPTURE_SLOTS; i++)
		if (c->slot[i].id == id) {
			s = c->slot[i];
			c->slot[i].id = 0;
		}
	if (!s.id)
		return ZX_E_NOTFOUND;
	if (c->over)
		return ZX_OK;
	if (s.job == JOB_IMAGE)
		c->progress.images++;
	else
		c->progress.requests++;
	/* Pages set it back when there is another one. */
	c->state[s.job] = JOB_DONE;
	if (r->err)
		refused(c, &s, r);
	else if (s.job != JOB_IMAGE &&
		 zx_json_check(r->body, ZX__GUILD_DEPTH, NULL))
		refused(c, &s,
			&(struct zx_capture_reply){ .err = ZX_E_SYNTAX });
	else
		take(c, &s, r->body);
	/* An earlier page's answer may have been the last that was missing. */
	zx__capture_finish(c);
	return ZX_OK;
}

int zx_capture_tick(struct zx_capture *c, zx_time now)
{
	c->now = now;
	if (!c->over && c->by == BY_CHUNKS && now >= c->chunk_due)
		zx__members_by_pages(c);
	return ZX_OK;
}

zx_time zx_capture_deadline(const struct zx_capture *c)
{
	return c->over || c->by != BY_CHUNKS ? ZX_TIME_NEVER : c->chunk_due;
}

static struct zx__slot *free_slot(struct zx_capture *c)
{
	for (unsigned i = 0; i < c->opt.in_flight; i++)
		if (!c->slot[i].id)
			return &c->slot[i];
	return NULL;
}

static void path_of(struct zx_capture *c, enum zx__job job)
{
	zx_buf_clear(&c->path);
	zx_buf_addf(&c->path, "/guilds/%" PRIu64 "%s", c->opt.guild,
		    jobs[job].path);
	if (job == JOB_SELF)
		zx_buf_addf(&c->path, "%" PRIu64, c->opt.self);
	if (job == JOB_MEMBERS || job == JOB_BANS)
		zx_buf_addf(&c->path, "?limit=%d&after=%" PRIu64, CAPTURE_PAGE,
			    job == JOB_BANS ? c->after_ban : c->after_member);
}

static int request(struct zx_capture *c, struct zx_capture_out *out)
{
	struct zx__slot *s = free_slot(c);
	int job;

	if (!s)
		return 0;
	for (job = 0; job < JOB_IMAGE && c->state[job] != JOB_READY;)
		job++;
	if (job == JOB_IMAGE && c->image_next == c->image_n)
		return 0;
	*s = (struct zx__slot){ .id = ++c->next_id, .job = (enum zx__job)job };
	*out = (struct zx_capture_out){ .kind = ZX_CAPTURE_OUT_REQUEST,
					.id = s->id };
	if (job == JOB_IMAGE) {
		s->image = c->image_next++;
		out->path = zx__image_url(c, s->image);
		out->absolute = 1;
		out->max_body = c->opt.image_max;
	} else {
		c->state[job] = JOB_SENT;
		path_of(c, s->job);
		out->path = zx_buf_str(&c->path);
		out->max_body = CAPTURE_BODY;
	}
	c->progress.doing = jobs[job].name;
	if (c->path.err)
		zx__capture_fail(c, c->path.err, "out of memory");
	return !c->path.err;
}

int zx_capture_poll(struct zx_capture *c, struct zx_capture_out *out)
{
	memset(out, 0, sizeof(*out));
	if (!c->over && c->by == BY_CHUNKS_ASK) {
		c->by = BY_CHUNKS;
		c->state[JOB_MEMBERS] = JOB_SENT;
		c->chunk_due = zx_time_add(c->now, CAPTURE_FIRST_WAIT);
		out->kind = ZX_CAPTURE_OUT_MEMBERS;
		return 1;
	}
	if (!c->over && request(c, out))
		return 1;
	if (!c->over || c->told)
		return 0;
	c->told = 1;
	out->kind = ZX_CAPTURE_OUT_DONE;
	out->err = c->err;
	out->written = c->written;
	return 1;
}

void zx_capture_cancel(struct zx_capture *c)
{
	if (!c->over)
		zx__capture_fail(c, ZX_E_CANCELLED, "cancelled");
}

void zx_capture_progress(const struct zx_capture *c,
			 struct zx_capture_progress *out)
{
	*out = c->progress;
	if (!out->doing)
		out->doing = "guild";
}

const char *zx_capture_error(const struct zx_capture *c)
{
	return c->error;
}
