/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Eigenvalues by Householder's tridiagonal form and implicit QL steps.  Not by GSL, whose own would take its sums from
 * whichever BLAS the host has loaded, and so give other last bits in R than in a program. */
#include <numeric/eigen.h>

#include <float.h>
#include <math.h>

/* One step of the reduction to a tridiagonal matrix: the reflection that leaves only alpha below the diagonal of column
 * k.  With v its axis and beta = 2/v'v, A22 becomes A22 - v w' - w v', w = p - (beta p'v / 2) v, p = beta A22 v. */
static void reflect_column(double *matrix, size_t size, size_t k, double *v, double *w, double *z,
                           size_t columns, double *beside) {
  double norm = 0, vv = 0, pv = 0, beta, alpha;
  *beside = 0;
  for (size_t i = k + 1; i < size; i++) {
    v[i] = matrix[i * size + k];
    norm = hypot(norm, v[i]);
  }
  if (norm == 0)
    return;
  alpha = v[k + 1] > 0 ? -norm : norm;
  v[k + 1] -= alpha;
  for (size_t i = k + 1; i < size; i++)
    vv += v[i] * v[i];
  beta = 2 / vv;
  for (size_t i = k + 1; i < size; i++) {
    w[i] = 0;
    for (size_t j = k + 1; j < size; j++)
      w[i] += matrix[i * size + j] * v[j];
    w[i] *= beta;
    pv += w[i] * v[i];
  }
  for (size_t c = 0; c < columns; c++) {
    double vz = 0;
    for (size_t i = k + 1; i < size; i++)
      vz += v[i] * z[i * columns + c];
    for (size_t i = k + 1; i < size; i++)
      z[i * columns + c] -= beta * vz * v[i];
  }
  for (size_t i = k + 1; i < size; i++)
    w[i] -= beta * pv / 2 * v[i];
  for (size_t i = k + 1; i < size; i++)
    for (size_t j = k + 1; j < size; j++)
      matrix[i * size + j] -= v[i] * w[j] + w[i] * v[j];
  *beside = alpha;
}

/* Rows i and i + 1 of z, turned. */
static void rotate(double *z, size_t columns, size_t i, double sine, double cosine) {
  for (size_t c = 0; c < columns; c++) {
    double *here = &z[i * columns + c], *next = here + columns, above = *next;
    *next = sine * *here + cosine * above;
    *here = cosine * *here - sine * above;
  }
}

/* One implicit QL step on rows first..last of a tridiagonal matrix: Wilkinson's shift, then rotations that chase the
 * bulge up (Golub & Van Loan 2013, 8.3.5, mirrored).  d is the diagonal, e[i] stands between i and i + 1. */
static void chase_bulge(double *d, double *e, double *z, size_t columns, size_t first, size_t last) {
  double half = (d[first + 1] - d[first]) / (2 * e[first]);
  double along = d[last] - d[first] + e[first] / (half + copysign(hypot(half, 1), half));
  double sine = 1, cosine = 1, shift = 0;
  for (size_t i = last; i-- > first;) {
    double bulge = sine * e[i], beside = cosine * e[i], r = hypot(bulge, along), turned;
    e[i + 1] = r;
    if (r == 0) { /* it falls apart here */
      d[i + 1] -= shift;
      e[last] = 0;
      return;
    }
    sine = bulge / r;
    cosine = along / r;
    turned = d[i + 1] - shift;
    r = (d[i] - turned) * sine + 2 * cosine * beside;
    shift = sine * r;
    d[i + 1] = turned + shift;
    along = cosine * r - beside;
    rotate(z, columns, i, sine, cosine);
  }
  d[first] -= shift;
  e[first] = along;
  e[last] = 0;
}

int tg_eigen_turn(double *matrix, size_t size, double *d, double *z, size_t columns, double *work) {
  double *e = work, *v = work + size, *w = work + 2 * size;
  if (size == 0)
    return 0;
  for (size_t k = 0; k + 2 < size; k++)
    reflect_column(matrix, size, k, v, w, z, columns, &e[k]);
  for (size_t i = 0; i < size; i++)
    d[i] = matrix[i * size + i];
  if (size > 1)
    e[size - 2] = matrix[(size - 1) * size + size - 2];
  e[size - 1] = 0;
  for (size_t first = 0; first < size; first++)
    for (int step = 0;; step++) {
      size_t last = first;
      while (last + 1 < size && fabs(e[last]) > DBL_EPSILON * (fabs(d[last]) + fabs(d[last + 1])))
        last++;
      if (last == first)
        break;
      if (step == 100)
        return -1;
      chase_bulge(d, e, z, columns, first, last);
    }
  return 0;
}
