/* SPDX-License-Identifier: MIT
 *
 * The rotating presence from the configuration.
 */
#include "bot/bot_int.h"

#define OP_PRESENCE 3

static void fill_in(struct zx_bot *b, struct zx_buf *out, struct zx_str text)
{
	struct zx_str from = text;

	while (from.len) {
		if (zx_str_starts(from, "{guilds}")) {
			zx_buf_addf(out, "%zu", b->guilds.map.count);
			from = zx_str_from(from, 8);
		} else if (zx_str_starts(from, "{users}")) {
			zx_buf_addf(out, "%llu",
				    (unsigned long long)b->guilds.users);
			from = zx_str_from(from, 7);
		} else if (zx_str_starts(from, "{commands}")) {
			zx_buf_addf(out, "%zu", zx_commands_count(b->commands));
			from = zx_str_from(from, 10);
		} else {
			zx_buf_addch(out, from.ptr[0]);
			from = zx_str_from(from, 1);
		}
	}
}

static void write_activity(struct zx_json_writer *w,
			   const struct zx_config_status *s, struct zx_str text)
{
	zx_jw_arr(w, "activities");
	zx_jw_obj(w, NULL);
	if (s->type == ZX_CUSTOM) {
		zx_jw_cstr(w, "name", "Custom Status");
		zx_jw_str(w, "state", text);
	} else {
		zx_jw_str(w, "name", text);
	}
	zx_jw_u64(w, "type", (uint64_t)s->type);
	zx_jw_obj_end(w);
	zx_jw_arr_end(w);
}

static void write_presence(struct zx_bot *b, const struct zx_config_status *s,
			   struct zx_buf *out)
{
	struct zx_json_writer w;
	struct zx_buf text;

	zx_buf_init(&text, b->alloc, 0);
	fill_in(b, &text, zx_str(s->text));
	zx_jw_init(&w, out);
	zx_jw_obj(&w, NULL);
	zx_jw_null(&w, "since");
	write_activity(&w, s, zx_utf8_head(zx_buf_str(&text), 128));
	zx_jw_cstr(&w, "status", s->presence[0] ? s->presence : "online");
	zx_jw_bool(&w, "afk", 0);
	zx_jw_obj_end(&w);
	zx_buf_release(&text);
}

static const struct zx_config_status *current(const struct zx_bot *b)
{
	if (!b->config || !b->config->status_count)
		return NULL;
	return &b->config->statuses[b->presence_next % b->config->status_count];
}

/* A new session begins without one. */
void zx__bot_presence_send(struct zx__bot_member *m)
{
	const struct zx_config_status *s = current(m->bot);
	struct zx_bot *b = m->bot;
	struct zx_buf d;

	if (!s || !b->ready_told)
		return;
	zx_buf_init(&d, b->alloc, 0);
	write_presence(b, s, &d);
	if (!d.err && !zx_shard_send(m->shard, OP_PRESENCE, zx_buf_str(&d),
				     zx_loop_now(b->loop)))
		zx_gateway_kick(m->conn);
	zx_buf_release(&d);
}

void zx__bot_on_presence(struct zx_timer *t, void *ud)
{
	struct zx_bot *b = ud;
	uint64_t every = ZX__BOT_PRESENCE_MIN_S;
	size_t i;

	if (!current(b) || b->phase != ZX__BOT_RUNNING)
		return;
	if (t) /* not the first */
		b->presence_next++;
	for (i = 0; i < b->member_count; i++)
		zx__bot_presence_send(&b->members[i]);
	if (b->config->status_interval_s > every)
		every = b->config->status_interval_s;
	zx_timer_set(b->loop, &b->presence_timer,
		     zx_time_add(zx_loop_now(b->loop), every * 1000));
}
