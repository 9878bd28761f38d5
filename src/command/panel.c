/* SPDX-License-Identifier: MIT
 *
 * panel: messages that people press. What they show lives here, not in the
 * custom_id: at most so many, and only for a while.
 */
#include "command/command_int.h"

#define FIRST_BUCKETS 64

static struct zx__panel **bucket(const struct zx__panels *t, uint64_t id)
{
	/* Ids are random: their low bits will do. */
	return &t->buckets[id & (t->bucket_count - 1)];
}

struct zx__panel *zx__panel_find(struct zx_commands *c, uint64_t id)
{
	struct zx__panel *p;

	if (!c->panels.bucket_count)
		return NULL;
	for (p = *bucket(&c->panels, id); p; p = p->next)
		if (p->id == id)
			return p;
	return NULL;
}

static int buckets_grow(struct zx_commands *c)
{
	struct zx__panels *t = &c->panels, bigger = *t;
	struct zx__panel *p, *next;
	size_t i;

	if (t->count < t->bucket_count)
		return ZX_OK;
	bigger.bucket_count =
		t->bucket_count ? t->bucket_count * 2 : FIRST_BUCKETS;
	bigger.buckets = zx_new(c->opt.alloc,
				bigger.bucket_count * sizeof(*bigger.buckets));
	if (!bigger.buckets)
		return ZX_E_NOMEM;
	for (i = 0; i < t->bucket_count; i++)
		for (p = t->buckets[i]; p; p = next) {
			next = p->next;
			p->next = *bucket(&bigger, p->id);
			*bucket(&bigger, p->id) = p;
		}
	zx_delete(c->opt.alloc, t->buckets);
	*t = bigger;
	return ZX_OK;
}

static void age_unlink(struct zx__panels *t, struct zx__panel *p)
{
	if (p->older)
		p->older->newer = p->newer;
	else
		t->oldest = p->newer;
	if (p->newer)
		p->newer->older = p->older;
	else
		t->newest = p->older;
}

static void age_link(struct zx__panels *t, struct zx__panel *p)
{
	p->older = t->newest;
	p->newer = NULL;
	if (t->newest)
		t->newest->newer = p;
	else
		t->oldest = p;
	t->newest = p;
}

static void release(struct zx_commands *c, struct zx__panel *p)
{
	zx__lane_leave(c, &p->lane);
	zx_delete(c->opt.alloc, p->token);
	zx_delete(c->opt.alloc, p->name);
	zx_delete(c->opt.alloc, p->state);
	zx_delete(c->opt.alloc, p);
}

void zx__panel_free(struct zx_commands *c, struct zx__panel *p)
{
	struct zx__panel **at = bucket(&c->panels, p->id);

	while (*at != p)
		at = &(*at)->next;
	*at = p->next;
	age_unlink(&c->panels, p);
	zx__timer_leave(c, &p->timer);
	c->panels.count--;
	c->stats.open_panels--;
	release(c, p);
}

void zx__panels_free(struct zx_commands *c)
{
	while (c->panels.oldest)
		zx__panel_free(c, c->panels.oldest);
	zx_delete(c->opt.alloc, c->panels.buckets);
}

static uint64_t fresh_id(struct zx_commands *c)
{
	uint64_t id;

	do
		id = zx_rand_u64(&c->opt.rand);
	while (!id || zx__panel_find(c, id));
	return id;
}

static int fill(struct zx__panel *p, const struct zx_call *call,
		const void *state, size_t size)
{
	const struct zx_alloc *a = call->c->opt.alloc;

	p->command = call->info.command;
	p->user_id = call->info.user_id;
	p->guild_id = call->info.guild_id;
	p->channel_id = call->info.channel_id;
	p->app_id = call->app_id;
	p->form = call->info.form;
	p->ephemeral = p->command && p->command->flags & ZX_COMMAND_EPHEMERAL;
	p->name = zx_str_dup(a, zx_str(call->info.user_name));
	p->state = zx_new(a, size);
	p->state_size = size;
	if (!p->name || !p->state)
		return ZX_E_NOMEM;
	if (size)
		memcpy(p->state, state, size);
	zx__panel_renew(p, call);
	return ZX_OK;
}

struct zx__panel *zx__panel_new(struct zx_call *call,
				const struct zx_panel *panel, const void *state,
				size_t size)
{
	struct zx_commands *c = call->c;
	struct zx__panel *p;

	while (c->panels.count && c->panels.count >= c->opt.max_panels)
		zx__panel_free(c, c->panels.oldest);
	if (buckets_grow(c))
		return NULL;
	p = zx_new(c->opt.alloc, sizeof(*p));
	if (!p)
		return NULL;
	p->panel = panel;
	p->timeout_ms = panel->timeout_ms ? panel->timeout_ms : ZX__PANEL_MS;
	if (fill(p, call, state, size) || zx__lane_share(call, p) ||
	    zx__timer_join(c, &p->timer, TIMER_PANEL)) {
		release(c, p);
		return NULL;
	}
	p->id = fresh_id(c);
	p->next = *bucket(&c->panels, p->id);
	*bucket(&c->panels, p->id) = p;
	age_link(&c->panels, p);
	c->panels.count++;
	c->stats.open_panels++;
	zx__panel_touch(c, p);
	return p;
}

void zx__panel_touch(struct zx_commands *c, struct zx__panel *p)
{
	age_unlink(&c->panels, p);
	age_link(&c->panels, p);
	zx__timer_arm(c, &p->timer, zx_time_add(c->now, p->timeout_ms));
}

void zx__panel_last(struct zx_commands *c, struct zx__panel *p, uint32_t ms)
{
	p->timeout_ms = ms;
	zx__panel_touch(c, p);
}

void zx__panel_renew(struct zx__panel *p, const struct zx_call *call)
{
	const struct zx_alloc *a = call->c->opt.alloc;
	char *token;

	if (!call->token)
		return;
	/* Without memory the old token will do for as long as it lives. */
	token = zx_str_dup(a, zx_str(call->token));
	if (!token)
		return;
	zx_delete(a, p->token);
	p->token = token;
	p->token_until = call->token_until;
}

static int render(struct zx_call *call, const struct zx_panel *panel,
		  const void *state, uint64_t id, int over)
{
	struct zx_message m;
	int err;

	zx_message_init(&m, call->c->opt.alloc);
	if (zx__message_get(&m)) {
		m.m->panel = id;
		panel->render(call, state, over, &m, panel->ud);
	}
	/* The handler may have emptied the message on its way. */
	if (zx__message_get(&m))
		m.m->all_disabled = over;
	err = m.err ? m.err : zx__answer(call, &m);
	zx_message_release(&m);
	return err;
}

int zx__panel_show(struct zx_call *call, struct zx__panel *p, int over)
{
	return render(call, p->panel, p->state, p->id, over);
}

static struct zx__panel *panel_for(struct zx_call *call,
				   const struct zx_panel *panel,
				   const void *state, size_t size)
{
	struct zx_commands *c = call->c;
	struct zx__panel *p = NULL;

	if (call->panel)
		p = zx__panel_find(c, call->panel);
	if (p && p->panel == panel && p->state_size == size) {
		if (size)
			memcpy(p->state, state, size);
		p->version++;
		zx__panel_touch(c, p);
		return p;
	}
	if (p)
		zx__panel_free(c, p);
	p = zx__panel_new(call, panel, state, size);
	call->panel = p ? p->id : 0;
	return p;
}

int zx__reply_panel(struct zx_call *call, const struct zx_panel *panel,
		    const void *state, size_t size)
{
	struct zx__panel *p;
	int err;

	if (size > ZX__PANEL_STATE || (size && !state))
		return ZX_E_INVALID;
	if (call->dead || call->form_open ||
	    (call->failed && zx__call_updates(call)))
		return ZX_E_STATE;
	p = panel_for(call, panel, state, size);
	if (!p)
		return ZX_E_NOMEM;
	if (call->answer_id)
		p->message_id = call->answer_id;
	err = zx__panel_show(call, p, 0);
	p = zx__panel_find(call->c, call->panel);
	if (p)
		p->ephemeral = call->ephemeral;
	return err;
}

int zx_reply_panel(struct zx_call *call, const struct zx_panel *panel,
		   const void *state)
{
	return zx__reply_panel(call, panel, state, panel->state_size);
}

/* A call that only carries the panel's last edit. */
static struct zx_call *last_call(struct zx_commands *c, struct zx__panel *p)
{
	struct zx_call *call = zx__call_new(c, CALL_NOTICE, p->form);

	if (!call)
		return NULL;
	call->info.command = p->command;
	call->info.user_id = p->user_id;
	call->info.guild_id = p->guild_id;
	call->info.channel_id = p->channel_id;
	call->info.message_id = p->message_id;
	call->info.is_owner = zx__is_owner(c, p->user_id);
	call->app_id = p->app_id;
	call->token = p->token;
	call->token_until = p->token_until;
	call->name = p->name;
	call->info.user_name = p->name;
	p->token = p->name = NULL;
	call->lane = p->lane;
	p->lane = NULL;
	call->answered = 1;
	call->ephemeral = p->ephemeral;
	call->answer_id = p->message_id;
	return call;
}

void zx__panel_due(struct zx_commands *c, struct zx__panel *p)
{
	struct zx_call *call = NULL;

	/* Neither a token nor a message: there is nothing to edit. And a form
	 * stays open in the client. */
	if (p->modal)
		;
	else if (p->message_id || (p->token && c->now < p->token_until))
		call = last_call(c, p);
	if (call) {
		zx__panel_show(call, p, 1);
		zx__call_unref(call);
	}
	zx__panel_free(c, p);
}

static void panel_id(struct zx_message *m, const char *action,
		     struct zx_buf *id)
{
	zx_buf_init(id, m->alloc, 0);
	if (!zx__message_get(m))
		return;
	if (!m->m->panel || !action || strlen(action) > ZX__ACTION) {
		m->err = ZX_E_STATE;
		return;
	}
	zx_buf_addf(id, "zx:%016llx:%s", (unsigned long long)m->m->panel,
		    action);
	if (id->err)
		m->err = ZX_E_NOMEM;
}

void zx_panel_button(struct zx_message *m, enum zx_button_style style,
		     const char *action, const char *emoji, const char *label,
		     int disabled)
{
	struct zx_buf id;

	panel_id(m, action, &id);
	if (id.len)
		zx_button(m, style, zx_buf_cstr(&id), emoji, label, disabled);
	zx_buf_release(&id);
}

void zx_panel_select(struct zx_message *m, enum zx_select_kind kind,
		     const char *action, const char *placeholder, unsigned min,
		     unsigned max)
{
	struct zx_buf id;

	panel_id(m, action, &id);
	if (id.len)
		zx_select(m, kind, zx_buf_cstr(&id), placeholder, min, max, 0);
	zx_buf_release(&id);
}
