#!/usr/bin/env bash
# count.sh - counts to the number that is asked for.
for ((n = 1; n <= CASECAST_SUBJECT; n++)); do
    echo "$n of $CASECAST_SUBJECT"
done
echo "{\"result\":{\"counted\":$CASECAST_SUBJECT}}"
