/* engine.c - see engine.h. */
#include "video/kept/engine.h"

#include <elf.h>
#include <link.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "video/kept/stamp.h"

/* File names up to ".so".  libm: its versions differ in the last bit of a sine. */
static const char *const libraries[] = {"libaom", "libavcodec", "libavformat", "libavutil",
    "libcairo", "libdav1d", "libde265", "libfontconfig", "libfreetype", "libfribidi", "libgif",
    "libharfbuzz", "libheif", "libjpeg", "liblcms2", "libm", "libpango-1.0", "libpangocairo-1.0",
    "libpangoft2-1.0", "libpixman-1", "libpng16", "libswresample", "libwebp", "libx264", "libzimg"};

/* --- the libraries --- */

static bool engine_is_library(const char *path, const char *name)
{
    const char *slash = strrchr(path, '/'), *file = slash ? slash + 1 : path;
    size_t len = strlen(name);

    return strncmp(file, name, len) == 0 && strncmp(file + len, ".so", 3) == 0;
}

/* Add the build id (the linker's hash of the whole library) if the ELF notes hold one. */
static bool engine_add_build_id(struct digest *digest, const char *notes, size_t size)
{
    enum { GNU_SIZE = 4 }; /* "GNU" and its NUL */

    while (size >= sizeof(ElfW(Nhdr))) {
        const ElfW(Nhdr) *note = (const void *)notes;
        size_t name = (note->n_namesz + 3u) & ~3u, all = sizeof *note + name;

        all += (note->n_descsz + 3u) & ~3u;
        if (all > size)
            return false;
        if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == GNU_SIZE &&
            memcmp(notes + sizeof *note, "GNU", GNU_SIZE) == 0) {
            digest_add(digest, notes + sizeof *note + name, note->n_descsz);
            return true;
        }
        notes += all;
        size -= all;
    }
    return false;
}

struct engine_search {
    const char *name;
    struct digest *digest;
};

static int engine_add_library(struct dl_phdr_info *info, size_t size, void *ctx)
{
    const struct engine_search *search = ctx;

    (void)size;
    if (!engine_is_library(info->dlpi_name, search->name))
        return 0;
    digest_add_text(search->digest, search->name);
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[i];

        if (part->p_type == PT_NOTE &&
            engine_add_build_id(
                search->digest, (const char *)(info->dlpi_addr + part->p_vaddr), part->p_memsz))
            return 1;
    }
    stamp_add_file(search->digest, info->dlpi_name);
    return 1;
}

static char libraries_digest[DIGEST_HEX_LEN + 1]; /* fixed after engine_digest_libraries() */

static void engine_digest_libraries(void)
{
    struct digest digest;

    digest_start(&digest);
    for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++)
        dl_iterate_phdr(engine_add_library, &(struct engine_search){libraries[i], &digest});
    digest_hex(&digest, libraries_digest);
}

/* --- the engine --- */

static char sample_digest[DIGEST_HEX_LEN + 1]; /* fixed after engine_set_sample() */

void engine_set_sample(const char sample[static DIGEST_HEX_LEN + 1])
{
    memcpy(sample_digest, sample, sizeof sample_digest);
}

void engine_add(struct digest *digest)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, engine_digest_libraries);
    digest_add_number(digest, ENGINE_VERSION);
    digest_add_text(digest, libraries_digest);
    digest_add_text(digest, sample_digest);
}
