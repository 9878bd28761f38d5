/* SPDX-License-Identifier: MIT
 *
 * rules: who may use which command, of all cogs in one table. A definition says
 * .rule = ZX__RULE(name); a name that is not here does not compile.
 */
#ifndef ZX__COGS_RULES_H
#define ZX__COGS_RULES_H

#include "zoryx/command.h"

/* clang-format off */
#define ZX__RULES(X)            \
	X(help, EVERYONE)       \
	X(ping, EVERYONE)       \
	X(stats, EVERYONE)      \
	X(setprefix, ADMIN)     \
	X(mentionprefix, ADMIN) \
	X(serversettings, ADMIN)\
	/* Shard monitor */     \
	X(shardmonitor, OWNER)  \
	X(sharddetails, OWNER)  \
	X(shardhealth, OWNER)   \
	X(shardalerts, OWNER)   \
	X(shardreset, OWNER)    \
	/* Shard manager */     \
	X(clusters, OWNER)      \
	X(ipcstatus, OWNER)     \
	X(broadcastmsg, OWNER)  \
	/* Backup and restore */\
	X(backup, ADMIN)        \
	/* and holders of the backup role, by zx_command.check */ \
	X(backupcreate, EVERYONE) \
	X(backuprestore, ADMIN) \
	X(backupview, ADMIN)    \
	X(backupdelete, EVERYONE) \
	X(backuplist, ADMIN)    \
	X(backuppin, ADMIN)     \
	X(backupnote, ADMIN)    \
	X(backupverify, ADMIN)  \
	X(backupschedule, ADMIN)\
	X(backupsettings, ADMIN)\
	X(backupdiff, ADMIN)    \
	X(backupexport, OWNER)  \
	X(backupstats, OWNER)
/* clang-format on */

enum zx__cog_rule {
#define ZX__ONE(name, rule) ZX__RULE_##name = ZX_RULE_##rule,
	ZX__RULES(ZX__ONE)
#undef ZX__ONE
};

#define ZX__RULE(name) ((enum zx_rule)ZX__RULE_##name)

#endif
