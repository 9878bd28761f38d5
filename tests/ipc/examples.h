/* SPDX-License-Identifier: MIT
 *
 * The worked examples of the protocol: lengths and payloads, byte for byte.
 */
#ifndef EXAMPLES_H
#define EXAMPLES_H

#include <stddef.h>

static const struct {
	size_t len;
	const char *text;
} examples[] = {
	{ 0xec, "{\"op\": \"auth\", \"data\": {\"secret\": \"s3cret-s3cret"
		"\", \"cluster_name\": \"cluster-1\", \"shard_ids\": [3,"
		" 4, 5], \"shard_count\": 6, \"guild_count\": 512}, \""
		"source\": \"cluster-1\", \"target\": \"all\", \"timestam"
		"p\": 1771430400.125, \"nonce\": \"4fb042d8f01f\"}" },
	{ 0xac, "{\"op\": \"heartbeat\", \"data\": {\"timestamp\": 177143"
		"0400.125, \"guild_count\": 512}, \"source\": \"cluste"
		"r-1\", \"target\": \"all\", \"timestamp\": 1771430400.1"
		"25, \"nonce\": \"63cc27091777\"}" },
	{ 0xe0, "{\"op\": \"auth_response\", \"data\": {\"success\": true"
		", \"server_cluster\": \"cluster-0\", \"connected_clie"
		"nts\": [\"cluster-2\", \"cluster-1\"]}, \"source\": \"cl"
		"uster-0\", \"target\": \"all\", \"timestamp\": 17714304"
		"00.125, \"nonce\": \"c1fcdcfa6282\"}" },
	{ 0xac, "{\"op\": \"auth_response\", \"data\": {\"success\": fals"
		"e, \"error\": \"Invalid secret\"}, \"source\": \"cluste"
		"r-0\", \"target\": \"all\", \"timestamp\": 1771430400.1"
		"25, \"nonce\": \"c1fcdcfa6282\"}" },
	{ 0xb3, "{\"op\": \"cluster_join\", \"data\": {\"cluster_name\": "
		"\"cluster-1\", \"shard_ids\": [3, 4, 5]}, \"source\": "
		"\"cluster-0\", \"target\": \"all\", \"timestamp\": 17714"
		"30400.125, \"nonce\": \"ea8761e0ff3c\"}" },
	{ 0x9c, "{\"op\": \"cluster_leave\", \"data\": {\"cluster_name\":"
		" \"cluster-1\"}, \"source\": \"cluster-0\", \"target\": "
		"\"all\", \"timestamp\": 1771430400.125, \"nonce\": \"5e"
		"2b0ce84bcb\"}" },
	{ 0xa2, "{\"op\": \"heartbeat_ack\", \"data\": {\"timestamp\": 17"
		"71430400.125}, \"source\": \"cluster-0\", \"target\": "
		"\"cluster-1\", \"timestamp\": 1771430400.125, \"nonce"
		"\": \"dc454038481d\"}" },
	{ 0x146, "{\"op\": \"stats_broadcast\", \"data\": {\"cluster_name"
		 "\": \"cluster-1\", \"guild_count\": 512, \"user_count\""
		 ": 90210, \"shard_count\": 6, \"shard_ids\": [3, 4, 5"
		 "], \"latency\": 0.04213, \"uptime\": 3600.5, \"mode\":"
		 " \"client\", \"timestamp\": 1771430400.125}, \"source"
		 "\": \"cluster-1\", \"target\": \"all\", \"timestamp\": 17"
		 "71430400.125, \"nonce\": \"cc6fd094b7a1\"}" },
	{ 0x87, "{\"op\": \"stats_request\", \"data\": {}, \"source\": \"c"
		"luster-2\", \"target\": \"cluster-1\", \"timestamp\": 1"
		"771430400.125, \"nonce\": \"fe2795367a99\"}" },
	{ 0x14c, "{\"op\": \"stats_broadcast\", \"data\": {\"cluster_name"
		 "\": \"cluster-1\", \"guild_count\": 512, \"user_count\""
		 ": 90210, \"shard_count\": 6, \"shard_ids\": [3, 4, 5"
		 "], \"latency\": 0.04213, \"uptime\": 3600.5, \"mode\":"
		 " \"client\", \"timestamp\": 1771430400.125}, \"source"
		 "\": \"cluster-1\", \"target\": \"cluster-2\", \"timestam"
		 "p\": 1771430400.125, \"nonce\": \"cc6fd094b7a1\"}" },
	{ 0x8d, "{\"op\": \"guild_count_request\", \"data\": {}, \"sourc"
		"e\": \"cluster-1\", \"target\": \"cluster-0\", \"timesta"
		"mp\": 1771430400.125, \"nonce\": \"8c4f65eb63fa\"}" },
	{ 0xc7, "{\"op\": \"guild_count_response\", \"data\": {\"guild_c"
		"ount\": 500, \"user_count\": 81000, \"shard_count\": "
		"6}, \"source\": \"cluster-0\", \"target\": \"cluster-1\""
		", \"timestamp\": 1771430400.125, \"nonce\": \"4e70a70"
		"34843\"}" },
	{ 0x98, "{\"op\": \"eval_request\", \"data\": {\"query\": \"latenc"
		"y\"}, \"source\": \"cluster-1\", \"target\": \"cluster-0"
		"\", \"timestamp\": 1771430400.125, \"nonce\": \"42a1e4"
		"78fb05\"}" },
	{ 0xab, "{\"op\": \"eval_response\", \"data\": {\"query\": \"laten"
		"cy\", \"result\": 0.0391}, \"source\": \"cluster-0\", \""
		"target\": \"cluster-1\", \"timestamp\": 1771430400.12"
		"5, \"nonce\": \"78babeadc973\"}" },
	{ 0xb3, "{\"op\": \"eval_response\", \"data\": {\"query\": \"rm -r"
		"f\", \"result\": \"unknown_query\"}, \"source\": \"clust"
		"er-0\", \"target\": \"cluster-1\", \"timestamp\": 17714"
		"30400.125, \"nonce\": \"78babeadc973\"}" },
	{ 0xeb, "{\"op\": \"broadcast_message\", \"data\": {\"message\": "
		"\"Deploying in 5 minutes \\u2014 hold on\", \"author"
		"\": \"owner\", \"author_id\": 123456789012345678}, \"s"
		"ource\": \"cluster-0\", \"target\": \"all\", \"timestamp"
		"\": 1771430400.125, \"nonce\": \"12faa2d9df29\"}" },
};
#define EXAMPLES (sizeof(examples) / sizeof(*examples))

#endif
