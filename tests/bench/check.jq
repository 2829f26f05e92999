# check.jq - checks ./scripts/bench streams: prints a line for each goal, and false as the last output if one is missed.
include "figures";

def of($peer): map(select(.peer == $peer and .opens != null));
def shown: if . == null then "not measured" else fixed(2) end;

# The largest number of streams that was measured for both.
def pair($mine; $peer): of($mine) as $ours | of($peer) as $theirs
    | [$ours[] | . as $our | $theirs[] | select(.streams == $our.streams) | {our: $our, their: .}]
    | max_by(.our.streams);
def pair($peer): pair("casecast"; $peer);

def at_most($what; $ours; $limit; $rest):
    {what: $what, held: ($ours != null and $limit != null and $ours <= $limit), figures: "\($ours | shown) \($rest)"};
def at_least($what; $ours; $limit; $rest):
    at_most($what; $ours; $limit; $rest) | .held = ($ours != null and $limit != null and $ours >= $limit);

def times($what; $pair; $figure; $factor):
    $pair.our[$figure] as $ours | $pair.their[$figure] as $theirs
    | at_most("\($what) at most \($factor) × (\($pair.our.streams // "no") streams)"; $ours;
        (if $theirs then $theirs * $factor else null end);
        "against \($theirs | shown): \(if $theirs and $theirs > 0 then $ours / $theirs else null end | shown) ×");
def times_or_more($what; $pair; $figure; $factor):
    times($what; $pair; $figure; $factor) | .what |= sub("at most"; "at least")
    | .held = ($pair != null and $pair.our[$figure] >= $pair.their[$figure] * $factor);

def against_nchan: pair("nchan") as $pair
    | times("nchan: nginx and responder together, memory a stream,"; $pair; "rss"; 1),
      times("nchan: CPU per event"; $pair; "cpu"; 1.5),
      at_most("the responder's share of casecast's CPU at most a fifth"; ($pair | if . then .our.cpuApp / .our.cpu else null end);
          0.2; "of \($pair.our.cpu | shown) s per 100,000"),
      times_or_more("nchan: opens a second"; $pair; "opens"; 0.7),
      times("nchan: p99"; $pair; "p99"; 1),
      times("nchan: p99, with casecast's messages due at once, too,"; pair("casecast-aligned"; "nchan"); "p99"; 1);

def against_better_sse: pair("better-sse") as $pair
    | times("better-sse: CPU per event"; $pair; "cpu"; 0.6),
      times_or_more("better-sse: opens a second"; $pair; "opens"; 2.5),
      times("better-sse: application memory a stream"; $pair; "rssApp"; 0.2),
      times("better-sse: p99"; $pair; "p99"; 0.6);

def alone: (of("casecast") | max_by(.streams)) as $most
    | at_most("\($most.streams // "no") streams: lost events"; $most.lost; 0; "of \($most.events // 0)"),
      at_most("\($most.streams // "no") streams: closed early"; $most.closedEarly; 0; "(none may)"),
      at_most("responder: KiB a stream"; $most.rssApp; 2.5; "(at most 2.5)");

# glibc's heap grows in steps of 128 KiB, so two steps do not count; the smallest leak would be 32 bytes a stream.
def flat: [.runs[] | select(.kind == "short" and .broke == null)][0] as $run
    | at_most("short streams after the first \($run.batch // 20000): KiB grown";
        ($run | if . then .rssKib.app[-1] - .rssKib.app[0] else null end); 256;
        "(\($run.rssKib.app[0] // 0) → \($run.rssKib.app[-1] // 0) KiB over \($run.streams // 0) streams)");

def unblocked: [.runs[] | select(.kind == "stalled" and .broke == null)][0] as $run
    | at_most("1000 stalled viewers: longest turn of the loop, ms"; $run.longestTurnMs; 20; "(at most 20)");

def ran($part): .machine.parts | any(. == $part);

[if ran("steady") then rows | alone, against_nchan, against_better_sse else empty end,
 if ran("short") then flat else empty end, if ran("stalled") then unblocked else empty end] as $all
| ($all[] | "\(if .held then "held      " else "fell short" end)  \(.what): \(.figures)"),
  ($all | map(.held) | all)
