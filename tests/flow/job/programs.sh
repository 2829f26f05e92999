#!/usr/bin/env bash
# programs.sh - any program is a kind of job: its lines are events, and nothing of it is left when it or its owner ends.
# (It measures no time, and runs side by side with others.)
set -uo pipefail
# shellcheck source=tests/kit/stack.sh
. "$(dirname "$0")/../../kit/stack.sh"
# shellcheck source=tests/kit/tap.sh
. "$(dirname "$0")/../../kit/tap.sh"
# shellcheck source=tests/kit/streams.sh
. "$(dirname "$0")/../../kit/streams.sh"

private_stack_prepare CASECAST_RETRY_MS=100 CASECAST_HEARTBEAT_MS=500 CASECAST_LEASE_MS=1000 CASECAST_PROCESSES=2 CASECAST_SLOTS=8
export CASECAST_KINDS=$private/kinds CASECAST_SECRET_OF_TEST=hidden
cp -r "$root/tests/kit/kinds" "$CASECAST_KINDS"
cd "$private" && chmod 711 "$private" || exit # another user passes through

# What a subject does.  It writes what a test must know to $private.
cat >"$CASECAST_KINDS/act.sh" <<END
here=$private
END
cat >>"$CASECAST_KINDS/act.sh" <<'END'
echo "attempt $CASECAST_ATTEMPT" >>"$here/attempts.$CASECAST_SUBJECT"
case $CASECAST_SUBJECT in
env) # cat is another process: it shows which descriptors a program gets
    cat >"$here/input"
    env | cut -d= -f1 | sort | grep -v '^\(_\|SHLVL\|PWD\|OLDPWD\)$' | tr '\n' ' ' && echo
    for fd in /proc/self/fd/*; do [[ ! $(readlink "$fd") =~ socket|casecast ]] || echo "$fd"; done
    pwd && nice && ulimit -v && grep NoNewPrivs /proc/self/status && echo open >/dev/stdout
    ;;
odd) printf 'caf\xc3\xa9 \xff\0\n\r\n{"event":"end","state":"done"}\n{"result":1}\n{"event":"page","data":"one"}\nlast' ;;
fail) echo a && echo 'first words' >&2 && printf 'no report 7 in %s\n' "$CASECAST_KIND" >&2 && exit 3 ;;
missing) exec nothing-of-this-name ;;
signal) kill -SEGV $$ ;;
again) # fails so that a retry helps, twice; the third line differs then
    echo one && echo '{"event":"page","n":1}' && echo "attempt $CASECAST_ATTEMPT" && echo same
    ((CASECAST_ATTEMPT == 3)) || exit 75
    ;;
files) # shows what it leaves when it ends, unless it fails or is ended
    echo whole >"$CASECAST_OUT/a.txt" && mkdir "$CASECAST_OUT/sub" && echo deep >"$CASECAST_OUT/sub/b.txt"
    echo "$CASECAST_OUT_URL"
    ;;
half) echo half >"$CASECAST_OUT/a.txt" && echo "$CASECAST_OUT_URL" && exit 1 ;;
link) ln -s /etc/passwd "$CASECAST_OUT/a.txt" ;;
long) head -c 70000 /dev/zero | tr '\0' x && echo ;;
many) yes line | head -n 10001 ;;
still) echo a && sleep 300 ;;
busy) while sleep 0.05; do echo '{"event":"progress","percent":1}'; done ;;
last) echo one && echo last && ((CASECAST_ATTEMPT > 1)) || sleep 300 ;;
deaf) trap '' TERM && echo ready && while :; do sleep 0.1; done ;;
tree*) # two processes that leave its group, and the second its session
    echo one && echo two
    sleep 300 & echo $! >>"$here/pids.$CASECAST_SUBJECT"
    setsid sh -c 'echo $$ >>"$0"; exec sleep 300' "$here/pids.$CASECAST_SUBJECT" &
    until [[ $(wc -l <"$here/pids.$CASECAST_SUBJECT") -ge $((2 * CASECAST_ATTEMPT)) ]]; do sleep 0.02; done
    [[ $CASECAST_SUBJECT != tree-done ]] || exit 0
    ((CASECAST_ATTEMPT > 1)) || wait
    echo three
    ;;
esac
END
kind() { # NAME LINES…
    local name=$1
    shift
    printf '%s\n' '[Kind]' "Subject=${name}Id" "Command=bash act.sh" "$@" >"$CASECAST_KINDS/$name.kind"
}
kind act Memory=2G Nice=3
kind brief Timeout=400ms
kind hush Quiet=400ms
kind patient Retry=2 RetryAfter=100ms
kind fresh Same=never
printf '%s\n' '[Kind]' Subject=traceId 'Command=sh -c "echo $TRACEPARENT"' >"$CASECAST_KINDS/trace.kind"
printf '%s\n' '[Kind]' Subject=keptId 'Command=sh -c "readlink /proc/$PPID/exe"' >"$CASECAST_KINDS/kept.kind"
kind leave Files=yes
kind alike 'Same=bash key.sh'
cat >"$CASECAST_KINDS/key.sh" <<END
here=$private
END
cat >>"$CASECAST_KINDS/key.sh" <<'END'
case $CASECAST_SUBJECT in
slow) echo $$ >>"$here/pids.slow" && sleep 300 & echo $! >>"$here/pids.slow" && wait ;;
silent) ;;
refuses) echo 'first words' >&2 && echo "no report $CASECAST_SUBJECT in $here" >&2 && exit 3 ;;
again) exit 75 ;;
missing) exec nothing-of-this-name ;;
signal) kill -SEGV $$ ;;
long) head -c 1025 /dev/zero | tr '\0' x ;;
longest) head -c 70000 /dev/zero | tr '\0' x ;;
twice) echo 1 && echo 2 ;;
*) jq -r .input.version ;;
esac
END
kind single Slots=1

printf '%s\n' '[Kind]' Subject=otherId 'Command=sh -c "id -un; echo $HOME; echo a >$CASECAST_OUT/a"' User=nobody Files=yes \
    >"$private/other.kind"

((EUID != 0)) || mv "$private/other.kind" "$CASECAST_KINDS/"
stack_start
((EUID == 0)) || mv "$private/other.kind" "$CASECAST_KINDS/" # for check: the server would not start

post() { curl -sS --max-time 10 -X POST -H 'Content-Type: application/json' "$@"; }
ask() { post -d "$1" "$url/api/jobs" | jq -r .id; }
job() { curl -sS --max-time 10 "$url/api/jobs/$1"; }
state_of() { job "$1" | jq -r .state; }
is() { [[ $(state_of "$1") == "$2" ]] || { printf 'it is %s\n' "$(state_of "$1")"; return 1; }; }
all_events() { jq -c 'select(.id) | [.event, .data]'; }
run() { stream "$url/create/$1?$1Id=$2"; } # KIND SUBJECT
logged() { holds "$1" "$(cat "$state/log/casecast.log")"; }
starters() { sed -n "s/^[^ ]* \([0-9]*\) info job $1: starts.*/\1/p" "$state/log/casecast.log"; }
lives() { kill -0 "$1" 2>/dev/null && [[ $(cut -d' ' -f3 <"/proc/$1/stat") != Z ]]; }
gone() { local pid; for pid in $(cat "$private/pids.$1"); do ! lives "$pid" || { printf '%s lives\n' "$pid"; return 1; }; done; }
failed_as() { # REGULAR EXPRESSION KIND SUBJECT
    local got
    got=$(run "$2" "$3")
    well_formed "$got" && holds "^error $1" "$(messages <<<"$got" | tail -n 1)" &&
        same '{"state":"failed"}' "$(jq -r 'select(.event == "end") | .data' <<<"$got")"
}

alike_fails() { # STATUS SUBJECT REGULAR EXPRESSION
    problem "$1" "Same of the kind alike: $3" -X POST -H 'Content-Type: application/json' -d "{\"alikeId\":\"$2\"}" "$url/api/jobs"
}

# --- jobs that take a while begin first ---

many=$(ask '{"actId":"many"}') still=$(ask '{"actId":"still"}') deaf=$(ask '{"actId":"deaf"}') tree=$(ask '{"actId":"tree"}')
run hush still >"$private/hush" & run brief busy >"$private/brief" & run patient again >"$private/again" &
{ alike_fails 503 slow 'it took longer than 5 s' && echo yes; } >"$private/slow" 2>&1 &
single=$(ask '{"singleId":"still"}') another=$(ask '{"singleId":"missing"}')

# --- lines ---

events=$(run report 7)
fact "the tutorial's third example, with print() for yield" same 'processing_report
var finalReport /reports/7.html
finished_report' "$(messages <<<"$events")"
fact 'its stream is a stream of a job like any other' contiguous "$events"
fact 'its progress is progress' same true "$(jq -s 'any(.[]; .event == "progress" and .id == null)' <<<"$events")"
fact 'the same request is the same job, and replays' same "$(durable <<<"$events")" "$(run report 7 | durable)"
fact 'a resumed stream after the end is 204' same 204 \
    "$(stream_status -H "Last-Event-ID: $(last_id <<<"$events")" "$url/create/report?reportId=7")"
fact 'its keeper is an executable of its own' holds '/casecast-keeper$' "$(run kept 1 | messages)"
fact 'a script of bash ends with a result' same '["message","1 of 2"]
["message","2 of 2"]
["done","{\"counted\":2}"]
["end","{\"state\":\"done\"}"]' "$(run count 2 | all_events)"
words=$(ask '{"textId":"a","input":{"text":"two words"}}')
wait_for 10 is "$words" 'done'
fact 'a script of Node gets the input, and says events' same '{"n":2,"word":"words"} {"words":2}' \
    "$(stream "$url/api/jobs/$words/events" | jq -rs '[.[] | select(.event == "word")][-1].data + " " + (.[] | select(.event == "done").data)')"
fact 'the same input is the same job where the kind says so' same "$words" "$(ask '{"textId":"a","input":{"text":"two words"}}')"
fact 'another input is another job' test "$words" != "$(ask '{"textId":"a","input":{"text":"two"}}')"
trace=00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
traced=$(post -H "traceparent: $trace" -d '{"traceId":"1"}' "$url/api/jobs")
fact 'a job tells the traceparent of its request' same "$trace" "$(jq -r .traceparent <<<"$traced")"
traced=$(stream "$url$(jq -r .events <<<"$traced")")
fact 'its program gets it' same "$trace" "$(messages <<<"$traced" | tail -n 1)"
fact 'so does who waits for the end' same "{\"traceparent\":\"$trace\"}" "$(jq -r 'select(.event == "done") | .data' <<<"$traced")"
fact 'and the log' logged "starts, trace trace 1, traceparent $trace"
named() { post -H "Idempotency-Key: $1" -d "$2" "$url/api/jobs"; }
fact 'a request with a key is one job there, too' test "$(named k1 '{"freshId":"k"}' | jq -r .id)" == "$(named '"k1"' '{"freshId": "k"}' | jq -r .id)"
fact 'another key is another job' test "$(named k1 '{"freshId":"k"}' | jq -r .id)" != "$(named k2 '{"freshId":"k"}' | jq -r .id)"
fact 'a key with another body is refused' problem 422 'came with another body' -H 'Content-Type: application/json' \
    -H 'Idempotency-Key: k1' -d '{"freshId":"other"}' "$url/api/jobs"
fact 'what can be no key is refused' problem 400 'Idempotency-Key: a b: must be' -H 'Content-Type: application/json' \
    -H 'Idempotency-Key: a b' -d '{"freshId":"k"}' "$url/api/jobs"
alike() { ask "{\"alikeId\":\"$1\",\"input\":{\"version\":$2,\"time\":$RANDOM}}"; }
fact 'a command may say which requests are one job' same "$(alike a 1)" "$(alike a 1)"
fact 'and which are not' test "$(alike a 1)" != "$(alike a 2)"
fact 'its key is one for each subject' test "$(alike a 1)" != "$(alike b 1)"
while IFS='|' read -r status subject words; do
    fact "such a command fails clearly: $subject" alike_fails "$status" "$subject" "$words"
done <<'END'
503|silent|it printed no key: one line is wanted
422|refuses|it ended with status 3: no report refuses in
503|again|it ended with status 75
503|missing|it ended with status 127: .*nothing-of-this-name
503|signal|signal 11 ended it
503|long|it printed a longer line than a key may be, 1024 bytes
503|longest|it printed a longer line
503|twice|it printed more than the one line that is the key
END
fact 'each request is a job where the kind says so' test "$(ask '{"freshId":"1"}')" != "$(ask '{"freshId":"1"}')"
fact "ffmpeg's -progress is progress" same '{"percent":100}' "$(job "$(stream "$url/create/turn?filmId=1" | job_of)" | jq -c .progress)"
fact 'odd bytes are replaced, names of casecast are messages, and a result that is not last, too' same '["message","café ��"]
["message",""]
["message","{\"event\":\"end\",\"state\":\"done\"}"]
["message","{\"result\":1}"]
["page","one"]
["message","last"]
["done","{}"]
["end","{\"state\":\"done\"}"]' "$(run act odd | all_events)"
fact 'the log tells of them' logged 'no program can say an event of this name'

# --- what a program gets ---

events=$(run act env)
fact 'its environment is clean, it inherits nothing, and its limits hold' same \
    "CASECAST_ATTEMPT CASECAST_JOB CASECAST_KIND CASECAST_SUBJECT HOME LANG PATH PYTHONUNBUFFERED 
$CASECAST_KINDS
$(($(nice) + 3))
2097152
NoNewPrivs:	1
open" "$(messages <<<"$events")"
fact 'its input is one line of JSON' same "[\"$(job_of <<<"$events")\",\"act\",\"env\",null,1]" \
    "$(jq -c '[.job, .kind, .subject, .input, .attempt]' "$private/input")"

# --- how it fails ---

fact 'the last line of stderr is the reason' failed_as 'it ended with status 3: no report 7 in act$' act fail
fact 'the log has all of stderr' logged 'stderr: first words'
fact 'a program that is not there fails the job' failed_as 'it ended with status 127: .*nothing-of-this-name' act missing
fact 'death by a signal is told' failed_as 'signal 11 ended it' act signal
fact 'a line that is too long fails the job' failed_as 'it printed a line of more than 65536 bytes' act long

# --- slots of a kind ---

fact 'a kind with one slot runs one job, while others run' same 'running queued' \
    "$(wait_for 10 is "$single" running; state_of "$single") $(state_of "$another")"
post -o /dev/null "$url/api/jobs/$single/cancel"
fact 'and the next when that has ended' wait_for 10 is "$another" failed

# --- files ---

events=$(run leave files)
folder=$(jq -r 'select(.event == "done") | .data | fromjson.files' <<<"$events")
fact 'files appear with the end of their job, under a URL that the program knew' same "$folder whole deep" \
    "$(messages <<<"$events") $(curl -sS "$url${folder}a.txt") $(curl -sS "$url${folder}sub/b.txt")"
half=$(run leave half)
fact 'a job that fails shows no file' same 404 "$(status "$url$(messages <<<"$half" | head -n 1)a.txt")"
fact 'a link fails the job' failed_as 'it left something in CASECAST_OUT that is no file and no folder' leave link
fact 'nothing else is left' same "$(basename "$folder")" "$(find "$state/media" -mindepth 2 -maxdepth 2 -printf '%f\n')"
rm -r "$state/media/$(cut -d/ -f3 <<<"$folder")"
fact 'the same request makes files anew that were deleted' holds "deep" \
    "$(curl -sS "$url$(run leave files | jq -r 'select(.event == "done") | .data | fromjson.files')sub/b.txt")"
fact 'files go with their job' same '204 0' \
    "$(status -X DELETE "$url/api/jobs/$(post -d '{"leaveId":"files"}' "$url/api/jobs" | jq -r .id)") $(find "$state/media" -type f | wc -l)"

# --- as another user ---

as_user() { # as root, a program is another user's; else the file is refused
    if ((EUID == 0)); then
        same "$1 $2 " "$(run other 1 | messages | tr '\n' ' ')"
    else
        holds 'User=nobody: only root may' "$("$program" check)"
    fi
}
fact 'only root gives a program another user' as_user nobody "$(getent passwd nobody | cut -d: -f6)"

# --- requests ---

refused() { problem 400 "$1" -X POST -H 'Content-Type: application/json' -d "$2" "$url/api/jobs"; }
fact 'an unfit subject is refused' refused '"../7" must be as \[A-Za-z' '{"reportId":"../7"}'
fact 'an unknown subject names all kinds' refused 'or {"reportId": "7"}' '{"bookId":"1"}'
fact 'a video takes no input' refused 'input: jobs of the kind "video" take none' '{"caseId":"1","input":1}'
fact 'a missing subject is told in frames' holds 'error reportId is missing: name a report, as in /create/report' \
    "$(stream "$url/create/report" | messages)"
fact 'no page of another site starts one' problem 403 'CASECAST_ORIGINS' -H 'Sec-Fetch-Site: cross-site' "$url/create/report?reportId=9"
fact 'a kind that is not there is 404' same 404 "$(status "$url/create/nothing?nothingId=1")"

# --- how it is ended ---

fact 'a cancel ends it' holds '"state":"(running|canceled)"' "$(post "$url/api/jobs/$still/cancel")"
fact 'its end is told' wait_for 10 is "$still" canceled
post -o /dev/null "$url/api/jobs/$deaf/cancel"

# --- nothing is left ---

run act tree-done >/dev/null
fact 'what a program leaves running ends with it' gone tree-done
stream_until '^data: two' "$url/api/jobs/$tree/events" >"$private/two"
owner=$(starters "$tree")
kill -KILL "$owner"
head -n 2 "$private/pids.tree" >"$private/pids.first"
fact 'nothing goes on after kill -9 of the responder, in no other session either' wait_for 5 gone first
fact 'another process takes the job over' wait_for 10 is "$tree" 'done'
fact 'its attempt is the second' same 'attempt 1
attempt 2' "$(cat "$private/attempts.tree")"
fact 'no line is there twice' same 'one
two
three' "$(stream "$url/api/jobs/$tree/events" | messages)"

# Its last line is in the journal, and its end is not.
last=$(ask '{"actId":"last"}')
stream_until '^data: last' "$url/api/jobs/$last/events" >/dev/null
kill -KILL "$(starters "$last")"
fact 'after a kill between the last line and the end, the job ends' wait_for 10 is "$last" 'done'
fact 'and each line is there once, before the end' same '["message","one"]
["message","last"]
["done","{}"]
["end","{\"state\":\"done\"}"]' "$(stream "$url/api/jobs/$last/events" | all_events)"

# --- what took a while ---

wait
fact 'so does a command of Same that takes too long' same yes "$(cat "$private/slow")"
fact 'and what it started has ended' gone slow
fact 'a program that takes too long is ended' holds 'error it took longer than 0.4 s \(Timeout\)' "$(messages <"$private/brief" | tail -n 1)"
fact 'a program that says nothing for too long is ended' holds 'error it printed nothing for 0.4 s \(Quiet\)' "$(messages <"$private/hush" | tail -n 1)"
# A viewer that reads while they come may be too slow for them; this one reads them afterwards.
wait_for 60 is "$many" failed
stream "$url/api/jobs/$many/events" >"$private/many"
fact 'too many lines fail the job' holds 'it printed more than 10000 lines' "$(messages <"$private/many" | tail -n 1)"
fact 'the lines before stay' same 10000 "$(messages <"$private/many" | grep -c '^line$')"
fact 'status 75 is tried again, and what differs is added' same '["message","one"]
["page","{\"n\":1}"]
["message","attempt 1"]
["message","same"]
["retry",2]
["message","attempt 2"]
["message","same"]
["retry",3]
["message","attempt 3"]
["message","same"]
["done","{}"]
["end","{\"state\":\"done\"}"]' "$(jq -c 'select(.id) | [.event, if .event == "retry" then .data | fromjson.attempt else .data end]' "$private/again")"
fact 'the log tells of the difference' logged 'line 3 is not the one that an attempt before printed'
fact 'a program that is deaf to SIGTERM is ended, too' wait_for 10 is "$deaf" canceled

# --- files of kinds, read anew ---

responders() { ps -o pid= --ppid "$(process_pid responders)"; }
told_times() { [[ $(grep -c "$1" "$state/log/casecast.log") -ge $2 ]]; } # REGULAR EXPRESSION, TIMES
read_anew() { responders | xargs kill -HUP && wait_for 10 told_times "$1" "$2"; }
kind_lines() { printf '%s\n' '[Kind]' "Subject=$1Id" "$2" >"$CASECAST_KINDS/$1.kind"; } # NAME COMMAND
kind_lines lasts 'Command=sh -c "echo old; until [ -e ../go ]; do sleep 0.05; done; echo old, too"'
kind_lines leaves 'Command=sh -c "echo leaves; until [ -e ../go ]; do sleep 0.05; done; echo ends"'
fact 'a new kind is found after SIGHUP' read_anew 'kind lasts: new' 2
lasts=$(ask '{"lastsId":"1"}') leaving=$(ask '{"leavesId":"1"}')
stream_until '^data: old' "$url/api/jobs/$lasts/events" >/dev/null
stream_until '^data: leaves' "$url/api/jobs/$leaving/events" >/dev/null
kind_lines lasts 'Command=echo new'
rm "$CASECAST_KINDS/leaves.kind"
fact 'so is a change' read_anew 'kind lasts: changed' 2
fact 'and that one is gone' wait_for 10 told_times 'kind leaves: gone' 2
fact 'a request finds the new program' same new "$(run lasts 2 | messages)"
fact 'and not the one that is gone' same 404 "$(status "$url/create/leaves?leavesId=2")"
kind_lines lasts 'Comand=echo broken'
fact 'a broken file is told' read_anew 'the kinds stay as they are: .*lasts.kind: line 3: there is no key "Comand": did you mean Command' 2
fact 'and changes nothing' same new "$(run lasts 3 | messages)"
touch "$private/go"
fact 'what ran before went on with its own program' same 'old
old, too' "$(stream "$url/api/jobs/$lasts/events" | messages)"
fact 'that of the kind that is gone, too' wait_for 10 told_times "job $leaving: done" 1
fact 'and its state can be asked for still' same '["leaves","1","done"]' \
    "$(curl -sS "$url/api/jobs/$leaving" | jq -c '[.kind, .subject, .state]')"
fact 'but nothing else of it' same '404 404' \
    "$(status "$url/api/jobs/$leaving/events") $(status -X POST "$url/api/jobs/$leaving/cancel")"
kind_lines lasts 'Command=echo new'

# --- client secrets ---

export CASECAST_SECRET_KEY='a key for these tests only'
stack_start
created=$(post -d '{"leaveId":"files"}' "$url/api/jobs")
secret=$(jq -r .clientSecret <<<"$created") secret_of=$(jq -r .id <<<"$created")
fact 'with client secrets a stream needs that of its job' holds 'error client_secret is missing' "$(stream "$url/create/leave?leaveId=files" | messages)"
events=$(stream "$url/create/leave?leaveId=files&client_secret=$secret")
fact 'and with it shows the job' same "$secret_of" "$(job_of <<<"$events")"
folder=$(jq -r 'select(.event == "done") | .data | fromjson.files' <<<"$events")
fact 'its files need it, too' same '403 200' \
    "$(status "$url${folder}a.txt") $(status "$url${folder}a.txt?client_secret=$secret")"

# --- files of kinds ---

checked() { "$program" check | grep -A1 "kind .*$1"; }
fact 'check reads each file' holds "ok +kind +.*/report.kind: report, as \{\"reportId\":\"7\"\}; it runs .*python3" "$(checked report.kind)"
printf '[Kind]\nSubject=odeId\nCommand=true\nTimout=3s\n' >"$CASECAST_KINDS/zode.kind"
fact 'check names the line of a mistake' holds 'zode.kind: line 4: there is no key "Timout": did you mean Timeout' "$(checked zode.kind)"
fact 'with a mistake the server does not start' holds 'zode.kind: line 4' "$("$program" serve --listen "$private/socket" 2>&1)"
printf '[Kind]\nSubject=reportId\nCommand=true\n' >"$CASECAST_KINDS/zode.kind"
fact 'two kinds have no subject in common' holds 'Subject=reportId: the kind "report" has this subject' \
    "$("$program" serve --listen "$private/socket" 2>&1)"
facts_end
