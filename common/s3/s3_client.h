/* s3_client.h - what all requests of this process share: settings, keys, open connections. */
#pragma once

#include <curl/curl.h>

#include "s3/s3_keys.h"
#include "s3/s3_settings.h"

struct s3_client {
    /* fixed after s3_start() */
    const char *endpoint, *region, *keys_file, *run;
    bool is_host_style;
    struct s3_keys keys;
};

/* After s3_start() with an address of S3. */
const struct s3_client *s3_client(void);

/* A handle of libcurl without options, rather one with an open connection; back with _return().
 * NULL: no memory. */
CURL *s3_client_take(void);
void s3_client_return(CURL *curl);
