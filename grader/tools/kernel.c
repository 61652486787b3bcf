/* kernel.c - see kernel.h. */
#define _GNU_SOURCE /* as the kernel headers want it */
#include "kernel.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#ifdef __linux__

#include <dirent.h>
#include <errno.h>
#if __has_include(<linux/inet_diag.h>)
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#endif
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST_PIDS = 256, MOST_INODES = 512 };

/* The kernel's numbers (include/net/tcp_states.h), as /proc/net/tcp shows them. */
enum { TCP_ESTABLISHED = 1, TCP_CLOSE_WAIT = 8, TCP_LISTEN = 10 };

/* Fills pids with pid and its descendants; returns how many. Without
 * CONFIG_PROC_CHILDREN it is pid alone. */
static size_t find_family(pid_t pid, pid_t pids[MOST_PIDS])
{
    size_t count = 0;
    pids[count++] = pid;
    for (size_t i = 0; i < count; i++) {
        char path[64];
        snprintf(path, sizeof path, "/proc/%d/task", (int)pids[i]);
        DIR *tasks = opendir(path);
        if (tasks == NULL)
            continue;
        for (struct dirent *task; (task = readdir(tasks)) != NULL;) {
            char file[400];
            snprintf(file, sizeof file, "%s/%s/children", path, task->d_name);
            FILE *children = fopen(file, "re");
            int child;
            while (children && count < MOST_PIDS &&
                   fscanf(children, "%d", &child) == 1)
                pids[count++] = child;
            if (children)
                fclose(children);
        }
        closedir(tasks);
    }
    return count;
}

/* Fills inodes with those of the sockets that pid holds, behind the `count`
 * that are there; returns the new count. *open counts all descriptors. */
static size_t find_inodes(pid_t pid, unsigned long inodes[MOST_INODES],
                          size_t count, int *open)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
    DIR *fds = opendir(path);
    if (fds == NULL)
        return count;
    for (struct dirent *fd; (fd = readdir(fds)) != NULL;) {
        if (fd->d_name[0] == '.')
            continue;
        char target[64] = "";
        ssize_t n = readlinkat(dirfd(fds), fd->d_name, target, 63);
        *open += 1;
        if (n > 8 && strncmp(target, "socket:[", 8) == 0 && count < MOST_INODES)
            inodes[count++] = strtoul(target + 8, NULL, 10);
    }
    closedir(fds);
    return count;
}

/* Turns the hexadecimal address of /proc/net/tcp{,6} into text. It is printed
 * as 32-bit words in host order. */
static void read_address(const char *hex, char text[INET6_ADDRSTRLEN])
{
    uint32_t words[4] = {0};
    size_t count = strlen(hex) / 8;
    for (size_t i = 0; i < count && i < 4; i++) {
        char word[9] = "";
        memcpy(word, hex + 8 * i, 8);
        words[i] = (uint32_t)strtoul(word, NULL, 16);
    }
    if (count == 4 && words[0] == 0 && words[1] == 0 &&
        words[2] == htonl(0xffff))
        inet_ntop(AF_INET, &words[3], text, INET6_ADDRSTRLEN);
    else
        inet_ntop(count == 4 ? AF_INET6 : AF_INET, words, text,
                  INET6_ADDRSTRLEN);
}

struct table_line {
    char address[33], peer[33];
    unsigned port, peer_port, state, unsent, unread;
    unsigned long inode;
};

/* Reads one line of a table in /proc/net; returns whether it was one. */
static bool read_line(FILE *table, struct table_line *line)
{
    char text[512];
    while (fgets(text, sizeof text, table) != NULL)
        if (sscanf(text,
                   " %*d: %32[0-9A-F]:%x %32[0-9A-F]:%x %x %x:%x %*s %*s %*s "
                   "%*s %lu",
                   line->address, &line->port, line->peer, &line->peer_port,
                   &line->state, &line->unsent, &line->unread,
                   &line->inode) == 8)
            return true;
    return false;
}

static enum socket_state name_state(unsigned state, bool udp)
{
    if (udp)
        return BOUND;
    return state == TCP_LISTEN        ? LISTENS
           : state == TCP_ESTABLISHED ? CONNECTED
           : state == TCP_CLOSE_WAIT  ? PEER_CLOSED
                                      : OTHER;
}

/* Appends the sockets of one table whose inode is among inodes. Listening
 * sockets stand first in it, so a search for them stops at the first other. */
static size_t search_table(const char *path, bool udp, bool listeners,
                           const unsigned long inodes[], size_t inode_count,
                           struct socket_fact facts[], size_t count,
                           size_t most)
{
    FILE *table = fopen(path, "re");
    struct table_line line;
    while (table != NULL && count < most && read_line(table, &line)) {
        if (listeners && line.state != TCP_LISTEN)
            break;
        size_t i = 0;
        while (i < inode_count && inodes[i] != line.inode)
            i++;
        if (i == inode_count)
            continue;
        struct socket_fact *fact = &facts[count++];
        *fact = (struct socket_fact){.udp = udp,
                                     .state = name_state(line.state, udp),
                                     .port = (int)line.port,
                                     .peer_port = (int)line.peer_port,
                                     .unread = line.unread,
                                     .unsent = line.unsent};
        read_address(line.address, fact->address);
    }
    if (table != NULL)
        fclose(table);
    return count;
}

size_t find_sockets(pid_t pid, enum which_sockets which,
                    struct socket_fact facts[], size_t most)
{
    pid_t pids[MOST_PIDS];
    unsigned long inodes[MOST_INODES];
    size_t inode_count = 0, count = 0, family = find_family(pid, pids);
    int open = 0;
    for (size_t i = 0; i < family; i++)
        inode_count = find_inodes(pids[i], inodes, inode_count, &open);
    if (inode_count == 0)
        return 0;
    bool listeners = which == LISTENERS;
    if (which != UDP_SOCKETS) {
        count = search_table("/proc/self/net/tcp", false, listeners, inodes,
                             inode_count, facts, count, most);
        count = search_table("/proc/self/net/tcp6", false, listeners, inodes,
                             inode_count, facts, count, most);
    }
    if (listeners)
        return count;
    count = search_table("/proc/self/net/udp", true, false, inodes, inode_count,
                         facts, count, most);
    return search_table("/proc/self/net/udp6", true, false, inodes, inode_count,
                        facts, count, most);
}

#ifdef INET_DIAG_NOCOOKIE

/* Fills in the other end's view of our connection: its source is our peer.
 * A dual-stack server's IPv4 connection is found by its IPv4 addresses. */
static bool fill_id(int connection, struct inet_diag_req_v2 *request)
{
    struct sockaddr_storage own = {0}, peer = {0};
    socklen_t own_size = sizeof own, peer_size = sizeof peer;
    if (getsockname(connection, (struct sockaddr *)&own, &own_size) == -1 ||
        getpeername(connection, (struct sockaddr *)&peer, &peer_size) == -1)
        return false;
    request->sdiag_family = (uint8_t)own.ss_family;
    if (own.ss_family == AF_INET) {
        struct sockaddr_in us, them;
        memcpy(&us, &own, sizeof us);
        memcpy(&them, &peer, sizeof them);
        request->id.idiag_dport = us.sin_port;
        request->id.idiag_sport = them.sin_port;
        memcpy(request->id.idiag_dst, &us.sin_addr, sizeof us.sin_addr);
        memcpy(request->id.idiag_src, &them.sin_addr, sizeof them.sin_addr);
    } else {
        struct sockaddr_in6 us, them;
        memcpy(&us, &own, sizeof us);
        memcpy(&them, &peer, sizeof them);
        request->id.idiag_dport = us.sin6_port;
        request->id.idiag_sport = them.sin6_port;
        memcpy(request->id.idiag_dst, &us.sin6_addr, sizeof us.sin6_addr);
        memcpy(request->id.idiag_src, &them.sin6_addr, sizeof them.sin6_addr);
    }
    return true;
}

/* Asks for the TCP socket with the id in the request. Returns 1 and fills in
 * fact, 0 where there is none, -1 where the kernel does not tell. */
static int ask_kernel(const struct inet_diag_req_v2 *request,
                      struct inet_diag_msg *fact)
{
    static int diag = -2;
    struct {
        struct nlmsghdr header;
        struct inet_diag_req_v2 body;
    } ask = {.header = {.nlmsg_len = sizeof ask,
                        .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                        .nlmsg_flags = NLM_F_REQUEST},
             .body = *request};
    union {
        struct nlmsghdr header;
        char room[1024];
    } answer;
    if (diag == -2)
        diag = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    ask.body.sdiag_protocol = IPPROTO_TCP;
    ask.body.idiag_states = ~0u;
    ask.body.id.idiag_cookie[0] = INET_DIAG_NOCOOKIE;
    ask.body.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
    if (diag < 0 || send(diag, &ask, sizeof ask, 0) == -1 ||
        recv(diag, &answer, sizeof answer, 0) == -1)
        return -1;
    if (answer.header.nlmsg_type == NLMSG_ERROR) {
        const struct nlmsgerr *trouble = NLMSG_DATA(&answer.header);
        return trouble->error == -ENOENT ? 0 : -1;
    }
    memcpy(fact, NLMSG_DATA(&answer.header), sizeof *fact);
    return 1;
}

long unread_by_peer(int connection)
{
    struct inet_diag_req_v2 request = {0};
    struct inet_diag_msg fact;
    if (!fill_id(connection, &request))
        return 0;
    int found = ask_kernel(&request, &fact);
    if (found != 1)
        return found;
    /* An end of stream counts as one byte until the socket is closed. */
    long ends = fact.idiag_state == TCP_CLOSE_WAIT;
    long unread = (long)fact.idiag_rqueue - ends;
    return unread > 0 ? unread : 0;
}

bool queue_is_full(const struct sockaddr_storage *listener)
{
    struct inet_diag_req_v2 request = {.sdiag_family =
                                           (uint8_t)listener->ss_family};
    struct inet_diag_msg fact;
    const struct sockaddr_in *four = (const void *)listener;
    const struct sockaddr_in6 *six = (const void *)listener;
    if (listener->ss_family == AF_INET) {
        request.id.idiag_sport = four->sin_port;
        memcpy(request.id.idiag_src, &four->sin_addr, 4);
    } else {
        request.id.idiag_sport = six->sin6_port;
        memcpy(request.id.idiag_src, &six->sin6_addr, 16);
    }
    return ask_kernel(&request, &fact) == 1 && fact.idiag_state == TCP_LISTEN &&
           fact.idiag_rqueue > fact.idiag_wqueue;
}

#else /* no kernel headers */

long unread_by_peer(int connection)
{
    (void)connection;
    return -1;
}

bool queue_is_full(const struct sockaddr_storage *listener)
{
    (void)listener;
    return false;
}

#endif

/* Adds what one process does to sum. */
static void look_at_one(pid_t pid, struct activity *sum)
{
    char path[400];
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *tasks = opendir(path);
    if (tasks == NULL)
        return;
    sum->processes++;
    for (struct dirent *task; (task = readdir(tasks)) != NULL;) {
        if (task->d_name[0] == '.')
            continue;
        sum->threads++;
        snprintf(path, sizeof path, "/proc/%d/task/%s/schedstat", (int)pid,
                 task->d_name);
        FILE *file = fopen(path, "re");
        long long run, wait;
        if (file != NULL && fscanf(file, "%lld %lld", &run, &wait) == 2) {
            sum->known = true;
            sum->run_ns += run;
            sum->ready_ns += run + wait;
        }
        if (file != NULL)
            fclose(file);
        snprintf(path, sizeof path, "/proc/%d/task/%s/stat", (int)pid,
                 task->d_name);
        file = fopen(path, "re");
        char state = '?';
        if (file != NULL && fscanf(file, "%*d (%*[^)]) %c", &state) == 1) {
            sum->busy = sum->busy || state == 'R' || state == 'D';
            if (sum->state == '\0')
                sum->state = state;
        }
        if (file != NULL)
            fclose(file);
    }
    closedir(tasks);
}

struct activity look_at(pid_t pid)
{
    struct activity sum = {0};
    pid_t pids[MOST_PIDS];
    unsigned long inodes[MOST_INODES];
    size_t family = find_family(pid, pids), inode_count = 0;
    for (size_t i = 0; i < family; i++) {
        look_at_one(pids[i], &sum);
        inode_count =
            find_inodes(pids[i], inodes, inode_count, &sum.descriptors);
    }
    sum.sockets = (int)inode_count;
    return sum;
}

/* Counts the lines of a file. */
static long count_lines(const char *path)
{
    FILE *file = fopen(path, "re");
    long lines = 0;
    for (int c; file != NULL && (c = getc(file)) != EOF;)
        lines += c == '\n';
    if (file != NULL)
        fclose(file);
    return lines;
}

/* Adds what one living process holds. */
static void add_holdings(pid_t pid, struct holdings *sum)
{
    char path[64], line[256];
    unsigned long inodes[MOST_INODES];
    struct socket_fact listener;
    int threads = 0;
    long long address_space = 0, memory = 0;
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "re");
    char state = 'X';
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "State: %c", &state) != 1 &&
            sscanf(line, "Threads: %d", &threads) != 1 &&
            sscanf(line, "VmSize: %lld", &address_space) != 1)
            (void)sscanf(line, "RssAnon: %lld", &memory);
    if (file != NULL)
        fclose(file);
    if (state == 'X')
        return;
    if (state == 'Z') {
        sum->zombies++;
        return;
    }
    sum->processes++;
    sum->threads += threads;
    sum->address_space += address_space * 1024;
    sum->memory += memory * 1024;
    snprintf(path, sizeof path, "/proc/%d/maps", (int)pid);
    sum->stretches += count_lines(path);
    size_t count = find_inodes(pid, inodes, 0, &sum->descriptors);
    if (count > 0 && (search_table("/proc/self/net/tcp", false, true, inodes,
                                   count, &listener, 0, 1) > 0 ||
                      search_table("/proc/self/net/tcp6", false, true, inodes,
                                   count, &listener, 0, 1) > 0))
        sum->listeners++;
}

struct holdings count_holdings(pid_t launcher)
{
    struct holdings sum = {.known = true};
    pid_t pids[MOST_PIDS];
    size_t family = find_family(launcher, pids);
    for (size_t i = 1; i < family; i++)
        add_holdings(pids[i], &sum);
    return sum;
}

long long memory_of(pid_t pid)
{
    char path[64], line[256];
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "re");
    long long kib = -1, value;
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "RssAnon: %lld", &value) == 1)
            kib = value;
    if (file != NULL)
        fclose(file);
    return kib == -1 ? -1 : kib * 1024;
}

#else /* not Linux: the sockets by libproc, the rest is not known */

#ifdef __APPLE__
#include <libproc.h>

size_t find_sockets(pid_t pid, enum which_sockets which,
                    struct socket_fact facts[], size_t most)
{
    struct proc_fdinfo fds[1024];
    size_t count = 0;
    int size = proc_pidinfo(pid, PROC_PIDLISTFDS, 0, fds, sizeof fds);
    for (int i = 0; i < size / (int)sizeof fds[0] && count < most; i++) {
        struct socket_fdinfo info;
        if (fds[i].proc_fdtype != PROX_FDTYPE_SOCKET ||
            proc_pidfdinfo(pid, fds[i].proc_fd, PROC_PIDFDSOCKETINFO, &info,
                           sizeof info) < (int)sizeof info)
            continue;
        bool tcp = info.psi.soi_kind == SOCKINFO_TCP;
        if (!tcp && info.psi.soi_kind != SOCKINFO_IN)
            continue;
        struct in_sockinfo *in = tcp ? &info.psi.soi_proto.pri_tcp.tcpsi_ini
                                     : &info.psi.soi_proto.pri_in;
        int state = tcp ? info.psi.soi_proto.pri_tcp.tcpsi_state : 0;
        struct socket_fact fact = {
            .udp = !tcp,
            .state = !tcp                         ? BOUND
                     : state == TSI_S_LISTEN      ? LISTENS
                     : state == TSI_S_ESTABLISHED ? CONNECTED
                     : state == TSI_S__CLOSE_WAIT ? PEER_CLOSED
                                                  : OTHER,
            .port = ntohs((uint16_t)in->insi_lport),
            .peer_port = ntohs((uint16_t)in->insi_fport),
            .unread = info.psi.soi_rcv.sbi_cc,
            .unsent = info.psi.soi_snd.sbi_cc};
        bool six = (in->insi_vflag & INI_IPV6) != 0;
        inet_ntop(six ? AF_INET6 : AF_INET,
                  six ? (void *)&in->insi_laddr.ina_6
                      : (void *)&in->insi_laddr.ina_46.i46a_addr4,
                  fact.address, sizeof fact.address);
        if (fact.state == LISTENS)
            fact.unread = (unsigned)info.psi.soi_qlen;
        if (which == ALL_SOCKETS ||
            fact.state == (which == LISTENERS ? LISTENS : BOUND))
            facts[count++] = fact;
    }
    return count;
}
#else
size_t find_sockets(pid_t pid, enum which_sockets which,
                    struct socket_fact facts[], size_t most)
{
    (void)pid, (void)which, (void)facts, (void)most;
    return 0;
}
#endif

long unread_by_peer(int connection)
{
    (void)connection;
    return -1;
}

bool queue_is_full(const struct sockaddr_storage *listener)
{
    (void)listener;
    return false;
}

struct activity look_at(pid_t pid)
{
    (void)pid;
    return (struct activity){0};
}

struct holdings count_holdings(pid_t launcher)
{
    (void)launcher;
    return (struct holdings){0};
}

long long memory_of(pid_t pid)
{
    (void)pid;
    return -1;
}

#endif
