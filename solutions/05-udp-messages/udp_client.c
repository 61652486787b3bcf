/* udp_client: sends names to a server, each in a datagram, and prints the
 * answers.
 *
 * usage: udp_client [-w ms] [host [port [name ...]]]
 *                   (default: 1000 ms, 127.0.0.1 9999 Michael Tracy Sarah)
 */
#define _POSIX_C_SOURCE 200809L

#include <err.h>
#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <poll.h>
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
    fprintf(stderr, "usage: udp_client [-w ms] [host [port [name ...]]]\n");
    exit(2);
}

/* Returns the milliseconds of a clock that nobody sets back. */
static long long now_ms(void)
{
    struct timespec now;
    if (clock_gettime(CLOCK_MONOTONIC, &now) == -1)
        err(1, "clock_gettime");
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Waits at most wait_ms for a datagram from server and puts it into answer.
 * Returns its length, which may be 0, or -1 with errno set: ETIMEDOUT when none
 * came, ECONNREFUSED when nobody is there.
 */
static ssize_t receive_answer(int server, char *answer, size_t size,
                              int wait_ms)
{
    /* TODO 5: receive_answer
     * A datagram may be lost, and recv alone would wait for ever. poll waits
     * with a limit, in milliseconds:
     *
     *   struct pollfd ready = {.fd = server, .events = POLLIN};
     *   int n = poll(&ready, 1, left);
     *
     * 1: there is something for recv, which returns its length, or -1 with
     * ECONNREFUSED: return what it returns. 0: time is up: set errno to
     * ETIMEDOUT and return -1. -1: return -1; but when errno is EINTR a signal
     * has ended poll early: go on. The limit is for all of it: compute the end
     * with now_ms once, and before each poll what is left, at least 0.
     * | (void)server, (void)answer, (void)size, (void)wait_ms;
     * | (void)now_ms;
     * | errx(1, "TODO 5: receive_answer is not written yet");
     */
    long long end = now_ms() + wait_ms;
    for (;;) {
        long long left = end - now_ms();
        struct pollfd ready = {.fd = server, .events = POLLIN};
        int n = poll(&ready, 1, left > 0 ? (int)left : 0);
        if (n > 0)
            return recv(server, answer, size, 0);
        if (n == 0)
            errno = ETIMEDOUT;
        if (n == 0 || errno != EINTR)
            return -1;
    }
    /* END TODO 5 */
}

/* Sends name to the server at that address and puts its answer into answer.
 * Returns as receive_answer does. The socket is for this name alone: what comes
 * too late for it finds nobody.
 */
static ssize_t ask(const struct addrinfo *address, const char *name,
                   char *answer, size_t size, int wait_ms)
{
    /* TODO 4: ask
     * Make a socket for the address and connect it. With UDP no packet goes out
     * for that: the kernel notes where send goes, lets in datagrams from that
     * address and port alone, and tells by ECONNREFUSED when nobody is there.
     * send the name, strlen(name) bytes, maybe none. Then receive_answer. Close
     * the socket in any case; keep errno over the close.
     * | (void)address, (void)name, (void)answer, (void)size, (void)wait_ms;
     * | (void)receive_answer;
     * | errx(1, "TODO 4: ask is not written yet");
     */
    int server =
        socket(address->ai_family, address->ai_socktype, address->ai_protocol);
    ssize_t n = -1;
    if (server == -1)
        return -1;
    if (connect(server, address->ai_addr, address->ai_addrlen) == 0 &&
        send(server, name, strlen(name), 0) != -1)
        n = receive_answer(server, answer, size, wait_ms);
    int reason = errno;
    close(server);
    errno = reason;
    return n;
    /* END TODO 4 */
}

/* Asks for name at one address after the other until somebody is there; prints
 * the answer or "no answer". Returns 0, or -1 when there was none.
 */
static int greet(const struct addrinfo *list, const char *name, int wait_ms)
{
    static char answer[65536]; /* more than any datagram has */
    ssize_t n = -1;
    for (const struct addrinfo *a = list; a != NULL; a = a->ai_next) {
        n = ask(a, name, answer, sizeof answer, wait_ms);
        if (n != -1 || errno == ETIMEDOUT)
            break;
        if (errno != ECONNREFUSED)
            warn("ask the server");
    }
    if (n == -1) {
        printf("no answer\n");
        return -1;
    }
    fwrite(answer, 1, (size_t)n, stdout);
    printf("\n");
    return 0;
}

int main(int argc, char *argv[])
{
    static char *default_names[] = {"Michael", "Tracy", "Sarah", NULL};
    long wait_ms = 1000;
    int failed = 0;
    for (int option; (option = getopt(argc, argv, "w:")) != -1;) {
        if (option == 'w')
            wait_ms = parse_number(optarg, INT_MAX);
        if (option != 'w' || wait_ms == -1)
            usage();
    }
    const char *host = optind < argc ? argv[optind] : "127.0.0.1";
    const char *port = optind + 1 < argc ? argv[optind + 1] : "9999";
    char **names = optind + 2 < argc ? argv + optind + 2 : default_names;
    if (!is_port(port))
        usage();

    /* Where standard output has gone, an error shall say so, not a signal. */
    signal(SIGPIPE, SIG_IGN);
    /* Each line goes out when it is written, into a pipe too. */
    setvbuf(stdout, NULL, _IOLBF, 0);

    struct addrinfo *list = look_up_for(SOCK_DGRAM, host, port);
    for (; *names != NULL; names++)
        failed |= greet(list, *names, (int)wait_ms) == -1;
    freeaddrinfo(list);
    if (fflush(stdout) == EOF || ferror(stdout))
        err(1, "write to standard output");
    return failed;
}
