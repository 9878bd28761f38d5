/* SPDX-License-Identifier: MIT
 *
 * multipart/form-data bodies: slices of the request, nothing is copied.
 */
#include <stdio.h>

#include "sandbox/world_int.h"

static size_t find(struct zx_str hay, const char *needle, size_t n)
{
	for (size_t i = 0; i + n <= hay.len; i++)
		if (hay.ptr[i] == *needle && !memcmp(hay.ptr + i, needle, n))
			return i;
	return SIZE_MAX;
}

/* The value of key="..." in a header line; empty when absent. */
static struct zx_str param(struct zx_str line, const char *key)
{
	char want[40];
	size_t at, end;
	struct zx_str v;

	snprintf(want, sizeof(want), "; %s=\"", key);
	at = find(line, want, strlen(want));
	if (at == SIZE_MAX) {
		snprintf(want, sizeof(want), ";%s=\"", key);
		at = find(line, want, strlen(want));
	}
	if (at == SIZE_MAX)
		return (struct zx_str){ NULL, 0 };
	v = zx_str_from(line, at + strlen(want));
	end = find(v, "\"", 1);
	v.len = end == SIZE_MAX ? 0 : end;
	return v;
}

static struct zx_str boundary(struct zx_str type)
{
	size_t at = find(type, "boundary=", 9);
	struct zx_str b, end;

	if (at == SIZE_MAX)
		return (struct zx_str){ NULL, 0 };
	b = zx_str_from(type, at + 9);
	end = zx_str_split(&b, ';');
	end = zx_str_trim(end);
	if (end.len >= 2 && end.ptr[0] == '"' && end.ptr[end.len - 1] == '"')
		end = (struct zx_str){ end.ptr + 1, end.len - 2 };
	return end;
}

struct part {
	struct zx_str field, name, type, data;
};

static void header(struct part *p, struct zx_str line)
{
	struct zx_str rest = line;
	struct zx_str key = zx_str_split(&rest, ':');

	if (zx_str_is_nocase(key, "content-disposition")) {
		p->field = param(line, "name");
		p->name = param(line, "filename");
	} else if (zx_str_is_nocase(key, "content-type")) {
		p->type = zx_str_trim(rest);
	}
}

static int parse_part(struct zx_str raw, struct part *p)
{
	size_t end = find(raw, "\r\n\r\n", 4);
	struct zx_str head;

	memset(p, 0, sizeof(*p));
	if (end == SIZE_MAX)
		return ZX_E_SYNTAX;
	head = (struct zx_str){ raw.ptr, end };
	p->data = zx_str_from(raw, end + 4);
	while (head.len)
		header(p, zx_str_trim(zx_str_split(&head, '\n')));
	return p->field.ptr ? ZX_OK : ZX_E_SYNTAX;
}

/* Files before the other parts, in the order of the form. */
static void keep(struct zx__call *c, const struct part *p)
{
	size_t at = p->name.ptr ? c->nfiles++ : c->nparts;

	memmove(c->files + at + 1, c->files + at,
		(c->nparts - at) * sizeof(*c->files));
	c->nparts++;
	c->files[at] = (struct zx__file){
		.name = p->name,
		.type = p->type,
		.data = p->data,
		.field = p->field,
	};
}

static int take(struct zx__call *c, const struct part *p,
		struct zx_str *payload)
{
	if (zx_str_is(p->field, "payload_json")) {
		*payload = p->data;
		return ZX_OK;
	}
	if (p->data.len > ZX__MAX_FILE_BYTES || c->nparts == ZX__MAX_PARTS ||
	    (p->name.ptr && c->nfiles == ZX__MAX_FILES))
		return ZX_E_TOOBIG;
	keep(c, p);
	return ZX_OK;
}

int zx__multipart(struct zx__call *c, struct zx_str *payload)
{
	struct zx_str b = boundary(c->req->content_type);
	struct zx_str rest = c->req->body;
	char mark[80];
	int n;

	if (!b.len || b.len > 70)
		return ZX_E_SYNTAX;
	n = snprintf(mark, sizeof(mark), "\r\n--%.*s", ZX_ARG(b));
	/* The first boundary has no line end before it. */
	if (rest.len < (size_t)n - 2 ||
	    memcmp(rest.ptr, mark + 2, (size_t)n - 2) != 0)
		return ZX_E_SYNTAX;
	rest = zx_str_from(rest, (size_t)n - 2);
	while (rest.len >= 2 && memcmp(rest.ptr, "--", 2) != 0) {
		size_t end = find(rest, mark, (size_t)n);
		struct part p;
		int err;

		if (end == SIZE_MAX ||
		    parse_part((struct zx_str){ rest.ptr + 2,
						end < 2 ? 0 : end - 2 },
			       &p) != ZX_OK)
			return ZX_E_SYNTAX;
		err = take(c, &p, payload);
		if (err != ZX_OK)
			return err;
		rest = zx_str_from(rest, end + (size_t)n);
	}
	return rest.len >= 2 ? ZX_OK : ZX_E_SYNTAX;
}
