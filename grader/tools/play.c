/* play - plays a conversation with programs, and says where it went wrong.
 *
 *   play < script
 *
 * One command a line. Words are separated by blanks; a word or a part of one
 * may stand in "double quotes", with the escapes of C (\n \r \t \0 \\ \" \xHH),
 * or in 'single quotes', as it is. $name and ${name} stand for the value of a
 * variable, any bytes. A line that begins with # is a comment. DATA is one or
 * more words, which are joined.
 *
 * Each step waits for an event, never for a time. A step fails when nothing
 * has moved for 3 seconds and all programs sleep, or for 10 seconds though one
 * runs; the conversation ends there. At the end every program that the script
 * did not stop or see end must still run.
 *
 * Programs (P is a name that the script gives; output is a list of lines)
 *   start P [-files N] [-cut N] [-cutout N] [-disk N] [-serves HOW]
 *         [-on terminal] [NAME=value...] PROGRAM [ARGUMENT...]
 *       Starts the student's PROGRAM, or ours: reference:PROGRAM. Its standard
 *       input stays open. -files: most descriptors (default 256). -cut: no
 *       call moves more than N bytes on a stream socket (needs the shim);
 *       -cutout: no call that sends does. -disk: no file gets longer than N
 *       bytes, which is an error as on a full disk. -serves: it has many
 *       clients at a time, each by `threads` or `processes` of its own, or all
 *       by `poll` (for the diagnosis). -on terminal: its standard input and
 *       output are one.
 *   listening P [ADDRESS [PORT]]
 *       Waits until P has a listening socket, there (a dual-stack one will do).
 *       Sets P.port, and P.address for those who connect.
 *   says P DATA         the next lines of output up to one that is DATA
 *   logs P DATA         a line of all its output is DATA, wherever it stands
 *   lines P COUNT       its output has so many lines, or more
 *   never P DATA        no line of its output so far is DATA
 *   received P DATA     lines `received: PIECE`; the pieces make up DATA
 *   prints P DATA       all of its output, once it has ended, is DATA
 *   shows P DATA        the same, but CR and empty lines at the end are ignored
 *   mentions P DATA     standard error has DATA in it
 *   exits P STATUS      ends by itself with STATUS (0, 2, 1-2)
 *   fails P             ends with 1 and says `program: what it tried: why`
 *   complains P STATUS  ends with STATUS and says something on standard error
 *   input P DATA        writes to its standard input;  noinput P  ends that
 *   pour P DATA         the same as input, but what is not taken at once goes in
 *                       during the steps that follow
 *   kill P              ends it at once;  stop P  sends it SIGTERM
 *   idle P              it comes to rest: it does not spin
 *   lean P MIB          holds at most MIB of memory of its own
 *
 * Peers (C is a connection)
 *   port VARIABLE       a port that nobody uses or will be given
 *   listen L [ADDRESS]  listens (default 127.0.0.1). Sets L.port, and L.over,
 *                       which is 65536 more
 *   listen L last NAME  listens on the last of the addresses of a host name
 *   dead L [ADDRESS]    a port on which nobody listens. Sets L.port
 *   accept C L          waits for a program to connect
 *   connect C P|PORT [ADDRESS]   connects. Sets C.port, C.address
 *   small C             (before listen or connect: `small L`) small buffers
 *   narrow C            the same, and small segments: the kernel of the program
 *                       keeps about 100 KB for who does not read
 *   send C DATA         sends; waits until the kernel has taken all
 *   offer C DATA        the same, and a refusal is no failure
 *   stuff C DATA        sends as much as is taken without reading anything;
 *                       the rest goes out during the steps that follow, as
 *                       far as an `expect` of 10 seconds allows
 *   dribble C DATA      byte by byte, each once the last has been read
 *   taken C             waits until the program has read all that was sent
 *   expect C DATA       the next bytes are DATA
 *   until C END VAR     reads up to and with END
 *   only C DATA         reads to the end of stream: DATA, any number of times
 *   answered P C DATA   DATA has come on C as often as P has printed a line that
 *                       begins with `received: `, and none of these is empty
 *   end C               nothing more, and the end of stream
 *   gone C              the same; a reset will do
 *   told C              something in the program's own words, and the end of stream;
 *                       a reset behind the words will do
 *   shut C              closes our sending half;  close C;  reset C
 *   date C [ZONE [SECONDS.MICROS]]   the date and time of this connection, and
 *                       the end of stream; or the time that SHIM_TIME shows
 *   clock C [ZONE [SECONDS.MICROS]]  the same; zeros in front may be missing
 *
 * Many at once
 *   awaits C            it sends nothing more on C, and sleeps: our turn
 *   once P DATA         a line of all its output is DATA, and only one is
 *   paused C MS         the last answer came MS or more after the last question
 *   prompt C MS         one of the answers came within MS of its question
 *   weigh P             waits for rest, and notes what P and its children hold
 *   children P N [frozen]   so many more processes run than at `weigh`, none of
 *                       them holds the listening socket, and none has become a
 *                       zombie (frozen: some may have)
 *   freeze P;  thaw P   its first process stands still;  it goes on
 *   single P            it is one process with one thread
 *   clean P N           at rest it holds what it held at `weigh`, though N clients
 *                       have come since: threads, processes, descriptors, memory
 *
 * Chats (C may be a connection or a program, whose standard input or output is
 * meant; D too)
 *   cuts C D DATA THAT  DATA goes to C in two parts, the second one once the first
 *                       has been read, and THAT comes from D: for each place
 *                       where DATA can be cut
 *   flood C D DATA P LINE   DATA goes to C and comes from D, again and again, until
 *                       P has printed LINE; at most 16 MiB
 *
 * Datagrams (U and V are UDP sockets of ours)
 *   udp U [ADDRESS [PORT]]  a bound socket (default 127.0.0.1). Sets U.port
 *   nobody U [ADDRESS [PORT]]   the same, but it refuses all: whoever sends to
 *                       U.port learns that the port is unreachable (ICMP)
 *   dies U; revives U   from now on it refuses all; no longer
 *   bound P [ADDRESS [PORT]]    waits until P has a bound UDP socket, there.
 *                       Sets P.port, and P.address for those who send
 *   sendto U P|V|PORT DATA  sends a datagram, also an empty one ("")
 *   expect U DATA       the next datagram is DATA; an empty one is one, too.
 *                       Sets U.from and U.host, its sender's port and address
 *   datagram U VAR      the next datagram, into VAR. Sets VAR.length
 *   reply U DATA        answers the last datagram that U has received
 *   intrude V U DATA    the same, but the answer comes from V
 *   nag V U DATA        the same every 50 ms, until the next datagram comes to U
 *                       or the program ends; at most 6 seconds
 *   quiet U             no datagram waits at U: to be asked after an event that
 *                       proves that one would be there
 *   gap U MS            between the last two datagrams that U has received passed
 *                       at least that time
 *   message U P BEFORE AFTER  the next datagram is BEFORE, the time in
 *                       seconds since 1970, and AFTER
 *   sweep U P PREFIX BEFORE AFTER [HOST...]  P ends, and such a message has come
 *                       to each of PREFIX.1 to PREFIX.254, but for those HOSTs,
 *                       once (U is bound to 0.0.0.0)
 *   paced U MS          from the first to the last of them took that long
 *   forbid ADDRESS BITS (after alone) what is sent to the addresses with the
 *                       same first BITS is refused with EACCES
 *   encoding NAME       iconv() can write it, here and in the student's programs
 *   names USER MACHINE  sets both to expressions for match: the login name and
 *                       the host name
 *   warns P             one more line on standard error
 *   served P LOSS COUNT U [V]   sends P, a ping server, so many messages from U (or
 *                       V) without waiting for an answer, and expects one to each
 *                       but those whose count, modulo LOSS, is 1
 *   pattern U COUNT WAIT INTERVAL SLACK [STEP...]   U is to be the server of a
 *                       client that sends so many pings (see `pinged`), waits so
 *                       many milliseconds for an answer, and leaves so many
 *                       between two pings. Ping 1 is met with the first STEP,
 *                       and so on; after the last one comes the first again;
 *                       without a STEP no ping comes at all. A STEP is one or
 *                       more of these, with + between them, and with :MS behind
 *                       one that is to happen so long after the ping came:
 *                       answer, once more if it is the second; drop; late (the
 *                       answer goes when the next ping has come), behind (… and
 *                       has been answered); line (waits until the line about
 *                       the ping before is printed); die (U refuses all until
 *                       the line about the next ping is printed); strays: empty,
 *                       rubbish, long, cut (the first four bytes of the answer),
 *                       old (the answer to the ping before), coming (to the next
 *                       one), port, address (the answer from another port or
 *                       address); nag (all kinds of strays, every 20 ms)
 *   pinged [loss] [times] [clock] P U [P U...]   plays that with each P until all
 *                       have ended, and judges what they sent, when, and their
 *                       lines about the pings; loss: the line about it, and the
 *                       exit status; times: that line, each RTT, and that nothing
 *                       follows; clock: no RTT is far too short. A ping may come
 *                       later than it should by SLACK
 *
 * Web servers
 *   ask C P METHOD TARGET [FIELD...]   connects to P and sends a request over
 *                       HTTP/1.1, with Host and `Connection: close` unless a
 *                       FIELD (`Name: value`) has these names
 *   answer C STATUS [head] [open] [torn] [whole]   reads the answer, and the end
 *                       of the stream; 403|404: either. head: it has no body, as
 *                       after HEAD. open: the stream need not end. torn: it may
 *                       end by a reset. whole: the body is not cut off. Without
 *                       that word its length is looked at for status 200 alone. A
 *                       body in chunks, and 100 Continue, are right
 *   field NAME REGEX [anycase] [like TEXT]   the last answer has this field, and
 *                       its value matches (an extended expression)
 *   leads PATH          if it is a redirect, it leads to PATH on the same host
 *   stamp NAME now|SECONDS   the field is the time of this request, or that many
 *                       seconds after the epoch, as HTTP writes it
 *   body DATA           the body of the last answer is DATA
 *   pages               the last answer has a body, of the length that it says
 *   secret DATA         from now on no answer has DATA in its body
 *   drip C MS DATA      from now on a byte of DATA goes out every MS ms, and with
 *   sip C MS COUNT      COUNT bytes are read every MS ms: during the next three
 *   dropped C           within 8 seconds the program ends the connection
 *   deaf C              … nor takes what C, which drips, has to send
 *   freed P             within 8 seconds P has no more sockets than it had at
 *   sockets P           (notes how many it has)
 *   sipped C DATA       the rest of the answer comes; its body is DATA
 *   folder NAME;  fifo NAME;  link NAME TARGET (a symbolic one)
 *   sparse NAME BYTES   a file of so many zeros, which take no room
 *   append NAME DATA    writes DATA behind what is in a file
 *   age NAME SECONDS    the file was changed so many seconds after the epoch
 *   protect NAME VAR    nobody may read it: VAR is 403; root may: 200|403
 *   here VAR            the folder in which the programs run, absolute; VAR.target
 *                       is the same, encoded
 *
 * Data
 *   set VAR DATA;  fill VAR COUNT DATA  repeats it;
 *   random VAR COUNT [text]   COUNT bytes (K, M: times 1024), from SEED; text:
 *                       letters only. All three set VAR.length
 *   capitals VAR DATA   DATA with its ASCII letters in upper case
 *   match VAR REGEX [anycase] [like TEXT]   a line of it matches (an extended
 *                       expression); TEXT is such a line, for the student
 *   crlf VAR            every line ends in CR LF
 *   file NAME DATA      writes a file;  same NAME DATA  it is just this
 *   files [NAME...]     these are all the files in the folder
 *
 * Files that go over the wire
 *   first VAR COUNT DATA  its first COUNT bytes, or all;  base64 VAR DATA
 *   piece C COUNT       COUNT bytes of an object come
 *   object C NAME DATA  (the rest of) a JSON object comes, in any form, and the
 *                       end of the stream: filename is NAME, filedata is DATA
 *   gets P PROGRAM L DATA   starts PROGRAM -o in, which connects to L, is sent
 *                       DATA, and then the end
 *   holds P FOLDER [NAME...]    these are all its files
 *   refuses P FOLDER [NAME...]  the same, P fails, and there is nothing but FOLDER
 *   either P FOLDER     P fails and leaves nothing there, or ends with 0 and has
 *                       saved a file, which is removed
 *   twin NAME OLD       a second name of the file OLD (a hard link)
 *   usual NAME          it may be read and written by whom umask allows
 *   unreadable NAME     a file that nobody may read, or for root no such file
 *
 * The rest
 *   alone PORT...       a network of its own, or else the true ports
 *   ipv6                ::1 is needed
 *   twofold VARIABLE    a name with two addresses, ::1 and 127.0.0.1, where the
 *                       machine allows that; else it is localhost
 *   linux WHAT          the check needs WHAT, which only Linux has
 *   times N … done      repeats; $round counts from 1 to N, $back from N to 1
 *   patiently MS … done $wait is MS, $half, $quarter and $double what they say. If
 *                       `pinged` finds that a slow machine may be the reason for
 *                       what is wrong, all is done again, with six times MS
 *   later MS            lets time pass, where time itself is the subject
 *
 * Environment: BUILD and REFERENCE, the folders of the programs; TOOLS, that of
 * launch; SEED; LOGS and CHECK: where to write CHECK.verdict and CHECK.log when
 * the check fails (else: standard output); VERBOSE=1: CHECK.log in any case;
 * SHIM: set when the student's programs have it; ENCODES: 0 when their iconv()
 * cannot write GBK; SLOWNESS=20 where programs run so many times slower, as under
 * valgrind; TMPDIR. TZ is UTC0 unless the script sets it.
 *
 * Exit status: 0 passed, 1 failed, 2 the script is wrong, 77 the machine is not
 * fit for it, 78 the program was not built (one line says why). */
#define _GNU_SOURCE /* unshare, SOCK_CLOEXEC */
#include "commands.h"

#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netdb.h>
#include <regex.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/mount.h>
#endif

static void do_random(void)
{
    struct bytes *value = new_variable(word(1));
    unsigned long count = number(2);
    bool text = word_count > 3;
    char part[4096];
    while (value->length < count) {
        for (size_t i = 0; i < sizeof part; i += 8) {
            uint64_t bits = next_random();
            for (size_t k = i; k < i + 8; k++, bits >>= 8)
                part[k] = (char)(text ? 'a' + bits % 26 : bits & 0xff);
        }
        unsigned long left = count - value->length;
        add_bytes(value, part, left < sizeof part ? left : sizeof part);
    }
    set_number(word(1), ".length", count);
}

static void do_set(void)
{
    const struct bytes *data = data_from(2);
    set_data(word(1), data->data, data->length);
}

static void do_fill(void)
{
    struct bytes *value = new_variable(word(1));
    const struct bytes *data = data_from(3);
    for (unsigned long i = number(2); i > 0; i--)
        add_bytes(value, data->data, data->length);
    set_number(word(1), ".length", value->length);
}

static const struct bytes *variable_at(size_t i)
{
    const struct bytes *value = find_variable(word(i));
    if (value == NULL)
        wrong_script("no variable %s", word(i));
    return value;
}

static void do_match(void)
{
    struct bytes text = plain_lines(variable_at(1)), expected = {0}, got = {0};
    regex_t pattern;
    size_t next = 3;
    int any_case = 0;
    if (word_count > next && strcmp(word(next), "anycase") == 0)
        any_case = REG_ICASE, next++;
    bool like = word_count > next && strcmp(word(next), "like") == 0;
    if (regcomp(&pattern, word(2),
                REG_EXTENDED | REG_NEWLINE | REG_NOSUB | any_case) != 0)
        wrong_script("%s is no regular expression", word(2));
    bool found = regexec(&pattern, text.data, 0, NULL, 0) == 0;
    regfree(&pattern);
    if (!found) {
        if (like)
            add_text(&expected, "a line \"%s\"", word(next + 1));
        else
            add_text(&expected, "a line that matches %s", word(2));
        add_quoted(&got, variable_at(1)->data, variable_at(1)->length, 400);
        fail((struct failure){.kind = WRONG_REQUEST, .program = last_student()},
             expected.data, got.data);
    }
    free_bytes(&text);
}

static void do_crlf(void)
{
    const struct bytes *text = variable_at(1);
    struct bytes got = {0};
    size_t line = 0;
    for (size_t i = 0; i < text->length; i++) {
        if (text->data[i] != '\n')
            continue;
        if (i == 0 || text->data[i - 1] != '\r') {
            add_quoted(&got, text->data + line, i + 1 - line, 400);
            fail((struct failure){.kind = WRONG_REQUEST,
                                  .program = last_student()},
                 "every line ends in \\r\\n", got.data);
        }
        line = i + 1;
    }
}

static void do_file(void)
{
    const struct bytes *data = data_from(2);
    FILE *file = fopen(word(1), "w");
    if (file == NULL ||
        fwrite(data->data, 1, data->length, file) != data->length ||
        fclose(file) != 0)
        give_up_environment("cannot write %s: %s", word(1), strerror(errno));
}

/* Appends the names of the files in the folder. */
static void add_names(struct bytes *to)
{
    DIR *here = opendir(".");
    size_t before = to->length;
    for (struct dirent *entry; here && (entry = readdir(here)) != NULL;)
        if (strcmp(entry->d_name, ".") != 0 &&
            strcmp(entry->d_name, "..") != 0) {
            add_text(to, " ");
            add_escaped(to, entry->d_name, strlen(entry->d_name));
        }
    if (here != NULL)
        closedir(here);
    if (to->length == before)
        add_text(to, " nothing");
}

static void do_same(void)
{
    const struct bytes *data = data_from(2);
    struct bytes got = {0}, expected = {0};
    static char room[65536];
    FILE *file = fopen(word(1), "r");
    add_text(&expected, "a file %s", word(1));
    if (file == NULL) {
        add_text(&got, "none of that name; there is:");
        add_names(&got);
        fail_words(WRONG_FILE, last_student(), NULL, expected.data, "%s",
                   got.data);
    }
    add_bytes(&got, "", 0);
    for (size_t n; (n = fread(room, 1, sizeof room, file)) > 0;)
        add_bytes(&got, room, n);
    fclose(file);
    if (got.length != data->length ||
        memcmp(got.data, data->data, got.length) != 0) {
        note(LEFT_SIDE, "%s is not as expected", word(1));
        struct program *program = last_student();
        fail_bytes(WRONG_FILE, program, program ? peer_of(program) : NULL, data,
                   got.data, got.length);
    }
    note(LEFT_SIDE, "%s is as expected (%zu bytes)", word(1), got.length);
    free_bytes(&got);
    free_bytes(&expected);
}

static void do_files(void)
{
    struct bytes wanted = {0};
    DIR *here = opendir(".");
    add_text(&wanted, "no file but:");
    for (size_t i = 1; i < word_count; i++)
        add_text(&wanted, " %s", word(i));
    for (struct dirent *entry; here && (entry = readdir(here)) != NULL;) {
        size_t i = 1;
        while (i < word_count && strcmp(word(i), entry->d_name) != 0)
            i++;
        if (i < word_count || strcmp(entry->d_name, ".") == 0 ||
            strcmp(entry->d_name, "..") == 0)
            continue;
        struct bytes got = {0};
        add_escaped(&got, entry->d_name, strlen(entry->d_name));
        fail((struct failure){.kind = WRONG_FILE,
                              .program = last_student(),
                              .got = "left"},
             wanted.data, got.data);
    }
    if (here != NULL)
        closedir(here);
    free_bytes(&wanted);
}

#ifdef __linux__
/* Writes text to a file of /proc; returns whether that went well. */
static bool write_proc(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool done = fd != -1 && write(fd, text, strlen(text)) != -1;
    if (fd != -1)
        close(fd);
    return done;
}

/* Moves into a namespace of that kind (CLONE_NEW…), as root or by a user
 * namespace that keeps who we are. Returns whether this machine allows it. */
static bool enter_namespace(int kind)
{
    char map[64];
    uid_t user = geteuid();
    gid_t group = getegid();
    if (unshare(kind) == 0)
        return true;
    if (unshare(CLONE_NEWUSER | kind) == -1)
        return false;
    snprintf(map, sizeof map, "%u %u 1", user, user);
    if (!write_proc("/proc/self/uid_map", map))
        return false;
    write_proc("/proc/self/setgroups", "deny");
    snprintf(map, sizeof map, "%u %u 1", group, group);
    write_proc("/proc/self/gid_map", map);
    return true;
}

/* Moves into a network with a loopback of its own. */
static bool leave_network(void)
{
    if (!enter_namespace(CLONE_NEWNET))
        return false;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct ifreq loopback = {.ifr_name = "lo",
                             .ifr_flags = IFF_UP | IFF_RUNNING};
    bool up = fd != -1 && ioctl(fd, SIOCSIFFLAGS, &loopback) == 0;
    if (fd != -1)
        close(fd);
    return up;
}

/* Lets the file at path stand for /etc/hosts, for us and what we start. */
static bool replace_hosts(const char *path)
{
    return enter_namespace(CLONE_NEWNS) &&
           mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount(path, "/etc/hosts", NULL, MS_BIND, NULL) == 0;
}
#else
static bool leave_network(void)
{
    return false;
}

static bool replace_hosts(const char *path)
{
    (void)path;
    return false;
}
#endif

/* How many addresses a name has. */
static int count_addresses(const char *name)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list;
    int count = 0;
    if (getaddrinfo(name, NULL, &hints, &list) != 0)
        return 0;
    for (struct addrinfo *a = list; a != NULL; a = a->ai_next)
        count++;
    freeaddrinfo(list);
    return count;
}

/* A name with two addresses: one that only we know where the machine allows
 * that, else localhost, which has two on most. */
static void do_twofold(void)
{
    static const char name[] = "twofold.test", file[] = "hosts";
    bool known = false;
    FILE *hosts = fopen(file, "w");
    if (hosts != NULL) {
        fprintf(hosts, "::1 localhost %s\n127.0.0.1 localhost %s\n", name,
                name);
        known = fclose(hosts) == 0 && replace_hosts(file) &&
                count_addresses(name) == 2;
        unlink(file);
    }
    add_text(new_variable(word(1)), "%s", known ? name : "localhost");
    if (known)
        note(LEFT_SIDE, "(%s is ::1 and 127.0.0.1)", name);
}

bool own_network;

/* The fixed default ports are the subject: they must be ours alone. */
static void do_alone(void)
{
    if (leave_network()) {
        own_network = true;
        note(LEFT_SIDE, "(on a network of its own)");
        return;
    }
    while (!lock_name("workbook-grader-default-ports"))
        if (!wait_more(-1, 0, TICK))
            give_up_environment("another grader uses the default ports");
    for (size_t i = 1; i < word_count; i++)
        if (!is_free("127.0.0.1", (int)number(i)))
            give_up_environment(
                "port %s of this machine is in use or not allowed, and it "
                "gives no network namespace to ordinary users: try as root",
                word(i));
}

static void do_ipv6(void)
{
    int fd = socket(AF_INET6, SOCK_STREAM, 0);
    if (fd == -1 || bind_to(fd, "::1", 0) == 0)
        give_up_environment("this machine has no IPv6 loopback (::1)");
    close(fd);
}

static void do_linux(void)
{
#ifndef __linux__
    give_up_environment("%s is there on Linux only", word(1));
#endif
}

static void do_later(void)
{
    struct timespec wait = {(time_t)(number(1) / 1000),
                            (long)(number(1) % 1000) * 1000000};
    note(LEFT_SIDE, "lets %lu milliseconds pass", number(1));
    nanosleep(&wait, NULL);
}

/* One a line. */
/* clang-format off */
static const struct command {
    const char *name;
    void (*run)(void);
} commands[] = {
    {"accept", do_accept},
    {"age", do_age},
    {"alone", do_alone},
    {"answer", do_answer},
    {"answered", do_answered},
    {"append", do_append},
    {"ask", do_ask},
    {"awaits", do_awaits},
    {"base64", do_base64},
    {"body", do_body},
    {"bound", do_bound},
    {"capitals", do_capitals},
    {"children", do_children},
    {"clean", do_clean},
    {"clock", do_date},
    {"close", do_close},
    {"complains", do_complains},
    {"connect", do_connect},
    {"crlf", do_crlf},
    {"cuts", do_cuts},
    {"datagram", do_datagram},
    {"date", do_date},
    {"dead", do_dead},
    {"deaf", do_deaf},
    {"dies", do_dies},
    {"dribble", do_dribble},
    {"drip", do_drip},
    {"dropped", do_dropped},
    {"either", do_either},
    {"encoding", do_encoding},
    {"end", do_end},
    {"exits", do_exits},
    {"expect", do_expect},
    {"fails", do_fails},
    {"field", do_field},
    {"fifo", do_fifo},
    {"file", do_file},
    {"files", do_files},
    {"fill", do_fill},
    {"first", do_first},
    {"flood", do_flood},
    {"folder", do_folder},
    {"forbid", do_forbid},
    {"freed", do_freed},
    {"freeze", do_freeze},
    {"gap", do_gap},
    {"gets", do_gets},
    {"gone", do_end},
    {"here", do_here},
    {"holds", do_holds},
    {"idle", do_idle},
    {"input", do_input},
    {"intrude", do_intrude},
    {"ipv6", do_ipv6},
    {"kill", do_kill},
    {"later", do_later},
    {"leads", do_leads},
    {"lean", do_lean},
    {"lines", do_lines},
    {"link", do_link},
    {"linux", do_linux},
    {"listen", do_listen},
    {"listening", do_listening},
    {"logs", do_says},
    {"match", do_match},
    {"mentions", do_mentions},
    {"message", do_message},
    {"nag", do_nag},
    {"names", do_names},
    {"narrow", do_narrow},
    {"never", do_never},
    {"nobody", do_nobody},
    {"noinput", do_noinput},
    {"object", do_object},
    {"offer", do_send},
    {"once", do_once},
    {"only", do_only},
    {"paced", do_paced},
    {"pages", do_pages},
    {"pattern", do_pattern},
    {"paused", do_paused},
    {"piece", do_piece},
    {"pinged", do_pinged},
    {"port", do_port},
    {"pour", do_input},
    {"prints", do_prints},
    {"prompt", do_prompt},
    {"protect", do_protect},
    {"quiet", do_quiet},
    {"random", do_random},
    {"received", do_received},
    {"refuses", do_refuses},
    {"reply", do_reply},
    {"reset", do_close},
    {"revives", do_revives},
    {"same", do_same},
    {"says", do_says},
    {"secret", do_secret},
    {"send", do_send},
    {"sendto", do_sendto},
    {"served", do_served},
    {"set", do_set},
    {"shows", do_shows},
    {"shut", do_shut},
    {"single", do_single},
    {"sip", do_sip},
    {"sipped", do_sipped},
    {"small", do_small},
    {"sockets", do_sockets},
    {"sparse", do_sparse},
    {"stamp", do_stamp},
    {"start", do_start},
    {"stop", do_kill},
    {"stuff", do_stuff},
    {"sweep", do_sweep},
    {"taken", do_taken},
    {"thaw", do_freeze},
    {"told", do_told},
    {"twin", do_twin},
    {"twofold", do_twofold},
    {"udp", do_udp},
    {"unreadable", do_unreadable},
    {"until", do_until},
    {"usual", do_usual},
    {"warns", do_warns},
    {"weigh", do_weigh},
};
/* clang-format on */

static char **lines;
static size_t line_count;

static void read_script(void)
{
    char *line = NULL;
    size_t room = 0;
    while (getline(&line, &room, stdin) != -1) {
        lines = realloc(lines, (line_count + 1) * sizeof *lines);
        if (lines == NULL)
            err(125, "realloc");
        lines[line_count++] = line;
        line = NULL;
        room = 0;
    }
    free(line);
}

static void run_command(void)
{
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (strcmp(words[0].data, commands[i].name) == 0) {
            begin_step();
            commands[i].run();
            return;
        }
    wrong_script("unknown command %s", words[0].data);
}

static size_t run_lines(size_t from);

/* The first `done` from there on. */
static size_t find_done(size_t from)
{
    for (size_t i = from; i < line_count; i++)
        if (strncmp(lines[i], "done", 4) == 0)
            return i;
    wrong_script("no done");
}

/* Runs a block `patiently`, whose number of milliseconds is $wait. Where the
 * machine was too slow to tell right from wrong it is run once more, or twice,
 * with six times as much, and twelve times. Returns where it ends. */
static size_t run_patiently(size_t from)
{
    static const unsigned long times[ROUNDS] = {1, 6, 12};
    unsigned long wait = number(1);
    size_t end = from;
    for (int round = 1; round <= ROUNDS; round++) {
        unsigned long now = wait * times[round - 1];
        set_number("wait", "", now);
        set_number("half", "", now / 2);
        set_number("quarter", "", now / 4);
        set_number("double", "", 2 * now);
        begin_round(round);
        end = run_lines(from);
        if (!must_repeat())
            break;
    }
    begin_round(0);
    return end;
}

/* Runs the lines from `from` on, up to a `done`; returns that line's number or
 * the end of the script. */
static size_t run_lines(size_t from)
{
    for (size_t i = from; i < line_count; i++) {
        line_number = (unsigned)i + 1;
        read_words(lines[i]);
        if (word_count == 0)
            continue;
        if (strcmp(words[0].data, "done") == 0)
            return i;
        if (strcmp(words[0].data, "patiently") == 0) {
            i = run_patiently(i + 1);
            continue;
        }
        if (strcmp(words[0].data, "times") != 0) {
            run_command();
            if (must_repeat())
                return find_done(i);
            continue;
        }
        unsigned long rounds = number(1);
        size_t end = i, mark = 0;
        for (unsigned long round = 1; round <= rounds; round++) {
            set_number("round", "", round);
            set_number("back", "", rounds + 1 - round);
            end = run_lines(i + 1);
            if (round == 1)
                mark = mark_notes();
            else if (round < rounds)
                drop_notes(mark, round - 1);
        }
        i = end;
    }
    return line_count;
}

/* No program may have met a sanitizer or a part that is not written, and one
 * that was not told to end must still run. */
static void check_programs(void)
{
    begin_step();
    look_around(0);
    for (size_t i = 0; get_program(i) != NULL; i++) {
        struct program *program = get_program(i);
        if (program->reference)
            continue;
        if (find_report(&program->errors) != NULL)
            fail_words(SANITIZER, program, NULL, "no report of a sanitizer",
                       "one; see below");
        if (find_todo(program) != NULL)
            fail_words(DIED, program, NULL, "all parts are written",
                       "one is not");
        if (program->ended && !program->wanted_end)
            fail_words(DIED, program, NULL, "the program still runs", "%s",
                       say_end(program));
    }
}

int main(int argc, char *argv[])
{
    (void)argv;
    if (argc > 1) {
        fprintf(stderr, "usage: play < script (see the head of play.c)\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    set_zone("UTC0"); /* the same everywhere, for the programs too */
    read_script();
    seed_random();
    open_stage();
    run_lines(0);
    check_programs();
    finish();
}
