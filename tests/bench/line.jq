# line.jq - prints one measurement as a line, while the others are still to come.
include "figures";

"  \(.peer) \(.kind) \(.streams)"
+ if .broke != null then ": \(why_broke)"
  elif .kind == "short" then ": \(.seconds | fixed(0)) s, RSS of the responders \(.rssKib.app[0]) → \(.rssKib.app[-1]) KiB"
  else ": \(.opensPerSecond | fixed(0)) opens/s, \([.processes[].cpuPer100k] | add | fixed(2)) CPU s per 100,000 events, "
    + "p99 \(.latencyMs.p99 | fixed(1)) ms, \(.lost) lost"
    + if .longestTurnMs then ", longest turn \(.longestTurnMs | fixed(1)) ms" else "" end
  end
