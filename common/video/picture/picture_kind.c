/* picture_kind.c - see picture_kind.h. */
#include "video/picture/picture_kind.h"

#include <string.h>

#include "base/text.h"
#include "video/picture/walk.h"

/* What a file that we don't take looks like, for the message. */
static const char *guess(const struct walk *walk)
{
    static const struct {
        const char *start, *what;
    } looks[] = {{"\xFF\x0A", "JPEG XL"}, {"BM", "a BMP"}, {"II*", "a TIFF"}, {"MM", "a TIFF"},
        {"%PDF", "a PDF"}, {"<svg", "an SVG"}, {"<?xml", "XML (an SVG?)"},
        {"<!DOCTYPE", "a web page"}, {"<!doctype", "a web page"}, {"<html", "a web page"},
        {"#EXTM3U", "a playlist"}, {"ffconcat", "a playlist"}, {"[playlist]", "a playlist"}};

    if (walk->size == 0)
        return "an empty file";
    if (walk->size >= 12 && memcmp(walk->data + 4, "ftyp", 4) == 0)
        return "a film, or HEIF of a kind we don't know";
    if (walk->size >= 12 && memcmp(walk->data + 4, "JXL ", 4) == 0)
        return "JPEG XL";
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++)
        if (walk->size >= strlen(looks[i].start) &&
            memcmp(walk->data, looks[i].start, strlen(looks[i].start)) == 0)
            return looks[i].what;
    if (text_is_utf8((const char *)walk->data, walk->size < 64 ? walk->size : 64, NULL))
        return "text";
    return "no picture";
}

static bool starts(const struct walk *walk, const char *with, size_t len)
{
    return walk->size >= len && memcmp(walk->data, with, len) == 0;
}

/* HEIF and AVIF are boxes, the first of which names brands.  libheif does the rest. */
static bool is_heif(const struct walk *walk)
{
    static const char brands[][5] = {"heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1",
        "mif2", "avif", "avis", "avio"};
    size_t end = walk->size >= 16 ? walk_be32(walk->data) : 0;

    if (end > walk->size || memcmp(walk->data + 4, "ftyp", 4) != 0)
        return false;
    for (size_t at = 8; at + 4 <= end; at += at == 8 ? 8 : 4)
        for (size_t i = 0; i < sizeof brands / sizeof *brands; i++)
            if (memcmp(walk->data + at, brands[i], 4) == 0)
                return true;
    return false;
}

static int walk_kind(struct walk *walk, struct error *err)
{
    struct picture_head *head = walk->head;

    if (starts(walk, "\xFF\xD8\xFF", 3)) {
        head->kind = PICTURE_JPEG;
        return jpeg_walk(walk, err);
    }
    if (starts(walk, "\x89PNG\r\n\x1a\n", 8)) {
        head->kind = PICTURE_PNG;
        return png_walk(walk, err);
    }
    if (starts(walk, "RIFF", 4) && walk->size >= 12 && memcmp(walk->data + 8, "WEBP", 4) == 0) {
        head->kind = PICTURE_WEBP;
        return webp_walk(walk, err);
    }
    if (starts(walk, "GIF87a", 6) || starts(walk, "GIF89a", 6)) {
        head->kind = PICTURE_GIF;
        return gif_walk(walk, err);
    }
    if (is_heif(walk)) {
        head->kind = PICTURE_HEIF;
        walk->kept = walk->size;
        return 0;
    }
    return error_set(err, ERR_INPUT,
        "%s: not a JPEG, PNG, WebP, GIF, HEIF or AVIF picture (it looks like %s); convert it to "
        "JPEG or PNG",
        walk->name, guess(walk));
}

int picture_head_read(
    const char *name, uint8_t *bytes, size_t size, struct picture_head *ret_head, struct error *err)
{
    struct walk walk = {.name = name, .data = bytes, .size = size, .head = ret_head};
    int rc;

    *ret_head = (struct picture_head){.orientation = 1, .is_sound = true, .is_whole = true};
    rc = walk_kind(&walk, err);
    if (rc < 0)
        return rc;
    ret_head->size = walk.kept;
    if (ret_head->kind != PICTURE_HEIF && (ret_head->width <= 0 || ret_head->height <= 0))
        return error_set(err, ERR_INPUT, "%s: damaged (the %s says it is %d×%d pixels)", name,
            picture_kind_name(ret_head->kind), ret_head->width, ret_head->height);
    return 0;
}
