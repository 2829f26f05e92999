/* playlist.c - see playlist.h. */
#include "video/deliver/playlist.h"

#include <stdio.h>
#include <string.h>

/* RFC 8216.  EVENT: the playlist only grows.  EXT-X-START: a player that opens it late starts at 0,
 * too. */
void playlist_begin(struct buf *text, int piece_max_s, const char *init)
{
    buf_format(text,
        "#EXTM3U\n"
        "#EXT-X-VERSION:7\n"
        "#EXT-X-TARGETDURATION:%d\n"
        "#EXT-X-PLAYLIST-TYPE:EVENT\n"
        "#EXT-X-INDEPENDENT-SEGMENTS\n"
        "#EXT-X-START:TIME-OFFSET=0,PRECISE=YES\n"
        "#EXT-X-MAP:URI=\"%s\"\n",
        piece_max_s, init);
}

/* Up to the end of the page, if fewer than `len` bytes are left of it. */
static void playlist_fill_page(struct buf *text, size_t len)
{
    size_t left = PLAYLIST_PAGE - text->len % PLAYLIST_PAGE;

    if (len <= left)
        return;
    for (; left > 1; left--)
        buf_add(text, "#", 1);
    buf_add(text, "\n", 1);
}

static void playlist_add_entry(struct buf *text, const char *entry)
{
    playlist_fill_page(text, strlen(entry));
    buf_add(text, entry, strlen(entry));
}

void playlist_add(struct buf *text, double seconds, const char *piece)
{
    char entry[128];

    snprintf(entry, sizeof entry, "#EXTINF:%.6f,\n%s\n", seconds, piece);
    playlist_add_entry(text, entry);
}

void playlist_end(struct buf *text)
{
    playlist_add_entry(text, "#EXT-X-ENDLIST\n");
}
