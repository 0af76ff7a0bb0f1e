/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The registry of variances by inclusion probabilities: adding one is a row here and a file beside it. */
#include <design/inclusion.h>

const tg_inclusion_method tg_inclusion_methods[] = {
    {.name = "brewer",
     .help = "Brewer's approximation, from each unit's probability alone",
     .centred = 1,
     .apply = tg_brewer_apply},
    {.name = "overton",
     .help = "joint probabilities by Overton's approximation",
     .forms = 1,
     .apply = tg_joint_approximations_overton},
    {.name = "hartley-rao",
     .help = "joint probabilities by Hartley and Rao's approximation, for systematic samples in random order",
     .forms = 1,
     .apply = tg_joint_approximations_hartley_rao},
    {.name = "joint",
     .help = "joint probabilities as joint.csv has them",
     .forms = 1,
     .joint = 1,
     .apply = tg_joint_probabilities_apply},
    {.name = "poisson",
     .help = "each unit was drawn by itself (Poisson sampling)",
     .independent = 1,
     .apply = tg_poisson_apply},
};

const size_t tg_inclusion_method_count = sizeof tg_inclusion_methods / sizeof *tg_inclusion_methods;
