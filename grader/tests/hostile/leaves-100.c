/* Leaves 100 processes behind when it ends.
 * As: 01-tcp-client/hello_client
 * Cause: LEFT_PROCESSES
 */
#define main original_main
#include "ORIGINAL"
#undef main

int main(int argc, char *argv[])
{
    for (int i = 0; i < 100; i++)
        if (fork() == 0)
            for (;;)
                pause();
    return original_main(argc, argv);
}
