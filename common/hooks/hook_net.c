/* hook_net.c - see hook_net.h. */
#include "hooks/hook_net.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "base/text.h"

enum { MAPPED_BITS = 96 }; /* in front of an address of IPv4 */

static const unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
static const unsigned char nat64[12] = {0, 0x64, 0xff, 0x9b};

static void hook_address_map(const void *of_ipv4, unsigned char ret_address[HOOK_ADDRESS_LEN])
{
    memcpy(ret_address, mapped, sizeof mapped);
    memcpy(ret_address + sizeof mapped, of_ipv4, 4);
}

/* An address, and where its own bits begin; -1: it is none. */
static int hook_address_parse(const char *text, unsigned char ret_address[HOOK_ADDRESS_LEN])
{
    struct in_addr of_ipv4;

    if (inet_pton(AF_INET, text, &of_ipv4) == 1) {
        hook_address_map(&of_ipv4, ret_address);
        return MAPPED_BITS;
    }
    return inet_pton(AF_INET6, text, ret_address) == 1 ? 0 : -1;
}

bool hook_net_parse(const char *text, size_t len, struct hook_net *ret_net)
{
    char copy[INET6_ADDRSTRLEN + sizeof "/128"], *slash;
    struct hook_net net;
    long long bits = 128;
    int first;

    if (len >= sizeof copy || memchr(text, '\0', len))
        return false;
    memcpy(copy, text, len);
    copy[len] = '\0';
    slash = strchr(copy, '/');
    if (slash)
        *slash = '\0';
    first = hook_address_parse(copy, net.at);
    if (first < 0 || (slash && !text_number(slash + 1, 0, 128 - first, &bits)))
        return false;
    net.bits = slash ? first + (int)bits : 128;
    *ret_net = net;
    return true;
}

bool hook_net_holds(const struct hook_net *net, const unsigned char address[HOOK_ADDRESS_LEN])
{
    size_t whole = (size_t)net->bits / 8;
    int rest = net->bits % 8;

    if (memcmp(net->at, address, whole) != 0)
        return false;
    return rest == 0 || (net->at[whole] ^ address[whole]) >> (8 - rest) == 0;
}

bool hook_address_of(const struct sockaddr *from, unsigned char ret_address[HOOK_ADDRESS_LEN])
{
    struct sockaddr_in ipv4;
    struct sockaddr_in6 ipv6;

    if (from->sa_family == AF_INET) {
        memcpy(&ipv4, from, sizeof ipv4);
        hook_address_map(&ipv4.sin_addr, ret_address);
        return true;
    }
    if (from->sa_family != AF_INET6)
        return false;
    memcpy(&ipv6, from, sizeof ipv6);
    memcpy(ret_address, &ipv6.sin6_addr, HOOK_ADDRESS_LEN);
    return true;
}

/* Of IPv6 only 2000::/3 is given out. */
static const char *const not_public[] = {"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8",
    "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
    "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
    "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"};

static bool hook_address_is_in(const unsigned char address[HOOK_ADDRESS_LEN], const char *text)
{
    struct hook_net net;

    return hook_net_parse(text, strlen(text), &net) && hook_net_holds(&net, address);
}

bool hook_address_is_public(const unsigned char address[HOOK_ADDRESS_LEN])
{
    unsigned char behind[HOOK_ADDRESS_LEN];

    if (memcmp(address, nat64, sizeof nat64) == 0) {
        hook_address_map(address + sizeof nat64, behind);
        return hook_address_is_public(behind);
    }
    if (memcmp(address, mapped, sizeof mapped) != 0 && address[0] >> 5 != 1)
        return false;
    for (size_t i = 0; i < sizeof not_public / sizeof *not_public; i++)
        if (hook_address_is_in(address, not_public[i]))
            return false;
    return true;
}
