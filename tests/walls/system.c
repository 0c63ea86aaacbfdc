/* SPDX-License-Identifier: ISC */
/*
 * Attempts at programs, other processes, the network and the kernel.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <linux/perf_event.h>

#include "tests/walls/attempts.h"

#define PROGRAM "/bin/true"

static char *const argv[] = {(char[]){"true"}, NULL};
static char *const envp[] = {NULL};

static int exec(void)
{
	return tried(execve(PROGRAM, argv, envp));
}

static int spawn(void)
{
	pid_t pid;
	int status, err = posix_spawn(&pid, PROGRAM, NULL, NULL, argv, envp);

	if (!err && waitpid(pid, &status, 0) == pid && status)
		err = ENOEXEC;
	return err;
}

static int start_process(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	return tried(pid);
}

static int exec_memory(void)
{
	static char program[1 << 20];
	int from = open(PROGRAM, O_RDONLY), fd = memfd_create("x", 0);
	int err = errno;
	ssize_t n;

	if (from >= 0 && fd < 0)
		close(from);
	if (fd < 0 || from < 0)
		return err;
	n = read(from, program, sizeof(program));
	if (n < 0 || write(fd, program, (size_t)n) != n)
		return errno;
	return tried(syscall(SYS_execveat, fd, "", argv, envp, AT_EMPTY_PATH));
}

static int make_memory_file(void)
{
	return tried(memfd_create("x", 0));
}

static int map_executable(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_EXEC,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? errno : 0;
}

static int make_executable(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return tried(mprotect(p, 4096, PROT_READ | PROT_EXEC));
}

static int imply_executable(void)
{
	return tried(personality(READ_IMPLIES_EXEC));
}

static int connect_inet(int type, unsigned short port)
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	int fd = socket(AF_INET, type, 0);

	a.sin_port = htons(port);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof(a)))
		return errno;
	return tried(write(fd, "x", 1));
}

static int tcp(void)
{
	return connect_inet(SOCK_STREAM, walls_tcp);
}

static int udp(void)
{
	return connect_inet(SOCK_DGRAM, walls_udp);
}

static int bind_tcp(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return fd < 0 ? errno
		      : tried(bind(fd, (struct sockaddr *)&a, sizeof(a)));
}

static int connect_unix(bool abstract)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	strncpy(a.sun_path + abstract, outside("socket"),
		sizeof(a.sun_path) - 2);
	return fd < 0 ? errno
		      : tried(connect(fd, (struct sockaddr *)&a, sizeof(a)));
}

static int unix_path(void)
{
	return connect_unix(false);
}

static int unix_abstract(void)
{
	return connect_unix(true);
}

static int netlink(void)
{
	return tried(socket(AF_NETLINK, SOCK_RAW, 0));
}

static int pair(void)
{
	int fds[2];

	return tried(socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
}

static int trace_parent(void)
{
	return tried(ptrace(PTRACE_SEIZE, walls_parent, NULL, NULL));
}

static int read_parent(void)
{
	char byte;
	struct iovec here = {&byte, 1}, there = {&walls_parent, 1};

	return tried(process_vm_readv(walls_parent, &here, 1, &there, 1, 0));
}

static int kill_parent(void)
{
	return tried(kill(walls_parent, SIGURG));
}

static int kill_parents_thread(void)
{
	return tried(syscall(SYS_tgkill, walls_parent, walls_parent, SIGURG));
}

static int open_parent(void)
{
	return tried(syscall(SYS_pidfd_open, walls_parent, 0));
}

/* A pipe, too, can send signals. */
static int aim_signals(void)
{
	for (int fd = 0; fd < 1024; fd++)
		if (!fcntl(fd, F_SETOWN, walls_parent) ||
		    !fcntl(fd, F_SETFL, O_ASYNC))
			return 0;
	return errno;
}

static int limit_parent(void)
{
	struct rlimit limit;

	return tried(prlimit(walls_parent, RLIMIT_CORE, NULL, &limit));
}

/* 0 when there is more than the archive, the folder and the report. */
static int other_descriptors(void)
{
	int folders = 0, reports = 0, archives = 0, others = 0;

	for (int fd = 0; fd < 1024; fd++) {
		struct stat st;
		int flags = fcntl(fd, F_GETFL);

		if (fd == walls_results || flags < 0 || flags & O_PATH ||
		    fstat(fd, &st))
			continue;
		if (fd == walls_dir)
			folders++;
		else if (S_ISFIFO(st.st_mode) &&
			 (flags & O_ACCMODE) == O_WRONLY)
			reports++;
		else if ((flags & O_ACCMODE) == O_RDONLY &&
			 !S_ISDIR(st.st_mode) && !S_ISSOCK(st.st_mode))
			archives++;
		else
			others++;
	}
	/* Without a folder, there is a pipe for the list. */
	return others || archives != 1 || folders != (walls_dir >= 0) ||
			       reports != 2 - folders
		       ? 0
		       : EACCES;
}

static int change_user(void)
{
	return tried(syscall(SYS_setresuid, 0, 0, 0));
}

static int change_group(void)
{
	return tried(syscall(SYS_setresgid, 0, 0, 0));
}

static int user_namespace(void)
{
	return tried(unshare(CLONE_NEWUSER));
}

static int mount_namespace(void)
{
	return tried(unshare(CLONE_NEWNS));
}

static int network_namespace(void)
{
	return tried(unshare(CLONE_NEWNET));
}

static int io_uring(void)
{
	struct io_uring_params p = {0};

	return tried(syscall(SYS_io_uring_setup, 1, &p));
}

static int bpf(void)
{
	union bpf_attr a = {.map_type = BPF_MAP_TYPE_ARRAY,
			    .key_size = 4,
			    .value_size = 4,
			    .max_entries = 1};

	return tried(syscall(SYS_bpf, BPF_MAP_CREATE, &a, sizeof(a)));
}

static int user_faults(void)
{
	return tried(syscall(SYS_userfaultfd, O_CLOEXEC));
}

static int perf_events(void)
{
	struct perf_event_attr a = {.type = PERF_TYPE_SOFTWARE,
				    .size = sizeof(a),
				    .config = PERF_COUNT_SW_CPU_CLOCK,
				    .exclude_kernel = 1};

	return tried(syscall(SYS_perf_event_open, &a, 0, -1, -1, 0));
}

static int keyring(void)
{
	return tried(syscall(SYS_add_key, "user", "wax", "x", 1, -2));
}

static int watch_files(void)
{
	return tried(inotify_init1(IN_CLOEXEC));
}

static int shared_memory(void)
{
	int id = shmget(IPC_PRIVATE, 4096, 0600);

	if (id < 0)
		return errno;
	shmctl(id, IPC_RMID, NULL);
	return 0;
}

static int set_ioctl(void)
{
	return tried(ioctl(walls_dir, FIOCLEX));
}

static int set_dumpable(void)
{
	return tried(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
}

/* The other numbers of an x86 kernel; getpid does no harm. */
static int other_numbers(void)
{
#ifdef __x86_64__
	return tried(syscall(0x40000000 | SYS_getpid));
#else
	return EPERM;
#endif
}

const struct attempt attempts_system[] = {
	{"exec", 1, true, false, exec},
	{"spawn", 0, true, false, spawn},
	{"fork", 0, true, false, start_process},
	{"a memory file", 0, true, false, make_memory_file},
	{"exec from memory", 1, true, true, exec_memory},
	{"map executable memory", 0, true, false, map_executable},
	{"make memory executable", 0, true, false, make_executable},
	{"imply executable memory", 0, true, false, imply_executable},
	{"TCP", 4, true, false, tcp},
	{"bind TCP", 4, true, false, bind_tcp},
	{"UDP", 0, true, false, udp},
	{"a UNIX socket", 0, true, false, unix_path},
	{"an abstract UNIX socket", 6, true, false, unix_abstract},
	{"netlink", 0, true, true, netlink},
	{"a pair of sockets", 0, true, false, pair},
	{"ptrace the parent", 1, true, true, trace_parent},
	{"read the parent's memory", 1, true, true, read_parent},
	{"kill the parent", 6, true, false, kill_parent},
	{"kill the parent's thread", 6, true, false, kill_parents_thread},
	{"a descriptor of the parent", 0, true, true, open_parent},
	{"signals by a pipe", 0, true, false, aim_signals},
	{"limits of the parent", 0, true, false, limit_parent},
	{"other descriptors", 0, true, false, other_descriptors},
	{"change the user", 0, true, true, change_user},
	{"change the group", 0, true, true, change_group},
	{"a user namespace", 0, true, true, user_namespace},
	{"a mount namespace", 0, true, true, mount_namespace},
	{"a network namespace", 0, true, true, network_namespace},
	{"io_uring", 0, true, true, io_uring},
	{"bpf", 0, true, true, bpf},
	{"userfaultfd", 0, true, true, user_faults},
	{"perf events", 0, true, true, perf_events},
	{"a keyring", 0, true, true, keyring},
	{"inotify", 0, true, true, watch_files},
	{"shared memory", 0, true, true, shared_memory},
	{"ioctl", 0, true, false, set_ioctl},
	{"prctl", 0, true, false, set_dumpable},
	{"x32 calls", 0, true, true, other_numbers},
	{NULL, 0, false, false, NULL}};
