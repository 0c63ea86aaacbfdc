/* SPDX-License-Identifier: ISC */
/*
 * What is prepared before main(): so it runs in wax-unpack, before it starts
 * the process that is to be tried.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/walls/attempts.h"

int walls_dir = -1, walls_results = -1, walls_parent;
unsigned short walls_tcp, walls_udp;

const char *outside(const char *name)
{
	static char path[4096];

	snprintf(path, sizeof(path), "%s/%s", getenv("WALLS_OUTSIDE"), name);
	return path;
}

int tried(long result)
{
	return result < 0 ? errno : 0;
}

static unsigned short listen_inet(int type)
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, type, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) ||
	    (type == SOCK_STREAM && listen(fd, 8)) ||
	    getsockname(fd, (struct sockaddr *)&a, &len))
		perror("walls: a socket");
	return ntohs(a.sin_port);
}

/* path, or with a NUL before it an abstract name. */
static void listen_unix(const char *path, bool abstract)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	strncpy(a.sun_path + abstract, path, sizeof(a.sun_path) - 2);
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) ||
	    listen(fd, 8))
		perror("walls: a UNIX socket");
}

static void __attribute__((constructor)) prepare(void)
{
	static const int leaked[] = {3, 50, 255, 800, 1023};

	if (!getenv("WALLS_OUTSIDE"))
		return;
	walls_parent = getpid();
	for (size_t i = 0; i < sizeof(leaked) / sizeof(*leaked); i++) {
		int fd = open(outside("file"), O_RDWR);

		if (fd < 0 || dup2(fd, leaked[i]) < 0)
			perror("walls: a file");
	}
	walls_tcp = listen_inet(SOCK_STREAM);
	walls_udp = listen_inet(SOCK_DGRAM);
	listen_unix(outside("socket"), false);
	listen_unix(outside("socket"), true);
}
