/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Room numeric: sums, distributions, roots, linear algebra, random numbers. */
#include "nist.h"
#include "support.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <base/memory.h>
#include <base/number.h>
#include <numeric/beta.h>
#include <numeric/distribution.h>
#include <numeric/mixture.h>
#include <numeric/gamma.h>
#include <numeric/random.h>
#include <numeric/semidefinite.h>
#include <numeric/simplex.h>
#include <numeric/solve.h>
#include <numeric/sum.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Correct decimal digits, at most 15: NIST's log relative error. */
static double digits(double value, double certified) {
  if (value == certified)
    return 15;
  double error = certified == 0 ? fabs(value) : fabs(value - certified) / fabs(certified);
  return fmin(15, fmax(0, -log10(error)));
}

#define ck_digits(value, certified, least)                                                                   \
  ck_assert_msg(digits(value, certified) >= (least),                                                         \
                "%s = %.17g, certified %.15g: %.1f digits, at least %.1f", #value, (double)(value),          \
                (double)(certified), digits(value, certified), (double)(least))

/* --- Sums: NIST StRD, univariate --------------------------------------------------- */

static const double lew[] = {
    -213, -564, -35,  -15,  141,  115,  -420, -360, 203,  -338, -431, 194,  -220, -513, 154,  -125, -559,
    92,   -21,  -579, -52,  99,   -543, -175, 162,  -457, -346, 204,  -300, -474, 164,  -107, -572, -8,
    83,   -541, -224, 180,  -420, -374, 201,  -236, -531, 83,   27,   -564, -112, 131,  -507, -254, 199,
    -311, -495, 143,  -46,  -579, -90,  136,  -472, -338, 202,  -287, -477, 169,  -124, -568, 17,   48,
    -568, -135, 162,  -430, -422, 172,  -74,  -577, -13,  92,   -534, -243, 194,  -355, -465, 156,  -81,
    -578, -64,  139,  -449, -384, 193,  -198, -538, 110,  -44,  -577, -6,   66,   -552, -164, 161,  -460,
    -344, 205,  -281, -504, 134,  -28,  -576, -118, 156,  -437, -381, 200,  -220, -540, 83,   11,   -568,
    -160, 172,  -414, -408, 188,  -125, -572, -32,  139,  -492, -321, 205,  -262, -504, 142,  -83,  -574,
    0,    48,   -571, -106, 137,  -501, -266, 190,  -391, -406, 194,  -186, -553, 83,   -13,  -577, -49,
    103,  -515, -280, 201,  300,  -506, 131,  -45,  -578, -80,  138,  -462, -361, 201,  -211, -554, 32,
    74,   -533, -235, 187,  -372, -442, 182,  -147, -566, 25,   68,   -535, -244, 194,  -351, -463, 174,
    -125, -570, 15,   72,   -550, -190, 172,  -424, -385, 198,  -218, -536, 96,
};
static const double lottery[] = {
    162, 671, 933, 414, 788, 730, 817, 33,  536, 875, 670, 236, 473, 167, 877, 980, 316, 950, 456, 92,
    517, 557, 956, 954, 104, 178, 794, 278, 147, 773, 437, 435, 502, 610, 582, 780, 689, 562, 964, 791,
    28,  97,  848, 281, 858, 538, 660, 972, 671, 613, 867, 448, 738, 966, 139, 636, 847, 659, 754, 243,
    122, 455, 195, 968, 793, 59,  730, 361, 574, 522, 97,  762, 431, 158, 429, 414, 22,  629, 788, 999,
    187, 215, 810, 782, 47,  34,  108, 986, 25,  644, 829, 630, 315, 567, 919, 331, 207, 412, 242, 607,
    668, 944, 749, 168, 864, 442, 533, 805, 372, 63,  458, 777, 416, 340, 436, 140, 919, 350, 510, 572,
    905, 900, 85,  389, 473, 758, 444, 169, 625, 692, 140, 897, 672, 288, 312, 860, 724, 226, 884, 508,
    976, 741, 476, 417, 831, 15,  318, 432, 241, 114, 799, 955, 833, 358, 935, 146, 630, 830, 440, 642,
    356, 373, 271, 715, 367, 393, 190, 669, 8,   861, 108, 795, 269, 590, 326, 866, 64,  523, 862, 840,
    219, 382, 998, 4,   628, 305, 747, 247, 34,  747, 729, 645, 856, 974, 24,  568, 24,  694, 608, 480,
    410, 729, 947, 293, 53,  930, 223, 203, 677, 227, 62,  455, 387, 318, 562, 242, 428, 968,
};
static const double mavro[] = {
    2.00180, 2.00170, 2.00180, 2.00190, 2.00180, 2.00170, 2.00150, 2.00140, 2.00150, 2.00150,
    2.00170, 2.00180, 2.00180, 2.00190, 2.00190, 2.00210, 2.00200, 2.00160, 2.00140, 2.00130,
    2.00130, 2.00150, 2.00150, 2.00160, 2.00150, 2.00140, 2.00130, 2.00140, 2.00150, 2.00140,
    2.00150, 2.00160, 2.00150, 2.00160, 2.00190, 2.00200, 2.00200, 2.00210, 2.00220, 2.00230,
    2.00240, 2.00250, 2.00270, 2.00260, 2.00260, 2.00260, 2.00270, 2.00260, 2.00250, 2.00240,
};
static const double michelso[] = {
    299.85, 299.74, 299.90, 300.07, 299.93, 299.85, 299.95, 299.98, 299.98, 299.88, 300.00, 299.98, 299.93,
    299.65, 299.76, 299.81, 300.00, 300.00, 299.96, 299.96, 299.96, 299.94, 299.96, 299.94, 299.88, 299.80,
    299.85, 299.88, 299.90, 299.84, 299.83, 299.79, 299.81, 299.88, 299.88, 299.83, 299.80, 299.79, 299.76,
    299.80, 299.88, 299.88, 299.88, 299.86, 299.72, 299.72, 299.62, 299.86, 299.97, 299.95, 299.88, 299.91,
    299.85, 299.87, 299.84, 299.84, 299.85, 299.84, 299.84, 299.84, 299.89, 299.81, 299.81, 299.82, 299.80,
    299.77, 299.76, 299.74, 299.75, 299.76, 299.91, 299.92, 299.89, 299.86, 299.88, 299.72, 299.84, 299.85,
    299.85, 299.78, 299.89, 299.84, 299.78, 299.81, 299.76, 299.81, 299.79, 299.81, 299.82, 299.85, 299.87,
    299.87, 299.81, 299.74, 299.81, 299.94, 299.95, 299.80, 299.81, 299.87,
};

static double mean_of(const double *x, size_t n) {
  tg_sum sum = {0};
  for (size_t i = 0; i < n; i++)
    tg_sum_add(&sum, x[i]);
  return tg_sum_value(&sum) / (double)n;
}

/* Two passes; the second also takes back what the mean was rounded by. */
static double deviation_of(const double *x, size_t n) {
  double mean = mean_of(x, n);
  tg_sum squares = {0}, rest = {0};
  for (size_t i = 0; i < n; i++) {
    tg_sum_add(&squares, (x[i] - mean) * (x[i] - mean));
    tg_sum_add(&rest, x[i] - mean);
  }
  double correction = tg_sum_value(&rest) * tg_sum_value(&rest) / (double)n;
  return sqrt((tg_sum_value(&squares) - correction) / (double)(n - 1));
}

/* The ceilings for sd are what exact arithmetic gives on the data as doubles. */
static void check_univariate(const double *x, size_t n, double mean, double deviation, double ceiling) {
  ck_digits(mean_of(x, n), mean, 14);
  ck_digits(deviation_of(x, n), deviation, ceiling - 0.1);
}

START_TEST(nist_means_and_deviations_reach_their_ceilings) {
  ck_assert_uint_eq(COUNT(lew), 200);
  ck_assert_uint_eq(COUNT(lottery), 218);
  ck_assert_uint_eq(COUNT(mavro), 50);
  ck_assert_uint_eq(COUNT(michelso), 100);
  static const double numacc1[] = {10000001, 10000003, 10000002};
  check_univariate(lew, COUNT(lew), -177.435, 277.332168044316, 15);
  check_univariate(lottery, COUNT(lottery), 518.958715596330, 291.699727470969, 15);
  check_univariate(mavro, COUNT(mavro), 2.001856, 0.000429123454003053, 13.1);
  check_univariate(michelso, COUNT(michelso), 299.8524, 0.0790105478190518, 13.8);
  check_univariate(numacc1, 3, 10000002, 1, 15);
}
END_TEST

START_TEST(nist_numacc_reach_their_ceilings) {
  static const struct {
    const char *one, *two, *three; /* decimals, as in the files */
    double mean, ceiling;
  } sets[] = {
      {"1.2", "1.1", "1.3", 1.2, 15},
      {"1000000.2", "1000000.1", "1000000.3", 1000000.2, 9.5},
      {"10000000.2", "10000000.1", "10000000.3", 10000000.2, 8.3},
  };
  for (size_t s = 0; s < COUNT(sets); s++) {
    double x[1001], two, three;
    tg_number_parse(sets[s].one, strlen(sets[s].one), '.', &x[0]);
    tg_number_parse(sets[s].two, strlen(sets[s].two), '.', &two);
    tg_number_parse(sets[s].three, strlen(sets[s].three), '.', &three);
    for (size_t i = 1; i < 1001; i += 2) {
      x[i] = two;
      x[i + 1] = three;
    }
    check_univariate(x, 1001, sets[s].mean, 0.1, sets[s].ceiling);
  }
}
END_TEST

START_TEST(sums_keep_what_plain_addition_loses) {
  tg_sum sum = {0};
  tg_sum_add(&sum, 1e16);
  for (int i = 0; i < 1000; i++)
    tg_sum_add(&sum, 1);
  tg_sum_add(&sum, -1e16);
  ck_assert(tg_sum_value(&sum) == 1000);
  tg_sum big = {0};
  tg_sum_add(&big, 1);
  tg_sum_add(&big, 1e100);
  tg_sum_add(&big, 1);
  tg_sum_add(&big, -1e100);
  ck_assert(tg_sum_value(&big) == 2);
}
END_TEST

START_TEST(merged_sums_are_as_good_as_one) {
  tg_sum whole = {0}, merged = {0};
  for (int block = 0; block < 100; block++) {
    tg_sum part = {0};
    for (int i = 0; i < 1000; i++) {
      double x = ldexp((double)((block * 7919 + i * 104729) % 1000 - 500), (i % 40) - 20);
      tg_sum_add(&part, x);
      tg_sum_add(&whole, x);
    }
    tg_sum_merge(&merged, &part);
  }
  /* Every term is a multiple of 2^-20: the sum is exact. */
  ck_assert(tg_sum_value(&merged) == tg_sum_value(&whole));
  ck_assert(tg_sum_value(&merged) == rint(tg_sum_value(&merged) * 0x1p20) * 0x1p-20);
}
END_TEST

START_TEST(sums_say_infinite_and_nan) {
  tg_sum sum = {0};
  tg_sum_add(&sum, 1e308);
  tg_sum_add(&sum, 1e308);
  ck_assert(isinf(tg_sum_value(&sum)));
  tg_sum_add(&sum, 1);
  ck_assert(isinf(tg_sum_value(&sum)));
  tg_sum_add(&sum, NAN);
  ck_assert(isnan(tg_sum_value(&sum)));
}
END_TEST

/* --- Distributions: R 4.2.2 (qt, pt, pf, pchisq, pnorm, qnorm), and for beta
 * quantiles mpmath with 60 digits (min(a, b) < 1000 and a + b < 10000) or R --------- */

static const double t_quantiles[][3] = {
    {1e-10, 1, -3183098861.83791},
    {0.005, 1, -63.6567411628716},
    {0.025, 1, -12.7062047361747},
    {0.4, 1, -0.324919696232906},
    {0.9, 1, 3.07768353717525},
    {0.975, 1, 12.7062047361747},
    {1e-10, 2, -70710.6781080481},
    {0.005, 2, -9.92484320091829},
    {0.025, 2, -4.30265272974946},
    {0.4, 2, -0.288675134594813},
    {0.9, 2, 1.88561808316413},
    {0.975, 2, 4.30265272974946},
    {1e-10, 3.5, -848.543345633477},
    {0.005, 3.5, -5.08570222309126},
    {0.025, 3.5, -2.94008863798273},
    {0.4, 3.5, -0.27326545405578},
    {0.9, 3.5, 1.5765766051364},
    {0.975, 3.5, 2.94008863798273},
    {1e-10, 5, -156.825592708894},
    {0.005, 5, -4.03214298355523},
    {0.025, 5, -2.57058183563632},
    {0.4, 5, -0.267180865704145},
    {0.9, 5, 1.47588404882448},
    {0.975, 5, 2.57058183563631},
    {1e-10, 29, -9.51796550493783},
    {0.005, 29, -2.75638590367061},
    {0.025, 29, -2.0452296421327},
    {0.4, 29, -0.255683634571256},
    {0.9, 29, 1.31143364730155},
    {0.975, 29, 2.0452296421327},
    {1e-10, 30.5, -9.31174792336859},
    {0.005, 30.5, -2.74696706370474},
    {0.025, 30.5, -2.04086944518632},
    {0.4, 30.5, -0.255568163839175},
    {0.9, 30.5, 1.30993131603038},
    {0.975, 30.5, 2.04086944518632},
    {1e-10, 120, -6.95386224548607},
    {0.005, 120, -2.61742114510687},
    {0.025, 120, -1.97993040508242},
    {0.4, 120, -0.253909523214928},
    {0.9, 120, 1.28864623365638},
    {0.975, 120, 1.97993040508242},
    {1e-10, 10000, -6.3679413514828},
    {0.005, 10000, -2.57632104666853},
    {0.025, 10000, -1.96020123989063},
    {0.4, 10000, -0.253353843445727},
    {0.9, 10000, 1.28163622973048},
    {0.975, 10000, 1.96020123989063},
    {1e-10, 10000000, -6.36134749699862},
    {0.005, 10000000, -2.57582979520375},
    {0.025, 10000000, -1.95996422176721},
    {0.4, 10000000, -0.253347109876003},
    {0.9, 10000000, 1.28155165020308},
    {0.975, 10000000, 1.9599642217672},
    {1e-10, 500000000, -6.36134103429583},
    {0.005, 500000000, -2.575829313382},
    {0.025, 500000000, -1.9599639892846},
    {0.4, 500000000, -0.253347103270604},
    {0.9, 500000000, 1.28155156723777},
    {0.975, 500000000, 1.9599639892846},
    {1e-10, INFINITY, -6.36134090240406},
    {0.005, INFINITY, -2.5758293035489},
    {0.025, INFINITY, -1.95996398454005},
    {0.4, INFINITY, -0.2533471031358},
    {0.9, INFINITY, 1.2815515655446},
    {0.975, INFINITY, 1.95996398454005},
};

static const double t_tails[][3] = {
    {0.01, 1, 0.993634014470184},        {0.7, 1, 0.611199775571571},
    {1.96, 1, 0.300342891776033},        {3, 1, 0.204832764699133},
    {8, 1, 0.0791668483211311},          {0.01, 2, 0.992929108958201},
    {0.7, 2, 0.556393024632865},         {1.96, 2, 0.189057309601732},
    {3, 2, 0.0954659662667091},          {8, 2, 0.0152680721653381},
    {0.01, 4.5, 0.992449217394889},      {0.7, 4.5, 0.518439602311618},
    {1.96, 4.5, 0.113650248236385},      {3, 4.5, 0.0343808678887596},
    {8, 4.5, 0.00079609478816454},       {0.01, 10, 0.992217974990971},
    {0.7, 10, 0.499887570172884},        {1.96, 10, 0.0784362402476997},
    {3, 10, 0.0133436550225696},         {8, 10, 1.17749427896661e-05},
    {0.01, 31, 0.992085366269128},       {0.7, 31, 0.489147577310764},
    {1.96, 31, 0.0590379947216117},      {3, 31, 0.00528874668899135},
    {8, 31, 4.94026370190339e-09},       {0.01, 200, 0.992031255153281},
    {0.7, 200, 0.484740732993482},       {1.96, 200, 0.0513848408458134},
    {3, 200, 0.0030430471139059},        {8, 200, 9.87920090933069e-14},
    {0.01, 1000000, 0.992021289365548},  {0.7, 1000000, 0.483927467286542},
    {1.96, 1000000, 0.0499960675852698}, {3, 1000000, 0.00269986254142179},
    {8, 1000000, 1.24550634332025e-15},  {0.01, INFINITY, 0.992021287370737},
    {0.7, INFINITY, 0.483927304446146},  {1.96, INFINITY, 0.0499957902964409},
    {3, INFINITY, 0.00269979606326019},  {8, INFINITY, 1.24419211485436e-15},
};

static const double f_tails[][4] = {
    {0.2, 1, 1, 0.73227952719877},           {1, 1, 1, 0.5},
    {2.5, 1, 1, 0.359017035971376},          {9, 1, 1, 0.204832764699133},
    {0.2, 1, 10, 0.664251471731135},         {1, 1, 10, 0.34089313230206},
    {2.5, 1, 10, 0.14492760540408},          {9, 1, 10, 0.0133436550225696},
    {0.2, 3, 7.5, 0.89334819039433},         {1, 3, 7.5, 0.443917499712875},
    {2.5, 3, 7.5, 0.138193602764463},        {9, 3, 7.5, 0.00712951063719063},
    {0.2, 5, 120, 0.961898737722086},        {1, 5, 120, 0.420858847553777},
    {2.5, 5, 120, 0.0342761381393784},       {9, 5, 120, 2.75798114761662e-07},
    {0.2, 12, 1000000, 0.998499746421878},   {1, 12, 1000000, 0.445680605097033},
    {2.5, 12, 1000000, 0.00279271970943667}, {9, 12, 1000000, 1.49026134117951e-17},
    {0.2, 40, 40, 0.99999928272029},         {1, 40, 40, 0.5},
    {2.5, 40, 40, 0.00231506989207807},      {9, 40, 40, 1.0339119443745e-10},
    {0.2, 4, INFINITY, 0.938448064449895},   {1, 4, INFINITY, 0.406005849709838},
    {2.5, 4, INFINITY, 0.0404276819945128},  {9, 4, INFINITY, 2.8936961514954e-07},
};

static const double chisq_tails[][3] = {
    {0.25, 0.5, 0.359842793916916},
    {0.5, 0.5, 0.256322055268539},
    {0.6, 0.5, 0.228669279371707},
    {1.5, 0.5, 0.100063486715502},
    {0.5, 1, 0.479500122186953},
    {1, 1, 0.317310507862914},
    {1.2, 1, 0.273321678292298},
    {3, 1, 0.0832645166635506},
    {1, 2, 0.606530659712633},
    {2, 2, 0.367879441171442},
    {2.4, 2, 0.301194211912202},
    {6, 2, 0.0497870683678639},
    {3.5, 7, 0.835225482610342},
    {7, 7, 0.428879857553055},
    {8.4, 7, 0.298646342970526},
    {21, 7, 0.00377015005114617},
    {25, 50, 0.998807551151768},
    {50, 50, 0.473398468556349},
    {60, 50, 0.157242027238392},
    {150, 50, 6.31522325693399e-12},
    {145, 290, 0.999999999999955},
    {290, 290, 0.488956132363194},
    {348, 290, 0.010967714022336},
    {870, 290, 2.84382725235229e-59},
    {50000, 100000, 1},
    {100000, 100000, 0.499405291895207},
    {120000, 100000, 0},
    {300000, 100000, 0},
    {1500000, 3000000, 1},
    {3000000, 3000000, 0.499891421663619},
    {3600000, 3000000, 0},
    {9000000, 3000000, 0},
};

static const double normal_tails[][3] = {
    {-37, 5.72557122252458e-300, 1},
    {-8, 6.22096057427178e-16, 0.999999999999999},
    {-1.96, 0.0249978951482204, 0.97500210485178},
    {-0.5, 0.308537538725987, 0.691462461274013},
    {0, 0.5, 0.5},
    {1, 0.841344746068543, 0.158655253931457},
    {2.5758293035489, 0.995, 0.00500000000000001},
    {6, 0.999999999013412, 9.86587645037698e-10},
};

static const double normal_quantiles[][2] = {
    {1e-300, -37.0470962993612}, {1e-12, -7.03448382530113}, {0.001, -3.09023230616781},
    {0.025, -1.95996398454005},  {0.3, -0.524400512708041},  {0.5, 0},
    {0.8, 0.841621233572914},    {0.995, 2.5758293035489},   {0.999999, 4.75342430881709},
};

static const double beta_quantiles[][4] = {
    {1e-12, 0.5, 0.5, 2.4674011002723397e-24},
    {0.025, 0.5, 0.5, 0.0015413331334360119},
    {0.5, 0.5, 0.5, 0.5},
    {0.975, 0.5, 0.5, 0.99845866686656399},
    {1e-12, 1, 10, 1.00000000000045e-13},
    {0.025, 1, 10, 0.0025285785444617845},
    {0.5, 1, 10, 0.066967008463192584},
    {0.975, 1, 10, 0.30849710781876082},
    {1e-12, 6, 5, 0.0041113594550134221},
    {0.025, 6, 5, 0.26237807660694507},
    {0.5, 6, 5, 0.54830584377633692},
    {0.975, 6, 5, 0.81291397155260147},
    {1e-12, 0.01, 3, 0},
    {0.025, 0.01, 3, 1.3971959345402084e-161},
    {0.5, 0.01, 3, 1.771156265056326e-31},
    {0.975, 0.01, 3, 0.018517027223824977},
    {1e-12, 2.5, 400, 6.3938244706388184e-8},
    {0.025, 2.5, 400, 0.001036534018001955},
    {0.5, 2.5, 400, 0.0054144463420026667},
    {0.975, 2.5, 400, 0.015883179926175283},
    {1e-12, 40.25, 960.75, 0.010370846408319834},
    {0.025, 40.25, 960.75, 0.028940570238965791},
    {0.5, 40.25, 960.75, 0.03990384911449273},
    {0.975, 40.25, 960.75, 0.053216567299917544},
    {1e-12, 0.1, 1000, 6.0757822136653149e-124},
    {0.025, 0.1, 1000, 5.7943174492504448e-20},
    {0.5, 0.1, 1000, 5.9365804993434459e-7},
    {0.975, 0.1, 1000, 0.00097786655497617979},
    {1e-09, 3, 100000.5, 1.81791931477352e-08},
    {0.025, 3, 100000.5, 6.18660929262147e-06},
    {0.5, 3, 100000.5, 2.67398445196765e-05},
    {0.975, 3, 100000.5, 7.22431833326456e-05},
    {1e-09, 100000, 300000, 0.245908232988355},
    {0.025, 100000, 300000, 0.24865929110881},
    {0.5, 100000, 300000, 0.249999583332999},
    {0.975, 100000, 300000, 0.25134307677332},
    {1e-09, 10000000, 10000000, 0.499329425083082},
    {0.025, 10000000, 10000000, 0.499780869372639},
    {0.5, 10000000, 10000000, 0.5},
    {0.975, 10000000, 10000000, 0.500219130627361},
    {1e-09, 300, 1000000, 0.000207424069868741},
    {0.025, 300, 1000000, 0.00026693373205186},
    {0.5, 300, 1000000, 0.000299577059180838},
    {0.975, 300, 1000000, 0.000334778470177364},
};

START_TEST(distributions_give_known_values) {
  for (size_t i = 0; i < COUNT(t_quantiles); i++)
    ck_near(tg_distribution_t_quantile(t_quantiles[i][0], t_quantiles[i][1]), t_quantiles[i][2], 5e-14);
  for (size_t i = 0; i < COUNT(t_tails); i++)
    ck_near(tg_distribution_t_two_sided(t_tails[i][0], t_tails[i][1]), t_tails[i][2], 5e-14);
  for (size_t i = 0; i < COUNT(f_tails); i++)
    ck_near(tg_distribution_f_upper(f_tails[i][0], f_tails[i][1], f_tails[i][2]), f_tails[i][3], 2e-13);
  for (size_t i = 0; i < COUNT(chisq_tails); i++)
    ck_near(tg_distribution_chisq_upper(chisq_tails[i][0], chisq_tails[i][1]), chisq_tails[i][2], 2e-13);
  for (size_t i = 0; i < COUNT(normal_tails); i++) {
    ck_near(tg_distribution_normal(normal_tails[i][0]), normal_tails[i][1], 2e-14);
    ck_near(tg_distribution_normal_upper(normal_tails[i][0]), normal_tails[i][2], 2e-14);
  }
  for (size_t i = 0; i < COUNT(normal_quantiles); i++)
    ck_near(tg_distribution_normal_quantile(normal_quantiles[i][0]), normal_quantiles[i][1], 2e-14);
  for (size_t i = 0; i < COUNT(beta_quantiles); i++)
    ck_near(tg_distribution_beta_quantile(beta_quantiles[i][0], beta_quantiles[i][1], beta_quantiles[i][2]),
            beta_quantiles[i][3], 1e-12);
}
END_TEST

START_TEST(published_tables_are_met) {
  /* Fisher and Yates: t for 95 and 99 per cent; F and chi-squared at 5 per cent. */
  ck_assert(fabs(tg_distribution_t_quantile(0.975, 10) - 2.228) < 5e-4);
  ck_assert(fabs(tg_distribution_t_quantile(0.995, 30) - 2.750) < 5e-4);
  ck_assert(fabs(tg_distribution_f_upper(3.10, 3, 20) - 0.05) < 1e-4);
  ck_assert(fabs(tg_distribution_chisq_upper(3.841, 1) - 0.05) < 1e-4);
  /* Clopper and Pearson 1934: 0 of 10 and 5 of 10 at 95 per cent. */
  ck_assert(tg_distribution_beta_quantile(0.025, 0, 11) == 0);
  ck_near(tg_distribution_beta_quantile(0.975, 1, 10), 1 - pow(0.025, 0.1), 1e-14);
  ck_assert(fabs(tg_distribution_beta_quantile(0.025, 5, 6) - 0.1871) < 5e-5);
  ck_assert(fabs(tg_distribution_beta_quantile(0.975, 6, 5) - 0.8129) < 5e-5);
  ck_assert(tg_distribution_beta_quantile(0.975, 11, 0) == 1);
}
END_TEST

START_TEST(beta_is_a_binomial_tail) {
  /* P(X >= k) of n trials with probability p is I_p(k, n - k + 1). */
  for (int n = 1; n <= 40; n += 3)
    for (int k = 1; k <= n; k++)
      for (double p = 0.05; p < 1; p += 0.15) {
        tg_sum tail = {0};
        for (int j = k; j <= n; j++)
          tg_sum_add(&tail,
                     exp(lgamma(n + 1) - lgamma(j + 1) - lgamma(n - j + 1)) * pow(p, j) * pow(1 - p, n - j));
        ck_near(tg_distribution_beta(p, k, n - k + 1), tg_sum_value(&tail), 1e-12);
      }
}
END_TEST

START_TEST(closed_forms_hold) {
  for (double x = 0.001; x < 1; x += 0.0637) {
    ck_near(tg_distribution_beta(x, 1, 1), x, 1e-14);
    ck_near(tg_distribution_beta(x, 3.5, 1), pow(x, 3.5), 1e-13);
    ck_near(tg_distribution_beta(x, 1, 1e6), -expm1(1e6 * log1p(-x)), 1e-12);
    ck_near(tg_distribution_beta(x, 0.5, 0.5), 2 / M_PI * asin(sqrt(x)), 1e-13);
    ck_near(tg_distribution_t_quantile(0.5 + x / 2, 1), tan(M_PI * x / 2), 1e-12);
    ck_near(tg_distribution_chisq_upper(20 * x, 2), exp(-10 * x), 1e-13);
    ck_near(tg_distribution_chisq_upper(20 * x, 4), exp(-10 * x) * (1 + 10 * x), 1e-13);
    /* F with 1 and n is t squared. */
    ck_near(tg_distribution_f_upper(9 * x, 1, 13), tg_distribution_t_two_sided(3 * sqrt(x), 13), 1e-13);
    ck_near(tg_distribution_f_upper(9 * x, 3, INFINITY), tg_distribution_chisq_upper(27 * x, 3), 1e-14);
    ck_near(tg_distribution_f_upper(9 * x, 3, 1e20), tg_distribution_chisq_upper(27 * x, 3), 1e-14);
    ck_near(tg_distribution_t(-3 * x, INFINITY), tg_distribution_normal(-3 * x), 1e-15);
    ck_near(tg_distribution_t(3 * x, 7) + tg_distribution_t(-3 * x, 7), 1, 1e-15);
    ck_near(tg_gamma_upper(0.5, x * x), erfc(x), 1e-13);
  }
}
END_TEST

START_TEST(large_df_meets_the_normal_without_a_step) {
  static const double levels[] = {1e-12, 0.001, 0.025, 0.3, 0.975};
  for (size_t i = 0; i < COUNT(levels); i++) {
    double below = tg_distribution_t_quantile(levels[i], 9.999999e7);
    double above = tg_distribution_t_quantile(levels[i], 1.0000001e8);
    ck_near(below, above, 1e-13);
    ck_near(tg_distribution_t_two_sided(above, 9.999999e7), tg_distribution_t_two_sided(above, 1.0000001e8),
            1e-11);
    ck_assert(tg_distribution_t_quantile(levels[i], 1e300) ==
              tg_distribution_t_quantile(levels[i], INFINITY));
  }
  double below = 1.999999e11, above = 2.000001e11;
  ck_near(tg_distribution_chisq_upper(below + 1.5 * sqrt(2 * below), below),
          tg_distribution_chisq_upper(above + 1.5 * sqrt(2 * above), above), 1e-9);
}
END_TEST

START_TEST(arguments_out_of_range_give_nan) {
  const double bad[] = {-1, NAN, -INFINITY};
  for (size_t i = 0; i < COUNT(bad); i++) {
    ck_assert(isnan(tg_distribution_t(1, bad[i])) && isnan(tg_distribution_t_two_sided(1, bad[i])));
    ck_assert(isnan(tg_distribution_t_quantile(0.3, bad[i])) && isnan(tg_distribution_t_quantile(bad[i], 3)));
    ck_assert(isnan(tg_distribution_f_upper(1, bad[i], 2)) && isnan(tg_distribution_f_upper(1, 2, bad[i])));
    ck_assert(isnan(tg_distribution_chisq_upper(1, bad[i])));
    ck_assert(isnan(tg_distribution_beta(0.5, bad[i], 1)) && isnan(tg_distribution_beta(0.5, 1, bad[i])));
    ck_assert(isnan(tg_distribution_beta_quantile(0.5, bad[i], 1)));
    ck_assert(isnan(tg_distribution_beta_quantile(0.5, 1, bad[i])));
    ck_assert(isnan(tg_distribution_beta_quantile(bad[i], 1, 1)));
    ck_assert(isnan(tg_distribution_normal_quantile(bad[i])));
    ck_assert(isnan(tg_gamma_upper(bad[i], 1)) && isnan(tg_gamma_upper(1, bad[i])));
  }
  tg_beta tails;
  double x, y;
  static const double shapes[][4] = {
      {0, 1, 0.5, 0.5}, {1, INFINITY, 0.5, 0.5}, {1, 1, NAN, 0.5}, {1, 1, 0.5, 1.5}};
  for (size_t i = 0; i < COUNT(shapes); i++) {
    ck_assert_int_eq(tg_beta_incomplete(shapes[i][0], shapes[i][1], shapes[i][2], shapes[i][3], &tails), -1);
    ck_assert(isnan(tails.lower) && isnan(tails.upper) && isnan(tails.log_lower) && isnan(tails.log_upper));
    ck_assert_int_eq(tg_beta_quantile(shapes[i][2], shapes[i][3], shapes[i][0], shapes[i][1], &x, &y), -1);
    ck_assert(isnan(x) && isnan(y));
  }
  /* Beyond all reason it gives up, and does so in milliseconds. */
  ck_assert_int_eq(tg_beta_quantile(0.025, 0.975, 1e300, 1e300, &x, &y), -1);
  ck_assert(isnan(x) && isnan(y));
  ck_assert(isnan(tg_distribution_t(1, 0)) && isnan(tg_distribution_f_upper(1, 0, 1)));
  ck_assert(isnan(tg_distribution_t(NAN, 5)) && isnan(tg_distribution_normal(NAN)));
  ck_assert(isnan(tg_distribution_f_upper(NAN, 1, 1)) && isnan(tg_distribution_beta(NAN, 1, 1)));
  ck_assert(isnan(tg_distribution_beta_quantile(0.5, 0, 0)) && isnan(tg_distribution_normal_quantile(1.5)));
  ck_assert(isnan(tg_distribution_t_quantile(1.0000001, 5)) &&
            isnan(tg_distribution_chisq_upper(1, INFINITY)));
}
END_TEST

START_TEST(edges_are_exact) {
  ck_assert(tg_distribution_normal(INFINITY) == 1 && tg_distribution_normal(-INFINITY) == 0);
  ck_assert(tg_distribution_normal_quantile(0) == -INFINITY &&
            tg_distribution_normal_quantile(1) == INFINITY);
  ck_assert(tg_distribution_t(0, 3) == 0.5 && tg_distribution_t(0, INFINITY) == 0.5);
  ck_assert(tg_distribution_t(INFINITY, 3) == 1 && tg_distribution_t(-INFINITY, 3) == 0);
  ck_assert(tg_distribution_t_two_sided(0, 3) == 1 && tg_distribution_t_two_sided(-INFINITY, INFINITY) == 0);
  ck_assert(tg_distribution_t_two_sided(1e300, 3) >= 0 && tg_distribution_t_two_sided(1e-300, 3) == 1);
  ck_assert(tg_distribution_t_quantile(0, 3) == -INFINITY &&
            tg_distribution_t_quantile(1, INFINITY) == INFINITY);
  ck_assert(tg_distribution_t_quantile(0.5, 3) == 0 && tg_distribution_t_quantile(0.5, INFINITY) == 0);
  ck_assert(tg_distribution_f_upper(0, 1, 1) == 1 && tg_distribution_f_upper(-3, 1, 1) == 1);
  ck_assert(tg_distribution_f_upper(INFINITY, 1, INFINITY) == 0);
  ck_assert(tg_distribution_chisq_upper(0, 1) == 1 && tg_distribution_chisq_upper(INFINITY, 1) == 0);
  ck_assert(tg_distribution_chisq_upper(1e6, 1) == 0 && tg_distribution_chisq_upper(-1, 1) == 1);
  ck_assert(tg_distribution_beta(0, 2, 3) == 0 && tg_distribution_beta(1, 2, 3) == 1);
  ck_assert(tg_distribution_beta(-1, 2, 3) == 0 && tg_distribution_beta(2, 2, 3) == 1);
  ck_assert(tg_distribution_beta_quantile(0, 2, 3) == 0 && tg_distribution_beta_quantile(1, 2, 3) == 1);
  ck_assert(tg_distribution_beta_quantile(0.3, 0, 3) == 0 && tg_distribution_beta_quantile(0.3, 3, 0) == 1);
  ck_assert(tg_distribution_beta_quantile(1e-12, 1e-3, 5) == 0); /* about e^-27631 */
}
END_TEST

/* Korn and Graubard 1998: Clopper-Pearson at an effective sample size.  The host's
 * GSL handler is the default one here, which aborts: nothing may reach it. */
START_TEST(korn_graubard_grid_comes_back_through_the_forward_function) {
  static const double tails[] = {0.005, 0.025, 0.05, 0.95, 0.975, 0.995};
  size_t calls = 0;
  for (double n = 1.3; n < 2e7; n *= 1.23)
    for (double share = 1e-7; share < 1; share = share < 0.1 ? share * 1.9 : share + 0.037)
      for (size_t k = 0; k < COUNT(tails); k++) {
        double x = n * share, p = tails[k];
        double a = p < 0.5 ? x : x + 1, b = p < 0.5 ? n - x + 1 : n - x, low, high;
        calls++;
        ck_assert_int_eq(tg_beta_quantile(p, 1 - p, a, b, &low, &high), 0);
        ck_assert(low == tg_distribution_beta_quantile(p, a, b));
        ck_assert(low >= 0 && high >= 0 && fabs(low + high - 1) <= DBL_EPSILON);
        if (low < 1e-299 || high < 1e-299)
          continue; /* too near an end for a double */
        tg_beta back;
        ck_assert_int_eq(tg_beta_incomplete(a, b, low, high, &back), 0);
        /* As good as the quantile could be rounded: error of the level over the
         * slope by logit(x), which is how far x itself is off. */
        double off = fabs(back.lower - p) / exp(back.log_slope);
        ck_assert_msg(off < 1e-12, "p %g a %.17g b %.17g: %g", p, a, b, off);
      }
  ck_assert_uint_ge(calls, 20000);
}
END_TEST

START_TEST(extreme_beta_quantiles_come_back_too) {
  static const double shapes[] = {1e-3, 0.017, 0.5, 1, 1.0001, 3.3, 20, 1000, 1e5, 1e7};
  static const double levels[] = {1e-12, 1e-6, 0.025, 0.3, 0.5, 0.9, 0.9999, 1 - 1e-12};
  for (size_t i = 0; i < COUNT(shapes); i++)
    for (size_t j = 0; j < COUNT(shapes); j++) {
      double before = 0;
      for (size_t k = 0; k < COUNT(levels); k++) {
        double a = shapes[i], b = shapes[j], p = levels[k], q = 1 - p, x, y, mirrored, other;
        ck_assert_int_eq(tg_beta_quantile(p, q, a, b, &x, &y), 0);
        ck_assert(x >= before && x <= 1 && y >= 0);
        before = x;
        ck_assert_int_eq(tg_beta_quantile(q, p, b, a, &mirrored, &other), 0);
        ck_assert(fabs(mirrored - y) <= 1e-11 * y && fabs(other - x) <= 1e-11 * x);
        tg_beta back;
        if (x < 1e-299 || y < 1e-299)
          continue;
        ck_assert_int_eq(tg_beta_incomplete(a, b, x, y, &back), 0);
        double off = p < q ? fabs(back.lower - p) : fabs(back.upper - q);
        ck_assert_msg(off / exp(back.log_slope) < 5e-12, "p %g a %g b %g: %g", p, a, b,
                      off / exp(back.log_slope));
      }
    }
}
END_TEST

START_TEST(quantiles_of_t_come_back) {
  for (double df = 0.3; df < 1e12; df *= 2.9)
    for (double p = 1e-13; p < 0.5; p *= 3.1) {
      double t = tg_distribution_t_quantile(p, df);
      ck_near(tg_distribution_t(t, df), p, 2e-11);
      ck_assert(tg_distribution_t_quantile(1 - 0.25, df) == -tg_distribution_t_quantile(0.25, df));
    }
}
END_TEST

/* --- Roots --------------------------------------------------------------------------- */

static double cubic(double x, void *context) {
  ++*(int *)context;
  return x * x * x - 2 * x - 5;
}

static double steep(double x, void *context) {
  ++*(int *)context;
  return expm1(200 * (x - 0.3));
}

static double flat(double x, void *context) {
  ++*(int *)context;
  return pow(x - 1, 9);
}

static double jump(double x, void *context) {
  ++*(int *)context;
  return x < 0.7 ? -1 : 1;
}

static double hole(double x, void *context) {
  ++*(int *)context;
  return x > 0.4 && x < 0.6 ? NAN : x - 0.5;
}

START_TEST(roots_are_found_to_the_last_bits) {
  int calls = 0;
  ck_near(tg_solve_root(cubic, &calls, 2, 3), 2.0945514815423265, 1e-15); /* Wallis 1685 */
  ck_assert_int_le(calls, 12);
  ck_near(tg_solve_root(cubic, &calls, 3, 2), 2.0945514815423265, 1e-15);
  calls = 0;
  ck_near(tg_solve_root(steep, &calls, 0, 1), 0.3, 1e-15);
  ck_assert_int_le(calls, 100);
  ck_assert(fabs(tg_solve_root(flat, &calls, 0, 5) - 1) < 1e-15);
  ck_near(tg_solve_root(jump, &calls, 0, 1), 0.7, 1e-15);
  ck_assert(tg_solve_root(jump, &calls, -1e300, 1e300) <= 0.7000000001);
}
END_TEST

START_TEST(roots_without_a_bracket_are_nan) {
  int calls = 0;
  ck_assert(isnan(tg_solve_root(cubic, &calls, 3, 4)));
  ck_assert(isnan(tg_solve_root(cubic, &calls, NAN, 4)));
  ck_assert(isnan(tg_solve_root(hole, &calls, 0, 1)));
  ck_assert(tg_solve_root(jump, &calls, 0.9, 0.7) != tg_solve_root(jump, &calls, 0.9, 0.7)); /* NaN */
  ck_assert(tg_solve_root(flat, &calls, 1, 4) == 1);
  ck_assert(tg_solve_root(flat, &calls, -4, 1) == 1);
}
END_TEST

/* --- Least squares: NIST StRD, linear regression.  The digits asked for are those of
 * exact arithmetic on the data as doubles, less a little; Filip's powers are rounded. */

static void check_regression(double *a, size_t rows, size_t columns, double *b, const double *certified,
                             double least) {
  trygg_error error;
  double x[11];
  ck_ok(tg_solve_least_squares(a, rows, columns, b, x, &error));
  for (size_t j = 0; j < columns; j++)
    ck_digits(x[j], certified[j], least);
}

START_TEST(nist_norris) {
  double a[72], b[36];
  ck_assert_uint_eq(COUNT(norris), 36);
  for (size_t i = 0; i < 36; i++) {
    b[i] = norris[i][0];
    a[2 * i] = 1;
    a[2 * i + 1] = norris[i][1];
  }
  check_regression(a, 36, 2, b, (const double[]){-0.262323073774029, 1.00211681802045}, 13.9);
}
END_TEST

START_TEST(nist_no_intercept) {
  double a[11], b[11];
  for (int i = 0; i < 11; i++) {
    a[i] = 60 + i;
    b[i] = 130 + i;
  }
  check_regression(a, 11, 1, b, (const double[]){2.07438016528926}, 14.5);
  check_regression((double[]){4, 5, 6}, 3, 1, (double[]){3, 4, 4}, (const double[]){0.727272727272727}, 14.5);
}
END_TEST

START_TEST(nist_longley) {
  static const double certified[] = {-3482258.63459582, 15.0618722713733,  -0.0358191792925910,
                                     -2.02022980381683, -1.03322686717359, -0.0511041056535807,
                                     1829.15146461355};
  double a[16 * 7], b[16];
  ck_assert_uint_eq(COUNT(longley), 16);
  for (size_t i = 0; i < 16; i++) {
    b[i] = longley[i][0];
    a[7 * i] = 1;
    memcpy(a + 7 * i + 1, longley[i] + 1, 6 * sizeof *a);
  }
  check_regression(a, 16, 7, b, certified, 14.3);
}
END_TEST

static void check_wampler(int set, double least) {
  static const double ones[] = {1, 1, 1, 1, 1, 1}, tenths[] = {1, 0.1, 0.01, 0.001, 0.0001, 0.00001};
  double a[21 * 6], b[21];
  for (int i = 0; i < 21; i++) {
    double power = 1, sum = 0, decimal = 0;
    for (int k = 0; k < 6; k++, power *= i) {
      a[6 * i + k] = power;
      sum += power;
      decimal += power * pow(10, 5 - k); /* the sum of (i/10)^k times 10^5 */
    }
    b[i] = set == 2 ? decimal / 1e5
                    : sum + (set == 1   ? 0
                             : set == 3 ? wampler_shifts[i]
                                        : 100 * wampler_shifts[i]);
  }
  check_regression(a, 21, 6, b, set == 2 ? tenths : ones, least);
}

START_TEST(nist_wampler) {
  check_wampler(1, 14.5);
  check_wampler(2, 13);
  check_wampler(3, 14.5);
  check_wampler(4, 14.5);
}
END_TEST

START_TEST(nist_filip) {
  static const double certified[] = {-1467.48961422980,    -2772.17959193342,     -2316.37108160893,
                                     -1127.97394098372,    -354.478233703349,     -75.1242017393757,
                                     -10.8753180355343,    -1.06221498588947,     -0.0670191154593408,
                                     -0.00246781078275479, -0.0000402962525080404};
  double a[82 * 11], b[82];
  ck_assert_uint_eq(COUNT(filip), 82);
  for (size_t i = 0; i < 82; i++) {
    b[i] = filip[i][0];
    for (int k = 0; k < 11; k++)
      a[11 * i + (size_t)k] = pow(filip[i][1], k);
  }
  check_regression(a, 82, 11, b, certified, 7.5);
}
END_TEST

START_TEST(least_squares_scales_exactly) {
  trygg_error error;
  double x[3], scaled[3];
  for (int exponent = -300; exponent <= 300; exponent += 100) {
    double a[18], b[6], c[18], d[6];
    for (int i = 0; i < 6; i++) {
      for (int j = 0; j < 3; j++) {
        a[3 * i + j] = pow(i + 1, j);
        c[3 * i + j] = ldexp(a[3 * i + j], j == 1 ? exponent : -exponent);
      }
      b[i] = d[i] = sin(i);
    }
    ck_ok(tg_solve_least_squares(a, 6, 3, b, x, &error));
    ck_ok(tg_solve_least_squares(c, 6, 3, d, scaled, &error));
    for (int j = 0; j < 3; j++)
      ck_assert(x[j] == ldexp(scaled[j], j == 1 ? exponent : -exponent));
  }
}
END_TEST

START_TEST(least_squares_refuses_what_has_no_answer) {
  trygg_error error;
  double x[3];
  double dependent[] = {1, 2, 3, 1, 4, 5, 1, 6, 7, 1, 9, 10}; /* third = first + second */
  ck_assert_int_eq(tg_solve_least_squares(dependent, 4, 3, (double[]){1, 2, 3, 4}, x, &error),
                   TRYGG_ENUMERIC);
  ck_assert_ptr_nonnull(strstr(error.message, "Column 3"));
  ck_assert_int_eq(tg_solve_least_squares((double[]){0, 0}, 2, 1, (double[]){1, 2}, x, &error),
                   TRYGG_ENUMERIC);
  ck_assert_int_eq(tg_solve_least_squares((double[]){1, 2}, 1, 2, (double[]){1}, x, &error), TRYGG_ENUMERIC);
  ck_assert_int_eq(tg_solve_least_squares((double[]){1, NAN}, 2, 1, (double[]){1, 2}, x, &error),
                   TRYGG_ENUMERIC);
  ck_assert_int_eq(tg_solve_least_squares((double[]){1, INFINITY}, 2, 1, (double[]){1, 2}, x, &error),
                   TRYGG_ENUMERIC);
  ck_assert_int_eq(tg_solve_least_squares((double[]){1, 2}, 2, 1, (double[]){1, NAN}, x, &error),
                   TRYGG_ENUMERIC);
  ck_ok(tg_solve_least_squares((double[]){0}, 1, 0, (double[]){1}, x, &error));
}
END_TEST

/* --- Symmetric matrices ----------------------------------------------------------------- */

static void hilbert(double *matrix, size_t size) {
  for (size_t i = 0; i < size; i++)
    for (size_t j = 0; j < size; j++)
      matrix[i * size + j] = 1.0 / (double)(i + j + 1);
}

START_TEST(inverse_of_a_hilbert_matrix_is_whole) {
  static const double inverse[] = {25,     -300,   1050,   -1400,  630,     -300,   4800,  -18900, 26880,
                                   -12600, 1050,   -18900, 79380,  -117600, 56700,  -1400, 26880,  -117600,
                                   179200, -88200, 630,    -12600, 56700,   -88200, 44100};
  trygg_error error;
  double matrix[25];
  hilbert(matrix, 5);
  ck_ok(tg_solve_inverse(matrix, 5, &error));
  for (int i = 0; i < 25; i++)
    ck_near(matrix[i], inverse[i], 1e-10);
  for (int i = 0; i < 5; i++)
    for (int j = 0; j < 5; j++)
      ck_assert(matrix[5 * i + j] == matrix[5 * j + i]);
  ck_ok(tg_solve_inverse(matrix, 0, &error));
}
END_TEST

START_TEST(inverse_scales_exactly) {
  trygg_error error;
  double plain[9] = {4, 1, 0.5, 1, 3, -0.25, 0.5, -0.25, 2}, scaled[9];
  static const int exponents[] = {-200, 3, 150};
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++)
      scaled[3 * i + j] = ldexp(plain[3 * i + j], exponents[i] + exponents[j]);
  ck_ok(tg_solve_inverse(plain, 3, &error));
  ck_ok(tg_solve_inverse(scaled, 3, &error));
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++)
      ck_assert(plain[3 * i + j] == ldexp(scaled[3 * i + j], exponents[i] + exponents[j]));
}
END_TEST

START_TEST(inverse_refuses_what_is_not_positive_definite) {
  trygg_error error;
  ck_assert_int_eq(tg_solve_inverse((double[]){1, 2, 2, 1}, 2, &error), TRYGG_ENUMERIC);
  ck_assert_int_eq(tg_solve_inverse((double[]){1, 1, 1, 1}, 2, &error), TRYGG_ENUMERIC);
  ck_assert_ptr_nonnull(strstr(error.message, "row 2"));
  ck_assert_int_eq(tg_solve_inverse((double[]){0, 0, 0, 1}, 2, &error), TRYGG_ENUMERIC);
  ck_assert_int_eq(tg_solve_inverse((double[]){-1}, 1, &error), TRYGG_ENUMERIC);
  ck_assert_int_eq(tg_solve_inverse((double[]){NAN}, 1, &error), TRYGG_ENUMERIC);
  ck_assert_int_eq(tg_solve_inverse((double[]){1, INFINITY, INFINITY, 1}, 2, &error), TRYGG_ENUMERIC);
  /* 0.1, 0.2 and their sum: dependent but for rounding. */
  ck_assert_int_eq(
      tg_solve_inverse((double[]){0.01, 0.02, 0.03, 0.02, 0.05, 0.07, 0.03, 0.07, 0.1}, 3, &error),
      TRYGG_ENUMERIC);
}
END_TEST

START_TEST(quadratic_form_is_that_of_the_inverse) {
  trygg_error error;
  double matrix[16], inverse[16], y[4] = {0.3, -1, 2, 0.5}, value, expected = 0;
  size_t rank;
  for (int i = 0; i < 4; i++)
    for (int j = 0; j < 4; j++)
      matrix[4 * i + j] = inverse[4 * i + j] = (i == j ? 2 + i : 0) + 0.3 / (1 + abs(i - j));
  ck_ok(tg_solve_inverse(inverse, 4, &error));
  for (int i = 0; i < 4; i++)
    for (int j = 0; j < 4; j++)
      expected += y[i] * inverse[4 * i + j] * y[j];
  ck_ok(tg_solve_quadratic(matrix, y, 4, &value, &rank, &error));
  ck_near(value, expected, 1e-13);
  ck_assert_uint_eq(rank, 4);
}
END_TEST

/* Sizes, and shapes that the reduction meets: equal values, blocks that fall apart, a band, a badly conditioned one. */
START_TEST(quadratic_form_of_many_is_that_of_the_inverse) {
  enum { most = 80 };
  static double matrix[most * most], inverse[most * most], y[most];
  trygg_error error;
  for (size_t size = 1; size <= most; size = size < 8              ? size + 1
                                             : 2 * size - 1 > most ? most + 1
                                                                   : 2 * size - 1)
    for (int shape = 0; shape < 4; shape++) {
      double value, expected = 0;
      size_t rank;
      for (size_t i = 0; i < size; i++) {
        y[i] = sin(3.0 * (double)i + 1);
        for (size_t j = 0; j < size; j++) {
          double apart = fabs((double)i - (double)j);
          double shapes[] = {i == j, i / 2 == j / 2 ? (i == j ? 2 : 1) : 0,
                             apart == 0   ? 2
                             : apart == 1 ? -0.9
                                          : 0,
                             pow(0.99, apart)};
          matrix[i * size + j] = inverse[i * size + j] = shapes[shape];
        }
      }
      ck_ok(tg_solve_inverse(inverse, size, &error));
      for (size_t i = 0; i < size; i++)
        for (size_t j = 0; j < size; j++)
          expected += y[i] * inverse[i * size + j] * y[j];
      ck_ok(tg_solve_quadratic(matrix, y, size, &value, &rank, &error));
      ck_near(value, expected, 1e-11);
      ck_assert_uint_eq(rank, size);
    }
}
END_TEST

START_TEST(quadratic_form_leaves_out_directions_without_variance) {
  trygg_error error;
  double value;
  size_t rank;
  /* Shares of three that add to one: covariance p_i (d_ij - p_j), rank 2, and the
   * form with a shift that adds to zero is the sum of squares over p. */
  static const double p[] = {0.2, 0.3, 0.5}, y[] = {0.01, 0.02, -0.03};
  double matrix[9], expected = 0;
  for (int i = 0; i < 3; i++) {
    for (int j = 0; j < 3; j++)
      matrix[3 * i + j] = p[i] * ((i == j) - p[j]);
    expected += y[i] * y[i] / p[i];
  }
  ck_ok(tg_solve_quadratic(matrix, y, 3, &value, &rank, &error));
  ck_assert_uint_eq(rank, 2);
  /* The scaled eigenvectors span the same space only where scales agree: a generalized
   * inverse, checked against the value by two of the three shares. */
  double two[4] = {p[0] * (1 - p[0]), -p[0] * p[1], -p[0] * p[1], p[1] * (1 - p[1])}, by_two;
  ck_ok(tg_solve_quadratic(two, y, 2, &by_two, &rank, &error));
  ck_near(by_two, expected, 1e-12);
  ck_near(value, expected, 1e-12);
  double degenerate[] = {0, 0, 0, 4};
  ck_ok(tg_solve_quadratic(degenerate, (double[]){7, 6}, 2, &value, &rank, &error));
  ck_assert_uint_eq(rank, 1);
  ck_near(value, 9, 1e-15);
  ck_ok(tg_solve_quadratic((double[]){0}, (double[]){1}, 1, &value, &rank, &error));
  ck_assert(value == 0 && rank == 0);
  ck_ok(tg_solve_quadratic(NULL, NULL, 0, &value, &rank, &error));
  ck_assert(value == 0 && rank == 0);
  ck_assert_int_eq(tg_solve_quadratic((double[]){NAN}, (double[]){1}, 1, &value, &rank, &error),
                   TRYGG_ENUMERIC);
  ck_assert_int_eq(tg_solve_quadratic((double[]){1}, (double[]){NAN}, 1, &value, &rank, &error),
                   TRYGG_ENUMERIC);
}
END_TEST

START_TEST(failing_allocations_are_reported) {
  trygg_error error;
  double value, x[2];
  size_t rank;
  for (int what = 0; what < 3; what++) {
    trygg_status status = TRYGG_ENOMEM;
    for (long k = 0; status != TRYGG_OK; k++) {
      double matrix[] = {2, 1, 1, 3}, y[] = {1, 2};
      ck_assert_int_lt((int)k, 10);
      tg_memory_fail(k, 0);
      if (what == 0)
        status = tg_solve_least_squares(matrix, 2, 2, y, x, &error);
      else if (what == 1)
        status = tg_solve_inverse(matrix, 2, &error);
      else
        status = tg_solve_quadratic(matrix, y, 2, &value, &rank, &error);
      tg_memory_fail(-1, 0);
      ck_assert(status == TRYGG_OK || (status == TRYGG_ENOMEM && error.status == TRYGG_ENOMEM));
      ck_assert(k > 0 || status == TRYGG_ENOMEM);
    }
  }
  ck_assert_int_eq(tg_solve_quadratic(&value, &value, SIZE_MAX / 16, &value, &rank, &error), TRYGG_ENOMEM);
}
END_TEST

/* --- Random numbers ------------------------------------------------------------------------ */

START_TEST(random_numbers_repeat_by_seed_and_stream) {
  tg_random a, b, c, d;
  tg_random_seed(&a, 1, 0);
  tg_random_seed(&b, 1, 0);
  tg_random_seed(&c, 1, 1);
  tg_random_seed(&d, 2, 0);
  int equal_c = 0, equal_d = 0;
  for (int i = 0; i < 2000; i++) {
    double x = tg_random_uniform(&a);
    ck_assert(x >= 0 && x < 1);
    ck_assert(x == tg_random_uniform(&b));
    equal_c += x == tg_random_uniform(&c);
    equal_d += x == tg_random_uniform(&d);
  }
  ck_assert_int_eq(equal_c + equal_d, 0);
  tg_random_seed(&a, 1, 0);
  tg_random_seed(&b, 1, 0);
  for (int i = 0; i < 700; i++) /* past one turn of the state */
    tg_random_uniform(&a);
  tg_random_seed(&a, 1, 0);
  ck_assert(tg_random_uniform(&a) == tg_random_uniform(&b));
}
END_TEST

START_TEST(random_numbers_have_their_distribution) {
  enum { many = 200000 };
  tg_random random;
  tg_sum first = {0}, second = {0}, fourth = {0}, uniform = {0};
  int cells[7] = {0}, below[10] = {0};
  tg_random_seed(&random, 20240131, 7);
  for (int i = 0; i < many; i++) {
    double z = tg_random_normal(&random), u = tg_random_uniform(&random);
    tg_sum_add(&first, z);
    tg_sum_add(&second, z * z);
    tg_sum_add(&fourth, z * z * z * z);
    tg_sum_add(&uniform, u);
    below[(int)(10 * tg_distribution_normal(z))]++;
    uint64_t cell = tg_random_below(&random, 7);
    ck_assert(cell < 7);
    cells[cell]++;
  }
  /* Each within five standard errors. */
  double root = sqrt((double)many);
  ck_assert(fabs(tg_sum_value(&first) / many) < 5 / root);
  ck_assert(fabs(tg_sum_value(&second) / many - 1) < 5 * sqrt(2) / root);
  ck_assert(fabs(tg_sum_value(&fourth) / many - 3) < 5 * sqrt(96) / root);
  ck_assert(fabs(tg_sum_value(&uniform) / many - 0.5) < 5 * sqrt(1.0 / 12) / root);
  double chisq = 0;
  for (int i = 0; i < 7; i++)
    chisq += pow(cells[i] - many / 7.0, 2) / (many / 7.0);
  ck_assert(tg_distribution_chisq_upper(chisq, 6) > 1e-6);
  chisq = 0;
  for (int i = 0; i < 10; i++)
    chisq += pow(below[i] - many / 10.0, 2) / (many / 10.0);
  ck_assert(tg_distribution_chisq_upper(chisq, 9) > 1e-6);
  ck_assert(tg_random_below(&random, 0) == 0 && tg_random_below(&random, 1) == 0);
  ck_assert(tg_random_below(&random, UINT64_MAX) < UINT64_MAX);
}
END_TEST

/* Of few, broken and many degrees of freedom: mean, variance and the tenths of the distribution. */
START_TEST(chi_squares_have_their_distribution) {
  enum { many = 100000 };
  static const double degrees[] = {0.5, 1, 2, 3.7, 28, 400};
  tg_random random;
  tg_random_seed(&random, 20240131, 8);
  for (size_t k = 0; k < sizeof degrees / sizeof *degrees; k++) {
    double df = degrees[k], root = sqrt((double)many), chisq = 0;
    tg_sum first = {0}, second = {0};
    int cells[10] = {0};
    for (int i = 0; i < many; i++) {
      double x = tg_random_chi_square(&random, df), upper = tg_distribution_chisq_upper(x, df);
      tg_sum_add(&first, x);
      tg_sum_add(&second, (x - df) * (x - df));
      cells[upper >= 1 ? 9 : (int)(10 * upper)]++;
    }
    for (int i = 0; i < 10; i++)
      chisq += pow(cells[i] - many / 10.0, 2) / (many / 10.0);
    ck_assert(fabs(tg_sum_value(&first) / many - df) < 5 * sqrt(2 * df) / root);
    ck_assert(fabs(tg_sum_value(&second) / many - 2 * df) < 5 * sqrt(8 * df * df + 48 * df) / root);
    ck_assert(tg_distribution_chisq_upper(chisq, 9) > 1e-6);
  }
}
END_TEST

/* Sums of squares of margins, one of which follows from the others: rank, solution and null space. */
START_TEST(sparse_systems_are_solved_as_far_as_they_are_independent) {
  enum { A = 30, B = 7, N = A + B + 1 };
  double kept[N * N] = {0}, b[N], x[N], work[N], null[N];
  double *matrix = tg_memory_new(N, N * sizeof *matrix);
  tg_semidefinite factor = {0};
  trygg_error error = {0};
  for (int i = 0; i < 200; i++) { /* who is in categories a and b, and x */
    int columns[] = {B + i % A, i * i % B, N - 1};
    double values[] = {1, 1, _i ? sin(i) : 0}, weight = 1 + i % 5;
    for (int k = 0; k < 3; k++)
      for (int l = 0; l < 3; l++)
        kept[columns[k] * N + columns[l]] += weight * values[k] * values[l];
  }
  memcpy(matrix, kept, sizeof kept);
  ck_ok(tg_semidefinite_factor(matrix, N, &factor, &error));
  size_t met = 0; /* categories of b with records: squares modulo 7 */
  for (int j = 0; j < B; j++)
    met += kept[j * N + j] > 0;
  ck_assert_uint_eq(met, 4);
  ck_assert_uint_eq(factor.rank, A + met - 1 + (_i ? 1 : 0));
  for (int i = 0; i < N; i++) { /* b is A times something */
    b[i] = 0;
    for (int j = 0; j < N; j++)
      b[i] += kept[i * N + j] * cos(j);
  }
  tg_semidefinite_solve(&factor, b, x, work);
  for (int i = 0; i < N; i++) {
    double sum = 0;
    for (int j = 0; j < N; j++)
      sum += kept[i * N + j] * x[j];
    ck_assert(fabs(sum - b[i]) < 1e-11);
  }
  for (size_t k = 0; k < N - factor.rank; k++) {
    tg_semidefinite_null(&factor, k, null, work);
    double size = 0;
    for (int i = 0; i < N; i++) {
      double sum = 0;
      for (int j = 0; j < N; j++)
        sum += kept[i * N + j] * null[j];
      ck_assert(fabs(sum) < 1e-12);
      size += null[i] * null[i];
    }
    ck_assert(size > 1e-3);
  }
  tg_semidefinite_clear(&factor);
}
END_TEST

/* ---- weighted sums of chi squares ------------------------------------------------------------- */

START_TEST(equal_weights_are_chi_square_and_F) {
  static const double dfs[] = {0.5, 1, 3, 10, 57, 1000, 1e7, INFINITY};
  double weight[60];
  for (size_t i = 0; i < 60; i++)
    weight[i] = 3.5;
  for (size_t n = 1; n <= 60; n = n < 5 ? n + 1 : 2 * n)
    for (double f = 1e-6; f < 1e3; f *= 3)
      for (size_t k = 0; k < sizeof dfs / sizeof *dfs; k++) {
        double size = (double)n, met = tg_mixture_upper(f * size * 3.5, weight, n, dfs[k]);
        double expected = isinf(dfs[k]) ? tg_distribution_chisq_upper(f * size, size)
                                        : tg_distribution_f_upper(f, size, dfs[k]);
        if (expected > 1e-300)
          ck_near(met, expected, 1e-12);
      }
}
END_TEST

/* Pairs of weights are exponentials: P = sum of a_j exp(-x / 2 l_j), a_j the product of l_j / (l_j - l_k). */
START_TEST(pairs_of_weights_are_sums_of_exponentials) {
  static const double weight[] = {0.6, 0.6, 0.3, 0.3, 0.1, 0.1}, wide[] = {1, 1e-6, 1, 1e-6, 0};
  for (double x = 1e-3; x < 800; x *= 2) {
    double expected = 0;
    for (size_t j = 0; j < 6; j += 2) {
      double a = 1;
      for (size_t k = 0; k < 6; k += 2)
        a *= k == j ? 1 : weight[j] / (weight[j] - weight[k]);
      expected += a * exp(-x / 2 / weight[j]);
    }
    ck_near(tg_mixture_upper(x, weight, 6, INFINITY), expected, 1e-13);
    ck_near(tg_mixture_upper(x, wide, 5, INFINITY), exp(-x / 2) / (1 - 1e-6) - 1e-6 * exp(-x * 5e5), 1e-13);
  }
}
END_TEST

/* Imhof 1961, Biometrika 48:419-426, table 1: Q1 and Q2. */
START_TEST(published_weighted_sums_are_met) {
  static const double one[] = {0.6, 0.3, 0.1}, two[] = {0.6, 0.6, 0.3, 0.3, 0.1, 0.1};
  static const double known[][4] = {
      {0.1, 0.9458, 0.2, 0.9936}, {0.7, 0.5064, 2, 0.3998}, {2, 0.1240, 6, 0.0161}};
  for (size_t i = 0; i < 3; i++) {
    ck_assert(fabs(tg_mixture_upper(known[i][0], one, 3, INFINITY) - known[i][1]) < 1e-4);
    ck_assert(fabs(tg_mixture_upper(known[i][2], two, 6, INFINITY) - known[i][3]) < 1e-4);
  }
}
END_TEST

START_TEST(weighted_sums_have_edges) {
  static const double weight[] = {2, 1}, none[] = {0, 0}, bad[] = {1, -1}, endless[] = {1, INFINITY};
  ck_assert(tg_mixture_upper(0, weight, 2, 5) == 1 && tg_mixture_upper(-1, weight, 2, INFINITY) == 1);
  ck_assert(tg_mixture_upper(INFINITY, weight, 2, 5) == 0 && tg_mixture_upper(1, none, 2, 5) == 0);
  ck_assert(tg_mixture_upper(0, none, 2, 5) == 0 && tg_mixture_upper(1, NULL, 0, 5) == 0);
  ck_assert(isnan(tg_mixture_upper(1, bad, 2, 5)) && isnan(tg_mixture_upper(1, endless, 2, 5)));
  ck_assert(isnan(tg_mixture_upper(NAN, weight, 2, 5)) && isnan(tg_mixture_upper(1, weight, 2, 0)));
  ck_assert(isnan(tg_mixture_upper(1, weight, 2, NAN)));
  /* Weights and x in other units are the same question. */
  ck_near(tg_mixture_upper(3e-200, (double[]){2e-200, 1e-200}, 2, 7), tg_mixture_upper(3, weight, 2, 7),
          1e-15);
}
END_TEST

/* A = T T', B = T D^-1 T' with T lower triangular: the values are D's. */
START_TEST(pencils_have_their_values) {
  enum { n = 5 };
  static const double d[n] = {9, 4, 2, 0.5, 1e-3};
  double t[n][n] = {{0}}, a[n * n], b[n * n], values[n];
  trygg_error error;
  for (int i = 0; i < n; i++)
    for (int j = 0; j <= i; j++)
      t[i][j] = i == j ? 1 + i : (i + 2 * j) % 3 - 0.7;
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) {
      a[n * i + j] = b[n * i + j] = 0;
      for (int k = 0; k < n; k++) {
        a[n * i + j] += 1e8 * t[i][k] * t[j][k];
        b[n * i + j] += 1e8 * t[i][k] * t[j][k] / d[k];
      }
    }
  ck_ok(tg_solve_pencil(a, b, n, values, &error));
  for (int i = 0; i < n; i++) {
    double nearest = INFINITY;
    for (int k = 0; k < n; k++)
      nearest = fmin(nearest, fabs(values[k] - d[i]) / d[i]);
    ck_assert(nearest < 1e-10);
  }
  ck_ok(tg_solve_pencil(NULL, NULL, 0, NULL, &error));
  ck_assert_int_eq(tg_solve_pencil((double[]){1}, (double[]){0}, 1, values, &error), TRYGG_ENUMERIC);
  ck_assert_int_eq(tg_solve_pencil((double[]){NAN}, (double[]){1}, 1, values, &error), TRYGG_ENUMERIC);
  ck_assert_int_eq(tg_solve_pencil((double[]){1, 0, 0, 1}, (double[]){1, 1, 1, 1}, 2, values, &error),
                   TRYGG_ENUMERIC);
}
END_TEST

/* ---- least squares on the simplex ---------------------------------------------------------------- */

static double misfit(const double *a, size_t rows, size_t columns, const double *b, const double *w) {
  double sum = 0;
  for (size_t i = 0; i < rows; i++) {
    double left = -b[i];
    for (size_t j = 0; j < columns; j++)
      left += a[i * columns + j] * w[j];
    sum += left * left;
  }
  return sum;
}

/* The triangle (0, 0), (1, 0), (0, 1): a point inside is met, one outside by its foot on a side or a corner. */
START_TEST(mixtures_of_a_triangle_are_known_by_hand) {
  static const double corners[] = {0, 1, 0, 0, 0, 1};
  static const struct {
    double b[2], w[3];
  } known[] = {{{0.25, 0.25}, {0.5, 0.25, 0.25}},
               {{2, 2}, {0, 0.5, 0.5}},
               {{0.3, -1}, {0.7, 0.3, 0}},
               {{-1, -2}, {1, 0, 0}},
               {{3, 0.5}, {0, 1, 0}},
               {{0, 1}, {0, 0, 1}}};
  double w[3];
  trygg_error error;
  for (size_t k = 0; k < COUNT(known); k++) {
    ck_assert_int_eq(tg_simplex_fit(corners, 2, 3, known[k].b, w, &error), TRYGG_OK);
    for (size_t j = 0; j < 3; j++)
      ck_assert_msg(fabs(w[j] - known[k].w[j]) < 1e-14, "point %zu, weight %zu: %.17g", k, j, w[j]);
  }
}
END_TEST

/* Where the gradient along every column is at least that along those in the mixture, no other mixture is nearer. */
START_TEST(no_mixture_is_nearer_than_the_one_found) {
  enum { ROWS = 6, COLUMNS = 300 };
  static double a[ROWS * COLUMNS], b[ROWS], w[COLUMNS];
  tg_random random;
  trygg_error error;
  tg_random_seed(&random, 7, 0);
  for (size_t round = 0; round < 200; round++) {
    size_t columns = round % 3 == 0 ? 2 + round % 7 : round % 3 == 1 ? 20 : COLUMNS, used = 0;
    double sum = 0, common = INFINITY, scale = 0, gradient[COLUMNS];
    for (size_t i = 0; i < ROWS; i++) {
      b[i] = 0.3 + 0.5 * tg_random_uniform(&random);
      for (size_t j = 0; j < columns; j++) /* every fifth column is there twice */
        a[i * columns + j] = j % 5 == 4 ? a[i * columns + j - 1] : tg_random_uniform(&random);
    }
    ck_assert_int_eq(tg_simplex_fit(a, ROWS, columns, b, w, &error), TRYGG_OK);
    for (size_t j = 0; j < columns; j++) {
      ck_assert(w[j] >= 0);
      sum += w[j];
      used += w[j] > 0;
    }
    ck_assert(fabs(sum - 1) < 1e-13);
    ck_assert_uint_le(used, ROWS + 1);
    for (size_t j = 0; j < columns; j++) {
      gradient[j] = 0;
      for (size_t i = 0; i < ROWS; i++) {
        double left = -b[i];
        for (size_t k = 0; k < columns; k++)
          left += a[i * columns + k] * w[k];
        gradient[j] += a[i * columns + j] * left;
        scale = fmax(scale, fabs(left));
      }
      if (w[j] > 0)
        common = fmin(common, gradient[j]);
    }
    for (size_t j = 0; j < columns; j++) {
      ck_assert(gradient[j] >= common - 1e-12 * (1 + scale));
      if (w[j] > 0)
        ck_assert(gradient[j] <= common + 1e-12 * (1 + scale));
    }
  }
}
END_TEST

START_TEST(a_mixture_of_one_is_that_one) {
  static const double a[] = {1, 2, 3}, b[] = {7, 8, 9};
  double w = 0;
  trygg_error error;
  ck_assert_int_eq(tg_simplex_fit(a, 3, 1, b, &w, &error), TRYGG_OK);
  ck_assert(w == 1);
  ck_assert(misfit(a, 3, 1, b, &w) == 108);
}
END_TEST

static Suite *numeric_suite(void) {
  Suite *suite = suite_create("numeric");
  TCase *sum = tcase_create("sum"), *distribution = tcase_create("distribution"),
        *solve = tcase_create("solve");
  TCase *random = tcase_create("random");
  tcase_set_timeout(distribution, 60);
  tcase_set_timeout(random, 60);
  tcase_add_test(sum, nist_means_and_deviations_reach_their_ceilings);
  tcase_add_test(sum, nist_numacc_reach_their_ceilings);
  tcase_add_test(sum, sums_keep_what_plain_addition_loses);
  tcase_add_test(sum, merged_sums_are_as_good_as_one);
  tcase_add_test(sum, sums_say_infinite_and_nan);
  tcase_add_test(distribution, distributions_give_known_values);
  tcase_add_test(distribution, published_tables_are_met);
  tcase_add_test(distribution, beta_is_a_binomial_tail);
  tcase_add_test(distribution, closed_forms_hold);
  tcase_add_test(distribution, large_df_meets_the_normal_without_a_step);
  tcase_add_test(distribution, arguments_out_of_range_give_nan);
  tcase_add_test(distribution, edges_are_exact);
  tcase_add_test(distribution, korn_graubard_grid_comes_back_through_the_forward_function);
  tcase_add_test(distribution, extreme_beta_quantiles_come_back_too);
  tcase_add_test(distribution, quantiles_of_t_come_back);
  tcase_add_test(distribution, equal_weights_are_chi_square_and_F);
  tcase_add_test(distribution, pairs_of_weights_are_sums_of_exponentials);
  tcase_add_test(distribution, published_weighted_sums_are_met);
  tcase_add_test(distribution, weighted_sums_have_edges);
  tcase_add_test(solve, pencils_have_their_values);
  tcase_add_test(solve, roots_are_found_to_the_last_bits);
  tcase_add_test(solve, roots_without_a_bracket_are_nan);
  tcase_add_test(solve, nist_norris);
  tcase_add_test(solve, nist_no_intercept);
  tcase_add_test(solve, nist_longley);
  tcase_add_test(solve, nist_wampler);
  tcase_add_test(solve, nist_filip);
  tcase_add_test(solve, least_squares_scales_exactly);
  tcase_add_test(solve, least_squares_refuses_what_has_no_answer);
  tcase_add_test(solve, inverse_of_a_hilbert_matrix_is_whole);
  tcase_add_test(solve, inverse_scales_exactly);
  tcase_add_test(solve, inverse_refuses_what_is_not_positive_definite);
  tcase_add_test(solve, quadratic_form_is_that_of_the_inverse);
  tcase_add_test(solve, quadratic_form_of_many_is_that_of_the_inverse);
  tcase_add_test(solve, quadratic_form_leaves_out_directions_without_variance);
  tcase_add_loop_test(solve, sparse_systems_are_solved_as_far_as_they_are_independent, 0, 2);
  tcase_add_test(solve, mixtures_of_a_triangle_are_known_by_hand);
  tcase_add_test(solve, no_mixture_is_nearer_than_the_one_found);
  tcase_add_test(solve, a_mixture_of_one_is_that_one);
  tcase_add_test(solve, failing_allocations_are_reported);
  tcase_add_test(random, random_numbers_repeat_by_seed_and_stream);
  tcase_add_test(random, random_numbers_have_their_distribution);
  tcase_add_test(random, chi_squares_have_their_distribution);
  suite_add_tcase(suite, sum);
  suite_add_tcase(suite, distribution);
  suite_add_tcase(suite, solve);
  suite_add_tcase(suite, random);
  return suite;
}

int main(void) {
  return run_suite(numeric_suite());
}
