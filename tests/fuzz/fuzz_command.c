/* SPDX-License-Identifier: MIT
 *
 * fuzz_command: any bytes as a message or an interaction. Whatever goes in,
 * what comes out is JSON inside Discord's limits.
 *
 *   clang -fsanitize=fuzzer,address,undefined -DZX_LIBFUZZER -Iinclude -Isrc \
 *     -Itests -D_DEFAULT_SOURCE tests/fuzz/fuzz_command.c \
 *     tests/helper/fail_alloc.c tests/helper/zx_test.c src/base/[a-z]*.c \
 *     src/command/[a-z]*.c -lcmocka -o fuzz_command
 *
 * Without ZX_LIBFUZZER: a program that runs over the files it is given. The
 * first byte chooses event and moment, the rest is the payload.
 * tests/command/test_mutation.c runs a seeded loop of this in `make test`.
 */
#include "command/zoo.h"
#include "command/command_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t text_units(struct zx_str raw)
{
	struct zx_buf text;
	size_t n;

	zx_buf_init(&text, NULL, 0);
	zx_json_text(raw, &text);
	n = zx__units(zx_buf_str(&text));
	zx_buf_release(&text);
	return n;
}

static void check(int holds)
{
	if (!holds)
		abort();
}

static size_t check_embed(struct zx_str e)
{
	struct zx_json_iter f = zx_json_each(zx_json_get(e, "fields"));
	size_t title = text_units(zx_json_get(e, "title"));
	size_t text = text_units(zx_json_get(e, "description"));
	size_t sum = title + text + text_units(zx_json_at(e, "footer.text")) +
		     text_units(zx_json_at(e, "author.name"));
	size_t fields = 0, name, value;

	check(title <= 256 && text <= 4096);
	for (; zx_json_next(&f); fields++) {
		name = text_units(zx_json_get(f.value, "name"));
		value = text_units(zx_json_get(f.value, "value"));
		check(name && name <= 256 && value && value <= 1024);
		sum += name + value;
	}
	check(fields <= 25);
	return sum;
}

static void check_body(const char *body)
{
	struct zx_str json = zx_str(body), data;
	struct zx_json_iter e;
	size_t embeds = 0, sum = 0;

	if (!json.len)
		return;
	check(!zx_json_check(json, 0, NULL));
	data = zx_json_get(json, "data");
	if (zx_json_kind(data) == ZX_JSON_OBJECT)
		json = data;
	check(text_units(zx_json_get(json, "content")) <= 2000);
	e = zx_json_each(zx_json_get(json, "embeds"));
	for (; zx_json_next(&e); embeds++)
		sum += check_embed(e.value);
	check(embeds <= 10 && sum <= 6000);
	e = zx_json_each(zx_json_get(json, "choices"));
	for (embeds = 0; zx_json_next(&e); embeds++)
		check(text_units(zx_json_get(e.value, "name")) <= 100);
	check(embeds <= 25);
}

static void answer_all(struct desk *d, unsigned how)
{
	static const int codes[] = { 0, 10062, 40060, 50027, 50035, 160002 };
	int code = codes[how % (sizeof(codes) / sizeof(codes[0]))];
	size_t i;

	for (i = 0; i < d->count && i < DESK_SENT; i++) {
		check_body(d->sent[i].body);
		if (d->sent[i].ud)
			desk_result(d, i, code ? 400 : 200, code,
				    "{\"id\":\"5000\"}");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct zx_str payload;
	struct desk d;
	const char *event;

	if (!size)
		return 0;
	event = data[0] & 1 ? "INTERACTION_CREATE" : "MESSAGE_CREATE";
	check(!desk_begin(&d, NULL, zoo, ZOO_COUNT));
	desk_slash(&d, DESK_USER, "open", NULL);
	desk_slash(&d, DESK_USER, "form", NULL);
	answer_all(&d, 0);
	payload = zx_test_exact(
		(struct zx_str){ (const char *)data + 1, size - 1 });
	zx_commands_feed(d.c, event, payload, d.now, DESK_WALL);
	free((void *)(uintptr_t)payload.ptr);
	desk_pump(&d);
	if (data[0] & 2)
		desk_wait(&d, 2000);
	answer_all(&d, data[0] >> 4);
	if (data[0] & 4)
		desk_wait(&d, 200000);
	answer_all(&d, data[0] >> 5);
	desk_end(&d);
	return 0;
}

#if !defined(ZX_LIBFUZZER) && !defined(ZX_FUZZ_PART)
int main(int argc, char **argv)
{
	static uint8_t data[1 << 20];
	FILE *f;
	size_t n;
	int i;

	for (i = 1; i < argc; i++) {
		f = fopen(argv[i], "rb");
		if (!f)
			return 1;
		n = fread(data, 1, sizeof(data), f);
		fclose(f);
		LLVMFuzzerTestOneInput(data, n);
	}
	return 0;
}
#endif
