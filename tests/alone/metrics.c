/* SPDX-License-Identifier: MIT
 *
 * metrics links with base alone.
 */
#include "zoryx/metrics.h"

int main(void)
{
	struct zx_metrics *m;
	struct zx_alerts *a;
	struct zx_health h;
	int bad = zx_metrics_new(&m, NULL) || zx_alerts_new(&a, NULL);

	if (bad)
		return 1;
	bad = zx_metrics_add(m, 3, 0) || zx_metrics_health(m, 3, 0, &h) ||
	      zx_alerts_feed(a, 3, &h, 0);
	zx_alerts_free(a);
	zx_metrics_free(m);
	return bad;
}
