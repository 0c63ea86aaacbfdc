/* SPDX-License-Identifier: ISC */
/*
 * The public interface of libwax: sealing to recipients, opening with
 * identities, and the streams and files that carry both. Everything that the
 * wax tools do, they do through these headers.
 *
 * Conventions, for all of them:
 *
 * - A function that can fail returns 0 or a negative enum wax_err. Its result
 *   goes to the pointer named out, which is set only on success.
 * - The last parameter of such a function is a struct wax_diag, which receives
 *   the reason in words; NULL where nobody reads it.
 * - x_new() gives what x_free() must be given in the end. Every free accepts
 *   NULL, and wipes what was secret.
 * - Lengths are in bytes. Strings end in NUL; a text with a length need not.
 * - Of large data, threads of the library do a part of the work, and libcrypto
 *   where it is installed (<wax/engine.h>); the threads end with the stream, and
 *   streams that the caller made are only called by the caller's own thread.
 * - The library never prints, exits, prompts by itself or reads the
 *   environment, and changes signal handlers only while
 *   wax_terminal_passphrase() runs. An object may be used by one thread at a
 *   time; different objects by different threads.
 */
#ifndef WAX_H
#define WAX_H

#define WAX_VERSION "0.1.0"

#include <wax/card.h>
#include <wax/contact.h>
#include <wax/engine.h>
#include <wax/error.h>
#include <wax/file.h>
#include <wax/home.h>
#include <wax/identity.h>
#include <wax/inspect.h>
#include <wax/open.h>
#include <wax/recipient.h>
#include <wax/seal.h>
#include <wax/secret.h>
#include <wax/session.h>
#include <wax/sign.h>
#include <wax/stream.h>
#include <wax/terminal.h>
#include <wax/text.h>

#endif
