/* SPDX-License-Identifier: MIT
 *
 * mutation: the worked examples with bytes changed, lost, doubled and
 * exchanged, from a seed. What the fuzzer does without end, for a moment.
 */
#define ZX_FUZZ_PART
#include "fuzz/fuzz_ipc.c"

#include "helper/zx_test.h"
#include "ipc/examples.h"

#define ROUNDS 20000
#define ROOM 2048

static const char *const pieces[] = {
	"\"",
	"{",
	"}",
	"[",
	"]",
	":",
	",",
	"null",
	"NaN",
	"-Infinity",
	"1e999",
	"18446744073709551616",
	"\\u0000",
	"\\ud800",
	"\xff\xfe",
	"\\",
	"\"op\"",
	"\"data\"",
	"\"source\"",
	"\"target\"",
	"\"all\"",
	"\"p1\"",
	"\"x_a\"",
	"\\u0073ource",
	"                                                                ",
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
	const char *piece =
		pieces[zx_rand_below(r, sizeof(pieces) / sizeof(*pieces))];
	uint8_t copy[64];

	switch (zx_rand_below(r, 5)) {
	case 0:
		in->data[at] = (uint8_t)zx_rand_below(r, 256);
		break;
	case 1:
		put(in, at, piece, strlen(piece));
		break;
	case 2: /* lose some */
		n = 1 + zx_rand_below(r, 16);
		if (at + n < in->n) {
			memmove(in->data + at, in->data + at + n,
				in->n - at - n);
			in->n -= n;
		}
		break;
	case 3: /* double some */
		n = 1 + zx_rand_below(r, sizeof(copy));
		if (at + n <= in->n) {
			memcpy(copy, in->data + at, n);
			put(in, at, copy, n);
		}
		break;
	default: /* cut */
		if (zx_rand_below(r, 8) == 0)
			in->n = at + 1;
	}
}

static void A22__mutated_messages_harm_nobody(void **state)
{
	struct zx_prng prng;
	struct zx_rand r;
	struct input in;
	unsigned i;

	(void)state;
	zx_prng_init(&prng, 2026);
	r = zx_prng_rand(&prng);
	for (i = 0; i < ROUNDS; i++) {
		const char *text = examples[i % EXAMPLES].text;
		uint64_t k = zx_rand_below(&r, 6);
		uint8_t *exact;

		in.data[0] = (uint8_t)zx_rand_below(&r, 256);
		in.n = 1;
		if (in.data[0] % 6 == 0 || in.data[0] % 6 == 2) {
			zx_ipc_header(in.data + 1, (uint32_t)strlen(text));
			in.n += 4;
		}
		put(&in, in.n, text, strlen(text));
		while (k--)
			mutate(&in, &r);
		exact = malloc(in.n);
		assert_non_null(exact);
		memcpy(exact, in.data, in.n);
		LLVMFuzzerTestOneInput(exact, in.n);
		free(exact);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(A22__mutated_messages_harm_nobody),
	};

	return cmocka_run_group_tests_name("ipc mutation", tests, NULL, NULL);
}
