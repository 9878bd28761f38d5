/* SPDX-License-Identifier: MIT
 *
 * The events a burst is made of: of the size and the shape Discord's have, and
 * different enough that neither a cache nor a compressor has it too easy.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire_burst.h"

#define TEXTS 2000
/* The first of the users who write. */
#define AUTHOR_0 720000000000000000ull
#define AUTHORS 500
#define ID_DIGITS "1000000000000000000"

struct maker {
	struct zx_json_writer w;
	struct zx_rand rand;
	uint64_t guild, channel;
};

static uint64_t below(struct maker *m, uint64_t n)
{
	return zx_rand_below(&m->rand, n);
}

static const char *const words[] = {
	"the",	       "a",
	"bot",	       "server",
	"anyone",      "tonight",
	"game",	       "update",
	"really",      "works",
	"again",       "später",
	"maybe",       "thanks",
	"ping",	       "patch",
	"release",     "über",
	"channel",     "message",
	"look",	       "here",
	"😀",	       "tomorrow",
	"voice",       "music",
	"build",       "error",
	"fixed",       "<@720000000000000001>",
	"café",	       "https://example.com/a/b?c=d",
	"**bold**",    "`code`",
	"line\nbreak", "\"quoted\"",
};

static void sentence(struct maker *m, struct zx_buf *out, size_t n)
{
	size_t count = sizeof(words) / sizeof(*words);

	zx_buf_clear(out);
	for (size_t i = 0; i < n; i++)
		zx_buf_addf(out, "%s%s", i ? " " : "", words[below(m, count)]);
}

static void text_member(struct maker *m, const char *key, size_t n)
{
	struct zx_buf b;

	zx_buf_init(&b, NULL, 0);
	sentence(m, &b, n);
	zx_jw_str(&m->w, key, zx_buf_str(&b));
	zx_buf_release(&b);
}

static void hash_member(struct maker *m, const char *key)
{
	zx_jw_strf(&m->w, key, "%016llx%016llx",
		   (unsigned long long)below(m, UINT64_MAX),
		   (unsigned long long)below(m, UINT64_MAX));
}

/* The same person has the same face each time: a compressor lives on that. */
static void avatar(struct maker *m, uint64_t n)
{
	zx_jw_strf(&m->w, "avatar", "%016llx%016llx",
		   (unsigned long long)((n + 1) * 0x9e3779b97f4a7c15u),
		   (unsigned long long)((n + 1) * 0xbf58476d1ce4e5b9u));
}

static void user(struct maker *m, const char *key, uint64_t id)
{
	unsigned long long n = id - AUTHOR_0;

	zx_jw_obj(&m->w, key);
	zx_jw_id(&m->w, "id", id);
	zx_jw_strf(&m->w, "username", "person.%llu", n);
	avatar(m, n);
	zx_jw_cstr(&m->w, "discriminator", "0");
	zx_jw_u64(&m->w, "public_flags", n % 2 * 4194304);
	zx_jw_u64(&m->w, "flags", 0);
	zx_jw_null(&m->w, "banner");
	zx_jw_null(&m->w, "accent_color");
	zx_jw_strf(&m->w, "global_name", "Person %llu", n);
	zx_jw_null(&m->w, "avatar_decoration_data");
	zx_jw_null(&m->w, "collectibles");
	zx_jw_null(&m->w, "banner_color");
	zx_jw_null(&m->w, "clan");
	zx_jw_null(&m->w, "primary_guild");
	zx_jw_obj_end(&m->w);
}

static uint64_t author(struct maker *m)
{
	return AUTHOR_0 + below(m, AUTHORS);
}

static void member(struct maker *m)
{
	zx_jw_obj(&m->w, "member");
	zx_jw_arr(&m->w, "roles");
	for (uint64_t i = below(m, 6); i; i--)
		zx_jw_id(&m->w, NULL, 810000000000000000ull + below(m, 40));
	zx_jw_arr_end(&m->w);
	zx_jw_null(&m->w, "premium_since");
	zx_jw_bool(&m->w, "pending", 0);
	zx_jw_null(&m->w, "nick");
	zx_jw_bool(&m->w, "mute", 0);
	zx_jw_strf(&m->w, "joined_at", "2023-%02u-%02uT12:%02u:00.%06u+00:00",
		   (unsigned)below(m, 12) + 1, (unsigned)below(m, 28) + 1,
		   (unsigned)below(m, 60), (unsigned)below(m, 1000000));
	zx_jw_u64(&m->w, "flags", 0);
	zx_jw_bool(&m->w, "deaf", 0);
	zx_jw_null(&m->w, "communication_disabled_until");
	zx_jw_null(&m->w, "banner");
	zx_jw_null(&m->w, "avatar");
	zx_jw_obj_end(&m->w);
}

static void attachment(struct maker *m)
{
	zx_jw_obj(&m->w, NULL);
	zx_jw_id(&m->w, "id", 1200000000000000000ull + below(m, 1u << 30));
	zx_jw_strf(&m->w, "filename", "image%u.png", (unsigned)below(m, 99));
	zx_jw_u64(&m->w, "size", 1000 + below(m, 4000000));
	zx_jw_cstr(&m->w, "url",
		   "https://cdn.example.com/attachments/1/2/image.png");
	zx_jw_cstr(&m->w, "proxy_url",
		   "https://media.example.net/attachments/1/2/image.png");
	zx_jw_u64(&m->w, "width", below(m, 4000));
	zx_jw_u64(&m->w, "height", below(m, 4000));
	zx_jw_cstr(&m->w, "content_type", "image/png");
	hash_member(m, "placeholder");
	zx_jw_obj_end(&m->w);
}

static void embed(struct maker *m)
{
	zx_jw_obj(&m->w, NULL);
	zx_jw_cstr(&m->w, "type", "rich");
	text_member(m, "title", 6);
	text_member(m, "description", 10 + below(m, 40));
	zx_jw_u64(&m->w, "color", below(m, 0xffffff));
	zx_jw_arr(&m->w, "fields");
	for (uint64_t i = below(m, 4); i; i--) {
		zx_jw_obj(&m->w, NULL);
		text_member(m, "name", 2);
		text_member(m, "value", 5);
		zx_jw_bool(&m->w, "inline", 1);
		zx_jw_obj_end(&m->w);
	}
	zx_jw_arr_end(&m->w);
	zx_jw_u64(&m->w, "content_scan_version", 0);
	zx_jw_obj_end(&m->w);
}

static void some(struct maker *m, const char *key, uint64_t n,
		 void (*one)(struct maker *m))
{
	zx_jw_arr(&m->w, key);
	while (n--)
		one(m);
	zx_jw_arr_end(&m->w);
}

static void mention(struct maker *m)
{
	user(m, NULL, author(m));
}

/* The members of a message that begins with its id. */
static void message_rest(struct maker *m)
{
	zx_jw_u64(&m->w, "type", 0);
	zx_jw_bool(&m->w, "tts", 0);
	zx_jw_cstr(&m->w, "timestamp", "2025-11-20T10:00:00.000000+00:00");
	zx_jw_bool(&m->w, "pinned", 0);
	some(m, "mentions", below(m, 3), mention);
	zx_jw_arr(&m->w, "mention_roles");
	zx_jw_arr_end(&m->w);
	zx_jw_bool(&m->w, "mention_everyone", 0);
	member(m);
	zx_jw_u64(&m->w, "flags", 0);
	some(m, "embeds", below(m, 5) < 2, embed);
	zx_jw_null(&m->w, "edited_timestamp");
	text_member(m, "content", 4 + below(m, 36));
	zx_jw_arr(&m->w, "components");
	zx_jw_arr_end(&m->w);
	zx_jw_id(&m->w, "channel_id", m->channel);
	zx_jw_u64(&m->w, "channel_type", 0);
	user(m, "author", author(m));
	some(m, "attachments", below(m, 3) == 0, attachment);
	zx_jw_id(&m->w, "guild_id", m->guild);
}

static void message(struct maker *m)
{
	zx_jw_cstr(&m->w, "id", ID_DIGITS);
	zx_jw_strf(&m->w, "nonce", "12%017llu",
		   (unsigned long long)below(m, 1ull << 40));
	if (below(m, 8) == 0) {
		zx_jw_obj(&m->w, "referenced_message");
		zx_jw_id(&m->w, "id", 1200000000000000000ull);
		message_rest(m);
		zx_jw_obj_end(&m->w);
	}
	message_rest(m);
}

static void typing(struct maker *m)
{
	zx_jw_id(&m->w, "user_id", author(m));
	zx_jw_u64(&m->w, "timestamp", 1763632800 + below(m, 100000));
	member(m);
	zx_jw_id(&m->w, "channel_id", m->channel);
	zx_jw_id(&m->w, "guild_id", m->guild);
}

static void presence(struct maker *m)
{
	zx_jw_obj(&m->w, "user");
	zx_jw_id(&m->w, "id", author(m));
	zx_jw_obj_end(&m->w);
	zx_jw_cstr(&m->w, "status", below(m, 2) ? "online" : "idle");
	zx_jw_id(&m->w, "guild_id", m->guild);
	zx_jw_obj(&m->w, "client_status");
	zx_jw_cstr(&m->w, "desktop", "online");
	zx_jw_obj_end(&m->w);
	zx_jw_arr(&m->w, "activities");
	zx_jw_obj(&m->w, NULL);
	zx_jw_u64(&m->w, "type", 0);
	text_member(m, "name", 3);
	zx_jw_u64(&m->w, "created_at", 1763632800000 + below(m, 100000));
	zx_jw_obj_end(&m->w);
	zx_jw_arr_end(&m->w);
}

static void reaction(struct maker *m)
{
	zx_jw_id(&m->w, "user_id", author(m));
	zx_jw_u64(&m->w, "type", 0);
	zx_jw_cstr(&m->w, "message_id", ID_DIGITS);
	zx_jw_id(&m->w, "message_author_id", author(m));
	member(m);
	zx_jw_obj(&m->w, "emoji");
	zx_jw_cstr(&m->w, "name", "👍");
	zx_jw_null(&m->w, "id");
	zx_jw_obj_end(&m->w);
	zx_jw_id(&m->w, "channel_id", m->channel);
	zx_jw_bool(&m->w, "burst", 0);
	zx_jw_id(&m->w, "guild_id", m->guild);
}

static void deletion(struct maker *m)
{
	zx_jw_cstr(&m->w, "id", ID_DIGITS);
	zx_jw_id(&m->w, "channel_id", m->channel);
	zx_jw_id(&m->w, "guild_id", m->guild);
}

static void member_update(struct maker *m)
{
	user(m, "user", author(m));
	member(m);
	zx_jw_id(&m->w, "guild_id", m->guild);
}

/* Of the mixed kind: how often each in a hundred. */
static const struct mix {
	const char *name;
	unsigned share;
	void (*make)(struct maker *m);
} mixed[] = {
	{ "MESSAGE_CREATE", 35, message },
	{ "PRESENCE_UPDATE", 25, presence },
	{ "TYPING_START", 15, typing },
	{ "MESSAGE_UPDATE", 8, message },
	{ "MESSAGE_REACTION_ADD", 9, reaction },
	{ "MESSAGE_DELETE", 3, deletion },
	{ "GUILD_MEMBER_UPDATE", 5, member_update },
};

static const struct mix *pick(struct maker *m)
{
	uint64_t n = below(m, 100);
	const struct mix *x = mixed;

	while (n >= x->share)
		n -= (x++)->share;
	return x;
}

static int add_text(struct zx__texts *t, const char *name, struct zx_str d)
{
	struct zx__text *x = &t->list[t->n];
	size_t at = t->all.len, rest;
	const char *id;

	zx_buf_addf(&t->all, "{\"t\":\"%s\",\"s\":", name);
	x->at = at;
	x->name = name;
	x->head = t->all.len - at;
	rest = t->all.len;
	zx_buf_addc(&t->all, ",\"op\":0,\"d\":");
	zx_buf_adds(&t->all, d);
	zx_buf_addch(&t->all, '}');
	if (t->all.err)
		return t->all.err;
	x->len = t->all.len - at;
	id = strstr(t->all.ptr + rest, "\"" ID_DIGITS "\"");
	x->id = id ? (size_t)(id - (t->all.ptr + rest)) + 1 : 0;
	t->n++;
	return ZX_OK;
}

static int make_one(struct zx__texts *t, struct maker *m, const struct mix *x,
		    struct zx_buf *d)
{
	zx_buf_clear(d);
	zx_jw_init(&m->w, d);
	zx_jw_obj(&m->w, NULL);
	x->make(m);
	zx_jw_obj_end(&m->w);
	return d->err ? d->err : add_text(t, x->name, zx_buf_str(d));
}

/* The shard's first guild and a channel of it. */
static void find_place(struct maker *m, const struct zx__session *s)
{
	struct zx__world *w = s->wire->world;
	uint64_t guild = zx__world_guild(w, 0);

	m->guild = guild;
	for (size_t i = 0; guild; guild = zx__world_guild(w, ++i)) {
		if ((guild >> 22) % s->shards != s->shard)
			continue;
		m->guild = guild;
		break;
	}
	m->channel = zx__world_channel(w, m->guild, "general");
}

static int make_kinds(struct zx__texts *t, struct zx__session *s, int is_mixed)
{
	struct zx_prng prng;
	struct maker m = { .guild = 0 };
	struct zx_buf d;
	int err = ZX_OK;

	t->list = calloc(TEXTS, sizeof(*t->list));
	if (!t->list)
		return ZX_E_NOMEM;
	zx_prng_init(&prng, s->wire->opt.seed);
	m.rand = zx_prng_rand(&prng);
	find_place(&m, s);
	zx_buf_init(&d, NULL, 0);
	for (size_t i = 0; i < TEXTS && !err; i++)
		err = make_one(t, &m, is_mixed ? pick(&m) : mixed, &d);
	zx_buf_release(&d);
	return err;
}

static int make_own(struct zx__texts *t, const char *event, const cJSON *d)
{
	char *text = cJSON_PrintUnformatted(d);
	int err = ZX_E_NOMEM;

	t->own_name = zx_str_dup(NULL, zx_str(event));
	t->list = calloc(1, sizeof(*t->list));
	if (text && t->own_name && t->list)
		err = add_text(t, t->own_name, zx_str(text));
	cJSON_free(text);
	return err;
}

int zx__texts_make(struct zx__texts *t, struct zx__session *s,
		   const cJSON *args)
{
	const cJSON *d = cJSON_GetObjectItemCaseSensitive(args, "d");
	const char *kind = zx__fault_text(args, "kind", "message_create");

	if (d)
		return make_own(t, zx__fault_text(args, "event", "FUTURE"), d);
	return make_kinds(t, s, !strcmp(kind, "mixed"));
}

void zx__texts_release(struct zx__texts *t)
{
	zx_buf_release(&t->all);
	zx_delete(NULL, t->own_name);
	free(t->list);
}
