/* SPDX-License-Identifier: MIT
 *
 * payload: MESSAGE_CREATE events as Discord documents them, about 1.9 KB each,
 * no two alike, so that no branch is learnt by heart.
 */
#ifndef BENCH_PAYLOAD_H
#define BENCH_PAYLOAD_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "zoryx/base.h"
#include "zoryx/json.h"

struct payload {
	struct zx_prng prng;
	struct zx_rand rand;
	struct zx_json_writer w;
};

static inline uint64_t payload_id(struct payload *p)
{
	return 300000000000000000u +
	       zx_rand_below(&p->rand, 1u << 30) * 1000003u;
}

/* Text as people write it: words, now and then a quote, a line break, an
 * emoji. */
static inline void payload_text(struct payload *p, struct zx_buf *out,
				size_t len)
{
	static const char *const words[] = {
		"the",
		"server",
		"is",
		"back",
		"again",
		"who",
		"wants",
		"to",
		"play",
		"later",
		"tonight",
		"I",
		"think",
		"we",
		"could",
		"try",
		"that",
		"new",
		"map",
		"\"ok\"",
		"yes",
		"\n",
		"no",
		"really",
		"\xf0\x9f\x94\xa5",
		"<@80351110224678912>",
	};
	size_t n = sizeof(words) / sizeof(*words);

	zx_buf_clear(out);
	while (out->len < len) {
		zx_buf_addc(out, words[zx_rand_below(&p->rand, n)]);
		zx_buf_addch(out, ' ');
	}
}

/* One of `many` ids that come again and again, as those of users, roles and
 * channels do. */
static inline uint64_t payload_known(struct payload *p, uint64_t many)
{
	struct zx_prng prng;
	struct zx_rand rand;

	zx_prng_init(&prng, many * 1000 + zx_rand_below(&p->rand, many));
	rand = zx_prng_rand(&prng);
	return 200000000000000000u + zx_rand_below(&rand, 1ull << 56);
}

/* Of five hundred people. */
static inline void payload_user(struct payload *p, const char *key)
{
	struct zx_json_writer *w = &p->w;
	uint64_t id = payload_known(p, 500);

	zx_jw_obj(w, key);
	zx_jw_strf(w, "username", "user_%05u", (unsigned)(id % 100000));
	zx_jw_i64(w, "public_flags", (int64_t)(id % 1024));
	zx_jw_id(w, "id", id);
	zx_jw_strf(w, "global_name", "User Number %u", (unsigned)(id % 10007));
	zx_jw_cstr(w, "discriminator", "0");
	zx_jw_null(w, "clan");
	zx_jw_null(w, "avatar_decoration_data");
	zx_jw_strf(w, "avatar", "a_%016llx%016llx", (unsigned long long)id,
		   (unsigned long long)(id * 0x9e3779b97f4a7c15u));
	zx_jw_obj_end(w);
}

static inline void payload_member(struct payload *p, const char *key)
{
	struct zx_json_writer *w = &p->w;
	uint64_t n = 2 + zx_rand_below(&p->rand, 8);

	zx_jw_obj(w, key);
	zx_jw_arr(w, "roles");
	while (n--)
		zx_jw_id(w, NULL, payload_known(p, 90));
	zx_jw_arr_end(w);
	zx_jw_null(w, "premium_since");
	zx_jw_bool(w, "pending", 0);
	zx_jw_null(w, "nick");
	zx_jw_bool(w, "mute", 0);
	zx_jw_strf(w, "joined_at", "2021-0%u-1%uT18:27:06.%06u+00:00",
		   1 + (unsigned)zx_rand_below(&p->rand, 9),
		   (unsigned)zx_rand_below(&p->rand, 10),
		   (unsigned)zx_rand_below(&p->rand, 1000000));
	zx_jw_i64(w, "flags", 0);
	zx_jw_bool(w, "deaf", 0);
	zx_jw_null(w, "communication_disabled_until");
	zx_jw_null(w, "avatar");
	zx_jw_obj_end(w);
}

static inline void payload_embed(struct payload *p, struct zx_buf *text)
{
	struct zx_json_writer *w = &p->w;

	zx_jw_obj(w, NULL);
	zx_jw_cstr(w, "type", "rich");
	payload_text(p, text, 24);
	zx_jw_str(w, "title", zx_buf_str(text));
	payload_text(p, text, 130);
	zx_jw_str(w, "description", zx_buf_str(text));
	zx_jw_u64(w, "color", zx_rand_below(&p->rand, 0x1000000));
	zx_jw_arr(w, "fields");
	zx_jw_obj(w, NULL);
	zx_jw_cstr(w, "name", "Score");
	zx_jw_strf(w, "value", "%u", (unsigned)zx_rand_below(&p->rand, 100000));
	zx_jw_bool(w, "inline", 1);
	zx_jw_obj_end(w);
	zx_jw_arr_end(w);
	zx_jw_obj_end(w);
}

static inline void payload_message(struct payload *p, struct zx_buf *text,
				   const char *key)
{
	struct zx_json_writer *w = &p->w;

	zx_jw_obj(w, key);
	zx_jw_i64(w, "type", 0);
	zx_jw_bool(w, "tts", 0);
	zx_jw_strf(w, "timestamp", "2026-08-1%uT17:27:07.%06u+00:00",
		   (unsigned)zx_rand_below(&p->rand, 10),
		   (unsigned)zx_rand_below(&p->rand, 1000000));
	zx_jw_bool(w, "pinned", 0);
	zx_jw_id(w, "nonce", payload_id(p));
	zx_jw_arr(w, "mentions");
	payload_user(p, NULL);
	payload_user(p, NULL);
	zx_jw_arr_end(w);
	zx_jw_arr(w, "mention_roles");
	zx_jw_id(w, NULL, payload_known(p, 90));
	zx_jw_arr_end(w);
	zx_jw_bool(w, "mention_everyone", 0);
	payload_member(p, "member");
	zx_jw_id(w, "id", payload_id(p));
	zx_jw_i64(w, "flags", 0);
	zx_jw_arr(w, "embeds");
	payload_embed(p, text);
	zx_jw_arr_end(w);
	zx_jw_null(w, "edited_timestamp");
	payload_text(p, text, 120 + zx_rand_below(&p->rand, 200));
	zx_jw_str(w, "content", zx_buf_str(text));
	zx_jw_arr(w, "components");
	zx_jw_arr_end(w);
	zx_jw_id(w, "channel_id", payload_known(p, 60));
	payload_user(p, "author");
	zx_jw_arr(w, "attachments");
	zx_jw_arr_end(w);
	zx_jw_id(w, "guild_id", payload_known(p, 20));
	zx_jw_obj_end(w);
}

/* n events, whole gateway messages with a NUL behind each. Free every ptr and
 * the array. Ends the program when memory is out. */
static inline struct zx_str *payload_events(size_t n)
{
	struct zx_str *events = calloc(n, sizeof(*events));
	struct payload p;
	struct zx_buf text, out;
	size_t i;

	zx_prng_init(&p.prng, 2026);
	p.rand = zx_prng_rand(&p.prng);
	zx_buf_init(&text, NULL, 0);
	zx_buf_init(&out, NULL, 0);
	for (i = 0; events && i < n; i++) {
		zx_jw_init(&p.w, &out);
		zx_jw_obj(&p.w, NULL);
		zx_jw_cstr(&p.w, "t", "MESSAGE_CREATE");
		zx_jw_u64(&p.w, "s", i + 2);
		zx_jw_u64(&p.w, "op", 0);
		payload_message(&p, &text, "d");
		zx_jw_obj_end(&p.w);
		events[i].ptr = zx_buf_detach(&out, &events[i].len);
		if (!events[i].ptr)
			abort();
	}
	zx_buf_release(&text);
	zx_buf_release(&out);
	if (!events)
		abort();
	return events;
}

static inline void payload_free(struct zx_str *events, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		free((char *)events[i].ptr);
	free(events);
}

#endif
