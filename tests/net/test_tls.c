/* SPDX-License-Identifier: MIT
 *
 * Shards and REST over TLS: a certificate that is not to be trusted ends the
 * attempt, and nothing is ever sent without one.
 */
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/md.h>
#include <mbedtls/ssl.h>
#include <unistd.h>

#include "helper/peer.h"
#include "helper/zx_test.h"
#include "net/certs.h"
#include "zoryx/net.h"

#define HELLO "{\"op\":10,\"d\":{\"heartbeat_interval\":45000}}"
#define READY                                                                  \
	"{\"op\":0,\"s\":1,\"t\":\"READY\",\"d\":{\"v\":10,"                   \
	"\"session_id\":\"a\",\"resume_gateway_url\":\"wss://127.0.0.1\","     \
	"\"user\":{\"id\":\"1\"},\"guilds\":[],\"application\":{}}}"

/* The server ------------------------------------------------------------- */

struct server {
	const char *cert;
	int rest;	    /* answers one request, instead of a WebSocket */
	char request[4096]; /* what came through, decrypted */
	char identify[4096];
	mbedtls_entropy_context entropy;
	mbedtls_ctr_drbg_context random;
	mbedtls_x509_crt chain;
	mbedtls_pk_context key;
	mbedtls_ssl_config config;
	mbedtls_ssl_context ssl;
};

static int tls_send(void *ud, const unsigned char *p, size_t n)
{
	ssize_t got = write(*(int *)ud, p, n);

	return got < 0 ? -1 : (int)got;
}

static int tls_recv(void *ud, unsigned char *p, size_t n)
{
	ssize_t got = read(*(int *)ud, p, n);

	return got <= 0 ? -1 : (int)got;
}

static void say(struct server *s, const void *p, size_t n)
{
	const unsigned char *at = p;
	int got;

	for (; n; n -= (size_t)got, at += got) {
		got = mbedtls_ssl_write(&s->ssl, at, n);
		if (got <= 0)
			return;
	}
}

static void say_frame(struct server *s, const char *text)
{
	size_t n = strlen(text);
	unsigned char head[4] = { 0x81, (unsigned char)n,
				  (unsigned char)(n >> 8), (unsigned char)n };

	if (n >= 126)
		head[1] = 126;
	say(s, head, n < 126 ? 2 : 4);
	say(s, text, n);
}

/* Reads until `mark` has come; 0 at the end. */
static int hear(struct server *s, char *to, size_t size, const char *mark)
{
	size_t n = 0;
	int got;

	while (n + 1 < size) {
		got = mbedtls_ssl_read(&s->ssl, (unsigned char *)to + n,
				       size - n - 1);
		if (got <= 0)
			return 0;
		n += (size_t)got;
		to[n] = '\0';
		if (!mark || strstr(to, mark))
			return 1;
	}
	return 0;
}

/* The answer to the key in the request. */
static void upgrade(struct server *s)
{
	unsigned char hash[20];
	char *key = strstr(s->request, "Sec-WebSocket-Key: ");
	char text[256];
	struct zx_buf b;

	if (!key)
		return;
	snprintf(text, sizeof(text),
		 "%.24s258EAFA5-E914-47DA-95CA-C5AB0DC85B11",
		 key + strlen("Sec-WebSocket-Key: "));
	mbedtls_md(mbedtls_md_info_from_type(MBEDTLS_MD_SHA1),
		   (unsigned char *)text, strlen(text), hash);
	zx_buf_init(&b, NULL, 0);
	zx_buf_addc(&b, "HTTP/1.1 101 x\r\nUpgrade: websocket\r\n"
			"Connection: Upgrade\r\nSec-WebSocket-Accept: ");
	zx_buf_add_base64(&b, hash, sizeof(hash));
	zx_buf_addc(&b, "\r\n\r\n");
	say(s, b.ptr, b.len);
	zx_buf_release(&b);
}

static void converse(struct server *s)
{
	static const char body[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"
				   "Content-Type: application/json\r\n\r\n{}";
	char more[4096];

	if (!hear(s, s->request, sizeof(s->request), "\r\n\r\n"))
		return;
	if (s->rest) {
		say(s, body, strlen(body));
		return;
	}
	upgrade(s);
	say_frame(s, HELLO);
	if (!hear(s, s->identify, sizeof(s->identify), NULL))
		return;
	say_frame(s, READY);
	while (hear(s, more, sizeof(more), NULL))
		continue;
}

static void serve(int fd, unsigned nth, void *ud)
{
	struct server *s = ud;

	(void)nth;
	mbedtls_ssl_init(&s->ssl);
	if (mbedtls_ssl_setup(&s->ssl, &s->config))
		return;
	mbedtls_ssl_set_bio(&s->ssl, &fd, tls_send, tls_recv, NULL);
	if (!mbedtls_ssl_handshake(&s->ssl))
		converse(s);
	mbedtls_ssl_free(&s->ssl);
}

static int parse(mbedtls_x509_crt *to, const char *pem)
{
	return mbedtls_x509_crt_parse(to, (const unsigned char *)pem,
				      strlen(pem) + 1);
}

static void open_server(struct server *s, const char *cert)
{
	memset(s, 0, sizeof(*s));
	s->cert = cert;
	mbedtls_entropy_init(&s->entropy);
	mbedtls_ctr_drbg_init(&s->random);
	mbedtls_x509_crt_init(&s->chain);
	mbedtls_pk_init(&s->key);
	mbedtls_ssl_config_init(&s->config);
	assert_int_equal(mbedtls_ctr_drbg_seed(&s->random, mbedtls_entropy_func,
					       &s->entropy, NULL, 0),
			 0);
	assert_int_equal(parse(&s->chain, cert), 0);
	assert_int_equal(parse(&s->chain, ca_pem), 0);
	assert_int_equal(mbedtls_pk_parse_key(&s->key,
					      (const unsigned char *)key_pem,
					      sizeof(key_pem), NULL, 0),
			 0);
	assert_int_equal(
		mbedtls_ssl_config_defaults(&s->config, MBEDTLS_SSL_IS_SERVER,
					    MBEDTLS_SSL_TRANSPORT_STREAM,
					    MBEDTLS_SSL_PRESET_DEFAULT),
		0);
	mbedtls_ssl_conf_rng(&s->config, mbedtls_ctr_drbg_random, &s->random);
	assert_int_equal(
		mbedtls_ssl_conf_own_cert(&s->config, &s->chain, &s->key), 0);
}

static void close_server(struct server *s)
{
	mbedtls_ssl_config_free(&s->config);
	mbedtls_x509_crt_free(&s->chain);
	mbedtls_pk_free(&s->key);
	mbedtls_ctr_drbg_free(&s->random);
	mbedtls_entropy_free(&s->entropy);
}

/* The client ------------------------------------------------------------- */

struct client {
	struct zx_loop *loop;
	struct zx_shard *shard;
	struct zx_gateway_conn *conn;
	struct zx_prng prng;
	int ready;
};

static void on_out(struct zx_shard *s, const struct zx_shard_out *o, void *ud)
{
	struct client *c = ud;

	if (o->kind == ZX_SHARD_OUT_IDENTIFY)
		zx_shard_grant(s, zx_loop_now(c->loop));
	else if (o->kind == ZX_SHARD_OUT_STATE)
		c->ready = o->state == ZX_SHARD_READY;
}

static void write_ca(char path[64])
{
	FILE *f;

	snprintf(path, 64, "/tmp/zx-tls-%ld.pem", (long)getpid());
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(ca_pem, f);
	fclose(f);
}

static void open_loop(struct client *c, int trust)
{
	struct zx_loop_options l = ZX_LOOP_OPTIONS_INIT;
	char path[64];

	memset(c, 0, sizeof(*c));
	write_ca(path);
	l.ca_file = trust ? path : NULL;
	assert_err(zx_loop_new(&c->loop, &l), ZX_OK);
}

static void open_client(struct client *c, const struct peer *p, int trust)
{
	struct zx_gateway_handler h = { .out = on_out, .ud = c };
	struct zx_shard_options o = ZX_SHARD_OPTIONS_INIT;
	char url[64];

	open_loop(c, trust);
	zx_prng_init(&c->prng, 1);
	snprintf(url, sizeof(url), "wss://127.0.0.1:%u/", peer_port(p));
	o.token = "the-token";
	o.gateway_url = url;
	o.rand = zx_prng_rand(&c->prng);
	o.backoff_min_ms = 1;
	o.backoff_max_ms = 10;
	assert_err(zx_shard_new(&c->shard, &o), ZX_OK);
	assert_err(zx_gateway_attach(&c->conn, c->loop, c->shard, &h), ZX_OK);
	assert_err(zx_shard_start(c->shard, zx_loop_now(c->loop)), ZX_OK);
	zx_gateway_kick(c->conn);
}

static void close_client(struct client *c)
{
	char path[64];

	zx_gateway_detach(c->conn);
	zx_shard_free(c->shard);
	zx_loop_free(c->loop);
	snprintf(path, sizeof(path), "/tmp/zx-tls-%ld.pem", (long)getpid());
	unlink(path);
}

static void tls__a_shard_is_live_over_tls(void **state)
{
	zx_time until = zx_clock() + 20000;
	struct server s;
	struct client c;
	struct peer *p;

	(void)state;
	open_server(&s, good_pem);
	p = peer_start(serve, &s);
	open_client(&c, p, 1);
	while (!c.ready && zx_clock() < until)
		assert_err(zx_loop_step(c.loop, 50), ZX_OK);
	assert_true(c.ready);
	close_client(&c);
	peer_stop(p);
	assert_non_null(strstr(s.request, "GET /?v=10&encoding=json"));
	close_server(&s);
}

static void refused(const char *cert, int trust)
{
	zx_time until = zx_clock() + 20000;
	struct server s;
	struct client c;
	struct peer *p;

	open_server(&s, cert);
	p = peer_start(serve, &s);
	open_client(&c, p, trust);
	while (zx_shard_stats(c.shard)->connect_failures < 3 &&
	       zx_clock() < until)
		assert_err(zx_loop_step(c.loop, 50), ZX_OK);
	assert_true(zx_shard_stats(c.shard)->connect_failures >= 3);
	assert_non_null(strstr(zx_shard_error(c.shard), "certificate"));
	close_client(&c);
	peer_stop(p);
	assert_string_equal(s.request, ""); /* not a byte was entrusted */
	close_server(&s);
}

static void B14__a_certificate_of_nobody_is_refused(void **state)
{
	(void)state;
	refused(good_pem, 0);
}

static void B14__an_expired_certificate_is_refused(void **state)
{
	(void)state;
	refused(expired_pem, 1);
}

static void B14__the_certificate_of_another_host_is_refused(void **state)
{
	(void)state;
	refused(other_pem, 1);
}

static void on_done(const struct zx_rest_result *r, void *ud)
{
	*(int *)ud = r->err ? r->err : r->status;
}

/* The status, or the error. */
static int get(const char *cert, int trust, struct server *s)
{
	struct zx_rest_options o = ZX_REST_OPTIONS_INIT;
	struct zx_rest_request q = ZX_REST_REQUEST_INIT;
	zx_time until = zx_clock() + 20000;
	struct zx_rest_conn *conn;
	struct client c;
	struct zx_rest *r;
	struct peer *p;
	char url[64];
	int result = 0;

	open_server(s, cert);
	s->rest = 1;
	p = peer_start(serve, s);
	open_loop(&c, trust);
	zx_prng_init(&c.prng, 1);
	snprintf(url, sizeof(url), "https://127.0.0.1:%u/api", peer_port(p));
	o.token = "the-token";
	o.base_url = url;
	o.rand = zx_prng_rand(&c.prng);
	assert_err(zx_rest_new(&r, &o, zx_loop_now(c.loop)), ZX_OK);
	assert_err(zx_rest_attach(&conn, c.loop, r, NULL), ZX_OK);
	q.method = ZX_GET;
	q.path = ZX_STR("/users/@me");
	q.retries = 1;
	q.ud = &result;
	assert_err(zx_rest_call(conn, &q, on_done, NULL), ZX_OK);
	while (!result && zx_clock() < until)
		assert_err(zx_loop_step(c.loop, 50), ZX_OK);
	zx_rest_detach(conn);
	zx_rest_free(r);
	zx_loop_free(c.loop);
	peer_stop(p);
	close_server(s);
	return result;
}

static void RE_10__certificates_are_checked(void **state)
{
	struct server s;

	(void)state;
	assert_int_equal(get(good_pem, 1, &s), 200);
	assert_non_null(strstr(s.request, "Bot the-token"));
	assert_err(get(good_pem, 0, &s), ZX_E_TLS);
	assert_string_equal(s.request, "");
	assert_err(get(expired_pem, 1, &s), ZX_E_TLS);
	assert_string_equal(s.request, "");
	assert_err(get(other_pem, 1, &s), ZX_E_TLS);
	assert_string_equal(s.request, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tls__a_shard_is_live_over_tls),
		cmocka_unit_test(B14__a_certificate_of_nobody_is_refused),
		cmocka_unit_test(B14__an_expired_certificate_is_refused),
		cmocka_unit_test(
			B14__the_certificate_of_another_host_is_refused),
		cmocka_unit_test(RE_10__certificates_are_checked),
	};

	return cmocka_run_group_tests_name("net/tls", tests, NULL, NULL);
}
