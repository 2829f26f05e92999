/* test_hooks.c - deliveries over real sockets: what receivers get, and what their answers do. */
#include "hooks/hooks.h"

#include <arpa/inet.h>
#include <jansson.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/mem.h"
#include "hooks/hook_answer.h"
#include "hooks/hook_keys.h"
#include "hooks/hook_transfer.h"
#include "store/hooks.h"
#include "unit/store/store_kit.h"

enum { DEADLINE_MS = 30000, REQUEST_MAX = 8192, REQUESTS_MAX = 64 };

#define KEY "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define OTHER_KEY "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

/* --- a receiver: the path of a request says what it answers --- */

struct receiver {
    const char *address;
    int listen_fd, port;
    pthread_t thread;

    pthread_mutex_t lock;
    int n; /* under lock */
    char requests[REQUESTS_MAX][REQUEST_MAX];
};

static struct receiver good = {.address = "127.0.0.1"}, dead = {.address = "127.0.0.2"};

enum { LONG_BLOCK = 10000, LONG_BLOCKS = 10000 };
static atomic_int n_long; /* blocks of the long answer that were sent */

static const struct {
    const char *path, *answer;
} answers[] = {
    {"/ok", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"},
    {"/busy", "HTTP/1.1 503 Busy\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n"},
    {"/gone", "HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n"},
    {"/missing", "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"},
    {"/moved", "HTTP/1.1 302 Found\r\nLocation: /ok\r\nContent-Length: 0\r\n\r\n"},
    {"/torn", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nok"},
};

struct visit {
    struct receiver *receiver;
    int fd;
};

static bool request_is_whole(const char *text)
{
    const char *body = strstr(text, "\r\n\r\n"), *length = strcasestr(text, "\r\ncontent-length: ");

    return body && length && strlen(body + 4) >= (size_t)atoi(length + 18);
}

static void visit_read(int fd, char text[static REQUEST_MAX])
{
    size_t len = 0;
    ssize_t n;

    text[0] = '\0';
    while (!request_is_whole(text) && (n = read(fd, text + len, REQUEST_MAX - 1 - len)) > 0) {
        len += (size_t)n;
        text[len] = '\0';
    }
}

static void visit_note(struct receiver *receiver, const char *text)
{
    pthread_mutex_lock(&receiver->lock);
    if (receiver->n < REQUESTS_MAX)
        strcpy(receiver->requests[receiver->n++], text);
    pthread_mutex_unlock(&receiver->lock);
}

/* More than anybody should read: until the sender of the hook has enough. */
static void visit_answer_long(int fd)
{
    static const char head[] = "HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n";
    static char block[LONG_BLOCK];

    send(fd, head, sizeof head - 1, MSG_NOSIGNAL);
    while (n_long < LONG_BLOCKS && send(fd, block, sizeof block, MSG_NOSIGNAL) > 0)
        n_long++;
}

static void visit_answer(int fd, const char *request)
{
    const char *path = strchr(request, ' ');

    if (path && strncmp(path + 1, "/long", 5) == 0)
        visit_answer_long(fd);
    for (size_t i = 0; path && i < sizeof answers / sizeof *answers; i++)
        if (strncmp(path + 1, answers[i].path, strlen(answers[i].path)) == 0)
            send(fd, answers[i].answer, strlen(answers[i].answer), MSG_NOSIGNAL);
    if (path && strncmp(path + 1, "/hang", 5) == 0)
        while (read(fd, (char[1]){0}, 1) > 0)
            ;
}

static void *visit_main(void *ctx)
{
    struct visit *visit = ctx;
    char text[REQUEST_MAX];

    visit_read(visit->fd, text);
    visit_note(visit->receiver, text);
    visit_answer(visit->fd, text);
    close(visit->fd);
    free(visit);
    return NULL;
}

static void *receiver_main(void *ctx)
{
    struct receiver *receiver = ctx;

    for (int fd; (fd = accept(receiver->listen_fd, NULL, NULL)) >= 0;) {
        struct visit *visit = mem_new(struct visit);
        pthread_t thread;

        *visit = (struct visit){.receiver = receiver, .fd = fd};
        if (pthread_create(&thread, NULL, visit_main, visit) == 0)
            pthread_detach(thread);
    }
    return NULL;
}

static void receiver_start(struct receiver *receiver)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t len = sizeof at;

    inet_pton(AF_INET, receiver->address, &at.sin_addr);
    pthread_mutex_init(&receiver->lock, NULL);
    receiver->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(receiver->listen_fd, (struct sockaddr *)&at, len), 0);
    ck_assert_int_eq(listen(receiver->listen_fd, 64), 0);
    ck_assert_int_eq(getsockname(receiver->listen_fd, (struct sockaddr *)&at, &len), 0);
    receiver->port = ntohs(at.sin_port);
    ck_assert_int_eq(pthread_create(&receiver->thread, NULL, receiver_main, receiver), 0);
}

static void receiver_stop(struct receiver *receiver)
{
    shutdown(receiver->listen_fd, SHUT_RDWR);
    pthread_join(receiver->thread, NULL);
    close(receiver->listen_fd);
}

static int receiver_count(struct receiver *receiver)
{
    int n;

    pthread_mutex_lock(&receiver->lock);
    n = receiver->n;
    pthread_mutex_unlock(&receiver->lock);
    return n;
}

/* A header's value, or "body"; the next call overwrites it. */
static const char *request_part(const char *request, const char *name)
{
    static char text[REQUEST_MAX];
    char line[64];
    const char *at;

    snprintf(line, sizeof line, "\r\n%s: ", name);
    at = strcmp(name, "body") == 0 ? strstr(request, "\r\n\r\n") : strcasestr(request, line);
    ck_assert_msg(at != NULL, "no %s in: %s", name, request);
    at += strcmp(name, "body") == 0 ? 4 : strlen(line);
    snprintf(text, sizeof text, "%s", at);
    if (strcmp(name, "body") != 0)
        text[strcspn(text, "\r")] = '\0';
    return text;
}

/* --- the sender --- */

static struct config config;
static struct hooks *hooks;
static char keys_path[200], job_id[JOB_ID_LEN + 1];

static void write_keys(const char *text)
{
    FILE *file = fopen(keys_path, "w");

    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    ck_assert_int_eq(fchmod(fileno(file), 0600), 0);
    fclose(file);
}

static void start(void)
{
    kit_start();
    snprintf(keys_path, sizeof keys_path, "%s/keys", kit_folder);
    write_keys(KEY);
    config = (struct config){.database = kit_path,
        .webhook_hosts = "127.0.0.1 127.0.0.2 localhost",
        .webhook_keys = keys_path};
    receiver_start(&good);
    receiver_start(&dead);
}

static void stop(void)
{
    hooks_stop(hooks);
    receiver_stop(&good);
    receiver_stop(&dead);
    kit_stop();
}

static void send_hooks(void)
{
    ck_assert_msg(hooks_start(&config, &hooks, &kit_error) == 0, "%s", kit_error.text);
}

/* A hook of a new job, which has ended. */
static void hook_to(const char *host, int port, const char *path, const char *events)
{
    const struct job_event last[] = {{.name = "done", .data = "{\"x\":1}"}, {.data = "finished"},
        {.name = "end", .data = "{\"state\":\"done\"}"}};
    static int n_jobs;
    char url[100], key[16];

    snprintf(url, sizeof url, "http://%s:%d%s", host, port, path);
    snprintf(key, sizeof key, "key-%d", n_jobs++);
    strcpy(job_id, kit_job(key));
    ck_assert_str_eq(kit_claim("me", 99), job_id);
    assert_done(
        store_job_end(kit_store, job_id, 1, JOB_DONE, "{\"x\":1}", NULL, last, 3, &kit_error));
    assert_done(store_hook_add(kit_store,
        &(struct hook_request){.job_id = job_id,
            .url = url,
            .host = host,
            .events = events,
            .metadata = "{\"order\":7}",
            .most = 9},
        &kit_error));
}

static void hook_to_good(const char *path, const char *events)
{
    hook_to(good.address, good.port, path, events);
}

static void wait_until(const char *sql, const char *expected)
{
    int64_t end_ms = clock_monotonic_ms() + DEADLINE_MS;

    while (strcmp(kit_ask(sql), expected) != 0) {
        ck_assert_msg(clock_monotonic_ms() < end_ms, "%s gives %s", sql, kit_ask(sql));
        usleep(5000);
    }
}

#define STATE "SELECT state FROM casecast_hooks ORDER BY number LIMIT 1"
#define ATTEMPTS "SELECT attempts FROM casecast_hooks ORDER BY number LIMIT 1"
#define LAST_ERROR "SELECT error FROM casecast_hooks ORDER BY number LIMIT 1"

static void assert_error(const char *part)
{
    ck_assert_msg(strstr(kit_ask(LAST_ERROR), part), "no \"%s\" in: %s", part, kit_ask(LAST_ERROR));
}

/* --- what a receiver gets --- */

static void assert_signed(const char *request, const char *keys_text)
{
    char *id = mem_copy(request_part(request, "webhook-id")), *body, *right;
    char *signature = mem_copy(request_part(request, "webhook-signature"));
    int64_t time_s = atoll(request_part(request, "webhook-timestamp"));
    struct hook_keys keys;

    body = mem_copy(request_part(request, "body"));
    ck_assert_int_le(llabs(time_s - clock_wall_ms() / 1000), 60);
    ck_assert_int_eq(hook_keys_parse(keys_text, &keys, &kit_error), 0);
    right = hook_keys_sign(&keys, id, time_s, body, strlen(body));
    ck_assert_str_eq(signature, right);
    free(id);
    free(body);
    free(right);
    free(signature);
}

START_TEST(a_receiver_gets_a_signed_event_with_what_it_needs)
{
    json_t *body, *data;
    char id[80];

    hook_to_good("/ok?a=b", ",end,");
    send_hooks();
    wait_until(STATE, "idle");
    ck_assert_int_eq(receiver_count(&good), 1);
    ck_assert(strncmp(good.requests[0], "POST /ok?a=b HTTP/1.1\r\n", 23) == 0);
    ck_assert_str_eq(request_part(good.requests[0], "content-type"), "application/json");
    assert_signed(good.requests[0], KEY);
    snprintf(id, sizeof id, "msg_%s_4", kit_ask("SELECT id FROM casecast_hooks"));
    ck_assert_str_eq(request_part(good.requests[0], "webhook-id"), id);
    body = json_loads(request_part(good.requests[0], "body"), 0, NULL);
    ck_assert_ptr_nonnull(body);
    ck_assert_str_eq(json_string_value(json_object_get(body, "type")), "job.end");
    ck_assert_int_eq(json_string_length(json_object_get(body, "timestamp")), 20);
    data = json_object_get(body, "data");
    ck_assert_str_eq(json_string_value(json_object_get(data, "state")), "done");
    ck_assert_str_eq(json_string_value(json_object_get(data, "job")), job_id);
    ck_assert_str_eq(json_string_value(json_object_get(data, "kind")), "video");
    ck_assert_int_eq(json_integer_value(json_object_get(data, "number")), 4);
    ck_assert_int_eq(json_integer_value(json_object_get(json_object_get(data, "result"), "x")), 1);
    ck_assert_int_eq(
        json_integer_value(json_object_get(json_object_get(data, "metadata"), "order")), 7);
    json_decref(body);
}
END_TEST

static const char *request_type(int i)
{
    json_t *body = json_loads(request_part(good.requests[i], "body"), 0, NULL);
    static char type[40];

    snprintf(type, sizeof type, "%s", json_string_value(json_object_get(body, "type")));
    json_decref(body);
    return type;
}

START_TEST(all_events_come_in_their_order)
{
    static const char *const types[] = {"job.job", "job.done", "job.message", "job.end"};

    hook_to_good("/ok", "");
    send_hooks();
    wait_until(STATE, "idle");
    ck_assert_int_eq(receiver_count(&good), 4);
    for (int i = 0; i < 4; i++)
        ck_assert_str_eq(request_type(i), types[i]);
}
END_TEST

START_TEST(a_key_changes_without_a_restart)
{
    send_hooks();
    write_keys(OTHER_KEY "\n" KEY "\n");
    hook_to_good("/ok", ",end,");
    wait_until(STATE, "idle");
    assert_signed(good.requests[0], OTHER_KEY "\n" KEY);
}
END_TEST

START_TEST(keys_that_can_not_be_read_let_hooks_wait)
{
    send_hooks();
    unlink(keys_path);
    hook_to_good("/ok", ",end,");
    hooks_poke(hooks);
    usleep(100000);
    ck_assert_int_eq(receiver_count(&good), 0);
    write_keys(KEY);
    wait_until(STATE, "idle");
}
END_TEST

/* --- what an answer does --- */

START_TEST(a_refusal_is_tried_again_with_the_same_id)
{
    char first[80];

    hook_to_good("/missing", ",done,end,");
    send_hooks();
    wait_until(ATTEMPTS, "1");
    ck_assert_str_eq(kit_ask(STATE), "due");
    assert_error("answered 404");
    snprintf(first, sizeof first, "%s", request_part(good.requests[0], "webhook-id"));
    kit_sql("UPDATE casecast_hooks SET next_ms = 1");
    wait_until(ATTEMPTS, "2");
    ck_assert_int_eq(receiver_count(&good), 2);
    ck_assert_str_eq(request_part(good.requests[1], "webhook-id"), first);
    kit_sql("UPDATE casecast_hooks SET next_ms = 1, url = replace(url, 'missing', 'ok')");
    wait_until(STATE, "idle");
    ck_assert_int_eq(receiver_count(&good), 4); /* the second event came after the first only */
    ck_assert_str_eq(request_type(2), "job.done");
    ck_assert_str_eq(request_type(3), "job.end");
}
END_TEST

START_TEST(retry_after_is_honoured)
{
    hook_to_good("/busy", ",end,");
    send_hooks();
    wait_until(ATTEMPTS, "1");
    assert_error("answered 503");
    ck_assert_int_gt(atoll(kit_ask("SELECT next_ms FROM casecast_hooks")), clock_wall_ms() + 60000);
}
END_TEST

START_TEST(gone_ends_the_hook)
{
    struct hooks_counts counts;

    hook_to_good("/gone", "");
    send_hooks();
    wait_until(STATE, "given up");
    ck_assert_int_eq(receiver_count(&good), 1);
    assert_error("answered 410");
    hooks_count(hooks, &counts);
    ck_assert_int_eq((int)counts.n_failed, 1);
    ck_assert_int_eq((int)counts.n_delivered, 0);
}
END_TEST

START_TEST(after_a_day_a_hook_is_given_up)
{
    char sql[100];

    hook_to_good("/missing", ",end,");
    snprintf(sql, sizeof sql, "UPDATE casecast_hooks SET attempts = 20, since_ms = %lld",
        (long long)clock_wall_ms() - HOOK_TRY_MS);
    kit_sql(sql);
    send_hooks();
    wait_until(STATE, "given up");
    ck_assert_str_eq(kit_ask(ATTEMPTS), "21");
}
END_TEST

START_TEST(a_redirect_is_not_followed)
{
    hook_to_good("/moved", ",end,");
    send_hooks();
    wait_until(ATTEMPTS, "1");
    assert_error("answered 302");
    ck_assert_int_eq(receiver_count(&good), 1);
}
END_TEST

START_TEST(an_answer_that_breaks_off_is_none)
{
    hook_to_good("/torn", ",end,");
    send_hooks();
    wait_until(ATTEMPTS, "1");
    ck_assert_str_eq(kit_ask(STATE), "due");
}
END_TEST

START_TEST(of_a_long_answer_only_the_status_counts)
{
    hook_to_good("/long", ",end,");
    send_hooks();
    wait_until(STATE, "idle");
    ck_assert_int_lt(n_long, LONG_BLOCKS / 2); /* what is beyond 64 KiB lies in the sockets */
}
END_TEST

/* --- where it may not go --- */

START_TEST(a_name_that_leads_to_this_machine_is_refused)
{
    config.webhook_hosts = "localhost";
    hook_to("localhost", good.port, "/ok", ",end,");
    send_hooks();
    wait_until(ATTEMPTS, "1");
    assert_error("localhost leads to ");
    assert_error("CASECAST_WEBHOOK_HOSTS");
    ck_assert_int_eq(receiver_count(&good), 0);
}
END_TEST

START_TEST(a_net_that_is_named_may_be_this_machine)
{
    hook_to("localhost", good.port, "/ok", ",end,");
    send_hooks();
    wait_until(STATE, "idle");
}
END_TEST

/* The hosts that are named when it is to be sent. */
static const char *const other_hosts[] = {"hooks.example.org", "*.example.org", "127.0.0.2/31"};

static void assert_refused_with(const char *hosts)
{
    struct hooks_counts counts;

    config.webhook_hosts = hosts;
    send_hooks();
    wait_until(ATTEMPTS, "1");
    ck_assert_str_eq(kit_ask(STATE), "due"); /* the host may be named again within the day */
    assert_error("CASECAST_WEBHOOK_HOSTS does not name its host any more");
    hooks_count(hooks, &counts);
    ck_assert_int_eq((int)counts.n_failed, 1);
    ck_assert_int_eq((int)counts.n_delivered, 0);
    ck_assert_int_eq(receiver_count(&good), 0);
}

START_TEST(a_host_that_is_not_named_any_more_gets_nothing)
{
    hook_to_good("/ok", ",end,");
    assert_refused_with(other_hosts[_i]);
}
END_TEST

/* A job of such a kind has its hook from its first event on. */
START_TEST(nor_does_that_of_a_kind)
{
    struct job_request request = kit_request("1", "of a kind");
    struct hook_request hook = {.host = good.address, .events = "", .metadata = ""};
    char url[100];
    struct job job;
    bool is_new;

    snprintf(url, sizeof url, "http://%s:%d/ok", good.address, good.port);
    hook.url = url;
    request.hook = &hook;
    assert_done(store_job_open(kit_store, &request, &job, &is_new, &kit_error));
    job_clear(&job);
    assert_refused_with(other_hosts[_i]);
}
END_TEST

START_TEST(a_proxy_of_the_environment_is_not_used)
{
    char proxy[64];

    snprintf(proxy, sizeof proxy, "http://%s:%d", dead.address, dead.port);
    setenv("http_proxy", proxy, 1);
    hook_to_good("/ok", ",end,");
    send_hooks();
    wait_until(STATE, "idle");
    ck_assert_int_eq(receiver_count(&dead), 0);
}
END_TEST

/* --- many --- */

START_TEST(a_dead_receiver_slows_no_other_one)
{
    int64_t began_ms = clock_monotonic_ms();

    for (int i = 0; i < 8; i++)
        hook_to(dead.address, dead.port, "/hang", ",end,");
    for (int i = 0; i < 8; i++)
        hook_to_good("/ok", ",end,");
    send_hooks();
    wait_until("SELECT count(*) FROM casecast_hooks WHERE state = 'idle'", "8");
    if (clock_monotonic_ms() - began_ms < HOOK_TRANSFER_MS) /* else the first ones were ended */
        ck_assert_int_le(receiver_count(&dead), 2);
}
END_TEST

START_TEST(a_stop_waits_for_no_dead_receiver)
{
    int64_t began_ms;

    hook_to(dead.address, dead.port, "/hang", ",end,");
    send_hooks();
    wait_until("SELECT since_ms > 0 FROM casecast_hooks", "1");
    began_ms = clock_monotonic_ms();
    hooks_stop(hooks);
    hooks = NULL;
    ck_assert_int_lt(clock_monotonic_ms() - began_ms, 9000); /* of the 10 s of a transfer */
    ck_assert_str_eq(kit_ask(ATTEMPTS), "0");                /* a stop is no failure */
}
END_TEST

START_TEST(a_database_that_was_away_is_read_again)
{
    char moved[200];

    send_hooks();
    hook_to_good("/ok", ",end,");
    wait_until(STATE, "idle");
    snprintf(moved, sizeof moved, "%s-moved", kit_path);
    ck_assert_int_eq(rename(kit_path, moved), 0);
    hooks_poke(hooks);
    usleep(50000);
    ck_assert_int_eq(rename(moved, kit_path), 0);
    hook_to_good("/ok", ",end,");
    wait_until("SELECT count(*) FROM casecast_hooks WHERE state = 'idle'", "2");
}
END_TEST

/* --- settings --- */

static const struct {
    const char *hosts, *keys, *says;
} settings[] = {
    {"", "", NULL},
    {"a.example", "", "CASECAST_WEBHOOK_KEYS: is not set"},
    {"a.example", "/nowhere", "CASECAST_WEBHOOK_KEYS=/nowhere: "},
    {"a.example http://b", "", "CASECAST_WEBHOOK_HOSTS: http://b: must be"},
};

START_TEST(settings_are_checked_before_the_start)
{
    config.webhook_hosts = settings[_i].hosts;
    config.webhook_keys = settings[_i].keys;
    ck_assert_int_eq(hooks_check(&config, &kit_error), settings[_i].says ? -ERR_INPUT : 0);
    ck_assert_int_eq(hooks_start(&config, &hooks, &kit_error), settings[_i].says ? -ERR_INPUT : 0);
    if (settings[_i].says)
        ck_assert_msg(strstr(kit_error.text, settings[_i].says), "%s", kit_error.text);
    else
        ck_assert(!hook_hosts_any(hooks_hosts(hooks)));
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        a_receiver_gets_a_signed_event_with_what_it_needs,
        all_events_come_in_their_order,
        a_key_changes_without_a_restart,
        keys_that_can_not_be_read_let_hooks_wait,
        a_refusal_is_tried_again_with_the_same_id,
        retry_after_is_honoured,
        gone_ends_the_hook,
        after_a_day_a_hook_is_given_up,
        a_redirect_is_not_followed,
        an_answer_that_breaks_off_is_none,
        of_a_long_answer_only_the_status_counts,
        a_name_that_leads_to_this_machine_is_refused,
        a_net_that_is_named_may_be_this_machine,
        a_proxy_of_the_environment_is_not_used,
        a_dead_receiver_slows_no_other_one,
        a_stop_waits_for_no_dead_receiver,
        a_database_that_was_away_is_read_again,
    };
    Suite *suite = suite_create("hooks");
    TCase *cases = tcase_create("hooks");
    SRunner *runner = srunner_create(suite);
    int failed;

    digest_init();
    suite_add_tcase(suite, cases);
    tcase_set_timeout(cases, 60);
    tcase_add_checked_fixture(cases, start, stop);
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
        tcase_add_test(cases, tests[i]);
    tcase_add_loop_test(cases, a_host_that_is_not_named_any_more_gets_nothing, 0,
        sizeof other_hosts / sizeof *other_hosts);
    tcase_add_loop_test(
        cases, nor_does_that_of_a_kind, 0, sizeof other_hosts / sizeof *other_hosts);
    tcase_add_loop_test(
        cases, settings_are_checked_before_the_start, 0, sizeof settings / sizeof *settings);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
