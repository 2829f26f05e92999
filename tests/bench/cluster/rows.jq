# rows.jq - the figures of ./scripts/bench machines: medians of the rounds of a report.  Included by the others.

def fixed($digits): pow(10; $digits) as $unit | ((. // 0) * $unit | round) as $n
    | if . == null then "–" elif $digits == 0 then "\($n)"
      else "\(if $n < 0 then "-" else "" end)\($n | fabs / $unit | floor).\($n | fabs % $unit | tostring | ("0" * ($digits - length)) + .)" end;
def median: map(values) | sort | if length == 0 then null else (.[(length - 1) / 2 | floor] + .[length / 2 | floor]) / 2 end;

def of($part): [.runs[] | select(.part == $part)];

# A row for each number of machines; how much faster than one machine is of the same round.
def films: of("film") as $all | ($all | map(select(.machines == 1) | {("\(.round)"): .endMs}) | add // {}) as $alone
    | $all | group_by(.machines) | map({machines: .[0].machines, rounds: length, endMs: map(.endMs) | median, firstMs: map(.firstMs) | median,
        cpu: map(.cpu) | median, digests: map(.digest) | unique, broke: map(.broke | values)[0],
        ratio: map(if .endMs and $alone["\(.round)"] then $alone["\(.round)"] / .endMs else null end) | median});

def latency: of("latency") | if length == 0 then null
    else {events: map(.events) | add, p50: map(.p50Ms) | median, p99: map(.p99Ms) | median, most: map(.mostMs) | max} end;

def idle($processes): [of("idle")[] | select(.processes == $processes)] | last;

def rates: of("rates") | group_by([.what, .threads, .engine]) | map({what: .[0].what, threads: .[0].threads, engine: .[0].engine,
    perSecond: map(.perSecond) | median, p50: map(.p50Ms) | median, p99: map(.p99Ms) | median});
