# line.jq - prints one measurement as a line, while the others are still to come.
include "rows";

"  \(.part) \(.round), \(.of): " + (.part as $part | figures
| if .broke then .broke
  elif $part == "lines" or $part == "flood" then "\(.perSecond | fixed(0)) lines a second, p50 \(.p50 | fixed(1)), p99 \(.p99 | fixed(1)) ms, responder \(.cpuUs | fixed(0)) µs a line, \(.lost) lost"
  elif $part == "queue" then "claims p50 \(.claimP50 | fixed(2)), p99 \(.claimP99 | fixed(2)) ms; listings p50 \(.listP50 | fixed(1)), p99 \(.listP99 | fixed(1)) ms; \(.restCpuMs | fixed(1)) ms of CPU a second at rest"
  elif $part == "page" then "p50 \(.p50 | fixed(1)), p99 \(.p99 | fixed(1)) ms, \(.cpuUs | fixed(0)) µs of CPU a message, \(.kib | fixed(1)) KiB a viewer, \(.lost) lost"
  else "\(.perSecond | fixed(1)) jobs a second" end)
