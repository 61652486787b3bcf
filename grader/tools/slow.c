/* slow.c - the commands that play clients which take their time: several at once,
 * while the script waits for what becomes of them. */
#include "commands.h"

#include "kernel.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

enum {
    DROP_MS = 8000, /* how long a client may be kept that has to go after 1 s */
    GAP_MS = 300, /* who has read nothing for so long, has not read steadily */
    MOST_SLOW = 8
};

/* A client that sends a byte of `data`, or reads `count` bytes, each `pause`
 * milliseconds. */
static struct slow {
    struct peer *peer;
    bool reads;
    long long pause, next, latest;
    struct bytes data; /* to send; or what was read */
    size_t sent, count;
    bool late; /* we have not read in time: what it sees proves nothing */
} slow[MOST_SLOW];
static size_t slow_count;

static struct slow *new_slow(bool reads)
{
    if (slow_count == MOST_SLOW)
        wrong_script("more than %d slow clients", MOST_SLOW);
    struct slow *client = &slow[slow_count++];
    client->peer = peer_at(1);
    client->reads = reads;
    client->pause = (long long)number(2);
    client->latest = client->next = now_ms();
    return client;
}

static void send_next(struct slow *client, long long now)
{
    if (client->sent == client->data.length || now < client->next)
        return;
    queue_bytes(client->peer, client->data.data + client->sent++, 1);
    client->next += client->pause;
}

/* Reads as many bytes as are due by now. */
static void read_next(struct slow *client, long long now)
{
    static char room[65536];
    ssize_t n = 1;
    if (now < client->next)
        return;
    client->late |= now - client->latest > GAP_MS;
    size_t due =
        client->count * (size_t)(now - client->latest) / (size_t)client->pause;
    client->latest = now;
    client->next = now + client->pause;
    while (due > 0 && n > 0) {
        n = recv(client->peer->fd, room, due < sizeof room ? due : sizeof room,
                 MSG_DONTWAIT);
        if (n > 0) {
            add_bytes(&client->data, room, (size_t)n);
            due -= (size_t)n;
        }
    }
}

/* A moment of waiting, in which the slow clients do what is due. */
static void pass_time(void)
{
    long long now = now_ms();
    for (size_t i = 0; i < slow_count; i++) {
        struct peer *peer = slow[i].peer;
        if (peer->fd == -1 || peer->broken)
            continue;
        if (slow[i].reads)
            read_next(&slow[i], now);
        else
            send_next(&slow[i], now);
    }
    look_around(10000);
    progress();
}

/* Whether the program has ended the connection; what it says before counts for
 * nothing. */
static bool is_dropped(struct peer *peer)
{
    char room[4096];
    ssize_t n;
    while ((n = recv(peer->fd, room, sizeof room, MSG_DONTWAIT)) > 0)
        peer->bytes_in += (unsigned long)n;
    if (n == -1 && (errno == EAGAIN || errno == EINTR))
        return peer->broken;
    peer->over = true;
    return true;
}

_Noreturn static void fail_kept(struct program *program, struct peer *peer,
                                const char *expected, const char *got)
{
    fail((struct failure){.kind = NO_TIMEOUT,
                          .cause = "NO_TIMEOUT client",
                          .program = program,
                          .peer = peer},
         expected, got);
}

/* drip C MS DATA */
void do_drip(void)
{
    const struct bytes *data = data_from(3);
    struct slow *client = new_slow(false);
    add_bytes(&client->data, data->data, data->length);
    note(LEFT_SIDE, "%s sends a byte every %lld ms", word(1), client->pause);
}

/* sip C MS COUNT */
void do_sip(void)
{
    struct slow *client = new_slow(true);
    client->count = number(3);
    note(LEFT_SIDE, "%s reads %zu bytes every %lld ms", word(1), client->count,
         client->pause);
}

/* dropped C */
void do_dropped(void)
{
    struct peer *peer = peer_at(1);
    long long since = now_ms();
    while (!is_dropped(peer)) {
        if (now_ms() - since > DROP_MS)
            fail_kept(peer->program, peer,
                      "the program drops this client when its time is over",
                      "after 8 s the connection is still open");
        pass_time();
    }
    note(RIGHT_SIDE, "drops %s", peer->role);
}

/* deaf C */
void do_deaf(void)
{
    struct peer *peer = peer_at(1);
    long long since = now_ms();
    while (!peer->broken) {
        if (now_ms() - since > DROP_MS)
            fail_kept(
                peer->program, peer,
                "the program drops this client some time after its answer",
                "after 8 s it still takes what the client sends");
        pass_time();
    }
    note(RIGHT_SIDE, "drops %s", peer->role);
}

/* sipped C DATA */
void do_sipped(void)
{
    static char room[65536];
    struct peer *peer = peer_at(1);
    const struct bytes *data = data_from(2);
    struct slow *client = NULL;
    ssize_t n;
    for (size_t i = 0; i < slow_count; i++)
        if (slow[i].peer == peer && slow[i].reads)
            client = &slow[i];
    if (client == NULL)
        wrong_script("%s does not sip", word(1));
    while ((n = receive(peer, room, sizeof room)) > 0)
        add_bytes(&client->data, room, (size_t)n);
    peer->over = true;
    add_bytes(&client->data, "", 0);
    size_t head = find_head_end(&client->data);
    size_t length = client->data.length - head;
    if (length == data->length &&
        memcmp(client->data.data + head, data->data, length) == 0) {
        note(RIGHT_SIDE, "sends %s all of it", peer->role);
        return;
    }
    /* It may have taken us for a client that does not read at all. */
    if (client->late && length < data->length)
        return;
    fail_bytes(WRONG_BYTES, peer->program, peer, data, client->data.data + head,
               length);
}

/* How many sockets the program had at `sockets`. */
static int noted_sockets;

/* sockets P */
void do_sockets(void)
{
    const struct program *program = program_at(1);
    wait_rest(program, DROP_MS);
    noted_sockets = look_at(program->pid).sockets;
}

/* freed P */
void do_freed(void)
{
    struct program *program = program_at(1);
    long long since = now_ms();
    for (;;) {
        struct activity now = look_at(program->pid);
        if (!now.known || program->ended || now.sockets <= noted_sockets)
            return;
        if (now_ms() - since > DROP_MS)
            fail_kept(program, NULL,
                      "the program lets go of a client that stays when it has "
                      "its answer",
                      "after 8 s it still holds a connection");
        pass_time();
    }
}
