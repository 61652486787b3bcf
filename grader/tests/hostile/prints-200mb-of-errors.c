/* Writes 200 MB of short lines to its standard error, then goes on.
 * As: 01-tcp-client/hello_client
 */
#define main original_main
#include "ORIGINAL"
#undef main

int main(int argc, char *argv[])
{
    char line[64];
    memset(line, 'e', sizeof line);
    line[sizeof line - 1] = '\n';
    for (int i = 0; i < 3200000; i++)
        if (write(2, line, sizeof line) == -1)
            return 1;
    return original_main(argc, argv);
}
