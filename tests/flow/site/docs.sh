#!/usr/bin/env bash
# docs.sh - checks README and manuals: their blocks run, their links have a target, and their tables list what the
# program has.
# (SQLite only: it runs the manuals.)
# (It measures no time, and runs side by side with others.)
#
# The words behind a block's fence say how it is checked:
#
#     sh                run; each line must succeed
#     console           each line after "$ " is run, and its output is compared; … stands for any text
#     console WORD      the same on another kind of site: see site_for()
#     LANGUAGE FILE     saved under that name in the folder in which all blocks run
#     nginx http        nginx accepts it in its http block, and nginx server in the server block of the site
#     c                 it is a file of tests/kit, or it compiles
#     sh walk           run by tests/package, on a fresh Debian
#     sh example        not run: see `examples`; js example is parsed only
#     text              a drawing, not checked
# shellcheck disable=SC2016,SC2046
set -uo pipefail
# shellcheck source=tests/kit/stack.sh
. "$(dirname "$0")/../../kit/stack.sh"
# shellcheck source=tests/kit/tap.sh
. "$(dirname "$0")/../../kit/tap.sh"
# shellcheck source=tests/kit/streams.sh
. "$(dirname "$0")/../../kit/streams.sh"
# shellcheck source=tests/kit/postgres.sh
. "$(dirname "$0")/../../kit/postgres.sh"

# The examples that are not run, by their first two words, with the reason.
declare -A examples=(
    ['./scripts/test']='would run this test'
    ['./scripts/test #']='would run this test'
    ['sudo systemctl']='is for a machine with systemd; tests/package does so'
    ['./scripts/package']='takes minutes; tests/package installs what it builds'
    ['./scripts/fuzz 600']='takes ten minutes; scripts/test runs it for 20 seconds'
    ['./scripts/bench streams']='takes an hour'
    ['tests/flow/machines/blows.sh 4']='takes minutes; ./scripts/test runs what begins in 90 seconds, on both engines'
    ['casecast create']='needs photos of your own; tests/flow/film/terminal.sh has some'
    ['casecast init']='is for a second machine and its units; tests/flow/machines shows it'
    ['node tests/bench/cluster/model.mjs']='prints tables and checks nothing'
    ['casecast nginx']='is for a site of the reader; tests/flow/site/guest.sh and tests/package show it'
    ['meson setup']='writes to /usr/local and /etc; unit_runs and nginx_serves run what it installs'
    ['new EventSource(`${events}?client_secret=${clientSecret}`)']='is one line of a page; tests/flow/secrets.sh asks with a secret'
)

manual_files() { (cd "$root" && find . -name '*.md' -not -path '*/node_modules/*' -not -path './build*' -not -path './var/*' | sort); }

# --- the folder in which all blocks run -----------------------------------------------------------------------

# A copy of the repository's folders that may be written to.
folder_make() {
    local entry
    folder=$private/repository
    mkdir -p "$folder/tests"
    for entry in "$root"/*; do [[ ${entry##*/} == @(nginx|tests|var) ]] || ln -s "$entry" "$folder/"; done
    for entry in "$root"/tests/*; do [[ ${entry##*/} == flow ]] || ln -s "$entry" "$folder/tests/"; done
    cp -rs "$root/tests/flow" "$folder/tests/flow"
    cp -r "$root/nginx" "$folder/nginx"
    nginx_folder=$folder/nginx
    mkdir "$private/bin"
    ln -s "$program" "$private/bin/casecast"
    PATH=$private/bin:$PATH
}

# A free port replaces 8080 (or 9000) of the manual.
here() { sed -e "s/127\.0\.0\.1:8080/127.0.0.1:$port/g" -e "s/CASECAST_PORT=9000/CASECAST_PORT=$port/"; }

# --- one manual ---------------------------------------------------------------------------------------------

# One server for all manuals.
postgres_for_manuals() {
    [[ -d $private/pg ]] || { pg_start && pg_sql -d postgres 'CREATE DATABASE clinic'; } || return
    export PGHOST=$private/pg PGUSER=owner
}

# One key for all webhooks.
hooks_for_manuals() {
    (umask 077 && printf 'whsec_%s\n' "$(head -c 32 /dev/zero | base64)" >"$private/hook_keys")
    export CASECAST_WEBHOOK_HOSTS=127.0.0.1 CASECAST_WEBHOOK_KEYS=$private/hook_keys
}

# Starts another kind of site.  Its responders and settings stay until the manual ends.
site_for() { # WORD
    [[ -n $1 && $1 != "${site_word-}" ]] || return 0
    site_word=$1
    case $1 in
    secrets) export CASECAST_SECRET_KEY='a key for these tests only' ;;
    postgres) postgres_for_manuals && return ;;
    programs) cp -rn "$root/tests/kit/kinds" . && export CASECAST_KINDS=$folder/kinds ;; # the manual shows some later
    publish) export CASECAST_PUBLISH_KEY='a key for these tests only' ;;
    hooks) hooks_for_manuals ;;
    own_kind) program=$CASECAST_BUILD/tests/kit/own_kind ;;
    *) printf 'no site is called %s\n' "$1" && return 1 ;;
    esac
    stack_start
}

# Variables and settings of a block stay set in later blocks.
shell_step() { # STEP
    local broken=''
    trap 'broken="${broken:-$BASH_COMMAND}"' ERR
    eval "$(here <"$1/code")" >"$1/got" 2>&1 </dev/null
    trap - ERR
    [[ -z $broken ]] || printf 'this failed: %s\n' "$broken" >>"$1/got"
    [[ -z $broken ]] || : >"$1/broken"
}

step_run() { # STEP
    local kind word
    kind=$(cat "$1/kind") word=$(cat "$1/word")
    case "$kind $word" in
    *' example' | 'sh walk' | 'nginx http' | 'c '* | 'text ') ;;
    'nginx server')
        cat "$1/code" >>"$state/run/site/more.conf"
        (stack_start) >"$1/got" 2>&1 || : >"$1/broken"
        ;;
    'sh ') shell_step "$1" ;;
    'console '*) site_for "$word" && shell_step "$1" && rm -f "$1/broken" ;; # the output is compared, the status is not
    *' '*.*) mkdir -p "$(dirname "$word")" && cp "$1/code" "$word" ;;
    *) printf 'docs.sh does not know what a block “%s %s” is\n' "$kind" "$word" >"$1/got" && : >"$1/broken" ;;
    esac
}

step_holds() { # STEP
    [[ ! -e $1/broken ]] || { cat "$1/got"; return 1; }
    [[ ! -e $1/expected ]] || node "$kit/manual.mjs" match <(here <"$1/expected") "$1/got"
}

manual_run() { # MANUAL; its steps are facts
    local steps=$private/steps/$1 step
    node "$kit/manual.mjs" steps "$root/$1" "$steps"
    [[ -d $steps ]] || return # the manual has no block
    (
        cd "$folder" || exit
        set +u
        for step in "$steps"/*/; do step_run "$step"; done
    )
    for step in "$steps"/*/; do fact "$1:$(cat "$step/line"): $(head -n 1 "$step/code" | cut -c1-90)" step_holds "$step"; done
}

# --- examples, C, nginx, the unit ---------------------------------------------------------------------------

steps_of() { # KIND [WORD]
    local step
    for step in "$private"/steps/*/*/ "$private"/steps/*/*/*/ "$private"/steps/*/*/*/*/; do
        # shellcheck disable=SC2053
        [[ -e $step/kind && $(cat "$step/kind") == "$1" && $(cat "$step/word") == ${2-*} ]] && printf '%s\n' "$step"
    done
}

unexplained_examples() {
    local step
    for step in $(steps_of '*' example); do
        [[ -n ${examples[$(head -n 1 "$step/code" | tr -s ' ' | cut -d' ' -f1,2)]-} ]] || cat "$step/code"
    done
}

compiles() { # FILE
    cc -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -fsyntax-only -x c \
        -I"$root/common" -I"$root/fcgi" -I"$root/tests" "$1"
}

c_is_built() { # STEP: the block is a file of tests/kit, or compiles
    local name
    name=$(sed -n '1s|^/\* \([a-z_]*\.c\) - .*|\1|p' "$1/code")
    if [[ -n $name ]]; then diff "$root/tests/kit/$name" "$1/code"; else compiles "$1/code"; fi
}

http_block() { # STEP: a whole nginx.conf around it
    cat <<END
$( ((EUID != 0)) || echo 'user root;' )
pid $unit/nginx.pid;
error_log $unit/error.log;
events {}
http {
    include /etc/nginx/mime.types;
    client_body_temp_path $unit/body;
    fastcgi_temp_path $unit/fastcgi;
    proxy_temp_path $unit/proxy;
    scgi_temp_path $unit/scgi;
    uwsgi_temp_path $unit/uwsgi;
    include conf.d.conf;
$(sed -e "s|listen 8081;|listen 127.0.0.1:$unit_port;|" "$1/code")
}
END
}

nginx_takes() { # STEP
    http_block "$1" >"$unit/nginx.conf"
    nginx -e "$unit/error.log" -c "$unit/nginx.conf" -t
}

unit_print() { "$program" nginx "$@" --media="$unit/lib/media" --pages="$root/nginx/pages" --log="$unit/casecast.log"; }
unit_make() {
    unit=$private/unit
    unit_port=$(free_port)
    mkdir -p "$unit"/{run,lib,photos}
    ln -s "$folder/nginx" "$unit/casecast"
    sed "s:/run/casecast:$unit/run:" "$root/nginx/conf.d.conf" >"$unit/conf.d.conf"
    mkdir "$unit/snippets" "$unit/whole"
    unit_print routes >"$unit/snippets/casecast.conf"
    unit_print pages >"$unit/snippets/casecast-pages.conf"
    unit_print site --name=video.example.org | sed -e 's/listen 80;/listen 8081;/' -e '/listen \[::\]/d' >"$unit/whole/code"
}

# The lines of the unit, without the users, who do not exist here.
unit_start() {
    local code=$folder/casecast.service command
    sed -i -e "s:/run/casecast:$unit/run:" -e "s:/var/lib/casecast:$unit/lib:g" -e "s:/srv/photos:$unit/photos:" \
        -e "s:/usr/local/bin/casecast:$program:" -e 's/-U www-data -G www-data//' -e 's/-u casecast -g casecast//' "$code"
    command=$(sed -e ':a;/\\$/{N;s/\\\n//;ba' -e '}' "$code" | sed -n 's/^ExecStart=+//p')
    # shellcheck disable=SC2086
    (cd "$unit/lib" && exec env -i $(sed -n 's/^Environment=//p' "$code") $command) &
    unit_pid=$!
}

unit_stop() {
    kill "$unit_pid" && process_wait "$unit_pid"
    kill "$(cat "$unit/nginx.pid")"
}

site_status() { status -H "Host: $1" "http://127.0.0.1:$unit_port/api/cases"; }
site_answers() { [[ $(site_status video.example.org) == 200 ]]; }

nginx_serves() {
    nginx_takes "$1" && nginx -e "$unit/error.log" -c "$unit/nginx.conf" || return
    wait_for 10 site_answers && same 421 "$(site_status another.example.org)"
}

# --- what the program has, and what the manuals list -----------------------------------------------------------

words() { sort -u | tr '\n' ' '; }
rows() { grep -ohE '^\| `[^`]+`' "$@" | tr -d '|` '; } # the first cells of tables

code_settings() {
    { grep -ohE '"CASECAST_[A-Z0-9_]+"' "$root"/common/{base,settings}/*.c | tr -d '"'
        grep -ohE '\$\{?CASECAST_[A-Z0-9_]+' "$root"/scripts/[a-z]* 2>/dev/null | tr -d '${'; } | words
}
code_variables() { grep -ohE '"CASECAST_[A-Z_]+=' "$root/fcgi/kind/program_run.c" | tr -d '"=' | words; } # of programs
described_twice() { cd "$root" && rows $(manual_files) | grep '^CASECAST_' | sort | uniq -d; }
described() { cd "$root" && rows $(manual_files) | grep '^CASECAST_' | words; }
mentioned() { cd "$root" && grep -ohE '\bCASECAST_[A-Z0-9_]+' $(manual_files) | sed 's/_$//' | words; }

code_fields() { grep -ohE '\{"[A-Za-z]+", CASE_(TEXT|CHOICE|PATH|SWITCH|NUMBER)' "$root"/common/case/*.c | cut -d'"' -f2 | words; }
said_fields() { # a row may hold both fields of a point
    sed -n '/^| field/,/^$/p' "$root/common/case/README.md" | grep -oE '^\| `[^|]*\|' | grep -oE '`[A-Za-z]+`' | tr -d '`' |
        grep -v '^scenes$' | words
}
code_routes() {
    { grep -rohE '"(GET|POST)", "/api[^"]*"' "$root/fcgi"
        grep -rhE 'stream_paths\[\] = ' "$root/fcgi" | grep -oE '"[^"]*"' | sed 's/^/GET /'; } | tr -d '",' | words
}
said_routes() { grep -oE '`(GET|POST) /[^?`]*' "$root/fcgi/README.md" | tr -d '`' | grep -v '/api/health/live`,' | words; }
code_commands() { "$program" --help | sed -n '/^usage/,/COMMAND --help/s/^  \([a-z]*\).*/\1/p' | words; }
said_commands() { sed -n '/^| command/,/^$/p' "$root/common/cli/README.md" | rows /dev/stdin | sed 's/[^a-z].*//' | words; }

code_kind() { # the members of a kind, and the functions that its work may call
    { sed -n '/^struct job_kind {/,/^}/p' "$root/common/hub/kind/kind.h" | sed 's|/\*.*||; /^ *\* /d' |
        sed -n 's/.*(\*\([a-z_]*\))(.*/\1/p; /[()]/!s/.*[ *]\([a-z_]*\), \*\([a-z_]*\);.*/\1\n\2/p; t; /[()]/!s/.*[ *]\([a-z_]*\);.*/\1/p'
        grep -ohE '\bwork_[a-z_]+\(' "$root/common/hub/kind/work.h" | tr -d '('; } | words
}
said_kind() {
    sed -n '/^## What a kind says/,/^## The life/p' "$root/common/hub/README.md" | grep -E '^\| `' | cut -d'|' -f2 |
        grep -oE '[a-z_]+' | words
}

code_keys() { sed -n 's/^ *{"\([A-Za-z]*\)", key_[a-z_]*},.*/\1/p' "$root/common/program/kind_keys.c" | words; }
said_keys() { sed -n '/^| key /,/^$/p' "$root/common/program/README.md" | grep -oE '^\| `[A-Za-z]+`' | tr -d '|` ' | words; }

keys() { jq -c 'to_entries | map(select(.key != "bytes") | if .value | type == "array" then [.key, (.value[0] | keys)] else .key end)'; }
event_data() { jq -r --arg event "$1" 'select(.event == $event) | .data' | head -n 1; }
told_event() { sed -n "s/^| \`$1\` | \`\([^\`]*\)\` .*/\1/p" "$root/fcgi/README.md"; }
event_is() { # NAME, the data that a stream had
    same "$(told_event "$1" | jq -c keys_unsorted)" "$(jq -c keys_unsorted <<<"$2")"
}

# --- facts ---------------------------------------------------------------------------------------------------

private_stack_prepare CASECAST_ORIGINS=https://app.example.org
export CASECAST_BUILD=${CASECAST_BUILD:-$root/build}
folder_make
unit_make

fact 'README has at most 150 lines' test "$(wc -l <"$root/README.md")" -le 150
fact 'every link, and every path of the code, has a target' same '' "$(cd "$root" && node "$kit/manual.mjs" links $(manual_files))"
fact 'no setting is described twice' same '' "$(described_twice)"
fact 'every setting is described' same "$(code_settings)" "$(described)"
fact 'every setting that the manuals name exists' same '' "$(comm -13 <({ code_settings; code_variables; } | tr ' ' '\n' | sort) <(mentioned | tr ' ' '\n' | sort))"
fact 'every field of a case is described' same "$(code_fields)" "$(said_fields)"
fact 'every route is described' same "$(code_routes)" "$(said_routes)"
fact 'every member of a kind is described' same "$(code_kind)" "$(said_kind)"
fact 'every key of a kind that is a file is described' same "$(code_keys)" "$(said_keys)"
fact 'every command is described' same "$(code_commands)" "$(said_commands)"

trap 'pg_end; private_end' EXIT
# One site for all manuals: with pictures and sounds, with the case of the first manual, and with `up` run once.
export CASECAST_MEDIA_ROOT=$private/photos CASECAST_STATE=$state CASECAST_PORT=$port
mkdir -p "$CASECAST_MEDIA_ROOT"/{photos,voices}
ffmpeg -v error -f lavfi -i testsrc2=size=1920x1080 -frames:v 1 "$CASECAST_MEDIA_ROOT/meadow.jpg" \
    -frames:v 1 "$CASECAST_MEDIA_ROOT/photos/stream.png" </dev/null
ffmpeg -v error -f lavfi -i sine=duration=1 "$CASECAST_MEDIA_ROOT/voices/stream.ogg" </dev/null
cp "$CASECAST_MEDIA_ROOT/meadow.jpg" "$folder/" # which is sent
printf 'abc' >"$CASECAST_MEDIA_ROOT/a.bin"
for manual in common/case/ common/store/ common/cli/ scripts/ '' fcgi/; do manual_run "${manual}README.md"; done

page=$(node "$kit/page.mjs" "$url/film.html")
fact 'the page of the README shows the video' same 200 "$(status "$url$(jq -r .film.src <<<"$page")")"
fact 'the page of the README shows the preview before the video' same 200 "$(status "$url$(jq -r .preview.src <<<"$page")")"
events=$(stream "$url/create/video?caseId=1")
fact "a job's progress is as described" event_is progress "$(curl -sS "$url/api/jobs/$(job_of <<<"$events")" | jq -c .progress)"
for event in job scene playable end; do
    fact "a stream's $event is as described" event_is "$event" "$(event_data "$event" <<<"$events")"
done
fact "a stream's done is as described" same "$(keys <"$folder/done.json")" "$(event_data 'done' <<<"$events" | keys)"
for manual in tests/ tests/bench/ nginx/ common/program/ common/hooks/ common/hub/ common/; do manual_run "${manual}README.md"; done
manual_run nginx/machines.md
fact 'a problem is as described' jq -e '.title and .status and .detail and .watching' "$folder/watched.json"

fact 'the example of a flow test passes' bash "$folder/tests/flow/site/example.sh"
fact 'each example that is not run has a reason' same '' "$(unexplained_examples)"
for step in $(steps_of js example) $(steps_of js '*.js'); do fact 'a script can be parsed' node --check - <"$step/code"; done
fact 'the examples of kinds are those of tests/kit/kinds' diff -rx 'render.*' "$root/tests/kit/kinds" "$folder/kinds"
for step in $(steps_of c ''); do fact 'a block of C compiles' c_is_built "$step"; done
for step in $(steps_of nginx http); do fact 'nginx accepts a block' nginx_takes "$step"; done
unit_start
fact 'the unit and nginx serve the site, and no other host name' nginx_serves "$unit/whole"
unit_stop
facts_end
