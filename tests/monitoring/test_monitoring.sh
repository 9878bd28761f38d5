# SPDX-License-Identifier: MIT
# The outside of the shard monitor: promtool on /metrics and on the rules of
# docs/monitoring, a Prometheus that scrapes the bot and evaluates them, the
# dashboard's queries, and export and import by zoryx-bot.
# timeout: 120
. tests/helper/tap.sh
tap_dir
for program in curl python3; do
  command -v $program >/dev/null || {
    tap_skip 'monitoring: from outside' "needs $program"
    done_testing
  }
done
case $B in /*) dir=$B ;; *) dir=$PWD/$B ;; esac
bot=$dir/zoryx-bot
box=$dir/zoryx-sandbox
docs=$PWD/docs/monitoring
unset DISCORD_TOKEN BOT_OWNER_ID ZX_API_URL ZX_STATE ZX_PROXY LOG_LEVEL \
  SHARD_COUNT SHARD_IDS DISCORD_INTENTS METRICS_PORT ENABLE_SHARD_MONITOR
pids=
trap 'kill $pids 2>/dev/null; rm -rf "$tmp"' EXIT

tool() {
  command -v "$1" || ls "$PWD/build/tools/usr/bin/$1" "$dir/tools/usr/bin/$1" \
    2>/dev/null | head -n 1
}
promtool=$(tool promtool)
prometheus=$(tool prometheus)
cd "$tmp" || exit 1

# Waits until a command succeeds, for 30 s.
await() {
  i=0
  until "$@"; do
    i=$((i + 1))
    [ $i -lt 300 ] || return 1
    sleep 0.1
  done
}
has() { grep -q -- "$2" "$1" 2>/dev/null; }
fetch() { curl -s -o "$tmp/got" "http://127.0.0.1:$1"; }
got() { fetch "$1" && has "$tmp/got" "$2"; }
free_port() {
  python3 -c 'import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# The bot ----------------------------------------------------------------------

port=$(free_port)
METRICS_PORT=$port SHARD_COUNT=2 "$box" --port 0 --quiet --run "$bot" \
  >out 2>&1 &
pids="$pids $!"
boxpid=$!
await got "$port/readyz" '2 of 2 shards'
tap 'monitoring: a bot with METRICS_PORT gets ready' $?
fetch "$port/metrics"
cp got metrics
has metrics '^zoryx_shard_up{shard="1"} 1$'
tap 'monitoring: /metrics tells of both shards' $?

if [ -n "$promtool" ]; then
  tap_none 'monitoring: promtool has nothing against /metrics' \
    "$("$promtool" check metrics <metrics 2>&1)"
  "$promtool" check rules "$docs/alerts.yml" >rules 2>&1
  tap 'monitoring: promtool accepts the alert rules' $?
else
  tap_skip 'monitoring: promtool has nothing against /metrics' 'no promtool'
  tap_skip 'monitoring: promtool accepts the alert rules' 'no promtool'
fi

# Every metric that the dashboard and the rules name is there, with what is in
# /metrics only once something has happened.
cat >>metrics <<'EOF'
zoryx_shard_latency_seconds{} 0
zoryx_shard_latency_current_seconds{} 0
EOF
missing=$(grep -ho 'zoryx_[a-z_]*' "$docs/grafana.json" "$docs/alerts.yml" |
  sort -u | while read -r name; do
  has metrics "^$name[{ ]" || echo "$name"
done)
tap_none 'monitoring: dashboard and rules name metrics that exist' "$missing"
python3 -c 'import json, sys
d = json.load(open(sys.argv[1]))
ids = [p["id"] for p in d["panels"]]
assert len(ids) == len(set(ids)) and d["title"] == "zoryx"
assert all(t["expr"] for p in d["panels"] for t in p["targets"])' \
  "$docs/grafana.json" >out2 2>&1
tap 'monitoring: the dashboard is well-formed' $?

# A real Prometheus --------------------------------------------------------------

run_prometheus() {
  prom=$(free_port)
  cat >prometheus.yml <<EOF
global:
  scrape_interval: 1s
  evaluation_interval: 1s
rule_files: ["$docs/alerts.yml"]
scrape_configs:
  - job_name: zoryx
    static_configs:
      - targets: ["127.0.0.1:$port"]
EOF
  "$prometheus" --config.file=prometheus.yml --storage.tsdb.path=tsdb \
    --web.listen-address="127.0.0.1:$prom" >prom.log 2>&1 &
  pids="$pids $!"
}
query() {
  curl -sG "http://127.0.0.1:$prom/api/v1/query" --data-urlencode "query=$1"
}
scraped() { query 'sum(zoryx_shard_up)' | grep -q '"2"\]'; }
no_rule_fails() {
  curl -s "http://127.0.0.1:$prom/api/v1/rules" >rules.json
  python3 -c 'import json
rules = [r for g in json.load(open("rules.json"))["data"]["groups"]
         for r in g["rules"]]
assert len(rules) > 5 and all(r["health"] == "ok" for r in rules)' 2>/dev/null
}
dashboard_queries() {
  python3 - "$docs/grafana.json" "$prom" <<'EOF'
import json, sys, urllib.parse, urllib.request
for p in json.load(open(sys.argv[1]))["panels"]:
    for t in p["targets"]:
        q = t["expr"].replace("$instance", ".*").replace("$shard", ".*")
        u = "http://127.0.0.1:%s/api/v1/query?%s" % (
            sys.argv[2], urllib.parse.urlencode({"query": q}))
        try:
            r = json.load(urllib.request.urlopen(u))
            if r["status"] != "success":
                print(p["title"], r)
        except Exception as e:
            print(p["title"], q, e)
EOF
}
if [ -n "$prometheus" ]; then
  run_prometheus
  await scraped
  tap 'monitoring: a Prometheus scrapes both shards' $?
  await no_rule_fails
  tap 'monitoring: it evaluates every rule' $?
  tap_none "monitoring: it understands the dashboard's queries" \
    "$(dashboard_queries 2>&1)"
else
  for what in 'a Prometheus scrapes both shards' 'it evaluates every rule' \
    "it understands the dashboard's queries"; do
    tap_skip "monitoring: $what" 'no prometheus'
  done
fi

# export and import ----------------------------------------------------------------

mkdir from from/shard_monitor
cat >from/shard_monitor/shard_metrics.json <<'EOF'
{
  "0": {"shard_id": 0, "latency_avg": Infinity, "events": {}, "messages": 4711}
}
EOF
cat >from/shard_monitor/alert_config.json <<'EOF'
{
  "alert_channel_id": 1234567890123456789,
  "alert_threshold": 5
}
EOF
"$bot" import from >out2 2>&1
[ $? = 1 ]
tap 'import: refused while the bot runs' $?
kill "$boxpid"
wait "$boxpid" 2>/dev/null
"$bot" import from >out2 2>&1 && has out2 'shard_metrics.json: 1 shard(s)' &&
  has out2 'alert_config.json: 1 alert configuration'
tap 'import: takes both files and says so' $?
"$bot" export to >out2 2>&1 && has to/shard_monitor/shard_metrics.json \
  '"messages":4711' && has out2 'shard_metrics.json: 2 shard(s) exported'
tap 'export: writes what was imported' $?
cmp -s from/shard_monitor/alert_config.json to/shard_monitor/alert_config.json
tap 'export: the alert configuration comes back byte for byte' $?
! LC_ALL=C grep -q '[^ -~]' to/shard_monitor/shard_metrics.json &&
  python3 -c 'import json
d = json.load(open("to/shard_monitor/shard_metrics.json"))
assert d["0"]["messages"] == 4711 and set(d) == {"0", "1"}' 2>>out2
tap "export: Python reads it" $?
echo '{"alert_thr' >from/shard_monitor/alert_config.json
rm from/shard_monitor/shard_metrics.json
"$bot" import from >out2 2>&1
[ $? = 1 ] && has out2 'is no JSON; nothing was taken' &&
  has out2 'not there, passed over'
tap 'import: a broken file is refused, a missing one passed over' $?
"$bot" import >out2 2>&1
[ $? = 2 ]
tap 'import: without a folder is not understood' $?
done_testing
