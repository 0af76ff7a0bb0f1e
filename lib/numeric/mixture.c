/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inversion integral of the moment generating function on a contour through its saddle point (Rice 1980, SIAM J. Sci.
 * Stat. Comput. 1:438-448; the hyperbola is Talbot's as in Weideman & Trefethen 2007, Math. Comput. 76:1341-1356):
 *
 *   P(Q > x) = 1/(2 pi i) * integral of exp(g(s)) ds,   g(s) = log E exp(s Q) - x s - log s,
 *   log E exp(s Q) = -1/2 sum of log(1 - 2 weight s)
 *
 * from c - i inf to c + i inf, 0 < c < 1/(2 largest weight).  Against a chi square of df degrees x s gives way to
 * df/2 log(1 + 2 x s / df).  At c, where g has its minimum between the two ends, the integrand is all of one
 * sign and as large as the tail itself, so that small tails have as many digits as large ones.  From there the contour
 * bends away from what is singular,
 *
 *   s = c + d ((cosh t - 1) sin a + i sinh t cos a),
 *
 * d the distance to the nearer end: all singularities are then at least pi/3 from the real t, and the sum over steps h
 * of t is wrong by exp(-2 pi^2 / (3 h)) of itself.  h is halved until nothing changes. */
#include <numeric/mixture.h>

#include <float.h>
#include <math.h>

#define ANGLE 0.52359877559829887 /* a: pi/6 */
#define PI 3.14159265358979324
#define HALVINGS 12
#define BISECTIONS 200

typedef struct mixture {
  const double *weight;
  size_t count;
  double x, df, largest; /* weights are taken as parts of the largest, and x with them */
} mixture;

/* 1 + z in polar form: log of its length, and its angle. */
static void polar(double real, double imaginary, double *length, double *angle) {
  double more = real * (2 + real) + imaginary * imaginary; /* |1 + z|^2 - 1 */
  *length = more > -0.5 ? log1p(more) / 2 : log(hypot(1 + real, imaginary));
  *angle = atan2(imaginary, 1 + real);
}

/* g(s), less `peak`, as exp(real) and an angle. */
static void exponent(const mixture *m, double sr, double si, double *real, double *angle) {
  double length, turn;
  *real = -log(hypot(sr, si));
  *angle = -atan2(si, sr);
  for (size_t i = 0; i < m->count; i++) {
    double twice = -2 * m->weight[i] / m->largest;
    polar(twice * sr, twice * si, &length, &turn);
    *real -= length / 2;
    *angle -= turn / 2;
  }
  if (isinf(m->df)) {
    *real -= m->x * sr;
    *angle -= m->x * si;
    return;
  }
  polar(2 * m->x * sr / m->df, 2 * m->x * si / m->df, &length, &turn);
  *real -= m->df / 2 * length;
  *angle -= m->df / 2 * turn;
}

/* dg/ds on the real line: rises from -inf at 0 to +inf at 1/2. */
static double slope(const mixture *m, double s) {
  double sum = -1 / s - (isinf(m->df) ? m->x : m->x / (1 + 2 * m->x * s / m->df));
  for (size_t i = 0; i < m->count; i++) {
    double part = m->weight[i] / m->largest;
    sum += part / (1 - 2 * part * s);
  }
  return sum;
}

/* The minimum of g, which is convex, roughly: any c between the ends gives the same integral. */
static double saddle(const mixture *m) {
  double low = 0, high = 0.5;
  for (int i = 0; i < BISECTIONS; i++) {
    double middle = low + (high - low) / 2;
    if (!(middle > low && middle < high) || high - low <= 1e-3 * fmin(low, 0.5 - high))
      break;
    *(slope(m, middle) < 0 ? &low : &high) = middle;
  }
  return low + (high - low) / 2;
}

/* Steps of h from `first` on, every `stride`th of them. */
static double add_steps(const mixture *m, double c, double peak, double h, size_t first, size_t stride) {
  double d = fmin(c, 0.5 - c), sum = 0;
  for (size_t k = first;; k += stride) {
    double t = (double)k * h, real, angle;
    double sr = c + d * (cosh(t) - 1) * sin(ANGLE), si = d * sinh(t) * cos(ANGLE);
    /* ds/dt = i (along - i aside) */
    double along = d * cosh(t) * cos(ANGLE), aside = d * sinh(t) * sin(ANGLE), size;
    exponent(m, sr, si, &real, &angle);
    size = exp(real - peak);
    sum += size * (along * cos(angle) + aside * sin(angle)) * (k == 0 ? 0.5 : 1);
    if (!(size * (along + aside) > DBL_EPSILON / 64 * fabs(sum)) || !isfinite(sum))
      return sum;
  }
}

static double integrate(const mixture *m) {
  double c = saddle(m), peak, angle, h = 0.5, sum, before;
  exponent(m, c, 0, &peak, &angle);
  sum = add_steps(m, c, peak, h, 0, 1);
  for (int halving = 0; halving < HALVINGS; halving++) {
    before = sum * h;
    h /= 2;
    sum += add_steps(m, c, peak, h, 1, 2);
    if (fabs(sum * h - before) <= 1e-13 * fabs(sum * h))
      break;
  }
  return exp(peak) * sum * h / PI;
}

double tg_mixture_upper(double x, const double *weight, size_t count, double df) {
  mixture m = {weight, count, x, df, 0};
  if (isnan(x) || !(df > 0))
    return NAN;
  for (size_t i = 0; i < count; i++) {
    if (!(weight[i] >= 0) || isinf(weight[i]))
      return NAN;
    m.largest = fmax(m.largest, weight[i]);
  }
  if (x <= 0)
    return x < 0 || m.largest > 0 ? 1 : 0;
  if (m.largest == 0)
    return 0;
  m.x = x / m.largest;
  return isinf(m.x) ? 0 : fmin(1, fmax(0, integrate(&m)));
}
