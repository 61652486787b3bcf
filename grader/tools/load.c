/* load: puts a service under load, for grader/bench.
 *
 *     load port                             print a TCP port that is free now
 *     load greet HOST PORT CLIENTS SECONDS  Welcome!, a name, its answer, exit
 *     load echo HOST PORT CLIENTS SECONDS   64 bytes and an end, there and back
 *     load udp HOST PORT CLIENTS SECONDS    a datagram and its answer
 *     load idle HOST PORT CLIENTS           connect them and wait to be killed
 *
 * So many clients talk at once, each in a thread that begins again as soon as it
 * is done. What is printed at the end is how many conversations a second there
 * were. Each answer is compared: the first that is wrong, or does not come in 10
 * seconds, ends the run with status 1. HOST and PORT are numbers. */

#define _POSIX_C_SOURCE 200809L

#include <err.h>
#include <netdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { MOST_CLIENTS = 10000, PATIENCE = 10 };

static struct addrinfo *place;
static bool (*talk)(int server); /* false: a wrong answer, or none */
static atomic_bool over;
static atomic_ulong done;

_Noreturn static void usage(void)
{
    fprintf(stderr, "usage: load port\n"
                    "       load greet|echo|udp HOST PORT CLIENTS SECONDS\n"
                    "       load idle HOST PORT CLIENTS\n");
    exit(2);
}

/* Sets place; socket type and address are numbers. */
static void find_place(const char *host, const char *port, int type)
{
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
                             .ai_socktype = type};
    int error = getaddrinfo(host, port, &hints, &place);
    if (error != 0)
        errx(2, "%s port %s: %s", host, port, gai_strerror(error));
}

static int open_socket(void)
{
    int fd = socket(place->ai_family, place->ai_socktype, place->ai_protocol);
    if (fd == -1)
        err(1, "socket");
    return fd;
}

static int connect_to_place(void)
{
    struct timeval patience = {.tv_sec = PATIENCE};
    int server = open_socket();
    if (setsockopt(server, SOL_SOCKET, SO_RCVTIMEO, &patience,
                   sizeof patience) == -1)
        err(1, "setsockopt");
    if (connect(server, place->ai_addr, place->ai_addrlen) == -1)
        err(1, "connect");
    return server;
}

static bool put(int server, const char *text, size_t length)
{
    return send(server, text, length, 0) == (ssize_t)length;
}

/* Says whether the next bytes are these, however they are cut. */
static bool get(int server, const char *text, size_t length)
{
    char room[64] = "";
    size_t got = 0;
    while (got < length) {
        ssize_t n = recv(server, room + got, length - got, 0);
        if (n <= 0)
            return false;
        got += (size_t)n;
    }
    return memcmp(room, text, length) == 0;
}

static bool get_end(int server)
{
    char byte;
    return recv(server, &byte, 1, 0) == 0;
}

static bool talk_to_greeter(int server)
{
    return get(server, "Welcome!", 8) && put(server, "Ada", 3) &&
           get(server, "Hello, Ada!", 11) && put(server, "exit", 4) &&
           get_end(server);
}

static bool talk_to_echo(int server)
{
    static const char text[64] = "a line, and then zeros";
    return put(server, text, sizeof text) && shutdown(server, SHUT_WR) == 0 &&
           get(server, text, sizeof text) && get_end(server);
}

static bool exchange_datagrams(int server)
{
    return put(server, "Ada", 3) && get(server, "Hello, Ada!", 11);
}

/* A client: a connection for each conversation, or one socket for all
 * datagrams. */
static void *run_client(void *unused)
{
    bool datagrams = place->ai_socktype == SOCK_DGRAM;
    int server = datagrams ? connect_to_place() : -1;
    while (!over) {
        if (!datagrams)
            server = connect_to_place();
        if (!talk(server))
            err(1, "a wrong answer, or none");
        if (!datagrams)
            close(server);
        done++;
    }
    return unused;
}

static double read_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void run_clients(int clients, double seconds)
{
    static pthread_t threads[MOST_CLIENTS];
    struct timespec length = {.tv_sec = (time_t)seconds};
    length.tv_nsec = (long)((seconds - (double)length.tv_sec) * 1e9);
    double start = read_clock();
    for (int i = 0; i < clients; i++)
        if (pthread_create(&threads[i], NULL, run_client, NULL) != 0)
            errx(1, "no thread for client %d", i + 1);
    nanosleep(&length, NULL);
    over = true;
    for (int i = 0; i < clients; i++)
        pthread_join(threads[i], NULL);
    printf("%.0f\n", (double)done / (read_clock() - start));
}

_Noreturn static void hold_clients(int clients)
{
    int *servers = calloc((size_t)clients, sizeof *servers);
    if (servers == NULL)
        err(1, "calloc");
    for (int i = 0; i < clients; i++)
        servers[i] = connect_to_place();
    for (;;)
        pause();
}

static void print_free_port(void)
{
    char port[8];
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    find_place("127.0.0.1", "0", SOCK_STREAM);
    int listener = open_socket();
    if (bind(listener, place->ai_addr, place->ai_addrlen) == -1 ||
        getsockname(listener, (struct sockaddr *)&address, &size) == -1)
        err(1, "bind");
    if (getnameinfo((struct sockaddr *)&address, size, NULL, 0, port,
                    sizeof port, NI_NUMERICSERV) != 0)
        errx(1, "getnameinfo");
    puts(port);
}

int main(int argc, char *argv[])
{
    const char *mode = argc > 1 ? argv[1] : "";
    bool idle = strcmp(mode, "idle") == 0;
    if (argc == 2 && strcmp(mode, "port") == 0) {
        print_free_port();
        return 0;
    }
    talk = strcmp(mode, "greet") == 0  ? talk_to_greeter
           : strcmp(mode, "echo") == 0 ? talk_to_echo
           : strcmp(mode, "udp") == 0  ? exchange_datagrams
                                       : NULL;
    if (argc != (idle ? 5 : 6) || (!idle && talk == NULL))
        usage();
    int clients = atoi(argv[4]);
    double seconds = idle ? 1 : atof(argv[5]);
    if (clients < 1 || clients > MOST_CLIENTS || seconds <= 0 || seconds > 3600)
        usage();
    find_place(argv[2], argv[3],
               strcmp(mode, "udp") == 0 ? SOCK_DGRAM : SOCK_STREAM);
    if (!idle) {
        run_clients(clients, seconds);
        return 0;
    }
    hold_clients(clients);
}
