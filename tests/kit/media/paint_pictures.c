/* paint_pictures.c - writes pictures of six patches, in many formats and colour spaces, to a
 * folder, and prints their names: for tests/browser/colours.test.mjs.
 *
 *   paint_pictures FOLDER */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tagged.h"

static const struct {
    const char *name;
    enum tagged_kind kind;
    enum tagged_colours colours;
} pictures[] = {{"plain.jpg", TAGGED_JPEG, TAGGED_NOTHING}, {"srgb.jpg", TAGGED_JPEG, TAGGED_SRGB},
    {"p3.jpg", TAGGED_JPEG, TAGGED_P3}, {"adobe.jpg", TAGGED_JPEG, TAGGED_ADOBE},
    {"prophoto.jpg", TAGGED_JPEG, TAGGED_PROPHOTO}, {"table.jpg", TAGGED_JPEG, TAGGED_TABLE},
    {"grey.jpg", TAGGED_GREY_JPEG, TAGGED_NOTHING},
    {"grey-profile.jpg", TAGGED_GREY_JPEG, TAGGED_GREY},
    {"grey-p3.jpg", TAGGED_GREY_JPEG, TAGGED_ADOBE}, {"rgb-grey.jpg", TAGGED_JPEG, TAGGED_GREY},
    {"rgb-printer.jpg", TAGGED_JPEG, TAGGED_PRINTER},
    {"cmyk.jpg", TAGGED_CMYK_JPEG, TAGGED_NOTHING},
    {"cmyk-printer.jpg", TAGGED_CMYK_JPEG, TAGGED_PRINTER},
    {"cmyk-p3.jpg", TAGGED_CMYK_JPEG, TAGGED_P3}, {"ycck.jpg", TAGGED_YCCK_JPEG, TAGGED_NOTHING},
    {"ycck-printer.jpg", TAGGED_YCCK_JPEG, TAGGED_PRINTER},
    {"plain.png", TAGGED_PNG, TAGGED_NOTHING}, {"p3.png", TAGGED_PNG, TAGGED_P3},
    {"adobe.png", TAGGED_PNG, TAGGED_ADOBE}, {"table.png", TAGGED_PNG, TAGGED_TABLE},
    {"prophoto-16.png", TAGGED_PNG_16, TAGGED_PROPHOTO},
    {"deep.png", TAGGED_PNG_16, TAGGED_NOTHING}, {"table-16.png", TAGGED_PNG_16, TAGGED_TABLE},
    {"p3-laced.png", TAGGED_PNG_LACED, TAGGED_P3}, {"p3-alpha.png", TAGGED_PNG_ALPHA, TAGGED_P3},
    {"prophoto-alpha.png", TAGGED_PNG_ALPHA, TAGGED_PROPHOTO},
    {"p3-palette.png", TAGGED_PALETTE_PNG, TAGGED_P3},
    {"grey-profile.png", TAGGED_GREY_PNG, TAGGED_GREY},
    {"grey-alpha.png", TAGGED_GREY_ALPHA_PNG, TAGGED_GREY},
    {"plain.webp", TAGGED_WEBP, TAGGED_NOTHING}, {"p3.webp", TAGGED_WEBP, TAGGED_P3},
    {"adobe-lossless.webp", TAGGED_WEBP_LOSSLESS, TAGGED_ADOBE},
    {"p3-alpha.webp", TAGGED_WEBP_ALPHA, TAGGED_P3}, {"plain.avif", TAGGED_AVIF, TAGGED_NOTHING},
    {"p3.avif", TAGGED_AVIF, TAGGED_P3}};

/* PNGs whose chunks name the colours. */
static const struct {
    const char *name;
    enum tagged_colours colours;
    struct {
        const char *name, *data;
        size_t len;
    } chunks[3]; /* in the file in reverse order */
} pngs[] = {
    {"gamma-1.png", TAGGED_NOTHING, {{"gAMA", "\0\1\x86\xA0", 4}}},
    {"gamma-usual.png", TAGGED_NOTHING, {{"gAMA", "\0\0\xB1\x8F", 4}}},
    {"gamma-45000.png", TAGGED_NOTHING, {{"gAMA", "\0\0\xAF\xC8", 4}}},
    {"gamma-45454.png", TAGGED_NOTHING, {{"gAMA", "\0\0\xB1\x8E", 4}}},
    {"gamma-46000.png", TAGGED_NOTHING, {{"gAMA", "\0\0\xB3\xB0", 4}}},
    {"gamma-50000.png", TAGGED_NOTHING, {{"gAMA", "\0\0\xC3\x50", 4}}},
    {"gamma-mac.png", TAGGED_NOTHING, {{"gAMA", "\0\0\xD9\x04", 4}}},
    {"gamma-0.png", TAGGED_NOTHING, {{"gAMA", "\0\0\0\0", 4}}},
    {"srgb-and-gamma.png", TAGGED_NOTHING, {{"gAMA", "\0\1\x86\xA0", 4}, {"sRGB", "\0", 1}}},
    {"chrm-gamma.png", TAGGED_NOTHING,
        {{"gAMA", "\0\0\xB1\x8F", 4},
            {"cHRM",
                "\0\0\x7A\x26\0\0\x80\x84\0\1\x09\xA0\0\0\x7D\0\0\0\x67\x84\0\1\x0D\x88\0\0\x3A\x98"
                "\0\0\x17\x70",
                32}}},
    {"chrm-alone.png", TAGGED_NOTHING,
        {{"cHRM",
            "\0\0\x7A\x26\0\0\x80\x84\0\1\x09\xA0\0\0\x7D\0\0\0\x67\x84\0\1\x0D\x88\0\0\x3A\x98"
            "\0\0\x17\x70",
            32}}},
    {"p3-and-gamma.png", TAGGED_P3, {{"gAMA", "\0\1\x86\xA0", 4}}},
    {"cicp-p3.png", TAGGED_NOTHING, {{"cICP", "\x0C\x0D\0\1", 4}}},
    {"cicp-2020.png", TAGGED_NOTHING, {{"cICP", "\x09\x01\0\1", 4}}},
    {"cicp-srgb-and-adobe.png", TAGGED_ADOBE, {{"cICP", "\x01\x0D\0\1", 4}}},
    {"cicp-p3-and-srgb.png", TAGGED_NOTHING, {{"sRGB", "\0", 1}, {"cICP", "\x0C\x0D\0\1", 4}}},
    {"cicp-linear.png", TAGGED_NOTHING, {{"cICP", "\x01\x08\0\1", 4}}},
    {"broken-iccp.png", TAGGED_NOTHING, {{"iCCP", "icc\0\0garbage", 12}}},
};

static void write_buf(const char *folder, const char *name, struct buf *buf)
{
    char *path = mem_format("%s/%s", folder, name);
    FILE *file = fopen(path, "wb");

    if (!file || fwrite(buf->data, 1, buf->len, file) != buf->len || fclose(file) != 0)
        abort();
    free(path);
    buf_free(buf);
    puts(name);
}

int main(int argc, char **argv)
{
    struct buf buf = {0};

    if (argc != 2)
        return 2;
    for (size_t i = 0; i < sizeof pictures / sizeof *pictures; i++) {
        tagged_write(pictures[i].kind, pictures[i].colours, &buf);
        write_buf(argv[1], pictures[i].name, &buf);
    }
    for (size_t i = 0; i < sizeof pngs / sizeof *pngs; i++) {
        tagged_write(TAGGED_PNG, pngs[i].colours, &buf);
        for (int c = 0; c < 3 && pngs[i].chunks[c].name; c++)
            tagged_add_chunk(
                &buf, pngs[i].chunks[c].name, pngs[i].chunks[c].data, pngs[i].chunks[c].len, false);
        write_buf(argv[1], pngs[i].name, &buf);
    }
    return 0;
}
