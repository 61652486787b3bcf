/* kernel.h - what the kernel says about a running program and its sockets.
 *
 * The grader never asks a program whether it is ready, and never connects to
 * find out (that would use up the one accept of a one-shot server): it looks
 * at the sockets that the program holds. Linux: /proc and sock_diag(7). macOS:
 * libproc for the sockets; what it cannot tell is said at each function. */
#ifndef KERNEL_H
#define KERNEL_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>

enum socket_state { LISTENS, CONNECTED, PEER_CLOSED, BOUND, OTHER };

struct socket_fact {
    bool udp;
    enum socket_state state; /* PEER_CLOSED: CLOSE_WAIT; BOUND: a UDP socket */
    char address[INET6_ADDRSTRLEN]; /* its own; "0.0.0.0" and "::" mean any */
    int port, peer_port;            /* host order; 0: none */
    unsigned unread; /* bytes not yet read; LISTENS: clients not yet accepted */
    unsigned unsent; /* bytes not yet taken by the peer's kernel */
};

/* Which sockets: TCP and UDP; TCP in state LISTENS, or UDP (both cheap however
 * many connections the machine has). */
enum which_sockets { ALL_SOCKETS, LISTENERS, UDP_SOCKETS };

/* Fills facts with those sockets that process pid and its descendants hold, at
 * most `most`. Returns how many. */
size_t find_sockets(pid_t pid, enum which_sockets which,
                    struct socket_fact facts[], size_t most);

/* How many bytes that we sent on the connected TCP socket have not been read
 * by the program at its other end; 0 also when that end is gone. -1 where the
 * kernel does not tell. */
long unread_by_peer(int connection);

/* Whether the queue of the socket that listens there has no room for another
 * client: one that came now would be let in a second later. False where the
 * kernel does not tell. */
bool queue_is_full(const struct sockaddr_storage *listener);

struct activity {
    bool known;       /* false: this system does not tell */
    bool busy;        /* a thread runs or wants to run */
    long long run_ns; /* processor time used so far, all threads */
    long long
        ready_ns; /* the same and the time spent waiting for a processor */
    int threads, processes, descriptors, sockets;
    char state; /* of the first thread, as in ps: S, R, T, Z … */
};

/* What pid and its descendants are doing. */
struct activity look_at(pid_t pid);

/* What the processes that `launcher` has started hold at one moment. */
struct holdings {
    bool known;             /* false: this system does not tell */
    int processes, zombies; /* living; ended, and nobody has asked for them */
    int threads, descriptors;
    int listeners;           /* processes that hold a listening socket */
    long stretches;          /* of address space, each mapped by itself */
    long long address_space; /* bytes, mapped */
    long long memory;        /* bytes, in use */
};
struct holdings count_holdings(pid_t launcher);

/* Anonymous memory of pid in bytes (its heap and stacks, not files that it
 * has mapped), -1 where the system does not tell. */
long long memory_of(pid_t pid);

#endif
