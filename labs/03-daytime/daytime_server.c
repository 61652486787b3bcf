/* daytime_server: sends each client the local date and time and closes.
 *
 * usage: daytime_server [host [port]]      (default: 127.0.0.1 9999)
 */
#define _POSIX_C_SOURCE 200809L

#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "../net.h"

_Noreturn static void usage(void)
{
    fprintf(stderr, "usage: daytime_server [host [port]]\n");
    exit(2);
}

/* Puts the local date and time into text, as "2023-04-19 17:04:30.293444\n" and
 * a NUL. Returns 0, or -1 with errno set.
 */
static int format_time(char *text, size_t size)
{
    /* TODO 2: format_time
     * Ask for the time: clock_gettime(CLOCK_REALTIME, &now). It fills in a
     * struct timespec: tv_sec, the seconds since 1970, and tv_nsec, the
     * nanoseconds since that second began. localtime_r(&now.tv_sec, &local)
     * turns the seconds into a struct tm, the date and time of day in the zone
     * of TZ. strftime prints a struct tm:
     *
     *   size_t length = strftime(text, size, "%Y-%m-%d %H:%M:%S", &local);
     *
     * Print the rest behind it with snprintf: a point, the microseconds with
     * all six digits (5 of them are 000005), '\n'. Return 0; or -1 where
     * clock_gettime returned -1 or localtime_r NULL.
     */
    (void)text;
    (void)size;
    errx(1, "TODO 2: format_time is not written yet");
}

/* Sends client the time of now. Trouble with the client is a warning. */
static void send_time(int client)
{
    char text[64];
    if (format_time(text, sizeof text) == -1) {
        warn("tell the time");
        return;
    }
    if (send_all(client, text, strlen(text)) == -1) {
        warn("send to the client");
        return;
    }
    /* close alone would answer bytes that nobody has read with a reset, which
     * can cost the client the time. The end of the stream goes first. Where
     * that fails the client has gone.
     */
    shutdown(client, SHUT_WR);
}

/* Serves one client after the other, for ever. */
static void serve_clients(int listener)
{
    /* TODO 1: serve_clients
     * For ever: accept_client(listener), which is in net.h and prints where the
     * client comes from; send_time; close. Wait for nothing from the client.
     */
    (void)listener;
    (void)send_time;
    errx(1, "TODO 1: serve_clients is not written yet");
}

int main(int argc, char *argv[])
{
    if (getopt(argc, argv, "") != -1 || argc - optind > 2)
        usage();
    const char *host = optind < argc ? argv[optind] : "127.0.0.1";
    const char *port = optind + 1 < argc ? argv[optind + 1] : "9999";
    if (!is_port(port))
        usage();

    /* A send to a client that has gone shall fail with EPIPE, not kill us. */
    signal(SIGPIPE, SIG_IGN);
    /* Each line goes out when it is written, into a pipe too. */
    setvbuf(stdout, NULL, _IOLBF, 0);
    /* localtime_r need not look at TZ by itself. */
    tzset();

    int listener = open_listener(host, port);
    announce_listener(listener);
    serve_clients(listener);
}
