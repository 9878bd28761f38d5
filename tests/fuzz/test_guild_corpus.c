/* SPDX-License-Identifier: MIT
 *
 * guild_corpus: what `make fuzz` has found to be different, and what is near
 * it.
 */
#define ZX_FUZZ_PART
#include "fuzz/fuzz_guild.c"

#include "fuzz/corpus.h"

static void fuzz__the_corpus_of_guild_breaks_nothing(void **state)
{
	(void)state;
	corpus_run("tests/fuzz/corpus/guild", 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fuzz__the_corpus_of_guild_breaks_nothing),
	};

	return cmocka_run_group_tests_name("guild_corpus", tests, NULL, NULL);
}
