/* SPDX-License-Identifier: MIT
 *
 * corpus: goes through the files of a corpus once, in `make test`.
 */
#ifndef FUZZ_CORPUS_H
#define FUZZ_CORPUS_H

#include <dirent.h>

#include "helper/zx_test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Each file whole, cut short, and with a byte changed. */
static inline void corpus_play(uint8_t *data, size_t n, struct zx_rand *r)
{
	unsigned i;

	LLVMFuzzerTestOneInput(data, n);
	for (i = 0; n && i < 8; i++) {
		size_t at = (size_t)zx_rand_below(r, n);
		uint8_t was = data[at];

		LLVMFuzzerTestOneInput(data, at);
		data[at] = (uint8_t)zx_rand_below(r, 256);
		LLVMFuzzerTestOneInput(data, n);
		data[at] = was;
	}
}

static inline void corpus_run(const char *folder, size_t least)
{
	static uint8_t data[1 << 16];
	DIR *dir = opendir(folder);
	struct zx_prng prng;
	struct zx_rand r;
	struct dirent *e;
	size_t files = 0;
	char path[512];
	FILE *f;

	zx_prng_init(&prng, 1);
	r = zx_prng_rand(&prng);
	assert_non_null(dir);
	while ((e = readdir(dir)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		f = fopen(path, "rb");
		assert_non_null(f);
		corpus_play(data, fread(data, 1, sizeof(data), f), &r);
		fclose(f);
		files++;
	}
	closedir(dir);
	print_message("# %zu files\n", files);
	assert_true(files >= least);
}

#endif
