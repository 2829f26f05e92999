/* fuzz_secret.c - libFuzzer target: only a secret of secret_make() opens a job, and no error text
 * quotes a secret.
 *
 * First byte 0: the rest is the secret.  Else the rest overwrites a genuine secret from that offset
 * on. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "request/secret.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct config config = {.secret_key = "a key of some length", .secret_ttl_s = 3600};
static const char job_id[] = "0123456789abcdefghjkmnpqrs";

static void check(const char *secret, bool is_genuine)
{
    char opened[JOB_ID_LEN + 1];
    struct error err;
    int rc = secret_check(&config, secret, opened, &err);

    assert(rc == (is_genuine ? 0 : -ERR_INPUT));
    if (is_genuine)
        assert(strcmp(opened, job_id) == 0);
    else
        assert(strlen(secret) < 30 || !strstr(err.text, secret));
}

static void check_changed(size_t from, const uint8_t *data, size_t size)
{
    char genuine[SECRET_MAX], changed[SECRET_MAX];
    int64_t expires_s;
    size_t len;

    secret_make(&config, job_id, genuine, &expires_s);
    strcpy(changed, genuine);
    len = strlen(genuine);
    from %= len;
    memcpy(changed + from, data, size < len - from ? size : len - from);
    check(changed, strcmp(changed, genuine) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text;

    digest_init();
    if (!size)
        return 0;
    if (data[0]) {
        check_changed(data[0] - 1u, data + 1, size - 1);
        return 0;
    }
    text = mem_zero(1, size);
    memcpy(text, data + 1, size - 1);
    check(text, false);
    free(text);
    return 0;
}
