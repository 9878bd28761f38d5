/* SPDX-License-Identifier: MIT
 *
 * The command line of zoryx-sandbox.
 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "options.h"

static const char help[] =
	"zoryx-sandbox: a local Discord to try, test and benchmark bots.\n"
	"\n"
	"  zoryx-sandbox [OPTIONS] [--run PROGRAM [ARGUMENTS...]]\n"
	"\n"
	"  --run PROGRAM ...      run this bot in it, and end together; all that\n"
	"                         follows belongs to the program\n"
	"  --port N               8080 if free when not given; 0: any free one\n"
	"  --guilds N             servers (3)\n"
	"  --members N            members of each (12)\n"
	"  --kinds LIST           what the first servers are, by commas: plain,\n"
	"                         empty, bare, unboosted, everything, huge\n"
	"  --schema-only          those have only what Discord's published schema\n"
	"                         knows: no gradients, no media channel\n"
	"  --shards N             recommended to the bot (1)\n"
	"  --max-concurrency N    identifies per 5 s (1)\n"
	"  --identify-limit N     identifies per day (1000)\n"
	"  --heartbeat MS         interval given in Hello (41250)\n"
	"  --refuse-intents BITS  privileged intents that are switched off; 33026\n"
	"                         are all three\n"
	"  --seed N               of names, ids and jitter (1)\n"
	"  --no-rate-limits       no 429s\n"
	"  --quiet                print the first two lines only\n"
	"  --help\n"
	"\n"
	"The bot gets DISCORD_TOKEN, ZX_API_URL and BOT_OWNER_ID. Listens on\n"
	"127.0.0.1 only. docs/SANDBOX.md tells of the page, the control calls and\n"
	"the faults.\n";

static const struct number {
	const char *name;
	size_t at; /* in struct zx_sandbox_options */
	size_t size;
	uint64_t min, max;
} numbers[] = {
#define NUMBER(name, field, min, max)                                          \
	{                                                                      \
		name, offsetof(struct zx_sandbox_options, field),              \
			sizeof(((struct zx_sandbox_options *)0)->field), min,  \
			max                                                    \
	}
	NUMBER("--port", port, 0, 65535),
	NUMBER("--guilds", guilds, 1, 100000),
	NUMBER("--members", members, 4, 1000000),
	NUMBER("--shards", shards, 1, 8192),
	NUMBER("--max-concurrency", max_concurrency, 1, 65536),
	NUMBER("--identify-limit", identify_limit, 1, 1000000),
	NUMBER("--heartbeat", heartbeat_ms, 10, 3600000),
	NUMBER("--refuse-intents", intents_refused, 0, UINT32_MAX),
	NUMBER("--seed", seed, 1, UINT64_MAX),
#undef NUMBER
};

static int fail(const char *what, const char *name)
{
	fprintf(stderr, "zoryx-sandbox: %s %s (see --help)\n", name, what);
	return 2;
}

static void store(struct options *o, const struct number *n, uint64_t v)
{
	char *at = (char *)&o->box + n->at;

	if (n->size == sizeof(uint16_t))
		memcpy(at, &(uint16_t){ (uint16_t)v }, n->size);
	else if (n->size == sizeof(uint32_t))
		memcpy(at, &(uint32_t){ (uint32_t)v }, n->size);
	else
		memcpy(at, &v, sizeof(v));
}

static int read_number(struct options *o, const struct number *n,
		       const char *text)
{
	char what[96];
	uint64_t v;

	if (!text)
		return fail("needs a number", n->name);
	if (zx_str_u64(zx_str(text), &v) || v < n->min || v > n->max) {
		snprintf(what, sizeof(what),
			 "must be a number from %llu to %llu",
			 (unsigned long long)n->min,
			 (unsigned long long)n->max);
		return fail(what, n->name);
	}
	store(o, n, v);
	if (n->at == offsetof(struct zx_sandbox_options, port))
		o->port_given = 1;
	return -1;
}

/* The number's row when arg is "--name" or "--name=value". */
static const struct number *find(const char *arg, const char **value)
{
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		size_t n = strlen(numbers[i].name);

		if (strncmp(arg, numbers[i].name, n) ||
		    (arg[n] && arg[n] != '='))
			continue;
		*value = arg[n] ? arg + n + 1 : NULL;
		return &numbers[i];
	}
	return NULL;
}

int options_read(struct options *o, int argc, char **argv)
{
	static const struct options init = { .box = ZX_SANDBOX_OPTIONS_INIT };
	const struct number *n;
	const char *value;
	int code = -1;

	*o = init;
	for (int i = 1; i < argc && code < 0; i++) {
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
			fputs(help, stdout);
			return 0;
		}
		if (!strcmp(argv[i], "--run")) {
			if (i + 1 == argc)
				return fail("needs a program", "--run");
			o->run = argv + i + 1;
			break;
		}
		if (!strncmp(argv[i], "--kinds=", 8)) {
			o->box.kinds = argv[i] + 8;
			continue;
		}
		if (!strcmp(argv[i], "--kinds")) {
			if (i + 1 == argc)
				return fail("needs a list", "--kinds");
			o->box.kinds = argv[++i];
			continue;
		}
		n = find(argv[i], &value);
		if (n && !value && i + 1 < argc)
			value = argv[++i];
		if (n)
			code = read_number(o, n, value);
		else if (!strcmp(argv[i], "--quiet"))
			o->quiet = 1;
		else if (!strcmp(argv[i], "--no-rate-limits"))
			o->box.no_rate_limits = 1;
		else if (!strcmp(argv[i], "--schema-only"))
			o->box.schema_only = 1;
		else
			code = fail("is not known", argv[i]);
	}
	return code;
}
