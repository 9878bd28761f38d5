/* SPDX-License-Identifier: MIT
 *
 * restore_corpus: journals of restores that `make fuzz` has found to be
 * different, and what is near them.
 */
#define ZX_FUZZ_PART
#include "fuzz/fuzz_restore.c"

#include "fuzz/corpus.h"

static void fuzz__the_corpus_of_journals_breaks_nothing(void **state)
{
	(void)state;
	corpus_run("tests/fuzz/corpus/restore", 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fuzz__the_corpus_of_journals_breaks_nothing),
	};

	return cmocka_run_group_tests_name("restore_corpus", tests, NULL, NULL);
}
