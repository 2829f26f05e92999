#!/usr/bin/env bash
# hostile.sh - unusual and invalid cases through nginx: pictures, captions and rows make a correct video or an error
# that names them.  test_awkward_picture.c checks the pixels of such pictures.
# (It measures no time, and runs side by side with others.)
# (Any engine: its subject is files from outside.)
set -uo pipefail
# shellcheck source=tests/kit/stack.sh
. "$(dirname "$0")/../../kit/stack.sh"
# shellcheck source=tests/kit/tap.sh
. "$(dirname "$0")/../../kit/tap.sh"
# shellcheck source=tests/kit/streams.sh
. "$(dirname "$0")/../../kit/streams.sh"
# shellcheck source=tests/kit/cases.sh
. "$(dirname "$0")/../../kit/cases.sh"

private_stack_prepare CASECAST_RETRY_MS=100
photos_make
stack_start

video=$url/create/video

small() { sql "UPDATE cases SET size = '720p', quality = 'draft' WHERE id = '$1'"; } # CASE

named() { jq -r --arg name "$1" 'select(.event == $name) | .data'; }

makes() { # CASE JQ-FILTER: the job is done, and its `done` matches
    local got
    got=$(stream "$video?caseId=$1")
    well_formed "$got" && contiguous "$got" && same '' "$(messages <<<"$got" | sed -n 's/^error //p')" &&
        jq -e "$2" <<<"$(named 'done' <<<"$got")"
}

fails() { # CASE REGULAR EXPRESSION: the job starts, and ends with this error and no other event
    local got
    got=$(stream "$video?caseId=$1")
    well_formed "$got" && contiguous "$got" && holds "$2" "$(messages <<<"$got" | sed -n 's/^error //p')" &&
        same finished_video "$(messages <<<"$got" | tail -n 1)" && lacks finalVideo "$got"
}

refused() { # CASE REGULAR EXPRESSION: no job is made
    problem 400 "$2" "$video?caseId=$1" && same 0 "$(jobs_of "$1")"
}

# --- pictures -----------------------------------------------------------------------------------------------

# A picture of four colours: red and green above, blue and white below.
quarters() { # SIZE FILE FFMPEG-OPTIONS…
    local half=$(($1 / 2)) file=$2
    shift 2
    ffmpeg -v error -y -f lavfi -i "color=red:size=${half}x$half:duration=0.2[a];color=lime:size=${half}x$half:duration=0.2[b];
        color=blue:size=${half}x$half:duration=0.2[c];color=white:size=${half}x$half:duration=0.2[d];
        [a][b]hstack[e];[c][d]hstack[f];[e][f]vstack" "$@" "$CASECAST_MEDIA_ROOT/$file" </dev/null
}

turned() { # FROM TO ORIENTATION: a JPEG with this EXIF orientation behind its first marker
    {
        head -c 2 "$CASECAST_MEDIA_ROOT/$1"
        printf "\\xFF\\xE1\\0\\x22Exif\\0\\0II*\\0\\x08\\0\\0\\0\\x01\\0\\x12\\x01\\x03\\0\\x01\\0\\0\\0\\x0$3\\0\\0\\0\\0\\0\\0\\0"
        tail -c +3 "$CASECAST_MEDIA_ROOT/$1"
    } >"$CASECAST_MEDIA_ROOT/$2"
}

# The colours of a thumbnail's four corners, row by row.
corners() { # URL
    curl -sS "$url$1" >"$private/corner.jpg"
    ffmpeg -v error -i "$private/corner.jpg" -vf format=rgb24,scale=2:2:flags=area -f rawvideo -pix_fmt rgb24 - </dev/null |
        od -An -v -tu1 -w3 | while read -r r g b; do
            if ((r > 128 && g > 128 && b > 128)); then printf W
            elif ((r > g && r > b)); then printf R
            elif ((g > b)); then printf G
            else printf B; fi
        done
}

thumbnails_show() { # CASE COLOURS-OF-EACH-SCENE…
    local thumbnail shown=()
    while read -r thumbnail; do shown+=("$(corners "$thumbnail")"); done < <(
        stream "$video?caseId=$1" | named scene | jq -r .thumbnail)
    shift
    same "$*" "${shown[*]}"
}

good_pictures() {
    local i
    quarters 320 upright.jpg -frames:v 1 -q:v 2 -pix_fmt yuvj444p
    for i in {1..8}; do turned upright.jpg "exif-$i.jpg" "$i"; done
    case_put exif 0.2 exif-{1..8}.jpg
    small exif
    fact 'pictures of each EXIF orientation make a video' makes exif '.frames > 0'
    fact 'each corner is where its EXIF orientation puts it' thumbnails_show exif RGBW GRWB WBGR BWRG RBGW BRWG WGBR GWRB
    quarters 320 moving.gif -vf fps=10
    quarters 320 moving.webp -c:v libwebp_anim -vf fps=10
    quarters 320 deep.png -frames:v 1 -pix_fmt rgba64be
    quarters 320 palette.png -frames:v 1 -pix_fmt pal8
    quarters 320 laced.png -frames:v 1 -flags +ildct -pix_fmt rgb24
    quarters 320 still.webp -frames:v 1 -c:v libwebp -lossless 1
    cp "$CASECAST_MEDIA_ROOT/deep.png" "$CASECAST_MEDIA_ROOT/a-png.jpg"
    case_put kinds 0.2 moving.gif moving.webp deep.png palette.png laced.png still.webp a-png.jpg
    small kinds
    fact 'animations, 16 bits, palette, interlace and a wrong file extension make a video' makes kinds '.frames > 0'
    fact 'all of these pictures have the right colours' thumbnails_show kinds RGBW RGBW RGBW RGBW RGBW RGBW RGBW
    ffmpeg -v error -f lavfi -i color=red:size=2x2,format=rgb24,crop=1:1 -frames:v 1 "$CASECAST_MEDIA_ROOT/dot.png" </dev/null
    ffmpeg -v error -f lavfi -i color=red:size=20000x8 -frames:v 1 "$CASECAST_MEDIA_ROOT/wide.png" </dev/null
    ffmpeg -v error -f lavfi -i color=white:size=64x64,format=gray -frames:v 1 "$CASECAST_MEDIA_ROOT/grey.jpg" </dev/null
    case_put sizes 0.2 dot.png wide.png grey.jpg
    small sizes
    fact 'pictures of 1 × 1, of 20,000 wide and in grey make a video' thumbnails_show sizes RRRR RRRR WWWW
}

bad_pictures() {
    local name tenth size
    printf '#EXTM3U\n/etc/passwd\n' >"$CASECAST_MEDIA_ROOT/list.jpg"
    printf '<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>' >"$CASECAST_MEDIA_ROOT/drawing.jpg"
    printf '<!DOCTYPE html><img src=x>' >"$CASECAST_MEDIA_ROOT/page.jpg"
    printf 'ffconcat version 1.0\nfile /etc/hostname\n' >"$CASECAST_MEDIA_ROOT/concat.png"
    for name in list.jpg:playlist drawing.jpg:SVG page.jpg:'web page' concat.png:playlist; do
        case_put "no-${name%%.*}" 0.2 photo.jpg "${name%:*}"
        small "no-${name%%.*}"
        fact "${name%:*} is refused, and the error names its type" fails "no-${name%%.*}" \
            "^scene 2: image: ${name%:*}: not a JPEG, PNG, WebP, GIF, HEIF or AVIF picture \(it looks like an? ${name#*:}\)"
    done
    for name in photo.jpg deep.png still.webp; do
        size=$(stat -c %s "$CASECAST_MEDIA_ROOT/$name")
        for tenth in 1 5 9; do
            head -c $((size * tenth / 10)) "$CASECAST_MEDIA_ROOT/$name" >"$CASECAST_MEDIA_ROOT/cut-$tenth-$name"
            case_put "cut-$tenth" 0.2 photo.jpg "cut-$tenth-$name"
            small "cut-$tenth"
            fact "$name cut at $tenth tenths: the error names scene, file and reason" fails "cut-$tenth" \
                "^scene 2: image: cut-$tenth-$name: truncated"
        done
    done
}

# --- captions -----------------------------------------------------------------------------------------------

caption() { # CASE SCENE SQL-EXPRESSION
    sql "UPDATE scenes SET caption = $3 WHERE case_id = '$1' AND position = $2"
}

chars() { jq -rn "[$1] | implode"; } # CODE-POINT,…

captions_of_sqlite() {
    case_put nul 1
    caption nul 1 "'a' || char(0) || 'b'"
    fact 'a caption with a NUL is refused and named' refused nul 'scenes\[0\]\.caption: holds a NUL'
    case_put blob 1
    caption blob 1 "x'ff00fe'"
    fact 'a caption that is a blob is refused and named' refused blob 'scenes\[0\]\.caption: must be text'
    case_put half 1
    caption half 1 "CAST(x'61eda08062' AS TEXT)"
    fact 'a caption with half a surrogate pair is refused and named' refused half 'scenes\[0\]\.caption.*UTF-8'
}

captions() {
    case_put words 1 photo.jpg photo.jpg photo.jpg photo.jpg photo.jpg photo.jpg
    small words
    caption words 1 "'$(jq -rn '"x" * 5000')'"
    caption words 2 "'$(jq -rn '" " * 4000')"$'\t\n'"'"
    caption words 3 "'$(jq -rn '("a" + ([769] | implode) * 60) * 80')'"
    caption words 4 "'$(chars 1588,1604,1608,1605,32,8238,97,98,99,8236,8236,1505,1493,8295,32,49,50)'"
    caption words 5 "'$(chars 128104,8205,128105,8205,128103,8205,128102,127987,65039,8205,127752,8205,8205,65039)'"
    caption words 6 "'$(chars 65279,917505,63488,1114109,3640,3640,3640)'"
    fact 'captions that are long, empty, stacked, bidirectional, joined or of private characters make a video' makes words '.frames > 0'
    case_put too-long 1
    caption too-long 1 "'$(jq -rn '"x" * 5001')'"
    fact 'a caption of 5,001 characters is refused and named' refused too-long 'scenes\[0\]\.caption.*5001.*5000'
    sqlite_only 'PostgreSQL refuses such texts' captions_of_sqlite
}

# --- numbers ------------------------------------------------------------------------------------------------

# A column of SQLite may hold a value of any type, whatever its declaration.
numbers() {
    local n=0 value values=(9e999 -9e999 -1 1e300 9223372036854775807 "'NaN'" "'4,5'" "'4.5 '||char(0)" "x'00'")
    on_sqlite || values=("'Infinity'" "'-Infinity'" -1 1e300 9223372036854775807 "'NaN'")
    for value in "${values[@]}"; do
        n=$((n + 1))
        case_put "number-$n" 1
        sql "UPDATE scenes SET seconds = $value WHERE case_id = 'number-$n'"
        fact "seconds of $value are refused and named" refused "number-$n" 'scenes\[0\]\.seconds'
    done
    case_put text 1
    sql "UPDATE scenes SET seconds = '0.5' WHERE case_id = 'text'"
    small text
    fact "a number that the database makes of text is accepted" makes text '.seconds < 1'
}

# --- many, few, moving --------------------------------------------------------------------------------------

scenes() {
    local job
    case_put one 0.001
    small one
    fact 'a case of one scene of one frame makes a video' makes one '.frames >= 1 and .frames < 30'
    # shellcheck disable=SC2046
    case_put many 0.001 $(printf 'photo.jpg %.0s' {1..200})
    small many
    sql "UPDATE cases SET fps = 24 WHERE id = 'many'"
    fact 'a case of 200 shortest scenes makes a video' makes many '.frames >= 200'
    # shellcheck disable=SC2046
    case_put more 1 $(printf 'photo.jpg %.0s' {1..201})
    fact 'a case of 201 scenes is refused' refused more '200'
    case_put moving 4
    small moving
    job=$(job_make moving)
    sql "UPDATE scenes SET image = 'gone.jpg', caption = 'other', seconds = -1 WHERE case_id = 'moving'; DELETE FROM cases WHERE id = 'moving'"
    wait_for 60 job_has_ended "$job"
    fact 'a case that changes during its job, and is then deleted: the job is done' same 'done' "$(job_state "$job")"
}

good_pictures
bad_pictures
captions
numbers
scenes
fact 'the responder started once and still runs' same 1 "$(grep -c ' ready: ' "$state/log/casecast.log")"
facts_end
