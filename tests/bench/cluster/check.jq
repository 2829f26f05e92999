# check.jq - checks ./scripts/bench machines: prints a line for each aim, and false as the last output if one is missed.
include "rows";

def at_most($what; $ours; $limit; $rest):
    {what: $what, held: ($ours != null and $limit != null and $ours <= $limit), figures: "\($ours | if . == null then "not measured" else fixed(2) end) \($rest)"};
def at_least($what; $ours; $limit):
    {what: $what, held: ($ours != null and $ours >= $limit), figures: "\($ours | if . == null then "not measured" else fixed(2) end) (at least \($limit))"};

def film_checks: films as $films | ($films | map({("\(.machines)"): .}) | add // {}) as $by
    | at_least("two machines, times as fast as one"; $by["2"].ratio; 1.8),
      at_least("four machines, times as fast as one"; $by["4"].ratio; 3.2),
      {what: "the same bytes", held: (($films | map(.digests) | add // [] | unique | length) == 1), figures: ($films | map(.digests) | add // [] | unique | join(" "))},
      (("2", "4") as $n | at_most("\($n) machines: first playable no later than alone, s"; ($by[$n].firstMs | values / 1000) // null;
          ($by["1"].firstMs | values / 1000) // null; "(alone \(($by["1"].firstMs // 0) / 1000 | fixed(2)))"));

def latency_checks: at_most("an event from machine to machine, p99 ms"; latency.p99; 100; "(at most 100)");

def idle_checks:
    at_most("four idle processes: CPU of PostgreSQL, ms a second"; idle(4).cpuMs; 2; "(at most 2)"),
    at_most("four idle processes: writes beside the lease"; idle(4).otherWrites; 0; "(none may)");

.machine.parts as $parts
| [if $parts | any(. == "film") then film_checks else empty end, if $parts | any(. == "latency") then latency_checks else empty end,
   if $parts | any(. == "idle") then idle_checks else empty end] as $all
| ($all[] | "\(if .held then "held      " else "fell short" end)  \(.what): \(.figures)"),
  ($all | map(.held) | all)
