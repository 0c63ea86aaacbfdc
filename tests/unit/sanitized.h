/* SPDX-License-Identifier: ISC */
/*
 * SANITIZED is defined where a sanitizer of addresses or threads is built in,
 * under either compiler: those have an allocator, a loader and threads of their
 * own, which a test cannot replace.
 */
#ifndef TESTS_UNIT_SANITIZED_H
#define TESTS_UNIT_SANITIZED_H

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif

#endif
