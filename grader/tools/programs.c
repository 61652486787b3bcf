/* programs.c - the commands that start, watch and end programs. */
#define _GNU_SOURCE /* memmem */
#include "commands.h"

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void do_start(void)
{
    struct start how = {.role = word(1), .files = 256};
    static char *arguments[MOST_WORDS], *environment[MOST_WORDS];
    size_t i = 2, variable_count = 0, argument_count = 0;
    enum serving serves = ONE;
    for (; word(i)[0] == '-'; i += 2)
        if (strcmp(word(i), "-serves") == 0)
            serves = strcmp(word(i + 1), "processes") == 0 ? PROCESSES
                     : strcmp(word(i + 1), "poll") == 0    ? POLL
                                                           : THREADS;
        else if (strcmp(word(i), "-on") == 0)
            how.terminal = strcmp(word(i + 1), "terminal") == 0;
        else if (strcmp(word(i), "-files") == 0)
            how.files = (int)number(i + 1);
        else if (strcmp(word(i), "-cut") == 0)
            how.cut = (int)number(i + 1);
        else if (strcmp(word(i), "-cutout") == 0)
            how.cut_out = (int)number(i + 1);
        else if (strcmp(word(i), "-disk") == 0)
            how.disk = (int)number(i + 1);
        else
            wrong_script("start: unknown option %s", word(i));
    for (; strchr(word(i), '=') != NULL; i++)
        environment[variable_count++] = words[i].data;
    environment[variable_count] = NULL;
    how.name = word(i++);
    if (strncmp(how.name, "reference:", 10) == 0) {
        how.reference = true;
        how.name += 10;
    }
    for (; i < word_count; i++)
        arguments[argument_count++] = words[i].data;
    arguments[argument_count] = NULL;
    how.arguments = arguments;
    how.environment = environment;
    start_program(&how)->serves = serves;
}

/* Whether a socket bound to `bound` is what a program that was told `asked` may
 * have: that address, or a dual-stack "::". NULL: it was told none. */
static bool serves(const char *bound, const char *asked)
{
    return asked == NULL || strcmp(bound, asked) == 0 ||
           strcmp(bound, "::") == 0;
}

/* Where a client goes to reach a socket that is bound there. */
static const char *reach(const char *bound, const char *asked)
{
    if (asked != NULL)
        return asked;
    return strcmp(bound, "0.0.0.0") == 0 || strcmp(bound, "::") == 0
               ? "127.0.0.1"
               : bound;
}

/* Finds a socket of the program that serves address and port (0: any). Notes
 * its place in the program. */
static bool is_bound(struct program *program, bool udp, const char *address,
                     int port)
{
    struct socket_fact facts[32];
    if (program->pid <= 0)
        return false;
    size_t count =
        find_sockets(program->pid, udp ? UDP_SOCKETS : LISTENERS, facts, 32);
    for (size_t i = 0; i < count; i++) {
        if (facts[i].udp != udp || (port != 0 && facts[i].port != port) ||
            (udp && facts[i].port == 0) || !serves(facts[i].address, address))
            continue;
        set_number(program->role, ".port", (unsigned long)facts[i].port);
        set_text(program->role, ".address", reach(facts[i].address, address));
        program->listened = true;
        return true;
    }
    return false;
}

/* Where the program listens, for `got`. */
static const char *say_places(const struct program *program, bool udp)
{
    static struct bytes text;
    struct socket_fact facts[8];
    size_t count =
        find_sockets(program->pid, udp ? UDP_SOCKETS : LISTENERS, facts, 8);
    clear_bytes(&text);
    add_text(&text, "%s", count > 0 ? "one on" : "none");
    for (size_t i = 0; i < count; i++)
        add_text(&text, "%s %s port %d", i > 0 ? ", and" : "", facts[i].address,
                 facts[i].port);
    return text.data;
}

static void wait_bound(bool udp)
{
    struct program *program = program_at(1);
    const char *address = word_count > 2 ? word(2) : NULL;
    int port = word_count > 3 ? (int)number(3) : 0;
    char expected[200];
    snprintf(expected, sizeof expected, "a socket that %s%s%s%s%.0d",
             udp ? "is bound" : "listens", address ? " on " : "",
             address ? address : "", port ? " port " : "", port);
    while (!is_bound(program, udp, address, port)) {
        if (program->ended)
            fail((struct failure){.kind = ENDS_AT_START,
                                  .program = program,
                                  .udp = udp},
                 expected, say_end(program));
        if (!wait_more(-1, 0, SHORT_TICK))
            fail_words(udp ? NOT_BOUND : NOT_LISTENING, program, NULL, expected,
                       "the program runs, but has %s",
                       say_places(program, udp));
    }
    snprintf(expected, sizeof expected, "%s.port", program->role);
    note(RIGHT_SIDE, "(%s port %s)", udp ? "bound to" : "listens on",
         find_variable(expected)->data);
}

void do_listening(void)
{
    wait_bound(false);
}

void do_bound(void)
{
    wait_bound(true);
}

bool is_over(const struct program *program)
{
    return program->ended && program->control == -1 && program->out == -1 &&
           program->err == -1;
}

void wait_end(struct program *program, const char *expected)
{
    while (!is_over(program))
        if (!wait_more(-1, 0, TICK))
            fail_words(NO_EXIT, program, NULL, expected,
                       "the program still runs");
    program->wanted_end = true;
    if (program->left > 0)
        fail((struct failure){.kind = LEFT, .program = program},
             "no process is left when the program has ended",
             "processes were left behind, and killed");
}

/* Fails unless the program ends with a status from low to high. */
static void expect_exit(struct program *program, int low, int high)
{
    char expected[64];
    snprintf(expected, sizeof expected,
             low == high ? "exit status %d" : "exit status %d to %d", low,
             high);
    wait_end(program, expected);
    if (program->signal != 0 || program->timed_out || program->status < low ||
        program->status > high)
        fail((struct failure){.kind = WRONG_EXIT,
                              .program = program,
                              .wanted = low},
             expected, say_end(program));
}

static void parse_status(const char *text, int *low, int *high)
{
    char *end;
    *low = *high = (int)strtol(text, &end, 10);
    if (*end == '-')
        *high = (int)strtol(end + 1, &end, 10);
    if (*end != '\0')
        wrong_script("%s is no exit status", text);
}

void do_exits(void)
{
    int low, high;
    parse_status(word(2), &low, &high);
    expect_exit(program_at(1), low, high);
}

/* Whether text has a line `program: what: why`, a path before it or not. */
static bool has_message(const struct program *program)
{
    char pattern[NAME_SIZE + 64];
    regex_t message;
    snprintf(pattern, sizeof pattern, "^([^ ]*/)?%s: .*[^ ].*: *[^ ].*$",
             program->name);
    if (regcomp(&message, pattern, REG_EXTENDED | REG_NEWLINE | REG_NOSUB) != 0)
        wrong_script("regcomp %s", pattern);
    bool found = regexec(&message, program->errors.data, 0, NULL, 0) == 0;
    regfree(&message);
    return found;
}

void do_fails(void)
{
    struct program *program = program_at(1);
    char expected[200];
    expect_exit(program, 1, 1);
    snprintf(expected, sizeof expected,
             "a line `%s: what it tried: why` on standard error",
             program->name);
    if (!has_message(program))
        fail_words(NO_MESSAGE, program, NULL, expected, "%s",
                   program->errors.length > 0 ? say_end(program)
                                              : "nothing there");
}

void do_complains(void)
{
    struct program *program = program_at(1);
    int low, high;
    parse_status(word(2), &low, &high);
    expect_exit(program, low, high);
    if (program->errors.length == 0)
        fail_words(NO_MESSAGE, program, NULL,
                   "words on standard error that say how to call it",
                   "nothing there");
}

void do_mentions(void)
{
    struct program *program = program_at(1);
    const struct bytes *text = data_from(2);
    struct bytes expected = {0};
    add_quoted(&expected, text->data, text->length, SHOWN);
    add_text(&expected, " on standard error");
    while (memmem(program->errors.data, program->errors.length, text->data,
                  text->length) == NULL)
        if (program->err == -1 || !wait_more(-1, 0, TICK))
            fail_words(NO_MESSAGE, program, NULL, expected.data, "%s",
                       program->errors.length > 0 ? say_end(program)
                                                  : "nothing there");
    free_bytes(&expected);
}

/* Whether the line at text is the wanted one. A dual-stack server may show an
 * IPv4 client as ::ffff:127.0.0.1 (RFC 4291, 2.5.5.2), and itself as "::". */
bool is_line(const char *text, size_t length, const struct bytes *wanted)
{
    static const char *const twins[][2] = {
        {" 127.0.0.1 port ", " ::ffff:127.0.0.1 port "},
        {"listening on 127.0.0.1 port ", "listening on :: port "},
        {"listening on ::1 port ", "listening on :: port "}};
    if (length == wanted->length && memcmp(text, wanted->data, length) == 0)
        return true;
    if (length == wanted->length + 7 && strncmp(text, "::ffff:", 7) == 0 &&
        strncmp(wanted->data, "127.0.0.1 port ", 15) == 0)
        return memcmp(text + 7, wanted->data, wanted->length) == 0;
    for (size_t i = 0; i < sizeof twins / sizeof twins[0]; i++) {
        struct bytes twin = {0};
        const char *at = strstr(wanted->data, twins[i][0]);
        if (at == NULL)
            continue;
        add_bytes(&twin, wanted->data, (size_t)(at - wanted->data));
        add_text(&twin, "%s%s", twins[i][1], at + strlen(twins[i][0]));
        bool same =
            length == twin.length && memcmp(text, twin.data, length) == 0;
        free_bytes(&twin);
        if (same)
            return true;
    }
    return false;
}

/* Finds a line of output from there on. Returns what stands behind it, or 0. */
static size_t find_line(const struct program *program, size_t start,
                        const struct bytes *line)
{
    const char *from = program->output.data + start;
    const char *end = program->output.data + program->output.length;
    for (const char *next; (next = memchr(from, '\n', (size_t)(end - from)));
         from = next + 1)
        if (is_line(from, (size_t)(next - from), line))
            return (size_t)(next + 1 - program->output.data);
    return 0;
}

/* What has come since the last line that the script used, for `got`. */
static const char *say_rest(const struct program *program)
{
    static struct bytes text;
    size_t length = program->output.length - program->said;
    clear_bytes(&text);
    if (length == 0)
        add_text(&text, "nothing%s", program->said > 0 ? " more" : "");
    else
        add_quoted(&text, program->output.data + program->said, length, 200);
    if (program->ended)
        add_text(&text, "; %s", say_end(program));
    return text.data;
}

/* Fails because line has not come; more says what else would do. What is most
 * like it in the output is `got` for find_cause. */
_Noreturn static void fail_line(struct program *program,
                                const struct bytes *line, const char *more)
{
    struct bytes expected = {0};
    const char *from = program->output.data + program->said, *got = from;
    const char *end = program->output.data + program->output.length;
    size_t at = 0;
    while (from != NULL && from < end) {
        size_t same = 0;
        while (from + same < end && same < line->length &&
               from[same] == line->data[same])
            same++;
        if (same > at)
            at = same, got = from;
        from = memchr(from, '\n', (size_t)(end - from));
        from = from ? from + 1 : NULL;
    }
    /* A copy: the output may grow and move while its program is looked at. */
    struct bytes came = {0};
    add_bytes(&came, got, (size_t)(end - got));
    add_text(&expected, "a line ");
    add_quoted(&expected, line->data, line->length, 200);
    add_text(&expected, "%s on standard output", more);
    fail((struct failure){.kind = MISSING_OUTPUT,
                          .program = program,
                          .expected = line->data,
                          .expected_length = line->length,
                          .got = came.data,
                          .got_length = came.length,
                          .at = at},
         expected.data, say_rest(program));
}

bool has_line(const struct program *program, const struct bytes *line)
{
    return find_line(program, 0, line) != 0;
}

void expect_line(struct program *program, const struct bytes *line,
                 bool anywhere)
{
    size_t end;
    while ((end = find_line(program, anywhere ? 0 : program->said, line)) == 0)
        if (program->out == -1 || !wait_more(-1, 0, TICK))
            fail_line(program, line, "");
    if (!anywhere)
        program->said = end;
}

void do_says(void)
{
    struct program *program = program_at(1);
    expect_line(program, data_from(2), strcmp(word(0), "says") != 0);
}

void do_never(void)
{
    struct program *program = program_at(1);
    const struct bytes *line = data_from(2);
    look_around(0);
    if (!has_line(program, line))
        return;
    struct bytes expected = {0};
    add_text(&expected, "no line ");
    add_quoted(&expected, line->data, line->length, 200);
    add_text(&expected, " yet");
    fail_words(EXTRA_OUTPUT, program, NULL, expected.data,
               "it is there already");
}

/* Reads `received: PIECE` lines at text, whose pieces make up data. Returns
 * what is behind them, or NULL. A line end may belong to the data or end the
 * piece: tries both. Other lines may stand between. */
static const char *read_pieces(const char *text, const char *text_end,
                               const char *data, const char *data_end,
                               bool inside)
{
    static const char tag[] = "received: ";
    while (!inside) {
        if (data == data_end)
            return text;
        const char *line_end = memchr(text, '\n', (size_t)(text_end - text));
        if ((size_t)(text_end - text) >= sizeof tag - 1 &&
            memcmp(text, tag, sizeof tag - 1) == 0) {
            text += sizeof tag - 1;
            inside = true;
        } else if (line_end != NULL) {
            text = line_end + 1;
        } else {
            return NULL;
        }
    }
    while (text < text_end) {
        if (*text == '\n') {
            const char *end =
                read_pieces(text + 1, text_end, data, data_end, false);
            if (end != NULL)
                return end;
        }
        if (data == data_end || *text != *data)
            return NULL;
        text++, data++;
    }
    return NULL;
}

void do_received(void)
{
    struct program *program = program_at(1);
    const struct bytes *data = data_from(2);
    for (;;) {
        const char *start = program->output.data;
        const char *end =
            read_pieces(start + program->said, start + program->output.length,
                        data->data, data->data + data->length, false);
        if (end != NULL) {
            program->said = (size_t)(end - start);
            return;
        }
        if (program->out != -1 && wait_more(-1, 0, TICK))
            continue;
        struct bytes line = {0};
        add_text(&line, "received: ");
        add_bytes(&line, data->data, data->length);
        fail_line(program, &line, " (or its pieces)");
    }
}

void do_answered(void)
{
    struct program *program = program_at(1);
    struct peer *peer = find_peer(word(2));
    const struct bytes *data = data_from(3);
    static const char tag[] = "received: ";
    unsigned long pieces = 0, empty = 0;
    look_around(0);
    const char *end = program->output.data + program->output.length;
    for (const char *line = program->output.data; line != NULL;) {
        if ((size_t)(end - line) >= sizeof tag - 1 &&
            memcmp(line, tag, sizeof tag - 1) == 0) {
            pieces++;
            empty +=
                line + sizeof tag - 1 < end && line[sizeof tag - 1] == '\n';
        }
        line = memchr(line, '\n', (size_t)(end - line));
        line = line ? line + 1 : NULL;
    }
    if (peer == NULL)
        wrong_script("no peer %s", word(2));
    unsigned long answers = peer->bytes_in / data->length;
    char expected[64];
    snprintf(expected, sizeof expected, "one answer for each piece: %lu",
             pieces);
    if (empty > 0)
        fail_words(EMPTY_PIECE, program, peer,
                   "no piece without data: recv() returned 0",
                   "%lu empty of %lu", empty, pieces);
    if (answers != pieces)
        fail_words(WRONG_COUNT, program, peer, expected, "%lu", answers);
}

void do_prints(void)
{
    struct program *program = program_at(1);
    const struct bytes *data = data_from(2);
    wait_end(program, "the program prints this and ends");
    if (program->output.length != data->length ||
        memcmp(program->output.data, data->data, data->length) != 0)
        fail_bytes(WRONG_OUTPUT, program, peer_of(program), data,
                   program->output.data, program->output.length);
}

/* A copy without CR and without empty lines at the end. */
struct bytes plain_lines(const struct bytes *text)
{
    struct bytes plain = {0};
    for (size_t i = 0; i < text->length; i++)
        if (text->data[i] != '\r')
            add_bytes(&plain, text->data + i, 1);
    add_bytes(&plain, "", 0);
    while (plain.length > 0 && plain.data[plain.length - 1] == '\n')
        plain.data[--plain.length] = '\0';
    return plain;
}

void do_shows(void)
{
    struct program *program = program_at(1);
    struct bytes data = plain_lines(data_from(2));
    wait_end(program, "the program prints this and ends");
    struct bytes output = plain_lines(&program->output);
    if (output.length != data.length ||
        memcmp(output.data, data.data, data.length) != 0)
        fail_bytes(WRONG_OUTPUT, program, NULL, &data, output.data,
                   output.length);
    free_bytes(&data);
    free_bytes(&output);
}

void do_input(void)
{
    struct program *program = program_at(1);
    const struct bytes *data = data_from(2);
    bool wait = strcmp(word(0), "pour") != 0;
    note_bytes(LEFT_SIDE, "types", data->data, data->length);
    queue_input(program, data->data, data->length);
    while (wait && program->typed.length > 0)
        if (!wait_more(-1, 0, TICK))
            fail_words(NOT_READING, program, NULL,
                       "the program reads its standard input", "it does not");
}

void do_noinput(void)
{
    struct program *program = program_at(1);
    note(LEFT_SIDE,
         program->terminal ? "types Ctrl-D" : "end of standard input");
    end_input(program);
}

void do_kill(void)
{
    struct program *program = program_at(1);
    bool hard = strcmp(word(0), "kill") == 0;
    note(LEFT_SIDE, "%s %s", hard ? "kills" : "stops", program->name);
    program->wanted_end = true;
    order(program, hard ? 'k' : 't');
    while (program->control != -1)
        if (!wait_more(-1, 0, TICK))
            fail_words(NO_EXIT, program, NULL,
                       "the program ends when it is told to",
                       "the program still runs");
}

/* A program that spins runs, or waits for a processor, nearly all the time,
 * however busy the machine is; one that waits for the network hardly ever. So
 * one short stretch of rest is enough. */
void do_idle(void)
{
    struct program *program = program_at(1);
    /* Whoever spins uses up processor time; whoever has work left, on a busy
     * machine, only waits for it. */
    const char *times = getenv("SLOWNESS");
    long long slowness = times == NULL ? 1 : atoi(times);
    long long deadline = now_ms() + IDLE_PATIENCE_MS;
    long long first_ns = look_at(program->pid).run_ns;
    for (;;) {
        struct activity before = look_at(program->pid);
        long long since = now_ms(), window;
        while ((window = now_ms() - since) < IDLE_WINDOW_MS && !program->ended)
            wait_more(-1, 0, SHORT_TICK);
        struct activity now = look_at(program->pid);
        long long ready = (now.ready_ns - before.ready_ns) / 1000000;
        if (program->ended || !now.known || (!now.busy && ready * 2 < window))
            return;
        long long used = (now.run_ns - first_ns) / 1000000;
        if (used > IDLE_LIMIT_MS * slowness || now_ms() > deadline)
            fail_words(NOT_IDLE, program, NULL,
                       "the program sleeps until something comes",
                       "it ran for %lld of the last %lld milliseconds", ready,
                       window);
    }
}

void do_lean(void)
{
    struct program *program = program_at(1);
    long long most = (long long)number(2) << 20, has = memory_of(program->pid);
    char expected[64];
    snprintf(expected, sizeof expected, "at most %lu MiB of memory", number(2));
    if (has > most)
        fail_words(MEMORY, program, NULL, expected, "%lld MiB", has >> 20);
}
