/* test_caption_fonts.c - fonts and settings of fonts that can't be read: Pango would go on with
 * others.  caption.h and fonts.h. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "video/draw/caption.h"
#include "video/language/fonts.h"

static void text_put(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    ck_assert_int_eq(fclose(file), 0);
}

/* A folder with fontconfig's main file `fonts.conf`, which this process then reads. */
static void settings_put(const char *rules)
{
    char text[600];

    snprintf(text, sizeof text, "<fontconfig>%s</fontconfig>", rules);
    text_put("fonts.conf", text);
}

static void folder_begin(char path[static 64])
{
    char main_file[100];

    snprintf(path, 64, "/tmp/casecast-fonts.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(path));
    ck_assert_int_eq(chdir(path), 0);
    snprintf(main_file, sizeof main_file, "%s/fonts.conf", path);
    setenv("FONTCONFIG_FILE", main_file, 1);
}

static void folder_end(const char *path)
{
    ck_assert_int_eq(chdir("/"), 0);
    ck_assert_int_eq(file_remove_folder(path), 0);
}

static struct case_record record = {CASE_DEFAULTS};
static struct error err;

static int set_rc(struct fonts *fonts)
{
    struct caption_style style = caption_style_of(&record);
    struct caption *caption;
    int rc;

    style.fonts = fonts;
    rc = caption_new("Hello", &style, 60, &caption, &err);
    if (rc == 0)
        caption_free(caption);
    return rc;
}

static const char *const bad_settings[] = {"", "<fontconfig><dir>/x</fontconfig>", "words"};

START_TEST(a_file_of_font_settings_that_cannot_be_read_is_named)
{
    char path[64], rules[300];

    folder_begin(path);
    snprintf(rules, sizeof rules,
        "<include>/etc/fonts/fonts.conf</include><include "
        "ignore_missing=\"yes\">%s/conf.d</include>",
        path);
    settings_put(rules);
    ck_assert_int_eq(mkdir("conf.d", 0700), 0);
    text_put("conf.d/10-ours.conf", bad_settings[_i]);
    ck_assert_int_eq(set_rc(NULL), -ERR_IO);
    ck_assert_msg(strstr(err.text, "10-ours.conf: fontconfig can't read"), "%s", err.text);
    text_put("conf.d/10-ours.conf", "<fontconfig></fontconfig>");
    ck_assert_msg(set_rc(NULL) == 0, "%s", err.text);
    folder_end(path);
}
END_TEST

/* fontconfig takes these, so we do: an element it does not know, a link to nothing, no rule. */
START_TEST(settings_that_fontconfig_takes_are_no_fault)
{
    static const char *const good_settings[] = {
        "<fontconfig><unheard/></fontconfig>", NULL, "<fontconfig/>"};
    char path[64], rules[300];

    folder_begin(path);
    snprintf(rules, sizeof rules,
        "<include>/etc/fonts/fonts.conf</include><include "
        "ignore_missing=\"yes\">%s/conf.d</include>",
        path);
    settings_put(rules);
    ck_assert_int_eq(mkdir("conf.d", 0700), 0);
    if (good_settings[_i])
        text_put("conf.d/10-ours.conf", good_settings[_i]);
    else
        ck_assert_int_eq(symlink("nothing", "conf.d/10-ours.conf"), 0);
    ck_assert_msg(set_rc(NULL) == 0, "%s", err.text);
    folder_end(path);
}
END_TEST

START_TEST(a_main_file_of_font_settings_that_cannot_be_read_is_named)
{
    char path[64];

    folder_begin(path);
    text_put("fonts.conf", bad_settings[_i]);
    ck_assert_int_eq(set_rc(NULL), -ERR_IO);
    ck_assert_msg(strstr(err.text, "fonts.conf: fontconfig can't read"), "%s", err.text);
    folder_end(path);
}
END_TEST

/* The font is read for the first time when a text is drawn with it. */
START_TEST(a_font_that_is_damaged_after_it_was_found_draws_no_other_letters)
{
    struct fonts *fonts;
    char path[64];

    folder_begin(path);
    ck_assert_int_eq(
        system("cp \"$(env -u FONTCONFIG_FILE fc-match -f '%{file}' 'DejaVu Sans')\" face.ttf"), 0);
    settings_put("<dir prefix=\"cwd\">.</dir><cachedir prefix=\"cwd\">cache</cachedir>");
    fonts = fonts_acquire();
    ck_assert_int_eq(fonts_count(fonts), 1);
    text_put("face.ttf", "no font");
    ck_assert_int_eq(set_rc(fonts), -ERR_IO);
    ck_assert_msg(strstr(err.text, "a font can't be read: "), "%s", err.text);
    fonts_release(fonts);
    folder_end(path);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("caption_fonts");
    TCase *tc = tcase_create("all");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_set_timeout(tc, 100);
    tcase_add_loop_test(tc, a_file_of_font_settings_that_cannot_be_read_is_named, 0, 3);
    tcase_add_loop_test(tc, settings_that_fontconfig_takes_are_no_fault, 0, 3);
    tcase_add_loop_test(tc, a_main_file_of_font_settings_that_cannot_be_read_is_named, 0, 3);
    tcase_add_test(tc, a_font_that_is_damaged_after_it_was_found_draws_no_other_letters);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
