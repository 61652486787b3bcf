/* stage.h - the programs and peers of a conversation, the waiting for what
 * they do, and the record of it. */
#ifndef STAGE_H
#define STAGE_H

#include "play.h"

/* How to start a program. */
struct start {
    const char *role, *name;
    bool reference;
    char *const *arguments;   /* behind the name, NULL ends them */
    char *const *environment; /* NAME=value, NULL ends them */
    bool terminal;            /* standard input and output are one */
    int files;                /* most descriptors */
    int cut;                  /* most bytes a call may move, 0: no limit */
    int cut_out;              /* the same for calls that send, 0: as cut */
    int disk;                 /* most bytes of a file, 0: the usual limit */
};

/* Starts it by the launcher. Ends the check as blocked when it was not built.*/
struct program *start_program(const struct start *how);

/* The program or peer that plays this role, or NULL. */
struct program *find_program(const char *role);
struct peer *find_peer(const char *role);

/* The connection of a program that was made last, closed or not, or NULL. */
struct peer *peer_of(const struct program *program);

/* The peer that was made as number i, from 0; NULL behind the last. */
struct peer *get_peer(size_t i);

/* The program that was started as number i, from 0; NULL behind the last. */
struct program *get_program(size_t i);

/* The program of the student that was started last, or NULL. */
struct program *last_student(void);

/* What a skeleton says of the first part that is not written: `TODO 1:
 * connect_to`, or NULL. */
const char *find_todo(const struct program *program);

/* A peer for this role; who played it before is dismissed. */
struct peer *new_peer(const char *role);
void close_peer(struct peer *peer);

/* Kills all that was started and waits until it is gone. */
void stop_programs(void);

/* Asks the launcher to kill everything (order 'k') or to send SIGTERM ('t'). */
void order(const struct program *program, char what);

/* Begins a step: from now on patience is measured. */
void begin_step(void);

/* Something useful happened: patience starts again. */
void progress(void);

/* Waits until fd (-1: none) is ready, a program said or did something, queued
 * bytes went out, or tick_us microseconds passed. Returns false when patience
 * is over: nothing has moved for some seconds and no program runs, or for
 * longer though one runs. Only failing programs meet that. */
bool wait_more(int fd, short events, long tick_us);

/* The same without patience, once: takes in what programs have said. */
void look_around(long tick_us);

/* Puts bytes into the queue to peer; wait_more sends them. */
void queue_bytes(struct peer *peer, const char *data, size_t length);

/* The same for the standard input of a program; end_input ends that behind it. On a
 * terminal that is done by Ctrl-D, which is typed where typing has stopped. */
void queue_input(struct program *program, const char *data, size_t length);
void end_input(struct program *program);

/* How many bytes the program has not read of what was typed, as far as the kernel
 * tells. */
size_t count_unread_input(const struct program *program);

/* Milliseconds of a clock that cannot go backwards. */
long long now_ms(void);

/* The record. A note on the left is what the grader does, on the right what a
 * program does. */
enum side { LEFT_SIDE, RIGHT_SIDE };
void note(enum side side, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void note_bytes(enum side side, const char *what, const char *data,
                size_t length);

/* The last note tells of what happened then (see now_ms). */
void date_note(long long ms);

/* Loops keep the notes of their first and last round. */
size_t mark_notes(void);
void drop_notes(size_t mark, unsigned long rounds);

/* Ends the check as failed, with what was expected and what came instead, in
 * words, and with the likeliest cause. Never returns. */
_Noreturn void fail(struct failure failure, const char *expected,
                    const char *got);

/* Ends the check: passed; not to be tried on this machine; or blocked. */
_Noreturn void finish(void);
_Noreturn void give_up_environment(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* Ends the check because the script itself is wrong. */
_Noreturn void wrong_script(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

extern unsigned line_number;

/* Makes the folder in which the programs run, and goes there. */
void open_stage(void);

#endif
