/* chat.c - the commands for programs that pass on what others send. */
#include "commands.h"

#include <stdio.h>
#include <string.h>

enum { FLOOD_MOST = 16 << 20 };

/* One end of what is passed on: a connection, or a program's standard input and
 * output. */
struct place {
    struct peer *peer;
    struct program *program;
};

static struct place place_at(size_t i)
{
    struct place place = {.peer = find_peer(word(i))};
    if (place.peer == NULL)
        place.program = program_at(i);
    return place;
}

/* Hands length bytes over; `read`: waits until they have been read. */
static void hand_over(struct place to, const char *data, size_t length,
                      bool read)
{
    struct bytes part = {0};
    char what[NAME_SIZE + 8] = "types";
    if (to.peer != NULL)
        snprintf(what, sizeof what, "%s sends", to.peer->role);
    note_bytes(LEFT_SIDE, what, data, length);
    if (to.program != NULL) {
        queue_input(to.program, data, length);
        while (read && count_unread_input(to.program) > 0)
            if (!wait_more(-1, 0, SHORT_TICK))
                fail_words(NOT_READING, to.program, NULL,
                           "the program reads its standard input",
                           "it does not");
        return;
    }
    add_bytes(&part, data, length);
    note_said(to.peer, &part);
    free_bytes(&part);
    queue_bytes(to.peer, data, length);
    if (read)
        flush_peer(to.peer);
    if (read && !wait_taken(to.peer))
        fail_words(NOT_READING, to.peer->program, to.peer,
                   "the program reads what is sent", "%ld bytes lie unread",
                   unread_by_peer(to.peer->fd));
}

/* Expects data: from a program as lines. */
static void expect_from(struct place from, const struct bytes *data)
{
    if (from.peer != NULL) {
        expect_bytes(from.peer, data);
        return;
    }
    const char *line = data->data, *all = data->data + data->length;
    for (const char *end; line < all; line = end + 1) {
        struct bytes one = {0};
        end = memchr(line, '\n', (size_t)(all - line));
        if (end == NULL)
            wrong_script("no end of the last line");
        add_bytes(&one, line, (size_t)(end - line));
        expect_line(from.program, &one, false);
        free_bytes(&one);
    }
}

void do_cuts(void)
{
    struct place to = place_at(1), from = place_at(2);
    struct bytes data = {0}, passed = {0};
    size_t mark = 0;
    add_bytes(&data, words[3].data, words[3].length);
    add_bytes(&passed, words[4].data, words[4].length);
    for (size_t at = 1; at < data.length; at++) {
        hand_over(to, data.data, at, true);
        hand_over(to, data.data + at, data.length - at, true);
        expect_from(from, &passed);
        if (at == 1)
            mark = mark_notes();
        else if (at + 1 < data.length)
            drop_notes(mark, at - 1);
    }
    free_bytes(&data);
    free_bytes(&passed);
}

void do_flood(void)
{
    struct place to = place_at(1), from = place_at(2);
    struct program *program = program_at(4);
    struct bytes data = {0}, line = {0};
    size_t mark = 0, sent = 0;
    add_bytes(&data, words[3].data, words[3].length);
    add_bytes(&line, words[5].data, words[5].length);
    for (unsigned long rounds = 0; sent < FLOOD_MOST; rounds++) {
        hand_over(to, data.data, data.length, false);
        sent += data.length;
        expect_from(from, &data);
        look_around(0);
        if (has_line(program, &line)) {
            free_bytes(&data);
            free_bytes(&line);
            return;
        }
        if (rounds == 0)
            mark = mark_notes();
        else
            drop_notes(mark, rounds - 1);
    }
    struct bytes expected = {0};
    add_text(&expected, "a line ");
    add_quoted(&expected, line.data, line.length, 200);
    fail((struct failure){.kind = EXTRA_OUTPUT,
                          .program = program,
                          .cause = "NO_LIMIT"},
         expected.data, "none, though 16 MiB have been passed on");
}
