/* product.c - see product.h. */
#include "cli/create/product.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "cli/command/command.h"

const char product_file[] = "video.mp4";

void product_clear(struct product *product)
{
    free(product->captions);
    free(product->poster);
    for (int i = 0; i < product->n_chapters; i++)
        free(product->chapters[i].title);
    free(product->chapters);
}

static void product_format_time(double seconds, char *text, size_t size)
{
    int64_t ms = (int64_t)(seconds * 1000 + 0.5);

    snprintf(text, size, "%02d:%02d:%02d.%03d", (int)(ms / 3600000), (int)(ms / 60000 % 60),
        (int)(ms / 1000 % 60), (int)(ms % 1000));
}

static void product_add_chapter(struct buf *text, const struct video_chapter *chapter, double end_s)
{
    char from[32], to[32];

    product_format_time(chapter->start_s, from, sizeof from);
    product_format_time(end_s, to, sizeof to);
    buf_format(text, "\n%s --> %s\n", from, to);
    for (const char *at = chapter->title; *at; at++)
        if (*at == '&')
            buf_add_text(text, "&amp;");
        else if (*at == '<')
            buf_add_text(text, "&lt;");
        else if (*at == '>')
            buf_add_text(text, "&gt;");
        else
            buf_add(text, at, 1);
    buf_add_text(text, "\n");
}

/* The chapters of a film of `seconds` as WebVTT. */
static void product_format_chapters(const struct product *product, double seconds, struct buf *text)
{
    buf_add_text(text, "WEBVTT\n");
    for (int i = 0; i < product->n_chapters; i++)
        product_add_chapter(text, &product->chapters[i],
            i + 1 < product->n_chapters ? product->chapters[i + 1].start_s : seconds);
}

/* The film comes last: whoever finds it finds the files beside it. */
int product_publish(
    const struct product *product, const struct target *target, off_t *ret_size, struct error *err)
{
    struct buf chapters = {0};
    int rc = target_publish_side(target, TARGET_CAPTIONS, product->captions, err);

    if (rc == 0)
        rc = target_publish_side(target, TARGET_POSTER, product->poster, err);
    if (rc == 0)
        product_format_chapters(product, product->video.seconds, &chapters);
    if (rc == 0)
        rc = target_write_side(target, TARGET_CHAPTERS, chapters.data, err);
    buf_free(&chapters);
    return rc < 0 ? rc : target_publish(target, product_file, ret_size, err);
}

void product_tell(const struct product *product, const char *path, off_t size, int64_t took_ms)
{
    const struct video_result *result = &product->video;

    if (strcmp(path, "-") == 0)
        return; /* standard output has the film */
    term_say("%s: %.1f s of %d×%d at %d fps, %.1f MB, made in %.1f s\n", path, result->seconds,
        result->width, result->height, result->fps, (double)size / 1e6, (double)took_ms / 1000);
    if (result->n_kept)
        term_say("%d of %d frames were reused\n", result->n_kept, result->n_frames);
    if (term_is_json())
        term_print_json(json_pack("{s:s, s:s, s:f, s:i, s:i, s:i, s:i, s:i, s:I, s:I}", "event",
            "done", "file", path, "seconds", result->seconds, "width", result->width, "height",
            result->height, "fps", result->fps, "frames", result->n_frames, "reused",
            result->n_kept, "bytes", (json_int_t)size, "tookMs", (json_int_t)took_ms));
}
