/* chat_client: sends each line that is typed, and prints each that comes.
 *
 * usage: chat_client [-n name] [host [port]]    (default: 127.0.0.1 9998)
 *
 * -n name: stands before each line (default: the user's)
 */
#define _POSIX_C_SOURCE 200809L

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "../net.h"

enum { PATIENCE_MS = 2000 /* for the server's end of stream, after ours */ };

struct chat {
    int server;
    const char *name;
    bool typing;         /* neither exit nor the end of input was read */
    struct buffer line;  /* has begun to be typed: its LF is missing */
    struct buffer queue; /* what the kernel has not taken yet */
};

_Noreturn static void usage(void)
{
    fprintf(stderr, "usage: chat_client [-n name] [host [port]]\n");
    exit(2);
}

/* Returns the user's login name. Ends the program where there is none. */
static const char *find_user(void)
{
    const struct passwd *entry = getpwuid(getuid());
    if (entry == NULL)
        errx(1, "find the login name: there is none, give one by -n");
    return entry->pw_name;
}

/* Says whether a call that returned -1 has only found nothing to do. */
static bool must_wait(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

/* Appends to a buffer. Ends the program where there is no memory. */
static void append(struct buffer *to, const void *data, size_t length)
{
    if (append_bytes(to, data, length) == -1)
        err(1, "keep %zu bytes", length);
}

/* Sends as much of the queue as the kernel takes now. Ends the program where
 * that fails.
 */
static void send_queue(struct chat *chat)
{
    ssize_t n = send(chat->server, chat->queue.data, chat->queue.length, 0);
    if (n == -1 && !must_wait())
        err(1, "send to the server");
    if (n > 0)
        remove_bytes(&chat->queue, (size_t)n);
}

/* Prints what has come from the server. Returns false at the end of the stream;
 * ends the program after an error.
 */
static bool print_received(struct chat *chat)
{
    char data[4096];
    ssize_t n = recv(chat->server, data, sizeof data, 0);
    if (n == -1 && !must_wait())
        err(1, "receive from the server");
    if (n > 0)
        fwrite(data, 1, (size_t)n, stdout);
    if (ferror(stdout))
        err(1, "write to standard output");
    return n != 0;
}

/* A line was typed: moves it into the queue, as "NAME: LINE". A line exit is the
 * last, and is not sent.
 */
static void queue_line(struct chat *chat)
{
    /* TODO 10: queue_line
     * chat->line holds the line, with its LF. Where it is "exit\n", typing ends:
     * chat->typing is false. Else append the name, ": " and the line to
     * chat->queue. In the end remove_bytes all of chat->line.
     */
    (void)chat;
    errx(1, "TODO 10: queue_line is not written yet");
}

/* Takes length bytes that were typed: a piece of a line, the end of one, or many
 * lines. What stands behind a line exit does not count.
 */
static void take_typed(struct chat *chat, const char *data, size_t length)
{
    /* TODO 9: take_typed
     * As long as length is not 0 and chat->typing: memchr finds the next LF, or
     * returns NULL. append to chat->line up to and with it, or all there is; move
     * data and length on; and where there was an LF, queue_line.
     */
    (void)chat, (void)data, (void)length;
    (void)append, (void)queue_line;
    errx(1, "TODO 9: take_typed is not written yet");
}

/* Reads once from standard input. */
static void read_typed(struct chat *chat)
{
    /* TODO 8: read_typed
     * read from STDIN_FILENO into an array of 4096 char. What comes is for
     * take_typed. Where read returns 0, that was all: where chat->line is not
     * empty, its LF is missing, so take_typed(chat, "\n", 1); then chat->typing
     * is false. -1 is nothing if must_wait(), else err.
     */
    (void)chat;
    (void)take_typed;
    errx(1, "TODO 8: read_typed is not written yet");
}

/* Sends what is typed and prints what comes, whichever is first, until typing
 * has ended and all is sent. Ends the program where the server goes before.
 */
static void talk(struct chat *chat)
{
    /* TODO 7: talk
     * As long as chat->typing, or the queue is not empty: poll for two things.
     * The first is STDIN_FILENO, POLLIN; but -1 while the queue is not empty, so
     * that it cannot grow without end when the server does not read. The second
     * is the server, POLLIN, and POLLOUT besides while the queue is not empty.
     * -1 from poll: err, unless errno is EINTR. Then look at the revents:
     *
     *   server, POLLOUT            send_queue
     *   server, something else     print_received; where that returns false,
     *                              errx(1, "receive from the server: it has "
     *                                      "closed the connection")
     *   standard input, anything   read_typed
     */
    (void)chat;
    (void)send_queue, (void)print_received, (void)read_typed;
    errx(1, "TODO 7: talk is not written yet");
}

/* Returns the milliseconds of a clock that nobody sets back. */
static long long now_ms(void)
{
    struct timespec now;
    if (clock_gettime(CLOCK_MONOTONIC, &now) == -1)
        err(1, "clock_gettime");
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Says that this was all, and prints what comes until the server has understood,
 * which then ends the stream. To close at once could reset the connection, and
 * what the server has not read yet would be lost.
 */
static void leave(struct chat *chat)
{
    long long end = now_ms() + PATIENCE_MS;
    long long left = PATIENCE_MS;
    struct pollfd event = {.fd = chat->server, .events = POLLIN};
    if (shutdown(chat->server, SHUT_WR) == -1)
        err(1, "shutdown");
    for (; left > 0; left = end - now_ms())
        if (poll(&event, 1, (int)left) == 1 && !print_received(chat))
            return;
}

int main(int argc, char *argv[])
{
    struct chat chat = {.typing = true};
    for (int option; (option = getopt(argc, argv, "n:")) != -1;) {
        if (option != 'n')
            usage();
        chat.name = optarg;
    }
    if (argc - optind > 2)
        usage();
    const char *host = optind < argc ? argv[optind] : "127.0.0.1";
    const char *port = optind + 1 < argc ? argv[optind + 1] : "9998";
    if (chat.name == NULL)
        chat.name = find_user();
    if (!is_port(port) || strchr(chat.name, '\n') != NULL)
        usage();

    /* A send to a server that has gone shall say so, not kill us. */
    signal(SIGPIPE, SIG_IGN);
    /* Each line is shown when it comes, into a pipe too. */
    setvbuf(stdout, NULL, _IOLBF, 0);

    chat.server = connect_to(host, port);
    if (fcntl(chat.server, F_SETFL, O_NONBLOCK) == -1)
        err(1, "prepare to wait");
    talk(&chat);
    leave(&chat);

    /* What was printed may have met a full disk. */
    if (fflush(stdout) == EOF || ferror(stdout))
        err(1, "write to standard output");
    return 0;
}
