/* SPDX-License-Identifier: MIT
 *
 * index.json, audit_log.json and schedule.json of the Python framework.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "guild/guild_int.h"

static int check_array(struct zx_str json)
{
	if (json.len > ZX_PYTHON_FILE_MAX)
		return ZX_E_TOOBIG;
	if (zx_json_check(json, ZX__GUILD_DEPTH, NULL) ||
	    zx_json_kind(json) != ZX_JSON_ARRAY)
		return ZX_E_SYNTAX;
	return ZX_OK;
}

static const char *read_entry(struct zx_str raw, struct zx_python_entry *e)
{
	struct zx_str id = zx_json_plain(zx_json_get(raw, "id"));
	struct zx_str sum = zx_json_plain(zx_json_get(raw, "checksum"));

	memset(e, 0, sizeof(*e));
	e->raw = raw;
	if (zx_json_kind(raw) != ZX_JSON_OBJECT)
		return "an entry that is no object";
	/* It becomes the name of a file. */
	if (!zx_guild_id_valid(id))
		return "an id that is not 12 hexadecimal digits";
	memcpy(e->id, id.ptr, id.len);
	if (sum.len && sum.len != ZX_CHECKSUM_TEXT - 1)
		return "a checksum that is not 16 digits";
	if (sum.len)
		memcpy(e->checksum, sum.ptr, sum.len);
	e->label = zx_json_get(raw, "label");
	e->notes = zx_json_get(raw, "notes");
	(void)zx_stamp_read(zx_json_plain(zx_json_get(raw, "timestamp")),
			    &e->timestamp);
	e->author = zx_json_get_u64(raw, "author_id");
	e->size_bytes = zx_json_get_u64(raw, "size_bytes");
	e->pinned = zx_json_get_bool(raw, "pinned");
	e->automatic = zx_json_get_bool(raw, "auto_backup");
	return NULL;
}

int zx_python_index(struct zx_str json,
		    int (*fn)(const struct zx_python_entry *e, const char *why,
			      void *ud),
		    void *ud)
{
	struct zx_json_iter it = zx_json_each(json);
	int stop = check_array(json);

	while (!stop && zx_json_next(&it)) {
		struct zx_python_entry e;
		const char *why = read_entry(it.value, &e);

		stop = fn(why ? NULL : &e, why, ud);
	}
	return stop;
}

/* What may have changed since the entry was read. */
static void put_changed(struct zx_json_writer *j,
			const struct zx_python_entry *e, struct zx_str key,
			struct zx_str old)
{
	if (zx_str_is(key, "label"))
		zx_jw_raw(j, "label", e->label);
	else if (zx_str_is(key, "notes"))
		zx_jw_raw(j, "notes", e->notes);
	else if (zx_str_is(key, "pinned"))
		zx_jw_bool(j, "pinned", e->pinned);
	else {
		char name[128];

		snprintf(name, sizeof(name), "%.*s", ZX_ARG(key));
		zx_jw_raw(j, name, old);
	}
}

static void put_counts(struct zx_json_writer *j,
		       const struct zx_guild_counts *n)
{
	zx_jw_u64(j, "roles_count", n->roles);
	zx_jw_u64(j, "categories_count", n->categories);
	zx_jw_u64(j, "text_channels_count", n->text + n->announcement);
	zx_jw_u64(j, "voice_channels_count", n->voice);
	zx_jw_u64(j, "forum_channels_count", n->forum + n->media);
	zx_jw_u64(j, "stage_channels_count", n->stage);
	zx_jw_u64(j, "emojis_count", n->emojis);
	zx_jw_u64(j, "stickers_count", n->stickers);
	zx_jw_u64(j, "member_roles_count", n->member_roles);
}

static void put_stamp(struct zx_json_writer *j, const char *key, zx_wall t)
{
	struct zx_buf text;

	zx_buf_init(&text, j->out->alloc, 64);
	zx_stamp_write(&text, t);
	if (text.err && !j->out->err)
		j->out->err = text.err;
	zx_jw_str(j, key, zx_buf_str(&text));
	zx_buf_release(&text);
}

static void put_new(struct zx_json_writer *j, const struct zx_python_entry *e,
		    const struct zx_guild_counts *n, struct zx_str name)
{
	zx_jw_cstr(j, "id", e->id);
	zx_jw_raw(j, "label", e->label);
	put_stamp(j, "timestamp", e->timestamp);
	zx_jw_u64(j, "author_id", e->author);
	zx_jw_cstr(j, "checksum", e->checksum);
	zx_jw_u64(j, "size_bytes", e->size_bytes);
	zx_jw_bool(j, "pinned", e->pinned);
	zx_jw_raw(j, "notes", e->notes.len ? e->notes : ZX_STR("\"\""));
	zx_jw_cstr(j, "version", "2.2.0");
	zx_jw_bool(j, "auto_backup", e->automatic);
	put_counts(j, n);
	zx_jw_raw(j, "guild_name", name.len ? name : ZX_STR("\"Unknown\""));
	zx_jw_u64(j, "member_count", n->members);
}

int zx_python_entry_write(struct zx_buf *out, const struct zx_python_entry *e,
			  const struct zx_guild_counts *counts,
			  struct zx_str guild_name_raw)
{
	struct zx_json_iter it = zx_json_each(e->raw);
	struct zx_json_writer j;

	zx_jw_init(&j, out);
	zx_jw_obj(&j, NULL);
	if (e->raw.len)
		while (zx_json_next(&it))
			put_changed(&j, e, it.key, it.value);
	else
		put_new(&j, e, counts, guild_name_raw);
	zx_jw_obj_end(&j);
	return out->err;
}

static const char *read_audit(struct zx_str raw, struct zx_python_audit *e)
{
	struct zx_str id = zx_json_plain(zx_json_get(raw, "backup_id"));

	memset(e, 0, sizeof(*e));
	e->raw = raw;
	if (zx_json_kind(raw) != ZX_JSON_OBJECT)
		return "an entry that is no object";
	if (zx_stamp_read(zx_json_plain(zx_json_get(raw, "timestamp")), &e->at))
		return "a time that cannot be read";
	e->action = zx_json_get(raw, "action");
	e->details = zx_json_get(raw, "details");
	if (zx_json_kind(e->action) != ZX_JSON_STRING)
		return "no action";
	e->user = zx_json_get_u64(raw, "user_id");
	if (id.len && id.len < sizeof(e->backup))
		memcpy(e->backup, id.ptr, id.len);
	return NULL;
}

int zx_python_audit(struct zx_str json,
		    int (*fn)(const struct zx_python_audit *e, const char *why,
			      void *ud),
		    void *ud)
{
	struct zx_json_iter it = zx_json_each(json);
	int stop = check_array(json);

	while (!stop && zx_json_next(&it)) {
		struct zx_python_audit e;
		const char *why = read_audit(it.value, &e);

		stop = fn(why ? NULL : &e, why, ud);
	}
	return stop;
}

void zx_python_audit_write(struct zx_buf *out, const struct zx_python_audit *e)
{
	struct zx_json_writer j;

	zx_jw_init(&j, out);
	zx_jw_obj(&j, NULL);
	put_stamp(&j, "timestamp", e->at);
	zx_jw_raw(&j, "action", e->action);
	zx_jw_u64(&j, "user_id", e->user);
	if (e->backup[0])
		zx_jw_cstr(&j, "backup_id", e->backup);
	else
		zx_jw_null(&j, "backup_id");
	zx_jw_raw(&j, "details", e->details.len ? e->details : ZX_STR("\"\""));
	zx_jw_obj_end(&j);
}

int zx_python_schedule(struct zx_str json, struct zx_backup_plan *out)
{
	uint64_t hours, days;

	memset(out, 0, sizeof(*out));
	if (zx_json_check(json, ZX__GUILD_DEPTH, NULL) ||
	    zx_json_kind(json) != ZX_JSON_OBJECT)
		return ZX_E_SYNTAX;
	out->enabled = zx_json_get_bool(json, "enabled");
	hours = zx_json_get_u64(json, "interval_hours");
	days = zx_json_get_u64(json, "retention_days");
	/* The original clamps; a file edited by hand may say anything. */
	out->hours = hours < 1 ? 24 : hours > 168 ? 168 : (uint32_t)hours;
	out->retention_days = days > 36500 ? 36500 : (uint32_t)days;
	(void)zx_stamp_read(
		zx_json_plain(zx_json_get(json, "last_auto_backup")),
		&out->last);
	return ZX_OK;
}

void zx_python_schedule_write(struct zx_buf *out,
			      const struct zx_backup_plan *p)
{
	struct zx_json_writer j;

	zx_jw_init(&j, out);
	zx_jw_obj(&j, NULL);
	zx_jw_bool(&j, "enabled", p->enabled);
	zx_jw_u64(&j, "interval_hours", p->hours);
	if (p->last)
		put_stamp(&j, "last_auto_backup", p->last);
	if (p->retention_days)
		zx_jw_u64(&j, "retention_days", p->retention_days);
	zx_jw_obj_end(&j);
}
