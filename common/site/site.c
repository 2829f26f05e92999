/* site.c - see site.h.  The templates are in nginx/templates; a line with a token that has no value
 * is left out. */
#include "site/site.h"

#include <nginx_texts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/config.h"
#include "base/mem.h"

/* The value of each token.  NULL: lines with it are left out. */
enum site_token {
    TOKEN_BELOW,
    TOKEN_PREFIX,
    TOKEN_OVER,
    TOKEN_LOG,
    TOKEN_SITE_LOG,
    TOKEN_MEDIA,
    TOKEN_SECRETS,
    TOKEN_PAGES,
    TOKEN_NAME,
    TOKEN_FIRST_NAME,
    TOKEN_HTTP2,
    TOKEN_FRAMERS,
    N_TOKENS,
};

static const char *const site_tokens[N_TOKENS] = {"@BELOW@", "@PREFIX@", "@OVER@", "@LOG@",
    "@SITE_LOG@", "@MEDIA@", "@SECRETS@", "@PAGES@", "@NAME@", "@FIRST_NAME@", "@HTTP2@",
    "@FRAMERS@"};

struct site {
    char *values[N_TOKENS];
    bool is_s3;
};

/* --- values --- */

static void site_set(struct site *site, enum site_token token, char *value)
{
    free(site->values[token]);
    site->values[token] = value;
}

/* In quotation marks, as nginx reads a word.  A relative path stays one: nginx looks for it in its
 * own folder. */
static char *site_quote(const char *path, const char *tail)
{
    struct buf quoted = {0};

    buf_add_text(&quoted, "\"");
    for (; *path; path++) {
        if (*path == '"' || *path == '\\')
            buf_add(&quoted, "\\", 1);
        buf_add(&quoted, path, 1);
    }
    buf_format(&quoted, "%s\"", tail);
    return quoted.data;
}

/* nginx has no way to write a dollar sign. */
static int site_check(const char *what, const char *text, struct error *err)
{
    if (*text && !strpbrk(text, "$\n\r;{}"))
        return 0;
    return error_set(
        err, ERR_INPUT, "%s \"%.80s\": must have none of $ ; { }, and one line", what, text);
}

static int site_set_prefix(struct site *site, const char *prefix, struct error *err)
{
    if (!config_is_prefix(prefix))
        return error_set(err, ERR_INPUT,
            "the prefix \"%.80s\" must be a folder of the site, as /films or /our/films", prefix);
    site_set(site, TOKEN_PREFIX, mem_copy(prefix));
    site_set(site, TOKEN_BELOW, *prefix ? mem_copy("") : NULL);
    site_set(site, TOKEN_OVER, mem_copy(*prefix ? "^~ " : ""));
    return 0;
}

static int site_set_folders(struct site *site, const struct site_wish *wish, struct error *err)
{
    int rc = site_check("the folder of videos", wish->media, err);

    if (rc == 0)
        rc = site_check("the folder of pages", wish->pages, err);
    if (rc < 0)
        return rc;
    site->is_s3 = strncmp(wish->media, "s3://", 5) == 0;
    site_set(site, TOKEN_MEDIA, site_quote(wish->media, "/"));
    site_set(site, TOKEN_SECRETS, site_quote(wish->media, "/secret/"));
    site_set(site, TOKEN_PAGES, site_quote(wish->pages, "/"));
    return 0;
}

static int site_set_log(struct site *site, const char *log, struct error *err)
{
    bool is_off = strcmp(log, "off") == 0;
    int rc = site_check("the log", log, err);
    char *quoted;

    if (rc < 0)
        return rc;
    quoted = site_quote(log, "");
    site_set(site, TOKEN_LOG, is_off ? NULL : mem_format("access_log %s casecast;", quoted));
    site_set(site, TOKEN_SITE_LOG, is_off ? mem_copy("off") : mem_format("%s casecast", quoted));
    free(quoted);
    return 0;
}

static int site_set_name(struct site *site, const struct site_wish *wish, struct error *err)
{
    const char *name = wish->name ? wish->name : "_";
    int rc = site_check("the name", name, err);

    site_set(site, TOKEN_NAME, mem_copy(name));
    site_set(site, TOKEN_FIRST_NAME, mem_format("%.*s", (int)strcspn(name, " "), name));
    site_set(site, TOKEN_HTTP2, mem_copy(wish->has_http2 ? " http2" : ""));
    return rc;
}

/* Sites that may frame the page of a video, as the Content-Security-Policy lists them. */
static void site_set_framers(struct site *site, const char *origins)
{
    char *framers = mem_format("'self'%s%s", *origins ? " " : "", origins);

    for (char *at = framers + strlen("'self'"); *at; at++)
        if (strchr(CONFIG_ORIGIN_GAPS, *at))
            *at = ' ';
    site_set(site, TOKEN_FRAMERS, framers);
}

static int site_set_all(struct site *site, const struct site_wish *wish, struct error *err)
{
    int rc = site_set_prefix(site, wish->prefix, err);

    site_set_framers(site, wish->origins);
    if (rc == 0)
        rc = site_set_folders(site, wish, err);
    if (rc == 0)
        rc = site_set_log(site, wish->log, err);
    return rc == 0 ? site_set_name(site, wish, err) : rc;
}

/* --- printing --- */

/* The first token in `line`; NULL: there is none. */
static const char *site_find_token(const char *line, enum site_token *ret_token)
{
    const char *first = NULL;

    for (int i = 0; i < N_TOKENS; i++) {
        const char *at = strstr(line, site_tokens[i]);

        if (at && (!first || at < first)) {
            first = at;
            *ret_token = (enum site_token)i;
        }
    }
    return first;
}

static void site_print_line(const struct site *site, const char *line)
{
    struct buf out = {0};
    enum site_token token = N_TOKENS;
    const char *at;
    bool is_shown = true;

    while (is_shown && (at = site_find_token(line, &token))) {
        is_shown = site->values[token] != NULL;
        buf_add(&out, line, (size_t)(at - line));
        buf_add_text(&out, is_shown ? site->values[token] : "");
        line = at + strlen(site_tokens[token]);
        line += token == TOKEN_BELOW && *line == ' ';
    }
    buf_add_text(&out, line);
    if (is_shown)
        puts(out.data ? out.data : "");
    buf_free(&out);
}

static void site_print_lines(const struct site *site, const char *const *lines)
{
    for (; *lines; lines++)
        site_print_line(site, *lines);
}

static void site_print_routes(const struct site *site)
{
    site_print_lines(site, routes_lines);
    putchar('\n');
    site_print_lines(site, site->is_s3 ? media_s3_lines : media_lines);
}

static void site_print_whole(struct site *site, bool has_tls)
{
    site_print_lines(site, has_tls ? site_tls_lines : site_plain_lines);
    site_set(site, TOKEN_LOG, NULL); /* the server's holds for all of it */
    site_print_routes(site);
    putchar('\n');
    site_print_lines(site, pages_lines);
    puts("}");
}

int site_print(enum site_part part, const struct site_wish *wish, struct error *err)
{
    struct site site = {.is_s3 = false};
    int rc = site_set_all(&site, wish, err);

    if (rc == 0 && part == SITE_ROUTES)
        site_print_routes(&site);
    else if (rc == 0 && part == SITE_PAGES)
        site_print_lines(&site, pages_lines);
    else if (rc == 0)
        site_print_whole(&site, wish->has_tls);
    for (int i = 0; i < N_TOKENS; i++)
        free(site.values[i]);
    return rc;
}
