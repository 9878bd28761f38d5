/* SPDX-License-Identifier: MIT
 *
 * net: the loop and the adapters that put the machines on real sockets. One
 * libwebsockets context is the loop; curl's sockets are adopted into it. No
 * thread is started. Monotonic and wall clock and system randomness live here.
 *
 * What the libraries below do process-wide: libwebsockets ignores SIGPIPE and
 * has one log level, which zx_loop_new sets to silence when it makes a context
 * of its own (with the host's context it is left alone; what matters of its
 * text is in zx_log lines and error texts). curl_global_init is called by
 * zx_rest_attach and undone by zx_rest_detach, which is safe in threads from
 * curl 7.84 on; with an older curl the host calls it first. curl connects the
 * gateway as well, and may resolve names in a thread of its own. Proxies are
 * never taken from the environment.
 */
#ifndef ZORYX_NET_H
#define ZORYX_NET_H

#include "zoryx/base.h"
#include "zoryx/gateway.h"
#include "zoryx/ipc.h"
#include "zoryx/rest.h"

#ifdef __cplusplus
extern "C" {
#endif

struct lws_context; /* libwebsockets */
struct zx_loop;

ZX_API zx_time zx_clock(void); /* monotonic */
ZX_API zx_wall zx_wall_clock(void);
ZX_API struct zx_rand zx_system_rand(void);

struct zx_loop_options {
	size_t size;
	/*
	 * A context of the host to live in, must outlive; NULL makes one. Any
	 * will do. The host serves it as it always does and need not call
	 * zx_loop_step.
	 */
	struct lws_context *lws;
	const char *ca_file; /* more trusted certificates (PEM); NULL: system */
	const struct zx_alloc *alloc;
	const struct zx_log *log;
};
#define ZX_LOOP_OPTIONS_INIT ZX__INIT(struct zx_loop_options)

ZX_API int zx_loop_new(struct zx_loop **out,
		       const struct zx_loop_options *opt) ZX_MUST_USE;
/* Everything attached must be freed before. */
ZX_API void zx_loop_free(struct zx_loop *l);
/* One turn: waits at most timeout_ms (-1: until something is due). ZX_OK, or
 * ZX_E_IO when the loop is broken. */
ZX_API int zx_loop_step(struct zx_loop *l, int timeout_ms);
/* Ends a wait from another thread or a signal handler: a write(2) to a pipe,
 * nothing else. */
ZX_API void zx_loop_wake(struct zx_loop *l);
/* The stamp of this turn. */
ZX_API zx_time zx_loop_now(const struct zx_loop *l);

/* Timers: intrusive, one-shot, in order of time then of setting. Begin as
 * zero but for fn and ud; must not move or go while set. */
struct zx_timer {
	zx_time at;	/* private */
	uint64_t order; /* private */
	size_t slot;	/* private: 0 when not set */
	void (*fn)(struct zx_timer *t, void *ud);
	void *ud;
};
/* Replaces an earlier setting; ZX_TIME_NEVER clears. ZX_E_NOMEM. */
ZX_API int zx_timer_set(struct zx_loop *l, struct zx_timer *t, zx_time at);

/* A shard on a socket. Drives feed, tick and poll; hands the rest to you. */
struct zx_gateway_conn;
struct zx_gateway_handler {
	/* Events, states, identify wishes, sessions, death; see zx_shard_out.
	 */
	void (*out)(struct zx_shard *s, const struct zx_shard_out *o, void *ud);
	void *ud;
};
/* The shard must outlive the connection. */
ZX_API int zx_gateway_attach(struct zx_gateway_conn **out, struct zx_loop *l,
			     struct zx_shard *s,
			     const struct zx_gateway_handler *h) ZX_MUST_USE;
ZX_API void zx_gateway_detach(struct zx_gateway_conn *c);
/* After calling the shard from outside (grant, send, stop, start): carries its
 * outputs out and sets the timer. */
ZX_API void zx_gateway_kick(struct zx_gateway_conn *c);

/* A REST scheduler on curl. */
struct zx_rest_conn;
typedef void zx_rest_done(const struct zx_rest_result *result, void *ud);
/* The scheduler must outlive the connection; while it is attached, submit only
 * through zx_rest_call. proxy: copied; NULL (none) or a URL for curl. */
ZX_API int zx_rest_attach(struct zx_rest_conn **out, struct zx_loop *l,
			  struct zx_rest *r, const char *proxy) ZX_MUST_USE;
/* What has no result yet is dropped, its `done` is never called. */
ZX_API void zx_rest_detach(struct zx_rest_conn *c);
/* Submits; done (may be NULL) is called once, later, with req->ud. The result
 * and its slices last until done returns. */
ZX_API int zx_rest_call(struct zx_rest_conn *c,
			const struct zx_rest_request *req, zx_rest_done *done,
			uint64_t *id);
/* After calling the scheduler from outside (cancel, close, set_token). */
ZX_API void zx_rest_kick(struct zx_rest_conn *c);

/* A hub or client of ipc on TCP. */
struct zx_ipc_conn;
/*
 * A hub listens at host and port of its options (without host: 127.0.0.1; port
 * 0: any), a client dials once it is started. The machine must outlive the
 * connection and have no other transport. `handler` (may be NULL) gets what is
 * for the application. ZX_E_BUSY (port in use), ZX_E_PERM, ZX_E_NOTFOUND (no
 * such address), ZX_E_IO, ZX_E_NOMEM: zx_ipc_error() then says what to do.
 */
ZX_API int zx_ipc_attach(struct zx_ipc_conn **out, struct zx_loop *l,
			 struct zx_ipc *x, zx_ipc_handler *handler,
			 void *ud) ZX_MUST_USE;
/* Closes all sockets; stop the machine first for a proper goodbye. */
ZX_API void zx_ipc_detach(struct zx_ipc_conn *c);
/* After calling the machine from outside (start, send, request, stop). */
ZX_API void zx_ipc_kick(struct zx_ipc_conn *c);
/* Where a hub listens. */
ZX_API unsigned zx_ipc_port(const struct zx_ipc_conn *c);

/* A small HTTP server for programs of this computer: listens on 127.0.0.1,
 * answers GET and HEAD, refuses the rest, and what comes by another host name
 * (a page in a browser could otherwise read it). */
struct zx_http_server;
struct zx_http_reply {
	int status;	  /* 200 at first */
	const char *type; /* "text/plain; charset=utf-8" at first */
	struct zx_buf body;
};
/* path: without a query. */
typedef void zx_http_get(struct zx_str path, struct zx_http_reply *out,
			 void *ud);
/* port 0: a free one. ZX_E_BUSY when it cannot be listened on, ZX_E_NOMEM. */
ZX_API int zx_http_listen(struct zx_http_server **out, struct zx_loop *l,
			  uint16_t port, zx_http_get *get,
			  void *ud) ZX_MUST_USE;
ZX_API uint16_t zx_http_port(const struct zx_http_server *s);
ZX_API void zx_http_close(struct zx_http_server *s);

#ifdef __cplusplus
}
#endif
#endif
