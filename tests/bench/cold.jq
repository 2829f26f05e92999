# cold.jq - adds what only the warm-up, $cold, can measure: how fast the first streams open, and the memory that they
# add.
if $cold.broke != null then $cold
elif .broke != null then .
else .coldOpensPerSecond = $cold.opensPerSecond
    | reduce ($cold.processes | to_entries[]) as $process
        (.; .processes[$process.key].rssKibPerStream = $process.value.rssKibPerStream)
end
