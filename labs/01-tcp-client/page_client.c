/* page_client: fetches one page over HTTP/1.1 (RFC 9112), prints its header and
 * saves its body, byte for byte, once all of it is there.
 *
 * usage: page_client [-o file] host [port [path]]
 *        (default: file page.html, port 80, path /)
 */
#define _POSIX_C_SOURCE 200809L

#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../net.h"

enum { HEADER_SIZE = 65536, LINE_SIZE = 8192 };

/* What a header says about the body behind it (RFC 9112 section 6.3). */
struct header {
    bool interim;     /* 1xx: no body, another header follows. */
    bool chunked;     /* The body is cut into chunks, */
    long long length; /* or has this length, or, when -1, all the rest. */
};

/* The name of the file that is to become the page, "" when there is none. */
static char unfinished[4096];

_Noreturn static void usage(void)
{
    fprintf(stderr, "usage: page_client [-o file] host [port [path]]\n");
    exit(2);
}

/* Says whether text can stand in a request. A space or a line end in it would
 * make another request of it.
 */
static bool is_word(const char *text)
{
    for (; *text != '\0'; text++)
        if (*text == ' ' || iscntrl((unsigned char)*text))
            return false;
    return true;
}

/* Asks server for path. Ends the program where that fails. */
static void send_request(int server, const char *host, const char *port,
                         const char *path)
{
    /* TODO 5: send_request
     * Put the request into an array with snprintf, and send it with send_all.
     * It is four lines, each ended by "\r\n", the last one empty. For
     * path /index.html, host example.org and port 8080:
     *
     *   GET /index.html HTTP/1.1
     *   Host: example.org:8080
     *   Connection: close
     *
     * Leave out the colon and the port where the port is 80. A host that has a
     * colon in it is an IPv6 address and stands in brackets: [::1]:8080.
     * snprintf returns how long the text would be: where that is not less than
     * the size of the array, errx.
     */
    (void)server;
    (void)host;
    (void)port;
    (void)path;
    errx(1, "TODO 5: send_request is not written yet");
}

/* Reads a line into line: the bytes up to and with '\n', and a NUL. Returns how
 * many bytes there were. Ends the program where there is no such line, or where
 * it has size bytes or more.
 */
static size_t read_line(FILE *page, char *line, size_t size)
{
    /* TODO 6: read_line
     * page is a FILE, so getc(page) is the next byte, however the stream was
     * cut on its way: stdio calls recv, or read, when it needs more. Put byte
     * after byte into line until one is '\n', and a NUL behind it. Errors, all
     * three with err or errx: getc returns EOF, and ferror(page) says that the
     * connection broke; EOF, and the server has closed; no room in line for
     * this byte and the NUL.
     */
    (void)page;
    (void)line;
    (void)size;
    errx(1, "TODO 6: read_line is not written yet");
}

/* Says whether text is a line end: CR LF, or LF alone (RFC 9112 section 2.2). */
static bool is_line_end(const char *text)
{
    return strcmp(text, "\r\n") == 0 || strcmp(text, "\n") == 0;
}

static const char *skip_blanks(const char *text)
{
    return text + strspn(text, " \t");
}

/* Returns the number that text begins with, or -1 where there is none or it is
 * too large. Lets rest point behind it and the blanks after it.
 */
static long long read_number(const char *text, int base, const char **rest)
{
    const char *digits = base == 16 ? "0123456789abcdefABCDEF" : "0123456789";
    size_t length = strspn(text, digits);
    *rest = skip_blanks(text + length);
    errno = 0;
    long long number = strtoll(text, NULL, base);
    return length > 0 && errno == 0 ? number : -1;
}

/* Returns what follows name in line, or NULL where line has another name. */
static const char *find_value(const char *line, const char *name)
{
    size_t length = strlen(name);
    if (strncasecmp(line, name, length) != 0)
        return NULL;
    return skip_blanks(line + length);
}

/* Notes what a line says about the body. Ends the program where it makes no
 * sense.
 */
static void read_field(const char *line, struct header *header)
{
    const char *value;
    const char *rest;
    if (strncmp(line, "HTTP/1.1 1", strlen("HTTP/1.1 1")) == 0)
        header->interim = true;
    if ((value = find_value(line, "Content-Length:")) != NULL) {
        long long length = read_number(value, 10, &rest);
        if (length == -1 || !is_line_end(rest))
            errx(1, "Content-Length: not a number");
        if (header->length != -1 && header->length != length)
            errx(1, "Content-Length: two different numbers");
        header->length = length;
    }
    if ((value = find_value(line, "Transfer-Encoding:")) != NULL) {
        size_t length = strlen("chunked");
        if (strncasecmp(value, "chunked", length) != 0 ||
            !is_line_end(skip_blanks(value + length)))
            errx(1, "Transfer-Encoding: not chunked");
        header->chunked = true;
    }
}

/* Reads a header, to its empty line, and prints it as it is. */
static struct header read_header(FILE *page)
{
    struct header header = {.length = -1};
    char line[HEADER_SIZE];
    size_t total = 0;
    do {
        size_t length = read_line(page, line, sizeof line - total);
        total += length;
        read_field(line, &header);
        fwrite(line, 1, length, stdout);
    } while (!is_line_end(line));
    if (fflush(stdout) == EOF || ferror(stdout))
        err(1, "write to standard output");
    return header;
}

/* Copies length bytes of page to file, or, when it is -1, all of them. Returns
 * how many. Ends the program where there are fewer.
 */
static long long copy_bytes(FILE *page, FILE *file, long long length)
{
    /* TODO 7: copy_bytes
     * fread(data, 1, want, page) waits for want bytes and returns how many it
     * got: fewer only at the end of the stream, or, when ferror(page), where
     * the connection broke. Write what came to file with fwrite. Go on until
     * length bytes are copied (want no byte more, it is not part of the page),
     * or the stream ends. Errors: the connection breaks; fwrite writes fewer
     * bytes than it should; the stream ends before length bytes.
     * The page can be larger than memory: use one array, again and again.
     */
    (void)page;
    (void)file;
    (void)length;
    errx(1, "TODO 7: copy_bytes is not written yet");
}

/* Copies the chunks of page to file, without what frames them (RFC 9112 section
 * 7.1). Returns how many bytes. Ends the program where one is broken or missing.
 */
static long long copy_chunks(FILE *page, FILE *file)
{
    /* TODO 8: copy_chunks
     * (Stretch: all but the chunked pages work without it.)
     * A chunk is a line that begins with its size in hexadecimal digits, that
     * many bytes, and a line end:
     *
     *   5\r\nHello\r\n8;name=value\r\n, client\r\n0\r\n\r\n
     *
     * What follows a ';' in the first line means nothing to us. A chunk of size
     * 0 is the last. After it come lines to be skipped, up to an empty one.
     * read_line, read_number, copy_bytes and is_line_end do most of it. A size
     * that is none, or bytes where the line end should be: errx.
     */
    (void)page;
    (void)file;
    errx(1, "TODO 8: copy_chunks is not written yet");
}

/* Runs at the end of the program. (There is no file whose name is "".) */
static void remove_unfinished(void)
{
    unlink(unfinished);
}

/* Lets the signal end the program, as if nobody had caught it. */
static void handle_signal(int number)
{
    remove_unfinished();
    signal(number, SIG_DFL);
    raise(number);
}

/* Sees to it that an unfinished file is removed, however the program ends. */
static void clean_up_at_end(void)
{
    static const int signals[] = {SIGHUP, SIGINT, SIGTERM};
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        if (signal(signals[i], handle_signal) == SIG_IGN)
            signal(signals[i], SIG_IGN); /* It was ignored, as under nohup. */
    if (atexit(remove_unfinished) != 0)
        errx(1, "atexit: no memory");
}

/* Returns an unfinished file in the folder of name, for finish_file. Where name
 * is there and is no regular file (a device, a FIFO, a link), returns that.
 */
static FILE *open_file(const char *name)
{
    struct stat old;
    if (lstat(name, &old) == 0 && !S_ISREG(old.st_mode)) {
        FILE *file = fopen(name, "w");
        if (file == NULL)
            err(1, "open %s", name);
        return file;
    }
    const char *slash = strrchr(name, '/');
    int folder = slash == NULL ? 0 : (int)(slash + 1 - name);
    int length = snprintf(unfinished, sizeof unfinished,
                          "%.*s.page_client.XXXXXX", folder, name);
    if (length < 0 || (size_t)length >= sizeof unfinished)
        errx(1, "create a file beside %s: name too long", name);
    int fd = mkstemp(unfinished);
    mode_t mask = umask(0); /* There is no other way to ask for it. */
    umask(mask);
    FILE *file = NULL;
    if (fd == -1 || fchmod(fd, 0666 & ~mask) == -1 ||
        (file = fdopen(fd, "w")) == NULL)
        err(1, "create a file beside %s", name);
    return file;
}

/* Closes file. If it is an unfinished one, it takes the place of name. */
static void finish_file(FILE *file, const char *name)
{
    if (fclose(file) == EOF)
        err(1, "write %s", name);
    if (unfinished[0] != '\0' && rename(unfinished, name) == -1)
        err(1, "rename %s to %s", unfinished, name);
    unfinished[0] = '\0';
}

/* Receives the reply and saves its body under name. */
static void save_page(int server, const char *name)
{
    FILE *page = fdopen(server, "r");
    if (page == NULL)
        err(1, "fdopen");
    struct header header;
    do
        header = read_header(page);
    while (header.interim);

    FILE *file = open_file(name);
    long long length = header.chunked ? copy_chunks(page, file)
                                      : copy_bytes(page, file, header.length);
    finish_file(file, name);
    fprintf(stderr, "saved %lld bytes in %s\n", length, name);
    fclose(page);
}

int main(int argc, char *argv[])
{
    const char *name = "page.html";
    int option;
    while ((option = getopt(argc, argv, "o:")) != -1) {
        if (option != 'o')
            usage();
        name = optarg;
    }
    if (argc - optind < 1 || argc - optind > 3)
        usage();
    const char *host = argv[optind];
    const char *port = optind + 1 < argc ? argv[optind + 1] : "80";
    const char *path = optind + 2 < argc ? argv[optind + 2] : "/";
    if (!is_word(host) || !is_port(port) || !is_word(path) || path[0] != '/')
        usage();

    /* A send to a server that has gone shall fail with EPIPE, not kill us. */
    signal(SIGPIPE, SIG_IGN);
    clean_up_at_end();

    int server = connect_to(host, port);
    send_request(server, host, port, path);
    save_page(server, name);
    return 0;
}
