/* fuzz_request_scan.c - libFuzzer target: libfcgi reads bytes that scan as a whole request without
 * waiting, and no beginning of them is refused. */
#include <assert.h>
#include <errno.h>
#include <fastcgi.h>
#include <fcgiapp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "request/request_scan.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { WHOLE_MAX = 16 << 10 }; /* bytes: fits a socket's buffer */

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return FCGX_Init();
}

/* The other end stays open: a read of more bytes would block, and fails after a second. */
static void check_libfcgi_reads(const uint8_t *data, size_t size)
{
    struct timeval second = {.tv_sec = 1};
    FCGX_Request request;
    int ends[2];
    char body[512];

    assert(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    assert(write(ends[1], data, size) == (ssize_t)size);
    setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &second, sizeof second);
    FCGX_InitRequest(&request, -1, FCGI_FAIL_ACCEPT_ON_INTR);
    request.ipcFd = ends[0];
    request.keepConnection = 1;
    FCGX_Detach(&request);
    assert(FCGX_Accept_r(&request) == 0);
    while (FCGX_GetStr(body, sizeof body, request.in) == sizeof body)
        ;
    assert(FCGX_GetError(request.in) != EAGAIN); /* any other error is an answer without waiting */
    FCGX_Free(&request, 1);
    close(ends[1]);
}

/* libfcgi closes a connection with another role at once. */
static bool has_known_role(const uint8_t *data)
{
    int role = data[sizeof(FCGI_Header)] << 8 | data[sizeof(FCGI_Header) + 1];

    return role == FCGI_RESPONDER || role == FCGI_AUTHORIZER || role == FCGI_FILTER;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum request_scan scan = request_scan(data, size);

    if (scan == SCAN_WHOLE)
        for (size_t part = 0; part < size; part += 1 + size / 64)
            assert(request_scan(data, part) != SCAN_BAD);
    if (scan == SCAN_WHOLE && size <= WHOLE_MAX && has_known_role(data))
        check_libfcgi_reads(data, size);
    return 0;
}
