/* web.c - the commands that ask a web server and read its answers (RFC 9110,
 * RFC 9112), and those that make the files which it serves. */
#define _GNU_SOURCE /* memmem, strptime */
#include "commands.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <regex.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Seconds: time() is a little behind, so that a second may have turned. */
enum { CLOCK_SLACK = 1 };

/* The last answer that was read. */
static struct {
    struct peer *peer;
    struct bytes head; /* the status line and the fields, LF at their ends */
    struct bytes body; /* without what frames it */
    long long
        promised; /* its length, as Content-Length says; -1: it does not */
    int status;
} last;

/* What was asked last. */
static struct {
    const struct peer *peer;
    char host[NAME_SIZE];
    char *path; /* as it was sent */
} asked;

/* What no answer may hold; empty: nothing. */
static struct bytes secret;

/* Fails because of an answer; cause is NULL where nothing is certain. */
__attribute__((format(printf, 4, 5))) _Noreturn static void
fail_answer(struct peer *peer, const char *cause, const char *expected,
            const char *got, ...)
{
    char text[1024];
    va_list list;
    va_start(list, got);
    vsnprintf(text, sizeof text, got, list);
    va_end(list);
    fail((struct failure){.kind = WRONG_ANSWER,
                          .program = peer->program,
                          .peer = peer,
                          .cause = cause},
         expected, text);
}

/* --- asking -------------------------------------------------------------- */

/* Whether one of the words from i on is a field of that name. */
static bool has_field(size_t i, const char *name)
{
    size_t length = strlen(name);
    for (; i < word_count; i++)
        if (strncasecmp(words[i].data, name, length) == 0 &&
            words[i].data[length] == ':')
            return true;
    return false;
}

void do_ask(void)
{
    size_t count = word_count;
    struct bytes request = {0}, what = {0};
    word(4);
    word_count = 3; /* connect C P */
    do_connect();
    word_count = count;
    struct peer *peer = peer_at(1);
    add_text(&request, "%s ", word(3));
    add_bytes(&request, words[4].data, words[4].length);
    add_text(&request, " HTTP/1.1\r\n");
    snprintf(asked.host, sizeof asked.host, "127.0.0.1:%s",
             find_part(word(2), ".port")->data);
    free(asked.path);
    asked.path = strdup(word(4));
    asked.peer = peer;
    if (!has_field(5, "Host"))
        add_text(&request, "Host: %s\r\n", asked.host);
    if (!has_field(5, "Connection"))
        add_text(&request, "Connection: close\r\n");
    for (size_t i = 5; i < word_count; i++) {
        add_bytes(&request, words[i].data, words[i].length);
        add_text(&request, "\r\n");
    }
    add_text(&request, "\r\n");
    add_escaped(&what, words[4].data, words[4].length);
    note(LEFT_SIDE, "%s asks: %s %.60s%s", peer->role, word(3), what.data,
         what.length > 60 ? " ..." : "");
    free_bytes(&what);
    queue_bytes(peer, request.data, request.length);
    flush_peer(peer);
    free_bytes(&request);
}

/* --- reading an answer --------------------------------------------------- */

size_t find_head_end(const struct bytes *all)
{
    const char *end = memmem(all->data, all->length, "\r\n\r\n", 4);
    return end == NULL ? 0 : (size_t)(end + 4 - all->data);
}

/* The value of the field of that name in last.head, without blanks around it,
 * for the caller to free; NULL: there is none. */
static char *find_field(const char *name)
{
    size_t length = strlen(name);
    const char *line = last.head.data ? strchr(last.head.data, '\n') : NULL;
    for (; line != NULL; line = strchr(line, '\n')) {
        line++;
        if (strncasecmp(line, name, length) != 0 || line[length] != ':')
            continue;
        line += length + 1;
        line += strspn(line, " \t");
        size_t end = strcspn(line, "\n");
        while (end > 0 && (line[end - 1] == ' ' || line[end - 1] == '\t'))
            end--;
        return strndup(line, end);
    }
    return NULL;
}

/* Whether the field of that name is there, and is that word. */
static bool field_is(const char *name, const char *text)
{
    char *value = find_field(name);
    bool same = value != NULL && strcasecmp(value, text) == 0;
    free(value);
    return same;
}

/* The length that Content-Length promises, or -1. */
static long long promised_length(struct peer *peer)
{
    char *value = find_field("Content-Length"), *end;
    if (value == NULL)
        return -1;
    long long length = strtoll(value, &end, 10);
    if (!isdigit((unsigned char)value[0]) || *end != '\0')
        fail_answer(peer, "WRONG_LENGTH", "Content-Length: and a number",
                    "Content-Length: %.80s", value);
    free(value);
    return length;
}

/* Takes the head at the beginning of all, length bytes, into last. */
static void take_head(struct peer *peer, const struct bytes *all, size_t length)
{
    static const char form[] =
        "^HTTP/1[.][01] [1-5][0-9][0-9]( [^\r]*)?\r\n"
        "([-!#$%&'*+.^_`|~0-9A-Za-z]+:[^\r\n]*\r\n)*\r\n$";
    struct bytes head = {0}, got = {0};
    regex_t pattern;
    add_bytes(&head, all->data, length);
    if (regcomp(&pattern, form, REG_EXTENDED | REG_NOSUB) != 0)
        wrong_script("regcomp %s", form);
    if (strlen(head.data) < length ||
        regexec(&pattern, head.data, 0, NULL, 0) != 0) {
        add_quoted(&got, head.data, length, 600);
        fail_answer(peer, "HTTP_FORM",
                    "`HTTP/1.1 STATUS REASON`, lines `Name: value`, an empty "
                    "line; each ends in \\r\\n",
                    "%s", got.data);
    }
    regfree(&pattern);
    if (peer == asked.peer && head.data[7] != '1')
        fail_answer(peer, NULL, "an answer of HTTP/1.1", "%.12s", head.data);
    clear_bytes(&last.head);
    for (size_t i = 0; i < length - 2; i++)
        if (head.data[i] != '\r')
            add_bytes(&last.head, &head.data[i], 1);
    last.peer = peer;
    last.status = atoi(last.head.data + 9);
    free_bytes(&head);
}

/* Takes the chunks (RFC 9112, 7.1) of length bytes at data into last.body.
 * Returns whether they are whole. */
static bool take_chunks(const char *data, size_t length)
{
    const char *end = data + length;
    while (data < end && isxdigit((unsigned char)*data)) {
        unsigned long size = strtoul(data, NULL, 16);
        data = memchr(data, '\n', (size_t)(end - data));
        if (data == NULL)
            return false;
        data++;
        if (size == 0)
            return true; /* a trailer may follow */
        if ((size_t)(end - data) < size + 2)
            return false;
        add_bytes(&last.body, data, size);
        data += size + 2;
    }
    return false;
}

/* What of the answer has come, for `got`. */
static const char *say_answer(const struct bytes *all)
{
    static struct bytes text;
    clear_bytes(&text);
    if (all->length == 0)
        add_text(&text, "nothing");
    else
        add_quoted(&text, all->data, all->length, 400);
    return text.data;
}

/* Fails because the answer in all is not whole: n as receive returned it. */
_Noreturn static void fail_part(struct peer *peer, const struct bytes *all,
                                ssize_t n, const char *expected)
{
    enum failure_kind kind = n == -2 ? SILENT : n == -1 ? WAS_RESET : EARLY_END;
    if (peer->first == 1 && n != -2)
        fail_answer(peer, "ONE_RECV request", expected, "%s, and then %s",
                    say_answer(all),
                    n == -1 ? "a reset" : "the end of the stream");
    if (all->length > 0)
        note_bytes(RIGHT_SIDE, sends(peer), all->data, all->length);
    struct bytes got = {0};
    add_text(&got, "%s%s", say_answer(all),
             n == -1   ? ", and then a reset"
             : n == -2 ? ", and then nothing more"
                       : ", and then the end of the stream");
    fail((struct failure){.kind = kind,
                          .program = peer->program,
                          .peer = peer,
                          .got = all->data,
                          .got_length = all->length},
         expected, got.data);
}

/* Reads the answer, and with `to_end` the end of the stream, into all. Returns
 * what receive returned last. */
static ssize_t read_answer(struct peer *peer, struct bytes *all, bool to_end,
                           bool head_only)
{
    static char room[65536];
    size_t wanted = 0; /* bytes of the whole answer, once that is known */
    ssize_t n = 1;
    while (wanted == 0 || all->length < wanted || to_end) {
        /* What is behind this answer is for the next one. */
        size_t size = to_end        ? sizeof room
                      : wanted == 0 ? 1
                                    : wanted - all->length;
        n = receive(peer, room, size < sizeof room ? size : sizeof room);
        if (n <= 0)
            break;
        add_bytes(all, room, (size_t)n);
        size_t head = to_end ? 0 : find_head_end(all);
        if (wanted == 0 && head > 0) {
            take_head(peer, all, head);
            long long length = promised_length(peer);
            if (last.status >= 100 && last.status < 200) {
                clear_bytes(all);
                continue;
            }
            wanted = head;
            if (length > 0 && !head_only && last.status != 304)
                wanted += (size_t)length;
        }
        if (all->length > 256 << 20)
            fail_answer(peer, "WRONG_LENGTH", "an answer", "more than 256 MiB");
    }
    return n;
}

/* Skips answers of the kind `100 Continue`. */
static void drop_interim(struct bytes *all)
{
    size_t head;
    while (all->length > 9 && memcmp(all->data, "HTTP/1.1 1", 10) == 0 &&
           (head = find_head_end(all)) > 0) {
        memmove(all->data, all->data + head, all->length - head + 1);
        all->length -= head;
    }
}

/* Why more than the promised bytes follow the head: NUL bytes behind the header or
 * behind the body, from a length that is not that of the text. */
static const char *cause_of_excess(const char *data, size_t length,
                                   size_t promised)
{
    size_t excess = length - promised;
    const char *at = data[0] == '\0' ? data : data + promised;
    for (size_t i = 0; i < excess && i < 2; i++)
        if (at[i] != '\0')
            return "WRONG_LENGTH";
    return excess > 1 ? "TRAILING_NUL many" : "TRAILING_NUL";
}

/* Fails where last.body is longer or shorter than it was promised. */
static void check_length(struct peer *peer)
{
    char expected[100];
    size_t length = last.body.length;
    if (last.promised < 0 || last.promised == (long long)length)
        return;
    snprintf(expected, sizeof expected,
             "a body of %lld bytes, as Content-Length says", last.promised);
    fail_answer(
        peer,
        last.promised < (long long)length
            ? cause_of_excess(last.body.data, length, (size_t)last.promised)
            : "WRONG_LENGTH",
        expected, "%zu bytes", length);
}

/* Takes the body, which is all behind the head, into last. */
static void take_body(struct peer *peer, const struct bytes *all, size_t head,
                      bool head_only, ssize_t n)
{
    char expected[100];
    const char *data = all->data + head;
    size_t length = all->length - head;
    bool none = head_only || last.status == 304 || last.status == 204;
    long long promised = promised_length(peer);
    clear_bytes(&last.body);
    add_bytes(&last.body, "", 0);
    last.promised = -1;
    if (none && length > 0)
        fail_answer(peer, "WRONG_LENGTH body", "no body in this answer",
                    "%zu bytes behind the empty line", length);
    if (!none && field_is("Transfer-Encoding", "chunked")) {
        if (!take_chunks(data, length))
            fail_part(peer, all, n, "a body in whole chunks");
        return;
    }
    add_bytes(&last.body, data, length);
    if (none)
        return;
    last.promised = promised;
    if (promised > (long long)length && n != 0) {
        snprintf(expected, sizeof expected,
                 "a body of %lld bytes, as Content-Length says", promised);
        fail_part(peer, all, n, expected);
    }
    /* The page that explains a status has checks of its own. */
    if (last.status < 300)
        check_length(peer);
}

/* Whether status is one of those in text: 301|308. */
static bool is_among(int status, const char *text)
{
    for (; text != NULL; text = strchr(text, '|')) {
        text += *text == '|';
        if (atoi(text) == status)
            return true;
    }
    return false;
}

static void check_status(struct peer *peer)
{
    struct bytes expected = {0};
    size_t line = strcspn(last.head.data, "\n");
    if (secret.length > 0 && memmem(last.body.data, last.body.length,
                                    secret.data, secret.length) != NULL)
        fail_answer(peer, "LEFT_ROOT", "nothing from outside of the directory",
                    "%.*s, and what is in a file outside of it", (int)line,
                    last.head.data);
    if (is_among(last.status, word(2)))
        return;
    add_text(&expected, "status %s", word(2));
    for (char *bar; (bar = strchr(expected.data, '|')) != NULL;)
        *bar = '/';
    /* The transcript shows only the beginning and the end of what was sent. */
    if (peer != asked.peer && peer->first == 0 &&
        peer->bytes_out == peer->question.length) {
        add_text(&expected, " to ");
        add_quoted(&expected, peer->question.data, peer->question.length, 300);
    }
    fail_answer(peer, peer->first == 1 ? "ONE_RECV request" : NULL,
                expected.data, "%.*s", (int)line, last.head.data);
}

/* answer C STATUS [head] [open] [torn] [whole] */
void do_answer(void)
{
    struct peer *peer = peer_at(1);
    bool head_only = false, open = false, torn = false, whole = false;
    struct bytes all = {0};
    char expected[NAME_SIZE + 32];
    for (size_t i = 3; i < word_count; i++) {
        head_only |= strcmp(word(i), "head") == 0;
        open |= strcmp(word(i), "open") == 0;
        torn |= strcmp(word(i), "torn") == 0;
        whole |= strcmp(word(i), "whole") == 0;
    }
    snprintf(expected, sizeof expected, "an answer with status %s", word(2));
    add_bytes(&all, "", 0);
    ssize_t n = read_answer(peer, &all, !open, head_only);
    drop_interim(&all);
    size_t head = find_head_end(&all);
    if (head == 0 && all.length > 0 && (n == 0 || n == -2) &&
        memmem(all.data, all.length, "\n\n", 2) != NULL)
        head = all.length; /* as it is: take_head complains */
    if (head == 0)
        fail_part(peer, &all, n, expected);
    take_head(peer, &all, head);
    take_body(peer, &all, head, head_only, n);
    note_bytes(RIGHT_SIDE, sends(peer), all.data, all.length);
    check_status(peer);
    if (whole && (long long)last.body.length < last.promised)
        check_length(peer);
    free_bytes(&all);
    if (open)
        return;
    if (n == -2)
        fail_words(NO_END, peer->program, peer, "the end of the stream",
                   "the program keeps the connection open");
    /* A reset may be on its way, for what the program has not read. */
    if (!torn && n == 0 && peer->bytes_out > 65536)
        (void)wait_taken(peer); /* where it reads no more, no reset comes */
    if (!torn && (n == -1 || is_refused(peer)))
        fail_answer(peer, "RESET_UNREAD",
                    "the answer, and the end of the stream",
                    "the answer, but the connection was reset");
    peer->over = true;
    note_end(peer, n == 0);
    /* As any client does that has its answer. The server may wait for it. */
    shutdown(peer->fd, SHUT_WR);
}

/* --- looking at it ------------------------------------------------------- */

_Noreturn static void fail_field(const char *cause, const char *expected,
                                 const char *name, const char *value)
{
    if (value == NULL)
        fail_answer(last.peer, NULL, expected, "no field %s", name);
    struct bytes got = {0};
    add_escaped(&got, value, strlen(value));
    fail_answer(last.peer, cause, expected, "%s: %.300s", name, got.data);
}

/* field NAME REGEX [anycase] [like TEXT] */
void do_field(void)
{
    struct bytes expected = {0};
    char *value = find_field(word(1));
    bool any_case = word_count > 3 && strcmp(word(3), "anycase") == 0;
    size_t like = 3 + any_case;
    regex_t pattern;
    if (regcomp(&pattern, word(2),
                REG_EXTENDED | REG_NOSUB | (any_case ? REG_ICASE : 0)) != 0)
        wrong_script("%s is no regular expression", word(2));
    if (value == NULL || regexec(&pattern, value, 0, NULL, 0) != 0) {
        add_text(&expected, "%s: %s", word(1),
                 word_count > like ? word(like + 1) : word(2));
        fail_field(NULL, expected.data, word(1), value);
    }
    regfree(&pattern);
    free(value);
}

/* Appends the path to which a browser goes that has asked for `asked` and is
 * sent to location (RFC 3986, 5.2); to another host: false. */
static bool resolve(struct bytes *path, const char *location)
{
    size_t length = strlen(asked.host);
    bool absolute = strncasecmp(location, "http://", 7) == 0;
    if (absolute && (strncasecmp(location + 7, asked.host, length) != 0 ||
                     strchr("/?", location[7 + length]) == NULL))
        return false;
    if (absolute)
        location += 7 + length;
    else if (strncmp(location, "//", 2) == 0 &&
             strncasecmp(location + 2, asked.host, length) == 0 &&
             location[2 + length] == '/') {
        absolute = true;
        location += 2 + length;
    } else if (strpbrk(location, ":") != NULL ||
               (strchr("/\\", location[0]) != NULL &&
                strchr("/\\", location[1]) != NULL && location[1] != '\0'))
        return false;
    const char *slash = strrchr(asked.path, '/');
    if (!absolute && location[0] != '/' && slash != NULL)
        add_bytes(path, asked.path, (size_t)(slash + 1 - asked.path));
    while (strncmp(location, "./", 2) == 0)
        location += 2;
    add_bytes(path, location, strcspn(location, "?#"));
    return true;
}

/* Skips slashes and `./`, encoded or not. */
static const char *skip_slashes(const char *path)
{
    for (;;) {
        size_t point = path[0] == '.'                     ? 1
                       : strncasecmp(path, "%2e", 3) == 0 ? 3
                                                          : 0;
        const char *next = path + point;
        if (*next == '/')
            path = next + 1;
        else if (strncasecmp(next, "%2f", 3) == 0)
            path = next + 3;
        else
            return path;
    }
}

/* Whether two paths are one, however their bytes are percent-encoded, and with
 * how many slashes they begin. */
static bool is_same_path(const char *one, const char *other)
{
    one = skip_slashes(one);
    other = skip_slashes(other);
    while (*one != '\0' && *other != '\0') {
        unsigned a = (unsigned char)*one, b = (unsigned char)*other;
        one += sscanf(one, "%%%2x", &a) == 1 ? 3 : 1;
        other += sscanf(other, "%%%2x", &b) == 1 ? 3 : 1;
        if (a != b)
            return false;
    }
    return *one == *other;
}

/* leads PATH */
void do_leads(void)
{
    struct bytes expected = {0}, path = {0};
    char *value = find_field("Location");
    if (last.status < 300 || last.status >= 400)
        return;
    add_text(&expected, "Location: %s, on this host", word(1));
    if (value == NULL || strpbrk(value, " \"<>") != NULL ||
        !resolve(&path, value) || !is_same_path(path.data, word(1)))
        fail_field("OTHER_HOST", expected.data, "Location", value);
    free(value);
    free_bytes(&path);
}

/* pages */
void do_pages(void)
{
    if (last.body.length == 0)
        fail_answer(last.peer, NULL, "a small page as the body", "no body");
    check_length(last.peer);
}

/* body DATA */
void do_body(void)
{
    const struct bytes *data = data_from(1);
    if (last.body.length != data->length ||
        memcmp(last.body.data, data->data, data->length) != 0)
        fail_bytes(WRONG_BYTES, last.peer->program, last.peer, data,
                   last.body.data, last.body.length);
}

/* stamp NAME now|SECONDS */
void do_stamp(void)
{
    static const char format[] = "%a, %d %b %Y %H:%M:%S GMT";
    bool is_now = strcmp(word(2), "now") == 0;
    time_t wanted = is_now ? time(NULL) : (time_t)number(2);
    char *value = find_field(word(1));
    struct tm utc = {0};
    char text[64], expected[120];
    gmtime_r(&wanted, &utc);
    strftime(text, sizeof text, format, &utc);
    snprintf(expected, sizeof expected, "%s: %s", word(1), text);
    if (value == NULL || strptime(value, format, &utc) == NULL)
        fail_field(NULL, expected, word(1), value);
    time_t said = timegm(&utc);
    gmtime_r(&said, &utc);
    strftime(text, sizeof text, format, &utc);
    time_t from = is_now ? last.peer->born.tv_sec - CLOCK_SLACK : wanted;
    time_t to = is_now ? wanted + CLOCK_SLACK : wanted;
    if (strcmp(value, text) != 0 || said < from || said > to)
        fail_field(NULL, expected, word(1), value);
    free(value);
}

/* secret DATA */
void do_secret(void)
{
    const struct bytes *data = data_from(1);
    clear_bytes(&secret);
    add_bytes(&secret, data->data, data->length);
}

/* --- files --------------------------------------------------------------- */

/* Ends the check when a call that makes a file has failed. */
static void need_file(int result)
{
    if (result == -1)
        give_up_environment("cannot make %s: %s", word(1), strerror(errno));
}

void do_folder(void)
{
    need_file(mkdir(word(1), 0755));
}

/* link NAME TARGET */
void do_link(void)
{
    need_file(symlink(word(2), word(1)));
}

void do_fifo(void)
{
    need_file(mkfifo(word(1), 0644));
}

/* age NAME SECONDS */
void do_age(void)
{
    struct timespec times[2] = {{.tv_sec = (time_t)number(2)},
                                {.tv_sec = (time_t)number(2)}};
    need_file(utimensat(AT_FDCWD, word(1), times, 0));
}

/* protect NAME VARIABLE */
void do_protect(void)
{
    need_file(chmod(word(1), 0));
    bool readable = access(word(1), R_OK) == 0; /* root may read it */
    set_text(word(2), "", readable ? "200|403" : "403");
}

/* here VARIABLE */
void do_here(void)
{
    struct bytes target = {0};
    char *path = realpath(".", NULL);
    if (path == NULL)
        give_up_environment("cannot find the folder: %s", strerror(errno));
    set_text(word(1), "", path);
    for (const char *next = path; *next != '\0'; next++)
        if (isalnum((unsigned char)*next) || strchr("/-._~", *next) != NULL)
            add_bytes(&target, next, 1);
        else
            add_text(&target, "%%%02X", (unsigned char)*next);
    set_text(word(1), ".target", target.data);
    free_bytes(&target);
    free(path);
}

/* sparse NAME BYTES */
void do_sparse(void)
{
    int fd = open(word(1), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    need_file(fd);
    need_file(ftruncate(fd, (off_t)number(2)));
    close(fd);
}

/* append NAME DATA */
void do_append(void)
{
    const struct bytes *data = data_from(2);
    int fd = open(word(1), O_WRONLY | O_APPEND | O_CLOEXEC);
    need_file(fd);
    need_file(
        write(fd, data->data, data->length) == (ssize_t)data->length ? 0 : -1);
    close(fd);
}
