# check.jq - checks ./scripts/bench video: prints a line for each goal, and false as the last output if one is missed.
include "rows";

def shown: if . == null then "not measured" else fixed(3) end;

def at_most($what; $ours; $limit; $rest):
    {what: $what, held: ($ours != null and $limit != null and $ours <= $limit), figures: "\($ours | shown) \($rest)"};

# Our figure is at most $factor times theirs.
def times($what; $ours; $theirs; $factor):
    at_most($what; $ours; (if $theirs then $theirs * $factor else null end);
        "against \($theirs | shown): \(if $ours and $theirs then $ours / $theirs else null end | shown) × (at most \($factor))");

# Their figure is at least $factor times ours.
def faster($what; $ours; $theirs; $factor):
    {what: $what, held: ($ours != null and $theirs != null and $theirs >= $ours * $factor),
     figures: "\($ours | shown) against \($theirs | shown) s: \(if $ours and $theirs then $theirs / $ours else null end | shown) × (at least \($factor))"};

def apart($a; $b): if $a and $b then $a - $b | fabs else null end;

(rows | map({(.peer): .}) | add) as $r | (.machine.cores | (200 + 150 * .) * 1e6 / 1048576 | round) as $most
| [at_most("encoding alone is as good as casecast: difference of SSIM"; apart($r.casecast.ssim; $r.floor.ssim); 0.001; "(at most 0.001)"),
   times("whole job against encoding alone, s"; $r.casecast.wall; $r.floor.wall; 0.75),
   times("size against encoding alone, bytes"; $r.casecast.bytes; $r.floor.bytes; 1.1),
   faster("ffmpeg's command line"; $r.casecast.wall; $r.ffmpeg.wall; 2.5),
   faster("melt"; $r.casecast.wall; $r.melt.wall; 9),
   faster("Remotion"; $r.casecast.wall; $r.remotion.wall; 7),
   at_most("drawing a frame, ms"; $r.compose.sceneMs; 1.2; "(at most 1.2)"),
   at_most("drawing a frame of a cross-fade, ms"; $r.compose.transitionMs; 1.2; "(at most 1.2)"),
   at_most("motion error, px"; $r.casecast.motionPx; 0.02; "(at most 0.02)"),
   at_most("loudness, LU from −16"; apart($r.casecast.lufs; -16); 0.5; "(at most 0.5)"),
   at_most("first playable second, ms"; $r.stack.firstMs; 1000; "(at most 1000)"),
   at_most("unchanged case, ms"; $r.stack.againMs; 50; "(at most 50)"),
   times("one caption of ten changed, s"; $r.caption.wall; $r.ten.wall; 0.2),
   at_most("peak RSS, MiB"; $r.casecast.rssMib; 400; "(at most 400)"),
   at_most("peak RSS of four films at once, MiB"; $r.four.rssMib; $most; "(at most 200 MB and 150 MB a core: \($most))")] as $all
| ($all[] | "\(if .held then "held      " else "fell short" end)  \(.what): \(.figures)"),
  ($all | map(.held) | all)
