# report.jq - the tables of ./scripts/bench jobs.
include "rows";

def pad($width): tostring | (" " * ([$width - length, 0] | max)) + .;
def cell($digits; $width): fixed($digits) | pad($width);
def name($width): .of + (" " * ([$width - (.of | length), 0] | max));
def table($part; $head; row): [rows($part)[]] | if length == 0 then empty else "\n" + $head + "\n" + (map(if .broke then "\(name(36))broke: \(.broke)" else row end) | join("\n")) end;

. as $all | .machine as $machine
| "./scripts/bench jobs\(if $machine.mode == "quick" then " --quick" else "" end)   \($machine.date)",
  "\($machine.cpu), \($machine.cores) cores, \($machine.memory), load \($machine.load) at the end; \($machine.system), \($machine.kernel)",
  ($machine.versions | to_entries | map("\(.key) \(.value)") | join("; ")),
  "medians of \([.runs[].round] | max) rounds",
  (("lines", "flood") as $part | table($part;
     (if $part == "lines" then "200 programs at once, with a viewer each: 50 lines, one every 200 ms" else "the same as fast as they can" end)
     + "\n\n                                     lines/s   p50 ms   p99 ms  responder µs/line  nginx µs/line  lost";
     name(36) + (.perSecond | cell(0; 8)) + (.p50 | cell(1; 9)) + (.p99 | cell(1; 9)) + (.cpuUs | cell(0; 19)) + (.nginxUs | cell(0; 15)) + (.lost | pad(6)))),
  table("queue"; "10,000 queued jobs\n\n                                    claims/s   p50 ms   p99 ms  listing p50 ms   p99 ms   CPU ms/s at rest";
     name(36) + (.claimsPerSecond | cell(0; 8)) + (.claimP50 | cell(2; 9)) + (.claimP99 | cell(2; 9)) + (.listP50 | cell(1; 16)) + (.listP99 | cell(1; 9)) + (.restCpuMs | cell(1; 19))),
  table("page"; "one job, 500 viewers\n\n                                      p50 ms   p99 ms  CPU µs/message  KiB a viewer  lost";
     name(36) + (.p50 | cell(1; 8)) + (.p99 | cell(1; 9)) + (.cpuUs | cell(1; 16)) + (.kib | cell(1; 14)) + (.lost | pad(6))),
  table("peer"; "programs of five lines, each written to PostgreSQL, eight at once\n\n                                      jobs/s"; name(36) + (.perSecond | cell(1; 8)))
