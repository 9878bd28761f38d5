/* SPDX-License-Identifier: MIT
 *
 * gateway_corpus: what `make fuzz` has found to be different, and what is near
 * it.
 */
#define ZX_FUZZ_PART
#include "fuzz/fuzz_gateway.c"

#include "fuzz/corpus.h"

static void fuzz__the_corpus_of_gateway_breaks_nothing(void **state)
{
	(void)state;
	corpus_run("tests/fuzz/corpus/gateway", 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fuzz__the_corpus_of_gateway_breaks_nothing),
	};

	return cmocka_run_group_tests_name("gateway_corpus", tests, NULL, NULL);
}
