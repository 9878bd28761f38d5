/* SPDX-License-Identifier: MIT
 *
 * backup_complete: backups by what somebody typed: as choices while they type,
 * and as one id when they have.
 */
#include "cogs/backup_view.h"

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* Where `what` is in `in`, letters of either case. */
static int contains(struct zx_str in, struct zx_str what)
{
	size_t i, k;

	for (i = 0; i + what.len <= in.len; i++) {
		for (k = 0; k < what.len; k++)
			if (lower(in.ptr[i + k]) != lower(what.ptr[k]))
				break;
		if (k == what.len)
			return 1;
	}
	return 0;
}

static int begins(const char *id, struct zx_str typed)
{
	size_t i;

	if (typed.len >= ZX_GUILD_ID_TEXT)
		return 0;
	for (i = 0; i < typed.len; i++)
		if (id[i] != lower(typed.ptr[i]))
			return 0;
	return 1;
}

/* At most so many units of UTF-16, as Discord counts. */
static struct zx_str units_head(struct zx_str s, size_t max)
{
	size_t i, units = 0;
	unsigned char c;

	for (i = 0; i < s.len; i++) {
		c = (unsigned char)s.ptr[i];
		if ((c & 0xc0) == 0x80)
			continue;
		units += c >= 0xf0 ? 2 : 1;
		if (units > max)
			break;
	}
	return (struct zx_str){ s.ptr, i };
}

void zx__bkv_name(const struct zx__backup_item *r, struct zx_buf *out)
{
	struct zx_str label = units_head(r->label, 54);
	size_t i;

	if (r->pinned)
		zx_buf_addc(out, "📌 ");
	if (r->automatic)
		zx_buf_addc(out, "🔁 ");
	for (i = 0; i < label.len; i++)
		zx_buf_addch(out, (unsigned char)label.ptr[i] < ' '
					  ? ' '
					  : label.ptr[i]);
	zx_buf_addc(out, label.len < r->label.len ? "… · " : " · ");
	zx__backup_date(out, r->created);
	zx_buf_addf(out, " · %s", r->id);
}

/* Choices ---------------------------------------------------------------------
 */

static int matches(const struct zx__backup_item *r, struct zx_str typed,
		   const struct zx_alloc *a)
{
	struct zx_buf date;
	int is;

	if (begins(r->id, typed) || contains(r->label, typed))
		return 1;
	zx_buf_init(&date, a, 0);
	zx__backup_date(&date, r->created);
	is = contains(zx_buf_str(&date), typed);
	zx_buf_release(&date);
	return is || (r->pinned && zx_str_is_nocase(typed, "pinned"));
}

static void latest(const struct zx__backup_list *l, struct zx_str typed,
		   struct zx_choices *out)
{
	struct zx_buf name;

	if (!l->count || !contains(ZX_STR("latest"), typed))
		return;
	zx_buf_init(&name, l->alloc, 0);
	zx_buf_addc(&name, "🕑 The latest: ");
	zx__backup_date(&name, l->items[0].created);
	zx_choice_add(out, zx_buf_cstr(&name), "latest");
	zx_buf_release(&name);
}

void zx__bkv_choices(const struct zx__backup_list *l, struct zx_str typed,
		     int current, struct zx_choices *out)
{
	struct zx_buf name;
	size_t i;

	typed = zx_str_trim(typed);
	latest(l, typed, out);
	if (current && contains(ZX_STR("current live server"), typed))
		zx_choice_add(out, "🌐 The server as it is now", "current");
	zx_buf_init(&name, l->alloc, 0);
	for (i = 0; i < l->count; i++) {
		if (!matches(&l->items[i], typed, l->alloc))
			continue;
		zx_buf_clear(&name);
		zx__bkv_name(&l->items[i], &name);
		zx_choice_add(out, zx_buf_cstr(&name), l->items[i].id);
	}
	zx_buf_release(&name);
}

void zx__backup_complete(struct zx_call *call, const char *option,
			 struct zx_str typed, struct zx_choices *out, void *ud)
{
	const struct zx_call_info *info = zx_call_info(call);
	struct zx__backup *b = zx__backup_in(zx_call_bot(call));
	struct zx__backup_list l;

	(void)ud;
	if (!b || !info->guild_id)
		return;
	if (!zx__backup_list(b, info->guild_id, &l))
		zx__bkv_choices(&l, typed,
				info->command == &zx__backup_diff_command, out);
	zx__backup_list_release(&l);
	(void)option;
}

/* One id ----------------------------------------------------------------------
 */

static int several(const struct zx__backup_list *l, struct zx_str typed,
		   size_t n, char why[256])
{
	char ids[5 * 15 + 1] = "";
	size_t i, at = 0, shown = 0;

	for (i = 0; i < l->count && shown < 5; i++)
		if (begins(l->items[i].id, typed)) {
			at += (size_t)snprintf(ids + at, sizeof(ids) - at,
					       "%s%s", shown ? ", " : "",
					       l->items[i].id);
			shown++;
		}
	snprintf(why, 256,
		 "%zu backups begin with \"%.*s\": %s%s. Type more of the id",
		 n, ZX_ARG(typed), ids, n > shown ? ", …" : "");
	return ZX_E_LIMIT;
}

int zx__bkv_find(const struct zx__backup_list *l, struct zx_str typed,
		 char id[ZX_GUILD_ID_TEXT], char why[256])
{
	struct zx_str head;
	size_t i, n = 0;

	typed = zx_str_trim(typed);
	head = zx_utf8_head(typed, 40);
	why[0] = '\0';
	if (l->count && zx_str_is_nocase(typed, "latest")) {
		memcpy(id, l->items[0].id, ZX_GUILD_ID_TEXT);
		return ZX_OK;
	}
	for (i = 0; typed.len && i < l->count; i++)
		if (begins(l->items[i].id, typed)) {
			memcpy(id, l->items[i].id, ZX_GUILD_ID_TEXT);
			n++;
		}
	if (n == 1)
		return ZX_OK;
	if (n)
		return several(l, typed, n, why);
	if (!l->count)
		snprintf(why, 256,
			 "This server has no backups yet: make one "
			 "with /backupcreate");
	else
		snprintf(why, 256,
			 "There is no backup \"%.*s\" here. /backuplist shows "
			 "the ids; their first digits will do, or \"latest\"",
			 ZX_ARG(head));
	return ZX_E_NOTFOUND;
}

const char *zx__backup_id(struct zx__backup *b, struct zx_call *call,
			  const char *option, char id[ZX__BACKUP_TYPED])
{
	struct zx_str typed = zx_str_trim(zx_str(zx_call_text(call, option)));
	struct zx__backup_list l;
	char why[256];
	int err = zx__backup_list(b, zx_call_info(call)->guild_id, &l);

	if (err)
		zx_fail(call, "❌ Read Error", "%s", zx__backup_why(b, err));
	else
		err = zx__bkv_find(&l, typed, id, why);
	if (err == ZX_E_LIMIT)
		zx_fail(call, "❌ Not Unique", "%s", why);
	zx__backup_list_release(&l);
	if (err && err != ZX_E_NOTFOUND)
		return NULL;
	if (err)
		snprintf(id, ZX__BACKUP_TYPED, "%.*s",
			 ZX_ARG(zx_utf8_head(typed, 13)));
	return id;
}
