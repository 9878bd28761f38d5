/* SPDX-License-Identifier: MIT
 *
 * All of zoryx; the sandbox has its own library and its own header. Including
 * only the headers of the modules in use compiles faster and reads better.
 */
#ifndef ZORYX_H
#define ZORYX_H

#include "zoryx/backup_restore.h"
#include "zoryx/base.h"
#include "zoryx/bot.h"
#include "zoryx/capture.h"
#include "zoryx/command.h"
#include "zoryx/config.h"
#include "zoryx/gateway.h"
#include "zoryx/guild.h"
#include "zoryx/ipc.h"
#include "zoryx/json.h"
#include "zoryx/message.h"
#include "zoryx/metrics.h"
#include "zoryx/modal.h"
#include "zoryx/net.h"
#include "zoryx/python.h"
#include "zoryx/rest.h"
#include "zoryx/restore.h"
#include "zoryx/restore_run.h"
#include "zoryx/retention.h"
#include "zoryx/shard_manager.h"
#include "zoryx/shard_monitor.h"
#include "zoryx/state.h"
#include "zoryx/version.h"

#endif
