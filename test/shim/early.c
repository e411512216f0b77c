/*
 * Preloaded beside libasan, to wake it before anything else: a server's other
 * libraries call gettext in their constructors, whose first malloc would
 * start the sanitizer, which calls gettext, which waits for itself. Linked
 * with -z initfirst, so that this constructor comes first.
 */
#include <stdlib.h>

__attribute__((constructor))
static void
wake_the_sanitizer(void)
{
	void	   *volatile p = malloc(1);

	free(p);
}
