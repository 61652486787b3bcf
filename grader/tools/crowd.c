/* crowd.c - the commands for servers that have many clients at once, and for what
 * threads and processes leave behind. */
#include "commands.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

enum {
    MOST_WEIGHED = 16,
    LONG_MS = 60000,    /* more than patience */
    PAUSE_SLACK_MS = 5, /* clocks are rounded */
    MEBIBYTE = 1 << 20
};

void note_said(struct peer *peer, const struct bytes *data)
{
    size_t length = data->length;
    if (length > sizeof peer->said)
        length = sizeof peer->said;
    memcpy(peer->said, data->data, length);
    peer->said_length = length;
    clear_bytes(&peer->question);
    add_bytes(&peer->question, data->data,
              data->length < 300 ? data->length : 300);
    peer->said_ms = now_ms();
    peer->answers = false;
}

void note_heard(struct peer *peer)
{
    peer->heard_ms = now_ms();
    long long took = peer->heard_ms - peer->said_ms;
    if (peer->said_ms != 0 && !peer->answers &&
        (peer->fastest_ms == 0 || took + 1 < peer->fastest_ms))
        peer->fastest_ms = took + 1; /* 0: there is none */
    peer->answers = true;
}

bool wait_rest(const struct program *program, long long limit_ms)
{
    long long run_ns = -1, since = now_ms(), end = since + limit_ms;
    while (!program->ended) {
        struct activity activity = look_at(program->pid);
        bool same = activity.run_ns == run_ns && !activity.busy;
        if (!activity.known || (same && now_ms() - since >= IDLE_WINDOW_MS))
            break;
        if (!same)
            since = now_ms();
        run_ns = activity.run_ns;
        if (!wait_more(-1, 0, SHORT_TICK) || now_ms() > end)
            return false;
    }
    return true;
}

void do_awaits(void)
{
    struct peer *peer = peer_at(1);
    char room[256];
    /* Whether one that serves all by poll() ever rests is the subject of idle. */
    bool polls = peer->program != NULL && peer->program->serves == POLL;
    bool rest = peer->program == NULL ||
                wait_rest(peer->program, polls ? 300 : LONG_MS) || polls;
    ssize_t n = recv(peer->fd, room, sizeof room, MSG_DONTWAIT);
    struct bytes nothing = {0};
    add_bytes(&nothing, "", 0);
    if (n > 0)
        note_bytes(RIGHT_SIDE, sends(peer), room, (size_t)n);
    else if (n == 0)
        note_end(peer, true);
    /* A name with something behind it is no second one. */
    if (n > 0 && strchr("\r\n", room[0]) != NULL)
        fail_bytes(EXTRA_BYTES, peer->program, peer, &nothing, room, (size_t)n);
    if (n >= 0)
        fail((struct failure){.kind = EXTRA_BYTES,
                              .program = peer->program,
                              .peer = peer,
                              .cause = polls ? "PIECES" : "TOO_SOON"},
             "nothing: it is our turn to send",
             n > 0 ? "bytes" : "the end of the stream");
    if (!rest)
        fail_words(NOT_IDLE, peer->program, peer, "the program waits for us",
                   "it does not come to rest");
}

/* Fails because of what the program holds; number and what say it. */
_Noreturn static void fail_holdings(struct program *program, const char *cause,
                                    const char *expected, long number,
                                    const char *what)
{
    char got[128];
    snprintf(got, sizeof got, "%ld %s", number, what);
    fail((struct failure){.kind = EXTRA_OUTPUT,
                          .program = program,
                          .cause = cause},
         expected, got);
}

/* How many lines of the output are just this. */
static unsigned count_lines(const struct program *program,
                            const struct bytes *line)
{
    const char *from = program->output.data;
    const char *end = from + program->output.length;
    unsigned count = 0;
    for (const char *next; (next = memchr(from, '\n', (size_t)(end - from)));
         from = next + 1)
        count += is_line(from, (size_t)(next - from), line);
    return count;
}

void do_once(void)
{
    struct program *program = program_at(1);
    do_says(); /* that is, logs */
    const struct bytes *line = data_from(2);
    unsigned count = count_lines(program, line);
    struct bytes expected = {0};
    add_text(&expected, "one line ");
    add_quoted(&expected, line->data, line->length, 200);
    if (count > 1)
        fail_holdings(program, " twice", expected.data, count, "of them");
    free_bytes(&expected);
}

void do_paused(void)
{
    struct peer *peer = peer_at(1);
    long long least = (long long)number(2);
    long long took = peer->heard_ms - peer->said_ms;
    char expected[64];
    snprintf(expected, sizeof expected,
             "an answer after %lld milliseconds or more", least);
    if (took + PAUSE_SLACK_MS < least) {
        struct bytes got = {0};
        add_text(&got, "one after %lld", took);
        fail((struct failure){.kind = WRONG_BYTES,
                              .program = peer->program,
                              .peer = peer,
                              .cause = "NO_PAUSE"},
             expected, got.data);
    }
}

void do_prompt(void)
{
    struct peer *peer = peer_at(1);
    long long most = (long long)number(2);
    char expected[64];
    snprintf(expected, sizeof expected, "an answer within %lld milliseconds",
             most);
    if (peer->fastest_ms > most) {
        struct bytes got = {0};
        add_text(&got, "the fastest took %lld", peer->fastest_ms);
        fail((struct failure){.kind = WRONG_BYTES,
                              .program = peer->program,
                              .peer = peer,
                              .cause = " long pause"},
             expected, got.data);
    }
}

/* What programs held at their `weigh`. */
static struct weighed {
    const struct program *program;
    struct holdings held;
} weighed[MOST_WEIGHED];

/* The entry of the program; a new one if there is none. */
static struct weighed *find_weighed(const struct program *program)
{
    for (size_t i = 0; i < MOST_WEIGHED; i++)
        if (weighed[i].program == program || weighed[i].program == NULL) {
            weighed[i].program = program;
            return &weighed[i];
        }
    wrong_script("weigh: too many programs");
}

void do_weigh(void)
{
    struct program *program = program_at(1);
    wait_rest(program, LONG_MS);
    find_weighed(program)->held = count_holdings(program->launcher);
}

void do_children(void)
{
    struct program *program = program_at(1);
    int wanted = (int)number(2);
    bool frozen = word_count > 3;
    const struct holdings *before = &find_weighed(program)->held;
    struct holdings now;
    char expected[100];
    note(LEFT_SIDE, "(counts its processes)");
    for (;;) {
        now = count_holdings(program->launcher);
        int more = now.processes - before->processes;
        if (!now.known ||
            (more == wanted && now.listeners <= before->listeners &&
             (now.zombies == 0 || frozen)))
            return;
        if (program->ended || !wait_more(-1, 0, SHORT_TICK))
            break;
    }
    int more = now.processes - before->processes;
    if (program->ended)
        fail_words(DIED, program, NULL, "the program still runs", "%s",
                   say_end(program));
    if (more == wanted && now.zombies > 0 && !frozen)
        fail_holdings(program, "ZOMBIES", "no process that has ended is left",
                      now.zombies, "zombies");
    if (more == wanted)
        fail_holdings(program, "KEEPS_LISTENER",
                      "only the first process holds the listening socket",
                      now.listeners, "processes hold it");
    snprintf(expected, sizeof expected,
             "%d process%s more than without clients", wanted,
             wanted == 1 ? "" : "es");
    fail_holdings(program, more < wanted ? " processes" : "CHILD_STAYS",
                  expected, more, "more");
}

void do_freeze(void)
{
    const struct program *program = program_at(1);
    bool stop = strcmp(word(0), "freeze") == 0;
    note(LEFT_SIDE, stop ? "(lets it stand still)" : "(lets it go on)");
    if (!program->ended && program->pid > 0)
        kill(program->pid, stop ? SIGSTOP : SIGCONT);
}

void do_single(void)
{
    struct program *program = program_at(1);
    note(LEFT_SIDE, "(counts its threads and processes)");
    struct holdings now = count_holdings(program->launcher);
    if (now.known && now.processes > 1)
        fail_holdings(program, "NOT_SINGLE", "one process serves all clients",
                      now.processes, "processes");
    if (now.known && now.threads > 1)
        fail_holdings(program, "NOT_SINGLE", "one thread serves all clients",
                      now.threads, "threads");
}

/* What it holds now and did not hold before; NULL: nothing that matters. */
static const char *find_excess(const struct holdings *before,
                               const struct holdings *now, long clients,
                               long *number, const char **what)
{
    /* A server may keep a few threads for later; one for each of the clients
     * who came, or for a part of them, is a leak. */
    long some = clients / 10;
    *what = "zombies: processes that have ended and were not waited for";
    if ((*number = now->zombies) > 0)
        return "ZOMBIES";
    *what = "processes more than before";
    if ((*number = now->processes - before->processes) > 2)
        return "CHILD_STAYS";
    *what = "threads more than before";
    if ((*number = now->threads - before->threads) > some)
        return "THREAD_LEAK";
    *what = "descriptors more than before";
    if ((*number = now->descriptors - before->descriptors) > some)
        return "FD_LEAK";
    *what =
        "stretches of memory more than before, such as the stacks of threads";
    /* So may a process that was there before and had no client until now. */
    if ((*number = now->stretches - before->stretches) >
        clients / 4 + 16L * (before->processes - 1))
        return "NOT_DETACHED";
    *what = "MiB of address space more than before";
    *number = (long)((now->address_space - before->address_space) / MEBIBYTE);
    if (*number > 2 * clients)
        return "NOT_DETACHED";
    *what =
        "MiB of memory more than before (the grader makes every block heavy)";
    *number = (long)((now->memory - before->memory) / MEBIBYTE);
    /* Threads that were there before may have had no client until now. */
    return *number > 6 + before->threads / 8 + 2 * (before->processes - 1)
               ? "MEMORY_LEAK"
               : NULL;
}

void do_clean(void)
{
    struct program *program = program_at(1);
    long clients = (long)number(2), number;
    const struct holdings *before = &find_weighed(program)->held;
    const char *cause, *what;
    note(LEFT_SIDE, "(looks at what it still holds)");
    for (;;) {
        wait_rest(program, LONG_MS);
        struct holdings now = count_holdings(program->launcher);
        cause = find_excess(before, &now, clients, &number, &what);
        if (!now.known || cause == NULL)
            return;
        if (program->ended || !wait_more(-1, 0, TICK))
            break;
    }
    fail_holdings(program, cause,
                  "all that served its clients is given back at the end",
                  number, what);
}
