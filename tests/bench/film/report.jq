# report.jq - the table of ./scripts/bench video.
include "rows";

def pad($width): tostring | (" " * ([$width - length, 0] | max)) + .;
def name($width): . + (" " * ([$width - length, 0] | max));
def cell($digits; $width): fixed($digits) | pad($width);

def head: ("" | name(42)) + ("wall s" | pad(8)) + ("CPU s" | pad(8)) + ("RSS MiB" | pad(9)) + ("MB" | pad(7))
    + ("SSIM" | pad(8)) + ("motion px" | pad(11)) + ("LUFS" | pad(7)) + ("first s" | pad(9));

def line($first):
    (.peer | called | name(42))
    + if .broke then "  broke: \(.broke)"
      else (.wall | cell(2; 8)) + (.cpu | cell(1; 8)) + (.rssMib | cell(0; 9)) + ((.bytes | values | . / 1e6) // null | cell(2; 7))
        + (.ssim | cell(4; 8)) + (.motionPx | cell(3; 11)) + (.lufs | cell(1; 7))
        + (if .peer == "casecast" then $first | if . then . / 1000 else null end else null end | cell(2; 9))
        + (if .crf then "   crf \(.crf), \(.how)" else "" end)
      end;

.machine as $machine | rows as $rows | ([$rows[] | select(.peer == "stack")][0]) as $stack
| "./scripts/bench video\(if $machine.mode == "quick" then " --quick" else "" end)   \($machine.date)",
  "\($machine.cpu), \($machine.cores) cores, \($machine.memory), load \($machine.load) at the end; \($machine.system), \($machine.kernel)",
  ($machine.versions | to_entries | map("\(.key) \(.value)") | join("; ")),
  "",
  head,
  ($rows[] | select(.peer | IN("stack", "compose", "four") | not) | line($stack.firstMs)),
  (if $stack == null then empty elif $stack.broke then "\nthrough nginx and responder: \($stack.broke)"
   else "\nthrough nginx and responder: first second playable after \($stack.firstMs | fixed(0)) ms, whole film \($stack.coldMs | fixed(0)) ms, "
     + "on a second visit \($stack.againMs | fixed(0)) ms" end),
  ($rows[] | select(.peer == "compose")
   | "\ndrawing a frame, with its caption, on one core: \(.sceneMs | fixed(2)) ms, in a cross-fade \(.transitionMs | fixed(2)) ms"),
  ($rows[] | select(.peer == "four" and (.broke | not)) | "\nfour films at once in one responder: \(.rssMib | fixed(0)) MiB"),
  "\nMedians of up to three rounds; RSS is the most of all its processes together.  SSIM is against the frames as casecast draws them,\n"
  + "so only casecast and encoding alone have one.  Motion: rms of the step error of a bright spot, from a film of its own."
