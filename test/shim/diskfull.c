/*
 * A disk of our own size, for tests: preloaded into a server, it lets files below one directory grow by a given
 * number of bytes in all, and then says that the device is full (ENOSPC), as a file system does: a write that fits in
 * part is done in part. What does not make a file longer is always allowed.
 *
 *   CX_DISK_DIR      the directory, as an absolute path without symbolic links
 *   CX_DISK_CONTROL  a file of two 64-bit integers, shared by all processes: how many bytes are left (negative: no
 *                    limit), and by how many bytes files have grown. The test writes and reads it.
 *
 *   cc -shared -fPIC -o diskfull.so diskfull.c -ldl
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

typedef struct Disk
{
	int64_t		left;
	int64_t		grown;
} Disk;

static Disk *disk;
static const char *dir;

__attribute__((constructor)) static void
open_disk(void)
{
	const char *control = getenv("CX_DISK_CONTROL");
	int			fd;

	/* a copy, as a server writes its title over its environment */
	dir = getenv("CX_DISK_DIR");
	dir = dir != NULL ? strdup(dir) : NULL;
	if (control == NULL || dir == NULL || (fd = open(control, O_RDWR)) < 0)
		return;
	disk = mmap(NULL, sizeof(Disk), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (disk == MAP_FAILED)
		disk = NULL;
	close(fd);
}

static int
is_below(const char *path)
{
	size_t		n = strlen(dir);

	return strncmp(path, dir, n) == 0 && path[n] == '/';
}

/* By how much a file would grow up to an end; 0 for what is not on our disk. */
static int64_t
growth(int fd, int64_t end)
{
	char		link[64];
	char		path[4096];
	ssize_t		n;
	struct stat st;

	if (disk == NULL)
		return 0;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	if (n <= 0)
		return 0;
	path[n] = '\0';
	if (!is_below(path) || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || end <= st.st_size)
		return 0;
	return end - st.st_size;
}

/* Takes up to so many bytes of what is left; gives how many. */
static int64_t
take(int64_t want)
{
	int64_t		left = __atomic_load_n(&disk->left, __ATOMIC_SEQ_CST);
	int64_t		got = want;

	while (left >= 0)
	{
		got = left < want ? left : want;
		if (__atomic_compare_exchange_n(&disk->left, &left, left - got, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
			break;
		got = want;
	}
	__atomic_add_fetch(&disk->grown, got, __ATOMIC_SEQ_CST);
	return got;
}

/* How many of n bytes at an offset can be written; -1, with errno, if none. */
static ssize_t
room(int fd, size_t n, off_t offset)
{
	int64_t		more = growth(fd, (int64_t) offset + (int64_t) n);
	int64_t		lacking = more > 0 ? more - take(more) : 0;

	if (lacking > 0 && lacking >= (int64_t) n)
	{
		errno = ENOSPC;
		return -1;
	}
	return (ssize_t) n - (ssize_t) lacking;
}

ssize_t
pwrite(int fd, const void *data, size_t n, off_t offset)
{
	static ssize_t (*real) (int, const void *, size_t, off_t);
	ssize_t		fits = room(fd, n, offset);

	if (real == NULL)
		real = (ssize_t (*) (int, const void *, size_t, off_t)) dlsym(RTLD_NEXT, "pwrite");
	return fits < 0 ? -1 : real(fd, data, (size_t) fits, offset);
}

ssize_t
pwrite64(int fd, const void *data, size_t n, off64_t offset)
{
	return pwrite(fd, data, n, offset);
}

/* (all or nothing: what is written in part does not matter here) */
ssize_t
pwritev(int fd, const struct iovec *iov, int count, off_t offset)
{
	static ssize_t (*real) (int, const struct iovec *, int, off_t);
	size_t		n = 0;
	int			i;

	if (real == NULL)
		real = (ssize_t (*) (int, const struct iovec *, int, off_t)) dlsym(RTLD_NEXT, "pwritev");
	for (i = 0; i < count; i++)
		n += iov[i].iov_len;
	if (room(fd, n, offset) != (ssize_t) n)
	{
		errno = ENOSPC;
		return -1;
	}
	return real(fd, iov, count, offset);
}

ssize_t
pwritev64(int fd, const struct iovec *iov, int count, off64_t offset)
{
	return pwritev(fd, iov, count, offset);
}

ssize_t
write(int fd, const void *data, size_t n)
{
	static ssize_t (*real) (int, const void *, size_t);
	off_t		at = disk != NULL ? lseek(fd, 0, SEEK_CUR) : -1;
	ssize_t		fits = at >= 0 ? room(fd, n, at) : (ssize_t) n;

	if (real == NULL)
		real = (ssize_t (*) (int, const void *, size_t)) dlsym(RTLD_NEXT, "write");
	return fits < 0 ? -1 : real(fd, data, (size_t) fits);
}

/* (returns the error, and does not set errno; takes all or nothing) */
int
posix_fallocate(int fd, off_t offset, off_t n)
{
	static int	(*real) (int, off_t, off_t);
	int64_t		more = growth(fd, (int64_t) offset + n);

	if (real == NULL)
		real = (int (*) (int, off_t, off_t)) dlsym(RTLD_NEXT, "posix_fallocate");
	if (more > 0 && take(more) < more)
		return ENOSPC;
	return real(fd, offset, n);
}

int
posix_fallocate64(int fd, off64_t offset, off64_t n)
{
	return posix_fallocate(fd, offset, n);
}
