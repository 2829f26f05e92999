/* make_video.c - makes a video from the command line, without a database: for trying the engine.
 *
 *   make_video [-p] [-l LANGUAGE] [-j ENCODERS] OUT_DIR MEDIA_ROOT [IMAGE CAPTION NARRATION]…
 *
 * -p: portrait.  CAPTION and NARRATION may be empty.  A NARRATION that begins with @ names a sound
 * file; one that is a number is the scene's seconds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/mem.h"
#include "video/video.h"

static void on_progress(void *ctx, const struct video_progress *p)
{
    (void)ctx;
    fprintf(stderr, "%-8s %5.1f %%  frame %d of %d  %.0f fps  %.1f s left\n",
        video_stage_name(p->stage), p->percent, p->frame, p->n_frames, p->fps,
        (double)p->left_ms / 1000);
}

static void on_scene(void *ctx, int index, int n_scenes, const char *thumbnail)
{
    (void)ctx;
    fprintf(stderr, "scene %d of %d: %s\n", index + 1, n_scenes, thumbnail);
}

static void on_preview(void *ctx, const char *thumbnail)
{
    (void)ctx;
    fprintf(stderr, "preview: %s\n", thumbnail);
}

static void add_scene(struct case_record *record, char **args)
{
    struct scene scene = {SCENE_DEFAULTS, .image = args[0], .caption = args[1][0] ? args[1] : NULL};
    char *end;

    scene.seconds = strtod(args[2], &end);
    if (*end && args[2][0] == '@')
        scene.audio = args[2] + 1;
    else if (*end)
        scene.narration = args[2];
    record->scenes = mem_grow(record->scenes, (size_t)record->n_scenes + 1, sizeof scene);
    record->scenes[record->n_scenes++] = scene;
}

static bool read_options(
    int argc, char **argv, struct case_record *record, struct video_options *options)
{
    int option;

    while ((option = getopt(argc, argv, "pl:j:")) != -1) {
        if (option == 'p')
            record->shape = CASE_PORTRAIT;
        else if (option == 'l')
            record->language = optarg;
        else if (option == 'j')
            options->n_encoders = atoi(optarg);
        else
            return false;
    }
    return argc - optind >= 2;
}

int main(int argc, char **argv)
{
    struct case_record record = {
        CASE_DEFAULTS, .id = "1", .title = "Made by hand", .language = "en"};
    struct video_options options = {.file = "final.mp4",
        .watch = {.progress = on_progress, .scene = on_scene, .preview = on_preview}};
    struct video_result result;
    struct error err;
    char key[65];

    if (!read_options(argc, argv, &record, &options))
        return 2;
    digest_init();
    options.out_dir = argv[optind];
    options.media_root = argv[optind + 1];
    for (int i = optind + 2; i + 3 <= argc; i += 3)
        add_scene(&record, argv + i);
    if (video_key(&record, options.media_root, key, &err) < 0 ||
        video_create(&record, &options, &result, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        free(record.scenes);
        return 1;
    }
    printf("%s %d×%d, %d frames, %.2f s\n", key, result.width, result.height, result.n_frames,
        result.seconds);
    free(record.scenes);
    return 0;
}
