/* file_server: sends each client a file as a JSON object (RFC 8259) with its
 * contents in Base64 (RFC 4648), and closes.
 *
 * usage: file_server file [host [port]]    (default: 127.0.0.1 5566)
 */
#define _POSIX_C_SOURCE 200809L

#include <err.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "../net.h"

enum {
    DATA_SIZE = 24576,             /* A multiple of 3, */
    TEXT_SIZE = DATA_SIZE / 3 * 4, /* and what becomes of it. */
    PATIENCE = 5                   /* Seconds. */
};

/* What a thread is to do. */
struct transfer {
    int client;
    const char *path; /* The file. */
    const char *head; /* The object, up to the contents. */
};

_Noreturn static void usage(void)
{
    fprintf(stderr, "usage: file_server file [host [port]]\n");
    exit(2);
}

/* Returns the file, or NULL with errno set. A FIFO would make the open wait, and
 * one reader would take what belongs to another: only a regular file will do.
 */
static FILE *open_file(const char *path)
{
    struct stat status;
    if (stat(path, &status) == -1)
        return NULL;
    if (!S_ISREG(status.st_mode)) {
        errno = S_ISDIR(status.st_mode) ? EISDIR : EINVAL;
        return NULL;
    }
    return fopen(path, "r");
}

/* Writes text, which is UTF-8, as a JSON string (RFC 8259 section 7). */
static void write_string(FILE *out, const char *text)
{
    /* TODO 1: write_string
     * Write a quote, each byte of text, and a quote (putc). But a quote or a
     * backslash in text has a backslash before it, and control characters, which
     * are less than 0x20, are written as in "\u001f": fprintf with \\u%04x. Let
     * the byte be an unsigned char: a char can be less than 0.
     */
    (void)out;
    (void)text;
    errx(1, "TODO 1: write_string is not written yet");
}

/* Returns the beginning of the object, up to the contents. Ends the program
 * where the name of the file is no text.
 */
static char *make_head(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    if (!is_utf8(name))
        errx(1, "send %s: the name is not UTF-8", path);
    char *head;
    size_t length;
    FILE *out = open_memstream(&head, &length);
    if (out == NULL)
        err(1, "open_memstream");
    fprintf(out, "{\"filename\": ");
    write_string(out, name);
    fprintf(out, ", \"filedata\": \"");
    if (fclose(out) == EOF)
        err(1, "open_memstream");
    return head;
}

/* Puts the Base64 of length bytes of data into text (RFC 4648 section 4). Returns
 * how many characters it has: 4 for each 3 bytes, and 4 for a rest.
 */
static size_t encode_base64(const unsigned char *data, size_t length,
                            char *text)
{
    /* TODO 3: encode_base64
     * Three bytes are 24 bits, which are four digits of 6 bits each:
     *
     *   "Man"  =  0x4d616e  =  19 22 5 46  =  'T' 'W' 'F' 'u'
     *
     * alphabet[19] is 'T'. Of a rest of two bytes come three digits and '=', of
     * one byte two digits and "=="; the bits that are missing are 0.
     */
    (void)data;
    (void)length;
    (void)text;
    errx(1, "TODO 3: encode_base64 is not written yet");
}

/* Sends client the contents of file. Returns 0, or -1 with errno set. */
static int send_contents(int client, FILE *file)
{
    /* TODO 4: send_contents
     * fread DATA_SIZE bytes, encode them, and send the text with send_all, until
     * fread returns 0: memory does not grow with the file. fread gives fewer
     * bytes than it is asked for only at the end of the file. (That is why
     * DATA_SIZE is a multiple of 3: only the last piece can have a rest, so that
     * '=' never comes in the middle.) Return -1 when send_all does, and at the
     * end when ferror(file): a file that cannot be read to its end is not sent
     * as if it were whole.
     */
    (void)client;
    (void)file;
    (void)encode_base64;
    errx(1, "TODO 4: send_contents is not written yet");
}

/* Ends our half and waits for the client's end, though not for ever: if bytes
 * from the client lay unread, close would reset the connection, and that can
 * cost it the end of the file.
 */
static void end_stream(int client)
{
    struct timeval patience = {.tv_sec = PATIENCE};
    char rubbish[4096];
    if (shutdown(client, SHUT_WR) == 0 &&
        setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience,
                   sizeof patience) == 0)
        while (recv(client, rubbish, sizeof rubbish, 0) > 0)
            ;
}

/* Sends client the object. Trouble with it, or with the file, is a warning; the
 * client sees by the missing end of the object that it is not whole.
 */
static void send_object(const struct transfer *t)
{
    FILE *file = open_file(t->path);
    if (file == NULL) {
        warn("open %s", t->path);
        return;
    }
    if (send_all(t->client, t->head, strlen(t->head)) == -1 ||
        send_contents(t->client, file) == -1 ||
        send_all(t->client, "\"}", 2) == -1)
        warn("send %s", t->path);
    else
        end_stream(t->client);
    fclose(file);
}

/* A thread: serves one client. */
static void *serve_client(void *argument)
{
    struct transfer *transfer = argument;
    send_object(transfer);
    close(transfer->client);
    free(transfer);
    return NULL;
}

/* Gives the transfer a thread of its own. Where there is none to be had, that is
 * a warning and the end of the client.
 */
static void start_thread(const struct transfer *transfer)
{
    /* TODO 2: start_thread
     * A thread needs a struct transfer of its own: what the argument points to
     * changes with the next client. So malloc one, copy the argument to it, and
     * pthread_create a thread that begins with serve_client (which frees it)
     * and gets the copy; then pthread_detach the thread, as nobody will wait for
     * it. pthread_create returns an error number, not -1. Where there is no
     * memory or no thread: warnx("start a thread: %s", strerror(error)), close
     * the client, free the copy.
     */
    (void)transfer;
    (void)serve_client;
    errx(1, "TODO 2: start_thread is not written yet");
}

/* Serves clients at the same time, for ever. */
static void serve_clients(int listener, const char *path, const char *head)
{
    for (;;) {
        int client = accept_client(listener);
        struct transfer transfer = {client, path, head};
        start_thread(&transfer);
    }
}

int main(int argc, char *argv[])
{
    if (getopt(argc, argv, "") != -1 || argc - optind < 1 || argc - optind > 3)
        usage();
    const char *path = argv[optind];
    const char *host = optind + 1 < argc ? argv[optind + 1] : "127.0.0.1";
    const char *port = optind + 2 < argc ? argv[optind + 2] : "5566";
    if (!is_port(port))
        usage();

    /* A send to a client that has gone shall fail with EPIPE, not kill us. */
    signal(SIGPIPE, SIG_IGN);
    /* Each line goes out when it is written, into a pipe too. */
    setvbuf(stdout, NULL, _IOLBF, 0);

    FILE *file = open_file(path);
    if (file == NULL)
        err(1, "open %s", path);
    fclose(file);
    char *head = make_head(path);

    int listener = open_listener(host, port);
    announce_listener(listener);
    serve_clients(listener, path, head);
}
