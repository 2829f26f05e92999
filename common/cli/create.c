/* create.c - `casecast create`: makes the video of one case in this process, without a queue.
 *
 * The work is done in a hidden folder beside the file.  The file gets its name when it is complete.
 * The hidden folder is removed when the work ends, also after an error or a signal. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "cli/options.h"
#include "s3/s3.h"
#include "video/video.h"

/* In the order of create_options. */
enum create_option { CREATE_OUTPUT };

static const struct option_row create_options[] = {
    {'o', "output", "FILE", "the file; without it CASE.mp4 in this folder", NULL},
    {0, NULL, NULL, NULL, NULL},
};

static const char file_name[] = "video.mp4"; /* in the hidden folder */

static atomic_bool cancel; /* set by signals, read by the video's threads */

/* --- the progress: threads of video_create() call it, one at a time --- */

struct show {
    struct meter meter;
    const struct case_record *record;
};

static void create_show_progress(void *ctx, const struct video_progress *progress)
{
    struct show *show = ctx;

    meter_show(&show->meter, &(struct bar_progress){.stage = video_stage_name(progress->stage),
                                 .percent = progress->percent,
                                 .fps = progress->fps,
                                 .left_ms = progress->left_ms});
}

/* --- signals --- */

enum { SAME_MS = 1000 };

/* The first signal cancels the work, a later one kills the process.  A second signal within SAME_MS
 * is ignored: timeout(1) signals the process and then its group. */
static void create_on_signal(int number)
{
    static atomic_llong first_ms;
    long long now_ms = clock_monotonic_ms(), earlier_ms = 0;

    if (atomic_compare_exchange_strong(&first_ms, &earlier_ms, now_ms))
        atomic_store(&cancel, true);
    else if (now_ms - earlier_ms > SAME_MS) {
        signal(number, SIG_DFL);
        raise(number);
    }
}

static void create_catch_signals(void)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = create_on_signal, .sa_flags = SA_RESTART};

    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        sigaddset(&action.sa_mask, numbers[i]);
        sigaction(numbers[i], &action, NULL);
    }
}

/* --- the target --- */

struct target {
    char *path;   /* of the file, as given by the user */
    char *folder; /* of the file */
    char *work;   /* the hidden folder in it; NULL: not made */
};

static int target_check_path(const char *path, struct error *err)
{
    size_t len = strlen(path);
    struct stat stat_;

    if (len == 0)
        return error_set(err, ERR_INPUT, "-o: the name of a file must not be empty");
    if (stat(path, &stat_) == 0 && S_ISDIR(stat_.st_mode))
        return error_set(err, ERR_INPUT, "-o %s: is a folder; name the file in it", path);
    if (path[len - 1] == '/')
        return error_set(err, ERR_INPUT, "-o %s: no such folder", path);
    return 0;
}

static int target_make_work_folder(struct target *target, struct error *err)
{
    struct stat stat_;

    if (stat(target->folder, &stat_) < 0)
        return error_set(err, ERR_IO, "%s: %s: %s", target->path, target->folder, strerror(errno));
    if (!S_ISDIR(stat_.st_mode))
        return error_set(err, ERR_IO, "%s: %s is not a folder", target->path, target->folder);
    target->work = mem_format("%s/.casecast-XXXXXX", target->folder);
    if (!mkdtemp(target->work)) {
        error_set(err, ERR_IO, "%s: can't write in %s: %s", target->path, target->folder,
            strerror(errno));
        free(target->work);
        target->work = NULL;
        return -ERR_IO;
    }
    return 0;
}

static int target_init(struct target *target, const char *path, struct error *err)
{
    char *copy;

    *target = (struct target){0};
    if (target_check_path(path, err) < 0)
        return -ERR_INPUT;
    copy = mem_copy(path);
    target->path = mem_copy(path);
    target->folder = mem_copy(dirname(copy));
    free(copy);
    return target_make_work_folder(target, err);
}

static void target_deinit(struct target *target)
{
    if (target->work)
        file_remove_folder(target->work);
    free(target->work);
    free(target->folder);
    free(target->path);
}

static int target_publish(const struct target *target, off_t *ret_size, struct error *err)
{
    char *made = mem_format("%s/%s", target->work, file_name);
    struct stat stat_;
    int rc = 0, fd;

    if (stat(made, &stat_) < 0 || rename(made, target->path) < 0)
        rc = error_set(err, ERR_IO, "%s: %s", target->path, strerror(errno));
    free(made);
    if (rc < 0)
        return rc;
    *ret_size = stat_.st_size;
    /* The rename is durable once its folder is flushed. */
    fd = open(target->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    return 0;
}

/* --- the work --- */

/* The file through which the responders share cores; NULL if it is missing, as this command creates
 * no file beside a database that it only reads. */
static char *create_find_cores_file(const struct config *config)
{
    char *path = config_cores_file(config);

    if (access(path, F_OK) == 0)
        return path;
    free(path);
    return NULL;
}

static int create_make(const struct config *config, const struct case_record *record,
    const struct target *target, struct video_result *ret_result, struct error *err)
{
    struct show show = {.record = record};
    char *cores_file = create_find_cores_file(config);
    struct video_options options = {.media_root = config->media_root,
        .out_dir = target->work,
        .file = file_name,
        .cache_dir = config->cache,
        .cache_bytes = (int64_t)config->cache_mib << 20,
        .cores_file = cores_file,
        .n_cores = config->slots,
        .cancel = &cancel,
        .watch = {.ctx = &show, .progress = create_show_progress}};
    int rc;

    meter_start(&show.meter);
    rc = video_create(record, &options, ret_result, err);
    free(cores_file);
    meter_end(&show.meter);
    /* Ctrl-C kills the speech program too, and its failure may be reported before the cancel. */
    if (rc < 0 && atomic_load(&cancel))
        return error_set(err, ERR_CANCELED, "canceled; %s was not made", target->path);
    return rc;
}

static int create_video(
    const struct config *config, const struct case_record *record, const char *path)
{
    int64_t start_ms = clock_monotonic_ms();
    struct video_result result;
    struct target target;
    struct error err;
    off_t size = 0;
    int rc;

    create_catch_signals(); /* before the hidden folder exists */
    rc = target_init(&target, path, &err);
    if (rc == 0)
        rc = s3_start(config, &err);
    if (rc == 0)
        rc = create_make(config, record, &target, &result, &err);
    if (rc == 0)
        rc = target_publish(&target, &size, &err);
    target_deinit(&target);
    s3_stop();
    if (rc != 0)
        return cli_fail(&err);
    printf("%s: %.1f s of %d×%d at %d fps, %.1f MB, made in %.1f s\n", path, result.seconds,
        result.width, result.height, result.fps, (double)size / 1e6,
        (double)(clock_monotonic_ms() - start_ms) / 1000);
    if (result.n_kept)
        printf("%d of %d frames were reused\n", result.n_kept, result.n_frames);
    return EXIT_DONE;
}

static int create_run(
    const struct command *command, const struct config *config, const struct options *given)
{
    const char *path = given->values[CREATE_OUTPUT];
    struct case_record *record;
    struct error err;
    char *own_path;
    int status;

    if (given->n_rest != 1)
        return cli_misused(command, given->n_rest ? "takes one case" : "which case?");
    if (cli_load_case(config, given->rest[0], &record, &err) != 0)
        return cli_fail(&err);
    own_path = mem_format("%s.mp4", given->rest[0]);
    status = create_video(config, record, path ? path : own_path);
    free(own_path);
    case_free(record);
    return status;
}

const struct command command_create = {"create", "CASE", "makes the video of a case",
    "\nAn existing file is replaced when the new one is complete.  Ctrl-C ends the work and leaves "
    "nothing behind.\n",
    create_run, create_options};
