/* SPDX-License-Identifier: MIT
 *
 * One attempt of one REST request, as an easy handle of curl.
 */
#include "net/rest_int.h"

#include <string.h>

/* Receiving -------------------------------------------------------------- */

static size_t on_body(char *p, size_t one, size_t n, void *ud)
{
	struct zx__transfer *t = ud;

	(void)one;
	zx_buf_add(&t->answer, p, n);
	return t->answer.err ? 0 : n;
}

static size_t on_header(char *p, size_t one, size_t n, void *ud)
{
	struct zx__transfer *t = ud;
	struct zx_str line = { p, n };

	(void)one;
	/* The head of the final answer counts, not that of a "100 Continue". */
	if (zx_str_starts(line, "HTTP/"))
		zx_buf_clear(&t->headers);
	else
		zx_buf_adds(&t->headers, line);
	return t->headers.err ? 0 : n;
}

/*
 * When a kept connection turns out to be closed, curl sends the request again
 * on a new one, although the first may have been carried out. Whether a POST
 * may be repeated is for the scheduler to say (RL-15).
 */
static int before_sending(void *ud, char *to_ip, char *from_ip, int to_port,
			  int from_port)
{
	struct zx__transfer *t = ud;

	(void)to_ip, (void)from_ip, (void)to_port, (void)from_port;
	return t->begun++ && t->creates ? CURL_PREREQFUNC_ABORT
					: CURL_PREREQFUNC_OK;
}

/* Sending ---------------------------------------------------------------- */

static int add_line(struct zx__transfer *t, const char *line)
{
	struct curl_slist *more = curl_slist_append(t->lines, line);

	if (!more)
		return ZX_E_NOMEM;
	t->lines = more;
	return ZX_OK;
}

static int add_lines(struct zx__transfer *t, struct zx_str headers)
{
	const struct zx_alloc *a = t->conn->loop->alloc;
	struct zx_str line;
	int err, typed = 0;
	char *copy;

	while ((line = zx_str_split(&headers, '\n')).ptr) {
		line = zx_str_trim(line);
		if (!line.len)
			continue;
		typed |= line.len > 13 &&
			 zx_str_is_nocase((struct zx_str){ line.ptr, 13 },
					  "Content-Type:");
		copy = zx_str_dup(a, line);
		if (!copy)
			return ZX_E_NOMEM;
		err = add_line(t, copy);
		zx_wipe(copy, line.len);
		zx_delete(a, copy);
		if (err)
			return err;
	}
	/* curl would name a type of its own for a body, and would wait for
	 * "100 Continue" with a big one. */
	err = typed ? ZX_OK : add_line(t, "Content-Type:");
	return err ? err : add_line(t, "Expect:");
}

static void set_method(CURL *e, struct zx__transfer *t, enum zx_method m)
{
	struct zx_str body = zx_buf_str(&t->body);

	if (body.len || m == ZX_POST || m == ZX_PUT || m == ZX_PATCH) {
		curl_easy_setopt(e, CURLOPT_POST, 1L);
		curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE,
				 (curl_off_t)body.len);
		curl_easy_setopt(e, CURLOPT_POSTFIELDS, zx_buf_cstr(&t->body));
	} else {
		curl_easy_setopt(e, CURLOPT_HTTPGET, 1L);
	}
	curl_easy_setopt(e, CURLOPT_CUSTOMREQUEST, zx_method_name(m));
}

static void set_times(CURL *e, uint32_t timeout_ms)
{
	long ms = timeout_ms ? (long)timeout_ms : 15000L;

	curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, ms);
	curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS,
			 ms < ZX__NET_CONNECT_MS ? ms
						 : (long)ZX__NET_CONNECT_MS);
	curl_easy_setopt(e, CURLOPT_MAXAGE_CONN, (long)ZX__NET_IDLE_S);
}

static void set_callbacks(CURL *e, struct zx__transfer *t)
{
	curl_easy_setopt(e, CURLOPT_PRIVATE, t);
	curl_easy_setopt(e, CURLOPT_ERRORBUFFER, t->why);
	curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(e, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(e, CURLOPT_HEADERDATA, t);
	curl_easy_setopt(e, CURLOPT_PREREQFUNCTION, before_sending);
	curl_easy_setopt(e, CURLOPT_PREREQDATA, t);
}

static int prepare(struct zx__transfer *t, const struct zx_rest_wire *w)
{
	const struct zx_alloc *a = t->conn->loop->alloc;
	CURL *e = t->easy;
	char *url = zx_str_dup(a, w->url);
	CURLcode code;
	int err;

	if (!url)
		return ZX_E_NOMEM;
	code = curl_easy_setopt(e, CURLOPT_URL, url);
	zx_delete(a, url);
	err = code ? ZX_E_NOMEM : add_lines(t, w->headers);
	if (err)
		return err;
	zx_buf_adds(&t->body, w->body);
	if (t->body.err)
		return t->body.err;
	set_callbacks(e, t);
	zx__multi_secure(e, t->conn->loop, t->conn->proxy);
	set_times(e, w->timeout_ms);
	set_method(e, t, w->method);
	curl_easy_setopt(e, CURLOPT_HTTPHEADER, t->lines);
	curl_easy_setopt(e, CURLOPT_ACCEPT_ENCODING, "");
	curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	curl_easy_setopt(e, CURLOPT_PIPEWAIT, 1L);
	return ZX_OK;
}

static struct zx__transfer *transfer_new(struct zx_rest_conn *c,
					 const struct zx_rest_wire *w)
{
	const struct zx_alloc *a = c->loop->alloc;
	struct zx__transfer *t = zx_new(a, sizeof(*t));

	if (!t)
		return NULL;
	t->conn = c;
	t->id = w->id;
	t->creates = w->method == ZX_POST;
	zx_buf_init(&t->body, a, SIZE_MAX);
	zx_buf_init(&t->headers, a, ZX__NET_HEADERS);
	zx_buf_init(&t->answer, a, w->max_body);
	t->easy = c->idle_count ? c->idle[--c->idle_count] : curl_easy_init();
	t->next = c->transfers;
	t->link = &c->transfers;
	if (c->transfers)
		c->transfers->link = &t->next;
	c->transfers = t;
	return t;
}

int zx__transfer_start(struct zx_rest_conn *c, const struct zx_rest_wire *wire)
{
	struct zx__transfer *t = transfer_new(c, wire);
	int err;

	if (!t)
		return ZX_E_NOMEM;
	err = t->easy ? prepare(t, wire) : ZX_E_NOMEM;
	if (!err && curl_multi_add_handle(c->multi.curl, t->easy))
		err = ZX_E_NOMEM;
	if (err)
		zx__transfer_free(t);
	return err;
}

/* The end ---------------------------------------------------------------- */

/* CONNECT says "surely nothing was sent", so it is only for what fails before
 * curl was about to send. */
static int error_of(const struct zx__transfer *t, CURLcode code)
{
	if (t->answer.err || t->headers.err)
		return t->answer.err == ZX_E_NOMEM ? ZX_E_IO : ZX_E_TOOBIG;
	switch (code) {
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_ENGINE_INITFAILED:
		return ZX_E_TLS;
	case CURLE_OPERATION_TIMEDOUT:
		return t->begun ? ZX_E_TIMEOUT : ZX_E_CONNECT;
	default:
		return t->begun ? ZX_E_IO : ZX_E_CONNECT;
	}
}

struct zx__transfer *zx__transfer_end(struct zx_rest_conn *c, CURL *easy,
				      CURLcode code)
{
	struct zx__transfer *t = NULL;
	long status = 0;

	curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&t);
	curl_multi_remove_handle(c->multi.curl, easy);
	if (code) {
		t->reply.err = error_of(t, code);
		zx_logf(c->loop->log, ZX_LOG_DEBUG, "net",
			"a REST request failed: %s",
			t->why[0] ? t->why : curl_easy_strerror(code));
		return t;
	}
	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	t->reply.status = (int)status;
	t->reply.headers = zx_buf_str(&t->headers);
	t->reply.body = zx_buf_str(&t->answer);
	return t;
}

/* Lines may hold the token. */
static void lines_free(struct curl_slist *lines)
{
	struct curl_slist *l;

	for (l = lines; l; l = l->next)
		zx_wipe(l->data, strlen(l->data));
	curl_slist_free_all(lines);
}

static void easy_free(struct zx_rest_conn *c, CURL *easy)
{
	if (!easy)
		return;
	curl_easy_reset(easy);
	if (c->idle_count < ZX__NET_IDLE_HANDLES)
		c->idle[c->idle_count++] = easy;
	else
		curl_easy_cleanup(easy);
}

void zx__transfer_free(struct zx__transfer *t)
{
	struct zx_rest_conn *c = t->conn;

	*t->link = t->next;
	if (t->next)
		t->next->link = t->link;
	easy_free(c, t->easy);
	lines_free(t->lines);
	zx_buf_release(&t->body);
	zx_buf_release(&t->headers);
	zx_buf_release(&t->answer);
	zx_delete(c->loop->alloc, t);
}

void zx__transfers_free(struct zx_rest_conn *c)
{
	while (c->transfers) {
		if (c->transfers->easy)
			curl_multi_remove_handle(c->multi.curl,
						 c->transfers->easy);
		zx__transfer_free(c->transfers);
	}
	while (c->idle_count)
		curl_easy_cleanup(c->idle[--c->idle_count]);
}
