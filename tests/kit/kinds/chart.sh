#!/usr/bin/env bash
# chart.sh - draws the number that is asked for, into a file.
width=$((CASECAST_SUBJECT * 10))
printf '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d 1"><rect width="%d" height="1"/></svg>\n' \
    "$width" "$width" >"$CASECAST_OUT/chart.svg"
