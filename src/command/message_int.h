/* SPDX-License-Identifier: MIT
 *
 * What the files that build messages share: nothing here knows of commands.
 */
#ifndef ZX__MESSAGE_INT_H
#define ZX__MESSAGE_INT_H

#include <string.h>

#include "zoryx/message.h"
#include "command/limits.h"

#define ZX__LEN(array) (sizeof(array) / sizeof((array)[0]))

/* Text ------------------------------------------------------------------- */

/* Discord's idea of length, taken at its strictest: UTF-16 units. */
size_t zx__units(struct zx_str s);
/* The longest prefix of at most n units, never inside a code point. */
struct zx_str zx__units_head(struct zx_str s, size_t n);
/*
 * Appends s, or what fits in `max` units with "…" at its end; an open code
 * fence is closed. Nonzero when it had to be cut.
 */
int zx__cut(struct zx_buf *out, struct zx_str s, size_t max);
/* Appends s as valid UTF-8 without NUL; other bytes become U+FFFD. */
void zx__add_clean(struct zx_buf *out, struct zx_str s);
/* Nonzero when Discord would see nothing in s. */
int zx__blank(struct zx_str s);

/* Messages --------------------------------------------------------------- */

struct zx__field {
	struct zx__field *next;
	char *name, *value;
	int is_inline;
};

struct zx__embed {
	struct zx__embed *next;
	uint32_t color;
	char *title, *url, *footer, *author, *icon, *thumbnail, *image;
	struct zx_buf text;
	zx_wall at;
	int has_at;
	struct zx__field *fields, *last_field;
	size_t field_count;  /* kept */
	size_t fields_added; /* kept or not */
};

struct zx__option {
	struct zx__option *next;
	char *value, *label, *description, *emoji;
	int selected;
};

struct zx__part { /* a button or a select */
	struct zx__part *next;
	int type; /* 2 or enum zx_select_kind */
	enum zx_button_style style;
	char *id, *label, *emoji; /* id: URL of a link; label: placeholder */
	unsigned min, max;
	int disabled;
	struct zx__option *options, *last_option;
	size_t option_count, options_added;
};

struct zx__row {
	struct zx__part *parts, *last;
	size_t count;
	int closed;
};

/* What was cut, by kind. The order is that of cut_names in message.c. */
enum zx__cut_kind {
	CUT_TEXT,
	CUT_FIELD,
	CUT_EMBED,
	CUT_COMPONENT,
	CUT_OPTION,
	CUT_FILE,
	CUT_PING,
	CUT_KINDS
};

struct zx__message {
	struct zx_buf content, scratch;
	struct zx__embed *embeds, *last_embed;
	size_t embed_count;
	struct zx__row rows[ZX__ROWS];
	size_t row_count;
	struct zx__part *last_select; /* zx_select_option adds here */
	int select_begun;	      /* the latest may have been dropped */
	struct zx_file files[ZX__FILES];
	size_t file_count;
	unsigned flags;
	uint64_t users[ZX__PINGS], roles[ZX__PINGS];
	size_t user_count, role_count;
	uint64_t reply_to;
	uint64_t panel;	  /* presses come back to this panel */
	int all_disabled; /* components are shown, not pressable */
	size_t added_cut[CUT_KINDS], written_cut[CUT_KINDS];
	char note[128];
};

/* Where the message goes decides which members it may have. */
struct zx__write {
	int edit;	  /* name every part */
	int interaction;  /* ephemeral, no reference */
	int ephemeral;	  /* with interaction, beside the message's flag */
	int no_reference; /* Discord refused it */
	const char *nonce;
};

/* m->m, made on first use; NULL (and m->err) when memory is out. */
struct zx__message *zx__message_get(struct zx_message *m);
/* Formats at most `limit` units; NULL (and m->err) when memory is out. */
char *zx__message_text(struct zx_message *m, size_t limit, const char *fmt,
		       va_list ap) ZX_PRINTF(3, 0);
char *zx__message_copy(struct zx_message *m, size_t limit, const char *text);
/* Appends to a text that later calls append to as well. */
void zx__message_append(struct zx_message *m, struct zx_buf *to, size_t limit,
			const char *fmt, va_list ap) ZX_PRINTF(4, 0);
/* Counts a cut made while adding or while writing. */
void zx__message_cut_added(struct zx__message *m, enum zx__cut_kind kind);
void zx__embeds_free(const struct zx_alloc *a, struct zx__message *m);
void zx__rows_free(const struct zx_alloc *a, struct zx__message *m);
/* Moves what is in `from` to `to`, which must be empty. */
void zx__message_move(struct zx_message *to, struct zx_message *from);

/* Writes members into the object that is open in w. */
void zx__message_members(struct zx_message *m, const struct zx__write *how,
			 struct zx_json_writer *w);
void zx__embeds_write(struct zx__message *m, struct zx_json_writer *w,
		      struct zx_buf *scratch);
void zx__rows_write(struct zx__message *m, struct zx_json_writer *w,
		    struct zx_buf *scratch);
/* Writes the scratch as a string and hands on its error, which the next
 * zx_buf_clear would forget. */
void zx__scratch_write(struct zx_json_writer *w, const char *key,
		       const struct zx_buf *scratch);
/* A URL that Discord takes for pictures and links. */
int zx__url_ok(const char *url, size_t max);

#endif
