/* SPDX-License-Identifier: ISC */
/*
 * The walls: Landlock for files, seccomp for all else. The headers may be older
 * than the kernel, so what is newer than ABI 1 stands here as the kernel's
 * documentation (userspace-api/landlock) has it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>

#include "base/error.h"
#include "sys/sandbox.h"

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCH AUDIT_ARCH_RISCV64
#else
#define ARCH 0 /* no filter */
#endif

#define FS_TRUNCATE (UINT64_C(1) << 14)

struct ruleset {
	uint64_t fs;
	uint64_t net;	/* since version 4 */
	uint64_t scope; /* since version 6 */
};

static int landlock_version(void)
{
	long v = syscall(SYS_landlock_create_ruleset, NULL, 0,
			 LANDLOCK_CREATE_RULESET_VERSION);

	return v > 0 ? (int)v : 0;
}

/* Everything that this version can deny is denied. */
static size_t all_of(int version, struct ruleset *r)
{
	/* How many rights on files the versions know; the fifth has one more. */
	static const unsigned bits[] = {0, 13, 14, 15, 15, 16};
	unsigned n = version < 5 ? bits[version] : bits[5];

	r->fs = (UINT64_C(1) << n) - 1;
	r->net = version >= 4 ? 3 : 0;
	r->scope = version >= 6 ? 3 : 0;
	return version >= 6 ? 24 : version >= 4 ? 16 : 8;
}

/* What unpacking needs beneath its folder. */
static int allow_beneath(int ruleset, int dir, uint64_t handled)
{
	struct landlock_path_beneath_attr rule = {.parent_fd = dir};

	rule.allowed_access =
		handled &
		(LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_DIR |
		 LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
		 LANDLOCK_ACCESS_FS_MAKE_SYM | FS_TRUNCATE);
	return (int)syscall(SYS_landlock_add_rule, ruleset,
			    LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
}

static int enter_landlock(int version, int dir)
{
	struct ruleset r;
	size_t size = all_of(version, &r);
	int fd = (int)syscall(SYS_landlock_create_ruleset, &r, size, 0);
	int err;

	if (fd < 0)
		return -1;
	err = dir < 0 ? 0 : allow_beneath(fd, dir, r.fs);
	if (!err)
		err = (int)syscall(SYS_landlock_restrict_self, fd, 0);
	close(fd);
	return err;
}

enum action {
	ALLOW,
	ALLOW_EQUAL,  /* if the argument is the value */
	DENY_ANY,     /* if it has any bit of the value */
	DENY_ALL,     /* if it has all of them */
	DENY_NONZERO, /* if it is not 0, as a whole */
};

/* Of the rules of one call the first that applies decides. */
struct rule {
	int number;
	enum action action;
	unsigned arg; /* from 0 */
	uint32_t value;
};

/* Set-user-ID and set-group-ID. */
#define SET_ID 06000

/* All that is allowed; the rest fails with EPERM. */
static const struct rule rules[] = {
	{SYS_read, ALLOW, 0, 0},
	{SYS_write, ALLOW, 0, 0},
	{SYS_writev, ALLOW, 0, 0},
	{SYS_pwrite64, ALLOW, 0, 0},
	{SYS_lseek, ALLOW, 0, 0},
	{SYS_close, ALLOW, 0, 0},
	{SYS_fstat, ALLOW, 0, 0},
	{SYS_newfstatat, ALLOW, 0, 0},
	/* Opened for neither reading nor writing, Landlock lets it through. */
	{SYS_openat, DENY_ALL, 2, O_ACCMODE},
	{SYS_openat, DENY_ANY, 3, SET_ID},
	{SYS_openat, ALLOW, 0, 0},
	{SYS_mkdirat, DENY_ANY, 2, SET_ID},
	{SYS_mkdirat, ALLOW, 0, 0},
	{SYS_symlinkat, ALLOW, 0, 0},
	{SYS_ftruncate, ALLOW, 0, 0},
	{SYS_fchmod, DENY_ANY, 1, SET_ID},
	{SYS_fchmod, ALLOW, 0, 0},
	{SYS_utimensat, DENY_NONZERO, 1, 0}, /* a path */
	{SYS_utimensat, ALLOW, 0, 0},
	{SYS_fcntl, ALLOW_EQUAL, 1, F_GETFD},
	{SYS_fcntl, ALLOW_EQUAL, 1, F_GETFL},
	{SYS_ppoll, ALLOW, 0, 0},
#ifdef SYS_poll
	{SYS_poll, ALLOW, 0, 0},
#endif
	{SYS_mmap, DENY_ANY, 2, PROT_EXEC},
	{SYS_mmap, ALLOW, 0, 0},
	{SYS_mprotect, DENY_ANY, 2, PROT_EXEC},
	{SYS_mprotect, ALLOW, 0, 0},
	{SYS_munmap, ALLOW, 0, 0},
	{SYS_mremap, ALLOW, 0, 0},
	{SYS_madvise, ALLOW, 0, 0},
	{SYS_brk, ALLOW, 0, 0},
	{SYS_futex, ALLOW, 0, 0},
	{SYS_getrandom, ALLOW, 0, 0},
	{SYS_clock_gettime, ALLOW, 0, 0},
	{SYS_rt_sigaction, ALLOW, 0, 0},
	{SYS_rt_sigprocmask, ALLOW, 0, 0},
	{SYS_rt_sigreturn, ALLOW, 0, 0},
	{SYS_restart_syscall, ALLOW, 0, 0},
	{SYS_exit, ALLOW, 0, 0},
	{SYS_exit_group, ALLOW, 0, 0},
};

#define N_RULES (sizeof(rules) / sizeof(*rules))
#define LOAD (BPF_LD | BPF_W | BPF_ABS)
#define JUMP_EQUAL (BPF_JMP | BPF_JEQ | BPF_K)
#define RETURN (BPF_RET | BPF_K)
#define DENY (SECCOMP_RET_ERRNO | EPERM)

struct program {
	struct sock_filter code[8 + 8 * N_RULES];
	unsigned short len;
};

static void add(struct program *p, unsigned short code, uint32_t k,
		unsigned char if_true, unsigned char if_false)
{
	p->code[p->len++] = (struct sock_filter){code, if_true, if_false, k};
}

/* Loads the lower or the upper half of an argument, of a little-endian ABI. */
static void add_load(struct program *p, unsigned arg, bool upper)
{
	add(p, LOAD,
	    (uint32_t)(offsetof(struct seccomp_data, args) + 8 * arg +
		       (upper ? 4 : 0)),
	    0, 0);
}

/* Each rule loads the number anew, and is skipped when that is another. */
static void add_rule(struct program *p, const struct rule *r)
{
	const uint32_t ret =
		r->action <= ALLOW_EQUAL ? SECCOMP_RET_ALLOW : DENY;
	unsigned short skip;

	add(p, LOAD, offsetof(struct seccomp_data, nr), 0, 0);
	skip = p->len;
	add(p, JUMP_EQUAL, (uint32_t)r->number, 0, 0);
	if (r->action != ALLOW)
		add_load(p, r->arg, false);
	switch (r->action) {
	case ALLOW:
		break;
	case ALLOW_EQUAL:
		add(p, JUMP_EQUAL, r->value, 0, 1);
		break;
	case DENY_ANY:
		add(p, BPF_JMP | BPF_JSET | BPF_K, r->value, 0, 1);
		break;
	case DENY_ALL:
		add(p, BPF_ALU | BPF_AND | BPF_K, r->value, 0, 0);
		add(p, JUMP_EQUAL, r->value, 0, 1);
		break;
	case DENY_NONZERO:
		add(p, JUMP_EQUAL, 0, 0, 2);
		add_load(p, r->arg, true);
		add(p, JUMP_EQUAL, 0, 1, 0);
		break;
	}
	add(p, RETURN, ret, 0, 0);
	p->code[skip].jf = (unsigned char)(p->len - skip - 1);
}

static int enter_seccomp(void)
{
	struct program p = {.len = 0};
	struct sock_fprog prog = {.filter = p.code};

	add(&p, LOAD, offsetof(struct seccomp_data, arch), 0, 0);
	add(&p, JUMP_EQUAL, ARCH, 1, 0);
	add(&p, RETURN, SECCOMP_RET_KILL_PROCESS, 0, 0);
	for (size_t i = 0; i < N_RULES; i++)
		add_rule(&p, &rules[i]);
	add(&p, RETURN, DENY, 0, 0);
	prog.len = p.len;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog, 0, 0);
}

void wax_sandbox_probe(struct wax_sandbox *out)
{
	out->landlock = landlock_version();
	/* Asked for with a bad address, so that nothing is done. */
	out->seccomp = ARCH &&
		       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL, 0, 0) &&
		       errno == EFAULT;
}

int wax_sandbox_enter(int dir, struct wax_diag *diag)
{
	struct wax_sandbox has;

	wax_sandbox_probe(&has);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return wax_diag_sys(diag, errno, "giving up privileges");
	if (has.landlock && enter_landlock(has.landlock, dir))
		return wax_diag_sys(diag, errno, "Landlock");
	if (has.seccomp && enter_seccomp())
		return wax_diag_sys(diag, errno, "seccomp");
	return 0;
}
