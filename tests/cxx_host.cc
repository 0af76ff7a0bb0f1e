// SPDX-License-Identifier: GPL-3.0-or-later
// A C++ host on the installed library: builds a codebook by calls, loads from memory, estimates.
#include <trygg.h>

#include <cmath>
#include <cstdio>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>

namespace {

struct Failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

void check(trygg_status status, const trygg_error &error) {
  if (status != TRYGG_OK)
    throw Failure(std::string(trygg_error_text(status)) + ": " + error.file + ": " + error.field + ": " +
                  error.message);
}

void expect(bool truth, const char *what) {
  if (!truth)
    throw Failure(what);
}

template <typename Handle, void (*release)(Handle *)> struct Release {
  void operator()(Handle *handle) const { release(handle); }
};
using Codebook = std::unique_ptr<trygg_codebook, Release<trygg_codebook, trygg_codebook_free>>;
using Responses = std::unique_ptr<trygg_responses, Release<trygg_responses, trygg_responses_free>>;
using Design = std::unique_ptr<trygg_design, Release<trygg_design, trygg_design_free>>;
using Estimates = std::unique_ptr<trygg_estimates, Release<trygg_estimates, trygg_estimate_free>>;
using Table = std::unique_ptr<trygg_table, Release<trygg_table, trygg_table_free>>;

Codebook make_codebook() {
  static const char *const tables[][2] = {
      {"settings", "form_title,form_id,version,wave\nHost,host,1,2024\n"},
      {"survey", "type,name,label,role\n"
                 "select_one worry,worry,Worried,\n"
                 "decimal,w,Weight,weight\n"},
      {"choices", "list_name,name,label\nworry,1,Often\nworry,2,Seldom\nworry,3,Never\n"},
      {"indicators", "name,label,type,variable,numerator\nworried,Worried,share,worry,1\n"},
  };
  trygg_error error;
  trygg_codebook *raw = nullptr;
  check(trygg_codebook_create(&raw, &error), error);
  Codebook codebook(raw);
  for (const auto &table : tables)
    check(trygg_codebook_add_csv(codebook.get(), table[0], table[1], std::strlen(table[1]), &error), error);
  check(trygg_codebook_finish(codebook.get(), &error), error);
  return codebook;
}

void load_and_estimate() {
  static const char data[] = "worry,w\n1,2.5\n2,1.0\n3,0.5\n1,4\n";
  trygg_error error;
  Codebook codebook = make_codebook();
  trygg_responses *raw = nullptr;
  check(trygg_responses_load_memory(codebook.get(), "data.csv", data, sizeof data - 1, nullptr, &raw, &error), error);
  Responses responses(raw);
  codebook.reset(); // a child keeps its parents
  expect(trygg_responses_count(responses.get()) == 4, "four records were given");

  trygg_table *account = nullptr;
  check(trygg_responses_account(responses.get(), &account, &error), error);
  Table table(account);

  trygg_design *design_raw = nullptr;
  check(trygg_design_create(responses.get(), nullptr, &design_raw, &error), error);
  Design design(design_raw);
  responses.reset();
  trygg_estimate_options options = {};
  options.size = sizeof options;
  trygg_estimates *estimates_raw = nullptr;
  check(trygg_estimate_create(design.get(), &options, &estimates_raw, &error), error);
  Estimates estimates(estimates_raw);
  design.reset();
  expect(trygg_estimate_count(estimates.get()) == 1, "one indicator in one wave is one estimate");
  const trygg_estimate worried = trygg_estimate_get(estimates.get(), 0);
  expect(std::fabs(worried.estimate - 6.5 / 8) < 1e-12, "6.5 of 8 are worried");
  expect(worried.se > 0 && worried.n == 4, "an estimate has its error and its base");

  expect(trygg_table_rows(table.get()) > 0, "the account is empty");
  expect(trygg_table_find(table.get(), "count") < trygg_table_columns(table.get()), "the account has no `count`");
}

void fail_politely() {
  trygg_error error;
  trygg_codebook *codebook = nullptr;
  const trygg_status status = trygg_codebook_read("/nowhere/at/all", &codebook, &error);
  expect(status == TRYGG_EIO, "a missing folder is an I/O error");
  expect(codebook == nullptr, "no handle comes out of a failure");
  expect(error.message[0] != '\0', "a failure has a message");
  trygg_codebook_free(nullptr);
  trygg_responses_free(nullptr);
  trygg_table_free(nullptr);
}

} // namespace

int main(int count, char **arguments) {
  try {
    expect(std::strcmp(trygg_version(), TRYGG_VERSION) == 0, "header and library are of different versions");
    expect(count < 2 || std::strcmp(trygg_version(), arguments[1]) == 0, "trygg.pc has another version");
    load_and_estimate();
    fail_politely();
  } catch (const std::exception &failure) {
    std::fprintf(stderr, "cxx_host: %s\n", failure.what());
    return 1;
  }
  std::printf("C++ host: libtrygg %s\n", trygg_version());
  return 0;
}
