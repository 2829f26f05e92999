/* planes_memory.c - see planes_memory.h. */
#include "video/media/planes_memory.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

static ptrdiff_t planes_memory_stride(int n)
{
    return (n + YUV_ALIGN - 1) / YUV_ALIGN * YUV_ALIGN;
}

static size_t planes_memory_size(int width, int height)
{
    return (size_t)(planes_memory_stride(width) + planes_memory_stride(width / 2)) *
               (size_t)height +
           YUV_ALIGN;
}

int planes_memory_new(int width, int height)
{
    int fd = memfd_create("casecast-planes", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    if (fd >= 0 && (ftruncate(fd, (off_t)planes_memory_size(width, height)) < 0 ||
                       fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)) {
        close(fd);
        fd = -1;
    }
    return fd;
}

int planes_memory_map(int fd, int width, int height, struct yuv *ret_yuv)
{
    ptrdiff_t luma = planes_memory_stride(width), chroma = planes_memory_stride(width / 2);
    uint8_t *memory =
        mmap(NULL, planes_memory_size(width, height), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

    if (memory == MAP_FAILED)
        return -1;
    *ret_yuv = (struct yuv){.width = width,
        .height = height,
        .data = {memory, memory + luma * height, memory + luma * height + chroma * (height / 2)},
        .stride = {luma, chroma, chroma}};
    return 0;
}

void planes_memory_unmap(struct yuv *yuv)
{
    munmap(yuv->data[0], planes_memory_size(yuv->width, yuv->height));
    *yuv = (struct yuv){0};
}
