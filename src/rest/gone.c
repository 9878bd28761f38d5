/* SPDX-License-Identifier: MIT
 *
 * gone: webhooks that do not exist any more are not asked again (RL-14). The
 * newest thousand are remembered.
 */
#include "rest/rest_int.h"

struct gone {
	struct zx__mnode node;
	struct zx__link age;
	uint64_t webhook, token; /* token 0: the webhook, whatever the token */
};

static uint64_t hash_of(uint64_t webhook, uint64_t token)
{
	return webhook ^ (token << 1 | token >> 63);
}

static struct gone *find(const struct zx_rest *r, uint64_t webhook,
			 uint64_t token)
{
	struct zx__mnode *n =
		zx__rest_map_first(&r->gone, hash_of(webhook, token));

	for (; n; n = zx__rest_map_next(n)) {
		struct gone *g = zx__of(n, struct gone, node);

		if (g->webhook == webhook && g->token == token)
			return g;
	}
	return NULL;
}

static void drop(struct zx_rest *r, struct gone *g)
{
	zx__rest_map_cut(&r->gone, &g->node);
	zx__list_cut(&g->age);
	zx_delete(r->alloc, g);
}

void zx__rest_gone_note(struct zx_rest *r, const struct zx__req *q)
{
	const struct zx__route *route = &q->lane->route;
	struct gone *g;

	/* "@original" is unknown until the interaction has its answer, and its
	 * token ends by itself. */
	if (!route->webhook || route->token_of_command || route->original ||
	    find(r, route->webhook, route->token))
		return;
	g = zx_new(r->alloc, sizeof(*g));
	if (!g)
		return;
	if (r->gone.count >= ZX__REST_GONE)
		drop(r, zx__of(r->gone_age.next, struct gone, age));
	g->webhook = route->webhook;
	g->token = route->token;
	zx__list_put(&r->gone_age, &g->age);
	zx__rest_map_put(&r->gone, &g->node, hash_of(g->webhook, g->token));
	zx_logf(r->log, ZX_LOG_WARN, "rest",
		"%.*s: the webhook is gone, not used again",
		ZX_ARG(zx__lane_name(q->lane)));
}

int zx__rest_gone_now(struct zx_rest *r, struct zx__req *q)
{
	const struct zx__route *route = &q->lane->route;

	if (!route->webhook || !r->gone.count)
		return 0;
	if (!find(r, route->webhook, 0) &&
	    !find(r, route->webhook, route->token))
		return 0;
	q->status = 404;
	q->code = 10015;
	zx__rest_req_finish(r, q, ZX_E_REMOTE,
			    "this webhook does not exist any more");
	return 1;
}

void zx__rest_gone_release(struct zx_rest *r)
{
	while (!zx__list_empty(&r->gone_age))
		drop(r, zx__of(r->gone_age.next, struct gone, age));
}
