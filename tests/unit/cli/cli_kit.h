/* cli_kit.h - runs commands in a folder of the test's own, and keeps what they print. */
#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "flat_jpeg.h"
#include "media.h"
#include "unit/store/store_kit.h"

static char out[16384], complaints[16384];

static inline void start(void)
{
    kit_make_folder();
    ck_assert_int_eq(chdir(kit_folder), 0);
    setenv("CASECAST_CONFIG", "/dev/null", 1);
    setenv("CASECAST_CACHE_MIB", "0", 1);
    setenv("CASECAST_DB", kit_path, 1);
    setenv("CASECAST_MEDIA_ROOT", kit_folder, 1);
    setenv("CASECAST_OUTPUT", kit_folder, 1);
}

/* A file of two cases, which names "a.jpg" and "b.ogg". */
#define GOOD                                                                                       \
    "{\"cases\": [{\"id\": \"1\", \"title\": \"One\", \"scenes\": [{\"image\": \"a.jpg\"},"        \
    " {\"image\": \"a.jpg\", \"audio\": \"b.ogg\"}]}, {\"id\": \"two\", \"shape\": \"9:16\"}]}"

/* The bytes of a sound file. */
#define AMR "#!AMR\n<one frame, which is 32 bytes..."

static inline void write_file(const char *name, const char *text)
{
    FILE *file = fopen(name, "w");

    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

static inline void read_back(int fd, char *text, size_t size)
{
    ssize_t n = pread(fd, text, size - 1, 0);

    text[n > 0 ? n : 0] = '\0';
}

static inline int no_serve(const char *where)
{
    (void)where;
    return 42;
}

/* Run `casecast ARGUMENTS…`; its stdout is in `out`, its stderr in `complaints`. */
#define run(...) run_argv((const char *[]){"casecast", __VA_ARGS__, NULL})
static inline int run_argv(const char **argv)
{
    int files[2], were[2], argc = 0, status;

    while (argv[argc])
        argc++;
    for (int i = 0; i < 2; i++) {
        files[i] = open(kit_folder, O_TMPFILE | O_RDWR, 0600);
        ck_assert_int_ge(files[i], 0);
        were[i] = dup(i + 1);
        dup2(files[i], i + 1);
    }
    status = cli_run(argc, (char **)argv, no_serve);
    fflush(stdout);
    for (int i = 0; i < 2; i++) {
        dup2(were[i], i + 1);
        close(were[i]);
        read_back(files[i], i ? complaints : out, sizeof out);
        close(files[i]);
    }
    return status;
}

#define assert_has(text, part)                                                                     \
    ck_assert_msg(strstr((text), (part)) != NULL, "no \"%s\" in: %s", (part), (text))

/* A JPEG without the last `less` bytes. */
static inline void write_picture(const char *name, size_t less)
{
    static const struct flat_jpeg jpeg = {.n_components = 1, .adobe = -1, .samples = {{9}}};
    struct buf bytes = {0};

    flat_jpeg_write(&jpeg, &bytes);
    media_write(".", name, bytes.data, bytes.len - less);
    buf_free(&bytes);
}
