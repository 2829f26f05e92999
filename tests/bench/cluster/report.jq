# report.jq - the tables of ./scripts/bench machines.
include "rows";

def pad($width): tostring | (" " * ([$width - length, 0] | max)) + .;
def cell($digits; $width): fixed($digits) | pad($width);

def film_line: (.machines | pad(8)) + if .broke then "  broke: \(.broke)"
    else (.endMs / 1000 | cell(1; 8)) + (.ratio | cell(2; 8)) + (.firstMs / 1000 | cell(1; 18)) + (.cpu | cell(1; 8)) + "   " + (.digests | join(" ")) end;

def idle_line: (.processes | pad(10)) + (.cpuMs | cell(2; 11)) + (.walBytes / 1024 | cell(0; 15)) + (.leases | cell(1; 11)) + (.otherWrites | pad(14));

def rate_line: (.what + (" " * (9 - (.what | length)))) + (.threads | pad(8)) + "  " + (.engine + (" " * (11 - (.engine | length))))
    + (.perSecond | cell(0; 10)) + (.p50 | cell(2; 9)) + (.p99 | cell(2; 9));

.machine as $machine
| "./scripts/bench machines\(if $machine.mode == "quick" then " --quick" else "" end)   \($machine.date)",
  "\($machine.cpu), \($machine.cores) cores, \($machine.memory), load \($machine.load) at the end; \($machine.system), \($machine.kernel)",
  ($machine.versions | to_entries | map("\(.key) \(.value)") | join("; ")),
  (films | if length == 0 then empty else
     "\na video of 60 s at 720p, machines of \($machine.quota) core each, medians of \(.[0].rounds)\n\nmachines  wall s   times  first playable s   CPU s   digest\n"
     + (map(film_line) | join("\n")) end),
  (latency | if . == null then empty else "\nan event from one machine's call to another machine's viewers, \(.events) of them: "
     + "p50 \(.p50 | fixed(1)), p99 \(.p99 | fixed(1)), most \(.most | fixed(1)) ms" end),
  ([idle(0), idle(4)] | map(values) | if length == 0 then empty else
     "\nPostgreSQL under processes without work\n\n processes  CPU ms/s  WAL KiB/minute  leases/s  other writes\n" + (map(idle_line) | join("\n")) end),
  (rates | if length == 0 then empty else
     "\ncalls of the store; PostgreSQL's are on the disk before they return, SQLite's at a checkpoint at the latest\n\ncall      at once  engine         a second   p50 ms   p99 ms\n" + (map(rate_line) | join("\n")) end)
