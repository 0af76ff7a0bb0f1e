/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Days and years: dates as days since 1970-01-01, waves as decimal years. */
#include <codebook/codebook.h>

#include <math.h>
#include <string.h>

#include <base/text.h>

/* `count` digits at text as a number, or -1. */
static int digits(const char *text, size_t count) {
  int value = 0;
  for (size_t i = 0; i < count; i++) {
    if (text[i] < '0' || text[i] > '9')
      return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

static int days_in_month(int year, int month) {
  static const int days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return days[month - 1] + (month == 2 && leap);
}

/* Days since 1970-01-01 in the Gregorian calendar: years begin in March, so that
 * the leap day is the last (Howard Hinnant, days_from_civil). */
static double days_since_1970(int year, int month, int day) {
  int y = month <= 2 ? year - 1 : year;
  int era = (y >= 0 ? y : y - 399) / 400;
  int year_of_era = y - era * 400;
  int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return (double)era * 146097.0 + (double)day_of_era - 719468.0;
}

int tg_codebook_parse_date(const char *text, size_t length, double *days) {
  text = tg_text_trim(text, &length);
  if (length < 10 || text[4] != '-' || text[7] != '-')
    return -1;
  if (length > 10 && text[10] != ' ' && text[10] != '\t' && text[10] != 'T')
    return -1;
  int year = digits(text, 4), month = digits(text + 5, 2), day = digits(text + 8, 2);
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))
    return -1;
  *days = days_since_1970(year, month, day);
  return 0;
}

double tg_codebook_wave_time(const trygg_codebook *codebook, const char *wave) {
  size_t length = strlen(wave);
  wave = tg_text_trim(wave, &length);
  for (size_t i = 0; i < codebook->wave_count; i++)
    if (tg_text_equal(wave, length, codebook->waves[i].wave))
      return codebook->waves[i].time;
  int year = length == 4 ? digits(wave, 4) : -1;
  return year >= 0 ? (double)year : (double)NAN;
}
