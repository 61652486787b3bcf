/* stage.c - see stage.h. */
#define _GNU_SOURCE /* nftw, strsep, strsignal */
#include "stage.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

enum {
    MOST_PROGRAMS = 128,
    MOST_PEERS = 4096,
    MOST_NOTES = 400,
    PEEK_MOST = 256,  /* bytes that are looked at before they are read */
    IDLE_MS = 3000,   /* nothing moves and every program sleeps */
    BUSY_MS = 10000,  /* nothing moves and one runs */
    TALK_MS = 20000,  /* nothing moves but standard output */
    LIMIT_MS = 90000, /* of the whole check */
    SETTLE_MS = 3000, /* a program that fails may end before it is judged */
    SAMPLE_MS = 50,   /* how often the programs are looked at */
    OUTPUT_MAX = 32 << 20,
    FILE_MAX = 256 << 20
};

unsigned line_number;

static struct program *programs[MOST_PROGRAMS];
static size_t program_count;
static struct peer *peers[MOST_PEERS];
static size_t peer_count;

static char folder[4096];
static long long began, step_began, last_progress, last_active, last_sample;
static long long last_output;
static long long last_run_ns;

/* One line of the record, or a stretch of a program's output. */
struct note {
    long long ms;
    enum side side;
    struct bytes text;
    struct program *program; /* output: whose, */
    bool errors;             /* which stream, */
    size_t from, to;         /* which bytes of it */
};
static struct note notes[MOST_NOTES];
static size_t note_count;
static bool failing; /* fail() has been called */
static unsigned long notes_lost;

long long now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The value of a variable that grade sets, or what stands for it. */
static const char *setting(const char *name, const char *otherwise)
{
    const char *value = getenv(name);
    return value != NULL && *value != '\0' ? value : otherwise;
}

/* --- the record ---------------------------------------------------------- */

/* A place for one more note: the last ones are kept when there are too many. */
static struct note *add_note(enum side side)
{
    if (note_count == MOST_NOTES) {
        size_t half = MOST_NOTES / 2;
        free_bytes(&notes[half].text);
        memmove(&notes[half], &notes[half + 1],
                (MOST_NOTES - half - 1) * sizeof notes[0]);
        note_count--;
        notes_lost++;
    }
    struct note *new = &notes[note_count++];
    *new = (struct note){.ms = now_ms() - began, .side = side};
    return new;
}

void note(enum side side, const char *format, ...)
{
    char text[512];
    va_list words;
    va_start(words, format);
    vsnprintf(text, sizeof text, format, words);
    va_end(words);
    add_text(&add_note(side)->text, "%s", text);
}

void note_bytes(enum side side, const char *what, const char *data,
                size_t length)
{
    struct note *new = add_note(side);
    add_text(&new->text, "%s ", what);
    add_quoted(&new->text, data, length, side == LEFT_SIDE ? 20 : 60);
}

void date_note(long long ms)
{
    if (note_count > 0)
        notes[note_count - 1].ms = ms - began;
}

/* Notes what a program has said since the last time, joined to its last note
 * when nothing has come between. */
static void note_output(struct program *program, bool errors)
{
    size_t *from = errors ? &program->logged_errors : &program->logged;
    size_t to = errors ? program->errors.length : program->output.length;
    struct note *last = note_count > 0 ? &notes[note_count - 1] : NULL;
    if (*from == to)
        return;
    if (last == NULL || last->program != program || last->errors != errors) {
        last = add_note(RIGHT_SIDE);
        last->program = program;
        last->errors = errors;
        last->from = *from;
    }
    last->to = *from = to;
}

size_t mark_notes(void)
{
    return note_count;
}

void drop_notes(size_t mark, unsigned long rounds)
{
    while (note_count > mark)
        free_bytes(&notes[--note_count].text);
    note(LEFT_SIDE, "(%lu more rounds like this one)", rounds);
}

/* Writes one note: time, left lane, arrow, right lane. */
static void write_note(FILE *log, const struct note *one)
{
    struct bytes text = {0};
    if (one->program != NULL) {
        const struct bytes *all =
            one->errors ? &one->program->errors : &one->program->output;
        add_text(&text, "%s prints%s ", one->program->name,
                 one->errors ? " (standard error)" : "");
        add_quoted(&text, all->data + one->from, one->to - one->from, 96);
    } else {
        add_bytes(&text, one->text.data, one->text.length);
    }
    fprintf(log, "  %3lld.%03lld ", one->ms / 1000, one->ms % 1000);
    if (one->side == LEFT_SIDE)
        fprintf(log, "%-42s |\n", text.data);
    else
        fprintf(log, "%42s | %s\n", "", text.data);
    free_bytes(&text);
}

static void write_notes(FILE *log)
{
    const struct program *student = last_student();
    fprintf(log, "  seconds %-42s | %s\n", "the grader",
            student ? student->name : "the program");
    for (size_t i = 0; i < note_count; i++) {
        if (notes_lost > 0 && i == MOST_NOTES / 2)
            fprintf(log, "          (%lu lines left out)\n", notes_lost);
        write_note(log, &notes[i]);
    }
}

/* --- programs ------------------------------------------------------------ */

struct program *find_program(const char *role)
{
    for (size_t i = program_count; i-- > 0;)
        if (strcmp(programs[i]->role, role) == 0)
            return programs[i];
    return NULL;
}

struct program *get_program(size_t i)
{
    return i < program_count ? programs[i] : NULL;
}

struct program *last_student(void)
{
    for (size_t i = program_count; i-- > 0;)
        if (!programs[i]->reference)
            return programs[i];
    return NULL;
}

/* Prints why a program is not there, for the reader of the results, and ends
 * the check. */
_Noreturn static void give_up_blocked(const char *path, const char *name)
{
    struct bytes log = {0};
    add_text(&log, "%s.build", path);
    if (access(log.data, F_OK) == 0)
        printf("%s does not compile\n", name);
    else
        printf("there is no %s.c\n", name);
    stop_programs();
    exit(78);
}

/* Sets the variables that every program gets. A descriptor or memory that is
 * lost is told by other means than a leak detector, which needs ptrace. */
static void set_environment(const struct start *how)
{
    char number[24];
    setenv("ASAN_OPTIONS",
           "detect_leaks=0:exitcode=99:color=never:quarantine_size_mb=1:"
           "thread_local_quarantine_size_kb=64:allocator_may_return_null=1",
           1);
    setenv("UBSAN_OPTIONS", "halt_on_error=1:print_stacktrace=1:color=never",
           1);
    setenv("TSAN_OPTIONS", "exitcode=99:color=never", 1);
    setenv("LC_ALL", "C", 1);
    setenv("SHIM_FLUSH", "1", 1);
    snprintf(number, sizeof number, "%d", how->cut);
    if (how->cut > 0)
        setenv("SHIM_CUT", number, 1);
    snprintf(number, sizeof number, "%d", how->cut_out);
    if (how->cut_out > 0)
        setenv("SHIM_CUT_OUT", number, 1);
    for (char *const *pair = how->environment; *pair != NULL; pair++)
        if (putenv(*pair) != 0)
            err(125, "set %s", *pair);
}

/* In the child: becomes the launcher with the program behind it. */
_Noreturn static void become_launcher(const struct start *how, const char *path,
                                      const int ends[4])
{
    static const char *words[64];
    char launcher[4200], files[24], bytes[24];
    size_t n = 0;
    snprintf(launcher, sizeof launcher, "%s/launch",
             setting("TOOLS", "build/tools"));
    snprintf(files, sizeof files, "%d", how->files);
    snprintf(bytes, sizeof bytes, "%d", how->disk > 0 ? how->disk : FILE_MAX);
    const char *options[] = {launcher, "-r", "3",   "-t", "120",    "-f",
                             files,    "-o", bytes, "-a", how->name};
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
        words[n++] = options[i];
    if (how->disk > 0)
        words[n++] = "-e";
    words[n++] = "--";
    words[n++] = path;
    for (size_t i = 0; how->arguments[i] != NULL && n < 63; i++)
        words[n++] = how->arguments[i];
    set_environment(how);
    /* The ends are above 3 for sure: 0, 1 and 2 are open, and so is /dev/null
     * on 3 (see open_stage). */
    for (int fd = 0; fd < 4; fd++)
        if (dup2(ends[fd], fd) == -1)
            err(125, "dup2");
    execv(launcher, (char *const *)words);
    err(125, "start %s", launcher);
}

static void make_pipe(int *ours, int *theirs, bool we_read)
{
    int ends[2];
    if (pipe(ends) == -1)
        err(125, "pipe");
    *ours = ends[we_read ? 0 : 1];
    *theirs = ends[we_read ? 1 : 0];
    fcntl(*ours, F_SETFD, FD_CLOEXEC);
    fcntl(*theirs, F_SETFD, FD_CLOEXEC);
    fcntl(*ours, F_SETFL, O_NONBLOCK);
}

/* Writes the command line as a person would type it. */
static void note_start(const struct start *how)
{
    struct bytes text = {0};
    if (how->cut > 0)
        add_text(&text, "(at most %d byte%s a call) ", how->cut,
                 how->cut == 1 ? "" : "s");
    if (how->disk > 0)
        add_text(&text, "(the disk is full after %d bytes) ", how->disk);
    if (how->cut_out > 0)
        add_text(&text, "(a call sends at most %d byte%s) ", how->cut_out,
                 how->cut_out == 1 ? "" : "s");
    for (char *const *pair = how->environment; *pair != NULL; pair++)
        add_text(&text, "%s ", *pair);
    add_text(&text, "%s%s", how->reference ? "the reference " : "./",
             how->name);
    for (char *const *word = how->arguments; *word != NULL; word++) {
        size_t length = strlen(*word);
        add_text(&text, " ");
        add_escaped(&text, *word, length < 200 ? length : 100);
        if (length >= 200)
            add_text(&text, "... (%zu bytes)", length);
    }
    note(RIGHT_SIDE, "$ %s", text.data);
    free_bytes(&text);
}

/* The file to run: the student's in BUILD, ours in REFERENCE; another lab's as
 * reference:01-tcp-client/hello_client. */
static void find_file(const struct start *how, char *path, size_t size)
{
    const char *room = setting(how->reference ? "REFERENCE" : "BUILD", ".");
    snprintf(path, size, "%s/%s%s", room,
             strchr(how->name, '/') != NULL ? "../" : "", how->name);
    if (access(path, X_OK) == 0)
        return;
    if (how->reference)
        wrong_script("no reference program %s", path);
    give_up_blocked(path, how->name);
}

/* Makes a terminal: what is written to *in is typed there, and *out has what the
 * program prints. It does not echo, so that all that comes is from the program,
 * and changes no line end. */
static void make_terminal(int *in, int *out, int theirs[2])
{
    struct termios settings;
    int master = posix_openpt(O_RDWR | O_NOCTTY), slave = -1;
    if (master != -1 && grantpt(master) == 0 && unlockpt(master) == 0)
        slave = open(ptsname(master), O_RDWR | O_NOCTTY);
    if (slave == -1 || tcgetattr(slave, &settings) == -1)
        give_up_environment("this machine gives no pseudo-terminals");
    settings.c_lflag &= ~(tcflag_t)ECHO;
    settings.c_oflag &= ~(tcflag_t)OPOST;
    tcsetattr(slave, TCSANOW, &settings);
    fcntl(master, F_SETFL, O_NONBLOCK);
    *in = fcntl(master, F_DUPFD_CLOEXEC, 4);
    *out = fcntl(master, F_DUPFD_CLOEXEC, 4);
    theirs[0] = fcntl(slave, F_DUPFD_CLOEXEC, 4);
    theirs[1] = fcntl(slave, F_DUPFD_CLOEXEC, 4);
    if (*in == -1 || *out == -1 || theirs[0] == -1 || theirs[1] == -1)
        err(125, "fcntl");
    close(master);
    close(slave);
}

struct program *start_program(const struct start *how)
{
    char path[4200];
    int ends[4], control[2];
    find_file(how, path, sizeof path);
    if (program_count == MOST_PROGRAMS)
        wrong_script("too many programs");
    struct program *new = calloc(1, sizeof *new);
    if (new == NULL)
        err(125, "calloc");
    snprintf(new->role, sizeof new->role, "%s", how->role);
    const char *slash = strrchr(how->name, '/');
    snprintf(new->name, sizeof new->name, "%s", slash ? slash + 1 : how->name);
    new->reference = how->reference;
    new->files = how->files;
    new->terminal = how->terminal;
    add_text(&new->arguments, " ");
    for (size_t i = 0; how->arguments[i] != NULL; i++) {
        add_text(&new->arguments, "%s ", how->arguments[i]);
        int port = atoi(how->arguments[i]);
        new->told_port = port > 0 && port < 131072 ? port : new->told_port;
        new->told_any = true;
        new->told_ipv6 |= strchr(how->arguments[i], ':') != NULL;
    }
    for (size_t i = 0; how->environment[i] != NULL; i++)
        new->fake_time |= strncmp(how->environment[i], "SHIM_TIME=", 10) == 0;
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, control) == -1)
        err(125, "socketpair");
    fcntl(control[0], F_SETFD, FD_CLOEXEC);
    fcntl(control[1], F_SETFD, FD_CLOEXEC);
    fcntl(control[0], F_SETFL, O_NONBLOCK);
    new->control = control[0];
    if (how->terminal) {
        make_terminal(&new->in, &new->out, ends);
    } else {
        make_pipe(&new->in, &ends[0], false);
        make_pipe(&new->out, &ends[1], true);
    }
    make_pipe(&new->err, &ends[2], true);
    ends[3] = control[1];
    note_start(how);
    add_bytes(&new->output, "", 0);
    add_bytes(&new->errors, "", 0);
    clock_gettime(CLOCK_REALTIME, &new->started);
    new->launcher = fork();
    if (new->launcher == -1)
        err(125, "fork");
    if (new->launcher == 0)
        become_launcher(how, path, ends);
    for (int i = 0; i < 4; i++)
        close(ends[i]);
    new->flushes = !new->reference &&getenv("SHIM") != NULL;
    programs[program_count++] = new;
    return new;
}

/* Reads one line of the launcher's report. */
static void read_report(struct program *program, const char *line)
{
    int number = 0;
    char word[16] = "";
    sscanf(line, "%15s %d", word, &number);
    if (strcmp(word, "pid") == 0) {
        program->pid = number;
    } else if (strcmp(word, "exit") == 0) {
        program->ended = true;
        program->status = number;
        note(RIGHT_SIDE, "%s ends with status %d", program->name, number);
    } else if (strcmp(word, "signal") == 0) {
        program->ended = true;
        program->signal = number;
        if (!program->wanted_end)
            note(RIGHT_SIDE, "%s is killed by signal %d (%s)", program->name,
                 number, strsignal(number));
    } else if (strcmp(word, "timeout") == 0) {
        program->ended = program->timed_out = true;
    } else if (strcmp(word, "left") == 0 && !program->wanted_end) {
        program->left = number;
    }
}

static void close_end(int *fd)
{
    if (*fd != -1)
        close(*fd);
    *fd = -1;
}

/* Takes in the launcher's report. At its end everything is gone. */
static void take_report(struct program *program)
{
    char text[512];
    ssize_t n = recv(program->control, text, sizeof text - 1, MSG_DONTWAIT);
    if (n == -1 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        close_end(&program->control);
        program->ended = true;
        waitpid(program->launcher, NULL, 0);
        return;
    }
    text[n] = '\0';
    for (char *rest = text, *line; (line = strsep(&rest, "\n")) != NULL;)
        if (*line != '\0')
            read_report(program, line);
}

/* Takes in what a program has written to one stream. Returns whether it has. */
static bool take_output(struct program *program, bool errors)
{
    static char room[65536];
    int *fd = errors ? &program->err : &program->out;
    struct bytes *all = errors ? &program->errors : &program->output;
    ssize_t n = read(*fd, room, sizeof room);
    bool enough = program->output.length + program->errors.length > OUTPUT_MAX;
    if (n > 0 && !enough)
        add_bytes(all, room, (size_t)n);
    else if (n == 0 || (n == -1 && errno != EAGAIN && errno != EINTR))
        close_end(fd);
    note_output(program, errors);
    if (enough && !failing)
        fail((struct failure){.kind = TOO_MUCH, .program = program},
             "an amount of output that a person could read",
             "more than 32 MB; the program was stopped");
    return n > 0;
}

void order(const struct program *program, char what)
{
    if (program->control != -1)
        send(program->control, &what, 1, 0);
}

void stop_programs(void)
{
    long long deadline = now_ms() + 5000;
    for (size_t i = 0; i < program_count; i++) {
        programs[i]->wanted_end = true;
        order(programs[i], 'k');
    }
    for (size_t i = 0; i < program_count; i++) {
        struct program *program = programs[i];
        while (program->control != -1 && now_ms() < deadline) {
            struct pollfd wait = {program->control, POLLIN, 0};
            poll(&wait, 1, 100);
            take_report(program);
        }
        for (int stream = 0; stream < 2; stream++) {
            while ((stream ? program->err : program->out) != -1 &&
                   program->output.length + program->errors.length <
                       OUTPUT_MAX / 2 &&
                   take_output(program, stream == 1))
                ;
            close_end(stream ? &program->err : &program->out);
        }
        close_end(&program->in);
        close_end(&program->control);
    }
}

/* --- standard input ------------------------------------------------------- */

/* Writes what it can of what is typed, and ends the input behind the last byte. */
static bool send_typed(struct program *program)
{
    struct bytes *typed = &program->typed;
    ssize_t n = 0;
    if (typed->length > program->typed_sent)
        n = write(program->in, typed->data + program->typed_sent,
                  typed->length - program->typed_sent);
    bool broken = n == -1 && errno != EAGAIN && errno != EINTR;
    if (n > 0)
        program->typed_sent += (size_t)n;
    if (program->typed_sent < typed->length && !broken)
        return n > 0;
    clear_bytes(typed);
    program->typed_sent = 0;
    if (!program->input_ends)
        return n > 0;
    /* On a terminal that is Ctrl-D, which behind a begun line only hands it over. */
    if (program->terminal && !broken)
        (void)!write(
            program->in, "\004\004",
            program->last_typed == '\0' || program->last_typed == '\n' ? 1 : 2);
    close_end(&program->in);
    return true;
}

void queue_input(struct program *program, const char *data, size_t length)
{
    if (program->in == -1 || length == 0)
        return;
    add_bytes(&program->typed, data, length);
    program->last_typed = data[length - 1];
    send_typed(program);
}

void end_input(struct program *program)
{
    program->input_ends = true;
    if (program->in != -1)
        send_typed(program);
}

size_t count_unread_input(const struct program *program)
{
    int unread = 0;
    size_t queued = program->typed.length - program->typed_sent;
    if (program->in != -1 && !program->terminal &&
        ioctl(program->in, FIONREAD, &unread) == -1)
        unread = 0;
    return queued + (size_t)unread;
}

/* --- peers --------------------------------------------------------------- */

struct peer *find_peer(const char *role)
{
    for (size_t i = peer_count; i-- > 0;)
        if (strcmp(peers[i]->role, role) == 0)
            return peers[i];
    return NULL;
}

struct peer *peer_of(const struct program *program)
{
    for (size_t i = peer_count; i-- > 0;)
        if (peers[i]->kind == CONNECTION && peers[i]->program == program)
            return peers[i];
    return NULL;
}

struct peer *get_peer(size_t i)
{
    return i < peer_count ? peers[i] : NULL;
}

void close_peer(struct peer *peer)
{
    close_end(&peer->fd);
    close_end(&peer->decoy);
    free_bytes(&peer->pending);
    free_bytes(&peer->question);
}

struct peer *new_peer(const char *role)
{
    struct peer *peer = find_peer(role);
    if (peer != NULL) {
        close_peer(peer);
    } else {
        if (peer_count == MOST_PEERS)
            wrong_script("too many peers");
        peer = peers[peer_count++] = malloc(sizeof *peer);
        if (peer == NULL)
            err(125, "malloc");
    }
    *peer = (struct peer){.fd = -1, .decoy = -1};
    snprintf(peer->role, sizeof peer->role, "%s", role);
    clock_gettime(CLOCK_REALTIME, &peer->born);
    return peer;
}

void queue_bytes(struct peer *peer, const char *data, size_t length)
{
    add_bytes(&peer->pending, data, length);
}

/* Sends what it can of the queue, and closes our half behind the last byte. */
static bool send_pending(struct peer *peer)
{
    size_t left = peer->pending.length - peer->sent;
    ssize_t n =
        send(peer->fd, peer->pending.data + peer->sent, left, MSG_DONTWAIT);
    if (n == -1 && errno != EAGAIN && errno != EINTR)
        peer->broken = true;
    if (n > 0) {
        peer->sent += (size_t)n;
        peer->bytes_out += (unsigned long)n;
    }
    if (peer->broken || peer->sent == peer->pending.length) {
        peer->sent = 0;
        clear_bytes(&peer->pending);
        if (peer->shut_after)
            shutdown(peer->fd, SHUT_WR);
        peer->shut_after = false;
    }
    return n > 0;
}

/* --- waiting ------------------------------------------------------------- */

void progress(void)
{
    last_progress = now_ms();
}

void begin_step(void)
{
    step_began = now_ms();
    progress();
}

/* Notes whether any program has run since the last sample. */
static void sample_programs(void)
{
    long long now = now_ms(), run_ns = 0;
    bool busy = false, known = true;
    if (now - last_sample < SAMPLE_MS)
        return;
    last_sample = now;
    for (size_t i = 0; i < program_count; i++)
        if (programs[i]->control != -1 &&
            (programs[i]->ended || programs[i]->pid <= 0)) {
            busy = true; /* its launcher is at work */
        } else if (!programs[i]->ended) {
            struct activity activity = look_at(programs[i]->pid);
            run_ns += activity.run_ns;
            busy = busy || activity.busy;
            known = known && activity.known;
        }
    /* One that wakes up now and then for nothing does not run. */
    if (busy || !known || run_ns - last_run_ns > SAMPLE_MS * 1000000LL / 50)
        last_active = now;
    last_run_ns = run_ns;
}

/* What to poll for: fd, every open end of a program, every queue. */
struct watch {
    struct pollfd fds[4 * MOST_PROGRAMS + 64];
    void *whose[4 * MOST_PROGRAMS + 64];
    nfds_t count;
};

static void watch(struct watch *all, int fd, short events, void *whose)
{
    if (fd != -1 && all->count < sizeof all->fds / sizeof all->fds[0]) {
        all->fds[all->count] = (struct pollfd){fd, events, 0};
        all->whose[all->count++] = whose;
    }
}

/* Handles one descriptor that poll found ready. */
static void take(const struct pollfd *ready, void *whose)
{
    for (size_t i = 0; i < program_count; i++) {
        struct program *program = programs[i];
        if (program != whose)
            continue;
        if (ready->fd == program->control)
            take_report(program);
        else if (ready->fd == program->in) {
            if (send_typed(program))
                progress();
        } else if (take_output(program, ready->fd == program->err) &&
                   ready->fd == program->out)
            last_output = now_ms();
        return;
    }
    if (send_pending(whose))
        progress();
}

/* Waits at most tick_us for something to happen, and handles it; fd is only
 * waited for. Returns whether fd is ready. */
static bool look(int fd, short events, long tick_us)
{
    static struct watch all;
    all.count = 0;
    watch(&all, fd, events, NULL);
    for (size_t i = 0; i < program_count; i++) {
        struct program *program = programs[i];
        watch(&all, program->out, POLLIN, program);
        watch(&all, program->err, POLLIN, program);
        watch(&all, program->control, POLLIN, program);
        if (program->typed.length > 0)
            watch(&all, program->in, POLLOUT, program);
    }
    for (size_t i = 0; i < peer_count; i++)
        if (peers[i]->fd != -1 && peers[i]->pending.length > 0)
            watch(&all, peers[i]->fd, POLLOUT, peers[i]);
    /* Less than a millisecond is a turn for the others, and a look. */
    if (tick_us < 1000)
        sched_yield();
    if (poll(all.fds, all.count, (int)(tick_us / 1000)) <= 0)
        return false;
    bool ready = fd != -1 && all.fds[0].revents != 0;
    for (nfds_t i = 0; i < all.count; i++)
        if (all.fds[i].revents != 0 && all.whose[i] != NULL)
            take(&all.fds[i], all.whose[i]);
    return ready;
}

void look_around(long tick_us)
{
    (void)look(-1, 0, tick_us);
}

/* Patience is for failing programs: nobody else meets it. */
static bool patience_is_over(void)
{
    long long now = now_ms(), quiet = now - last_progress;
    long long still = last_output > last_progress ? now - last_output : quiet;
    if (now - began > LIMIT_MS || still > BUSY_MS || quiet > TALK_MS)
        return true;
    return still > IDLE_MS && now - last_active > IDLE_MS;
}

bool wait_more(int fd, short events, long tick_us)
{
    bool ready = look(fd, events, tick_us);
    sample_programs();
    /* On a busy machine it may be we who were late. */
    return (ready && now_ms() - began <= LIMIT_MS) || !patience_is_over();
}

/* --- the end ------------------------------------------------------------- */

static int remove_one(const char *path, const struct stat *info, int flag,
                      struct FTW *place)
{
    (void)info, (void)flag, (void)place;
    return remove(path);
}

static void close_stage(void)
{
    stop_programs();
    if (folder[0] != '\0' && chdir("/") == 0)
        nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void open_stage(void)
{
    began = now_ms();
    snprintf(folder, sizeof folder, "%s/play-XXXXXX",
             setting("TMPDIR", "/tmp"));
    if (mkdtemp(folder) == NULL)
        err(125, "make a folder %s", folder);
    if (chdir(folder) == -1)
        err(125, "go to %s", folder);
    /* Descriptors 0 to 3 are taken, so that no pipe gets one of them. */
    for (int fd; (fd = open("/dev/null", O_RDWR)) != -1;)
        if (fd > 3) {
            close(fd);
            break;
        }
    atexit(close_stage);
}

/* Opens the file of this check that ends in suffix, or standard output. */
static FILE *open_result(const char *suffix)
{
    char path[4200];
    const char *logs = getenv("LOGS");
    if (logs == NULL)
        return stdout;
    snprintf(path, sizeof path, "%s/%s%s", logs, setting("CHECK", "0"), suffix);
    FILE *file = fopen(path, "w");
    if (file == NULL)
        err(125, "write %s", path);
    return file;
}

/* Writes one `key: value` line; no byte of the value can end it early. */
static void write_value(FILE *file, const char *key, const char *value)
{
    fprintf(file, "%s: ", key);
    for (; *value != '\0'; value++)
        putc(*value >= ' ' && *value <= '~' ? *value : '?', file);
    putc('\n', file);
}

/* Writes what programs said on standard error, line by line, at most 40; where
 * one has failed, only of that one. */
static void write_errors(FILE *log, const struct program *failed)
{
    for (size_t i = 0; i < program_count; i++) {
        const struct program *program = programs[i];
        if (program->errors.length == 0 || program->reference ||
            (failed != NULL && program != failed))
            continue;
        fprintf(log, "\n  standard error of %s:\n", program->name);
        const char *line = program->errors.data;
        const char *report = find_report(&program->errors);
        if (report != NULL)
            line = report;
        const char *end = program->errors.data + program->errors.length;
        for (int count = 0; line < end && count < 40; count++) {
            const char *next = memchr(line, '\n', (size_t)(end - line));
            size_t length = (size_t)((next ? next : end) - line);
            struct bytes text = {0};
            if (report != NULL && strncmp(line, "Shadow bytes", 12) == 0)
                break; /* what follows helps only who wrote the sanitizer */
            add_escaped(&text, line, length < 200 ? length : 200);
            fprintf(log, "    %s\n", text.data ? text.data : "");
            free_bytes(&text);
            line = next ? next + 1 : end;
        }
    }
}

/* Waits until a program that may be about to end has ended or sleeps. */
static void settle(const struct program *program)
{
    long long deadline = now_ms() + SETTLE_MS, run_ns = -1;
    while (program != NULL && program->control != -1 && now_ms() < deadline) {
        struct activity activity = look_at(program->pid);
        /* A zombie has ended: the launcher is about to say so. */
        if (!program->ended && activity.known && !activity.busy &&
            activity.state != 'Z' && activity.run_ns == run_ns)
            break;
        run_ns = activity.run_ns;
        look_around(20000);
    }
    look_around(0);
}

/* When something is missing and the program sleeps: has it put it into a
 * buffer of stdio? The shim's handler empties those. */
static bool comes_when_flushed(const struct failure *failure)
{
    struct program *program = failure->program;
    if (program == NULL || !program->flushes || program->ended ||
        program->pid <= 0)
        return false;
    size_t before = program->output.length;
    kill(program->pid, SIGWINCH);
    for (int i = 0; i < 15; i++) {
        look_around(20000);
        char byte;
        if (failure->kind == MISSING_OUTPUT && program->output.length > before)
            return true;
        if (failure->kind == SILENT && failure->peer != NULL &&
            recv(failure->peer->fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 1)
            return true;
    }
    return false;
}

/* Whether that is what has come there and nobody has read yet, at its beginning. */
static bool begins_with(const struct peer *peer, const char *data,
                        size_t length)
{
    char room[PEEK_MOST];
    if (peer->fd == -1 || length == 0)
        return false;
    length = length < sizeof room ? length : sizeof room;
    ssize_t n = recv(peer->fd, room, sizeof room, MSG_DONTWAIT | MSG_PEEK);
    return n >= (ssize_t)length && memcmp(room, data, length) == 0;
}

/* The same for data two times, if that is not longer than what is looked at. */
static bool has_twice(const struct peer *peer, const char *data, size_t length)
{
    struct bytes twice = {0};
    if (2 * length > PEEK_MOST)
        return false;
    add_bytes(&twice, data, length);
    add_bytes(&twice, data, length);
    bool has = begins_with(peer, twice.data, twice.length);
    free_bytes(&twice);
    return has;
}

/* Whether the last that we sent there has no LF at its end, as far as it is known.
 */
static bool is_inside_line(const struct peer *peer)
{
    return peer->said_length > 0 && peer->said_length < sizeof peer->said &&
           peer->said[peer->said_length - 1] != '\n';
}

static bool ends_inside_line(const struct peer *peer)
{
    return is_inside_line(peer) && (peer->shut || peer->fd == -1);
}

/* When something is missing, and the program has read all that was typed: does it
 * come when one more line is typed? Then it was in a buffer of stdio, where poll()
 * does not see it. */
static bool comes_when_typed(const struct failure *failure)
{
    struct program *program = failure->program;
    struct peer *peer = failure->peer;
    size_t more = failure->expected_length - failure->at;
    const char *line = NULL, *end = NULL;
    if (program == NULL || program->ended || program->last_typed == '\0' ||
        program->input_ends || peer == NULL || peer->fd == -1 || more == 0 ||
        failure->expected == NULL || count_unread_input(program) > 0)
        return false;
    line = failure->expected + failure->at;
    end = memchr(line, '\n', more);
    queue_input(program, "?\n", 2);
    for (int i = 0; i < 15; i++) {
        look_around(20000);
        if (begins_with(peer, line,
                        end != NULL ? (size_t)(end + 1 - line) : more))
            return true;
    }
    return false;
}

/* Looks whether another connection to the program has got what is missing on that
 * of the failure, or the other way round. */
static void look_at_others(struct failure *failure)
{
    const struct peer *here = failure->peer;
    if (here == NULL || failure->expected == NULL)
        return;
    for (size_t i = 0; i < peer_count; i++)
        if (peers[i] != here && peers[i]->kind == DATAGRAMS &&
            here->kind == DATAGRAMS &&
            begins_with(peers[i], failure->expected, failure->expected_length))
            failure->elsewhere = true;
    if (here->program == NULL)
        return;
    for (size_t i = 0; i < peer_count; i++) {
        const struct peer *other = peers[i];
        if (other->program == here->program && ends_inside_line(other))
            failure->lf_missing = true;
        if (other == here || other->program != here->program ||
            other->kind != CONNECTION)
            continue;
        if (has_twice(other, failure->expected, failure->expected_length))
            failure->doubled = true;
        /* Three letters may be the same by chance. */
        if (failure->got != NULL && other->said_length > 3 &&
            (here->program->serves != POLL || is_inside_line(other)) &&
            memmem(failure->got, failure->got_length, other->said,
                   other->said_length) != NULL &&
            memmem(failure->expected, failure->expected_length, other->said,
                   other->said_length) == NULL)
            failure->mixed = true;
    }
}

/* Looks at the failing program from outside, before it is stopped. */
static void gather_facts(struct failure *failure)
{
    struct program *program = failure->program;
    settle(program);
    look_at_others(failure);
    failure->unread = -1;
    if (failure->peer != NULL && failure->peer->kind == CONNECTION &&
        failure->peer->fd != -1)
        failure->unread = unread_by_peer(failure->peer->fd);
    if (program == NULL || program->ended || program->pid <= 0)
        return;
    failure->activity = look_at(program->pid);
    failure->socket_count =
        find_sockets(program->pid, ALL_SOCKETS, failure->sockets,
                     sizeof failure->sockets / sizeof failure->sockets[0]);
    if (failure->kind == SILENT || failure->kind == MISSING_OUTPUT)
        failure->flushed = comes_when_flushed(failure);
    if (failure->kind == SILENT && !failure->flushed)
        failure->nudged = comes_when_typed(failure);
}

const char *find_todo(const struct program *program)
{
    static char line[200];
    if (program == NULL || program->errors.data == NULL)
        return NULL;
    const char *todo = strstr(program->errors.data, "TODO ");
    const char *tail = todo ? strstr(todo, " is not written yet") : NULL;
    if (tail == NULL || tail - todo >= (long)sizeof line)
        return NULL;
    snprintf(line, sizeof line, "%.*s", (int)(tail - todo), todo);
    return line;
}

/* Appends what a sanitizer reports in one line: the kind of error, and the
 * first line of the program's own source that its report names. */
static void add_report(struct bytes *to, const struct program *program)
{
    char source[NAME_SIZE + 4];
    const char *report = find_report(&program->errors);
    const char *what = strstr(report, "Sanitizer: ");
    const char *end = strchr(report, '\n');
    if (what != NULL && end != NULL && what < end) {
        size_t length = strcspn(what + 11, "\n");
        const char *where = strstr(what, " on ");
        if (where != NULL && where < end)
            length = (size_t)(where - what) - 11;
        add_escaped(to, what + 11, length);
        snprintf(source, sizeof source, "%s.c:", program->name);
        const char *file = strstr(end, source);
        if (file != NULL) {
            add_text(to, " at ");
            add_escaped(to, file, strcspn(file, "\n"));
        }
    } else {
        add_escaped(to, report, strcspn(report, "\n"));
    }
}

void fail(struct failure failure, const char *expected, const char *got)
{
    failing = true;
    note(LEFT_SIDE, ">>> here it differs");
    gather_facts(&failure);
    struct bytes sentence = {0};
    const char *cause = find_cause(&failure, &sentence);
    struct bytes report = {0};
    if (strcmp(cause, "SANITIZER") == 0) {
        add_report(&report, failure.program);
        expected = "no report of a sanitizer";
        got = report.data;
        failure.mark = 0;
    }
    const char *todo = find_todo(failure.program);
    if (todo != NULL)
        cause = "NOT_WRITTEN";
    stop_programs();
    FILE *verdict = open_result(".verdict");
    write_value(verdict, "cause", cause);
    write_value(verdict, "sentence", sentence.data ? sentence.data : "");
    write_value(verdict, "expected", expected);
    write_value(verdict, "got", got);
    if (failure.mark > 0)
        fprintf(verdict, "mark: %zu\n", failure.mark);
    if (todo != NULL)
        write_value(verdict, "todo", todo);
    if (failure.program != NULL)
        write_value(verdict, "program", failure.program->name);
    if (verdict != stdout)
        fclose(verdict);
    FILE *log = open_result(".log");
    write_notes(log);
    write_errors(log, failure.program);
    if (log != stdout)
        fclose(log);
    exit(1);
}

void finish(void)
{
    stop_programs();
    if (*setting("VERBOSE", "") != '\0') {
        FILE *log = open_result(".log");
        write_notes(log);
        write_errors(log, NULL);
        if (log != stdout)
            fclose(log);
    }
    exit(0);
}

void give_up_environment(const char *format, ...)
{
    va_list words;
    va_start(words, format);
    vprintf(format, words);
    va_end(words);
    putchar('\n');
    exit(77);
}

void wrong_script(const char *format, ...)
{
    va_list words;
    fprintf(stderr, "play: line %u: ", line_number);
    va_start(words, format);
    vfprintf(stderr, format, words);
    va_end(words);
    putc('\n', stderr);
    exit(2);
}
