/* SPDX-License-Identifier: MIT
 *
 * commands: the machine's life, its definitions and its verbs.
 */
#include <stdio.h>

#include "command/command_int.h"

#define FIRST_DEFS 16

static void options_take(struct zx_commands_options *to,
			 const struct zx_commands_options *from)
{
	size_t n = from->size;

	memset(to, 0, sizeof(*to));
	if (n > sizeof(*to))
		n = sizeof(*to);
	memcpy(to, from, n);
	if (!to->max_calls)
		to->max_calls = ZX__MAX_CALLS;
	if (!to->max_panels)
		to->max_panels = ZX__MAX_PANELS;
}

/* The options' pointers become copies of our own. */
static int options_copy(struct zx_commands *c)
{
	const uint64_t *owners = c->opt.owners;
	const char *prefix = c->opt.prefix;
	size_t bytes = c->opt.owner_count * sizeof(*owners);
	uint64_t *copy;

	c->opt.owners = NULL;
	c->opt.prefix = zx_str_dup(c->opt.alloc, zx_str(prefix ? prefix : "!"));
	if (!c->opt.prefix)
		return ZX_E_NOMEM;
	if (!bytes)
		return ZX_OK;
	copy = zx_new(c->opt.alloc, bytes);
	if (!copy)
		return ZX_E_NOMEM;
	memcpy(copy, owners, bytes);
	c->opt.owners = copy;
	return ZX_OK;
}

int zx_commands_new(struct zx_commands **out,
		    const struct zx_commands_options *opt)
{
	struct zx_commands *c;

	*out = NULL;
	if (!opt || opt->size < offsetof(struct zx_commands_options, log) ||
	    !opt->rand.fill || (opt->owner_count && !opt->owners))
		return ZX_E_INVALID;
	if (opt->prefix &&
	    (!*opt->prefix ||
	     strlen(opt->prefix) >= sizeof(((struct zx_prefix *)0)->text)))
		return ZX_E_INVALID;
	c = zx_new(opt->alloc, sizeof(*c));
	if (!c)
		return ZX_E_NOMEM;
	options_take(&c->opt, opt);
	zx_buf_init(&c->path, c->opt.alloc, 0);
	zx_buf_init(&c->body, c->opt.alloc, 0);
	zx_buf_init(&c->text, c->opt.alloc, 0);
	if (options_copy(c)) {
		zx_commands_free(c);
		return ZX_E_NOMEM;
	}
	*out = c;
	return ZX_OK;
}

void zx_commands_free(struct zx_commands *c)
{
	const struct zx_alloc *a;

	if (!c)
		return;
	a = c->opt.alloc;
	zx__list_free(c, &c->flying);
	zx__list_free(c, &c->loose);
	while (c->calls)
		zx__call_free(c->calls);
	zx__panels_free(c);
	zx__doomed_free(c);
	zx_delete(a, c->cooldowns.slots);
	zx_delete(a, c->timers.heap);
	zx_delete(a, c->defs);
	zx_delete(a, (void *)(uintptr_t)c->opt.owners);
	zx_delete(a, (void *)(uintptr_t)c->opt.prefix);
	zx_buf_release(&c->path);
	zx_buf_release(&c->body);
	zx_buf_release(&c->text);
	zx_delete(a, c);
}

int zx__error(struct zx_commands *c, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(c->error, sizeof(c->error), fmt, ap);
	va_end(ap);
	return err;
}

const char *zx_commands_error(const struct zx_commands *c)
{
	return c->error;
}

int zx_commands_add(struct zx_commands *c, const struct zx_command *command)
{
	struct zx__definition *more;
	size_t cap;
	int err = zx__definition_check(c, command);

	if (err)
		return err;
	if (zx__find(c, zx_str(command->name)))
		return zx__error(c, ZX_E_EXISTS, "%s: defined twice",
				 command->name);
	if (c->def_count == ZX__COMMANDS ||
	    (!(command->flags & ZX_COMMAND_NO_SLASH) &&
	     zx__slash_count(c) == ZX__SLASH_COMMANDS))
		return zx__error(c, ZX_E_LIMIT,
				 "%s: Discord takes %d slash commands",
				 command->name, ZX__SLASH_COMMANDS);
	if (c->def_count == c->def_cap) {
		cap = c->def_cap ? c->def_cap * 2 : FIRST_DEFS;
		more = zx_resize(c->opt.alloc, c->defs, cap * sizeof(*more));
		if (!more)
			return ZX_E_NOMEM;
		c->defs = more;
		c->def_cap = cap;
	}
	c->defs[c->def_count++] = (struct zx__definition){ command, 0, 0 };
	return ZX_OK;
}

void zx_commands_set_self(struct zx_commands *c, uint64_t application_id,
			  uint64_t user_id)
{
	c->app_id = application_id;
	c->user_id = user_id;
}

void zx_commands_set_shards(struct zx_commands *c, uint32_t count)
{
	c->shards = count;
}

size_t zx__slash_count(const struct zx_commands *c)
{
	size_t i, n = 0;

	for (i = 0; i < c->def_count; i++)
		n += !(c->defs[i].command->flags & ZX_COMMAND_NO_SLASH);
	return n;
}

const struct zx_command *zx__find(const struct zx_commands *c,
				  struct zx_str name)
{
	size_t i;

	for (i = 0; i < c->def_count; i++)
		if (zx_str_is_nocase(name, c->defs[i].command->name))
			return c->defs[i].command;
	return NULL;
}

size_t zx_commands_count(const struct zx_commands *c)
{
	return c->def_count;
}

const struct zx_command *zx_commands_get(const struct zx_commands *c, size_t i)
{
	return i < c->def_count ? c->defs[i].command : NULL;
}

const struct zx_command *zx_commands_find(const struct zx_commands *c,
					  const char *name)
{
	return zx__find(c, zx_str(name));
}

uint64_t zx_commands_slash_id(const struct zx_commands *c,
			      const struct zx_command *command)
{
	size_t i;

	for (i = 0; i < c->def_count; i++)
		if (c->defs[i].command == command)
			return c->defs[i].slash_id;
	return 0;
}

void zx__used(struct zx_commands *c, const struct zx_command *command)
{
	size_t i;

	for (i = 0; i < c->def_count; i++)
		if (c->defs[i].command == command)
			c->defs[i].uses++;
}

uint64_t zx_commands_uses(const struct zx_commands *c,
			  const struct zx_command *command)
{
	size_t i;

	for (i = 0; i < c->def_count; i++)
		if (c->defs[i].command == command)
			return c->defs[i].uses;
	return 0;
}

const struct zx_commands_stats *zx_commands_stats(const struct zx_commands *c)
{
	return &c->stats;
}

void zx_commands_prefix(const struct zx_commands *c, uint64_t guild_id,
			struct zx_prefix *out)
{
	memset(out, 0, sizeof(*out));
	snprintf(out->text, sizeof(out->text), "%s", c->opt.prefix);
	out->mention = !c->opt.no_mention;
	if (!guild_id || !c->opt.prefix_of)
		return;
	if (c->opt.prefix_of(guild_id, out, c->opt.ud) || !out->text[0])
		snprintf(out->text, sizeof(out->text), "%s", c->opt.prefix);
	out->text[sizeof(out->text) - 1] = '\0';
}

zx_wall zx__call_wall(const struct zx_commands *c)
{
	return c->wall ? c->wall + (zx_wall)(c->now - c->wall_at) : 0;
}

int zx_commands_feed(struct zx_commands *c, const char *event, struct zx_str d,
		     zx_time now, zx_wall wall)
{
	c->now = now;
	c->wall = wall;
	c->wall_at = now;
	if (!strcmp(event, "MESSAGE_CREATE")) {
		c->stats.messages_seen++;
		return zx__recv_message(c, d);
	}
	if (!strcmp(event, "INTERACTION_CREATE"))
		return zx__recv_interaction(c, d);
	return ZX_OK;
}

int zx_commands_tick(struct zx_commands *c, zx_time now)
{
	struct zx__timer *t;

	c->now = now;
	while ((t = zx__timer_due(c, now)) != NULL) {
		switch (t->kind) {
		case TIMER_DEFER:
			zx_defer(ZX__OWNER(t, struct zx_call, defer));
			break;
		case TIMER_PANEL:
			zx__panel_due(c, ZX__OWNER(t, struct zx__panel, timer));
			break;
		case TIMER_DELETE:
			zx__doom_due(c, ZX__OWNER(t, struct zx__doomed, timer));
			break;
		}
	}
	return ZX_OK;
}

static int poll_run(struct zx_commands *c, struct zx_commands_out *out)
{
	struct zx_call *call = c->run_first;

	if (!call)
		return 0;
	c->run_first = call->next_run;
	if (!c->run_first)
		c->run_last = NULL;
	out->kind = ZX_COMMANDS_OUT_RUN;
	out->call = call;
	return 1;
}

int zx_commands_poll(struct zx_commands *c, struct zx_commands_out *out)
{
	int n;

	memset(out, 0, sizeof(*out));
	if (poll_run(c, out))
		return 1;
	n = zx__send_poll(c, &out->request, &out->guild_id);
	if (n) {
		out->kind = ZX_COMMANDS_OUT_REST;
		return n;
	}
	if (!c->synced)
		return 0;
	c->synced = 0;
	out->kind = ZX_COMMANDS_OUT_SYNCED;
	out->changed = c->sync_changed;
	out->err = c->sync_err;
	out->count = zx__slash_count(c);
	return 1;
}

zx_time zx_commands_deadline(const struct zx_commands *c)
{
	return zx__timer_first(c);
}
