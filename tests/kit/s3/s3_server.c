/* s3_server.c - see s3_server.h. */
#include "s3_server.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *const *steps;
static char endpoint[64], request[S3_SERVER_REQUEST_MAX + 1];
static int listener = -1;
static atomic_int n_requests;
static pthread_t thread;

static size_t server_body_len(const char *head)
{
    const char *at = strcasestr(head, "\r\ncontent-length:");

    return at ? (size_t)atol(at + strlen("\r\ncontent-length:")) : 0;
}

/* Until head and body are complete, or the client stops. */
static void server_read(int fd)
{
    size_t len = 0, wanted = S3_SERVER_REQUEST_MAX;

    while (len < wanted) {
        ssize_t did = read(fd, request + len, wanted - len);
        char *end;

        if (did <= 0)
            break;
        len += (size_t)did;
        request[len] = '\0';
        end = strstr(request, "\r\n\r\n");
        if (end)
            wanted = (size_t)(end + 4 - request) + server_body_len(request);
        if (end && strcasestr(request, "\r\nexpect:"))
            dprintf(fd, "HTTP/1.1 100 Continue\r\n\r\n");
    }
}

static void server_answer(int fd, const char *answer)
{
    char byte;

    if (strcmp(answer, S3_SERVER_SILENCE) == 0)
        while (read(fd, &byte, 1) > 0) /* until the client gives up */
            continue;
    else if (strcmp(answer, S3_SERVER_HANG_UP) != 0)
        dprintf(fd, "%s", answer);
}

static void *server_run(void *ctx)
{
    int fd, step = 0;

    (void)ctx;
    while ((fd = accept(listener, NULL, NULL)) >= 0) {
        server_read(fd);
        n_requests++;
        server_answer(fd, steps[step]);
        if (steps[step + 1])
            step++;
        shutdown(fd, SHUT_WR);
        close(fd);
    }
    return NULL;
}

void s3_server_start(const char *const *answers)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;

    steps = answers;
    listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, len) < 0 ||
        listen(listener, 16) < 0 || getsockname(listener, (struct sockaddr *)&address, &len) < 0 ||
        pthread_create(&thread, NULL, server_run, NULL) != 0) {
        perror("s3_server");
        abort();
    }
    snprintf(endpoint, sizeof endpoint, "http://127.0.0.1:%d", ntohs(address.sin_port));
}

void s3_server_stop(void)
{
    shutdown(listener, SHUT_RDWR);
    pthread_join(thread, NULL);
    close(listener);
}

const char *s3_server_endpoint(void)
{
    return endpoint;
}

const char *s3_server_request(void)
{
    return request;
}

int s3_server_count(void)
{
    return n_requests;
}
