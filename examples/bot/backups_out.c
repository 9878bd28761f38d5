/* SPDX-License-Identifier: MIT
 *
 * Writing backups and settings as the Python framework has them: byte for byte
 * what was imported and has not changed since, the rest anew.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backups.h"

struct out {
	struct zx_state *s;
	const char *dir;
	uint64_t guild;
	char folder[2048];
	struct zx_buf index, list; /* the list: guild ids, 8 bytes each */
	int bad;
};

static int get(const unsigned char hash[ZX_HASH], struct zx_buf *b, void *ud)
{
	struct out *o = ud;

	return zx_state_part_get(o->s, hash, b);
}

static int append(struct zx_str piece, void *ud)
{
	struct zx_buf *b = ud;

	zx_buf_adds(b, piece);
	return b->err;
}

static int write_file(struct out *o, const char *name, struct zx_str text)
{
	char path[2200], part[2300];
	FILE *f;
	int bad;

	snprintf(path, sizeof(path), "%s/%s", o->folder, name);
	snprintf(part, sizeof(part), "%s.tmp", path);
	f = fopen(part, "wb");
	bad = !f || fwrite(text.ptr, 1, text.len, f) != text.len;
	if (f)
		bad |= fflush(f) || fsync(fileno(f));
	if (f)
		bad |= fclose(f) != 0;
	if (bad || rename(part, path)) {
		printf("%s: cannot be written: %s\n", path, strerror(errno));
		unlink(part);
		o->bad = 1;
		return -1;
	}
	printf("%s: exported\n", path);
	return 0;
}

/* Equal for Python: whatever the spaces and escapes. */
static int same(struct zx_str a, struct zx_str b)
{
	struct zx_buf ca, cb;
	int is;

	zx_buf_init(&ca, NULL, ZX_PYTHON_FILE_MAX);
	zx_buf_init(&cb, NULL, ZX_PYTHON_FILE_MAX);
	is = !zx_canon_buf(a, ZX_CANON_PYTHON, NULL, &ca) &&
	     !zx_canon_buf(b, ZX_CANON_PYTHON, NULL, &cb) &&
	     zx_str_eq(zx_buf_str(&ca), zx_buf_str(&cb));
	zx_buf_release(&ca);
	zx_buf_release(&cb);
	return is;
}

/* `now` is what the state says, `was` what the imported file would say. */
static void write_either(struct out *o, const char *name, struct zx_str now,
			 struct zx_str was, struct zx_str raw)
{
	struct zx_buf b;

	if (raw.len && same(now, was)) {
		write_file(o, name, raw);
		return;
	}
	zx_buf_init(&b, NULL, ZX_PYTHON_FILE_MAX);
	if (zx_canon_buf(now, ZX_CANON_INDENT, NULL, &b)) {
		printf("%s/%s: out of memory\n", o->folder, name);
		o->bad = 1;
	} else {
		write_file(o, name, zx_buf_str(&b));
	}
	zx_buf_release(&b);
}

static void imported(struct out *o, const char *name, struct zx_buf *raw)
{
	zx_buf_init(raw, NULL, 0);
	(void)zx_state_get(o->s, BACKUPS_FILES, o->guild, name, raw);
}

static void quote(struct zx_buf *b, struct zx_str text)
{
	struct zx_json_writer j;

	zx_buf_init(b, NULL, 0);
	zx_jw_init(&j, b);
	zx_jw_str(&j, NULL, text);
}

static int one(struct zx_str *name, const struct zx_guild_reader *r,
	       struct zx_buf *keep)
{
	struct zx_guild_cursor c;
	struct zx_str item;
	int err = zx_guild_cursor_init(&c, r, ZX_SECTION_GUILD);

	if (!err && zx_guild_next(&c, &item) > 0)
		zx_buf_adds(keep, zx_json_get(item, "name"));
	zx_guild_cursor_release(&c);
	*name = zx_buf_str(keep);
	return err;
}

static int add_entry(struct out *o, const struct zx_state_snapshot *snap,
		     const struct zx_guild_reader *r, struct zx_str file)
{
	struct zx_python_entry e = { .timestamp = snap->created,
				     .author = snap->author,
				     .pinned = snap->pinned,
				     .automatic = snap->automatic };
	struct zx_buf label, notes, keep;
	struct zx_str name;
	int err;

	memcpy(e.id, snap->id, sizeof(e.id));
	quote(&label, snap->label);
	quote(&notes, snap->notes);
	zx_buf_init(&keep, NULL, 0);
	e.label = zx_buf_str(&label);
	e.notes = zx_buf_str(&notes);
	if (zx_json_is(zx_json_get(snap->meta, "id"), snap->id))
		e.raw = snap->meta;
	err = zx_python_checksum(file, NULL, e.checksum, &e.size_bytes);
	if (!err)
		err = one(&name, r, &keep);
	if (!err && o->index.len > 1)
		zx_buf_addch(&o->index, ',');
	if (!err)
		err = zx_python_entry_write(&o->index, &e, &r->counts, name);
	zx_buf_release(&label);
	zx_buf_release(&notes);
	zx_buf_release(&keep);
	return err;
}

static int snapshot(const struct zx_state_snapshot *snap, void *ud)
{
	struct out *o = ud;
	struct zx_guild_store st = { .get = get, .ud = o };
	struct zx_guild_reader r;
	struct zx_buf file;
	char name[32];
	int err;

	zx_buf_init(&file, NULL, ZX_PYTHON_FILE_MAX);
	snprintf(name, sizeof(name), "%s.json", snap->id);
	err = zx_guild_open(&r, snap->manifest, &st, NULL);
	if (!err)
		err = zx_python_write(&r, append, &file);
	if (!err)
		err = add_entry(o, snap, &r, zx_buf_str(&file));
	if (err) {
		printf("%s/%s: not exported: %s\n", o->folder, name,
		       zx_strerror(err));
		o->bad = 1;
	} else {
		write_file(o, name, zx_buf_str(&file));
	}
	zx_buf_release(&file);
	return 0;
}

static void index_file(struct out *o)
{
	struct zx_buf raw;

	imported(o, "index.json", &raw);
	zx_buf_addch(&o->index, ']');
	write_either(o, "index.json", zx_buf_str(&o->index), zx_buf_str(&raw),
		     zx_buf_str(&raw));
	zx_buf_release(&raw);
}

static int audit(const struct zx_state_audit *a, void *ud)
{
	struct zx_python_audit e = { .at = a->at, .user = a->user };
	struct zx_buf *b = ud, action, details;

	quote(&action, zx_str(a->action));
	quote(&details, a->details);
	snprintf(e.backup, sizeof(e.backup), "%s", a->backup);
	e.action = zx_buf_str(&action);
	e.details = zx_buf_str(&details);
	zx_buf_addc(b, b->len > 1 ? "," : "");
	zx_python_audit_write(b, &e);
	zx_buf_release(&action);
	zx_buf_release(&details);
	return b->err;
}

static int audit_again(const struct zx_python_audit *e, const char *why,
		       void *ud)
{
	struct zx_buf *b = ud;

	(void)why;
	if (e) {
		zx_buf_addc(b, b->len > 1 ? "," : "");
		zx_python_audit_write(b, e);
	}
	return b->err;
}

static void audit_file(struct out *o)
{
	struct zx_buf raw, now, was;

	imported(o, "audit_log.json", &raw);
	zx_buf_init(&now, NULL, 0);
	zx_buf_init(&was, NULL, 0);
	zx_buf_addch(&now, '[');
	zx_buf_addch(&was, '[');
	if (zx_state_audit_each(o->s, o->guild, ZX_PYTHON_AUDIT_MAX, audit,
				&now))
		o->bad = 1;
	if (raw.len)
		(void)zx_python_audit(zx_buf_str(&raw), audit_again, &was);
	zx_buf_addch(&now, ']');
	zx_buf_addch(&was, ']');
	if (now.len > 2 || raw.len)
		write_either(o, "audit_log.json", zx_buf_str(&now),
			     zx_buf_str(&was), zx_buf_str(&raw));
	zx_buf_release(&raw);
	zx_buf_release(&now);
	zx_buf_release(&was);
}

static void schedule_file(struct out *o)
{
	struct zx_buf raw, now, was;
	struct zx_backup_plan p;

	imported(o, "schedule.json", &raw);
	zx_buf_init(&now, NULL, 0);
	zx_buf_init(&was, NULL, 0);
	if (!zx_state_get(o->s, BACKUPS_SPACE, o->guild, BACKUPS_SCHEDULE,
			  &now)) {
		if (raw.len && !zx_python_schedule(zx_buf_str(&raw), &p))
			zx_python_schedule_write(&was, &p);
		write_either(o, "schedule.json", zx_buf_str(&now),
			     zx_buf_str(&was), zx_buf_str(&raw));
	}
	zx_buf_release(&raw);
	zx_buf_release(&now);
	zx_buf_release(&was);
}

static int folder(struct out *o, const char *below)
{
	snprintf(o->folder, sizeof(o->folder), "%.1900s%s", o->dir, below);
	if (!mkdir(o->folder, 0700) || errno == EEXIST)
		return 0;
	printf("%s: cannot be made: %s\n", o->folder, strerror(errno));
	o->bad = 1;
	return -1;
}

static void guild_out(struct out *o, uint64_t guild)
{
	char below[64];

	o->guild = guild;
	snprintf(below, sizeof(below), "/backups/%" PRIu64, guild);
	if (folder(o, "") || folder(o, "/backups") || folder(o, below))
		return;
	zx_buf_clear(&o->index);
	zx_buf_addch(&o->index, '[');
	if (zx_state_snap_each(o->s, guild, snapshot, o))
		o->bad = 1;
	index_file(o);
	audit_file(o);
	schedule_file(o);
}

static void add_guild(struct out *o, uint64_t guild)
{
	uint64_t v;

	for (size_t i = 0; i < o->list.len; i += sizeof(v)) {
		memcpy(&v, o->list.ptr + i, sizeof(v));
		if (v == guild)
			return;
	}
	zx_buf_add(&o->list, &guild, sizeof(guild));
}

static int from_snapshot(const struct zx_state_snapshot *snap, void *ud)
{
	add_guild(ud, snap->guild);
	return 0;
}

static int from_setting(uint64_t guild, const char *key, struct zx_str value,
			void *ud)
{
	(void)key;
	(void)value;
	add_guild(ud, guild);
	return 0;
}

struct settings {
	const char *const *pairs;
	unsigned found, different;
};

static int compare(const char *key, const char *value, void *ud)
{
	struct settings *c = ud;
	int ours = !strcmp(key, "prefix") ||
		   !strcmp(key, "mention_prefix_enabled");

	for (const char *const *p = c->pairs; *p; p += 2)
		if (!strcmp(p[0], key)) {
			c->found++;
			c->different += strcmp(p[1], value) != 0;
			return 0;
		}
	c->different += ours != 0;
	return 0;
}

/* Does the file that was imported still say what the state says? */
static int unchanged(struct out *o, const char *path, const char *const *pairs)
{
	struct settings c = { .pairs = pairs };
	unsigned n = 0;

	while (pairs[2 * n])
		n++;
	return !zx_state_python_settings(o->s, path, compare, &c) &&
	       !c.different && c.found == n;
}

/* guild.db as it was when it still says the same, otherwise a new one. */
static void settings_out(struct out *o, uint64_t guild)
{
	const char *pairs[5] = { NULL };
	struct zx_buf raw, prefix, mention;
	char below[64], path[2200];
	int n = 0;

	o->guild = guild;
	snprintf(below, sizeof(below), "/%" PRIu64, guild);
	imported(o, "guild.db", &raw);
	zx_buf_init(&prefix, NULL, 0);
	zx_buf_init(&mention, NULL, 0);
	if (!zx_state_get(o->s, "settings", guild, "prefix", &prefix)) {
		pairs[n++] = "prefix";
		pairs[n++] = zx_buf_cstr(&prefix);
	}
	if (!zx_state_get(o->s, "settings", guild, "mention_prefix",
			  &mention)) {
		pairs[n++] = "mention_prefix_enabled";
		pairs[n++] = zx_buf_cstr(&mention);
	}
	if (guild && (n || raw.len) && !folder(o, "") && !folder(o, below)) {
		snprintf(path, sizeof(path), "%s/guild.db", o->folder);
		if (raw.len && !write_file(o, "guild.db", zx_buf_str(&raw)) &&
		    unchanged(o, path, pairs)) {
			printf("%s: as it was\n", path);
		} else if (unlink(path),
			   zx_state_python_settings_make(o->s, path, pairs)) {
			printf("%s\n", zx_state_error(o->s));
			o->bad = 1;
		} else {
			printf("%s: exported\n", path);
		}
	}
	zx_buf_release(&raw);
	zx_buf_release(&prefix);
	zx_buf_release(&mention);
}

static void each(struct out *o, void (*fn)(struct out *o, uint64_t guild))
{
	for (size_t i = 0; i < o->list.len; i += sizeof(uint64_t)) {
		uint64_t v;

		memcpy(&v, o->list.ptr + i, sizeof(v));
		fn(o, v);
	}
}

int backups_export(struct zx_state *s, const char *dir)
{
	struct out o = { .s = s, .dir = dir };

	zx_buf_init(&o.index, NULL, 0);
	zx_buf_init(&o.list, NULL, 0);
	if (zx_state_snap_each(s, 0, from_snapshot, &o) ||
	    zx_state_each(s, BACKUPS_SPACE, from_setting, &o))
		o.bad = 1;
	each(&o, guild_out);
	zx_buf_clear(&o.list);
	if (zx_state_each(s, "settings", from_setting, &o))
		o.bad = 1;
	each(&o, settings_out);
	zx_buf_release(&o.index);
	zx_buf_release(&o.list);
	return o.bad ? -1 : 0;
}
