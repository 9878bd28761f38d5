/* SPDX-License-Identifier: MIT
 *
 * golden: a message as a file.
 */
#include "helper/golden.h"
#include "helper/zx_test.h"
#include "zoryx/version.h"

static void newline(struct zx_buf *out, int depth)
{
	zx_buf_addch(out, '\n');
	while (depth-- > 0)
		zx_buf_addc(out, "  ");
}

/* One member per line; the library's version is named, not said. */
static void indent(struct zx_str json, struct zx_buf *out)
{
	static const char version[] = "zoryx " ZX_VERSION;
	int depth = 0, quoted = 0;
	size_t i;
	char c;

	for (i = 0; i < json.len; i++) {
		c = json.ptr[i];
		if (quoted && zx_str_starts(zx_str_from(json, i), version)) {
			zx_buf_addc(out, "zoryx VERSION");
			i += sizeof(version) - 2;
			continue;
		}
		if (quoted && c == '\\') {
			zx_buf_addch(out, c);
			c = json.ptr[++i];
		} else if (c == '"') {
			quoted = !quoted;
		} else if (!quoted && (c == '}' || c == ']')) {
			depth--;
			if (json.ptr[i - 1] != '{' && json.ptr[i - 1] != '[')
				newline(out, depth);
		}
		zx_buf_addch(out, c);
		if (!quoted && (c == '{' || c == '[')) {
			depth++;
			if (i + 1 < json.len && json.ptr[i + 1] != c + 2)
				newline(out, depth);
		} else if (!quoted && c == ',') {
			newline(out, depth);
		} else if (!quoted && c == ':') {
			zx_buf_addch(out, ' ');
		}
	}
	zx_buf_addch(out, '\n');
}

static void keep(const char *path, struct zx_str text)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(text.ptr, 1, text.len, f), text.len);
	fclose(f);
}

void golden(const char *name, struct zx_str json)
{
	static char was[1 << 16];
	char path[256];
	struct zx_buf text;
	size_t n = 0;
	FILE *f;
	int same;

	assert_err(zx_json_check(json, 0, NULL), ZX_OK);
	zx_buf_init(&text, NULL, 0);
	indent(json, &text);
	snprintf(path, sizeof(path), "tests/golden/%s.json", name);
	if (getenv("ZX_GOLDEN"))
		keep(path, zx_buf_str(&text));
	f = fopen(path, "rb");
	if (f) {
		n = fread(was, 1, sizeof(was), f);
		fclose(f);
	}
	same = f && zx_str_eq(zx_buf_str(&text), (struct zx_str){ was, n });
	if (!same)
		print_message("# %s was\n%.*s\n# and is\n%s\n", path, (int)n,
			      was, zx_buf_cstr(&text));
	zx_buf_release(&text);
	assert_true(same);
}
