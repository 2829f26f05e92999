/* test_caption.c - captions over frames: caption.h and overlay.h. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "video/draw/caption.h"

static struct yuv frame;
static struct error err;

static void fill(uint8_t luma)
{
    for (int p = 0; p < 3; p++)
        memset(
            frame.data[p], p ? 128 : luma, (size_t)(frame.stride[p] * yuv_plane_height(&frame, p)));
}

static void set_up(void)
{
    ck_assert_int_eq(yuv_alloc(&frame, 1920, 1080, &err), 0);
    fill(200);
}

static void tear_down(void)
{
    yuv_free(&frame);
}

static struct case_record record = {CASE_DEFAULTS};

static struct caption *set(const char *text, int n_frames)
{
    struct caption_style style = caption_style_of(&record);
    struct caption *caption;

    ck_assert_msg(caption_new(text, &style, n_frames, &caption, &err) == 0, "%s", err.text);
    return caption;
}

/* How many luma samples differ from the background. */
static int touched(void)
{
    int n = 0;

    for (int y = 0; y < frame.height; y++)
        for (int x = 0; x < frame.width; x++)
            n += frame.data[0][y * frame.stride[0] + x] != 200;
    return n;
}

static int brightest(void)
{
    int max = 0;

    for (int y = 800; y < 1080; y++)
        for (int x = 0; x < frame.width; x++)
            if (frame.data[0][y * frame.stride[0] + x] > max)
                max = frame.data[0][y * frame.stride[0] + x];
    return max;
}

/* An assertion writes to Check's pipe even if it holds: for each sample that would take seconds. */
static void check_nothing_outside(int left, int top, int right, int bottom)
{
    for (int y = 0; y < frame.height; y++)
        for (int x = 0; x < frame.width; x++)
            if ((x < left || x >= right || y < top || y >= bottom) &&
                frame.data[0][y * frame.stride[0] + x] != 200)
                ck_abort_msg("drawn at %d, %d", x, y);
}

START_TEST(a_caption_is_white_on_a_dark_box_within_the_safe_area)
{
    struct caption *caption = set("Hello, world", 120);

    caption_blend(caption, 60, &frame);
    ck_assert_int_gt(touched(), 5000);
    ck_assert_int_ge(brightest(), 230);
    check_nothing_outside(192, 540, 1728, 1080 * 95 / 100);
    caption_free(caption);
}
END_TEST

START_TEST(a_caption_fades_in_and_out_and_leaves_nothing)
{
    struct caption *caption = set("Hello, world", 120);
    int early, full;

    caption_blend(caption, 0, &frame);
    early = brightest();
    fill(200);
    caption_blend(caption, 60, &frame);
    full = brightest();
    ck_assert_int_lt(early, full);
    fill(200);
    caption_blend(caption, 120, &frame);
    ck_assert_int_eq(touched(), 0);
    caption_free(caption);
}
END_TEST

START_TEST(any_script_draws_something)
{
    static const char *const words[] = {"مرحبا بالعالم، هذا نص طويل", "नमस्ते दुनिया", "你好，世界",
        "שלום עולם", "Привет мир", "สวัสดีชาวโลก", "👩‍👩‍👧‍👦 🏳️‍🌈 🐉",
        "mixed مرحبا and עברית 123", "é = e\u0301"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct caption *caption = set(words[i], 120);

        fill(200);
        ck_assert_ptr_nonnull(caption);
        caption_blend(caption, 60, &frame);
        ck_assert_int_gt(touched(), 1000);
        caption_free(caption);
    }
}
END_TEST

START_TEST(emoji_are_in_colour)
{
    struct caption *caption = set("🍅", 120); /* a tomato */
    int reddest = 0;

    caption_blend(caption, 60, &frame);
    for (int y = 0; y < 540; y++)
        for (int x = 0; x < 960; x++)
            if (frame.data[2][y * frame.stride[2] + x] > reddest)
                reddest = frame.data[2][y * frame.stride[2] + x];
    ck_assert_int_gt(reddest, 180);
    caption_free(caption);
}
END_TEST

START_TEST(a_caption_of_nothing_visible_is_none)
{
    ck_assert_ptr_null(set("", 120));
    ck_assert_ptr_null(set("   \n\n\t ", 120));
    ck_assert_ptr_null(set("\u200B\u200D", 120));
}
END_TEST

/* `n` words. */
static char *words(int n)
{
    struct buf buf = {0};

    for (int i = 0; i < n; i++)
        buf_format(&buf, "%sword%d", i ? " " : "", i);
    return buf.data;
}

START_TEST(more_than_three_lines_become_pages_over_the_time)
{
    char *text = words(60);
    struct caption *caption = set(text, 600);

    ck_assert_int_ge(caption_page_count(caption), 2);
    caption_blend(caption, 30, &frame);
    ck_assert_int_gt(touched(), 1000);
    check_nothing_outside(0, 700, 1920, 1080);
    fill(200);
    caption_blend(caption, 570, &frame);
    ck_assert_int_gt(touched(), 1000);
    caption_free(caption);
    free(text);
}
END_TEST

START_TEST(a_caption_too_long_for_its_time_never_covers_the_picture)
{
    char *text = words(800);
    struct caption *caption = set(text, 60);

    ck_assert_int_eq(caption_page_count(caption), 1);
    caption_blend(caption, 30, &frame);
    ck_assert_int_gt(touched(), 1000);
    check_nothing_outside(0, 324, 1920, 1080);
    caption_free(caption);
    free(text);
}
END_TEST

START_TEST(odd_text_breaks_nothing)
{
    struct buf odd[4] = {{0}};

    buf_add_text(&odd[0], "Z");
    for (int i = 0; i < 2500; i++) {
        buf_add_text(&odd[0], "\u0301");                /* combining marks on one letter */
        buf_add_text(&odd[1], "W");                     /* no line break possible */
        buf_add_text(&odd[2], i % 2 ? "\u202E" : "\n"); /* direction overrides and lines */
        buf_add_text(&odd[3], i % 3 ? "ﷺ" : "𒐫");       /* the widest letters */
    }
    buf_add_text(&odd[2], "x");
    for (int i = 0; i < 4; i++) {
        struct caption *caption = set(odd[i].data, 100);

        fill(200);
        if (caption)
            caption_blend(caption, 50, &frame);
        check_nothing_outside(0, 324, 1920, 1080);
        caption_free(caption);
        buf_free(&odd[i]);
    }
}
END_TEST

START_TEST(an_overlay_blends_by_its_transparency_and_opacity)
{
    /* Two pixels each: opaque white, half transparent black, nothing. */
    uint32_t argb[2 * 6] = {0xFFFFFFFF, 0xFFFFFFFF, 0x80000000, 0x80000000, 0, 0, 0xFFFFFFFF,
        0xFFFFFFFF, 0x80000000, 0x80000000, 0, 0};
    struct overlay *overlay;

    ck_assert_int_eq(overlay_new((uint8_t *)argb, 24, 10, 10, 6, 2, &overlay, &err), 0);
    overlay_blend(overlay, &frame, 256);
    ck_assert_int_eq(frame.data[0][10 * frame.stride[0] + 10], 235);
    ck_assert_int_le(
        abs(frame.data[0][10 * frame.stride[0] + 12] - 108), 1); /* between 200 and 16 */
    ck_assert_int_eq(frame.data[0][10 * frame.stride[0] + 14], 200);
    ck_assert_int_eq(frame.data[1][5 * frame.stride[1] + 5], 128);
    overlay_blend(overlay, &frame, 0);
    ck_assert_int_eq(frame.data[0][10 * frame.stride[0] + 10], 235);
    fill(200);
    overlay_blend(overlay, &frame, 128);
    ck_assert_int_le(abs(frame.data[0][10 * frame.stride[0] + 10] - 217), 1);
    overlay_free(overlay);
}
END_TEST

START_TEST(color_box_and_size_follow_the_case)
{
    struct caption *caption;
    int small;

    record.caption_color = (char *)"#ff0000";
    record.caption_box = (char *)"#0000ff00"; /* fully transparent */
    caption = set("Red words", 120);
    caption_blend(caption, 60, &frame);
    small = touched();
    ck_assert_int_gt(small, 1000);
    for (int y = 0; y < 540; y++)
        for (int x = 0; x < 960; x++)
            if (frame.data[2][y * frame.stride[2] + x] < 127)
                ck_abort_msg("neither red nor unchanged at %d, %d", x, y);
    caption_free(caption);
    record.caption_size = 12;
    caption = set("Red words", 120);
    fill(200);
    caption_blend(caption, 60, &frame);
    ck_assert_int_gt(touched(), 4 * small);
    caption_free(caption);
}
END_TEST

START_TEST(each_position_keeps_within_its_safe_area_at_every_size)
{
    static const int tops[] = {[CASE_BOTTOM] = 432, [CASE_MIDDLE] = 200, [CASE_TOP] = 54};
    static const int ends[] = {[CASE_BOTTOM] = 1026, [CASE_MIDDLE] = 880, [CASE_TOP] = 730};
    static const double sizes[] = {1, 4.4, 10, 20};

    for (int position = 0; position < 3; position++)
        for (int i = 0; i < 4; i++) {
            struct caption *caption;

            record.caption_position = (enum case_position)position;
            record.caption_size = sizes[i];
            caption = set("A caption of many words that has to go on and on for some lines", 900);
            fill(200);
            caption_blend(caption, 30, &frame);
            ck_assert_int_gt(touched(), 200);
            check_nothing_outside(96, tops[position], 1824, ends[position]);
            caption_free(caption);
        }
}
END_TEST

START_TEST(a_family_that_is_not_there_is_refused_by_name)
{
    ck_assert_int_eq(caption_check_font("Noto Sans", &err), 0);
    ck_assert_int_eq(caption_check_font("noto sans", &err), 0);
    ck_assert_int_eq(caption_check_font("serif", &err), 0);
    ck_assert_int_eq(caption_check_font("Nosuch Grotesk", &err), -ERR_INPUT);
    ck_assert_ptr_nonnull(strstr(err.text, "\"Nosuch Grotesk\": no such font"));
}
END_TEST

START_TEST(a_family_of_the_case_still_draws_every_script)
{
    struct caption *caption;

    record.caption_font = (char *)"Noto Sans";
    caption = set("مرحبا नमस्ते 🍅", 120);
    caption_blend(caption, 60, &frame);
    ck_assert_int_gt(touched(), 2000);
    caption_free(caption);
}
END_TEST

/* --- the text as it is shown --- */

/* The rows from the first to the last that a caption changes, and its text. */
static int rows_touched(const char *text, int n_frames, char **ret_words)
{
    struct caption *caption = set(text, n_frames);
    int first = -1, last = -1, from, to;

    ck_assert_int_eq(caption_page_count(caption), 1);
    *ret_words = strdup(caption_page_text(caption, 0, &from, &to));
    fill(200);
    caption_blend(caption, n_frames / 2, &frame);
    for (int y = 0; y < frame.height; y++)
        for (int x = 0; x < frame.width; x++)
            if (frame.data[0][y * frame.stride[0] + x] != 200) {
                first = first < 0 ? y : first;
                last = y;
            }
    caption_free(caption);
    return last - first + 1;
}

static const struct {
    const char *written, *plain;
} blanks[] = {{"Hello there\n\n\n", "Hello there"}, {"\n\n \tHello there", "Hello there"},
    {"First line\nSecond line\nThird line\n", "First line\nSecond line\nThird line"},
    {"One\r\nTwo\r\n\r\n", "One\nTwo"}, {"One\rTwo\r", "One\nTwo"},
    {"One\xC2\x85"
     "Two\xC2\x85",
        "One\nTwo"},
    {"One\u2028Two\u2029\u2029Three", "One\nTwo\nThree"},
    {"One\u00A0\u00A0\n\u200B\n\uFEFFTwo\u2060\t", "One\nTwo"},
    {"One\n\u3000\nTwo\u3000", "One\nTwo"}};

START_TEST(blanks_change_nothing_and_breaks_stay)
{
    char *written, *plain;
    int n = rows_touched(blanks[_i].written, 90, &written);

    ck_assert_int_eq(n, rows_touched(blanks[_i].plain, 90, &plain));
    ck_assert_str_eq(written, blanks[_i].plain);
    ck_assert_str_eq(plain, blanks[_i].plain);
    free(written);
    free(plain);
}
END_TEST

static const struct {
    const char *start, *word;
    const char *mark; /* in front of a page whose first letter has the other direction */
} paragraphs[] = {
    {"שלום ", "Tel ", "\u200F"}, {"مرحبا ", "CNN ", "\u200F"}, {"Hello ", "שלום ", "\u200E"}};

START_TEST(each_page_keeps_the_direction_of_its_paragraph)
{
    struct buf text = {0};
    struct caption *caption;
    int n_marked = 0, from, to;

    buf_add_text(&text, paragraphs[_i].start);
    for (int i = 0; i < 100; i++)
        buf_add_text(&text, paragraphs[_i].word);
    caption = set(text.data, 900);
    ck_assert_int_gt(caption_page_count(caption), 1);
    for (int i = 0; i < caption_page_count(caption); i++) {
        const char *page = caption_page_text(caption, i, &from, &to);
        bool is_first = strncmp(page, paragraphs[_i].start, strlen(paragraphs[_i].start)) == 0;

        ck_assert_int_eq(strncmp(page, paragraphs[_i].mark, 3) == 0, !is_first);
        n_marked += !is_first;
    }
    ck_assert_int_gt(n_marked, 0);
    caption_free(caption);
    buf_free(&text);
}
END_TEST

/* Noto Sans has language-specific forms of some letters. */
static void draw_in(const char *language, const char *text, uint8_t *ret_luma)
{
    struct caption *caption;

    record.language = (char *)language;
    record.caption_font = (char *)"Noto Sans";
    caption = set(text, 120);
    fill(200);
    caption_blend(caption, 60, &frame);
    memcpy(ret_luma, frame.data[0], (size_t)(frame.stride[0] * frame.height));
    caption_free(caption);
}

START_TEST(letters_have_the_forms_of_their_language)
{
    static const char *const forms[][3] = {
        {"ru", "sr", "бббб"}, {"en", "mk", "бббб"}, {"tr", "ro", "ŞşŢţ"}};
    size_t len = (size_t)(frame.stride[0] * frame.height);
    uint8_t *one = malloc(len), *other = malloc(len);

    draw_in(forms[_i][0], forms[_i][2], one);
    draw_in(forms[_i][1], forms[_i][2], other);
    ck_assert_int_ne(memcmp(one, other, len), 0);
    draw_in(forms[_i][0], forms[_i][2], other);
    ck_assert_int_eq(memcmp(one, other, len), 0);
    free(one);
    free(other);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("caption");
    TCase *tc = tcase_create("all");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_set_timeout(tc, 100);
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, a_caption_is_white_on_a_dark_box_within_the_safe_area);
    tcase_add_test(tc, a_caption_fades_in_and_out_and_leaves_nothing);
    tcase_add_test(tc, any_script_draws_something);
    tcase_add_test(tc, emoji_are_in_colour);
    tcase_add_test(tc, a_caption_of_nothing_visible_is_none);
    tcase_add_test(tc, more_than_three_lines_become_pages_over_the_time);
    tcase_add_test(tc, a_caption_too_long_for_its_time_never_covers_the_picture);
    tcase_add_test(tc, odd_text_breaks_nothing);
    tcase_add_test(tc, an_overlay_blends_by_its_transparency_and_opacity);
    tcase_add_test(tc, color_box_and_size_follow_the_case);
    tcase_add_test(tc, each_position_keeps_within_its_safe_area_at_every_size);
    tcase_add_test(tc, a_family_that_is_not_there_is_refused_by_name);
    tcase_add_test(tc, a_family_of_the_case_still_draws_every_script);
    tcase_add_loop_test(
        tc, blanks_change_nothing_and_breaks_stay, 0, sizeof blanks / sizeof *blanks);
    tcase_add_loop_test(tc, each_page_keeps_the_direction_of_its_paragraph, 0, 3);
    tcase_add_loop_test(tc, letters_have_the_forms_of_their_language, 0, 3);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
