/* publisher.c - see publisher.h. */
#include "route/publisher.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "keys/bearer.h"
#include "request/server.h"

static_assert(PUBLISHER_TOKEN_MAX >= sodium_base64_ENCODED_LEN(crypto_auth_BYTES,
                                         sodium_base64_VARIANT_URLSAFE_NO_PADDING),
    "a token has its room");

bool publisher_has_key(const struct request *request)
{
    const char *key = request->server->config->publish_key;

    return *key && bearer_is_same(bearer_of(request), key);
}

void publisher_token(
    const struct config *config, const char *job_id, char ret_token[static PUBLISHER_TOKEN_MAX])
{
    static const char purpose[] = "casecast publisher";
    unsigned char key[crypto_auth_KEYBYTES], mac[crypto_auth_BYTES];

    crypto_generichash(key, sizeof key, (const unsigned char *)config->publish_key,
        strlen(config->publish_key), (const unsigned char *)purpose, sizeof purpose - 1);
    crypto_auth(mac, (const unsigned char *)job_id, strlen(job_id), key);
    sodium_memzero(key, sizeof key);
    sodium_bin2base64(
        ret_token, PUBLISHER_TOKEN_MAX, mac, sizeof mac, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

int publisher_check(const struct request *request, const char *job_id, struct error *err)
{
    const struct config *config = request->server->config;
    char token[PUBLISHER_TOKEN_MAX];

    if (!*config->publish_key)
        return error_set(
            err, ERR_INPUT, "nobody may publish here: CASECAST_PUBLISH_KEY is not set");
    if (!*bearer_of(request))
        return error_set(err, ERR_INPUT,
            "to publish, send \"Authorization: Bearer \" and CASECAST_PUBLISH_KEY, or the "
            "publishToken that came with the job");
    publisher_token(config, job_id, token);
    if (publisher_has_key(request) || bearer_is_same(bearer_of(request), token))
        return 0;
    return error_set(err, ERR_INPUT,
        "what was sent as \"Authorization: Bearer …\" is neither CASECAST_PUBLISH_KEY nor the "
        "token "
        "of this job");
}
