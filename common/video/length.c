/* length.c - see length.h. */
#include "video/length.h"

#include <string.h>

#include "video/kept/engine.h"
#include "video/voice/speech.h"

bool length_key(const struct scene *scene, const char *language, struct media *media,
    char ret_key[static DIGEST_HEX_LEN + 1])
{
    struct digest key;

    digest_start(&key);
    digest_add_text(&key, "length");
    engine_add(&key);
    if (scene->audio)
        media_add_state(media, scene->audio, &key);
    else if (!speech_add_voices(&key))
        return false;
    else
        digest_add_text(&key, scene->narration);
    digest_add_text(&key, scene->audio ? NULL : language);
    digest_hex(&key, ret_key);
    return true;
}

bool length_find(struct cache *cache, const char *key, int64_t *ret_n)
{
    struct buf data = {0};
    bool is_kept = cache_find(cache, key, &data);

    if (is_kept && data.len == sizeof *ret_n)
        memcpy(ret_n, data.data, sizeof *ret_n);
    else
        is_kept = false;
    buf_free(&data);
    return is_kept;
}

void length_keep(struct cache *cache, const char *key, int64_t n)
{
    cache_put(cache, key, &n, sizeof n);
}
