/* test_segment.c - a segment to bytes and back: common/video/encode/segment.h. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/mem.h"
#include "video/encode/segment.h"

static struct error err;

static struct segment *make_segment(void)
{
    struct segment *segment = segment_new();

    segment->parameters = avcodec_parameters_alloc();
    segment->parameters->codec_type = AVMEDIA_TYPE_VIDEO;
    segment->parameters->codec_id = AV_CODEC_ID_H264;
    segment->parameters->width = 1920;
    segment->parameters->video_delay = 2;
    segment->parameters->extradata = av_mallocz(5 + AV_INPUT_BUFFER_PADDING_SIZE);
    segment->parameters->extradata_size = 5;
    memcpy(segment->parameters->extradata, "extra", 5);
    for (int i = 0; i < 3; i++) {
        AVPacket *packet = av_packet_alloc();

        ck_assert_int_eq(av_new_packet(packet, 10 * i), 0);
        memset(packet->data, 'a' + i, (size_t)packet->size);
        packet->pts = i;
        packet->dts = i - 2;
        packet->flags = i == 0 ? AV_PKT_FLAG_KEY : 0;
        ck_assert_int_eq(segment_add(segment, packet, &err), 0);
        av_packet_free(&packet);
    }
    return segment;
}

START_TEST(what_was_packed_comes_back)
{
    struct segment *segment = make_segment(), *back = NULL;
    struct buf bytes = {0};

    segment_pack(segment, &bytes);
    ck_assert(segment_unpack(bytes.data, bytes.len, &back));
    ck_assert_int_eq(back->parameters->codec_id, AV_CODEC_ID_H264);
    ck_assert_int_eq(back->parameters->width, 1920);
    ck_assert_int_eq(back->parameters->video_delay, 2);
    ck_assert_mem_eq(back->parameters->extradata, "extra", 5);
    ck_assert_int_eq(back->n_packets, 3);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(back->packets[i]->pts, i);
        ck_assert_int_eq(back->packets[i]->dts, i - 2);
        ck_assert_int_eq(back->packets[i]->duration, 1);
        ck_assert_int_eq(back->packets[i]->flags, segment->packets[i]->flags);
        ck_assert_int_eq(back->packets[i]->size, 10 * i);
        ck_assert_mem_eq(back->packets[i]->data, segment->packets[i]->data, (size_t)(10 * i));
    }
    segment_free(segment);
    segment_free(back);
    buf_free(&bytes);
}
END_TEST

START_TEST(a_segment_moves_whole)
{
    struct segment *segment = make_segment();

    segment_move(segment, 100);
    ck_assert_int_eq(segment->packets[0]->pts, 100);
    ck_assert_int_eq(segment->packets[0]->dts, 98);
    ck_assert_int_eq(segment->packets[2]->pts, 102);
    segment_free(segment);
}
END_TEST

START_TEST(bytes_that_were_cut_or_grew_are_no_segment)
{
    struct segment *segment = make_segment(), *back = NULL;
    struct buf bytes = {0};

    segment_pack(segment, &bytes);
    for (size_t len = 0; len < bytes.len; len++) {
        char *exact =
            mem_copy_n(bytes.data, len); /* so that the sanitizer sees a read beyond its end */

        ck_assert(!segment_unpack(exact, len, &back));
        free(exact);
    }
    buf_add(&bytes, "x", 1);
    ck_assert(!segment_unpack(bytes.data, bytes.len, &back));
    ck_assert_ptr_null(back);
    segment_free(segment);
    buf_free(&bytes);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("segment");
    TCase *tc = tcase_create("all");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_add_test(tc, what_was_packed_comes_back);
    tcase_add_test(tc, a_segment_moves_whole);
    tcase_add_test(tc, bytes_that_were_cut_or_grew_are_no_segment);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
