/* SPDX-License-Identifier: MIT
 *
 * What the fuzzers share. Without ZX_LIBFUZZER a fuzzer is a program that runs
 * over the files it is given; with ZX_FUZZ_PART it is part of a test.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int holds)
{
	if (!holds)
		abort();
}

#if !defined(ZX_LIBFUZZER) && !defined(ZX_FUZZ_PART)
int main(int argc, char **argv)
{
	static uint8_t data[1 << 20];

	for (int i = 1; i < argc; i++) {
		FILE *f = fopen(argv[i], "rb");

		if (!f)
			return 1;
		LLVMFuzzerTestOneInput(data, fread(data, 1, sizeof(data), f));
		fclose(f);
	}
	return 0;
}
#endif

#endif
