/* bearer.c - see bearer.h. */
#include "keys/bearer.h"

#include <sodium.h>
#include <string.h>

const char *bearer_of(const struct request *request)
{
    static const char scheme[] = "Bearer ";
    const char *header = request_param(request, "HTTP_AUTHORIZATION");

    if (strncasecmp(header, scheme, strlen(scheme)) != 0)
        return "";
    return header + strlen(scheme) + strspn(header + strlen(scheme), " ");
}

/* A key may be any text, but its digest has one length. */
bool bearer_is_same(const char *a, const char *b)
{
    unsigned char left[crypto_generichash_BYTES], right[crypto_generichash_BYTES];

    crypto_generichash(left, sizeof left, (const unsigned char *)a, strlen(a), NULL, 0);
    crypto_generichash(right, sizeof right, (const unsigned char *)b, strlen(b), NULL, 0);
    return sodium_memcmp(left, right, sizeof left) == 0;
}
