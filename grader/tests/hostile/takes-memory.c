/* Takes 128 MB, uses it, asks for much more than there is, and goes on.
 * As: 02-tcp-server/hello_server
 * Loses: nothing
 */
#define main original_main
#include "ORIGINAL"
#undef main

int main(int argc, char *argv[])
{
    for (int i = 0; i < 128; i++) {
        char *some = malloc(1 << 20);
        if (some != NULL)
            memset(some, 1, 1 << 20);
    }
    for (int i = 0; i < 1000; i++)
        if (malloc((size_t)1 << 46) != NULL)
            return 1;
    return original_main(argc, argv);
}
