/* udp_chat: talks with one other, each line a datagram.
 *
 * usage: udp_chat [-l] [host [port]]    (default: 127.0.0.1 39999)
 *
 * -l: wait at host and port for the other, and talk to whoever has spoken last
 */
#define _POSIX_C_SOURCE 200809L

#include <err.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../net.h"

struct chat {
    int own;
    bool listens;
    struct sockaddr_storage other; /* who has spoken last */
    socklen_t other_length;        /* 0: nobody */
    bool typing;                   /* neither exit nor the end of input */
    struct buffer line;            /* has begun to be typed */
};

_Noreturn static void usage(void)
{
    fprintf(stderr, "usage: udp_chat [-l] [host [port]]\n");
    exit(2);
}

/* Prints the datagram that has come, with who sent it, to whom the next line
 * goes. Returns without one where nobody was at the port that was sent to.
 */
static void print_received(struct chat *chat)
{
    /* TODO 13: print_received
     * recvfrom with an array of 65536 char, a struct sockaddr_storage for the
     * sender, and a socklen_t which holds the size of that before. Where it
     * returns -1, warn, and return: ECONNREFUSED only says that nobody was there
     * for an earlier line. Else the sender is chat->other from now on, and that
     * length chat->other_length. format_address, and print a line: the address,
     * ": ", and as many bytes as came, maybe none; an LF at their end (from
     * nc -u) is not printed twice.
     */
    (void)chat;
    errx(1, "TODO 13: print_received is not written yet");
}

/* Sends a line of length bytes, without its LF, as a datagram. Trouble is a
 * warning.
 */
static void send_line(struct chat *chat, const char *line, size_t length)
{
    /* TODO 12: send_line
     * A socket that was given to connect knows where to: send. One that listens
     * does not: sendto, with chat->other and chat->other_length; but where
     * nobody has spoken yet, warnx, and nothing is sent. One call sends one
     * datagram, an empty line an empty one. Where that returns -1, warn.
     */
    (void)chat, (void)line, (void)length;
    errx(1, "TODO 12: send_line is not written yet");
}

/* Takes length bytes that were typed, and sends each line that is whole now. A
 * line exit is the last, and is not sent.
 */
static void take_typed(struct chat *chat, const char *data, size_t length)
{
    struct buffer *line = &chat->line;
    while (length > 0 && chat->typing) {
        const char *end = memchr(data, '\n', length);
        size_t n = end != NULL ? (size_t)(end - data) : length;
        if (append_bytes(line, data, n) == -1)
            err(1, "keep %zu bytes", n);
        if (end == NULL)
            return;
        if (line->length == 4 && memcmp(line->data, "exit", 4) == 0)
            chat->typing = false;
        else
            send_line(chat, line->data, line->length);
        remove_bytes(line, line->length);
        data += n + 1;
        length -= n + 1;
    }
}

/* Reads once from standard input. */
static void read_typed(struct chat *chat)
{
    char data[4096];
    ssize_t n = read(STDIN_FILENO, data, sizeof data);
    if (n == -1 && errno != EAGAIN && errno != EINTR)
        err(1, "read standard input");
    if (n > 0)
        take_typed(chat, data, (size_t)n);
    if (n != 0)
        return;
    if (chat->line.length > 0) /* The last line lacks its LF. */
        take_typed(chat, "\n", 1);
    chat->typing = false;
}

/* Sends what is typed and prints what comes, whichever is first, until typing
 * has ended.
 */
static void talk(struct chat *chat)
{
    /* TODO 11: talk
     * As long as chat->typing: poll for POLLIN of STDIN_FILENO and chat->own.
     * Where the second has any revents, print_received; where the first has,
     * read_typed. -1 from poll: err, unless errno is EINTR.
     */
    (void)chat;
    (void)send_line, (void)print_received, (void)read_typed;
    errx(1, "TODO 11: talk is not written yet");
}

int main(int argc, char *argv[])
{
    struct chat chat = {.typing = true};
    for (int option; (option = getopt(argc, argv, "l")) != -1;) {
        if (option != 'l')
            usage();
        chat.listens = true;
    }
    if (argc - optind > 2)
        usage();
    const char *host = optind < argc ? argv[optind] : "127.0.0.1";
    const char *port = optind + 1 < argc ? argv[optind + 1] : "39999";
    if (!is_port(port))
        usage();

    /* Where standard output has gone, an error shall say so, not a signal. */
    signal(SIGPIPE, SIG_IGN);
    /* Each line is shown when it comes, into a pipe too. */
    setvbuf(stdout, NULL, _IOLBF, 0);

    chat.own = chat.listens ? bind_datagrams(host, port)
                            : connect_datagrams(host, port);
    if (chat.listens)
        announce_listener(chat.own);
    talk(&chat);
    free(chat.line.data);
    if (fflush(stdout) == EOF || ferror(stdout))
        err(1, "write to standard output");
    return 0;
}
