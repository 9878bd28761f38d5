/* SPDX-License-Identifier: MIT
 *
 * gateway alone: links with gateway, base, zlib and libzstd, and nothing else.
 */
#include "zoryx/gateway.h"

int main(void)
{
	struct zx_shard_options opt = ZX_SHARD_OPTIONS_INIT;
	struct zx_shard_out out;
	struct zx_shard *shard;
	struct zx_prng prng;
	int connects = 0;

	zx_prng_init(&prng, 1);
	opt.token = "alone";
	opt.gateway_url = "wss://gateway.discord.gg";
	opt.compress = ZX_COMPRESS_ZSTD_STREAM;
	opt.rand = zx_prng_rand(&prng);
	if (zx_shard_new(&shard, &opt))
		return 1;
	if (!zx_shard_start(shard, 0))
		while (zx_shard_poll(shard, &out))
			connects += out.kind == ZX_SHARD_OUT_CONNECT;
	zx_shard_free(shard);
	return connects != 1;
}
