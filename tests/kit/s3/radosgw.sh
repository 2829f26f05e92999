# radosgw.sh - starts Ceph's S3 gateway for one test: a monitor, a storage daemon that keeps everything in memory, and
# the gateway, which checks every signature.  All listen on loopback, and all files lie in the test's folder.
# shellcheck shell=bash disable=SC2154
#
#     rgw_start FOLDER   # then $rgw_url, and a bucket called casecast
#     rgw_end            # always, also when rgw_start failed
#
# What another shell needs to use the cluster is exported.

export rgw_folder rgw_url rgw_key=CASECASTTESTKEY rgw_secret='not/a+secret'

# Ports below the range the kernel gives to outgoing connections.
rgw_free_port() {
    local port
    while port=$((14000 + RANDOM % 6000)); do
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
    done
    printf '%s\n' "$port"
}

# A process of the cluster.  Its number is in a file, because another shell may end it.
rgw_run() { # NAME COMMAND…
    local name=$1
    shift
    "$@" >>"$rgw_folder/log" 2>&1 &
    printf '%s\n' $! >"$rgw_folder/$name.pid"
    disown # bash says nothing when it is killed
}

rgw_kill() { # NAME
    local pid
    pid=$(cat "$rgw_folder/$1.pid" 2>/dev/null) || return 0
    kill -9 "$pid" 2>/dev/null
    while [[ -d /proc/$pid && $(ps -o stat= -p "$pid") != Z* ]]; do sleep 0.05; done
    rm -f "$rgw_folder/$1.pid"
}

rgw_ceph() { timeout 20 ceph -c "$rgw_folder/ceph.conf" --connect-timeout 15 "$@" >>"$rgw_folder/log" 2>&1; }

rgw_configure() {
    local mon port
    mon=$(rgw_free_port)
    port=$(rgw_free_port)
    rgw_url=http://127.0.0.1:$port
    cat >"$rgw_folder/ceph.conf" <<EOT
[global]
fsid = $(cat /proc/sys/kernel/random/uuid)
mon initial members = a
mon host = v2:127.0.0.1:$mon
public network = 127.0.0.0/8
ms bind msgr1 = false
auth cluster required = none
auth service required = none
auth client required = none
ms mon client mode = crc
run dir = $rgw_folder
log file = $rgw_folder/\$name.log
admin socket =
crash dir = $rgw_folder
mon data = $rgw_folder/mon
mon allow pool size one = true
mon cluster log file = $rgw_folder/cluster.log
osd data = $rgw_folder/osd
osd objectstore = memstore
memstore device bytes = 2147483648
osd crush chooseleaf type = 0
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pg autoscale mode = off
rgw data = $rgw_folder/rgw
rgw frontends = beast endpoint=127.0.0.1:$port
rgw enable apis = s3
rgw thread pool size = 64
rgw lc debug interval = -1
EOT
    monmaptool --create --clobber --addv a "[v2:127.0.0.1:$mon]" \
        --fsid "$(sed -n 's/^fsid = //p' "$rgw_folder/ceph.conf")" "$rgw_folder/monmap" >>"$rgw_folder/log" 2>&1
}

rgw_start_cluster() {
    local osd
    mkdir "$rgw_folder/mon" "$rgw_folder/osd" "$rgw_folder/rgw"
    ceph-mon -c "$rgw_folder/ceph.conf" -i a --mkfs --monmap "$rgw_folder/monmap" >>"$rgw_folder/log" 2>&1 || return 1
    rgw_run mon ceph-mon -c "$rgw_folder/ceph.conf" -i a -f
    osd=$(cat /proc/sys/kernel/random/uuid)
    rgw_ceph osd new "$osd" 0 &&
        ceph-osd -c "$rgw_folder/ceph.conf" -i 0 --mkfs --osd-uuid "$osd" >>"$rgw_folder/log" 2>&1 || return 1
    rgw_run osd ceph-osd -c "$rgw_folder/ceph.conf" -i 0 -f
    timeout 30 radosgw-admin -c "$rgw_folder/ceph.conf" user create --uid casecast --display-name casecast \
        --access-key "$rgw_key" --secret-key "$rgw_secret" >>"$rgw_folder/log" 2>&1
}

rgw_start_gateway() {
    rgw_run gateway radosgw -c "$rgw_folder/ceph.conf" -n client.rgw -f
    rgw_wait
}

rgw_wait() {
    local deadline=$((SECONDS + 20))
    until curl -s -o /dev/null --max-time 2 "$rgw_url"; do
        ((SECONDS < deadline)) || return 1
        sleep 0.1
    done
}

# The same request as any S3 program sends, signed by curl.
rgw_curl() { # METHOD /BUCKET/KEY[?SORTED&QUERY] [CURL ARGUMENT…]
    local method=$1 path=$2
    shift 2
    curl -sS --max-time 20 --aws-sigv4 aws:amz:us-east-1:s3 --user "$rgw_key:$rgw_secret" \
        -H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' -X "$method" "$@" "$rgw_url$path"
}

rgw_start() { # FOLDER
    rgw_folder=$1/ceph
    mkdir "$rgw_folder"
    rgw_configure && rgw_start_cluster && rgw_start_gateway && rgw_curl PUT /casecast -f
}

# Objects below the prefix PREFIX, by name.
rgw_list() { # PREFIX
    rgw_curl GET "/casecast?max-keys=1000&prefix=${1//\//%2F}" | grep -o '<Key>[^<]*' | sed 's/<Key>//'
}

rgw_keys() { # FILE: the file of keys that casecast reads
    (umask 077 && printf '[default]\naws_access_key_id = %s\naws_secret_access_key = %s\n' "$rgw_key" "$rgw_secret" >"$1")
}

rgw_end() {
    rgw_kill gateway
    rgw_kill osd
    rgw_kill mon
}
