/* decoder.c - see decoder.h.  All that a question holds was written by our own side; what its files
 * hold was not. */
#include "video/media/decoder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "video/libav/cpu.h"
#include "video/libav/libav_error.h"
#include "video/media/planes_memory.h"
#include "video/media/questions.h"
#include "video/picture/picture_head.h"
#include "video/sealed/seal.h"

struct decoder {
    struct question question;
    int fds[EXCHANGE_FDS];
    struct answer answer;
    struct error err;

    struct sound_file *sound; /* NULL: not open */
    char sound_name[EXCHANGE_NAME];
    float *pairs; /* EXCHANGE_PAIRS of them, shared with the other side; NULL: not mapped */
};

/* --- pictures --- */

static size_t decoder_picture_size(const struct decoder *decoder)
{
    return (size_t)decoder->question.size + PICTURE_HEAD_PADDING;
}

/* A copy on write: parsers write into the bytes. */
static bool decoder_map_picture(const struct decoder *decoder, struct picture_bytes *ret_bytes)
{
    void *data = mmap(NULL, decoder_picture_size(decoder), PROT_READ | PROT_WRITE, MAP_PRIVATE,
        decoder->fds[0], 0);

    *ret_bytes = (struct picture_bytes){
        .name = decoder->question.name, .data = data, .size = (size_t)decoder->question.size};
    return data != MAP_FAILED;
}

static int decoder_no_memory(struct decoder *decoder)
{
    return error_set(&decoder->err, ERR_LIMIT, "no memory for %s", decoder->question.name);
}

static int decoder_draw(struct decoder *decoder, const struct picture_bytes *bytes)
{
    const struct question *question = &decoder->question;
    struct yuv yuv;
    int rc = planes_memory_map(decoder->fds[1], question->width, question->height, &yuv);

    if (rc < 0)
        return decoder_no_memory(decoder);
    decoder->answer.fit = question->fit;
    rc = picture_bytes_draw(bytes, &decoder->answer.fit, &yuv, &decoder->err);
    planes_memory_unmap(&yuv);
    return rc;
}

static int decoder_answer_picture(struct decoder *decoder)
{
    struct picture_bytes bytes;
    int rc;

    if (!decoder_map_picture(decoder, &bytes))
        return decoder_no_memory(decoder);
    switch (decoder->question.kind) {
    case QUESTION_PROBE:
        rc = picture_bytes_probe(&bytes, &decoder->err);
        break;
    case QUESTION_CHECK:
        rc = picture_bytes_check(&bytes, decoder->answer.warnings, &decoder->err);
        break;
    default:
        rc = decoder_draw(decoder, &bytes);
    }
    munmap(bytes.data, decoder_picture_size(decoder));
    return rc;
}

/* --- sounds --- */

static int decoder_close_sound(struct decoder *decoder)
{
    sound_file_close(decoder->sound);
    decoder->sound = NULL;
    if (decoder->pairs)
        munmap(decoder->pairs, EXCHANGE_PAIRS * 2 * sizeof(float));
    decoder->pairs = NULL;
    return 0;
}

static int decoder_open_sound(struct decoder *decoder)
{
    const struct question *question = &decoder->question;
    void *pairs;
    int fd = decoder->fds[0];

    decoder_close_sound(decoder);
    pairs = mmap(NULL, EXCHANGE_PAIRS * 2 * sizeof(float), PROT_READ | PROT_WRITE, MAP_SHARED,
        decoder->fds[1], 0);
    if (pairs == MAP_FAILED)
        return decoder_no_memory(decoder);
    decoder->pairs = pairs;
    decoder->fds[0] = -1; /* taken */
    memcpy(decoder->sound_name, question->name, sizeof decoder->sound_name);
    return sound_file_take(
        fd, question->size, decoder->sound_name, NULL, &decoder->sound, &decoder->err);
}

static int decoder_read_sound(struct decoder *decoder)
{
    return sound_file_read(decoder->sound, decoder->pairs, decoder->question.n, &decoder->err);
}

/* --- questions --- */

static int decoder_answer(struct decoder *decoder)
{
    switch (decoder->question.kind) {
    case QUESTION_SOUND_OPEN:
        return decoder_open_sound(decoder);
    case QUESTION_SOUND_READ:
        return decoder_read_sound(decoder);
    case QUESTION_SOUND_CLOSE:
        return decoder_close_sound(decoder);
    default:
        return decoder_answer_picture(decoder);
    }
}

static void decoder_close_fds(struct decoder *decoder)
{
    for (int i = 0; i < EXCHANGE_FDS; i++)
        if (decoder->fds[i] >= 0)
            close(decoder->fds[i]);
}

static void decoder_serve(struct decoder *decoder)
{
    while (
        exchange_receive(EXCHANGE_FD, &decoder->question, sizeof decoder->question, decoder->fds)) {
        decoder->answer = (struct answer){0};
        decoder->answer.rc = decoder_answer(decoder);
        if (decoder->answer.rc < 0)
            snprintf(decoder->answer.text, sizeof decoder->answer.text, "%s", decoder->err.text);
        decoder_close_fds(decoder);
        if (!exchange_send(EXCHANGE_FD, &decoder->answer, sizeof decoder->answer, NULL, 0))
            return;
    }
}

void decoder_main(bool is_required)
{
    static struct decoder decoder;

    prctl(PR_SET_NAME, "casecast-decoder");
    cpu_pin_libav();
    libav_log_capture();
    picture_prepare();
    if (!seal_close(is_required, NULL))
        _exit(SEAL_REFUSED);
    decoder_serve(&decoder);
    /* No exit(): what it would call, the seal may refuse. */
    _exit(0);
}
