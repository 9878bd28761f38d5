/* SPDX-License-Identifier: MIT
 *
 * fuzz_command: any bytes as a message or an interaction. Whatever goes in,
 * what comes out is JSON inside Discord's limits.
 *
 * `make fuzz` runs it; without ZX_LIBFUZZER it goes over the files it is given.
 * The first byte chooses event and moment, the rest is the payload. `make test`
 * runs it over tests/fuzz/corpus/command and, in tests/command/test_mutation.c,
 * in a seeded loop.
 */
#include "command/zoo.h"
#include "command/command_int.h"
#include "fuzz/fuzz.h"

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

/* Rows of buttons or one select; a form's Labels with one input each. */
static void check_components(struct zx_str list, int depth)
{
	struct zx_json_iter it = zx_json_each(list);
	struct zx_str id, options;
	size_t n = 0;

	for (; zx_json_next(&it); n++) {
		id = zx_json_get(it.value, "custom_id");
		check(!id.len || (text_units(id) && text_units(id) <= 100));
		check(text_units(zx_json_get(it.value, "label")) <= 80);
		check(text_units(zx_json_get(it.value, "value")) <= 4000);
		options = zx_json_get(it.value, "options");
		check(!zx_json_index(options, 25).len);
		check(depth || !id.len);
		check_components(zx_json_get(it.value, "components"), 1);
		id = zx_json_at(it.value, "component.custom_id");
		check(text_units(id) <= 100);
	}
	check(n <= 5);
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
	check_components(zx_json_get(json, "components"), 0);
	check(text_units(zx_json_get(json, "title")) <= 45);
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
