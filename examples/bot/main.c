/* SPDX-License-Identifier: MIT
 *
 * zoryx-bot: the whole bot. Public headers only; copy it and make it yours.
 */
#include "console.h"
#include "db.h"
#include "exports.h"
#include "log.h"
#include "options.h"
#include "restore.h"
#include "settings.h"
#include "signals.h"
#include "transfer.h"
#include "zoryx/shard_manager.h"
#include "zoryx/shard_monitor.h"

static int open_bot(struct zx_bot **bot, const struct zx_config *config,
		    const struct zx_log *log)
{
	struct zx_bot_options opt = ZX_BOT_OPTIONS_INIT;
	int err;

	settings_apply(config, &opt);
	opt.log = log;
	err = zx_bot_new(bot, &opt);
	if (!err)
		err = zx_bot_add_cog(*bot, zx_cog_core());
	if (!err)
		err = zx_bot_add_cog(*bot, &console_cog);
	if (!err && config->shard_monitor)
		err = zx_bot_add_cog(*bot, zx_cog_shard_monitor());
	if (!err && config->shard_manager)
		err = zx_bot_add_cog(*bot, zx_cog_shard_manager());
	if (!err && config->backup_restore)
		err = zx_bot_add_cog(*bot, zx_cog_backup_restore());
	if (!err && config->backup_restore)
		err = zx_bot_add_cog(*bot, &exports_cog);
	return err;
}

/* For whoever starts us again: will it be the same the next time? */
static int exit_code(int err)
{
	switch (err) {
	case ZX_E_CLOSED:
		return EXIT_GOOD;
	case ZX_E_BUSY: /* the process before us may still be ending */
	case ZX_E_CONNECT:
	case ZX_E_FULL:
	case ZX_E_IO:
	case ZX_E_NOMEM:
	case ZX_E_REMOTE:
	case ZX_E_TIMEOUT:
		return EXIT_LATER;
	default:
		return EXIT_BAD;
	}
}

static int run(const struct zx_config *config)
{
	struct zx_log log = log_sink((enum zx_log_level)config->log_level);
	struct zx_bot *bot = NULL;
	int err = open_bot(&bot, config, &log);

	if (!err)
		err = zx_bot_start(bot);
	if (!err)
		signals_open(bot);
	while (!err) {
		if (signals_asked_to_stop())
			zx_bot_stop(bot, 1);
		err = zx_bot_step(bot, -1);
	}
	signals_close();
	if (err == ZX_E_CLOSED)
		zx_logf(&log, ZX_LOG_INFO, "bot", "stopped");
	else
		zx_logf(&log, ZX_LOG_ERROR, "bot", "%s", zx_bot_error(bot));
	zx_bot_free(bot);
	return exit_code(err);
}

static int transfer(enum action action, struct zx_config *config,
		    const char *dir)
{
	if (settings_for_files(config))
		return EXIT_BAD;
	return action == ACTION_EXPORT ? transfer_export(config, dir)
				       : transfer_import(config, dir);
}

static int look_after(struct zx_config *config, char **args)
{
	if (settings_for_files(config))
		return EXIT_BAD;
	return db_run(config->state_path, args[0], args[1]);
}

static int plan(struct zx_config *config, int argc, char **argv)
{
	struct restore_args args;

	if (restore_args(argc, argv, &args))
		return EXIT_USAGE;
	return settings_load(config) ? EXIT_BAD : restore_run(config, &args);
}

int main(int argc, char **argv)
{
	enum action action = options_parse(argc, argv);
	struct zx_config config = { .token = NULL };
	int code = EXIT_BAD;

	if (action == ACTION_HELPED || action == ACTION_CONFUSED)
		return action == ACTION_HELPED ? EXIT_GOOD : EXIT_USAGE;
	if (action == ACTION_CHECK)
		code = settings_check(&config);
	else if (action == ACTION_TOKEN_SET)
		code = settings_have_token(&config);
	else if (action == ACTION_EXPORT || action == ACTION_IMPORT)
		code = transfer(action, &config, argv[2]);
	else if (action == ACTION_DB)
		code = look_after(&config, argv + 2);
	else if (action == ACTION_RESTORE)
		code = plan(&config, argc, argv);
	else if (!settings_load(&config))
		code = run(&config);
	zx_config_release(&config);
	return code;
}
