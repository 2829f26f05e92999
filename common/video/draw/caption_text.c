/* caption_text.c - the text of a caption as it is shown: see caption_private.h. */
#include <string.h>

#include "base/mem.h"
#include "video/draw/caption_private.h"

bool caption_text_is_visible(const char *text)
{
    for (; *text; text = g_utf8_next_char(text)) {
        gunichar c = g_utf8_get_char(text);

        if (!g_unichar_isspace(c) && !g_unichar_iszerowidth(c) && g_unichar_isprint(c))
            return true;
    }
    return false;
}

static bool caption_text_is_break(gunichar c)
{
    return c == '\n' || c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029;
}

/* U+0085 is a line break that GLib does not count as space. */
static bool caption_text_is_blank(gunichar c)
{
    return g_unichar_isspace(c) || c == 0x85 || c == 0x200B || c == 0x2060 || c == 0xFEFF;
}

char *caption_text_tidy(const char *text)
{
    char *copy = mem_zero(strlen(text) + 1, 1), *out = copy;
    char *end = copy; /* behind the last character that is not blank */
    bool has_break = false;

    for (; *text; text = g_utf8_next_char(text)) {
        gunichar c = g_utf8_get_char(text);

        has_break |= caption_text_is_break(c);
        if (caption_text_is_blank(c)) {
            if (end > copy && !has_break)
                out += g_unichar_to_utf8(c, out);
            continue;
        }
        if (has_break && end > copy) {
            out = end;
            *out++ = '\n';
        }
        has_break = false;
        out += g_unichar_to_utf8(c, out);
        end = out;
    }
    *end = '\0';
    return copy;
}
