/* hook_net.h - addresses and nets, of IPv4 and IPv6 alike.  Any thread.
 *
 * An address is 16 bytes; one of IPv4 stands in ::ffff:0:0/96, so that both of its spellings are
 * one address. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

enum { HOOK_ADDRESS_LEN = 16 };

struct hook_net {
    unsigned char at[HOOK_ADDRESS_LEN];
    int bits; /* of the 128 that all its addresses share */
};

/* "192.0.2.7", "2001:db8::1", or a net: "192.0.2.0/24".  False: it is something else. */
bool hook_net_parse(const char *text, size_t len, struct hook_net *ret_net);

bool hook_net_holds(const struct hook_net *net, const unsigned char address[HOOK_ADDRESS_LEN]);

/* False: it is neither of IPv4 nor of IPv6. */
bool hook_address_of(const struct sockaddr *from, unsigned char ret_address[HOOK_ADDRESS_LEN]);

/* May it be a host of the public internet?  Not so: loopback, private and shared nets, link-local,
 * multicast, reserved ones, and those that lead to another address (6to4, Teredo); see the IANA
 * special-purpose address registries, RFC 6890.  An address of NAT64 is what it leads to. */
bool hook_address_is_public(const unsigned char address[HOOK_ADDRESS_LEN]);
