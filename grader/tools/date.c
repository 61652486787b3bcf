/* date.c - the command that judges a date and time. */
#define _GNU_SOURCE /* localtime_r, strdup */
#include "commands.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Whether text is what the clock showed at second, in the zone of TZ, from
 * micros low to high. */
static bool is_date(const char *text, time_t second, long low, long high)
{
    struct tm parts;
    char expected[40];
    long micros;
    localtime_r(&second, &parts);
    strftime(expected, sizeof expected, "%Y-%m-%d %H:%M:%S.", &parts);
    return strncmp(text, expected, 20) == 0 &&
           sscanf(text + 20, "%6ld", &micros) == 1 && low <= micros &&
           micros <= high;
}

/* Whether it is a moment from start to end. */
static bool is_date_between(const char *text, struct timespec start,
                            struct timespec end)
{
    long long low = (long long)start.tv_sec * 1000000 + start.tv_nsec / 1000;
    long long high = (long long)end.tv_sec * 1000000 + end.tv_nsec / 1000;
    low -= SLACK_US;
    high += SLACK_US;
    for (long long second = low / 1000000; second <= high / 1000000; second++) {
        long from = second == low / 1000000 ? (long)(low % 1000000) : 0;
        long to = second == high / 1000000 ? (long)(high % 1000000) : 999999;
        if (is_date(text, (time_t)second, from, to))
            return true;
    }
    return false;
}

enum { DATE_PARTS = 7, DATE_LENGTH = 26 };
static const char date_form[] = "dddd-dd-dd dd:dd:dd.dddddd\n";

static bool has_date_form(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (date_form[i] == 'd' ? !isdigit((unsigned char)text[i])
                                : date_form[i] != text[i])
            return false;
    return true;
}

/* Reads the numbers of a date, whose leading zeros may be missing. */
static bool read_date(const struct bytes *text, int parts[DATE_PARTS])
{
    const char *at = text->data;
    for (size_t form = 0, i = 0; i < DATE_PARTS; i++) {
        if (!isdigit((unsigned char)*at))
            return false;
        for (parts[i] = 0; date_form[form] == 'd'; form++)
            if (isdigit((unsigned char)*at))
                parts[i] = 10 * parts[i] + (*at++ - '0');
        if (*at++ != date_form[form++])
            return false;
    }
    return at == text->data + text->length;
}

static void write_date(const int parts[DATE_PARTS], char *text, size_t size)
{
    snprintf(text, size, "%04d-%02d-%02d %02d:%02d:%02d.%06d\n", parts[0],
             parts[1], parts[2], parts[3], parts[4], parts[5], parts[6]);
}

/* What the date should have been, in the words of its own format. */
static void add_date(struct bytes *to, struct timespec when)
{
    struct tm parts;
    char text[40];
    localtime_r(&when.tv_sec, &parts);
    strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts);
    add_text(to, "\"%s.%06ld\\n\"", text, when.tv_nsec / 1000);
}

void set_zone(const char *zone)
{
    if (zone != NULL)
        setenv("TZ", zone, 1);
    else
        unsetenv("TZ");
    tzset();
}

/* A time, moved by so many seconds. */
static struct timespec move_time(struct timespec when, int seconds)
{
    when.tv_sec += seconds;
    return when;
}

/* Whether it would be right with so many added to one of its numbers. */
static bool is_right_with(const int parts[DATE_PARTS], int which, int add,
                          struct timespec start, struct timespec end)
{
    int other[DATE_PARTS];
    char text[128];
    memcpy(other, parts, sizeof other);
    other[which] += add;
    write_date(other, text, sizeof text);
    return is_date_between(text, start, end);
}

/* Finds why the form of a date is wrong: a word for find_cause. */
static const char *form_trouble(const struct bytes *text)
{
    const char *tail = text->data + DATE_LENGTH;
    if (text->length == 0)
        return "nothing";
    if (text->length < DATE_LENGTH && has_date_form(text->data, text->length))
        return text->length == sizeof(char *) ? "pointer" : "short";
    if (text->length < DATE_LENGTH || !has_date_form(text->data, DATE_LENGTH))
        return "form";
    if (text->length == DATE_LENGTH)
        return "no newline";
    tail += *tail == '\n';
    if (*tail != '\0')
        return "more";
    return tail + 1 < text->data + text->length ? "nuls" : "nul";
}

/* Finds why the numbers of a date, of which length bytes came, are wrong; they
 * should be from start to end. A word for find_cause. */
static const char *date_trouble(const int parts[DATE_PARTS], size_t length,
                                const struct peer *peer, struct timespec start,
                                struct timespec end)
{
    char text[128];
    write_date(parts, text, sizeof text);
    if (is_date_between(text, start, end))
        return "unpadded";
    if (length < DATE_LENGTH && /* milliseconds */
        is_right_with(parts, 6, 999 * parts[6], start, end))
        return "micros";
    if (peer->program != NULL &&
        is_date_between(text, peer->program->started, end))
        return "stale";
    if (is_right_with(parts, 0, 1900, start, end))
        return "year";
    if (is_right_with(parts, 1, 1, start, end))
        return "month";
    if (is_right_with(parts, 3, 12, start, end) ||
        is_right_with(parts, 3, -12, start, end))
        return "hour";
    int part = parts[6];
    for (int micros = 0; micros < 1000000; micros += SLACK_US)
        if (is_right_with(parts, 6, micros - part, start, end))
            return "micros";
    set_zone("UTC0");
    for (int minutes = 0; minutes <= 14 * 60; minutes += 15)
        if (is_date_between(text, move_time(start, minutes * 60),
                            move_time(end, minutes * 60)) ||
            is_date_between(text, move_time(start, -minutes * 60),
                            move_time(end, -minutes * 60)))
            return minutes == 0 ? "utc" : "zone";
    return "other";
}

void do_date(void)
{
    struct peer *peer = peer_at(1);
    bool strict = strcmp(word(0), "date") == 0;
    const char *zone = getenv("TZ");
    char *old = zone != NULL ? strdup(zone) : NULL, plain[128];
    struct timespec now, fake = {0};
    struct bytes text = {0}, expected = {0}, got = {0};
    int parts[DATE_PARTS];
    add_bytes(&text, "", 0);
    char room[4096];
    ssize_t n;
    while ((n = receive(peer, room, sizeof room)) > 0 && text.length < 65536)
        add_bytes(&text, room, (size_t)n);
    clock_gettime(CLOCK_REALTIME, &now);
    if (text.length > 0)
        note_bytes(RIGHT_SIDE, sends(peer), text.data, text.length);
    bool form = read_date(&text, parts);
    if (n == -1 || (n == -2 && form))
        fail_words(n == -1 ? WAS_RESET : NO_END, peer->program, peer,
                   "the date and the end of the stream",
                   n == -1 ? "the connection was reset"
                           : "the program keeps the connection open");
    if (n == -2 && text.length == 0)
        fail_words(SILENT, peer->program, peer, "the date", "nothing came");
    if (word_count > 2)
        set_zone(word(2));
    if (word_count > 3) {
        long long second, micros;
        sscanf(word(3), "%lld.%lld", &second, &micros);
        fake = (struct timespec){(time_t)second, (long)micros * 1000};
    }
    bool right = form && (!strict || (text.length == DATE_LENGTH + 1 &&
                                      has_date_form(text.data, DATE_LENGTH)));
    if (form)
        write_date(parts, plain, sizeof plain);
    right = right &&
            (is_date_between(plain, peer->born, now) ||
             (word_count > 3 && is_date(plain, fake.tv_sec, fake.tv_nsec / 1000,
                                        fake.tv_nsec / 1000)));
    if (!right) {
        bool faked = word_count > 3;
        add_date(&expected, faked ? fake : peer->born);
        if (!faked)
            add_text(&expected, " or a little later");
        add_quoted(&got, text.data, text.length, 200);
        const char *why =
            !form ? form_trouble(&text)
                  : date_trouble(parts, text.length, peer,
                                 faked ? fake : peer->born, faked ? fake : now);
        fail((struct failure){.kind = WRONG_DATE,
                              .program = peer->program,
                              .peer = peer,
                              .got = why,
                              .got_length = strlen(why)},
             expected.data, got.data);
    }
    note_end(peer, true);
    set_zone(old);
    free(old);
    free_bytes(&text);
}
