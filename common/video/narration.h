/* narration.h - the sound of every scene of a case, read or spoken, and checked pictures: all that
 * must be known before there can be a timeline.  One thread. */
#pragma once

#include "case/case.h"
#include "video/mix.h"
#include "video/progress.h"

/* Fills `ret_parts[i].from` and `.n` for every scene; `.at` is the timeline's to say.  -ERR_INPUT
 * names the scene. */
int narration_read(const struct case_record *record, int root_fd, struct spool *spool,
    const atomic_bool *cancel, struct progress *progress, struct mix_part *ret_parts,
    struct error *err);
