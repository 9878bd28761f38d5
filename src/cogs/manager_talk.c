/* SPDX-License-Identifier: MIT
 *
 * manager_talk: /broadcastmsg, and what is done with the broadcasts of others.
 * Messages on a link keep their order: who answers a question that was sent
 * behind the broadcast has received it, and every kind of cluster answers
 * guild_count_request.
 */
#include "cogs/manager_int.h"

#define NAMES_SHOWN 700

/* From others ----------------------------------------------------------------
 */

static void text_of(struct zx_str data, const char *key, size_t most,
		    struct zx_buf *out)
{
	struct zx_buf raw;

	zx_buf_init(&raw, out->alloc, ZX_IPC_FRAME_MAX);
	if (!zx_json_text(zx_json_get(data, key), &raw))
		zx__mgr_plain(out, zx_utf8_head(zx_buf_str(&raw), most));
	zx_buf_release(&raw);
}

static void post(struct zx__mgr *m, struct zx_str from, const char *author,
		 const char *text)
{
	struct zx_rest_request r = ZX_REST_REQUEST_INIT;
	struct zx_message msg;
	struct zx_buf body, name;
	char path[64];

	snprintf(path, sizeof(path), "/channels/%.20s/messages",
		 m->config->broadcast_channel);
	zx_buf_init(&body, m->alloc, 0);
	zx_buf_init(&name, m->alloc, 0);
	zx__mgr_plain(&name, from);
	zx_message_init(&msg, m->alloc);
	zx_embed(&msg, ZX_COLOR_BLURPLE, "📢 Broadcast");
	zx_embed_text(&msg, "```\n%s\n```", text);
	zx_embed_field(&msg, 1, "📡 From", "`%s`", zx_buf_cstr(&name));
	if (*author)
		zx_embed_field(&msg, 1, "👤 Author", "`%s`", author);
	zx_embed_time(&msg, zx_wall_clock());
	r.method = ZX_POST;
	r.path = zx_str(path);
	r.max_wait_ms = 60000;
	if (!zx_message_write(&msg, 0, &body)) {
		r.body = zx_buf_str(&body);
		if (zx_bot_rest(m->bot, &r, NULL, NULL))
			zx_logf(m->log, ZX_LOG_WARN, "manager",
				"a broadcast could not be posted to "
				"SHARD_BROADCAST_CHANNEL");
	}
	zx_message_release(&msg);
	zx_buf_release(&name);
	zx_buf_release(&body);
}

void zx__mgr_heard(struct zx__mgr *m, const struct zx_ipc_out *o)
{
	const char *channel = m->config->broadcast_channel;
	struct zx_buf text, author;

	zx_buf_init(&text, m->alloc, 0);
	zx_buf_init(&author, m->alloc, 0);
	text_of(o->text, "message", ZX__MGR_TEXT, &text);
	text_of(o->text, "author", 64, &author);
	if (text.len && !text.err && !author.err) {
		zx_logf(m->log, ZX_LOG_INFO, "manager",
			"broadcast from %.*s by %s: %s", ZX_ARG(o->name),
			zx_buf_cstr(&author), zx_buf_cstr(&text));
		zx__mgr_note(m, "broadcast from %.*s: %s", ZX_ARG(o->name),
			     zx_buf_cstr(&text));
		if (channel && *channel &&
		    zx_bucket_take(&m->posts, 1, zx__mgr_now(m)))
			post(m, o->name, zx_buf_cstr(&author),
			     zx_buf_cstr(&text));
	}
	zx_buf_release(&author);
	zx_buf_release(&text);
}

/* To others ------------------------------------------------------------------
 */

static struct zx__mgr_pending *pending_of(struct zx__mgr *m, uint64_t id)
{
	size_t i;

	for (i = 0; i < ZX__MGR_PENDING; i++)
		if (m->pending[i].id == id && (id || !m->pending[i].call))
			return &m->pending[i];
	return NULL;
}

static void forget(struct zx__mgr_pending *p)
{
	zx_buf_release(&p->names);
	zx_call_release(p->call);
	memset(p, 0, sizeof(*p));
}

void zx__mgr_talk_end(struct zx__mgr *m)
{
	size_t i;

	for (i = 0; i < ZX__MGR_PENDING; i++)
		if (m->pending[i].call)
			forget(&m->pending[i]);
}

void zx__mgr_answered(struct zx__mgr *m, const struct zx_ipc_out *o)
{
	struct zx__mgr_pending *p = pending_of(m, o->id);

	if (!p || !o->id)
		return;
	p->count++;
	if (p->names.len > NAMES_SHOWN)
		return;
	zx_buf_addc(&p->names, "\n");
	zx__mgr_plain(&p->names, zx_utf8_head(o->name, 32));
	if (p->names.len > NAMES_SHOWN)
		zx_buf_addc(&p->names, "\n…");
}

static void answer(struct zx__mgr_pending *p)
{
	const struct zx_call_info *info = zx_call_info(p->call);
	struct zx_buf text;
	struct zx_message m;

	zx_buf_init(&text, zx_call_alloc(p->call), 0);
	zx__mgr_plain(&text, zx_str(zx_call_text(p->call, "message")));
	zx_message_init(&m, zx_call_alloc(p->call));
	zx_embed(&m, p->count || !p->sent ? ZX_COLOR_GREEN : ZX_COLOR_ORANGE,
		 "📢 Broadcast Sent");
	zx_embed_text(&m, "```\n%s\n```", zx_buf_cstr(&text));
	zx_embed_field(&m, 0, "📡 Delivered To", "```\n%zu cluster(s)%s\n```",
		       p->count, zx_buf_cstr(&p->names));
	if (p->count < p->sent)
		zx_embed_field(&m, 0, "⚠️ Not Confirmed",
			       "%zu cluster(s) did not answer in time",
			       p->sent - p->count);
	else if (!p->count)
		zx_embed_field(&m, 0, "ℹ️ Nobody Else Is There",
			       "No other cluster is connected. `/clusters` "
			       "shows when they were last heard.");
	zx_embed_footer(&m, "Bot Owner Only • %s", info->user_name);
	if (info->wall)
		zx_embed_time(&m, info->wall);
	zx_reply(p->call, &m);
	zx_message_release(&m);
	zx_buf_release(&text);
}

void zx__mgr_done(struct zx__mgr *m, const struct zx_ipc_out *o)
{
	struct zx__mgr_pending *p = pending_of(m, o->id);

	if (!p || !o->id)
		return;
	answer(p);
	forget(p);
}

static void refuse(struct zx__mgr *m, struct zx_call *call, int err)
{
	const char *trouble = zx_ipc_error(m->x);

	if (err == ZX_E_STATE)
		zx_fail(call, "❌ Not Connected",
			"There is no connection to the primary: nothing was "
			"sent. %s",
			trouble);
	else
		zx_fail(call, "❌ Broadcast Failed", "%s", zx_strerror(err));
}

static void send_it(struct zx__mgr *m, struct zx_call *call, struct zx_str text)
{
	const struct zx_call_info *info = zx_call_info(call);
	struct zx__mgr_pending *p = pending_of(m, 0);
	zx_time now = zx__mgr_now(m);
	int err;

	if (!p) {
		zx_fail(call, "❌ Broadcast Failed",
			"Too many broadcasts at once: try again in a moment");
		return;
	}
	err = zx_ipc_broadcast(m->x, text, zx_str(info->user_name),
			       info->user_id, now, &p->sent);
	if (!err)
		err = zx_ipc_request(m->x, "guild_count_request", NULL,
				     ZX_STR(""), m->opt.seen_ms, now, &p->id);
	if (err) {
		memset(p, 0, sizeof(*p));
		refuse(m, call, err);
		return;
	}
	zx_buf_init(&p->names, m->alloc, 0);
	p->call = call;
	zx_call_keep(call);
	zx_ipc_kick(m->conn);
}

void zx__mgr_broadcastmsg(struct zx_call *call, void *ud)
{
	struct zx__mgr *m = zx__mgr_of(call);
	struct zx_str text = zx_str_trim(zx_str(zx_call_text(call, "message")));
	size_t n = zx_utf8_count(text);

	(void)ud;
	if (!m)
		return;
	if (!n)
		zx_fail(call, "❌ Empty Message", "There is nothing to send");
	else if (n > ZX__MGR_TEXT)
		zx_fail(call, "❌ Message Too Long",
			"The message has %zu characters, %d are possible: "
			"nothing was sent",
			n, ZX__MGR_TEXT);
	else
		send_it(m, call, text);
}
