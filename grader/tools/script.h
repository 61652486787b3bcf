/* script.h - a line of the script: its words, the variables, and how a step
 * fails. */
#ifndef SCRIPT_H
#define SCRIPT_H

#include "stage.h"

#include <stdint.h>

enum {
    MOST_WORDS = 64,
    TICK = 50000, /* microseconds: how long to wait when an event wakes us */
    SHORT_TICK = 1000, /* … and when only looking shows that it has happened */
    STALL_MS = 60,     /* stuff: the network takes nothing more */
    SLOW_MS = 10000,   /* expect: what is not sent by then is left out */
    IDLE_WINDOW_MS = 25,
    IDLE_LIMIT_MS = 1500,     /* processor time to come to rest in, */
    IDLE_PATIENCE_MS = 30000, /* and time, on a busy machine */
    SLACK_US = 20000, /* a coarse clock is behind the fine one by a tick */
    SHOWN = 64        /* bytes of data in a message */
};

/* The words of the line that runs, without quotes and with the values of
 * variables. Each has a NUL behind it. */
extern struct bytes words[];
extern size_t word_count;

/* Splits a line into words. A mistake in it ends the check. */
void read_words(const char *line);

/* The word at i as a string; missing words are a mistake in the script. */
const char *word(size_t i);

/* A number, with K or M behind it times 1024 or 1024 times 1024. */
unsigned long number(size_t i);

/* The words from i on, joined: DATA. Overwritten by the next call. */
const struct bytes *data_from(size_t i);

/* The program or peer whose name is word i; there must be one. */
struct program *program_at(size_t i);
struct peer *peer_at(size_t i);

/* The value of the variable of that name, or NULL. */
struct bytes *find_variable(const char *name);

/* The variable of that name, empty. */
struct bytes *new_variable(const char *name);

/* The variable name followed by part, like server.port: its value, or NULL. */
struct bytes *find_part(const char *name, const char *part);

/* Sets it. */
void set_number(const char *name, const char *part, unsigned long number);
void set_text(const char *name, const char *part, const char *text);

/* Sets the variable to data, and name.length. */
void set_data(const char *name, const char *data, size_t length);

/* Fails with words; got is a format. */
__attribute__((format(printf, 5, 6))) _Noreturn void
fail_words(enum failure_kind kind, struct program *program, struct peer *peer,
           const char *expected, const char *got, ...);

/* Fails because got (all that came) is not expected. Shows both from a little
 * before the first difference on, and where in the words for got that is. */
_Noreturn void fail_bytes(enum failure_kind kind, struct program *program,
                          struct peer *peer, const struct bytes *expected,
                          const char *got, size_t got_length);

/* What a program that has ended left to say: for `got`. */
const char *say_end(const struct program *program);

/* Bytes that are the same on every machine for one seed and check. */
uint64_t next_random(void);
void seed_random(void);

#endif
