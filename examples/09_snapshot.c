/* SPDX-License-Identifier: MIT
 *
 * 09_snapshot A.json B.json: both stored, hashed, verified and compared.
 * They look like {"roles": [{"id": "1", "name": "Mod"}]}. */
#include <stdio.h>
#include <string.h>

#include "zoryx/guild.h"
#include "zoryx/state.h"

static struct zx_state *db;
static uint64_t draft;

static int put(const unsigned char hash[ZX_HASH], struct zx_str data, void *ud)
{
	return zx_state_snap_part(ud, draft, hash, data);
}

static int get(const unsigned char hash[ZX_HASH], struct zx_buf *out, void *ud)
{
	return zx_state_part_get(ud, hash, out);
}

static int take(const char *path, const char *id, struct zx_guild_reader *r)
{
	struct zx_guild_writer_options o = { .size = sizeof(o) };
	struct zx_state_snapshot snap = { .guild = 1 };
	struct zx_guild_writer *w = NULL;
	struct zx_guild_parser *p = NULL;
	struct zx_guild_verified v;
	struct zx_guild_written out;
	char piece[4096];
	FILE *f = fopen(path, "rb");
	int err = !f || zx_state_snap_begin(db, 1, &draft);

	o.store = (struct zx_guild_store){ put, get, NULL, db };
	err = err || zx_guild_writer_new(&w, &o) ||
	      zx_guild_parser_new(&p, w, NULL);
	for (size_t n; !err && (n = fread(piece, 1, sizeof(piece), f)) > 0;)
		err = zx_guild_parser_feed(p, (struct zx_str){ piece, n });
	err = err || zx_guild_parser_end(p) || zx_guild_finish(w, &out);
	if (!err) {
		strcpy(snap.id, id);
		memcpy(snap.hash, out.hash, ZX_HASH);
		snap.manifest = out.manifest;
		zx_hash_text(out.hash, piece);
		printf("%s: %s\n", path, piece);
		zx_state_snap_delete(db, 1, id);
		err = zx_state_snap_commit(db, draft, &snap, 0) ||
		      zx_guild_verify(out.manifest, out.hash, &o.store, NULL,
				      &v, NULL, NULL) ||
		      zx_guild_open(r, out.manifest, &o.store, NULL);
	}
	zx_guild_parser_free(p);
	zx_guild_writer_free(w);
	return err | (f && fclose(f));
}

static int tell(const struct zx_change *c, void *ud)
{
	return fprintf(ud, "%c %.*s %.*s\n", "+-~"[c->kind], ZX_ARG(c->name),
		       ZX_ARG(c->path)) < 0;
}

int main(int argc, char **argv)
{
	struct zx_state_options o = { sizeof(o), .path = "snapshots.db" };
	struct zx_guild_reader a, b;
	struct zx_diff d;
	int err = argc != 3 || zx_state_open(&db, &o) ||
		  take(argv[1], "00000000000a", &a) ||
		  take(argv[2], "00000000000b", &b) ||
		  zx_guild_diff(&a, &b, &d, tell, stdout);

	if (err)
		puts(db ? zx_state_error(db) : "09_snapshot A.json B.json");
	zx_state_close(db);
	return err != 0;
}
