/* greet_client: tells a greet server some names, and prints its answers.
 *
 * usage: greet_client [host [port [name...]]]
 *                     (default: 127.0.0.1 9999 Michael Tracy Sarah)
 */
#define _POSIX_C_SOURCE 200809L

#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../net.h"

_Noreturn static void usage(void)
{
    fprintf(stderr, "usage: greet_client [host [port [name...]]]\n");
    exit(2);
}

/* Sends text, without its NUL. Ends the program where that fails. */
static void say(int server, const char *text)
{
    if (send_all(server, text, strlen(text)) == -1)
        err(1, "send to the server");
}

/* Waits for the next answer and prints it on a line of its own. Ends the program
 * where none comes.
 */
static void print_answer(int server)
{
    /* TODO 8: print_answer
     * Call recv once, with an array of 8192 char. This protocol does not say
     * where an answer ends, so what one recv returns has to do. Print it with
     * fwrite, and '\n'. Where recv returns -1: err. Where it returns 0:
     * errx(1, "receive from the server: no answer").
     * | (void)server;
     * | errx(1, "TODO 8: print_answer is not written yet");
     */
    char data[8192];
    ssize_t n = recv(server, data, sizeof data, 0);
    if (n == -1)
        err(1, "receive from the server");
    if (n == 0)
        errx(1, "receive from the server: no answer");
    fwrite(data, 1, (size_t)n, stdout);
    printf("\n");
    /* END TODO 8 */
}

/* Holds the conversation, with names up to a NULL. Ends the program where it
 * breaks off.
 */
static void talk_to(int server, char *names[])
{
    /* TODO 7: talk_to
     * print_answer: the server speaks first. Then for each of the names, up to
     * the NULL: say it, print_answer. At the end say "exit".
     * | (void)server;
     * | (void)names;
     * | (void)say;
     * | (void)print_answer;
     * | errx(1, "TODO 7: talk_to is not written yet");
     */
    print_answer(server);
    for (int i = 0; names[i] != NULL; i++) {
        say(server, names[i]);
        print_answer(server);
    }
    say(server, "exit");
    /* END TODO 7 */
}

int main(int argc, char *argv[])
{
    char *some[] = {"Michael", "Tracy", "Sarah", NULL};
    if (getopt(argc, argv, "") != -1)
        usage();
    const char *host = optind < argc ? argv[optind] : "127.0.0.1";
    const char *port = optind + 1 < argc ? argv[optind + 1] : "9999";
    char **names = optind + 2 < argc ? argv + optind + 2 : some;
    if (!is_port(port))
        usage();
    for (int i = 0; names[i] != NULL; i++)
        if (names[i][0] == '\0') /* Nothing to send, so nothing is answered. */
            usage();

    /* A send to a server that has gone shall say so, not kill us. */
    signal(SIGPIPE, SIG_IGN);
    /* Each answer is shown when it comes, into a pipe too. */
    setvbuf(stdout, NULL, _IOLBF, 0);

    int server = connect_to(host, port);
    talk_to(server, names);
    close(server);

    /* What was printed may have met a full disk. */
    if (fflush(stdout) == EOF || ferror(stdout))
        err(1, "write to standard output");
    return 0;
}
