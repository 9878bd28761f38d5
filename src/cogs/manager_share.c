/* SPDX-License-Identifier: MIT
 *
 * manager_share: what Discord counts over all processes, divided among them:
 * requests per second by head, invalid requests by telling each other.
 */
#include "cogs/manager_int.h"

#define GLOBAL_PER_S 50
#define TELL_AT 50 /* invalid requests */

/* As many as must be there, going by the shards that are ours. */
static size_t likely(const struct zx__mgr *m)
{
	size_t ours = m->us.ids_n, all = m->us.shard_count;

	return ours && all > ours ? (all + ours - 1) / ours : 1;
}

/* While the primary is away the latest share stays. */
void zx__mgr_share(struct zx__mgr *m)
{
	size_t i, n = 1;
	uint32_t share;

	for (i = 0; i < m->table.n; i++)
		n += m->table.v[i].there != 0;
	if (!zx_ipc_is_up(m->x) && n < likely(m))
		n = likely(m);
	share = n < GLOBAL_PER_S ? (uint32_t)(GLOBAL_PER_S / n) : 1;
	if (share == m->share)
		return;
	m->share = share;
	zx_bot_set_rest_share(m->bot, share);
}

void zx__mgr_share_tell(struct zx__mgr *m)
{
	char data[48];

	if (!m->invalid || m->leaving || !zx_ipc_is_up(m->x))
		return;
	snprintf(data, sizeof(data), "{\"count\":%u}", m->invalid);
	if (zx_ipc_send(m->x, ZX__MGR_INVALID, NULL, zx_str(data),
			zx__mgr_now(m), NULL))
		return;
	m->invalid = 0;
	zx_ipc_kick(m->conn);
}

void zx__mgr_on_rest(struct zx_bot *bot, void *data, uint64_t guild,
		     const struct zx_rest_result *r)
{
	const struct zx_rest_stats *s = zx_bot_rest_stats(bot);
	uint64_t limited = s->limited_user + s->limited_global;
	struct zx__mgr *m = data;

	(void)guild;
	if (!m->x)
		return;
	m->invalid += r->attempts && (r->status == 401 || r->status == 403);
	m->invalid += (uint32_t)(limited - m->limited);
	m->limited = limited;
	if (m->invalid >= TELL_AT)
		zx__mgr_share_tell(m);
}
