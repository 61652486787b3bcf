/* Calls itself until the stack is full.
 * As: 02-tcp-server/echo_server
 */
static int call(volatile int *depth)
{
    volatile int here[1000];
    here[0] = *depth + 1;
    return call(here) + here[0];
}

int main(void)
{
    volatile int depth = 0;
    return call(&depth);
}
