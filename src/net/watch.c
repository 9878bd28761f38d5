/* SPDX-License-Identifier: MIT
 *
 * A descriptor in the loop: libwebsockets serves it as a "raw file".
 */
#include "net/net_int.h"

#include <unistd.h>

struct zx__watch {
	struct zx__source source;
	struct lws *wsi; /* NULL when libwebsockets has dropped it */
	int fd;
	zx__watch_fn *fn;
	void *ud;
	int want;
	int calls; /* depth of fn: memory must stay */
	int closed;
	struct zx__watch *next_writer, **writer_link;
};

static void unlist(struct zx__watch *w)
{
	if (!w->writer_link)
		return;
	*w->writer_link = w->next_writer;
	if (w->next_writer)
		w->next_writer->writer_link = w->writer_link;
	w->writer_link = NULL;
}

static void list(struct zx__watch *w)
{
	struct zx_loop *l = w->source.loop;

	if (w->writer_link)
		return;
	w->next_writer = l->writers;
	w->writer_link = &l->writers;
	if (l->writers)
		l->writers->writer_link = &w->next_writer;
	l->writers = w;
	zx__loop_rearm(l);
}

void zx__watch_rewrite(struct zx_loop *l)
{
	struct zx__watch *w;

	while ((w = l->writers)) {
		unlist(w);
		if (w->wsi && w->want & ZX__WRITE)
			lws_callback_on_writable(w->wsi);
	}
}

static void tell(struct zx__watch *w, int events)
{
	w->calls++;
	w->fn(w, events, w->ud);
	w->calls--;
}

/* Nonzero makes libwebsockets close the descriptor. */
static int finish(struct zx__watch *w)
{
	if (!w->closed || w->calls)
		return 0;
	unlist(w);
	if (w->wsi)
		lws_set_opaque_user_data(w->wsi, NULL);
	zx_delete(w->source.loop->alloc, w);
	return -1;
}

static int on_event(struct zx__source *s, struct lws *wsi,
		    enum lws_callback_reasons why, void *in, size_t len)
{
	struct zx__watch *w = (struct zx__watch *)s;

	(void)in, (void)len;
	switch (why) {
	case LWS_CALLBACK_RAW_RX_FILE:
		if (w->want & ZX__READ)
			tell(w, ZX__READ);
		break;
	case LWS_CALLBACK_RAW_WRITEABLE_FILE:
		if (w->want & ZX__WRITE)
			tell(w, ZX__WRITE);
		/* libwebsockets forgets the wish when this returns, so it has
		 * to be made again after that. */
		if (!w->closed && w->want & ZX__WRITE)
			list(w);
		break;
	case LWS_CALLBACK_RAW_CLOSE_FILE:
		lws_set_opaque_user_data(wsi, NULL);
		w->wsi = NULL;
		tell(w, ZX__GONE);
		break;
	default:
		return 0;
	}
	return finish(w);
}

int zx__watch_open(struct zx__watch **out, struct zx_loop *l, int fd,
		   zx__watch_fn *fn, void *ud)
{
	lws_adopt_desc_t d = { .vh = l->plain,
			       .type = LWS_ADOPT_RAW_FILE_DESC,
			       .vh_prot_name = ZX__PROTOCOL };
	struct zx__watch *w = zx_new(l->alloc, sizeof(*w));

	*out = NULL;
	if (!w) {
		close(fd);
		return ZX_E_NOMEM;
	}
	*w = (struct zx__watch){ .source = { .event = on_event, .loop = l },
				 .fn = fn,
				 .ud = ud,
				 .fd = fd,
				 .want = ZX__READ };
	d.fd.filefd = fd;
	d.opaque = &w->source;
	w->wsi = lws_adopt_descriptor_vhost_via_info(&d);
	if (!w->wsi) {
		close(fd);
		zx_delete(l->alloc, w);
		return ZX_E_IO;
	}
	*out = w;
	return ZX_OK;
}

void zx__watch_want(struct zx__watch *w, int events)
{
	int changed = w->want ^ events;

	w->want = events;
	if (!w->wsi)
		return;
	if (changed & ZX__READ)
		lws_rx_flow_control(w->wsi, !!(events & ZX__READ));
	if (events & ZX__WRITE)
		lws_callback_on_writable(w->wsi);
}

int zx__watch_fd(const struct zx__watch *w)
{
	return w->fd;
}

void zx__watch_close(struct zx__watch *w)
{
	if (!w || w->closed)
		return;
	w->closed = 1;
	w->want = 0;
	if (w->calls)
		return; /* on_event ends it when fn has returned */
	unlist(w);
	if (w->wsi) {
		lws_set_opaque_user_data(w->wsi, NULL);
		lws_set_timeout(w->wsi, PENDING_TIMEOUT_USER_OK,
				LWS_TO_KILL_ASYNC);
	}
	zx_delete(w->source.loop->alloc, w);
}
