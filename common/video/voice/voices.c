/* voices.c - see speech.h: which espeak-ng this machine has. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "video/kept/stamp.h"
#include "video/voice/espeak.h"
#include "video/voice/speech.h"

enum { CHECK_MS = 1000 }; /* between two checks of the machine */

/* The espeak-ng of this machine as the last check found it. */
static struct {
    pthread_mutex_t lock;
    /* under lock */
    bool is_known;
    int64_t checked_ms;
    struct buf version;             /* its version line; empty: it gave none */
    char stamp[DIGEST_HEX_LEN + 1]; /* of the program and its data */
} voices = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void voices_ask_version(struct buf *version)
{
    char *const args[] = {"espeak-ng", "--version", NULL};
    int status;

    version->len = 0;
    if (espeak_run(args, "", NULL, version, &status, NULL) < 0 || status != 0)
        version->len = 0;
}

/* The version line names the folder of the data:
 * "eSpeak NG text-to-speech: 1.51  Data at: /usr/lib/x86_64-linux-gnu/espeak-ng-data\n" */
static void voices_stamp(const struct buf *version, char ret_stamp[static DIGEST_HEX_LEN + 1])
{
    static const char mark[] = "Data at: ";
    const char *at = version->len ? strstr(version->data, mark) : NULL;
    struct digest digest;

    digest_start(&digest);
    stamp_add_file(&digest, "/usr/local/bin/espeak-ng");
    stamp_add_file(&digest, "/usr/bin/espeak-ng");
    if (at) {
        char *folder = mem_copy_n(at + strlen(mark), strcspn(at + strlen(mark), "\n"));

        stamp_add_tree(&digest, folder);
        free(folder);
    }
    digest_hex(&digest, ret_stamp);
}

static void voices_check_locked(void)
{
    int64_t now_ms = clock_monotonic_ms();
    char stamp[DIGEST_HEX_LEN + 1];

    if (voices.is_known && now_ms - voices.checked_ms < CHECK_MS)
        return;
    voices_stamp(&voices.version, stamp);
    if (!voices.is_known || strcmp(stamp, voices.stamp) != 0) {
        voices_ask_version(&voices.version);
        voices_stamp(&voices.version, voices.stamp);
    }
    voices.is_known = true;
    voices.checked_ms = now_ms;
}

bool speech_add_voices(struct digest *digest)
{
    bool has_version;

    pthread_mutex_lock(&voices.lock);
    voices_check_locked();
    has_version = voices.version.len > 0;
    digest_add_text(digest, has_version ? voices.version.data : NULL);
    digest_add_text(digest, voices.stamp);
    pthread_mutex_unlock(&voices.lock);
    return has_version;
}
