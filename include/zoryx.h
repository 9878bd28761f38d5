/* SPDX-License-Identifier: MIT
 *
 * All of zoryx. Each header below also stands alone; the sandbox
 * (zoryx/sandbox.h) is a library of its own.
 */
#ifndef ZORYX_H
#define ZORYX_H

#include "zoryx/base.h"
#include "zoryx/bot.h"
#include "zoryx/command.h"
#include "zoryx/config.h"
#include "zoryx/gateway.h"
#include "zoryx/json.h"
#include "zoryx/message.h"
#include "zoryx/net.h"
#include "zoryx/rest.h"
#include "zoryx/state.h"

#endif
