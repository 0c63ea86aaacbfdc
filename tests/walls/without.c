/* SPDX-License-Identifier: ISC */
/*
 * Runs a command as on a kernel without Landlock, or seccomp, or both:
 *
 *	without landlock|seccomp|both COMMAND...
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/filter.h>
#include <linux/seccomp.h>

#define ARG(n) (offsetof(struct seccomp_data, args) + 8 * (n))
#define NR offsetof(struct seccomp_data, nr)
#define LOAD BPF_LD | BPF_W | BPF_ABS
#define EQUAL BPF_JMP | BPF_JEQ | BPF_K
#define RETURN BPF_RET | BPF_K
#define ALLOWED SECCOMP_RET_ALLOW
#define FAIL(e) (SECCOMP_RET_ERRNO | (e))

static int enter(struct sock_filter *code, unsigned short len)
{
	struct sock_fprog prog = {len, code};

	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog, 0, 0);
}

static int without_landlock(void)
{
	struct sock_filter code[] = {
		BPF_STMT(LOAD, NR),
		BPF_JUMP(EQUAL, SYS_landlock_create_ruleset, 0, 1),
		BPF_STMT(RETURN, FAIL(ENOSYS)), BPF_STMT(RETURN, ALLOWED)};

	return enter(code, sizeof(code) / sizeof(*code));
}

static int without_seccomp(void)
{
	struct sock_filter code[] = {BPF_STMT(LOAD, NR),
				     BPF_JUMP(EQUAL, SYS_prctl, 0, 3),
				     BPF_STMT(LOAD, ARG(0)),
				     BPF_JUMP(EQUAL, PR_SET_SECCOMP, 0, 1),
				     BPF_STMT(RETURN, FAIL(EINVAL)),
				     BPF_STMT(RETURN, ALLOWED)};

	return enter(code, sizeof(code) / sizeof(*code));
}

int main(int argc, char **argv)
{
	int err = -1;

	if (argc < 3 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return 99;
	/* The filter that allows no further one is the last. */
	if (!strcmp(argv[1], "landlock"))
		err = without_landlock();
	else if (!strcmp(argv[1], "seccomp"))
		err = without_seccomp();
	else if (!strcmp(argv[1], "both"))
		err = without_landlock() || without_seccomp();
	if (!err)
		execvp(argv[2], argv + 2);
	perror("without");
	return 99;
}
