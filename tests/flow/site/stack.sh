#!/usr/bin/env bash
# stack.sh - scripts/stack.sh: processes that are started again, ports that are in use, folders with long paths, and a
# stop that ends only what was started.
# (SQLite only: its subject is the scripts.)
set -uo pipefail
# shellcheck source=tests/kit/stack.sh
. "$(dirname "$0")/../../kit/stack.sh"
# shellcheck source=tests/kit/tap.sh
. "$(dirname "$0")/../../kit/tap.sh"

answers() { same 200 "$(curl -sS -o /dev/null -w '%{http_code}' --max-time 5 "$url/api/cases")"; }

comes_back() { # the responder answers within 5 s
    local deadline=$((SECONDS + 5))
    until answers >/dev/null 2>&1; do ((SECONDS < deadline)) || answers || return; sleep 0.05; done
}

responder() { ps -o pid= --ppid "$(process_pid responders)" | tr -d ' '; }

gone() { ! process_began "$1" >/dev/null; }

dead_responder() {
    local before
    before=$(responder)
    kill -KILL "$before"
    fact 'a killed responder is started again' comes_back
    fact 'the new responder is another process' lacks "^$before\$" "$(responder)"
    before=$(responder)
    kill -TERM "$before"
    fact 'a responder that ended after SIGTERM is started again' comes_back
}

dead_supervisor() {
    local orphan supervisor
    orphan=$(responder) supervisor=$(process_pid responders)
    kill -KILL "$supervisor"
    process_wait "$supervisor" # the kernel ends it when it next runs
    responders_start
    stack_wait
    fact 'without its supervisor the responder is replaced' gone "$orphan"
    fact 'the new responder answers' answers
}

dead_nginx() {
    kill -KILL "$(process_pid nginx)"
    sleep 0.2
    nginx_start
    fact 'a killed nginx is started again' answers
}

second_start() {
    local before
    before="$(process_pid nginx) $(process_pid responders) $(responder)"
    stack_start
    fact 'a start while everything runs changes nothing' same "$before" "$(process_pid nginx) $(process_pid responders) $(responder)"
    CASECAST_HEARTBEAT_MS=5000 stack_start
    fact 'a changed setting restarts the responders' lacks " $(cut -d' ' -f3 <<<"$before")\$" " $(responder)"
    fact 'a changed setting does not restart nginx' same "${before%% *}" "$(process_pid nginx)"
}

other_port() {
    local old=$port
    port=$(free_port)
    url=$(stack_url)
    stack_start
    fact 'a start with another port moves to it' comes_back
    fact 'the old port is free' eventually_free "$old"
}

eventually_free() {
    local deadline=$((SECONDS + 5))
    while port_is_taken "$1"; do ((SECONDS < deadline)) || return 1; sleep 0.05; done
}

# Another program's process has the number that the file of nginx holds.
foreign_process() {
    local pid
    sleep 60 &
    pid=$!
    printf '%s 1 %s\n' "$pid" "$(boot)" >"$state/run/nginx.process"
    process_stop nginx
    fact 'a stop leaves another program'\''s process alone' kill -0 "$pid"
    kill "$pid"
}

stopped() {
    local nginx responders child
    nginx=$(process_pid nginx) responders=$(process_pid responders) child=$(responder)
    stack_stop
    fact 'nginx is stopped' gone "$nginx"
    fact 'the supervisor is stopped' gone "$responders"
    fact 'the responder is stopped' gone "$child"
    fact 'the port is free' eventually_free "$port"
}

busy_port() {
    private_listener &
    local pid=$!
    until port_is_taken "$port"; do sleep 0.05; done
    fact 'an error about a port in use names it and says what to do' \
        holds "port $port is taken .* CASECAST_PORT=" "$( (stack_start) 2>&1 )"
    fact 'after this error nothing runs' same '' "$(process_pid responders)"
    kill "$pid"
}

private_listener() {
    exec node -e "require('net').createServer().listen($port, '127.0.0.1')"
}

private_stack_prepare
# A path that is longer than a unix socket's may be, with a space and quotes.
stack_use "$private/a \"quoted\" folder$(printf '/%s' deep-down-in-the-tree-{1..6})" "$port" "$program"
stack_start
fact 'a state folder may have a long path' answers
fact 'the path of its socket is longer than a socket'\''s may be' test "$(wc -c <<<"$state/run/casecast.sock")" -gt 108
dead_responder
dead_supervisor
dead_nginx
second_start
other_port
stopped
foreign_process
busy_port
facts_end
