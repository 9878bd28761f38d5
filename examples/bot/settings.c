/* SPDX-License-Identifier: MIT
 *
 * The configuration: reads the files and hands the texts to the library.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "options.h"
#include "place.h"
#include "settings.h"

extern char **environ;

#define FILE_MAX (1 << 20)

/* Appends the file; one that is not there is empty. 0, or an error number. */
static int read_file(const char *path, struct zx_buf *out)
{
	FILE *f = fopen(path, "rb");
	char chunk[4096];
	size_t n;
	int err;

	if (!f)
		return errno == ENOENT ? 0 : errno;
	errno = 0;
	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		zx_buf_add(out, chunk, n);
	err = ferror(f) ? (errno ? errno : EIO) : 0;
	fclose(f);
	return out->err ? EFBIG : err;
}

/* What was said while loading: a variable that is wrong, or stands in a file
 * that cannot be read, is not also called missing. */
struct report {
	zx_config_problem *tell;
	int token, owner; /* nonzero: enough was said about it */
};

static void tell(enum zx_config_severity severity, const char *where,
		 const char *text, void *ud)
{
	struct report *r = ud;
	int wrong = severity == ZX_CONFIG_ERROR;

	if (wrong && !strncmp(where, "DISCORD_TOKEN", 13))
		r->token = 1;
	if (wrong && !strncmp(where, "BOT_OWNER_ID", 12))
		r->owner = 1;
	r->tell(severity, where, text, NULL);
}

static void tell_missing(enum zx_config_severity severity, const char *where,
			 const char *text, void *ud)
{
	const struct report *r = ud;

	if (r->token && !strcmp(where, "DISCORD_TOKEN"))
		return;
	if (r->owner && !strcmp(where, "BOT_OWNER_ID"))
		return;
	r->tell(severity, where, text, NULL);
}

static int read_or_say(const char *path, struct zx_buf *out,
		       zx_config_problem *problem)
{
	int err = read_file(path, out);
	char text[128];

	if (!err)
		return ZX_OK;
	snprintf(text, sizeof(text), "cannot be read: %s", strerror(err));
	problem(ZX_CONFIG_ERROR, path, text, NULL);
	return ZX_E_INVALID;
}

static int load(struct zx_config *config, struct report *report)
{
	struct zx_config_sources from = {
		.environment = (const char *const *)environ
	};
	struct zx_buf dotenv, json;
	int err, unread;

	err = zx_config_init(config, NULL);
	if (err)
		return err;
	zx_buf_init(&dotenv, NULL, FILE_MAX);
	zx_buf_init(&json, NULL, FILE_MAX);
	unread = read_or_say(".env", &dotenv, report->tell);
	report->token = report->owner = !!unread;
	unread |= read_or_say("config.json", &json, report->tell);
	from.dotenv = zx_buf_str(&dotenv);
	from.json = zx_buf_str(&json);
	err = zx_config_load(config, &from, tell, report);
	if (dotenv.ptr)
		zx_wipe(dotenv.ptr, dotenv.len);
	zx_buf_release(&dotenv);
	zx_buf_release(&json);
	return err ? err : unread;
}

static void log_problem(enum zx_config_severity severity, const char *where,
			const char *text, void *ud)
{
	struct zx_log log = log_sink(ZX_LOG_INFO);

	(void)ud;
	zx_logf(&log, severity == ZX_CONFIG_ERROR ? ZX_LOG_ERROR : ZX_LOG_WARN,
		"config", "%s %s", where, text);
}

/* Loads and checks both, so that everything is said at once. */
static int load_and_check(struct zx_config *config, zx_config_problem *problem)
{
	struct report report = { .tell = problem };
	int err = load(config, &report);

	return zx_config_check_run(config, tell_missing, &report) || err;
}

int settings_load(struct zx_config *config)
{
	return load_and_check(config, log_problem);
}

int settings_for_files(struct zx_config *config)
{
	struct report report = { .tell = log_problem };

	return load(config, &report);
}

static void print_problem(enum zx_config_severity severity, const char *where,
			  const char *text, void *ud)
{
	(void)ud;
	printf("%s: %s %s\n", severity == ZX_CONFIG_ERROR ? "error" : "warning",
	       where, text);
}

static int check_place(const struct zx_config *config)
{
	char why[1400];

	if (!config->state_path || !*config->state_path ||
	    !place_try(config->state_path, why, sizeof(why)))
		return ZX_OK;
	print_problem(ZX_CONFIG_ERROR, "ZX_STATE:", why, NULL);
	return ZX_E_PERM;
}

int settings_check(struct zx_config *config)
{
	int err = load_and_check(config, print_problem);

	if (check_place(config) || err) {
		printf("The configuration cannot be used as it is.\n");
		return EXIT_BAD;
	}
	printf("The configuration is good.\n");
	return EXIT_GOOD;
}

static void ignore_problem(enum zx_config_severity severity, const char *where,
			   const char *text, void *ud)
{
	(void)severity, (void)where, (void)text, (void)ud;
}

int settings_have_token(struct zx_config *config)
{
	struct report report = { .tell = ignore_problem };

	(void)load(config, &report);
	return config->token ? EXIT_GOOD : EXIT_BAD;
}

void settings_apply(const struct zx_config *config, struct zx_bot_options *opt)
{
	opt->config = config;
	opt->token = config->token;
	opt->api_url = config->api_url;
	opt->state_path = config->state_path;
	opt->proxy = config->proxy;
	opt->intents = config->intents;
	opt->intents_fallback = 1;
	opt->shard_count = config->shard_count;
	opt->shard_ids = config->shard_ids;
	opt->shard_id_count = config->shard_id_count;
	opt->compression = (enum zx_compression)config->compression;
	opt->owners = &config->owner_id;
	opt->owner_count = config->owner_id ? 1 : 0;
	opt->prefix = config->prefix;
	opt->no_mention = !config->mention_prefix;
}
