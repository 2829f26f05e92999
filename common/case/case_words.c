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

/* What was read of a row or a file may still be no text at all. */
static bool is_text(const char *text)
{
    return text && text_is_utf8(text, strlen(text), NULL);
}

static bool is_spoken(const struct scene *scene)
{
    return is_text(scene->narration) && !scene->audio;
}

/* --- what language they are in --- */

enum { MOST_LOOKED_AT = 20000 }; /* bytes; more letters make nothing clearer */

static void add_words(struct buf *words, const char *text)
{
    char *spoken;

    if (!is_text(text) || words->len > MOST_LOOKED_AT)
        return;
    spoken = spoken_of(text);
    buf_add_text(words, spoken);
    buf_add_text(words, "\n");
    free(spoken);
}

/* What is spoken says it; where nothing is, what is seen. */
static const char *language_of(const struct case_record *record)
{
    struct buf words = {0};
    const char *language;

    for (int i = 0; i < record->n_scenes; i++)
        if (is_spoken(&record->scenes[i]))
            add_words(&words, record->scenes[i].narration);
    for (int i = 0; words.len == 0 && i < record->n_scenes; i++)
        add_words(&words, record->scenes[i].caption);
    language = words.len ? voice_language_of(words.data) : NULL;
    buf_free(&words);
    return language ? language : "en";
}

void case_derive(struct case_record *record)
{
    if (!record->title)
        record->title = mem_copy(record->id);
    if (!record->language)
        record->language = mem_copy(language_of(record));
}

/* --- whether it can be read --- */

static int check_narration(const char *language, const char *narration, struct error *err)
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
        return; /* told as a mistake of its field */
    for (int i = 0; i < record->n_scenes; i++) {
        const struct scene *scene = &record->scenes[i];
        char place[PLACE_MAX];

        if (!is_spoken(scene) || check_narration(record->language, scene->narration, &err) == 0)
            continue;
        snprintf(place, sizeof place, "%s%sscenes[%d]", where, *where ? "." : "", i);
        case_mistake(mistakes, place, "narration", "%s", err.text);
    }
}
