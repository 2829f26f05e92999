/* digest.h - names made of content (BLAKE2b-256 by libsodium) and names nobody can guess.  Any
 * thread, after digest_init(). */
#pragma once

#include <sodium.h>
#include <stddef.h>

#define DIGEST_HEX_LEN 64

struct digest {
    crypto_generichash_state state;
};

void digest_init(
    void); /* once, before any thread starts; ends the process if the kernel gives no randomness */

void digest_start(struct digest *digest);
void digest_add(struct digest *digest, const void *data, size_t len);
/* Adds the text's length too, so that ("ab","c") and ("a","bc") differ; NULL differs from "". */
void digest_add_text(struct digest *digest, const char *text);
void digest_add_number(struct digest *digest, long long number);
void digest_hex(struct digest *digest, char ret_hex[static DIGEST_HEX_LEN + 1]);

/* Crockford's alphabet: no i, l, o, u, so that a name read aloud survives. */
#define DIGEST_NAME_ALPHABET "0123456789abcdefghjkmnpqrstvwxyz"

/* `n` characters of that alphabet, 5 bits of kernel randomness each, and a NUL. */
void digest_random_name(char *ret_name, size_t n);
