/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The module: what it has, from each part. */
#include "extension.h"

static int fill(PyObject *module) {
  PyMethodDef *const parts[] = {tg_codebook_methods, tg_responses_methods, tg_estimate_methods,
                                tg_figure_methods, tg_table_methods};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
    if (PyModule_AddFunctions(module, parts[i]))
      return -1;
  return 0;
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, (void *)fill}, {0, NULL}};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT,
                                        "trygg._trygg",
                                        "Calls of libtrygg; use the package trygg.",
                                        0,
                                        NULL,
                                        slots,
                                        NULL,
                                        NULL,
                                        NULL};

PyMODINIT_FUNC PyInit__trygg(void);
PyMODINIT_FUNC PyInit__trygg(void) {
  return PyModuleDef_Init(&definition);
}
