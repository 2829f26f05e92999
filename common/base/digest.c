#include "base/digest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void digest_init(void)
{
    if (sodium_init() < 0) {
        fputs("casecast: libsodium finds no source of randomness\n", stderr);
        exit(1);
    }
}

void digest_start(struct digest *digest)
{
    crypto_generichash_init(&digest->state, NULL, 0, 32);
}

void digest_add(struct digest *digest, const void *data, size_t len)
{
    crypto_generichash_update(&digest->state, data, len);
}

void digest_add_number(struct digest *digest, long long number)
{
    unsigned char bytes[8];

    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)((unsigned long long)number >> (8 * i));
    digest_add(digest, bytes, sizeof bytes);
}

void digest_add_text(struct digest *digest, const char *text)
{
    digest_add_number(digest, text ? (long long)strlen(text) : -1);
    if (text)
        digest_add(digest, text, strlen(text));
}

void digest_hex(struct digest *digest, char ret_hex[static DIGEST_HEX_LEN + 1])
{
    unsigned char sum[32];

    crypto_generichash_final(&digest->state, sum, sizeof sum);
    sodium_bin2hex(ret_hex, DIGEST_HEX_LEN + 1, sum, sizeof sum);
}

void digest_random_name(char *ret_name, size_t n)
{
    static const char alphabet[] = DIGEST_NAME_ALPHABET;

    randombytes_buf(ret_name, n);
    for (size_t i = 0; i < n; i++)
        ret_name[i] = alphabet[(unsigned char)ret_name[i] & 31];
    ret_name[n] = '\0';
}
