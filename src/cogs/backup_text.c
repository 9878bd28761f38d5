/* SPDX-License-Identifier: MIT
 *
 * backup_text: how the backup cog says sizes, people, labels and faults.
 */
#include "cogs/backup_int.h"

void zx__backup_size(struct zx_buf *out, uint64_t bytes)
{
	if (bytes < 1024)
		zx_buf_addf(out, "%u B", (unsigned)bytes);
	else if (bytes < 1024 * 1024)
		zx_buf_addf(out, "%.1f KB", (double)bytes / 1024);
	else
		zx_buf_addf(out, "%.2f MB", (double)bytes / (1024 * 1024));
}

void zx__backup_person(struct zx_buf *out, uint64_t user)
{
	if (user)
		zx_buf_addf(out, "<@%llu>", (unsigned long long)user);
	else
		zx_buf_addc(out, "the bot");
}

void zx__backup_safe(struct zx_buf *out, struct zx_str text, size_t n)
{
	struct zx_str head = zx_utf8_head(text, n);

	zx_escape_markdown(out, head);
	if (head.len < text.len)
		zx_buf_addc(out, "…");
}

/* "channels: hidden from the bot" */
static void fault(struct zx_str item, struct zx_buf *out)
{
	struct zx_buf text;

	zx_buf_init(&text, out->alloc, 0);
	(void)zx_json_text(zx_json_get(item, "what"), &text);
	zx_buf_addc(&text, ": ");
	(void)zx_json_text(zx_json_get(item, "why"), &text);
	zx_buf_addc(out, "• ");
	zx__backup_safe(out, zx_buf_str(&text), 150);
	zx_buf_addch(out, '\n');
	if (text.err)
		out->err = text.err;
	zx_buf_release(&text);
}

int zx__backup_incomplete(const struct zx_guild_reader *r, size_t n,
			  struct zx_buf *out)
{
	uint64_t all = zx_guild_count(r, ZX_SECTION_INCOMPLETE);
	struct zx_guild_cursor c;
	struct zx_str item;
	size_t i = 0;
	int got = 1, err = zx_guild_cursor_init(&c, r, ZX_SECTION_INCOMPLETE);

	for (; !err && i < n; i++) {
		got = zx_guild_next(&c, &item);
		if (got <= 0)
			break;
		fault(item, out);
	}
	zx_guild_cursor_release(&c);
	if (!err && got >= 0 && all > i)
		zx_buf_addf(out, "• … and %llu more\n",
			    (unsigned long long)(all - i));
	return err ? err : got < 0 ? got : out->err;
}

/* "2026-02-18 12:34 UTC" */
void zx__backup_date(struct zx_buf *out, zx_wall at)
{
	struct zx_buf stamp;

	zx_buf_init(&stamp, out->alloc, 0);
	zx_stamp_write(&stamp, at);
	if (stamp.len >= 16)
		zx_buf_addf(out, "%.10s %.5s UTC", stamp.ptr, stamp.ptr + 11);
	zx_buf_release(&stamp);
}

void zx__backup_refuse(struct zx_call *call, uint32_t color, const char *title,
		       const char *fmt, ...)
{
	struct zx_message out;
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	zx_message_init(&out, zx_call_alloc(call));
	zx_embed(&out, color, "%s", title);
	zx_embed_text(&out, "%s", text);
	zx_message_flags(&out, ZX_MESSAGE_EPHEMERAL);
	(void)zx_reply(call, &out);
	zx_message_release(&out);
}

void zx__backup_not_found(struct zx_call *call, const char *id)
{
	struct zx_buf text;

	zx_buf_init(&text, zx_call_alloc(call), 0);
	zx__backup_safe(&text, zx_str(id), 40);
	zx__backup_refuse(call, ZX_COLOR_RED, "❌ Not Found",
			  "There is no backup “%s” of this server. "
			  "`/backuplist` shows those there are.",
			  zx_buf_cstr(&text));
	zx_buf_release(&text);
}
