/* SPDX-License-Identifier: MIT
 *
 * capture: reads a whole server, with the fewest requests, into a snapshot.
 * What could not be read is part of the snapshot: its section "incomplete".
 */
#ifndef ZORYX_CAPTURE_H
#define ZORYX_CAPTURE_H

#include "zoryx/guild.h"

#ifdef __cplusplus
extern "C" {
#endif

struct zx_capture;

struct zx_capture_options {
	size_t size;
	struct zx_guild_store store; /* put is needed */
	uint64_t guild;
	zx_wall captured_at;
	/* JSON object of settings to be kept in the section bot; copied. */
	struct zx_str bot_settings;
	/* Appends the item of an earlier snapshot's images with this key and
	 * returns nonzero, so that it is not downloaded again. May be NULL. */
	int (*known)(struct zx_str key, struct zx_buf *item, void *ud);
	void *known_ud;
	unsigned in_flight;   /* requests at a time; 0 means 4, at most 8 */
	size_t image_max;     /* bytes of one image; 0 means 10 MiB */
	uint32_t members_max; /* up to so many members the gateway is asked for
				 chunks, held at about 150 bytes each; above,
				 or when it is silent, REST pages are read in
				 constant memory. 0: REST only */
	int no_members;	      /* the Members intent is missing: said so in the
				 snapshot, not asked for */
	uint64_t self;	   /* the bot's user: among the members, its roles tell
			      whether channels may be hidden from it, which is then
			      said in the snapshot. 0: not looked at */
	const char *cdn;   /* copied; NULL: https://cdn.discordapp.com */
	const char *media; /* NULL: https://media.discordapp.net */
	const struct zx_alloc *alloc;
};
#define ZX_CAPTURE_OPTIONS_INIT ZX__INIT(struct zx_capture_options)

enum zx_capture_out_kind {
	ZX_CAPTURE_OUT_REQUEST, /* submit it, feed the reply */
	ZX_CAPTURE_OUT_MEMBERS, /* ask the gateway for all members (op 8, query
				   "", limit 0), give the chunks to
				   zx_capture_members */
	ZX_CAPTURE_OUT_DONE	/* once, at the end: err, or `written` */
};

struct zx_capture_out {
	enum zx_capture_out_kind kind;
	uint32_t id;	    /* REQUEST: to be named in feed */
	struct zx_str path; /* REQUEST: always a GET; borrowed until the next
			       call */
	int absolute;	    /* REQUEST: the path is a URL (of an image) */
	size_t max_body;
	int err;
	struct zx_guild_written written; /* borrowed until free */
};

struct zx_capture_progress {
	uint32_t requests, requests_known; /* done, and known to be needed */
	uint32_t images, images_known;
	uint64_t members, members_expected;
	uint32_t incomplete;
	const char *doing; /* constant: "members" */
};

/* The reply to a request: of struct zx_rest_result. */
struct zx_capture_reply {
	int err; /* ZX_OK for 2xx */
	int status, code;
	struct zx_str body;
};

ZX_API int zx_capture_new(struct zx_capture **out,
			  const struct zx_capture_options *opt,
			  zx_time now) ZX_MUST_USE;
ZX_API void zx_capture_free(struct zx_capture *c);
/* ZX_E_NOTFOUND when that id is not awaited. Other failures are told by DONE.
 */
ZX_API int zx_capture_feed(struct zx_capture *c, uint32_t id,
			   const struct zx_capture_reply *reply, zx_time now);
/* The d of a GUILD_MEMBERS_CHUNK; of other guilds or unasked ones nothing is
 * taken. */
ZX_API int zx_capture_members(struct zx_capture *c, struct zx_str d,
			      zx_time now);
/* The same, as zx_members gives them out: the members of one of `count` chunks,
 * each chunk once. _again: those so far come again from the first. _failed: no
 * more come, so REST pages are read instead. */
ZX_API int zx_capture_chunk(struct zx_capture *c, struct zx_str members,
			    uint32_t count, zx_time now);
ZX_API void zx_capture_chunks_again(struct zx_capture *c, zx_time now);
ZX_API void zx_capture_chunks_failed(struct zx_capture *c, zx_time now);
ZX_API int zx_capture_tick(struct zx_capture *c, zx_time now);
ZX_API int zx_capture_poll(struct zx_capture *c, struct zx_capture_out *out);
ZX_API zx_time zx_capture_deadline(const struct zx_capture *c);
/* Ends it with ZX_E_CANCELLED. */
ZX_API void zx_capture_cancel(struct zx_capture *c);
ZX_API void zx_capture_progress(const struct zx_capture *c,
				struct zx_capture_progress *out);
/* A sentence about the failure, "" when none. */
ZX_API const char *zx_capture_error(const struct zx_capture *c);

#ifdef __cplusplus
}
#endif
#endif
