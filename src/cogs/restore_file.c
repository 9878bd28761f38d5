/* SPDX-License-Identifier: MIT
 *
 * restore_file: a text that people get as a file, however long it is. What is
 * over the limit of an attachment comes as several files, one message after
 * the other; the text is made anew for each of them, so that one part is in
 * memory at a time. What could not be sent is said.
 */
#include "cogs/restore_show.h"

enum {
	/* Discord takes 10 MiB of everybody (reference.mdx, "Uploading
	 * Files"). An interaction's attachment_size_limit may be more by the
	 * user's Nitro, but after 15 minutes the message is the bot's own. */
	PART_MAX = 10 << 20,
	PART_LESS = 64 << 10, /* whoever counts more than the bytes */
	PART_MIN = 64
};

/* Sending ------------------------------------------------------------------ */

struct zx__rsf_sending {
	struct zx__rsf_sending *next;
	struct zx__backup *b;
	struct zx_call *call;
	struct zx__rsf what;
	size_t max;
	unsigned parts, done;
	int short_of;	    /* the rest is not sent, which was said */
	uint64_t hash;	    /* of what was sent */
	struct zx_buf head; /* first piece of the text */
};

static void end(struct zx__rsf_sending *s)
{
	struct zx__rsp *p = s->b->restore_show;
	struct zx__rsf_sending **at = &p->sendings;

	while (*at != s)
		at = &(*at)->next;
	*at = s->next;
	zx_buf_release(&s->head);
	zx_delete(s->b->alloc, s);
}

void zx__rsf_free(struct zx__rsp *p, const struct zx_alloc *a)
{
	struct zx__rsf_sending *s;

	while ((s = p->sendings) != NULL) {
		p->sendings = s->next;
		zx_buf_release(&s->head);
		zx_delete(a, s);
	}
}

struct making {
	struct zx__rsf_sending *s;
	struct zx__rsf_cut *cut;
	int begun;
};

/* The head says how long it took, up to now: it stays as it was at first. */
static int piece(struct zx_str text, void *ud)
{
	struct making *m = ud;
	struct zx_buf *head = &m->s->head;

	if (!m->begun && !head->len)
		zx_buf_adds(head, text);
	if (head->err)
		return head->err;
	if (!m->begun)
		text = zx_buf_str(head);
	m->begun = 1;
	return zx__rsf_cut(text, m->cut);
}

static int make(struct zx__rsf_sending *s, unsigned want,
		struct zx__rsf_cut *out)
{
	struct making m = { .s = s, .cut = out };
	int err;

	zx__rsf_cut_init(out, s->b->alloc, s->max, want);
	err = s->what.make(s->b, &s->what, piece, &m);
	return err == ZX__RSF_ENOUGH ? ZX_OK : err;
}

static void names(const struct zx__rsf_sending *s, char out[96])
{
	if (s->parts == 1)
		snprintf(out, 96, "%s.txt", s->what.name);
	else
		snprintf(out, 96, "%s-%u-of-%u.txt", s->what.name, s->done + 1,
			 s->parts);
}

/* Which are missing, from that one on. */
static void say_missing(const struct zx__rsf_sending *s, unsigned from,
			struct zx_message *m)
{
	if (s->parts == 1)
		zx_say(m, "⚠️ `%s.txt` is missing", s->what.name);
	else if (from == s->parts)
		zx_say(m, "⚠️ `%s`: part %u of %u is missing", s->what.name,
		       from, from);
	else
		zx_say(m, "⚠️ `%s`: parts %u to %u of %u are missing",
		       s->what.name, from, s->parts, s->parts);
}

/* The same in a message, and how one gets them. */
static void missing(struct zx__rsf_sending *s, int over, const char *why)
{
	struct zx_message m;
	int err;

	zx_message_init(&m, s->b->alloc);
	say_missing(s, s->done + 1, &m);
	zx_say(&m, ": %s. %s", why, s->what.again);
	/* Its token is over: only the channel is left, and it tells nothing. */
	if (s->what.private && !over)
		zx_message_flags(&m, ZX_MESSAGE_EPHEMERAL);
	err = zx_follow_up(s->call, &m);
	if (err)
		zx__backup_log(s->b, ZX_LOG_WARN,
			       "%s: part %u of %u could not be sent (%s), nor "
			       "could that be said: %s",
			       s->what.name, s->done + 1, s->parts, why,
			       zx_strerror(err));
	zx_message_release(&m);
}

static void refused(struct zx__rsf_sending *s, const struct zx_rest_result *r)
{
	struct zx_str words = zx_json_get(r->body, "message");
	struct zx_buf why, text;

	zx_buf_init(&why, s->b->alloc, 0);
	zx_buf_init(&text, s->b->alloc, 0);
	if (r->err == ZX_E_STATE)
		zx_buf_addc(&why, "the 15 minutes in which something private "
				  "can be sent were over");
	else if (!r->status)
		zx_buf_addc(&why, zx_strerror(r->err));
	else
		zx_buf_addf(&why, "Discord did not take it (HTTP %d, code %d)",
			    r->status, r->code);
	if (words.len && !zx_json_text(words, &text)) {
		zx_buf_addc(&why, ": ");
		zx__bkv_text(&why, zx_buf_str(&text), 200);
	}
	if (r->maybe_done)
		zx_buf_addc(&why, " (it may be there all the same)");
	missing(s, r->err == ZX_E_STATE, zx_buf_cstr(&why));
	zx_buf_release(&why);
	zx_buf_release(&text);
}

static void sent(struct zx_call *call, const struct zx_rest_result *r,
		 void *ud);

static int send_part(struct zx__rsf_sending *s, struct zx__rsf_cut *part)
{
	struct zx_message m;
	char name[96];
	int err;

	names(s, name);
	zx_message_init(&m, s->b->alloc);
	zx_attach(&m, name, "text/plain; charset=utf-8",
		  zx_buf_str(&part->text));
	if (s->what.private)
		zx_message_flags(&m, ZX_MESSAGE_EPHEMERAL);
	if (s->done + 1 < s->parts && zx_follow_ups_left(s->call) == 1) {
		s->short_of = 1;
		say_missing(s, s->done + 2, &m);
		zx_say(&m, ": Discord lets an app that only you have installed "
			   "send so many messages and no more. Installed in "
			   "the server, it sends all of them.");
	}
	zx__rsf_hash(part, part->text.len);
	s->hash = part->hash;
	err = zx_follow_up_then(s->call, &m, sent, s);
	zx_message_release(&m);
	return err;
}

/* What was sent is what was there before this part, and the end is where it
 * was. */
static int is_next(const struct zx__rsf_sending *s, const struct zx__rsf_cut *p)
{
	return p->part == s->done && p->hash == s->hash && p->text.len &&
	       p->more == (s->done + 1 < s->parts);
}

/* Nonzero: the next part is on its way. */
static int go_on(struct zx__rsf_sending *s)
{
	struct zx__rsf_cut part;
	const char *why = "it has changed meanwhile";
	int err = make(s, s->done, &part), same = !err && is_next(s, &part);

	if (same)
		err = send_part(s, &part);
	zx_buf_release(&part.text);
	if (same && !err)
		return 1;
	missing(s, 0, err ? zx_strerror(err) : why);
	return 0;
}

static void sent(struct zx_call *call, const struct zx_rest_result *r, void *ud)
{
	struct zx__rsf_sending *s = ud;

	(void)call;
	if (!s->b->stopped && !r->err && ++s->done < s->parts && !s->short_of &&
	    go_on(s))
		return;
	if (!s->b->stopped && r->err)
		refused(s, r);
	end(s);
}

/* Beginning ---------------------------------------------------------------- */

static int is_under_way(const struct zx__rsp *p, const struct zx_call *call,
			const struct zx__rsf *what)
{
	const struct zx_call_info *i = zx_call_info(call), *other;
	const struct zx__rsf_sending *s;

	for (s = p->sendings; s; s = s->next) {
		other = zx_call_info(s->call);
		if (!strcmp(s->what.name, what->name) &&
		    other->user_id == i->user_id &&
		    other->channel_id == i->channel_id)
			return 1;
	}
	return 0;
}

static void say(struct zx__backup *b, struct zx_call *call,
		const struct zx__rsf *what, const char *text)
{
	struct zx_message m;

	zx_message_init(&m, b->alloc);
	zx_say(&m, "%s %s.", what->title, text);
	if (what->private)
		zx_message_flags(&m, ZX_MESSAGE_EPHEMERAL);
	(void)zx_follow_up(call, &m);
	zx_message_release(&m);
}

static size_t limit(const struct zx__backup *b, const struct zx_call *call)
{
	uint64_t max = b->opt.upload_max ? b->opt.upload_max
					 : zx_call_info(call)->upload_max;

	if (max > PART_MAX)
		max = PART_MAX;
	if (max > 2 * PART_LESS)
		max -= PART_LESS;
	return max > PART_MIN ? (size_t)max : PART_MIN;
}

static struct zx__rsf_sending *begin(struct zx__backup *b, struct zx_call *call,
				     const struct zx__rsf *what)
{
	struct zx__rsp *p = zx__rsp_of(b);
	struct zx__rsf_sending *s = p ? zx_new(b->alloc, sizeof(*s)) : NULL;

	if (!s)
		return NULL;
	s->b = b;
	s->call = call;
	s->what = *what;
	s->max = limit(b, call);
	zx_buf_init(&s->head, b->alloc, 0);
	s->next = p->sendings;
	p->sendings = s;
	return s;
}

/* Counts the parts, and sends the first. */
static int first(struct zx__rsf_sending *s)
{
	struct zx__rsf_cut part;
	int err = make(s, ZX__RSF_LAST, &part);

	s->parts = part.part + 1;
	if (!err && s->parts > 1) {
		zx_buf_release(&part.text);
		err = make(s, 0, &part);
	}
	if (!err)
		err = send_part(s, &part);
	zx_buf_release(&part.text);
	return err;
}

void zx__rsf_send(struct zx__backup *b, struct zx_call *call,
		  const struct zx__rsf *what)
{
	struct zx__rsp *p = zx__rsp_of(b);
	struct zx__rsf_sending *s;
	char why[128];
	int err;

	if (p && is_under_way(p, call, what)) {
		say(b, call, what, "is being sent already");
		return;
	}
	s = begin(b, call, what);
	err = s ? first(s) : ZX_E_NOMEM;
	if (!err)
		return;
	if (s)
		end(s);
	snprintf(why, sizeof(why), "could not be made: %s", zx_strerror(err));
	say(b, call, what, why);
}
