/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Type expression: a formula of other indicators, with its gradient.
 *
 *   sum     = product { (+|-) product }
 *   product = signed { (*|/) signed }
 *   signed  = - signed | power
 *   power   = operand [ ^ signed ]
 *   operand = number | indicator | (log|exp|sqrt) ( sum ) | ( sum )
 *
 * A formula becomes a list of steps, each an operation on earlier ones.  Going through it forwards gives the value, going
 * back the derivative by every part (reverse-mode differentiation; Griewank & Walther 2008, Evaluating Derivatives, 3.2). */
#include <indicator/types.h>

#include <math.h>
#include <string.h>

#include <base/number.h>
#include <base/text.h>

enum { STEPS = 256, NESTED = 64 };

typedef enum operation {
  NUMBER,
  PART,
  ADD,
  SUBTRACT,
  MULTIPLY,
  DIVIDE,
  POWER,
  NEGATE,
  LOG,
  EXP,
  SQRT
} operation;

typedef struct step {
  operation what;
  uint16_t a, b; /* earlier steps; of PART the part */
  double number;
} step;

struct tg_expression {
  step steps[STEPS];
  size_t count;
};

static const struct {
  const char *name;
  operation what;
} functions[] = {{"log", LOG}, {"exp", EXP}, {"sqrt", SQRT}};

/* ---- reading ---------------------------------------------------------------------------------------- */

typedef struct reader {
  const trygg_codebook *codebook;
  const tg_indicator_row *row;
  const char *text, *at;
  struct tg_expression *out;
  size_t *parts; /* indicators of the codebook, one a part */
  size_t part_count, part_capacity;
  int nested;
  trygg_error *error;
} reader;

static trygg_status fail(const reader *r, trygg_status status, const char *what, const char *word,
                         size_t length) {
  return tg_error_at(r->error, status, r->row->file, r->row->line, 0, "numerator",
                     "at character %d of the formula%s%.*s%s: %s", (int)(r->at - r->text) + 1,
                     length ? ", `" : "", (int)(length < 60 ? length : 60), word, length ? "`" : "", what);
}

static void skip_blanks(reader *r) {
  r->at += strspn(r->at, " \t");
}

static trygg_status add(reader *r, step one, uint16_t *out) {
  if (r->out->count == STEPS)
    return fail(r, TRYGG_ELIMIT, "the formula is too long; make two of it", "", 0);
  *out = (uint16_t)r->out->count;
  r->out->steps[r->out->count++] = one;
  return TRYGG_OK;
}

static trygg_status read_sum(reader *r, uint16_t *out);
static trygg_status read_signed(reader *r, uint16_t *out);

/* The longest indicator that the text begins with and that no letter follows; names may have signs in them. */
static size_t find_name(const reader *r, size_t *length) {
  size_t found = TG_NONE;
  *length = 0;
  for (size_t i = 0; i < r->codebook->indicator_count; i++) {
    const char *name = r->codebook->indicators[i].name;
    size_t size = strlen(name);
    if (size > *length && !strncmp(r->at, name, size) && strchr(" \t+-*/^()", r->at[size])) {
      found = i;
      *length = size;
    }
  }
  return found;
}

static trygg_status read_name(reader *r, uint16_t *out) {
  size_t length, part = 0, found = find_name(r, &length);
  if (found == TG_NONE) {
    trygg_error place = {.field = "numerator", .line = r->row->line};
    length = strcspn(r->at, " \t+-*/^()");
    if (!length)
      return fail(r, TRYGG_ECODEBOOK, "a number, an indicator or `(` was expected", r->at, *r->at != 0);
    tg_text_print(place.file, sizeof place.file, "%s", r->row->file ? r->row->file : "indicators");
    return tg_codebook_unknown_indicator(r->codebook, r->at, length, &place, r->error);
  }
  while (part < r->part_count && r->parts[part] != found)
    part++;
  if (part == r->part_count) {
    if (tg_memory_grow((void **)&r->parts, &r->part_capacity, part + 1, sizeof *r->parts))
      return tg_error_memory(r->error);
    r->parts[r->part_count++] = found;
  }
  r->at += length;
  return add(r, (step){.what = PART, .a = (uint16_t)part}, out);
}

static trygg_status read_bracket(reader *r, uint16_t *out) {
  trygg_status status;
  if (++r->nested > NESTED)
    return fail(r, TRYGG_ELIMIT, "the formula has too many brackets within brackets", "", 0);
  r->at++;
  status = read_sum(r, out);
  if (status != TRYGG_OK)
    return status;
  if (*r->at != ')')
    return fail(r, TRYGG_ECODEBOOK, "`)` was expected", r->at, *r->at != 0);
  r->at++;
  r->nested--;
  return TRYGG_OK;
}

static trygg_status read_operand(reader *r, uint16_t *out) {
  size_t length;
  skip_blanks(r);
  if (*r->at == '(')
    return read_bracket(r, out);
  if ((*r->at >= '0' && *r->at <= '9') || *r->at == '.') {
    step one = {.what = NUMBER};
    length = strspn(r->at, "0123456789.");
    if (tg_number_parse(r->at, length, '.', &one.number))
      return fail(r, TRYGG_ECODEBOOK, "this is no number", r->at, length);
    r->at += length;
    return add(r, one, out);
  }
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
    length = strlen(functions[i].name);
    if (!strncmp(r->at, functions[i].name, length) && r->at[length] == '(') {
      trygg_status status;
      r->at += length;
      status = read_bracket(r, out);
      return status == TRYGG_OK ? add(r, (step){.what = functions[i].what, .a = *out}, out) : status;
    }
  }
  return read_name(r, out);
}

static trygg_status read_power(reader *r, uint16_t *out) {
  trygg_status status = TRYGG_OK;
  uint16_t a, b;
  TRY(read_operand(r, &a));
  *out = a;
  skip_blanks(r);
  if (*r->at != '^')
    return TRYGG_OK;
  r->at++;
  TRY(read_signed(r, &b));
  TRY(add(r, (step){.what = POWER, .a = a, .b = b}, out));
cleanup:
  return status;
}

static trygg_status read_signed(reader *r, uint16_t *out) {
  trygg_status status = TRYGG_OK;
  int negative = 0;
  for (skip_blanks(r); *r->at == '-'; skip_blanks(r)) {
    negative = !negative;
    r->at++;
  }
  TRY(read_power(r, out));
  if (negative)
    TRY(add(r, (step){.what = NEGATE, .a = *out}, out));
cleanup:
  return status;
}

/* Operands with one of two signs between, from the left; `next` reads one. */
static trygg_status read_chain(reader *r, const char signs[2], operation first, operation second,
                               trygg_status (*next)(reader *, uint16_t *), uint16_t *out) {
  trygg_status status = TRYGG_OK;
  TRY(next(r, out));
  for (skip_blanks(r); *r->at && (*r->at == signs[0] || *r->at == signs[1]); skip_blanks(r)) {
    operation what = *r->at++ == signs[0] ? first : second;
    uint16_t b;
    TRY(next(r, &b));
    TRY(add(r, (step){.what = what, .a = *out, .b = b}, out));
  }
cleanup:
  return status;
}

static trygg_status read_product(reader *r, uint16_t *out) {
  return read_chain(r, "*/", MULTIPLY, DIVIDE, read_signed, out);
}

static trygg_status read_sum(reader *r, uint16_t *out) {
  return read_chain(r, "+-", ADD, SUBTRACT, read_product, out);
}

static trygg_status check(const reader *r) {
  const tg_indicator_row *row = r->row;
  const char *const cells[] = {row->where, row->denominator, row->weight};
  static const char *const names[] = {"where", "denominator", "weight"};
  for (size_t i = 0; i < 3; i++)
    if (*cells[i])
      return tg_error_at(r->error, TRYGG_ECODEBOOK, row->file, row->line, 0, names[i],
                         "this belongs to the indicators of the formula; leave the cell empty");
  if (*r->at)
    return fail(r, TRYGG_ECODEBOOK, "an operator was expected", r->at, 1);
  return r->part_count ? TRYGG_OK : fail(r, TRYGG_ECODEBOOK, "the formula names no indicator", "", 0);
}

/* Read the formula; its indicators are the parts. */
static trygg_status divide(tg_indicators *all, size_t at, const trygg_codebook *codebook,
                           trygg_error *error) {
  trygg_status status = TRYGG_OK;
  uint16_t last;
  reader r = {.codebook = codebook, .row = all->list[at].row, .error = error};
  r.text = r.at = r.row->numerator;
  r.out = all->list[at].expression = tg_memory_new(1, sizeof *r.out);
  if (!r.out)
    return tg_error_memory(error);
  TRY(read_sum(&r, &last));
  TRY(check(&r));
  for (size_t i = 0; i < r.part_count; i++)
    TRY(tg_indicator_append_row(all, at, codebook, r.parts[i], 1, error));
cleanup:
  tg_memory_free(r.parts);
  return status;
}

/* ---- value and gradient ------------------------------------------------------------------------------- */

static double forward(const step *one, const double *value, const double *parts) {
  double a = one->what > PART ? value[one->a] : 0, b = one->what > PART ? value[one->b] : 0;
  switch (one->what) {
  case NUMBER:
    return one->number;
  case PART:
    return parts[one->a];
  case ADD:
    return a + b;
  case SUBTRACT:
    return a - b;
  case MULTIPLY:
    return a * b;
  case DIVIDE:
    return a / b;
  case POWER:
    return pow(a, b);
  case NEGATE:
    return -a;
  case LOG:
    return log(a);
  case EXP:
    return exp(a);
  case SQRT:
    return sqrt(a);
  }
  return NAN;
}

/* Hand what the result changes with a step on to what the step was made of.  Numbers do not vary: what reaches them
 * is lost, so the logarithm of a negative base does no harm. */
static void backward(const step *one, const double *value, double result, double by, double *change) {
  double a = value[one->a], b = value[one->b];
  switch (one->what) {
  case NUMBER:
  case PART:
    break;
  case ADD:
    change[one->a] += by;
    change[one->b] += by;
    break;
  case SUBTRACT:
    change[one->a] += by;
    change[one->b] -= by;
    break;
  case MULTIPLY:
    change[one->a] += by * b;
    change[one->b] += by * a;
    break;
  case DIVIDE:
    change[one->a] += by / b;
    change[one->b] -= by * a / (b * b);
    break;
  case POWER:
    change[one->a] += by * b * pow(a, b - 1);
    change[one->b] += by * result * log(a);
    break;
  case NEGATE:
    change[one->a] -= by;
    break;
  case LOG:
    change[one->a] += by / a;
    break;
  case EXP:
    change[one->a] += by * result;
    break;
  case SQRT:
    change[one->a] += by / (2 * result);
    break;
  }
}

static double formula(const tg_indicator *indicator, double n, const double *parts, double *gradient) {
  const struct tg_expression *e = indicator->expression;
  double value[STEPS], change[STEPS] = {0};
  (void)n;
  for (size_t i = 0; i < e->count; i++)
    value[i] = forward(&e->steps[i], value, parts);
  for (size_t k = 0; k < indicator->part_count; k++)
    gradient[k] = 0;
  change[e->count - 1] = 1;
  for (size_t i = e->count; i-- > 0;) {
    if (e->steps[i].what == PART)
      gradient[e->steps[i].a] += change[i];
    else if (e->steps[i].what > PART)
      backward(&e->steps[i], value, value[i], change[i], change);
  }
  return value[e->count - 1];
}

const tg_function tg_expression_function = {divide, formula};

/* Nobody answers a formula. */
void tg_expression_evaluate(const tg_indicator *indicator, const trygg_responses *responses, size_t first,
                            size_t count, tg_values *values) {
  (void)indicator;
  (void)responses;
  (void)first;
  for (size_t i = 0; i < count; i++) {
    values->state[i] = TG_OUTSIDE;
    values->y[i] = values->x[i] = 0;
  }
}

void tg_expression_free(struct tg_expression *expression) {
  tg_memory_free(expression);
}
