/* test_voice.c - languages, voices and what they read: common/case/voice.h, asked of espeak-ng
 * itself where that is what decides. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/mem.h"
#include "case/case.h"
#include "case/voice.h"

static struct error err;
static char voice[VOICE_MAX];

/* The names of the sounds that espeak-ng speaks; the caller frees the text. */
static char *sounds_of(const char *with, const char *text)
{
    char *command = mem_format("espeak-ng -q -x -v '%s' '%s' 2>&1", with, text);
    char *sounds = mem_zero(4096, 1);
    FILE *out = popen(command, "r");
    size_t len = fread(sounds, 1, 4095, out);

    sounds[len] = '\0';
    ck_assert_msg(pclose(out) == 0, "%s: %s", command, sounds);
    free(command);
    return sounds;
}

START_TEST(every_voice_of_this_machine_is_a_language_and_is_found_by_the_name_we_give_it)
{
    FILE *list = popen("espeak-ng --voices", "r");
    char line[512], tag[100];
    int n = 0;

    ck_assert_ptr_nonnull(fgets(line, sizeof line, list)); /* the heading */
    while (fgets(line, sizeof line, list)) {
        char *sounds;

        ck_assert_int_eq(sscanf(line, "%*s %99s", tag), 1);
        if (strncmp(tag, "chr", 3) == 0) /* espeak-ng itself does not find its name */
            continue;
        ck_assert_msg(voice_of(tag, voice, &err) == 0, "%s", err.text);
        sounds = sounds_of(voice, "a");
        free(sounds);
        n++;
    }
    pclose(list);
    ck_assert_int_gt(n, 100);
}
END_TEST

START_TEST(every_variant_of_this_machine_is_one)
{
    FILE *list = popen("espeak-ng --voices=variant", "r");
    char line[512], file[100];
    int n = 0;

    ck_assert_ptr_nonnull(fgets(line, sizeof line, list));
    while (fgets(line, sizeof line, list)) {
        char *at = strstr(line, "!v/"), *name;

        if (!at || sscanf(at, "!v/%99[^\n]", file) != 1)
            continue;
        file[strcspn(file, " ")] = '\0';
        if (strcmp(file, "Mr") == 0) /* "Mr serious": no name holds a space */
            continue;
        name = mem_format("en+%s", file);
        ck_assert_msg(voice_of(name, voice, &err) == 0, "%s", err.text);
        ck_assert_str_eq(voice, name);
        free(name);
        n++;
    }
    pclose(list);
    ck_assert_int_gt(n, 50);
}
END_TEST

static const struct {
    const char *language, *voice;
} names[] = {{"en", "en"}, {"EN-us", "en-us"}, {"en_US", "en-us"}, {"pt_BR", "pt-br"},
    {"pt-PT", "pt-pt"}, {"en+f3", "en+f3"}, {"en_GB+M3", "en-gb+m3"}, {"de+WHISPER", "de+whisper"},
    {"en+Alex", "en+Alex"}, {"de-CH-1996", "de"}, {"de-AT", "de"}, {"en-x-foo", "en"},
    {"en-gb-x-rp", "en-gb-x-rp"}, {"sr-Latn", "sr"}, {"sr-Cyrl-RS", "sr"}, {"fr-CA", "fr"},
    {"es-MX", "es-mx"}, {"zh", "cmn-latn-pinyin"}, {"cmn", "cmn-latn-pinyin"},
    {"zh-CN", "cmn-latn-pinyin"}, {"zh_TW", "cmn-latn-pinyin"}, {"zh-Hant", "cmn-latn-pinyin"},
    {"zh-Hans-CN", "cmn-latn-pinyin"}, {"zh-cmn", "cmn-latn-pinyin"}, {"zh-HK", "yue"},
    {"zh-Hant-HK", "yue"}, {"yue", "yue"}, {"zh-yue", "yue"}, {"zh+f2", "cmn-latn-pinyin+f2"},
    {"nn", "nb"}, {"no", "no"}, {"nb-NO", "nb"}, {"iw", "he"}, {"in", "id"}, {"mo", "ro"}};

START_TEST(languages_are_called_as_the_world_calls_them)
{
    char *sounds;

    ck_assert_msg(voice_of(names[_i].language, voice, &err) == 0, "%s", err.text);
    ck_assert_str_eq(voice, names[_i].voice);
    sounds = sounds_of(voice, "a");
    free(sounds);
}
END_TEST

static const char *const no_names[] = {"xx", "ji", "yi", "", "-", "+f3", "en us", "en/us",
    "english", "en+", "en+nosuch", "en+f3+f4", "eng", "e", "../en", "mb-en1", "tlh"};

START_TEST(what_nobody_speaks_is_refused)
{
    ck_assert_int_eq(voice_of(no_names[_i], voice, &err), -ERR_INPUT);
    ck_assert_ptr_nonnull(strstr(err.text, no_names[_i]));
    ck_assert_ptr_nonnull(strstr(err.text, "espeak-ng --voices"));
}
END_TEST

/* A voice that meets letters it does not know names their script, in English, before each of them.
 */
static bool is_spelled(const char *sounds)
{
    static const char *const names_of_scripts[] = {
        "tS'aIni", "dZ'ap@n", "sI2r'IlIk", "'ar@bIk", "h'i:bru:", "t'Elugu_", "'eItS _:'i:"};

    for (size_t i = 0; i < sizeof names_of_scripts / sizeof *names_of_scripts; i++)
        if (strstr(sounds, names_of_scripts[i]))
            return true;
    return false;
}

static const struct {
    const char *language, *text;
    bool is_readable;
} texts[] = {{"zh", "今天我们去了公园。", true}, {"zh-TW", "今天我們去了公園。", true},
    {"zh", "我喜欢 Google 和 Python。", true}, {"yue", "今日我哋去咗公園。", true},
    {"ja", "きのう、コーヒーをのみました。", true}, {"ja", "東京に行きました。", false},
    {"ko", "안녕하세요", true}, {"ko", "大韓民國 만세", false}, {"en", "今天我们去了公园。", false},
    {"en", "Привет, мир!", false}, {"en", "We went to Москва.", false}, {"en", "مرحبا", false},
    {"en", "The angle α is 3.", true}, {"en", "Καλημέρα κόσμε", false}, {"el", "Καλημέρα", true},
    {"de", "Καλημέρα", true}, {"ru", "Это Google и Яндекс.", true}, {"ru", "Hello", true},
    {"ru", "今天", false}, {"uk", "Київ", true}, {"sr", "Београд", true},
    {"he", "שלום Google", true}, {"he", "Hello world", false}, {"he", "Привет", false},
    {"ar", "مرحبا بالعالم", true}, {"fa", "سلام دنیا", true}, {"ar", "שלום", false},
    {"th", "สวัสดี", true}, {"en", "สวัสดี", false}, {"hi", "नमस्ते दुनिया", true}, {"en", "नमस्ते", true},
    {"te", "నమస్కారం", true}, {"en", "నమస్కారం", false}, {"fr", "Привет", false}, {"be", "Мінск", true},
    {"am", "ሰላም", true}, {"en", "ສະບາຍດີ", false}, {"en", "5 € = 5 µm ½ 😀 — “q”", true},
    {"en", "", true}};

START_TEST(a_text_is_refused_where_espeak_would_spell_it)
{
    char *sounds;
    int rc = voice_check_text(texts[_i].language, texts[_i].text, &err);

    ck_assert_msg((rc == 0) == texts[_i].is_readable, "%s: %s", texts[_i].language, texts[_i].text);
    if (rc < 0) {
        ck_assert_ptr_nonnull(strstr(err.text, "audio"));
        return;
    }
    voice_of(texts[_i].language, voice, NULL);
    sounds = sounds_of(voice, texts[_i].text);
    if (strcmp(texts[_i].language, "he") != 0) /* this voice may spell Latin names */
        ck_assert_msg(!is_spelled(sounds), "%s: %s", texts[_i].text, sounds);
    free(sounds);
}
END_TEST

START_TEST(a_refusal_quotes_the_word_and_says_what_to_do)
{
    ck_assert_int_eq(voice_check_text("ja", "きのう東京に行きました。", &err), -ERR_INPUT);
    ck_assert_str_eq(err.text, "\"東京\" is Han, which the voice of \"ja\" can't read: write it in "
                               "kana, or give the scene an audio file");
    ck_assert_int_eq(voice_check_text("en", "We saw Москва then.", &err), -ERR_INPUT);
    ck_assert_str_eq(err.text,
        "\"Москва\" is Cyrillic, which the voice of \"en\" can't read: set the language "
        "(\"ru\", \"uk\", \"bg\" or \"sr\"), write it differently, or give the scene an audio "
        "file");
}
END_TEST

static const struct {
    const char *text, *language; /* NULL: it may be one of several */
} clear[] = {{"Hello", "en"}, {"今天我们去了公园。", "zh"}, {"きのう東京に行きました。", "ja"},
    {"コーヒー", "ja"}, {"안녕하세요", "ko"}, {"שלום עולם", "he"}, {"Καλημέρα", "el"},
    {"สวัสดี", "th"}, {"Это был день.", "ru"}, {"Її сім'я", "uk"}, {"Привет", NULL}, {"Ђорђе", NULL},
    {"Здравей, свят", NULL}, {"مدرسة كبيرة", "ar"}, {"سلام دنیا", NULL}, {"नमस्ते", "hi"},
    {"123 … 😀", NULL}, {"Мы любим Google", "ru"}, {"గుడ్", "te"}, {"ደህና", "am"}};

START_TEST(a_text_that_names_no_language_is_read_by_its_script)
{
    const char *language = voice_language_of(clear[_i].text);

    ck_assert_msg(language == clear[_i].language ||
                      (language && clear[_i].language && strcmp(language, clear[_i].language) == 0),
        "%s: %s", clear[_i].text, language);
}
END_TEST

/* --- as a field of a case, from import and from a database --- */

/* Read a case as import does.  NULL: it is refused, and `err` has the reason. */
static struct case_record *read_case(const char *language, const char *scene)
{
    char *text =
        language ? mem_format("{\"id\":\"1\",\"language\":\"%s\",\"scenes\":[%s]}", language, scene)
                 : mem_format("{\"id\":\"1\",\"scenes\":[%s]}", scene);
    json_t *json = json_loads(text, 0, NULL);
    struct case_record *record = NULL;

    ck_assert_ptr_nonnull(json);
    case_from_json(json, "", &record, &err);
    json_decref(json);
    free(text);
    return record;
}

START_TEST(what_import_takes_of_a_language_the_job_can_make)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct case_record *record = read_case(names[i].language, "");

        ck_assert_msg(record != NULL, "%s", err.text);
        ck_assert_int_eq(case_check(record, &err), 0);
        case_free(record);
    }
    for (size_t i = 0; i < sizeof no_names / sizeof *no_names; i++)
        if (no_names[i][0])
            ck_assert_ptr_null(read_case(no_names[i], ""));
}
END_TEST

START_TEST(a_case_is_refused_for_what_its_voice_cannot_read)
{
    ck_assert_ptr_null(
        read_case("ja", "{\"image\":\"a\"},{\"image\":\"a\",\"narration\":\"東京\"}"));
    ck_assert_int_eq(strncmp(err.text, "scenes[1].narration: \"東京\" is Han", 36), 0);
}
END_TEST

START_TEST(what_is_not_spoken_may_be_in_any_script)
{
    struct case_record *record =
        read_case("ja", "{\"image\":\"a\",\"narration\":\"東京\",\"audio\":\"a.wav\"},{\"image\":"
                        "\"a\",\"caption\":\"東京\"}");

    ck_assert_msg(record != NULL, "%s", err.text);
    case_free(record);
}
END_TEST

START_TEST(a_case_that_names_no_language_has_that_of_its_words)
{
    static const struct {
        const char *scene, *language;
    } cases[] = {{"{\"image\":\"a\",\"narration\":\"Это был день.\"}", "ru"},
        {"{\"image\":\"a\",\"caption\":\"שלום\"}", "he"}, {"{\"image\":\"a\"}", "en"},
        {"{\"image\":\"a\",\"caption\":\"שלום\",\"narration\":\"Hello\"}", "en"}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct case_record *record = read_case(NULL, cases[i].scene);

        ck_assert_msg(record != NULL, "%s", err.text);
        ck_assert_str_eq(record->language, cases[i].language);
        case_free(record);
    }
    ck_assert_ptr_null(read_case(NULL, "{\"image\":\"a\",\"narration\":\"Привет\"}"));
    ck_assert_ptr_nonnull(strstr(err.text, "set the language"));
}
END_TEST

#define LENGTH(table) ((int)(sizeof(table) / sizeof *(table)))

int main(void)
{
    Suite *suite = suite_create("voice");
    TCase *tc = tcase_create("all");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_set_timeout(tc, 110);
    tcase_add_test(
        tc, every_voice_of_this_machine_is_a_language_and_is_found_by_the_name_we_give_it);
    tcase_add_test(tc, every_variant_of_this_machine_is_one);
    tcase_add_loop_test(tc, languages_are_called_as_the_world_calls_them, 0, LENGTH(names));
    tcase_add_loop_test(tc, what_nobody_speaks_is_refused, 0, LENGTH(no_names));
    tcase_add_loop_test(tc, a_text_is_refused_where_espeak_would_spell_it, 0, LENGTH(texts));
    tcase_add_test(tc, a_refusal_quotes_the_word_and_says_what_to_do);
    tcase_add_loop_test(tc, a_text_that_names_no_language_is_read_by_its_script, 0, LENGTH(clear));
    tcase_add_test(tc, what_import_takes_of_a_language_the_job_can_make);
    tcase_add_test(tc, a_case_is_refused_for_what_its_voice_cannot_read);
    tcase_add_test(tc, what_is_not_spoken_may_be_in_any_script);
    tcase_add_test(tc, a_case_that_names_no_language_has_that_of_its_words);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
