/* SPDX-License-Identifier: MIT
 *
 * The named ceilings of command: Discord's, then our own.
 */
#ifndef ZX__COMMAND_LIMITS_H
#define ZX__COMMAND_LIMITS_H

/* Messages, in UTF-16 units (resources/message.mdx, section "Embed Limits"). */
#define ZX__CONTENT 2000
#define ZX__EMBEDS 10
#define ZX__EMBED_TOTAL 6000
#define ZX__EMBED_TITLE 256
#define ZX__EMBED_TEXT 4096
#define ZX__EMBED_FOOTER 2048
#define ZX__EMBED_AUTHOR 256
#define ZX__FIELDS 25
#define ZX__FIELD_NAME 256
#define ZX__FIELD_VALUE 1024
#define ZX__FILES 10
#define ZX__FILE_NAME 256
#define ZX__PINGS 100
#define ZX__UPLOAD_MAX (10 << 20) /* bytes of a file, where nothing is said */
#define ZX__URL 2048

/* Components (components/reference.mdx). */
#define ZX__ROWS 5
#define ZX__BUTTONS 5
#define ZX__CUSTOM_ID 100
#define ZX__LABEL 80
#define ZX__LINK 512
#define ZX__PLACEHOLDER 150
#define ZX__OPTIONS 25
#define ZX__OPTION_TEXT 100
#define ZX__EMOJI 64

/* Commands (interactions/application-commands.mdx). */
#define ZX__SLASH_COMMANDS 100
#define ZX__COMMAND_NAME 32
#define ZX__COMMAND_TEXT 100
#define ZX__COMMAND_OPTIONS 25
#define ZX__CHOICES 25
#define ZX__CHOICE_TEXT 100
#define ZX__COMMAND_TOTAL 8000
#define ZX__STRING_LENGTH 6000

/* Interactions: the token's life less a margin, and when to defer (IN-01). */
#define ZX__TOKEN_MS (15 * 60 * 1000 - 10 * 1000)
#define ZX__DEFER_MS 2000
#define ZX__GUEST_FOLLOW_UPS 5 /* IN-08 */
/* One attempt of a message with files: 10 MiB need a while over a slow line. */
#define ZX__FILES_TIMEOUT_MS (2 * 60 * 1000)
/* An answer that a rate limit would hold longer comes too late anyway. */
#define ZX__CALLBACK_WAIT_MS 2500

/* Modals (components/reference.mdx). */
#define ZX__MODAL_TITLE 45
#define ZX__MODAL_LABEL 45
#define ZX__MODAL_TEXT 100 /* descriptions, placeholders of text inputs */
#define ZX__MODAL_INPUTS 5
#define ZX__MODAL_VALUE 4000
#define ZX__MODAL_FILES 10
#define ZX__MODAL_CHECKS 10

/* Ours. */
#define ZX__MAX_CALLS 10000
#define ZX__MAX_PANELS 10000
#define ZX__PANEL_MS 120000
#define ZX__MODAL_MS (15 * 60 * 1000)
#define ZX__PANEL_STATE 65536
#define ZX__ACTION 60
#define ZX__QUESTION 1000 /* bytes of a confirmation's text */
#define ZX__QUESTION_STATE 256
#define ZX__QUESTION_MS 60000
#define ZX__QUEUE 16	/* messages of one call that wait for each other */
#define ZX__DOOMED 1000 /* error replies that wait to be deleted */
#define ZX__DELETE_MS 10000
#define ZX__DELETE_UNEXPECTED_MS 15000
#define ZX__MENTION_COOLDOWN_MS 5000
#define ZX__COOLDOWN_WAYS 4
#define ZX__COOLDOWN_SETS 16384
#define ZX__COMMANDS 1000

#endif
