/* test_sse.c - whatever the data holds, one call is one event, read back by a parser that follows
 * the standard. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sse/sse.h"

/* How a client reads a stream: the algorithm of the standard, section "interpreting an event
 * stream". */
struct client {
    int n_events;
    struct buf data, name, id; /* of the last event */
    struct buf data_now, name_now;
};

static void take_line(struct client *client, const char *line, size_t len)
{
    const char *colon = memchr(line, ':', len);
    size_t name_len = colon ? (size_t)(colon - line) : len;
    const char *value = colon ? colon + 1 : line + len;
    size_t value_len = len - (size_t)(value - line);

    if (len == 0) {
        if (client->data_now.len) {
            client->n_events++;
            buf_free(&client->data);
            buf_free(&client->name);
            client->data = client->data_now;
            client->name = client->name_now;
            client->data.len--; /* the last line feed */
            client->data_now = client->name_now = (struct buf){0};
        }
        return;
    }
    if (value_len && *value == ' ') {
        value++;
        value_len--;
    }
    if (name_len == 4 && memcmp(line, "data", 4) == 0) {
        buf_add(&client->data_now, value, value_len);
        buf_add(&client->data_now, "\n", 1);
    } else if (name_len == 5 && memcmp(line, "event", 5) == 0) {
        buf_add(&client->name_now, value, value_len);
    } else if (name_len == 2 && memcmp(line, "id", 2) == 0) {
        buf_free(&client->id);
        buf_add(&client->id, value, value_len);
    }
}

/* Lines end with LF, CR or CRLF. */
static void client_read(struct client *client, const struct buf *stream)
{
    for (size_t i = 0; i < stream->len;) {
        size_t end = i;

        while (end < stream->len && stream->data[end] != '\n' && stream->data[end] != '\r')
            end++;
        take_line(client, stream->data + i, end - i);
        i = end + 1;
        if (stream->data[end] == '\r' && i < stream->len && stream->data[i] == '\n')
            i++;
    }
}

static void client_free(struct client *client)
{
    buf_free(&client->data);
    buf_free(&client->name);
    buf_free(&client->id);
    buf_free(&client->data_now);
    buf_free(&client->name_now);
}

#define TEXT(literal) literal, sizeof(literal) - 1

static const struct {
    const char *sent;
    size_t sent_len;
    const char *read;
    size_t read_len;
} ugly[] = {
    {TEXT(""), TEXT("")},
    {TEXT("plain"), TEXT("plain")},
    {TEXT(" leading space"), TEXT(" leading space")},
    {TEXT("two\nlines"), TEXT("two\nlines")},
    {TEXT("two\r\nlines"), TEXT("two\nlines")},
    {TEXT("two\rlines"), TEXT("two\nlines")},
    {TEXT("\n"), TEXT("\n")},
    {TEXT("\n\n\n"), TEXT("\n\n\n")},
    {TEXT("\r\n\r\n"), TEXT("\n\n")},
    {TEXT("ends\r"), TEXT("ends\n")},
    {TEXT("x\n\ndata: forged\n\n"), TEXT("x\n\ndata: forged\n\n")},
    {TEXT("x\r\rid: 9\revent: done\r\r"), TEXT("x\n\nid: 9\nevent: done\n\n")},
    {TEXT("a\0b"), TEXT("a\xEF\xBF\xBD"
                        "b")},
    {TEXT("\xF0\x9F\x8E\xAC film"), TEXT("\xF0\x9F\x8E\xAC film")},
    {TEXT("cut \xF0\x9F\x8E"), TEXT("cut \xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD")},
    {TEXT("overlong \xC0\xAF"), TEXT("overlong \xEF\xBF\xBD\xEF\xBF\xBD")},
    {TEXT("surrogate \xED\xA0\x80"), TEXT("surrogate \xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD")},
    {TEXT("<script>alert(1)</script>"), TEXT("<script>alert(1)</script>")},
    {TEXT(":comment?"), TEXT(":comment?")},
    {TEXT("\xEF\xBB\xBFmark"), TEXT("\xEF\xBB\xBFmark")},
};

START_TEST(whatever_the_data_holds_it_is_one_event)
{
    struct buf stream = {0};
    struct client client = {0};

    sse_event(&stream, "job:1", "scene", ugly[_i].sent, ugly[_i].sent_len);
    client_read(&client, &stream);

    ck_assert_int_eq(client.n_events, 1);
    ck_assert_uint_eq(client.data.len, ugly[_i].read_len);
    ck_assert_mem_eq(client.data.data, ugly[_i].read, ugly[_i].read_len);
    ck_assert_str_eq(client.id.data, "job:1");
    ck_assert_str_eq(client.name.data, "scene");
    ck_assert(text_is_utf8(stream.data, stream.len, NULL));
    client_free(&client);
    buf_free(&stream);
}
END_TEST

START_TEST(any_bytes_at_all_are_one_event_of_valid_text)
{
    char bytes[300];

    srand((unsigned)_i);
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)rand();
    struct buf stream = {0};
    struct client client = {0};

    sse_event(&stream, NULL, NULL, bytes, sizeof bytes);
    client_read(&client, &stream);

    ck_assert_int_eq(client.n_events, 1);
    ck_assert(text_is_utf8(stream.data, stream.len, NULL));
    ck_assert_ptr_null(memchr(stream.data, '\0', stream.len));
    client_free(&client);
    buf_free(&stream);
}
END_TEST

START_TEST(comments_and_retry_are_no_events)
{
    struct buf stream = {0};
    struct client client = {0};

    sse_comment(&stream, "still here");
    sse_retry(&stream, 1500);
    client_read(&client, &stream);

    ck_assert_int_eq(client.n_events, 0);
    ck_assert_str_eq(stream.data, ": still here\n\nretry: 1500\n\n");
    client_free(&client);
    buf_free(&stream);
}
END_TEST

START_TEST(a_message_without_name_and_id_has_only_data)
{
    struct buf stream = {0};

    sse_event(&stream, NULL, NULL, TEXT("finished"));
    ck_assert_str_eq(stream.data, "data: finished\n\n");
    buf_free(&stream);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sse");
    TCase *tcase = tcase_create("format");
    SRunner *runner = srunner_create(suite);
    int n_failed;

    tcase_add_loop_test(
        tcase, whatever_the_data_holds_it_is_one_event, 0, sizeof ugly / sizeof *ugly);
    tcase_add_loop_test(tcase, any_bytes_at_all_are_one_event_of_valid_text, 0, 200);
    tcase_add_test(tcase, comments_and_retry_are_no_events);
    tcase_add_test(tcase, a_message_without_name_and_id_has_only_data);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_ENV);
    n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
