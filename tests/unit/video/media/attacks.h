/* attacks.h - what a sealed process that was taken over tries. */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A file that takes a decoder over: the system call that it makes, and what an argument points to.
 */
struct attack {
    char magic[8];
    long call;
    uint64_t arguments[6];
    char text[256];
};

enum { TEXT = 1 << 20 }; /* an argument: the address of `text` */
#define MAGIC "TAKEOVER"
enum { CRASH = -1, STALL = -2, GREED = -3 }; /* in place of a system call */

static void attack_end(long call)
{
    if (call == CRASH)
        raise(SIGSEGV);
    if (call == GREED)
        for (;;)
            if (!malloc(64 << 20))
                abort();
    for (volatile unsigned long i = 0; call == STALL;)
        i++;
}

/* Runs what the file says, and answers what came of it: errno, or 0. */
static int attack_run(const struct attack *attack)
{
    uint64_t a[6];

    if (attack->call < 0)
        attack_end(attack->call);
    for (int i = 0; i < 6; i++)
        a[i] =
            attack->arguments[i] == TEXT ? (uint64_t)(uintptr_t)attack->text : attack->arguments[i];
    return syscall(attack->call, a[0], a[1], a[2], a[3], a[4], a[5]) < 0 ? errno : 0;
}

static const struct {
    const char *what;
    struct attack attack;
} attacks[] = {
    {"open the database", {.call = SYS_openat,
                              .arguments = {(uint64_t)AT_FDCWD, TEXT, O_RDONLY},
                              .text = "/etc/passwd"}},
    {"open, by the old call",
        {.call = SYS_open, .arguments = {TEXT, O_RDONLY}, .text = "/etc/passwd"}},
    {"open, by the new call", {.call = SYS_openat2,
                                  .arguments = {(uint64_t)AT_FDCWD, TEXT, TEXT, 24},
                                  .text = "/etc/passwd"}},
    {"open its own descriptor again", {.call = SYS_openat,
                                          .arguments = {(uint64_t)AT_FDCWD, TEXT, O_RDWR},
                                          .text = "/proc/self/fd/3"}},
    {"see whether a file is there",
        {.call = SYS_access, .arguments = {TEXT, F_OK}, .text = "/etc/passwd"}},
    {"read a folder", {.call = SYS_getdents64, .arguments = {3, TEXT, 256}}},
    {"remove a file", {.call = SYS_unlink, .arguments = {TEXT}, .text = "/tmp/none"}},
    {"make a folder", {.call = SYS_mkdir, .arguments = {TEXT, 0700}, .text = "/tmp/none"}},
    {"write to standard output", {.call = SYS_write, .arguments = {1, TEXT, 5}, .text = "hello"}},
    {"connect to the network", {.call = SYS_socket, .arguments = {AF_INET, SOCK_STREAM, 0}}},
    {"connect to a local server", {.call = SYS_socket, .arguments = {AF_UNIX, SOCK_STREAM, 0}}},
    {"send to another descriptor",
        {.call = SYS_sendto, .arguments = {2, TEXT, 5}, .text = "hello"}},
    {"start a program", {.call = SYS_execve, .arguments = {TEXT, 0, 0}, .text = "/bin/true"}},
    {"start a process", {.call = SYS_fork}},
    {"start a thread", {.call = SYS_clone, .arguments = {SIGCHLD}}},
    {"start one by the new call", {.call = SYS_clone3, .arguments = {TEXT, 88}}},
    {"kill what started it", {.call = SYS_kill, .arguments = {1, 0}}},
    {"signal another process", {.call = SYS_tgkill, .arguments = {1, 1, 0}}},
    {"trace a process", {.call = SYS_ptrace, .arguments = {PTRACE_ATTACH, 1}}},
    {"read another process", {.call = SYS_process_vm_readv, .arguments = {1, TEXT, 1, TEXT, 1}}},
    {"run its data", {.call = SYS_mmap,
                         .arguments = {0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
                             (uint64_t)-1}}},
    {"make its data run", {.call = SYS_mprotect, .arguments = {0, 4096, PROT_EXEC}}},
    {"raise its limits", {.call = SYS_prlimit64, .arguments = {0, 0, TEXT, 0}}},
    {"raise them by the old call", {.call = SYS_setrlimit, .arguments = {0, TEXT}}},
    {"queue calls for the kernel", {.call = SYS_io_uring_setup, .arguments = {1, TEXT}}},
    {"load a program into the kernel", {.call = SYS_bpf, .arguments = {5, TEXT, 48}}},
    {"take a descriptor of another process", {.call = SYS_pidfd_open, .arguments = {1, 0}}},
    {"change its user", {.call = SYS_setuid, .arguments = {0}}},
    {"mount", {.call = SYS_unshare, .arguments = {0x10000000}}},
};
enum { ATTACKS = sizeof attacks / sizeof *attacks };
