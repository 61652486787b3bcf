/* greet_server: greets each client, and by name; a thread for each connection.
 *
 * usage: greet_server [-d ms] [host [port]]    (default: 127.0.0.1 9999)
 *
 * -d ms: how long to work on each answer (default: 1000 milliseconds)
 */
#define _POSIX_C_SOURCE 200809L

#include <err.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "../net.h"

/* What a thread needs to know. Each connection has one of its own, on the heap:
 * whoever makes it gives it away, and the thread frees it.
 */
struct connection {
    int client;
    long delay;              /* milliseconds */
    char from[ADDRESS_SIZE]; /* "127.0.0.1 port 50312" */
};

_Noreturn static void usage(void)
{
    fprintf(stderr, "usage: greet_server [-d ms] [host [port]]\n");
    exit(2);
}

/* Pretends to work for so many milliseconds. */
static void work(long delay)
{
    struct timespec left = {
        .tv_sec = delay / 1000,
        .tv_nsec = delay % 1000 * 1000000,
    };
    while (nanosleep(&left, &left) == -1 && errno == EINTR)
        ; /* A signal came: sleep for what is left. */
}

/* Returns how long the name is without the line end that telnet (CR LF) and nc
 * (LF) send behind it.
 */
static size_t trim_line_end(const char *name, size_t length)
{
    /* TODO 5: trim_line_end
     * name is length bytes, with no NUL behind them. When the last byte is
     * '\n', it does not count, and then a '\r' before it does not count either.
     * Mind length 1: nothing stands before name[0].
     */
    (void)name;
    (void)length;
    errx(1, "TODO 5: trim_line_end is not written yet");
}

/* Greets client, and every name that it sends, until it sends "exit" or ends.
 * Trouble with the client is a warning.
 */
static void talk_to(int client, long delay)
{
    /* TODO 4: talk_to
     * Send the 8 bytes "Welcome!". Then call recv until it returns 0. Each
     * piece, without its line end, is a name. Where it is the four bytes
     * "exit" (memcmp), return. Else work(delay), and send "Hello, ", the name
     * and "!" in one go: put them together in an array with memcpy, as a name
     * may have any bytes in it. Names, too, have room in an array of this
     * function (4096 bytes): a static one would belong to all threads.
     * When recv or send_all returns -1: warn and return.
     */
    (void)client;
    (void)delay;
    (void)work;
    (void)trim_line_end;
    errx(1, "TODO 4: talk_to is not written yet");
}

/* Closes the connection, says so, and frees what the server knew of it. */
static void end_connection(struct connection *connection)
{
    /* TODO 6: end_connection
     * Close the client. Print "connection from 127.0.0.1 port 50312 closed" and
     * '\n', with the address in from; in one printf, so that no line of another
     * thread gets between. Free the connection.
     */
    (void)connection;
    errx(1, "TODO 6: end_connection is not written yet");
}

/* The life of a thread. The argument is a struct connection, now its own. */
static void *serve_connection(void *argument)
{
    /* TODO 3: serve_connection
     * A void pointer becomes a struct connection pointer by assigning it. Talk
     * to the client, then end the connection. Return NULL, which ends this
     * thread; exit would end the server, with all its other clients.
     */
    (void)argument;
    (void)talk_to;
    (void)end_connection;
    errx(1, "TODO 3: serve_connection is not written yet");
}

/* Gives the connection to a new thread, for whose end nobody has to wait.
 * Returns 0, or -1 with errno set; then the connection is still the caller's.
 */
static int start_thread(struct connection *connection)
{
    /* TODO 2: start_thread
     * pthread_create(&thread, NULL, serve_connection, connection) starts a
     * pthread_t thread that calls serve_connection(connection). It does not set
     * errno: it returns the error, or 0. Put an error into errno and return -1.
     * Else pthread_detach(thread): what is left of a thread at its end is kept
     * for pthread_join, unless it is detached. Joining here would make the next
     * client wait for the end of this one. Return 0.
     */
    (void)connection;
    (void)serve_connection;
    errx(1, "TODO 2: start_thread is not written yet");
}

/* Starts a thread for one client after the other, for ever. A client for which
 * there is none to be had is sent away, with a warning.
 */
static void serve_clients(int listener, long delay)
{
    /* TODO 1: serve_clients
     * For ever: malloc a struct connection, a new one for each client. Its
     * client is what accept_from(listener, connection->from) returns; that is
     * accept_client, and puts the client's address into from. Set its delay and
     * start_thread. Where that returns -1: warn("serve %s", connection->from)
     * and end_connection. Where malloc returns NULL: warn, sleep(1), and try
     * again. Neither may end the server.
     */
    (void)listener;
    (void)delay;
    (void)start_thread;
    errx(1, "TODO 1: serve_clients is not written yet");
}

int main(int argc, char *argv[])
{
    long delay = 1000;
    for (int option; (option = getopt(argc, argv, "d:")) != -1;)
        if (option != 'd' || (delay = parse_number(optarg, 3600000)) == -1)
            usage();
    if (argc - optind > 2)
        usage();
    const char *host = optind < argc ? argv[optind] : "127.0.0.1";
    const char *port = optind + 1 < argc ? argv[optind + 1] : "9999";
    if (!is_port(port))
        usage();

    /* A send to a client that has gone shall fail with EPIPE, not kill us. */
    signal(SIGPIPE, SIG_IGN);
    /* Each line goes out when it is written, into a pipe too. */
    setvbuf(stdout, NULL, _IOLBF, 0);

    int listener = open_listener(host, port);
    announce_listener(listener);
    serve_clients(listener, delay);
}
