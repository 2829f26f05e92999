# rows.jq - the figures of ./scripts/bench jobs: medians of the rounds of a report.  Included by the others.

def fixed($digits): pow(10; $digits) as $unit | ((. // 0) * $unit | round) as $n
    | if . == null then "–" elif $digits == 0 then "\($n)"
      else "\(if $n < 0 then "-" else "" end)\($n | fabs / $unit | floor).\($n | fabs % $unit | tostring | ("0" * ($digits - length)) + .)" end;
def median: map(values) | sort | if length == 0 then null else (.[(length - 1) / 2 | floor] + .[length / 2 | floor]) / 2 end;

# What a round told, in the units of the tables.
def figures:
    if .broke then {broke}
    elif .part == "lines" or .part == "flood" then {perSecond: (.received / ([.allSeconds, 0.001] | max)), p50: .latencyMs.p50, p99: .latencyMs.p99,
        cpuUs: (.processes.app.cpuPer100k | values * 10), nginxUs: (.processes.nginx.cpuPer100k | values * 10), lost}
    elif .part == "queue" then {claimP50: .claims.p50Ms, claimP99: .claims.p99Ms, claimsPerSecond: .claims.perSecond, listP50: .lists.p50Ms, listP99: .lists.p99Ms, restCpuMs}
    elif .part == "page" then {p50: .latencyMs.p50, p99: .latencyMs.p99, cpuUs: ((.processes.app.cpuPer100k + .processes.nginx.cpuPer100k) * 10),
        kib: .processes.app.rssKibPerStream, lost}
    else {perSecond: (.jobs / .seconds)} end;

# A row for each part and engine or peer.
def rows($part): [.runs[] | select(.part == $part)] | group_by(.of) | map({of: .[0].of, rounds: length}
    + ([.[] | figures] | (map(keys) | add | unique) as $names | . as $all | reduce $names[] as $name ({}; . + {($name): (if $name == "broke"
        then ($all | map(.broke | values)[0]) elif $name == "lost" then ($all | map(.lost) | add) else ($all | map(.[$name]) | median) end)})));
def row($part; $of): [rows($part)[] | select(.of == $of)][0];
