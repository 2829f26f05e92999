/* jpeg_walk.c - ITU-T T.81 annex B, and what the world makes of it.  See walk.h. */
#include <string.h>

#include "base/buf.h"
#include "video/picture/walk.h"

enum {
    SOF0 = 0xC0,
    DHT = 0xC4,
    JPG = 0xC8,
    DAC = 0xCC,
    SOF15 = 0xCF,
    RST0 = 0xD0,
    SOI = 0xD8,
    EOI = 0xD9,
    SOS = 0xDA,
    DQT = 0xDB,
    DRI = 0xDD,
    APP0 = 0xE0,
    APP1 = 0xE1,
    APP2 = 0xE2,
    APP14 = 0xEE,
    SCANS_MAX =
        200, /* a progressive JPEG has about ten; each costs a pass over the whole picture */
};

struct jpeg {
    struct walk *walk;
    struct buf profile; /* the pieces that came in order */
    int n_pieces, n_scans;
    bool has_other_pictures; /* MPF tells of them: what follows the end is no junk */
    bool has_end;
};

static bool is_frame(int marker)
{
    return marker >= SOF0 && marker <= SOF15 && marker != DHT && marker != JPG && marker != DAC;
}

/* A marker without a length: it stands alone. */
static bool is_bare(int marker)
{
    return marker == 0x01 || (marker >= RST0 && marker <= EOI);
}

/* The next marker from `at` on, which need not stand there; the file's size if there is none. */
static size_t next_marker(const struct walk *walk, size_t at)
{
    while (at + 1 < walk->size) {
        const uint8_t *ff = memchr(walk->data + at, 0xFF, walk->size - 1 - at);

        if (!ff)
            break;
        at = (size_t)(ff - walk->data);
        if (ff[1] != 0 && ff[1] != 0xFF)
            return at;
        at++;
    }
    return walk->size;
}

/* From inside entropy-coded data to the next real marker.  Restart markers count round, and one
 * that does not would throw a decoder off that has all it needs. */
static size_t skip_scan(const struct walk *walk, size_t at)
{
    for (int restarts = 0;; restarts++) {
        at = next_marker(walk, at);
        if (at == walk->size || (walk->data[at + 1] & 0xF8) != RST0)
            return at;
        if (walk->data[at + 1] != RST0 + restarts % 8)
            picture_warn(walk->head, "its restart markers are out of order");
        walk->data[at + 1] = (uint8_t)(RST0 + restarts % 8);
        at += 2;
    }
}

static void take_size(struct walk *walk, const uint8_t *body, size_t len)
{
    if (len < 6 || walk->head->width)
        return;
    walk->head->height = (int)walk_be16(body + 1);
    walk->head->width = (int)walk_be16(body + 3);
    walk->head->is_grey = body[5] == 1;
}

/* Pieces say which they are, and of how many; in order, as everybody writes them. */
static void take_profile_piece(struct jpeg *jpeg, const uint8_t *body, size_t len)
{
    if (body[12] != jpeg->n_pieces + 1 || jpeg->n_pieces > body[13] ||
        jpeg->profile.len > PICTURE_PROFILE_MAX)
        jpeg->n_pieces = 256;
    else {
        jpeg->n_pieces++;
        buf_add(&jpeg->profile, body + 14, len - 14);
    }
}

static bool is_called(const uint8_t *body, size_t len, const char *name, size_t name_len)
{
    return len >= name_len && memcmp(body, name, name_len) == 0;
}

/* What an application left, and may shape the picture. */
static void take_note(struct jpeg *jpeg, int marker, const uint8_t *body, size_t len)
{
    struct walk *walk = jpeg->walk;

    if (marker == APP1 && is_called(body, len, "Exif\0", 5) && !walk->has_exif) {
        walk->has_exif = true;
        if (len > 6)
            walk->head->orientation = walk_exif_orientation(body + 6, len - 6);
    } else if (marker == APP2 && len >= 14 && is_called(body, len, "ICC_PROFILE", 12))
        take_profile_piece(jpeg, body, len);
    else if (marker == APP2 && is_called(body, len, "MPF", 4))
        jpeg->has_other_pictures = true;
}

/* What a decoder needs.  JFIF and Adobe say which colours the components are. */
static bool is_needed(int marker, const uint8_t *body, size_t len)
{
    return is_frame(marker) || marker == DHT || marker == DAC || marker == SOS || marker == DQT ||
           marker == DRI || (marker == APP0 && is_called(body, len, "JFIF", 5)) ||
           (marker == APP14 && is_called(body, len, "Adobe", 5));
}

/* The segment at `at`; answers where the next one may be. */
static size_t take_segment(struct jpeg *jpeg, size_t at, size_t len)
{
    struct walk *walk = jpeg->walk;
    int marker = walk->data[at + 1];
    const uint8_t *body = walk->data + at + 4;
    size_t end = at + 2 + len;

    if (is_frame(marker))
        take_size(walk, body, len - 2);
    take_note(jpeg, marker, body, len - 2);
    if (marker == SOS) {
        jpeg->n_scans++;
        end = skip_scan(walk, end);
    }
    if (is_needed(marker, body, len - 2))
        walk_keep(walk, at, end - at);
    return end;
}

static void take_segments(struct jpeg *jpeg)
{
    struct walk *walk = jpeg->walk;
    size_t at = 2, next, len;

    while (!jpeg->has_end && (next = next_marker(walk, at)) < walk->size) {
        int marker = walk->data[next + 1];

        /* Fill bytes are FF. */
        for (; at < next; at++)
            if (walk->data[at] != 0xFF)
                picture_warn(walk->head, "there is junk between its segments");
        at = next + 2;
        jpeg->has_end = marker == EOI;
        if (is_bare(marker))
            continue;
        if (next + 4 > walk->size)
            break;
        len = walk_be16(walk->data + at);
        if (len < 2) {
            picture_warn(walk->head, "a segment of it has a wrong length");
            continue;
        }
        if (at + len > walk->size)
            break;
        at = take_segment(jpeg, next, len);
    }
    if (jpeg->has_end && at < walk->size && !jpeg->has_other_pictures)
        picture_warn(walk->head, "%zu bytes follow its end", walk->size - at);
}

static void end_profile(struct jpeg *jpeg, int n_pieces)
{
    if (n_pieces == 0)
        return;
    /* Too many, out of order, or not all. */
    if (n_pieces > 255)
        picture_warn(jpeg->walk->head, "its colour profile is damaged and is left out");
    else
        picture_take_profile(
            jpeg->walk->head, (const uint8_t *)jpeg->profile.data, jpeg->profile.len);
    buf_free(&jpeg->profile);
}

int jpeg_walk(struct walk *walk, struct error *err)
{
    struct jpeg jpeg = {.walk = walk};
    struct picture_head *head = walk->head;

    walk_keep(walk, 0, 2);
    take_segments(&jpeg);
    end_profile(&jpeg, jpeg.n_pieces);
    head->is_whole = jpeg.has_end;
    if (!jpeg.has_end)
        picture_warn(head, "it has no end marker");
    if (jpeg.n_scans == 0)
        return jpeg.has_end
                   ? error_set(err, ERR_INPUT, "%s: damaged (a JPEG without a picture)", walk->name)
                   : walk_truncated(walk, "before its picture", err);
    if (jpeg.n_scans > SCANS_MAX)
        return error_set(err, ERR_INPUT, "%s: a JPEG of %d scans, %d is the limit", walk->name,
            jpeg.n_scans, SCANS_MAX);
    walk->data[walk->kept++] = 0xFF;
    walk->data[walk->kept++] = EOI;
    return 0;
}
