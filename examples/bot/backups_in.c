/* SPDX-License-Identifier: MIT
 *
 * Taking over the backups and settings of the Python framework.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backups.h"

struct in {
	struct zx_state *s;
	char dir[2048]; /* of the guild's backups */
	uint64_t guild, draft;
	int bad;
};

static int told(struct in *in, const char *name, const char *what)
{
	printf("%s/%s: %s\n", in->dir, name, what);
	in->bad = 1;
	return 0;
}

int backups_read(const char *path, struct zx_buf *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	ssize_t n = 0;

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode) ||
	    st.st_size > ZX_PYTHON_FILE_MAX) {
		printf("%s: %s\n", path,
		       fd < 0		     ? strerror(errno)
		       : S_ISREG(st.st_mode) ? "too large; not taken"
					     : "is no file; not taken");
		if (fd >= 0)
			close(fd);
		return -1;
	}
	do {
		char *p = zx_buf_room(out, (size_t)st.st_size + 1 - out->len);

		n = p ? read(fd, p, (size_t)st.st_size + 1 - out->len) : -1;
		if (n > 0)
			out->len += (size_t)n;
	} while (n > 0 && out->len <= (size_t)st.st_size);
	close(fd);
	if (out->ptr && out->len <= (size_t)st.st_size)
		out->ptr[out->len] = '\0';
	if (!n)
		return 1;
	printf("%s: changed or could not be read; not taken\n", path);
	return -1;
}

static int get_file(struct in *in, const char *name, struct zx_buf *out)
{
	char path[2200];
	int is;

	snprintf(path, sizeof(path), "%s/%s", in->dir, name);
	zx_buf_init(out, NULL, ZX_PYTHON_FILE_MAX + 4096);
	is = backups_read(path, out);
	if (is < 0)
		in->bad = 1;
	return is > 0;
}

/* So that an export can give it back byte for byte. */
static void remember(struct in *in, const char *name, const struct zx_buf *b)
{
	if (zx_state_put(in->s, BACKUPS_FILES, in->guild, name, zx_buf_str(b)))
		printf("%s/%s: too long to be kept as it is: an export will "
		       "write it anew\n",
		       in->dir, name);
}

static int put(const unsigned char hash[ZX_HASH], struct zx_str data, void *ud)
{
	struct in *in = ud;

	return zx_state_snap_part(in->s, in->draft, hash, data);
}

static void decode(struct zx_str raw, struct zx_buf *out)
{
	if (zx_json_kind(raw) == ZX_JSON_STRING)
		(void)zx_json_text(raw, out);
}

static int commit(struct in *in, const struct zx_python_entry *e,
		  const struct zx_guild_written *w, zx_wall captured)
{
	struct zx_state_snapshot snap = { .guild = in->guild };
	struct zx_buf label, notes;
	int err;

	zx_buf_init(&label, NULL, 4096);
	zx_buf_init(&notes, NULL, 16384);
	decode(e->label, &label);
	decode(e->notes, &notes);
	memcpy(snap.id, e->id, sizeof(snap.id));
	snap.created = e->timestamp ? e->timestamp : captured;
	snap.author = e->author;
	snap.pinned = e->pinned;
	snap.automatic = e->automatic;
	snap.bytes = w->bytes;
	memcpy(snap.hash, w->hash, ZX_HASH);
	snap.manifest = w->manifest;
	snap.label = zx_buf_str(&label);
	snap.notes = zx_buf_str(&notes);
	snap.meta = e->raw;
	err = label.err ? label.err : notes.err;
	if (!err)
		err = zx_state_snap_commit(in->s, in->draft, &snap, 0);
	zx_buf_release(&label);
	zx_buf_release(&notes);
	return err;
}

/* The converted snapshot and its file, in one transaction. */
static int store(struct in *in, const struct zx_python_entry *e,
		 struct zx_str file, const struct zx_python_snapshot *snap,
		 char why[128])
{
	struct zx_guild_writer_options o = ZX_GUILD_WRITER_OPTIONS_INIT;
	struct zx_guild_written out;
	struct zx_guild_writer *w;
	int err;

	o.store.put = put;
	o.store.ud = in;
	o.guild = in->guild;
	o.captured_at = snap->captured_at;
	o.strict = 1;
	err = zx_guild_writer_new(&w, &o);
	if (err)
		return err;
	err = zx_state_begin(in->s);
	if (!err)
		err = zx_state_snap_begin(in->s, in->guild, &in->draft);
	if (!err)
		err = zx_python_read(file, w, NULL, why);
	if (!err) {
		err = zx_guild_finish(w, &out);
		if (err)
			snprintf(why, 128, "%s", zx_guild_writer_error(w));
	}
	if (!err)
		err = commit(in, e, &out, snap->captured_at);
	if (!err)
		err = zx_state_commit(in->s);
	if (err && !*why)
		snprintf(why, 128, "%s", zx_state_error(in->s));
	zx_state_rollback(in->s);
	zx_guild_writer_free(w);
	return err;
}

static int take(struct in *in, const struct zx_python_entry *e,
		const struct backups_mapped *file, char why[128])
{
	struct zx_python_snapshot snap;
	int err = zx_python_inspect(file->text, NULL, &snap, why);

	backups_unread(file);
	if (err)
		return err;
	if (snap.guild != in->guild) {
		snprintf(why, 128, "it is of another server, %" PRIu64,
			 snap.guild);
		return ZX_E_INVALID;
	}
	if (e->checksum[0] && strcmp(e->checksum, snap.checksum)) {
		snprintf(why, 128,
			 "damaged: its checksum is %s, index.json says %s",
			 snap.checksum, e->checksum);
		return ZX_E_CORRUPT;
	}
	return store(in, e, file->text, &snap, why);
}

static int entry(const struct zx_python_entry *e, const char *why, void *ud)
{
	struct in *in = ud;
	char name[32], path[2200], reason[128] = "";
	struct backups_mapped file;
	const char *unread;
	int err;

	if (!e) {
		char text[160];

		snprintf(text, sizeof(text), "%s; not taken", why);
		return told(in, "index.json", text);
	}
	snprintf(name, sizeof(name), "%s.json", e->id);
	snprintf(path, sizeof(path), "%s/%s", in->dir, name);
	unread = backups_map(path, &file);
	if (unread) {
		snprintf(reason, sizeof(reason),
			 "is in index.json but cannot be read: %s", unread);
		return told(in, name, reason);
	}
	err = take(in, e, &file, reason);
	munmap(file.at, file.text.len);
	if (err == ZX_E_EXISTS)
		printf("%s/%s: there already\n", in->dir, name);
	else if (err)
		told(in, name, *reason ? reason : zx_strerror(err));
	else
		printf("%s/%s: imported%s\n", in->dir, name,
		       e->checksum[0] ? ", checksum right"
				      : ", without a checksum to compare");
	return 0;
}

static void index_file(struct in *in)
{
	struct zx_buf b;

	if (get_file(in, "index.json", &b)) {
		if (zx_python_index(zx_buf_str(&b), entry, in))
			told(in, "index.json", "is no JSON list; not taken");
		else
			remember(in, "index.json", &b);
	}
	zx_buf_release(&b);
}

struct audits {
	struct in *in;
	struct zx_python_audit v[4096];
	size_t n;
};

static int collect(const struct zx_python_audit *e, const char *why, void *ud)
{
	struct audits *a = ud;

	if (!e)
		return told(a->in, "audit_log.json", why);
	if (a->n == sizeof(a->v) / sizeof(*a->v))
		return told(a->in, "audit_log.json",
			    "more entries than can be read");
	a->v[a->n++] = *e;
	return 0;
}

static int add_audit(struct in *in, const struct zx_python_audit *e)
{
	struct zx_state_audit to = { .at = e->at,
				     .user = e->user,
				     .backup = e->backup };
	struct zx_buf action, details;
	int err;

	zx_buf_init(&action, NULL, 4096);
	zx_buf_init(&details, NULL, 65536);
	decode(e->action, &action);
	decode(e->details, &details);
	to.action = zx_buf_cstr(&action);
	to.details = zx_buf_str(&details);
	err = zx_state_audit_add(in->s, in->guild, &to);
	zx_buf_release(&action);
	zx_buf_release(&details);
	return err;
}

static int seen(struct in *in, const char *name, const struct zx_buf *b)
{
	struct zx_buf was;
	int same;

	zx_buf_init(&was, NULL, 0);
	same = !zx_state_get(in->s, BACKUPS_FILES, in->guild, name, &was) &&
	       zx_str_eq(zx_buf_str(&was), zx_buf_str(b));
	zx_buf_release(&was);
	if (same)
		printf("%s/%s: there already\n", in->dir, name);
	return same;
}

static void audit_file(struct in *in)
{
	static struct audits a; /* too large for the stack */
	struct zx_buf b;
	int err = 0;

	a.in = in;
	a.n = 0;
	if (get_file(in, "audit_log.json", &b) &&
	    !seen(in, "audit_log.json", &b)) {
		err = zx_python_audit(zx_buf_str(&b), collect, &a);
		if (!err)
			err = zx_state_begin(in->s);
		for (size_t i = a.n; !err && i > 0; i--)
			err = add_audit(in, &a.v[i - 1]);
		if (!err)
			err = zx_state_commit(in->s);
		zx_state_rollback(in->s);
		if (err)
			told(in, "audit_log.json",
			     err == ZX_E_SYNTAX ? "is no JSON list; not taken"
						: zx_strerror(err));
		else
			printf("%s/audit_log.json: %zu entries imported\n",
			       in->dir, a.n);
		if (!err)
			remember(in, "audit_log.json", &b);
	}
	zx_buf_release(&b);
}

static void schedule_file(struct in *in)
{
	struct zx_backup_plan p;
	struct zx_buf b, ours;
	int err;

	zx_buf_init(&ours, NULL, 4096);
	if (get_file(in, "schedule.json", &b)) {
		err = zx_python_schedule(zx_buf_str(&b), &p);
		zx_python_schedule_write(&ours, &p);
		if (!err)
			err = zx_state_put(in->s, BACKUPS_SPACE, in->guild,
					   BACKUPS_SCHEDULE, zx_buf_str(&ours));
		if (err)
			told(in, "schedule.json",
			     err == ZX_E_SYNTAX ? "is no schedule; not taken"
						: zx_strerror(err));
		else
			printf("%s/schedule.json: imported, every %u hours, "
			       "%s\n",
			       in->dir, (unsigned)p.hours,
			       p.enabled ? "on" : "off");
		if (!err)
			remember(in, "schedule.json", &b);
	}
	zx_buf_release(&b);
	zx_buf_release(&ours);
}

/* Files that nobody asked for are told, too. */
static void others(struct in *in)
{
	DIR *d = opendir(in->dir);
	struct dirent *e;

	while (d && (e = readdir(d))) {
		struct zx_str name = zx_str(e->d_name), id = name;
		struct zx_state_snapshot snap;
		struct zx_buf b;
		char text[13] = "";

		if (*e->d_name == '.' || !strcmp(e->d_name, "index.json") ||
		    !strcmp(e->d_name, "audit_log.json") ||
		    !strcmp(e->d_name, "schedule.json"))
			continue;
		id.len = name.len == 17 ? 12 : 0;
		if (zx_guild_id_valid(id))
			memcpy(text, id.ptr, 12);
		zx_buf_init(&b, NULL, 0);
		if (!*text ||
		    zx_state_snap_get(in->s, in->guild, text, &snap, &b))
			told(in, e->d_name,
			     "not taken: index.json does not "
			     "name it, or see above");
		zx_buf_release(&b);
	}
	if (d)
		closedir(d);
}

static int setting(const char *key, const char *value, void *ud)
{
	struct in *in = ud;
	int err = 0;

	if (!strcmp(key, "prefix"))
		err = zx_state_put(in->s, "settings", in->guild, "prefix",
				   zx_str(value));
	else if (!strcmp(key, "mention_prefix_enabled"))
		err = zx_state_put(in->s, "settings", in->guild,
				   "mention_prefix",
				   zx_str(strcmp(value, "0") ? "1" : "0"));
	else
		printf("%s/guild.db: setting %s has no meaning here; kept for "
		       "an export\n",
		       in->dir, key);
	return err;
}

static void settings_file(struct in *in)
{
	char path[2200];
	struct zx_buf b;

	snprintf(path, sizeof(path), "%s/guild.db", in->dir);
	if (get_file(in, "guild.db", &b)) {
		if (zx_state_python_settings(in->s, path, setting, in)) {
			printf("%s\n", zx_state_error(in->s)); /* names it */
			in->bad = 1;
		} else {
			printf("%s/guild.db: settings imported\n", in->dir);
		}
		remember(in, "guild.db", &b);
	}
	zx_buf_release(&b);
}

/* Calls fn for each folder whose name is an id. tell: of other names, too. */
static int folders(struct zx_state *s, const char *dir, int tell,
		   void (*fn)(struct in *in))
{
	static struct in in;
	DIR *d = opendir(dir);
	struct dirent *e;
	int bad = 0;

	while (d && (e = readdir(d))) {
		memset(&in, 0, sizeof(in));
		in.s = s;
		if (zx_str_u64(zx_str(e->d_name), &in.guild) ||
		    snprintf(in.dir, sizeof(in.dir), "%s/%s", dir, e->d_name) >=
			    (int)sizeof(in.dir)) {
			if (tell && *e->d_name != '.')
				printf("%s/%s: not the id of a server, passed "
				       "over\n",
				       dir, e->d_name);
			continue;
		}
		fn(&in);
		bad |= in.bad;
	}
	if (d)
		closedir(d);
	return bad;
}

static void backups_of(struct in *in)
{
	index_file(in);
	audit_file(in);
	schedule_file(in);
	others(in);
}

int backups_import(struct zx_state *s, const char *dir)
{
	char path[2048];
	int bad;

	snprintf(path, sizeof(path), "%.2000s/backups", dir);
	bad = folders(s, path, 1, backups_of);
	return folders(s, dir, 0, settings_file) | bad ? -1 : 0;
}
