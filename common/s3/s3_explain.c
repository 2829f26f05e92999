/* s3_explain.c - see s3_explain.h. */
#include "s3/s3_explain.h"

#include <stdlib.h>
#include <string.h>

#include "s3/s3_client.h"

static const char *const method_names[] = {"GET", "HEAD", "PUT", "DELETE"};
static const char failed[] = "the storage of this site fails at the moment";

int s3_error_where(const struct s3_object *object, struct error *err)
{
    err->public_text = failed;
    return error_where(err, "%s/%s at %s: ", object->address, object->name, s3_client()->endpoint);
}

static void s3_explain_skew(const struct s3_answer *answer, struct error *err)
{
    error_set(err, ERR_IO,
        "the storage's clock is %lld s %s this machine's: set the clock that is wrong",
        llabs((long long)answer->skew_s), answer->skew_s < 0 ? "behind" : "ahead of");
}

void s3_explain_bucket(const struct s3_object *object, struct error *err)
{
    char bucket[S3_BUCKET_MAX + 1];

    s3_address_bucket(object->address, bucket);
    error_set(err, ERR_IO, "there is no bucket %s: make it, or name another", bucket);
}

void s3_explain(const struct s3_request *request, const struct s3_answer *answer, struct error *err)
{
    const struct s3_client *client = s3_client();
    const char *code = answer->code;

    if (strcmp(code, "SignatureDoesNotMatch") == 0)
        error_set(err, ERR_IO, "the secret key in %s is wrong, or CASECAST_S3_REGION=%s is",
            client->keys_file, client->region);
    else if (strcmp(code, "InvalidAccessKeyId") == 0)
        error_set(err, ERR_IO, "the storage does not know the aws_access_key_id in %s",
            client->keys_file);
    else if (strcmp(code, "RequestTimeTooSkewed") == 0)
        s3_explain_skew(answer, err);
    else if (strcmp(code, "NoSuchBucket") == 0)
        s3_explain_bucket(request->object, err);
    else if (strcmp(code, "AuthorizationHeaderMalformed") == 0 || answer->status / 100 == 3)
        error_set(err, ERR_IO,
            "the storage expects another region or endpoint than CASECAST_S3_REGION=%s "
            "(status %ld)",
            client->region, answer->status);
    else if (strcmp(code, "NotImplemented") == 0 && request->version)
        error_set(err, ERR_IO,
            "the storage knows no conditional writes (If-Match, If-None-Match): it can't hold "
            "videos");
    else if (answer->status == 403)
        error_set(err, ERR_IO, "the keys in %s do not allow %s (%s)", client->keys_file,
            method_names[request->method], *code ? code : "403");
    else
        error_set(err, ERR_IO, "the storage answers %s with %ld%s%s", method_names[request->method],
            answer->status, *code ? " " : "", code);
}
