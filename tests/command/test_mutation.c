/* SPDX-License-Identifier: MIT
 *
 * mutation: payloads of every kind with bytes changed, lost, doubled and
 * exchanged, from a seed. What the fuzzer does without end, for a moment.
 */
#define ZX_FUZZ_PART
#include "fuzz/fuzz_command.c"

#define ROUNDS 4000
#define ROOM 8192

static const char *const pieces[] = {
	"\"",	   "{",	      "}",	  "[",
	"]",	   ":",	      ",",	  "null",
	"0",	   "-1",      "1e999",	  "18446744073709551616",
	"\\u0000", "\\ud800", "\xff\xfe", "😀😀😀😀",
	"<@",	   "<@901>",  "\\\"",	  "```",
	"!",	   "true",    "zx:",	  "                ",
};

struct input {
	uint8_t data[ROOM];
	size_t n;
};

static void put(struct input *in, size_t at, const void *p, size_t n)
{
	if (in->n + n > ROOM)
		return;
	memmove(in->data + at + n, in->data + at, in->n - at);
	memcpy(in->data + at, p, n);
	in->n += n;
}

static void mutate(struct input *in, const struct zx_rand *r)
{
	size_t at = 1 + zx_rand_below(r, in->n - 1), n;
	const char *piece;
	uint8_t copy[64];

	switch (zx_rand_below(r, 5)) {
	case 0:
		in->data[at] = (uint8_t)zx_rand_below(r, 256);
		break;
	case 1: /* lost */
		n = 1 + zx_rand_below(r, 16);
		n = n < in->n - at ? n : in->n - at;
		memmove(in->data + at, in->data + at + n, in->n - at - n);
		in->n -= n;
		break;
	case 2: /* doubled */
		n = 1 + zx_rand_below(r, sizeof(copy));
		n = n < in->n - at ? n : in->n - at;
		memcpy(copy, in->data + at, n);
		put(in, 1 + zx_rand_below(r, in->n), copy, n);
		break;
	case 3:
		n = sizeof(pieces) / sizeof(pieces[0]);
		piece = pieces[zx_rand_below(r, n)];
		put(in, at, piece, strlen(piece));
		break;
	default: /* one very long text */
		if (zx_rand_below(r, 8))
			break;
		for (n = 0; n < 100; n++)
			put(in, at, "long \xc3\xa4 ``` text and on", 22);
		break;
	}
	if (in->n < 2)
		in->n = 2;
}

static void seed(struct input *in, size_t i, const struct zx_rand *r)
{
	int interaction = !strcmp(zoo_payloads[i].event, "INTERACTION_CREATE");
	char *json = (char *)in->data + 1;
	struct desk d;

	/* As the fuzzer opens them: the same seed gives the same ids. */
	assert_err(desk_begin(&d, NULL, zoo, ZOO_COUNT), ZX_OK);
	desk_slash(&d, DESK_USER, "open", NULL);
	desk_slash(&d, DESK_USER, "form", NULL);
	zoo_json(&d, i, json, ROOM - 1);
	desk_end(&d);
	in->data[0] = (uint8_t)(zx_rand_below(r, 128) << 1 | interaction);
	in->n = 1 + strlen(json);
}

static void mutation__nothing_breaks_and_no_answer_is_too_long(void **state)
{
	static struct input in;
	struct zx_prng prng;
	struct zx_rand r;
	size_t i, k, changes;

	(void)state;
	zx_prng_init(&prng, 20240607);
	r = zx_prng_rand(&prng);
	for (i = 0; i < ROUNDS; i++) {
		seed(&in, i % ZOO_PAYLOADS, &r);
		changes = zx_rand_below(&r, 6);
		for (k = 0; k < changes; k++)
			mutate(&in, &r);
		LLVMFuzzerTestOneInput(in.data, in.n);
	}
}

static void mutation__every_prefix_of_a_payload_is_survived(void **state)
{
	static struct input in;
	struct zx_prng prng;
	struct zx_rand r;
	size_t i, n;

	(void)state;
	zx_prng_init(&prng, 3);
	r = zx_prng_rand(&prng);
	for (i = 0; i < ZOO_PAYLOADS; i++) {
		seed(&in, i, &r);
		for (n = 1; n <= in.n; n++)
			LLVMFuzzerTestOneInput(in.data, n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			mutation__nothing_breaks_and_no_answer_is_too_long),
		cmocka_unit_test(
			mutation__every_prefix_of_a_payload_is_survived),
	};

	return cmocka_run_group_tests_name("mutation", tests, NULL, NULL);
}
