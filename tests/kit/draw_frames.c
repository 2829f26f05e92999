/* draw_frames.c - the frames of a film as the encoder would get them, raw (YUV4MPEG2) on stdout:
 * for trying encoders.
 *
 *   draw_frames CASES.json MEDIA_ROOT OUT_DIR     the first case of a file for `casecast import`
 *
 * Nothing is spoken: a scene is as long as its `seconds`. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/digest.h"
#include "base/mem.h"
#include "video/film.h"

static int fail(const struct error *err)
{
    fprintf(stderr, "%s\n", err->text);
    return 1;
}

static void write_frame(const struct yuv *frame)
{
    fputs("FRAME\n", stdout);
    for (int p = 0; p < 3; p++)
        for (int y = 0; y < yuv_plane_height(frame, p); y++)
            fwrite(frame->data[p] + y * frame->stride[p], 1, (size_t)yuv_plane_width(frame, p),
                stdout);
}

static int draw(struct film *film, struct error *err)
{
    struct easel easel;
    struct yuv frame = {0};
    int rc = easel_open(film, &easel, err);

    if (rc == 0)
        rc = yuv_alloc(&frame, film->width, film->height, err);
    printf("YUV4MPEG2 W%d H%d F%d:1 Ip A1:1 C420mpeg2\n", film->width, film->height,
        film->timeline->fps);
    for (int i = 0; rc == 0 && i < film->timeline->n_segments; i++) {
        const struct timeline_segment *segment = &film->timeline->segments[i];

        rc = film_begin(film, segment, err);
        for (int n = segment->first; rc == 0 && n < segment->first + segment->n; n++) {
            film_draw(film, segment, n, &easel, &frame);
            write_frame(&frame);
        }
        film_end(film, segment);
    }
    yuv_free(&frame);
    easel_close(&easel);
    return rc;
}

static int draw_case(
    const struct case_record *record, const char *root, const char *out_dir, struct error *err)
{
    struct timeline_input *inputs = mem_new_n((size_t)record->n_scenes, struct timeline_input);
    struct cache nothing_kept = {.fd = -1};
    struct timeline timeline = {0};
    struct outdir dir;
    struct film film;
    int root_fd, rc;

    for (int i = 0; i < record->n_scenes; i++)
        inputs[i] = (struct timeline_input){.seconds = record->scenes[i].seconds};
    if (beneath_root(root, &root_fd, err) < 0 || outdir_open(out_dir, &dir, err) < 0)
        return -ERR_IO; /* the program ends */
    rc = timeline_plan(inputs, record->n_scenes, record->fps, &timeline, err);
    if (rc == 0) {
        film_open(record, &dir, &nothing_kept, root_fd, &film);
        film_plan(&film, &timeline);
        rc = draw(&film, err);
        film_close(&film);
    }
    timeline_free(&timeline);
    outdir_close(&dir);
    close(root_fd);
    free(inputs);
    return rc;
}

static void tell(void *ctx, const char *text)
{
    (void)ctx;
    fprintf(stderr, "%s\n", text);
}

int main(int argc, char **argv)
{
    struct case_mistakes mistakes = {.tell = tell};
    struct case_list list;
    struct error err;
    json_t *json;
    int rc;

    if (argc != 4)
        return 2;
    digest_init();
    json = json_load_file(argv[1], 0, NULL);
    if (!json || case_list_from_json(json, &list, &mistakes) < 0 || list.n == 0)
        return 1;
    rc = draw_case(list.records[0], argv[2], argv[3], &err);
    case_list_free(&list);
    json_decref(json);
    return rc < 0 ? fail(&err) : 0;
}
