/* nginx.c - `casecast nginx`: the configuration of nginx for the site at hand. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/command/options.h"
#include "cli/commands.h"
#include "site/site.h"

/* In the order of nginx_options. */
enum nginx_option {
    NGINX_PREFIX,
    NGINX_NAME,
    NGINX_TLS,
    NGINX_HTTP2,
    NGINX_MEDIA,
    NGINX_PAGES,
    NGINX_LOG,
};

static const struct option_row nginx_options[] = {
    {0, "prefix", "PATH", "the folder of the site, as /films (CASECAST_PREFIX)", NULL},
    {0, "name", "NAMES", "of `site`: its host names, separated by spaces", NULL},
    {0, "tls", NULL, "of `site`: port 443; port 80 redirects to it", NULL},
    {0, "http2", NULL, "of `site` with --tls", NULL},
    {0, "media", "FOLDER", "the folder of finished videos (CASECAST_OUTPUT)", NULL},
    {0, "pages", "FOLDER", "the folder of the pages (" CASECAST_PAGES ")", NULL},
    {0, "log", "FILE", "the log; off: that of the server around it", NULL},
    {0, NULL, NULL, NULL, NULL},
};

/* The absolute path of a folder that a setting names. */
static char *nginx_media(const char *output)
{
    char folder[PATH_MAX];

    if (*output == '/' || strstr(output, "://") || !getcwd(folder, sizeof folder))
        return mem_copy(output);
    return mem_format("%s/%s", folder, output);
}

static const char *nginx_or(const char *given, const char *otherwise)
{
    return given ? given : otherwise;
}

/* Prints to stdout, or nothing. */
static int nginx_print(enum site_part part, const struct config *config, const char *const *value)
{
    char *output = nginx_media(config->output);
    struct site_wish wish = {.prefix = nginx_or(value[NGINX_PREFIX], config->prefix),
        .media = nginx_or(value[NGINX_MEDIA], output),
        .pages = nginx_or(value[NGINX_PAGES], CASECAST_PAGES),
        .log = nginx_or(value[NGINX_LOG], "/var/log/nginx/casecast.log"),
        .origins = config->origins,
        .name = value[NGINX_NAME],
        .has_tls = value[NGINX_TLS],
        .has_http2 = value[NGINX_HTTP2]};
    struct error err;
    int rc = site_print(part, &wish, &err);

    if (rc == 0 && strcmp(wish.prefix, config->prefix) != 0)
        fprintf(stderr, "casecast: the responders need the setting CASECAST_PREFIX=%s, too\n",
            wish.prefix);
    free(output);
    return rc == 0 ? EXIT_DONE : cli_fail(&err);
}

static int nginx_refuse(const struct command *command, bool is_site, const char *const *value)
{
    if (is_site && !value[NGINX_NAME])
        return cli_misused(command, "a site needs its names: --name video.example.org");
    if (!is_site && (value[NGINX_NAME] || value[NGINX_TLS] || value[NGINX_HTTP2]))
        return cli_misused(command, "--name, --tls and --http2 are for a whole site: nginx site");
    if (value[NGINX_HTTP2] && !value[NGINX_TLS])
        return cli_misused(command, "browsers speak HTTP/2 over TLS alone: add --tls");
    return EXIT_DONE;
}

static int nginx_run(
    const struct command *command, const struct config *config, const struct options *given)
{
    static const char *const parts[] = {"routes", "pages", "site"};
    const char *what = given->n_rest ? given->rest[0] : parts[SITE_ROUTES];
    int part = SITE_ROUTES, status;

    while (part <= SITE_WHOLE && strcmp(what, parts[part]) != 0)
        part++;
    if (part > SITE_WHOLE || given->n_rest > 1)
        return cli_misused(command, "\"%.60s\": must be one of routes, pages and site",
            given->rest[given->n_rest - 1]);
    status = nginx_refuse(command, part == SITE_WHOLE, given->values);
    return status == EXIT_DONE ? nginx_print((enum site_part)part, config, given->values) : status;
}

const struct command command_nginx = {"nginx", "[routes|pages|site]",
    "prints the configuration of nginx for a site",
    "\n`routes` (without an argument) and `pages` are for a server block that is there: they "
    "claim\n"
    "the prefix and the tutorial's three addresses, and nothing else.  `site` is a server of its\n"
    "own.  All need /etc/nginx/conf.d/casecast.conf.\n",
    nginx_run, nginx_options};
