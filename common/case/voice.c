/* voice.c - see voice.h. */
#include "case/voice.h"

#include <ctype.h>
#include <glib.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* --- the names of voices --- */

static const char tags[] =
    " af am an ar as az ba be bg bn bpy bs ca cmn-latn-pinyin cs cv cy da de el en en-029 en-gb "
    "en-gb-scotland en-gb-x-gbclan en-gb-x-gbcwmd en-gb-x-rp en-us en-us-nyc eo es es-419 es-mx et "
    "eu fa fa-latn fi fr fr-be fr-ch fr-fr ga gd gn grc gu hak haw he hi hr ht hu hy hyw ia id io "
    "is it ja jbo ka kk kl kn ko kok ku ky la lb lfn lt ltg lv mi mk ml mr ms mt my nb nci ne nl "
    "no nog om or pa pap piqd pl pt pt-br pt-pt py qdb qu quc qya ro ru ru-lv sd shn si sjn sk sl "
    "smj sq sr sv sw ta te th tk tn tr tt ug uk ur uz vi vi-vn-x-central vi-vn-x-south yue ";

/* Renamed tags, and languages that the voice of a related language speaks.  voice_of() tries the
 * whole tag before its first part, so "zh-tw" becomes "zh". */
static const struct {
    const char *name, *tag;
} others[] = {{"cmn", "cmn-latn-pinyin"}, {"hbs", "sr"}, {"in", "id"}, {"iw", "he"}, {"mo", "ro"},
    {"nn", "nb"}, {"sh", "sr"}, {"zh-hk", "yue"}, {"zh-mo", "yue"}, {"zh-hant-hk", "yue"},
    {"zh-hant-mo", "yue"}, {"zh-yue", "yue"}, {"zh", "cmn-latn-pinyin"}};

static const char *const variants[] = {"Alex", "Alicia", "Andrea", "Andy", "Annie", "AnxiousAndy",
    "Demonic", "Denis", "Diogo", "Gene", "Gene2", "Henrique", "Hugo", "Jacky", "Lee", "Marco",
    "Mario", "Michael", "Mike", "Nguyen", "RicishayMax", "RicishayMax2", "RicishayMax3", "Storm",
    "Tweaky", "UniRobot", "adam", "anika", "anikaRobot", "announcer", "antonio", "aunty", "belinda",
    "benjamin", "boris", "caleb", "croak", "david", "ed", "edward", "edward2", "f1", "f2", "f3",
    "f4", "f5", "fast", "grandma", "grandpa", "gustave", "iven", "iven2", "iven3", "iven4", "john",
    "kaukovalta", "klatt", "klatt2", "klatt3", "klatt4", "klatt5", "klatt6", "linda", "m1", "m2",
    "m3", "m4", "m5", "m6", "m7", "m8", "marcelo", "max", "michel", "miguel", "norbert", "pablo",
    "paul", "pedro", "quincy", "rob", "robert", "robosoft", "robosoft2", "robosoft3", "robosoft4",
    "robosoft5", "robosoft6", "robosoft7", "robosoft8", "sandro", "shelby", "steph", "steph2",
    "steph3", "travis", "victor", "whisper", "whisperf", "zac"};

/* The tag of the voice for `name`, or NULL. */
static const char *voice_find_tag(const char *name)
{
    char word[VOICE_MAX + 2];

    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(name, others[i].name) == 0)
            return others[i].tag;
    snprintf(word, sizeof word, " %s ", name);
    return strstr(tags, word) ? name : NULL;
}

static const char *voice_find_variant(const char *name)
{
    for (size_t i = 0; i < sizeof variants / sizeof *variants; i++)
        if (strcasecmp(name, variants[i]) == 0)
            return variants[i];
    return NULL;
}

/* "de_CH-1996+f3" gives "de-ch-1996" and the variant "f3" (NULL: none).  False: it has another
 * form. */
static bool voice_split(
    const char *language, char ret_tag[static VOICE_MAX], const char **ret_variant)
{
    const char *plus = strchr(language, '+');
    size_t len = plus ? (size_t)(plus - language) : strlen(language);

    *ret_variant = plus ? plus + 1 : NULL;
    if (len == 0 || len >= VOICE_MAX - 16)
        return false;
    for (size_t i = 0; i < len; i++) {
        char c = language[i];

        if (!isalnum((unsigned char)c) && c != '-' && c != '_')
            return false;
        ret_tag[i] = c == '_' ? '-' : (char)tolower((unsigned char)c);
    }
    ret_tag[len] = '\0';
    return true;
}

static int voice_refuse(const char *language, struct error *err)
{
    return error_set(err, ERR_INPUT,
        "\"%.32s\" is not a language that espeak-ng speaks; examples are \"en\", \"pt-BR\" and "
        "\"zh\", and `espeak-ng --voices` lists all",
        language);
}

int voice_of(const char *language, char ret_voice[static VOICE_MAX], struct error *err)
{
    char name[VOICE_MAX];
    const char *variant, *tag, *real = NULL;

    if (!voice_split(language, name, &variant))
        return voice_refuse(language, err);
    while (!(tag = voice_find_tag(name))) {
        char *dash = strrchr(name, '-');

        if (!dash)
            return voice_refuse(language, err);
        *dash = '\0';
    }
    if (variant && !(real = voice_find_variant(variant)))
        return error_set(err, ERR_INPUT,
            "\"%.32s\": espeak-ng has no variant \"%.32s\"; examples are \"f3\", \"m3\" and "
            "\"whisper\", and `espeak-ng --voices=variant` lists all",
            language, variant);
    snprintf(ret_voice, VOICE_MAX, "%.40s%s%.16s", tag, real ? "+" : "", real ? real : "");
    return 0;
}

/* --- the scripts that voices read --- */

static const struct script {
    GUnicodeScript script;
    const char *name;
    const char *sole; /* the language of a text in this script; NULL: it may be one of several */
    const char *hint; /* languages for the message */
    bool is_shared;   /* every voice passes such letters to a voice that reads them */
} scripts[] = {
    {G_UNICODE_SCRIPT_LATIN, "Latin", "en", "\"en\" or \"fr\"", false},
    {G_UNICODE_SCRIPT_ARABIC, "Arabic", NULL, "\"ar\", \"fa\" or \"ur\"", false},
    {G_UNICODE_SCRIPT_ARMENIAN, "Armenian", "hy", "\"hy\"", true},
    {G_UNICODE_SCRIPT_BENGALI, "Bengali", "bn", "\"bn\" or \"as\"", true},
    {G_UNICODE_SCRIPT_BOPOMOFO, "Bopomofo", "zh", "\"zh\"", false},
    {G_UNICODE_SCRIPT_CYRILLIC, "Cyrillic", NULL, "\"ru\", \"uk\", \"bg\" or \"sr\"", false},
    {G_UNICODE_SCRIPT_DEVANAGARI, "Devanagari", "hi", "\"hi\", \"mr\" or \"ne\"", true},
    {G_UNICODE_SCRIPT_ETHIOPIC, "Ethiopic", "am", "\"am\"", false},
    {G_UNICODE_SCRIPT_GEORGIAN, "Georgian", "ka", "\"ka\"", true},
    {G_UNICODE_SCRIPT_GREEK, "Greek", "el", "\"el\"", false},
    {G_UNICODE_SCRIPT_GUJARATI, "Gujarati", "gu", "\"gu\"", true},
    {G_UNICODE_SCRIPT_GURMUKHI, "Gurmukhi", "pa", "\"pa\"", true},
    {G_UNICODE_SCRIPT_HAN, "Han", "zh", "\"zh\" or \"zh-HK\"", false},
    {G_UNICODE_SCRIPT_HANGUL, "Hangul", "ko", "\"ko\"", true},
    {G_UNICODE_SCRIPT_HEBREW, "Hebrew", "he", "\"he\"", false},
    {G_UNICODE_SCRIPT_HIRAGANA, "kana", "ja", "\"ja\"", false},
    {G_UNICODE_SCRIPT_KATAKANA, "kana", "ja", "\"ja\"", false},
    {G_UNICODE_SCRIPT_KANNADA, "Kannada", "kn", "\"kn\"", true},
    {G_UNICODE_SCRIPT_MALAYALAM, "Malayalam", "ml", "\"ml\"", true},
    {G_UNICODE_SCRIPT_MYANMAR, "Myanmar", "my", "\"my\"", false},
    {G_UNICODE_SCRIPT_ORIYA, "Oriya", "or", "\"or\"", false},
    {G_UNICODE_SCRIPT_SINHALA, "Sinhala", "si", "\"si\"", true},
    {G_UNICODE_SCRIPT_TAMIL, "Tamil", "ta", "\"ta\"", true},
    {G_UNICODE_SCRIPT_TELUGU, "Telugu", "te", "\"te\"", false},
    {G_UNICODE_SCRIPT_THAI, "Thai", "th", "\"th\"", false},
};

enum { N_SCRIPTS = sizeof scripts / sizeof *scripts };

/* By the first part of a voice's name: the scripts that it reads beside Latin and the shared ones,
 * and whether it only spells Latin letters. */
static const struct reader {
    const char *names;
    GUnicodeScript reads, reads_too;
    bool spells_latin;
} readers[] = {
    {" am ", G_UNICODE_SCRIPT_ETHIOPIC, G_UNICODE_SCRIPT_ETHIOPIC, false},
    {" ar fa sd ug ur ", G_UNICODE_SCRIPT_ARABIC, G_UNICODE_SCRIPT_ARABIC, false},
    {" ba be cv ky nog ", G_UNICODE_SCRIPT_CYRILLIC, G_UNICODE_SCRIPT_CYRILLIC, true},
    {" bg bs hr kk mk ru sr tt uk uz ", G_UNICODE_SCRIPT_CYRILLIC, G_UNICODE_SCRIPT_CYRILLIC,
        false},
    {" cmn yue ", G_UNICODE_SCRIPT_HAN, G_UNICODE_SCRIPT_BOPOMOFO, false},
    {" he ", G_UNICODE_SCRIPT_HEBREW, G_UNICODE_SCRIPT_HEBREW, true},
    {" hyw kok ", G_UNICODE_SCRIPT_ARMENIAN, G_UNICODE_SCRIPT_DEVANAGARI, true},
    {" ja ", G_UNICODE_SCRIPT_HIRAGANA, G_UNICODE_SCRIPT_KATAKANA, true},
    {" my shn ", G_UNICODE_SCRIPT_MYANMAR, G_UNICODE_SCRIPT_MYANMAR, true},
    {" or ", G_UNICODE_SCRIPT_ORIYA, G_UNICODE_SCRIPT_ORIYA, false},
    {" te ", G_UNICODE_SCRIPT_TELUGU, G_UNICODE_SCRIPT_TELUGU, false},
    {" th ", G_UNICODE_SCRIPT_THAI, G_UNICODE_SCRIPT_THAI, false},
};

/* These voices only spell Greek letters. */
static const char spell_greek[] = " en lt ";

static const struct script *voice_find_script(GUnicodeScript script)
{
    for (int i = 0; i < N_SCRIPTS; i++)
        if (scripts[i].script == script)
            return &scripts[i];
    return NULL;
}

/* " en " of "en-gb+f3". */
static void voice_first_part(const char *voice, char ret_word[static VOICE_MAX])
{
    snprintf(ret_word, VOICE_MAX, " %.*s ", (int)strcspn(voice, "-+"), voice);
}

static const struct reader *voice_find_reader(const char *word)
{
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++)
        if (strstr(readers[i].names, word))
            return &readers[i];
    return NULL;
}

enum skill { CANNOT, SPELLS, READS };

/* Looked up once for a text, which has thousands of letters. */
struct skills {
    const struct reader *reader; /* NULL: it reads Latin and the shared scripts */
    bool spells_greek;
};

static enum skill voice_skill(const struct skills *skills, GUnicodeScript script)
{
    const struct script *known = voice_find_script(script);
    const struct reader *reader = skills->reader;

    if (script == G_UNICODE_SCRIPT_LATIN)
        return reader && reader->spells_latin ? SPELLS : READS;
    if (script == G_UNICODE_SCRIPT_GREEK)
        return skills->spells_greek ? SPELLS : READS;
    if (reader && (reader->reads == script || reader->reads_too == script))
        return READS;
    return known && known->is_shared ? READS : CANNOT;
}

/* The script of a letter; COMMON for other characters and for letters of all scripts. */
static GUnicodeScript voice_script(gunichar c)
{
    GUnicodeScript script =
        g_unichar_isalpha(c) ? g_unichar_get_script(c) : G_UNICODE_SCRIPT_COMMON;

    return script == G_UNICODE_SCRIPT_INHERITED ? G_UNICODE_SCRIPT_COMMON : script;
}

static int voice_refuse_word(const char *language, const char *word, struct error *err)
{
    GUnicodeScript script = voice_script(g_utf8_get_char(word));
    const struct script *known = voice_find_script(script);
    const char *end = word;
    char hint[80] = "";

    while (*end && voice_script(g_utf8_get_char(end)) == script && end - word < 40)
        end = g_utf8_next_char(end);
    if (script == G_UNICODE_SCRIPT_HAN && strncasecmp(language, "ja", 2) == 0)
        snprintf(hint, sizeof hint, "write it in kana");
    else if (known)
        snprintf(hint, sizeof hint, "set the language (%s), write it differently", known->hint);
    else
        snprintf(hint, sizeof hint, "write it differently");
    return error_set(err, ERR_INPUT,
        "\"%.*s\" is %s, which the voice of \"%s\" can't read: %s, or give the scene an audio file",
        (int)(end - word), word, known ? known->name : "of a script", language, hint);
}

int voice_check_text(const char *language, const char *text, struct error *err)
{
    char voice[VOICE_MAX], word[VOICE_MAX];
    const char *spelled = NULL;
    struct skills skills;
    int n_read = 0, n_spelled = 0;

    if (voice_of(language, voice, err) < 0)
        return -ERR_INPUT;
    voice_first_part(voice, word);
    skills = (struct skills){voice_find_reader(word), strstr(spell_greek, word) != NULL};
    for (const char *at = text; *at; at = g_utf8_next_char(at)) {
        GUnicodeScript script = voice_script(g_utf8_get_char(at));
        enum skill skill = script == G_UNICODE_SCRIPT_COMMON ? READS : voice_skill(&skills, script);

        if (skill == CANNOT)
            return voice_refuse_word(language, at, err);
        if (script == G_UNICODE_SCRIPT_COMMON)
            continue;
        n_read += skill == READS;
        n_spelled += skill == SPELLS;
        if (skill == SPELLS && !spelled)
            spelled = at;
    }
    return n_spelled > 3 * n_read ? voice_refuse_word(language, spelled, err) : 0;
}

/* --- the language of a text --- */

/* Languages of one script that letters tell apart: a text holds one of `needs`, and only letters of
 * `alphabet`. */
static const struct {
    GUnicodeScript script;
    const char *language, *needs, *alphabet;
} letters[] = {
    {G_UNICODE_SCRIPT_CYRILLIC, "ru", "ыэё", "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"},
    {G_UNICODE_SCRIPT_CYRILLIC, "uk", "їєґ", "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя"},
    {G_UNICODE_SCRIPT_ARABIC, "ar", "ةىأإؤئ", "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىي"},
};

static bool voice_is_written_in(const char *text, size_t which)
{
    bool has = false;

    for (const char *at = text; *at; at = g_utf8_next_char(at)) {
        gunichar c = g_unichar_tolower(g_utf8_get_char(at));

        if (voice_script(c) != letters[which].script)
            continue;
        if (!g_utf8_strchr(letters[which].alphabet, -1, c))
            return false;
        has |= g_utf8_strchr(letters[which].needs, -1, c) != NULL;
    }
    return has;
}

static const char *voice_language_by_letters(const char *text, GUnicodeScript script)
{
    for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
        if (letters[i].script == script && voice_is_written_in(text, i))
            return letters[i].language;
    return NULL;
}

static bool voice_has_kana(const int counts[static N_SCRIPTS])
{
    for (int i = 0; i < N_SCRIPTS; i++)
        if (counts[i] && (scripts[i].script == G_UNICODE_SCRIPT_HIRAGANA ||
                             scripts[i].script == G_UNICODE_SCRIPT_KATAKANA))
            return true;
    return false;
}

const char *voice_language_of(const char *text)
{
    int counts[N_SCRIPTS] = {0}, most = 0;

    for (const char *at = text; *at; at = g_utf8_next_char(at)) {
        const struct script *script = voice_find_script(voice_script(g_utf8_get_char(at)));

        if (script)
            counts[script - scripts]++;
    }
    for (int i = 1; i < N_SCRIPTS; i++)
        most = counts[i] > counts[most] ? i : most;
    if (counts[most] == 0)
        return NULL;
    if (scripts[most].script == G_UNICODE_SCRIPT_HAN && voice_has_kana(counts))
        return "ja";
    return scripts[most].sole ? scripts[most].sole
                              : voice_language_by_letters(text, scripts[most].script);
}
