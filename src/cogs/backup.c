/* SPDX-License-Identifier: MIT
 *
 * The backup cog: its commands, its beginning and its end.
 */
#include "cogs/backup_work.h"
#include "cogs/restore_int.h"

const struct zx_command *const zx__backup_commands[] = {
	&zx__backup_command,
	&zx__backup_list_command,
	&zx__backup_view_command,
	&zx__backup_diff_command,
	&zx__backup_stats_command,
	&zx__backup_create_command,
	&zx__backup_delete_command,
	&zx__backup_pin_command,
	&zx__backup_note_command,
	&zx__backup_verify_command,
	&zx__backup_schedule_command,
	&zx__backup_export_command,
	&zx__backup_settings_command,
	&zx__backup_restore_command,
	NULL,
};
const size_t zx__backup_command_count =
	sizeof(zx__backup_commands) / sizeof(zx__backup_commands[0]) - 1;

void zx__backup_log(struct zx__backup *b, enum zx_log_level level,
		    const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	zx_logf(b->log, level, "backup", "%s", text);
}

static void give_back(void *data)
{
	struct zx__backup *b = data;

	zx__restore_show_free(b);
	zx__backup_show_free(b);
	zx__restores_free(b);
	zx__backup_jobs_free(b);
	zx_schedule_free(b->schedule);
	zx_delete(b->alloc, b->clean_list);
	zx_delete(b->alloc, b->cdn);
	zx_delete(b->alloc, b->media);
	zx_delete(b->alloc, b);
}

static void set_config(struct zx__backup *b, const struct zx_config *c)
{
	b->config = (struct zx__backup_config){ .max = 25, .cooldown_s = 300 };
	if (!c)
		return;
	b->config.max = c->backup_max ? c->backup_max : 25;
	b->config.cooldown_s = c->backup_cooldown_s;
	b->config.auto_h = c->backup_auto_h;
	b->config.keep_days = c->backup_keep_days;
}

static int copy(struct zx__backup *b, char **to, const char *from)
{
	char *text = from ? zx_str_dup(b->alloc, zx_str(from)) : NULL;

	if (from && !text)
		return ZX_E_NOMEM;
	zx_delete(b->alloc, *to);
	*to = text;
	return ZX_OK;
}

/* The sandbox, and whatever else is no Discord, has its images beside its API.
 */
static int own_cdn(struct zx__backup *b)
{
	const struct zx_config *c = zx_bot_config(b->bot);
	struct zx_str rest = zx_str(c ? c->api_url : NULL), host;
	char url[256];

	if (!zx_str_starts(rest, "http://"))
		return ZX_OK;
	rest = zx_str_from(rest, 7);
	host = zx_str_split(&rest, '/');
	snprintf(url, sizeof(url), "http://%.*s/sandbox/cdn",
		 ZX_ARG(zx_utf8_head(host, 200)));
	if (!b->cdn && copy(b, &b->cdn, url))
		return ZX_E_NOMEM;
	return b->media ? ZX_OK : copy(b, &b->media, url);
}

static int set_options(struct zx__backup *b,
		       const struct zx_backup_options *opt)
{
	struct zx_backup_options o = ZX_BACKUP_OPTIONS_INIT;

	if (opt)
		memcpy(&o, opt, opt->size < sizeof(o) ? opt->size : sizeof(o));
	if (copy(b, &b->cdn, o.cdn) || copy(b, &b->media, o.media) ||
	    own_cdn(b))
		return ZX_E_NOMEM;
	o.cdn = b->cdn;
	o.media = b->media;
	o.jobs = o.jobs ? o.jobs : 3;
	if (o.jobs > ZX__BACKUP_JOBS)
		o.jobs = ZX__BACKUP_JOBS;
	o.progress_ms = o.progress_ms ? o.progress_ms : 2500;
	o.look_ms = o.look_ms ? o.look_ms : 60 * 1000;
	o.members_max = o.members_max ? o.members_max : 75000;
	b->opt = o;
	return ZX_OK;
}

static int start(struct zx_bot *bot, void **data)
{
	const struct zx_alloc *a = zx_bot_alloc(bot);
	struct zx__backup *b = zx_new(a, sizeof(*b));
	int err;

	if (!b)
		return ZX_E_NOMEM;
	b->bot = bot;
	b->alloc = a;
	b->log = zx_bot_log(bot);
	b->state = zx_bot_state(bot);
	b->work_ms = ZX__WORK_TURN_MS;
	if (!b->state) {
		zx__backup_log(b, ZX_LOG_ERROR,
			       "backups need a state file: set ZX_STATE");
		zx_delete(a, b);
		return ZX_E_STATE;
	}
	set_config(b, zx_bot_config(bot));
	err = set_options(b, NULL);
	if (!err)
		err = zx__backup_plans_load(b);
	if (err) {
		zx__backup_log(b, ZX_LOG_ERROR, "%s", zx__backup_why(b, err));
		give_back(b);
		return err;
	}
	*data = b;
	return ZX_OK;
}

static void ready(struct zx_bot *bot, void *data)
{
	(void)bot;
	zx__backup_clock_start(data);
	zx__restore_show_start(data);
	zx__restores_start(data);
}

/* While answers still go out. */
static void leave(struct zx_bot *bot, void *data)
{
	struct zx__backup *b = data;

	(void)bot;
	b->stopped = 1;
	zx__backup_works_stop(b);
	zx__restores_stop(b);
	zx__backup_clock_stop(b);
	zx__backup_jobs_stop(b);
}

static const struct zx_cog backup = {
	.name = ZX__BACKUP_COG,
	.list = zx__backup_commands,
	.start = start,
	.ready = ready,
	.stop = leave,
	.leave = leave,
	.free = give_back,
};

const struct zx_cog *zx_cog_backup_restore(void)
{
	return &backup;
}

struct zx__backup *zx__backup_in(struct zx_bot *bot)
{
	return zx_bot_cog_data(bot, &backup);
}

struct zx__backup *zx__backup_of(struct zx_call *call)
{
	struct zx__backup *b = zx__backup_in(zx_call_bot(call));

	if (!b)
		zx_fail(call, "❌ Not Available",
			"The backup system did not start; see the log");
	return b;
}

int zx_backup_configure(struct zx_bot *bot, const struct zx_backup_options *opt)
{
	struct zx__backup *b = zx__backup_in(bot);

	return b ? set_options(b, opt) : ZX_E_STATE;
}
