/* speech.c - see speech.h. */
#include "video/voice/speech.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "case/spoken.h"
#include "case/voice.h"
#include "video/voice/espeak.h"

enum {
    WAV_HEADER = 44,  /* bytes */
    AUDIBLE = 60,     /* of 32767: samples below it are inaudible */
    KEPT_VERSION = 2, /* raise it when the samples kept of a text change */
};

_Static_assert(ESPEAK_OUTPUT_MAX == SPEECH_SECONDS_MAX * SPEECH_RATE * 2, "16 bits a sample");

/* --- espeak-ng --- */

/* The text as a WAV. */
static int speech_synthesize(const char *text, const char *language, const atomic_bool *cancel,
    struct buf *wav, struct error *err)
{
    char voice[VOICE_MAX];
    char *const args[] = {"espeak-ng", "-b", "1", "-v", voice, "--stdin", "--stdout", NULL};
    int status = 0, rc = voice_of(language, voice, err);

    if (rc == 0)
        rc = espeak_run(args, text, cancel, wav, &status, err);
    if (rc < 0)
        return rc;
    if (status > 0)
        return error_set(err, ERR_INPUT,
            "language \"%s\": espeak-ng here has no voice \"%s\"; `espeak-ng --voices` lists those "
            "it has",
            language, voice);
    if (status < 0)
        return error_set(err, ERR_LIBRARY, "espeak-ng crashed on this text");
    return 0;
}

/* The part from the first to the last audible sample. */
static void speech_trim(const int16_t *samples, size_t n, size_t *ret_first, size_t *ret_n)
{
    size_t first = 0;

    while (first < n && abs(samples[first]) < AUDIBLE)
        first++;
    while (n > first && abs(samples[n - 1]) < AUDIBLE)
        n--;
    *ret_first = first;
    *ret_n = n - first;
}

/* Turns the WAV into the samples that are kept. */
static void speech_trim_wav(struct buf *wav)
{
    size_t first, n;

    if (wav->len < WAV_HEADER) {
        wav->len = 0;
        return;
    }
    speech_trim((const int16_t *)(const void *)(wav->data + WAV_HEADER),
        (wav->len - WAV_HEADER) / 2, &first, &n);
    memmove(wav->data, wav->data + WAV_HEADER + 2 * first, 2 * n);
    wav->len = 2 * n;
}

/* --- the cache --- */

/* The digest of all that decides the samples.  False: espeak-ng gives no version, so samples of
 * another version can't be told apart. */
static bool speech_key(
    const char *text, const char *language, char ret_key[static DIGEST_HEX_LEN + 1])
{
    struct digest digest;

    digest_start(&digest);
    digest_add_text(&digest, "speech");
    digest_add_number(&digest, KEPT_VERSION);
    if (!speech_add_voices(&digest))
        return false;
    digest_add_text(&digest, language);
    digest_add_text(&digest, text);
    digest_hex(&digest, ret_key);
    return true;
}

static int speech_find_or_synthesize(const char *text, const char *language, struct cache *cache,
    const atomic_bool *cancel, struct buf *samples, struct error *err)
{
    char key[DIGEST_HEX_LEN + 1];
    bool has_key = cache && cache->fd >= 0 && speech_key(text, language, key);
    int rc;

    if (has_key && cache_find(cache, key, samples))
        return 0;
    rc = speech_synthesize(text, language, cancel, samples, err);
    if (rc < 0)
        return rc;
    speech_trim_wav(samples);
    if (has_key)
        cache_put(cache, key, samples->data, samples->len);
    return 0;
}

int speech_say(const char *text, const char *language, struct cache *cache, struct spool *spool,
    const atomic_bool *cancel, int64_t *ret_n, struct error *err)
{
    char *spoken = spoken_of(text);
    struct buf samples = {0};
    int rc = speech_find_or_synthesize(spoken, language, cache, cancel, &samples, err);

    if (rc == 0)
        rc = spool_add(
            spool, (const int16_t *)(const void *)samples.data, (int64_t)samples.len / 2, err);
    if (rc == 0)
        *ret_n = (int64_t)samples.len / 2;
    buf_free(&samples);
    free(spoken);
    return rc;
}
