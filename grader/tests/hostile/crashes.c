/* Writes to where there is no memory.
 * As: 02-tcp-server/hello_server
 */
#include <stddef.h>

int main(int argc, char *argv[])
{
    int *volatile nowhere = NULL;
    *nowhere = argc + (argv == NULL);
    return 0;
}
