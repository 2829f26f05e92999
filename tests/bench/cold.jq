# cold.jq - a measurement of streams, with what only its warm-up could show, $cold: how fast the first streams open, and
# what memory they add.
if $cold.broke != null then $cold
elif .broke != null then .
else .coldOpensPerSecond = $cold.opensPerSecond
    | reduce ($cold.processes | to_entries[]) as $process
        (.; .processes[$process.key].rssKibPerStream = $process.value.rssKibPerStream)
end
