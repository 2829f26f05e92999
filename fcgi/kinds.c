/* kinds.c - the table of the kinds of job.  A kind of your own is one line more. */
#include "kinds.h"

#include "kind/case_routes.h"
#include "kind/kind_video.h"
#include "publish/publish.h"

const struct job_kind *const job_kinds[] = {
    &kind_video,
    NULL,
};

const struct route *const kind_routes[] = {
    case_routes,
    publish_routes,
    NULL,
};
