/* s3_settings.h - addresses and the endpoint, as settings have them.  Pure functions. */
#pragma once

#include <stdbool.h>

#include "base/error.h"

enum { S3_BUCKET_MAX = 63 };

/* "s3://BUCKET" or "s3://BUCKET/PREFIX".  -ERR_INPUT: what is wrong, and what would be right. */
int s3_address_check(const char *address, struct error *err);

/* "https://HOST" or "http://HOST:PORT".  A password in it is refused, and not repeated. */
int s3_endpoint_check(const char *endpoint, struct error *err);

int s3_region_check(const char *region, struct error *err);

/* The URL of an object; both texts are checked.  `is_host_style`: the bucket is part of the host's
 * name, else it is the first part of the path.  The caller frees it. */
char *s3_url(const char *endpoint, bool is_host_style, const char *address, const char *name);

/* The bucket of an address. */
void s3_address_bucket(const char *address, char ret_bucket[static S3_BUCKET_MAX + 1]);
