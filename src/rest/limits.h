/* SPDX-License-Identifier: MIT
 *
 * The named ceilings and waiting times of rest.
 */
#ifndef ZX__REST_LIMITS_H
#define ZX__REST_LIMITS_H

#include <stddef.h>
#include <stdint.h>

/* A request: Discord's own limits on files, bytes and the audit reason. */
#define ZX__REST_FILES 10
#define ZX__REST_FIELDS 16 /* of a form, beside its file */
#define ZX__REST_BYTES ((size_t)25 << 20)
#define ZX__REST_REASON 512
#define ZX__REST_PATH 4096

/* All bodies that wait together. */
#define ZX__REST_QUEUED_BYTES ((size_t)256 << 20)
/* Bytes of a result's message. */
#define ZX__REST_MESSAGE 1024

/* Lanes nobody uses: how long they are kept and how many at most. */
#define ZX__REST_LANE_MS 300000
#define ZX__REST_LANES 4096
/* Route templates whose bucket hash is known. */
#define ZX__REST_TEMPLATES 1024
#define ZX__REST_HASH 128
/* Webhooks that answered "unknown webhook". */
#define ZX__REST_GONE 1024
/* Sub-limits held at once in one lane. */
#define ZX__REST_HOLDS 4

/* A 429 that says nothing, as Cloudflare's HTML pages do. */
#define ZX__REST_BLIND_MS 60000
/* Longer than any limit of Discord: what is above is taken for this. */
#define ZX__REST_WAIT_MAX ((uint64_t)30 * 24 * 3600 * 1000)
/* Added to a second of the global limit, for requests that catch up with those
 * before them on the way. */
#define ZX__REST_JITTER_MS 50
#define ZX__REST_GLOBAL_MAX 100000

/* Pauses after 5xx and transport errors. */
#define ZX__REST_BACKOFF_MIN 1000
#define ZX__REST_BACKOFF_MAX 30000
/* Cloudflare refused us: the pause doubles from the first to the second. */
#define ZX__REST_CLOUD_MIN 120000
#define ZX__REST_CLOUD_MAX 1800000

/* The window in which invalid requests count, in slots. */
#define ZX__REST_INVALID_SLOTS 60
#define ZX__REST_INVALID_MS 10000

/* 403 for want of a permission until a lane answers by itself, and how long an
 * old one is remembered. */
#define ZX__REST_DENIALS 3
#define ZX__REST_DENIAL_MS 300000

#endif
