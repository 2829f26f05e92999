/* test_typesetter.c - text is set in a sealed process: the same pages and pixels as without, and a
 * process that a text took over, ended or stalls gets nothing and stops nobody. */
#include <check.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/mem.h"
#include "unit/video/media/attacks.h"
#include "video/child.h"
#include "video/draw/caption.h"
#include "video/draw/typesetter.h"
#include "video/language/fonts.h"
#include "video/sealed/exchange.h"
#include "video/sealed/fork_server.h"
#include "video/sealed/seal.h"
#include "video/sealed/sealed.h"

static struct error err;

/* --- the process of this program: the real one, but for texts that take it over --- */

static int number_behind(const struct buf *question, const char *word)
{
    const char *at = memmem(question->data, question->len, word, strlen(word));

    return at ? (int)strtol(at + strlen(word), NULL, 10) : -1;
}

static void answer_errno(struct buf *answer, int number)
{
    char text[20];

    snprintf(text, sizeof text, "errno %d", number);
    buf_free(answer);
    pack_number(answer, -ERR_INPUT);
    pack_text(answer, text);
}

/* Changes a right answer: some of its bytes, or its end. */
static void lie(struct buf *answer, unsigned seed)
{
    size_t head = answer->len < 160 ? answer->len : 160;

    srand(seed);
    for (int n = rand() % 3; n >= 0; n--)
        answer->data[(size_t)rand() % (rand() % 2 ? head : answer->len)] = (char)rand();
    if (rand() % 4 == 0)
        answer->len = (size_t)rand() % answer->len;
}

static void faulty_main(bool is_required)
{
    struct typesetter *typesetter = typesetter_open(is_required);
    struct buf question, answer;

    while (typesetter && exchange_receive_long(EXCHANGE_FD, NULL, NULL, &question)) {
        int attack = number_behind(&question, "TAKEOVER "), seed = number_behind(&question, "LIE ");

        typesetter_answer(typesetter, &question, &answer);
        if (attack >= ATTACKS)
            attack_end(attack == ATTACKS ? CRASH : STALL);
        if (attack >= 0)
            answer_errno(&answer, attack_run(&attacks[attack].attack));
        if (seed >= 0)
            lie(&answer, (unsigned)seed);
        if (number_behind(&question, "STUBBORN ") >= 0) {
            exchange_send(EXCHANGE_FD, "what is no answer", 17, NULL, 0);
            attack_end(STALL);
        } else {
            exchange_send_long(EXCHANGE_FD, &answer);
        }
        buf_free(&question);
        buf_free(&answer);
    }
    _exit(SEAL_REFUSED);
}

/* A file of this name in the folder that the tests run in chooses that process. */
#define FAULTY "faulty-typesetter"

static void become(const char *role, bool is_required)
{
    if (access(FAULTY, F_OK) == 0)
        faulty_main(is_required);
    child_become(role, is_required);
}

static char folder[] = "/tmp/casecast-typesetter.XXXXXX";

static void become_faulty(void)
{
    FILE *file;

    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
    file = fopen(FAULTY, "w");
    ck_assert_ptr_nonnull(file);
    fclose(file);
}

static void set_up(void)
{
    digest_init();
    sealed_choose("require");
}

static void tear_down(void)
{
    unlink(FAULTY);
    rmdir(folder);
}

/* --- the same as without --- */

enum { WIDTH = 640, HEIGHT = 360, FRAMES = 200 };

static struct case_record record = {CASE_DEFAULTS};

static int set(const char *text, struct fonts *fonts, struct caption **ret_caption)
{
    struct caption_style style = caption_style_of(&record);

    style.width = WIDTH;
    style.height = HEIGHT;
    style.size = 20;
    style.fonts = fonts;
    return caption_new(text, &style, FRAMES, ret_caption, &err);
}

/* The digest of all frames with the caption, and of its pages. */
static void digest_of(const struct caption *caption, char ret_hex[static DIGEST_HEX_LEN + 1])
{
    struct digest digest;
    struct yuv frame;

    digest_start(&digest);
    ck_assert_int_eq(yuv_alloc(&frame, WIDTH, HEIGHT, &err), 0);
    for (int at = 0; caption && at < FRAMES; at += 11) {
        for (int p = 0; p < 3; p++)
            memset(
                frame.data[p], 90, (size_t)frame.stride[p] * (size_t)yuv_plane_height(&frame, p));
        caption_blend(caption, at, &frame);
        for (int p = 0; p < 3; p++)
            digest_add(&digest, frame.data[p],
                (size_t)frame.stride[p] * (size_t)yuv_plane_height(&frame, p));
    }
    for (int i = 0; caption && i < caption_page_count(caption); i++) {
        int from, to;

        digest_add_text(&digest, caption_page_text(caption, i, &from, &to));
        digest_add_number(&digest, from);
        digest_add_number(&digest, to);
    }
    digest_hex(&digest, ret_hex);
    yuv_free(&frame);
}

static const char *const texts[] = {"One, two.",
    "Ein sehr langer Satz, der über mehrere Zeilen geht und deshalb auf mehreren Seiten steht, "
    "denn "
    "so viel passt auf keine einzige von ihnen, auch wenn sie sehr voll wird und noch voller.",
    "مرحبا بالعالم", "水は流れる 😀", "हिन्दी और English", " \n "};

static void set_and_digest(const char *seal, const char *text, char *ret_hex)
{
    struct fonts *fonts;
    struct caption *caption;

    sealed_choose(seal);
    fonts = fonts_acquire();
    ck_assert_int_eq(fonts_faces(fonts) != NULL, strcmp(seal, "off") == 0);
    ck_assert_msg(set(text, fonts, &caption) == 0, "%s", err.text);
    ck_assert_int_eq(!caption, strcmp(text, " \n ") == 0);
    digest_of(caption, ret_hex);
    caption_free(caption);
    fonts_release(fonts);
}

/* A process keeps its set of fonts, so each way has a process. */
START_TEST(a_text_has_the_same_pages_and_pixels)
{
    char sealed[DIGEST_HEX_LEN + 1], here[DIGEST_HEX_LEN + 1] = "";
    int pipes[2];
    pid_t pid;

    ck_assert_int_eq(pipe(pipes), 0);
    pid = fork();
    if (pid == 0) {
        set_and_digest("off", texts[_i], here);
        _exit(write(pipes[1], here, sizeof here) < 0);
    }
    ck_assert_int_eq(read(pipes[0], here, sizeof here), sizeof here);
    waitpid(pid, NULL, 0);
    set_and_digest("require", texts[_i], sealed);
    ck_assert_str_eq(sealed, here);
    close(pipes[0]);
    close(pipes[1]);
}
END_TEST

START_TEST(fonts_are_the_same_from_both_sides)
{
    struct fonts *fonts = fonts_acquire();

    ck_assert_int_gt(fonts_count(fonts), 10);
    ck_assert_int_eq(fonts_count_unseen(fonts, "Hello", &err), 0);
    ck_assert_int_eq(fonts_count_unseen(fonts,
                         "a\xf4\x8f\xbf\xbd"
                         "b",
                         &err),
        1); /* U+10FFFD */
    ck_assert_int_eq(fonts_check_family(fonts, "noto sans", &err), 0);
    ck_assert_int_eq(fonts_check_family(fonts, "Nosuch Grotesk", &err), -ERR_INPUT);
    fonts_release(fonts);
}
END_TEST

/* --- a process that a text took over --- */

START_TEST(a_process_that_was_taken_over_may_do_nothing)
{
    struct fonts *fonts;
    struct caption *caption;
    char text[40];

    become_faulty();
    fonts = fonts_acquire();
    snprintf(text, sizeof text, "TAKEOVER %d", _i);
    ck_assert_int_eq(set(text, fonts, &caption), -ERR_INPUT);
    ck_assert_msg(strcmp(err.text, "errno 1") == 0 || strcmp(err.text, "errno 13") == 0 ||
                      strcmp(err.text, "errno 38") == 0,
        "%s: %s", attacks[_i].what, err.text);
    fonts_release(fonts);
}
END_TEST

START_TEST(a_text_that_ends_its_process_is_an_error_and_the_next_is_set)
{
    struct fonts *fonts;
    struct caption *caption;
    char text[40];

    become_faulty();
    fonts = fonts_acquire();
    snprintf(text, sizeof text, "TAKEOVER %d", ATTACKS);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(set(text, fonts, &caption), -ERR_INPUT);
        ck_assert_msg(strncmp(err.text, "a text: can't be set: ", 22) == 0, "%s", err.text);
        ck_assert_msg(set("Next.", fonts, &caption) == 0, "%s", err.text);
        ck_assert_int_eq(caption_page_count(caption), 1);
        caption_free(caption);
    }
    fonts_release(fonts);
}
END_TEST

START_TEST(a_process_that_goes_on_without_an_answer_is_ended)
{
    struct fonts *fonts;
    struct caption *caption;

    become_faulty();
    fonts = fonts_acquire();
    ck_assert_int_eq(set("STUBBORN 1", fonts, &caption), -ERR_INPUT);
    ck_assert_msg(strstr(err.text, "gave what is no answer"), "%s", err.text);
    ck_assert_msg(set("Next.", fonts, &caption) == 0, "%s", err.text);
    caption_free(caption);
    fonts_release(fonts);
}
END_TEST

/* Whatever it says: an error, or a caption that stays within its frame (the sanitizer sees it). */
START_TEST(a_process_that_lies_draws_nothing_outside_of_the_frame)
{
    struct fonts *fonts;
    char text[60], hex[DIGEST_HEX_LEN + 1];
    int n_errors = 0;

    become_faulty();
    fonts = fonts_acquire();
    for (int i = 0; i < 60; i++) {
        struct caption *caption = NULL;
        int rc;

        snprintf(text, sizeof text, "LIE %d", _i * 100 + i);
        rc = set(text, fonts, &caption);
        n_errors += rc < 0;
        if (rc == 0)
            digest_of(caption, hex);
        caption_free(caption);
    }
    ck_assert_int_gt(n_errors, 10);
    fonts_release(fonts);
}
END_TEST

int main(int argc, char **argv)
{
    Suite *suite = suite_create("typesetter");
    TCase *tc = tcase_create("all");
    SRunner *runner;
    int failed;

    if (child_is_wanted(argc, argv))
        return fork_server_main(become);
    runner = srunner_create(suite);
    suite_add_tcase(suite, tc);
    tcase_set_timeout(tc, 120);
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_loop_test(tc, a_text_has_the_same_pages_and_pixels, 0, sizeof texts / sizeof *texts);
    tcase_add_test(tc, fonts_are_the_same_from_both_sides);
    tcase_add_loop_test(tc, a_process_that_was_taken_over_may_do_nothing, 0, ATTACKS);
    tcase_add_test(tc, a_text_that_ends_its_process_is_an_error_and_the_next_is_set);
    tcase_add_test(tc, a_process_that_goes_on_without_an_answer_is_ended);
    tcase_add_loop_test(tc, a_process_that_lies_draws_nothing_outside_of_the_frame, 0, 3);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
