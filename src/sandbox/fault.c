/* SPDX-License-Identifier: MIT
 *
 * Faults of the REST side, armed by JSON. Those of the gateway are the wire's.
 */
#include <stdlib.h>

#include "sandbox/world_int.h"

static void html(struct zx__call *c, int status, const char *title)
{
	c->res->status = status;
	c->res->content_type = "text/html; charset=UTF-8";
	zx_buf_clear(&c->res->body);
	zx_buf_addf(&c->res->body,
		    "<!DOCTYPE html><html><head><title>%s</title></head><body>"
		    "<center><h1>%s</h1></center><hr><center>cloudflare"
		    "</center></body></html>",
		    title, title);
}

static void limited(struct zx__call *c, const cJSON *f)
{
	const cJSON *after = zx__some(f, "retry_after");
	const char *scope = *zx__str(f, "scope") ? zx__str(f, "scope") : "user";

	zx__ratelimit_429(c, scope,
			  cJSON_IsNumber(after) ? after->valuedouble : 1.0,
			  zx__int(f, "header"));
}

static void server_error(struct zx__call *c, const cJSON *f)
{
	(void)f;
	zx__fail(c, 500, 0, "500: Internal Server Error");
}

static void bad_gateway(struct zx__call *c, const cJSON *f)
{
	(void)f;
	html(c, 502, "502 Bad Gateway");
}

static void blocked(struct zx__call *c, const cJSON *f)
{
	(void)f;
	html(c, 403, "Attention Required! | Cloudflare");
}

static void html_limited(struct zx__call *c, const cJSON *f)
{
	int after = zx__int(f, "retry_after");

	html(c, 429, "Access denied | discord.com used Cloudflare");
	if (after)
		zx_buf_addf(&c->res->headers, "Retry-After: %d\r\n", after);
}

static void unauthorized(struct zx__call *c, const cJSON *f)
{
	(void)f;
	zx__fail(c, 401, 0, "401: Unauthorized");
}

static void error(struct zx__call *c, const cJSON *f)
{
	int status = zx__int(f, "status");

	zx__fail(c, status ? status : 400, zx__int(f, "code"),
		 zx__str(f, "message"));
}

static void malformed(struct zx__call *c, const cJSON *f)
{
	(void)f;
	c->res->status = 200;
	zx_buf_clear(&c->res->body);
	zx_buf_addc(&c->res->body, "{\"id\": \"1\", \"na");
}

static void drop_before(struct zx__call *c, const cJSON *f)
{
	(void)f;
	c->res->status = 503; /* for the log; nothing is sent */
	c->res->drop = 1;
}

struct kind {
	const char *name;
	void (*act)(struct zx__call *c, const cJSON *f); /* instead */
};

/* rest_slow and rest_meanwhile let the call happen; so does each fault that
 * comes "after". */
static const struct kind kinds[] = {
	{ "rest_429", limited },
	{ "rest_500", server_error },
	{ "rest_502", bad_gateway },
	{ "rest_html_403", blocked },
	{ "rest_html_429", html_limited },
	{ "rest_401", unauthorized },
	{ "rest_error", error },
	{ "rest_malformed", malformed },
	{ "rest_slow", NULL },
	{ "rest_drop", NULL },
	{ "rest_meanwhile", NULL },
};

static const struct kind *kind_of(const cJSON *f)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!strcmp(kinds[i].name, zx__str(f, "fault")))
			return &kinds[i];
	return NULL;
}

static void told(struct zx__world *w)
{
	cJSON *state = cJSON_CreateObject();

	cJSON_AddItemToObject(state, "faults", zx__fault_list(w));
	zx__wire_state(w->wire, state);
	zx__wire_live(w->wire, "FAULTS", zx__get(state, "faults"), 0);
	cJSON_Delete(state);
}

int zx__fault_arm(struct zx__world *w, const cJSON *fault)
{
	struct zx__fault *f;
	int err = ZX_OK;

	if (!kind_of(fault)) {
		err = zx__wire_fault(w->wire, fault);
	} else if (!strcmp(zx__str(fault, "fault"), "rest_meanwhile") &&
		   (!*zx__str(zx__get(fault, "act"), "method") ||
		    *zx__str(zx__get(fault, "act"), "path") != '/')) {
		err = ZX_E_INVALID;
	} else if (w->fault_count == ZX__MAX_FAULTS) {
		err = ZX_E_LIMIT;
	} else {
		f = &w->faults[w->fault_count++];
		f->dom = zx__dup(fault);
		f->times = zx__some(fault, "times")
				   ? (unsigned)zx__int(fault, "times")
				   : 1;
	}
	if (err == ZX_OK)
		told(w);
	return err;
}

void zx__fault_clear(struct zx__world *w)
{
	for (size_t i = 0; i < w->fault_count; i++)
		cJSON_Delete(w->faults[i].dom);
	w->fault_count = 0;
}

cJSON *zx__fault_list(struct zx__world *w)
{
	cJSON *list = cJSON_CreateArray();

	for (size_t i = 0; i < w->fault_count; i++) {
		cJSON *f = zx__dup(w->faults[i].dom);

		zx__dom_set(f, "times:i", (int)w->faults[i].times);
		cJSON_AddItemToArray(list, f);
	}
	return list;
}

/* Uses the fault once; the last use disarms it. */
static void use(struct zx__world *w, size_t i)
{
	struct zx__fault *f = &w->faults[i];

	if (!f->times || --f->times)
		return;
	cJSON_Delete(f->dom);
	w->fault_count--;
	memmove(f, f + 1, (w->fault_count - i) * sizeof(*f));
	told(w);
}

static int matches(const struct zx__call *c, const cJSON *f, struct zx_str path)
{
	const char *route = zx__str(f, "route");

	return !*route || zx__path_match(route, c->req->method, path);
}

static int is_after(const cJSON *f)
{
	return !strcmp(zx__str(f, "when"), "after");
}

/* Each request counts with every fault that it fits, whichever acts on it. */
static void count(struct zx__call *c, struct zx_str path)
{
	for (size_t i = 0; i < c->w->fault_count; i++) {
		struct zx__fault *f = &c->w->faults[i];

		f->now = matches(c, f->dom, path);
		f->seen += (unsigned)f->now;
	}
}

/* Does it fit this request, which is at least the n-th that does? */
static int due(const struct zx__fault *f, int after)
{
	return f->now && is_after(f->dom) == after &&
	       (int)f->seen >= zx__int(f->dom, "nth");
}

static struct zx__guild *guild_of(struct zx__call *c, struct zx_str path)
{
	uint64_t id = 0;

	if (!zx_str_starts(path, "/guilds/"))
		return c->guild;
	path = zx_str_from(path, 8);
	return zx_str_u64(zx_str_split(&path, '/'), &id) == ZX_OK
		       ? zx__guild_by_id(c->w, id)
		       : NULL;
}

/* Other people do something in between; what they meant may be gone. */
static void meanwhile(struct zx__call *c, const cJSON *f, struct zx_str path)
{
	struct zx__res res = { .status = 200 };

	zx_buf_init(&res.headers, NULL, 0);
	zx_buf_init(&res.body, NULL, 0);
	(void)zx__act(c->w, zx__get(f, "act"), guild_of(c, path), &res);
	zx_buf_release(&res.headers);
	zx_buf_release(&res.body);
}

/* Nonzero when the call is answered by it. */
static int act(struct zx__call *c, const cJSON *f, struct zx_str path)
{
	const struct kind *k = kind_of(f);

	if (!strcmp(k->name, "rest_meanwhile")) {
		meanwhile(c, f, path);
		return 0;
	}
	if (!strcmp(k->name, "rest_slow")) {
		c->res->delay_ms = (uint32_t)zx__int(f, "ms");
		return 0;
	}
	if (is_after(f) && !strcmp(k->name, "rest_drop")) {
		c->res->drop = 1;
		return 1;
	}
	zx_buf_clear(&c->res->body);
	(k->act ? k->act : drop_before)(c, f);
	return 1;
}

/* What an act of somebody changes is not the caller's. */
static int run_all(struct zx__call *c, struct zx_str path, int after)
{
	for (size_t i = 0; i < c->w->fault_count;) {
		cJSON *f = c->w->faults[i].dom;
		size_t n = c->w->fault_count;
		int answered;

		if (!due(&c->w->faults[i], after)) {
			i++;
			continue;
		}
		c->w->faults[i].now = 0;
		answered = act(c, f, path);
		use(c->w, i);
		if (answered)
			return 1;
		i += c->w->fault_count == n;
	}
	return 0;
}

int zx__fault_before(struct zx__call *c, struct zx_str path)
{
	count(c, path);
	return run_all(c, path, 0);
}

void zx__fault_after(struct zx__call *c, struct zx_str path)
{
	run_all(c, path, 1);
}
