/* SPDX-License-Identifier: MIT
 *
 * fault: the standard error replies (spec W5), once per call.
 */
#include "command/command_int.h"

#define TEXT_MAX 900

static const struct {
	const char *title;
	uint32_t delete_ms;
} faults[] = {
	[FAULT_PERMISSION] = { "❌ Permission Denied", ZX__DELETE_MS },
	[FAULT_COOLDOWN] = { "⏱️ Command on Cooldown", ZX__DELETE_MS },
	[FAULT_MISSING] = { "❌ Missing Argument", ZX__DELETE_MS },
	[FAULT_ARGUMENT] = { "❌ Invalid Argument", ZX__DELETE_MS },
	[FAULT_OTHER] = { "❌ Command Error", ZX__DELETE_UNEXPECTED_MS },
};

/* A backtick in the text would end the code block around it. */
static void code_block(struct zx_buf *out, struct zx_str text)
{
	size_t i;
	struct zx_str head = zx__units_head(text, TEXT_MAX);

	zx_buf_addc(out, "```\n");
	for (i = 0; i < head.len; i++)
		zx_buf_addch(out, head.ptr[i] == '`' ? '\'' : head.ptr[i]);
	zx_buf_addc(out, "\n```");
}

static int show(struct zx_call *call, const char *title, struct zx_str text,
		uint32_t delete_ms)
{
	struct zx_commands *c = call->c;
	struct zx_message m;
	struct zx_buf block;
	int err;

	zx_buf_init(&block, c->opt.alloc, 0);
	code_block(&block, text);
	zx_message_init(&m, c->opt.alloc);
	zx_embed(&m, ZX_COLOR_RED, "%s", title);
	zx_embed_text(&m, "%s", zx_buf_cstr(&block));
	if (zx__call_wall(c))
		zx_embed_time(&m, zx__call_wall(c));
	if (call->info.command)
		zx_embed_footer(&m, "Command: %s", call->info.command->name);
	err = block.err ? block.err : zx__notice(call, &m, delete_ms);
	if (!err)
		call->failed = 1;
	zx_message_release(&m);
	zx_buf_release(&block);
	return err;
}

ZX_PRINTF(4, 0)
static int show_v(struct zx_call *call, const char *title, uint32_t delete_ms,
		  const char *fmt, va_list ap)
{
	struct zx_buf text;
	int err;

	if (call->failed)
		return ZX_E_STATE;
	zx_buf_init(&text, call->c->opt.alloc, 0);
	zx_buf_addv(&text, fmt, ap);
	err = text.err ? text.err
		       : show(call, title, zx_buf_str(&text), delete_ms);
	zx_buf_release(&text);
	return err;
}

int zx__fault(struct zx_call *call, enum zx__fault fault, const char *fmt, ...)
{
	va_list ap;
	int err;

	va_start(ap, fmt);
	err = show_v(call, faults[fault].title, faults[fault].delete_ms, fmt,
		     ap);
	va_end(ap);
	return err;
}

int zx__denied(struct zx_call *call)
{
	return zx__fault(call, FAULT_PERMISSION,
			 "You don't have permission to use this command");
}

int zx_fail(struct zx_call *call, const char *title, const char *fmt, ...)
{
	va_list ap;
	int err;

	va_start(ap, fmt);
	err = show_v(call, title, ZX__DELETE_UNEXPECTED_MS, fmt, ap);
	va_end(ap);
	return err;
}

int zx__plain_notice(struct zx_call *call, const char *text)
{
	struct zx_message m;
	int err;

	zx_message_init(&m, call->c->opt.alloc);
	zx_say(&m, "%s", text);
	err = zx__notice(call, &m, 0);
	zx_message_release(&m);
	return err;
}
