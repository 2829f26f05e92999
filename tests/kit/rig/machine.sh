#!/usr/bin/env bash
# machine.sh - starts casecast on the machine that it is called on, as nginx/README.md shows it: spawn-fcgi, multiwatch,
# casecast serve, and nginx in front.  machines.sh calls it in each host of its network.
#
#     machine.sh FOLDER PROGRAM     FOLDER: what is this machine's own: sockets, logs, configuration of nginx
#
# With RIG_ONLY=responders they alone are started, beside an nginx that runs.  The settings of casecast are in the environment.  nginx listens on port 80, for the network 10.77.0.0/24.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../../scripts/lib.sh"

folder=$1
program=$2
export CASECAST_RUN=$folder/own
mkdir -p "$folder/run" "$folder/log" "$folder/own"
cd "$folder"

# The folder of nginx's configuration, where the network of the machines is trusted.  A machine that starts again has it.
configuration() {
    [[ ! -s run/nginx.conf ]] || return 0
    rm -rf run/casecast
    cp -r "$root/nginx" run/casecast
    printf '10.77.0.0/24 1;\n' >>run/casecast/addresses.conf
    mkdir -p run/site
    "$program" nginx routes --log=off >run/site/routes.conf
    "$program" nginx pages --log=off --pages=run/casecast/pages >run/site/pages.conf
    sed -e 's/@USER@/user root;/' -e 's/127.0.0.1:@PORT@/80/' -e 's/@NAMES@/10.77.0.*/' "$root/nginx/dev.conf" >run/nginx.conf
}

# spawn-fcgi points stderr at /dev/null, so sh points it at the log again.
responders() {
    # shellcheck disable=SC2016
    (cd run && rm -f casecast.sock && quietly spawn-fcgi -s casecast.sock -M 0600 -b 4096 -- \
        /bin/sh -c 'exec 2>>"$1"; shift; exec "$@"' responders ../log/casecast.log \
        /usr/bin/multiwatch -f "${CASECAST_PROCESSES:-2}" -r 1000 -t 100 -s TERM -- "$program" serve)
}

is_ready() { curl -fs -o /dev/null --max-time 2 http://127.0.0.1/api/health/ready; }

if [[ ${RIG_ONLY-} == responders ]]; then
    responders
    exit
fi
configuration
responders
quietly nginx -p "$folder/" -e log/nginx-error.log -c run/nginx.conf
[[ ${RIG_WAIT-} != no ]] || exit 0
for ((i = 0; i < 300; i++)); do
    ! is_ready || exit 0
    sleep 0.05
done
fail "$(hostname): casecast isn't ready after 15 s.  The end of its log:
$(tail -n 12 log/casecast.log)"
