/* datagrams.c - the commands that play the other end of a datagram. */
#define _GNU_SOURCE /* in_pktinfo */
#include "commands.h"

#include <arpa/inet.h>
#include <errno.h>
#include <iconv.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/rtnetlink.h>
#endif

enum { LARGE_BUFFER = 4 << 20, NAG_MS = 50, NAG_LIMIT_MS = 6000 };

/* A datagram has at most 65,527 bytes (IPv6). */
static char room[65536];

/* Asks for what a datagram alone does not tell: when it came, and where it was
 * sent to. Not every system knows. */
static void ask_more(const struct peer *peer)
{
    int one = 1, size = LARGE_BUFFER;
    (void)one;
#ifdef SO_TIMESTAMPNS
    setsockopt(peer->fd, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof one);
#endif
#ifdef IP_PKTINFO
    setsockopt(peer->fd, IPPROTO_IP, IP_PKTINFO, &one, sizeof one);
#endif
    /* Large ones need it where the default is small; the limits of the machine
     * are for root to pass. */
    setsockopt(peer->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    setsockopt(peer->fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
#ifdef SO_RCVBUFFORCE
    setsockopt(peer->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
#endif
}

/* Binds the socket to address and port; port 0 lets the kernel choose. A port
 * that was asked for by its number stays, whatever connect() does later: so the
 * kernel's choice is bound once more. Returns the port, or 0. */
static int bind_firmly(int fd, const char *address, int port)
{
    int one = 1, none = 0, scout = -1;
    if (port == 0) {
        scout = open_socket(family_of(address), SOCK_DGRAM);
        setsockopt(scout, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
        port = bind_to(scout, address, 0);
    }
    port = port == 0 ? 0 : bind_to(fd, address, port);
    int why = errno;
    if (scout != -1)
        close(scout);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &none, sizeof none);
    errno = why;
    return port;
}

/* Who forgets htons() comes to the port with its bytes swapped. */
static void open_decoy(struct peer *peer, const char *address)
{
    peer->decoy = open_socket(family_of(address), SOCK_DGRAM);
    if (bind_to(peer->decoy, address, swap_bytes(peer->port)) != 0)
        return;
    close(peer->decoy);
    peer->decoy = -1;
}

static struct peer *open_datagrams(void)
{
    struct peer *peer = new_peer(word(1));
    const char *address = word_count > 2 ? word(2) : "127.0.0.1";
    int none = 0;
    peer->kind = DATAGRAMS;
    peer->fd = open_socket(family_of(address), SOCK_DGRAM);
    if (strcmp(address, "::") == 0)
        setsockopt(peer->fd, IPPROTO_IPV6, IPV6_V6ONLY, &none, sizeof none);
    peer->port =
        bind_firmly(peer->fd, address, word_count > 3 ? (int)number(3) : 0);
    if (peer->port == 0)
        give_up_environment(errno == EADDRNOTAVAIL
                                ? "this machine has no address %s: %s"
                                : "cannot bind to %s: %s",
                            address, strerror(errno));
    if (word_count > 3)
        open_decoy(peer, address);
    ask_more(peer);
    set_number(peer->role, ".port", (unsigned long)peer->port);
    set_text(peer->role, ".address", address);
    return peer;
}

void do_udp(void)
{
    open_datagrams();
}

/* A socket that is connected takes datagrams from its peer alone: connected to
 * itself it refuses all others (ICMP port unreachable), and holds the port. */
void refuse_all(const struct peer *peer)
{
    struct sockaddr_storage place;
    socklen_t size = sizeof place;
    if (getsockname(peer->fd, (struct sockaddr *)&place, &size) == -1 ||
        connect(peer->fd, (struct sockaddr *)&place, size) == -1)
        give_up_environment("cannot connect a socket to itself: %s",
                            strerror(errno));
}

void do_nobody(void)
{
    struct peer *peer = open_datagrams();
    refuse_all(peer);
    note(LEFT_SIDE, "nobody is at UDP port %d", peer->port);
}

void do_dies(void)
{
    struct peer *peer = peer_at(1);
    refuse_all(peer);
    note(LEFT_SIDE, "nobody is at the port of %s any more", peer->role);
}

void accept_all(const struct peer *peer)
{
    struct sockaddr nobody = {.sa_family = AF_UNSPEC};
    /* macOS says EAFNOSUPPORT, and does it. */
    (void)connect(peer->fd, &nobody, sizeof nobody);
}

void do_revives(void)
{
    struct peer *peer = peer_at(1);
    accept_all(peer);
    note(LEFT_SIDE, "%s is there again", peer->role);
}

/* Takes in what the kernel tells besides the data. */
static void read_control(struct peer *peer, struct msghdr *message)
{
    clock_gettime(CLOCK_REALTIME, &peer->stamp);
    peer->to[0] = '\0';
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c != NULL;
         c = CMSG_NXTHDR(message, c)) {
#ifdef SO_TIMESTAMPNS
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS)
            memcpy(&peer->stamp, CMSG_DATA(c), sizeof peer->stamp);
#endif
#ifdef IP_PKTINFO
        if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
            struct in_pktinfo info;
            memcpy(&info, CMSG_DATA(c), sizeof info);
            inet_ntop(AF_INET, &info.ipi_addr, peer->to, sizeof peer->to);
        }
#endif
    }
}

/* Sets U.from, U.host: who has sent the last datagram. */
static void set_sender(struct peer *peer)
{
    char host[INET6_ADDRSTRLEN], port[8];
    if (getnameinfo((struct sockaddr *)&peer->from, peer->from_size, host,
                    sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        return;
    set_text(peer->role, ".from", port);
    set_text(peer->role, ".host", host);
}

ssize_t poll_datagram(struct peer *peer, char *data, size_t size)
{
    union {
        struct cmsghdr align;
        char room[256];
    } control;
    struct iovec piece = {data, size};
    struct sockaddr_storage from = {0};
    struct msghdr message = {.msg_name = &from,
                             .msg_namelen = sizeof from,
                             .msg_iov = &piece,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof control};
    ssize_t n;
    /* An ICMP message about a datagram of ours is not the peer's. */
    while ((n = recvmsg(peer->fd, &message, MSG_DONTWAIT)) == -1 &&
           (errno == ECONNREFUSED || errno == EINTR))
        ;
    if (n == -1)
        return -2;
    peer->stamp_before = peer->stamp;
    peer->from = from;
    peer->from_size = message.msg_namelen;
    read_control(peer, &message);
    set_sender(peer);
    if (peer->bytes_in == 0 && peer->program != NULL)
        peer->program->served++;
    peer->bytes_in += (unsigned long)n;
    peer->datagrams++;
    progress();
    return n;
}

/* Who is at the other end: who was told our port, or else was started last. */
static struct program *program_of(const struct peer *peer)
{
    char port[16];
    struct program *other = NULL;
    snprintf(port, sizeof port, " %d ", peer->port);
    for (size_t i = 0; get_program(i) != NULL; i++)
        if (strstr(get_program(i)->arguments.data, port) != NULL)
            other = get_program(i);
    return peer->program != NULL ? peer->program
           : other != NULL       ? other
                                 : last_student();
}

ssize_t receive_datagram(struct peer *peer, char *data, size_t size)
{
    for (;;) {
        const struct program *program = program_of(peer);
        bool over = program != NULL && program->ended;
        ssize_t n = poll_datagram(peer, data, size);
        if (n >= 0 || over || !wait_more(peer->fd, POLLIN, TICK))
            return n;
    }
}

/* Fails where a server has answered from another port than the one it was asked
 * at: its client would not take that. */
static void check_sender(struct peer *peer, struct program *program)
{
    char expected[64];
    const struct bytes *port = find_part(program->role, ".port");
    const struct bytes *from = find_part(peer->role, ".from");
    if (!program->listened || port == NULL || from == NULL ||
        strcmp(port->data, from->data) == 0)
        return;
    snprintf(expected, sizeof expected, "an answer from port %s", port->data);
    fail_words(WRONG_SENDER, program, peer, expected, "one from port %s",
               from->data);
}

void expect_datagram(struct peer *peer, const struct bytes *data)
{
    struct program *program = program_of(peer);
    ssize_t n = receive_datagram(peer, room, sizeof room);
    if (n >= 0)
        note_bytes(RIGHT_SIDE, sends(peer), room, (size_t)n);
    if (n < 0 && data->length == 0)
        fail_words(SILENT, program, peer, "a datagram of 0 bytes", "none; %s",
                   say_end(program));
    if (n < 0)
        fail_bytes(SILENT, program, peer, data, room, 0);
    if ((size_t)n != data->length || memcmp(room, data->data, (size_t)n) != 0)
        fail_bytes(WRONG_BYTES, program, peer, data, room, (size_t)n);
    if (program != NULL)
        check_sender(peer, program);
}

/* Receives the next datagram into room; fails where none comes. Returns its
 * length. */
static size_t take_datagram(struct peer *peer)
{
    ssize_t n = receive_datagram(peer, room, sizeof room);
    if (n < 0)
        fail_words(SILENT, program_of(peer), peer, "a datagram", "none; %s",
                   say_end(program_of(peer)));
    return (size_t)n;
}

void do_datagram(void)
{
    struct peer *peer = peer_at(1);
    size_t n = take_datagram(peer);
    note_bytes(RIGHT_SIDE, sends(peer), room, n);
    set_data(word(2), room, n);
}

/* Milliseconds from one time to another. */
static long long span_of(const struct timespec *from, const struct timespec *to)
{
    return (to->tv_sec - from->tv_sec) * 1000LL +
           (to->tv_nsec - from->tv_nsec) / 1000000;
}

void do_gap(void)
{
    const struct peer *peer = peer_at(1);
    long long span = span_of(&peer->stamp_before, &peer->stamp);
    char expected[64];
    snprintf(expected, sizeof expected, "a wait of at least %lu ms", number(2));
    if (span < (long long)number(2))
        fail_words(SHORT_WAIT, program_of(peer), NULL, expected,
                   "the next datagram %lld ms after the one before", span);
}

void do_quiet(void)
{
    struct peer *peer = peer_at(1);
    ssize_t n = poll_datagram(peer, room, sizeof room);
    if (n < 0)
        return;
    struct bytes got = {0};
    note_bytes(RIGHT_SIDE, sends(peer), room, (size_t)n);
    add_quoted(&got, room, (size_t)n, SHOWN);
    fail((struct failure){.kind = EXTRA_DATAGRAM,
                          .program = program_of(peer),
                          .peer = peer},
         "no datagram here", got.data);
}

/* Sends data from peer to place. */
static void send_datagram(struct peer *peer, const char *what,
                          const struct bytes *data,
                          const struct sockaddr_storage *place, socklen_t size)
{
    char text[NAME_SIZE + 32];
    snprintf(text, sizeof text, "%s %s", peer->role, what);
    note_bytes(LEFT_SIDE, text, data->data, data->length);
    while (sendto(peer->fd, data->data, data->length, 0,
                  (const struct sockaddr *)place, size) == -1) {
        /* What the kernel tells of an earlier one is not about this. */
        if (errno == ECONNREFUSED || errno == EINTR ||
            ((errno == EAGAIN || errno == ENOBUFS) &&
             wait_more(peer->fd, POLLOUT, TICK)))
            continue;
        give_up_environment("cannot send a datagram of %zu bytes: %s",
                            data->length, strerror(errno));
    }
    peer->bytes_out += data->length;
    peer->last_out = data->length;
    peer->datagrams_out++;
}

void send_to_program(struct peer *peer, size_t i, const struct bytes *data)
{
    const struct peer *other = find_peer(word(i));
    struct sockaddr_storage place;
    int port;
    if (other != NULL)
        port = other->port;
    else
        peer->program = find_target(i, &port);
    const struct bytes *address = find_part(word(i), ".address");
    socklen_t size = read_address(address ? address->data : "127.0.0.1",
                                  (unsigned)port, &place);
    send_datagram(peer, "sends", data, &place, size);
}

void do_sendto(void)
{
    send_to_program(peer_at(1), 2, data_from(3));
}

static const struct peer *asked_peer(size_t i)
{
    const struct peer *asked = peer_at(i);
    if (asked->from_size == 0)
        wrong_script("%s has received nothing yet", asked->role);
    return asked;
}

void do_reply(void)
{
    struct peer *peer = peer_at(1);
    const struct peer *asked = asked_peer(1);
    send_datagram(peer, "replies", data_from(2), &asked->from,
                  asked->from_size);
}

void do_intrude(void)
{
    struct peer *peer = peer_at(1);
    const struct peer *asked = asked_peer(2);
    send_datagram(peer, "(a stranger) sends", data_from(3), &asked->from,
                  asked->from_size);
}

void do_nag(void)
{
    struct peer *stranger = peer_at(1), *peer = peer_at(2);
    const struct peer *asked = asked_peer(2);
    const struct bytes *data = data_from(3);
    const struct program *program = last_student();
    struct pollfd next = {peer->fd, POLLIN, 0};
    unsigned long count = 0;
    char text[NAME_SIZE + 64];
    long long began = now_ms();
    snprintf(text, sizeof text, "%s (a stranger) sends every %d ms",
             stranger->role, NAG_MS);
    note_bytes(LEFT_SIDE, text, data->data, data->length);
    while (poll(&next, 1, 0) == 0 && !program->ended) {
        if (now_ms() - began > NAG_LIMIT_MS)
            fail_words(NO_TIMEOUT, last_student(), peer,
                       "an end of the wait for the answer",
                       "the program still waits, after %lu datagrams of a "
                       "stranger in %d seconds",
                       count, NAG_LIMIT_MS / 1000);
        count++;
        /* The program may be gone by now. */
        (void)sendto(stranger->fd, data->data, data->length, 0,
                     (const struct sockaddr *)&asked->from, asked->from_size);
        for (long long since = now_ms(); now_ms() - since < NAG_MS &&
                                         poll(&next, 1, 0) == 0 &&
                                         !program->ended;)
            look_around(10000);
    }
    progress();
}

/* --- a message to a whole network ----------------------------------------- */

enum { LAST_HOST = 254 };

void do_encoding(void)
{
    char text[] = "\xe4\xb8\xad", data[16], *from = text, *to = data;
    size_t left = 3, space = sizeof data;
    iconv_t converter = iconv_open(word(1), "UTF-8");
    const char *theirs = getenv("ENCODES");
    bool known = (theirs == NULL || strcmp(theirs, "0") != 0) &&
                 converter != (iconv_t)-1 &&
                 iconv(converter, &from, &left, &to, &space) == 0;
    if (converter != (iconv_t)-1)
        iconv_close(converter);
    if (!known)
        give_up_environment("iconv() of this machine cannot write %s", word(1));
}

/* Appends text to a pattern `(a|b)`, as it is. */
static void add_choice(struct bytes *pattern, const char *text)
{
    if (text == NULL || *text == '\0')
        return;
    add_text(pattern, pattern->length == 0 ? "(" : "|");
    for (; *text != '\0'; text++)
        add_text(pattern, strchr("\\.[]{}()*+?^$|", *text) ? "\\%c" : "%c",
                 *text);
}

/* There is more than one way to ask for a login name, and a host name may be
 * given with its domain. */
void do_names(void)
{
    struct bytes *users = new_variable(word(1));
    const struct passwd *entry = getpwuid(getuid());
    char host[256] = "";
    add_choice(users, entry != NULL ? entry->pw_name : NULL);
    /* cppcheck-suppress getloginCalled */
    add_choice(users, getlogin());
    add_choice(users, getenv("LOGNAME"));
    add_choice(users, getenv("USER"));
    add_text(users, users->length == 0 ? "[^:]+" : ")");
    struct bytes *hosts = new_variable(word(2));
    gethostname(host, sizeof host - 1);
    add_choice(hosts, host);
    host[strcspn(host, ".")] = '\0';
    add_choice(hosts, host);
    add_text(hosts, hosts->length == 0 ? "[^:]+" : ")(\\.[^:]*)?");
}

/* Fails unless the datagram of n bytes in room is before, the time in seconds,
 * after. */
static void check_message(struct peer *peer, size_t n,
                          const struct bytes *before, const struct bytes *after)
{
    struct program *program = program_of(peer);
    static struct bytes expected;
    long long now = (long long)time(NULL), then = 0;
    size_t end = before->length;
    for (; end < n && end < before->length + 18 && room[end] >= '0' &&
           room[end] <= '9';
         end++)
        then = then * 10 + (room[end] - '0');
    if (then < (long long)program->started.tv_sec - 1 || then > now + 1)
        then = now;
    clear_bytes(&expected);
    add_bytes(&expected, before->data, before->length);
    add_text(&expected, "%lld", then);
    add_bytes(&expected, after->data, after->length);
    if (n == expected.length && memcmp(room, expected.data, n) == 0)
        return;
    note_bytes(RIGHT_SIDE, "sends", room, n);
    fail_bytes(WRONG_BYTES, program, peer, &expected, room, n);
}

void do_message(void)
{
    struct peer *peer = peer_at(1);
    peer->program = program_at(2);
    word(4);
    size_t n = take_datagram(peer);
    check_message(peer, n, &words[3], &words[4]);
    note_bytes(RIGHT_SIDE, "sends", room, n);
}

/* The number of the host of that network to which the last datagram went; fails
 * where there is none. */
static int find_host(struct peer *peer, const char *prefix)
{
    size_t length = strlen(prefix);
    int host = 0;
    if (strncmp(peer->to, prefix, length) == 0 && peer->to[length] == '.')
        host = atoi(peer->to + length + 1);
    if (host < 1 || host > LAST_HOST) {
        char expected[64];
        snprintf(expected, sizeof expected, "datagrams to %s.1 to %s.%d",
                 prefix, prefix, LAST_HOST);
        fail_words(WRONG_HOST, program_of(peer), peer, expected, "one to %s",
                   peer->to);
    }
    return host;
}

/* Counts the hosts that got a message; word(3) is the network. */
static int receive_sweep(struct peer *peer, bool has[LAST_HOST + 1])
{
    int count = 0;
    for (;;) {
        ssize_t n = receive_datagram(peer, room, sizeof room);
        if (n < 0)
            return count;
        check_message(peer, (size_t)n, &words[4], &words[5]);
        if (count == 0) {
            note_bytes(RIGHT_SIDE, "sends", room, (size_t)n);
            note(RIGHT_SIDE, "  to %s", peer->to);
            peer->first_stamp = peer->stamp;
        }
        count++;
        if (peer->to[0] == '\0') /* not told by this system */
            continue;
        int host = find_host(peer, word(3));
        if (has[host])
            fail_words(WRONG_HOST, program_of(peer), peer,
                       "one message to each host", "a second one to %s",
                       peer->to);
        has[host] = true;
    }
}

/* What is not there of a sweep, for `got`. */
static const char *say_missing(const char *prefix, int missing, int count,
                               const struct program *program)
{
    static struct bytes text;
    clear_bytes(&text);
    add_text(&text, "%d", count);
    if (missing > 0)
        add_text(&text, ", none to %s.%d", prefix, missing);
    add_text(&text, "; %s", say_end(program));
    return text.data;
}

/* Fails unless each host of the network word(3) got its message, but for those
 * whose numbers stand behind the data. */
void do_sweep(void)
{
    struct peer *peer = peer_at(1);
    struct program *program = peer->program = program_at(2);
    bool has[LAST_HOST + 1] = {false}, left_out[LAST_HOST + 1] = {false};
    int wanted = LAST_HOST, missing = 0;
    word(5);
    for (size_t i = 6; i < word_count; i++, wanted--)
        left_out[number(i)] = true;
    int count = receive_sweep(peer, has);
    if (count > 0)
        note(RIGHT_SIDE, "  and the same to %d other host%s", count - 1,
             count == 2 ? "" : "s");
    if (count == wanted)
        return;
    for (int i = 1; i <= LAST_HOST && missing == 0; i++)
        if (!has[i] && !left_out[i])
            missing = i;
    char expected[64];
    snprintf(expected, sizeof expected, "%d datagrams", wanted);
    fail((struct failure){.kind = MISSING_HOSTS,
                          .program = program,
                          .peer = peer,
                          .wanted = wanted,
                          .at = (size_t)count},
         expected, say_missing(word(3), missing, count, program));
}

void do_paced(void)
{
    const struct peer *peer = peer_at(1);
    long long span = span_of(&peer->first_stamp, &peer->stamp);
    char expected[80];
    snprintf(expected, sizeof expected,
             "a pause now and then: at least %lu ms in all", number(2));
    if (span < (long long)number(2))
        fail_words(TOO_FAST, program_of(peer), NULL, expected,
                   "%lu datagrams within %lld ms", peer->datagrams, span);
}

/* Lets no datagram go to the addresses that begin like ADDRESS in its first BITS
 * bits: sendto() fails with EACCES. On a network of our own only. */
void do_forbid(void)
{
#ifdef __linux__
    struct {
        struct nlmsghdr header;
        struct rtmsg route;
        struct rtattr attribute;
        struct in_addr address;
    } ask = {
        .header = {.nlmsg_len = sizeof ask,
                   .nlmsg_type = RTM_NEWROUTE,
                   .nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_ACK},
        .route = {.rtm_family = AF_INET,
                  .rtm_dst_len = (unsigned char)number(2),
                  .rtm_table = RT_TABLE_LOCAL,
                  .rtm_protocol = RTPROT_STATIC,
                  .rtm_scope = RT_SCOPE_UNIVERSE,
                  .rtm_type = RTN_PROHIBIT},
        .attribute = {.rta_len = RTA_LENGTH(sizeof ask.address),
                      .rta_type = RTA_DST}};
    struct {
        struct nlmsghdr header;
        struct nlmsgerr error;
        char more[512];
    } answer = {.error = {.error = -1}};
    if (own_network && inet_pton(AF_INET, word(1), &ask.address) == 1) {
        int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
        if (fd != -1 && send(fd, &ask, sizeof ask, 0) != -1)
            (void)recv(fd, &answer, sizeof answer, 0);
        if (fd != -1)
            close(fd);
    }
    if (answer.error.error == 0) {
        note(LEFT_SIDE, "(nothing can be sent to %s, %lu bits)", word(1),
             number(2));
        return;
    }
#endif
    give_up_environment(
        "a host that cannot be sent to needs a network of its own, which this "
        "machine gives to nobody but root: try as root");
}

void do_warns(void)
{
    struct program *program = program_at(1);
    const char *end;
    while ((end = memchr(program->errors.data + program->warned, '\n',
                         program->errors.length - program->warned)) == NULL)
        if (program->err == -1 || !wait_more(-1, 0, TICK))
            fail_words(NO_MESSAGE, program, NULL,
                       "a line about it on standard error", "nothing there");
    program->warned = (size_t)(end + 1 - program->errors.data);
}
