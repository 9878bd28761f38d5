/* SPDX-License-Identifier: MIT
 *
 * Webhook routes serve two masters: channels' webhooks and the tokens of
 * interactions, told apart by the id in the path.
 */
#ifndef ZX_SANDBOX_WEBHOOK_H
#define ZX_SANDBOX_WEBHOOK_H

#include "sandbox/rest.h"

/* The webhook of the path, checked against token or permission; NULL when the
 * answer is given. */
cJSON *zx__webhook_find(struct zx__call *c, struct zx__guild **g);
/* followup.c: POST with an interaction's token. */
void zx__followup(struct zx__call *c);
/* The message of the path ("@original" or an id); NULL when answered. */
struct zx__msg *zx__followup_find(struct zx__call *c);
/* Edits a message of either kind and announces it. */
void zx__followup_edit(struct zx__call *c, struct zx__msg *m,
		       const cJSON *body);

#endif
