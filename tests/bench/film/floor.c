/* floor.c - what encoding alone costs: libx264 encodes frames from memory, and nothing else runs.
 *
 *   floor FRAMES.y4m OUT.h264 ENCODERS THREADS PRESET CRF [PARAMETERS]
 *
 * The ENCODERS run at the same time, each on an equal stretch of the film and with THREADS threads.
 * The clock starts when all frames are in memory and stops at the last packet.  Then the packets
 * are written in order.  Prints a line of JSON. */
#include <libavcodec/avcodec.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "base/buf.h"
#include "base/clock.h"

enum { ENCODERS_MAX = 16 };

struct film {
    int width, height, fps, n;
    size_t frame_size;
    uint8_t *frames; /* planar 4:2:0, one after another */
    const char *preset, *crf, *parameters;
    int n_threads;
};

struct stretch {
    const struct film *film;
    int first, n;
    struct buf packets;
    int failed;
    pthread_t thread;
};

static void give_up(const char *why)
{
    fprintf(stderr, "floor: %s\n", why);
    exit(1);
}

/* Reads the whole film into memory before the clock starts. */
static void read_film(const char *path, struct film *film)
{
    FILE *file = fopen(path, "re");
    char line[256];
    size_t room = 0;

    if (!file || !fgets(line, sizeof line, file) ||
        sscanf(line, "YUV4MPEG2 W%d H%d F%d", &film->width, &film->height, &film->fps) != 3)
        give_up("no YUV4MPEG2 file");
    film->frame_size = (size_t)film->width * (size_t)film->height * 3 / 2;
    while (fgets(line, sizeof line, file)) {
        if ((size_t)film->n == room) {
            room = room ? 2 * room : 64;
            film->frames = realloc(film->frames, room * film->frame_size);
            if (!film->frames)
                give_up("no memory for the film");
        }
        if (fread(film->frames + (size_t)film->n * film->frame_size, film->frame_size, 1, file) !=
            1)
            give_up("the last frame is not whole");
        film->n++;
    }
    fclose(file);
}

static AVCodecContext *encoder_open(const struct film *film)
{
    AVCodecContext *codec = avcodec_alloc_context3(avcodec_find_encoder_by_name("libx264"));
    AVDictionary *options = NULL;

    if (!codec)
        return NULL;
    codec->width = film->width;
    codec->height = film->height;
    codec->pix_fmt = AV_PIX_FMT_YUV420P;
    codec->time_base = (AVRational){1, film->fps};
    codec->framerate = (AVRational){film->fps, 1};
    codec->color_range = AVCOL_RANGE_MPEG;
    codec->color_primaries = AVCOL_PRI_BT709;
    codec->color_trc = AVCOL_TRC_BT709;
    codec->colorspace = AVCOL_SPC_BT709;
    codec->thread_count = film->n_threads;
    av_dict_set(&options, "preset", film->preset, 0);
    av_dict_set(&options, "crf", film->crf, 0);
    av_dict_set(&options, "x264-params", film->parameters, 0);
    if (avcodec_open2(codec, codec->codec, &options) < 0)
        avcodec_free_context(&codec);
    av_dict_free(&options);
    return codec;
}

static int take_packets(AVCodecContext *codec, AVPacket *packet, struct buf *packets)
{
    int rc;

    while ((rc = avcodec_receive_packet(codec, packet)) == 0) {
        buf_add(packets, packet->data, (size_t)packet->size);
        av_packet_unref(packet);
    }
    return rc == AVERROR(EAGAIN) || rc == AVERROR_EOF ? 0 : rc;
}

/* The frames outlive the encoders. */
static void keep(void *ctx, uint8_t *data)
{
    (void)ctx, (void)data;
}

static void frame_at(const struct film *film, int number, AVFrame *frame)
{
    uint8_t *at = film->frames + (size_t)number * film->frame_size;
    size_t luma = (size_t)film->width * (size_t)film->height;

    frame->width = film->width;
    frame->height = film->height;
    frame->format = AV_PIX_FMT_YUV420P;
    frame->pts = number;
    for (int p = 0; p < 3; p++)
        frame->linesize[p] = p ? film->width / 2 : film->width;
    frame->data[0] = at;
    frame->data[1] = at + luma;
    frame->data[2] = at + luma + luma / 4;
    /* A counted reference, or libavcodec would copy the frame; the memory stays ours. */
    frame->buf[0] = av_buffer_create(at, film->frame_size, keep, NULL, 0);
}

static void *encode(void *ctx)
{
    struct stretch *stretch = ctx;
    AVCodecContext *codec = encoder_open(stretch->film);
    AVPacket *packet = av_packet_alloc();
    AVFrame *frame = av_frame_alloc();
    int rc = codec && packet && frame ? 0 : -1;

    for (int i = 0; rc == 0 && i < stretch->n; i++) {
        frame_at(stretch->film, stretch->first + i, frame);
        rc = avcodec_send_frame(codec, frame);
        av_frame_unref(frame);
        if (rc == 0)
            rc = take_packets(codec, packet, &stretch->packets);
    }
    if (rc == 0)
        rc = avcodec_send_frame(codec, NULL);
    if (rc == 0)
        rc = take_packets(codec, packet, &stretch->packets);
    stretch->failed = rc != 0;
    av_frame_free(&frame);
    av_packet_free(&packet);
    avcodec_free_context(&codec);
    return NULL;
}

static double cpu_seconds(void)
{
    struct rusage u;

    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static void run(const struct film *film, struct stretch *stretches, int n)
{
    for (int i = 0; i < n; i++) {
        struct stretch *s = &stretches[i];

        s->film = film;
        s->first = (int)((int64_t)film->n * i / n);
        s->n = (int)((int64_t)film->n * (i + 1) / n) - s->first;
        if (pthread_create(&s->thread, NULL, encode, s))
            give_up("no thread");
    }
    for (int i = 0; i < n; i++) {
        pthread_join(stretches[i].thread, NULL);
        if (stretches[i].failed)
            give_up("libx264 failed");
    }
}

static void write_packets(const char *path, struct stretch *stretches, int n, size_t *ret_size)
{
    FILE *out = fopen(path, "we");

    for (int i = 0; i < n; i++) {
        struct buf *packets = &stretches[i].packets;

        if (!out || fwrite(packets->data, 1, packets->len, out) != packets->len)
            give_up("the packets can't be written");
        *ret_size += packets->len;
        buf_free(packets);
    }
    if (fclose(out))
        give_up("the packets can't be written");
}

int main(int argc, char **argv)
{
    static struct stretch stretches[ENCODERS_MAX];
    struct film film = {0};
    int64_t start_ns;
    double wall, cpu;
    size_t size = 0;
    int n;

    if (argc < 7 || (n = atoi(argv[3])) < 1 || n > ENCODERS_MAX)
        return 2;
    av_log_set_level(AV_LOG_ERROR);
    read_film(argv[1], &film);
    film.n_threads = atoi(argv[4]);
    film.preset = argv[5];
    film.crf = argv[6];
    film.parameters = argc > 7 ? argv[7] : "";
    start_ns = clock_monotonic_ns();
    cpu = cpu_seconds();
    run(&film, stretches, n);
    wall = (double)(clock_monotonic_ns() - start_ns) / 1e9;
    cpu = cpu_seconds() - cpu;
    write_packets(argv[2], stretches, n, &size);
    printf("{\"wall\": %.3f, \"cpu\": %.3f, \"bytes\": %zu}\n", wall, cpu, size);
    free(film.frames);
    return 0;
}
