/* ping_server: answers each datagram with its letters in upper case, and loses
 * some on purpose.
 *
 * usage: ping_server [-l N] [-n N] [host [port]]
 *                                  (default: -l 3 -n 0 127.0.0.1 12000)
 *
 * -l N  drops each message whose count, divided by N, leaves 1; 0 drops none
 * -n N  ends at the Nth message, which it does not answer; 0: never
 */
#define _POSIX_C_SOURCE 200809L

#include <ctype.h>
#include <err.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../net.h"

_Noreturn static void usage(void)
{
    fprintf(stderr, "usage: ping_server [-l N] [-n N] [host [port]]\n");
    exit(2);
}

/* Says whether the message with that count, from 1, is to be lost. */
static bool is_dropped(long count, long loss)
{
    /* TODO 2: is_dropped
     * True when count divided by loss leaves 1: with loss 3 these are 1, 4, 7
     * and so on. Nothing is lost when loss is 0, and nobody may divide by 0.
     */
    (void)count;
    (void)loss;
    errx(1, "TODO 2: is_dropped is not written yet");
}

/* Turns the ASCII letters among the length bytes of data into capitals. */
static void capitalize(char *data, size_t length)
{
    /* TODO 3: capitalize
     * Put each byte through toupper, all length of them: a NUL is a byte like
     * any other. toupper takes the value of an unsigned char. A plain char may
     * be negative (each byte of a Greek letter is), so cast it.
     */
    (void)data;
    (void)length;
    errx(1, "TODO 3: capitalize is not written yet");
}

/* Takes messages until the last one has come; 0: for ever. Trouble with one
 * message is a warning.
 */
static void answer_messages(int own, long loss, long last)
{
    /* TODO 1: answer_messages
     * For each message, counted from 1:
     *
     *   struct sockaddr_storage from;
     *   socklen_t size = sizeof from;
     *   recvfrom(own, data, sizeof data, 0, (struct sockaddr *)&from, &size)
     *
     * waits for it, and says who has sent it. -1 is a warning, and no message.
     * A datagram may have 65,507 bytes, and one of 0 bytes is a message too.
     *
     * Is its count the last one? Return. Is it to be dropped (TODO 2)? Say so:
     * print_address("dropped from", &from, size), which is in net.h. Else
     * capitalize it (TODO 3), give as many bytes as came to sendto, with the
     * address where they came from, and print_address("received from", ...).
     * When sendto returns -1: a warning.
     */
    (void)own;
    (void)last;
    (void)loss;
    (void)is_dropped;
    (void)capitalize;
    errx(1, "TODO 1: answer_messages is not written yet");
}

int main(int argc, char *argv[])
{
    long loss = 3, last = 0;
    for (int option; (option = getopt(argc, argv, "l:n:")) != -1;) {
        long *value = option == 'l' ? &loss : option == 'n' ? &last : NULL;
        if (value == NULL || (*value = parse_number(optarg, LONG_MAX)) == -1)
            usage();
    }
    if (argc - optind > 2)
        usage();
    const char *host = optind < argc ? argv[optind] : "127.0.0.1";
    const char *port = optind + 1 < argc ? argv[optind + 1] : "12000";
    if (!is_port(port))
        usage();

    /* Each line goes out when it is written, into a pipe too. */
    setvbuf(stdout, NULL, _IOLBF, 0);

    int own = bind_datagrams(host, port);
    announce_listener(own);
    answer_messages(own, loss, last);
    close(own);
    return 0;
}
