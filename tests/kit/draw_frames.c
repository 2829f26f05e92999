/* draw_frames.c - the frames of a film as the encoder would get them, raw (YUV4MPEG2) on stdout:
 * for trying encoders.
 *
 *   draw_frames MEDIA_ROOT OUT_DIR FRAMES IMAGE…     every image for FRAMES frames, cross-fades
 * between them
 */
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

int main(int argc, char **argv)
{
    struct case_record record = {CASE_USUAL, .id = "frames"};
    struct timeline_input *inputs;
    struct timeline timeline;
    struct cache nothing_kept = {.fd = -1};
    struct outdir dir;
    struct film film;
    struct error err;
    int root_fd;

    if (argc < 5)
        return 2;
    digest_init();
    record.n_scenes = argc - 4;
    record.scenes = mem_new_n((size_t)record.n_scenes, struct scene);
    inputs = mem_new_n((size_t)record.n_scenes, struct timeline_input);
    for (int i = 0; i < record.n_scenes; i++) {
        record.scenes[i] = (struct scene){
            SCENE_USUAL, .image = argv[4 + i], .caption = "A caption, as most scenes have one"};
        inputs[i].seconds = atof(argv[3]) / record.fps;
    }
    if (beneath_root(argv[1], &root_fd, &err) < 0 || outdir_open(argv[2], &dir, &err) < 0 ||
        timeline_plan(inputs, record.n_scenes, record.fps, &timeline, &err) < 0)
        return fail(&err);
    film_open(&record, &timeline, &dir, &nothing_kept, root_fd, &film);
    if (draw(&film, &err) < 0)
        return fail(&err);
    film_close(&film);
    timeline_free(&timeline);
    outdir_close(&dir);
    close(root_fd);
    free(inputs);
    free(record.scenes);
    return 0;
}
