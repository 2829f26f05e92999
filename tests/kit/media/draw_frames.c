/* draw_frames.c - draws the frames of a film as the encoder gets them, and writes them as YUV4MPEG2
 * to stdout: for trying encoders.
 *
 *   draw_frames CASES.json MEDIA_ROOT OUT_DIR     the first case of a file for `casecast import`
 *   draw_frames --time CASES.json …               prints what drawing costs instead: a line of
 *                                                 JSON, CPU ms of one thread a frame
 *
 * No narration is spoken: a scene is as long as its `seconds`. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/mem.h"
#include "video/film/film.h"

static bool is_timed;

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

/* Of frames within scenes [0] and of transitions [1]. */
struct cost {
    int n[2];
    double seconds[2]; /* CPU time */
};

static double cpu_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void draw_segment(const struct film *film, const struct timeline_segment *segment,
    struct film_painter *painter, struct yuv *frame, struct cost *cost)
{
    for (int n = segment->first; n < segment->first + segment->n; n++) {
        double start = cpu_now();

        film_draw(film, segment, n, painter, frame);
        cost->seconds[segment->is_transition] += cpu_now() - start;
        cost->n[segment->is_transition]++;
        if (!is_timed)
            write_frame(frame);
    }
}

static double cost_ms(const struct cost *cost, int which)
{
    return cost->n[which] ? cost->seconds[which] * 1000 / cost->n[which] : 0;
}

static int draw(struct film *film, struct error *err)
{
    struct film_painter painter;
    struct cost cost = {0};
    struct yuv frame = {0};
    int rc = film_painter_open(film, &painter, err);

    if (rc == 0)
        rc = yuv_alloc(&frame, film->width, film->height, err);
    if (!is_timed)
        printf("YUV4MPEG2 W%d H%d F%d:1 Ip A1:1 C420mpeg2\n", film->width, film->height,
            film->timeline->fps);
    for (int i = 0; rc == 0 && i < film->timeline->n_segments; i++) {
        const struct timeline_segment *segment = &film->timeline->segments[i];

        rc = film_segment_begin(film, segment, err);
        if (rc == 0)
            draw_segment(film, segment, &painter, &frame, &cost);
        film_segment_end(film, segment);
    }
    if (rc == 0 && is_timed)
        printf(
            "{\"sceneMs\": %.3f, \"transitionMs\": %.3f}\n", cost_ms(&cost, 0), cost_ms(&cost, 1));
    yuv_free(&frame);
    film_painter_close(&painter);
    return rc;
}

static int draw_case(
    const struct case_record *record, const char *root, const char *out_dir, struct error *err)
{
    struct timeline_input *inputs = mem_new_n((size_t)record->n_scenes, struct timeline_input);
    struct cache no_cache = {.fd = -1};
    struct timeline timeline = {0};
    struct outdir dir;
    struct film film;
    struct media *media;
    int rc;

    for (int i = 0; i < record->n_scenes; i++)
        inputs[i] = (struct timeline_input){.seconds = record->scenes[i].seconds};
    ends_reserve(record, inputs);
    if (media_open(root, NULL, &media, err) < 0 || outdir_open(out_dir, &dir, err) < 0)
        return -ERR_IO; /* the program ends: nothing is freed */
    rc = timeline_plan(inputs, record->n_scenes, record->fps, &timeline, err);
    if (rc == 0) {
        film_open(record, &dir, &no_cache, media, &film);
        film_plan(&film, &timeline);
        rc = draw(&film, err);
        film_close(&film);
    }
    timeline_free(&timeline);
    outdir_close(&dir);
    media_close(media);
    free(inputs);
    return rc;
}

static void print_mistake(void *ctx, const char *place, const char *text)
{
    (void)ctx;
    (void)place;
    fprintf(stderr, "%s\n", text);
}

int main(int argc, char **argv)
{
    struct case_mistakes mistakes = {.report = print_mistake};
    struct case_list list;
    struct error err;
    json_t *json;
    int rc;

    is_timed = argc == 5 && strcmp(argv[1], "--time") == 0;
    if (argc != 4 && !is_timed)
        return 2;
    argv += is_timed;
    digest_init();
    json = json_load_file(argv[1], 0, NULL);
    if (!json || case_list_from_json(json, &list, &mistakes) < 0 || list.n == 0)
        return 1;
    rc = draw_case(list.records[0], argv[2], argv[3], &err);
    case_list_free(&list);
    json_decref(json);
    return rc < 0 ? fail(&err) : 0;
}
