/* test_beneath.c - what lies beneath a folder is found, and nothing else, with the kernel's own way
 * of looking and without it. */
#include "base/beneath.h"
#include "base/file.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define DIGEST "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static char folder[64];
static int root = -1;

static void write_file(const char *name)
{
    char path[256];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(name, file);
    fclose(file);
}

static void make_link(const char *target, const char *name)
{
    char path[256];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    ck_assert_int_eq(symlink(target, path), 0);
}

static void start(void)
{
    static const char *const folders[] = {"root", "root/a", "root/a/b", "root/.files", "outside"};
    char path[256];
    struct error err;

    strcpy(folder, "/tmp/casecast-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, folders[i]);
        ck_assert_int_eq(mkdir(path, 0755), 0);
    }
    write_file("root/here");
    write_file("root/a/b/deep");
    write_file("root/.files/" DIGEST);
    write_file("outside/secret");
    make_link("a/b/deep", "root/link");
    make_link("../here", "root/a/up");
    make_link("b", "root/a/way");
    make_link("way/../../link", "root/a/chain");
    make_link("../outside/secret", "root/out");
    make_link("/etc/passwd", "root/absolute");
    make_link("../../outside", "root/a/door");
    make_link("loop", "root/loop");
    make_link("/proc/self/root", "root/magic");
    snprintf(path, sizeof path, "%s/root/pipe", folder);
    ck_assert_int_eq(mkfifo(path, 0644), 0);
    snprintf(path, sizeof path, "%s/root", folder);
    ck_assert_int_eq(beneath_root(path, &root, &err), 0);
}

static void stop(void)
{
    close(root);
    file_remove_folder(folder);
}

/* From now on openat2() fails with `reason` in this process and its children. */
static void forbid_openat2(int reason)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ((unsigned)reason & SECCOMP_RET_DATA)),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = sizeof filter / sizeof *filter, .filter = filter};

    ck_assert_int_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    ck_assert_int_eq(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

static const int ways[] = {0, ENOSYS, EPERM, EACCES}; /* 0: as this machine is */

static void take_way(int i)
{
    if (!ways[i])
        return;
    forbid_openat2(ways[i]);
    ck_assert(!beneath_is_by_kernel(root));
}

START_TEST(what_lies_beneath_is_found)
{
    static const struct {
        const char *name, *holds;
    } files[] = {{"here", "root/here"}, {"./here", "root/here"}, {"a/b/deep", "root/a/b/deep"},
        {"a//b/./deep", "root/a/b/deep"}, {"a/../here", "root/here"}, {"link", "root/a/b/deep"},
        {"a/up", "root/here"}, {"a/way/deep", "root/a/b/deep"}, {"a/chain", "root/a/b/deep"},
        {"a/way/../../here", "root/here"},
        {"file:" DIGEST, "root/.files/" DIGEST}};

    take_way(_i);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char bytes[128] = {0};
        struct error err = {0};
        struct stat stat;
        int fd = -1;

        ck_assert_msg(beneath_open(root, files[i].name, &fd, &stat, &err) == 0, "%s: %s",
            files[i].name, err.text);
        ck_assert_int_eq(read(fd, bytes, sizeof bytes - 1), stat.st_size);
        ck_assert_str_eq(bytes, files[i].holds);
        close(fd);
    }
}
END_TEST

START_TEST(nothing_else_is)
{
    static const struct {
        const char *name, *says;
    } files[] = {{"", "no such file"}, {"nowhere", "no such file"}, {"a/nowhere/x", "no such file"},
        {"..", "outside"}, {"../outside/secret", "outside"}, {"a/../../outside/secret", "outside"},
        {"/etc/passwd", "outside"}, {"out", "outside"}, {"absolute", "outside"},
        {"a/door/secret", "outside"}, {"loop", "outside"}, {"a", "not a regular file"},
        {".", "not a regular file"}, {"pipe", "not a regular file"}, {"here/", "Not a directory"},
        {"here/x", "Not a directory"}, {"link/", "Not a directory"},
        {"magic/etc/passwd", "outside"},
        {"file:0000000000000000000000000000000000000000000000000000000000000000", "was sent"},
        {"file:../outside/secret", "its SHA-256"}, {"file:" DIGEST "/..", "its SHA-256"},
        {"file:0" DIGEST, "its SHA-256"}, {"file:", "its SHA-256"}};

    take_way(_i);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct error err = {0};
        int fd = -1, rc = beneath_open(root, files[i].name, &fd, NULL, &err);

        ck_assert_msg(rc == -ERR_INPUT, "%s was opened", files[i].name);
        ck_assert_msg(strstr(err.text, files[i].says), "%s: no \"%s\" in: %s", files[i].name,
            files[i].says, err.text);
    }
}
END_TEST

static int count_descriptors(void)
{
    int n = 0;

    for (int fd = 0; fd < 256; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

START_TEST(no_descriptor_stays_open)
{
    static const char *const names[] = {
        "a/b/deep", "a/chain", "a/door/secret", "loop", "a/b", "pipe"};
    int before, fd;

    take_way(1);
    before = count_descriptors();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (beneath_open(root, names[i], &fd, NULL, NULL) == 0)
            close(fd);
    ck_assert_int_eq(count_descriptors(), before);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("beneath");
    TCase *cases = tcase_create("beneath");
    SRunner *runner = srunner_create(suite);
    int n_failed;

    suite_add_tcase(suite, cases);
    tcase_add_checked_fixture(cases, start, stop);
    tcase_add_loop_test(cases, what_lies_beneath_is_found, 0, sizeof ways / sizeof *ways);
    tcase_add_loop_test(cases, nothing_else_is, 0, sizeof ways / sizeof *ways);
    tcase_add_test(cases, no_descriptor_stays_open);
    srunner_run_all(runner, CK_NORMAL);
    n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
