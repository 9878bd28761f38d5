/* SPDX-License-Identifier: MIT
 *
 * base alone: links with nothing but the C library.
 */
#include "zoryx/json.h"

int main(void)
{
	struct zx_json_writer w;
	struct zx_buf b;
	int bad;

	zx_buf_init(&b, NULL, 0);
	zx_jw_init(&w, &b);
	zx_jw_obj(&w, NULL);
	zx_jw_id(&w, "id", UINT64_MAX);
	zx_jw_f64(&w, "half", 0.5);
	zx_jw_obj_end(&w);
	bad = b.err || zx_json_check(zx_buf_str(&b), 0, NULL) ||
	      zx_json_get_u64(zx_buf_str(&b), "id") != UINT64_MAX;
	zx_buf_release(&b);
	return bad;
}
