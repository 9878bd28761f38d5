/* SPDX-License-Identifier: MIT
 *
 * Snapshot files of the Python framework: their checksum, and what makes one
 * acceptable.
 */
#include <stdio.h>
#include <string.h>

#include "guild/guild_int.h"

struct sum {
	mbedtls_sha256_context sha;
	uint64_t bytes;
};

static int add(struct zx_str piece, void *ud)
{
	struct sum *s = ud;

	zx__sha_add(&s->sha, piece.ptr, piece.len);
	s->bytes += piece.len;
	return ZX_OK;
}

int zx_python_checksum(struct zx_str json, const struct zx_alloc *a,
		       char out[ZX_CHECKSUM_TEXT], uint64_t *bytes)
{
	unsigned char hash[ZX_HASH];
	char text[ZX_HASH_TEXT];
	struct sum s = { .bytes = 0 };
	int err;

	zx__sha_begin(&s.sha);
	err = zx_canon(json, ZX_CANON_PYTHON, a, add, &s);
	zx__sha_end(&s.sha, hash);
	zx_hash_text(hash, text);
	snprintf(out, ZX_CHECKSUM_TEXT, "%.16s", text);
	if (bytes)
		*bytes = s.bytes;
	return err;
}

/* Every list of a snapshot, and more entries than any server can have. */
static const struct {
	const char *name;
	size_t max;
} lists[] = { { "roles", 1000 },	  { "categories", 2000 },
	      { "text_channels", 2000 },  { "voice_channels", 2000 },
	      { "forum_channels", 2000 }, { "stage_channels", 2000 },
	      { "emojis", 2000 },	  { "stickers", 1000 },
	      { "member_roles", 5000000 } };

static int check_list(struct zx_str file, size_t i, char why[128])
{
	struct zx_str raw = zx_json_get(file, lists[i].name);
	struct zx_json_iter it = zx_json_each(raw);
	size_t n = 0;

	if (!raw.len)
		return ZX_OK;
	if (zx_json_kind(raw) != ZX_JSON_ARRAY) {
		snprintf(why, 128, "%s is no list", lists[i].name);
		return ZX_E_INVALID;
	}
	while (zx_json_next(&it)) {
		if (zx_json_kind(it.value) != ZX_JSON_OBJECT) {
			snprintf(why, 128,
				 "%s holds something that is no "
				 "object",
				 lists[i].name);
			return ZX_E_INVALID;
		}
		if (++n <= lists[i].max)
			continue;
		snprintf(why, 128, "%s: more than %zu of them", lists[i].name,
			 lists[i].max);
		return ZX_E_LIMIT;
	}
	return ZX_OK;
}

static int read_head(struct zx_str file, struct zx_python_snapshot *out,
		     char why[128])
{
	struct zx_str version = zx_json_plain(zx_json_get(file, "version"));
	struct zx_str guild = zx_json_get(file, "guild");

	if (!zx_str_starts(version, "2.") || version.len > 15) {
		snprintf(why, 128, "version \"%.*s\" is none that is known",
			 (int)(version.len > 20 ? 20 : version.len),
			 version.len ? version.ptr : "");
		return ZX_E_VERSION;
	}
	snprintf(out->version, sizeof(out->version), "%.*s", ZX_ARG(version));
	if (zx_json_u64(zx_json_get(guild, "id"), &out->guild)) {
		snprintf(why, 128, "it does not say which server it is of");
		return ZX_E_INVALID;
	}
	if (zx_stamp_read(zx_json_plain(zx_json_get(file, "captured_at")),
			  &out->captured_at)) {
		snprintf(why, 128, "captured_at is no time");
		return ZX_E_INVALID;
	}
	return ZX_OK;
}

int zx_python_inspect(struct zx_str file, const struct zx_alloc *a,
		      struct zx_python_snapshot *out, char why[128])
{
	size_t where = 0;
	int err;

	memset(out, 0, sizeof(*out));
	why[0] = '\0';
	if (file.len > ZX_PYTHON_FILE_MAX) {
		snprintf(why, 128, "it is larger than %d MiB",
			 ZX_PYTHON_FILE_MAX >> 20);
		return ZX_E_TOOBIG;
	}
	err = zx_json_check(file, ZX__GUILD_DEPTH, &where);
	if (!err && zx_json_kind(file) != ZX_JSON_OBJECT)
		err = ZX_E_SYNTAX;
	if (err) {
		snprintf(why, 128, "it is no JSON object (byte %zu)", where);
		return err;
	}
	err = read_head(file, out, why);
	for (size_t i = 0; !err && i < sizeof(lists) / sizeof(*lists); i++)
		err = check_list(file, i, why);
	if (!err)
		err = zx_python_checksum(file, a, out->checksum, &out->bytes);
	return err;
}
