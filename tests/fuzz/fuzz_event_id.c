/* fuzz_event_id.c - libFuzzer target: a Last-Event-ID is accepted only if formatting it gives the
 * same bytes. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "job/job.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = mem_zero(1, size + 1);
    char job_id[JOB_ID_LEN + 1], again[JOB_EVENT_ID_MAX + 1];
    uint64_t seq;

    memcpy(text, data, size);
    if (job_event_id_parse(text, job_id, &seq)) {
        assert(job_id_is_wellformed(job_id));
        job_event_id_format(job_id, seq, again);
        assert(strcmp(again, text) == 0);
    }
    free(text);
    return 0;
}
