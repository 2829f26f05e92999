# plot.jq - draws the wall times of ./scripts/bench video as an SVG: a bar for each.
include "rows";

def left: 300; def width: 880; def step: 34;
def length_of($most): . / $most * (width - left - 110);

def colour: if startswith("casecast") or . == "again" then "#d9730d" elif startswith("floor") then "#7d8590" else "#3f6ea8" end;

def bar($i; $most): (60 + $i * step) as $y
    | "<text x=\"\(left - 12)\" y=\"\($y + 17)\" text-anchor=\"end\">\(.peer | called)</text>",
      "<rect x=\"\(left)\" y=\"\($y)\" width=\"\(.wall | length_of($most) | fixed(1))\" height=\"24\" rx=\"3\" fill=\"\(.peer | colour)\"/>",
      "<text x=\"\(left + 8 + (.wall | length_of($most)) | fixed(1))\" y=\"\($y + 17)\">\(.wall | fixed(1)) s</text>";

.machine as $machine
| [rows[] | select(.wall and (.peer | IN("ten", "caption") | not))] as $rows
| ($rows | map(.wall) | max) as $most
| "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(width)\" height=\"\(90 + ($rows | length) * step)\" font-family=\"sans-serif\" font-size=\"14\" fill=\"#1f2328\">",
  "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>",
  "<text x=\"20\" y=\"32\" font-size=\"17\" font-weight=\"bold\">Thirty seconds of 1080p30 from six photos: seconds to make them</text>",
  ($rows | to_entries[] | .key as $i | .value | bar($i; $most)),
  "<text x=\"20\" y=\"\(78 + ($rows | length) * step)\" font-size=\"12\" fill=\"#57606a\">./scripts/bench video, \($machine.date[:10]), \($machine.cores) cores of \($machine.cpu)</text>",
  "</svg>"
