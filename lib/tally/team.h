/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Several indicators that depend on one answer each, added up side by side. */
#ifndef TG_TALLY_TEAM_H
#define TG_TALLY_TEAM_H

#include <tally/runs.h>

/* Whether a team is full, and its answers say all of a clustered design. */
int tg_team_suits(const tg_gather *team, size_t count);

/* Add a block's records to each of TG_RUNS_TEAM indicators; `answers` is room for TG_BLOCK. */
void tg_team_add(const tg_gather *team, size_t block, uint32_t *answers);

/* Test hook: 1 leaves out the processor's wide instructions, which give the same bits. */
void tg_team_narrow(int narrow);

#endif
