/* print.c - the program of ./scripts/bench jobs: prints numbered lines that say when they were
 * printed, as load reads them (CLOCK_MONOTONIC in ns).
 *
 *     print LINES PAUSE_MS [GATE]
 *
 * With a GATE, a FIFO, it waits until somebody opens that for writing; then for a random part of
 * the pause, so that many programs don't print in step. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static long long now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void wait_ms(long ms)
{
    const struct timespec span = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

    nanosleep(&span, NULL);
}

static void wait_for_gate(const char *path, long pause_ms)
{
    int gate = open(path, O_RDONLY | O_CLOEXEC);

    if (gate < 0) {
        perror(path);
        exit(1);
    }
    close(gate);
    wait_ms(pause_ms ? now_ns() / 1000 * getpid() % pause_ms : 0);
}

int main(int argc, char **argv)
{
    long n_lines = argc > 2 ? atol(argv[1]) : 0, pause_ms = argc > 2 ? atol(argv[2]) : 0;

    if (n_lines < 1 || pause_ms < 0) {
        fputs("usage: print LINES PAUSE_MS [GATE]\n", stderr);
        return 2;
    }
    if (argc > 3)
        wait_for_gate(argv[3], pause_ms);
    for (long n = 1; n <= n_lines; n++) {
        printf("Message %ld: a line as long as most lines are t=%lld\n", n, now_ns());
        fflush(stdout);
        wait_ms(n < n_lines ? pause_ms : 0);
    }
    puts("finished");
    return 0;
}
