/* SPDX-License-Identifier: MIT
 *
 * config: the bot's settings from, in falling precedence, the process
 * environment, a .env file, config.json and the defaults. For the feature
 * toggles that means: .env wins over config.json. Reads no file and no
 * environment itself: the host hands the texts in.
 */
#ifndef ZORYX_CONFIG_H
#define ZORYX_CONFIG_H

#include "zoryx/base.h"

#ifdef __cplusplus
extern "C" {
#endif

enum zx_activity_type { /* Discord's numbers */
			ZX_PLAYING = 0,
			ZX_STREAMING = 1,
			ZX_LISTENING = 2,
			ZX_WATCHING = 3,
			ZX_CUSTOM = 4,
			ZX_COMPETING = 5
};

struct zx_config_status {
	enum zx_activity_type type;
	char text[128];	   /* placeholders {guilds} {users} {commands} */
	char presence[12]; /* online, idle, dnd, invisible */
};

/* Every setting with its default in force after zx_config_init. */
struct zx_config {
	/* secrets: wiped by zx_config_release */
	char *token;	  /* DISCORD_TOKEN; NULL when not set */
	char *ipc_secret; /* SHARD_IPC_SECRET */

	uint64_t owner_id;    /* BOT_OWNER_ID; 0 when not set */
	char *api_url;	      /* ZX_API_URL; NULL: Discord */
	char *state_path;     /* ZX_STATE; "data/zoryx.db" */
	char *proxy;	      /* ZX_PROXY; NULL: none */
	uint64_t intents;     /* DISCORD_INTENTS or the default set */
	uint32_t shard_count; /* SHARD_COUNT; 0: auto. Default 1 */
	uint32_t *shard_ids;  /* SHARD_IDS; NULL: all */
	size_t shard_id_count;
	int compression;    /* ZX_COMPRESSION: enum zx_compression */
	int log_level;	    /* LOG_LEVEL: enum zx_log_level */
	char prefix[16];    /* config.json prefix; "!" */
	int mention_prefix; /* allow_mention_prefix; 1 */
	struct zx_config_status statuses[16];
	size_t status_count;
	uint32_t status_interval_s; /* status.interval; 300 */

	int shard_monitor;  /* ENABLE_SHARD_MONITOR, framework.enable_...; 1 */
	int shard_manager;  /* 0 */
	int backup_restore; /* 1 */
	uint32_t alert_threshold; /* SHARD_ALERT_THRESHOLD; 3 */
	uint16_t metrics_port;	  /* METRICS_PORT; 0: off */
	char *ipc_mode, *ipc_host, *cluster_name, *broadcast_channel;
	uint16_t ipc_port; /* 20000 */
	int ipc_allow_legacy;
	uint32_t backup_max, backup_cooldown_s, backup_auto_h, backup_keep_days;

	const struct zx_alloc *alloc; /* private */
};

enum zx_config_severity { ZX_CONFIG_ERROR, ZX_CONFIG_WARNING };

/* What is wrong, where ("SHARD_IPC_PORT in .env, line 7") and what a right
 * value looks like. Never quotes a secret. */
typedef void zx_config_problem(enum zx_config_severity severity,
			       const char *where, const char *text, void *ud);

ZX_API int zx_config_init(struct zx_config *c, const struct zx_alloc *a);
ZX_API void zx_config_release(struct zx_config *c);

struct zx_config_sources {
	/* "NAME=value" strings, NULL-terminated, as in environ; may be NULL */
	const char *const *environment;
	struct zx_str dotenv; /* text of .env by python-dotenv's rules */
	struct zx_str json;   /* text of config.json */
};

/*
 * Reads the sources into c. Every problem is reported, not only the first.
 * ZX_OK, ZX_E_INVALID when at least one was an error, ZX_E_NOMEM.
 * A missing token or owner is left to zx_config_check_run.
 */
ZX_API int zx_config_load(struct zx_config *c,
			  const struct zx_config_sources *s,
			  zx_config_problem *problem, void *ud);
/* What running needs beyond well-formed values: token, owner, shard ids below
 * the count, secrets that are no longer the default. */
ZX_API int zx_config_check_run(const struct zx_config *c,
			       zx_config_problem *problem, void *ud);

/*
 * One variable after the other of a .env text: name and unquoted, expanded
 * value, owned by the walk's buffers until the next call. ${NAME} expands from
 * `environment`, then from earlier lines. 1, 0 at the end, or ZX_E_SYNTAX with
 * *line set (the walk goes on behind it).
 */
struct zx_dotenv {
	struct zx_str rest; /* private */
	unsigned line;	    /* of the last name, from 1 */
	struct zx_buf name, value;
	const char *const *environment; /* private */
	struct zx_buf known;		/* private */
};
ZX_API void zx_dotenv_init(struct zx_dotenv *d, struct zx_str text,
			   const char *const *environment,
			   const struct zx_alloc *a);
ZX_API int zx_dotenv_next(struct zx_dotenv *d);
ZX_API void zx_dotenv_release(struct zx_dotenv *d);

#ifdef __cplusplus
}
#endif
#endif
