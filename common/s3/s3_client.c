/* s3_client.c - see s3_client.h, and s3_start() in s3.h. */
#include "s3/s3_client.h"

#include <pthread.h>
#include <string.h>

#include "s3/s3.h"

enum { IDLE_MAX = 16 }; /* connections that are kept open between requests */

static struct s3_client client;
static bool is_started; /* fixed after s3_start() */

static pthread_mutex_t idle_lock = PTHREAD_MUTEX_INITIALIZER;
/* under idle_lock */
static CURL *idle[IDLE_MAX];
static int n_idle;

const struct s3_client *s3_client(void)
{
    return &client;
}

const char *s3_work_folder(void)
{
    return client.run;
}

CURL *s3_client_take(void)
{
    CURL *curl = NULL;

    pthread_mutex_lock(&idle_lock);
    if (n_idle)
        curl = idle[--n_idle];
    pthread_mutex_unlock(&idle_lock);
    return curl ? curl : curl_easy_init();
}

void s3_client_return(CURL *curl)
{
    curl_easy_reset(curl); /* the connection stays */
    pthread_mutex_lock(&idle_lock);
    if (n_idle < IDLE_MAX) {
        idle[n_idle++] = curl;
        curl = NULL;
    }
    pthread_mutex_unlock(&idle_lock);
    curl_easy_cleanup(curl);
}

static int s3_check_address_of(const char *setting, const char *address, struct error *err)
{
    if (s3_is_address(address) && s3_address_check(address, err) < 0)
        return error_where(err, "%s=", setting);
    return 0;
}

static int s3_check_settings(const struct config *config, struct error *err)
{
    if (!*config->s3_endpoint)
        return error_set(err, ERR_INPUT,
            "CASECAST_S3_ENDPOINT: is not set; an address s3://… needs it: https://HOST");
    if (!*config->s3_credentials)
        return error_set(err, ERR_INPUT,
            "CASECAST_S3_CREDENTIALS: is not set; an address s3://… needs the path of the file of "
            "its keys");
    if (strcmp(config->s3_style, "path") != 0 && strcmp(config->s3_style, "host") != 0)
        return error_set(err, ERR_INPUT,
            "CASECAST_S3_STYLE=%s: must be path (https://HOST/BUCKET) or host "
            "(https://BUCKET.HOST)",
            config->s3_style);
    if (s3_endpoint_check(config->s3_endpoint, err) < 0)
        return -ERR_INPUT;
    return s3_region_check(config->s3_region, err);
}

int s3_start(const struct config *config, struct error *err)
{
    int rc;

    if (!s3_is_address(config->cache) && !s3_is_address(config->output))
        return 0;
    rc = s3_check_address_of("CASECAST_CACHE", config->cache, err);
    if (rc == 0)
        rc = s3_check_address_of("CASECAST_OUTPUT", config->output, err);
    if (rc == 0)
        rc = s3_check_settings(config, err);
    if (rc == 0)
        rc = s3_keys_read(config->s3_credentials, &client.keys, err);
    if (rc == 0)
        rc = config_make_run(config, err);
    if (rc < 0)
        return rc;
    client.endpoint = config->s3_endpoint;
    client.region = config->s3_region;
    client.keys_file = config->s3_credentials;
    client.run = config->run;
    client.is_host_style = strcmp(config->s3_style, "host") == 0;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
        return error_set(err, ERR_LIBRARY, "libcurl can't be started");
    is_started = true;
    return 0;
}

void s3_stop(void)
{
    if (!is_started)
        return;
    while (n_idle)
        curl_easy_cleanup(idle[--n_idle]);
    curl_global_cleanup();
    explicit_bzero(&client.keys, sizeof client.keys);
    is_started = false;
}
