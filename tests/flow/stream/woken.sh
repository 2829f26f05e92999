#!/usr/bin/env bash
# woken.sh - a connection wakes a process that is stopped before it accepts it.  The kernel wakes only one of the
# processes that wait on a socket, so no other process is notified; another process accepts the connection all the same.
# (Any engine: its subject is the socket.)
set -uo pipefail
# shellcheck source=tests/kit/stack.sh
. "$(dirname "$0")/../../kit/stack.sh"
# shellcheck source=tests/kit/tap.sh
. "$(dirname "$0")/../../kit/tap.sh"
# shellcheck source=tests/kit/streams.sh
. "$(dirname "$0")/../../kit/streams.sh"

# Waits on descriptor 0 as our responders do (epoll, EPOLLIN | EPOLLEXCLUSIVE) and writes that into a file.  When it is
# woken it writes that, too, and stops itself.
# shellcheck disable=SC2016
sleeper='
    my ($file) = @ARGV;
    sub tell_word { open my $out, ">", $file or die; print $out $_[0]; close $out }
    my $epoll = syscall(291, 0);
    my $event = pack "LQ", 1 | 1 << 28, 0;
    syscall(233, $epoll, 1, 0, $event) == 0 or die "epoll_ctl: $!";
    tell_word "waits";
    my $got = "\0" x 12;
    syscall(232, $epoll, $got, 1, -1);
    tell_word "woken";
    kill STOP => $$;
'

responders_start() { # the sleeper starts first, so the kernel wakes it first
    # shellcheck disable=SC2016
    (cd "$state/run" && exec spawn-fcgi -n -s casecast.sock -M 0600 -b 4096 -- /bin/sh -c '
        exec 2>>"$1" 3<&0
        perl -e "$4" "$3" <&3 & echo $! >"$3.pid"
        until [ -s "$3" ]; do sleep 0.01; done
        exec "$2" serve 3<&-' responders "$state/log/casecast.log" "$program" "$private/sleeper" "$sleeper") &
    responder=$!
    wait_for 20 test -s "$private/sleeper"
}

responders_stop() {
    kill -KILL "$(cat "$private/sleeper.pid")" 2>/dev/null
    kill -TERM "$responder" 2>/dev/null
    wait "$responder" 2>/dev/null
}

stack_wait() { wait_for 20 grep -q 'ready:' "$state/log/casecast.log"; } # opens no connection before the test does

private_stack
fact 'a connection whose first process is stopped before it accepts is answered by another' same 200 \
    "$(curl -sS -o /dev/null --max-time 15 -w '%{http_code}' "$url/api/cases")"
fact 'the stopped process was woken' same woken "$(cat "$private/sleeper")"
fact 'the stopped process is still stopped' same T "$(ps -o stat= -p "$(cat "$private/sleeper.pid")" | cut -c1)"
facts_end
