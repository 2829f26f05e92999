# quota.sh - groups of processes that get a part of a core, and whose CPU time is counted: the machines of
# ./scripts/bench machines.  Sourced.
# shellcheck shell=bash disable=SC2034
#
#     quota_find                       false: this system can't; $why_not has the reason
#     quota_make NAME [CORES]          a group; without CORES it is counted and not limited
#     (quota_enter NAME; PROGRAM …)    runs it in the group, and all that it starts
#     quota_used NAME                  prints the group's CPU time so far, ns
#     quota_end                        removes all groups; their processes have ended
#
# Groups are control groups, of version 2 where it has the controller cpu, else of version 1 (cpu and cpuacct).  They come
# before all other programs, so that each gets its part also on a machine that others use.

QUOTA_PERIOD_US=20000

quota_mount() { awk -v type="$1" -v option="$2" '$3 == type && (option == "" || "," $4 "," ~ "," option ",") {print $2; exit}' /proc/mounts; }

# Sets $quota_version and the folders that hold the groups' folders: one, or two in version 1.
quota_find() {
    local unified cpu cpuacct folder
    unified=$(quota_mount cgroup2 '') cpu=$(quota_mount cgroup cpu) cpuacct=$(quota_mount cgroup cpuacct)
    if [[ -n $unified && " $(cat "$unified/cgroup.controllers" 2>/dev/null) " == *' cpu '* ]]; then
        quota_version=2 quota_folders=("$unified/casecast-bench.$$")
    elif [[ -n $cpu && -n $cpuacct ]]; then
        quota_version=1 quota_folders=("$cpu/casecast-bench.$$" "$cpuacct/casecast-bench.$$")
    else
        why_not='no control group with the controller cpu is mounted' && return 1
    fi
    for folder in "${quota_folders[@]}"; do
        mkdir "$folder" 2>/dev/null || { why_not="${folder%/*}: only root may make a control group there" && return 1; }
    done
    if ((quota_version == 1)); then
        echo 262144 >"${quota_folders[0]}/cpu.shares"
    else
        quota_pass_on "$unified" || { why_not="$unified: the controller cpu can't be passed on" && return 1; }
        echo 10000 >"${quota_folders[0]}/cpu.weight"
    fi
}

# In version 2 a group has a controller only if each group above it passes it on.
quota_pass_on() { # FOLDER
    echo +cpu >"$1/cgroup.subtree_control" && echo +cpu >"${quota_folders[0]}/cgroup.subtree_control"
}

quota_make() { # NAME [CORES]
    local folder us
    for folder in "${quota_folders[@]}"; do mkdir "$folder/$1" || return; done
    [[ -n ${2-} ]] || return 0
    us=$(awk -v cores="$2" -v period=$QUOTA_PERIOD_US 'BEGIN {printf "%d", cores * period}')
    if ((quota_version == 2)); then
        echo "$us $QUOTA_PERIOD_US" >"${quota_folders[0]}/$1/cpu.max"
    else
        echo $QUOTA_PERIOD_US >"${quota_folders[0]}/$1/cpu.cfs_period_us"
        echo "$us" >"${quota_folders[0]}/$1/cpu.cfs_quota_us"
    fi
}

quota_enter() { # NAME
    local folder
    for folder in "${quota_folders[@]}"; do echo "$BASHPID" >"$folder/$1/cgroup.procs" || return; done
}

quota_used() { # NAME
    if ((quota_version == 2)); then
        awk '$1 == "usage_usec" {printf "%d\n", $2 * 1000}' "${quota_folders[0]}/$1/cpu.stat"
    else
        cat "${quota_folders[1]}/$1/cpuacct.usage"
    fi
}

# A process that has just ended stays in its group for a moment.
quota_end() {
    local folder deadline=$((SECONDS + 5))
    for folder in "${quota_folders[@]}"; do
        [[ -d $folder ]] || continue
        until find "$folder" -mindepth 1 -depth -type d -exec rmdir {} + 2>/dev/null && rmdir "$folder" 2>/dev/null; do
            ((SECONDS < deadline)) || { say "$folder can't be removed: a process is still in it" && break; }
            sleep 0.1
        done
    done
}
