/* case_words.c - see case_words.h. */
#include "case/case_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "case/spoken.h"
#include "case/voice.h"

enum { PLACE_MAX = 160 };

/* What a row or a file held may still be invalid UTF-8. */
static bool words_are_text(const char *text)
{
    return text && text_is_utf8(text, strlen(text), NULL);
}

static bool words_are_spoken(const struct scene *scene)
{
    return words_are_text(scene->narration) && !scene->audio;
}

/* --- the language --- */

enum { SAMPLE_MAX = 20000 }; /* bytes: enough letters to know the script */

static void words_add(struct buf *words, const char *text)
{
    char *spoken;

    if (!words_are_text(text) || words->len > SAMPLE_MAX)
        return;
    spoken = spoken_of(text);
    buf_add_text(words, spoken);
    buf_add_text(words, "\n");
    free(spoken);
}

/* From the narrations; without any, from the captions. */
static const char *words_language(const struct case_record *record)
{
    struct buf words = {0};
    const char *language;

    for (int i = 0; i < record->n_scenes; i++)
        if (words_are_spoken(&record->scenes[i]))
            words_add(&words, record->scenes[i].narration);
    for (int i = 0; words.len == 0 && i < record->n_scenes; i++)
        words_add(&words, record->scenes[i].caption);
    language = words.len ? voice_language_of(words.data) : NULL;
    buf_free(&words);
    return language ? language : "en";
}

void case_derive(struct case_record *record)
{
    if (!record->title)
        record->title = mem_copy(record->id);
    if (!record->language)
        record->language = mem_copy(words_language(record));
}

/* --- the voice --- */

static int words_check_narration(const char *language, const char *narration, struct error *err)
{
    char *spoken = spoken_of(narration);
    int rc = voice_check_text(language, spoken, err);

    free(spoken);
    return rc;
}

void case_check_words(
    const struct case_record *record, const char *where, struct case_mistakes *mistakes)
{
    char voice[VOICE_MAX];
    struct error err;

    if (!record->language || voice_of(record->language, voice, NULL) < 0)
        return; /* case_check_field() reports it */
    for (int i = 0; i < record->n_scenes; i++) {
        const struct scene *scene = &record->scenes[i];
        char place[PLACE_MAX];

        if (!words_are_spoken(scene) ||
            words_check_narration(record->language, scene->narration, &err) == 0)
            continue;
        snprintf(place, sizeof place, "%s%sscenes[%d]", where, *where ? "." : "", i);
        case_mistake(mistakes, place, "narration", "%s", err.text);
    }
}
