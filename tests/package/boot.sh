#!/usr/bin/env bash
# boot.sh - boots systemd with the files of a root, as process 1 of the namespaces that it is started in, and runs a
# script of this folder there as a unit.  Nothing that happens in it changes the root, which may be that of the machine.
#
#     unshare --mount --net --pid --uts --ipc --cgroup --fork --kill-child boot.sh FOLDER PACKAGE SCRIPT ROOT
#
# FOLDER, in which there is a folder `root`, is all that stays; its files walk.log and console have the output.
set -euo pipefail
folder=$1
package=$2
script=$3
lower=$4
repository=$(cd "$(dirname "$0")/../.." && pwd)

# --- the root ---

mount --make-rprivate /
mount -t tmpfs -o mode=755 tmpfs "$folder/root"
cd "$folder/root"
mkdir up work new
mount -t overlay -o "lowerdir=$lower,upperdir=$PWD/up,workdir=$PWD/work" overlay new
cd new
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs tmpfs tmp
mkdir srv/repository srv/walk
mount --bind "$repository" srv/repository
mount -o remount,bind,ro srv/repository
mount --bind "$folder" srv/walk
cp "$package" srv/

mount -t tmpfs -o mode=755 tmpfs dev
for device in null:1:3 zero:1:5 full:1:7 random:1:8 urandom:1:9 tty:5:0; do
    IFS=: read -r name major minor <<<"$device"
    mknod -m 666 "dev/$name" c "$major" "$minor"
done
mkdir dev/pts dev/shm dev/mqueue dev/hugepages
mount -t devpts devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
: >"$folder/console"
touch dev/console
mount --bind "$folder/console" dev/console
ip link set lo up

# --- the unit ---

rm -f usr/sbin/policy-rc.d # it would keep the package from starting its service
cat >etc/systemd/system/walk.service <<END
[Unit]
DefaultDependencies=no
[Service]
Type=oneshot
Environment=RESTART_ROUNDS=${RESTART_ROUNDS:-3}
StandardOutput=file:/srv/walk/walk.log
StandardError=file:/srv/walk/walk.log
ExecStart=/srv/repository/tests/package/$script /srv/$(basename "$package")
ExecStopPost=systemctl exit 0
END

# --- the boot ---

mkdir -p mnt/old
pivot_root . mnt/old
cd /
umount -l /mnt/old
mount --make-rshared /
export container=lxc
exec /lib/systemd/systemd --unit=walk.service --show-status=no
