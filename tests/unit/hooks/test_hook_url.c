/* test_hook_url.c - which URLs and which addresses hooks may go to. */
#include "hooks/hook_url.h"

#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct error err;

static void assert_says(const char *part)
{
    ck_assert_msg(strstr(err.text, part), "no \"%s\" in: %s", part, err.text);
}

/* --- URLs --- */

static const struct {
    const char *url, *host, *says;
} urls[] = {
    {"https://hooks.example.org/a?b=c", "hooks.example.org", NULL},
    {"http://Hooks.Example.ORG:8080", "hooks.example.org", NULL},
    {"https://192.0.2.7/", "192.0.2.7", NULL},
    {"https://[2001:DB8::1]:443/", "2001:db8::1", NULL},
    {"https://0x7f.1/", "127.0.0.1", NULL},
    {"https://2130706433/", "127.0.0.1", NULL},
    {"", NULL, "must be a URL"},
    {"hooks.example.org", NULL, "must be"},
    {"ftp://hooks.example.org/", NULL, "must begin with https://"},
    {"file:///etc/passwd", NULL, "must begin with https://"},
    {"gopher://hooks.example.org/", NULL, "must begin with https://"},
    {"https://ada:lovelace@hooks.example.org/", NULL, "no user name"},
    {"https://hooks.example.org@evil.example/", NULL, "no user name"},
    {"https://hooks.example.org/#end", NULL, "must hold no #"},
    {"https://hooks.example.org/a b", NULL, "printable"},
    {"https://hooks.example.org/\r\nx: y", NULL, "printable"},
    {"https://h\xc3\xb6oks.example.org/", NULL, "printable"},
    {"https://0x7f%1/", NULL, "a name or an address"},
    {"https://[fe80::1%25eth0]/", NULL, "a name or an address"},
    {"https://", NULL, "must be a URL"},
    {"https://hooks.example.org:99999/", NULL, "must be a URL"},
};

START_TEST(a_url_has_a_host_and_no_secrets)
{
    char host[HOOK_HOST_MAX + 1];
    int rc = hook_url_read(urls[_i].url, host, &err);

    ck_assert_msg(rc == (urls[_i].host ? 0 : -ERR_INPUT), "%s: %d", urls[_i].url, rc);
    if (rc == 0)
        ck_assert_str_eq(host, urls[_i].host);
    else
        assert_says(urls[_i].says);
    ck_assert(rc == 0 || !strstr(err.text, "lovelace"));
}
END_TEST

START_TEST(a_url_has_a_greatest_length)
{
    char url[HOOK_URL_MAX + 2], host[HOOK_HOST_MAX + 1];

    memset(url, 'a', sizeof url);
    memcpy(url, "https://b/", 10);
    url[HOOK_URL_MAX] = '\0';
    ck_assert_int_eq(hook_url_read(url, host, &err), 0);
    url[HOOK_URL_MAX] = 'a';
    url[HOOK_URL_MAX + 1] = '\0';
    ck_assert_int_eq(hook_url_read(url, host, &err), -ERR_INPUT);
}
END_TEST

/* --- hosts --- */

static struct hook_hosts *hosts_of(const char *text)
{
    struct hook_hosts *hosts = NULL;

    ck_assert_msg(hook_hosts_new(text, &hosts, &err) == 0, "%s", err.text);
    return hosts;
}

static const struct {
    const char *allowed, *host;
    bool is_held;
} held[] = {
    {"hooks.example.org", "hooks.example.org", true},
    {"Hooks.Example.org", "hooks.example.org", true},
    {"hooks.example.org", "hooks.example.org.evil.example", false},
    {"hooks.example.org", "example.org", false},
    {"hooks.example.org", "xhooks.example.org", false},
    {"*.example.org", "a.example.org", true},
    {"*.example.org", "a.b.example.org", true},
    {"*.example.org", "example.org", false},
    {"*.example.org", ".example.org", false},
    {"*.example.org", "evilexample.org", false},
    {"a.example, b.example\tc.example", "b.example", true},
    {"10.0.0.0/8", "10.1.2.3", true},
    {"10.0.0.0/8", "11.1.2.3", false},
    {"10.1.2.3", "10.1.2.3", true},
    {"10.1.2.3", "::ffff:10.1.2.3", true},
    {"10.0.0.0/8", "10.0.0.0/8", false},
    {"fd00::/8", "fd12::1", true},
    {"fd00::/8", "fe12::1", false},
    {"0.0.0.0/0", "192.0.2.7", true},
    {"0.0.0.0/0", "2001:db8::1", false},
    {"hooks.example.org", "93.184.216.34", false},
    {"", "hooks.example.org", false},
};

START_TEST(only_hosts_that_are_named_are_held)
{
    struct hook_hosts *hosts = hosts_of(held[_i].allowed);

    ck_assert_msg(hook_hosts_hold(hosts, held[_i].host) == held[_i].is_held, "%s in %s",
        held[_i].host, held[_i].allowed);
    ck_assert(hook_hosts_any(hosts) == (*held[_i].allowed != '\0'));
    hook_hosts_free(hosts);
}
END_TEST

static const char *const bad_entries[] = {"*", "*.", "https://a.example", "a.example:80", "a..b",
    ".a", "a.", "10.0.0.0/33", "::1/129", "10.0.0.0/", "10.0.0/8", "a*.example", "*.*.example"};

START_TEST(an_entry_that_is_none_is_named)
{
    struct hook_hosts *hosts;
    char text[100];

    snprintf(text, sizeof text, "good.example %s", bad_entries[_i]);
    ck_assert_msg(hook_hosts_new(text, &hosts, &err) == -ERR_INPUT, "%s", text);
    snprintf(text, sizeof text, "%s: must be", bad_entries[_i]);
    assert_says(text);
}
END_TEST

/* --- addresses --- */

static const struct {
    const char *address;
    bool is_public;
} addresses[] = {
    {"93.184.216.34", true},
    {"1.1.1.1", true},
    {"172.32.0.1", true},
    {"100.128.0.1", true},
    {"223.255.255.255", true},
    {"0.0.0.0", false},
    {"10.0.0.1", false},
    {"100.64.0.1", false},
    {"127.0.0.1", false},
    {"127.255.255.254", false},
    {"169.254.169.254", false},
    {"172.16.0.1", false},
    {"172.31.255.255", false},
    {"192.0.0.8", false},
    {"192.0.2.1", false},
    {"192.168.1.1", false},
    {"198.18.0.1", false},
    {"198.51.100.9", false},
    {"203.0.113.9", false},
    {"224.0.0.1", false},
    {"240.0.0.1", false},
    {"255.255.255.255", false},
    {"2606:2800:220:1::1", true},
    {"::", false},
    {"::1", false},
    {"::ffff:127.0.0.1", false},
    {"::ffff:93.184.216.34", true},
    {"::7f00:1", false},
    {"fe80::1", false},
    {"fc00::1", false},
    {"fd00:ec2::254", false},
    {"ff02::1", false},
    {"2001::1", false},
    {"2001:db8::1", false},
    {"2002:7f00:1::", false},
    {"3fff::1", false},
    {"64:ff9b::127.0.0.1", false},
    {"64:ff9b::93.184.216.34", true},
    {"64:ff9b:1::93.184.216.34", false},
};

static struct sockaddr_storage sockaddr_of(const char *text)
{
    struct sockaddr_storage storage = {0};
    struct sockaddr_in ipv4 = {.sin_family = AF_INET};
    struct sockaddr_in6 ipv6 = {.sin6_family = AF_INET6};

    if (inet_pton(AF_INET, text, &ipv4.sin_addr) == 1)
        memcpy(&storage, &ipv4, sizeof ipv4);
    else if (inet_pton(AF_INET6, text, &ipv6.sin6_addr) == 1)
        memcpy(&storage, &ipv6, sizeof ipv6);
    ck_assert_int_ne(storage.ss_family, AF_UNSPEC);
    return storage;
}

START_TEST(a_name_leads_to_public_addresses_only)
{
    struct sockaddr_storage address = sockaddr_of(addresses[_i].address);
    struct hook_hosts *hosts = hosts_of("hooks.example.org");

    ck_assert_msg(
        hook_hosts_hold_address(hosts, (struct sockaddr *)&address) == addresses[_i].is_public,
        "%s", addresses[_i].address);
    hook_hosts_free(hosts);
}
END_TEST

START_TEST(a_name_leads_to_a_net_that_is_named)
{
    struct sockaddr_storage inside = sockaddr_of("::ffff:10.1.200.3");
    struct sockaddr_storage outside = sockaddr_of("10.2.0.1");
    struct sockaddr_storage local = {.ss_family = AF_UNIX};
    struct hook_hosts *hosts = hosts_of("hooks.example.org 10.1.0.0/16");

    ck_assert(hook_hosts_hold_address(hosts, (struct sockaddr *)&inside));
    ck_assert(!hook_hosts_hold_address(hosts, (struct sockaddr *)&outside));
    ck_assert(!hook_hosts_hold_address(hosts, (struct sockaddr *)&local));
    hook_hosts_free(hosts);
}
END_TEST

#define LOOP(test, table) tcase_add_loop_test(cases, test, 0, sizeof table / sizeof *table)

int main(void)
{
    Suite *suite = suite_create("hook_url");
    TCase *cases = tcase_create("hook_url");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, cases);
    LOOP(a_url_has_a_host_and_no_secrets, urls);
    tcase_add_test(cases, a_url_has_a_greatest_length);
    LOOP(only_hosts_that_are_named_are_held, held);
    LOOP(an_entry_that_is_none_is_named, bad_entries);
    LOOP(a_name_leads_to_public_addresses_only, addresses);
    tcase_add_test(cases, a_name_leads_to_a_net_that_is_named);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
