/* pings.c - the commands that play the server of a client that pings, for a
 * whole run, and judge the run by what was on the wire. */
#define _GNU_SOURCE /* strdup, sched_setaffinity */
#include "commands.h"

#include <ctype.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    MOST_PINGS = 32,
    MOST_GAMES = 8,
    LONG_SIZE = 60000,
    NAG_EVERY = 20,   /* ms */
    NAG_LIMIT = 4000, /* ms beyond the wait */
    SAMPLE_EVERY = 20,
    HOLD_LEAST =
        10, /* an answer held back so long shows whether RTTs are right */
    STALL_LEAST = 15, /* one turn takes much less when nobody is in its way */
    EXACT_MS = 2      /* so long before something is due sleep ends */
};

/* What can be done with a ping. All from EMPTY on are strays: no answer to it. */
enum kind {
    ANSWER,
    DROP,
    LATE,   /* its answer goes when the next ping comes, before all else, */
    BEHIND, /* or behind the next one's answer */
    LINE,   /* waits for the line about the ping before */
    DIE,    /* from now on the port is unreachable, until line SEQ + 1 */
    NAG,    /* strays without end */
    EMPTY,
    RUBBISH,
    LONG,
    CUT,      /* the first four bytes of the answer */
    OLD,      /* the answer to the ping before */
    COMING,   /* the answer to the next ping */
    PORT,     /* the answer, from another port */
    ADDRESS,  /* the answer, from another address */
    LATE_ONE, /* what LATE and BEHIND send */
    TWIN      /* the answer to the ping before, once more */
};

static const char *const names[] = {
    "answer",  "drop", "late", "behind", "line",   "die",  "nag",    "empty",
    "rubbish", "long", "cut",  "old",    "coming", "port", "address"};

struct ping {
    double came;     /* 0: it has not */
    double answered; /* when its answer went out; 0: never, or too late */
    double lag; /* how long the program has not got its processor by then */
    unsigned strays; /* the kinds that came to the client instead */
    enum kind owed;  /* LATE, BEHIND: its answer is still to go */
    struct bytes answer;
    struct sockaddr_storage from;
    socklen_t from_size;
};

struct game {
    struct peer *peer;
    struct program *program;
    int other_port, other_address; /* strangers' sockets, -1: not yet */
    long count, wait, interval, slack;
    char *steps[MOST_WORDS];
    size_t step_count;
    struct ping pings[MOST_PINGS + 2]; /* by sequence number, from 1 */
    long current;                      /* the ping that is waited for, or 0 */
    const char *todo;                  /* what is left of its step */
    double due;                        /* when something is to be done, or 0 */
    long dead_until;                   /* it is unreachable until that line */
    double started, ended;
    double lag, sampled; /* how long the program did not run though it would */
    bool refuses;        /* all the time */
};

static struct game games[MOST_GAMES];
static size_t game_count;

/* What is judged besides the lines about the pings and the time between them: the
 * line about the loss and the exit status; each RTT, and the line about them; that
 * no RTT is far too short, as one of a clock that stands. */
enum aspect { LOSS = 1, TIMES = 2, CLOCK = 4 };
static unsigned aspects;

/* In a block `patiently`: which round it is, 0 outside; whether another one is
 * asked for. */
static int this_round;
static bool repeats;

/* How long the grader itself did not run though it would, so far. */
static double stalls;

/* What math.h has; it would need another library. */
static double greater(double a, double b)
{
    return a > b ? a : b;
}

static double lesser(double a, double b)
{
    return a < b ? a : b;
}

static double distance(double a, double b)
{
    return a > b ? a - b : b - a;
}

static double whole_part(double a)
{
    return (double)(long long)a;
}

/* --- playing ------------------------------------------------------------- */

static double clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* A moment of CLOCK_REALTIME, not long ago, on the other clock. Reads both again
 * where something came between, which would shift the moment. */
static double moment(struct timespec when)
{
    struct timespec now;
    double before, after;
    int tries = 0;
    do {
        before = clock_ms();
        clock_gettime(CLOCK_REALTIME, &now);
        after = clock_ms();
    } while (after - before > 0.1 && ++tries < 100);
    double age = (double)(now.tv_sec - when.tv_sec) * 1e3 +
                 (double)(now.tv_nsec - when.tv_nsec) / 1e6;
    return after - age;
}

static struct game *game_of(const struct peer *peer)
{
    for (size_t i = 0; i < game_count; i++)
        if (games[i].peer == peer)
            return &games[i];
    return NULL;
}

static void forget(struct game *game)
{
    for (size_t i = 0; i < game->step_count; i++)
        free(game->steps[i]);
    for (long i = 0; i <= MOST_PINGS; i++)
        free_bytes(&game->pings[i].answer);
    if (game->other_port != -1)
        close(game->other_port);
    if (game->other_address != -1)
        close(game->other_address);
}

void do_pattern(void)
{
    struct peer *peer = peer_at(1);
    struct game *game = game_of(peer);
    if (game != NULL)
        forget(game);
    else if (game_count < MOST_GAMES)
        game = &games[game_count++];
    else
        wrong_script("too many patterns");
    *game = (struct game){.peer = peer,
                          .other_port = -1,
                          .other_address = -1,
                          .count = (long)number(2),
                          .wait = (long)number(3),
                          .interval = (long)number(4)};
    game->slack = (long)number(5);
    if (game->count > MOST_PINGS)
        wrong_script("more than %d pings", MOST_PINGS);
    for (size_t i = 6; i < word_count; i++)
        game->steps[game->step_count++] = strdup(word(i));
    game->refuses = game->step_count == 0;
}

/* Opens a stranger's socket: on another port of the peer's address, or on its
 * port and another address. Returns -1 where the system has none. */
static int open_stranger(const struct game *game, bool elsewhere)
{
    struct sockaddr_storage own = {0};
    socklen_t size = sizeof own;
    char host[INET6_ADDRSTRLEN];
    if (getsockname(game->peer->fd, (struct sockaddr *)&own, &size) == -1 ||
        getnameinfo((struct sockaddr *)&own, size, host, sizeof host, NULL, 0,
                    NI_NUMERICHOST) != 0)
        return -1;
    if (elsewhere && own.ss_family != AF_INET)
        return -1;
    int fd = open_socket(own.ss_family, SOCK_DGRAM);
    int port = bind_to(fd, elsewhere ? "127.0.0.2" : host,
                       elsewhere ? game->peer->port : 0);
    if (port == 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* Sends data to who has sent ping number `to`, from fd. */
static void send_from(const struct game *game, int fd, long to,
                      const char *data, size_t length)
{
    const struct ping *ping = &game->pings[to];
    /* A client that is gone, or has changed its socket, is not our trouble. */
    for (int tries = 0; tries < 3; tries++)
        if (sendto(fd, data, length, 0, (const struct sockaddr *)&ping->from,
                   ping->from_size) != -1)
            break;
    progress();
}

/* Sends the answer to ping `of` to who has sent ping `to`. */
static void send_answer(const struct game *game, int fd, long of, long to)
{
    const struct bytes *answer = &game->pings[of].answer;
    send_from(game, fd, to, answer->data, answer->length);
}

/* Makes an answer to a ping that has not come yet from that to the last one. */
static void send_coming(const struct game *game)
{
    struct bytes text = {0};
    const char *time = strchr(game->pings[game->current].answer.data + 5, ' ');
    add_text(&text, "PING %ld%s", game->current + 1, time);
    send_from(game, game->peer->fd, game->current, text.data, text.length);
    free_bytes(&text);
}

static void send_rubbish(const struct game *game, size_t length)
{
    static char room[LONG_SIZE];
    for (size_t i = 0; i < length; i++)
        room[i] = (char)('a' + next_random() % 26);
    send_from(game, game->peer->fd, game->current, room, length);
}

/* Sends something that is no answer to the ping that is waited for. */
static void send_stray(struct game *game, enum kind kind)
{
    long now = game->current, before = now;
    int *other = kind == PORT ? &game->other_port : &game->other_address;
    while (--before > 0 && game->pings[before].came == 0)
        ;
    if ((kind == PORT || kind == ADDRESS) && *other == -1)
        *other = open_stranger(game, kind == ADDRESS);
    game->pings[now].strays |= 1u << kind;
    if (kind == EMPTY)
        send_from(game, game->peer->fd, now, "", 0);
    else if (kind == RUBBISH)
        send_rubbish(game, 19);
    else if (kind == LONG)
        send_rubbish(game, LONG_SIZE);
    else if (kind == CUT)
        send_from(game, game->peer->fd, now, "PING", 4);
    else if (kind == OLD && before > 0)
        send_answer(game, game->peer->fd, before, now);
    else if (kind == COMING)
        send_coming(game);
    else if ((kind == PORT || kind == ADDRESS) && *other != -1)
        send_answer(game, *other, now, now);
}

/* Sends the answers that are owed, of that kind, for pings before the one that
 * is waited for. */
static void pay(struct game *game, enum kind kind)
{
    for (long i = 1; i < game->current; i++)
        if (game->pings[i].owed == kind && game->pings[i].came != 0) {
            note(LEFT_SIDE, "%s answers ping %ld, late", game->peer->role, i);
            send_answer(game, game->peer->fd, i, i);
            game->pings[i].owed = ANSWER;
            game->pings[game->current].strays |= 1u << LATE_ONE;
        }
}

static void answer(struct game *game)
{
    struct ping *ping = &game->pings[game->current];
    bool again = ping->answered != 0;
    double now = clock_ms();
    send_answer(game, game->peer->fd, game->current, game->current);
    if (!again)
        ping->answered = now;
    else
        game->pings[game->current + 1].strays |= 1u << TWIN;
    note(LEFT_SIDE, "%s answers ping %ld%s", game->peer->role, game->current,
         again ? " once more" : "");
    pay(game, BEHIND);
}

/* How many lines the program has printed so far. */
static long count_lines(const struct program *program)
{
    long count = 0;
    for (size_t i = 0; i < program->output.length; i++)
        count += program->output.data[i] == '\n';
    return count;
}

/* Reads the first action of what is left of the step, and when it is due, in
 * milliseconds from the ping. Returns what stands behind it. */
static const char *read_action(const char *from, enum kind *kind, double *at)
{
    size_t length = strcspn(from, "+:"), i = 0;
    while (i < sizeof names / sizeof names[0] &&
           (strlen(names[i]) != length || strncmp(names[i], from, length) != 0))
        i++;
    if (i == sizeof names / sizeof names[0])
        wrong_script("unknown step %s", from);
    *kind = (enum kind)i;
    *at = 0;
    from += length;
    if (*from == ':') {
        char *end;
        *at = strtod(from + 1, &end);
        from = end;
    }
    return from + (*from == '+');
}

/* Does one action now. */
static void act(struct game *game, enum kind kind)
{
    struct ping *ping = &game->pings[game->current];
    const char *role = game->peer->role;
    switch (kind) {
    case ANSWER:
        answer(game);
        break;
    case DROP:
    case LATE:
    case BEHIND:
        note(LEFT_SIDE, "%s does not answer ping %ld%s", role, game->current,
             kind == DROP ? "" : " yet");
        ping->owed = kind == DROP ? ANSWER : kind;
        break;
    case LINE:
        break;
    case DIE:
        game->dead_until = game->current + 1;
        refuse_all(game->peer);
        note(LEFT_SIDE, "%s is not there any more", role);
        break;
    default:
        note(LEFT_SIDE, "%s sends a stray (%s)", role, names[kind]);
        send_stray(game, kind);
    }
}

/* Sends strays of all kinds in turn, until time is up. */
static void nag(struct game *game, double now)
{
    static const enum kind kinds[] = {RUBBISH, EMPTY, PORT, OLD};
    static unsigned turn;
    const struct ping *ping = &game->pings[game->current];
    double limit = ping->came + (double)(game->wait + NAG_LIMIT) + game->lag +
                   stalls - ping->lag;
    game->pings[game->current].strays |= 1u << NAG;
    game->due = now + NAG_EVERY;
    if (now < limit)
        send_stray(game, kinds[turn++ % (sizeof kinds / sizeof kinds[0])]);
    if (now < limit)
        return;
    fail_words(NO_TIMEOUT, game->program, game->peer,
               "an end of the wait, whatever comes instead of the answer",
               "the program still waits for the answer to ping %ld, %ld ms "
               "beyond its time, as other datagrams come every %d ms",
               game->current, (long)NAG_LIMIT, NAG_EVERY);
}

/* Does what is due. */
static void go_on(struct game *game)
{
    game->due = 0;
    while (game->todo != NULL && *game->todo != '\0') {
        enum kind kind;
        double at, now = clock_ms();
        const char *rest = read_action(game->todo, &kind, &at);
        at += game->pings[game->current].came;
        if (now < at) {
            game->due = at;
            progress();
            return;
        }
        if (kind == NAG) {
            if ((game->pings[game->current].strays & 1u << NAG) == 0)
                note(LEFT_SIDE, "%s sends strays every %d ms", game->peer->role,
                     NAG_EVERY);
            nag(game, now);
            return;
        }
        if (kind == LINE && count_lines(game->program) < game->current - 1) {
            game->due = now + 5;
            return;
        }
        act(game, kind);
        game->todo = rest;
    }
}

/* Looks now and then how long the program has waited for a processor. That and
 * our own stalls may explain what comes too late. */
static void sample(struct game *game)
{
    double now = clock_ms();
    if (game->program->pid <= 0 || game->program->ended ||
        now - game->sampled < SAMPLE_EVERY)
        return;
    struct activity activity = look_at(game->program->pid);
    game->sampled = now;
    if (activity.known)
        game->lag = (double)(activity.ready_ns - activity.run_ns) / 1e6;
}

/* Fails with a cause of ours: a code, and what tells its sentences apart. */
_Noreturn static void fail_ping(struct game *game, const char *cause,
                                const char *expected, const char *got)
{
    fail((struct failure){.kind = WRONG_PING,
                          .program = game->program,
                          .peer = game->peer,
                          .cause = cause},
         expected, got);
}

/* The sequence number of a ping, or -1 when it is none. */
static long read_sequence(const char *text, size_t length)
{
    char *end;
    if (length < 8 || memcmp(text, "Ping ", 5) != 0 ||
        !isdigit((unsigned char)text[5]) || (text[5] == '0' && text[6] != ' '))
        return -1;
    long sequence = strtol(text + 5, &end, 10);
    return end + 1 < text + length && *end == ' ' && end[1] != ' ' ? sequence
                                                                   : -1;
}

/* Fails unless it is the ping that is to come; returns its number. */
static long check_ping(struct game *game, const char *text, size_t length)
{
    char expected[80];
    struct bytes got = {0};
    long sequence = read_sequence(text, length), next = game->current + 1;
    const char *cause = " ping";
    snprintf(expected, sizeof expected, "\"Ping %ld TIME\"", next);
    if (game->current == game->count)
        snprintf(expected, sizeof expected, "%ld pings, and no more",
                 game->count);
    add_quoted(&got, text, length, 100);
    if (length > 0 && memchr(text, '\0', length) != NULL)
        cause = length > 1 && text[length - 2] == '\0' ? "TRAILING_NUL many"
                                                       : "TRAILING_NUL";
    else if (length > 0 && text[length - 1] == '\n')
        cause = "TRAILING_NEWLINE";
    else if (sequence == next - 1 && next == 1)
        cause = " sequence";
    else if (sequence == game->current && sequence > 0)
        cause = " twice";
    else if (sequence > game->count)
        cause = " too many";
    else if (sequence >= next && sequence <= game->count &&
             (sequence == next || game->dead_until != 0))
        cause = NULL;
    if (cause != NULL)
        fail_ping(game, cause, expected, got.data);
    free_bytes(&got);
    return sequence;
}

/* Appends data with its ASCII letters in upper case. */
static void add_capitals(struct bytes *to, const char *data, size_t length)
{
    size_t from = to->length;
    add_bytes(to, data, length);
    for (size_t i = from; i < to->length; i++)
        if (to->data[i] >= 'a' && to->data[i] <= 'z')
            to->data[i] = (char)(to->data[i] - 'a' + 'A');
}

/* Takes in one ping, if one is there, and begins its step. */
static bool take_ping(struct game *game)
{
    static char room[65536];
    ssize_t n = poll_datagram(game->peer, room, sizeof room - 1);
    char what[NAME_SIZE + 16];
    if (n < 0)
        return false;
    room[n] = '\0';
    snprintf(what, sizeof what, "%s gets", game->peer->role);
    note_bytes(RIGHT_SIDE, what, room, (size_t)n);
    long sequence = check_ping(game, room, (size_t)n);
    struct ping *ping = &game->pings[sequence];
    ping->came = moment(game->peer->stamp);
    ping->from = game->peer->from;
    ping->from_size = game->peer->from_size;
    game->sampled = 0;
    sample(game);
    ping->lag = game->lag + stalls;
    clear_bytes(&ping->answer);
    add_capitals(&ping->answer, room, (size_t)n);
    game->current = sequence;
    game->todo = game->steps[(size_t)(sequence - 1) % game->step_count];
    pay(game, LATE);
    go_on(game);
    return true;
}

/* Sleeps until a ping comes, something is due, or a few milliseconds are over.
 */
static void rest(struct game *playing[], size_t count)
{
    struct pollfd fds[MOST_GAMES];
    double now = clock_ms(), until = now + 5;
    for (size_t i = 0; i < count; i++) {
        fds[i] = (struct pollfd){playing[i]->peer->fd, POLLIN, 0};
        if (playing[i]->due != 0 && playing[i]->due < until)
            until = playing[i]->due;
    }
    /* A sleep is never exact; what is due is. */
    poll(fds, (nfds_t)count,
         until - now > EXACT_MS ? (int)(until - now) - 1 : 0);
}

/* Plays one game as far as it goes without waiting. Returns whether it is over.
 */
static bool play_on(struct game *game)
{
    if (game->ended != 0)
        return true;
    sample(game);
    while (!game->refuses && take_ping(game))
        ;
    if (game->due != 0 && clock_ms() >= game->due)
        go_on(game);
    if (game->dead_until > 0 &&
        count_lines(game->program) >= game->dead_until) {
        accept_all(game->peer);
        note(LEFT_SIDE, "%s is there again", game->peer->role);
        game->dead_until = -game->dead_until;
    }
    if (!is_over(game->program))
        return false;
    while (!game->refuses && take_ping(game))
        ;
    game->ended = clock_ms();
    game->program->wanted_end = true;
    return true;
}

/* --- judging ------------------------------------------------------------- */

/* What a line about a ping says. */
struct line {
    bool reply;
    double rtt, unit; /* ms; and what one in its last digit is */
};

/* What is known while the lines are read, one by one. */
struct judgement {
    struct game *game;
    const char *next, *end; /* of the output */
    double earliest;        /* when the ping can have been sent, at the least */
    long received;
    bool trusted;           /* an RTT without strays was right */
    double low[3], high[3]; /* bounds of min, sum, max in ms */
};

/* How long, from one ping to the next or to the end, the machine was busy with
 * others. */
static double lag_after(const struct game *game, long sequence)
{
    const struct ping *next = &game->pings[sequence + 1];
    return (sequence < game->count && next->came != 0 ? next->lag
                                                      : game->lag + stalls) -
           game->pings[sequence].lag;
}

/* Something is too late by excess milliseconds. Asks for another round: for a
 * second one always, for a third where the machine has been too busy; after that
 * it fails, or is let pass. */
static void doubt(struct game *game, long sequence, double excess,
                  const char *cause, const char *expected, const char *got)
{
    double lag = lag_after(game, sequence);
    if (this_round == 0 || (this_round > 1 && lag < excess / 2))
        fail_ping(game, cause, expected, got);
    note(LEFT_SIDE, "(expected %s; got %s: once more, and slower)", expected,
         got);
    note(LEFT_SIDE, "(the program waited %.0f ms for a processor)", lag);
    repeats = this_round < ROUNDS;
}

/* Reads a decimal number with at least `least` digits behind the point. Returns
 * what follows, or NULL. Sets what one in its last digit is. */
static const char *read_decimal(const char *text, int least, double *value,
                                double *unit)
{
    const char *start = text + (*text == '-');
    const char *point = start + strspn(start, "0123456789");
    if (point == start || *point != '.')
        return NULL;
    int digits = (int)strspn(point + 1, "0123456789");
    *value = strtod(text, NULL);
    *unit = 1;
    for (int i = 0; i < digits; i++)
        *unit /= 10;
    return digits >= least ? point + 1 + digits : NULL;
}

/* Whether text is the address of the server as it may be shown. */
static bool is_address(const struct game *game, const char *text, size_t length)
{
    static const char *const twins[] = {"127.0.0.1", "::1", "::ffff:127.0.0.1",
                                        "localhost"};
    const struct bytes *own = find_part(game->peer->role, ".address");
    if (length == own->length + 7 && strncmp(text, "::ffff:", 7) == 0)
        return memcmp(text + 7, own->data, own->length) == 0;
    if (strcmp(own->data, "::") != 0)
        return length == own->length && memcmp(text, own->data, length) == 0;
    for (size_t i = 0; i < sizeof twins / sizeof twins[0]; i++)
        if (strlen(twins[i]) == length && memcmp(text, twins[i], length) == 0)
            return true;
    return false;
}

/* Reads a line about ping number sequence. Returns whether it is one. */
static bool read_line(const struct game *game, const char *text, long sequence,
                      struct line *line)
{
    static const char from[] = "Reply from ", rtt[] = "    RTT = ";
    char head[40];
    int length = snprintf(head, sizeof head, "Sequence %ld: ", sequence);
    if (strncmp(text, head, (size_t)length) != 0)
        return false;
    text += length;
    line->reply = false;
    if (strcmp(text, "Request timed out.") == 0)
        return true;
    const char *middle = strstr(text, rtt);
    if (strncmp(text, from, sizeof from - 1) != 0 || middle == NULL)
        return false;
    text += sizeof from - 1;
    if (middle < text || !is_address(game, text, (size_t)(middle - text)))
        return false;
    line->reply = true;
    text = read_decimal(middle + sizeof rtt - 1, 3, &line->rtt, &line->unit);
    if (text == NULL || strcmp(text, "s") != 0)
        return false;
    line->rtt *= 1e3;
    line->unit *= 1e3;
    return true;
}

/* The next line of output, as a string; NULL when there is none. */
static const char *take_line(struct judgement *j)
{
    static struct bytes line;
    const char *end = memchr(j->next, '\n', (size_t)(j->end - j->next));
    clear_bytes(&line);
    if (end == NULL)
        return NULL;
    add_bytes(&line, j->next, (size_t)(end - j->next));
    j->next = end + 1;
    return line.data;
}

/* What should be said of ping number sequence, for `expected`. */
static const char *say_wanted(const struct game *game, long sequence)
{
    static char text[160];
    const struct ping *ping = &game->pings[sequence];
    const char *address = find_part(game->peer->role, ".address")->data;
    if (ping->answered != 0)
        snprintf(text, sizeof text,
                 "a line \"Sequence %ld: Reply from %s    RTT = %.6fs\" (or a "
                 "little more)",
                 sequence, strcmp(address, "::") == 0 ? "127.0.0.1" : address,
                 (ping->answered - ping->came) / 1e3);
    else
        snprintf(text, sizeof text,
                 "a line \"Sequence %ld: Request timed out.\"", sequence);
    return text;
}

/* The likeliest of the strays that ping number sequence has met. */
static const char *stray_cause(const struct game *game, long sequence)
{
    unsigned strays = game->pings[sequence].strays;
    if (strays & (1u << LATE_ONE | 1u << OLD | 1u << COMING))
        return "STRAY_COUNTED late";
    if (strays & 1u << TWIN)
        return "STRAY_COUNTED twin";
    if (strays & (1u << PORT | 1u << ADDRESS))
        return "STRAY_COUNTED stranger";
    return strays != 0 ? "STRAY_COUNTED" : NULL;
}

/* When the program has gone on from a ping, as far as that is known, or 0. */
static double moved_on(const struct game *game, long sequence)
{
    return sequence == game->count ? game->ended
                                   : game->pings[sequence + 1].came;
}

/* A line about a ping has not come. */
_Noreturn static void fail_missing(struct judgement *j, long sequence)
{
    struct game *game = j->game;
    struct program *program = game->program;
    const struct ping *ping = &game->pings[sequence];
    const char *wanted = say_wanted(game, sequence), *cause = "";
    struct bytes got = {0};
    size_t left = (size_t)(j->end - j->next);
    if (left > 0)
        add_quoted(&got, j->next, left, 120);
    else
        add_text(&got, "nothing more");
    add_text(&got, "; %s", say_end(program));
    if (program->ended && strstr(program->errors.data, "refused") != NULL)
        cause = "REFUSED_ENDS";
    else if (program->ended && program->status != 0)
        cause = "WRONG_STATUS trouble";
    else if (!program->ended && game->pings[sequence + 1].came != 0)
        fail((struct failure){.kind = MISSING_OUTPUT, .program = program},
             wanted, got.data);
    else if (!program->ended && ping->answered != 0)
        cause = ping->strays != 0 ? "ANSWER_MISSED strays" : "ANSWER_MISSED";
    else if (!program->ended && ping->came != 0)
        cause = "NO_TIMEOUT";
    else if (!program->ended && sequence > 1)
        cause = game->pings[sequence - 1].answered != 0 ? "WRONG_PACE" : "";
    else if (sequence == 1 && ping->came == 0)
        cause = " no ping";
    char next[64];
    snprintf(next, sizeof next, "ping %ld at once after the answer", sequence);
    if (strcmp(cause, "WRONG_PACE") == 0)
        fail_ping(game, cause, next, "none; the program still waits");
    fail_ping(game, cause, wanted, got.data);
}

/* Fails because of the line about a ping. */
_Noreturn static void fail_line(struct game *game, const char *cause,
                                long sequence, const char *line)
{
    struct bytes got = {0};
    add_quoted(&got, line, strlen(line), 160);
    fail_ping(game, cause, say_wanted(game, sequence), got.data);
}

/* Fails because the RTT is not from low to high. */
_Noreturn static void fail_rtt(struct game *game, long sequence,
                               const struct line *line, double low, double high)
{
    char expected[120], got[120];
    const char *cause = stray_cause(game, sequence);
    bool above = line->rtt > high;
    double off = line->rtt - (low + high) / 2, rest = (high - low) / 2 + 5;
    double seconds = whole_part(off / 1e3 + (off > 0 ? 0.5 : -0.5));
    snprintf(expected, sizeof expected,
             "an RTT from %.6fs to %.6fs for ping %ld", low / 1e3, high / 1e3,
             sequence);
    snprintf(got, sizeof got, "%.6fs", line->rtt / 1e3);
    double other = above ? line->rtt / 1e3 : line->rtt * 1e3;
    if (other >= low && other <= lesser(high, low + low / 20 + 2))
        cause = "WRONG_UNIT";
    else if (game->program->fake_time)
        cause = "WALL_CLOCK";
    else if (seconds != 0 && distance(off, 1e3 * seconds) < rest)
        cause = "WRONG_RTT second";
    else if (above || cause == NULL)
        cause = "WRONG_RTT";
    fail_ping(game, cause, expected, got);
}

/* A reply is claimed. */
static void judge_reply(struct judgement *j, long sequence, const char *text,
                        const struct line *line)
{
    struct game *game = j->game;
    const struct ping *ping = &game->pings[sequence];
    if (ping->answered == 0) {
        const char *cause = stray_cause(game, sequence);
        fail_line(game, cause ? cause : " made up", sequence, text);
    }
    double low = ping->answered - ping->came;
    double high = moved_on(game, sequence);
    high = (high != 0 ? high : clock_ms()) - j->earliest;
    double off = line->unit + 0.02 + low / 2000;
    /* Where the RTTs are not the subject, they still tell a stray from an
     * answer, if they are right otherwise. */
    bool below = line->rtt < low - off,
         right = !below && line->rtt <= high + off;
    if (right && ping->strays == 0 && low > HOLD_LEAST)
        j->trusted = true;
    if (!right && ((aspects & TIMES) != 0 ||
                   ((aspects & CLOCK) != 0 && line->rtt < low / 2) ||
                   (line->rtt < low - 2 && j->trusted && ping->strays != 0)))
        fail_rtt(game, sequence, line, low, high);
    low = greater(low - off, line->rtt - line->unit);
    high = lesser(high + off, line->rtt + line->unit);
    for (int i = 0; i < 3; i++) {
        bool take_low =
            j->received == 0 || (i == 0 ? low < j->low[0] : low > j->low[i]);
        bool take_high = j->received == 0 ||
                         (i == 0 ? high < j->high[0] : high > j->high[i]);
        if (i == 1) {
            j->low[1] += low;
            j->high[1] += high;
        } else {
            j->low[i] = take_low ? low : j->low[i];
            j->high[i] = take_high ? high : j->high[i];
        }
    }
    j->received++;
}

/* A time-out is claimed. */
static void judge_timeout(struct judgement *j, long sequence, const char *text)
{
    struct game *game = j->game;
    const struct ping *ping = &game->pings[sequence];
    double moved = moved_on(game, sequence);
    double wait = (double)game->wait;
    char got[160], expected[120];
    if (ping->came == 0)
        return; /* nobody was there */
    bool early = moved != 0 && moved < j->earliest + wait - 2;
    if (ping->answered != 0) {
        /* It may have gone on before it could see the answer. */
        bool before = early && moved < ping->answered + 2 * EXACT_MS;
        const char *cause = ping->strays != 0 && early ? "WAIT_CUT"
                            : ping->strays != 0        ? "ANSWER_MISSED strays"
                            : before                   ? "WAIT_CUT early"
                                                       : "ANSWER_MISSED";
        struct bytes line = {0};
        add_quoted(&line, text, strlen(text), 120);
        if (early)
            fail_line(game, cause, sequence, text);
        doubt(game, sequence, wait - (ping->answered - ping->came), cause,
              say_wanted(game, sequence), line.data);
        free_bytes(&line);
        return;
    }
    snprintf(expected, sizeof expected,
             "a wait of %ld ms for the answer to ping %ld", game->wait,
             sequence);
    snprintf(got, sizeof got, "%.0f ms", moved - ping->came);
    if (early)
        fail_ping(game, ping->strays != 0 ? "WAIT_CUT" : "WAIT_CUT early",
                  expected, got);
    double interval = (double)game->interval;
    double late = moved - ping->came - greater(wait, interval);
    if (moved != 0 && sequence < game->count && late > (double)game->slack)
        doubt(game, sequence, late,
              interval > 0 && moved - ping->came > wait + interval - 5
                  ? "WRONG_PACE answer"
                  : "NO_TIMEOUT late",
              expected, got);
}

/* Judges when the next ping has come, where that is known. */
static void judge_pace(struct judgement *j, long sequence, bool reply)
{
    struct game *game = j->game;
    const struct ping *ping = &game->pings[sequence];
    double next = game->pings[sequence + 1].came;
    double interval = (double)game->interval;
    char expected[160], got[160];
    double ready = reply             ? ping->answered
                   : ping->came == 0 ? j->earliest
                                     : j->earliest + (double)game->wait;
    double base = greater(ready, j->earliest + interval);
    j->earliest = base;
    if (sequence == game->count || next == 0)
        return;
    snprintf(expected, sizeof expected,
             game->interval > 0 ? "ping %ld %ld ms after the one before"
                                : "ping %ld at once after the answer",
             sequence + 1, game->interval);
    snprintf(got, sizeof got,
             "it came %.1f ms after the one before, whose "
             "answer took %.1f ms",
             next - ping->came, reply ? ping->answered - ping->came : 0);
    if (ping->came == 0)
        snprintf(got, sizeof got, "it came earlier");
    if (next < base - 2)
        fail_ping(game, "WRONG_PACE early", expected, got);
    if (!reply)
        return;
    ready = greater(ping->answered, ping->came + interval);
    if (next > ready + (double)game->slack)
        doubt(game, sequence, next - ready,
              game->interval > 0 ? "WRONG_PACE answer" : "WRONG_PACE", expected,
              got);
}

/* Judges the line that says how many were lost. */
static void judge_loss(struct judgement *j)
{
    struct game *game = j->game;
    char expected[120];
    struct bytes got = {0};
    double lost = (double)(game->count - j->received);
    double percent = 100 * lost / (double)game->count;
    const char *line = take_line(j), *cause = " statistics";
    static const char form[] =
        "%ld packets transmitted, %ld received, %.1f%% packet loss";
    snprintf(expected, sizeof expected, form, game->count, j->received,
             percent);
    if (line != NULL && strcmp(line, expected) == 0)
        return;
    if (line == NULL)
        add_text(&got, "nothing more; %s", say_end(game->program));
    else
        add_quoted(&got, line, strlen(line), 120);
    long sent = 0, received = 0;
    double loss = 0, rounded = whole_part(percent * 10) / 10;
    if (line != NULL &&
        sscanf(line, "%ld packets transmitted, %ld received, %lf%% packet loss",
               &sent, &received, &loss) == 3) {
        if (strchr(line, '.') == NULL || *(strchr(line, '.') + 2) != '%')
            cause = " percent";
        else if (sent != game->count || received != j->received)
            cause = "WRONG_STATISTICS";
        else if (distance(loss, (100 - percent)) < 0.06)
            cause = "WRONG_STATISTICS percent";
        else if (loss == whole_part(percent) || loss == 0)
            cause = "INTEGER_DIVISION";
        else if (distance(loss, rounded) < 0.01 && rounded != percent)
            cause = "WRONG_STATISTICS rounding";
    } else if (game->program->ended && game->program->status != 0 &&
               line == NULL) {
        cause = "WRONG_STATUS trouble";
    }
    struct bytes wanted = {0};
    add_text(&wanted, "a line \"%s\"", expected);
    fail_ping(game, cause, wanted.data, got.data);
}

/* Why an average is wrong that should be about `right`. */
static const char *average_cause(const struct judgement *j, const double has[3])
{
    const struct game *game = j->game;
    double sum = (j->low[1] + j->high[1]) / 2;
    double lost = (double)(game->count - j->received);
    double near = 0.02 * has[1] + 0.01;
    if (has[1] == whole_part(has[1]))
        return "INTEGER_DIVISION average";
    if (lost > 0 && distance(has[1], sum / (double)game->count) < near)
        return "WRONG_STATISTICS lost";
    if (lost > 0 && distance(has[1], (sum + lost * (double)game->wait) /
                                         (double)game->count) < near)
        return "WRONG_STATISTICS lost";
    return "WRONG_STATISTICS average";
}

/* Which of the three times is wrong, and why; NULL: none. */
static const char *times_cause(const struct judgement *j, const double has[3],
                               const double unit[3])
{
    double n = (double)j->received;
    double low[3] = {j->low[0], j->low[1] / n, j->low[2]};
    double high[3] = {j->high[0], j->high[1] / n, j->high[2]};
    bool right[3], thousand = true, whole = true;
    for (int i = 0; i < 3; i++) {
        right[i] = has[i] >= low[i] - unit[i] && has[i] <= high[i] + unit[i];
        thousand =
            thousand && !right[i] &&
            ((has[i] * 1e3 >= low[i] - 1 && has[i] * 1e3 <= high[i] + 1) ||
             (has[i] / 1e3 >= low[i] - 1 && has[i] / 1e3 <= high[i] + 1));
        whole = whole && has[i] == whole_part(has[i]);
    }
    if (thousand)
        return "WRONG_UNIT";
    if (whole && j->received > 1)
        return "INTEGER_DIVISION whole";
    if (!right[0])
        return "WRONG_STATISTICS min";
    if (!right[2])
        return "WRONG_STATISTICS max";
    /* Of one or two, the least and the greatest tell the average exactly. */
    if (right[1] && j->received <= 2 &&
        distance(has[1], (has[0] + has[2]) / 2) > unit[0] + unit[1])
        right[1] = false;
    if (has[1] < has[0] || has[1] > has[2])
        right[1] = false;
    return right[1] ? NULL : average_cause(j, has);
}

/* Judges the line with the times. */
static void judge_times(struct judgement *j)
{
    static const char head[] = "rtt min/avg/max = ";
    struct game *game = j->game;
    const char *line = take_line(j), *text = line, *cause = " statistics";
    double has[3] = {0}, unit[3] = {0}, n = (double)j->received;
    char expected[160];
    struct bytes got = {0};
    if (text != NULL && strncmp(text, head, sizeof head - 1) == 0) {
        text += sizeof head - 1;
        for (int i = 0; i < 3 && text != NULL; i++) {
            text = read_decimal(text, 3, &has[i], &unit[i]);
            if (text != NULL && i < 2)
                text = *text == '/' ? text + 1 : NULL;
        }
        if (text != NULL && strcmp(text, " ms") == 0)
            cause = times_cause(j, has, unit);
    }
    if (cause == NULL)
        return;
    snprintf(expected, sizeof expected,
             "a line \"rtt min/avg/max = %.3f/%.3f/%.3f ms\", or near to it",
             (j->low[0] + j->high[0]) / 2, (j->low[1] + j->high[1]) / 2 / n,
             (j->low[2] + j->high[2]) / 2);
    if (line == NULL)
        add_text(&got, "nothing more; %s", say_end(game->program));
    else
        add_quoted(&got, line, strlen(line), 120);
    fail_ping(game, cause, expected, got.data);
}

/* Nothing may follow. */
static void judge_rest(const struct judgement *j)
{
    struct bytes got = {0};
    if (j->next == j->end)
        return;
    add_quoted(&got, j->next, (size_t)(j->end - j->next), 120);
    fail_ping(j->game,
              j->received == 0 && strncmp(j->next, "rtt ", 4) == 0
                  ? "WRONG_STATISTICS none"
                  : " more",
              "no more lines", got.data);
}

/* The exit status tells whether anything came. */
static void judge_status(const struct judgement *j)
{
    struct program *program = j->game->program;
    int wanted = j->received > 0 ? 0 : 1;
    char expected[80];
    if (!program->ended)
        fail_words(NO_EXIT, program, NULL, "the program ends",
                   "the program still runs");
    snprintf(expected, sizeof expected, "exit status %d%s", wanted,
             wanted == 0 ? ", as an answer came" : ", as no answer came");
    if (program->signal != 0 || program->timed_out || program->status != wanted)
        fail((struct failure){.kind = WRONG_EXIT,
                              .program = program,
                              .wanted = wanted},
             expected, say_end(program));
}

/* After the port was unreachable, pings come again. */
static void judge_return(const struct judgement *j)
{
    struct game *game = j->game;
    bool came = game->dead_until == 0;
    for (long i = labs(game->dead_until) + 2; i <= game->count; i++)
        came = came || game->pings[i].came != 0;
    if (!came)
        doubt(game, labs(game->dead_until) - 1, (double)game->wait,
              "REFUSED_ENDS after", "more pings, after one was refused",
              "none");
}

/* Judges the whole run by its output. */
static void judge(struct game *game)
{
    struct program *program = game->program;
    struct judgement j = {.game = game,
                          .next = program->output.data,
                          .end = program->output.data + program->output.length,
                          .earliest = game->started};
    for (long sequence = 1; sequence <= game->count && !repeats; sequence++) {
        const char *text = take_line(&j);
        struct line line;
        if (text == NULL)
            fail_missing(&j, sequence);
        if (!read_line(game, text, sequence, &line))
            fail_line(game, " ping line", sequence, text);
        if (line.reply)
            judge_reply(&j, sequence, text, &line);
        else
            judge_timeout(&j, sequence, text);
        judge_pace(&j, sequence, line.reply);
    }
    if (repeats)
        return;
    judge_return(&j);
    if ((aspects & LOSS) != 0)
        judge_loss(&j);
    else if ((aspects & TIMES) != 0)
        take_line(&j);
    if ((aspects & TIMES) != 0 && j.received > 0)
        judge_times(&j);
    if ((aspects & TIMES) != 0)
        judge_rest(&j);
    if ((aspects & LOSS) != 0)
        judge_status(&j);
}

/* Reads the words that say what is judged; returns where the others begin. */
static size_t read_aspects(void)
{
    size_t i = 1;
    for (aspects = 0;; i++)
        if (strcmp(word(i), "loss") == 0)
            aspects |= LOSS;
        else if (strcmp(word(i), "times") == 0)
            aspects |= TIMES;
        else if (strcmp(word(i), "clock") == 0)
            aspects |= CLOCK;
        else
            return i;
}

void do_pinged(void)
{
    struct game *playing[MOST_GAMES];
    size_t count = 0;
    for (size_t i = read_aspects(); i < word_count; i += 2) {
        struct game *game = game_of(peer_at(i + 1));
        if (game == NULL || count == MOST_GAMES)
            wrong_script("no pattern for %s", word(i + 1));
        game->program = program_at(i);
        game->started = moment(game->program->started);
        playing[count++] = game;
    }
    for (bool over = false, patient = true; !over && patient;) {
        double now = clock_ms();
        over = true;
        for (size_t i = 0; i < count; i++)
            over = play_on(playing[i]) && over;
        if (!over) {
            rest(playing, count);
            patient = wait_more(-1, 0, 0);
        }
        if (clock_ms() - now > STALL_LEAST)
            stalls += clock_ms() - now;
    }
    for (size_t i = 0; i < count && !repeats; i++)
        judge(playing[i]);
}

/* --- the server ---------------------------------------------------------- */

void do_capitals(void)
{
    struct bytes copy = {0};
    const struct bytes *data = data_from(2);
    add_capitals(&copy, data->data, data->length);
    set_data(word(1), copy.data, copy.length);
    free_bytes(&copy);
}

void do_lines(void)
{
    struct program *program = program_at(1);
    long least = (long)number(2);
    char expected[80];
    snprintf(expected, sizeof expected, "at least %ld lines on standard output",
             least);
    while (count_lines(program) < least)
        if (program->out == -1 || !wait_more(-1, 0, TICK))
            fail((struct failure){.kind = MISSING_OUTPUT, .program = program},
                 expected,
                 count_lines(program) == 0 ? "none" : "fewer than that");
}

/* One message to the server, and what came for it. */
struct message {
    struct peer *peer;
    char text[16];
    bool answered;
};

enum { MOST_MESSAGES = 40 };

static bool is_lost(long i, long loss)
{
    return loss > 0 && i % loss == 1;
}

/* Whether a server that counts in one of the wrong ways would have answered
 * just these. */
static bool fits(const struct message messages[], long count, long loss,
                 int way)
{
    for (long i = 1, ours = 0, theirs = 0; i <= count; i++) {
        bool first = messages[i].peer == messages[1].peer;
        long own = first ? ++ours : ++theirs;
        bool dropped = way == 0   ? false
                       : way == 1 ? loss > 0 && i % loss == 0
                       : way == 2 ? loss > 0 && own % loss == 1
                       : way == 3 ? loss > 0 && (i - 1) % loss == 0
                                  : true;
        if (messages[i].answered == dropped)
            return false;
    }
    return true;
}

/* Fails because message number i was answered, or was not, against the rule. */
_Noreturn static void fail_loss(struct program *program,
                                const struct message messages[], long count,
                                long loss)
{
    static const char *const causes[] = {"WRONG_LOSS none", "WRONG_LOSS zero",
                                         "WRONG_LOSS client", "WRONG_LOSS one",
                                         "WRONG_LOSS all"};
    struct bytes wanted = {0}, got = {0};
    const char *cause = "WRONG_LOSS";
    for (int way = 4; way >= 0; way--)
        if (fits(messages, count, loss, way))
            cause = causes[way];
    add_text(&wanted, "of %ld messages, these dropped:", count);
    add_text(&got, "these:");
    for (long i = 1; i <= count; i++) {
        if (is_lost(i, loss))
            add_text(&wanted, " %ld", i);
        if (!messages[i].answered)
            add_text(&got, " %ld", i);
    }
    if (program->ended)
        add_text(&got, "; %s", say_end(program));
    fail((struct failure){.kind = WRONG_PING,
                          .program = program,
                          .cause = program->ended ? "" : cause},
         wanted.data, got.data);
}

/* Takes in the answers that are there. */
static void take_answers(struct message messages[], long count)
{
    char room[64];
    for (long k = 1; k <= count; k++) {
        struct peer *peer = messages[k].peer;
        ssize_t n;
        while ((n = poll_datagram(peer, room, sizeof room)) >= 0) {
            struct bytes text = {0};
            long i = 1;
            note_bytes(RIGHT_SIDE, sends(peer), room, (size_t)n);
            for (; i <= count; i++) {
                clear_bytes(&text);
                add_capitals(&text, messages[i].text, strlen(messages[i].text));
                if (messages[i].peer == peer && !messages[i].answered &&
                    text.length == (size_t)n &&
                    memcmp(text.data, room, (size_t)n) == 0)
                    break;
            }
            if (i > count)
                fail_words(EXTRA_DATAGRAM, peer->program, peer,
                           "an answer to one of the messages, and only one",
                           "another datagram");
            messages[i].answered = true;
            free_bytes(&text);
        }
    }
}

/* Stays on one processor, or lets us loose again: what goes out there comes in
 * in the same order, whatever the socket. */
static void stay_here(bool here)
{
#ifdef __linux__
    static cpu_set_t before;
    cpu_set_t one;
    if (!here) {
        sched_setaffinity(0, sizeof before, &before);
        return;
    }
    sched_getaffinity(0, sizeof before, &before);
    CPU_ZERO(&one);
    CPU_SET((size_t)sched_getcpu(), &one);
    sched_setaffinity(0, sizeof one, &one);
#else
    (void)here;
#endif
}

/* Sends the messages, each from one of the peers. */
static void send_messages(struct message messages[], long count)
{
    stay_here(true);
    for (long i = 1; i <= count; i++) {
        struct bytes data = {0};
        struct message *one = &messages[i];
        *one = (struct message){0};
        one->peer = peer_at(word_count > 5 && next_random() % 2 ? 5 : 4);
        for (size_t k = 0; k < 12; k++)
            one->text[k] = (char)('a' + next_random() % 26);
        add_bytes(&data, one->text, 12);
        send_to_program(one->peer, 1, &data);
        free_bytes(&data);
    }
    stay_here(false);
}

/* A server handles one message after the other: when the last one has been
 * answered, those before have been, too, or will not be. */
void do_served(void)
{
    static struct message messages[MOST_MESSAGES + 1];
    struct program *program = program_at(1);
    long loss = (long)number(2), count = (long)number(3);
    if (count > MOST_MESSAGES || is_lost(count, loss))
        wrong_script("served: too many, or the last one is to be dropped");
    send_messages(messages, count);
    for (bool complete = false; !complete;) {
        complete = true;
        take_answers(messages, count);
        for (long i = 1; i <= count; i++)
            complete = complete && (messages[i].answered || is_lost(i, loss));
        if (!complete && (program->ended || !wait_more(-1, 0, SHORT_TICK)))
            fail_loss(program, messages, count, loss);
    }
    for (long i = 1; i <= count; i++)
        if (messages[i].answered && is_lost(i, loss))
            fail_loss(program, messages, count, loss);
}

void begin_round(int round)
{
    this_round = round;
    repeats = false;
}

bool must_repeat(void)
{
    return repeats;
}
