/* SPDX-License-Identifier: MIT
 *
 * fuzz_guild: any bytes as the text of a plan. What is taken is the same when
 * it is written again, and each of its operations becomes a request or says
 * why not.
 *
 * `make fuzz`; without ZX_LIBFUZZER a program that runs over the files it is
 * given.
 */
#include "zoryx/restore.h"
#include "fuzz/fuzz.h"

static int same(struct zx_str piece, void *ud)
{
	struct zx_str *rest = ud;

	check(piece.len <= rest->len &&
	      !memcmp(piece.ptr, rest->ptr, piece.len));
	*rest = zx_str_from(*rest, piece.len);
	return ZX_OK;
}

static int get(const unsigned char hash[ZX_HASH], struct zx_buf *out, void *ud)
{
	(void)ud;
	zx_buf_add(out, hash, 8);
	return out->err;
}

static int pair(enum zx_id_kind kind, uint64_t from, uint64_t to, void *ud)
{
	zx_idmap_put(ud, kind, from, to);
	return ZX_OK;
}

static int all_done(uint32_t op, uint64_t *made, void *ud)
{
	(void)ud;
	*made = op;
	return 1;
}

static void carry_out(const struct zx_plan *p, struct zx_idmap *ids,
		      struct zx_str answer)
{
	const struct zx_guild_store store = { .get = get };
	struct zx_str none = { NULL, 0 };
	struct zx_plan_request r;
	struct zx_plan_op op;

	zx_plan_request_init(&r, NULL);
	for (size_t i = 0; zx_plan_op(p, i, &op); i++) {
		struct zx_buf line;

		zx_buf_init(&line, NULL, 0);
		check(!zx_plan_line(&op, &line));
		zx_plan_list_path(p, op.id, ids, &line);
		zx_buf_release(&line);
		check(zx_plan_request(p, op.id, ids, &store, none, &r) <= 1);
		check(zx_plan_request(p, op.id, ids, &store, answer, &r) <= 1);
		zx_plan_is(p, op.id, ids, answer);
		zx_plan_learn(p, op.id, answer, pair, ids);
	}
	zx_plan_request_release(&r);
}

static void way_back(const struct zx_plan *p, const struct zx_idmap *ids)
{
	struct zx_plan *back;

	if (!zx_plan_undo(&back, p, "abcdefabcdef", ids, all_done, NULL))
		zx_plan_free(back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct zx_str text = { (const char *)data, size }, rest = text;
	struct zx_idmap ids;
	struct zx_plan *p;

	if (zx_plan_read(&p, text, NULL)) {
		check(!p);
		return 0;
	}
	check(!zx_plan_write(p, same, &rest, NULL) && !rest.len);
	zx_idmap_init(&ids, NULL);
	check(!zx_plan_ids(p, &ids));
	/* Its own text has lists and ids enough for an answer. */
	carry_out(p, &ids, zx_json_get(text, "ops"));
	carry_out(p, &ids, text);
	way_back(p, &ids);
	zx_idmap_release(&ids);
	zx_plan_free(p);
	return 0;
}
