/* SPDX-License-Identifier: MIT
 *
 * restore --plan: its command line, and the way through it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "restore.h"
#include "zoryx/net.h"

static const struct {
	const char *name;
	unsigned bit;
} parts[] = {
#define X(bit, name, title) { name, ZX_RESTORE_##bit },
	ZX_RESTORE_PARTS(X)
#undef X
		{ "all", ZX_RESTORE_ALL },
};

static int one_part(struct zx_str word, unsigned *what)
{
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		if (zx_str_is(word, parts[i].name)) {
			*what |= parts[i].bit;
			return 0;
		}
	fprintf(stderr, "zoryx-bot: restore knows no part \"%.*s\"; it has",
		ZX_ARG(word));
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		fprintf(stderr, "%s %s", i ? "," : "", parts[i].name);
	fprintf(stderr, "\n");
	return -1;
}

static int some_parts(const char *list, unsigned *what)
{
	struct zx_str rest = zx_str(list);

	*what = 0;
	while (rest.len)
		if (one_part(zx_str_split(&rest, ','), what))
			return -1;
	return *what ? 0 : one_part(ZX_STR(""), what);
}

static int value(const char *name, const char *text, struct restore_args *out)
{
	if (!strcmp(name, "--plan")) {
		out->file = text;
		return 0;
	}
	if (!strcmp(name, "--only"))
		return some_parts(text, &out->what);
	if (!zx_str_u64(zx_str(text), &out->guild) && out->guild)
		return 0;
	fprintf(stderr, "zoryx-bot: --guild %s: that is no id of a server\n",
		text);
	return -1;
}

static int takes_value(const char *name)
{
	return !strcmp(name, "--plan") || !strcmp(name, "--guild") ||
	       !strcmp(name, "--only");
}

int restore_args(int argc, char **argv, struct restore_args *out)
{
	*out = (struct restore_args){ .what = ZX_RESTORE_DEFAULT };
	for (int i = 2; i < argc; i++) {
		if (takes_value(argv[i]) && i + 1 < argc) {
			if (value(argv[i], argv[i + 1], out))
				return -1;
			i++;
		} else if (!strcmp(argv[i], "--role-sync")) {
			out->role_sync = 1;
		} else if (!strcmp(argv[i], "--update")) {
			out->update = 1;
		} else if (!strcmp(argv[i], "--json")) {
			out->json = 1;
		} else {
			fprintf(stderr,
				"zoryx-bot: restore does not understand %s\n",
				argv[i]);
			return -1;
		}
	}
	if (out->file && out->guild)
		return 0;
	fprintf(stderr, "zoryx-bot: restore needs --plan FILE and --guild ID; "
			"see zoryx-bot --help\n");
	return -1;
}

/* The way through ---------------------------------------------------------- */

static int print(struct zx_str piece, void *ud)
{
	(void)ud;
	return fwrite(piece.ptr, 1, piece.len, stdout) == piece.len ? ZX_OK
								    : ZX_E_IO;
}

static int tell(const struct zx_plan *p, int json)
{
	int err = ZX_OK;

	if (json)
		err = zx_plan_write(p, print, NULL, NULL);
	else
		restore_show(p);
	if (!err && !fflush(stdout))
		return zx_plan_blocked(p) ? EXIT_BAD : EXIT_GOOD;
	fprintf(stderr, "zoryx-bot: the plan could not be written\n");
	return EXIT_LATER;
}

static int draw_up(const struct zx_guild_reader *snapshot,
		   const struct zx_guild_reader *live,
		   const struct zx_restore_options *o, int json)
{
	struct zx_plan *p;
	int err = zx_plan_new(&p, snapshot, live, o), code;

	if (err) {
		fprintf(stderr, "zoryx-bot: no plan: %s\n", zx_strerror(err));
		return err == ZX_E_NOMEM ? EXIT_LATER : EXIT_BAD;
	}
	code = tell(p, json);
	zx_plan_free(p);
	return code;
}

int restore_run(const struct zx_config *config, const struct restore_args *args)
{
	struct zx_restore_options o = ZX_RESTORE_OPTIONS_INIT;
	struct zx_rand rand = zx_system_rand();
	struct restore_parts was = { NULL, 0, 0 };
	struct zx_guild_reader snapshot, live;
	struct zx_buf self;
	int code = EXIT_BAD;

	zx_buf_init(&self, NULL, 0);
	zx_guild_id_new(&rand, o.id);
	o.what = args->what;
	o.role_sync = args->role_sync;
	o.update = args->update;
	o.guild = args->guild;
	o.now = zx_wall_clock();
	if (!restore_file(args->file, &was, &snapshot)) {
		code = restore_look(config, &snapshot, &was, &o, &self, &live);
		if (code == EXIT_GOOD)
			code = draw_up(&snapshot, &live, &o, args->json);
	}
	zx_buf_release(&self);
	restore_parts_free(&was);
	return code;
}
