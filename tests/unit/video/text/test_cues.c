/* test_cues.c - phrases, pauses, their alignment, cues, WebVTT and chapters: language/phrases.h,
 * voice/pauses.h, voice/align.h and common/video/text. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "media.h"
#include "video/language/language.h"
#include "video/text/chapters.h"
#include "video/text/cues.h"
#include "video/text/vtt.h"
#include "video/voice/align.h"
#include "video/voice/speech.h"

static char *folder;
static struct spool spool;
static struct levels_meter meter;
static struct error err;

static void set_up(void)
{
    folder = media_folder();
    ck_assert_int_eq(spool_open(folder, &spool, &err), 0);
    levels_open(&meter);
}

static void tear_down(void)
{
    spool_close(&spool);
    levels_free(&meter.levels);
    media_folder_remove(folder);
}

/* --- phrases --- */

static void check_phrases(const char *text, const char *const *expected, int n)
{
    struct phrases phrases = phrases_of(text);

    for (int i = 0; i < phrases.n && i < n; i++)
        ck_assert_str_eq(phrases.list[i].text, expected[i]);
    ck_assert_int_eq(phrases.n, n);
    phrases_free(&phrases);
}

START_TEST(sentences_are_kept_whole_and_short_ones_together)
{
    static const char *const expected[] = {
        "Hold still! Somebody else has stopped here to warm her wings.",
        "The trees have turned to copper, and behind them waits the mountain.", "We go, “slowly”."};

    check_phrases("Hold still!  Somebody else has\nstopped here to warm her wings. The trees have "
                  "turned to copper, and behind them waits the mountain. We go, “slowly”.",
        expected, 3);
}
END_TEST

START_TEST(a_long_sentence_breaks_at_a_comma_rather_than_in_the_middle)
{
    static const char *const expected[] = {"In the wood, a stream comes down its stairs of stone,",
        "and we follow it patiently upward, past the moss and fallen trunks."};

    check_phrases("In the wood, a stream comes down its stairs of stone, and we follow it "
                  "patiently upward, past the moss and fallen trunks.",
        expected, 2);
}
END_TEST

START_TEST(no_phrase_is_longer_than_two_lines_in_any_script)
{
    /* Code points in two lines of 42 columns: marks take no column, Chinese characters more than
     * one. */
    static const struct {
        const char *part;
        int most;
    } parts[] = {{"word ", 84}, {"слово ", 84}, {"كلمة ", 84}, {"शब्द ", 112}, {"คำพูดภาษาไทย", 112},
        {"漢字", 34}, {"ﷺ", 84}, {"e\u0301", 168}, {"👩‍👩‍👧‍👦", 84}};

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        struct buf text = {0};
        struct phrases phrases;

        for (int k = 0; k < 500; k++)
            buf_add_text(&text, parts[i].part);
        phrases = phrases_of(text.data);
        ck_assert_int_ge(phrases.n, 2);
        for (int k = 0; k < phrases.n; k++) {
            ck_assert(text_is_utf8(phrases.list[k].text, strlen(phrases.list[k].text), NULL));
            ck_assert_int_le((int)text_chars(phrases.list[k].text), parts[i].most);
        }
        phrases_free(&phrases);
        buf_free(&text);
    }
}
END_TEST

static const char *const short_words[] = {"Mr. Smith", "J. R. Poe", "A vs. Bob", "z. B. Tee",
    "т. е. Иван", "No. 5 won", "Fig. 3 ran", "U.S. Army", "p.ex. Bom", "e.g. Anna", "St. Mary",
    "Hr. Otto", "Sra. Ana", "Ph.D. Ann", "Nr. 7 kam", "д-р т. е. Я", "Prof. Yu", "Dr. No"};

/* Both sides of the abbreviation are long enough for a phrase of their own. */
START_TEST(no_phrase_ends_behind_an_abbreviation)
{
    char *text =
        mem_format("We all of us remember very well how %s and nobody has told it otherwise.",
            short_words[_i]);
    const char *expected[] = {text};

    check_phrases(text, expected, 1);
    free(text);
}
END_TEST

START_TEST(a_phrase_ends_with_its_sentence)
{
    static const char *const ends[] = {"Nobody of us saw it coming, and so did I.",
        "Did you see it coming then? We all said no.",
        "It has been like that since the year 1990."};
    static const char more[] =
        " And now comes a sentence that is so long that it stands alone, come what may.";
    char *text = mem_format("%s%s", ends[_i], more);
    const char *expected[] = {ends[_i], more + 1};

    check_phrases(text, expected, 2);
    free(text);
}
END_TEST

START_TEST(a_phrase_keeps_the_direction_of_its_paragraph)
{
    static const char start[] =
        "שלום לכולם, זה משפט ארוך מאוד שיש בו מילים רבות מאוד, כדי שיעמוד לבד כאן.";
    char *text =
        mem_format("%s Google and the others are a sentence of the same paragraph.", start);
    const char *expected[] = {
        start, "\u200FGoogle and the others are a sentence of the same paragraph."};

    check_phrases(text, expected, 2);
    free(text);
}
END_TEST

START_TEST(blank_text_gives_no_phrase)
{
    static const char *const nothing[] = {"", " ", "\n\n\t", "\u200B", "\u00A0"};

    for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++)
        check_phrases(nothing[i], NULL, 0);
}
END_TEST

/* --- times --- */

static void add_tone(int ms, float amplitude)
{
    int64_t n = (int64_t)ms * 48;
    float *samples = mem_new_n((size_t)n * 2, float);

    for (int64_t i = 0; i < 2 * n; i++)
        samples[i] = amplitude * (float)sin((double)i / 2 * 0.06);
    levels_add(&meter, samples, n);
    free(samples);
}

/* The levels of all tones since the last call; the test frees them. */
static struct levels take_levels(void)
{
    struct levels levels = levels_end(&meter);

    levels_open(&meter);
    return levels;
}

START_TEST(pauses_are_found_in_loud_and_soft_sound)
{
    static const float loudness[] = {0.9f, 0.01f};

    for (int i = 0; i < 2; i++) {
        struct levels levels;
        struct pauses pauses;

        add_tone(1000, loudness[i]);
        add_tone(300, loudness[i] * 0.004f);
        add_tone(500, loudness[i]);
        add_tone(40, 0); /* a "t" */
        add_tone(500, loudness[i]);
        levels = take_levels();
        pauses = pauses_find(&levels);
        ck_assert_int_eq(pauses.n, 1);
        ck_assert_int_eq((int)pauses.list[0].start_ms, 1000);
        ck_assert_int_eq((int)pauses.list[0].end_ms, 1300);
        pauses_free(&pauses);
        levels_free(&levels);
    }
}
END_TEST

START_TEST(a_phrase_ends_at_a_pause_rather_than_by_its_number_of_letters)
{
    /* Both phrases have as many letters; the first takes longer, with a short pause inside. */
    struct phrases phrases = phrases_of("Abcdefgh abcdefgh abcdefgh abcdefgh abcdefgh. "
                                        "Bbcdefgh bbcdefgh bbcdefgh bbcdefgh bbcdefgh.");
    struct levels levels;
    struct pauses pauses;
    struct spoken *spoken;

    add_tone(1400, 0.5f);
    add_tone(100, 0);
    add_tone(1500, 0.5f);
    add_tone(350, 0);
    add_tone(1700, 0.5f);
    ck_assert_int_eq(phrases.n, 2);
    levels = take_levels();
    pauses = pauses_find(&levels);
    spoken = align_phrases(&phrases, &pauses, 5050);
    ck_assert_int_eq((int)spoken[0].start_ms, 0);
    ck_assert_int_eq((int)spoken[0].end_ms, 3000);
    ck_assert_int_eq((int)spoken[1].start_ms, 3350);
    ck_assert_int_eq((int)spoken[1].end_ms, 5050);
    free(spoken);
    pauses_free(&pauses);
    levels_free(&levels);
    phrases_free(&phrases);
}
END_TEST

static int64_t spoken_ms(const char *text, const char *language, struct levels *ret_levels)
{
    struct source source = {.spool = &spool, .from = spool.n, .rate = SPEECH_RATE, .channels = 1};
    int64_t n;

    ck_assert_msg(
        speech_say(text, language, NULL, &spool, NULL, &source.n, &err) == 0, "%s", err.text);
    ck_assert_int_eq(source_measure(&source, NULL, &n, ret_levels, &err), 0);
    return n / 48;
}

static const struct {
    const char *language, *sentences[5];
} spoken_texts[] = {
    {"en", {"The day begins in a meadow, where every dandelion waits for its wind.",
               "In 1987, 42 people counted 3,651 dragonflies on this very bank.",
               "Behind them waits the mountain, and nobody has climbed it since.",
               "Somebody else has stopped here to warm her wings in the sun.",
               "Above the last trees the path turns to gravel, and winter left its snow."}},
    {"de", {"Der Tag beginnt auf einer Wiese voller Uhren, die auf den Wind warten.",
               "Im Jahr 1987 zählten 42 Menschen hier 3651 Libellen am Ufer.",
               "Dahinter wartet der Berg, und niemand hat ihn seither bestiegen.",
               "Jemand anderes hat hier angehalten, um sich die Flügel zu wärmen.",
               "Über den letzten Bäumen wird der Weg zu Kies, und etwas Schnee bleibt."}},
    {"hi", {"दिन की शुरुआत एक घास के मैदान में होती है और हवा चलती है।",
               "जंगल में एक धारा पत्थर की सीढ़ियों से नीचे आती है और हम ऊपर जाते हैं।",
               "पेड़ तांबे के रंग के हो गए हैं और उनके पीछे पहाड़ इंतज़ार करता है।",
               "आखिरी पेड़ों के ऊपर रास्ता बजरी का हो जाता है और थोड़ी बर्फ बची है।",
               "शाम को सूरज धीरे धीरे पहाड़ों के पीछे डूब जाता है।"}},
    {"ru", {"День начинается на лугу, и каждый одуванчик ждёт своего ветра.",
               "В лесу ручей спускается по каменным ступеням, и мы идём вверх.",
               "Деревья стали медными, а за ними нас ждёт большая гора.",
               "Кто-то ещё остановился здесь, чтобы согреть свои крылья.",
               "Над последними деревьями тропа становится каменистой."}},
};

/* The speech of all sentences together: its phrases with their times, and its length. */
static struct spoken *speak_all(
    const char *const sentences[5], const char *language, int64_t *ret_total_ms)
{
    struct levels levels;
    struct buf text = {0};
    struct phrases phrases;
    struct pauses pauses;
    struct spoken *spoken;

    for (int i = 0; i < 5; i++)
        buf_format(&text, "%s ", sentences[i]);
    *ret_total_ms = spoken_ms(text.data, language, &levels);
    phrases = phrases_of(text.data);
    ck_assert_int_eq(phrases.n, 5);
    pauses = pauses_find(&levels);
    levels_free(&levels);
    spoken = align_phrases(&phrases, &pauses, *ret_total_ms);
    pauses_free(&pauses);
    phrases_free(&phrases);
    buf_free(&text);
    return spoken;
}

/* Reference: espeak-ng speaks sentence by sentence, so the whole text takes the time of its
 * sentences and equal pauses. */
START_TEST(cues_of_real_speech_are_in_time)
{
    const char *const *sentences = spoken_texts[_i].sentences,
                      *language = spoken_texts[_i].language;
    int64_t alone[5], sum = 0, total, at = 0;
    struct spoken *spoken;

    for (int i = 0; i < 5; i++) {
        struct levels levels;

        sum += alone[i] = spoken_ms(sentences[i], language, &levels);
        levels_free(&levels);
    }
    spoken = speak_all(sentences, language, &total);
    for (int i = 0; i < 5; i++) {
        ck_assert_msg(llabs(spoken[i].start_ms - at) < 120, "%s: sentence %d at %d, spoken at %d",
            language, i + 1, (int)spoken[i].start_ms, (int)at);
        at += alone[i] + (total - sum) / 4;
    }
    free(spoken);
}
END_TEST

/* --- cues of a case --- */

static struct scene scenes[3];
static struct mix_clip clips[3];
static struct timeline timeline;

static struct cues cues_for(int n)
{
    static struct case_record record;
    struct timeline_input inputs[3] = {0};
    struct cues cues;

    record = (struct case_record){CASE_DEFAULTS, .id = "1", .n_scenes = n, .scenes = scenes};
    for (int i = 0; i < n; i++)
        inputs[i] =
            (struct timeline_input){.seconds = scenes[i].seconds, .sound_samples = clips[i].n};
    ck_assert_int_eq(timeline_plan(inputs, n, 30, &timeline, &err), 0);
    cues_open(&record, &timeline, clips, NULL, 1920, 1080, &cues);
    ck_assert_int_eq(cues_add_all(&cues, &err), 0);
    return cues;
}

static void free_cues_and_scenes(struct cues *cues)
{
    cues_close(cues);
    timeline_free(&timeline);
    memset(scenes, 0, sizeof scenes);
    levels_free(&clips[0].levels);
    memset(clips, 0, sizeof clips);
}

START_TEST(narration_gives_the_cues_of_a_scene_else_its_caption)
{
    struct cues cues;

    add_tone(2000, 0.5f);
    scenes[0] = (struct scene){.caption = "Seen", .narration = "Heard."};
    scenes[1] = (struct scene){.caption = " Only seen \n\n twice ", .seconds = 4};
    scenes[2] = (struct scene){.narration = "…", .seconds = 4}; /* nothing that can be spoken */
    clips[0].levels = take_levels();
    clips[0].n = 2000 * 48;
    cues = cues_for(3);
    ck_assert_int_eq(cues.n, 2);
    ck_assert_str_eq(cues.list[0].text, "Heard.");
    ck_assert_int_eq((int)cues.list[0].start_ms, (int)(timeline.scenes[0].sound_at / 48));
    ck_assert(cues.list[0].at_top);
    ck_assert_str_eq(cues.list[1].text, "Only seen\ntwice");
    ck_assert_int_eq(
        (int)cues.list[1].start_ms, timeline_body_start(&timeline.scenes[1]) * 100 / 3);
    ck_assert_int_eq((int)cues.list[1].end_ms,
        (timeline.scenes[1].end - timeline.scenes[1].transition_out) * 100 / 3);
    free_cues_and_scenes(&cues);
}
END_TEST

START_TEST(cues_have_length_and_do_not_overlap_however_much_text_there_is)
{
    struct buf text = {0};
    struct cues cues;

    for (int i = 0; i < 1500; i++)
        buf_add_text(&text, "Words. ");
    add_tone(150, 0.5f);
    scenes[0] = (struct scene){.narration = text.data};
    scenes[1] = (struct scene){.caption = text.data, .seconds = 0.4};
    clips[0].levels = take_levels();
    clips[0].n = 150 * 48;
    cues = cues_for(2);
    ck_assert_int_gt(cues.n, 2);
    for (int i = 0; i < cues.n; i++) {
        ck_assert_int_lt((int)cues.list[i].start_ms, (int)cues.list[i].end_ms);
        if (i)
            ck_assert_int_le((int)cues.list[i - 1].end_ms, (int)cues.list[i].start_ms);
    }
    ck_assert_int_le((int)cues.list[cues.n - 1].end_ms, timeline.n_frames * 100 / 3);
    buf_free(&text);
    free_cues_and_scenes(&cues);
}
END_TEST

START_TEST(webvtt_is_escaped_and_has_no_empty_line_in_a_cue)
{
    struct cue list[] = {{400, 3661001, (char *)"<b>1 & 2</b> --> 3\nשלום", true},
        {3661001, 3662000, (char *)"x", false}};
    struct cues cues = {.n = 2, .list = list};
    struct buf vtt = {0};

    vtt_captions(&cues, &vtt);
    ck_assert_str_eq(vtt.data, "WEBVTT\n\n"
                               "00:00:00.400 --> 01:01:01.001 line:0\n"
                               "&lt;b&gt;1 &amp; 2&lt;/b&gt; --&gt; 3\nשלום\n\n"
                               "01:01:01.001 --> 01:01:02.000\nx\n");
    buf_free(&vtt);
}
END_TEST

START_TEST(a_chapter_has_the_title_of_its_scene_or_its_caption)
{
    struct case_record record = {.n_scenes = 3, .scenes = scenes};
    struct timeline_input inputs[3] = {{.seconds = 4}, {.seconds = 4}, {.seconds = 4}};
    struct video_chapter *chapters;
    struct buf words = {0};

    for (int i = 0; i < 200; i++)
        buf_add_text(&words, "शब्द ");
    scenes[0] = (struct scene){.caption = "\n  First line \nsecond"};
    scenes[1] = (struct scene){.title = "Called", .caption = "Seen"};
    scenes[2] = (struct scene){.caption = words.data};
    ck_assert_int_eq(timeline_plan(inputs, 3, 30, &timeline, &err), 0);
    chapters = chapters_of(&record, &timeline);
    ck_assert_str_eq(chapters[0].title, "First line");
    ck_assert(chapters[0].start_s == 0);
    ck_assert_str_eq(chapters[1].title, "Called");
    ck_assert(chapters[1].start_s == 4.0);
    ck_assert_int_le((int)text_chars(chapters[2].title), 81);
    ck_assert(text_is_utf8(chapters[2].title, strlen(chapters[2].title), NULL));
    ck_assert_str_eq(chapters[2].title + strlen(chapters[2].title) - strlen("शब्द…"), "शब्द…");
    chapters_free(chapters, 3);
    timeline_free(&timeline);
    memset(scenes, 0, sizeof scenes);
    buf_free(&words);
}
END_TEST

START_TEST(a_voice_has_the_language_code_of_an_mp4)
{
    static const char *const pairs[][2] = {{"en", "eng"}, {"en-gb", "eng"}, {"EN+f3", "eng"},
        {"ar", "ara"}, {"zu", "zul"}, {"aa", "aar"}, {"cmn-latn-pinyin", "zho"}, {"zh-Hant", "zho"},
        {"iw", "heb"}, {"pt_BR", "por"}, {"xx", "und"}, {"piqd", "und"}, {"", "und"}, {"x", "und"}};

    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        char code[4];

        language_code(pairs[i][0], code);
        ck_assert_str_eq(code, pairs[i][1]);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("cues");
    TCase *tc = tcase_create("all");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_set_timeout(tc, 100);
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, sentences_are_kept_whole_and_short_ones_together);
    tcase_add_test(tc, a_long_sentence_breaks_at_a_comma_rather_than_in_the_middle);
    tcase_add_test(tc, no_phrase_is_longer_than_two_lines_in_any_script);
    tcase_add_loop_test(
        tc, no_phrase_ends_behind_an_abbreviation, 0, sizeof short_words / sizeof *short_words);
    tcase_add_loop_test(tc, a_phrase_ends_with_its_sentence, 0, 3);
    tcase_add_test(tc, a_phrase_keeps_the_direction_of_its_paragraph);
    tcase_add_test(tc, blank_text_gives_no_phrase);
    tcase_add_test(tc, pauses_are_found_in_loud_and_soft_sound);
    tcase_add_test(tc, a_phrase_ends_at_a_pause_rather_than_by_its_number_of_letters);
    tcase_add_loop_test(
        tc, cues_of_real_speech_are_in_time, 0, sizeof spoken_texts / sizeof *spoken_texts);
    tcase_add_test(tc, narration_gives_the_cues_of_a_scene_else_its_caption);
    tcase_add_test(tc, cues_have_length_and_do_not_overlap_however_much_text_there_is);
    tcase_add_test(tc, webvtt_is_escaped_and_has_no_empty_line_in_a_cue);
    tcase_add_test(tc, a_chapter_has_the_title_of_its_scene_or_its_caption);
    tcase_add_test(tc, a_voice_has_the_language_code_of_an_mp4);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
