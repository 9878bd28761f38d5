/* SPDX-License-Identifier: MIT
 *
 * The capture, for the files that are one.
 */
#ifndef ZX_CAPTURE_INT_H
#define ZX_CAPTURE_INT_H

#include "guild/writer_int.h"

enum zx__job {
	JOB_GUILD,
	JOB_CHANNELS,
	JOB_AUTOMOD,
	JOB_WEBHOOKS,
	JOB_EVENTS,
	JOB_SOUNDS,
	JOB_ONBOARDING,
	JOB_WELCOME,
	JOB_BANS,
	JOB_MEMBERS,
	JOB_SELF,
	JOB_IMAGE, /* one of many */
	JOBS
};

enum zx__job_state {
	JOB_UNKNOWN, /* the guild has not said yet whether it is needed */
	JOB_READY,
	JOB_SENT,
	JOB_DONE
};

enum {
	CAPTURE_SLOTS = 8,
	CAPTURE_PAGE = 1000,	     /* members or bans per request */
	CAPTURE_FIRST_WAIT = 5000,   /* ms for the first chunk: when Discord
					lets it wait, pages are there sooner */
	CAPTURE_CHUNKS_WAIT = 30000, /* for the next one */
	CAPTURE_IMAGE = 10 << 20,    /* bytes */
	CAPTURE_BODY = 64 << 20	     /* of other replies */
};

struct zx__slot {
	uint32_t id; /* 0: free */
	enum zx__job job;
	size_t image;
};

/* An image to be downloaded: texts lie in c->text. */
struct zx__image {
	uint64_t owner;
	size_t key, key_len, url, url_len;
};

enum zx__members_by { BY_PAGES, BY_CHUNKS_ASK, BY_CHUNKS };

struct zx_capture {
	const struct zx_alloc *alloc;
	struct zx_capture_options opt;
	struct zx_guild_writer *w;
	struct zx_buf text, path, cdn, media, bot;
	enum zx__job_state state[JOBS];
	struct zx__slot slot[CAPTURE_SLOTS];
	uint32_t next_id;
	struct zx__image *images;
	size_t image_n, image_cap, image_next;
	struct zx__bag held; /* members of a page, or of all chunks */
	uint64_t *roles;     /* of the member being read */
	/* Of each role; to see what the bot itself may. */
	struct zx__right {
		uint64_t role, bits;
	} * rights;
	size_t right_n;
	uint64_t self_bits;
	int self_known;
	enum zx__members_by by;
	uint64_t after_member, after_ban;
	uint64_t chunks;
	zx_time now, chunk_due;
	struct zx_capture_progress progress;
	struct zx_guild_written written;
	int err, over, told;
	char error[192];
};

int zx__capture_fail(struct zx_capture *c, int err, const char *fmt, ...)
	ZX_PRINTF(3, 4);
int zx__capture_missing(struct zx_capture *c, const char *what,
			const char *why);

/* Replies, by job. The body has been checked to be JSON. */
int zx__reply_guild(struct zx_capture *c, struct zx_str body);
int zx__reply_channels(struct zx_capture *c, struct zx_str body);
int zx__reply_bans(struct zx_capture *c, struct zx_str body);
int zx__reply_members(struct zx_capture *c, struct zx_str body);
int zx__reply_image(struct zx_capture *c, size_t image, struct zx_str body);
/* Each element of a list, or the object itself, to a section. */
int zx__reply_items(struct zx_capture *c, enum zx_section s,
		    struct zx_str body);

/* Wants an image: kind "emojis", name "21", or "icons", "1/a_hash". */
int zx__image_want(struct zx_capture *c, uint64_t owner, const char *kind,
		   struct zx_str hash, const char *suffix);
int zx__images_of(struct zx_capture *c, enum zx_section s, struct zx_str item);
int zx__images_of_guild(struct zx_capture *c, struct zx_str guild);
struct zx_str zx__image_key(const struct zx_capture *c, size_t i);
struct zx_str zx__image_url(const struct zx_capture *c, size_t i);

/* Ends it when all has come. */
void zx__capture_finish(struct zx_capture *c);

/* capture_self.c: may channels be hidden from the bot? */
int zx__self_roles(struct zx_capture *c, struct zx_str roles);
void zx__self_is(struct zx_capture *c, struct zx_str member);
int zx__self_judge(struct zx_capture *c);

/* Gives up waiting for chunks. */
void zx__members_by_pages(struct zx_capture *c);

#endif
