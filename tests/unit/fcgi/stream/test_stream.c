/* test_stream.c - streams on a socket pair, whose other end reads as nginx does, or not at all:
 * fcgi/stream/stream.h, connection_limits.h. */
#include <check.h>
#include <fastcgi.h>
#include <fcgiapp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "sse/sse.h"
#include "stream/stream.h"

enum { REQUEST_ID = 7, MOST_MS = 10000 };

static struct config config;
static struct loop loop;
static struct streams streams;
static int peer; /* nginx's end */
static int n_over;

static void set_up(void)
{
    FCGX_Init();
    signal(SIGPIPE, SIG_IGN);
    config = (struct config){.max_streams = 10, .max_stream_kib = 16, .heartbeat_ms = 15000};
    n_over = 0;
    loop_init(&loop);
    ck_assert_int_eq(streams_init(&streams, &config, &loop), 0);
}

static void tear_down(void)
{
    streams_deinit(&streams);
    loop_deinit(&loop); /* asserts that no handle is left */
}

static void over(struct stream *stream)
{
    (void)stream;
    n_over++;
}

static struct frame *frame_of(const char *data, uint64_t passing)
{
    struct buf bytes = {0};
    struct frame *frame;

    sse_event(&bytes, NULL, NULL, data, strlen(data));
    frame = frame_new(&bytes, passing);
    buf_free(&bytes);
    return frame;
}

static struct stream *open_stream_with(struct frame *opening)
{
    struct viewer_address *address;
    struct error err;
    int pair[2];

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    peer = pair[1];
    ck_assert_int_eq(limits_take(&streams.limits, "192.0.2.1", &address, &err), 0);
    return stream_open(&streams, address, pair[0], REQUEST_ID, opening, over, mem_zero(1, 1));
}

static struct stream *open_stream(void)
{
    return open_stream_with(frame_of("opening", false));
}

static void say(struct stream *stream, const char *data, uint64_t passing)
{
    struct frame *frame = frame_of(data, passing);

    stream_send(stream, frame);
    frame_unref(frame);
}

static void turn(void)
{
    uv_run(&loop.uv, UV_RUN_NOWAIT);
}

static void turn_until_closed(void)
{
    int64_t until = clock_monotonic_ms() + MOST_MS;

    while (atomic_load(&streams.limits.n_open) > 0) {
        ck_assert_int_lt(clock_monotonic_ms(), until);
        turn();
        usleep(500);
    }
}

/* --- nginx's end --- */

struct reading {
    struct buf raw, text; /* text: the contents of the STDOUT records */
    bool has_stdout_end, has_request_end, is_closed;
};

static void read_raw(struct reading *reading)
{
    char bytes[65536];
    ssize_t len;

    while ((len = recv(peer, bytes, sizeof bytes, MSG_DONTWAIT)) > 0)
        buf_add(&reading->raw, bytes, (size_t)len);
    reading->is_closed = len == 0;
}

/* Whole records only, as they must come. */
static void parse_records(struct reading *reading)
{
    size_t at = 0;

    reading->text.len = 0;
    while (at + sizeof(FCGI_Header) <= reading->raw.len) {
        const FCGI_Header *header = (const FCGI_Header *)(reading->raw.data + at);
        size_t len = (size_t)header->contentLengthB1 << 8 | header->contentLengthB0;

        ck_assert_int_eq(header->version, FCGI_VERSION_1);
        ck_assert_int_eq(header->requestIdB1 << 8 | header->requestIdB0, REQUEST_ID);
        if (at + sizeof *header + len + header->paddingLength > reading->raw.len)
            break;
        if (header->type == FCGI_STDOUT && len)
            buf_add(&reading->text, reading->raw.data + at + sizeof *header, len);
        reading->has_stdout_end |= header->type == FCGI_STDOUT && !len;
        reading->has_request_end |= header->type == FCGI_END_REQUEST;
        at += sizeof *header + len + header->paddingLength;
    }
}

static void read_all(struct reading *reading)
{
    read_raw(reading);
    parse_records(reading);
}

static void reading_free(struct reading *reading)
{
    buf_free(&reading->raw);
    buf_free(&reading->text);
    close(peer);
}

/* --- tests --- */

START_TEST(frames_arrive_in_order_before_the_end_of_the_request)
{
    struct stream *stream = open_stream();
    struct reading reading = {0};

    say(stream, "one", false);
    say(stream, "two", false);
    stream_close(stream, STREAM_FINISHED);
    turn_until_closed();
    read_all(&reading);

    ck_assert_str_eq(reading.text.data, "data: opening\n\ndata: one\n\ndata: two\n\n");
    ck_assert(reading.has_stdout_end && reading.has_request_end && reading.is_closed);
    ck_assert_int_eq(n_over, 1);
    ck_assert_int_eq(atomic_load(&streams.n_ended[STREAM_FINISHED]), 1);
    reading_free(&reading);
}
END_TEST

static void say_alone(struct stream *stream, int n)
{
    struct buf bytes = {0};

    buf_format(&bytes, "data: %d\n\n", n);
    stream_send_now(stream, &bytes);
    buf_free(&bytes);
}

/* More messages than FREE_WRITES. */
START_TEST(bytes_sent_now_are_written_before_the_turn_ends)
{
    enum { N = 100 };
    struct stream *stream = open_stream();
    struct reading reading = {0};
    struct buf expected = {0};

    turn();
    buf_add_text(&expected, "data: opening\n\n");
    for (int i = 0; i < N; i++) {
        say_alone(stream, i);
        buf_format(&expected, "data: %d\n\n", i);
        read_all(&reading);
    }
    ck_assert_str_eq(reading.text.data, expected.data);
    ck_assert_uint_eq(atomic_load(&streams.n_frames), N + 1);
    ck_assert_uint_eq(atomic_load(&streams.n_bytes), expected.len);

    stream_close(stream, STREAM_FINISHED);
    turn_until_closed();
    buf_free(&expected);
    reading_free(&reading);
}
END_TEST

START_TEST(bytes_sent_now_stay_behind_frames_that_wait)
{
    struct stream *stream = open_stream();
    struct reading reading = {0};

    say(stream, "one", false);
    say_alone(stream, 2);
    stream_close(stream, STREAM_FINISHED);
    turn_until_closed();
    read_all(&reading);
    ck_assert_str_eq(reading.text.data, "data: opening\n\ndata: one\n\ndata: 2\n\n");
    reading_free(&reading);
}
END_TEST

START_TEST(bytes_sent_now_to_a_viewer_that_does_not_read_fill_its_queue)
{
    struct stream *stream = open_stream();
    struct reading reading = {0};
    int n = 0;

    turn();
    while (!n_over && n < 100000)
        say_alone(stream, n++);
    ck_assert_int_eq(n_over, 1);
    for (int i = 0; i < MOST_MS && !reading.has_request_end; i++) {
        read_all(&reading);
        turn();
        usleep(1000);
    }
    ck_assert_ptr_nonnull(strstr(reading.text.data, ": this stream was read too slowly"));
    turn_until_closed();
    ck_assert_int_eq(atomic_load(&streams.n_ended[STREAM_SLOW]), 1);
    reading_free(&reading);
}
END_TEST

/* An opening that is longer than a queue may be, read in small parts; then the limit holds. */
START_TEST(a_long_opening_does_not_make_a_stream_slow)
{
    enum { LEN = 600000 };
    char *data = mem_zero(LEN + 1, 1);
    struct reading reading = {0};
    struct stream *stream;

    memset(data, 'x', LEN);
    stream = open_stream_with(frame_of(data, false));
    turn();
    say(stream, "behind it", false);
    if (_i)
        stream_close(stream, STREAM_FINISHED);
    for (int i = 0; i < MOST_MS && reading.text.len < LEN + sizeof "data: \n\ndata: behind it\n";
         i++) {
        char bytes[5000];
        ssize_t len = recv(peer, bytes, sizeof bytes, MSG_DONTWAIT);

        if (len > 0)
            buf_add(&reading.raw, bytes, (size_t)len);
        parse_records(&reading);
        turn();
    }
    ck_assert_ptr_nonnull(strstr(reading.text.data, "behind it"));
    ck_assert_ptr_null(strstr(reading.text.data, "too slowly"));
    ck_assert_int_eq(streams.n_ended[STREAM_SLOW], 0);
    for (int i = 0; i < 100000 && n_over == 0; i++)
        say(stream, "nobody reads this any more", false);
    ck_assert_int_eq(streams.n_ended[STREAM_SLOW], 0); /* its last comment still waits */
    for (int i = 0; i < MOST_MS && !reading.is_closed; i++) {
        read_all(&reading);
        turn();
        usleep(500);
    }
    turn_until_closed();
    ck_assert_int_eq(streams.n_ended[STREAM_SLOW], _i ? 0 : 1);
    reading_free(&reading);
    free(data);
}
END_TEST

enum { N_PIECES = 20, PIECE_LEN = 65536 };
static int n_pieces;

static void next_piece(struct stream *stream)
{
    char *data = mem_zero(PIECE_LEN + 1, 1);
    struct frame *frame;

    ck_assert_uint_eq(stream->queue.n_waiting, 0);
    memset(data, 'x', PIECE_LEN);
    frame = frame_of(data, false);
    stream_replay(stream, frame);
    if (++n_pieces < N_PIECES)
        stream_when_written(stream, next_piece);
    frame_unref(frame);
    free(data);
}

static void begin_pieces(struct stream *stream)
{
    n_pieces = 0;
    stream_when_written(stream, next_piece);
}

START_TEST(a_replay_in_pieces_waits_for_its_viewer)
{
    struct stream *stream = open_stream();
    struct reading reading = {0};
    int before;

    begin_pieces(stream);
    for (int i = 0; i < 200; i++)
        turn();
    before = n_pieces;
    ck_assert_int_lt(before, N_PIECES); /* nobody reads */
    ck_assert_uint_le(atomic_load(&streams.most_waiting), PIECE_LEN + 100);
    for (int i = 0; i < MOST_MS && (n_pieces < N_PIECES || stream->queue.head); i++) {
        read_raw(&reading);
        turn();
    }
    ck_assert_int_eq(n_pieces, N_PIECES);
    say(stream, "live", false);
    stream_close(stream, STREAM_FINISHED);
    turn_until_closed();
    read_all(&reading);
    ck_assert_uint_eq(reading.text.len,
        strlen("data: opening\n\ndata: live\n\n") + N_PIECES * (strlen("data: \n\n") + PIECE_LEN));
    ck_assert_int_eq(atomic_load(&streams.n_ended[STREAM_FINISHED]), 1);
    reading_free(&reading);
}
END_TEST

START_TEST(nothing_is_read_for_a_viewer_that_left)
{
    struct stream *stream = open_stream();

    begin_pieces(stream);
    if (_i)
        stream_close(stream, STREAM_DRAINED);
    else
        close(peer);
    turn_until_closed();
    ck_assert_int_eq(n_pieces, 0);
    ck_assert_int_eq(n_over, 1);
    if (_i)
        close(peer);
}
END_TEST

START_TEST(a_frame_larger_than_the_writer_arrives_whole)
{
    struct stream *stream;
    struct reading reading = {0};
    char *long_text = mem_zero(50001, 1);

    config.max_stream_kib = 64;
    stream = open_stream();
    memset(long_text, 'x', 50000);
    say(stream, long_text, false);
    stream_close(stream, STREAM_FINISHED);
    /* More than the socket takes at once: the rest is written as the peer reads. */
    for (int i = 0; i < 200 && !reading.is_closed; i++) {
        turn();
        read_raw(&reading);
    }
    turn_until_closed();
    read_all(&reading);

    ck_assert_uint_eq(reading.text.len, strlen("data: opening\n\n") + strlen("data: \n\n") + 50000);
    ck_assert(reading.has_request_end);
    free(long_text);
    reading_free(&reading);
}
END_TEST

/* Until the socket is full and frames wait in the stream's queue. */
static void fill(struct stream *stream)
{
    char text[4001] = "";

    memset(text, 'f', sizeof text - 1);
    while (!stream->is_blocked) {
        say(stream, text, false);
        turn();
    }
}

START_TEST(a_new_progress_note_replaces_one_that_waits)
{
    struct stream *stream = open_stream();
    struct reading reading = {0};

    fill(stream);
    say(stream, "progress 1", 1);
    say(stream, "progress 2", 1);
    say(stream, "of another job", 2);
    say(stream, "durable", 0);
    say(stream, "progress 3", 1);
    for (int i = 0; i < 200; i++) {
        turn();
        read_raw(&reading);
    }
    parse_records(&reading);

    ck_assert_ptr_null(strstr(reading.text.data, "progress 1"));
    ck_assert_ptr_null(strstr(reading.text.data, "progress 2"));
    ck_assert_ptr_nonnull(
        strstr(reading.text.data, "data: progress 3\n\ndata: of another job\n\ndata: durable\n\n"));
    stream_close(stream, STREAM_FINISHED);
    turn_until_closed();
    reading_free(&reading);
}
END_TEST

START_TEST(a_viewer_that_does_not_read_has_a_bounded_queue_and_is_told_the_end)
{
    struct stream *stream = open_stream();
    struct reading reading = {0};

    fill(stream);
    while (n_over == 0) {
        ck_assert_uint_le(stream->queue.n_waiting, 16 * 1024);
        say(stream, "one more event that nobody takes", false);
    }
    for (int i = 0; i < 200 && !reading.is_closed; i++) {
        turn();
        read_raw(&reading);
    }
    parse_records(&reading);

    /* Every event before it is whole: the comment begins its own line. */
    ck_assert_ptr_nonnull(strstr(
        reading.text.data, "\n\n: this stream was read too slowly; connect again to go on\n"));
    ck_assert(reading.has_request_end);
    ck_assert_int_eq(atomic_load(&streams.n_ended[STREAM_SLOW]), 1);
    turn_until_closed();
    reading_free(&reading);
}
END_TEST

/* As a feed does that has a journal to read on from: no frame ends the stream. */
START_TEST(a_burst_goes_on_when_the_viewer_has_taken_what_waited)
{
    struct stream *stream = open_stream();
    struct reading reading = {0};
    struct frame *frame = frame_of("one event of a burst", 0);
    size_t n = 0;

    fill(stream);
    for (; stream_has_room_for(stream, frame); n++)
        stream_send(stream, frame);
    ck_assert_uint_gt(n, 0);
    ck_assert_uint_le(stream->queue.n_waiting, 16 * 1024);
    ck_assert_uint_gt(stream->queue.n_waiting + frame->len, 16 * 1024);
    begin_pieces(stream);
    ck_assert_int_eq(n_pieces, 0);
    for (int i = 0; i < MOST_MS && (n_pieces < N_PIECES || stream->queue.head); i++) {
        read_raw(&reading);
        turn();
    }
    ck_assert_int_eq(n_pieces, N_PIECES);
    ck_assert(stream_has_room_for(stream, frame));
    stream_close(stream, STREAM_FINISHED);
    turn_until_closed();
    ck_assert_int_eq(streams.n_ended[STREAM_SLOW], 0);
    frame_unref(frame);
    reading_free(&reading);
}
END_TEST

static void turn_for(int64_t ms)
{
    int64_t until = clock_monotonic_ms() + ms;

    while (clock_monotonic_ms() < until) {
        turn();
        usleep(1000);
    }
}

/* Heartbeats and new frames do not keep it; 0: it has a live queue, 1: it is in its replay. */
START_TEST(a_viewer_that_takes_nothing_for_too_long_is_sent_away)
{
    struct stream *stream;
    struct reading reading = {0};
    int64_t began;

    streams.stall_ms = 1500;
    config.heartbeat_ms = 100;
    stream = open_stream();
    if (_i)
        begin_pieces(stream);
    else
        fill(stream);
    began = clock_monotonic_ms();
    turn_for(700);
    ck_assert_int_eq(n_over, 0);
    for (int i = 0; i < MOST_MS && !n_over; i++) {
        turn();
        usleep(1000);
    }
    ck_assert_int_eq(n_over, 1);
    ck_assert_int_ge(clock_monotonic_ms() - began, 1400);
    for (int i = 0; i < MOST_MS && !reading.is_closed; i++) {
        read_raw(&reading);
        turn();
        usleep(500);
    }
    parse_records(&reading);
    ck_assert_ptr_nonnull(strstr(reading.text.data, ": this stream was read too slowly"));
    ck_assert(reading.has_request_end);
    ck_assert_int_eq(streams.n_ended[STREAM_SLOW], 1);
    turn_until_closed();
    reading_free(&reading);
}
END_TEST

/* It takes a little every half second, and is blocked most of the time. */
START_TEST(a_viewer_that_takes_a_little_now_and_then_stays)
{
    struct stream *stream;
    struct reading reading = {0};

    streams.stall_ms = 1500;
    stream = open_stream();
    begin_pieces(stream);
    turn_for(50);
    ck_assert(stream->is_blocked);
    for (int i = 0; i < 5; i++) {
        char bytes[65536];

        buf_add(&reading.raw, bytes, (size_t)recv(peer, bytes, sizeof bytes, MSG_DONTWAIT));
        turn_for(700);
        ck_assert(stream->is_blocked);
    }
    ck_assert_int_eq(n_over, 0);
    ck_assert_int_lt(n_pieces, N_PIECES);
    close(peer);
    turn_until_closed();
    buf_free(&reading.raw);
}
END_TEST

START_TEST(a_viewer_that_leaves_is_noticed_at_once)
{
    open_stream();
    turn();
    close(peer);
    turn_until_closed();

    ck_assert_int_eq(n_over, 1);
    ck_assert_int_eq(atomic_load(&streams.n_ended[STREAM_LEFT]), 1);
}
END_TEST

START_TEST(writing_to_a_viewer_that_left_does_no_harm_to_the_next)
{
    struct stream *gone = open_stream(), *stays;
    struct reading reading = {0};

    close(peer);
    say(gone, "into the void", false);
    stays = open_stream();
    say(stays, "still good", false);
    stream_close(stays, STREAM_FINISHED);
    turn_until_closed();
    read_all(&reading);

    ck_assert_str_eq(reading.text.data, "data: opening\n\ndata: still good\n\n");
    reading_free(&reading);
}
END_TEST

START_TEST(an_idle_stream_gets_heartbeats)
{
    struct reading reading = {0};
    int64_t until = clock_monotonic_ms() + MOST_MS;
    struct stream *stream;

    config.heartbeat_ms = 100;
    stream = open_stream();
    while (!reading.text.data || !strstr(reading.text.data, ": still here\n")) {
        ck_assert_int_lt(clock_monotonic_ms(), until);
        uv_run(&loop.uv, UV_RUN_ONCE);
        read_all(&reading);
    }
    stream_close(stream, STREAM_FINISHED);
    turn_until_closed();
    reading_free(&reading);
}
END_TEST

START_TEST(addresses_of_one_household_count_as_one)
{
    struct viewer_address *address;
    struct error err;

    config.max_streams_client = 1;
    ck_assert_int_eq(limits_take(&streams.limits, "2001:db8:0:7::1", &address, &err), 0);
    ck_assert_int_eq(
        limits_take(&streams.limits, "2001:db8:0:7:ffff::2", &address, &err), -ERR_LIMIT);
    ck_assert_int_eq(
        limits_take(&streams.limits, "2001:0DB8::7:1:2:3:4", &address, &err), -ERR_LIMIT);
    ck_assert_int_eq(limits_take(&streams.limits, "2001:db8:0:8::1", &address, &err), 0);
    ck_assert_int_eq(limits_take(&streams.limits, "::ffff:192.0.2.1", &address, &err), 0);
    ck_assert_int_eq(limits_take(&streams.limits, "::ffff:192.0.2.2", &address, &err), 0);
    for (int i = 0; i < 3; i++) /* a web server that sends no address */
        ck_assert_int_eq(limits_take(&streams.limits, "", &address, &err), 0);
    atomic_store(&streams.limits.n_open, 0);
}
END_TEST

START_TEST(streams_are_limited_for_all_and_for_one_address)
{
    struct viewer_address *address;
    struct error err;

    config.max_streams_client = 2;
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(limits_take(&streams.limits, "192.0.2.1", &address, &err), 0);
    ck_assert_int_eq(limits_take(&streams.limits, "192.0.2.1", &address, &err), -ERR_LIMIT);
    ck_assert_ptr_nonnull(strstr(err.text, "CASECAST_MAX_STREAMS_CLIENT"));
    ck_assert_int_eq(limits_take(&streams.limits, "2001:db8::1", &address, &err), 0);

    config.max_streams = 3;
    ck_assert_int_eq(limits_take(&streams.limits, "192.0.2.9", &address, &err), -ERR_LIMIT);
    ck_assert_ptr_nonnull(strstr(err.text, "CASECAST_MAX_STREAMS)"));
    atomic_store(&streams.limits.n_open, 0); /* no streams were opened within those limits */
}
END_TEST

static void emptied(void *ctx)
{
    *(bool *)ctx = true;
}

START_TEST(draining_tells_every_viewer_and_does_not_wait_for_long)
{
    struct reading reading = {0};
    bool is_empty = false;
    int64_t began = clock_monotonic_ms();

    open_stream();
    turn();
    streams_drain(&streams, emptied, &is_empty);
    turn_until_closed();
    read_all(&reading);

    ck_assert(is_empty);
    ck_assert_int_lt(clock_monotonic_ms() - began, 3000);
    ck_assert_ptr_nonnull(
        strstr(reading.text.data, ": the server restarts; connect again to go on\n"));
    ck_assert(reading.has_request_end);
    reading_free(&reading);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("stream");
    TCase *tcase = tcase_create("stream");
    SRunner *runner = srunner_create(suite);
    int n_failed;

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_set_timeout(tcase, 30);
    tcase_add_test(tcase, frames_arrive_in_order_before_the_end_of_the_request);
    tcase_add_test(tcase, bytes_sent_now_are_written_before_the_turn_ends);
    tcase_add_test(tcase, bytes_sent_now_stay_behind_frames_that_wait);
    tcase_add_test(tcase, bytes_sent_now_to_a_viewer_that_does_not_read_fill_its_queue);
    tcase_add_test(tcase, a_frame_larger_than_the_writer_arrives_whole);
    tcase_add_loop_test(tcase, a_long_opening_does_not_make_a_stream_slow, 0, 2);
    tcase_add_test(tcase, a_replay_in_pieces_waits_for_its_viewer);
    tcase_add_loop_test(tcase, nothing_is_read_for_a_viewer_that_left, 0, 2);
    tcase_add_test(tcase, a_new_progress_note_replaces_one_that_waits);
    tcase_add_test(tcase, a_viewer_that_does_not_read_has_a_bounded_queue_and_is_told_the_end);
    tcase_add_test(tcase, a_burst_goes_on_when_the_viewer_has_taken_what_waited);
    tcase_add_loop_test(tcase, a_viewer_that_takes_nothing_for_too_long_is_sent_away, 0, 2);
    tcase_add_test(tcase, a_viewer_that_takes_a_little_now_and_then_stays);
    tcase_add_test(tcase, a_viewer_that_leaves_is_noticed_at_once);
    tcase_add_test(tcase, writing_to_a_viewer_that_left_does_no_harm_to_the_next);
    tcase_add_test(tcase, an_idle_stream_gets_heartbeats);
    tcase_add_test(tcase, addresses_of_one_household_count_as_one);
    tcase_add_test(tcase, streams_are_limited_for_all_and_for_one_address);
    tcase_add_test(tcase, draining_tells_every_viewer_and_does_not_wait_for_long);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_ENV);
    n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
