/* play.h - what the parts of the player share: the programs and peers of a
 * conversation, and how it fails. */
#ifndef PLAY_H
#define PLAY_H

#include "kernel.h"
#include "text.h"

#include <time.h>

enum { NAME_SIZE = 64 };

/* A program that the script started. */
struct program {
    char role[NAME_SIZE]; /* its name in the script: server */
    char name[NAME_SIZE]; /* its file's name: hello_server */
    bool reference;       /* ours, not the student's */
    bool flushes;         /* has the shim that empties stdio's buffers */
    pid_t launcher, pid;
    int control, in, out, err; /* -1: closed */
    struct bytes output, errors;
    size_t said;   /* as much of output is used up by the script */
    size_t logged; /* … and of output and errors is in the transcript */
    size_t logged_errors;
    size_t warned;      /* … and of errors is used up by the script */
    struct bytes typed; /* for its standard input, from `typed_sent` on */
    size_t typed_sent;
    char last_typed;        /* the last byte of all that; 0: none */
    bool input_ends;        /* … and its end is to come, or has come */
    bool ended, wanted_end; /* ended; and the script asked for it */
    bool listened;          /* had a listening socket: it is a server */
    enum serving {
        ONE,
        THREADS,
        PROCESSES,
        POLL            /* one thread, which never waits for one of them */
    } serves;           /* so many clients at once, by */
    bool terminal;      /* its standard input and output are one */
    bool told_any;      /* it has a command line, */
    bool told_ipv6;     /* with an IPv6 address */
    bool fake_time;     /* its time of day is not the true one */
    int status, signal; /* how it ended; signal 0: by exit */
    bool timed_out;
    int left;                /* processes that it left behind */
    int told_port;           /* the last number on its command line, or 0; it
                              * may be beyond 65535 */
    int served;              /* connections on which it has sent something */
    int files;               /* its limit of open descriptors */
    struct timespec started; /* CLOCK_REALTIME */
    struct bytes arguments;  /* a blank before and behind each */
};

/* One end of the wire that the script holds. */
struct peer {
    char role[NAME_SIZE];
    enum { CONNECTION, LISTENER, DEAD, DATAGRAMS } kind;
    int fd;    /* -1: closed */
    int decoy; /* LISTENER: listens on the port with its bytes swapped, or -1 */
    int port;  /* its own */
    bool last; /* LISTENER: on the last address of a name */
    bool over; /* the program's stream has ended */
    unsigned long first;     /* bytes that it read before more was sent, or 0 */
    struct program *program; /* at the other end, or NULL */
    struct bytes pending;    /* to be sent, from `sent` on */
    size_t sent;
    bool shut_after; /* half-close once nothing is pending */
    bool shut;       /* our half is closed */
    bool narrow;     /* little is kept in the kernel for it */
    bool broken;     /* the program refuses what we send */
    unsigned long bytes_in, bytes_out;
    struct timespec born; /* CLOCK_REALTIME */
    char said[64];        /* the last that we sent: its beginning, */
    size_t said_length;
    struct bytes question;       /* the first 300 bytes of that */
    long long said_ms, heard_ms; /* when; and when the last bytes came */
    long long fastest_ms; /* the shortest time to the first byte of an answer */
    bool answers;         /* one has begun to come */
    /* DATAGRAMS: the last one received: */
    unsigned long datagrams_out;  /* how many were sent, */
    size_t last_out;              /* and how long the last one was */
    struct timespec first_stamp;  /* of the first datagram of a sweep */
    unsigned long datagrams;      /* its number, from 1 */
    struct sockaddr_storage from; /* who has sent it */
    socklen_t from_size;          /* 0: none has come yet */
    struct timespec stamp_before; /* the stamp of the one before */
    struct timespec stamp;     /* when the kernel received it, CLOCK_REALTIME */
    char to[INET6_ADDRSTRLEN]; /* where it was sent to, "": not known */
};

/* The port that one becomes without htons(). */
int swap_bytes(int port);

/* What went wrong, as the script saw it. */
enum failure_kind {
    ENDS_AT_START,  /* ended, or did not come to listen */
    NOT_LISTENING,  /* runs, and does not listen where it was told */
    REFUSED,        /* it listened and now refuses a connection */
    NO_CLIENT,      /* the program did not connect */
    WRONG_BYTES,    /* other bytes than expected */
    SILENT,         /* fewer bytes than expected, and no end */
    EARLY_END,      /* fewer bytes than expected, then the end */
    WAS_RESET,      /* the connection was reset */
    NO_END,         /* all bytes, and no end of stream */
    EXTRA_BYTES,    /* bytes where the end of stream was expected */
    NOT_READING,    /* what we send is not taken */
    WRONG_OUTPUT,   /* standard output is not as it should be */
    MISSING_OUTPUT, /* a line has not come */
    EXTRA_OUTPUT,   /* a line has come too early */
    WRONG_COUNT,    /* another number of answers */
    EMPTY_PIECE,    /* the end of the stream was taken for a piece */
    WRONG_EXIT,     /* another exit status, or a signal */
    NO_EXIT,        /* still runs */
    NO_MESSAGE,     /* standard error is not as it should be */
    WRONG_FILE,     /* a file is not as it should be */
    WRONG_REQUEST,  /* a line of the request is missing or wrong */
    WRONG_ANSWER,   /* of a web server */
    WRONG_DATE,
    EXTRA_DATAGRAM, /* a datagram where none was to come */
    MISSING_HOSTS,  /* some hosts of a network got no datagram, */
    WRONG_HOST,     /* others got one, or two */
    WRONG_SENDER,   /* an answer from another port */
    TOO_FAST,       /* all datagrams in one burst */
    SHORT_WAIT,     /* did not wait as long as it was told */
    NOT_BOUND,      /* has no UDP socket where it was told */
    NO_TIMEOUT,     /* waits beyond its time */
    WRONG_PING,     /* what a ping program sends, prints or waits */
    WRONG_OBJECT,   /* a JSON object is not as it should be */
    NOT_IDLE,
    MEMORY,
    DIED,     /* a program that should still run has ended */
    LEFT,     /* left processes behind */
    TOO_MUCH, /* wrote more than anyone can read */
    SANITIZER
};

struct failure {
    enum failure_kind kind;
    struct program *program;    /* that failed, or NULL */
    struct peer *peer;          /* on this connection, or NULL */
    const char *expected, *got; /* the bytes where the kind has some, */
    size_t expected_length, got_length, at; /* got from `at` on differs */
    int wanted;                             /* WRONG_EXIT: the exit status */
    size_t mark;              /* where in the words for got that is, or 0 */
    long unread;              /* of what we sent on peer; -1 not known */
    struct activity activity; /* of program, when it failed */
    struct socket_fact sockets[64];
    size_t socket_count;
    bool udp;          /* ENDS_AT_START: it was to have a UDP socket */
    bool flushed;      /* what was missing came once its buffers were emptied */
    const char *cause; /* what the command itself has seen, or NULL */
    bool doubled;    /* another connection has what is missing here, besides */
    bool mixed;      /* what came belongs to another connection */
    bool lf_missing; /* a client has ended its stream without a last LF */
    bool elsewhere;  /* another UDP socket of ours has got what is missing */
    bool nudged;     /* what was missing came once another line was typed */
};

/* The likeliest cause: a stable code (see handouts/00-start.md), "" if no cause
 * is likelier than another, and appends a sentence to `sentence`. */
const char *find_cause(const struct failure *failure, struct bytes *sentence);

/* Returns the first line of errors that a sanitizer wrote, or NULL. */
const char *find_report(const struct bytes *errors);

#endif
