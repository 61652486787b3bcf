/* fork_server: what greet_server does, with a process for each connection.
 *
 * usage: fork_server [-d ms] [host [port]]     (default: 127.0.0.1 9999)
 *
 * -d ms: how long to work on each answer (default: 1000 milliseconds)
 */
#define _POSIX_C_SOURCE 200809L

#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../net.h"

_Noreturn static void usage(void)
{
    fprintf(stderr, "usage: fork_server [-d ms] [host [port]]\n");
    exit(2);
}

/* TODO 10: talk_to
 * Copy work, trim_line_end and talk_to from greet_server.c, as they are: they
 * do not know who calls them.
 * | static void talk_to(int client, long delay)
 * | {
 * |     (void)client;
 * |     (void)delay;
 * |     errx(1, "TODO 10: talk_to is not written yet");
 * | }
 */

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
    if (length > 0 && name[length - 1] == '\n') {
        length--;
        if (length > 0 && name[length - 1] == '\r')
            length--;
    }
    return length;
}

/* Greets client, and every name that it sends, until it sends "exit" or ends.
 * Trouble with the client is a warning.
 */
static void talk_to(int client, long delay)
{
    char name[4096];
    char answer[sizeof "Hello, !" + sizeof name] = "Hello, ";
    char *start = answer + strlen(answer);
    ssize_t n;
    if (send_all(client, "Welcome!", strlen("Welcome!")) == -1) {
        warn("send to the client");
        return;
    }
    while ((n = recv(client, name, sizeof name, 0)) > 0) {
        size_t length = trim_line_end(name, (size_t)n);
        if (length == strlen("exit") && memcmp(name, "exit", length) == 0)
            return;
        work(delay);
        memcpy(start, name, length);
        start[length] = '!';
        if (send_all(client, answer, strlen("Hello, !") + length) == -1) {
            warn("send to the client");
            return;
        }
    }
    if (n == -1)
        warn("receive from the client");
}

/* END TODO 10 */

/* Takes note that children have ended. Until its parent has asked for its exit
 * status, an ended child stays in the table of processes, as a zombie.
 */
static void reap_children(int signal_number)
{
    /* TODO 11: reap_children
     * This function is called when SIGCHLD comes, in the middle of anything.
     * One signal may stand for several children: call
     * waitpid(-1, NULL, WNOHANG) as long as it returns more than 0. It sets
     * errno, which the code that was interrupted may be about to look at: keep
     * errno before, and put it back after.
     * | (void)signal_number;
     * | errx(1, "TODO 11: reap_children is not written yet");
     */
    (void)signal_number;
    int error = errno;
    while (waitpid(-1, NULL, WNOHANG) > 0)
        ;
    errno = error;
    /* END TODO 11 */
}

/* Has children reaped as soon as they end. */
static void watch_children(void)
{
    struct sigaction action = {
        .sa_handler = reap_children,
        /* accept goes on after the handler, rather than fail with EINTR. */
        .sa_flags = SA_RESTART,
    };
    sigemptyset(&action.sa_mask);
    if (sigaction(SIGCHLD, &action, NULL) == -1)
        err(1, "sigaction");
}

/* Starts a process for one client after the other, for ever. One for which there
 * is no room is sent away with a warning.
 */
static void serve_clients(int listener, long delay)
{
    /* TODO 9: serve_clients
     * For ever: accept_from(listener, from), then fork(). From there on two
     * processes run this function, and both hold both sockets.
     * In the child fork returned 0: close the listener; talk_to; close the
     * client; print "connection from 127.0.0.1 port 50312 closed", with from;
     * exit(0).
     * In the parent it returned more than 0: close the client, or it never
     * sees the end of the stream, and go on. Where fork returned -1:
     * warn("serve %s", from), and do the same.
     * | (void)listener;
     * | (void)delay;
     * | (void)talk_to;
     * | errx(1, "TODO 9: serve_clients is not written yet");
     */
    for (;;) {
        char from[ADDRESS_SIZE];
        int client = accept_from(listener, from);
        pid_t child = fork();
        if (child == 0) {
            close(listener);
            talk_to(client, delay);
            close(client);
            printf("connection from %s closed\n", from);
            exit(0);
        }
        if (child == -1) {
            warn("serve %s", from);
            printf("connection from %s closed\n", from);
        }
        close(client);
    }
    /* END TODO 9 */
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

    watch_children();
    int listener = open_listener(host, port);
    announce_listener(listener);
    serve_clients(listener, delay);
}
