/* transfer.c - the commands about files that go over the wire: JSON objects,
 * Base64, and the folders in which files are saved. */
#define _GNU_SOURCE /* memmem */
#include "commands.h"

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void do_base64(void)
{
    struct bytes text = {0};
    const struct bytes *data = data_from(2);
    const unsigned char *from = (const unsigned char *)data->data;
    for (size_t i = 0; i < data->length; i += 3) {
        size_t rest = data->length - i;
        unsigned long bits = (unsigned long)from[i] << 16;
        bits |= rest > 1 ? (unsigned long)from[i + 1] << 8 : 0;
        bits |= rest > 2 ? from[i + 2] : 0;
        char group[4];
        for (int k = 0; k < 4; k++)
            group[k] = alphabet[bits >> (18 - 6 * k) & 63];
        memset(group + (rest > 2 ? 4 : rest + 1), '=', rest > 2 ? 0 : 3 - rest);
        add_bytes(&text, group, 4);
    }
    set_data(word(1), text.data, text.length);
    free_bytes(&text);
}

void do_first(void)
{
    const struct bytes *data = data_from(3);
    size_t count = number(2);
    set_data(word(1), data->data, count < data->length ? count : data->length);
}

/* --- reading an object --------------------------------------------------- */

/* A text that is read as JSON. Where it is none, `why` says why, and `cause` is
 * the likeliest. */
struct reader {
    const char *start, *next, *end;
    const char *why, *cause;
};

/* Notes what is wrong at next. Returns false. */
static bool trouble(struct reader *r, const char *cause, const char *why)
{
    if (r->why == NULL) {
        r->why = why;
        r->cause = cause;
    }
    return false;
}

static bool is_one_of(char byte, const char *bytes)
{
    return byte != '\0' && strchr(bytes, byte) != NULL;
}

static void skip_space(struct reader *r)
{
    while (r->next < r->end && is_one_of(*r->next, " \t\n\r"))
        r->next++;
}

static bool take(struct reader *r, char byte)
{
    skip_space(r);
    if (r->next == r->end || *r->next != byte)
        return false;
    r->next++;
    return true;
}

static void add_utf8(struct bytes *to, unsigned long c)
{
    static const unsigned lead[] = {0, 0xc0, 0xe0, 0xf0};
    int more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    char byte = (char)(lead[more] | c >> 6 * more);
    add_bytes(to, &byte, 1);
    while (more-- > 0) {
        byte = (char)(0x80 | (c >> 6 * more & 63));
        add_bytes(to, &byte, 1);
    }
}

static bool read_hex(struct reader *r, unsigned long *number)
{
    char digits[5] = "", *end;
    if (r->end - r->next < 4)
        return false;
    memcpy(digits, r->next, 4);
    *number = strtoul(digits, &end, 16);
    if (end != digits + 4 || digits[0] == ' ' || strpbrk(digits, "+-xX\t\n"))
        return false;
    r->next += 4;
    return true;
}

/* Reads what stands behind a backslash. */
static bool read_escape(struct reader *r, struct bytes *to)
{
    static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    unsigned long first, second;
    const char *letter =
        r->next < r->end ? memchr(letters, *r->next, sizeof letters - 1) : NULL;
    if (letter != NULL) {
        r->next++;
        add_bytes(to, &meanings[letter - letters], 1);
        return true;
    }
    if (r->next == r->end || *r->next++ != 'u' || !read_hex(r, &first))
        return trouble(r, "NOT_ESCAPED", "JSON has no such escape");
    if (first >= 0xd800 && first <= 0xdfff) {
        if (first > 0xdbff || r->end - r->next < 6 || *r->next++ != '\\' ||
            *r->next++ != 'u' || !read_hex(r, &second) || second < 0xdc00 ||
            second > 0xdfff)
            return trouble(r, "NOT_ESCAPED", "half of a surrogate pair");
        first = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
    }
    add_utf8(to, first);
    return true;
}

static bool read_string(struct reader *r, struct bytes *to)
{
    clear_bytes(to);
    add_bytes(to, "", 0);
    if (!take(r, '"'))
        return trouble(r, " json", "there should be a string");
    for (;;) {
        const char *from = r->next;
        while (r->next < r->end && *r->next != '"' && *r->next != '\\' &&
               (unsigned char)*r->next >= 0x20)
            r->next++;
        add_bytes(to, from, (size_t)(r->next - from));
        if (r->next == r->end)
            return trouble(r, " unfinished", "the text ends inside a string");
        if (*r->next == '"') {
            r->next++;
            return true;
        }
        if (*r->next == '\n' || *r->next == '\r')
            return trouble(r, "BASE64_LINES", "a line end inside a string");
        if (*r->next != '\\')
            return trouble(r, "NOT_ESCAPED",
                           "a control character inside a string");
        r->next++;
        if (!read_escape(r, to))
            return false;
    }
}

/* Skips any value; of what is no string, array or object, only the end is found.
 */
static bool skip_value(struct reader *r, int depth)
{
    struct bytes ignored = {0};
    skip_space(r);
    if (r->next < r->end && *r->next == '"') {
        bool read = read_string(r, &ignored);
        free_bytes(&ignored);
        return read;
    }
    char close = '\0';
    if (take(r, '{'))
        close = '}';
    else if (take(r, '['))
        close = ']';
    if (close == '\0') {
        const char *from = r->next;
        while (r->next < r->end && !is_one_of(*r->next, ",]} \t\n\r"))
            r->next++;
        return r->next > from || trouble(r, " json", "there should be a value");
    }
    if (depth > 100)
        return trouble(r, " json", "nested too deeply");
    if (take(r, close))
        return true;
    do {
        if (close == '}') {
            bool read = read_string(r, &ignored);
            free_bytes(&ignored);
            if (!read)
                return false;
            if (!take(r, ':'))
                return trouble(r, " json", "there should be a ':'");
        }
        if (!skip_value(r, depth + 1))
            return false;
    } while (take(r, ','));
    return take(r, close) ||
           trouble(r, " json", "there should be a comma or a bracket");
}

/* The two members, as they were sent. */
struct object {
    struct bytes name, data;
    bool has_name, has_data;
};

static bool read_member(struct reader *r, struct object *o)
{
    struct bytes member = {0};
    bool read = read_string(r, &member);
    if (read && !take(r, ':'))
        read = trouble(r, " json", "there should be a ':'");
    if (read && strcmp(member.data, "filename") == 0) {
        read = o->has_name ? trouble(r, "", "filename comes twice")
                           : read_string(r, &o->name);
        o->has_name = read;
    } else if (read && strcmp(member.data, "filedata") == 0) {
        read = o->has_data ? trouble(r, "", "filedata comes twice")
                           : read_string(r, &o->data);
        o->has_data = read;
    } else if (read)
        read = skip_value(r, 1);
    free_bytes(&member);
    return read;
}

static bool read_object(struct reader *r, struct object *o)
{
    if (!take(r, '{'))
        return trouble(r, " json", "a JSON object begins with '{'");
    do
        if (!read_member(r, o))
            return false;
    while (take(r, ','));
    if (!take(r, '}'))
        return trouble(r, r->next == r->end ? " unfinished" : " json",
                       "there should be a '}'");
    skip_space(r);
    if (r->next < r->end)
        return trouble(r, *r->next == '\0' ? "TRAILING_NUL" : "",
                       "there should be nothing behind the object");
    if (!o->has_name || !o->has_data)
        return trouble(r, " json",
                       o->has_name ? "there is no filedata"
                                   : "there is no filename");
    return true;
}

/* Decodes text as RFC 4648 wants it. Returns NULL, or the
 * likeliest cause of what is wrong. */
static const char *decode_base64(const struct bytes *text, struct bytes *to)
{
    size_t length = text->length, count = 0;
    add_bytes(to, text->data, length); /* Room for what is written over it. */
    to->length = 0;
    if (memchr(text->data, '\n', length) || memchr(text->data, '\r', length))
        return "BASE64_LINES";
    const char *padding = memchr(text->data, '=', length);
    size_t digits = padding ? (size_t)(padding - text->data) : length;
    static unsigned char value_of[256];
    memset(value_of, 64, sizeof value_of);
    for (unsigned char i = 0; i < 64; i++)
        value_of[(unsigned char)alphabet[i]] = i;
    unsigned long bits = 0;
    for (size_t i = 0; i < digits; i++) {
        unsigned value = value_of[(unsigned char)text->data[i]];
        if (value == 64)
            return text->data[i] == '\0' ? "TRAILING_NUL many"
                                         : "BASE64_ALPHABET";
        bits = bits << 6 | value;
        if (i % 4 == 0)
            continue;
        to->data[count] = (char)(bits >> (6 - 2 * (i % 4)));
        to->length = ++count;
    }
    if (length % 4 != 0 || digits % 4 == 1 ||
        length - digits != (4 - digits % 4) % 4)
        return "BASE64_PADDING";
    if ((digits % 4 == 2 && (bits & 15) != 0) ||
        (digits % 4 == 3 && (bits & 3) != 0))
        return "BASE64_PADDING";
    return NULL;
}

/* --- the object that a server sends -------------------------------------- */

/* What has come on a connection so far. */
static struct bytes *received_by(const struct peer *peer, bool new)
{
    char name[2 * NAME_SIZE];
    snprintf(name, sizeof name, "%s:%d", peer->role, peer->port);
    struct bytes *text = find_variable(name);
    return text == NULL || new ? new_variable(name) : text;
}

/* Receives most bytes, or all up to the end. Returns what receive returned last.
 */
static ssize_t collect(struct peer *peer, struct bytes *text, size_t most)
{
    static char room[262144];
    ssize_t n = 1;
    while (most > 0 && n > 0) {
        n = receive(peer, room, most < sizeof room ? most : sizeof room);
        if (n > 0) {
            add_bytes(text, room, (size_t)n);
            most -= (size_t)n;
        }
    }
    add_bytes(text, "", 0);
    return n;
}

static const char wanted_object[] =
    "a JSON object with filename and filedata, and the end of the stream";

/* Whether threads that share a buffer or an open file make such a fault. */
static bool comes_of_sharing(const char *cause)
{
    static const char *const causes[] = {
        " contents",  " json",          "BASE64_ALPHABET",   "BASE64_PADDING",
        "SHORT_SEND", "TEXT_NOT_BYTES", "TEXT_NOT_BYTES eof"};
    for (size_t i = 0; i < sizeof causes / sizeof causes[0]; i++)
        if (strcmp(cause, causes[i]) == 0)
            return true;
    return false;
}

/* Fails because of what is wrong with an object. */
_Noreturn static void fail_object(struct peer *peer, const char *cause,
                                  const char *expected, const char *got)
{
    /* It was right for one client alone. */
    if (peer->program->serves == THREADS && comes_of_sharing(cause))
        cause = "SHARED_BUFFER file";
    fail((struct failure){.kind = WRONG_OBJECT,
                          .program = peer->program,
                          .peer = peer,
                          .cause = cause},
         expected, got);
}

/* Fails when another connection gets what peer does not get: a second object has
 * begun there. */
static void look_for_another(struct peer *peer)
{
    static const char mark[] = "filedata";
    static char room[262144];
    struct peer *other;
    for (size_t i = 0; (other = get_peer(i)) != NULL; i++) {
        if (other == peer || other->program != peer->program || other->fd == -1)
            continue;
        ssize_t n = recv(other->fd, room, sizeof room, MSG_DONTWAIT | MSG_PEEK);
        const char *first =
            n > 0 ? memmem(room, (size_t)n, mark, sizeof mark - 1) : NULL;
        /* What has been read before had the first one. */
        if (first != NULL && (other->bytes_in > 0 ||
                              memmem(first + 1, (size_t)(room + n - first - 1),
                                     mark, sizeof mark - 1) != NULL))
            fail_object(peer, "SHARED_CLIENT", "an object for each client",
                        "nothing came, and another client gets more than one");
    }
}

void do_piece(void)
{
    struct peer *peer = peer_at(1);
    struct bytes *text = received_by(peer, true);
    ssize_t n = collect(peer, text, number(2));
    if (n > 0) {
        note(RIGHT_SIDE, "%s %lu bytes", sends(peer), number(2));
        return;
    }
    if (text->length == 0)
        look_for_another(peer);
    fail_words(n == 0    ? EARLY_END
               : n == -1 ? WAS_RESET
                         : SILENT,
               peer->program, peer, "more of the object",
               "%s after %zu bytes of it",
               n == 0    ? "the end of the stream"
               : n == -1 ? "a reset"
                         : "nothing more",
               text->length);
}

/* The text round the place where r has found trouble. */
_Noreturn static void fail_syntax(struct peer *peer, const struct reader *r,
                                  const char *name)
{
    struct bytes got = {0};
    const char *from = r->next - r->start > 40 ? r->next - 40 : r->start;
    const char *cause = r->cause;
    add_text(&got, "%s, at byte %zu: %s\"", r->why,
             (size_t)(r->next - r->start) + 1, from > r->start ? "... " : "");
    add_escaped(&got, from, (size_t)(r->end - from > 60 ? 60 : r->end - from));
    add_text(&got, r->end - from > 60 ? "\" ..." : "\"");
    /* A quote that is not escaped ends the name too early. */
    if (strcmp(cause, " json") == 0 && strpbrk(name, "\"\\") != NULL)
        cause = "NOT_ESCAPED";
    fail_object(peer, cause, wanted_object, got.data);
}

static void check_name(struct peer *peer, const struct bytes *got,
                       const struct bytes *name)
{
    if (got->length == name->length &&
        memcmp(got->data, name->data, name->length) == 0)
        return;
    struct bytes expected = {0}, came = {0};
    add_text(&expected, "filename ");
    add_quoted(&expected, name->data, name->length, 100);
    add_quoted(&came, got->data, got->length, 200);
    const char *cause = "";
    if (got->length > name->length &&
        memcmp(got->data + got->length - name->length, name->data,
               name->length) == 0 &&
        got->data[got->length - name->length - 1] == '/')
        cause = "WITH_FOLDER";
    else
        for (size_t i = 0; i < name->length; i++)
            if (name->data[i] < 0x20 || strchr("\"\\", name->data[i]) != NULL)
                cause = "NOT_ESCAPED";
    fail_object(peer, cause, expected.data, came.data);
}

static void check_contents(struct peer *peer, const struct bytes *text,
                           const struct bytes *data)
{
    struct bytes got = {0}, expected = {0}, came = {0};
    const char *cause = decode_base64(text, &got);
    size_t at = 0;
    while (at < got.length && at < data->length &&
           got.data[at] == data->data[at])
        at++;
    if (cause == NULL && at == data->length && at == got.length) {
        free_bytes(&got);
        return;
    }
    size_t missing = data->length - at;
    bool ends =
        at == got.length && memchr(text->data, '=', text->length) == NULL;
    if (missing > 2 && ends && data->data[at] != '\0' &&
        (cause == NULL || strcmp(cause, "BASE64_PADDING") == 0))
        cause = "SHORT_SEND";
    if (cause == NULL) {
        cause = missing == 0               ? " contents"
                : data->data[at] == '\0'   ? "TEXT_NOT_BYTES"
                : data->data[at] == '\xff' ? "TEXT_NOT_BYTES eof"
                                           : " contents";
        size_t more = got.length - at, nuls = 0;
        while (nuls < more && got.data[at + nuls] == '\0')
            nuls++;
        if (missing == 0 && nuls == more)
            cause = more > 2 ? "TRAILING_NUL many" : "BASE64_PADDING";
        else if (missing <= 2 && at == got.length)
            cause = "BASE64_PADDING"; /* The rest is left out. */
    }
    add_text(&expected, "filedata is the Base64 of ");
    add_quoted(&expected, data->data, data->length, 40);
    add_quoted(&came, text->data, text->length, 120);
    add_text(&came, ", of which %zu byte%s right", at,
             at == 1 ? " is" : "s are");
    fail_object(peer, cause, expected.data, came.data);
}

void do_object(void)
{
    struct peer *peer = peer_at(1);
    struct bytes name = {0};
    add_bytes(&name, word(2), words[2].length);
    const struct bytes *data = data_from(3);
    struct bytes *text = received_by(peer, false);
    struct object object = {0};
    ssize_t n = collect(peer, text, SIZE_MAX);
    if (text->length > 0)
        note_bytes(RIGHT_SIDE, sends(peer), text->data, text->length);
    if (n == -1)
        fail_words(WAS_RESET, peer->program, peer, wanted_object,
                   "the connection was reset after %zu bytes", text->length);
    if (n == 0 && text->length == 0)
        fail_words(EARLY_END, peer->program, peer, wanted_object,
                   "the end of the stream");
    if (n == -2 && text->length == 0)
        fail_words(SILENT, peer->program, peer, wanted_object, "nothing came");
    struct reader r = {text->data, text->data, text->data + text->length, NULL,
                       NULL};
    bool whole = read_object(&r, &object);
    if (n == -2)
        fail_words(whole ? NO_END : SILENT, peer->program, peer, wanted_object,
                   "%zu bytes, and the program keeps the connection open",
                   text->length);
    if (!whole) {
        bool all = strcmp(r.cause, " unfinished") == 0 &&
                   (object.has_data || object.data.length / 4 * 3 + 3 >=
                                           data->length + data->length % 3);
        if (strcmp(r.cause, " unfinished") == 0 && !all)
            r.cause = "SHORT_SEND";
        fail_syntax(peer, &r, name.data);
    }
    check_name(peer, &object.name, &name);
    check_contents(peer, &object.data, data);
    note_end(peer, true);
    free_bytes(&object.name);
    free_bytes(&object.data);
    free_bytes(&name);
    clear_bytes(text);
}

/* --- the object that a client gets ---------------------------------------- */

/* Runs a command, whose line is the format. */
__attribute__((format(printf, 2, 3))) static void run(void (*command)(void),
                                                      const char *format, ...)
{
    char line[512];
    va_list values;
    va_start(values, format);
    vsnprintf(line, sizeof line, format, values);
    va_end(values);
    read_words(line);
    begin_step();
    command();
}

void do_gets(void)
{
    char role[NAME_SIZE], name[NAME_SIZE];
    const struct peer *listener = peer_at(3);
    struct bytes data = {0}, shown = {0};
    snprintf(role, sizeof role, "%s", word(1));
    snprintf(name, sizeof name, "%s", word(2));
    add_bytes(&data, data_from(4)->data, data_from(4)->length);
    run(do_start, "start %s %s -o in 127.0.0.1 %d", role, name, listener->port);
    run(do_accept, "accept s %s", listener->role);
    struct peer *peer = find_peer("s");
    add_quoted(&shown, data.data, data.length, 100);
    note(LEFT_SIDE, "s sends %s", shown.data);
    queue_bytes(peer, data.data, data.length);
    while (peer->pending.length > 0 && !peer->broken)
        if (!wait_more(-1, 0, TICK))
            fail_words(NOT_READING, peer->program, peer,
                       "the program reads what is sent",
                       "it takes no more after %lu bytes", peer->bytes_out);
    run(do_close, "close s");
    free_bytes(&data);
    free_bytes(&shown);
}

/* --- folders ------------------------------------------------------------- */

/* For who may read everything there is no such file; then none of that name must
 * do. */
void do_unreadable(void)
{
    const char *name = word(1);
    FILE *file = fopen(name, "w");
    if (file == NULL || fputs("secret", file) == EOF || fclose(file) != 0 ||
        chmod(name, 0) == -1)
        give_up_environment("cannot write %s: %s", name, strerror(errno));
    if (access(name, R_OK) == 0)
        unlink(name);
}

void do_usual(void)
{
    struct stat status;
    mode_t mask = umask(0);
    umask(mask);
    char expected[64], got[64];
    if (stat(word(1), &status) == -1)
        wrong_script("no file %s", word(1));
    snprintf(expected, sizeof expected, "a file with mode %03o",
             0666U & ~(unsigned)mask);
    snprintf(got, sizeof got, "one with mode %03o",
             (unsigned)status.st_mode & 0777U);
    if ((status.st_mode & 0777) != (0666 & ~mask))
        fail_words(WRONG_FILE, last_student(), NULL, expected, "%s", got);
}

/* Returns the next entry that is none of the words from i on, or NULL. */
static const char *next_stranger(DIR *folder, size_t i)
{
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        size_t k = i;
        while (k < word_count && strcmp(word(k), entry->d_name) != 0)
            k++;
        if (k == word_count && strcmp(entry->d_name, ".") != 0 &&
            strcmp(entry->d_name, "..") != 0)
            return entry->d_name;
    }
    return NULL;
}

static DIR *open_folder(const char *name)
{
    DIR *folder = opendir(name);
    if (folder == NULL)
        wrong_script("no folder %s", name);
    return folder;
}

/* Fails where the folder, word 2, has a file that is none of the words behind. */
static void check_folder(void)
{
    DIR *folder = open_folder(word(2));
    struct bytes wanted = {0}, got = {0};
    const char *stranger = next_stranger(folder, 3);
    if (stranger != NULL) {
        add_text(&wanted, "no file in %s%s", word(2),
                 word_count > 3 ? " but:" : "");
        for (size_t i = 3; i < word_count; i++) {
            add_text(&wanted, " ");
            add_escaped(&wanted, words[i].data, words[i].length);
        }
        add_escaped(&got, stranger, strlen(stranger));
        fail((struct failure){.kind = WRONG_FILE, .program = last_student()},
             wanted.data, got.data);
    }
    closedir(folder);
}

/* Fails where there is another entry than the folder that is word 2. */
static void check_outside(struct program *program)
{
    DIR *folder = open_folder(".");
    const char *stranger;
    struct bytes got = {0};
    while ((stranger = next_stranger(folder, word_count)) != NULL)
        if (strcmp(stranger, word(2)) != 0) {
            add_escaped(&got, stranger, strlen(stranger));
            add_text(&got, " beside it");
            fail((struct failure){.kind = WRONG_OBJECT,
                                  .program = program,
                                  .cause = "OUTSIDE"},
                 "no file outside of the folder of -o", got.data);
        }
    closedir(folder);
}

/* twin NAME OLD: a second name of the file OLD (a hard link) */
void do_twin(void)
{
    if (link(word(2), word(1)) == -1)
        wrong_script("no link %s to %s", word(1), word(2));
}

/* Fails where the program says that it has saved something. */
static void check_not_saved(struct program *program)
{
    const struct bytes *said = &program->output;
    const char *line = said->data;
    const char *end = line + said->length;
    while (line != NULL && end - line >= 6) {
        if (memcmp(line, "saved ", 6) == 0)
            fail_words(WRONG_OUTPUT, program, NULL,
                       "no line `saved`, as nothing is", "one");
        line = memchr(line, '\n', (size_t)(end - line));
        line = line == NULL ? NULL : line + 1;
    }
}

void do_refuses(void)
{
    struct program *program = program_at(1);
    wait_end(program, "the program refuses this and ends");
    check_outside(program);
    if (program->signal == 0 && program->status == 0)
        fail((struct failure){.kind = WRONG_EXIT,
                              .program = program,
                              .cause = "WRONG_STATUS accepts"},
             "an error, and exit status 1",
             "exit status 0, as if all were well");
    do_fails();
    check_not_saved(program);
    check_folder();
}

void do_holds(void)
{
    check_folder();
}

void do_either(void)
{
    struct program *program = program_at(1);
    const char *name = word(2);
    wait_end(program, "the program takes this or refuses it, and ends");
    if (program->signal != 0 || program->status != 0) {
        do_fails();
        check_folder();
        return;
    }
    DIR *folder = open_folder(name);
    const char *file = next_stranger(folder, 3);
    if (file == NULL)
        fail_words(WRONG_FILE, program, NULL, "a file, as the status is 0",
                   "none");
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", name, file);
    unlink(path);
    closedir(folder);
    check_folder();
}
