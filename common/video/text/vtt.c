/* vtt.c - see vtt.h. */
#include "video/text/vtt.h"

#include <inttypes.h>
#include <string.h>

static void vtt_add_time(struct buf *vtt, int64_t ms)
{
    buf_format(vtt, "%02" PRId64 ":%02d:%02d.%03d", ms / 3600000, (int)(ms / 60000 % 60),
        (int)(ms / 1000 % 60), (int)(ms % 1000));
}

void vtt_add_times(struct buf *vtt, int64_t start_ms, int64_t end_ms, const char *settings)
{
    buf_add_text(vtt, "\n");
    vtt_add_time(vtt, start_ms);
    buf_add_text(vtt, " --> ");
    vtt_add_time(vtt, end_ms);
    buf_add_text(vtt, settings);
    buf_add_text(vtt, "\n");
}

/* Escaping ">" also removes "-->", which a cue must not contain. */
static void vtt_add_escaped(struct buf *vtt, const char *text)
{
    for (;;) {
        size_t len = strcspn(text, "&<>");

        buf_add(vtt, text, len);
        text += len;
        if (!*text)
            return;
        buf_add_text(vtt, *text == '&' ? "&amp;" : *text == '<' ? "&lt;" : "&gt;");
        text++;
    }
}

void vtt_captions(const struct cues *cues, struct buf *vtt)
{
    buf_add_text(vtt, VTT_HEAD);
    for (int i = 0; i < cues->n; i++) {
        const struct cue *cue = &cues->list[i];

        vtt_add_times(vtt, cue->start_ms, cue->end_ms, cue->at_top ? " line:0" : "");
        vtt_add_escaped(vtt, cue->text);
        buf_add_text(vtt, "\n");
    }
}
