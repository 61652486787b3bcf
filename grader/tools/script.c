/* script.c - the words of a line, the variables, and how a step fails. */
#define _GNU_SOURCE /* strsignal */
#include "script.h"

#include <ctype.h>
#include <err.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct variable {
    struct bytes name, value;
    struct variable *next;
};
static struct variable *variables;

struct bytes words[MOST_WORDS];
size_t word_count;

struct bytes *find_variable(const char *name)
{
    for (struct variable *v = variables; v != NULL; v = v->next)
        if (strcmp(v->name.data, name) == 0)
            return &v->value;
    return NULL;
}

/* The variable of that name, empty. */
struct bytes *new_variable(const char *name)
{
    struct bytes *value = find_variable(name);
    if (value == NULL) {
        struct variable *v = calloc(1, sizeof *v);
        if (v == NULL)
            err(125, "calloc");
        add_text(&v->name, "%s", name);
        v->next = variables;
        variables = v;
        value = &v->value;
    }
    clear_bytes(value);
    return value;
}

struct bytes *find_part(const char *name, const char *part)
{
    char full[2 * NAME_SIZE];
    snprintf(full, sizeof full, "%s%s", name, part);
    return find_variable(full);
}

void set_text(const char *name, const char *part, const char *text)
{
    char full[2 * NAME_SIZE];
    snprintf(full, sizeof full, "%s%s", name, part);
    add_text(new_variable(full), "%s", text);
}

void set_number(const char *name, const char *part, unsigned long number)
{
    char text[24];
    snprintf(text, sizeof text, "%lu", number);
    set_text(name, part, text);
}

void set_data(const char *name, const char *data, size_t length)
{
    struct bytes copy = {0}; /* the data may be those of this variable */
    add_bytes(&copy, data, length);
    add_bytes(new_variable(name), copy.data, length);
    set_number(name, ".length", length);
    free_bytes(&copy);
}

/* Appends the value of the variable at *from, which stands behind a $. */
static void add_variable(struct bytes *word, const char **from)
{
    char name[NAME_SIZE];
    bool braces = **from == '{';
    const char *start = *from + braces, *end = start;
    while (isalnum((unsigned char)*end) || *end == '_' ||
           (*end == '.' && isalpha((unsigned char)end[1])))
        end++;
    snprintf(name, sizeof name, "%.*s", (int)(end - start), start);
    *from = end + (braces && *end == '}');
    if (name[0] == '\0' &&
        !braces) { /* a $ alone: the end of a line, in a regex */
        add_bytes(word, "$", 1);
        return;
    }
    const struct bytes *value = find_variable(name);
    if (value == NULL)
        wrong_script("no variable %s", name);
    add_bytes(word, value->data, value->length);
}

/* Appends the byte that the escape at *from, behind a backslash, stands for. */
static void add_escape(struct bytes *word, const char **from)
{
    static const char letters[] = "nrt0\\\"$", stand_for[] = "\n\r\t\0\\\"$";
    const char *known = strchr(letters, **from);
    unsigned byte;
    if (**from == 'x' && sscanf(*from + 1, "%2x", &byte) == 1) {
        char data = (char)byte;
        add_bytes(word, &data, 1);
        *from += 3;
    } else if (known != NULL && *known != '\0') {
        add_bytes(word, &stand_for[known - letters], 1);
        *from += 1;
    } else {
        wrong_script("unknown escape \\%c", **from);
    }
}

/* Appends one word; returns what is behind it. */
static const char *read_word(struct bytes *word, const char *from)
{
    char quote = '\0';
    while (*from != '\0' && (quote != '\0' || !isspace((unsigned char)*from))) {
        char c = *from++;
        if (quote == '\0' && (c == '"' || c == '\''))
            quote = c;
        else if (c == quote)
            quote = '\0';
        else if (c == '$' && quote != '\'')
            add_variable(word, &from);
        else if (c == '\\' && quote == '"')
            add_escape(word, &from);
        else
            add_bytes(word, &c, 1);
    }
    if (quote != '\0')
        wrong_script("no closing %c", quote);
    return from;
}

/* Splits a line into words. */
void read_words(const char *line)
{
    word_count = 0;
    while (isspace((unsigned char)*line))
        line++;
    while (*line != '\0' && !(word_count == 0 && *line == '#')) {
        if (word_count == MOST_WORDS)
            wrong_script("too many words");
        clear_bytes(&words[word_count]);
        line = read_word(&words[word_count++], line);
        while (isspace((unsigned char)*line))
            line++;
    }
}

/* The word at i as a string; missing words are a mistake in the script. */
const char *word(size_t i)
{
    if (i >= word_count)
        wrong_script("%s: too few words", words[0].data);
    return words[i].data;
}

/* The words from i on, joined: DATA. Overwritten by the next call. */
const struct bytes *data_from(size_t i)
{
    static struct bytes joined;
    word(i);
    if (i + 1 == word_count)
        return &words[i];
    clear_bytes(&joined);
    for (; i < word_count; i++)
        add_bytes(&joined, words[i].data, words[i].length);
    return &joined;
}

/* A number, with K or M behind it times 1024 or 1024 times 1024. */
unsigned long number(size_t i)
{
    char *end;
    unsigned long value = strtoul(word(i), &end, 10);
    if (*end == 'K' || *end == 'M')
        value <<= *end++ == 'K' ? 10 : 20;
    if (end == word(i) || *end != '\0')
        wrong_script("%s is not a number", word(i));
    return value;
}

struct program *program_at(size_t i)
{
    struct program *program = find_program(word(i));
    if (program == NULL)
        wrong_script("no program %s", word(i));
    return program;
}

struct peer *peer_at(size_t i)
{
    struct peer *peer = find_peer(word(i));
    if (peer == NULL || peer->fd == -1)
        wrong_script("no peer %s", word(i));
    return peer;
}

/* Fails with words; got is a format. */
__attribute__((format(printf, 5, 6))) _Noreturn void
fail_words(enum failure_kind kind, struct program *program, struct peer *peer,
           const char *expected, const char *got, ...)
{
    char text[2048];
    va_list list;
    va_start(list, got);
    vsnprintf(text, sizeof text, got, list);
    va_end(list);
    fail((struct failure){.kind = kind, .program = program, .peer = peer},
         expected, text);
}

/* What a program that has ended left to say: for `got`. */
const char *say_end(const struct program *program)
{
    static struct bytes text;
    clear_bytes(&text);
    if (program == NULL || !program->ended)
        add_text(&text, "the program still runs");
    else if (program->timed_out)
        add_text(&text, "it ran until the time was up");
    else if (program->signal != 0)
        add_text(&text, "killed by signal %d (%s)", program->signal,
                 strsignal(program->signal));
    else
        add_text(&text, "it ended with exit status %d", program->status);
    if (program != NULL && program->errors.length > 0) {
        size_t length = program->errors.length;
        const char *end = memchr(program->errors.data, '\n', length);
        add_text(&text, " and said ");
        add_quoted(&text, program->errors.data,
                   end ? (size_t)(end - program->errors.data) : length, 160);
    }
    return text.data;
}

/* Appends at most SHOWN bytes of data from `from` on, and its length. */
static void add_window(struct bytes *to, const char *data, size_t length,
                       size_t from)
{
    size_t end = from + SHOWN < length ? from + SHOWN : length;
    add_text(to, "%s\"", from > 0 ? "... " : "");
    if (from < end)
        add_escaped(to, data + from, end - from);
    add_text(to, "\"%s (%zu byte%s)", end < length ? " ..." : "", length,
             length == 1 ? "" : "s");
}

/* Fails because got (all that came) is not expected. Shows both from a little
 * before the first difference on, and where in the words for got that is. */
_Noreturn void fail_bytes(enum failure_kind kind, struct program *program,
                          struct peer *peer, const struct bytes *expected,
                          const char *got, size_t got_length)
{
    size_t at = 0, mark = 0;
    while (at < expected->length && at < got_length &&
           expected->data[at] == got[at])
        at++;
    size_t from = at > SHOWN / 2 ? at - SHOWN / 2 : 0;
    if (at < SHOWN && expected->length <= SHOWN)
        from = 0;
    struct bytes wanted = {0}, came = {0};
    add_window(&wanted, expected->data, expected->length, from);
    if (kind == WRONG_OUTPUT || kind == WRONG_FILE)
        add_text(&wanted,
                 kind == WRONG_FILE ? " in the file" : " on standard output");
    if (got_length > 0) {
        struct bytes before = {0};
        add_text(&before, "%s\"", from > 0 ? "... " : "");
        add_escaped(&before, got + from, at - from);
        mark = before.length;
        free_bytes(&before);
        add_window(&came, got, got_length, from);
        add_text(&came, "; the first difference is at byte %zu%s", at + 1,
                 kind == SILENT      ? ", where nothing more came"
                 : kind == EARLY_END ? ", where the stream ended"
                 : kind == WAS_RESET ? ", where the connection was reset"
                                     : "");
    } else {
        add_text(&came, "%s",
                 kind == EARLY_END   ? "the end of the stream"
                 : kind == WAS_RESET ? "a reset"
                                     : "nothing");
    }
    fail((struct failure){.kind = kind,
                          .program = program,
                          .peer = peer,
                          .expected = expected->data,
                          .expected_length = expected->length,
                          .got = got,
                          .got_length = got_length,
                          .at = at,
                          .mark = mark},
         wanted.data, came.data);
}

static uint64_t random_state;

/* xorshift64* (Vigna, "An experimental exploration of Marsaglia's xorshift
 * generators, scrambled"): the same bytes on every machine. */
uint64_t next_random(void)
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return random_state * UINT64_C(2685821657736338717);
}

/* Every check has bytes of its own: the seed is mixed with its number. */
void seed_random(void)
{
    const char *seed = getenv("SEED"), *check = getenv("CHECK");
    random_state = seed ? strtoull(seed, NULL, 10) : 1;
    random_state =
        random_state * 1000003 + (check ? strtoull(check, NULL, 10) : 0);
    random_state |= 1;
    for (int i = 0; i < 16; i++)
        next_random();
}
