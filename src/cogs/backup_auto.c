/* SPDX-License-Identifier: MIT
 *
 * backup_auto: automatic backups: what is planned, what is due, and what is
 * said when it does not work.
 */
#include "cogs/backup_job.h"
#include "zoryx/python.h"

#define SPACE "backup"
#define SCHEDULE "schedule" /* as the original writes it */
#define TROUBLE "trouble"

static int runs(const struct zx__backup *b)
{
	return b->config.auto_h > 0;
}

/* Plans -------------------------------------------------------------------- */

static int get(struct zx__backup *b, uint64_t guild, struct zx_backup_plan *out)
{
	struct zx_buf text;
	int err;

	memset(out, 0, sizeof(*out));
	zx_buf_init(&text, b->alloc, 0);
	err = zx_state_get(b->state, SPACE, guild, SCHEDULE, &text);
	if (!err)
		err = zx_python_schedule(zx_buf_str(&text), out);
	zx_buf_release(&text);
	return err;
}

static int put(struct zx__backup *b, uint64_t guild,
	       const struct zx_backup_plan *p)
{
	struct zx_buf text;
	int err;

	zx_buf_init(&text, b->alloc, 0);
	zx_python_schedule_write(&text, p);
	err = text.err ? text.err
		       : zx_state_put(b->state, SPACE, guild, SCHEDULE,
				      zx_buf_str(&text));
	zx_buf_release(&text);
	return err;
}

int zx__backup_plan_get(struct zx__backup *b, uint64_t guild,
			struct zx__backup_plan *out)
{
	struct zx_backup_plan p;
	int err = get(b, guild, &p);

	memset(out, 0, sizeof(*out));
	if (err == ZX_E_NOTFOUND)
		return ZX_OK;
	if (err)
		return err;
	out->enabled = p.enabled;
	out->hours = p.hours;
	out->last = p.last;
	if (p.enabled && runs(b))
		out->next = p.last ? p.last + (zx_wall)p.hours * 3600000
				   : zx_wall_clock();
	return ZX_OK;
}

int zx__backup_plan_set(struct zx__backup *b, uint64_t guild, int enabled,
			uint32_t hours)
{
	struct zx_backup_plan p;
	int err = get(b, guild, &p);

	if (err && err != ZX_E_NOTFOUND && err != ZX_E_SYNTAX)
		return err;
	p.enabled = enabled;
	p.hours = hours ? hours : p.hours ? p.hours : 24;
	err = put(b, guild, &p);
	if (err || !runs(b))
		return err;
	if (enabled)
		return zx_schedule_set(b->schedule, guild, p.hours, p.last,
				       zx_wall_clock());
	zx_schedule_remove(b->schedule, guild);
	return ZX_OK;
}

static int load(uint64_t guild, const char *key, struct zx_str value, void *ud)
{
	struct zx__backup *b = ud;
	struct zx_backup_plan p;
	int err;

	if (strcmp(key, SCHEDULE))
		return 0;
	err = zx_python_schedule(value, &p);
	if (!err && p.enabled)
		err = zx_schedule_set(b->schedule, guild, p.hours, p.last,
				      zx_wall_clock());
	if (err)
		zx__backup_log(b, ZX_LOG_ERROR,
			       "guild %llu: its schedule cannot be used: %s",
			       (unsigned long long)guild, zx_strerror(err));
	return err == ZX_E_NOMEM ? err : 0;
}

int zx__backup_plans_load(struct zx__backup *b)
{
	int err = zx_schedule_new(&b->schedule, b->alloc);

	if (err || !runs(b))
		return err;
	return zx_state_each(b->state, SPACE, load, b);
}

/* Trouble ------------------------------------------------------------------ */

int zx__backup_trouble(struct zx__backup *b, uint64_t guild, struct zx_buf *out)
{
	return zx_state_get(b->state, SPACE, guild, TROUBLE, out);
}

static void notify(struct zx__backup *b, uint64_t guild, const char *title,
		   const char *text)
{
	struct zx_message m;

	zx_message_init(&m, b->alloc);
	zx_say(&m, "%s", title);
	zx_embed(&m, ZX_COLOR_RED, "%s", title);
	zx_embed_text(&m, "%s", text);
	zx_embed_footer(&m, "Automatic backups • /backupschedule status");
	zx_embed_time(&m, zx_wall_clock());
	zx__backup_notify(b, guild, &m);
	zx_message_release(&m);
}

/* The same trouble is told once, not every quarter of an hour. */
static void trouble(struct zx__backup *b, uint64_t guild, const char *why)
{
	struct zx_buf was;
	int known;

	zx__backup_log(b, ZX_LOG_WARN, "guild %llu: no automatic backup: %s",
		       (unsigned long long)guild, why);
	zx_buf_init(&was, b->alloc, 0);
	known = !zx__backup_trouble(b, guild, &was) &&
		zx_str_eq(zx_buf_str(&was), zx_str(why));
	zx_buf_release(&was);
	if (known)
		return;
	if (zx_state_put(b->state, SPACE, guild, TROUBLE, zx_str(why)))
		zx__backup_log(b, ZX_LOG_ERROR, "%s", zx_state_error(b->state));
	zx__backup_audit(b, guild, 0, "auto_failed", "", "%s", why);
	notify(b, guild, "⚠️ Automatic Backup Failed", why);
}

static void late(struct zx__backup *b, uint64_t guild)
{
	struct zx_backup_plan p;
	struct zx_buf text;

	if (!zx_bot_guild(b->bot, guild) || get(b, guild, &p))
		return;
	zx_buf_init(&text, b->alloc, 0);
	zx_buf_addf(&text,
		    "For two intervals of %u h no automatic backup of this "
		    "server has succeeded. The last one: ",
		    p.hours);
	if (p.last)
		zx_timestamp(&text, p.last, 'R');
	else
		zx_buf_addc(&text, "never");
	zx_buf_addc(&text, ".\n");
	(void)zx__backup_trouble(b, guild, &text);
	zx__backup_audit(b, guild, 0, "auto_late", "",
			 "No success for two intervals of %u h", p.hours);
	zx__backup_log(b, ZX_LOG_ERROR,
		       "guild %llu: no automatic backup for two intervals",
		       (unsigned long long)guild);
	notify(b, guild, "🚨 No Automatic Backups", zx_buf_cstr(&text));
	zx_buf_release(&text);
}

/* Runs --------------------------------------------------------------------- */

static void tell_shrunk(struct zx__backup *b, const struct zx_backup_result *r)
{
	const struct zx__backup_item *i;
	struct zx__backup_list l;
	char text[400];

	if (!zx__backup_list(b, r->guild, &l)) {
		i = zx__backup_find(&l, r->id);
		snprintf(text, sizeof(text),
			 "Backup `%s` has more than 30 %% fewer roles and "
			 "channels than the last good one. It was kept, but it "
			 "pushes no older one out. If the server is as it "
			 "should be, say so with `/backuppin %s`; if not, "
			 "restore an older one.",
			 r->id, r->id);
		if (i && i->shrunk)
			notify(b, r->guild, "📉 The Server Has Shrunk", text);
	}
	zx__backup_list_release(&l);
}

static void succeeded(struct zx__backup *b, const struct zx_backup_result *r)
{
	struct zx_backup_plan p;
	int err = get(b, r->guild, &p);

	p.last = zx_schedule_last(b->schedule, r->guild);
	if (!err && p.last)
		err = put(b, r->guild, &p);
	if (!err)
		err = zx_state_del(b->state, SPACE, r->guild, TROUBLE);
	if (err && err != ZX_E_NOTFOUND)
		zx__backup_log(b, ZX_LOG_ERROR,
			       "guild %llu: when its last automatic backup was "
			       "is not saved: %s",
			       (unsigned long long)r->guild,
			       zx__backup_why(b, err));
	tell_shrunk(b, r);
}

static void on_done(const struct zx_backup_result *r, void *ud)
{
	struct zx__backup *b = ud;

	zx_schedule_done(b->schedule, r->guild, !r->err, zx_wall_clock());
	if (!r->err)
		succeeded(b, r);
	else if (r->err != ZX_E_CANCELLED)
		trouble(b, r->guild, r->error);
}

static void full(struct zx__backup *b, uint64_t guild)
{
	struct zx__backup_room room;
	char why[256];

	zx__backup_room(b, guild, 0, &room);
	zx__backup_room_why(b, &room, why);
	zx_delete(b->alloc, room.drop);
	trouble(b, guild, why);
}

static void begin(struct zx__backup *b, uint64_t guild)
{
	struct zx_backup_request q = ZX_BACKUP_REQUEST_INIT;
	int err;

	q.guild = guild;
	q.automatic = 1;
	err = zx_backup_create(b->bot, &q, on_done, b);
	if (!err)
		return;
	zx_schedule_done(b->schedule, guild, 0, zx_wall_clock());
	/* Not here, or of another process: nobody's trouble. Busy: soon. */
	if (err == ZX_E_LIMIT)
		full(b, guild);
	else if (err != ZX_E_NOTFOUND && err != ZX_E_BUSY)
		trouble(b, guild, zx__backup_why(b, err));
}

void zx__backup_plans_look(struct zx__backup *b)
{
	struct zx_schedule_out o;

	if (!runs(b))
		return;
	zx_schedule_tick(b->schedule, zx_wall_clock());
	while (zx_schedule_poll(b->schedule, &o)) {
		if (o.kind == ZX_SCHEDULE_DUE)
			begin(b, o.guild);
		else
			late(b, o.guild);
	}
}
