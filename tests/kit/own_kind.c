/* own_kind.c - casecast with a second line in its table of kinds. */
#include "cases/case_routes.h"
#include "kind/kind_video.h"
#include "kinds.h"
#include "kit/kind_digest.h"
#include "serve.h"
#include "video/child.h"

/* These tables take the place of those in fcgi/kinds.c. */
const struct job_kind *const job_kinds[] = {
    &kind_video,
    &kind_digest,
    NULL,
};

const struct route *const kind_routes[] = {
    case_routes,
    NULL,
};

void digest_file(FILE *file, const atomic_bool *cancel, char ret_hex[static DIGEST_HEX_LEN + 1])
{
    char chunk[1 << 16];
    struct digest sum;
    size_t len;

    digest_start(&sum);
    while (!atomic_load(cancel) && (len = fread(chunk, 1, sizeof chunk, file)) > 0)
        digest_add(&sum, chunk, len);
    digest_hex(&sum, ret_hex);
}

int main(int argc, char **argv)
{
    if (child_is_wanted(
            argc, argv)) /* serve() starts this program to decode pictures and to set text */
        return child_main(argc, argv);
    return serve(NULL);
}
