# peers.sh - the programs that make the video of ./scripts/bench video.  Sourced by video after tests/kit/stack.sh.
# shellcheck shell=bash disable=SC2034,SC2154
#
#     peers                       the rows, in the order of the table:
#         casecast casecast-one   with an empty cache, with all encoders and with one
#         again caption           the same with all frames kept; a video of ten scenes of which one caption changed
#         ten                     the video of ten scenes with an empty cache
#         floor floor-stock       libx264 alone, veryfast: at the SSIM of casecast's video, and at crf 21
#         compose                 drawing alone, without an encoder: the time a frame takes on one core
#         four                    four videos at once in one responder: its memory
#         stack                   casecast through nginx and responder: the first playable second, and a second visit
#     film_prepare                makes frames, photos and speech for all rows, in $film_dir
#     film_install PEER           installs it; false if that fails, and $why_not has the reason
#     film_before PEER            prepares each of its rounds; not measured
#     film_case PEER              prints the case of film/cases.json that it makes
#     film_make PEER CASE FILE [measured]   makes it; the cost goes to $film_dir/cost
#     film_moves PEER             true: its motion is measured
#     film_versions

peers=(casecast casecast-one again ten caption floor floor-stock ffmpeg ffmpeg-prescaled melt moviepy remotion compose stack four)
film_home=$root/var/bench/film-peers # what npm installs

film_prepare() {
    local image name spot='12+230*clip((70-hypot(X-1250,Y-800))/4+0.5,0,1)'
    # The frames take 2.8 GB.  In memory, reading them does not slow the encoder.
    local where=/dev/shm
    [[ -w $where ]] || where=${TMPDIR:-/tmp}
    film_dir=$(mktemp -d -p "$where" casecast-film.XXXXXX)
    mkdir "$film_dir/photos"
    while read -r image; do
        [[ $image == mark.png ]] || cp "/usr/share/backgrounds/$image" "$film_dir/photos/"
    done < <(jq -r '[.cases[].scenes[].image] | unique[]' "$bench/film/cases.json")
    ffmpeg -nostdin -v error -f lavfi -i "color=gray:s=3840x2160,format=gray,geq=lum='$spot'" \
        -frames:v 1 "$film_dir/photos/mark.png"
    for name in film ten mark; do
        jq --arg name "$name" '{cases: [.cases[] | select(.id == $name)]}' "$bench/film/cases.json" >"$film_dir/$name.json"
    done
    jq '.cases[0].scenes[4].caption = "Another fifth"' "$film_dir/ten.json" >"$film_dir/ten-changed.json"
    film_speak film
    ffmpeg -nostdin -v error -f lavfi -i sine=frequency=200:sample_rate=48000 -t 5 "$film_dir/mark.wav"
    "$build/tests/kit/media/draw_frames" "$film_dir/film.json" "$film_dir/photos" "$film_dir/drawn" >"$film_dir/frames.y4m"
}

# Makes casecast's narration as a sound file for the other programs, each sentence at its time.
film_speak() { # CASE
    local text n=0 at=0 seconds inputs=() graph='' all=''
    while IFS=$'\t' read -r seconds text; do
        espeak-ng -v en-gb -w "$film_dir/say-$n.wav" "$text"
        inputs+=(-i "$film_dir/say-$n.wav")
        graph+="[$n]aresample=48000,adelay=$(awk -v at="$at" -v n="$n" 'BEGIN {printf "%d", 1000 * at + (n ? 933 : 400)}')[s$n];"
        all+="[s$n]"
        at=$(awk -v at="$at" -v s="$seconds" 'BEGIN {printf "%.4f", at + s - 0.8}')
        n=$((n + 1))
    done < <(jq -r '.cases[0].scenes[] | [.seconds, .narration] | @tsv' "$film_dir/$1.json")
    ffmpeg -nostdin -v error "${inputs[@]}" -filter_complex "$graph${all}amix=inputs=$n:normalize=0,apad" -t 30 "$film_dir/$1.wav"
}

# --- Installing ---------------------------------------------------------------------------------------------

film_install() {
    why_not=''
    case $1 in
    melt) film_packages bench-melt ;;
    moviepy) why_not="Debian 12 has no package of it" && return 1 ;;
    remotion) film_packages bench-remotion && remotion_install ;;
    esac
}

film_packages() { (packages_install "$1") || { why_not="its Debian packages can't be installed" && return 1; }; }

# Not `npm ci`: newer versions refuse a lock file without the packages for other machines.
remotion_install() {
    mkdir -p "$film_home"
    cp "$bench"/film/peers/remotion/{package.json,package-lock.json,index.jsx} "$film_home/"
    (cd "$film_home" && quietly npm install --ignore-scripts --no-audit --no-fund) ||
        { why_not="npm can't install it" && return 1; }
}

film_versions() {
    jq -n --arg casecast "$(git -C "$root" describe --always --dirty 2>/dev/null || say 0.1.0)" \
        --arg ffmpeg "$(package_version ffmpeg)" --arg x264 "$(package_version libx264-164)" --arg melt "$(package_version melt)" \
        --arg remotion "$(jq -r .version "$film_home/node_modules/remotion/package.json" 2>/dev/null)" \
        '{casecast: $casecast, FFmpeg: $ffmpeg, x264: $x264, melt: $melt, Remotion: $remotion} | map_values(select(. != ""))'
}

package_version() { dpkg-query -W -f '${Version}' "$1" 2>/dev/null || true; }

# --- Making -------------------------------------------------------------------------------------------------

film_moves() { [[ $1 =~ ^(casecast|ffmpeg|ffmpeg-prescaled|melt|remotion)$ ]]; }

film_case() {
    case $1 in
    ten) say ten ;;
    caption) say ten-changed ;;
    *) say film ;;
    esac
}

casecast() { env CASECAST_DB="$film_dir/casecast.db" CASECAST_MEDIA_ROOT="$film_dir/photos" CASECAST_CACHE="$film_dir/cache" "$@"; }

film_before() {
    case $1 in
    casecast | casecast-one | ten) rm -rf "$film_dir/cache" ;;
    again) film_keep film ;;
    caption) film_keep ten ;;
    esac
}

# Fills an empty cache with the frames of this case.
film_keep() { # CASE
    rm -rf "$film_dir/cache"
    casecast "$program" import "$film_dir/$1.json"
    casecast "$program" create --force "$(jq -r '.cases[0].id' "$film_dir/$1.json")" -o "$film_dir/kept.mp4"
}

film_make() { # PEER CASE FILE [measured]
    local json=$film_dir/$2.json file=$3 sound=$film_dir/$2.wav way=("$build/tests/bench/film/measure")
    [[ ${4-} == measured ]] || way=()
    local casecast=("$program" create --force "$(jq -r '.cases[0].id' "$json")" -o "$file")
    case $1 in
    casecast | casecast-one | again | ten | caption) casecast "$program" import "$json" ;;&
    casecast | again | ten | caption) casecast "${way[@]}" "${casecast[@]}" ;;
    casecast-one) CASECAST_SLOTS=1 casecast "${way[@]}" "${casecast[@]}" ;;
    ffmpeg) "${way[@]}" "$bench/film/peers/ffmpeg" "$json" "$film_dir/photos" "$sound" "$file" ;;
    ffmpeg-prescaled) "${way[@]}" "$bench/film/peers/ffmpeg" "$json" "$film_dir/photos" "$sound" "$file" 7680 ;;
    melt) "${way[@]}" "$bench/film/peers/melt" "$json" "$film_dir/photos" "$sound" "$file" ;;
    remotion) "${way[@]}" "$bench/film/peers/remotion/render" "$film_home" "$json" "$film_dir/photos" "$sound" "$file" ;;
    esac 3>"$film_dir/cost"
}
