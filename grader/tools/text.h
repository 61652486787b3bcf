/* text.h - byte strings, and how bytes are shown to a student. */
#ifndef TEXT_H
#define TEXT_H

#include <stddef.h>

/* Any bytes, NUL included. data always has a NUL behind its last byte, so that
 * it can be given to functions that want a string. */
struct bytes {
    char *data;
    size_t length;
    size_t room;
};

/* Appends length bytes. Ends the program when memory is out. */
void add_bytes(struct bytes *to, const void *data, size_t length);

/* Appends formatted text, as printf does. */
void add_text(struct bytes *to, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Appends the bytes as a C programmer writes them: printable ASCII as it is,
 * the rest as \n, \r, \t, \0, \\, \" or \xHH. Nothing that a terminal obeys
 * comes through. */
void add_escaped(struct bytes *to, const void *data, size_t length);

/* Appends "…" with its length: `"Tom" (3 bytes)`; of more than most bytes only
 * the first and the last are shown. */
void add_quoted(struct bytes *to, const void *data, size_t length, size_t most);

/* Makes it empty, keeps its room. */
void clear_bytes(struct bytes *text);

/* Releases what it holds; it is empty afterwards. */
void free_bytes(struct bytes *text);

#endif
