/* SPDX-License-Identifier: MIT
 *
 * backup_diff: what is different, as lines that begin with what happened: "+",
 * "-", "~", and below it, indented, the fields.
 */
#include "cogs/backup_view.h"

struct zx__bkv_differ {
	struct zx__bkv_diff *d;
	const struct zx_alloc *alloc;
	const struct zx_guild_reader *name[2]; /* to be read; NULL: was */
	struct zx_guild_differ *differ;
	struct zx__bkv_names names;
	struct zx_buf line;
	enum zx_section section; /* of the lines before; COUNT: none */
	uint64_t id;		 /* whose fields they are */
	int open;
};

/* Puts the line down and empties it. */
static void put(struct zx__bkv_differ *c)
{
	struct zx_str line = zx_utf8_head(zx_buf_str(&c->line), ZX__BKV_LINE);
	struct zx__bkv_diff *d = c->d;

	if (c->line.err) {
		d->text.err = c->line.err;
	} else if (d->left_out ||
		   d->text.len + line.len + 5 > ZX__BKV_DIFF_BYTES) {
		d->left_out++;
	} else {
		zx_buf_adds(&d->text, line);
		if (line.len < c->line.len)
			zx_buf_addc(&d->text, "…");
		zx_buf_addch(&d->text, '\n');
		d->lines++;
	}
	zx_buf_clear(&c->line);
}

static int single(enum zx_section s)
{
	return s == ZX_SECTION_BOT || s == ZX_SECTION_GUILD ||
	       s == ZX_SECTION_ONBOARDING || s == ZX_SECTION_WELCOME;
}

static void begin_section(struct zx__bkv_differ *c, enum zx_section s)
{
	if (c->section == s)
		return;
	c->section = s;
	c->open = 0;
	zx_buf_addf(&c->line, "=== %s ===", zx__bkv_section(s));
	put(c);
}

static void whole_item(struct zx__bkv_differ *c, const struct zx_change *ch)
{
	int added = ch->kind == ZX_CHANGE_ADDED;
	struct zx_str item = added ? ch->to : ch->from;
	size_t at;

	c->open = 0;
	zx_buf_addc(&c->line, added ? "+ " : "- ");
	if (single(ch->section)) {
		zx_buf_addc(&c->line, added ? "set up" : "removed");
	} else {
		zx__bkv_item_name(ch->section, item, &c->line);
		zx_buf_addc(&c->line, " · ");
		at = c->line.len;
		zx__bkv_item(&c->names, ch->section, item, &c->line);
		if (c->line.len == at && !c->line.err) {
			c->line.len -= strlen(" · ");
			c->line.ptr[c->line.len] = '\0';
		}
	}
	put(c);
}

static void changed_item(struct zx__bkv_differ *c, const struct zx_change *ch)
{
	if (single(ch->section) || (c->open && c->id == ch->id))
		return;
	c->open = 1;
	c->id = ch->id;
	zx_buf_addc(&c->line, "~ ");
	if (ch->section == ZX_SECTION_ROLES ||
	    ch->section == ZX_SECTION_CHANNELS)
		zx__bkv_names_say(&c->names, ch->id, &c->line);
	else if (zx_json_kind(ch->name) == ZX_JSON_STRING && ch->name.len > 2)
		zx__bkv_json(&c->line, ch->name, 40);
	else
		zx_buf_addf(&c->line, "%llu", (unsigned long long)ch->id);
	put(c);
}

static int on_change(const struct zx_change *ch, void *ud)
{
	struct zx__bkv_differ *c = ud;

	if (c->d->left_out) { /* full: counted, but not put into words */
		c->d->left_out++;
		return ZX_OK;
	}
	begin_section(c, ch->section);
	if (ch->kind != ZX_CHANGE_FIELD) {
		whole_item(c, ch);
		return c->d->text.err;
	}
	changed_item(c, ch);
	zx_buf_addc(&c->line, single(ch->section) ? "~ " : "    ");
	zx__bkv_path(&c->names, ch->path, &c->line);
	zx_buf_addc(&c->line, ": ");
	zx__bkv_values(&c->names, ch->section, ch->path, ch->from, ch->to,
		       &c->line);
	put(c);
	return c->d->text.err;
}

int zx__bkv_differ_new(struct zx__bkv_differ **out, struct zx__bkv_diff *d,
		       const struct zx_guild_reader *a,
		       const struct zx_guild_reader *b,
		       const struct zx_alloc *alloc)
{
	struct zx__bkv_differ *c = zx_new(alloc, sizeof(*c));

	*out = c;
	zx_buf_init(&d->text, alloc, 0);
	memset(&d->sum, 0, sizeof(d->sum));
	d->lines = 0;
	d->left_out = 0;
	if (!c)
		return ZX_E_NOMEM;
	c->d = d;
	c->alloc = alloc;
	c->section = ZX_SECTION_COUNT;
	/* What something is called now comes first. */
	c->name[0] = b;
	c->name[1] = a;
	zx_buf_init(&c->line, alloc, 0);
	zx__bkv_names_init(&c->names, alloc);
	return zx_guild_differ_new(&c->differ, a, b, on_change, c);
}

void zx__bkv_differ_free(struct zx__bkv_differ *c)
{
	if (!c)
		return;
	zx_guild_differ_free(c->differ);
	zx__bkv_names_release(&c->names);
	zx_buf_release(&c->line);
	zx_delete(c->alloc, c);
}

int zx__bkv_differ_step(struct zx__bkv_differ *c, size_t items, int *more)
{
	int err;

	*more = 1;
	for (size_t i = 0; i < 2; i++)
		if (c->name[i]) {
			err = zx__bkv_names_add(&c->names, c->name[i]);
			c->name[i] = NULL;
			return err;
		}
	err = zx_guild_differ_step(c->differ, items, more);
	c->d->sum = *zx_guild_differ_sum(c->differ);
	return err ? err : c->d->text.err;
}

int zx__bkv_diff(struct zx__bkv_diff *d, const struct zx_guild_reader *a,
		 const struct zx_guild_reader *b, const struct zx_alloc *alloc)
{
	struct zx__bkv_differ *c;
	int more = 1, err = zx__bkv_differ_new(&c, d, a, b, alloc);

	while (!err && more)
		err = zx__bkv_differ_step(c, 4096, &more);
	zx__bkv_differ_free(c);
	return err;
}

void zx__bkv_diff_release(struct zx__bkv_diff *d)
{
	zx_buf_release(&d->text);
}

static void add_head(struct zx_buf *out, const char *what, const char *name)
{
	zx_buf_addf(out, "%s %s\n", what, name);
}

void zx__bkv_diff_file(const struct zx__bkv_diff *d, struct zx_buf *out)
{
	add_head(out, "---", d->plain_a);
	add_head(out, "+++", d->plain_b);
	zx_buf_adds(out, zx_buf_str(&d->text));
	if (d->left_out)
		zx_buf_addf(out, "... and %llu lines more\n",
			    (unsigned long long)d->left_out);
}
