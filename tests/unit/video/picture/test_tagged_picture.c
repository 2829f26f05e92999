/* test_tagged_picture.c - the metadata of pictures: colours, orientation, faults of many programs,
 * and how much memory it takes: common/video/picture/picture.h. */
#include <check.h>
#include <stdio.h>
#include <sys/resource.h>
#include <zlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "picture_kit.h"
#include "tagged.h"

/* --- files --- */

static void write_file(const char *name, struct buf *bytes)
{
    media_write(folder, name, bytes->data, bytes->len);
    buf_free(bytes);
}

static struct buf read_file(const char *name)
{
    struct buf buf = {0};
    uint8_t *data;
    size_t len;

    media_read(folder, name, &data, &len);
    buf_add(&buf, data, len);
    free(data);
    return buf;
}

/* Inserts `more` into `to` at `at`. */
static void insert(struct buf *to, size_t at, const void *more, size_t len)
{
    struct buf made = {0};

    buf_add(&made, to->data, at);
    buf_add(&made, more, len);
    buf_add(&made, to->data + at, to->len - at);
    buf_free(to);
    *to = made;
}

/* Removes the last `n` bytes. */
static void cut(struct buf *buf, size_t n)
{
    buf->len -= n;
}

static size_t find(const struct buf *buf, const char *what, size_t len)
{
    const char *at = memmem(buf->data, buf->len, what, len);

    ck_assert_ptr_nonnull(at);
    return (size_t)(at - buf->data);
}

static const char *warnings_of(const char *name)
{
    static char warnings[PICTURE_WARNINGS_MAX];

    ck_assert_msg(picture_check(root_fd, name, warnings, &err) == 0, "%s", err.text);
    return warnings;
}

/* The picture loads, and `about` is among its warnings; "": it has none. */
static void check_tolerated(const char *name, const char *about)
{
    const char *warnings;

    check_loads(name, "RGBW");
    warnings = warnings_of(name);
    ck_assert_msg(
        about[0] ? strstr(warnings, about) != NULL : !warnings[0], "%s: \"%s\"", name, warnings);
}

/* --- colours --- */

/* RGB of a patch, 0…255, from BT.709 in tv range. */
static void colour_at(const struct yuv *yuv, int patch, double rgb[static 3])
{
    int x = yuv->width * (2 * (patch % TAGGED_COLUMNS) + 1) / (2 * TAGGED_COLUMNS);
    int y = yuv->height * (2 * (patch / TAGGED_COLUMNS) + 1) / (2 * TAGGED_ROWS);
    double luma = (yuv->data[0][y * yuv->stride[0] + x] - 16) / 219.0;
    double u = (yuv->data[1][y / 2 * yuv->stride[1] + x / 2] - 128) / 224.0;
    double v = (yuv->data[2][y / 2 * yuv->stride[2] + x / 2] - 128) / 224.0;

    rgb[0] = luma + 1.5748 * v;
    rgb[2] = luma + 1.8556 * u;
    rgb[1] = (luma - 0.2126 * rgb[0] - 0.0722 * rgb[2]) / 0.7152;
    for (int c = 0; c < 3; c++)
        rgb[c] = rgb[c] < 0 ? 0 : rgb[c] > 1 ? 255 : rgb[c] * 255;
}

/* How Chromium 156 shows the patches of tagged.c.  tests/browser/colours.test.mjs compares more of
 * them with the installed Chromium. */
#define PLAIN                                                                                      \
    {                                                                                              \
        {200, 60, 50}, {60, 180, 70}, {50, 70, 190}, {190, 150, 120}, {128, 128, 128},             \
        {                                                                                          \
            235, 225, 60                                                                           \
        }                                                                                          \
    }
#define OF_P3                                                                                      \
    {                                                                                              \
        {217, 42, 39}, {0, 183, 49}, {44, 71, 197}, {198, 148, 115}, {128, 128, 128},              \
        {                                                                                          \
            237, 225, 0                                                                            \
        }                                                                                          \
    }
#define OF_ADOBE                                                                                   \
    {                                                                                              \
        {231, 57, 46}, {0, 181, 57}, {34, 68, 195}, {205, 151, 119}, {129, 129, 129},              \
        {                                                                                          \
            239, 226, 26                                                                           \
        }                                                                                          \
    }
#define OF_PROPHOTO                                                                                \
    {                                                                                              \
        {255, 0, 60}, {0, 209, 49}, {0, 92, 213}, {236, 157, 133}, {146, 146, 146},                \
        {                                                                                          \
            255, 229, 0                                                                            \
        }                                                                                          \
    }
#define OF_PRINTER                                                                                 \
    {                                                                                              \
        {152, 60, 81}, {6, 134, 73}, {44, 65, 106}, {149, 124, 115}, {105, 105, 105},              \
        {                                                                                          \
            187, 187, 102                                                                          \
        }                                                                                          \
    }

static const struct {
    enum tagged_kind kind;
    enum tagged_colours colours;
    uint8_t patches[TAGGED_COLUMNS * TAGGED_ROWS][3];
} tagged[] = {{TAGGED_JPEG, TAGGED_NOTHING, PLAIN}, {TAGGED_JPEG, TAGGED_SRGB, PLAIN},
    {TAGGED_JPEG, TAGGED_P3, OF_P3}, {TAGGED_JPEG, TAGGED_ADOBE, OF_ADOBE},
    {TAGGED_CMYK_JPEG, TAGGED_PRINTER, OF_PRINTER}, {TAGGED_YCCK_JPEG, TAGGED_PRINTER, OF_PRINTER},
    {TAGGED_PNG, TAGGED_P3, OF_P3}, {TAGGED_PNG_LACED, TAGGED_P3, OF_P3},
    {TAGGED_PALETTE_PNG, TAGGED_P3, OF_P3}, {TAGGED_PNG_16, TAGGED_PROPHOTO, OF_PROPHOTO},
    {TAGGED_WEBP, TAGGED_P3, OF_P3}, {TAGGED_WEBP_LOSSLESS, TAGGED_ADOBE, OF_ADOBE},
    {TAGGED_HEIC, TAGGED_NOTHING, PLAIN}, {TAGGED_HEIC, TAGGED_P3, OF_P3},
    {TAGGED_HEIC_10, TAGGED_P3, OF_P3}, {TAGGED_AVIF, TAGGED_P3, OF_P3}};

START_TEST(a_picture_has_the_colours_that_its_file_names)
{
    struct buf bytes = {0};
    struct yuv yuv;

    tagged_write(tagged[_i].kind, tagged[_i].colours, &bytes);
    write_file("tagged", &bytes);
    ck_assert_str_eq(warnings_of("tagged"), "");
    ck_assert_int_eq(picture_load(root_fd, "tagged", 480, 270, NULL, &yuv, NULL, &err), 0);
    for (int i = 0; i < TAGGED_COLUMNS * TAGGED_ROWS; i++) {
        double rgb[3];

        colour_at(&yuv, i, rgb);
        for (int c = 0; c < 3; c++)
            ck_assert_msg(
                rgb[c] > tagged[_i].patches[i][c] - 5 && rgb[c] < tagged[_i].patches[i][c] + 5,
                "file %d, patch %d, channel %d is %.1f, not %d", _i, i, c, rgb[c],
                tagged[_i].patches[i][c]);
    }
    yuv_free(&yuv);
}
END_TEST

START_TEST(a_profile_that_is_damaged_or_of_another_kind_is_left_out_with_a_warning)
{
    struct buf bytes = {0};

    /* Of a JPEG: the tags are overwritten, the length is wrong, the profile is for CMYK. */
    for (int i = 0; i < 3; i++) {
        tagged_write(TAGGED_JPEG, i == 2 ? TAGGED_PRINTER : TAGGED_P3, &bytes);
        size_t at = find(&bytes, "ICC_PROFILE", 12) + 14;

        if (i == 0)
            memset(bytes.data + at + 128, 0xEE, 200);
        if (i == 1)
            bytes.data[at] = 0x7F;
        write_file("a.jpg", &bytes);
        ck_assert_ptr_nonnull(strstr(warnings_of("a.jpg"), "colour profile"));
    }
    media_picture(folder, "a.png", "png", "rgb24", 64, 36);
    bytes = read_file("a.png");
    tagged_add_chunk(&bytes, "iCCP", "icc\0\0garbage", 12, false);
    write_file("b.png", &bytes);
    check_tolerated("b.png", "colour profile is damaged");
}
END_TEST

/* --- orientation --- */

/* Appends an EXIF block with the orientation, in either byte order, as SHORT or LONG. */
static void add_exif(struct buf *buf, int orientation, bool is_little, bool is_long)
{
    const char little[] = {'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, is_long ? 4 : 3, 0, 1, 0, 0,
        0, (char)orientation, 0, 0, 0, 0, 0, 0, 0};
    const char big_short[] = {'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0,
        (char)orientation, 0, 0, 0, 0, 0, 0};
    const char big_long[] = {'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 4, 0, 0, 0, 1, 0, 0, 0,
        (char)orientation, 0, 0, 0, 0};

    buf_add(buf, is_little ? little : is_long ? big_long : big_short, sizeof little);
}

static const char *const turned[] = {
    "RGBW", "GRWB", "WBGR", "BWRG", "RBGW", "BRWG", "WGBR", "GWRB"};

START_TEST(a_png_is_turned_as_its_exif_says)
{
    for (int way = 0; way < 4; way++)
        for (int is_behind = 0; is_behind < 2; is_behind++) {
            struct buf bytes, exif = {0};

            media_picture(folder, "a.png", "png", _i % 2 ? "rgb24" : "rgba", 320, 320);
            bytes = read_file("a.png");
            add_exif(&exif, _i + 1, way & 1, way & 2);
            if (is_behind) { /* eXIf behind the pixel data */
                struct buf other = read_file("a.png");
                size_t at;

                tagged_add_chunk(&other, "eXIf", exif.data, exif.len, false);
                at = find(&other, "eXIf", 4) - 4;
                insert(&bytes, bytes.len - 12, other.data + at, 12 + exif.len);
                buf_free(&other);
            } else
                tagged_add_chunk(&bytes, "eXIf", exif.data, exif.len, false);
            write_file("turned.png", &bytes);
            check_loads("turned.png", turned[_i]);
            buf_free(&exif);
        }
}
END_TEST

static void add_riff_chunk(struct buf *webp, const char *name, const void *data, uint32_t len)
{
    buf_add(webp, name, 4);
    buf_add(webp, (uint8_t[]){(uint8_t)len, (uint8_t)(len >> 8), (uint8_t)(len >> 16), 0}, 4);
    buf_add(webp, data, len);
    if (len & 1)
        buf_add(webp, "", 1);
    len = (uint32_t)webp->len - 8;
    for (int i = 0; i < 4; i++)
        webp->data[4 + i] = (char)(len >> (8 * i));
}

START_TEST(a_webp_is_turned_as_its_exif_says)
{
    for (int way = 0; way < 8; way++) {
        struct buf bytes, exif = {0};

        media_picture(folder, "a.webp", "libwebp", way & 4 ? "bgra" : "yuv420p", 320, 320);
        bytes = read_file("a.webp");
        if (way & 1)
            buf_add(&exif, "Exif\0\0", 6);
        add_exif(&exif, _i + 1, way & 1, way & 2);
        add_riff_chunk(&bytes, "EXIF", exif.data, (uint32_t)exif.len);
        write_file("turned.webp", &bytes);
        check_loads("turned.webp", turned[_i]);
        buf_free(&exif);
    }
}
END_TEST

START_TEST(of_two_exif_blocks_the_first_counts)
{
    media_picture(folder, "a.jpg", "mjpeg", "yuvj420p", 320, 320);
    media_turn(folder, "a.jpg", "b.jpg", 3);
    media_turn(folder, "b.jpg", "c.jpg", 6);
    check_loads("c.jpg", turned[5]);
}
END_TEST

/* --- faults outside the pixel data --- */

START_TEST(a_jpeg_of_any_make_is_shown)
{
    static const struct {
        const char *name, *bytes;
        size_t len;
        int from_end; /* bytes from the end; 0: behind the first segment; -1: at the end */
        const char *about;
    } makes[] = {{"zeros between segments", "\0\0\0", 3, 0, "stray bytes between"},
        {"junk between segments", "junk!", 5, 0, "stray bytes between"},
        {"many zeros", "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 33, 0,
            "stray bytes between"},
        {"fill bytes", "\xFF\xFF\xFF\xFF", 4, 0, ""},
        {"a stray restart marker", "\xFF\xD3", 2, 0, ""}, {"a second start", "\xFF\xD8", 2, 0, ""},
        {"zeros before the end", "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20, 2, ""},
        {"words before the end", "Written by an old scanner's driver", 34, 2, ""},
        {"a trailer", "and some words", 14, -1, "14 bytes follow"}};

    media_picture(folder, "a.jpg", "mjpeg", "yuvj420p", 320, 180);
    for (size_t i = 0; i < sizeof makes / sizeof *makes; i++) {
        struct buf bytes = read_file("a.jpg");
        size_t at = makes[i].from_end < 0   ? bytes.len
                    : makes[i].from_end > 0 ? bytes.len - (size_t)makes[i].from_end
                                            : 4 + (size_t)(uint8_t)bytes.data[5];

        insert(&bytes, at, makes[i].bytes, makes[i].len);
        write_file(makes[i].name, &bytes);
        check_tolerated(makes[i].name, makes[i].about);
    }
}
END_TEST

START_TEST(a_jpeg_without_an_end_is_shown_if_its_pixels_are_there)
{
    struct buf bytes;

    media_picture(folder, "a.jpg", "mjpeg", "yuvj420p", 320, 180);
    for (size_t n = 1; n <= 2; n++) {
        bytes = read_file("a.jpg");
        cut(&bytes, n);
        write_file("open.jpg", &bytes);
        check_tolerated("open.jpg", "no end marker");
    }
}
END_TEST

START_TEST(rows_that_are_missing_are_counted)
{
    static const char *const kinds[][3] = {{"mjpeg", "yuvj420p", "a.jpg"},
        {"png", "rgb24", "a.png"}, {"libwebp", "yuv420p", "a.webp"}, {"gif", "bgr8", "a.gif"}};
    int missing = 0, of = 0;
    struct buf bytes;
    const char *at;

    if (_i == 3)
        media_animation(folder, "a.gif", "gif", "gif", "bgr8", 320, 360);
    else if (_i == 0)
        media_noise(folder, "a.jpg", 320, 360);
    else
        media_picture(folder, kinds[_i][2], kinds[_i][0], kinds[_i][1], 320, 360);
    bytes = read_file(kinds[_i][2]);
    cut(&bytes, _i == 3 ? bytes.len - 1500 : bytes.len * 2 / 5);
    write_file("cut", &bytes);
    check_refused("cut", "rows are missing)");
    at = strstr(err.text, "truncated (the last ");
    ck_assert_msg(
        at && sscanf(at, "truncated (the last %d of %d rows", &missing, &of) == 2, "%s", err.text);
    ck_assert_int_eq(of, 360);
    ck_assert_int_gt(missing, 0);
    ck_assert_int_le(missing, 360);
    if (_i == 0) { /* noise: all rows take the same number of bytes */
        ck_assert_int_gt(missing, 360 * 3 / 10);
        ck_assert_int_lt(missing, 360 * 5 / 10);
    }
}
END_TEST

START_TEST(a_png_with_a_wrong_checksum_in_what_is_no_pixel_is_shown)
{
    static const char *const names[] = {"tEXt", "zTXt", "iTXt", "gAMA", "iCCP", "eXIf", "tIME"};
    struct buf bytes;

    media_picture(folder, "a.png", "png", "rgb24", 320, 180);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        bytes = read_file("a.png");
        tagged_add_chunk(&bytes, names[i], "Comment\0\0by something old", 25, true);
        write_file("b.png", &bytes);
        check_tolerated("b.png", names[i]);
    }
}
END_TEST

/* One right checksum proves the pixels. */
START_TEST(a_png_with_one_wrong_checksum_of_two_is_shown)
{
    for (int which = 1; which < 4; which++) {
        struct buf bytes;
        size_t adler, crc;

        media_picture(folder, "a.png", "png", "rgb24", 320, 180);
        bytes = read_file("a.png");
        crc = find(&bytes, "IEND", 4) - 8; /* of the last IDAT */
        adler = crc - 4;
        if (which & 1)
            bytes.data[adler] ^= 0x11;
        if (which == 1) { /* the CRC is right for the wrong Adler-32 */
            size_t at = find(&bytes, "IDAT", 4);
            uint32_t sum = (uint32_t)crc32(0, (const Bytef *)bytes.data + at, (uInt)(crc - at));

            for (int i = 0; i < 4; i++)
                bytes.data[crc + (size_t)i] = (char)(sum >> (24 - 8 * i));
        } else
            bytes.data[crc] ^= 0x11;
        write_file("b.png", &bytes);
        if (which == 3)
            check_refused("b.png", "damaged");
        else
            check_tolerated("b.png", "a checksum of its pixels is wrong");
    }
}
END_TEST

START_TEST(a_png_without_an_end_or_with_more_behind_it_is_shown)
{
    struct buf bytes;

    media_picture(folder, "a.png", "png", "rgb24", 320, 180);
    for (size_t n = 1; n <= 12; n++) {
        bytes = read_file("a.png");
        cut(&bytes, n);
        write_file("open.png", &bytes);
        check_tolerated("open.png", "no IEND");
    }
    bytes = read_file("a.png");
    buf_add(&bytes, "more", 4);
    write_file("more.png", &bytes);
    check_tolerated("more.png", "4 bytes follow");
}
END_TEST

START_TEST(a_webp_whose_header_has_a_wrong_length_is_shown)
{
    static const int off[] = {-20, -1, 1, 8, 1000, 1 << 24};
    struct buf bytes;

    for (size_t i = 0; i < sizeof off / sizeof *off; i++) {
        uint32_t said;

        media_picture(folder, "a.webp", "libwebp", i % 2 ? "bgra" : "yuv420p", 320, 180);
        bytes = read_file("a.webp");
        said = (uint32_t)((int)bytes.len - 8 + off[i]);
        for (int k = 0; k < 4; k++)
            bytes.data[4 + k] = (char)(said >> (8 * k));
        write_file("b.webp", &bytes);
        check_tolerated("b.webp", off[i] == -1 && bytes.len % 2 == 0 ? "" : "its header says");
    }
}
END_TEST

START_TEST(a_gif_without_a_trailer_is_shown)
{
    struct buf bytes;

    media_animation(folder, "a.gif", "gif", "gif", "bgr8", 160, 90);
    bytes = read_file("a.gif");
    cut(&bytes, 1);
    write_file("b.gif", &bytes);
    check_tolerated("b.gif", "");
}
END_TEST

/* --- memory --- */

/* MiB of freed memory that the address sanitizer keeps. */
#ifdef __SANITIZE_ADDRESS__
enum { KEPT_MIB = 256 };
#else
enum { KEPT_MIB = 0 };
#endif

static long peak_kib(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

/* Appends the data of a chunk: `head`, and `mib` MiB of zeros, deflated. */
static void add_bomb(struct buf *out, const char *head, size_t head_len, size_t mib)
{
    static uint8_t zeros[1 << 20];
    static uint8_t packed[1 << 20];
    z_stream stream = {0};

    buf_add(out, head, head_len);
    ck_assert_int_eq(deflateInit(&stream, 9), Z_OK);
    for (size_t i = 0; i <= mib; i++) {
        stream.next_in = zeros;
        stream.avail_in = i < mib ? sizeof zeros : 0;
        stream.next_out = packed;
        stream.avail_out = sizeof packed;
        deflate(&stream, i < mib ? Z_NO_FLUSH : Z_FINISH);
        buf_add(out, packed, sizeof packed - stream.avail_out);
    }
    deflateEnd(&stream);
}

START_TEST(what_is_packed_beside_the_pixels_stays_packed)
{
    static const struct {
        const char *name, *head;
        size_t head_len;
    } bombs[] = {{"iCCP", "icc\0", 5}, {"zTXt", "Comment\0", 9}, {"iTXt", "Comment\0\1\0\0", 12}};
    struct buf bytes, bomb = {0};
    long before;

    media_picture(folder, "a.png", "png", "rgb24", 64, 64);
    bytes = read_file("a.png");
    add_bomb(&bomb, bombs[_i].head, bombs[_i].head_len, 1000);
    tagged_add_chunk(&bytes, bombs[_i].name, bomb.data, bomb.len, false);
    write_file("bomb.png", &bytes);
    buf_free(&bomb);
    before = peak_kib();
    check_loads("bomb.png", "RGBW");
    ck_assert_int_lt(peak_kib() - before, (24 + KEPT_MIB) << 10);
}
END_TEST

START_TEST(large_notes_of_any_kind_cost_no_more_than_their_file)
{
    enum { MIB = 16 };
    static uint8_t notes[MIB << 20];
    struct buf bytes;
    long before;

    memset(notes, 'x', sizeof notes);
    if (_i == 0) {
        media_picture(folder, "a", "libwebp", "bgra", 64, 64);
        bytes = read_file("a");
        add_riff_chunk(&bytes, "XMP ", notes, sizeof notes / 2);
        add_riff_chunk(&bytes, "ICCP", notes, sizeof notes / 4);
        add_riff_chunk(&bytes, "EXIF", notes, sizeof notes / 4);
    } else if (_i == 1) {
        media_picture(folder, "a", "mjpeg", "yuvj420p", 64, 64);
        bytes = read_file("a");
        for (size_t i = 0; i < sizeof notes / 65535; i++)
            memcpy(notes + i * 65535, i % 2 ? "\xFF\xFE\xFF\xFD" : "\xFF\xE1\xFF\xFD", 4);
        insert(&bytes, 2, notes, sizeof notes / 65535 * 65535);
    } else {
        media_animation(folder, "a", "gif", "gif", "bgr8", 64, 64);
        bytes = read_file("a");
        for (size_t i = 0; i < sizeof notes / 256; i++)
            notes[256 * i] = 255;
        notes[sizeof notes - 1] = 0;
        notes[sizeof notes - 256] = 254;
        memcpy(notes, "!\xFE", 2);
        notes[2] = 253;
        insert(&bytes, find(&bytes, "!\xFF", 2), notes, sizeof notes);
    }
    write_file("noted", &bytes);
    before = peak_kib();
    check_loads("noted", "RGBW");
    ck_assert_int_lt(peak_kib() - before, (MIB + 16 + KEPT_MIB) << 10);
}
END_TEST

/* Writes a PNG of 64 megapixels of one colour, RGBA with 16 bits a sample. */
static void write_largest(const char *name)
{
    enum { SIDE = 8000 };
    static uint8_t row[1 + 8 * SIDE], packed[1 << 20];
    struct buf bytes = {0}, data = {0}, head = {0};
    z_stream stream = {0};

    ck_assert_int_eq(deflateInit(&stream, 1), Z_OK);
    for (int y = 0; y <= SIDE; y++) {
        stream.next_in = row;
        stream.avail_in = y < SIDE ? sizeof row : 0;
        stream.next_out = packed;
        stream.avail_out = sizeof packed;
        deflate(&stream, y < SIDE ? Z_NO_FLUSH : Z_FINISH);
        buf_add(&data, packed, sizeof packed - stream.avail_out);
    }
    deflateEnd(&stream);
    buf_add(&head, "\0\0\x1F\x40\0\0\x1F\x40\x10\6\0\0\0", 13);
    buf_add(&bytes, "\x89PNG\r\n\x1a\n", 8);
    buf_add(&bytes, "\0\0\0\x0DIHDR", 8);
    buf_add(&bytes, head.data, head.len);
    for (int shift = 24; shift >= 0; shift -= 8) {
        uLong sum = crc32(crc32(0, (const Bytef *)"IHDR", 4), (const Bytef *)head.data, 13);

        buf_add(&bytes, &(uint8_t){(uint8_t)(sum >> shift)}, 1);
    }
    tagged_add_chunk(&bytes, "IDAT", data.data, data.len, false);
    write_file(name, &bytes);
    buf_free(&data);
    buf_free(&head);
}

START_TEST(the_largest_picture_of_all_holds_no_more_than_the_header_promises)
{
    char warnings[PICTURE_WARNINGS_MAX];
    long before;

    write_largest("most.png");
    before = peak_kib();
    ck_assert_msg(picture_check(root_fd, "most.png", warnings, &err) == 0, "%s", err.text);
    ck_assert_int_lt(peak_kib() - before, (400 + KEPT_MIB) << 10);
}
END_TEST

/* --- depth --- */

/* The longest run of equal samples in a row of luma. */
static int longest_run(const struct yuv *yuv, int y)
{
    const uint8_t *row = yuv->data[0] + y * yuv->stride[0];
    int longest = 0, run = 1;

    for (int x = 1; x < yuv->width; x++) {
        run = row[x] == row[x - 1] ? run + 1 : 1;
        longest = run > longest ? run : longest;
    }
    return longest;
}

/* Writes a soft gradient from left to right, in portrait, which is shown over a blurred copy. */
static void write_gradient(const char *name)
{
    enum { WIDTH = 300, HEIGHT = 600 };
    uint8_t *pixels = mem_new_n(WIDTH * HEIGHT * 3, uint8_t);

    for (int i = 0; i < WIDTH * HEIGHT; i++)
        memset(pixels + 3 * i, 100 + 30 * (i % WIDTH) / WIDTH, 3);
    media_rgb(folder, name, pixels, WIDTH, HEIGHT);
    free(pixels);
}

START_TEST(a_blurred_gradient_has_no_bands)
{
    struct yuv yuv, again;

    write_gradient("gradient.png");
    for (int i = 0; i < 2; i++) {
        struct fit fit = {.kind = CASE_FIT_BLUR, .focus_x = -1, .focus_y = -1};

        ck_assert_int_eq(
            picture_load(root_fd, "gradient.png", 1600, 900, &fit, i ? &again : &yuv, NULL, &err),
            0);
    }
    for (int y = 0; y < 900; y += 50) {
        ck_assert_int_lt(longest_run(&yuv, y), 64);
        ck_assert_mem_eq(
            yuv.data[0] + y * yuv.stride[0], again.data[0] + y * again.stride[0], 1600);
    }
    yuv_free(&yuv);
    yuv_free(&again);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tagged_picture");
    TCase *tc = tcase_create("all");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_set_timeout(tc, 120);
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_loop_test(tc, a_picture_has_the_colours_that_its_file_names, 0,
        (int)(sizeof tagged / sizeof *tagged));
    tcase_add_test(tc, a_profile_that_is_damaged_or_of_another_kind_is_left_out_with_a_warning);
    tcase_add_loop_test(tc, a_png_is_turned_as_its_exif_says, 0, 8);
    tcase_add_loop_test(tc, a_webp_is_turned_as_its_exif_says, 0, 8);
    tcase_add_test(tc, of_two_exif_blocks_the_first_counts);
    tcase_add_test(tc, a_jpeg_of_any_make_is_shown);
    tcase_add_test(tc, a_jpeg_without_an_end_is_shown_if_its_pixels_are_there);
    tcase_add_loop_test(tc, rows_that_are_missing_are_counted, 0, 4);
    tcase_add_test(tc, a_png_with_a_wrong_checksum_in_what_is_no_pixel_is_shown);
    tcase_add_test(tc, a_png_with_one_wrong_checksum_of_two_is_shown);
    tcase_add_test(tc, a_png_without_an_end_or_with_more_behind_it_is_shown);
    tcase_add_test(tc, a_webp_whose_header_has_a_wrong_length_is_shown);
    tcase_add_test(tc, a_gif_without_a_trailer_is_shown);
    tcase_add_loop_test(tc, what_is_packed_beside_the_pixels_stays_packed, 0, 3);
    tcase_add_loop_test(tc, large_notes_of_any_kind_cost_no_more_than_their_file, 0, 3);
    tcase_add_test(tc, the_largest_picture_of_all_holds_no_more_than_the_header_promises);
    tcase_add_test(tc, a_blurred_gradient_has_no_bands);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
