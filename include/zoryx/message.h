/* SPDX-License-Identifier: MIT
 *
 * message: building what a bot says. A message is filled by calls, then written
 * as the JSON that Discord wants. Whatever is put in, what comes out is inside
 * Discord's limits (resources/message.mdx, components/reference.mdx): too much
 * is cut visibly ("…", "and 12 more"), never refused.
 */
#ifndef ZORYX_MESSAGE_H
#define ZORYX_MESSAGE_H

#include "zoryx/base.h"
#include "zoryx/json.h"
#include "zoryx/rest.h"

#ifdef __cplusplus
extern "C" {
#endif

enum zx_color {
	ZX_COLOR_BLURPLE = 0x5865F2,
	ZX_COLOR_GREEN = 0x00FF00,
	ZX_COLOR_ORANGE = 0xFF9900,
	ZX_COLOR_RED = 0xFF0000
};

enum zx_button_style {
	ZX_BUTTON_PRIMARY = 1,
	ZX_BUTTON_SECONDARY = 2,
	ZX_BUTTON_SUCCESS = 3,
	ZX_BUTTON_DANGER = 4,
	ZX_BUTTON_LINK = 5
};

enum zx_select_kind {
	ZX_SELECT_STRING = 3,
	ZX_SELECT_USER = 5,
	ZX_SELECT_ROLE = 6,
	ZX_SELECT_MENTIONABLE = 7,
	ZX_SELECT_CHANNEL = 8
};

struct zx__message; /* what was added so far */

struct zx_message {
	const struct zx_alloc *alloc; /* private */
	struct zx__message *m;	      /* private */
	int err; /* sticky: ZX_E_NOMEM, or ZX_E_STATE (a field without an embed)
		  */
};

/* Allocates nothing yet. */
ZX_API void zx_message_init(struct zx_message *m, const struct zx_alloc *a);
ZX_API void zx_message_release(struct zx_message *m);
/* Empties it, for building the next one. */
ZX_API void zx_message_clear(struct zx_message *m);

/* Text in front of the embeds; later calls append. */
ZX_API void zx_say(struct zx_message *m, const char *fmt, ...) ZX_PRINTF(2, 3);

/* Starts an embed; the calls below fill the latest one. colour: 0xRRGGBB. */
ZX_API void zx_embed(struct zx_message *m, uint32_t color, const char *fmt, ...)
	ZX_PRINTF(3, 4); /* fmt: the title */
ZX_API void zx_embed_url(struct zx_message *m, const char *url);
/* The description; later calls append. */
ZX_API void zx_embed_text(struct zx_message *m, const char *fmt, ...)
	ZX_PRINTF(2, 3);
ZX_API void zx_embed_field(struct zx_message *m, int is_inline,
			   const char *name, const char *fmt, ...)
	ZX_PRINTF(4, 5);
ZX_API void zx_embed_footer(struct zx_message *m, const char *fmt, ...)
	ZX_PRINTF(2, 3);
ZX_API void zx_embed_author(struct zx_message *m, const char *icon_url,
			    const char *fmt, ...) ZX_PRINTF(3, 4);
ZX_API void zx_embed_thumbnail(struct zx_message *m, const char *url);
ZX_API void zx_embed_image(struct zx_message *m, const char *url);
/* Shown as the embed's time. */
ZX_API void zx_embed_time(struct zx_message *m, zx_wall at);

/* Components. Buttons fill the open row; a full row (5) or zx_row() begins the
 * next; a select takes a row of its own. */
ZX_API void zx_row(struct zx_message *m);
ZX_API void zx_button(struct zx_message *m, enum zx_button_style style,
		      const char *custom_id, const char *emoji,
		      const char *label, int disabled);
ZX_API void zx_link_button(struct zx_message *m, const char *url,
			   const char *emoji, const char *label);
ZX_API void zx_select(struct zx_message *m, enum zx_select_kind kind,
		      const char *custom_id, const char *placeholder,
		      unsigned min, unsigned max, int disabled);
/* To the latest select, of kind STRING. description may be NULL. */
ZX_API void zx_select_option(struct zx_message *m, const char *value,
			     const char *label, const char *description,
			     const char *emoji, int selected);

ZX_API void zx_attach(struct zx_message *m, const char *name,
		      const char *content_type, struct zx_str data);

enum zx_message_flag {
	ZX_MESSAGE_EPHEMERAL = (1u << 0), /* interactions only */
	ZX_MESSAGE_SILENT = (1u << 1),	  /* no notification */
	ZX_MESSAGE_NO_EMBEDS = (1u << 2)  /* links are not unfurled */
};
ZX_API void zx_message_flags(struct zx_message *m, unsigned flags);
/* Nobody is pinged unless named here (IN-11). */
ZX_API void zx_message_ping_user(struct zx_message *m, uint64_t user);
ZX_API void zx_message_ping_role(struct zx_message *m, uint64_t role);
ZX_API void zx_message_reply_to(struct zx_message *m, uint64_t message);

/*
 * Writes the message object. An edit names every part, so that what is not in
 * `m` disappears. Returns m->err or the buffer's.
 */
ZX_API int zx_message_write(struct zx_message *m, int edit, struct zx_buf *out);
/* What zx_rest_request.files wants; borrowed until the next change of m. */
ZX_API size_t zx_message_files(const struct zx_message *m,
			       const struct zx_file **files);
/* What had to be cut so far, e.g. "3 fields"; "" when nothing. */
ZX_API const char *zx_message_cut(const struct zx_message *m);

/* Writes "<t:SECONDS:STYLE>"; style R, f, F, d, D, t or T. */
ZX_API void zx_timestamp(struct zx_buf *out, zx_wall at, char style);
/* Text with Discord's markdown and mentions made harmless. */
ZX_API void zx_escape_markdown(struct zx_buf *out, struct zx_str text);
/* 1234567 as "1,234,567". */
ZX_API void zx_commas(struct zx_buf *out, uint64_t n);
/* 93784 s as "1d 2h 3m 4s", its two largest units when `shortly`. */
ZX_API void zx_duration(struct zx_buf *out, uint64_t seconds, int shortly);

#ifdef __cplusplus
}
#endif
#endif
