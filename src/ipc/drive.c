/* SPDX-License-Identifier: MIT
 *
 * drive: carries outputs to a transport and to the application.
 */
#include <stdio.h>

#include "ipc/ipc_int.h"

static void dial(const struct zx_ipc_out *o, const struct zx_ipc_transport *t,
		 void *self)
{
	char host[256];

	snprintf(host, sizeof(host), "%.*s", ZX_ARG(o->host));
	t->dial(self, o->link, host, o->port);
}

void zx_ipc_drain(struct zx_ipc *x, const struct zx_ipc_transport *t,
		  void *self, zx_ipc_handler *handler, void *ud)
{
	struct zx_ipc_out o;

	if (x->draining)
		return;
	x->draining = 1;
	while (zx_ipc_poll(x, &o)) {
		switch (o.kind) {
		case ZX_IPC_OUT_DIAL:
			dial(&o, t, self);
			break;
		case ZX_IPC_OUT_FLUSH:
			t->flush(self, o.link);
			break;
		case ZX_IPC_OUT_CLOSE:
			t->close(self, o.link);
			break;
		default:
			if (handler)
				handler(x, &o, ud);
		}
	}
	x->draining = 0;
	t->wake(self, zx_ipc_deadline(x));
}
