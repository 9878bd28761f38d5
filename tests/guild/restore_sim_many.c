/* SPDX-License-Identifier: MIT
 *
 * restore_sim_many: see the header.
 */
#include "guild/restore_sim_many.h"

/* The server --------------------------------------------------------------- */

void many_act(struct many *t, const char *method, const char *path,
	      const char *fmt, ...)
{
	char body[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(body, sizeof(body), fmt, ap);
	va_end(ap);
	sim_as(&t->s, 0, t->guild, method, path, *body ? body : NULL);
}

void many_channel(struct many *t, int type, const char *name,
		  const char *parent)
{
	if (parent)
		many_act(t, "POST", "/guilds/{guild}/channels",
			 "{'type':%d,'name':'%s','parent_id':'{channel:%s}',"
			 "'permission_overwrites':[{'id':'1','type':1}]}",
			 type, name, parent);
	else
		many_act(t, "POST", "/guilds/{guild}/channels",
			 "{'type':%d,'name':'%s','permission_overwrites':["
			 "{'id':'1','type':1}]}",
			 type, name);
}

void many_put(struct many *t, const char *name, const char *who, int member,
	      unsigned allow, unsigned deny)
{
	char path[200];

	snprintf(path, sizeof(path), "/channels/{channel:%s}/permissions/%s",
		 name, who);
	many_act(t, "PUT", path, "{'type':%d,'allow':'%u','deny':'%u'}", member,
		 allow, deny);
}

void many_put_all(struct many *t, const char *name, unsigned n, unsigned allow,
		  unsigned deny)
{
	char who[20];

	for (unsigned i = 0; i < n; i++) {
		snprintf(who, sizeof(who), "%u", MANY_FAKE + i);
		many_put(t, name, who, 1, allow, deny);
	}
}

void many_gone(struct many *t, const char *name, const char *who)
{
	char path[200];

	snprintf(path, sizeof(path), "/channels/{channel:%s}/permissions/%s",
		 name, who);
	many_act(t, "DELETE", path, "%s", "");
}

static void people(struct many *t)
{
	static const char *const roles[] = { "In", "Quiet" };
	static const char *const in[] = { "member", "1", "2" };

	for (int i = 0; i < 2; i++)
		many_act(t, "POST", "/guilds/{guild}/roles",
			 "{'name':'%s','permissions':'0'}", roles[i]);
	for (int i = 0; i < 3; i++) {
		char path[100];

		snprintf(path, sizeof(path),
			 "/guilds/{guild}/members/{user:%s}/roles/{role:In}",
			 in[i]);
		many_act(t, "PUT", path, "%s", "");
	}
}

void many_vault(struct many *t)
{
	many_channel(t, 0, "vault", NULL);
	many_put_all(t, "vault", 100, 0, MANY_SEE);
	many_put(t, "vault", "{role:In}", 0, MANY_SEE, MANY_SAY);
	many_put(t, "vault", "{role:Quiet}", 0, 0, MANY_SAY);
	many_put(t, "vault", "{user:0}", 1, 0, MANY_SEE);
	many_put(t, "vault", "{user:3}", 1, MANY_SEE, 0);
	many_gone(t, "vault", "1");
}

void many_den(struct many *t)
{
	many_channel(t, 0, "den", NULL);
	many_put(t, "den", "{guild}", 0, 0, MANY_SEE);
	many_put_all(t, "den", 101, 0, MANY_SAY);
	many_put(t, "den", "{role:In}", 0, MANY_SEE | MANY_SAY, 0);
	many_put(t, "den", "{user:1}", 1, 0, MANY_SEE);
	many_gone(t, "den", "1");
}

void many_tickets(struct many *t)
{
	many_channel(t, 2, "Tickets", NULL);
	many_put(t, "Tickets", "{guild}", 0, 0, MANY_SEE);
	many_put_all(t, "Tickets", 103, MANY_SEE, 0);
	many_put(t, "Tickets", "{user:2}", 1, MANY_SEE, 0);
	many_gone(t, "Tickets", "1");
}

void many_attic(struct many *t)
{
	static const char *const names[] = { "Attic", "box", "lid" };

	for (int i = 0; i < 3; i++) {
		many_channel(t, i ? 0 : 4, names[i], i ? "Attic" : NULL);
		many_put(t, names[i], "{guild}", 0, 0, MANY_SEE);
		many_put_all(t, names[i], 101, 0, MANY_SAY);
		many_put(t, names[i], i == 2 ? "{user:3}" : "{user:2}", 1,
			 MANY_SEE, 0);
		many_gone(t, names[i], "1");
	}
}

void many_plan(struct many *t)
{
	struct sim_snapshot live;

	zx_plan_free(t->plan);
	t->plan = NULL;
	sim_snapshot(&t->s, t->guild, &live);
	zx_guild_id_new(&t->s.rand, t->o.id);
	assert_err(zx_plan_new(&t->plan, &t->snap.r, &live.r, &t->o), ZX_OK);
	sim_snapshot_release(&live);
}

void many_begin(struct many *t, void (*const *make)(struct many *t),
		const char *const *lose)
{
	memset(t, 0, sizeof(*t));
	sim_open(&t->s, "empty", 5);
	t->guild = zx_sandbox_guild(t->s.box, 0);
	people(t);
	for (; *make; make++)
		(*make)(t);
	sim_snapshot(&t->s, t->guild, &t->snap);
	sim_watch(&t->s, t->guild, t->guild);
	for (; *lose; lose++)
		many_act(t, "DELETE", *lose, "%s", "");
	sim_snapshot(&t->s, t->guild, &t->before);
	t->o = sim_options(&t->s, t->guild);
	many_plan(t);
	assert_false(zx_plan_blocked(t->plan));
}

void many_end(struct many *t)
{
	sim_no_leak(&t->s);
	zx_plan_free(t->plan);
	sim_close(&t->s);
	sim_snapshot_release(&t->snap);
	sim_snapshot_release(&t->before);
}

void many_begin_small(struct many *t)
{
	static void (*const make[])(struct many *) = { many_vault, many_den,
						       NULL };
	static const char *const lose[] = {
		MANY_VAULT, "/channels/{channel:den}",
		"/guilds/{guild}/roles/{role:Quiet}", NULL
	};

	many_begin(t, make, lose);
}

void many_begin_vault(struct many *t, const char *const *lose)
{
	static void (*const make[])(struct many *) = { many_vault, NULL };

	many_begin(t, make, lose);
}

struct zx_restore_report many_report(struct many *t)
{
	struct zx_restore_report r;

	zx_restore_run_report(t->s.run, zx_sandbox_now(t->s.box), &r);
	return r;
}

void many_well(struct many *t)
{
	struct zx_restore_report r = many_report(t);
	struct zx_buf b;

	if (!r.failed && !r.stopped)
		return;
	zx_buf_init(&b, NULL, 0);
	(void)!zx_restore_run_text(t->s.run, zx_sandbox_now(t->s.box),
				   mem_append, &b);
	fail_msg("%.3000s", zx_buf_cstr(&b));
}

void many_carry_out(struct many *t)
{
	assert_int_equal(sim_live(&t->s, t->plan), 1);
	assert_err(t->s.err, ZX_OK);
}

int many_killed_at(struct many *t, uint64_t k)
{
	int lived;

	t->s.instants = 0;
	t->s.kill_at = k;
	lived = sim_live(&t->s, t->plan);
	if (lived)
		return 1;
	sim_end(&t->s);
	sim_no_leak(&t->s);
	t->s.kill_at = 0;
	many_carry_out(t);
	return 0;
}

void many_as_it_was(struct many *t)
{
	static const char *const but[] = { " position:", NULL };

	sim_same(&t->s, &t->snap.r, t->guild, but);
	sim_not_twice(&t->s, &t->snap.r, &t->before.r, t->guild);
	many_plan(t);
	if (!zx_plan_empty(t->plan))
		sim_differs(&t->s, &t->snap.r, t->guild, &t->o, NULL, 1);
	assert_true(zx_plan_empty(t->plan));
}

void many_right(struct many *t)
{
	many_well(t);
	sim_end(&t->s);
	many_as_it_was(t);
	many_end(t);
}

size_t many_viewers(struct many *t, const char *name)
{
	uint64_t v[64], ch = zx_sandbox_channel(t->s.box, t->guild, name);

	assert_true(ch != 0);
	return zx_sandbox_viewers(t->s.box, ch, v, 64);
}

void many_fault(struct many *t, const char *fmt, ...)
{
	char json[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(json, sizeof(json), fmt, ap);
	va_end(ap);
	for (char *p = json; *p; p++)
		if (*p == '\'')
			*p = '"';
	assert_err(zx_sandbox_fault(t->s.box, json), ZX_OK);
}

void many_undo(struct many *t)
{
	static const char *const but[] = { " position:", NULL };
	struct zx_plan *back;
	char id[ZX_GUILD_ID_TEXT];

	zx_guild_id_new(&t->s.rand, id);
	sim_reconcile(&t->s, t->plan);
	assert_err(zx_restore_run_undo(&back, t->s.run, id), ZX_OK);
	sim_end(&t->s);
	sim_forget(&t->s);
	assert_int_equal(sim_live(&t->s, back), 1);
	many_well(t);
	sim_end(&t->s);
	zx_plan_free(back);
	sim_same(&t->s, &t->before.r, t->guild, but);
}
