/* SPDX-License-Identifier: ISC */
/*
 * The walls: Landlock for files, seccomp for all else. The headers may be older
 * than the kernel, so what is newer than ABI 1 stands here as the kernel's
 * documentation (userspace-api/landlock) has it.
 */
#include <errno.h>
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

/* Every right on files that versions 1, 2, 3 and 5 know, as a mask. */
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

enum check {
	ANY,
	NO_EXEC,   /* the third argument has not PROT_EXEC */
	NULL_PATH, /* the second argument is NULL */
};

struct rule {
	int number;
	enum check check;
};

/* All that is allowed; the rest fails with EPERM. */
static const struct rule rules[] = {
	{SYS_read, ANY},
	{SYS_write, ANY},
	{SYS_writev, ANY},
	{SYS_pwrite64, ANY},
	{SYS_lseek, ANY},
	{SYS_close, ANY},
	{SYS_fstat, ANY},
	{SYS_newfstatat, ANY},
	{SYS_openat, ANY},
	{SYS_mkdirat, ANY},
	{SYS_symlinkat, ANY},
	{SYS_ftruncate, ANY},
	{SYS_fchmod, ANY},
	{SYS_utimensat, NULL_PATH},
	{SYS_fcntl, ANY},
	{SYS_ppoll, ANY},
#ifdef SYS_poll
	{SYS_poll, ANY},
#endif
	{SYS_mmap, NO_EXEC},
	{SYS_mprotect, NO_EXEC},
	{SYS_munmap, ANY},
	{SYS_mremap, ANY},
	{SYS_madvise, ANY},
	{SYS_brk, ANY},
	{SYS_futex, ANY},
	{SYS_getrandom, ANY},
	{SYS_clock_gettime, ANY},
	{SYS_rt_sigaction, ANY},
	{SYS_rt_sigprocmask, ANY},
	{SYS_rt_sigreturn, ANY},
	{SYS_restart_syscall, ANY},
	{SYS_exit, ANY},
	{SYS_exit_group, ANY},
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

/* The number of the call is loaded before, and after it when it is another. */
static void add_rule(struct program *p, const struct rule *r)
{
	uint32_t number = (uint32_t)r->number;

	switch (r->check) {
	case ANY:
		add(p, JUMP_EQUAL, number, 0, 1);
		break;
	case NO_EXEC:
		add(p, JUMP_EQUAL, number, 0, 4);
		add_load(p, 2, false);
		add(p, BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1);
		add(p, RETURN, DENY, 0, 0);
		break;
	case NULL_PATH:
		add(p, JUMP_EQUAL, number, 0, 6);
		add_load(p, 1, false);
		add(p, JUMP_EQUAL, 0, 0, 2);
		add_load(p, 1, true);
		add(p, JUMP_EQUAL, 0, 1, 0);
		add(p, RETURN, DENY, 0, 0);
		break;
	}
	add(p, RETURN, SECCOMP_RET_ALLOW, 0, 0);
}

static int enter_seccomp(void)
{
	struct program p = {.len = 0};
	struct sock_fprog prog = {.filter = p.code};

	add(&p, LOAD, offsetof(struct seccomp_data, arch), 0, 0);
	add(&p, JUMP_EQUAL, ARCH, 1, 0);
	add(&p, RETURN, SECCOMP_RET_KILL_PROCESS, 0, 0);
	add(&p, LOAD, offsetof(struct seccomp_data, nr), 0, 0);
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
