/* SPDX-License-Identifier: MIT
 *
 * call: one use of a command, a press or a question for choices. It lives as
 * long as somebody holds it: the queue to the handler, the host, an answer on
 * its way.
 */
#include <stdio.h>

#include "command/command_int.h"

struct zx_call *zx__call_new(struct zx_commands *c, enum zx__call_kind kind,
			     enum zx_form form)
{
	struct zx_call *call;

	if (c->stats.open_calls >= c->opt.max_calls) {
		c->stats.refused++;
		zx_logf(c->opt.log, ZX_LOG_WARN, "command",
			"%zu calls are open: another one is dropped",
			c->stats.open_calls);
		return NULL;
	}
	call = zx_new(c->opt.alloc, sizeof(*call));
	if (!call)
		return NULL;
	if (zx__timer_join(c, &call->defer, TIMER_DEFER)) {
		zx_delete(c->opt.alloc, call);
		return NULL;
	}
	call->c = c;
	call->kind = kind;
	call->refs = 1;
	call->info.form = form;
	call->info.at = c->now;
	call->info.wall = zx__call_wall(c);
	call->info.user_name = "";
	call->info.locale = call->locale;
	call->info.upload_max = ZX__UPLOAD_MAX;
	call->next = c->calls;
	if (c->calls)
		c->calls->prev = call;
	c->calls = call;
	c->stats.open_calls++;
	return call;
}

void zx__call_free(struct zx_call *call)
{
	struct zx_commands *c = call->c;
	const struct zx_alloc *a = c->opt.alloc;

	zx__list_free(c, &call->queue);
	zx__lane_leave(c, &call->lane);
	zx__timer_leave(c, &call->defer);
	zx__args_free(call);
	zx_delete(a, call->token);
	zx_delete(a, call->name);
	zx_delete(a, call->action);
	zx_delete(a, call->value);
	zx_delete(a, call->values);
	zx_delete(a, call->resolved);
	zx_delete(a, call->roles);
	if (call->prev)
		call->prev->next = call->next;
	else
		c->calls = call->next;
	if (call->next)
		call->next->prev = call->prev;
	c->stats.open_calls--;
	zx_delete(a, call);
}

void zx__call_unref(struct zx_call *call)
{
	if (!--call->refs)
		zx__call_free(call);
}

void zx_call_keep(struct zx_call *call)
{
	call->refs++;
	call->kept++;
}

void zx_call_release(struct zx_call *call)
{
	if (!call || !call->kept)
		return;
	call->kept--;
	zx__call_unref(call);
}

void zx__call_queue(struct zx_call *call)
{
	struct zx_commands *c = call->c;

	call->refs++;
	if (c->run_last)
		c->run_last->next_run = call;
	else
		c->run_first = call;
	c->run_last = call;
}

int zx__call_is_interaction(const struct zx_call *call)
{
	return call->info.interaction_id != 0 || call->token != NULL;
}

int zx__call_updates(const struct zx_call *call)
{
	return call->kind == CALL_PRESS ||
	       (call->kind == CALL_SUBMIT && call->info.message_id);
}

void zx__call_windows(struct zx_call *call, zx_time now, zx_wall wall)
{
	zx_wall made = zx_snowflake_time(call->info.interaction_id);
	uint64_t age = 0;

	/* Our clock may be wrong: an interaction that seems to come from the
	 * future, or from long ago, is taken for a new or a late one. */
	if (wall > made && made > 0)
		age = (uint64_t)(wall - made);
	if (age > ZX__DEFER_MS)
		age = ZX__DEFER_MS;
	call->token_until = zx_time_add(now, ZX__TOKEN_MS - age);
	if (call->kind != CALL_COMPLETE)
		zx__timer_arm(call->c, &call->defer,
			      zx_time_add(now, ZX__DEFER_MS - age));
}

const struct zx_call_info *zx_call_info(const struct zx_call *call)
{
	return &call->info;
}

int zx_call_has_role(const struct zx_call *call, uint64_t role)
{
	struct zx_json_iter it = zx_json_each(zx_str(call->roles));
	uint64_t id;

	while (role && zx_json_next(&it))
		if (!zx_json_u64(it.value, &id) && id == role)
			return 1;
	return 0;
}

void *zx_call_host(const struct zx_call *call)
{
	return call->c->opt.ud;
}

const struct zx_alloc *zx_call_alloc(const struct zx_call *call)
{
	return call->c->opt.alloc;
}

int zx__call_option(const struct zx_call *call, const char *name)
{
	const struct zx_command *command = call->info.command;
	size_t i;

	for (i = 0; call->form && i < call->form->input_count; i++)
		if (!strcmp(call->form->inputs[i].name, name))
			return (int)i;
	for (i = 0; !call->form && command && i < command->option_count; i++)
		if (!strcmp(command->options[i].name, name))
			return (int)i;
	return -1;
}

static const struct zx__arg *arg(const struct zx_call *call, const char *option)
{
	int i = call->args ? zx__call_option(call, option) : -1;

	return i >= 0 && call->args[i].has ? &call->args[i] : NULL;
}

int zx_call_has(const struct zx_call *call, const char *option)
{
	return arg(call, option) != NULL;
}

const char *zx_call_text(const struct zx_call *call, const char *option)
{
	const struct zx__arg *a = arg(call, option);

	return a && a->text ? a->text : "";
}

int64_t zx_call_int(const struct zx_call *call, const char *option,
		    int64_t absent)
{
	const struct zx__arg *a = arg(call, option);

	return a ? a->integer : absent;
}

double zx_call_number(const struct zx_call *call, const char *option,
		      double absent)
{
	const struct zx__arg *a = arg(call, option);

	return a ? a->number : absent;
}

int zx_call_bool(const struct zx_call *call, const char *option, int absent)
{
	const struct zx__arg *a = arg(call, option);

	return a ? a->boolean : absent;
}

uint64_t zx_call_id(const struct zx_call *call, const char *option)
{
	const struct zx__arg *a = arg(call, option);

	return a ? a->id : 0;
}

struct zx_str zx_call_values(const struct zx_call *call, const char *input)
{
	const struct zx__arg *a = arg(call, input);

	return a && a->values ? zx_str(a->values) : ZX_STR("");
}

struct zx_str zx_call_resolved(const struct zx_call *call, const char *kind,
			       uint64_t id)
{
	char key[24];

	if (!call->resolved)
		return ZX_STR("");
	snprintf(key, sizeof(key), "%llu", (unsigned long long)id);
	return zx_json_get(zx_json_get(zx_str(call->resolved), kind), key);
}

uint64_t zx_call_app_permissions(const struct zx_call *call, uint64_t channel)
{
	if (channel == call->info.channel_id && call->info.app_permissions)
		return call->info.app_permissions;
	return zx_json_get_u64(zx_call_resolved(call, "channels", channel),
			       "app_permissions");
}

/* Conditions that only the host can know, then the cooldown (spec W5: a
 * refused user does not use it up). */
static int may_run(struct zx_call *call)
{
	const struct zx_command *command = call->info.command;
	uint64_t id =
		command->flags & ZX_COMMAND_PER_GUILD && call->info.guild_id
			? call->info.guild_id
			: call->info.user_id;
	uint64_t wait;

	if (command->check && command->check(call, command->ud)) {
		call->c->stats.refused++;
		if (!call->answered)
			zx__denied(call);
		return 0;
	}
	wait = zx__cooldown(call->c, command, id, command->cooldown_ms);
	if (!wait)
		return 1;
	call->c->stats.refused++;
	zx__fault(call, FAULT_COOLDOWN, "Cooldown: %.1fs remaining",
		  (double)((wait + 99) / 100) / 10);
	return 0;
}

static void command_run(struct zx_call *call)
{
	const struct zx_command *command = call->info.command;

	if (!may_run(call))
		return;
	call->c->stats.calls++;
	zx__used(call->c, command);
	command->run(call, command->ud);
	if (!call->answered && !call->kept && zx__call_is_interaction(call))
		zx__fault(call, FAULT_OTHER, "%s gave no answer",
			  command->name);
}

void zx_call_run(struct zx_call *call)
{
	switch (call->kind) {
	case CALL_COMMAND:
		command_run(call);
		break;
	case CALL_PRESS:
		zx__press_run(call);
		break;
	case CALL_COMPLETE:
		zx__complete_run(call);
		break;
	case CALL_SUBMIT:
		zx__submit_run(call);
		break;
	case CALL_NOTICE:
		break;
	}
	zx__call_unref(call);
}
