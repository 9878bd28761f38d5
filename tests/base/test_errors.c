/* SPDX-License-Identifier: MIT
 *
 * errors: every number has a text and a name.
 */
#include "helper/zx_test.h"

static void errors__every_number_has_its_text_and_name(void **state)
{
	(void)state;
#define X(name, value, text)                                                   \
	assert_string_equal(zx_strerror(name), text);                          \
	assert_string_equal(zx_errname(name), #name);                          \
	assert_int_equal(name, value);
	ZX_ERRORS(X)
#undef X
}

static void errors__unknown_numbers_have_a_text_too(void **state)
{
	(void)state;
	assert_string_equal(zx_strerror(1), "unknown error");
	assert_string_equal(zx_strerror(-99), "unknown error");
	assert_string_equal(zx_errname(-99), "unknown");
	assert_string_equal(zx_errname(INT32_MIN), "unknown");
}

static void errors__only_memory_is_worse_than_fatal(void **state)
{
	int above = 0, below = 0;

	(void)state;
#define X(name, value, text)                                                   \
	above += value > ZX_E_FATAL;                                           \
	below += value <= ZX_E_FATAL;
	ZX_ERRORS(X)
#undef X
	assert_int_equal(below, 2);
	assert_int_equal(above, 27);
}

static void version__the_library_is_the_header_s(void **state)
{
	char text[32];

	(void)state;
	assert_string_equal(zx_version(), ZX_VERSION);
	snprintf(text, sizeof(text), "%d.%d.%d", ZX_VERSION_MAJOR,
		 ZX_VERSION_MINOR, ZX_VERSION_PATCH);
	assert_string_equal(zx_version(), text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errors__every_number_has_its_text_and_name),
		cmocka_unit_test(errors__unknown_numbers_have_a_text_too),
		cmocka_unit_test(errors__only_memory_is_worse_than_fatal),
		cmocka_unit_test(version__the_library_is_the_header_s),
	};

	return cmocka_run_group_tests_name("errors", tests, NULL, NULL);
}
