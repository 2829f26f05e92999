#!/usr/bin/env bash
# postgres.sh - cases of a PostgreSQL database of its own, read through two views by a role that may read nothing
# else: how each type is read, which are refused, and what happens while the server is down or does not answer.
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
pg_start || exit 1

cli() { "$program" "$@" 2>&1; }
says() { local words=$1; shift; holds "$words" "$("$@" 2>&1)"; } # REGULAR EXPRESSION COMMAND…

# A schema with names of its own, and two views for casecast.  The types are common ones.
pg_sql "CREATE SCHEMA clinic
    CREATE TABLE patients (id int PRIMARY KEY, name text, notes jsonb, seen timestamptz, is_urgent boolean, year numeric(6, 2), look text)
    CREATE TABLE exhibits (patient int, at numeric, file text, words varchar(200), lasts float4, kind text)
    CREATE TABLE payments (patient int, amount numeric)" \
    "CREATE TYPE clinic.move AS ENUM ('still', 'in')" \
    "ALTER TABLE clinic.exhibits ADD motion clinic.move" \
    "INSERT INTO clinic.patients VALUES
        (10, 'Bo', '{\"a\": 1}', now(), false, 3, null), (7, 'Ann', '\"Ann, in JSON\"', '2024-05-06 12:00+00', true, 2024.00, '9:16'),
        (2, 'Cy', 'null', now(), null, null, '1:1'), (3, repeat('x', 3000), '5', now(), null, null, '')" \
    "INSERT INTO clinic.exhibits VALUES
        (7, 10, 'photo.jpg', 'the last', 0.25, 'x', 'in'), (7, 1.5, 'photo.jpg', 'the second', 0.25, 'x', 'still'),
        (7, 1, 'photo.jpg', 'the first', 0.5, 'x', null), (2, 1, 'photo.jpg', 'alone', 0.5, 'x', null),
        (3, 1, 'photo.jpg', 'x', 0.5, 'x', null), (10, 1, 'photo.jpg', 'x', 0.5, 'x', null)" \
    "CREATE SCHEMA casecast" \
    "CREATE VIEW casecast.cases AS SELECT id, notes AS title, is_urgent AS fades, look AS shape FROM clinic.patients" \
    "CREATE VIEW casecast.scenes AS SELECT patient AS case_id, at AS position, file AS image, words AS caption, lasts AS seconds, motion FROM clinic.exhibits" \
    "CREATE ROLE casecast LOGIN" "GRANT USAGE ON SCHEMA casecast TO casecast" \
    "GRANT SELECT ON casecast.cases, casecast.scenes TO casecast" "ALTER ROLE casecast SET search_path = casecast" || exit 1
CASECAST_CASES=$(pg_address casecast)
export CASECAST_CASES

# --- what the rows mean ---

fact 'the role may read the two views only' holds 'permission denied' \
    "$(psql -h "$pg_folder" -U casecast -d casecast -c 'SELECT * FROM clinic.payments' 2>&1)"
fact 'cases are listed in the order of their numbers: 2 before 10' same '2 3 7 10' "$(cli cases | awk 'NR > 1 { printf "%s%s", n++ ? " " : "", $1 }')"
fact 'a JSON string is read as a title' says '^7 .*9:16.*Ann, in JSON' cli cases
fact 'a JSON null is no title, a JSON number is one' says '^3 .* 5$' cli cases
fact 'a JSON object as title is refused, and the error names the case' says 'case 10: title: must be text, is a JSON object or array' cli check 10
fact 'a complete case has no mistakes' says ': 0 mistakes' cli check 7
fact 'an id is compared as text: 07 is not 7' says 'case 07 not found' cli check 07
fact 'a number above the largest int is not found' says 'not found' cli check 99999999999
fact 'a word as id is not found' says 'not found' cli check ann
fact 'import refuses to write into this database' says 'here they are read from casecast.cases: write them into the tables beneath it' \
    cli import <(printf '{"cases": [{"id": "1", "scenes": [{"image": "photo.jpg", "seconds": 1}]}]}')

film_of_7() { cli create --force 7 -o "$private/7.mp4" >"$private/made" && ffprobe -v error -select_streams v -show_entries stream=nb_frames -of csv=p=0 "$private/7.mp4"; }
fact 'a case becomes a video' holds '^[0-9]+' "$(film_of_7)"
fact 'its scenes stand in the order of their positions, as numbers' same 'the first the second the last' \
    "$(ffmpeg -v error -i "$private/7.mp4" -map 0:s:0 -f webvtt - </dev/null | grep '^the ' | paste -sd ' ')"

# --- other ids ---

ids_of() { # TYPE VALUE
    pg_sql "DROP SCHEMA IF EXISTS other CASCADE" "CREATE SCHEMA other" \
        "CREATE TABLE other.cases (id $1 PRIMARY KEY, title text)" "CREATE TABLE other.scenes (case_id $1, position text, image text, seconds text)" \
        "INSERT INTO other.cases VALUES ('$2', 'One')" \
        "INSERT INTO other.scenes VALUES ('$2', '10', 'photo.jpg', ' 0.5 '), ('$2', '9', 'photo.jpg', '0.5')" \
        "CREATE INDEX ON other.scenes (case_id)" "GRANT USAGE ON SCHEMA other TO other" "GRANT SELECT ON ALL TABLES IN SCHEMA other TO other"
}

pg_sql 'CREATE ROLE other LOGIN' # the schema casecast, which comes before its search_path, is closed to it
other() { CASECAST_CASES="$(pg_address other)&options=-csearch_path%3Dother" cli "$@"; }

for pair in 'text ann_1' 'varchar(20) 12' 'char(12) abc' 'bigint 9007199254740993' 'smallint 3' \
    'uuid 0f8fad5b-d9cb-469f-a165-70867728950e' 'numeric(20) 77' 'numeric(6,2) 7'; do
    read -r type id <<<"$pair"
    ids_of "$type" "$id"
    fact "an id of type $type is found" says ': 0 mistakes' other check "$id"
    fact "an id of type $type is listed with its scenes" says "^$id +2 " other cases
done
fact 'a uuid in capitals is not found' says 'not found' other check 0F8FAD5B-D9CB-469F-A165-70867728950E
fact 'an id is found by an index' holds 'Index' \
    "$(pg_sql 'SET enable_seqscan = off' "EXPLAIN SELECT * FROM other.cases WHERE id = '77'")"

# --- what is refused; the error says what would be right ---

pg_sql 'DROP TABLE other.scenes'
fact 'a database without scenes is refused' says 'relation "scenes" does not exist' other cases
pg_sql 'CREATE TABLE other.scenes (case_id int, image text)' 'GRANT SELECT ON other.scenes TO other'
fact 'a missing column that is needed is refused' says 'scenes has no column "position"' other cases
pg_sql 'ALTER TABLE other.scenes ADD position int, ADD caption bytea'
fact 'a column of a type that no field takes is refused' says 'scenes.caption is of type bytea, which no field takes; cast it to text in the view' other cases
ids_of text a && pg_sql "UPDATE other.scenes SET image = repeat('x', 9000000) WHERE position = '9'"
fact 'a text far too long is not read whole, and its error says so' says 'image: is at least [0-9]+ bytes long, at most 1000 bytes' other check a
pg_sql 'ALTER TABLE other.cases ALTER title TYPE jsonb USING to_jsonb(repeat(id, 5000))'
fact 'so does a JSON string far too long' says 'title: is at least [0-9]+ bytes long, at most 200 characters' other check a
pg_sql "ALTER TABLE other.cases ALTER title TYPE text USING 'One'"
pg_sql "UPDATE other.scenes SET image = 'photo.jpg'" 'ALTER TABLE other.scenes ALTER seconds TYPE money USING 2'
fact 'an amount of money is no number of seconds' says 'seconds: "[$]2.00" must be a number' other check a
pg_sql 'DROP TABLE other.cases'
fact 'a database without cases is refused' says 'make two views, cases and scenes, and grant SELECT' other cases
pg_sql 'CREATE TABLE other.cases (id int)'
fact 'views that the role may not read are refused' says 'permission denied' other cases
fact 'a password in the address is refused, and not printed' same 1 \
    "$(CASECAST_CASES=postgresql://casecast:sesame@/casecast cli cases | grep -c 'PGPASSFILE')"
fact 'the password is not printed in any other line' lacks sesame "$(CASECAST_CASES=postgresql://casecast:sesame@/casecast cli cases)"
fact 'the password of a TLS key in the address is refused, too' says 'must not hold a password' \
    env CASECAST_CASES='postgresql://casecast@/casecast?sslpassword=sesame' "$program" cases
fact 'an invalid address is refused' says "can't be read" env CASECAST_CASES='postgresql://[::1' "$program" cases
fact 'a PostgreSQL database without tables of jobs names the command that makes them' says '`casecast init`, run by a role' env CASECAST_DB="$CASECAST_CASES" "$program" jobs

# --- a password in a file ---

pg_sql "ALTER ROLE casecast PASSWORD 'open sesame'"
printf 'local all owner trust\nlocal all all scram-sha-256\n' | "${pg_as[@]}" tee "$pg_folder/data/pg_hba.conf" >/dev/null
pg_ctl reload
printf '*:*:*:casecast:open sesame\n' >"$private/pgpass" && chmod 600 "$private/pgpass"
fact 'without its password the role is refused' says 'no password supplied' cli cases
export PGPASSFILE=$private/pgpass
fact 'the role reads its password from PGPASSFILE' says '^7 ' cli cases

# --- the server ---

stack_start || exit 1
answers() { same "$1" "$(status --max-time 20 "$url/$2")"; } # STATUS PATH
stack_restarts() { stack_stop && responders_start && nginx_start && wait_for 20 answers 200 api/health/live; }
events_of() { curl -sN --max-time 40 -H 'Accept: text/event-stream' "$url/create/video?caseId=$1"; }
fact 'the list of cases holds all of them' same '2 3 7 10' "$(curl -sS "$url/api/cases" | jq -r '[.cases[].id] | join(" ")')"
fact 'its captions are searched, too' same '2 7' "$(curl -sS "$url/api/cases?query=O&limit=9" | jq -r '[.cases[].id] | join(" ")')"
fact 'and its titles, in pages' same '["7",null]' "$(curl -sS "$url/api/cases?query=ann+json&limit=1" | jq -c '[.cases[].id, .next]')"
fact 'a video is made' holds '^data: finished_video' "$(events_of 7)"
fact 'an unknown case is 404' problem 404 'case 8' "$url/api/cases/8"
job=$(job_make 7)
pg_stop
fact 'without the server, a case is 503' problem 503 "can't be used now" "$url/api/cases/7"
fact 'the error does not hold the address' lacks "$private" "$(curl -sS "$url/api/cases/7")"
fact 'an EventSource is asked to connect again' comes_back "can't be used now" "$url/create/video?caseId=2"
fact 'the health check reports not ready' wait_for 20 answers 503 api/health/ready
fact 'the log names the server' grep -q "$pg_folder" "$state/log/casecast.log"
fact 'the stream of a finished job still works' holds 'finished_video' "$(stream "$url/api/jobs/$job/events")"
fact 'a finished video is still served' same 200 "$(status "$url$(curl -sS "$url/api/jobs/$job" | jq -r .result.video)")"
fact 'a responder starts without the server' stack_restarts
fact 'the new responder answers a case with 503' problem 503 "can't be used now" "$url/api/cases/7"
pg_again
fact 'after the server'\''s restart, cases are readable again' wait_for 20 answers 200 api/cases/7
fact 'after the restart, the health check reports ready' wait_for 20 answers 200 api/health/ready
fact 'after the restart, videos are made' holds '^data: finished_video' "$(events_of 2)"
# shellcheck disable=SC2046
kill -STOP $(pg_pids)
fact 'a server that does not answer: 503 within the deadline' answers 503 api/cases/7
# shellcheck disable=SC2046
kill -CONT $(pg_pids)
fact 'the server answers again after SIGCONT' wait_for 20 answers 200 api/cases/7
fact 'no log and no command line holds the password' same '' "$(grep -ls '[s]esame' "$state"/log/* /proc/[0-9]*/cmdline)"

# --- pgbouncer, a session for each transaction ---

through_bouncer() { CASECAST_CASES="postgresql://casecast@/casecast?host=$private/bouncer&port=6432" cli "$@"; }

pg_bouncer_start "$private/bouncer" casecast 1 'open sesame'
fact 'through pgbouncer in transaction mode, cases are listed' says '^10 ' through_bouncer cases
fact 'through pgbouncer, a case is read' says ': 0 mistakes' through_bouncer check 7
fact 'through pgbouncer, a later process shares the server'\''s session' says '^10 ' through_bouncer cases
facts_end
