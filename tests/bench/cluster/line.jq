# line.jq - prints one measurement as a line, while the others are still to come.
include "rows";

"  \(.part) \(.round): "
+ if .broke then .broke
  elif .part == "film" then "\(.machines) machines, \(.endMs / 1000 | fixed(1)) s, first playable \(.firstMs / 1000 | fixed(1)) s, CPU \(.cpu | fixed(1)) s, \(.digest)"
  elif .part == "latency" then "\(.events) events, p50 \(.p50Ms | fixed(1)), p99 \(.p99Ms | fixed(1)), most \(.mostMs | fixed(1)) ms"
  elif .part == "idle" then "\(.processes) processes, \(.cpuMs | fixed(2)) ms of CPU a second, \(.walBytes / 1024 | fixed(0)) KiB of WAL a minute, "
    + "\(.leases | fixed(1)) leases a second, \(.otherWrites) other writes"
  else "\(.engine), \(.threads) at once: \(.perSecond | fixed(0)) \(.what) a second, p50 \(.p50Ms | fixed(2)), p99 \(.p99Ms | fixed(2)) ms"
  end
