# line.jq - prints one measurement as a line, while the others are still to come.
include "rows";

"  \(.peer) \(.round): "
+ if .broke then .broke
  elif .peer == "compose" then "a frame in a scene \(.sceneMs | fixed(2)) ms, in a cross-fade \(.transitionMs | fixed(2)) ms"
  elif .peer == "stack" then "first playable \(.firstMs | fixed(0)) ms, whole \(.coldMs | fixed(0)) ms, second visit \(.againMs | fixed(0)) ms"
  elif .peer == "four" then "four films at once, \(.rssMib | fixed(0)) MiB"
  else "\(.wall | fixed(2)) s, CPU \(.cpu | fixed(1)) s, \(.rssMib | fixed(0)) MiB, \(.bytes / 1e6 | fixed(2)) MB"
    + (if .ssim then ", SSIM \(.ssim | fixed(4))" else "" end) + (if .motionPx then ", motion error \(.motionPx | fixed(3)) px" else "" end)
    + (if .how then " (\(.how))" else "" end)
  end
