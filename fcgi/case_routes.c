/* case_routes.c - what cases there are. */
#include <string.h>

#include "case/case.h"
#include "kind_video.h"
#include "routes.h"
#include "server.h"

static void add_case(void *ctx, const struct case_summary *summary)
{
    json_array_append_new(
        ctx, json_pack("{s:s, s:s, s:s, s:s, s:i, s:n}", "id", summary->id, "title", summary->title,
                 "language", summary->language, "shape", case_shape_name(summary->shape), "scenes",
                 summary->n_scenes, "video"));
}

/* --- which of them have a video --- */

struct finished {
    const struct config *config;
    json_t *by_case; /* the newest done job's result of each case */
};

static void add_finished(void *ctx, const struct job *job)
{
    struct finished *finished = ctx;
    json_t *result = job->result ? json_loads(job->result, 0, NULL) : NULL;

    if (result && kind_video.still_good(finished->config, job))
        json_object_set_new(finished->by_case, job->subject,
            json_pack("{s:O, s:O}", "thumbnail", json_object_get(result, "thumbnail"), "file",
                json_object_get(result, "video")));
    json_decref(result);
}

static int add_videos(
    struct request *request, struct store *store, json_t *cases, struct error *err)
{
    struct finished finished = {.config = request->server->config, .by_case = json_object()};
    int result = store_job_each_done(store, kind_video.name, add_finished, &finished, err);
    json_t *one;
    size_t i;

    json_array_foreach(cases, i, one)
    {
        json_t *video =
            json_object_get(finished.by_case, json_string_value(json_object_get(one, "id")));

        if (video)
            json_object_set(one, "video", video);
    }
    json_decref(finished.by_case);
    return result;
}

void route_cases(struct request *request)
{
    json_t *cases = json_array();
    struct store *store;
    struct error err;

    if (request_store(request, &store, &err) < 0 ||
        store_case_each(store, add_case, cases, &err) < 0 ||
        add_videos(request, store, cases, &err) < 0) {
        json_decref(cases);
        answer_error(request, &err);
        return;
    }
    answer_json(request, 200, json_pack("{s:o}", "cases", cases));
}

void route_case(struct request *request)
{
    struct case_record *record;
    struct store *store;
    struct error err;
    int answer;

    if (case_id_check(request->capture, &err) < 0 || request_store(request, &store, &err) < 0) {
        answer_error(request, &err);
        return;
    }
    answer = store_case_get(store, request->capture, &record, &err);
    if (answer == STORE_E_NOT_FOUND) {
        error_set(&err, ERR_INPUT, "case %s not found", request->capture);
        answer_problem(request, 404, "", err.text);
    } else if (answer < 0) {
        answer_error(request, &err);
    } else {
        answer_json(request, 200, case_to_json(record));
        case_free(record);
    }
}
