#!/usr/bin/env bash
# postgres_init.sh - jobs and cases in PostgreSQL: what `casecast init` makes and grants, what a server says that finds
# something missing, and what the commands do with such a database.
# (It measures no time, and runs side by side with others.)
# (SQLite only: it starts servers of its own.)
set -uo pipefail
# shellcheck source=tests/kit/stack.sh
. "$(dirname "$0")/../../kit/stack.sh"
# shellcheck source=tests/kit/tap.sh
. "$(dirname "$0")/../../kit/tap.sh"
# shellcheck source=tests/kit/streams.sh
. "$(dirname "$0")/../../kit/streams.sh"
# shellcheck source=tests/kit/cases.sh
. "$(dirname "$0")/../../kit/cases.sh"
# shellcheck source=tests/kit/postgres.sh
. "$(dirname "$0")/../../kit/postgres.sh"

private_stack_prepare
photos_make
ffmpeg -v error -f lavfi -i sine=duration=3 "$CASECAST_MEDIA_ROOT/sound.ogg" </dev/null
trap 'pg_on standby pg_end_of; pg_end; private_end' EXIT
pg_end_of() { [[ ! -s $pg_folder/data/postmaster.pid ]] || pg_stop; }
pg_start || exit 1
# keeper makes the tables and owns nothing else; app serves.
pg_sql 'CREATE ROLE keeper LOGIN' 'CREATE ROLE app LOGIN' 'GRANT CREATE ON DATABASE casecast TO keeper' || exit 1
CASECAST_DB=$(pg_address app)
export CASECAST_DB

as() { CASECAST_DB=$(pg_address "$1") "$program" "${@:2}" 2>&1; } # ROLE COMMAND…
app() { as app "$@"; }
init() { as keeper init "$@"; }
says() { local words=$1; shift; holds "$words" "$("$@" 2>&1)"; } # REGULAR EXPRESSION COMMAND…
ready() { same "$1" "$(status --max-time 20 "$url/api/health/ready")"; } # STATUS
health_says() { holds "$1" "$(curl -sS --max-time 20 "$url/api/health/ready")"; } # REGULAR EXPRESSION
log_says() { wait_for 20 grep -q -- "$1" "$state/log/casecast.log"; }
schema_dump() { "$pg_bin/pg_dump" -h "$pg_folder" -U owner --schema-only casecast | grep -Ev '^.(un)?restrict '; }

# --- before ---

fact 'without a schema, jobs says which command makes it' says 'no tables of jobs in it: `casecast init`' app jobs
fact 'so does check' says 'MISSING +database .*`casecast init`' app check
fact 'a role that may not create the schema is refused by the server' says 'permission denied for database' app init
{ responders_start && nginx_start; } || exit 1
fact 'a server without its schema is not ready' wait_for 20 ready 503
fact 'its log names the command' log_says 'no tables of jobs in it: `casecast init`'

# --- init ---

init_twice() {
    init >"$private/one" &
    init >"$private/other"
    wait $! && sort "$private/one" "$private/other" | uniq -c
}

fact 'of two inits at once, one makes the schema' says '1 schema casecast: made' init_twice
fact 'the other one finds it made' holds 'has version [0-9]+ already' "$(cat "$private/one" "$private/other")"
fact 'a role that was granted nothing is told how to mend that' says 'the role app lacks USAGE .*`casecast init --role app`' app jobs
fact 'a role that does not exist is refused' says 'role "nobody" does not exist' init --role nobody
fact 'init by such a role says the same' says 'the role app lacks USAGE .*`casecast init --role app`' app init
fact 'init grants a role what a server needs' says '^role app may use it' init --role app
fact 'only the role that made the tables can grant them' says 'only the role keeper.*run `casecast init --role app` as keeper' app init --role app
fact 'init by a role that may only serve finds nothing to do' says 'has version [0-9]+ already' app init
fact 'that role may make no table' holds 'permission denied' \
    "$(psql -h "$pg_folder" -U app -d casecast -c 'CREATE TABLE casecast.more ()' 2>&1)"
fact 'the server that waited is ready now' wait_for 20 ready 200
schema_dump >"$private/before"
fact 'init again says so' says 'has version [0-9]+ already' init
schema_dump >"$private/after"
fact 'init again changes nothing' cmp "$private/before" "$private/after"
fact 'an SQLite file has no roles' says 'has no roles' env CASECAST_DB="$private/some.db" "$program" init --role app

# --- cases ---

cat >"$private/cases.json" <<'END'
{"cases": [{"id": "all", "title": "Größe, \"quoted\" \\ 100 %", "language": "en-gb", "shape": "4:5", "size": "720p", "fps": 24,
    "quality": "draft", "music": "sound.ogg", "titleCard": true, "fades": true, "credits": true,
    "captionFont": "DejaVu Sans", "captionColor": "#ffee00", "captionBox": "#00000080", "captionSize": 4.3, "captionPosition": "top",
    "scenes": [
        {"image": "photo.jpg", "caption": "one\ntwo", "narration": "Words.", "credit": "Photo: A", "seconds": 0.1,
            "title": "First", "motion": "left", "focusX": 0.25, "focusY": 0.333, "fit": "blur"},
        {"image": "photo.jpg", "audio": "sound.ogg", "seconds": 1.5, "transition": "wipe"}]},
  {"id": "10", "title": "Short", "scenes": [{"image": "photo.jpg", "caption": "short", "seconds": 0.5}]}]}
END
case_of() { jq -S "${2-}.cases[] | select(.id == \"$1\")" "$private/cases.json"; }
case_got() { curl -sS "$url/api/cases/$1" | jq -S .; }
case_list() { app cases | awk 'NR > 1 { printf "%s%s/%s", n++ ? " " : "", $1, $2 }'; }

fact 'a role that serves imports cases' says ': 2 cases, 3 scenes' app import "$private/cases.json"
fact 'the commands list them' same '10/1 all/2' "$(case_list)"
fact 'every field comes back as it was' same "$(case_of all)" "$(case_got all)"
jq '.cases |= map(select(.id == "all") | .scenes |= .[:1] | del(.music, .captionSize))' "$private/cases.json" >"$private/less.json"
fact 'an id is imported again' says ': 1 case, 1 scene' app import "$private/less.json"
fact 'it replaces that case whole, and no other' same '10/1 all/1' "$(case_list)"
fact 'a file with a mistake changes nothing' says 'nothing imported' app import <(jq '.cases[0].fps = 7' "$private/cases.json")
fact 'the cases are as they were' same '10/1 all/1' "$(case_list)"

import_at_once() {
    local i pid pids=()
    for i in 1 2 3 4 5 6; do
        app import "$private/cases.json" >"$private/import.$i" 2>&1 &
        pids+=($!)
    done
    for pid in "${pids[@]}"; do wait "$pid" || { cat "$private"/import.*; return; }; done # `wait -n` misses some that end at once
    case_list
}
fact 'six imports of the same cases at once all succeed' same '10/1 all/2' "$(import_at_once)"
pg_sql 'ALTER TABLE casecast.scenes DROP transition' 'ALTER TABLE casecast.cases DROP fades'
fact 'a field without a column is refused by its name' says 'casecast.cases has no column "fades"' app import "$private/cases.json"
fact 'init adds the columns that its tables lack' says 'ready' init
fact 'then the import goes on' says ': 2 cases' app import "$private/cases.json"
fact 'and every field comes back as it was' same "$(case_of all)" "$(case_got all)"

# --- commands and jobs ---

fact 'check names the server, the role and what a fail-over may lose' says \
    'ok +database .*PostgreSQL [0-9.]+; the role app can use its schema casecast; casecast.cases: 2' app check
fact 'check says that the server can be listened to' says 'ok +news .*LISTEN' app check
fact 'check notes that there is no synchronous standby' says 'note +fail-over +synchronous_standby_names is empty' app check
fact 'check reads a case' says 'case all: 0 mistakes' app check all
fact 'create makes the video of a case' says 'short.mp4: 0?[.0-9]+ s of' app create 10 -o "$private/short.mp4"
fact 'the server makes it, too' holds 'finished_video' "$(stream "$url/create/video?caseId=10")"
fact 'jobs lists the job' says ' done +10 ' app jobs
job=$(app jobs | awk 'NR == 2 { print $1 }')
fact 'a job that has ended can be canceled no more' says 'has ended already: done' app cancel "$job"
fact 'no line of the log holds the address whole' lacks 'host=' "$(cat "$state/log/casecast.log")"
fact 'the log names role, host and database' log_says "database postgresql://app@$pg_folder/casecast"

# --- what a server says of a schema that it can't use ---

note() { pg_sql "UPDATE casecast.meta SET value = '$2' WHERE name = '$1'"; }
noted() { pg_sql "SELECT value FROM casecast.meta WHERE name = '$1'"; }
# One that starts with it is not ready, and says why in its log and in its health check.
serve_says() { # REGULAR EXPRESSION
    responders_stop
    : >"$state/log/casecast.log"
    responders_start
    wait_for 20 ready 503 && log_says "$1" && holds "$1" "$(curl -sS "$url/api/health/ready" | jq -r .checks.database)"
}

version=$(noted schema)
functions=$(noted functions)
note schema 99
fact 'tables of a newer casecast are refused' says 'version 99, this casecast knows versions up to' app jobs
fact 'init leaves them alone' says 'version 99, this casecast knows versions up to' init
fact 'a running server is not ready then' wait_for 20 ready 503
fact 'serve refuses them, too' serve_says 'version 99, this casecast knows versions up to'
if ((version > 1)); then
    note schema $((version - 1))
    fact 'tables of an older casecast are refused, with the command' says "has version $((version - 1)), this casecast needs $version: .casecast init." app jobs
    fact 'serve says the same' serve_says "has version $((version - 1)), this casecast needs $version: .casecast init."
fi
note schema "$version"
fact 'it is ready again when they are as before' wait_for 20 ready 200
note functions 0
fact 'functions of another casecast are refused' says 'functions of its schema casecast were made by another version' app jobs
fact 'serve refuses them, too' serve_says 'functions of its schema casecast were made by another version'
fact 'init replaces them' says 'its functions replaced' init
fact 'they are as before' same "$functions" "$(noted functions)"
fact 'the role may still call them' says ' done +10 ' app jobs
note schema none
fact 'a version that says nothing is refused' says 'does not tell the version' app jobs
note schema "$version"
pg_sql 'REVOKE INSERT ON casecast.events FROM app'
fact 'a privilege that is missing is named' says 'the role app lacks INSERT on events .*`casecast init --role app`' app check
fact 'who only reads does not need it' says ' done +10 ' app jobs
fact 'the health check of a server that lacks it names it, and the command' wait_for 20 health_says 'lacks INSERT on events .*casecast init --role app'
fact 'that server is not ready' ready 503
fact 'init grants again what a role of servers lacks' says 'ready' init
fact 'the server is ready again' wait_for 20 ready 200

# --- views in place of our tables ---

pg_sql 'DROP TABLE casecast.scenes, casecast.cases' 'CREATE TABLE houses (number int, street text)' \
    "INSERT INTO houses VALUES (7, 'Meadow Lane')" \
    "CREATE VIEW casecast.cases AS SELECT number AS id, street AS title FROM houses"
fact 'one view alone is refused' says 'of casecast.cases and casecast.scenes only one is there' init
pg_sql "CREATE VIEW casecast.scenes AS SELECT number AS case_id, 1 AS position, 'photo.jpg' AS image FROM houses" \
    'ALTER VIEW casecast.cases OWNER TO keeper' 'ALTER VIEW casecast.scenes OWNER TO keeper' 'GRANT SELECT ON houses TO keeper'
fact 'init leaves views alone, and lets the role read its own' says 'ready' init
fact 'cases are read from them' same '7/1' "$(case_list)"
fact 'nothing is imported into them' says 'write them into the tables beneath it' app import "$private/cases.json"

# --- a standby, and a server that is away ---

pg_standby_start standby || exit 1
standby=$(pg_on standby pg_address app)
fact 'a standby answers who only reads' says ' done +10 ' env CASECAST_DB="$standby" "$program" jobs
fact 'check says that it is a standby' says 'this server is a standby.*target_session_attrs=read-write' env CASECAST_DB="$standby" "$program" check
fact 'init says that it only reads' says 'standby' env CASECAST_DB="$(pg_on standby pg_address keeper)" "$program" init
pg_stop
stack_stop
fact 'a server starts without its database' eval 'responders_start && nginx_start'
fact 'it is not ready' wait_for 20 ready 503
fact 'jobs says why' says 'No such file or directory|could not connect|refused' app jobs
pg_again
fact 'it is ready when the database is there' wait_for 20 ready 200
fact 'and makes videos' holds 'finished_video' "$(stream "$url/create/video?caseId=7")"
facts_end
