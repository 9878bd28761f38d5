/* SPDX-License-Identifier: MIT
 *
 * restore_view_text: words and lines that the restore's views share.
 */
#include "cogs/restore_show.h"

void zx__rsv_time(struct zx_buf *out, uint64_t ms)
{
	uint64_t min = (ms + 59999) / 60000;

	if (min <= 1)
		zx_buf_addc(out, "under a minute");
	else if (min < 60)
		zx_buf_addf(out, "%u min", (unsigned)min);
	else
		zx_buf_addf(out, "%llu h %u min",
			    (unsigned long long)(min / 60),
			    (unsigned)(min % 60));
}

void zx__rsv_name(const struct zx__restore_view *v, struct zx_buf *out)
{
	if (v->undo)
		zx_buf_addc(out, "the way back");
	else
		zx_buf_addf(out, "`%s`", v->snapshot);
}

int zx__rsv_line(struct zx_buf *field, struct zx_buf *line)
{
	/* Bytes are never less than what Discord counts. */
	int fits = field->len + line->len < 960;

	if (fits) {
		zx_buf_adds(field, zx_buf_str(line));
		zx_buf_addch(field, '\n');
	}
	if (line->err)
		field->err = line->err;
	zx_buf_clear(line);
	return fits;
}

void zx__rsv_next(struct zx_buf *text, struct zx_message *out)
{
	if (text->err)
		out->err = text->err;
	zx_buf_clear(text);
}

void zx__rsv_end(struct zx_buf *text, struct zx_message *out)
{
	zx__rsv_next(text, out);
	zx_buf_release(text);
}
