/* config.h - the settings, read once before threads start; after that any thread may read them.
 * They come from the environment, and where that has none from config_give(). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* The characters that separate the origins of CASECAST_ORIGINS. */
#define CONFIG_ORIGIN_GAPS ", \t"

struct config {
    const char *database;   /* CASECAST_DB: file, or an address */
    const char *cases;      /* CASECAST_CASES: where cases are read from; default: the same */
    const char *media_root; /* CASECAST_MEDIA_ROOT: folder that the files of a case lie beneath */
    const char *output;     /* CASECAST_OUTPUT: folder of finished videos, served by nginx … */
    const char *prefix;     /* CASECAST_PREFIX: folder of the site in which all addresses lie, as
                               "/films"; "": the whole site */
    const char *media_url;  /* CASECAST_MEDIA_URL: … under this path; default: PREFIX/media/ */
    const char
        *keep; /* CASECAST_KEEP: how long an ended job is kept after it was asked for last … */
    int64_t keep_ms;   /* … in ms; 0: for ever */
    int output_mib;    /* CASECAST_OUTPUT_MIB: largest size of all finished videos; 0: no limit */
    int files_mib;     /* CASECAST_FILES_MIB: largest size of all files that were sent … */
    int files_mib_client; /* CASECAST_FILES_MIB_CLIENT: … and of those of one client; 0: no limit */
    const char *cache; /* CASECAST_CACHE: folder of voices and frames that later videos reuse */
    const char *s3_endpoint;    /* CASECAST_S3_ENDPOINT: of addresses s3://BUCKET/PREFIX */
    const char *s3_region;      /* CASECAST_S3_REGION */
    const char *s3_style;       /* CASECAST_S3_STYLE: where the bucket stands: path or host */
    const char *s3_credentials; /* CASECAST_S3_CREDENTIALS: file of the keys */
    const char *publish_key;    /* CASECAST_PUBLISH_KEY: of those who publish jobs; "": none do */
    const char *secret_key;     /* CASECAST_SECRET_KEY: signs client secrets; "": there are none */
    const char *write_key;      /* CASECAST_WRITE_KEY: of those who write cases; "": none do */
    const char *origins;        /* CASECAST_ORIGINS: other sites whose pages may use the API */
    const char *kinds;         /* CASECAST_KINDS: folder of kinds of job that are files; "": none */
    const char *webhook_hosts; /* CASECAST_WEBHOOK_HOSTS: where webhooks may go to; "": nowhere */
    const char *webhook_keys;  /* CASECAST_WEBHOOK_KEYS: file of the keys that sign them */
    const char *seal; /* CASECAST_SEAL: files from outside are decoded in sealed processes: require,
                         try, off */
    const char *log;  /* CASECAST_LOG: stderr or syslog */
    const char *machine; /* CASECAST_MACHINE: name of this machine; default: its host name */
    const char *run; /* CASECAST_RUN: folder of this machine alone: locks and unfinished files; "":
                        locks lie beside the database, unfinished files in the output folder */
    int responders;  /* CASECAST_RESPONDERS: threads that accept requests */
    int slots; /* CASECAST_SLOTS: jobs, and encoders, that run at once on this machine; default:
                  the number of cores */
    int max_streams;        /* CASECAST_MAX_STREAMS: open streams a process */
    int max_streams_client; /* CASECAST_MAX_STREAMS_CLIENT: open streams a client address; 0: no
                               limit; default: 100, or half of max_streams if that is less */
    int max_queued;         /* CASECAST_MAX_QUEUED: queued jobs */
    int max_queued_client;  /* CASECAST_MAX_QUEUED_CLIENT: those of one client; 0: no limit */
    int max_queued_kind;    /* CASECAST_MAX_QUEUED_KIND: those of one kind; 0: no limit */
    int max_stream_kib;     /* CASECAST_MAX_STREAM_KIB: size of one viewer's frame queue */
    int heartbeat_ms;       /* CASECAST_HEARTBEAT_MS: a stream that sent nothing for so long sends a
                               comment */
    int help;     /* CASECAST_HELP: machines make parts of one another's jobs; 0: this one neither
                     helps nor is helped */
    int retry_ms; /* CASECAST_RETRY_MS: the value of the field `retry:`, ± half of it at random */
    int cancel_unwatched_s; /* CASECAST_CANCEL_UNWATCHED_S: a job that had no viewer for so long
                               is canceled; 0: never */
    int secret_ttl_s;       /* CASECAST_SECRET_TTL_S: how long a client secret is valid */
    int cache_mib; /* CASECAST_CACHE_MIB: largest size of the cache folder; 0: nothing is kept */
    int lease_ms;  /* CASECAST_LEASE_MS: the jobs of a process that is silent for so long are taken
                      over */
};

/* Read all settings.  -ERR_INPUT begins with the name of the setting, and says its value and what
 * would be right.  The texts belong to the environment, or to who gave them. */
int config_read(struct config *ret_config, struct error *err);

/* The name of the i-th setting; NULL: there are no more. */
const char *config_name(size_t i);

/* The value of the i-th setting in the environment; NULL: it is empty or not set. */
const char *config_variable(size_t i);

/* Give the i-th setting a value for the next config_read(), which holds if the environment has
 * none. The caller keeps `value` as long as the settings are used.  NULL takes it back. */
void config_give(size_t i, const char *value);

/* The value of the i-th setting in `config`; NULL: it is a number, which is in `*ret_number`. */
const char *config_text(const struct config *config, size_t i, int *ret_number);

/* `path` without `prefix`, a value of CASECAST_PREFIX; a path outside it stays as it is, because
 * the tutorial's addresses lie there, too. */
const char *config_below(const char *prefix, const char *path);

/* Can `prefix` be a value of CASECAST_PREFIX? */
bool config_is_prefix(const char *prefix);

/* Replace the paths of the settings in `err->text` by the names of the settings
 * ("CASECAST_OUTPUT"), as a client may read it.  `ret_was` (as long as err->text) gets the text as
 * it was.  True: it held a path, or has a text of its own for clients. */
bool config_hide_paths(const struct config *config, struct error *err, char *ret_was);

/* Makes the folder of CASECAST_RUN if it does not exist.  -ERR_IO names it: it can't be made or
 * written, or the default one belongs to another user, or others may write to it. */
int config_make_run(const struct config *config, struct error *err);

/* Is `path` a folder of this user that nobody else may write to?  For a folder at a place that
 * everybody knows: another user may have made it first.  -ERR_IO names it. */
int config_check_own_folder(const char *path, struct error *err);

/* The path of the file through which the processes of this machine share its cores.  The caller
 * frees it. */
char *config_cores_file(const struct config *config);
