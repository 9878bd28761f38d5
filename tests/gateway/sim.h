/* SPDX-License-Identifier: MIT
 *
 * sim: a shard against a small model of Discord in virtual time, with a fault
 * every few minutes. The model knows what the application must see.
 */
#ifndef GATEWAY_SIM_H
#define GATEWAY_SIM_H

#include <stdio.h>

#include "helper/zx_test.h"
#include "zoryx/gateway.h"

#define INTERVAL 41250 /* between heartbeats */
#define LINGER 180000  /* a session without a connection lives so long */
#define MOST_WIRE 4096 /* messages under way */

/* One message on the wire, in order and never before `at`. */
struct packet {
	zx_time at;
	char text[256];
	int close; /* a close code instead of text; -1: bytes only */
};

struct wire {
	struct packet *q;
	size_t first, count;
	zx_time last;
};

struct session { /* the server's */
	int64_t seq;
	int64_t seen; /* by the application */
	unsigned number;
	int alive;
	zx_time orphaned; /* since when nobody is connected */
};

enum link { NONE, DIALLING, OPEN };

struct sim {
	uint64_t seed;
	uint32_t id; /* of the shard */
	struct zx_prng prng;
	struct zx_rand rand;
	struct zx_shard *s;
	struct zx_identify_queue *q;
	zx_time now;

	struct session session;
	enum link link;
	uint32_t generation;
	zx_time dialled_at, hello_at, next_event, next_fault, next_command;
	zx_time closed_at; /* when the host hears of its close */
	struct wire down, up;
	int hello, logins, live; /* of this connection */
	int resume_host;
	zx_time beat_at;
	zx_time sends[130];
	unsigned send_count;

	/* Faults that last. */
	zx_time mute_until, refuse_until, dead_host_until, silent_until;
	zx_time withhold_until;
	int faults;

	unsigned grants, identifies, resumes, events, commands, told, dead;
	int64_t last_seq;
	char last_id[128];
};

static void broken(const struct sim *m, const char *what)
{
	fail_msg("seed %llu, shard %u at %llu ms: %s (it is %s, %s)",
		 (unsigned long long)m->seed, m->id, (unsigned long long)m->now,
		 what, zx_shard_state_name(zx_shard_state(m->s)),
		 zx_shard_error(m->s));
}

static uint64_t below(struct sim *m, uint64_t n)
{
	return zx_rand_below(&m->rand, n);
}

static int happens(struct sim *m, unsigned percent)
{
	return below(m, 100) < percent;
}

/* The network ------------------------------------------------------------- */

static struct packet *post(struct sim *m, struct wire *w)
{
	struct packet *p = &w->q[(w->first + w->count) % MOST_WIRE];
	zx_time at = m->now + 5 + below(m, 80);

	if (w->count++ == MOST_WIRE)
		broken(m, "the wire is full");
	w->last = at > w->last ? at : w->last;
	p->at = w->last;
	p->close = 0;
	return p;
}

static void tell(struct sim *m, const char *text)
{
	strcpy(post(m, &m->down)->text, text);
}

static void hang_up(struct sim *m, int code)
{
	post(m, &m->down)->close = code;
	m->mute_until = ZX_TIME_NEVER;
}

static void unlink_all(struct sim *m)
{
	m->link = NONE;
	m->down.count = m->up.count = 0;
	m->live = 0;
	if (m->session.alive)
		m->session.orphaned = m->now;
}

/* The server -------------------------------------------------------------- */

static void dispatch(struct sim *m, int64_t seq, const char *t, const char *d)
{
	struct packet *p = post(m, &m->down);

	if (happens(m, 80))
		sprintf(p->text, "{\"t\":\"%s\",\"s\":%lld,\"op\":0,\"d\":%s}",
			t, (long long)seq, d);
	else
		sprintf(p->text, "{\"d\":%s,\"op\":0,\"s\":%lld,\"t\":\"%s\"}",
			d, (long long)seq, t);
}

static void identified(struct sim *m)
{
	char d[256];

	if (m->identifies++ >= m->grants)
		broken(m, "identified without a turn");
	m->session = (struct session){ .number = m->session.number + 1,
				       .seq = 1,
				       .alive = 1 };
	snprintf(d, sizeof(d),
		 "{\"v\":10,\"user\":{},\"guilds\":[],\"application\":{},"
		 "\"session_id\":\"n%u\",\"resume_gateway_url\":\"wss://r\"}",
		 m->session.number);
	m->live = 1;
	dispatch(m, 1, "READY", d);
}

static void resumed(struct sim *m, struct zx_str text)
{
	struct zx_str d = zx_json_get(text, "d");
	int64_t seq = zx_json_get_i64(d, "seq");
	char id[32];

	m->resumes++;
	snprintf(id, sizeof(id), "n%u", m->session.number);
	if (!m->session.alive ||
	    !zx_json_is(zx_json_get(d, "session_id"), id)) {
		tell(m, "{\"t\":null,\"s\":null,\"op\":9,\"d\":false}");
		m->session.alive = 0;
		return;
	}
	if (seq != m->session.seen)
		broken(m, "resumed from where the application is not");
	/* Sometimes more is replayed than was asked for (GW-15). */
	if (m->faults && happens(m, 10))
		seq -= (int64_t)below(m, 5);
	for (seq = seq < 1 ? 1 : seq; seq < m->session.seq; seq++)
		dispatch(m, seq + 1, "TYPING_START", "{}");
	dispatch(m, ++m->session.seq, "RESUMED", "{}");
	m->live = 1;
}

static void count_send(struct sim *m)
{
	unsigned i = m->send_count++ % 120;

	if (m->send_count > 120 && m->now - m->sends[i] < 60000)
		broken(m, "more than 120 sends in a minute");
	m->sends[i] = m->now;
}

/* What the shard wrote has arrived. */
static void server_hears(struct sim *m, struct zx_str text)
{
	uint64_t op = zx_json_get_u64(text, "op");

	if (m->now < m->mute_until)
		return;
	if (op == 1) {
		m->beat_at = m->now;
		tell(m, "{\"t\":null,\"s\":null,\"op\":11,\"d\":null}");
		return;
	}
	if (op != 2 && op != 6)
		return;
	if (m->logins++)
		broken(m, "two logins on one connection");
	if (op == 6 && m->now >= m->withhold_until)
		resumed(m, text);
	else if (op == 6)
		hang_up(m, 1006);
	else if (m->faults && happens(m, 5))
		tell(m, "{\"op\":9,\"d\":false}"), m->identifies++;
	else
		identified(m);
}

static void server_event(struct sim *m)
{
	m->next_event = m->now + below(m, 4000);
	if (m->session.alive && m->session.orphaned &&
	    m->now - m->session.orphaned > LINGER)
		m->session.alive = 0;
	if (!m->session.alive)
		return;
	m->session.seq++;
	if (m->link == OPEN && m->live && m->now >= m->mute_until)
		dispatch(m, m->session.seq, "TYPING_START",
			 "{\"a\":[1,\"}\"]}");
	else if (m->link == OPEN && m->live)
		/* Lost with the connection; the session still has it. */
		m->mute_until = ZX_TIME_NEVER;
}

/* Faults ------------------------------------------------------------------ */

static void fault(struct sim *m)
{
	static const int codes[] = { 1000, 1001, 1006, 1011, 4000, 4001, 4002,
				     4003, 4005, 4006, 4007, 4008, 4009, 4200 };
	zx_time soon = m->now + 1000 + below(m, 120000);

	m->next_fault = m->now + below(m, 300000);
	switch (below(m, 12)) {
	case 0:
		m->refuse_until = soon;
		break;
	case 1:
		m->dead_host_until = m->now + below(m, 600000);
		break;
	case 2:
		m->silent_until = soon;
		break;
	case 3:
		m->withhold_until = soon;
		break;
	case 4: /* a drop that lasts longer than the session */
		m->refuse_until = m->now + below(m, 2 * LINGER);
		break;
	default:
		break;
	}
	if (m->link != OPEN)
		return;
	switch (below(m, 8)) {
	case 0:
		m->mute_until = ZX_TIME_NEVER;
		break;
	case 1:
		tell(m, "{\"t\":null,\"s\":null,\"op\":7,\"d\":null}");
		break;
	case 2:
		tell(m, "{\"op\":9,\"d\":true}");
		break;
	case 3:
		tell(m, "{\"op\":9,\"d\":false}");
		m->session.alive = 0;
		m->live = 0;
		break;
	case 4:
		tell(m, "{\"op\":1,\"d\":null}");
		break;
	case 5:
		tell(m, happens(m, 50) ? "{\"op\":99}" : "garbage");
		break;
	case 6:
		post(m, &m->down)->close = -1;
		break;
	default: {
		int code = codes[below(m, sizeof(codes) / sizeof(*codes))];

		/* What these codes say is true. */
		if (zx_close_action(code) == ZX_CLOSE_IDENTIFY)
			m->session.alive = 0;
		hang_up(m, code);
	}
	}
}

/* The host ---------------------------------------------------------------- */

static void event(struct sim *m, const struct zx_shard_out *o)
{
	m->events++;
	if (o->event == ZX_EVENT_READY)
		m->session.seen = 0;
	/* Of a session that was declared dead the tail may be missing. */
	if (m->session.alive && o->seq != m->session.seen + 1)
		broken(m, "an event is missing or came twice");
	m->session.seen = o->seq;
}

static void send(struct sim *m, struct zx_str text)
{
	struct packet *p;
	uint64_t n;

	if (m->link != OPEN || !m->hello)
		broken(m, "sent before HELLO or after the end");
	count_send(m);
	if (zx_json_get_u64(text, "op") == 3) {
		n = zx_json_get_u64(zx_json_get(text, "d"), "n");
		if (n <= m->told)
			broken(m, "a command came twice or too early");
		m->told = (unsigned)n;
	}
	if (m->now >= m->mute_until && m->mute_until == ZX_TIME_NEVER)
		return;
	p = post(m, &m->up);
	assert_true(text.len < sizeof(p->text));
	memcpy(p->text, text.ptr, text.len);
	p->text[text.len] = '\0';
}

static void dial(struct sim *m, const struct zx_shard_out *o)
{
	unlink_all(m);
	m->link = DIALLING;
	m->generation = o->generation;
	m->resume_host = zx_str_starts(o->text, "wss://r/");
	m->dialled_at = m->now + 20 + below(m, 200);
	m->closed_at = ZX_TIME_NEVER;
}

static void poll(struct sim *m)
{
	struct zx_shard_out o;

	while (zx_shard_poll(m->s, &o)) {
		if (m->dead)
			broken(m, "an output after DEAD");
		switch (o.kind) {
		case ZX_SHARD_OUT_CONNECT:
			dial(m, &o);
			break;
		case ZX_SHARD_OUT_SEND:
			send(m, o.text);
			break;
		case ZX_SHARD_OUT_CLOSE:
			if (o.code == 1000 || o.code == 1001)
				broken(m, "closed with a code that ends the "
					  "session");
			unlink_all(m);
			m->closed_at = m->now + below(m, 4000);
			break;
		case ZX_SHARD_OUT_IDENTIFY:
			assert_err(zx_identify_ask(m->q, m->id, m->now), ZX_OK);
			break;
		case ZX_SHARD_OUT_EVENT:
			event(m, &o);
			break;
		case ZX_SHARD_OUT_STATE:
			if (o.state != ZX_SHARD_QUEUED)
				zx_identify_forget(m->q, m->id);
			break;
		case ZX_SHARD_OUT_SESSION:
			break;
		case ZX_SHARD_OUT_DEAD:
			m->dead = 1;
			break;
		}
	}
}

static void check_seq(struct sim *m)
{
	struct zx_session s;

	if (zx_shard_session(m->s, &s))
		return;
	if (!strcmp(s.id, m->last_id) && s.seq < m->last_seq)
		broken(m, "seq went back");
	strcpy(m->last_id, s.id);
	m->last_seq = s.seq;
}

static void deliver(struct sim *m)
{
	struct wire *w = &m->down;
	struct packet p = w->q[w->first];

	w->first = (w->first + 1) % MOST_WIRE;
	w->count--;
	if (p.close < 0) {
		zx_shard_on_bytes(m->s, m->generation, 100, m->now);
	} else if (p.close) {
		unlink_all(m);
		zx_shard_on_closed(m->s, m->generation,
				   p.close == 1006 ? 0 : p.close, m->now);
	} else {
		if (strstr(p.text, "\"op\":10"))
			m->hello = 1;
		assert_err(zx_shard_feed(m->s, m->generation, zx_str(p.text),
					 m->now),
			   ZX_OK);
		/* Sometimes an old socket still has something to say. */
		if (happens(m, 1))
			zx_shard_on_closed(m->s, m->generation - 1, 4004,
					   m->now);
	}
	/* The text must outlive the poll. */
	poll(m);
	check_seq(m);
}

static void answer_dial(struct sim *m)
{
	if (m->now < m->refuse_until ||
	    (m->resume_host && m->now < m->dead_host_until)) {
		unlink_all(m);
		if (happens(m, 30))
			return; /* not even an answer */
		zx_shard_on_failed(m->s, m->generation, "refused", m->now);
		return;
	}
	m->link = OPEN;
	m->hello = m->logins = m->live = 0;
	m->send_count = 0;
	m->session.orphaned = 0;
	m->mute_until = 0;
	m->beat_at = m->now;
	m->down.last = m->up.last = m->now;
	zx_shard_on_open(m->s, m->generation, m->now);
	if (m->now < m->silent_until) {
		m->mute_until = ZX_TIME_NEVER;
		return;
	}
	tell(m, "{\"t\":null,\"s\":null,\"op\":10,\"d\":"
		"{\"heartbeat_interval\":41250}}");
}

static void command(struct sim *m)
{
	char d[32];

	m->next_command = m->now + below(m, 20000);
	snprintf(d, sizeof(d), "{\"n\":%u}", m->commands + 1);
	if (!zx_shard_send(m->s, 3, zx_str(d), m->now))
		m->commands++;
}

/* The world --------------------------------------------------------------- */

static zx_time soonest(const struct sim *m)
{
	zx_time t = zx_time_min(zx_shard_deadline(m->s),
				zx_identify_deadline(m->q));

	if (m->link == DIALLING)
		t = zx_time_min(t, m->dialled_at);
	if (m->down.count)
		t = zx_time_min(t, m->down.q[m->down.first].at);
	if (m->up.count)
		t = zx_time_min(t, m->up.q[m->up.first].at);
	t = zx_time_min(t, m->next_event);
	t = zx_time_min(t, m->next_command);
	t = zx_time_min(t, m->closed_at);
	if (m->faults)
		t = zx_time_min(t, m->next_fault);
	return t;
}

static void grant(struct sim *m)
{
	m->grants++;
	zx_shard_grant(m->s, m->now);
	poll(m);
}

static void turn(struct sim *m)
{
	if (m->link == DIALLING && m->dialled_at <= m->now)
		answer_dial(m);
	if (m->closed_at <= m->now) {
		m->closed_at = ZX_TIME_NEVER;
		zx_shard_on_closed(m->s, m->generation, 4000, m->now);
	}
	poll(m);
	if (m->down.count && m->down.q[m->down.first].at <= m->now)
		deliver(m);
	if (m->up.count && m->up.q[m->up.first].at <= m->now) {
		struct packet p = m->up.q[m->up.first];

		m->up.first = (m->up.first + 1) % MOST_WIRE;
		m->up.count--;
		server_hears(m, zx_str(p.text));
	}
	if (m->next_event <= m->now)
		server_event(m);
	if (m->next_command <= m->now)
		command(m);
	if (m->faults && m->next_fault <= m->now)
		fault(m);
	if (zx_shard_deadline(m->s) <= m->now)
		assert_err(zx_shard_tick(m->s, m->now), ZX_OK);
	poll(m);
	/* A live connection gets its beats. */
	if (m->link == OPEN && m->hello && m->now >= m->mute_until &&
	    m->now - m->beat_at > INTERVAL + 1000)
		broken(m, "a heartbeat is overdue");
}

/* One of `count` shards that get their turns from q. */
static void sim_init(struct sim *m, uint64_t seed, uint32_t id, uint32_t count,
		     struct zx_identify_queue *q)
{
	struct zx_shard_options opt = ZX_SHARD_OPTIONS_INIT;

	*m = (struct sim){
		.seed = seed, .id = id, .q = q, .closed_at = ZX_TIME_NEVER
	};
	zx_prng_init(&m->prng, seed * 1000 + id);
	m->rand = zx_prng_rand(&m->prng);
	m->down.q = calloc(MOST_WIRE, sizeof(*m->down.q));
	m->up.q = calloc(MOST_WIRE, sizeof(*m->up.q));
	opt.token = "sim";
	opt.gateway_url = "wss://main";
	opt.shard_id = id;
	opt.shard_count = count;
	opt.rand = m->rand;
	assert_err(zx_shard_new(&m->s, &opt), ZX_OK);
}

static void sim_release(struct sim *m)
{
	free(m->down.q);
	free(m->up.q);
	zx_shard_free(m->s);
}

static void make_peace(struct sim *m)
{
	m->faults = 0;
	m->refuse_until = m->dead_host_until = m->silent_until = 0;
	m->withhold_until = 0;
}

static void check_end(const struct sim *m)
{
	if (zx_shard_state(m->s) != ZX_SHARD_READY)
		broken(m, "not ready after 20 minutes without faults");
	if (m->session.seen != m->session.seq)
		broken(m, "events are missing at the end");
	if (m->told != m->commands)
		broken(m, "a command was lost");
}

/* A range of seeds, from the command line. */
struct sim_range {
	uint64_t first, count;
	unsigned hours;
	void (*play)(uint64_t seed, unsigned hours, int say);
};

static inline void sim__the_seeds_asked_for(void **state)
{
	const struct sim_range *r = *state;

	for (uint64_t i = 0; i < r->count; i++)
		r->play(r->first + i, r->hours, 1);
}

/* What main() returns for "FIRST COUNT HOURS". */
static inline int
sim_seeds(void (*play)(uint64_t seed, unsigned hours, int say), char **argv)
{
	struct sim_range r = {
		strtoull(argv[1], NULL, 10),
		strtoull(argv[2], NULL, 10),
		(unsigned)strtoul(argv[3], NULL, 10),
		play,
	};
	const struct CMUnitTest asked[] = {
		cmocka_unit_test_prestate(sim__the_seeds_asked_for, &r),
	};

	return cmocka_run_group_tests_name("sim", asked, NULL, NULL);
}

#endif
