/* test_request_scan.c - every beginning of a request is SCAN_MORE, every malformed one SCAN_BAD:
 * fcgi/request/request_scan.h. */
#include <check.h>
#include <fastcgi.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "request/request_scan.h"

static struct buf bytes;

static void record(int type, const void *content, size_t len)
{
    FCGI_Header header = {.version = FCGI_VERSION_1,
        .type = (unsigned char)type,
        .requestIdB0 = 1,
        .contentLengthB1 = (unsigned char)(len >> 8),
        .contentLengthB0 = (unsigned char)len,
        .paddingLength = len && type != FCGI_BEGIN_REQUEST ? 3 : 0};

    buf_add(&bytes, &header, sizeof header);
    buf_add(&bytes, content, len);
    buf_add(&bytes, "pad", header.paddingLength);
}

static void begin(void)
{
    FCGI_BeginRequestBody body = {.roleB0 = FCGI_RESPONDER};

    bytes = (struct buf){0};
    record(FCGI_BEGIN_REQUEST, &body, sizeof body);
}

static enum request_scan look(void)
{
    return request_scan((const unsigned char *)bytes.data, bytes.len);
}

/* Name and value of the second pair have lengths of four bytes. */
static const char params[] = "\x0E\x03REQUEST_METHODGET"
                             "\x80\x00\x00\x0C\x80\x00\x00\x05QUERY_STRINGa=bcd";

START_TEST(a_request_is_whole_with_its_last_byte_and_not_before)
{
    begin();
    /* The stream of parameters is cut within a pair. */
    record(FCGI_PARAMS, params, 20);
    record(FCGI_PARAMS, params + 20, sizeof params - 1 - 20);
    record(FCGI_PARAMS, "", 0);
    record(FCGI_STDIN, "", 0);
    for (size_t len = 0; len < bytes.len; len++)
        ck_assert_msg(
            request_scan((const unsigned char *)bytes.data, len) == SCAN_MORE, "at %zu", len);
    ck_assert_int_eq(look(), SCAN_WHOLE);
    buf_free(&bytes);
}
END_TEST

START_TEST(a_record_of_another_request_is_refused)
{
    static const int types[] = {FCGI_PARAMS, FCGI_STDIN};
    FCGI_Header *last;

    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        begin();
        if (types[i] == FCGI_STDIN)
            record(FCGI_PARAMS, "", 0);
        record(types[i], "", 0);
        last = (FCGI_Header *)(bytes.data + bytes.len - sizeof *last);
        last->requestIdB0 = 2;
        ck_assert_int_eq(look(), SCAN_BAD);
        buf_free(&bytes);
    }
}
END_TEST

/* libfcgi would read such padding as a record. */
START_TEST(padding_where_nginx_adds_none_is_refused)
{
    static const int types[] = {FCGI_BEGIN_REQUEST, FCGI_PARAMS};

    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        FCGI_Header *header;

        begin();
        if (types[i] == FCGI_PARAMS)
            record(FCGI_PARAMS, "", 0);
        header = (FCGI_Header *)(bytes.data + (types[i] == FCGI_PARAMS ? 16 : 0));
        header->paddingLength = 8;
        buf_add(&bytes, "12345678", 8);
        ck_assert_int_eq(look(), SCAN_BAD);
        buf_free(&bytes);
    }
}
END_TEST

START_TEST(a_long_body_need_not_be_there_in_full)
{
    static char body[60000];

    begin();
    record(FCGI_PARAMS, params, sizeof params - 1);
    record(FCGI_PARAMS, "", 0);
    record(FCGI_STDIN, body, 100);
    ck_assert_int_eq(look(), SCAN_MORE);
    record(FCGI_STDIN, body, sizeof body);
    ck_assert_int_eq(look(), SCAN_WHOLE);
    buf_free(&bytes);
}
END_TEST

static void another_version(void)
{
    bytes.data[0] = 2;
}

static void parameters_first(void)
{
    bytes.len = 0;
    record(FCGI_PARAMS, params, sizeof params - 1);
}

static void a_body_before_the_parameters(void)
{
    record(FCGI_STDIN, "x", 1);
}

static void a_name_of_two_gigabytes(void)
{
    record(FCGI_PARAMS, "\xFF\xFF\xFF\xFF\x01x", 6);
}

static void parameters_that_end_within_a_pair(void)
{
    record(FCGI_PARAMS, params, 10);
    record(FCGI_PARAMS, "", 0);
}

static void an_abort(void)
{
    record(FCGI_PARAMS, "", 0);
    record(FCGI_ABORT_REQUEST, "", 0);
}

static void parameters_without_end(void)
{
    static const char pair[] =
        "\x01\x7Fn0123456789012345678901234567890123456789012345678901234567890"
        "123456789012345678901234567890123456789012345678901234567890123456";

    for (int i = 0; i < 1100; i++)
        record(FCGI_PARAMS, pair, 130);
}

static void a_page_of_http(void)
{
    bytes.len = 0;
    buf_add_text(&bytes, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
}

static void (*const lies[])(void) = {another_version, parameters_first,
    a_body_before_the_parameters, a_name_of_two_gigabytes, parameters_that_end_within_a_pair,
    an_abort, parameters_without_end, a_page_of_http};

START_TEST(malformed_requests_are_refused)
{
    begin();
    lies[_i]();
    ck_assert_int_eq(look(), SCAN_BAD);
    buf_free(&bytes);
}
END_TEST

START_TEST(any_bytes_are_scanned_without_harm)
{
    unsigned char *random = malloc(4096);

    srand((unsigned)_i);
    for (size_t i = 0; i < 4096; i++)
        random[i] = (unsigned char)(rand() % (_i % 2 ? 256 : 12));
    random[0] = FCGI_VERSION_1;
    ck_assert_int_ne(request_scan(random, 4096), SCAN_WHOLE);
    free(random);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("request_scan");
    TCase *tcase = tcase_create("request_scan");
    SRunner *runner = srunner_create(suite);
    int n_failed;

    tcase_add_test(tcase, a_request_is_whole_with_its_last_byte_and_not_before);
    tcase_add_test(tcase, a_record_of_another_request_is_refused);
    tcase_add_test(tcase, padding_where_nginx_adds_none_is_refused);
    tcase_add_test(tcase, a_long_body_need_not_be_there_in_full);
    tcase_add_loop_test(tcase, malformed_requests_are_refused, 0, sizeof lies / sizeof *lies);
    tcase_add_loop_test(tcase, any_bytes_are_scanned_without_harm, 0, 200);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_ENV);
    n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
