/* text.c - see text.h. */
#include "text.h"

#include <err.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void add_bytes(struct bytes *to, const void *data, size_t length)
{
    if (to->room - to->length <= length) {
        size_t room = to->room ? to->room : 64;
        while (room - to->length <= length)
            room *= 2;
        to->data = realloc(to->data, room);
        if (to->data == NULL)
            err(125, "remember %zu bytes", room);
        to->room = room;
    }
    if (length > 0)
        memcpy(to->data + to->length, data, length);
    to->length += length;
    to->data[to->length] = '\0';
}

void add_text(struct bytes *to, const char *format, ...)
{
    va_list words, again;
    va_start(words, format);
    va_copy(again, words);
    int length = vsnprintf(NULL, 0, format, words);
    va_end(words);
    char *text = malloc((size_t)length + 1);
    if (text == NULL)
        err(125, "remember %d bytes", length);
    vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    add_bytes(to, text, (size_t)length);
    free(text);
}

void add_escaped(struct bytes *to, const void *data, size_t length)
{
    static const char plain[] = "\n\r\t\\\"", letter[] = "nrt\\\"";
    const unsigned char *byte = data;
    for (size_t i = 0; i < length; i++) {
        const char *special = byte[i] ? strchr(plain, byte[i]) : NULL;
        if (special != NULL)
            add_text(to, "\\%c", letter[special - plain]);
        else if (byte[i] >= ' ' && byte[i] <= '~')
            add_bytes(to, &byte[i], 1);
        else if (byte[i] == '\0' &&
                 (i + 1 == length || byte[i + 1] < '0' || byte[i + 1] > '9'))
            add_text(to, "\\0");
        else
            add_text(to, "\\x%02x", byte[i]);
    }
}

void add_quoted(struct bytes *to, const void *data, size_t length, size_t most)
{
    const char *from = data;
    size_t tail = most / 4;
    add_text(to, "\"");
    if (length <= most) {
        add_escaped(to, from, length);
    } else {
        add_escaped(to, from, most - tail);
        add_text(to, "\" ... \"");
        add_escaped(to, from + length - tail, tail);
    }
    add_text(to, "\" (%zu byte%s)", length, length == 1 ? "" : "s");
}

void clear_bytes(struct bytes *text)
{
    text->length = 0;
    add_bytes(text, "", 0);
}

void free_bytes(struct bytes *text)
{
    free(text->data);
    *text = (struct bytes){0};
}
