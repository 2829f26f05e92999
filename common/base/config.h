/* config.h - the settings, read once from the environment.  Any thread may read them afterwards. */
#pragma once

#include <stdbool.h>

#include "base/error.h"

/* Between the origins of CASECAST_ORIGINS. */
#define CONFIG_ORIGIN_GAPS ", \t"

struct config {
    const char *database;   /* CASECAST_DB: file */
    const char *media_root; /* CASECAST_MEDIA_ROOT: folder that the files of a case lie beneath */
    const char *output;     /* CASECAST_OUTPUT: folder of finished videos, served by nginx … */
    const char *media_url;  /* CASECAST_MEDIA_URL: … under this path */
    const char *cache;      /* CASECAST_CACHE: folder of what is kept between videos */
    const char *secret_key; /* CASECAST_SECRET_KEY: client secrets are made with it; "": none are */
    const char *origins;    /* CASECAST_ORIGINS: sites whose pages may ask for all that ours may */
    const char *log;        /* CASECAST_LOG: stderr or syslog */
    int responders;         /* CASECAST_RESPONDERS: threads that accept requests */
    int slots; /* CASECAST_SLOTS: jobs that run at once on this machine, and encoders; default: its
                  cores */
    int max_streams;        /* CASECAST_MAX_STREAMS: open streams a process */
    int max_streams_client; /* CASECAST_MAX_STREAMS_CLIENT: open streams a client address; 0: no
                               limit; default: 100, or half of all where that is less */
    int max_queued;         /* CASECAST_MAX_QUEUED: jobs waiting */
    int max_stream_kib;     /* CASECAST_MAX_STREAM_KIB: bytes waiting for one slow viewer */
    int heartbeat_ms; /* CASECAST_HEARTBEAT_MS: silence after which a stream sends a comment */
    int retry_ms;     /* CASECAST_RETRY_MS: what `retry:` tells a client, jittered by half */
    int cancel_unwatched_s; /* CASECAST_CANCEL_UNWATCHED_S: a job whose last viewer has been gone
                               for so long is canceled; 0: none is */
    int secret_ttl_s;       /* CASECAST_SECRET_TTL_S: how long a client secret opens its job */
    int cache_mib; /* CASECAST_CACHE_MIB: how large that folder may grow; 0: nothing is kept */
    int lease_ms;  /* CASECAST_LEASE_MS: after that, a silent owner's job is taken over */
};

/* -ERR_INPUT names the variable, its value and what would be right. */
int config_read(struct config *ret_config, struct error *err);

/* A client has no business with our folders, and an operator knows them by these names: puts
 * CASECAST_OUTPUT and its kin in the place of their paths in what a client may read of `err`.
 * True: it had held one, and `ret_was` (as long as err->text) is what it said. */
bool config_hide_paths(const struct config *config, struct error *err, char *ret_was);

/* The file by which all processes on this database share the machine's cores; the caller frees it.
 */
char *config_cores_file(const struct config *config);
