/* udp_server: answers each datagram DATA with "Hello, DATA!".
 *
 * usage: udp_server [host [port]]          (default: 127.0.0.1 9999)
 */
#define _POSIX_C_SOURCE 200809L

#include <err.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../net.h"

enum { MAX_DATA = 65507 }; /* of a datagram: 65535 - 20 (IP) - 8 (UDP) */

_Noreturn static void usage(void)
{
    fprintf(stderr, "usage: udp_server [host [port]]\n");
    exit(2);
}

/* Returns a UDP socket with the first address of host that can be had. Ends the
 * program where none can.
 */
static int open_server(const char *host, const char *port)
{
    struct addrinfo *list = look_up_for(SOCK_DGRAM, host, port);

    /* TODO 1: open_server
     * The loop of open_listener (lab 02) with two calls less. For each address
     * a of the list make a socket and give it the address:
     *
     *   bind(server, a->ai_addr, a->ai_addrlen)
     *
     * There is no listen and no connection: a bound UDP socket receives. And no
     * SO_REUSEADDR, which would let a second server take the port. Free the
     * list and return the first socket that could be bound; close the others.
     * When no address is left:
     *
     *   err(1, "bind to %s port %s", host, port);
     */
    (void)list;
    errx(1, "TODO 1: open_server is not written yet");
}

/* Sends "Hello, ", the length bytes of data and "!" to client. Where that does
 * not fit into a datagram or cannot be sent, a warning says so.
 */
static void send_answer(int server, const char *data, size_t length,
                        const struct sockaddr_storage *client, socklen_t size)
{
    /* TODO 3: send_answer
     * Put the answer together in an array:
     *
     *   char answer[MAX_DATA] = "Hello, ";
     *
     * and behind it data, with memcpy, as data may hold a NUL or nothing at all.
     * Where it would be longer than MAX_DATA, warnx and return: nothing is sent.
     * One call sends one datagram:
     *
     *   sendto(server, answer, n, 0, (const struct sockaddr *)client, size)
     *
     * When it returns -1, warn: the next client is to be served all the same.
     */
    (void)server, (void)data, (void)length, (void)client, (void)size;
    errx(1, "TODO 3: send_answer is not written yet");
}

/* Answers one datagram after the other, for ever. */
static void serve_clients(int server)
{
    /* TODO 2: serve_clients
     * For ever: receive a datagram and its sender's address.
     *
     *   struct sockaddr_storage client;
     *   socklen_t size = sizeof client;
     *   recvfrom(server, data, sizeof data, 0, (struct sockaddr *)&client, &size)
     *
     * It returns the length of the datagram; 0 is an empty datagram, and not the
     * end. What does not fit into data is lost: give it 65536 bytes. Call
     * print_address (net.h) with "received from", then send_answer. When
     * recvfrom returns -1: warn, sleep(1), so as not to spin, and go on.
     */
    (void)server;
    (void)send_answer;
    errx(1, "TODO 2: serve_clients is not written yet");
}

int main(int argc, char *argv[])
{
    if (getopt(argc, argv, "") != -1 || argc - optind > 2)
        usage();
    const char *host = optind < argc ? argv[optind] : "127.0.0.1";
    const char *port = optind + 1 < argc ? argv[optind + 1] : "9999";
    if (!is_port(port))
        usage();

    /* Each line goes out when it is written, into a pipe too. */
    setvbuf(stdout, NULL, _IOLBF, 0);

    int server = open_server(host, port);
    announce_listener(server);
    serve_clients(server);
}
