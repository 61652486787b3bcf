/* chat_server: lets each line of a client go to all the others; one thread, and
 * poll.
 *
 * usage: chat_server [host [port]]    (default: 127.0.0.1 9998)
 *
 * What is typed here goes to all clients.
 */
#define _POSIX_C_SOURCE 200809L

#include <err.h>
#include <errno.h>
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

enum {
    LINE_MOST = 4096,        /* bytes of a line, without its LF */
    QUEUE_MOST = 256 * 1024, /* bytes that may wait for a client */
    PATIENCE_MS = 5000       /* for a refused client to leave */
};

struct client {
    struct client *next;
    int socket;
    char from[ADDRESS_SIZE]; /* "127.0.0.1 port 50312" */
    enum {
        TALKS,
        DEAF,    /* cannot be sent to; what it sent before still counts */
        REFUSED, /* has been told so; what it sends is thrown away */
        GONE     /* will be closed */
    } state;
    struct buffer line;  /* has begun to come: its LF is missing */
    struct buffer queue; /* what the kernel has not taken yet */
    long long deadline;  /* REFUSED: will be closed then at the latest */
};

struct chat {
    int listener;
    bool full;             /* no descriptor is left for another client */
    struct client console; /* standard input: a client that only talks */
    struct client *first;  /* a list of all the others, */
    size_t clients;        /* and their number */
    struct pollfd *events; /* the listener, the console, each client */
};

_Noreturn static void usage(void)
{
    fprintf(stderr, "usage: chat_server [host [port]]\n");
    exit(2);
}

/* Says whether a call that returned -1 has only found nothing to do. */
static bool must_wait(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

/* Returns the milliseconds of a clock that nobody sets back. */
static long long now_ms(void)
{
    struct timespec now;
    if (clock_gettime(CLOCK_MONOTONIC, &now) == -1)
        err(1, "clock_gettime");
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Sends as much of the client's queue as the kernel takes now. A client that
 * cannot be sent to gets nothing more.
 */
static void send_queue(struct client *client)
{
    /* TODO 6: send_queue
     * The bytes are client->queue.data, and client->queue.length their number.
     * send them, again and again, until all are sent or send returns -1; count
     * them in sent. The socket does not block: where the kernel takes no more,
     * send returns -1, and must_wait() is true: remove_bytes(&client->queue,
     * sent), and the rest waits. At any other -1 warn, and remove_bytes all; a
     * client that TALKS is DEAF now. It may have left, but not GONE: poll will say
     * that there is something to read, perhaps its last lines, then the end.
     * In the end, where the queue is empty and the client does not TALK, nothing
     * more will be sent, and shutdown(client->socket, SHUT_WR) says so.
     */
    (void)client;
    (void)must_wait;
    errx(1, "TODO 6: send_queue is not written yet");
}

/* Sends length bytes to the client, now or when the kernel takes them. A client
 * for which too much waits is gone.
 */
static void send_later(struct client *client, const char *data, size_t length)
{
    /* TODO 5: send_later
     * append_bytes to client->queue. Then send_queue: the kernel may take all of
     * it at once. Where QUEUE_MOST bytes or more are left in the queue, the client
     * does not read: warnx so, and its state is GONE. So it is, with a warn,
     * where append_bytes returns -1.
     */
    (void)client, (void)data, (void)length;
    (void)send_queue;
    errx(1, "TODO 5: send_later is not written yet");
}

/* The line of a client, or of the console, is whole: shows it and lets it go to
 * all others.
 */
static void pass_on(struct chat *chat, struct client *from)
{
    bool typed = from == &chat->console;
    struct buffer *line = &from->line;
    if (!typed) {
        printf("%s: ", from->from);
        fwrite(line->data, 1, line->length, stdout);
    }
    for (struct client *c = chat->first; c != NULL; c = c->next) {
        if (typed && c->state == TALKS)
            send_later(c, "server: ", strlen("server: "));
        if (c != from && c->state == TALKS)
            send_later(c, line->data, line->length);
    }
    remove_bytes(line, line->length);
}

/* Moves bytes from the *length bytes at *data to line, up to and with the first
 * LF. Returns 1 if the line is whole now, 0 if its LF is still to come, or -1
 * with errno set.
 */
static int take_line(struct buffer *line, const char **data, size_t *length)
{
    /* TODO 4: take_line
     * memchr(*data, '\n', *length) finds the LF, or returns NULL. append_bytes to
     * line up to and with it, or all there is; where that returns -1, so does
     * this. Move *data on behind what was taken, and make *length so much less:
     * what stands behind the LF begins the next line, and is for the next call.
     * Return 1 if there was an LF, else 0.
     */
    (void)line, (void)data, (void)length;
    errx(1, "TODO 4: take_line is not written yet");
}

/* Tells the client that its line is too long. To close here and now would reset
 * the connection, as more of the line may be on its way; the client would perhaps
 * never read why. So what it sends is read and thrown away until it leaves.
 */
static void refuse_client(struct client *client)
{
    static const char why[] = "server: a line has at most 4096 bytes\n";
    warnx("take a line from %s: it is too long", client->from);
    client->state = REFUSED;
    client->deadline = now_ms() + PATIENCE_MS;
    remove_bytes(&client->line, client->line.length);
    send_later(client, why, strlen(why));
}

/* Takes length bytes that a client or the console has sent: a piece of a line,
 * the end of one, or many lines. Those of a client that is refused go nowhere.
 */
static void take_bytes(struct chat *chat, struct client *client,
                       const char *data, size_t length)
{
    /* TODO 3: take_bytes
     * As long as length is not 0 and the client TALKS or is DEAF: take_line into
     * client->line. Where that returns -1, warn, and the state is GONE. Where the
     * line has more than LINE_MOST bytes now, its LF not counted, refuse_client;
     * but not the console, which may say more. Else, where the line is whole,
     * pass_on(chat, client), which leaves it empty for the next one.
     */
    (void)chat, (void)client, (void)data, (void)length;
    (void)take_line, (void)pass_on, (void)refuse_client;
    errx(1, "TODO 3: take_bytes is not written yet");
}

/* Reads once from a client or the console, for which there is something: bytes,
 * the end, or an error.
 */
static void read_from(struct chat *chat, struct client *client)
{
    /* TODO 2: read_from
     * read (unistd.h) from client->socket into an array of 4096 char: it does
     * for a socket what recv does, and the console may be a pipe or a terminal.
     * Never fgets or getchar, which take more than a line from there: poll would
     * say that there is nothing, while lines lie in stdio's buffer. What comes
     * is for take_bytes. 0 is the end: where client->line is not empty, its LF is
     * missing, so take_bytes(chat, client, "\n", 1). -1 is nothing if
     * must_wait(), else a warn. After the end and after an error the client's
     * state is GONE.
     */
    (void)chat, (void)client;
    (void)take_bytes;
    errx(1, "TODO 2: read_from is not written yet");
}

/* Makes a client of the socket that accept returned. Returns 0, or -1 with errno
 * set.
 */
static int add_client(struct chat *chat, int socket, const char *from)
{
    size_t count = chat->clients + 3; /* with the listener and the console */
    struct pollfd *events = realloc(chat->events, count * sizeof *events);
    if (events == NULL)
        return -1;
    chat->events = events;
    struct client *client = calloc(1, sizeof *client);
    if (client == NULL || fcntl(socket, F_SETFL, O_NONBLOCK) == -1) {
        free(client);
        return -1;
    }
    client->socket = socket;
    snprintf(client->from, sizeof client->from, "%s", from);
    client->next = chat->first;
    chat->first = client;
    chat->clients++;
    return 0;
}

/* Accepts one of the clients that wait. */
static void accept_next(struct chat *chat)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    char from[ADDRESS_SIZE];
    int client = accept(chat->listener, (struct sockaddr *)&address, &length);
    if (client == -1) {
        if (must_wait() || errno == ECONNABORTED)
            return; /* It has left already. */
        warn("accept");
        chat->full = true; /* EMFILE: the client waits, so poll would not. */
        return;
    }
    format_address(&address, length, from);
    printf("connection from %s\n", from);
    if (add_client(chat, client, from) == -1) {
        warn("serve %s", from);
        close(client);
        printf("connection from %s closed\n", from);
    }
}

/* Closes the connections that are gone, or have been refused and do not go, and
 * frees what was kept for them.
 */
static void remove_gone(struct chat *chat)
{
    struct client **place = &chat->first;
    while (*place != NULL) {
        struct client *client = *place;
        bool late = client->state == REFUSED && now_ms() >= client->deadline;
        if (client->state != GONE && !late) {
            place = &client->next;
            continue;
        }
        *place = client->next;
        chat->clients--;
        chat->full = false;
        close(client->socket);
        printf("connection from %s closed\n", client->from);
        remove_bytes(&client->line, client->line.length);
        remove_bytes(&client->queue, client->queue.length);
        free(client);
    }
}

/* Fills chat->events with what to wait for. Returns how many there are. */
static nfds_t choose_events(struct chat *chat)
{
    /* TODO 1: choose_events
     * chat->events has room for all. A struct pollfd has a descriptor, fd, and
     * what to wait for, events: POLLIN, something can be read, or POLLOUT,
     * something can be sent, or both, POLLIN | POLLOUT.
     *
     *   [0]      chat->listener, POLLIN
     *   [1]      STDIN_FILENO, POLLIN
     *   [2] ...  the socket of each client, in the order of the list: POLLIN, and
     *            POLLOUT as well, but only while its queue is not empty: nearly
     *            always a socket takes bytes, and poll would never wait
     *
     * poll leaves out what has -1 for fd: give that to the listener while
     * chat->full, and to standard input when chat->console.state is GONE.
     */
    (void)chat;
    errx(1, "TODO 1: choose_events is not written yet");
}

/* Returns how many milliseconds poll may wait; -1 is for ever. */
static int choose_timeout(const struct chat *chat)
{
    bool soon = chat->full;
    for (const struct client *c = chat->first; c != NULL; c = c->next)
        soon = soon || c->state == REFUSED;
    return soon ? 1000 : -1;
}

/* Waits until something can be done without waiting, and does it. */
static void serve_ready(struct chat *chat)
{
    nfds_t count = choose_events(chat);
    int ready = poll(chat->events, count, choose_timeout(chat));
    if (ready == -1) {
        if (errno != EINTR)
            err(1, "poll");
        return;
    }
    if (ready == 0)
        chat->full = false; /* Try again: there may be descriptors now. */
    struct pollfd *event = chat->events + 2;
    for (struct client *c = chat->first; c != NULL; c = c->next, event++) {
        if ((event->revents & POLLOUT) != 0 && c->state != GONE)
            send_queue(c);
        if ((event->revents & ~POLLOUT) != 0 && c->state != GONE)
            read_from(chat, c);
    }
    if (chat->events[1].revents != 0)
        read_from(chat, &chat->console);
    if (chat->events[0].revents != 0)
        accept_next(chat); /* Not earlier: it makes the list longer. */
    remove_gone(chat);
}

int main(int argc, char *argv[])
{
    struct chat chat = {.console = {.from = "standard input"}};
    if (getopt(argc, argv, "") != -1 || argc - optind > 2)
        usage();
    const char *host = optind < argc ? argv[optind] : "127.0.0.1";
    const char *port = optind + 1 < argc ? argv[optind + 1] : "9998";
    if (!is_port(port))
        usage();

    /* A send to a client that has gone shall fail with EPIPE, not kill us. */
    signal(SIGPIPE, SIG_IGN);
    /* Each line goes out when it is written, into a pipe too. */
    setvbuf(stdout, NULL, _IOLBF, 0);

    chat.console.socket = STDIN_FILENO;
    chat.listener = open_listener(host, port);
    chat.events = calloc(2, sizeof *chat.events);
    /* A client may leave between poll and accept, which then has to return. */
    if (chat.events == NULL || fcntl(chat.listener, F_SETFL, O_NONBLOCK) == -1)
        err(1, "prepare to wait");
    announce_listener(chat.listener);
    for (;;)
        serve_ready(&chat);
}
