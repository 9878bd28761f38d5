/* SPDX-License-Identifier: MIT
 *
 * export and import: the files of the Python framework.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backups.h"
#include "options.h"
#include "transfer.h"
#include "zoryx/shard_monitor.h"

#define FILE_MAX (16 << 20)
#define FOLDER "shard_monitor"
#define METRICS FOLDER "/shard_metrics.json"
#define ALERTS FOLDER "/alert_config.json"

static struct zx_state *open_state(const struct zx_config *config, int writes)
{
	struct zx_state_options o = ZX_STATE_OPTIONS_INIT;
	struct zx_state *s;

	o.path = config->state_path;
	o.read_only = !writes;
	if (!zx_state_open(&s, &o))
		return s;
	fprintf(stderr, "zoryx-bot: %s\n",
		s ? zx_state_error(s) : zx_strerror(ZX_E_NOMEM));
	zx_state_close(s);
	return NULL;
}

static int path_of(const char *dir, const char *name, char *out, size_t size)
{
	int n = snprintf(out, size, "%s/%s", dir, name);

	if (n > 0 && (size_t)n < size)
		return 0;
	fprintf(stderr, "zoryx-bot: the path of the folder is too long\n");
	return -1;
}

static int report_errno(const char *path, const char *doing)
{
	printf("%s: %s: %s\n", path, doing, strerror(errno));
	return -1;
}

/* export ---------------------------------------------------------------------
 */

static int write_all(int fd, struct zx_str text)
{
	ssize_t n;

	while (text.len) {
		n = write(fd, text.ptr, text.len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		text = zx_str_from(text, (size_t)n);
	}
	return fsync(fd);
}

/* The whole file or the old one, never a half. */
static int replace_file(const char *path, struct zx_str text)
{
	char temporary[4200];
	int fd, bad;

	snprintf(temporary, sizeof(temporary), "%s.tmp", path);
	fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return report_errno(temporary, "cannot be made");
	bad = write_all(fd, text);
	if (close(fd) || bad || rename(temporary, path)) {
		report_errno(path, "cannot be written");
		unlink(temporary);
		return -1;
	}
	return 0;
}

static int make_folder(const char *path)
{
	if (!mkdir(path, 0700) || errno == EEXIST)
		return 0;
	return report_errno(path, "cannot be made");
}

static int put(const char *dir, const char *name, const struct zx_buf *text,
	       const char *what)
{
	char path[4096];

	if (!text->len) {
		printf("%s: nothing to export\n", name);
		return 0;
	}
	if (path_of(dir, name, path, sizeof(path)) ||
	    replace_file(path, zx_buf_str(text)))
		return -1;
	printf("%s: %s exported\n", path, what);
	return 0;
}

int transfer_export(const struct zx_config *config, const char *dir)
{
	struct zx_state *s = open_state(config, 0);
	struct zx_buf metrics, alerts;
	char folder[4096], what[64];
	size_t shards = 0;
	int err;

	if (!s)
		return EXIT_BAD;
	zx_buf_init(&metrics, NULL, FILE_MAX);
	zx_buf_init(&alerts, NULL, FILE_MAX);
	err = zx_monitor_export(s, &metrics, &alerts, &shards);
	if (err)
		fprintf(stderr, "zoryx-bot: %s\n", zx_strerror(err));
	snprintf(what, sizeof(what), "%zu shard(s)", shards);
	if (!err)
		err = path_of(dir, FOLDER, folder, sizeof(folder)) ||
		      make_folder(dir) || make_folder(folder);
	if (!err)
		err = put(dir, METRICS, &metrics, what) |
		      put(dir, ALERTS, &alerts, "alert configuration") |
		      backups_export(s, dir);
	zx_buf_release(&metrics);
	zx_buf_release(&alerts);
	zx_state_close(s);
	return err ? EXIT_BAD : EXIT_GOOD;
}

/* import ---------------------------------------------------------------------
 */

/* 1, 0 when there is no such file, -1 when it cannot be read. */
static int get(const char *dir, const char *name, struct zx_buf *text)
{
	char path[4096], chunk[4096];
	size_t n;
	FILE *f;
	int bad;

	if (path_of(dir, name, path, sizeof(path)))
		return -1;
	f = fopen(path, "rb");
	if (!f && errno == ENOENT) {
		printf("%s: not there, passed over\n", path);
		return 0;
	}
	if (!f)
		return report_errno(path, "cannot be read");
	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		zx_buf_add(text, chunk, n);
	bad = ferror(f);
	if (bad)
		report_errno(path, "cannot be read");
	else if (text->err)
		printf("%s: too long\n", path);
	fclose(f);
	return bad || text->err ? -1 : 1;
}

static int result(const char *dir, const char *name, int err, size_t count,
		  const char *what)
{
	if (!err)
		printf("%s/%s: %zu %s imported\n", dir, name, count, what);
	else if (err == ZX_E_SYNTAX)
		printf("%s/%s: is no JSON; nothing was taken\n", dir, name);
	else if (err == ZX_E_INVALID)
		printf("%s/%s: has a value that makes no sense; nothing was "
		       "taken\n",
		       dir, name);
	else
		printf("%s/%s: %s; nothing was taken\n", dir, name,
		       zx_strerror(err));
	return err ? -1 : 0;
}

static int import_metrics(struct zx_state *s, const char *dir)
{
	struct zx_buf text;
	size_t n = 0;
	int is, err;

	zx_buf_init(&text, NULL, FILE_MAX);
	is = get(dir, METRICS, &text);
	if (is > 0) {
		err = zx_monitor_import_metrics(s, zx_buf_str(&text), &n);
		is = result(dir, METRICS, err, n, "shard(s)");
	}
	zx_buf_release(&text);
	return is;
}

static int import_alerts(struct zx_state *s, const char *dir)
{
	struct zx_buf text;
	int is;

	zx_buf_init(&text, NULL, FILE_MAX);
	is = get(dir, ALERTS, &text);
	if (is > 0)
		is = result(dir, ALERTS,
			    zx_monitor_import_alerts(s, zx_buf_str(&text)), 1,
			    "alert configuration");
	zx_buf_release(&text);
	return is;
}

static int is_folder(const char *dir, const char *name)
{
	char path[4096];
	struct stat st;

	return !path_of(dir, name, path, sizeof(path)) && !stat(path, &st) &&
	       S_ISDIR(st.st_mode);
}

int transfer_import(const struct zx_config *config, const char *dir)
{
	struct zx_state *s;
	int bad;

	if (!is_folder(dir, ".")) {
		fprintf(stderr,
			"zoryx-bot: %s: there is no such folder; give the "
			"framework's data folder, e.g. ./data\n",
			dir);
		return EXIT_BAD;
	}
	if (!is_folder(dir, FOLDER) && !is_folder(dir, "backups"))
		printf("%s: neither " FOLDER " nor backups is in it; is it the "
		       "framework's data folder?\n",
		       dir);
	s = open_state(config, 1);
	if (!s)
		return EXIT_BAD;
	bad = import_metrics(s, dir) | import_alerts(s, dir) |
	      backups_import(s, dir);
	zx_state_close(s);
	return bad ? EXIT_BAD : EXIT_GOOD;
}
