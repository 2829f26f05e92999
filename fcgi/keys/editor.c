/* editor.c - see editor.h. */
#include "keys/editor.h"

#include <string.h>

#include "request/answer.h"
#include "keys/bearer.h"
#include "request/server.h"

bool editor_has_key(const struct request *request)
{
    const char *key = request->server->config->write_key;

    return *key && bearer_is_same(bearer_of(request), key);
}

static const char *editor_lacks(const struct request *request)
{
    if (*bearer_of(request))
        return *request->server->config->write_key
                   ? "what was sent as \"Authorization: Bearer …\" is not CASECAST_WRITE_KEY"
                   : "no key may write here: CASECAST_WRITE_KEY is not set";
    if (*request->server->config->write_key)
        return "to write, send \"Authorization: Bearer \" and CASECAST_WRITE_KEY";
    return "nobody may write here: CASECAST_WRITE_KEY is not set, and nginx/editors.conf does not "
           "name this address";
}

const char *editor_refusal(const struct request *request)
{
    bool is_near = strcmp(request_param(request, "CASECAST_EDITOR"), "1") == 0;
    bool may = editor_has_key(request) ||
               (is_near && request->origin == ORIGIN_OURS && !*bearer_of(request));

    return may ? NULL : editor_lacks(request);
}

bool editor_admit(struct request *request)
{
    const char *refusal = editor_refusal(request);

    if (!refusal)
        return true;
    atomic_fetch_add(&request->server->n_edits_refused, 1);
    answer_problem(request, 403, "", refusal);
    return false;
}
