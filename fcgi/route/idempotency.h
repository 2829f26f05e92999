/* idempotency.h - the header Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): by it a
 * client that did not get the answer to a POST asks again without a second effect.  Any thread. */
#pragma once

#include <jansson.h>

#include "base/digest.h"
#include "request/request.h"

struct idempotency {
    char name[DIGEST_HEX_LEN +
              1]; /* digest of the client and its key; "": the header is not there */
    char body[DIGEST_HEX_LEN + 1]; /* digest of what the body says, however it is written */
};

/* -ERR_INPUT: the header has a value that can be no key. */
int idempotency_read(const struct request *request, const json_t *body,
    struct idempotency *ret_idempotency, struct error *err);
