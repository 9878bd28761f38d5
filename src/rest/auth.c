/* SPDX-License-Identifier: MIT
 *
 * auth: the bot's token, and the stop after a 401 (RL-12).
 */
#include <string.h>

#include "rest/rest_int.h"

static const char stopped[] =
	"Discord refused the bot's token; nothing is sent until it has another";

void zx__rest_auth_stop(struct zx_rest *r)
{
	if (r->unauthorized)
		return;
	r->unauthorized = 1;
	r->stats.unauthorized = 1;
	/* Every result says so too: the host tells people in its own words. */
	zx_logf(r->log, ZX_LOG_DEBUG, "rest", "%s", stopped);
	zx__rest_req_sweep(r, zx__req_gated, ZX_E_AUTH, stopped);
}

static void drop(struct zx_rest *r)
{
	if (r->token)
		zx_wipe(r->token, strlen(r->token));
	zx_delete(r->alloc, r->token);
	r->token = NULL;
}

/* What may stand in a header line. */
static int is_clean(struct zx_str s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if (s.ptr[i] < 0x20 || s.ptr[i] > 0x7e)
			return 0;
	return 1;
}

int zx__rest_set_token(struct zx_rest *r, const char *token)
{
	struct zx_str s = zx_str_trim(zx_str(token));
	char *copy = NULL;

	if (!is_clean(s))
		return ZX_E_INVALID;
	if (s.len && !(copy = zx_str_dup(r->alloc, s)))
		return ZX_E_NOMEM;
	drop(r);
	r->token = copy;
	r->token_no++;
	r->unauthorized = r->stats.unauthorized = 0;
	return ZX_OK;
}

int zx_rest_set_token(struct zx_rest *r, const char *token)
{
	return zx__rest_set_token(r, token);
}
