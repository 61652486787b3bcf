/* hello_server: answers each piece of data with "Hello, client!", one client
 * after the other.
 *
 * usage: hello_server [host [port]]        (default: 127.0.0.1 8888)
 */
#define _POSIX_C_SOURCE 200809L

#include <err.h>
#include <errno.h>
#include <netdb.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

_Noreturn static void usage(void)
{
    fprintf(stderr, "usage: hello_server [host [port]]\n");
    exit(2);
}

/* Says whether text is a port: decimal digits, 0 to 65535. getaddrinfo alone
 * would take 65536 for 0.
 */
static bool is_port(const char *text)
{
    return text[0] != '\0' && text[strspn(text, "0123456789")] == '\0' &&
           strtoul(text, NULL, 10) <= 65535;
}

/* Sends all length bytes of data; one send may take only some of them.
 * Returns 0, or -1 with errno set.
 */
static int send_all(int peer, const void *data, size_t length)
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
static int open_listener(const char *host, const char *port)
{
    struct addrinfo hints = {
        .ai_family = AF_UNSPEC,     /* IPv4 or IPv6 */
        .ai_socktype = SOCK_STREAM, /* TCP */
    };
    struct addrinfo *list;
    int error = getaddrinfo(host, port, &hints, &list);
    if (error != 0)
        errx(1, "look up %s: %s", host,
             error == EAI_SYSTEM ? strerror(errno) : gai_strerror(error));

    /* TODO 1: open_listener
     * The loop of connect_to (lab 01), with three calls in place of connect.
     * Each of them returns -1 when it fails:
     *
     *   int yes = 1;
     *   setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes)
     *   bind(listener, a->ai_addr, a->ai_addrlen)
     *   listen(listener, SOMAXCONN)
     *
     * SO_REUSEADDR lets the server start again on the port it has just left.
     * bind gives the socket its address. From listen on clients can connect,
     * and wait until they are accepted. When no address is left:
     *
     *   err(1, "listen on %s port %s", host, port);
     * | errx(1, "TODO 1: open_listener is not written yet");
     */
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
    /* END TODO 1 */
}

/* Prints a line: event, then the address, like
 * "connection from 127.0.0.1 port 50312". Warns where it cannot.
 */
static void print_address(const char *event,
                          const struct sockaddr_storage *address,
                          socklen_t length)
{
    /* TODO 2: print_address
     * getnameinfo is getaddrinfo the other way round: it turns an address into
     * text, here numbers and no names, for IPv4 and IPv6 alike:
     *
     *   getnameinfo((const struct sockaddr *)address, length, host, sizeof host,
     *               port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV)
     *
     * host is an array of 64 char, port one of 6. When it returns 0, print
     * event, host and port as the comment above shows, and '\n'. Any other
     * value is an error for gai_strerror, not for errno: warnx.
     * | (void)event;
     * | (void)address;
     * | (void)length;
     * | errx(1, "TODO 2: print_address is not written yet");
     */
    char host[64]; /* An IPv6 address and its zone: 45 + 1 + 15 characters. */
    char port[6];
    int error =
        getnameinfo((const struct sockaddr *)address, length, host, sizeof host,
                    port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV);
    if (error != 0)
        warnx("%s: %s", event, gai_strerror(error));
    else
        printf("%s %s port %s\n", event, host, port);
    /* END TODO 2 */
}

/* Prints where listener can be reached: port 0 has become a real one. */
static void announce_listener(int listener)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    if (getsockname(listener, (struct sockaddr *)&address, &length) == -1)
        err(1, "getsockname");
    print_address("listening on", &address, length);
}

/* Waits for the next client, prints where it comes from, and returns its
 * socket. An accept that fails is a warning.
 */
static int accept_client(int listener)
{
    /* TODO 3: accept_client
     * accept waits for the next connection and returns a new socket for it. The
     * listener stays as it is. The client's address is put into address, which
     * has room for any kind, and its size into length:
     *
     *   struct sockaddr_storage address;
     *   socklen_t length = sizeof address;
     *   accept(listener, (struct sockaddr *)&address, &length)
     *
     * Call print_address with "connection from" and return the new socket.
     * accept returns -1 when it fails, with errno ECONNABORTED where the client
     * has left already. That must not end the server: warn, and try again. When
     * errno is anything else, sleep(1) first, so as not to spin.
     * | (void)listener;
     * | errx(1, "TODO 3: accept_client is not written yet");
     */
    for (;;) {
        struct sockaddr_storage address;
        socklen_t length = sizeof address;
        int client = accept(listener, (struct sockaddr *)&address, &length);
        if (client != -1) {
            print_address("connection from", &address, length);
            return client;
        }
        int reason = errno;
        warn("accept");
        if (reason != ECONNABORTED) /* That client has left already. */
            sleep(1);               /* EMFILE, ENOBUFS: do not spin. */
    }
    /* END TODO 3 */
}

/* Prints each piece of data that client sends and answers it, to the end of the
 * stream. Trouble with the client is a warning.
 */
static void talk_to(int client)
{
    /* TODO 4: talk_to
     * Call recv until it returns 0, as print_reply does (lab 01). For each
     * piece print "received: ", its bytes with fwrite, and '\n', and answer
     * with send_all: the 14 bytes "Hello, client!", no NUL, no newline.
     * When recv or send_all returns -1, only this client has trouble: warn and
     * return.
     * | (void)client;
     * | (void)send_all;
     * | errx(1, "TODO 4: talk_to is not written yet");
     */
    const char *answer = "Hello, client!";
    char data[4096];
    ssize_t n;
    while ((n = recv(client, data, sizeof data, 0)) > 0) {
        printf("received: ");
        fwrite(data, 1, (size_t)n, stdout);
        printf("\n");
        if (send_all(client, answer, strlen(answer)) == -1) {
            warn("send to the client");
            return;
        }
    }
    if (n == -1)
        warn("receive from the client");
    /* END TODO 4 */
}

int main(int argc, char *argv[])
{
    if (getopt(argc, argv, "") != -1 || argc - optind > 2)
        usage();
    const char *host = optind < argc ? argv[optind] : "127.0.0.1";
    const char *port = optind + 1 < argc ? argv[optind + 1] : "8888";
    if (!is_port(port))
        usage();

    /* A send to a client that has gone shall fail with EPIPE, not kill us. */
    signal(SIGPIPE, SIG_IGN);
    /* Each line goes out when it is written, into a pipe too. */
    setvbuf(stdout, NULL, _IOLBF, 0);

    int listener = open_listener(host, port);
    announce_listener(listener);
    for (;;) {
        int client = accept_client(listener);
        talk_to(client);
        close(client);
        printf("connection closed\n");
    }
}
