/* case_words.h - the language of a case's texts, and whether its voice can read them.  Any thread.
 */
#pragma once

#include "case/case_mistakes.h"
#include "case/case_record.h"

/* Set what is missing once all fields are read: the title becomes the id, the language that of the
 * script of the texts, or "en". */
void case_derive(struct case_record *record);

/* Report each narration that the language's voice can't read.  `where` as in case_check.h. */
void case_check_words(
    const struct case_record *record, const char *where, struct case_mistakes *mistakes);
