/* SPDX-License-Identifier: MIT
 *
 * monitor_store: what survives a restart, in the state file: the counters of
 * each shard and the alert configuration. And the Python framework's files.
 */
#include "cogs/monitor_int.h"

#define SPACE "shard_monitor"
#define COUNTERS                                                               \
	"counters" /* per shard, which stands in place of the guild            \
		    */
#define CONFIG "alerts"
#define OUTBOX "shard_monitor_outbox" /* each under its id */
#define POST "post"

/* Configuration -------------------------------------------------------------
 */

static void config_write(const struct zx__mon_config *c, struct zx_buf *out)
{
	zx_buf_addf(out, "{\"channel\":\"%llu\",\"threshold\":%u}",
		    (unsigned long long)c->channel, c->threshold);
}

static int config_put(struct zx_state *s, const struct zx__mon_config *c)
{
	struct zx_buf text;
	int err;

	zx_buf_init(&text, NULL, 0);
	config_write(c, &text);
	err = text.err ? text.err
		       : zx_state_put(s, SPACE, 0, CONFIG, zx_buf_str(&text));
	zx_buf_release(&text);
	return err;
}

/* ZX_E_NOTFOUND leaves *c as it is. */
static int config_get(struct zx_state *s, struct zx__mon_config *c)
{
	struct zx_buf text;
	uint64_t n;
	int err;

	zx_buf_init(&text, NULL, 0);
	err = zx_state_get(s, SPACE, 0, CONFIG, &text);
	if (!err) {
		c->channel = zx_json_get_u64(zx_buf_str(&text), "channel");
		n = zx_json_get_u64(zx_buf_str(&text), "threshold");
		c->threshold = zx__mon_clamp(n ? n : c->threshold);
	}
	zx_buf_release(&text);
	return err;
}

int zx__mon_load(struct zx__mon *m)
{
	struct zx_state *s = zx_bot_state(m->bot);
	int err = s ? config_get(s, &m->config) : ZX_E_NOTFOUND;

	if (err && err != ZX_E_NOTFOUND)
		zx__mon_log(m, ZX_LOG_ERROR,
			    "the alert configuration cannot be read: %s",
			    zx_state_error(s));
	zx_metrics_set_threshold(m->metrics, m->config.threshold);
	return err == ZX_E_NOMEM ? err : ZX_OK;
}

int zx__mon_save_config(struct zx__mon *m)
{
	struct zx_state *s = zx_bot_state(m->bot);

	return s ? config_put(s, &m->config) : ZX_E_NOTFOUND;
}

/* Outbox --------------------------------------------------------------------
 */

static int load_one(uint64_t id, const char *key, struct zx_str body, void *ud)
{
	struct zx__mon *m = ud;
	char *copy = zx_str_dup(m->alloc, body);
	int err = copy ? zx__mon_outbox_add(m, id, copy) : ZX_E_NOMEM;

	(void)key;
	if (err)
		zx_delete(m->alloc, copy);
	return err;
}

int zx__mon_outbox_load(struct zx__mon *m)
{
	struct zx_state *s = zx_bot_state(m->bot);
	int err = s ? zx_state_each(s, OUTBOX, load_one, m) : ZX_OK;

	if (m->outbox_count)
		zx__mon_log(m, ZX_LOG_INFO,
			    "%zu alert(s) of the last run are still to be sent",
			    m->outbox_count);
	if (err && err != ZX_E_NOMEM && err != ZX_E_LIMIT)
		zx__mon_log(m, ZX_LOG_ERROR,
			    "alerts of the last run cannot be read: %s",
			    zx_state_error(s));
	return err == ZX_E_NOMEM ? err : ZX_OK;
}

void zx__mon_outbox_save(struct zx__mon *m, const struct zx__mon_post *p)
{
	struct zx_state *s = zx_bot_state(m->bot);

	if (s && zx_state_put(s, OUTBOX, p->id, POST, zx_str(p->body)))
		zx__mon_log(m, ZX_LOG_ERROR,
			    "an alert is not saved, a crash would lose it: %s",
			    zx_state_error(s));
}

void zx__mon_outbox_delete(struct zx__mon *m, uint64_t id)
{
	struct zx_state *s = zx_bot_state(m->bot);

	if (s && zx_state_del(s, OUTBOX, id, POST))
		zx__mon_log(m, ZX_LOG_ERROR,
			    "an alert that was sent stays saved and may come "
			    "twice: %s",
			    zx_state_error(s));
}

/* Counters ------------------------------------------------------------------
 */

int zx__mon_restore(struct zx__mon *m, uint32_t shard)
{
	struct zx_state *s = zx_bot_state(m->bot);
	struct zx_buf text;
	int err;

	if (!s)
		return ZX_OK;
	zx_buf_init(&text, m->alloc, 0);
	zx_buf_addf(&text, "{\"%u\":", shard);
	err = zx_state_get(s, SPACE, shard, COUNTERS, &text);
	zx_buf_addch(&text, '}');
	if (!err)
		err = text.err ? text.err
			       : zx_metrics_import(m->metrics,
						   zx_buf_str(&text));
	zx_buf_release(&text);
	if (!err || err == ZX_E_NOTFOUND || err == ZX_E_NOMEM)
		return err == ZX_E_NOMEM ? err : ZX_OK;
	zx__mon_log(m, ZX_LOG_WARN,
		    "stored counters of shard %u are of no use: %s", shard,
		    zx_strerror(err));
	return ZX_OK;
}

/* Each member of an exported text under its shard's number. */
static int put_each(struct zx_state *s, struct zx_str text, size_t *count)
{
	struct zx_json_iter it = zx_json_each(text);
	uint64_t shard;
	int err = ZX_OK;

	*count = 0;
	while (!err && zx_json_next(&it)) {
		if (zx_str_u64(it.key, &shard))
			continue;
		err = zx_state_put(s, SPACE, shard, COUNTERS, it.value);
		++*count;
	}
	return err;
}

static int put_all(struct zx_state *s, struct zx_str text, size_t *count)
{
	int err = zx_state_begin(s);

	if (err)
		return err;
	err = put_each(s, text, count);
	if (!err)
		err = zx_state_commit(s);
	if (err)
		zx_state_rollback(s);
	return err;
}

int zx__mon_save(struct zx__mon *m)
{
	struct zx_state *s = zx_bot_state(m->bot);
	struct zx_buf text;
	size_t count;
	int err;

	if (!s || !zx_metrics_shards(m->metrics))
		return ZX_OK;
	zx_buf_init(&text, m->alloc, 0);
	err = zx_metrics_export(m->metrics, zx_loop_now(zx_bot_loop(m->bot)),
				zx_wall_clock(), &text);
	if (!err)
		err = put_all(s, zx_buf_str(&text), &count);
	if (!err)
		m->saved_at = zx_wall_clock();
	else
		zx__mon_log(m, ZX_LOG_ERROR, "metrics could not be saved: %s",
			    err == ZX_E_NOMEM ? zx_strerror(err)
					      : zx_state_error(s));
	zx_buf_release(&text);
	return err;
}

/* Files of the Python framework ----------------------------------------------
 */

/* JSON with only ASCII in it: other characters stand in strings alone. */
static void add_ascii(struct zx_buf *out, struct zx_str json)
{
	const unsigned char *p = (const unsigned char *)json.ptr;
	size_t i = 0, n, k;
	uint32_t c;

	while (i < json.len) {
		c = p[i];
		n = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
		if (n == 1 || n > json.len - i) {
			zx_buf_addch(out, (char)p[i++]);
			continue;
		}
		c &= 0x7fu >> n;
		for (k = 1; k < n; k++)
			c = c << 6 | (p[i + k] & 0x3fu);
		i += n;
		if (c >= 0x10000) {
			zx_buf_addf(out, "\\u%04x", 0xd7c0 + (c >> 10));
			c = 0xdc00 + (c & 0x3ff);
		}
		zx_buf_addf(out, "\\u%04x", c);
	}
}

struct exporting {
	struct zx_buf *out;
	size_t shards;
};

static int export_one(uint64_t shard, const char *key, struct zx_str value,
		      void *ud)
{
	struct exporting *e = ud;

	if (strcmp(key, COUNTERS) != 0)
		return 0;
	zx_buf_addf(e->out, "%s\n  \"%llu\": ", e->shards ? "," : "{",
		    (unsigned long long)shard);
	add_ascii(e->out, value);
	e->shards++;
	return e->out->err;
}

int zx_monitor_export(struct zx_state *s, struct zx_buf *metrics,
		      struct zx_buf *alerts, size_t *shards)
{
	struct zx__mon_config c = { .threshold = ZX__MON_THRESHOLD };
	struct exporting e = { .out = metrics };
	int err = zx_state_each(s, SPACE, export_one, &e);

	if (shards)
		*shards = e.shards;
	if (e.shards)
		zx_buf_addc(metrics, "\n}\n");
	if (err)
		return err;
	err = config_get(s, &c);
	if (err)
		return err == ZX_E_NOTFOUND ? metrics->err : err;
	zx_buf_addc(alerts, "{\n  \"alert_channel_id\": ");
	if (c.channel)
		zx_buf_addf(alerts, "%llu", (unsigned long long)c.channel);
	else
		zx_buf_addc(alerts, "null");
	zx_buf_addf(alerts, ",\n  \"alert_threshold\": %u\n}\n", c.threshold);
	return metrics->err ? metrics->err : alerts->err;
}

/* Numbers are checked and brought into our form by reading them as metrics of
 * the shards that the text names. */
static int add_named(struct zx_metrics *m, struct zx_str json)
{
	struct zx_json_iter it = zx_json_each(json);
	uint64_t shard;
	int err = ZX_OK;

	while (!err && zx_json_next(&it)) {
		if (zx_str_u64(it.key, &shard) || shard > UINT32_MAX ||
		    zx_json_kind(it.value) != ZX_JSON_OBJECT)
			return ZX_E_INVALID;
		err = zx_metrics_add(m, (uint32_t)shard, 0);
	}
	return err == ZX_E_RANGE || err == ZX_E_EXISTS ? ZX_E_INVALID : err;
}

int zx_monitor_import_metrics(struct zx_state *s, struct zx_str json,
			      size_t *shards)
{
	struct zx_metrics_options o = ZX_METRICS_OPTIONS_INIT;
	struct zx_metrics *m;
	struct zx_buf text;
	size_t count = 0;
	int err;

	o.kinds = zx__mon_kinds;
	o.kind_count = ZX_EVENT_COUNT;
	err = zx_metrics_new(&m, &o);
	if (err)
		return err;
	zx_buf_init(&text, NULL, 0);
	/* Before anything is believed, the whole text must be right. */
	err = zx_metrics_import(m, json);
	if (!err)
		err = add_named(m, json);
	if (!err)
		err = zx_metrics_import(m, json);
	if (!err)
		err = zx_metrics_export(m, 0, zx_wall_clock(), &text);
	if (!err)
		err = put_all(s, zx_buf_str(&text), &count);
	zx_buf_release(&text);
	zx_metrics_free(m);
	if (shards)
		*shards = count;
	return err;
}

int zx_monitor_import_alerts(struct zx_state *s, struct zx_str json)
{
	struct zx__mon_config c = { .threshold = ZX__MON_THRESHOLD };
	struct zx_str channel, threshold;
	int64_t n;

	if (zx_json_check(json, 8, NULL))
		return ZX_E_SYNTAX;
	if (zx_json_kind(json) != ZX_JSON_OBJECT)
		return ZX_E_INVALID;
	channel = zx_json_get(json, "alert_channel_id");
	threshold = zx_json_get(json, "alert_threshold");
	if (channel.len && zx_json_kind(channel) != ZX_JSON_NULL &&
	    zx_json_u64(channel, &c.channel))
		return ZX_E_INVALID;
	if (threshold.len && zx_json_kind(threshold) != ZX_JSON_NULL) {
		if (zx_json_i64(threshold, &n))
			return ZX_E_INVALID;
		c.threshold = zx__mon_clamp(n < 1 ? 1 : (uint64_t)n);
	}
	return config_put(s, &c);
}
