/* peers.c - the commands that play the other end of the wire. */
#define _GNU_SOURCE /* memmem, SOCK_CLOEXEC */
#include "commands.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Where small buffers, or very small ones, are asked for the next socket. */
static bool small_buffers, narrow;

/* Reads a numeric address and a port. */
socklen_t read_address(const char *address, unsigned port,
                       struct sockaddr_storage *place)
{
    char text[16];
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                             .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
    struct addrinfo *found;
    snprintf(text, sizeof text, "%u", port);
    if (getaddrinfo(address, text, &hints, &found) != 0)
        wrong_script("%s is no address", address);
    socklen_t size = found->ai_addrlen;
    memcpy(place, found->ai_addr, size);
    freeaddrinfo(found);
    return size;
}

int open_socket(int family, int type)
{
    int fd = socket(family, type, 0);
    if (fd == -1)
        give_up_environment("no socket: %s", strerror(errno));
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

/* Binds fd; returns the port, or 0 when that fails. */
int bind_to(int fd, const char *address, int port)
{
    struct sockaddr_storage place;
    socklen_t size = read_address(address, (unsigned)port, &place);
    if (bind(fd, (struct sockaddr *)&place, size) == -1)
        return 0;
    size = sizeof place;
    getsockname(fd, (struct sockaddr *)&place, &size);
    return ntohs(place.ss_family == AF_INET6
                     ? ((struct sockaddr_in6 *)(void *)&place)->sin6_port
                     : ((struct sockaddr_in *)(void *)&place)->sin_port);
}

int family_of(const char *address)
{
    return strchr(address, ':') != NULL ? AF_INET6 : AF_INET;
}

int swap_bytes(int port)
{
    return (port & 0xff) << 8 | port >> 8;
}

static void make_small(int fd)
{
    int size = 131072;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
}

void do_small(void)
{
    small_buffers = true;
}

/* As the kernel makes the send buffer of the program from the size of segments, it
 * then keeps about 100 KB in place of some megabytes. */
static void make_narrow(int fd)
{
    int segment = 536, size = 4096;
    setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &segment, sizeof segment);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
}

/* Gives fd the buffers that were asked for. */
static void set_buffers(int fd)
{
    if (small_buffers)
        make_small(fd);
    if (narrow)
        make_narrow(fd);
}

void do_narrow(void)
{
    narrow = true;
}

/* The last address of a name, as text. */
static const char *last_address(const char *name)
{
    static char text[INET6_ADDRSTRLEN];
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list;
    if (getaddrinfo(name, NULL, &hints, &list) != 0)
        give_up_environment("this machine does not know the name %s", name);
    for (struct addrinfo *a = list; a != NULL; a = a->ai_next)
        getnameinfo(a->ai_addr, a->ai_addrlen, text, sizeof text, NULL, 0,
                    NI_NUMERICHOST);
    freeaddrinfo(list);
    return text;
}

/* Listens on port, or on one whose swapped twin is free too: a client that
 * forgets htons() comes there. */
static void open_listening(struct peer *peer, const char *address, int port)
{
    int family = family_of(address), one = 1;
    for (int tries = 0; peer->decoy == -1 && tries < 20; tries++) {
        if (peer->fd != -1)
            close(peer->fd);
        peer->fd = open_socket(family, SOCK_STREAM);
        if (port != 0)
            setsockopt(peer->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
        set_buffers(peer->fd);
        peer->port = bind_to(peer->fd, address, port);
        if (peer->port == 0 || listen(peer->fd, SOMAXCONN) == -1)
            give_up_environment("cannot listen on %s port %d: %s", address,
                                port, strerror(errno));
        if (port != 0)
            return;
        peer->decoy = open_socket(family, SOCK_STREAM);
        if (swap_bytes(peer->port) == peer->port ||
            bind_to(peer->decoy, address, swap_bytes(peer->port)) == 0 ||
            listen(peer->decoy, 1) == -1) {
            close(peer->decoy);
            peer->decoy = -1;
        }
    }
}

void do_listen(void)
{
    struct peer *peer = new_peer(word(1));
    const char *address = word_count > 2 ? word(2) : "127.0.0.1";
    peer->last = strcmp(address, "last") == 0;
    if (peer->last)
        address = last_address(word(3));
    peer->kind = LISTENER;
    open_listening(peer, address,
                   word_count > 3 && isdigit((unsigned char)word(3)[0])
                       ? (int)number(3)
                       : 0);
    small_buffers = narrow = false;
    set_number(peer->role, ".port", (unsigned long)peer->port);
    set_number(peer->role, ".over", (unsigned long)peer->port + 65536);
    note(LEFT_SIDE, "listens on %s port %d", address, peer->port);
}

void do_dead(void)
{
    struct peer *peer = new_peer(word(1));
    const char *address = word_count > 2 ? word(2) : "127.0.0.1";
    peer->kind = DEAD;
    peer->fd = open_socket(family_of(address), SOCK_STREAM);
    peer->port = bind_to(peer->fd, address, 0);
    set_number(peer->role, ".port", (unsigned long)peer->port);
    note(LEFT_SIDE, "nobody listens on %s port %d", address, peer->port);
}

/* Takes a lock that is gone with this process, whoever holds it: a name in the
 * abstract namespace, which is as wide as the network that it is about. Where
 * there is none, chance must do. */
bool lock_name(const char *name)
{
#ifdef __linux__
    struct sockaddr_un place = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    snprintf(place.sun_path + 1, sizeof place.sun_path - 1, "%s", name);
    socklen_t size =
        (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name));
    if (fd == -1 || bind(fd, (struct sockaddr *)&place, size) == 0)
        return true;
    close(fd);
    return false;
#else
    (void)name;
    return true;
#endif
}

/* Whether nobody holds the port for sockets of that type. */
static bool is_free_for(const char *address, int port, int type)
{
    int fd = socket(family_of(address), type, 0);
    bool free = fd == -1
                    ? errno == EAFNOSUPPORT
                    : bind_to(fd, address, port) != 0 || errno == EADDRNOTAVAIL;
    if (fd != -1)
        close(fd);
    return free;
}

/* Whether nobody holds the port, for TCP or UDP, in no state that would hinder a
 * program that forgets SO_REUSEADDR. */
bool is_free(const char *address, int port)
{
    return is_free_for(address, port, SOCK_STREAM) &&
           is_free_for(address, port, SOCK_DGRAM);
}

static bool is_free_port(int port)
{
    return is_free("0.0.0.0", port) && is_free("::", port);
}

/* A port that no other grader takes and that the kernel gives to nobody: from
 * below its range. The same holds for the port with its bytes swapped. */
void do_port(void)
{
    int low = 32768;
    FILE *range = fopen("/proc/sys/net/ipv4/ip_local_port_range", "re");
    if (range != NULL && fscanf(range, "%d", &low) != 1)
        low = 32768;
    if (range != NULL)
        fclose(range);
    low = low > 12000 ? low : 32768;
    for (int tries = 0; tries < 2000; tries++) {
        int port = 10000 + (int)(next_random() % (unsigned)(low - 10000));
        int twin = swap_bytes(port);
        char name[64];
        snprintf(name, sizeof name, "workbook-grader-port-%d", port);
        if (twin == port || twin < 1024 || twin >= low || !lock_name(name) ||
            !is_free_port(port) || !is_free_port(twin))
            continue;
        set_number(word(1), "", (unsigned long)port);
        return;
    }
    give_up_environment("no free port below %d", low);
}

static void set_size(struct peer *peer)
{
    struct sockaddr_storage place;
    socklen_t size = sizeof place;
    char host[INET6_ADDRSTRLEN], port[8];
    int one = 1;
    getsockname(peer->fd, (struct sockaddr *)&place, &size);
    getnameinfo((struct sockaddr *)&place, size, host, sizeof host, port,
                sizeof port, NI_NUMERICHOST | NI_NUMERICSERV);
    peer->port = atoi(port);
    set_number(peer->role, ".port", (unsigned long)peer->port);
    set_text(peer->role, ".address", host);
    setsockopt(peer->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

/* A client came to the decoy. */
_Noreturn static void fail_swapped(struct program *program,
                                   struct peer *listener)
{
    char expected[64], got[128];
    snprintf(expected, sizeof expected, "a client at port %d", listener->port);
    snprintf(got, sizeof got,
             "a client at port %d, which is %d with its two bytes swapped",
             swap_bytes(listener->port), listener->port);
    fail((struct failure){.kind = NO_CLIENT,
                          .program = program,
                          .peer = listener,
                          .got = "decoy"},
         expected, got);
}

void do_accept(void)
{
    struct peer *listener = peer_at(2);
    struct program *program = last_student();
    int fd;
    while ((fd = accept(listener->fd, NULL, NULL)) == -1) {
        bool over = program != NULL && program->ended;
        if (listener->decoy != -1 && accept(listener->decoy, NULL, NULL) != -1)
            fail_swapped(program, listener);
        if (over && (fd = accept(listener->fd, NULL, NULL)) != -1)
            break;
        if (over || !wait_more(listener->fd, POLLIN, TICK))
            fail_words(NO_CLIENT, program, listener, "a client that connects",
                       "none came; %s", say_end(program));
    }
    struct peer *peer = new_peer(word(1));
    peer->kind = CONNECTION;
    peer->fd = fd;
    peer->program = program;
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    set_size(peer);
    note(RIGHT_SIDE, "connects");
}

/* Where the target is: a program that listens, or a port number. */
struct program *find_target(size_t i, int *port)
{
    struct program *program = find_program(word(i));
    if (program == NULL) {
        *port = (int)number(i);
        return NULL;
    }
    const struct bytes *value = find_part(program->role, ".port");
    if (value == NULL)
        wrong_script("%s does not listen yet", program->role);
    *port = atoi(value->data);
    return program;
}

void do_connect(void)
{
    int port;
    struct program *program = find_target(2, &port);
    struct peer *peer = new_peer(word(1));
    struct sockaddr_storage place;
    const char *address = word_count > 3 ? word(3)
                          : program != NULL
                              ? find_part(program->role, ".address")->data
                              : "127.0.0.1";
    socklen_t size = read_address(address, (unsigned)port, &place);
    peer->kind = CONNECTION;
    peer->program = program;
    peer->fd = open_socket(place.ss_family, SOCK_STREAM);
    set_buffers(peer->fd);
    peer->narrow = narrow;
    small_buffers = narrow = false;
    /* listen(listener, 1) is right, and no reason to wait for a second. */
    while (queue_is_full(&place) && wait_more(-1, 0, SHORT_TICK))
        ;
    int result = connect(peer->fd, (struct sockaddr *)&place, size);
    struct pollfd ready = {peer->fd, POLLOUT, 0};
    while (result == -1 && errno == EINPROGRESS && poll(&ready, 1, 0) == 0)
        if (!wait_more(peer->fd, POLLOUT, TICK))
            fail_words(REFUSED, program, NULL, "a connection",
                       "no answer to the request for one");
    int why = errno;
    socklen_t why_size = sizeof why;
    if (result == -1 && errno == EINPROGRESS)
        getsockopt(peer->fd, SOL_SOCKET, SO_ERROR, &why, &why_size);
    else if (result == 0)
        why = 0;
    note(LEFT_SIDE, "%s connects", peer->role);
    if (why != 0)
        fail_words(REFUSED, program, NULL, "a connection", "%s", strerror(why));
    set_size(peer);
}

bool flush_peer(struct peer *peer)
{
    while (peer->pending.length > 0 && !peer->broken)
        if (!wait_more(-1, 0, TICK))
            fail_words(NOT_READING, peer->program, peer,
                       "the program reads what is sent",
                       "it takes no more after %lu bytes", peer->bytes_out);
    return !peer->broken;
}

/* A server that sends an answer in parts waits for our kernel's word that the
 * first has come. Thousands of answers should not take 40 ms each. */
static void acknowledge_soon(const struct peer *peer)
{
#ifdef TCP_QUICKACK
    int one = 1;
    if (peer->program != NULL && peer->program->serves != ONE)
        setsockopt(peer->fd, IPPROTO_TCP, TCP_QUICKACK, &one, sizeof one);
#else
    (void)peer;
#endif
}

void do_send(void)
{
    struct peer *peer = peer_at(1);
    const struct bytes *data = data_from(2);
    char what[NAME_SIZE + 8];
    snprintf(what, sizeof what, "%s sends", peer->role);
    note_bytes(LEFT_SIDE, what, data->data, data->length);
    note_said(peer, data);
    queue_bytes(peer, data->data, data->length);
    bool taken = flush_peer(peer);
    acknowledge_soon(peer);
    if (!taken && strcmp(word(0), "offer") != 0)
        fail_words(NOT_READING, peer->program, peer,
                   "the program reads what is sent",
                   "it closed or reset the connection");
}

void do_stuff(void)
{
    struct peer *peer = peer_at(1);
    const struct bytes *data = data_from(2);
    long long since = now_ms();
    char what[NAME_SIZE + 32];
    snprintf(what, sizeof what, "%s sends, not reading,", peer->role);
    note_bytes(LEFT_SIDE, what, data->data, data->length);
    queue_bytes(peer, data->data, data->length);
    unsigned long before = peer->bytes_out;
    while (peer->pending.length > 0 && now_ms() - since < STALL_MS &&
           wait_more(-1, 0, TICK))
        if (peer->bytes_out != before) {
            before = peer->bytes_out;
            since = now_ms();
        }
    if (peer->pending.length > 0)
        note(LEFT_SIDE, "  the network takes %lu of them", peer->bytes_out);
}

/* Waits until all that we sent has been read; false: patience was over. */
bool wait_taken(struct peer *peer)
{
    long left, before = 0;
    for (int looks = 0; !peer->broken && (left = unread_by_peer(peer->fd)) > 0;
         looks++) {
        if (left < before)
            progress();
        before = left;
        if (looks > 20 ? !wait_more(-1, 0, looks > 200 ? SHORT_TICK : 50)
                       : sched_yield() != 0)
            return false;
    }
    if (peer->first == 0)
        peer->first = peer->bytes_out;
    progress();
    return true;
}

bool is_refused(const struct peer *peer)
{
    int why = 0;
    socklen_t size = sizeof why;
    getsockopt(peer->fd, SOL_SOCKET, SO_ERROR, &why, &size);
    return peer->broken || why != 0;
}

void do_taken(void)
{
    struct peer *peer = peer_at(1);
    flush_peer(peer);
    if (!wait_taken(peer))
        fail_words(NOT_READING, peer->program, peer,
                   "the program reads what is sent", "%ld bytes lie unread",
                   unread_by_peer(peer->fd));
    if (is_refused(peer)) {
        note(RIGHT_SIDE, "resets the connection");
        fail_words(NOT_READING, peer->program, peer,
                   "the program reads what is sent",
                   "it had closed the connection, and it was refused");
    }
}

void do_dribble(void)
{
    struct peer *peer = peer_at(1);
    const struct bytes *data = data_from(2);
    char what[NAME_SIZE + 32];
    snprintf(what, sizeof what, "%s sends byte by byte", peer->role);
    note_bytes(LEFT_SIDE, what, data->data, data->length);
    for (size_t i = 0; i < data->length && !peer->broken; i++) {
        queue_bytes(peer, data->data + i, 1);
        flush_peer(peer);
        if (!wait_taken(peer))
            fail_words(NOT_READING, peer->program, peer,
                       "the program reads what is sent",
                       "it did not read byte %zu of %zu", i + 1, data->length);
    }
}

/* When bytes have come for the last time. */
static long long last_received;

/* Receives some bytes; waits for them. Returns their number, 0 at the end of
 * stream, -1 after a reset, -2 when patience was over. */
ssize_t receive(struct peer *peer, char *room, size_t size)
{
    for (;;) {
        ssize_t n = recv(peer->fd, room, size, MSG_DONTWAIT);
        if (n > 0) {
            progress();
            if (peer->bytes_in == 0 && peer->program != NULL)
                peer->program->served++;
            peer->bytes_in += (unsigned long)n;
            last_received = now_ms();
            note_heard(peer);
        }
        if (n >= 0)
            return n;
        if (errno != EAGAIN && errno != EINTR)
            return -1;
        if (!wait_more(peer->fd, POLLIN, TICK))
            return -2;
    }
}

/* What to note when the program has sent something; a server has many clients.
 */
const char *sends(const struct peer *peer)
{
    static char text[NAME_SIZE + 16];
    bool server = peer->program != NULL && peer->program->listened;
    snprintf(text, sizeof text, server ? "sends to %s" : "sends", peer->role);
    return text;
}

void note_end(const struct peer *peer, bool polite)
{
    bool server = peer->program != NULL && peer->program->listened;
    note(RIGHT_SIDE, "%s%s%s",
         polite ? "end of stream" : "resets the connection",
         !server  ? ""
         : polite ? " to "
                  : " of ",
         server ? peer->role : "");
}

/* The answer of receive as the kind of failure that it is. */
static enum failure_kind kind_of(ssize_t n)
{
    return n == -2 ? SILENT : n == -1 ? WAS_RESET : EARLY_END;
}

/* Reads some of what comes behind a difference: it shows of what kind that is.
 */
static void read_on(struct peer *peer, const struct bytes *data,
                    struct bytes *got)
{
    char room[16];
    size_t at = 0;
    while (at < got->length && at < data->length &&
           got->data[at] == data->data[at])
        at++;
    while (got->length < at + sizeof room) {
        ssize_t n = receive(peer, room, at + sizeof room - got->length);
        if (n <= 0)
            break;
        add_bytes(got, room, (size_t)n);
    }
}

/* Leaves out what has not been sent yet, for the sake of a program that is right
 * and slow. Returns how many bytes it is. */
static size_t drop_pending(struct peer *peer)
{
    size_t left = peer->pending.length - peer->sent;
    if (left == 0)
        return 0;
    note(LEFT_SIDE, "(%zu bytes are left out: it is slow)", left);
    clear_bytes(&peer->pending);
    peer->sent = 0;
    if (peer->shut_after)
        shutdown(peer->fd, SHUT_WR);
    peer->shut_after = false;
    return left;
}

/* Reads data. Fails when something else comes. */
void expect_bytes(struct peer *peer, const struct bytes *data)
{
    static struct bytes got;
    clear_bytes(&got);
    long long since = now_ms();
    size_t length = data->length;
    while (got.length < length) {
        char room[65536];
        size_t left = length - got.length;
        ssize_t n =
            receive(peer, room, left < sizeof room ? left : sizeof room);
        if (n > 0)
            add_bytes(&got, room, (size_t)n);
        bool same = n <= 0 || memcmp(data->data + got.length - (size_t)n, room,
                                     (size_t)n) == 0;
        if (n > 0 && same) {
            if (now_ms() - since > SLOW_MS)
                length -= drop_pending(peer);
            continue;
        }
        if (n > 0)
            read_on(peer, data, &got);
        if (got.length > 0) {
            note_bytes(RIGHT_SIDE, sends(peer), got.data, got.length);
            date_note(last_received);
        }
        fail_bytes(n > 0 ? WRONG_BYTES : kind_of(n), peer->program, peer, data,
                   got.data, got.length);
    }
    note_bytes(RIGHT_SIDE, sends(peer), got.data, got.length);
}

void do_expect(void)
{
    struct peer *peer = peer_at(1);
    const struct bytes *data = data_from(2);
    if (peer->kind == DATAGRAMS)
        expect_datagram(peer, data);
    else
        expect_bytes(peer, data);
}

/* Fails because text is all that came, and has not the wanted end. */
_Noreturn static void fail_until(enum failure_kind kind, struct peer *peer,
                                 const struct bytes *end,
                                 const struct bytes *text)
{
    struct bytes expected = {0}, got = {0};
    add_text(&expected, "bytes up to ");
    add_quoted(&expected, end->data, end->length, SHOWN);
    if (text->length > 0) {
        note_bytes(RIGHT_SIDE, sends(peer), text->data, text->length);
        date_note(last_received);
        add_quoted(&got, text->data, text->length, 400);
        add_text(&got, ", and then ");
    }
    add_text(&got, "%s",
             kind == EARLY_END  ? "the end of the stream"
             : kind != SILENT   ? "a reset"
             : text->length > 0 ? "nothing more"
                                : "nothing");
    if (memmem(text->data, text->length, "\n", 1) != NULL &&
        memmem(text->data, text->length, "\r\n", 2) == NULL)
        add_text(&got, "; its lines end in \\n, without \\r");
    fail((struct failure){.kind = kind,
                          .program = peer->program,
                          .peer = peer,
                          .got = text->data,
                          .got_length = text->length},
         expected.data, got.data);
}

void do_until(void)
{
    struct peer *peer = peer_at(1);
    const struct bytes end = words[2];
    struct bytes *text = new_variable(word(3));
    while (text->length < end.length ||
           memcmp(text->data + text->length - end.length, end.data,
                  end.length) != 0) {
        char byte;
        ssize_t n = receive(peer, &byte, 1);
        if (n <= 0)
            fail_until(kind_of(n), peer, &end, text);
        add_bytes(text, &byte, 1);
        if (text->length > 1 << 20)
            fail_words(WRONG_BYTES, peer->program, peer,
                       "a request of less than a megabyte", "more");
    }
    note_bytes(RIGHT_SIDE, sends(peer), text->data, text->length);
}

/* Expects the end of the stream; a reset too where that is allowed. */
static void expect_end(struct peer *peer, bool reset_allowed)
{
    char room[256];
    ssize_t n = receive(peer, room, sizeof room);
    struct bytes nothing = {0};
    add_bytes(&nothing, "", 0);
    if (n > 0) {
        note_bytes(RIGHT_SIDE, sends(peer), room, (size_t)n);
        fail_bytes(EXTRA_BYTES, peer->program, peer, &nothing, room, (size_t)n);
    }
    if (n == -2)
        fail_words(NO_END, peer->program, peer, "the end of the stream",
                   "the program keeps the connection open");
    if (n == -1 && !reset_allowed)
        fail_words(WAS_RESET, peer->program, peer, "the end of the stream",
                   "the connection was reset");
    peer->over = true;
    note_end(peer, n == 0);
}

void do_end(void)
{
    struct peer *peer = peer_at(1);
    flush_peer(peer);
    expect_end(peer, strcmp(word(0), "gone") == 0);
}

void do_told(void)
{
    struct peer *peer = peer_at(1);
    struct bytes text = {0};
    char byte;
    ssize_t n;
    add_bytes(&text, "", 0);
    while ((n = receive(peer, &byte, 1)) > 0 && text.length < 10000)
        add_bytes(&text, &byte, 1);
    if (text.length > 0)
        note_bytes(RIGHT_SIDE, sends(peer), text.data, text.length);
    struct failure failure = {.program = peer->program, .peer = peer};
    const char *expected = "some words, and the end of the stream", *got = NULL;
    if (n == -2) {
        failure.kind = NO_END;
        failure.cause = text.length == 0 ? "NO_LIMIT line" : NULL;
        got = text.length == 0 ? "nothing" : "words, and no end of the stream";
    } else if (n == -1 && text.length == 0) {
        failure.kind = WAS_RESET;
        failure.cause = "RESET_UNREAD";
        got = "the connection was reset";
    } else if (text.length == 0) {
        failure.kind = EARLY_END;
        failure.cause = " untold";
        got = "the end of the stream, and no word";
    }
    if (got != NULL)
        fail(failure, expected, got);
    peer->over = true;
    note_end(peer, n == 0);
    free_bytes(&text);
}

void do_only(void)
{
    struct peer *peer = peer_at(1);
    const struct bytes *data = data_from(2);
    size_t count = 0;
    for (;; count++) {
        char byte = 0;
        ssize_t n = receive(peer, &byte, 1);
        if (n == -2)
            fail_words(NO_END, peer->program, peer, "the end of the stream",
                       "the program keeps the connection open");
        if (n == -1)
            fail_words(WAS_RESET, peer->program, peer, "the end of the stream",
                       "the connection was reset");
        if (n == 0 && count % data->length != 0)
            fail_bytes(EARLY_END, peer->program, peer, data, data->data,
                       count % data->length);
        if (n == 0)
            break;
        if (count / data->length > peer->bytes_out)
            fail_words(EXTRA_BYTES, peer->program, peer,
                       "an answer for each piece, and the end of the stream",
                       "%lu answers to %lu bytes, and still no end",
                       (unsigned long)(count / data->length), peer->bytes_out);
        if (byte != data->data[count % data->length]) {
            struct bytes got = {0};
            add_bytes(&got, data->data, count % data->length);
            add_bytes(&got, &byte, 1);
            fail_bytes(WRONG_BYTES, peer->program, peer, data, got.data,
                       got.length);
        }
    }
    count /= data->length;
    if (count > 0)
        note_bytes(RIGHT_SIDE, sends(peer), data->data, data->length);
    if (count > 1)
        note(RIGHT_SIDE, "  and this %lu time%s more", (unsigned long)count - 1,
             count > 2 ? "s" : "");
    note_end(peer, true);
}

void do_shut(void)
{
    struct peer *peer = peer_at(1);
    note(LEFT_SIDE, "%s ends its sending half", peer->role);
    peer->shut = true;
    if (peer->pending.length > 0)
        peer->shut_after = true;
    else
        shutdown(peer->fd, SHUT_WR);
}

void do_close(void)
{
    struct peer *peer = peer_at(1);
    struct linger hard = {.l_onoff = 1, .l_linger = 0};
    bool reset = strcmp(word(0), "reset") == 0;
    if (reset)
        setsockopt(peer->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    note(LEFT_SIDE, "%s %s", peer->role, reset ? "resets" : "closes");
    close_peer(peer);
}
