/* ping_client: measures how long a message takes to a ping server and back, and
 * how many are lost.
 *
 * usage: ping_client [-c count] [-w ms] [-i ms] [host [port]]
 *                        (default: -c 9 -w 1000 -i 0 127.0.0.1 12000)
 *
 * -c  so many pings
 * -w  how long to wait for an answer, in milliseconds
 * -i  how long after one ping the next one goes, at the earliest
 */
#define _POSIX_C_SOURCE 200809L

#include <err.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "../net.h"

enum { MOST = 1000000000 }; /* pings, or milliseconds: 11 days */

struct options {
    long count, wait, interval;
    const char *host, *port;
};

/* What became of the pings so far; times in milliseconds. */
struct statistics {
    long sent, received;
    double min, max, sum;
};

_Noreturn static void usage(void)
{
    fprintf(stderr, "usage: ping_client [-c count] [-w ms] [-i ms] "
                    "[host [port]]\n");
    exit(2);
}

/* Returns the milliseconds of a clock that nobody sets and that never goes back.
 */
static double now_ms(void)
{
    /* TODO 4: now_ms
     * clock_gettime(CLOCK_MONOTONIC, &now) fills in a struct timespec: seconds
     * in tv_sec, nanoseconds in tv_nsec. Put them together as a double.
     */
    errx(1, "TODO 4: now_ms is not written yet");
}

/* Waits until now_ms() is when. */
static void wait_until(double when)
{
    double left;
    while ((left = when - now_ms()) > 0)
        poll(NULL, 0, (int)left + 1);
}

/* Waits until the answer comes, or until now_ms() is deadline; looks at least
 * once. Returns whether it came. Whatever else comes counts for nothing.
 */
static bool wait_answer(int server, const char *answer, double deadline)
{
    /* TODO 6: wait_answer
     * Do, as long as there is time left:
     *
     *   struct pollfd ready = {.fd = server, .events = POLLIN};
     *   poll(&ready, 1, timeout)
     *
     * waits for a datagram, at most so many milliseconds: what is left from
     * now_ms() to the deadline, rounded up, and 0 when the deadline is over. It
     * returns 1 when there is something, 0 when the time is up. recv what is
     * there, and return true if it is the answer: as many bytes, and the same
     * ones (memcmp). If it is another datagram, or recv returned -1 (nobody is
     * at the port: an error of this ping, not of the program), go on, with the
     * time that is left by now. No time left: return false.
     */
    (void)server;
    (void)answer;
    (void)deadline;
    errx(1, "TODO 6: wait_answer is not written yet");
}

/* Sends ping number sequence and waits for its answer, at most wait
 * milliseconds. Returns how long both took together, -1 where it is lost.
 */
static double ping(int server, long sequence, long wait)
{
    /* TODO 5: ping
     * Write "Ping SEQUENCE TIME" into text: TIME is any text that is another one
     * for each ping, like the time of day (CLOCK_REALTIME) in seconds and
     * microseconds. The answer is the same text in capitals.
     * Read the clock (TODO 4), send text without its NUL, wait for the answer
     * (TODO 6), read the clock again. send returns -1 when it has to tell of
     * an error of the ping before, and then sends nothing: call it again. If
     * that fails as well, warn: this ping is lost.
     */
    (void)server;
    (void)sequence;
    (void)wait;
    (void)wait_answer;
    errx(1, "TODO 5: ping is not written yet");
}

/* Prints what became of ping number sequence, and counts it. */
static void count_ping(struct statistics *all, long sequence, const char *host,
                       double rtt)
{
    /* TODO 7: count_ping
     * rtt is in milliseconds; -1 means that no answer came. Print one of
     *
     *   Sequence 2: Reply from 127.0.0.1    RTT = 0.000123s
     *   Sequence 1: Request timed out.
     *
     * with four blanks before RTT and six decimals (%.6f): the RTT is printed
     * in seconds. Count what was sent and received, add up the RTTs, and keep
     * the least and the greatest: the first one is both.
     */
    (void)all;
    (void)sequence;
    (void)host;
    (void)rtt;
    errx(1, "TODO 7: count_ping is not written yet");
}

/* Prints how many of the pings were lost, and how long the others took. */
static void print_statistics(const struct statistics *all)
{
    /* TODO 8: print_statistics
     * Print two lines, the second one only if something was received:
     *
     *   9 packets transmitted, 6 received, 33.3% packet loss
     *   rtt min/avg/max = 0.021/0.034/0.057 ms
     *
     * One decimal for the loss (%.1f), three for the milliseconds. The average
     * is over those that were received. int / int is an int: 3 / 9 is 0.
     */
    (void)all;
    errx(1, "TODO 8: print_statistics is not written yet");
}

/* Puts the address of the server, in numbers, into host. */
static void name_server(int server, char *host, socklen_t size)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    if (getpeername(server, (struct sockaddr *)&address, &length) == -1)
        err(1, "getpeername");
    int error = getnameinfo((struct sockaddr *)&address, length, host, size,
                            NULL, 0, NI_NUMERICHOST);
    if (error != 0)
        errx(1, "name the server: %s", gai_strerror(error));
}

/* Reads the command line. Ends the program where it is wrong. */
static struct options read_options(int argc, char *argv[])
{
    struct options all = {9, 1000, 0, "127.0.0.1", "12000"};
    for (int option; (option = getopt(argc, argv, "c:w:i:")) != -1;) {
        long *value = option == 'c'   ? &all.count
                      : option == 'w' ? &all.wait
                      : option == 'i' ? &all.interval
                                      : NULL;
        if (value == NULL || (*value = parse_number(optarg, MOST)) == -1)
            usage();
    }
    if (optind < argc)
        all.host = argv[optind++];
    if (optind < argc)
        all.port = argv[optind++];
    if (all.count == 0 || optind < argc || !is_port(all.port))
        usage();
    return all;
}

int main(int argc, char *argv[])
{
    struct options options = read_options(argc, argv);
    struct statistics all = {0};
    char host[64]; /* An IPv6 address and its zone: 45 + 1 + 15 characters. */

    /* Where standard output has gone, an error shall say so, not a signal. */
    signal(SIGPIPE, SIG_IGN);
    /* Each line goes out when it is written, into a pipe too. */
    setvbuf(stdout, NULL, _IOLBF, 0);

    int server = connect_datagrams(options.host, options.port);
    name_server(server, host, sizeof host);
    /* What has woken poll may be broken and thrown away by the time of recv,
     * which shall not wait for another.
     */
    if (fcntl(server, F_SETFL, O_NONBLOCK) == -1)
        err(1, "fcntl");
    for (long sequence = 1; sequence <= options.count; sequence++) {
        double start = now_ms();
        count_ping(&all, sequence, host, ping(server, sequence, options.wait));
        if (sequence < options.count)
            wait_until(start + (double)options.interval);
    }
    print_statistics(&all);
    close(server);
    if (fflush(stdout) == EOF || ferror(stdout))
        err(1, "write to standard output");
    return all.received > 0 ? 0 : 1;
}
