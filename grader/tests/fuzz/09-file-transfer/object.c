/* A fuzz target for the reader of JSON in file_client and the writer in
 * file_server. The input is what comes from the network. Whatever it is,
 *   - nothing is read or written out of bounds, and every run comes to an end;
 *   - it makes no difference how the stream is cut;
 *   - what was understood is understood again once our server has written it.
 */
#include "transfer.h"

/* What has become of an object. */
struct outcome {
    bool understood;
    struct text name;
    char *contents;
    size_t length;
};

static struct outcome understand(const uint8_t *data, size_t size, size_t piece)
{
    static struct outcome outcome; /* Static: longjmp leaves it as it is. */
    static FILE *file;
    struct stream in = {.server = -1};
    outcome = (struct outcome){.understood = false};
    set_input(data, size, piece);
    file = open_memstream(&outcome.contents, &outcome.length);
    if (file == NULL)
        abort();
    if (setjmp(refused) == 0) {
        long long total = read_object(&in, &outcome.name, file);
        fflush(file);
        if (total != (long long)outcome.length)
            abort();
        outcome.understood = true;
    }
    fclose(file);
    return outcome;
}

static void compare(const struct outcome *a, const struct outcome *b)
{
    if (a->understood != b->understood)
        abort();
    if (a->understood &&
        (strcmp(a->name.bytes, b->name.bytes) != 0 || a->length != b->length ||
         memcmp(a->contents, b->contents, a->length) != 0))
        abort();
}

/* Writes the object as file_server does. Returns it, for free. */
static char *write_object(const struct outcome *o, size_t *size)
{
    char *text = malloc(o->length / 3 * 4 + 8), *head = NULL, *object = NULL;
    if (text == NULL || setjmp(refused) != 0)
        abort();
    head = make_head(o->name.bytes);
    size_t length =
        encode_base64((unsigned char *)o->contents, o->length, text);
    *size = strlen(head) + length + 2;
    object = malloc(*size + 1);
    if (object == NULL)
        abort();
    snprintf(object, *size + 1, "%s%.*s\"}", head, (int)length, text);
    free(head);
    free(text);
    return object;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fill_digits();
    struct outcome whole = understand(data, size, SIZE_MAX);
    struct outcome cut = understand(data, size, size % 7 + 1);
    compare(&whole, &cut);
    if (whole.understood) {
        size_t length;
        char *object = write_object(&whole, &length);
        struct outcome again =
            understand((const uint8_t *)object, length, SIZE_MAX);
        compare(&whole, &again);
        free(object);
        free(again.contents);
    }
    free(whole.contents);
    free(cut.contents);
    return 0;
}
