/* typesetter.c - see typesetter.h. */
#include "video/draw/typesetter.h"

#include <limits.h>
#include <malloc.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/mem.h"
#include "video/draw/caption_private.h"
#include "video/language/fonts.h"
#include "video/sealed/exchange.h"
#include "video/sealed/seal.h"

struct typesetter {
    struct faces *faces;
    struct faces_facts facts;
};

static void typesetter_tell_facts(const struct faces_facts *facts, struct buf *answer)
{
    pack_number(answer, facts->n);
    pack_text(answer, facts->name);
    pack_text(answer, facts->stamp);
    pack_text(answer, facts->unread);
    pack_bytes(answer, facts->paths.data, facts->paths.len);
}

static int typesetter_tell_number(struct typesetter *typesetter, enum fonts_question kind,
    struct unpack *question, struct buf *answer, struct error *err)
{
    const char *text = unpack_text(question);
    int n;

    if (!text || !unpack_is_done(question))
        return error_set(err, ERR_LIBRARY, "no question on fonts");
    faces_lock(typesetter->faces);
    n = kind == FONTS_UNSEEN ? faces_count_unseen_locked(typesetter->faces, text)
                             : faces_has_family_locked(typesetter->faces, text);
    faces_unlock(typesetter->faces);
    pack_number(answer, n);
    return 0;
}

static int typesetter_tell_caption(
    struct typesetter *typesetter, struct unpack *question, struct buf *answer, struct error *err)
{
    const char *text = unpack_text(question);
    int n_frames = (int)unpack_number(question, 0, INT_MAX);
    bool is_drawn = unpack_number(question, 0, 1) == 1;
    struct caption_style style = caption_unpack_style(question);
    struct caption *caption;
    int rc;

    if (!text || !unpack_is_done(question))
        return error_set(err, ERR_LIBRARY, "no question on a caption");
    caption = mem_new(struct caption);
    rc = caption_make(text, &style, n_frames, typesetter->faces, is_drawn, caption, err);
    if (rc == 0)
        caption_pack_pages(answer, caption);
    caption_free(caption);
    return rc;
}

static int typesetter_answer_kind(
    struct typesetter *typesetter, struct unpack *question, struct buf *answer, struct error *err)
{
    enum fonts_question kind =
        (enum fonts_question)unpack_number(question, FONTS_FACTS, FONTS_CAPTION);

    if (kind == FONTS_CAPTION)
        return typesetter_tell_caption(typesetter, question, answer, err);
    if (kind != FONTS_FACTS)
        return typesetter_tell_number(typesetter, kind, question, answer, err);
    typesetter_tell_facts(&typesetter->facts, answer);
    return 0;
}

void typesetter_answer(
    struct typesetter *typesetter, const struct buf *question, struct buf *ret_answer)
{
    struct unpack unpack = unpack_of(question);
    struct error err = {0};
    int rc;

    *ret_answer = (struct buf){0};
    pack_number(ret_answer, 0);
    rc = typesetter_answer_kind(typesetter, &unpack, ret_answer, &err);
    if (rc == 0)
        return;
    buf_free(ret_answer);
    pack_number(ret_answer, rc);
    pack_text(ret_answer, err.text);
}

static void typesetter_serve(struct typesetter *typesetter)
{
    struct buf question, answer;
    bool is_sent = true;

    while (is_sent && exchange_receive_long(EXCHANGE_FD, NULL, NULL, &question)) {
        typesetter_answer(typesetter, &question, &answer);
        is_sent = exchange_send_long(EXCHANGE_FD, &answer);
        buf_free(&answer);
        buf_free(&question);
    }
}

static void typesetter_add_file(void *ctx, const char *path)
{
    struct seal_files *files = ctx;

    if (files->n == 0 || strcmp(files->list[files->n - 1].path, path) != 0)
        seal_files_add(files, path);
}

struct typesetter *typesetter_open(bool is_required)
{
    static struct typesetter typesetter;
    static struct seal_files files;

    prctl(PR_SET_NAME, "casecast-text");
    mallopt(M_ARENA_MAX, 1); /* Pango's threads work one after the other */
    digest_init();
    typesetter.faces = faces_open(&typesetter.facts);
    faces_make_current(typesetter.faces);
    faces_each_file(typesetter.faces, typesetter_add_file, &files);
    seal_files_sort(&files);
    /* Pango reads what it needs to begin with. */
    faces_lock(typesetter.faces);
    faces_count_unseen_locked(typesetter.faces, "A");
    faces_unlock(typesetter.faces);
    return seal_close(is_required, &files) ? &typesetter : NULL;
}

void typesetter_main(bool is_required)
{
    struct typesetter *typesetter = typesetter_open(is_required);

    if (!typesetter)
        _exit(SEAL_REFUSED);
    typesetter_serve(typesetter);
    /* No exit(): what it would call, the seal may refuse. */
    _exit(0);
}
