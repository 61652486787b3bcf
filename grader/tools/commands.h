/* commands.h - the commands of a script (see play.c), and what they share. Each
 * do_ function runs one; it ends the check where the conversation goes another
 * way. */
#ifndef COMMANDS_H
#define COMMANDS_H

#include "script.h"

#include <sys/types.h>

/* programs.c */
void do_answered(void);
void do_bound(void);
void do_complains(void);
void do_exits(void);
void do_fails(void);
void do_idle(void);
void do_input(void);
void do_kill(void);
void do_lean(void);
void do_listening(void);
void do_mentions(void);
void do_never(void);
void do_noinput(void);
void do_prints(void);
void do_received(void);
void do_says(void);
void do_shows(void);
void do_start(void);

/* Whether the line at text is the wanted one, or the same of a dual-stack server.
 */
bool is_line(const char *text, size_t length, const struct bytes *wanted);

/* Reads its output up to a line, from the last one that was read on or (anywhere)
 * from the beginning. Fails when that does not come. */
void expect_line(struct program *program, const struct bytes *line,
                 bool anywhere);

/* Whether a line of all its output is this. */
bool has_line(const struct program *program, const struct bytes *line);

/* Whether the program has ended and all that it wrote is there. */
bool is_over(const struct program *program);

/* Waits until the program has ended and all that it wrote is there. */
void wait_end(struct program *program, const char *expected);

/* A copy without CR and without empty lines at the end. */
struct bytes plain_lines(const struct bytes *text);

/* peers.c */
void do_accept(void);
void do_close(void);
void do_connect(void);
void do_dead(void);
void do_dribble(void);
void do_end(void);
void do_expect(void);
void do_listen(void);
void do_narrow(void);
void do_only(void);
void do_port(void);
void do_send(void);
void do_shut(void);
void do_small(void);
void do_stuff(void);
void do_taken(void);
void do_told(void);
void do_until(void);

/* Waits until the queue is empty or refused. Returns whether it was taken. */
bool flush_peer(struct peer *peer);

/* Waits until the program has read all that was sent. False: patience was over. */
bool wait_taken(struct peer *peer);

/* Whether the program has refused what was sent, as its end is closed. */
bool is_refused(const struct peer *peer);

/* Reads data from a connection. Fails when something else comes. */
void expect_bytes(struct peer *peer, const struct bytes *data);

/* A socket that does not block. */
int open_socket(int family, int type);

int family_of(const char *address);

/* Reads a numeric address and a port. */
socklen_t read_address(const char *address, unsigned port,
                       struct sockaddr_storage *place);

/* Where the target is: a program that listens, or a port number. */
struct program *find_target(size_t i, int *port);

/* Binds fd; returns the port, or 0 when that fails. */
int bind_to(int fd, const char *address, int port);

/* Takes a lock that is gone with this process, whoever holds it: a name in the
 * abstract namespace, which is as wide as the network that it is about. Where
 * there is none, chance must do. */
bool lock_name(const char *name);

/* Whether nobody holds the port, for TCP or UDP, in no state that would hinder a
 * program that forgets SO_REUSEADDR. */
bool is_free(const char *address, int port);

/* Receives some bytes; waits for them. Returns their number, 0 at the end of
 * stream, -1 after a reset, -2 when patience was over. */
ssize_t receive(struct peer *peer, char *room, size_t size);

/* What to note when the program has sent something; a server has many clients.
 */
const char *sends(const struct peer *peer);

void note_end(const struct peer *peer, bool polite);

/* slow.c */
void do_deaf(void);
void do_drip(void);
void do_dropped(void);
void do_freed(void);
void do_sip(void);
void do_sipped(void);
void do_sockets(void);

/* datagrams.c */
void do_datagram(void);
void do_dies(void);
void do_encoding(void);
void do_forbid(void);
void do_gap(void);
void do_intrude(void);
void do_message(void);
void do_nag(void);
void do_names(void);
void do_nobody(void);
void do_paced(void);
void do_quiet(void);
void do_reply(void);
void do_revives(void);
void do_sendto(void);
void do_sweep(void);
void do_udp(void);
void do_warns(void);

/* Receives the next datagram; waits for it. Returns its length, 0 for an empty
 * one, -2 when patience was over or the program has ended. Sets peer->from,
 * peer->stamp, peer->to. */
ssize_t receive_datagram(struct peer *peer, char *data, size_t size);

/* The same without waiting; -2: there is none. */
ssize_t poll_datagram(struct peer *peer, char *data, size_t size);

/* Fails unless the next datagram is data. */
void expect_datagram(struct peer *peer, const struct bytes *data);

/* From now on the socket refuses all datagrams, as if nobody were at its port;
 * or takes them again. */
void refuse_all(const struct peer *peer);
void accept_all(const struct peer *peer);

/* Sends data from peer to where word i says: a program, a peer or a port. */
void send_to_program(struct peer *peer, size_t i, const struct bytes *data);

/* play.c: whether we have moved to a network that nobody else uses. */
extern bool own_network;

/* crowd.c */
void do_awaits(void);
void do_children(void);
void do_clean(void);
void do_freeze(void);
void do_once(void);
void do_paused(void);
void do_prompt(void);
void do_single(void);
void do_weigh(void);

/* Waits until the program sleeps, at most limit_ms. False: that, or patience, was
 * over. */
bool wait_rest(const struct program *program, long long limit_ms);

/* Notes what we send on a connection, and when. */
void note_said(struct peer *peer, const struct bytes *data);

/* Notes that something has come. */
void note_heard(struct peer *peer);

/* pings.c */
void do_capitals(void);
void do_lines(void);
void do_served(void);
void do_pattern(void);
void do_pinged(void);

/* In a block `patiently`, of at most so many rounds: one begins (0: none); whether,
 * as the machine was too slow to tell right from wrong, another one must follow. */
enum { ROUNDS = 3 };
void begin_round(int round);
bool must_repeat(void);

/* date.c */
void do_date(void);

void set_zone(const char *zone);

/* chat.c */
void do_cuts(void);
void do_flood(void);

/* web.c */
void do_age(void);
void do_append(void);
void do_answer(void);
void do_ask(void);
void do_body(void);
void do_field(void);
void do_fifo(void);
void do_folder(void);
void do_here(void);
void do_leads(void);
void do_link(void);
void do_pages(void);
void do_protect(void);
void do_secret(void);
void do_sparse(void);
void do_stamp(void);

/* Where the head of HTTP at the beginning of all ends, behind its empty line; 0: it
 * does not. */
size_t find_head_end(const struct bytes *all);

/* transfer.c */
void do_base64(void);
void do_either(void);
void do_first(void);
void do_gets(void);
void do_holds(void);
void do_object(void);
void do_piece(void);
void do_refuses(void);
void do_unreadable(void);
void do_twin(void);
void do_usual(void);

#endif
