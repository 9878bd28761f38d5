/* SPDX-License-Identifier: MIT
 *
 * modal: a form that opens over the client and gives back what was filled in.
 * Like a panel, it is a constant table; what it belongs to is kept on our side
 * and expires.
 *
 *   slash command or press -> zx_modal -> somebody fills it in -> submitted
 */
#ifndef ZORYX_MODAL_H
#define ZORYX_MODAL_H

#include "zoryx/command.h"

#ifdef __cplusplus
extern "C" {
#endif

enum zx_input_kind {
	ZX_INPUT_SELECT = 3, /* one of the choices, or several */
	ZX_INPUT_TEXT = 4,
	ZX_INPUT_USER = 5,
	ZX_INPUT_ROLE = 6,
	ZX_INPUT_MENTIONABLE = 7,
	ZX_INPUT_CHANNEL = 8,
	ZX_INPUT_FILE = 19,
	ZX_INPUT_RADIO = 21,  /* 2 to 10 choices */
	ZX_INPUT_CHECKS = 22, /* 1 to 10 choices */
	ZX_INPUT_CHECK = 23   /* yes or no */
};

struct zx_input {
	const char *name;	 /* to read it by; at most 60 bytes */
	const char *label;	 /* 45 characters are shown */
	const char *description; /* 100; NULL: none */
	const char *placeholder; /* of texts and selects; NULL: none */
	enum zx_input_kind kind;
	int required;
	int paragraph;	   /* TEXT: several lines */
	unsigned min, max; /* characters, or how many; max 0: Discord's own */
	const struct zx_choice *choices; /* SELECT (at most 25), RADIO, CHECKS
					  */
	size_t choice_count;
};

struct zx_modal {
	const char *title;	       /* 45 characters are shown */
	const struct zx_input *inputs; /* 1 to 5 */
	size_t input_count;
	size_t state_size;   /* of what it is about; may be 0 */
	uint32_t timeout_ms; /* 0 means 15 min */
	/*
	 * Filled in, at most once, and the command's rule still lets the person
	 * through. zx_call_text and the others read the inputs by name; of a
	 * file, the text is its URL. Answer as a command does; a form that a
	 * press opened answers as the press would: zx_reply and zx_reply_panel
	 * change the message that was pressed.
	 */
	void (*submitted)(struct zx_call *call, const void *state, void *ud);
	void *ud;
};

/*
 * Answers a slash command, or in `press` (return ZX_PRESS_DONE), by opening the
 * form; nothing else can be said in that call. `values`: what the inputs show
 * at first, as many as there are inputs, each may be NULL; NULL: all empty.
 * `modal` must outlive the form.
 *
 * ZX_E_STATE: this call cannot open one: it came as a message (answer with a
 * panel whose button does), was answered or deferred, or came of a form.
 * ZX_E_INVALID: what it breaks is in zx_commands_error(). ZX_E_NOMEM.
 */
ZX_API int zx_modal(struct zx_call *call, const struct zx_modal *modal,
		    const void *state, const char *const *values);

/* All values of an input that takes several, a raw JSON array of strings; empty
 * when there is none. */
ZX_API struct zx_str zx_call_values(const struct zx_call *call,
				    const char *input);

#ifdef __cplusplus
}
#endif
#endif
