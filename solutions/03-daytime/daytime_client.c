/* daytime_client: prints the date and time that a daytime server sends.
 *
 * usage: daytime_client [host [port]]      (default: 127.0.0.1 9999)
 */
#define _POSIX_C_SOURCE 200809L

#include <err.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../net.h"

_Noreturn static void usage(void)
{
    fprintf(stderr, "usage: daytime_client [host [port]]\n");
    exit(2);
}

/* Prints what server sends, as it comes, to the end of the stream. Ends the
 * program where nothing comes or the stream breaks off.
 */
static void print_time(int server)
{
    /* TODO 3: print_time
     * Receive until recv returns 0, and write what came to stdout with fwrite,
     * nothing before it and nothing behind it. When recv returns -1: err. When
     * nothing came at all: errx(1, "receive from the server: empty reply").
     * | (void)server;
     * | errx(1, "TODO 3: print_time is not written yet");
     */
    bool empty = true;
    char data[4096];
    ssize_t n;
    while ((n = recv(server, data, sizeof data, 0)) > 0) {
        empty = false;
        if (fwrite(data, 1, (size_t)n, stdout) != (size_t)n)
            err(1, "write to standard output");
    }
    if (n == -1)
        err(1, "receive from the server");
    if (empty)
        errx(1, "receive from the server: empty reply");
    /* END TODO 3 */
}

int main(int argc, char *argv[])
{
    if (getopt(argc, argv, "") != -1 || argc - optind > 2)
        usage();
    const char *host = optind < argc ? argv[optind] : "127.0.0.1";
    const char *port = optind + 1 < argc ? argv[optind + 1] : "9999";
    if (!is_port(port))
        usage();

    /* Where standard output has gone, an error shall say so, not a signal. */
    signal(SIGPIPE, SIG_IGN);

    int server = connect_to(host, port);
    print_time(server);
    close(server);

    /* What is still in stdio's buffer may meet a full disk. */
    if (fflush(stdout) == EOF || ferror(stdout))
        err(1, "write to standard output");
    return 0;
}
