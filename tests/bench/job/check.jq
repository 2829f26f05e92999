# check.jq - checks ./scripts/bench jobs: prints a line for each aim, and false as the last output if one is missed.
include "rows";

def shown: if . == null then "not measured" else fixed(2) end;
def at_most($what; $ours; $limit; $rest): {what: $what, held: ($ours != null and $limit != null and $ours <= $limit), figures: "\($ours | shown) \($rest)"};
def at_least($what; $ours; $limit; $rest): at_most($what; $ours; $limit; $rest) | .held = ($ours != null and $limit != null and $ours >= $limit);

def lines_checks: rows("lines")[] | at_most("\(.of): from print to a viewer's read, p99 ms"; .p99; 60; "(at most 60)"),
    at_most("\(.of): lost lines"; .lost; 0; "(none may)");
def flood_checks: rows("flood")[] | at_most("\(.of): lost lines of a flood"; .lost; 0; "(none may)");
def queue_checks: rows("queue")[] | at_most("\(.of): a claim of 10,000 queued jobs, p50 ms"; .claimP50; 5; "(at most 5)"),
    at_most("\(.of): a listing of 10,000 queued jobs, p50 ms"; .listP50; 20; "(at most 20)");
def page_checks: row("page"; "casecast") as $ours | row("page"; "tutorial") as $theirs
    | at_most("500 viewers of one job: p99 ms"; $ours.p99; $theirs.p99; "(Flask \($theirs.p99 | shown))"),
      at_most("500 viewers of one job: CPU µs a message"; $ours.cpuUs; $theirs.cpuUs; "(Flask \($theirs.cpuUs | shown))"),
      at_most("500 viewers of one job: KiB a viewer"; $ours.kib; $theirs.kib; "(Flask \($theirs.kib | shown))"),
      at_most("500 viewers of one job: lost"; $ours.lost; 0; "(none may)");
def peer_checks: row("peer"; "casecast") as $ours | row("peer"; "graphile-worker") as $theirs
    | at_least("jobs a second on PostgreSQL"; $ours.perSecond; $theirs.perSecond; "(graphile-worker \($theirs.perSecond | shown))");

def ran($part): .machine.parts | any(. == $part);

[if ran("lines") then lines_checks else empty end, if ran("flood") then flood_checks else empty end, if ran("queue") then queue_checks else empty end,
 if ran("page") then page_checks else empty end, if ran("peer") then peer_checks else empty end] as $all
| ($all[] | "\(if .held then "held      " else "fell short" end)  \(.what): \(.figures)"),
  ($all | map(.held) | all)
