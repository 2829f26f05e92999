/* fonts.c - see fonts.h. */
#include "video/language/fonts.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "video/language/faces.h"
#include "video/sealed/pack.h"
#include "video/sealed/sealed.h"

enum { CHECK_MS = 1000 };

struct fonts {
    /* fixed after fonts_new() */
    struct faces_facts facts;
    struct error unread; /* why nothing is known of the fonts; code 0: it is */
    struct faces *faces; /* in this process; NULL: in another */
    atomic_int n_refs;
    atomic_bool is_incomplete; /* something could not be read: not to be used again */

    pthread_mutex_t lock; /* of the process; under it, one question at a time */
    struct sealed_one process;
    bool is_running;
    bool has_worked; /* it was asked something from outside */
};

static const struct sealed_role typesetter = {.name = FONTS_ROLE,
    .process = "the process that sets it",
    .fault = "can't be set",
    .work = "setting it",
    .variables = {"FONTCONFIG_", "FC_", "HOME=", "LANG=", "LC_", "PANGO", "XDG_"}};

static pthread_mutex_t current_lock = PTHREAD_MUTEX_INITIALIZER;
/* under current_lock */
static struct fonts *current;
static int64_t checked_ms;

/* --- the process that sets text --- */

static void fonts_end_process_locked(struct fonts *fonts)
{
    if (fonts->is_running)
        sealed_end(&fonts->process);
    fonts->is_running = fonts->has_worked = false;
}

/* Leaves what follows the 0 of an answer. */
static int fonts_take_answer(struct unpack *unpack, struct error *err)
{
    int rc = (int)unpack_number(unpack, -ERR_LIBRARY, 0);
    char text[sizeof err->text];
    const char *said = rc < 0 ? unpack_text(unpack) : NULL;

    if (unpack->is_bad || (rc < 0 && !said))
        return error_set(err, ERR_LIBRARY, "the process that sets text gave what is no answer");
    if (rc == 0)
        return 0;
    snprintf(text, sizeof text, "%s", said);
    text_one_line(text);
    return error_set(err, (enum err_code) - rc, "%s", text);
}

static int fonts_ask_running_locked(struct fonts *fonts, const struct buf *question,
    struct buf *ret_answer, size_t *ret_at, struct error *err)
{
    struct unpack unpack;
    int rc = sealed_ask_long(&fonts->process, "a text", question, NULL, ret_answer, err);

    if (rc < 0) {
        fonts->is_running = fonts->has_worked = false;
        return rc;
    }
    unpack = unpack_of(ret_answer);
    rc = fonts_take_answer(&unpack, err);
    *ret_at = ret_answer->len - unpack.left;
    return rc;
}

static int fonts_read_facts(
    const struct buf *answer, size_t at, struct faces_facts *ret_facts, struct error *err)
{
    struct unpack unpack = {.at = answer->data + at, .left = answer->len - at};
    const char *name, *stamp, *unread, *paths;
    size_t len;

    *ret_facts = (struct faces_facts){.n = (int)unpack_number(&unpack, 0, INT_MAX)};
    name = unpack_text(&unpack);
    stamp = unpack_text(&unpack);
    unread = unpack_text(&unpack);
    paths = unpack_bytes(&unpack, &len);
    if (!unpack_is_done(&unpack) || !name || !stamp || !unread || (len && paths[len - 1]))
        return error_set(err, ERR_LIBRARY, "the process that sets text gave what is no answer");
    snprintf(ret_facts->name, sizeof ret_facts->name, "%s", name);
    snprintf(ret_facts->stamp, sizeof ret_facts->stamp, "%s", stamp);
    snprintf(ret_facts->unread, sizeof ret_facts->unread, "%s", unread);
    buf_add(&ret_facts->paths, paths, len);
    return 0;
}

/* Starts the process, and asks for its fonts before anything from outside.  The caller frees
 * `ret_facts->paths`, in any case. */
static int fonts_start_locked(struct fonts *fonts, struct faces_facts *ret_facts, struct error *err)
{
    struct buf question = {0}, answer = {0};
    size_t at = 0;
    int rc = sealed_start(&typesetter, sealed_chosen() == SEALED_REQUIRE, &fonts->process, err);

    *ret_facts = (struct faces_facts){0};
    if (rc < 0)
        return rc;
    fonts->is_running = true;
    pack_number(&question, FONTS_FACTS);
    rc = fonts_ask_running_locked(fonts, &question, &answer, &at, err);
    if (rc == 0)
        rc = fonts_read_facts(&answer, at, ret_facts, err);
    buf_free(&question);
    buf_free(&answer);
    if (rc < 0)
        fonts_end_process_locked(fonts);
    return rc;
}

/* Another process for the same set.  -ERR_IO: the fonts have changed since. */
static int fonts_start_again_locked(struct fonts *fonts, struct error *err)
{
    struct faces_facts facts;
    int rc = fonts_start_locked(fonts, &facts, err);

    buf_free(&facts.paths);
    if (rc < 0 || strcmp(facts.name, fonts->facts.name) == 0)
        return rc;
    fonts_end_process_locked(fonts);
    return error_set(err, ERR_IO, "the fonts of this machine were changed meanwhile: try again");
}

int fonts_ask(struct fonts *fonts, const struct buf *question, struct buf *ret_answer,
    size_t *ret_at, struct error *err)
{
    int rc = 0;

    *ret_answer = (struct buf){0};
    if (fonts->unread.code)
        return error_set(err, fonts->unread.code, "%s", fonts->unread.text);
    pthread_mutex_lock(&fonts->lock);
    if (!fonts->is_running)
        rc = fonts_start_again_locked(fonts, err);
    if (rc == 0) {
        fonts->has_worked = true;
        rc = fonts_ask_running_locked(fonts, question, ret_answer, ret_at, err);
    }
    pthread_mutex_unlock(&fonts->lock);
    return fonts_judge(fonts, rc);
}

/* --- sets of fonts --- */

static struct fonts *fonts_new(void)
{
    struct fonts *fonts = mem_new(struct fonts);

    pthread_mutex_init(&fonts->lock, NULL);
    atomic_init(&fonts->n_refs, 1);
    if (sealed_chosen() == SEALED_OFF)
        fonts->faces = faces_open(&fonts->facts);
    else if (fonts_start_locked(fonts, &fonts->facts, &fonts->unread) == 0)
        fonts->unread.code = (enum err_code)0;
    atomic_init(&fonts->is_incomplete, fonts->unread.code || *fonts->facts.unread);
    return fonts;
}

static void fonts_free(struct fonts *fonts)
{
    fonts_end_process_locked(fonts);
    faces_close(fonts->faces);
    buf_free(&fonts->facts.paths);
    pthread_mutex_destroy(&fonts->lock);
    free(fonts);
}

/* No work has the set any more; we keep it for the next. */
static void fonts_rest(struct fonts *fonts)
{
    pthread_mutex_lock(&fonts->lock);
    if (fonts->has_worked)
        fonts_end_process_locked(fonts);
    pthread_mutex_unlock(&fonts->lock);
}

void fonts_release(struct fonts *fonts)
{
    int n;

    if (!fonts)
        return;
    pthread_mutex_lock(&current_lock);
    n = atomic_fetch_sub(&fonts->n_refs, 1) - 1;
    if (n == 1 && fonts == current)
        fonts_rest(fonts);
    pthread_mutex_unlock(&current_lock);
    if (n == 0)
        fonts_free(fonts);
}

static bool fonts_may_serve(const struct fonts *fonts, int64_t ms)
{
    char stamp[DIGEST_HEX_LEN + 1];

    if (atomic_load(&fonts->is_incomplete))
        return false;
    if (ms - checked_ms < CHECK_MS)
        return true;
    checked_ms = ms;
    faces_stamp(&fonts->facts.paths, stamp);
    return strcmp(stamp, fonts->facts.stamp) == 0;
}

struct fonts *fonts_acquire(void)
{
    int64_t ms = clock_monotonic_ms();
    struct fonts *fonts, *old = NULL;

    pthread_mutex_lock(&current_lock);
    if (current && !fonts_may_serve(current, ms)) {
        old = current;
        current = NULL;
    }
    if (!current) {
        current = fonts_new();
        checked_ms = ms;
    }
    fonts = current;
    atomic_fetch_add(&fonts->n_refs, 1);
    pthread_mutex_unlock(&current_lock);
    fonts_release(old);
    return fonts;
}

int fonts_count(const struct fonts *fonts)
{
    return fonts->facts.n;
}

void fonts_add(const struct fonts *fonts, struct digest *digest)
{
    digest_add_text(digest, fonts->facts.name);
}

struct faces *fonts_faces(struct fonts *fonts)
{
    return fonts->faces;
}

int fonts_judge(struct fonts *fonts, int rc)
{
    if (rc == -ERR_IO)
        atomic_store(&fonts->is_incomplete, true);
    return rc;
}

/* --- questions --- */

/* One text, one number. */
static int fonts_ask_number(struct fonts *fonts, enum fonts_question kind, const char *text,
    int *ret_number, struct error *err)
{
    struct buf question = {0}, answer;
    struct unpack unpack;
    size_t at = 0;
    int rc;

    pack_number(&question, kind);
    pack_text(&question, text);
    rc = fonts_ask(fonts, &question, &answer, &at, err);
    unpack = (struct unpack){.at = answer.data + at, .left = answer.len - at};
    if (rc == 0)
        *ret_number = (int)unpack_number(&unpack, 0, INT_MAX);
    buf_free(&question);
    buf_free(&answer);
    return rc;
}

int fonts_count_unseen(struct fonts *fonts, const char *text, struct error *err)
{
    int n = 0, rc;

    if (!fonts->faces) {
        rc = fonts_ask_number(fonts, FONTS_UNSEEN, text, &n, err);
        return rc < 0 ? rc : n;
    }
    faces_lock(fonts->faces);
    n = faces_count_unseen_locked(fonts->faces, text);
    faces_unlock(fonts->faces);
    return n;
}

int fonts_check_family(struct fonts *fonts, const char *family, struct error *err)
{
    int is_there = 0, rc = 0;

    if (fonts->faces) {
        faces_lock(fonts->faces);
        is_there = faces_has_family_locked(fonts->faces, family);
        faces_unlock(fonts->faces);
    } else {
        rc = fonts_ask_number(fonts, FONTS_FAMILY, family, &is_there, err);
    }
    if (rc < 0 || is_there)
        return rc;
    return error_set(err, ERR_INPUT, "\"%s\": no such font", family);
}
