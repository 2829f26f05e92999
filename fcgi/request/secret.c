/* secret.c - see secret.h. */
#include "request/secret.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

enum {
    MAC_TEXT_MAX =
        sodium_base64_ENCODED_LEN(crypto_auth_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING)
};

bool secret_is_needed(const struct config *config)
{
    return *config->secret_key != '\0';
}

/* The key may be any text; its hash has the length that the MAC needs, and no bias. */
static void secret_sign(const struct config *config, const char *signed_text, size_t len,
    char ret_mac_text[static MAC_TEXT_MAX])
{
    static const char purpose[] = "casecast client secret";
    unsigned char key[crypto_auth_KEYBYTES], mac[crypto_auth_BYTES];

    crypto_generichash(key, sizeof key, (const unsigned char *)config->secret_key,
        strlen(config->secret_key), (const unsigned char *)purpose, sizeof purpose - 1);
    crypto_auth(mac, (const unsigned char *)signed_text, len, key);
    sodium_memzero(key, sizeof key);
    sodium_bin2base64(
        ret_mac_text, MAC_TEXT_MAX, mac, sizeof mac, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

void secret_make(const struct config *config, const char *job_id,
    char ret_secret[static SECRET_MAX], int64_t *ret_expires_s)
{
    char mac_text[MAC_TEXT_MAX];
    int len;

    *ret_expires_s = clock_wall_ms() / 1000 + config->secret_ttl_s;
    len = snprintf(ret_secret, SECRET_MAX, "%s.%" PRId64, job_id, *ret_expires_s);
    secret_sign(config, ret_secret, (size_t)len, mac_text);
    snprintf(ret_secret + len, SECRET_MAX - (size_t)len, ".%s", mac_text);
}

/* `dot` stands before the MAC.  The texts are compared, not the decoded bytes: libsodium decodes
 * some bytes above 0x7F as letters, and one secret would have several spellings. */
static bool secret_mac_is_right(const struct config *config, const char *secret, const char *dot)
{
    char right[MAC_TEXT_MAX];

    secret_sign(config, secret, (size_t)(dot - secret), right);
    return strlen(dot + 1) == strlen(right) && sodium_memcmp(dot + 1, right, strlen(right)) == 0;
}

int secret_check(const struct config *config, const char *secret,
    char ret_job_id[static JOB_ID_LEN + 1], struct error *err)
{
    const char *first = strchr(secret, '.'), *second = first ? strchr(first + 1, '.') : NULL;
    char job_id[JOB_ID_LEN + 1], expiry_text[21];
    long long expiry_s;

    if (!*secret)
        return error_set(err, ERR_INPUT,
            "client_secret is missing: it came with the answer that created the job");
    if (!second || first - secret != JOB_ID_LEN || second - first > 20 ||
        !secret_mac_is_right(config, secret, second))
        return error_set(err, ERR_INPUT, "client_secret is not one that this server gave out");
    snprintf(job_id, sizeof job_id, "%.*s", JOB_ID_LEN, secret);
    snprintf(expiry_text, sizeof expiry_text, "%.*s", (int)(second - first - 1), first + 1);
    if (!text_number(expiry_text, 0, INT64_MAX, &expiry_s) || expiry_s * 1000 <= clock_wall_ms())
        return error_set(
            err, ERR_INPUT, "client_secret has expired: ask for the job again to get a new one");
    strcpy(ret_job_id, job_id);
    return 0;
}
