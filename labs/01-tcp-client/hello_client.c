/* hello_client: says hello to a server over TCP and prints its reply.
 *
 * usage: hello_client [host [port]]        (default: 127.0.0.1 8888)
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
    fprintf(stderr, "usage: hello_client [host [port]]\n");
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

/* Returns a socket connected to the first address of host that answers. Ends the
 * program where none does.
 */
static int connect_to(const char *host, const char *port)
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

    /* TODO 1: connect_to
     * A name can have several addresses, and list links them all. Try each:
     *
     *   int reason = 0;
     *   for (struct addrinfo *a = list; a != NULL; a = a->ai_next) {
     *
     * Make a socket, and connect it to the address:
     *
     *   int server = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
     *   connect(server, a->ai_addr, a->ai_addrlen)
     *
     * Each returns -1 when it fails. When both went well: freeaddrinfo(list)
     * and return server. Else set reason to errno (a later call may change
     * errno), close(server) unless it is -1, and let the loop go on. Behind
     * the loop, no address has answered:
     *
     *   errno = reason;
     *   err(1, "connect to %s port %s", host, port);
     */
    errx(1, "TODO 1: connect_to is not written yet");
}

/* Sends all length bytes of data; one send may take only some of them.
 * Returns 0, or -1 with errno set.
 */
static int send_all(int peer, const void *data, size_t length)
{
    /* TODO 2: send_all
     * send(peer, data, length, 0) returns how many bytes it took, which may be
     * fewer than length, or -1 with errno set. Call it again for the bytes that
     * are left, until none is. (A void * cannot be counted up: use a
     * const char * for the next byte to send.)
     */
    (void)peer;
    (void)data;
    (void)length;
    errx(1, "TODO 2: send_all is not written yet");
}

/* Sends text without the NUL at its end, and then the end of the stream, so
 * that the server knows that this was all.
 */
static void say(int server, const char *text)
{
    if (send_all(server, text, strlen(text)) == -1)
        err(1, "send to the server");

    /* TODO 3: say
     * Shut down the sending half of the connection: shutdown(server, SHUT_WR).
     * (close would end the other half too, and no reply could come.) It returns
     * -1 when it fails: err, except where errno is ENOTCONN. Then the server has
     * gone already, and its reply may still be here to be read.
     */
    errx(1, "TODO 3: say is not written yet");
}

/* Prints "Received: ", the reply to the end of the stream, and a newline. Ends
 * the program where the reply is empty or breaks off.
 */
static void print_reply(int server)
{
    /* TODO 4: print_reply
     * recv(server, data, sizeof data, 0) waits until bytes come, puts them into
     * the array data and returns how many: perhaps all of the reply, perhaps
     * one byte of it. Print them with fwrite (they are no C string) and call
     * recv again, until it returns 0: the end of the stream. It returns -1 when
     * the connection breaks: err.
     * Print "Received: " before the first bytes, '\n' behind the last. When
     * nothing came at all: errx(1, "receive from the server: empty reply").
     */
    (void)server;
    errx(1, "TODO 4: print_reply is not written yet");
}

int main(int argc, char *argv[])
{
    if (getopt(argc, argv, "") != -1 || argc - optind > 2)
        usage();
    const char *host = optind < argc ? argv[optind] : "127.0.0.1";
    const char *port = optind + 1 < argc ? argv[optind + 1] : "8888";
    if (!is_port(port))
        usage();

    /* A send to a server that has gone shall fail with EPIPE, not kill us. */
    signal(SIGPIPE, SIG_IGN);

    int server = connect_to(host, port);
    say(server, "Hello, server!");
    print_reply(server);
    close(server);

    /* What is still in stdio's buffer may meet a full disk. */
    if (fflush(stdout) == EOF || ferror(stdout))
        err(1, "write to standard output");
    return 0;
}
