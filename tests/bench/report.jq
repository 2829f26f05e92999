# report.jq - the tables of ./scripts/bench streams.
include "figures";

def pad($width): tostring | (" " * ([$width - length, 0] | max)) + .;
def name($width): . + (" " * ([$width - length, 0] | max));
def cell($digits; $width): fixed($digits) | pad($width);

def head:
    ("peer" | name(17)) + ("opens/s" | pad(9)) + ("cold" | pad(8)) + ("KiB nginx" | pad(11)) + ("app" | pad(7)) + ("CPU nginx" | pad(11))
    + ("app" | pad(7)) + ("sum" | pad(7)) + ("p50 ms" | pad(9)) + ("p99" | pad(8)) + ("max" | pad(8))
    + ("lost" | pad(9)) + ("closed" | pad(8));

def line:
    (.peer | name(17))
    + if .opens == null then "  broke: \(.breaks | join("; "))"
      else (.opens | cell(0; 9)) + (.coldOpens | cell(0; 8)) + (.rssNginx | cell(1; 11)) + (.rssApp | cell(1; 7)) + (.cpuNginx | cell(2; 11))
        + (.cpuApp | cell(2; 7)) + (.cpu | cell(2; 7)) + (.p50 | cell(1; 9)) + (.p99 | cell(1; 8))
        + (.max | cell(1; 8)) + (.lost | cell(0; 9)) + (.closedEarly | cell(0; 8))
        + (if .breaks == [] then "" else "\n                 in some rounds it broke: \(.breaks | join("; "))" end)
      end;

def table($n): "\n\($n) streams, an event a second to each, medians of \(.[0].rounds)\n\n" + head + "\n" + (map(line) | join("\n"));

def shorts:
    "\n\(.streams) short streams, half of them left by their viewer: \(.seconds | fixed(0)) s, \(.failed) failed; RSS in KiB after each \(.batch)\n\n"
    + ([.rssKib | to_entries[] | (.key | name(8)) + (.value | join(" "))] | join("\n"));

def stalled:
    "\n\(.streams) streams beside 1000 viewers that read nothing or a byte a second\n\n"
    + "longest turn of the loop \(.longestTurnMs | fixed(1)) ms; latency of the others p50 \(.latencyMs.p50 | fixed(1)), "
    + "p99 \(.latencyMs.p99 | fixed(1)), max \(.latencyMs.max | fixed(1)) ms; \(.lost) lost, \(.closedEarly) closed early";

.machine as $machine
| "./scripts/bench streams\(if $machine.mode == "quick" then " --quick" else "" end)   \($machine.date)",
  "\($machine.cpu), \($machine.cores) cores, \($machine.memory); \($machine.system), \($machine.kernel)",
  ($machine.versions | to_entries | map("\(.key) \(.value)") | join("; ")),
  (rows | group_by(.streams)[] | table(.[0].streams)),
  "\nopens/s: in an nginx that held as many streams before; cold: in a fresh one.  KiB: resident memory a stream adds\n"
  + "there.  CPU: seconds of user and system time per 100,000 delivered events while all\n"
  + "streams are open; one nginx worker.  Latency: from the stamp in the message to the client's read.  lost and closed\n"
  + "(before the last message) are sums over all rounds.  In casecast and better-sse each stream has messages of its own,\n"
  + "spread over the second as the streams were opened; nchan, pushpin and the tutorial send one message to all, and\n"
  + "casecast-aligned sends each stream its own, all at the same instant.",
  (.runs[] | select(.kind == "short") | if .broke then "\nshort streams: \(why_broke)" else shorts end),
  (.runs[] | select(.kind == "stalled") | if .broke then "\nstalled viewers: \(why_broke)" else stalled end)
