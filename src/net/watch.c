/* SPDX-License-Identifier: MIT
 *
 * A descriptor in the loop: behind the poller, or served by libwebsockets as a
 * "raw file".
 */
#include "net/watch_int.h"

#include <unistd.h>

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

/* Nothing of ours refers to w any more. */
static void watch_free(struct zx__watch *w)
{
	unlist(w);
	if (w->polled) {
		zx__poller_drop(w->source.loop->poller, w);
		close(w->fd);
	}
	if (w->wsi)
		lws_set_opaque_user_data(w->wsi, NULL);
	zx_delete(w->source.loop->alloc, w);
}

int zx__watch_tell(struct zx__watch *w, int events)
{
	w->calls++;
	w->fn(w, events, w->ud);
	w->calls--;
	if (!w->closed || w->calls)
		return 0;
	watch_free(w);
	return -1;
}

static int on_event(struct zx__source *s, struct lws *wsi,
		    enum lws_callback_reasons why, void *in, size_t len)
{
	struct zx__watch *w = (struct zx__watch *)s;
	int gone = 0;

	(void)in, (void)len;
	switch (why) {
	case LWS_CALLBACK_RAW_RX_FILE:
		if (w->want & ZX__READ)
			gone = zx__watch_tell(w, ZX__READ);
		break;
	case LWS_CALLBACK_RAW_WRITEABLE_FILE:
		if (w->want & ZX__WRITE)
			gone = zx__watch_tell(w, ZX__WRITE);
		/* libwebsockets forgets the wish when this returns, so it has
		 * to be made again after that. */
		if (!gone && !w->closed && w->want & ZX__WRITE)
			list(w);
		break;
	case LWS_CALLBACK_RAW_CLOSE_FILE:
		lws_set_opaque_user_data(wsi, NULL);
		w->wsi = NULL;
		gone = zx__watch_tell(w, ZX__GONE);
		break;
	default:
		break;
	}
	return gone; /* makes libwebsockets close the descriptor */
}

static int adopt(struct zx__watch *w)
{
	lws_adopt_desc_t d = { .vh = w->source.loop->plain,
			       .type = LWS_ADOPT_RAW_FILE_DESC,
			       .vh_prot_name = ZX__PROTOCOL };

	d.fd.filefd = w->fd;
	d.opaque = &w->source;
	w->wsi = lws_adopt_descriptor_vhost_via_info(&d);
	return w->wsi ? ZX_OK : ZX_E_IO;
}

static struct zx__watch *watch_new(struct zx_loop *l, int fd, zx__watch_fn *fn,
				   void *ud)
{
	struct zx__watch *w = zx_new(l->alloc, sizeof(*w));

	if (!w) {
		close(fd);
		return NULL;
	}
	*w = (struct zx__watch){ .source = { .event = on_event, .loop = l },
				 .fn = fn,
				 .ud = ud,
				 .fd = fd,
				 .want = ZX__READ };
	return w;
}

static int watch_begin(struct zx__watch **out, struct zx__watch *w,
		       struct zx__poller *p)
{
	*out = NULL;
	if (!w)
		return ZX_E_NOMEM;
	if (zx__poller_add(p, w) && adopt(w)) {
		close(w->fd);
		zx_delete(w->source.loop->alloc, w);
		return ZX_E_IO;
	}
	*out = w;
	return ZX_OK;
}

int zx__watch_open(struct zx__watch **out, struct zx_loop *l, int fd,
		   zx__watch_fn *fn, void *ud)
{
	return watch_begin(out, watch_new(l, fd, fn, ud), l->poller);
}

int zx__watch_open_raw(struct zx__watch **out, struct zx_loop *l, int fd,
		       zx__watch_fn *fn, void *ud)
{
	return watch_begin(out, watch_new(l, fd, fn, ud), NULL);
}

void zx__watch_want(struct zx__watch *w, int events)
{
	int changed = w->want ^ events;

	w->want = events;
	if (w->polled && changed)
		zx__poller_set(w->source.loop->poller, w);
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
		return; /* zx__watch_tell ends it when fn has returned */
	if (w->wsi)
		lws_set_timeout(w->wsi, PENDING_TIMEOUT_USER_OK,
				LWS_TO_KILL_ASYNC);
	watch_free(w);
}
