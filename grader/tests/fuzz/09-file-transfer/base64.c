/* A fuzz target for the reader of Base64 in file_client and the writer in
 * file_server.
 *   - Any bytes are the same once they have been written and read.
 *   - If a text is read as Base64, writing what it means gives that text again:
 *     no bytes have two forms. (Escapes do not count.)
 *   - It makes no difference how the stream is cut.
 */
#include "transfer.h"

/* Reads a string of Base64, quotes and all. Returns whether it is one; then the
 * caller frees what it means.
 */
static bool read_base64(const char *text, size_t size, size_t piece,
                        char **meaning, size_t *length)
{
    struct stream in = {.server = -1};
    static volatile bool understood; /* longjmp leaves it as it is. */
    static FILE *file;
    set_input((const uint8_t *)text, size, piece);
    file = open_memstream(meaning, length);
    if (file == NULL)
        abort();
    understood = false;
    if (setjmp(refused) == 0) {
        save_contents(&in, file);
        understood = true;
    }
    fclose(file);
    if (!understood)
        free(*meaning);
    return understood;
}

/* Puts quotes round size bytes. Returns the string, for free. */
static char *quote(const char *text, size_t size)
{
    char *string = malloc(size + 2);
    if (string == NULL)
        abort();
    string[0] = string[size + 1] = '"';
    memcpy(string + 1, text, size);
    return string;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size / 3 * 4 + 4), *meaning;
    size_t piece = size % 7 + 1, length;
    if (text == NULL)
        abort();
    fill_digits();

    size_t written = encode_base64(data, size, text);
    char *string = quote(text, written);
    if (!read_base64(string, written + 2, piece, &meaning, &length) ||
        length != size || memcmp(meaning, data, size) != 0)
        abort();
    free(meaning);
    free(string);

    string = quote((const char *)data, size);
    if (memchr(data, '"', size) == NULL && memchr(data, '\\', size) == NULL) {
        bool whole = read_base64(string, size + 2, SIZE_MAX, &meaning, &length);
        if (whole) {
            if (encode_base64((unsigned char *)meaning, length, text) != size ||
                memcmp(text, data, size) != 0)
                abort();
            free(meaning);
        }
        if (read_base64(string, size + 2, piece, &meaning, &length) != whole)
            abort();
        if (whole)
            free(meaning);
    }
    free(string);
    free(text);
    return 0;
}
