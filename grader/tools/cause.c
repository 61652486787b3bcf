/* cause.c - the likeliest cause of a failure, from what was seen on the wire
 * and from outside the program. See play.h.
 *
 * The codes are stable: handouts/00-start.md explains each, and the tests of
 * the grader name them. The order matters: what is certain comes first. What
 * stands behind a code and a blank tells apart sentences for the same code. */
#define _GNU_SOURCE /* memmem */
#include "stage.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { SHORTEST_CUT = 64 }; /* a datagram cut there met a small buffer */

/* EMFILE, as err() says it. */
static const char NO_FILES[] = "Too many open files";

static const struct {
    const char *code, *sentence;
} causes[] = {
    {"SANITIZER", "a sanitizer stopped the program; its report, under the "
                  "conversation, names "
                  "the file and the line"},
    {"SIGPIPE",
     "the program wrote to a connection whose other end was gone, and died of "
     "SIGPIPE: ignore that signal, and send() returns -1 with EPIPE instead"},
    {"CRASHED", "the program was killed by a signal"},
    {"CRASHED abort",
     "the program gave itself up, by abort() or an assert() that did not hold: "
     "what the other side does is no reason for that, but for err()"},
    {"TOO_MUCH_OUTPUT",
     "the program prints without end: does a loop go on after recv() or "
     "accept() returned 0 or -1?"},
    {"LEFT_PROCESSES",
     "the program ended, and processes that it had started went on"},
    {"FD_LEAK",
     "nearly all of the descriptors that the program may have are open: a "
     "connection is not closed on every way out"},
    {"NO_TIMEOUT client",
     "a client that says nothing, or little by little, keeps its connection "
     "for ever: the whole request has to be there by one deadline, which no "
     "byte that comes puts off"},
    {"LEFT_ROOT",
     "a file outside of the directory was sent: see where the path leads once "
     "all of it is decoded and every link followed (realpath()), and whether "
     "that is below the directory"},
    {"WRONG_LENGTH",
     "Content-Length is not the number of bytes behind the empty line"},
    {"WRONG_LENGTH body",
     "a body follows where there must be none, as in the answer to HEAD"},
    {"HTTP_FORM",
     "this is no header of HTTP: a status line, fields `Name: value`, an empty "
     "line, each ended by \\r\\n"},
    {"OTHER_HOST",
     "the redirect does not lead to the directory on this host: Location is a "
     "path that begins with one slash and ends in one, percent-encoded"},
    {"RESET_UNREAD",
     "the connection was closed while the client was still sending, and what "
     "lay unread made a reset of it: end the sending half, read on to the end "
     "of the client's stream, then close"},
    {"ONE_RECV request",
     "the request was judged before all of it had come: receive until an empty "
     "line is there"},
    {"NO_REUSEADDR",
     "the port is still held by connections of the server before (TIME_WAIT): "
     "set SO_REUSEADDR before bind()"},
    {"INPUT_ENDS",
     "the program ended at the end of its standard input: that says only that "
     "nobody will type any more, and the clients talk on"},
    {"ENDED",
     "the program ended though clients may still come: what goes wrong with "
     "one client must not end the server"},
    {"EXIT_IN_THREAD",
     "the program ended though clients may still come: exit(), err() and a "
     "return from main() end the whole process with all its threads; a thread "
     "ends by returning from its function"},
    {"INTERRUPTED",
     "accept() returned -1 with EINTR, as a signal (SIGCHLD) came: that is no "
     "error; call it again, or set SA_RESTART"},
    {"SHARED_CLIENT",
     "another connection got the answer of this one as well: the threads share "
     "one variable, which is the next client's by the time a thread reads it; "
     "give each thread a copy of its own (malloc)"},
    {"SHARED_BUFFER",
     "the answer has in it what another client sent at the same time: a buffer "
     "that is static or global is one for all threads; make it a variable of "
     "the thread's own function"},
    {"SHARED_BUFFER file",
     "the contents are right for one client alone, and not for several at the "
     "same time: a buffer that is static or global is one for all threads, and "
     "an open file has one position for all who read it"},
    {"JOINS",
     "the program has made a thread for the client before, and waits for the "
     "end of that thread (pthread_join) before it accepts the next client"},
    {"JOINS process",
     "the program has made a process for the client before, and waits for the "
     "end of that process (wait) before it accepts the next client"},
    {"ONE_AT_A_TIME",
     "the client is in the queue of the listening socket, while the program is "
     "busy with another: start a thread for each, and go back to accept()"},
    {"ONE_AT_A_TIME process",
     "the client is in the queue of the listening socket, while the program is "
     "busy with another: start a process for each, and go back to accept()"},
    {"ONE_AT_A_TIME lock",
     "the client was accepted, and is not served while others are: do its "
     "thread and theirs wait for one lock?"},
    {"NO_PAUSE",
     "the answer comes earlier than -d says: is that taken for milliseconds, "
     "1000 without it, and does the pause come before the answer?"},
    {"TOO_SOON",
     "the program goes on though it was not its turn: each answer is to be "
     "waited for before the next is said"},
    {"ZOMBIES",
     "processes that have ended are still in the system's table, as zombies: "
     "their parent has to call waitpid() when they end (SIGCHLD), not at the "
     "next client"},
    {"CHILD_STAYS",
     "processes made for clients still run though those have left: after the "
     "talk a child has to end with exit(), and not to go on in the loop of its "
     "parent"},
    {"KEEPS_LISTENER",
     "the processes that serve clients hold the listening socket too: a child "
     "gets a copy of every descriptor, and closes those it does not need"},
    {"NEVER_CLOSES parent",
     "the child has ended and the connection is still open: its parent holds "
     "a copy of the descriptor, and has to close that after fork()"},
    {"THREAD_LEAK",
     "threads that served clients are still there though those have left: each "
     "way out of the talk has to end in the return of the thread's function"},
    {"NOT_SINGLE",
     "there is more than one thread or process: here one thread serves all "
     "clients, and poll() says which of them has something"},
    {"BLOCKS",
     "what a client has sent lies unread: the program waits in a call for one "
     "descriptor (recv, read, accept), though another has something; it may "
     "wait in poll() alone"},
    {"BLOCKS send",
     "the program waits in send() for a client that does not read, and all the "
     "others wait with it: O_NONBLOCK, and what the kernel does not take waits "
     "in a queue of that client until poll() says POLLOUT"},
    {"BLOCKS typing",
     "what has come lies unread: the program waits for something to be typed "
     "(fgets, getline, read), though poll() could wait for both"},
    {"BLOCKS socket",
     "what was typed lies unread: the program waits for the other side, though "
     "poll() could wait for both"},
    {"BLOCKS server",
     "the program waits in send() for a server that does not read, and shows "
     "nothing meanwhile: O_NONBLOCK, and a queue"},
    {"ONE_AT_A_TIME poll",
     "the client is in the queue of the listening socket, while the program "
     "waits for another: the listener belongs into the list of poll(), "
     "always"},
    {"ECHOES",
     "a line comes back to the client that has sent it: it goes to all the "
     "others"},
    {"PIECES",
     "a part of a line was passed on, before its LF had come: what recv() "
     "returned is no line; keep it for that client until an LF is there"},
    {"ONE_LINE",
     "what came in one piece was taken for one line, or only its first line "
     "was used: a piece may have many lines in it; go on with what stands "
     "behind the LF"},
    {"SHARED_BUFFER lines",
     "what had come of another client's line stands in this one: each client "
     "needs a buffer of its own for the line that is not whole yet"},
    {"STDIO_INPUT",
     "a line that was typed came out only when the next one was typed: stdio "
     "(fgets, getline, scanf) had read it already and kept it in its buffer, "
     "where poll() does not see it; take read(), and keep your own lines"},
    {"LAST_LINE",
     "a last line that lacks its LF is lost: when the end comes (0 from recv() "
     "or read()), what is kept of a line is a line"},
    {"LAST_LINE lf",
     "a last line that lacks its LF goes out without one: add it"},
    {"DROPS_SLOW",
     "a client is dropped though less than 256 KiB wait for it: -1 from send() "
     "with EAGAIN says only that there is no room now"},
    {"NO_POLLOUT",
     "the rest of what is to be sent stays with the program, though its client "
     "reads again: while something waits, ask poll() for POLLOUT, and send "
     "when "
     "it says so"},
    {"NO_LIMIT",
     "what waits for a client that does not read grows without a bound: at 256 "
     "KiB it is dropped"},
    {"NO_LIMIT line",
     "a line may grow without a bound: beyond 4,096 bytes without an LF its "
     "client is told and dropped"},
    {"SPINS input",
     "the program runs without a rest since the end of its input: poll() says "
     "of it, again and again, that it can be read (or POLLHUP); take it out of "
     "the list, fd -1"},
    {"SPINS full",
     "the program runs without a rest while a client does not read: after "
     "EAGAIN wait in poll() for POLLOUT"},
    {"SPINS poll",
     "the program runs without a rest: does poll() report something that is "
     "not dealt with? POLLOUT asked for though nothing is to be sent, an end "
     "or an error whose descriptor stays in the list, a descriptor that "
     "accept() lacks"},
    {"SERVER_GONE",
     "the server has gone, and the program waits on, perhaps for something to "
     "be typed: 0 from recv() is the end, and poll() tells when it comes"},
    {"EXIT_SENT", "the line exit ends the program, and is not sent"},
    {"FIRST_SPEAKER",
     "the line went to another than the one who spoke last: keep the address "
     "of each datagram that comes, and its length"},
    {"NOT_DETACHED",
     "the memory of threads that have ended is kept, as for pthread_join(): "
     "pthread_detach() says that nobody will join them"},
    {"MEMORY_LEAK",
     "memory that served clients is not given back: what is made by malloc() "
     "for each connection is freed at its end, on every way out"},
    {"BYTE_ORDER",
     "the port number has its two bytes swapped: it needs htons()"},
    {"WRONG_ADDRESS",
     "the program listens, but not on the address and port that it was given"},
    {"NOT_LISTENING",
     "the program holds a socket that does not listen: is bind() followed by "
     "listen()?"},
    {"BYTE_ORDER print",
     "the port is printed with its two bytes swapped: a port in a struct "
     "sockaddr needs ntohs() to become a number"},
    {"WRONG_ADDRESS print",
     "the address or the port in this line is not the true one: getsockname() "
     "tells that of the listener, accept() that of the client, and "
     "getnameinfo() turns both into text"},
    {"WRONG_ADDRESS sender",
     "the answer comes from another port than the one that was asked: send it "
     "by the socket that received the question"},
    {"WRONG_ADDRESS default",
     "the program listens, but not on its default address and port"},
    {"IPV4_ONLY server",
     "the program does not listen on an IPv6 address: let getaddrinfo() find "
     "any family (AF_UNSPEC), and make the socket of the family that it found"},
    {"IPV4_ONLY print",
     "an IPv6 address is not printed as it is: struct sockaddr_in has no room "
     "for one; take struct sockaddr_storage, and getnameinfo()"},
    {"SPINS", "the program runs without a rest: does a loop go on after recv() "
              "returned 0, or after any call returned -1?"},
    {"STUCK_OUTPUT",
     "the line is written, but stays in stdio's buffer as standard output is "
     "a pipe: make it line-buffered with setvbuf(), or call fflush()"},
    {"STUCK_REPLY",
     "the answer is written, but stays in stdio's buffer: call fflush(), or "
     "use send()"},
    {"TRAILING_NUL",
     "a NUL byte is sent behind the text: its length is strlen(), without the "
     "byte that ends a C string"},
    {"TRAILING_NUL many",
     "NUL bytes are sent that nobody has asked for: as many bytes count as "
     "recv() returned or strlen() says, not as many as the array has room for"},
    {"TRAILING_NUL output",
     "NUL bytes stand behind the data: as many bytes count as recv() returned, "
     "not as many as the array has room for"},
    {"TRAILING_NEWLINE", "a line end is sent that the protocol does not have"},
    {"TRAILING_NEWLINE output", "a line end is printed that was not received"},
    {"POINTER_SIZE",
     "just the first bytes are sent, as many as a pointer has: sizeof of a "
     "pointer is not the length of what it points to"},
    {"TEXT_NOT_BYTES",
     "it goes wrong at a NUL byte: data was treated as a C string (strlen, "
     "printf %s, strcpy); use the count that recv() returned"},
    {"TEXT_NOT_BYTES eof", "it ends at a byte 255: getc() returns an int, in "
                           "which that is not EOF; in "
                           "a char it is"},
    {"ONE_RECV",
     "only what the first recv() returned was used: TCP is a stream, and one "
     "recv() is not one message; go on until it returns 0"},
    {"ONE_RECV server",
     "the program closes the connection though the client has not ended its "
     "stream: call recv() again, until it returns 0"},
    {"SHORT_READ",
     "a part is missing though the stream went on: only a recv() that returns "
     "0 is the end, and a full buffer or a small piece is not"},
    {"SHORT_SEND",
     "bytes are missing: send() may take fewer bytes than it was given; go on "
     "with the rest"},
    {"NEVER_ACCEPTS",
     "the client is in the queue of the listening socket: the program does "
     "not call accept()"},
    {"ACCEPTS_ONCE",
     "an earlier client was served, and this one waits in the queue of the "
     "listening socket: accept() is not called again"},
    {"ACCEPTS_ONCE closed", "the program listens no longer: close() the socket "
                            "that accept() returned, "
                            "and never the listener"},
    {"NO_HALF_CLOSE",
     "the program keeps its sending half open and waits: say that this was all "
     "with shutdown() and SHUT_WR"},
    {"NO_HALF_CLOSE both",
     "the program has closed both halves of the connection, so that no reply "
     "can reach it: shutdown() with SHUT_WR ends the sending half alone"},
    {"IPV4_ONLY",
     "the program does not go to an IPv6 address: let getaddrinfo() find any "
     "family (AF_UNSPEC), and make the socket of the family that it found"},
    {"FIRST_ADDRESS",
     "the program gave up after the first address of the name: getaddrinfo() "
     "gives a list, so try the next one (ai_next) where connect() fails"},
    {"WRONG_ADDRESS wrapped",
     "the program takes a port beyond 65535 for another one, as only the last "
     "16 bits of the number are left: look at the number first"},
    {"WRONG_ADDRESS client",
     "the program went to another address or port than those it was given, or "
     "than its default ones"},
    {"NEVER_CLOSES",
     "the program does not close the connection, so its other end waits for "
     "ever"},
    {"WAITS",
     "the program has read all that was sent and waits for more: it may want a "
     "full buffer, a line end or the end of the stream"},
    {"WAITS first",
     "the program has connected and waits, but here it has to speak first: is "
     "there a recv() before the first send()?"},
    {"WAITS turn",
     "an earlier client still has its connection, and this one waits in the "
     "queue: close a connection as soon as all is sent, whatever its client "
     "does"},
    {"WAITS server",
     "the program has accepted the client and waits for it, but here the "
     "server "
     "speaks first: is there a recv() before the first send()?"},
    {"PART_LEFT",
     "after an error a new file is there, or the old one is spoiled: write to "
     "another name in the same folder, and rename that once all has come, or "
     "remove it"},
    {"MEMORY_GROWS",
     "the whole of the data is kept in memory: pass it on piece by piece"},
    {" newline", "the line end behind the data is missing"},
    {"WRONG_ZONE",
     "this is the time in UTC, not in the zone of TZ: localtime_r() rather "
     "than gmtime_r()"},
    {"WRONG_ZONE other",
     "this is the time of another zone than that of TZ, which localtime_r() "
     "uses once tzset() has read it"},
    {"STALE_TIME",
     "this is an earlier time: ask for the time after accept(), for each "
     "client"},
    {"BASE64_PADDING",
     "'=' stands at the very end of the Base64 and nowhere else, and fills up "
     "the last four characters: encode pieces whose length is a multiple of 3, "
     "so that only the last has a rest"},
    {"BASE64_ALPHABET",
     "the digits of Base64 are A-Z, a-z, 0-9, '+' and '/', in this order (RFC "
     "4648, section 4)"},
    {"BASE64_LINES",
     "there are line ends inside the Base64: JSON allows none in a string, and "
     "RFC 4648 none in Base64"},
    {"NOT_ESCAPED",
     "in a JSON string a quote and a backslash have a backslash before them, a "
     "byte below 0x20 is written as \\u001f, and any other byte as it is"},
    {"WITH_FOLDER", "the filename is sent with its folder: what stands behind "
                    "the last '/' is the file's own name"},
    {"OUTSIDE", "a name from the network has led out of the folder: refuse one "
                "that is empty, \".\", or \"..\", or has a '/' or a NUL in it"},
    {"NOT_PADDED", "a number lacks its leading zeros: each has its full width, "
                   "with %02d, and "
                   "%06ld for the microseconds"},
    {"WRONG_STATUS",
     "the exit status is not the one of this case: 0 success, 1 an error, 2 a "
     "wrong command line"},
    {"WRONG_STATUS zero",
     "the program ends as if all were well (status 0): does it look at what "
     "each call returns, 0 and -1 too, and whether all has come that was "
     "promised, and end with err() or exit(1) otherwise?"},
    {"WRONG_STATUS accepts",
     "what the server sent last is no object of the kind that is wanted, or "
     "cannot be saved, and the program has not seen it: which rule does it "
     "break, and which of your functions could tell?"},
    {"WRONG_STATUS trouble",
     "the program takes for an error (status 1) what is none: its message says "
     "where"},
    {"WRONG_STATUS usage",
     "a wrong command line is seen before anything is tried, and ends the "
     "program with status 2"},
    {"NO_MESSAGE",
     "standard error must say what went wrong, in the form `program: what it "
     "tried: why` (err() does that)"},
    {"NO_MESSAGE output",
     "the message is on standard output: it belongs on standard error (err(), "
     "or fprintf(stderr, ...))"},
    {"NO_MESSAGE usage",
     "a wrong command line is answered with the usage on standard error"},
    {"WRONG_PROTOCOL",
     "the program has a TCP socket where a UDP socket belongs: SOCK_DGRAM, for "
     "socket() and in the hints for getaddrinfo()"},
    {"NOT_LISTENING udp",
     "the program holds a socket without an address and port of its own: is "
     "there a bind()?"},
    {"EMPTY_DATAGRAM",
     "the last datagram was empty, and the program takes that for an end or "
     "for nothing: recvfrom() returns its length, which may be 0"},
    {"TRUNCATED",
     "the beginning of the datagram is there and its end is missing: what does "
     "not fit into the buffer of recvfrom() is lost, so a buffer must be as "
     "large as any datagram"},
    {"TRUNCATED sent",
     "the end of the datagram is missing: is an array on the way too small for "
     "it, or is what iconv() has to write at the end left out?"},
    {"TEXT_NOT_BYTES leftover",
     "behind the data stands what was in the buffer before: the data are "
     "as many bytes as recvfrom() returned, with no NUL behind them"},
    {"NO_TIMEOUT",
     "the program waits longer than it may: each datagram that is not the "
     "answer starts its wait anew, or it waits without a limit"},
    {"NO_TIMEOUT late", "the program waits longer for an answer than -w says"},
    {"STRAY_COUNTED late",
     "an answer to another ping is taken for the answer to this one: compare "
     "the sequence number, or the whole text, and wait on for what is left"},
    {"STRAY_COUNTED twin",
     "the answer to the ping before came twice, and the second is taken for "
     "the "
     "answer to this one: compare the sequence number, or the whole text"},
    {"STRAY_COUNTED stranger",
     "what another address or port has sent is taken for the answer: connect() "
     "the socket, or compare what recvfrom() says of the sender"},
    {"STRAY_COUNTED",
     "a datagram that is no answer is taken for one: compare all of it, also "
     "its length, with what the answer has to be"},
    {"WAIT_CUT",
     "the wait for an answer ends early, when something else comes: go on "
     "waiting for the rest of the time"},
    {"WAIT_CUT early",
     "the program gives a ping up before the time of -w is over"},
    {"ANSWER_MISSED",
     "the answer came in time, and the program does not take it for one: it is "
     "the text of the ping in capitals"},
    {"ANSWER_MISSED strays",
     "the answer came in time, behind datagrams that are none: go on receiving "
     "until it is there or the time is over"},
    {"WALL_CLOCK",
     "the round-trip time is taken from the time of day, which somebody may "
     "set (here it stands): take CLOCK_MONOTONIC"},
    {"WRONG_RTT",
     "the round-trip time is not that from sending this ping to receiving its "
     "answer"},
    {"WRONG_RTT second",
     "the round-trip time is off by whole seconds: the difference of two times "
     "has to count their seconds, too, not the fractions alone"},
    {"WRONG_UNIT",
     "a time is a thousand times too large or too small: an RTT is printed in "
     "seconds, the statistics are in milliseconds"},
    {"INTEGER_DIVISION",
     "the percentage has lost its fraction: int divided by int is an int; "
     "divide doubles"},
    {"INTEGER_DIVISION average",
     "the average has lost its fraction: int divided by int is an int; divide "
     "doubles"},
    {"INTEGER_DIVISION whole",
     "the times have lost their fractions: count in nanoseconds or in double, "
     "not in whole milliseconds"},
    {"WRONG_STATISTICS", "the numbers of packets do not fit the lines before"},
    {"WRONG_STATISTICS percent",
     "this is the percentage of what came, not of what was lost"},
    {"WRONG_STATISTICS rounding",
     "the percentage is cut, not rounded: printf does that (%.1f)"},
    {"WRONG_STATISTICS lost",
     "the average is over all pings: one that was lost has no time"},
    {"WRONG_STATISTICS min",
     "the least time is not that of any ping: the first one is the least so "
     "far, whatever it is"},
    {"WRONG_STATISTICS max",
     "the greatest time is not that of any ping: the first one is the greatest "
     "so far"},
    {"WRONG_STATISTICS average",
     "the average is not that of the times above: their sum divided by their "
     "number"},
    {"WRONG_STATISTICS none",
     "when nothing came there are no times, and no line about them"},
    {"WRONG_PACE",
     "the program waits on though the answer is there: the next ping goes at "
     "once"},
    {"WRONG_PACE early", "the next ping goes before the time of -i is over"},
    {"WRONG_PACE answer",
     "the time of -i counts from one ping to the next, not from the answer"},
    {"REFUSED_ENDS",
     "ECONNREFUSED says that nobody is at the port: one ping is lost, and the "
     "program goes on"},
    {"REFUSED_ENDS after", "after one refused ping the program sends no more: "
                           "that one alone is lost"},
    {"REFUSED_ENDS chat",
     "ECONNREFUSED says that nobody was there for an earlier line, and is no "
     "reason to end"},
    {"WRONG_LOSS",
     "other messages are dropped than those whose count, modulo -l, is 1; "
     "messages are counted from 1, whoever sends them"},
    {"WRONG_LOSS none",
     "no message is dropped: of three, that is the first, when -l is 3"},
    {"WRONG_LOSS zero",
     "the messages are dropped whose count, modulo -l, is 0, in place of 1: is "
     "the count raised too late, or compared with 0?"},
    {"WRONG_LOSS client",
     "each client has a count of its own: the messages of all are counted"},
    {"WRONG_LOSS one",
     "with -l 1 no message is dropped: nothing modulo 1 is 1"},
    {"WRONG_LOSS all", "all messages are dropped"},
    {"NO_TIMEOUT never",
     "the program waits without a limit: recv() returns when a datagram comes, "
     "which may be never; poll() has a limit, and so has SO_RCVTIMEO"},
    {"NO_TIMEOUT stray",
     "each datagram of a stranger starts the wait anew: compute its end once, "
     "and wait for what is left until then"},
    {"GAVE_UP",
     "the program ends at the first that fails: neither a name without an "
     "answer nor a host that cannot be sent to is a reason not to try the "
     "next"},
    {"STALE_ERROR",
     "the error is not that of this host: on a connected socket send() reports "
     "what became of an earlier datagram; one socket that is not connected "
     "serves all hosts"},
    {"WRONG_ENCODING",
     "the bytes are those of another encoding than the one that was asked for: "
     "what iconv() has made is to be sent, from UTF-8 into that encoding"},
    {"BURST",
     "all datagrams go out in one burst: a pause of a millisecond after each "
     "keeps buffers from overrunning"},
    {"SENT_ANYWAY",
     "a datagram went out though something was wrong: look at the command line "
     "and at the text before the first is sent"},
    {"WAIT_CUT short",
     "the program waits less than it was told to: -w counts milliseconds, "
     "without it they are 1000, and no datagram but the answer ends the wait"},
    {" extra",
     "a datagram is sent that nobody has asked for: one question, one "
     "answer"},
    {" unanswered", "the datagram has been read, and no answer to it is sent"},
    {"WAITS datagram",
     "the datagram lies unread at the program's socket: it waits for something "
     "else"},
    {" empty name",
     "an empty name is a name too: a datagram of 0 bytes is sent for it"},
    {" hosts",
     "the hosts are those from 1 to 254, each gets one datagram, and all of "
     "them are counted at the end"},
    {"TIME_OUT", "nothing moved any more, and the time was up"},
    {"TIME_OUT listens",
     "the program listens where it should have ended: is every number of the "
     "command line looked at, and what every call returns?"},
    /* No code: what is seen is all that is known. */
    {" line",
     "the line is not printed, or in other words than these; they have to be "
     "the same letter by letter"},
    {" data", "the data are not printed as they came: fwrite() prints bytes as "
              "they are, "
              "each piece between `received: ` and a line end of its own"},
    {" count",
     "each piece gets one answer: as many answers are to be sent as lines "
     "`received: ` are printed"},
    {" empty",
     "the end of the stream is no piece: look whether recv() returned 0 before "
     "printing and answering"},
    {" long pause",
     "the pause before an answer is longer than -d says: with -d 0 there is "
     "none"},
    {" exit",
     "the connection is closed at a name that is not exit: compare the name as "
     "a whole, with its length"},
    {" twice", "the line is printed more than once for one connection"},
    {" closed",
     "the end of this connection is not told: does each way out of the talk "
     "come by the line that tells it?"},
    {"SHARED_BUFFER line",
     "the line of one connection is there twice, and that of another not at "
     "all: the text of the address, or what holds it, is one for all threads"},
    {" processes",
     "each connection is to have a process of its own, made by fork()"},
    {" early",
     "the line is printed before the thing that it tells has happened"},
    {" end of line",
     "a line end among the data is lost: it is a byte like any other, and "
     "belongs to what recv() returned"},
    {" unfinished", "the object has no end: `\"}` comes behind the contents"},
    {" json", "this is no JSON object with the members filename and filedata"},
    {" contents", "the object is well-formed, but the contents are not the "
                  "bytes of the file"},
    {" form",
     "the form is not just YYYY-MM-DD HH:MM:SS.uuuuuu and a line end (\\n), 27 "
     "bytes"},
    {" no newline", "the line end (\\n) behind the time is missing"},
    {" year", "tm_year counts from 1900: add 1900, or let strftime() do it"},
    {" month", "tm_mon counts from 0: add 1, or let strftime() do it"},
    {" hour", "the hours count to 12: strftime() has %H for 24 of them"},
    {" micros",
     "the second is the right one, but its fraction is not: six digits of "
     "microseconds, from the same reading of the clock"},
    {" ping", "each ping is one datagram, `Ping SEQ TIME`, and nothing else"},
    {" sequence", "the sequence numbers begin with 1"},
    {" twice", "each ping is sent once, also when no answer comes"},
    {" too many",
     "more pings are sent than -c says, or than 9 when it says nothing"},
    {" no ping", "no ping came to the server"},
    {" ping line",
     "the line has not just the form `Sequence 2: Reply from 127.0.0.1    RTT "
     "= "
     "0.001s` (three decimals or more) or `Sequence 1: Request timed out.`"},
    {" made up", "no answer to this ping has been sent"},
    {" invented", "an answer is printed that nobody has sent"},
    {" statistics",
     "the statistics have not just the form `9 packets transmitted, 6 "
     "received, "
     "33.3% packet loss` and `rtt min/avg/max = 0.021/0.034/0.057 ms`"},
    {" percent",
     "the percentage has one decimal always, 33.3% or 100.0%: printf does that "
     "(%.1f), for a double"},
    {" more", "nothing is printed besides a line for each ping and two for the "
              "statistics"},
    {" untold", "the client is dropped without a word: first tell it why"},
    {" dropped", "the connection of a client that did nothing wrong is closed"},
    {" passed",
     "the line has not come to this client, though the program has read it: "
     "it goes to every client but the one that sent it"},
    {" typed line", "what was typed has been read, and has not come out"},
    {" unnamed",
     "what is to stand before the line is missing: the name, or `server`, then "
     "a colon and a blank"},
    {" no exit",
     "the program has ended at a line that only has `exit` in it: just the "
     "line `exit` ends it, and nothing longer"},
    {" own line", "what was typed is printed: only what comes is"},
    {" on input",
     "the program goes on though its input has ended, or exit was typed"},
    {" nothing",
     "the program closes the connection without having sent anything"},
};

const char *find_report(const struct bytes *errors)
{
    static const char *const marks[] = {
        "ERROR: AddressSanitizer",
        ": runtime error: ", "WARNING: ThreadSanitizer"};
    const char *first = NULL;
    for (size_t i = 0; errors->data != NULL && i < 3; i++) {
        const char *mark = strstr(errors->data, marks[i]);
        if (mark != NULL && (first == NULL || mark < first))
            first = mark;
    }
    while (first != NULL && first > errors->data && first[-1] != '\n')
        first--;
    return first;
}

/* Whether the words are in what the program said on standard error. */
static bool complains_of(const struct program *program, const char *words)
{
    return strstr(program->errors.data, words) != NULL;
}

/* Whether nearly all descriptors that it may have are open. */
static bool holds_all_files(const struct failure *f)
{
    return f->program->files > 0 &&
           f->activity.descriptors >= f->program->files - 1;
}

static bool listens(const struct failure *f)
{
    for (size_t i = 0; i < f->socket_count; i++)
        if (f->sockets[i].state == LISTENS)
            return true;
    return false;
}

/* Whether the program has sockets and none that listens: it is a client. */
static bool is_client(const struct failure *f)
{
    return f->socket_count > 0 && !listens(f);
}

/* Whether text of that length stands at `at`. */
static bool has_at(const struct failure *f, size_t at, const char *text,
                   size_t length)
{
    return f->got != NULL && f->got_length >= at + length &&
           memcmp(f->got + at, text, length) == 0;
}

/* How it ended. */
static const char *cause_of_end(const struct failure *f)
{
    const struct program *p = f->program;
    bool by_us = p->signal == SIGKILL || p->signal == SIGTERM;
    if (!p->ended || (p->wanted_end && (p->signal == 0 || by_us)))
        return NULL;
    if (p->signal == SIGPIPE)
        return "SIGPIPE";
    if (p->signal == SIGABRT)
        return "CRASHED abort";
    if (p->signal != 0 || (p->status > 128 && p->status < 128 + 32))
        return "CRASHED";
    if (complains_of(p, "Address already in use") && f->kind == ENDS_AT_START &&
        p->told_port != 0)
        return f->udp ? "WRONG_PROTOCOL" : "NO_REUSEADDR";
    if (f->kind == ENDS_AT_START && p->told_ipv6)
        return "IPV4_ONLY server";
    if (p->serves == PROCESSES && complains_of(p, "Interrupted system call"))
        return "INTERRUPTED";
    if (p->serves == POLL && p->input_ends)
        return "INPUT_ENDS";
    if (p->serves == THREADS && p->listened && f->kind != ENDS_AT_START)
        return "EXIT_IN_THREAD";
    if (f->kind == DIED || f->kind == REFUSED || p->listened)
        return "ENDED";
    return NULL;
}

/* Where it listens, or has its UDP socket, for one that does not where it should.
 */
static const char *cause_of_place(const struct failure *f)
{
    int told = f->program->told_port;
    bool udp = f->kind == NOT_BOUND, other = false;
    for (size_t i = 0; i < f->socket_count; i++) {
        if (udp && !f->sockets[i].udp)
            return "WRONG_PROTOCOL";
        if (!udp && f->sockets[i].state != LISTENS)
            continue;
        other = true;
        if (told != 0 && f->sockets[i].port == swap_bytes(told))
            return "BYTE_ORDER";
    }
    if (f->program->told_ipv6)
        return "IPV4_ONLY server";
    if (other)
        return f->program->told_any ? "WRONG_ADDRESS" : "WRONG_ADDRESS default";
    if (f->activity.sockets == 0)
        return NULL;
    return udp ? "NOT_LISTENING udp" : "NOT_LISTENING";
}

/* Whether it uses the port that is left when one beyond 65535 loses its upper
 * bits. */
static bool has_wrapped(const struct failure *f)
{
    int told = f->program->told_port;
    for (size_t i = 0; told > 65535 && i < f->socket_count; i++)
        if (f->sockets[i].port == told - 65536 ||
            f->sockets[i].peer_port == told - 65536)
            return true;
    return false;
}

/* Clients that wait in the queue of a listening socket. */
static unsigned count_waiting(const struct failure *f)
{
    unsigned waiting = 0;
    for (size_t i = 0; i < f->socket_count; i++)
        if (f->sockets[i].state == LISTENS)
            waiting += f->sockets[i].unread;
    return waiting;
}

/* Whether it holds a connection, also one that its client has closed. */
static bool has_connection(const struct failure *f)
{
    for (size_t i = 0; i < f->socket_count; i++)
        if (f->sockets[i].state == CONNECTED ||
            f->sockets[i].state == PEER_CLOSED)
            return true;
    return false;
}

/* Whether it holds a connection that its client has not closed. */
static bool holds_client(const struct failure *f)
{
    for (size_t i = 0; i < f->socket_count; i++)
        if (f->sockets[i].state == CONNECTED || f->sockets[i].state == OTHER)
            return true;
    return false;
}

/* A server that is to have many clients at once, and is silent to one. */
static const char *cause_of_turn(const struct failure *f)
{
    const struct activity *a = &f->activity;
    bool processes = f->program->serves == PROCESSES;
    if (f->program->serves == ONE || f->program->serves == POLL)
        return NULL;
    if (f->doubled)
        return "SHARED_CLIENT";
    if (count_waiting(f) > 0 && has_connection(f)) {
        if (processes)
            return a->processes > 1 ? "JOINS process" : "ONE_AT_A_TIME process";
        return a->threads > 1 ? "JOINS" : "ONE_AT_A_TIME";
    }
    if (f->kind == NO_END && processes && a->processes == 1)
        return "NEVER_CLOSES parent";
    return f->kind == SILENT && !processes && a->threads > 2 &&
                   f->got_length == 0
               ? "ONE_AT_A_TIME lock"
               : NULL;
}

/* A program that is silent, or does not end or close: what does it do? */
static const char *cause_of_silence(const struct failure *f)
{
    const struct program *p = f->program;
    if (holds_all_files(f))
        return "FD_LEAK";
    bool waiting = count_waiting(f) > 0;
    bool flushed = f->flushed && (!waiting || has_connection(f)) &&
                   (f->kind != SILENT || f->unread <= 0);
    if (flushed)
        return f->kind == SILENT ? "STUCK_REPLY" : "STUCK_OUTPUT";
    if (f->activity.busy && f->activity.state == 'R')
        return "SPINS";
    if (f->kind == NO_EXIT && has_wrapped(f))
        return "WRONG_ADDRESS wrapped";
    const char *turn = cause_of_turn(f);
    if (turn != NULL)
        return turn;
    if (waiting && p->served > 0 && holds_client(f))
        return "WAITS turn";
    if (waiting)
        return p->served > 0 ? "ACCEPTS_ONCE" : "NEVER_ACCEPTS";
    if (f->kind == SILENT && f->peer != NULL && f->unread == 0 &&
        f->peer->bytes_out > 0 && (f->got_length == 0 || !p->listened))
        return "WAITS";
    if (f->kind == SILENT && f->got_length == 0 && p->listened &&
        has_connection(f))
        return "WAITS server";
    if (f->kind == SILENT && f->got_length == 0 && is_client(f))
        return "WAITS first";
    if (f->kind == NO_END)
        return is_client(f) ? "NO_HALF_CLOSE" : "NEVER_CLOSES";
    if (f->kind == SILENT && f->got_length > 0) /* cause_of_kind */
        return NULL;
    if (f->kind == NO_EXIT && f->socket_count > 0 && !is_client(f))
        return "TIME_OUT listens";
    return f->kind == NO_EXIT || f->kind == SILENT || f->kind == NO_CLIENT
               ? "TIME_OUT"
               : NULL;
}

/* Whether what came instead is found further on in what was expected: bytes
 * between are missing. */
static bool is_left_out(const struct failure *f)
{
    size_t length = f->got_length - f->at;
    length = length < 16 ? length : 16;
    for (size_t i = f->at + 1; length >= 4 && i + length <= f->expected_length;
         i++)
        if (memcmp(f->expected + i, f->got + f->at, length) == 0)
            return true;
    return false;
}

/* Whether nothing of what was expected came, but something before it. */
static bool follows_another(const struct failure *f)
{
    return f->kind == WRONG_BYTES && f->at == 0 && f->peer != NULL &&
           f->peer->bytes_in > f->got_length && f->expected[0] != '\n' &&
           f->expected[0] != '\r';
}

/* Whether the bytes are UTF-8, with one character at least that is not ASCII. */
static bool is_utf8(const char *text, size_t length)
{
    bool other = false;
    for (size_t i = 0; i < length; other = true) {
        unsigned char first = (unsigned char)text[i];
        size_t more = first < 0x80   ? 0
                      : first < 0xe0 ? 1
                      : first < 0xf0 ? 2
                                     : 3;
        if (first < 0x80) {
            i++;
            if (i == length)
                return other;
            continue;
        }
        if (first < 0xc2 || first > 0xf4 || i + more >= length)
            return false;
        for (size_t k = 1; k <= more; k++)
            if (((unsigned char)text[i + k] & 0xc0) != 0x80)
                return false;
        i += more + 1;
    }
    return other;
}

/* Whether it waits for a datagram, as far as can be seen. */
static bool waits_for_datagram(const struct failure *f)
{
    for (size_t i = 0; i < f->socket_count; i++)
        if (f->sockets[i].udp && !f->program->listened)
            return !f->program->ended && !f->activity.busy;
    return false;
}

/* A datagram that is not the expected one. */
static const char *cause_of_other_datagram(const struct failure *f)
{
    size_t at = f->at, missing = f->expected_length - at;
    bool end = at == f->got_length;
    if (f->expected_length == 0 && !f->program->listened)
        return " empty name";
    if (is_utf8(f->got, f->got_length) !=
            is_utf8(f->expected, f->expected_length) &&
        missing > 0 && f->got_length > at)
        return "WRONG_ENCODING";
    if (has_at(f, at, "\0", 1) && (missing == 0 || f->expected[at] != '\0'))
        return has_at(f, at, "\0\0", 2) ? "TRAILING_NUL many" : "TRAILING_NUL";
    if (missing == 0 && (has_at(f, at, "\n", 1) || has_at(f, at, "\r\n", 2)))
        return "TRAILING_NEWLINE";
    if (missing > 0 && f->expected[at] == '\0')
        return "TEXT_NOT_BYTES";
    if (end && at == sizeof(char *) && missing > 0)
        return "POINTER_SIZE";
    if (f->program->listened && f->expected_length > 0 &&
        f->got_length > f->expected_length && missing == 1)
        return "TEXT_NOT_BYTES leftover";
    if (missing > 1 && at > 7 &&
        (end || (at + 1 == f->got_length && f->got[at] == '!')))
        return f->program->listened ? "TRUNCATED" : "TRUNCATED sent";
    return NULL;
}

static bool is_on_ipv6(const struct peer *peer)
{
    struct sockaddr_storage place = {0};
    socklen_t size = sizeof place;
    getsockname(peer->fd, (struct sockaddr *)&place, &size);
    return place.ss_family == AF_INET6;
}

/* It has ended before its work was done. */
static const char *cause_of_giving_up(const struct failure *f)
{
    return complains_of(f->program, NO_FILES) ? "FD_LEAK" : "GAVE_UP";
}

/* A datagram that has not come. */
static const char *cause_of_no_datagram(const struct failure *f)
{
    const struct program *p = f->program;
    char byte;
    if (f->peer->decoy != -1 &&
        recv(f->peer->decoy, &byte, 1, MSG_DONTWAIT | MSG_PEEK) != -1)
        return "BYTE_ORDER";
    for (size_t i = 0; i < f->socket_count; i++) {
        int port = f->sockets[i].peer_port;
        if (f->sockets[i].udp && port != 0 && port != f->peer->port &&
            port == swap_bytes(f->peer->port))
            return "BYTE_ORDER";
    }
    if (f->activity.busy && f->activity.state == 'R')
        return "SPINS";
    if (!p->ended && holds_all_files(f))
        return "FD_LEAK";
    if (!p->listened) {
        if (p->ended && complains_of(p, "refused"))
            return "STALE_ERROR";
        if (p->ended && is_on_ipv6(f->peer))
            return "IPV4_ONLY";
        if (f->peer->datagrams > 0 && p->ended)
            return cause_of_giving_up(f);
        return f->peer->datagrams > 0 && waits_for_datagram(f)
                   ? "NO_TIMEOUT never"
                   : NULL;
    }
    for (size_t i = 0; i < f->socket_count; i++)
        if (f->sockets[i].udp && f->sockets[i].unread > 0)
            return "WAITS datagram";
    return f->flushed ? "STUCK_REPLY" : p->ended ? NULL : " unanswered";
}

/* What went wrong on a UDP socket of ours. */
static const char *cause_of_datagram(const struct failure *f)
{
    switch (f->kind) {
    case EXTRA_DATAGRAM:
        return f->program->ended && f->program->status != 0 ? "SENT_ANYWAY"
                                                            : " extra";
    case MISSING_HOSTS:
        if (f->at == 0)
            return cause_of_no_datagram(f);
        return f->program->ended && f->program->status != 0
                   ? cause_of_giving_up(f)
                   : " hosts";
    case WRONG_HOST:
        return " hosts";
    case WRONG_SENDER:
        return "WRONG_ADDRESS sender";
    case NO_TIMEOUT:
        return "NO_TIMEOUT stray";
    case SILENT:
        return cause_of_no_datagram(f);
    case WRONG_BYTES:
        return f->expected == NULL ? NULL : cause_of_other_datagram(f);
    default:
        return NULL;
    }
}

/* A line of a program of lab 05 that has not come, or NULL where it is none. */
static const char *cause_of_udp_line(const struct failure *f)
{
    const struct program *p = f->program;
    const char *words = f->expected != NULL ? f->expected : "";
    if (f->kind == WRONG_OUTPUT)
        return strncmp(words, "no answer", 9) == 0 && f->got != NULL &&
                       strstr(f->got, "Hello, ") != NULL
                   ? "STRAY_COUNTED stranger"
                   : NULL;
    if (strcmp(words, "no answer") == 0) {
        if (strncmp(f->got, "Hello, ", 7) == 0)
            return " invented";
        if (p->ended)
            return cause_of_giving_up(f);
        return waits_for_datagram(f) ? "NO_TIMEOUT never" : NULL;
    }
    if (strstr(words, " sent, ") != NULL && strstr(f->got, " sent, ") != NULL)
        return complains_of(p, "refused")  ? "STALE_ERROR"
               : complains_of(p, NO_FILES) ? "FD_LEAK"
                                           : " hosts";
    if (strncmp(words, "Hello, ", 7) != 0 || p->listened)
        return NULL;
    if (strncmp(f->got, "no answer", 9) == 0)
        return "WAIT_CUT short";
    if (p->ended && p->status != 0 && complains_of(p, NO_FILES))
        return "FD_LEAK";
    if (f->at == f->expected_length)
        return f->at < f->got_length &&
                       strncmp(f->got + f->at, "Hello, ", 7) != 0
                   ? "TEXT_NOT_BYTES leftover"
                   : " newline";
    if (f->at >= SHORTEST_CUT && f->at < f->got_length && f->got[f->at] == '\n')
        return "TRUNCATED";
    return NULL;
}

/* Bytes that are not the expected ones: what kind of difference is it? */
static const char *cause_of_bytes(const struct failure *f)
{
    size_t missing = f->expected_length - f->at;
    if (f->expected == NULL || f->at > f->expected_length)
        return NULL;
    bool output = f->kind == WRONG_OUTPUT || f->kind == WRONG_FILE ||
                  f->kind == MISSING_OUTPUT;
    if (has_at(f, f->at, "\0", 1) &&
        (missing == 0 || f->expected[f->at] != '\0'))
        return output                        ? "TRAILING_NUL output"
               : has_at(f, f->at, "\0\0", 2) ? "TRAILING_NUL many"
                                             : "TRAILING_NUL";
    size_t more = f->got_length - f->at;
    if ((missing == 0 || follows_another(f)) && (!output || more <= 2) &&
        (has_at(f, f->at, "\n", 1) || has_at(f, f->at, "\r\n", 2)))
        return output ? "TRAILING_NEWLINE output" : "TRAILING_NEWLINE";
    if (missing > 0 && f->expected[f->at] == '\0')
        return "TEXT_NOT_BYTES";
    if (missing > 0 && f->kind == EARLY_END && f->program->listened &&
        (unsigned char)f->expected[f->at] == 0xff)
        return "TEXT_NOT_BYTES eof";
    if (f->kind == WRONG_OUTPUT && missing > 0 && f->expected[f->at] == '\n' &&
        more > 1)
        return " newline";
    if (f->at == sizeof(char *) && missing > 0 && f->kind != WRONG_BYTES &&
        f->kind != MISSING_OUTPUT)
        return "POINTER_SIZE";
    if (f->kind == SILENT && f->at > 0 && missing <= 2 &&
        f->expected[f->expected_length - 1] == '\n')
        return " end of line";
    return f->kind == WRONG_BYTES && is_left_out(f) ? "SHORT_SEND" : NULL;
}

/* Whether a server has no descriptor left for what it is to send. */
static bool lacks_descriptors(const struct failure *f)
{
    return f->program->listened && f->program->files > 0 &&
           (f->kind == EARLY_END || f->kind == WAS_RESET ||
            f->kind == SILENT) &&
           (holds_all_files(f) || complains_of(f->program, NO_FILES));
}

/* A server ends a connection whose client has not ended its half. */
static const char *cause_of_close(const struct failure *f)
{
    if ((f->kind != EARLY_END && f->kind != WAS_RESET) ||
        !f->program->listened || f->got_length > 0 || f->peer == NULL ||
        f->peer->shut)
        return NULL;
    const char *said = f->peer->said;
    size_t length = f->peer->said_length;
    if (f->program->serves != ONE && length > 0 &&
        (said[0] == '\n' || said[0] == '\r' ||
         (length >= 3 && memcmp(said, "exi", 3) == 0)))
        return " exit";
    return f->peer->bytes_in > 0 ? "ONE_RECV server" : " nothing";
}

/* The line that a connection is closed has not come: what do those that came
 * tell? */
static const char *cause_of_closed(const struct failure *f)
{
    static const char tail[] = " closed\n";
    const char *text = f->program->output.data, *next;
    for (const char *line = text; (next = strchr(line, '\n')) != NULL;
         line = next + 1) {
        size_t length = (size_t)(next + 1 - line), rest = sizeof tail - 1;
        if (length <= rest || memcmp(next + 1 - rest, tail, rest) != 0)
            continue;
        struct bytes whole = {0}, begin = {0};
        add_text(&whole, "\n%.*s", (int)length, line);
        add_text(&begin, "\n%.*s\n", (int)(length - rest), line);
        bool twice = strstr(next, whole.data) != NULL;
        bool known = strstr(text, begin.data) != NULL;
        free_bytes(&whole);
        free_bytes(&begin);
        if (twice)
            return "SHARED_BUFFER line";
        if (!known)
            return "WRONG_ADDRESS print";
    }
    return " closed";
}

/* A line that has not come: is one there that tells the same of another place?
 */
static const char *cause_of_line(const struct failure *f)
{
    const char *words = f->expected != NULL ? f->expected : "";
    const char *port = strstr(words, " port ");
    size_t length = strcspn(words, "0123456789:");
    if (f->program->serves != ONE && f->expected_length > 7 &&
        memcmp(words + f->expected_length - 7, " closed", 7) == 0)
        return cause_of_closed(f);
    bool data = strncmp(words, "received: ", 10) == 0 && f->at >= 10;
    if (data && (words[f->at] == '\r' || words[f->at] == '\n'))
        return " end of line";
    if (port == NULL || length == 0 || f->at < length)
        return data ? " data" : " line";
    const char *other = strstr(f->got, " port ");
    int wanted = atoi(port + 6), had = other ? atoi(other + 6) : 0;
    if (f->at >= (size_t)(port - words) && had == swap_bytes(wanted))
        return "BYTE_ORDER print";
    return memchr(words, ':', f->expected_length) != NULL
               ? "IPV4_ONLY print"
               : "WRONG_ADDRESS print";
}

/* The words are those of date_trouble and form_trouble in play.c. */
static const char *cause_of_date(const struct failure *f)
{
    static const char *const words[][2] = {{"nothing", " nothing"},
                                           {"nul", "TRAILING_NUL"},
                                           {"nuls", "TRAILING_NUL many"},
                                           {"short", "SHORT_SEND"},
                                           {"pointer", "POINTER_SIZE"},
                                           {"no newline", " no newline"},
                                           {"more", " form"},
                                           {"form", " form"},
                                           {"unpadded", "NOT_PADDED"},
                                           {"stale", "STALE_TIME"},
                                           {"year", " year"},
                                           {"month", " month"},
                                           {"hour", " hour"},
                                           {"micros", " micros"},
                                           {"utc", "WRONG_ZONE"},
                                           {"zone", "WRONG_ZONE other"}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(f->got, words[i][0]) == 0)
            return words[i][1];
    return NULL;
}

/* A client that did not come to our listening socket, and has ended. */
static const char *cause_of_absence(const struct failure *f)
{
    const struct program *p = f->program;
    if (f->peer == NULL || !p->ended)
        return NULL;
    if (is_on_ipv6(f->peer))
        return "IPV4_ONLY";
    if (!complains_of(p, "refused"))
        return NULL;
    return f->peer->last ? "FIRST_ADDRESS" : "WRONG_ADDRESS client";
}

/* Data that a program printed or saved, which are not all: where do they end?
 * The fixed words around them are "Received: " and a line end. */
static const char *cause_of_part(const struct failure *f)
{
    static const char words[] = "Received: ";
    size_t frame = sizeof words - 1, at = f->at;
    if (f->expected == NULL || f->got_length > at + 1 ||
        (f->got_length == at + 1 && f->got[at] != '\n'))
        return NULL; /* something else follows */
    if (f->expected_length < frame || memcmp(f->expected, words, frame) != 0)
        frame = 0;
    if (at <= frame)
        return NULL; /* none of them */
    if (f->expected_length == at + 1 && f->expected[at] == '\n')
        return " newline";
    if (f->peer == NULL)
        return NULL; /* lines that are shown, not data */
    if (f->kind == WRONG_FILE &&
        (f->peer->first == 0 || f->peer->first == f->peer->bytes_out))
        return NULL; /* it came in one piece */
    return f->peer->first == at - frame ? "ONE_RECV" : "SHORT_READ";
}

/* A request that ends too early: in the middle of a line? */
static const char *cause_of_request(const struct failure *f)
{
    if (f->got_length == 0 || memchr(f->got, '\n', f->got_length) != NULL)
        return NULL;
    return "SHORT_SEND";
}

static const char *cause_of_status(const struct failure *f)
{
    int status = f->program->status;
    if (f->program->signal != 0 || f->program->timed_out)
        return "WRONG_STATUS";
    if (status == 0)
        return "WRONG_STATUS zero";
    if (f->wanted == 0 && complains_of(f->program, "refused"))
        return "WRONG_ADDRESS client";
    if (f->wanted == 0 && status == 1 && f->program->errors.length > 0)
        return "WRONG_STATUS trouble";
    return f->wanted == 2 ? "WRONG_STATUS usage" : "WRONG_STATUS";
}

static const char *cause_of_message(const struct failure *f)
{
    const struct program *p = f->program;
    if (p->errors.length == 0 && p->output.length > 0 && p->status != 0)
        return "NO_MESSAGE output";
    if (p->ended &&
        p->status == 0) /* all was well, and a word about it is missing */
        return NULL;
    return p->status == 2 ? "NO_MESSAGE usage" : "NO_MESSAGE";
}

/* What the kind of failure alone says. */
static const char *cause_of_kind(const struct failure *f)
{
    switch (f->kind) {
    case TOO_MUCH:
        return "TOO_MUCH_OUTPUT";
    case NO_TIMEOUT:
        return "NO_TIMEOUT";
    case TOO_FAST:
        return "BURST";
    case SHORT_WAIT:
        return "WAIT_CUT short";
    case LEFT:
        return "LEFT_PROCESSES";
    case NOT_IDLE:
        return "SPINS";
    case MEMORY:
        return "MEMORY_GROWS";
    case WRONG_ANSWER: /* 503, as nothing can be opened any more */
        return f->activity.descriptors * 4 > f->program->files * 3 ? "FD_LEAK"
                                                                   : NULL;
    case WRONG_DATE:
        return cause_of_date(f);
    case WRONG_EXIT:
        return cause_of_status(f);
    case NO_MESSAGE:
        return cause_of_message(f);
    case WRONG_FILE:
        return f->program->ended &&
                       (f->program->status != 0 || f->program->signal != 0)
                   ? "PART_LEFT"
                   : cause_of_part(f);
    case WRONG_OUTPUT:
        return cause_of_part(f);
    case MISSING_OUTPUT:
        return cause_of_line(f);
    case EXTRA_OUTPUT:
        return f->program->listened ? " early" : "WAIT_CUT short";
    case WRONG_COUNT:
        return " count";
    case EMPTY_PIECE:
        return " empty";
    case EXTRA_BYTES:
        if (f->program->serves != ONE && f->peer != NULL && f->peer->shut)
            return " empty";
        return f->expected == NULL ? "SPINS" : NULL;
    case NOT_READING:
        if (f->peer == NULL || f->peer->over)
            return f->peer != NULL ? "NO_HALF_CLOSE both" : NULL;
        if (f->program->ended && f->program->status == 1 &&
            f->peer->port == f->program->told_port)
            return "WRONG_STATUS trouble"; /* a client that gave up */
        return NULL;
    case NO_CLIENT:
        return cause_of_absence(f);
    case EARLY_END:
    case SILENT:
        if (f->expected == NULL)
            return cause_of_request(f);
        return f->got_length > 0 ? "SHORT_SEND" : NULL;
    default:
        return NULL;
    }
}

static bool is_chat(const struct program *program)
{
    return program->serves == POLL ||
           strcmp(program->name, "chat_client") == 0 ||
           strcmp(program->name, "udp_chat") == 0;
}

/* A program that sleeps though something has come for it: what does it wait for?
 */
static const char *cause_of_block(const struct failure *f)
{
    bool server = f->program->serves == POLL, unread = false, unsent = false;
    if (f->program->ended || f->activity.busy || !f->activity.known)
        return NULL;
    for (size_t i = 0; i < f->socket_count; i++) {
        const struct socket_fact *s = &f->sockets[i];
        if (s->state == LISTENS)
            continue;
        /* An end of stream counts as one byte. */
        unread = unread || s->unread > (s->state == PEER_CLOSED);
        unsent = unsent || s->unsent > 0;
    }
    if (unread && unsent)
        return server ? "BLOCKS send" : "BLOCKS server";
    if (server && count_waiting(f) > 0 && has_connection(f))
        return "ONE_AT_A_TIME poll";
    if (unread)
        return server ? "BLOCKS" : "BLOCKS typing";
    if (count_unread_input(f->program) == 0 || f->kind == NOT_READING)
        return NULL;
    return server ? "BLOCKS" : "BLOCKS socket";
}

/* Where the line begins in which expected and got differ. */
static size_t find_line_start(const struct failure *f)
{
    size_t start = f->at;
    while (start > 0 && f->expected[start - 1] != '\n')
        start--;
    return start;
}

/* Whether lines that came in one piece were taken for one, or only the first of
 * them was used. */
static bool is_one_line(const struct failure *f)
{
    size_t start, prefix;
    if (f->expected == NULL || f->at > f->expected_length)
        return false;
    if (f->kind == MISSING_OUTPUT) { /* `ADDRESS port PORT: LINE` */
        struct bytes bare = {0};
        const char *text = strstr(f->expected, ": ");
        bool found = false;
        if (text != NULL && text[2] != '\0') {
            add_text(&bare, "\n%s\n", text + 2);
            found = strstr(f->program->output.data, bare.data) != NULL;
            free_bytes(&bare);
        }
        return found;
    }
    if (f->peer != NULL && f->peer->kind == DATAGRAMS)
        return f->kind == WRONG_BYTES && f->at == f->expected_length &&
               f->got_length > f->at + 1 && f->got[f->at] == '\n';
    start = find_line_start(f);
    if (start == 0)
        return false;
    if (f->kind == SILENT)
        return f->at == start && f->unread <= 0;
    const char *colon = memchr(f->expected, ':', start);
    prefix = colon != NULL ? (size_t)(colon - f->expected) + 2 : 0;
    return f->kind == WRONG_BYTES && prefix > 0 && f->at < start + prefix &&
           f->expected_length > start + prefix &&
           memcmp(f->expected, f->expected + start, prefix) == 0;
}

/* Whether what stands before each line (`NAME: `) stands in the middle of one. */
static bool is_in_pieces(const struct failure *f)
{
    if (f->kind != WRONG_BYTES || f->expected == NULL || f->peer == NULL ||
        f->peer->kind != CONNECTION || f->at == 0)
        return false;
    const char *colon = memchr(f->expected, ':', f->expected_length);
    size_t prefix = colon != NULL ? (size_t)(colon - f->expected) + 2 : 0;
    /* The first letters of it may be by chance those that were expected. */
    for (size_t at = f->at; at > find_line_start(f) && at + prefix > f->at;
         at--)
        if (has_at(f, at, f->expected, prefix))
            return true;
    return false;
}

/* Whether what came is what this client has said itself. */
static bool is_echo(const struct failure *f)
{
    const struct peer *peer = f->peer;
    if (peer == NULL || peer->kind != CONNECTION || f->got == NULL ||
        peer->said_length == 0 || f->at > f->got_length)
        return false;
    size_t start =
        f->expected != NULL && f->expected_length > 0 ? find_line_start(f) : 0;
    return f->got_length >= start + peer->said_length &&
           memcmp(f->got + start, peer->said, peer->said_length) == 0;
}

/* Whether the beginning of a line stands where the rest of it should: the next one
 * begins there, which is the same. */
static bool is_cut_short(const struct failure *f)
{
    return f->kind == WRONG_BYTES && f->expected != NULL && f->at > 0 &&
           f->at < f->expected_length && find_line_start(f) == 0 &&
           has_at(f, f->at, f->expected, f->at);
}

/* Whether a line has come without what is to stand before it, `NAME: `. */
static bool is_unnamed(const struct failure *f)
{
    if (f->expected == NULL || f->got == NULL || f->kind != WRONG_BYTES ||
        f->at >= f->expected_length || find_line_start(f) != f->at)
        return false;
    const char *line = f->expected + f->at;
    size_t left = f->expected_length - f->at;
    const char *end = memchr(line, '\n', left);
    size_t length = end != NULL ? (size_t)(end - line) : left;
    const char *text = memmem(line, length, ": ", 2);
    if (text == NULL)
        return false;
    text += 2;
    length -= (size_t)(text - line);
    return length > 0 && f->got_length - f->at >= length &&
           memcmp(f->got + f->at, text, length) == 0;
}

/* Whether the program has ended where it was to send a line with `exit` in it. */
static bool is_other_exit(const struct failure *f)
{
    if (f->expected == NULL || f->at >= f->expected_length ||
        f->program->serves == POLL || f->program->input_ends ||
        (f->program->ended ? f->program->status != 0 || f->program->signal != 0
                           : f->kind != EARLY_END))
        return false;
    const char *line = f->expected + find_line_start(f);
    size_t left = (size_t)(f->expected + f->expected_length - line);
    const char *end = memchr(line, '\n', left);
    return memmem(line, end != NULL ? (size_t)(end - line) : left, "exit", 4) !=
           NULL;
}

/* A last line without its LF that has not come, or not whole. */
static const char *cause_of_last_line(const struct failure *f)
{
    bool typed = f->program->input_ends && f->program->last_typed != '\0' &&
                 f->program->last_typed != '\n';
    if (f->expected == NULL || f->expected_length == 0 ||
        (!typed && !f->lf_missing) || f->kind == WRONG_BYTES)
        return NULL;
    if (f->kind != MISSING_OUTPUT && f->at + 1 == f->expected_length)
        return "LAST_LINE lf";
    return f->kind == MISSING_OUTPUT && !f->lf_missing ? NULL : "LAST_LINE";
}

/* Why a chat does not go on as it should; NULL: as for any other program. */
static const char *cause_of_chat(const struct failure *f)
{
    const struct program *p = f->program;
    bool server = p->serves == POLL;
    bool missing = f->kind == SILENT || f->kind == MISSING_OUTPUT;
    const char *cause;
    if (f->kind == NOT_IDLE && server) {
        bool unsent = false;
        for (size_t i = 0; i < f->socket_count; i++)
            unsent = unsent || f->sockets[i].unsent > 0;
        return p->input_ends ? "SPINS input"
               : unsent      ? "SPINS full"
                             : "SPINS poll";
    }
    if (f->activity.busy && f->activity.state == 'R')
        return NULL; /* SPINS */
    if (f->nudged)
        return "STDIO_INPUT";
    if (f->elsewhere)
        return "FIRST_SPEAKER";
    if (server && f->kind == WRONG_BYTES && is_echo(f))
        return "ECHOES";
    if (missing || f->kind == NOT_READING) {
        /* The signal that empties buffers also interrupts a call: no look at
         * f->flushed. */
        cause = cause_of_block(f);
        if (cause != NULL)
            return cause;
    }
    if (is_cut_short(f))
        return "SHORT_SEND";
    if (is_one_line(f))
        return "ONE_LINE";
    if (is_unnamed(f))
        return " unnamed";
    if (is_other_exit(f))
        return " no exit";
    if (is_in_pieces(f))
        return "PIECES";
    if ((missing || f->kind == EARLY_END) &&
        (cause = cause_of_last_line(f)) != NULL)
        return cause;
    if (server && (f->kind == EARLY_END || f->kind == WAS_RESET) &&
        f->peer != NULL && !f->peer->shut)
        return f->peer->narrow ? "DROPS_SLOW" : " dropped";
    if (f->kind == EXTRA_OUTPUT && !server)
        return " own line";
    if (!server && (f->kind == EXTRA_BYTES || f->kind == EXTRA_DATAGRAM) &&
        f->got != NULL && memmem(f->got, f->got_length, "exit", 4) != NULL)
        return "EXIT_SENT";
    if (f->kind == NO_EXIT && !server) {
        for (size_t i = 0; i < f->socket_count; i++)
            if (f->sockets[i].state == PEER_CLOSED && !p->input_ends)
                return "SERVER_GONE";
        return f->activity.sockets == 0 && !p->input_ends ? "SERVER_GONE"
                                                          : " on input";
    }
    if (strcmp(p->name, "udp_chat") == 0 && p->ended &&
        complains_of(p, "refused"))
        return "REFUSED_ENDS chat";
    if (f->kind != SILENT || p->ended || f->flushed || f->unread > 0)
        return NULL;
    if (f->got_length > 0)
        return f->peer->narrow ? "NO_POLLOUT" : NULL;
    if (p->last_typed != '\0')
        return " typed line";
    if (server)
        return " passed";
    return NULL;
}

static const char *choose(const struct failure *f)
{
    const char *cause = NULL;
    if (f->program == NULL)
        return NULL;
    if (find_report(&f->program->errors) != NULL)
        return "SANITIZER";
    if (f->kind == NO_CLIENT && f->peer != NULL && f->peer->decoy != -1 &&
        f->peer->program == NULL && f->got != NULL &&
        strcmp(f->got, "decoy") == 0)
        return "BYTE_ORDER";
    if (f->kind == TOO_MUCH || f->kind == LEFT)
        return cause_of_kind(f);
    bool datagrams = f->peer != NULL && f->peer->kind == DATAGRAMS;
    if (datagrams && f->kind == SILENT && f->peer->datagrams_out > 0 &&
        f->peer->last_out == 0 && f->program->signal == 0)
        return "EMPTY_DATAGRAM";
    cause = cause_of_end(f);
    if (cause == NULL)
        cause = !f->mixed                    ? f->cause
                : f->program->serves == POLL ? "SHARED_BUFFER lines"
                                             : "SHARED_BUFFER";
    if (cause == NULL && is_chat(f->program))
        cause = cause_of_chat(f);
    if (cause == NULL && datagrams)
        cause = cause_of_datagram(f);
    if (cause == NULL && f->kind == NOT_BOUND)
        return cause_of_place(f);
    if (cause == NULL && (f->kind == MISSING_OUTPUT || f->kind == WRONG_OUTPUT))
        cause = cause_of_udp_line(f);
    if (cause == NULL && f->kind == NO_EXIT && waits_for_datagram(f))
        return strstr(f->program->name, "_server") != NULL ? "TIME_OUT listens"
                                                           : "NO_TIMEOUT never";
    if (cause == NULL && f->kind == NOT_LISTENING)
        cause = cause_of_place(f);
    if (cause == NULL && f->kind == REFUSED && !listens(f))
        cause = "ACCEPTS_ONCE closed";
    if (cause == NULL && lacks_descriptors(f))
        cause = "FD_LEAK";
    if (cause == NULL)
        cause = cause_of_close(f);
    if (cause == NULL && f->expected != NULL)
        cause = cause_of_bytes(f);
    if (cause == NULL && !f->program->ended &&
        (f->kind == SILENT || f->kind == NO_END || f->kind == NO_EXIT ||
         f->kind == MISSING_OUTPUT || f->kind == NOT_READING ||
         f->kind == NO_CLIENT || f->kind == REFUSED))
        cause = cause_of_silence(f);
    return cause == NULL ? cause_of_kind(f) : cause;
}

const char *find_cause(const struct failure *failure, struct bytes *sentence)
{
    static char code[32];
    const char *cause = choose(failure);
    /* No kernel takes a part of so few bytes. */
    if (cause != NULL && strcmp(cause, "SHORT_SEND") == 0 &&
        failure->program != NULL && is_chat(failure->program) &&
        failure->expected_length < 100)
        cause = NULL;
    for (size_t i = 0; i < sizeof causes / sizeof causes[0]; i++)
        if (cause != NULL && strcmp(causes[i].code, cause) == 0) {
            add_text(sentence, "%s", causes[i].sentence);
            snprintf(code, sizeof code, "%.*s", (int)strcspn(cause, " "),
                     cause);
            return code;
        }
    return "";
}
