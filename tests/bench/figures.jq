# figures.jq - makes a row for each peer and number of streams from the runs of a report.  Included by the others.

def fixed($digits): pow(10; $digits) as $unit | ((. // 0) * $unit | round) as $n
    | if . == null then "–" elif $digits == 0 then "\($n)"
      else "\($n / $unit | trunc).\($n % $unit | fabs | tostring | ("0" * ($digits - length)) + .)" end;
def median: map(values) | sort | if length == 0 then null else (.[(length - 1) / 2 | floor] + .[length / 2 | floor]) / 2 end;

# The reason why a run could not be measured, or null.
def why_broke:
    if .broke == null then null
    else .broke
        + (if .opened then " (\(.opened) of \(.streams))" else "" end)
        + (if (.failures // {}) == {} then ""
           else ": " + ([.failures | to_entries[] | "\(.value) × \(.key)"] | join(", ")) end)
    end;

def part($name; $figure): .processes[$name][$figure];

def row:
    {peer: .[0].peer, streams: .[0].streams, rounds: length, breaks: (map(why_broke // empty) | unique)}
    + (map(select(.broke == null)) | if length == 0 then {} else {
        opens: map(.opensPerSecond) | median,
        coldOpens: map(.coldOpensPerSecond) | median,
        rssNginx: map(part("nginx"; "rssKibPerStream")) | median,
        rssApp: map(part("app"; "rssKibPerStream")) | median,
        cpuNginx: map(part("nginx"; "cpuPer100k")) | median,
        cpuApp: map(part("app"; "cpuPer100k")) | median,
        p50: map(.latencyMs.p50) | median,
        p99: map(.latencyMs.p99) | median,
        max: map(.latencyMs.max) | median,
        events: map(.received) | add,
        lost: map(.lost) | add,
        closedEarly: map(.closedEarly) | add
    } | .rss = .rssNginx + (.rssApp // 0) | .cpu = .cpuNginx + (.cpuApp // 0) end);

def rows: [.runs[] | select(.kind == "steady")]
    | group_by([.streams, .peer]) | map(row);
