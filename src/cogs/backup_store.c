/* SPDX-License-Identifier: MIT
 *
 * backup_store: the snapshots of the state file, as the cog sees them.
 */
#include "cogs/backup_int.h"

#define FLAGS "backup_flag"

const char *zx__backup_why(struct zx__backup *b, int err)
{
	const char *text = zx_state_error(b->state);

	return *text && err != ZX_E_NOMEM ? text : zx_strerror(err);
}

uint64_t zx__backup_channels(const struct zx_guild_counts *c)
{
	return c->text + c->announcement + c->voice + c->stage + c->forum +
	       c->media;
}

/* Reading parts ------------------------------------------------------------ */

static int get(const unsigned char hash[ZX_HASH], struct zx_buf *out, void *ud)
{
	struct zx__backup *b = ud;

	return zx_state_part_get(b->state, hash, out);
}

struct zx_guild_store zx__backup_store(struct zx__backup *b)
{
	return (struct zx_guild_store){ .get = get, .ud = b };
}

int zx__backup_open(struct zx__backup *b, uint64_t guild, const char *id,
		    struct zx__backup_open *out)
{
	struct zx_guild_store store = zx__backup_store(b);
	int err;

	memset(out, 0, sizeof(*out));
	zx_buf_init(&out->text, b->alloc, 0);
	err = zx_state_snap_get(b->state, guild, id, &out->snap, &out->text);
	return err ? err
		   : zx_guild_open(&out->reader, out->snap.manifest, &store,
				   b->alloc);
}

void zx__backup_open_release(struct zx__backup_open *o)
{
	zx_buf_release(&o->text);
}

int zx__backup_is_gone(struct zx__backup *b, const struct zx_state_snapshot *s)
{
	struct zx_state_snapshot now;
	struct zx_buf text;
	int err;

	zx_buf_init(&text, b->alloc, 0);
	err = zx_state_snap_get(b->state, s->guild, s->id, &now, &text);
	zx_buf_release(&text);
	return err == ZX_E_NOTFOUND;
}

/* Flags -------------------------------------------------------------------- */

/* The key is the id, the value the flags, a space in front of and behind each.
 */
static int flags_of(struct zx__backup *b, uint64_t guild, const char *id,
		    struct zx_buf *out)
{
	int err = zx_state_get(b->state, FLAGS, guild, id, out);

	return err == ZX_E_NOTFOUND ? ZX_OK : err;
}

static int has(const struct zx_buf *flags, const char *flag)
{
	char word[32];

	snprintf(word, sizeof(word), " %s ", flag);
	return flags->len && strstr(zx_buf_cstr(flags), word) != NULL;
}

int zx__backup_flag(struct zx__backup *b, uint64_t guild, const char *id,
		    const char *flag)
{
	struct zx_buf flags;
	int is;

	zx_buf_init(&flags, b->alloc, 0);
	is = !flags_of(b, guild, id, &flags) && has(&flags, flag);
	zx_buf_release(&flags);
	return is;
}

int zx__backup_flag_set(struct zx__backup *b, uint64_t guild, const char *id,
			const char *flag, int on)
{
	static const char *const known[] = { ZX__BACKUP_DAMAGED,
					     ZX__BACKUP_ACCEPTED,
					     ZX__BACKUP_USED };
	struct zx_buf was, now;
	int err;

	zx_buf_init(&was, b->alloc, 0);
	zx_buf_init(&now, b->alloc, 0);
	err = flags_of(b, guild, id, &was);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(known[i], flag) ? has(&was, known[i]) : on)
			zx_buf_addf(&now, " %s ", known[i]);
	if (!err)
		err = was.err ? was.err : now.err;
	if (!err && !zx_str_eq(zx_buf_str(&was), zx_buf_str(&now)))
		err = now.len ? zx_state_put(b->state, FLAGS, guild, id,
					     zx_buf_str(&now))
			      : zx_state_del(b->state, FLAGS, guild, id);
	zx_buf_release(&was);
	zx_buf_release(&now);
	return err;
}

int zx__backup_flags_drop(struct zx__backup *b, uint64_t guild, const char *id)
{
	return zx_state_del(b->state, FLAGS, guild, id);
}

/* Listing ------------------------------------------------------------------ */

struct listing {
	struct zx__backup *b;
	struct zx__backup_list *out;
	size_t cap;
};

static struct zx__backup_item *more(struct listing *l)
{
	size_t cap = l->cap ? 2 * l->cap : 32;
	struct zx__backup_item *v;

	if (l->out->count == l->cap) {
		v = zx_resize(l->b->alloc, l->out->items, cap * sizeof(*v));
		if (!v)
			return NULL;
		l->out->items = v;
		l->cap = cap;
	}
	return memset(&l->out->items[l->out->count++], 0, sizeof(*v));
}

/* Texts are slices of a buffer that still grows: lengths first, addresses when
 * all is there. */
static int one(const struct zx_state_snapshot *s, void *ud)
{
	struct listing *l = ud;
	struct zx__backup_item *i = more(l);
	struct zx_guild_store store = zx__backup_store(l->b);
	struct zx_guild_reader r;

	if (!i)
		return ZX_E_NOMEM;
	i->guild = s->guild;
	memcpy(i->id, s->id, sizeof(i->id));
	memcpy(i->hash, s->hash, sizeof(i->hash));
	i->created = s->created;
	i->author = s->author;
	i->bytes = s->bytes;
	i->pinned = s->pinned;
	i->automatic = s->automatic;
	i->label.len = s->label.len;
	i->notes.len = s->notes.len;
	zx_buf_adds(&l->out->text, s->label);
	zx_buf_adds(&l->out->text, s->notes);
	l->out->bytes += s->bytes;
	if (!zx_guild_open(&r, s->manifest, &store, l->b->alloc)) {
		i->captured = r.captured_at;
		i->counts = r.counts;
	} else {
		i->damaged = 1;
	}
	return l->out->text.err;
}

static int flags(uint64_t guild, const char *id, struct zx_str value, void *ud)
{
	struct zx__backup_list *l = ud;
	struct zx_buf text;

	for (size_t i = 0; i < l->count; i++) {
		struct zx__backup_item *it = &l->items[i];

		if (it->guild != guild || strcmp(it->id, id))
			continue;
		zx_buf_init(&text, l->alloc, 0);
		zx_buf_adds(&text, value);
		it->damaged |= has(&text, ZX__BACKUP_DAMAGED);
		it->accepted = has(&text, ZX__BACKUP_ACCEPTED);
		it->used = has(&text, ZX__BACKUP_USED);
		zx_buf_release(&text);
	}
	return 0;
}

static int restores(const struct zx_state_restore *r, void *ud)
{
	struct zx__backup_list *l = ud;

	for (size_t i = 0; r->open && i < l->count; i++)
		/* Another server may be restored from it. */
		if (!strcmp(l->items[i].id, r->snapshot) ||
		    (l->items[i].guild == r->guild &&
		     !strcmp(l->items[i].id, r->safety)))
			l->items[i].used = 1;
	return 0;
}

struct zx_retained zx__backup_retained(const struct zx__backup_item *i)
{
	return (struct zx_retained){
		.created = i->created,
		.extent = i->counts.roles + i->counts.categories +
			  zx__backup_channels(&i->counts),
		.pinned = i->pinned,
		.automatic = i->automatic,
		.used = i->used,
		.damaged = i->damaged,
		.accepted = i->accepted,
	};
}

/* Of one guild: what has shrunk, by the rule that protects what it would push
 * out. */
static int judge(struct zx__backup *b, struct zx__backup_item *items, size_t n)
{
	const struct zx_retention rule = { .max_count = 100 };
	struct zx_retained *v;

	if (!n)
		return ZX_OK;
	v = zx_new(b->alloc, n * sizeof(*v));
	if (!v)
		return ZX_E_NOMEM;
	for (size_t i = 0; i < n; i++)
		v[i] = zx__backup_retained(&items[i]);
	(void)zx_retention(v, n, &rule);
	for (size_t i = 0; i < n; i++)
		items[i].shrunk = v[i].shrunk;
	zx_delete(b->alloc, v);
	return ZX_OK;
}

int zx__backup_list(struct zx__backup *b, uint64_t guild,
		    struct zx__backup_list *out)
{
	struct listing l = { b, out, 0 };
	const char *text;
	int err;

	memset(out, 0, sizeof(*out));
	out->alloc = b->alloc;
	zx_buf_init(&out->text, b->alloc, 0);
	err = zx_state_snap_each(b->state, guild, one, &l);
	text = out->text.ptr;
	for (size_t i = 0; i < out->count; i++) {
		out->items[i].label.ptr = text;
		text += out->items[i].label.len;
		out->items[i].notes.ptr = text;
		text += out->items[i].notes.len;
	}
	if (!err && out->count)
		err = zx_state_each(b->state, FLAGS, flags, out);
	if (!err && out->count)
		err = zx_state_restore_each(b->state, 0, restores, out);
	/* Across guilds the order of time means nothing. */
	return err || !guild ? err : judge(b, out->items, out->count);
}

void zx__backup_list_release(struct zx__backup_list *l)
{
	zx_delete(l->alloc, l->items);
	l->items = NULL;
	l->count = 0;
	zx_buf_release(&l->text);
}

const struct zx__backup_item *zx__backup_find(const struct zx__backup_list *l,
					      const char *id)
{
	for (size_t i = 0; i < l->count; i++)
		if (!strcmp(l->items[i].id, id))
			return &l->items[i];
	return NULL;
}

int zx_backup_each(struct zx_bot *bot, uint64_t guild,
		   int (*fn)(const struct zx_state_snapshot *snap, void *ud),
		   void *ud)
{
	struct zx__backup *b = zx__backup_in(bot);

	return b ? zx_state_snap_each(b->state, guild, fn, ud) : ZX_E_STATE;
}
