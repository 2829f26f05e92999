#!/usr/bin/env bash
# turn.sh - turns a film around with ffmpeg, whose -progress lines become progress.
set -o pipefail
ffmpeg -v error -nostdin -progress pipe:1 -f lavfi -i testsrc2=duration=2 -vf hflip -f null - |
    while IFS='=' read -r key value; do
        [[ $key != out_time_us || $value != [0-9]* ]] ||
            echo "{\"event\":\"progress\",\"percent\":$((value / 20000))}"
    done
