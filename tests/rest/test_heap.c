/* SPDX-License-Identifier: MIT
 *
 * heap and map: against arrays that do the same the slow way.
 */
#include "helper/zx_test.h"
#include "rest/heap.h"
#include "rest/map.h"

#define COUNT 400

struct thing {
	struct zx__hnode node;
	struct zx__mnode in_map;
	int in; /* by our own account */
	int home;
};

static const struct thing *slow_min(const struct thing *t, int home)
{
	const struct thing *min = NULL;
	int i;

	for (i = 0; i < COUNT; i++)
		if (t[i].in && t[i].home == home &&
		    (!min || t[i].node.key < min->node.key ||
		     (t[i].node.key == min->node.key &&
		      t[i].node.tie < min->node.tie)))
			min = &t[i];
	return min;
}

static void heap__is_always_the_least_whatever_is_done(void **state)
{
	static struct thing t[COUNT];
	struct zx__heap h[2] = { { NULL }, { NULL } };
	struct zx_prng prng;
	struct zx_rand r = zx_prng_rand(&prng);
	int turn;

	(void)state;
	zx_prng_init(&prng, 11);
	for (turn = 0; turn < 20000; turn++) {
		struct thing *x = &t[zx_rand_below(&r, COUNT)];
		int home = (int)zx_rand_below(&r, 2), i;
		uint64_t what = zx_rand_below(&r, 1000);

		if (what < 600 && !x->in) {
			zx__rest_heap_push(&h[home], &x->node,
					   zx_rand_below(&r, 50),
					   (uint64_t)turn);
			x->in = 1;
			x->home = home;
		} else if (what < 800) {
			zx__rest_heap_cut(&h[x->home], &x->node);
			x->in = 0;
		} else if (what < 999) {
			const struct thing *min = slow_min(t, home);
			struct zx__hnode *n = zx__rest_heap_pop(&h[home]);

			assert_ptr_equal(n, min ? &min->node : NULL);
			if (n)
				((struct thing *)(void *)n)->in = 0;
		} else {
			zx__rest_heap_meld(&h[home], &h[!home]);
			for (i = 0; i < COUNT; i++)
				t[i].home = home;
		}
		assert_ptr_equal(h[0].min,
				 slow_min(t, 0) ? &slow_min(t, 0)->node : NULL);
	}
}

static void heap__a_hundred_thousand_need_no_stack(void **state)
{
	enum { MANY = 100000 };
	struct zx__hnode *n = calloc(MANY, sizeof(*n));
	struct zx__heap h = { NULL };
	uint64_t i;

	(void)state;
	assert_non_null(n);
	for (i = 0; i < MANY; i++)
		zx__rest_heap_push(&h, &n[i], MANY - i, 0);
	for (i = 0; i < MANY; i++)
		assert_int_equal(zx__rest_heap_pop(&h)->key, i + 1);
	assert_null(zx__rest_heap_pop(&h));
	free(n);
}

static void map__finds_what_was_put_in(void **state)
{
	static struct thing t[COUNT];
	struct zx__map m;
	int i, round;

	(void)state;
	assert_err(zx__rest_map_init(&m, NULL), ZX_OK);
	for (round = 0; round < 3; round++) {
		/* Pairs of equal hashes, far apart in between. */
		for (i = 0; i < COUNT; i++)
			zx__rest_map_put(&m, &t[i].in_map,
					 (uint64_t)(i / 2) << 40);
		assert_int_equal(m.count, COUNT);
		for (i = 0; i < COUNT; i++) {
			struct zx__mnode *n =
				zx__rest_map_first(&m, (uint64_t)(i / 2) << 40);
			int found = 0;

			for (; n; n = zx__rest_map_next(n))
				found += n == &t[i].in_map;
			assert_int_equal(found, 1);
		}
		assert_null(zx__rest_map_first(&m, 7));
		for (i = 0; i < COUNT; i++)
			zx__rest_map_cut(&m, &t[i].in_map);
		assert_int_equal(m.count, 0);
	}
	zx__rest_map_release(&m);
}

static void map__without_memory_it_only_becomes_slower(void **state)
{
	static struct thing t[COUNT];
	struct fail_alloc f;
	struct zx__map m;
	int i;

	(void)state;
	fail_alloc_init(&f);
	fail_alloc_from(&f, 1);
	assert_err(zx__rest_map_init(&m, &f.alloc), ZX_E_NOMEM);
	fail_alloc_from(&f, 2);
	assert_err(zx__rest_map_init(&m, &f.alloc), ZX_OK);
	for (i = 0; i < COUNT; i++)
		zx__rest_map_put(&m, &t[i].in_map, (uint64_t)i);
	for (i = 0; i < COUNT; i++)
		assert_ptr_equal(zx__rest_map_first(&m, (uint64_t)i),
				 &t[i].in_map);
	assert_true(f.failed > 0);
	zx__rest_map_release(&m);
	fail_alloc_check(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(heap__is_always_the_least_whatever_is_done),
		cmocka_unit_test(heap__a_hundred_thousand_need_no_stack),
		cmocka_unit_test(map__finds_what_was_put_in),
		cmocka_unit_test(map__without_memory_it_only_becomes_slower),
	};

	return cmocka_run_group_tests_name("rest/heap", tests, NULL, NULL);
}
