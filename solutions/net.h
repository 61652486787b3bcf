/* net.h: the functions that the first programs of the labs write themselves,
 * for the programs after them. A program defines _POSIX_C_SOURCE 200809L before
 * it includes this, and is still built by `cc -o name name.c` alone.
 */
#ifndef NET_H
#define NET_H

#include <err.h>
#include <errno.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Says whether text is a port: decimal digits, 0 to 65535. getaddrinfo alone
 * would take 65536 for 0.
 */
static inline bool is_port(const char *text)
{
    return text[0] != '\0' && text[strspn(text, "0123456789")] == '\0' &&
           strtoul(text, NULL, 10) <= 65535;
}

/* Returns the number that text is, or -1 where it is none, is negative, has
 * something behind it or is more than most.
 */
static inline long parse_number(const char *text, long most)
{
    char *end;
    errno = 0;
    long number = strtol(text, &end, 10);
    bool digit = text[0] >= '0' && text[0] <= '9';
    return digit && *end == '\0' && errno == 0 && number <= most ? number : -1;
}

/* Returns the addresses of host and port, one or more, for freeaddrinfo; type
 * is SOCK_STREAM (TCP) or SOCK_DGRAM (UDP). Ends the program where there is none.
 */
static inline struct addrinfo *look_up_for(int type, const char *host,
                                           const char *port)
{
    struct addrinfo hints = {
        .ai_family = AF_UNSPEC, /* IPv4 or IPv6 */
        .ai_socktype = type,
    };
    struct addrinfo *list;
    int error = getaddrinfo(host, port, &hints, &list);
    if (error != 0)
        errx(1, "look up %s: %s", host,
             error == EAI_SYSTEM ? strerror(errno) : gai_strerror(error));
    return list;
}

/* The same for TCP. */
static inline struct addrinfo *look_up(const char *host, const char *port)
{
    return look_up_for(SOCK_STREAM, host, port);
}

/* Returns a socket of that type connected to the first address of host that
 * takes it. Ends the program where none does.
 */
static inline int connect_for(int type, const char *host, const char *port)
{
    struct addrinfo *list = look_up_for(type, host, port);
    int reason = 0;
    for (struct addrinfo *a = list; a != NULL; a = a->ai_next) {
        int server = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
        if (server != -1 && connect(server, a->ai_addr, a->ai_addrlen) == 0) {
            freeaddrinfo(list);
            return server;
        }
        reason = errno;
        if (server != -1)
            close(server);
    }
    errno = reason;
    err(1, "connect to %s port %s", host, port);
}

/* Returns a TCP socket connected to the first address of host that answers. Ends
 * the program where none does.
 */
static inline int connect_to(const char *host, const char *port)
{
    return connect_for(SOCK_STREAM, host, port);
}

/* Returns a UDP socket that sends to the first address of host that there is a
 * way to, and takes datagrams from nowhere else. Nothing is sent for this: it
 * goes well whether anybody is there or not. Ends the program where there is no
 * way.
 */
static inline int connect_datagrams(const char *host, const char *port)
{
    return connect_for(SOCK_DGRAM, host, port);
}

/* Sends all length bytes of data; one send may take only some of them.
 * Returns 0, or -1 with errno set.
 */
static inline int send_all(int peer, const void *data, size_t length)
{
    const char *next = data;
    while (length > 0) {
        ssize_t n = send(peer, next, length, 0);
        if (n == -1)
            return -1;
        next += n;
        length -= (size_t)n;
    }
    return 0;
}

/* Returns a socket that listens on the first address of host that can be had.
 * Ends the program where none can.
 */
static inline int open_listener(const char *host, const char *port)
{
    struct addrinfo *list = look_up(host, port);
    int reason = 0;
    for (struct addrinfo *a = list; a != NULL; a = a->ai_next) {
        int listener = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
        int yes = 1;
        if (listener != -1 &&
            setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) ==
                0 &&
            bind(listener, a->ai_addr, a->ai_addrlen) == 0 &&
            listen(listener, SOMAXCONN) == 0) {
            freeaddrinfo(list);
            return listener;
        }
        reason = errno;
        if (listener != -1)
            close(listener);
    }
    errno = reason;
    err(1, "listen on %s port %s", host, port);
}

/* Room for an address as text. An IPv6 address and its zone have 45 + 1 + 15
 * characters.
 */
enum { ADDRESS_SIZE = 80 };

/* Puts an address into text, like "127.0.0.1 port 50312"; where that cannot be
 * done, why.
 */
static inline void format_address(const struct sockaddr_storage *address,
                                  socklen_t length, char text[ADDRESS_SIZE])
{
    char host[64];
    char port[6];
    int error =
        getnameinfo((const struct sockaddr *)address, length, host, sizeof host,
                    port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV);
    if (error != 0)
        snprintf(text, ADDRESS_SIZE, "(%s)", gai_strerror(error));
    else
        snprintf(text, ADDRESS_SIZE, "%s port %s", host, port);
}

/* Prints a line: event, then the address, like
 * "connection from 127.0.0.1 port 50312".
 */
static inline void print_address(const char *event,
                                 const struct sockaddr_storage *address,
                                 socklen_t length)
{
    char text[ADDRESS_SIZE];
    format_address(address, length, text);
    printf("%s %s\n", event, text);
}

/* Prints where listener can be reached: port 0 has become a real one. */
static inline void announce_listener(int listener)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    if (getsockname(listener, (struct sockaddr *)&address, &length) == -1)
        err(1, "getsockname");
    print_address("listening on", &address, length);
}

/* Waits for the next client, prints where it comes from, and returns its
 * socket. Its address, like "127.0.0.1 port 50312", is then in from. An accept
 * that fails is a warning.
 */
static inline int accept_from(int listener, char from[ADDRESS_SIZE])
{
    for (;;) {
        struct sockaddr_storage address;
        socklen_t length = sizeof address;
        int client = accept(listener, (struct sockaddr *)&address, &length);
        if (client != -1) {
            format_address(&address, length, from);
            printf("connection from %s\n", from);
            return client;
        }
        int reason = errno;
        warn("accept");
        if (reason != ECONNABORTED) /* That client has left already. */
            sleep(1);               /* EMFILE, ENOBUFS: do not spin. */
    }
}

/* The same for who does not need the address any more. */
static inline int accept_client(int listener)
{
    char from[ADDRESS_SIZE];
    return accept_from(listener, from);
}

/* Returns a UDP socket bound to the first address of host that can be had. Ends
 * the program where none can.
 */
static inline int bind_datagrams(const char *host, const char *port)
{
    struct addrinfo *list = look_up_for(SOCK_DGRAM, host, port);
    int reason = 0;
    for (struct addrinfo *a = list; a != NULL; a = a->ai_next) {
        int own = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
        if (own != -1 && bind(own, a->ai_addr, a->ai_addrlen) == 0) {
            freeaddrinfo(list);
            return own;
        }
        reason = errno;
        if (own != -1)
            close(own);
    }
    errno = reason;
    err(1, "bind to %s port %s", host, port);
}

/* Bytes that are kept for later. One begins as {0}; an empty one takes no memory.
 */
struct buffer {
    char *data;
    size_t length;
    size_t room;
};

/* Appends length bytes of data. Returns 0, or -1 with errno set; then the buffer
 * is as it was.
 */
static inline int append_bytes(struct buffer *to, const void *data,
                               size_t length)
{
    if (to->room - to->length < length) {
        size_t room = (to->length + length) * 3 / 2;
        char *bigger = realloc(to->data, room);
        if (bigger == NULL)
            return -1;
        to->data = bigger;
        to->room = room;
    }
    if (length > 0) /* NULL may not even be copied from for nothing. */
        memcpy(to->data + to->length, data, length);
    to->length += length;
    return 0;
}

/* Takes the first length bytes away. */
static inline void remove_bytes(struct buffer *from, size_t length)
{
    if (length < from->length) {
        from->length -= length;
        memmove(from->data, from->data + length, from->length);
        return;
    }
    free(from->data);
    *from = (struct buffer){0};
}

/* Says whether text is UTF-8 (RFC 3629 section 4): no byte that cannot be there,
 * no character in more bytes than it needs, no surrogate, none beyond 0x10ffff.
 */
static inline bool is_utf8(const char *text)
{
    static const unsigned long least[] = {0, 0x80, 0x800, 0x10000};
    for (const unsigned char *next = (const unsigned char *)text; *next != 0;) {
        unsigned long character = *next++;
        int more = character < 0x80   ? 0
                   : character < 0xc0 ? 4 /* Not a first byte. */
                   : character < 0xe0 ? 1
                   : character < 0xf0 ? 2
                   : character < 0xf8 ? 3
                                      : 4;
        if (more == 4)
            return false;
        character &= 0x7fU >> (more > 0 ? more + 1 : 0);
        for (int i = 0; i < more; i++, next++) {
            if ((*next & 0xc0) != 0x80) /* The NUL at the end neither. */
                return false;
            character = character << 6 | (*next & 0x3fU);
        }
        if (character < least[more] || character > 0x10ffff ||
            (character >= 0xd800 && character <= 0xdfff))
            return false;
    }
    return true;
}

#endif
