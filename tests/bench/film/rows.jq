# rows.jq - makes a row for each program from the runs of a report.  Included by the others.

def fixed($digits): pow(10; $digits) as $unit | ((. // 0) * $unit | round) as $n
    | if . == null then "–" elif $digits == 0 then "\($n)"
      else "\(if $n < 0 then "-" else "" end)\($n | fabs / $unit | floor).\($n | fabs % $unit | tostring | ("0" * ($digits - length)) + .)" end;
def median: map(values) | sort | if length == 0 then null else (.[(length - 1) / 2 | floor] + .[length / 2 | floor]) / 2 end;
def first_of($name): [.[] | .[$name] | values][0];

def row: {peer: .[0].peer, rounds: length, broke: first_of("broke"), how: first_of("how"), crf: first_of("crf"),
    wall: map(.wall) | median, cpu: map(.cpu) | median, rssMib: map(.rssMib) | max, bytes: first_of("bytes"),
    ssim: first_of("ssim"), motionPx: first_of("motionPx"), lufs: first_of("lufs"),
    firstMs: map(.firstMs) | median, againMs: map(.againMs) | median, coldMs: map(.coldMs) | median,
    sceneMs: map(.sceneMs) | median, transitionMs: map(.transitionMs) | median};

# In the order of the measurements.
def rows: .runs | reduce .[] as $run ([]; if any(.[]; .[0].peer == $run.peer)
    then map(if .[0].peer == $run.peer then . + [$run] else . end) else . + [[$run]] end) | map(row);

def called: {
    "casecast": "casecast", "casecast-one": "casecast, one encoder", "again": "casecast, made again from what it kept",
    "ten": "casecast, another film of ten scenes", "caption": "casecast, one of its ten captions changed",
    "floor": "encoding alone, as good by SSIM", "floor-stock": "encoding alone, crf 21",
    "ffmpeg": "ffmpeg", "ffmpeg-prescaled": "ffmpeg, pictures 7680 px wide", "melt": "melt", "moviepy": "MoviePy",
    "remotion": "Remotion", "stack": "casecast, through nginx"}[.] // .;
