/* SPDX-License-Identifier: MIT
 *
 * tls_front: a TLS server in front of a plain one on loopback.
 */
#include "helper/tls_front.h"

#include <arpa/inet.h>
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/oid.h>
#include <mbedtls/ssl.h>
#include <mbedtls/version.h>
#include <mbedtls/x509_crt.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "helper/zx_test.h"

struct tls_front {
	uint16_t target, port;
	int listener, client;
	pthread_t thread;
	pthread_mutex_t lock;
	int stopping;
	char ca[64];
	mbedtls_entropy_context entropy;
	mbedtls_ctr_drbg_context drbg;
	mbedtls_pk_context key;
	mbedtls_x509_crt cert;
	mbedtls_ssl_config conf;
};

/* The certificate ---------------------------------------------------------- */

/* subjectAltName: DNS localhost, IP 127.0.0.1; or DNS example.org only. */
static const unsigned char good_names[] = { 0x30, 17,  0x82, 9,	   'l',
					    'o',  'c', 'a',  'l',  'h',
					    'o',  's', 't',  0x87, 4,
					    127,  0,   0,    1 };
static const unsigned char other_names[] = { 0x30, 13,	0x82, 11,  'e',
					     'x',  'a', 'm',  'p', 'l',
					     'e',  '.', 'o',  'r', 'g' };

static void fill_cert(struct tls_front *f, enum tls_front_name name,
		      mbedtls_x509write_cert *w, mbedtls_mpi *serial)
{
	int other = name == TLS_FRONT_OTHER;

	mbedtls_x509write_crt_set_version(w, MBEDTLS_X509_CRT_VERSION_3);
	mbedtls_x509write_crt_set_md_alg(w, MBEDTLS_MD_SHA256);
	mbedtls_x509write_crt_set_subject_key(w, &f->key);
	mbedtls_x509write_crt_set_issuer_key(w, &f->key);
	assert_int_equal(mbedtls_x509write_crt_set_subject_name(w, "CN=t"), 0);
	assert_int_equal(mbedtls_x509write_crt_set_issuer_name(w, "CN=t"), 0);
	assert_int_equal(mbedtls_mpi_lset(serial, 7), 0);
	assert_int_equal(mbedtls_x509write_crt_set_serial(w, serial), 0);
	assert_int_equal(mbedtls_x509write_crt_set_validity(
				 w, "20200101000000",
				 name == TLS_FRONT_PAST ? "20210101000000"
							: "20991231235959"),
			 0);
	assert_int_equal(mbedtls_x509write_crt_set_basic_constraints(w, 1, -1),
			 0);
	assert_int_equal(
		mbedtls_x509write_crt_set_extension(
			w, MBEDTLS_OID_SUBJECT_ALT_NAME,
			MBEDTLS_OID_SIZE(MBEDTLS_OID_SUBJECT_ALT_NAME), 0,
			other ? other_names : good_names,
			other ? sizeof(other_names) : sizeof(good_names)),
		0);
}

static void write_file(const char *path, const char *text)
{
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	fputs(text, out);
	fclose(out);
}

static void make_cert(struct tls_front *f, enum tls_front_name name)
{
	mbedtls_x509write_cert w;
	mbedtls_mpi serial;
	unsigned char pem[4096];

	mbedtls_x509write_crt_init(&w);
	mbedtls_mpi_init(&serial);
	assert_int_equal(mbedtls_pk_setup(&f->key, mbedtls_pk_info_from_type(
							   MBEDTLS_PK_ECKEY)),
			 0);
	assert_int_equal(mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP256R1,
					     mbedtls_pk_ec(f->key),
					     mbedtls_ctr_drbg_random, &f->drbg),
			 0);
	fill_cert(f, name, &w, &serial);
	assert_int_equal(mbedtls_x509write_crt_pem(&w, pem, sizeof(pem),
						   mbedtls_ctr_drbg_random,
						   &f->drbg),
			 0);
	assert_int_equal(
		mbedtls_x509_crt_parse(&f->cert, pem, strlen((char *)pem) + 1),
		0);
	snprintf(f->ca, sizeof(f->ca), "/tmp/zx-ca-%ld-%u.pem", (long)getpid(),
		 f->port);
	write_file(f->ca, (char *)pem);
	mbedtls_mpi_free(&serial);
	mbedtls_x509write_crt_free(&w);
}

/* Passing on --------------------------------------------------------------- */

static int io_send(void *ud, const unsigned char *p, size_t n)
{
	ssize_t done = send(*(int *)ud, p, n, MSG_NOSIGNAL);

	return done < 0 ? MBEDTLS_ERR_SSL_INTERNAL_ERROR : (int)done;
}

static int io_recv(void *ud, unsigned char *p, size_t n)
{
	ssize_t got = recv(*(int *)ud, p, n, 0);

	return got < 0 ? MBEDTLS_ERR_SSL_INTERNAL_ERROR : (int)got;
}

static int connect_to(uint16_t port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof(a))) {
		close(fd);
		return -1;
	}
	return fd;
}

static int write_all(mbedtls_ssl_context *ssl, const unsigned char *p, size_t n)
{
	int done;

	while (n) {
		done = mbedtls_ssl_write(ssl, p, n);
		if (done <= 0)
			return -1;
		p += done;
		n -= (size_t)done;
	}
	return 0;
}

static int from_client(mbedtls_ssl_context *ssl, int plain)
{
	unsigned char chunk[16384];
	int n;

	do {
		n = mbedtls_ssl_read(ssl, chunk, sizeof(chunk));
		if (n <= 0 || send(plain, chunk, (size_t)n, MSG_NOSIGNAL) != n)
			return -1;
	} while (mbedtls_ssl_get_bytes_avail(ssl));
	return 0;
}

static int from_server(mbedtls_ssl_context *ssl, int plain)
{
	unsigned char chunk[16384];
	ssize_t n = recv(plain, chunk, sizeof(chunk), 0);

	return n <= 0 ? -1 : write_all(ssl, chunk, (size_t)n);
}

static void pass(mbedtls_ssl_context *ssl, int client, int plain)
{
	struct pollfd p[2] = { { .fd = client, .events = POLLIN },
			       { .fd = plain, .events = POLLIN } };

	while (poll(p, 2, -1) > 0) {
		if (p[0].revents && from_client(ssl, plain))
			return;
		if (p[1].revents && from_server(ssl, plain))
			return;
	}
}

static void serve(struct tls_front *f, int client)
{
	mbedtls_ssl_context ssl;
	int plain;

	mbedtls_ssl_init(&ssl);
	if (!mbedtls_ssl_setup(&ssl, &f->conf)) {
		mbedtls_ssl_set_bio(&ssl, &client, io_send, io_recv, NULL);
		plain = mbedtls_ssl_handshake(&ssl) ? -1
						    : connect_to(f->target);
		if (plain >= 0) {
			pass(&ssl, client, plain);
			mbedtls_ssl_close_notify(&ssl);
			close(plain);
		}
	}
	mbedtls_ssl_free(&ssl);
}

static void *run(void *ud)
{
	struct tls_front *f = ud;
	int fd, go;

	while ((fd = accept(f->listener, NULL, NULL)) >= 0) {
		pthread_mutex_lock(&f->lock);
		go = !f->stopping;
		f->client = fd;
		pthread_mutex_unlock(&f->lock);
		if (go)
			serve(f, fd);
		pthread_mutex_lock(&f->lock);
		f->client = -1;
		close(fd);
		pthread_mutex_unlock(&f->lock);
	}
	return NULL;
}

/* Life --------------------------------------------------------------------- */

static void open_listener(struct tls_front *f)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t n = sizeof(a);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	f->listener = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(f->listener, (struct sockaddr *)&a, sizeof(a)),
			 0);
	assert_int_equal(getsockname(f->listener, (struct sockaddr *)&a, &n),
			 0);
	f->port = ntohs(a.sin_port);
	assert_int_equal(listen(f->listener, 16), 0);
}

struct tls_front *tls_front_start(uint16_t target_port,
				  enum tls_front_name name)
{
	struct tls_front *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->target = target_port;
	f->client = -1;
	mbedtls_entropy_init(&f->entropy);
	mbedtls_ctr_drbg_init(&f->drbg);
	mbedtls_pk_init(&f->key);
	mbedtls_x509_crt_init(&f->cert);
	mbedtls_ssl_config_init(&f->conf);
	assert_int_equal(mbedtls_ctr_drbg_seed(&f->drbg, mbedtls_entropy_func,
					       &f->entropy, NULL, 0),
			 0);
	open_listener(f);
	make_cert(f, name);
	assert_int_equal(
		mbedtls_ssl_config_defaults(&f->conf, MBEDTLS_SSL_IS_SERVER,
					    MBEDTLS_SSL_TRANSPORT_STREAM,
					    MBEDTLS_SSL_PRESET_DEFAULT),
		0);
	mbedtls_ssl_conf_rng(&f->conf, mbedtls_ctr_drbg_random, &f->drbg);
	assert_int_equal(mbedtls_ssl_conf_own_cert(&f->conf, &f->cert, &f->key),
			 0);
	pthread_mutex_init(&f->lock, NULL);
	assert_int_equal(pthread_create(&f->thread, NULL, run, f), 0);
	return f;
}

uint16_t tls_front_port(const struct tls_front *f)
{
	return f->port;
}

const char *tls_front_ca(const struct tls_front *f)
{
	return f->ca;
}

void tls_front_stop(struct tls_front *f)
{
	pthread_mutex_lock(&f->lock);
	f->stopping = 1;
	if (f->client >= 0)
		shutdown(f->client, SHUT_RDWR);
	pthread_mutex_unlock(&f->lock);
	shutdown(f->listener, SHUT_RDWR);
	pthread_join(f->thread, NULL);
	close(f->listener);
	unlink(f->ca);
	mbedtls_ssl_config_free(&f->conf);
	mbedtls_x509_crt_free(&f->cert);
	mbedtls_pk_free(&f->key);
	mbedtls_ctr_drbg_free(&f->drbg);
	mbedtls_entropy_free(&f->entropy);
	pthread_mutex_destroy(&f->lock);
	free(f);
}
