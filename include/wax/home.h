/* SPDX-License-Identifier: ISC */
/*
 * The home: the folder where wax keeps what is its user's.
 */
#ifndef WAX_HOME_H
#define WAX_HOME_H

#include <wax/error.h>

/*
 * Finds the path of name in the home: in wax_home, else xdg_data_home/wax,
 * else home/.local/share/wax. Each is the value of the environment's variable
 * of that name, or NULL; empty ones and, for XDG_DATA_HOME as its
 * specification demands, relative ones count as missing. None is WAX_ERR_USAGE.
 * The result is to be freed with free().
 */
WAX_API int wax_home_path(const char *wax_home, const char *xdg_data_home,
			  const char *home, const char *name, char **out,
			  struct wax_diag *diag);

/*
 * Makes the folders above path that do not exist: the last, the home itself,
 * and those on the way to it with mode 0700.
 */
WAX_API int wax_home_make(const char *path, struct wax_diag *diag);

#endif
