/* stills.h - single frames of cases, and when their scenes are shown.
 *
 * One thread of this process draws them, behind videos.  A responder waits for its frame, and no
 * longer than its client does.  The case that was drawn last stays open, so that the next moment of
 * it comes at once.  Any thread, except stills_free(). */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/buf.h"
#include "base/config.h"
#include "base/error.h"
#include "case/case.h"

struct stills;

/* The thread starts with the first request.  `config` outlives it. */
struct stills *stills_new(const struct config *config);
/* Ends what is being drawn.  No other thread uses it any more. */
void stills_free(struct stills *stills);

struct stills_ask {
    int scene;    /* from 1; 0: `seconds` tells the frame */
    double share; /* of the scene: 0 … 1 */
    double seconds;
    int width;     /* 0: no frame is wanted, but the plan */
    int client_fd; /* the connection of the client, whose end ends the drawing */
};

enum { STILLS_E_LEFT = 1 };

/* Draws the frame into `jpeg`, or sets `*ret_plan` (the caller's reference): lengths in seconds,
 * and the start and the length of each scene.  Takes `record` over in any case.  STILLS_E_LEFT: the
 * client has gone.  -ERR_BUSY: too many wait, or it took too long.  -ERR_INPUT: a file or a text of
 * the case can't be used, or there is no such frame.  Other errors as still_draw(). */
int stills_draw(struct stills *stills, struct case_record *record, const struct stills_ask *ask,
    struct buf *jpeg, json_t **ret_plan, struct error *err);
