/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers to and from text: an own grammar, and conversions that no locale can bend. */
#include <base/number.h>

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <base/text.h>

/* A double lies half-way between two decimals of at most 767 significant digits;
 * beyond them only "is anything not zero" matters, and one more digit says that. */
enum { significant_digits = 768 };

/* Magnitude is the digits read as a whole number times 10^exponent. */
typedef struct parsed {
  int negative;
  size_t count; /* digits kept, no leading zeros */
  int64_t exponent;
  uint64_t whole; /* the digits as a number while count <= 19 */
  char digits[significant_digits + 1];
} parsed;

static int is_digit(char byte) {
  return byte >= '0' && byte <= '9';
}

static void keep_digit(parsed *number, char digit, int fraction) {
  if (number->count == 0 && digit == '0') {
    number->exponent -= fraction;
    return;
  }
  if (number->count < significant_digits) {
    number->digits[number->count++] = digit;
    if (number->count <= 19)
      number->whole = number->whole * 10 + (uint64_t)(digit - '0');
    number->exponent -= fraction;
    return;
  }
  if (number->count == significant_digits) { /* one digit for all that follow */
    number->digits[number->count++] = digit == '0' ? '0' : '1';
    number->exponent -= fraction;
    return;
  }
  if (digit != '0')
    number->digits[significant_digits] = '1';
  number->exponent += 1 - fraction;
}

/* [eE [+-] digits] at text[i..length); 0 when it is malformed. */
static int scan_exponent(parsed *number, const char *text, size_t i, size_t length) {
  const int64_t enough = INT64_C(1000000000000000000);
  int negative = 0, any = 0;
  int64_t value = 0;
  if (i < length && (text[i] == '+' || text[i] == '-'))
    negative = text[i++] == '-';
  for (; i < length && is_digit(text[i]); i++, any = 1)
    value = value < enough / 10 ? value * 10 + (text[i] - '0') : enough;
  number->exponent += negative ? -value : value;
  return any && i == length;
}

/* Read the grammar of the header; 0 when the text does not follow it. */
static int scan(parsed *number, const char *text, size_t length, char decimal) {
  size_t i = 0, any = 0;
  number->negative = 0;
  number->count = 0;
  number->exponent = 0;
  number->whole = 0;
  if (i < length && (text[i] == '+' || text[i] == '-'))
    number->negative = text[i++] == '-';
  for (; i < length && is_digit(text[i]); i++, any = 1)
    keep_digit(number, text[i], 0);
  if (i < length && (decimal ? text[i] == decimal : text[i] == '.' || text[i] == ','))
    for (i++; i < length && is_digit(text[i]); i++, any = 1)
      keep_digit(number, text[i], 1);
  if (!any)
    return 0;
  if (i < length && (text[i] == 'e' || text[i] == 'E'))
    return scan_exponent(number, text, i + 1, length);
  return i == length;
}

/* Both factors are exact doubles, so the one rounding of the product or quotient
 * is the right one (Clinger 1990).  Needs arithmetic in plain doubles. */
static int convert_exact(const parsed *number, double *out) {
  static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                  1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  if (FLT_EVAL_METHOD != 0 || number->count > 19 || number->whole > (UINT64_C(1) << 53) ||
      number->exponent > 22 || number->exponent < -22)
    return 0;
  double value = (double)number->whole;
  *out = number->exponent < 0 ? value / powers[-number->exponent] : value * powers[number->exponent];
  return 1;
}

/* strtod on a text without a decimal sign, DDDDe-DD, which reads the same in every locale. */
static double convert_long(const parsed *number) {
  char text[significant_digits + 32];
  int64_t exponent = number->exponent;
  if (exponent > 100000)
    exponent = 100000;
  if (exponent < -100000)
    exponent = -100000;
  memcpy(text, number->digits, number->count);
  snprintf(text + number->count, sizeof text - number->count, "e%d", (int)exponent);
  return strtod(text, NULL);
}

int tg_number_parse(const char *text, size_t length, char decimal, double *out) {
  parsed number;
  double value;
  if (!text)
    return -1;
  text = tg_text_trim(text, &length);
  if (!scan(&number, text, length, decimal))
    return -1;
  if (number.count == 0)
    value = 0.0;
  else if (!convert_exact(&number, &value)) {
    value = convert_long(&number);
    if (value == 0.0 || !isfinite(value))
      return -1;
  }
  *out = number.negative ? -value : value;
  return 0;
}

int tg_number_parse_integer(const char *text, size_t length, int64_t *out) {
  if (!text)
    return -1;
  text = tg_text_trim(text, &length);
  size_t i = 0;
  int negative = 0;
  int64_t value = 0;
  if (length > 0 && (text[0] == '+' || text[0] == '-')) {
    negative = text[0] == '-';
    i = 1;
  }
  if (i == length)
    return -1;
  for (; i < length; i++) {
    if (!is_digit(text[i]))
      return -1;
    int digit = text[i] - '0';
    /* Built below zero, where one more value fits. */
    if (__builtin_mul_overflow(value, 10, &value) || __builtin_sub_overflow(value, digit, &value))
      return -1;
  }
  if (!negative && value == INT64_MIN)
    return -1;
  *out = negative ? value : -value;
  return 0;
}

/* What printf wrote holds digits, signs, `e` and the locale's decimal sign, which
 * may have several bytes: whatever is none of the former becomes one point. */
static void copy_with_point(char out[TG_NUMBER_SIZE], const char *written) {
  size_t used = 0;
  int inside = 0;
  for (; *written && used + 1 < TG_NUMBER_SIZE; written++) {
    int plain = is_digit(*written) || *written == '+' || *written == '-' || *written == 'e';
    if (plain)
      out[used++] = *written;
    else if (!inside)
      out[used++] = '.';
    inside = !plain;
  }
  out[used] = '\0';
}

/* "nan", "inf", "-inf"; 0 for finite values. */
static int format_special(char out[TG_NUMBER_SIZE], double value) {
  if (isfinite(value))
    return 0;
  snprintf(out, TG_NUMBER_SIZE, "%s", isnan(value) ? "nan" : value > 0 ? "inf" : "-inf");
  return 1;
}

const char *tg_number_format(char out[TG_NUMBER_SIZE], double value) {
  if (format_special(out, value))
    return out;
  if (fabs(value) < 1e15 && value == floor(value) && !(value == 0.0 && signbit(value)))
    return tg_number_format_integer(out, (int64_t)value);
  for (int digits = 15; digits <= 17; digits++) {
    char written[TG_NUMBER_SIZE + 16];
    double back;
    snprintf(written, sizeof written, "%.*g", digits, value);
    copy_with_point(out, written);
    if (digits == 17 || (tg_number_parse(out, strlen(out), '.', &back) == 0 && back == value))
      break;
  }
  return out;
}

const char *tg_number_fixed(char out[TG_NUMBER_SIZE], double value, int decimals) {
  char written[TG_NUMBER_SIZE + 16];
  if (format_special(out, value))
    return out;
  if (fabs(value) >= 1e15)
    return tg_number_format(out, value);
  if (decimals < 0)
    decimals = 0;
  if (decimals > 12)
    decimals = 12;
  snprintf(written, sizeof written, "%.*f", decimals, value);
  copy_with_point(out, written);
  if (out[0] == '-' && strspn(out + 1, "0.") == strlen(out + 1))
    memmove(out, out + 1, strlen(out));
  return out;
}

const char *tg_number_format_integer(char out[TG_NUMBER_SIZE], int64_t value) {
  snprintf(out, TG_NUMBER_SIZE, "%lld", (long long)value);
  return out;
}

/* Years begin in March, so that the leap day is the last (Howard Hinnant, civil_from_days). */
const char *tg_number_format_date(char out[TG_NUMBER_SIZE], double days) {
  static const double first = -719528, last = 2932896; /* 0000-01-01, 9999-12-31 */
  int64_t shifted = (int64_t)(days < first ? first : days > last ? last : days) + 719468;
  int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097, of_era = shifted - era * 146097;
  int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int64_t month = (5 * of_year + 2) / 153, day = of_year - (153 * month + 2) / 5 + 1;
  int64_t year = year_of_era + era * 400 + (month >= 10);
  month += month < 10 ? 3 : -9;
  for (int place = 3; place >= 0; place--, year /= 10)
    out[place] = (char)('0' + year % 10);
  out[4] = out[7] = '-';
  out[5] = (char)('0' + month / 10);
  out[6] = (char)('0' + month % 10);
  out[8] = (char)('0' + day / 10);
  out[9] = (char)('0' + day % 10);
  out[10] = '\0';
  return out;
}
