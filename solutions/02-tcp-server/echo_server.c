/* echo_server: sends back what it gets (RFC 862), one client after the other.
 *
 * usage: echo_server [host [port]]         (default: 127.0.0.1 7777)
 */
#define _POSIX_C_SOURCE 200809L

#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../net.h"

_Noreturn static void usage(void)
{
    fprintf(stderr, "usage: echo_server [host [port]]\n");
    exit(2);
}

/* Sends back every byte that client sends, to the end of the stream. Trouble
 * with the client is a warning.
 */
static void echo_bytes(int client)
{
    /* TODO 6: echo_bytes
     * Receive into an array of 16384 char, and send back what came, all of it
     * (send_all) and no more than it, until recv returns 0. The data may be any
     * bytes. When recv or send_all returns -1: warn and return.
     * | (void)client;
     * | errx(1, "TODO 6: echo_bytes is not written yet");
     */
    char data[16384];
    ssize_t n;
    while ((n = recv(client, data, sizeof data, 0)) > 0) {
        if (send_all(client, data, (size_t)n) == -1) {
            warn("send to the client");
            return;
        }
    }
    if (n == -1)
        warn("receive from the client");
    /* END TODO 6 */
}

/* Serves one client after the other, for ever. */
static void serve_clients(int listener)
{
    /* TODO 5: serve_clients
     * For ever: accept_client(listener), which net.h now has for you,
     * echo_bytes, close, and print "connection closed" and '\n'. A socket that
     * is not closed is lost to the server, and its client waits for the end of
     * the stream.
     * | (void)listener;
     * | (void)echo_bytes;
     * | errx(1, "TODO 5: serve_clients is not written yet");
     */
    for (;;) {
        int client = accept_client(listener);
        echo_bytes(client);
        close(client);
        printf("connection closed\n");
    }
    /* END TODO 5 */
}

int main(int argc, char *argv[])
{
    if (getopt(argc, argv, "") != -1 || argc - optind > 2)
        usage();
    const char *host = optind < argc ? argv[optind] : "127.0.0.1";
    const char *port = optind + 1 < argc ? argv[optind + 1] : "7777";
    if (!is_port(port))
        usage();

    /* A send to a client that has gone shall fail with EPIPE, not kill us. */
    signal(SIGPIPE, SIG_IGN);
    /* Each line goes out when it is written, into a pipe too. */
    setvbuf(stdout, NULL, _IOLBF, 0);

    int listener = open_listener(host, port);
    announce_listener(listener);
    serve_clients(listener);
}
