/* SPDX-License-Identifier: MIT
 *
 * The server with everything Discord has, made by calling the routes as its
 * owner: what the routes refuse cannot be in it.
 */
#include <stdio.h>
#include <stdlib.h>

#include "sandbox/seed_int.h"

struct step {
	const char *method, *path, *body; /* ' stands for " */
};

#define ROLES "/guilds/{guild}/roles"
#define CHANNELS "/guilds/{guild}/channels"
#define DENY_ALL "{'id':'{guild}','type':0,'allow':'0','deny':'1024'}"
#define STAFF                                                                  \
	DENY_ALL ",{'id':'{role:Moderator}','type':0,'allow':'1024',"          \
		 "'deny':'0'},{'id':'{role:Zoryx}','type':0,'allow':'1024',"   \
		 "'deny':'0'}"

static const struct step roles[] = {
	{ "PATCH", ROLES "/{guild}", "{'permissions':'1799872721571393'}" },
	{ "POST", ROLES,
	  "{'name':'Admin','permissions':'8','color':15158332,'hoist':true}" },
	{ "POST", ROLES,
	  "{'name':'Moderator','permissions':'6756516296138886','color':3447003,"
	  "'hoist':true,'mentionable':true}" },
	{ "POST", ROLES, "{'name':'Holo','permissions':'0','color':11127295}" },
	{ "POST", ROLES,
	  "{'name':'Star','permissions':'0','unicode_emoji':'\\u2b50'}" },
	{ "POST", ROLES,
	  "{'name':'Patron','permissions':'0','icon':'{png:f1c40f}'}" },
	{ "POST", ROLES,
	  "{'name':'Member','permissions':'0','color':10181046}" },
	{ "POST", ROLES, "{'name':'he/him','permissions':'0'}" },
	{ "POST", ROLES, "{'name':'she/her','permissions':'0'}" },
	{ "POST", ROLES, "{'name':'Twin','permissions':'0','color':1}" },
	{ "POST", ROLES, "{'name':'Twin','permissions':'0','color':2}" },
	{ "POST", ROLES, "{'name':'Muted','permissions':'0','color':8421504}" },
	{ "PATCH", ROLES,
	  "[{'id':'{role:Zoryx}','position':12},"
	  "{'id':'{role:Admin}','position':11},"
	  "{'id':'{role:Moderator}','position':10},"
	  "{'id':'{role:Holo}','position':9},"
	  "{'id':'{role:Star}','position':8},"
	  "{'id':'{role:Patron}','position':7},"
	  "{'id':'{role:Member}','position':6}]" },
};

/* What the published schema does not know. */
static const struct step gradients[] = {
	{ "PATCH", ROLES "/{role:Moderator}",
	  "{'colors':{'primary_color':3447003,'secondary_color':10181046,"
	  "'tertiary_color':null}}" },
	{ "PATCH", ROLES "/{role:Holo}",
	  "{'colors':{'primary_color':11127295,'secondary_color':16759788,"
	  "'tertiary_color':16761760}}" },
};

static const struct step community[] = {
	{ "POST", CHANNELS, "{'type':4,'name':'Welcome'}" },
	{ "POST", CHANNELS,
	  "{'type':0,'name':'rules','parent_id':'{channel:Welcome}',"
	  "'topic':'Be kind.','permission_overwrites':[{'id':'{guild}',"
	  "'type':0,'allow':'0','deny':'2048'},{'id':'{role:Moderator}',"
	  "'type':0,'allow':'2048','deny':'0'}]}" },
	{ "POST", CHANNELS,
	  "{'type':4,'name':'Staff','permission_overwrites':[" STAFF "]}" },
	{ "POST", CHANNELS,
	  "{'type':0,'name':'moderator-only','parent_id':'{channel:Staff}',"
	  "'permission_overwrites':[" STAFF "]}" },
	{ "PATCH", "/guilds/{guild}",
	  "{'features':['COMMUNITY','NEWS'],'verification_level':2,"
	  "'explicit_content_filter':2,'default_message_notifications':1,"
	  "'rules_channel_id':'{channel:rules}','public_updates_channel_id':"
	  "'{channel:moderator-only}','safety_alerts_channel_id':"
	  "'{channel:moderator-only}','preferred_locale':'de',"
	  "'description':'A place with everything in it.',"
	  "'premium_progress_bar_enabled':true,'icon':'{png:7c3aed}',"
	  "'banner':'{png:22d3ee}','splash':'{png:0f172a}'}" },
};

static const struct step channels[] = {
	{ "POST", CHANNELS,
	  "{'type':5,'name':'announcements','parent_id':'{channel:Welcome}',"
	  "'default_auto_archive_duration':4320}" },
	{ "POST", CHANNELS, "{'type':4,'name':'Talk'}" },
	{ "POST", CHANNELS,
	  "{'type':0,'name':'general','parent_id':'{channel:Talk}',"
	  "'topic':'Whatever is on your mind'}" },
	{ "POST", CHANNELS,
	  "{'type':0,'name':'off-topic','parent_id':'{channel:Talk}',"
	  "'default_thread_rate_limit_per_user':30}" },
	{ "POST", CHANNELS,
	  "{'type':0,'name':'slow-lane','parent_id':'{channel:Talk}',"
	  "'rate_limit_per_user':60}" },
	{ "POST", CHANNELS,
	  "{'type':0,'name':'late-night','parent_id':'{channel:Talk}',"
	  "'nsfw':true}" },
	{ "POST", CHANNELS,
	  "{'type':0,'name':'bot-commands','parent_id':'{channel:Talk}'}" },
	{ "POST", CHANNELS,
	  "{'type':0,'name':'twins','parent_id':'{channel:Talk}'}" },
	{ "POST", CHANNELS,
	  "{'type':0,'name':'twins','parent_id':'{channel:Welcome}'}" },
	{ "POST", CHANNELS,
	  "{'type':0,'name':'sam-and-staff','parent_id':'{channel:Staff}',"
	  "'permission_overwrites':[" STAFF ",{'id':'{user:member}','type':1,"
	  "'allow':'1024','deny':'0'},{'id':'{user:0}','type':1,'allow':'0',"
	  "'deny':'1024'}]}" },
	{ "POST", CHANNELS,
	  "{'type':0,'name':'bot-log','parent_id':'{channel:Staff}',"
	  "'permission_overwrites':[" STAFF "]}" },
	{ "POST", CHANNELS,
	  "{'type':0,'name':'owners-only','permission_overwrites':[" DENY_ALL
	  "]}" },
	{ "POST", CHANNELS, "{'type':4,'name':'Voice'}" },
	{ "POST", CHANNELS,
	  "{'type':2,'name':'Lounge','parent_id':'{channel:Voice}',"
	  "'bitrate':96000,'user_limit':12,'rtc_region':'rotterdam',"
	  "'video_quality_mode':2,'rate_limit_per_user':5}" },
	{ "POST", CHANNELS,
	  "{'type':2,'name':'Away','parent_id':'{channel:Voice}'}" },
	{ "POST", CHANNELS,
	  "{'type':13,'name':'Town hall','parent_id':'{channel:Voice}',"
	  "'topic':'Once a month','bitrate':64000,'user_limit':500}" },
	{ "POST", CHANNELS,
	  "{'type':15,'name':'questions','parent_id':'{channel:Talk}',"
	  "'topic':'One question, one post.','available_tags':["
	  "{'name':'solved','moderated':true,'emoji_name':'\\u2705'},"
	  "{'name':'idea','emoji_name':'\\ud83d\\udca1'},"
	  "{'name':'Zoryx','emoji_name':null}],"
	  "'default_reaction_emoji':{'emoji_name':'\\ud83d\\udc4d'},"
	  "'default_sort_order':1,'default_forum_layout':1,"
	  "'default_thread_rate_limit_per_user':10,"
	  "'default_auto_archive_duration':10080,"
	  "'rate_limit_per_user':120}" },
	{ "PATCH", "/channels/{channel:questions}", "{'flags':16}" },
	{ "PATCH", "/channels/{channel:slow-lane}", "{'flags':2097152}" },
};

static const struct step people[] = {
	{ "PATCH", "/guilds/{guild}",
	  "{'afk_channel_id':'{channel:Away}','afk_timeout':900,"
	  "'system_channel_id':'{channel:general}','system_channel_flags':12}" },
	{ "PATCH", "/guilds/{guild}/widget",
	  "{'enabled':true,'channel_id':'{channel:general}'}" },
	{ "PUT", "/guilds/{guild}/members/{user:admin}/roles/{role:Admin}",
	  NULL },
	{ "PATCH", "/guilds/{guild}/members/{user:member}",
	  "{'nick':'Sammy','roles':['{role:Member}','{role:he/him}']}" },
	{ "PATCH", "/guilds/{guild}/members/{user:0}",
	  "{'nick':'The one','roles':['{role:Moderator}','{role:Star}']}" },
	{ "PATCH", "/guilds/{guild}/members/{user:1}",
	  "{'roles':['{role:Patron}','{role:Member}','{role:she/her}']}" },
	{ "PATCH", "/guilds/{guild}/members/{user:2}",
	  "{'roles':['{role:Twin}','{role:Muted}']}" },
	{ "PUT", "/guilds/{guild}/bans/{user:8}",
	  "{'delete_message_seconds':0}" },
	{ "PUT", "/guilds/{guild}/bans/{user:9}", "{}" },
};

static const struct step rest[] = {
	{ "POST", "/guilds/{guild}/emojis",
	  "{'name':'violet','image':'{png:7c3aed}'}" },
	{ "POST", "/guilds/{guild}/emojis",
	  "{'name':'cyan','image':'{png:22d3ee}','roles':['{role:Patron}']}" },
	{ "POST", "/guilds/{guild}/emojis",
	  "{'name':'blink','image':'{gif}'}" },
	{ "POST", "/channels/{channel:general}/webhooks",
	  "{'name':'Builds','avatar':'{png:16a34a}'}" },
	{ "POST", "/channels/{channel:announcements}/webhooks",
	  "{'name':'News'}" },
};

/* A form; the rest is JSON. */
static const struct step stickers[] = {
	{ "POST", "/guilds/{guild}/stickers",
	  "{'name':'violet square','description':'A square','tags':'purple',"
	  "'file':'{png:7c3aed}'}" },
	{ "POST", "/guilds/{guild}/stickers",
	  "{'name':'blinker','description':'','tags':'light','file':'{gif}'}" },
};

/* Moderation, events, sounds, first steps. */
#define RULES "/guilds/{guild}/auto-moderation/rules"
#define EVENTS "/guilds/{guild}/scheduled-events"
static const struct step later[] = {
	{ "POST", RULES,
	  "{'name':'Bad words','event_type':1,'trigger_type':1,'enabled':true,"
	  "'trigger_metadata':{'keyword_filter':['spoon*','*fork*'],"
	  "'regex_patterns':['(b|c)at'],'allow_list':['spoonbill']},'actions':["
	  "{'type':1,'metadata':{'custom_message':'Mind your cutlery.'}},"
	  "{'type':2,'metadata':{'channel_id':'{channel:moderator-only}'}},"
	  "{'type':3,'metadata':{'duration_seconds':60}}],"
	  "'exempt_roles':['{role:Moderator}'],"
	  "'exempt_channels':['{channel:off-topic}']}" },
	{ "POST", RULES,
	  "{'name':'Spam','event_type':1,'trigger_type':3,'actions':["
	  "{'type':1}]}" },
	{ "POST", RULES,
	  "{'name':'Words of Discord','event_type':1,'trigger_type':4,"
	  "'enabled':true,'trigger_metadata':{'presets':[1,3],"
	  "'allow_list':['damn']},'actions':[{'type':1}]}" },
	{ "PATCH", RULES "/{rule:Block Mention Spam}",
	  "{'name':'Mentions','trigger_metadata':{'mention_total_limit':12,"
	  "'mention_raid_protection_enabled':true}}" },
	{ "POST", RULES,
	  "{'name':'Names','event_type':2,'trigger_type':6,'enabled':true,"
	  "'trigger_metadata':{'keyword_filter':['admin']},'actions':["
	  "{'type':4}]}" },
	{ "POST", EVENTS,
	  "{'name':'Game night','privacy_level':2,'entity_type':2,"
	  "'channel_id':'{channel:Lounge}','scheduled_start_time':"
	  "'{time:72}','description':'Bring snacks.','image':'{png:ea580c}',"
	  "'recurrence_rule':{'start':'{time:72}','frequency':2,'interval':1,"
	  "'by_weekday':[4]}}" },
	{ "POST", EVENTS,
	  "{'name':'Town meeting','privacy_level':2,'entity_type':1,"
	  "'channel_id':'{channel:Town hall}','scheduled_start_time':"
	  "'{time:240}'}" },
	{ "POST", EVENTS,
	  "{'name':'Picnic','privacy_level':2,'entity_type':3,"
	  "'entity_metadata':{'location':'At the lake'},"
	  "'scheduled_start_time':'{time:480}',"
	  "'scheduled_end_time':'{time:486}'}" },
	{ "POST", "/guilds/{guild}/soundboard-sounds",
	  "{'name':'silence','sound':'{mp3}','volume':0.5,"
	  "'emoji_name':'\\ud83e\\udd2b'}" },
	{ "POST", "/guilds/{guild}/soundboard-sounds",
	  "{'name':'more silence','sound':'{mp3}',"
	  "'emoji_id':'{emoji:violet}'}" },
	{ "PATCH", "/guilds/{guild}/welcome-screen",
	  "{'enabled':true,'description':'Come in.','welcome_channels':["
	  "{'channel_id':'{channel:rules}','description':'Read these first',"
	  "'emoji_name':'\\ud83d\\udcdc'},{'channel_id':'{channel:general}',"
	  "'description':'Say hello','emoji_id':'{emoji:violet}',"
	  "'emoji_name':'violet'}]}" },
	{ "PUT", "/guilds/{guild}/onboarding",
	  "{'enabled':true,'mode':0,'default_channel_ids':['{channel:rules}',"
	  "'{channel:announcements}','{channel:general}',"
	  "'{channel:off-topic}','{channel:slow-lane}',"
	  "'{channel:bot-commands}','{channel:questions}'],'prompts':["
	  "{'id':'1','type':0,'title':'What are you here for?',"
	  "'single_select':false,'required':true,'in_onboarding':true,"
	  "'options':[{'title':'Talk','description':'With people',"
	  "'emoji_name':'\\ud83d\\udcac','role_ids':['{role:Member}'],"
	  "'channel_ids':['{channel:off-topic}']},{'title':'Questions',"
	  "'emoji_id':'{emoji:violet}','emoji_name':'violet',"
	  "'channel_ids':['{channel:questions}']}]},"
	  "{'id':'2','type':1,'title':'Pronouns','single_select':true,"
	  "'required':false,'in_onboarding':false,'options':["
	  "{'title':'he/him','role_ids':['{role:he/him}']},"
	  "{'title':'she/her','role_ids':['{role:she/her}']}]}]}" },
};

static void failed(struct maker *m, const struct step *s, int status,
		   const struct zx_buf *body)
{
	zx__wire_violation(m->w->wire, "the seed: %s %s: %d %.*s", s->method,
			   s->path, status, ZX_ARG(zx_buf_str(body)));
}

static void take(struct maker *m, const struct step *s, int form)
{
	struct zx__res res = { .status = 0 };
	cJSON *act = zx__dom("method:s path:s reason:s guild_id:I form:b",
			     s->method, s->path, "seed", m->g->id, form);
	char *json = zx_str_dup(NULL, zx_str(s->body));
	int err;

	for (char *p = json; p && *p; p++)
		if (*p == '\'')
			*p = '"';
	if (json && *json)
		zx__dom_set(act, "body:o", cJSON_Parse(json));
	zx_buf_init(&res.headers, NULL, 0);
	zx_buf_init(&res.body, NULL, 0);
	err = zx__act(m->w, act, m->g, &res);
	if (err || res.status >= 300)
		failed(m, s, err ? err : res.status, &res.body);
	zx_buf_release(&res.headers);
	zx_buf_release(&res.body);
	zx_delete(NULL, json);
	cJSON_Delete(act);
}

#define ALL(list) list, sizeof(list) / sizeof(*(list))

void zx__seed_everything(struct maker *m)
{
	const struct {
		const struct step *steps;
		size_t n;
	} parts[] = { { ALL(roles) },  { ALL(community) }, { ALL(channels) },
		      { ALL(people) }, { ALL(rest) },	   { ALL(stickers) },
		      { ALL(later) } };

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		for (size_t k = 0; k < parts[i].n; k++)
			take(m, &parts[i].steps[k], parts[i].steps == stickers);
	if (m->w->opt.schema_only)
		return;
	for (size_t k = 0; k < 2; k++)
		take(m, &gradients[k], 0);
	/* Of a type that apps cannot make. */
	zx__mk_channel(m, 16, "gallery");
}
