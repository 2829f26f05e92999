# late.sh - machines that reach their storage through late.mjs.  Sourced after stack.sh and radosgw.sh.
# shellcheck shell=bash disable=SC2154

declare -A late_url=() # of each machine, in place of $rgw_url

late_start() { # MACHINE /BUCKET/PREFIX/
    local port
    port=$(rgw_free_port)
    node "$root/tests/kit/s3/late.mjs" "$port" "$rgw_url" "$2" &
    late_url[$1]=http://127.0.0.1:$port
    wait_for 10 curl -fs -o /dev/null "${late_url[$1]}/-/held"
}

late_hold() { curl -fsS -o /dev/null "${late_url[$1]}/-/hold?$(jq -rn --arg regex "$2" '$regex | @uri')"; } # MACHINE REGEX
late_is_held() { (($(curl -fsS "${late_url[$1]}/-/held") > 0)); }                                           # MACHINE
late_arrive() { curl -fsS "${late_url[$1]}/-/late"; }                                                       # MACHINE
