/* SPDX-License-Identifier: MIT
 *
 * backup_tell: the audit log, and the channel that a guild wants to be told in.
 */
#include "cogs/backup_int.h"

enum { DETAILS = 500 };

void zx__backup_audit(struct zx__backup *b, uint64_t guild, uint64_t user,
		      const char *action, const char *id, const char *fmt, ...)
{
	struct zx_state_audit e = { .at = zx_wall_clock(),
				    .user = user,
				    .action = action,
				    .backup = id };
	struct zx_bot_info info;
	char text[DETAILS + 1];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	e.details = zx_str(text);
	/* A cut must not fall into a character. */
	while (e.details.len && !zx_utf8_valid(e.details))
		e.details.len--;
	zx_bot_info(b->bot, &info);
	if (!user)
		e.user = info.user_id;
	if (zx_state_audit_add(b->state, guild, &e))
		zx__backup_log(b, ZX_LOG_ERROR,
			       "not in the audit log: %s %s of guild %llu by "
			       "%llu: %s",
			       action, id, (unsigned long long)guild,
			       (unsigned long long)e.user,
			       zx_state_error(b->state));
}

/* Notifications ------------------------------------------------------------ */

static void on_sent(const struct zx_rest_result *r, void *ud)
{
	struct zx__backup *b = ud;

	if (r->err)
		zx__backup_log(b, ZX_LOG_ERROR,
			       "a notification could not be sent: %.*s",
			       ZX_ARG(r->message.len
					      ? r->message
					      : zx_str(zx_strerror(r->err))));
}

/* With a nonce Discord shows it once, however often it is sent. */
static int send(struct zx__backup *b, uint64_t channel, struct zx_str body)
{
	struct zx_rest_request r = ZX_REST_REQUEST_INIT;
	struct zx_rand rand = zx_system_rand();
	struct zx_buf out;
	char path[64];
	uint64_t nonce;
	int err;

	rand.fill(rand.ud, &nonce, sizeof(nonce));
	snprintf(path, sizeof(path), "/channels/%llu/messages",
		 (unsigned long long)channel);
	zx_buf_init(&out, b->alloc, 0);
	zx_buf_addf(&out, "{\"nonce\":\"zx%016llx\",\"enforce_nonce\":true,",
		    (unsigned long long)nonce);
	zx_buf_adds(&out, zx_str_from(body, 1));
	r.method = ZX_POST;
	r.path = zx_str(path);
	r.body = zx_buf_str(&out);
	r.flags = ZX_REST_IDEMPOTENT;
	r.ud = b;
	err = out.err ? out.err : zx_bot_rest(b->bot, &r, on_sent, NULL);
	zx_buf_release(&out);
	return err;
}

void zx__backup_notify(struct zx__backup *b, uint64_t guild,
		       struct zx_message *m)
{
	struct zx__backup_choice c;
	struct zx_buf body;
	int err = zx__backup_choice_get(b, guild, &c);

	zx_buf_init(&body, b->alloc, 0);
	if (!err && c.channel && !b->stopped) {
		err = zx_message_write(m, 0, &body);
		if (!err)
			err = send(b, c.channel, zx_buf_str(&body));
	}
	if (err)
		zx__backup_log(b, ZX_LOG_ERROR, "guild %llu: not notified: %s",
			       (unsigned long long)guild, zx_strerror(err));
	zx_buf_release(&body);
	zx_message_clear(m);
}
