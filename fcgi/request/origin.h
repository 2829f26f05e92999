/* origin.h - whose page a request comes from, by what browsers send.  Programs send nothing of it,
 * and count as ours.  Any thread.
 *
 * A page of our own site may ask for everything.  So may one of a site that CASECAST_ORIGINS names,
 * and the headers of CORS say so.  A page of any other site may read what its browser lets it read,
 * and starts and ends nothing. */
#pragma once

#include "base/buf.h"
#include "base/config.h"

enum origin { ORIGIN_OURS, ORIGIN_NAMED, ORIGIN_FOREIGN };

/* The headers of a request that say it, each "" if it is not there: Host, Origin, Sec-Fetch-Site,
 * and the origin of Referer. */
struct origin_signs {
    const char *host, *origin, *fetch_site, *referer;
};

enum origin origin_of(const struct config *config, const struct origin_signs *signs);

/* Adds the header lines of CORS (Fetch standard, 3.2) for an answer to this request; none where
 * CASECAST_ORIGINS is not set. */
void origin_headers(struct buf *out, const struct config *config, const struct origin_signs *signs);

/* The further lines of CORS for the answer to OPTIONS. */
extern const char origin_preflight[];
