/* web_server: serves the files below a directory over HTTP/1.1 (RFC 9110, RFC
 * 9112): GET and HEAD, a thread for each connection, one request on each.
 *
 * usage: web_server [-r directory] [-t seconds] [host [port]]
 *        (default: directory ., 10 seconds, 127.0.0.1 6789)
 */
#define _XOPEN_SOURCE 700 /* POSIX.1-2008; glibc hides realpath without it. */

#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "../net.h"

enum {
    HEAD_SIZE = 16384,
    PIECE_SIZE = 16384,
    STACK_SIZE = 1 << 20,
    LONGEST_WAIT = 1000000 /* seconds */
};

/* A connection and the request on it. */
struct request {
    int client;
    char from[ADDRESS_SIZE];   /* "127.0.0.1 port 40312" */
    char head[HEAD_SIZE];      /* What it sent, to the empty line, and a NUL. */
    char *rest;                /* What of head is not parsed yet. */
    const char *method;        /* Points into head, */
    char *target;              /* as this does, */
    const char *encoded;       /* and this: target without http://host. */
    bool old;                  /* HTTP/1.0, which needs no Host. */
    int hosts;                 /* How many fields Host it has. */
    char path[HEAD_SIZE + 16]; /* What encoded means: "./docs/index.html". */
    int file;                  /* The same, open; or -1. */
    struct stat info;
};

/* What a request can come to (RFC 9110 section 15). It is 200 until something
 * speaks against it; the functions below return that, or another of these. A
 * status of your own needs its name here, too.
 */
static const char *const reasons[] = {
    [200] = "OK",
    [301] = "Moved Permanently",
    [400] = "Bad Request",
    [403] = "Forbidden",
    [404] = "Not Found",
    [405] = "Method Not Allowed",
    [414] = "URI Too Long",
    [431] = "Request Header Fields Too Large",
    [501] = "Not Implemented",
    [503] = "Service Unavailable",
    [505] = "HTTP Version Not Supported",
};

/* What methods and names of fields are made of (RFC 9110 section 5.6.2). */
static const char token[] = "!#$%&'*+-.^_`|~0123456789"
                            "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                            "abcdefghijklmnopqrstuvwxyz";

static char root[PATH_MAX]; /* Absolute, no link in it, no slash at its end. */
static int patience = 10;   /* How many seconds a client may take. */

_Noreturn static void usage(void)
{
    fprintf(stderr, "usage: web_server [-r directory] [-t seconds] "
                    "[host [port]]\n");
    exit(2);
}

/* Returns the media type of a file by the end of its path. */
static const char *find_type(const char *path)
{
    static const char *const types[][2] = {
        {".html", "text/html"},        {".css", "text/css"},
        {".js", "text/javascript"},    {".txt", "text/plain"},
        {".json", "application/json"}, {".svg", "image/svg+xml"},
        {".png", "image/png"},         {".jpg", "image/jpeg"},
        {".gif", "image/gif"},         {".webp", "image/webp"},
        {".ico", "image/x-icon"},      {".pdf", "application/pdf"}};
    const char *point = strrchr(strrchr(path, '/'), '.');
    for (size_t i = 0; point != NULL && i < sizeof types / sizeof types[0]; i++)
        if (strcasecmp(point, types[i][0]) == 0)
            return types[i][1];
    return "application/octet-stream";
}

/* Puts a time into text as HTTP writes it (RFC 9110 section 5.6.7): "Sun, 06
 * Nov 1994 08:49:37 GMT".
 */
static void format_date(time_t when, char *text, size_t size)
{
    struct tm utc = {.tm_mday = 1};
    gmtime_r(&when, &utc);
    strftime(text, size, "%a, %d %b %Y %H:%M:%S GMT", &utc);
}

/* Returns the milliseconds of a clock that cannot go backwards. */
static long long now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Receives as recv does, but waits no longer than to the deadline (see now_ms):
 * then it returns -1, and errno is ETIMEDOUT.
 */
static ssize_t receive_by(long long deadline, int client, char *data,
                          size_t size)
{
    /* TODO 2: receive_by
     * poll(&ready, 1, left) waits until there is something to receive, but no
     * longer than left milliseconds. It returns 1; 0 when the time is over; or
     * -1 with errno set.
     *
     *   struct pollfd ready = {.fd = client, .events = POLLIN};
     *   long long left = deadline - now_ms();
     *
     * Wait 0 milliseconds where left is negative (for poll, -1 is for ever).
     * Then return what recv returns; or -1, with errno set to ETIMEDOUT where
     * poll returned 0.
     * | (void)deadline;
     * | (void)client;
     * | (void)data;
     * | (void)size;
     * | (void)now_ms;
     * | errx(1, "TODO 2: receive_by is not written yet");
     */
    struct pollfd ready = {.fd = client, .events = POLLIN};
    long long left = deadline - now_ms();
    int n = poll(&ready, 1, left > 0 ? (int)left : 0);
    if (n == 0)
        errno = ETIMEDOUT;
    return n > 0 ? recv(client, data, size, 0) : -1;
    /* END TODO 2 */
}

/* Receives a request up to its empty line. Returns 200, or the status to answer;
 * or 0 where it does not come, or not in time.
 */
static int receive_head(struct request *request)
{
    /* TODO 3: receive_head
     * However the client cuts it, the request is there once an empty line is.
     * Begin with a deadline, patience seconds from now, and length 0. Then, as
     * long as length is less than HEAD_SIZE - 1 (the last byte is for a NUL):
     *
     * Receive behind the length bytes that are in head, with receive_by, no
     * more than there is room for. On -1, warn; on -1 or 0, return 0. Add what
     * came to length, and put a NUL behind it.
     * Let request->rest be head without the '\r' and '\n' at its beginning
     * (strspn): empty lines before a request count for nothing (RFC 9112
     * section 2.2). When strstr finds "\n\r\n" or "\n\n" in rest, return 200.
     * When strlen(head) is less than length there is a NUL among the bytes,
     * which no header has: return 400.
     *
     * Behind the loop all room is used up. Has the first line not ended yet
     * (strchr finds no '\n' in rest), return 414, else 431.
     * | (void)request;
     * | (void)receive_by;
     * | errx(1, "TODO 3: receive_head is not written yet");
     */
    long long deadline = now_ms() + patience * 1000LL;
    char *head = request->head;
    size_t length = 0;
    while (length < HEAD_SIZE - 1) {
        ssize_t n = receive_by(deadline, request->client, head + length,
                               HEAD_SIZE - 1 - length);
        if (n == -1)
            warn("receive from %s", request->from);
        if (n <= 0)
            return 0;
        length += (size_t)n;
        head[length] = '\0';
        request->rest = head + strspn(head, "\r\n");
        if (strstr(request->rest, "\n\r\n") != NULL ||
            strstr(request->rest, "\n\n") != NULL)
            return 200;
        if (strlen(head) < length)
            return 400;
    }
    return strchr(request->rest, '\n') == NULL ? 414 : 431;
    /* END TODO 3 */
}

/* Cuts the next line off the rest of the request. Returns it, without its CR LF
 * or LF; or NULL where there is a control character in it.
 */
static char *cut_line(struct request *request)
{
    char *line = request->rest;
    size_t length = strcspn(line, "\n");
    request->rest += length + 1;
    if (length > 0 && line[length - 1] == '\r')
        length--;
    line[length] = '\0';
    for (const char *next = line; *next != '\0'; next++)
        if (iscntrl((unsigned char)*next) && *next != '\t')
            return NULL;
    return line;
}

/* Takes "GET /path HTTP/1.1" to pieces (RFC 9112 section 3). Returns 200 or the
 * status to answer.
 */
static int parse_request_line(struct request *request, char *line)
{
    /* TODO 4: parse_request_line
     * The line is a method, one space, the target, one space and the version.
     * Cut it by putting a NUL in place of each space; method and target of the
     * request then point to the first two parts:
     *
     *   GET /path HTTP/1.1
     *
     * The method has only bytes of token in it (strspn counts them), and one at
     * least; the target is not empty. There is no '\t' in the line, and no '\\',
     * which some take for a slash. The version is "HTTP/", a digit, a point, a
     * digit, and nothing behind that, not even a space; then the function
     *
     *   fnmatch("HTTP/[0-9].[0-9]", version, 0)
     *
     * returns 0. All else is 400. request->old says whether the second digit
     * is 0. When the first is not 1, return 505.
     * | (void)request;
     * | (void)line;
     * | (void)token;
     * | errx(1, "TODO 4: parse_request_line is not written yet");
     */
    char *target = line + strspn(line, token);
    char *version = *target == ' ' ? strchr(target + 1, ' ') : NULL;
    if (target == line || version == NULL || version == target + 1 ||
        strpbrk(line, "\t\\") != NULL)
        return 400;
    *target++ = '\0';
    *version++ = '\0';
    if (fnmatch("HTTP/[0-9].[0-9]", version, 0) != 0)
        return 400;
    request->method = line;
    request->target = target;
    request->old = version[7] == '0';
    return version[5] == '1' ? 200 : 505;
    /* END TODO 4 */
}

/* Looks at "Name: value" (RFC 9112 section 5). Returns 200 or 400. */
static int parse_field(struct request *request, const char *line)
{
    /* TODO 5: parse_field
     * The name has only bytes of token in it, and one at least; the colon
     * follows at once, with no blank before it. All else is 400.
     * Where the name is Host, in upper or lower case (strncasecmp), add 1 to
     * request->hosts. Its value, without the blanks (' ' and '\t') before and
     * behind it, is 400 if there is a blank, '/', '?', '#', '@' or '\\' in it.
     * | (void)request;
     * | (void)line;
     * | errx(1, "TODO 5: parse_field is not written yet");
     */
    size_t length = strspn(line, token);
    if (length == 0 || line[length] != ':')
        return 400;
    if (length != 4 || strncasecmp(line, "Host", length) != 0)
        return 200;
    request->hosts++;
    const char *value = line + length + 1;
    value += strspn(value, " \t");
    value += strcspn(value, " \t/?#@\\");
    value += strspn(value, " \t");
    return *value == '\0' ? 200 : 400;
    /* END TODO 5 */
}

/* Returns 200 for the methods that are served, which are the first two, and for
 * any other the status to answer.
 */
static int check_method(const char *method)
{
    static const char *const known[] = {"GET",     "HEAD",   "POST",
                                        "PUT",     "DELETE", "CONNECT",
                                        "OPTIONS", "TRACE",  "PATCH"};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(method, known[i]) == 0)
            return i < 2 ? 200 : 405;
    return 501;
}

/* Says whether a part of path is "..". Clients take it out before they ask (RFC
 * 3986 section 5.2.4): who sends it looks for something else.
 */
static bool has_dots(const char *path)
{
    for (; (path = strstr(path, "/..")) != NULL; path += 3)
        if (path[3] == '/' || path[3] == '\0')
            return true;
    return false;
}

/* Puts the path of the target into request->path: behind a point, as the root is
 * where we are, without the query, and with each %41 decoded. Returns 200, 400 or
 * 404.
 */
static int decode_path(struct request *request)
{
    const char *next = request->target;
    /* http://host/path: the absolute form (RFC 9112 section 3.2.2). */
    if (strncasecmp(next, "http://", 7) == 0)
        next += 7 + strcspn(next + 7, "/?");
    else if (*next != '/')
        return 400;
    request->encoded = next;
    char *path = request->path;
    *path++ = '.';
    if (*next != '/')
        *path++ = '/'; /* http://host alone */
    /* TODO 7: decode_path
     * Copy what is at next to path, up to its end or a '?', and put a NUL behind
     * it. A '%' and two hexadecimal digits (isxdigit; mind the end of next) are
     * one byte: %41 is 'A'. For an array digits with those two and a NUL,
     * strtol(digits, NULL, 16) is its value. A '%' without them is 400, and so
     * is %00: no name has a NUL in it.
     * Decode once: of %2541 comes %41, and that is how the name is spelled.
     * At last: where has_dots(request->path), return 404.
     * | (void)path;
     * | (void)has_dots;
     * | errx(1, "TODO 7: decode_path is not written yet");
     */
    for (; *next != '\0' && *next != '?'; next++) {
        char byte = *next;
        if (byte == '%') {
            if (!isxdigit((unsigned char)next[1]) ||
                !isxdigit((unsigned char)next[2]))
                return 400;
            char digits[] = {next[1], next[2], '\0'};
            byte = (char)strtol(digits, NULL, 16);
            next += 2;
        }
        if (byte == '\0')
            return 400;
        *path++ = byte;
    }
    *path = '\0';
    return has_dots(request->path) ? 404 : 200;
    /* END TODO 7 */
}

/* Reads the request that has come. Returns 200 or the status to answer. */
static int parse_head(struct request *request)
{
    char *line = cut_line(request);
    int status = line == NULL ? 400 : parse_request_line(request, line);
    while (status == 200 && (line = cut_line(request)) != NULL && *line != '\0')
        status = parse_field(request, line);
    if (status != 200)
        return status;
    /* HTTP/1.1 wants just one Host (RFC 9112 section 3.2). */
    if (line == NULL || request->hosts > 1 ||
        (request->hosts == 0 && !request->old))
        return 400;
    status = check_method(request->method);
    return status == 200 ? decode_path(request) : status;
}

/* Opens what is at path, for reading. Returns its descriptor; or -1 with errno
 * set, also where path leads out of the root.
 */
static int open_below_root(const char *path)
{
    /* TODO 8: open_below_root
     * realpath(path, place), with an array place of PATH_MAX bytes, takes every
     * symbolic link, "." and ".." out: in place is then where path really leads,
     * from "/" on. Where it returns NULL, return -1: errno says why.
     *
     * That place is below the root if it begins with root, and '/' or the end
     * follows: /srv/www-old is not below /srv/www. If it is not, set errno to
     * ENOENT, as if nothing were there, and return -1. If it is, open it with
     *
     *   O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC
     *
     * (O_NONBLOCK: to open a FIFO would wait for its other end. O_NOFOLLOW: if
     * a link has come there meanwhile, we do not follow it.)
     * | (void)path;
     * | (void)root;
     * | errx(1, "TODO 8: open_below_root is not written yet");
     */
    char place[PATH_MAX];
    if (realpath(path, place) == NULL)
        return -1;
    size_t length = strlen(root);
    if (strncmp(place, root, length) != 0 ||
        (place[length] != '/' && place[length] != '\0')) {
        errno = ENOENT;
        return -1;
    }
    return open(place, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    /* END TODO 8 */
}

/* Opens the file that the request is for. Returns 200 or the status to answer. */
static int find_file(struct request *request)
{
    /* TODO 9: find_file
     * When request->path ends in a slash, put "index.html" behind it (there is
     * room for that). Open it with open_below_root, as request->file, and let
     * fstat tell what it is: request->info. When that fails: return 403 where
     * errno is EACCES, 503 where it is EMFILE or ENFILE (out of descriptors),
     * else 404.
     *
     * A directory, S_ISDIR(request->info.st_mode), and there was no slash:
     * return 301. Else 200 for a regular file (S_ISREG), and 403 for a FIFO,
     * a device, or whatever it is: that may have no end.
     *
     * (Who calls this closes request->file, unless it is -1.)
     * | (void)request;
     * | (void)open_below_root;
     * | errx(1, "TODO 9: find_file is not written yet");
     */
    size_t length = strlen(request->path);
    bool slash = request->path[length - 1] == '/';
    if (slash)
        snprintf(request->path + length, sizeof request->path - length,
                 "index.html");
    request->file = open_below_root(request->path);
    if (request->file == -1 || fstat(request->file, &request->info) == -1)
        return errno == EACCES                      ? 403
               : errno == EMFILE || errno == ENFILE ? 503
                                                    : 404;
    if (S_ISDIR(request->info.st_mode) && !slash)
        return 301;
    return S_ISREG(request->info.st_mode) ? 200 : 403;
    /* END TODO 9 */
}

/* Puts the field that leads to target with a slash behind it into field. */
static void format_location(const char *target, char *field, size_t size)
{
    /* TODO 11: format_location
     * For the target /a%20dir?x=1 it is "Location: /a%20dir/\r\n": encoded as
     * the client has done it, and without the query ("%.*s" and strcspn).
     * But to a browser //evil.example/ is another host: however many slashes
     * the target begins with (strspn), put one in their place.
     * | (void)target;
     * | (void)field;
     * | (void)size;
     * | errx(1, "TODO 11: format_location is not written yet");
     */
    target += strspn(target, "/");
    snprintf(field, size, "Location: /%.*s/\r\n", (int)strcspn(target, "?"),
             target);
    /* END TODO 11 */
}

/* Sends the body that the header has promised. Returns 0, or -1 with errno set.
 */
static int send_file(const struct request *request)
{
    /* TODO 10: send_file
     * Send request->info.st_size bytes of request->file, and no more (it may
     * grow meanwhile): read a piece into an array of PIECE_SIZE, send_all, and
     * so on. Where read returns 0 too early it has become shorter, and the
     * promise cannot be kept: set errno to EIO and return -1.
     * | (void)request;
     * | errx(1, "TODO 10: send_file is not written yet");
     */
    char piece[PIECE_SIZE];
    off_t left = request->info.st_size;
    while (left > 0) {
        size_t want = left < PIECE_SIZE ? (size_t)left : PIECE_SIZE;
        ssize_t n = read(request->file, piece, want);
        if (n == 0)
            errno = EIO;
        if (n <= 0 || send_all(request->client, piece, (size_t)n) == -1)
            return -1;
        left -= n;
    }
    return 0;
    /* END TODO 10 */
}

/* Sends the answer: the file where status is 200, else a small page that names
 * the status. Returns 0, or -1 with errno set.
 */
static int send_answer(const struct request *request, int status)
{
    char page[256], date[64], field[HEAD_SIZE + 32], header[2 * HEAD_SIZE];
    const char *type = "text/html";
    long long length = snprintf(page, sizeof page,
                                "<!DOCTYPE html>\n<title>%d %s</title>\n"
                                "<h1>%s</h1>\n",
                                status, reasons[status], reasons[status]);
    field[0] = '\0';
    if (status == 200) {
        type = find_type(request->path);
        length = request->info.st_size;
        format_date(request->info.st_mtime, date, sizeof date);
        snprintf(field, sizeof field, "Last-Modified: %s\r\n", date);
    }
    if (status == 301)
        format_location(request->encoded, field, sizeof field);
    if (status == 405)
        snprintf(field, sizeof field, "Allow: GET, HEAD\r\n");
    format_date(time(NULL), date, sizeof date);
    /* TODO 6: send_answer
     * Print the header into the array header, and send it with send_all. It is
     *
     *   HTTP/1.1 200 OK
     *   Date: Sun, 06 Nov 1994 08:49:37 GMT
     *   Connection: close
     *   Content-Type: text/html
     *   Content-Length: 120
     *   Last-Modified: Sat, 05 Nov 1994 11:12:13 GMT
     *
     * with status, reasons[status], date, type and length; field is the last
     * line, or is empty, and has its line end already. Each line ends in "\r\n",
     * and an empty line ends the header.
     * The answer to HEAD ends here: return 0. Else send the body: the file
     * (send_file) where status is 200, or page.
     * | (void)header;
     * | (void)length;
     * | (void)type;
     * | (void)send_file;
     * | errx(1, "TODO 6: send_answer is not written yet");
     */
    int size = snprintf(header, sizeof header,
                        "HTTP/1.1 %d %s\r\n"
                        "Date: %s\r\n"
                        "Connection: close\r\n"
                        "Content-Type: %s\r\n"
                        "Content-Length: %lld\r\n"
                        "%s"
                        "\r\n",
                        status, reasons[status], date, type, length, field);
    if (send_all(request->client, header, (size_t)size) == -1)
        return -1;
    if (strcmp(request->method, "HEAD") == 0)
        return 0;
    return status == 200 ? send_file(request)
                         : send_all(request->client, page, (size_t)length);
    /* END TODO 6 */
}

/* Prints "127.0.0.1 port 40312: GET /index.html 200", without bytes that a
 * terminal might obey.
 */
static void print_event(struct request *request, int status)
{
    for (char *next = request->target; *next != '\0'; next++)
        if (*next < '!' || *next > '~')
            *next = '?';
    printf("%s: %s %s %d\n", request->from, request->method, request->target,
           status);
}

/* Closes the connection once the client has, or after a time. */
static void close_gently(int client)
{
    /* TODO 12: close_gently
     * To close while bytes lie unread resets the connection, and then a client
     * that is still sending does not see the answer (RFC 9112 section 9.6). So
     * end our half first, shutdown(client, SHUT_WR); then receive (receive_by)
     * and forget what comes, to the end of the stream, an error, or a deadline
     * of patience seconds from now; then close.
     * | warnx("TODO 12: close_gently is not written yet");
     * | close(client);
     */
    long long deadline = now_ms() + patience * 1000LL;
    char ignored[PIECE_SIZE];
    shutdown(client, SHUT_WR); /* It fails where the client has gone. */
    while (receive_by(deadline, client, ignored, sizeof ignored) > 0)
        ;
    close(client);
    /* END TODO 12 */
}

/* The thread of a connection. Trouble with the client is a warning. */
static void *serve_client(void *argument)
{
    static char unknown[] = "-";
    struct request *request = argument;
    struct timeval most = {.tv_sec = patience};
    request->method = request->target = unknown;
    request->file = -1;
    /* For a client that never reads: send returns -1 after this time. */
    if (setsockopt(request->client, SOL_SOCKET, SO_SNDTIMEO, &most,
                   sizeof most) == -1)
        warn("setsockopt");
    int status = receive_head(request);
    if (status == 200)
        status = parse_head(request);
    if (status == 200)
        status = find_file(request);
    if (status == 0) {
        close(request->client);
    } else {
        if (send_answer(request, status) == -1)
            warn("send to %s", request->from);
        print_event(request, status);
        close_gently(request->client);
    }
    if (request->file != -1)
        close(request->file);
    free(request);
    return NULL;
}

/* Serves each client in a thread of its own, for ever. */
static void serve_clients(int listener)
{
    /* glibc keeps the stacks of threads that have ended for new ones, up to 40
     * MB of them: of the usual 8 MB each, those would be five.
     */
    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, STACK_SIZE);
    /* TODO 1: serve_clients
     * For ever: each connection has a struct request of its own, calloc(1,
     * sizeof *request), and a thread. Its client is what accept_from(listener,
     * request->from) returns.
     *
     *   pthread_create(&thread, &small, serve_client, request)
     *
     * starts the thread; pthread_detach it, as nobody waits for its end. When
     * pthread_create returns an error, not 0: put that into errno, warn, close
     * the client, free the request. When calloc returns NULL: warn, sleep(1).
     * Neither may end the server.
     * | (void)listener;
     * | (void)serve_client;
     * | errx(1, "TODO 1: serve_clients is not written yet");
     */
    for (;;) {
        struct request *request = calloc(1, sizeof *request);
        if (request == NULL) {
            warn("calloc");
            sleep(1);
            continue;
        }
        pthread_t thread;
        request->client = accept_from(listener, request->from);
        errno = pthread_create(&thread, &small, serve_client, request);
        if (errno == 0) {
            pthread_detach(thread);
        } else {
            warn("serve %s", request->from);
            close(request->client);
            free(request);
        }
    }
    /* END TODO 1 */
}

/* Goes into directory, which becomes the root. Ends the program where that is
 * not possible.
 */
static void enter_root(const char *directory)
{
    if (chdir(directory) == -1 || realpath(".", root) == NULL)
        err(1, "serve %s", directory);
    if (strcmp(root, "/") == 0)
        root[0] = '\0'; /* What is in it has a slash of its own. */
}

int main(int argc, char *argv[])
{
    const char *directory = ".";
    for (int option; (option = getopt(argc, argv, "r:t:")) != -1;)
        if (option == 'r')
            directory = optarg;
        else if (option == 't')
            patience = (int)parse_number(optarg, LONGEST_WAIT);
        else
            usage();
    if (argc - optind > 2 || patience < 1)
        usage();
    const char *host = optind < argc ? argv[optind] : "127.0.0.1";
    const char *port = optind + 1 < argc ? argv[optind + 1] : "6789";
    if (!is_port(port))
        usage();

    /* A send to a client that has gone shall fail with EPIPE, not kill us. */
    signal(SIGPIPE, SIG_IGN);
    /* Each line goes out when it is written, into a pipe too. */
    setvbuf(stdout, NULL, _IOLBF, 0);

    enter_root(directory);
    int listener = open_listener(host, port);
    announce_listener(listener);
    serve_clients(listener);
}
