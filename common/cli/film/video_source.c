/* video_source.c - see video_source.h. */
#include "cli/film/video_source.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/file.h"
#include "base/mem.h"
#include "cli/film/folder.h"
#include "cli/film/json_file.h"
#include "cli/term/status.h"

static const char case_file[] = "case.json";

static bool video_source_is_folder(const char *name)
{
    struct stat stat_;

    return stat(name, &stat_) == 0 && S_ISDIR(stat_.st_mode);
}

bool video_source_is_file(const char *name)
{
    /* An id has neither of these characters. */
    return strcmp(name, "-") == 0 || strpbrk(name, "/.") || video_source_is_folder(name);
}

/* --- a file --- */

static void video_source_tell_mistake(void *ctx, const char *place, const char *text)
{
    (void)place;
    fprintf(stderr, "%s: %s\n", (const char *)ctx, text);
}

static void video_source_list_ids(const struct case_list *list, char *text, size_t size)
{
    text[0] = '\0';
    for (int i = 0; i < list->n && i < 10; i++) {
        size_t len = strlen(text);

        snprintf(text + len, size - len, "%s%s", i ? ", " : "", list->records[i]->id);
    }
}

/* Takes the wanted record out of the list. */
static int video_source_choose(struct case_list *list, const char *name, const char *id,
    struct case_record **ret_record, struct error *err)
{
    char ids[400];

    for (int i = 0; i < list->n; i++)
        if (id ? strcmp(list->records[i]->id, id) == 0 : list->n == 1) {
            *ret_record = list->records[i];
            list->records[i] = list->records[--list->n];
            return 0;
        }
    video_source_list_ids(list, ids, sizeof ids);
    if (id)
        return status_missing(err, "%s: has no case %.64s; it has %s", name, id, ids);
    return error_set(err, ERR_INPUT,
        list->n ? "%s: has %d cases: --case says which one: %s" : "%s: has %d cases%s", name,
        list->n, ids);
}

static int video_source_take_list(json_t *json, const char *name, const char *id,
    struct case_record **ret_record, struct error *err)
{
    struct case_mistakes mistakes = {video_source_tell_mistake, (void *)name, 0};
    struct case_list list;
    int rc = case_list_from_json(json, &list, &mistakes);

    if (rc < 0)
        error_set(err, ERR_INPUT, "%s: %d %s", name, mistakes.n,
            mistakes.n == 1 ? "mistake" : "mistakes");
    else
        rc = video_source_choose(&list, name, id, ret_record, err);
    case_list_free(&list);
    return rc;
}

static int video_source_take(json_t *json, const char *name, const char *id,
    struct case_record **ret_record, struct error *err)
{
    if (json_object_get(json, "scenes") && !json_object_get(json, "cases"))
        return case_from_json(json, "", ret_record, err) < 0 ? error_where(err, "%s: ", name) : 0;
    return video_source_take_list(json, name, id, ret_record, err);
}

/* Does the first picture lie in this folder? */
static bool video_source_has_picture(const char *folder, const struct case_record *record)
{
    bool is_there = false;
    int root_fd, fd;

    if (!record->n_scenes || beneath_root(folder, &root_fd, NULL) < 0)
        return false;
    if (record->scenes[0].image &&
        beneath_open(root_fd, record->scenes[0].image, &fd, NULL, NULL) == 0) {
        is_there = true;
        close(fd);
    }
    close(root_fd);
    return is_there;
}

static int video_source_read_file(const char *name, const struct video_source_options *options,
    struct video_source *source, struct error *err)
{
    char *copy = mem_copy(name), *folder = mem_copy(dirname(copy));
    json_t *json;
    int rc = json_file_read(name, &json, err);

    free(copy);
    if (rc == 0) {
        rc = video_source_take(json, json_file_name(name), options->case_id, &source->record, err);
        json_decref(json);
    }
    if (rc == 0 && strcmp(name, "-") != 0 && video_source_has_picture(folder, source->record))
        source->media_root = folder;
    else
        free(folder);
    return rc;
}

/* --- a folder --- */

static void video_source_tell_left_out(const char *name, const char *why)
{
    fprintf(stderr, "%s: left out: %s\n", name, why);
}

static int video_source_read_photos(const char *name, const struct video_source_options *options,
    struct video_source *source, struct error *err)
{
    int rc = folder_read(name, options->by_date, video_source_tell_left_out, &source->json, err);

    if (rc == 0)
        rc = case_from_json(source->json, "", &source->record, err);
    if (rc == 0) {
        source->media_root = mem_copy(name);
        source->case_file = mem_format("%s/%s", name, case_file);
    }
    return rc;
}

static int video_source_read_folder(const char *name, const struct video_source_options *options,
    struct video_source *source, struct error *err)
{
    char *file = mem_format("%s/%s", name, case_file);
    int rc;

    if (access(file, F_OK) == 0) {
        fprintf(stderr, "%s is there, and is used: move it away to begin anew\n", file);
        rc = video_source_read_file(file, options, source, err);
    } else {
        rc = video_source_read_photos(name, options, source, err);
    }
    free(file);
    return rc;
}

int video_source_read(const char *name, const struct video_source_options *options,
    struct video_source *ret_source, struct error *err)
{
    *ret_source = (struct video_source){0};
    return video_source_is_folder(name) ? video_source_read_folder(name, options, ret_source, err)
                                        : video_source_read_file(name, options, ret_source, err);
}

void video_source_free(struct video_source *source)
{
    case_free(source->record);
    json_decref(source->json);
    free(source->media_root);
    free(source->case_file);
}

int video_source_write(const struct video_source *source, struct error *err)
{
    json_t *cases = json_pack("{s:[O]}", "cases", source->json);
    char *text = json_dumps(cases, JSON_INDENT(2)), *line = mem_format("%s\n", text);
    int fd = open(source->case_file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666), rc = 0;

    if (fd < 0 || file_write(fd, line, strlen(line)) < 0) {
        rc = error_set(err, ERR_IO, "%s: %s", source->case_file, strerror(errno));
        if (fd >= 0)
            unlink(source->case_file);
    }
    if (fd >= 0)
        close(fd);
    free(line);
    free(text);
    json_decref(cases);
    return rc;
}
