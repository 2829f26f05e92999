/* writer.c - see writer.h. */
#include "stream/writer.h"

#include <errno.h>
#include <fastcgi.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static FCGI_Header writer_header(int type, int request_id, int len)
{
    return (FCGI_Header){.version = FCGI_VERSION_1,
        .type = (unsigned char)type,
        .requestIdB1 = (unsigned char)(request_id >> 8),
        .requestIdB0 = (unsigned char)request_id,
        .contentLengthB1 = (unsigned char)(len >> 8),
        .contentLengthB0 = (unsigned char)len};
}

int writer_init(struct writer *writer)
{
    struct {
        FCGI_BeginRequestRecord begin;
        FCGI_Header no_params;
    } opening = {
        .begin = {.header = writer_header(FCGI_BEGIN_REQUEST, 1, sizeof(FCGI_BeginRequestBody)),
            .body = {.roleB0 = FCGI_RESPONDER}},
        .no_params = writer_header(FCGI_PARAMS, 1, 0)};
    int pair[2], rc = 0;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        return -errno;
    FCGX_InitRequest(&writer->request, -1, FCGI_FAIL_ACCEPT_ON_INTR);
    writer->request.ipcFd = pair[0];
    writer->request.keepConnection = 1;
    FCGX_Detach(&writer->request);
    if (write(pair[1], &opening, sizeof opening) != sizeof opening ||
        FCGX_Accept_r(&writer->request) < 0)
        rc = -EIO;
    close(pair[1]);
    if (writer->request.ipcFd >= 0)
        close(writer->request.ipcFd);
    writer->request.ipcFd = -1;
    if (rc == 0)
        writer->start = writer->request.out->wrNext;
    return rc;
}

void writer_deinit(struct writer *writer)
{
    FCGX_Free(&writer->request, 0);
}

void writer_put(struct writer *writer, const char *bytes, size_t len)
{
    FCGX_PutStr(bytes, (int)len, writer->request.out);
}

/* libfcgi keeps room for a record's header before its first byte. */
int writer_flush(struct writer *writer, int fd, int request_id)
{
    FCGX_Stream *out = writer->request.out;
    unsigned char *record = writer->start - sizeof(FCGI_Header);
    int len = (int)(out->wrNext - writer->start), padding = -len & 7;
    ssize_t all = (ssize_t)sizeof(FCGI_Header) + len + padding;
    FCGI_Header head = writer_header(FCGI_STDOUT, request_id, len);

    head.paddingLength = (unsigned char)padding;
    memcpy(record, &head, sizeof head);
    memset(out->wrNext, 0, (size_t)padding);
    out->wrNext = writer->start;
    return send(fd, record, (size_t)all, MSG_DONTWAIT | MSG_NOSIGNAL) == all ? 0 : -1;
}

void writer_end(int fd, int request_id)
{
    struct {
        FCGI_Header no_more;
        FCGI_EndRequestRecord end;
    } closing = {.no_more = writer_header(FCGI_STDOUT, request_id, 0),
        .end = {.header = writer_header(FCGI_END_REQUEST, request_id, sizeof(FCGI_EndRequestBody)),
            .body = {.protocolStatus = FCGI_REQUEST_COMPLETE}}};

    /* A failure means that the peer has left: it needs no end. */
    if (send(fd, &closing, sizeof closing, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
        return;
}

void writer_close(int fd)
{
    char trash[4096];

    for (int i = 0; i < 16; i++)
        if (recv(fd, trash, sizeof trash, MSG_DONTWAIT) <= 0)
            break;
    close(fd);
}
