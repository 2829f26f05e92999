#!/usr/bin/env bash
# monitoring.sh - one scrape tells of all processes of the machine; the dashboard and the alerts use figures that exist;
# Prometheus itself reads all three.
# (It measures no time, and runs side by side with others.)
set -uo pipefail
# shellcheck source=tests/kit/stack.sh
. "$(dirname "$0")/../../kit/stack.sh"
# shellcheck source=tests/kit/spawned.sh
. "$(dirname "$0")/../../kit/spawned.sh"
# shellcheck source=tests/kit/tap.sh
. "$(dirname "$0")/../../kit/tap.sh"
# shellcheck source=tests/kit/streams.sh
. "$(dirname "$0")/../../kit/streams.sh"
# shellcheck source=tests/kit/cases.sh
. "$(dirname "$0")/../../kit/cases.sh"

private_stack_prepare CASECAST_PROCESSES=3 CASECAST_SLOTS=1 CASECAST_RETRY_MS=100 CASECAST_RESPONDERS=2
photos_make
stack_start

scrape() { curl -sS --max-time 20 "$url/api/metrics"; }
up() { scrape | sed -n 's/^casecast_process_up{process="[^"]*"} //p' | sort | tr '\n' ' '; }
up_is() { same "$1" "$(up)"; }
processes_of() { sed -n "s/^casecast_$1{.*process=\"\([^\"]*\)\"} .*/\1/p" | sort -u; } # METRIC
names_of() { grep -o 'casecast_[a-z_]*' | sort -u; }
missing_of() { comm -13 <(scrape | names_of) <(names_of); } # names in the text that no scrape has

# --- a scrape ---

wait_for 20 up_is '1 1 1 '
whole=$(scrape)
fact 'Prometheus reads a scrape' promtool check metrics <<<"$whole"
fact 'each family has one head' same '' "$(grep '^# HELP' <<<"$whole" | cut -d' ' -f3 | sort | uniq -d)"
fact 'a figure of a process is there once for each' same 3 "$(processes_of uptime_seconds <<<"$whole" | wc -l)"
fact 'they are the processes that the database knows' same "$(sql 'SELECT name FROM casecast_members' | sort)" \
    "$(processes_of uptime_seconds <<<"$whole")"
fact 'figures of the database have no process' same '' "$(processes_of jobs <<<"$whole")"
case_put one 60
viewers_start watchers --n 9 --once --ms 60000 "$url/create/video?caseId=one"
viewers_saw watchers 20 'any(.[]; .all == "open")'
fact 'the streams of all processes are in one scrape' wait_for 20 metric_is streams_open 9

# --- processes that do not answer ---

responder_kill "${pids[0]}" STOP
fact 'a process that is stopped is told, and waited for no longer than a second' wait_for 20 up_is '0 1 1 '
responder_kill "${pids[0]}" CONT
fact 'it is asked again when it goes on' wait_for 20 up_is '1 1 1 '
responder_kill "${pids[1]}" KILL
fact 'a process that is gone is not told of' wait_for 20 up_is '1 1 '

# --- other users ---

address=$(sed -n "s/.*@\(casecast-metrics-.*-$(processes_of uptime_seconds <<<"$(scrape)" | head -n 1)\)$/\1/p" /proc/net/unix | head -n 1)
ask_as() { # USER ADDRESS: what it gets
    setpriv --reuid "$1" --regid "$1" --clear-groups -- /usr/bin/python3 -c '
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.settimeout(10)
s.connect("\0" + sys.argv[1])
print(len(s.recv(1 << 17)))' "$2"
}
pretend_as() { # USER ADDRESS: waits until it was connected to
    setpriv --reuid "$1" --regid "$1" --clear-groups -- /usr/bin/python3 -c '
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.bind("\0" + sys.argv[1])
s.listen(1)
print("listens", flush=True)
s.settimeout(30)
c, _ = s.accept()
c.send(b"# HELP casecast_forged x\n# TYPE casecast_forged gauge\ncasecast_forged 1\n")
c.close()' "$2"
}
if ((EUID == 0)); then
    fact 'a process of the same user gets the figures' test "$(ask_as 0 "$address")" -gt 1000
    fact 'another user gets none' same 0 "$(ask_as 65534 "$address")"
    pretend_as 65534 "${address%-*}-forger" >"$private/forger" &
    forger=$!
    wait_for 10 grep -q listens "$private/forger"
    whole=$(scrape)
    fact 'a listener of another user is not believed' holds 'casecast_process_up.process="forger". 0' "$whole"
    fact 'nothing of what it writes is taken' lacks casecast_forged "$whole"
    kill "$forger" 2>/dev/null
fi

# --- dashboard and alerts ---

monitoring=$root/nginx/monitoring
# $instance and $__rate_interval are Grafana's.  The rest of an expression is Prometheus' own.
jq -r '[.panels[].targets[]?.expr] | to_entries[] | "- record: panel:\(.key)\n  expr: \(.value | gsub("\\$__rate_interval"; "5m") | gsub("\\$instance"; ".*") | tojson)"' \
    "$monitoring/dashboard.json" | sed 's/^/    /' | cat <(printf 'groups:\n- name: panels\n  rules:\n') - >"$private/panels.yml"
fact 'Prometheus reads the expressions of the dashboard' promtool check rules "$private/panels.yml"
fact 'the dashboard has its panels' test "$(grep -c record "$private/panels.yml")" -gt 25
fact 'the dashboard uses metrics that exist' same '' "$(jq -r '.panels[].targets[]?.expr' "$monitoring/dashboard.json" | missing_of)"
fact 'every metric is in the dashboard' same '' "$(comm -23 <(scrape | sed -n 's/^# TYPE \([a-z_]*\) .*/\1/p' | sort) \
    <(jq -r '.panels[].targets[]?.expr' "$monitoring/dashboard.json" | names_of | sed 's/_bucket$//' | sort -u) |
    grep -v -e casecast_job_watches -e casecast_stream_frames_total)"
fact 'no two panels of the dashboard overlap' same '' "$(jq -r '[.panels[] | .id as $id | .gridPos as $g |
    range($g.x; $g.x + $g.w) as $x | range($g.y; $g.y + $g.h) as $y | {at: "\($x),\($y)", $id}] | group_by(.at)[] | select(length > 1) | .[0].at' "$monitoring/dashboard.json")"
cp "$monitoring/alerts.yml" "$root/tests/flow/site/alerts_test.yml" "$private/"
fact 'Prometheus reads the alerts' promtool check rules "$private/alerts.yml"
fact 'each alert is raised when it should be, and not before' promtool test rules "$private/alerts_test.yml"
fact 'the alerts use metrics that exist' same '' "$(grep 'expr:' "$monitoring/alerts.yml" | missing_of)"
fact 'every alert has a test' same '' "$(comm -23 <(sed -n 's/.*- alert: //p' "$monitoring/alerts.yml" | sort) \
    <(grep -o 'Casecast[A-Za-z]*' "$root/tests/flow/site/alerts_test.yml" | sort -u))"
fact 'no responder reports a fault' lacks 'AddressSanitizer|runtime error|assert' "$(cat "$state/log/casecast.log")"
facts_end
