/* digest.h - names made of content (BLAKE2b-256, libsodium) and random names.  Any thread, after
 * digest_init(); a struct digest belongs to one thread at a time. */
#pragma once

#include <sodium.h>
#include <stddef.h>

#define DIGEST_HEX_LEN 64

struct digest {
    crypto_generichash_state state;
};

/* Once, before threads start.  Ends the process if the kernel gives no random bytes. */
void digest_init(void);

void digest_start(struct digest *digest);
void digest_add(struct digest *digest, const void *data, size_t len);

/* Add the length and the bytes of a text, so that ("ab","c") and ("a","bc") differ; NULL differs
 * from "". */
void digest_add_text(struct digest *digest, const char *text);

void digest_add_number(struct digest *digest, long long number);

/* End the digest: DIGEST_HEX_LEN hexadecimal digits and a NUL. */
void digest_hex(struct digest *digest, char ret_hex[static DIGEST_HEX_LEN + 1]);

/* Crockford's base 32: without i, l, o and u, which are easily confused. */
#define DIGEST_NAME_ALPHABET "0123456789abcdefghjkmnpqrstvwxyz"

/* Write `n` random characters of that alphabet (5 bits each) and a NUL: `ret_name` holds n + 1
 * bytes. */
void digest_random_name(char *ret_name, size_t n);
