/* kinds.c - the table of the kinds of job.  A kind of your own is one line more. */
#include "kinds.h"

#include "cases/case_edits.h"
#include "cases/case_routes.h"
#include "files/file_routes.h"
#include "kind/kind_video.h"
#include "publish/publish.h"
#include "cases/still_routes.h"

const struct job_kind *const job_kinds[] = {
    &kind_video,
    NULL,
};

const struct route *const kind_routes[] = {
    case_routes,
    case_edits,
    file_routes,
    publish_routes,
    still_routes,
    NULL,
};
