/* SPDX-License-Identifier: MIT
 *
 * command_corpus: what `make fuzz` has found to be different, gone through once
 * by a plain program.
 */
#include <dirent.h>

#define ZX_FUZZ_PART
#include "fuzz/fuzz_command.c"

#define CORPUS "tests/fuzz/corpus/command"

static size_t take(const char *name, uint8_t *data, size_t room)
{
	char path[512];
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", CORPUS, name);
	f = fopen(path, "rb");
	assert_non_null(f);
	n = fread(data, 1, room, f);
	fclose(f);
	return n;
}

static void fuzz__the_corpus_breaks_nothing(void **state)
{
	static uint8_t data[1 << 16];
	DIR *dir = opendir(CORPUS);
	struct dirent *e;
	size_t files = 0;

	(void)state;
	assert_non_null(dir);
	while ((e = readdir(dir)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		LLVMFuzzerTestOneInput(data,
				       take(e->d_name, data, sizeof(data)));
		files++;
	}
	closedir(dir);
	print_message("# %zu files\n", files);
	assert_true(files > 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fuzz__the_corpus_breaks_nothing),
	};

	return cmocka_run_group_tests_name("command_corpus", tests, NULL, NULL);
}
